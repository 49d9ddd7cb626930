// SPDX-License-Identifier: ISC
//
// Where one part relies on another: what is promised for calls holds for tasks, resources and prompts as well.

import fs from 'node:fs';
import { eq, match, ok, status } from '../lib/check.mjs';
import { listen } from '../lib/events.mjs';
import { REAL, WITH_WORKERS } from '../lib/fronts.mjs';
import { sleep } from '../lib/harness.mjs';
import { Session } from '../lib/legacy.mjs';
import { KEY, accepted, call, modern, modernResult, rpcError } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain, refresh } from '../lib/oauth.mjs';
import { SITE, asker, running, tool } from '../lib/site.mjs';

const CAN = { meta: { clientCapabilities: { extensions: { [`${KEY}tasks`]: {} }, elicitation: {} } } };
const NAME = { message: 'Your name?', schema: { type: 'object', properties: { name: { type: 'string', minLength: 2 } }, required: ['name'] } };
const textOf = (result) => result.content.map((b) => b.text ?? '').join('\n');

/** How many programs of this kind there are. */
const asleep = (seconds) => running(`sleep\0${seconds}`).length;
async function sleeping(seconds, n) {
	for (const end = Date.now() + 8000; Date.now() < end && asleep(seconds) !== n; ) await sleep(50);
	return asleep(seconds);
}

/* ---- tasks ---- */

async function begin(s, token, name, args = {}) {
	const r = await call(s, token, name, args, CAN);
	status(r, 200, name);
	eq(r.json.result?.resultType, 'task', `${name}: ${r}`);
	return r.json.result.taskId;
}
const ask = (s, token, method, params, o = {}) => modern(s, token, method, params, { ...CAN, ...o });
const look = async (s, token, taskId) => modernResult(await ask(s, token, 'tasks/get', { taskId }), undefined, 'tasks/get');
async function until(s, token, id, states, ms = 15000) {
	let t;
	for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) if (states.includes((t = await look(s, token, id)).status)) return t;
	throw new Error(`the task stays ${JSON.stringify(t)}`);
}
const OVER = ['completed', 'failed', 'cancelled'];

need('M66', 'the answer to a form of a task conforms to its schema, or is refused', async (s) => {
	asker(s, 'form', { who: NAME }, { long: true });
	const token = await tokenFor(s);
	const id = await begin(s, token, 'form');
	const asked = await until(s, token, id, ['input_required']);
	const [key] = Object.keys(asked.inputRequests);
	for (const content of [{ name: 'x' }, { name: 5 }, {}, undefined, 'Ada']) {
		const r = await ask(s, token, 'tasks/update', { taskId: id, inputResponses: { [key]: { action: 'accept', content } } }, { id: 9 });
		rpcError(r, 200, -32602, 9, `content ${JSON.stringify(content)}`);
		eq((await look(s, token, id)).status, 'input_required', 'it still asks');
	}
	const good = { action: 'accept', content: { name: 'Ada' } };
	modernResult(await ask(s, token, 'tasks/update', { taskId: id, inputResponses: { [key]: good } }));
	eq(textOf((await until(s, token, id, OVER)).result), `answers ${JSON.stringify({ who: good }).replace(/([:,])/g, '$1 ')}\n`, 'result');
}, SITE);

need('M78', 'a task ends with the epoch that its permission was given in', async (s) => {
	tool(s, 'endless', `exec sleep 291.${process.pid}`, { long: true, timeout: 600 });
	const token = await tokenFor(s);
	const id = await begin(s, token, 'endless');
	eq(await sleeping(`291.${process.pid}`, 1), 1, 'it works');
	s.sql("UPDATE meta SET value = CAST(CAST(CAST(CAST(value AS TEXT) AS INTEGER) + 1 AS TEXT) AS BLOB) WHERE key = 'epoch'");
	status(await ask(s, token, 'tasks/get', { taskId: id }), 401, 'the token is dead');
	eq(await sleeping(`291.${process.pid}`, 0), 0, 'so is its task');
	const [row] = s.sql(`SELECT status, message FROM task WHERE id = '${id}'`);
	match(JSON.stringify(row), /cancelled.*taken back/, 'its end');
}, { ...SITE, own: true });

need('M74', 'a token that could not call the tool sees nothing of its task, and answers none of its questions', async (s) => {
	asker(s, 'guarded', { who: NAME }, { long: true, scope: 'write:knowledge' });
	const wide = await obtain(s, { scope: 'read:knowledge write:knowledge' });
	const narrow = (await refresh(s, wide.client, wide.tokens.refresh_token, { scope: 'read:knowledge' })).json;
	eq(narrow.scope, 'read:knowledge', 'what the second token holds');
	const id = await begin(s, wide.tokens.access_token, 'guarded');
	const asked = await until(s, wide.tokens.access_token, id, ['input_required']);
	const inputResponses = { [Object.keys(asked.inputRequests)[0]]: { action: 'accept', content: { name: 'Ada' } } };
	for (const [method, params] of [['tasks/get', {}], ['tasks/update', { inputResponses }], ['tasks/cancel', {}]])
		rpcError(await ask(s, narrow.access_token, method, { taskId: id, ...params }, { id: 9 }), 200, -32602, 9, method);
	const x = listen(s, narrow.access_token, { taskIds: [id] }, CAN);
	eq((await x.acknowledged()).params.notifications.taskIds ?? [], [], 'what it will hear of');
	x.close();
	eq((await look(s, wide.tokens.access_token, id)).status, 'input_required', 'it still asks');
}, SITE);

need('M77', 'a task that came to very much ends no stream', async (s) => {
	tool(s, 'much', 'sleep 1; head -c 500000 /dev/zero | tr "\\0" x', { long: true, output_max: 1000000 });
	tool(s, 'little', 'sleep 1; echo little', { long: true });
	const token = await tokenFor(s);
	const [much, little] = [await begin(s, token, 'much'), await begin(s, token, 'little')];
	const x = listen(s, token, { taskIds: [much, little] }, CAN);
	await x.acknowledged();
	eq((await until(s, token, much, OVER)).status, 'completed', 'much');
	let m;
	do m = await x.next(8000);
	while (m.params?.taskId !== little || m.params?.status !== 'completed');
	eq(textOf(m.params.result), 'little\n', 'what else is to be heard');
	x.close();
}, SITE);

need('M77', 'whoever asks to hear of much keeps nobody waiting', async (s) => {
	for (let i = 0; i < 1900; i++) {
		if (!i) maker(s, 'resources', 'made', 'echo made', { uri: 'made:one' });
		fs.writeFileSync(`${s.dir}/site/resources/file with a name ${i}.txt`, 'x');
	}
	const owner = fs.statSync(s.dir);
	for (const name of fs.readdirSync(`${s.dir}/site/resources`)) fs.chownSync(`${s.dir}/site/resources/${name}`, owner.uid, owner.gid);
	const token = await tokenFor(s);
	modernResult(await modern(s, token, 'resources/list'), undefined, 'a list');
	const uris = Array.from({ length: 100 }, (_, i) => `site:///file%20with%20a%20name%20${i}.txt`);
	const peaks = () => Math.max(...s.processes().map((p) => p.peak));
	const [before, at] = [peaks(), performance.now()];
	const x = listen(s, token, { resourceSubscriptions: uris });
	const m = await x.acknowledged();
	eq(m.params.notifications.resourceSubscriptions.length, 100, 'all of them');
	const [took, more] = [performance.now() - at, peaks() - before];
	ok(took < 3000 && more < 32 * 1048576, `${took} ms, ${more} bytes`);
	x.close();
}, { ...SITE, own: true, fronts: WITH_WORKERS });

need('M75', 'a task whose tool has become one that is built in fails, and nothing else does', async (s) => {
	asker(s, 'changing', { who: NAME }, { long: true, restart: true });
	const token = await tokenFor(s);
	const id = await begin(s, token, 'changing');
	const [key] = Object.keys((await until(s, token, id, ['input_required'])).inputRequests);
	fs.writeFileSync(`${s.dir}/site/tools/changing.json`, JSON.stringify({ builtin: 'list_documents', scope: '' }));
	modernResult(await ask(s, token, 'tasks/update', { taskId: id, inputResponses: { [key]: { action: 'accept', content: { name: 'Ada' } } } }));
	const t = await until(s, token, id, OVER);
	eq([t.status, t.error?.code], ['failed', -32602], 'its end');
	const log = `${s.dir}/${fs.readdirSync(s.dir).includes('work.log') ? '' : 'data/'}work.log`;
	ok(!fs.existsSync(log) || !/SECURITY/.test(fs.readFileSync(log, 'utf8')), 'no program asked for what is not its own');
}, { ...SITE, own: true });

/* ---- resources and prompts ---- */

/** A program that makes a resource or a prompt, as its owner would put it into the site. */
function maker(s, folder, name, script, definition) {
	tool(s, name, script);
	const owner = fs.statSync(s.dir);
	fs.mkdirSync(`${s.dir}/site/${folder}`, { recursive: true, mode: 0o755 });
	fs.renameSync(`${s.dir}/site/tools/${name}.sh`, `${s.dir}/site/${folder}/${name}.sh`);
	fs.rmSync(`${s.dir}/site/tools/${name}.json`);
	const file = `${s.dir}/site/${folder}/${name}${folder === 'resources' ? '.resource' : ''}.json`;
	fs.writeFileSync(file, JSON.stringify({ run: [`${name}.sh`], scope: '', ...definition }));
	for (const path of [`${s.dir}/site/${folder}`, `${s.dir}/site/${folder}/${name}.sh`, file]) fs.chownSync(path, owner.uid, owner.gid);
}

need('R09', 'what is read and what is filled in counts as a call does', async (s) => {
	maker(s, 'resources', 'made', 'echo made', { uri: 'made:one' });
	maker(s, 'prompts', 'asked', 'echo asked', {});
	tool(s, 'said', 'echo said');
	const token = await tokenFor(s);
	const read = () => modern(s, token, 'resources/read', { uri: 'made:one' });
	const fill = () => modern(s, token, 'prompts/get', { name: 'asked' });
	for (const [what, r] of [['call', await call(s, token, 'said', {})], ['read', await read()], ['fill', await fill()]]) modernResult(r, undefined, what);
	for (const [what, r] of [['read', await read()], ['fill', await fill()], ['call', await call(s, token, 'said', {})]]) {
		status(r, 429, what);
		ok(Number(r.headers['retry-after']) >= 1, `${what}: Retry-After`);
	}
	modernResult(await modern(s, token, 'resources/list'), undefined, 'a list');
}, { settings: { site: '../site', rate_limits: 'on', limit_tool_calls: '3/60' }, own: true });

/* ---- endpoints ---- */

need('M47', 'what one endpoint gave to be shown again is nothing at another', async (s) => {
	asker(s, 'form', { who: NAME });
	const path = '/team-b/mcp';
	const one = await obtain(s, { scope: 'read:knowledge' });
	const other = (await obtain(s, { client: one.client, jar: one.jar, scope: 'read:knowledge', resource: `${s.issuer}${path}` })).tokens.access_token;
	const first = (await call(s, one.tokens.access_token, 'form', {}, CAN)).json.result;
	eq(first?.resultType, 'input_required', 'it asks');
	const again = (token, more) => modern(s, token, 'tools/call', { name: 'form', arguments: {}, requestState: first.requestState,
		inputResponses: { who: { action: 'accept', content: { name: 'Ada' } } } }, { ...CAN, id: 9, more });
	rpcError(await again(other, { path }), 200, -32602, 9, 'the other endpoint');
	match(textOf(modernResult(await again(one.tokens.access_token))), /Ada/, 'its own');
}, { settings: { site: '../site', '[resource {issuer}/team-b/mcp]': { name: 'Team B' } }, own: true });

/* ---- sessions ---- */

need('T33', 'cancellations that came too late take nothing from one that comes in time', async (s) => {
	tool(s, 'slow', `exec sleep 292.${process.pid}`);
	const x = await Session.begin(s, await tokenFor(s));
	for (let i = 0; i < 101; i++) accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: `late ${i}` } }));
	const e = x.call('slow', {}, { id: 'now' });
	eq(await sleeping(`292.${process.pid}`, 1), 1, 'it works');
	accepted(await x.send({ method: 'notifications/cancelled', params: { requestId: 'now' } }));
	eq(await sleeping(`292.${process.pid}`, 0), 0, 'it was cancelled');
	await (await e).rest();
	ok(s.counts().cancelled <= 101, 'rows');
}, { ...SITE, fronts: REAL });
