// SPDX-License-Identifier: ISC
//
// Runs the web programs without a web server: as a CGI program with an environment and two pipes of our making, or as
// a FastCGI program alone on a listening socket, spoken to record by record. As root everything runs as the account
// that owns the installation, as under a web server. What was started is ended with the test, by process id.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { eq, match, ok } from '../lib/check.mjs';
import { install, ROOT, sleep, withSettings } from '../lib/harness.mjs';

export const AS_ROOT = process.getuid() === 0;
/** The programs that a test may ask anything of, and all that a web server starts. */
export const PROGRAMS = ['metadata', 'register', 'authorize', 'token', 'revoke', 'mcp'];
export const STARTED = [...PROGRAMS, 'introspect', 'account', 'listen'];
const OWNER = 'www-data';
const LIMIT_MS = 30000;
const PHRASES = { ...http.STATUS_CODES, 413: 'Content Too Large' };

const groups = new Set();
process.on('exit', () => {
	for (const pid of groups) try { process.kill(-pid, 'SIGKILL'); } catch { /* already gone */ }
});

const found = new Map();
function which(name) {
	if (!found.has(name))
		found.set(name, process.env.PATH.split(':').map((dir) => `${dir}/${name}`).find((file) => fs.existsSync(file)) ?? name);
	return found.get(name);
}

const dropped = () => (AS_ROOT ? [which('setpriv'), `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups', '--'] : []);

/** place.c, which makes the odd places, compiled once into the folder of an installation. */
export function placeOf(s) {
	if (!s.place) {
		s.place = `${s.dir}/place`;
		const r = spawnSync('cc', ['-o', s.place, `${ROOT}/tests/live/place.c`], { encoding: 'utf8' });
		if (r.status !== 0) throw new Error(`cc place.c: ${r.stderr}`);
	}
	return s.place;
}

/** A second installation with the same users and clients: { conf, db, dir, url }. */
export function copyOf(s, name, settings = {}) {
	const from = path.dirname(s.conf);
	const dir = `${s.dir}/${name}`;
	// A program that is just leaving may take the log of the database along.
	let r;
	for (let i = 0; i < 5 && r?.status !== 0; i++) {
		fs.rmSync(dir, { recursive: true, force: true });
		r = spawnSync('cp', ['-a', from, dir], { encoding: 'utf8' });
	}
	if (r.status !== 0) throw new Error(r.stderr);
	const conf = `${dir}/${path.basename(s.conf)}`;
	fs.writeFileSync(conf, withSettings(fs.readFileSync(conf, 'utf8'), settings));
	return { ...s, conf, dir, db: `${dir}/${path.basename(s.db)}`, place: placeOf(s), home: s.dir };
}

/** A query with the sqlite3 command, as the owner. */
export function sql(s, text) {
	const r = s.run(['sqlite3', '-bail', '-cmd', '.timeout 10000', '-json', s.db, text]);
	if (r.status !== 0) throw new Error(`sqlite3: ${r.stderr}`);
	return JSON.parse(r.stdout.trim() || '[]');
}

/* ---- plain CGI ---- */

/** The variables of one request, as a web server sets them; null in `more` removes one. */
export function variables(s, program, o = {}) {
	const { method = 'GET', target, query = '', body, length, type, more = {} } = o;
	const bytes = body === undefined ? 0 : Buffer.byteLength(body);
	const all = {
		GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', SERVER_SOFTWARE: 'tests', REQUEST_METHOD: method,
		SCRIPT_NAME: target ?? `/${program}`, REQUEST_URI: (target ?? `/${program}`) + (query ? `?${query}` : ''),
		QUERY_STRING: query, REMOTE_ADDR: '127.0.0.1', HTTP_HOST: new URL(s.url).host, MCP_CGI_CONF: s.conf,
		CONTENT_TYPE: type ?? null, CONTENT_LENGTH: length === undefined ? (body === undefined ? null : String(bytes)) : length, ...more,
	};
	return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== null && v !== undefined));
}

/** Reads what a CGI program wrote: the status line has the right phrase, Content-Length is right, nothing is behind. */
export function readAnswer(out, method = 'GET') {
	const end = out.indexOf('\r\n\r\n');
	ok(end > 0, `an answer with a head, got ${JSON.stringify(out.toString('latin1').slice(0, 200))}`);
	const lines = out.toString('latin1', 0, end).split('\r\n');
	const m = /^Status: (\d{3}) (.+)$/.exec(lines[0]);
	ok(m, `a status line first, got ${JSON.stringify(lines[0])}`);
	const status = Number(m[1]);
	eq(m[2], PHRASES[status], `phrase of ${status}`);
	const headers = {};
	for (const line of lines.slice(1)) {
		const at = line.indexOf(': ');
		ok(at > 0, `a header line, got ${JSON.stringify(line)}`);
		const name = line.slice(0, at).toLowerCase();
		ok(name === 'set-cookie' || !(name in headers), `${name} only once`);
		headers[name] = line.slice(at + 2);
	}
	const body = out.subarray(end + 4);
	if (status === 204) ok(headers['content-length'] === undefined, 'no Content-Length with 204');
	else match(headers['content-length'], /^\d+$/, `Content-Length of a ${status}`);
	if (method === 'HEAD' || status === 204) eq(body.length, 0, `bytes of the body (${method} ${status})`);
	else eq(body.length, Number(headers['content-length']), `bytes of the body of a ${status} against its Content-Length`);
	if (headers['content-type'] === 'application/json' && method !== 'HEAD') JSON.parse(body.toString('utf8'));
	return { status, headers, body, text: body.toString('utf8'), get json() { return JSON.parse(this.text); } };
}

let pipes = 0;

/** Names a pipe of the file system, which the shell opens as standard input: a real pipe, as lighttpd gives one. */
function pipeOf(s) {
	const file = `${s.home ?? s.dir}/pipe-${pipes++}`;
	const r = spawnSync('mkfifo', [file]);
	if (r.status !== 0) throw new Error(`mkfifo: ${r.stderr}`);
	return file;
}

/** Writes the body; gives null, or the code of the error that the writer saw. */
async function feedPipe(file, body, hold) {
	const to = await fs.promises.open(file, 'w');
	fs.unlinkSync(file);
	try {
		await to.writeFile(body);
		if (hold) await hold;
		return null;
	} catch (e) {
		return e.code;
	} finally {
		await to.close();
	}
}

function feedSocket(child, body, hold) {
	return new Promise((resolve) => {
		child.stdin.on('error', (e) => resolve(e.code));
		child.stdin.write(body, (e) => {
			if (e) return resolve(e.code);
			resolve(null);
			if (!hold) child.stdin.end();
			else hold.then(() => child.stdin.end());
		});
	});
}

/**
 * Runs a program once as a CGI program: { code, signal, out, err, ms, wrote, answer }.
 *
 * o: what variables() takes; stdin: 'socket' (default; what mod_cgid gives), 'pipe', or a path; hold: keep standard input
 *    open after the body until the program has ended; argv: its arguments; umask; close: descriptors to close, like
 *    '12'; to: path that standard output goes to; root: run it as root; via: words for place.c; env: the whole
 *    environment instead of variables(); during: async (child) => called while it runs. `answer` is null when
 *    nothing was written; `wrote` is what went wrong with writing the body, or null.
 */
export async function cgi(s, program, o = {}) {
	const env = o.env ?? variables(s, program, o);
	const fifo = o.stdin === 'pipe' ? pipeOf(s) : o.stdin?.startsWith('/') ? o.stdin : null;
	const redirect = `${o.umask ? `umask ${o.umask}; ` : ''}exec "$@"${fifo ? ` <${fifo}` : ''}${o.to ? ` >${o.to}` : ''}${[...(o.close ?? '')].map((d) => ` ${d}>&-`).join('')}`;
	const words = [...(o.via ? [placeOf(s), ...o.via] : []), `${install().programs}/${program}`, ...(o.argv ?? [])];
	const argv = ['/bin/sh', '-c', redirect, 'sh', ...(o.root ? [] : dropped()), ...words];
	const began = performance.now();
	const child = spawn(argv[0], argv.slice(1), { env, cwd: '/', detached: true, stdio: ['pipe', 'pipe', 'pipe', o.via ? 'pipe' : 'ignore'] });
	groups.add(child.pid);
	const read = (stream) => { const list = []; stream?.on('data', (d) => list.push(d)); return () => Buffer.concat(list); };
	const [out, err, told] = [read(child.stdout), read(child.stderr), read(child.stdio[3])];
	let late = false;
	const timer = setTimeout(() => { late = true; child.kill('SIGKILL'); }, o.limit ?? LIMIT_MS);
	const gone = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
	const left = new Promise((resolve) => child.on('exit', resolve));
	const body = o.body === undefined ? Buffer.alloc(0) : Buffer.from(o.body);
	const fed = o.stdin === 'pipe' ? feedPipe(fifo, body, o.hold && left) : feedSocket(child, body, o.hold && left);
	let fault = null;
	if (o.during) await o.during(child).catch((e) => { fault = e; child.kill('SIGKILL'); });
	const end = await gone;
	clearTimeout(timer);
	groups.delete(child.pid);
	const wrote = await Promise.race([fed, sleep(2000).then(() => 'unwritten')]);
	if (fault) throw fault;
	if (late) throw new Error(`${program} did not end in ${o.limit ?? LIMIT_MS} ms`);
	const r = { ...end, out: out(), err: err().toString('utf8'), told: told().toString('utf8'), ms: performance.now() - began, wrote };
	r.answer = r.out.length ? readAnswer(r.out, env.REQUEST_METHOD) : null;
	return r;
}

/** JSON is never to be taken for anything else. */
export function nosniff(answer, what) {
	if (answer.headers['content-type'] === JSON_TYPE) eq(answer.headers['x-content-type-options'], 'nosniff', `${what}: X-Content-Type-Options of a ${answer.status}`);
}

/** As cgi(), for a program that must end well and answer with this status (or one of these). */
export async function asked(s, program, o, want, what = program) {
	const r = await cgi(s, program, o);
	ok(r.answer, `${what}: an answer (exit ${r.code ?? r.signal}, ${r.err.trim().slice(0, 200)})`);
	ok([want].flat().includes(r.answer.status),
		`${what}: expected ${[want].flat().join(' or ')}, got ${r.answer.status} ${r.answer.text.slice(0, 160)} (${r.err.trim().slice(0, 200)})`);
	eq(r.signal, null, `${what}: signal`);
	nosniff(r.answer, what);
	return r;
}

export const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';
// Identical clients are one: each has a name of its own.
let clients = 0;
export const client = (name = `Test client ${clients++}`) => JSON.stringify({ client_name: name, redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' });
export const registration = (name) => ({ method: 'POST', type: JSON_TYPE, body: client(name) });
export const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });

/** A request to /mcp under an older revision, with these variables for the credentials. */
export const listing = (more = {}) => ({ method: 'POST', type: JSON_TYPE, body: LIST,
	more: { HTTP_ACCEPT: 'application/json, text/event-stream', HTTP_MCP_PROTOCOL_VERSION: '2025-06-18', ...more } });

export const WELL_KNOWN = '/.well-known/oauth-authorization-server';

/** A POST with a body to any of the programs, of the media type that it reads. */
export const posting = (program, body, o = {}) => ({ method: 'POST', type: program === 'mcp' || program === 'register' ? JSON_TYPE : FORM_TYPE,
	...(program === 'metadata' ? { target: WELL_KNOWN } : {}), body, ...o });

/* ---- processes ---- */

/** /proc/PID/status as an object, or null. */
export function statusOf(pid) {
	try {
		return Object.fromEntries(fs.readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').filter(Boolean).map((l) => [l.slice(0, l.indexOf(':')), l.slice(l.indexOf(':') + 1).trim()]));
	} catch {
		return null;
	}
}

function statOf(pid) {
	try {
		const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
		const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
		return { pid: Number(pid), exe: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')), state: rest[0], parent: Number(rest[1]), group: Number(rest[2]),
			ticks: Number(rest[11]) + Number(rest[12]) };
	} catch {
		return null;
	}
}

export const isAlive = (pid) => { const p = statOf(pid); return !!p && p.state !== 'Z' && p.state !== 'X'; };
export const ticksOf = (pid) => statOf(pid)?.ticks ?? 0;
/** Is it running or waiting for the disk? A worker that waits for a request is not. */
export const isBusy = (pid) => ['R', 'D'].includes(statOf(pid)?.state);
export const nameOf = (pid) => statOf(pid)?.exe ?? '';

const everyone = () => fs.readdirSync('/proc').filter((x) => /^\d+$/.test(x)).map(statOf).filter((p) => p && p.state !== 'Z' && p.state !== 'X');

/** The running processes of a process group. */
export const groupOf = (group) => everyone().filter((p) => p.group === group);

/** The running children of a process, oldest first. */
export function childrenOf(pid) {
	try {
		return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number).filter(isAlive);
	} catch {
		return isAlive(pid) ? everyone().filter((p) => p.parent === pid).map((p) => p.pid) : [];
	}
}

/** What descriptor n of a process is, or null when we may not look. */
export function descriptorOf(pid, n) {
	try {
		return fs.readlinkSync(`/proc/${pid}/fd/${n}`);
	} catch {
		return null;
	}
}

/** Waits until test() is true; false when it was not within ms. */
export async function until(test, ms = 15000, step = 10) {
	for (const end = Date.now() + ms; !(await test()); await sleep(step)) if (Date.now() > end) return false;
	return true;
}

/* ---- FastCGI ---- */

const BEGIN = 1, ABORT = 2, END = 3, PARAMS = 4, STDIN = 5, STDOUT = 6, STDERR = 7;

/** One record (FastCGI specification, section 3.3). */
export function record(type, content = Buffer.alloc(0), { id = 1, padding = 0 } = {}) {
	const head = Buffer.from([1, type, id >> 8, id & 255, content.length >> 8, content.length & 255, padding, 0]);
	return Buffer.concat([head, content, Buffer.alloc(padding)]);
}

function sized(n) {
	if (n < 128) return Buffer.from([n]);
	const b = Buffer.alloc(4);
	b.writeUInt32BE((n | 0x80000000) >>> 0);
	return b;
}

export function paramsRecord(env, o) {
	const parts = [];
	for (const [name, value] of Object.entries(env)) {
		const [n, v] = [Buffer.from(name), Buffer.from(value)];
		parts.push(sized(n.length), sized(v.length), n, v);
	}
	const all = Buffer.concat(parts);
	const out = [];
	for (let at = 0; at < all.length; at += 65535) out.push(record(PARAMS, all.subarray(at, at + 65535), o));
	return Buffer.concat([...out, record(PARAMS)]);
}

export const beginRecord = (role = 1, keep = false) => record(BEGIN, Buffer.from([role >> 8, role & 255, keep ? 1 : 0, 0, 0, 0, 0, 0]));
export const abortRecord = (o) => record(ABORT, undefined, o);

export function stdinRecords(body, { size = 65535, ...o } = {}) {
	const bytes = Buffer.from(body);
	const out = [];
	for (let at = 0; at < bytes.length; at += size) out.push(record(STDIN, bytes.subarray(at, at + size), o));
	return Buffer.concat(out);
}

function readRecords(bytes) {
	const streams = { [STDOUT]: [], [STDERR]: [] };
	let ended = null;
	let at = 0;
	while (at + 8 <= bytes.length) {
		const type = bytes[at + 1];
		const n = bytes.readUInt16BE(at + 4);
		const content = bytes.subarray(at + 8, at + 8 + n);
		if (at + 8 + n + bytes[at + 6] > bytes.length) break;
		at += 8 + n + bytes[at + 6];
		if (type in streams) streams[type].push(content);
		if (type === END) ended = { app: content.readUInt32BE(0), protocol: content[4] };
	}
	return { out: Buffer.concat(streams[STDOUT]), err: Buffer.concat(streams[STDERR]).toString('utf8'), ended };
}

/**
 * Connects to a FastCGI program: { send(bytes), done, sock }. done gives { out, err, ended, ms, answer } when the
 * program has closed the connection, or null in place of the answer when it closed without one.
 */
export function connection(at, method = 'GET') {
	const chunks = [];
	const began = performance.now();
	const sock = net.connect(at);
	const done = new Promise((resolve, reject) => {
		const timer = setTimeout(() => { sock.destroy(); reject(new Error('the FastCGI program did not answer')); }, LIMIT_MS);
		sock.on('data', (d) => chunks.push(d));
		sock.on('error', () => { /* told by close */ });
		sock.on('close', () => {
			clearTimeout(timer);
			const r = { ...readRecords(Buffer.concat(chunks)), ms: performance.now() - began };
			try {
				r.answer = r.ended && r.out.length ? readAnswer(r.out, method) : null;
				resolve(r);
			} catch (e) {
				reject(e);
			}
		});
	});
	done.catch(() => { /* looked at by whoever waits */ });
	return { send: (bytes) => new Promise((resolve) => sock.write(bytes, resolve)), done, sock };
}

/**
 * A whole request to a FastCGI program; the same shape as for cgi(). o.size, o.padding: of the records; o.keep: asks for
 * the connection to be kept open, which the program need not do. The empty record at the end of a stream is never
 * padded: libfcgi would take the padding for the next header, and no web server does it.
 */
export async function ask(s, at, program, o = {}) {
	const env = variables(s, program, o);
	const c = connection(at, env.REQUEST_METHOD);
	await c.send(Buffer.concat([beginRecord(1, o.keep), paramsRecord(env, { padding: o.padding }),
		stdinRecords(o.body ?? '', { size: o.size, padding: o.padding }), record(STDIN)]));
	return c.done;
}

let sockets = 0;

/**
 * Starts one program by itself on a listening socket: { pid, socket, err, exit, ended, workers(), group(), kill(sig), clear() }.
 * ready: false does not wait for its workers.
 */
export async function alone(s, program, { workers = 2, ready = true, root = false } = {}) {
	const socket = `${s.home ?? s.dir}/run/alone-${sockets++}`;
	const argv = [...(root ? [] : dropped()), placeOf(s), 'listen', socket, `${install().programs}/${program}`];
	const child = spawn(argv[0], argv.slice(1), { env: { MCP_CGI_CONF: s.conf }, cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
	const p = { pid: child.pid, socket, err: '', exit: null };
	groups.add(child.pid);
	child.stderr.on('data', (d) => { p.err += d; });
	p.ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(p.exit = { code, signal })));
	p.workers = () => childrenOf(p.pid);
	p.group = () => groupOf(p.pid);
	p.kill = (sig) => process.kill(p.pid, sig);
	p.clear = () => {
		for (const one of p.group()) process.kill(one.pid, 'SIGKILL');
		groups.delete(p.pid);
		fs.rmSync(socket, { force: true });
	};
	if (ready && !(await until(() => p.exit || (p.workers().length === workers && p.workers().every((w) => nameOf(w) === program)))))
		throw new Error(`${program} did not start its ${workers} workers: ${p.err}`);
	return p;
}

/* ---- the database ---- */

/** Holds a lock of the database ('IMMEDIATE' or 'EXCLUSIVE'); gives the function that lets go. */
export function hold(s, kind = 'IMMEDIATE') {
	const argv = [...dropped(), which('sqlite3'), '-bail', '-cmd', '.timeout 10000', s.db];
	const child = spawn(argv[0], argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', detached: true });
	groups.add(child.pid);
	const gone = new Promise((done) => child.on('exit', () => { groups.delete(child.pid); done(); }));
	return new Promise((resolve, reject) => {
		let err = '';
		child.stderr.on('data', (d) => { err += d; });
		gone.then(() => reject(new Error(`could not lock the database: ${err}`)));
		child.stdout.on('data', (d) => {
			if (String(d).includes('held')) resolve(async () => { child.stdin.end('ROLLBACK;\n.quit\n'); await gone; });
		});
		child.stdin.write(`BEGIN ${kind};\nSELECT 'held';\n`);
	});
}
