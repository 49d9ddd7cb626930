// SPDX-License-Identifier: ISC
//
// Tasks: a tool that is marked as long is worked on apart from the request, and outlives the server; it tells how far it is,
// asks, is cancelled, and ends one time in one way, for its owner alone.

import fs from 'node:fs';
import { eq, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { sleep } from '../lib/harness.mjs';
import { KEY, call, legacy, legacyResult, meta, modern, modernResult, post, rpcError } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain, register } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const EXT = `${KEY}tasks`;
const SITE = { settings: { site: '../site' } };
const CAN = { meta: { clientCapabilities: { extensions: { [EXT]: {} }, elicitation: {}, sampling: {}, roots: {} } } };

function tool(s, name, script, definition = {}) {
	for (const d of ['site', 'site/tools']) if (!fs.existsSync(`${s.dir}/${d}`)) fs.mkdirSync(`${s.dir}/${d}`, { mode: 0o755 });
	const owner = fs.statSync(s.dir);
	const put = (file, text, bits) => {
		fs.writeFileSync(`${s.dir}/site/tools/${file}`, text);
		fs.chmodSync(`${s.dir}/site/tools/${file}`, bits);
		fs.chownSync(`${s.dir}/site/tools/${file}`, owner.uid, owner.gid);
	};
	for (const d of ['site', 'site/tools']) fs.chownSync(`${s.dir}/${d}`, owner.uid, owner.gid);
	put(`${name}.sh`, `#!/bin/sh\n${script}`, 0o755);
	put(`${name}.json`, JSON.stringify({ description: `The tool ${name}`, scope: '', run: [`${name}.sh`], long: true, ...definition }), 0o644);
}

const begin = async (s, name, args = {}, o = {}) => created(await call(s, o.token ?? (await tokenFor(s)), name, args, { ...CAN, ...o }), name);
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** CreateTaskResult: flat, and with nothing that belongs to a later answer. */
function created(r, what = 'task') {
	status(r, 200, what);
	const t = r.json.result;
	ok(t, `${what}: a result, got ${r}`);
	eq([t.resultType, t.status], ['task', 'working'], `${what}: ${r}`);
	ok(/^[A-Za-z0-9_-]{43}$/.test(t.taskId), `${what}: 256 bits of id`);
	for (const key of ['createdAt', 'lastUpdatedAt']) match(t[key], TIME, key);
	ok(Number.isInteger(t.ttlMs) && t.ttlMs > 0 && Number.isInteger(t.pollIntervalMs) && t.pollIntervalMs > 0, `${what}: times`);
	for (const key of ['task', 'ttl', 'pollInterval', 'result', 'error', 'inputRequests', 'requestState']) ok(!(key in t), `${what}: ${key}`);
	return t;
}

const get = async (s, id, o = {}) => modern(s, o.token ?? (await tokenFor(s)), 'tasks/get', { taskId: id }, { ...CAN, ...o });
const look = async (s, id, o) => modernResult(await get(s, id, o), undefined, 'tasks/get');
const update = async (s, id, inputResponses, o = {}) => modern(s, o.token ?? (await tokenFor(s)), 'tasks/update', { taskId: id, inputResponses }, { ...CAN, ...o });
const cancel = async (s, id, o = {}) => modern(s, o.token ?? (await tokenFor(s)), 'tasks/cancel', { taskId: id }, { ...CAN, ...o });
const acknowledged = (r, what) => {
	const { _meta, ...rest } = modernResult(r, undefined, what);
	eq(rest, { resultType: 'complete' }, `${what}: nothing of the task`);
};

async function until(s, id, test, ms = 15000, o) {
	let t;
	for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) if (test((t = await look(s, id, o)))) return t;
	throw new Error(`the task stays ${JSON.stringify(t)}`);
}
const ended = (s, id, ms, o) => until(s, id, (t) => !['working', 'input_required'].includes(t.status), ms, o);
const asking = (s, id) => until(s, id, (t) => t.status === 'input_required');
const textOf = (r) => r.content.map((b) => b.text ?? '').join('\n');

const cmdlines = (mark) => fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
	try { return fs.readFileSync(`/proc/${p}/cmdline`, 'latin1').includes(mark); } catch { return false; }
});
async function goneWithin(ms, find) {
	for (const end = Date.now() + ms; Date.now() < end && find().length; ) await sleep(50);
	return find();
}
async function thereWithin(ms, find) {
	for (const end = Date.now() + ms; Date.now() < end && !find().length; ) await sleep(20);
	return find();
}
/** A call that is none of a task: its result, also when it comes as the last event. */
async function plain(s, name, args) {
	const r = await call(s, await tokenFor(s), name, args);
	if (!/^text\/event-stream/.test(r.headers['content-type'])) return modernResult(r);
	return JSON.parse(r.text.split('\n').filter((l) => l.startsWith('data: ')).at(-1).slice(6)).result;
}
/** Processes that work on tasks of this installation: they have its work.log open. */
const workers = (s) => fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
	try { return fs.readFileSync(`/proc/${p}/comm`, 'latin1') === 'work\n' && fs.readlinkSync(`/proc/${p}/fd/2`).startsWith(s.dir); } catch { return false; }
});
const idle = async (s) => eq(await goneWithin(8000, () => workers(s)), [], 'workers that are left');

const SAYS = 'sed "s/.*\\"say\\": *\\"\\([^\\"]*\\)\\".*/\\1/"';
const FORM = (message) => ({ message, schema: { type: 'object', properties: { v: { type: 'string' } } } });
const yes = (v) => ({ action: 'accept', content: { v } });

/* ---- from the call to the result ---- */

need('M61', 'a long tool is a task for those who say that they know tasks, and a call for all others', async (s) => {
	tool(s, 'says', SAYS);
	tool(s, 'short', SAYS, { long: false });
	const t = await begin(s, 'says', { say: 'hello' });
	const end = await ended(s, t.taskId);
	eq([end.status, textOf(end.result), end.taskId, 'error' in end, 'inputRequests' in end], ['completed', 'hello\n', t.taskId, false, false], 'end');
	ok(!('resultType' in end.result) || end.result.resultType === 'complete', 'result');
	const token = await tokenFor(s);
	eq(textOf(modernResult(await call(s, token, 'says', { say: 'plain' }))), 'plain\n', 'without the extension');
	eq(textOf(modernResult(await call(s, token, 'short', { say: 'short' }, CAN))), 'short\n', 'a tool that is not long');
	eq(textOf(modernResult(await modern(s, token, 'tools/call', { name: 'says', arguments: { say: 'x' }, task: { ttl: 1000 } }))), 'x\n', 'the older parameter is ignored');
	for (const v of ['2025-11-25', '2025-06-18'])
		eq(textOf(legacyResult(await legacy(s, token, v, 'tools/call', { name: 'says', arguments: { say: v }, task: { ttl: 60000 } }))), `${v}\n`, v);
	await idle(s);
}, SITE);

need('M69', 'the extension is announced as one, and not when it is off', async (s) => {
	const found = modernResult(await modern(s, await tokenFor(s), 'server/discover'));
	eq([found.capabilities.extensions?.[EXT], found.capabilities.tasks], [{}, undefined], 'capabilities');
	s.setConf({ tasks: 'off' });
	await s.restart();
	tool(s, 'says', SAYS);
	const token = await tokenFor(s);
	eq(modernResult(await modern(s, token, 'server/discover')).capabilities.extensions, undefined, 'off');
	eq(textOf(modernResult(await call(s, token, 'says', { say: 'now' }, CAN))), 'now\n', 'an ordinary call');
	rpcError(await get(s, 'x'.repeat(43), { id: 7 }), 404, -32601, 7, 'off');
}, { ...SITE, own: true });

need('M64', 'isError is completed, an error of the protocol is failed', async (s) => {
	tool(s, 'sad', 'echo nothing to be had; exit 3');
	tool(s, 'error', 'echo \'{"error":{"code":1234,"message":"Out of stock"}}\'');
	const sad = await ended(s, (await begin(s, 'sad')).taskId);
	eq([sad.status, sad.result.isError, textOf(sad.result)], ['completed', true, 'nothing to be had\n'], 'sad');
	const bad = await ended(s, (await begin(s, 'error')).taskId);
	eq([bad.status, bad.error, bad.statusMessage, 'result' in bad], ['failed', { code: 1234, message: 'Out of stock' }, 'Out of stock', false], 'error');
}, SITE);

need('M62', 'a task is there before its answer is, and keeps what it came to', async (s) => {
	tool(s, 'slow', 'exec sleep 2');
	const ids = await Promise.all(Array.from({ length: 6 }, async () => {
		const { taskId } = await begin(s, 'slow');
		eq((await look(s, taskId)).status, 'working', 'at once');
		return taskId;
	}));
	eq(new Set(ids).size, 6, 'six ids');
	for (const id of ids) eq((await ended(s, id)).status, 'completed', 'end');
	const first = await look(s, ids[0]);
	await sleep(1100);
	eq(await look(s, ids[0]), first, 'an end stays as it is');
	acknowledged(await cancel(s, ids[0]), 'cancel afterwards');
	eq(await look(s, ids[0]), first, 'also when it is cancelled afterwards');
}, SITE);

row('JR-14', 'arguments that do not conform make no task', async (s) => {
	tool(s, 'strict', 'echo started', { inputSchema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } });
	const r = modernResult(await call(s, await tokenFor(s), 'strict', { n: 'x' }, CAN));
	eq([r.isError, s.sql("SELECT count(*) AS n FROM task WHERE tool = 'strict'")[0].n], [true, 0], 'answer');
}, SITE);

/* ---- who ---- */

need('M65', 'without the extension there are no tasks to ask about', async (s) => {
	const token = await tokenFor(s);
	for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
		for (const capabilities of [{}, { extensions: {} }, { extensions: { [EXT]: 'yes' } }, { tasks: {} }]) {
			const error = rpcError(await modern(s, token, method, { taskId: 'x', inputResponses: {} }, { id: 9, meta: { clientCapabilities: capabilities } }), 400, -32021, 9, method);
			eq(error.data, { requiredCapabilities: { extensions: { [EXT]: {} } } }, method);
		}
	for (const method of ['tasks/result', 'tasks/list']) rpcError(await modern(s, token, method, { taskId: 'x' }, { id: 10, ...CAN }), 404, -32601, 10, `M68 ${method}`);
	for (const method of ['tasks/get', 'tasks/cancel']) rpcError(await legacy(s, token, '2025-11-25', method, { taskId: 'x' }, { id: 11 }), 200, -32601, 11, method);
	tool(s, 'only', SAYS, { long: 'only' });
	eq(rpcError(await call(s, token, 'only', { say: 'x' }, { id: 12 }), 400, -32021, 12, 'only').data.requiredCapabilities.extensions, { [EXT]: {} }, 'only as a task');
	rpcError(await legacy(s, token, '2025-11-25', 'tools/call', { name: 'only', arguments: {} }, { id: 13 }), 200, -32602, 13, 'only, an older client');
	eq(textOf((await ended(s, (await begin(s, 'only', { say: 'yes' })).taskId)).result), 'yes\n', 'as a task');
}, SITE);

need('M68', 'tasks/result and tasks/list are not there', async (s) => {
	for (const method of ['tasks/result', 'tasks/list']) rpcError(await modern(s, await tokenFor(s), method, { taskId: 'x' }, { id: 10, ...CAN }), 404, -32601, 10, method);
}, SITE);

row('HD-12', 'Mcp-Name is the id of the task', async (s) => {
	const token = await tokenFor(s);
	for (const name of ['other', null])
		rpcError(await modern(s, token, 'tasks/get', { taskId: 'one' }, { ...CAN, id: 8, headers: { 'Mcp-Name': name } }), 400, -32020, 8, String(name));
}, SITE);

row('JR-17', "somebody else's task is like one that never was", async (s) => {
	tool(s, 'asks_all', `case $MCP_ANSWERS in *accept*) echo done ;; *) echo '${JSON.stringify({ ask: { q: FORM('?') } })}' ;; esac`);
	const mine = await begin(s, 'asks_all');
	await asking(s, mine.taskId);
	s.addUser('bob');
	const bob = (await obtain(s, { username: 'bob' })).tokens.access_token;
	const otherClient = (await obtain(s, { client: await register(s, { client_name: 'Another' }) })).tokens.access_token;
	const forged = [`${mine.taskId}x`, mine.taskId.slice(1), mine.taskId.toLowerCase(), mine.taskId.slice(0, -1) + (mine.taskId.endsWith('A') ? 'B' : 'A'), '', '%', "' OR 1=1 --", 'x'.repeat(5000)];
	const unknown = { id: 5, token: undefined };
	const words = rpcError(await get(s, 'never', unknown), 200, -32602, 5).message;
	const same = async (r, what) => eq(rpcError(r, 200, -32602, 5, what).message, words, what);
	for (const token of [bob, otherClient]) {
		await same(await get(s, mine.taskId, { token, id: 5 }), 'get');
		await same(await update(s, mine.taskId, { '1-q': yes('evil') }, { token, id: 5 }), 'update');
		await same(await update(s, mine.taskId, 'no answers at all', { token, id: 5 }), 'update without answers');
		await same(await cancel(s, mine.taskId, { token, id: 5 }), 'cancel');
	}
	for (const id of forged) await same(await get(s, id, { id: 5 }), id.slice(0, 50));
	for (const taskId of [7, null, {}, undefined, ['x']]) {
		const r = await modern(s, await tokenFor(s), 'tasks/get', { taskId }, { ...CAN, id: 5 });
		await same(r, String(taskId));
	}
	eq((await look(s, mine.taskId)).status, 'input_required', 'untouched');
	acknowledged(await update(s, mine.taskId, { '1-q': yes('mine') }), 'update');
	eq((await ended(s, mine.taskId)).status, 'completed', 'end');
}, { ...SITE, own: true });

row('JR-17', 'a task belongs to its endpoint', async (s) => {
	tool(s, 'here', SAYS);
	const t = await begin(s, 'here', { say: 'x' });
	await ended(s, t.taskId);
	s.sql(`UPDATE task SET resource = resource || '/other' WHERE id = '${t.taskId}'`, { json: false });
	rpcError(await get(s, t.taskId, { id: 4 }), 200, -32602, 4);
}, SITE);

/* ---- meanwhile ---- */

need('M63', 'progress is told as statusMessage, at a bounded rate', async (s) => {
	tool(s, 'talks', 'i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo "{\\"progress\\":$i,\\"total\\":40,\\"message\\":\\"step\\"}" >&3; sleep 0.12; done; echo said');
	const t = await begin(s, 'talks');
	const mid = await until(s, t.taskId, (x) => /^step \(\d+ of 40\)$/.test(x.statusMessage ?? ''));
	eq([mid.status, 'result' in mid], ['working', false], 'meanwhile');
	ok(Number.isInteger(mid.pollIntervalMs), 'pollIntervalMs');
	const end = await ended(s, t.taskId);
	eq([end.status, textOf(end.result)], ['completed', 'said\n'], 'end');
	const told = s.sql(`SELECT count(*) AS n FROM change WHERE kind = 'task' AND about = '${t.taskId}'`)[0].n;
	ok(told >= 4 && told <= 9, `changes that were told: ${told}`);
}, SITE);

need('M63', 'a message of the program stays a text', async (s) => {
	tool(s, 'odd', `printf '%s\\n' '{"progress":1,"message":"a\\u0007 \\"b\\" ${'é'.repeat(400)}"}' 'nonsense' '{"progress":"x"}' '{"progress":2e308}' >&3; sleep 3; echo said`);
	const t = await begin(s, 'odd');
	const mid = await until(s, t.taskId, (x) => /é/.test(x.statusMessage ?? ''));
	match(mid.statusMessage, /^a\u0007 "b" é{50,100} \(1\)$/, 'cut between two characters');
	await ended(s, t.taskId);
}, SITE);

row('TX-06', 'a task that takes too long is ended, and may take longer than a request', async (s) => {
	tool(s, 'ages', 'exec sleep 70.25', { timeout: 1 });
	const end = await ended(s, (await begin(s, 'ages')).taskId);
	eq([end.status, end.result.isError], ['completed', true], 'end');
	match(textOf(end.result), /did not finish within 1 s/, 'words');
	eq(cmdlines('70.25'), [], 'left over');
	tool(s, 'day', 'echo x', { timeout: 86400, cpu: 86400 });
	tool(s, 'day_short', 'echo x', { timeout: 86400, long: false });
	tool(s, 'too_long', 'echo x', { timeout: 86401 });
	const listed = modernResult(await modern(s, await tokenFor(s), 'tools/list')).tools.map((x) => x.name);
	eq(['day', 'day_short', 'too_long'].map((n) => listed.includes(n)), [true, false, false], 'a day for what is long');
}, SITE);

row('TX-04', 'the program of a task is given what that of a call is given', async (s) => {
	tool(s, 'env', 'env | sort; ls /proc/self/fd | tr "\\n" " "; cat');
	const args = { a: ["'; $(id) `id`", '-rf', '{"x":1}'] };
	const direct = textOf(await plain(s, 'env', args));
	const task = textOf((await ended(s, (await begin(s, 'env', args)).taskId)).result);
	const clean = (x) => x.replace(/^(HOME|TMPDIR|PWD|MCP_CAPABILITIES)=.*$/gm, '$1').replace(/[^\n]*(?=\{)/, '');
	eq(clean(task), clean(direct), 'environment and input');
	lacks(task, /HTTP_|mcpa_|AUTHORIZATION|MCP_CGI_CONF/, 'nothing of the request');
}, SITE);

/* ---- its end ---- */

row('TX-16', 'cancel ends the program at once, once and for all', async (s) => {
	tool(s, 'long', 'exec sleep 71.5', { timeout: 600 });
	const t = await begin(s, 'long');
	eq((await thereWithin(5000, () => cmdlines('71.5'))).length, 1, 'it runs');
	const began = Date.now();
	acknowledged(await cancel(s, t.taskId), 'cancel');
	eq((await look(s, t.taskId)).status, 'cancelled', 'at once');
	eq(await goneWithin(2500, () => cmdlines('71.5')), [], `after ${Date.now() - began} ms`);
	for (let i = 0; i < 2; i++) acknowledged(await cancel(s, t.taskId), 'again');
	await sleep(500);
	eq((await look(s, t.taskId)).status, 'cancelled', 'stays');
	await idle(s);
}, SITE);

row('CN-11', 'cancel and completion: one of them, and never both', async (s) => {
	tool(s, 'brief', 'sleep 0.2; echo done');
	const outcomes = new Set();
	for (let i = 0; i < 12; i++) {
		const t = await begin(s, 'brief');
		await sleep(120 + 30 * i);
		const two = await Promise.all([cancel(s, t.taskId), cancel(s, t.taskId), get(s, t.taskId)]);
		for (const r of two) status(r, 200);
		const end = await ended(s, t.taskId);
		oneOf(end.status, ['completed', 'cancelled'], 'end');
		eq('result' in end, end.status === 'completed', `a result with ${end.status}`);
		outcomes.add(end.status);
		await sleep(300);
		eq(await look(s, t.taskId), end, 'and it stays so');
		const ends = s.sql(`SELECT count(*) AS n FROM change WHERE kind = 'task' AND about = '${t.taskId}'`)[0].n;
		ok(ends <= 3, `made, taken, ended: ${ends}`);
	}
	await idle(s);
}, SITE);

row('IV-06', 'a task outlives the server that it was asked of', async (s) => {
	tool(s, 'through', `while [ ! -e ${s.dir}/site/gate ]; do sleep 0.1; done; echo done`);
	const t = await begin(s, 'through');
	await until(s, t.taskId, (x) => !x.statusMessage);
	const before = workers(s);
	eq(before.length, 1, 'one works');
	await s.restart();
	eq(workers(s), before, 'the same goes on');
	s.write('site/gate', '');
	const end = await ended(s, t.taskId);
	eq([end.status, textOf(end.result)], ['completed', 'done\n'], 'end');
	await idle(s);
}, { ...SITE, own: true });

row('TX-16', 'what a killed worker had is failed, or begun again if it may be', async (s) => {
	tool(s, 'once', 'exec sleep 72.5', { timeout: 600 });
	tool(s, 'twice', `if mkdir $MCP_DATA/once 2>/dev/null; then exec sleep 73.5; fi; echo second`, { restart: true, isolate: true, timeout: 600 });
	const kill = async (name, mark) => {
		const t = await begin(s, name);
		eq((await thereWithin(5000, () => cmdlines(mark))).length, 1, `${name} runs`);
		for (const p of workers(s)) process.kill(Number(p), 'SIGKILL');
		eq(await goneWithin(3000, () => cmdlines(mark)), [], `${name}: the program ends with its worker`);
		return t.taskId;
	};
	const lost = await ended(s, await kill('once', '72.5'));
	eq([lost.status, lost.error.code, lost.statusMessage], ['failed', -32603, lost.error.message], 'failed');
	match(lost.error.message, /interrupted/, 'words');
	const again = await ended(s, await kill('twice', '73.5'));
	eq([again.status, textOf(again.result)], ['completed', 'second\n'], 'begun again');
	await idle(s);
}, { ...SITE, own: true });

row('TX-16', 'a worker that is told to end gives back what it has', async (s) => {
	tool(s, 'kept', 'exec sleep 74.5', { timeout: 600 });
	const t = await begin(s, 'kept');
	await thereWithin(5000, () => cmdlines('74.5'));
	for (const p of workers(s)) process.kill(Number(p), 'SIGTERM');
	const end = await ended(s, t.taskId, 5000);
	eq([end.status, await goneWithin(2000, () => cmdlines('74.5'))], ['failed', []], 'end');
	await idle(s);
}, SITE);

row('TX-16', 'a tool that kills its worker again and again is given up', async (s) => {
	tool(s, 'poison', 'kill -9 $PPID; sleep 5', { restart: true });
	const t = await begin(s, 'poison');
	const end = await ended(s, t.taskId, 30000);
	eq(end.status, 'failed', 'end');
	eq(s.sql(`SELECT runs FROM task WHERE id = '${t.taskId}'`)[0].runs, 3, 'three times');
	await idle(s);
}, SITE);

row('JR-17', 'whoever is not let in any more has no tasks that work', async (s) => {
	tool(s, 'goes_on', 'exec sleep 75.5', { timeout: 600 });
	const ends = async (how, undo, o = {}) => {
		const t = await begin(s, 'goes_on', {}, o);
		await thereWithin(5000, () => cmdlines('75.5'));
		how(t);
		eq(await goneWithin(5000, () => cmdlines('75.5')), [], 'the program');
		for (const end = Date.now() + 3000; Date.now() < end && s.sql(`SELECT status FROM task WHERE id = '${t.taskId}'`)[0]?.status === 'working'; ) await sleep(50);
		undo?.(t);
		return s.sql(`SELECT status, message FROM task WHERE id = '${t.taskId}'`)[0];
	};
	const client = s.sql('SELECT id FROM client')[0]?.id;
	const token = await tokenFor(s);
	const id = s.sql('SELECT client_id FROM grants ORDER BY id DESC LIMIT 1')[0].client_id;
	ok(token && (client || id), 'a client');
	eq((await ends(() => s.ctl(['client', 'disable', id]), () => s.ctl(['client', 'enable', id]))).status, 'cancelled', 'client');
	eq((await ends(() => s.ctl(['grant', 'revoke', '--client', id]))).status, 'cancelled', 'grant');
	const fresh = (await obtain(s)).tokens.access_token;
	eq((await ends(() => s.ctl(['user', 'disable', 'alice']), undefined, { token: fresh })).status, 'cancelled', 'person');
	await idle(s);
}, { ...SITE, own: true });

/* ---- questions ---- */

const TWO = `case $MCP_STATE in
two) printf 'got %s' "$MCP_ANSWERS" ;;
one) echo '${JSON.stringify({ ask: { name: FORM('And again?') }, state: 'two' })}' ;;
*) echo '${JSON.stringify({ ask: { name: FORM('Your name?'), color: FORM('Your colour?') }, state: 'one' })}' ;; esac`;

need('M67', 'a task asks in rounds, and no key comes twice', async (s) => {
	tool(s, 'asks', TWO);
	const { taskId: id } = await begin(s, 'asks');
	const one = await asking(s, id);
	eq(Object.keys(one.inputRequests), ['1-name', '1-color'], 'questions');
	eq(one.inputRequests['1-name'], { method: 'elicitation/create', params: { mode: 'form', message: 'Your name?', requestedSchema: FORM('').schema } }, 'spelled out');
	ok(!('requestState' in one) && !('result' in one), 'nothing else');
	acknowledged(await update(s, id, { '1-color': yes('blue'), 'other': yes('x'), name: yes('x'), '2-name': yes('early') }), 'one of two');
	eq(Object.keys((await look(s, id)).inputRequests), ['1-name'], 'the other waits');
	for (const bad of [{ '1-name': 7 }, { '1-name': { action: 'maybe' } }, { '1-name': { roots: [] } }, { '1-name': { role: 'user', content: {} } }, [], null, 'x', 3])
		rpcError(await update(s, id, bad, { id: 31 }), 200, -32602, 31, JSON.stringify(bad));
	acknowledged(await update(s, id, { '1-color': yes('red') }), 'answered already');
	acknowledged(await update(s, id, {}), 'nothing');
	acknowledged(await update(s, id, { '1-name': yes('Ada') }), 'the last');
	const two = await until(s, id, (t) => t.inputRequests?.['2-name']);
	eq(Object.keys(two.inputRequests), ['2-name'], 'second round');
	acknowledged(await update(s, id, { '1-name': yes('old'), '2-name': { action: 'decline' } }), 'second');
	const end = await ended(s, id);
	eq(JSON.parse(textOf(end.result).slice(4)), { color: yes('blue'), name: { action: 'decline' } }, 'all answers, by the keys of the program');
	acknowledged(await update(s, id, { '2-name': yes('late') }), 'too late');
	eq(s.sql(`SELECT answers, asked, state FROM task WHERE id = '${id}'`)[0], { answers: null, asked: null, state: null }, 'what is not needed is not kept');
	await idle(s);
}, SITE);

need('M67', 'of many answers at once each counts once', async (s) => {
	const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
	tool(s, 'many', `case $MCP_ANSWERS in *accept*) printf '%s' "$MCP_ANSWERS" ;; *) echo '${JSON.stringify({ ask: Object.fromEntries(keys.map((k) => [k, FORM(k)])) })}' ;; esac`);
	const { taskId: id } = await begin(s, 'many');
	await asking(s, id);
	const all = await Promise.all(keys.flatMap((k) => [update(s, id, { [`1-${k}`]: yes(k) }), update(s, id, { [`1-${k}`]: yes(k) })]));
	for (const r of all) acknowledged(r, 'update');
	eq(JSON.parse(textOf((await ended(s, id)).result)), Object.fromEntries(keys.map((k) => [k, yes(k)])), 'answers');
	eq(s.sql(`SELECT round, runs FROM task WHERE id = '${id}'`)[0], { round: 1, runs: 1 }, 'run once with all of them');
}, SITE);

need('M67', 'a client is asked what it can be asked', async (s) => {
	tool(s, 'asks_much', `echo '${JSON.stringify({ ask: { r: { method: 'roots/list' } } })}'`);
	tool(s, 'asks_junk', `echo '${JSON.stringify({ ask: { r: { method: 'tools/list' } } })}'`);
	const only = { meta: { clientCapabilities: { extensions: { [EXT]: {} } } } };
	const end = await ended(s, (await begin(s, 'asks_much', {}, only)).taskId);
	eq([end.status, end.error.code, end.error.data], ['failed', -32021, { requiredCapabilities: { roots: {} } }], 'capability');
	eq((await ended(s, (await begin(s, 'asks_junk')).taskId)).status, 'failed', 'no question');
}, SITE);

need('M67', 'with "answered" the first questions are asked before there is a task', async (s) => {
	tool(s, 'first', `case $MCP_ANSWERS in *accept*) sleep 1; printf 'got %s' "$MCP_ANSWERS" ;; *) echo '${JSON.stringify({ ask: { name: FORM('Your name?') }, state: 's' })}' ;; esac`, { long: 'answered' });
	const r = await call(s, await tokenFor(s), 'first', {}, CAN);
	eq([r.json.result.resultType, Object.keys(r.json.result.inputRequests)], ['input_required', ['name']], 'a round of the call');
	const again = await modern(s, await tokenFor(s), 'tools/call', { name: 'first', arguments: {}, inputResponses: { name: yes('Ada') }, requestState: r.json.result.requestState }, CAN);
	match(textOf((await ended(s, created(again).taskId)).result), /^got .*Ada/, 'end');
}, SITE);

row('CN-11', 'a question can be cancelled, and is not waited for for ever', async (s) => {
	tool(s, 'asks_on', `case $MCP_ANSWERS in *accept*) echo done ;; *) echo '${JSON.stringify({ ask: { q: FORM('?') } })}' ;; esac`);
	const one = (await begin(s, 'asks_on')).taskId, two = (await begin(s, 'asks_on')).taskId;
	await asking(s, one);
	await asking(s, two);
	await idle(s);
	const first = await cancel(s, one);
	const both = await Promise.all([update(s, one, { '1-q': yes('x') }), cancel(s, one)]);
	for (const r of [first, ...both]) acknowledged(r, 'cancel and answer');
	eq((await ended(s, one)).status, 'cancelled', 'cancelled');
	s.sql(`UPDATE task SET expires_at = unixepoch() - 1 WHERE id = '${two}'`, { json: false });
	const late = await look(s, two);
	eq([late.status, late.error.message], ['failed', 'Nobody has answered in time'], 'too late');
	s.sql(`UPDATE task SET expires_at = unixepoch() - 1 WHERE id = '${two}'`, { json: false });
	rpcError(await get(s, two, { id: 3 }), 200, -32602, 3, 'and then it is gone');
	await begin(s, 'asks_on').then((t) => asking(s, t.taskId));
	eq(s.sql(`SELECT count(*) AS n FROM task WHERE id = '${two}'`)[0].n, 0, 'with its row');
}, SITE);

/* ---- many ---- */

row('TX-15', 'as many tasks are worked on as the settings say, and the others come in their order', async (s) => {
	tool(s, 'turn', 'sleep 3; echo turn');
	const ids = [];
	for (let i = 0; i < 5; i++) ids.push((await begin(s, 'turn')).taskId);
	await sleep(300);
	const busy = s.sql("SELECT count(*) AS n FROM task WHERE status = 'working' AND worker IS NOT NULL")[0].n;
	ok(busy <= 2, `at work: ${busy}`);
	eq((await look(s, ids[4])).statusMessage, 'It waits for its turn.', 'the last waits');
	for (const id of ids) eq((await ended(s, id, 20000)).status, 'completed', 'end');
	const order = s.sql('SELECT id FROM task ORDER BY updated_at, rowid').map((x) => x.id);
	eq(order, ids, 'order');
	await idle(s);
}, { ...SITE, settings: { site: '../site', task_max: 2 }, own: true });

row('TX-15', 'a person has so many tasks, and is told so', async (s) => {
	tool(s, 'stays', `echo '${JSON.stringify({ ask: { q: FORM('?') } })}'`);
	tool(s, 'quick', 'echo quick');
	s.addUser('bob');
	const ids = [];
	for (let i = 0; i < 2; i++) ids.push((await begin(s, 'stays')).taskId);
	const refused = await call(s, await tokenFor(s), 'stays', {}, { ...CAN, id: 6, more: { allow: [429] } });
	rpcError(refused, 429, -32603, 6);
	match(refused.headers['retry-after'], /^\d+$/, 'Retry-After');
	const bob = (await obtain(s, { username: 'bob' })).tokens.access_token;
	created(await call(s, bob, 'stays', {}, CAN), 'others are not held up');
	for (const id of ids) acknowledged(await cancel(s, id), 'cancel');
	for (let i = 0; i < 6; i++) await ended(s, (await begin(s, 'quick')).taskId);
	rpcError(await call(s, await tokenFor(s), 'quick', {}, { ...CAN, id: 6, more: { allow: [429] } }), 429, -32603, 6, 'finished ones count, too');
	await idle(s);
}, { ...SITE, settings: { site: '../site', task_person_max: 8 }, own: true });

row('TX-15', 'a worker that nobody started is made up for', async (s) => {
	tool(s, 'late', 'echo late');
	const t = await begin(s, 'late');
	await ended(s, t.taskId);
	await idle(s);
	s.sql(`UPDATE task SET status = 'working', outcome = NULL, worker = NULL, updated_at = updated_at - 10 WHERE id = '${t.taskId}'`, { json: false });
	eq((await ended(s, t.taskId)).status, 'completed', 'end');
	s.sql(`UPDATE task SET status = 'working', outcome = NULL, worker = '9.x', alive_at = unixepoch() WHERE id = '${t.taskId}'`, { json: false });
	eq((await ended(s, t.taskId)).status, 'failed', 'what nobody holds');
}, SITE);

row('TX-16', 'the program work does nothing for a web server, and nothing without settings', async (s) => {
	const work = `${s.front === 'inproc' ? `${process.cwd()}/build/asan` : s.programs}/work`;
	const run = (input, env = {}) => s.run([work], { input, env: { PATH: '/usr/bin:/bin', ...env } }).status;
	for (const env of [{ GATEWAY_INTERFACE: 'CGI/1.1' }, { REQUEST_METHOD: 'GET' }]) eq(run(`settings ${s.conf}\n`, env), 2, JSON.stringify(env));
	for (const input of ['', '\n', 'settings\n', `settings ${s.conf}`, `settings ${s.conf}\nmore\n`, 'settings etc/mcp-cgi.conf\n', `settings ${s.conf}\0\n`, 'settings /nowhere\n'])
		eq(run(input), 2, JSON.stringify(input));
	eq(run(`settings ${s.conf}\n`), 0, 'nothing to do');
}, SITE);
