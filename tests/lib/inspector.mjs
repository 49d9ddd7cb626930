// SPDX-License-Identifier: ISC
//
// The MCP Inspector from its package, started in a home of its own so that it neither finds nor leaves anything; and
// what it looks at: the documents that `make run` begins with.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eq } from './check.mjs';
import { ROOT } from './harness.mjs';

const LAUNCHER = fileURLToPath(new URL('../node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url));

/** Starts it: the child, and with it what it has printed so far as child.out and child.err. */
export function spawnInspector(s, args, more = {}) {
	const home = fs.mkdtempSync(`${s.dir}/inspector-`);
	const env = { PATH: process.env.PATH, HOME: home, MCP_STORAGE_DIR: home, MCP_INSPECTOR_SECRET_STORE: 'memory', NO_COLOR: '1', ...more };
	const child = spawn(process.execPath, [LAUNCHER, ...args, '--server-url', `${s.issuer}/mcp`, '--transport', 'http'], { stdio: ['ignore', 'pipe', 'pipe'], env });
	child.out = '';
	child.err = '';
	child.stdout.on('data', (d) => { child.out += d; });
	child.stderr.on('data', (d) => { child.err += d; });
	return child;
}

/** Fills the knowledge base as `make run` does, once an installation. */
export function fillKnowledge(s) {
	if (s.filled) return;
	s.filled = true;
	const pages = spawnSync('sh', [`${ROOT}/site/knowledge.sh`], { encoding: 'utf8', maxBuffer: 1 << 24 });
	eq(pages.status, 0, `exit status of knowledge.sh (${pages.stderr})`);
	const r = s.ctl(['document', 'import', '-'], pages.stdout);
	eq(r.status, 0, `mcpctl document import (${r.stderr.trim()})`);
}
