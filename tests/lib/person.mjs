// SPDX-License-Identifier: ISC
//
// The person whom a client sends to an authorization URL, without a browser: reads the pages, signs in, agrees, and
// gives back the address that the browser would be sent to.

import { ok, page, status } from './check.mjs';
import { answerOf, consent, follow, formFor, get, Jar, signIn } from './oauth.mjs';

/** Opens an authorization URL of ours: the first page, after our own redirects. */
export async function open(s, url, jar) {
	ok(String(url).startsWith(`${s.issuer}/`), `the authorization URL is ours: ${url}`);
	return follow(s, await get(s, String(url).slice(s.issuer.length), jar), jar);
}

/**
 * Opens an authorization URL, signs in where that is asked and answers the consent page: { jar, first, asked, answer }.
 * first is the page that came first, asked the consent page, answer the redirect (see answerOf).
 */
export async function visit(s, url, { jar = new Jar(), username = 'alice', choice = 'allow' } = {}) {
	const first = page(await open(s, url, jar), 200, 'the first page');
	let asked = first;
	if (formFor(first, 'login')) {
		const r = await signIn(s, first, jar, { username });
		status(r, 303, 'sign-in');
		asked = page(await follow(s, r, jar), 200, 'the page after the sign-in');
	}
	ok(formFor(asked, 'allow'), `a consent page: ${asked}`);
	const r = await consent(s, asked, jar, choice);
	status(r, 303, 'consent');
	return { jar, first, asked, answer: answerOf(r) };
}
