// SPDX-License-Identifier: ISC
//
// mcp-remote, as the manual says it is given to a client that knows only local programs: it is started with what stands on
// site/manual/connect.md, sends a person through the sign-in, and hands requests on.

import fs from 'node:fs';
import path from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { eq, match, ok } from '../lib/check.mjs';
import { ROOT, sleep } from '../lib/harness.mjs';
import { live } from '../lib/live.mjs';
import { CREATE, SEARCH } from '../lib/mcp.mjs';
import { visit } from '../lib/person.mjs';

const PROGRAM = path.join(ROOT, 'tests/node_modules/mcp-remote/dist/proxy.js');
const LIMIT_MS = 60000;

/** What the page says, with our address in the place of its own. */
function fromManual(s) {
	const page = fs.readFileSync(path.join(ROOT, 'site/manual/connect.md'), 'utf8');
	const line = page.split('\n').find((l) => l.includes('"mcp-remote"'));
	ok(line, 'the page says how mcp-remote is started');
	const { command, args } = JSON.parse(line).mcpServers.knowledge;
	eq([command, args[0]], ['npx', 'mcp-remote'], 'what is started');
	return args.slice(1).map((a) => a.replace('https://mcp.example.org', s.issuer));
}

/** A home with a browser that only writes down which page it was to open. */
function home(s) {
	const dir = fs.mkdtempSync(`${s.dir}/mcp-remote-`);
	fs.writeFileSync(`${dir}/browser`, '#!/bin/sh\nprintf "%s" "$1" >"$HOME/url.new" && mv "$HOME/url.new" "$HOME/url"\n', { mode: 0o755 });
	return { dir, env: { PATH: process.env.PATH, HOME: dir, BROWSER: `${dir}/browser`, MCP_REMOTE_CONFIG_DIR: `${dir}/config` } };
}

/** Runs mcp-remote as long as use() lasts: { client, seen, ready }. */
async function bridge(s, { env }, use) {
	const transport = new StdioClientTransport({ command: process.execPath, args: [PROGRAM, ...fromManual(s)], env, stderr: 'pipe' });
	const seen = { text: '' };
	transport.stderr.on('data', (d) => { seen.text += d; });
	const client = new Client({ name: 'mcp-remote-test', version: '1.0.0' });
	const ready = client.connect(transport, { timeout: LIMIT_MS });
	ready.catch(() => {});
	try {
		return await use({ client, seen, ready });
	} finally {
		await transport.close();
	}
}

async function opened(file, seen) {
	for (let n = 0; n < LIMIT_MS / 100; n++) {
		if (fs.existsSync(file)) return fs.readFileSync(file, 'utf8');
		await sleep(100);
	}
	throw new Error(`no page was opened: ${seen.text.slice(-600)}`);
}

live('mcp-remote: signs in as the manual says, and calls tools', async ({ s }) => {
	const at = home(s);
	await bridge(s, at, async ({ client, seen, ready }) => {
		const url = await opened(`${at.dir}/url`, seen);
		const back = new URL(url).searchParams.get('redirect_uri');
		match(back, /^http:\/\/localhost:\d+\/oauth\/callback$/, 'where it wants to be answered');
		s.redirects.add(back); // It has registered this out of our sight.
		const { answer } = await visit(s, url);
		ok((await fetch(answer.to)).ok, 'mcp-remote takes the answer');
		await ready;
		const { tools } = await client.listTools();
		ok([CREATE, SEARCH].every((name) => tools.some((t) => t.name === name)), `the tools: ${tools.map((t) => t.name)}`);
		const made = await client.callTool({ name: CREATE, arguments: { title: 'Bridges', content: 'Written through a bridge' } });
		eq(made.structuredContent.author, 'alice', 'author');
	});

	fs.rmSync(`${at.dir}/url`);
	await bridge(s, at, async ({ client, ready }) => {
		const nobodyAsked = () => ok(!fs.existsSync(`${at.dir}/url`), 'the second time nobody is asked');
		await ready.catch((e) => { nobodyAsked(); throw e; });
		const found = await client.callTool({ name: SEARCH, arguments: { query: 'bridges' } });
		eq(found.structuredContent.results.map((d) => d.title), ['Bridges'], 'what was found');
		nobodyAsked();
	});
}, { browser: false });
