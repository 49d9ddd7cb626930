// SPDX-License-Identifier: ISC
//
// A person's own page in a real browser: an app is connected, is seen, is disconnected, and its token is dead; with the
// mouse, with the keyboard alone, without JavaScript. How it looks is in pages.test.mjs with all other pages.

import { choice, password, signIn } from '../lib/chromium.mjs';
import { eq, lacks, match, ok } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { assertAlive, assertDead } from '../lib/oauth.mjs';
import { answered, changePassword, connect, toAccount, toAccountSignIn, toConsent } from './places.mjs';
import { inReadingOrder, tabStops, visit } from './visit.mjs';

const OWN = { own: true };
const status = (page) => page.locator('[role="status"]').innerText();
const entry = (page, name) => page.locator('ul.apps > li', { has: page.locator('h2', { hasText: name }) });
const clean = (seen) => eq(seen, { foreign: [], console: [] }, 'foreign requests and console');

/** Presses Tab until what has the focus is this. */
async function until(page, re) {
	for (let n = 0; n < 40; n++) {
		const key = await page.evaluate(() => { const e = document.activeElement; return `${e.tagName} ${e.name ?? ''} ${e.value ?? ''} ${e.tagName === 'SUMMARY' ? e.textContent : ''}`; });
		if (re.test(key)) return;
		await page.keyboard.press('Tab');
	}
	throw new Error(`Tab never reaches ${re}`);
}

live('connect, see it, disconnect it: its token is dead, the other one lives', async ({ s, browser }) => {
	const one = await connect(s, 'Claude', { used: true, redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] });
	const two = await connect(s, 'An editor');
	await visit(browser, s, {}, async (page, seen) => {
		await toAccount(page, s);
		eq(await page.locator('ul.apps h2').allInnerTexts(), ['An editor', 'Claude'], 'apps, the newest first');
		match(await entry(page, 'Claude').innerText(), /claude\.ai[^]*Search and read[^]*Add documents[^]*Last used\s*today/, 'what is said of one');
		const r = await answered(page, () => entry(page, 'Claude').locator('button').click());
		eq(r.status(), 303, 'status');
		match(await status(page), /Disconnected/, 'what was done');
		eq(await page.locator('ul.apps h2').allInnerTexts(), ['An editor'], 'apps that are left');
		await assertDead(s, one.tokens.access_token);
		await assertAlive(s, two.tokens.access_token);
		await page.reload();
		eq(await page.locator('ul.apps h2').allInnerTexts(), ['An editor'], 'apps after loading the page again');
		clean(seen);
	});
}, OWN);

live('the same sign-in on both sides', async ({ s, browser }) => {
	await visit(browser, s, {}, async (page, seen) => {
		await toConsent(page, s);
		await page.goto(`${s.issuer}/account`);
		await page.locator('button[value="signout"]').click();
		await password(page).waitFor();
		match(await status(page), /signed out/, 'what was done');
		await toConsent(page, s);
		clean(seen);
	});
});

live('keyboard alone: sign in, disconnect all, sign out everywhere', async ({ s, browser }) => {
	const one = await connect(s, 'Claude');
	await connect(s, 'An editor');
	await visit(browser, s, {}, async (page, seen) => {
		await toAccountSignIn(page, s);
		await until(page, /^INPUT username/);
		await page.keyboard.type('alice');
		await until(page, /^INPUT password/);
		await page.keyboard.type(s.password);
		await page.keyboard.press('Enter');
		await page.locator('ul.apps').waitFor();
		await until(page, /^SUMMARY .*Disconnect all/);
		await page.keyboard.press('Enter');
		await until(page, /^BUTTON action disconnect-all/);
		await page.keyboard.press('Enter');
		await page.locator('[role="status"]').waitFor();
		match(await status(page), /Everything is disconnected/, 'what was done');
		await assertDead(s, one.tokens.access_token);
		await until(page, /^SUMMARY .*Sign out everywhere/);
		await page.keyboard.press('Enter');
		await until(page, /^BUTTON action signout-all/);
		await page.keyboard.press('Enter');
		await password(page).waitFor();
		match(await status(page), /signed out everywhere/, 'what was done');
		clean(seen);
	});
}, OWN);

live('keyboard: every stop is in order and to be seen, in both colour schemes, with everything open', async ({ s, browser }) => {
	await connect(s, 'Claude');
	await connect(s, 'An editor');
	for (const colorScheme of ['light', 'dark'])
		await visit(browser, s, { colorScheme }, async (page) => {
			await toAccount(page, s);
			await page.evaluate(() => { for (const d of document.querySelectorAll('details')) d.open = true; });
			const stops = await tabStops(page);
			for (const stop of stops) ok(stop.seen && stop.width > 0 && stop.height >= 24, `${colorScheme}: ${stop.key} has a focus to be seen and is large enough`);
			const keys = stops.map((x) => x.key);
			eq(keys, ['button action disconnect', 'button action disconnect', 'summary', 'button action disconnect-all', 'summary',
				'input current', 'input new', 'input again', 'button', 'summary', 'button action signout-all', 'button action signout'], 'stops');
			inReadingOrder(stops);
		});
}, OWN);

live('without JavaScript: a wrong password, a right one, disconnect all, a new password, sign out', async ({ s, browser }) => {
	const next = 'another horse battery staple';
	s.passwords.add(next);
	await connect(s, 'Claude');
	await connect(s, 'An editor');
	await visit(browser, s, { javaScriptEnabled: false }, async (page, seen) => {
		await toAccountSignIn(page, s);
		await signIn(page, s, { secret: 'not the password!' });
		await page.locator('[role="alert"]').waitFor();
		await signIn(page, s);
		await page.locator('summary', { hasText: 'Disconnect all' }).click();
		await choice(page, 'disconnect-all').click();
		await page.locator('[role="status"]').waitFor();
		await changePassword(page, 'not the password!', next);
		match(await page.locator('[role="alert"]').innerText(), /present password/, 'why not');
		await page.locator('[name="current"]').fill(s.password);
		await page.locator('[name="new"]').fill(next);
		await page.locator('[name="again"]').fill(next);
		await page.locator('form:has([name="current"]) button').click();
		await page.locator('[role="status"]').waitFor();
		match(await status(page), /password is changed/, 'what was done');
		await choice(page, 'signout').click();
		await password(page).waitFor();
		await signIn(page, s, { secret: next });
		await choice(page, 'signout').waitFor();
		eq(seen.console, [], 'console');
	});
}, OWN);

live('a new password: another window is signed out, this one is not', async ({ s, browser }) => {
	const next = 'a third horse battery staple';
	s.passwords.add(next);
	const app = await connect(s, 'Claude');
	await visit(browser, s, {}, async (page) => {
		await toAccount(page, s);
		await visit(browser, s, {}, async (other) => {
			await toAccount(other, s);
			await page.locator('details:has([name="current"]) summary').click();
			match(await page.locator('form:has([name="current"])').innerText(), /disconnects every app and signs you out/, 'what is said before');
			await page.locator('summary', { hasText: 'Change your password' }).click();
			const r = await changePassword(page, s.password, next);
			eq(r.status(), 303, 'status');
			await other.reload();
			ok(await password(other).count(), 'the other window asks for the password');
		});
		await page.reload();
		ok(await choice(page, 'signout').count(), 'this one does not');
		await assertDead(s, app.tokens.access_token);
	});
}, OWN);

live('a name with markup is a name', async ({ s, browser }) => {
	const name = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
	await connect(s, name);
	await visit(browser, s, {}, async (page, seen) => {
		await toAccount(page, s);
		ok((await page.locator('ul.apps h2').allInnerTexts()).includes(name), 'the name as text');
		eq(await page.locator('main img, main script').count(), 0, 'elements out of it');
		lacks(await page.title(), /[12]/, 'title');
		clean(seen);
	});
});
