// SPDX-License-Identifier: ISC
//
// The authorization request: who may be sent back where, with what, and when a page is the only safe answer.

import net from 'node:net';
import { isFastcgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, ok, oneOf, page, status } from '../lib/check.mjs';
import {
	answerOf,
	assertAlive,
	authorize,
	authParams,
	consent,
	cookieNames,
	follow,
	formEncode,
	formFor,
	HTTPS,
	Jar,
	LOOPBACK,
	obtain,
	obtainCode,
	parseForms,
	pkce,
	post,
	random,
	raw,
	redeem,
	register,
	sha256,
	toConsent,
	TRUSTED,
	visibleText,
} from '../lib/oauth.mjs';

const { challenge } = pkce();

/** A browser that is signed in as alice. */
async function signedIn(s) {
	return (await toConsent(s)).jar;
}

/** An answer that goes back to the client with an error: exactly there, the exact state, our iss, no code. */
function errorRedirect(s, r, redirect, state, codes) {
	status(r, [302, 303]);
	const a = answerOf(r);
	const sep = redirect.includes('?') ? '&' : '?';
	ok(a.to.startsWith(redirect + sep), `Location goes to ${redirect}: ${a.to}`);
	oneOf(a.one('error'), [codes].flat(), 'error');
	if (state === undefined) ok(!('state' in a.query), 'no state');
	else eq(a.one('state'), state, 'state');
	eq(a.one('iss'), s.issuer, 'iss');
	ok(!('code' in a.query), 'no code');
	match(r.headers['cache-control'], /no-store/, 'Cache-Control');
	return a;
}

/** A NUL makes the whole form doubtful: it may be refused on a page, whatever the other parameters say. */
const hasNul = (more) => Object.values(more).some((v) => typeof v === 'string' && v.includes('\u0000'));

/** Sends a request that is wrong in `more`, by GET, as a signed-in user and as a stranger. */
async function wrong(s, jar, client, more, codes, redirect = client.redirect_uris[0]) {
	const params = authParams(s, client, { code_challenge: challenge, ...more });
	const known = await authorize(s, params, jar.copy());
	if (known.status === 400 && hasNul(more)) return page(known, 400);
	errorRedirect(s, known, redirect, params.state, codes);
	const stranger = await authorize(s, params);
	if (/^http:\/\/(127|localhost|\[)/.test(redirect))
		errorRedirect(s, stranger, redirect, params.state, codes);
	else page(stranger, 400, 'without a session and to a place that is not trusted');
}

const isConsent = (r) => r.status === 200 && !!formFor(r, 'allow');
const isLogin = (r) => r.status === 200 && !!formFor(r, 'login');

row('AU-01', 'a stranger gets the sign-in page, and the request stays with us', async (s) => {
	const c = await register(s, { redirect_uris: [HTTPS] });
	const jar = new Jar();
	const params = authParams(s, c, { code_challenge: challenge, scope: 'read:knowledge' });
	const r = await follow(s, await authorize(s, params, jar), jar);
	ok(isLogin(r), `sign-in page: ${r}`);
	const forms = parseForms(r.text).filter((f) => f.method === 'post');
	eq(forms.length, 1, 'number of forms');
	eq(Object.keys(forms[0].fields).sort(), ['action', 'csrf', 'password', 'pending', 'username'], 'fields');
	eq(forms[0].types.password, 'password', 'type of the password field');
	eq(forms[0].fields.password, '', 'password field');
	for (const name of ['action', 'csrf', 'pending']) eq(forms[0].types[name], 'hidden', `type of ${name}`);
	ok(forms[0].fields.pending.length >= 22, 'the request id has 128 bits');
	for (const secret of [params.state, params.code_challenge, params.redirect_uri, params.client_id])
		ok(!r.text.includes(secret), `the page does not carry ${secret}`);
	const pre = jar.get(cookieNames(s).pre);
	ok(pre && pre.length >= 22, `cookie before sign-in: ${pre}`);
	match(
		r.cookies.concat((await authorize(s, params)).cookies).join('\n'),
		/max-age=600\b/i,
		'the cookie before sign-in lives 10 minutes:',
	);
	ok(!jar.get(cookieNames(s).session), 'no session yet');
	ok(!s.stored(forms[0].fields.pending), 'the request id is not stored in the clear');
	ok(!s.stored(pre), 'nor is the cookie');
});

row('AU-01', 'the signed-in user is asked at once', async (s) => {
	const jar = await signedIn(s);
	const { page: p } = await toConsent(s, { jar });
	ok(isConsent(p), 'consent page');
});

row('AU-02', 'client_id unknown, missing, empty, repeated: a page', async (s) => {
	const c = await register(s, { redirect_uris: [TRUSTED] });
	const jar = await signedIn(s);
	const base = authParams(s, c, { code_challenge: challenge });
	const without = { ...base, client_id: undefined };
	await each(
		[
			['unknown', { ...base, client_id: 'c_' + 'A'.repeat(22) }],
			['missing', without],
			['empty', { ...base, client_id: '' }],
			['repeated', { ...base, client_id: [c.client_id, c.client_id] }],
			['repeated, one unknown', { ...base, client_id: [c.client_id, 'c_' + 'A'.repeat(22)] }],
			['repeated, unknown first', { ...base, client_id: ['x', c.client_id] }],
			['garbage', { ...base, client_id: "' OR 1=1--" }],
			['NUL after', { ...base, client_id: c.client_id + '\u0000' }],
			['blank after', { ...base, client_id: c.client_id + ' ' }],
			['cut', { ...base, client_id: c.client_id.slice(0, -1) }],
			['longer', { ...base, client_id: c.client_id + 'A' }],
			['other case', { ...base, client_id: c.client_id.toUpperCase() }],
			['long', { ...base, client_id: 'c_' + 'x'.repeat(3000) }],
			['percent', { ...base, client_id: '%' }],
			['http URL', { ...base, client_id: 'http://c.example/client' }],
			['URL without path', { ...base, client_id: 'https://c.example' }],
			['invalid UTF-8', { ...base, client_id: Buffer.from([0xff, 0xfe]) }],
		],
		async (_, params) => {
			for (const who of [new Jar(), jar.copy()]) {
				const r = page(await authorize(s, params, who), 400);
				lacks(r.text, /OR 1=1/, 'page');
				ok(!formFor(r, 'login') && !formFor(r, 'allow'), 'nothing to go on with');
			}
		},
	);
});

const NOT_REGISTERED = [
	'https://evil.example/cb',
	'https://c.example/cb/',
	'https://c.example/CB',
	'https://c.example/cb?x=1',
	'https://c.example/cb?',
	'https://c.example/cb#',
	'https://c.example/cb#f',
	'https://c.example/cb/../cb',
	'https://c.example/./cb',
	'https://c.example//cb',
	'https://c.example/%63b',
	'https://c.example/c%62',
	'https://c.example/cb%2e',
	'https://c.example/cb%2f',
	'https://c.example/cb/%2e',
	'https://c.example/cb/%2e%2e/cb',
	'https://c.example/cb%00',
	'https://c.example/cb\u0000',
	'https://c.example/cb\u0000.evil.example',
	'https://c.example:443/cb',
	'https://c.example:/cb',
	'https://c.example:8443/cb',
	'http://c.example/cb',
	'HTTPS://c.example/cb',
	'https://C.example/cb',
	'https://c.example./cb',
	'https://c.example.evil/cb',
	'https://c.example.evil.example/cb',
	'https://c.example/cb.evil',
	'https://c.example/cbx',
	'https://c.example/cb;x',
	'https://c.example/cb&x=1',
	'https://c.example/',
	'https://c.example',
	'https://evil.example/https://c.example/cb',
	'https://evil.example/?https://c.example/cb',
	'https://evil.example#https://c.example/cb',
	'https://user@c.example/cb',
	'https://user:pw@c.example/cb',
	'https://c.example@evil.example/cb',
	'https://evil.example\\@c.example/cb',
	'https://c.example\\@evil.example/cb',
	'https://evil.example\u3002c.example/cb',
	'https://sub.c.example/cb',
	'https://xc.example/cb',
	'https://example/cb',
	'//c.example/cb',
	'/cb',
	'cb',
	' https://c.example/cb',
	'https://c.example/cb ',
	'https://c.example/cb\n',
	'\thttps://c.example/cb',
	'https://c.example/cb\r\nX: y',
	'javascript:alert(1)',
	'data:text/html,x',
	'https',
	'*',
	'%',
	'null',
	'undefined',
];

row('AU-03', 'any other redirect_uri: a page, no Location, no code', async (s) => {
	const c = await register(s, { redirect_uris: [HTTPS] });
	const jar = await signedIn(s);
	await each(NOT_REGISTERED, async (redirect_uri) => {
		const params = authParams(s, c, { code_challenge: challenge, redirect_uri });
		for (const who of [new Jar(), jar.copy()]) {
			const r = page(await authorize(s, params, who), 400);
			ok(!formFor(r, 'login') && !formFor(r, 'allow'), 'nothing to go on with');
			lacks(r.text, /href="[^"]*evil/, 'page');
		}
	});
	ok(
		isConsent(
			await follow(s, await authorize(s, authParams(s, c, { code_challenge: challenge }), jar), jar),
		),
		'the registered one is accepted',
	);
});

row('AU-03', 'nor a redirect_uri of another client', async (s) => {
	const a = await register(s, { redirect_uris: ['https://a.example/cb'] });
	await register(s, { redirect_uris: ['https://b.example/cb'] });
	page(
		await authorize(
			s,
			authParams(s, a, { code_challenge: challenge, redirect_uri: 'https://b.example/cb' }),
		),
		400,
	);
});

row('AU-04', 'a registered query is kept, and ours comes after it', async (s) => {
	const uri = 'https://c.example/cb?a=b';
	const c = await register(s, { redirect_uris: [uri] });
	const flow = await obtainCode(s, { client: c });
	const a = answerOf(flow.redirect);
	ok(a.to.startsWith(uri + '&'), `Location: ${a.to}`);
	eq(a.one('a'), 'b', 'a');
	eq(a.one('state'), flow.params.state, 'state');
	status(await redeem(s, flow), 200, 'code');
	await wrong(s, flow.jar, c, { code_challenge: undefined }, 'invalid_request');
	await each(
		[
			'https://c.example/cb',
			'https://c.example/cb?',
			'https://c.example/cb?a=c',
			'https://c.example/cb?a=b&x=1',
			'https://c.example/cb?x=1&a=b',
			'https://c.example/cb?a=b#',
		],
		async (redirect_uri) => {
			page(
				await authorize(
					s,
					authParams(s, c, { code_challenge: challenge, redirect_uri }),
					flow.jar.copy(),
				),
				400,
			);
		},
	);
});

row('AU-05', 'a loopback redirect may use any port', async (s) => {
	await each(
		[
			['http://127.0.0.1/cb', 'http://127.0.0.1:49152/cb'],
			['http://127.0.0.1:8123/cb', 'http://127.0.0.1:9/cb'],
			['http://127.0.0.1:8123/cb', 'http://127.0.0.1/cb'],
			['http://[::1]/cb', 'http://[::1]:65535/cb'],
			['http://localhost/cb', 'http://localhost:3000/cb'],
			['http://localhost:1/callback', 'http://localhost:2/callback'],
			['http://127.0.0.1/cb?a=b', 'http://127.0.0.1:7777/cb?a=b'],
			['http://127.0.0.1/', 'http://127.0.0.1:33418/'],
		],
		async (registered, asked) => {
			const c = await register(s, { redirect_uris: [registered] });
			const flow = await obtainCode(s, { client: c, redirect_uri: asked });
			ok(
				answerOf(flow.redirect).to.startsWith(asked + (asked.includes('?') ? '&' : '?')),
				`Location: ${flow.redirect.headers.location}`,
			);
			status(await redeem(s, flow), 200, 'code');
		},
	);
});

const CROSS = {
	'http://127.0.0.1/cb': [
		'http://localhost/cb',
		'http://localhost:8080/cb',
		'http://[::1]/cb',
		'http://127.0.0.1:1/other',
		'http://127.0.0.1:1/cb/',
		'http://127.0.0.1:1/CB',
		'http://127.0.0.1:1/',
		'http://127.0.0.1:1',
		'https://127.0.0.1/cb',
		'https://127.0.0.1:1/cb',
		'http://127.0.0.2/cb',
		'http://127.0.0.2:1/cb',
		'http://127.0.0.1:0/cb',
		'http://127.0.0.1:65536/cb',
		'http://127.0.0.1:99999999999999999999/cb',
		'http://127.0.0.1:-1/cb',
		'http://127.0.0.1:+1/cb',
		'http://127.0.0.1:08/cb',
		'http://127.0.0.1:0080/cb',
		'http://127.0.0.1: 80/cb',
		'http://127.0.0.1:80x/cb',
		'http://127.0.0.1:/cb',
		'http://127.0.0.1:8080:80/cb',
		'http://127.0.0.1:8080@evil.example/cb',
		'http://127.0.0.1@evil.example/cb',
		'http://127.0.0.1.evil.example/cb',
		'http://127.0.0.1:1.evil.example/cb',
		'http://127.1/cb',
		'http://2130706433/cb',
		'http://0x7f.0.0.1/cb',
		'http://0177.0.0.1/cb',
		'http://127.0.0.01/cb',
		'http://127.0.0.1./cb',
		'http://127.0.0.1:1/cb?x=1',
		'http://127.0.0.1:1/cb#',
		'http://127.0.0.1:1/cb#f',
		'http://127.0.0.1:1/%63b',
		'http://127.0.0.1:1/x/../cb',
		'http://user@127.0.0.1:1/cb',
		'HTTP://127.0.0.1:1/cb',
		'http://127.0.0.1:1\\@evil.example/cb',
		'http://0.0.0.0/cb',
		'http://evil.example/cb',
		'ftp://127.0.0.1/cb',
	],
	'http://localhost/cb': [
		'http://127.0.0.1/cb',
		'http://127.0.0.1:1/cb',
		'http://[::1]:1/cb',
		'http://localhost.:1/cb',
		'http://LOCALHOST:1/cb',
		'http://localhost.evil.example/cb',
		'http://localhost:1@evil.example/cb',
		'https://localhost/cb',
		'http://localhost:0/cb',
		'http://localhostx:1/cb',
		'http://xlocalhost/cb',
		'http://localhost:65536/cb',
		'http://localhost:08/cb',
		'http://localhost:-1/cb',
		'http://localhost:1/other',
	],
	'http://[::1]/cb': [
		'http://127.0.0.1/cb',
		'http://localhost/cb',
		'http://[0:0:0:0:0:0:0:1]/cb',
		'http://[::ffff:127.0.0.1]/cb',
		'http://[::2]/cb',
		'http://[::]/cb',
		'https://[::1]/cb',
		'http://[::1]:0/cb',
		'http://[::1]:65536/cb',
		'http://[::1]:08/cb',
		'http://[::1].evil.example/cb',
		'http://[::1]x/cb',
		'http://::1/cb',
		'http://[::1/cb',
		'http://[::1%25lo]/cb',
		'http://[::1]:1/other',
	],
};

row('AU-06', 'loopback names do not stand for one another, nor odd ports for ports', async (s) => {
	const jar = await signedIn(s);
	for (const [registered, asked] of Object.entries(CROSS)) {
		const c = await register(s, { redirect_uris: [registered] });
		await each(asked, async (redirect_uri) => {
			for (const who of [new Jar(), jar.copy()])
				page(
					await authorize(s, authParams(s, c, { code_challenge: challenge, redirect_uri }), who),
					400,
					`registered ${registered}`,
				);
		});
	}
});

row('AU-07', 'the port is only free on loopback', async (s) => {
	const c = await register(s, { redirect_uris: [HTTPS] });
	const d = await register(s, { redirect_uris: ['https://c.example:8443/cb'] });
	const jar = await signedIn(s);
	page(
		await authorize(
			s,
			authParams(s, c, { code_challenge: challenge, redirect_uri: 'https://c.example:8443/cb' }),
			jar,
		),
		400,
	);
	page(
		await authorize(
			s,
			authParams(s, d, { code_challenge: challenge, redirect_uri: 'https://c.example:8444/cb' }),
			jar,
		),
		400,
	);
	page(await authorize(s, authParams(s, d, { code_challenge: challenge, redirect_uri: HTTPS }), jar), 400);
	const l = await register(s, { redirect_uris: ['https://localhost/cb'] });
	page(
		await authorize(
			s,
			authParams(s, l, { code_challenge: challenge, redirect_uri: 'https://localhost:8443/cb' }),
			jar,
		),
		400,
		'https loopback',
	);
});

row('AU-08', 'redirect_uri left out: good with one registered, a page with two', async (s) => {
	for (const redirect_uri of [undefined, '']) {
		const one = await register(s, { redirect_uris: [HTTPS] });
		const flow = await obtainCode(s, { client: one, redirect_uri });
		eq(answerOf(flow.redirect).base, HTTPS, 'where the code goes');
		status(await redeem(s, flow, { redirect_uri: undefined }), 200, 'code');
		const two = await register(s, { redirect_uris: [HTTPS, 'https://c.example/cb2'] });
		for (const jar of [new Jar(), flow.jar])
			page(
				await authorize(s, authParams(s, two, { code_challenge: challenge, redirect_uri }), jar),
				400,
				'with two registered',
			);
	}
});

async function clientsOfAllKinds(s) {
	return [
		await register(s, { redirect_uris: [HTTPS] }),
		await register(s, { redirect_uris: [HTTPS], token_endpoint_auth_method: 'client_secret_basic' }),
		await register(s, { redirect_uris: [LOOPBACK] }),
	];
}

row('AU-09', 'without code_challenge: invalid_request, public or confidential', async (s) => {
	const jar = await signedIn(s);
	for (const c of await clientsOfAllKinds(s)) {
		for (const more of [
			{ code_challenge: undefined },
			{ code_challenge: '' },
			{ code_challenge: undefined, code_challenge_method: undefined },
		])
			await wrong(s, jar, c, more, 'invalid_request');
	}
});

row('AU-10', 'any method but S256: invalid_request', async (s) => {
	const jar = await signedIn(s);
	for (const c of await clientsOfAllKinds(s))
		await each(
			[
				'plain',
				undefined,
				'',
				's256',
				'S512',
				'S256 ',
				' S256',
				'S256\u0000',
				'none',
				'PLAIN',
				'SHA256',
				'S256,plain',
			],
			(code_challenge_method) => wrong(s, jar, c, { code_challenge_method }, 'invalid_request'),
		);
});

row('AU-11', 'a challenge that no SHA-256 gives: invalid_request', async (s) => {
	const jar = await signedIn(s);
	const c = await register(s, { redirect_uris: [LOOPBACK] });
	const x = 'x'.repeat(42);
	await each(
		[
			x,
			'x'.repeat(44),
			'x'.repeat(128),
			'x'.repeat(129),
			x + '=',
			x + '+',
			x + '/',
			x + ' ',
			' ' + x,
			x + '\u0000',
			x + '.',
			x + '~',
			x + '%',
			x + '\u00e9',
			x + '\n',
			'x',
		],
		(code_challenge) => wrong(s, jar, c, { code_challenge }, 'invalid_request'),
	);
	for (const good of ['x'.repeat(43), '-'.repeat(43), '_'.repeat(42) + 'A'])
		ok(
			isConsent(
				await follow(s, await authorize(s, authParams(s, c, { code_challenge: good }), jar), jar),
			),
			`${good} is accepted`,
		);
});

row('AU-12', 'response_type: only code', async (s) => {
	const jar = await signedIn(s);
	const c = await register(s, { redirect_uris: [HTTPS] });
	await each(
		[
			'token',
			'code token',
			'token code',
			'id_token',
			'CODE',
			'code id_token',
			'none',
			'code ',
			'Code',
			'code\u0000',
		],
		(response_type) => wrong(s, jar, c, { response_type }, 'unsupported_response_type'),
	);
	await each([undefined, ''], (response_type) => wrong(s, jar, c, { response_type }, 'invalid_request'));
});

row('AU-13', 'a parameter given twice', async (s) => {
	const jar = await signedIn(s);
	const c = await register(s, { redirect_uris: [TRUSTED] });
	const base = authParams(s, c, { code_challenge: challenge, scope: 'read:knowledge' });
	await each(
		['scope', 'code_challenge', 'code_challenge_method', 'response_type', 'state'].flatMap((n) => [
			[`${n} alike`, n, base[n]],
			[`${n} unlike`, n, 'other'],
		]),
		async (_, name, second) => {
			const r = await authorize(s, { ...base, [name]: [base[name], second] }, jar.copy());
			status(r, [302, 303]);
			const a = answerOf(r);
			ok(a.to.startsWith(TRUSTED + '?'), `Location: ${a.to}`);
			eq(a.one('error'), 'invalid_request', 'error');
			eq(a.one('iss'), s.issuer, 'iss');
			ok((a.query.state ?? []).length <= 1, 'at most one state');
			ok(!('code' in a.query), 'no code');
		},
	);
	await each(
		['client_id', 'redirect_uri'].flatMap((n) => [
			[`${n} alike`, n, base[n]],
			[`${n} unlike`, n, 'https://evil.example/'],
		]),
		async (_, name, second) => {
			for (const list of [
				[base[name], second],
				[second, base[name]],
			])
				page(await authorize(s, { ...base, [name]: list }, jar.copy()), 400);
		},
	);
	const twice = await follow(
		s,
		await authorize(s, { ...base, resource: [s.resource, s.resource] }, jar),
		jar,
	);
	ok(isConsent(twice), `resource twice, alike: ${twice}`);
	for (const list of [
		[s.resource, 'https://other.example/mcp'],
		['https://other.example/mcp', s.resource],
	])
		errorRedirect(
			s,
			await authorize(s, { ...base, resource: list }, jar.copy()),
			TRUSTED,
			base.state,
			'invalid_target',
		);
});

row('AU-14', 'unknown parameters are ignored, and nothing is fetched', async (s) => {
	let calls = 0;
	const trap = net.createServer((sock) => {
		calls++;
		sock.destroy();
	});
	await new Promise((done) => trap.listen(0, '127.0.0.1', done));
	const at = `http://127.0.0.1:${trap.address().port}/`;
	try {
		const jar = await signedIn(s);
		const c = await register(s, { redirect_uris: [TRUSTED] });
		await each(
			[
				['extra', { extra: 'x', another: '1' }],
				['nonce', { nonce: 'n' }],
				['claims', { claims: '{"userinfo":{}}' }],
				['prompt=consent', { prompt: 'consent' }],
				['login_hint', { login_hint: 'bob' }],
				['response_mode', { response_mode: 'query' }],
				[
					'display',
					{ display: 'popup', ui_locales: 'de', max_age: '0', acr_values: 'x', id_token_hint: 'x' },
				],
				['dpop_jkt', { dpop_jkt: 'x' }],
				['authorization_details', { authorization_details: '[]' }],
				['odd names', { '': 'x', '%00': 'y', 'a[b]': 'c', __proto: '1' }],
				['logo', { logo_uri: at, jwks_uri: at }],
			],
			async (_, more) => {
				const r = await follow(
					s,
					await authorize(s, authParams(s, c, { code_challenge: challenge, ...more }), jar),
					jar,
				);
				ok(isConsent(r), `consent page: ${r}`);
			},
		);
		await each(
			[
				['request', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
				[
					'request_uri of the cloud',
					{ request_uri: 'http://169.254.169.254/' },
					'request_uri_not_supported',
				],
				['request_uri', { request_uri: at }, 'request_uri_not_supported'],
				['urn', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'request_uri_not_supported'],
			],
			async (_, more, code) => {
				const params = authParams(s, c, { code_challenge: challenge, ...more });
				const r = await authorize(s, params, jar.copy());
				if (r.status === 200) ok(isConsent(r), `consent page: ${r}`);
				else if (r.headers.location?.startsWith(TRUSTED))
					errorRedirect(s, r, TRUSTED, params.state, code);
				else ok(isConsent(await follow(s, r, jar.copy())), `consent page: ${r}`);
			},
		);
		const login = await authorize(
			s,
			authParams(s, c, { code_challenge: challenge, prompt: 'login' }),
			jar.copy(),
		);
		const after = await follow(s, login, jar.copy());
		ok(isLogin(after) || isConsent(after), `prompt=login: ${after}`);
		eq(calls, 0, 'calls of the server to the outside');
	} finally {
		trap.close();
	}
});

row(
	'AU-16',
	'where an error goes: the client, for a signed-in user, a loopback or a trusted place; else a page',
	async (s) => {
		const jar = await signedIn(s);
		const kinds = [
			[HTTPS, false],
			[TRUSTED, true],
			[LOOPBACK, true],
			['http://localhost:5000/cb', true],
			['http://[::1]:5000/cb', true],
			['https://claude.ai.evil.example/cb', false],
			['https://evilclaude.ai/cb', false],
			['https://vscode.dev/redirect', true],
			['cursor://anysphere.cursor-mcp/oauth/cb', false],
			['https://claude.ai:8443/cb', null],
			['https://sub.claude.ai/cb', false],
		];
		await each(kinds, async (uri, open) => {
			const c = await register(s, { redirect_uris: [uri] });
			for (const [more, code] of [
				[{ code_challenge: undefined }, 'invalid_request'],
				[{ response_type: 'token' }, 'unsupported_response_type'],
				[{ scope: 'bogus' }, 'invalid_scope'],
				[{ resource: 'https://other.example/' }, 'invalid_target'],
			]) {
				const params = authParams(s, c, { code_challenge: challenge, ...more });
				errorRedirect(s, await authorize(s, params, jar.copy()), uri, params.state, code);
				const stranger = await authorize(s, params);
				if (open) errorRedirect(s, stranger, uri, params.state, code);
				else if (open === false) page(stranger, 400, 'stranger');
				const gone = new Jar([[cookieNames(s).session, 'A'.repeat(43)]]);
				if (open === false)
					page(await authorize(s, params, gone), 400, 'with a cookie that is no session');
			}
		});
	},
);

row(
	'AU-16',
	"the trusted places are the owner's",
	async (s) => {
		const c = await register(s, { redirect_uris: ['https://mine.example/cb'] });
		const d = await register(s, { redirect_uris: [TRUSTED] });
		const params = authParams(s, c, { code_challenge: undefined });
		errorRedirect(
			s,
			await authorize(s, params),
			'https://mine.example/cb',
			params.state,
			'invalid_request',
		);
		page(await authorize(s, authParams(s, d, {})), 400, 'no longer on the list');
	},
	{ settings: { trusted_redirects: 'mine.example' } },
);

/** Location's bytes of one parameter, as they decode: + is a blank, %XX a byte. */
function bytesOf(location, name) {
	const all = location
		.slice(location.indexOf('?') + 1)
		.split('&')
		.filter((p) => p.startsWith(name + '='));
	eq(all.length, 1, `number of ${name} in ${location.slice(0, 200)}`);
	const out = [];
	const text = all[0].slice(name.length + 1);
	for (let i = 0; i < text.length; i++) {
		if (text[i] === '%') {
			out.push(parseInt(text.slice(i + 1, i + 3), 16));
			i += 2;
		} else {
			out.push(text[i] === '+' ? 32 : text.charCodeAt(i));
		}
	}
	return Buffer.from(out);
}

row('AU-17', 'state comes back bit for bit, in success, refusal and error', async (s) => {
	const jar = await signedIn(s);
	const c = await register(s, { redirect_uris: [TRUSTED] });
	await each(
		[
			['4 KiB', Buffer.from('s'.repeat(4096))],
			['NUL', Buffer.from('a\u0000b')],
			['CRLF', Buffer.from('\r\nSet-Cookie:x=y')],
			['markup', Buffer.from('"><script>alert(1)</script>')],
			['4-byte UTF-8', Buffer.from('\ud83d\ude80\ud83d\ude80')],
			['plus', Buffer.from('a+b')],
			['blank', Buffer.from('a b')],
			['percent', Buffer.from('100%25%zz')],
			['separators', Buffer.from('a&code=x;b=c#d?e=/f')],
			['quotes', Buffer.from(`'"\\\``)],
			['one', Buffer.from('0')],
			['JSON', Buffer.from('{"a":[1,2]}')],
			['base64', Buffer.from('YWJj+/==')],
			['all of ASCII', Buffer.from(Array.from({ length: 127 }, (_, i) => i + 1))],
		],
		async (_, state) => {
			const flow = await toConsent(s, { client: c, jar, state });
			ok(!flow.page.text.includes('<script'), 'no markup of the state on the page');
			const allowed = await consent(s, flow.page, jar, 'allow');
			status(allowed, 303);
			ok(allowed.headers.location.startsWith(TRUSTED + '?'), 'Location');
			ok(
				bytesOf(allowed.headers.location, 'state').equals(state),
				`state of the success: ${allowed.headers.location.slice(0, 300)}`,
			);
			eq(allowed.all['set-cookie'], undefined, 'Set-Cookie');
			const again = await toConsent(s, { client: c, jar, state });
			const denied = await consent(s, again.page, jar, 'deny');
			ok(bytesOf(denied.headers.location, 'state').equals(state), 'state of the refusal');
			const bad = await authorize(
				s,
				authParams(s, c, { code_challenge: challenge, state, scope: 'bogus' }),
				jar.copy(),
			);
			ok(bytesOf(bad.headers.location, 'state').equals(state), 'state of the error');
		},
	);
	for (const state of ['', undefined]) {
		const flow = await obtainCode(s, { client: c, jar, state });
		ok(!('state' in answerOf(flow.redirect).query), 'an empty state is none');
	}
});

row('AU-18', 'scope: malformed or unknown is refused, the rest reduced to what is known', async (s) => {
	const jar = await signedIn(s);
	const c = await register(s, { redirect_uris: [TRUSTED] });
	await each(
		[
			'bogus',
			'READ:KNOWLEDGE',
			'read',
			'bogus other',
			'x y z',
			'openid bogus',
			'OpenID',
			'read:knowledge "',
			'read:"knowledge',
			'read:knowledge \\',
			'read:knowledge\u0001',
			'read:knowledge\twrite:knowledge',
			'read:knowledge\n',
			'read:knowledge \u00e9',
			'read:knowledge\u0000',
			'read:knowledge,write:knowledge',
			'*',
			'%',
		],
		async (scope) => {
			const params = authParams(s, c, { code_challenge: challenge, scope });
			const r = await authorize(s, params, jar.copy());
			if (r.status === 400 && hasNul({ scope })) return page(r, 400);
			errorRedirect(s, r, TRUSTED, params.state, 'invalid_scope');
		},
	);
	const huge = authParams(s, c, { code_challenge: challenge, scope: 'x'.repeat(10240) });
	errorRedirect(s, await post(s, huge, jar.copy()), TRUSTED, huge.state, 'invalid_scope');
	const another = () => register(s, { client_name: `Scopes ${random()}`, redirect_uris: [TRUSTED] });
	const READ = /Search and read the documents in the knowledge base/;
	const WRITE = /Add documents to the knowledge base, and change or delete yours/;
	await each(
		[
			['none', undefined, 'read:knowledge write:knowledge'],
			['empty', '', 'read:knowledge write:knowledge'],
			['both', 'read:knowledge write:knowledge', 'read:knowledge write:knowledge'],
			['read', 'read:knowledge', 'read:knowledge'],
			['write', 'write:knowledge', 'write:knowledge'],
			['twice', 'read:knowledge read:knowledge', 'read:knowledge'],
			['one unknown', 'read:knowledge bogus', 'read:knowledge'],
			['unknown first', 'openid profile email write:knowledge', 'write:knowledge'],
			['other order', 'write:knowledge read:knowledge', 'read:knowledge write:knowledge'],
			['of other worlds alone', 'openid profile email', 'read:knowledge write:knowledge'],
			['one of other worlds', 'openid', 'read:knowledge write:knowledge'],
		],
		async (_, scope, want) => {
			// One that was allowed nothing yet: otherwise the page offers the sum.
			const flow = await toConsent(s, { client: await another(), jar, scope });
			const text = visibleText(flow.page.text);
			eq(READ.test(text), want.includes('read'), 'reading is shown');
			eq(WRITE.test(text), want.includes('write'), 'writing is shown');
			const r = await consent(s, flow.page, jar, 'allow');
			const t = await redeem(s, { ...flow, code: answerOf(r).one('code') });
			status(t, 200);
			eq(t.json.scope.split(' ').sort().join(' '), want, 'scope of the token');
		},
	);
	const offline = await obtain(s, { client: await another(), jar, scope: 'read:knowledge offline_access' });
	eq(
		offline.tokens.scope
			.split(' ')
			.filter((x) => x !== 'offline_access')
			.join(' '),
		'read:knowledge',
		'scope with offline_access',
	);
});

row('AU-19', 'resource: ours in its spellings, or invalid_target', async (s) => {
	const jar = await signedIn(s);
	const c = await register(s, { redirect_uris: [TRUSTED] });
	const { host, port } = new URL(s.issuer);
	await each(
		[
			['missing', undefined],
			['empty', ''],
			['canonical', s.resource],
			['upper-case scheme', `HTTP://${host}/mcp`],
			['mixed case', `hTTp://${host}/mcp`],
		],
		async (_, resource) => {
			const flow = await toConsent(s, { client: c, jar, resource });
			ok(visibleText(flow.page.text).includes(s.resource), 'the canonical resource is shown');
			const t = await redeem(s, {
				...flow,
				code: answerOf(await consent(s, flow.page, jar)).one('code'),
			});
			status(t, 200);
			await assertAlive(s, t.json.access_token);
		},
	);
	await each(
		[
			`${s.resource}#f`,
			`${s.resource}#`,
			`${s.resource}?x=1`,
			`${s.resource}2`,
			`${s.resource}/x`,
			`${s.resource}/../mcp`,
			`http://${host}/MCP`,
			`http://${host}/other`,
			'https://other.example/mcp',
			`https://${host}/mcp`,
			`http://127.0.0.1:${port}1/mcp`,
			`http://localhost:${port}/mcp`,
			`http://user@${host}/mcp`,
			`http://${host}@evil.example/mcp`,
			`http://${host}.evil.example/mcp`,
			'/mcp',
			'mcp',
			'//127.0.0.1/mcp',
			'urn:x:y',
			'http:',
			'http://',
			'#',
			`${s.resource} `,
			`${s.resource}\u0000`,
			'http:/mcp',
			`${s.resource},${s.resource}`,
		],
		async (resource) => {
			const params = authParams(s, c, { code_challenge: challenge, resource });
			const r = await authorize(s, params, jar.copy());
			if (r.status === 400 && hasNul({ resource })) return page(r, 400);
			errorRedirect(s, r, TRUSTED, params.state, 'invalid_target');
		},
	);
	for (const resource of [`${s.resource}/`, s.issuer, `${s.issuer}/`]) {
		const params = authParams(s, c, { code_challenge: challenge, resource });
		const r = await authorize(s, params, jar.copy());
		const again = await authorize(s, { ...params, state: params.state }, jar.copy());
		eq(again.status, r.status, `${resource}: the same answer twice`);
		if (r.headers.location?.startsWith(TRUSTED))
			errorRedirect(s, r, TRUSTED, params.state, 'invalid_target');
		else
			await assertAlive(
				s,
				(await obtain(s, { client: c, jar, resource })).tokens.access_token,
				`token for ${resource}`,
			);
	}
});

row(
	'AU-19',
	'an upper-case host is the same host',
	async (s) => {
		const jar = await signedIn(s);
		for (const resource of ['https://MCP.Example/mcp', 'HTTPS://mcp.example/mcp']) {
			const t = await obtain(s, { jar, resource });
			ok(t.tokens.access_token, resource);
		}
		const c = await register(s, { redirect_uris: [TRUSTED] });
		const params = authParams(s, c, { code_challenge: challenge, resource: 'https://mcp.example/MCP' });
		errorRedirect(s, await authorize(s, params, jar), TRUSTED, params.state, 'invalid_target');
	},
	{ settings: { issuer: 'https://mcp.example' } },
);

row(
	'AU-20',
	'a URL of 64 KiB, 5 000 parameters: refused, flat memory',
	async (s) => {
		const c = await register(s);
		const q = formEncode(authParams(s, c, { code_challenge: challenge }));
		for (const path of [
			`/authorize?${q}&x=${'y'.repeat(65536)}`,
			`/authorize?${'a=1&'.repeat(5000)}${q}`,
			`/authorize?${'&'.repeat(30000)}`,
			`/authorize?${'%41'.repeat(20000)}`,
		]) {
			const r = await raw(s, { path });
			status(r, [400, 414, 431]);
			ok(r.headers.location === undefined, 'no Location');
		}
		const body = await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: 'a=1&'.repeat(5000) + q,
			headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		});
		status(body, [400, 413], '5 000 parameters in the body');
		const big = await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: q + '&x=' + 'y'.repeat(65536),
			headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		});
		status(big, 413, 'a body over 64 KiB');
		if (isFastcgi(s.front))
			for (const p of s.processes().filter((x) => x.exe.startsWith('authorize')))
				ok(p.peak > 0 && p.peak < 32 << 20, `peak memory of ${p.exe}: ${p.peak >> 20} MiB`);
		ok(isLogin(await authorize(s, authParams(s, c, { code_challenge: challenge }))), 'still serving');
	},
	{ own: true },
);

row('AU-21', 'the request by POST is the request by GET; both at once are refused', async (s) => {
	const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
	const c = await register(s, { redirect_uris: [TRUSTED] });
	const params = authParams(s, c, { code_challenge: challenge });
	const jar = new Jar();
	const r = await follow(
		s,
		jar.absorb(
			await raw(s, { method: 'POST', path: '/authorize', body: formEncode(params), headers: form }),
		),
		jar,
	);
	ok(isLogin(r), `sign-in page: ${r}`);
	const known = await signedIn(s);
	const asked = await follow(
		s,
		known.absorb(
			await raw(s, {
				method: 'POST',
				path: '/authorize',
				body: formEncode(params),
				headers: { ...form, ...known.header() },
			}),
		),
		known,
	);
	ok(isConsent(asked), `consent page: ${asked}`);
	eq(answerOf(await consent(s, asked, known)).one('state'), params.state, 'state');
	page(
		await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: formEncode({ ...params, client_id: 'c_x' }),
			headers: form,
		}),
		400,
		'unknown client by POST',
	);
	const bad = await raw(s, {
		method: 'POST',
		path: '/authorize',
		body: formEncode({ ...params, response_type: 'token' }),
		headers: form,
	});
	errorRedirect(s, bad, TRUSTED, params.state, 'unsupported_response_type');
	for (const query of [
		formEncode({ client_id: c.client_id }),
		formEncode({ state: 'other' }),
		formEncode(params),
		'x=1',
	])
		page(
			await raw(s, {
				method: 'POST',
				path: `/authorize?${query}`,
				body: formEncode(params),
				headers: { ...form, ...known.header() },
			}),
			400,
			`query ${query.slice(0, 30)}`,
		);
	for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', null]) {
		const t = await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: formEncode(params),
			headers: { 'Content-Type': type },
		});
		status(t, [400, 415], `Content-Type ${type}`);
		ok(t.headers.location === undefined, 'no Location');
	}
	for (const method of ['PUT', 'DELETE', 'PATCH']) {
		const t = await raw(s, { method, path: '/authorize', body: method === 'DELETE' ? undefined : 'x=1' });
		status(t, 405, method);
		match(t.headers.allow, /\bGET\b/, 'Allow');
		match(t.headers.allow, /\bPOST\b/, 'Allow');
	}
});

row('AU-22', 'no CORS on the authorization endpoint', async (s) => {
	const c = await register(s);
	const q = formEncode(authParams(s, c, { code_challenge: challenge }));
	const seen = [
		await raw(s, {
			method: 'OPTIONS',
			path: `/authorize?${q}`,
			headers: {
				Origin: 'https://x.example',
				'Access-Control-Request-Method': 'POST',
				'Access-Control-Request-Headers': 'content-type',
			},
		}),
		await raw(s, {
			method: 'OPTIONS',
			path: '/authorize',
			headers: { Origin: s.issuer, 'Access-Control-Request-Method': 'GET' },
		}),
		await raw(s, { path: `/authorize?${q}`, headers: { Origin: 'https://x.example' } }),
		await raw(s, { path: '/authorize?client_id=x', headers: { Origin: 'https://x.example' } }),
		await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: 'pending=x&csrf=y&action=login',
			headers: { Origin: 'https://x.example', 'Content-Type': 'application/x-www-form-urlencoded' },
		}),
	];
	for (const r of seen)
		for (const name of Object.keys(r.headers))
			lacks(name, /^access-control-/, `headers of ${r.request.method}`);
	oneOf(seen[0].status, [204, 200, 403, 405], 'status of the preflight');
});

row('AU-23', 'the way back: one code, one state, one iss', async (s) => {
	for (const uri of [
		HTTPS,
		LOOPBACK,
		TRUSTED,
		'cursor://anysphere.cursor-mcp/oauth/cb',
		'com.example.app:/cb',
	]) {
		const c = await register(s, { redirect_uris: [uri] });
		const flow = await obtainCode(s, { client: c });
		const r = flow.redirect;
		status(r, 303);
		const a = answerOf(r);
		eq(a.base, uri, 'where it goes');
		eq(Object.keys(a.query).sort(), ['code', 'iss', 'state'], 'parameters');
		for (const n of ['code', 'iss', 'state']) eq(a.query[n].length, 1, `number of ${n}`);
		eq(a.one('iss'), s.issuer, 'iss');
		eq(a.one('state'), flow.params.state, 'state');
		lacks(a.to, /#/, 'Location');
		match(r.headers['cache-control'], /no-store/, 'Cache-Control');
		eq(r.headers['referrer-policy'], 'no-referrer', 'Referrer-Policy');
		lacks(r.text, /mcpc_/, 'body of the redirect');
	}
	const doc = await raw(s, { path: '/.well-known/oauth-authorization-server' });
	eq(doc.json.issuer, s.issuer, 'issuer of the metadata');
});

/** How many different characters stand at each place of these texts. */
function varietyAt(texts, from, to) {
	return Array.from({ length: to - from }, (_, i) => new Set(texts.map((t) => t[from + i])).size);
}

row(
	'AU-24',
	'a thousand codes',
	async (s) => {
		const n = isFastcgi(s.front) ? 1000 : 200; // the others pay for every process, or for every sanitized byte
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		const codes = [];
		const worker = async () => {
			while (codes.length < n) codes.push((await obtainCode(s, { client, jar: jar.copy() })).code);
		};
		await Promise.all([worker(), worker(), worker(), worker()]);
		eq(new Set(codes).size, codes.length, 'number of different codes');
		for (const code of codes) match(code, /^mcpc_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/, 'code');
		const variety = varietyAt(codes, 5, 47);
		ok(
			Math.min(...variety) >= (n >= 1000 ? 60 : 50),
			`every place takes nearly every character: ${Math.min(...variety)} at least`,
		);
		ok(!codes.some((c) => /alice/i.test(c)), 'no user name in a code');
		const dump = s.dump().toLowerCase();
		for (const code of codes.slice(-20)) {
			ok(!dump.includes(code.toLowerCase()), 'no code is stored');
			ok(dump.includes(sha256(code).toString('hex')), 'its SHA-256 is');
		}
	},
	{ own: true },
);

row('AU-26', 'prompt=none never asks and never agrees', async (s) => {
	const jar = await signedIn(s);
	for (const uri of [TRUSTED, LOOPBACK]) {
		const c = await register(s, { redirect_uris: [uri] });
		const params = authParams(s, c, { code_challenge: challenge, prompt: 'none' });
		errorRedirect(s, await authorize(s, params), uri, params.state, [
			'login_required',
			'interaction_required',
		]);
		errorRedirect(s, await authorize(s, params, jar.copy()), uri, params.state, [
			'interaction_required',
			'consent_required',
			'login_required',
		]);
		await obtain(s, { client: c, jar });
		errorRedirect(s, await authorize(s, params, jar.copy()), uri, params.state, [
			'interaction_required',
			'consent_required',
			'login_required',
		]);
	}
	const c = await register(s, { redirect_uris: [HTTPS] });
	const params = authParams(s, c, { code_challenge: challenge, prompt: 'none' });
	const r = page(await authorize(s, params), 400);
	ok(!formFor(r, 'login'), 'no sign-in page');
	const known = await authorize(s, params, jar.copy());
	if (known.headers.location)
		errorRedirect(s, known, HTTPS, params.state, [
			'interaction_required',
			'consent_required',
			'login_required',
		]);
	else page(known, 400);
});
