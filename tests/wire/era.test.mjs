// SPDX-License-Identifier: ISC
//
// One endpoint, two eras: which revision a request belongs to, which of two faults is told, which status goes with
// which error, the handshake of the older revisions and the discovery of the stateless one, and how the same list of
// tools and the same result look to each revision.

import { eq, each, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { raw } from '../lib/http.mjs';
import { BUILT_IN, ANY, CREATE, KEY, LEGACY, MODERN, READ, SEARCH, WRITE, accepted, bearer, cachingHints, call, encodeName, initialize, legacy, legacyResult, message,
	meta, mirrored, modern, modernResult, post, rpcError, toolResult, withHeaders } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { row } from '../lib/rows.mjs';
import { check, lint } from '../lib/schema.mjs';

const FUTURE = '2099-01-01';
const HEADERS = mirrored('tools/list');
const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const BATCH = [PING, { jsonrpc: '2.0', id: 2, method: 'ping' }];
const version = (v) => (v ? { 'MCP-Protocol-Version': v } : {});
const hello = (asked, params = {}) => ({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { ...initialize(asked), ...params } });

/* ---- which era ---- */

need('T61', 'OPTIONS is a preflight whatever the version header says', async (s) => {
	for (const v of [undefined, MODERN, '2025-11-25', 'x'])
		oneOf((await raw(s, { method: 'OPTIONS', path: '/mcp', headers: { Origin: s.issuer, 'Access-Control-Request-Method': 'POST', ...version(v) } })).status, [200, 204],
			`status under ${v}`);
});

need('T19', 'GET and DELETE without a session are 405, as always in the stateless era; one that is not there is 404', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY, MODERN]) {
		const none = v === MODERN ? 405 : 404;
		for (const [method, want, more] of [['GET', 405, {}], ['GET', none, { 'Mcp-Session-Id': 'x' }], ['GET', 405, { 'Last-Event-ID': '1' }], ['DELETE', 405, {}],
			['GET', none, { 'Mcp-Session-Id': 'x', 'Last-Event-ID': '1' }], ['DELETE', none, { 'Mcp-Session-Id': 'x' }]]) {
			const r = await raw(s, { method, path: '/mcp', headers: { Accept: 'text/event-stream', ...bearer(t), ...version(v), ...more } });
			status(r, want, `${method} under ${v} ${JSON.stringify(more)}`);
			ok(message(r).error, 'a JSON-RPC error');
		}
	}
});

need('T08', 'a body that is not JSON is 400 -32700 under every header', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY, MODERN, FUTURE, 'x'])
		rpcError(await post(s, t, '{', version(v)), 400, -32700, undefined, `under ${v}`);
});

need('T16', 'an empty list is 400 -32600 under every header', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY, MODERN, FUTURE]) rpcError(await post(s, t, [], version(v)), 400, -32600, undefined, `under ${v}`);
});

need('T18', 'a list with a modern or an invalid element is refused as a whole', async (s) => {
	const t = await tokenFor(s);
	const claimed = { jsonrpc: '2.0', id: 3, method: 'tools/list', params: { _meta: meta() } };
	const note = { jsonrpc: '2.0', method: 'notifications/initialized', params: { _meta: meta() } };
	const lists = [['modern last', [PING, claimed]], ['modern first', [claimed, PING]], ['modern notification', [PING, note]], ['number', [PING, 1]], ['null', [null, PING]],
		['list inside', [PING, [PING]]], ['no jsonrpc', [PING, { id: 1, method: 'ping' }]], ['id null', [PING, { ...PING, id: null }]], ['no method', [PING, { jsonrpc: '2.0', id: 4 }]],
		['legacy claim', [{ ...claimed, params: { _meta: { [`${KEY}protocolVersion`]: '2025-03-26' } } }]]];
	await each(lists, async (what, list) => {
		for (const v of [undefined, '2025-03-26', MODERN]) {
			const r = await post(s, t, list, version(v));
			// An element that is no message may also get an error of its own inside the answer to the list.
			if (r.status === 200 && !/modern|claim/.test(what) && v !== MODERN) {
				ok(Array.isArray(r.json) && r.json.some((m) => m.error?.code === -32600 && m.id === null), `${what}: ${r}`);
				continue;
			}
			rpcError(r, 400, -32600, undefined, `${what} under ${v}`);
		}
	});
});

need('T17', 'a list of legacy requests under a modern header is 400 -32600', async (s) => {
	const t = await tokenFor(s);
	for (const v of [MODERN, FUTURE, 'v999.0.0']) rpcError(await post(s, t, BATCH, version(v)), 400, -32600, undefined, `under ${v}`);
	for (const v of ['2025-06-18', '2025-11-25']) rpcError(await post(s, t, BATCH, version(v)), 400, -32600, undefined, `under ${v}`);
});

function batchAnswers(r, ids) {
	status(r, 200, 'list');
	const list = r.json;
	ok(Array.isArray(list), `a list of answers, got ${r}`);
	eq(list.map((m) => m.id).sort(), [...ids].sort(), 'ids of the answers');
	for (const one of list) eq(one.jsonrpc, '2.0', 'jsonrpc');
	return new Map(list.map((m) => [m.id, m]));
}

need('T13', 'a list of requests is answered by a list without a header or under 2025-03-26', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, '2025-03-26']) {
		eq(batchAnswers(await post(s, t, BATCH, version(v)), [1, 2]).get(2).result, {}, `ping under ${v}`);
		const mixed = [PING, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 9 } }, { jsonrpc: '2.0', id: 'l', method: 'tools/list' },
			{ jsonrpc: '2.0', id: 'x', method: 'foo/bar' }, { jsonrpc: '2.0', id: 'c', method: 'tools/call', params: { name: SEARCH, arguments: { query: 'x' } } }];
		const got = batchAnswers(await post(s, t, mixed, version(v)), [1, 'l', 'x', 'c']);
		ok(Array.isArray(got.get('l').result.tools), 'tools in a list');
		eq(got.get('x').error.code, -32601, 'unknown method in a list');
		ok(Array.isArray(got.get('c').result.content), 'a call in a list');
		for (const one of got.values()) lacks(JSON.stringify(one), /resultType|ttlMs|cacheScope/, 'an answer in a list');
		const single = await post(s, t, [PING], version(v));
		status(single, 200, 'a list of one');
		eq([single.json].flat()[0].result, {}, 'the one answer');
	}
});

need('T58', 'without a version header the rules are those of 2025-03-26', async (s) => {
	const t = await tokenFor(s);
	batchAnswers(await post(s, t, BATCH), [1, 2]);
	const list = async (v) => legacyResult(await legacy(s, t, v, 'tools/list')).tools;
	eq(await list(undefined), await list('2025-03-26'), 'tools without a header');
});

need('T14', 'a list of notifications is 202', async (s) => {
	const t = await tokenFor(s);
	const note = { jsonrpc: '2.0', method: 'notifications/initialized' };
	for (const v of [undefined, '2025-03-26']) {
		accepted(await post(s, t, [note], version(v)), 'one');
		accepted(await post(s, t, [note, note, { jsonrpc: '2.0', id: 5, result: {} }], version(v)), 'three');
	}
});

need('T15', 'initialize inside a list is refused', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, '2025-03-26'])
		for (const list of [[hello('2025-03-26')], [PING, hello('2025-03-26')], [hello('2025-03-26'), PING]]) {
			const r = await post(s, t, list, version(v));
			if (r.status === 400) rpcError(r, 400, -32600, ANY, `list of ${list.length}`);
			else ok([r.json].flat().some((m) => m.error?.code === -32600) && ![r.json].flat().some((m) => m.result?.protocolVersion), `no handshake in a list: ${r}`);
		}
});

need('T58a', 'a scope that is missing in a list refuses the list before anything of it is done', async (s) => {
	const t = await tokenFor(s, READ);
	const word = `batch${Date.now()}`;
	const list = [{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: CREATE, arguments: { title: word, content: word } } }, PING];
	const r = await post(s, t, list);
	if (r.status === 200) ok([r.json].flat().find((m) => m.id === 1).error, `an error for the call: ${r}`);
	else status(r, 403, 'list');
	eq(toolResult(await call(s, t, SEARCH, { query: word })).results, [], 'documents made');
});

need('T06', 'a posted response is dropped with 202', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY]) accepted(await post(s, t, { jsonrpc: '2.0', id: 'nobody-asked', result: {} }, version(v)), `under ${v}`);
});

need('V14', 'initialize without a claim is the handshake under every header that is not modern', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY, '2024-11-05', '1999-01-01'])
		eq(legacyResult(await post(s, t, hello('2025-06-18'), version(v)), 0, `header ${v}`).protocolVersion, '2025-06-18', `protocolVersion under ${v}`);
	eq(legacyResult(await post(s, t, hello('2025-11-25'), { ...version('2025-11-25'), 'Mcp-Method': 'initialize' }), 0).protocolVersion, '2025-11-25', 'with Mcp-Method');
});

need('V14a', 'initialize with a broken claim or one that names an older revision is still the handshake', async (s) => {
	const t = await tokenFor(s);
	const metas = [{ [`${KEY}protocolVersion`]: '2025-11-25' }, { [`${KEY}protocolVersion`]: 5 }, { [`${KEY}protocolVersion`]: MODERN },
		{ [`${KEY}clientInfo`]: { name: 'x', version: '1' } }, { progressToken: 1 }];
	await each(metas.map((m) => [JSON.stringify(m), m]), async (what, m) => {
		eq(legacyResult(await post(s, t, hello('2025-11-25', { _meta: m })), 0, what).protocolVersion, '2025-11-25', `${what}: protocolVersion`);
	});
});

need('V13', 'initialize without a claim under a modern header is 400 -32020', async (s) => {
	const t = await tokenFor(s);
	for (const v of [MODERN, FUTURE])
		for (const more of [{}, { 'Mcp-Method': 'initialize' }])
			rpcError(await post(s, t, hello('2025-11-25'), { ...version(v), ...more }), 400, -32020, 0, `header ${v}`);
});

need('V15', 'initialize with a complete modern claim is 404 -32601', async (s) => {
	const t = await tokenFor(s);
	const e = rpcError(await modern(s, t, 'initialize', initialize(MODERN), { id: 'i' }), 404, -32601, 'i');
	ok(e.message, 'a message');
	rpcError(await modern(s, t, 'initialize', initialize('2025-11-25'), { id: 'i' }), 404, -32601, 'i', 'asking for an older revision');
});

need('V04', 'a claim with a malformed envelope is 400 -32602 under every header', async (s) => {
	const t = await tokenFor(s);
	const broken = [{ clientCapabilities: undefined }, { clientCapabilities: 5 }, { clientCapabilities: [] }, { protocolVersion: 5 }, { protocolVersion: null },
		{ clientInfo: 'x' }];
	await each(broken.map((m) => [JSON.stringify(m, (k, v) => v === undefined ? 'absent' : v), m]), async (what, m) => {
		for (const v of [undefined, MODERN, '2025-11-25', FUTURE])
			rpcError(await modern(s, t, 'tools/list', {}, { id: 'm', meta: m, headers: { 'MCP-Protocol-Version': v } }), 400, -32602, 'm', `${what} under ${v}`);
	});
});

need('V08', 'a claim that differs from the version header is 400 -32020', async (s) => {
	const t = await tokenFor(s);
	const pairs = [[MODERN, '2025-11-25'], [MODERN, FUTURE], [MODERN, '1900-01-01'], ['v999.0.0', MODERN], ['2025-11-25', MODERN], [FUTURE, '2099-01-02']];
	await each(pairs.map(([c, h]) => [`claim ${c}, header ${h}`, c, h]), async (what, claim, header) => {
		rpcError(await modern(s, t, 'tools/list', {}, { id: 8, meta: { protocolVersion: claim }, headers: { 'MCP-Protocol-Version': header } }), 400, -32020, 8, what);
	});
});

need('V06', 'a claim of a version that is not served is 400 -32022 and says what is', async (s) => {
	const t = await tokenFor(s);
	await each([FUTURE, 'v999.0.0', '2026-07-29', '1900-01-01', 'x'], async (v) => {
		for (const headers of [{ 'MCP-Protocol-Version': v }, { 'MCP-Protocol-Version': null }, { 'MCP-Protocol-Version': null, 'Mcp-Method': null }]) {
			const e = rpcError(await modern(s, t, 'tools/list', {}, { id: 6, meta: { protocolVersion: v }, headers }), 400, -32022, 6, `claim ${v}`);
			eq(e.data?.supported, [MODERN], `${v}: data.supported`);
			eq(e.data?.requested, v, `${v}: data.requested`);
		}
	});
});

need('V17', 'a claim that names an older revision is 400 -32022', async (s) => {
	const t = await tokenFor(s);
	for (const v of LEGACY)
		rpcError(await modern(s, t, 'tools/list', {}, { id: 6, meta: { protocolVersion: v }, headers: { 'MCP-Protocol-Version': v } }), 400, -32022, 6, v);
});

need('T44', 'a served claim without the version header is 400 -32020', async (s) => {
	const t = await tokenFor(s);
	for (const method of ['tools/list', 'server/discover'])
		rpcError(await modern(s, t, method, {}, { id: 4, headers: { 'MCP-Protocol-Version': null } }), 400, -32020, 4, method);
});

need('T45', 'a served claim without Mcp-Method or with another one is 400 -32020', async (s) => {
	const t = await tokenFor(s);
	for (const v of [null, 'ping', 'tools/call'])
		rpcError(await modern(s, t, 'tools/list', {}, { id: 4, headers: { 'Mcp-Method': v } }), 400, -32020, 4, `Mcp-Method ${v}`);
});

need('T46', 'a call without Mcp-Name or with another one is 400 -32020', async (s) => {
	const t = await tokenFor(s);
	for (const v of [null, CREATE]) rpcError(await call(s, t, SEARCH, { query: 'x' }, { id: 4, headers: { 'Mcp-Name': v } }), 400, -32020, 4, `Mcp-Name ${v}`);
	modernResult(await modern(s, t, 'tools/list', {}, { headers: { 'Mcp-Name': 'whatever' } }), undefined, 'Mcp-Name where there is none');
});

need('T47', 'an encoded name is decoded before it is compared', async (s) => {
	toolResult(await call(s, await tokenFor(s), SEARCH, { query: 'x' }, { headers: { 'Mcp-Name': encodeName(SEARCH) } }));
});

need('T49', 'header names in any case, their values in one', async (s) => {
	const t = await tokenFor(s);
	rpcError(await call(s, t, SEARCH, { query: 'x' }, { id: 9, headers: { 'MCP-METHOD': 'TOOLS/CALL' } }), 400, -32020, 9);
	toolResult(await call(s, t, SEARCH, { query: 'x' }, { headers: { 'MCP-METHOD': 'tools/call' } }));
});

need('T54', 'Mcp-Param headers that nobody asked for are ignored', async (s) => {
	const t = await tokenFor(s);
	toolResult(await call(s, t, SEARCH, { query: 'x' }, { headers: { 'Mcp-Param-Query': 'other', 'Mcp-Param-Region': '=?base64?!!!?=', 'Mcp-Param-X': '\u00e9' } }));
});

need('V01', 'a served claim with its headers is modern, whatever else is there', async (s) => {
	const t = await tokenFor(s);
	modernResult(await modern(s, t, 'tools/list', {}, { id: 'a' }), 'a');
	modernResult(await modern(s, t, 'server/discover', {}, { id: 'a' }), 'a');
	toolResult(await call(s, t, SEARCH, { query: 'x' }));
	modernResult(await modern(s, t, 'tools/list', {}, { id: 'a', headers: { 'Mcp-Session-Id': 'x', 'Last-Event-ID': '7', 'X-Other': 'y' } }), 'a', 'other headers');
});

need('V16', 'no claim under a modern header is 400 -32602 and names what is missing', async (s) => {
	const t = await tokenFor(s);
	for (const v of [MODERN, FUTURE, 'v999.0.0'])
		for (const method of ['server/discover', 'tools/list', 'tools/call', 'foo/bar', 'ping']) {
			const body = { jsonrpc: '2.0', id: 16, method, params: { name: SEARCH, arguments: { query: 'x' } } };
			const e = rpcError(await post(s, t, body, { ...version(v), 'Mcp-Method': method, 'Mcp-Name': SEARCH }), 400, -32602, 16, `${method} under ${v}`);
			match(e.message, /protocolVersion|_meta/, `${method}: the message names the key`);
		}
	const other = { jsonrpc: '2.0', id: 16, method: 'tools/list', params: { _meta: { progressToken: 1, [`${KEY}clientCapabilities`]: {} } } };
	match(rpcError(await post(s, t, other, HEADERS), 400, -32602, 16).message, /protocolVersion/, 'the message names the key');
});

need('V10', 'no claim under a legacy header or none is legacy, without any handshake before', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY]) {
		ok(Array.isArray(legacyResult(await legacy(s, t, v, 'tools/list')).tools), `tools under ${v}`);
		legacyResult(await legacy(s, t, v, 'tools/list', { _meta: { progressToken: 'p', [`${KEY}clientInfo`]: { name: 'x', version: '1' } } }), undefined, `other _meta under ${v}`);
		legacyResult(await legacy(s, t, v, 'tools/list', {}, { headers: { 'Mcp-Method': 'something/else', 'Mcp-Name': 'x' } }), undefined, `Mcp-Method under ${v}`);
	}
});

need('T57', 'a version header that is neither modern nor one of ours is 400 -32000', async (s) => {
	const t = await tokenFor(s);
	for (const v of ['1900-01-01', '1999-01-01', '2025-01-01', '2025-11-26', '2026-07-27', '0', '2025']) {
		for (const method of ['tools/list', 'ping', 'foo/bar']) {
			const e = rpcError(await legacy(s, t, v, method, undefined, { id: 57 }), 400, -32000, 57, `${method} under ${v}`);
			match(e.message, /version/i, 'the message');
		}
	}
	const old = await legacy(s, t, '2024-11-05', 'ping', undefined, { id: 57 });
	if (old.status === 200) legacyResult(old, 57, '2024-11-05');
	else rpcError(old, 400, -32000, 57, '2024-11-05');
});

need('T05', 'notifications are 202 with an empty body in both eras', async (s) => {
	const t = await tokenFor(s);
	const note = (m) => ({ jsonrpc: '2.0', method: 'notifications/initialized', ...(m ? { params: { _meta: m } } : {}) });
	accepted(await post(s, t, note(meta()), { ...version(MODERN), 'Mcp-Method': 'notifications/initialized' }), 'claim, header');
	accepted(await post(s, t, note(meta())), 'claim, no header');
	accepted(await post(s, t, note(), version(MODERN)), 'no claim, modern header');
	for (const v of [undefined, ...LEGACY]) accepted(await post(s, t, note(), version(v)), `no claim under ${v}`);
	for (const v of [undefined, '2025-11-25', MODERN])
		accepted(await post(s, t, { jsonrpc: '2.0', method: 'notifications/of_nobody', params: { a: 1 } }, version(v)), `unknown under ${v}`);
});

need('T09', 'a message without method, result or error is 400 -32600 under every header', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY, MODERN])
		for (const body of [{ jsonrpc: '2.0' }, { jsonrpc: '2.0', id: 1 }, { id: 1, method: 'ping' }, { jsonrpc: '2.0', id: 1, params: {} }, { a: 1 }, 'x', 5])
			rpcError(await post(s, t, JSON.stringify(body), version(v)), 400, -32600, ANY, `${JSON.stringify(body)} under ${v}`);
});

need('T11', 'an id that is null is refused in every era', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY, MODERN])
		rpcError(await post(s, t, { jsonrpc: '2.0', id: null, method: 'tools/list', params: v === MODERN ? { _meta: meta() } : {} }, v === MODERN ? HEADERS : version(v)), 400, -32600,
			undefined, `under ${v}`);
});

need('T10', 'an id keeps its type', async (s) => {
	const t = await tokenFor(s);
	for (const id of [1, '1', 0, '', -3]) {
		eq(message(await modern(s, t, 'tools/list', {}, { id })).id, id, 'modern id');
		eq(message(await legacy(s, t, '2025-06-18', 'ping', undefined, { id })).id, id, 'legacy id');
	}
});

need('T56', 'an unknown method is in-band for the older revisions, and so is server/discover without a claim', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY])
		for (const method of ['foo/bar', 'server/discover', 'subscriptions/listen', 'tasks/update', 'tools'])
			rpcError(await legacy(s, t, v, method, {}, { id: 56 }), 200, -32601, 56, `${method} under ${v}`);
});

need('T55', 'an unknown method is 404 for the stateless revision', async (s) => {
	const t = await tokenFor(s);
	for (const method of ['foo/bar', 'unknown/method', 'ping', 'initialize', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'tasks/list', 'tasks/result'])
		rpcError(await modern(s, t, method, {}, { id: 55 }), 404, -32601, 55, method);
});

/* ---- two faults at once: the earlier one is told ---- */

const twoFaults = (id, name, cases) => need(id, name, async (s) => {
	const t = await tokenFor(s);
	const read = await tokenFor(s, READ);
	await each(cases.map(([what, send, want]) => [what, send, want]), async (what, send, want) => {
		const r = await send(s, t, read);
		if (want.length === 1) status(r, want[0], what);
		else rpcError(r, want[0], want[1], ANY, what);
	});
});

const EVIL = { Origin: 'https://evil.example' };
const plain = { 'Content-Type': 'text/plain' };
const change = (m, h, o = {}) => (s, t) => modern(s, t, o.method ?? 'tools/list', o.params ?? {}, { meta: m, headers: h });

twoFaults('T01a', 'precedence: origin, then token, then method, media type and JSON', [
	['origin before token', (s) => post(s, null, '{', EVIL), [403]],
	['origin before media type', (s, t) => post(s, t, '{', { ...EVIL, ...plain }), [403]],
	['origin before method', (s, t) => raw(s, { method: 'PUT', path: '/mcp', headers: { ...bearer(t), ...EVIL } }), [403]],
	['token before media type', (s) => post(s, null, '{}', plain), [401]],
	['token before JSON', (s) => post(s, null, '{'), [401]],
	['token before version', (s) => post(s, null, PING, version('1900-01-01')), [401]],
	['bad token before JSON', (s) => post(s, 'mcpa_no', '{'), [401]],
	['method before media type', (s, t) => raw(s, { method: 'PUT', path: '/mcp', body: '{', headers: { ...bearer(t), ...plain } }), [405]],
	['media type before JSON', (s, t) => post(s, t, '{', plain), [415]],
	['media type before shape', (s, t) => post(s, t, [], plain), [415]],
]);

twoFaults('T09a', 'precedence: JSON, then shape, then era', [
	['JSON before headers', (s, t) => post(s, t, '{', { 'MCP-Protocol-Version': 'x', 'Mcp-Method': 'y' }), [400, -32700]],
	['JSON before an old version', (s, t) => post(s, t, '{', version('1900-01-01')), [400, -32700]],
	['list before version', (s, t) => post(s, t, [], version('1900-01-01')), [400, -32600]],
	['jsonrpc before _meta', (s, t) => post(s, t, { jsonrpc: '1.0', id: 1, method: 'tools/list', params: {} }, HEADERS), [400, -32600]],
	['jsonrpc before version', (s, t) => post(s, t, { jsonrpc: '1.0', id: 1, method: 'ping' }, version('1900-01-01')), [400, -32600]],
	['id before _meta', (s, t) => post(s, t, { jsonrpc: '2.0', id: null, method: 'tools/list', params: {} }, HEADERS), [400, -32600]],
	['id before headers', (s, t) => post(s, t, { jsonrpc: '2.0', id: 1.5, method: 'tools/list', params: { _meta: meta() } }, {}), [400, -32600]],
	['method type before _meta', (s, t) => post(s, t, { jsonrpc: '2.0', id: 1, method: 7, params: {} }, HEADERS), [400, -32600]],
	['no claim before a wrong Mcp-Method', (s, t) => post(s, t, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, { ...HEADERS, 'Mcp-Method': 'x' }), [400, -32602]],
]);

twoFaults('V04a', 'precedence: _meta, then disagreement, then version, then missing headers', [
	['_meta before disagreement', change({ clientCapabilities: undefined }, { 'MCP-Protocol-Version': FUTURE }), [400, -32602]],
	['_meta before Mcp-Method', change({ clientCapabilities: undefined }, { 'Mcp-Method': 'x' }), [400, -32602]],
	['_meta before version', change({ clientCapabilities: undefined, protocolVersion: FUTURE }, { 'MCP-Protocol-Version': FUTURE }), [400, -32602]],
	['_meta before missing headers', change({ clientCapabilities: 5 }, { 'MCP-Protocol-Version': null, 'Mcp-Method': null }), [400, -32602]],
	['disagreement before version', change({ protocolVersion: 'v999.0.0' }, {}), [400, -32020]],
	['Mcp-Method before version', change({ protocolVersion: FUTURE }, { 'MCP-Protocol-Version': FUTURE, 'Mcp-Method': 'x' }), [400, -32020]],
	['version before missing Mcp-Method', change({ protocolVersion: FUTURE }, { 'MCP-Protocol-Version': FUTURE, 'Mcp-Method': null }), [400, -32022]],
	['version before missing header', change({ protocolVersion: FUTURE }, { 'MCP-Protocol-Version': null }), [400, -32022]],
	['version before missing Mcp-Name', change({ protocolVersion: FUTURE }, { 'MCP-Protocol-Version': FUTURE, 'Mcp-Name': null },
		{ method: 'tools/call', params: { name: SEARCH, arguments: {} } }), [400, -32022]],
	['version before method', change({ protocolVersion: FUTURE }, { 'MCP-Protocol-Version': FUTURE }, { method: 'foo/bar' }), [400, -32022]],
]);

twoFaults('T55a', 'precedence: headers, then method, then scope, then params', [
	['missing Mcp-Method before unknown method', change({}, { 'Mcp-Method': null }, { method: 'foo/bar' }), [400, -32020]],
	['missing version before unknown method', change({}, { 'MCP-Protocol-Version': null }, { method: 'foo/bar' }), [400, -32020]],
	['unknown method before params', change({}, {}, { method: 'foo/bar', params: { cursor: 5, name: 5 } }), [404, -32601]],
	['Mcp-Name before unknown tool', change({}, { 'Mcp-Name': 'other' }, { method: 'tools/call', params: { name: 'no_such_tool' } }), [400, -32020]],
	['Mcp-Name before arguments', change({}, { 'Mcp-Name': null }, { method: 'tools/call', params: { name: SEARCH, arguments: 5 } }), [400, -32020]],
	['Mcp-Name before scope', (s, t, read) => call(s, read, CREATE, { title: 'a', content: 'b' }, { headers: { 'Mcp-Name': SEARCH } }), [400, -32020]],
	['scope before arguments', (s, t, read) => call(s, read, CREATE, { title: 5 }), [403]],
	['version before scope', (s, t, read) => legacy(s, read, '1900-01-01', 'tools/call', { name: CREATE, arguments: {} }), [400, -32000]],
	['old version before unknown method', (s, t) => legacy(s, t, '1900-01-01', 'foo/bar'), [400, -32000]],
]);

/* ---- which status ---- */

need('T64', 'the codes of the stateless revision never come from the closed or the old ranges', async (s) => {
	const t = await tokenFor(s);
	const answers = [modern(s, t, 'foo/bar'), modern(s, t, 'resources/read', { uri: 'note://none' }), modern(s, t, 'prompts/get', { name: 'none' }), call(s, t, 'none', {}),
		modern(s, t, 'tools/list', { cursor: 'none' }), modern(s, t, 'tools/list', {}, { meta: null }), modern(s, t, 'tools/list', {}, { headers: { 'Mcp-Method': null } }),
		modern(s, t, 'tools/list', {}, { meta: { protocolVersion: FUTURE }, headers: version(FUTURE) }), modern(s, t, 'completion/complete', {}),
		modern(s, t, 'subscriptions/listen', { notifications: [] }), modern(s, t, 'tasks/get', { taskId: 'x' }), modern(s, t, 'logging/setLevel', { level: 'x' })];
	for (const answer of answers) {
		const r = await answer;
		const code = message(r).error?.code;
		ok(code !== -32002 && code !== -32042 && !(code <= -32000 && code >= -32019), `code ${code}: ${r}`);
		if (code <= -32020 && code >= -32099) oneOf(code, [-32020, -32021, -32022], 'code');
	}
});

need('M17', 'the status of each outcome in both eras', async (s) => {
	const t = await tokenFor(s);
	const read = await tokenFor(s, READ);
	const cases = [
		['result', modern(s, t, 'tools/list'), 200], ['unknown tool', call(s, t, 'none', {}), 200], ['bad cursor', modern(s, t, 'tools/list', { cursor: 'x' }), 200],
		['bad arguments', call(s, t, SEARCH, {}), 200], ['unknown method', modern(s, t, 'foo/bar'), 404], ['scope', call(s, read, CREATE, {}), 403],
		['legacy result', legacy(s, t, '2025-11-25', 'tools/list'), 200], ['legacy unknown tool', legacy(s, t, '2025-11-25', 'tools/call', { name: 'none' }), 200],
		['legacy bad cursor', legacy(s, t, '2025-11-25', 'tools/list', { cursor: 'x' }), 200], ['legacy unknown method', legacy(s, t, '2025-11-25', 'foo/bar'), 200],
		['legacy scope', legacy(s, read, '2025-03-26', 'tools/call', { name: CREATE, arguments: {} }), 403],
	];
	await each(cases, async (what, answer, want) => { status(await answer, want, what); });
	rpcError(await call(s, t, 'none', {}, { id: 17 }), 200, -32602, 17, 'modern unknown tool');
	for (const v of LEGACY) rpcError(await legacy(s, t, v, 'tools/call', { name: 'none', arguments: {} }, { id: 17 }), 200, -32602, 17, `unknown tool under ${v}`);
});

/* ---- the handshake ---- */

need('V11', 'initialize gives back a revision that is served', async (s) => {
	const t = await tokenFor(s);
	for (const v of LEGACY) eq(legacyResult(await post(s, t, hello(v)), 0).protocolVersion, v, 'protocolVersion');
});

need('V12', 'initialize for any other revision gives the newest older one, never an error and never the stateless one', async (s) => {
	const t = await tokenFor(s);
	for (const v of ['2024-11-05', MODERN, FUTURE, 'nonsense', '', '1.0', '2025-06-18 ', 'x'.repeat(10000)])
		eq(legacyResult(await post(s, t, hello(v)), 0, v.slice(0, 20)).protocolVersion, '2025-11-25', `protocolVersion for ${v.slice(0, 20)}`);
});

need('V12a', 'initialize without a usable protocolVersion is -32602 in-band', async (s) => {
	const t = await tokenFor(s);
	const params = [{ capabilities: {}, clientInfo: { name: 'x', version: '1' } }, { ...initialize(), protocolVersion: 5 }, { ...initialize(), protocolVersion: null }, {}];
	await each(params.map((p) => [JSON.stringify(p), p]), async (what, p) => {
		rpcError(await post(s, t, { jsonrpc: '2.0', id: 0, method: 'initialize', params: p }), 200, -32602, 0, what);
	});
	rpcError(await post(s, t, { jsonrpc: '2.0', id: 0, method: 'initialize' }), 200, -32602, 0, 'no params');
});

need('V02', 'the result of initialize: capabilities of what is served, and who serves', async (s) => {
	const t = await tokenFor(s);
	const known = ['experimental', 'logging', 'completions', 'prompts', 'resources', 'tools'];
	for (const v of LEGACY) {
		const result = legacyResult(await post(s, t, hello(v)), 0);
		ok(result.capabilities.tools, `${v}: tools are declared`);
		for (const key of Object.keys(result.capabilities)) oneOf(key, known, `${v}: capability`);
		ok(typeof result.serverInfo.name === 'string' && typeof result.serverInfo.version === 'string', `${v}: serverInfo`);
		const members = { '2025-03-26': ['name', 'version'], '2025-06-18': ['name', 'version', 'title'] }[v] ?? ['name', 'version', 'title', 'description', 'websiteUrl', 'icons'];
		for (const key of Object.keys(result.serverInfo)) oneOf(key, members, `${v}: member of serverInfo`);
		for (const key of Object.keys(result)) oneOf(key, ['protocolVersion', 'capabilities', 'serverInfo', 'instructions', '_meta'], `${v}: member of the result`);
		if (result.instructions !== undefined) ok(typeof result.instructions === 'string', `${v}: instructions`);
		accepted(await post(s, t, { jsonrpc: '2.0', method: 'notifications/initialized' }, version(v)));
	}
});

need('M01', 'what is declared is served, and what is not declared is an unknown method', async (s) => {
	const t = await tokenFor(s);
	const methods = { prompts: ['prompts/list', 'prompts/get'], resources: ['resources/list', 'resources/templates/list', 'resources/read'], tools: ['tools/list'],
		completions: ['completion/complete'], logging: ['logging/setLevel'] };
	const init = legacyResult(await post(s, t, hello('2025-11-25')), 0).capabilities;
	const disc = modernResult(await modern(s, t, 'server/discover')).capabilities;
	for (const [cap, names] of Object.entries(methods))
		for (const method of names) {
			const params = { name: 'x', uri: 'note://x', level: 'info' };
			const l = message(await legacy(s, t, '2025-11-25', method, params));
			eq(l.error?.code === -32601, !init[cap], `legacy ${method} is unknown, with ${cap} ${init[cap] ? 'declared' : 'not declared'}`);
			if (method === 'logging/setLevel') continue;
			const r = await modern(s, t, method, params);
			eq(message(r).error?.code === -32601, !disc[cap], `modern ${method} is unknown, with ${cap} ${disc[cap] ? 'declared' : 'not declared'}`);
		}
});

/* ---- discovery ---- */

need('V01', 'server/discover: versions, capabilities, hints and who serves', async (s) => {
	const t = await tokenFor(s);
	const result = modernResult(await modern(s, t, 'server/discover', {}, { id: 'discover-1' }), 'discover-1');
	eq(result.supportedVersions, [MODERN], 'supportedVersions');
	ok(result.capabilities && typeof result.capabilities === 'object' && !Array.isArray(result.capabilities), 'capabilities');
	ok(result.capabilities.tools, 'tools are declared');
	for (const key of Object.keys(result.capabilities))
		oneOf(key, ['experimental', 'logging', 'completions', 'prompts', 'resources', 'tools', 'extensions'], 'capability');
	cachingHints(result);
	if (result.instructions !== undefined) ok(typeof result.instructions === 'string' && result.instructions.length > 0, 'instructions');
	for (const key of Object.keys(result))
		oneOf(key, ['resultType', 'supportedVersions', 'capabilities', 'instructions', 'ttlMs', 'cacheScope', '_meta'], 'member of the result');
	ok(!('serverInfo' in result), 'serverInfo is only in _meta');
	const info = result._meta[`${KEY}serverInfo`];
	for (const key of Object.keys(info)) oneOf(key, ['name', 'version', 'title', 'description', 'websiteUrl', 'icons'], 'member of serverInfo');
});

need('M69', 'tasks are not promised while nothing can deliver them, and change notices are, because listening is served', async (s) => {
	const t = await tokenFor(s);
	const caps = modernResult(await modern(s, t, 'server/discover')).capabilities;
	ok(!('tasks' in caps), 'capabilities.tasks is not there');
	eq(caps.tools.listChanged, true, 'capabilities.tools.listChanged');
	rpcError(await modern(s, t, 'subscriptions/listen', {}, { id: 'l' }), 200, -32602, 'l', 'subscriptions/listen is known');
	for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
		oneOf(message(await modern(s, t, method, { taskId: 'x' }, { headers: { 'Mcp-Name': 'x' } })).error?.code, [-32601, -32021], `${method}: code`);
});

need('M08', 'what may be shared between users is the same for all of them', async (s) => {
	const seen = {};
	for (const scope of [READ, WRITE, `${READ} ${WRITE}`]) {
		const t = await tokenFor(s, scope);
		for (const method of ['server/discover', 'tools/list']) (seen[method] ??= []).push(modernResult(await modern(s, t, method)));
	}
	for (const [method, list] of Object.entries(seen)) {
		eq(new Set(list.map((x) => x.cacheScope)).size, 1, `${method}: number of different cacheScope values`);
		if (list[0].cacheScope === 'public') for (const one of list) eq(one, list[0], `${method}: a public answer for another scope`);
	}
});

need('V03', 'every modern result has a resultType and names the server; only lists and discovery have hints', async (s) => {
	const t = await tokenFor(s);
	const info = new Set();
	for (const [method, params, hints] of [['server/discover', {}, true], ['tools/list', {}, true], ['tools/call', { name: SEARCH, arguments: { query: 'x' } }, false],
		['tools/call', { name: SEARCH, arguments: {} }, false]]) {
		const result = modernResult(await modern(s, t, method, params), undefined, method);
		info.add(JSON.stringify(result._meta[`${KEY}serverInfo`]));
		if (hints) cachingHints(result, method);
		else ok(!('ttlMs' in result) && !('cacheScope' in result), `${method}: no hints`);
	}
	eq(info.size, 1, 'number of different serverInfo');
});

need('V22', 'keys of _meta in answers follow the rules for names', async (s) => {
	const t = await tokenFor(s);
	const label = '[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?';
	const name = new RegExp(`^(${label}(\\.${label})*/)?([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$`);
	const walk = (v) => {
		if (!v || typeof v !== 'object') return;
		for (const [k, one] of Object.entries(v)) {
			if (k === '_meta') for (const key of Object.keys(one)) match(key, name, 'key of _meta');
			walk(one);
		}
	};
	for (const r of [await modern(s, t, 'server/discover'), await modern(s, t, 'tools/list'), await call(s, t, SEARCH, { query: 'x' })]) walk(r.json);
});

/* ---- unknown members ---- */

need('V21', 'unknown members are ignored everywhere', async (s) => {
	const t = await tokenFor(s);
	const junk = { junk: { deep: [1, 2] }, another: null };
	const params = { ...junk, _meta: { ...meta({ clientInfo: { name: 'x', version: '1', ...junk }, clientCapabilities: { ...junk, extensions: { 'com.example/x': {} }, sampling: {} } }), ...junk,
		'com.example/key': 1, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', progressToken: 'p' } };
	for (const method of ['server/discover', 'tools/list'])
		modernResult(await post(s, t, { jsonrpc: '2.0', id: 21, method, params, ...junk }, mirrored(method)), 21, method);
	const called = { name: SEARCH, arguments: { query: 'x' }, ...params, task: { ttl: 1 }, inputResponses: undefined };
	toolResult(await post(s, t, { jsonrpc: '2.0', id: 21, method: 'tools/call', params: called, ...junk }, mirrored('tools/call', called)));
	legacyResult(await post(s, t, { ...hello('2025-11-25', { ...junk, capabilities: { ...junk, roots: { listChanged: true } } }), ...junk }), 0, 'initialize');
	legacyResult(await post(s, t, { jsonrpc: '2.0', id: 21, method: 'tools/call', params: { name: SEARCH, arguments: { query: 'x' }, task: { ttl: 60000 }, ...junk } },
		version('2025-11-25')), 21, 'a call that asks for a task');
	accepted(await post(s, t, { jsonrpc: '2.0', method: 'notifications/initialized', params: junk, ...junk }, version('2025-11-25')));
});

need('V23', 'the same answer for every client', async (s) => {
	const t = await tokenFor(s);
	const seen = new Set();
	for (const clientInfo of [undefined, { name: 'claude-ai', version: '0.1.0' }, { name: 'Cursor', version: '9' }, { name: 'mcp-inspector', version: '1' }])
		for (const agent of ['node', 'python-httpx/0.27', 'Mozilla/5.0'])
			seen.add(JSON.stringify(modernResult(await modern(s, t, 'tools/list', {}, { meta: { clientInfo }, headers: { 'User-Agent': agent } }))));
	eq(seen.size, 1, 'number of different answers');
});

/* ---- the list of tools and the results, by revision ---- */

const toolsFor = async (s, t, v) => (v === MODERN ? modernResult(await modern(s, t, 'tools/list')) : legacyResult(await legacy(s, t, v, 'tools/list'))).tools;

need('M12', 'tools are well-formed: names, schemas, descriptions, hints', async (s) => {
	const tools = await toolsFor(s, await tokenFor(s), MODERN);
	eq(tools.map((x) => x.name), BUILT_IN, 'names');
	for (const tool of tools) {
		const what = tool.name;
		match(tool.name, /^[A-Za-z0-9_-]{1,64}$/, 'name');
		ok(typeof tool.title === 'string' && tool.title, `${what}: title`);
		ok(typeof tool.description === 'string' && tool.description.length > 20, `${what}: description`);
		for (const schema of [tool.inputSchema, tool.outputSchema]) {
			eq(schema?.type, 'object', `${what}: type of the schema`);
			lint(schema);
			lacks(JSON.stringify(schema), /"\$(ref|dynamicRef|schema)":"(?!#|https:\/\/json-schema\.org\/draft\/2020-12\/schema")/, `${what}: schema`);
		}
		eq(tool.inputSchema.additionalProperties, false, `${what}: additionalProperties of the arguments`);
		for (const [name, one] of Object.entries(tool.inputSchema.properties)) ok(typeof one.description === 'string' && one.description, `${what}: description of ${name}`);
		const hints = tool.annotations;
		for (const key of ['readOnlyHint', 'openWorldHint']) eq(typeof hints?.[key], 'boolean', `${what}: type of ${key}`);
		eq(hints.readOnlyHint, [SEARCH, 'list_documents', 'read_document'].includes(tool.name), `${what}: readOnlyHint`);
		if (!hints.readOnlyHint) for (const key of ['destructiveHint', 'idempotentHint']) eq(typeof hints[key], 'boolean', `${what}: type of ${key}`);
		for (const key of Object.keys(tool))
			oneOf(key, ['name', 'title', 'description', 'icons', 'inputSchema', 'outputSchema', 'annotations', '_meta'], `${what}: member of a tool`);
		for (const icon of tool.icons ?? []) match(icon.src, /^(https:|data:)/, `${what}: icon`);
	}
});

need('M12a', 'what the input schemas say of the arguments', async (s) => {
	const tools = Object.fromEntries((await toolsFor(s, await tokenFor(s), MODERN)).map((x) => [x.name, x.inputSchema]));
	const part = (schema, keys) => Object.fromEntries(keys.map((k) => [k, schema?.[k]]));
	eq(tools[SEARCH].required, ['query'], `${SEARCH}: required`);
	eq(Object.keys(tools[SEARCH].properties).sort(), ['limit', 'query'], `${SEARCH}: properties`);
	eq(part(tools[SEARCH].properties.query, ['type', 'minLength', 'maxLength']), { type: 'string', minLength: 1, maxLength: 1000 }, 'query');
	eq(part(tools[SEARCH].properties.limit, ['type', 'minimum', 'maximum', 'default']), { type: 'integer', minimum: 1, maximum: 20, default: 5 }, 'limit');
	eq([...tools[CREATE].required].sort(), ['content', 'title'], `${CREATE}: required`);
	eq(Object.keys(tools[CREATE].properties).sort(), ['content', 'tags', 'title'], `${CREATE}: properties`);
	eq(part(tools[CREATE].properties.title, ['type', 'minLength', 'maxLength']), { type: 'string', minLength: 1, maxLength: 200 }, 'title');
	eq(part(tools[CREATE].properties.content, ['type', 'minLength', 'maxLength']), { type: 'string', minLength: 1, maxLength: 1048576 }, 'content');
	eq([tools[CREATE].properties.tags.type, tools[CREATE].properties.tags.items?.type], ['array', 'string'], 'tags');
});

need('M16', 'every revision sees the same tools with the same input schema', async (s) => {
	const t = await tokenFor(s);
	const want = await toolsFor(s, t, MODERN);
	for (const v of [undefined, ...LEGACY]) {
		const tools = await toolsFor(s, t, v);
		eq(tools.map((x) => x.name), want.map((x) => x.name), `names under ${v}`);
		tools.forEach((tool, i) => {
			eq(tool.description, want[i].description, `${tool.name}: description under ${v}`);
			eq(tool.inputSchema, want[i].inputSchema, `${tool.name}: inputSchema under ${v}`);
		});
	}
});

need('M19a', 'each revision sees only the members of a tool that it has', async (s) => {
	const t = await tokenFor(s);
	const members = {
		'2025-03-26': ['name', 'description', 'inputSchema', 'annotations'],
		'2025-06-18': ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations', '_meta'],
		'2025-11-25': ['name', 'title', 'description', 'icons', 'inputSchema', 'outputSchema', 'annotations', 'execution', '_meta'],
	};
	for (const [v, known] of Object.entries(members))
		for (const tool of await toolsFor(s, t, v)) {
			for (const key of Object.keys(tool)) oneOf(key, known, `${tool.name}: member under ${v}`);
			ok(tool.annotations && typeof tool.annotations === 'object', `${tool.name}: annotations under ${v}`);
			if (v === '2025-03-26') continue;
			ok(tool.title, `${tool.name}: title under ${v}`);
			eq(tool.outputSchema?.type, 'object', `${tool.name}: outputSchema under ${v}`);
		}
});

need('M19', 'each revision gets the result in its own shape, and the text in all of them', async (s) => {
	const t = await tokenFor(s);
	const want = toolResult(await call(s, t, SEARCH, { query: 'shape of a result' }));
	const output = (await toolsFor(s, t, MODERN)).find((x) => x.name === SEARCH).outputSchema;
	for (const v of [undefined, ...LEGACY]) {
		const result = legacyResult(await legacy(s, t, v, 'tools/call', { name: SEARCH, arguments: { query: 'shape of a result' } }));
		eq(result.content[0].type, 'text', `type of the block under ${v}`);
		eq(JSON.parse(result.content[0].text), want, `text under ${v}`);
		const known = ['content', 'isError', ...(v && v !== '2025-03-26' ? ['structuredContent', '_meta'] : [])];
		for (const key of Object.keys(result)) oneOf(key, known, `member of the result under ${v}`);
		if (!v || v === '2025-03-26') continue;
		eq(result.structuredContent, want, `structuredContent under ${v}`);
		eq(check(result.structuredContent, output), [], `faults of structuredContent under ${v}`);
	}
});

need('V14b', 'a refusal of arguments is a result in every revision', async (s) => {
	const t = await tokenFor(s);
	for (const v of [undefined, ...LEGACY]) {
		const result = legacyResult(await legacy(s, t, v, 'tools/call', { name: SEARCH, arguments: { query: 5 } }));
		eq(result.isError, true, `isError under ${v}`);
		for (const key of Object.keys(result)) oneOf(key, ['content', 'isError'], `member of a refusal under ${v}`);
	}
});

/* ---- rows of other tables that belong to this place ---- */

row('JR-07', 'the probes of a stateless client against a server of both eras', async (s) => {
	const t = await tokenFor(s);
	const probe = (m, h, method = 'server/discover') => post(s, t, { jsonrpc: '2.0', id: 'p', method, params: m === undefined ? {} : { _meta: m } },
		withHeaders({ ...version(MODERN), 'Mcp-Method': method }, h));
	rpcError(await probe(undefined), 400, -32602, 'p', 'params {}');
	rpcError(await probe(meta({ protocolVersion: undefined })), 400, -32602, 'p', 'no protocolVersion');
	rpcError(await probe(meta({ clientCapabilities: undefined })), 400, -32602, 'p', 'no clientCapabilities');
	modernResult(await probe(meta({ clientInfo: undefined })), 'p', 'no clientInfo');
	const both = rpcError(await probe(meta({ protocolVersion: 'v999.0.0' }), version('v999.0.0')), 400, -32022, 'p', 'v999.0.0 in both places');
	const supported = modernResult(await probe(meta()), 'p').supportedVersions;
	for (const v of both.data.supported) ok(supported.includes(v), `${v} is in supportedVersions`);
	rpcError(await probe(meta({ protocolVersion: 'v999.0.0' })), 400, -32020, 'p', 'v999.0.0 in _meta only');
	for (const method of ['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'unknown/method'])
		rpcError(await probe(meta(), {}, method), 404, -32601, 'p', method);
	const call1 = await call(s, t, SEARCH, { query: 'x' }, { headers: { 'Mcp-Name': `  ${SEARCH}  ` } });
	toolResult(call1);
});

need('M03', 'lists do not depend on what was asked before', async (s) => {
	const t = await tokenFor(s);
	const list = async () => JSON.stringify(await toolsFor(s, t, MODERN));
	const first = await list();
	await post(s, t, hello('2025-03-26'));
	await legacy(s, t, '2025-03-26', 'tools/list');
	eq(await list(), first, 'list after a handshake');
});
