// SPDX-License-Identifier: ISC
//
// What becomes of a registration: a client with a secret looks after its own (RFC 7592), identical public ones are
// one, the operator may have to approve, nobody may register, and what nobody ever used is cleared away.

import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import { clients, clientIn, ctl } from '../lib/operator.mjs';
import {
	answerOf,
	assertAlive,
	assertDead,
	authorize,
	authParams,
	consent,
	follow,
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
	refresh,
	register,
	registerRaw,
	toConsent,
	visibleText,
} from '../lib/oauth.mjs';

const SECRET = { token_endpoint_auth_method: 'client_secret_basic' };
const sorted = (list) => [...list].sort();
const unique = () => `Client ${random(6)}`;

function manage(s, method, id, secret, body) {
	return raw(s, {
		method,
		path: `/register/${id}`,
		headers: {
			...(secret === undefined ? {} : { Authorization: `Bearer ${secret}` }),
			...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
		},
		body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
	});
}

const at = (s, method, client, body) => manage(s, method, client.client_id, client.registration_access_token, body);

/** What a client sends to change its registration: what it has, without what the server added. */
function update(client, more = {}) {
	const doc = {
		client_id: client.client_id,
		client_name: client.client_name,
		redirect_uris: client.redirect_uris,
		token_endpoint_auth_method: client.token_endpoint_auth_method,
		grant_types: client.grant_types,
		response_types: client.response_types,
		...more,
	};
	for (const k of Object.keys(doc)) if (doc[k] === undefined) delete doc[k];
	return doc;
}

function denied(r, what) {
	status(r, 401, what);
	match(r.headers['www-authenticate'], /^Bearer\b/, `${what}: WWW-Authenticate`);
	eq(r.json.error, 'invalid_token', `${what}: error`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	return r;
}

async function authorized(s, client, redirect_uri = client.redirect_uris[0]) {
	const jar = new Jar();
	return follow(s, await authorize(s, authParams(s, client, { redirect_uri, code_challenge: pkce().challenge }), jar), jar);
}

row('RG-22', 'only a client with a secret may look after its registration, and it can', async (s) => {
	const open = await register(s);
	ok(!('registration_client_uri' in open) && !('registration_access_token' in open), 'nothing to manage for a public client');
	for (const method of ['client_secret_basic', 'client_secret_post']) {
		const c = await register(s, { token_endpoint_auth_method: method });
		eq(c.registration_client_uri, `${s.issuer}/register/${c.client_id}`, 'registration_client_uri');
		match(c.registration_access_token, /^mcpm_[A-Za-z0-9_-]{43,}$/, 'registration_access_token');
		const r = await at(s, 'GET', c);
		status(r, 200, 'read');
		match(r.headers['content-type'], /^application\/json$/i, 'Content-Type');
		match(r.headers['cache-control'], /no-store/, 'Cache-Control');
		for (const k of ['client_id', 'client_name', 'redirect_uris', 'grant_types', 'response_types', 'token_endpoint_auth_method', 'client_id_issued_at'])
			eq(r.json[k], c[k], k);
		eq(r.json.registration_client_uri, c.registration_client_uri, 'registration_client_uri');
		oneOf(r.json.client_secret, [undefined, c.client_secret], 'client_secret');
		ok(!s.stored(c.registration_access_token), 'the token is not stored');
	}
});

row('RG-22', 'a client changes its registration', async (s) => {
	const c = await register(s, { ...SECRET, redirect_uris: [HTTPS] });
	const name = unique();
	const changed = ['https://new.example/cb', HTTPS];
	const r = await at(s, 'PUT', c, update(c, { client_name: name, redirect_uris: changed }));
	status(r, 200, 'change');
	eq(r.json.client_id, c.client_id, 'client_id');
	eq(r.json.client_name, name, 'client_name');
	eq(sorted(r.json.redirect_uris), sorted(changed), 'redirect_uris');
	oneOf(r.json.client_secret, [undefined, c.client_secret], 'client_secret');
	eq((await at(s, 'GET', c)).json.client_name, name, 'client_name read again');
	const flow = await obtain(s, { client: { ...c, redirect_uris: changed } });
	await assertAlive(s, flow.tokens.access_token, 'token with the old secret');
	ok(visibleText((await toConsent(s, { client: { ...c, redirect_uris: changed } })).page.text).includes(name), 'the new name is shown');
	const less = await at(s, 'PUT', c, update(c, { client_name: name, redirect_uris: [changed[0]] }));
	status(less, 200, 'one redirect less');
	page(await authorized(s, c, HTTPS), 400, 'the redirect that is gone');
	status(await authorized(s, c, changed[0]), 200, 'the one that is left');
	await each(
		[
			['another client_id', update(c, { client_id: (await register(s)).client_id }), ['invalid_client_metadata', 'invalid_request', 'invalid_client_id']],
			['no client_id', update(c, { client_id: undefined }), ['invalid_client_metadata', 'invalid_request', 'invalid_client_id']],
			['a dangerous redirect', update(c, { redirect_uris: ['javascript:alert(1)'] }), ['invalid_redirect_uri']],
			['no redirect', update(c, { redirect_uris: [] }), ['invalid_redirect_uri', 'invalid_client_metadata']],
			['a list', '[]', undefined],
			['no JSON', 'x', undefined],
			['another secret', update(c, { client_secret: 'mcps_' + 'A'.repeat(49) }), ['invalid_client_metadata', 'invalid_request']],
		],
		async (_, body, errors) => {
			oauthError(await at(s, 'PUT', c, body), 400, errors);
			eq((await at(s, 'GET', c)).json.redirect_uris, [changed[0]], 'redirect_uris after the refusal');
		},
	);
	oauthError(await at(s, 'PUT', c, JSON.stringify(update(c)).padEnd(70000)), 413, undefined, '70 000 bytes');
});

row('RG-22', 'a client that is deleted is gone with all that it was given', async (s) => {
	const c = await register(s, SECRET);
	const { tokens, jar } = await obtain(s, { client: c });
	const open = await obtainCode(s, { client: c, jar });
	const other = await obtain(s, { jar });
	const r = await at(s, 'DELETE', c);
	status(r, 204, 'deletion');
	eq(r.text, '', 'body');
	await assertDead(s, tokens.access_token, 'access token');
	oauthError(await refresh(s, c, tokens.refresh_token), [400, 401], ['invalid_client', 'invalid_grant'], 'refresh');
	oauthError(await redeem(s, open), [400, 401], ['invalid_client', 'invalid_grant'], 'a code that was on its way');
	page(await authorized(s, c), 400, 'authorization');
	for (const method of ['GET', 'DELETE']) denied(await at(s, method, c), method);
	denied(await at(s, 'PUT', c, update(c)), 'PUT');
	await assertAlive(s, other.tokens.access_token, 'token of another client');
});

row('RG-22', 'every wrong way to ask is answered the same', async (s) => {
	const c = await register(s, SECRET);
	const other = await register(s, SECRET);
	const open = await register(s);
	const { tokens } = await obtain(s, { client: c });
	const good = c.registration_access_token;
	const flip = good.slice(0, 20) + (good[20] === 'A' ? 'B' : 'A') + good.slice(21);
	const answers = [];
	await each(
		[
			['no token', c.client_id, undefined],
			['one character other', c.client_id, flip],
			['cut', c.client_id, good.slice(0, -1)],
			["another client's", c.client_id, other.registration_access_token],
			['an access token', c.client_id, tokens.access_token],
			['a refresh token', c.client_id, tokens.refresh_token],
			['the secret', c.client_id, c.client_secret],
			['unknown client', 'c_' + 'A'.repeat(22), good],
			['unknown client, no token', 'c_' + 'A'.repeat(22), undefined],
			['public client', open.client_id, good],
			['no id at all', 'x', good],
			['SQL', "'%20OR%201=1--", good],
			['long', 'x'.repeat(2000), good],
		],
		async (name, id, secret) => {
			for (const method of ['GET', 'DELETE', 'PUT']) {
				const r = denied(await manage(s, method, id, secret, method === 'PUT' ? update({ ...c, client_id: id }) : undefined), method);
				answers.push(r.text);
			}
		},
	);
	eq(new Set(answers).size, 1, 'number of different answers');
	status(await at(s, 'GET', c), 200, 'still there');
	await assertAlive(s, tokens.access_token);
	for (const method of ['POST', 'PATCH']) {
		const r = await at(s, method, c, '{}');
		status(r, 405, method);
		for (const m of ['GET', 'PUT', 'DELETE']) ok(r.headers.allow.split(/,\s*/).includes(m), `Allow: ${r.headers.allow}`);
	}
	for (const method of ['GET', 'PUT', 'DELETE']) {
		const r = await raw(s, { method, path: '/register', body: method === 'PUT' ? '{}' : undefined });
		status(r, 405, `${method} /register`);
		ok(r.headers.allow.split(/,\s*/).includes('POST'), `Allow: ${r.headers.allow}`);
	}
	status(await manage(s, 'GET', `${c.client_id}/x`, good), [401, 404], 'below the client');
});

/* ---- the same twice ---- */

row('RG-23', 'two clients with a secret are two, two identical public ones are one, and consent is asked for each time', async (s) => {
	const same = { client_name: unique(), redirect_uris: [HTTPS] };
	const a = await register(s, { ...same, ...SECRET });
	const b = await register(s, { ...same, ...SECRET });
	ok(a.client_id !== b.client_id && a.client_secret !== b.client_secret, 'two ids and two secrets');
	const own = await obtainCode(s, { client: a });
	oauthError(await redeem(s, { ...own, client: b }), 400, 'invalid_grant', "A's code in B's hand");
	status(await redeem(s, own), 200, "A's own");
	const first = await registerRaw(s, { ...same, token_endpoint_auth_method: 'none' });
	const second = await registerRaw(s, { ...same, token_endpoint_auth_method: 'none' });
	for (const r of [first, second]) status(r, 201, 'public registration');
	eq(second.json, first.json, 'the second answer');
	ok(![a.client_id, b.client_id].includes(first.json.client_id), 'never one with a secret');
	const got = await obtain(s, { client: first.json });
	const again = await toConsent(s, { client: second.json, jar: got.jar });
	ok(formFor(again.page, 'allow'), 'asked again');
});

row('RG-23', 'what is different in any way is another client', async (s) => {
	const base = { client_name: unique(), redirect_uris: [HTTPS, 'https://d.example/cb'], token_endpoint_auth_method: 'none' };
	const id = async (doc) => status(await registerRaw(s, doc), 201).json.client_id;
	const first = await id(base);
	eq(await id(JSON.stringify(base, null, 4)), first, 'written with blanks');
	eq(await id({ token_endpoint_auth_method: 'none', redirect_uris: base.redirect_uris, client_name: base.client_name }), first, 'in another order');
	const seen = new Set([first]);
	await each(
		[
			['name', { client_name: base.client_name + '.' }],
			['redirect', { redirect_uris: [HTTPS] }],
			['redirect more', { redirect_uris: [...base.redirect_uris, LOOPBACK] }],
			['grants', { grant_types: ['authorization_code'] }],
			['home', { client_uri: 'https://c.example/' }],
		],
		async (name, more) => {
			const other = await id({ ...base, ...more });
			ok(!seen.has(other), `a client of its own for another ${name}`);
			seen.add(other);
		},
	);
});

row('RG-23', 'twenty identical ones at once are one', async (s) => {
	const doc = { client_name: unique(), redirect_uris: [HTTPS], token_endpoint_auth_method: 'none' };
	const all = await Promise.all(Array.from({ length: 20 }, () => registerRaw(s, doc)));
	for (const r of all) status(r, 201);
	eq(new Set(all.map((r) => r.json.client_id)).size, 1, 'ids');
});

row(
	'RG-19',
	'what is registered already costs nothing',
	async (s) => {
		const doc = { client_name: unique(), redirect_uris: [HTTPS], token_endpoint_auth_method: 'none' };
		for (let i = 0; i < 10; i++) status(await registerRaw(s, doc), 201, `the same, time ${i + 1}`);
		for (let i = 0; i < 2; i++) status(await registerRaw(s, { ...doc, client_name: unique() }), 201, 'a new one');
		oauthError(await registerRaw(s, { ...doc, client_name: unique() }), 429, 'temporarily_unavailable', 'one too many');
		status(await registerRaw(s, doc), 201, 'the first one again');
	},
	{ own: true, settings: { rate_limits: 'on', limit_register: '3/3600' } },
);

/* ---- who may ---- */

row(
	'RG-20',
	'switched off it is gone; who was registered before goes on',
	async (s) => {
		const early = await register(s);
		const { tokens } = await obtain(s, { client: early });
		s.setConf({ registration: 'off' });
		await s.restart();
		status(await registerRaw(s, { redirect_uris: [HTTPS], token_endpoint_auth_method: 'none' }), [403, 404], 'registration');
		for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])
			ok(!('registration_endpoint' in (await raw(s, { path })).json), `no registration_endpoint in ${path}`);
		await assertAlive(s, tokens.access_token);
		status(await refresh(s, early, tokens.refresh_token), 200, 'refresh');
		status(await authorized(s, early), 200, 'authorization');
	},
	{ own: true },
);

row(
	'RG-20',
	'a client that waits for the operator is registered, and is told to wait',
	async (s) => {
		for (const more of [{}, SECRET]) {
			const c = await register(s, more);
			const mine = clientIn(clients(s), c.client_id);
			ok(mine, `the client is in the list: ${c.client_id}`);
			for (let i = 0; i < 2; i++) {
				const p = page(await authorized(s, c), 403, 'authorization');
				match(visibleText(p.text), /operator/i, 'what the page says');
				ok(!formFor(p, 'login') && !formFor(p, 'allow'), 'nothing to fill in');
			}
			page(await authorized(s, c, 'https://evil.example/cb'), 400, 'with a redirect that is not its own');
			ctl(s, ['client', 'approve', c.client_id]);
			const got = await obtain(s, { client: c });
			await assertAlive(s, got.tokens.access_token);
			ctl(s, ['client', 'disable', c.client_id]);
			await assertDead(s, got.tokens.access_token, 'token of a disabled client');
			status(await authorized(s, c), [400, 403], 'authorization of a disabled client');
		}
		eq((await raw(s, { path: '/.well-known/oauth-authorization-server' })).json.registration_endpoint, `${s.issuer}/register`, 'registration_endpoint');
		ok(s.ctl(['client', 'approve', 'c_' + 'A'.repeat(22)]).status !== 0, 'an unknown client cannot be approved');
		const twice = { client_name: unique(), redirect_uris: [HTTPS], token_endpoint_auth_method: 'none' };
		const first = (await registerRaw(s, twice)).json.client_id;
		ctl(s, ['client', 'approve', first]);
		const second = await registerRaw(s, twice);
		status(second, 201, 'the same again');
		status(await authorized(s, second.json), 200, 'it has been approved already');
	},
	{ settings: { registration: 'approve' } },
);

/* ---- clearing away ---- */

/** Makes everything about clients and grants that much older, as if the time had passed. */
function age(s, seconds) {
	const tables = Object.keys(s.counts()).filter((t) => /client|grant/.test(t));
	for (const t of tables) {
		const columns = s
			.sql(`SELECT name, type FROM pragma_table_info('${t}')`)
			.filter((c) => /_at$|^(created|issued|seen|used|agreed|until|expires)/.test(c.name) && /INT/i.test(c.type));
		// 0 is never.
		const older = (c) => `"${c.name}" = CASE WHEN "${c.name}" > 0 THEN "${c.name}" - ${seconds} ELSE 0 END`;
		if (columns.length) s.sql(`UPDATE "${t}" SET ${columns.map(older).join(', ')}`, { json: false });
	}
}

row(
	'RG-19',
	'a client that nobody ever agreed to is cleared away after a day, others are not',
	async (s) => {
		const idle = await register(s);
		const used = await obtain(s);
		const asked = await toConsent(s, { client: await register(s), jar: used.jar });
		ctl(s, ['reap']);
		for (const c of [idle, used.client, asked.client]) ok(clientIn(clients(s), c.client_id), 'nothing is cleared away at once');
		age(s, 25 * 3600);
		const fresh = await register(s);
		ctl(s, ['reap']);
		const left = clients(s);
		ok(!clientIn(left, idle.client_id), 'the one that nobody agreed to is gone');
		ok(!clientIn(left, asked.client.client_id), 'the one that was only asked for, too');
		ok(clientIn(left, used.client.client_id), 'the one with a live grant stays');
		ok(clientIn(left, fresh.client_id), 'the new one stays');
		await assertAlive(s, used.tokens.access_token);
		page(await authorized(s, idle), 400, 'authorization of a client that is gone');
		const r = await consent(s, asked.page, asked.jar);
		ok(r.status !== 303 || answerOf(r).query.code === undefined, `no code for a client that is gone: ${r}`);
		lacks(r.text, /mcpc_/, 'answer');
	},
	{ own: true },
);
