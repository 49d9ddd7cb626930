// SPDX-License-Identifier: ISC
//
// A test for a requirement of the protocol (T01, V01, M01, R01 ...) instead of a row of the security table; and the
// access tokens that the tests of one installation share.

import { obtain } from './oauth.mjs';
import { row, rows } from './rows.mjs';

/** As row(), for an id of the protocol's list of requirements. */
export function need(id, name, fn, opts) {
	if (!/^[TVMRB]\d\d[a-z]?$/.test(id)) throw new Error(`not a requirement id: ${id}`);
	row('PR-00', name, fn, opts);
	rows.at(-1).id = id;
}

/** An access token with this scope (both scopes, when none is named), got once for each installation. */
export async function tokenFor(s, scope = 'read:knowledge write:knowledge') {
	s.shared ??= new Map();
	if (!s.shared.has(scope)) s.shared.set(scope, obtain(s, { scope }).then((got) => got.tokens.access_token));
	return s.shared.get(scope);
}
