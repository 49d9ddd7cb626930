// SPDX-License-Identifier: ISC
//
// What a web program owes to a web server that runs it as plain CGI: the body is read or drained before anything is
// answered and never waited for without end, the environment and the arguments are not trusted, a closed descriptor or
// a missing file is an answer and not a crash.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { each, eq, lacks, match, ok } from '../lib/check.mjs';
import { sleep } from '../lib/harness.mjs';
import { AS_ROOT, asked, cgi, client, copyOf, descriptorOf, FORM_TYPE, hold, JSON_TYPE, listing, nosniff, posting, PROGRAMS, registration, sql, statusOf, until, variables, WELL_KNOWN } from './place.mjs';

const MIB = Buffer.alloc(1 << 20, 'a');
const whole = (r, what) => eq(r.wrote, null, `${what}: what the writer of the body saw`);
const GENERIC = '{"error":"server_error"}';
const logLines = (r) => r.err.split('\n').filter(Boolean);

/** The place in the file system that a test may spoil. */
let copies = 0;
const fresh = (s, settings) => copyOf(s, `copy-${copies++}`, settings);

export const tests = [];
const test = (name, fn, o = {}) => tests.push({ name, fn, ...o });

/* ---- the body ---- */

test('a body of 1 MiB is drained before 405, 413 and 401', (s) => each([
	['405', 'token', { method: 'PUT', body: MIB }, 405],
	['405 metadata', 'metadata', posting('metadata', MIB), 405],
	['405 mcp', 'mcp', { method: 'PUT', body: MIB }, 405],
	['401 mcp, before the method', 'mcp', { method: 'DELETE', body: MIB }, 401],
	['413 register', 'register', posting('register', MIB), 413],
	['413 authorize', 'authorize', posting('authorize', MIB), 413],
	['413 revoke without a length', 'revoke', posting('revoke', MIB, { length: null }), 413],
	['401 mcp', 'mcp', posting('mcp', MIB), 401],
	['404 token/x', 'token', posting('token', MIB.subarray(0, 65536), { more: { PATH_INFO: '/x' } }), 404],
], async (name, program, o, want) => {
	for (const stdin of ['pipe', 'socket']) whole(await asked(s, program, { ...o, stdin }, want, `${name} (${stdin})`), `${name} (${stdin})`);
}));

test('a body of 1 MiB is drained before 500 without settings', async (s) => {
	for (const stdin of ['pipe', 'socket'])
		whole(await asked(s, 'token', posting('token', MIB, { stdin, more: { MCP_CGI_CONF: `${s.dir}/none.conf` } }), 500), stdin);
});

test('a body shorter than CONTENT_LENGTH is 400', (s) => each(PROGRAMS.filter((p) => p !== 'metadata'), async (program) => {
	const body = program === 'register' ? client() : 'grant_type=authorization_code';
	for (const stdin of ['pipe', 'socket'])
		await asked(s, program, posting(program, body, { length: '1000', stdin, ...(program === 'mcp' ? listing({ HTTP_AUTHORIZATION: `Bearer ${s.token}` }) : {}) }), 400);
	eq(sql(s, "SELECT count(*) AS n FROM client WHERE name = 'Short'")[0].n, 0, 'clients');
}));

test('a length that is no number is 400', (s) => each(
	['abc', '5x', 'x5', '-1', '+5', ' 5', '5 ', '0x10', '1e3', '5,5', '5;5', '5.0', '99999999999999999999', '9223372036854775808', '18446744073709551617'],
	(length) => asked(s, 'register', { ...registration('Nonsense'), length }, 400)).then(() =>
	eq(sql(s, "SELECT count(*) AS n FROM client WHERE name = 'Nonsense'")[0].n, 0, 'clients registered with nonsense')));

test('an empty length is an absent one', async (s) => {
	const r = await asked(s, 'register', { ...registration('No length'), length: '' }, 201);
	eq(r.answer.json.client_name, 'No length', 'name');
});

test('a length of 0 does not wait for a body', async (s) => {
	const r = await asked(s, 'token', { method: 'POST', type: FORM_TYPE, body: '', length: '0', hold: true }, 400);
	ok(r.ms < 4000, `answered at once, took ${r.ms | 0} ms`);
});

test('without a length a POST is read to the end', async (s) => {
	for (const stdin of ['pipe', 'socket']) {
		const r = await asked(s, 'register', { ...registration(stdin), length: null, stdin }, 201, stdin);
		eq(r.answer.json.client_name, stdin, 'name');
	}
	const text = client('In pieces');
	const r = await cgi(s, 'register', { ...registration(), body: text.slice(0, 20), length: null, hold: true, during: async (child) => {
		for (const piece of [text.slice(20, 50), text.slice(50)]) {
			await sleep(150);
			child.stdin.write(piece);
		}
		child.stdin.end();
	} });
	eq(r.answer?.status, 201, 'status of the body in pieces');
	eq(r.answer.json.client_name, 'In pieces', 'name');
});

test('more bytes than announced are not read as body', async (s) => {
	for (const stdin of ['pipe', 'socket']) {
		const text = client('Exact');
		const r = await asked(s, 'register', { ...registration(), body: text + '{"client_name":"Behind"}', length: String(text.length), hold: true, stdin }, 201);
		eq(r.answer.json.client_name, 'Exact', 'name');
		ok(r.ms < 4000, `answered without waiting for the end of the input, took ${r.ms | 0} ms`);
	}
});

test('a body that stops arriving is 408 after the read deadline', (s) => {
	const late = { limit: 25000, hold: true };
	const timely = (r, what) => ok(r.ms > 8000 && r.ms < 16000, `${what}: answered after about 10 s, took ${r.ms | 0} ms`);
	return Promise.all([
		asked(s, 'register', { ...registration(), body: '{"client', length: '1000', ...late }, 408, 'announced').then((r) => timely(r, 'announced')),
		asked(s, 'mcp', { ...posting('mcp', '{"json'), length: '1000', stdin: 'pipe', ...late }, 408, 'announced, a pipe').then((r) => timely(r, 'announced, a pipe')),
		asked(s, 'token', { ...posting('token', 'grant_type='), length: null, ...late }, 408, 'not announced').then((r) => timely(r, 'not announced')),
		asked(s, 'revoke', { ...posting('revoke', 'token=x'), length: '1000000', ...late }, [408, 413], 'too large').then((r) => timely(r, 'too large')),
		asked(s, 'authorize', { ...posting('authorize', 'a=b'), length: '1000', ...late, during: async (child) => {
			const drip = setInterval(() => child.stdin.write('x'), 300);
			child.on('exit', () => clearInterval(drip));
		} }, 408, 'dripping').then((r) => timely(r, 'dripping')),
		asked(s, 'token', { ...posting('token', 'a'), length: '1000', ...late, more: { MCP_CGI_CONF: `${s.dir}/none.conf` } }, 500, 'unconfigured')
			.then((r) => ok(r.ms < 16000, `unconfigured: given up, took ${r.ms | 0} ms`)),
	]);
}, { slow: true });

test('SIGTERM ends a program that waits for its body, at once', (s) => each(PROGRAMS, async (program) => {
	let told;
	const r = await cgi(s, program, { ...posting(program, 'a'), length: '1000', hold: true, during: async (child) => {
		ok(await until(() => /^[SD]/.test(statusOf(child.pid)?.State ?? '') && statusOf(child.pid)?.Name === program), 'the program waits');
		await sleep(100);
		told = performance.now();
		process.kill(child.pid, 'SIGTERM');
		await new Promise((done) => child.on('exit', done));
		told = performance.now() - told;
	} });
	eq(r.signal, 'SIGTERM', 'ended by');
	ok(told < 5000, `ended long before the read deadline, took ${told | 0} ms`);
	eq(r.out.length, 0, 'bytes written');
}));

/* ---- the environment and the arguments ---- */

test('without CGI variables: a line on standard error, exit status 2', (s) => each(PROGRAMS, async (program) => {
	for (const argv of [[], ['--help'], ['--selftest', 'x']]) {
		const r = await cgi(s, program, { env: { MCP_CGI_CONF: s.conf }, argv });
		eq(r.code, 2, `exit status (${argv})`);
		eq(r.out.toString(), '', `standard output (${argv})`);
		eq(logLines(r).length, 1, `lines on standard error (${JSON.stringify(r.err)})`);
		ok(r.err.includes(program), `the line names the program: ${r.err}`);
	}
}));

test('arguments are ignored', async (s) => {
	const made = `${s.dir}/made-by-argv`;
	const lists = [['--help'], ['--version'], ['--init', made], ['--config', `${s.dir}/none.conf`], ['-c', 'id'], ['init'], ['%00'], ['-']];
	const cases = [
		['metadata', { target: WELL_KNOWN }], ['register', { ...posting('register', '{') }], ['token', posting('token', 'grant_type=x')],
		['revoke', posting('revoke', '')], ['mcp', listing()], ['authorize', { query: 'response_type=code' }],
	];
	await each(cases, async (program, o) => {
		const plain = await cgi(s, program, o);
		for (const argv of lists) {
			const r = await cgi(s, program, { ...o, argv });
			eq([r.code, r.answer?.status, r.answer?.headers['content-type']], [plain.code, plain.answer.status, plain.answer.headers['content-type']], `answer with ${argv.join(' ')}`);
			if (program !== 'authorize') eq(r.answer.text, plain.answer.text, `body with ${argv.join(' ')}`);
		}
	});
	ok(!fs.existsSync(made), 'nothing was made');
});

test('Authorization is found where Apache puts it', async (s) => {
	const own = `Bearer ${s.token}`;
	const good = [
		{ HTTP_AUTHORIZATION: own }, { REDIRECT_HTTP_AUTHORIZATION: own }, { REDIRECT_REDIRECT_HTTP_AUTHORIZATION: own },
		{ HTTP_AUTHORIZATION: '', REDIRECT_HTTP_AUTHORIZATION: own }, { HTTP_AUTHORIZATION: '', REDIRECT_HTTP_AUTHORIZATION: '', REDIRECT_REDIRECT_HTTP_AUTHORIZATION: own },
		{ HTTP_AUTHORIZATION: own, REDIRECT_HTTP_AUTHORIZATION: 'Bearer other' },
	];
	await each(good, async (more) => ok((await asked(s, 'mcp', listing(more), 200)).answer.json.result?.tools, 'a list of tools'));
	await each([{}, { HTTP_AUTHORIZATION: '' }, { REDIRECT_HTTP_AUTHORIZATION: '' }, { HTTP_REDIRECT_HTTP_AUTHORIZATION: own }, { HTTP_X_AUTHORIZATION: own }, { AUTHORIZATION: own }], async (more) => {
		const r = await asked(s, 'mcp', listing(more), 401);
		match(r.answer.headers['www-authenticate'], /^Bearer /, 'challenge');
		lacks(r.answer.headers['www-authenticate'], /error=/, 'the challenge of an absent credential');
	});
	const basic = 'Basic ' + Buffer.from(`${s.secretClient.client_id}:${s.secretClient.client_secret}`).toString('base64');
	for (const name of ['HTTP_AUTHORIZATION', 'REDIRECT_HTTP_AUTHORIZATION'])
		await asked(s, 'revoke', posting('revoke', 'token=unknown', { more: { [name]: basic } }), 200, `revoke with ${name}`);
});

test('a variable that occurs twice is refused', async (s) => {
	const pairs = ['HTTP_AUTHORIZATION=Bearer other', 'HTTP_AUTHORIZATION=', 'HTTP_MCP_PROTOCOL_VERSION=2025-06-18', 'HTTP_HOST=127.0.0.1', 'REQUEST_METHOD=GET', 'CONTENT_LENGTH=3',
		'QUERY_STRING=a=b', 'REMOTE_ADDR=10.0.0.1'];
	await each(pairs, async (pair) => {
		const r = await asked(s, 'mcp', { ...listing({ HTTP_AUTHORIZATION: `Bearer ${s.token}` }), via: ['twice', pair] }, 400);
		lacks(r.answer.text, /"tools"/, 'the answer');
	});
	for (const program of PROGRAMS) {
		const o = program === 'metadata' ? { target: WELL_KNOWN } : program === 'register' ? registration('Twice') : posting(program, '');
		const more = { ...(o.more ?? {}), HTTP_X_ODD: 'one' };
		await asked(s, program, { ...o, more, via: ['twice', 'HTTP_X_ODD=two'] }, 400, `${program}, X-Odd twice`);
		const once = await asked(s, program, { ...o, more, via: ['twice', 'HTTP_X_ODD_TOO=two'] }, [200, 201, 400, 401], `${program}, once`);
		if (program === 'metadata') eq(once.answer.status, 200, 'once');
	}
	eq(sql(s, "SELECT count(*) AS n FROM client WHERE name = 'Twice'")[0].n, 1, 'clients registered');
});

test('HTTP_PROXY has no effect', async (s) => {
	let calls = 0;
	const trap = net.createServer((sock) => { calls++; sock.destroy(); });
	await new Promise((done) => trap.listen(0, '127.0.0.1', done));
	const at = `http://127.0.0.1:${trap.address().port}`;
	const more = Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'].map((n) => [n, at]));
	const plain = await asked(s, 'metadata', { target: WELL_KNOWN }, 200);
	eq((await asked(s, 'metadata', { target: WELL_KNOWN, more }, 200)).answer.text, plain.answer.text, 'metadata');
	await asked(s, 'mcp', listing({ HTTP_AUTHORIZATION: `Bearer ${s.token}`, ...more }), 200);
	await asked(s, 'register', { ...registration(), more }, 201);
	await new Promise((done) => trap.close(done));
	eq(calls, 0, 'calls to the proxy');
});

test('hostile variables are an answer, never a crash', (s) => each(PROGRAMS, async (program) => {
	const long = 'x'.repeat(65536);
	const cases = [{ REQUEST_METHOD: '' }, { REQUEST_METHOD: 'A\x01B' }, { REQUEST_METHOD: long }, { SCRIPT_NAME: null, REQUEST_URI: null }, { SCRIPT_NAME: long }, { PATH_INFO: '\x01\x7f' },
		{ PATH_INFO: long }, { REQUEST_URI: long }, { REQUEST_URI: '%' }, { REQUEST_URI: '/../../%00//' }, { QUERY_STRING: long }, { QUERY_STRING: '%%%&&&==' },
		{ REMOTE_ADDR: null }, { REMOTE_ADDR: '::1%eth0' }, { HTTP_HOST: long }, { HTTP_COOKIE: ';;;=;' }, { CONTENT_TYPE: '\xff\xfe' }, { HTTP_ORIGIN: '\r\nX: y' }, { HTTP_AUTHORIZATION: 'Bearer ' + long }];
	await each(cases, async (more) => {
		const o = posting(program, 'a=b', { more });
		const r = await cgi(s, program, o);
		eq(r.signal, null, 'ended by a signal');
		ok(r.answer && r.answer.status >= 200 && r.answer.status < 500, `an answer below 500: ${r.answer?.status} ${r.err}`);
		eq(r.answer.headers.x, undefined, 'a header of the request in the answer');
	});
}));

/* ---- the answer ---- */

test('every status has its phrase and its Content-Length', async (s) => {
	const off = fresh(s);
	fs.rmSync(off.db);
	const metadata = { target: WELL_KNOWN };
	const own = { HTTP_AUTHORIZATION: `Bearer ${s.token}` };
	const noted = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
	const error = new URLSearchParams({ response_type: 'code', client_id: s.trusted.client_id, redirect_uri: s.trusted.redirect_uris[0], state: 'x', resource: s.resource });
	const limited = fresh(s, { rate_limits: 'on' });
	for (let i = 0; i < 20; i++) await asked(limited, 'register', registration(), 201, `registration ${i}`);
	await each([
		[200, 'metadata', metadata], [200, 'metadata', { ...metadata, method: 'HEAD' }], [201, 'register', registration()], [202, 'mcp', { ...listing(own), body: noted }],
		[204, 'token', { method: 'OPTIONS', more: { HTTP_ORIGIN: 'https://app.example' } }], [302, 'authorize', { query: String(error) }], [400, 'token', posting('token', '')],
		[400, 'authorize', {}], [401, 'mcp', listing()], [403, 'mcp', listing({ ...own, HTTP_ORIGIN: 'https://evil.example' })], [403, 'metadata', { ...metadata, more: { HTTP_HOST: 'evil.example' } }],
		[404, 'metadata', { target: '/.well-known/nothing' }], [405, 'token', { method: 'DELETE' }], [413, 'register', posting('register', Buffer.alloc(70000, ' '))],
		[414, 'authorize', { query: 'x='.repeat(10000) }], [415, 'mcp', { ...listing(own), type: 'text/plain' }], [500, 'token', { more: { MCP_CGI_CONF: '/nowhere' } }],
	], async (want, program, o) => { await asked(s, program, o, want); });
	await asked(limited, 'register', registration(), 429, 'one registration too many');
	const r = await asked(off, 'register', registration(), 503, 'no database');
	match(r.answer.headers['retry-after'], /^\d+$/, 'Retry-After');
});

/* ---- descriptors, users, files ---- */

test('closed descriptors: no crash, and no answer in a file', async (s) => {
	const at = fresh(s);
	await each(['0', '1', '2', '01', '02', '12', '012'], async (close) => {
		await each(PROGRAMS, async (program) => {
			const o = program === 'metadata' ? { target: WELL_KNOWN } : program === 'register' ? registration(`Closed ${close}`) : posting(program, 'a=b');
			const r = await cgi(at, program, { ...o, close });
			eq(r.signal, null, 'ended by a signal');
			if (!close.includes('1')) ok(r.answer && r.answer.status < 500, `an answer: ${r.answer?.status}`);
		});
	});
	for (const name of fs.readdirSync(at.dir)) lacks(fs.readFileSync(`${at.dir}/${name}`, 'latin1'), /Status: \d|mcp-cgi (register|token|mcp)|WWW-Authenticate/, name);
	eq(sql(at, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }], 'integrity');
	eq(sql(at, "SELECT name FROM client WHERE name LIKE 'Closed%' ORDER BY name").map((x) => x.name), ['Closed 1', 'Closed 12', 'Closed 2'], 'clients of those whose body could be read');
});

test('closed output descriptors are held by /dev/null', async (s) => {
	await cgi(s, 'register', { ...registration(), body: '{', length: '100', hold: true, close: '12', during: async (child) => {
		ok(await until(() => statusOf(child.pid)?.Name === 'register' && /^S/.test(statusOf(child.pid).State)), 'the program waits');
		await sleep(100);
		const [out, err] = [descriptorOf(child.pid, 1), descriptorOf(child.pid, 2)];
		child.kill('SIGKILL');
		eq([out, err], ['/dev/null', '/dev/null'], 'descriptors 1 and 2');
	} });
}, { root: true });

test('an answer that nobody takes is no crash', async (s) => {
	const full = await cgi(s, 'register', { ...registration('Full'), to: '/dev/full' });
	eq([full.code, full.signal], [1, null], 'end with a full disk behind standard output');
	const gone = await cgi(s, 'register', { ...registration('Gone'), hold: true, length: String(client('Gone').length + 1), during: async (child) => {
		child.stdout.destroy();
		await sleep(100);
		child.stdin.end(' ');
	} });
	eq([gone.code, gone.signal], [1, null], 'end with a client that went away');
	eq(sql(s, "SELECT name FROM client WHERE name IN ('Full', 'Gone') ORDER BY name").map((x) => x.name), ['Full', 'Gone'], 'what was committed before');
});

test('refuses to run as root', (s) => each(PROGRAMS, async (program) => {
	const r = await cgi(s, program, { ...registration('Root'), root: true });
	eq(r.answer?.status, 500, `status (${r.err})`);
	eq(r.answer.text, GENERIC, 'body');
	eq(logLines(r).length, 1, `lines in the log (${r.err})`);
	match(r.err, new RegExp(`^mcp-cgi ${program}: .*root`), 'log line');
	eq(r.code, 1, 'exit status');
	nosniff(r.answer, 'refusal');
	const shell = await cgi(s, program, { env: {}, root: true });
	eq([shell.out.length, shell.code === 0], [0, false], 'bytes written to a shell, success');
}).then(() => eq(sql(s, "SELECT count(*) AS n FROM client WHERE name = 'Root'")[0].n, 0, 'clients registered as root')), { root: true });

test('a body of 1 MiB is drained before root is refused', async (s) => {
	for (const stdin of ['pipe', 'socket']) {
		const r = await cgi(s, 'token', posting('token', MIB, { stdin, root: true }));
		eq(r.answer?.status, 500, 'status');
		whole(r, stdin);
	}
}, { root: true });

test('files are 0600 and the process is locked up, whatever the umask', async (s) => {
	const at = fresh(s);
	const let_go = await hold(at);
	let modes, status, limits;
	await cgi(at, 'register', { ...registration(), umask: '000', during: async (child) => {
		ok(await until(() => statusOf(child.pid)?.Name === 'register' && /^S/.test(statusOf(child.pid).State)), 'the program waits for the lock');
		await sleep(100);
		modes = fs.readdirSync(at.dir).map((f) => [f, (fs.statSync(`${at.dir}/${f}`).mode & 0o777).toString(8)]);
		status = statusOf(child.pid);
		limits = fs.readFileSync(`/proc/${child.pid}/limits`, 'utf8');
		await let_go();
	} });
	ok(modes.length >= 3, `a log beside the database: ${modes}`);
	for (const [name, mode] of modes) eq(mode, '600', `mode of ${name}`);
	eq(status.Umask, '0077', 'umask of the process');
	eq(status.NoNewPrivs, '1', 'NoNewPrivs');
	match(limits, /Max core file size +0 +0 /, 'limit of a core file');
	for (const [name, n] of [['SIGPIPE', 13], ['SIGXFSZ', 25]]) ok(BigInt('0x' + status.SigIgn) & (1n << BigInt(n - 1)), `${name} is ignored`);
});

test('a killed program leaves nothing that others may read, and nothing in the way', async (s) => {
	const at = fresh(s);
	const left = () => fs.readdirSync(at.dir).filter((f) => f.endsWith('-wal'));
	for (let i = 0; i < 60 && !left().length; i++) {
		await cgi(at, 'register', { ...registration(`Killed ${i}`), umask: '000', during: async (child) => {
			await until(() => statusOf(child.pid)?.Name === 'register', 2000, 1);
			await sleep(Math.random() * (8 + i));		// a slow machine takes longer to the first write
			child.kill('SIGKILL');
		} }).catch((e) => { if (!/a head/.test(e.message)) throw e; });
	}
	eq(left().length, 1, 'number of write-ahead logs left behind');
	for (const f of fs.readdirSync(at.dir)) eq((fs.statSync(`${at.dir}/${f}`).mode & 0o077), 0, `bits for others of ${f}`);
	await asked(at, 'register', registration('After'), 201);
	eq(sql(at, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }], 'integrity');
});

/* ---- the database and the settings ---- */

const unavailable = (r, what) => match(r.answer.headers['retry-after'], /^\d+$/, `${what}: Retry-After`);

/** A request of each program that needs the database. */
const needing = (s) => [
	['register', registration('Nobody')], ['token', posting('token', `grant_type=refresh_token&client_id=${s.trusted.client_id}&refresh_token=mcpr_x`)],
	['authorize', { query: `response_type=code&client_id=${s.trusted.client_id}` }], ['revoke', posting('revoke', `token=x&client_id=${s.trusted.client_id}`)],
	['mcp', listing({ HTTP_AUTHORIZATION: `Bearer ${s.token}` })],
];

function spoil(at, how) {
	for (const f of [at.db, `${at.db}-wal`, `${at.db}-shm`]) fs.rmSync(f, { force: true });
	if (how === 'missing') return;
	if (how === 'a folder') return fs.mkdirSync(at.db);
	if (how === 'a FIFO') return spawnSync('mkfifo', ['-m', '600', at.db]);
	fs.writeFileSync(at.db, how === 'empty' ? '' : Buffer.alloc(40960, 'not a database '), { mode: how === 'unreadable' ? 0o000 : 0o600 });
	if (AS_ROOT && how !== 'unreadable') spawnSync('chown', ['--reference', at.conf, at.db]);
}

test('without a usable database: 503, and none is made', (s) => each(['missing', 'empty', 'garbage', 'unreadable', 'a folder', 'a FIFO'], async (how) => {
	const at = fresh(s);
	spoil(at, how);
	const size = () => (fs.existsSync(at.db) ? fs.statSync(at.db).size : -1);
	const before = size();
	await each(needing(s), async (program, o) => {
		const r = await asked(at, program, o, 503);
		unavailable(r, program);
		ok(logLines(r).length >= 1, 'a line in the log');
		ok(r.ms < 8000, `answered in time, took ${r.ms | 0} ms`);
	});
	eq(size(), before, 'bytes of the database');
	const names = fs.readdirSync(at.dir).filter((f) => /^mcp\.db-/.test(f));
	eq(names, [], 'files made beside it');
}));

test('metadata answers without a database and never opens it', async (s) => {
	const plain = (await asked(s, 'metadata', { target: WELL_KNOWN }, 200)).answer.text;
	await each(['missing', 'empty', 'garbage', 'unreadable', 'a folder', 'a FIFO'], async (how) => {
		const at = fresh(s);
		spoil(at, how);
		eq((await asked(at, 'metadata', { target: WELL_KNOWN }, 200)).answer.text, plain, 'document');
	});
	const at = fresh(s);
	const let_go = await hold(at, 'EXCLUSIVE');
	const r = await asked(at, 'metadata', { target: WELL_KNOWN }, 200);
	await let_go();
	ok(r.ms < 4500, `does not wait for the lock, took ${r.ms | 0} ms`);
	const names = (x) => [...new Set(x.told.split('\n').filter(Boolean))].sort();
	const quiet = await asked(at, 'metadata', { target: WELL_KNOWN, via: ['opened', at.dir] }, 200);
	eq(names(quiet), ['mcp-cgi.conf'], 'what metadata opens in its folder');
	const loud = await asked(at, 'register', { ...registration(), via: ['opened', at.dir] }, 201);
	ok(names(loud).includes('mcp.db'), `what register opens (to show that it would be seen): ${names(loud)}`);
});

test('a locked database: waits, and then says 503', async (s) => {
	const at = fresh(s, { busy_timeout: 3000 });
	const let_go = await hold(at);
	const patient = asked(at, 'register', registration('Patient'), 201);
	await sleep(1000);
	await let_go();
	await patient;
	const again = await hold(at);
	const r = await asked(at, 'register', registration('Too late'), 503);
	await asked(at, 'mcp', listing({ HTTP_AUTHORIZATION: `Bearer ${s.token}` }), 200, 'a reader');
	await again();
	unavailable(r, 'register');
	ok(r.ms > 2500 && r.ms < 9000, `after busy_timeout, took ${r.ms | 0} ms`);
	eq(sql(at, "SELECT name FROM client WHERE name IN ('Patient', 'Too late')").map((x) => x.name), ['Patient'], 'clients');
}, { slow: true });

const WRONG_SETTINGS = {
	missing: (file) => fs.rmSync(file),
	unreadable: (file) => fs.chmodSync(file, 0o000),
	'a FIFO': (file) => { fs.rmSync(file); spawnSync('mkfifo', ['-m', '600', file]); if (AS_ROOT) spawnSync('chown', ['www-data:', file]); },
	'a folder': (file) => { fs.rmSync(file); fs.mkdirSync(file, { mode: 0o755 }); },
	'a link': (file) => { fs.renameSync(file, `${file}.real`); fs.symlinkSync(`${file}.real`, file); },
	'a dangling link': (file) => { fs.rmSync(file); fs.symlinkSync('/nowhere/at/all', file); },
	'readable by others': (file) => fs.chmodSync(file, 0o644),
	'writable by the group': (file) => fs.chmodSync(file, 0o660),
	empty: (file) => fs.writeFileSync(file, ''),
	binary: (file) => fs.writeFileSync(file, Buffer.alloc(4096, 0)),
	'too large': (file) => fs.appendFileSync(file, '#'.repeat(10 << 20)),
	'an unknown key': (file) => fs.appendFileSync(file, 'no_such_key = 1\n'),
	'a doubled key': (file) => fs.appendFileSync(file, 'issuer = http://127.0.0.1:1\n'),
};

test('without usable settings: 500 with one line in the log, and no waiting', (s) => each(Object.keys(WRONG_SETTINGS), async (how) => {
	const at = fresh(s);
	WRONG_SETTINGS[how](at.conf);
	const programs = ['missing', 'a FIFO', 'an unknown key'].includes(how) ? PROGRAMS : ['metadata', 'register'];
	await each(programs, async (program) => {
		const r = await asked(at, program, program === 'metadata' ? { target: WELL_KNOWN } : posting(program, 'a=b'), 500);
		eq(r.answer.text, GENERIC, 'body');
		eq(r.answer.headers['content-type'], JSON_TYPE, 'Content-Type');
		eq(logLines(r).length, 1, `lines in the log (${r.err})`);
		match(r.err, new RegExp(`^mcp-cgi ${program}: ${at.conf.replace(/[.]/g, '\\.')}:\\d+: .`), 'log line');
		ok(r.ms < 4000, `answered at once, took ${r.ms | 0} ms`);
	});
}));

test('settings belong to the caller only where they may: somebody else\'s file is refused', async (s) => {
	const at = fresh(s);
	spawnSync('chown', ['nobody:', at.conf]);
	fs.chmodSync(at.conf, 0o640);
	spawnSync('chgrp', ['www-data', at.conf]);
	await asked(at, 'metadata', { target: WELL_KNOWN }, 500, 'owned by nobody');
	spawnSync('chown', ['root:www-data', at.conf]);
	await asked(at, 'metadata', { target: WELL_KNOWN }, 200, 'owned by root, readable by the group');
}, { root: true });

test('many variables are served, and very many cost no time', async (s) => {
	const many = (n) => ({ target: WELL_KNOWN, more: Object.fromEntries(Array.from({ length: n }, (_, i) => [`HTTP_X_${i}`, 'x'.repeat(20)])) });
	await asked(s, 'metadata', many(150), 200, '150 headers');
	const r = await asked(s, 'metadata', many(30000), [200, 400], '30000 headers');
	ok(r.ms < 1800, `30000 headers took ${r.ms | 0} ms`);
});
