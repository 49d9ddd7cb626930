// SPDX-License-Identifier: ISC
//
// A page in a browser and what can be asked of any page: what axe-core objects to, where the keyboard goes, what was
// fetched and what the console says.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import { ok } from '../lib/check.mjs';

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const OWN = ['/authorize', '/account', '/setup'];
export const SIZES = [[320, 640], [390, 844], [1280, 900]];

/** Watches a page: what it asks for, what it says in the console. */
function watch(page, s) {
	const seen = { foreign: [], console: [] };
	page.on('request', (r) => {
		const url = r.url();
		if (!url.startsWith(s.issuer + '/') && !url.startsWith('data:')) seen.foreign.push(url);
	});
	page.on('console', (m) => {
		// The browser notes the status of a refused page in the console; that is no fault of the page.
		const own = /^Failed to load resource: the server responded with a status of (4\d\d|503)/.test(m.text()) && OWN.some((p) => m.location().url.startsWith(s.issuer + p));
		// The icon of the site is the web server's to have or not.
		const icon = m.location().url.endsWith('/favicon.ico');
		if (['error', 'warning'].includes(m.type()) && !own && !icon) seen.console.push(`${m.text()} ${m.location().url}`.trim());
	});
	page.on('pageerror', (e) => seen.console.push(String(e)));
	page.on('dialog', (d) => { seen.console.push(`dialog: ${d.message()}`); d.dismiss(); });
	return seen;
}

/** A page in a browser context of its own. */
export async function visit(browser, s, options, fn) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const seen = watch(page, s);
	try {
		return await fn(page, seen, context);
	} finally {
		await context.close();
	}
}

/** What axe-core objects to. */
export async function violations(page) {
	await page.evaluate(AXE);
	return page.evaluate(async (tags) => {
		const r = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, preload: false });
		return r.violations.map((v) => `${v.id} (${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')})`);
	}, TAGS);
}

/** Presses Tab through the page; each stop: what it is, where it is, and whether anyone can see that it has the focus. */
export async function tabStops(page, most = 30) {
	const stops = [];
	for (let n = 0; n < most; n++) {
		// A field may have the focus from the beginning; then it is the first stop.
		const begun = n === 0 && await page.evaluate(() => document.activeElement !== document.body);
		if (!begun) await page.keyboard.press('Tab');
		const stop = await page.evaluate(() => {
			const e = document.activeElement;
			if (!e || e === document.body || e === document.documentElement) return null;
			const style = () => {
				const c = getComputedStyle(e);
				return { outline: `${c.outlineStyle} ${c.outlineWidth} ${c.outlineColor}`, shadow: c.boxShadow, border: c.borderColor };
			};
			const focused = style();
			const visible = (c) => (c.outline.startsWith('none') || / 0px /.test(c.outline) ? '' : c.outline) + c.shadow + c.border;
			const box = e.getBoundingClientRect();
			e.blur();
			const plain = style();
			e.focus({ focusVisible: true });
			return { key: `${e.tagName.toLowerCase()} ${e.name ?? ''} ${e.value && e.tagName === 'BUTTON' ? e.value : ''} ${e.getAttribute('href') ?? ''}`.replace(/\s+/g, ' ').trim(),
				seen: visible(focused) !== visible(plain), top: box.top + scrollY, left: box.left, width: box.width, height: box.height };
		});
		if (!stop || stops.some((x) => x.key === stop.key && x.top === stop.top)) break;
		stops.push(stop);
	}
	return stops;
}

/** Is the order of the keyboard that of the eyes? */
export function inReadingOrder(stops) {
	for (let i = 1; i < stops.length; i++) {
		const [a, b] = [stops[i - 1], stops[i]];
		ok(b.top > a.top - 4 && (b.top > a.top + 4 || b.left >= a.left), `${b.key} comes behind ${a.key} on the screen too`);
	}
}
