// SPDX-License-Identifier: ISC
//
// The official conformance suite's scenarios for authorization servers. It prints an authorization URL and waits for a
// browser; the person is played here. What counts is what it wrote down: no failure and no warning.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eq, ok } from '../lib/check.mjs';
import { freePort } from '../lib/harness.mjs';
import { live } from '../lib/live.mjs';
import { random, register } from '../lib/oauth.mjs';
import { visit } from '../lib/person.mjs';
import { SETTINGS } from './parts.mjs';

const SUITE = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url));
const WANTED = ['authorization-code-grant', 'authorization-server-metadata', 'authorization-server-metadata-cimd'];
const LIMIT_MS = 30000;

/** Runs the suite; `agree` gets the URL that it prints for the browser. Gives what it printed and its exit status. */
function runSuite(args, agree) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [SUITE, 'authorization', ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, NO_COLOR: '1' } });
		let out = '';
		let asked = false;
		const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
		const read = (d) => {
			out += d;
			const url = /^\s*(https?:\/\/\S+response_type=code\S*)\s*$/m.exec(out)?.[1];
			if (!url || asked) return;
			asked = true;
			agree(url).catch((e) => {
				child.kill('SIGKILL');
				reject(e);
			});
		};
		child.stdout.on('data', read);
		child.stderr.on('data', read);
		child.on('error', reject);
		child.on('exit', (code, signal) => {
			clearTimeout(timer);
			resolve({ out, asked, status: code ?? signal });
		});
	});
}

function checksIn(folder) {
	return fs.readdirSync(folder, { recursive: true }).filter((f) => path.basename(f) === 'checks.json')
		.flatMap((f) => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')));
}

async function judge(s, client, port, more = []) {
	const folder = path.join(s.dir, `conformance-${random(6)}`);
	const { out, asked, status } = await runSuite(['--url', s.issuer, '--client-id', client.client_id, '-p', String(port), '-o', folder, ...more], async (url) => {
		const { answer } = await visit(s, url);
		await fetch(answer.to);
	});
	const tail = out.trim().split('\n').slice(-12).join(' / ');
	ok(asked, `the suite printed an authorization URL: ${tail}`);
	const checks = checksIn(folder);
	const bad = checks.filter((c) => !['SUCCESS', 'INFO'].includes(c.status)).map((c) => `${c.id} ${c.status} ${c.errorMessage ?? ''}`);
	eq(bad, [], 'what the suite holds against us');
	eq([...new Set(checks.filter((c) => c.status === 'SUCCESS').map((c) => c.id))].sort(), WANTED, 'checks that passed');
	eq(status, 0, `exit status (${tail})`);
}

const callback = (port) => `http://127.0.0.1:${port}/callback`;

live('authorization, a client that has registered', async ({ s }) => {
	const port = await freePort();
	await judge(s, await register(s, { redirect_uris: [callback(port)] }), port);
}, { settings: SETTINGS, browser: false });

live('authorization, with the resource named', async ({ s }) => {
	const port = await freePort();
	await judge(s, await register(s, { redirect_uris: [callback(port)] }), port, ['--resource', s.resource]);
}, { settings: SETTINGS, browser: false });

live('authorization, a client known by its document', async ({ s }) => {
	const port = await freePort();
	const doc = { client_id: `https://judge.example/${random(9)}/client.json`, client_name: 'Conformance', redirect_uris: ['http://127.0.0.1/callback'] };
	const r = s.ctl(['client', 'import', s.write('conformance.json', JSON.stringify(doc))]);
	eq(r.status, 0, `mcpctl client import (${(r.stderr || r.stdout).trim()})`);
	s.redirects.add(doc.redirect_uris[0]);
	await judge(s, doc, port);
}, { settings: SETTINGS, browser: false });
