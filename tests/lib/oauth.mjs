// SPDX-License-Identifier: ISC
//
// What an OAuth client and the browser of its user do, over raw HTTP: PKCE, registration, a cookie jar, the sign-in
// and consent forms filled in as they stand on the page, and the calls to the token and revocation endpoints.

import crypto from 'node:crypto';
import { ok, status, match } from './check.mjs';
import { parseForms } from './html.mjs';
import { formEncode, raw } from './http.mjs';

export { formEncode, raw } from './http.mjs';
export { parseForms, skeleton, tokenize, visibleText } from './html.mjs';

export const b64u = (bytes) => Buffer.from(bytes).toString('base64url');
export const sha256 = (text) => crypto.createHash('sha256').update(text).digest();
export const random = (n = 9) => b64u(crypto.randomBytes(n));

export function pkce(verifier = b64u(crypto.randomBytes(32))) {
	return { verifier, challenge: b64u(sha256(verifier)) };
}

const CRC = Array.from({ length: 256 }, (_, n) => {
	for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
	return n >>> 0;
});

export function crc32(text) {
	let c = 0xffffffff;
	for (const b of Buffer.from(text)) c = CRC[(c ^ b) & 255] ^ (c >>> 8);
	return (c ^ 0xffffffff) >>> 0;
}

/** The cookies of one browser. */
export class Jar {
	constructor(entries = []) {
		this.map = new Map(entries);
	}
	absorb(r) {
		for (const line of r.cookies) {
			const [pair, ...flags] = line.split(/;\s*/);
			const name = pair.slice(0, pair.indexOf('='));
			const value = pair.slice(name.length + 1);
			const dead = flags.some(
				(f) =>
					/^max-age=(0|-\d+)$/i.test(f) ||
					(/^expires=/i.test(f) && Date.parse(f.slice(8)) < Date.now()),
			);
			if (dead || value === '') this.map.delete(name);
			else this.map.set(name, value);
		}
		return r;
	}
	get(name) {
		return this.map.get(name);
	}
	copy() {
		return new Jar(this.map);
	}
	header() {
		if (!this.map.size) return {};
		return { Cookie: [...this.map].map(([n, v]) => `${n}=${v}`).join('; ') };
	}
}

export const cookieNames = (s) =>
	s.issuer.startsWith('https:')
		? { pre: '__Host-mcp_pre', session: '__Host-mcp_s' }
		: { pre: 'mcp_pre', session: 'mcp_s' };

/* ---- registration ---- */

export const LOOPBACK = 'http://127.0.0.1/cb';
export const HTTPS = 'https://c.example/cb';
export const TRUSTED = 'https://claude.ai/api/mcp/auth_callback';

export function registerRaw(s, body, { headers = {}, ...more } = {}) {
	const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
	return raw(s, {
		method: 'POST',
		path: '/register',
		body: text,
		headers: { 'Content-Type': 'application/json', ...headers },
		...more,
	});
}

let serial = 0;

/**
 * Registers a client and gives the answered metadata; public with a loopback redirect unless told otherwise. Each has
 * a name of its own, because the same public metadata always gives the same client.
 */
export async function register(s, metadata = {}) {
	const doc = {
		client_name: `Test client ${++serial}`,
		redirect_uris: [LOOPBACK],
		token_endpoint_auth_method: 'none',
		...metadata,
	};
	for (const k of Object.keys(doc)) if (doc[k] === undefined) delete doc[k];
	const r = await registerRaw(s, doc);
	status(r, 201, 'registration');
	return r.json;
}

/* ---- the browser ---- */

export const ownOrigin = (s) => ({
	Origin: s.issuer,
	'Sec-Fetch-Site': 'same-origin',
	'Sec-Fetch-Mode': 'navigate',
	'Sec-Fetch-Dest': 'document',
});

export async function get(s, path, jar = new Jar(), o = {}) {
	const { headers = {}, ...more } = o;
	return jar.absorb(await raw(s, { path, headers: { ...jar.header(), ...headers }, ...more }));
}

/** Follows redirects on our own origin, as a browser does, at most three. */
export async function follow(s, r, jar) {
	for (let n = 0; n < 3 && (r.status === 302 || r.status === 303); n++) {
		const to = r.headers.location;
		if (to.startsWith(s.issuer + '/')) r = await get(s, to.slice(s.issuer.length), jar);
		else if (/^\/(?![/\\])/.test(to)) r = await get(s, to, jar);
		else break;
	}
	return r;
}

export async function post(s, fields, jar = new Jar(), headers = {}, o = {}) {
	return jar.absorb(
		await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: typeof fields === 'string' || Buffer.isBuffer(fields) ? fields : formEncode(fields),
			headers: {
				'Content-Type': 'application/x-www-form-urlencoded',
				...ownOrigin(s),
				...jar.header(),
				...headers,
			},
			...o,
		}),
	);
}

/** The form of the page whose hidden field or button `action` has this value. */
export function formFor(r, action) {
	return parseForms(r.text).find(
		(f) => f.fields.action === action || f.buttons.some((b) => b.name === 'action' && b.value === action),
	);
}

/** Sends the form with that action to where it goes, as it stands but for `fields`. */
export async function submit(
	s,
	r,
	action,
	jar,
	{ fields = {}, headers = {}, form = formFor(r, action) } = {},
) {
	ok(form, `the page has a form with the action ${action}: ${r}`);
	ok(form.method === 'post', `the form is sent by POST (${form.method})`);
	return post(s, { ...form.fields, action, ...fields }, jar, headers, { path: form.action });
}

/** Fields of that form as a browser would send them. */
export function fieldsFor(r, action) {
	const form = formFor(r, action);
	ok(form, `the page has a form with the action ${action}: ${r}`);
	ok(form.method === 'post', `the form is sent by POST (${form.method})`);
	ok(form.action === '/authorize', `the form goes to /authorize (${form.action})`);
	return { ...form.fields, action };
}

export async function signIn(
	s,
	r,
	jar,
	{ username = 'alice', password = s.password, headers = {}, fields = {} } = {},
) {
	return post(s, { ...fieldsFor(r, 'login'), username, password, ...fields }, jar, headers);
}

export async function consent(s, r, jar, choice = 'allow', { headers = {}, fields = {} } = {}) {
	return post(s, { ...fieldsFor(r, choice), ...fields }, jar, headers);
}

/** Parameters of a correct authorization request; `more` overrides, null leaves out. */
export function authParams(s, client, more = {}) {
	const p = {
		response_type: 'code',
		client_id: client.client_id,
		redirect_uri: client.redirect_uris?.[0] ?? LOOPBACK,
		state: 'st-' + random(6),
		code_challenge_method: 'S256',
		resource: s.resource,
		...more,
	};
	return p;
}

/** What a web server may refuse in a URL before any program sees it. */
const UNFIT = /%[01][0-9A-F]|%7F|%(8|9|A|B|C|D|E|F)[0-9A-F]/;

/** Sends an authorization request: by GET, or by POST where a web server would not let the GET through. */
export async function authorize(s, params, jar = new Jar(), o = {}) {
	const query = typeof params === 'string' ? params : formEncode(params);
	if (s.front === 'inproc' || !UNFIT.test(query)) return get(s, `/authorize?${query}`, jar, o);
	const { headers = {}, ...more } = o;
	return jar.absorb(
		await raw(s, {
			method: 'POST',
			path: '/authorize',
			body: query,
			headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...jar.header(), ...headers },
			...more,
		}),
	);
}

/** Goes to the consent page: { client, jar, verifier, params, page }. Signs in on the way if need be. */
export async function toConsent(s, o = {}) {
	const client = o.client ?? (await register(s, o.metadata));
	const jar = o.jar ?? new Jar();
	const { verifier, challenge } = pkce(o.verifier);
	const params = authParams(s, client, {
		code_challenge: challenge,
		scope: o.scope ?? undefined,
		...('redirect_uri' in o ? { redirect_uri: o.redirect_uri } : {}),
		...('state' in o ? { state: o.state } : {}),
		...('resource' in o ? { resource: o.resource } : {}),
		...(o.params ?? {}),
	});
	let r = await follow(s, await authorize(s, params, jar), jar);
	if (r.status === 200 && formFor(r, 'login')) {
		r = await signIn(s, r, jar, { username: o.username, password: o.password });
		status(r, 303, 'sign-in');
		r = await follow(s, r, jar);
	}
	status(r, 200, 'consent page');
	ok(formFor(r, 'allow'), `a consent page: ${r}`);
	return { client, jar, verifier, challenge, params, page: r };
}

/** The answer in a redirect to the client: { to, query: {name: [values]}, one(name) }. */
export function answerOf(r) {
	const to = r.headers.location;
	ok(to !== undefined, `a redirect: ${r}`);
	const at = to.indexOf('?');
	const query = {};
	for (const [n, v] of new URLSearchParams(at < 0 ? '' : to.slice(at + 1))) (query[n] ??= []).push(v);
	return {
		to,
		query,
		base: at < 0 ? to : to.slice(0, at),
		one(name) {
			ok((query[name] ?? []).length === 1, `exactly one ${name} in ${to}`);
			return query[name][0];
		},
	};
}

/** The whole way to a code: { client, jar, verifier, params, code, redirect }. */
export async function obtainCode(s, o = {}) {
	const flow = await toConsent(s, o);
	const r = await consent(s, flow.page, flow.jar, 'allow');
	status(r, 303, 'consent');
	return { ...flow, code: answerOf(r).one('code'), redirect: r };
}

/* ---- the token and revocation endpoints ---- */

export function basic(id, secret) {
	const enc = (x) => encodeURIComponent(x).replace(/%20/g, '+');
	return { Authorization: 'Basic ' + Buffer.from(`${enc(id)}:${enc(secret)}`).toString('base64') };
}

export function token(s, params, headers = {}, o = {}) {
	const body = typeof params === 'string' || Buffer.isBuffer(params) ? params : formEncode(params);
	return raw(s, {
		method: 'POST',
		path: '/token',
		body,
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
		...o,
	});
}

/** Parameters by which the client names itself (and proves it, where its secret goes into the body). */
export function credentials(client) {
	if (client.token_endpoint_auth_method === 'client_secret_basic')
		return { params: {}, headers: basic(client.client_id, client.client_secret) };
	const params = { client_id: client.client_id };
	if (client.token_endpoint_auth_method === 'client_secret_post')
		params.client_secret = client.client_secret;
	return { params, headers: {} };
}

export function redeem(s, flow, more = {}, headers = {}) {
	const c = credentials(flow.client);
	return token(
		s,
		{
			grant_type: 'authorization_code',
			code: flow.code,
			redirect_uri: flow.params.redirect_uri,
			code_verifier: flow.verifier,
			...c.params,
			...more,
		},
		{ ...c.headers, ...headers },
	);
}

/** A complete sign-in: { client, jar, code, verifier, tokens, ... }. */
export async function obtain(s, o = {}) {
	const flow = await obtainCode(s, o);
	const r = await redeem(s, flow);
	status(r, 200, 'token request');
	return { ...flow, tokens: r.json, response: r };
}

export function refresh(s, client, refreshToken, more = {}, headers = {}, o = {}) {
	const c = credentials(client);
	return token(
		s,
		{ grant_type: 'refresh_token', refresh_token: refreshToken, ...c.params, ...more },
		{ ...c.headers, ...headers },
		o,
	);
}

export function revoke(s, client, what, more = {}, headers = {}) {
	const c = credentials(client);
	return raw(s, {
		method: 'POST',
		path: '/revoke',
		body: formEncode({ token: what, ...c.params, ...more }),
		headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...c.headers, ...headers },
	});
}

/** A small request to the MCP endpoint with this access token. */
export function useToken(s, accessToken, headers = {}, path = '/mcp') {
	return raw(s, {
		method: 'POST',
		path,
		content: true,
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
		headers: {
			'Content-Type': 'application/json',
			Accept: 'application/json, text/event-stream',
			'MCP-Protocol-Version': '2025-06-18',
			...(accessToken === undefined ? {} : { Authorization: `Bearer ${accessToken}` }),
			...headers,
		},
	});
}

export async function assertAlive(s, accessToken, what = 'access token') {
	const r = await useToken(s, accessToken);
	status(r, 200, `${what} should be accepted`);
	ok(r.json.result, `${what} should give a result: ${r}`);
}

export async function assertDead(s, accessToken, what = 'access token') {
	const r = await useToken(s, accessToken);
	status(r, 401, `${what} should be dead`);
	match(r.headers['www-authenticate'], /error="invalid_token"/, `${what}: challenge`);
}

/** The tool calls that need one scope each; tells which scopes a token really has. */
export async function allowedScopes(s, accessToken) {
	const calls = {
		'read:knowledge': ['search_knowledge_base', { query: 'x' }],
		'write:knowledge': ['create_document', {}],
	};
	const out = [];
	for (const [scope, [name, args]] of Object.entries(calls)) {
		const r = await raw(s, {
			method: 'POST',
			path: '/mcp',
			content: true,
			body: JSON.stringify({
				jsonrpc: '2.0',
				id: 1,
				method: 'tools/call',
				params: { name, arguments: args },
			}),
			headers: {
				'Content-Type': 'application/json',
				Accept: 'application/json, text/event-stream',
				'MCP-Protocol-Version': '2025-06-18',
				Authorization: `Bearer ${accessToken}`,
			},
		});
		status(r, [200, 403], `${name} with the token`);
		if (r.status === 200) out.push(scope);
	}
	return out;
}
