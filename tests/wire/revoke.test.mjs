// SPDX-License-Identifier: ISC
//
// Revocation: what dies, what lives on, who may ask, and that the answer tells nothing about a token one does not hold.

import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, match, oauthError, ok, oneOf, status } from '../lib/check.mjs';
import {
	assertAlive,
	assertDead,
	basic,
	formEncode,
	obtain,
	obtainCode,
	random,
	raw,
	redeem,
	refresh,
	register,
	revoke,
} from '../lib/oauth.mjs';

const FORM = 'application/x-www-form-urlencoded';
const METHODS = ['none', 'client_secret_basic', 'client_secret_post'];

function gone(r, what) {
	status(r, 200, what);
	eq(r.text.trim(), '', `${what}: body`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
}

const refused = async (s, client, old, what) =>
	oauthError(await refresh(s, client, old), 400, 'invalid_grant', what);

row('RV-01', 'the own refresh token: the family dies at once', async (s) => {
	for (const method of METHODS) {
		const { client, jar, tokens } = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
		const other = await obtain(s, { client, jar });
		const next = (await refresh(s, client, tokens.refresh_token)).json;
		gone(await revoke(s, client, next.refresh_token), method);
		await refused(s, client, next.refresh_token, 'revoked refresh token');
		await refused(s, client, tokens.refresh_token, 'its predecessor');
		await assertDead(s, tokens.access_token, 'first access token');
		await assertDead(s, next.access_token, 'second access token');
		await assertAlive(s, other.tokens.access_token, 'token of another grant');
		status(await refresh(s, client, other.tokens.refresh_token), 200, 'refresh of another grant');
	}
});

row('RV-01', 'a refresh token that was spent: whoever gives it up ends what came of it', async (s) => {
	for (const method of METHODS) {
		const { client, jar, tokens } = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
		const other = await obtain(s, { client, jar });
		const next = (await refresh(s, client, tokens.refresh_token)).json;
		const last = (await refresh(s, client, next.refresh_token)).json;
		gone(await revoke(s, client, tokens.refresh_token), method);
		for (const t of [tokens, next, last]) {
			await assertDead(s, t.access_token, 'access token');
			await refused(s, client, t.refresh_token, 'refresh token');
		}
		await assertAlive(s, other.tokens.access_token, 'token of another grant');
	}
});

row('RV-02', 'the own access token: only that one dies', async (s) => {
	for (const method of METHODS) {
		const { client, tokens } = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
		const next = (await refresh(s, client, tokens.refresh_token)).json;
		gone(await revoke(s, client, tokens.access_token), method);
		await assertDead(s, tokens.access_token, 'revoked access token');
		await assertAlive(s, next.access_token, 'the other access token');
		const again = await refresh(s, client, next.refresh_token);
		status(again, 200, 'refresh');
		await assertAlive(s, again.json.access_token, 'access token of the refresh');
	}
});

row('RV-03', 'what is no live token is gone already', async (s) => {
	const { client, jar, tokens } = await obtain(s);
	const flow = await obtainCode(s, { client, jar });
	const flip = (t) => t.slice(0, 20) + (t[20] === 'A' ? 'B' : 'A') + t.slice(21);
	await each(
		[
			['unknown', 'mcpa_' + random(32) + 'AAAAAA'],
			['unknown refresh', 'mcpr_' + random(32) + 'AAAAAA'],
			['one character other', flip(tokens.access_token)],
			['one character other, refresh', flip(tokens.refresh_token)],
			['cut', tokens.access_token.slice(0, -1)],
			['longer', tokens.refresh_token + 'x'],
			['NUL after', tokens.access_token + '\u0000'],
			['garbage', 'x'],
			['SQL', "' OR 1=1 --"],
			['invalid UTF-8', Buffer.from([0xff, 0xfe])],
			['60 000', 'x'.repeat(60000)],
			['blank', ' '],
			['client_id', client.client_id],
			['a code', flow.code],
		],
		async (name, what) => {
			const r = await revoke(s, client, what);
			if (/NUL|invalid/.test(name) && r.status === 400) return oauthError(r, 400, 'invalid_request');
			gone(r, name);
		},
	);
	await assertAlive(s, tokens.access_token);
	oneOf((await redeem(s, flow)).status, [200, 400], 'the code after its revocation was asked for');
	gone(await revoke(s, client, tokens.access_token), 'first');
	gone(await revoke(s, client, tokens.access_token), 'already revoked');
	gone(await revoke(s, client, tokens.refresh_token), 'first, refresh');
	gone(await revoke(s, client, tokens.refresh_token), 'already revoked, refresh');
});

row(
	'RV-03',
	'an expired token is gone already',
	async (s) => {
		const { client, tokens } = await obtain(s);
		await sleep(2300);
		await assertDead(s, tokens.access_token);
		gone(await revoke(s, client, tokens.access_token), 'expired access token');
		status(await refresh(s, client, tokens.refresh_token), 200, 'refresh');
	},
	{ own: true, settings: { access_ttl: 1 } },
);

row('RV-04', "another client's token stays valid", async (s) => {
	const others = [
		await register(s),
		await register(s, { token_endpoint_auth_method: 'client_secret_basic' }),
	];
	const seen = new Set();
	for (const method of METHODS) {
		const { client, tokens } = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
		for (const other of others) {
			for (const what of [tokens.access_token, tokens.refresh_token]) {
				const r = await revoke(s, other, what);
				status(r, [200, 400]);
				seen.add(r.status);
				if (r.status === 400) oauthError(r, 400);
			}
		}
		await assertAlive(s, tokens.access_token);
		status(await refresh(s, client, tokens.refresh_token), 200, 'refresh of the owner');
	}
	eq(seen.size, 1, 'number of different statuses');
});

row('RV-05', 'the hint is only a hint', async (s) => {
	const { client, jar } = await obtain(s);
	for (const token_type_hint of [
		'access_token',
		'refresh_token',
		undefined,
		'',
		'bogus',
		'id_token',
		'x'.repeat(1000),
		"' --",
	]) {
		const a = await obtain(s, { client, jar });
		gone(
			await revoke(s, client, a.tokens.access_token, { token_type_hint }),
			`access token, hint ${token_type_hint}`,
		);
		await assertDead(s, a.tokens.access_token, `access token, hint ${token_type_hint}`);
		gone(
			await revoke(s, client, a.tokens.refresh_token, { token_type_hint }),
			`refresh token, hint ${token_type_hint}`,
		);
		await refused(s, client, a.tokens.refresh_token, `refresh token, hint ${token_type_hint}`);
	}
});

row('RV-06', 'without the proof nothing is revoked', async (s) => {
	for (const method of ['client_secret_basic', 'client_secret_post']) {
		const { client, tokens } = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
		const id = client.client_id;
		const other = method === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic';
		for (const what of [tokens.access_token, tokens.refresh_token]) {
			await each(
				[
					['without the secret', { ...client, token_endpoint_auth_method: 'none' }],
					['wrong secret', { ...client, client_secret: 'mcps_' + 'x'.repeat(49) }],
					['empty secret', { ...client, client_secret: '' }],
					['another way', { ...client, token_endpoint_auth_method: other }],
					['unknown client', { ...client, client_id: 'c_' + 'A'.repeat(22) }],
				],
				async (name, as) => {
					const r = await revoke(s, as, what);
					oauthError(r, 401, 'invalid_client');
					if (as.token_endpoint_auth_method === 'client_secret_basic')
						match(r.headers['www-authenticate'], /^Basic realm=/, 'WWW-Authenticate');
				},
			);
			oauthError(
				await raw(s, {
					method: 'POST',
					path: '/revoke',
					body: formEncode({ token: what, client_id: id, client_secret: client.client_secret }),
					headers: { 'Content-Type': FORM, ...basic(id, client.client_secret) },
				}),
				[400, 401],
				['invalid_request', 'invalid_client'],
				'both ways',
			);
			oauthError(
				await raw(s, {
					method: 'POST',
					path: '/revoke',
					body: formEncode({ token: what }),
					headers: { 'Content-Type': FORM },
				}),
				[400, 401],
				['invalid_request', 'invalid_client'],
				'by nobody',
			);
		}
		await assertAlive(s, tokens.access_token);
		status(await refresh(s, client, tokens.refresh_token), 200, 'refresh');
	}
	const pub = await obtain(s);
	oauthError(
		await revoke(s, { client_id: 'c_' + 'A'.repeat(22) }, pub.tokens.access_token),
		401,
		'invalid_client',
		'unknown public client',
	);
	oauthError(
		await raw(s, {
			method: 'POST',
			path: '/revoke',
			body: formEncode({ token: pub.tokens.access_token }),
			headers: { 'Content-Type': FORM },
		}),
		[400, 401],
		['invalid_request', 'invalid_client'],
		'public token by nobody',
	);
	await assertAlive(s, pub.tokens.access_token);
});

row('RV-07', 'requests that are none', async (s) => {
	const { client, tokens } = await obtain(s);
	const id = client.client_id;
	const ask = (body, headers = {}, o = {}) =>
		raw(s, {
			method: 'POST',
			path: '/revoke',
			body,
			headers: { 'Content-Type': FORM, ...headers },
			...o,
		});
	oauthError(await ask(formEncode({ client_id: id })), 400, 'invalid_request', 'no token');
	oauthError(await ask(formEncode({ client_id: id, token: '' })), 400, 'invalid_request', 'empty token');
	oauthError(await ask(''), [400, 401], ['invalid_request', 'invalid_client'], 'nothing');
	oauthError(
		await ask(formEncode({ client_id: id, token: [tokens.access_token, tokens.access_token] })),
		400,
		'invalid_request',
		'the token twice',
	);
	oauthError(
		await ask(formEncode({ client_id: id, token: [tokens.access_token, tokens.refresh_token] })),
		400,
		'invalid_request',
		'two tokens',
	);
	oauthError(
		await ask(formEncode({ client_id: [id, id], token: tokens.access_token })),
		400,
		'invalid_request',
		'client_id twice',
	);
	oauthError(
		await ask(JSON.stringify({ client_id: id, token: tokens.access_token }), {
			'Content-Type': 'application/json',
		}),
		400,
		'invalid_request',
		'JSON',
	);
	for (const type of [null, 'text/plain', 'multipart/form-data; boundary=x', `${FORM}, text/plain`]) {
		const r = await ask(formEncode({ client_id: id, token: tokens.access_token }), {
			'Content-Type': type,
		});
		if (r.byServer) status(r, 400);
		else oauthError(r, 400, 'invalid_request', `Content-Type ${type}`);
	}
	oauthError(
		await ask('', {}, { path: `/revoke?${formEncode({ client_id: id, token: tokens.access_token })}` }),
		[400, 401],
		['invalid_request', 'invalid_client'],
		'in the query',
	);
	for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
		const r = await raw(s, {
			method,
			path: `/revoke?${formEncode({ client_id: id, token: tokens.access_token })}`,
			body: method === 'PUT' ? 'x=1' : undefined,
		});
		status(r, 405, method);
		eq(r.headers.allow.split(/,\s*/).sort(), ['OPTIONS', 'POST'], `Allow for ${method}`);
	}
	status(await ask(formEncode({ client_id: id, token: 'x'.repeat(1 << 17) })), 413, '128 KiB');
	status(
		await raw(s, {
			method: 'POST',
			path: '/revoke/x',
			body: formEncode({ client_id: id, token: tokens.access_token }),
			headers: { 'Content-Type': FORM },
		}),
		404,
		'/revoke/x',
	);
	await assertAlive(s, tokens.access_token);
	status(await refresh(s, client, tokens.refresh_token), 200, 'refresh');
	const r = await ask(formEncode({ client_id: id, token: tokens.access_token }), {
		'Content-Type': `${FORM}; charset=utf-8`,
	});
	gone(r, 'with a charset');
	ok(r.status === 200, 'revoked');
	await assertDead(s, tokens.access_token);
});
