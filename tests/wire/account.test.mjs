// SPDX-License-Identifier: ISC
//
// The page of a signed-in person: which apps are connected, taking one or all of them back, signing out everywhere, a
// new password; and that nobody else's form, session or grant gets in between.

import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { CREATE, SEARCH, call, toolResult } from '../lib/mcp.mjs';
import {
	allowedScopes,
	assertAlive,
	assertDead,
	authorize,
	authParams,
	cookieNames,
	follow,
	formFor,
	get,
	HTTPS,
	Jar,
	obtain,
	obtainCode,
	parseForms,
	pkce,
	post,
	random,
	raw,
	redeem,
	refresh,
	register,
	skeleton,
	submit,
	toConsent,
	tokenize,
	TRUSTED,
	visibleText,
} from '../lib/oauth.mjs';

const READ_WORDS = 'Search and read the documents in the knowledge base';
const WRITE_WORDS = 'Add documents to the knowledge base, and change or delete yours';
const NEW = 'a brand new password';

/** The account page of somebody; signs in on the way if need be: { jar, page }. */
async function account(s, { jar = new Jar(), username = 'alice', password = s.password } = {}) {
	let r = await follow(s, await get(s, '/account', jar), jar);
	if (formFor(r, 'login')) {
		const done = await submit(s, r, 'login', jar, { fields: { username, password } });
		status(done, 303, 'sign-in');
		r = await follow(s, done, jar);
	}
	page(r, 200, 'account page');
	ok(formFor(r, 'signout'), `an account page: ${visibleText(r.text)}`);
	return { jar, page: r };
}

const actionOf = (f, action) =>
	f.fields.action === action || f.buttons.some((b) => b.name === 'action' && b.value === action);

/** The forms that disconnect one app each: [{ grant, form }]. */
function connections(r) {
	return parseForms(r.text)
		.filter((f) => actionOf(f, 'disconnect'))
		.map((form) => ({ form, grant: form.fields.grant }));
}

/** The answer is a redirect to the page itself, which then says what was done; or, without a word, nothing. */
function goesBack(s, r, done, what = 'answer') {
	status(r, 303, what);
	eq(r.headers.location, `${s.issuer}/account${done ? `?done=${done}` : ''}`, `${what}: Location`);
	return r;
}

async function disconnect(s, at, one) {
	return goesBack(s, await submit(s, at.page, 'disconnect', at.jar, { form: one.form }), 'disconnected');
}

/** A user of one test alone. */
function newUser(s) {
	const name = `user-${random(5).toLowerCase().replace(/[-_]/g, 'x')}`;
	s.addUser(name);
	return name;
}

row('AC-01', 'who is not signed in sees the sign-in page there, and comes back to it', async (s) => {
	const user = newUser(s);
	const jar = new Jar();
	const r = await get(s, '/account', jar);
	page(r, 200, 'not signed in');
	const form = formFor(r, 'login');
	ok(form, 'sign-in form');
	ok(!form.fields.password, 'an empty password');
	const wrong = await submit(s, r, 'login', jar, {
		fields: { username: user, password: 'not the password!' },
	});
	page(wrong, 401, 'wrong password');
	const nobody = await submit(s, wrong, 'login', jar, {
		fields: { username: 'nobody-here', password: s.password },
	});
	page(nobody, 401, 'unknown user');
	eq(skeleton(nobody.text), skeleton(wrong.text), 'elements of the two pages');
	const done = await submit(s, nobody, 'login', jar, { fields: { username: user, password: s.password } });
	goesBack(s, done, null, 'sign-in');
	const at = await account(s, { jar });
	ok(visibleText(at.page.text).includes(user), 'the name of the user');
	eq(connections(at.page), [], 'connected apps');
	for (const path of ['/account/', '/account/x', '/accountx'])
		status(await raw(s, { path, headers: at.jar.header() }), 404, path);
	for (const method of ['PUT', 'DELETE', 'PATCH']) {
		const no = await raw(s, { method, path: '/account', headers: at.jar.header() });
		status(no, 405, method);
		match(no.headers.allow, /GET/, 'Allow');
	}
});

row('AC-01', 'the session of the consent page is the one of the account page', async (s) => {
	const user = newUser(s);
	const flow = await toConsent(s, { username: user });
	ok(visibleText((await account(s, { jar: flow.jar })).page.text).includes(user), 'signed in already');
	const at = await account(s, { username: user });
	const client = await register(s);
	const r = await follow(
		s,
		await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), at.jar),
		at.jar,
	);
	ok(formFor(r, 'allow'), `asked without another sign-in: ${r}`);
});

row('AC-02', 'each connected app with its name, its host, what it may and since when', async (s) => {
	const user = newUser(s);
	const first = await obtain(s, {
		username: user,
		scope: 'read:knowledge',
		metadata: { client_name: 'First & App', redirect_uris: [TRUSTED] },
	});
	const second = await obtain(s, {
		jar: first.jar,
		metadata: { client_name: 'Second App', redirect_uris: ['https://second.example:8443/cb'] },
	});
	const other = await obtain(s, { metadata: { client_name: "Somebody else's" } });
	await call(s, first.tokens.access_token, SEARCH, { query: 'x' });
	const at = await account(s, { jar: first.jar });
	const text = visibleText(at.page.text);
	for (const part of ['First & App', 'claude.ai', READ_WORDS, 'Second App', 'second.example', WRITE_WORDS])
		ok(text.includes(part), `${part} is on the page: ${text}`);
	lacks(text, /Somebody else/, 'page');
	const times = [...at.page.text.matchAll(/<time datetime="([^"]+)">([^<]+)<\/time>/g)];
	eq(times.length, 3, 'times: since when each is connected, and when the one was last used');
	for (const [, instant, words] of times) {
		ok(Math.abs(Date.parse(instant) - Date.now()) < 60000, `${instant} is now`);
		match(words, new RegExp(instant.slice(0, 4)), 'its words');
	}
	match(text, /Last used not yet/, 'the one that was not used yet');
	const list = connections(at.page);
	eq(list.length, 2, 'forms to disconnect one');
	eq(new Set(list.map((x) => x.grant)).size, 2, 'different grants');
	for (const t of [first, second, other]) {
		for (const secret of Object.values(t.tokens).filter((x) => /^mcp/.test(x)))
			ok(!at.page.text.includes(secret), 'no token on the page');
		await assertAlive(s, t.tokens.access_token);
	}
	ok(
		formFor(at.page, 'disconnect-all') && formFor(at.page, 'signout-all') && formFor(at.page, 'password'),
		'the other forms',
	);
	for (const f of parseForms(at.page.text))
		eq([f.method, f.action], ['post', '/account'], 'how a form is sent');
});

row('AC-03', 'disconnecting one app ends its tokens before the answer, and no other', async (s) => {
	const user = newUser(s);
	const a = await obtain(s, { username: user, metadata: { client_name: `A ${user}` } });
	const c = await obtain(s, { jar: a.jar, metadata: { client_name: `C ${user}` } });
	const at = await account(s, { jar: a.jar });
	const before = connections(at.page).length;
	const mine = connections(at.page).filter((x) => formText(at.page, x.grant).includes(`A ${user}`));
	ok(mine.length >= 1, 'the app is on the page');
	for (const one of mine) await disconnect(s, await account(s, { jar: a.jar }), one);
	await assertDead(s, a.tokens.access_token, 'access token');
	oauthError(await refresh(s, a.client, a.tokens.refresh_token), 400, 'invalid_grant', 'refresh');
	await assertAlive(s, c.tokens.access_token, 'token of the other app');
	status(await refresh(s, c.client, c.tokens.refresh_token), 200, 'refresh of the other app');
	const after = await account(s, { jar: a.jar });
	eq(connections(after.page).length, before - mine.length, 'apps afterwards');
	const again = await submit(s, at.page, 'disconnect', a.jar, { form: mine[0].form });
	page(again, 404, 'the same once more');
	const back = await obtain(s, { client: a.client, jar: a.jar });
	await assertAlive(s, back.tokens.access_token, 'connected anew');
});

/** The text of the part of the page around the form of this grant, back to the form before it. */
function formText(r, grant) {
	const at = r.text.indexOf(`value="${grant}"`);
	ok(at >= 0, 'the grant is on the page');
	const from = r.text.lastIndexOf('</form>', at);
	return visibleText(r.text.slice(Math.max(0, from), r.text.indexOf('</form>', at)));
}

row('AC-03', 'a token is dead in the very next request, and a code on its way is none', async (s) => {
	const user = newUser(s);
	const got = await obtain(s, { username: user });
	await obtain(s, { jar: got.jar });
	const at = await account(s, { jar: got.jar });
	const flow = await obtainCode(s, { jar: got.jar });
	for (let i = 0; i < 3; i++) {
		const one = await obtain(s, { jar: got.jar });
		const now = await account(s, { jar: got.jar });
		const name = one.client.client_name;
		await disconnect(
			s,
			now,
			connections(now.page).find((x) => formText(now.page, x.grant).includes(name)),
		);
		await assertDead(s, one.tokens.access_token);
	}
	goesBack(s, await submit(s, at.page, 'disconnect-all', at.jar), 'disconnected-all');
	oauthError(await redeem(s, flow), 400, 'invalid_grant', 'a code from before');
});

row('AC-04', 'disconnecting all ends everything of this person, and nothing of another', async (s) => {
	const [user, other] = [newUser(s), newUser(s)];
	const first = await obtain(s, { username: user });
	const second = await obtain(s, { jar: first.jar });
	const third = await obtain(s, { username: other, client: first.client });
	const at = await account(s, { jar: first.jar });
	goesBack(s, await submit(s, at.page, 'disconnect-all', at.jar), 'disconnected-all');
	for (const t of [first, second]) {
		await assertDead(s, t.tokens.access_token);
		oauthError(await refresh(s, t.client, t.tokens.refresh_token), 400, 'invalid_grant', 'refresh');
	}
	await assertAlive(s, third.tokens.access_token, "another person's token for the same app");
	eq(connections((await account(s, { jar: first.jar })).page), [], 'connected apps');
	eq(connections((await account(s, { username: other })).page).length, 1, "the other's apps");
});

row('AC-05', 'signing out: here, or everywhere', async (s) => {
	const user = newUser(s);
	const [here, there] = [await account(s, { username: user }), await account(s, { username: user })];
	const other = await account(s, { username: newUser(s) });
	const { tokens } = await obtain(s, { jar: here.jar });
	const old = here.jar.copy();
	goesBack(s, await submit(s, here.page, 'signout', here.jar), 'signed-out');
	for (const jar of [here.jar, old]) ok(formFor(await get(s, '/account', jar), 'login'), 'signed out here');
	ok(formFor(await get(s, '/account', there.jar), 'signout-all'), 'still signed in there');
	const back = await account(s, { username: user });
	const old2 = back.jar.copy();
	goesBack(s, await submit(s, back.page, 'signout-all', back.jar), 'signed-out-all');
	for (const jar of [back.jar, old2, there.jar])
		ok(formFor(await get(s, '/account', jar), 'login'), 'signed out everywhere');
	ok(formFor(await get(s, '/account', other.jar), 'signout'), 'another person is not');
	await assertAlive(s, tokens.access_token, 'apps stay connected');
});

row('LG-10', 'a new password ends all other sessions and all connections', async (s) => {
	const user = newUser(s);
	const got = await obtain(s, { username: user });
	const there = await account(s, { username: user });
	const at = await account(s, { jar: got.jar });
	const fields = (current, next, again) => ({ current, new: next, again });
	await each(
		[
			['wrong current', fields('not the password!', NEW, NEW), [400, 401, 403, 422]],
			['no current', fields('', NEW, NEW), [400, 401, 403, 422]],
			['two that differ', fields(s.password, NEW, NEW + 'x'), [400, 422]],
			['too short', fields(s.password, 'short', 'short'), [400, 422]],
			['eleven', fields(s.password, 'x'.repeat(11), 'x'.repeat(11)), [400, 422]],
			['empty', fields(s.password, '', ''), [400, 422]],
			['too long', fields(s.password, 'x'.repeat(1025), 'x'.repeat(1025)), [400, 422]],
			[
				'current twice',
				{ ...fields(s.password, NEW, NEW), current: [s.password, s.password] },
				[400, 403, 422],
			],
		],
		async (_, f, want) => {
			const now = await account(s, { jar: at.jar });
			const r = await submit(s, now.page, 'password', at.jar, { fields: f });
			page(r, want);
			for (const v of Object.values(f).flat())
				ok(!v || v.length < 8 || !r.text.includes(v), 'no password on the page');
			await assertAlive(s, got.tokens.access_token);
		},
	);
	s.passwords.add(NEW);
	const now = await account(s, { jar: at.jar });
	const r = await submit(s, now.page, 'password', at.jar, { fields: fields(s.password, NEW, NEW) });
	goesBack(s, r, 'password', 'new password');
	await assertDead(s, got.tokens.access_token, 'access token');
	oauthError(await refresh(s, got.client, got.tokens.refresh_token), 400, 'invalid_grant', 'refresh');
	ok(formFor(await get(s, '/account', there.jar), 'login'), 'the other session is over');
	const jar = new Jar();
	const login = await get(s, '/account', jar);
	page(
		await submit(s, login, 'login', jar, { fields: { username: user, password: s.password } }),
		401,
		'the old password',
	);
	await account(s, { username: user, password: NEW });
});

row('LG-03', 'forms of the account page that this browser was not given', async (s) => {
	const user = newUser(s);
	const got = await obtain(s, { username: user });
	await obtain(s, { jar: got.jar });
	const at = await account(s, { jar: got.jar });
	const twin = await account(s, { username: user });
	const bob = await account(s, { username: newUser(s) });
	const one = connections(at.page)[0];
	const cases = ['disconnect', 'disconnect-all', 'signout', 'signout-all', 'password'].map((action) => [
		action,
		action === 'disconnect' ? one.form : formFor(at.page, action),
	]);
	await each(cases, async (action, form) => {
		const good = {
			...form.fields,
			action,
			...(action === 'password' ? { current: s.password, new: NEW, again: NEW } : {}),
		};
		const send = (fields, jar) => post(s, fields, jar.copy(), {}, { path: '/account' });
		page(await send({ ...good, csrf: undefined }, at.jar), 403, 'no csrf');
		page(await send({ ...good, csrf: '' }, at.jar), 403, 'empty csrf');
		page(
			await send({ ...good, csrf: good.csrf.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) }, at.jar),
			403,
			'wrong csrf',
		);
		page(
			await send({ ...good, csrf: formFor(bob.page, 'signout').fields.csrf }, at.jar),
			403,
			"another person's csrf",
		);
		page(
			await send({ ...good, csrf: formFor(twin.page, 'signout').fields.csrf }, at.jar),
			403,
			"another browser's csrf",
		);
		page(await send(good, bob.jar), 403, "in another person's browser");
		const none = await send(good, new Jar());
		status(none, [200, 303, 401, 403], 'without a session');
		const q = new URLSearchParams(good);
		const viaGet = await get(s, `/account?${q}`, at.jar.copy());
		status(viaGet, [200, 400], 'by GET');
		page(
			await post(s, good, at.jar.copy(), {}, { path: `/account?action=${action}` }),
			400,
			'a query beside the form',
		);
	});
	await assertAlive(s, got.tokens.access_token);
	ok(formFor(await get(s, '/account', at.jar), 'signout'), 'still signed in');
	ok(formFor(await get(s, '/account', twin.jar), 'signout'), 'there, too');
	for (const action of ['fly', '', undefined, 'DISCONNECT', ['disconnect', 'signout']])
		page(
			await post(s, { ...one.form.fields, action }, at.jar, {}, { path: '/account' }),
			[400, 403],
			`action ${action}`,
		);
	await assertAlive(s, got.tokens.access_token);
});

row('LG-04', 'forms of the account page that come from elsewhere', async (s) => {
	const got = await obtain(s, { username: newUser(s) });
	await obtain(s, { jar: got.jar });
	const at = await account(s, { jar: got.jar });
	await each(
		[
			['evil origin', { Origin: 'https://evil.example' }],
			['evil origin alone', { Origin: 'https://evil.example', 'Sec-Fetch-Site': undefined }],
			['cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
			['same-site', { 'Sec-Fetch-Site': 'same-site' }],
			['null origin', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
			['other port', { Origin: `http://127.0.0.1:1` }],
		],
		async (_, headers) => {
			for (const action of ['disconnect-all', 'signout-all'])
				page(await submit(s, at.page, action, at.jar.copy(), { headers }), 403, action);
			const jar = new Jar();
			const login = await get(s, '/account', jar);
			page(
				await submit(s, login, 'login', jar, {
					headers,
					fields: { username: 'alice', password: s.password },
				}),
				403,
				'sign-in',
			);
			ok(!jar.get(cookieNames(s).session), 'no session');
		},
	);
	await assertAlive(s, got.tokens.access_token);
	ok(formFor(await get(s, '/account', at.jar), 'signout'), 'still signed in');
});

row('AC-06', "another person's grant is out of reach", async (s) => {
	const [user, other] = [newUser(s), newUser(s)];
	const mine = await obtain(s, { username: user });
	const theirs = await obtain(s, { username: other });
	const at = await account(s, { jar: mine.jar });
	const there = await account(s, { jar: theirs.jar });
	const form = connections(at.page)[0].form;
	const grant = connections(there.page)[0].grant;
	ok(grant !== form.fields.grant, 'two grants');
	await each(
		[
			["another person's", grant],
			['unknown', '999999999'],
			['garbage', "' OR 1=1 --"],
			['empty', ''],
			['missing', undefined],
			['negative', '-1'],
			['with a tail', `${form.fields.grant}x`],
			['too large', '99999999999999999999'],
		],
		async (_, value) => {
			const changed = { ...form, fields: { ...form.fields, grant: value } };
			page(await submit(s, at.page, 'disconnect', at.jar, { form: changed }), 404);
			for (const t of [mine, theirs]) await assertAlive(s, t.tokens.access_token);
		},
	);
	const both = { ...form, fields: { ...form.fields, grant: [form.fields.grant, grant] } };
	page(await submit(s, at.page, 'disconnect', at.jar, { form: both }), 400, 'two grants at once');
	for (const t of [mine, theirs]) await assertAlive(s, t.tokens.access_token);
	eq(connections((await account(s, { jar: theirs.jar })).page).length, 1, "the other's apps");
	await disconnect(s, at, { form });
	await assertDead(s, mine.tokens.access_token);
	await assertAlive(s, theirs.tokens.access_token);
});

row('LG-14', 'the headers of the account page', async (s) => {
	const at = await account(s, { username: newUser(s) });
	const anonymous = await get(s, '/account', new Jar());
	for (const [name, r] of [
		['signed in', at.page],
		['not signed in', anonymous],
	]) {
		const csp = r.headers['content-security-policy'];
		for (const need of [
			/default-src 'none'/,
			/style-src 'sha256-/,
			/base-uri 'none'/,
			/frame-ancestors 'none'/,
			/form-action 'self'/,
		])
			match(csp, need, `${name}: Content-Security-Policy`);
		match(r.headers['x-frame-options'], /^DENY$/, `${name}: X-Frame-Options`);
		match(r.headers['referrer-policy'], /^same-origin$/, `${name}: Referrer-Policy`);
		match(r.headers['cache-control'], /no-store/, `${name}: Cache-Control`);
		match(r.headers['x-content-type-options'], /^nosniff$/, `${name}: X-Content-Type-Options`);
		match(
			r.headers['cross-origin-opener-policy'],
			/^same-origin$/,
			`${name}: Cross-Origin-Opener-Policy`,
		);
	}
	const cors = await raw(s, {
		path: '/account',
		headers: { ...at.jar.header(), Origin: 'https://evil.example' },
	});
	eq(cors.headers['access-control-allow-origin'], undefined, 'Access-Control-Allow-Origin');
});

const HOSTILE = [
	'<script>alert(1)</script>',
	'"><img src=x onerror=alert(1)>',
	"'><svg/onload=alert(1)>",
	'</title><script>alert(1)</script>',
	'</form><form action="https://evil.example">',
	'<a href="javascript:alert(1)">x</a>',
	'&lt;script&gt;alert(1)&lt;/script&gt;',
	'&#60;script&#62;',
	'{{name}} ${7*7} %s %n',
	'<!-- -->',
	'<base href="https://evil.example/">',
	'<style>*{display:none}</style>',
	'<input name="grant" value="1">',
	'" autofocus onfocus="alert(1)',
	'`alert(1)`',
	'\u202eevil\u202c',
	'\u2028alert(1)',
	'<math><mi xlink:href="javascript:alert(1)">',
	'<iframe srcdoc="x">',
	'<META HTTP-EQUIV="refresh" CONTENT="0;url=https://evil.example">',
];

row('CO-12', 'names of apps stay text on the account page', async (s) => {
	const plain = await obtain(s, {
		username: newUser(s),
		metadata: { client_name: 'Plain', redirect_uris: [HTTPS] },
	});
	const want = skeleton((await account(s, { jar: plain.jar })).page.text);
	const user = newUser(s);
	const { jar } = await account(s, { username: user });
	await each(
		HOSTILE.map((x) => [x]),
		async (client_name) => {
			const got = await obtain(s, { jar, metadata: { client_name, redirect_uris: [HTTPS] } });
			const at = await account(s, { jar });
			eq(skeleton(at.page.text), want, 'elements and attributes of the page');
			if (/^[\x20-\x7e]+$/.test(got.client.client_name))
				ok(
					visibleText(at.page.text).includes(got.client.client_name.replace(/\s+/g, ' ').trim()),
					'the name as text',
				);
			lacks(at.page.text, /[\u202a-\u202e\u2066-\u2069]/, 'page');
			for (const t of tokenize(at.page.text).filter((x) => x.kind === 'open'))
				eq(t.doubled, [], `attributes of <${t.name}>`);
			for (const one of connections(at.page)) await disconnect(s, at, one);
		},
	);
});

row('AC-02', 'an app that acts shows what it may, and the page loads with many', async (s) => {
	const user = newUser(s);
	const first = await obtain(s, { username: user });
	for (let i = 0; i < 30; i++) await obtainCode(s, { jar: first.jar }).then((flow) => redeem(s, flow));
	const at = await account(s, { jar: first.jar });
	eq(connections(at.page).length, 31, 'connected apps');
	eq(await allowedScopes(s, first.tokens.access_token), ['read:knowledge', 'write:knowledge'], 'scopes');
	toolResult(await call(s, first.tokens.access_token, CREATE, { title: 'Account', content: 'page' }));
	goesBack(s, await submit(s, at.page, 'disconnect-all', at.jar), 'disconnected-all');
	await assertDead(s, first.tokens.access_token);
});

row('AC-01', 'what was done is said in words of ours, whatever the address says', async (s) => {
	const at = await account(s, { username: newUser(s) });
	const said = (r) => [...r.text.matchAll(/<p [^>]*role="status"[^>]*>([^<]*)</g)].map((m) => m[1]);
	for (const jar of [at.jar, new Jar()]) {
		const words = [];
		for (const done of ['disconnected', 'disconnected-all', 'password', 'signed-out', 'signed-out-all'])
			words.push(...said(page(await get(s, `/account?done=${done}`, jar.copy()), 200, done)));
		eq(words.length, 5, 'sentences');
		eq(new Set(words).size, 5, 'different sentences');
		for (const done of ['', 'x', 'DISCONNECTED', '%3Cb%3Ehello', 'Call+0800+123456']) {
			const r = await get(s, `/account?done=${done}`, jar.copy());
			page(r, [200, 400], done);
			eq(said(r), [], `what is said with ${done}`);
			lacks(r.text, /hello|0800/, 'page');
		}
	}
	page(await get(s, '/account?done=password&done=x', at.jar.copy()), 400, 'done twice');
});
