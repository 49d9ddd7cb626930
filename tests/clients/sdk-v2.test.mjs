// SPDX-License-Identifier: ISC
//
// The official TypeScript SDK of the second generation, as it comes from its package, in both of its ways: the one
// that probes and lands on the stateless revision, and the one that begins with initialize.

import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import { eq, match, ok, oneOf } from '../lib/check.mjs';
import { decide, listener } from '../lib/chromium.mjs';
import { sleep } from '../lib/harness.mjs';
import { live } from '../lib/live.mjs';
import { BUILT_IN, CREATE, KEY, MODERN, READ, SEARCH, WRITE } from '../lib/mcp.mjs';
import { obtain } from '../lib/oauth.mjs';
import { Provider, recorder } from './provider.mjs';

const MODES = { auto: { mode: 'auto' }, pinned: { mode: { pin: MODERN } }, legacy: { mode: 'legacy' } };

function open(s, provider, web, mode) {
	const client = new Client({ name: 'sdk-v2-test', version: '1.0.0' }, { versionNegotiation: MODES[mode] });
	client.faults = [];
	client.onerror = (e) => client.faults.push(e);
	const transport = new StreamableHTTPClientTransport(new URL(`${s.issuer}/mcp`), { authProvider: provider, fetch: web.fetch });
	return { client, transport };
}

const isUnauthorized = (e) => e instanceof UnauthorizedError || (e?.cause && isUnauthorized(e.cause));

async function unauthorized(promise, what) {
	try {
		await promise;
	} catch (e) {
		ok(isUnauthorized(e), `${what}: UnauthorizedError, got ${e.name}: ${e.message}`);
		return;
	}
	throw new Error(`${what}: it went through without authorization`);
}

async function agree({ s, browser }, provider, transport, wait) {
	ok(provider.url, 'the SDK asked for the browser');
	const [params] = await Promise.all([wait.next(), decide(browser, s, provider.url)]);
	eq(params.get('state'), provider.lastState, 'state');
	ok(params.get('code'), `a code: ${params}`);
	// The SDK itself compares iss with the issuer of the metadata.
	await transport.finishAuth(params);
}

async function connected(ctx, mode, { metadata, web = recorder(ctx.s) } = {}) {
	const wait = await listener();
	const provider = new Provider(wait.url, metadata);
	const first = open(ctx.s, provider, web, mode);
	await unauthorized(first.client.connect(first.transport), 'the first connection');
	await agree(ctx, provider, first.transport, wait);
	await first.client.close();
	const { client, transport } = open(ctx.s, provider, web, mode);
	await client.connect(transport);
	return { client, transport, provider, wait, web, async end() { await client.close(); await wait.close(); } };
}

async function useTools(client, word) {
	const { tools } = await client.listTools();
	eq(tools.map((x) => x.name).sort(), BUILT_IN, 'tools');
	const made = await client.callTool({ name: CREATE, arguments: { title: `Title ${word}`, content: `Text about ${word}` } });
	ok(!made.isError, `create: ${JSON.stringify(made.content)}`);
	eq(made.structuredContent.author, 'alice', 'author');
	const found = await client.callTool({ name: SEARCH, arguments: { query: word } });
	eq(found.structuredContent.results.map((d) => d.id), [made.structuredContent.id], 'documents found');
	const wrong = await client.callTool({ name: CREATE, arguments: { title: '', content: 'x' } });
	eq(wrong.isError, true, 'isError of a wrong argument');
	match(wrong.content[0].text, /title/, 'text of the refusal');
}

const bodies = (web) => web.log.filter((e) => e.path === '/mcp' && typeof e.body === 'string').map((e) => ({ ...JSON.parse(e.body), status: e.status, headers: e.headers }));

for (const mode of ['auto', 'pinned'])
	live(`${mode}: lands on the stateless revision and uses both tools`, async (ctx) => {
		const c = await connected(ctx, mode);
		eq(c.client.getNegotiatedProtocolVersion(), MODERN, 'negotiated revision');
		eq(c.client.getProtocolEra(), 'modern', 'era');
		ok(c.client.getServerCapabilities().tools, 'tools are declared');
		ok(c.client.getServerVersion()?.name, 'serverInfo');
		await useTools(c.client, `sdktwo${mode}${Date.now()}`);
		const sent = bodies(c.web);
		eq(sent.filter((b) => b.method === 'initialize' || b.method?.startsWith('notifications/')).length, 0, 'messages of the older revisions');
		ok(sent.every((b) => b.params._meta[`${KEY}protocolVersion`] === MODERN && b.headers.get('mcp-method') === b.method), 'every request says what it is');
		eq(c.web.foreign(), [], 'requests to other origins');
		eq(c.web.count('POST', '/register', 201), 1, 'registrations');
		for (const line of c.web.lines()) ok(/ (200|201|401)$/.test(line), `no other status: ${line}`);
		eq(c.client.faults.map(String), [], 'faults that the SDK told');
		await c.end();
	});

live('auto: an unknown method and an unknown tool are errors that the SDK can tell', async (ctx) => {
	const c = await connected(ctx, 'auto');
	for (const [what, make] of [['tool', () => c.client.callTool({ name: 'no_such_tool', arguments: {} })], ['prompt', () => c.client.getPrompt({ name: 'no_such_prompt' })],
		['resource', () => c.client.readResource({ uri: 'kb:///documents/999999' })]]) {
		let told;
		await make().catch((e) => { told = e; });
		ok(told instanceof Error && told.message, `an unknown ${what} is an error`);
	}
	eq((await c.client.listPrompts()).prompts.map((p) => p.name), ['answer_from_documents'], 'prompts');
	eq((await c.client.listTools()).tools.length, BUILT_IN.length, 'tools afterwards');
	await c.end();
});

live('legacy: initialize, 2025-11-25 and both tools', async (ctx) => {
	const c = await connected(ctx, 'legacy');
	eq(c.client.getNegotiatedProtocolVersion(), '2025-11-25', 'negotiated revision');
	eq(c.client.getProtocolEra(), 'legacy', 'era');
	ok(c.transport.sessionId, 'session id');
	await useTools(c.client, `sdktwolegacy${Date.now()}`);
	eq(bodies(c.web).filter((b) => b.method === 'server/discover').length, 0, 'probes');
	eq(bodies(c.web).filter((b) => b.method === 'notifications/initialized').map((b) => b.status), [202], 'status of notifications/initialized');
	eq(await c.client.ping(), {}, 'ping');
	await sleep(200);
	eq(c.client.faults.map(String), [], 'faults that the SDK told');
	await c.end();
});

live('both eras at once: two clients of one person on one address', async (ctx) => {
	const [one, two] = [await connected(ctx, 'auto'), await connected(ctx, 'legacy')];
	const word = `botheras${Date.now()}`;
	await one.client.callTool({ name: CREATE, arguments: { title: word, content: word } });
	const found = await two.client.callTool({ name: SEARCH, arguments: { query: word } });
	eq(found.structuredContent.results.length, 1, 'what one wrote the other finds');
	await one.end();
	await two.end();
});

for (const mode of ['auto', 'legacy'])
	live(`${mode}: an access token that ran out is renewed by the SDK on its own`, async (ctx) => {
		const c = await connected(ctx, mode, { metadata: { grant_types: ['authorization_code', 'refresh_token'] } });
		const before = c.provider.kept;
		ok(before.refresh_token, 'a refresh token');
		for (let n = 0; n < 2; n++) {
			await sleep(6200);
			ok(!(await c.client.callTool({ name: SEARCH, arguments: { query: 'x' } })).isError, 'a call after the token ran out');
		}
		ok(c.provider.kept.access_token !== before.access_token && c.provider.kept.refresh_token !== before.refresh_token, 'both tokens are new');
		eq(c.provider.asked.length, 1, 'visits to the browser');
		eq(c.provider.cleared, [], 'credentials that the SDK threw away');
		const scope = c.provider.asked[0].searchParams.get('scope').split(' ');
		for (const one of scope) oneOf(one, [READ, WRITE, 'offline_access'], 'scope asked for');
		await c.end();
	}, { settings: { access_ttl: 5 } });

live('auto: calls side by side after the token ran out all come through', async (ctx) => {
	const c = await connected(ctx, 'auto');
	await sleep(11200);
	const all = await Promise.allSettled(Array.from({ length: 4 }, () => c.client.callTool({ name: SEARCH, arguments: { query: 'x' } })));
	eq(all.filter((x) => x.status === 'fulfilled').length, 4, `calls that came through (${all.map((x) => x.reason?.message).filter(Boolean)})`);
	eq(c.provider.asked.length, 1, 'visits to the browser');
	await c.end();
}, { settings: { access_ttl: 10 } });

for (const mode of ['auto', 'legacy'])
	live(`${mode}: step-up from reading to writing`, async (ctx) => {
		const { s } = ctx;
		const wait = await listener();
		const got = await obtain(s, { scope: READ, redirect_uri: wait.url, metadata: { redirect_uris: [wait.url] } });
		const provider = new Provider(wait.url);
		provider.client = { ...got.client, issuer: s.issuer };
		provider.kept = { ...got.tokens, issuer: s.issuer };
		const { client, transport } = open(s, provider, recorder(s), mode);
		await client.connect(transport);
		const args = { name: CREATE, arguments: { title: `step-up ${mode}`, content: 'written after the second consent' } };
		await unauthorized(client.callTool(args), 'the call');
		const scope = provider.asked[0].searchParams.get('scope').split(' ');
		ok(scope.includes(READ) && scope.includes(WRITE), `the scope that the SDK asks for is the union: ${scope}`);
		await agree(ctx, provider, transport, wait);
		const made = await client.callTool(args);
		ok(!made.isError && made.structuredContent.author === 'alice', 'the call after the second consent');
		ok(!(await client.callTool({ name: SEARCH, arguments: { query: 'written' } })).isError, 'reading with the new token');
		await client.close();
		await wait.close();
	});

live('auto: a person who says no is an error that the SDK can tell', async (ctx) => {
	const { s, browser } = ctx;
	const wait = await listener();
	const provider = new Provider(wait.url);
	const { client, transport } = open(s, provider, recorder(s), 'auto');
	await unauthorized(client.connect(transport), 'the first connection');
	const [params] = await Promise.all([wait.next(), decide(browser, s, provider.url, { value: 'deny' })]);
	let said;
	try {
		await transport.finishAuth(params);
	} catch (e) {
		said = e;
	}
	match(String(said?.code ?? said?.message), /access_denied/, 'what the SDK made of it');
	await client.close();
	await wait.close();
});
