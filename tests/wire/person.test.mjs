// SPDX-License-Identifier: ISC
//
// A person's own page: who may see it, what it lists, what ends when something is taken back, and what does not happen
// when the form came from elsewhere.

import { REAL } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, ok, page, status } from '../lib/check.mjs';
import {
	assertAlive,
	assertDead,
	authorize,
	authParams,
	cookieNames,
	fieldsFor,
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
	redeem,
	refresh,
	register,
	registerRaw,
	signIn,
	skeleton,
	toConsent,
	visibleText,
} from '../lib/oauth.mjs';
import { corpusFor } from '../lib/corpus.mjs';

const PATH = '/account';
const session = (s, jar) => jar.get(cookieNames(s).session);
const send = (s, fields, jar, headers, o) => post(s, fields, jar, headers, { path: PATH, ...o });

/** Fields of the form on the page that does this, as a browser would send them. */
function fields(r, action, n = 0) {
	const has = (f) =>
		f.fields.action === action || f.buttons.some((b) => b.name === 'action' && b.value === action);
	const form = parseForms(r.text).filter(has)[n];
	ok(form, `the page has a form with the action ${action}: ${r}`);
	eq([form.method, form.action], ['post', PATH], `where the form for ${action} goes`);
	return { ...form.fields, action };
}

const offers = (r, action) => r.text.includes(`value="${action}"`);

/** Signs in at the page: { jar, page }. */
async function enter(s, username = 'alice', password = s.password) {
	const jar = new Jar();
	const first = page(await get(s, PATH, jar), 200, 'sign-in page');
	const r = await send(s, { ...fields(first, 'login'), username, password }, jar);
	status(r, 303, 'sign-in');
	eq(r.headers.location, `${s.issuer}${PATH}`, 'where the sign-in leads');
	return { jar, page: page(await get(s, PATH, jar), 200, 'the page') };
}

/** Does one thing on the page as it stands now, and gives the answer. */
async function act(s, jar, action, more = {}, n = 0) {
	const now = page(await get(s, PATH, jar), 200, 'the page');
	return send(s, { ...fields(now, action, n), ...more }, jar);
}

async function done(s, r, word) {
	status(r, 303, 'the action');
	eq(r.headers.location, `${s.issuer}${PATH}${word ? `?done=${word}` : ''}`, 'where it leads');
}

let people = 0;
/** A person of the test's own, so that what is connected is what the test connected. */
function person(s, password = s.password) {
	const name = `person${++people}-${s.port}`;
	s.addUser(name, password);
	return name;
}

const grantsOf = (s, name) =>
	s.sql(`SELECT grants.id FROM grants JOIN user ON user.id = user_id WHERE user.name = '${name}' ORDER BY 1`).map((x) => x.id);

/* ---- signing in ---- */

row('AP-01', 'nobody signed in: the sign-in page, and a GET changes nothing', async (s) => {
	const before = s.counts();
	const r = page(await get(s, PATH), 200);
	match(visibleText(r.text), /Sign in to see what is connected/, 'text');
	match(r.headers['content-security-policy'], /form-action 'self'/, 'policy');
	ok(r.cookies.some((c) => c.startsWith(`${cookieNames(s).pre}=`)), 'a cookie for the time before');
	page(await get(s, `${PATH}?action=login&username=alice&password=x&csrf=x`), 200, 'everything in the query');
	page(await get(s, `${PATH}?action=disconnect-all`, (await enter(s)).jar), 200, 'an action in the query');
	const { session: now, ...after } = s.counts();
	const { session: then, ...rest } = before;
	ok(now === then + 1, 'one session more');
	delete after.audit;
	delete rest.audit;
	eq(after, rest, 'rows');
}, { own: true });

row('AP-01', 'a session is one for both programs', async (s) => {
	const here = await enter(s);
	const client = await register(s);
	const r = await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), here.jar);
	ok(formFor(r, 'allow'), `the consent page at once: ${r}`);
	const there = await toConsent(s);
	ok(offers(await get(s, PATH, there.jar), 'signout'), 'the page at once');
	await done(s, await act(s, there.jar, 'signout'), 'signed-out');
	const again = await authorize(s, authParams(s, there.client, { code_challenge: pkce().challenge }), there.jar);
	ok(formFor(again, 'login'), 'signed out in both');
});

row('AP-01', 'what waits in the browser survives the sign-in and the sign-out', async (s) => {
	const client = await register(s);
	const jar = new Jar();
	const waiting = await follow(s, await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar), jar);
	const id = fieldsFor(waiting, 'login').pending;
	const first = await get(s, PATH, jar);
	status(await send(s, { ...fields(first, 'login'), username: 'alice', password: s.password }, jar), 303);
	ok(formFor(await get(s, `/authorize?pending=${id}`, jar), 'allow'), 'the request is there after the sign-in');
	await done(s, await act(s, jar, 'signout-all'), 'signed-out-all');
	ok(formFor(await get(s, `/authorize?pending=${id}`, jar), 'login'), 'and after signing out everywhere');
});

row('AP-01', 'wrong name, wrong password, no password: the same page again', async (s) => {
	s.addUser('shut');
	s.ctl(['user', 'disable', 'shut']);
	const seen = [];
	await each([['alice', 'not the password!'], ['nobody', s.password], ['alice', ''], ['', ''], ['shut', s.password]], async (username, password) => {
		const jar = new Jar();
		const first = await get(s, PATH, jar);
		const r = page(await send(s, { ...fields(first, 'login'), username, password }, jar), 401);
		ok(!session(s, jar), 'no session');
		ok(!password || !r.text.includes(password), 'the password is not repeated');
		seen.push(skeleton(r.text));
		status(await send(s, { ...fields(r, 'login'), username: 'alice', password: s.password }, jar), 303, 'the right one on the same page');
	});
	for (const one of seen) eq(one, seen[0], 'elements');
}, { own: true });

row('AP-01', 'guessing is slowed down as at the authorization endpoint, with the same counters', async (s) => {
	const client = await register(s);
	const jar = new Jar();
	const at = await follow(s, await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar), jar);
	const here = new Jar();
	const form = fields(await get(s, PATH, here), 'login');
	const guess = (i) => (i % 2 ? signIn(s, at, jar, { password: 'not the password!' }) : send(s, { ...form, username: 'alice', password: 'not the password!' }, here));
	for (let i = 0; i < 4; i++) status(await guess(i), 401, `failure ${i + 1}`);
	for (const i of [4, 5]) {
		const r = page(await guess(i), 429, `failure ${i + 1}`);
		match(r.headers['retry-after'], /^\d{2,}$/, 'Retry-After');
	}
	page(await send(s, { ...form, username: 'alice', password: s.password }, here), 429, 'the right password');
}, { own: true, settings: { rate_limits: 'on', limit_login: '4/900' } });

/* ---- the list ---- */

row('AP-02', 'what is connected: name, where it came from, what it may, since when, last used', async (s) => {
	const who = person(s);
	const client = await register(s, { client_name: 'Reader <b>&</b> "co"', redirect_uris: [HTTPS] });
	await obtain(s, { client, username: who, scope: 'read:knowledge' });
	const used = await obtain(s, { client, username: who, scope: 'write:knowledge offline_access' });
	const local = await obtain(s, { username: who, metadata: { client_name: '\u200b ' }, scope: 'read:knowledge' });
	await assertAlive(s, used.tokens.access_token);
	s.sql(`UPDATE grants SET created_at = created_at - 3 * 86400 WHERE client_id = '${client.client_id}'`, { json: false });
	s.sql(`UPDATE grants SET scope = 'read:knowledge old:scope old:scope' WHERE client_id = '${local.client.client_id}'`, { json: false });
	const { page: r } = await enter(s, who);
	const text = visibleText(r.text);
	eq(parseForms(r.text).filter((f) => f.buttons.some((b) => b.value === 'disconnect')).length, 2, 'entries: one for each client');
	match(text, /Reader <b>&<\/b> "co"/, 'name');
	match(text, /c\.example, registered itself/, 'where it came from');
	match(text, /An application without a name/, 'one without a name');
	match(text, /On a device, registered itself/, 'one on a device');
	match(text, /Search and read .*Add documents .*Stay connected/, 'the union of what it may');
	eq(text.match(/old:scope/g).length, 1, 'times that an unknown scope is named');
	match(text, /Connected 3 days ago, .* 20\d\d Last used today, /, 'times');
	match(text, /Connected today, \d+ [A-Z][a-z]+ 20\d\d Last used not yet/, 'times of the other');
	match(text, new RegExp(`Signed in as ${who}`), 'who is signed in');
	ok(!text.includes(s.resource), 'the only endpoint is not named');
	match(r.text, /<time datetime="20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ">3 days ago, [^<]*<\/time>/, 'time for machines');
	ok(offers(r, 'disconnect-all'), 'all at once');
});

row('AP-02', 'nothing connected: how to connect; one connected: nothing about all', async (s) => {
	const who = person(s);
	const { page: r, jar } = await enter(s, who);
	match(visibleText(r.text), /Nothing is connected yet/, 'text');
	ok(r.text.includes(`<code>${s.resource}</code>`), 'the address to give to an app');
	ok(!offers(r, 'disconnect') && !offers(r, 'disconnect-all'), 'nothing to disconnect');
	await obtain(s, { username: who });
	const one = await get(s, PATH, jar);
	ok(offers(one, 'disconnect') && !offers(one, 'disconnect-all'), 'one to disconnect');
});

row('AP-02', 'what another endpoint has, what a document names, what the operator made and has switched off', async (s) => {
	const who = person(s);
	const id = s.sql(`SELECT id FROM user WHERE name = '${who}'`)[0].id;
	const now = Math.floor(Date.now() / 1000);
	const put = (client, kind, resource, off) =>
		s.sql(`INSERT OR IGNORE INTO client (id, kind, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at, disabled_at)
			VALUES ('${client}', '${kind}', '', 'none', '["https://c.example/cb"]', '', '', '{}', ${now}, ${off});
			INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at)
			VALUES (${id}, '${client}', 'read:knowledge', '${resource}', ${now}, ${now + 1000})`, { json: false });
	put('https://app.example:8443/client.json', 'document', s.resource, 0);
	put('c_operator', 'operator', `${s.issuer}/elsewhere`, 0);
	put('c_off', 'operator', s.resource, 1);
	const text = visibleText((await enter(s, who)).page.text);
	match(text, /app\.example:8443 /, 'host of the document');
	match(text, /Set up by the operator/, 'what the operator made');
	eq(text.match(/The operator has switched it off/g).length, 1, 'times that one is switched off');
	ok(text.includes(`Server ${s.issuer}/elsewhere`), 'the other endpoint');
	ok(!text.includes(`Server ${s.resource}`), 'the usual one is not named');
});

/* ---- taking back ---- */

row('AP-03', 'disconnecting ends every token and code of that client at once, and nothing else', async (s) => {
	const who = person(s);
	const client = await register(s, { client_name: 'To go' });
	const first = await obtain(s, { client, username: who });
	const second = await obtain(s, { client, username: who, scope: 'read:knowledge' });
	const code = await obtainCode(s, { client, username: who });
	const stays = await obtain(s, { username: who, metadata: { client_name: 'To stay' } });
	const theirs = await obtain(s, { client });
	const { jar } = await enter(s, who);
	const now = await get(s, PATH, jar);
	const at = parseForms(now.text).filter((f) => f.buttons.some((b) => b.value === 'disconnect')).findIndex((f) => f.fields.grant !== String(grantsOf(s, who)[3]));
	await done(s, await act(s, jar, 'disconnect', {}, at), 'disconnected');
	await assertDead(s, first.tokens.access_token, 'first access token');
	await assertDead(s, second.tokens.access_token, 'second access token');
	for (const one of [first, second]) status(await refresh(s, client, one.tokens.refresh_token), 400, 'refresh token');
	status(await redeem(s, code), 400, 'code');
	await assertAlive(s, stays.tokens.access_token, "another client's");
	await assertAlive(s, theirs.tokens.access_token, "another person's");
	const after = await get(s, `${PATH}?done=disconnected`, jar);
	match(visibleText(after.text), /Disconnected\./, 'what was done');
	match(visibleText(after.text), /To stay/, 'what stays');
	lacks(visibleText(after.text), /To go/, 'the page');
	eq(s.sql(`SELECT outcome, client_id, user FROM audit WHERE event = 'revoke' AND user = '${who}'`), [{ outcome: 'ok', client_id: client.client_id, user: who }], 'audit');
});

row('AP-03', 'any grant of a group ends the group; the id of nobody, of nothing or of others ends nothing', async (s) => {
	const who = person(s);
	const client = await register(s);
	const first = await obtain(s, { client, username: who });
	const second = await obtain(s, { client, username: who });
	const other = await obtain(s);
	const theirs = s.sql('SELECT max(id) AS id FROM grants')[0].id;
	const [oldest] = grantsOf(s, who);
	const { jar } = await enter(s, who);
	const answers = [];
	await each([String(theirs), '999999999', '0', '-1', '', 'x', `${oldest}x`, ` ${oldest}`, `0${oldest}`, `+${oldest}`, '99999999999999999999', `${oldest}.0`, '\u0000'], async (grant) => {
		const r = await act(s, jar, 'disconnect', { grant });
		page(r, 404);
		answers.push(r.text.replace(/<code>[0-9a-f]{16}<\/code>/, ''));
	});
	for (const one of answers) eq(one, answers[0], 'the answer to an id that is not there');
	for (const one of [first, second, other]) await assertAlive(s, one.tokens.access_token);
	await done(s, await act(s, jar, 'disconnect', { grant: String(oldest) }), 'disconnected');
	for (const one of [first, second]) await assertDead(s, one.tokens.access_token);
	await assertAlive(s, other.tokens.access_token, "another person's");
});

row('AP-03', 'disconnecting all ends everything of this person', async (s) => {
	const who = person(s);
	const all = [await obtain(s, { username: who }), await obtain(s, { username: who, metadata: { client_name: 'Second' } })];
	const other = await obtain(s);
	const { jar } = await enter(s, who);
	await done(s, await act(s, jar, 'disconnect-all'), 'disconnected-all');
	for (const one of all) await assertDead(s, one.tokens.access_token);
	await assertAlive(s, other.tokens.access_token, "another person's");
	match(visibleText((await get(s, PATH, jar)).text), /Nothing is connected yet/, 'the page');
});

/* ---- who may not ---- */

const FOREIGN = [
	['another Origin', { Origin: 'https://evil.example', 'Sec-Fetch-Site': undefined }],
	['cross-site', { 'Sec-Fetch-Site': 'cross-site' }],
	['same-site', { 'Sec-Fetch-Site': 'same-site' }],
	['Origin: null', { Origin: 'null', 'Sec-Fetch-Site': undefined }],
];

row('AP-04', 'no action without its own token, from its own page, in its own browser', async (s) => {
	const who = person(s);
	const flow = await obtain(s, { username: who });
	await obtain(s, { username: who, metadata: { client_name: 'Second' } });
	const { jar, page: mine } = await enter(s, who);
	const other = await enter(s, who);
	const before = { ...s.counts(), audit: 0 };
	const more = { disconnect: {}, 'disconnect-all': {}, password: { current: s.password, new: 'another horse battery', again: 'another horse battery' }, signout: {}, 'signout-all': {} };
	await each(Object.keys(more), async (action) => {
		const good = { ...fields(mine, action), ...more[action] };
		const wrong = action === 'signout' ? 'disconnect' : 'signout';
		for (const [name, csrf] of [['none', undefined], ['empty', ''], ['wrong', 'x'.repeat(43)], ['of another form', fields(mine, wrong).csrf], ['of another session', fields(other.page, action).csrf]]) {
			const sent = { ...good, csrf };
			if (csrf === undefined) delete sent.csrf;
			const r = page(await send(s, sent, jar.copy()), 403, `${action}, token: ${name}`);
			match(r.text, new RegExp(`href="${PATH}"`), 'the way back');
		}
		for (const [name, headers] of FOREIGN) page(await send(s, good, jar.copy(), headers), 403, `${action}, ${name}`);
		page(await send(s, good, new Jar(), FOREIGN[0][1]), 403, `${action} of nobody from elsewhere`);
		await done(s, await send(s, good, new Jar()), '');
		page(await send(s, [...Object.entries(good), ['csrf', good.csrf]], jar.copy()), 400, `${action} with two tokens`);
	});
	eq({ ...s.counts(), audit: 0 }, before, 'rows');
	await assertAlive(s, flow.tokens.access_token);
	ok(offers(await get(s, PATH, jar), 'signout'), 'still signed in');
	await enter(s, who);
}, { own: true });

row('AP-04', 'nobody is signed in by a form from elsewhere', async (s) => {
	const jar = new Jar();
	const good = { ...fields(await get(s, PATH, jar), 'login'), username: 'alice', password: s.password };
	const other = fields(await get(s, PATH, new Jar()), 'login').csrf;
	const there = await follow(s, await authorize(s, authParams(s, await register(s), { code_challenge: pkce().challenge }), jar), jar);
	const before = s.counts().session;
	for (const [name, csrf] of [['empty', ''], ['wrong', 'x'.repeat(43)], ['of another browser', other], ['of the other program', fieldsFor(there, 'login').csrf]])
		page(await send(s, { ...good, csrf }, jar.copy()), 403, `token: ${name}`);
	for (const [name, headers] of FOREIGN) page(await send(s, good, jar.copy(), headers), 403, name);
	page(await send(s, good, new Jar()), 403, 'without a cookie');
	eq(s.counts().session, before, 'sessions');
	status(await send(s, good, jar), 303, 'the right one');
});

row('AP-04', 'strange requests', async (s) => {
	const { jar, page: r } = await enter(s);
	const good = fields(r, 'signout');
	await each([
		['no action', { csrf: good.csrf }, {}, {}, 400],
		['an unknown action', { ...good, action: 'Signout' }, {}, {}, 400],
		['a query', good, {}, { path: `${PATH}?x=1` }, 400],
		['JSON', JSON.stringify(good), { 'Content-Type': 'application/json' }, {}, 400],
		['two actions', [...Object.entries(good), ['action', 'signout-all']], {}, {}, 400],
		['a large body', { ...good, x: 'x'.repeat(70000) }, {}, {}, 413],
		['something behind the path', good, {}, { path: `${PATH}/x` }, 404],
		['another method', good, {}, { method: 'PUT' }, 405],
	], async (name, sent, headers, o, want) => page(await send(s, sent, jar.copy(), headers, o), want, name));
	page(await get(s, `${PATH}?done=disconnected&done=password`, jar), 400, 'twice done');
	for (const word of ['nothing', '<b>', 'signed-out%00', ''])
		lacks((await get(s, `${PATH}?done=${word}`, jar)).text, /role="status"/, `done=${word}`);
	status(await get(s, PATH, jar, { method: 'HEAD' }), 200, 'HEAD');
	ok(offers(await get(s, PATH, jar), 'signout'), 'still signed in');
});

/* ---- the password ---- */

const NEXT = 'another horse battery staple';

row('AP-05', 'a new password ends what the old one has opened, but for this browser, which gets a new cookie', async (s) => {
	const who = person(s);
	const flow = await obtain(s, { username: who });
	const other = await obtain(s);
	const { jar } = await enter(s, who);
	const elsewhere = await enter(s, who);
	const old = jar.copy();
	s.passwords.add(NEXT);
	await done(s, await act(s, jar, 'password', { current: s.password, new: NEXT, again: NEXT }), 'password');
	ok(session(s, jar) && session(s, jar) !== session(s, old), 'a new cookie');
	const after = await get(s, `${PATH}?done=password`, jar);
	match(visibleText(after.text), /Your password is changed.* Nothing is connected yet/, 'the page');
	for (const [name, one] of [['the old cookie', old], ['another browser', elsewhere.jar]])
		ok(offers(await get(s, PATH, one.copy()), 'login') || formFor(await get(s, PATH, one.copy()), 'login'), `${name} is signed out`);
	await assertDead(s, flow.tokens.access_token);
	status(await refresh(s, flow.client, flow.tokens.refresh_token), 400, 'refresh token');
	await assertAlive(s, other.tokens.access_token, "another person's");
	const late = new Jar();
	const first = await get(s, PATH, late);
	page(await send(s, { ...fields(first, 'login'), username: who, password: s.password }, late), 401, 'the old password');
	await enter(s, who, NEXT);
	const said = s.sql(`SELECT event, outcome, why FROM audit WHERE user = '${who}' AND event = 'account'`);
	eq(said, [{ event: 'account', outcome: 'ok', why: 'password changed' }], 'audit');
});

row('AP-05', 'a new password that will not do, and a present one that is another', async (s) => {
	const who = person(s);
	const flow = await obtain(s, { username: who });
	const { jar } = await enter(s, who);
	const record = () => s.sql(`SELECT password FROM user WHERE name = '${who}'`)[0].password;
	const before = record();
	await each([
		['short', { current: s.password, new: 'short', again: 'short' }, 400, /fewer than 12/],
		['eleven of two bytes', { current: s.password, new: '\u00e4'.repeat(11), again: '\u00e4'.repeat(11) }, 400, /fewer than 12/],
		['long', { current: s.password, new: 'l'.repeat(1025), again: 'l'.repeat(1025) }, 400, /more than 1024/],
		['a control character', { current: s.password, new: 'another horse\u0007 battery', again: 'another horse\u0007 battery' }, 400, /control/],
		['no text', { current: s.password, new: '\u0000', again: '\u0000' }, 400, /Nothing was changed/],
		['different', { current: s.password, new: NEXT, again: `${NEXT}!` }, 400, /not the same/],
		['the same as now', { current: s.password, new: s.password, again: s.password }, 400, /is the present one/],
		['nothing', {}, 400, /All three/],
		['not again', { current: s.password, new: NEXT }, 400, /All three/],
		['a wrong present one', { current: 'not the password!', new: NEXT, again: NEXT }, 401, /present password is another/],
		['a far too long present one', { current: 'x'.repeat(2000), new: NEXT, again: NEXT }, 401, /present password is another/],
	], async (name, more, want, re) => {
		const r = page(await act(s, jar, 'password', more), want);
		match(visibleText(r.text), re, 'text');
		match(r.text, /role="alert"/, 'said to a screen reader');
		for (const secret of [s.password, NEXT]) ok(!r.text.includes(secret), 'no password on the page');
		match(r.text, /<details open>\s*<summary>Change your password/, 'the form is open');
		eq(record(), before, 'the record');
	});
	await assertAlive(s, flow.tokens.access_token);
	ok(offers(await get(s, PATH, jar), 'signout'), 'still signed in');
});

row('AP-05', 'a wrong present password counts as a failed sign-in', async (s) => {
	const { jar } = await enter(s);
	const outside = new Jar();
	const form = fields(await get(s, PATH, outside), 'login');
	const inside = fields(await get(s, PATH, jar), 'password');
	const change = (current) => send(s, { ...inside, current, new: NEXT, again: NEXT }, jar);
	for (let i = 0; i < 4; i++) page(await change(`not the password ${i}`), 401, `failure ${i + 1}`);
	match(page(await change(s.password), 429, 'the right one').headers['retry-after'], /^\d{2,}$/, 'Retry-After');
	page(await send(s, { ...form, username: 'alice', password: s.password }, outside), 429, 'a sign-in meanwhile');
	const refused = s.sql("SELECT outcome, user FROM audit WHERE event = 'sign-in' AND outcome <> 'ok'");
	eq(refused.map((x) => x.outcome), [...Array(4).fill('access_denied'), ...Array(2).fill('temporarily_unavailable')], 'audit');
	ok(refused.every((x) => x.user === 'alice'), 'whose password it was');
}, { own: true, settings: { rate_limits: 'on', limit_login: '4/900' } });

row('AP-05', 'two changes at once: one of them wins, and only its password fits', async (s) => {
	const who = person(s);
	const { jar, page: r } = await enter(s, who);
	const twin = await enter(s, who);
	const change = (p, one, next) => send(s, { ...fields(p, 'password'), current: s.password, new: next, again: next }, one);
	const both = ['first horse battery staple', 'second horse battery staple'];
	both.forEach((p) => s.passwords.add(p));
	const answers = await Promise.all([change(r, jar, both[0]), change(twin.page, twin.jar, both[1])]);
	const won = answers.filter((x) => x.status === 303 && x.headers.location.includes('done=password'));
	eq(won.length, 1, `changes that won (${answers.map((x) => x.status)})`);
	await enter(s, who, both[answers.indexOf(won[0])]);
}, { fronts: REAL });

/* ---- sessions ---- */

row('AP-06', 'signing out ends this session, signing out everywhere all of them; apps stay connected', async (s) => {
	const who = person(s);
	const flow = await obtain(s, { username: who });
	const [a, b, c] = [await enter(s, who), await enter(s, who), await enter(s, who)];
	const [oldA, oldB] = [a.jar.copy(), b.jar.copy()];
	const signedIn = async (jar) => offers(await get(s, PATH, jar.copy()), 'signout');
	await done(s, await act(s, a.jar, 'signout'), 'signed-out');
	ok(!session(s, a.jar), 'the cookie is gone');
	eq([await signedIn(oldA), await signedIn(b.jar), await signedIn(c.jar)], [false, true, true], 'after signing out');
	await done(s, await act(s, b.jar, 'signout-all'), 'signed-out-all');
	eq([await signedIn(oldB), await signedIn(c.jar)], [false, false], 'after signing out everywhere');
	await assertAlive(s, flow.tokens.access_token);
	match(visibleText((await get(s, `${PATH}?done=signed-out-all`, b.jar)).text), /You are signed out everywhere\..*Sign in/, 'the page');
	const r = await send(s, { ...fields(c.page, 'disconnect') }, c.jar);
	await done(s, r, '');
	await assertAlive(s, flow.tokens.access_token, 'after a click on a page whose session has ended');
});

row('AP-06', 'a disabled person is signed out', async (s) => {
	const who = person(s);
	const { jar } = await enter(s, who);
	eq(s.ctl(['user', 'disable', who]).status, 0, 'mcpctl user disable');
	ok(formFor(await get(s, PATH, jar), 'login'), 'the sign-in page');
});

/* ---- hostile texts, and the operator's record ---- */

row('AP-07', 'a hundred hostile names are text', async (s) => {
	const who = person(s);
	await obtain(s, { username: who, metadata: { client_name: 'Plain', redirect_uris: [HTTPS] } });
	const { jar, page: plain } = await enter(s, who);
	const frame = skeleton(plain.text);
	s.sql(`UPDATE grants SET revoked_at = 1 WHERE id IN (${grantsOf(s, who)})`, { json: false });
	await each(corpusFor(s), async (text) => {
		const r = await registerRaw(s, { client_name: text, redirect_uris: [HTTPS], token_endpoint_auth_method: 'none' });
		status(r, [201, 400]);
		if (r.status === 400) return;
		await obtain(s, { client: r.json, username: who });
		const shown = page(await get(s, PATH, jar), 200);
		eq(skeleton(shown.text), frame, 'elements');
		if (/^[\x21-\x7e]+$/.test(r.json.client_name ?? '')) ok(visibleText(shown.text).includes(r.json.client_name), 'shown as text');
		await done(s, await act(s, jar, 'disconnect'), 'disconnected');
	});
	const outside = new Jar();
	const first = await get(s, PATH, outside);
	const wrong = skeleton((await send(s, { ...fields(first, 'login'), username: 'x', password: 'y' }, outside)).text);
	await each(corpusFor(s), async (username) => {
		const r = await send(s, { ...fields(first, 'login'), username, password: username }, outside);
		eq(skeleton(page(r, 401).text), wrong, 'elements of the sign-in page');
	});
}, { own: true });

row('AP-08', 'the operator can read who signed in, who did not, and what was taken back', async (s) => {
	const jar = new Jar();
	const first = await get(s, PATH, jar);
	for (const [username, password] of [['nobody at all', 'a typed password'], ['Alice', 'not the password!']])
		status(await send(s, { ...fields(first, 'login'), username, password }, jar), 401);
	const inside = await enter(s);
	await done(s, await act(s, inside.jar, 'signout-all'), 'signed-out-all');
	const rows = s.sql('SELECT event, outcome, user, why FROM audit ORDER BY id');
	eq(rows.map((x) => [x.event, x.outcome, x.user]), [
		['sign-in', 'access_denied', null], ['sign-in', 'access_denied', 'alice'], ['sign-in', 'ok', 'alice'], ['account', 'ok', 'alice'],
	], 'rows');
	eq(rows.at(-1).why, 'signed out everywhere', 'why');
	ok(!s.stored('nobody at all') && !s.stored('a typed password'), 'what strangers type is not kept');
}, { own: true });

row('AP-09', 'a file that cannot be written: 503, and nothing has changed', async (s) => {
	const flow = await obtain(s);
	const { jar, page: r } = await enter(s);
	const free = await s.lock();
	try {
		for (const action of ['disconnect', 'signout', 'signout-all'])
			page(await send(s, fields(r, action), jar.copy()), 503, action);
	} finally {
		await free();
	}
	await assertAlive(s, flow.tokens.access_token);
	ok(offers(await get(s, PATH, jar), 'signout'), 'still signed in');
}, { own: true, settings: { busy_timeout: 100 } });
