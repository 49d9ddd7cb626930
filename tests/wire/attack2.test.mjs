// SPDX-License-Identifier: ISC
//
// What a second reader of the code tried: an empty list that narrowed nothing, memory that grew with the square of a person's
// history, rows that grew with every request, and what one program obeyed and another did not.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { row } from '../lib/rows.mjs';
import { eq, lacks, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { startDocuments } from '../lib/documents.mjs';
import { assertion, jwks, keyPair, proof } from '../lib/jwt.mjs';
import { addClient, ctl } from '../lib/operator.mjs';
import { answerOf, assertAlive, authorize, authParams, consent, credentials, follow, get, pkce, post, raw, register, toConsent, token, TRUSTED } from '../lib/oauth.mjs';

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

row(
	'AC-02',
	'what a page costs does not grow with the square of how often an app was allowed',
	async (s) => {
		const client = await register(s, { redirect_uris: [TRUSTED] });
		const { jar } = await toConsent(s, { client });
		const put = (scope, at, used, n) =>
			s.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${n})
				INSERT INTO grants (user_id, client_id, scope, resource, created_at, used_at, expires_at)
				SELECT id, '${client.client_id}', '${scope}', '${s.resource}', ${at}, ${used}, unixepoch() + 100000 FROM n, user`);
		put('read:knowledge', 1000000000, 1500000000, 3000);
		put('read:knowledge offline_access', 1100000000, 1600000000, 3000);
		const [{ peak: before }] = s.processes();
		const account = await get(s, '/account', jar);
		page(account, 200, 'account');
		const asked = await get(s, '/authorize?' + new URLSearchParams(authParams(s, client, { scope: 'write:knowledge', code_challenge: pkce().challenge })), jar);
		page(asked, 200, 'consent');
		const [{ peak: after }] = s.processes();
		ok(after - before < 32 * 1024 * 1024, `more memory: ${(after - before) / 1024} KiB`);
		eq(account.text.match(/name="grant"/g)?.length, 1, 'apps on the page');
		match(account.text, /datetime="2001-09-09T.*datetime="2020-09-13T/s, 'since the first, used the last time');
		match(account.text, /Search and read.*Stay connected/s, 'what all of them allow');
		match(asked.text, /already allowed.*Search and read.*Stay connected/s, 'what was allowed before');
	},
	{ own: true, fronts: ['inproc'] },
);

row(
	'RG-22',
	'a client may not change itself without end: each change is a row that stays',
	async (s) => {
		const metadata = { redirect_uris: ['https://c.example/cb'], token_endpoint_auth_method: 'client_secret_basic' };
		const client = await register(s, metadata);
		const put = (n) =>
			raw(s, {
				method: 'PUT',
				path: `/register/${client.client_id}`,
				headers: { Authorization: `Bearer ${client.registration_access_token}`, 'Content-Type': 'application/json' },
				body: JSON.stringify({ ...metadata, client_id: client.client_id, client_name: `name ${n}` }),
			});
		const before = s.counts().audit;
		const codes = [];
		for (let i = 0; i < 22; i++) codes.push((await put(i)).status);
		eq(codes, [...Array(20).fill(200), 429, 429], 'twenty in an hour');
		eq((await put(19)).status, 200, 'what changes nothing costs nothing');
		ok(s.counts().audit - before <= 22, 'rows of the audit');
	},
	{ own: true, settings: { rate_limits: 'on' } },
);

row(
	'CF-10',
	'what strangers said drives no terminal of the operator, also where mcpctl speaks to programs',
	async (s) => {
		const hostile = 'x\u0007\u007f\u009b2J\u061c\u200f\u202e\u2066y é';
		const client_name = 'n\u009b2J\u202e é';
		const client = await register(s, { redirect_uris: [TRUSTED], client_name });
		await post(s, authParams(s, client, { code_challenge: pkce().challenge, resource: hostile }));
		const said = { audit: ctl(s, ['audit']), trace: ctl(s, ['trace', '--json']), list: ctl(s, ['client', 'list', '--json']) };
		for (const [what, text] of Object.entries(said)) {
			lacks(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/, what);
			match(text, /é/, `${what}: what can be read is`);
		}
		ok(said.audit.split('\n').filter(Boolean).some((line) => JSON.parse(line).why.includes(hostile)), 'the audit, read again');
		ok(JSON.parse(said.list).some((c) => c.client_name === client_name), 'the list, read again');
	},
	{ own: true },
);

/* ---- keys that are fetched ---- */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-cgi-keys-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const web = await startDocuments({ dir: folder });
const TRUST = { cimd_ca_file: web.caFile };
const asked = (at) => web.requests.filter((r) => r.path === at).length;

/** A document whose keys are elsewhere, and whoever is signed in has come with it: a code waits. */
async function byKeys(s, name, doc = {}, { pinned } = {}) {
	const client = {
		client_id: web.url(`/${name}`), client_name: name, redirect_uris: [TRUSTED],
		token_endpoint_auth_method: 'private_key_jwt', jwks_uri: web.url(`/${name}/keys`), ...doc,
	};
	web.set(`/${name}`, { body: client });
	if (pinned) ctl(s, ['client', 'import', s.write(`${name}.json`, JSON.stringify(client))]);
	s.redirects.add(TRUSTED);
	s.jar ??= (await toConsent(s)).jar;
	const { verifier, challenge } = pkce();
	const r = await follow(s, await authorize(s, authParams(s, client, { code_challenge: challenge }), s.jar), s.jar);
	const code = answerOf(await consent(s, r, s.jar)).one('code');
	const grant = { grant_type: 'authorization_code', code, redirect_uri: TRUSTED, code_verifier: verifier };
	return (key) => token(s, { ...grant, ...proof(assertion(s, client.client_id, key)) });
}

row(
	'CI-12',
	'with client_id_documents = pinned the keys of a pinned document are not fetched either',
	async (s) => {
		const key = keyPair('pinned');
		web.set('/pinned/keys', { body: jwks(key) });
		const ask = await byKeys(s, 'pinned', {}, { pinned: true });
		oauthError(await ask(key), 401, 'invalid_client', 'a proof by a key that is elsewhere');
		eq(asked('/pinned/keys'), 0, 'requests for the keys');
		const inside = await byKeys(s, 'inside', { jwks_uri: undefined, jwks: jwks(key) }, { pinned: true });
		status(await inside(key), 200, 'a proof by a key that was imported');
	},
	{ settings: { ...TRUST, client_id_documents: 'pinned' } },
);

row(
	'TO-02',
	"a machine whose keys are at an address: they are fetched once, kept, and looked for again when a new one signs; another's is refused",
	async (s) => {
		const [key, next, other] = [keyPair('m-one'), keyPair('m-two'), keyPair('m-other')];
		web.set('/machine/keys', { body: jwks(key) });
		const machine = addClient(s, 'keys elsewhere', { method: 'private_key_jwt', args: ['--scope', 'read:knowledge', '--jwks-uri', web.url('/machine/keys')] });
		eq(asked('/machine/keys'), 0, 'requests before anybody comes');
		const ask = (k, o) => token(s, { grant_type: 'client_credentials', resource: s.resource, ...proof(assertion(s, machine.client_id, k, o)) });
		const got = status(await ask(key), 200, 'its key').json;
		eq([got.scope, got.refresh_token], ['read:knowledge', undefined], 'what it got');
		await assertAlive(s, got.access_token);
		status(await ask(key), 200, 'once more');
		eq(asked('/machine/keys'), 1, 'requests for the keys');
		oauthError(await ask(other), 401, 'invalid_client', 'a key that is not there');
		eq(asked('/machine/keys'), 2, 'looked for again');
		oauthError(await ask(other, { header: { kid: key.kid } }), 401, 'invalid_client', 'another key by the name of the right one');
		web.set('/machine/keys', { body: jwks(next) });
		status(await ask(next), 200, 'the key that came after');
		oauthError(await ask(key), 401, 'invalid_client', 'the key of before');
		web.set('/nowhere/keys', { status: 404 });
		const bare = addClient(s, 'keys nowhere', { method: 'private_key_jwt', args: ['--scope', 'read:knowledge', '--jwks-uri', web.url('/nowhere/keys')] });
		oauthError(
			await token(s, { grant_type: 'client_credentials', ...proof(assertion(s, bare.client_id, key)) }), 401, 'invalid_client', 'no keys at all');
	},
	{ own: true, settings: { ...TRUST, client_credentials: 'on', limit_keys: '20/60' } },
);

row(
	'CI-16',
	'keys that are not to be had are not asked for at every assertion, and a key that was not looked for may still be',
	async (s) => {
		const key = keyPair('k-one');
		web.set('/down/keys', { status: 500 });
		const down = await byKeys(s, 'down');
		for (let i = 0; i < 4; i++) oauthError(await down(key), 401, 'invalid_client', 'no keys');
		eq(asked('/down/keys'), 1, 'requests for keys that are not to be had');

		web.set('/up/keys', { body: jwks(key) });
		const up = await byKeys(s, 'up');
		oauthError(await up(keyPair('k-two')), 401, 'invalid_client', 'a key that is nowhere yet');
		eq(asked('/up/keys'), 2, 'requests for keys that are there');
		s.sql("DELETE FROM limits WHERE key LIKE 'keys %'; UPDATE limits SET count = 1000 WHERE key LIKE 'fetch %'", { json: false });
		status(await up(keyPair('k-two')), 429, "a stranger's budget is used up");
		s.sql("DELETE FROM limits WHERE key LIKE 'fetch %'", { json: false });
		web.set('/up/keys', { body: jwks(key, keyPair('k-two')) });
		status(await up(keyPair('k-two')), 200, 'the turn of the client is not');
	},
	{ own: true, settings: { ...TRUST, rate_limits: 'on' } },
);

row(
	'CI-16',
	'how often keys may be looked for again is a setting, and holds where the limits are off',
	async (s) => {
		web.set('/twice/keys', { body: jwks(keyPair('k-one')) });
		const twice = await byKeys(s, 'twice');
		for (let i = 0; i < 4; i++) oauthError(await twice(keyPair('k-two')), 401, 'invalid_client', 'a key that is nowhere');
		eq(asked('/twice/keys'), 3, 'requests for the keys: one to have them, two to look again');
	},
	{ own: true, settings: { ...TRUST, limit_keys: '2/60' } },
);

row(
	'CI-16',
	'where a host has been asked too often, the keys of an hour ago serve',
	async (s) => {
		const key = keyPair('k-one');
		web.set('/old/keys', { body: jwks(key) });
		const old = await byKeys(s, 'old');
		oauthError(await old(keyPair('k-two')), 401, 'invalid_client', 'the keys are fetched');
		s.sql("UPDATE client SET keys_at = keys_at - 7200; UPDATE limits SET count = 1000 WHERE key LIKE 'fetch-host %'", { json: false });
		status(await old(key), 200, 'a proof by a key of an hour ago');
	},
	{ own: true, settings: { ...TRUST, rate_limits: 'on' } },
);

row(
	'CF-02',
	'backup and restore follow no link that the account of the web programs may have put in the place of the database',
	async (s) => {
		const backup = `${s.dir}/etc/backup.db`;
		ctl(s, ['backup', backup]);
		fs.renameSync(s.db, `${s.db}.real`);
		fs.symlinkSync(`${s.db}.real`, s.db);
		const was = fs.readFileSync(`${s.db}.real`);
		try {
			for (const args of [['restore', backup], ['backup', `${backup}.2`]]) {
				const r = s.ctl(args);
				eq(r.status, 1, `mcpctl ${args[0]}`);
				match(r.stderr, /is not a regular file/, `mcpctl ${args[0]}`);
			}
			ok(fs.readFileSync(`${s.db}.real`).equals(was), 'what the link leads to is untouched');
		} finally {
			fs.unlinkSync(s.db);
			fs.renameSync(`${s.db}.real`, s.db);
		}
	},
	{ own: true, fronts: ['inproc'] },
);
