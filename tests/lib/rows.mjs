// SPDX-License-Identifier: ISC
//
// The list of tests. A test stands for one row of the security table and carries its id; it gets a running
// installation, by default one that all tests with the same settings share.

import { ALL } from './fronts.mjs';

export const rows = [];
let currentFile = '';

export function setFile(name) {
	currentFile = name;
}

/**
 * fn(s, front) is the test; s is null with `own: 'none'` (the test starts what it needs with harness.start).
 * fronts: where it runs (default all; see fronts.mjs); settings: of mcp-cgi.conf; own: true gives it an installation of its own,
 * and lets it run beside the others; alone: true runs it when nothing else does (for measured times).
 */
export function row(
	id,
	name,
	fn,
	{ fronts = ALL, settings = {}, own = false, alone = false, user = true } = {},
) {
	if (!/^[A-Z]{2}-\d\d[a-z]?$/.test(id)) throw new Error(`not a row id: ${id}`);
	rows.push({ id, name, fn, fronts, settings, own, alone, user, file: currentFile });
}
