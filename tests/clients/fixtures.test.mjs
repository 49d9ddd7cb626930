// SPDX-License-Identifier: ISC
//
// Clients that cannot be run here, as they behave on the wire: each of fixtures/*.json is one way in which one of them
// connects, and goes through all of it, from the first 401 to the revocation.

import fs from 'node:fs';
import path from 'node:path';
import { ok } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { imitate } from './imitate.mjs';

const folder = new URL('fixtures/', import.meta.url);
const MEMBERS = ['client', 'does', 'settings', 'origin', 'find', 'insists', 'introduce', 'authorize', 'token', 'use', 'refresh', 'revoke', 'connects', 'forgotten'];

const fixtures = fs.readdirSync(folder).filter((f) => f.endsWith('.json')).sort().map((file) => {
	const text = fs.readFileSync(new URL(file, folder), 'utf8');
	const fixture = JSON.parse(text);
	for (const name of Object.keys(fixture)) ok(MEMBERS.includes(name), `${file}: no fixture has a member ${name}`);
	return { ...fixture, published: text.includes('{documents}') };
});

const web = await import('../lib/documents.mjs').catch(() => null);
const documents = web && fixtures.some((f) => f.published) ? await web.startDocuments() : null;
if (documents) process.on('exit', () => fs.rmSync(path.dirname(documents.caFile), { recursive: true, force: true }));

for (const fixture of fixtures)
	live(`${fixture.client}: ${fixture.does}`, ({ s }) => imitate(s, fixture, documents), { browser: false,
		settings: Object.fromEntries(Object.entries(fixture.settings ?? {}).map(([k, v]) => [k, v === '{ca}' ? documents?.caFile : v])) });
