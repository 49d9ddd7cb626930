// SPDX-License-Identifier: ISC
//
// Runs what judges an authorization server from outside, the official conformance suite and two OAuth client
// libraries, against one front:  run.mjs fastcgi|cgi|inproc [FILTER...]

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../lib/live.mjs';

await run(path.dirname(fileURLToPath(import.meta.url)));
