// SPDX-License-Identifier: ISC
//
// What web servers do to a request before a program sees it, each for real behind the one that does it: Authorization that arrives
// under other names or empty, a request target with a host of its own, bodies that break off.

import fs from 'node:fs';
import { each, eq, lacks, match, ok, status } from '../lib/check.mjs';
import { APACHE, REAL } from '../lib/fronts.mjs';
import { raw } from '../lib/http.mjs';
import { CREATE, challenge, meta, mirrored, modernResult, post } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { obtain, registerRaw } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';

const LIST = { jsonrpc: '2.0', id: 7, method: 'tools/list', params: { _meta: meta() } };
const list = (s, token, headers = {}, more = {}) => post(s, token, LIST, { ...mirrored('tools/list'), ...headers }, more);

/* ---- Authorization ---- */

const SET = /^SetEnvIf Authorization .*$/m;
const ROUTE = /^RewriteRule "\^\(mcp\|token.*$/m;

/** The ways in which a .htaccess can bring the field to a program; one hop names it REDIRECT_..., two REDIRECT_REDIRECT_... */
const WAYS = {
	'by the routing rule': (text) => text.replace(SET, '').replace(ROUTE, (l) => l.replace('[END]', '[E=HTTP_AUTHORIZATION:%{HTTP:Authorization},END]')),
	'by a rule for everything, empty where there is none': (text) => text.replace(SET, '').replace(/^RewriteEngine On$/m, '$&\nRewriteRule .* - [E=HTTP_AUTHORIZATION:%{HTTP:Authorization}]'),
	'by two hops': (text) => text.replace(SET, '').replace(ROUTE, (l) => `RewriteCond %{ENV:REDIRECT_STATUS} ^$\nRewriteRule "^mcp$" "second" [E=HTTP_AUTHORIZATION:%{HTTP:Authorization},L]\n`
		+ `RewriteRule "^second$" "mcp-cgi-bin/mcp" [L]\n${l}`).replace('RewriteRule "^mcp-cgi-bin(/|$)" "-" [R=404,END]', ''),
	'by its own name, from the configuration': (text) => text.replace(SET, 'CGIPassAuth On'),
};

row('BR-13', 'Authorization arrives by internal redirects, and an empty one is none', async (s) => {
	const token = await tokenFor(s), file = `${s.dir}/www/.htaccess`, shipped = fs.readFileSync(file, 'utf8');
	try {
		for (const [way, change] of Object.entries(WAYS)) {
			ok(change(shipped) !== shipped && !SET.test(change(shipped)), `${way}: another .htaccess`);
			fs.writeFileSync(file, change(shipped));
			modernResult(await list(s, token), 7, way);
			eq(challenge(status(await list(s, null), 401, `${way}, without a token`)).error, undefined, `${way}: error`);
			eq(challenge(status(await list(s, `${token.slice(0, -1)}x`), 401, `${way}, another token`)).error, 'invalid_token', `${way}: error`);
			eq(challenge(status(await list(s, null, { 'Redirect-Http-Authorization': `Bearer ${token}`, 'X-Authorization': `Bearer ${token}` }), 401, `${way}, other fields`)).error, undefined,
				`${way}: error`);
		}
		fs.writeFileSync(file, shipped.replace(SET, ''));
		status(await list(s, token), 401, 'kept back');
		match(s.log(), /without Authorization; if the client has sent it, Apache keeps it back/, 'the log');
	} finally {
		fs.writeFileSync(file, shipped);
	}
}, { own: true, fronts: ['htaccess-sub'] });

/* ---- the request target ---- */

row('EN-03', 'a request target with a foreign host: nothing of it comes back, and nothing is served for it', async (s) => {
	const got = await obtain(s), own = new URL(s.url).host;
	await each(['http://evil.example', 'https://evil.example:8443', `http://evil.example@${own}`, `http://${own}.evil.example`], async (origin) => {
		for (const host of [own, 'evil.example']) {
			const r = await raw(s, { path: `${origin}/.well-known/oauth-authorization-server`, host });
			if (r.status === 200) eq(r.json.issuer, s.issuer, 'issuer');
			lacks(r.text + JSON.stringify(r.list), /evil/, `${r.status} for ${host}`);
			const no = await list(s, undefined, {}, { path: `${origin}/mcp`, host });
			ok(no.status >= 400 && no.status < 500, `without a token: ${no}`);
			lacks(no.text + JSON.stringify(no.list), /evil/, `the challenge for ${host}`);
			const to = await raw(s, { path: `${origin}/authorize?client_id=${got.client.client_id}`, host });
			lacks(to.text + (to.location ?? ''), /evil/, `/authorize for ${host}`);
		}
	});
	modernResult(await list(s, got.tokens.access_token, {}, { path: `${s.url}/mcp` }), 7, 'with our own host');
	const well = status(await raw(s, { path: `${s.url}/.well-known/oauth-protected-resource/mcp` }), 200, 'metadata with our own host');
	eq(well.json.resource, s.resource, 'resource');
}, { fronts: REAL });

/* ---- bodies that break off ---- */

const message = (word) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: CREATE, arguments: { title: word, content: 'x'.repeat(2000) }, _meta: meta() } });
const HEAD = (token) => ({ 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', Authorization: `Bearer ${token}`, ...mirrored('tools/call', { name: CREATE }) });
const documents = (s) => s.sql('SELECT count(*) AS n FROM document')[0].n;

row('EN-02', 'an upload that breaks off after 100 of 2000 bytes does nothing, however the server hands it on', async (s) => {
	const token = await tokenFor(s), clients = () => s.counts().client, before = [documents(s), clients()];
	const body = message('Broken off'), chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
	const doc = JSON.stringify({ client_name: 'Broken off', redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none', software_id: 'x'.repeat(1900) });
	for (const [path, text, headers] of [['/mcp', body, HEAD(token)], ['/register', doc, { 'Content-Type': 'application/json' }]])
		for (const finish of ['half', 'drop']) {
			const ask = (o) => raw(s, { method: 'POST', path, finish, silent: true, timeout: 40000, dropAfter: 200, allow: [500, 502, 503], ...o });
			// what has come may be whole by itself: the length alone says that it is not
			for (const come of [text.slice(0, 100), text.replace(/x{99,}/, 'x')]) {
				const sized = await ask({ headers, body: come, length: 2000 });
				if (sized) ok(sized.status >= 400, `${path}, ${come.length} bytes with a length: ${sized}`);
			}
			const bytes = `POST ${path} HTTP/1.1\r\nHost: ${new URL(s.url).host}\r\nConnection: close\r\n`
				+ Object.entries({ ...headers, 'Transfer-Encoding': 'chunked' }).map(([n, v]) => `${n}: ${v}\r\n`).join('') + '\r\n';
			for (const come of [text.slice(0, 100), text.replace(/x{99,}/, 'x')]) {
				const chunked = await ask({ bytes: Buffer.from(bytes + chunk(come)) });
				if (chunked) ok(chunked.status >= 400, `${path}, ${come.length} bytes in chunks: ${chunked}`);
			}
		}
	modernResult(await list(s, token), 7, 'the next request');
	status(await registerRaw(s, doc.replace('Broken off', 'Whole')), 201, 'the whole one');
	modernResult(await post(s, token, message('Whole'), HEAD(token), { chunked: true }), 1, 'the whole one in chunks');
	eq([documents(s) - before[0], clients() - before[1]], [1, 1], 'documents and clients that are new');
}, { fronts: REAL, own: true });

row('EN-12', 'tokens and sessions outlive a restart of the web server', async (s) => {
	const got = await obtain(s);
	for (let i = 0; i < 2; i++) {
		await s.restart();
		modernResult(await list(s, got.tokens.access_token), 7, 'the token');
		status(await raw(s, { path: '/account', headers: got.jar.header() }), 200, 'the session');
	}
}, { fronts: ['fastcgi', 'cgi', ...APACHE], own: true });
