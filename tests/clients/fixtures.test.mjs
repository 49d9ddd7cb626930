// SPDX-License-Identifier: ISC
//
// Clients that cannot be run here, as they behave on the wire: each of fixtures/*.json is one way in which one of them
// connects, and goes through all of it, from the first 401 to the revocation.

import fs from 'node:fs';
import { ok } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { imitate } from './imitate.mjs';

const folder = new URL('fixtures/', import.meta.url);
const MEMBERS = ['client', 'does', 'settings', 'origin', 'find', 'insists', 'introduce', 'authorize', 'token', 'use', 'refresh', 'revoke', 'connects', 'forgotten'];

for (const file of fs.readdirSync(folder).filter((f) => f.endsWith('.json')).sort()) {
	const fixture = JSON.parse(fs.readFileSync(new URL(file, folder), 'utf8'));
	for (const name of Object.keys(fixture)) ok(MEMBERS.includes(name), `${file}: no fixture has a member ${name}`);
	live(`${fixture.client}: ${fixture.does}`, ({ s }) => imitate(s, fixture), { settings: fixture.settings, browser: false });
}
