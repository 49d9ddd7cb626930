// SPDX-License-Identifier: ISC
//
// What must hold for every answer of every program, whatever was asked: no server error but the documented 503, no
// trace of the inside, strict JSON, no-store where credentials pass, redirects only to ourselves or to a registered
// place, cookies with all their flags, pages with all their headers. A breach is an error of the request itself, so
// that every test of the suite checks them.

import { APACHE, NGINX } from './fronts.mjs';
import { tokenize } from './html.mjs';

class Breach extends Error {
	constructor(id, r, text) {
		super(`${id}: ${text}; ${r.request.method} ${r.request.path.slice(0, 160)} -> ${r}`);
		this.name = 'Breach';
	}
}

const INSIDE = [
	/\/tmp\//,
	/\/usr\/(lib|share|bin)\//,
	/\/etc\//,
	/mcp\.db/,
	/mcp-cgi\.conf/,
	/\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|BEGIN IMMEDIATE)\b\s+\S/,
	/sqlite/i,
	/openssl/i,
	/json-c/i,
	/libfcgi/i,
	/\b[a-z_]+\.[ch]:\d+/,
	/AddressSanitizer|runtime error:|LeakSanitizer/,
	/Segmentation fault|core dumped|Assertion .* failed|stack trace|Traceback/i,
	/mcp-cgi[ /]\d+\.\d+/,
	/\(null\)/,
];

const ERROR_TEXT = /^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/;
const NO_STORE_PATHS = /^\/(token|register|revoke|introspect|authorize|account)(\/|\?|$)/;

/** An error page that the web server wrote itself (bad request line, too long header, unknown method, ...). */
export function isServersOwn(s, r) {
	if (s.front === 'inproc') return r.status === 404 && r.text === '' && !r.headers['content-type'];
	if (APACHE.includes(s.front)) return /^(text\/html; ?charset=iso-8859-1|message\/http)$/i.test(r.headers['content-type'] ?? '');
	if (NGINX.includes(s.front) && /^(<html>\r\n<head><title>\d{3} |An error occurred while reading CGI reply)/.test(r.text)) return true;
	return (
		r.text.startsWith('<?xml version="1.0" encoding="iso-8859-1"?>') ||
		([400, 413, 414, 417, 431, 501, 505].includes(r.status) &&
			r.text === '' &&
			!r.headers['content-type'])
	);
}

export function inspectResponse(s, r, o = {}) {
	r.byServer = isServersOwn(s, r);
	checkStatus(s, r, o);
	checkInside(r, o);
	checkBody(r);
	checkNoStore(r);
	learnRedirects(s, r);
	checkRedirect(s, r);
	checkCookies(s, r);
	if (!r.byServer && /^text\/html\b/i.test(r.headers['content-type'] ?? '')) checkPage(r);
	learnSecrets(s, r, o);
	s.answers = (s.answers ?? 0) + 1;
}

function checkStatus(s, r, o) {
	if (r.status < 500 || (r.byServer && (o.allow ?? []).includes(r.status))) return;
	if (r.status === 503) {
		if (!/^\d+$/.test(r.headers['retry-after'] ?? ''))
			throw new Breach('IV-01', r, '503 without Retry-After');
		return;
	}
	if ((o.allow ?? []).includes(r.status)) return;
	throw new Breach('IV-01', r, `status ${r.status}`);
}

function checkInside(r, o) {
	if (o.content || r.byServer) return;
	// which file the operator has to edit is what the page of set-up is about
	const text = r.request?.path.startsWith('/setup') ? r.text.replaceAll('mcp-cgi.conf', '') : r.text;
	for (const re of INSIDE) {
		const m = re.exec(text);
		if (m) throw new Breach('IV-01', r, `the body shows the inside: ${JSON.stringify(m[0])}`);
	}
	for (const [name, value] of r.list) {
		if (/^(location|set-cookie|server|date)$/i.test(name)) continue;
		for (const re of INSIDE)
			if (re.test(value)) throw new Breach('IV-01', r, `the header ${name} shows the inside`);
		if (/^x-powered-by$/i.test(name)) throw new Breach('IV-01', r, 'X-Powered-By');
	}
	const bad = r.list.find(([, v]) => /[\x00-\x08\x0a-\x1f\x7f]/.test(v));
	if (bad) throw new Breach('IV-01', r, `control character in the header ${bad[0]}`);
	for (const one of [
		'content-type',
		'content-length',
		'location',
		'cache-control',
		'www-authenticate',
		'retry-after',
	])
		if ((r.all[one] ?? []).length > 1) throw new Breach('IV-01', r, `${one} more than once`);
}

function checkBody(r) {
	if (r.byServer) return;
	const type = r.headers['content-type'] ?? '';
	if ((r.request.method === 'HEAD' || r.status === 204) && r.body.length)
		throw new Breach('IV-01', r, 'a body where there can be none');
	if (r.body.length && !type) throw new Breach('IV-02', r, 'a body without Content-Type');
	if (!/json/i.test(type)) {
		if (/^\s*[{[]/.test(r.text)) throw new Breach('IV-02', r, 'JSON that is not said to be JSON');
		return;
	}
	if (!/^application\/json$/i.test(type)) throw new Breach('IV-02', r, `Content-Type ${type}`);
	if (r.headers['x-content-type-options'] !== 'nosniff')
		throw new Breach('IV-02', r, 'JSON without nosniff');
	if (!r.body.length && r.request.method === 'HEAD') return;
	if (!Buffer.from(r.text, 'utf8').equals(r.body)) throw new Breach('IV-02', r, 'JSON that is not UTF-8');
	let doc;
	try {
		doc = JSON.parse(r.text);
	} catch (e) {
		throw new Breach('IV-02', r, `not JSON (${e.message})`);
	}
	if (typeof doc?.error === 'string') {
		for (const field of ['error', 'error_description', 'error_uri'])
			if (doc[field] !== undefined && !ERROR_TEXT.test(doc[field]))
				throw new Breach('IV-02', r, `${field} has a character outside the allowed set`);
	}
}

function checkNoStore(r) {
	if (r.byServer || (r.request.method === 'OPTIONS' && r.status === 204)) return;
	if (!NO_STORE_PATHS.test(r.request.path) && r.status !== 401 && r.status !== 403) return;
	const cc = r.headers['cache-control'] ?? '';
	if (!/(^|,\s*)no-store(\s*,|$)/i.test(cc))
		throw new Breach('IV-03', r, `Cache-Control is ${JSON.stringify(cc)}`);
}

function learnRedirects(s, r) {
	if (!r.request.path.startsWith('/register') || !['200 PUT', '201 POST'].includes(`${r.status} ${r.request.method}`))
		return;
	s.redirects ??= new Set();
	for (const uri of JSON.parse(r.text).redirect_uris ?? []) s.redirects.add(uri);
}

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?(?=[/?]|$)/;

/** Whether `to` is the registered `uri` (a loopback one with any port) with something appended to its query. */
export function leadsTo(to, uri) {
	const plain = (x) => x.replace(LOOPBACK, (m, host) => `http://${host}`);
	const [a, b] = LOOPBACK.test(uri) && LOOPBACK.test(to) ? [plain(to), plain(uri)] : [to, uri];
	return a === b || a.startsWith(b + (b.includes('?') ? '&' : '?'));
}

function checkRedirect(s, r) {
	const to = r.headers.location;
	if (to === undefined) {
		if (r.status >= 300 && r.status < 400) throw new Breach('IV-04', r, 'a redirect without Location');
		return;
	}
	if (r.status !== 302 && r.status !== 303)
		throw new Breach('IV-04', r, `Location with status ${r.status}`);
	if (!/^[\x21-\x7e]+$/.test(to)) throw new Breach('IV-04', r, 'Location has characters that no URL has');
	if (to.startsWith(s.issuer + '/') || /^\/(?![/\\])/.test(to)) return;
	for (const uri of s.redirects ?? []) if (leadsTo(to, uri)) return;
	throw new Breach('IV-04', r, 'Location is neither our own nor registered');
}

function checkCookies(s, r) {
	const secure = s.issuer.startsWith('https:');
	for (const line of r.cookies) {
		const [pair, ...rest] = line.split(/;\s*/);
		const name = pair.slice(0, pair.indexOf('='));
		const flags = rest.map((x) => x.toLowerCase());
		const names = secure ? ['__Host-mcp_pre', '__Host-mcp_s'] : ['mcp_pre', 'mcp_s'];
		if (!names.includes(name)) throw new Breach('LG-02', r, `cookie of another name: ${name}`);
		for (const need of ['httponly', 'samesite=lax', 'path=/'])
			if (!flags.includes(need)) throw new Breach('LG-02', r, `cookie ${name} without ${need}`);
		if (flags.includes('secure') !== secure)
			throw new Breach('LG-02', r, `cookie ${name}: Secure is wrong`);
		if (flags.some((f) => f.startsWith('domain')))
			throw new Breach('LG-02', r, `cookie ${name} with Domain`);
	}
}

const PAGE = {
	'x-frame-options': /^DENY$/i,
	'x-content-type-options': /^nosniff$/,
	'referrer-policy': /^same-origin$/,
	'cache-control': /(^|,\s*)no-store(\s*,|$)/,
	'cross-origin-opener-policy': /^same-origin$/,
};

function checkPage(r) {
	for (const [name, re] of Object.entries(PAGE))
		if (!re.test(r.headers[name] ?? ''))
			throw new Breach('LG-14', r, `page with ${name}: ${r.headers[name]}`);
	const csp = r.headers['content-security-policy'] ?? '';
	for (const need of [/default-src 'none'/, /base-uri 'none'/, /frame-ancestors 'none'/])
		if (!need.test(csp)) throw new Breach('LG-14', r, `page with Content-Security-Policy: ${csp}`);
	if (/unsafe|script-src|data:|\*/.test(csp))
		throw new Breach('LG-14', r, `lax Content-Security-Policy: ${csp}`);
	if ((r.all['access-control-allow-origin'] ?? []).length) throw new Breach('LG-14', r, 'CORS on a page');
	if (r.request.method === 'HEAD') return;
	for (const t of tokenize(r.text)) {
		if (t.kind !== 'open') continue;
		if (['script', 'iframe', 'object', 'embed', 'base'].includes(t.name))
			throw new Breach('LG-14', r, `page with <${t.name}>`);
		for (const [n, v] of Object.entries(t.attrs)) {
			if (/^on/.test(n) || n === 'style' || n === 'srcdoc')
				throw new Breach('LG-14', r, `page with the attribute ${n}`);
			if (
				/^(href|src|action|formaction)$/.test(n) &&
				/^[\s\x00-\x20]*(javascript|data|vbscript)\s*:/i.test(v)
			)
				throw new Breach('LG-14', r, `page with ${n}=${v}`);
		}
	}
}

/** Remembers every credential that went over the wire, so that the end of the run can look for it where it must not be. */
function learnSecrets(s, r, o) {
	s.secrets ??= new Set();
	const text = r.text + '\n' + (r.headers.location ?? '') + '\n' + r.cookies.join('\n');
	for (const m of text.matchAll(/mcp[arcsm]_[A-Za-z0-9_-]{43,}/g)) s.secrets.add(m[0]);
	for (const line of r.cookies) {
		const m = /^[^=]+=([^;]+)/.exec(line);
		if (m && m[1].length >= 20) s.secrets.add(m[1]);
	}
}
