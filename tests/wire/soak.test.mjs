// SPDX-License-Identifier: ISC
//
// Under load: readers beside a writer that holds the database, and a mix of everything while workers are killed. The
// second takes ten seconds, or as many as MCP_TESTS_SOAK says. The row asks for thirty minutes on each front, which is
// more than all other tests together may take before a change goes in; before a release it is
//
//	MCP_TESTS_SOAK=1800 tests/node_modules/.bin/node tests/wire/run.mjs fastcgi CN-11		(and cgi)

import fs from 'node:fs';
import { REAL, isFastcgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { eq, ok, oneOf } from '../lib/check.mjs';
import {
	assertAlive,
	obtain,
	obtainCode,
	redeem,
	refresh,
	register,
	revoke,
	useToken,
} from '../lib/oauth.mjs';

const many = (n, f) => Promise.all(Array.from({ length: n }, (_, i) => f(i)));

row(
	'CN-10',
	'two hundred bearer checks beside a writer that holds the database for five seconds',
	async (s) => {
		const { tokens } = await obtain(s);
		for (let i = 0; i < 20; i++) await assertAlive(s, tokens.access_token);
		const release = await s.lock();
		// it is let go only when all have answered: who waits for the writer waits in vain, and says 503
		let all;
		try {
			[all] = await Promise.all([many(200, () => useToken(s, tokens.access_token)), sleep(5000)]);
		} finally {
			await release();
		}
		for (const r of all) eq(r.status, 200, `status while the database is held (${r})`);
		await assertAlive(s, tokens.access_token);
	},
	{ own: true, alone: true, fronts: REAL },
);

/** What a connection that was cut off by a kill looks like (the last is fcgiwrap's); anything else is an answer and has to be right. */
const CUT = /ended without an answer|shorter than it says|ECONNRESET|EPIPE|-> 50[0234] \(text\/html(; charset=iso-8859-1)?\) <(\?xml|!DOCTYPE HTML PUBLIC|html>)|-> 502 \(text\/plain\) An error occurred while reading CGI reply/;

row(
	'CN-11',
	'a mix of everything while workers are killed: no wrong answer, no damage, no growth',
	async (s) => {
		const seconds = Number(process.env.MCP_TESTS_SOAK ?? 10);
		const client = await register(s);
		const { jar } = await obtain(s, { client });
		// what the readers hold they have before the first kill
		const held = [];
		for (let i = 0; i < 3; i++) held.push((await obtain(s, { client, jar })).tokens.access_token);
		const until = Date.now() + seconds * 1000;
		const stats = { right: 0, cut: 0, put_off: 0 };
		const wrong = [];
		/** One request that may be cut off; undefined when it was. */
		const attempt = async (f) => {
			try {
				const r = await f();
				if (r.status === 503) {
					stats.put_off++;
					return undefined;
				}
				stats.right++;
				return r;
			} catch (e) {
				if (!CUT.test(e.message)) wrong.push(e.message.slice(0, 200));
				else stats.cut++;
				return undefined;
			}
		};
		const expect = (r, list, what) => {
			if (r && !list.includes(r.status)) wrong.push(`${what}: ${r}`.slice(0, 200));
		};
		const reader = async (token) => {
			while (Date.now() < until) {
				expect(await attempt(() => useToken(s, token)), [200], 'a live token');
				expect(await attempt(() => useToken(s, 'mcpa_' + 'x'.repeat(49))), [401], 'no token');
				await sleep(20);
			}
		};
		const writer = async () => {
			while (Date.now() < until) {
				let flow;
				try {
					flow = await obtainCode(s, { client, jar });
				} catch (e) {
					// a person whose page was cut off starts again
					stats.cut++;
					if (!CUT.test(e.message) && !/expected \d+.*got 50\d/.test(e.message))
						wrong.push(e.message.slice(0, 200));
					await sleep(50);
					continue;
				}
				const first = await attempt(() => redeem(s, flow));
				expect(first, [200], 'a code');
				if (first?.status !== 200) continue;
				const next = await attempt(() => refresh(s, client, first.json.refresh_token));
				expect(next, [200], 'a refresh');
				const token = next?.json ?? first.json;
				expect(await attempt(() => useToken(s, token.access_token)), [200], 'a fresh token');
				const gone = await attempt(() => revoke(s, client, token.refresh_token));
				expect(gone, [200], 'a revocation');
				if (gone?.status === 200)
					expect(await attempt(() => useToken(s, token.access_token)), [401], 'a revoked token');
			}
		};
		const killer = async () => {
			while (Date.now() < until) {
				await sleep(1000);
				// under FastCGI a program's first process only watches over its workers
				const list = s.processes().filter((p) => !/lighttpd/.test(p.exe));
				const all =
					isFastcgi(s.front) ? list.filter((p) => list.some((q) => q.pid === p.parent)) : list;
				const victim = all[Math.floor(Math.random() * all.length)];
				try {
					if (victim) process.kill(victim.pid, 'SIGKILL');
				} catch {
					/* gone by itself */
				}
			}
		};
		const size = () =>
			[s.db, `${s.db}-wal`]
				.filter((f) => fs.existsSync(f))
				.reduce((sum, f) => sum + fs.statSync(f).size, 0);
		await Promise.all([...held.map(reader), writer(), writer(), killer()]);
		eq(wrong.slice(0, 5), [], `wrong answers among ${JSON.stringify(stats)}`);
		ok(stats.right > seconds * 10, `${stats.right} right answers in ${seconds} s`);
		ok(stats.cut < stats.right / 5, `${stats.cut} were cut off, ${stats.right} were right`);
		await sleep(1500);
		const { tokens } = await obtain(s, { client });
		await assertAlive(s, tokens.access_token, 'afterwards');
		eq(s.sql('PRAGMA integrity_check')[0].integrity_check, 'ok', 'integrity of the database');
		ok(size() < (8 << 20) + seconds * (1 << 18), `the database has ${size() >> 10} KiB`);
		for (const p of s.processes()) ok(p.rss < 64 << 20, `${p.exe} has ${p.rss >> 20} MiB`);
		oneOf(
			s.processes().filter((p) => {
				try {
					return /^State:\s+Z/m.test(fs.readFileSync(`/proc/${p.pid}/status`, 'utf8'));
				} catch {
					return false;
				}
			}).length,
			[0],
			'zombies',
		);
	},
	{ own: true, alone: true, fronts: REAL },
);
