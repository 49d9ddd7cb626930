// SPDX-License-Identifier: ISC
//
// Sessions of the older revisions: how one begins, whose it is, what it remembers, how it ends; cancelled requests, and streams
// that a client goes on with.

import { eq, lacks, match, ok, status } from '../lib/check.mjs';
import { NGINX, REAL } from '../lib/fronts.mjs';
import { sleep } from '../lib/harness.mjs';
import { raw } from '../lib/http.mjs';
import { Session, textOf } from '../lib/legacy.mjs';
import { LEGACY, accepted, bearer, initialize, legacy, legacyResult, modern, modernResult, post, rpcError } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { SITE, running, tool } from '../lib/site.mjs';

const gone = (r, id) => rpcError(r, 404, -32001, id);
const machine = async (s, token, name = 'Another client') => (await obtain(s, { client: undefined, name })).tokens.access_token;

need('T23', 'initialize begins a session with an id of its own, in every older revision and in no other answer', async (s) => {
	const t = await tokenFor(s);
	const ids = new Set();
	for (const v of [...LEGACY, ...LEGACY]) {
		const x = await Session.begin(s, t, v);
		match(x.id, /^[\x21-\x7e]{43}$/, 'id');
		ids.add(x.id);
		accepted(await x.send({ method: 'notifications/initialized' }));
		legacyResult(await x.request('ping'));
		legacyResult(await x.request('tools/list'));
		ok(!s.stored(x.id), 'at rest there is only its hash');
	}
	eq(ids.size, 6, 'different ids');
	rpcError(await post(s, t, { jsonrpc: '2.0', id: 3, method: 'initialize', params: {} }), 200, -32602, 3, 'a handshake that failed begins none');
	modernResult(await modern(s, t, 'tools/list'));
});

need('T26', 'a session that is over, or never was, is 404 for every method and stays so', async (s) => {
	const x = await Session.begin(s, await tokenFor(s));
	status(await x.end(), 204, 'DELETE');
	gone(await x.request('ping', undefined, { id: 5 }), 5);
	gone(await x.request('tools/list', {}, { id: 6 }), 6);
	gone(await x.send({ method: 'notifications/initialized' }));
	gone(await x.send({ id: 'q', result: {} }));
	status(await x.end(), 404, 'DELETE again');
	for (const id of ['x', 'A'.repeat(43), 'A'.repeat(4000), `${x.id} `, '0'])
		gone(await post(s, await tokenFor(s), { jsonrpc: '2.0', id: 7, method: 'ping' }, { 'Mcp-Session-Id': id }), 7);
	const again = await post(s, await tokenFor(s), { jsonrpc: '2.0', id: 0, method: 'initialize', params: initialize() }, { 'Mcp-Session-Id': x.id });
	legacyResult(again, 0, 'initialize heals it');
	ok(again.headers['mcp-session-id'] !== x.id, 'with another id');
});

need('T29', 'a session is the person\'s, the client\'s and the endpoint\'s that began it', async (s) => {
	s.addUser('bob');
	const x = await Session.begin(s, await tokenFor(s));
	const bob = (await obtain(s, { username: 'bob' })).tokens.access_token;
	const other = await machine(s);
	for (const token of [bob, other]) {
		gone(await x.request('ping', undefined, { token, id: 8 }), 8);
		status(await x.end({ token }), 404, 'DELETE of a stranger');
	}
	legacyResult(await x.request('ping'));
	const second = (await obtain(s)).tokens.access_token;
	status(await x.request('ping', undefined, { token: second }), 404, 'a registration of its own is another client');
}, { own: true });

need('T28', 'a session opens nothing without a token, and nothing after the token was taken back', async (s) => {
	const got = await obtain(s);
	const x = await Session.begin(s, got.tokens.access_token);
	const r = await raw(s, { method: 'POST', path: '/mcp', headers: { 'Content-Type': 'application/json', ...x.headers }, body: '{"jsonrpc":"2.0","id":1,"method":"ping"}' });
	status(r, 401, 'without a token');
	status(await raw(s, { method: 'DELETE', path: '/mcp', headers: x.headers }), 401, 'DELETE without a token');
	legacyResult(await x.request('ping'));
});

need('T25', 'requests without the header are served, without a session', async (s) => {
	const t = await tokenFor(s);
	await Session.begin(s, t);
	for (const v of LEGACY) legacyResult(await legacy(s, t, v, 'tools/list'));
});

need('T30', 'the stateless revision has no sessions: a header is ignored', async (s) => {
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	for (const id of [x.id, 'x']) modernResult(await modern(s, t, 'tools/list', {}, { headers: { 'Mcp-Session-Id': id } }));
});

need('T58', 'the revision of the session stands, whatever a later header says', async (s) => {
	const t = await tokenFor(s);
	const old = await Session.begin(s, t, '2025-03-26');
	const title = async (x, headers) => 'title' in legacyResult(await x.request('tools/list', {}, { headers })).tools[0];
	eq([await title(old), await title(old, { 'MCP-Protocol-Version': '2025-11-25' })], [false, false], 'titles for 2025-03-26');
	const young = await Session.begin(s, t, '2025-11-25');
	eq([await title(young), await title(young, { 'MCP-Protocol-Version': '2025-06-18' }), await title(young, { 'MCP-Protocol-Version': null })], [true, true, true], 'and for 2025-11-25');
	status(await old.send([]) && await post(s, t, [{ jsonrpc: '2.0', id: 1, method: 'ping' }], { 'Mcp-Session-Id': old.id }), 200, 'an array in a session of 2025-03-26');
	rpcError(await post(s, t, [{ jsonrpc: '2.0', id: 1, method: 'ping' }], { 'Mcp-Session-Id': young.id }), 400, -32600, undefined, 'and of 2025-11-25');
	rpcError(await young.request('ping', undefined, { id: 4, headers: { 'MCP-Protocol-Version': '2024-01-01' } }), 400, -32000, 4, 'a version that nobody serves');
});

need('T26', 'an unused session ends, and one that is used does not', async (s) => {
	const t = await tokenFor(s);
	const [idle, used] = [await Session.begin(s, t), await Session.begin(s, t)];
	s.sql('UPDATE mcp_session SET seen_at = seen_at - 86300');
	legacyResult(await used.request('ping'));
	s.sql('UPDATE mcp_session SET seen_at = seen_at - 200');
	gone(await idle.request('ping', undefined, { id: 1 }), 1);
	legacyResult(await used.request('ping'));
	await Session.begin(s, t);
	eq(s.counts().mcp_session, 2, 'the idle one is dropped with the next that begins');
}, { own: true });

need('T24', 'a person and client has a hundred sessions at most: the one unused for longest goes', async (s) => {
	const t = await tokenFor(s);
	const first = await Session.begin(s, t);
	s.sql('UPDATE mcp_session SET seen_at = seen_at - 1000');
	const [{ user_id, client_id, resource }] = s.sql('SELECT user_id, client_id, resource FROM mcp_session');
	s.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99) INSERT INTO mcp_session (hash, user_id, client_id, resource, revision, capabilities, created_at, seen_at)
		SELECT randomblob(32), ${user_id}, '${client_id}', '${resource}', '2025-11-25', '{}', unixepoch(), unixepoch() FROM n`);
	eq(s.counts().mcp_session, 100, 'sessions');
	const next = await Session.begin(s, t);
	eq(s.counts().mcp_session, 100, 'sessions after one more');
	gone(await first.request('ping', undefined, { id: 1 }), 1);
	legacyResult(await next.request('ping'));
}, { own: true });

const LOG = 'for l in debug info error; do echo "{\\"level\\":\\"$l\\",\\"data\\":\\"$l\\"}" >&3; done; echo done';
const levels = (list) => list.filter((m) => m.method === 'notifications/message').map((m) => m.params.level);

need('M36', 'logging/setLevel is remembered for the session and for no other', async (s) => {
	tool(s, 'logs', LOG);
	const t = await tokenFor(s);
	const [x, y] = [await Session.begin(s, t), await Session.begin(s, t)];
	eq(legacyResult(await x.request('logging/setLevel', { level: 'debug' })), {}, 'exactly {}');
	eq(levels(await (await x.call('logs')).rest()), ['debug', 'info', 'error'], 'debug');
	eq(levels(await (await y.call('logs')).rest()), ['info', 'error'], 'the other session');
	legacyResult(await x.request('logging/setLevel', { level: 'error' }));
	eq(levels(await (await x.call('logs')).rest()), ['error'], 'error');
	for (const level of ['loud', '', 'INFO', 5, null, undefined]) rpcError(await x.request('logging/setLevel', { level }, { id: 3 }), 200, -32602, 3, `level ${level}`);
	eq(legacyResult(await legacy(s, t, '2025-11-25', 'logging/setLevel', { level: 'debug' })), {}, 'without a session nothing is remembered');
}, SITE);

need('M35', 'what is not there, or without a session, is not subscribed to', async (s) => {
	const x = await Session.begin(s, await tokenFor(s));
	rpcError(await x.request('resources/subscribe', { uri: 'test://none' }, { id: 1 }), 200, [-32002, -32602], 1);
	for (const params of [{}, { uri: 5 }, undefined]) rpcError(await x.request('resources/subscribe', params, { id: 2 }), 200, -32602, 2);
	eq(legacyResult(await x.request('resources/unsubscribe', { uri: 'test://none' })), {}, 'unsubscribe');
	rpcError(await legacy(s, await tokenFor(s), '2025-11-25', 'resources/subscribe', { uri: 'test://none' }, { id: 3 }), 200, [-32600, -32002], 3, 'without a session');
});

/* ---- cancelled ---- */

const waitFor = async (mark, n, ms = 8000) => {
	for (const end = Date.now() + ms; Date.now() < end && running(mark).length !== n; ) await sleep(30);
	return running(mark).length;
};

need('M58', 'notifications/cancelled ends the program, and there is no answer', async (s) => {
	tool(s, 'long', 'exec sleep 82.5', { timeout: 60 });
	const t = await tokenFor(s);
	for (const v of LEGACY) {
		const [x, y] = [await Session.begin(s, t, v), await Session.begin(s, t, v)];
		const asked = x.call('long', {}, { id: 77 });
		eq(await waitFor('82.5', 1), 1, 'it runs');
		accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: '77' } }), 'the same id as a string is another id');
		accepted(await x.send({ method: 'notifications/cancelled', params: {} }), 'no id');
		accepted(await y.send({ method: 'notifications/cancelled', params: { requestId: 77 } }), 'another session');
		await sleep(600);
		eq(running('82.5').length, 1, 'it still runs');
		accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: 77, reason: 'x' } }));
		eq(await waitFor('82.5', 0, 3000), 0, 'it is ended');
		eq((await (await asked).rest()).filter((m) => m.id === 77), [], 'no answer');
		eq(s.sql('SELECT count(*) AS n FROM cancelled WHERE request = \'77\'')[0].n >= 0, true, 'rows');
	}
}, { ...SITE, fronts: REAL, own: true });

need('M58', 'a cancellation that comes too late touches no later request of that id, and there are not endlessly many', async (s) => {
	tool(s, 'quick', 'sleep 1; echo done');
	const x = await Session.begin(s, await tokenFor(s));
	for (let i = 0; i < 5; i++) accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: 9 } }));
	s.sql('UPDATE cancelled SET at = at - 5');
	eq(textOf((await (await x.call('quick', {}, { id: 9 })).rest()).at(-1), 9), 'done\n', 'answer');
	s.sql(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120) INSERT INTO cancelled SELECT hash, 'z' || i, unixepoch() FROM n, mcp_session`);
	accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: 'more' } }));
	eq(s.sql('SELECT count(*) AS n, sum(request = \'"more"\') AS more FROM cancelled')[0], { n: 100, more: 1 }, 'a hundred, and the last is one of them');
	status(await x.end(), 204, 'DELETE');
	eq(s.counts().cancelled, 0, 'gone with the session');
}, { ...SITE, own: true });

need('T38', 'a client of an older revision that goes away does not cancel', async (s) => {
	tool(s, 'stays', 'sleep 2; echo made >"$MCP_DATA/made"; exec sleep 0.1', { isolate: true });
	tool(s, 'look', 'cat "$MCP_DATA/made"', { isolate: true });
	const x = await Session.begin(s, await tokenFor(s), '2025-06-18');
	const stop = new AbortController();
	const asked = x.call('stays', {}, { signal: stop.signal }).catch(() => null);
	await sleep(700);
	stop.abort();
	await asked;
	await sleep(2500);
	eq(textOf((await (await x.call('look')).rest()).at(-1) ?? {}), 'made\n', 'it was done');
}, { ...SITE, fronts: REAL });

/* ---- going on ---- */

const TALK = 'for i in 1 2 3; do echo "{\\"progress\\":$i}" >&3; sleep 0.7; done; echo end';

need('T59', 'a stream of a session of 2025-11-25 begins with an event that has an id; other revisions know nothing of it', async (s) => {
	tool(s, 'talk', TALK);
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	const e = await x.call('talk', {}, { meta: { progressToken: 1 } });
	const first = await e.next();
	eq([first.data, /^[\w-]{43}\.0$/.test(first.id), Number(first.retry) > 0], ['', true, true], `priming event ${JSON.stringify(first)}`);
	const ids = [first.id];
	for (let one = await e.next(); one; one = await e.next()) ids.push(one.id);
	eq(ids.map((id) => id.split('.')), [0, 1, 2, 3, 4].map((n) => [first.id.split('.')[0], String(n)]), 'ids');
	for (const v of ['2025-03-26', '2025-06-18']) {
		const old = await (await Session.begin(s, t, v)).call('talk', {}, { meta: { progressToken: 1 } });
		for (let one = await old.next(); one; one = await old.next()) ok(!('id' in one) && one.data, `${v}: ${JSON.stringify(one)}`);
	}
	const plain = await x.call('talk', {}, { headers: { Accept: 'application/json' } });
	match(plain.r.headers.get('content-type'), /^application\/json/, 'no events for those who do not take them');
}, SITE);

need('T60', 'what was said behind an event is said again, of that stream and to that session', async (s) => {
	tool(s, 'talk', TALK);
	const t = await tokenFor(s);
	const [x, y] = [await Session.begin(s, t), await Session.begin(s, t)];
	const e = await x.call('talk', {}, { id: 5, meta: { progressToken: 1 } });
	const f = await x.call('talk', {}, { id: 6, meta: { progressToken: 2 } });
	const first = await e.next();
	await e.rest();
	await f.rest();
	const told = async (last) => (await (await x.resume(last)).rest()).map((m) => m.params?.progress ?? m.id);
	const stream = first.id.split('.')[0];
	eq(await told(first.id), [1, 2, 3, 5], 'from the beginning');
	eq(await told(`${stream}.2`), [3, 5], 'from the second on');
	eq(await told(`${stream}.4`), [], 'nothing is left');
	const refused = async (session, last, want) => status(await raw(s, { path: '/mcp', headers: { Accept: 'text/event-stream', ...bearer(t), ...session.headers, 'Last-Event-ID': last } }), want, last);
	await refused(y, first.id, 400);
	for (const bad of ['1', `${stream}`, `${stream}.`, `${stream}.x`, `${stream}.99999999999`, `${'A'.repeat(43)}.1`, `${stream}.1.1`]) await refused(x, bad, 400);
	await x.end();
	await refused(x, first.id, 404);
	eq([s.counts().stream, s.counts().event], [0, 0], 'gone with the session');
}, { ...SITE, own: true });

need('T60', 'a client that lost its connection gets the rest, also what comes only then', async (s) => {
	tool(s, 'talk', `${TALK.replace('echo end', 'sleep 1; echo end')}`);
	const x = await Session.begin(s, await tokenFor(s));
	const e = await x.call('talk', {}, { id: 5, meta: { progressToken: 1 } });
	eq((await e.message()).params.progress, 1, 'first');
	const last = e.last;
	await e.close();
	const rest = await (await x.resume(last)).rest();
	eq(rest.map((m) => m.params?.progress ?? textOf(m)), [2, 3, 'end\n'], 'the rest');
}, { ...SITE, fronts: REAL });

need('T59', 'a tool with polling lets its client go at once, and it comes back for the answer', async (s) => {
	tool(s, 'later', 'sleep 2; echo later', { polling: true });
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	const began = Date.now();
	const e = await x.call('later', {}, { id: 1 });
	const first = await e.next();
	eq([first.data, Number(first.retry)], ['', 500], 'priming event');
	eq(await e.next(), null, 'and nothing else');
	ok(Date.now() - began < 1800, `let go after ${Date.now() - began} ms`);
	const rest = await (await x.resume(first.id)).rest();
	eq([rest.length, textOf(rest[0], 1)], [1, 'later\n'], 'answer');
	const old = await Session.begin(s, t, '2025-06-18');
	eq(textOf((await (await old.call('later')).rest()).at(-1)), 'later\n', 'an older client waits');
	lacks(s.log(), /SECURITY/, 'log');
// fcgiwrap ends an answer with the process that gives it
}, { ...SITE, fronts: REAL.filter((f) => !NGINX.includes(f)) });
