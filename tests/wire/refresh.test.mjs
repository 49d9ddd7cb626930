// SPDX-License-Identifier: ISC
//
// Refreshing: every use gives the next token, a repeated use within the grace time the same next one, a later one
// ends the family; and whose token it is, for what, and for how long.

import { REAL, isFastcgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, match, oauthError, ok, oneOf, status } from '../lib/check.mjs';
import {
	allowedScopes,
	assertAlive,
	assertDead,
	basic,
	credentials,
	formEncode,
	obtain,
	obtainCode,
	raw,
	redeem,
	refresh,
	register,
	revoke,
	token,
	toConsent,
	useToken,
} from '../lib/oauth.mjs';

const REFRESH = /^mcpr_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/;
const scopes = (text) => text.split(' ').sort();

async function rotate(s, client, old, more) {
	const r = await refresh(s, client, old, more);
	status(r, 200, 'refresh');
	return r.json;
}

const refused = async (s, client, old, what) =>
	oauthError(await refresh(s, client, old), 400, 'invalid_grant', what);

row('TR-01', 'a refresh gives the next tokens', async (s) => {
	for (const metadata of [
		{},
		{ token_endpoint_auth_method: 'client_secret_basic' },
		{ token_endpoint_auth_method: 'client_secret_post' },
	]) {
		const { client, tokens } = await obtain(s, { metadata, scope: 'read:knowledge' });
		const r = await refresh(s, client, tokens.refresh_token);
		status(r, 200);
		match(r.headers['content-type'], /^application\/json$/i, 'Content-Type');
		match(r.headers['cache-control'], /no-store/, 'Cache-Control');
		const t = r.json;
		match(t.refresh_token, REFRESH, 'refresh_token');
		match(t.access_token, /^mcpa_/, 'access_token');
		ok(t.refresh_token !== tokens.refresh_token, 'the refresh token is new');
		ok(t.access_token !== tokens.access_token, 'the access token is new');
		eq([t.token_type, t.expires_in, t.scope], ['Bearer', 3600, 'read:knowledge'], 'rest of the answer');
		await assertAlive(s, t.access_token);
		eq(await allowedScopes(s, t.access_token), ['read:knowledge'], 'what the token may do');
		let last = t;
		for (let i = 0; i < 5; i++) last = await rotate(s, client, last.refresh_token);
		await assertAlive(s, last.access_token, 'token after five more');
	}
});

row('TR-02', 'the old token again, within the grace time: the same successor', async (s) => {
	const { client, tokens } = await obtain(s);
	const first = await rotate(s, client, tokens.refresh_token);
	for (let i = 0; i < 3; i++) {
		const again = await rotate(s, client, tokens.refresh_token);
		eq(again.refresh_token, first.refresh_token, `refresh token of repetition ${i + 1}`);
		eq(scopes(again.scope), scopes(first.scope), 'scope');
		await assertAlive(s, again.access_token);
	}
	await assertAlive(s, first.access_token, 'first access token');
	const next = await rotate(s, client, first.refresh_token);
	ok(next.refresh_token !== first.refresh_token, 'the family goes on');
	await assertAlive(s, next.access_token);
});

row('TR-02', 'only the immediate predecessor has grace', async (s) => {
	const { client, tokens } = await obtain(s);
	const first = await rotate(s, client, tokens.refresh_token);
	const second = await rotate(s, client, first.refresh_token);
	await refused(s, client, tokens.refresh_token, 'grandparent');
	await refused(s, client, second.refresh_token, 'current token afterwards');
	await refused(s, client, first.refresh_token, 'its predecessor afterwards');
	await assertDead(s, second.access_token);
});

row(
	'TR-03',
	'the old token after the grace time ends the family',
	async (s) => {
		const { client, jar, tokens } = await obtain(s);
		const other = await obtain(s, { client, jar });
		const first = await rotate(s, client, tokens.refresh_token);
		const second = await rotate(s, client, first.refresh_token);
		await assertAlive(s, first.access_token);
		await sleep(2300);
		const before = { log: s.logMark(), counts: s.counts() };
		await refused(s, client, first.refresh_token, 'replay');
		// the line may follow the answer
		let lines = [];
		for (let i = 0; i < 100 && !lines.length; i++) {
			lines = s
				.log(before.log)
				.split('\n')
				.filter((l) => /replay|reus/i.test(l));
			if (!lines.length) await sleep(50);
		}
		const audit = Object.entries(s.counts()).filter(
			([t, n]) => /audit/.test(t) && n > before.counts[t],
		).length;
		ok(lines.length === 1 || audit === 1, `one line of the audit: ${JSON.stringify(lines)}`);
		await refused(s, client, second.refresh_token, 'current token afterwards');
		for (const t of [tokens, first, second])
			await assertDead(s, t.access_token, 'access token of the family');
		await assertAlive(s, other.tokens.access_token, 'token of the other grant');
		status(await refresh(s, client, other.tokens.refresh_token), 200, 'refresh of the other grant');
	},
	{ own: true, settings: { refresh_grace: 1 } },
);

row(
	'TR-06',
	'without a grace time a replay ends the family at once',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const first = await rotate(s, client, tokens.refresh_token);
		await assertAlive(s, first.access_token);
		await refused(s, client, tokens.refresh_token, 'replay');
		await refused(s, client, first.refresh_token, 'current token afterwards');
		await assertDead(s, first.access_token);
		await assertDead(s, tokens.access_token, 'first access token');
		await refused(s, client, first.refresh_token, 'and again');
	},
	{ settings: { refresh_grace: 0 } },
);

row('TR-07', 'a refresh token in another hand, or without the proof', async (s) => {
	const others = [
		await register(s),
		await register(s, { token_endpoint_auth_method: 'client_secret_basic' }),
	];
	for (const method of ['none', 'client_secret_basic', 'client_secret_post']) {
		const { client, tokens } = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
		for (const other of others)
			for (let i = 0; i < 2; i++)
				await refused(s, other, tokens.refresh_token, `by another client (${method})`);
		const bare = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
		oauthError(await token(s, bare), [400, 401], ['invalid_request', 'invalid_client'], 'by nobody');
		oauthError(
			await token(s, { ...bare, client_id: 'c_' + 'A'.repeat(22) }),
			401,
			'invalid_client',
			'by an unknown client',
		);
		if (method !== 'none') {
			oauthError(
				await token(s, { ...bare, client_id: client.client_id }),
				401,
				'invalid_client',
				`${method} without the secret`,
			);
			oauthError(
				await token(s, {
					...bare,
					client_id: client.client_id,
					client_secret: 'mcps_' + 'x'.repeat(49),
				}),
				401,
				'invalid_client',
				`${method} with a wrong secret`,
			);
			oauthError(
				await token(s, bare, basic(client.client_id, 'x')),
				401,
				'invalid_client',
				`${method} with wrong Basic`,
			);
		} else {
			oauthError(
				await token(s, bare, basic(client.client_id, 'x')),
				401,
				'invalid_client',
				'public client with Basic',
			);
		}
		await assertAlive(s, tokens.access_token);
		const next = await rotate(s, client, tokens.refresh_token);
		for (const other of others)
			await refused(s, other, tokens.refresh_token, 'used token by another client');
		await assertAlive(s, next.access_token, 'token after attempts of others');
		await rotate(s, client, next.refresh_token);
	}
});

row('TR-08', 'scope may shrink for one access token, and never grows', async (s) => {
	const { client, jar, tokens } = await obtain(s, { scope: 'read:knowledge write:knowledge' });
	const narrow = await rotate(s, client, tokens.refresh_token, { scope: 'read:knowledge' });
	eq(narrow.scope, 'read:knowledge', 'scope of the narrower one');
	eq(await allowedScopes(s, narrow.access_token), ['read:knowledge'], 'what it may do');
	const full = await rotate(s, client, narrow.refresh_token);
	eq(scopes(full.scope), ['read:knowledge', 'write:knowledge'], 'scope when omitted again');
	eq(
		(await allowedScopes(s, full.access_token)).sort(),
		['read:knowledge', 'write:knowledge'],
		'what it may do',
	);
	const same = await rotate(s, client, full.refresh_token, { scope: 'write:knowledge read:knowledge' });
	eq(scopes(same.scope), ['read:knowledge', 'write:knowledge'], 'scope in another order');
	const small = await obtain(s, { jar, scope: 'read:knowledge' });
	await each(
		[
			'read:knowledge write:knowledge',
			'write:knowledge',
			'bogus',
			'read:knowledge bogus',
			'read:knowledge offline_access',
			'"',
			'READ:KNOWLEDGE',
			'read:knowledge\u0000',
			'read:knowledge,write:knowledge',
		],
		async (scope) => {
			oauthError(
				await refresh(s, small.client, small.tokens.refresh_token, { scope }),
				400,
				scope.includes('\u0000') ? ['invalid_scope', 'invalid_request'] : 'invalid_scope',
			);
		},
	);
	const next = await rotate(s, small.client, small.tokens.refresh_token, { scope: '' });
	eq(next.scope, 'read:knowledge', 'scope when empty');
	eq(await allowedScopes(s, next.access_token), ['read:knowledge'], 'what it may do');
});

row(
	'TR-09',
	'another resource is refused before anything rotates',
	async (s) => {
		const { client, tokens } = await obtain(s);
		for (const resource of [
			'https://other.example/mcp',
			s.resource + '2',
			s.resource + '#f',
			'/mcp',
			'x',
			'%',
		])
			oauthError(
				await refresh(s, client, tokens.refresh_token, { resource }),
				400,
				'invalid_target',
				resource,
			);
		const next = await rotate(s, client, tokens.refresh_token, { resource: s.resource });
		oauthError(
			await refresh(s, client, tokens.refresh_token),
			400,
			'invalid_grant',
			'no rotation had happened: this is the replay',
		);
		await assertDead(s, next.access_token);
	},
	{ settings: { refresh_grace: 0 } },
);

row(
	'TR-10',
	'a refresh token that nobody used in time',
	async (s) => {
		const { client, jar, tokens } = await obtain(s);
		const used = await obtain(s, { client, jar });
		const first = await rotate(s, client, used.tokens.refresh_token);
		await sleep(4300);
		await refused(s, client, tokens.refresh_token, 'idle too long');
		await refused(
			s,
			client,
			used.tokens.refresh_token,
			'idle too long, although within the grace time of its use',
		);
		await refused(s, client, first.refresh_token, 'its successor');
	},
	{ own: true, settings: { refresh_idle_ttl: 3 } },
);

row(
	'TR-10',
	'using it moves the idle time, and not the whole time',
	async (s) => {
		const { client, tokens } = await obtain(s);
		let last = tokens;
		const since = Date.now();
		for (let i = 0; i < 3; i++) {
			await sleep(2200);
			last = await rotate(s, client, last.refresh_token);
		}
		await sleep(Math.max(0, 13300 - (Date.now() - since)));
		await refused(s, client, last.refresh_token, 'older than the whole time');
		const r = await useToken(s, last.access_token);
		oneOf(r.status, [200, 401], 'its access token');
	},
	{ own: true, settings: { refresh_idle_ttl: 5, refresh_ttl: 12 } },
);

row('TR-11', 'no token in the place of another', async (s) => {
	const { client, jar, tokens } = await obtain(s);
	const flow = await obtainCode(s, { client, jar });
	await refused(s, client, tokens.access_token, 'access token as refresh token');
	await refused(s, client, flow.code, 'code as refresh token');
	await refused(s, client, 'mcpr_' + tokens.access_token.slice(5), 'access token with the other prefix');
	oauthError(
		await refresh(s, client, tokens.refresh_token + '\u0000'),
		400,
		['invalid_grant', 'invalid_request'],
		'NUL after',
	);
	await refused(s, client, tokens.refresh_token.slice(0, -1), 'cut');
	await refused(s, client, tokens.refresh_token + 'A', 'longer');
	await refused(s, client, "' OR 1=1 --", 'SQL');
	oauthError(
		await refresh(s, client, 'x'.repeat(1 << 17)),
		[400, 413],
		['invalid_grant', 'invalid_request'],
		'128 KiB',
	);
	for (const empty of [undefined, ''])
		oauthError(await refresh(s, client, empty), 400, 'invalid_request', 'none');
	oauthError(
		await token(s, {
			grant_type: 'refresh_token',
			refresh_token: [tokens.refresh_token, tokens.refresh_token],
			client_id: client.client_id,
		}),
		400,
		'invalid_request',
		'twice',
	);
	await assertDead(s, tokens.refresh_token, 'refresh token as access token');
	await assertDead(s, flow.code, 'code as access token');
	oauthError(
		await redeem(s, { ...flow, code: tokens.refresh_token }),
		400,
		'invalid_grant',
		'refresh token as code',
	);
	status(await redeem(s, flow), 200, 'the code is untouched');
	await assertAlive(s, tokens.access_token);
	const next = await rotate(s, client, tokens.refresh_token);
	ok(next.refresh_token !== tokens.refresh_token, 'the refresh token is untouched');
});

row('TR-11', 'a client that does not refresh', async (s) => {
	const { client, tokens } = await obtain(s, { metadata: { grant_types: ['authorization_code'] } });
	ok(!tokens.refresh_token, 'it got no refresh token');
	const other = await obtain(s);
	const r = await refresh(s, client, other.tokens.refresh_token);
	oauthError(r, 400, ['unauthorized_client', 'invalid_grant'], "another's token");
	status(await refresh(s, other.client, other.tokens.refresh_token), 200, "the owner's refresh");
});

row(
	'TR-13',
	'a restart between rotation and replay forgets nothing',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const first = await rotate(s, client, tokens.refresh_token);
		const kept = await obtain(s, { client });
		await s.restart();
		await assertAlive(s, first.access_token, 'token from before the restart');
		await refused(s, client, tokens.refresh_token, 'replay after the restart');
		await refused(s, client, first.refresh_token, 'current token afterwards');
		await assertDead(s, first.access_token);
		const next = await rotate(s, client, kept.tokens.refresh_token);
		await s.restart();
		await assertAlive(s, next.access_token, 'another family after a second restart');
	},
	{ own: true, settings: { refresh_grace: 0 } },
);

row(
	'TR-13',
	'nor does it forget the successor within the grace time',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const first = await rotate(s, client, tokens.refresh_token);
		await s.restart();
		eq(
			(await rotate(s, client, tokens.refresh_token)).refresh_token,
			first.refresh_token,
			'successor after the restart',
		);
	},
	{ own: true },
);

row(
	'TR-14',
	'the user was disabled, or got a new password',
	async (s) => {
		for (const name of ['bob', 'carol']) s.addUser(name);
		const bob = await obtain(s, { username: 'bob' });
		const carol = await obtain(s, { username: 'carol' });
		const alice = await obtain(s);
		eq(s.ctl(['user', 'disable', 'bob']).status, 0, 'mcpctl user disable');
		eq(
			s.ctl(['user', 'passwd', 'carol', '--password-stdin'], 'a passphrase for carol\n').status,
			0,
			'mcpctl user passwd',
		);
		for (const [name, x] of Object.entries({ bob, carol })) {
			await refused(s, x.client, x.tokens.refresh_token, name);
			await assertDead(s, x.tokens.access_token, `${name}'s access token`);
		}
		status(await refresh(s, alice.client, alice.tokens.refresh_token), 200, "alice's refresh");
		eq(s.ctl(['user', 'enable', 'bob']).status, 0, 'mcpctl user enable');
		await refused(s, bob.client, bob.tokens.refresh_token, 'bob, enabled again');
	},
	{ own: true },
);

row(
	'TR-14',
	'the client is gone',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const other = await obtain(s);
		const tables = s
			.sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%client%'")
			.map((t) => t.name);
		let gone = 0;
		for (const table of tables) {
			const key = s
				.sql(`SELECT name FROM pragma_table_info('${table}')`)
				.map((c) => c.name)
				.find(
					(c) =>
						s.sql(`SELECT count(*) AS n FROM "${table}" WHERE "${c}" = '${client.client_id}'`)[0]
							.n > 0,
				);
			if (!key) continue;
			const drop = `DELETE FROM "${table}" WHERE "${key}" = '${client.client_id}'`;
			if (s.run(['sqlite3', '-bail', s.db, `PRAGMA foreign_keys = ON; ${drop}`]).status !== 0)
				s.sql(drop);
			gone++;
		}
		ok(gone > 0, 'the client was taken out of the database');
		oauthError(
			await refresh(s, client, tokens.refresh_token),
			[400, 401],
			['invalid_grant', 'invalid_client'],
		);
		await assertDead(s, tokens.access_token);
		status(await refresh(s, other.client, other.tokens.refresh_token), 200, 'refresh of another client');
	},
	{ own: true },
);

row(
	'TR-14',
	'the resource is another one now',
	async (s) => {
		const { client, tokens } = await obtain(s);
		s.setConf({ resource: `${s.issuer}/other` });
		await s.restart();
		oauthError(await refresh(s, client, tokens.refresh_token), 400, ['invalid_grant', 'invalid_target']);
		const r = await useToken(s, tokens.access_token);
		status(r, 401, 'its access token');
	},
	{ own: true },
);

row(
	'TR-15',
	'a refresh against a revocation',
	async (s) => {
		const rounds = isFastcgi(s.front) ? 1000 : 100;
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		let left = rounds;
		const seen = { won: 0, lost: 0 };
		const oneRound = async (n) => {
			const { tokens } = await obtain(s, { client, jar: jar.copy() });
			const what =
				n % 3 === 2
					? (await rotate(s, client, tokens.refresh_token)).refresh_token
					: tokens.refresh_token;
			const calls = [() => refresh(s, client, what), () => revoke(s, client, what)];
			const [a, b] = await Promise.all((n % 2 ? calls : [calls[1], calls[0]]).map((f) => f()));
			const [fresh, gone] = n % 2 ? [a, b] : [b, a];
			status(gone, 200, 'revocation');
			status(fresh, [200, 400], 'refresh');
			if (fresh.status === 400) {
				oauthError(fresh, 400, 'invalid_grant');
				seen.lost++;
			} else {
				seen.won++;
				await refused(s, client, fresh.json.refresh_token, 'successor after the revocation');
				await assertDead(s, fresh.json.access_token, 'access token after the revocation');
			}
			await refused(s, client, what, 'token after the revocation');
			await assertDead(s, tokens.access_token, 'first access token after the revocation');
		};
		const worker = async () => {
			while (left > 0) await oneRound(left--);
		};
		await Promise.all([worker(), worker(), worker(), worker()]);
		ok(seen.won + seen.lost === rounds, `${rounds} rounds`);
	},
	{ own: true, fronts: REAL },
);

row('TR-15', 'one after the other, in both orders', async (s) => {
	const { client, jar, tokens } = await obtain(s);
	const next = await rotate(s, client, tokens.refresh_token);
	status(await revoke(s, client, tokens.refresh_token), 200, 'revocation by the old token');
	await refused(s, client, next.refresh_token, 'successor');
	await assertDead(s, next.access_token);
	const second = await obtain(s, { client, jar });
	status(await revoke(s, client, second.tokens.refresh_token), 200);
	await refused(s, client, second.tokens.refresh_token, 'revoked token');
	await assertDead(s, second.tokens.access_token);
});

row('TR-16', 'the answer never arrived', async (s) => {
	for (const wait of [0, 1, 5, 20]) {
		const { client, tokens } = await obtain(s);
		const c = credentials(client);
		await raw(s, {
			method: 'POST',
			path: '/token',
			body: formEncode({
				grant_type: 'refresh_token',
				refresh_token: tokens.refresh_token,
				...c.params,
			}),
			headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
			finish: 'drop',
			dropAfter: wait,
		});
		const first = await rotate(s, client, tokens.refresh_token);
		const again = await rotate(s, client, tokens.refresh_token);
		eq(again.refresh_token, first.refresh_token, 'successor of the second try');
		await assertAlive(s, again.access_token);
		await rotate(s, client, first.refresh_token);
	}
});

row(
	'TR-16',
	'the same without a grace time: either it never happened, or it is a replay',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const c = credentials(client);
		await raw(s, {
			method: 'POST',
			path: '/token',
			body: formEncode({
				grant_type: 'refresh_token',
				refresh_token: tokens.refresh_token,
				...c.params,
			}),
			headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
			finish: 'drop',
			dropAfter: 300,
		});
		await refused(
			s,
			client,
			tokens.refresh_token,
			'the rotation was committed although nobody read the answer',
		);
		await assertDead(s, tokens.access_token);
	},
	{ settings: { refresh_grace: 0 } },
);

row(
	'TR-17',
	'the database is locked: 503, and the old token is as good as before',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const release = await s.lock();
		let r;
		const since = Date.now();
		try {
			r = await refresh(s, client, tokens.refresh_token);
		} finally {
			await release();
		}
		oauthError(r, 503, 'temporarily_unavailable');
		match(r.headers['retry-after'], /^\d+$/, 'Retry-After');
		ok(
			Date.now() - since < 4500,
			`it gave up after the busy timeout, not the usual 5 s: ${Date.now() - since} ms`,
		);
		const next = await rotate(s, client, tokens.refresh_token);
		await assertAlive(s, next.access_token);
		await refused(s, client, tokens.refresh_token, 'replay: only one rotation had happened');
	},
	{ own: true, settings: { busy_timeout: 300, refresh_grace: 0 } },
);

row(
	'TR-17',
	'a write fails in the middle: nothing of it stays',
	async (s) => {
		const { client, tokens } = await obtain(s);
		const tables = s
			.sql(
				"SELECT name FROM sqlite_master WHERE type = 'table' AND (name LIKE '%token%' OR name LIKE '%access%' OR name LIKE '%refresh%')",
			)
			.map((t) => t.name);
		ok(tables.length > 0, 'tables that hold tokens');
		for (const t of tables)
			s.sql(
				`CREATE TRIGGER stop_${t} BEFORE INSERT ON "${t}" BEGIN SELECT RAISE(ABORT, 'the test says no'); END`,
			);
		const before = s.counts();
		const r = await refresh(s, client, tokens.refresh_token, {}, {}, { allow: [500] });
		status(r, [500, 503]);
		ok(!/mcp[ar]_/.test(r.text) && !/the test says/.test(r.text), `a plain answer: ${r}`);
		for (const t of tables) eq(s.counts()[t], before[t], `rows of ${t}`);
		for (const t of tables) s.sql(`DROP TRIGGER stop_${t}`);
		await assertAlive(s, tokens.access_token, 'first access token');
		const next = await rotate(s, client, tokens.refresh_token);
		await assertAlive(s, next.access_token);
		await refused(s, client, tokens.refresh_token, 'replay: only one rotation had happened');
	},
	{ own: true, settings: { refresh_grace: 0 } },
);
