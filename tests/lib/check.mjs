// SPDX-License-Identifier: ISC
//
// The few checks that all tests use. A failure says what was looked at, what it was and what it should have been.

import { isDeepStrictEqual } from 'node:util';

const show = (v) => {
	const t =
		typeof v === 'string'
			? JSON.stringify(v)
			: v instanceof RegExp
				? String(v)
				: (JSON.stringify(v) ?? String(v));
	return t.length > 300 ? t.slice(0, 300) + '...' : t;
};

export function ok(cond, what) {
	if (!cond) throw new Error(what);
}

export function eq(got, want, what) {
	if (!isDeepStrictEqual(got, want)) throw new Error(`${what} is ${show(got)}, expected ${show(want)}`);
}

export function oneOf(got, list, what) {
	if (!list.some((x) => isDeepStrictEqual(got, x)))
		throw new Error(`${what} is ${show(got)}, expected one of ${show(list)}`);
}

export function match(text, re, what) {
	if (!re.test(String(text))) throw new Error(`${what} is ${show(text)}, expected ${re}`);
}

export function lacks(text, re, what) {
	const m = re.exec(String(text));
	if (m) throw new Error(`${what} has ${show(m[0])}`);
}

/** The answer has this status (or one of these). */
export function status(r, want, what = 'answer') {
	const list = [want].flat();
	if (!list.includes(r.status)) throw new Error(`${what}: expected ${list.join(' or ')}, got ${r}`);
	return r;
}

/** An OAuth error answer in JSON: this status, one of these codes, and nothing of a success. */
export function oauthError(r, want, codes, what = 'answer') {
	status(r, want, what);
	if (r.byServer) return r;
	match(r.headers['content-type'], /^application\/json$/i, `${what}: Content-Type`);
	match(r.headers['cache-control'], /no-store/, `${what}: Cache-Control`);
	const doc = r.json;
	if (codes) oneOf(doc.error, [codes].flat(), `${what}: error (${r})`);
	for (const k of Object.keys(doc))
		oneOf(k, ['error', 'error_description', 'error_uri'], `${what}: member of the error`);
	ok(typeof doc.error === 'string', `${what}: error is a string`);
	return r;
}

/** A page of our own with this status and without Location. */
export function page(r, want, what = 'page') {
	status(r, want, what);
	ok(r.headers.location === undefined, `${what}: has Location: ${r.headers.location}`);
	match(r.headers['content-type'], /^text\/html; ?charset=utf-8$/i, `${what}: Content-Type`);
	match(r.text, /^\s*<!doctype html>/i, `${what}: start of the page`);
	return r;
}

/** Where in the tests an error came up. */
export function placeOf(e) {
	const m = /([\w-]+\.test\.mjs):(\d+)/.exec(e.stack ?? '');
	return m ? ` (${m[1]}:${m[2]})` : '';
}

/** Fails with all that failed, after having run every case: a table of inputs is judged as a whole. */
export async function each(cases, test) {
	const bad = [];
	for (const one of cases) {
		const name = Array.isArray(one) ? one[0] : one;
		try {
			await test(...(Array.isArray(one) ? one : [one]));
		} catch (e) {
			bad.push(`[${show(name)}] ${e.message}${placeOf(e)}`);
		}
	}
	if (bad.length) throw new Error(bad.join(' | '));
}
