// SPDX-License-Identifier: ISC
//
// Tools as files: a definition and a program, dropped into a folder. What the program is given and what it is not, what its
// output means, how it ends, and that nothing of it is left.

import fs from 'node:fs';
import { eq, lacks, match, ok, status } from '../lib/check.mjs';
import { HEARS_MS, NGINX, REAL, WITH_WORKERS, isFastcgi } from '../lib/fronts.mjs';
import { ROOT, sleep } from '../lib/harness.mjs';
import { KEY, MODERN, bearer, call, legacy, legacyResult, meta, mirrored, modern, rpcError, toolRefusal } from '../lib/mcp.mjs';
import * as mcp from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const SITE = { settings: { site: '../site' } };

/** Puts a tool into the site: a definition and, beside it, the program as a script of sh (or of another interpreter). */
function tool(s, name, script, definition = {}, mode = 0o755) {
	for (const d of ['site', 'site/tools']) if (!fs.existsSync(`${s.dir}/${d}`)) fs.mkdirSync(`${s.dir}/${d}`, { mode: 0o755 });
	const owner = fs.statSync(s.dir);
	const put = (file, text, bits) => {
		fs.writeFileSync(`${s.dir}/site/tools/${file}`, text);
		fs.chmodSync(`${s.dir}/site/tools/${file}`, bits);
		fs.chownSync(`${s.dir}/site/tools/${file}`, owner.uid, owner.gid);
	};
	for (const d of ['site', 'site/tools']) fs.chownSync(`${s.dir}/${d}`, owner.uid, owner.gid);
	if (script !== null) put(`${name}.sh`, script.startsWith('#!') ? script : `#!/bin/sh\n${script}`, mode);
	put(`${name}.json`, typeof definition === 'string' ? definition
		: JSON.stringify({ description: `The tool ${name}`, scope: '', ...(script === null ? {} : { run: [`${name}.sh`] }), ...definition }), 0o644);
}

let serial = 0;
const fresh = (stem) => `${stem}_${serial++}`;

/** Makes a tool and calls it once; the result. */
async function once(s, script, { args, definition, o } = {}) {
	const name = fresh('t');
	tool(s, name, script, definition);
	return modernResult(await call(s, await tokenFor(s), name, args ?? {}, o), undefined, name);
}

const textOf = (r) => r.content.map((b) => b.text ?? '').join('\n');
const list = async (s) => modernResult(await modern(s, await tokenFor(s), 'tools/list')).tools;
const running = (mark) => fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
	try { return fs.readFileSync(`/proc/${p}/cmdline`, 'latin1').includes(mark); } catch { return false; }
});
const goneWithin = async (ms, mark) => {
	for (const end = Date.now() + ms; Date.now() < end && running(mark).length; ) await sleep(50);
	return running(mark);
};

/** The messages of an event stream, or the one message of a plain answer. */
function messages(r) {
	if (!/^text\/event-stream/.test(r.headers['content-type'])) return [r.json];
	return r.text.split('\n').filter((l) => l.startsWith('data: ')).map((l) => JSON.parse(l.slice(6)));
}

/** A result, whether it came by itself or as the last event: a tool that works for more than a second is answered by events. */
function modernResult(r, id, what = 'answer') {
	if (!/^text\/event-stream/.test(r.headers['content-type'])) return mcp.modernResult(r, id, what);
	const last = messages(r).at(-1);
	eq([r.status, last.result?.resultType], [200, 'complete'], `${what}: ${r}`);
	return last.result;
}

/* ---- dropping in ---- */

row('SI-01', 'a file that is dropped in is a tool for the next request, and gone with the file', async (s) => {
	tool(s, 'greet', 'cat >/dev/null; echo "Good day."', { title: 'Greet', annotations: { readOnlyHint: true } });
	eq((await list(s)).map((t) => t.name).includes('greet'), true, 'listed');
	const t = (await list(s)).find((x) => x.name === 'greet');
	eq(t, { name: 'greet', title: 'Greet', description: 'The tool greet', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }, 'as clients see it');
	eq(textOf(modernResult(await call(s, await tokenFor(s), 'greet', {}))), 'Good day.\n', 'answer');
	tool(s, 'greet', 'echo "Good night."', { description: 'Says good night' });
	eq((await list(s)).find((x) => x.name === 'greet').description, 'Says good night', 'a changed file is read anew');
	eq(textOf(modernResult(await call(s, await tokenFor(s), 'greet', {}))), 'Good night.\n', 'the changed program');
	fs.rmSync(`${s.dir}/site/tools/greet.json`);
	eq((await list(s)).some((x) => x.name === 'greet'), false, 'no longer listed');
	rpcError(await call(s, await tokenFor(s), 'greet', {}, { id: 5 }), 200, -32602, 5);
}, SITE);

row('SI-01', 'with a site the tools are those of the site: what is built in is one when a file says so', async (s) => {
	tool(s, 'search_documents', null, { description: 'Ours', builtin: 'search_knowledge_base', scope: undefined });
	eq((await list(s)).map((t) => t.name), ['search_documents'], 'tools');
	const [t] = await list(s);
	eq(t.description, 'Ours', 'description of the file');
	ok(t.inputSchema.properties.query && t.outputSchema && t.title, 'the rest is that of the function');
	status(await call(s, (await obtain(s, { scope: 'write:knowledge' })).tokens.access_token, 'search_documents', { query: 'x' }), 403, 'its scope');
	modernResult(await call(s, await tokenFor(s), 'search_documents', { query: 'x' }));
}, { ...SITE, own: true });

/** The indented blocks of a section of the README, and what it says of `run` for other languages. */
function fromReadme(title) {
	const section = fs.readFileSync(`${ROOT}/README.md`, 'utf8').split(`\n## ${title}\n`)[1].split('\n## ')[0];
	return { blocks: [...section.matchAll(/(?:^ {4}.*\n(?:\n(?= {4}))?)+/gm)].map((m) => m[0].replace(/^ {4}/gm, '')),
		runs: [...section.matchAll(/`"run": (\[[^`]*\])`/g)].map((m) => JSON.parse(m[1])) };
}

row('SI-03', 'the tool of the README works in sh, Python and PHP, as it is printed there, in ten lines at most', async (s) => {
	const { blocks: [, json, sh, python, php], runs } = fromReadme('Write a tool');
	const definition = JSON.parse(json), t = await tokenFor(s);
	tool(s, 'greet', sh, definition);
	eq([definition.run, ...runs], [['greet.sh'], ['python3', 'greet.py'], ['php', 'greet.php']], 'what runs');
	for (const [i, text] of [python, php].entries()) {
		tool(s, `greet${i}`, null, { ...definition, run: runs[i] });
		fs.writeFileSync(`${s.dir}/site/tools/${runs[i][1]}`, text, { mode: 0o644 });
		fs.chownSync(`${s.dir}/site/tools/${runs[i][1]}`, fs.statSync(s.dir).uid, fs.statSync(s.dir).gid);
	}
	for (const name of ['greet', 'greet0', 'greet1'])
		match(textOf(modernResult(await call(s, t, name, { name: 'Ada' }), undefined, name)), /^Hello, Ada!/, name);
	match(textOf(modernResult(await call(s, t, 'greet', { name: 'Ada' }))), /signed in as alice/, 'who calls');
	for (const text of [sh, python, php]) ok(text.trim().split('\n').length <= 10, `lines: ${text}`);
}, SITE);

row('SI-02', 'a tool that was dropped in this very second is called twice in one post', async (s) => {
	tool(s, 'just_now', 'echo "here"', { scope: 'read:knowledge' });
	const one = (id) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'just_now', arguments: {} } });
	const r = await mcp.post(s, await tokenFor(s), [one(1), one(2), one(3)]);
	status(r, 200);
	eq(r.json.map((m) => m.result.content[0].text), ['here\n', 'here\n', 'here\n'], 'answers');
}, SITE);

row('TX-13', 'a definition that is no good is left out, hides no other and is named in the log', async (s) => {
	tool(s, 'good', 'echo good');
	const bad = {
		'a b': [{}, /name of a tool/], 'x;y': [{}, /name of a tool/], ['l'.repeat(65)]: [{}, /name of a tool/],
		not_json: ['{\n"description": "x",\n}', /not_json\.json:3: is not JSON/],
		twice: ['{"description":"a","description":"b","scope":"","run":["good.sh"]}', /twice/],
		no_words: [{ description: '' }, /description is missing/],
		no_scope: [{ scope: undefined }, /scope is missing/],
		foreign_scope: [{ scope: 'read:moon' }, /read:moon is not in the settings/],
		no_run: [{ run: undefined }, /run is missing/],
		no_program: [{ run: ['absent.sh'] }, /no program absent\.sh/],
		outside: [{ run: ['../../etc/passwd'] }, /no program/],
		typing_error: [{ timeuot: 3 }, /timeuot is not a key/],
		much_time: [{ timeout: 3601 }, /timeout must be a whole number from 1 to 3600/],
		list_schema: [{ inputSchema: { type: 'array' } }, /"type": "object"/],
		remote_ref: [{ inputSchema: { type: 'object', properties: { x: { $ref: 'https://example.com/x.json' } } } }, /inputSchema: .*ref/],
		other_name: [{ name: 'else' }, /name must be that of the file/],
		bad_icon: [{ icons: [{ src: 'http://example.com/i.png' }] }, /icons/],
		no_function: [{ run: undefined, builtin: 'rm_rf' }, /builtin/],
	};
	for (const [name, [definition]] of Object.entries(bad)) tool(s, name, 'echo bad', definition);
	const mark = s.logMark();
	eq((await list(s)).map((t) => t.name), ['good'], 'tools');
	const log = s.log(mark);
	for (const [name, [, words]] of Object.entries(bad)) match(log, words, `log: ${name}`);
	for (const name of ['not_json', 'no_program']) rpcError(await call(s, await tokenFor(s), name, {}, { id: 6 }), 200, -32602, 6, name);
	eq(textOf(modernResult(await call(s, await tokenFor(s), 'good', {}))), 'good\n', 'the good one');
}, { ...SITE, own: true });

row('TX-14', 'a program or definition that others may write is not run', async (s) => {
	tool(s, 'open_program', 'echo bad', {}, 0o777);
	tool(s, 'plain_file', 'echo bad', {}, 0o644);
	tool(s, 'open_definition', 'echo bad');
	fs.chmodSync(`${s.dir}/site/tools/open_definition.json`, 0o666);
	const mark = s.logMark();
	eq((await list(s)).map((t) => t.name), [], 'tools');
	match(s.log(mark), /open_program\.json: run: open_program\.sh may be written by others/, 'log');
	match(s.log(mark), /plain_file\.json: run: plain_file\.sh is not executable/, 'log');
	match(s.log(mark), /open_definition\.json: may be written by others/, 'log');
	if (process.getuid() === 0) {
		tool(s, 'foreign', 'echo bad');
		fs.chownSync(`${s.dir}/site/tools/foreign.sh`, 1, 1);
		rpcError(await call(s, await tokenFor(s), 'foreign', {}, { id: 7 }), 200, -32602, 7);
	}
	tool(s, 'late', 'echo fine');
	fs.chmodSync(`${s.dir}/site/tools`, 0o777);
	rpcError(await call(s, await tokenFor(s), 'late', {}, { id: 8 }), 200, -32602, 8);
	fs.chmodSync(`${s.dir}/site/tools`, 0o755);
}, { ...SITE, own: true });

row('SI-01', 'long lists come in pages, in the order of names', async (s) => {
	for (let i = 0; i < 130; i++) tool(s, `n${String(i).padStart(3, '0')}`, null, { run: ['true'] });
	const first = modernResult(await modern(s, await tokenFor(s), 'tools/list'));
	eq(first.tools.length, 100, 'first page');
	const second = modernResult(await modern(s, await tokenFor(s), 'tools/list', { cursor: first.nextCursor }));
	eq([...first.tools, ...second.tools].map((t) => t.name), Array.from({ length: 130 }, (_, i) => `n${String(i).padStart(3, '0')}`), 'both');
	eq(second.nextCursor, undefined, 'no third');
	rpcError(await modern(s, await tokenFor(s), 'tools/list', { cursor: first.nextCursor.slice(1) }, { id: 9 }), 200, -32602, 9, 'a changed cursor');
}, { ...SITE, own: true });

/* ---- what it is given ---- */

row('TX-01', 'arguments are bytes on standard input, whatever they look like', async (s) => {
	const values = ['; id', '$(id)', '`id`', '| id', 'a\nb', '&& id', '*', `'"\\`, '-rf', '--output=/etc/x', '@file', 'é\u2028', '=?'];
	for (const value of values) {
		const got = await once(s, 'cat', { args: { value, n: 1.5, list: [null, true] } });
		eq(JSON.parse(textOf(got)), { value, n: 1.5, list: [null, true] }, `given ${JSON.stringify(value)}`);
	}
}, SITE);

row('TX-02', 'what a definition says stands where it says, and no value of a caller is ever an argument', async (s) => {
	const name = fresh('argv');
	tool(s, name, 'for a; do printf "<%s>" "$a"; done', { run: [`${name}.sh`, '--fixed', 'two words', '$(id)', '*'] });
	eq(textOf(modernResult(await call(s, await tokenFor(s), name, { x: '--other' }))), '<--fixed><two words><$(id)><*>', 'arguments');
}, SITE);

row('TX-04', 'the environment is a fixed list, with who calls and nothing of the web server', async (s) => {
	const got = textOf(await once(s, 'env', { definition: { env: { COLOUR: 'blue' } }, o: { headers: { 'X-Secret': 'hush' } } }));
	const env = Object.fromEntries(got.trim().split('\n').map((l) => [l.slice(0, l.indexOf('=')), l.slice(l.indexOf('=') + 1)]));
	for (const own of ['_', 'PWD', 'OLDPWD', 'SHLVL']) delete env[own];	// the shell's
	eq(Object.keys(env).sort(), ['COLOUR', 'HOME', 'LANG', 'MCP_ANSWERS', 'MCP_CAPABILITIES', 'MCP_CLIENT', 'MCP_REVISION', 'MCP_SCOPES', 'MCP_SITE', 'MCP_STATE',
		'MCP_TOOL', 'MCP_USER', 'MCP_USER_ID', 'PATH', 'TMPDIR'], 'names');
	eq([env.MCP_USER, env.MCP_REVISION, env.MCP_SCOPES, env.COLOUR, env.PATH], ['alice', MODERN, 'read:knowledge write:knowledge', 'blue', '/usr/local/bin:/usr/bin:/bin'], 'values');
	lacks(got, /hush|Bearer|mcp\.db/, 'environment');
}, SITE);

row('TX-04', 'a trace of the caller is handed on when it is one', async (s) => {
	const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
	const got = textOf(await once(s, 'env', { o: { meta: { traceparent, tracestate: 'a=b' } } }));
	match(got, new RegExp(`^MCP_TRACEPARENT=${traceparent}$`, 'm'), 'traceparent');
	match(got, /^MCP_TRACESTATE=a=b$/m, 'tracestate');
	lacks(textOf(await once(s, 'env', { o: { meta: { traceparent: 'x\ny' } } })), /TRACEPARENT/, 'no trace');
}, SITE);

row('TX-05', 'only four descriptors are open', async (s) => {
	const got = await once(s, 'ls /proc/self/fd | sort -n | tr "\\n" " "');
	match(textOf(got), /^0 1 2 3 (4 )?$/, 'descriptors');	// 4 is the folder that ls reads
}, SITE);

row('TX-18', 'each run has an empty private folder, which is gone afterwards', async (s) => {
	const script = 'pwd; ls -A | wc -l; stat -c %a .; echo "$HOME $TMPDIR"; mkdir -p a/b; echo x >a/b/c; chmod 000 a; ln -s / root';
	const [cwd, n, mode, both] = textOf(await once(s, script)).split('\n');
	eq([n, mode, both], ['0', '700', `${cwd} ${cwd}`], 'folder');
	eq(fs.existsSync(cwd), false, 'it is gone');
	ok(fs.existsSync('/etc/passwd'), 'and what a link in it led to is not');
	eq(fs.readdirSync(`${s.db.replace(/[^/]*$/, '')}work`), [], 'left');
}, SITE);

row('TX-18', 'with isolate a person has a folder that stays, and no other person sees it', async (s) => {
	s.addUser('bob');
	tool(s, 'keep', 'cat >/dev/null; [ -e "$MCP_DATA/note" ] && cat "$MCP_DATA/note"; echo "of $MCP_USER" >"$MCP_DATA/note"; ls "$MCP_DATA/.." 2>/dev/null | wc -l', { isolate: true });
	const bob = (await obtain(s, { username: 'bob' })).tokens.access_token;
	match(textOf(modernResult(await call(s, await tokenFor(s), 'keep', {}))), /^\d\n$/, 'first');
	match(textOf(modernResult(await call(s, bob, 'keep', {}))), /^\d\n$/, "another person's");
	match(textOf(modernResult(await call(s, await tokenFor(s), 'keep', {}))), /^of alice\n/, 'again');
}, { ...SITE, own: true });

row('TX-17', 'the database, the settings, the network and its parent are out of reach', async (s) => {
	const mark = await once(s, `cat "${s.db}" >/dev/null 2>&1 && echo database; cat "${s.conf}" >/dev/null 2>&1 && echo settings; ls "${s.dir}" >/dev/null 2>&1 && echo folder;`
		+ ' cat /proc/$PPID/environ 2>/dev/null | grep -q . && echo parent; python3 -c "import socket; socket.create_connection((\'127.0.0.1\', ' + s.port + '), 2)" 2>/dev/null && echo network; echo end');
	eq(textOf(mark), 'end\n', 'what it could reach');
	const open = await once(s, `python3 -c "import socket; socket.create_connection(('127.0.0.1', ${s.port}), 2); print('there')"`, { definition: { network: true } });
	eq(textOf(open), 'there\n', 'with network: true');
}, { ...SITE, fronts: REAL });

/* ---- how it ends ---- */

row('TX-06', 'a program that takes too long is ended, with all that it has started', async (s) => {
	const began = Date.now();
	const got = await once(s, 'sleep 77.1 & setsid sleep 77.1 & (setsid sh -c "sleep 77.1 & sleep 77.1" &) ; sleep 77.1', { definition: { timeout: 1 } });
	eq([got.isError, textOf(got)], [true, 'The tool did not finish within 1 s.'], 'result');
	ok(Date.now() - began < 15000, `took ${Date.now() - began} ms`);
	eq(await goneWithin(5000, '77.1'), [], 'left over');
}, SITE);

row('TX-06', 'a program that ends leaves no daemon behind', async (s) => {
	eq(textOf(await once(s, '(setsid sh -c "exec sleep 78.2 >/dev/null 2>&1 <&- 3>&-" &) ; (trap "" TERM; sleep 78.2) & echo done')), 'done\n', 'result');
	eq(await goneWithin(5000, '78.2'), [], 'left over');
}, SITE);

row('TX-08', 'output is cut at the cap, with a note; what is said to standard error goes to the log, and not without end', async (s) => {
	const got = await once(s, 'yes x', { definition: { output_max: 1000 } });
	eq([got.content.length, got.content[0].text.length], [2, 1000], 'blocks');
	match(got.content[1].text, /^\[cut: more than 1000 bytes\]$/, 'note');
	const mark = s.logMark();
	eq(textOf(await once(s, 'i=0; while [ $i -lt 3000 ]; do echo "something to complain about"; i=$((i + 1)); done >&2; echo fine')), 'fine\n', 'result');
	const log = s.log(mark);
	match(log, /something to complain about/, 'log');
	ok(log.length < 60000, `the log grew by ${log.length} bytes`);
	const closed = await once(s, 'exec >&- 2>&- 3>&-; sleep 79.3', { definition: { timeout: 1 } });
	match(textOf(closed), /did not finish/, 'who closes standard output still has a deadline');
}, SITE);

row('TX-09', 'processor time, memory, files and cores are limited', async (s) => {
	const busy = await once(s, 'while :; do :; done', { definition: { cpu: 1, timeout: 20 } });
	match(textOf(busy), /ended by signal (9|24)/, 'processor time');
	const memory = await once(s, 'python3 -c "x = bytearray(1 << 31)" 2>/dev/null; echo "status $?"', { definition: { memory: 256 } });
	match(textOf(memory), /status [1-9]/, 'memory');
	const file = await once(s, 'head -c 3000000 /dev/zero >big 2>/dev/null; stat -c %s big; ulimit -c', { definition: { file_max: 1 } });
	eq(textOf(file), '1048576\n0\n', 'size of a file, and of a core');
}, SITE);

row('TX-10', 'exit status, signals and programs that cannot start are results that say so', async (s) => {
	const said = await once(s, 'echo "No such city."; exit 3');
	eq([said.isError, textOf(said)], [true, 'No such city.\n'], 'what it said');
	const silent = await once(s, 'echo hidden >&2; exit 1');
	eq([silent.isError, textOf(silent)], [true, 'The tool failed.'], 'silent');
	const crash = await once(s, 'kill -SEGV $$');
	eq([crash.isError, textOf(crash)], [true, 'The tool was ended by signal 11.'], 'signal');
	const none = await once(s, '#!/nonexistent/interpreter\n');
	eq([none.isError, textOf(none)], [true, 'The tool could not be started.'], 'no interpreter');
	eq(textOf(await once(s, 'echo next')), 'next\n', 'the next call');
}, SITE);

row('TX-11', 'what is no text becomes text, and JSON is always JSON', async (s) => {
	eq(textOf(await once(s, "printf 'a\\377b\\300\\200c'")), 'a\ufffdb\ufffd\ufffdc', 'bytes');
	eq(textOf(await once(s, "printf 'a\\000b\\033[1m'")), 'a\0b\u001b[1m', 'NUL and escapes');
	eq(textOf(await once(s, 'head -c 200000 /dev/zero | tr "\\0" x')).length, 200000, 'one long line');
	const png = await once(s, "printf '\\211PNG\\377'", { definition: { output: 'image/png' } });
	eq(png.content, [{ type: 'image', data: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]).toString('base64'), mimeType: 'image/png' }], 'image');
	const wav = await once(s, 'printf RIFF', { definition: { output: 'audio/wav' } });
	eq(wav.content[0].type, 'audio', 'audio');
}, SITE);

row('TX-11', 'JSON of content or of a whole result is taken as it is; anything else is text', async (s) => {
	const print = (value) => `cat <<'END'\n${JSON.stringify(value)}\nEND`;
	const blocks = [{ type: 'text', text: 'one' }, { type: 'resource_link', uri: 'kb:///1', name: 'one' }, { type: 'resource', resource: { uri: 'x:y', text: 't' } }];
	eq((await once(s, print(blocks))).content, blocks, 'a list of blocks');
	const whole = await once(s, print({ content: [], isError: true }));
	eq([whole.content, whole.isError], [[], true], 'a whole result');
	for (const value of [{ a: 1 }, [{ type: 'video', text: 'x' }], [{ type: 'image', data: '!', mimeType: 'image/png' }], 7, 'x', { content: [{ type: 'text' }] }])
		eq(textOf(await once(s, print(value))), `${JSON.stringify(value)}\n`, `text of ${JSON.stringify(value)}`);
	const oldest = legacyResult(await (async () => {
		tool(s, 'linked', print(blocks));
		return legacy(s, await tokenFor(s), '2025-03-26', 'tools/call', { name: 'linked', arguments: {} });
	})());
	eq(oldest.content[1], { type: 'text', text: 'kb:///1' }, 'a link for the oldest revision');
}, SITE);

row('TX-11', 'an outputSchema is a promise that is kept', async (s) => {
	const outputSchema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
	const good = await once(s, 'echo \'{"n": 4}\'', { definition: { outputSchema } });
	eq([good.structuredContent, JSON.parse(textOf(good))], [{ n: 4 }, { n: 4 }], 'structured, and its copy');
	for (const bad of ['{"n": "4"}', 'four', '{"content":[],"structuredContent":{"n":null}}', '{"content":[]}']) {
		const got = await once(s, `echo '${bad}'`, { definition: { outputSchema } });
		eq([got.isError, got.structuredContent], [true, undefined], bad);
		match(textOf(got), /outputSchema/, bad);
	}
	const number = await once(s, 'echo 4.5', { definition: { outputSchema: { type: 'number' } } });
	eq(number.structuredContent, 4.5, 'any value in the newest revision');
	tool(s, 'half', 'echo 4.5', { outputSchema: { type: 'number' } });
	const old = legacyResult(await legacy(s, await tokenFor(s), '2025-11-25', 'tools/call', { name: 'half', arguments: {} }));
	eq([old.structuredContent, textOf(old)], [undefined, '4.5'], 'and only text before');
	const listed = legacyResult(await legacy(s, await tokenFor(s), '2025-11-25', 'tools/list', {})).tools.find((t) => t.name === 'half');
	eq(listed.outputSchema, undefined, 'no such schema before');
}, SITE);

row('TX-12', 'a program cannot write into the answer', async (s) => {
	const got = await once(s, 'printf "Status: 500\\r\\nX: y\\r\\n\\r\\n" >/proc/$PPID/fd/1 2>/dev/null; printf "HTTP/1.1 500 x\\r\\n\\r\\n"');
	eq(textOf(got), 'HTTP/1.1 500 x\r\n\r\n', 'its output is content');
}, SITE);

row('TX-10', 'an error in the form of the protocol is told as one', async (s) => {
	const name = fresh('err');
	tool(s, name, 'echo \'{"error":{"code":1234,"message":"Out of stock"}}\'');
	const r = await call(s, await tokenFor(s), name, {}, { id: 11 });
	eq(r.json, { jsonrpc: '2.0', id: 11, error: { code: 1234, message: 'Out of stock' } }, 'answer');
}, SITE);

row('JR-14', 'arguments that do not conform never start the program', async (s) => {
	const name = fresh('strict');
	tool(s, name, 'echo started', { inputSchema: { type: 'object', properties: { city: { type: 'string', minLength: 2 } }, required: ['city'], additionalProperties: false } });
	for (const args of [{}, { city: 1 }, { city: 'x' }, { city: 'Oslo', extra: 1 }])
		lacks(toolRefusal(await call(s, await tokenFor(s), name, args), 'city' in args && !('extra' in args) ? 'city' : Object.keys(args).at(-1) ?? 'city'), /started/, 'text');
	eq(textOf(modernResult(await call(s, await tokenFor(s), name, { city: 'Oslo' }))), 'started\n', 'and these do');
}, SITE);

/* ---- meanwhile ---- */

const TALK = 'cat >/dev/null; for i in 1 2 2 1 3; do echo "{\\"progress\\":$i,\\"total\\":3,\\"message\\":\\"step $i\\"}" >&3; done; echo \'{"level":"info","data":{"a":1},"logger":"x"}\' >&3; echo \'{"level":"debug","data":"small"}\' >&3; echo nonsense >&3; echo said';

row('SI-01', 'progress and log lines come as events before the answer, for those who asked', async (s) => {
	tool(s, 'talk', TALK);
	const r = await call(s, await tokenFor(s), 'talk', {}, { id: 21, meta: { progressToken: 'p', [`${KEY}logLevel`]: 'info' } });
	match(r.headers['content-type'], /^text\/event-stream$/, 'type');
	// nginx keeps to itself what is meant for it
	if (!NGINX.includes(s.front)) eq(r.headers['x-accel-buffering'], 'no', 'X-Accel-Buffering');
	const got = messages(r);
	eq(got.filter((m) => m.method === 'notifications/progress').map((m) => m.params), [1, 2, 3].map((n) => ({ progressToken: 'p', progress: n, total: 3, message: `step ${n}` })), 'progress grows');
	eq(got.filter((m) => m.method === 'notifications/message').map((m) => m.params), [{ level: 'info', logger: 'x', data: { a: 1 } }], 'log from that level on');
	eq([got.at(-1).id, textOf(got.at(-1).result)], [21, 'said\n'], 'answer');
	const quiet = await call(s, await tokenFor(s), 'talk', {}, { id: 22 });
	match(quiet.headers['content-type'], /^application\/json$/, 'nobody asked: no events');
	const plain = await call(s, await tokenFor(s), 'talk', {}, { id: 23, meta: { progressToken: 'p' }, headers: { Accept: 'application/json' } });
	match(plain.headers['content-type'], /^application\/json$/, 'events are not taken: none are sent');
	const old = await legacy(s, await tokenFor(s), '2025-11-25', 'tools/call', { name: 'talk', arguments: {}, _meta: { progressToken: 7 } }, { id: 24 });
	eq(messages(old).map((m) => m.params?.progressToken ?? m.params?.level ?? m.id), [7, 7, 7, 'info', 24], 'the same before 2026-07-28');
	rpcError(await call(s, await tokenFor(s), 'talk', {}, { id: 25, meta: { [`${KEY}logLevel`]: 'loud' } }), 200, -32602, 25, 'no level');
}, SITE);

row('SI-01', 'an event is there when it is said, and not at the end', async (s) => {
	tool(s, 'slow_talk', 'echo \'{"progress":1}\' >&3; sleep 4; echo end');
	const began = Date.now();
	const body = JSON.stringify({ jsonrpc: '2.0', id: 31, method: 'tools/call', params: { name: 'slow_talk', arguments: {}, _meta: meta({ progressToken: 1 }) } });
	const r = await fetch(`${s.url}/mcp`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
		...mirrored('tools/call', { name: 'slow_talk' }), ...bearer(await tokenFor(s)) } });
	const reader = r.body.getReader();
	let said = '';
	for (let piece; !said.includes('data:') && !(piece = await reader.read()).done; ) said += Buffer.from(piece.value);
	const first = Date.now() - began;
	match(said, /notifications\/progress/, 'what is said first, after the comment that a stream begins with');
	for (let more = await reader.read(); !more.done; more = await reader.read()) { /* to the end */ }
	ok(first < 3500 && Date.now() - began >= 4000, `first after ${first} ms, end after ${Date.now() - began} ms`);
}, { ...SITE, fronts: REAL });

// In process one connection is served at a time, and nobody looks whether the client is still there.
row('HD-17', 'a client of 2026-07-28 that goes away takes the program with it', async (s) => {
	tool(s, 'wait', 'exec sleep 80.4', { timeout: 60 });
	const gone = new AbortController();
	const body = JSON.stringify({ jsonrpc: '2.0', id: 41, method: 'tools/call', params: { name: 'wait', arguments: {}, _meta: meta() } });
	const asked = fetch(`${s.url}/mcp`, { method: 'POST', body, signal: gone.signal, headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream',
		...mirrored('tools/call', { name: 'wait' }), ...bearer(await tokenFor(s)) } }).catch(() => null);
	for (const end = Date.now() + 5000; Date.now() < end && !running('80.4').length; ) await sleep(20);
	eq(running('80.4').length, 1, 'it runs');
	gone.abort();
	await asked;
	eq(await goneWithin(HEARS_MS(s.front), '80.4'), [], 'left over');
	const left = () => fs.readdirSync(`${s.db.replace(/[^/]*$/, '')}work`);
	for (const end = Date.now() + 5000; Date.now() < end && left().length; ) await sleep(20);
	eq(left(), [], 'its folder was cleared away');
	eq(textOf(await once(s, 'echo next')), 'next\n', 'the next call');
}, { ...SITE, fronts: REAL });

row('TX-15', 'as many programs run at once as the settings allow, and one too many is told to come back', async (s) => {
	tool(s, 'sleepy', 'sleep 2; echo slept');
	const all = await Promise.all(Array.from({ length: 6 }, async () => call(s, await tokenFor(s), 'sleepy', {}, { more: { allow: [503] } })));
	const busy = all.filter((r) => r.status === 503);
	eq(all.filter((r) => r.status === 200).length >= 2, true, `answers: ${all.map((r) => r.status)}`);
	ok(busy.length >= 1, `refused: ${all.map((r) => r.status)}`);
	for (const r of busy) match(r.headers['retry-after'], /^[1-9]\d?$/, 'Retry-After');
	eq(textOf(modernResult(await call(s, await tokenFor(s), 'sleepy', {}))), 'slept\n', 'afterwards there is room again');
}, { ...SITE, settings: { site: '../site', mcp_waiters: 2, mcp_workers: 8 }, own: true, fronts: REAL });

row('TX-15', 'while as many sleep as may, quick requests are quick', async (s) => {
	tool(s, 'nap', 'sleep 4');
	const t = await tokenFor(s);
	const naps = Array.from({ length: 4 }, () => call(s, t, 'nap', {}, { more: { allow: [503] } }));
	await sleep(700);
	const times = [];
	for (let i = 0; i < 10; i++) {
		const began = performance.now();
		await list(s);
		times.push(performance.now() - began);
	}
	ok(Math.max(...times) < 1500, `tools/list took at most ${Math.max(...times) | 0} ms`);
	const got = (await Promise.all(naps)).map((r) => r.status);
	ok(got.includes(200) && got.includes(503), `naps: ${got}`);
}, { ...SITE, settings: { site: '../site', mcp_waiters: 200, mcp_workers: 3 }, own: true, fronts: REAL });

row('TX-16', 'a server that is killed takes the program with it', async (s) => {
	tool(s, 'orphan', 'exec sleep 81.5', { timeout: 60 });
	call(s, await tokenFor(s), 'orphan', {}, { more: { silent: true, allow: [500] } }).catch(() => null);
	for (const end = Date.now() + 5000; Date.now() < end && !running('81.5').length; ) await sleep(20);
	const [pid] = running('81.5');
	const parent = Number(/^PPid:\s*(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
	process.kill(parent, 'SIGKILL');
	eq(await goneWithin(5000, '81.5'), [], 'left over');
	eq(textOf(await once(s, 'echo next')), 'next\n', 'the next call');
	eq(fs.readdirSync(`${s.db.replace(/[^/]*$/, '')}work`), [], 'its folder was cleared away');
}, { ...SITE, own: true, fronts: WITH_WORKERS });

/* ---- questions ---- */

const FORM = { name: { message: 'Your name?', schema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } } };
const ASKS = `cat >/dev/null; case $MCP_ANSWERS in *accept*) printf 'Hello, %s!' "$(printf %s "$MCP_ANSWERS" | sed 's/.*"name":"\\([^"]*\\)"}.*/\\1/')" ;; *) echo '${JSON.stringify({ ask: FORM })}' ;; esac`;
const CAN = { meta: { clientCapabilities: { elicitation: {}, sampling: {}, roots: {} } } };
const asked = (r, what) => {
	status(r, 200, what);
	eq(r.json.result?.resultType, 'input_required', `${what}: ${r}`);
	return r.json.result;
};
const again = (s, token, name, more, o = {}) => modern(s, token, 'tools/call', { name, arguments: {}, ...more }, { ...CAN, ...o });

row('JR-16', 'a tool asks, and is run again with the answer', async (s) => {
	tool(s, 'asks', ASKS);
	const t = await tokenFor(s);
	const first = asked(await again(s, t, 'asks', {}), 'first');
	eq(first.inputRequests.name, { method: 'elicitation/create', params: { mode: 'form', message: 'Your name?', requestedSchema: FORM.name.schema } }, 'the question spelled out');
	ok(first.requestState, 'it remembers what was asked');
	const answer = { name: { action: 'accept', content: { name: 'Ada' } } };
	eq(textOf(modernResult(await again(s, t, 'asks', { inputResponses: answer, requestState: first.requestState }))), 'Hello, Ada!', 'second');
	eq(textOf(modernResult(await again(s, t, 'asks', { inputResponses: { ...answer, other: 7, more: null } }))), 'Hello, Ada!', 'no state is needed for one round, and other keys are ignored');
	asked(await again(s, t, 'asks', { inputResponses: { other: { action: 'decline' } } }), 'another answer');
	for (const bad of [{ name: 12345 }, { name: null }, { name: { action: 'maybe' } }, { name: { action: 'accept' } }, { name: { action: 'accept', content: { name: 5 } } }, [], null, 'x'])
		for (const requestState of [undefined, first.requestState])
			rpcError(await again(s, t, 'asks', { inputResponses: bad, requestState }, { id: 51 }), 200, -32602, 51, JSON.stringify(bad));
	tool(s, 'asks_nothing', 'echo fine');
	eq(textOf(modernResult(await again(s, t, 'asks_nothing', { inputResponses: { odd: 12345 } }))), 'fine\n', 'a tool that asks nothing');
	const old = legacyResult(await legacy(s, t, '2025-11-25', 'tools/call', { name: 'asks', arguments: {} }));
	eq(old.isError, true, 'an old client without a session cannot be asked');
}, SITE);

row('JR-16', 'a question in an array of messages is an answer like the others', async (s) => {
	tool(s, 'asks_there', ASKS);
	tool(s, 'says', 'echo said');
	const one = (id, name) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } });
	const r = await mcp.post(s, await tokenFor(s), [one(1, 'says'), one(2, 'asks_there'), one(3, 'says')]);
	status(r, 200);
	eq(r.json.map((m) => [m.id, m.result.isError ?? false]), [[1, false], [2, true], [3, false]], 'answers');
}, SITE);

row('JR-16', 'state comes back to the same person, client, tool and arguments, in time and untouched', async (s) => {
	const script = `cat >/dev/null; case $MCP_STATE in two) echo "end $MCP_ANSWERS" ;; one) echo '${JSON.stringify({ ask: { second: FORM.name }, state: 'two' })}' ;; *) echo '${JSON.stringify({ ask: { first: FORM.name }, state: 'one' })}' ;; esac`;
	tool(s, 'rounds', script);
	tool(s, 'twin', script);
	s.addUser('bob');
	const t = await tokenFor(s);
	const one = asked(await again(s, t, 'rounds', {}), 'one');
	const yes = (name) => ({ [name]: { action: 'accept', content: { name } } });
	const two = asked(await again(s, t, 'rounds', { requestState: one.requestState, inputResponses: yes('first') }), 'two');
	ok(two.requestState !== one.requestState, 'another state');
	eq(JSON.parse(textOf(modernResult(await again(s, t, 'rounds', { requestState: two.requestState, inputResponses: yes('second') }))).slice(4)),
		{ ...yes('first'), ...yes('second') }, 'all answers');
	const bad = async (more, what, o = {}) => rpcError(await again(s, o.token ?? t, o.name ?? 'rounds', { requestState: one.requestState, ...more }, { id: 61 }), 200, -32602, 61, what);
	await bad({ requestState: `${one.requestState}x` }, 'longer');
	await bad({ requestState: one.requestState.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) }, 'changed');
	await bad({ requestState: 'v1.e30.AAAA' }, 'made up');
	await bad({ requestState: '' }, 'empty');
	await bad({ requestState: 7 }, 'no text');
	await bad({}, 'another tool', { name: 'twin' });
	await bad({ arguments: { x: 1 } }, 'other arguments');
	await bad({}, 'another person', { token: (await obtain(s, { username: 'bob' })).tokens.access_token });
	await bad({}, 'another client', { token: (await obtain(s, { client: undefined, name: 'Another client' })).tokens.access_token });
}, { ...SITE, own: true });

row('JR-16', 'with once, a state is good once, and an answer without one is none', async (s) => {
	tool(s, 'once_only', ASKS, { once: true });
	const t = await tokenFor(s);
	const answer = { name: { action: 'accept', content: { name: 'Ada' } } };
	const first = asked(await again(s, t, 'once_only', {}), 'first');
	asked(await again(s, t, 'once_only', { inputResponses: answer }), 'without a state');
	rpcError(await again(s, t, 'once_only', { inputResponses: { name: { action: 'x' } }, requestState: first.requestState }, { id: 81 }), 200, -32602, 81, 'a mistake spends nothing');
	const both = await Promise.all([1, 2, 3].map((id) => again(s, t, 'once_only', { inputResponses: answer, requestState: first.requestState }, { id })));
	eq(both.map((r) => (r.json.error ? r.json.error.code : textOf(r.json.result))).sort(), [-32602, -32602, 'Hello, Ada!'], 'three at once');
	asked(await again(s, t, 'once_only', {}), 'called anew');
}, SITE);

row('JR-21', 'only what the client can is asked of it', async (s) => {
	const q = { form: FORM.name, sample: { method: 'sampling/createMessage', params: { messages: [], maxTokens: 10 } }, roots: { method: 'roots/list', params: {} } };
	tool(s, 'asks_all', `echo '${JSON.stringify({ ask: q })}'`);
	const t = await tokenFor(s);
	const can = async (clientCapabilities) => asked(await modern(s, t, 'tools/call', { name: 'asks_all', arguments: {} }, { meta: { clientCapabilities } }), JSON.stringify(clientCapabilities)).inputRequests;
	eq(Object.keys(await can({ sampling: {} })), ['sample'], 'sampling only');
	eq(Object.keys(await can({ elicitation: { form: {} }, roots: {} })), ['form', 'roots'], 'form and roots');
	eq(Object.keys(await can({ elicitation: { url: {} }, roots: {} })), ['roots'], 'no forms');
	const e = rpcError(await modern(s, t, 'tools/call', { name: 'asks_all', arguments: {} }, { id: 71, meta: { clientCapabilities: {} } }), 400, -32021, 71);
	ok(e.data.requiredCapabilities && typeof e.data.requiredCapabilities === 'object' && !Array.isArray(e.data.requiredCapabilities), 'an object');
	for (const [can1, one] of Object.entries(e.data.requiredCapabilities)) ok(['elicitation', 'sampling', 'roots'].includes(can1) && typeof one === 'object', `a capability: ${can1}`);
	ok(Object.keys(e.data.requiredCapabilities).length > 0, 'what is missing');
	tool(s, 'asks_badly', 'echo \'{"ask":{"x":{"method":"tools/call","params":{}}}}\'');
	eq(modernResult(await again(s, t, 'asks_badly', {})).isError, true, 'a question that is none');
}, SITE);

/* ---- who is asked for, and how often ---- */

row('JR-17', 'a handle of somebody else, a guessed one and one that never was get the same answer', async (s) => {
	tool(s, 'holds', `cat >/dev/null; case $MCP_STATE in one) echo "secret of $MCP_USER" ;; *) echo '${JSON.stringify({ ask: FORM, state: 'one' })}' ;; esac`);
	s.addUser('bob');
	const [alice, bob] = [await tokenFor(s), (await obtain(s, { username: 'bob' })).tokens.access_token];
	const yes = { name: { action: 'accept', content: { name: 'x' } } };
	const use = async (token, requestState) => again(s, token, 'holds', { requestState, inputResponses: yes }, { id: 81 });
	const own = asked(await again(s, alice, 'holds', {}), 'alice').requestState;
	const hers = asked(await again(s, bob, 'holds', {}), 'bob').requestState;
	ok(own !== hers, 'two handles');
	eq(textOf(modernResult(await use(alice, own))), 'secret of alice\n', 'her own');
	const never = await use(bob, 'v1.AAAA.AAAA');
	rpcError(never, 200, -32602, 81, 'one that never was');
	const near = (text, by) => text.slice(0, -2) + String.fromCharCode(text.charCodeAt(text.length - 2) + by) + text.slice(-1);
	for (const [what, handle] of [['hers', own], ['hers, twice', own], ['the next', near(hers, 1)], ['the one before', near(hers, -1)], ['another start', hers.replace(/^.{4}/, 'v1.1')],
		['a number', '1'], ['another number', '2'], ['half of each', own.slice(0, own.length / 2) + hers.slice(own.length / 2)]]) {
		const r = await use(bob, handle);
		eq([r.status, r.text], [never.status, never.text], what);
	}
	eq(textOf(modernResult(await use(bob, hers))), 'secret of bob\n', 'and his own is good');
}, { ...SITE, own: true });

row('JR-18', 'a thousand calls of two people through one worker, and a program that crashes between them: answers never cross', async (s) => {
	tool(s, 'mine', 'cat; printf " for %s" "$MCP_USER"', { inputSchema: { type: 'object', properties: { word: { type: 'string' } } } });
	tool(s, 'crash', 'echo "secret of $MCP_USER"; kill -SEGV $$');
	s.addUser('bob');
	const people = { alice: await tokenFor(s), bob: (await obtain(s, { username: 'bob' })).tokens.access_token };
	const calls = isFastcgi(s.front) ? 1000 : 150;
	let next = 0;
	const person = async (name) => {
		const rest = new RegExp(name === 'alice' ? 'bob' : 'alice');
		for (let n = next++; n < calls; n = next++) {
			const id = `${name}-${n}`;
			const r = await call(s, people[name], n % 20 === 7 ? 'crash' : 'mine', { word: `marker-${id}` }, { id, more: { allow: [503] } });
			if (r.status === 503) { next--; await sleep(50); continue; }
			lacks(r.text, rest, `${id}: the other's name`);
			const result = modernResult(r, id, id);
			if (n % 20 === 7) eq(result.isError, true, `${id}: isError`);
			else eq(textOf(result), `{"word":"marker-${id}"}\n for ${name}`, id);
		}
	};
	await Promise.all(['alice', 'bob', 'alice', 'bob'].map(person));
}, { ...SITE, settings: { site: '../site', mcp_workers: 1, mcp_waiters: 1 }, own: true });
