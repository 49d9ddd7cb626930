// SPDX-License-Identifier: ISC
//
// How often: each limit is exact, counts for one address (an IPv6 one by its first half), says when to come back, and
// says nothing about who exists.

import fs from 'node:fs';
import { REAL, hasWorkers, isCgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { each, eq, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { addClient, runCgi } from '../lib/operator.mjs';
import {
	assertAlive,
	authorize,
	authParams,
	basic,
	fieldsFor,
	follow,
	formEncode,
	Jar,
	obtain,
	obtainCode,
	pkce,
	post,
	random,
	raw,
	redeem,
	refresh,
	register,
	registerRaw,
	revoke,
	token,
} from '../lib/oauth.mjs';

const LIMITS = (more) => ({ own: true, settings: { rate_limits: 'on', ...more } });
const many = (n, f) => Promise.all(Array.from({ length: n }, (_, i) => f(i)));
const fresh = () => ({
	client_name: `Flood ${random(8)}`,
	redirect_uris: ['https://c.example/cb'],
	token_endpoint_auth_method: 'none',
});

function later(r, what, most = 3600) {
	const n = r.headers['retry-after'];
	match(n, /^[1-9]\d*$/, `${what}: Retry-After`);
	ok(Number(n) <= most, `${what}: Retry-After is ${n}`);
}

function putOffJson(r, what, most) {
	oauthError(r, 429, undefined, what);
	later(r, what, most);
	return r;
}

function putOffPage(r, what, most) {
	page(r, 429, what);
	later(r, what, most);
	return r;
}

const guess = (s, o = {}, more = {}) =>
	token(
		s,
		{
			grant_type: 'authorization_code',
			code: 'mcpc_' + random(32) + 'AAAAAA',
			client_id: 'c_' + 'A'.repeat(22),
			code_verifier: pkce().verifier,
			...more,
		},
		{},
		o,
	);

row(
	'TO-05',
	'failed requests at the token endpoint are counted for each address, and then put off',
	async (s) => {
		const { client, tokens } = await obtain(s);
		let current = tokens.refresh_token;
		for (let i = 0; i < 12; i++) {
			const r = await refresh(s, client, current, {}, {}, { from: '127.0.7.1' });
			status(r, 200, `success ${i + 1} costs nothing`);
			current = r.json.refresh_token;
		}
		for (let i = 0; i < 8; i++)
			status(
				await guess(s, { from: '127.0.7.1' }, { client_id: client.client_id }),
				400,
				`guess ${i + 1}`,
			);
		const known = putOffJson(
			await guess(s, { from: '127.0.7.1' }, { client_id: client.client_id }),
			'guess 9, a client that exists',
			60,
		);
		const unknown = putOffJson(
			await guess(s, { from: '127.0.7.1' }),
			'guess 9, a client that does not',
			60,
		);
		eq(unknown.text, known.text, 'the two answers');
		putOffJson(
			await refresh(s, client, current, {}, {}, { from: '127.0.7.1' }),
			'a right request from there',
			60,
		);
		const r = await refresh(s, client, current, {}, {}, { from: '127.0.7.2' });
		status(r, 200, 'the same from another address');
		await assertAlive(s, r.json.access_token);
		const flow = await obtainCode(s, { client });
		status(await redeem(s, flow), 200, 'a code from another address');
		const headers = { 'X-Forwarded-For': '9.9.9.9', Forwarded: 'for=9.9.9.9', 'X-Real-IP': '9.9.9.9' };
		putOffJson(
			await token(s, { grant_type: 'x', client_id: 'x' }, headers, { from: '127.0.7.1' }),
			'a forged address does not help',
			60,
		);
	},
	LIMITS({ limit_token: '8/60' }),
);

row(
	'TO-05',
	'failures at the three endpoints add up',
	async (s) => {
		const client = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
		const caller = addClient(s, 'caller', { args: ['--introspect', s.resource] });
		const wrong = basic(client.client_id, 'wrong');
		const headers = { 'Content-Type': 'application/x-www-form-urlencoded', ...wrong };
		const from = '127.0.7.9';
		const at = (path) =>
			raw(s, {
				method: 'POST',
				path,
				headers,
				body: formEncode({ token: 'x', grant_type: 'client_credentials' }),
				from,
			});
		for (let i = 0; i < 3; i++)
			for (const path of ['/token', '/revoke', '/introspect'])
				status(await at(path), 401, `${path}, failure ${i + 1}`);
		for (const path of ['/token', '/revoke', '/introspect']) putOffJson(await at(path), path, 60);
		const mine = {
			'Content-Type': 'application/x-www-form-urlencoded',
			...basic(caller.client_id, caller.client_secret),
		};
		const r = await raw(s, {
			method: 'POST',
			path: '/introspect',
			headers: mine,
			body: formEncode({ token: 'x' }),
			from: '127.0.7.8',
		});
		status(r, 200, 'a right caller from another address');
	},
	LIMITS({ limit_token: '9/60', introspection: 'on', client_credentials: 'on' }),
);

row(
	'TO-05',
	'a hundred guesses at once: no more than allowed, and those that had begun',
	async (s) => {
		const { client } = await obtain(s);
		const all = await many(100, () => guess(s, { from: '127.0.7.3' }, { client_id: client.client_id }));
		// a guess counts when it has failed: each process may have one under way, and as CGI each guess has a process
		const most = s.front === 'inproc' ? 20 : hasWorkers(s.front) ? 24 : 100;
		const looked = all.filter((r) => r.status === 400).length;
		ok(looked >= 20 && looked <= most, `guesses that were looked at: ${looked}`);
		for (const r of all.filter((x) => x.status !== 400)) putOffJson(r, 'the others', 60);
		putOffJson(await guess(s, { from: '127.0.7.3' }, { client_id: client.client_id }), 'one more', 60);
		const counts = s.counts();
		const rows = Object.entries(counts).filter(([t]) => /limit/.test(t));
		for (const [t, n] of rows) ok(n < 50, `${n} rows of ${t}`);
	},
	LIMITS({ limit_token: '20/60' }),
);

row(
	'CN-07',
	'a thousand registrations at once from fifty addresses: the limit is exact for each, and the file stays small',
	async (s) => {
		const jobs = Array.from({ length: 1000 }, (_, i) => `127.0.8.${1 + (i % 50)}`);
		const all = [];
		const worker = async () => {
			for (let from = jobs.shift(); from; from = jobs.shift()) all.push({ from, r: await registerRaw(s, fresh(), { from }) });
		};
		// as plain CGI each of them is a process of its own that waits for the one writer
		await many(isCgi(s.front) ? 10 : 50, worker);
		eq(all.length, 1000, 'answers');
		for (let a = 1; a <= 50; a++) {
			const mine = all.filter((x) => x.from === `127.0.8.${a}`);
			eq([mine.length, mine.filter((x) => x.r.status === 201).length], [20, 5], `asked and registered from 127.0.8.${a}`);
			for (const { r } of mine.filter((x) => x.r.status !== 201)) putOffJson(r, `127.0.8.${a}`);
		}
		eq(s.counts().client, 250, 'rows of client');
		const size = fs.statSync(s.db).size + (fs.existsSync(`${s.db}-wal`) ? fs.statSync(`${s.db}-wal`).size : 0);
		ok(size < 20 << 20, `the database has ${size} bytes`);
	},
	LIMITS({ limit_register: '5/3600', limit_register_all: '1000/3600' }),
);

/** Clients that nobody has agreed to, from c_flood_1 (the oldest) on, the youngest of them two hours old. */
const flood = (s, n) =>
	s.sql(
		`WITH RECURSIVE x(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM x WHERE i < ${n})
		 INSERT INTO client (id, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at)
		 SELECT 'c_flood_' || i, 'Flood', 'none', '["https://c.example/cb"]', 'authorization_code', '', '{}', unixepoch() - 7200 - ${n} + i FROM x`,
		{ json: false },
	);

row(
	'CN-07',
	'of clients that nobody has agreed to a thousand are kept: the oldest go, and never one that somebody uses',
	async (s) => {
		const used = await obtain(s);
		const young = await register(s, { client_name: 'Young' });
		s.sql(`UPDATE client SET created_at = 1 WHERE id = '${used.client.client_id}'`, { json: false });
		flood(s, 1010);
		const fewest = () => s.sql("SELECT count(*) AS n, min(created_at) AS at FROM client WHERE agreed_at = 0")[0];
		eq(fewest().n, 1011, 'clients that nobody has agreed to');
		await register(s, { client_name: 'One more' });
		const left = s.sql("SELECT id FROM client WHERE id LIKE 'c_flood_%' ORDER BY created_at").map((x) => x.id);
		eq(left.slice(0, 1), ['c_flood_12'], 'the oldest that is left');
		eq(fewest().n, 1001, 'a thousand, and the new one');
		for (let i = 0; i < 3; i++) await register(s, { client_name: `Another ${i}` });
		eq(fewest().n, 1001, 'and no more');
		const there = s.sql('SELECT id FROM client').map((x) => x.id);
		for (const c of [used.client, young]) ok(there.includes(c.client_id), 'who is used, and who is young, is there');
		await assertAlive(s, used.tokens.access_token);
		status(await refresh(s, used.client, used.tokens.refresh_token), 200, 'refresh');
	},
	{ own: true },
);

row(
	'CN-07',
	'a client that nobody has used for ninety days goes with the next registration, one that holds a grant stays',
	async (s) => {
		const [gone, holds, fresh] = [await obtain(s), await obtain(s), await obtain(s)];
		const back = (days, { client_id }) =>
			s.sql(`UPDATE client SET created_at = created_at - ${days} * 86400, agreed_at = agreed_at - ${days} * 86400 WHERE id = '${client_id}'`, { json: false });
		const there = () => s.sql('SELECT id FROM client').map((x) => x.id);
		for (const x of [gone, holds]) back(91, x.client);
		back(89, fresh.client);
		for (const x of [gone, fresh]) status(await revoke(s, x.client, x.tokens.refresh_token), 200, 'revocation');
		await register(s, { client_name: 'The next' });
		eq([gone, holds, fresh].map((x) => there().includes(x.client.client_id)), [false, true, true], 'who is there');
		await assertAlive(s, holds.tokens.access_token);
		page(await authorize(s, authParams(s, gone.client, { code_challenge: pkce().challenge })), 400, 'authorization of a client that is gone');
	},
	{ own: true },
);

row(
	'CN-07',
	'and the limit of all together is exact, too',
	async (s) => {
		const all = await many(60, (i) => registerRaw(s, fresh(), { from: `127.0.9.${1 + i}` }));
		eq(all.filter((r) => r.status === 201).length, 15, 'registered');
		for (const r of all.filter((x) => x.status !== 201)) putOffJson(r, 'the others');
	},
	LIMITS({ limit_register: '5/3600', limit_register_all: '15/3600' }),
);

row(
	'LG-05',
	'authorization requests are counted for each address and for all',
	async (s) => {
		const client = await register(s);
		const ask = (from, id = client.client_id) =>
			authorize(
				s,
				authParams(s, { ...client, client_id: id }, { code_challenge: pkce().challenge }),
				new Jar(),
				{ from },
			);
		for (let i = 0; i < 6; i++) status(await ask('127.0.7.1'), 200, `request ${i + 1}`);
		const known = putOffPage(await ask('127.0.7.1'), 'one too many', 300);
		const unknown = putOffPage(
			await ask('127.0.7.1', 'c_' + 'A'.repeat(22)),
			'for a client that does not exist',
			300,
		);
		const plain = (r) => r.text.replace(/\b[0-9a-f]{8,16}\b/g, 'REFERENCE');
		eq(plain(unknown), plain(known), 'the two pages');
		for (let i = 0; i < 6; i++)
			status(
				await ask(`127.0.7.${10 + i}`),
				200,
				'from other addresses, whom the refused ones cost nothing',
			);
		putOffPage(await ask('127.0.7.99'), 'one too many of all', 600);
	},
	LIMITS({ limit_authorize: '6/300', limit_authorize_all: '12/600' }),
);

row(
	'LG-05',
	'sign-ins are counted for each address, the same for names that exist and that do not',
	async (s) => {
		const client = await register(s);
		const jar = new Jar();
		const p = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
			jar,
		);
		const attempt = (username, password, from) =>
			post(s, { ...fieldsFor(p, 'login'), username, password }, jar.copy(), {}, { from });
		for (let i = 0; i < 4; i++)
			status(await attempt(`nobody-${i}`, 'wrong wrong wrong', '127.0.7.1'), 401, `failure ${i + 1}`);
		const known = putOffPage(await attempt('alice', s.password, '127.0.7.1'), 'a name that exists', 900);
		const unknown = putOffPage(
			await attempt('nobody-else', s.password, '127.0.7.1'),
			'a name that does not',
			900,
		);
		const plain = (r) => r.text.replace(/\b[0-9a-f]{8,16}\b/g, 'REFERENCE');
		eq(plain(unknown), plain(known), 'the two pages');
		status(await attempt('alice', s.password, '127.0.7.2'), 303, 'from another address');
	},
	LIMITS({ limit_login: '4/900' }),
);

row(
	'LG-05',
	'sign-ins of all together are counted',
	async (s) => {
		const client = await register(s);
		const jar = new Jar();
		const p = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
			jar,
		);
		const attempt = (i) =>
			post(
				s,
				{ ...fieldsFor(p, 'login'), username: `nobody-${i}`, password: 'wrong wrong wrong' },
				jar.copy(),
				{},
				{ from: `127.0.10.${i}` },
			);
		for (let i = 1; i <= 5; i++) status(await attempt(i), 401, `failure ${i}`);
		putOffPage(await attempt(6), 'one too many', 60);
	},
	LIMITS({ limit_login: '4/900', limit_login_all: '5/60' }),
);

row(
	'RG-19',
	'an IPv6 address counts by its first half, and one that is mapped by its IPv4 address',
	async (s) => {
		const put = (from) =>
			runCgi(s, 'register', {
				method: 'POST',
				body: JSON.stringify(fresh()),
				env: { REMOTE_ADDR: from, CONTENT_TYPE: 'application/json' },
			});
		for (const from of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'])
			eq(put(from).status, 201, `status from ${from}`);
		for (const from of ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:0DB8:1:2:0:0:0:7']) {
			const r = put(from);
			eq(r.status, 429, `status from ${from}`);
			match(r.headers['retry-after'], /^\d+$/, 'Retry-After');
		}
		for (const from of ['2001:db8:1:3::1', '2001:db8:1:3::2'])
			eq(put(from).status, 201, `status from ${from}`);
		for (const from of ['192.0.2.7', '::ffff:192.0.2.7'])
			eq(put(from).status, 201, `status from ${from}`);
		eq(put('::ffff:192.0.2.7').status, 429, 'status from the mapped address');
		eq(put('192.0.2.7').status, 429, 'status from the address');
		eq(put('192.0.2.8').status, 201, 'status from its neighbour');
		for (const from of ['', 'x', 'unix:'])
			ok([201, 429, 503].includes(put(from).status), `status from ${JSON.stringify(from)}`);
	},
	{ ...LIMITS({ limit_register: '2/3600' }), fronts: REAL },
);

row(
	'RG-19',
	'off is off for all of them',
	async (s) => {
		const client = await register(s);
		for (let i = 0; i < 6; i++) {
			status(await registerRaw(s, fresh()), 201, 'registration');
			status(await guess(s, {}, { client_id: client.client_id }), 400, 'guess');
			status(
				await authorize(s, authParams(s, client, { code_challenge: pkce().challenge })),
				200,
				'authorization',
			);
		}
		const { client: own, tokens } = await obtain(s);
		status(await revoke(s, own, tokens.access_token), 200, 'revocation');
	},
	{
		own: true,
		settings: {
			limit_register: '2/3600',
			limit_token: '2/60',
			limit_authorize: '2/300',
			limit_login: '1/900',
			limit_register_all: '2/3600',
			limit_authorize_all: '2/300',
			limit_login_all: '1/60',
		},
	},
);

row(
	'RG-19',
	'a limit is written as a number in a time, and nothing else is taken',
	async (s) => {
		const before = s.readConf();
		const names = [
			'limit_register',
			'limit_register_all',
			'limit_authorize',
			'limit_authorize_all',
			'limit_login',
			'limit_login_account',
			'limit_login_all',
			'limit_token',
			'limit_fetch',
			'limit_fetch_host',
			'limit_audit',
			'limit_calls',
			'limit_documents',
			'limit_tool_calls',
		];
		const usual = s.ctl(['check']);
		if (s.front !== 'inproc') eq(usual.status, 0, 'exit status of the check');
		await each(names, async (name) => {
			s.writeConf(before);
			s.setConf({ [name]: '7/60' });
			const r = s.ctl(['check']);
			eq([r.status, r.stderr], [usual.status, usual.stderr], 'the check with 7/60');
		});
		await each(
			[
				'7',
				'7/',
				'/60',
				'7/0',
				'0/60',
				'-1/60',
				'7/-60',
				'7 per 60',
				'7/60/1',
				'x/y',
				'7/1e3',
				'99999999999999999999/60',
			].map((x) => [x]),
			async (value) => {
				s.writeConf(before);
				s.setConf({ limit_token: value });
				const r = s.ctl(['check']);
				eq(r.status, 1, 'exit status');
				match(r.stdout + r.stderr, /mcp-cgi\.conf:\d+: .*/, 'reason');
			},
		);
		s.writeConf(before);
	},
	{ own: true },
);
