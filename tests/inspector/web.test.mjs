// SPDX-License-Identifier: ISC
//
// The web page of the MCP Inspector in Chromium, as a person uses it: connects, is sent to our sign-in and consent,
// comes back, lists the tools and calls one.  A picture of every step stays in build/shots.

import fs from 'node:fs';
import path from 'node:path';
import { eq, match, ok } from '../lib/check.mjs';
import { choice, password, signIn } from '../lib/chromium.mjs';
import { ROOT, freePort, sleep } from '../lib/harness.mjs';
import { spawnInspector } from '../lib/inspector.mjs';
import { live } from '../lib/live.mjs';
import { visit } from '../browser/visit.mjs';

const SHOTS = path.join(ROOT, 'build', 'shots');
const WAIT_MS = 60000;

/** Starts the Inspector's own server: { url, stop() }. */
async function inspector(s, era) {
	const [port, sandbox, apps] = [await freePort(), await freePort(), await freePort()];
	const child = spawnInspector(s, ['--web', '--protocol-era', era], { HOST: '127.0.0.1', CLIENT_PORT: String(port), MCP_SANDBOX_PORT: String(sandbox),
		MCP_APP_ORIGIN_PORT: String(apps), MCP_AUTO_OPEN_ENABLED: 'false' });
	const ended = new Promise((done) => { child.on('close', done); });
	const stop = () => { child.kill('SIGKILL'); return ended; };
	const until = Date.now() + WAIT_MS;
	for (;;) {
		const url = /up and running at:\s+(http:\S+)/.exec(child.out)?.[1];
		if (url) return { url, port, stop };
		if (child.exitCode !== null || Date.now() > until) {
			await stop();
			throw new Error(`the Inspector did not start: ${`${child.out} ${child.err}`.trim().slice(-400)}`);
		}
		await sleep(50);
	}
}

/** What a person does with it; `picture` keeps the page as it is at a step. */
async function use(s, page, web, picture) {
	const answers = [];
	page.on('request', (r) => { if (r.url().startsWith(`http://127.0.0.1:${web.port}/oauth/callback`)) answers.push(new URL(r.url()).searchParams); });
	await page.goto(web.url);
	await page.getByRole('switch', { name: /^Connect or disconnect/ }).click({ force: true });
	await password(page).waitFor({ timeout: WAIT_MS });
	ok(page.url().startsWith(`${s.issuer}/authorize`), `the sign-in is ours: ${page.url()}`);
	await picture('sign-in');
	await signIn(page, s);
	await choice(page, 'allow').waitFor({ timeout: WAIT_MS });
	match(await page.locator('main, body').first().innerText(), /MCP Inspector/, 'who asks');
	await picture('consent');
	await choice(page, 'allow').click();
	await page.getByText('Connected', { exact: true }).first().waitFor({ timeout: WAIT_MS });
	eq(answers.length, 1, 'answers at its redirect address');
	eq([answers[0].get('iss'), !!answers[0].get('code'), answers[0].get('error')], [s.issuer, true, null], 'iss, a code, error');
	await picture('connected');
	await page.locator('label', { hasText: /^Tools$/ }).click();
	await page.getByText(/^Tools \(\d+\)$/).waitFor({ timeout: WAIT_MS });
	await picture('tools');
	await page.getByRole('button', { name: /search_knowledge_base/ }).click();
	await page.getByLabel('query').first().fill('refresh token rotation');
	await page.getByRole('button', { name: 'Execute Tool' }).click();
	await page.getByText('Structured Output').waitFor({ timeout: WAIT_MS });
	match(await page.locator('main, body').first().innerText(), /"results": \[\s[^]*"snippet":/, 'what was found');
	await picture('called');
}

for (const era of ['legacy', 'modern'])
	live(`inspector, ${era}: connects, is agreed to, lists and calls a tool`, async ({ s, browser }) => {
		fs.mkdirSync(SHOTS, { recursive: true });

		const web = await inspector(s, era);
		try {
			await visit(browser, s, { viewport: { width: 1280, height: 900 } }, (page) =>
				use(s, page, web, (name) => page.screenshot({ path: path.join(SHOTS, `inspector-${era}-${name}.png`) })));
		} finally {
			await web.stop();
		}
	});
