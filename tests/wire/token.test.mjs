// SPDX-License-Identifier: ISC
//
// Trading a code for tokens: once, by the client it was given to, with its verifier and its way of proving itself;
// and everything else that is sent to the token endpoint.

import { CUT, isFastcgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, lacks, match, oauthError, ok, oneOf, status } from '../lib/check.mjs';
import {
	allowedScopes,
	assertAlive,
	assertDead,
	b64u,
	basic,
	formEncode,
	HTTPS,
	LOOPBACK,
	obtain,
	obtainCode,
	pkce,
	random,
	raw,
	redeem,
	refresh,
	register,
	sha256,
	toConsent,
	token,
} from '../lib/oauth.mjs';

const ACCESS = /^mcpa_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/;
const REFRESH = /^mcpr_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}$/;
/** Bytes that no parameter has are a matter of the form: refusing the request as such is as good as refusing the value. */
const orBadForm = (value, code) =>
	Buffer.isBuffer(value) || String(value).includes('\u0000') ? [code, 'invalid_request'] : code;
const scopes = (text) => text.split(' ').sort();

/** Codes without signing in each time: one client, one browser. */
async function source(s, metadata = {}) {
	const client = await register(s, metadata);
	const { jar } = await toConsent(s, { client });
	return { client, jar, next: (o = {}) => obtainCode(s, { client, jar, ...o }) };
}

async function stillGood(s, flow, what = 'the code is not burnt') {
	const r = await redeem(s, flow);
	status(r, 200, what);
	return r.json;
}

row('TC-01', 'a valid code gives tokens', async (s) => {
	for (const metadata of [
		{},
		{ token_endpoint_auth_method: 'client_secret_basic' },
		{ token_endpoint_auth_method: 'client_secret_post' },
	]) {
		const flow = await obtainCode(s, { metadata, scope: 'read:knowledge write:knowledge' });
		const r = await redeem(s, flow);
		status(r, 200);
		match(r.headers['content-type'], /^application\/json$/i, 'Content-Type');
		match(r.headers['cache-control'], /no-store/, 'Cache-Control');
		const t = r.json;
		match(t.access_token, ACCESS, 'access_token');
		match(t.refresh_token, REFRESH, 'refresh_token');
		eq(t.token_type, 'Bearer', 'token_type');
		eq(t.expires_in, 3600, 'expires_in');
		eq(scopes(t.scope), ['read:knowledge', 'write:knowledge'], 'scope');
		for (const k of Object.keys(t))
			oneOf(
				k,
				['access_token', 'refresh_token', 'token_type', 'expires_in', 'scope'],
				'member of the answer',
			);
		await assertAlive(s, t.access_token);
		eq(
			(await allowedScopes(s, t.access_token)).sort(),
			['read:knowledge', 'write:knowledge'],
			'what the token may do',
		);
	}
	const only = await obtain(s, { scope: 'read:knowledge' });
	eq(only.tokens.scope, 'read:knowledge', 'scope of a smaller grant');
	eq(await allowedScopes(s, only.tokens.access_token), ['read:knowledge'], 'what the smaller token may do');
	const none = await obtain(s, { metadata: { grant_types: ['authorization_code'] } });
	ok(!('refresh_token' in none.tokens), 'no refresh token for a client that does not use them');
});

row(
	'TC-01',
	'an access token ends when it said',
	async (s) => {
		const { tokens } = await obtain(s);
		eq(tokens.expires_in, 3, 'expires_in');
		await assertAlive(s, tokens.access_token);
		await sleep(4300);
		await assertDead(s, tokens.access_token);
	},
	{ own: true, settings: { access_ttl: 3 } },
);

row('TC-02', 'a code is good once, and its replay takes back what it gave', async (s) => {
	for (const metadata of [{}, { token_endpoint_auth_method: 'client_secret_basic' }]) {
		const flow = await obtain(s, { metadata });
		await assertAlive(s, flow.tokens.access_token, 'first access token');
		oauthError(await redeem(s, flow), 400, 'invalid_grant', 'second redemption');
		await assertDead(s, flow.tokens.access_token, 'first access token after the replay');
		oauthError(
			await refresh(s, flow.client, flow.tokens.refresh_token),
			400,
			'invalid_grant',
			'first refresh token after the replay',
		);
		oauthError(await redeem(s, flow), 400, 'invalid_grant', 'third redemption');
	}
});

row('TC-02', 'the replay reaches what the refresh token gave since', async (s) => {
	const flow = await obtain(s);
	const next = await refresh(s, flow.client, flow.tokens.refresh_token);
	status(next, 200);
	oauthError(await redeem(s, flow), 400, 'invalid_grant');
	await assertDead(s, next.json.access_token, 'newer access token');
	oauthError(
		await refresh(s, flow.client, next.json.refresh_token),
		400,
		'invalid_grant',
		'newer refresh token',
	);
});

row('TC-02', 'a replay that proves nothing takes nothing back', async (s) => {
	const other = await register(s);
	const flow = await obtain(s);
	oauthError(
		await redeem(s, flow, { code_verifier: pkce().verifier }),
		400,
		'invalid_grant',
		'with another verifier',
	);
	oauthError(await redeem(s, { ...flow, client: other }), 400, 'invalid_grant', 'by another client');
	oauthError(
		await redeem(s, flow, { redirect_uri: 'http://127.0.0.1/other' }),
		400,
		'invalid_grant',
		'with another redirect_uri',
	);
	await assertAlive(s, flow.tokens.access_token);
	status(await refresh(s, flow.client, flow.tokens.refresh_token), 200, 'refresh');
	const twin = await obtain(s, { client: flow.client, jar: flow.jar });
	const mine = await obtain(s, { client: flow.client, jar: flow.jar });
	oauthError(await redeem(s, mine), 400, 'invalid_grant', 'replay of one of two grants');
	await assertAlive(s, twin.tokens.access_token, 'token of the other grant');
});

row('TC-04', 'a wrong verifier does not burn the code, five do', async (s) => {
	const src = await source(s);
	const one = await src.next();
	oauthError(
		await redeem(s, one, { code_verifier: pkce().verifier }),
		400,
		'invalid_grant',
		'wrong verifier',
	);
	await stillGood(s, one);
	const four = await src.next();
	for (let i = 0; i < 4; i++)
		oauthError(
			await redeem(s, four, { code_verifier: pkce().verifier }),
			400,
			'invalid_grant',
			`wrong verifier ${i + 1}`,
		);
	await stillGood(s, four, 'after four wrong verifiers');
	const five = await src.next();
	for (let i = 0; i < 5; i++)
		oauthError(
			await redeem(s, five, { code_verifier: pkce().verifier }),
			400,
			'invalid_grant',
			`wrong verifier ${i + 1}`,
		);
	oauthError(await redeem(s, five), 400, 'invalid_grant', 'the right one after five wrong ones');
});

row('TC-05', 'verifiers that are none', async (s) => {
	const src = await source(s);
	await each(
		[
			['42 characters', 'v'.repeat(42)],
			['129 characters', 'v'.repeat(129)],
			['one', 'v'],
			['blank', ' '.repeat(43)],
			['plus', '+'.repeat(43)],
			['slash', '/'.repeat(43)],
			['equals', 'v'.repeat(42) + '='],
			['NUL', 'v'.repeat(42) + '\u0000'],
			['UTF-8', '\u00e9'.repeat(43)],
			['invalid UTF-8', Buffer.alloc(43, 0xff)],
			['newline', 'v'.repeat(43) + '\n'],
			['the challenge', null],
			['60 000', 'v'.repeat(60000)],
		],
		async (_, verifier) => {
			const flow = await src.next();
			oauthError(
				await redeem(s, flow, { code_verifier: verifier ?? flow.challenge }),
				400,
				orBadForm(verifier, 'invalid_grant'),
			);
			await stillGood(s, flow);
		},
	);
	for (const verifier of [undefined, '']) {
		const flow = await src.next();
		for (let i = 0; i < 2; i++)
			oauthError(
				await redeem(s, flow, { code_verifier: verifier }),
				400,
				'invalid_request',
				'missing verifier',
			);
		await stillGood(s, flow);
	}
	for (const verifier of ['v'.repeat(43), 'v'.repeat(128), '-._~' + 'A0z9'.repeat(11)])
		await stillGood(
			s,
			await src.next({ verifier }),
			`verifier ${verifier.slice(0, 10)} of ${verifier.length}`,
		);
	const near = await src.next();
	oauthError(
		await redeem(s, near, {
			code_verifier: near.verifier.slice(0, -1) + (near.verifier.endsWith('A') ? 'B' : 'A'),
		}),
		400,
		'invalid_grant',
		'one character other',
	);
	oauthError(
		await redeem(s, near, { code_verifier: near.verifier + 'A' }),
		400,
		'invalid_grant',
		'one character more',
	);
	await stillGood(s, near);
});

row('TC-06', 'a code in the hand of another client', async (s) => {
	const others = [
		await register(s),
		await register(s, { token_endpoint_auth_method: 'client_secret_basic' }),
		await register(s, { token_endpoint_auth_method: 'client_secret_post' }),
	];
	for (const metadata of [{}, { token_endpoint_auth_method: 'client_secret_basic' }]) {
		const flow = await obtainCode(s, { metadata });
		for (const client of others)
			oauthError(
				await redeem(s, { ...flow, client }),
				400,
				'invalid_grant',
				`by a client with ${client.token_endpoint_auth_method}`,
			);
		const t = await stillGood(s, flow);
		for (const client of others)
			oauthError(
				await redeem(s, { ...flow, client }),
				400,
				'invalid_grant',
				'again, after the redemption',
			);
		await assertAlive(s, t.access_token, 'token after attempts of others');
		status(await refresh(s, flow.client, t.refresh_token), 200, 'refresh after attempts of others');
	}
});

row('TC-07', 'redirect_uri: the one of the request, or none', async (s) => {
	const src = await source(s, { redirect_uris: [HTTPS, 'https://c.example/cb2'] });
	await each(
		[
			['another registered one', 'https://c.example/cb2'],
			['a foreign one', 'https://evil.example/'],
			['with a slash', HTTPS + '/'],
			['other case', 'https://C.example/cb'],
			['with a query', HTTPS + '?'],
			['garbage', 'x'],
			['cut', HTTPS.slice(0, -1)],
			['NUL', HTTPS + '\u0000'],
		],
		async (_, redirect_uri) => {
			const flow = await src.next();
			oauthError(
				await redeem(s, flow, { redirect_uri }),
				400,
				orBadForm(redirect_uri, 'invalid_grant'),
			);
			await stillGood(s, flow);
		},
	);
	for (const redirect_uri of [undefined, ''])
		status(await redeem(s, await src.next(), { redirect_uri }), 200, 'left out');
	const local = await source(s, { redirect_uris: [LOOPBACK] });
	const asked = 'http://127.0.0.1:49152/cb';
	for (const redirect_uri of [LOOPBACK, 'http://127.0.0.1:49153/cb', 'http://localhost:49152/cb']) {
		const flow = await local.next({ redirect_uri: asked });
		oauthError(
			await redeem(s, flow, { redirect_uri }),
			400,
			'invalid_grant',
			`${redirect_uri} instead of ${asked}`,
		);
		await stillGood(s, flow);
	}
	const bare = await local.next({ redirect_uri: undefined });
	oauthError(
		await redeem(s, bare, { redirect_uri: 'https://evil.example/' }),
		400,
		'invalid_grant',
		'a foreign one where none was sent before',
	);
	status(await redeem(s, bare, { redirect_uri: undefined }), 200, 'none, as none was sent before');
});

row(
	'TC-08',
	'a code that waited too long',
	async (s) => {
		const flow = await obtainCode(s);
		const kept = await obtain(s, { client: flow.client, jar: flow.jar });
		await sleep(4300);
		oauthError(await redeem(s, flow), 400, 'invalid_grant');
		oauthError(await redeem(s, flow), 400, 'invalid_grant', 'again');
		await assertAlive(s, kept.tokens.access_token, 'token of a code redeemed in time');
	},
	{ own: true, settings: { code_ttl: 3 } },
);

row('TC-09', 'codes that are none', async (s) => {
	const src = await source(s);
	const good = await src.next();
	const used = await obtain(s, { client: src.client, jar: src.jar });
	const flip = (text, i) =>
		text.slice(0, i) + String.fromCharCode(text.charCodeAt(i) ^ 1) + text.slice(i + 1);
	await each(
		[
			['bit in the prefix', flip(good.code, 1)],
			['bit in the random part', flip(good.code, 20)],
			['bit in the last character', flip(good.code, good.code.length - 1)],
			['cut', good.code.slice(0, -1)],
			['half', good.code.slice(0, 25)],
			['longer', good.code + 'A'],
			['twice', good.code + good.code],
			['NUL after', good.code + '\u0000'],
			['NUL inside', good.code.slice(0, 10) + '\u0000' + good.code.slice(11)],
			['literal %00', good.code + '%00'],
			['blank after', good.code + ' '],
			['blank before', ' ' + good.code],
			['newline after', good.code + '\n'],
			['access token', used.tokens.access_token],
			['refresh token', used.tokens.refresh_token],
			['other prefix', 'mcpr_' + good.code.slice(5)],
			['upper case', good.code.toUpperCase()],
			['SQL', "' OR 1=1 --"],
			['SQL after', good.code + "' --"],
			['percent', '%'],
			['JSON', '{"$gt":""}'],
			['invalid UTF-8', Buffer.from([0xff, 0xfe])],
			['random of the right form', 'mcpc_' + random(32) + 'AAAAAA'],
			['60 000', 'mcpc_' + 'x'.repeat(60000)],
			['0', '0'],
			['null', 'null'],
		],
		async (_, code) => oauthError(await redeem(s, good, { code }), 400, orBadForm(code, 'invalid_grant')),
	);
	oauthError(
		await redeem(s, good, { code: 'x'.repeat(1 << 20) }),
		[400, 413],
		['invalid_grant', 'invalid_request'],
		'1 MiB',
	);
	for (const code of [undefined, ''])
		oauthError(await redeem(s, good, { code }), 400, 'invalid_request', 'no code');
	await stillGood(s, good);
	await assertAlive(s, used.tokens.access_token);
});

row('TC-10', 'grants that do not exist', async (s) => {
	const src = await source(s);
	const flow = await src.next();
	const bad = [
		'password',
		'implicit',
		'urn:ietf:params:oauth:grant-type:device_code',
		'urn:ietf:params:oauth:grant-type:token-exchange',
		'urn:ietf:params:oauth:grant-type:jwt-bearer',
		'urn:ietf:params:oauth:grant-type:saml2-bearer',
		'AUTHORIZATION_CODE',
		'authorization_code ',
		'authorization_code\u0000',
		'code',
		'x',
		'%',
	];
	await each(bad, async (grant_type) => {
		oauthError(
			await redeem(s, flow, { grant_type }),
			400,
			orBadForm(grant_type, 'unsupported_grant_type'),
		);
		oauthError(
			await redeem(s, flow, {
				grant_type,
				username: 'alice',
				password: s.password,
				assertion: 'eyJhbGciOiJub25lIn0.e30.',
				subject_token: 'x',
				device_code: 'x',
			}),
			400,
			orBadForm(grant_type, 'unsupported_grant_type'),
			'with its parameters',
		);
	});
	for (const more of [
		{ client_id: undefined },
		{ client_id: 'c_' + 'A'.repeat(22) },
		{ client_secret: 'wrong' },
	])
		oauthError(
			await redeem(s, flow, { grant_type: 'password', ...more }),
			400,
			'unsupported_grant_type',
			`before any proof is looked at: ${Object.keys(more)}`,
		);
	for (const grant_type of [undefined, ''])
		oauthError(await redeem(s, flow, { grant_type }), 400, 'invalid_request', 'missing');
	oauthError(
		await redeem(s, flow, { grant_type: 'refresh_token' }),
		400,
		'invalid_request',
		'refresh_token without one',
	);
	await stillGood(s, flow);
});

const FORM = 'application/x-www-form-urlencoded';

row('TC-11', 'POST and a form, nothing else', async (s) => {
	const src = await source(s);
	const flow = await src.next();
	const params = {
		grant_type: 'authorization_code',
		code: flow.code,
		redirect_uri: flow.params.redirect_uri,
		code_verifier: flow.verifier,
		client_id: flow.client.client_id,
	};
	for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD']) {
		const r = await raw(s, {
			method,
			path: `/token?${formEncode(params)}`,
			body: ['PUT', 'PATCH'].includes(method) ? formEncode(params) : undefined,
			headers: { 'Content-Type': FORM },
		});
		status(r, 405, method);
		eq(r.headers.allow.split(/,\s*/).sort(), ['OPTIONS', 'POST'], `Allow for ${method}`);
	}
	await each(
		[
			['JSON', 'application/json', JSON.stringify(params)],
			['mixed', `application/json, ${FORM}`],
			['mixed the other way', `${FORM}, application/json`],
			['none', null],
			['text', 'text/plain'],
			['multipart', 'multipart/form-data; boundary=x'],
			['longer', FORM + 'x'],
			['shorter', FORM.slice(0, -1)],
			['charset as type', 'charset=utf-8'],
			['empty', ''],
			['JSON called a form', FORM, JSON.stringify(params)],
		],
		async (_, type, body = formEncode(params)) => {
			const r = await token(s, body, { 'Content-Type': type });
			if (r.byServer) return status(r, 400);
			oauthError(r, 400, 'invalid_request');
		},
	);
	oauthError(
		await token(s, '', {}, { path: `/token?${formEncode(params)}` }),
		400,
		'invalid_request',
		'everything in the query',
	);
	oauthError(
		await token(
			s,
			{ ...params, grant_type: undefined },
			{},
			{ path: '/token?grant_type=authorization_code' },
		),
		400,
		'invalid_request',
		'one of them in the query',
	);
	oauthError(
		await token(
			s,
			{ ...params, code_verifier: undefined },
			{},
			{ path: `/token?code_verifier=${flow.verifier}` },
		),
		400,
		'invalid_request',
		'verifier in the query',
	);
	oauthError(await token(s, ''), 400, 'invalid_request', 'empty body');
	status(
		await raw(s, {
			method: 'POST',
			path: '/token/x',
			body: formEncode(params),
			headers: { 'Content-Type': FORM },
		}),
		404,
		'/token/x',
	);
	const r = await token(s, params, { 'Content-Type': `${FORM}; charset=utf-8` });
	status(r, 200, 'with a charset');
	for (const type of [`${FORM};charset=UTF-8`, 'Application/X-WWW-Form-URLEncoded'])
		status(await redeem(s, await src.next(), {}, { 'Content-Type': type }), 200, type);
	const queried = await src.next();
	const q = await token(
		s,
		{ ...params, code: queried.code, code_verifier: queried.verifier },
		{},
		{ path: '/token?grant_type=password&client_id=x' },
	);
	oneOf(q.status, [200, 400], 'a query beside a good body');
	if (q.status === 400) oauthError(q, 400, 'invalid_request');
});

row('TC-12', 'doubled, empty and unknown parameters', async (s) => {
	const src = await source(s);
	const flow = await src.next();
	const params = {
		grant_type: 'authorization_code',
		code: flow.code,
		redirect_uri: flow.params.redirect_uri,
		code_verifier: flow.verifier,
		client_id: flow.client.client_id,
	};
	await each(
		Object.keys(params)
			.flatMap((n) => [
				[`${n} alike`, n, params[n]],
				[`${n} unlike`, n, 'other'],
			])
			.concat([
				['scope', 'scope', 'x'],
				['client_secret', 'client_secret', 'x'],
			]),
		async (_, name, second) => {
			const first = params[name] ?? 'y';
			for (const list of [
				[first, second],
				[second, first],
			])
				oauthError(await token(s, { ...params, [name]: list }), 400, 'invalid_request');
		},
	);
	oauthError(
		await token(s, { ...params, resource: [s.resource, 'https://other.example/'] }),
		400,
		['invalid_request', 'invalid_target'],
		'two resources',
	);
	for (const name of ['grant_type', 'code', 'code_verifier'])
		oauthError(await token(s, { ...params, [name]: '' }), 400, 'invalid_request', `${name} empty`);
	oauthError(
		await token(s, { ...params, client_id: '' }),
		[400, 401],
		['invalid_request', 'invalid_client'],
		'client_id empty',
	);
	await stillGood(s, flow);
	await each(
		[
			['scope and resource', { scope: '', resource: '' }],
			['redirect_uri', { redirect_uri: '' }],
			['client_secret', { client_secret: '' }],
			['unknown', { foo: 'bar', audience: 'x', '': '', client_assertion: '', nonce: 'n' }],
		],
		async (_, more) => {
			status(await redeem(s, await src.next(), more), 200);
		},
	);
	const secret = await source(s, { token_endpoint_auth_method: 'client_secret_basic' });
	status(
		await redeem(s, await secret.next(), { client_id: '', client_secret: '' }),
		200,
		'empty client_id and client_secret beside Basic',
	);
	const odd = await src.next();
	const body = formEncode({ ...params, code: odd.code, code_verifier: odd.verifier });
	for (const extra of ['&', '&&&', '&=', '&x', '&=y', '&%', '&x=%zz']) {
		const r = await token(s, body.replace(/code=[^&]*/, 'code=x') + extra);
		oauthError(r, 400, ['invalid_request', 'invalid_grant'], `with ${extra}`);
	}
	status(await token(s, body.replace(/&/g, '&&') + '&'), [200, 400], 'empty pairs');
});

row('TC-13', 'client_secret_basic: what is no proof', async (s) => {
	const src = await source(s, { token_endpoint_auth_method: 'client_secret_basic' });
	const { client_id: id, client_secret: secret } = src.client;
	const flow = await src.next();
	const b = (text) => ({ Authorization: 'Basic ' + Buffer.from(text).toString('base64') });
	const asked = {
		grant_type: 'authorization_code',
		code: flow.code,
		redirect_uri: flow.params.redirect_uri,
		code_verifier: flow.verifier,
	};
	await each(
		[
			['wrong secret', b(`${id}:mcps_${'x'.repeat(49)}`)],
			['one character other', b(`${id}:${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`)],
			['cut secret', b(`${id}:${secret.slice(0, -1)}`)],
			['longer secret', b(`${id}:${secret}x`)],
			['empty secret', b(`${id}:`)],
			['unknown client', b(`c_${'A'.repeat(22)}:${secret}`)],
			['bad base64', { Authorization: 'Basic !!!' }],
			[
				'base64 with a gap',
				{
					Authorization: `Basic ${Buffer.from(`${id}:${secret}`)
						.toString('base64')
						.replace(/^(.{10})/, '$1 ')}`,
				},
			],
			['empty', { Authorization: 'Basic' }],
			['empty with a blank', { Authorization: 'Basic ' }],
			['no colon', b(id)],
			['only a colon', b(':')],
			['empty id', b(`:${secret}`)],
			['bad percent in the id', b(`%zz${id}:${secret}`)],
			['bad percent in the secret', b(`${id}:%zz`)],
			['percent at the end', b(`${id}:${secret}%`)],
			['colon in the secret', b(`${id}:${secret}:`)],
			['colon first', b(`${id}::${secret}`)],
			['plus', b(`${id}:${secret}+`)],
			['percent sign', b(`${id}:${secret}%25`)],
			['UTF-8', b(`${id}:p\u00e4ss\u20ac`)],
			[
				'invalid UTF-8',
				{
					Authorization:
						'Basic ' +
						Buffer.concat([Buffer.from(`${id}:`), Buffer.from([0xff, 0xfe])]).toString('base64'),
				},
			],
			['NUL after', b(`${id}:${secret}\u0000`)],
			['NUL in the id', b(`${id}\u0000:${secret}`)],
			['encoded NUL', b(`${id}:${secret}%00`)],
			['long', b(`${id}:${'x'.repeat(4000)}`)],
			['SQL', b("' OR 1=1 --:x")],
			['another scheme', { Authorization: `Digest username="${id}"` }],
		],
		async (_, headers) => {
			const r = await token(s, asked, headers);
			if (['another scheme', 'empty', 'empty with a blank'].includes(_))
				return oauthError(r, [400, 401], ['invalid_client', 'invalid_request']);
			oauthError(r, 401, 'invalid_client');
			match(r.headers['www-authenticate'], /^Basic realm="[^"]*"/, 'WWW-Authenticate');
			ok(!r.text.includes(secret), 'the secret is not repeated');
		},
	);
	await stillGood(s, flow, 'the right secret');
	const plain = Buffer.from(`${id}:${secret}`).toString('base64');
	for (const scheme of ['bAsIc', 'BASIC', 'basic'])
		status(
			await token(s, { ...asked, ...(await next(src)) }, { Authorization: `${scheme} ${plain}` }),
			200,
			scheme,
		);
	const escaped =
		[...id].map((c) => '%' + c.charCodeAt(0).toString(16)).join('') + ':' + secret.replace(/_/g, '%5F');
	status(
		await token(s, { ...asked, ...(await next(src)) }, b(escaped)),
		200,
		'percent-encoded id and secret',
	);
});

async function next(src) {
	const flow = await src.next();
	return { code: flow.code, code_verifier: flow.verifier };
}

row('TC-14', 'more than one proof at a time', async (s) => {
	const src = await source(s, { token_endpoint_auth_method: 'client_secret_basic' });
	const other = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
	const pub = await register(s);
	const flow = await src.next();
	const { client_id: id, client_secret: secret } = src.client;
	const right = basic(id, secret);
	const refusal = (r, what) => oauthError(r, [400, 401], ['invalid_request', 'invalid_client'], what);
	await each(
		[
			['Basic and the secret in the body', { client_id: id, client_secret: secret }, right],
			['Basic and a secret alone', { client_secret: secret }, right],
			['Basic and a wrong secret', { client_id: id, client_secret: 'x' }, right],
			['Basic of A, id of B', { client_id: other.client_id }, right],
			['Basic of A, id of a public client', { client_id: pub.client_id }, right],
			['Basic of B, id of A', { client_id: id }, basic(other.client_id, other.client_secret)],
		],
		async (name, more, headers) => refusal(await redeem(s, flow, more, headers), name),
	);
	await each(
		[
			[
				'Bearer, Basic',
				[
					['Authorization', 'Bearer a'],
					['Authorization', right.Authorization],
				],
			],
			[
				'Basic, Bearer',
				[
					['Authorization', right.Authorization],
					['Authorization', 'Bearer a'],
				],
			],
			[
				'Basic, Basic',
				[
					['Authorization', right.Authorization],
					['Authorization', right.Authorization],
				],
			],
			['joined', [['Authorization', `Bearer a, ${right.Authorization}`]]],
			['joined the other way', [['Authorization', `${right.Authorization}, Bearer a`]]],
		],
		async (_, pairs) => {
			const r = await raw(s, {
				method: 'POST',
				path: '/token',
				headers: [['Content-Type', FORM], ...pairs],
				body: formEncode({
					grant_type: 'authorization_code',
					code: flow.code,
					redirect_uri: flow.params.redirect_uri,
					code_verifier: flow.verifier,
				}),
			});
			if (r.byServer) return status(r, 400);
			refusal(r, _);
		},
	);
	const t = await redeem(s, flow, { client_id: id });
	status(t, 200, 'the code is not burnt, and Basic with the same client_id in the body is one proof');
});

row('TC-15', 'a proof of another kind than registered', async (s) => {
	const kinds = ['none', 'client_secret_basic', 'client_secret_post'];
	for (const registered of kinds) {
		const src = await source(s, { token_endpoint_auth_method: registered });
		const flow = await src.next();
		const secret = src.client.client_secret ?? 'mcps_' + 'x'.repeat(49);
		for (const used of kinds.filter((k) => k !== registered)) {
			const r = await redeem(s, {
				...flow,
				client: { ...src.client, client_secret: secret, token_endpoint_auth_method: used },
			});
			oauthError(r, 401, 'invalid_client', `${used} for ${registered}`);
			if (used === 'client_secret_basic')
				match(r.headers['www-authenticate'], /^Basic /, 'WWW-Authenticate');
		}
		await stillGood(s, flow, `${registered}: the code is not burnt`);
	}
});

row('TC-16', 'a confidential client without its secret, whatever PKCE proves', async (s) => {
	for (const method of ['client_secret_basic', 'client_secret_post']) {
		const src = await source(s, { token_endpoint_auth_method: method });
		const flow = await src.next();
		for (const more of [{}, { client_secret: '' }, { client_secret: undefined }]) {
			const r = await redeem(
				s,
				{ ...flow, client: { client_id: src.client.client_id, token_endpoint_auth_method: 'none' } },
				more,
			);
			oauthError(r, 401, 'invalid_client', method);
		}
		oauthError(
			await token(s, {
				grant_type: 'authorization_code',
				code: flow.code,
				code_verifier: flow.verifier,
			}),
			[400, 401],
			['invalid_request', 'invalid_client'],
			'without any client',
		);
		await stillGood(s, flow);
	}
	const pub = await source(s);
	const flow = await pub.next();
	oauthError(
		await redeem(s, { ...flow, client: { token_endpoint_auth_method: 'none' } }),
		[400, 401],
		['invalid_request', 'invalid_client'],
		'public client without client_id',
	);
	oauthError(
		await redeem(s, flow, { client_id: 'c_' + 'A'.repeat(22) }),
		401,
		'invalid_client',
		'unknown client',
	);
	await stillGood(s, flow);
});

row('TC-17', 'resource at the token endpoint', async (s) => {
	const src = await source(s);
	await each(
		[
			'https://other.example/mcp',
			s.issuer + '/other',
			s.resource + '2',
			s.resource + '#f',
			'/mcp',
			'x',
			'urn:x:y',
			'http:',
			'%',
			s.resource + '\u0000',
			s.resource + '?x=1',
		],
		async (resource) => {
			const flow = await src.next();
			oauthError(await redeem(s, flow, { resource }), 400, orBadForm(resource, 'invalid_target'));
			await assertAlive(s, (await stillGood(s, flow)).access_token);
		},
	);
	for (const asked of [s.resource, undefined]) {
		for (const resource of [s.resource, undefined, '']) {
			const r = await redeem(s, await src.next({ resource: asked }), { resource });
			status(r, 200, `asked ${asked}, then ${resource}`);
			await assertAlive(s, r.json.access_token);
		}
	}
});

row('TC-18', 'scope at the token endpoint never adds', async (s) => {
	const { jar } = await source(s);
	const all = ['read:knowledge', 'write:knowledge'];
	await each(
		[
			['wider', 'read:knowledge', 'read:knowledge write:knowledge'],
			['other', 'read:knowledge', 'write:knowledge'],
			['narrower', 'read:knowledge write:knowledge', 'read:knowledge'],
			['unknown', 'read:knowledge', 'bogus'],
			['unknown beside', 'read:knowledge', 'read:knowledge admin'],
			['malformed', 'read:knowledge', '"'],
			['same', 'read:knowledge', 'read:knowledge'],
		],
		async (name, granted, asked) => {
			const flow = await obtainCode(s, { jar, scope: granted });
			const r = await redeem(s, flow, { scope: asked });
			status(r, name === 'same' ? 200 : [200, 400]);
			if (r.status === 400) {
				oauthError(r, 400, ['invalid_scope', 'invalid_request']);
				return stillGood(s, flow);
			}
			const said = scopes(r.json.scope);
			for (const one of said) ok(granted.split(' ').includes(one), `${one} was granted`);
			eq(
				(await allowedScopes(s, r.json.access_token)).sort(),
				said.filter((x) => all.includes(x)),
				'what the token may do',
			);
		},
	);
});

row('TC-20', 'any origin may call the endpoints of the clients, without credentials', async (s) => {
	const { client } = await source(s);
	for (const path of ['/token', '/register', '/revoke']) {
		const pre = await raw(s, {
			method: 'OPTIONS',
			path,
			headers: {
				Origin: 'https://any.example',
				'Access-Control-Request-Method': 'POST',
				'Access-Control-Request-Headers': 'authorization,content-type,mcp-protocol-version',
			},
		});
		status(pre, [200, 204], `preflight of ${path}`);
		eq(pre.headers['access-control-allow-origin'], '*', `Access-Control-Allow-Origin of ${path}`);
		match(pre.headers['access-control-allow-methods'], /\bPOST\b/, 'Allow-Methods');
		for (const h of ['authorization', 'content-type', 'mcp-protocol-version'])
			match(
				pre.headers['access-control-allow-headers'],
				new RegExp(`\\b${h}\\b`, 'i'),
				'Allow-Headers',
			);
		lacks(pre.headers['access-control-allow-credentials'] ?? '', /true/i, 'Allow-Credentials');
		const r = await raw(s, {
			method: 'POST',
			path,
			body: 'x=1',
			headers: { Origin: 'https://any.example', 'Content-Type': FORM },
		});
		status(r, [400, 401], `${path} with an Origin`);
		eq(
			r.headers['access-control-allow-origin'],
			'*',
			`Access-Control-Allow-Origin of an error of ${path}`,
		);
		lacks(r.headers['access-control-allow-credentials'] ?? '', /true/i, 'Allow-Credentials');
	}
	const flow = await obtainCode(s, { client });
	const r = await redeem(s, flow, {}, { Origin: 'https://any.example' });
	status(r, 200);
	eq(r.headers['access-control-allow-origin'], '*', 'Access-Control-Allow-Origin of tokens');
});

row(
	'TC-21',
	'a thousand tokens, none of them at rest',
	async (s) => {
		const n = isFastcgi(s.front) ? 1000 : 200; // the others pay for every process, or for every sanitized byte
		const client = await register(s);
		const { jar } = await toConsent(s, { client });
		const access = [];
		const refreshing = [];
		const worker = async () => {
			while (access.length < n) {
				let t = (await obtain(s, { client, jar: jar.copy() })).tokens;
				access.push(t.access_token);
				refreshing.push(t.refresh_token);
				for (let i = 0; i < 9 && access.length < n; i++) {
					const r = await refresh(s, client, t.refresh_token);
					status(r, 200, 'refresh');
					t = r.json;
					access.push(t.access_token);
					refreshing.push(t.refresh_token);
				}
			}
		};
		await Promise.all([worker(), worker(), worker(), worker()]);
		eq(
			new Set([...access, ...refreshing]).size,
			access.length + refreshing.length,
			'number of different tokens',
		);
		for (const t of access) match(t, ACCESS, 'access token');
		for (const t of refreshing) match(t, REFRESH, 'refresh token');
		for (const list of [access, refreshing])
			for (let i = 5; i < 47; i++)
				ok(
					new Set(list.map((t) => t[i])).size >= (n >= 1000 ? 60 : 50),
					`place ${i} takes nearly every character`,
				);
		const dump = s.dump().toLowerCase();
		// the end of the run looks for all of them in plain; here for some in other forms
		for (const t of [...access.slice(-10), ...refreshing.slice(-10)]) {
			ok(
				!dump.includes(t.toLowerCase()) && !dump.includes(Buffer.from(t).toString('hex')),
				'no token is stored',
			);
			ok(
				!dump.includes(t.slice(5, 48).toLowerCase()) &&
					!dump.includes(Buffer.from(t.slice(5, 48), 'base64url').toString('hex')),
				'nor its random part',
			);
		}
		for (const t of [access.at(-1), refreshing.at(-1)])
			ok(dump.includes(sha256(t).toString('hex')), 'its SHA-256 is');
		const log = s.log();
		ok(![...access, ...refreshing].some((t) => log.includes(t)), 'no token in the log');
	},
	{ own: true },
);

row(
	'TC-22',
	'the user was disabled, or got a new password, after the code was given',
	async (s) => {
		for (const name of ['bob', 'carol', 'dave']) s.addUser(name);
		const bob = await obtainCode(s, { username: 'bob' });
		const carol = await obtainCode(s, { username: 'carol' });
		const dave = await obtainCode(s, { username: 'dave' });
		eq(s.ctl(['user', 'disable', 'bob']).status, 0, 'mcpctl user disable');
		eq(
			s.ctl(['user', 'passwd', 'carol', '--password-stdin'], 'a passphrase for carol\n').status,
			0,
			'mcpctl user passwd',
		);
		oauthError(await redeem(s, bob), 400, 'invalid_grant', 'disabled user');
		oauthError(await redeem(s, carol), 400, 'invalid_grant', 'new password');
		status(await redeem(s, dave), 200, 'another user');
		eq(s.ctl(['user', 'enable', 'bob']).status, 0, 'mcpctl user enable');
		status(await redeem(s, bob), [200, 400], 'enabled again');
	},
	{ own: true },
);

row('TO-01', 'client_credentials: not for anybody', async (s) => {
	for (const method of ['none', 'client_secret_basic', 'client_secret_post']) {
		const client = await register(s, { token_endpoint_auth_method: method });
		const headers = method === 'client_secret_basic' ? basic(client.client_id, client.client_secret) : {};
		const more =
			method === 'client_secret_basic'
				? {}
				: {
						client_id: client.client_id,
						...(method === 'client_secret_post' ? { client_secret: client.client_secret } : {}),
					};
		for (const scope of ['read:knowledge', undefined]) {
			const r = await token(
				s,
				{ grant_type: 'client_credentials', scope, resource: s.resource, ...more },
				headers,
			);
			oauthError(r, 400, ['unauthorized_client', 'unsupported_grant_type'], method);
		}
	}
});

row('TO-04', 'bodies that are too long, slow, cut or chunked', async (s) => {
	const src = await source(s);
	const flow = await src.next();
	const body = formEncode({
		grant_type: 'authorization_code',
		code: flow.code,
		redirect_uri: flow.params.redirect_uri,
		code_verifier: flow.verifier,
		client_id: flow.client.client_id,
	});
	const headers = { 'Content-Type': FORM };
	status(
		await raw(s, { method: 'POST', path: '/token', headers, body: body + '&x=' + 'y'.repeat(1 << 20) }),
		413,
		'1 MiB',
	);
	status(
		await raw(s, { method: 'POST', path: '/token', headers, body: (body + '&x=').padEnd(65537, 'y') }),
		413,
		'64 KiB and one byte',
	);
	for (const length of ['999999999999999999999', '-1', '1e3', '+5', '0x10', 'abc', '5x', '5, 5', '5 5']) {
		const r = await raw(s, {
			method: 'POST',
			path: '/token',
			headers,
			body,
			length,
			finish: 'half',
			silent: true,
			allow: [501, ...CUT(s.front)],
		});
		if (r) ok((r.status >= 400 && r.status < 500) || CUT(s.front).includes(r.status), `Content-Length ${length}: ${r}`);
	}
	const cut = await raw(s, {
		method: 'POST',
		path: '/token',
		headers,
		body: body.slice(0, -5),
		length: body.length,
		finish: 'half',
		silent: true,
		allow: CUT(s.front),
	});
	if (cut) oneOf(cut.status, [400, 408, ...CUT(s.front)], 'status of a cut body');
	const ten = await raw(s, {
		method: 'POST',
		path: '/token',
		headers,
		body: 'grant',
		length: 10,
		finish: 'half',
		silent: true,
		allow: CUT(s.front),
	});
	if (ten) oneOf(ten.status, [400, 408, ...CUT(s.front)], 'status of 5 bytes of 10');
	const short = await raw(s, {
		method: 'POST',
		path: '/token',
		headers,
		body,
		length: body.length - 3,
		silent: true,
	});
	if (short) ok(short.status >= 400, `a body cut by its own length: ${short}`);
	await stillGood(s, flow, 'no code was spent by them');
	const slow = await src.next();
	const slowBody = formEncode({
		grant_type: 'authorization_code',
		code: slow.code,
		redirect_uri: slow.params.redirect_uri,
		code_verifier: slow.verifier,
		client_id: slow.client.client_id,
	});
	status(
		await raw(s, { method: 'POST', path: '/token', headers, body: slowBody, slow: 1500 }),
		200,
		'a slow body',
	);
	const chunked = await src.next();
	const chunkedBody = formEncode({
		grant_type: 'authorization_code',
		code: chunked.code,
		redirect_uri: chunked.params.redirect_uri,
		code_verifier: chunked.verifier,
		client_id: chunked.client.client_id,
	});
	status(
		await raw(s, { method: 'POST', path: '/token', headers, body: chunkedBody, chunked: true }),
		200,
		'a chunked body',
	);
	status(
		await raw(s, {
			method: 'POST',
			path: '/token',
			headers,
			body: 'x='.padEnd(70000, 'y'),
			chunked: true,
		}),
		413,
		'a chunked body over 64 KiB',
	);
});
