// SPDX-License-Identifier: ISC
//
// JSON and JSON-RPC at /mcp: what is no message, what is a message with a fault in it, ids that come back as they
// were sent, text that must not be cut or run together, and calls of two people side by side.

import fs from 'node:fs';
import { eq, each, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { WITH_WORKERS, isCgi } from '../lib/fronts.mjs';
import { sleep } from '../lib/harness.mjs';
import { ANY, CREATE, LEGACY, MODERN, READ, SEARCH, WRITE, accepted, cachingHints, call, initialize, legacy, legacyResult, message, meta, mirrored, modern,
	modernResult, post, rpcError, toolRefusal, toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const HEADERS = mirrored('tools/list');
const M = `"_meta":${JSON.stringify(meta())}`;
const ERAS = [['no version', {}], ...LEGACY.map((v) => [v, { 'MCP-Protocol-Version': v }]), [MODERN, HEADERS]];
const NOT_BATCH = ERAS.filter(([name]) => name !== 'no version' && name !== '2025-03-26');

/** Each body under each version header. */
async function everyEra(s, bodies, test, eras = ERAS) {
	const t = await tokenFor(s);
	const cases = [];
	for (const [name, body] of bodies)
		for (const [era, headers] of eras) cases.push([`${name}, ${era}`, body, headers, era]);
	await each(cases, async (what, body, headers, era) => test(await post(s, t, body, headers), what, era, body));
}

const inSeconds = (s) => (s.front === 'inproc' ? 10 : 1);

row('JR-01', 'what is not JSON is 400 -32700', async (s) => {
	const bodies = ['not json', '', ' ', '\n', '{', '}', '[', '{"jsonrpc":"2.0","id":1,"method":"ping"', '{"jsonrpc":"2.0","id":1,"method":"ping"}}',
		'{"jsonrpc":"2.0","id":1,"method":"ping"}{"jsonrpc":"2.0","id":2,"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"ping"} x',
		"{'jsonrpc':'2.0','id':1,'method':'ping'}", '{"jsonrpc":"2.0","id":1,"method":"ping",}', '{jsonrpc:"2.0",id:1,method:"ping"}',
		'{"jsonrpc":"2.0","id":NaN,"method":"ping"}', '{"jsonrpc":"2.0","id":Infinity,"method":"ping"}', '{"jsonrpc":"2.0","id":01,"method":"ping"}',
		'{"jsonrpc":"2.0","id":+1,"method":"ping"}', '{"jsonrpc":"2.0","id":.5,"method":"ping"}', '{"jsonrpc":"2.0","id":0x10,"method":"ping"}',
		'{"jsonrpc":"2.0","id":1.,"method":"ping"}', '/* c */{"jsonrpc":"2.0","id":1,"method":"ping"}', '// c\n{"jsonrpc":"2.0","id":1,"method":"ping"}',
		'{"jsonrpc":"2.0","id":1,"method":"pi\nng"}', '{"jsonrpc":"2.0","id":1,"method":"pi\tng"}', '{"jsonrpc":"2.0","id":1,"method":"\\x41"}',
		'{"jsonrpc":"2.0","id":1,"method":"\\u12"}', '{"jsonrpc":"2.0","id":TRUE,"method":"ping"}', 'nul', 'tru', '"x', '[1,]', '[,1]', '--1', '\u00a0{}',
		'{"jsonrpc":"2.0","id":1,"method":"ping"}\0', '\ufeff', 'data: {}'];
	await everyEra(s, bodies.map((b) => [JSON.stringify(b).slice(0, 60), b]), (r, what) => rpcError(r, 400, -32700, undefined, what),
		[ERAS[0], ERAS[ERAS.length - 1]]);
});

row('JR-01', 'JSON that is no message is 400 -32600', async (s) => {
	const bodies = ['[]', '"x"', '1', '0', 'null', 'true', 'false', '{}', '{"a":1}', '-1.5e3', '""', '[[]]', '[{}]', '[1]', '[null]', ' [ ] '];
	await everyEra(s, bodies.map((b) => [b, b]), (r, what) => rpcError(r, 400, -32600, undefined, what));
});

row('JR-01', 'a list of messages is refused by every revision that has no batches', async (s) => {
	const ping = (id) => ({ jsonrpc: '2.0', id, method: 'ping' });
	const modernPing = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta() } };
	const bodies = [['two requests', [ping(1), ping(2)]], ['one request', [ping(1)]], ['notifications', [{ jsonrpc: '2.0', method: 'notifications/initialized' }]],
		['a modern one', [modernPing]], ['two modern ones', [modernPing, modernPing]], ['mixed', [ping(1), modernPing]]];
	await everyEra(s, bodies, (r, what) => rpcError(r, 400, -32600, undefined, what), NOT_BATCH);
});

row('JR-02', 'a message with a wrong envelope is 400 -32600', async (s) => {
	const bodies = [
		['no jsonrpc', { id: 1, method: 'tools/list' }], ['jsonrpc 1.0', { jsonrpc: '1.0', id: 1, method: 'tools/list' }],
		['jsonrpc 2', { jsonrpc: 2, id: 1, method: 'tools/list' }], ['jsonrpc null', { jsonrpc: null, id: 1, method: 'tools/list' }],
		['jsonrpc "2.0 "', { jsonrpc: '2.0 ', id: 1, method: 'tools/list' }], ['jsonrpc "2.00"', { jsonrpc: '2.00', id: 1, method: 'tools/list' }],
		['no method', { jsonrpc: '2.0', id: 1 }], ['method number', { jsonrpc: '2.0', id: 1, method: 5 }], ['method null', { jsonrpc: '2.0', id: 1, method: null }],
		['method list', { jsonrpc: '2.0', id: 1, method: ['tools/list'] }], ['method object', { jsonrpc: '2.0', id: 1, method: {} }],
		['method number, no id', { jsonrpc: '2.0', method: 5 }], ['nothing but jsonrpc', { jsonrpc: '2.0' }],
		['string id', { jsonrpc: '1.0', id: 'abc', method: 'tools/list' }],
	];
	await everyEra(s, bodies, (r, what, era, body) => {
		rpcError(r, 400, -32600, ANY, what);
		const id = r.json.id;
		ok(id === undefined || id === null || id === body.id, `${what}: id ${JSON.stringify(id)}`);
	});
});

row('JR-02', 'a valid id comes back with the refusal of the rest', async (s) => {
	for (const id of [1, 'abc', 0, -7, ''])
		await everyEra(s, [['jsonrpc missing', { id, method: 'tools/list' }], ['method missing', { jsonrpc: '2.0', id }]],
			(r, what) => rpcError(r, 400, -32600, id, `${what}, id ${JSON.stringify(id)}`));
});

row('JR-02', 'an id that is neither string nor integer is 400 -32600', async (s) => {
	const ids = ['null', '1.5', '{}', '[]', 'true', 'false', '[1]', '{"a":1}', '-0.5', '1e-3'];
	const bodies = ids.map((id) => [`id ${id}`, `{"jsonrpc":"2.0","id":${id},"method":"tools/list","params":{${M}}}`]);
	await everyEra(s, bodies, (r, what) => rpcError(r, 400, -32600, undefined, what), [ERAS[ERAS.length - 1]]);
	await everyEra(s, ids.map((id) => [`id ${id}`, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`]), (r, what) => rpcError(r, 400, -32600, undefined, what),
		ERAS.slice(0, -1));
});

row('JR-02', 'params that are no object are refused', async (s) => {
	const bodies = ['[]', '"x"', '1', 'true', '[{}]', 'null'].map((p) => [`params ${p}`, `{"jsonrpc":"2.0","id":4,"method":"tools/list","params":${p}}`]);
	await everyEra(s, bodies, (r, what, era, body) => {
		// null stands for nothing at all in some clients; an older revision may let it pass.
		if (/params":null/.test(body) && era !== MODERN && r.status === 200 && r.json.result) return;
		oneOf(r.status, era === MODERN ? [400] : [200, 400], `${what}: status`);
		const e = rpcError(r, r.status, [-32600, -32602], 4, what);
		if (r.status === 200) eq(e.code, -32602, `${what}: code in-band`);
	});
});

row('JR-02', 'a request method without an id is a notification and never gets a result', async (s) => {
	for (const method of ['tools/list', 'tools/call', 'ping', 'initialize'])
		await everyEra(s, [[method, { jsonrpc: '2.0', method, params: { name: SEARCH, arguments: { query: 'x' } } }]], (r, what) => {
			status(r, [202, 400], what);
			if (r.status === 202) accepted(r, what);
			else rpcError(r, 400, [-32600, -32602, -32020], undefined, what);
		});
});

row('JR-03', 'a key that occurs twice is refused, also when only its spelling differs', async (s) => {
	const t = await tokenFor(s);
	const one = (text, headers) => [text.slice(0, 120), text, headers];
	const args = '"arguments":{"query":"x"}';
	const modernCall = mirrored('tools/call', { name: SEARCH });
	const cases = [
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/list","params":{${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"ping","params":{${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/list","met\\u0068od":"ping","params":{${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list","params":{${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"tools/list","params":{${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${M}},"params":{${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${M},${M}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${M.replace('{', `{"io.modelcontextprotocol/protocolVersion":"${MODERN}",`)}}}`, HEADERS),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","name":"${CREATE}",${args},${M}}}`, modernCall),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${CREATE}","name":"${SEARCH}",${args},${M}}}`, modernCall),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","na\\u006de":"${SEARCH}",${args},${M}}}`, modernCall),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}",${args},${args},${M}}}`, modernCall),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"a","query":"b"},${M}}}`, modernCall),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"a","\\u0071uery":"b"},${M}}}`, modernCall),
		one(`{"jsonrpc":"2.0","id":1,"method":"ping","method":"ping"}`, { 'MCP-Protocol-Version': '2025-11-25' }),
		one(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","name":"${CREATE}",${args}}}`, {}),
		one(`[{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}]`, {}),
	];
	await each(cases, async (what, body, headers) => rpcError(await post(s, t, body, headers), 400, -32600, ANY, what));
});

row('JR-03', 'a key that only looks alike is another member', async (s) => {
	const t = await tokenFor(s);
	const modernCall = mirrored('tools/call', { name: SEARCH });
	const sent = (more) => post(s, t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}",${more}"arguments":{"query":"x"},${M}}}`, modernCall);
	await each([`"Name":"${CREATE}",`, `"NAME":"${CREATE}",`, `"name ":"${CREATE}",`, `"nam\u00e9":"${CREATE}",`, `"n\u0430me":"${CREATE}",`], async (more) => {
		toolResult(await sent(more), more);
	});
	const nul = await sent(`"name\\u0000":"${CREATE}",`);
	if (nul.status === 400) rpcError(nul, 400, [-32700, -32600], ANY, 'a key with U+0000');
	else toolResult(nul, 'a key with U+0000');
	const fold = await post(s, t, `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{${M}},"param\u017f":{"cursor":"x"}}`, HEADERS);
	modernResult(fold, 1, 'a long s');
	const method = await post(s, t, `{"jsonrpc":"2.0","id":1,"method":"tools/list","Method":"foo/bar","params":{${M}}}`, HEADERS);
	modernResult(method, 1, 'Method beside method');
});

row('JR-04', 'depth, commas, escapes and numbers without end do no harm', async (s) => {
	const t = await tokenFor(s);
	const junk = (text) => `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"junk":${text},${M}}}`;
	const nested = (n) => '['.repeat(n) + ']'.repeat(n);
	const objects = (n) => '{"a":'.repeat(n) + '1' + '}'.repeat(n);
	const bodies = [
		...[65, 129, 1000, 100000].map((n) => [`${n} lists deep`, junk(nested(n))]), ...[65, 1000, 100000].map((n) => [`${n} objects deep`, junk(objects(n))]),
		['100000 open lists', '['.repeat(100000)], ['100000 open objects', '{"a":'.repeat(100000)], ['a million commas', junk(`[${','.repeat(1000000)}]`)],
		['a million zeros', junk(`[${'0,'.repeat(1000000)}0]`)], ['200000 keys', junk(`{${Array.from({ length: 200000 }, (_, i) => `"k${i}":0`).join(',')}}`)],
		['4 MB of escapes', junk(`"${'\\u0041'.repeat(690000)}"`)], ['4 MB of backslashes', junk(`"${'\\\\'.repeat(2050000)}"`)], ['1e999999', junk('1e999999')],
		['-1e999999', junk('-1e999999')], ['400 digits', junk('9'.repeat(400))], ['400 negative digits', junk('-' + '9'.repeat(400))], ['-0', junk('-0')],
		['a long fraction', junk('0.' + '1'.repeat(100000))], ['a long exponent', junk('1e' + '1'.repeat(10000))], ['1e-999999', junk('1e-999999')],
	];
	await each(bodies, async (what, body) => {
		const begun = Date.now();
		const r = await post(s, t, body, HEADERS);
		const took = (Date.now() - begun) / 1000;
		status(r, [200, 400], what);
		if (r.status === 200) modernResult(r, 1, what);
		else rpcError(r, 400, [-32700, -32600, -32602], ANY, what);
		ok(took < inSeconds(s), `${what}: answered in ${took} s`);
	});
	modernResult(await post(s, t, junk(nested(10)), HEADERS), 1, '10 lists deep');
}, { alone: true });

/** The largest resident size, in MiB, that any mcp program of this installation has had. */
function peak(s) {
	let most = 0;
	for (const pid of fs.readdirSync('/proc').filter((x) => /^\d+$/.test(x))) {
		try {
			if (!/\/mcp$/.test(fs.readlinkSync(`/proc/${pid}/exe`)) || !fs.readFileSync(`/proc/${pid}/environ`, 'latin1').includes(s.dir)) continue;
			most = Math.max(most, Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
		} catch { /* gone meanwhile, or not ours to look at */ }
	}
	return most;
}

row('JR-04', 'the memory of the program stays small under all of that', async (s) => {
	const t = await tokenFor(s);
	const junk = (text) => `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"junk":${text},${M}}}`;
	modernResult(await post(s, t, junk('1'), HEADERS), 1);
	ok(peak(s) > 1, 'the programs are seen');
	const bodies = [['100000 lists deep', junk('['.repeat(100000) + ']'.repeat(100000))], ['a million commas', junk(`[${','.repeat(1000000)}]`)],
		['4 MB of escapes', junk(`"${'\\u0041'.repeat(690000)}"`)], ['too long a body', ' '.repeat(4194305)], ['4 MB of one string', junk(`"${'x'.repeat(4100000)}"`)],
		['a million zeros', junk(`[${'0,'.repeat(1000000)}0]`)]];
	await each(bodies, async (what, body) => {
		await post(s, t, body, HEADERS, { early: true });
		ok(peak(s) < 64, `${what}: ${Math.round(peak(s))} MiB`);
	});
}, { own: true, fronts: WITH_WORKERS });

row('JR-04', 'a number out of range as id or argument is an error or comes back as it was', async (s) => {
	const t = await tokenFor(s);
	await each(['1e999999', '9'.repeat(400), '1e400', '-' + '9'.repeat(30), '18446744073709551616', '9223372036854775808'], async (id) => {
		const r = await post(s, t, `{"jsonrpc":"2.0","id":${id},"method":"ping"}`, { 'MCP-Protocol-Version': '2025-11-25' });
		if (r.status === 400) rpcError(r, 400, [-32700, -32600], undefined, id.slice(0, 30));
		else ok(legacyResult(r, undefined, id.slice(0, 30)) && r.text.includes(`"id":${id}`), `${id.slice(0, 30)}: the id as it was, got ${r}`);
	});
	await each(['1e999999', '9'.repeat(400), '9223372036854775808', '4294967301', '18446744073709551621', '-1e999999'], async (n) => {
		const r = await post(s, t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"x","limit":${n}},${M}}}`,
			mirrored('tools/call', { name: SEARCH }));
		if (r.status === 400) rpcError(r, 400, [-32700, -32600], ANY, n.slice(0, 30));
		else toolRefusal(r, 'limit', `limit ${n.slice(0, 30)}`);
	});
});

row('JR-05', 'bytes that are not UTF-8 are refused', async (s) => {
	const t = await tokenFor(s);
	const bad = [[0xff], [0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xc3], [0xe4, 0xb8],
		[0xf0, 0x9f, 0xa6], [0x80], [0xfe], [0xc0, 0x80]];
	const places = [
		['argument', `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"`, `"},${M}}}`, mirrored('tools/call', { name: SEARCH })],
		['key', `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"`, `":1,${M}}}`, HEADERS],
		['method', '{"jsonrpc":"2.0","id":1,"method":"p', '"}', {}],
		['id', '{"jsonrpc":"2.0","id":"', '","method":"ping"}', {}],
		['unknown member', '{"jsonrpc":"2.0","x":"', '","id":1,"method":"ping"}', {}],
	];
	await each(bad.flatMap((b) => places.map((p) => [`${Buffer.from(b).toString('hex')} in ${p[0]}`, b, p])), async (what, bytes, [, before, after, headers]) => {
		const r = await post(s, t, Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]), headers);
		rpcError(r, 400, -32700, undefined, what);
	});
	status(await post(s, t, Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}', 'utf16le'), {}), 400, 'UTF-16');
});

row('JR-05', 'lone surrogates are refused and pairs are taken', async (s) => {
	const t = await tokenFor(s);
	const sent = (text) => post(s, t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"${text}"},${M}}}`,
		mirrored('tools/call', { name: SEARCH }));
	await each(['\\ud800', '\\udc00', 'a\\ud83db', '\\ude00\\ud83d', '\\ud800\\ud800', '\\ud83d\\n', '\\uDFFF'], async (text) => {
		const r = await sent(text);
		if (r.status === 400) rpcError(r, 400, -32700, ANY, text);
		else toolRefusal(r, 'query', text);
	});
	toolResult(await sent('fox \\ud83e\\udd8a'), 'a pair');
	const id = await post(s, t, '{"jsonrpc":"2.0","id":"\\ud83e\\udd8a","method":"ping"}', {});
	eq(message(id).id, '\u{1f98a}', 'an id with a pair');
});

row('JR-05', 'U+0000 never cuts a name or a text short', async (s) => {
	const t = await tokenFor(s);
	const asTool = await legacy(s, t, '2025-11-25', 'tools/call', { name: `${SEARCH}\0x`, arguments: { query: 'x' } }, { id: 2 });
	rpcError(asTool, asTool.status, [-32602, -32700, -32600], ANY, 'tool name');
	const asMethod = await legacy(s, t, '2025-11-25', 'ping\0x', undefined, { id: 2 });
	rpcError(asMethod, asMethod.status, [-32601, -32700, -32600], ANY, 'method');
	const id = await legacy(s, t, '2025-11-25', 'ping', undefined, { id: 'a\0b' });
	if (id.status === 200) eq(message(id).id, 'a\0b', 'id');
	else rpcError(id, 400, [-32700, -32600], undefined, 'id');
	const word = `nulword${Date.now()}`;
	const query = await call(s, t, SEARCH, { query: `${word}\0tail` }, { id: 2 });
	if (query.status === 400) rpcError(query, 400, -32700, ANY, 'query');
	else ok(query.json.result, 'query: a result');
	for (const args of [{ title: `${word}\0tail`, content: 'body' }, { title: word, content: `before\0after${word}` }, { title: word, content: 'x', tags: ['a\0b'] }]) {
		const r = await call(s, t, CREATE, args, { id: 2 });
		const what = JSON.stringify(args);
		if (r.status === 400) {
			rpcError(r, 400, -32700, ANY, what);
		} else if (r.json.result?.isError) {
			toolRefusal(r, Object.keys(args).filter((k) => JSON.stringify(args[k]).includes('\\u0000')), what);
		} else {
			const made = toolResult(r, what);
			eq(made.title, args.title, `${what}: title`);
			const found = toolResult(await call(s, t, SEARCH, { query: word })).results.find((d) => d.id === made.id);
			ok(found, `${what}: found by the word behind U+0000`);
			if (args.tags) eq(found.tags, args.tags, `${what}: tags`);
		}
	}
	rpcError(await call(s, t, `${SEARCH}`, { query: 'x' }, { id: 2, headers: { 'Mcp-Name': '=?base64?' + Buffer.from(`${SEARCH}\0`).toString('base64') + '?=' } }), 400, -32020, 2,
		'a name with U+0000 in the header');
});

row('JR-06', 'the modern envelope: what must be there, and what need not', async (s) => {
	const t = await tokenFor(s);
	for (const method of ['server/discover', 'tools/list']) {
		const e = await modern(s, t, method, {}, { id: 'e', meta: null });
		rpcError(e, 400, -32602, 'e', `${method} without _meta`);
		const bare = await post(s, t, { jsonrpc: '2.0', id: 'e', method }, mirrored(method));
		rpcError(bare, 400, -32602, 'e', `${method} without params`);
		const v = rpcError(await modern(s, t, method, {}, { id: 'e', meta: { protocolVersion: undefined } }), 400, -32602, 'e', `${method} without protocolVersion`);
		match(v.message, /protocolVersion/, 'the message names the key');
		const c = rpcError(await modern(s, t, method, {}, { id: 'e', meta: { clientCapabilities: undefined } }), 400, -32602, 'e', `${method} without clientCapabilities`);
		match(c.message, /clientCapabilities/, 'the message names the key');
		modernResult(await modern(s, t, method, {}, { id: 'e', meta: { clientInfo: undefined } }), 'e', `${method} without clientInfo`);
	}
});

row('JR-06', 'the modern envelope: members of a wrong type', async (s) => {
	const t = await tokenFor(s);
	const wrong = [['protocolVersion', 5], ['protocolVersion', null], ['protocolVersion', [MODERN]], ['protocolVersion', { v: MODERN }], ['protocolVersion', true],
		['clientCapabilities', []], ['clientCapabilities', 'x'], ['clientCapabilities', null], ['clientCapabilities', true],
		['clientInfo', 'x'], ['clientInfo', []], ['clientInfo', {}], ['clientInfo', { name: 5, version: '1' }], ['clientInfo', { name: 'x' }], ['clientInfo', 7]];
	await each(wrong.map(([k, v]) => [`${k} ${JSON.stringify(v)}`, k, v]), async (what, key, value) => {
		const e = rpcError(await modern(s, t, 'tools/list', {}, { id: 'w', meta: { [key]: value } }), 400, -32602, 'w', what);
		match(e.message, new RegExp(key), `${what}: the message names the key`);
	});
	await each(['[]', '"x"', '1', 'null', 'true'], async (m) => {
		rpcError(await post(s, t, `{"jsonrpc":"2.0","id":"w","method":"tools/list","params":{"_meta":${m}}}`, HEADERS), 400, -32602, 'w', `_meta ${m}`);
	});
});

row('JR-07', 'methods that the stateless revision does not have are 404 -32601', async (s) => {
	const t = await tokenFor(s);
	await each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'tasks/result', 'tasks/list', 'unknown/method', 'foo/bar', 'tools',
		'tools/', 'tools/list/', 'TOOLS/LIST', 'rpc.discover', 'notifications/initialized', '__proto__', 'constructor', 'x'.repeat(1000)], async (method) => {
		const r = await modern(s, t, method, { ...(method === 'initialize' ? initialize() : {}), level: 'info', uri: 'note://1' }, { id: 'q' });
		rpcError(r, 404, -32601, 'q', method);
	});
	rpcError(await modern(s, t, '', {}, { id: 'q' }), 400, -32020, 'q', 'an empty method');
});

row('JR-08', 'a notification gets 202 and nothing else, known or not', async (s) => {
	const names = ['notifications/initialized', 'notifications/cancelled', 'notifications/progress', 'notifications/roots/list_changed', 'notifications/unknown', 'foo'];
	const bodies = names.map((method) => [method, { jsonrpc: '2.0', method, params: { requestId: 1, progressToken: 1, progress: 1 } }]);
	await everyEra(s, bodies, (r, what, era) => {
		if (era !== MODERN) return accepted(r, what);
		// Under a modern header that names another method either answer is right.
		status(r, [202, 400], what);
		if (r.status === 202) accepted(r, what);
		else rpcError(r, 400, -32020, undefined, what);
	});
	const t = await tokenFor(s);
	for (const method of names) {
		const headers = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method };
		accepted(await post(s, t, { jsonrpc: '2.0', method, params: { _meta: meta() } }, headers), `${method} with _meta`);
		accepted(await post(s, t, { jsonrpc: '2.0', method }, headers), `${method} without _meta`);
		accepted(await post(s, t, { jsonrpc: '2.0', method }, { 'MCP-Protocol-Version': MODERN }), `${method} without Mcp-Method`);
	}
});

row('JR-09', 'a posted response: dropped for the older revisions, never answered', async (s) => {
	const bodies = [['result', { jsonrpc: '2.0', id: 1, result: {} }], ['error', { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'x' } }],
		['string id', { jsonrpc: '2.0', id: 's-1', result: { action: 'accept' } }]];
	await everyEra(s, bodies, (r, what, era) => {
		if (era !== MODERN) return accepted(r, what);
		status(r, [202, 400], what);
		if (r.status === 202) accepted(r, what);
		else rpcError(r, 400, -32600, ANY, what);
	});
	const both = [['result and error', { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: 'x' } }], ['no id', { jsonrpc: '2.0', result: {} }],
		['method and result', { jsonrpc: '2.0', id: 1, method: 'nothing/there', result: {} }]];
	await everyEra(s, both, (r, what) => { ok(!('result' in (r.text ? r.json : {})), `${what}: no result`); status(r, [200, 202, 400, 404], what); });
});

row('JR-10', 'an id comes back byte for byte', async (s) => {
	const t = await tokenFor(s);
	const ids = [1, '1', 0, -1, 2147483648, 4294967296, 9007199254740991, -9007199254740991, '', ' ', '"', '\\', '\n\r\t\b\f', '\u0001\u001f', '</script>', "'--", '\u00e9',
		'\u4e16\u754c', '\u{1f98a}', '\u2028\u2029', '\u007f', '%00', '{"a":1}', 'null', 'x'.repeat(5000)];
	await each(ids.map((id) => [JSON.stringify(id).slice(0, 40), id]), async (what, id) => {
		eq(message(await modern(s, t, 'tools/list', {}, { id })).id, id, `modern ${what}`);
		eq(message(await legacy(s, t, '2025-11-25', 'ping', undefined, { id })).id, id, `legacy ${what}`);
		eq(message(await modern(s, t, 'foo/bar', {}, { id })).id, id, `error ${what}`);
	});
	for (const digits of ['9007199254740993', '9223372036854775807', '-9223372036854775808']) {
		const r = await post(s, t, `{"jsonrpc":"2.0","id":${digits},"method":"ping"}`, {});
		if (r.status === 400) rpcError(r, 400, -32600, undefined, digits);
		else match(legacyResult(r) && r.text, new RegExp(`"id": ?${digits}[,}]`), digits);
	}
	const long = 'x'.repeat(1 << 20);
	const r = await modern(s, t, 'tools/list', {}, { id: long });
	if (r.status === 400) rpcError(r, 400, -32600, ANY, '1 MiB');
	else modernResult(r, long, '1 MiB');
});

row('JR-11', 'a cursor that nobody gave out is -32602', async (s) => {
	const t = await tokenFor(s);
	await each(['garbage', 'AAAA', '0', '1', 'x'.repeat(10000), '\u{1f98a}', "' OR 1=1"], async (cursor) => {
		rpcError(await modern(s, t, 'tools/list', { cursor }, { id: 'c' }), 200, -32602, 'c', `modern ${cursor.slice(0, 20)}`);
		rpcError(await legacy(s, t, '2025-11-25', 'tools/list', { cursor }, { id: 'c' }), 200, -32602, 'c', `legacy ${cursor.slice(0, 20)}`);
	});
	await each([5, {}, [], true].map((c) => [JSON.stringify(c), c]), async (what, cursor) => {
		rpcError(await modern(s, t, 'tools/list', { cursor }, { id: 'c' }), 200, -32602, 'c', what);
	});
	const empty = await modern(s, t, 'tools/list', { cursor: '' }, { id: 'c' });
	if (message(empty).error) rpcError(empty, 200, -32602, 'c', 'the empty cursor');
	else eq(modernResult(empty, 'c').tools, [], 'tools behind the empty cursor');
});

row('JR-11', 'a cursor that was given to one person gives another nothing that is not there for all', async (s) => {
	s.addUser('carol', 'another long password');
	const own = await tokenFor(s);
	const other = (await obtain(s, { username: 'carol', password: 'another long password' })).tokens.access_token;
	const first = modernResult(await modern(s, own, 'tools/list'));
	for (const cursor of [first.nextCursor, CREATE, SEARCH, 'eyJ1c2VyIjoxfQ'].filter(Boolean)) {
		const [a, b] = [await modern(s, own, 'tools/list', { cursor }, { id: 1 }), await modern(s, other, 'tools/list', { cursor }, { id: 1 })];
		eq([b.status, b.text], [a.status, a.text], `the answer for ${cursor}`);
	}
});

row('JR-12', 'the list of tools is the same every time, and says how long it holds', async (s) => {
	const t = await tokenFor(s);
	const first = modernResult(await modern(s, t, 'tools/list'));
	const second = modernResult(await modern(s, t, 'tools/list'));
	eq(second.tools, first.tools, 'tools the second time');
	cachingHints(first);
	const read = modernResult(await modern(s, await tokenFor(s, READ), 'tools/list'));
	cachingHints(read);
	eq(read.cacheScope, first.cacheScope, 'cacheScope for another scope');
	if (JSON.stringify(read.tools) !== JSON.stringify(first.tools)) eq(first.cacheScope, 'private', 'cacheScope of a list that differs');
});

row('JR-13', 'an unknown tool is -32602 whoever asks', async (s) => {
	for (const scope of [`${READ} ${WRITE}`, READ, WRITE]) {
		const t = await tokenFor(s, scope);
		await each(['no_such_tool', SEARCH.toUpperCase(), `${SEARCH} `, ` ${SEARCH}`, `${SEARCH}x`, SEARCH.slice(0, -1), '', '../etc/passwd', '__proto__', 'constructor',
			'x'.repeat(129), 'a b', '\u{1f98a}'], async (name) => {
			const r = await call(s, t, name, { query: 'x' }, { id: 'u' });
			if (name === '') rpcError(r, [200, 400], [-32602, -32020], 'u', 'modern, no name');
			else rpcError(r, 200, -32602, 'u', `modern ${name.slice(0, 30)}`);
			rpcError(await legacy(s, t, '2025-06-18', 'tools/call', { name, arguments: {} }, { id: 'u' }), 200, -32602, 'u', `legacy ${name.slice(0, 30)}`);
		});
	}
});

row('JR-13', 'a call without the shape of a call is -32602', async (s) => {
	const t = await tokenFor(s);
	const shapes = [{}, { arguments: { query: 'x' } }, { name: 5 }, { name: null }, { name: [SEARCH] }, { name: {} }, { name: SEARCH, arguments: [] },
		{ name: SEARCH, arguments: 'x' }, { name: SEARCH, arguments: 5 }, { name: SEARCH, arguments: true }];
	await each(shapes.map((p) => [JSON.stringify(p), p]), async (what, params) => {
		const l = await legacy(s, t, '2025-11-25', 'tools/call', params, { id: 'h' });
		rpcError(l, 200, -32602, 'h', `legacy ${what}`);
		// Without a name in the body there is nothing that Mcp-Name could equal.
		const m = await modern(s, t, 'tools/call', params, { id: 'h' });
		if (typeof params.name === 'string') rpcError(m, 200, -32602, 'h', `modern ${what}`);
		else rpcError(m, m.status === 200 ? 200 : 400, m.status === 200 ? -32602 : -32020, 'h', `modern ${what}`);
	});
});

row('JR-14', 'arguments against the schema are a result with isError, and nothing is done', async (s) => {
	const t = await tokenFor(s);
	const word = `refused${Date.now()}`;
	const cases = [
		[SEARCH, {}, 'query'], [SEARCH, undefined, 'query'], [SEARCH, { query: 5 }, 'query'], [SEARCH, { query: null }, 'query'], [SEARCH, { query: ['x'] }, 'query'],
		[SEARCH, { query: '' }, 'query'], [SEARCH, { query: 'x', limit: 0 }, 'limit'], [SEARCH, { query: 'x', limit: 'five' }, 'limit'],
		[SEARCH, { query: 'x', extra: 1 }, 'extra'], [CREATE, { title: word }, 'content'], [CREATE, { content: word }, 'title'],
		[CREATE, { title: word, content: 5 }, 'content'], [CREATE, { title: word, content: word, tags: 'a' }, 'tags'], [CREATE, { title: word, content: word, other: 1 }, 'other'],
	];
	await each(cases.map(([n, a, w]) => [`${n} ${JSON.stringify(a)}`, n, a, w]), async (what, name, args, which) => {
		toolRefusal(await call(s, t, name, args), which, what);
		for (const version of LEGACY) {
			const result = legacyResult(await legacy(s, t, version, 'tools/call', { name, ...(args ? { arguments: args } : {}) }), undefined, `${what}, ${version}`);
			eq(result.isError, true, `${what}, ${version}: isError`);
			ok(result.content.some((b) => b.type === 'text' && b.text.includes(which)), `${what}, ${version}: the text names ${which}`);
		}
	});
	const proto = await post(s, t, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"x","__proto__":{"limit":1}},${M}}}`,
		mirrored('tools/call', { name: SEARCH }));
	toolRefusal(proto, '__proto__', '__proto__');
	eq(toolResult(await call(s, t, SEARCH, { query: word })).results, [], 'documents made by refused calls');
});

row('JR-18', 'two people side by side never see each other\'s answers', async (s) => {
	s.addUser('bob', 'another long password');
	const people = {
		alice: (await obtain(s)).tokens.access_token,
		bob: (await obtain(s, { username: 'bob', password: 'another long password' })).tokens.access_token,
	};
	const rounds = isCgi(s.front) ? 100 : 250;
	const one = async (name, n) => {
		const id = `${name}-${n}`;
		const word = `marker${name}${n}`;
		if (n % 2) {
			const r = await call(s, people[name], CREATE, { title: word, content: `${word} of ${name}` }, { id });
			const made = toolResult(r, id);
			eq(message(r).id, id, 'id');
			eq(made.author, name, `${id}: author`);
			eq(made.title, word, `${id}: title`);
		} else {
			const r = await call(s, people[name], 'echo_' + word, {}, { id });
			const e = rpcError(r, 200, -32602, id, id);
			lacks(e.message, name === 'alice' ? /markerbob/ : /markeralice/, `${id}: message`);
		}
	};
	for (let n = 0; n < rounds; n += 10)
		await Promise.all(Array.from({ length: 10 }, (_, i) => ['alice', 'bob'].map((name) => one(name, n + i))).flat());
	const mine = toolResult(await call(s, people.bob, SEARCH, { query: 'markeralice1' })).results;
	eq(mine.map((d) => d.author), ['alice'], 'author of a document that bob finds');
}, { own: true });

row('JR-19', 'what a client says of itself decides nothing', async (s) => {
	const t = await tokenFor(s, READ);
	const want = modernResult(await modern(s, t, 'tools/list')).tools;
	const infos = [{ name: 'admin', version: '1' }, { name: 'x'.repeat(1 << 20), version: '1' }, { name: 'a\u001b[31m\nmcp-cgi mcp forged: line', version: '\u0000\u0001' },
		{ name: 'claude-ai', version: '1', title: 'T', description: 'D', websiteUrl: 'https://h', icons: [] }, { name: 'x', version: '1', role: 'admin', extra: { a: 1 } }];
	await each(infos.map((i) => [JSON.stringify(i).slice(0, 50), i]), async (what, clientInfo) => {
		const r = await modern(s, t, 'tools/list', {}, { meta: { clientInfo } });
		if (r.status === 400) return void rpcError(r, 400, [-32602, -32700], ANY, what);
		eq(modernResult(r).tools, want, `${what}: tools`);
		status(await call(s, t, CREATE, { title: 'a', content: 'b' }, { meta: { clientInfo } }), [400, 403], `${what}: a tool without its scope`);
		const init = await post(s, t, { jsonrpc: '2.0', id: 1, method: 'initialize', params: { ...initialize(), clientInfo } }, {});
		status(init, [200, 400], `${what}: initialize`);
	});
	lacks(s.log(), /^mcp-cgi mcp forged|\u001b/m, 'the log');
});

row('JR-20', 'text of an attacker comes back escaped and short, and forges no line of the log', async (s) => {
	const t = await tokenFor(s);
	const texts = ['tool <script>alert(1)</script>', '\u001b[2J\u001b[31mred', 'a\nmcp-cgi mcp 0000: forged line', 'a\r\nb', '"}],"x":[{"', 'x'.repeat(100000), '\u2028', '\u202eabc', '%s%n%x'];
	await each(texts.map((x) => [JSON.stringify(x).slice(0, 40), x]), async (what, text) => {
		const answers = [
			await legacy(s, t, '2025-11-25', 'tools/call', { name: text }, { id: 't' }), await legacy(s, t, '2025-11-25', text, undefined, { id: 't' }),
			await modern(s, t, 'tools/list', { cursor: text }, { id: 't' }), await modern(s, t, 'tools/list', {}, { id: 't', meta: { protocolVersion: text } }),
			await modern(s, t, text, {}, { id: 't', headers: { 'Mcp-Method': 'x' } }),
		];
		// A longer name would not fit into the headers that a web server takes.
		if (text.length < 4000) answers.push(await call(s, t, text, {}, { id: 't' }));
		for (const r of answers) {
			const doc = message(r, what);
			ok(doc.error, `${what}: an error`);
			ok([...doc.error.message].length <= 200, `${what}: message of ${doc.error.message.length} characters`);
			lacks(r.text, /[\u0000-\u0009\u000b-\u001f]/, `${what}: raw control characters`);
		}
		const bad = await call(s, t, SEARCH, { query: 'x', [text]: 1 });
		if (bad.status === 200) ok(modernResult(bad).isError, `${what}: an argument of that name is refused`);
	});
	await sleep(100);
	const log = s.log();
	lacks(log, /^mcp-cgi mcp 0000: forged|\u001b/m, 'the log');
	for (const line of log.split('\n')) ok(line.length < 4096, `a line of the log has ${line.length} characters`);
});

need('M30', 'ping is answered with an empty result by every older revision', async (s) => {
	const t = await tokenFor(s);
	for (const version of [undefined, ...LEGACY])
		for (const params of [undefined, {}, { _meta: { progressToken: 1 } }, { junk: true }])
			eq(legacyResult(await legacy(s, t, version, 'ping', params)), {}, `ping under ${version}`);
});
