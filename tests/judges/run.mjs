// SPDX-License-Identifier: ISC
//
// Runs what judges an authorization server from outside, the official conformance suite and two OAuth client
// libraries, against the site that `make run` serves, with one front:  run.mjs fastcgi|cgi [FILTER...]
// With inproc it is an installation of the tests, under the sanitizers.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDemo } from '../lib/demo.mjs';
import { run } from '../lib/live.mjs';
import { CALLBACK } from './parts.mjs';

/** The libraries register by themselves, where nobody looks on. */
async function begin(o) {
	const s = await startDemo(o);
	s.redirects.add(CALLBACK);
	return s;
}

await run(path.dirname(fileURLToPath(import.meta.url)), { begin });
