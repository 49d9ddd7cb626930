// SPDX-License-Identifier: ISC
//
// Runs the MCP Inspector, on the command line and as a page in Chromium, against the site that `make run` serves:
// run.mjs fastcgi|cgi [FILTER...]

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemo } from '../lib/demo.mjs';
import { run } from '../lib/live.mjs';

await run(path.dirname(fileURLToPath(import.meta.url)), { begin: startDemo });
