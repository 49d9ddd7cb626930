// SPDX-License-Identifier: ISC
//
// The official conformance suite against a site of files, behind a web server and through the real token check:
//
//	run.mjs FRONT [SCENARIO...]
//
// What counts is what the suite wrote down about every scenario, those that it runs without scoring them included: at
// least one check that passed, and none that failed, warned or was left out.  A line for each scenario and revision.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ok, status } from '../lib/check.mjs';
import { REAL } from '../lib/fronts.mjs';
import { ROOT, start, withToken } from '../lib/harness.mjs';
import { modern, modernResult } from '../lib/mcp.mjs';
import { obtain } from '../lib/oauth.mjs';

const SUITE = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
const SITE = fileURLToPath(new URL('site', import.meta.url));
const LIMIT_MS = 180000;

const RUNS = [
	{ revision: '2026-07-28', args: ['--requirements', '2026-07-28'] },
	{ revision: '2025-11-25', args: ['--requirements', '2025-11-25'] },
	{ revision: '2025-06-18', args: ['--suite', 'all', '--spec-version', '2025-06-18'] },
	{ revision: '2025-03-26', args: ['--suite', 'all', '--spec-version', '2025-03-26'] },
];

/** The suite itself leaves these out, whatever the server does. */
const ALWAYS_SKIPPED = ['tasks-status-notifications'];

/** Runs the suite; what it printed, and its exit status. */
function suite(args) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [SUITE, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, NO_COLOR: '1' } });
		let out = '';
		const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
		child.stdout.on('data', (d) => { out += d; });
		child.stderr.on('data', (d) => { out += d; });
		child.on('error', reject);
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			resolve({ out, status: code ?? signal });
		});
	});
}

/** The scenarios for servers of a run, by the suite's own list. */
async function scenarios({ args }) {
	const { out } = await suite(['list', ...(args[0] === '--suite' ? ['--server', ...args.slice(2)] : args)]);
	const servers = /^Server scenarios[^\n]*\n((?: +- .*\n)+)/m.exec(out)?.[1] ?? '';
	if (!servers) throw new Error(`no list of scenarios: ${out.trim().slice(-300)}`);
	return [...servers.matchAll(/^ +- (\S+)/gm), ...out.matchAll(/^ +- (\S+) \[server\]/gm)].map((m) => m[1]);
}

/** What the suite wrote down, by scenario. */
function checksIn(folder, names) {
	const all = new Map(names.map((name) => [name, []]));
	for (const entry of fs.readdirSync(folder)) {
		const name = /^server-(.+?)-\d{4}-\d\d-\d\dT/.exec(entry)?.[1];
		if (!all.has(name)) throw new Error(`a result of a scenario that is not in the list: ${entry}`);
		all.get(name).push(...JSON.parse(fs.readFileSync(path.join(folder, entry, 'checks.json'), 'utf8')));
	}
	return all;
}

/** What the checks of a scenario hold against us; an empty text: nothing. */
function objections(name, checks) {
	const skips = ALWAYS_SKIPPED.includes(name);
	const bad = checks.filter((c) => !['SUCCESS', 'INFO', ...(skips ? ['SKIPPED'] : [])].includes(c.status));
	if (!bad.length && !skips && !checks.some((c) => c.status === 'SUCCESS')) return 'no check has passed';
	return bad.map((c) => `${c.status} ${c.id}: ${c.errorMessage ?? c.description}`).join(' | ').replace(/\s*\n\s*/g, ' / ');
}

let failed = 0;
let passed = 0;
function say(name, fault) {
	if (fault) failed++;
	else passed++;
	console.log(fault ? `not ok - ${name}: ${fault}` : `ok - ${name}`);
}

/** Says how a scenario came out. */
function judge(front, revision, name, fault) {
	say(`conformance ${front} ${revision} ${name}`, fault);
}

async function runOne(s, front, run, filters) {
	const folder = path.join(ROOT, 'build', 'conformance', front, run.revision);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { recursive: true });
	const began = Date.now();
	const one = (name) => ['--scenario', name, '--spec-version', run.revision, '--force'];
	for (const args of filters.length ? run.names.filter((n) => filters.includes(n)).map(one) : [run.args]) {
		const { out, status: ended } = await suite(['server', '--url', `${s.issuer}/mcp`, '-o', folder, ...args]);
		if (![0, 1].includes(ended)) say(`conformance ${front} ${run.revision}`, `the suite ended with ${ended}: ${out.trim().slice(-300)}`);
	}
	for (const [name, checks] of checksIn(folder, run.names))
		if (!filters.length || filters.includes(name)) judge(front, run.revision, name, objections(name, checks));
	console.log(`# ${run.revision}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/**
 * The suite sends no token. Once there is one, got as any client gets it, the web server writes it into the requests
 * that come to the endpoint.
 */
async function bringToken(s) {
	const { tokens } = await obtain(s, { scope: 'read:knowledge write:knowledge' });
	status(await modern(s, undefined, 'tools/list'), 401, 'a request without a token');
	s.web = withToken(s.front, tokens.access_token);
	await s.restart();
	ok(modernResult(await modern(s, undefined, 'tools/list')).tools.length, 'the token arrives');
}

const [front, ...filters] = process.argv.slice(2);
if (!REAL.includes(front)) {
	console.error(`usage: run.mjs ${REAL.join('|')} [SCENARIO...]`);
	process.exit(2);
}
await Promise.all(RUNS.map(async (run) => { run.names = await scenarios(run); }));
const s = await start({ front, site: SITE });
try {
	const checked = s.ctl(['site', 'check']);
	judge(front, 'any', 'site-check', checked.status === 0 ? '' : (checked.stdout + checked.stderr).trim().replace(/\n/g, ' / '));
	await bringToken(s);
	say(`conformance ${front} a token is asked for, and arrives`);
	const [modernRun, newest, ...older] = RUNS;
	await runOne(s, front, modernRun, filters);
	await Promise.all([runOne(s, front, newest, filters), (async () => { for (const run of older) await runOne(s, front, run, filters); })()]);
	await s.stop();
	say(`conformance ${front} the end of the server`);
} catch (e) {
	say(`conformance ${front}`, String(e.stack).replace(/\s*\n\s*/g, ' / '));
	await s.stop().catch((late) => console.log(`# ${late.message}`));
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
