// SPDX-License-Identifier: ISC
//
// A real browser and the person in front of it: Debian's Chromium, a listener on the loopback where a client waits
// for its answer, and the steps of signing in and agreeing, done on the pages as they stand.

import http from 'node:http';
import { chromium } from 'playwright-core';

export const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const launch = () => chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS, headless: true });

/**
 * A client's redirect address on the loopback: { url, port, next(), close() }. next() is the query of the next answer
 * that arrives, as URLSearchParams.
 */
export async function listener(path = '/callback') {
	const waiting = [];
	const arrived = [];
	const server = http.createServer((req, res) => {
		const at = new URL(req.url, 'http://127.0.0.1');
		if (at.pathname !== path) {
			res.writeHead(404, { 'Content-Type': 'text/plain' });
			return res.end('nothing here');
		}
		res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
		res.end('<!doctype html><html lang="en"><title>Done</title><p id="done">You may close this window.');
		const params = at.searchParams;
		params.method = req.method;
		params.headers = req.headers;
		arrived.push(params);
		const one = waiting.shift();
		if (one) one(arrived.shift());
	});
	await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address();
	return {
		port,
		url: `http://127.0.0.1:${port}${path}`,
		count: () => arrived.length,
		next(ms = 30000) {
			if (arrived.length) return Promise.resolve(arrived.shift());
			return new Promise((resolve, reject) => {
				const timer = setTimeout(() => reject(new Error(`nothing arrived at the redirect address in ${ms} ms`)), ms);
				waiting.push((params) => { clearTimeout(timer); resolve(params); });
			});
		},
		close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
	};
}

export const username = (page) => page.locator('input[name="username"]');
export const password = (page) => page.locator('input[name="password"]');
export const submit = (page) => page.locator('form:has(input[name="password"]) button, form:has(input[name="password"]) input[type="submit"]').first();
export const choice = (page, value) => page.locator(`button[name="action"][value="${value}"], input[type="submit"][name="action"][value="${value}"]`).first();

/** Fills in the sign-in page and sends it. */
export async function signIn(page, s, { name = 'alice', secret = s.password } = {}) {
	await username(page).fill(name);
	await password(page).fill(secret);
	await submit(page).click();
}

/** Opens an authorization URL, signs in where that is asked, and answers the consent page. */
export async function decide(browser, s, url, { value = 'allow', context } = {}) {
	const own = context ?? await browser.newContext();
	const page = await own.newPage();
	try {
		await page.goto(String(url));
		if (await password(page).count()) await signIn(page, s);
		await choice(page, value).waitFor({ timeout: 15000 });
		await choice(page, value).click();
		await page.waitForSelector('#done', { timeout: 15000 });
	} finally {
		await page.close();
		if (!context) await own.close();
	}
}
