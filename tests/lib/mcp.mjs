// SPDX-License-Identifier: ISC
//
// Speaks to /mcp in both eras: the stateless revision, where every request says in params._meta and in mirrored
// headers what it is, and the three older ones that start with initialize. Answers are held against what every
// answer of that era must be before a test looks at its own point.

import { eq, lacks, match, ok, oneOf, status } from './check.mjs';
import { raw } from './http.mjs';

export const MODERN = '2026-07-28';
export const LEGACY = ['2025-03-26', '2025-06-18', '2025-11-25'];
export const KEY = 'io.modelcontextprotocol/';
export const SEARCH = 'search_knowledge_base';
export const CREATE = 'create_document';
/** The tools that are built in, in the order of their names. */
export const BUILT_IN = [CREATE, 'delete_document', 'list_documents', 'read_document', SEARCH, 'update_document'];
export const READ = 'read:knowledge';
export const WRITE = 'write:knowledge';

const ACCEPT = 'application/json, text/event-stream';
const NAMED = { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri', 'tasks/get': 'taskId', 'tasks/update': 'taskId', 'tasks/cancel': 'taskId' };

/** The three members that a modern request puts into params._meta; undefined removes one. */
export function meta(over = {}) {
	const all = {
		[`${KEY}protocolVersion`]: MODERN,
		[`${KEY}clientInfo`]: { name: 'tests', version: '1' },
		[`${KEY}clientCapabilities`]: {},
	};
	for (const [key, value] of Object.entries(over)) all[key.includes('/') || !(KEY + key in all) ? key : KEY + key] = value;
	return Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined));
}

export const bearer = (token) => (token ? { Authorization: `Bearer ${token}` } : {});

/** Headers over headers, without regard to case; null or undefined in the later one removes a name. */
export function withHeaders(base, over = {}) {
	const out = { ...base };
	for (const [name, value] of Object.entries(over)) {
		for (const had of Object.keys(out)) if (had.toLowerCase() === name.toLowerCase()) delete out[had];
		if (value !== null && value !== undefined) out[name] = value;
	}
	return out;
}

/** Posts a body as it is. body: a value that becomes JSON, or a string or Buffer that goes out untouched. */
export function post(s, token, body, headers = {}, more = {}) {
	const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	const base = { 'Content-Type': 'application/json', Accept: ACCEPT, ...bearer(token) };
	return raw(s, { method: 'POST', path: '/mcp', headers: withHeaders(base, headers), body: bytes, content: true, ...more });
}

/** The modern headers of a message: version, method, and the name where there is one. */
export function mirrored(method, params = {}) {
	const out = { 'MCP-Protocol-Version': MODERN, 'Mcp-Method': method };
	const name = params?.[NAMED[method]];
	if (typeof name === 'string')
		out['Mcp-Name'] = /^[\x20-\x7e]*$/.test(name) && name.trim() === name ? name : encodeName(name);
	return out;
}

export const encodeName = (text) => `=?base64?${Buffer.from(text, 'utf8').toString('base64')}?=`;

let serial = 100;
export const nextId = () => serial++;

/** One modern request. o: id, meta (changes to it; null leaves _meta out), headers (changes), more (for raw). */
export function modern(s, token, method, params = {}, o = {}) {
	const { id = nextId(), headers = {}, more = {} } = o;
	const body = { jsonrpc: '2.0', id, method, params: o.meta === null ? params : { ...params, _meta: meta(o.meta) } };
	return post(s, token, body, withHeaders(mirrored(method, params), headers), more);
}

/** One legacy request under the given revision (undefined sends no version header). */
export function legacy(s, token, version, method, params, o = {}) {
	const { id = nextId(), headers = {}, more = {} } = o;
	const body = { jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) };
	return post(s, token, body, { ...(version ? { 'MCP-Protocol-Version': version } : {}), ...headers }, more);
}

export const initialize = (version = '2025-11-25') => ({ protocolVersion: version, capabilities: {},
	clientInfo: { name: 'tests', version: '1' } });

/** An answer that came as the last event, because a program worked for more than a second, as if it had come at once. */
export function plain(r) {
	if (!/^text\/event-stream/.test(r.headers['content-type'] ?? '')) return r;
	const json = JSON.parse(r.text.split('\n').filter((l) => l.startsWith('data: ')).at(-1).slice(6));
	const own = { json, text: JSON.stringify(json), headers: { ...r.headers, 'content-type': 'application/json' }, streamed: true };
	return Object.create(r, Object.fromEntries(Object.entries(own).map(([k, value]) => [k, { value }])));
}

/** An answer with a JSON-RPC message of our own in it. */
export function message(r, what = 'answer') {
	match(r.headers['content-type'], /^application\/json$/i, `${what}: Content-Type (${r})`);
	lacks(r.text.replace(/\n$/, ''), /[\r\n]/, `${what}: the JSON`);
	const doc = r.json;
	ok(doc && typeof doc === 'object' && !Array.isArray(doc), `${what}: one message, got ${r}`);
	eq(doc.jsonrpc, '2.0', `${what}: jsonrpc`);
	ok(('result' in doc) !== ('error' in doc), `${what}: exactly one of result and error, got ${r}`);
	ok(!('method' in doc), `${what}: no request of the server`);
	return doc;
}

/** Says that an error may carry any id or none. */
export const ANY = Symbol('any id');

/** A JSON-RPC error: this HTTP status, this code, this id (undefined: absent or null). */
export function rpcError(r, want, code, id, what = 'answer') {
	status(r, want, what);
	const doc = message(r, what);
	ok(doc.error, `${what}: an error, got ${r}`);
	oneOf(doc.error.code, [code].flat(), `${what}: error code (${r})`);
	ok(typeof doc.error.message === 'string' && doc.error.message.length > 0, `${what}: the error has a message`);
	ok(doc.error.message.length <= 200, `${what}: the message of the error is at most 200 characters`);
	for (const key of Object.keys(doc.error)) oneOf(key, ['code', 'message', 'data'], `${what}: member of the error`);
	if (id === undefined) ok(!('id' in doc) || doc.id === null, `${what}: no id, got ${JSON.stringify(doc.id)}`);
	else if (id !== ANY) eq(doc.id, id, `${what}: id`);
	ok(r.headers['mcp-session-id'] === undefined, `${what}: no session id is minted`);
	return doc.error;
}

function success(r, id, what) {
	status(r, 200, what);
	const doc = message(r, what);
	ok(doc.result && typeof doc.result === 'object', `${what}: a result, got ${r}`);
	if (id !== undefined) eq(doc.id, id, `${what}: id`);
	if ('protocolVersion' in doc.result) match(r.headers['mcp-session-id'] ?? '', /^[\x21-\x7e]{43}$/, `${what}: the id of the session that begins`);
	else ok(r.headers['mcp-session-id'] === undefined, `${what}: no session id is minted`);
	return doc.result;
}

/** The result of a modern request, with the members that every modern result has. */
export function modernResult(r, id, what = 'answer') {
	const result = success(r, id, what);
	eq(result.resultType, 'complete', `${what}: resultType`);
	const info = result._meta?.[`${KEY}serverInfo`];
	ok(info && typeof info.name === 'string' && info.name && typeof info.version === 'string' && info.version,
		`${what}: serverInfo with name and version in _meta, got ${JSON.stringify(result._meta)}`);
	return result;
}

/** The result of a legacy request, without any of the members that only the stateless revision has. */
export function legacyResult(r, id, what = 'answer') {
	const result = success(r, id, what);
	for (const key of ['resultType', 'ttlMs', 'cacheScope'])
		ok(!(key in result), `${what}: ${key} in a result for an older revision`);
	ok(result._meta?.[`${KEY}serverInfo`] === undefined, `${what}: serverInfo in _meta of an older revision`);
	return result;
}

/** A message that was taken in and has no answer. */
export function accepted(r, what = 'answer') {
	status(r, 202, what);
	eq(r.text, '', `${what}: body`);
	ok(r.headers['mcp-session-id'] === undefined, `${what}: no session id is minted`);
	return r;
}

/** The hints of the answers that may be kept: whole milliseconds, and for whom. */
export function cachingHints(result, what = 'result') {
	ok(Number.isInteger(result.ttlMs) && result.ttlMs >= 0, `${what}: ttlMs is ${JSON.stringify(result.ttlMs)}`);
	oneOf(result.cacheScope, ['public', 'private'], `${what}: cacheScope`);
}

/** Calls a tool in the modern way. */
export function call(s, token, name, args, o = {}) {
	return modern(s, token, 'tools/call', { name, ...(args === undefined ? {} : { arguments: args }) }, o);
}

/** The result of a tool that did its work: structured content, and its copy as the first block of text. */
export function toolResult(r, what = 'tool') {
	const result = modernResult(r, undefined, what);
	ok(result.isError === undefined || result.isError === false, `${what}: no error, got ${r}`);
	ok(Array.isArray(result.content), `${what}: content is a list`);
	ok(result.structuredContent !== undefined, `${what}: structuredContent, got ${r}`);
	eq(result.content[0]?.type, 'text', `${what}: type of the first block`);
	eq(JSON.parse(result.content[0].text), result.structuredContent, `${what}: text copy of structuredContent`);
	return result.structuredContent;
}

/** The result of a tool that refused its arguments: isError, and a text that names the argument. */
export function toolRefusal(r, name, what = 'tool') {
	const result = modernResult(r, undefined, what);
	eq(result.isError, true, `${what}: isError (${r})`);
	eq(result.content?.[0]?.type, 'text', `${what}: type of the first block`);
	const text = result.content.map((b) => b.text ?? '').join('\n');
	for (const one of [name].flat()) ok(text.includes(one), `${what}: the text names ${one}, got ${JSON.stringify(text)}`);
	ok(result.structuredContent === undefined, `${what}: no structuredContent in a refusal`);
	return text;
}

/** The parameters of the one Bearer challenge of an answer. */
export function challenge(r, what = 'answer') {
	const values = r.all['www-authenticate'] ?? [];
	eq(values.length, 1, `${what}: number of WWW-Authenticate headers (${r})`);
	match(values[0], /^Bearer [a-z_]+="[^"]*"(, [a-z_]+="[^"]*")*$/, `${what}: WWW-Authenticate`);
	const out = {};
	for (const [, name, value] of values[0].matchAll(/([a-z_]+)="([^"]*)"/g)) {
		ok(!(name in out), `${what}: ${name} twice in the challenge`);
		out[name] = value;
	}
	return out;
}
