// SPDX-License-Identifier: ISC
//
// The MCP Inspector on the command line, against what `make run` serves: its example documents, and a token got as any
// client gets it.  --strict lets it fail at a schema that other clients would stumble over.

import { eq, match, ok } from '../lib/check.mjs';
import { spawnInspector } from '../lib/inspector.mjs';
import { live } from '../lib/live.mjs';
import { CREATE, KEY, READ, SEARCH, WRITE } from '../lib/mcp.mjs';
import { obtain, random } from '../lib/oauth.mjs';

const LIMIT_MS = 60000;

function read(text) {
	try {
		return JSON.parse(text);
	} catch {
		return text.trim();
	}
}

/** Runs it once: { status, doc, error, text }, doc and error what it wrote on its two outputs. */
function inspect(s, token, era, args) {
	const header = token ? ['--header', `Authorization: Bearer ${token}`] : [];
	return new Promise((resolve, reject) => {
		const child = spawnInspector(s, ['--cli', '--protocol-era', era, '--stored-auth-only', '--format', 'json', ...header, ...args]);
		const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
		child.on('error', reject);
		child.on('close', (code, signal) => {
			clearTimeout(timer);
			resolve({ status: code ?? signal, doc: read(child.out), error: read(child.err), text: `${child.out} ${child.err}`.trim() });
		});
	});
}

function good(r, what) {
	eq(r.status, 0, `exit status of ${what} (${r.text.slice(0, 300)})`);
	eq(r.error, '', `what ${what} complains about`);
	return r.doc.result;
}

for (const era of ['legacy', 'modern'])
	live(`inspector --cli, ${era}: lists and calls both tools`, async ({ s }) => {

		const { tokens } = await obtain(s, { scope: `${READ} ${WRITE}` });
		const use = async (...args) => good(await inspect(s, tokens.access_token, era, args), args.join(' '));
		const { tools } = await use('--method', 'tools/list', '--strict');
		eq(tools.map((t) => t.name).filter((n) => [CREATE, SEARCH].includes(n)).sort(), [CREATE, SEARCH].sort(), 'tools');
		const found = await use('--method', 'tools/call', '--tool-name', SEARCH, '--tool-arg', 'query=refresh token rotation');
		ok(found.structuredContent.results.length, 'documents found');
		eq(JSON.parse(found.content[0].text), found.structuredContent, 'the copy as text');
		const word = `inspector${random(6).replace(/[^a-z0-9]/gi, '')}`;
		const made = await use('--method', 'tools/call', '--tool-name', CREATE, '--tool-arg', `title=About ${word}`, `content=Written by ${word}`);
		eq(made.structuredContent.author, 'alice', 'author');
		const again = await use('--method', 'tools/call', '--tool-name', SEARCH, '--tool-arg', `query=${word}`);
		eq(again.structuredContent.results.map((d) => d.id), [made.structuredContent.id], 'the document that was made');
		eq(KEY + 'serverInfo' in (again._meta ?? {}), era === 'modern', 'serverInfo of the stateless revision');
	}, { browser: false });

live('inspector --cli: is told what is wrong with a call, and that it is not signed in', async ({ s }) => {
	const { tokens } = await obtain(s, { scope: READ });
	const wrong = await inspect(s, tokens.access_token, 'modern', ['--method', 'tools/call', '--tool-name', SEARCH, '--tool-args-json', '{"query":""}']);
	eq([wrong.status, wrong.error.error?.code], [5, 'tool_is_error'], `a wrong argument (${wrong.text.slice(0, 300)})`);
	match(wrong.doc.result.content[0].text, /query/, 'the sentence for it');
	const nobody = await inspect(s, undefined, 'modern', ['--method', 'tools/list']);
	eq(nobody.error.error?.code, 'auth_required', `without a token (${nobody.text.slice(0, 300)})`);
	ok(nobody.status !== 0, 'exit status without a token');
}, { browser: false });
