// SPDX-License-Identifier: ISC
//
// reload.mjs FRONT: a server in the middle of its life. Clients write documents, each on a new connection, while the web server is
// reloaded, programs are replaced by newer ones, the database is migrated, and a program dies in the middle of a call. What was
// answered with 200 is there once; what was not, at most once; and no answer is cut in two. At the end: what the log says,
// and by which id. Prints one line a check.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { eq, lacks, match, ok, status } from '../lib/check.mjs';
import { listen } from '../lib/events.mjs';
import { LIGHTTPD, hasWorkers, isCgi, isFastcgi } from '../lib/fronts.mjs';
import { ROOT, chown, install, start, waitUntil } from '../lib/harness.mjs';
import { CREATE, KEY, SEARCH, call, modernResult, toolResult } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { Jar, get, random, raw } from '../lib/oauth.mjs';
import { processOf } from '../lib/processes.mjs';
import { running, tool } from '../lib/site.mjs';

const [front] = process.argv.slice(2);
const FRONTS = ['fastcgi', 'cgi', 'apache-fcgid', 'apache-cgi', 'htaccess', 'htaccess-sub'];
if (!FRONTS.includes(front)) {
	console.error(`usage: reload.mjs ${FRONTS.join('|')}`);
	process.exit(2);
}
const APACHE = front.startsWith('apache') || front.startsWith('htaccess');
const ACTORS = 3;
const RELOADS = 4;
let failed = 0;

async function check(name, fn) {
	try {
		const more = await fn();
		console.log(`ok - reload (${front}): ${name}${more ? `: ${more}` : ''}`);
	} catch (e) {
		failed++;
		console.log(`not ok - reload (${front}): ${name}: ${String(e.message).replace(/\s*\n\s*/g, ' / ')}`);
		if (process.env.MCP_TESTS_TRACE) console.log(e.stack);
	}
}

const until = (test, what, limit) => waitUntil({ log: () => '' }, test, what, limit);

/* ---- clients at work ---- */

/** What a server that is being reloaded may do to a connection that it has not answered. */
const REFUSED = /ECONNREFUSED|ECONNRESET|EPIPE|ended without an answer/;
/** The server's own page, whole: mod_cgid has just no daemon. */
const PUT_OFF = /^IV-01: 503 without Retry-After.*<!DOCTYPE HTML/s;

class Traffic {
	constructor(s, token) {
		Object.assign(this, { s, token, going: true, done: [], put: [], refused: [], wrong: [], versions: new Set() });
		this.actors = Array.from({ length: ACTORS }, () => this.act());
	}

	async act() {
		while (this.going) {
			const word = `w${random(12).replace(/[^A-Za-z0-9]/g, 'z').toLowerCase()}`;
			try {
				const r = await call(this.s, this.token, CREATE, { title: word, content: `About ${word}.` }, { more: { allow: [500, 502, 504] } });
				this.take(r, word);
			} catch (e) {
				if (PUT_OFF.test(e.message)) this.put.push(word);
				else if (REFUSED.test(e.message)) this.refused.push(word);
				else this.wrong.push(e.message);
			}
		}
	}

	take(r, word) {
		if (r.status === 503) return void this.put.push(word);
		if (r.status !== 200) return void this.wrong.push(`${r}`);
		this.versions.add(modernResult(r)._meta[`${KEY}serverInfo`].version);
		toolResult(r);
		this.done.push(word);
	}

	/** So many more documents are confirmed. */
	async more(n = 8) {
		const want = this.done.length + n;
		await until(() => this.done.length >= want || this.wrong.length > 20, `${n} more answers (${this.tell()}; ${this.wrong[0] ?? ''})`, 60000);
	}

	/** Ends, and holds what clients were told against what is there. */
	async end() {
		this.going = false;
		await Promise.all(this.actors);
		const count = new Map(this.s.sql('SELECT title, count(*) AS n FROM document GROUP BY title').map((x) => [x.title, x.n]));
		eq(this.wrong.slice(0, 3), [], `wrong answers (${this.wrong.length})`);
		eq(this.done.filter((w) => count.get(w) !== 1), [], 'confirmed documents that are not there once');
		eq([...this.put, ...this.refused].filter((w) => (count.get(w) ?? 0) > 1), [], 'documents that are there twice');
		eq(this.s.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }], 'integrity_check');
		return this.tell();
	}

	tell() {
		return `${this.done.length} confirmed, ${this.put.length} put off, ${this.refused.length} refused`;
	}
}

const BEGUN = APACHE ? /resuming normal operations/g : /server started/g;
const starts = (s) => (s.log().match(BEGUN) ?? []).length;

/** As an operator reloads it; waits until the server says that it has begun anew. */
async function reload(s) {
	const before = starts(s);
	process.kill(s.child.pid, 'SIGUSR1');
	await until(() => starts(s) > before, 'a reload', 60000);
}

async function withTraffic(s, fn) {
	const t = new Traffic(s, await tokenFor(s));
	try {
		await t.more();
		await fn(t);
	} finally {
		t.going = false;
		await Promise.all(t.actors);
	}
	return t.end();
}

const serverName = async (s) => (await raw(s, { path: '/.well-known/oauth-protected-resource/mcp' })).json.resource_name;

/* ---- reload ---- */

async function reloads(s) {
	s.setConf({ site_name: 'After the reload' });
	const told = await withTraffic(s, async (t) => {
		for (let i = 0; i < RELOADS; i++) {
			await reload(s);
			await t.more();
		}
		ok(t.put.length <= (isCgi(front) && APACHE ? RELOADS * ACTORS : 0), `put off: ${t.put.length}`);
		eq(t.refused, [], 'connections that were not answered');
	});
	await until(async () => (await serverName(s)) === 'After the reload', 'the new name of the site', 20000);
	return `${RELOADS} times, ${told}`;
}

async function reloadsWithStream(s) {
	const token = await tokenFor(s), stream = listen(s, token, { toolsListChanged: true }), from = Date.now();
	ok(await stream.until(() => stream.messages.length > 0, 20000), 'a stream');
	const told = () => (s.log().match(/graceful shutdown started|SIGUSR1 received/g) ?? []).length, before = told();
	process.kill(s.child.pid, 'SIGUSR1');
	await until(() => told() > before, 'the beginning of the reload');
	toolResult(await call(s, token, SEARCH, { query: 'text' }));
	const waited = Date.now() - from;
	ok(waited < 40000, `a request waited ${waited} ms`);
	const again = listen(s, token, { toolsListChanged: true });
	ok(await again.until(() => again.messages.length > 0, 20000), `a stream after the reload: ${again.raw.slice(0, 200)}`);
	for (const one of [stream, again]) one.sock.destroy();
	return `${waited} ms`;
}

/* ---- newer programs ---- */

const VERSION = /^VERSION := (\S+)$/m.exec(fs.readFileSync(`${ROOT}/Makefile`, 'utf8'))[1];
const NEWER = VERSION.replace(/.$/, (c) => String((Number(c) + 1) % 10));

/** The program as a newer version of it, beside the old one. */
function newer(s, name) {
	const file = `${s.programs}/${name}`, bytes = fs.readFileSync(file);
	let n = 0;
	for (let at = bytes.indexOf(`${VERSION}\0`); at >= 0; at = bytes.indexOf(`${VERSION}\0`, at + 1), n++) bytes.write(NEWER, at, 'latin1');
	ok(n > 0, `${VERSION} is in ${name}`);
	fs.writeFileSync(`${file}.new`, bytes, { mode: 0o755 });
	return file;
}

const versionOf = async (s) => modernResult(await call(s, await tokenFor(s), SEARCH, { query: 'x' }))._meta[`${KEY}serverInfo`].version;

async function replaces(s) {
	const file = newer(s, 'mcp');
	eq(await versionOf(s), VERSION, 'version before');
	const told = await withTraffic(s, async (t) => {
		if (isFastcgi(front)) {
			const over = spawnSync('cp', [`${file}.new`, file], { encoding: 'utf8' });
			ok(over.status !== 0 && /busy/i.test(over.stderr), `cp over a program that runs: ${over.status} ${over.stderr}`);
			await t.more();
		}
		fs.renameSync(`${file}.new`, file);
		await t.more();
		if (hasWorkers(front)) eq([...t.versions], [VERSION], 'versions of workers that run');
		if (isCgi(front)) ok(t.versions.has(NEWER), 'the next request has the new program');
		await reload(s);
		await t.more();
		t.versions.clear();
		await t.more(20);
		eq([...t.versions], [NEWER], 'versions after the reload');
		eq([t.refused.length, t.put.length <= (isCgi(front) && APACHE ? ACTORS : 0)], [0, true], `lost requests (${t.tell()})`);
	});
	return told;
}

/** make install over programs that are at work. */
async function installsOver() {
	const s = await start({ front });
	try {
		return await withTraffic(s, async (t) => {
			for (let i = 0; i < 4; i++) {
				const r = await new Promise((done) => {
					const child = spawn('make', ['-s', '-C', ROOT, 'install', `DESTDIR=${install().dir}`, 'PREFIX=/usr'], { stdio: ['ignore', 'ignore', 'pipe'] });
					let said = '';
					child.stderr.on('data', (d) => { said += d; });
					child.on('close', (code) => done({ code, said }));
				});
				eq(r.code, 0, `make install: ${r.said}`);
				await t.more();
			}
			eq([t.put, t.refused], [[], []], 'lost requests');
			eq(fs.readdirSync(install().programs).filter((f) => /new|^\./.test(f)), [], 'left over in the folder');
		});
	} finally {
		await s.stop();
	}
}

/* ---- a migration ---- */

async function migrates(s) {
	const version = s.sql('PRAGMA user_version')[0].user_version;
	const step = (to, change) => s.sql(`BEGIN EXCLUSIVE; ${change}; PRAGMA user_version = ${to}; COMMIT`, { json: false });
	const mark = s.logMark();
	let t;
	const told = await withTraffic(s, async (all) => {
		t = all;
		step(version + 1, 'ALTER TABLE document ADD COLUMN later TEXT');
		try {
			const before = s.sql('SELECT count(*) AS n FROM document')[0].n, from = t.put.length;
			await until(() => t.put.length > from + 3 * ACTORS, 'requests that are put off', 30000);
			eq(s.sql('SELECT count(*) AS n FROM document')[0].n, before, 'documents after the migration');
			const r = status(await call(s, t.token, SEARCH, { query: 'text' }), 503, 'a reader');
			match(r.headers['retry-after'] ?? '', /^\d+$/, 'Retry-After');
		} finally {
			step(version, 'ALTER TABLE document DROP COLUMN later');
		}
		await t.more();
	});
	match(s.log().slice(mark), new RegExp(`mcp-cgi mcp [0-9a-f]{16}: \\S+ has schema version ${version + 1}, this program needs ${version}: the program is too old`), 'the log');
	const titles = new Set(s.sql('SELECT title FROM document').map((x) => x.title));
	eq(t.put.filter((w) => titles.has(w)), [], 'documents of requests that were put off');
	return told;
}

/* ---- a program that dies ---- */

/** The process of mcp that waits for the program of the site whose command line has this mark. */
function waiterFor(mark) {
	let p = processOf(running(mark)[0]);
	while (p && p.exe !== 'mcp') p = processOf(p.parent);
	return p;
}

async function dies(s, signal) {
	const token = await tokenFor(s), [one, two] = [`a${random(6).replace(/\W/g, 'x').toLowerCase()}`, `b${random(6).replace(/\W/g, 'x').toLowerCase()}`];
	for (const name of [one, two]) tool(s, name, `sleep 4\necho slept\n`);
	const slow = (name) => call(s, token, name, {}, { more: { allow: [500, 502, 503] } }).then((r) => ({ r, text: r.text }), (e) => ({ e, text: e.message }));
	const workers = () => s.processes().filter((p) => p.exe === 'mcp').length, before = workers();
	const first = slow(one);
	await until(() => waiterFor(`${one}.sh`), 'a worker that waits for the tool', 20000);
	const second = slow(two);
	await until(() => waiterFor(`${two}.sh`), 'another one', 20000);
	const victim = waiterFor(`${one}.sh`);
	ok(victim.pid !== waiterFor(`${two}.sh`).pid, 'two workers');
	const told = await withTraffic(s, async (t) => {
		process.kill(victim.pid, signal);
		const a = await first, b = await second;
		ok(!/slept/.test(a.text), `the call of the one that died is not answered: ${a.text.slice(0, 200)}`);
		// mod_fcgid puts its page behind what there was of a stream
		if (a.r) ok(a.r.status >= 500 ? a.r.byServer : /^text\/event-stream/.test(a.r.headers['content-type']) && !/^data:/m.test(a.text), `the web server says so: ${a.r}`);
		else match(a.e.message, /ended without an answer|shorter than it says|ECONNRESET|IV-01: (status 50|503 without)/, 'the call of the one that died');
		ok(b.r?.status === 200 && /slept/.test(b.text), `the other call: ${b.text.slice(0, 300)}`);
		await t.more(20);
		eq([t.put, t.refused], [[], []], 'lost requests of others');
	});
	await until(() => !running(`${one}.sh`).length, 'the end of the tool of the one that died', 20000);
	if (hasWorkers(front)) await until(() => workers() === before, `${before} processes of mcp, as before`, 20000);
	return told;
}

/* ---- what the log says ---- */

const ids = (text) => [...text.matchAll(/[0-9a-f]{16}/g)].map((m) => m[0]);

/** Lines of ours, without what Apache puts before them. */
function ours(text) {
	return text.split('\n').filter((l) => l.includes('mcp-cgi ')).map((l) => l.slice(l.indexOf('mcp-cgi ')));
}

async function logs(s, file) {
	const token = await tokenFor(s), text = () => fs.readFileSync(file, 'utf8'), mark = text().length, free = await s.lock();
	let told, page;
	try {
		const r = status(await call(s, token, CREATE, { title: 'x', content: 'y' }), 503, 'a call while the database is locked');
		told = r.json.error.data.requestId;
		page = status(await get(s, '/account?x', new Jar([[`mcp_s`, 'x'.repeat(43)]])), [200, 303, 503], 'a page');
	} finally {
		await free();
	}
	await until(() => ours(text().slice(mark)).some((l) => l.includes(told)), `a line with the id ${told} in ${path.basename(file)}`, 10000);
	const lines = ours(text().slice(mark));
	for (const line of lines) match(line, /^mcp-cgi [a-z]+( [0-9a-f]{16})?: [\x20-\x7e]+$/, 'a line of the log');
	match(lines.find((l) => l.includes(told)), new RegExp(`^mcp-cgi mcp ${told}: BEGIN IMMEDIATE: database is locked`), 'the line of the call');
	const wrong = await get(s, '/authorize?client_id=c_nobody&response_type=code', new Jar());
	const id = ids(wrong.text).find((x) => s.sql(`SELECT count(*) AS n FROM audit WHERE request = '${x}'`)[0].n === 1);
	ok(id, `the id on the page of an error is that of the audit: ${ids(wrong.text)} (${page.status})`);
	match(s.ctl(['trace']).stdout, new RegExp(id), 'mcpctl trace');
	lacks(text(), /mcp[arcsm]_[A-Za-z0-9_-]{20}/, 'the log');
}

const s = await start({ front, ownPrograms: true, settings: { site: '../site', kb_visibility: 'team', busy_timeout: 2000 } });
tool(s, 'placeholder', 'echo here\n');
for (const name of [CREATE, SEARCH]) {
	fs.writeFileSync(`${s.dir}/site/tools/${name}.json`, JSON.stringify({ builtin: name }));
	if (process.getuid() === 0) chown(`${s.dir}/site/tools/${name}.json`);
}

await check('a reload loses no request, and new settings are taken', () => reloads(s));
await check('a reload with an open stream lets others in, and streams begin again', () => reloadsWithStream(s));
await check('a migration while workers stay: they put requests off, and write nothing', () => migrates(s));
await check('a program that dies (SIGSEGV) costs its one request', () => dies(s, 'SIGSEGV'));
await check('a program that is killed (SIGKILL) costs its one request', () => dies(s, 'SIGKILL'));
await check('lines of the log have one form, and the id that the answer, the page and the trace have', () => logs(s, `${s.dir}/log/stderr.log`));
if (LIGHTTPD.includes(front))
	await check('server.breakagelog names a file for these lines', async () => {
		const file = s.write('log/programs.log', '');
		s.web = [`server.breakagelog = ${JSON.stringify(file)}`];
		await s.restart();
		await logs(s, file);
		s.web = [];
		await s.restart();
	});
await check('newer programs take the place of those that run, and nothing is lost', () => replaces(s));
await check('nothing is left over', () => s.stop());
if (!front.startsWith('htaccess')) await check('make install over programs at work loses nothing', installsOver);
process.exit(failed ? 1 : 0);
