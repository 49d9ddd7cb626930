// SPDX-License-Identifier: ISC
//
// Clients that are an https address, from the inside: what is kept while nobody is signed in, what pinned documents do, what
// the page says of whom, and what is written down for the operator on the way.

import { row } from '../lib/rows.mjs';
import { eq, lacks, match, ok, page, status } from '../lib/check.mjs';
import { startDocuments } from '../lib/documents.mjs';
import {
	answerOf, authorize, authParams, consent, fieldsFor, follow, formFor, get, Jar, LOOPBACK, obtain, pkce, post, redeem, register, signIn, toConsent,
	TRUSTED, visibleText,
} from '../lib/oauth.mjs';

const web = await startDocuments();
const TRUST = { cimd_ca_file: web.caFile };
const WITH = { settings: TRUST };
let serial = 0;

const quoted = (x) => `'${String(x).replaceAll("'", "''")}'`;
const asked = (at) => web.requests.filter((r) => r.path === at).length;

function publish(more = {}, answer = {}) {
	const at = `/u${++serial}/client.json`;
	const doc = { client_id: web.url(at), client_name: `Described ${serial}`, redirect_uris: [TRUSTED], ...more };
	web.set(at, { body: doc, ...answer });
	return { ...doc, at, doc };
}

/** As `mcpctl client import` leaves it behind. */
function pin(s, client, { fallback = 0, ...more } = {}) {
	s.sql(
		`INSERT OR REPLACE INTO pinned (client_id, document, fallback, imported_at) VALUES (${quoted(client.client_id)}, ` +
			`${quoted(JSON.stringify({ ...client.doc, ...more }))}, ${fallback}, 1)`,
		{ json: false },
	);
}

/** Asks in a browser: { r, jar, params, verifier, client }. */
async function visit(s, client, { jar = new Jar(), ...more } = {}) {
	const { verifier, challenge } = pkce();
	const params = authParams(s, client, { code_challenge: challenge, ...more });
	s.redirects.add(params.redirect_uri);
	const r = await authorize(s, params, jar);
	return { r, jar, params, verifier, client };
}

const rowsOf = (s, where) => s.sql(`SELECT * FROM audit WHERE ${where} ORDER BY id`);
const lastAttempt = (s) => s.sql("SELECT attempt FROM audit WHERE event = 'authorize' ORDER BY id DESC LIMIT 1")[0].attempt;
const steps = (s, attempt) => rowsOf(s, `attempt = ${quoted(attempt)}`).map((x) => `${x.event} ${x.outcome}`);

/* ---- kept unseen ---- */

row('UD-01', 'the whole way, written down under one id', async (s) => {
	const client = publish();
	const { r, jar, params, verifier } = await visit(s, client);
	status(r, 200, 'sign-in page');
	const attempt = lastAttempt(s);
	const wrong = await signIn(s, r, jar, { password: 'not the password!' });
	page(wrong, 401, 'wrong password');
	const in_ = await signIn(s, wrong, jar);
	status(in_, 303, 'sign-in');
	const p = await follow(s, in_, jar);
	ok(formFor(p, 'allow'), `consent page: ${p}`);
	const code = answerOf(await consent(s, p, jar)).one('code');
	status(await redeem(s, { client: { client_id: client.client_id }, code, params, verifier }), 200, 'token request');
	eq(steps(s, attempt).slice(0, 5), ['authorize ok', 'sign-in access_denied', 'sign-in ok', 'authorize ok', 'consent ok'], 'what was written down');
	const all = rowsOf(s, `attempt = ${quoted(attempt)}`);
	eq([...new Set(all.map((x) => x.client_id).filter(Boolean))], [client.client_id], 'client');
	eq(all.find((x) => x.event === 'consent').user, 'alice', 'user');
	eq(s.sql('SELECT attempt FROM grants ORDER BY id DESC LIMIT 1')[0].attempt, attempt, 'id of the grant');
}, WITH);

row('UD-01', 'until then the request is one text, and nothing else is known', async (s) => {
	const client = publish();
	const { r, jar, params } = await visit(s, client, { state: 'st-\u00e4 +%' });
	const kept = s.sql('SELECT asked, client_id, redirect_uri, scope FROM pending WHERE asked IS NOT NULL').filter((x) => x.asked.includes(encodeURIComponent(client.client_id)));
	eq(kept.length, 1, 'rows');
	eq([kept[0].client_id, kept[0].redirect_uri, kept[0].scope], [null, null, null], 'what is known');
	for (const action of ['allow', 'deny']) page(await post(s, { ...fieldsFor(r, 'login'), action }, jar), 403, `${action} before the sign-in`);
	const p = await follow(s, await signIn(s, r, jar), jar);
	const a = answerOf(await consent(s, p, jar));
	eq(a.one('state'), params.state, 'state');
	eq(s.sql(`SELECT count(*) AS n FROM pending WHERE client_id = ${quoted(client.client_id)} AND asked IS NULL`)[0].n, 1, 'rows');
}, WITH);

row('UD-01', 'a page that is looked at again fetches nothing more', async (s) => {
	const client = publish({}, { headers: { 'Cache-Control': 'no-store' } });
	const { r, jar } = await visit(s, client);
	const p = await follow(s, await signIn(s, r, jar), jar);
	const id = fieldsFor(p, 'allow').pending;
	for (let i = 0; i < 3; i++) ok(formFor(await get(s, `/authorize?pending=${id}`, jar), 'allow'), 'the page again');
	eq(asked(client.at), 1, 'requests');
	const out = await follow(s, await post(s, fieldsFor(p, 'signout'), jar), jar);
	ok(visibleText(out.text).includes(client.client_name), 'after signing out the name is known');
	ok(formFor(await follow(s, await signIn(s, out, jar), jar), 'allow'), 'and in again');
	eq(asked(client.at), 1, 'requests in the end');
}, WITH);

row('UD-01', 'a document that could not be had may be had a moment later, by the same page', async (s) => {
	const client = publish({}, { status: 500 });
	const { r, jar } = await visit(s, client);
	const in_ = await signIn(s, r, jar);
	page(await follow(s, in_, jar), 400, 'not there');
	eq(steps(s, lastAttempt(s)), ['authorize ok', 'sign-in ok', 'authorize invalid_client'], 'what was written down');
	match(rowsOf(s, "outcome = 'invalid_client'").at(-1).why, /5xx/, 'why');
	web.set(client.at, { body: client.doc });
	ok(formFor(await follow(s, in_, jar), 'allow'), 'the consent page');
}, WITH);

row('UD-01', 'prompt=none asks nobody, and tells nobody', async (s) => {
	const client = publish();
	for (const jar of [new Jar(), (await toConsent(s)).jar]) {
		const { r } = await visit(s, client, { jar, prompt: 'none' });
		if (r.status !== 400) eq(answerOf(r).one('error'), 'interaction_required', 'signed in');
		ok(!formFor(r, 'login'), 'nothing to fill in');
	}
	eq(asked(client.at), 1, 'requests: only for the one who is signed in');
}, WITH);

/* ---- pinned ---- */

row('UD-02', 'pinned first, fetched never', async (s) => {
	const client = publish();
	const { jar } = await toConsent(s);
	pin(s, client, { client_name: 'From the operator' });
	const flow = await toConsent(s, { client, jar });
	ok(visibleText(flow.page.text).includes('From the operator'), 'its name');
	pin(s, client, { client_name: 'Newer from the operator' });
	ok(visibleText((await toConsent(s, { client, jar })).page.text).includes('Newer'), 'a newer copy counts at once');
	page((await visit(s, client, { jar, redirect_uri: LOOPBACK })).r, 400, 'a redirect that it does not have');
	eq(asked(client.at), 0, 'requests');
}, WITH);

row('UD-02', 'as a fallback only where nobody answers', async (s) => {
	const client = publish({ client_name: 'Fetched' }, { headers: { 'Cache-Control': 'no-store' } });
	const { jar } = await toConsent(s);
	pin(s, client, { fallback: 1, client_name: 'Fallback' });
	const name = async (answer) => {
		web.set(client.at, { headers: { 'Cache-Control': 'no-store' }, body: client.doc, ...answer });
		const { r } = await visit(s, client, { jar: jar.copy() });
		return r.status === 200 ? /Fetched|Fallback/.exec(visibleText(r.text))[0] : r.status;
	};
	eq(await name({}), 'Fetched', 'all is well');
	for (const answer of [{ status: 403 }, { status: 503 }, { status: 429 }, { behave: 'close' }]) eq(await name(answer), 'Fallback', JSON.stringify(answer));
	for (const answer of [{ status: 404 }, { status: 410 }, { body: '[]' }, { status: 301, headers: { Location: '/' } }]) eq(await name(answer), 400, JSON.stringify(answer));
}, WITH);

row('UD-02', 'with client_id_documents = pinned nothing is fetched, and what was fetched before does not count', async (s) => {
	const [client, pinned] = [publish(), publish()];
	const { jar } = await toConsent(s, { client });
	s.setConf({ client_id_documents: 'pinned' });
	await s.restart();
	pin(s, pinned, { fallback: 1 });
	page((await visit(s, client, { jar })).r, 400, 'not pinned');
	ok(formFor((await visit(s, pinned, { jar })).r, 'allow'), 'pinned');
	eq([asked(client.at), asked(pinned.at)], [1, 0], 'requests');
}, { own: true, settings: TRUST });

/* ---- the operator's word ---- */

row('UD-03', 'a client that the operator has disabled stays so, also between the page and the click', async (s) => {
	const client = publish({}, { headers: { 'Cache-Control': 'no-store' } });
	const flow = await toConsent(s, { client });
	s.sql(`UPDATE client SET disabled_at = 1 WHERE id = ${quoted(client.client_id)}`, { json: false });
	page(await consent(s, flow.page, flow.jar), 400, 'the click');
	eq(s.sql("SELECT outcome FROM audit WHERE event = 'consent' ORDER BY id DESC LIMIT 1")[0].outcome, 'invalid_request', 'what was written down');
	page((await visit(s, client, { jar: flow.jar })).r, 400, 'once more');
	eq(asked(client.at), 1, 'requests');
	eq(s.sql(`SELECT disabled_at FROM client WHERE id = ${quoted(client.client_id)}`)[0].disabled_at, 1, 'still disabled');
}, WITH);

row('UD-03', 'a client that waits for approval is told so, on a page', async (s) => {
	const client = await register(s, { client_name: `Waits ${++serial}`, redirect_uris: [TRUSTED] });
	const flow = await toConsent(s, { client });
	s.sql(`UPDATE client SET waits = 1 WHERE id = ${quoted(client.client_id)}`, { json: false });
	const answers = [
		await consent(s, flow.page, flow.jar),
		await get(s, `/authorize?pending=${fieldsFor(flow.page, 'allow').pending}`, flow.jar),
		(await visit(s, client)).r,
		(await visit(s, client, { jar: flow.jar })).r,
	];
	for (const r of answers) {
		page(r, 403, 'answer');
		match(visibleText(r.text), /waits for the operator/, 'words');
		match(visibleText(r.text), /Reference for the operator: [0-9a-f]{16}/, 'reference');
		ok(r.headers.location === undefined && !formFor(r, 'allow') && !formFor(r, 'login'), 'nothing else');
	}
	s.sql(`UPDATE client SET waits = 0 WHERE id = ${quoted(client.client_id)}`, { json: false });
	answerOf(await consent(s, flow.page, flow.jar)).one('code');
});

/* ---- the page ---- */

row('UD-04', 'it says by what the client is known', async (s) => {
	const { jar } = await toConsent(s);
	const text = async (client, more) => visibleText((await toConsent(s, { client, jar, ...more })).page.text);
	const described = await text(publish());
	ok(described.includes(`It is described at 127.0.0.1:${web.port}`), described);
	lacks(described, /registered itself/, 'described');
	lacks(described, /Any program on this device/, 'described');
	const here = await text(publish({ redirect_uris: ['http://localhost/cb', LOOPBACK] }), { redirect_uri: 'http://127.0.0.1:4711/cb' });
	match(here, /Any program on this device can pretend to be Described \d+/, 'only here');
	const both = await text(publish({ redirect_uris: [LOOPBACK, TRUSTED] }));
	lacks(both, /Any program on this device/, 'here and elsewhere');
	const registered = await register(s, { client_name: `Registered ${serial}` });
	const own = await text(registered);
	match(own, /registered itself under this name, which is not verified/, 'registered');
	lacks(own, /described at|Any program/, 'registered');
	s.sql(`UPDATE client SET kind = 'operator' WHERE id = ${quoted(registered.client_id)}`, { json: false });
	match(await text(registered), /The operator of this server has set it up/, "the operator's");
}, WITH);

row('UD-04', 'what is new and what was allowed before', async (s) => {
	const client = await register(s, { client_name: `Steps ${++serial}`, redirect_uris: [TRUSTED] });
	const first = await obtain(s, { client, scope: 'read:knowledge' });
	const part = (r, label) => {
		const list = new RegExp(`aria-labelledby="${label}">([^]*?)</ul>`).exec(r.text);
		return list ? [...list[1].matchAll(/<li>(.*)<\/li>/g)].map((m) => m[1].split(' ')[0]) : null;
	};
	const more = await toConsent(s, { client, jar: first.jar, scope: 'write:knowledge' });
	eq([part(more.page, 'allows'), part(more.page, 'had')], [['Add'], ['Search']], 'the two lists');
	const same = await toConsent(s, { client, jar: first.jar, scope: 'read:knowledge' });
	eq([part(same.page, 'allows'), part(same.page, 'had')], [null, ['Search']], 'nothing new');
	match(visibleText(same.page.text), /It asks for nothing new/, 'which the page says');
	const t = await redeem(s, { ...more, code: answerOf(await consent(s, more.page, more.jar)).one('code') });
	eq(t.json.scope.split(' ').sort(), ['read:knowledge', 'write:knowledge'], 'the sum');
});

/* ---- written down ---- */

row('UD-05', 'every refusal of a request, under the reference of its page', async (s) => {
	const client = await register(s, { client_name: `Refused ${++serial}`, redirect_uris: ['https://c.example/cb'] });
	const cases = [
		['unknown client', { client_id: 'c_nobody' }, 'invalid_request', /not registered/],
		['redirect', { redirect_uri: 'https://c.example/cb/' }, 'invalid_request', /redirect_uri 'https:\/\/c\.example\/cb\/' is not registered; registered are \["https:\/\/c\.example\/cb"\]/],
		['scope', { scope: 'no:such' }, 'invalid_scope', /scope is 'no:such'/],
		['resource', { resource: 'https://other.example/mcp' }, 'invalid_target', /resource is 'https:\/\/other\.example\/mcp'/],
		['challenge', { code_challenge: undefined }, 'invalid_request', /PKCE/],
		['method', { code_challenge_method: 'plain' }, 'invalid_request', /PKCE/],
		['response_type', { response_type: 'token' }, 'unsupported_response_type', /response_type/],
		['a URL that is none', { client_id: 'https://c.example' }, 'invalid_request', /without a path/],
	];
	for (const [name, more, outcome, why] of cases) {
		const { r } = await visit(s, client, more);
		page(r, 400, name);
		const id = /Reference for the operator: ([0-9a-f]{16})/.exec(visibleText(r.text))?.[1];
		const [one, ...others] = rowsOf(s, `attempt = ${quoted(id)}`);
		ok(one && !others.length, `${name}: one row of ${id}`);
		eq([one.request, one.event, one.outcome, one.client_id], [id, 'authorize', outcome, more.client_id ?? client.client_id], name);
		match(one.why, why, `${name}: why`);
	}
});

row('UD-05', 'a refusal that goes to the client, one of a person, and none of a form from elsewhere', async (s) => {
	const client = await register(s, { client_name: `Told ${++serial}`, redirect_uris: [TRUSTED] });
	const { r } = await visit(s, client, { scope: 'no:such' });
	eq(answerOf(r).one('error'), 'invalid_scope', 'error');
	eq(steps(s, lastAttempt(s)), ['authorize invalid_scope'], 'told to the client');
	const flow = await toConsent(s, { client });
	const attempt = lastAttempt(s);
	const before = rowsOf(s, '1').length;
	page(await post(s, { ...fieldsFor(flow.page, 'allow'), csrf: 'x' }, flow.jar), 403, 'a wrong token');
	eq(rowsOf(s, '1').length, before, 'rows after a wrong token');
	eq(answerOf(await consent(s, flow.page, flow.jar, 'deny')).one('error'), 'access_denied', 'error');
	eq(steps(s, attempt), ['authorize ok', 'sign-in ok', 'consent access_denied'], 'not agreed');
});

row('UD-05', 'nothing is written with audit = off', async (s) => {
	const client = publish();
	const { r, jar } = await visit(s, client);
	await signIn(s, r, jar, { password: 'not the password!' });
	await consent(s, await follow(s, await signIn(s, r, jar), jar), jar);
	await visit(s, { client_id: 'c_nobody' });
	eq(rowsOf(s, '1').length, 0, 'rows');
}, { own: true, settings: { ...TRUST, audit: 'off' } });
