// SPDX-License-Identifier: ISC
//
// The page of set-up in a real browser: the whole way by keyboard alone and without JavaScript, what was found with the line that
// mends it, and that a reload of the last page makes nobody. How it looks is in pages.test.mjs with all other pages.

import path from 'node:path';
import { eq, match } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { SETUP_SECRET, answered, makeUser, toSetup, toSetupFindings, toSetupUser } from './places.mjs';
import { inReadingOrder, tabStops, visit } from './visit.mjs';

const OWN = { own: true, settings: { setup_secret: SETUP_SECRET } };
const users = (s) => s.sql('SELECT name FROM user').map((u) => u.name);
const words = (page) => page.locator('main').innerText();

live('the whole way by keyboard, without JavaScript', async ({ s, browser }) => {
	await visit(browser, s, { javaScriptEnabled: false }, async (page, seen) => {
		await toSetup(page, s);
		await page.keyboard.type(SETUP_SECRET);		// the field has the focus
		await answered(page, () => page.keyboard.press('Enter'));
		match(await words(page), /Make the first user[^]*All is well/, 'what was found');
		for (const text of ['ada', 'a password for the first', 'a password for the first']) {
			await page.keyboard.press('Tab');
			await page.keyboard.type(text);
		}
		const r = await answered(page, () => page.keyboard.press('Enter'));
		eq(r.status(), 200, 'status');
		match(await words(page), /ada may sign in[^]*Connect an app/, 'the last page');
		eq(await page.locator('.address').innerText(), s.resource, 'the address');
		eq(users(s), ['ada'], 'users');
		const gone = await page.goto(`${s.issuer}/setup`);
		eq(gone.status(), 404, 'afterwards');
		eq(seen.foreign, [], 'foreign requests');
	});
}, OWN);

live('what was found stands there with the line that mends it', async ({ s, browser }) => {
	await visit(browser, s, {}, async (page, seen) => {
		await toSetupFindings(page, s);
		match(await words(page), /Look at:[^]*can be entered or listed by others/, 'what was found');
		eq(await page.locator('ul.found pre').innerText(), `chmod 700 ${path.dirname(s.conf)}`, 'what mends it');
		inReadingOrder(await tabStops(page));
		eq(seen, { foreign: [], console: [] }, 'foreign requests and console');
	});
}, OWN);

live('the last page loaded again makes nobody', async ({ s, browser }) => {
	await visit(browser, s, {}, async (page) => {
		await toSetupUser(page, s);
		await makeUser(page);
		const r = await page.reload();
		eq(r.status(), 404, 'status');
		eq(users(s), ['ada'], 'users');
	});
}, OWN);
