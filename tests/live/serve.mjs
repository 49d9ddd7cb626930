// SPDX-License-Identifier: ISC
//
// Runs the tests of the front itself: serve-cgi.mjs against the programs without a web server, serve-fcgi.mjs against
// one program alone and behind lighttpd. Slow tests start first and side by side; those behind lighttpd run one after
// the other. Further words on the command line choose by name. MCP_TESTS_TRACE=1 adds where a failure was raised.

import { start } from '../lib/harness.mjs';
import { obtain, register, TRUSTED } from '../lib/oauth.mjs';
import { AS_ROOT, placeOf } from './place.mjs';
import * as cgi from './serve-cgi.mjs';
import * as fcgi from './serve-fcgi.mjs';

const LIMIT_MS = 60000;
const filters = process.argv.slice(2);
const all = [...cgi.tests.map((t) => ({ ...t, name: `CGI: ${t.name}` })), ...fcgi.tests.map((t) => ({ ...t, name: `FastCGI: ${t.name}` }))];
const chosen = all.filter((t) => (!t.root || AS_ROOT) && (!filters.length || filters.some((f) => t.name.includes(f))));
let passed = 0;
let failed = 0;

function say(name, error) {
	if (!error) {
		passed++;
		return console.log(`ok - serve: ${name}`);
	}
	failed++;
	console.log(`not ok - serve: ${name}: ${String(error.message ?? error).replace(/\s*\n\s*/g, ' / ')}`);
	if (process.env.MCP_TESTS_TRACE) console.log(String(error.stack).split('\n').slice(1).map((l) => `#  ${l.trim()}`).join('\n'));
}

function limited(promise) {
	let timer;
	const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done in ${LIMIT_MS} ms`)), LIMIT_MS); });
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function run(t, s) {
	const began = performance.now();
	try {
		await limited(t.fn(s));
		say(t.name);
	} catch (e) {
		say(t.name, e);
	}
	if (process.env.MCP_TESTS_TIMES) console.log(`#  ${performance.now() - began | 0} ms`);
}

async function chain(list, s, jobs = 1) {
	const queue = [...list];
	await Promise.all(Array.from({ length: jobs }, async () => { for (let t = queue.shift(); t; t = queue.shift()) await run(t, s); }));
}

/** Starts what a group of tests shares; null, and a line, when that was not possible. */
async function started(o, prepare = () => { /* nothing more */ }) {
	let s = null;
	try {
		s = await start(o);
		await prepare(s);
		return s;
	} catch (e) {
		say(`an installation (${o.front})`, e);
		if (s) await stopped(s);
		return null;
	}
}

async function stopped(s) {
	try {
		await s.stop();
	} catch (e) {
		say('the end of an installation', e);
	}
}

const isBehind = (t) => t.behind;
const single = chosen.filter((t) => !isBehind(t));

async function prepare(s) {
	placeOf(s);
	s.token = (await obtain(s)).tokens.access_token;
	s.trusted = await register(s, { redirect_uris: [TRUSTED] });
	s.secretClient = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
}

/** The installation that the programs without a web server share; lighttpd only helps to get a token. */
async function withoutServer() {
	if (!single.length) return;
	const s = await started({ front: 'cgi', settings: { workers: 2 } }, prepare);
	if (!s) return;
	await Promise.all([chain(single.filter((t) => t.slow), s, 20), chain(single.filter((t) => !t.slow), s, 3)]);
	await stopped(s);
}

async function behindServer() {
	const list = chosen.filter(isBehind);
	if (!list.length) return;
	const s = await started({ front: 'fastcgi', settings: fcgi.settings });
	if (!s) return;
	await chain(list, s);
	await stopped(s);
}

// A test that has failed leaves requests behind, which may fail as well: the test has been told, they are not.
process.on('unhandledRejection', () => { /* see above */ });

await Promise.all([withoutServer(), behindServer()]);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !chosen.length ? 1 : 0);
