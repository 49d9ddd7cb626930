// SPDX-License-Identifier: ISC
//
// What a second reader of the code tried: an empty list that narrowed nothing, memory that grew with the square of a person's
// history, rows that grew with every request, and what one program obeyed and another did not.

import { row } from '../lib/rows.mjs';
import { oauthError } from '../lib/check.mjs';
import { addClient } from '../lib/operator.mjs';
import { credentials, token } from '../lib/oauth.mjs';

row(
	'TO-01',
	'where no scope is to be had a machine gets none, whatever it asks for',
	async (s) => {
		const resource = `${s.issuer}/closed`;
		const c = credentials(addClient(s, 'everywhere', { args: ['--resource', s.resource, '--resource', resource] }));
		for (const scope of ['write:knowledge', 'offline_access', undefined]) {
			const r = await token(s, { grant_type: 'client_credentials', scope, resource, ...c.params }, c.headers);
			oauthError(r, 400, 'invalid_scope', `scope ${scope}`);
		}
	},
	{ settings: { client_credentials: 'on', '[resource {issuer}/closed]': { scopes: 'offline_access' } } },
);
