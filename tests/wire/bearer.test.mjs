// SPDX-License-Identifier: ISC
//
// Who may speak to /mcp: the bearer token is looked at before anything of the body, and whatever is not one valid
// access token for this resource is turned away with a challenge that tells a client how to go on.

import { eq, each, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { sleep, start } from '../lib/harness.mjs';
import { raw } from '../lib/http.mjs';
import { CREATE, LEGACY, READ, SEARCH, WRITE, call, challenge, legacy, message, meta, mirrored, modern, modernResult, post, rpcError,
	toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { Jar, authorize, cookieNames, crc32, obtain, obtainCode, pkce, authParams, refresh, register, revoke } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: { _meta: meta() } };
const list = (s, headers, more) => post(s, null, LIST, { ...mirrored('tools/list'), ...headers }, more);
const withAuth = (s, value, more) => list(s, { Authorization: value }, more);

/** A 401 of ours: a challenge with the place of the metadata and the scope, a small JSON-RPC body, nothing to store. */
function refused(s, r, error, what = 'answer') {
	status(r, 401, what);
	const c = challenge(r, what);
	eq(c.resource_metadata, `${s.issuer}/.well-known/oauth-protected-resource/mcp`, `${what}: resource_metadata`);
	ok(c.scope, `${what}: scope in the challenge`);
	const scopes = c.scope.split(' ');
	ok(scopes.includes(READ), `${what}: the scope of the challenge has ${READ}`);
	for (const one of scopes) oneOf(one, [READ, WRITE], `${what}: scope in the challenge`);
	eq(c.error, error, `${what}: error in the challenge`);
	if (error === undefined) ok(c.error_description === undefined, `${what}: no error_description without an error`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	ok(r.body.length < 1024, `${what}: a small body (${r.body.length} bytes)`);
	const doc = message(r, what);
	ok(doc.error && Number.isInteger(doc.error.code), `${what}: a JSON-RPC error`);
	ok(doc.id === undefined || doc.id === null, `${what}: the body was not read, so there is no id (${r})`);
	return c;
}

/** Malformed credentials: 400 invalid_request, or 401; never taken. */
function malformed(s, r, what) {
	if (r.byServer) return;
	status(r, [400, 401], what);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	oneOf(challenge(r, what).error, ['invalid_request', 'invalid_token'], `${what}: error in the challenge`);
	ok(message(r, what).error, `${what}: a JSON-RPC error`);
}

row('BR-01', 'no credentials: 401 with the place of the metadata and the scope, and no error', async (s) => {
	refused(s, await list(s, {}), undefined, 'no Authorization');
	refused(s, await withAuth(s, ''), undefined, 'empty Authorization');
	refused(s, await withAuth(s, '   '), undefined, 'blank Authorization');
});

row('BR-01', 'every JSON-RPC method needs a token', async (s) => {
	await each(['initialize', 'ping', 'server/discover', 'tools/list', 'tools/call', 'notifications/initialized', 'foo/bar'], async (method) => {
		refused(s, await post(s, null, { jsonrpc: '2.0', id: 1, method, params: {} }), undefined, `legacy ${method}`);
		refused(s, await post(s, null, { jsonrpc: '2.0', id: 1, method, params: { _meta: meta() } }, mirrored(method)), undefined, `modern ${method}`);
	});
});

row('BR-01', 'the body is not read before the token: any body gets the same 401', async (s) => {
	const want = (await list(s, {})).headers['www-authenticate'];
	const bodies = ['', '{', '[]', 'x'.repeat(100000), Buffer.from([0xff, 0xfe, 0]), '[' + '['.repeat(50000), '{"id":7}'];
	await each(bodies.map((b, i) => [`body ${i}`, b]), async (name, body) => {
		const r = await post(s, null, body);
		refused(s, r, undefined, name);
		eq(r.headers['www-authenticate'], want, 'the challenge');
	});
	await each(['text/plain', 'application/x-www-form-urlencoded', null], async (type) => {
		refused(s, await post(s, null, '{', { 'Content-Type': type }), undefined, `type ${type}`);
	});
});

row('BR-01', 'the challenge leads to the metadata of this resource', async (s) => {
	const c = challenge(await list(s, {}));
	const r = await raw(s, { path: c.resource_metadata.slice(s.issuer.length) });
	status(r, 200, 'metadata');
	eq(r.json.resource, s.resource, 'resource');
	eq(r.json.authorization_servers, [s.issuer], 'authorization_servers');
	for (const one of c.scope.split(' ')) ok(r.json.scopes_supported.includes(one), `${one} is in scopes_supported`);
	ok(!r.json.scopes_supported.includes('offline_access'), 'offline_access is not a scope of the resource');
});

/** A string that looks like an access token of ours and is none: the checksum is learnt from a real token. */
function forged(real, change) {
	const digits = ['0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
		'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];
	const sum = (text, alphabet) => {
		let n = crc32(text);
		let out = '';
		for (let i = 0; i < 6; i++, n = Math.floor(n / 62)) out = alphabet[n % 62] + out;
		return out;
	};
	const body = real.slice(0, 48);
	for (const alphabet of digits) {
		for (const from of [0, 5])
			if (sum(body.slice(from), alphabet) === real.slice(48)) return change(body) + sum(change(body).slice(from), alphabet);
	}
	throw new Error('the last six characters of a token are not the base62 CRC32 of what is before them');
}

row('BR-02', 'unknown, expired, revoked and garbage tokens get one and the same answer', async (s) => {
	const expired = (await obtain(s)).tokens.access_token;
	const other = await obtain(s);
	const dead = other.tokens.access_token;
	status(await revoke(s, other.client, dead), 200, 'revocation');
	const flip = (b) => b.slice(0, 20) + (b[20] === 'A' ? 'B' : 'A') + b.slice(21);
	const unknown = forged(expired, flip);
	await sleep(2100);
	const seen = new Set();
	await each([['unknown', unknown], ['expired', expired], ['revoked', dead], ['garbage', 'garbage'], ['garbage of that length', 'x'.repeat(54)]],
		async (name, token) => {
			const r = await withAuth(s, `Bearer ${token}`);
			refused(s, r, 'invalid_token', name);
			seen.add(JSON.stringify([r.status, r.headers['www-authenticate'], r.text, Object.keys(r.headers).sort()]));
		});
	eq(seen.size, 1, `number of different answers (${[...seen].join(' and ')})`);
}, { own: true, settings: { access_ttl: 1 } });

row('BR-03', 'the scheme in any case and any number of blanks', async (s) => {
	const t = await tokenFor(s);
	await each([`bearer ${t}`, `BEARER ${t}`, `Bearer  ${t}`, `bEaReR     ${t}`, `Bearer ${t}`, `Bearer ${t}  `], async (value) => {
		modernResult(await withAuth(s, value), 7);
	});
});

row('BR-03', 'malformed credentials are never taken', async (s) => {
	const t = await tokenFor(s);
	const cases = [`Bearer\t${t}`, `Bearer ${t} x`, `Bearer x ${t}`, `Bearer ${t} ${t}`, 'Bearer', 'Bearer ', `Bearer "${t}"`, `Bearer ${t},`,
		`Bearer token=${t}`, `Bearer ${t};`, `Bearer =${t}`, `Bearer \u00e9${t}`];
	await each(cases, async (value) => malformed(s, await withAuth(s, value), value.slice(0, 20)));
});

row('BR-03', 'another scheme counts as no credentials', async (s) => {
	const t = await tokenFor(s);
	const cases = [`Basic ${Buffer.from(`alice:${t}`).toString('base64')}`, `DPoP ${t}`, `Bearerx ${t}`, `Bearer${t}`, `Token ${t}`, t,
		`Digest username="${t}"`, `Negotiate ${t}`];
	await each(cases, async (value) => {
		const r = await withAuth(s, value);
		// A scheme that begins like ours may also be taken for a misspelt one.
		if (/^Bearer\S/.test(value)) malformed401(s, r, value.slice(0, 12));
		else refused(s, r, undefined, value.slice(0, 12));
	});
});

function malformed401(s, r, what) {
	status(r, [400, 401], what);
	const c = challenge(r, what);
	oneOf(c.error, [undefined, 'invalid_request', 'invalid_token'], `${what}: error`);
}

row('BR-04', 'two credentials are refused, whichever of them is good', async (s) => {
	const t = await tokenFor(s);
	const bad = 'mcpa_' + 'x'.repeat(49);
	const two = (a, b) => list(s, { Authorization: [a, b] });
	await each([['good, bad', `Bearer ${t}`, `Bearer ${bad}`], ['bad, good', `Bearer ${bad}`, `Bearer ${t}`], ['good twice', `Bearer ${t}`, `Bearer ${t}`],
		['Basic, good', 'Basic YTpi', `Bearer ${t}`], ['good, Basic', `Bearer ${t}`, 'Basic YTpi']], async (name, a, b) => {
		malformedOrAbsent(s, await two(a, b), `two lines: ${name}`);
		malformedOrAbsent(s, await withAuth(s, `${a}, ${b}`), `one line: ${name}`);
	});
});

function malformedOrAbsent(s, r, what) {
	if (r.byServer) return;
	status(r, [400, 401], what);
	oneOf(challenge(r, what).error, [undefined, 'invalid_request', 'invalid_token'], `${what}: error`);
	ok(message(r, what).error, `${what}: a JSON-RPC error`);
}

row('BR-05', 'a token in the query, the body, a cookie or another header is not seen', async (s) => {
	const t = await tokenFor(s);
	const names = cookieNames(s);
	const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
	const cases = [
		['query', list(s, {}, { path: `/mcp?access_token=${t}` })],
		['query, other name', list(s, {}, { path: `/mcp?token=${t}&authorization=Bearer%20${t}` })],
		['form body', post(s, null, `access_token=${t}`, form)],
		['form body and query', post(s, null, `access_token=${t}`, form, { path: `/mcp?access_token=${t}` })],
		['JSON body', post(s, null, { ...LIST, access_token: t, params: { ...LIST.params, access_token: t } }, mirrored('tools/list'))],
		['cookie', list(s, { Cookie: `access_token=${t}; Authorization=Bearer ${t}; ${names.session}=${t}` })],
		['X-Authorization', list(s, { 'X-Authorization': `Bearer ${t}` })],
		['Proxy-Authorization', list(s, { 'Proxy-Authorization': `Bearer ${t}` })],
		['Redirect-Http-Authorization', list(s, { 'Redirect-Http-Authorization': `Bearer ${t}` })],
		['Redirect-Authorization', list(s, { 'Redirect-Authorization': `Bearer ${t}` })],
		['Http-Authorization', list(s, { 'Http-Authorization': `Bearer ${t}` })],
	];
	await each(cases, async (name, answer) => refused(s, await answer, undefined, name));
	refused(s, await list(s, { Authorization: 'Bearer no' }, { path: `/mcp?access_token=${t}` }), 'invalid_token', 'query beside a bad header');
});

row('BR-05', 'the session of the sign-in pages opens nothing here', async (s) => {
	const { jar } = await obtain(s);
	ok(jar.get(cookieNames(s).session), 'there is a session cookie');
	refused(s, await list(s, jar.header()), undefined, 'session cookie');
});

row('BR-06', 'a token for another resource of the same server is refused', async (s) => {
	const mine = s.resource;
	await each([`${s.issuer}/other`, s.issuer, `${s.issuer}/mcp2`, `${s.issuer}/mcp/x`], async (resource) => {
		s.setConf({ resource });
		s.resource = resource;
		await s.restart();
		const { tokens } = await obtain(s);
		s.setConf({ resource: null });
		s.resource = mine;
		await s.restart();
		refused(s, await withAuth(s, `Bearer ${tokens.access_token}`), 'invalid_token', resource);
	});
	const { tokens } = await obtain(s);
	modernResult(await withAuth(s, `Bearer ${tokens.access_token}`), 7, 'a token for this resource');
}, { own: true });

row('BR-06', 'a token of another installation is refused', async () => {
	const one = await start({ front: 'inproc' });
	const two = await start({ front: 'inproc' });
	try {
		const { tokens } = await obtain(one);
		modernResult(await withAuth(one, `Bearer ${tokens.access_token}`), 7, 'at home');
		refused(two, await withAuth(two, `Bearer ${tokens.access_token}`), 'invalid_token', 'abroad');
	} finally {
		await one.stop();
		await two.stop();
	}
}, { own: 'none', fronts: ['inproc'] });

row('BR-07', 'no other secret is an access token', async (s) => {
	const names = cookieNames(s);
	const secret = await obtain(s, { metadata: { token_endpoint_auth_method: 'client_secret_post' } });
	const open = await obtainCode(s);
	const client = await register(s);
	const before = new Jar();
	await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), before);
	const cases = [
		['refresh token', secret.tokens.refresh_token], ['client secret', secret.client.client_secret], ['client id', secret.client.client_id],
		['unused code', open.code], ['used code', secret.code], ['session id', secret.jar.get(names.session)],
		['id before sign-in', before.get(names.pre)], ['access token named refresh', secret.tokens.access_token.replace('mcpa_', 'mcpr_')],
		['refresh token named access', secret.tokens.refresh_token.replace('mcpr_', 'mcpa_')], ['password', s.password.replace(/ /g, '')],
		['user', 'alice'], ['code verifier', open.verifier],
	];
	await each(cases, async (name, value) => {
		ok(value, `${name} is there`);
		const r = await withAuth(s, `Bearer ${value}`);
		refused(s, r, 'invalid_token', name);
	});
	modernResult(await withAuth(s, `Bearer ${secret.tokens.access_token}`), 7, 'the access token still works');
});

row('BR-08', 'a token without the scope of the tool: 403 with all that is needed', async (s) => {
	const cases = [[CREATE, READ, WRITE, { title: 'a', content: 'b' }], [SEARCH, WRITE, READ, { query: 'a' }]];
	for (const [tool, has, lacking, args] of cases) {
		const t = await tokenFor(s, has);
		const answers = [['modern', await call(s, t, tool, args, { id: 'step-up' })]];
		for (const version of LEGACY)
			answers.push([version, await legacy(s, t, version, 'tools/call', { name: tool, arguments: args }, { id: 'step-up' })]);
		await each(answers, async (name, r) => {
			const what = `${tool} (${name})`;
			status(r, 403, what);
			const c = challenge(r, what);
			eq(c.error, 'insufficient_scope', `${what}: error`);
			eq(c.resource_metadata, `${s.issuer}/.well-known/oauth-protected-resource/mcp`, `${what}: resource_metadata`);
			ok((c.scope ?? '').split(' ').includes(lacking), `${what}: scope has ${lacking}, got ${c.scope}`);
			for (const one of c.scope.split(' ')) oneOf(one, [READ, WRITE], `${what}: scope in the challenge`);
			match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
			rpcError(r, 403, r.json.error?.code, 'step-up', what);
		});
	}
});

row('BR-08', 'the scope is judged before the arguments, and the tool does not run', async (s) => {
	const read = await tokenFor(s, READ);
	status(await call(s, read, CREATE, {}), 403, 'no arguments');
	status(await call(s, read, CREATE, { title: 5 }), 403, 'wrong arguments');
	const word = `unwritten${Date.now()}`;
	status(await call(s, read, CREATE, { title: word, content: word }), 403, 'a whole document');
	const found = toolResult(await call(s, read, SEARCH, { query: word }));
	eq(found.results, [], 'documents with the word');
});

row('BR-09', 'a token with more scope than is needed is accepted', async (s) => {
	const t = await tokenFor(s, `${READ} ${WRITE}`);
	toolResult(await call(s, t, SEARCH, { query: 'anything' }));
	toolResult(await call(s, t, CREATE, { title: 'Broad token', content: 'written with both scopes' }));
	const read = await tokenFor(s, READ);
	toolResult(await call(s, read, SEARCH, { query: 'anything' }));
	const write = await tokenFor(s, WRITE);
	toolResult(await call(s, write, CREATE, { title: 'Narrow token', content: 'written with one scope' }));
	for (const one of [t, read, write]) {
		modernResult(await modern(s, one, 'tools/list'));
		modernResult(await modern(s, one, 'server/discover'));
	}
});

row('BR-10', 'a disabled user, withdrawn consent or a new password end a token at once', async (s) => {
	const alive = async (t, what) => modernResult(await withAuth(s, `Bearer ${t}`), 7, what);
	const gone = async (t, what) => refused(s, await withAuth(s, `Bearer ${t}`), 'invalid_token', what);
	const one = await obtain(s);
	await alive(one.tokens.access_token, 'fresh token');
	status(await revoke(s, one.client, one.tokens.refresh_token), 200, 'revocation of the grant');
	await gone(one.tokens.access_token, 'access token of a revoked grant');

	const two = await obtain(s);
	await alive(two.tokens.access_token, 'second token');
	eq(s.ctl(['user', 'disable', 'alice']).status, 0, 'mcpctl user disable');
	await gone(two.tokens.access_token, 'token of a disabled user');
	status(await refresh(s, two.client, two.tokens.refresh_token), 400, 'refresh of a disabled user');
	eq(s.ctl(['user', 'enable', 'alice']).status, 0, 'mcpctl user enable');

	const three = await obtain(s);
	s.addUser('bob', 'another long password');
	const bob = await obtain(s, { username: 'bob', password: 'another long password' });
	await alive(three.tokens.access_token, 'third token');
	s.passwords.add('a password that is new');
	eq(s.ctl(['user', 'passwd', 'alice', '--password-stdin'], 'a password that is new\n').status, 0, 'mcpctl user passwd');
	await gone(three.tokens.access_token, 'token from before the new password');
	await alive(bob.tokens.access_token, 'token of another user');
}, { own: true });

row('BR-10', 'reuse of an old refresh token ends the access tokens of the grant', async (s) => {
	const got = await obtain(s);
	const next = await refresh(s, got.client, got.tokens.refresh_token);
	status(next, 200, 'refresh');
	const last = await refresh(s, got.client, next.json.refresh_token);
	status(last, 200, 'second refresh');
	await sleep(1100);
	status(await refresh(s, got.client, got.tokens.refresh_token), 400, 'reuse');
	refused(s, await withAuth(s, `Bearer ${last.json.access_token}`), 'invalid_token', 'access token after reuse');
}, { own: true, settings: { refresh_grace: 0 } });

row('BR-11', 'one changed character anywhere, and tokens of odd lengths', async (s) => {
	const t = await tokenFor(s);
	eq(t.length, 54, 'length of an access token');
	const swap = (at) => t.slice(0, at) + (t[at] === 'Q' ? 'R' : 'Q') + t.slice(at + 1);
	const cases = [0, 3, 4, 5, 6, 25, 46, 47, 48, 50, 53].map((at) => [`character ${at}`, swap(at)]);
	cases.push(['one short', t.slice(0, 53)], ['one long', t + 'A'], ['twice', t + t], ['no prefix', t.slice(5)], ['upper case', t.toUpperCase()],
		['empty prefix', '_' + t.slice(5)], ['%00', t + '%00'], ['padded', t + '=='], ['sql', "x'OR'1'='1"], ['wildcard', 'mcpa_%']);
	await each(cases, async (name, value) => {
		const r = await withAuth(s, `Bearer ${value}`);
		if (['sql', '%00', 'wildcard'].includes(name)) malformed(s, r, name);
		else refused(s, r, 'invalid_token', name);
	});
	const long = await withAuth(s, `Bearer ${'x'.repeat(10240)}`);
	if (!long.byServer && long.status !== 431) refused(s, long, 'invalid_token', '10 KiB');
	const nul = await withAuth(s, `Bearer ${t}\0x`, { silent: true });
	if (nul && !nul.byServer) status(nul, [400, 401], 'NUL behind the token');
	modernResult(await withAuth(s, `Bearer ${t}`), 7, 'the token itself');
});

row('BR-14', 'refusals carry neither the token nor the user', async (s) => {
	const t = await tokenFor(s, READ);
	const bad = 'mcpa_' + 'y'.repeat(49);
	const answers = [
		['401', await withAuth(s, `Bearer ${bad}`), 401], ['400', await withAuth(s, `Bearer ${t} ${t}`), [400, 401]],
		['403 scope', await call(s, t, CREATE, { title: 'a', content: 'b' }), 403],
		['403 origin', await list(s, { Authorization: `Bearer ${t}`, Origin: 'https://evil.example' }), 403],
	];
	await each(answers, async (name, r, want) => {
		status(r, want, name);
		if (r.byServer) return;
		const whole = r.text + JSON.stringify(r.list);
		ok(!whole.includes(t) && !whole.includes(bad), `${name}: no token in the answer`);
		lacks(whole, /alice|SELECT|sqlite/i, `${name}: the answer`);
		match(r.headers['cache-control'], /no-store/, `${name}: Cache-Control`);
	});
});

row('BR-14', 'a busy database is a 503 that says when to try again and nothing else', async (s) => {
	const t = await tokenFor(s);
	const release = await s.lock();
	const r = await call(s, t, CREATE, { title: 'late', content: 'late' }, { id: 3 });
	status(r, [200, 503], 'while the database is held');
	lacks(r.text, /"author"|sqlite|database is locked|SQL/i, 'the answer');
	ok(!r.text.includes(t), 'no token in the answer');
	if (r.status === 503) {
		match(r.headers['retry-after'], /^\d+$/, 'Retry-After');
		match(r.headers['cache-control'], /no-store/, 'Cache-Control');
		ok(message(r).error, 'a JSON-RPC error');
	} else {
		const doc = message(r);
		ok(doc.error?.code === -32603 || doc.result?.isError === true, `an error in the body, got ${r}`);
	}
	await release();
	toolResult(await call(s, t, CREATE, { title: 'late', content: 'late' }), 'when it is free again');
}, { own: true, settings: { busy_timeout: 200 } });

row('BR-15', 'no token is ever written to the log', async (s) => {
	const got = await obtain(s, { scope: READ });
	const t = got.tokens.access_token;
	const bad = 'mcpa_' + 'z'.repeat(49);
	await call(s, t, SEARCH, { query: 'log' });
	await call(s, t, CREATE, { title: 'a', content: 'b' });
	await withAuth(s, `Bearer ${bad}`);
	await withAuth(s, `Bearer ${t} ${t}`);
	await list(s, {}, { path: `/mcp?access_token=${t}` });
	await post(s, t, `{"jsonrpc":"2.0","id":1,"method":"${t}"}`);
	await post(s, t, `{${t}`);
	const log = s.log();
	for (const secret of [t, bad, got.tokens.refresh_token, got.code])
		ok(!log.includes(secret) && !log.includes(secret.slice(5, 48)), `the log has the secret ${secret.slice(0, 5)}...`);
});

need('R05', 'a token is asked for on every request, also behind initialize', async (s) => {
	const t = await tokenFor(s);
	const hello = await post(s, t, { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {},
		clientInfo: { name: 'a', version: '1' } } });
	status(hello, 200, 'initialize');
	refused(s, await post(s, null, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, { 'MCP-Protocol-Version': '2025-11-25' }), undefined, 'next request');
	refused(s, await post(s, null, { jsonrpc: '2.0', id: 2, method: 'tools/list' }, { 'Mcp-Session-Id': 'x' }), undefined, 'with a session id');
});

need('R17', 'a browser client may read the challenge', async (s) => {
	const t = await tokenFor(s, READ);
	const own = { Origin: s.issuer };
	const answers = [['401', await list(s, own), 401], ['403', await call(s, t, CREATE, { title: 'a', content: 'b' }, { headers: own }), 403]];
	await each(answers, async (name, r, want) => {
		status(r, want, name);
		eq(r.headers['access-control-allow-origin'], s.issuer, `${name}: Access-Control-Allow-Origin`);
		match(r.headers['access-control-expose-headers'] ?? '', /(^|,\s*)WWW-Authenticate(\s*,|$)/i, `${name}: Access-Control-Expose-Headers`);
		ok(r.headers['access-control-allow-credentials'] === undefined, `${name}: no credentials`);
	});
});
