// SPDX-License-Identifier: ISC
//
// Many clients at the same moment: one code, one refresh token, one consent, one password. Only fronts that really
// run several processes show anything here.

import os from 'node:os';
import { REAL, isCgi, isFastcgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { eq, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import {
	answerOf,
	assertAlive,
	assertDead,
	authorize,
	authParams,
	consent,
	cookieNames,
	fieldsFor,
	follow,
	formFor,
	HTTPS,
	Jar,
	obtain,
	obtainCode,
	pkce,
	post,
	redeem,
	refresh,
	register,
	toConsent,
} from '../lib/oauth.mjs';

const BEHIND = { own: true, fronts: REAL };
const many = (n, f) => Promise.all(Array.from({ length: n }, (_, i) => f(i)));

/** Repeats what the server put off with 503, as a client does. */
async function insist(f) {
	for (let i = 0; i < 5; i++) {
		const r = await f();
		if (r.status !== 503) return r;
		await sleep(Math.min(2000, Number(r.headers['retry-after']) * 1000));
	}
	return f();
}

async function redeemAtOnce(s, flow, n) {
	const all = await many(n, () => insist(() => redeem(s, flow)));
	const won = all.filter((r) => r.status === 200);
	eq(won.length, 1, `winners of ${n}`);
	for (const r of all.filter((x) => x !== won[0])) oauthError(r, 400, 'invalid_grant', 'a loser');
	await assertDead(s, won[0].json.access_token, "the winner's access token after the replays");
	oauthError(
		await refresh(s, flow.client, won[0].json.refresh_token),
		400,
		'invalid_grant',
		"the winner's refresh token after the replays",
	);
	oauthError(await redeem(s, flow), 400, 'invalid_grant', 'one more');
}

row(
	'CN-01',
	'fifty redeem one code: one gets tokens, and the replays take them back',
	async (s) => {
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		const rounds = isFastcgi(s.front) ? 100 : 20;
		for (let i = 0; i < rounds; i++) await redeemAtOnce(s, await obtainCode(s, { client, jar }), 50);
	},
	BEHIND,
);

row(
	'CN-01',
	'two hundred redeem one code',
	async (s) => {
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		for (let i = 0; i < 2; i++) await redeemAtOnce(s, await obtainCode(s, { client, jar }), 200);
	},
	BEHIND,
);

row(
	'CN-03',
	'fifty refresh one token within the grace time: all get the same successor',
	async (s) => {
		const { client, tokens } = await obtain(s);
		let current = tokens.refresh_token;
		for (let round = 0; round < (isCgi(s.front) ? 2 : 5); round++) {
			const all = await many(50, () => insist(() => refresh(s, client, current)));
			for (const r of all) status(r, 200);
			const next = new Set(all.map((r) => r.json.refresh_token));
			eq(next.size, 1, 'number of different successors');
			ok(!next.has(current), 'the successor is new');
			for (const r of all) await assertAlive(s, r.json.access_token);
			current = [...next][0];
		}
		const last = await refresh(s, client, current);
		status(last, 200, 'the family goes on');
		await assertAlive(s, last.json.access_token);
	},
	BEHIND,
);

row(
	'CN-04',
	'fifty refresh one token without a grace time: one gets the next, and the family dies',
	async (s) => {
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		for (let round = 0; round < 5; round++) {
			const { tokens } = await obtain(s, { client, jar });
			const all = await many(50, () => insist(() => refresh(s, client, tokens.refresh_token)));
			const won = all.filter((r) => r.status === 200);
			eq(won.length, 1, 'winners');
			for (const r of all.filter((x) => x !== won[0])) oauthError(r, 400, 'invalid_grant', 'a loser');
			oauthError(
				await refresh(s, client, won[0].json.refresh_token),
				400,
				'invalid_grant',
				"the winner's refresh token",
			);
			await assertDead(s, won[0].json.access_token, "the winner's access token");
			await assertDead(s, tokens.access_token, 'the first access token');
		}
	},
	{ ...BEHIND, settings: { refresh_grace: 0 } },
);

row(
	'CN-05',
	'two grants of one user refresh side by side',
	async (s) => {
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		let pair = [(await obtain(s, { client, jar })).tokens, (await obtain(s, { client, jar })).tokens];
		for (let round = 0; round < 30; round++) {
			const both = await Promise.all(pair.map((t) => refresh(s, client, t.refresh_token)));
			for (const r of both) status(r, 200);
			pair = both.map((r) => r.json);
		}
		for (const t of pair) await assertAlive(s, t.access_token);
	},
	{ ...BEHIND, settings: { refresh_grace: 0 } },
);

async function clickAtOnce(s, n) {
	const flow = await toConsent(s, { metadata: { redirect_uris: [HTTPS] } });
	const all = await many(n, () => insist(() => consent(s, flow.page, flow.jar.copy())));
	const won = all.filter((r) => r.status === 303);
	eq(won.length, 1, 'codes');
	for (const r of all.filter((x) => x !== won[0])) page(r, 400, 'a later click');
	const t = await redeem(s, { ...flow, code: answerOf(won[0]).one('code') });
	status(t, 200, 'the one code');
	await assertAlive(s, t.json.access_token);
}

row(
	'CN-08',
	'fifty clicks on one consent: one code',
	async (s) => {
		for (let i = 0; i < 5; i++) await clickAtOnce(s, 50);
	},
	BEHIND,
);

row(
	'CO-09',
	'a double click that arrives at once: one code',
	async (s) => {
		for (let i = 0; i < 20; i++) await clickAtOnce(s, 2);
	},
	BEHIND,
);

row(
	'CN-08',
	'allow and deny at once, and a double sign-in',
	async (s) => {
		for (let i = 0; i < 10; i++) {
			const flow = await toConsent(s);
			const both = await Promise.all([
				consent(s, flow.page, flow.jar.copy(), 'allow'),
				consent(s, flow.page, flow.jar.copy(), 'deny'),
			]);
			eq(both.filter((r) => r.status === 303).length, 1, 'answers that count');
			eq(both.filter((r) => r.status === 400).length, 1, 'answers that came too late');
		}
		const client = await register(s);
		const jar = new Jar();
		const p = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
			jar,
		);
		const twice = await many(2, async () => {
			const own = jar.copy();
			const r = await post(
				s,
				{ ...fieldsFor(p, 'login'), username: 'alice', password: s.password },
				own,
			);
			return { r, own };
		});
		for (const { r } of twice) status(r, [303, 400, 403]);
		const inside = twice.filter(({ r }) => r.status === 303);
		ok(inside.length >= 1, 'somebody is signed in');
		const ids = new Set(inside.map(({ own }) => own.get(cookieNames(s).session)));
		eq(ids.size, inside.length, 'a session of its own for each');
		const seen = await Promise.all(
			inside.map(async ({ r, own }) => ({ p: await follow(s, r, own), own })),
		);
		const open = seen.filter(({ p: x }) => x.status === 200 && formFor(x, 'allow'));
		const answers = await Promise.all(open.map(({ p: x, own }) => consent(s, x, own)));
		eq(answers.filter((r) => r.status === 303).length, 1, 'codes of the one request');
	},
	BEHIND,
);

row(
	'LG-07',
	'fifty sign in at once: hashing waits its turn',
	async (s) => {
		const client = await register(s);
		const at = await many(50, async () => {
			const jar = new Jar();
			return {
				jar,
				p: await follow(
					s,
					await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
					jar,
				),
			};
		});
		// half a minute on a machine that does nothing else
		const limit = 30000 * Math.max(1, os.loadavg()[0] / os.cpus().length);
		let peak = 0;
		const timer = setInterval(() => {
			peak = Math.max(
				peak,
				s
					.processes()
					.filter((x) => /authorize/.test(x.exe))
					.reduce((sum, x) => sum + x.rss, 0),
			);
		}, 50);
		const since = Date.now();
		const all = await Promise.all(
			at.map(async ({ jar, p }) => {
				const r = await post(
					s,
					{ ...fieldsFor(p, 'login'), username: 'alice', password: s.password },
					jar,
					{},
					{ timeout: limit + 10000 },
				);
				return { r, jar, ms: Date.now() - since };
			}),
		);
		clearInterval(timer);
		for (const { r, ms } of all) {
			status(r, [303, 503]);
			ok(ms < limit, `answered after ${ms} ms`);
			if (r.status === 503) match(r.headers['retry-after'], /^\d+$/, 'Retry-After');
		}
		const inside = all.filter(({ r }) => r.status === 303);
		ok(inside.length >= 10, `${inside.length} of 50 are signed in`);
		eq(
			new Set(inside.map(({ jar }) => jar.get(cookieNames(s).session))).size,
			inside.length,
			'a session of its own for each',
		);
		ok(
			peak > 0 && peak < 500 << 20,
			`memory of all: ${peak >> 20} MiB at most (two times 32 MiB for hashing, and the processes)`,
		);
		const quick = Date.now();
		oneOf(
			(await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }))).status,
			[200],
			'status of the next request',
		);
		ok(Date.now() - quick < 3000, 'the next request is quick');
	},
	{ ...BEHIND, alone: true, settings: { password_ln: 15 } },
);
