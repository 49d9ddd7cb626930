// SPDX-License-Identifier: ISC
//
// What hosts do to the one file: no room, folders that can only be read, a file that is gone or damaged, another process that
// holds it, a clock that jumps, few processes and little memory. What cannot be done is said, nothing is half done, no token is
// taken on trust, and when the trouble is over everything works again by itself.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { each, eq, lacks, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import { ALL, REAL, WITH_WORKERS, hasWorkers, isCgi } from '../lib/fronts.mjs';
import { AS_ROOT, OWNER, ROOT, family, freshFolder, runAs, sleep, start } from '../lib/harness.mjs';
import { Session } from '../lib/legacy.mjs';
import { CREATE, call, plain, toolResult } from '../lib/mcp.mjs';
import { runCgi } from '../lib/operator.mjs';
import { Jar, assertAlive, assertDead, authParams, authorize, consent, fieldsFor, follow, formEncode, get, obtain, obtainCode, pkce, raw, redeem, refresh, register, registerRaw,
	revoke, signIn, submit, toConsent, useToken } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';
import { tool } from '../lib/site.mjs';

const COMES_BACK = /^[1-9]\d*$/;
const INSIDE = /sqlite|database|disk|read-?only|locked|malformed|SELECT|I\/O/i;

/** A refusal that does not last, as the program tells it: a page to people, JSON to clients. */
function putOff(r, what) {
	if (r.request.path.startsWith('/mcp')) {
		status(r, 503, what);
		match(r.headers['content-type'], /^application\/json$/, `${what}: Content-Type`);
		ok(r.json.error, `${what}: an error, got ${r}`);
	} else if (/^\/(authorize|account)/.test(r.request.path)) page(r, 503, what);
	else oauthError(r, 503, 'temporarily_unavailable', what);
	ok(!r.byServer, `${what}: not the program's answer: ${r}`);
	match(r.headers['retry-after'], COMES_BACK, `${what}: Retry-After`);
	lacks(r.text.replace(/<(style|svg)[\s\S]*?<\/\1>/g, ''), INSIDE, `${what}: the answer`);
	eq(r.cookies, [], `${what}: cookies`);
}

/**
 * A request on each way that writes, with all that it needs made beforehand, so that it can be sent again as it was:
 * [name, send, status when it has worked].
 */
async function writers(s) {
	const [rotated, gone, flow, ask] = [await obtain(s), await obtain(s), await obtainCode(s), await toConsent(s)];
	const doc = { client_name: `Late ${flow.code.slice(5, 15)}`, redirect_uris: ['https://late.example/cb'], token_endpoint_auth_method: 'none' };
	const asking = authParams(s, ask.client, { code_challenge: pkce().challenge });
	const door = new Jar();
	const login = await follow(s, await authorize(s, asking, door), door);
	const at = flow.jar;
	const account = await get(s, '/account', at);
	return [
		['register', () => registerRaw(s, doc), 201],
		['authorize', () => authorize(s, asking, new Jar()), [200, 303]],
		['sign-in', () => signIn(s, login, door.copy()), 303],
		['consent', () => consent(s, ask.page, ask.jar.copy()), 303],
		['code', () => redeem(s, flow), 200],
		['refresh', () => refresh(s, rotated.client, rotated.tokens.refresh_token), 200],
		['revoke', () => revoke(s, gone.client, gone.tokens.refresh_token), 200],
		['account', () => submit(s, account, 'signout', at.copy()), 303],
	];
}

/** A token as good as any, but for the rows. */
async function revoked(s) {
	const { tokens, client } = await obtain(s);
	status(await revoke(s, client, tokens.refresh_token), 200, 'revocation');
	return tokens.access_token;
}

/** Rows of what counts; what was refused may be in the audit, and an attempt among the limits. */
function rowsOf(s) {
	const { audit: _a, limits: _l, ...counted } = s.counts();
	return counted;
}

const intact = (s) => eq(s.sql('PRAGMA integrity_check')[0].integrity_check, 'ok', 'integrity of the database');

/** As each(), all at the same time. */
async function together(cases, test) {
	const bad = (await Promise.all(cases.map((one) => test(...one).then(() => null, (e) => `[${one[0]}] ${e.message}`)))).filter(Boolean);
	if (bad.length) throw new Error(bad.join(' | '));
}

/** Sends all, while it lasts; then all must be as it was, and the same requests work. */
async function through(s, { begin, end, reads }) {
	const all = await writers(s);
	const { tokens } = await obtain(s);
	const t = tokens.access_token, dead = await revoked(s);
	status(await call(s, t, CREATE, { title: 'Before', content: 'Before.' }), 200, 'a document before');
	const before = rowsOf(s);
	await begin();
	try {
		await together(all, async (name, send) => putOff(await send(), name));
		putOff(await call(s, t, CREATE, { title: 'Never', content: 'Never.' }), 'a document');
		if (reads) await reads(t);
		else {
			const r = await useToken(s, t);
			if (r.status !== 200) putOff(r, 'a reader');
		}
		status(await useToken(s, dead), [401, 503], 'a token that was revoked');
		status(await raw(s, { path: '/.well-known/oauth-authorization-server' }), 200, 'metadata');
	} finally {
		await end();
	}
	eq(rowsOf(s), before, 'rows, when it is over');
	intact(s);
	await together(all, async (name, send, want) => status(await send(), want, `${name} when it is over`));
	toolResult(await call(s, t, CREATE, { title: 'After', content: 'After.' }));
	intact(s);
}

/* ---- no room ---- */

/** Sets a limit of a process, as its user: not even root may set those of others everywhere. */
function limit(s, pid, what) {
	let root;
	try {
		root = /^Uid:\t0\t/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return;
	}
	const r = (root ? (argv) => runAs(false, argv) : s.run)(['prlimit', '--pid', String(pid), what]);
	if (r.status !== 0 && fs.existsSync(`/proc/${pid}`)) throw new Error(`prlimit: ${r.stderr}`);
}

/** Lets no process of the server write a file longer than this; null lifts it. */
function fileLimit(s, bytes) {
	// nginx writes a log, and dies of the signal itself; what it starts is beside it
	const first = s.front === 'nginx' ? [] : [{ pid: s.child.pid }];
	for (const { pid } of [...first, ...family(s).filter((p) => p.exe !== 'nginx')]) limit(s, pid, `--fsize=${bytes ?? 'unlimited'}:unlimited`);
}

const mounted = new Set();
process.on('exit', () => { for (const at of mounted) spawnSync('umount', ['-l', at]); });

/** Moves the database to a disk of its own, of four megabytes; null where nothing can be mounted. */
async function ownDisk(s) {
	const at = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-cgi-'));
	const owner = fs.statSync(s.db);
	const opts = `size=4m,mode=0700,uid=${owner.uid},gid=${owner.gid}`;
	if (!AS_ROOT || spawnSync('mount', ['-t', 'tmpfs', '-o', opts, 'tmpfs', at]).status !== 0) {
		fs.rmdirSync(at);
		return null;
	}
	mounted.add(at);
	s.sql('PRAGMA wal_checkpoint(TRUNCATE)');
	const to = `${at}/mcp.db`;
	fs.copyFileSync(s.db, to);
	fs.chmodSync(to, 0o600);
	fs.chownSync(to, owner.uid, owner.gid);
	s.db = to;
	s.setConf({ database: to });
	await s.restart();
	return {
		at,
		fill() {
			const fd = fs.openSync(`${at}/other`, 'w');
			try {
				for (const one of [65536, 4096, 1]) for (;;) try { fs.writeSync(fd, Buffer.alloc(one, 'x')); } catch (e) { if (e.code !== 'ENOSPC') throw e; break; }
			} finally {
				fs.closeSync(fd);
			}
		},
		clear: () => fs.rmSync(`${at}/other`, { force: true }),
		done() {
			spawnSync('umount', ['-l', at]);
			mounted.delete(at);
			fs.rmdirSync(at);
		},
	};
}

/** Readers are served, also those that meet: nobody waits for the other as for somebody who writes. */
const served = (s) => async (t) => {
	await assertAlive(s, t, 'a reader');
	const began = performance.now();
	for (const r of await Promise.all(Array.from({ length: 40 }, () => useToken(s, t)))) status(r, 200, 'one of forty readers');
	ok(performance.now() - began < 4000, `forty readers took ${(performance.now() - began) | 0} ms`);
};

row('ST-01', 'a disk without room: 503 on every way that writes, nothing half done, readers are served, and then all works again', async (_, front) => {
	const s = await start({ front });
	const disk = await ownDisk(s);
	try {
		if (disk) await through(s, { begin: () => disk.fill(), end: () => disk.clear(), reads: served(s) });
		else await through(s, { begin: () => fileLimit(s, 4096), end: () => fileLimit(s, null), reads: served(s) });
	} finally {
		disk?.done();
		await s.stop();
	}
}, { own: 'none' });

row('ST-01', 'files that may not grow: no program dies of the signal, and all is said and done as on a full disk', async (s) => {
	const alive = s.processes().map((p) => p.pid);
	await through(s, { begin: () => fileLimit(s, 4096), end: () => fileLimit(s, null), reads: served(s) });
	if (!isCgi(s.front)) eq(alive.filter((pid) => !fs.existsSync(`/proc/${pid}`)), [], 'programs that died');
	lacks(s.log(), /signal 25|SIGXFSZ|File size limit/, 'log');
}, { own: true, fronts: ALL.filter((f) => !/-fcgid$/.test(f)) });	// mod_fcgid starts others, without the limit

row('ST-01', 'on a full disk a tool that works for long keeps nobody from reading', async (_, front) => {
	const s = await start({ front, settings: { site: '../site' } });
	let disk;
	try {
		tool(s, 'slow', 'sleep 4; echo done');
		disk = await ownDisk(s);
		if (!disk) return;
		const { tokens } = await obtain(s);
		const session = await Session.begin(s, tokens.access_token, '2025-06-18');
		await assertAlive(s, tokens.access_token, 'before');
		await between(s, () => s.sql('PRAGMA wal_checkpoint(TRUNCATE)'));
		disk.fill();
		for (const [how, ask] of [
			['', () => call(s, tokens.access_token, 'slow', {})],
			['in a session', () => session.request('tools/call', { name: 'slow', arguments: {} })],
		]) {
			const slow = ask();
			await sleep(1000);
			const began = performance.now();
			await assertAlive(s, tokens.access_token, `a reader beside a tool ${how}`);
			ok(performance.now() - began < 2500, `a reader beside a tool ${how} waited ${(performance.now() - began) | 0} ms`);
			eq(plain(await slow).json.result?.content?.[0].text, 'done\n', `the tool ${how}`);
		}
	} finally {
		disk?.done();
		await s.stop();
	}
}, { own: 'none', fronts: REAL });

/* ---- what can only be read ---- */

/** The ways to take writing away that hold for this front: bits mean nothing to root, who is the user of the in-process front alone. */
function readOnly(s) {
	const folder = path.dirname(s.db);
	const bits = (files, mode) => () => {
		const was = files().map((f) => [f, fs.statSync(f).mode & 0o777]);
		for (const [f, m] of was) fs.chmodSync(f, m & mode);
		return () => { for (const [f, m] of was) fs.chmodSync(f, m); };
	};
	return {
		'the file': bits(() => [s.db], 0o400),
		'the folder and all in it': bits(() => [folder, ...fs.readdirSync(folder).map((f) => `${folder}/${f}`)], 0o500),
	};
}

row('ST-02', 'a file, folder or disk that can only be read: 503 on every way that writes, and no token on trust', async (_, front) => {
	const s = await start({ front });
	let disk;
	try {
		if (AS_ROOT && front === 'inproc') {
			disk = await ownDisk(s);
			const how = (x) => execFileSync('mount', ['-o', `remount,${x}`, disk.at]);
			await through(s, { begin: () => s.restart(() => how('ro')), end: () => how('rw') });
		} else
			await each(Object.entries(readOnly(s)), async (name, take) => {
				let give;
				await through(s, { begin: () => between(s, () => { give = take(); }), end: () => give() });
			});
	} finally {
		disk?.done();
		await s.stop();
	}
}, { own: 'none' });

/* ---- what is gone, foreign or damaged ---- */

const PAGE = 4096;

/** Ways to spoil a copy of the database, with what the log must say of it. */
function damages(s) {
	const root = (name) => s.sql(`SELECT rootpage FROM sqlite_master WHERE name = '${name}'`)[0].rootpage;
	const pages = ['client', 'user', 'access', 'refresh', 'grants', 'session', 'pending'].map(root);
	const at = (fd, offset, bytes) => fs.writeSync(fd, Buffer.from(bytes), 0, bytes.length, offset);
	const edit = (change) => () => {
		const fd = fs.openSync(s.db, 'r+');
		try {
			change(fd);
		} finally {
			fs.closeSync(fd);
		}
	};
	return [
		['missing', () => fs.rmSync(s.db), /No such file/],
		['of no bytes', () => fs.truncateSync(s.db), /schema version 0|not a database/],
		['garbage', edit((fd) => at(fd, 0, Buffer.alloc(8 * PAGE, 'garbage '))), /not a database/],
		['of another program', edit((fd) => at(fd, 68, [0, 0, 0, 42])), /not a database of mcp-cgi/],
		['cut in the middle', () => fs.truncateSync(s.db, Math.floor(fs.statSync(s.db).size / 2 / PAGE) * PAGE), /malformed/],
		['with flipped bits', edit((fd) => { for (const n of pages) at(fd, (n - 1) * PAGE, Array(16).fill(0xff)); }), /malformed/],
	];
}

/** Does something while no program has the file open: behind this .htaccess some stay. */
const between = (s, what) => (isCgi(s.front) && s.front !== 'htaccess-fcgid' ? what() : s.restart(what));

const SIDES = ['', '-wal', '-shm'];
/** The files of a database that nobody has open; gives the function that puts them back. */
function kept(s) {
	const was = SIDES.filter((x) => fs.existsSync(s.db + x)).map((x) => [s.db + x, fs.readFileSync(s.db + x)]);
	const owner = fs.statSync(s.db);
	return () => {
		for (const x of SIDES) fs.rmSync(s.db + x, { force: true });
		for (const [file, bytes] of was) {
			fs.writeFileSync(file, bytes, { mode: 0o600 });
			fs.chownSync(file, owner.uid, owner.gid);
		}
	};
}

row('ST-03', 'missing, empty, garbage, foreign, cut, damaged: 503, a line that names it, no token on trust, and none is made', async (s) => {
	const all = (await writers(s)).filter(([name]) => name !== 'account');
	const { tokens } = await obtain(s);
	const dead = await revoked(s);
	await between(s, () => s.sql('PRAGMA wal_checkpoint(TRUNCATE)'));
	const list = damages(s);
	const size = () => (fs.existsSync(s.db) ? fs.statSync(s.db).size : null);
	await each(list, async (name, spoil, told) => {
		let restore, mark, left;
		await between(s, () => { restore = kept(s); spoil(); mark = s.logMark(); left = size(); });
		try {
			await together(all, async (what, send) => putOff(await send(), what));
			putOff(await useToken(s, tokens.access_token), 'a good token');
			putOff(await useToken(s, dead), 'a token that was revoked');
			status(await raw(s, { path: '/.well-known/oauth-authorization-server' }), 200, 'metadata');
			match(s.log(mark), told, 'log');
			eq(size(), left, 'bytes of the file');
		} finally {
			await between(s, restore);
		}
	});
	await assertAlive(s, tokens.access_token, 'when it is back');
	intact(s);
	await together(all, async (name, send, want) => status(await send(), want, `${name} when it is back`));
}, { own: true });

row('ST-03', 'a file that is taken away under programs that have it open is not written to any more', async (s) => {
	const all = (await writers(s)).filter(([name]) => name !== 'account');
	const { tokens } = await obtain(s);
	await assertAlive(s, tokens.access_token);
	s.sql('PRAGMA wal_checkpoint(TRUNCATE)');
	for (const x of SIDES) if (fs.existsSync(s.db + x)) fs.renameSync(s.db + x, `${s.dir}/away${x}`);
	const mark = s.logMark();
	await together(all, async (name, send) => putOff(await send(), name));
	putOff(await useToken(s, tokens.access_token), 'a good token');
	match(s.log(mark), /mcp\.db.*No such file/, 'log');
	ok(!fs.existsSync(s.db), 'none was made');
	for (const x of SIDES) if (fs.existsSync(`${s.dir}/away${x}`)) fs.renameSync(`${s.dir}/away${x}`, s.db + x);
	await together(all, async (name, send, want) => status(await send(), want, `${name} when it is back`));
	await assertAlive(s, tokens.access_token, 'when it is back');
	intact(s);
}, { own: true });

/** Leaves a log beside the database, with these documents in it, as a process does that was killed. */
function logOfTheDead(s, titles) {
	const lines = titles.map((t) => `INSERT INTO document (title, content, tags, created_at) VALUES ('${t}', '', '', 1);`).join('\n');
	s.run(['sqlite3', '-bail', '-cmd', '.timeout 10000', s.db], { input: `PRAGMA wal_autocheckpoint = 0;\n${lines}\n.shell kill -9 $PPID\n` });
	ok(fs.existsSync(`${s.db}-wal`) && fs.statSync(`${s.db}-wal`).size > PAGE, 'there is a log');
}

row('ST-03', 'a log of the database that is cut or garbage: the last good commit is served', async (s) => {
	const { tokens, client } = await obtain(s);
	const titles = () => s.sql('SELECT title FROM document ORDER BY id').map((x) => x.title);
	const wal = `${s.db}-wal`;
	const cases = [
		['whole', () => {}, ['One', 'Two']],
		['cut in the last commit', () => fs.truncateSync(wal, fs.statSync(wal).size - 100), ['One']],
		['garbage', () => fs.writeFileSync(wal, Buffer.alloc(fs.statSync(wal).size, 'garbage ')), []],
		['of no bytes', () => fs.truncateSync(wal), []],
	];
	let refreshToken = tokens.refresh_token;
	await each(cases, async (name, spoil, want) => {
		await between(s, () => {
			s.sql('DELETE FROM document; PRAGMA wal_checkpoint(TRUNCATE)');
			logOfTheDead(s, ['One', 'Two']);
			fs.rmSync(`${s.db}-shm`, { force: true });
			spoil();
		});
		await assertAlive(s, tokens.access_token, 'a reader');
		const r = status(await refresh(s, client, refreshToken), 200, 'a writer');
		refreshToken = r.json.refresh_token;
		eq(titles(), want, 'documents');
		intact(s);
	});
}, { own: true });

/* ---- held by others ---- */

/** Holds the database so that nobody else can even read it, as some backup programs do; gives the function that lets go. */
function holdAll(s) {
	const argv = ['sqlite3', '-bail', '-cmd', '.timeout 10000', s.db];
	const uid = fs.statSync(s.db).uid;
	const full = AS_ROOT && uid !== 0 ? ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups', '--', ...argv] : argv;
	const child = spawn(full[0], full.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
	const gone = new Promise((done) => { child.on('exit', done); });
	return new Promise((resolve, reject) => {
		let err = '';
		child.stderr.on('data', (d) => { err += d; });
		gone.then(() => reject(new Error(`could not hold the database: ${err}`)));
		child.stdout.on('data', (d) => {
			if (String(d).includes('held')) resolve(async () => { child.stdin.end('ROLLBACK;\n.quit\n'); await gone; });
		});
		child.stdin.write("PRAGMA locking_mode = EXCLUSIVE;\nBEGIN EXCLUSIVE;\nSELECT 'held';\n");
	});
}

row('ST-04', 'somebody else writes for three seconds: whoever comes waits, and succeeds', async (s) => {
	const all = await writers(s);
	const { tokens } = await obtain(s);
	const free = await s.lock();
	const began = performance.now();
	let waited;
	const freed = sleep(3000).then(free).finally(() => { waited = performance.now() - began; });
	if (s.front !== 'inproc') await assertAlive(s, tokens.access_token, 'a reader');
	ok(performance.now() - began < 2500, 'a reader does not wait');
	await together(all, async (name, send, want) => {
		status(await send(), want, name);
		ok(performance.now() - began > 2900, `${name} was done while another wrote`);
	});
	await freed;
	ok(performance.now() - began < waited + 5000, 'and is done soon after it');
	intact(s);
}, { own: true });

/** One request a program, so that none of them waits for another one. */
const ONE_EACH = ['register', 'authorize', 'code', 'revoke', 'account'];

async function tooLong(s, hold) {
	const all = (await writers(s)).filter(([name]) => (s.front === 'inproc' ? name === 'code' : ONE_EACH.includes(name)));
	const { tokens } = await obtain(s);
	const dead = await revoked(s);
	const before = rowsOf(s);
	let free;
	await s.restart(async () => { if (hold) free = await hold(s); });
	free ??= await s.lock();
	try {
		const timed = async (name, send) => {
			const began = performance.now();
			putOff(await send(), name);
			const took = performance.now() - began;
			ok(took > 3000 && took < 9000, `${name}: 503 after ${took | 0} ms`);
		};
		const readers = hold ? [['a token', () => useToken(s, tokens.access_token)], ['a token that was revoked', () => useToken(s, dead)]] : [];
		if (s.front === 'inproc') for (const one of [...all, ...readers]) await timed(...one);
		else await together([...all, ...readers], timed);
		if (!hold) await assertAlive(s, tokens.access_token, 'a reader');
	} finally {
		await free();
	}
	eq(rowsOf(s), before, 'rows');
	await together(all, async (name, send, want) => status(await send(), want, `${name} when it is over`));
	await assertAlive(s, tokens.access_token, 'when it is over');
}

row('ST-04', 'somebody else writes for longer: 503 after about five seconds, readers are served', (s) => tooLong(s), { own: true });

row('ST-04', 'somebody else lets nobody even read: 503 after about five seconds, no token on trust', (s) => tooLong(s, holdAll), { own: true });

/* ---- a clock that lies ---- */

const HOUR = 3600, DAY = 24 * HOUR, YEAR = 365 * DAY;
const TIMES = /^(at|since|last|fresh_until|[a-z]+_at)$/;

const CLOCKED = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0:exitcode=99:allocator_may_return_null=1:verify_asan_link_order=0' };

/** Gives the test an installation, and the function that moves its clock by so many seconds. */
async function withClock(front, test, settings = {}) {
	const file = path.join(freshFolder(false), 'clock');
	const env = front === 'inproc' ? { ...CLOCKED, LD_PRELOAD: `${ROOT}/build/asan/clock.so`, MCP_TESTS_CLOCK: file } : {};
	const s = await start({ front, env, settings });
	let shift = 0;
	try {
		await test(s, async (seconds) => {
			shift += seconds;
			if (front === 'inproc') fs.writeFileSync(file, String(shift));
			else await between(s, () => rowsMove(s, -seconds));
		});
	} finally {
		await s.stop();
	}
}

/**
 * The programs behind a web server are static: their clock cannot be another one. That it goes back is the same as that all that
 * is written down happens so much later; who has nothing but the rows cannot tell the two from each other.
 */
function rowsMove(s, seconds) {
	const columns = s.sql(`SELECT m.name AS t, c.name AS c FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.type = 'INTEGER'`).filter((x) => TIMES.test(x.c));
	ok(columns.length > 30, `columns that hold times: ${columns.length}`);
	s.sql(columns.map(({ t, c }) => `UPDATE "${t}" SET "${c}" = "${c}" + ${seconds} WHERE "${c}" > 1;`).join('\n'), { json: false });
}

const refused = async (r, what) => oauthError(await r, 400, 'invalid_grant', what);

row('ST-09', 'the clock goes a day ahead and back: what was seen expired stays so, and new tokens are given', (_, front) => withClock(front, async (s, move) => {
	const [{ tokens, client }, flow] = [await obtain(s), await obtainCode(s)];
	await move(DAY);
	await assertDead(s, tokens.access_token, 'an access token, a day later');
	await refused(redeem(s, flow), 'a code, a day later');
	await move(-DAY);
	await assertDead(s, tokens.access_token, 'the access token, when the clock is right again');
	await refused(redeem(s, flow), 'the code, when the clock is right again');
	const r = status(await refresh(s, client, tokens.refresh_token), 200, 'its refresh token, which was good all the time');
	await assertAlive(s, r.json.access_token);
	await move(400 * DAY);
	await refused(refresh(s, client, r.json.refresh_token), 'a refresh token, more than a year later');
	await move(-400 * DAY);
	await refused(refresh(s, client, r.json.refresh_token), 'the refresh token, when the clock is right again');
	const stolen = await obtain(s);
	const next = status(await refresh(s, stolen.client, stolen.tokens.refresh_token), 200, 'rotation').json;
	await move(400 * DAY);
	await refused(refresh(s, stolen.client, stolen.tokens.refresh_token), 'a rotated refresh token, more than a year later');
	await move(-400 * DAY + 600);
	await refused(refresh(s, stolen.client, stolen.tokens.refresh_token), 'the rotated one, when the clock is right again');
	await assertDead(s, next.access_token, 'what has come of it');
	await assertAlive(s, (await obtain(s)).tokens.access_token, 'new ones');
}), { own: 'none' });

row('ST-09', 'the clock goes back by an hour or ten years: nothing is used twice, and the grace of a refresh token is over', (_, front) => withClock(front, async (s, move) => {
	await each([['an hour', HOUR], ['ten years', 10 * YEAR]], async (name, back) => {
		const [used, gone, spent] = [await obtain(s), await obtain(s), await obtain(s)];
		status(await revoke(s, gone.client, gone.tokens.refresh_token), 200, 'revocation');
		const next = status(await refresh(s, spent.client, spent.tokens.refresh_token), 200, 'rotation').json;
		await move(60);
		await move(-back);
		await refused(redeem(s, used), 'a code that was used');
		await assertDead(s, used.tokens.access_token, 'what it gave');
		await assertDead(s, gone.tokens.access_token, 'a token that was revoked');
		await refused(refresh(s, gone.client, gone.tokens.refresh_token), 'a refresh token that was revoked');
		await refused(refresh(s, spent.client, spent.tokens.refresh_token), 'a refresh token that was rotated');
		await assertDead(s, next.access_token, 'what has come of it');
		await assertAlive(s, (await obtain(s)).tokens.access_token, 'a new one');
		await move(back - 60);
	});
}), { own: 'none' });

row('ST-10', 'beyond 2038 and beyond 2100 all goes its way', (_, front) => withClock(front, async (s, move) => {
	let now = Math.floor(Date.now() / 1000);
	await each(['2038-01-19T03:14:00Z', '2038-01-20T00:00:00Z', '2100-03-01T00:00:00Z'], async (day) => {
		const to = Date.parse(day) / 1000;
		await move(to - now);
		now = to;
		const { tokens, client } = await obtain(s);
		eq(tokens.expires_in, HOUR, 'expires_in');
		await assertAlive(s, tokens.access_token);
		const made = toolResult(await call(s, tokens.access_token, CREATE, { title: day, content: 'Then.' }));
		match(JSON.stringify(made) + JSON.stringify(s.sql('SELECT max(created_at) AS at FROM document')), new RegExp(`${day.slice(0, 4)}|${String(to).slice(0, 5)}`), 'when a document was made');
		const r = status(await refresh(s, client, tokens.refresh_token), 200, 'refresh').json;
		await assertAlive(s, r.access_token);
		await move(2 * HOUR);
		now += 2 * HOUR;
		await assertDead(s, r.access_token, 'a token of two hours ago');
		const again = status(await refresh(s, client, r.refresh_token), 200, 'refresh').json;
		status(await revoke(s, client, again.refresh_token), 200, 'revocation');
		await assertDead(s, again.access_token, 'after the revocation');
	});
	intact(s);
}), { own: 'none', fronts: ['inproc'] });

/* ---- few descriptors, little memory, no more processes ---- */

const FORM = 'application/x-www-form-urlencoded';
const MIB = 1 << 20;

/** A request of each program, with what it comes to: [program, status, request for runCgi]. */
function requestsOf(got) {
	const of = (type, body) => ({ method: 'POST', body, env: { CONTENT_TYPE: type } });
	const mine = `client_id=${got.client.client_id}`;
	return [
		['metadata', 200, { path: '/.well-known/oauth-authorization-server' }],
		['register', 201, of('application/json', '{"redirect_uris":["https://c.example/cb"],"token_endpoint_auth_method":"none"}')],
		['authorize', 400, { query: 'client_id=c_nobody' }],
		['token', 400, of(FORM, `grant_type=refresh_token&${mine}&refresh_token=${got.tokens.access_token}`)],
		['revoke', 200, of(FORM, `token=unknown&${mine}`)],
		['account', 200, {}],
		['mcp', 200, rpcOf(got, { jsonrpc: '2.0', id: 1, method: 'tools/list' })],
	];
}

const rpcOf = (got, doc) => ({ method: 'POST', body: JSON.stringify(doc), env: {
	CONTENT_TYPE: 'application/json', HTTP_ACCEPT: 'application/json, text/event-stream', HTTP_AUTHORIZATION: `Bearer ${got.tokens.access_token}` } });

/** What runCgi brought: as without a limit, or 503. */
function asUsualOrPutOff(r, usual, what) {
	eq(r.exit, 0, `${what}: exit status (${r.log})`);
	oneOf(r.status, [usual, 503], `${what}: status (${r}; ${r.log})`);
	if (r.status === 503) match(r.headers['retry-after'], COMES_BACK, `${what}: Retry-After`);
	lacks(r.text.replace(/<(style|svg)[\s\S]*?<\/\1>/g, ''), /sqlite|Too many|memory/i, `${what}: answer`);
}

row('ST-14', 'few descriptors: as usual, or 503; and a gigabyte of address space is plenty, as is far less', async (s) => {
	const got = await obtain(s);
	const limits = [...[3, 4, 5].map((n) => [`--nofile=${n}`, false]), ...[6, 8, 20].map((n) => [`--nofile=${n}`, true]),
		...[1024, 64, 16, 8].map((n) => [`--as=${n * MIB}`, true])];
	await each(limits, async (under, enough) => {
		for (const [program, usual, o] of requestsOf(got)) {
			const r = runCgi(s, program, { ...o, under: ['prlimit', under] });
			asUsualOrPutOff(r, usual, program);
			if (enough) eq(r.status, usual, `${program}: status`);
		}
	});
	await assertAlive(s, got.tokens.access_token, 'the next request');
	intact(s);
}, { own: true, fronts: REAL });

row('ST-14', 'no memory for a password: a page that says to come back, and the next one is let in', async (s) => {
	const client = await register(s);
	const jar = new Jar();
	const login = await follow(s, await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar), jar);
	const body = formEncode({ ...fieldsFor(login, 'login'), username: 'alice', password: s.password });
	const knock = (under) => runCgi(s, 'authorize', { under: ['prlimit', under], method: 'POST', body,
		env: { CONTENT_TYPE: FORM, HTTP_ORIGIN: s.issuer, HTTP_SEC_FETCH_SITE: 'same-origin', HTTP_COOKIE: jar.header().Cookie } });
	for (let i = 0; i < 3; i++) {
		const r = knock(`--as=${24 * MIB}`);
		eq([r.status, r.exit], [503, 0], `status and exit status (${r}; ${r.log})`);
		match(r.headers['content-type'], /^text\/html/, 'Content-Type');
		match(r.headers['retry-after'], COMES_BACK, 'Retry-After');
	}
	eq(knock(`--as=${1024 * MIB}`).status, 303, 'with a gigabyte');
}, { own: true, fronts: REAL, settings: { password_ln: 15, rate_limits: 'on' } });

const toolCall = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'says', arguments: {} } };

row('ST-14', 'no more processes: a tool is put off or said to have failed, and the next one works', async (s) => {
	tool(s, 'says', 'echo said');
	const got = await obtain(s);
	const one = rpcOf(got, toolCall);
	const r = runCgi(s, 'mcp', { ...one, under: ['prlimit', '--nproc=1'] });
	asUsualOrPutOff(r, 200, 'as plain CGI');
	if (r.status === 200) {
		const doc = JSON.parse(r.text);
		ok(doc.error ?? doc.result.isError, `it is not said to have worked: ${r}`);
	}
	match(r.log, /says: .*(Resource temporarily unavailable|fork)/i, 'log');
	eq(JSON.parse(runCgi(s, 'mcp', one).text).result.content[0].text, 'said\n', 'the next one');
	if (hasWorkers(s.front)) {
		const all = (what) => { for (const p of s.processes().filter((x) => x.exe === 'mcp')) limit(s, p.pid, `--nproc=${what}`); };
		const soft = /^Max processes\s+(\d+|unlimited)/m.exec(fs.readFileSync(`/proc/${s.child.pid}/limits`, 'utf8'))[1];
		all('1:');
		const stays = await call(s, got.tokens.access_token, 'says', {}, { more: { allow: [503] } });
		ok(stays.status === 503 || stays.json.error || stays.json.result.isError, `a program that stays: ${stays}`);
		await assertAlive(s, got.tokens.access_token, 'what needs no process');
		all(`${soft}:`);
	}
	eq((await call(s, got.tokens.access_token, 'says', {})).json.result.content[0].text, 'said\n', 'the next one by the web server');
}, { own: true, fronts: REAL, settings: { site: '../site' } });

/** The number that a process gives to the next file; null: it does not let itself be looked at. */
function nextFile(pid) {
	try {
		const open = fs.readdirSync(`/proc/${pid}/fd`);
		for (let n = 0; ; n++) if (!open.includes(String(n))) return n;
	} catch {
		return null;
	}
}

const busyOf = (pid) => fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ').slice(11, 13).reduce((a, x) => a + Number(x), 0);

row('ST-14', 'programs that stay and have no descriptor left: 503 or a wait without work, and the next requests are answered', async (s) => {
	const { client, tokens } = await obtain(s);
	await s.restart();
	const pids = s.processes().filter((p) => p.exe === 'token').map((p) => p.pid);
	const set = (of) => { for (const pid of pids) limit(s, pid, `--nofile=${of(pid)}:`); };
	if (pids.every((pid) => nextFile(pid) !== null)) {
		set((pid) => nextFile(pid) + 1);
		putOff(await refresh(s, client, tokens.refresh_token), 'no descriptor for the database');
	}
	set(() => 3);
	const waits = refresh(s, client, tokens.refresh_token, {}, {}, { allow: [500, 502, 503] });
	const began = pids.map(busyOf);
	await sleep(1500);
	const worked = pids.map((pid, i) => (fs.existsSync(`/proc/${pid}`) ? busyOf(pid) - began[i] : 0));
	set(() => 1024);
	status(await waits, [200, 500, 502, 503], 'no descriptor for a connection');
	ok(Math.max(...worked) < 50, `they wait without working: ${worked} hundredths of a second`);
	for (let i = 0; i < 4; i++) status(await refresh(s, client, tokens.refresh_token), 200, 'a next request');
}, { own: true, fronts: WITH_WORKERS });

/* ---- /tmp ---- */

row('ST-16', 'a /tmp that cannot be written to: no program needs it', async (s) => {
	tool(s, 'says', 'echo said >"$TMPDIR/it"; cat "$TMPDIR/it"');
	const got = await obtain(s);
	const script = `set -e; mount --bind /tmp /tmp; mount --bind ${s.dir} ${s.dir}; mount -o remount,bind,ro /tmp; mount --bind /var/tmp /var/tmp; mount -o remount,bind,ro /var/tmp; exec "$@"`;
	const inside = ['unshare', ...(AS_ROOT ? [] : ['-r']), '-m', 'sh', '-c', script, 'sh'];
	const asOwner = AS_ROOT ? ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups', '--'] : [];
	const can = runAs(false, [...inside, 'true']).status === 0;
	const closed = { ...s, run: can ? (argv, o) => runAs(false, [...inside, ...asOwner, ...argv], o) : s.run };
	if (can) ok(closed.run(['sh', '-c', 'echo x >/tmp/mcp-cgi-x']).status !== 0, '/tmp cannot be written to');
	const nowhere = (o) => ({ ...o, env: { ...o.env, TMPDIR: '/nowhere', TMP: '/nowhere', SQLITE_TMPDIR: '/nowhere' } });
	for (const [program, usual, o] of requestsOf(got)) {
		const r = runCgi(closed, program, nowhere(o));
		eq([r.status, r.exit], [usual, 0], `${program}: status and exit status (${r}; ${r.log})`);
	}
	const one = runCgi(closed, 'mcp', nowhere(rpcOf(got, toolCall)));
	eq(JSON.parse(one.text).result?.content?.[0].text, 'said\n', `a tool (${one}; ${one.log})`);
	const large = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { pad: 'x'.repeat(4000000) } };
	eq(runCgi(closed, 'mcp', nowhere(rpcOf(got, large))).status, 200, 'a large body');
}, { own: true, fronts: REAL, settings: { site: '../site' } });
