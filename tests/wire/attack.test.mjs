// SPDX-License-Identifier: ISC
//
// What somebody who had read the code tried, and what must stay without effect: shapes that one check let through to the next,
// counters that could be walked around, and things that anybody could make grow.

import fs from 'node:fs';
import { row } from '../lib/rows.mjs';
import { each, eq, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { authParams, authorize, get, Jar, obtain, pkce, post, raw, refresh, register, registerRaw, signIn, toConsent, TRUSTED, fieldsFor } from '../lib/oauth.mjs';
import { sleep } from '../lib/harness.mjs';
import { call, CREATE, modern, modernResult, rpcError, SEARCH, toolResult } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';

const CB = 'https://c.example/cb';
const params = (s, client, more = {}) => authParams(s, client, { code_challenge: pkce().challenge, ...more });

row('RG-03', 'a list is looked at to its end before anything in it is used', async (s) => {
	const long = [...Array(201).fill('x'), null];
	await each([['grant_types'], ['response_types'], ['redirect_uris']], async (name) => {
		const r = await registerRaw(s, { redirect_uris: [CB], token_endpoint_auth_method: 'none', [name]: long });
		oauthError(r, 400, ['invalid_client_metadata', 'invalid_redirect_uri'], name);
	});
	await register(s);
});

row('RG-04', 'a redirect host is what a person reads, and its query has no parameter of ours', async (s) => {
	await each(
		[['https://%63laude.ai/cb'], ['https://claude.ai%2eevil.example/cb'], ['https://claude.ai%00/cb'], ['https://[evil]/cb'], ['https://c_d.example/cb'],
			['https://c.example/cb?code=x'], ['https://c.example/cb?a=b&iss=https%3A%2F%2Fevil'], ['https://c.example/cb?state'], ['https://c.example/cb?error=x']],
		async (uri) => oauthError(await registerRaw(s, { redirect_uris: [uri], token_endpoint_auth_method: 'none' }), 400, ['invalid_redirect_uri'], uri),
	);
	await register(s, { redirect_uris: ['https://c.example/cb?codec=1&a=code', 'https://xn--c-1ga.example:8443/cb', 'https://[2001:db8::1]/cb'] });
});

row('AU-18', 'a client that registered only scopes of other worlds may still ask for ours', async (s) => {
	const client = await register(s, { scope: 'openid profile email', redirect_uris: [TRUSTED] });
	const { tokens } = await obtain(s, { client });
	eq(tokens.scope, 'read:knowledge write:knowledge', 'scope');
});

row('AU-17', 'a state that is longer than any client needs is refused before it is kept', async (s) => {
	const client = await register(s, { redirect_uris: [TRUSTED] });
	const before = s.counts().pending;
	const body = new URLSearchParams(params(s, client, { state: 'é'.repeat(3000) })).toString();
	const r = await raw(s, { method: 'POST', path: '/authorize', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
	status(r, [302, 303, 400]);
	if (r.headers.location) match(r.headers.location, /error=invalid_request/, 'Location');
	eq(s.counts().pending, before, 'requests that wait');
});

row('AU-20', 'requests that nobody answers are counted by address', async (s) => {
	const client = await register(s, { redirect_uris: [TRUSTED] });
	const codes = [];
	for (let i = 0; i < 123; i++) codes.push((await get(s, '/authorize?' + new URLSearchParams(params(s, client)))).status);
	eq(codes.slice(0, 120).every((c) => c === 200), true, 'a hundred and twenty in five minutes are free');
	eq(codes.slice(120), [429, 429, 429], 'and then no more');
	eq(s.counts().pending, 120, 'requests that wait');
}, { own: true, settings: { rate_limits: 'on' } });

row('LG-05', 'a name in another case is the same account', async (s) => {
	const { page: at, jar } = await atLogin(s);
	const codes = [];
	for (const username of ['alice', 'Alice', 'aLice', 'alIce', 'aliCe', 'alicE', 'ALICE', 'ALice'])
		codes.push((await signIn(s, at, jar.copy(), { username, password: 'wrong wrong wrong' })).status);
	eq(codes.filter((c) => c === 401).length <= 6, true, `guesses that were judged: ${codes}`);
	ok(codes.includes(429), `put off, unless they come slowly: ${codes}`);
}, { own: true, settings: { rate_limits: 'on' } });

async function atLogin(s) {
	const client = await register(s, { redirect_uris: [TRUSTED] });
	const jar = new Jar();
	return { jar, page: await authorize(s, params(s, client), jar) };
}

row('CO-03', 'a session that ends between the look and the click gives no code', async (s) => {
	const flow = await toConsent(s);
	s.sql('DELETE FROM session');
	const codes = s.counts().code;
	page(await post(s, fieldsFor(flow.page, 'allow'), flow.jar), [400, 403]);
	eq(s.counts().code, codes, 'codes');
});

row('JR-04', 'a document that says one word thirty thousand times is found at once', async (s) => {
	const token = await tokenFor(s);
	toolResult(await call(s, token, CREATE, { title: 'echo', content: 'hullabaloo '.repeat(32000) }));
	const began = performance.now();
	const found = toolResult(await call(s, token, SEARCH, { query: 'hullabaloo' }));
	ok(performance.now() - began < 3000, `found in ${(performance.now() - began) | 0} ms`);
	match(found.results[0].snippet, /^\*\*hullabaloo\*\* /, 'snippet');
	const phrase = performance.now();
	toolResult(await call(s, token, SEARCH, { query: Array(330).fill('zz').join('.') }));
	ok(performance.now() - phrase < 2000, `a phrase of 330 parts: ${(performance.now() - phrase) | 0} ms`);
});

row('JR-22', 'writing is limited by person, and reading goes on', async (s) => {
	const token = await tokenFor(s);
	const codes = [];
	for (let i = 0; i < 22; i++) codes.push((await call(s, token, CREATE, { title: `t${i}`, content: 'x' })).status);
	eq(codes.slice(0, 20).every((c) => c === 200), true, 'as many as the settings say are free');
	eq(codes.slice(20), [429, 429], 'and then no more');
	status(await call(s, token, SEARCH, { query: 'x' }), 200, 'search');
}, { own: true, settings: { rate_limits: 'on', limit_documents: '20/60' } });

const codesOf = async (s, token, n, name = SEARCH) => (await Promise.all(Array.from({ length: n }, () => call(s, token, name, { query: 'x' })))).map((r) => r.status);
const served = (codes) => codes.filter((c) => c === 200).length;

row('JR-22', 'two hundred calls at once with one token: no more than the limit are served, and other tokens go on', async (s) => {
	s.addUser('bob');
	const [alice, bob] = [await tokenFor(s), (await obtain(s, { username: 'bob' })).tokens.access_token];
	const codes = await codesOf(s, alice, 200);
	eq([served(codes), codes.filter((c) => c === 429).length], [50, 150], 'served and put off');
	const r = await call(s, alice, SEARCH, { query: 'x' }, { id: 'one more' });
	rpcError(r, 429, -32600, 'one more', 'one more');
	match(r.headers['retry-after'], /^([1-9]|[1-5]\d|60)$/, 'Retry-After');
	modernResult(await modern(s, alice, 'tools/list'), undefined, 'what is no call');
	status(await call(s, alice, 'no_such_tool', {}), 200, 'an unknown tool is told as one');
	eq(served(await codesOf(s, bob, 50)), 50, 'calls of another token');
	eq((await call(s, bob, SEARCH, { query: 'x' })).status, 429, 'and its own limit');
	const more = (await obtain(s)).tokens.access_token;
	status(await call(s, more, SEARCH, { query: 'x' }), 200, 'another connection of the same person');
	const size = fs.statSync(`${s.db}.calls`);
	eq([size.mode & 0o777, size.size < 200000], [0o600, true], 'the file of the counters: mode, and size below 200 KB');
}, { own: true, settings: { rate_limits: 'on', limit_tool_calls: '50/60' } });

row('JR-22', 'a refreshed token is no new one, and after the time there is room again', async (s) => {
	const flow = await obtain(s);
	eq(await codesOf(s, flow.tokens.access_token, 4).then(served), 3, 'calls that are served');
	const r = await refresh(s, flow.client, flow.tokens.refresh_token);
	status(r, 200, 'refresh');
	const put = await call(s, r.json.access_token, SEARCH, { query: 'x' });
	status(put, 429, 'the next token');
	await sleep(Number(put.headers['retry-after']) * 1000 + 500);
	status(await call(s, r.json.access_token, SEARCH, { query: 'x' }), 200, 'after the time');
}, { own: true, settings: { rate_limits: 'on', limit_tool_calls: '3/4' } });

row('JR-22', 'a call writes nothing into the database, and what cannot be counted is served', async (s) => {
	const t = await tokenFor(s);
	status(await call(s, t, SEARCH, { query: 'x' }), 200, 'the first call');
	const letGo = await s.lock();
	const began = performance.now();
	eq(served(await codesOf(s, t, 10)), 10, 'calls while the database is locked');
	const took = performance.now() - began;
	await letGo();
	ok(took < 4000, `they wait for nobody, took ${took | 0} ms`);
	fs.rmSync(`${s.db}.calls`);
	fs.mkdirSync(`${s.db}.calls`);
	status(await call(s, t, SEARCH, { query: 'x' }), 200, 'without a counter');
	match(s.log(), /a tool call cannot be counted: /, 'log');
	fs.rmdirSync(`${s.db}.calls`);
	eq(served(await codesOf(s, t, 20)), 20, 'the limit by default');
}, { own: true, settings: { rate_limits: 'on' } });

row('CF-02', 'a database in a folder that others may write to is not used', async (s) => {
	const folder = s.db.replace(/\/[^/]*$/, '');
	const { mode } = fs.statSync(folder);
	fs.chmodSync(folder, 0o777);
	await s.restart();
	const r = await registerRaw(s, { redirect_uris: [CB], token_endpoint_auth_method: 'none' });
	fs.chmodSync(folder, mode & 0o7777);
	oauthError(r, 503, ['temporarily_unavailable']);
}, { own: true });
