// SPDX-License-Identifier: ISC
//
// The owner's name, colour and logo are on the pages, and the policy of the page still allows its own style and no other.

import crypto from 'node:crypto';
import { row } from '../lib/rows.mjs';
import { match, ok } from '../lib/check.mjs';
import { toConsent } from '../lib/oauth.mjs';

row('LG-14', "the owner's name, colour and logo are shown, and the style is the one that the policy names", async (s) => {
	const { page } = await toConsent(s);
	match(page.text, /<span>Ada&#39;s &amp; co<\/span>|<span>Ada's &amp; co<\/span>/, 'name');
	match(page.text, /<img src="\/ada\.svg" alt="">/, 'logo');
	match(page.text, /--accent: #FFEE88; --accent-ink: #000000;/, 'colour, with an ink that can be read on it');
	const style = /<style>([^]*)<\/style>/.exec(page.text)[1];
	const hash = crypto.createHash('sha256').update(style).digest('base64');
	ok(page.headers['content-security-policy'].includes(`style-src 'sha256-${hash}'`), 'the policy names the hash of this style');
}, { own: true, settings: { site_name: "Ada's & co", accent_color: '#FFEE88', logo: '/ada.svg' } });
