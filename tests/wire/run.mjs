// SPDX-License-Identifier: ISC
//
// Runs the wire tests against one front:  run.mjs FRONT [FILTER...]
// The fronts are those of lib/fronts.mjs: inproc, fastcgi, cgi, apache-fcgid, apache-proxy, apache-cgi, htaccess ...
// A filter is the beginning of a row id (TC, TC-02) or of a file name (token). Prints one line a test, then how many
// rows were covered; ends with 1 if anything failed. Without a filter build/rows.FRONT lists the rows that were
// covered, for rows.sh. MCP_TESTS_KEEP=1 leaves the installations in place,
// MCP_TESTS_TRACE=1 adds where a failure was raised, MCP_TESTS_TIMES=1 how long each test took (the machine may have
// been busy with others meanwhile), MCP_TESTS_JOBS is how many chains of tests run side by side.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { placeOf } from '../lib/check.mjs';
import { ALL } from '../lib/fronts.mjs';
import { start } from '../lib/harness.mjs';
import { rows, setFile } from '../lib/rows.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const [front, ...filters] = process.argv.slice(2);
const ROW_LIMIT_MS = 180000 + 1000 * Number(process.env.MCP_TESTS_SOAK ?? 0);
const CHAIN_MAX = 12;

if (!ALL.includes(front)) {
	console.error(`usage: run.mjs ${ALL.join('|')} [FILTER...]`);
	process.exit(2);
}

for (const file of fs
	.readdirSync(here)
	.filter((f) => f.endsWith('.test.mjs'))
	.sort()) {
	setFile(file);
	await import(pathToFileURL(path.join(here, file)));
}

const wanted = (t) =>
	t.fronts.includes(front) &&
	(!filters.length || filters.some((f) => t.id.startsWith(f) || t.file.startsWith(f)));

let passed = 0;
let failed = 0;
const covered = new Set();

function report(t, error, from) {
	const took = process.env.MCP_TESTS_TIMES && from ? `, ${Date.now() - from} ms` : '';
	const line = `${t.id} ${t.name} (${front}${took})`;
	if (!error) {
		passed++;
		covered.add(t.id);
		console.log(`ok - ${line}`);
		return;
	}
	failed++;
	const place = / \([\w-]+\.test\.mjs:\d+\)$/.test(error.message) ? '' : placeOf(error);
	console.log(`not ok - ${line}: ${String(error.message).replace(/\s*\n\s*/g, ' / ')}${place}`);
	if (process.env.MCP_TESTS_TRACE)
		console.log(
			String(error.stack)
				.split('\n')
				.slice(1)
				.map((l) => `#  ${l.trim()}`)
				.join('\n'),
		);
}

function limited(promise) {
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`not done in ${ROW_LIMIT_MS} ms`)), ROW_LIMIT_MS);
	});
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function runOne(t, s) {
	const from = Date.now();
	try {
		await limited(t.fn(s, front));
		report(t, null, from);
	} catch (e) {
		report(t, e, from);
	}
}

/** Runs tests one after the other on one installation. */
async function runChain({ tests, settings, user }) {
	let s = null;
	try {
		if (tests[0].own !== 'none') s = await start({ front, settings, user });
	} catch (e) {
		for (const t of tests) report(t, new Error(`the installation did not start: ${e.message}`));
		return;
	}
	for (const t of tests) await runOne(t, s);
	if (!s) return;
	try {
		await s.stop();
	} catch (e) {
		const id = /^IV-\d\d/.exec(e.message)?.[0] ?? 'IV-06';
		report(
			{
				id,
				name: `after ${tests
					.map((t) => t.id)
					.join(' ')
					.slice(0, 120)}`,
			},
			e,
		);
	}
}

/**
 * Tests of one file with the same settings share an installation, a dozen at most; what has its own is a chain by
 * itself.
 */
function chainsOf(tests) {
	const shared = new Map();
	const chains = [];
	for (const t of tests) {
		if (t.own) {
			chains.push({ tests: [t], settings: t.settings, user: t.user });
			continue;
		}
		const key = JSON.stringify([t.settings, t.user, t.file]);
		if (!(shared.get(key)?.tests.length < CHAIN_MAX)) {
			shared.set(key, { tests: [], settings: t.settings, user: t.user });
			chains.push(shared.get(key));
		}
		shared.get(key).tests.push(t);
	}
	// the long ones first, so that no one is waited for in the end
	return chains.sort((a, b) => b.tests.length - a.tests.length);
}

async function runAll(chains, jobs) {
	const queue = [...chains];
	const worker = async () => {
		for (let c = queue.shift(); c; c = queue.shift()) await runChain(c);
	};
	await Promise.all(Array.from({ length: jobs }, worker));
}

const chosen = rows.filter(wanted);
await runAll(chainsOf(chosen.filter((t) => !t.alone)), Number(process.env.MCP_TESTS_JOBS ?? 4));
await runAll(chainsOf(chosen.filter((t) => t.alone)), 1);

console.log(`# rows covered: ${covered.size}`);
if (!filters.length) {
	const listed = fs.readFileSync(`${here}/../rows.list`, 'utf8').match(/^[A-Z]{2}-\d\d[a-z]?/gm);
	const bare = listed.filter((id) => !covered.has(id));
	fs.mkdirSync(`${here}/../../build`, { recursive: true });
	fs.writeFileSync(`${here}/../../build/rows.${front}`, [...covered].sort().join('\n') + '\n');
	console.log(`# of rows.list, ${front}: ${listed.length - bare.length} of ${listed.length}; not here: ${bare.join(' ') || 'none'}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed || !chosen.length ? 1 : 0);
