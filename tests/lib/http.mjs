// SPDX-License-Identifier: ISC
//
// One HTTP request over a socket of its own, written byte for byte as the test says: odd methods, doubled headers,
// wrong lengths and missing hosts go out as they are, and a redirect is never followed. Every answer, whoever asked
// for it, passes the checks of invariants.mjs before the test sees it.

import net from 'node:net';
import tls from 'node:tls';
import { inspectResponse } from './invariants.mjs';

const LIMIT_MS = 60000;

/** Answers as one line, for the message of a failed check. */
function brief(r) {
	const type = r.headers['content-type'] ?? 'no content type';
	const to = r.headers.location ? ` Location: ${r.headers.location}` : '';
	const body = r.text.length > 240 ? r.text.slice(0, 240) + '...' : r.text;
	return `${r.status} (${type})${to} ${body.replace(/\s+/g, ' ')}`.trim();
}

function dechunk(buf) {
	const parts = [];
	let at = 0;
	for (;;) {
		const eol = buf.indexOf('\r\n', at);
		if (eol < 0) return { body: Buffer.concat(parts), whole: false };
		const size = parseInt(buf.toString('latin1', at, eol), 16);
		if (!Number.isFinite(size)) return { body: Buffer.concat(parts), whole: false };
		if (size === 0) return { body: Buffer.concat(parts), whole: true };
		parts.push(buf.subarray(eol + 2, eol + 2 + size));
		at = eol + 2 + size + 2;
		if (at > buf.length) return { body: Buffer.concat(parts), whole: false };
	}
}

/** Reads the bytes of one answer; interim (1xx) answers are skipped. */
export function parseResponse(bytes, method) {
	let at = 0;
	let head;
	let status;
	for (;;) {
		const end = bytes.indexOf('\r\n\r\n', at);
		if (end < 0) return null;
		head = bytes.toString('latin1', at, end).split('\r\n');
		at = end + 4;
		const m = /^HTTP\/1\.[01] (\d{3})(?: (.*))?$/.exec(head[0]);
		if (!m) throw new Error(`not an HTTP status line: ${JSON.stringify(head[0])}`);
		status = Number(m[1]);
		if (status >= 200 || status === 101) break;
	}
	const list = head.slice(1).map((line) => {
		const colon = line.indexOf(':');
		if (colon < 1) throw new Error(`not an HTTP header line: ${JSON.stringify(line)}`);
		return [line.slice(0, colon), line.slice(colon + 1).trim()];
	});
	const headers = {};
	const all = {};
	for (const [name, value] of list) {
		const key = name.toLowerCase();
		(all[key] ??= []).push(value);
		headers[key] = all[key].join(', ');
	}
	let body = bytes.subarray(at);
	let whole = true;
	if (method === 'HEAD' || status === 204 || status === 304) {
		// whatever follows the head here is no part of the answer, and is kept for the check that there is none
	} else if (/chunked/i.test(headers['transfer-encoding'] ?? '')) {
		({ body, whole } = dechunk(body));
	} else if (headers['content-length'] !== undefined) {
		const n = Number(headers['content-length']);
		whole = body.length >= n;
		body = body.subarray(0, n);
	}
	const text = body.toString('utf8');
	const r = {
		status,
		reason: head[0],
		list,
		headers,
		all,
		body,
		text,
		whole,
		cookies: all['set-cookie'] ?? [],
		get json() {
			return JSON.parse(text);
		},
		get location() {
			return headers.location;
		},
		toString() {
			return brief(this);
		},
	};
	return r;
}

function headLines(pairs) {
	return pairs.map(([n, v]) => `${n}: ${v}\r\n`).join('');
}

function pairsOf(headers) {
	if (Array.isArray(headers)) return headers;
	const out = [];
	for (const [n, v] of Object.entries(headers)) {
		if (v === undefined || v === null) continue;
		for (const one of Array.isArray(v) ? v : [v]) out.push([n, one]);
	}
	return out;
}

/** A connection to where the installation is reached; with s.ca, by TLS, under the name of its address and at s.at. */
export function dial(s, o = {}) {
	const { hostname, port } = new URL(s.url);
	const to = { host: s.at ?? hostname, port: Number(port), localAddress: o.from, allowHalfOpen: o.half ?? false };
	return s.ca ? tls.connect({ ...to, ca: s.ca, servername: hostname }) : net.connect(to);
}

/** Puts the request together. `host: null` leaves the Host line out; `length: false` sends no Content-Length. */
export function requestBytes(s, o) {
	const {
		method = 'GET',
		path = '/',
		headers = {},
		body,
		host,
		length,
		chunked = false,
		version = 'HTTP/1.1',
	} = o;
	const pairs = pairsOf(headers);
	const has = (name) => pairs.some(([n]) => n.toLowerCase() === name);
	const lines = [];
	if (host !== null && !has('host')) lines.push(['Host', host ?? new URL(s.url).host]);
	if (!has('connection')) lines.push(['Connection', 'close']);
	lines.push(...pairs);
	let payload =
		body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : Buffer.from(body, 'utf8');
	if (chunked) {
		lines.push(['Transfer-Encoding', 'chunked']);
		payload = Buffer.concat([
			Buffer.from(payload.length.toString(16) + '\r\n'),
			payload,
			Buffer.from(payload.length ? '\r\n0\r\n\r\n' : '\r\n'),
		]);
	} else if (length !== false && !has('content-length') && (body !== undefined || length !== undefined)) {
		lines.push(['Content-Length', String(length ?? payload.length)]);
	}
	const head = `${method} ${path} ${version}\r\n${headLines(lines)}\r\n`;
	return Buffer.concat([Buffer.from(head, 'latin1'), payload]);
}

function trickle(sock, bytes, ms) {
	const steps = Math.min(bytes.length, 20);
	const size = Math.ceil(bytes.length / steps);
	for (let i = 0; i < steps; i++)
		setTimeout(
			() => {
				if (!sock.destroyed) sock.write(bytes.subarray(i * size, (i + 1) * size));
			},
			((i + 1) * ms) / steps,
		);
}

/**
 * Sends one request and gives the answer.
 *
 * o: method, path, headers (object, values may be arrays; or list of pairs), body, host, length, chunked, version;
 *    finish: 'half' half-closes after writing, 'drop' closes the socket at once and gives null (the client that
 *    goes away); silent: true allows the server to answer nothing (gives null);
 *    from: the loopback address to call from; slow: milliseconds to spread the body over;
 *    allow: statuses of the 5xx range that this request may get; content: true skips the check of the body for
 *    traces of the inside (for answers that carry stored text).
 */
export function raw(s, o = {}) {
	const bytes = o.bytes ?? requestBytes(s, o);
	const asked = new Error('asked');
	return new Promise((resolve, refuse) => {
		const reject = (e) => {
			e.stack += `\n${asked.stack}`;
			refuse(e);
		};
		const chunks = [];
		let got = 0;
		let done = false;
		const sock = dial(s, { from: o.from, half: true });
		const what = `${o.method ?? 'GET'} ${(o.path ?? '/').slice(0, 120)}`;
		const timer = setTimeout(
			() => end(new Error(`${what}: no complete answer in ${LIMIT_MS} ms`)),
			o.timeout ?? LIMIT_MS,
		);
		const end = (err) => {
			if (done) return;
			done = true;
			clearTimeout(timer);
			sock.destroy();
			if (err) return reject(err);
			try {
				const r = got ? parseResponse(Buffer.concat(chunks), o.method ?? 'GET') : null;
				if (!r) {
					if (o.silent) return resolve(null);
					throw new Error(`${what}: the connection ended without an answer`);
				}
				if (!r.whole) throw new Error(`${what}: the answer is shorter than it says`);
				r.request = { method: o.method ?? 'GET', path: o.path ?? '/', headers: o.headers ?? {} };
				inspectResponse(s, r, o);
				resolve(r);
			} catch (e) {
				reject(e);
			}
		};
		const complete = () => {
			const text = Buffer.concat(chunks);
			try {
				const r = parseResponse(text, o.method ?? 'GET');
				return r && r.whole && r.headers['content-length'] !== undefined;
			} catch {
				return false;
			}
		};
		sock.on('data', (d) => {
			chunks.push(d);
			got += d.length;
			if (o.early && complete()) end();
		});
		sock.on('end', () => end());
		sock.on('close', () => end());
		sock.on('error', (e) => {
			// a server may answer and close before it has read all of a body that is too long
			if (got || o.silent) end();
			else end(new Error(`${what}: ${e.message}`));
		});
		sock.on(s.ca ? 'secureConnect' : 'connect', () => {
			const first = o.slow ? bytes.indexOf('\r\n\r\n') + 4 : bytes.length;
			if (o.slow) trickle(sock, bytes.subarray(first), o.slow);
			sock.write(bytes.subarray(0, first), () => {
				if (o.finish === 'half') sock.end();
				if (o.finish === 'drop')
					setTimeout(() => {
						got = 0;
						o.silent = true;
						end();
					}, o.dropAfter ?? 0);
			});
		});
	});
}

/** application/x-www-form-urlencoded from an object or a list of pairs; values may be arrays or Buffers. */
export function formEncode(params) {
	const out = [];
	const pairs = Array.isArray(params) ? params : Object.entries(params);
	for (const [n, v] of pairs) {
		if (v === undefined || v === null) continue;
		for (const one of Array.isArray(v) ? v : [v]) out.push(`${escapeBytes(n)}=${escapeBytes(one)}`);
	}
	return out.join('&');
}

function escapeBytes(v) {
	const bytes = Buffer.isBuffer(v) ? v : Buffer.from(String(v), 'utf8');
	let out = '';
	for (const b of bytes) {
		const c = String.fromCharCode(b);
		out += /[A-Za-z0-9._~-]/.test(c) ? c : '%' + b.toString(16).toUpperCase().padStart(2, '0');
	}
	return out;
}
