// SPDX-License-Identifier: ISC
//
// tls.mjs [FRONT...]: https in earnest. Each front serves with its own TLS, and over plain http on this machine behind nginx and
// behind lighttpd, which take the encryption off. A person signs in, a client calls a tool and listens; what a request says of
// its host and scheme changes nothing; plain http is refused; limits and the audit know who it is; and browsers are told to stay
// with https, once. Prints one line a check.

import { each, eq, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { listen } from '../lib/events.mjs';
import { LIGHTTPD } from '../lib/fronts.mjs';
import { freePort, start } from '../lib/harness.mjs';
import { raw } from '../lib/http.mjs';
import { SEARCH, call, toolResult } from '../lib/mcp.mjs';
import { Jar, authorize, authParams, follow, formFor, get, obtain, pkce, refresh, register, registerRaw, signIn, useToken } from '../lib/oauth.mjs';
import { NAME, STS, apacheTls, certificate, lighttpdTls, outside, proxy } from '../lib/tls.mjs';

const named = process.argv.slice(2);
const fronts = named.length ? named : ['fastcgi', 'cgi', 'apache-fcgid', 'htaccess'];
let failed = 0;

async function check(place, name, fn) {
	try {
		await fn();
		console.log(`ok - tls: ${name} (${place})`);
	} catch (e) {
		failed++;
		console.log(`not ok - tls: ${name} (${place}): ${String(e.message).replace(/\s*\n\s*/g, ' / ')}`);
	}
}

/** What a request may say of where it came to, all of it wrong. */
const LIES = {
	'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http', 'X-Forwarded-Port': '80', 'X-Forwarded-Server': 'evil.example', 'X-Original-Host': 'evil.example',
	'X-Host': 'evil.example', 'X-Original-URL': '/account', 'X-Rewrite-URL': '/account', Forwarded: 'for=203.0.113.9;host=evil.example;proto=http', 'Front-End-Https': 'off',
};

const METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/oauth-protected-resource/mcp', '/.well-known/openid-configuration'];
const field = (r, name) => r.all[name] ?? [];

async function readsRightly(t, headers) {
	const docs = [];
	for (const path of METADATA) {
		const r = status(await raw(t, { path, headers }), 200, path);
		lacks(r.text, /evil|http:/, path);
		docs.push(r.text);
	}
	eq(JSON.parse(docs[0]).issuer, t.issuer, 'issuer');
	eq(JSON.parse(docs[1]).resource, `${t.issuer}/mcp`, 'resource');
	const no = status(await useToken(t, undefined, headers), 401, 'without a token');
	match(no.headers['www-authenticate'], new RegExp(`resource_metadata="${t.issuer}/\\.well-known/`), 'the challenge');
	return docs;
}

const endpoints = (t) => [
	{ path: METADATA[0] }, { path: '/account' }, { path: '/authorize' }, { method: 'POST', path: '/token', body: 'x=y', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
	{ method: 'POST', path: '/register', body: '{', headers: { 'Content-Type': 'application/json' } }, { method: 'POST', path: '/mcp', body: '{}', headers: { 'Content-Type': 'application/json' } },
	{ method: 'OPTIONS', path: '/mcp', headers: { Origin: t.issuer, 'Access-Control-Request-Method': 'POST' } }, { method: 'DELETE', path: '/token' },
];

/** The checks of one place: t is the installation from outside, s the same over plain http; behind: is there a proxy? */
async function judge(place, t, s, behind) {
	let got;
	await check(place, 'metadata and challenges have the https address, whatever a request says of host and scheme', async () => {
		const plain = await readsRightly(t, {});
		for (const [name, value] of Object.entries(LIES)) eq(await readsRightly(t, { [name]: value }), plain, name);
		eq(await readsRightly(t, LIES), plain, 'all of them');
	});
	await check(place, 'a person signs in with cookies of https, and the client calls a tool, refreshes and listens', async () => {
		got = await obtain(t);
		ok([...got.jar.map.keys()].every((n) => n.startsWith('__Host-')) && got.jar.get('__Host-mcp_s'), `cookies: ${[...got.jar.map.keys()]}`);
		toolResult(await call(t, got.tokens.access_token, SEARCH, { query: 'text' }));
		status(await get(t, '/account', got.jar), 200, '/account');
		got.tokens = status(await refresh(t, got.client, got.tokens.refresh_token), 200, 'refresh').json;
		const stream = listen(t, got.tokens.access_token, { toolsListChanged: true });
		ok(await stream.until(() => stream.messages.length > 0, 20000), `an event while the stream is open: ${stream.raw.slice(0, 300)}`);
		stream.sock.destroy();
	});
	await check(place, 'redirects and forms stay on the https address under lies', async () => {
		const client = await register(t), jar = new Jar(), { challenge } = pkce();
		const asked = await authorize(t, authParams(t, client, { code_challenge: challenge }), jar, { headers: LIES });
		const page = await follow(t, asked, jar);
		ok(formFor(page, 'login'), `the sign-in page: ${page}`);
		lacks(page.text, /evil|http:\/\/mcp/, 'the page');
		const r = status(await signIn(t, page, jar, { headers: LIES }), 303, 'sign-in');
		ok(r.location.startsWith(`${t.issuer}/`) || /^\/(?!\/)/.test(r.location), `Location: ${r.location}`);
	});
	await check(place, 'plain http is refused by every program, whatever it says of itself', async () => {
		const mark = s.logMark(), before = s.counts().client;
		for (const headers of [{}, { 'X-Forwarded-Proto': 'https' }, { Forwarded: 'proto=https', 'X-Forwarded-For': '203.0.113.9', 'X-Forwarded-Ssl': 'on', 'Front-End-Https': 'on' }])
			await each(endpoints(t).filter((x) => x.method !== 'OPTIONS').map((x) => [x.path, x]), async (_, x) => {
				const r = status(await raw(s, { ...x, from: '127.0.0.2', host: new URL(t.url).host, headers: { ...x.headers, ...headers } }), 403, x.path);
				eq([field(r, 'strict-transport-security'), field(r, 'set-cookie')], [[], []], 'Strict-Transport-Security and cookies');
			});
		eq(s.counts().client, before, 'clients');
		match(s.log().slice(mark), /refused over plain http: see require_https/, 'the log');
		status(await raw(s, { path: METADATA[0] }), 403, 'from the address of the proxy, which says nothing');
	});
	await check(place, 'the audit and the limits know who it is, and believe nobody else', async () => {
		const who = async (from, headers) => {
			const name = `From ${from} ${Math.random()}`;
			const r = await registerRaw(t, { client_name: name, redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' }, { headers, from });
			if (r.status !== 201) return r.status;
			return s.sql(`SELECT address FROM audit WHERE client_id = '${r.json.client_id}' AND event = 'register'`)[0].address;
		};
		eq(await who('127.0.0.5', {}), '127.0.0.5', 'the client');
		eq(await who('127.0.0.5', { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.7', 'X-Real-IP': '203.0.113.7' }), '127.0.0.5', 'a client that says otherwise');
		eq(await who('127.0.0.6', { 'X-Forwarded-For': '127.0.0.1' }), '127.0.0.6', 'one that says to be the proxy');
		for (let i = 0, r; r !== 429; i++) ok((r = await who('127.0.0.7', { 'X-Forwarded-For': `203.0.113.${i}` })) === 429 || i < 8, 'an address with many registrations is held up');
		eq(await who('127.0.0.8', {}), '127.0.0.8', 'another one is not');
	});
	await check(place, 'Strict-Transport-Security is there, once', () => each(endpoints(t).map((x) => [`${x.method ?? 'GET'} ${x.path}`, x]), async (_, x) => {
		eq(field(await raw(t, x), 'strict-transport-security'), [STS], 'Strict-Transport-Security');
	}));
	if (behind)
		await check(place, 'without trusted_proxies nothing is served, and with require_https = auto the proxy is the client', async () => {
			s.setConf({ trusted_proxies: null });
			await s.restart();
			status(await raw(t, { path: METADATA[0] }), 403, 'require_https = on');
			s.setConf({ require_https: null });
			await s.restart();
			status(await raw(t, { path: METADATA[0] }), 200, 'require_https = auto');
			const r = status(await registerRaw(t, { client_name: 'Auto', redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'none' }, { from: '127.0.0.9' }), 201);
			eq(s.sql(`SELECT address FROM audit WHERE client_id = '${r.json.client_id}' AND event = 'register'`)[0].address, '127.0.0.1', 'address');
		});
}

/** More that an owner may have written himself about Strict-Transport-Security. */
async function notTwice(place, t, s, lines) {
	const SAID = 'max-age=600; includeSubDomains';
	for (const [what, more] of Object.entries(lines(SAID)))
		await check(place, `Strict-Transport-Security is there once if the owner writes it, too: ${what}`, async () => {
			s.web = more;
			await s.restart();
			for (const path of [METADATA[0], '/account', '/authorize'])
				oneOf(field(await raw(t, { path }), 'strict-transport-security'), what.startsWith('set') ? [[SAID]] : [[SAID], [STS]], path);
		});
}

const settings = (issuer, more) => ({ issuer, require_https: 'on', rate_limits: 'on', limit_register: '6/3600', limit_authorize: '1000/60', ...more });

const addFor = (how, value) => `setenv.${how}-response-header = ( "Strict-Transport-Security" => "${value}" )`;
const always = (value) => `Header always set Strict-Transport-Security "${value}"`;
const set = (value) => `Header set Strict-Transport-Security "${value}"`;

/** How the front gets TLS, and where else an owner may write the field. */
const WITH_TLS = {
	lighttpd: [(s, port, own) => lighttpdTls(port, own), (s, port, own) => (v) => ({
		'add, for the socket': lighttpdTls(port, own, [addFor('add', v)]), 'set, for the socket': lighttpdTls(port, own, [addFor('set', v)]),
		'add, for all': [...lighttpdTls(port, own), addFor('add', v)], 'set, for all': [...lighttpdTls(port, own), addFor('set', v)],
		'add, for the scheme': [...lighttpdTls(port, own), '$HTTP["scheme"] == "https" {', addFor('add', v), '}'],
	})],
	apache: [apacheTls, (s, port, own) => (v) => ({
		'set always, before': apacheTls(s, port, own, [[always(v)]]), 'set always, behind': apacheTls(s, port, own, [[], [always(v)]]),
		'set, before': apacheTls(s, port, own, [[set(v)]]), 'set, behind': apacheTls(s, port, own, [[], [set(v)]]),
	})],
};

async function ownTls(front) {
	const port = await freePort(), issuer = `https://${NAME}:${port}`, place = `${front}, own TLS`;
	const [tls, doubled] = WITH_TLS[LIGHTTPD.includes(front) ? 'lighttpd' : 'apache'];
	const s = await start({ front, settings: settings(issuer) });
	try {
		const own = certificate(s), t = outside(s, port, own);
		s.web = tls(s, port, own);
		await s.restart();
		await judge(place, t, s, false);
		await notTwice(place, t, s, doubled(s, port, own));
	} finally {
		await s.stop();
	}
}

async function behindProxy(front, kind) {
	const port = await freePort(), issuer = `https://${NAME}:${port}`, place = `${front} behind ${kind}`;
	const s = await start({ front, settings: settings(issuer, { trusted_proxies: '127.0.0.1' }) });
	let p;
	try {
		const own = certificate(s);
		p = await proxy(kind, s, port, own);
		await judge(place, outside(s, port, own), s, true);
	} finally {
		await p?.stop();
		await s.stop();
	}
}

for (const front of fronts) {
	for (const [place, run] of [['own TLS', () => ownTls(front)], ['nginx', () => behindProxy(front, 'nginx')], ['lighttpd', () => behindProxy(front, 'lighttpd')]])
		try {
			await run();
		} catch (e) {
			failed++;
			console.log(`not ok - tls: ${front}, ${place}: ${String(e.message).replace(/\s*\n\s*/g, ' / ')}`);
		}
}
process.exit(failed ? 1 : 0);
