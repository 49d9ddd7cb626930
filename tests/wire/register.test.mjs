// SPDX-License-Identifier: ISC
//
// Dynamic registration: which clients are taken in and as what, which are refused without a trace in the database,
// and the three ways an owner can run it: open with limits, with an initial access token, or off.

import { NGINX, REAL, isFastcgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import {
	authParams,
	authorize,
	formFor,
	HTTPS,
	Jar,
	LOOPBACK,
	obtain,
	obtainCode,
	pkce,
	random,
	raw,
	redeem,
	register,
	registerRaw,
	sha256,
	skeleton,
	toConsent,
	tokenize,
	useToken,
	visibleText,
} from '../lib/oauth.mjs';

const marker = () => 'mark' + random(9).replace(/[-_]/g, 'x');
const good = (more = {}) => ({
	client_name: 'X',
	redirect_uris: [HTTPS],
	token_endpoint_auth_method: 'none',
	...more,
});
const sorted = (list) => [...list].sort();

/** Sends it, expects the refusal, and leaves it to eachRefused to look for the marker in the database. */
async function refused(s, body, mark, codes) {
	const r = await registerRaw(s, body);
	(s.refusedMarks ??= []).push(mark);
	oauthError(r, 400, codes);
	ok(!/"client_id"/.test(r.text), 'no client_id in a refusal');
	return r;
}

/** A table of what is refused: nothing of it gets into the database. */
async function eachRefused(s, cases, test) {
	await each(cases, test);
	const dump = s.dump().toLowerCase();
	for (const mark of s.refusedMarks.splice(0)) {
		const [text, hex] = [mark.toLowerCase(), Buffer.from(mark).toString('hex')];
		ok(!dump.includes(text) && !dump.includes(hex), `nothing of ${mark} is stored`);
	}
}

row('RG-01', 'a public client is registered as what it will be', async (s) => {
	const name = marker();
	const since = Math.floor(Date.now() / 1000);
	const r = await registerRaw(s, {
		redirect_uris: [HTTPS],
		token_endpoint_auth_method: 'none',
		client_name: name,
		nonsense_member: 'zzz',
	});
	status(r, 201);
	match(r.headers['cache-control'], /no-store/, 'Cache-Control');
	const doc = r.json;
	match(doc.client_id, /^c_[A-Za-z0-9_-]{22}$/, 'client_id');
	ok(
		Number.isInteger(doc.client_id_issued_at) &&
			doc.client_id_issued_at >= since - 2 &&
			doc.client_id_issued_at <= since + 5,
		`client_id_issued_at ${doc.client_id_issued_at}`,
	);
	ok(!('client_secret' in doc) && !('client_secret_expires_at' in doc), 'no secret');
	eq(doc.redirect_uris, [HTTPS], 'redirect_uris');
	eq(doc.client_name, name, 'client_name');
	eq(doc.token_endpoint_auth_method, 'none', 'token_endpoint_auth_method');
	eq(sorted(doc.grant_types), ['authorization_code', 'refresh_token'], 'grant_types');
	eq(doc.response_types, ['code'], 'response_types');
	ok(!('nonsense_member' in doc), 'an unknown member is not echoed');
	ok(s.stored(name), 'the client is in the database');
	const other = await register(s, { redirect_uris: [HTTPS], client_name: `${name} 2` });
	ok(other.client_id !== doc.client_id, 'another registration has another id');
	const login = await authorize(s, authParams(s, doc, { code_challenge: pkce().challenge }));
	status(login, 200, 'authorization request of the new client');
	ok(formFor(login, 'login'), 'a sign-in page');
});

row('RG-01', 'one hundred ids are all different', async (s) => {
	const ids = new Set();
	for (let i = 0; i < 100; i++) ids.add((await register(s)).client_id);
	eq(ids.size, 100, 'number of different ids');
});

row('RG-02', 'without a method: the default, and what is answered is enforced', async (s) => {
	const c = await register(s, { token_endpoint_auth_method: undefined, redirect_uris: [LOOPBACK] });
	oneOf(c.token_endpoint_auth_method, ['client_secret_basic', 'none'], 'token_endpoint_auth_method');
	if (c.token_endpoint_auth_method === 'none') {
		ok(!('client_secret' in c), 'no secret for a public client');
		return;
	}
	match(c.client_secret, /^mcps_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/, 'client_secret');
	ok(Number.isInteger(c.client_secret_expires_at), 'client_secret_expires_at is a number');
	const flow = await obtainCode(s, { client: c });
	const without = await redeem(s, { ...flow, client: { ...c, token_endpoint_auth_method: 'none' } });
	oauthError(without, 401, 'invalid_client', 'without the secret');
	const inBody = await redeem(s, {
		...flow,
		client: { ...c, token_endpoint_auth_method: 'client_secret_post' },
	});
	oauthError(inBody, 401, 'invalid_client', 'secret in the body');
	status(await redeem(s, flow), 200, 'with the secret');
	ok(!s.stored(c.client_secret), 'the secret is not stored');
	ok(s.dump().toLowerCase().includes(sha256(c.client_secret).toString('hex')), 'its SHA-256 is');
});

row('RG-02', 'client_secret_post is kept; what is not supported is refused', async (s) => {
	const c = await register(s, { token_endpoint_auth_method: 'client_secret_post' });
	eq(c.token_endpoint_auth_method, 'client_secret_post', 'token_endpoint_auth_method');
	match(c.client_secret, /^mcps_/, 'client_secret');
	const flow = await obtainCode(s, { client: c });
	status(await redeem(s, flow), 200, 'with the secret in the body');
	await eachRefused(
		s,
		[
			['private_key_jwt'],
			['client_secret_jwt'],
			['tls_client_auth'],
			['bogus'],
			[''],
			['NONE'],
			[5],
			['a list', ['none']],
			['an object', {}],
			[true],
		],
		async (name, method = name) => {
			const mark = marker();
			await refused(
				s,
				good({ token_endpoint_auth_method: method, client_name: mark }),
				mark,
				'invalid_client_metadata',
			);
		},
	);
});

row('RG-03', 'redirect_uris that are missing, empty, too many or of another type', async (s) => {
	const uri = (m) => `https://${m}.example/cb`;
	await eachRefused(
		s,
		[
			['missing', () => undefined, 'invalid_redirect_uri'],
			['empty', () => [], 'invalid_redirect_uri'],
			['a string', (m) => uri(m), 'invalid_redirect_uri'],
			['number inside', (m) => [1], 'invalid_redirect_uri'],
			['null inside', () => [null], 'invalid_redirect_uri'],
			['null', () => null, 'invalid_redirect_uri'],
			['an object', (m) => ({ 0: uri(m) }), 'invalid_redirect_uri'],
			['nested', (m) => [[uri(m)]], 'invalid_redirect_uri'],
			['false', () => false, 'invalid_redirect_uri'],
			['one good, one number', (m) => [uri(m), 1], 'invalid_redirect_uri'],
			['one good, one empty', (m) => [uri(m), ''], 'invalid_redirect_uri'],
			[
				'51 of them',
				(m) => Array.from({ length: 51 }, (_, i) => `${uri(m)}${i}`),
				'invalid_client_metadata',
			],
		],
		async (_, make, code) => {
			const mark = marker().toLowerCase();
			await refused(
				s,
				{ client_name: mark, token_endpoint_auth_method: 'none', redirect_uris: make(mark) },
				mark,
				code,
			);
		},
	);
	const ten = await register(s, {
		redirect_uris: Array.from({ length: 10 }, (_, i) => `https://c.example/cb${i}`),
	});
	eq(ten.redirect_uris.length, 10, 'ten redirect_uris');
});

const DANGEROUS = [
	'javascript:alert(1)',
	'JaVaScRiPt:alert(1)',
	'\tjavascript:alert(1)',
	' javascript:alert(1)',
	'java\nscript:alert(1)',
	'java\tscript:alert(1)',
	'java\rscript:alert(1)',
	'javascript\u0000:alert(1)',
	'\u0001javascript:alert(1)',
	'javascript://c.example/%0aalert(1)',
	'javascript&colon;alert(1)',
	'javascript%3Aalert(1)',
	'data:text/html,<script>alert(1)</script>',
	'DATA:text/html;base64,PHNjcmlwdD4=',
	'data:,x',
	'vbscript:msgbox(1)',
	'VbScRiPt:msgbox(1)',
	'file:///etc/passwd',
	'FILE:///etc/passwd',
	'file://c.example/x',
	'blob:https://c.example/1',
	'blob:null/1',
	'about:blank',
	'about:srcdoc',
	'view-source:https://c.example/',
	'filesystem:https://c.example/temporary/x',
	'jar:https://c.example!/x',
	'feed:javascript:alert(1)',
	'mailto:a@c.example',
	'tel:+1',
	'ws://c.example/',
	'wss://c.example/',
	'ftp://c.example/',
	'intent://c.example#Intent;end',
	'chrome://settings',
	'ms-settings:',
	'mhtml:https://c.example/',
	'//c.example/cb',
	'/cb',
	'cb',
	'?x=1',
	'#f',
	'',
	' ',
	'https:',
	'https://',
	'https:///cb',
	'https:/c.example/cb',
	'https:c.example/cb',
	'https://c.example/cb#frag',
	'https://c.example/cb#',
	'https://user:pw@c.example/cb',
	'https://user@c.example/cb',
	'https://@c.example/cb',
	'https://c.example\\@evil.example/cb',
	'https://c.example/ cb',
	'https://c.example/cb\r\nSet-Cookie: x=y',
	'https://c.example/cb\u0000',
	'https://c.example:99999/cb',
	'https://c.example:x/cb',
	'https://c.example:-1/cb',
	'https://c example/cb',
	'https://[::1/cb',
	'https://c.example/<script>',
	'https://c.example/"x',
	'https://c.example/\u00e9',
	'http://c.example/cb',
	'HTTP://c.example/cb',
	'urn:ietf:wg:oauth:2.0:oob',
	'urn:ietf:wg:oauth:2.0:oob:auto',
];

row('RG-04', 'dangerous or broken redirect URIs are refused at registration', async (s) => {
	await eachRefused(s, DANGEROUS, async (uri) => {
		const mark = marker();
		const codes = uri.includes('\u0000')
			? ['invalid_redirect_uri', 'invalid_client_metadata']
			: 'invalid_redirect_uri';
		await refused(s, good({ client_name: mark, redirect_uris: [uri] }), mark, codes);
		await refused(s, good({ client_name: mark, redirect_uris: [HTTPS, uri] }), mark, codes);
	});
});

/** Puts another text in place of one, wherever it stands in the database; gives how many values were changed, -1 if the schema forbids it. */
function replaceStored(s, from, to) {
	const quoted = (text) => `'${text.replace(/'/g, "''")}'`;
	const escaped = (text) => text.replace(/\//g, '\\/');
	const columns = s.sql(
		"SELECT m.name AS t, c.name AS c FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name NOT LIKE 'sqlite_%'",
	);
	const script = columns.flatMap(({ t, c }) =>
		[
			[from, to],
			[escaped(from), escaped(to)],
		].map(
			([a, b]) =>
				`UPDATE "${t}" SET "${c}" = replace("${c}", ${quoted(a)}, ${quoted(b)}) WHERE typeof("${c}") = 'text' AND instr("${c}", ${quoted(a)}) > 0;`,
		),
	);
	const out = s.run([
		'sqlite3',
		'-cmd',
		'.timeout 10000',
		s.db,
		[...script, 'SELECT total_changes();'].join('\n'),
	]);
	return /CHECK constraint/.test(out.stderr) ? -1 : Number(out.stdout.trim());
}

row(
	'RG-04',
	'and again at the authorization request, should one be stored after all',
	async (s) => {
		await each(
			['javascript:alert(1)//', 'data:text/html,x', 'file:///etc/passwd', 'http://evil.example/cb'],
			async (uri) => {
				const host = marker().toLowerCase();
				const place = `https://${host}.example/cb`;
				const client = await register(s, { redirect_uris: [place] });
				const changed = replaceStored(s, place, uri);
				ok(changed !== 0, 'the stored redirect was changed for the test');
				if (changed < 0) return;
				for (const redirect_uri of [uri, undefined]) {
					const r = await authorize(s, {
						...authParams(s, client, { code_challenge: pkce().challenge }),
						redirect_uri,
					});
					page(r, 400, `authorization request to ${uri}`);
					lacks(r.text, /href="(javascript|data|file):/i, 'page');
				}
			},
		);
	},
	{ own: true },
);

row('RG-07', 'loopback redirects, by number and by name, are registered and usable', async (s) => {
	const uris = [
		'http://127.0.0.1/cb',
		'http://127.0.0.1:8123/cb',
		'http://[::1]:1/cb',
		'http://localhost:3000/cb',
		'http://127.0.0.1/',
		'http://localhost/callback',
		'http://[::1]/cb',
	];
	await each(uris, async (uri) => {
		const c = await register(s, { redirect_uris: [uri] });
		eq(c.redirect_uris, [uri], 'redirect_uris');
		const r = await authorize(s, authParams(s, c, { code_challenge: pkce().challenge }));
		status(r, 200, 'authorization request');
		ok(formFor(r, 'login'), 'sign-in page');
	});
	await eachRefused(
		s,
		[
			'http://127.0.0.1.evil.example/cb',
			'http://localhost.evil.example/cb',
			'http://localhost@evil.example/cb',
			'http://127.0.0.1@evil.example/cb',
			'http://[::1].evil.example/cb',
			'http://127.0.0.1:99999/cb',
			'http://127.0.0.1:/#',
			'http://0.0.0.0/cb',
			'http://10.0.0.1/cb',
			'http://[::2]/cb',
			'http://evil.example/127.0.0.1',
			'http://127.0.0.1\\@evil.example/',
		],
		async (uri) => {
			const mark = marker();
			await refused(s, good({ client_name: mark, redirect_uris: [uri] }), mark, 'invalid_redirect_uri');
		},
	);
});

row('RG-08', 'private schemes: those on the list and those with a period', async (s) => {
	const yes = [
		'cursor://anysphere.cursor-mcp/oauth/cb',
		'vscode://vscode.github-authentication/did-authenticate',
		'vscode-insiders://x/cb',
		'claude://claude.ai/mcp-auth-callback/sdk',
		'com.example.app:/cb',
	];
	await each(yes, async (uri) => {
		const c = await register(s, { redirect_uris: [uri] });
		eq(c.redirect_uris, [uri], 'redirect_uris');
		status(
			await authorize(s, authParams(s, c, { code_challenge: pkce().challenge })),
			200,
			'authorization request',
		);
	});
	await eachRefused(
		s,
		['myapp://cb', 'cursorx://cb', 'xcursor://cb', 'code://cb', 'vscode2://cb', 'x:/cb'],
		async (uri) => {
			const mark = marker();
			await refused(s, good({ client_name: mark, redirect_uris: [uri] }), mark, 'invalid_redirect_uri');
		},
	);
});

row(
	'RG-08',
	"the list is the owner's",
	async (s) => {
		for (const uri of ['myapp://cb', 'other://x/cb', 'com.example.app:/cb'])
			eq((await register(s, { redirect_uris: [uri] })).redirect_uris, [uri], 'redirect_uris');
		const mark = marker();
		await refused(
			s,
			good({ client_name: mark, redirect_uris: ['cursor://anysphere.cursor-mcp/oauth/cb'] }),
			mark,
			'invalid_redirect_uri',
		);
	},
	{ settings: { redirect_schemes: 'myapp other' } },
);

const nested = (depth) => '['.repeat(depth) + ']'.repeat(depth);
const TOO_MUCH = [
	['64 KiB and one byte', (m) => JSON.stringify(good({ client_name: m })).padEnd(65537, ' '), [413]],
	['1 MiB of client_name', (m) => JSON.stringify(good({ client_name: m + 'x'.repeat(1 << 20) })), [413]],
	[
		'60 000 bytes of client_name',
		(m) => JSON.stringify(good({ client_name: m + 'x'.repeat(60000) })),
		[201, 400],
	],
	[
		'depth 65',
		(m) =>
			`{"client_name":"${m}","redirect_uris":["${HTTPS}"],"token_endpoint_auth_method":"none","x":${nested(64)}}`,
		[400],
	],
	[
		'depth 20 000',
		(m) =>
			`{"client_name":"${m}","redirect_uris":["${HTTPS}"],"token_endpoint_auth_method":"none","x":${nested(20000)}}`,
		[400],
	],
	[
		'10 000 keys',
		(m) =>
			`{"client_name":"${m}","redirect_uris":["${HTTPS}"],${Array.from({ length: 10000 }, (_, i) => `"${i.toString(36)}":0`).join(',')}}`,
		[400, 413],
	],
];

row(
	'RG-09',
	'too much: refused, quickly, with little memory',
	async (s) => {
		// what a request takes here and now, of which a slow one is no multiple
		let usual = Infinity;
		for (let i = 0; i < 5; i++) {
			const since = performance.now();
			await registerRaw(s, {});
			usual = Math.min(usual, performance.now() - since);
		}
		await each(TOO_MUCH, async (_, make, want) => {
			const mark = marker();
			let best = Infinity;
			for (let i = 0; i < 3; i++) {
				const since = performance.now();
				const r = await registerRaw(s, make(mark));
				best = Math.min(best, performance.now() - since);
				status(r, want);
				if (r.status === 201)
					ok(
						r.json.client_name.length < 1000,
						`length of the registered name: ${r.json.client_name.length}`,
					);
				if (r.status === 400) oauthError(r, 400, 'invalid_client_metadata');
				if (r.status !== 201) ok(!s.stored(mark), 'nothing stored');
			}
			if (s.front !== 'inproc') ok(best < 300 + 10 * usual, `answered in ${best.toFixed(0)} ms, others in ${usual.toFixed(0)}`);
		});
		if (isFastcgi(s.front))
			for (const p of s.processes().filter((x) => x.exe.startsWith('register')))
				ok(p.peak > 0 && p.peak < 32 << 20, `peak memory of ${p.exe}: ${p.peak >> 20} MiB`);
		const exact = await registerRaw(s, JSON.stringify(good()).padEnd(65536, ' '));
		status(exact, 201, '64 KiB exactly');
	},
	{ own: true },
);

row('RG-10', 'the media type is read strictly', async (s) => {
	await each(
		[
			['text/plain'],
			['application/x-www-form-urlencoded'],
			['application/json, text/plain'],
			['text/plain, application/json'],
			['none', null],
			['application/jsonx'],
			['application/json-patch+json'],
			['text/json'],
			['multipart/form-data; boundary=x'],
			['json'],
			['application/'],
			['*/*'],
			['application/json/x'],
			['two headers', ['application/json', 'text/plain']],
		],
		async (name, type = name) => {
			const mark = marker();
			const r = await registerRaw(s, good({ client_name: mark }), {
				headers: { 'Content-Type': type },
			});
			status(r, [400, 415]);
			// nginx makes two variables of a field that comes twice, and that is refused before anything is looked at
			if (!r.byServer) oauthError(r, 400, name === 'two headers' && NGINX.includes(s.front) ? 'invalid_request' : 'invalid_client_metadata');
			ok(!s.stored(mark), 'nothing stored');
		},
	);
	for (const type of [
		'application/json; charset=utf-8',
		'application/json;charset=UTF-8',
		'Application/JSON',
		' application/json ',
	])
		status(await registerRaw(s, good(), { headers: { 'Content-Type': type } }), 201, type);
});

row('RG-12', 'what is not one JSON object in UTF-8', async (s) => {
	const doc = (m) => JSON.stringify(good({ client_name: m }));
	const cut = (m, from, to) => doc(m).replace(from, to);
	const bytes = (m, hex) =>
		Buffer.concat([
			Buffer.from(
				`{"redirect_uris":["${HTTPS}"],"token_endpoint_auth_method":"none","client_name":"${m}`,
			),
			Buffer.from(hex, 'hex'),
			Buffer.from('"}'),
		]);
	await eachRefused(
		s,
		[
			['invalid UTF-8 ff', (m) => bytes(m, 'ff')],
			['cut UTF-8', (m) => bytes(m, 'e282')],
			['overlong', (m) => bytes(m, 'c0af')],
			['surrogate in UTF-8', (m) => bytes(m, 'eda080')],
			['above U+10FFFF', (m) => bytes(m, 'f4908080')],
			['lone surrogate', (m) => cut(m, m, `${m}\\ud800`)],
			['lone low surrogate', (m) => cut(m, m, `${m}\\udc00x`)],
			['surrogates in the wrong order', (m) => cut(m, m, `${m}\\udc00\\ud800`)],
			['BOM', (m) => '\ufeff' + doc(m)],
			['trailing }x', (m) => doc(m) + '}x'],
			['trailing x', (m) => doc(m) + 'x'],
			['two values', (m) => doc(m) + doc(m)],
			['two values apart', (m) => doc(m) + '\n' + doc(m)],
			['NaN', (m) => cut(m, '"X', '"X').replace('{', '{"n":NaN,')],
			['Infinity', (m) => doc(m).replace('{', '{"n":-Infinity,')],
			['01', (m) => doc(m).replace('{', '{"n":01,')],
			['+1', (m) => doc(m).replace('{', '{"n":+1,')],
			['.5', (m) => doc(m).replace('{', '{"n":.5,')],
			['hex', (m) => doc(m).replace('{', '{"n":0x1,')],
			['comment', (m) => doc(m).replace('{', '{/* x */')],
			['line comment', (m) => doc(m).replace('{', '{// x\n')],
			['trailing comma', (m) => doc(m).replace(/}$/, ',}')],
			['single quotes', (m) => doc(m).replace(/"/g, "'")],
			['bare key', (m) => doc(m).replace('"client_name"', 'client_name')],
			['control character', (m) => cut(m, m, `${m}\u0001`)],
			['newline in a string', (m) => cut(m, m, `${m}\n`)],
			['bad escape', (m) => cut(m, m, `${m}\\x41`)],
			['doubled key', (m) => doc(m).replace('{', `{"client_name":"${m}2",`)],
			['True', (m) => doc(m).replace('{', '{"n":True,')],
			['NUL after', (m) => doc(m) + '\u0000'],
			['unfinished', (m) => doc(m).slice(0, -1)],
			['empty', () => ''],
			['blank', () => '   '],
			['null', () => 'null'],
			['array', (m) => `[${doc(m)}]`],
			['string', (m) => JSON.stringify(m)],
			['number', () => '1'],
		],
		async (_, make) => {
			const mark = marker();
			await refused(s, make(mark), mark, ['invalid_client_metadata', 'invalid_redirect_uri']);
		},
	);
	await eachRefused(
		s,
		[
			['client_name', 5],
			['client_name', ['x']],
			['client_name', {}],
			['grant_types', 'authorization_code'],
			['grant_types', [1]],
			['response_types', 'code'],
			['response_types', [null]],
			['scope', 5],
			['scope', ['read:knowledge']],
		],
		async (member, value) => {
			const mark = marker();
			await refused(
				s,
				good({
					software_id: mark,
					redirect_uris: [`https://${mark}.example/`.toLowerCase()],
					[member]: value,
				}),
				mark.toLowerCase(),
				'invalid_client_metadata',
			);
		},
	);
});

row('RG-13', 'links that are no web links', async (s) => {
	const members = ['client_uri', 'logo_uri', 'tos_uri', 'policy_uri', 'jwks_uri'];
	const values = [
		'javascript:alert(1)',
		'JAVASCRIPT:alert(1)',
		' javascript:alert(1)',
		'data:text/html,x',
		'vbscript:x',
		'file:///etc/passwd',
		'x',
		'//c.example',
		5,
		['https://c.example/'],
	];
	const cases = members
		.flatMap((m) => values.map((v) => [`${m}=${v}`, m, v]))
		.concat(
			['client_uri', 'logo_uri', 'tos_uri', 'policy_uri'].flatMap((m) =>
				['#ja', '#en-US'].map((lang) => [`${m}${lang}`, m + lang, 'javascript:alert(1)']),
			),
			[['client_uri#ja data', 'client_uri#ja', 'data:text/html,x']],
		);
	await eachRefused(s, cases, async (_, member, value) => {
		const mark = marker();
		await refused(s, good({ client_name: mark, [member]: value }), mark, 'invalid_client_metadata');
	});
	const links = {
		client_uri: 'https://c.example/',
		tos_uri: 'https://c.example/tos',
		policy_uri: 'https://c.example/policy',
		logo_uri: 'https://c.example/logo.png',
	};
	const c = await register(s, links);
	for (const [k, v] of Object.entries(links)) oneOf(c[k], [v, undefined], k);
});

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/;
const BLANK = /[\s\p{C}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u2800\u3164\ufe00-\ufe0f\uffa0]/gu;

/** The text in the first <bdi> that holds the name. */
function isolated(html) {
	const list = tokenize(html);
	const at = list.findIndex((t) => t.kind === 'open' && t.name === 'bdi');
	const end = list.findIndex((t, i) => i > at && t.kind === 'close' && t.name === 'bdi');
	return list
		.slice(at, end)
		.filter((t) => t.kind === 'text')
		.map((t) => t.text)
		.join('');
}

row('RG-14', 'names that would deceive: cut, refused or shown harmlessly', async (s) => {
	const plain = await toConsent(s, { metadata: { client_name: 'Plain' } });
	const frame = skeleton(plain.page.text);
	await each(
		[
			['script', '<script>alert(1)</script>', [201]],
			['attribute', '"><img src=x onerror=alert(1)>', [201]],
			['entity', '&lt;b&gt; &amp; &#60;', [201]],
			['single quote', "' onmouseover='alert(1)", [201]],
			['RTL override', 'Good\u202egnihtyna', [201, 400]],
			['isolates', '\u2066x\u2069\u2068y', [201, 400]],
			['5 000 zero-width', 'A' + '\u200b'.repeat(5000), [201, 400]],
			['only zero-width', '\u200b\u200c\u200d', [201, 400]],
			['NUL', 'Claude\u0000', [201, 400]],
			['ESC', 'a\u001b[31mred', [201, 400]],
			['newline', 'a\nb', [201, 400]],
			['DEL', 'a\u007fb', [201, 400]],
			['C1', 'a\u0085b', [201, 400]],
			['long', 'N'.repeat(3000), [201, 400]],
			['combining', 'Z' + '\u0301'.repeat(500), [201, 400]],
			['emoji', '\ud83d\ude80 Rocket', [201]],
			['blank', '   ', [201, 400]],
			['empty', '', [201, 400]],
		],
		async (_, name, want) => {
			const r = await registerRaw(s, {
				client_name: name,
				redirect_uris: [LOOPBACK],
				token_endpoint_auth_method: 'none',
			});
			status(r, want);
			if (r.status === 400) return oauthError(r, 400, 'invalid_client_metadata');
			const client = r.json;
			ok(
				(client.client_name ?? '').length <= 500,
				`length of the registered name: ${(client.client_name ?? '').length}`,
			);
			const { page: p } = await toConsent(s, { client, jar: plain.jar });
			eq(skeleton(p.text), frame, 'elements of the consent page');
			lacks(p.text, CONTROL, 'page');
			ok(
				isolated(p.text).replace(BLANK, '') !== '',
				`something can be read where the name stands: ${JSON.stringify(isolated(p.text))}`,
			);
			if (/^[\x20-\x7e]{4,}$/.test(name) && name.trim())
				ok(
					visibleText(p.text).includes(name.trim().replace(/\s+/g, ' ')),
					'the name is shown as it is',
				);
			ok(
				tokenize(p.text).some((t) => t.kind === 'open' && t.name === 'bdi'),
				'the name is isolated in <bdi>',
			);
		},
	);
	ok((await register(s, { client_name: undefined })).client_id, 'a client without a name');
});

row('RG-15', 'grants and answers that do not exist are never registered', async (s) => {
	await each(
		[
			['implicit', { grant_types: ['implicit'] }],
			['password', { grant_types: ['password'] }],
			['client_credentials', { grant_types: ['client_credentials'] }],
			['jwt-bearer', { grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] }],
			['token', { response_types: ['token'] }],
			['id_token', { response_types: ['id_token'] }],
			['code token', { response_types: ['code token'] }],
			[
				'code and implicit',
				{ grant_types: ['authorization_code', 'implicit'], response_types: ['code', 'token'] },
			],
			['code grant, token answer', { grant_types: ['authorization_code'], response_types: ['token'] }],
			['implicit grant, code answer', { grant_types: ['implicit'], response_types: ['code'] }],
			['only refresh', { grant_types: ['refresh_token'], response_types: ['code'] }],
			['code and credentials', { grant_types: ['authorization_code', 'client_credentials'] }],
			['mixed case', { grant_types: ['Authorization_Code'] }],
			['with a blank', { grant_types: ['authorization_code '] }],
		],
		async (_, more) => {
			const mark = marker();
			const r = await registerRaw(s, good({ client_name: mark, ...more }));
			status(r, [201, 400]);
			if (r.status === 400) {
				oauthError(r, 400, 'invalid_client_metadata');
				return ok(!s.stored(mark), 'nothing stored');
			}
			for (const g of r.json.grant_types)
				oneOf(g, ['authorization_code', 'refresh_token'], 'registered grant');
			ok(
				r.json.grant_types.includes('authorization_code'),
				'a client without the code grant is of no use',
			);
			eq(r.json.response_types, ['code'], 'response_types');
		},
	);
});

row('RG-15', 'more grants than we have are no reason to refuse', async (s) => {
	const c = await register(s, {
		grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
		response_types: ['code'],
	});
	eq(sorted(c.grant_types), ['authorization_code', 'refresh_token'], 'grant_types');
	const one = await register(s, { grant_types: ['authorization_code'] });
	eq(one.grant_types, ['authorization_code'], 'grant_types without refresh');
	for (const application_type of ['native', 'web'])
		oneOf(
			(await register(s, { application_type })).application_type,
			[application_type, undefined],
			'application_type',
		);
});

row('RG-17', 'the claims of a software statement are not believed', async (s) => {
	const b = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
	const evil = marker().toLowerCase();
	const claims = {
		iss: 'https://trusted.example',
		client_name: evil,
		redirect_uris: [`https://${evil}.example/cb`],
		scope: 'read:knowledge',
		token_endpoint_auth_method: 'none',
	};
	await each(
		[
			['unsigned', `${b({ alg: 'none' })}.${b(claims)}.`],
			['signed', `${b({ alg: 'HS256' })}.${b(claims)}.${random(32)}`],
			['RS256', `${b({ alg: 'RS256' })}.${b(claims)}.${random(256)}`],
			['garbage', 'x.y.z'],
			['number', 5],
		],
		async (_, software_statement) => {
			const r = await registerRaw(s, good({ client_name: 'Plain', software_statement }));
			status(r, [201, 400]);
			if (r.status === 400)
				return oauthError(r, 400, [
					'invalid_software_statement',
					'unapproved_software_statement',
					'invalid_client_metadata',
				]);
			eq(r.json.client_name, 'Plain', 'client_name');
			eq(r.json.redirect_uris, [HTTPS], 'redirect_uris');
			lacks(r.text, new RegExp(evil), 'answer');
		},
	);
	ok(!s.stored(`"${evil}`) && !s.stored(`${evil}.example`), 'no claim is stored');
	const r = await registerRaw(s, {
		software_statement: `${b({ alg: 'none' })}.${b(claims)}.`,
		token_endpoint_auth_method: 'none',
	});
	oauthError(
		r,
		400,
		[
			'invalid_redirect_uri',
			'invalid_client_metadata',
			'invalid_software_statement',
			'unapproved_software_statement',
		],
		'redirect_uris only in the statement',
	);
});

row(
	'RG-19',
	'the 21st registration of an address within the hour is put off',
	async (s) => {
		for (let i = 1; i <= 20; i++)
			status(await registerRaw(s, good({ client_name: marker() })), 201, `registration ${i}`);
		const before = s.counts();
		const mark = marker();
		for (let i = 0; i < 2; i++) {
			const r = await registerRaw(s, good({ client_name: mark }));
			oauthError(r, 429, 'temporarily_unavailable', 'registration 21');
			ok(
				/^\d+$/.test(r.headers['retry-after']) &&
					Number(r.headers['retry-after']) > 0 &&
					Number(r.headers['retry-after']) <= 3600,
				`Retry-After: ${r.headers['retry-after']}`,
			);
		}
		ok(!s.stored(mark), 'nothing stored');
		const forwarded = await registerRaw(s, good({ client_name: mark }), {
			headers: { 'X-Forwarded-For': '9.9.9.9', Forwarded: 'for=9.9.9.9', 'X-Real-IP': '9.9.9.9' },
		});
		status(forwarded, 429, 'a forged address does not help');
		for (const [table, n] of Object.entries(s.counts()))
			if (/client/.test(table)) eq(n, before[table], `rows of ${table}`);
		status(
			await registerRaw(s, good({ client_name: marker() }), { from: '127.0.0.2' }),
			201,
			'another address',
		);
	},
	{ settings: { rate_limits: 'on' }, own: true },
);

row(
	'RG-19',
	'and the 201st of all addresses',
	async (s) => {
		for (let a = 1; a <= 10; a++)
			for (let i = 0; i < 20; i++)
				status(
					await registerRaw(s, good({ client_name: marker() }), { from: `127.0.1.${a}` }),
					201,
					`registration ${a * 20 - 19 + i}`,
				);
		const r = await registerRaw(s, good({ client_name: marker() }), { from: '127.0.1.99' });
		oauthError(r, 429, 'temporarily_unavailable', 'registration 201');
		match(r.headers['retry-after'], /^\d+$/, 'Retry-After');
	},
	{ settings: { rate_limits: 'on' }, own: true, fronts: REAL },
);

row(
	'RG-20',
	'registration switched off is gone, from the documents too',
	async (s) => {
		const r = await registerRaw(s, good());
		status(r, [403, 404]);
		for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']) {
			const doc = await raw(s, { path });
			status(doc, 200, path);
			ok(!('registration_endpoint' in doc.json), `no registration_endpoint in ${path}`);
		}
	},
	{ settings: { registration: 'off' } },
);

const INITIAL = 'initial-' + 'k'.repeat(32);

row(
	'RG-21',
	'registration with an initial access token',
	async (s) => {
		await each(
			[
				['missing', {}],
				['wrong', { Authorization: 'Bearer ' + 'x'.repeat(40) }],
				['beginning', { Authorization: `Bearer ${INITIAL.slice(0, -1)}` }],
				['longer', { Authorization: `Bearer ${INITIAL}k` }],
				['Basic', { Authorization: `Basic ${Buffer.from(INITIAL).toString('base64')}` }],
				['bare', { Authorization: INITIAL }],
				['empty', { Authorization: 'Bearer' }],
				['two', { Authorization: `Bearer ${INITIAL}, Bearer x` }],
			],
			async (_, headers) => {
				const mark = marker();
				const r = await registerRaw(s, good({ client_name: mark }), { headers });
				status(r, 401);
				match(r.headers['www-authenticate'], /^Bearer\b/, 'WWW-Authenticate');
				lacks(r.text + r.headers['www-authenticate'], /initial-k/, 'answer');
				ok(!s.stored(mark), 'nothing stored');
			},
		);
		status(
			await registerRaw(s, good(), { headers: { Authorization: `Bearer ${INITIAL}` } }),
			201,
			'the right one',
		);
		status(
			await registerRaw(s, good(), { headers: { Authorization: `bearer ${INITIAL}` } }),
			201,
			'scheme in lower case',
		);
		const doc = await raw(s, { path: '/.well-known/oauth-authorization-server' });
		eq(doc.json.registration_endpoint, `${s.issuer}/register`, 'registration_endpoint');
	},
	{ settings: { registration: 'token', registration_token: INITIAL } },
);

row(
	'RG-21',
	'check wants a token that is long enough',
	async (s) => {
		const before = s.readConf();
		for (const more of [
			{ registration: 'token' },
			{ registration: 'token', registration_token: 'short' },
			{ registration: 'token', registration_token: 'k'.repeat(31) },
			{ registration: 'maybe' },
		]) {
			s.writeConf(before);
			s.setConf(more);
			const r = s.ctl(['check']);
			eq(r.status, 1, `exit status of check with ${JSON.stringify(more)}`);
			match(r.stdout + r.stderr, /registration/, 'reason');
		}
		s.writeConf(before);
		s.setConf({ registration: 'token', registration_token: 'k'.repeat(32) });
		eq(s.ctl(['check']).status, 0, 'exit status with 32 characters');
	},
	{ own: true, fronts: REAL },
);
