// SPDX-License-Identifier: ISC
//
// subscriptions/listen: what is honoured is said first, what was asked for is told when it happens and to whom it may be told, and
// every stream ends with a result, whoever ends it.

import fs from 'node:fs';
import { each, eq, lacks, match, ok, status } from '../lib/check.mjs';
import { LISTEN, listen } from '../lib/events.mjs';
import { ALONE, HEARS_MS, REAL, WITH_WORKERS, isFastcgi } from '../lib/fronts.mjs';
import { sleep } from '../lib/harness.mjs';
import { ANY, CREATE, KEY, call, legacy, meta, mirrored, modern, modernResult, post, rpcError, toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain, revoke } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const ALL = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
const CHANGED = (what) => `notifications/${what}/list_changed`;
const TASKS = { extensions: { [`${KEY}tasks`]: {} } };
const SITE = { settings: { site: '../site', listen_person: 100 } };
const MANY = { settings: { listen_person: 100 } };
/** What "at once" is: a round, and what the machine needs; on the other fronts each stream has a process that the machine must run. */
const QUICK = (s) => (isFastcgi(s.front) ? 200 : 1000);

const documentUri = (d) => `kb:///documents/${d.id}`;
const create = async (s, t, title = 'A document') => toolResult(await call(s, t, CREATE, { title, content: 'Its text.' }));
const change = (s, kind, about = '', user = null) =>
	s.sql(`INSERT INTO change (at, kind, about, user_id) VALUES (unixepoch(), '${kind}', '${about}', ${user})`);
const idOf = (s, name) => s.sql(`SELECT id FROM user WHERE name = '${name}'`)[0].id;

/** Opens streams and closes them afterwards, whatever happens. */
async function within(fn) {
	const open = [];
	try {
		return await fn((...args) => {
			open.push(listen(...args));
			return open.at(-1);
		});
	} finally {
		for (const x of open) x.close();
	}
}

/** The file of a shelf, as its owner would put it there. */
function drop(s, file, text) {
	const owner = fs.statSync(s.dir);
	let at = s.dir;
	for (const d of ['site', ...file.split('/').slice(0, -1)]) {
		at = `${at}/${d}`;
		if (fs.existsSync(at)) continue;
		fs.mkdirSync(at, { mode: 0o755 });
		fs.chownSync(at, owner.uid, owner.gid);
	}
	// whole at once, so that it is one change however slow the machine is
	fs.writeFileSync(`${s.dir}/dropped`, text, { mode: 0o644 });
	fs.chownSync(`${s.dir}/dropped`, owner.uid, owner.gid);
	fs.renameSync(`${s.dir}/dropped`, `${s.dir}/site/${file}`);
}

need('M36', 'the acknowledgement is first, and says what is honoured and nothing else', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const doc = documentUri(await create(s, t));
	await each([
		['nothing', {}, {}],
		['all lists', ALL, ALL],
		['one list', { toolsListChanged: true }, { toolsListChanged: true }],
		['false is not asked', { toolsListChanged: false, promptsListChanged: true }, { promptsListChanged: true }],
		['a member that nobody knows', { everythingChanged: true, toolsListChanged: true }, { toolsListChanged: true }],
		['a document', { resourceSubscriptions: [doc] }, { resourceSubscriptions: [doc] }],
		['a document twice', { resourceSubscriptions: [doc, doc] }, { resourceSubscriptions: [doc] }],
		['resources that are not there', { resourceSubscriptions: ['kb:///documents/999999', 'kb:///documents/01', 'kb:///documents/-1',
			'kb:///documents/1/../2', 'kb:///documents/99999999999999999999', 'file:///etc/passwd', 'note://1', '', 'x'.repeat(3000)] }, {}],
		['some of them are', { resourceSubscriptions: ['note://1', doc] }, { resourceSubscriptions: [doc] }],
	], async (what, asked, want) => {
		const x = open(s, t, asked);
		await x.acknowledged(want);
		x.close();
	});
}), MANY);

need('M37', 'every message has the id of the request, in its type', (s) => within(async (open) => {
	const t = await tokenFor(s);
	await each([['a number', 7], ['zero', 0], ['a negative number', -3], ['a string', 'l1'], ['digits as a string', '7'],
		['a string with quotes', '"\\{}é\u2028'], ['a large number', 9007199254740991]], async (what, id) => {
		const x = open(s, t, { resourcesListChanged: true }, { id });
		await x.acknowledged();
		change(s, 'resources');
		eq((await x.next()).method, CHANGED('resources'), what);
		x.close();
	});
}), MANY);

need('M38', 'only what was asked for is told', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const [a, b] = [documentUri(await create(s, t)), documentUri(await create(s, t))];
	const tools = open(s, t, { toolsListChanged: true });
	const doc = open(s, t, { resourceSubscriptions: [a] });
	const none = open(s, t, {});
	for (const x of [tools, doc, none]) await x.acknowledged();
	for (const kind of ['prompts', 'resources']) change(s, kind);
	change(s, 'resource', b);
	change(s, 'task', 'x');
	await Promise.all([tools, doc, none].map((x) => x.silent()));
	change(s, 'tools');
	eq((await tools.next()).method, CHANGED('tools'), 'the list of tools');
	change(s, 'resource', a);
	const m = await doc.next();
	eq([m.method, m.params.uri], ['notifications/resources/updated', a], 'the document');
	await Promise.all([tools, doc, none].map((x) => x.silent(300)));
}), MANY);

need('M41', 'a document that is written is heard of at once, on every stream', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const streams = [1, 2, 3].map(() => open(s, t, { resourcesListChanged: true }));
	const began = performance.now();
	for (const x of streams) await x.acknowledged();
	ok(performance.now() - began < 3 * QUICK(s) + 600, 'the acknowledgement is there at once');
	const took = [];
	for (let round = 0; round < 4; round++) {
		await create(s, t);
		const written = performance.now();
		for (const x of streams) took.push((await x.next()).at - written);
		await sleep(120);
	}
	took.sort((p, q) => p - q);
	ok(took[Math.floor(took.length * 0.7)] < QUICK(s), `milliseconds until it is heard of: ${took.map(Math.round)}`);
}), { ...MANY, alone: true });

need('M41a', 'many changes at once are one message for each list and each resource', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const doc = documentUri(await create(s, t));
	const x = open(s, t, { toolsListChanged: true, resourceSubscriptions: [doc] });
	await x.acknowledged();
	s.sql(`INSERT INTO change (at, kind, about) VALUES ${Array.from({ length: 400 }, (_, i) =>
		`(unixepoch(), '${i % 2 ? 'tools' : 'resource'}', '${i % 2 ? '' : doc}')`).join(',')}`);
	eq([(await x.next()).method, (await x.next()).method], [CHANGED('tools'), 'notifications/resources/updated'], 'messages');
	await x.silent();
}), MANY);

need('M38b', 'a change that is private is heard of by that person alone', (s) => within(async (open) => {
	if (!s.sql("SELECT 1 FROM user WHERE name = 'bob'").length) s.addUser('bob');
	const t = await tokenFor(s);
	const bob = (await obtain(s, { username: 'bob', scope: 'read:knowledge write:knowledge' })).tokens.access_token;
	const doc = await create(s, t);
	const shared = open(s, bob, { resourceSubscriptions: [documentUri(doc)] });
	await shared.acknowledged({ resourceSubscriptions: [documentUri(doc)] });
	s.sql(`UPDATE document SET private = 1 WHERE id = ${doc.id}`);
	await sleep(500);	// a stream that begins in the same round as a change is told of it, too
	const [hers, his] = [open(s, t, { ...ALL, resourceSubscriptions: [documentUri(doc)] }), open(s, bob, { ...ALL, resourceSubscriptions: [documentUri(doc)] })];
	await hers.acknowledged({ ...ALL, resourceSubscriptions: [documentUri(doc)] });
	await his.acknowledged(ALL);
	change(s, 'resources', '', idOf(s, 'alice'));
	change(s, 'resource', documentUri(doc), idOf(s, 'alice'));
	eq([(await hers.next()).method, (await hers.next()).method].sort(), [CHANGED('resources'), 'notifications/resources/updated'].sort(), 'what she hears');
	await Promise.all([his.silent(), shared.silent()]);
}), MANY);

need('M38c', 'without the permission to read, no document can be listened to', (s) => within(async (open) => {
	const doc = documentUri(await create(s, await tokenFor(s)));
	await open(s, await tokenFor(s, 'write:knowledge'), { resourceSubscriptions: [doc] }).acknowledged({});
}), MANY);

need('M41b', 'a file that is put into the site, changed or taken away is a change of that list', (s) => within(async (open) => {
	const t = await tokenFor(s);
	drop(s, 'tools/first.json', '{"builtin":"search_knowledge_base"}');
	drop(s, 'tools/program.sh', '#!/bin/sh\n');
	await sleep(50);
	const x = open(s, t, ALL);
	await x.acknowledged(ALL);
	const until = async (what, fn, method) => {
		const began = performance.now();
		fn();
		const m = await x.next();
		eq(m.method, method, what);
		ok(m.at - began < 1000 + QUICK(s), `${what}: after ${Math.round(m.at - began)} ms`);
		await x.silent(400);
	};
	for (const shelf of ['tools', 'prompts', 'resources']) {
		await until(`a file in ${shelf}`, () => drop(s, `${shelf}/new.json`, '{"a":1}'), CHANGED(shelf));
		await until(`another text in ${shelf}`, () => drop(s, `${shelf}/new.json`, '{"a":2}'), CHANGED(shelf));
		await until(`a file less in ${shelf}`, () => fs.rmSync(`${s.dir}/site/${shelf}/new.json`), CHANGED(shelf));
	}
	await until('a note in a folder', () => drop(s, 'resources/notes/today.md', 'x'), CHANGED('resources'));
	drop(s, 'tools/program.sh', '#!/bin/sh\nexit 1\n');
	drop(s, 'tools/.hidden.json', '{}');
	drop(s, 'tools/copy.json~', '{}');
	drop(s, 'resources/notes/today.md', 'another text');
	await x.silent();
}), { ...SITE, own: true });

need('M40', 'parameters that are none', async (s) => {
	const t = await tokenFor(s);
	const ask = (params, o) => post(s, t, { jsonrpc: '2.0', id: 5, method: LISTEN, params: { ...params, _meta: meta(o?.meta) } }, { ...mirrored(LISTEN), ...o?.headers });
	await each([['none', {}], ['null', { notifications: null }], ['a list', { notifications: [] }], ['a text', { notifications: 'all' }],
		['a flag that is a text', { notifications: { toolsListChanged: 'true' } }], ['a flag that is a number', { notifications: { promptsListChanged: 1 } }],
		['a flag that is null', { notifications: { resourcesListChanged: null } }], ['one resource', { notifications: { resourceSubscriptions: 'kb:///documents/1' } }],
		['resources that are numbers', { notifications: { resourceSubscriptions: [1] } }], ['resources that are null', { notifications: { resourceSubscriptions: null } }],
		['too many resources', { notifications: { resourceSubscriptions: Array.from({ length: 101 }, (_, i) => `kb:///documents/${i}`) } }],
	], async (what, params) => { rpcError(await ask(params), 200, -32602, 5, what); });
	const r = await ask({ notifications: { taskIds: ['x'] } });
	const error = rpcError(r, 400, -32021, 5, 'tasks without the extension');
	eq(error.data, { requiredCapabilities: TASKS }, 'what is required');
	rpcError(await ask({ notifications: { taskIds: 'x' } }, { meta: { clientCapabilities: TASKS } }), 200, -32602, 5, 'tasks that are no list');
	status(await ask({ notifications: {} }, { headers: { Accept: 'application/json' } }), 406, 'a client that takes no events');
});

need('M40a', 'tasks of nobody are left out', (s) => within(async (open) => {
	const x = open(s, await tokenFor(s), { taskIds: ['x', 'y'], toolsListChanged: true }, { meta: { clientCapabilities: TASKS } });
	await x.acknowledged({ toolsListChanged: true });
	change(s, 'task', 'x');
	await x.silent(300);
}), MANY);

need('M36a', 'who may not come in hears it as from mcp, and other methods are not answered here', async (s) => {
	const t = await tokenFor(s);
	const ask = (token, o = {}) => modern(s, token, LISTEN, { notifications: {} }, o);
	rpcError(await ask(null), 401, -32600, undefined, 'no token');
	const wrong = await ask(`mcpa_${'A'.repeat(49)}`);
	eq(wrong.status, 401, 'a wrong token');
	match(wrong.headers['www-authenticate'], /error="invalid_token".*resource_metadata="/, 'challenge');
	rpcError(await ask(t, { headers: { Origin: 'https://evil.example' } }), 403, -32600, undefined, 'a foreign origin');
	rpcError(await ask(t, { headers: { 'MCP-Protocol-Version': null } }), 400, -32020, ANY, 'no version');
}, { own: true });

need('M36b', 'headers and body that disagree', async (s) => {
	const t = await tokenFor(s);
	const headers = mirrored(LISTEN);
	const body = (method, params = {}) => ({ jsonrpc: '2.0', id: 5, method, params: { ...params, _meta: meta() } });
	rpcError(await post(s, t, body('tools/list'), headers), 400, -32020, 5, 'another method in the body');
	rpcError(await post(s, t, body(LISTEN, { notifications: {} }), mirrored('tools/list')), 400, -32020, 5, 'another method in the header');
	rpcError(await post(s, t, { jsonrpc: '2.0', id: 5, method: 'tools/list' }, { 'Mcp-Method': LISTEN }), [400, 200], -32020, 5, 'an old request with this header');
	eq((await post(s, t, [{ jsonrpc: '2.0', id: 5, method: 'ping' }], { 'Mcp-Method': LISTEN })).status, 400, 'an array with this header');
	rpcError(await post(s, t, '{', headers), 400, -32700, undefined, 'no JSON');
	rpcError(await legacy(s, t, '2025-11-25', LISTEN, { notifications: {} }), 200, -32601, ANY, 'an old client');
});

need('M36c', 'the capability is announced', async (s) => {
	const got = modernResult(await modern(s, await tokenFor(s), 'server/discover'));
	eq(got.capabilities.tools, { listChanged: true }, 'capabilities.tools');
});

row('LI-01', 'who loses the grant hears the end at once', (s) => within(async (open) => {
	const flow = await obtain(s, { scope: 'read:knowledge' });
	const other = open(s, await tokenFor(s), ALL);
	const x = open(s, flow.tokens.access_token, ALL);
	await x.acknowledged(ALL);
	await other.acknowledged(ALL);
	const began = performance.now();
	status(await revoke(s, flow.client, flow.tokens.refresh_token), 200, 'revocation');
	await x.ended(4000);
	ok(performance.now() - began < 3500, `after ${Math.round(performance.now() - began)} ms`);
	await other.silent(300);
}), MANY);

row('LI-02', 'a person who is disabled, and a token that has expired', (s) => within(async (open) => {
	if (!s.sql("SELECT 1 FROM user WHERE name = 'carol'").length) s.addUser('carol');
	const flow = await obtain(s, { username: 'carol', scope: 'read:knowledge' });
	const again = await obtain(s, { scope: 'read:knowledge' });
	const [x, y] = [open(s, flow.tokens.access_token, ALL), open(s, again.tokens.access_token, ALL)];
	await x.acknowledged();
	await y.acknowledged();
	eq(s.ctl(['user', 'disable', 'carol']).status, 0, 'mcpctl user disable');
	await x.ended(4000);
	await y.silent(100);
	s.sql(`UPDATE access SET expires_at = unixepoch() - 1 WHERE grant_id = (SELECT max(id) FROM grants WHERE revoked_at = 0)`);
	await y.ended(4000);
}), { ...MANY, own: true });

row('LI-03', 'a stream ends by itself, and the client may come again', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const began = performance.now();
	const x = open(s, t, ALL, { id: 'first' });
	await x.acknowledged();
	await x.ended(6000);
	ok(performance.now() - began > 900 && performance.now() - began < 5500, `after ${Math.round(performance.now() - began)} ms`);
	await open(s, t, ALL, { id: 'first' }).acknowledged();
}), { settings: { listen_life: 2 } });

row('LI-04', 'SIGTERM ends all streams, with the result', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const streams = [1, 2, 3, 4].map(() => open(s, t, ALL));
	for (const x of streams) await x.acknowledged();
	for (const p of s.processes().filter((p) => p.exe === 'listen')) process.kill(p.pid, 'SIGTERM');
	for (const x of streams) await x.ended();
	// spawn-fcgi starts nothing anew
	if (!isFastcgi(s.front) || s.front === 'apache-proxy') return;
	const end = Date.now() + 8000;
	let x;
	do {
		await sleep(200);
		x = open(s, t, ALL);
		await x.until(() => x.head, 1000);
	} while (x.status !== 200 && Date.now() < end);
	await x.acknowledged();
}), { ...MANY, own: true, fronts: REAL });

row('LI-05', 'one person has so many streams, and another one still gets his', (s) => within(async (open) => {
	const t = await tokenFor(s);
	if (!s.sql("SELECT 1 FROM user WHERE name = 'bob'").length) s.addUser('bob');
	const bob = (await obtain(s, { username: 'bob', scope: 'read:knowledge' })).tokens.access_token;
	const streams = [1, 2, 3].map(() => open(s, t, ALL));
	for (const x of streams) await x.acknowledged();
	const no = await open(s, t, ALL, { id: 'four' }).refused();
	eq([no.status, no.json.error?.code, no.json.id], [200, -32603, 'four'], 'the fourth');
	const his = open(s, bob, ALL);
	await his.acknowledged();
	const last = await open(s, bob, ALL).refused();
	eq([last.status, last.json.error?.code], [200, -32603], 'one more than all');
	streams[0].close();
	let x;
	for (const end = Date.now() + HEARS_MS(s.front); x?.status !== 200 || !x.messages.some((m) => m.method); ) {
		ok(Date.now() < end, 'who has closed one may open another');
		await sleep(400);
		x = open(s, t, ALL);
		await x.until(() => x.messages.length, 5000);
	}
}), { settings: { listen_person: 3, listen_max: 4 }, fronts: WITH_WORKERS, own: true });

row('LI-06', 'as plain CGI: one too many is an honest 503, and a stream less makes room', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const streams = [1, 2, 3].map(() => open(s, t, ALL));
	for (const x of streams) await x.acknowledged();
	const no = await open(s, t, ALL).refused();
	eq([no.status, no.json.error?.code], [503, -32603], 'the fourth');
	match(no.headers['retry-after'], /^\d+$/, 'Retry-After');
	modernResult(await modern(s, t, 'tools/list'));
	streams[0].close();
	let x;
	for (const end = Date.now() + HEARS_MS(s.front); !x?.messages.length && Date.now() < end; ) {
		x = open(s, t, ALL);
		await x.until(() => x.head && (x.status !== 200 || x.messages.length));
	}
	await x.acknowledged();
}), { settings: { listen_max: 3 }, fronts: ['inproc', ...ALONE], own: true });

row('LI-07', 'where the web server does not know listen, mcp gives short streams, and keeps workers free', (s) => within(async (open) => {
	const { tokens } = await obtain(s, { resource: `${s.issuer}/team-b/mcp`, scope: 'read:knowledge write:knowledge' });
	const t = tokens.access_token;
	const at = { path: '/team-b/mcp' };
	const streams = [1, 2].map(() => open(s, t, { resourcesListChanged: true }, at));
	for (const x of streams) await x.acknowledged({ resourcesListChanged: true });
	const no = await open(s, t, ALL, at).refused();
	eq([no.status, no.json.error?.code], [503, -32603], 'the third');
	match(no.headers['retry-after'], /^\d+$/, 'Retry-After');
	modernResult(await modern(s, t, 'tools/list', {}, { more: at }));
	toolResult(await call(s, t, CREATE, { title: 'Heard of', content: 'Here, too.' }, { more: at }));
	for (const x of streams) eq((await x.next()).method, CHANGED('resources'), 'the document');
	const began = performance.now();
	for (const x of streams) await x.ended(25000);
	ok(performance.now() - began < 22000, 'they end after twenty seconds');
}), { settings: { mcp_workers: 4, mcp_waiters: 2, '[resource {issuer}/team-b/mcp]': { name: 'Team B' } }, fronts: ['inproc', 'fastcgi'], own: true });

row('LI-08', 'a silent stream is kept open by comments', (s) => within(async (open) => {
	const x = open(s, await tokenFor(s), {});
	await x.acknowledged({});
	ok(await x.until(() => x.comments >= 2, 15000), 'a second comment within fifteen seconds');
	await x.silent(100);
}), MANY);

row('LI-09', 'a body that is too long, and one that is odd, do no harm to the streams', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const x = open(s, t, { toolsListChanged: true });
	await x.acknowledged();
	const long = { jsonrpc: '2.0', id: 1, method: LISTEN, params: { notifications: { x: 'y'.repeat(600000) }, _meta: meta() } };
	eq((await post(s, t, long, mirrored(LISTEN))).status, 413, 'status');
	await post(s, t, { jsonrpc: '2.0', id: 1, method: LISTEN, params: { notifications: {}, _meta: meta() } }, mirrored(LISTEN), { finish: 'drop', silent: true });
	change(s, 'tools');
	eq((await x.next()).method, CHANGED('tools'), 'what was asked for');
	lacks(s.log(), /died of signal|AddressSanitizer/, 'the log');
}), { ...MANY, own: true });
