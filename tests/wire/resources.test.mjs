// SPDX-License-Identifier: ISC
//
// Two MCP endpoints of one server: each has metadata, challenge, scopes and tools of its own, a token for one is
// nothing at the other, and the spelling of a resource is taken generously and given back exactly.

import { row } from '../lib/rows.mjs';
import { each, eq, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import {
	BUILT_IN,
	CREATE,
	READ,
	SEARCH,
	WRITE,
	call,
	challenge,
	legacy,
	modern,
	modernResult,
	rpcError,
	toolResult,
} from '../lib/mcp.mjs';
import {
	answerOf,
	authorize,
	authParams,
	consent,
	follow,
	obtain,
	obtainCode,
	pkce,
	raw,
	redeem,
	refresh,
	register,
	toConsent,
	TRUSTED,
	useToken,
	visibleText,
} from '../lib/oauth.mjs';

const PRM = '/.well-known/oauth-protected-resource';
const AT = '/team-b/mcp';
const SETTINGS = {
	'[resource {issuer}/mcp]': { name: 'Everybody' },
	[`[resource {issuer}${AT}]`]: { name: 'Team B', scopes: READ, tools: SEARCH },
};
const OWN = { settings: SETTINGS };
const team = (s) => `${s.issuer}${AT}`;
const there = { more: { path: AT } };

async function doc(s, path) {
	const r = await raw(s, { path });
	status(r, 200, path);
	match(r.headers['content-type'], /^application\/json$/i, `${path}: Content-Type`);
	return r.json;
}

const refusedAt = (r, what) => {
	status(r, 401, what);
	eq(challenge(r, what).error, 'invalid_token', `${what}: error`);
};

row(
	'MD-04',
	'each endpoint has a document of its own',
	async (s) => {
		for (const path of [PRM, `${PRM}/mcp`]) {
			const first = await doc(s, path);
			eq(first.resource, s.resource, `${path}: resource`);
			eq(first.resource_name, 'Everybody', `${path}: resource_name`);
			eq([...first.scopes_supported].sort(), [READ, WRITE], `${path}: scopes_supported`);
		}
		const second = await doc(s, PRM + AT);
		eq(second.resource, team(s), 'resource');
		eq(second.authorization_servers, [s.issuer], 'authorization_servers');
		eq(second.resource_name, 'Team B', 'resource_name');
		eq(second.scopes_supported, [READ], 'scopes_supported');
		eq(second.bearer_methods_supported, ['header'], 'bearer_methods_supported');
		const as = await doc(s, '/.well-known/oauth-authorization-server');
		eq([...as.protected_resources].sort(), [s.resource, team(s)].sort(), 'protected_resources');
		for (const path of [
			`${PRM}/team-b`,
			`${PRM}${AT}/`,
			`${PRM}${AT}/x`,
			`${PRM}/team-b/mcpx`,
			`${PRM}/TEAM-B/mcp`,
			`${AT}${PRM}`,
		])
			status(await raw(s, { path }), 404, path);
		status(
			await raw(s, { path: '/.well-known/oauth-authorization-server' + AT }),
			404,
			'no server document for a resource',
		);
	},
	OWN,
);

row(
	'BR-01',
	'each endpoint has a challenge of its own',
	async (s) => {
		const first = challenge(status(await useToken(s), 401), 'first');
		eq(first.resource_metadata, `${s.issuer}${PRM}/mcp`, 'resource_metadata of the first');
		ok(first.scope.split(' ').includes(READ), `scope of the first: ${first.scope}`);
		const second = challenge(status(await useToken(s, undefined, {}, AT), 401), 'second');
		eq(second.resource_metadata, `${s.issuer}${PRM}${AT}`, 'resource_metadata of the second');
		eq(second.scope, READ, 'scope of the second');
		status(await useToken(s, undefined, {}, `${AT}/x`), 404, 'below the second');
		// there it is a folder, and Apache leads to /team-b/
		if (!['htaccess', 'htaccess-fcgid'].includes(s.front)) status(await useToken(s, undefined, {}, '/team-b'), 404, 'above the second');
	},
	OWN,
);

row(
	'BR-06',
	'a token for one is none at the other',
	async (s) => {
		const first = await obtain(s, { scope: READ });
		const second = await obtain(s, { scope: READ, resource: team(s) });
		const none = await obtain(s, { scope: READ, resource: undefined });
		modernResult(
			await modern(s, first.tokens.access_token, 'tools/list'),
			undefined,
			'first at the first',
		);
		modernResult(
			await modern(s, second.tokens.access_token, 'tools/list', {}, there),
			undefined,
			'second at the second',
		);
		refusedAt(await modern(s, first.tokens.access_token, 'tools/list', {}, there), 'first at the second');
		refusedAt(await modern(s, second.tokens.access_token, 'tools/list'), 'second at the first');
		modernResult(
			await modern(s, none.tokens.access_token, 'tools/list'),
			undefined,
			'no resource asked: the first',
		);
		refusedAt(
			await modern(s, none.tokens.access_token, 'tools/list', {}, there),
			'no resource asked: the second',
		);
		eq(
			challenge(await modern(s, first.tokens.access_token, 'tools/list', {}, there)).resource_metadata,
			`${s.issuer}${PRM}${AT}`,
			'where a client is sent',
		);
		const next = await refresh(s, second.client, second.tokens.refresh_token);
		status(next, 200, 'refresh');
		refusedAt(await modern(s, next.json.access_token, 'tools/list'), 'refreshed, at the first');
		modernResult(
			await modern(s, next.json.access_token, 'tools/list', {}, there),
			undefined,
			'refreshed, at the second',
		);
	},
	OWN,
);

row(
	'TR-09',
	'neither a code nor a refresh token changes sides',
	async (s) => {
		const flow = await obtainCode(s, { resource: team(s) });
		oauthError(
			await redeem(s, flow, { resource: s.resource }),
			400,
			'invalid_target',
			'the code for the other',
		);
		const r = await redeem(s, flow, { resource: team(s) });
		status(r, 200, 'the code for its own');
		oauthError(
			await refresh(s, flow.client, r.json.refresh_token, { resource: s.resource }),
			400,
			'invalid_target',
			'refresh for the other',
		);
		const again = await refresh(s, flow.client, r.json.refresh_token, { resource: team(s) });
		status(again, 200, 'refresh for its own');
		status(await useToken(s, again.json.access_token, {}, AT), 200, 'at its own');
	},
	OWN,
);

row(
	'AU-19',
	'spellings that mean an endpoint, and such that mean none',
	async (s) => {
		const client = await register(s, { redirect_uris: [TRUSTED] });
		const { port } = new URL(s.issuer);
		const jar = (await toConsent(s, { client })).jar;
		await each(
			[
				[team(s)],
				[`${team(s)}/`],
				[`HTTP://127.0.0.1:${port}${AT}`],
				[`Http://127.0.0.1:${port}${AT}/`],
			],
			async (resource) => {
				const flow = await toConsent(s, { client, jar, resource });
				ok(visibleText(flow.page.text).includes(team(s)), 'the page has the exact address');
				const code = answerOf(await consent(s, flow.page, flow.jar)).one('code');
				const r = await redeem(s, { ...flow, code }, { resource });
				status(r, 200, 'token with the same spelling');
				status(await useToken(s, r.json.access_token, {}, AT), 200, 'the token');
				eq((await doc(s, PRM + AT)).resource, team(s), 'resource in the document');
			},
		);
		await each(
			[
				[`${team(s)}//`],
				[`${team(s)}/x`],
				[`${team(s)}x`],
				[`${team(s)}?x=1`],
				[`${team(s)}#f`],
				[`${s.issuer}/TEAM-B/mcp`],
				[`${s.issuer}/team-b`],
				[`${s.issuer}/team-b/../mcp`],
				[`${s.issuer}/team-b/%6dcp`],
				[`http://127.0.0.1${AT}`],
				[`https://127.0.0.1:${port}${AT}`],
				[`http://user@127.0.0.1:${port}${AT}`],
				[AT],
				['x'],
			],
			async (resource) => {
				const r = await follow(
					s,
					await authorize(
						s,
						authParams(s, client, { resource, code_challenge: pkce().challenge }),
						jar,
					),
					jar,
				);
				const a = answerOf(r);
				eq(a.one('error'), 'invalid_target', 'error');
				eq(a.query.code, undefined, 'code');
			},
		);
		const two = await authorize(
			s,
			authParams(s, client, { resource: [s.resource, team(s)], code_challenge: pkce().challenge }),
			jar,
		);
		const a = answerOf(await follow(s, two, jar));
		oneOf(a.one('error'), ['invalid_target', 'invalid_request'], 'error for two endpoints at once');
	},
	OWN,
);

row(
	'AU-19',
	'case and default port, where there is one',
	async (s) => {
		const client = await register(s, { redirect_uris: [TRUSTED] });
		const get = async (resource) =>
			authorize(s, authParams(s, client, { resource, code_challenge: pkce().challenge }));
		for (const resource of [
			'https://MCP.Example/team-b/mcp',
			'https://mcp.example:443/team-b/mcp',
			'HTTPS://MCP.EXAMPLE:443/team-b/mcp/',
			'https://mcp.example/mcp/',
		])
			status(await get(resource), 200, resource);
		for (const resource of [
			'https://mcp.example:8443/mcp',
			'https://mcp.example.evil.example/mcp',
			'https://mcp.example./mcp',
		])
			eq(answerOf(await get(resource)).one('error'), 'invalid_target', resource);
		eq((await doc(s, PRM + AT)).resource, 'https://mcp.example/team-b/mcp', 'resource in the document');
	},
	{
		settings: {
			issuer: 'https://mcp.example',
			'[resource https://mcp.example/team-b/mcp]': { name: 'Team B' },
		},
	},
);

row(
	'AU-18',
	'the scopes of an endpoint are all that can be had there',
	async (s) => {
		const both = await obtain(s, { scope: `${READ} ${WRITE}`, resource: team(s) });
		eq(both.tokens.scope, READ, 'scope granted');
		const none = await obtain(s, { scope: undefined, resource: team(s) });
		eq(none.tokens.scope, READ, 'scope granted when none is asked');
		const client = await register(s, { redirect_uris: [TRUSTED] });
		const r = await authorize(
			s,
			authParams(s, client, { resource: team(s), scope: WRITE, code_challenge: pkce().challenge }),
		);
		eq(answerOf(r).one('error'), 'invalid_scope', 'only what is not to be had there');
	},
	OWN,
);

row(
	'BR-08',
	'the tools of an endpoint are all that there is',
	async (s) => {
		const first = await obtain(s);
		const second = await obtain(s, { resource: team(s) });
		const names = async (t, o) =>
			modernResult(await modern(s, t, 'tools/list', {}, o))
				.tools.map((x) => x.name)
				.sort();
		eq(await names(first.tokens.access_token), BUILT_IN, 'tools of the first');
		eq(await names(second.tokens.access_token, there), [SEARCH], 'tools of the second');
		toolResult(
			await call(s, second.tokens.access_token, SEARCH, { query: 'x' }, there),
			'the tool of the second',
		);
		const gone = await call(s, second.tokens.access_token, CREATE, { title: 'a', content: 'b' }, there);
		rpcError(gone, [200, 400], -32602, gone.json.id, 'a tool of the other');
		const old = await legacy(s, second.tokens.access_token, '2025-06-18', 'tools/list', undefined, there);
		eq(
			old.json.result.tools.map((x) => x.name),
			[SEARCH],
			'tools of the second, asked the older way',
		);
	},
	OWN,
);

row(
	'CO-01',
	'the consent page names the endpoint',
	async (s) => {
		const text = visibleText((await toConsent(s, { resource: team(s) })).page.text);
		ok(text.includes(team(s)), `the address: ${text}`);
		const first = visibleText((await toConsent(s)).page.text);
		ok(first.includes(s.resource) && !first.includes(team(s)), 'the other one alone');
	},
	OWN,
);

row(
	'AU-19',
	'an endpoint that is taken from the settings is no target any more, and its tokens are dead',
	async (s) => {
		const got = await obtain(s, { resource: team(s) });
		status(await useToken(s, got.tokens.access_token, {}, AT), 200, 'while it is there');
		s.setConf({ [`[resource ${team(s)}]`]: null });
		await s.restart();
		refusedAt(await useToken(s, got.tokens.access_token), 'at the first');
		oauthError(
			await refresh(s, got.client, got.tokens.refresh_token),
			400,
			['invalid_grant', 'invalid_target'],
			'refresh',
		);
		page(
			await follow(
				s,
				await authorize(
					s,
					authParams(s, await register(s, { redirect_uris: ['https://c.example/cb'] }), {
						resource: team(s),
						code_challenge: pkce().challenge,
					}),
				),
			),
			400,
			'authorization',
		);
	},
	{ own: true, settings: SETTINGS },
);
