// SPDX-License-Identifier: ISC
//
// The program fetch itself, with a name service and a network of our own, and fetch_child, which asks it. Words on the
// command line choose tests by name. MCP_TESTS_TRACE=1 adds where a failure was raised.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import { performance } from 'node:perf_hooks';
import { eq, lacks, match, ok } from '../lib/check.mjs';
import { library as libraryOf, resolver, resolverVariables, startDocuments, wrapFetch } from '../lib/documents.mjs';
import { ROOT, sleep } from '../lib/harness.mjs';

const PROGRAM = `${ROOT}/build/bin/fetch`;
const ASAN = `${ROOT}/build/asan/fetch`;
const PUBLIC = '93.184.216.34';
const LIMIT_MS = 5600;

const dir = fs.mkdtempSync(`${os.tmpdir()}/mcp-cgi-fetch-`);
fs.chmodSync(dir, 0o755);
const library = resolver(dir);
const deaf = libraryOf(dir, 'deaf');
const d = await startDocuments();
const tests = [];
const test = (name, fn, { slow = false } = {}) => tests.push({ name, fn, slow });
const started = new Set();
process.on('exit', () => {
	for (const child of started) child.kill('SIGKILL');
	fs.rmSync(dir, { recursive: true, force: true });
});

let runs = 0;

/**
 * Runs fetch: { code, signal, out (Buffer), text, err, ms, log }. o: hosts, loopback (true), what, ca (the right one; null: none), env,
 * input (instead of the lines), hold (standard input is not ended), program, during: (child) => {}.
 */
async function run(url, o = {}) {
	const { hosts = {}, loopback = true, what = 'document', ca = d.caFile, env = {}, program = PROGRAM } = o;
	const log = `${dir}/log-${runs++}`;
	const input = o.input ?? `url ${url}\n${ca ? `ca_file ${ca}\n` : ''}loopback ${loopback ? 1 : 0}\nwhat ${what}\n`;
	const began = performance.now();
	const child = spawn(program, [], { env: { ...resolverVariables(library, hosts, log), ...env }, cwd: dir });
	started.add(child);
	const [out, err] = [[], []];
	child.stdout.on('data', (b) => out.push(b));
	child.stderr.on('data', (b) => err.push(b));
	child.stdin.on('error', () => { /* it did not want to hear it all */ });
	const gone = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
	child.stdin.write(input);
	if (!o.hold) child.stdin.end();
	if (o.during) await o.during(child);
	const end = await gone;
	started.delete(child);
	const bytes = Buffer.concat(out);
	return { ...end, out: bytes, text: bytes.toString('latin1'), err: Buffer.concat(err).toString(), ms: performance.now() - began,
		log: fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(Boolean) : [] };
}

/** The answer is a refusal of this kind, and one line. */
function refused(r, kind, words, what) {
	eq(r.code, 0, `${what}: exit (${r.signal} ${r.err})`);
	match(r.text, new RegExp(`^refused ${kind} [a-zA-Z0-9 ]+\\n$`), what);
	if (words) match(r.text, words, what);
	eq(r.err, '', `${what}: stderr`);
	ok(r.ms < LIMIT_MS, `${what}: took ${r.ms | 0} ms`);
}

/** The lifetime may be a second or two less: an answer grows older on its way. */
const near = (text, lifetime) => text.replace(/^ok (\d+) /, (all, n) => (lifetime > 0 && n <= lifetime && n >= lifetime - 3 ? `ok ${lifetime} ` : all));

function fetched(r, body, what, lifetime = -1) {
	eq(r.code, 0, `${what}: exit (${r.signal} ${r.err})`);
	eq(near(r.text, lifetime), `ok ${lifetime} ${Buffer.byteLength(body)}\n${body}`, what);
	eq(r.err, '', `${what}: stderr`);
}

/** It ended with status 2, said why on stderr, and did nothing. */
function misused(r, what) {
	eq(r.code, 2, `${what}: exit (${r.text} ${r.err})`);
	eq(r.text, '', `${what}: stdout`);
	match(r.err, /^mcp-cgi fetch: [ -~]+\n$/, `${what}: stderr`);
	eq(r.log, [], `${what}: resolved or connected`);
}

const connected = (r) => r.log.filter((l) => l.startsWith('connect '));
const asked = (r) => r.log.filter((l) => l.startsWith('resolve '));
const requestsFor = (at) => d.requests.filter((q) => q.path === at);

/* ---- what it does ---- */

test('a document is fetched with one plain request', async () => {
	d.set('/plain.json', { body: '{"a":1}', headers: { 'Cache-Control': 'max-age=600' } });
	for (const host of ['127.0.0.1', '[::1]']) fetched(await run(d.url('/plain.json', host)), '{"a":1}', host, 600);
	const r = await run(d.url('/plain.json?x=/../y', 'C.example'), { hosts: { 'c.example': PUBLIC }, loopback: false });
	fetched(r, '{"a":1}', 'by name', 600);
	eq(r.log, ['resolve c.example', `connect ${PUBLIC} ${d.port}`], 'what it did');
	const [q] = requestsFor('/plain.json?x=/../y');
	eq([q.method, q.httpVersion, q.host], ['GET', '1.1', `c.example:${d.port}`], 'request');
	eq(q.rawHeaders.filter((_, i) => i % 2 === 0).map((n) => n.toLowerCase()).sort(), ['accept', 'host', 'user-agent'], 'fields of the request');
	eq(q.headers.accept, 'application/json', 'Accept');
	match(q.headers['user-agent'], /^mcp-cgi\/[0-9.]+$/, 'User-Agent');
});

test('the path is sent as it is spelled', async () => {
	d.set('/a/../b/./%2E%2e//c', { body: '{}' });
	fetched(await run(d.url('/a/../b/./%2E%2e//c')), '{}', 'path');
	eq(requestsFor('/a/../b/./%2E%2e//c').length, 1, 'requests');
});

test('a document has 5 KiB at most, a key set 64 KiB', async () => {
	const text = (n) => JSON.stringify('x'.repeat(n - 2));
	for (const [what, n] of [['document', 5120], ['keys', 65536]]) {
		d.set(`/${what}-full`, { body: text(n) });
		d.set(`/${what}-over`, { body: text(n + 1) });
		d.set(`/${what}-chunked`, { body: text(n + 1), headers: { 'Transfer-Encoding': 'chunked' } });
		fetched(await run(d.url(`/${what}-full`), { what }), text(n), `${what} of ${n}`);
		refused(await run(d.url(`/${what}-over`), { what }), 'invalid', /too large/, `${what} of ${n + 1}`);
		refused(await run(d.url(`/${what}-chunked`), { what }), 'invalid', /too large/, `${what} of ${n + 1} in chunks`);
	}
	refused(await run(d.url('/keys-full')), 'invalid', /too large/, 'a document as large as a key set');
});

test('bytes are given as they came', async () => {
	const body = Buffer.from([0x7b, 0, 0xff, 0x0a, 0x0d, 0x7d]);
	d.set('/bytes', { body });
	const r = await run(d.url('/bytes'));
	eq(r.out.subarray(r.out.indexOf('\n') + 1).toString('hex'), body.toString('hex'), 'body');
});

test('CI-19 the lifetime is what the answer says', async () => {
	const http = (s) => new Date(Date.now() + s * 1000).toUTCString();
	for (const [headers, low, high] of [
		[{}, -1, -1], [{ 'Cache-Control': 'max-age=31536000' }, 31535990, 31536000], [{ 'Cache-Control': ['max-age=60', 'no-store'] }, 0, 0],
		[{ 'Cache-Control': 'no-cache' }, 0, 0], [{ Expires: 'rubbish' }, 1, 1], [{ Expires: '0', 'Cache-Control': 's-maxage=9' }, 1, 1],
		[{ 'Cache-Control': 'private, max-age=100', Age: '40' }, 55, 60], [{ Expires: http(1000) }, 990, 1001], [{ Date: http(-300), 'Cache-Control': 'max-age=400' }, 90, 100],
	]) {
		d.set('/life', { body: '{}', headers });
		const r = await run(d.url('/life'));
		const got = Number(/^ok (-?\d+) 2\n\{\}$/.exec(r.text)?.[1] ?? NaN);
		ok(got >= low && got <= high, `${JSON.stringify(headers)}: ${r.text}`);
	}
});

/* ---- CI-04: addresses ---- */

const FORBIDDEN = ['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.1.2.3', '169.254.169.254', '172.16.0.1', '172.31.255.255',
	'192.0.0.192', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255', '168.63.129.16',
	'::', '::1', '::ffff:127.0.0.1', `::ffff:${PUBLIC}`, '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '2001:0:7f00:1::1', '2001:db8::1', '2002:7f00:1::',
	'3fff::1', '2600::5efe:7f00:1', '2600::200:5efe:7f00:1', 'fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::5efe:7f00:1', 'fec0::1', 'ff02::1'];
const literal = (a) => (a.includes(':') ? `[${a}]` : a);

test('CI-04 an address that is nobody\'s is not connected to', async () => {
	const own = await startDocuments();		// a listener on all addresses of this machine: nothing may come
	try {
		for (const a of FORBIDDEN) {
			const r = await run(own.url('/x', 'c.example'), { hosts: { 'c.example': a }, loopback: false });
			refused(r, 'forbidden', /not public/, a);
			eq(r.log, ['resolve c.example'], `${a}: what it did`);
			const l = await run(own.url('/x', literal(a)), { loopback: false });
			refused(l, 'forbidden', /not public/, `${a} in the URL`);
			eq(l.log, [], `${a} in the URL: what it did`);
		}
		eq(own.connects, 0, 'connections');
	} finally {
		await own.close();
	}
});

test('CI-04 loopback, when it is allowed, is all that is', async () => {
	for (const a of FORBIDDEN.filter((x) => !/^127\.|^::1$/.test(x)))
		refused(await run(d.url('/x', 'c.example'), { hosts: { 'c.example': a } }), 'forbidden', /not public/, a);
	d.set('/loop', { body: '{}' });
	for (const a of ['127.0.0.1', '127.8.8.8', '::1']) fetched(await run(d.url('/loop', 'c.example'), { hosts: { 'c.example': a } }), '{}', a);
});

test('CI-04 one forbidden address among many forbids all', async () => {
	for (const list of [`${PUBLIC},10.0.0.1`, `10.0.0.1,${PUBLIC}`, `${PUBLIC},1.1.1.1,::1`, `2606:4700::1111,fd00::1,${PUBLIC}`,
		[...Array(40).fill(PUBLIC), '10.0.0.1'].join(',')]) {
		const r = await run(d.url('/x', 'c.example'), { hosts: { 'c.example': list }, loopback: false });
		refused(r, 'forbidden', /not public/, list);
		eq(connected(r), [], `${list}: connections`);
	}
});

test('CI-04 other spellings of a host are not fetched', async () => {
	for (const host of ['2130706433', '0x7f000001', '017700000001', '127.1', '0x7f.0.0.1', '127.0.0.01', '127.0.0.1.', 'localhost.', 'c..example', 'c%2eexample', '[::1%25lo]',
		'user@127.0.0.1', '@127.0.0.1', 'c.example,d.example', '127.0.0.1%00.c.example']) {
		const r = await run(d.url('/x', host));
		refused(r, 'forbidden', /URL/, host);
		eq(r.log, [], `${host}: what it did`);
	}
	for (const url of [d.url('/x').replace('https', 'http'), 'ftp://127.0.0.1/', 'file:///etc/passwd', 'https:///x', 'https://127.0.0.1:0/', 'https://127.0.0.1:99999/', `${d.url('/x')}#f`,
		`https://127.0.0.1/${'a'.repeat(2048)}`, 'gopher://127.0.0.1/', 'x']) {
		const r = await run(url);
		refused(r, 'forbidden', /URL/, url);
		eq(r.log, [], `${url}: what it did`);
	}
});

test('a name is resolved once, and what was checked is connected to', async () => {
	d.set('/once', { body: '{}' });
	const r = await run(d.url('/once', 'c.example'), { hosts: { 'c.example': [PUBLIC, '10.0.0.1', '127.0.0.1'] }, loopback: false });
	fetched(r, '{}', 'rebinding');
	eq(r.log, ['resolve c.example', `connect ${PUBLIC} ${d.port}`], 'what it did');
	const later = await run(d.url('/once', 'c.example'), { hosts: { 'c.example': ['10.0.0.1', PUBLIC] }, loopback: false });
	refused(later, 'forbidden', null, 'rebinding the other way');
	eq(later.log, ['resolve c.example'], 'what it did then');
	const six = await run(d.url('/once', 'c.example'), { hosts: { 'c.example': `2606:2800:220:1::1,${PUBLIC}` }, loopback: false });
	fetched(six, '{}', 'two families');
	for (const line of connected(six)) match(line, /^connect (2606:2800:220:1::1|93\.184\.216\.34) \d+$/, 'connection');
	const local = await run(d.url('/once', 'localhost'), { hosts: { localhost: PUBLIC }, loopback: false });
	fetched(local, '{}', 'localhost is a name like others');
	eq(connected(local), [`connect ${PUBLIC} ${d.port}`], 'connection of localhost');
});

test('a name without an address is unreachable', async () => {
	const r = await run(d.url('/x', 'none.example'), { hosts: { 'none.example': 'none' } });
	refused(r, 'unreachable', /no address/, 'no address');
	eq(asked(r).length, 1, 'questions');
});

/* ---- CI-07, CI-08: answers ---- */

test('CI-07 no redirect is followed', async () => {
	d.set('/target', { body: '{}' });
	for (const status of [300, 301, 302, 303, 305, 307, 308])
		for (const to of [d.url('/target'), 'http://127.0.0.1/', 'https://10.0.0.1/', 'https://other.example/x', '/target', 'file:///etc/passwd']) {
			d.set('/moved', { status, headers: { Location: to }, body: '{}' });
			const r = await run(d.url('/moved'), { hosts: { 'other.example': '127.0.0.1' } });
			refused(r, 'invalid', /redirect/, `${status} to ${to}`);
			eq(r.log, [`connect 127.0.0.1 ${d.port}`], `${status} to ${to}: what it did`);
		}
	eq(requestsFor('/target').length, 0, 'requests for the target');
});

/* The refusal above comes from who reads the answer: here nobody does, and the transfer has only its own settings. */
test('CI-07 no redirect is followed by the transfer itself, either', async () => {
	const env = { LD_PRELOAD: `${library}:${deaf}` };
	d.set('/heard', { body: '{}' });
	await run(d.url('/heard'), { env });
	eq(requestsFor('/heard').length, 1, 'requests without a redirect');
	for (const status of [301, 302, 303, 307, 308])
		for (const to of [d.url('/followed'), '/followed']) {
			const at = `/deaf-${status}-${to.length}`;
			d.set('/followed', { body: '{}' });
			d.set(at, { status, headers: { Location: to }, body: '{}' });
			const r = await run(d.url(at), { env });
			eq(requestsFor(at).length, 1, `${status} to ${to}: requests for what redirects`);
			eq(requestsFor('/followed').length, 0, `${status} to ${to}: requests for the target`);
			eq(r.log, [`connect 127.0.0.1 ${d.port}`], `${status} to ${to}: what it did`);
			ok(!r.text.startsWith('ok '), `${status} to ${to}: ${r.text}`);
		}
});

test('CI-08 a status other than 200 is a refusal', async () => {
	const kinds = { gone: [404, 410], unreachable: [403, 429, 500, 502, 503, 504, 599], invalid: [201, 202, 203, 204, 205, 206, 304, 400, 401, 402, 405, 406, 408, 418, 451] };
	for (const [kind, list] of Object.entries(kinds))
		for (const status of list) {
			d.set('/status', { status, body: '{}' });
			refused(await run(d.url('/status')), kind, null, String(status));
			d.set('/status', { status, body: `<p>${'x'.repeat(20000)}`, headers: { 'Content-Type': 'text/html' } });
			refused(await run(d.url('/status')), kind, null, `${status} with a large page`);
		}
});

test('CI-08 a media type other than JSON is a refusal', async () => {
	for (const type of ['text/html', 'text/plain', 'text/json', 'application/octet-stream', 'application/jsonp', 'application/json, text/html', null]) {
		d.set('/type', { body: '{}', headers: { 'Content-Type': type } });
		refused(await run(d.url('/type')), 'invalid', /media type/, String(type));
		refused(await run(d.url('/type'), { what: 'keys' }), 'invalid', /media type/, `${type} for keys`);
	}
	for (const type of ['application/json;charset=utf-8', 'Application/JSON', 'application/jwk-set+json', 'application/client-metadata+json; v=1']) {
		d.set('/type', { body: '{}', headers: { 'Content-Type': type } });
		fetched(await run(d.url('/type')), '{}', type);
	}
	d.set('/type', { body: '' });
	refused(await run(d.url('/type')), 'invalid', /empty/, 'an empty answer');
});

test('nothing that the server says is said again', async () => {
	for (const raw of ['HTTP/1.1 500 SECRET\x1b[31m words\r\nX: SECRET\r\n\r\nSECRET', 'SECRET\r\n\r\n', 'HTTP/9.9 200 SECRET\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Type: SECRET\r\n\r\nSECRET',
		'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: SECRET\r\n\r\n{}', 'HTTP/1.1 SECRET\r\n\r\n',
		'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: SECRET\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nSECRET\r\n']) {
		d.set('/said', { behave: 'raw', raw });
		const r = await run(d.url('/said'));
		refused(r, '(invalid|unreachable)', null, JSON.stringify(raw));
		lacks(r.text, /SECRET/, JSON.stringify(raw));
	}
});

/* ---- CI-09: amounts and time ---- */

const WAYS = {
	endless: ['invalid', /too large/], 'endless-plain': ['invalid', /too large/], 'endless-extension': ['unreachable', /out of time/], 'endless-trailers': ['invalid', /header/],
	'endless-headers': ['invalid', /header/], 'endless-line': ['invalid', /header/], 'endless-interim': ['invalid', /header/], 'gzip-bomb': ['invalid', /content coding/],
	'gzip-transfer': ['invalid', /transfer coding/], cut: ['unreachable', /broke/], close: ['unreachable', /broke/],
	silent: ['unreachable', /out of time/], 'drip-body': ['unreachable', /out of time/], 'drip-header': ['unreachable', /out of time/],
};

for (const [way, [kind, words]] of Object.entries(WAYS))
	test(`CI-09 ${way}`, async () => {
		d.set(`/way-${way}`, { behave: way });
		const r = await run(d.url(`/way-${way}`));
		refused(r, kind, words, way);
		if (/out of time/.test(r.text)) ok(r.ms > 4500, `${way}: gave up after ${r.ms | 0} ms`);
	}, { slow: true });

test('CI-09 a declared length is believed before the bytes', async () => {
	d.set('/declared', { behave: 'raw', raw: 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 6144\r\n\r\n' });
	const r = await run(d.url('/declared'));
	refused(r, 'invalid', /too large/, 'Content-Length of 6 KiB');
	ok(r.ms < 2000, `took ${r.ms | 0} ms`);
});

test('CI-09 a bomb that is not declared stays small', async () => {
	d.set('/unsaid', { behave: 'gzip-unsaid' });
	const r = await run(d.url('/unsaid'));
	match(r.text, /^ok -1 \d{4}\n\x1f\x8b/, 'the packed bytes');
	ok(r.out.length < 5200, `${r.out.length} bytes`);
});

test('CI-09 a name service that does not answer', async () => {
	const r = await run(d.url('/x', 'hang.example'), { hosts: { 'hang.example': 'hang' } });
	refused(r, 'unreachable', /out of time/, 'name service');
	ok(r.ms > 4500, `gave up after ${r.ms | 0} ms`);
}, { slow: true });

test('CI-09 a connection that is not taken', async () => {
	const r = await run(d.url('/x', 'c.example'), { hosts: { 'c.example': '11.11.11.11' }, loopback: false });
	refused(r, 'unreachable', /out of time/, 'connection');
	ok(connected(r)[0] === `connect 11.11.11.11 ${d.port}` && r.ms > 4500, `${r.log} after ${r.ms | 0} ms`);
}, { slow: true });

test('CI-09 a TLS handshake that stalls', async () => {
	const l = await d.listen('stall');
	const r = await run(l.url('/x'));
	refused(r, 'unreachable', /out of time/, 'handshake');
	ok(r.ms > 4500, `gave up after ${r.ms | 0} ms`);
}, { slow: true });

test('CI-09 the stages share one time limit', async () => {
	d.set('/late', { body: '{}', delay: 4000 });
	const r = await run(d.url('/late'), { input: '', hold: true, during: async (child) => {
		await sleep(2500);
		child.stdin.end(`url ${d.url('/late')}\nca_file ${d.caFile}\nloopback 1\n`);
	} });
	refused(r, 'unreachable', /out of time/, 'half the time before, the other half in the answer');
}, { slow: true });

test('CI-09 a request that does not come', async () => {
	const r = await run('', { input: `url ${d.url('/x')}\n`, hold: true });
	refused(r, 'unreachable', /out of time/, 'no end of standard input');
	eq(r.log, [], 'what it did');
}, { slow: true });

/* ---- CI-10: TLS ---- */

test('CI-10 a certificate that does not hold', async () => {
	for (const kind of ['expired', 'not-yet', 'self-signed', 'wrong-host']) {
		const l = await d.listen(kind);
		d.set('/tls', { body: '{}' });
		refused(await run(l.url('/tls')), 'unreachable', /certificate/, kind);
	}
	refused(await run(d.url('/tls', 'unnamed.example'), { hosts: { 'unnamed.example': '127.0.0.1' } }), 'unreachable', /certificate/, 'a name that it has not');
	refused(await run(d.url('/tls'), { ca: null }), 'unreachable', /certificate/, 'an authority that nobody knows');
	refused(await run(d.url('/tls'), { ca: `${dir}/nothing.pem` }), 'unreachable', /authorities/, 'no file of authorities');
	eq(requestsFor('/tls').length, 0, 'requests');
});

test('CI-10 TLS before 1.2, and no TLS at all', async () => {
	d.set('/old', { body: '{}' });
	for (const kind of ['tls1.0', 'tls1.1', 'plain', 'hangup']) refused(await run((await d.listen(kind)).url('/old')), 'unreachable', /TLS/, kind);
	fetched(await run((await d.listen('tls1.2')).url('/old')), '{}', 'TLS 1.2');
});

/* ---- CI-20: the environment ---- */

test('CI-20 the environment changes nothing', async () => {
	let came = 0;
	const proxy = net.createServer((s) => { came++; s.destroy(); });
	await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
	const to = `http://127.0.0.1:${proxy.address().port}`;
	fs.writeFileSync(`${dir}/.netrc`, 'machine 127.0.0.1 login user password SECRET\n', { mode: 0o600 });
	fs.writeFileSync(`${dir}/.curlrc`, 'insecure\n');
	const env = { http_proxy: to, https_proxy: to, HTTPS_PROXY: to, HTTP_PROXY: to, ALL_PROXY: to, all_proxy: to, no_proxy: '', HOME: dir, NETRC: `${dir}/.netrc`,
		CURL_HOME: dir, SSLKEYLOGFILE: `${dir}/keys.log`, OPENSSL_CONF: `${dir}/none.cnf` };
	d.set('/env', { body: '{}' });
	try {
		fetched(await run(d.url('/env'), { env }), '{}', 'with proxies');
		eq(came, 0, 'connections to the proxy');
		eq(requestsFor('/env')[0].headers.authorization, undefined, 'Authorization');
		ok(!fs.existsSync(`${dir}/keys.log`), 'no log of keys');
		refused(await run(d.url('/env'), { ca: null, env: { SSL_CERT_FILE: d.caFile, SSL_CERT_DIR: d.caFile, CURL_CA_BUNDLE: d.caFile } }), 'unreachable', /certificate/, 'authorities of the environment');
	} finally {
		proxy.close();
	}
});

/* ---- what it is not ---- */

test('a web server cannot use it', async () => {
	d.set('/cgi', { body: '{}' });
	for (const env of [{ GATEWAY_INTERFACE: 'CGI/1.1' }, { REQUEST_METHOD: 'GET' }, { GATEWAY_INTERFACE: '' }, { REQUEST_METHOD: 'POST', GATEWAY_INTERFACE: 'CGI/1.1' }])
		misused(await run(d.url('/cgi'), { env }), JSON.stringify(env));
	eq(requestsFor('/cgi').length, 0, 'requests');
});

test('what is no request is not acted upon', async () => {
	const url = `url ${d.url('/cgi')}\n`;
	for (const input of ['', '\n', 'url \n', 'url\n', d.url('/cgi'), url.trim(), `${url}loopback 1`, `${url}\n`, `${url}${url}`, `${url}loopback 2\n`, `${url}loopback\n`, `${url}what else\n`, `${url}proxy x\n`,
		`${url}ca_file a\nca_file b\n`, 'loopback 1\n', `${url}\0`, `${url}x\0y 1\n`, `url https://127.0.0.1/${'a'.repeat(9000)}\n`, `${url}${'ca_file x\n'.repeat(2000)}`])
		misused(await run('', { input }), JSON.stringify(input.slice(0, 80)));
});

test('it needs three descriptors, and keeps no other', async () => {
	for (const n of [0, 1, 2]) {
		const r = spawnSync('/bin/sh', ['-c', `exec ${PROGRAM} ${n}>&-`], { input: n ? `url ${d.url('/x')}\n` : undefined, env: {} });
		eq([r.status, r.stdout.length], [2, 0], `descriptor ${n} closed`);
	}
	const limits = {};
	let status = '';
	let open = [];
	d.set('/held', { body: '{}', delay: 700 });
	const log = `${dir}/held`;
	const child = spawn('/bin/sh', ['-c', `exec 5</etc/passwd 9</etc/passwd; exec ${PROGRAM}`], { env: resolverVariables(library, {}, log) });
	const gone = new Promise((done) => child.on('close', done));
	child.stdin.end(`url ${d.url('/held')}\nca_file ${d.caFile}\nloopback 1\n`);
	for (const end = Date.now() + 10000; Date.now() < end && !requestsFor('/held').length; ) await sleep(10);
	status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
	try {
		open = fs.readdirSync(`/proc/${child.pid}/fd`).map((n) => fs.readlinkSync(`/proc/${child.pid}/fd/${n}`));
		for (const l of fs.readFileSync(`/proc/${child.pid}/limits`, 'utf8').split('\n')) limits[l.slice(0, 25).trim()] = l.slice(25).trim().split(/\s+/).slice(0, 2).join(' ');
	} catch { /* it is not dumpable: only root may look */ }
	eq(await gone, 0, 'exit');
	match(status, /NoNewPrivs:\s*1/, 'no new privileges');
	match(status, /Threads:\s*1\n/, 'threads');
	ok(!open.includes('/etc/passwd'), `open: ${open}`);
	if (process.getuid() === 0) {
		eq(limits['Max core file size'], '0 0', 'core');
		eq(limits['Max open files'], '32 32', 'descriptors');
		eq(limits['Max cpu time'], '5 5', 'processor time');
		eq(limits['Max address space'], '268435456 268435456', 'memory');
		eq(limits['Max processes'], '0 0', 'processes');
	}
});

test('it works for an account without any right', async () => {
	if (process.getuid() !== 0) return;
	const r = spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', '--', PROGRAM], { input: `url https://127.0.0.1:1/\nloopback 1\n`, env: { PATH: process.env.PATH }, encoding: 'utf8' });
	eq([r.status, r.stdout, r.stderr], [0, 'refused unreachable no connection\n', ''], 'as nobody');
});

test('under the sanitizers', async () => {
	d.set('/asan', { body: '{"a":1}', headers: { 'Cache-Control': 'public, max-age="60"', Age: '1' } });
	match((await run(d.url('/asan', 'c.example'), { program: ASAN, hosts: { 'c.example': `${PUBLIC},1.1.1.1` }, loopback: false })).text, /^ok 5\d 7\n\{"a":1\}$/, 'a document');
	for (const way of ['endless', 'endless-headers', 'endless-line', 'endless-trailers', 'endless-interim', 'gzip-bomb', 'cut', 'close']) {
		d.set(`/asan-${way}`, { behave: way });
		refused(await run(d.url(`/asan-${way}`), { program: ASAN }), WAYS[way][0], WAYS[way][1], way);
	}
	refused(await run(d.url('/x', 'c.example'), { program: ASAN, hosts: { 'c.example': '10.0.0.1' } }), 'forbidden', null, 'a forbidden address');
	refused(await run('https://127.1/', { program: ASAN }), 'forbidden', null, 'a URL');
	misused(await run('', { program: ASAN, input: 'x y\n' }), 'no request');
}, { slow: true });

/* ---- fetch_child ---- */

/** A folder with the program ask, and beside it fetch: the real one, or a script. */
function place(name, script) {
	const at = `${dir}/${name}`;
	fs.mkdirSync(at);
	fs.copyFileSync(asker(), `${at}/ask`);
	fs.chmodSync(`${at}/ask`, 0o755);
	if (script === undefined) fs.copyFileSync(PROGRAM, `${at}/fetch`);
	else if (script !== null) fs.writeFileSync(`${at}/fetch`, script);
	if (script !== null) fs.chmodSync(`${at}/fetch`, 0o755);
	return at;
}

function asker() {
	const file = `${dir}/ask`;
	if (!fs.existsSync(file)) {
		const r = spawnSync('cc', ['-std=gnu17', '-D_GNU_SOURCE', '-O1', '-static-pie', `-I${ROOT}/common`, '-o', file, `${ROOT}/tests/live/ask.c`, `${ROOT}/build/libmcp.a`], { encoding: 'utf8' });
		if (r.status !== 0) throw new Error(`cc ask.c: ${r.stderr}`);
	}
	return file;
}

/** Runs ask there: { first, descriptors, children, signals, kib, err, ms }. */
async function ask(at, url, { ca = d.caFile, keys = false, times = 1, how = [], env = {}, program = `${at}/ask`, cwd = '/' } = {}) {
	const began = performance.now();
	const child = spawn(program, [url, ca ?? '-', '1', keys ? '1' : '0', String(times), ...how], { env, cwd });
	started.add(child);
	let [out, err] = ['', ''];
	child.stdout.on('data', (b) => { out += b; });
	child.stderr.on('data', (b) => { err += b; });
	const code = await new Promise((done) => child.on('close', (c, s) => done(c ?? s)));
	started.delete(child);
	eq(code, 0, `exit of ask (${err})`);
	const [first, ...rest] = out.split('\n');
	return { first, ...Object.fromEntries(rest.filter(Boolean).map((l) => [l.slice(0, l.indexOf(' ')), l.slice(l.indexOf(' ') + 1)])), err, ms: performance.now() - began };
}

function leftAsItWas(r, what) {
	const [before, after] = r.descriptors.split(' ');
	eq(after, before, `${what}: descriptors`);
	eq(r.children, 'none', `${what}: children`);
	eq(r.signals, 'kept', `${what}: signals`);
}

test('a web program asks, and keeps nothing of it', async () => {
	const at = place('asking');
	d.set('/asked', { body: '{"a":1}', headers: { 'Cache-Control': 'max-age=900' } });
	for (const how of [[], ['ignored'], ['storm'], ['crowd'], ['ignored', 'storm', 'crowd']]) {
		const r = await ask(at, d.url('/asked'), { how, times: 3, env: { http_proxy: 'http://127.0.0.1:1', GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET' } });
		eq(near(r.first, 900), 'ok 900 7 ', `how ${how}`);
		eq(r.err, '', `how ${how}: log`);
		leftAsItWas(r, `how ${how}`);
	}
	const text = JSON.stringify('x'.repeat(65534));
	d.set('/asked-keys', { body: text });
	eq((await ask(at, d.url('/asked-keys'), { keys: true })).first, 'ok -1 65536 ', 'a key set');
	eq((await ask(at, d.url('/asked-keys'))).first, 'invalid -1 0 too large', 'a key set as a document');
	eq((await ask(at, d.url('/nothing'))).first, 'gone -1 0 status 404 or 410', '404');
	eq((await ask(at, 'https://10.0.0.1/')).first, 'forbidden -1 0 the host has an address that is not public', 'forbidden');
	for (const url of [`${d.url('/asked')}\nloopback 1`, '', `${d.url('/asked')}${'a'.repeat(2048)}`]) match((await ask(at, url)).first, /^forbidden -1 0 a URL/, JSON.stringify(url.slice(0, 60)));
});

test('CI-09 memory stays flat', async () => {
	const at = place('memory');
	d.set('/small', { body: '{}' });
	const least = Number((await ask(at, d.url('/small'))).kib);
	for (const way of ['endless', 'endless-plain', 'endless-headers', 'endless-line', 'endless-trailers', 'endless-interim', 'endless-extension', 'gzip-bomb', 'gzip-transfer']) {
		d.set(`/memory-${way}`, { behave: way });
		const r = await ask(at, d.url(`/memory-${way}`));
		match(r.first, new RegExp(`^${WAYS[way][0]} `), way);
		ok(Number(r.kib) < least + 4096, `${way}: ${r.kib} KiB against ${least}`);
	}
}, { slow: true });

test('fetch is found as suexec starts programs', async () => {
	const at = place('bare-name');
	d.set('/bare', { body: '{}' });
	// An empty PATH is the current folder, and the name stays bare.
	eq((await ask(at, d.url('/bare'), { program: 'ask', cwd: at, env: { PATH: '' } })).first, 'ok -1 2 ', 'by a bare name');
	eq((await ask(at, d.url('/bare'), { program: './bare-name/ask', cwd: dir })).first, 'ok -1 2 ', 'by a relative path');
});

test('a program fetch that misbehaves is unreachable', async () => {
	const bad = {
		missing: [null, /no program fetch/], text: ['no program at all', /without an answer/], silent: ['#!/bin/sh\n', /without an answer/], crash: ['#!/bin/sh\nkill -SEGV $$\n', /without an answer/],
		half: ['#!/bin/sh\nprintf "ok 5 100\\n{}"\n', /without an answer/], more: ['#!/bin/sh\nprintf "ok 5 1\\n{}"\n', /without an answer/], number: ['#!/bin/sh\nprintf "ok x 2\\n{}"\n', /without an answer/],
		minus: ['#!/bin/sh\nprintf "ok -2 2\\n{}"\n', /without an answer/], negative: ['#!/bin/sh\nprintf "ok 5 -2\\n{}"\n', /without an answer/], huge: ['#!/bin/sh\nprintf "ok 99999999999999999999 2\\n{}"\n', /without an answer/],
		kind: ['#!/bin/sh\necho "refused badly so"\n', /without an answer/], words: ['#!/bin/sh\necho "refused gone"\n', /without an answer/], escape: ['#!/bin/sh\nprintf "refused gone a\\033b\\n"\n', /without an answer/],
		tail: ['#!/bin/sh\nprintf "refused gone x\\n{}"\n', /without an answer/], flood: ['#!/bin/sh\nexec yes\n', /was ended/],
	};
	for (const [name, [script, words]] of Object.entries(bad)) {
		const r = await ask(place(`bad-${name}`, script), d.url('/x'));
		match(r.first, /^unreachable -1 0 /, name);
		match(r.first, words, name);
		match(r.err, /^mcp-cgi: [^\n]*fetch[^\n]*\n$/m, `${name}: log`);
		leftAsItWas(r, name);
		ok(r.ms < 4500, `${name}: ${r.ms | 0} ms`);
	}
	const deaf = await ask(place('deaf', '#!/bin/sh\nprintf "refused gone it is so\\n"\n'), d.url('/x'));
	eq(deaf.first, 'gone -1 0 it is so', 'an answer without having listened');
});

test('a program fetch that hangs is ended with all it has started', async () => {
	const at = place('hangs', '#!/bin/sh\nsleep 61.7 &\ntrap "" TERM\nsleep 61.7\n');
	const r = await ask(at, d.url('/x'));
	match(r.first, /^unreachable -1 0 .*ended/, 'hangs');
	ok(r.ms > 5500 && r.ms < 12000, `took ${r.ms | 0} ms`);
	leftAsItWas(r, 'hangs');
	const left = () => fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => { try { return fs.readFileSync(`/proc/${p}/cmdline`, 'utf8') === 'sleep\x0061.7\x00'; } catch { return false; } });
	for (const end = Date.now() + 10000; Date.now() < end && left().length; ) await sleep(20);
	eq(left(), [], 'left');
}, { slow: true });

test('fetch ends with the program that has asked', async () => {
	const at = place('orphan', `#!/bin/sh\necho $$ >${dir}/orphan.pid\nexec sleep 62.7\n`);
	const child = spawn(`${at}/ask`, ['https://127.0.0.1/', '-', '1', '0', '1'], { env: {}, stdio: 'ignore' });
	const told = () => { try { return Number(fs.readFileSync(`${dir}/orphan.pid`, 'utf8')); } catch { return 0; } };
	for (const end = Date.now() + 10000; Date.now() < end && !told(); ) await sleep(20);
	const pid = told();
	ok(pid > 0, 'fetch has started');
	child.kill('SIGKILL');
	const alive = () => { try { return !/State:\s*Z/.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')); } catch { return false; } };
	for (const end = Date.now() + 10000; Date.now() < end && alive(); ) await sleep(20);
	ok(!alive(), 'it lives on');
});

test('fetch gets three descriptors, one variable and fresh signals', async () => {
	const at = place('bare', `#!/bin/sh\n/usr/bin/env >${dir}/bare.env\nls -l /proc/$$/fd >${dir}/bare.ls\nawk 'NF > 5 { print $(NF - 2) }' <${dir}/bare.ls >${dir}/bare.fd\nwhile read -r name value; do case $name in SigBlk: | SigIgn:) echo $value ;; esac; done </proc/$$/status >${dir}/bare.sig\ncat >${dir}/bare.in\n`);
	const r = await ask(at, d.url('/x'), { how: ['crowd', 'ignored', 'storm'], env: { SECRET: 'x', LD_LIBRARY_PATH: '/x', SSL_CERT_FILE: '/x' } });
	match(r.first, /^unreachable/, 'no answer');
	eq(fs.readFileSync(`${dir}/bare.env`, 'utf8').split('\n').filter((l) => l && !/^(PWD|OLDPWD|SHLVL|_)=/.test(l)), ['PATH=/usr/bin:/bin'], 'environment');
	eq(fs.readFileSync(`${dir}/bare.fd`, 'utf8').trim().split('\n').map(Number).filter((n) => n < 10).sort(), [0, 1, 2], 'descriptors');	// from 10 on they are the shell's own
	// 32 and 33 are the C library's own, which no signal(2) of a program's reaches: they are as whoever started the tests left them
	for (const l of fs.readFileSync(`${dir}/bare.sig`, 'utf8').trim().split('\n')) eq(BigInt(`0x${l}`) & ~0x180000000n, 0n, `signals (${l})`);
	eq(fs.readFileSync(`${dir}/bare.in`, 'utf8'), `url ${d.url('/x')}\nca_file ${d.caFile}\nloopback 1\nwhat document\n`, 'request');
});

test('a wrapped fetch has names of our own', async () => {
	const at = place('wrapped');
	const w = wrapFetch(at, { hosts: { 'c.example': PUBLIC } });
	d.set('/wrapped', { body: '{}' });
	eq((await ask(at, d.url('/wrapped', 'c.example'))).first, 'ok -1 2 ', 'wrapped');
	eq(w.log(), ['resolve c.example', `connect ${PUBLIC} ${d.port}`], 'log');
	w.hosts({ 'c.example': '10.0.0.1' });
	w.forget();
	match((await ask(at, d.url('/wrapped', 'c.example'))).first, /^forbidden /, 'other names');
	eq(w.log(), ['resolve c.example'], 'log of those');
	w.restore();
	eq((await ask(at, d.url('/wrapped'))).first, 'ok -1 2 ', 'restored');
});

/* ---- the run ---- */

const filters = process.argv.slice(2);
const chosen = tests.filter((t) => !filters.length || filters.some((f) => t.name.includes(f)));
let [passed, failed] = [0, 0];

async function one(t) {
	try {
		await t.fn();
		passed++;
		console.log(`ok - fetch: ${t.name}`);
	} catch (e) {
		failed++;
		console.log(`not ok - fetch: ${t.name}: ${String(e.message ?? e).replace(/\s*\n\s*/g, ' / ')}`);
		if (process.env.MCP_TESTS_TRACE) console.log(String(e.stack).split('\n').slice(1).map((l) => `#  ${l.trim()}`).join('\n'));
	}
}

const slow = Promise.all(chosen.filter((t) => t.slow).map(one));
for (const t of chosen.filter((x) => !x.slow)) await one(t);
await slow;
await d.close();
console.log(`# ${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
