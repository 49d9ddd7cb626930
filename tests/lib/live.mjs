// SPDX-License-Identifier: ISC
//
// The runner of the public clients, the judges and the pages. A test gets an installation, by default one that all tests
// of its file with the same settings share, and the one Chromium of the run.

import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './chromium.mjs';
import { ALL } from './fronts.mjs';
import { start } from './harness.mjs';

const tests = [];
const LIMIT_MS = 120000;
let currentFile = '';

/**
 * fn({ s, browser, front }) is the test. settings: of mcp-cgi.conf; own: true gives it an installation of its own;
 * browser: false is for tests that need none.
 */
export function live(name, fn, { settings = {}, own = false, browser = true } = {}) {
	tests.push({ name, fn, settings, own, browser, file: currentFile });
}

function limited(promise) {
	let timer;
	const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done in ${LIMIT_MS} ms`)), LIMIT_MS); });
	return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/**
 * Runs the *.test.mjs of a folder against the front named on the command line; further words choose by file or name.
 * begin: starts an installation, where it is not harness.start; jobs: how many installations there are at a time.
 */
export async function run(folder, { begin = start, jobs = 1 } = {}) {
	const [front, ...filters] = process.argv.slice(2);
	if (!ALL.includes(front)) {
		console.error(`usage: run.mjs ${ALL.join('|')} [FILTER...]`);
		process.exit(2);
	}
	for (const file of fs.readdirSync(folder).filter((f) => f.endsWith('.test.mjs')).sort()) {
		currentFile = file;
		await import(pathToFileURL(path.join(folder, file)));
	}
	const chosen = tests.filter((t) => !filters.length || filters.some((f) => t.file.startsWith(f) || t.name.includes(f)));
	let failed = 0;
	const say = (t, error) => {
		const name = `${t.file ? t.file.replace(/\.test\.mjs$/, ': ') : ''}${t.name} (${front})`;
		if (!error) return console.log(`ok - ${name}`);
		failed++;
		console.log(`not ok - ${name}: ${String(error.message ?? error).replace(/\s*\n\s*/g, ' / ')}`);
		if (process.env.MCP_TESTS_TRACE) console.log(String(error.stack).split('\n').slice(1).map((l) => `#  ${l.trim()}`).join('\n'));
	};
	const browser = chosen.some((t) => t.browser) ? await launch() : null;
	const chains = new Map();
	chosen.forEach((t, i) => {
		const key = t.own ? `own ${i}` : JSON.stringify([t.file, t.settings]);
		chains.set(key, [...(chains.get(key) ?? []), t]);
	});
	const runChain = async (chain) => {
		let s;
		try {
			s = await (front === 'inproc' ? start : begin)({ front, settings: chain[0].settings });
		} catch (e) {
			for (const t of chain) say(t, new Error(`the installation did not start: ${e.message}`));
			return;
		}
		for (const t of chain) {
			try {
				await limited(t.fn({ s, browser, front }));
				say(t);
			} catch (e) {
				say(t, e);
			}
		}
		try {
			await s.stop();
		} catch (e) {
			say({ name: `the end of ${chain.length} tests` }, e);
		}
	};
	// the long ones first, so that no one is waited for in the end
	const queue = [...chains.values()].sort((a, b) => b.length - a.length);
	const worker = async () => {
		for (let chain = queue.shift(); chain; chain = queue.shift()) await runChain(chain);
	};
	await Promise.all(Array.from({ length: jobs }, worker));
	await browser?.close();
	console.log(`${chosen.length - Math.min(failed, chosen.length)} passed, ${failed} failed`);
	process.exit(failed || !chosen.length ? 1 : 0);
}
