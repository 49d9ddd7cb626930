// SPDX-License-Identifier: ISC
//
// What a token is worth, told to those resource servers that the operator named, each for its own resource, and to
// nobody else; and that a revocation which could not be written is never said to have happened.

import fs from 'node:fs';
import { LIGHTTPD, REAL } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, lacks, match, oauthError, ok, oneOf, status } from '../lib/check.mjs';
import { addClient, ctl, runCgi } from '../lib/operator.mjs';
import {
	assertAlive,
	assertDead,
	basic,
	credentials,
	formEncode,
	obtain,
	obtainCode,
	random,
	raw,
	refresh,
	register,
	revoke,
	token,
} from '../lib/oauth.mjs';

const ON = { introspection: 'on' };
const TEAM = '{issuer}/team-b/mcp';
const TWO = { ...ON, client_credentials: 'on', [`[resource ${TEAM}]`]: { name: 'Team B' } };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

function look(s, caller, what, more = {}, headers = {}) {
	const c = caller ? credentials(caller) : { params: {}, headers: {} };
	return raw(s, {
		method: 'POST',
		path: '/introspect',
		body: formEncode({ token: what, ...c.params, ...more }),
		headers: { ...FORM, ...c.headers, ...headers },
	});
}

/** The caller that may ask about tokens for the first resource. */
const watcher = (s) =>
	(s.watcher ??= addClient(s, 'resource server', { args: ['--introspect', s.resource] }));

function inactive(r, what) {
	status(r, 200, what);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	eq(r.text.replace(/\s/g, ''), '{"active":false}', `${what}: body`);
}

function active(r, what) {
	status(r, 200, what);
	match(r.headers['content-type'], /^application\/json$/i, `${what}: Content-Type`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	eq(r.json.active, true, `${what}: active (${r})`);
	return r.json;
}

row(
	'IN-01',
	'without the right credentials nobody learns anything, and all are told the same',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const t = tokens.access_token;
		const w = watcher(s);
		const unmarked = addClient(s, 'not marked');
		const self = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
		const selfPost = await register(s, { token_endpoint_auth_method: 'client_secret_post' });
		const wrong = { ...w, client_secret: w.client_secret.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) };
		const off = addClient(s, 'switched off', { args: ['--introspect', s.resource] });
		ctl(s, ['client', 'disable', off.client_id]);
		const answers = [];
		await each(
			[
				['nobody', () => look(s, null, t)],
				['the client of the token', () => look(s, client, t)],
				['a self-registered client with a secret', () => look(s, self, t)],
				['the same, in the body', () => look(s, selfPost, t)],
				['a client that is not marked', () => look(s, unmarked, t)],
				['wrong secret', () => look(s, wrong, t)],
				[
					'in the body, but registered for Basic',
					() => look(s, { ...w, token_endpoint_auth_method: 'client_secret_post' }, t),
				],
				['only the id', () => look(s, null, t, { client_id: w.client_id })],
				['disabled caller', () => look(s, off, t)],
				['unknown caller', () => look(s, { ...w, client_id: 'c_' + 'A'.repeat(22) }, t)],
				['malformed Basic', () => look(s, null, t, {}, { Authorization: 'Basic !!' })],
				['the token itself', () => look(s, null, t, {}, { Authorization: `Bearer ${t}` })],
			],
			async (name, f) => {
				const r = oauthError(await f(), 401, 'invalid_client', name);
				lacks(r.text, /active|alice|knowledge/, 'the answer');
				if (r.request.headers.Authorization?.startsWith('Basic'))
					match(r.headers['www-authenticate'], /^Basic realm=/, 'WWW-Authenticate');
				answers.push(r.text);
			},
		);
		eq(new Set(answers).size, 1, 'number of different answers');
		active(await look(s, w, t), 'the right caller');
	},
	{ settings: TWO },
);

row(
	'IN-02',
	'what is no live access token for this audience is inactive, and nothing more is said',
	async (s) => {
		const w = watcher(s);
		const got = await obtain(s);
		const flow = await obtainCode(s, { client: got.client, jar: got.jar });
		const flip = (t) => t.slice(0, 20) + (t[20] === 'A' ? 'B' : 'A') + t.slice(21);
		const team = s.resource.replace('/mcp', '/team-b/mcp');
		const sibling = await obtain(s, { resource: team });
		await each(
			[
				['unknown', 'mcpa_' + random(32) + 'AAAAAA'],
				['one character other', flip(got.tokens.access_token)],
				['cut', got.tokens.access_token.slice(0, -1)],
				['longer', got.tokens.access_token + 'x'],
				['refresh token', got.tokens.refresh_token],
				['code', flow.code],
				['secret of the caller', w.client_secret],
				['client_id', got.client.client_id],
				['garbage', 'x'],
				['60 000', 'x'.repeat(60000)],
				['SQL', "' OR 1=1 --"],
				['for the other resource', sibling.tokens.access_token],
				['refresh token for the other resource', sibling.tokens.refresh_token],
			],
			async (name, what) => {
				for (const token_type_hint of [undefined, 'access_token', 'refresh_token'])
					inactive(await look(s, w, what, { token_type_hint }), name);
			},
		);
		const other = addClient(s, 'server of team b', { args: ['--introspect', team] });
		inactive(
			await look(s, other, got.tokens.access_token),
			'for the first resource, asked by the second',
		);
		eq(active(await look(s, other, sibling.tokens.access_token), 'its own').aud, team, 'aud');
		const both = addClient(s, 'server of both', {
			args: ['--introspect', s.resource, '--introspect', team],
		});
		for (const one of [got, sibling])
			active(await look(s, both, one.tokens.access_token), 'marked for both');
	},
	{ settings: TWO },
);

row(
	'IN-02',
	'after revocation, for a disabled user or client it is inactive at once',
	async (s) => {
		const w = watcher(s);
		const one = await obtain(s);
		active(await look(s, w, one.tokens.access_token), 'fresh');
		status(await revoke(s, one.client, one.tokens.access_token), 200, 'revocation');
		inactive(await look(s, w, one.tokens.access_token), 'revoked');
		const next = (await refresh(s, one.client, one.tokens.refresh_token)).json;
		active(await look(s, w, next.access_token), 'refreshed');
		status(await revoke(s, one.client, next.refresh_token), 200, 'revocation of the grant');
		inactive(await look(s, w, next.access_token), 'token of a revoked grant');
		const two = await obtain(s);
		ctl(s, ['client', 'disable', two.client.client_id]);
		inactive(await look(s, w, two.tokens.access_token), 'token of a disabled client');
		s.addUser('carol');
		const three = await obtain(s, { username: 'carol' });
		active(await look(s, w, three.tokens.access_token), "carol's token");
		ctl(s, ['user', 'disable', 'carol']);
		inactive(await look(s, w, three.tokens.access_token), 'token of a disabled user');
	},
	{ own: true, settings: TWO },
);

row(
	'IN-02',
	'an expired token is inactive',
	async (s) => {
		const { tokens } = await obtain(s);
		const w = watcher(s);
		await sleep(2100);
		inactive(await look(s, w, tokens.access_token), 'expired');
	},
	{ own: true, settings: { ...ON, access_ttl: 1 } },
);

row(
	'IN-03',
	'a live token: who, for whom, for what, until when',
	async (s) => {
		const w = watcher(s);
		const { client, tokens } = await obtain(s, { scope: 'read:knowledge offline_access' });
		const before = Math.floor(Date.now() / 1000);
		for (const token_type_hint of [undefined, 'access_token', 'refresh_token', 'nonsense']) {
			const doc = active(
				await look(s, w, tokens.access_token, { token_type_hint }),
				`hint ${token_type_hint}`,
			);
			eq(
				Object.keys(doc).sort(),
				['active', 'aud', 'client_id', 'exp', 'iat', 'iss', 'scope', 'sub', 'token_type', 'username'],
				'members',
			);
			ok(doc.scope.split(' ').includes('read:knowledge'), `scope: ${doc.scope}`);
			ok(!doc.scope.split(' ').includes('write:knowledge'), `scope: ${doc.scope}`);
			eq(doc.client_id, client.client_id, 'client_id');
			eq(doc.username, 'alice', 'username');
			eq(doc.token_type, 'Bearer', 'token_type');
			eq(doc.aud, s.resource, 'aud');
			eq(doc.iss, s.issuer, 'iss');
			ok(typeof doc.sub === 'string' && doc.sub.length > 0, 'sub');
			ok(Number.isInteger(doc.iat) && Math.abs(doc.iat - before) < 60, `iat: ${doc.iat}`);
			eq(doc.exp - doc.iat, 3600, 'time between iat and exp');
		}
		const post = addClient(s, 'by post', {
			method: 'client_secret_post',
			args: ['--introspect', s.resource],
		});
		active(await look(s, post, tokens.access_token), 'credentials in the body');
		const worker = addClient(s, 'worker', { args: ['--scope', 'read:knowledge'] });
		const r = await token(
			s,
			{ grant_type: 'client_credentials' },
			basic(worker.client_id, worker.client_secret),
		);
		status(r, 200, 'client_credentials');
		const doc = active(await look(s, w, r.json.access_token), 'token of a machine');
		ok(!('username' in doc), 'a machine has no user name');
		eq(doc.client_id, worker.client_id, 'client_id of the machine');
		match(
			(await look(s, w, tokens.access_token)).headers['access-control-allow-origin'] ?? 'none',
			/^none$/,
			'CORS',
		);
	},
	{ settings: TWO },
);

row(
	'IN-04',
	'only by POST, only as a form, only with one token',
	async (s) => {
		const { tokens } = await obtain(s);
		const w = watcher(s);
		const headers = { ...FORM, ...credentials(w).headers };
		for (const method of ['GET', 'PUT', 'DELETE', 'HEAD']) {
			const r = await raw(s, {
				method,
				path: `/introspect?token=${tokens.access_token}`,
				headers: credentials(w).headers,
			});
			status(r, 405, method);
			match(r.headers.allow, /\bPOST\b/, 'Allow');
			lacks(r.text, /active/, method);
		}
		const query = await raw(s, {
			method: 'POST',
			path: `/introspect?token=${tokens.access_token}`,
			headers,
			body: '',
		});
		oauthError(query, 400, 'invalid_request', 'the token in the query');
		oauthError(await look(s, w, undefined), 400, 'invalid_request', 'no token');
		oauthError(await look(s, w, ''), 400, 'invalid_request', 'empty token');
		oauthError(await look(s, w, [tokens.access_token, 'x']), 400, 'invalid_request', 'two tokens');
		const json = { 'Content-Type': 'application/json' };
		oauthError(
			await look(s, w, tokens.access_token, {}, json),
			400,
			'invalid_request',
			'said to be JSON',
		);
		status(
			await raw(s, { method: 'POST', path: '/introspect/x', headers, body: '' }),
			404,
			'below the route',
		);
		status(
			await raw(s, {
				method: 'POST',
				path: '/introspect',
				headers,
				body: 'token=' + 'x'.repeat(70000),
			}),
			413,
			'70 000 bytes',
		);
	},
	{ settings: TWO },
);

row('IN-04', 'switched off it is not there', async (s) => {
	const { tokens } = await obtain(s);
	const r = await look(s, null, tokens.access_token);
	status(r, 404, 'switched off');
	lacks(r.text, /active/, 'answer');
});

/* ---- what cannot be written ---- */

/** Lets no process of the server write a file longer than this; null lifts it. The others write more than that into their logs. */
function fileLimit(s, bytes) {
	for (const { pid } of [{ pid: s.child.pid }, ...s.processes()]) {
		const r = s.run(['prlimit', '--pid', String(pid), `--fsize=${bytes ?? 'unlimited'}:unlimited`]);
		if (r.status !== 0 && fs.existsSync(`/proc/${pid}`)) throw new Error(`prlimit: ${r.stderr}`);
	}
}

row(
	'RV-09',
	'a revocation that cannot be written is a 503, and the token lives on until it can',
	async (s) => {
		const { client, tokens } = await obtain(s);
		for (const what of [tokens.access_token, tokens.refresh_token]) {
			fileLimit(s, 4096);
			try {
				const r = oauthError(
					await revoke(s, client, what),
					503,
					'temporarily_unavailable',
					'the disk is full',
				);
				match(r.headers['retry-after'], /^[1-9]\d*$/, 'Retry-After');
				lacks(r.text, /sqlite|disk|full|I\/O/i, 'answer');
			} finally {
				fileLimit(s, null);
			}
			if (what === tokens.access_token) await assertAlive(s, what, 'not revoked');
			status(await revoke(s, client, what), 200, 'with room again');
			await assertDead(s, tokens.access_token);
		}
		oauthError(await refresh(s, client, tokens.refresh_token), 400, 'invalid_grant', 'revoked');
		eq(s.sql('PRAGMA integrity_check')[0].integrity_check, 'ok', 'integrity of the database');
	},
	{ own: true, fronts: LIGHTTPD },
);

row(
	'RV-09',
	'nor one into a database that can only be read',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const folder = s.db.replace(/\/[^/]*$/, '');
		const modes = [folder, ...fs.readdirSync(folder).map((f) => `${folder}/${f}`)].map((f) => [
			f,
			fs.statSync(f).mode & 0o777,
		]);
		const body = formEncode({ token: tokens.refresh_token, client_id: client.client_id });
		const ask = () =>
			runCgi(s, 'revoke', {
				method: 'POST',
				body,
				env: { CONTENT_TYPE: 'application/x-www-form-urlencoded' },
			});
		for (const [f, mode] of modes) fs.chmodSync(f, mode & 0o555);
		try {
			const r = ask();
			oneOf(r.status, [503], `status (${r})`);
			match(r.headers['retry-after'], /^[1-9]\d*$/, 'Retry-After');
		} finally {
			for (const [f, mode] of modes) fs.chmodSync(f, mode);
		}
		await assertAlive(s, tokens.access_token, 'not revoked');
		eq(ask().status, 200, 'status when it can be written');
		await assertDead(s, tokens.access_token);
	},
	{ own: true, fronts: REAL },
);
