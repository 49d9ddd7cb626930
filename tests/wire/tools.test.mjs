// SPDX-License-Identifier: ISC
//
// The two tools: search_knowledge_base and create_document. What is written is found, by whom and with which words;
// nothing that a person types is ever syntax of the search; every argument has its edges, counted in code points;
// and every result is what the published outputSchema says.

import { eq, each, lacks, match, ok, status } from '../lib/check.mjs';
import { CREATE, READ, SEARCH, WRITE, call, challenge, legacy, legacyResult, modern, modernResult, post, mirrored, meta, rpcError, toolRefusal,
	toolResult } from '../lib/mcp.mjs';
import { need, tokenFor } from '../lib/need.mjs';
import { obtain } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';
import { check } from '../lib/schema.mjs';

let serial = 0;
/** A word that no other test has used. */
const fresh = (stem = 'word') => `${stem}${Date.now().toString(36)}${(serial++).toString(36)}`;

async function schemas(s, t) {
	s.toolSchemas ??= modernResult(await modern(s, t, 'tools/list')).tools.reduce((all, x) => ({ ...all, [x.name]: x }), {});
	return s.toolSchemas;
}

/** Structured content of a call, held against the outputSchema of the tool. */
async function run(s, t, name, args, what = name) {
	const got = toolResult(await call(s, t, name, args), what);
	eq(check(got, (await schemas(s, t))[name].outputSchema), [], `${what}: faults against the outputSchema`);
	return got;
}

const create = (s, t, args) => run(s, t, CREATE, args);
const search = async (s, t, query, limit) => (await run(s, t, SEARCH, { query, ...(limit === undefined ? {} : { limit }) }, `search for ${query.slice(0, 60)}`)).results;
const ids = (list) => list.map((d) => d.id);

function instant(text, what) {
	match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, what);
	const off = Math.abs(Date.now() - Date.parse(text));
	ok(off < 120000, `${what} is now (${off} ms off)`);
}

need('M20', 'a new document: its id, title, author and time, in the shape that was published', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const made = await create(s, t, { title: `Title ${word}`, content: `Content ${word}.`, tags: ['one', 'two'] });
	ok(made.id !== undefined && made.id !== null && made.id !== '', 'id');
	eq(made.title, `Title ${word}`, 'title');
	eq(made.author, 'alice', 'author');
	instant(made.created_at, 'created_at');
	const again = await create(s, t, { title: `Title ${word}`, content: `Content ${word}.` });
	ok(again.id !== made.id, 'a second document with the same text has an id of its own');
});

need('M19b', 'a new document is found at once, with all that a result has', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const made = await create(s, t, { title: `Title ${word}`, content: `Some content about ${word} and more.`, tags: ['one', 'two'] });
	const got = await run(s, t, SEARCH, { query: word });
	eq(got.results.length, 1, 'results');
	const [doc] = got.results;
	for (const key of ['id', 'title', 'snippet', 'tags', 'author', 'created_at']) ok(key in doc, `a result has ${key}`);
	eq([doc.id, doc.title, doc.author, doc.created_at], [made.id, made.title, 'alice', made.created_at], 'id, title, author and time');
	eq(doc.tags, ['one', 'two'], 'tags');
	ok(typeof doc.snippet === 'string' && doc.snippet.includes(word), `the snippet shows the word: ${doc.snippet}`);
	if ('score' in doc) eq(typeof doc.score, 'number', 'type of score');
});

need('M19c', 'words of the title, the content and the middle of a long text are found', async (s) => {
	const t = await tokenFor(s);
	const [a, b, c] = [fresh('title'), fresh('body'), fresh('deep')];
	const filler = 'lorem ipsum dolor sit amet consectetur '.repeat(5000);
	const made = await create(s, t, { title: `About ${a}`, content: `${b} ${filler} ${c} ${filler}` });
	for (const word of [a, b, c, `${a} ${b}`, a.toUpperCase()]) eq(ids(await search(s, t, word)), [made.id], `results for ${word}`);
	const [doc] = await search(s, t, c);
	ok(doc.snippet.includes(c), 'the snippet is cut around the word');
	ok(doc.snippet.length < 2000, `the snippet is short (${doc.snippet.length} characters)`);
});

need('M19d', 'nothing found is an empty list', async (s) => {
	eq(await search(s, await tokenFor(s), fresh('nobodywrotethis')), [], 'results');
});

need('M19e', 'the better match comes first', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const filler = 'something else entirely about other matters '.repeat(300);
	const weak = await create(s, t, { title: 'Miscellany', content: `${filler} ${word} ${filler}` });
	const strong = await create(s, t, { title: `${word}`, content: `${word} explained: ${word} is what ${word} does.` });
	const middle = await create(s, t, { title: 'Notes', content: `${word} twice: ${word}. ${filler.slice(0, 400)}` });
	const found = await search(s, t, word, 20);
	eq(found.length, 3, 'results');
	eq(found[0].id, strong.id, 'first result');
	eq(found[2].id, weak.id, 'last result');
	eq(ids(await search(s, t, word, 1)), [strong.id], 'the one result');
	eq(ids(await search(s, t, word, 20)), ids(found), 'order the second time');
	ok(found[1].id === middle.id, 'result in the middle');
});

need('M19f', 'limit: five by default, and exactly so many as are asked for', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	for (let n = 0; n < 22; n++) await create(s, t, { title: `${word} ${n}`, content: `Number ${n} of ${word}.` });
	eq((await search(s, t, word)).length, 5, 'results without a limit');
	for (const limit of [1, 2, 7, 19, 20]) eq((await search(s, t, word, limit)).length, limit, `results with the limit ${limit}`);
	const all = ids(await search(s, t, word, 20));
	eq(new Set(all).size, 20, 'different results');
	eq(ids(await search(s, t, word, 3)), all.slice(0, 3), 'the first three');
});

need('M18', 'limit: out of range or of another type is a refusal that names it', async (s) => {
	const t = await tokenFor(s);
	await each([0, 21, -1, 1000000, 1.5, '5', '', null, true, [5], {}].map((l) => [JSON.stringify(l), l]), async (what, limit) => {
		toolRefusal(await call(s, t, SEARCH, { query: 'x', limit }), 'limit', `limit ${what}`);
	});
	const zero = await post(s, t,
		`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${SEARCH}","arguments":{"query":"x","limit":5.0},"_meta":${JSON.stringify(meta())}}}`,
		mirrored('tools/call', { name: SEARCH }));
	if (modernResult(zero).isError) toolRefusal(zero, 'limit', 'limit 5.0');
	else toolResult(zero, 'limit 5.0');
});

need('M18a', 'query: both edges in code points, and other types', async (s) => {
	const t = await tokenFor(s);
	for (const [what, query] of [['one letter', 'a'], ['1000 letters', 'a'.repeat(1000)], ['1000 foxes', '\u{1f98a}'.repeat(1000)], ['1000 signs', '\u4e16'.repeat(1000)],
		['1000 words', 'ab '.repeat(333) + 'a'], ['500 words', 'a '.repeat(500)], ['1000 quotes', '"'.repeat(1000)], ['one fox', '\u{1f98a}'], ['a combining mark', '\u0301']])
		ok(Array.isArray(await search(s, t, query)), what);
	await each([['empty', ''], ['1001 letters', 'a'.repeat(1001)], ['1001 foxes', '\u{1f98a}'.repeat(1001)], ['1001 signs', '\u4e16'.repeat(1001)], ['number', 5],
		['null', null],
		['list', ['a']], ['object', { a: 1 }], ['true', true]], async (what, query) => {
		toolRefusal(await call(s, t, SEARCH, { query }), 'query', `query: ${what}`);
	});
	toolRefusal(await call(s, t, SEARCH, {}), 'query', 'no query');
	toolRefusal(await call(s, t, SEARCH, undefined), 'query', 'no arguments');
});

need('M21', 'no query is ever syntax: every text is searched for, none is an error', async (s) => {
	const t = await tokenFor(s);
	const texts = ['"', '""', '"""', '"unbalanced', 'unbalanced"', '"a" "b"', '"a""b"', "'", "''", "' OR 1=1 --", '*', '**', 'a*', '*a', '^', '^a', 'a^', '(', ')',
		'()', '(a', 'a)', '((a)',
		'AND', 'OR', 'NOT', 'NEAR', 'a AND', 'AND a', 'a AND b', 'a OR', 'OR b', 'NOT a', 'a NOT', 'a NOT b', 'AND AND', 'NEAR(', 'NEAR(a b)', 'NEAR(a b, 5)',
			'NEAR(a b, x)', 'NEAR/2', 'a NEAR b',
		'title:', 'title:a', 'content:a', 'nosuchcolumn:a', 'title : a', '{title content}:a', '{title content} : a', '- title:a', '-title:a', '-a', '--', 'a-b', 'a+b',
			'+', 'a + b', '+a', 'a.b', '.',
		'rowid:1', 'rank', 'documents', 'a,b', ',', ';', '; DROP TABLE document;', '%', '_', '%_%', '\\', '\\"', '\\\\', '/', 'a/b', 'a:b', ':', '::', 'a;b', '#', '$a',
			'@a', '&', '|', 'a | b', '!', '~', '`', '<b>', '[a]',
		'{a}', '{', '}', '=', 'a=b', '?', '?1', ':a', '\u{1f98a}', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u65e5\u672c\u8a9e',
			'\u4f60\u597d\uff0c\u4e16\u754c\u3002', '\uff08\uff09', '\u300c\u300d', '\u0440\u0443\u0441\u0441\u043a\u0438\u0439',
		'\u05e9\u05dc\u05d5\u05dd', '\u0645\u0631\u062d\u0628\u0627', '\u00e9t\u00e9', 'e\u0301', '\u200b', '\u202e', '\ufeff', '\uffff', '\u2028', '...', '!!!',
			'?!.,;:-()[]{}', '---', '   ', '\t', '\n', ' a ', 'a\nb', 'a\tb', '\u00a0', '\u001b[31m',
		'snippet(', 'bm25(', 'highlight(documents,0)', 'MATCH', 'a MATCH b', 'UNION SELECT 1', 'x\' UNION SELECT 1 --', '%s%n', '${7*7}', '{{7*7}}', '<script>',
			'../../etc/passwd', 'NULL', 'true', '0', '1e999', '\u0131', '\u017f', '\u212a', '\u1e9e', '\ufb01'];
	await each(texts.map((x) => [JSON.stringify(x), x]), async (what, query) => {
		const found = await search(s, t, query);
		ok(found.length <= 5, `${what}: ${found.length} results`);
		for (const v of ['2025-03-26', '2025-11-25']) {
			const old = legacyResult(await legacy(s, t, v, 'tools/call', { name: SEARCH, arguments: { query } }));
			ok(!old.isError, `${what} under ${v}: no error`);
		}
	});
});

need('M21a', 'what would be syntax means no more than the words in it', async (s) => {
	const t = await tokenFor(s);
	const [a, b, c] = [fresh('alpha'), fresh('bravo'), fresh('carol')];
	const mine = new Set();
	for (const [title, content] of [['first', `${a} alone`], ['second', `${b} alone`], ['third', `${a} with ${b}`], [c, 'nothing more'], ['fourth', `the word ${c} here`]])
		mine.add((await create(s, t, { title, content })).id);
	const found = async (query) => ids(await search(s, t, query, 20)).filter((id) => mine.has(id)).sort();
	await each([
		[`${a} AND ${b}`, `${a} and ${b}`], [`${a} OR ${b}`, `${a} or ${b}`], [`${a} NOT ${b}`, `${a} not ${b}`], [`NOT ${a}`, `not ${a}`], [`NEAR(${a} ${b})`,
			`near(${a} ${b})`],
		[`NEAR(${a} ${b}, 1)`, `near(${a} ${b}, 1)`], [`"${a}`, a], [`${a}"`, a], [`""${a}""`, a], [`^${a}`, a], [`-${a}`, a], [`(${a})`, a], [`${a})`, a], [`(${a}`, a],
			[`+${a}`, a],
		[`${a} + ${b}`, `${a} ${b}`], [`${a} * ${b}`, `${a} ${b}`], [`${a.slice(0, -2)}*`, a.slice(0, -2)], [`${a.slice(0, -2)} *`, a.slice(0, -2)], [`title:${c}`,
			`zzzz:${c}`], [`content:${c}`, `zzzz:${c}`],
		[`title : ${c}`, `zzzz : ${c}`], [`{title content}:${c}`, `{zzzz yyyy}:${c}`], [`-title:${c}`, `-zzzz:${c}`], [`'${a}'`, a], [`${a};`, a], [`${a}\n`, a],
			[`<${a}>`, a], [`${a}?`, a],
	], async (query, words) => { eq(await found(query), await found(words), `results for ${JSON.stringify(query)} as for ${JSON.stringify(words)}`); });
	eq((await found(a)).length, 2, `results for ${a}`);
	eq((await found(c)).length, 2, `results for ${c}, in a title and in a content`);
});

need('M21b', 'words of other scripts are found', async (s) => {
	const t = await tokenFor(s);
	const mark = fresh();
	const words = ['\u65e5\u672c\u8a9e', '\u0440\u0443\u0441\u0441\u043a\u0438\u0439', '\u05e9\u05dc\u05d5\u05dd', '\u0645\u0631\u062d\u0628\u0627',
		'\u00e9l\u00e9phant', '\ud55c\uad6d\uc5b4', '\u03b5\u03bb\u03bb\u03b7\u03bd\u03b9\u03ba\u03ac'];
	for (const word of words) {
		const made = await create(s, t, { title: `${mark} ${word}`, content: `text with ${word} in it` });
		ok(ids(await search(s, t, `${word} ${mark}`, 20)).includes(made.id), `${word} is found`);
		const [doc] = (await search(s, t, `${word} ${mark}`, 20)).filter((d) => d.id === made.id);
		eq(doc.title, `${mark} ${word}`, 'title');
	}
});

need('M21c', 'text comes back as it was written', async (s) => {
	const t = await tokenFor(s);
	const titles = ['<script>alert(1)</script>', '"quoted" \\ and \'single\'', '\u{1f98a} fox \u{1f468}\u200d\u{1f469}', 'a & b < c > d', '%s %n ${x} {{y}}',
		'\u202eright to left', '</b><b>', '\u2028 line', 'e\u0301 and \u00e9', '  blanks around  '];
	await each(titles.map((x) => [JSON.stringify(x), x]), async (what, text) => {
		const word = fresh();
		const title = `${text} ${word}`;
		const made = await create(s, t, { title, content: `${word} ${text}` });
		eq(made.title, title, `${what}: title of the new document`);
		const [doc] = await search(s, t, word);
		eq([doc?.id, doc?.title], [made.id, title], `${what}: id and title`);
		ok(doc.snippet.includes(word), `${what}: snippet`);
	});
});

need('M18b', 'title: both edges in code points, and other types', async (s) => {
	const t = await tokenFor(s);
	for (const [what, title] of [['one letter', 'a'], ['200 letters', 'a'.repeat(200)], ['200 foxes', '\u{1f98a}'.repeat(200)], ['200 signs', '\u65e5'.repeat(200)]])
		eq((await create(s, t, { title, content: 'edge' })).title, title, what);
	await each([['empty', ''], ['201 letters', 'a'.repeat(201)], ['201 foxes', '\u{1f98a}'.repeat(201)], ['200 letters and a mark', 'a'.repeat(200) + '\u0301'],
		['number', 5], ['null', null], ['list', []], ['object', {}]],
		async (what, title) => { toolRefusal(await call(s, t, CREATE, { title, content: 'edge' }), 'title', `title: ${what}`); });
});

need('M18c', 'content: both edges in code points, and other types', async (s) => {
	const t = await tokenFor(s);
	const big = 1048576;
	for (const [what, content] of [['one letter', 'a'], ['1048576 letters', 'a'.repeat(big)], ['1048576 signs of three bytes', '\u65e5'.repeat(big)],
		['1048576 words and blanks', 'ab '.repeat(big / 3 + 1).slice(0, big)]]) {
		const word = fresh();
		const made = await create(s, t, { title: word, content });
		const [doc] = await search(s, t, word);
		eq(doc.id, made.id, `${what}: found`);
		ok(doc.snippet.length < 4000, `${what}: snippet of ${doc.snippet.length} characters`);
	}
	await each([['empty', ''], ['1048577 letters', 'a'.repeat(big + 1)], ['1048577 signs', '\u65e5'.repeat(big + 1)], ['number', 5], ['null', null], ['list', ['a']],
		['object', { text: 'a' }], ['true', true]],
		async (what, content) => { toolRefusal(await call(s, t, CREATE, { title: 'edge', content }), 'content', `content: ${what}`); });
});

need('M18d', 'tags: none, some, other types, and the edges that the schema tells', async (s) => {
	const t = await tokenFor(s);
	const schema = (await schemas(s, t))[CREATE].inputSchema.properties.tags;
	const tagged = async (tags) => {
		const word = fresh();
		const made = await create(s, t, { title: word, content: 'tags', ...(tags === undefined ? {} : { tags }) });
		const [doc] = await search(s, t, word);
		eq(doc.id, made.id, 'the document is found');
		return doc.tags;
	};
	eq(await tagged(undefined), [], 'tags of a document without any');
	eq(await tagged([]), [], 'tags of an empty list');
	eq(await tagged(['b', 'a', 'c']), ['b', 'a', 'c'], 'tags in their order');
	for (const list of [['comma,inside', '"quoted"', '<b>'], ['\u65e5\u672c', '\u{1f98a}', '\u00e9t\u00e9'], ['a:b', 'a*', '[x]', '\\']]) eq(await tagged(list), list,
		'tags as they were written');
	await each([['string', 'a'], ['object', { a: 1 }], ['number', 5], ['null', null], ['true', true], ['list of numbers', [1]], ['list with null', ['a', null]],
		['list of lists', [['a']]], ['list with an object', ['a', {}]]],
		async (what, tags) => { toolRefusal(await call(s, t, CREATE, { title: 'edge', content: 'edge', tags }), 'tags', `tags: ${what}`); });
	const name = (n) => Array.from({ length: n }, (_, i) => `tag${i}`);
	if (schema.maxItems !== undefined) {
		eq((await tagged(name(schema.maxItems))).length, schema.maxItems, 'as many tags as there may be');
		toolRefusal(await call(s, t, CREATE, { title: 'edge', content: 'edge', tags: name(schema.maxItems + 1) }), 'tags', 'one tag more');
	}
	const { minLength, maxLength } = schema.items;
	if (minLength) toolRefusal(await call(s, t, CREATE, { title: 'edge', content: 'edge', tags: ['a', ''] }), 'tags', 'an empty tag');
	if (maxLength !== undefined) {
		eq(await tagged(['\u{1f98a}'.repeat(maxLength)]), ['\u{1f98a}'.repeat(maxLength)], 'the longest tag');
		toolRefusal(await call(s, t, CREATE, { title: 'edge', content: 'edge', tags: ['a'.repeat(maxLength + 1)] }), 'tags', 'a tag that is too long');
	}
	if (schema.uniqueItems) toolRefusal(await call(s, t, CREATE, { title: 'edge', content: 'edge', tags: ['a', 'a'] }), 'tags', 'the same tag twice');
});

need('M12b', 'odd tags and titles are taken as they are or refused by name', async (s) => {
	const t = await tokenFor(s);
	const either = async (what, args, name) => {
		const r = await call(s, t, CREATE, args);
		if (modernResult(r).isError) return void toolRefusal(r, name, what);
		const made = toolResult(r, what);
		eq([made.title, made.tags ?? args.tags], [args.title, args.tags ?? []], what);
	};
	await each(['two words', ' blanks ', 'a\tb', 'a\nb', '-', '...', '\u00a0', '\u200b', 'a,b', '\u001b[31m'].map((x) => [JSON.stringify(x), x]), async (what, text) => {
		await either(`tag ${what}`, { title: 'odd', content: 'odd', tags: [text] }, 'tags');
		await either(`title ${what}`, { title: text, content: 'odd' }, 'title');
	});
});

need('M18e', 'arguments that are missing or that nobody knows', async (s) => {
	const t = await tokenFor(s);
	toolRefusal(await call(s, t, CREATE, {}), 'title', 'nothing at all');
	toolRefusal(await call(s, t, CREATE, { content: 'a' }), 'title', 'no title');
	toolRefusal(await call(s, t, CREATE, { title: 'a' }), 'content', 'no content');
	await each(['extra', 'Query', 'QUERY', 'query ', 'LIMIT', 'offset', 'author', 'id', 'scope', '__proto__x', 'constructor'], async (name) => {
		toolRefusal(await call(s, t, SEARCH, { query: 'x', [name]: 'y' }), name, `${SEARCH} with ${name}`);
	});
	await each(['extra', 'Title', 'author', 'id', 'created_at', 'user', 'scope'], async (name) => {
		toolRefusal(await call(s, t, CREATE, { title: 'a', content: 'b', [name]: 'bob' }), name, `${CREATE} with ${name}`);
	});
});

need('M18f', 'several faults are told in one refusal or one by one, and never by a protocol error', async (s) => {
	const t = await tokenFor(s);
	const text = toolRefusal(await call(s, t, CREATE, { title: 5, content: 6, tags: 7, extra: 8 }), [], 'four faults');
	ok(/title|content|tags|extra/.test(text), `the text names one of them: ${text}`);
	ok(text.length < 1000, 'a short text');
	lacks(text, /sqlite|SQL|json_object|\.c:\d/i, 'the text');
});

need('M21d', 'the author is the person who signed in, whoever the client says it is', async (s) => {
	s.addUser('bob', 'another long password');
	const alice = (await obtain(s)).tokens.access_token;
	const bob = (await obtain(s, { username: 'bob', password: 'another long password' })).tokens.access_token;
	const word = fresh();
	const of = async (t, o) => toolResult(await call(s, t, CREATE, { title: word, content: word }, o)).author;
	eq(await of(alice), 'alice', 'author');
	eq(await of(bob), 'bob', 'author');
	eq(await of(bob, { meta: { clientInfo: { name: 'alice', version: '1' }, author: 'alice' }, headers: { 'X-Remote-User': 'alice', 'Remote-User': 'alice' } }), 'bob',
		'author');
	const found = toolResult(await call(s, bob, SEARCH, { query: word, limit: 20 })).results;
	eq(found.map((d) => d.author).sort(), ['alice', 'bob', 'bob'], 'authors that bob sees');
}, { own: true });

need('M21e', 'documents that were imported are found beside those that were written here', async (s) => {
	const [a, b] = [fresh('import'), fresh('import')];
	const file = s.write('notes.md', `# Heading ${a}\n\nSome text about ${a}.\n\n## Part ${b}\n\nMore text about ${b}.\n`);
	const r = s.ctl(['document', 'import', file]);
	eq(r.status, 0, `mcpctl document import (${r.stderr})`);
	const t = await tokenFor(s);
	for (const word of [a, b]) {
		const found = await search(s, t, word);
		ok(found.length >= 1 && found[0].title.includes(word), `results for ${word}: ${JSON.stringify(found)}`);
		ok(Array.isArray(found[0].tags), 'tags');
	}
	lacks((await search(s, t, a))[0].snippet, new RegExp(b), 'snippet of the first part');
}, { own: true });

need('M73', 'many at once: every document is there, every id its own', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const made = await Promise.all(Array.from({ length: 20 }, (_, n) => create(s, t, { title: `${word} ${n}`, content: `parallel ${n}` })));
	eq(new Set(ids(made)).size, 20, 'different ids');
	const found = await search(s, t, word, 20);
	eq(ids(found).map(String).sort(), ids(made).map(String).sort(), 'ids of what is found');
});

need('M21f', 'what was written is there after a restart', async (s) => {
	const t = await tokenFor(s);
	const word = fresh();
	const made = await create(s, t, { title: word, content: word });
	await s.restart();
	eq(ids(await search(s, t, word)), [made.id], 'results');
}, { own: true });

need('R08', 'a tool without its scope asks for it, and works with a token that has it', async (s) => {
	const word = fresh();
	const first = await obtain(s, { scope: READ });
	eq(first.tokens.scope, READ, 'scope of the first token');
	const no = await call(s, first.tokens.access_token, CREATE, { title: word, content: word });
	status(no, 403, 'the first token');
	const asked = challenge(no);
	eq(asked.error, 'insufficient_scope', 'error');
	const union = [...new Set([READ, ...asked.scope.split(' ')])].join(' ');
	const second = await obtain(s, { client: first.client, jar: first.jar, scope: union });
	eq(second.tokens.scope.split(' ').sort(), [READ, WRITE], 'scope of the second token');
	const made = toolResult(await call(s, second.tokens.access_token, CREATE, { title: word, content: word }));
	eq(ids(await search(s, second.tokens.access_token, word)), [made.id], 'results');
	status(await call(s, first.tokens.access_token, CREATE, { title: word, content: word }), 403, 'the first token still');
	toolResult(await call(s, first.tokens.access_token, SEARCH, { query: word }), 'the first token still reads');
});

row('JR-14', 'the tools say of every argument what it must be', async (s) => {
	const t = await tokenFor(s);
	const all = await schemas(s, t);
	const wrong = { string: [5, null, [], {}, true], integer: ['x', null, [], {}, 1.5, true], array: ['x', 5, null, {}, true] };
	const good = { query: 'x', title: 'x', content: 'x' };
	for (const name of [SEARCH, CREATE]) {
		const { properties, required } = all[name].inputSchema;
		const base = Object.fromEntries(required.map((k) => [k, good[k]]));
		for (const [arg, one] of Object.entries(properties))
			for (const value of wrong[one.type]) toolRefusal(await call(s, t, name, { ...base, [arg]: value }), arg, `${name}: ${arg} is ${JSON.stringify(value)}`);
		for (const arg of required) {
			const less = { ...base };
			delete less[arg];
			toolRefusal(await call(s, t, name, less), arg, `${name} without ${arg}`);
		}
	}
	rpcError(await call(s, t, SEARCH, [], { id: 14 }), 200, -32602, 14, 'arguments that are a list');
});
