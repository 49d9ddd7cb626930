// SPDX-License-Identifier: ISC
//
// streams.mjs: streams never block calls. Two servers side by side, one idle, one with two hundred open streams and as many sleeping
// tools as its pool takes: both are asked for their tools in turns, and the p99 of the one is held against that of the other. Then
// a thousand streams come and go, and the process that held them is as large as before, and has the same descriptors. Last, the
// same process built with the sanitizers. Prints one line a check.

import fs from 'node:fs';
import { eq, lacks, match, ok, status } from '../lib/check.mjs';
import { listen } from '../lib/events.mjs';
import { ROOT, sleep, start } from '../lib/harness.mjs';
import { call, modern, modernResult } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';

const STREAMS = 200;
const WAITERS = 6;
const CALLS = 400;
/** Milliseconds below which a difference says nothing: the clock of a machine that others use, too. */
const NOISE = 4;
const ALL = { toolsListChanged: true, resourcesListChanged: true };
const settings = { site: '../site', listen_person: 900, mcp_workers: 8, mcp_waiters: WAITERS };
let failed = 0;
/** The p99 of the idle server: how long this machine makes anybody wait who only asks. */
let slowness = 0;

async function check(name, fn) {
	try {
		const more = await fn();
		console.log(`ok - streams: ${name}${more ? `: ${more}` : ''}`);
	} catch (e) {
		failed++;
		console.log(`not ok - streams: ${name}: ${String(e.message).replace(/\s*\n\s*/g, ' / ')}`);
	}
}

function sleeper(s) {
	const owner = fs.statSync(s.dir);
	for (const d of ['site', 'site/tools']) {
		fs.mkdirSync(`${s.dir}/${d}`, { mode: 0o755 });
		fs.chownSync(`${s.dir}/${d}`, owner.uid, owner.gid);
	}
	const put = (name, text, mode) => {
		fs.writeFileSync(`${s.dir}/site/tools/${name}`, text, { mode });
		fs.chownSync(`${s.dir}/site/tools/${name}`, owner.uid, owner.gid);
	};
	put('slow.sh', '#!/bin/sh\nsleep 100\n', 0o755);
	put('slow.json', JSON.stringify({ description: 'Sleeps', scope: '', timeout: 120, run: ['slow.sh'] }), 0o644);
}

const worker = (s) => s.processes().filter((p) => p.exe === 'listen').sort((a, b) => b.pid - a.pid)[0];
const descriptors = (p) => fs.readdirSync(`/proc/${p.pid}/fd`).length;
/** The sanitizers map terabytes of shadow. */
function isSanitized(p) {
	try {
		return Number(/^VmSize:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${p.pid}/status`, 'utf8'))[1]) > 2 ** 30;
	} catch {
		return false;
	}
}
const change = (s) => s.sql("INSERT INTO change (at, kind) VALUES (unixepoch(), 'resources')");

async function openMany(s, t, n) {
	const streams = [];
	for (let i = 0; i < n; i++) {
		streams.push(listen(s, t, ALL));
		if (i % 20 === 19) await Promise.all(streams.slice(-20).map((x) => x.acknowledged(ALL)));
	}
	await Promise.all(streams.filter((x) => !x.taken).map((x) => x.acknowledged(ALL)));
	return streams;
}

/** The stream of a call that will not be answered for long: enough to know that it is at work. */
function fallAsleep(s, t) {
	const pending = call(s, t, 'slow', {}, { more: { timeout: 150000, silent: true } }).catch(() => null);
	return { pending };
}

const asleep = (s) => s.processes().filter((p) => p.exe === 'sleep').length;
async function until(test, ms = 10000) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) if (test()) return true;
	return false;
}

const p99 = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length * 0.99)];

async function timed(s, t) {
	const from = performance.now();
	modernResult(await modern(s, t, 'tools/list'));
	return performance.now() - from;
}

async function compare(idle, busy, ti, tb) {
	const [a, b] = [[], []];
	for (let i = 0; i < CALLS; i++) {
		a.push(await timed(idle, ti));
		b.push(await timed(busy, tb));
	}
	return [p99(a), p99(b)];
}

const [idle, busy] = await Promise.all([start({ front: 'fastcgi', settings }), start({ front: 'fastcgi', settings })]);
let streams = [];
try {
	for (const s of [idle, busy]) sleeper(s);
	const [ti, tb] = [await tokenFor(idle), await tokenFor(busy)];
	await check(`${STREAMS} streams are open in one process`, async () => {
		streams = await openMany(busy, tb, STREAMS);
		const own = busy.processes().filter((p) => p.exe === 'listen');
		eq(own.length, 2, 'processes named listen: one that watches and one that holds the streams');
		return `${Math.round(worker(busy).rss / 1024)} KiB`;
	});
	await check(`${WAITERS} tools sleep, and one more is an honest 503`, async () => {
		for (let i = 0; i < WAITERS; i++) fallAsleep(busy, tb);
		ok(await until(() => asleep(busy) === WAITERS), `${asleep(busy)} tools are asleep`);
		const r = await call(busy, tb, 'slow', {});
		status(r, 503, 'one more');
		match(r.headers['retry-after'], /^\d+$/, 'Retry-After');
	});
	await check('tools/list answers as on an idle server', async () => {
		let [quiet, loaded] = await compare(idle, busy, ti, tb);
		if (loaded > 2 * quiet + NOISE) [quiet, loaded] = await compare(idle, busy, ti, tb);
		ok(loaded <= 2 * quiet + NOISE, `p99 ${loaded.toFixed(1)} ms, idle ${quiet.toFixed(1)} ms`);
		slowness = quiet;
		eq(asleep(busy), WAITERS, 'tools that were asleep all the time');
		ok(streams.every((x) => !x.closed), 'all streams are still open');
		return `p99 ${loaded.toFixed(1)} ms, idle ${quiet.toFixed(1)} ms`;
	});
	await check('every stream hears of a change within 200 ms', async () => {
		const rounds = [];
		for (let round = 0; round < 9; round++) {
			change(busy);
			const from = performance.now();
			const took = (await Promise.all(streams.map((x) => x.next()))).map((m) => m.at - from).sort((a, b) => a - b);
			rounds.push(took[Math.floor(took.length * 0.9)]);
			await sleep(100);
		}
		rounds.sort((a, b) => a - b);
		const most = 200 + (slowness > NOISE ? 4 * slowness : 0);
		ok(rounds[4] < most, `nine of ten streams, by rounds: ${rounds.map(Math.round)} ms; ${Math.round(most)} on this machine`);
		return `nine of ten within ${Math.round(rounds[4])} ms, ${Math.round(rounds[0])} in the best of nine rounds`;
	});
	await check('who reads nothing keeps nobody else from hearing', async () => {
		const deaf = listen(busy, tb, { ...ALL, resourceSubscriptions: [] });
		await deaf.acknowledged(ALL);
		deaf.sock.pause();
		for (let i = 0; i < 5; i++) {
			change(busy);
			await Promise.all(streams.map((x) => x.next()));
		}
		deaf.close();
	});
	await check('streams whose clients vanish are given back', async () => {
		const before = descriptors(worker(busy));
		for (const x of streams) x.close();
		ok(await until(() => descriptors(worker(busy)) <= before - STREAMS, 15000), `descriptors: ${before}, then ${descriptors(worker(busy))}`);
		return `descriptors: ${before}, then ${descriptors(worker(busy))}`;
	});
	await check('a thousand streams come and go, and nothing is left of them', async () => {
		const round = async () => {
			const some = await openMany(busy, tb, 100);
			change(busy);
			await Promise.all(some.map((x) => x.next()));
			for (const x of some) x.close();
			ok(await until(() => descriptors(worker(busy)) <= base, 15000), `descriptors: ${descriptors(worker(busy))}`);
		};
		const base = descriptors(worker(busy));
		await round();
		const first = worker(busy);
		for (let i = 0; i < 10; i++) await round();
		const last = worker(busy);
		eq(last.pid, first.pid, 'the process');
		eq(descriptors(last), base, 'descriptors');
		ok(last.rss <= first.rss + 512 * 1024, `memory: ${first.rss >> 10} KiB, then ${last.rss >> 10} KiB`);
		return `memory ${first.rss >> 10} KiB, then ${last.rss >> 10} KiB`;
	});
} finally {
	for (const x of streams) x.close();
	for (const p of busy.processes().filter((p) => p.exe === 'sleep')) process.kill(p.pid, 'SIGKILL');
	await check('both servers end', async () => { for (const s of [idle, busy]) await s.stop(); });
}

await check('the process of the streams under the sanitizers', async () => {
	const s = await start({ front: 'fastcgi', settings, ownPrograms: true });
	try {
		fs.rmSync(`${s.programs}/listen`);
		fs.copyFileSync(`${ROOT}/build/asan/listen`, `${s.programs}/listen`);
		fs.chmodSync(`${s.programs}/listen`, 0o755);
		for (const p of s.processes().filter((p) => p.exe === 'listen')) process.kill(p.pid, 'SIGTERM');
		ok(await until(() => s.processes().filter((p) => p.exe === 'listen' && isSanitized(p)).length === 2), 'the program is exchanged');
		await sleep(500);
		const t = await tokenFor(s);
		for (let round = 0; round < 3; round++) {
			const some = await openMany(s, t, 60);
			change(s);
			for (const x of some.slice(0, 20)) x.close();
			await Promise.all(some.slice(20).map((x) => x.next()));
			for (const x of some.slice(0, 40)) x.close();
			listen(s, t, {}, { params: { notifications: 7 } });
			listen(s, 'mcpa_wrong', ALL);
			listen(s, t, ALL).close();
			if (round < 2) continue;
			for (const p of s.processes().filter((p) => p.exe === 'listen')) process.kill(p.pid, 'SIGTERM');
			for (const x of some.slice(40)) await x.ended();
			await sleep(1500);
		}
		lacks(s.log(), /AddressSanitizer|LeakSanitizer|runtime error/, 'the log');
		lacks(s.log(), /died of signal/, 'the log');
	} finally {
		await s.stop();
	}
});

process.exit(failed ? 1 : 0);
