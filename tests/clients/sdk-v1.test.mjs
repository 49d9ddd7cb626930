// SPDX-License-Identifier: ISC
//
// The official TypeScript SDK of the first generation, as it comes from its package, from the first 401 to the tools:
// discovery, registration, PKCE, the person at the browser, tokens, refresh and step-up.

import fs from 'node:fs';
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema, ResourceUpdatedNotificationSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { eq, match, ok } from '../lib/check.mjs';
import { decide, listener } from '../lib/chromium.mjs';
import { sleep } from '../lib/harness.mjs';
import { live } from '../lib/live.mjs';
import { BUILT_IN, CREATE, READ, SEARCH, WRITE } from '../lib/mcp.mjs';
import { obtain, refresh } from '../lib/oauth.mjs';
import { SITE, asker, tool } from '../lib/site.mjs';
import { Provider, recorder } from './provider.mjs';

function open(s, provider, web, more = {}) {
	const client = new Client({ name: 'sdk-v1-test', version: '1.0.0' });
	client.faults = [];
	client.onerror = (e) => client.faults.push(e);
	const transport = new StreamableHTTPClientTransport(new URL(`${s.issuer}/mcp`), { authProvider: provider, fetch: web.fetch, ...more });
	return { client, transport };
}

async function unauthorized(promise, what) {
	try {
		await promise;
	} catch (e) {
		ok(e instanceof UnauthorizedError, `${what}: UnauthorizedError, got ${e.name}: ${e.message}`);
		return;
	}
	throw new Error(`${what}: it went through without authorization`);
}

/** The person's part: opens the URL that the SDK gave out, agrees, and gives the SDK the code. */
async function agree({ s, browser }, provider, transport, wait, context) {
	ok(provider.url, 'the SDK asked for the browser');
	const [params] = await Promise.all([wait.next(), decide(browser, s, provider.url, { context })]);
	eq(params.get('state'), provider.lastState, 'state');
	eq(params.get('iss'), s.issuer, 'iss');
	ok(params.get('code'), `a code: ${params}`);
	await transport.finishAuth(params.get('code'));
}

async function connected(ctx, { metadata, web = recorder(ctx.s), more } = {}) {
	const wait = await listener();
	const provider = new Provider(wait.url, metadata);
	const first = open(ctx.s, provider, web);
	await unauthorized(first.client.connect(first.transport), 'the first connection');
	await agree(ctx, provider, first.transport, wait);
	await first.client.close();
	const { client, transport } = open(ctx.s, provider, web, more);
	await client.connect(transport);
	return { client, transport, provider, wait, web, async end() { await client.close(); await wait.close(); } };
}

async function useTools(client, word) {
	const { tools } = await client.listTools();
	eq(tools.map((x) => x.name).sort(), [...BUILT_IN].sort(), 'tools');
	for (const tool of tools) ok(tool.title && tool.outputSchema && tool.annotations, `${tool.name}: title, outputSchema and annotations`);
	const made = await client.callTool({ name: CREATE, arguments: { title: `Title ${word}`, content: `Text about ${word}`, tags: ['sdk'] } });
	ok(!made.isError, `create: ${JSON.stringify(made.content)}`);
	eq(made.structuredContent.author, 'alice', 'author');
	const found = await client.callTool({ name: SEARCH, arguments: { query: word } });
	ok(!found.isError, `search: ${JSON.stringify(found.content)}`);
	eq(found.structuredContent.results.map((d) => d.id), [made.structuredContent.id], 'documents found');
	eq(JSON.parse(found.content[0].text), found.structuredContent, 'text copy');
	const wrong = await client.callTool({ name: SEARCH, arguments: { query: 'x', limit: 21 } });
	eq(wrong.isError, true, 'isError of a wrong argument');
	match(wrong.content[0].text, /limit/, 'text of the refusal');
}

live('from the 401 to both tools', async (ctx) => {
	const { s } = ctx;
	const c = await connected(ctx);
	eq(c.client.getServerCapabilities().tools !== undefined, true, 'tools are declared');
	ok(c.client.getServerVersion().name, 'serverInfo');
	eq(c.transport.protocolVersion, '2025-11-25', 'negotiated revision');
	match(c.transport.sessionId, /^[\w-]{43}$/, 'session id');
	eq(await c.client.ping(), {}, 'ping');
	await useTools(c.client, `sdkone${Date.now()}`);
	const { web, provider } = c;
	eq(web.foreign(), [], 'requests to other origins');
	ok(web.count('POST', '/mcp', 401) >= 1, '401 at first');
	eq(web.count('GET', '/.well-known/oauth-protected-resource/mcp', 200) >= 1, true, `metadata of the resource was read: ${web.lines()}`);
	eq(web.count('GET', '/.well-known/oauth-authorization-server', 200) >= 1, true, 'metadata of the server was read');
	eq(web.count('POST', '/register', 201), 1, 'registrations');
	eq(web.count('POST', '/token', 200), 1, 'token requests');
	for (const line of web.lines()) ok(/ (200|201|202|401|405)$/.test(line), `no other status: ${line}`);
	const asked = provider.asked[0].searchParams;
	eq([asked.get('response_type'), asked.get('code_challenge_method'), asked.get('resource')], ['code', 'S256', s.resource], 'parameters of the request');
	ok(/^mcpa_/.test(provider.kept.access_token) && /^mcpr_/.test(provider.kept.refresh_token), 'tokens');
	eq(provider.kept.token_type.toLowerCase(), 'bearer', 'token_type');
	// The stream that this SDK opens behind the handshake.
	await sleep(200);
	eq(web.count('GET', '/mcp', 200), 1, 'streams');
	eq(c.client.faults.map(String), [], 'faults that the SDK told');
	await c.end();
});

live('a confidential client is served as well', async (ctx) => {
	for (const method of ['client_secret_basic', 'client_secret_post']) {
		const c = await connected(ctx, { metadata: { token_endpoint_auth_method: method } });
		ok(c.provider.client.client_secret, `${method}: a secret`);
		eq((await c.client.listTools()).tools.length, BUILT_IN.length, `${method}: tools`);
		await c.end();
	}
});

live('unknown tools and unknown methods are errors that the SDK can tell', async (ctx) => {
	const c = await connected(ctx);
	for (const [what, make, code] of [['tool', () => c.client.callTool({ name: 'no_such_tool', arguments: {} }), -32602],
		['prompt', () => c.client.getPrompt({ name: 'no_such_prompt' }), -32602]]) {
		let said;
		try {
			await make();
		} catch (e) {
			said = e;
		}
		ok(said, `${what}: an error`);
		if (said.code === undefined) match(said.message, /does not support/i, `${what}: refusal of the SDK itself`);
		else eq(said.code, code, `${what}: code (${said.message})`);
	}
	eq(await c.client.ping(), {}, 'ping afterwards');
	await c.end();
});

live('an access token that ran out is renewed by the SDK on its own', async (ctx) => {
	const c = await connected(ctx);
	const before = c.provider.kept;
	for (let n = 0; n < 2; n++) {
		await sleep(6200);
		eq((await c.client.listTools()).tools.length, BUILT_IN.length, 'tools after the token ran out');
	}
	ok(c.provider.saved.length >= 3, `tokens were renewed (${c.provider.saved.length} times saved)`);
	ok(c.provider.kept.access_token !== before.access_token && c.provider.kept.refresh_token !== before.refresh_token, 'both tokens are new');
	eq(c.provider.asked.length, 1, 'visits to the browser');
	eq(c.provider.cleared, [], 'credentials that the SDK threw away');
	const bodies = c.web.log.filter((e) => e.path === '/token').map((e) => new URLSearchParams(String(e.body)).get('grant_type'));
	eq(bodies[0], 'authorization_code', 'first token request');
	ok(bodies.slice(1).every((g) => g === 'refresh_token') && bodies.length >= 3, `token requests: ${bodies}`);
	await c.end();
}, { settings: { access_ttl: 5 } });

live('calls side by side after the token ran out all come through', async (ctx) => {
	const c = await connected(ctx);
	await sleep(11200);
	const all = await Promise.allSettled(Array.from({ length: 4 }, () => c.client.listTools()));
	eq(all.filter((x) => x.status === 'fulfilled').length, 4, `calls that came through (${all.map((x) => x.reason?.message).filter(Boolean)})`);
	eq(c.provider.asked.length, 1, 'visits to the browser');
	await c.end();
}, { settings: { access_ttl: 10 } });

live('a token without the scope of a tool: the SDK asks the person once more', async (ctx) => {
	const { s } = ctx;
	const wait = await listener();
	// Without a refresh token, for with one this SDK refreshes and gives up when that brings no more scope.
	const got = await obtain(s, { scope: READ, redirect_uri: wait.url, metadata: { redirect_uris: [wait.url], grant_types: ['authorization_code'] } });
	ok(!got.tokens.refresh_token, 'no refresh token');
	const provider = new Provider(wait.url, { grant_types: ['authorization_code'] });
	provider.client = { ...got.client, issuer: s.issuer };
	provider.kept = { ...got.tokens, issuer: s.issuer };
	const { client, transport } = open(s, provider, recorder(s));
	await client.connect(transport);
	eq((await client.listTools()).tools.length, BUILT_IN.length, 'tools with the first token');
	const args = { name: CREATE, arguments: { title: 'step-up', content: 'written after the second consent' } };
	await unauthorized(client.callTool(args), 'the call');
	const scope = provider.asked[0].searchParams.get('scope').split(' ');
	ok(scope.includes(WRITE), `the scope that the SDK asks for: ${scope}`);
	await agree(ctx, provider, transport, wait);
	const made = await client.callTool(args);
	ok(!made.isError && made.structuredContent.author === 'alice', 'the call after the second consent');
	await client.close();
	await wait.close();
});

live('a grant that was taken back sends the person to the browser again', async (ctx) => {
	const { s } = ctx;
	// The stream ends with the grant; a client that opened it once more would send the person to the browser, too.
	const c = await connected(ctx, { more: { reconnectionOptions: { initialReconnectionDelay: 1000, maxReconnectionDelay: 1000, reconnectionDelayGrowFactor: 1, maxRetries: 0 } } });
	for (const end = Date.now() + 20000; Date.now() < end && !c.web.count('GET', '/mcp', 200); ) await sleep(50);
	const used = c.provider.kept.refresh_token;
	// Someone else uses the refresh token twice: the grant is dead, and the SDK must find its way back.
	await refresh(s, c.provider.client, used);
	await refresh(s, c.provider.client, used);
	await unauthorized(c.client.listTools(), 'a call with a dead grant');
	eq(c.provider.asked.length, 2, 'visits to the browser');
	await agree(ctx, c.provider, c.transport, c.wait);
	eq((await c.client.listTools()).tools.length, BUILT_IN.length, 'tools after the second consent');
	eq(c.web.count('POST', '/register', 201), 1, 'registrations');
	await c.end();
}, { settings: { refresh_grace: 0 } });

live('a person who says no is an error at the redirect address', async (ctx) => {
	const { s, browser } = ctx;
	const wait = await listener();
	const provider = new Provider(wait.url);
	const { client, transport } = open(s, provider, recorder(s));
	await unauthorized(client.connect(transport), 'the first connection');
	const [params] = await Promise.all([wait.next(), decide(browser, s, provider.url, { value: 'deny' })]);
	eq([params.get('error'), params.get('state'), params.get('iss'), params.get('code')], ['access_denied', provider.lastState, s.issuer, null], 'answer');
	await client.close();
	await wait.close();
});

live('a tool that asks is answered by the handlers of the SDK, and a long one by coming back', async ({ s }) => {
	const form = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] };
	asker(s, 'asks', { who: { message: 'Your name?', schema: form }, say: { method: 'sampling/createMessage', params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 9 } },
		where: { method: 'roots/list', params: {} } });
	tool(s, 'later', 'sleep 2; echo later', { polling: true });
	tool(s, 'long', 'sleep 20', { timeout: 30 });
	const { access_token } = (await obtain(s)).tokens;
	const client = new Client({ name: 'sdk-v1-test', version: '1.0.0' }, { capabilities: { elicitation: {}, sampling: {}, roots: {} } });
	const asked = [];
	client.setRequestHandler(ElicitRequestSchema, ({ params }) => { asked.push(params.message); return { action: 'accept', content: { name: 'Ada' } }; });
	client.setRequestHandler(CreateMessageRequestSchema, () => ({ role: 'assistant', content: { type: 'text', text: 'Ho' }, model: 'm' }));
	client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///x' }] }));
	const transport = new StreamableHTTPClientTransport(new URL(`${s.issuer}/mcp`), { requestInit: { headers: { Authorization: `Bearer ${access_token}` } } });
	await client.connect(transport);
	const answers = JSON.parse((await client.callTool({ name: 'asks', arguments: {} })).content[0].text.slice(8));
	eq([answers.who, answers.say.content.text, answers.where.roots[0].uri, asked], [{ action: 'accept', content: { name: 'Ada' } }, 'Ho', 'file:///x', ['Your name?']], 'answers');
	eq((await client.callTool({ name: 'later', arguments: {} })).content[0].text, 'later\n', 'a tool with polling');
	const stop = new AbortController();
	const began = Date.now();
	const long = client.callTool({ name: 'long', arguments: {} }, undefined, { signal: stop.signal }).catch((e) => e);
	await sleep(800);
	stop.abort('enough');
	ok((await long) instanceof Error && Date.now() - began < 5000, 'cancelled');
	await transport.terminateSession();
	eq(s.counts().mcp_session, 0, 'the session is over');
	await client.close();
}, { settings: SITE.settings, own: true, browser: false });

live('what changes is heard by the handlers of the SDK: a resource that it is subscribed to, and the list of tools', async ({ s }) => {
	tool(s, 'first', 'echo first');
	fs.mkdirSync(`${s.dir}/site/resources`, { mode: 0o755 });
	const note = (text) => fs.writeFileSync(`${s.dir}/site/resources/note.txt`, text, { mode: 0o644 });
	note('one');
	const { access_token } = (await obtain(s)).tokens;
	const client = new Client({ name: 'sdk-v1-test', version: '1.0.0' });
	const heard = [];
	client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => { heard.push(params.uri); });
	client.setNotificationHandler(ToolListChangedNotificationSchema, async () => { heard.push((await client.listTools()).tools.map((x) => x.name).join(' ')); });
	const transport = new StreamableHTTPClientTransport(new URL(`${s.issuer}/mcp`), { requestInit: { headers: { Authorization: `Bearer ${access_token}` } } });
	await client.connect(transport);
	const { tools, resources } = client.getServerCapabilities();
	eq([tools.listChanged, resources.subscribe], [true, true], 'what is promised');
	const until = async (want, what) => {
		for (const end = Date.now() + 5000; !heard.includes(want) && Date.now() < end; ) await sleep(20);
		ok(heard.includes(want), `${what}: ${heard}`);
		// A file that is written in two steps may be heard of twice.
		await sleep(500);
		heard.length = 0;
	};
	await client.subscribeResource({ uri: 'site:///note.txt' });
	await sleep(500);
	note('another text');
	await until('site:///note.txt', 'an update');
	tool(s, 'second', 'echo second');
	await until('first second', 'another list of tools');
	await client.unsubscribeResource({ uri: 'site:///note.txt' });
	await sleep(300);
	note('and another one');
	await sleep(800);
	eq(heard, [], 'nothing after the end of the subscription');
	await transport.terminateSession();
	await client.close();
}, { settings: SITE.settings, own: true, browser: false });
