// SPDX-License-Identifier: ISC
//
// A server of client metadata documents and key sets, as strange as the web: real TLS on loopback, with authorities that
// are made when the tests run (no key is in the tree).
//
//	const d = await startDocuments({ dir });		// dir: an own folder, or none: a new one that close() removes
//	d.set('/client.json', { body: { client_id: d.url('/client.json') } });
//	... the program gets d.url('/client.json'), or d.url('/client.json', 'c.example'), trusting d.caFile ...
//	d.requests		// what came: { method, path, headers, rawHeaders, host, port, at }
//	d.connects		// how many TCP connections came, to any of its ports
//	await d.close();
//
// An answer: { status = 200, headers = {}, body = '', delay = 0 ms, behave }. A body that is an object is sent as JSON; the
// media type is application/json unless the headers say otherwise; a function gets the request and gives the answer. `behave` is a way of not
// answering, see BEHAVIOURS. Other sorts of TLS are on ports of their own: await d.listen(KIND), see KINDS, gives { port, url(path) }.
//
// The program fetch has a clean environment. To give it names of our own, its binary is replaced by two lines of shell that
// preload tests/live/resolve.c:
//
//	const w = wrapFetch(programs, { hosts: { 'c.example': '127.0.0.1', 'inside.example': '10.0.0.1' } });
//	w.hosts({ ... });	// other answers from now on
//	w.log();		// ['resolve c.example', 'connect 127.0.0.1 4433', ...]
//	w.restore();

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const NAMES = ['localhost', 'c.example', '*.c.example', 'other.example', 'd.example', 'e.example'];
const ADDRESSES = ['127.0.0.1', '::1', '93.184.216.34', '2606:2800:220:1::1'];

/* ---- authorities and certificates ---- */

function openssl(dir, ...args) {
	const r = spawnSync('openssl', args, { cwd: dir, encoding: 'utf8' });
	if (r.status !== 0) throw new Error(`openssl ${args[0]}: ${r.stderr}`);
}

const day = (offset) => new Date(Date.now() + offset * 86400000).toISOString().replace(/[-T:]|\.\d+/g, '');

/** A certificate of the authority, or of its own; { key, cert }. */
function certificate(dir, name, { sans, from = -1, to = 30, own = false }) {
	fs.writeFileSync(`${dir}/${name}.cnf`, [
		'[ca]', 'default_ca = a', '[a]', `dir = ${dir}`, 'database = $dir/index', 'serial = $dir/serial', 'new_certs_dir = $dir', 'default_md = sha256',
		'policy = p', 'unique_subject = no', 'x509_extensions = e', '[p]', 'commonName = supplied', '[req]', 'distinguished_name = dn', '[dn]', '[e]',
		'basicConstraints = critical,CA:FALSE', 'extendedKeyUsage = serverAuth', `subjectAltName = ${sans.join(',')}`, '',
	].join('\n'));
	openssl(dir, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
	openssl(dir, 'req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-config', `${name}.cnf`, '-out', `${name}.csr`);
	openssl(dir, 'ca', '-batch', '-notext', '-config', `${name}.cnf`, '-in', `${name}.csr`, '-out', `${name}.pem`, '-startdate', day(from), '-enddate', day(to),
		...(own ? ['-selfsign', '-keyfile', `${name}.key`] : ['-cert', 'ca.pem', '-keyfile', 'ca.key']));
	return { key: fs.readFileSync(`${dir}/${name}.key`), cert: fs.readFileSync(`${dir}/${name}.pem`) };
}

function authority(dir) {
	fs.writeFileSync(`${dir}/index`, '');
	fs.writeFileSync(`${dir}/serial`, '1000\n');
	openssl(dir, 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ca.key');
	openssl(dir, 'req', '-new', '-x509', '-key', 'ca.key', '-subj', '/CN=Authority of the tests', '-days', '30', '-out', 'ca.pem');
	fs.chmodSync(`${dir}/ca.pem`, 0o644);
}

const RIGHT = [...NAMES.map((n) => `DNS:${n}`), ...ADDRESSES.map((a) => `IP:${a}`)];

/** The sorts of listeners; each is made when it is first asked for. */
export const KINDS = {
	good: { sans: RIGHT },
	expired: { sans: RIGHT, from: -20, to: -10 },
	'not-yet': { sans: RIGHT, from: 10, to: 20 },
	'self-signed': { sans: RIGHT, own: true },
	'wrong-host': { sans: ['DNS:somebody-else.example', 'IP:192.0.2.1'] },
	'tls1.0': { sans: RIGHT, tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } },
	'tls1.1': { sans: RIGHT, tls: { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } },
	'tls1.2': { sans: RIGHT, tls: { maxVersion: 'TLSv1.2' } },
	stall: 'never says a word, so that the TLS handshake stalls',
	plain: 'answers in plain HTTP',
	hangup: 'hangs up at once',
};

/* ---- ways of not answering ---- */

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** Writes piece after piece until the peer is gone. */
function pour(socket, piece, every = 0) {
	let n = 0;
	const more = () => {
		if (socket.destroyed) return;
		const went = socket.write(typeof piece === 'function' ? piece(n++) : piece);
		if (every) setTimeout(more, every).unref();
		else if (went) setImmediate(more);
		else socket.once('drain', more);
	};
	more();
}

/** behave: NAME; each gets the socket under the TLS, the answer that was set, and writes what it likes. */
export const BEHAVIOURS = {
	silent: () => { /* the request is read, and that is all */ },
	close: (socket) => socket.destroy(),
	endless: (socket) => { socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`); pour(socket, `400\r\n${' '.repeat(1024)}\r\n`); },
	'endless-plain': (socket) => { socket.write(`${HEAD}Connection: close\r\n\r\n`); pour(socket, ' '.repeat(1024)); },
	'endless-extension': (socket) => { socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5;`); pour(socket, 'a'.repeat(1024)); },
	'endless-trailers': (socket) => { socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`); pour(socket, (n) => `T${n}: ${'a'.repeat(1000)}\r\n`); },
	'drip-body': (socket) => { socket.write(`${HEAD}Content-Length: 3000\r\n\r\n`); pour(socket, ' ', 1000); },
	'drip-header': (socket) => { socket.write('HTTP/1.1 200 OK\r\n'); pour(socket, (n) => `X-${n}: a\r\n`, 1000); },
	'endless-headers': (socket) => { socket.write('HTTP/1.1 200 OK\r\n'); pour(socket, (n) => `X-${n}: ${'a'.repeat(1000)}\r\n`); },
	'endless-line': (socket) => { socket.write('HTTP/1.1 200 OK\r\nX: '); pour(socket, 'a'.repeat(1024)); },
	'endless-interim': (socket) => pour(socket, 'HTTP/1.1 100 Continue\r\n\r\n'),
	'gzip-bomb': (socket) => socket.end(Buffer.concat([Buffer.from(`${HEAD}Content-Encoding: gzip\r\nConnection: close\r\n\r\n`), BOMB()])),
	'gzip-transfer': (socket) => socket.end(Buffer.concat([Buffer.from(`${HEAD}Transfer-Encoding: gzip\r\nConnection: close\r\n\r\n`), BOMB()])),
	'gzip-unsaid': (socket) => socket.end(Buffer.concat([Buffer.from(`${HEAD}Connection: close\r\n\r\n`), BOMB()])),
	cut: (socket) => { socket.write(`${HEAD}Content-Length: 100\r\n\r\n{}`); setTimeout(() => socket.destroy(), 50); },
	raw: (socket, answer) => socket.end(answer.raw),
};

let bomb;
function BOMB() {
	bomb ??= zlib.gzipSync(Buffer.alloc(4 * 1024 * 1024, ' '), { level: 9 });
	return bomb;
}

/* ---- the server ---- */

function give(answer, req, res) {
	const { status = 200, headers = {}, body = '', behave } = answer;
	if (behave) return BEHAVIOURS[behave](req.socket, answer);
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
	const all = { 'Content-Type': 'application/json', ...headers };
	for (const [name, value] of Object.entries(all)) if (value !== null) res.setHeader(name, value);
	res.statusCode = status;
	if (status !== 204 && status !== 304 && !('Transfer-Encoding' in all)) res.setHeader('Content-Length', bytes.length);
	res.end(status === 204 || status === 304 ? undefined : bytes);
}

/** See the top of this file. */
export async function startDocuments({ dir } = {}) {
	const own = !dir;
	dir ??= fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-cgi-documents-'));
	fs.chmodSync(dir, 0o755);	// the programs may run as another account; only ca.pem is for them
	const keys = fs.mkdtempSync(`${dir}/keys-`);
	authority(keys);
	const answers = new Map();
	const listeners = new Map();
	const sockets = new Set();
	const d = { requests: [], connects: 0, caFile: `${dir}/ca.pem` };
	fs.copyFileSync(`${keys}/ca.pem`, d.caFile);
	fs.chmodSync(d.caFile, 0o644);

	const handle = (kind) => (req, res) => {
		const [at] = req.url.split('?');
		d.requests.push({ method: req.method, path: req.url, headers: req.headers, rawHeaders: req.rawHeaders, httpVersion: req.httpVersion, host: req.headers.host, kind, at: Date.now() });
		let answer = answers.get(req.url) ?? answers.get(at) ?? { status: 404, body: {} };
		if (typeof answer === 'function') answer = answer(req);
		if (answer.delay) setTimeout(() => give(answer, req, res), answer.delay);
		else give(answer, req, res);
	};

	const serverOf = (kind) => {
		if (kind === 'stall') return net.createServer();
		if (kind === 'hangup') return net.createServer((s) => s.destroy());
		if (kind === 'plain') return net.createServer((s) => s.end(`${HEAD}Content-Length: 2\r\n\r\n{}`));
		const made = certificate(keys, kind, KINDS[kind]);
		return https.createServer({ ...made, ...KINDS[kind].tls }, handle(kind));
	};

	const count = (socket) => {
		d.connects++;
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => { /* gone */ });
	};

	d.listen = async (kind = 'good') => {
		if (!(kind in KINDS)) throw new Error(`documents: no such listener: ${kind}`);
		if (!listeners.has(kind)) {
			const server = serverOf(kind);
			server.on('connection', count);
			server.on('tlsClientError', () => { /* that is what some are for */ });
			server.on('secureConnection', (s) => s.on('error', () => { /* gone */ }));
			// Both families on one port: [::] takes IPv4, too.
			await new Promise((done, failed) => server.on('error', failed).listen({ port: 0, host: '::', ipv6Only: false }, done));
			listeners.set(kind, { server, port: server.address().port });
		}
		const { port } = listeners.get(kind);
		return { port, url: (at, host = '127.0.0.1') => `https://${host}:${port}${at}` };
	};

	const main = await d.listen('good');
	d.port = main.port;
	d.url = main.url;
	d.set = (at, answer) => { answers.set(at, answer); return d.url(at); };
	d.close = async () => {
		for (const s of sockets) s.destroy();
		await Promise.all([...listeners.values()].map(({ server }) => new Promise((done) => server.close(done))));
		fs.rmSync(keys, { recursive: true, force: true });
		if (own) fs.rmSync(dir, { recursive: true, force: true });
	};
	return d;
}

/* ---- names ---- */

/** A file of tests/live as a library in this folder. */
export function library(dir, name) {
	const file = `${dir}/${name}.so`;
	if (!fs.existsSync(file)) {
		const r = spawnSync('cc', ['-O1', '-shared', '-fPIC', '-o', file, path.join(HERE, `../live/${name}.c`), '-ldl'], { encoding: 'utf8' });
		if (r.status !== 0) throw new Error(`cc ${name}.c: ${r.stderr}`);
	}
	return file;
}

export const resolver = (dir) => library(dir, 'resolve');

const spelled = (hosts) => Object.entries(hosts).map(([name, answer]) => `${name}=${[answer].flat().join('|')}`).join(';');

/** The variables that resolve.c reads. An answer is `ADDRESS,ADDRESS`, 'none', 'hang', or an array of those, one for each question. */
export function resolverVariables(library, hosts, log) {
	return { LD_PRELOAD: library, MCP_TEST_HOSTS: spelled(hosts), MCP_TEST_LOG: log, ASAN_OPTIONS: 'verify_asan_link_order=0' };
}

/** Puts two lines of shell in the place of the program fetch in this folder; see the top of this file. */
export function wrapFetch(programs, { hosts = {} } = {}) {
	const [file, real, log] = [`${programs}/fetch`, `${programs}/fetch.real`, `${programs}/fetch.log`];
	const library = resolver(programs);
	if (!fs.existsSync(real)) fs.renameSync(file, real);
	fs.writeFileSync(log, '');
	fs.chmodSync(log, 0o666);
	const w = {
		hosts(those) {
			const set = Object.entries(resolverVariables(library, those, log)).map(([k, v]) => `${k}='${v}'`).join(' ');
			fs.writeFileSync(`${file}.new`, `#!/bin/sh\n${set} exec '${real}'\n`);
			fs.chmodSync(`${file}.new`, 0o755);
			fs.renameSync(`${file}.new`, file);
		},
		log: () => fs.readFileSync(log, 'utf8').split('\n').filter(Boolean),
		forget: () => fs.writeFileSync(log, ''),
		restore: () => fs.renameSync(real, file),
	};
	w.hosts(hosts);
	return w;
}
