// SPDX-License-Identifier: ISC
//
// The environment that a web server makes: lengths, odd and missing variables, descriptors that are closed, records of
// FastCGI, workers that are killed or told to end, https and the proxies in front. Where a variable cannot be set through
// a web server, the program is run as the web server would: with an environment and two pipes on plain CGI, record by
// record on a socket of its own with FastCGI (direct).

import fs from 'node:fs';
import { each, eq, lacks, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { AS_CGI, CUT, NGINX, REAL, WITH_WORKERS, isCgi } from '../lib/fronts.mjs';
import { sleep } from '../lib/harness.mjs';
import { meta, mirrored, modernResult, post } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { authParams, authorize, get, random, raw, register, registerRaw, token } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';
import * as place from '../live/place.mjs';

const FEW = { workers: 2, mcp_workers: 2, mcp_waiters: 1 };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const named = (name) => JSON.stringify({ client_name: name, redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' });
const stored = (s, name) => s.sql(`SELECT count(*) AS n FROM client WHERE name = '${name}'`)[0].n;
const intact = (s) => eq(s.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }], 'integrity');

/** Runs fn with a function that asks one program, past the web server: (o) => answer, or null when there was none. */
async function direct(s, program, fn, { workers = 2 } = {}) {
	if (isCgi(s.front))
		return fn(async (o) => {
			const r = await place.cgi(s, program, o);
			eq(r.signal, null, `${program}: signal`);
			return r.answer;
		});
	const p = await place.alone(s, program, { workers });
	try {
		const got = await fn(async (o) => (await place.ask(s, p.socket, program, o)).answer, p);
		lacks(p.err, /died of signal/, `${program}: log`);
		return got;
	} finally {
		p.clear();
	}
}

/* ---- EN-02: the length ---- */

row('EN-02', 'a length that is none is 400, and the body is not looked at', async (s) => {
	const lengths = ['abc', '5x', 'x5', '-1', '+5', '1e3', '0x10', '5,5', '5.0', '99999999999999999999', '18446744073709551617'];
	await each(lengths, async (length) => {
		const r = await raw(s, { method: 'POST', path: '/register', body: named('Nonsense'), headers: { ...JSON_TYPE, 'Content-Length': length }, early: true, silent: true,
			finish: 'half', timeout: 20000 });
		// lighttpd takes a number that does not fit for one that is too large
		if (r) status(r, r.byServer ? [400, 411, 413] : 400, length);
	});
	eq(stored(s, 'Nonsense'), 0, 'clients');
	status(await registerRaw(s, named('After nonsense')), 201, 'the next request');
});

row('EN-02', 'a body that is shorter than its length is 400, and one that is longer is read as far as it was announced', async (s) => {
	const body = named('Exact');
	const short = await raw(s, { method: 'POST', path: '/register', body, length: body.length + 10, headers: JSON_TYPE, finish: 'half', silent: true, timeout: 30000, allow: CUT(s.front) });
	if (short && !short.byServer) status(short, [400, 408], 'short');
	eq(stored(s, 'Exact'), 0, 'clients of the short body');
	const long = await raw(s, { method: 'POST', path: '/register', body: `${body}{"client_name":"Behind"}`, length: body.length, headers: JSON_TYPE });
	status(long, 201, 'long');
	eq(long.json.client_name, 'Exact', 'name');
});

row('EN-02', 'a body without a length is read to its end', async (s) => {
	status(await registerRaw(s, named('In chunks'), { chunked: true }), 201);
	eq(stored(s, 'In chunks'), 1, 'clients');
});

row('EN-02', 'the same from a web server that hands on whatever it got', async (s) => {
	await direct(s, 'register', async (ask) => {
		for (const length of ['abc', '5x', '-1', '+5', ' 5', '1e3', '99999999999999999999'])
			eq((await ask({ ...place.registration('Nonsense'), length }))?.status, 400, `status for ${length}`);
		for (const length of [null, '']) {
			const r = await ask({ ...place.registration(`No length ${length}`), length });
			eq([r?.status, r?.json.client_name], [201, `No length ${length}`], `answer for ${length}`);
		}
		eq((await ask({ ...place.registration('Short'), length: '5000' }))?.status, 400, 'status of a short body');
		eq((await ask({ ...place.registration('Huge'), length: '60000000' }))?.status >= 400, true, 'status of a huge length');
		const body = named('Long');
		eq((await ask({ ...place.registration(), body: `${body} {"a":1}`, length: String(body.length) }))?.json.client_name, 'Long', 'name for a long body');
	});
	eq(['Nonsense', 'Short', 'Huge'].map((n) => stored(s, n)), [0, 0, 0], 'clients of the refused');
}, { settings: FEW, fronts: REAL });

row('EN-02', 'nobody waits longer than ten seconds for a body', async (s) => {
	const began = performance.now();
	const o = { ...place.registration(), body: '{"client', length: '1000' };
	if (isCgi(s.front)) {
		eq((await place.cgi(s, 'register', { ...o, hold: true })).answer?.status, 408, 'status');
	} else {
		const p = await place.alone(s, 'register');
		try {
			const c = place.connection(p.socket, 'POST');
			await c.send(Buffer.concat([place.beginRecord(), place.paramsRecord(place.variables(s, 'register', o)), place.stdinRecords(o.body)]));
			const end = await c.done;
			ok(!end.answer || [400, 408].includes(end.answer.status), `status ${end.answer?.status}`);
		} finally {
			p.clear();
		}
	}
	const took = performance.now() - began;
	ok(took > 8000 && took < 16000, `given up after ${took | 0} ms`);
}, { settings: FEW, fronts: REAL });

/* ---- EN-03, EN-07, EN-08: odd and missing variables, no variables, closed descriptors ---- */

row('EN-03', 'a method, a path and a query of 64 KiB or with odd bytes are refused, and nothing falls', async (s) => {
	const long = 'x'.repeat(65536);
	const cases = [['a long method', 'M'.repeat(65536), '/token'], ['an odd method', 'P\x01ST', '/token'], ['a long path', 'POST', `/token/${long}`], ['a long query', 'POST', `/token?${long}`],
		['odd bytes in a path', 'POST', '/token/%01%7f'], ['odd bytes in a query', 'POST', '/token?%00%01%ff&&==%%'], ['no path', 'GET', ''], ['a path that is none', 'GET', '*'],
		['a bare percent', 'GET', '/.well-known/oauth-protected-resource/%'], ['bytes beyond ASCII', 'GET', '/.well-known/\xff\xfe']];
	await each(cases, async (what, method, path) => {
		const r = await raw(s, { method, path, body: method === 'GET' ? undefined : 'a=b', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, silent: true, early: true, allow: [501, 505] });
		if (r) ok((r.status >= 400 && r.status < 500) || (r.byServer && r.status > 500), `${what}: ${r.status}`);
	});
	status(await registerRaw(s, named('Still there')), 201, 'the next request');
});

row('EN-03', 'the variables that tell what is asked: missing, empty, 64 KiB and control bytes', async (s) => {
	const long = 'x'.repeat(65536);
	for (const program of ['metadata', 'register', 'token', 'authorize']) {
		await direct(s, program, async (ask) => {
			for (const name of ['REQUEST_METHOD', 'SCRIPT_NAME', 'PATH_INFO', 'QUERY_STRING', 'REQUEST_URI']) {
				for (const value of [null, '', long, '\x01\x02\x7f', '\r\nX: y', '%00']) {
					if (name === 'REQUEST_METHOD' && value === null && isCgi(s.front)) continue;	// EN-07
					const what = `${program}, ${name}=${JSON.stringify(value?.slice(0, 12) ?? null)}`;
					const r = await ask(place.posting(program, program === 'register' ? '{' : 'a=b', { more: { [name]: value } }));
					ok(r && r.status >= 400 && r.status < 500, `${what}: ${r?.status}`);
					eq(r.headers.x, undefined, `${what}: a header out of a variable`);
					if (name === 'REQUEST_METHOD') eq(r.status, 405, `${what}: status`);
					if (name === 'PATH_INFO' && value && program !== 'metadata') eq(r.status, 404, `${what}: status`);
				}
			}
		});
	}
}, { settings: FEW, fronts: REAL });

// A shell starts a program, never a web server's worker: plain CGI only.
row('EN-07', 'run from a shell: one line on standard error, exit status 2, nothing on standard output', async (s) => {
	await each([...place.STARTED], async (program) => {
		for (const argv of [[], ['--help'], ['--selftest'], ['-x', 'y']]) {
			const r = await place.cgi(s, program, { env: { MCP_CGI_CONF: s.conf }, argv });
			eq([r.code, r.signal, r.out.toString()], [2, null, ''], `${argv}: exit status, signal and standard output`);
			match(r.err, new RegExp(`^${program} is a CGI and FastCGI program[^\\n]*\\n$`), `${argv}: standard error`);
		}
	});
}, { fronts: AS_CGI });

// With FastCGI descriptors 0 and 1 are the web server's listening socket and nothing: plain CGI only.
row('EN-08', 'closed descriptors, a full disk and a reader that has gone: a clean end, and what was committed stays', async (s) => {
	await each(['0', '1', '2', '01', '12', '012'], async (close) => {
		const r = await place.cgi(s, 'register', { ...place.registration(`Closed ${close}`), close });
		eq(r.signal, null, 'signal');
		if (!close.includes('1')) eq(r.answer?.status, close.includes('0') ? 400 : 201, 'status');
		eq(stored(s, `Closed ${close}`), close.includes('0') ? 0 : 1, 'clients');
	});
	const full = await place.cgi(s, 'register', { ...place.registration('Full'), to: '/dev/full' });
	eq([full.code, full.signal], [1, null], 'end with a full disk behind standard output');
	const gone = await place.cgi(s, 'register', { ...place.registration('Gone'), hold: true, length: String(named('Gone').length + 1), body: named('Gone'), during: async (child) => {
		child.stdout.destroy();
		await sleep(100);
		child.stdin.end(' ');
	} });
	eq([gone.code, gone.signal], [1, null], 'end with a reader that has gone');
	eq([stored(s, 'Full'), stored(s, 'Gone')], [1, 1], 'what was committed before the answer');
	intact(s);
}, { own: true, fronts: AS_CGI });

row('EN-08', 'a pipe that is full holds a program no longer than its alarm, and what it did is done', async (s) => {
	const fifo = `${s.dir}/full`;
	s.run(['mkfifo', '-m', '600', fifo]);
	const held = fs.openSync(fifo, fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
	try {
		for (;;) fs.writeSync(held, Buffer.alloc(4096));
	} catch (e) {
		eq(e.code, 'EAGAIN', 'the pipe is full');
	}
	let waits = false;
	const r = await place.cgi(s, 'register', { ...place.registration('Stuck'), to: fifo, during: async (child) => {
		waits = await place.until(() => stored(s, 'Stuck') === 1, 10000, 100);
		waits &&= place.isAlive(child.pid);
		child.kill('SIGPIPE');		// ignored
		await sleep(200);
		waits &&= place.isAlive(child.pid);
		const some = Buffer.alloc(65536);
		fs.readSync(held, some);
	} });
	fs.closeSync(held);
	ok(waits, 'it waits for the pipe, whatever SIGPIPE says, with its transaction done');
	eq([r.code, r.signal], [0, null], 'end when there is room again');
	intact(s);
}, { own: true, fronts: AS_CGI });

/* ---- EN-10, EN-11, EN-12: FastCGI ---- */

const { record, beginRecord, paramsRecord, stdinRecords, abortRecord } = place;

row('EN-10', 'odd records are read or refused, nothing is carried over, and the worker lives', async (s) => {
	const p = await place.alone(s, 'register', { workers: 1 });
	try {
		const good = async (what, o = {}) => {
			const r = await place.ask(s, p.socket, 'register', { ...place.registration(what), ...o });
			eq([r.answer?.status, r.answer?.json.client_name, r.ended], [201, what, { app: 0, protocol: 0 }], `${what}: answer`);
		};
		await good('plain');
		const [worker] = p.workers();
		await good('byte by byte', { size: 1 });
		await good('padding', { size: 7, padding: 255 });
		await good('variables of 65535 bytes', { more: { HTTP_X_LONG: 'v'.repeat(65535 - 5000), HTTP_X_MORE: 'w'.repeat(30000) } });
		await good('kept open', { keep: true });
		const env = paramsRecord(place.variables(s, 'register', place.registration('cut')));
		const cases = {
			'an abort in the body': [beginRecord(), env, stdinRecords(named('cut').slice(0, 20)), abortRecord()],
			'an abort in the variables': [beginRecord(), env.subarray(0, 40), abortRecord()],
			'an end in the body': [beginRecord(), env, stdinRecords(named('cut').slice(0, 20))],
			'a bad role': [beginRecord(9), env, record(5)],
			'a bad version': [Buffer.from([7]), beginRecord().subarray(1), env, record(5)],
			'an unknown record': [record(99, Buffer.from('?'), { id: 0 }), record(99, Buffer.from('?')), beginRecord(9), env],
			'a length beyond the variables': [beginRecord(), record(4, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f, 65])), record(4), record(5)],
			'another request on one connection': [beginRecord(1, true), env, stdinRecords(named('cut').slice(0, 9)), beginRecord(1, true, 2)],
			garbage: [Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20))],
		};
		for (const [what, parts] of Object.entries(cases)) {
			const c = place.connection(p.socket);
			await c.send(Buffer.concat(parts));
			c.sock.end();
			await c.done.catch(() => { /* whatever it says */ });
			eq(stored(s, 'cut'), 0, `${what}: clients`);
			await good(`after ${what}`);
		}
		// Two requests back to back on one connection: the second is answered by itself or not at all.
		const two = place.connection(p.socket, 'POST');
		const one = (name) => Buffer.concat([beginRecord(1, true), paramsRecord(place.variables(s, 'register', place.registration(name))), stdinRecords(named(name)), record(5)]);
		await two.send(Buffer.concat([one('back'), one('to back')]));
		two.sock.end();
		eq((await two.done).answer?.json.client_name, 'back', 'the first of two');
		await good('after two');
		eq(p.workers(), [worker], 'the worker');
		lacks(p.err, /signal/, 'log');
	} finally {
		p.clear();
	}
}, { settings: { ...FEW, workers: 1 }, fronts: WITH_WORKERS });

row('EN-10', 'a worker that once needed very much memory is replaced', async (s) => {
	const own = place.listing({ HTTP_AUTHORIZATION: `Bearer ${await tokenFor(s)}` });
	await direct(s, 'mcp', async (ask, p) => {
		// An id is read, kept, and written again.
		const list = async (size, what) => {
			const r = await ask({ ...own, body: JSON.stringify({ jsonrpc: '2.0', id: 'x'.repeat(size), method: 'tools/list' }) });
			ok(r?.status === 200 && r.text.length > size, `${what}: an answer, got ${r?.status} ${r?.text.slice(0, 200)}`);
		};
		const before = p.workers();
		for (let i = 0; i < 8; i++) await list(1 << 20, 'a small one');
		eq(p.workers(), before, 'workers after small ones');
		await list(30 << 20, 'a large one');
		ok(await place.until(() => { const now = p.workers(); return now.length === 2 && now.filter((x) => before.includes(x)).length === 1; }), `one of ${before} is replaced: ${p.workers()}`);
		for (let i = 0; i < 4; i++) await list(10, 'a small one after it');
	});
}, { own: true, settings: { ...FEW, max_body: 67108864, busy_timeout: 20000 }, fronts: WITH_WORKERS });

row('EN-11', 'a program killed at work costs that request and no other, and leaves the rows whole', async (s) => {
	const letGo = await s.lock();
	const own = () => s.processes().filter((p) => p.exe === 'register');
	const idle = new Set(own().filter((p) => place.childrenOf(p.pid).length).map((p) => p.pid));
	const wakings = () => new Map(own().map((p) => [p.pid, Number(place.statusOf(p.pid)?.voluntary_ctxt_switches)]));
	let answer, busy;
	try {
		answer = registerRaw(s, named('Killed'), { allow: [500, 502, 503] });
		busy = await place.until(() => own().some((p) => !idle.has(p.pid)), 10000) && await (async () => {
			for (const end = Date.now() + 10000; Date.now() < end; ) {
				const before = wakings();
				await sleep(500);
				const found = own().filter((p) => !idle.has(p.pid) && !place.childrenOf(p.pid).length && wakings().get(p.pid) > before.get(p.pid));
				if (found.length) return found[0].pid;
			}
			return null;
		})();
		ok(busy, 'one is at work, waiting for the database');
		process.kill(busy, 'SIGKILL');
	} finally {
		await letGo();
	}
	const r = await answer;
	status(r, r.byServer ? [500, 502, 503] : [500, 502], 'the request of the killed');
	eq(stored(s, 'Killed'), 0, 'clients of it');
	for (let i = 0; i < 4; i++) await register(s);
	intact(s);
}, { own: true, settings: { ...FEW, busy_timeout: 20000 }, fronts: REAL });

// A graceful end is told to a program that keeps running; of plain CGI there is none between two requests.
row('EN-12', 'SIGTERM and SIGUSR1 during a request: it is answered, and then the program ends', async (s) => {
	await each(['SIGTERM', 'SIGUSR1'], async (sig) => {
		const p = await place.alone(s, 'register');
		const letGo = await s.lock();
		try {
			const answer = place.ask(s, p.socket, 'register', place.registration(sig));
			await sleep(700);
			p.kill(sig);
			await sleep(500);
			eq(p.exit, null, 'end of the program before its request');
			await letGo();
			eq((await answer).answer?.status, 201, 'status');
			ok(await place.until(() => p.exit, 10000), 'it ends after the request');
			eq([p.exit.code, p.group().length], [0, 0], 'exit status and processes left');
			eq(stored(s, sig), 1, 'clients');
		} finally {
			p.clear();
		}
	});
}, { own: true, settings: { ...FEW, busy_timeout: 20000 }, fronts: WITH_WORKERS });

/* ---- EN-13: https ---- */

const ISSUER = { issuer: 'https://mcp.example', resource: 'https://mcp.example/mcp' };
const REFUSED = /https required/;

/** What each program says to a request that came over plain http, and whether it is a refusal for that. */
async function plainAnswers(s, headers = {}) {
	const o = { headers };
	const json = (r, what) => match(message(r).message, REFUSED, what);
	const message = (r) => r.json.error;
	const all = [
		['authorize', await get(s, `/authorize?response_type=code&client_id=x&state=secret`, undefined, o)],
		['a form', await raw(s, { method: 'POST', path: '/authorize', body: 'password=x', headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' } })],
		['token', await raw(s, { method: 'POST', path: '/token', body: 'grant_type=refresh_token&refresh_token=mcpr_x', headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' } })],
		['register', await raw(s, { method: 'POST', path: '/register', body: named('Plain'), headers: { ...headers, ...JSON_TYPE } })],
		['mcp', await post(s, `mcpa_${'x'.repeat(49)}`, { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta() } }, { ...mirrored('tools/list'), ...headers })],
		['account', await get(s, '/account', undefined, o)],
	];
	return { all, json };
}

async function allRefused(s, headers, what) {
	const { all, json } = await plainAnswers(s, headers);
	for (const [name, r] of all) {
		status(r, 403, `${what}, ${name}`);
		eq(r.location, undefined, `${what}, ${name}: Location`);
		lacks(JSON.stringify(r.list) + r.text, /mcp[ar]_x|secret/, `${what}, ${name}: what was sent`);
		if (name === 'mcp') json(r, `${what}, ${name}`);
		else match(r.text, REFUSED, `${what}, ${name}: text`);
	}
	page(all[0][1], 403, `${what}, authorize`);
	oauthError(all[2][1], 403, ['invalid_request'], `${what}, token`);
}

async function noneRefused(s, headers, what) {
	for (const [name, r] of (await plainAnswers(s, headers)).all) lacks(r.text, REFUSED, `${what}, ${name}`);
}

row('EN-13', 'on: plain http is refused by every program, whatever a client says', async (s) => {
	await allRefused(s, {}, 'plain');
	eq(stored(s, 'Plain'), 0, 'clients');
	await allRefused(s, { 'X-Forwarded-Proto': 'https', Forwarded: 'proto=https', 'X-Forwarded-For': '192.0.2.1' }, 'a client that says otherwise');
	match(s.log(), /refused over plain http: see require_https/, 'log');
}, { settings: { ...ISSUER, require_https: 'on' } });

row('EN-13', 'on, behind a proxy that is trusted: what the proxy says', async (s) => {
	await noneRefused(s, { 'X-Forwarded-Proto': 'https' }, 'https');
	await allRefused(s, { 'X-Forwarded-Proto': 'http' }, 'http');
	await allRefused(s, {}, 'nothing said');
	await allRefused(s, { 'X-Forwarded-Proto': 'httpsx, xhttps' }, 'words that only look alike');
}, { settings: { ...ISSUER, require_https: 'on', trusted_proxies: '192.0.2.0/24 127.0.0.0/8' } });

row('EN-13', 'auto: somebody near may be a proxy; what a proxy says of plain http is heard', async (s) => {
	await noneRefused(s, {}, 'from this machine');
	await noneRefused(s, { 'X-Forwarded-Proto': 'https' }, 'https');
	await allRefused(s, { 'X-Forwarded-Proto': 'http' }, 'http');
}, { settings: ISSUER });

row('EN-13', 'off, or an issuer of this machine: served', async (s) => {
	await noneRefused(s, { 'X-Forwarded-Proto': 'http' }, 'http');
}, { settings: { ...ISSUER, require_https: 'off' } });

row('EN-13', 'a loopback issuer is served over plain http even with on', async (s) => {
	modernResult(await post(s, await tokenFor(s), { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta() } }, mirrored('tools/list')), 1);
}, { settings: { require_https: 'on' } });

row('EN-13', 'auto, from far away: refused when the web server says http and nothing looks like a proxy', async (s) => {
	const far = { REMOTE_ADDR: '8.8.8.8', HTTP_HOST: 'mcp.example' };
	const want = async (ask, refused, more) => {
		const r = await ask(place.posting('token', 'grant_type=x', { more: { ...far, ...more } }));
		eq([r?.status, REFUSED.test(r?.text)], [refused ? 403 : 400, refused], JSON.stringify(more));
	};
	await direct(s, 'token', async (ask) => {
		for (const more of [{ REQUEST_SCHEME: 'http' }, { HTTPS: 'off' }, { HTTPS: 'OFF' }, { REQUEST_SCHEME: 'http', REMOTE_ADDR: '2606:4700::1' },
			{ REQUEST_SCHEME: 'http', REMOTE_ADDR: '::ffff:8.8.8.8' }, { REQUEST_SCHEME: 'http', HTTP_X_FORWARDED_PROTO: 'http', HTTP_X_FORWARDED_FOR: '9.9.9.9' }])
			await want(ask, true, more);
		for (const more of [{ REQUEST_SCHEME: 'https' }, { HTTPS: 'on' }, { HTTPS: '1', REQUEST_SCHEME: 'http' }, {}, { REQUEST_SCHEME: 'http', HTTP_X_FORWARDED_PROTO: 'https' },
			{ REQUEST_SCHEME: 'http', HTTP_X_FORWARDED_FOR: '9.9.9.9' }, { REQUEST_SCHEME: 'http', HTTP_VIA: '1.1 x' }, { REQUEST_SCHEME: 'http', REMOTE_ADDR: '10.0.0.7' },
			{ REQUEST_SCHEME: 'http', REMOTE_ADDR: '::1' }, { REQUEST_SCHEME: 'http', REMOTE_ADDR: 'fd00::1' }, { REQUEST_SCHEME: 'http', REMOTE_ADDR: null }])
			await want(ask, false, more);
	});
}, { settings: { ...ISSUER, ...FEW }, fronts: REAL });

/* ---- EN-14: who it is ---- */

const LIMITED = (more) => ({ own: true, settings: { rate_limits: 'on', limit_register: '2/3600', ...more } });
const from = (s, headers, o = {}) => registerRaw(s, named(`From ${random(8)}`), { headers, ...o });
const counts = async (s, list) => { const got = []; for (const [headers, o] of list) got.push((await from(s, headers, o)).status); return got; };
const forwarded = (...all) => all.map((x) => [{ 'X-Forwarded-For': x }]);

row('EN-14', 'an address in a header field of anybody is not believed', async (s) => {
	const names = ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Client-IP', 'True-Client-IP', 'CF-Connecting-IP'];
	eq(await counts(s, names.slice(0, 3).map((n, i) => [{ [n]: n === 'Forwarded' ? `for=192.0.2.${i}` : `192.0.2.${i}` }])), [201, 201, 429], 'status by status');
	for (const n of names) eq((await from(s, { [n]: '198.51.100.1' })).status, 429, `status with ${n}`);
	eq((await from(s, {}, { from: '127.0.0.2' })).status, 201, 'status from another address');
}, LIMITED({}));

row('EN-14', 'that of a configured proxy is, and is counted like any other', async (s) => {
	eq(await counts(s, forwarded('192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2')), [201, 201, 429, 201], 'IPv4');
	eq(await counts(s, forwarded('::ffff:192.0.2.1', '192.0.2.1:4711', '[::ffff:c000:201]:1')), [429, 429, 429], 'other spellings of it');
	eq(await counts(s, forwarded('2001:db8:1:2::1', '[2001:db8:1:2:ffff::9]:443', '2001:DB8:1:2::7', '2001:db8:1:3::1')), [201, 201, 429, 201], 'IPv6 by its first half');
	eq(await counts(s, forwarded('9.9.9.9, 192.0.2.1', '192.0.2.1, 127.0.0.9', '9.9.9.9,192.0.2.1 ,\t10.1.2.3')), [429, 429, 429], 'the last that is no proxy');
	eq(await counts(s, forwarded('192.0.2.1, unknown', 'unknown', '<script>', '192.0.2.1,', ',', 'x'.repeat(5000))), [201, 201, 429, 429, 429, 429], 'what is no address: the proxy itself');
	eq(await counts(s, [[{ 'X-Real-IP': '203.0.113.1' }], [{ Forwarded: 'for=203.0.113.1' }], [{}]]), [429, 429, 429], 'other fields');
	// nginx makes two variables of it, and that is refused
	const twice = NGINX.includes(s.front) ? [400, 201, 400] : [201, 201, 429];
	eq(await counts(s, [[{ 'X-Forwarded-For': ['9.9.9.8', '203.0.113.7'] }], [{ 'X-Forwarded-For': '203.0.113.7' }], [{ 'X-Forwarded-For': ['203.0.113.8', '203.0.113.7'] }]]), twice,
		'a field that comes twice');
}, LIMITED({ trusted_proxies: '127.0.0.0/8 10.0.0.0/8' }));

row('EN-14', 'a proxy that is not on the list is a client', async (s) => {
	eq(await counts(s, forwarded('192.0.2.1', '192.0.2.2', '192.0.2.3')), [201, 201, 429], 'from an address that is not on the list');
	eq(await counts(s, forwarded('192.0.2.1', '192.0.2.2', '192.0.2.3').map(([h]) => [h, { from: '127.0.0.2' }])), [201, 201, 201], 'from one that is');
}, LIMITED({ trusted_proxies: '127.0.0.2' }));

row('EN-14', 'REMOTE_ADDR: IPv6 by its first half, mapped, with a zone, empty', async (s) => {
	await direct(s, 'register', async (ask) => {
		const put = async (all) => { const got = []; for (const a of all) got.push((await ask({ ...place.registration(), more: { REMOTE_ADDR: a } }))?.status); return got; };
		eq(await put(['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', '2001:db8:1:2::3', '2001:db8:1:3::1']), [201, 201, 429, 201], 'IPv6');
		eq(await put(['192.0.2.7', '::ffff:192.0.2.7', '::ffff:c000:207', '192.0.2.7', '192.0.2.8']), [201, 201, 429, 429, 201], 'mapped');
		eq(await put(['fe80::1%eth0', 'fe80::2%eth1', 'fe80::3']), [201, 201, 429], 'zones');
		eq(await put(['', null, '']), [201, 201, 429], 'empty');
	});
}, { ...LIMITED(FEW), fronts: REAL });

row('EN-14', 'a list of proxies that is none stops the programs', async (s) => {
	const before = s.readConf();
	await each(['x', '10.0.0.0/33', '10.0.0.1:80', '10.0.0.1,10.0.0.2', '[::1]', '::1/129', 'proxy.example', '10.0.0.0/'], async (value) => {
		s.writeConf(before);
		s.setConf({ trusted_proxies: value });
		const r = s.ctl(['check']);
		eq(r.status, 1, 'exit status');
		match(r.stdout + r.stderr, /mcp-cgi\.conf:\d+: trusted_proxies must be/, 'reason');
	});
	s.writeConf(before);
}, { own: true });

/* ---- EN-15: header fields of the answer ---- */

row('EN-15', 'line ends in what becomes a header field stay out of it', async (s) => {
	const t = await tokenFor(s);
	const bad = 'x\r\nX-Injected: 1\r\n\r\nbody';
	const clean = (r, what) => {
		ok(r.headers['x-injected'] === undefined, `${what}: an injected header`);
		for (const [name, value] of r.list) lacks(name + value, /[\r\n]/, `${what}: ${name}`);
		lacks(r.list.map(([name]) => name).join(' '), /injected/i, `${what}: names of header fields`);
	};
	const client = await register(s, { redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] });
	// state goes into Location, a scope into WWW-Authenticate, an origin into Access-Control-Allow-Origin
	clean(await authorize(s, authParams(s, client, { state: bad, scope: 'nothing', redirect_uri: client.redirect_uris[0] })), 'state');
	clean(await authorize(s, authParams(s, client, { response_type: bad })), 'response_type');
	clean(await token(s, { grant_type: bad, client_id: bad, scope: bad }), 'token');
	clean(await post(s, t, { jsonrpc: '2.0', id: bad, method: 'tools/call', params: { name: bad, _meta: meta() } }, mirrored('tools/call', { name: bad })), 'tools/call');
	clean(await get(s, `/authorize?state=${encodeURIComponent(bad)}&client_id=${client.client_id}`), 'the query');
	clean(await get(s, `/.well-known/oauth-protected-resource/${encodeURIComponent(bad)}`), 'the path');
	if (s.front === 'inproc') return;
	for (const program of ['mcp', 'token', 'metadata']) {
		await direct(s, program, async (ask) => {
			const r = await ask({ method: 'OPTIONS', target: program === 'metadata' ? place.WELL_KNOWN : undefined, more: { HTTP_ORIGIN: bad, HTTP_HOST: bad, REQUEST_URI: `/mcp${bad}` } });
			ok(r && r.status < 500, `${program}: ${r?.status}`);
			eq(r.headers['x-injected'], undefined, `${program}: an injected header`);
		});
	}
}, { settings: FEW });
