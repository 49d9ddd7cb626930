// SPDX-License-Identifier: ISC
//
// The stream of a session of the older revisions, which is opened by GET: who gets one, what is said on it and to whom, what it
// hears of after another subscription, and how it ends.

import fs from 'node:fs';
import { each, eq, match, ok, status } from '../lib/check.mjs';
import { ALONE, AS_CGI, HEARS_MS, LIGHTTPD, REAL, WITH_WORKERS } from '../lib/fronts.mjs';
import { ROOT, sleep, start } from '../lib/harness.mjs';
import { raw } from '../lib/http.mjs';
import { Session } from '../lib/legacy.mjs';
import { CREATE, LEGACY, MODERN, bearer, call, initialize, legacyResult, modern, modernResult, post, rpcError, toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain, revoke } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';
import { tool } from '../lib/site.mjs';

const UPDATED = 'notifications/resources/updated';
const LISTS = (what) => `notifications/${what}/list_changed`;
const MANY = { settings: { listen_person: 100 } };
const SITE = { settings: { site: '../site', listen_person: 100 } };

const uri = (d) => `kb:///documents/${d.id}`;
const create = async (s, t, title = 'A document') => toolResult(await call(s, t, CREATE, { title, content: 'Its text.' }));
const update = async (s, t, d, content) => toolResult(await call(s, t, 'update_document', { id: d.id, content }));
const subscribe = async (x, d, method = 'resources/subscribe') => eq(legacyResult(await x.request(method, { uri: typeof d === 'string' ? d : uri(d) })), {}, method);
const change = (s, kind, about = '', user = null) =>
	s.sql(`INSERT INTO change (at, kind, about, user_id) VALUES (unixepoch(), '${kind}', '${about}', ${user})`);
const idOf = (s, name) => s.sql(`SELECT id FROM user WHERE name = '${name}'`)[0].id;
async function bobs(s) {
	if (!s.sql("SELECT 1 FROM user WHERE name = 'bob'").length) s.addUser('bob');
	return (await obtain(s, { username: 'bob', scope: 'read:knowledge write:knowledge' })).tokens.access_token;
}
const get = (s, token, headers = {}) => raw(s, { path: '/mcp', headers: { Accept: 'text/event-stream', ...(token ? bearer(token) : {}), ...headers } });

/** Streams that are closed afterwards, whatever happens. */
async function within(fn) {
	const open = [];
	try {
		return await fn(async (x, o) => {
			open.push(await x.listen(o));
			return open.at(-1);
		});
	} finally {
		for (const e of open) e.close();
	}
}

need('T20', 'a session of each older revision hears of a document that it is subscribed to, and of the list', (s) => within(async (open) => {
	const t = await tokenFor(s);
	for (const v of LEGACY) {
		const [d, other] = [await create(s, t), await create(s, t)];
		const x = await Session.begin(s, t, v);
		await subscribe(x, d);
		const e = await open(x);
		match(e.r.headers.get('content-type'), /^text\/event-stream$/, 'Content-Type');
		await update(s, t, other, 'Another one.');
		eq(await e.next(), [LISTS('resources')], `${v}: the list`);
		await update(s, t, d, 'Another text.');
		eq(await e.some(2), [LISTS('resources'), `${UPDATED} ${uri(d)}`], `${v}: the document`);
		await e.silent(400);
		e.close();
	}
}), MANY);

need('M35', 'what is subscribed to, and no longer, is heard of and no longer, while the stream is open', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const [d, f] = [await create(s, t), await create(s, t)];
	const [x, y] = [await Session.begin(s, t), await Session.begin(s, t)];
	const [e, other] = [await open(x), await open(y)];
	change(s, 'resource', uri(d));
	await e.silent();
	await subscribe(x, d);
	change(s, 'resource', uri(d));
	eq(await e.next(), [UPDATED, uri(d)], 'subscribed');
	await subscribe(x, f);
	for (const one of [d, f]) change(s, 'resource', uri(one));
	eq(await e.some(2), [d, f].map((one) => `${UPDATED} ${uri(one)}`), 'both');
	await subscribe(x, d, 'resources/unsubscribe');
	for (const one of [d, f]) change(s, 'resource', uri(one));
	eq(await e.next(), [UPDATED, uri(f)], 'one is left');
	await subscribe(x, f, 'resources/unsubscribe');
	for (const one of [d, f]) change(s, 'resource', uri(one));
	await e.silent();
	await other.silent(0);
}), MANY);

need('M35', 'what is private to somebody else, or cannot be read any more, is not heard of', (s) => within(async (open) => {
	const [t, bob] = [await tokenFor(s), await bobs(s)];
	const d = await create(s, t);
	const [x, y] = [await Session.begin(s, t), await Session.begin(s, bob)];
	for (const one of [x, y]) await subscribe(one, d);
	const [hers, his] = [await open(x), await open(y)];
	change(s, 'resource', uri(d));
	eq([await hers.next(), await his.next()], [[UPDATED, uri(d)], [UPDATED, uri(d)]], 'while all may read it');
	change(s, 'resource', uri(d), idOf(s, 'alice'));
	eq(await hers.next(), [UPDATED, uri(d)], 'a change that concerns her alone');
	s.sql(`UPDATE document SET private = 1 WHERE id = ${d.id}`);
	change(s, 'resource', uri(d));
	eq(await hers.next(), [UPDATED, uri(d)], 'a document that is hers alone');
	await his.silent();
	rpcError(await y.request('resources/subscribe', { uri: uri(d) }, { id: 4 }), 200, [-32002, -32602], 4);
	s.sql(`DELETE FROM document WHERE id = ${d.id}`);
	change(s, 'resource', uri(d));
	await hers.silent();
}), MANY);

need('M35', 'a token that may not read is not told, even in a session that once could', (s) => within(async (open) => {
	const got = await obtain(s, { scope: 'read:knowledge write:knowledge' });
	const d = await create(s, got.tokens.access_token);
	const x = await Session.begin(s, got.tokens.access_token);
	await subscribe(x, d);
	const e = await open(x);
	change(s, 'resource', uri(d));
	eq(await e.next(), [UPDATED, uri(d)], 'with the permission');
	s.sql("UPDATE access SET scope = 'write:knowledge'");
	change(s, 'resource', uri(d));
	await e.silent();
}), { ...MANY, own: true });

need('M20', 'a file of the site: lists of each kind, and a resource that is another one', (s) => within(async (open) => {
	const t = await tokenFor(s);
	tool(s, 'first', 'echo first');
	const owner = fs.statSync(s.dir);
	const drop = (file, text) => {
		for (const at of [`${s.dir}/site/${file.split('/')[0]}`]) if (!fs.existsSync(at)) { fs.mkdirSync(at, { mode: 0o755 }); fs.chownSync(at, owner.uid, owner.gid); }
		// In one step: whoever looks between two hears of two changes.
		fs.writeFileSync(`${s.dir}/dropped`, text, { mode: 0o644 });
		fs.chownSync(`${s.dir}/dropped`, owner.uid, owner.gid);
		fs.renameSync(`${s.dir}/dropped`, `${s.dir}/site/${file}`);
	};
	drop('resources/note.txt', 'one');
	drop('resources/other.txt', 'one');
	drop('prompts/old.md', 'text');
	await sleep(50);
	const x = await Session.begin(s, t);
	const e = await open(x);
	drop('tools/second.json', '{ "builtin": "search_knowledge_base" }');
	eq(await e.next(), [LISTS('tools')], 'a tool');
	drop('prompts/new.md', 'text');
	eq(await e.next(), [LISTS('prompts')], 'a prompt');
	drop('resources/new.txt', 'text');
	eq(await e.next(), [LISTS('resources')], 'a resource');
	drop('resources/note.txt', 'another text');
	await e.silent();
	await subscribe(x, 'site:///note.txt');
	await sleep(300);
	drop('resources/other.txt', 'another text');
	await e.silent(500);
	drop('resources/note.txt', 'and another text');
	eq(await e.next(), [UPDATED, 'site:///note.txt'], 'a file that is subscribed to');
	await subscribe(x, 'site:///other.txt');
	await e.silent();
}), { ...SITE, own: true });

need('T19', 'who gets no stream: without a token, a session, or a client that takes events', async (s) => {
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	const r = await get(s, null, x.headers);
	status(r, 401, 'no token');
	match(r.headers['www-authenticate'], /^Bearer .*resource_metadata=/, 'challenge');
	status(await get(s, `mcpa_${'A'.repeat(49)}`, x.headers), 401, 'a wrong token');
	rpcError(await get(s, t, { ...x.headers, Origin: 'https://evil.example' }), 403, -32600, undefined, 'a foreign origin');
	await each([['no session', {}], ['an empty one', { 'Mcp-Session-Id': '' }], ['no events', { ...x.headers, Accept: 'application/json' }],
		['the stateless revision', { ...x.headers, 'MCP-Protocol-Version': MODERN }], ['what comes behind it', { ...x.headers, 'MCP-Protocol-Version': '2099-01-01' }],
	], async (what, headers) => {
		const no = await get(s, t, headers);
		rpcError(no, 405, -32600, undefined, what);
		eq(no.headers.allow, 'POST, OPTIONS', `${what}: Allow`);
	});
	rpcError(await get(s, t, { ...x.headers, 'MCP-Protocol-Version': '2024-01-01' }), 400, -32000, undefined, 'a revision that nobody serves');
	for (const id of ['x', 'A'.repeat(43), 'A'.repeat(4000), '0']) rpcError(await get(s, t, { ...x.headers, 'Mcp-Session-Id': id }), 404, -32001, undefined, 'no such session');
	eq(s.sql('SELECT sum(streams) AS n FROM mcp_session')[0].n, 0, 'streams that were opened');
}, { own: true });

need('T29', 'the stream of a session is for its person, client and endpoint alone', async (s) => {
	const x = await Session.begin(s, await tokenFor(s));
	for (const token of [await bobs(s), (await obtain(s)).tokens.access_token]) rpcError(await get(s, token, x.headers), 404, -32001, undefined, 'a stranger');
	await x.end();
	rpcError(await get(s, await tokenFor(s), x.headers), 404, -32001, undefined, 'a session that is over');
}, MANY);

need('T27', 'DELETE ends the stream of that session and of no other', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const [x, y] = [await Session.begin(s, t), await Session.begin(s, t)];
	const [e, other] = [await open(x), await open(y)];
	await sleep(300);
	const began = Date.now();
	status(await x.end(), 204, 'DELETE');
	await e.ended();
	ok(Date.now() - began < 2000, `after ${Date.now() - began} ms`);
	await other.silent(300);
}), MANY);

need('T28', 'a grant that is taken back, and a person who is disabled, end the stream', (s) => within(async (open) => {
	const flow = await obtain(s, { scope: 'read:knowledge' });
	const e = await open(await Session.begin(s, flow.tokens.access_token));
	const bob = await bobs(s);
	const his = await open(await Session.begin(s, bob));
	const hers = await open(await Session.begin(s, await tokenFor(s)));
	status(await revoke(s, flow.client, flow.tokens.refresh_token), 200, 'revocation');
	await e.ended();
	s.ctl(['user', 'disable', 'bob']);
	await his.ended();
	await hers.silent(300);
}), { ...MANY, own: true });

need('T21', 'a second stream of a session takes the place of the first, and each message is told once', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const d = await create(s, t);
	const [x, y] = [await Session.begin(s, t), await Session.begin(s, t)];
	for (const one of [x, y]) await subscribe(one, d);
	const other = await open(y);
	let last = await open(x);
	for (let i = 0; i < 3; i++) {
		const next = await open(x);
		change(s, 'resource', uri(d));
		eq(await next.next(), [UPDATED, uri(d)], 'the new one hears');
		eq(await other.next(), [UPDATED, uri(d)], 'the other session, too');
		await last.ended();
		last = next;
	}
	await last.silent(300);
	await other.silent(0);
}), MANY);

need('T19', 'a stream ends when its time is over, and the next one hears on', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	const began = performance.now();
	const e = await open(x);
	await e.ended(6000);
	ok(performance.now() - began > 900, `after ${Math.round(performance.now() - began)} ms`);
	const next = await open(x);
	change(s, 'tools');
	eq(await next.next(), [LISTS('tools')], 'the next one');
}), { settings: { listen_life: 2 } });

row('LI-04', 'SIGTERM ends the stream of a session, without a word', (s) => within(async (open) => {
	const e = await open(await Session.begin(s, await tokenFor(s)));
	for (const p of s.processes().filter((p) => p.exe === 'listen')) process.kill(p.pid, 'SIGTERM');
	await e.ended();
}), { ...MANY, own: true, fronts: REAL });

row('LI-05', 'streams of sessions count like all others, but one that takes the place of another finds room', (s) => within(async (open) => {
	const [t, bob] = [await tokenFor(s), await bobs(s)];
	const x = await Session.begin(s, t);
	const first = await open(x);
	await open(await Session.begin(s, t));
	const third = await Session.begin(s, t);
	const no = await get(s, t, third.headers);
	rpcError(no, 429, -32603, undefined, 'a third of one person');
	match(no.headers['retry-after'], /^\d+$/, 'Retry-After');
	await open(x);
	await first.ended();
	await open(await Session.begin(s, bob));
	const full = await get(s, bob, (await Session.begin(s, bob)).headers);
	rpcError(full, 503, -32603, undefined, 'one more than all');
	match(full.headers['retry-after'], /^\d+$/, 'Retry-After');
}), { settings: { listen_person: 2, listen_max: 3 }, fronts: WITH_WORKERS, own: true });

row('LI-06', 'as plain CGI: one stream too many is an honest 503', (s) => within(async (open) => {
	const t = await tokenFor(s);
	const streams = [await open(await Session.begin(s, t)), await open(await Session.begin(s, t))];
	const x = await Session.begin(s, t);
	const no = await get(s, t, x.headers);
	rpcError(no, 503, -32603, undefined, 'the third');
	match(no.headers['retry-after'], /^\d+$/, 'Retry-After');
	streams[0].close();
	let room;
	for (const end = Date.now() + HEARS_MS(s.front); !room && Date.now() < end; ) {
		room = await open(x).catch(() => null);
		if (!room) await sleep(200);
	}
	ok(room, 'a stream less makes room');
}), { settings: { listen_max: 2 }, fronts: ['inproc', ...ALONE], own: true });

row('LI-07', 'where the web server does not know listen, GET is 405 and does no harm', async (s) => {
	const { tokens } = await obtain(s, { resource: `${s.issuer}/team-b/mcp`, scope: 'read:knowledge' });
	for (const headers of [{}, { 'Mcp-Session-Id': 'x' }]) {
		const r = await raw(s, { path: '/team-b/mcp', headers: { Accept: 'text/event-stream', ...bearer(tokens.access_token), ...headers } });
		rpcError(r, 405, -32600, undefined, 'GET');
		eq(r.headers.allow, 'POST, OPTIONS', 'Allow');
	}
	status(await raw(s, { path: '/team-b/mcp' }), 401, 'without a token');
}, { settings: { '[resource {issuer}/team-b/mcp]': { name: 'Team B' } }, fronts: ['inproc', 'fastcgi'] });

row('LI-07', 'the configuration of a further endpoint leads GET to listen, and going on with an answer to mcp', (s) => within(async (open) => {
	if (LIGHTTPD.includes(s.front)) {
		delete s.settings[`[resource ${s.issuer}/team-b/mcp]`];	// the route that the harness makes for it
		s.web.push('var.mcp_path = "/team-b/mcp"', `include ${JSON.stringify(`${ROOT}/lighttpd-conf/mcp-${s.front}-path.conf`)}`);
		await s.restart();
	}
	const { tokens } = await obtain(s, { resource: `${s.issuer}/team-b/mcp`, scope: 'read:knowledge' });
	const at = await Session.begin(s, tokens.access_token, '2025-11-25', {}, '/team-b/mcp');
	const e = await open(at);
	change(s, 'tools');
	eq(await e.next(), [LISTS('tools')], 'the list');
	const r = await raw(s, { path: '/team-b/mcp', headers: { Accept: 'text/event-stream', ...bearer(tokens.access_token), ...at.headers, 'Last-Event-ID': 'x' } });
	rpcError(r, 400, -32600, undefined, 'an event that is not there');
	rpcError(await get(s, await tokenFor(s), at.headers), 404, -32001, undefined, 'a session of another endpoint');
}), { settings: { '[resource {issuer}/team-b/mcp]': { name: 'Team B' } }, fronts: REAL, own: true });

/** What initialize and server/discover say of what can change. */
async function promised(s) {
	const t = await tokenFor(s);
	const old = legacyResult(await post(s, t, { jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize('2025-06-18') }), 0);
	return [old, modernResult(await modern(s, t, 'server/discover'))].map(({ capabilities: { tools, resources, prompts } }) => ({ tools, resources, prompts }));
}

need('V02', 'changes are promised to both eras', async (s) => {
	const all = { tools: { listChanged: true }, resources: { listChanged: true, subscribe: true }, prompts: { listChanged: true } };
	eq(await promised(s), [all, all], 'capabilities');
});

need('V02', 'they are not where the program for them is not installed', async (_, front) => {
	const s = await start({ front, ownPrograms: true });
	try {
		fs.rmSync(`${s.programs}/listen`);
		const none = { tools: {}, resources: {}, prompts: {} };
		eq(await promised(s), [none, none], 'capabilities');
	} finally {
		await s.stop();
	}
}, { own: 'none', fronts: AS_CGI });
