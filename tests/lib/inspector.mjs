// SPDX-License-Identifier: ISC
//
// The MCP Inspector from its package, started in a home of its own so that it neither finds nor leaves anything.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

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
