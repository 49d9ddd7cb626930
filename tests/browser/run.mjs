// SPDX-License-Identifier: ISC
//
// Runs the tests of the pages in Chromium against one front:  run.mjs fastcgi|cgi|inproc [FILTER...]

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lib/live.mjs';

await run(path.dirname(fileURLToPath(import.meta.url)), { jobs: 3 });
