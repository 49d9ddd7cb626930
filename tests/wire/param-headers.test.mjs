// SPDX-License-Identifier: ISC
//
// Arguments that are repeated in header fields (x-mcp-header): what they must say, how they are encoded, and definitions that no
// client would take.

import fs from 'node:fs';
import http from 'node:http';
import { eq, match } from '../lib/check.mjs';
import { ANY, LEGACY, legacyResult, modernResult, rpcError, plain } from '../lib/mcp.mjs';
import * as mcp from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { row } from '../lib/rows.mjs';

const modern = async (...a) => plain(await mcp.modern(...a));
const legacy = async (...a) => plain(await mcp.legacy(...a));
const call = async (...a) => plain(await mcp.call(...a));
const SITE = { settings: { site: '../site' }, own: true };

function tool(s, name, inputSchema) {
	const owner = fs.statSync(s.dir);
	for (const d of ['site', 'site/tools']) {
		if (!fs.existsSync(`${s.dir}/${d}`)) fs.mkdirSync(`${s.dir}/${d}`, { mode: 0o755 });
		fs.chownSync(`${s.dir}/${d}`, owner.uid, owner.gid);
	}
	const file = `${s.dir}/site/tools/${name}.json`;
	fs.writeFileSync(file, JSON.stringify({ description: 'x', scope: '', run: ['cat'], inputSchema }));
	fs.chmodSync(file, 0o644);
	fs.chownSync(file, owner.uid, owner.gid);
}

const SCHEMA = { type: 'object', properties: {
	region: { type: 'string', 'x-mcp-header': 'Region' }, n: { type: 'integer', 'x-mcp-header': 'Row-Number' }, on: { type: 'boolean', 'x-mcp-header': 'ON' },
	where: { type: 'object', properties: { city: { type: 'string', 'x-mcp-header': 'City' } } }, free: { type: 'string' },
	'x-mcp-header': { type: 'string' } } };

const b64 = (text) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

need('T40', 'a mirrored argument: equal, decoded, compared as what it is; missing, different or malformed is refused', async (s) => {
	tool(s, 'store', SCHEMA);
	const t = await tokenFor(s);
	const send = (args, headers) => call(s, t, 'store', args, { headers });
	const good = async (args, headers) => eq(JSON.parse(modernResult(await send(args, headers), undefined, JSON.stringify([args, headers])).content[0].text), args, 'arguments');
	const bad = async (args, headers) => rpcError(await send(args, headers), 400, -32020, ANY, JSON.stringify([args, headers]));
	await good({ region: 'us-west1' }, { 'Mcp-Param-Region': 'us-west1' });
	await good({ region: 'us-west1' }, { 'mcp-param-REGION': ' us-west1\t' });
	await good({ region: 'us-west1' }, { 'Mcp-Param-Region': b64('us-west1') });
	for (const text of ['Hello, 世界', ' padded ', 'line1\nline2', '=?base64?literal?=', '']) await good({ region: text }, { 'Mcp-Param-Region': b64(text) });
	await good({ region: '' }, { 'Mcp-Param-Region': '' });
	await good({ region: '=?BASE64?eA==?=' }, { 'Mcp-Param-Region': '=?BASE64?eA==?=' });
	for (const h of ['42', '42.0', '4.2e1']) await good({ n: 42 }, { 'Mcp-Param-Row-Number': h });
	await good({ n: -7, on: false }, { 'Mcp-Param-Row-Number': '-7', 'Mcp-Param-On': 'false' });
	await good({ where: { city: 'Ulm' } }, { 'Mcp-Param-City': 'Ulm' });
	await good({}, {});
	await good({}, { 'Mcp-Param-Region': 'surplus', 'Mcp-Param-Other': 'x' });
	await good({ free: 'x', 'x-mcp-header': 'y' }, { 'Mcp-Param-Free': 'z' });
	for (const h of [{}, { 'Mcp-Param-Region': 'us-west2' }, { 'Mcp-Param-Region': 'US-WEST1' }, { 'Mcp-Param-Region': b64('us-west2') }, { 'Mcp-Param-Region': '=?base64?dXMtd2VzdDE?=' },
		{ 'Mcp-Param-Region': '=?base64?dXMtd2VzdDE=' }, { 'Mcp-Param-Region': '=?base64?****?=' }, { 'Mcp-Param-Region': '=?base64?/w==?=' }]) await bad({ region: 'us-west1' }, h);
	for (const h of [{}, { 'Mcp-Param-Row-Number': '43' }, { 'Mcp-Param-Row-Number': '0x2a' }, { 'Mcp-Param-Row-Number': '42 1' }, { 'Mcp-Param-Row-Number': 'nan' }]) await bad({ n: 42 }, h);
	for (const h of [{}, { 'Mcp-Param-On': 'True' }, { 'Mcp-Param-On': '1' }]) await bad({ on: true }, h);
	await bad({ where: { city: 'Ulm' } }, { 'Mcp-Param-City': 'Bonn' });
	await bad({}, { 'Mcp-Param-Region': '=?base64?*?=' });
	for (const v of LEGACY) legacyResult(await legacy(s, t, v, 'tools/call', { name: 'store', arguments: { region: 'x' } }), undefined, v);
	const [listed] = modernResult(await modern(s, t, 'tools/list')).tools;
	eq(listed.inputSchema, SCHEMA, 'the schema is told as it is');
}, SITE);

need('M71', 'a definition whose annotation no client would take is left out, and named', async (s) => {
	const on = (property, more = {}) => ({ type: 'object', properties: { a: property }, ...more });
	const h = (over) => ({ type: 'string', 'x-mcp-header': 'A', ...over });
	const bad = {
		empty: [on(h({ 'x-mcp-header': '' })), /must be a name/], blank: [on(h({ 'x-mcp-header': 'a b' })), /must be a name/],
		colon: [on(h({ 'x-mcp-header': 'a:' })), /must be a name/], under: [on(h({ 'x-mcp-header': 'a_b' })), /must be a name/],
		line: [on(h({ 'x-mcp-header': 'a\r\nb' })), /must be a name/], value: [on(h({ 'x-mcp-header': 7 })), /must be a name/],
		number: [on(h({ type: 'number' })), /must be string, integer or boolean/], object: [on(h({ type: 'object' })), /must be string/],
		types: [on(h({ type: ['string', 'null'] })), /must be string/], untyped: [on({ 'x-mcp-header': 'A' }), /must be string/],
		twice: [{ type: 'object', properties: { a: h(), b: h({ 'x-mcp-header': 'a' }) } }, /second time/],
		root: [{ type: 'object', 'x-mcp-header': 'A' }, /reached by properties alone/], items: [on({ type: 'array', items: h() }), /reached by properties alone/],
		any: [on({ anyOf: [h()] }), /reached by properties alone/], then: [on({}, { then: { properties: { a: h() } } }), /reached by properties alone/],
		defs: [on({}, { $defs: { d: h() } }), /reached by properties alone/], pattern: [on({}, { patternProperties: { x: h() } }), /reached by properties alone/],
	};
	tool(s, 'fine', on(h(), { default: { 'x-mcp-header': '' } }));
	for (const [name, [schema]] of Object.entries(bad)) tool(s, name, schema);
	const mark = s.logMark();
	eq(modernResult(await modern(s, await tokenFor(s), 'tools/list')).tools.map((x) => x.name), ['fine'], 'tools');
	// nginx cuts what a program says after two kilobytes
	if (s.front === 'nginx') return;
	const log = s.log(mark);
	for (const [name, [, words]] of Object.entries(bad)) match(log.split('\n').find((l) => l.includes(`tools/${name}.json`)) ?? '', words, name);
}, SITE);

row('HD-13', 'a header field that mirrors an argument says what the argument says; one that mirrors none is nobody\'s business', async (s) => {
	tool(s, 'store', SCHEMA);
	const t = await tokenFor(s);
	const send = (args, headers) => call(s, t, 'store', args, { headers });
	modernResult(await send({ n: 42 }, { 'Mcp-Param-Row-Number': '42.0', 'Mcp-Param-Unknown': 'x' }), undefined, '42.0 is 42');
	rpcError(await send({ n: 42 }, {}), 400, -32020, ANY, 'missing');
	rpcError(await send({ n: 42 }, { 'Mcp-Param-Row-Number': '41' }), 400, -32020, ANY, 'wrong');
	rpcError(await send({ region: 'a\r\nb' }, { 'Mcp-Param-Region': 'a' }), 400, -32020, ANY, 'cut at a line end');
	rpcError(await send({ region: 'ü' }, { 'Mcp-Param-Region': '\u00fc' }), 400, -32020, ANY, 'raw bytes beyond ASCII');
}, SITE);

row('JR-15', 'a schema with a remote $ref, without a bottom or with an annotation that no client takes: left out and named, and nothing is fetched', async (s) => {
	let asked = 0;
	const web = http.createServer((_, a) => { asked++; a.end('{}'); }).listen(0, '127.0.0.1');
	await new Promise((done) => web.once('listening', done));
	try {
		let deep = {};
		for (let i = 0; i < 400; i++) deep = { allOf: [deep] };
		const on = (a) => ({ type: 'object', properties: { a } });
		const bad = { remote: [on({ $ref: `http://127.0.0.1:${web.address().port}/s.json` }), /\$ref/], deep: [on(deep), /deep|nested/], header: [on({ type: 'string', 'x-mcp-header': 'a b' }), /x-mcp-header/] };
		tool(s, 'fine', on({ type: 'string' }));
		for (const [name, [schema]] of Object.entries(bad)) tool(s, name, schema);
		const mark = s.logMark(), t = await tokenFor(s);
		eq(modernResult(await modern(s, t, 'tools/list')).tools.map((x) => x.name), ['fine'], 'tools');
		for (const name of Object.keys(bad)) rpcError(await call(s, t, name, { a: 'x' }), 200, -32602, ANY, `${name} is called`);
		const log = s.log(mark);
		for (const [name, [, words]] of Object.entries(bad)) match(log.split('\n').find((l) => l.includes(`tools/${name}.json`)) ?? '', words, name);
		eq(asked, 0, 'requests for the remote schema');
	} finally {
		web.close();
	}
}, SITE);
