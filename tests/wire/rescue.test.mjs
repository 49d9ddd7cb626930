// SPDX-License-Identifier: ISC
//
// A host that keeps Authorization from programs: with authorization_header in the settings the MCP endpoint takes the token
// from a field of that name, too, and never from two places at once; without the setting, and at the other programs, that
// field means nothing.

import fs from 'node:fs';
import { each, eq, lacks, match, ok, status } from '../lib/check.mjs';
import { raw } from '../lib/http.mjs';
import { SEARCH, call, challenge, meta, mirrored, modernResult, post, toolResult } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { formEncode, register } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const FIELD = 'X-MCP-Authorization';
const settings = { authorization_header: FIELD, introspection: 'on' };
const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: { _meta: meta() } };
const list = (s, headers, more) => post(s, null, LIST, { ...mirrored('tools/list'), ...headers }, more);

row('BR-16', 'the token comes in the field of the settings, in any spelling of its name, and in Authorization as ever', async (s) => {
	const t = await tokenFor(s);
	for (const headers of [{ [FIELD]: `Bearer ${t}` }, { 'x-mcp-authorization': `bearer   ${t}` }, { Authorization: `Bearer ${t}` }, { Authorization: '', [FIELD]: `Bearer ${t}` }])
		modernResult(await list(s, headers), 7, JSON.stringify(Object.keys(headers)));
	toolResult(await call(s, null, SEARCH, { query: 'text' }, { headers: { [FIELD]: `Bearer ${t}` } }));
}, { settings });

row('BR-16', 'the grammar of the field is that of Authorization', async (s) => {
	const t = await tokenFor(s);
	await each(['', ' ', 'Basic eDp5', `Token ${t}`, t], async (value) => {
		const r = status(await list(s, { [FIELD]: value }), 401, value.slice(0, 8));
		eq(challenge(r).error, undefined, 'error');
	});
	await each([`Bearer ${t}, Bearer ${t}`, `Bearer ${t} x`, 'Bearer', 'Bearer ', `Basic eDp5, Bearer ${t}`], async (value) => {
		const r = await list(s, { [FIELD]: value });
		if (r.byServer) return;
		eq(challenge(status(r, 400, `${value}`.slice(0, 12))).error, 'invalid_request', 'error');
	});
	// nginx hands on both, the others one after a comma
	status(await list(s, { [FIELD]: [`Bearer ${t}`, `Bearer ${t}`] }), 400, 'twice');
	eq(challenge(status(await list(s, { [FIELD]: `Bearer ${t.slice(0, -1)}` }), 401)).error, 'invalid_token', 'error of a damaged token');
}, { settings });

row('BR-16', 'both fields: one and the same value, or the request is refused whichever of them is good', async (s) => {
	const t = await tokenFor(s), other = await tokenFor(s, 'read:knowledge'), dead = `${t.slice(0, -1)}${t.endsWith('A') ? 'B' : 'A'}`;
	modernResult(await list(s, { Authorization: `Bearer ${t}`, [FIELD]: `Bearer ${t}` }), 7, 'the same twice');
	await each([[t, other], [other, t], [t, dead], [dead, t]], async (one, two) => {
		const r = status(await list(s, { Authorization: `Bearer ${one}`, [FIELD]: `Bearer ${two}` }), 400);
		eq(challenge(r).error, 'invalid_request', 'error');
		match(challenge(r).error_description, /Two header fields/, 'error_description');
	});
	for (const value of ['Basic eDp5', 'x'])
		eq(challenge(status(await list(s, { Authorization: value, [FIELD]: `Bearer ${t}` }), 400, value)).error, 'invalid_request', 'error');
}, { settings });

row('BR-16', 'a second spelling that becomes the same variable does not bring a second token', async (s) => {
	const t = await tokenFor(s), other = await tokenFor(s, 'read:knowledge');
	status(await list(s, { [FIELD]: `Bearer ${other}`, X_MCP_Authorization: `Bearer ${t}` }), 400);
	status(await list(s, { [FIELD]: `Bearer ${t}`, X_MCP_Authorization: `Bearer ${other}` }), 400);
}, { settings, fronts: ['fastcgi', 'cgi'] });

row('BR-16', 'scripts of listed origins may send the field, and a cache is told of it', async (s) => {
	const asked = { Origin: 'https://inspector.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': `content-type, ${FIELD.toLowerCase()}` };
	const names = async (path) => ((await raw(s, { method: 'OPTIONS', path, headers: asked })).headers['access-control-allow-headers'] ?? '').split(/\s*,\s*/);
	ok((await names('/mcp')).includes(FIELD), 'Access-Control-Allow-Headers of the endpoint has it');
	ok(!(await names('/token')).includes(FIELD), 'Access-Control-Allow-Headers of /token has it not');
	const r = await list(s, { [FIELD]: `Bearer ${await tokenFor(s)}`, Origin: 'https://inspector.example' });
	modernResult(r, 7);
	eq(r.headers.vary.split(/\s*,\s*/).filter((v) => v !== 'Accept-Encoding'), ['Origin', FIELD], 'Vary');
	match(r.headers['cache-control'], /no-store/, 'Cache-Control');
}, { settings: { ...settings, allowed_origins: 'https://inspector.example' } });

row('BR-16', 'the other programs do not look at the field', async (s) => {
	const client = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
	const basic = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;
	const form = (path, params, headers) => raw(s, { method: 'POST', path, body: formEncode(params), headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers } });
	const ask = (headers) => form('/token', { grant_type: 'refresh_token', refresh_token: 'x' }, headers);
	eq((await ask({ Authorization: basic })).json.error, 'invalid_grant', 'with Authorization the client is known');
	const r = await ask({ [FIELD]: basic });
	ok(r.status >= 400 && r.json.error !== 'invalid_grant', `the client is not known by the field: ${r}`);
	const own = new URL(client.registration_client_uri).pathname + new URL(client.registration_client_uri).search;
	status(await raw(s, { path: own, headers: { Authorization: `Bearer ${client.registration_access_token}` } }), 200, 'its registration');
	status(await raw(s, { path: own, headers: { [FIELD]: `Bearer ${client.registration_access_token}` } }), 401, 'its registration by the field');
}, { settings });

row('BR-16', 'nothing of the field is logged or audited', async (s) => {
	const t = await tokenFor(s), mark = s.logMark();
	await list(s, { [FIELD]: `Bearer ${t}` });
	await list(s, { [FIELD]: `Bearer ${t.slice(0, -1)}x` });
	await list(s, { [FIELD]: `Bearer ${t}`, Authorization: 'Bearer x' });
	lacks(s.log(mark), new RegExp(t.slice(5, 40)), 'the log');
	lacks(s.dump(), new RegExp(t.slice(5, 40)), 'the database');
}, { settings: { ...settings, audit: 'calls' }, own: true });

row('BR-16', 'without the setting the field means nothing', async (s) => {
	const t = await tokenFor(s);
	status(await list(s, { [FIELD]: `Bearer ${t}` }), 401, 'the field alone');
	const r = await list(s, { [FIELD]: 'Bearer other', Authorization: `Bearer ${t}` });
	modernResult(r, 7, 'beside Authorization');
	lacks(r.headers.vary ?? '', /X-MCP/i, 'Vary');
});

row('BR-16', 'where the host keeps Authorization back, the field is what lets a client in', async (s) => {
	const t = await tokenFor(s), file = `${s.dir}/www/.htaccess`, shipped = fs.readFileSync(file, 'utf8');
	fs.writeFileSync(file, shipped.replace(/^SetEnvIf Authorization .*$/m, ''));
	try {
		status(await list(s, { Authorization: `Bearer ${t}` }), 401, 'Authorization alone');
		match(s.log(), /where nothing does, authorization_header in mcp-cgi\.conf\(5\) is left/, 'the log');
		modernResult(await list(s, { [FIELD]: `Bearer ${t}` }), 7, 'the field alone');
		modernResult(await list(s, { Authorization: `Bearer ${t}`, [FIELD]: `Bearer ${t}` }), 7, 'both');
	} finally {
		fs.writeFileSync(file, shipped);
	}
}, { settings, own: true, fronts: ['htaccess', 'htaccess-sub'] });
