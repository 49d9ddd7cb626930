// SPDX-License-Identifier: ISC
//
// Brings up one complete installation in a fresh folder, as an operator would: install, `mcpctl init`, settings,
// one user; and in front of it one of the fronts: the in-process server under the sanitizers, or a web server with the
// configuration that is shipped for it (fronts.mjs). Takes it down again by process id, and fails if the sanitizers had anything
// to say, if a process was left over, or if a credential that was seen on the wire is found in the database or a log.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as apache from './apache.mjs';
import { APACHE, NGINX } from './fronts.mjs';
import * as lighttpd from './lighttpd.mjs';
import * as nginx from './nginx.mjs';
import { descendants, memoryOf, processOf, stillThere } from './processes.mjs';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const PASSWORD = 'correct horse battery staple';
export const AS_ROOT = process.getuid() === 0;
export const OWNER = 'www-data';
const SERVERS = ['apache2', 'nginx', 'fcgiwrap'];
const KEEP = !!process.env.MCP_TESTS_KEEP;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

const folders = new Set();
const children = new Set();
process.on('exit', () => {
	for (const child of children)
		try {
			child.kill('SIGKILL');
		} catch {
			/* already gone */
		}
	if (!KEEP) for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true });
});
for (const sig of ['SIGINT', 'SIGTERM']) process.on(sig, () => process.exit(1));

export function freshFolder(owned) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-cgi-'));
	folders.add(dir);
	if (owned) chown(dir);
	return dir;
}

function ownerIds() {
	const line = fs
		.readFileSync('/etc/passwd', 'utf8')
		.split('\n')
		.find((l) => l.startsWith(OWNER + ':'));
	const [, , uid, gid] = line.split(':');
	return [Number(uid), Number(gid)];
}

export function chown(file) {
	const [uid, gid] = ownerIds();
	fs.chownSync(file, uid, gid);
}

let installed;
/** The tree as `make install` lays it out; made once a run, shared by all servers of the run. */
export function install() {
	if (installed) return installed;
	const dir = freshFolder(false);
	fs.chmodSync(dir, 0o755);
	const r = spawnSync('make', ['-s', '-C', ROOT, 'install', `DESTDIR=${dir}`, 'PREFIX=/usr'], {
		encoding: 'utf8',
	});
	if (r.status !== 0) throw new Error(`make install failed (${r.status}):\n${r.stdout}${r.stderr}`);
	installed = {
		dir,
		programs: `${dir}/usr/lib/mcp-cgi`,
		ctl: `${dir}/usr/bin/mcpctl`,
		share: `${dir}/usr/share/mcp-cgi`,
	};
	return installed;
}

export function freePort() {
	return new Promise((resolve, reject) => {
		const srv = net.createServer();
		srv.on('error', reject);
		srv.listen(0, '127.0.0.1', () => {
			const { port } = srv.address();
			srv.close(() => resolve(port));
		});
	});
}

/** Runs a command as the account that owns the installation (root drops to it, but not for the in-process front). */
export function runAs(owned, argv, { input, env } = {}) {
	const full = owned
		? ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups', '--', ...argv]
		: argv;
	const r = spawnSync(full[0], full.slice(1), {
		encoding: 'utf8',
		input: input ?? '',
		env: env ?? { PATH: process.env.PATH },
		cwd: '/',
		maxBuffer: 1 << 28,
	});
	if (r.error && r.error.code !== 'EPIPE') throw r.error;
	return { status: r.status ?? `signal ${r.signal}`, stdout: r.stdout, stderr: r.stderr };
}

export function must(r, what) {
	if (r.status !== 0) throw new Error(`${what}: exit ${r.status}: ${(r.stderr || r.stdout).trim()}`);
	return r;
}

const serverOf = (front) => (APACHE.includes(front) ? apache : NGINX.includes(front) ? nginx : lighttpd);

/** Lines for s.web, with which the web server writes this token into the requests that come to the endpoint. */
export const withToken = (front, token) => serverOf(front).withToken(token);

const HEADER = /^\s*\[/;

/** Sets keys of lines that have no section header among them. */
function withKeys(lines, keys) {
	for (const [key, value] of Object.entries(keys)) {
		const re = new RegExp(`^\\s*${key}\\s*=`);
		const at = lines.findIndex((l) => re.test(l));
		lines = lines.filter((l, i) => !re.test(l) || (i === at && value !== null));
		if (value === null) continue;
		const line = `${key} = ${value}`;
		if (at >= 0) lines[lines.findIndex((l) => re.test(l))] = line;
		else lines.push(line);
	}
	return lines;
}

/**
 * Sets keys of a settings text: replaces the line of a key, or adds one; null removes it. A key that is a section's
 * header, such as '[scope write:x]', has an object of that section's keys as its value, or null to remove the section.
 */
export function withSettings(text, settings) {
	const lines = text.split('\n').filter((l, i, all) => l !== '' || i < all.length - 1);
	const first = lines.findIndex((l) => HEADER.test(l));
	const plain = Object.fromEntries(Object.entries(settings).filter(([k]) => !HEADER.test(k)));
	let out = withKeys(first < 0 ? lines : lines.slice(0, first), plain);
	let sections = [];
	for (const line of first < 0 ? [] : lines.slice(first)) {
		if (HEADER.test(line)) sections.push([line]);
		else sections.at(-1).push(line);
	}
	for (const [header, keys] of Object.entries(settings).filter(([k]) => HEADER.test(k))) {
		const found = sections.find((x) => x[0].trim() === header);
		sections = sections.filter((x) => x !== found || keys !== null);
		if (keys === null) continue;
		const body = withKeys((found ?? [header]).slice(1), keys);
		if (found) found.splice(1, found.length, ...body);
		else sections.push([header, ...body]);
	}
	out = out.concat(...sections);
	return out.join('\n') + '\n';
}

/** Settings with the public address of the installation in the place of {issuer}, which is known only at its start. */
function filledIn(settings, issuer) {
	const fill = (v) => (typeof v === 'string' ? v.replaceAll('{issuer}', issuer) : v);
	return Object.fromEntries(
		Object.entries(settings).map(([k, v]) => [
			fill(k),
			v && typeof v === 'object'
				? Object.fromEntries(Object.entries(v).map(([n, x]) => [n, fill(x)]))
				: fill(v),
		]),
	);
}

/** Paths of the MCP endpoints that the settings add to the first one. */
export function morePaths(s) {
	return Object.keys(s.settings)
		.map((k) => /^\[resource (.+)\]$/.exec(k)?.[1])
		.filter((u) => u && u !== s.resource && u.startsWith(s.issuer + '/'))
		.map((u) => u.slice(s.issuer.length));
}

/** Whether the server answers, whatever it says. */
export function answers(port) {
	return fetch(`http://127.0.0.1:${port}/`, { redirect: 'manual' }).then(() => true, () => false);
}

export function reachable(port) {
	return new Promise((resolve) => {
		const sock = net.connect({ host: '127.0.0.1', port });
		sock.on('connect', () => {
			sock.destroy();
			resolve(true);
		});
		sock.on('error', () => resolve(false));
	});
}

function spawned(s, argv, env) {
	const err = fs.openSync(`${s.dir}/log/stderr.log`, 'a');
	const child = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', err], env, cwd: '/' });
	fs.closeSync(err);
	children.add(child);
	const ended = new Promise((resolve) =>
		child.on('exit', (code, signal) => {
			children.delete(child);
			resolve({ code, signal });
		}),
	);
	return { child, ended };
}

export function launch(s, argv, env) {
	const { child, ended } = spawned(s, argv, env);
	s.child = child;
	s.out = '';
	child.stdout.on('data', (d) => {
		s.out += d;
	});
	s.ended = ended.then((exit) => (s.exit = exit));
}

/** A process that runs beside the web server, and ends after it. */
export function launchBeside(s, argv, env) {
	const one = spawned(s, argv, env);
	one.child.stdout.resume();
	s.beside = [...(s.beside ?? []), one];
}

async function stopBeside(s) {
	// fcgiwrap does not tell its children: systemd tells each process of a unit
	for (const p of descendants((s.beside ?? []).map((b) => b.child.pid)))
		if (p.exe === 'fcgiwrap') process.kill(p.pid, 'SIGTERM');
	for (const b of s.beside ?? []) b.child.kill('SIGTERM');
	const timer = setTimeout(() => {
		s.killed = true;
		for (const b of s.beside) b.child.kill('SIGKILL');
	}, s.patience ?? 20000);
	await Promise.all((s.beside ?? []).map((b) => b.ended));
	clearTimeout(timer);
	s.beside = [];
}

export async function waitUntil(s, test, what, limit = 20000) {
	const until = Date.now() + limit;
	while (!(await test())) {
		if (s.exit)
			throw new Error(
				`${what} ended at once (${JSON.stringify(s.exit)}): ${s.log().trim().slice(-600)}`,
			);
		if (Date.now() > until) throw new Error(`${what} did not get ready: ${s.log().trim().slice(-600)}`);
		await sleep(20);
	}
}

async function startFront(s) {
	if (s.front === 'inproc') {
		launch(s, [`${ROOT}/build/asan/inproc`, String(s.port)], {
			PATH: process.env.PATH,
			MCP_CGI_CONF: s.conf,
			ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0:exitcode=99:allocator_may_return_null=1',
			UBSAN_OPTIONS: 'print_stacktrace=1:halt_on_error=0',
			...s.env,
		});
		await waitUntil(s, () => /\bready\b/.test(s.out), 'inproc');
		return;
	}
	await serverOf(s.front).startServer(s);
}

/** All processes that descend from the server, and those that were started beside it. */
export function family(s) {
	const beside = (s.beside ?? []).map((b) => processOf(b.child.pid)).filter(Boolean);
	return [...beside, ...descendants([s.child.pid, ...beside.map((p) => p.pid)])];
}


function holdLock(s, owned) {
	const argv = ['sqlite3', '-bail', '-cmd', '.timeout 10000', s.db];
	const full = owned
		? ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups', '--', ...argv]
		: argv;
	const child = spawn(full[0], full.slice(1), { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
	children.add(child);
	const gone = new Promise((done) =>
		child.on('exit', () => {
			children.delete(child);
			done();
		}),
	);
	return new Promise((resolve, reject) => {
		let err = '';
		child.stderr.on('data', (d) => {
			err += d;
		});
		gone.then(() => reject(new Error(`could not lock the database: ${err}`)));
		child.stdout.on('data', (d) => {
			if (String(d).includes('held'))
				resolve(async () => {
					child.stdin.end('ROLLBACK;\n.quit\n');
					await gone;
				});
		});
		child.stdin.write("BEGIN IMMEDIATE;\nSELECT 'held';\n");
	});
}

/** What was logged. nginx adds the request line to what a program says, and a secret in that is the client's doing. */
function logOf(s, encoding) {
	const text = fs.readFileSync(`${s.dir}/log/stderr.log`, encoding);
	return NGINX.includes(s.front) ? text.replace(/, (request|referrer): "[^"]*"/g, '') : text;
}

function secretsIn(s) {
	const hits = [];
	const files = [s.db, `${s.db}-wal`, `${s.db}-journal`, `${s.dir}/log/stderr.log`];
	for (const file of files) {
		if (!fs.existsSync(file)) continue;
		const text = file.endsWith('.log') ? logOf(s, 'latin1') : fs.readFileSync(file, 'latin1');
		for (const m of text.matchAll(/mcp[arcsm]_[A-Za-z0-9_-]{49}/g))
			if (s.secrets.has(m[0])) hits.push(`${path.basename(file)}: ${m[0].slice(0, 9)}...`);
		for (const one of s.secrets)
			if (!/^mcp[arcsm]_/.test(one) && text.includes(one))
				hits.push(`${path.basename(file)}: cookie value ${one.slice(0, 6)}...`);
		for (const one of s.passwords)
			if (text.includes(one)) hits.push(`${path.basename(file)}: a password`);
	}
	return hits;
}

export async function stopFront(s) {
	const before = s.exit ? [] : family(s);
	if (!s.exit) s.child.kill('SIGTERM');
	const timer = setTimeout(() => {
		s.killed = true;
		s.child.kill('SIGKILL');
	}, s.patience ?? 20000);
	await s.ended;
	clearTimeout(timer);
	await stopBeside(s);
	const faults = [];
	if (s.killed) faults.push('IV-06: the server did not end on SIGTERM');
	if (s.front === 'inproc') {
		const bad = /ERROR: (Address|Leak)Sanitizer[^\n]*|runtime error:[^\n]*/.exec(s.log());
		if (bad) faults.push(`IV-07: ${bad[0]}${whereIn(s.log())}`);
		else if (s.exit.code !== 0)
			faults.push(`IV-07: inproc ended with ${JSON.stringify(s.exit)}: ${s.log().trim().slice(-300)}`);
		return faults;
	}
	const until = Date.now() + Math.min(20000, s.patience ?? 20000);
	let left = stillThere(before);
	while (left.length && Date.now() < until) {
		await sleep(50);
		left = stillThere(before);
	}
	if (left.length) {
		faults.push(`IV-06: left over after the server ended: ${left.map((p) => p.exe).join(' ')}`);
		for (const p of left)
			try {
				process.kill(p.pid, 'SIGKILL');
			} catch {
				/* gone */
			}
	}
	return faults;
}

/** What is left of an installation that was stopped: looked through for secrets, and removed. */
export function takeDown(s) {
	const hits = secretsIn(s);
	if (!KEEP) {
		fs.rmSync(s.dir, { recursive: true, force: true });
		folders.delete(s.dir);
	}
	return hits.length ? [`IV-05: secrets at rest: ${[...new Set(hits)].slice(0, 5).join(', ')}`] : [];
}

function whereIn(log) {
	const frames = [...log.matchAll(/^\s+#\d+ 0x\w+ in (\S+) (\S+)/gm)]
		.map((m) => `${m[1]} ${path.basename(m[2])}`)
		.filter((f) => !/asan|interceptor|libc|start_/i.test(f))
		.slice(0, 4);
	return frames.length ? ` in ${frames.join(' < ')}` : '';
}

const QUICK = { password_ln: 10, rate_limits: 'off' };
const fresh = new Map();

/**
 * What `mcpctl init` and `mcpctl user add alice` have made, as bytes; made once a run, and written into the folder of
 * each installation that starts with it. Only the issuer in the settings is another one each time.
 */
function initialized(owned, ctl, user) {
	const key = JSON.stringify([owned, ctl, user]);
	if (fresh.has(key)) return fresh.get(key);
	const dir = freshFolder(owned);
	const conf = `${dir}/etc/mcp-cgi.conf`;
	const run = (args, input) =>
		must(runAs(owned, [ctl, '--config', conf, ...args], { input }), `mcpctl ${args[0]}`);
	run(['init', '--issuer', 'http://127.0.0.1:1']);
	fs.writeFileSync(conf, withSettings(fs.readFileSync(conf, 'utf8'), QUICK));
	if (user) run(['user', 'add', 'alice', '--password-stdin'], PASSWORD + '\n');
	const files = fs.readdirSync(`${dir}/etc`).map((name) => [name, fs.readFileSync(`${dir}/etc/${name}`)]);
	fs.rmSync(dir, { recursive: true, force: true });
	folders.delete(dir);
	fresh.set(key, files);
	return files;
}

/** Initializes an installation: by mcpctl where its settings say how the database is made, otherwise as once before. */
function initialize(s, { owned, ctl, settings, user }) {
	const all = filledIn({ ...QUICK, ...settings }, s.issuer);
	if (['database', 'password_ln'].some((k) => k in settings)) {
		must(s.ctl(['init', '--issuer', s.issuer]), 'mcpctl init');
		s.setConf(all);
	} else {
		const etc = path.dirname(s.conf);
		fs.mkdirSync(etc, { mode: 0o700 });
		for (const [name, bytes] of initialized(owned, ctl, user)) {
			fs.writeFileSync(`${etc}/${name}`, bytes, { mode: 0o600 });
			if (owned) chown(`${etc}/${name}`);
		}
		if (owned) chown(etc);
		s.setConf({ issuer: s.issuer, ...all });
		user = false;
	}
	const database = /^\s*database\s*=\s*(.+?)\s*$/m.exec(s.readConf())?.[1] ?? 'mcp.db';
	s.db = path.resolve(path.dirname(s.conf), database);
	if (user) s.addUser('alice');
	return all;
}

/**
 * Puts a copy of a site folder where the settings find it, as its owner's. {site} in a definition becomes the folder's
 * path: a definition that gives a program the right to write names the folder in full.
 */
function copySite(s, from, owned) {
	const to = `${s.dir}/site`;
	fs.cpSync(from, to, { recursive: true });
	for (const file of ['.', ...fs.readdirSync(to, { recursive: true })].map((f) => path.join(to, f))) {
		if (file.endsWith('.json')) fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('{site}', to));
		fs.chmodSync(file, fs.statSync(file).mode & 0o755);
		if (owned) chown(file);
	}
}

/**
 * Starts one installation. settings: keys of mcp-cgi.conf on top of the quick ones of the tests (null removes a key);
 * or a section: see withSettings; {issuer} in it is filled in); user: false makes no user; env: more environment for
 * the server; ownPrograms: the programs are a copy of its own, so that one of them can be replaced (behind a web server);
 * site: a folder of which a copy becomes the site. s.web: lines that the web server's configuration ends with; s.restart()
 * after a change. allowOverride: of Apache, where there is nothing but .htaccess.
 */
export async function start({ front, settings = {}, user = true, env = {}, ownPrograms = false, site, allowOverride = 'All' } = {}) {
	const owned = AS_ROOT && front !== 'inproc';
	const s = {
		front,
		secrets: new Set(),
		passwords: new Set([PASSWORD]),
		redirects: new Set(),
		password: PASSWORD,
		answers: 0,
		env,
		web: [],
		allowOverride,
	};
	s.dir = freshFolder(owned);
	for (const sub of ['run', 'www', 'log']) {
		fs.mkdirSync(`${s.dir}/${sub}`);
		if (owned) chown(`${s.dir}/${sub}`);
	}
	if (site) {
		copySite(s, site, owned);
		settings = { site: '../site', ...settings };
	}
	s.port = await freePort();
	s.url = `http://127.0.0.1:${s.port}`;
	s.issuer = settings.issuer ?? s.url;
	s.conf = `${s.dir}/etc/mcp-cgi.conf`;
	if (ownPrograms) fs.cpSync(install().programs, `${s.dir}/programs`, { recursive: true });
	s.programs = ownPrograms
		? `${s.dir}/programs`
		: front === 'inproc'
			? `${ROOT}/build/bin`
			: install().programs;
	if (APACHE.includes(front)) apache.layOut(s, ownPrograms);
	const ctl = front === 'inproc' ? `${ROOT}/build/bin/mcpctl` : install().ctl;

	/** What the programs and the server wrote: all of it, or from there on. */
	s.log = (from = 0) => {
		try {
			return logOf(s, 'utf8').slice(from);
		} catch {
			return '';
		}
	};
	s.logMark = () => s.log().length;
	s.mcpctl = ctl;
	s.ctl = (args, stdin) => runAs(owned, [ctl, '--config', s.conf, ...args], { input: stdin });
	s.run = (argv, opts) => runAs(owned, argv, opts);
	s.readConf = () => fs.readFileSync(s.conf, 'utf8');
	s.writeConf = (text) => fs.writeFileSync(s.conf, text);
	s.setConf = (more) => s.writeConf(withSettings(s.readConf(), more));
	s.write = (name, text) => {
		const file = path.join(s.dir, name);
		fs.writeFileSync(file, text);
		if (owned) chown(file);
		return file;
	};
	s.sql = (text, { json = true } = {}) => {
		const r = must(
			runAs(owned, [
				'sqlite3',
				'-bail',
				'-cmd',
				'.timeout 10000',
				...(json ? ['-json'] : []),
				s.db,
				text,
			]),
			'sqlite3',
		);
		return json ? JSON.parse(r.stdout.trim() || '[]') : r.stdout;
	};
	/** Everything in the database as text; BLOBs are X'hex'. The shadow tables of a full-text index are in it, too. */
	s.dump = () =>
		must(runAs(owned, ['sqlite3', '-cmd', '.timeout 10000', s.db, '.dump']), 'sqlite3 .dump').stdout;
	/** Rows of every table, by name. */
	s.counts = () => {
		const names = s
			.sql(
				"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
			)
			.map((x) => x.name);
		const sum = names.map((n) => `SELECT '${n}' AS t, count(*) AS n FROM "${n}"`).join(' UNION ALL ');
		return Object.fromEntries(s.sql(sum).map((x) => [x.t, x.n]));
	};
	/** Whether the text is anywhere in the database, as text or inside a BLOB. */
	s.stored = (text) => {
		const dump = s.dump();
		return dump.includes(text) || dump.toLowerCase().includes(Buffer.from(text).toString('hex'));
	};
	s.addUser = (name, password = s.password) => {
		s.passwords.add(password);
		must(s.ctl(['user', 'add', name, '--password-stdin'], password + '\n'), `mcpctl user add ${name}`);
	};
	/** Our running programs of this installation: [{ pid, exe, rss, peak }], the sizes in bytes. */
	s.processes = () => {
		const list = s.front === 'inproc' ? [{ pid: s.child.pid, exe: 'inproc' }] : family(s).filter((p) => !SERVERS.includes(p.exe));
		return list.map((p) => ({ ...p, ...memoryOf(p.pid) }));
	};
	/** Holds the write lock of the database; gives the function that lets go. */
	s.lock = () => holdLock(s, owned);
	/** between: what happens while nothing runs. */
	s.restart = async (between) => {
		const faults = await stopFront(s);
		if (faults.length) throw new Error(faults.join('; '));
		s.exit = undefined;
		await between?.();
		await startFront(s);
	};
	s.stop = async () => {
		if (s.stopped) return;
		s.stopped = true;
		const faults = [...(await stopFront(s)), ...takeDown(s)];
		if (faults.length) throw new Error(faults.join('; '));
	};

	s.settings = initialize(s, { owned, ctl, settings, user });
	s.resource = s.settings.resource ?? `${s.issuer}/mcp`;
	try {
		await startFront(s);
	} catch (e) {
		if (s.child) await stopFront(s);
		throw e;
	}
	return s;
}
