// SPDX-License-Identifier: ISC
//
// Clients that act for themselves: client_credentials with a secret or with a signed assertion, what they may, that
// nothing about an assertion can be changed, and that none is taken twice.

import crypto from 'node:crypto';
import { row } from '../lib/rows.mjs';
import { each, eq, match, oauthError, ok, oneOf, status } from '../lib/check.mjs';
import { ASSERTION_TYPE, assertion, claimsOf, jwks, jws, keyPair, proof, signature } from '../lib/jwt.mjs';
import { CREATE, SEARCH, call, toolRefusal, toolResult } from '../lib/mcp.mjs';
import { addClient, ctl } from '../lib/operator.mjs';
import {
	allowedScopes,
	assertAlive,
	assertDead,
	basic,
	credentials,
	random,
	raw,
	register,
	token,
} from '../lib/oauth.mjs';

const ON = { client_credentials: 'on' };
const BOTH = 'read:knowledge write:knowledge';
const REFUSED_METHODS = ['none', 'client_secret_basic', 'client_secret_post'];
let serial = 0;

const ask = (s, more, headers) => token(s, { grant_type: 'client_credentials', ...more }, headers);

function askAs(s, client, more = {}) {
	const c = credentials(client);
	return ask(s, { ...c.params, ...more }, c.headers);
}

/** A machine client that proves itself with these keys. */
function keyed(s, keys, args = []) {
	const file = s.write(`jwks-${++serial}.json`, JSON.stringify(jwks(...keys)));
	return addClient(s, `keyed ${serial}`, {
		method: 'private_key_jwt',
		args: ['--scope', BOTH, '--jwks', file, ...args],
	});
}

const EC = () => keyPair('ec-1');
const RSA = () => keyPair('rsa-1', { type: 'rsa' });

/** One keyed client for all tests of an installation. */
const machine = (s) => (s.machine ??= keyed(s, [EC(), RSA()]));

function refusedClient(r, what) {
	oauthError(r, 401, 'invalid_client', what);
	return r;
}

function machineToken(r, scope, what = 'token') {
	status(r, 200, what);
	eq(
		Object.keys(r.json).sort(),
		['access_token', 'expires_in', 'scope', 'token_type'],
		`${what}: members (no refresh token)`,
	);
	match(r.json.access_token, /^mcpa_/, `${what}: access_token`);
	eq(r.json.token_type, 'Bearer', `${what}: token_type`);
	eq(r.json.scope.split(' ').sort(), scope.split(' ').sort(), `${what}: scope`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	return r.json.access_token;
}

row(
	'TO-01',
	'who registered himself may not act for himself, even where machines may',
	async (s) => {
		for (const method of REFUSED_METHODS) {
			const client = await register(s, { token_endpoint_auth_method: method });
			oauthError(await askAs(s, client, { resource: s.resource }), 400, 'unauthorized_client', method);
		}
		oauthError(await ask(s, {}), [400, 401], ['invalid_client', 'invalid_request'], 'nobody');
		refusedClient(await ask(s, { client_id: 'c_' + 'A'.repeat(22) }), 'unknown client');
	},
	{ settings: ON },
);

row('TO-01', 'switched off it is unknown to everybody', async (s) => {
	const client = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
	oauthError(await askAs(s, client), 400, 'unsupported_grant_type', 'a client with a secret');
	const made = addClient(s, 'early', { args: ['--scope', BOTH] });
	oauthError(await askAs(s, made), 400, 'unsupported_grant_type', "the operator's client");
});

row(
	'TO-02',
	'with a secret: an access token and nothing else, never more than the operator gave',
	async (s) => {
		for (const method of ['client_secret_basic', 'client_secret_post']) {
			const client = addClient(s, `nightly ${method}`, { method, args: ['--scope', BOTH] });
			const all = machineToken(await askAs(s, client), BOTH, `${method}, no scope asked`);
			machineToken(await askAs(s, client, { scope: BOTH, resource: s.resource }), BOTH, 'all asked');
			const less = machineToken(
				await askAs(s, client, { scope: 'read:knowledge' }),
				'read:knowledge',
				'less asked',
			);
			await assertAlive(s, all);
			eq(await allowedScopes(s, less), ['read:knowledge'], 'what the narrow token may');
			const other = {
				...client,
				client_secret: client.client_secret.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')),
			};
			refusedClient(await askAs(s, other), 'wrong secret');
			refusedClient(await ask(s, { client_id: client.client_id }), 'no secret');
			const swapped = method === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic';
			refusedClient(
				await askAs(s, { ...client, token_endpoint_auth_method: swapped }),
				'the other way to prove it',
			);
		}
		const reader = addClient(s, 'reader', { args: ['--scope', 'read:knowledge'] });
		machineToken(await askAs(s, reader, { scope: BOTH }), 'read:knowledge', 'more asked than given');
		oauthError(
			await askAs(s, reader, { scope: 'write:knowledge' }),
			400,
			'invalid_scope',
			'only what was not given',
		);
		oauthError(await askAs(s, reader, { scope: 'no:such' }), 400, 'invalid_scope', 'unknown scope');
		oauthError(
			await askAs(s, reader, { scope: 'read:knowledge "x"' }),
			400,
			'invalid_scope',
			'malformed scope',
		);
		const scoped = machineToken(
			await askAs(s, reader, { scope: 'read:knowledge offline_access' }),
			'read:knowledge',
			'offline_access',
		);
		await assertAlive(s, scoped);
		for (const resource of [`${s.issuer}/other`, 'https://other.example/mcp', 'x'])
			oauthError(await askAs(s, reader, { resource }), 400, 'invalid_target', `resource ${resource}`);
	},
	{ settings: ON },
);

row(
	'TO-02',
	'a tool that works in the name of a person refuses a machine',
	async (s) => {
		const client = addClient(s, 'writer', { args: ['--scope', BOTH] });
		const t = machineToken(await askAs(s, client), BOTH);
		toolResult(await call(s, t, SEARCH, { query: 'anything' }), 'a tool for everybody');
		const word = `machine${random(6).replace(/[-_]/g, 'x')}`;
		toolRefusal(await call(s, t, CREATE, { title: word, content: word }), [], 'a tool for persons');
		eq(toolResult(await call(s, t, SEARCH, { query: word })).results, [], 'documents of the machine');
	},
	{ settings: ON },
);

row(
	'TO-02',
	'its tokens end with the client',
	async (s) => {
		const client = addClient(s, 'short', { args: ['--scope', BOTH] });
		const t = machineToken(await askAs(s, client), BOTH);
		await assertAlive(s, t);
		ctl(s, ['client', 'disable', client.client_id]);
		await assertDead(s, t, 'token of a disabled client');
		refusedClient(await askAs(s, client), 'disabled client');
		ctl(s, ['client', 'enable', client.client_id]);
		await assertAlive(s, machineToken(await askAs(s, client), BOTH));
		ctl(s, ['client', 'delete', client.client_id]);
		refusedClient(await askAs(s, client), 'deleted client');
	},
	{ settings: ON },
);

row(
	'TO-02',
	'with an assertion: RS256 or ES256, for the issuer or the token endpoint, within the time allowed',
	async (s) => {
		const m = machine(s);
		const now = Math.floor(Date.now() / 1000);
		await each(
			[
				['ES256', EC(), {}],
				['RS256', RSA(), {}],
				['RS256 with 3072 bits', null, {}],
				['no kid', EC(), { header: { kid: undefined } }],
				['no typ', EC(), { header: { typ: undefined } }],
				['audience is the token endpoint', EC(), { claims: { aud: `${s.issuer}/token` } }],
				['audience is the issuer with a slash', EC(), { claims: { aud: `${s.issuer}/` } }],
				['list with the issuer', EC(), { claims: { aud: ['https://other.example', s.issuer] } }],
				['list with the token endpoint', EC(), { claims: { aud: [`${s.issuer}/token`] } }],
				['ended half a minute ago', EC(), { claims: { exp: now - 30 } }],
				['ten minutes', EC(), { claims: { exp: now + 590 } }],
				['not before, in half a minute', EC(), { claims: { nbf: now + 30 } }],
				['issued in half a minute', EC(), { claims: { iat: now + 30 } }],
				['no iat', EC(), { claims: { iat: undefined } }],
				['exp with a fraction', EC(), { claims: { exp: now + 60.5 } }],
				['more claims', EC(), { claims: { scope: 'x', nonce: 5, list: [1, { a: null }] } }],
			],
			async (_, key, change) => {
				let client = m;
				if (!key) client = keyed(s, [(key = keyPair('rsa-3072', { type: 'rsa', bits: 3072 }))]);
				const text = assertion(s, client.client_id, key, change);
				machineToken(await ask(s, proof(text)), BOTH, 'without client_id');
				const again = assertion(s, client.client_id, key, change);
				machineToken(
					await ask(s, { ...proof(again), client_id: client.client_id }),
					BOTH,
					'with client_id',
				);
			},
		);
	},
	{ settings: ON },
);

row(
	'TC-13',
	'an assertion with anything wrong about it is no proof',
	async (s) => {
		const m = machine(s);
		const id = m.client_id;
		const other = keyed(s, [keyPair('other')]);
		const now = Math.floor(Date.now() / 1000);
		const claims = (c) => assertion(s, id, EC(), { claims: c });
		const pem = EC().publicKey.export({ type: 'spki', format: 'pem' });
		const hmac = (key) => (input) => crypto.createHmac('sha256', key).update(input).digest();
		const head = (h) => ({ alg: 'ES256', typ: 'JWT', kid: 'ec-1', ...h });
		const sign = (input) => signature('ES256', EC().privateKey, input);
		const good = () => assertion(s, id, EC());
		const der = (input) => crypto.sign('sha256', input, EC().privateKey);
		const flip = (t) => t.replace(/.{10}$/, (e) => (e[0] === 'A' ? 'B' : 'A') + e.slice(1));
		const cases = [
			['alg none', jws(head({ alg: 'none' }), claimsOf(s, id), () => Buffer.alloc(0))],
			['alg None', jws(head({ alg: 'None' }), claimsOf(s, id), sign)],
			['alg none with a signature', jws(head({ alg: 'none' }), claimsOf(s, id), sign)],
			['HS256 with the public key', jws(head({ alg: 'HS256' }), claimsOf(s, id), hmac(pem))],
			['HS256 with the coordinate', jws(head({ alg: 'HS256' }), claimsOf(s, id), hmac(EC().jwk.x))],
			['HS256 with the id', jws(head({ alg: 'HS256' }), claimsOf(s, id), hmac(id))],
			['HS256 with nothing', jws(head({ alg: 'HS256' }), claimsOf(s, id), hmac(''))],
			['no alg', jws({ typ: 'JWT', kid: 'ec-1' }, claimsOf(s, id), sign)],
			['alg of another key', jws(head({ alg: 'RS256' }), claimsOf(s, id), sign)],
			['alg is a number', jws(head({ alg: 256 }), claimsOf(s, id), sign)],
			['unknown alg', jws(head({ alg: 'ES256K' }), claimsOf(s, id), sign)],
			[
				'PS256',
				jws({ alg: 'PS256', kid: 'rsa-1' }, claimsOf(s, id), (input) =>
					crypto.sign('sha256', input, {
						key: RSA().privateKey,
						padding: crypto.constants.RSA_PKCS1_PSS_PADDING,
					}),
				),
			],
			['signature in DER', jws(head(), claimsOf(s, id), der)],
			['empty signature', jws(head(), claimsOf(s, id), () => Buffer.alloc(0))],
			['signature of zeros', jws(head(), claimsOf(s, id), () => Buffer.alloc(64))],
			[
				'signature with a byte more',
				jws(head(), claimsOf(s, id), (i) => Buffer.concat([sign(i), Buffer.alloc(1)])),
			],
			['key of somebody else', assertion(s, id, keyPair('stranger'), { header: { kid: 'ec-1' } })],
			["another client's key", assertion(s, id, keyPair('other'))],
			['unknown kid', assertion(s, id, EC(), { header: { kid: 'ec-9' } })],
			['kid of the other key', assertion(s, id, EC(), { header: { kid: 'rsa-1' } })],
			[
				'a key in the header',
				assertion(s, id, keyPair('stranger'), {
					header: { kid: undefined, jwk: keyPair('stranger').jwk },
				}),
			],
			[
				'a place of keys in the header',
				assertion(s, id, keyPair('stranger'), { header: { kid: 'x', jku: `${s.issuer}/jwks` } }),
			],
			['crit', assertion(s, id, EC(), { header: { crit: ['x'], x: 1 } })],
			['changed', flip(good())],
			[
				'payload changed',
				good().replace(
					/\.[^.]+\./,
					`.${Buffer.from(JSON.stringify(claimsOf(s, id))).toString('base64url')}.`,
				),
			],
			['two parts', good().replace(/\.[^.]+$/, '')],
			['four parts', good() + '.x'],
			['five parts', 'a.b.c.d.e'],
			['padded', good() + '=='],
			['blank inside', good().replace('.', ' .')],
			['base64, not base64url', jws(head(), claimsOf(s, id), sign).replace(/\./, '+.')],
			['garbage', 'x'],
			['dots', '..'],
			['header is no JSON', jws('x', claimsOf(s, id), sign)],
			['header is a list', jws('[]', claimsOf(s, id), sign)],
			['payload is no JSON', jws(head(), 'x', sign)],
			['payload is a list', jws(head(), '[1]', sign)],
			[
				'payload twice the same',
				jws(
					head(),
					JSON.stringify(claimsOf(s, id)).replace('{', `{"sub":"${other.client_id}",`),
					sign,
				),
			],
			['other issuer', claims({ iss: other.client_id })],
			['other subject', claims({ sub: other.client_id })],
			['both of another client', claims({ iss: other.client_id, sub: other.client_id })],
			['unknown client', claims({ iss: 'c_' + 'A'.repeat(22), sub: 'c_' + 'A'.repeat(22) })],
			['no issuer', claims({ iss: undefined })],
			['no subject', claims({ sub: undefined })],
			['subject is a number', claims({ sub: 5 })],
			['no audience', claims({ aud: undefined })],
			['empty audience', claims({ aud: '' })],
			['empty list', claims({ aud: [] })],
			['other audience', claims({ aud: 'https://other.example' })],
			['audience with two slashes', claims({ aud: `${s.issuer}//` })],
			['audience with a blank', claims({ aud: `${s.issuer} ` })],
			['audience with a longer path', claims({ aud: `${s.issuer}/token/x` })],
			['audience in upper case', claims({ aud: s.issuer.toUpperCase() })],
			['the resource as audience', claims({ aud: s.resource })],
			['list without us', claims({ aud: ['https://other.example', s.resource] })],
			['list in a list', claims({ aud: [[s.issuer]] })],
			['audience is an object', claims({ aud: { a: s.issuer } })],
			['no exp', claims({ exp: undefined })],
			['exp is a text', claims({ exp: String(now + 60) })],
			['ended', claims({ exp: now - 120 })],
			['ended long ago', claims({ exp: 0 })],
			['ends too late', claims({ exp: now + 800 })],
			['ends never', claims({ exp: 1e15 })],
			['exp is negative', claims({ exp: -1 })],
			['not yet', claims({ nbf: now + 200 })],
			['issued in the future', claims({ iat: now + 200 })],
			['nbf is a text', claims({ nbf: 'now' })],
			['no jti', claims({ jti: undefined })],
			['empty jti', claims({ jti: '' })],
			['jti is a number', claims({ jti: 5 })],
		];
		await each(cases, async (name, text) => {
			const r = refusedClient(await ask(s, proof(text)), name);
			ok(
				!/claim|signature|kid|audience|jti/i.test(r.json.error_description ?? ''),
				`the answer does not say what was wrong: ${r}`,
			);
		});
		machineToken(await ask(s, proof(good())), BOTH, 'the right one');
	},
	{ settings: ON },
);

row(
	'TC-14',
	'an assertion and another proof at once',
	async (s) => {
		const m = machine(s);
		const secret = addClient(s, 'with a secret', { args: ['--scope', BOTH] });
		const good = () => proof(assertion(s, m.client_id, EC()));
		const both = [400, 401];
		const words = ['invalid_request', 'invalid_client'];
		const b = basic(secret.client_id, secret.client_secret);
		oauthError(await ask(s, good(), b), both, words, 'assertion and Basic of another client');
		oauthError(
			await ask(s, { ...good(), client_secret: secret.client_secret }),
			both,
			words,
			'assertion and a secret',
		);
		oauthError(
			await ask(s, { ...good(), client_id: secret.client_id, client_secret: secret.client_secret }),
			both,
			words,
			'assertion, and id and secret of another client',
		);
		refusedClient(
			await ask(s, { ...good(), client_id: secret.client_id }),
			'assertion, and the id of another client',
		);
		const two = good();
		oauthError(
			await ask(s, { ...two, client_assertion: [two.client_assertion, two.client_assertion] }),
			400,
			'invalid_request',
			'two assertions',
		);
		oauthError(
			await ask(s, { ...two, client_assertion_type: [ASSERTION_TYPE, ASSERTION_TYPE] }),
			400,
			'invalid_request',
			'two types',
		);
		machineToken(await ask(s, { ...good(), client_id: m.client_id }), BOTH, 'the right one');
	},
	{ settings: ON },
);

row(
	'TC-15',
	'a proof of another kind than the client has',
	async (s) => {
		const m = machine(s);
		const secret = addClient(s, 'secret only', { args: ['--scope', BOTH] });
		refusedClient(
			await ask(s, {}, basic(m.client_id, secret.client_secret)),
			'Basic for a client with keys',
		);
		refusedClient(
			await ask(s, { client_id: m.client_id, client_secret: 'x' }),
			'a secret for a client with keys',
		);
		refusedClient(
			await ask(s, proof(assertion(s, secret.client_id, EC()))),
			'an assertion for a client with a secret',
		);
		const open = await register(s);
		refusedClient(
			await ask(s, proof(assertion(s, open.client_id, EC()))),
			'an assertion for a public client',
		);
		for (const type of [
			'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
			'x',
			ASSERTION_TYPE.toUpperCase(),
		])
			oauthError(
				await ask(s, {
					client_assertion_type: type,
					client_assertion: assertion(s, m.client_id, EC()),
				}),
				[400, 401],
				['invalid_client', 'invalid_request'],
				`type ${type}`,
			);
	},
	{ settings: ON },
);

row(
	'TC-16',
	'a client with keys that brings no assertion',
	async (s) => {
		const m = machine(s);
		refusedClient(await ask(s, { client_id: m.client_id }), 'only its id');
		oauthError(
			await ask(s, { client_id: m.client_id, client_assertion_type: ASSERTION_TYPE }),
			[400, 401],
			['invalid_client', 'invalid_request'],
			'the type alone',
		);
		oauthError(
			await ask(s, { client_id: m.client_id, client_assertion: assertion(s, m.client_id, EC()) }),
			[400, 401],
			['invalid_client', 'invalid_request'],
			'the assertion without its type',
		);
		refusedClient(await ask(s, {}, basic(m.client_id, '')), 'Basic with an empty secret');
	},
	{ settings: ON },
);

row(
	'TC-13',
	'an assertion is taken once, also when twenty bring it at the same moment',
	async (s) => {
		const m = machine(s);
		for (const key of [EC(), RSA()]) {
			const text = assertion(s, m.client_id, key);
			machineToken(await ask(s, proof(text)), BOTH, 'first');
			refusedClient(await ask(s, proof(text)), 'second');
		}
		const jti = random(16);
		machineToken(
			await ask(s, proof(assertion(s, m.client_id, EC(), { claims: { jti } }))),
			BOTH,
			'a jti',
		);
		refusedClient(
			await ask(
				s,
				proof(
					assertion(s, m.client_id, RSA(), {
						claims: { jti, exp: Math.floor(Date.now() / 1000) + 300 },
					}),
				),
			),
			'the jti in another assertion',
		);
		const other = keyed(s, [keyPair('other')]);
		machineToken(
			await ask(s, proof(assertion(s, other.client_id, keyPair('other'), { claims: { jti } }))),
			BOTH,
			'the jti of another client',
		);
		for (let round = 0; round < 3; round++) {
			const text = proof(assertion(s, m.client_id, EC()));
			const all = await Promise.all(Array.from({ length: 20 }, () => ask(s, text)));
			eq(all.filter((r) => r.status === 200).length, 1, 'winners of twenty');
			for (const r of all.filter((x) => x.status !== 200)) refusedClient(r, 'a loser');
		}
		const failed = { jti: random(16) };
		oauthError(
			await ask(s, { ...proof(assertion(s, m.client_id, EC(), { claims: failed })), scope: 'no:such' }),
			400,
			'invalid_scope',
			'a right assertion with a wrong request',
		);
		oneOf(
			(await ask(s, proof(assertion(s, m.client_id, EC(), { claims: failed })))).status,
			[200, 401],
			'status of its repetition',
		);
	},
	{ settings: ON },
);

row(
	'TC-13',
	'keys that are too weak, private or of another kind are not taken in',
	async (s) => {
		const add = (doc) => {
			const file = s.write(`bad-${++serial}.json`, typeof doc === 'string' ? doc : JSON.stringify(doc));
			return s.ctl([
				'client',
				'add',
				`bad ${serial}`,
				'--method',
				'private_key_jwt',
				'--scope',
				BOTH,
				'--jwks',
				file,
			]);
		};
		const weak = keyPair('weak', { type: 'rsa', bits: 1024 });
		const p384 = keyPair('p384', { curve: 'P-384' });
		await each(
			[
				['RSA of 1024 bits', jwks(weak)],
				['another curve', jwks(p384)],
				['private members', { keys: [EC().privateKey.export({ format: 'jwk' })] }],
				[
					'private RSA members',
					{ keys: [{ ...RSA().privateKey.export({ format: 'jwk' }), kid: 'x' }] },
				],
				['a shared key', { keys: [{ kty: 'oct', k: 'AAAA', kid: 'x' }] }],
				['no keys', { keys: [] }],
				['no set', EC().jwk],
				['a point that is not on the curve', { keys: [{ ...EC().jwk, y: EC().jwk.x }] }],
				['no JSON', 'x'],
				['the file is not there', null],
			],
			async (name, doc) => {
				const r =
					doc === null
						? s.ctl([
								'client',
								'add',
								'lost',
								'--method',
								'private_key_jwt',
								'--jwks',
								'/nonexistent',
							])
						: add(doc);
				oneOf(r.status, [1, 2], 'exit status of mcpctl client add');
				ok(r.stderr.trim().length > 0, 'a reason');
			},
		);
	},
	{ settings: ON },
);

row(
	'TO-03',
	'an assertion as a grant is unknown, and is not looked at',
	async (s) => {
		const m = machine(s);
		const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
		const part = (x) => Buffer.from(JSON.stringify(x)).toString('base64url');
		await each(
			[
				['a signed one', assertion(s, m.client_id, EC(), { header: { typ: 'oauth-id-jag+jwt' } })],
				['alg none', `${part({ alg: 'none' })}.${part(claimsOf(s, m.client_id))}.`],
				['garbage', 'x'],
				['long', 'x'.repeat(60000)],
				['none', undefined],
			],
			async (_, text) => {
				const alone = await token(s, { grant_type: grant, assertion: text });
				oauthError(
					alone,
					[400, 401],
					['unsupported_grant_type', 'invalid_client', 'invalid_request'],
					'without a client',
				);
				const proved = await token(s, {
					grant_type: grant,
					assertion: text,
					...proof(assertion(s, m.client_id, EC())),
				});
				oauthError(proved, 400, 'unsupported_grant_type', 'with a client');
			},
		);
	},
	{ settings: ON },
);

row(
	'TO-02',
	'the metadata say it only when it is so',
	async (s) => {
		const doc = (await raw(s, { path: '/.well-known/oauth-authorization-server' })).json;
		ok(doc.grant_types_supported.includes('client_credentials'), 'grant_types_supported');
		ok(doc.token_endpoint_auth_methods_supported.includes('private_key_jwt'), 'private_key_jwt');
		eq(
			[...doc.token_endpoint_auth_signing_alg_values_supported].sort(),
			['ES256', 'RS256'],
			'algorithms',
		);
		for (const method of ['client_secret_basic', 'client_secret_post'])
			ok(doc.token_endpoint_auth_methods_supported.includes(method), method);
	},
	{ settings: ON },
);
