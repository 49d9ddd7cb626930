// SPDX-License-Identifier: ISC
//
// Does what a fixture says that a client does, request by request: finds the server, introduces itself, sends the
// person to the authorization URL, trades the code, uses the tools, refreshes in its own way, and takes its leave.
// What a client does stands in its fixture (fixtures/README.md says how); nothing here knows any of them by name.

import crypto from 'node:crypto';
import { eq, lacks, match, ok, oneOf, status, page } from '../lib/check.mjs';
import { sleep } from '../lib/harness.mjs';
import { formEncode, raw } from '../lib/http.mjs';
import { bearer, BUILT_IN, challenge, CREATE, initialize, legacy, legacyResult, MODERN, modern, modernResult, READ, SEARCH, WRITE } from '../lib/mcp.mjs';
import { assertDead, b64u, follow, Jar, pkce, random, signIn, visibleText } from '../lib/oauth.mjs';
import { open, visit } from '../lib/person.mjs';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const URL_SAFE = /^[A-Za-z0-9._~-]+$/;
const SIMPLE = /^(accept|accept-language|content-language)$/i;

/** Puts values into the {names} of every string; a string that is nothing but one {name} becomes the value itself. */
function fill(value, vars) {
	if (typeof value === 'string') {
		const whole = /^\{(\w+)\}$/.exec(value)?.[1];
		if (whole && whole in vars) return vars[whole];
		return value.replace(/\{(\w+)\}/g, (all, name) => (name in vars ? String(vars[name]) : all));
	}
	if (Array.isArray(value)) return value.map((v) => fill(v, vars));
	if (value && typeof value === 'object')
		return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fill(v, vars)]));
	return value;
}

/** The client's end of the line; with an Origin it asks leave first and reads only what it may, as a browser does. */
class Line {
	constructor(s, origin) {
		this.s = s;
		this.origin = origin;
	}

	readable(r, what) {
		if (!this.origin) return r;
		oneOf(r.headers['access-control-allow-origin'], ['*', this.origin], `${what}: Access-Control-Allow-Origin (${r})`);
		return r;
	}

	async preflight(method, path, headers) {
		const asked = Object.keys(headers).filter((n) => !SIMPLE.test(n) && !(/^content-type$/i.test(n) && headers[n] === FORM['Content-Type']))
			.map((n) => n.toLowerCase()).sort();
		if (!this.origin || (!asked.length && ['GET', 'HEAD', 'POST'].includes(method))) return;
		const what = `preflight of ${method} ${path}`;
		const r = await raw(this.s, { method: 'OPTIONS', path, headers: { Origin: this.origin, 'Access-Control-Request-Method': method,
			...(asked.length ? { 'Access-Control-Request-Headers': asked.join(',') } : {}) } });
		status(this.readable(r, what), [200, 204], what);
		const list = (name) => (r.headers[name] ?? '').toLowerCase().split(/\s*,\s*/);
		const allowed = list('access-control-allow-headers');
		for (const name of asked) ok(allowed.includes(name), `${what}: ${name} is allowed, got ${allowed}`);
		if (!['GET', 'HEAD', 'POST'].includes(method))
			ok(list('access-control-allow-methods').includes(method.toLowerCase()), `${what}: the method is allowed (${r})`);
	}

	async send(method, url, { headers = {}, body } = {}) {
		ok(url.startsWith(this.s.issuer), `the client asks only us: ${url}`);
		const path = url.slice(this.s.issuer.length);
		await this.preflight(method, path, headers);
		return this.readable(await raw(this.s, { method, path, body, content: true,
			headers: { ...headers, ...(this.origin ? { Origin: this.origin } : {}) } }), `${method} ${path}`);
	}

	form(url, params, headers = {}) {
		return this.send('POST', url, { body: formEncode(params), headers: { ...FORM, Accept: 'application/json', ...headers } });
	}
}

/* ---- finding the server ---- */

const learn = {
	challenge(ctx, r) {
		ctx.challenge = challenge(r, 'the first answer');
		ctx.vars.resource_metadata = ctx.challenge.resource_metadata;
		if (ctx.line.origin)
			match(r.headers['access-control-expose-headers'] ?? '', /(^|,\s*)www-authenticate(\s*,|$)/i, 'headers that a script may read');
	},
	resource(ctx, r) { ctx.resource = r.json; },
	server(ctx, r) { ctx.server = r.json; },
};

function insists(ctx, want = {}) {
	const { resource, server } = ctx;
	if (resource) eq(resource.authorization_servers[0], ctx.s.issuer, 'the first authorization server of the resource');
	if (server) {
		eq(server.issuer, ctx.s.issuer, 'issuer');
		ok(server.code_challenge_methods_supported.includes('S256'), 'S256 is offered');
	}
	if (want.resource) eq(resource.resource, fill(want.resource, ctx.vars), 'resource in its metadata');
	for (const [name, value] of Object.entries(want.server ?? {})) {
		if (!Array.isArray(value)) eq(server[name], value, `${name} of the server`);
		else for (const one of value) ok(server[name]?.includes(one), `${name} of the server has ${one}, got ${server[name]}`);
	}
	for (const name of want.server_lacks ?? []) ok(!server[name], `the server does not offer ${name}`);
}

async function find(ctx) {
	for (const one of ctx.fixture.find ?? []) {
		const step = fill(one, ctx.vars);
		const [method, where] = step.send.split(' ');
		const what = `${method} ${where}`;
		const r = await ctx.line.send(method, where, { headers: step.headers,
			body: step.body === undefined ? undefined : JSON.stringify(step.body) });
		status(r, step.status ?? 200, what);
		if (!r.byServer && r.text) match(r.headers['content-type'], /^application\/json$/i, `${what}: Content-Type`);
		if (step.learn) learn[step.learn](ctx, r);
	}
	insists(ctx, ctx.fixture.insists);
}

/* ---- saying who it is ---- */

function makeKey(ctx, { alg, kid }) {
	const { publicKey, privateKey } = alg === 'ES256' ? crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })
		: crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
	ctx.key = { alg, kid, privateKey };
	ctx.vars.jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }] };
}

function assertion(ctx, aud) {
	const now = Math.floor(Date.now() / 1000);
	const id = ctx.client.client_id;
	const part = (doc) => b64u(JSON.stringify(doc));
	const text = `${part({ alg: ctx.key.alg, typ: 'JWT', kid: ctx.key.kid })}.${part({ iss: id, sub: id, aud, iat: now, exp: now + 300, jti: random(16) })}`;
	return `${text}.${b64u(crypto.sign('sha256', Buffer.from(text), { key: ctx.key.privateKey, dsaEncoding: 'ieee-p1363' }))}`;
}

/** How a client proves at the token endpoint who it is: what it adds to the form, and to the headers. */
const proof = {
	none: () => ({}),
	client_secret_post: (ctx) => ({ params: { client_secret: ctx.client.client_secret } }),
	client_secret_basic: (ctx) => ({ bare: true, headers: { Authorization: `Basic ${btoa(`${ctx.client.client_id}:${ctx.client.client_secret}`)}` } }),
	private_key_jwt: (ctx, auth) => ({ params: { client_assertion_type: ASSERTION, client_assertion: assertion(ctx, fill(auth.aud ?? '{issuer}', ctx.vars)) } }),
};

function prove(ctx, auth) {
	const { params = {}, headers = {}, bare = false } = proof[auth.method](ctx, auth);
	const named = auth.client_id ?? !bare;
	return { params: { ...(named ? { client_id: ctx.client.client_id } : {}), ...params }, headers };
}

/** Puts something up on the web for the server to fetch. */
function publish(ctx, url, answer) {
	ok(ctx.documents, 'there is a server of documents');
	ctx.documents.set(new URL(url).pathname, answer);
}

function publishKeys(ctx, doc) {
	if (doc.jwks_uri) publish(ctx, doc.jwks_uri, { body: ctx.vars.jwks });
}

/** How often the server has come for what is at an address. */
const visitsTo = (ctx, url) => ctx.documents?.requests.filter((r) => `https://${r.host}${r.path}` === url).length ?? 0;

async function publishDocument(ctx, { publish: document, headers = {} }) {
	const doc = fill(document, ctx.vars);
	publish(ctx, doc.client_id, { body: doc, headers });
	publishKeys(ctx, doc);
	for (const uri of doc.redirect_uris) ctx.s.redirects.add(uri);
	ctx.client = doc;
}

/** The operator's copy of a document; where the URL answers with a document of its own, that is the one that counts. */
async function importDocument(ctx, { document, options = [], url_answers }) {
	const doc = fill(document, ctx.vars);
	const answer = fill(url_answers, ctx.vars);
	if (answer) publish(ctx, doc.client_id, answer);
	publishKeys(ctx, doc);
	const file = ctx.s.write(`document-${random(6)}.json`, JSON.stringify(doc));
	const r = ctx.s.ctl(['client', 'import', file, ...options]);
	eq(r.status, 0, `mcpctl client import (${(r.stderr || r.stdout).trim()})`);
	ctx.client = answer && !answer.status ? answer.body : doc;
	for (const uri of ctx.client.redirect_uris) ctx.s.redirects.add(uri);
}

/** A client that the operator makes, and whose id somebody types in where the client asks for it. */
async function addClient(ctx, { add }) {
	const { client_name, redirect_uris, token_endpoint_auth_method: method, scope } = fill(add, ctx.vars);
	const r = ctx.s.ctl(['client', 'add', client_name, '--json', '--method', method, ...redirect_uris.flatMap((uri) => ['--redirect', uri]),
		...(scope ? ['--scope', scope] : [])]);
	eq(r.status, 0, `mcpctl client add (${(r.stderr || r.stdout).trim()})`);
	ctx.client = JSON.parse(r.stdout);
	match(ctx.client.client_id, URL_SAFE, 'client_id');
	eq(typeof ctx.client.client_secret, method === 'none' ? 'undefined' : 'string', 'client_secret');
	if (ctx.client.client_secret) {
		match(ctx.client.client_secret, URL_SAFE, 'client_secret');
		ctx.s.secrets.add(ctx.client.client_secret);
	}
	eq(ctx.client.redirect_uris, redirect_uris, 'redirect_uris');
	for (const uri of redirect_uris) ctx.s.redirects.add(uri);
}

async function registerClient(ctx, { register, times = 1, same = false, answer = {}, headers = {} }) {
	const body = fill(register, ctx.vars);
	const ids = [];
	for (let n = 0; n < times; n++) {
		const r = await ctx.line.send('POST', ctx.server?.registration_endpoint ?? `${ctx.s.issuer}/register`,
			{ body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...headers } });
		status(r, 201, 'registration');
		match(r.headers['content-type'], /^application\/json$/i, 'registration: Content-Type');
		ctx.client = r.json;
		ids.push(ctx.client.client_id);
		for (const name of ['redirect_uris', 'client_name']) if (body[name]) eq(ctx.client[name], body[name], `${name} as registered`);
		for (const [name, value] of Object.entries(answer)) eq(ctx.client[name], value, `${name} as registered`);
		match(ctx.client.client_id, URL_SAFE, 'client_id');
		if ('client_secret' in ctx.client) {
			match(ctx.client.client_secret, URL_SAFE, 'client_secret');
			eq(ctx.client.client_secret_expires_at, 0, 'client_secret_expires_at');
		}
	}
	ctx.ids = [...(ctx.ids ?? []), ...ids];
	const different = new Set(ctx.ids).size;
	eq(different, same ? 1 : ctx.ids.length, `different client_ids in ${ctx.ids.length} registrations`);
}

async function introduce(ctx) {
	const how = ctx.fixture.introduce;
	if (how.key && !ctx.key) makeKey(ctx, how.key);
	const way = how.publish ? publishDocument : how.document ? importDocument : how.add ? addClient : registerClient;
	await way(ctx, how);
}

/* ---- the person ---- */

function scopeFor(ctx, want) {
	if (want === undefined || typeof want === 'string') return want;
	const sources = { challenge: ctx.challenge?.scope, resource: ctx.resource?.scopes_supported?.join(' '), server: ctx.server?.scopes_supported?.join(' ') };
	const found = sources[want.from];
	ok(found, `the ${want.from} names scopes`);
	return [found, want.and].filter(Boolean).join(' ');
}

const words = (text) => text.split(' ').sort();

/** What a person is shown of an address: the host on the web, the scheme where a program has one of its own. */
const placeOf = (uri) => /^https?:\/\/([^/?#]*)/.exec(uri)?.[1] ?? /^[a-z][a-z0-9+.-]*:/.exec(uri)[0];

/** The page after the sign-in. */
async function signedIn(ctx, url) {
	const jar = new Jar();
	const first = page(await open(ctx.s, url, jar), 200, 'the sign-in page');
	return follow(ctx.s, status(await signIn(ctx.s, first, jar, { username: ctx.username }), 303, 'sign-in'), jar);
}

async function authorize(ctx) {
	const how = fill(ctx.fixture.authorize, ctx.vars);
	const { verifier, challenge: code_challenge } = pkce();
	const state = random(24);
	const params = { response_type: 'code', client_id: ctx.client.client_id, redirect_uri: how.redirect_uri, state, code_challenge,
		code_challenge_method: 'S256', scope: scopeFor(ctx, how.scope), resource: how.resource, ...how.parameters };
	const endpoint = ctx.server?.authorization_endpoint ?? `${ctx.s.issuer}/authorize`;
	lacks(endpoint, /\?/, 'authorization_endpoint');
	const url = `${endpoint}?${formEncode(params)}`;
	if (how.refused) {
		page(await signedIn(ctx, url), how.refused, 'the refusal');
		return false;
	}
	const { jar, asked, answer } = await visit(ctx.s, url, { jar: ctx.jar, username: ctx.username });
	ctx.jar = jar;
	const text = visibleText(asked.text);
	for (const one of [ctx.client.client_name, placeOf(how.redirect_uri), ctx.username, ...(/^https:/.test(ctx.client.client_id) ? [new URL(ctx.client.client_id).hostname] : [])])
		ok(text.includes(one), `the consent page names ${one}: ${text}`);
	ok(answer.to.startsWith(how.redirect_uri + (how.redirect_uri.includes('?') ? '&' : '?')), `the answer goes to ${how.redirect_uri}: ${answer.to}`);
	eq(answer.query.error, undefined, 'error in the answer');
	eq(answer.one('state'), state, 'state');
	eq(answer.one('iss'), ctx.s.issuer, 'iss');
	ctx.pending = { code: answer.one('code'), code_verifier: verifier, redirect_uri: how.redirect_uri };
	ctx.granted = how.granted ?? `${READ} ${WRITE}`;
	return true;
}

/* ---- tokens ---- */

function checkTokens(ctx, r, what) {
	status(r, 200, what);
	match(r.headers['content-type'], /^application\/json$/i, `${what}: Content-Type`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	const t = r.json;
	match(t.access_token, /^[A-Za-z0-9._~+/-]+=*$/, `${what}: access_token`);
	match(t.token_type, /^bearer$/i, `${what}: token_type`);
	ok(Number.isInteger(t.expires_in) && t.expires_in > 0, `${what}: expires_in is ${t.expires_in}`);
	eq(words(t.scope), words(ctx.granted), `${what}: scope`);
	eq(typeof t.refresh_token, ctx.fixture.refresh ? 'string' : 'undefined', `${what}: refresh_token`);
	return t;
}

const tokenEndpoint = (ctx) => ctx.server?.token_endpoint ?? `${ctx.s.issuer}/token`;

async function trade(ctx) {
	const how = fill(ctx.fixture.token, ctx.vars);
	const { params, headers } = prove(ctx, how.auth);
	const r = await ctx.line.form(tokenEndpoint(ctx), { grant_type: 'authorization_code', ...ctx.pending, ...params, resource: how.resource }, { ...how.headers, ...headers });
	ctx.tokens = checkTokens(ctx, r, 'token request');
}

function askAgain(ctx, how, refresh_token) {
	const { params, headers } = prove(ctx, how.auth ?? ctx.fixture.token.auth);
	return ctx.line.form(tokenEndpoint(ctx), { grant_type: 'refresh_token', refresh_token, ...params, resource: how.resource, scope: how.scope }, { ...how.headers, ...headers });
}

/** Waits until the access token has run out, which the client learns from a 401 with error="invalid_token". */
async function runOut(ctx) {
	const until = Date.now() + 20000;
	for (;;) {
		const r = await ctx.line.send('POST', ctx.s.resource, { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
			headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': '2025-06-18', ...bearer(ctx.tokens.access_token) } });
		if (r.status === 401) return eq(challenge(r, 'an expired token').error, 'invalid_token', 'error of the challenge');
		ok(Date.now() < until, 'the access token runs out');
		await sleep(200);
	}
}

async function refreshOnce(ctx, how) {
	const old = ctx.tokens;
	const all = await Promise.all(Array.from({ length: how.processes ?? 1 }, () => askAgain(ctx, how, old.refresh_token)));
	if (how.answer_lost) all.push(await askAgain(ctx, how, old.refresh_token));
	const got = all.map((r) => checkTokens(ctx, r, 'refresh'));
	eq(new Set(got.map((t) => t.refresh_token)).size, 1, 'different successors of one refresh token');
	ok(got[0].refresh_token !== old.refresh_token && got[0].access_token !== old.access_token, 'both tokens are new');
	for (const t of got) await listTools(ctx, t.access_token);
	ctx.tokens = got.at(-1);
}

async function refresh(ctx) {
	for (const how of fill(ctx.fixture.refresh ?? [], ctx.vars)) {
		if (how.expired) await runOut(ctx);
		for (let n = 0; n < (how.times ?? 1); n++) await refreshOnce(ctx, how);
	}
}

/* ---- tools ---- */

/** One request to the MCP endpoint in the client's own revision. */
async function rpc(ctx, token, method, params) {
	const { revision } = ctx.fixture.use;
	const headers = ctx.line.origin ? { Origin: ctx.line.origin } : {};
	const now = revision === MODERN;
	const r = now ? await modern(ctx.s, token, method, params, { headers }) : await legacy(ctx.s, token, revision, method, params, { headers });
	ctx.line.readable(r, method);
	return (now ? modernResult : legacyResult)(r, undefined, method);
}

async function listTools(ctx, token) {
	const { tools } = await rpc(ctx, token, 'tools/list', {});
	eq(tools.map((t) => t.name).sort(), BUILT_IN, 'tools');
}

/** A call for which the token has permission. The oldest revision has the text alone. */
async function callTool(ctx, name, args) {
	const result = await rpc(ctx, ctx.tokens.access_token, 'tools/call', { name, arguments: args });
	ok(!result.isError, `${name}: ${JSON.stringify(result.content)}`);
	const said = JSON.parse(result.content[0].text);
	if (ctx.fixture.use.revision !== '2025-03-26') eq(result.structuredContent, said, `${name}: structuredContent`);
	return said;
}

async function use(ctx) {
	const token = ctx.tokens.access_token;
	const { revision } = ctx.fixture.use;
	if (ctx.line.origin) await ctx.line.preflight('POST', '/mcp', { 'Content-Type': 'application/json', Authorization: 'x', 'MCP-Protocol-Version': revision,
		...(revision === MODERN ? { 'Mcp-Method': 'x', 'Mcp-Name': 'x' } : {}) });
	if (revision !== MODERN) eq((await rpc(ctx, token, 'initialize', initialize(revision))).protocolVersion, revision, 'negotiated revision');
	await listTools(ctx, token);
	const word = `word${random(6).replace(/[^a-z0-9]/gi, 'x')}`;
	const made = [];
	if (ctx.granted.includes(WRITE)) {
		const document = await callTool(ctx, CREATE, { title: `About ${word}`, content: `Text about ${word}` });
		eq(document.author, ctx.username, 'author');
		made.push(document.id);
	}
	const found = await callTool(ctx, SEARCH, { query: word });
	eq(found.results.map((d) => d.id), made, 'documents found');
}

/* ---- the end ---- */

/** The server has forgotten the client: it is told so in the one way that makes it introduce itself again. */
async function forgotten(ctx) {
	const before = ctx.client.client_id;
	const r = ctx.s.ctl(['client', 'delete', before]);
	eq(r.status, 0, `mcpctl client delete (${(r.stderr || r.stdout).trim()})`);
	const no = await askAgain(ctx, ctx.fixture.refresh[0], ctx.tokens.refresh_token);
	status(no, 401, 'refresh of a forgotten client');
	eq(no.json.error, 'invalid_client', 'error');
	ctx.ids = [];
	await connect(ctx);
	ok(ctx.client.client_id !== before, 'the client has a new client_id');
}

/**
 * A document that the operator has imported is not fetched, whatever is said of its keys; those are, once for an hour, unless
 * the settings say that nothing is.
 */
function fetchedLittle(ctx) {
	const { document, url_answers } = ctx.fixture.introduce;
	if (document && !url_answers) eq(visitsTo(ctx, ctx.client.client_id), 0, 'requests for the document');
	const nothing = ctx.fixture.settings?.client_id_documents === 'pinned';
	if (ctx.client.jwks_uri)
		eq(visitsTo(ctx, ctx.client.jwks_uri), nothing ? 0 : 1, 'requests for the keys');
}

async function revoke(ctx) {
	const { token = 'refresh_token', hint = true, auth = ctx.fixture.token.auth } = ctx.fixture.revoke ?? {};
	const { params, headers } = prove(ctx, auth);
	const r = await ctx.line.form(ctx.server?.revocation_endpoint ?? `${ctx.s.issuer}/revoke`,
		{ token: ctx.tokens[token], ...(hint ? { token_type_hint: token } : {}), ...params }, headers);
	status(r, 200, 'revocation');
	await assertDead(ctx.s, ctx.tokens.access_token, 'the access token of a revoked grant');
	if (token !== 'refresh_token') return;
	const no = await askAgain(ctx, ctx.fixture.refresh[0], ctx.tokens.refresh_token);
	status(no, 400, 'refresh after the revocation');
	eq(no.json.error, 'invalid_grant', 'error');
}

/* ---- all of it ---- */

async function step(name, promise) {
	try {
		return await promise;
	} catch (e) {
		e.message = `${name}: ${e.message}`;
		throw e;
	}
}

async function connect(ctx) {
	await step('introduce', introduce(ctx));
	if (!(await step('authorize', authorize(ctx)))) return false;
	await step('token', trade(ctx));
	await step('tools', use(ctx));
	await step('refresh', refresh(ctx));
	return true;
}

const hashOf = (text, bytes) => b64u(crypto.createHash('sha256').update(text).digest().subarray(0, bytes));
const highPort = () => crypto.randomInt(49152, 65535);

/** Takes the client of a fixture through everything, on an installation; documents: the web as far as there is one. */
export async function imitate(s, fixture, documents) {
	const ctx = { s, fixture, documents, line: new Line(s, fixture.origin), username: `user${random(6).replace(/[^a-z0-9]/gi, '').toLowerCase()}`,
		vars: { issuer: s.issuer, authority: new URL(s.issuer).host, resource: s.resource, port: highPort(), short: hashOf(s.resource, 9), id: random(12),
			documents: documents?.url('', 'localhost') } };
	s.addUser(ctx.username);
	await step('find', find(ctx));
	for (let n = 0; n < (fixture.connects ?? 1); n++) if (!(await connect(ctx))) return;
	if (fixture.forgotten) await step('forgotten', forgotten(ctx));
	await step('revoke', revoke(ctx));
	fetchedLittle(ctx);
}
