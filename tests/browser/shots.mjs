// SPDX-License-Identifier: ISC
//
// Pictures of every page for people to look at:  shots.mjs OUTDIR [fastcgi|cgi|inproc] [PAGES-THAT-BEGIN-SO]
// Phone and desktop, dark and light; one PNG each, named after the page.

import fs from 'node:fs';
import path from 'node:path';
import { launch } from '../lib/chromium.mjs';
import { start } from '../lib/harness.mjs';
import { PLACES } from './places.mjs';

const [out, front = 'fastcgi', only = ''] = process.argv.slice(2);
if (!out) {
	console.error('usage: shots.mjs OUTDIR [fastcgi|cgi|inproc] [PAGES-THAT-BEGIN-SO]');
	process.exit(2);
}
fs.mkdirSync(out, { recursive: true });

const SIZES = [['phone', 390, 844], ['desktop', 1280, 900]];
const browser = await launch();
let failed = 0;
for (const place of PLACES.filter((p) => p.name.startsWith(only))) {
	const s = await start({ front, settings: { site_name: 'Example knowledge base', ...place.settings } });
	const context = await browser.newContext({ deviceScaleFactor: 1 });
	try {
		const page = await context.newPage();
		await place.go(page, s);
		for (const colorScheme of ['light', 'dark'])
			for (const [kind, width, height] of SIZES) {
				await page.emulateMedia({ colorScheme });
				await page.setViewportSize({ width, height });
				const file = path.join(out, `${place.name.replace(/ /g, '-')}-${kind}-${colorScheme}.png`);
				await page.screenshot({ path: file, fullPage: true });
				console.log(file);
			}
	} catch (e) {
		failed++;
		console.error(`${place.name}: ${e.message}`);
	}
	await context.close();
	await s.stop().catch((e) => console.error(e.message));
}
await browser.close();
process.exit(failed ? 1 : 0);
