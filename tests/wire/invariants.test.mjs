// SPDX-License-Identifier: ISC
//
// The checks that every answer of every test passes, and those that follow at the end of each installation: here they
// are given answers, files and processes that break each rule, and have to notice.

import fs from 'node:fs';
import { AS_CGI, AS_FASTCGI, WITH_WORKERS } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { family, sleep, start } from '../lib/harness.mjs';
import { each, eq, lacks, match, ok, status } from '../lib/check.mjs';
import { parseResponse } from '../lib/http.mjs';
import { inspectResponse } from '../lib/invariants.mjs';
import { runCgi } from '../lib/operator.mjs';
import { obtain, raw, refresh, useToken } from '../lib/oauth.mjs';

const NONE = { own: 'none' };
const ISSUER = 'http://127.0.0.1:8080';

/** An installation that there is not, for answers that nobody gave. */
const place = () => ({
	front: 'fastcgi',
	issuer: ISSUER,
	url: ISSUER,
	redirects: new Set(['https://c.example/cb', 'http://127.0.0.1/cb', 'https://q.example/cb?a=b']),
	secrets: new Set(),
});

const JSON_HEAD = {
	'Content-Type': 'application/json',
	'X-Content-Type-Options': 'nosniff',
	'Cache-Control': 'no-store',
};
const PAGE_HEAD = {
	'Content-Type': 'text/html; charset=utf-8',
	'X-Frame-Options': 'DENY',
	'X-Content-Type-Options': 'nosniff',
	'Referrer-Policy': 'same-origin',
	'Cache-Control': 'no-store',
	'Cross-Origin-Opener-Policy': 'same-origin',
	'Content-Security-Policy':
		"default-src 'none'; style-src 'sha256-x'; base-uri 'none'; frame-ancestors 'none'",
};

/** What the check says of such an answer: the id of the rule that it breaks, or undefined. */
function verdict({
	code = 200,
	head = JSON_HEAD,
	lines = [],
	body = '{}',
	method = 'POST',
	at = '/token',
	where = place(),
	o = {},
}) {
	const bytes = Buffer.isBuffer(body) ? body : Buffer.from(body);
	const all = [
		...Object.entries(head)
			.filter(([, v]) => v !== undefined)
			.map(([n, v]) => `${n}: ${v}`),
		...lines,
		`Content-Length: ${bytes.length}`,
	];
	const r = parseResponse(
		Buffer.concat([Buffer.from(`HTTP/1.1 ${code} X\r\n${all.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]),
		method,
	);
	r.request = { method, path: at, headers: {} };
	try {
		inspectResponse(where, r, o);
	} catch (e) {
		return e.message.slice(0, 5);
	}
	return undefined;
}

const breaks = (id, cases) =>
	each(cases, async (name, answer) => eq(verdict(answer), id, 'what the check says'));
const holds = (cases) =>
	each(cases, async (name, answer) => eq(verdict(answer), undefined, 'what the check says'));

row(
	'IV-01',
	'a server error, or anything of the inside, is noticed',
	async () => {
		const text = (t) => ({ body: JSON.stringify({ error: 'x', error_description: t }) });
		await breaks('IV-01', [
			['500', { code: 500 }],
			['502', { code: 502 }],
			['503 without a time', { code: 503 }],
			['503 with a bad time', { code: 503, head: { ...JSON_HEAD, 'Retry-After': 'soon' } }],
			['a path', text('cannot open /etc/mcp-cgi/x')],
			['a database', text('mcp.db is locked')],
			['SQL', text('near SELECT a FROM b')],
			['SQLite', text('SQLITE_BUSY')],
			['a line of source', text('store.c:123')],
			['a version', text('mcp-cgi/0.1')],
			['a sanitizer', text('runtime error: x')],
			['a null pointer', text('(null)')],
			['a header with the inside', { head: { ...JSON_HEAD, 'X-Debug': '/usr/lib/mcp-cgi/token' } }],
			['X-Powered-By', { head: { ...JSON_HEAD, 'X-Powered-By': 'C' } }],
			['two content types', { lines: ['Content-Type: application/json'] }],
			['two challenges', { code: 401, lines: ['WWW-Authenticate: Bearer', 'WWW-Authenticate: Basic'] }],
			['a body behind 204', { code: 204, body: 'x' }],
		]);
		await holds([
			['503 with a time', { code: 503, head: { ...JSON_HEAD, 'Retry-After': '5' } }],
			['an expected 500', { code: 500, o: { allow: [500] } }],
			['an ordinary answer', {}],
		]);
	},
	NONE,
);

row(
	'IV-02',
	'JSON that is not strict, not typed or not clean is noticed',
	async () => {
		await breaks('IV-02', [
			['no JSON', { body: '{x}' }],
			['two values', { body: '{}{}' }],
			['a comma too many', { body: '{"a":1,}' }],
			['empty', { body: '' }],
			['not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }],
			[
				'a type with more',
				{ head: { ...JSON_HEAD, 'Content-Type': 'application/json; charset=utf-8' } },
			],
			['without nosniff', { head: { ...JSON_HEAD, 'X-Content-Type-Options': undefined } }],
			['said to be text', { head: { ...JSON_HEAD, 'Content-Type': 'text/plain' } }],
			['without a type', { head: { ...JSON_HEAD, 'Content-Type': undefined } }],
			[
				'a quote in an error',
				{ code: 400, body: JSON.stringify({ error: 'x', error_description: 'say "x"' }) },
			],
			['a backslash in an error', { code: 400, body: JSON.stringify({ error: 'a\\b' }) }],
			[
				'a letter beyond ASCII in an error',
				{ code: 400, body: JSON.stringify({ error: 'x', error_description: 'caf\u00e9' }) },
			],
			[
				'a new line in an error',
				{ code: 400, body: JSON.stringify({ error: 'x', error_description: 'a\nb' }) },
			],
		]);
		await holds([
			[
				'an error',
				{
					code: 400,
					body: JSON.stringify({ error: 'invalid_grant', error_description: 'It is over.' }),
				},
			],
		]);
	},
	NONE,
);

row(
	'IV-03',
	'an answer with credentials that may be stored is noticed',
	async () => {
		const head = { ...JSON_HEAD, 'Cache-Control': undefined };
		await breaks('IV-03', [
			...[
				'/token',
				'/register',
				'/register/c_x',
				'/revoke',
				'/introspect',
				'/account',
				'/authorize',
				'/authorize?x=1',
				'/token/x',
			].map((at) => [at, { at, head }]),
			['401 anywhere', { code: 401, at: '/mcp', head }],
			['403 anywhere', { code: 403, at: '/mcp', head }],
			['max-age', { head: { ...JSON_HEAD, 'Cache-Control': 'max-age=60' } }],
			['a word that ends like it', { head: { ...JSON_HEAD, 'Cache-Control': 'x-no-store' } }],
		]);
		await holds([
			[
				'metadata may be kept',
				{
					at: '/.well-known/oauth-authorization-server',
					method: 'GET',
					head: { ...JSON_HEAD, 'Cache-Control': 'max-age=300' },
				},
			],
			['no-store among others', { head: { ...JSON_HEAD, 'Cache-Control': 'private, no-store' } }],
		]);
	},
	NONE,
);

row(
	'IV-04',
	'a redirect to anywhere but ourselves or a registered place is noticed',
	async () => {
		const to = (location, code = 303) => ({
			code,
			at: '/authorize',
			head: { 'Cache-Control': 'no-store', Location: location },
			body: '',
		});
		await breaks('IV-04', [
			['elsewhere', to('https://evil.example/cb?code=x')],
			['a longer host', to('https://c.example.evil.example/cb')],
			['a longer path', to('https://c.example/cbx?code=x')],
			['another path', to('https://c.example/other')],
			['a user in front', to('https://c.example@evil.example/cb')],
			['another scheme', to('http://c.example/cb')],
			['a port', to('https://c.example:8443/cb')],
			['a query that is not the registered one', to('https://q.example/cb?a=c&code=x')],
			['two slashes', to('//evil.example/')],
			['slash and backslash', to('/\\evil.example/')],
			['our name inside', to(`${ISSUER}.evil.example/`)],
			['a script', to('javascript:alert(1)')],
			['a blank', to('https://c.example/cb?x=a b')],
			['301', to('https://c.example/cb?code=x', 301)],
			['307', to('https://c.example/cb?code=x', 307)],
			['308', to('https://c.example/cb?code=x', 308)],
			['200 with Location', to('https://c.example/cb', 200)],
			['303 without Location', { ...to(undefined), head: { 'Cache-Control': 'no-store' } }],
		]);
		await holds([
			['a registered place', to('https://c.example/cb?code=x')],
			['a loopback place on another port', to('http://127.0.0.1:49152/cb?code=x')],
			['a registered query', to('https://q.example/cb?a=b&code=x')],
			['ourselves', to(`${ISSUER}/authorize?pending=x`)],
			['a path of ours', to('/account')],
		]);
	},
	NONE,
);

row(
	'LG-14',
	'a page without its headers, or with anything that runs, is noticed',
	async () => {
		const page = (more) => ({
			at: '/authorize',
			method: 'GET',
			head: PAGE_HEAD,
			body: '<!doctype html><p>x</p>',
			...more,
		});
		const without = (name) => page({ head: { ...PAGE_HEAD, [name]: undefined } });
		await breaks('LG-14', [
			...[
				'X-Frame-Options',
				'X-Content-Type-Options',
				'Referrer-Policy',
				'Cross-Origin-Opener-Policy',
				'Content-Security-Policy',
			].map((n) => [`without ${n}`, without(n)]),
			['a script', page({ body: '<script>1</script>' })],
			['a handler', page({ body: '<p onclick="x">' })],
			['a link that runs', page({ body: '<a href=" javascript:x">' })],
			['inline style', page({ body: '<p style="x">' })],
			[
				'lax policy',
				page({
					head: {
						...PAGE_HEAD,
						'Content-Security-Policy': `${PAGE_HEAD['Content-Security-Policy']}; script-src 'self'`,
					},
				}),
			],
			['CORS', page({ head: { ...PAGE_HEAD, 'Access-Control-Allow-Origin': '*' } })],
		]);
		await breaks('LG-02', [
			[
				'a cookie of another name',
				page({ lines: ['Set-Cookie: sid=x; Path=/; HttpOnly; SameSite=Lax'] }),
			],
			[
				'a cookie that scripts can read',
				page({ lines: ['Set-Cookie: mcp_s=x; Path=/; SameSite=Lax'] }),
			],
			['a cookie for other sites', page({ lines: ['Set-Cookie: mcp_s=x; Path=/; HttpOnly'] })],
			[
				'a cookie with a domain',
				page({ lines: ['Set-Cookie: mcp_s=x; Path=/; HttpOnly; SameSite=Lax; Domain=x'] }),
			],
		]);
		await holds([
			['a page', page({})],
			['a cookie', page({ lines: ['Set-Cookie: mcp_s=x; Path=/; HttpOnly; SameSite=Lax'] })],
		]);
	},
	NONE,
);

/** What stopping says after the installation was spoiled. */
async function stopAfter(front, spoil, { patience } = {}) {
	const s = await start({ front });
	s.patience = patience;
	const got = await obtain(s);
	await spoil(s, got);
	try {
		await s.stop();
	} catch (e) {
		return e.message;
	}
	return '';
}

const append = (s, text) => fs.appendFileSync(`${s.dir}/log/stderr.log`, text + '\n');

row(
	'IV-05',
	'a secret that was seen on the wire and is found at rest is noticed',
	async (_, front) => {
		const session = (s, got) => [...got.jar.map.values()].at(-1);
		await each(
			[
				[
					'an access token in the log',
					(s, got) => append(s, `token ${got.tokens.access_token} given`),
				],
				['a refresh token in the log', (s, got) => append(s, got.tokens.refresh_token)],
				['a code in the log', (s, got) => append(s, `/authorize?code=${got.code}`)],
				['a session in the log', (s, got) => append(s, `Cookie: mcp_s=${session(s, got)}`)],
				['the password in the log', (s) => append(s, `password ${s.password}`)],
				[
					'a token in the database',
					(s, got) =>
						s.sql(
							`CREATE TABLE spoiled(x); INSERT INTO spoiled VALUES ('${got.tokens.access_token}')`,
							{ json: false },
						),
				],
			],
			async (name, spoil) => match(await stopAfter(front, spoil), /IV-05/, 'what the end says'),
		);
		eq(
			await stopAfter(front, (s) => append(s, 'mcpa_' + 'A'.repeat(49))),
			'',
			'what the end says of a token that nobody has',
		);
	},
	NONE,
);

row(
	'IV-06',
	'a process that is left over, or does not end, is noticed',
	async (_, front) => {
		const frozen = await stopAfter(front, async (s) => process.kill(s.child.pid, 'SIGSTOP'), { patience: 300 });
		match(frozen, /IV-06/, 'what the end says of a server that does not end');
	},
	NONE,
);

row(
	'IV-06',
	'a worker that outlives its server is noticed; one that is stopped as it should be leaves nothing',
	async () => {
		let frozen;
		const left = await stopAfter(
			'fastcgi',
			async (s) => {
				frozen = s.processes().find((p) => p.exe === 'token').pid;
				process.kill(frozen, 'SIGSTOP');
			},
			{ patience: 3000 },
		);
		match(left, /IV-06: left over.*token/, 'what the end says');
		const there = () => {
			try {
				return !/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${frozen}/status`, 'utf8'));
			} catch {
				return false;
			}
		};
		for (const end = Date.now() + 10000; Date.now() < end && there(); ) await sleep(20);
		ok(!there(), 'the one left over is gone now');
		const s = await start({ front: 'fastcgi' });
		await obtain(s);
		const mine = s.processes();
		ok(mine.length >= 6, `${mine.length} processes`);
		for (const p of mine)
			ok(
				!/^State:\s+Z/m.test(fs.readFileSync(`/proc/${p.pid}/status`, 'utf8')),
				`${p.exe} is no zombie`,
			);
		const got = await obtain(s);
		for (let i = 0; i < 20; i++) {
			await Promise.all(Array.from({ length: 10 }, () => useToken(s, got.tokens.access_token)));
			await obtain(s);
		}
		for (const p of s.processes()) {
			const open = fs.existsSync(`/proc/${p.pid}/fd`) ? fs.readdirSync(`/proc/${p.pid}/fd`).length : 0;
			ok(open <= 24, `${p.exe} has ${open} files open`);
		}
		const tmp = () => fs.readdirSync('/tmp').filter((f) => /lighttpd/.test(f));
		const was = tmp();
		await s.stop();
		eq(tmp(), was, 'what is left in /tmp');
		const alive = (p) =>
			fs.existsSync(`/proc/${p.pid}`) &&
			!/^State:\s+[ZX]/m.test(fs.readFileSync(`/proc/${p.pid}/status`, 'utf8'));
		eq(
			mine.filter(alive).map((p) => p.exe),
			[],
			'processes that are left',
		);
	},
	{ own: 'none', fronts: WITH_WORKERS },
);

row(
	'IV-07',
	'what the sanitizers say is noticed, and so is a bad end',
	async () => {
		await each(
			[
				['an address', '==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1'],
				['a leak', '==1==ERROR: LeakSanitizer: detected memory leaks'],
				['undefined', 'common/x.c:1:2: runtime error: signed integer overflow'],
			],
			async (_, line) => match(await stopAfter('inproc', (s) => append(s, line)), /IV-07/, 'what the end says'),
		);
		match(
			await stopAfter('inproc', async (s) => {
				process.kill(s.child.pid, 'SIGKILL');
				await s.ended;
			}),
			/IV-07/,
			'what the end says of a server that was killed',
		);
		eq(await stopAfter('inproc', () => {}), '', 'what the end says of nothing');
	},
	{ ...NONE, fronts: ['inproc'] },
);

row(
	'IV-06',
	'programs that are started for one request leave nothing: no process, no zombie, no file',
	async (_, front) => {
		const s = await start({ front });
		const tmp = () => fs.readdirSync('/tmp').filter((f) => /lighttpd/.test(f));
		const was = tmp();
		const got = await obtain(s);
		for (let i = 0; i < 20; i++) {
			await Promise.all(Array.from({ length: 10 }, () => useToken(s, got.tokens.access_token)));
			await obtain(s, { client: got.client, jar: got.jar });
		}
		const busy = () => s.processes().filter((p) => !/lighttpd/.test(p.exe));
		for (const end = Date.now() + 10000; Date.now() < end && busy().length; ) await sleep(20);
		eq(busy().map((p) => p.exe), [], 'programs that still run');
		const of = fs.readdirSync('/proc').filter((x) => /^\d+$/.test(x)).map((pid) => {
			try {
				return fs.readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
			} catch {
				return [];
			}
		});
		const servers = family(s).map((p) => p.pid);
		eq(of.filter(([state, parent]) => state === 'Z' && servers.includes(Number(parent))).length, 0, 'zombies');
		const open = fs.readdirSync(`/proc/${s.child.pid}/fd`).length;
		ok(open <= 24, `the server has ${open} files open`);
		await s.stop();
		eq(tmp(), was, 'what is left in /tmp');
	},
	{ own: 'none', fronts: AS_CGI.filter((f) => f !== 'htaccess-fcgid') },
);

row(
	'IV-07',
	'a program that is started for one request ends with 0 and needs less than 16 MiB',
	async (s) => {
		const got = await obtain(s);
		const form = 'application/x-www-form-urlencoded';
		const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
		const asked = [
			['metadata', 200, { path: '/.well-known/oauth-authorization-server' }],
			['register', 201, { method: 'POST', body: '{"redirect_uris":["https://c.example/cb"]}', type: 'application/json' }],
			['authorize', 400, { query: 'client_id=c_nobody' }],
			['token', 400, { method: 'POST', body: 'grant_type=x', type: form }],
			['token', 200, { method: 'POST', type: form,
				body: `grant_type=refresh_token&client_id=${got.client.client_id}&refresh_token=${got.tokens.refresh_token}` }],
			['revoke', 200, { method: 'POST', body: `token=x&client_id=${got.client.client_id}`, type: form }],
			['introspect', 404, { method: 'POST', body: 'token=x', type: form }],
			['account', 200, {}],
			['mcp', 200, { method: 'POST', body: list, type: 'application/json', bearer: got.tokens.access_token }],
			['mcp', 401, { method: 'POST', body: list, type: 'application/json' }],
		];
		await each(asked.map((x) => [`${x[0]}, ${x[1]}`, x]), async (_, [program, code, o]) => {
			const r = runCgi(s, program, { ...o, under: ['prlimit', `--data=${16 << 20}`], env: {
				...(o.type ? { CONTENT_TYPE: o.type } : {}), HTTP_ACCEPT: 'application/json, text/event-stream',
				...(o.bearer ? { HTTP_AUTHORIZATION: `Bearer ${o.bearer}` } : {}) } });
			eq([r.status, r.exit], [code, 0], `status and exit status (${r}; ${r.log})`);
			lacks(r.log, /memory|signal|runtime error/i, 'what it says');
		});
	},
	{ own: true, fronts: AS_CGI },
);

row(
	'IV-07',
	'a worker that has answered many requests is no larger',
	async (s) => {
		const rounds = Number(process.env.MCP_TESTS_ROUNDS ?? 1500);
		const got = await obtain(s);
		let current = got.tokens.refresh_token;
		const once = async (i) => {
			await Promise.all([
				useToken(s, got.tokens.access_token),
				raw(s, { path: '/.well-known/oauth-authorization-server' }),
			]);
			if (i % 10 === 0) {
				const r = await refresh(s, got.client, current);
				status(r, 200, 'refresh');
				current = r.json.refresh_token;
			}
		};
		for (let i = 0; i < 300; i++) await once(i);
		const size = () => Object.fromEntries(s.processes().map((p) => [p.pid, p]));
		const before = size();
		for (let i = 0; i < rounds; i++) await once(i);
		for (const [pid, p] of Object.entries(size()))
			if (before[pid])
				ok(
					p.rss - before[pid].rss < 1 << 20,
					`${p.exe} grew by ${(p.rss - before[pid].rss) >> 10} KiB in ${rounds} rounds`,
				);
	},
	{ own: true, fronts: AS_FASTCGI },
);
