// SPDX-License-Identifier: ISC
//
// The way to each page that a person can meet, walked in the browser: where the sign-in, refused, consent, error,
// throttled, expired, answered, refusal and forbidden pages come from.

import fs from 'node:fs';
import path from 'node:path';
import { choice, password, signIn, submit, username } from '../lib/chromium.mjs';
import { SETUP_ROUTE } from '../lib/setup.mjs';
import { authParams, formEncode, obtain, pkce, register, useToken } from '../lib/oauth.mjs';

export const LONG = {
	client_name: `Wolfeschlegelsteinhausenbergerdorff ${'W'.repeat(60)}`,
	redirect_uris: [`https://${'a'.repeat(40)}.${'b'.repeat(40)}.example/${'c'.repeat(200)}`],
};

/** An authorization URL of a new client. */
export async function request(s, { metadata, params } = {}) {
	const client = await register(s, metadata);
	return `${s.issuer}/authorize?${formEncode(authParams(s, client, { code_challenge: pkce().challenge, ...params }))}`;
}

export async function toSignIn(page, s, o) {
	await page.goto(await request(s, o));
	await password(page).waitFor();
}

export async function toConsent(page, s, o) {
	await toSignIn(page, s, o);
	await signIn(page, s);
	await choice(page, 'allow').waitFor();
}

async function toRefused(page, s, o) {
	await toSignIn(page, s, o);
	await username(page).fill('alice');
	await password(page).fill('not the password!');
	await answered(page, () => submit(page).click());
}

/** Does something that posts a form, and waits until the page that comes of it is there. */
export async function answered(page, act) {
	const [response] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST' && /\/(authorize|account|setup)$/.test(r.url())), act()]);
	await page.waitForLoadState('load');
	return response;
}

async function toThrottled(page, s, o) {
	for (let n = 0; n < 12; n++) {
		await toSignIn(page, s, o);
		await username(page).fill('alice');
		await password(page).fill(`not the password ${n}`);
		const r = await answered(page, () => submit(page).click());
		if (r.status() === 429) return;
	}
	throw new Error('twelve wrong passwords and never 429');
}

async function toDenied(page, s) {
	await toConsent(page, s, { metadata: { redirect_uris: ['https://c.example/cb'] } });
	await answered(page, () => choice(page, 'deny').click());
}

async function toAnswered(page, s) {
	await toConsent(page, s, { metadata: { redirect_uris: ['https://c.example/cb'] } });
	const old = page.url();
	const twin = await page.context().newPage();
	await twin.goto(old);
	await choice(twin, 'deny').click();
	await twin.waitForLoadState('load');
	await twin.close();
	await answered(page, () => choice(page, 'allow').click());
}

async function toExpired(page, s) {
	await toSignIn(page, s);
	await username(page).fill('alice');
	await password(page).fill(s.password);
	await page.waitForTimeout(2200);
	await answered(page, () => submit(page).click());
}

async function toForbidden(page, s) {
	await toConsent(page, s);
	await page.locator('form:has(button[value="allow"]) input[name="csrf"]').evaluate((e) => { e.value = 'x'.repeat(e.value.length); });
	await answered(page, () => choice(page, 'allow').click());
}

/** An app that is connected: the tokens of a scripted client, of which the page will show `scope`. */
export async function connect(s, client_name, { scope = 'read:knowledge write:knowledge', used = false, ...metadata } = {}) {
	const flow = await obtain(s, { metadata: { client_name, ...metadata }, scope });
	if (used) await useToken(s, flow.tokens.access_token);
	return flow;
}

export async function toAccountSignIn(page, s) {
	await page.goto(`${s.issuer}/account`);
	await password(page).waitFor();
}

export async function toAccount(page, s) {
	await toAccountSignIn(page, s);
	await signIn(page, s);
	await page.locator('button[value="signout"]').waitFor();
}

async function toNothingConnected(page, s) {
	if (!s.sql("SELECT 1 FROM user WHERE name = 'nina'").length) s.addUser('nina');
	await toAccountSignIn(page, s);
	await signIn(page, s, { name: 'nina' });
	await page.locator('button[value="signout"]').waitFor();
}

async function toConnectedApps(page, s) {
	await connect(s, 'Claude', { used: true, redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] });
	await connect(s, 'Visual Studio Code', { scope: 'read:knowledge offline_access' });
	await toAccount(page, s);
}

async function toDisconnected(page, s) {
	await toConnectedApps(page, s);
	await answered(page, () => page.locator('button[value="disconnect"]').first().click());
}

async function toDisconnectedTwice(page, s) {
	await toConnectedApps(page, s);
	const twin = await page.context().newPage();
	await twin.goto(page.url());
	await answered(twin, () => twin.locator('button[value="disconnect"]').first().click());
	await twin.close();
	await answered(page, () => page.locator('button[value="disconnect"]').first().click());
}

async function toLongNames(page, s) {
	await connect(s, LONG.client_name, LONG);
	await connect(s, ' ', { scope: 'read:knowledge' });
	await toAccount(page, s);
}

const open = (page) => page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });

async function toAccountRefused(page, s) {
	await toAccountSignIn(page, s);
	await username(page).fill('alice');
	await password(page).fill('not the password!');
	await answered(page, () => submit(page).click());
}

/** Fills in the change of the password. */
export async function changePassword(page, current, next, again = next) {
	await page.locator('details:has([name="current"]) summary').click();
	await page.locator('[name="current"]').fill(current);
	await page.locator('[name="new"]').fill(next);
	await page.locator('[name="again"]').fill(again);
	return answered(page, () => page.locator('form:has([name="current"]) button').click());
}

async function toPasswordRefused(page, s) {
	await toAccount(page, s);
	await changePassword(page, 'not the password!', 'another horse battery staple');
}

async function toAccountForbidden(page, s) {
	await toAccount(page, s);
	await page.locator('form:has(button[value="signout"]) input[name="csrf"]').evaluate((e) => { e.value = 'x'.repeat(e.value.length); });
	await answered(page, () => page.locator('button[value="signout"]').click());
}

const DESCRIBED = 'https://claude.ai/oauth/claude-code-client-metadata';

/** A client that is known by a document, as if the operator had imported it. */
export function describe(s, { client_id = DESCRIBED, client_name = 'Claude Code', redirect_uris = ['http://localhost/callback', 'http://127.0.0.1/callback'] } = {}) {
	const doc = { client_id, client_name, redirect_uris, token_endpoint_auth_method: 'none' };
	const text = (x) => `'${x.replaceAll("'", "''")}'`;
	s.sql(`INSERT OR REPLACE INTO pinned (client_id, document, fallback, imported_at) VALUES (${text(client_id)}, ${text(JSON.stringify(doc))}, 0, 1)`, { json: false });
	return doc;
}

async function toDescribedSignIn(page, s, metadata) {
	const client = describe(s, metadata);
	await page.goto(`${s.issuer}/authorize?${formEncode(authParams(s, client, { code_challenge: pkce().challenge }))}`);
	await password(page).waitFor();
}

async function toDescribed(page, s, metadata) {
	await toDescribedSignIn(page, s, metadata);
	await signIn(page, s);
	await choice(page, 'allow').waitFor();
}

/** A client that was allowed `before` asks for `scope`. */
async function toMore(page, s, before, scope) {
	const { client } = await connect(s, 'Notes', { scope: before, redirect_uris: ['https://c.example/cb'] });
	await page.goto(`${s.issuer}/authorize?${formEncode(authParams(s, client, { code_challenge: pkce().challenge, scope }))}`);
	await signIn(page, s);
	await choice(page, 'allow').waitFor();
}

async function toWaiting(page, s) {
	await page.goto(await request(s));
}

export const SETUP_SECRET = 'a secret of nobody else';

/** Nobody has been made here yet. */
export async function toSetup(page, s) {
	s.sql('DELETE FROM session; DELETE FROM user', { json: false });
	if (!s.web.length) {
		s.web.push(...SETUP_ROUTE[s.front]);
		await s.restart();
	}
	await page.goto(`${s.issuer}/setup`);
	await page.locator('[name="secret"]').waitFor();
}

export async function toSetupUser(page, s, secret = SETUP_SECRET) {
	await toSetup(page, s);
	await page.locator('[name="secret"]').fill(secret);
	await answered(page, () => page.locator('button').click());
}

export async function makeUser(page, again = 'correct horse battery staple') {
	await username(page).fill('ada');
	await page.locator('[name="password"]').fill('correct horse battery staple');
	await page.locator('[name="again"]').fill(again);
	return answered(page, () => page.locator('button').click());
}

/** Others can list the folder of the database, as a look at the host finds. */
export async function toSetupFindings(page, s) {
	await toSetup(page, s);
	fs.chmodSync(path.dirname(s.conf), 0o755);
	await page.locator('[name="secret"]').fill(SETUP_SECRET);
	await answered(page, () => page.locator('button').click());
}

async function toSetupUnset(page, s) {
	await toSetup(page, s);
	s.writeConf(`issuer = https://CHANGE-ME\n${s.readConf()}`);
	await s.restart();
	await page.goto(`${s.issuer}/setup`);
}

const SETUP = { settings: { setup_secret: SETUP_SECRET } };

/** Every page: name, the way to it, the status of the document, and settings it needs. */
export const PLACES = [
	{ name: 'sign-in', go: toSignIn, status: 200 },
	{ name: 'wrong password', go: toRefused, status: 401 },
	{ name: 'consent', go: toConsent, status: 200 },
	{ name: 'consent with long names', go: (page, s) => toConsent(page, s, { metadata: LONG }), status: 200 },
	{ name: 'consent described', go: (page, s) => toDescribed(page, s, { client_id: 'https://vscode.dev/oauth/client-metadata.json', client_name: 'Visual Studio Code', redirect_uris: ['https://vscode.dev/redirect'] }), status: 200 },
	{ name: 'consent described here', go: toDescribed, status: 200 },
	{ name: 'consent for more', go: (page, s) => toMore(page, s, 'read:knowledge offline_access', 'write:knowledge'), status: 200 },
	{ name: 'consent for nothing new', go: (page, s) => toMore(page, s, 'read:knowledge write:knowledge', 'read:knowledge'), status: 200 },
	{ name: 'sign-in described', go: toDescribedSignIn, status: 200 },
	{ name: 'waiting', go: toWaiting, status: 403, settings: { registration: 'approve' } },
	{ name: 'error', go: (page, s) => page.goto(`${s.issuer}/authorize?response_type=code&client_id=c_unknown`), status: 400 },
	{ name: 'denied', go: toDenied, status: 200 },
	{ name: 'already answered', go: toAnswered, status: 400 },
	{ name: 'forbidden', go: toForbidden, status: 403 },
	{ name: 'expired', go: toExpired, status: 400, settings: { request_ttl: 1 } },
	{ name: 'throttled', go: toThrottled, status: 429, settings: { rate_limits: 'on' } },
	{ name: 'account sign-in', go: toAccountSignIn, status: 200 },
	{ name: 'account wrong password', go: toAccountRefused, status: 401 },
	{ name: 'account', go: toConnectedApps, status: 200 },
	{ name: 'account with everything open', go: async (page, s) => { await toConnectedApps(page, s); await open(page); }, status: 200 },
	{ name: 'account after disconnecting', go: toDisconnected, status: 200 },
	{ name: 'account disconnected twice', go: toDisconnectedTwice, status: 404 },
	{ name: 'account with nothing connected', go: toNothingConnected, status: 200 },
	{ name: 'account with long names', go: toLongNames, status: 200 },
	{ name: 'account password refused', go: toPasswordRefused, status: 401 },
	{ name: 'account after signing out', go: async (page, s) => { await toAccount(page, s); await page.locator('button[value="signout"]').click(); await password(page).waitFor(); }, status: 200 },
	{ name: 'account forbidden', go: toAccountForbidden, status: 403 },
	{ name: 'setup', go: toSetup, status: 200, ...SETUP },
	{ name: 'setup wrong secret', go: (page, s) => toSetupUser(page, s, 'not the secret of it'), status: 401, ...SETUP },
	{ name: 'setup user', go: toSetupUser, status: 200, ...SETUP },
	{ name: 'setup findings', go: toSetupFindings, status: 200, ...SETUP },
	{ name: 'setup user refused', go: async (page, s) => { await toSetupUser(page, s); await makeUser(page, 'something else again'); }, status: 400, ...SETUP },
	{ name: 'setup done', go: async (page, s) => { await toSetupUser(page, s); await makeUser(page); }, status: 200, ...SETUP },
	{ name: 'setup settings refused', go: toSetupUnset, status: 503, ...SETUP },
];
