// SPDX-License-Identifier: ISC
//
// The knowledge base as tools: documents are read, listed, changed and deleted, each with its scope and each by whom it concerns;
// and with kb_visibility = private nothing that anybody can ask tells one person of another's documents.

import { eq, each, lacks, match, ok, status } from '../lib/check.mjs';
import { BUILT_IN, CREATE, READ, SEARCH, WRITE, call, challenge, legacy, legacyResult, modern, modernResult, toolRefusal,
	toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { check } from '../lib/schema.mjs';

const NOTHING = 'There is no such document.';
const NOT_YOURS = 'Only the person who wrote a document can change or delete it.';
const BOB = 'another long password';
const LARGEST = 9007199254740991;

let serial = 0;
const fresh = (stem = 'kb') => `${stem}${Date.now().toString(36)}${(serial++).toString(36)}`;

async function toolsOf(s, t) {
	s.toolsByName ??= Object.fromEntries(modernResult(await modern(s, t, 'tools/list')).tools.map((x) => [x.name, x]));
	return s.toolsByName;
}

/** Structured content, held against the published schema of the tool. */
async function run(s, t, name, args, what = name) {
	const got = toolResult(await call(s, t, name, args), what);
	eq(check(got, (await toolsOf(s, t))[name].outputSchema), [], `${what}: faults against the outputSchema`);
	return got;
}

const refused = async (s, t, name, args, text, what = name) => eq(toolRefusal(await call(s, t, name, args), [], what), text, what);

/** All documents that somebody is shown, page by page. */
async function all(s, t, args = {}) {
	const found = [];
	for (let after; ;) {
		const page = await run(s, t, 'list_documents', { ...args, ...(after === undefined ? {} : { after }) });
		found.push(...page.documents);
		if (page.next === undefined) return found;
		ok(page.documents.length > 0 && page.next === page.documents.at(-1).id, 'next is the last id of a page');
		after = page.next;
	}
}

async function two(s) {
	s.addUser('bob', BOB);
	const alice = (await obtain(s)).tokens.access_token;
	const bob = (await obtain(s, { username: 'bob', password: BOB })).tokens.access_token;
	return { alice, bob };
}

need('M30', 'the tools, in the order of their names, with hints that are true', async (s) => {
	const t = await tokenFor(s);
	const tools = modernResult(await modern(s, t, 'tools/list')).tools;
	eq(tools.map((x) => x.name), BUILT_IN, 'names');
	const reads = ['list_documents', 'read_document', SEARCH];
	for (const { name, annotations: a, inputSchema: i, outputSchema: o, description } of tools) {
		eq(a.readOnlyHint, reads.includes(name), `${name}: readOnlyHint`);
		eq(a.openWorldHint, false, `${name}: openWorldHint`);
		if (!reads.includes(name)) {
			eq(a.destructiveHint, name !== CREATE, `${name}: destructiveHint`);
			eq(a.idempotentHint, name !== CREATE, `${name}: idempotentHint`);
		}
		eq(i.additionalProperties, false, `${name}: no argument that nobody knows`);
		ok(o.required.length > 0, `${name}: what a result has`);
		ok(description.length > 60, `${name}: a description`);
	}
});

need('M30a', 'a document is read as it was written, and listed without its text', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const content = `# ${word}\n\n  blanks, "quotes", \\ and \u{1f98a}\n`;
	const made = await run(s, t, CREATE, { title: `T ${word}`, content, tags: [word, 'two words'] });
	const doc = await run(s, t, 'read_document', { id: made.id });
	eq(doc, { ...made, content, updated_at: made.created_at }, 'document');
	const listed = await all(s, t, { tag: word });
	eq(listed, [{ ...made, updated_at: made.created_at }], 'list');
	eq((await all(s, t)).filter((d) => d.id === made.id).length, 1, 'in the whole list once');
	eq(await all(s, t, { tag: fresh() }), [], 'a tag that nobody uses');
});

need('M30b', 'pages: every document once, in the order of ids, as many as were asked for', async (s) => {
	const t = await tokenFor(s);
	const tag = fresh('tag');
	const made = [];
	for (let n = 0; n < 7; n++) made.push((await run(s, t, CREATE, { title: `${tag} ${n}`, content: 'page', tags: [tag] })).id);
	for (const limit of [1, 2, 3, 6, 7, 8, 100]) eq((await all(s, t, { tag, limit })).map((d) => d.id), made, `pages of ${limit}`);
	eq((await run(s, t, 'list_documents', { tag, after: made[2], limit: 2 })).documents.map((d) => d.id), made.slice(3, 5), 'behind the third');
	const whole = (await all(s, t, { limit: 3 })).map((d) => d.id);
	eq(whole, [...whole].sort((a, b) => a - b), 'order of the whole list');
	eq(new Set(whole).size, whole.length, 'none twice');
	eq((await run(s, t, 'list_documents', { after: LARGEST })), { documents: [] }, 'behind the last');
});

need('M30c', 'what is changed is found as it is now, and not as it was', async (s) => {
	const t = await tokenFor(s);
	const [a, b, c, d] = [fresh('old'), fresh('new'), fresh('title'), fresh('tag')];
	const made = await run(s, t, CREATE, { title: a, content: `${a} text`, tags: [a] });
	const found = async (query) => (await run(s, t, SEARCH, { query })).results.map((x) => x.id);
	const changed = await run(s, t, 'update_document', { id: made.id, content: b });
	eq([changed.id, changed.title, changed.tags, changed.created_at], [made.id, a, [a], made.created_at], 'what was not named');
	eq(await found(b), [made.id], 'the new text');
	eq(await found(`${a} text`), [], 'the old text');
	await run(s, t, 'update_document', { id: made.id, title: c, tags: [d, 'x'] });
	const doc = await run(s, t, 'read_document', { id: made.id });
	eq([doc.title, doc.content, doc.tags], [c, b, [d, 'x']], 'the document');
	for (const [query, want] of [[a, []], [c, [made.id]], [d, [made.id]], [b, [made.id]]]) eq(await found(query), want, `results for ${query}`);
	eq(await all(s, t, { tag: a }), [], 'list of the old tag');
	await run(s, t, 'update_document', { id: made.id, tags: [] });
	eq((await run(s, t, 'read_document', { id: made.id })).tags, [], 'no tags');
	const gone = await run(s, t, 'delete_document', { id: made.id });
	eq(gone, { id: made.id, title: c }, 'what was removed');
	eq(await found(b), [], 'the text of what is gone');
	for (const name of ['read_document', 'delete_document']) await refused(s, t, name, { id: made.id }, NOTHING);
	await refused(s, t, 'update_document', { id: made.id, title: 'x' }, NOTHING);
	s.sql("INSERT INTO document_text (document_text, rank) VALUES ('integrity-check', 1)", { json: false });
	const next = await run(s, t, CREATE, { title: a, content: a });
	ok(next.id > made.id, 'the number is not given again');
});

need('M30d', 'nobody changes or deletes what somebody else wrote, nor what was imported', async (s) => {
	const { alice, bob } = await two(s);
	const word = fresh();
	const file = s.write('notes.md', `# Handbook ${word}\n\nText.\n`);
	eq(s.ctl(['document', 'import', file]).status, 0, 'mcpctl document import');
	const his = (await run(s, alice, CREATE, { title: word, content: word })).id;
	const imported = (await run(s, bob, SEARCH, { query: `handbook ${word}` })).results[0];
	eq(imported.author, 'operator', 'author of what was imported');
	for (const [what, id] of [['alice\'s', his], ['the operator\'s', imported.id]]) {
		await run(s, bob, 'read_document', { id }, `${what} is read`);
		await refused(s, bob, 'update_document', { id, title: 'mine' }, NOT_YOURS, `bob changes ${what}`);
		await refused(s, bob, 'delete_document', { id }, NOT_YOURS, `bob deletes ${what}`);
	}
	eq((await run(s, alice, 'read_document', { id: his })).title, word, 'title');
	await run(s, alice, 'delete_document', { id: his });
}, { own: true });

need('M30e', 'each tool with its scope: without it a challenge, and nothing has happened', async (s) => {
	const read = await tokenFor(s, READ);
	const write = await tokenFor(s, WRITE);
	const both = await tokenFor(s);
	const word = fresh();
	const { id } = await run(s, both, CREATE, { title: word, content: word });
	const other = (await run(s, both, CREATE, { title: word, content: word })).id;
	for (const [name, args] of [['update_document', { id, title: 'x' }], ['delete_document', { id }], ['update_document', { id: LARGEST, title: 'x' }]]) {
		const no = await call(s, read, name, args);
		status(no, 403, `${name} with ${READ}`);
		match(challenge(no).scope, new RegExp(WRITE), `${name}: scope that is asked for`);
	}
	for (const [name, args] of [['read_document', { id }], ['list_documents', {}]]) {
		const no = await call(s, write, name, args);
		status(no, 403, `${name} with ${WRITE}`);
		match(challenge(no).scope, new RegExp(READ), `${name}: scope that is asked for`);
		lacks(no.text, new RegExp(word), `${name}: the answer`);
	}
	eq((await run(s, read, 'read_document', { id })).title, word, 'title');
	lacks(JSON.stringify(await run(s, write, 'update_document', { id, tags: [] })), /content/, 'what a change answers');
	await run(s, write, 'delete_document', { id });
	await run(s, both, 'delete_document', { id: other });
});

need('M30f', 'arguments: edges and other types, by name', async (s) => {
	const t = await tokenFor(s);
	const { id } = await run(s, t, CREATE, { title: 'edge', content: 'edge' });
	const numbers = [0, -1, 1.5, '1', '', null, true, [1], {}, LARGEST + 1];
	for (const name of ['read_document', 'delete_document', 'update_document'])
		await each(numbers.map((x) => [JSON.stringify(x), x]), async (what, one) => {
			toolRefusal(await call(s, t, name, { id: one, ...(name === 'update_document' ? { title: 'x' } : {}) }), 'id', `${name}: id ${what}`);
		});
	for (const name of ['read_document', 'delete_document', 'update_document']) toolRefusal(await call(s, t, name, { title: 'x' }), [], `${name} without id`);
	await refused(s, t, 'read_document', { id: LARGEST }, NOTHING);
	await each([['limit', 0], ['limit', 101], ['limit', '5'], ['limit', 1.5], ['after', -1], ['after', 'x'], ['after', LARGEST + 1], ['tag', ''], ['tag', 5],
		['tag', 'a'.repeat(41)], ['query', 'x']].map(([k, v]) => [`${k} ${JSON.stringify(v)}`, k, v]), async (what, key, value) => {
		toolRefusal(await call(s, t, 'list_documents', { [key]: value }), key, what);
	});
	toolRefusal(await call(s, t, 'update_document', { id }), [], 'nothing to change');
	await each([['title', ''], ['title', 'a'.repeat(201)], ['title', 'a\nb'], ['title', ' '], ['title', null], ['content', ''], ['content', ' \n'], ['content', 5],
		['content', 'a'.repeat(1048577)], ['tags', 'a'], ['tags', ['a', 'a']], ['tags', ['']], ['tags', ['a\nb']], ['tags', [' ']], ['tags', null],
		['author', 'bob'], ['private', 1], ['user_id', 1]].map(([k, v]) => [`${k} ${JSON.stringify(v).slice(0, 20)}`, k, v]), async (what, key, value) => {
		toolRefusal(await call(s, t, 'update_document', { id, title: 'changed', [key]: value }), key, what);
	});
	eq((await run(s, t, 'read_document', { id })).title, 'edge', 'nothing was changed');
	for (const v of ['2025-03-26', '2025-11-25']) {
		const old = legacyResult(await legacy(s, t, v, 'tools/call', { name: 'read_document', arguments: { id } }));
		eq(JSON.parse(old.content[0].text).title, 'edge', `read under ${v}`);
	}
});

need('M30g', 'no tag is ever syntax of the search', async (s) => {
	const t = await tokenFor(s);
	await each(['"', '*', 'a*', 'title:a', '(', ')', 'a OR b', 'NOT a', '-a', '^a', "' OR 1=1 --", '%', '_', '\\', '\u{1f98a}', '\u0301', '!!!', 'NEAR(a b)', '{title}:a']
		.map((x) => [JSON.stringify(x), x]), async (what, tag) => {
		ok(Array.isArray((await run(s, t, 'list_documents', { tag })).documents), what);
	});
});

need('M30h', 'what is private is there for the one who wrote it, and for nobody else by any way', async (s) => {
	const { alice, bob } = await two(s);
	const [word, tag] = [fresh('secret'), fresh('tag')];
	const file = s.write('notes.md', `# Handbook\n\nText for all.\n`);
	eq(s.ctl(['document', 'import', file]).status, 0, 'mcpctl document import');
	const mark = async (t) => JSON.stringify([
		await run(s, t, 'list_documents', { limit: 1 }), await all(s, t), await run(s, t, 'list_documents', { tag }),
		await run(s, t, SEARCH, { query: word }), await run(s, t, SEARCH, { query: 'handbook' }), await run(s, t, SEARCH, { query: 'probe' }),
	]);
	const probe = await run(s, bob, CREATE, { title: 'Probe', content: `probe ${word}2`, tags: [`${tag}2`] });
	const before = await mark(bob);
	const made = await run(s, alice, CREATE, { title: `Handbook ${word}`, content: `${word} probe handbook`, tags: [tag] });
	eq(await mark(bob), before, 'all that bob is shown');
	ok(made.id > 2 ** 32 && made.id <= LARGEST, `a number out of the row of the others: ${made.id}`);
	eq((await all(s, alice)).map((d) => d.title), ['Handbook', `Handbook ${word}`], 'what alice is shown');
	eq((await run(s, alice, SEARCH, { query: word })).results.map((d) => d.id), [made.id], 'what alice finds');
	eq((await run(s, alice, 'read_document', { id: made.id })).content, `${word} probe handbook`, 'what alice reads');
	const never = made.id + 1;
	for (const [name, more] of [['read_document', {}], ['update_document', { title: 'x' }], ['update_document', { content: ' ' }], ['delete_document', {}]]) {
		const [his, none] = [await call(s, bob, name, { id: made.id, ...more }), await call(s, bob, name, { id: never, ...more })];
		eq(toolRefusal(his, [], name), NOTHING, `${name}: what bob is told`);
		eq(his.text.replace(/"id":\d+/, ''), none.text.replace(/"id":\d+/, ''), `${name}: the same as of nothing`);
	}
	await run(s, alice, 'update_document', { id: made.id, content: `${word} changed` });
	eq(await mark(bob), before, 'all that bob is shown after a change');
	const told = s.sql('SELECT kind, about, user_id FROM change ORDER BY id').filter((c) => c.user_id === null);
	eq(told.map((c) => `${c.kind}${c.about}`), ['resources'], 'what everybody may hear: the import');
	await run(s, alice, 'delete_document', { id: made.id });
	eq(await mark(bob), before, 'all that bob is shown after the end');
	const next = await run(s, bob, CREATE, { title: 'Probe 2', content: 'x' });
	ok(Math.floor(next.id / 2 ** 20) - Math.floor(probe.id / 2 ** 20) < 3600, 'numbers are of the second');
}, { own: true, settings: { kb_visibility: 'private' } });

need('M30i', 'a document keeps the visibility that it was made with', async (s) => {
	const { alice, bob } = await two(s);
	const open = await run(s, alice, CREATE, { title: 'open', content: 'for all' });
	s.setConf({ kb_visibility: 'private' });
	await s.restart();
	const closed = await run(s, alice, CREATE, { title: 'closed', content: 'for me' });
	await run(s, bob, 'read_document', { id: open.id });
	await refused(s, bob, 'read_document', { id: closed.id }, NOTHING);
	s.setConf({ kb_visibility: 'team' });
	await s.restart();
	await run(s, alice, 'update_document', { id: closed.id, title: 'still closed' });
	await refused(s, bob, 'read_document', { id: closed.id }, NOTHING);
	eq((await all(s, bob)).map((d) => d.title), ['open'], 'what bob is shown');
	eq((await all(s, alice)).map((d) => d.title), ['open', 'still closed'], 'what alice is shown');
	const after = await run(s, bob, CREATE, { title: 'third', content: 'for all' });
	eq(after.id, open.id + 1, 'numbers of the team go on');
}, { own: true });

need('M30j', 'changes of one document at the same time: each is whole, and the index fits', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const { id } = await run(s, t, CREATE, { title: word, content: 'start' });
	await Promise.all(Array.from({ length: 12 }, (_, n) => run(s, t, 'update_document', { id, title: `${word} ${n}`, content: `${word} number${n}` })));
	const doc = await run(s, t, 'read_document', { id });
	eq(doc.content, doc.title.replace(/ (\d+)$/, ' number$1'), 'title and content of one change');
	const drops = await Promise.all(Array.from({ length: 6 }, () => call(s, t, 'delete_document', { id })));
	eq(drops.filter((r) => !modernResult(r).isError).length, 1, 'deleted once');
	s.sql("INSERT INTO document_text (document_text, rank) VALUES ('integrity-check', 1)", { json: false });
});
