// SPDX-License-Identifier: ISC
//
// What a FastCGI program owes to the web server that started it: so many workers on one socket and no process more, a
// worker that dies costs one request, and an end that leaves nobody behind. Half of the tests stand behind lighttpd
// (behind), one after the other; the others start one program by themselves on a listening socket (alone).

import fs from 'node:fs';
import net from 'node:net';
import { each, eq, match, ok, status } from '../lib/check.mjs';
import { sleep } from '../lib/harness.mjs';
import { CREATE, call, toolResult } from '../lib/mcp.mjs';
import { obtain, raw, register, registerRaw } from '../lib/oauth.mjs';
import { abortRecord, alone, ask, beginRecord, childrenOf, client, connection, copyOf, descriptorOf, hold, isAlive, nameOf, paramsRecord, posting, PROGRAMS, STARTED,
	record, registration, sql, statusOf, stdinRecords, ticksOf, until, variables, WELL_KNOWN } from './place.mjs';

const WORKERS = 3;
const MCP_WORKERS = 5;
/** Of the installation behind lighttpd; patient, so that a slow machine does not turn a wait into a refusal. */
export const settings = { workers: WORKERS, mcp_workers: MCP_WORKERS, busy_timeout: 20000 };
export const tests = [];
const behind = (name, fn, o = {}) => tests.push({ name, fn, behind: true, ...o });
const test = (name, fn, o = {}) => tests.push({ name, fn, ...o });

let copies = 0;
const fresh = (s, settings) => copyOf(s, `alone-${copies++}`, settings);
const metadata = { target: WELL_KNOWN };

/** The process that lighttpd started for a program. */
function parentOf(s, program) {
	const own = childrenOf(s.child.pid).filter((p) => nameOf(p) === program);
	eq(own.length, 1, `number of processes that the web server started for ${program}`);
	return own[0];
}

const workersOf = (s, program) => childrenOf(parentOf(s, program));
const restored = (s, program, n = WORKERS) => until(() => {
	const own = childrenOf(s.child.pid).filter((p) => nameOf(p) === program);
	return own.length === 1 && childrenOf(own[0]).length === n;
}, 15000);

/** Which of these processes are at work: a worker that waits for a lock wakes up again and again, an idle one sleeps on. */
async function busyAmong(pids) {
	const wakings = () => new Map(pids.map((p) => [p, Number(statusOf(p)?.voluntary_ctxt_switches)]));
	const before = wakings();
	await sleep(500);
	const after = wakings();
	return pids.filter((p) => after.get(p) > before.get(p));
}

/** Waits until exactly so many of the workers are at work, and gives them. */
async function atWork(workers, n) {
	let busy = [];
	for (const end = Date.now() + 10000; Date.now() < end; ) {
		busy = await busyAmong(workers());
		if (busy.length === n) return busy;
	}
	throw new Error(`workers at work: ${busy.length}, not ${n}`);
}

/* ---- behind lighttpd ---- */

behind('each program is one process and its workers, on one socket', async (s) => {
	const seen = new Set();
	for (const program of PROGRAMS) {
		const n = program === 'mcp' ? MCP_WORKERS : WORKERS;
		ok(await restored(s, program, n), `${program} has ${n} workers (${workersOf(s, program).length})`);
		const parent = parentOf(s, program);
		const all = [parent, ...childrenOf(parent)];
		for (const pid of childrenOf(parent)) {
			eq(nameOf(pid), program, 'name of a worker');
			eq(childrenOf(pid), [], 'children of a worker');
			eq(statusOf(pid).Umask, '0077', 'umask of a worker');
		}
		const sockets = new Set(all.map((p) => descriptorOf(p, 0)));
		if (process.getuid() !== 0) continue;
		eq(sockets.size, 1, `sockets of ${program} (${[...sockets]})`);
		match([...sockets][0], /^socket:\[\d+\]$/, 'descriptor 0');
		ok(!seen.has([...sockets][0]), `the socket of ${program} is its own`);
		seen.add([...sockets][0]);
	}
	const listening = fs.readFileSync('/proc/net/unix', 'utf8').split('\n').filter((l) => l.includes(` ${s.dir}/run/`) && / 00010000 /.test(l));
	eq(listening.length, STARTED.length, 'listening sockets of the installation');
	eq(childrenOf(s.child.pid).length, STARTED.length, 'processes that the web server started');
});

behind('the files that workers keep open are private', async (s) => {
	await register(s);
	const dir = s.conf.slice(0, s.conf.lastIndexOf('/'));
	const modes = fs.readdirSync(dir).map((f) => [f, (fs.statSync(`${dir}/${f}`).mode & 0o777).toString(8)]);
	ok(modes.some(([f]) => f.endsWith('-wal')), `a write-ahead log is there: ${modes}`);
	for (const [f, mode] of modes) eq(mode, '600', `mode of ${f}`);
});

behind('a worker killed at work costs that request and no other', async (s) => {
	const letGo = await s.lock();
	const names = ['first', 'second'];
	const post = (name) => registerRaw(s, client(name), { allow: [500] });
	const answers = names.map(post);
	const busy = await atWork(() => workersOf(s, 'register'), 2).catch(async (e) => { await letGo(); throw e; });
	process.kill(busy[0], 'SIGKILL');
	const third = post('third');
	await sleep(200);
	await letGo();
	const got = (await Promise.all([...answers, third])).map((r) => r.status).sort();
	eq(got, [201, 201, 500], 'answers');
	ok(await restored(s, 'register'), 'the worker is replaced');
	ok(!workersOf(s, 'register').includes(busy[0]) && workersOf(s, 'register').includes(busy[1]), 'the other workers stay');
	for (let i = 0; i < WORKERS * 2; i++) await register(s);
	eq(s.sql("SELECT count(*) AS n FROM client WHERE name IN ('first', 'second', 'third')")[0].n, 2, 'clients of the three requests');
});

behind('an idle worker killed costs nothing', async (s) => {
	for (let i = 0; i < 6; i++) {
		await atWork(() => workersOf(s, 'metadata'), 0);
		const [one] = workersOf(s, 'metadata');
		process.kill(one, 'SIGKILL');
		ok(await until(() => !isAlive(one)), 'the killed worker is gone');	// one that is still dying may take the next connection with it
		status(await raw(s, { path: WELL_KNOWN }), 200);
	}
	ok(await restored(s, 'metadata'), 'all workers are there again');
});

behind('workers killed a hundred times come back, but slowly', async (s) => {
	const parent = parentOf(s, 'revoke');
	const began = performance.now();
	const ticks = ticksOf(parent);
	let kills = 0;
	while (kills < 100 && performance.now() - began < 20000) {
		for (const pid of childrenOf(parent)) {
			try { process.kill(pid, 'SIGKILL'); } catch { continue; }
			kills++;
		}
		await sleep(2);
	}
	const took = performance.now() - began;
	eq(kills >= 100, true, `100 kills (${kills} in ${took | 0} ms)`);
	ok(took > 2500, `the rate is limited: 100 deaths took ${took | 0} ms`);
	ok(isAlive(parent) && parentOf(s, 'revoke') === parent, 'the watching process lives');
	ok(ticksOf(parent) - ticks < 100, `the watching process used ${ticksOf(parent) - ticks} ticks of processor time`);
	ok(await restored(s, 'revoke'), 'all workers are there again');
	const r = await raw(s, { method: 'POST', path: '/revoke', body: 'token=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
	status(r, [400, 401], 'revoke afterwards');
});

behind('eight slow requests do not make metadata wait, nor the workers that are free', async (s) => {
	const { tokens } = await obtain(s);
	const letGo = await s.lock();
	const slow = Array.from({ length: 8 }, (_, i) => registerRaw(s, client(`slow ${i}`)));
	const writers = Array.from({ length: MCP_WORKERS - 1 }, (_, i) => call(s, tokens.access_token, CREATE, { title: `slow ${i}`, content: 'x' }));
	await sleep(300);
	const times = [];
	try {
		for (let i = 0; i < 10; i++) {
			const began = performance.now();
			status(await raw(s, { path: WELL_KNOWN }), 200);
			const list = await raw(s, { method: 'POST', path: '/mcp', content: true, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
				headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': '2025-06-18', Authorization: `Bearer ${tokens.access_token}` } });
			status(list, 200);
			times.push(performance.now() - began);
		}
	} finally {
		await letGo();
	}
	ok(Math.max(...times) < 2500, `two quick requests took at most ${Math.max(...times) | 0} ms`);
	for (const r of await Promise.all(slow)) status(r, 201, 'slow registration');
	for (const r of await Promise.all(writers)) toolResult(r, 'slow document');
});

behind('clients that stall in the middle of a body hold no worker', async (s) => {
	const { hostname, port } = new URL(s.url);
	const stalled = Array.from({ length: WORKERS * 2 }, () => {
		const sock = net.connect(Number(port), hostname);
		sock.on('error', () => { /* closed below */ });
		sock.write(`POST /register HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"client`);
		return sock;
	});
	await sleep(300);
	try {
		for (let i = 0; i < WORKERS; i++) {
			const began = performance.now();
			await register(s);
			ok(performance.now() - began < 6000, `a registration took ${performance.now() - began | 0} ms`);
		}
		let busy = await busyAmong(workersOf(s, 'register'));
		for (let i = 0; busy.length && i < 20; i++) {		// the last answer may still be on its way out
			await sleep(100);
			busy = await busyAmong(workersOf(s, 'register'));
		}
		eq(busy, [], 'workers at work for those who stall');
	} finally {
		for (const sock of stalled) sock.destroy();
	}
});

behind('SIGUSR1 and SIGTERM to a program: the request in work finishes, and lighttpd starts it anew', async (s) => {
	for (const sig of ['SIGUSR1', 'SIGTERM']) {
		const letGo = await s.lock();
		const parent = parentOf(s, 'register');
		const before = childrenOf(parent);
		const answer = registerRaw(s, client(`during ${sig}`));
		await atWork(() => workersOf(s, 'register'), 1).catch(async (e) => { await letGo(); throw e; });
		process.kill(parent, sig);
		await sleep(400);
		const early = !isAlive(parent);
		await letGo();
		const r = await answer;
		ok(!early, `${sig}: the program waits for the request in work`);
		status(r, 201, `request in work at ${sig}`);
		ok(await until(() => !isAlive(parent) && !before.some(isAlive), 10000), `${sig}: program and workers have ended`);
		// lighttpd looks after its programs once a second, and answers 503 as long as it believes one dead
		ok(await until(() => registerRaw(s, client(`after ${sig}`)).then((x) => x.status === 201, () => false), 20000, 200), `${sig}: the program answers again`);
		ok(await restored(s, 'register'), `${sig}: the program is back`);
	}
});

behind('a stopped lighttpd leaves no process, even under load', async (s) => {
	const all = s.processes().map((p) => p.pid);
	ok(all.length >= STARTED.length * 2, `processes to end: ${all.length}`);
	let going = true;
	const load = Array.from({ length: 4 }, async () => {
		while (going) await raw(s, { path: WELL_KNOWN, silent: true }).catch(() => sleep(20));
	});
	await sleep(200);
	const began = performance.now();
	s.child.kill('SIGTERM');
	await s.ended;
	const gone = await until(() => !all.some(isAlive), 10000);
	going = false;
	await Promise.all(load);
	const left = all.filter(isAlive);
	for (const pid of left) process.kill(pid, 'SIGKILL');
	ok(gone, `left over ${performance.now() - began | 0} ms after SIGTERM: ${left.map(nameOf)}`);
}, { last: true });

/* ---- one program alone ---- */

/** Runs with a program of its own, which is gone afterwards. */
async function withProgram(s, program, o, fn) {
	const p = await alone(s, program, o);
	try {
		return await fn(p);
	} finally {
		p.clear();
	}
}

test('a hundred starts and stops leave no process', async (s) => {
	let slowest = 0;
	const late = [];
	const round = async (i) => {
		// every third is told to end while it is still starting, every third after a request
		const p = await alone(s, i % 2 ? 'metadata' : 'register', { ready: i % 3 !== 0 });
		if (i % 3 === 0) await sleep(Math.random() * 40);
		if (i % 3 === 1) eq((await ask(s, p.socket, 'metadata', i % 2 ? metadata : registration())).answer?.status, i % 2 ? 200 : 201, 'status');
		const began = performance.now();
		p.kill('SIGTERM');
		const gone = await until(() => p.exit, 10000);
		const took = performance.now() - began;
		slowest = Math.max(slowest, took);
		const left = p.group();
		if (!gone || left.length) late.push(`round ${i}: ${took | 0} ms, ${left.length} left`);
		p.clear();
	};
	let next = 0;
	await Promise.all(Array.from({ length: 4 }, async () => { while (next < 100) await round(next++); }));
	eq(late, [], `rounds that did not end well (slowest ${slowest | 0} ms)`);
});

test('workers end when the watching process is killed', async (s) => {
	let next = 0;
	const survivors = [];
	await Promise.all(Array.from({ length: 3 }, async () => {
		while (next < 30) {
			const i = next++;
			const p = await alone(s, 'metadata', { ready: i % 3 !== 0 });
			if (i % 3 === 0) await sleep(Math.random() * 40);
			if (i % 3 === 1) await ask(s, p.socket, 'metadata', metadata);
			p.kill('SIGKILL');
			await p.ended;
			await until(() => p.group().length === 0, 10000);
			if (p.group().length) survivors.push(i);
			p.clear();
		}
	}));
	eq(survivors, [], 'rounds with survivors');
});

test('SIGTERM ends the workers even while they die again and again', async (s) => withProgram(s, 'metadata', {}, async (p) => {
	for (const end = Date.now() + 600; Date.now() < end; await sleep(2))
		for (const pid of p.workers()) try { process.kill(pid, 'SIGKILL'); } catch { /* just gone */ }
	const began = performance.now();
	p.kill('SIGTERM');
	await p.ended;
	const took = performance.now() - began;
	eq(p.group(), [], 'left over');
	ok(took < 10000, `ended within seconds, took ${took | 0} ms`);
}));

test('SIGTERM to a worker only replaces the worker', async (s) => withProgram(s, 'metadata', {}, async (p) => {
	const [one, two] = p.workers();
	process.kill(one, 'SIGTERM');
	ok(await until(() => !isAlive(one) && p.workers().length === 2), 'replaced');
	ok(p.workers().includes(two), 'the other stays');
	eq((await ask(s, p.socket, 'metadata', metadata)).answer?.status, 200, 'status');
}));

/** Sends a signal while a request waits for the database, and lets go of the database some time later. */
function signalled(s, wait, timeout) {
	return each(['SIGUSR1', 'SIGTERM'], async (sig) => {
		const at = fresh(s, { workers: 2, busy_timeout: timeout });
		await withProgram(at, 'register', {}, async (p) => {
			const letGo = await hold(at);
			const answer = ask(at, p.socket, 'register', registration(sig));
			await atWork(p.workers, 1).catch(async (e) => { await letGo(); throw e; });
			p.kill(sig);
			await sleep(wait);
			const early = p.exit;
			await letGo();
			const r = await answer;
			eq(r.answer?.status, 201, `status (${r.answer?.text} after ${r.ms | 0} ms, ${p.err.trim()})`);
			eq(early, null, 'end of the program before its request');
			ok(await until(() => p.exit, 10000), 'ended after the request');
			eq([p.exit.code, p.group().length], [0, 0], 'exit status and processes left');
		});
	});
}

test('a request in work finishes on SIGUSR1 and SIGTERM, and the program ends with it', (s) => signalled(s, 400, 10000));

test('a request in work waits for the database as long after SIGUSR1 and SIGTERM as before', (s) => signalled(s, 5000, 10000), { slow: true });

test('a peer that announces a body and stalls is given up', async (s) => {
	const at = fresh(s, { workers: 2 });
	await withProgram(at, 'register', {}, async (p) => {
		const began = performance.now();
		const stalled = [0, 1].map(() => {
			const c = connection(p.socket);
			c.send(Buffer.concat([beginRecord(), paramsRecord(variables(at, 'register', { ...registration(), length: '1000' })), stdinRecords('{"client')]));
			return c;
		});
		const r = await ask(at, p.socket, 'register', registration('After the stall'));
		const took = performance.now() - began;
		eq(r.answer?.status, 201, 'status of the next');
		ok(took < 16000, `the next was answered after ${took | 0} ms`);
		for (const c of stalled) {
			const end = await c.done;
			ok(!end.answer || [400, 408].includes(end.answer.status), `answer to the one who stalls: ${end.answer?.status}`);
		}
	});
}, { slow: true });

test('a peer that drips its body is given up', async (s) => {
	const at = fresh(s, { workers: 1 });
	await withProgram(at, 'register', { workers: 1 }, async (p) => {
		const c = connection(p.socket);
		await c.send(Buffer.concat([beginRecord(), paramsRecord(variables(at, 'register', { ...registration(), length: '1000' }))]));
		const drip = setInterval(() => { if (!c.sock.destroyed) c.send(stdinRecords('x')); }, 1000);
		const began = performance.now();
		const next = ask(at, p.socket, 'register', registration('After the drip'));
		const took = await Promise.race([next.then(() => performance.now() - began), sleep(17000).then(() => Infinity)]);
		clearInterval(drip);
		c.sock.destroy();
		await next;
		ok(took < 16000, `the only worker was held by a byte a second for more than ${Math.min(took, 17000) | 0} ms`);
	});
}, { slow: true });

test('a peer that connects and says nothing is given up', async (s) => {
	const at = fresh(s, { workers: 1 });
	await withProgram(at, 'metadata', { workers: 1 }, async (p) => {
		const silent = connection(p.socket);
		await sleep(100);
		const half = connection(p.socket);
		await half.send(Buffer.concat([beginRecord(), record(4, Buffer.from('\x0e\x03REQ'))]));
		const began = performance.now();
		const next = ask(at, p.socket, 'metadata', metadata);
		const took = await Promise.race([next.then(() => performance.now() - began), sleep(28000).then(() => Infinity)]);
		silent.sock.destroy();
		half.sock.destroy();
		await next;
		ok(took < 27000, `the only worker was held for more than ${Math.min(took, 28000) | 0} ms`);
	});
}, { slow: true });

/** How long a program with one stalled peer takes to end; all that is to come of the peer is in bytes. */
async function endingWith(s, bytes) {
	const at = fresh(s, { workers: 2 });
	await withProgram(at, 'register', {}, async (p) => {
		const c = connection(p.socket);
		if (bytes) await c.send(bytes(at));
		await sleep(200);
		const began = performance.now();
		p.kill('SIGTERM');
		const gone = await until(() => p.exit, 20000);
		c.sock.destroy();
		ok(gone, `ended within the read deadline, still there after ${performance.now() - began | 0} ms`);
		eq(p.group(), [], 'left over');
	});
}

test('SIGTERM ends a program whose peer stalls in the body', (s) => endingWith(s, (at) =>
	Buffer.concat([beginRecord(), paramsRecord(variables(at, 'register', { ...registration(), length: '1000' })), stdinRecords('{')])), { slow: true });

test('SIGTERM ends a program whose peer has said nothing', (s) => endingWith(s, null), { slow: true });

test('odd records are read or refused, and nothing is carried over', async (s) => {
	const at = fresh(s, { workers: 1 });
	await withProgram(at, 'register', { workers: 1 }, async (p) => {
		const good = async (what, o = {}) => {
			const r = await ask(at, p.socket, 'register', { ...registration(what), ...o });
			eq(r.answer?.status, 201, `${what}: status (${r.answer?.text} ${p.err})`);
			eq(r.answer.json.client_name, what, `${what}: name`);
			eq(r.ended, { app: 0, protocol: 0 }, `${what}: end of the request`);
		};
		await good('plain');
		const [worker] = p.workers();
		const descriptors = () => (process.getuid() === 0 ? fs.readdirSync(`/proc/${worker}/fd`).length : 0);
		await sleep(200);
		const before = descriptors();
		await good('byte by byte', { size: 1 });
		await good('kept open', { keep: true });
		await good('padded', { size: 7, padding: 255 });
		await good('long variables', { more: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`HTTP_X_${i}`, 'v'.repeat(3000)])) });
		const env = variables(at, 'register', registration('cut'));
		const cases = {
			'an unknown record': Buffer.concat([record(99, Buffer.from('?'), { id: 0 }), beginRecord(), paramsRecord(env), stdinRecords(client('cut')), record(5)]),
			'a wrong role': Buffer.concat([beginRecord(9), paramsRecord(env), record(5)]),
			'a wrong version': Buffer.concat([Buffer.from([7]), beginRecord().subarray(1), paramsRecord(env), record(5)]),
			garbage: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20)),
			'a length beyond the variables': Buffer.concat([beginRecord(), record(4, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f, 65])), record(4), record(5)]),
			'an abort': Buffer.concat([beginRecord(), paramsRecord(env), stdinRecords(client('cut').slice(0, 20)), abortRecord()]),
			'an end in the middle': Buffer.concat([beginRecord(), paramsRecord(env), stdinRecords(client('cut').slice(0, 20))]),
		};
		for (const [what, bytes] of Object.entries(cases)) {
			const c = connection(p.socket);
			await c.send(bytes);
			c.sock.end();
			await c.done.catch(() => { /* whatever it says */ });
			await good(`after ${what}`);
		}
		const dropped = connection(p.socket);
		await dropped.send(Buffer.concat([beginRecord(), paramsRecord(env), stdinRecords(client('dropped')), record(5)]));
		dropped.sock.destroy();
		await good('after one who went away');
		eq(p.workers(), [worker], 'the worker');
		ok(await until(() => descriptors() <= before, 10000), `descriptors of the worker: ${before} before, ${descriptors()} after`);
		ok(!/signal/.test(p.err), `no worker died: ${p.err}`);
		eq(sql(at, "SELECT count(*) AS n FROM client WHERE name = 'cut'")[0].n <= 1, true, 'requests that were cut are not run');
	});
});

test('a variable that occurs twice is refused', async (s) => withProgram(s, 'register', {}, async (p) => {
	const c = connection(p.socket, 'POST');
	const env = variables(s, 'register', { ...registration('Twice in records'), more: { HTTP_X_ODD: 'one' } });
	const two = Buffer.concat([paramsRecord(env).subarray(0, -8), paramsRecord({ HTTP_X_ODD: 'two' })]);
	await c.send(Buffer.concat([beginRecord(), two, stdinRecords(client('Twice in records')), record(5)]));
	eq((await c.done).answer?.status, 400, 'status');
	eq(sql(s, "SELECT count(*) AS n FROM client WHERE name = 'Twice in records'")[0].n, 0, 'clients');
}));

test('without settings the program answers 500 and does not spin', async (s) => {
	const at = { ...s, conf: `${s.dir}/none.conf` };
	await withProgram(at, 'token', { workers: 1 }, async (p) => {
		const ticks = ticksOf(p.pid);
		for (let i = 0; i < 3; i++) {
			const r = await ask(at, p.socket, 'token', posting('token', Buffer.alloc(200000, 'a')));
			eq([r.answer?.status, r.answer?.text], [500, '{"error":"server_error"}'], 'answer');
		}
		ok(ticksOf(p.pid) - ticks < 50, 'processor time of the watching process');
		match(p.err, /none\.conf:0: /, 'log');
	});
});

test('root is refused under FastCGI, too', async (s) => {
	const p = await alone(s, 'token', { ready: false, root: true });
	await until(() => p.exit, 4000);
	const left = p.group().length;
	p.clear();
	eq([p.exit?.code, left], [1, 0], 'exit status and processes left');
	match(p.err, /^mcp-cgi token: .*root[^\n]*\n$/, 'log');
}, { root: true });

test('SIGPIPE and SIGXFSZ do not end it', async (s) => withProgram(s, 'metadata', {}, async (p) => {
	const before = p.workers();
	for (const sig of ['SIGPIPE', 'SIGXFSZ']) p.kill(sig);
	for (const pid of before) for (const sig of ['SIGPIPE', 'SIGXFSZ']) process.kill(pid, sig);
	await sleep(100);
	eq([p.exit, p.workers()], [null, before], 'end and workers');
	eq((await ask(s, p.socket, 'metadata', metadata)).answer?.status, 200, 'status');
}));
