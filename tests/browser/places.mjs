// SPDX-License-Identifier: ISC
//
// The way to each page that a person can meet, walked in the browser: where the sign-in, refused, consent, error,
// throttled, expired, answered, refusal and forbidden pages come from.

import { choice, password, signIn, submit, username } from '../lib/chromium.mjs';
import { authParams, formEncode, pkce, register } from '../lib/oauth.mjs';

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
	const [response] = await Promise.all([page.waitForResponse((r) => r.request().method() === 'POST' && r.url().endsWith('/authorize')), act()]);
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

/** Every page: name, the way to it, the status of the document, and settings it needs. */
export const PLACES = [
	{ name: 'sign-in', go: toSignIn, status: 200 },
	{ name: 'wrong password', go: toRefused, status: 401 },
	{ name: 'consent', go: toConsent, status: 200 },
	{ name: 'consent with long names', go: (page, s) => toConsent(page, s, { metadata: LONG }), status: 200 },
	{ name: 'error', go: (page, s) => page.goto(`${s.issuer}/authorize?response_type=code&client_id=c_unknown`), status: 400 },
	{ name: 'denied', go: toDenied, status: 200 },
	{ name: 'already answered', go: toAnswered, status: 400 },
	{ name: 'forbidden', go: toForbidden, status: 403 },
	{ name: 'expired', go: toExpired, status: 400, settings: { request_ttl: 1 } },
	{ name: 'throttled', go: toThrottled, status: 429, settings: { rate_limits: 'on' } },
];
