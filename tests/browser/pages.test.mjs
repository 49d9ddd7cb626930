// SPDX-License-Identifier: ISC
//
// The pages in a real browser: nothing that axe-core objects to in either colour scheme at three widths, nothing
// wider than a small phone, nothing fetched from elsewhere, nothing in the console, no need of JavaScript or a mouse,
// and forms whose answers arrive where they should, whatever kind of address that is.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ARGS, choice, listener, password, signIn, submit, username } from '../lib/chromium.mjs';
import { eq, lacks, match, ok, oneOf } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { LONG, PLACES, answered, request, toConsent, toSignIn } from './places.mjs';
import { SIZES, inReadingOrder, tabStops, violations, visit } from './visit.mjs';

for (const place of PLACES) {
	live(`${place.name}: no violations in dark and light at three widths, and nothing is wider than the screen`, async ({ s, browser }) => {
		await visit(browser, s, {}, async (page, seen) => {
			let status;
			page.on('response', (r) => { if (r.request().isNavigationRequest()) status = r.status(); });
			await place.go(page, s);
			eq(status, place.status, 'status of the page');
			eq(seen, { foreign: [], console: [] }, 'foreign requests and console');
			const bad = [];
			for (const colorScheme of ['light', 'dark'])
				for (const [width, height] of SIZES) {
					await page.emulateMedia({ colorScheme });
					await page.setViewportSize({ width, height });
					for (const v of await violations(page)) bad.push(`${colorScheme} ${width}: ${v}`);
					const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
					if (wide > 0) bad.push(`${colorScheme} ${width}: ${wide} px wider than the screen`);
				}
			eq(bad, [], 'faults');
		});
	}, { settings: place.settings ?? {}, own: !!place.settings });

	live(`${place.name}: a title, one heading, a language, a viewport, and both colour schemes differ`, async ({ s, browser }) => {
		await visit(browser, s, { colorScheme: 'light' }, async (page) => {
			await place.go(page, s);
			ok((await page.title()).trim(), 'title');
			eq(await page.locator('h1').count(), 1, 'number of h1');
			match(await page.locator('html').getAttribute('lang'), /^[a-z]{2}/, 'lang');
			match(await page.locator('meta[name="viewport"]').getAttribute('content'), /width=device-width/, 'viewport');
			lacks(await page.locator('meta[name="viewport"]').getAttribute('content'), /user-scalable=no|maximum-scale=1\b/, 'viewport');
			const paint = () => page.evaluate(() => [document.body, document.documentElement].map((e) => getComputedStyle(e).backgroundColor).join() + getComputedStyle(document.body).color);
			const light = await paint();
			await page.emulateMedia({ colorScheme: 'dark' });
			ok(await paint() !== light, 'colours in the dark');
		});
	}, { settings: place.settings ?? {}, own: !!place.settings });
}

live('labels, types and autocomplete of the sign-in form', async ({ s, browser }) => {
	await visit(browser, s, {}, async (page) => {
		await toSignIn(page, s);
		for (const [field, autocomplete, type] of [[username(page), 'username', 'text'], [password(page), 'current-password', 'password']]) {
			eq(await field.getAttribute('autocomplete'), autocomplete, 'autocomplete');
			eq((await field.getAttribute('type')) ?? 'text', type, 'type');
			const label = await field.evaluate((e) => [...e.labels].map((l) => l.textContent.trim()).join());
			ok(label, `${autocomplete}: a label`);
			ok(await field.evaluate((e) => [...e.labels].every((l) => l.getClientRects().length > 0)), `${autocomplete}: the label is visible`);
			ok(await field.evaluate((e) => e.required), `${autocomplete}: required`);
			ok((await field.boundingBox()).height >= 24, `${autocomplete}: high enough for a finger`);
		}
		ok(await submit(page).evaluate((e) => (e.textContent || e.value).trim()), 'the button has a text');
	});
});

live('the sign-in page tells a wrong password to eyes and to a screen reader', async ({ s, browser }) => {
	await visit(browser, s, {}, async (page) => {
		await PLACES.find((p) => p.name === 'wrong password').go(page, s);
		const message = page.locator('[role="alert"], [aria-live]').first();
		ok(await message.count(), 'a message with a role');
		ok((await message.textContent()).trim() && await message.isVisible(), 'a visible message');
		eq(await password(page).inputValue(), '', 'password field');
		await signIn(page, s);
		await choice(page, 'allow').waitFor();
	});
});

live('keyboard: every stop is in order and to be seen, in both colour schemes', async ({ s, browser }) => {
	for (const colorScheme of ['light', 'dark'])
		for (const [name, go, want] of [['sign-in', toSignIn, [/^input username/, /^input password/, /^(button|input)/]], ['consent', toConsent, [/^button action allow/, /^button action deny/]]])
			await visit(browser, s, { colorScheme }, async (page) => {
				await go(page, s);
				const stops = await tabStops(page);
				for (const stop of stops) {
					ok(stop.seen, `${name}, ${colorScheme}: the focus is to be seen on ${stop.key}`);
					ok(stop.width > 0 && stop.height > 0, `${name}: ${stop.key} is on the screen`);
				}
				let at = -1;
				for (const re of want) {
					const next = stops.findIndex((x, i) => i > at && re.test(x.key));
					ok(next >= 0, `${name}: ${re} is reached by Tab (${stops.map((x) => x.key).join(', ')})`);
					at = next;
				}
				inReadingOrder(stops);
			});
});

live('keyboard alone: sign in and agree without a mouse', async ({ s, browser }) => {
	const wait = await listener();
	await visit(browser, s, {}, async (page) => {
		const url = await request(s, { metadata: { redirect_uris: [wait.url] } });
		await page.goto(url);
		const until = async (re) => {
			for (let n = 0; n < 20; n++) {
				const key = await page.evaluate(() => `${document.activeElement.tagName} ${document.activeElement.name ?? ''} ${document.activeElement.value ?? ''}`);
				if (re.test(key)) return;
				await page.keyboard.press('Tab');
			}
			throw new Error(`Tab never reaches ${re}`);
		};
		await until(/^INPUT username/);
		await page.keyboard.type('alice');
		await until(/^INPUT password/);
		await page.keyboard.type(s.password);
		await page.keyboard.press('Enter');
		await choice(page, 'allow').waitFor();
		await until(/^BUTTON action allow/);
		await page.keyboard.press('Enter');
		await page.waitForSelector('#done');
	});
	ok((await wait.next()).get('code'), 'a code arrived');
	await wait.close();
});

live('without JavaScript: sign in, be refused, agree', async ({ s, browser }) => {
	const wait = await listener();
	await visit(browser, s, { javaScriptEnabled: false }, async (page, seen) => {
		await page.goto(await request(s, { metadata: { redirect_uris: [wait.url] } }));
		await signIn(page, s, { secret: 'not the password!' });
		await password(page).waitFor();
		await signIn(page, s);
		await choice(page, 'allow').click();
		await page.waitForSelector('#done');
		eq(seen.console, [], 'console');
	});
	ok((await wait.next()).get('code'), 'a code arrived');
	await wait.close();
});

live('the forms carry our own Origin, never null, and the approve POST completes on the loopback', async ({ s, browser }) => {
	for (const value of ['allow', 'deny']) {
		const wait = await listener();
		await visit(browser, s, {}, async (page, seen) => {
			const posts = [];
			page.on('request', (r) => { if (r.method() === 'POST') posts.push(r.allHeaders()); });
			await toConsent(page, s, { metadata: { redirect_uris: [wait.url] } });
			await choice(page, value).click();
			await page.waitForSelector('#done');
			const headers = await Promise.all(posts);
			eq(headers.map((h) => h.origin), [s.issuer, s.issuer], 'Origin of both POSTs');
			for (const h of headers) oneOf(h['sec-fetch-site'], ['same-origin', undefined], 'Sec-Fetch-Site');
			eq(seen.console, [], 'console');
			eq(seen.foreign.filter((u) => !u.startsWith(wait.url.replace(/\/callback$/, ''))), [], 'foreign requests');
		});
		const params = await wait.next();
		eq(params.method, 'GET', 'method at the redirect address');
		ok(value === 'allow' ? params.get('code') : params.get('error') === 'access_denied', `answer: ${params}`);
		eq(params.headers.referer, undefined, 'Referer at the redirect address');
		await wait.close();
	}
});

live('localhost and [::1] redirects on any port', async ({ s, browser }) => {
	const wait = await listener();
	for (const host of ['127.0.0.1', 'localhost']) {
		await visit(browser, s, {}, async (page, seen) => {
			await toConsent(page, s, { metadata: { redirect_uris: [`http://${host}/callback`] }, params: { redirect_uri: `http://${host}:${wait.port}/callback` } });
			await choice(page, 'allow').click();
			await page.waitForSelector('#done');
			eq(seen.console, [], `${host}: console`);
		});
		ok((await wait.next()).get('code'), `${host}: a code arrived`);
	}
	await wait.close();
});

/** What the network saw of the navigation that began with the POST of the page. */
async function redirectsOf(page, act) {
	const cdp = await page.context().newCDPSession(page);
	const seen = { answers: [], failed: [], issues: [], asked: [] };
	const docs = new Set();
	await cdp.send('Network.enable');
	await cdp.send('Page.enable');
	await cdp.send('Audits.enable').catch(() => {});
	cdp.on('Audits.issueAdded', ({ issue }) => seen.issues.push(issue.code));
	cdp.on('Network.requestWillBeSent', (e) => {
		if (e.type !== 'Document') return;
		docs.add(e.requestId);
		seen.asked.push(e.request.url);
	});
	cdp.on('Network.responseReceivedExtraInfo', (e) => seen.answers.push({ status: e.statusCode, location: e.headers.location ?? e.headers.Location }));
	cdp.on('Network.loadingFailed', (e) => { if (docs.has(e.requestId)) seen.failed.push({ text: e.errorText, reason: e.blockedReason }); });
	await act();
	for (let n = 0; n < 50 && !seen.failed.length && !seen.answers.some((a) => a.location); n++) await page.waitForTimeout(100);
	await page.waitForTimeout(500);
	return seen;
}

live('a private scheme: the answer to the approve POST leads there and the policy of the page does not stop it', async ({ s, browser }) => {
	await visit(browser, s, {}, async (page, seen) => {
		const uri = 'cursor://anysphere.cursor-mcp/oauth/callback';
		await toConsent(page, s, { metadata: { redirect_uris: [uri] } });
		const net = await redirectsOf(page, () => choice(page, 'allow').click({ noWaitAfter: true }));
		const to = net.answers.find((a) => a.location);
		ok(to, `an answer with Location: ${JSON.stringify(net)}`);
		eq(to.status, 303, 'status of the answer');
		ok(to.location.startsWith(`${uri}?`) && /[?&]code=mcpc_/.test(to.location), `Location: ${to.location.split('code=')[0]}`);
		for (const f of net.failed) ok(f.reason !== 'csp', `the policy of the page stopped the way there: ${JSON.stringify(f)}`);
		eq(net.issues.filter((c) => /ContentSecurityPolicy/.test(c)), [], 'breaches of the policy');
		ok(net.asked.some((u) => u.startsWith(`${uri}?`)), `the browser went there: ${net.asked.map((u) => u.split('?')[0])}`);
		// Headless there is nothing that opens the scheme: the browser tried and says so.
		eq(seen.console.filter((t) => !/cursor:/.test(t) || /Content Security Policy/i.test(t)), [], 'console');
	});
});

/** A web server for another name, with a certificate that nobody signed: { port, next() }. */
async function otherSite(answer) {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-cgi-site-'));
	execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=claude.ai', '-keyout', `${dir}/key`, '-out', `${dir}/cert`], { stdio: 'ignore' });
	const got = [];
	const server = https.createServer({ key: fs.readFileSync(`${dir}/key`), cert: fs.readFileSync(`${dir}/cert`) }, (req, res) => {
		got.push({ url: req.url, method: req.method, headers: req.headers });
		answer(req, res);
	});
	fs.rmSync(dir, { recursive: true });
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	return { port: server.address().port, got, close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}

live('https://claude.ai that hops on to claude: is reached from the approve POST', async ({ s }) => {
	const site = await otherSite((req, res) => {
		res.writeHead(302, { Location: 'claude://claude.ai/mcp-auth-callback/sdk' });
		res.end();
	});
	const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true,
		args: [...ARGS, `--host-resolver-rules=MAP claude.ai:443 127.0.0.1:${site.port}`] });
	try {
		await visit(browser, s, { ignoreHTTPSErrors: true }, async (page, seen) => {
			await toConsent(page, s, { metadata: { redirect_uris: ['https://claude.ai/api/mcp/auth_callback'] } });
			const net = await redirectsOf(page, () => choice(page, 'allow').click({ noWaitAfter: true }));
			for (let n = 0; n < 50 && !site.got.length; n++) await page.waitForTimeout(100);
			eq(site.got.length, 1, `requests at the other site (${JSON.stringify(net.failed)})`);
			eq(site.got[0].method, 'GET', 'method');
			match(site.got[0].url, /^\/api\/mcp\/auth_callback\?.*code=mcpc_/, 'address');
			eq(site.got[0].headers.referer, undefined, 'Referer');
			eq(site.got[0].headers.cookie, undefined, 'Cookie');
			for (const f of net.failed) ok(f.reason !== 'csp', `the policy of the page stopped the hop: ${JSON.stringify(f)}`);
			eq(net.issues.filter((c) => /ContentSecurityPolicy/.test(c)), [], 'breaches of the policy');
			lacks(seen.console.join('\n'), /Content Security Policy/i, 'console');
		});
	} finally {
		await browser.close();
		await site.close();
	}
});

live('a double click gives one code at most, and a page that a person can read', async ({ s, browser }) => {
	const wait = await listener();
	await visit(browser, s, {}, async (page, seen) => {
		await toConsent(page, s, { metadata: { redirect_uris: [wait.url] } });
		await choice(page, 'allow').dblclick({ delay: 5, noWaitAfter: true });
		await page.waitForLoadState('load');
		await page.waitForTimeout(1500);
		ok(wait.count() <= 1, `codes that arrived: ${wait.count()}`);
		const here = page.url();
		ok(here.startsWith(wait.url) || here.startsWith(s.issuer), `the browser is on one of the two: ${here.split('?')[0]}`);
		if (here.startsWith(s.issuer)) match(await page.locator('body').innerText(), /already|answered|done|again/i, 'text of the page');
		eq(seen.console, [], 'console');
	});
	await wait.close();
});

live('two windows with the same question: one answer, and the other window says so', async ({ s, browser }) => {
	const wait = await listener();
	await visit(browser, s, {}, async (page, seen, context) => {
		await toConsent(page, s, { metadata: { redirect_uris: [wait.url] } });
		const twin = await context.newPage();
		await twin.goto(page.url());
		await choice(twin, 'allow').waitFor();
		await choice(page, 'allow').click();
		await page.waitForSelector('#done');
		const late = await answered(twin, () => choice(twin, 'allow').click());
		eq(late.status(), 400, 'status of the late answer');
		match(await twin.locator('body').innerText(), /already|answered|again/i, 'text of the page');
	});
	ok((await wait.next()).get('code'), 'a code arrived');
	eq(wait.count(), 0, 'further answers');
	await wait.close();
});

live('two sign-in pages at once do not spoil each other', async ({ s, browser }) => {
	const wait = await listener();
	await visit(browser, s, {}, async (page, seen, context) => {
		const url = await request(s, { metadata: { redirect_uris: [wait.url] } });
		await page.goto(url);
		await password(page).waitFor();
		const twin = await context.newPage();
		const other = await request(s, { metadata: { redirect_uris: [wait.url], client_name: 'The other one' } });
		await twin.goto(other);
		await password(twin).waitFor();
		await signIn(page, s);
		await choice(page, 'allow').waitFor();
		await choice(page, 'allow').click();
		await page.waitForSelector('#done');
		ok((await wait.next()).get('code'), 'the first code arrived');
		// The other window still shows a form from before the sign-in; asking again is all that it may take.
		await twin.goto(other);
		await choice(twin, 'allow').waitFor();
		match(await twin.locator('h1').innerText(), /The other one/, 'heading of the other window');
		await choice(twin, 'allow').click();
		await twin.waitForSelector('#done');
		ok((await wait.next()).get('code'), 'the second code arrived');
	});
	await wait.close();
});

live('back and again after the answer: no second code', async ({ s, browser }) => {
	const wait = await listener();
	await visit(browser, s, {}, async (page) => {
		await toConsent(page, s, { metadata: { redirect_uris: [wait.url] } });
		await choice(page, 'allow').click();
		await page.waitForSelector('#done');
		ok((await wait.next()).get('code'), 'a code arrived');
		await page.goBack();
		await page.waitForLoadState('load');
		if (await choice(page, 'allow').count()) {
			const r = await answered(page, () => choice(page, 'allow').click());
			eq(r.status(), 400, 'status');
		}
		match(await page.locator('body').innerText(), /already|answered|again|expired/i, 'text of the page');
		eq(wait.count(), 0, 'further answers');
	});
	await wait.close();
});

live('"Not you?" signs out and asks for another person, and the request goes on', async ({ s, browser }) => {
	s.addUser('carol', 'a password for carol');
	const wait = await listener();
	await visit(browser, s, {}, async (page, seen) => {
		await toConsent(page, s, { metadata: { redirect_uris: [wait.url] } });
		match(await page.locator('body').innerText(), /alice/, 'the page names the person');
		await page.locator('form:has(input[name="action"][value="signout"]) button, button[name="action"][value="signout"]').first().click();
		await password(page).waitFor();
		await signIn(page, s, { name: 'carol', secret: 'a password for carol' });
		await choice(page, 'allow').waitFor();
		match(await page.locator('body').innerText(), /carol/, 'the page names the other person');
		lacks(await page.locator('body').innerText(), /alice/, 'the page');
		await choice(page, 'allow').click();
		await page.waitForSelector('#done');
		eq(seen.console, [], 'console');
	});
	ok((await wait.next()).get('code'), 'a code arrived');
	await wait.close();
});

live('a name that would be markup is text', async ({ s, browser }) => {
	const names = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', "' onmouseover='alert(1)", '</title><svg onload=alert(1)>', '&lt;b&gt;'];
	for (const client_name of names)
		await visit(browser, s, {}, async (page, seen) => {
			await toConsent(page, s, { metadata: { client_name } });
			ok((await page.locator('body').innerText()).includes(client_name), `${client_name} stands on the page as it is`);
			eq(await page.locator('img[src="x"], script, svg[onload]').count(), 0, 'elements made of the name');
			eq(seen, { foreign: [], console: [] }, 'foreign requests and console');
		});
});

live('long names and addresses break instead of pushing the page wide', async ({ s, browser }) => {
	await visit(browser, s, { viewport: { width: 320, height: 640 } }, async (page) => {
		await toConsent(page, s, { metadata: LONG });
		const over = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest('svg')).map((e) => e.tagName));
		eq(over, [], 'elements that reach beyond the screen');
	});
});

live('twice the text size is still usable on a phone', async ({ s, browser }) => {
	await visit(browser, s, { viewport: { width: 640, height: 900 } }, async (page) => {
		for (const go of [toSignIn, toConsent]) {
			await page.context().clearCookies();
			await go(page, s);
			await page.evaluate(() => { document.documentElement.style.setProperty('font-size', '200%'); });
			const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
			ok(wide <= 0, `${wide} px wider than the screen`);
		}
	});
});
