// SPDX-License-Identifier: ISC
//
// A tool's questions to clients of the older revisions: asked on the stream of the call by one process, answered to another one.
// In process there is one process for everything, so that these need a web server.

import { eq, match, ok, status } from '../lib/check.mjs';
import { REAL, WITH_WORKERS } from '../lib/fronts.mjs';
import { sleep } from '../lib/harness.mjs';
import { Session, textOf } from '../lib/legacy.mjs';
import { accepted, legacy, legacyResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { SITE, asker, tool } from '../lib/site.mjs';
import fs from 'node:fs';

const BOTH = { ...SITE, fronts: REAL };
const OWN = { ...BOTH, own: true };
const ALL = { elicitation: { form: {}, url: {} }, sampling: { tools: {} }, roots: { listChanged: true } };
const FORM = { message: 'Your name?', schema: { type: 'object', properties: { name: { type: 'string', minLength: 2 } }, required: ['name'] } };
const SAMPLE = { method: 'sampling/createMessage', params: { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 100 } };
const ROOTS = { method: 'roots/list', params: {} };
const PAGE = { message: 'Open this', url: 'https://example.com/connect' };
const yes = (name) => ({ action: 'accept', content: { name } });
const answersOf = (message) => JSON.parse(textOf(message).replace(/^answers /, ''));
const refusedBy = (message) => {
	eq(message?.result?.isError, true, `isError of ${JSON.stringify(message)}`);
	return textOf(message);
};

need('M49', 'a form is asked on the stream of the call, and answered through another process', async (s) => {
	asker(s, 'form', { who: FORM });
	const t = await tokenFor(s);
	for (const [v, params] of [['2025-06-18', { message: FORM.message, requestedSchema: FORM.schema }], ['2025-11-25', { mode: 'form', message: FORM.message, requestedSchema: FORM.schema }]]) {
		const x = await Session.begin(s, t, v, { elicitation: {} });
		const e = await x.call('form', {}, { id: 7 });
		const q = await e.message();
		eq([q.jsonrpc, q.method, q.params], ['2.0', 'elicitation/create', params], `${v}: question`);
		ok(typeof q.id === 'string' && q.id.length >= 43, `${v}: an id that cannot be guessed`);
		accepted(await x.answer(q.id, yes('Ada')));
		const rest = await e.rest();
		eq([rest.length, rest[0].id, answersOf(rest[0])], [1, 7, { who: yes('Ada') }], `${v}: result`);
		accepted(await x.answer(q.id, yes('Late')), `${v}: answered twice`);
	}
	eq(s.counts().question, 0, 'nothing is left');
}, BOTH);

need('M49', 'decline and cancel come to the tool, and a client that cannot is a cancel', async (s) => {
	asker(s, 'form', { who: FORM });
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	for (const action of ['decline', 'cancel']) {
		const e = await x.call('form');
		accepted(await x.answer((await e.message()).id, { action }));
		eq(answersOf((await e.rest()).at(-1)), { who: { action } }, action);
	}
	const e = await x.call('form');
	accepted(await x.send({ id: (await e.message()).id, error: { code: -32601, message: 'no' } }));
	eq(answersOf((await e.rest()).at(-1)), { who: { action: 'cancel' } }, 'error');
}, BOTH);

need('M51', 'an answer that does not conform is asked for again, and not for ever', async (s) => {
	asker(s, 'form', { who: FORM });
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	const e = await x.call('form');
	for (const bad of [yes('x'), { action: 'accept' }, { action: 'accept', content: { name: 5 } }, { action: 'maybe' }, {}, 'x']) {
		const q = await e.message();
		eq(q.method, 'elicitation/create', `asked again after ${JSON.stringify(bad)}`);
		accepted(await x.answer(q.id, bad));
	}
	accepted(await x.answer((await e.message()).id, yes('Ada')));
	eq(answersOf((await e.rest()).at(-1)), { who: yes('Ada') }, 'result');
	const f = await x.call('form');
	let n = 0;
	for (let q = await f.message(); q.method; q = await f.message()) {
		n++;
		accepted(await x.answer(q.id, {}));
		ok(n < 20, 'it ends');
		if (n === 8) break;
	}
	match(refusedBy((await f.rest()).at(-1)), /too often/, 'after eight');
}, OWN);

need('M55', 'sampling, roots and pages, several at once, in the form of each revision', async (s) => {
	asker(s, 'all', { who: FORM, say: SAMPLE, where: ROOTS });
	asker(s, 'page', { page: PAGE });
	asker(s, 'sample', { say: SAMPLE });
	const t = await tokenFor(s);
	const given = { 'elicitation/create': yes('Ada'), 'sampling/createMessage': { role: 'assistant', content: { type: 'text', text: 'Ho' }, model: 'm' }, 'roots/list': { roots: [{ uri: 'file:///x' }] } };
	const x = await Session.begin(s, t, '2025-11-25', ALL);
	const e = await x.call('all');
	const asked = [await e.message(), await e.message(), await e.message()];
	eq(asked.map((q) => q.method).sort(), Object.keys(given).sort(), 'three questions at once');
	for (const q of asked.reverse()) accepted(await x.answer(q.id, given[q.method]));
	eq(answersOf((await e.rest()).at(-1)), { who: given['elicitation/create'], say: given['sampling/createMessage'], where: given['roots/list'] }, 'answers');

	const p = await x.call('page');
	const q = await p.message();
	eq([q.params.mode, q.params.url, q.params.elicitationId.length >= 32], ['url', PAGE.url, true], 'page');
	accepted(await x.answer(q.id, { action: 'accept' }));
	const rest = await p.rest();
	eq(rest[0], { jsonrpc: '2.0', method: 'notifications/elicitation/complete', params: { elicitationId: q.params.elicitationId } }, 'complete');
	eq(answersOf(rest[1]), { page: { action: 'accept' } }, 'answer');

	const old = await Session.begin(s, t, '2025-03-26', ALL);
	const f = await old.call('sample');
	const r = await f.message();
	eq([r.method, r.params], ['sampling/createMessage', SAMPLE.params], '2025-03-26');
	accepted(await old.answer(r.id, given['sampling/createMessage']));
	eq(answersOf((await f.rest()).at(-1)), { say: given['sampling/createMessage'] }, '2025-03-26');
	const g = await old.call('sample');
	accepted(await old.send({ id: (await g.message()).id, error: { code: -1, message: 'User rejected sampling' } }));
	eq(answersOf((await g.rest()).at(-1)), { say: { error: { code: -1, message: 'User rejected sampling' } } }, 'refused');
}, OWN);

need('V09', 'what the client did not declare, and what its revision does not have, is not asked', async (s) => {
	asker(s, 'form', { who: FORM });
	asker(s, 'page', { page: PAGE });
	asker(s, 'sample', { say: SAMPLE });
	asker(s, 'tools', { say: { ...SAMPLE, params: { ...SAMPLE.params, tools: [] } } });
	asker(s, 'lists', { who: { message: 'Which?', schema: { type: 'object', properties: { x: { type: 'array', items: { type: 'string', enum: ['a'] } } } } } });
	const t = await tokenFor(s);
	const cases = [['2025-11-25', {}, ['form', 'page', 'sample', 'tools']], ['2025-11-25', { elicitation: {} }, ['page', 'sample']], ['2025-11-25', { elicitation: { url: {} } }, ['form']],
		['2025-11-25', { sampling: {} }, ['tools', 'form']], ['2025-06-18', ALL, ['page', 'tools', 'lists']], ['2025-03-26', ALL, ['form', 'page', 'tools']],
		['2025-11-25', { elicitation: 'yes', sampling: [] }, ['form', 'sample']]];
	for (const [v, can, names] of cases) {
		const x = await Session.begin(s, t, v, can);
		for (const name of names) match(refusedBy((await (await x.call(name)).rest()).at(-1)), /cannot be asked/, `${v} ${JSON.stringify(can)} ${name}`);
	}
	const x = await Session.begin(s, t, '2025-11-25', ALL);
	const plain = await x.call('form', {}, { headers: { Accept: 'application/json' } });
	match(refusedBy(await plain.message()), /cannot be asked/, 'no events are taken');
	match(legacyResult(await legacy(s, t, '2025-11-25', 'tools/call', { name: 'form', arguments: {} })).content[0].text, /cannot be asked/, 'no session');
}, OWN);

need('M50', 'titles of choices are said in the words of 2025-06-18', async (s) => {
	const schema = { type: 'object', properties: { a: { type: 'string', oneOf: [{ const: 'x', title: 'X' }, { const: 'y', title: 'Y' }], default: 'x' }, b: { type: 'boolean', default: true } } };
	asker(s, 'choice', { who: { message: 'Which?', schema } });
	const t = await tokenFor(s);
	const shown = async (v) => {
		const x = await Session.begin(s, t, v, ALL);
		const e = await x.call('choice');
		const q = await e.message();
		accepted(await x.answer(q.id, { action: 'accept', content: { a: 'y' } }));
		eq(answersOf((await e.rest()).at(-1)).who.content, { a: 'y' }, v);
		return q.params;
	};
	eq(await shown('2025-06-18'), { message: 'Which?', requestedSchema: { type: 'object', properties: { a: { type: 'string', enum: ['x', 'y'], enumNames: ['X', 'Y'] }, b: { type: 'boolean', default: true } } } }, 'old');
	eq((await shown('2025-11-25')).requestedSchema, schema, 'new');
}, BOTH);

need('M53', 'only the session that was asked can answer, and two calls get each their own', async (s) => {
	asker(s, 'form', { who: FORM });
	s.addUser('bob');
	const t = await tokenFor(s);
	const bob = (await obtain(s, { username: 'bob' })).tokens.access_token;
	const [x, same, his] = [await Session.begin(s, t, '2025-11-25', ALL), await Session.begin(s, t, '2025-11-25', ALL), await Session.begin(s, bob, '2025-11-25', ALL)];
	const [e, f] = [await x.call('form', {}, { id: 1 }), await x.call('form', {}, { id: 2 })];
	const [p, q] = [await e.message(), await f.message()];
	ok(p.id !== q.id, 'different ids');
	accepted(await his.answer(p.id, yes('Mallory')), 'another person');
	accepted(await same.answer(p.id, yes('Mallory')), 'another session of the same person');
	status(await x.answer(p.id, yes('Mallory'), { token: bob }), 404, 'a session that was overheard');
	accepted(await x.answer('nobody-asked', yes('Mallory')), 'an unknown id');
	accepted(await x.answer(5, yes('Mallory')), 'an id that is no text');
	await sleep(500);
	accepted(await x.answer(q.id, yes('Two')));
	eq(answersOf((await f.rest()).at(-1)), { who: yes('Two') }, 'second');
	accepted(await x.answer(p.id, yes('One')));
	const last = (await e.rest()).at(-1);
	eq([last.id, answersOf(last)], [1, { who: yes('One') }], 'first');
}, OWN);

need('M45', 'rounds after rounds in one call, with the state and all answers so far', async (s) => {
	tool(s, 'rounds', `#!/bin/sh
case $MCP_STATE in two) echo "answers $MCP_ANSWERS" ;; one) echo '${JSON.stringify({ ask: { second: FORM }, state: 'two' })}' ;; *) echo '${JSON.stringify({ ask: { first: FORM }, state: 'one' })}' ;; esac`);
	tool(s, 'again', 'if [ "$MCP_STATE" = later ]; then echo done; else echo "{\\"ask\\":{},\\"state\\":\\"later\\"}"; fi');
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	const e = await x.call('rounds');
	for (const name of ['One', 'Two']) accepted(await x.answer((await e.message()).id, yes(name)));
	eq(answersOf((await e.rest()).at(-1)), { first: yes('One'), second: yes('Two') }, 'answers');
	eq(textOf((await (await x.call('again')).rest()).at(-1)), 'done\n', 'a state without a question is asked again later');
}, BOTH);

need('M58', 'a call that waits for an answer is cancelled, and its questions with it', async (s) => {
	asker(s, 'form', { who: FORM });
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	const e = await x.call('form', {}, { id: 5 });
	const q = await e.message();
	accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: 5 } }));
	eq(await e.rest(), [], 'no answer');
	eq([s.counts().question, s.counts().cancelled], [0, 0], 'rows');
	accepted(await x.answer(q.id, yes('Late')));
	const f = await x.call('form', {}, { id: 6 });
	await f.message();
	status(await x.end(), 204, 'DELETE while a call waits');
	eq(await f.rest(), [], 'the call ends with its session');
}, OWN);

need('M52', 'nobody answers: the call ends with a sentence, and the question is taken back', async (s) => {
	asker(s, 'form', { who: FORM });
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	const e = await x.call('form', {}, { meta: { progressToken: 'p' } });
	const q = await e.message();
	const rest = await e.rest();
	eq([rest[0].method, rest[0].params.requestId], ['notifications/cancelled', q.id], 'taken back');
	match(refusedBy(rest.at(-1)), /in time/, 'sentence');
	ok(e.comments >= 2, 'comments kept the stream open');
	eq(s.counts().question, 0, 'rows');
}, { ...OWN, settings: { ...SITE.settings, question_ttl: 3 } });

need('M56', 'who waits long is told of progress, if he wants', async (s) => {
	asker(s, 'form', { who: FORM });
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	const e = await x.call('form', {}, { meta: { progressToken: 'p' } });
	const q = await e.message();
	const p = await e.message(15000);
	eq([p.method, p.params.progressToken], ['notifications/progress', 'p'], 'progress');
	accepted(await x.answer(q.id, yes('Ada')));
	eq(answersOf((await e.rest()).at(-1)), { who: yes('Ada') }, 'result');
}, BOTH);

need('T38', 'a client whose connection broke while it was asked goes on with the stream', async (s) => {
	asker(s, 'form', { who: FORM });
	const t = await tokenFor(s);
	const x = await Session.begin(s, t, '2025-11-25', ALL);
	const e = await x.call('form', {}, { id: 3 });
	const q = await e.message();
	await e.close();
	await sleep(2500);
	accepted(await x.answer(q.id, yes('Ada')));
	eq(answersOf((await (await x.resume(e.last)).rest()).at(-1)), { who: yes('Ada') }, 'result');
	const old = await Session.begin(s, t, '2025-06-18', ALL);
	const f = await old.call('form', {}, { id: 4 });
	await f.message();
	await f.close();
	for (const end = Date.now() + 8000; Date.now() < end && s.counts().question; ) await sleep(100);
	eq(s.counts().question, 0, 'who cannot come back is not waited for');
}, OWN);

need('B08', 'a person has two calls that wait, and the server as many as the settings allow', async (s) => {
	asker(s, 'form', { who: FORM });
	s.addUser('bob');
	const t = await tokenFor(s);
	const x = await Session.begin(s, t, '2025-11-25', ALL);
	const held = [await x.call('form'), await x.call('form')];
	const asked = [await held[0].message(), await held[1].message()];
	match(refusedBy((await (await x.call('form')).rest()).at(-1)), /Too many of your calls/, 'a third one');
	const bob = (await obtain(s, { username: 'bob' })).tokens.access_token;
	const his = await Session.begin(s, bob, '2025-11-25', ALL);
	const more = await his.call('form');
	asked.push(await more.message());
	const busy = await his.call('form');
	eq([busy.r.status, Number(busy.r.headers.get('retry-after')) > 0], [503, true], 'one too many of all');
	legacyResult(await his.request('tools/list'), undefined, 'and quick requests are answered');
	for (const [i, y] of [x, x, his].entries()) accepted(await y.answer(asked[i].id, yes('Ada')));
	for (const e of [...held, more]) eq(answersOf((await e.rest()).at(-1)), { who: yes('Ada') }, 'result');
}, { ...OWN, settings: { ...SITE.settings, mcp_waiters: 3, mcp_workers: 6 } });

need('B09', 'a worker that is killed while it waits leaves a question that is answered to nobody', async (s) => {
	asker(s, 'form', { who: FORM });
	const x = await Session.begin(s, await tokenFor(s), '2025-11-25', ALL);
	const e = await x.call('form');
	const q = await e.message();
	const waits = s.processes().filter((p) => p.exe === 'mcp').filter((p) => fs.readdirSync(`/proc/${p.pid}/fd`).some((fd) => {
		try { return /\.wait\d+$/.test(fs.readlinkSync(`/proc/${p.pid}/fd/${fd}`)); } catch { return false; }
	}));
	eq(waits.length, 1, 'the worker that waits');
	process.kill(waits[0].pid, 'SIGKILL');
	await e.rest().catch(() => null);
	accepted(await x.answer(q.id, yes('Ada')));
	const f = await x.call('form');
	accepted(await x.answer((await f.message()).id, yes('Eve')));
	eq(answersOf((await f.rest()).at(-1)), { who: yes('Eve') }, 'the next call');
	s.sql('UPDATE question SET expires_at = 1');
	match(s.ctl(['reap']).stdout, /^1 questions/m, 'what is left is reaped');
}, { ...OWN, fronts: WITH_WORKERS });
