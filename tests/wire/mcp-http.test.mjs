// SPDX-License-Identifier: ISC
//
// The HTTP side of /mcp: methods, media types, origins and hosts, the mirrored headers of the stateless revision,
// the size of a body, and what a browser asks before it posts.

import { eq, each, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { CUT, NGINX, REAL, WITH_WORKERS } from '../lib/fronts.mjs';
import { raw } from '../lib/http.mjs';
import { ANY, CREATE, MODERN, READ, SEARCH, bearer, call, encodeName, initialize, legacy, legacyResult, message, meta, mirrored, modern,
	modernResult, post, rpcError, toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { row } from '../lib/rows.mjs';

const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: { _meta: meta() } };
const HEADERS = mirrored('tools/list');
const EVIL = 'https://evil.example';

/** The tools/list request with other headers. */
const list = (s, token, headers = {}, more = {}) => post(s, token, LIST, { ...HEADERS, ...headers }, more);

/** The mirrored header `name` replaced by `value` (undefined: left out), whatever its spelling was. */
function replaced(headers, name, value, spelling = name) {
	const out = {};
	for (const [n, v] of Object.entries(headers)) if (n.toLowerCase() !== name.toLowerCase()) out[n] = v;
	if (value !== undefined) out[spelling] = value;
	return out;
}

const listWith = (s, token, headers) => raw(s, { method: 'POST', path: '/mcp', content: true, body: JSON.stringify(LIST),
	headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...bearer(token), ...headers } });

/** nginx makes two variables of one name of a field that comes twice, and that is refused before anything is looked at. */
const handsOverTwice = (s) => NGINX.includes(s.front);

function mismatch(r, what) {
	rpcError(r, 400, -32020, 7, what);
}

row('HD-01', 'other methods than POST and OPTIONS under 2026-07-28: 405 with Allow, a JSON-RPC body and no session', async (s) => {
	const t = await tokenFor(s);
	await each(['GET', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'BREW', 'post', 'TRACE'], async (method) => {
		// What GET and DELETE mean to clients of older versions is another matter.
		for (const headers of [{ 'MCP-Protocol-Version': MODERN }, { Accept: 'text/event-stream', 'MCP-Protocol-Version': MODERN, 'Mcp-Session-Id': 'x' }]) {
			const r = await raw(s, { method, path: '/mcp', headers: { ...bearer(t), ...headers }, allow: [501] });
			// A web server may refuse a method that it does not know before any program sees it.
			if (s.front !== 'inproc' && ['BREW', 'post', 'TRACE'].includes(method) && (r.byServer || [400, 405, 501].includes(r.status))) return;
			status(r, 405, method);
			for (const one of ['OPTIONS', 'POST']) ok((r.headers.allow ?? '').split(/\s*,\s*/).includes(one), `${method}: Allow has ${one} (${r.headers.allow})`);
			ok(r.headers['mcp-session-id'] === undefined, `${method}: no session id`);
			if (method !== 'HEAD') ok(message(r, method).error, `${method}: a JSON-RPC error`);
		}
	});
});

row('HD-01', 'without a token these methods are refused as well, always in the same way', async (s) => {
	await each(['GET', 'DELETE', 'PUT', 'HEAD'], async (method) => {
		const one = await raw(s, { method, path: '/mcp' });
		status(one, ['GET', 'HEAD'].includes(method) ? 401 : [401, 405], method);
		if (one.status === 401) match(one.headers['www-authenticate'], /^Bearer .*resource_metadata=/, `${method}: challenge`);
		eq((await raw(s, { method, path: '/mcp', headers: { Accept: 'text/event-stream' } })).status, one.status, `${method}: status the second time`);
	});
});

row('HD-02', 'JSON with or without parameters is taken', async (s) => {
	const t = await tokenFor(s);
	await each(['application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON', 'application/json ; charset="utf-8"'],
		async (type) => { modernResult(await list(s, t, { 'Content-Type': type }), 7); });
});

row('HD-02', 'any other media type is 415, in both eras', async (s) => {
	const t = await tokenFor(s);
	const types = ['text/plain', 'text/plain;charset=UTF-8', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', null, '',
		'application/json5', 'application/jsonx', 'application/json-rpc', 'application/xml', 'text/json', 'application/jso', 'json', 'text/plain; application/json',
		'application/json, text/plain', '*/*'];
	await each(types.map((x) => [x === null ? 'none' : x, x]), async (name, type) => {
		const r = await list(s, t, { 'Content-Type': type });
		status(r, 415, `modern, ${name}`);
		ok(message(r).error, `${name}: a JSON-RPC error`);
		status(await legacy(s, t, '2025-11-25', 'ping', undefined, { headers: { 'Content-Type': type } }), 415, `legacy, ${name}`);
	});
});

row('HD-02', 'a page of another site cannot make a call with a simple request', async (s) => {
	const t = await tokenFor(s);
	const word = `crosssite${Date.now()}`;
	const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: CREATE, arguments: { title: word, content: word } } };
	status(await post(s, t, body, { 'Content-Type': 'text/plain', Origin: EVIL }), 403, 'foreign origin');
	status(await post(s, t, body, { 'Content-Type': 'text/plain' }), 415, 'text/plain');
	eq(toolResult(await call(s, t, SEARCH, { query: word })).results, [], 'documents written');
});

row('HD-03', 'a foreign Origin is 403, with and without a token, in every era', async (s) => {
	const t = await tokenFor(s);
	const { host, port } = new URL(s.issuer);
	const origins = [EVIL, 'null', `https://${host}`, `http://${host}.evil.example`, `http://127.0.0.1`, `http://127.0.0.1:${Number(port) + 1}`, 'http://localhost:1',
		`http://evil.example:${port}`, `${s.issuer}/`, `${s.issuer}/mcp`, `${s.issuer}.`, `${s.issuer}@evil.example`, `${s.issuer},${EVIL}`, `${EVIL} ${s.issuer}`,
		'file://', 'chrome-extension://abcdef', 'undefined', s.issuer.replace('127.0.0.1', '127.1')];
	await each(origins, async (origin) => {
		for (const token of [t, null]) {
			for (const r of [await list(s, token, { Origin: origin }),
				await post(s, token, { jsonrpc: '2.0', id: 7, method: 'initialize', params: initialize() }, { Origin: origin })]) {
				status(r, 403, `${origin} (${token ? 'token' : 'no token'})`);
				const doc = message(r);
				ok(doc.error, 'a JSON-RPC error');
				ok(doc.id === undefined || doc.id === null, 'no id: the body was not read');
				ok(r.headers['access-control-allow-origin'] === undefined, 'no Access-Control-Allow-Origin');
				ok(r.headers['www-authenticate'] === undefined, 'no challenge: the token was not looked at');
			}
		}
	});
});

row('HD-03', 'two Origin headers are 403, also when one of them is ours', async (s) => {
	const t = await tokenFor(s);
	await each([[EVIL, s.issuer], [s.issuer, EVIL], [s.issuer, s.issuer]].map((x) => [x.join(' + '), x]), async (name, origin) => {
		const r = await list(s, t, { Origin: origin });
		if (r.byServer) return;
		status(r, handsOverTwice(s) ? 400 : 403, name);
	});
});

row('HD-03', 'a foreign Origin is refused for every method', async (s) => {
	const t = await tokenFor(s);
	await each(['GET', 'DELETE', 'OPTIONS', 'PUT'], async (method) => {
		const r = await raw(s, { method, path: '/mcp', headers: { ...bearer(t), Origin: EVIL, 'Access-Control-Request-Method': 'POST' } });
		oneOf(r.status, method === 'OPTIONS' ? [204, 403] : [403, 405], `${method}: status`);
		ok(r.headers['access-control-allow-origin'] === undefined, `${method}: no Access-Control-Allow-Origin`);
	});
});

row('HD-04', 'no Origin, our own and a configured one are served, and only a listed one is reflected', async (s) => {
	const t = await tokenFor(s);
	const plain = await list(s, t);
	modernResult(plain, 7, 'no Origin');
	ok(plain.headers['access-control-allow-origin'] === undefined, 'no CORS without an Origin');
	await each([s.issuer, 'https://inspector.example', 'http://localhost:6274'], async (origin) => {
		for (const r of [await list(s, t, { Origin: origin }), await legacy(s, t, '2025-06-18', 'ping', undefined, { headers: { Origin: origin } })]) {
			status(r, 200, origin);
			eq(r.headers['access-control-allow-origin'], origin, 'Access-Control-Allow-Origin');
			match(r.headers.vary ?? '', /(^|,\s*)Origin(\s*,|$)/i, 'Vary');
			match(r.headers['access-control-expose-headers'] ?? '', /(^|,\s*)WWW-Authenticate(\s*,|$)/i, 'Access-Control-Expose-Headers');
			ok(r.headers['access-control-allow-credentials'] === undefined, 'no credentials');
		}
		const no = await list(s, null, { Origin: origin });
		status(no, 401, `${origin} without a token`);
		eq(no.headers['access-control-allow-origin'], origin, 'Access-Control-Allow-Origin of the 401');
	});
	await each(['https://inspector.example:444', 'http://inspector.example', 'https://inspector.example.evil.example', 'https://evil-inspector.example', EVIL],
		async (origin) => { status(await list(s, t, { Origin: origin }), 403, origin); });
}, { settings: { allowed_origins: 'https://inspector.example http://localhost:6274' } });

row('HD-05', 'a Host that is no loopback name is refused by every program of a loopback server', async (s) => {
	const t = await tokenFor(s);
	const port = new URL(s.issuer).port;
	const hosts = ['evil.example', `evil.example:${port}`, `localhost.evil.example:${port}`, `127.0.0.1.evil.example:${port}`, '10.0.0.1', `169.254.169.254:${port}`];
	await each(hosts, async (host) => {
		for (const origin of [undefined, `http://${host}`, s.issuer]) {
			const r = await list(s, t, origin ? { Origin: origin } : {}, { host });
			if (!r.byServer) status(r, [403, 421], `/mcp, ${host}, Origin ${origin}`);
			ok(r.status >= 400 && r.status < 500, `/mcp, ${host}: refused`);
		}
		for (const [method, path] of [['GET', '/.well-known/oauth-authorization-server'], ['GET', '/authorize'], ['POST', '/token'], ['POST', '/register'], ['POST', '/revoke']]) {
			const r = await raw(s, { method, path, host, ...(method === 'POST' ? { body: '{}', headers: { 'Content-Type': 'application/json' } } : {}) });
			if (!r.byServer) status(r, [403, 421], `${path}, ${host}`);
		}
	});
	await each([`127.0.0.1:${port}`, `localhost:${port}`, '127.0.0.1', 'localhost', `LocalHost:${port}`, `[::1]:${port}`], async (host) => {
		modernResult(await list(s, t, {}, { host }), 7, host);
	});
});

row('HD-06', 'the version header: missing, unequal to _meta, unknown', async (s) => {
	const t = await tokenFor(s);
	mismatch(await listWith(s, t, replaced(HEADERS, 'MCP-Protocol-Version')), 'missing');
	await each(['2025-11-25', '2025-03-26', '1900-01-01', '2026-07-29', 'v999.0.0', '2026-07-28x', '2026-7-28', '2026-07-28, 2026-07-28', ''],
		async (v) => { mismatch(await listWith(s, t, replaced(HEADERS, 'MCP-Protocol-Version', v)), `header ${v}`); });
	await each(['v999.0.0', '2099-01-01', '2026-07-29', '1900-01-01', '2025-11-25', '2024-11-05'], async (v) => {
		const r = await modern(s, t, 'tools/list', {}, { id: 'v', meta: { protocolVersion: v }, headers: { 'MCP-Protocol-Version': v } });
		const e = rpcError(r, 400, -32022, 'v', v);
		eq(e.data?.supported, [MODERN], `${v}: data.supported`);
		eq(e.data?.requested, v, `${v}: data.requested`);
		mismatch(await post(s, t, { ...LIST, params: { _meta: meta({ protocolVersion: v }) } }, HEADERS), `_meta ${v} under the header ${MODERN}`);
	});
});

row('HD-07', 'Mcp-Method: missing, another method, another case', async (s) => {
	const t = await tokenFor(s);
	await each([undefined, '', 'prompts/list', 'TOOLS/LIST', 'Tools/list', 'tools/lis', 'tools/list/', 'tools/listx', 'tools%2Flist', '"tools/list"'],
		async (v) => { mismatch(await listWith(s, t, replaced(HEADERS, 'Mcp-Method', v)), `Mcp-Method ${v}`); });
});

row('HD-08', 'header names in any case, and blanks around a value', async (s) => {
	const t = await tokenFor(s);
	const cases = [
		['mcp-method', replaced(HEADERS, 'Mcp-Method', 'tools/list', 'mcp-method')],
		['MCP-METHOD', replaced(HEADERS, 'Mcp-Method', 'tools/list', 'MCP-METHOD')],
		['mcp-protocol-version', replaced(HEADERS, 'MCP-Protocol-Version', MODERN, 'mcp-protocol-version')],
		['MCP-PROTOCOL-VERSION', replaced(HEADERS, 'MCP-Protocol-Version', MODERN, 'MCP-PROTOCOL-VERSION')],
		['blanks', replaced(HEADERS, 'Mcp-Method', '   tools/list  ')],
		['tabs', replaced(HEADERS, 'Mcp-Method', '\ttools/list\t')],
		['blanks around the version', replaced(HEADERS, 'MCP-Protocol-Version', `  ${MODERN} `)],
	];
	await each(cases, async (name, headers) => { modernResult(await listWith(s, t, headers), 7, name); });
	for (const name of ['Mcp-Name', 'mcp-name', 'MCP-NAME'])
		toolResult(await call(s, t, SEARCH, { query: 'x' }, { headers: { [name]: `   ${SEARCH}  ` } }), name);
});

row('HD-09', 'Mcp-Name: missing or another one on the three methods that have it', async (s) => {
	const t = await tokenFor(s);
	const cases = [['tools/call', { name: SEARCH, arguments: { query: 'x' } }], ['tools/call', { name: 'no_such_tool' }],
		['prompts/get', { name: 'p' }], ['resources/read', { uri: 'note://1' }]];
	await each(cases.map((c) => [JSON.stringify(c), ...c]), async (what, method, params) => {
		for (const value of [null, '', 'wrong_tool_name', (params.name ?? params.uri).toUpperCase(), (params.name ?? params.uri) + 'x']) {
			const r = await modern(s, t, method, params, { id: 'n', headers: { 'Mcp-Name': value } });
			// A method that the server does not have may be refused as such before its name is looked at.
			if (method !== 'tools/call' && r.status === 404) rpcError(r, 404, -32601, 'n', `${what}, ${value}`);
			else rpcError(r, 400, -32020, 'n', `${what}, ${value}`);
		}
	});
});

row('HD-10', 'a base64 name is decoded before it is compared', async (s) => {
	const t = await tokenFor(s);
	const run = (header, name = SEARCH) => call(s, t, name, { query: 'x' }, { id: 'b', headers: { 'Mcp-Name': header } });
	toolResult(await run(encodeName(SEARCH)), 'the encoded name');
	toolResult(await run(`  ${encodeName(SEARCH)} `), 'the encoded name with blanks');
	const b64 = Buffer.from(SEARCH).toString('base64');
	await each([
		['bad alphabet', '=?base64?!!!?='], ['url alphabet', '=?base64?__--?='], ['blank inside', `=?base64?${b64.slice(0, 4)} ${b64.slice(4)}?=`],
		['invalid UTF-8', '=?base64?//79?='], ['one character short', `=?base64?${b64.slice(0, -1)}?=`], ['padding that is too much', `=?base64?${b64}=?=`],
		['upper case marker', `=?BASE64?${b64}?=`], ['mixed case marker', `=?Base64?${b64}?=`], ['no end', `=?base64?${b64}`], ['no start', `${b64}?=`],
		['nested', encodeName(encodeName(SEARCH))], ['empty', '=?base64??='], ['another name', encodeName('wrong')], ['too short', '=?base64?='],
		['raw bytes', 'search_knowledge_b\u00e4se'],
	], async (name, header) => {
		const r = await run(header);
		if (!r.byServer) rpcError(r, 400, -32020, 'b', name);
	});
	rpcError(await run('=?base64?YWJjZA==?=', 'abcd'), 200, -32602, 'b', 'padding as it should be');
	await each(['YWJjZA', 'YWJjZA=', 'YWJjZA===', 'YWJjZB==', '=YWJjZA=', 'YWJj=ZA='], async (text) => {
		rpcError(await run(`=?base64?${text}?=`, 'abcd'), 400, -32020, 'b', text);
	});
	// Names that need the encoding: the header is right, so the tool is what is missing.
	await each(['h\u00e9llo, \u4e16\u754c', ' padded ', 'line1\nline2', '=?base64?literal?='], async (name) => {
		rpcError(await run(encodeName(name), name), 200, -32602, 'b', `tool ${JSON.stringify(name)}`);
	});
	rpcError(await run('=?BASE64?literal?=', '=?BASE64?literal?='), 200, -32602, 'b', 'a name that looks like a misspelt marker');
});

row('HD-12', 'a mirrored header that is sent twice is refused', async (s) => {
	const t = await tokenFor(s);
	const cases = [['Mcp-Method', ['tools/list', 'tools/list']], ['Mcp-Method', ['tools/list', 'tools/call']], ['MCP-Protocol-Version', [MODERN, MODERN]],
		['MCP-Protocol-Version', [MODERN, '2025-11-25']]];
	await each(cases.map(([n, v]) => [`${n}: ${v}`, n, v]), async (what, name, values) => {
		const r = await listWith(s, t, replaced(HEADERS, name, values));
		if (handsOverTwice(s)) status(r, 400, what);
		else if (!r.byServer) mismatch(r, what);
	});
	const r = await call(s, t, SEARCH, { query: 'x' }, { id: 7, headers: { 'Mcp-Name': [SEARCH, SEARCH] } });
	if (handsOverTwice(s)) status(r, 400, 'Mcp-Name twice');
	else if (!r.byServer) mismatch(r, 'Mcp-Name twice');
});

row('HD-12', 'a name with an underscore does not pass for the one with a hyphen', async (s) => {
	const t = await tokenFor(s);
	const wrong = await listWith(s, t, { ...HEADERS, Mcp_Method: 'tools/call' });
	ok(wrong.status === 200 || wrong.status === 400, `another value under Mcp_Method: ${wrong}`);
	const only = await listWith(s, t, { ...replaced(HEADERS, 'Mcp-Method'), Mcp_Method: 'tools/list' });
	// A web server may hand over both spellings under one name; what may not be is a server error or another method.
	ok(only.status === 200 || only.status === 400, `only Mcp_Method: ${only}`);
});

row('HD-14', 'the Accept header does not keep anyone out, and the answer is JSON', async (s) => {
	const t = await tokenFor(s);
	await each([undefined, '*/*', 'application/json', 'text/event-stream', 'application/json, text/event-stream', 'application/*', 'application/json;q=0.5', ''],
		async (accept) => {
			const a = accept === undefined ? null : accept;
			modernResult(await list(s, t, { Accept: a }), 7, `modern, Accept ${accept}`);
			legacyResult(await legacy(s, t, '2025-11-25', 'tools/list', undefined, { headers: { Accept: a } }), undefined, `legacy, Accept ${accept}`);
		});
	const html = await list(s, t, { Accept: 'text/html' });
	status(html, 200, 'Accept: text/html');
	eq((await list(s, t, { Accept: 'text/html' })).status, html.status, 'status the second time');
	ok(message(html), 'JSON');
});

row('HD-15', 'session and stream headers are ignored under 2026-07-28, never echoed or minted', async (s) => {
	const t = await tokenFor(s);
	const extra = { 'Mcp-Session-Id': 'x', 'Last-Event-ID': '5' };
	const r = await list(s, t, extra);
	modernResult(r, 7, 'modern');
	lacks(JSON.stringify(r.list), /mcp-session-id/i, 'the headers');
	const answers = [['a tool', await call(s, t, SEARCH, { query: 'x' }, { headers: extra })], ['discover', await modern(s, t, 'server/discover', {}, { headers: extra })],
		['an error', await modern(s, t, 'foo/bar', {}, { headers: extra })], ['a notification', await post(s, t, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1,
			_meta: meta() } }, { ...extra, 'MCP-Protocol-Version': MODERN })]];
	for (const [what, x] of answers) {
		oneOf(x.status, what === 'an error' ? [404] : [200, 202], `${what}: status`);
		lacks(JSON.stringify(x.list), /mcp-session-id|last-event-id/i, `${what}: the headers`);
	}
	for (const id of ['', 'a,b', '../../etc/passwd', 'x'.repeat(1000)]) modernResult(await list(s, t, { 'Mcp-Session-Id': id, 'Last-Event-ID': id }), 7, `Mcp-Session-Id ${id.slice(0, 10)}`);
});

/** A modern tools/list whose body has exactly this many bytes. */
function sized(bytes) {
	const doc = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: { _meta: meta(), junk: '' } };
	doc.params.junk = 'j'.repeat(bytes - Buffer.byteLength(JSON.stringify(doc)));
	return JSON.stringify(doc);
}

row('HD-16', 'a body of the largest size is served, one byte more is 413', async (s) => {
	const t = await tokenFor(s);
	const max = 4194304;
	modernResult(await post(s, t, sized(max), HEADERS), 7, 'the largest body');
	const over = await post(s, t, sized(max + 1), HEADERS, { early: true });
	status(over, 413, 'one byte more');
	if (!over.byServer) ok(message(over).error, 'a JSON-RPC error');
	const far = await post(s, t, Buffer.alloc(max * 2, 0x20), HEADERS, { early: true });
	status(far, 413, 'twice the size');
});

row('HD-16', 'the limit is the one of the settings', async (s) => {
	const t = await tokenFor(s);
	modernResult(await post(s, t, sized(2000), HEADERS), 7, '2000 bytes');
	const over = await post(s, t, sized(2001), HEADERS, { early: true });
	status(over, 413, '2001 bytes');
	if (!over.byServer) rpcError(over, 413, over.json.error?.code, undefined, '2001 bytes');
	status(await post(s, t, '{'.repeat(2001), HEADERS, { early: true }), 413, '2001 bytes that are not JSON');
}, { settings: { max_body: 2000 } });

row('HD-16', 'a body that comes in chunks has the same limit', async (s) => {
	const t = await tokenFor(s);
	modernResult(await post(s, t, sized(1500), HEADERS, { chunked: true }), 7, '1500 bytes');
	status(await post(s, t, sized(2001), HEADERS, { chunked: true, early: true }), 413, '2001 bytes');
}, { settings: { max_body: 2000 }, fronts: REAL });

// What a program needs can only be seen where it is a process by itself and without sanitizers.
row('HD-16', 'the memory of the program stays small, whatever is announced and sent', async (s) => {
	const t = await tokenFor(s);
	const peak = () => Math.max(...s.processes().filter((p) => p.exe === 'mcp').map((p) => p.peak)) / 1048576;
	modernResult(await post(s, t, sized(4194304), HEADERS), 7, 'the largest body');
	for (const more of [{ early: true }, { early: true, chunked: true }])
		for (const size of [4194305, 5 << 20, 24 << 20]) {
			const r = await post(s, t, Buffer.alloc(size, 0x20), HEADERS, { ...more, silent: true });
			if (r) status(r, 413, `${size} bytes`);
		}
	for (const length of ['4194305', '99999999', '999999999999999999999'])
		await list(s, t, { 'Content-Length': length }, { early: true, silent: true, finish: 'half', timeout: 20000 });
	ok(peak() > 1 && peak() < 64, `at most ${peak() | 0} MiB`);
}, { own: true, fronts: WITH_WORKERS });

row('HD-16', 'a length that is none is refused and nothing is run', async (s) => {
	const t = await tokenFor(s);
	const lengths = ['999999999999999999999', '99999999999', '-1', '1e3', '+5', '5x', 'abc', '0x10', '1 1', '18446744073709551616', '4294967296'];
	await each(lengths, async (length) => {
		const r = await list(s, t, { 'Content-Length': length }, { early: true, silent: true, finish: 'half', timeout: 20000 });
		if (r) status(r, [400, 411, 413, 408], `Content-Length: ${length}`);
	});
	modernResult(await list(s, t), 7, 'the next request');
});

row('HD-16', 'a body that is shorter than its length is refused', async (s) => {
	const t = await tokenFor(s);
	const body = JSON.stringify(LIST);
	const r = await list(s, t, {}, { length: body.length + 10, silent: true, finish: 'half', timeout: 30000, allow: CUT(s.front) });
	if (r && !r.byServer) status(r, [400, 408], 'a short body');
	modernResult(await list(s, t), 7, 'the next request');
});

row('HD-18', 'a preflight with the MCP headers is 204, without a token, for a listed origin only', async (s) => {
	const asked = 'authorization, content-type, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, last-event-id, accept';
	const preflight = (origin) => raw(s, { method: 'OPTIONS', path: '/mcp', headers: { Origin: origin, 'Access-Control-Request-Method': 'POST',
		'Access-Control-Request-Headers': asked } });
	for (const origin of [s.issuer, 'https://inspector.example']) {
		const r = await preflight(origin);
		status(r, 204, origin);
		eq(r.headers['access-control-allow-origin'], origin, 'Access-Control-Allow-Origin');
		match(r.headers.vary ?? '', /(^|,\s*)Origin(\s*,|$)/i, 'Vary');
		const methods = (r.headers['access-control-allow-methods'] ?? '').split(/\s*,\s*/);
		ok(methods.includes('POST'), `Access-Control-Allow-Methods has POST (${methods})`);
		const names = (r.headers['access-control-allow-headers'] ?? '').toLowerCase().split(/\s*,\s*/);
		for (const one of asked.split(', ')) ok(names.includes(one), `Access-Control-Allow-Headers has ${one} (${names})`);
		match(r.headers['access-control-max-age'] ?? '', /^\d+$/, 'Access-Control-Max-Age');
		ok(r.headers['access-control-allow-credentials'] === undefined, 'no credentials');
	}
	for (const origin of [EVIL, 'null']) {
		const r = await preflight(origin);
		status(r, [204, 403], origin);
		ok(r.headers['access-control-allow-origin'] === undefined, `${origin}: no Access-Control-Allow-Origin`);
	}
	const bare = await raw(s, { method: 'OPTIONS', path: '/mcp' });
	status(bare, [200, 204], 'OPTIONS without an Origin');
	ok(bare.headers['access-control-allow-origin'] === undefined, 'no Access-Control-Allow-Origin without an Origin');
}, { settings: { allowed_origins: 'https://inspector.example http://localhost:6274' } });

row('EN-04', 'a Proxy header changes nothing', async (s) => {
	modernResult(await list(s, await tokenFor(s), { Proxy: 'http://127.0.0.1:1' }), 7);
});

row('EN-05', 'only /mcp itself is the endpoint', async (s) => {
	const t = await tokenFor(s);
	await each(['/mcp/extra', '/mcp/', '/mcp/mcp', '/mcp/%00', '/mcp/%2e%2e/token', '/mcp/..%2f..', '/mcpx', '/mcp.cgi', '/MCP', '/mcp%2f', '/mcp;a=b'], async (path) => {
		const r = await list(s, t, {}, { path });
		// A path that leads out of /mcp altogether is the business of the web server.
		if (r.byServer) return ok(r.status >= 400 && r.status < 500, `${path}: refused, got ${r}`);
		status(r, path.includes('/%2e%2e/token') ? [400, 404] : 404, path);
	});
	modernResult(await list(s, t, {}, { path: '/mcp?a=b' }), 7, 'a query changes nothing');
	modernResult(await list(s, t, {}, { path: '/mcp?--version+-x' }), 7, 'a query that would be arguments');
});

row('EN-03', 'a long query and odd bytes in it do no harm', async (s) => {
	const t = await tokenFor(s);
	const long = await list(s, t, {}, { path: `/mcp?${'a'.repeat(60000)}` });
	if (!long.byServer) status(long, [200, 400, 414], 'a query of 60000 bytes');
	await each(['/mcp?%00%01%ff', '/mcp?a=%0d%0aSet-Cookie:x=y', '/mcp?&&&===;;;', '/mcp?%'], async (path) => {
		const r = await list(s, t, {}, { path });
		status(r, [200, 400], path);
		ok(r.headers['set-cookie'] === undefined, 'no header out of the query');
	});
});

row('EN-15', 'nothing of a request becomes a header of the answer', async (s) => {
	const t = await tokenFor(s);
	const bad = 'x\r\nX-Injected: 1';
	const bodies = [{ jsonrpc: '2.0', id: bad, method: 'tools/list', params: { _meta: meta() } }, { jsonrpc: '2.0', id: 1, method: bad, params: { _meta: meta() } },
		{ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: bad, _meta: meta() } },
		{ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta({ protocolVersion: bad }) } }];
	await each(bodies.map((b) => [JSON.stringify(b), b]), async (what, body) => {
		const r = await post(s, t, body, { ...HEADERS });
		ok(r.headers['x-injected'] === undefined, 'an injected header');
		message(r);
	});
});

need('T02', 'a good request is answered by JSON with its length', async (s) => {
	const r = await list(s, await tokenFor(s, READ));
	modernResult(r, 7);
	match(r.headers['content-type'], /^application\/json$/i, 'Content-Type');
	if (s.front === 'inproc' || r.headers['transfer-encoding'] === undefined)
		eq(Number(r.headers['content-length']), r.body.length, 'Content-Length');
	match(r.headers['cache-control'] ?? '', /no-store|private|no-cache/, 'Cache-Control');
	ok(message(r).result, 'a result');
	rpcError(await post(s, await tokenFor(s, READ), '{', HEADERS), 400, -32700, ANY, 'bad JSON');
});

need('T62', 'every refusal of /mcp is JSON', async (s) => {
	const t = await tokenFor(s, READ);
	const answers = [['401', list(s, null)], ['403', list(s, t, { Origin: EVIL })], ['405', raw(s, { path: '/mcp', headers: bearer(t) })],
		['415', list(s, t, { 'Content-Type': 'text/plain' })], ['400', post(s, t, '{')], ['404', modern(s, t, 'foo/bar')],
		['403 scope', call(s, t, CREATE, { title: 'a', content: 'b' })]];
	await each(answers, async (name, answer) => {
		const r = await answer;
		eq(r.status, Number(name.slice(0, 3)), 'status');
		ok(message(r).error, 'a JSON-RPC error');
	});
});
