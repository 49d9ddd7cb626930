// SPDX-License-Identifier: ISC
//
// Resources as files: what is listed and read, in all revisions; what is beside them and stays unseen; what a caller cannot reach;
// and programs that make the resource of a URI.

import fs from 'node:fs';
import { eq, lacks, match, ok, status } from '../lib/check.mjs';
import { AS_FASTCGI } from '../lib/fronts.mjs';
import { ANY, LEGACY, cachingHints, challenge, legacyResult, modernResult, rpcError, plain } from '../lib/mcp.mjs';
import * as mcp from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const modern = async (...a) => plain(await mcp.modern(...a));
const legacy = async (...a) => plain(await mcp.legacy(...a));
const SITE = { settings: { site: '../site' }, own: true };

/** Puts a file into resources/ of the site; an object becomes JSON. */
function put(s, name, content, mode = 0o644) {
	const owner = fs.statSync(s.dir);
	let dir = s.dir;
	for (const part of `site/resources/${name}`.split('/').slice(0, -1)) {
		dir += `/${part}`;
		if (!fs.existsSync(dir)) fs.mkdirSync(dir, { mode: 0o755 });
		fs.chownSync(dir, owner.uid, owner.gid);
	}
	const file = `${s.dir}/site/resources/${name}`;
	fs.writeFileSync(file, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
	fs.chmodSync(file, mode);
	fs.chownSync(file, owner.uid, owner.gid);
	return file;
}

const list = async (s, t) => modernResult(await modern(s, t ?? await tokenFor(s), 'resources/list'));
const uris = async (s, t) => (await list(s, t)).resources.map((r) => r.uri);
const read = async (s, uri, o) => modern(s, await tokenFor(s), 'resources/read', { uri }, o);
const contents = async (s, uri) => modernResult(await read(s, uri)).contents;

async function missing(s, uri, what = uri) {
	const e = rpcError(await read(s, uri), 200, -32602, ANY, what);
	eq(e.data, { uri }, `${what}: data`);
}

need('M02', 'a file that is dropped in is a resource for the next request, with its size and type', async (s) => {
	put(s, 'notes/täglich (1).md', '# Täglich\n');
	put(s, 'raw.bin', Buffer.from([0, 1, 255]));
	put(s, 'words', 'only text');
	const all = await list(s);
	cachingHints(all);
	eq(all.cacheScope, 'private', 'cacheScope');
	eq(all.resources, [
		{ uri: 'site:///notes/t%C3%A4glich%20%281%29.md', name: 'täglich (1).md', mimeType: 'text/markdown', size: 11 },
		{ uri: 'site:///raw.bin', name: 'raw.bin', size: 3 },
		{ uri: 'site:///words', name: 'words', size: 9 },
	], 'resources');
	const got = modernResult(await read(s, 'site:///notes/t%C3%A4glich%20%281%29.md'));
	eq([got.ttlMs, got.cacheScope], [0, 'private'], 'hints');
	eq(got.contents, [{ uri: 'site:///notes/t%C3%A4glich%20%281%29.md', mimeType: 'text/markdown', text: '# Täglich\n' }], 'text');
	eq((await contents(s, 'site:///notes/t%c3%a4glich%20(1).md'))[0].text, '# Täglich\n', 'another spelling of the same URI');
	eq(await contents(s, 'site:///raw.bin'), [{ uri: 'site:///raw.bin', mimeType: 'application/octet-stream', blob: 'AAH/' }], 'blob');
	eq(await contents(s, 'site:///words'), [{ uri: 'site:///words', mimeType: 'text/plain', text: 'only text' }], 'no ending');
	put(s, 'words', 'other');
	eq((await contents(s, 'site:///words'))[0].text, 'other', 'a changed file');
	fs.rmSync(`${s.dir}/site/resources/words`);
	await missing(s, 'site:///words');
	ok(!(await uris(s)).includes('site:///words'), 'gone from the list');
}, SITE);

need('M23', 'a resource that is not there: the code of each revision, with its URI', async (s) => {
	const t = await tokenFor(s), uri = 'site:///absent';
	eq(rpcError(await modern(s, t, 'resources/read', { uri }, { id: 3 }), 200, -32602, 3).data, { uri }, 'modern');
	for (const v of LEGACY) eq(rpcError(await legacy(s, t, v, 'resources/read', { uri }, { id: 4 }), 200, -32002, 4, v).data, { uri }, v);
	rpcError(await legacy(s, t, '2025-11-25', 'resources/read', {}, { id: 5 }), 200, -32602, 5, 'no uri');
	rpcError(await legacy(s, t, '2025-11-25', 'resources/read', { uri: 7 }, { id: 6 }), 200, -32602, 6, 'uri is a number');
}, SITE);

need('M24', 'what a file says beside it: other URI, title, type; and what an old revision hears of that', async (s) => {
	put(s, 'a.txt', 'A');
	put(s, 'a.txt.meta.json', { uri: 'note://a', name: 'note-a', title: 'Note A', description: 'The first', mimeType: 'text/x-note',
		annotations: { audience: ['user'], priority: 0.5, lastModified: '2026-01-01T00:00:00Z' },
		icons: [{ src: 'https://mcp.example.org/i.png' }], _meta: { 'org.example/x': 1 } });
	const [full] = (await list(s)).resources;
	eq(full, { uri: 'note://a', name: 'note-a', title: 'Note A', description: 'The first', mimeType: 'text/x-note',
		annotations: { audience: ['user'], priority: 0.5, lastModified: '2026-01-01T00:00:00Z' },
		icons: [{ src: 'https://mcp.example.org/i.png' }], _meta: { 'org.example/x': 1 }, size: 1 }, 'newest');
	const at = async (v) => legacyResult(await legacy(s, await tokenFor(s), v, 'resources/list')).resources[0];
	eq(await at('2025-11-25'), full, '2025-11-25');
	const { icons, ...no_icons } = full;
	eq(await at('2025-06-18'), no_icons, '2025-06-18');
	const { _meta, title, ...oldest } = no_icons;
	delete oldest.annotations.lastModified;
	eq(await at('2025-03-26'), oldest, '2025-03-26');
	eq(await contents(s, 'note://a'), [{ uri: 'note://a', mimeType: 'text/x-note', text: 'A' }], 'by its URI');
	await missing(s, 'site:///a.txt');
	const old = legacyResult(await legacy(s, await tokenFor(s), '2025-03-26', 'resources/read', { uri: 'note://a' }));
	eq(old, { contents: [{ uri: 'note://a', mimeType: 'text/x-note', text: 'A' }] }, 'read, oldest');
}, SITE);

need('M21', 'a scope that a file names is needed to read it, and every token reads what names none', async (s) => {
	put(s, 'open.txt', 'for all');
	put(s, 'closed.txt', 'for writers');
	put(s, 'closed.txt.meta.json', { scope: 'write:knowledge' });
	const reader = (await obtain(s, { scope: 'read:knowledge' })).tokens.access_token;
	eq(await uris(s, reader), ['site:///closed.txt', 'site:///open.txt'], 'list');
	const r = await modern(s, reader, 'resources/read', { uri: 'site:///closed.txt' });
	status(r, 403);
	match(challenge(r).scope, /write:knowledge/, 'challenge');
	eq(modernResult(await modern(s, reader, 'resources/read', { uri: 'site:///open.txt' })).contents[0].text, 'for all', 'open');
	eq((await contents(s, 'site:///closed.txt'))[0].text, 'for writers', 'with the scope');
}, SITE);

need('M10', 'a long list comes in pages, each resource once; a cursor that nobody gave is refused', async (s) => {
	for (let i = 0; i < 250; i++) put(s, `f${String(i).padStart(3, '0')}.txt`, `${i}`);
	put(s, 'f100/inside.txt', 'x');
	const seen = [], t = await tokenFor(s);
	let cursor, pages = 0;
	do {
		const page = modernResult(await modern(s, t, 'resources/list', cursor === undefined ? {} : { cursor }));
		seen.push(...page.resources.map((r) => r.uri));
		cursor = page.nextCursor;
		pages++;
	} while (cursor !== undefined);
	eq([pages, seen.length, new Set(seen).size], [3, 251, 251], 'pages');
	eq(seen, [...seen].sort(), 'order');
	for (const bad of ['', 'x', 'Zg.AAAAAAAAAAAAAAAA', 7]) rpcError(await modern(s, t, 'resources/list', { cursor: bad }), 200, -32602, ANY, `cursor ${bad}`);
}, SITE);

row('TX-03', 'no path of a caller leaves the folder', async (s) => {
	put(s, 'inside.txt', 'inside');
	put(s, '.hidden', 'secret hidden');
	put(s, '.dir/x.txt', 'secret hidden');
	put(s, 'backup.txt~', 'secret hidden');
	const secret = `${s.dir}/site/secret.txt`;
	fs.writeFileSync(secret, 'secret outside');
	fs.chmodSync(secret, 0o644);
	fs.symlinkSync('../secret.txt', `${s.dir}/site/resources/link.txt`);
	fs.symlinkSync('inside.txt', `${s.dir}/site/resources/link-inside.txt`);
	fs.symlinkSync('..', `${s.dir}/site/resources/up`);
	fs.symlinkSync('/etc', `${s.dir}/site/resources/etc`);
	fs.symlinkSync('/proc/self/environ', `${s.dir}/site/resources/environ`);
	if (process.getuid() === 0) {
		put(s, 'foreign.txt', 'secret of somebody else');
		fs.chownSync(`${s.dir}/site/resources/foreign.txt`, 4242, 4242);
	}
	put(s, 'open.txt', 'secret that others may write', 0o666);
	const { execFileSync } = await import('node:child_process');
	execFileSync('mkfifo', [`${s.dir}/site/resources/pipe.txt`]);
	eq(await uris(s), ['site:///inside.txt'], 'listed');
	for (const path of ['../secret.txt', '..%2Fsecret.txt', '%2e%2e/secret.txt', '%2E%2E%2Fsecret.txt', './inside.txt', 'up/secret.txt', 'x/../inside.txt',
		'..', '.', '', '/inside.txt', '//inside.txt', '/etc/passwd', '%2Fetc%2Fpasswd', 'etc/passwd', 'environ', 'link.txt', 'link-inside.txt',
		'pipe.txt', 'open.txt', 'foreign.txt', '.hidden', '.dir/x.txt', 'backup.txt~', 'inside.txt%00', 'inside.txt%00.png', 'inside.txt/', 'inside.txt/..',
		'inside.txt?x', 'inside.txt#x', '..\\secret.txt', '%5C..%5Csecret.txt', '%C0%AE%C0%AE/secret.txt', '%', '%2', '%zz', 'a'.repeat(5000), '../'.repeat(600)])
		await missing(s, `site:///${path}`, path.slice(0, 40));
	for (const uri of ['inside.txt', '/etc/passwd', 'file:///etc/passwd', `file://${s.dir}/site/resources/inside.txt`, 'site:inside.txt', 'site://inside.txt',
		'site://host/inside.txt', 'SITE:///inside.txt ', 'http://127.0.0.1/', '']) await missing(s, uri, uri);
	eq((await contents(s, 'site:///inside.txt'))[0].text, 'inside', 'what is inside');
	rpcError(await modern(s, await tokenFor(s), 'resources/read', { uri: 'site:///inside.txt\u0000' }, { headers: { 'Mcp-Name': null } }), 400, [-32700, -32600], ANY, 'a NUL');
}, SITE);

row('TX-03', 'a folder that becomes a link and a folder again, again and again, never gives what it points at', async (s) => {
	put(s, 'd/f.txt', 'inside');
	const r = `${s.dir}/site/resources`;
	fs.mkdirSync(`${s.dir}/site/out`);
	fs.writeFileSync(`${s.dir}/site/out/f.txt`, 'secret outside');
	fs.symlinkSync('../out', `${r}/.link`);
	const { spawn } = await import('node:child_process');
	const swap = spawn('sh', ['-c', 'while :; do mv d .d; mv .link d; mv d .link; mv .d d; done'], { cwd: r, stdio: 'ignore' });
	try {
		let good = 0;
		for (let i = 0; i < 60; i++) {
			const got = await read(s, 'site:///d/f.txt');
			lacks(got.text, /secret/, 'answer');
			good += /inside/.test(got.text);
		}
		ok(good > 0, 'and sometimes it is there');
	} finally {
		swap.kill('SIGKILL');
	}
}, { ...SITE, fronts: ['inproc', ...AS_FASTCGI] });

need('M21b', 'what lies beside a program is not published: programs, what they name, what is called like them, descriptions', async (s) => {
	put(s, 'weather.resource.json', { uri: 'w://now', scope: '', run: ['weather.sh', 'config.ini'] });
	put(s, 'weather.sh', '#!/bin/sh\necho sunny\n', 0o755);
	put(s, 'config.ini', 'password = secret');
	put(s, 'weather.cache', 'secret');
	put(s, 'broken.resource.json', '{ "uri": ');
	put(s, 'broken.dat', 'secret');
	put(s, 'helper.py', 'secret = 1');
	put(s, 'tool', '#!/bin/sh\n', 0o755);
	put(s, 'shown.py', 'print(1)');
	put(s, 'shown.py.meta.json', { title: 'An example' });
	put(s, 'closed.txt', 'secret');
	put(s, 'closed.txt.meta.json', '{ "scope": ');
	eq(await uris(s), ['site:///shown.py', 'w://now'], 'list');
	for (const f of ['weather.resource.json', 'weather.sh', 'config.ini', 'weather.cache', 'broken.resource.json', 'broken.dat', 'helper.py', 'tool',
		'shown.py.meta.json', 'closed.txt', 'closed.txt.meta.json']) await missing(s, `site:///${f}`);
	eq(await contents(s, 'w://now'), [{ uri: 'w://now', mimeType: 'text/plain', text: 'sunny\n' }], 'what the program makes');
}, SITE);

const DATA = `#!/bin/sh
q=$(cat)
case $q in
*'"id":"none"'*) exit 44 ;;
*'"id":"empty"'*) echo '{"contents": []}' ;;
*'"id":"fail"'*) echo "no luck today"; exit 3 ;;
*'"id":"error"'*) echo '{"error": {"code": -32000, "message": "own"}}' ;;
*'"id":"many"'*) echo '{"contents": [{"uri": "n://1", "text": "one", "_meta": {"org.example/a": 1}}, {"blob": "AAE=", "mimeType": "image/png"}]}' ;;
*'"id":"bad"'*) echo '{"contents": [{"text": "x", "blob": "AAE="}]}' ;;
*'"id":"bad64"'*) echo '{"contents": [{"blob": "A"}]}' ;;
*'"id":"flood"'*) head -c 5000 /dev/zero | tr '\\0' x ;;
*'"id":"ask"'*) case $MCP_ANSWERS in *Ada*) echo "for Ada" ;; *) echo '{"ask": {"who": "Who?"}}' ;; esac ;;
*) echo "$q" ;;
esac
`;
const WORDS = `#!/bin/sh
q=$(cat)
case $q in *'"value":"lines"'*) printf 'one\\ntwo\\n'; exit ;; esac
v=$(echo "$q" | sed 's/.*"value":"\\([^"]*\\)".*/\\1/')
g=$(echo "$q" | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
printf '{"total": 150, "values": ["%s-%s"' "$v" "$g"
i=1; while [ $i -lt 150 ]; do printf ',"%s%s"' "$v" $i; i=$((i + 1)); done
echo ']}'
`;

function programs(s) {
	put(s, 'data.sh', DATA, 0o755);
	put(s, 'data.resource.json', { uriTemplate: 'data://item/{id}{?q,r}', title: 'Data', description: 'By id', mimeType: 'application/json', scope: 'read:knowledge',
		run: ['data.sh'], output_max: 4000, complete: { id: ['Alpha', 'alpine', 'beta'], q: { run: ['words.sh'] } } });
	put(s, 'words.sh', WORDS, 0o755);
}

need('M22', 'a template and its program: variables, contents, blobs, and what is not found', async (s) => {
	programs(s);
	const t = await tokenFor(s);
	eq(modernResult(await modern(s, t, 'resources/templates/list')).resourceTemplates, [{ uriTemplate: 'data://item/{id}{?q,r}', name: 'data', title: 'Data',
		description: 'By id', mimeType: 'application/json' }], 'templates');
	eq(await uris(s), [], 'a template is no resource');
	const [one] = await contents(s, 'data://item/a%20b%2Fc?r=%26&q=1');
	eq([one.uri, one.mimeType], ['data://item/a%20b%2Fc?r=%26&q=1', 'application/json'], 'contents');
	eq(JSON.parse(one.text), { uri: 'data://item/a%20b%2Fc?r=%26&q=1', variables: { id: 'a b/c', q: '1', r: '&' } }, 'what the program is given');
	eq(await contents(s, 'data://item/many'), [{ uri: 'n://1', text: 'one', _meta: { 'org.example/a': 1 } }, { uri: 'data://item/many', blob: 'AAE=', mimeType: 'image/png' }], 'many');
	const old = legacyResult(await legacy(s, t, '2025-03-26', 'resources/read', { uri: 'data://item/many' }));
	eq(old.contents[0], { uri: 'n://1', text: 'one' }, 'the oldest has no _meta');
	for (const id of ['none', 'empty']) await missing(s, `data://item/${id}`);
	for (const id of ['', 'a/b', '../x', 'a?x=1', 'a?q=1&q=2', '%00', '%']) await missing(s, `data://item/${id}`);
	rpcError(await legacy(s, t, '2025-06-18', 'resources/read', { uri: 'data://item/none' }), 200, -32002, ANY, 'legacy');
	eq(rpcError(await read(s, 'data://item/fail'), 200, -32603, ANY).message, 'no luck today', 'failure');
	eq(rpcError(await read(s, 'data://item/error'), 200, -32000, ANY).message, 'own', 'own error');
	for (const id of ['bad', 'bad64', 'flood']) rpcError(await read(s, `data://item/${id}`), 200, -32603, ANY, id);
	const writer = (await obtain(s, { scope: 'write:knowledge' })).tokens.access_token;
	status(await modern(s, writer, 'resources/read', { uri: 'data://item/1' }), 403);
}, SITE);

need('M43', 'reading a resource may need an answer first', async (s) => {
	programs(s);
	const t = await tokenFor(s), uri = 'data://item/ask';
	const o = { meta: { clientCapabilities: { elicitation: { form: {} } } } };
	const first = (await modern(s, t, 'resources/read', { uri }, o)).json.result;
	eq([first.resultType, Object.keys(first.inputRequests), 'ttlMs' in first], ['input_required', ['who'], false], 'question');
	const inputResponses = { who: { action: 'accept', content: { answer: 'Ada' } } };
	const second = modernResult(await modern(s, t, 'resources/read', { uri, inputResponses, ...(first.requestState ? { requestState: first.requestState } : {}) }, o));
	eq(second.contents[0].text, 'for Ada\n', 'answer');
	rpcError(await legacy(s, t, '2025-11-25', 'resources/read', { uri }), 200, -32603, ANY, 'a client that cannot be asked');
	const none = await modern(s, t, 'resources/read', { uri });
	rpcError(none, none.streamed ? 200 : 400, -32021, ANY, 'nor this one');
}, SITE);

need('M02b', 'where there is no site the documents of the knowledge base are resources, and a prompt embeds them', async (s) => {
	const t = await tokenFor(s);
	const made = [];
	for (let i = 0; i < 130; i++) made.push(modernResult(await modern(s, t, 'tools/call', { name: 'create_document', arguments: { title: `Paper ${i}`, content: `Text ${i} of zebras.` } })).structuredContent);
	const seen = [];
	let cursor;
	do {
		const page = modernResult(await modern(s, t, 'resources/list', cursor === undefined ? {} : { cursor }));
		seen.push(...page.resources);
		cursor = page.nextCursor;
	} while (cursor !== undefined);
	eq(seen.map((r) => r.uri), made.map((d) => `kb:///documents/${d.id}`), 'all, in order, once');
	eq([seen[0].title, seen[0].mimeType], ['Paper 0', 'text/markdown'], 'the first');
	match(seen[0].annotations.lastModified, /^\d{4}-\d\d-\d\dT/, 'lastModified');
	eq(modernResult(await modern(s, t, 'resources/templates/list')).resourceTemplates.map((x) => [x.uriTemplate, x.name]), [['kb:///documents/{id}', 'documents']], 'template');
	eq(await contents(s, seen[7].uri), [{ uri: seen[7].uri, mimeType: 'text/markdown', text: 'Text 7 of zebras.' }], 'read');
	for (const id of ['0', '007', '-1', '99999', 'x', '1e3', '9007199254740993']) await missing(s, `kb:///documents/${id}`);
	const c = async (value) => modernResult(await modern(s, t, 'completion/complete', { ref: { type: 'ref/resource', uri: 'kb:///documents/{id}' }, argument: { name: 'id', value } })).completion;
	ok((await c('Paper 129')).values.includes(String(made[129].id)), 'by a title');
	ok((await c('')).values.length <= 100 && (await c('')).hasMore, 'at most a hundred');
	const p = modernResult(await modern(s, t, 'prompts/list')).prompts;
	eq(p.map((x) => [x.name, x.arguments.map((a) => [a.name, a.required])]), [['answer_from_documents', [['question', true]]]], 'prompts');
	const got = modernResult(await modern(s, t, 'prompts/get', { name: 'answer_from_documents', arguments: { question: 'What does paper 42 say of zebras, please?' } }));
	const parts = got.messages.map((m) => m.content);
	ok(parts.length > 1 && parts.length <= 6, 'documents');
	eq(parts.at(-1).type, 'text', 'the question comes last');
	match(parts.at(-1).text, /Question: What does paper 42 say of zebras, please\?$/, 'question');
	ok(parts.slice(0, -1).every((b) => b.type === 'resource' && b.resource.uri.startsWith('kb:///documents/')), 'embedded');
	match(parts[0].resource.text, /^# Paper 42\n\nText 42/, 'the best first');
	rpcError(await modern(s, t, 'prompts/get', { name: 'answer_from_documents', arguments: {} }), 200, -32602, ANY, 'without a question');
	eq(modernResult(await modern(s, t, 'prompts/get', { name: 'answer_from_documents', arguments: { question: 'xyzzy?' } })).messages.length, 1, 'nothing found');
}, { own: true });

need('M02c', 'a site takes what is built in over, under its own names', async (s) => {
	put(s, 'aaa.txt', 'A');
	put(s, 'papers.resource.json', { builtin: 'documents', title: 'Papers', scope: 'write:knowledge' });
	put(s, 'zzz.txt', 'Z');
	put(s, '../tools/add.json', { builtin: 'create_document' });
	put(s, '../prompts/ask.json', { builtin: 'answer_from_documents', title: 'Ask' });
	const t = await tokenFor(s);
	const made = modernResult(await modern(s, t, 'tools/call', { name: 'add', arguments: { title: 'T', content: 'C' } })).structuredContent;
	eq(await uris(s), ['site:///aaa.txt', `kb:///documents/${made.id}`, 'site:///zzz.txt'], 'between the files');
	const reader = (await obtain(s, { scope: 'read:knowledge' })).tokens.access_token;
	eq(await uris(s, reader), ['site:///aaa.txt', 'site:///zzz.txt'], 'who lacks the scope is told of none');
	status(await modern(s, reader, 'resources/read', { uri: `kb:///documents/${made.id}` }), 403);
	eq((await modern(s, t, 'resources/templates/list')).json.result.resourceTemplates[0].title, 'Papers', 'title');
	eq((await modern(s, t, 'prompts/list')).json.result.prompts.map((x) => [x.name, x.title]), [['ask', 'Ask']], 'prompt');
}, SITE);
