// SPDX-License-Identifier: ISC
//
// Clients that are an https address: their document is fetched when a person who is signed in is to be asked, and never
// otherwise; everything about address, fetch and document that is not right ends on one and the same page.

import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { WITH_WORKERS } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { start } from '../lib/harness.mjs';
import { each, eq, lacks, match, oauthError, ok, oneOf, page, status } from '../lib/check.mjs';
import { startDocuments, wrapFetch } from '../lib/documents.mjs';
import { assertion, jwks, keyPair, proof } from '../lib/jwt.mjs';
import { clients, ctl, referenceOf, traces } from '../lib/operator.mjs';
import {
	answerOf,
	assertAlive,
	authorize,
	authParams,
	consent,
	fieldsFor,
	follow,
	formFor,
	HTTPS,
	Jar,
	LOOPBACK,
	obtain,
	pkce,
	redeem,
	refresh,
	register,
	revoke,
	signIn,
	toConsent,
	token,
	tokenize,
	TRUSTED,
	visibleText,
} from '../lib/oauth.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mcp-cgi-documents-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const web = await startDocuments({ dir: folder });

const TRUST = { cimd_ca_file: web.caFile };
const SHARED = { settings: TRUST };
const OWN = { own: true, settings: TRUST };
let serial = 0;

/** A path that no other test has. */
const fresh = (name = 'client.json') => `/d${++serial}/${name}`;
const asked = (at) => web.requests.filter((r) => r.path === at).length;

/** Puts a document where nothing was before, and gives the client: { client_id, redirect_uris, at }. */
function publish(more = {}, { at = fresh(), headers = {}, url = web.url(at), ...answer } = {}) {
	const doc = {
		client_id: url,
		client_name: `Remote ${serial}`,
		redirect_uris: [TRUSTED],
		token_endpoint_auth_method: 'none',
		grant_types: ['authorization_code', 'refresh_token'],
		response_types: ['code'],
		...more,
	};
	for (const k of Object.keys(doc)) if (doc[k] === undefined) delete doc[k];
	web.set(at, { body: doc, headers, ...answer });
	return { ...doc, client_id: url, redirect_uris: doc.redirect_uris, at, doc };
}

/** A browser in which somebody is signed in. */
async function signedIn(s) {
	s.signedIn ??= toConsent(s).then((flow) => flow.jar);
	return (await s.signedIn).copy();
}

/** Asks for this client in a signed-in browser: { r, jar, verifier, params, client }. */
async function visit(s, client, { jar, redirect_uri, ...more } = {}) {
	const to = redirect_uri ?? client.redirect_uris?.[0] ?? TRUSTED;
	s.redirects.add(to);
	jar ??= await signedIn(s);
	const { verifier, challenge } = pkce();
	const params = authParams(s, client, { redirect_uri: to, code_challenge: challenge, ...more });
	const r = await follow(s, await authorize(s, params, jar), jar);
	return { r, jar, verifier, params, client, page: r };
}

async function offered(s, client, o) {
	const flow = await visit(s, client, o);
	status(flow.r, 200, 'consent page');
	ok(formFor(flow.r, 'allow'), `a consent page: ${flow.r}`);
	return flow;
}

/** The page of a refusal without its reference, the same for every reason. */
function faceOf(r) {
	const id = referenceOf(r);
	ok(id, `the page has a reference: ${visibleText(r.text)}`);
	return r.text.replaceAll(id, 'REFERENCE');
}

async function turnedAway(s, client, o, what = 'answer') {
	const { r } = await visit(s, client, o);
	page(r, 400, what);
	ok(!formFor(r, 'allow'), `${what}: nothing to agree to`);
	lacks(r.text, /mcpc_/, what);
	s.face ??= faceOf(r);
	eq(faceOf(r), s.face, `${what}: page without its reference`);
	return r;
}

async function complete(s, flow, more = {}) {
	const code = answerOf(await consent(s, flow.page, flow.jar)).one('code');
	const r = await redeem(
		s,
		{ ...flow, client: { ...flow.client, token_endpoint_auth_method: 'none' }, code },
		more,
	);
	status(r, 200, 'token request');
	return { ...flow, code, tokens: r.json };
}

row(
	'CI-01',
	'a document is as good as a registration: the page names client, its host and the way back',
	async (s) => {
		const client = publish({ client_name: 'Remote & <Notes>' });
		const flow = await offered(s, client);
		const text = visibleText(flow.r.text);
		ok(text.includes('Remote & <Notes>'), `client_name: ${text}`);
		ok(
			text.includes(`127.0.0.1:${web.port}`) || text.includes('127.0.0.1'),
			`host of the client_id: ${text}`,
		);
		ok(text.includes('claude.ai'), `host of the redirect: ${text}`);
		const got = await complete(s, flow);
		await assertAlive(s, got.tokens.access_token);
		match(got.tokens.refresh_token, /^mcpr_/, 'refresh_token');
		const own = { client_id: client.client_id };
		status(await refresh(s, own, got.tokens.refresh_token), 200, 'refresh');
		eq(asked(client.at), 1, 'requests for the document');
		const req = web.requests.find((r) => r.path === client.at);
		eq(req.method, 'GET', 'method');
		match(req.headers.accept, /application\/json/, 'Accept');
		eq(req.headers['accept-encoding'], undefined, 'Accept-Encoding');
		for (const h of ['cookie', 'authorization', 'referer', 'origin']) eq(req.headers[h], undefined, h);
		lacks(JSON.stringify(req.headers), /st-|alice|mcp[a-z]_/, 'headers of the fetch');
		status(await revoke(s, own, got.tokens.access_token), 200, 'revocation');
	},
	SHARED,
);

row(
	'CI-01',
	'its code and its tokens are bound to the address',
	async (s) => {
		const [a, b] = [publish(), publish()];
		const flow = await offered(s, a);
		const code = answerOf(await consent(s, flow.page, flow.jar)).one('code');
		await complete(s, await offered(s, b));
		const other = await register(s, { redirect_uris: [TRUSTED] });
		for (const client of [b, other])
			oauthError(
				await redeem(s, { ...flow, code, client: { client_id: client.client_id } }),
				400,
				'invalid_grant',
				"in another client's hand",
			);
		const r = await redeem(s, { ...flow, code, client: { client_id: a.client_id } });
		status(r, 200, 'in its own');
		oauthError(
			await refresh(s, { client_id: b.client_id }, r.json.refresh_token),
			400,
			'invalid_grant',
			"another client's refresh",
		);
		oauthError(
			await token(s, {
				grant_type: 'refresh_token',
				refresh_token: r.json.refresh_token,
				client_id: web.url(fresh()),
			}),
			[400, 401],
			['invalid_client', 'invalid_grant'],
			'an address that nobody knows',
		);
		eq(asked(a.at), 1, 'requests for the document');
	},
	SHARED,
);

row(
	'CI-01',
	'loopback redirects of a document match on any port, and grants it does not list are not given',
	async (s) => {
		const client = publish({ redirect_uris: [LOOPBACK], grant_types: ['authorization_code'] });
		const flow = await offered(s, client, { redirect_uri: 'http://127.0.0.1:50505/cb' });
		const got = await complete(s, flow);
		ok(!('refresh_token' in got.tokens), 'no refresh_token');
		await turnedAway(s, client, { redirect_uri: 'http://127.0.0.1:50505/other' });
	},
	SHARED,
);

row(
	'CI-02',
	'an address that is not spelled as it must be is refused unseen',
	async (s) => {
		const base = `https://127.0.0.1:${web.port}`;
		const tail = fresh();
		const cases = [
			`http://127.0.0.1:${web.port}${tail}`,
			base,
			`${base}/`,
			`${base}/./x.json`,
			`${base}/a/../x.json`,
			`${base}/a/..`,
			`${base}/.`,
			`${base}/a/%2e%2e/x.json`,
			`${base}/a/%2E./x.json`,
			`${base}/%2e/x.json`,
			`${base}${tail}#f`,
			`${base}${tail}#`,
			`https://user@127.0.0.1:${web.port}${tail}`,
			`https://user:word@127.0.0.1:${web.port}${tail}`,
			`https://@127.0.0.1:${web.port}${tail}`,
			`HTTPS://127.0.0.1:${web.port}${tail}`,
			`Https://127.0.0.1:${web.port}${tail}`,
			`https://127.0.0.1:0${tail}`,
			`https://127.0.0.1:65536${tail}`,
			`https://127.0.0.1:x${tail}`,
			`https://127.0.0.1:-1${tail}`,
			`${base}${tail}?x=y`,
			`${base}${tail}?`,
			`${base}/${'x'.repeat(2049 - base.length)}`,
			`${base}${tail} `,
			` ${base}${tail}`,
			`${base}\\x.json`,
			`${base}/a b.json`,
			`${base}/a\tb`,
			`${base}/caf\u00e9.json`,
			`https:/127.0.0.1:${web.port}${tail}`,
			`https:127.0.0.1:${web.port}${tail}`,
			'https://',
			`https:///${tail}`,
			`https://:${web.port}${tail}`,
			`https://[::1${tail}`,
			`https://127.0.0.1:${web.port}:1${tail}`,
			`https://exa mple${tail}`,
		];
		const before = web.requests.length;
		const jar = await signedIn(s);
		await each(
			cases.map((x) => [x]),
			async (client_id) => {
				const params = authParams(
					s,
					{ client_id },
					{ redirect_uri: TRUSTED, code_challenge: pkce().challenge },
				);
				for (const who of [new Jar(), jar]) {
					const r = await follow(s, await authorize(s, params, who), who);
					page(r, [400, 414]);
					ok(!formFor(r, 'login') && !formFor(r, 'allow'), 'nothing to fill in');
				}
			},
		);
		eq(
			web.requests.slice(before).filter((r) => r.path.startsWith(path.dirname(tail))).length,
			0,
			'requests',
		);
		const long = publish({}, { at: `/${'y'.repeat(2048 - base.length - 1)}` });
		eq(long.client_id.length, 2048, 'length of the longest address');
		await offered(s, long);
	},
	SHARED,
);

row(
	'CI-03',
	'the document names its own address, byte for byte',
	async (s) => {
		const changes = {
			'slash at the end': (u) => u + '/',
			'host in upper case': (u) => u.replace('localhost', 'LOCALHOST'),
			'scheme in upper case': (u) => u.replace('https', 'HTTPS'),
			'percent for ~': (u) => u.replace('~', '%7E'),
			'small percent': (u) => u.replace('~', '%7e'),
			'default port': (u) => u.replace(/:\d+/, ':443'),
			'no port': (u) => u.replace(/:\d+/, ''),
			'other path': (u) => u + 'x',
			query: (u) => u + '?a=1&b=2',
			fragment: (u) => u + '#f',
			'blank after': (u) => u + ' ',
			'NUL after': (u) => u + '\u0000',
			'another host': (u) => u.replace('localhost', '127.0.0.1'),
		};
		await each(Object.entries(changes), async (name, change) => {
			const at = fresh('~client.json');
			const url = web.url(at, 'localhost');
			const client = publish({ client_id: change(url) }, { at, url });
			for (let i = 0; i < 2; i++) page((await visit(s, { ...client, client_id: url })).r, 400);
			eq(asked(at), 2, 'requests, because nothing of it is kept');
		});
		await each(['number', 'list', 'missing'], async (kind) => {
			const at = fresh();
			const url = web.url(at);
			publish({ client_id: { number: 5, list: [url], missing: undefined }[kind] }, { at });
			page((await visit(s, { client_id: url })).r, 400, kind);
		});
		const at = fresh('~client.json');
		const url = web.url(at, 'localhost');
		await offered(s, publish({ client_id: url }, { at, url }));
	},
	SHARED,
);

/* ---- where nothing is ever fetched ---- */

const PRIVATE = [
	'127.0.0.1',
	'127.1.2.3',
	'10.0.0.1',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'169.254.169.254',
	'100.64.0.1',
	'0.0.0.0',
	'0.1.2.3',
	'192.0.2.1',
	'198.18.0.1',
	'224.0.0.1',
	'240.0.0.1',
	'255.255.255.255',
	'::1',
	'::',
	'fc00::1',
	'fd12::1',
	'fe80::1',
	'ff02::1',
	'::ffff:127.0.0.1',
	'::ffff:10.0.0.1',
	'::127.0.0.1',
	'64:ff9b::7f00:1',
	'64:ff9b:1::1',
	'2002:7f00:1::',
	'2001:0:7f00:1::',
	'2001:db8::1',
	'fe80::5efe:7f00:1',
];

row(
	'CI-04',
	'addresses that are not of the public network are not connected to',
	async (s) => {
		const seen = [];
		const trap = net.createServer((sock) => {
			seen.push(sock.localAddress);
			sock.destroy();
		});
		await new Promise((done) => trap.listen(0, '::', done));
		const { port } = trap.address();
		const spelled = PRIVATE.map((a) => (a.includes(':') ? `[${a}]` : a));
		const odd = [
			'2130706433',
			'0x7f000001',
			'0177.0.0.1',
			'127.1',
			'127.0.1',
			'0',
			'127.0.0.1.',
			'localhost',
			'localhost.',
		];
		const since = Date.now();
		await each(
			[...spelled, ...odd].map((x) => [x]),
			async (host) => turnedAway(s, { client_id: `https://${host}:${port}/client.json` }, {}, host),
		);
		ok(Date.now() - since < 60000, 'no address is waited for'); // one alone would take seconds, and there are dozens
		trap.close();
		eq(seen, [], 'connections');
	},
	{ settings: { ...TRUST, issuer: 'https://mcp.example' } },
);

row(
	'CI-04',
	'nor are names that lead there, whatever else they lead to',
	async () => {
		const s = await start({
			front: 'fastcgi',
			settings: { ...TRUST, issuer: 'https://mcp.example' },
			ownPrograms: true,
		});
		const w = wrapFetch(s.programs, { hosts: { 'c.example': '93.184.216.34' } });
		try {
			const at = fresh();
			const url = web.url(at, 'c.example');
			const client = publish({}, { at, url, headers: { 'Cache-Control': 'no-store' } });
			await offered(s, client);
			ok(
				w.log().some((l) => l.startsWith('connect 93.184.216.34')),
				`the control: ${w.log()}`,
			);
			await each(
				[
					...PRIVATE,
					'93.184.216.34,127.0.0.1',
					'10.0.0.1,93.184.216.34',
					'2606:2800:220:1::1,::1',
					'none',
				].map((x) => [x]),
				async (address) => {
					w.forget();
					w.hosts({ 'c.example': address });
					await turnedAway(s, client);
					eq(
						w.log().filter((l) => l.startsWith('connect')),
						[],
						'connections',
					);
				},
			);
			w.forget();
			w.hosts({ 'c.example': ['93.184.216.34', '127.0.0.1'] });
			await visit(s, client);
			ok(
				!w.log().some((l) => /^connect (127|::1)/.test(l)),
				`the address that was looked at is the one: ${w.log()}`,
			);
			eq(w.log().filter((l) => l.startsWith('resolve')).length, 1, 'questions for the name');
		} finally {
			await s.stop();
		}
	},
	{ own: 'none', fronts: WITH_WORKERS },
);

row(
	'CI-04',
	'under a loopback issuer only loopback is let in beside the public network',
	async (s) => {
		await offered(s, publish());
		const at = fresh();
		const url = web.url(at, '[::1]');
		await offered(s, publish({}, { at, url }));
		for (const host of [
			'10.0.0.1',
			'192.168.1.1',
			'169.254.169.254',
			'[fe80::1]',
			'0.0.0.0',
			'[::ffff:10.0.0.1]',
		])
			await turnedAway(s, { client_id: `https://${host}:${web.port}/client.json` }, {}, host);
	},
	SHARED,
);

/* ---- answers ---- */

row(
	'CI-07',
	'a redirect is not followed',
	async (s) => {
		const target = publish();
		for (const code of [301, 302, 303, 307, 308]) {
			for (const to of [
				target.client_id,
				'http://127.0.0.1/x',
				'https://10.0.0.1/',
				'/other',
				target.at,
			]) {
				const client = publish({}, { status: code, headers: { Location: to } });
				await turnedAway(s, client, {}, `${code} to ${to}`);
				eq(asked(client.at), 1, 'requests');
			}
		}
		eq(asked(target.at), 0, 'requests at the place that it points to');
	},
	SHARED,
);

row(
	'CI-08',
	'any other answer than a JSON object with status 200 is none',
	async (s) => {
		const cases = [201, 202, 203, 204, 206, 304, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503].map(
			(code) => [`status ${code}`, {}, { status: code }],
		);
		cases.push(
			['HTML', {}, { headers: { 'Content-Type': 'text/html' } }],
			['text', {}, { headers: { 'Content-Type': 'text/plain' } }],
			['no type', {}, { headers: { 'Content-Type': null } }],
			['a type that begins like it', {}, { headers: { 'Content-Type': 'application/jsonp' } }],
			['empty', {}, { body: '' }],
			['no JSON', {}, { body: 'x' }],
			['a list', {}, { body: '[]' }],
			['a text', {}, { body: '"x"' }],
			['null', {}, { body: 'null' }],
			['cut', {}, { body: '{"client_id":' }],
			['two values', {}, { body: '{}{}' }],
			['not UTF-8', {}, { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }],
			['a byte order mark', {}, (c) => ({ body: '\ufeff' + JSON.stringify(c.doc) })],
			[
				'a member twice',
				{},
				(c) => ({ body: JSON.stringify(c.doc).replace('{', '{"client_id":"https://x.example/y",') }),
			],
			['deep', {}, { body: '['.repeat(2000) + ']'.repeat(2000) }],
			['cut short', {}, { behave: 'cut' }],
			['no answer', {}, { behave: 'close' }],
		);
		await each(cases, async (name, more, answer) => {
			const client = publish(more);
			web.set(client.at, {
				body: client.doc,
				...(typeof answer === 'function' ? answer(client) : answer),
			});
			await turnedAway(s, client);
			web.set(client.at, { body: client.doc });
			await offered(s, client);
			eq(asked(client.at), 2, 'requests, because a failure is not kept');
		});
		await each(
			[
				'application/json; charset=utf-8',
				'application/json;charset=UTF-8',
				'Application/JSON',
				'application/cimd+json',
			],
			async (type) => offered(s, publish({}, { headers: { 'Content-Type': type } })),
		);
	},
	SHARED,
);

row(
	'CI-09',
	'five kilobytes are the end',
	async (s) => {
		const pad = (n) => {
			const client = publish();
			const text = JSON.stringify(client.doc);
			web.set(client.at, { body: text + ' '.repeat(n - text.length) });
			return client;
		};
		await offered(s, pad(5 * 1024));
		await turnedAway(s, pad(5 * 1024 + 1), {}, 'a byte more');
		await turnedAway(s, pad(6 * 1024), {}, 'six kilobytes');
		const before = Math.max(0, ...s.processes().map((p) => p.rss));
		for (const behave of [
			'endless',
			'endless-plain',
			'endless-extension',
			'endless-headers',
			'endless-line',
			'gzip-bomb',
			'gzip-unsaid',
			'gzip-transfer',
			'endless-trailers',
		]) {
			const client = publish({}, { behave });
			const since = Date.now();
			await turnedAway(s, client, {}, behave);
			ok(Date.now() - since < 8000, `${behave}: ended after ${Date.now() - since} ms`);
		}
		const after = Math.max(0, ...s.processes().map((p) => p.rss));
		ok(after - before < 24 << 20, `memory grew by ${(after - before) >> 20} MiB`);
	},
	OWN,
);

/** Ways to be slow; the in-process server has one request at a time, and so tries fewer. */
const SLOW = ['drip-body', 'stall', 'silent', 'drip-header', 'endless-interim'];

row(
	'CI-09',
	'five seconds are the end',
	async (s) => {
		const some = s.front === 'inproc' ? SLOW.slice(0, 2) : SLOW;
		const jar = await signedIn(s);
		const stall = await web.listen('stall');
		await turnedAway(s, publish({}, { status: 500 }), { jar }, 'a quick failure');
		await Promise.all(
			some.map(async (kind) => {
				const client =
					kind === 'stall'
						? { client_id: stall.url('/client.json') }
						: publish({}, { behave: kind });
				const since = Date.now();
				await turnedAway(s, client, { jar: jar.copy() }, kind);
				const ms = Date.now() - since;
				const rounds = s.front === 'inproc' ? some.length : Math.ceil(some.length / 2);
				ok(ms < rounds * 6500, `${kind}: ended after ${ms} ms`);
			}),
		);
	},
	OWN,
);

row(
	'CI-10',
	'a certificate that is not right is not',
	async (s) => {
		const kinds = [
			'expired',
			'not-yet',
			'self-signed',
			'wrong-host',
			'tls1.0',
			'tls1.1',
			'plain',
			'hangup',
		];
		await each(
			kinds.map((x) => [x]),
			async (kind) => {
				const at = fresh();
				const other = await web.listen(kind);
				const client = publish({}, { at, url: other.url(at) });
				await turnedAway(s, client);
				eq(asked(at), 0, 'requests under such a certificate');
			},
		);
		const at = fresh();
		const older = await web.listen('tls1.2');
		await offered(s, publish({}, { at, url: older.url(at) }));
	},
	SHARED,
);

row('CI-10', "without the tests' authority none of this is trusted", async (s) => {
	const client = publish();
	await turnedAway(s, client);
	eq(asked(client.at), 0, 'requests');
});

/* ---- documents ---- */

row(
	'CI-11',
	'a document with a secret, without a name or without a good redirect is refused',
	async (s) => {
		const { jwk, privateKey } = keyPair('cimd');
		const cases = {
			client_secret: { client_secret: 'x' },
			client_secret_expires_at: { client_secret_expires_at: 0 },
			'empty client_secret': { client_secret: '' },
			client_secret_basic: { token_endpoint_auth_method: 'client_secret_basic' },
			client_secret_post: { token_endpoint_auth_method: 'client_secret_post' },
			client_secret_jwt: { token_endpoint_auth_method: 'client_secret_jwt' },
			'private key': {
				jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'a' }] },
				token_endpoint_auth_method: 'private_key_jwt',
			},
			'private key beside none': { jwks: { keys: [{ ...jwk, d: 'AAAA' }] } },
			'shared key': {
				jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] },
				token_endpoint_auth_method: 'private_key_jwt',
			},
			'no redirect_uris': { redirect_uris: undefined },
			'empty redirect_uris': { redirect_uris: [] },
			'redirect_uris is a text': { redirect_uris: TRUSTED },
			'redirect_uris has a number': { redirect_uris: [5] },
			javascript: { redirect_uris: ['javascript:alert(1)'] },
			'javascript beside a good one': { redirect_uris: [TRUSTED, 'javascript:alert(1)'] },
			data: { redirect_uris: ['data:text/html,x'] },
			'http off loopback': { redirect_uris: ['http://c.example/cb'] },
			fragment: { redirect_uris: [`${HTTPS}#f`] },
			'no client_name': { client_name: undefined },
			'empty client_name': { client_name: '' },
			'blank client_name': { client_name: ' \t ' },
			'invisible client_name': { client_name: '\u200b\u202e' },
			'client_name is a number': { client_name: 5 },
			'logo is javascript': { logo_uri: 'javascript:alert(1)' },
			'home is data': { client_uri: 'data:text/html,x' },
		};
		await each(Object.entries(cases), async (name, more) => {
			const client = publish(more);
			await turnedAway(s, { ...client, redirect_uris: [TRUSTED] });
			eq(asked(client.at), 1, 'requests');
		});
	},
	SHARED,
);

row(
	'CI-11',
	'a redirect that the document does not have is refused',
	async (s) => {
		const client = publish({ redirect_uris: [HTTPS] }, { headers: { 'Cache-Control': 'no-store' } });
		for (const redirect_uri of [
			TRUSTED,
			`${HTTPS}/`,
			`${HTTPS}?x=1`,
			HTTPS.toUpperCase(),
			'https://c.example.evil.example/cb',
		]) {
			const { r } = await visit(s, client, { redirect_uri });
			page(r, 400, redirect_uri);
		}
	},
	SHARED,
);

row(
	'CI-12',
	'ways to prove itself: keys when they are there, none where it is offered, otherwise nothing',
	async (s) => {
		const good = { jwks: jwks(keyPair('cimd')) };
		await each(
			[
				['keys, but none given', { token_endpoint_auth_method: 'private_key_jwt' }, false],
				[
					'an empty set',
					{ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [] } },
					false,
				],
				[
					'both places',
					{ token_endpoint_auth_method: 'private_key_jwt', ...good, jwks_uri: web.url('/k.json') },
					null,
				],
				[
					'keys over http',
					{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://127.0.0.1/k.json' },
					false,
				],
				['keys in the document', { token_endpoint_auth_method: 'private_key_jwt', ...good }, true],
				[
					'keys elsewhere',
					{ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: web.url(fresh('jwks.json')) },
					true,
				],
				['unknown way', { token_endpoint_auth_method: 'tls_client_auth' }, false],
				['a list with none', { token_endpoint_auth_method: ['private_key_jwt', 'none'] }, true],
				['a list without', { token_endpoint_auth_method: ['tls_client_auth'] }, false],
				[
					'none among those it says to support',
					{
						token_endpoint_auth_method: 'tls_client_auth',
						token_endpoint_auth_methods_supported: ['tls_client_auth', 'none'],
					},
					true,
				],
				['nothing said', { token_endpoint_auth_method: undefined }, true],
			],
			async (name, more, good2) => {
				const client = publish(more);
				if (good2 === null) return page((await visit(s, client)).r, [200, 400]);
				if (good2) await offered(s, client);
				else await turnedAway(s, client);
			},
		);
		const list = publish({ token_endpoint_auth_method: ['private_key_jwt', 'none'] });
		await complete(s, await offered(s, list));
	},
	SHARED,
);

row(
	'CI-12',
	'a client with keys in its document has to use them',
	async (s) => {
		const key = keyPair('cimd');
		const client = publish({ token_endpoint_auth_method: 'private_key_jwt', jwks: jwks(key) });
		const flow = await offered(s, client);
		const code = answerOf(await consent(s, flow.page, flow.jar)).one('code');
		const base = {
			grant_type: 'authorization_code',
			code,
			redirect_uri: TRUSTED,
			code_verifier: flow.verifier,
		};
		oauthError(
			await token(s, { ...base, client_id: client.client_id }),
			401,
			'invalid_client',
			'without a proof',
		);
		oauthError(
			await token(s, {
				...base,
				...proof(assertion(s, client.client_id, keyPair('stranger'), { header: { kid: 'cimd' } })),
			}),
			401,
			'invalid_client',
			'by a stranger',
		);
		const r = await token(s, {
			...base,
			client_id: client.client_id,
			...proof(assertion(s, client.client_id, key)),
		});
		status(r, 200, 'with its key');
		const next = { grant_type: 'refresh_token', refresh_token: r.json.refresh_token };
		oauthError(
			await token(s, { ...next, client_id: client.client_id }),
			401,
			'invalid_client',
			'refresh without a proof',
		);
		status(
			await token(s, {
				...next,
				...proof(assertion(s, client.client_id, key, { claims: { aud: `${s.issuer}/token` } })),
			}),
			200,
			'refresh',
		);
		eq(asked(client.at), 1, 'requests for the document');
	},
	SHARED,
);

row(
	'CI-12',
	'keys from elsewhere are fetched when they are needed, kept, and looked up once more for a new one',
	async (s) => {
		const keysAt = fresh('jwks.json');
		const [one, two, three] = ['k-one', 'k-two', 'k-three'].map((n) => keyPair(n));
		web.set(keysAt, { body: jwks(one) });
		const client = publish({ token_endpoint_auth_method: 'private_key_jwt', jwks_uri: web.url(keysAt) });
		const flow = await offered(s, client);
		const code = answerOf(await consent(s, flow.page, flow.jar)).one('code');
		const first = await token(s, {
			grant_type: 'authorization_code',
			code,
			redirect_uri: TRUSTED,
			code_verifier: flow.verifier,
			...proof(assertion(s, client.client_id, one)),
		});
		status(first, 200, 'code');
		let current = first.json.refresh_token;
		const again = async (key) => {
			const r = await token(s, {
				grant_type: 'refresh_token',
				refresh_token: current,
				...proof(assertion(s, client.client_id, key)),
			});
			if (r.status === 200) current = r.json.refresh_token;
			return r;
		};
		status(await again(one), 200, 'refresh');
		eq(asked(keysAt), 1, 'requests for the keys');
		web.set(keysAt, { body: jwks(one, two) });
		status(await again(two), 200, 'refresh with a new key');
		eq(asked(keysAt), 2, 'requests for the keys after a new one');
		for (let i = 0; i < 3; i++)
			oauthError(await again(three), 401, 'invalid_client', 'a key that is nowhere');
		eq(asked(keysAt), 2, 'requests for the keys within the minute');
		status(await again(one), 200, 'the first key still');
		eq(asked(client.at), 1, 'requests for the document');
	},
	SHARED,
);

row(
	'CI-12',
	'keys that cannot be had are a refused proof',
	async (s) => {
		await each(
			[
				['nothing there', { status: 404 }],
				['no JSON', { body: 'x' }],
				['no set', { body: { keys: 5 } }],
				[
					'a private one',
					{
						body: {
							keys: [{ ...keyPair('cimd').privateKey.export({ format: 'jwk' }), kid: 'cimd' }],
						},
					},
				],
				['elsewhere', { status: 302, headers: { Location: web.url('/') } }],
				['too long', { body: JSON.stringify(jwks(keyPair('cimd'))).padEnd(65537 + 1024) }],
			],
			async (name, answer) => {
				const keysAt = fresh('jwks.json');
				web.set(keysAt, answer);
				const client = publish({
					token_endpoint_auth_method: 'private_key_jwt',
					jwks_uri: web.url(keysAt),
				});
				const flow = await offered(s, client);
				const code = answerOf(await consent(s, flow.page, flow.jar)).one('code');
				const params = {
					grant_type: 'authorization_code',
					code,
					redirect_uri: TRUSTED,
					code_verifier: flow.verifier,
				};
				const r = await token(s, {
					...params,
					...proof(assertion(s, client.client_id, keyPair('cimd'))),
				});
				oauthError(r, 401, 'invalid_client');
				lacks(r.text, /fetch|jwks|404|JSON/i, 'answer');
			},
		);
	},
	SHARED,
);

row(
	'CI-13',
	'grants that we do not know are no reason to refuse',
	async (s) => {
		const client = publish({
			grant_types: [
				'authorization_code',
				'refresh_token',
				'urn:ietf:params:oauth:grant-type:jwt-bearer',
				'x',
			],
			response_types: ['code', 'token'],
			application_type: 'native',
			software_id: 'x',
			some_extension: { a: [1, null] },
		});
		const got = await complete(s, await offered(s, client));
		match(got.tokens.refresh_token, /^mcpr_/, 'refresh_token');
	},
	SHARED,
);

/* ---- budgets ---- */

const LIMITED = (more) => ({ own: true, settings: { ...TRUST, rate_limits: 'on', ...more } });

function putOff(r, what) {
	page(r, 429, what);
	match(r.headers['retry-after'], /^[1-9]\d*$/, `${what}: Retry-After`);
}

row(
	'CI-16',
	'an address has a number of fetches, and then has to wait',
	async (s) => {
		const jar = await signedIn(s);
		const list = Array.from({ length: 5 }, () => publish());
		for (const client of list.slice(0, 3)) await offered(s, client, { jar });
		for (const client of list.slice(3)) {
			putOff((await visit(s, client, { jar })).r, 'one too many');
			eq(asked(client.at), 0, 'requests');
		}
		putOff((await visit(s, { client_id: web.url(fresh()) }, { jar })).r, 'a document that is not there');
		await offered(s, list[0], { jar });
		eq(asked(list[0].at), 1, 'a kept document costs nothing');
	},
	LIMITED({ limit_fetch: '3/60', limit_fetch_host: '100/60' }),
);

row(
	'CI-16',
	'a host has a number of fetches, whoever asks',
	async (s) => {
		const jar = await signedIn(s);
		for (let i = 0; i < 3; i++) await offered(s, publish(), { jar });
		const fourth = publish();
		putOff((await visit(s, fourth, { jar })).r, 'one too many for the host');
		eq(asked(fourth.at), 0, 'requests');
		const at = fresh();
		await offered(s, publish({}, { at, url: web.url(at, 'localhost') }), { jar });
	},
	LIMITED({ limit_fetch: '100/60', limit_fetch_host: '3/60' }),
);

row(
	'CI-16',
	'the limits are off when they are off',
	async (s) => {
		for (let i = 0; i < 12; i++) await offered(s, publish());
	},
	SHARED,
);

row(
	'CI-16',
	'at most five hundred documents are kept for clients that nobody has agreed to',
	async (s) => {
		const jar = await signedIn(s);
		const loved = await complete(s, await offered(s, publish(), { jar }));
		const first = publish();
		await offered(s, first, { jar });
		const rest = Array.from({ length: 520 }, () => publish());
		for (let i = 0; i < rest.length; i += 20)
			await Promise.all(rest.slice(i, i + 20).map((c) => offered(s, c, { jar: jar.copy() })));
		const kept = clients(s).filter((c) => c.client_id.startsWith('https://'));
		ok(kept.length <= 501, `${kept.length} are kept`);
		ok(
			kept.some((c) => c.client_id === loved.client.client_id),
			'the one with a live grant is among them',
		);
		await offered(s, first, { jar });
		eq(asked(first.at), 2, 'requests for the first of them');
		await assertAlive(s, loved.tokens.access_token);
	},
	{ own: true, settings: TRUST, fronts: ['fastcgi'] },
);

/* ---- when ---- */

row(
	'CI-18',
	'nothing is fetched before somebody has signed in',
	async (s) => {
		const client = publish({ client_name: 'Not to be shown yet' });
		s.redirects.add(TRUSTED);
		const jar = new Jar();
		const params = authParams(s, client, { code_challenge: pkce().challenge });
		const p = await follow(s, await authorize(s, params, jar), jar);
		ok(p.status === 200 && formFor(p, 'login'), `sign-in page: ${p}`);
		ok(visibleText(p.text).includes('127.0.0.1'), `the host of the address: ${visibleText(p.text)}`);
		ok(!p.text.includes(client.at) && !p.text.includes('Not to be shown'), 'nothing but the host');
		const wrong = await signIn(s, p, jar, { password: 'not the password!' });
		page(wrong, 401, 'wrong password');
		const bad = await authorize(s, { ...params, code_challenge: 'x' });
		page(bad, 400, 'a request that is wrong in itself');
		eq(asked(client.at), 0, 'requests before the sign-in');
		const after = await follow(s, await signIn(s, wrong, jar), jar);
		ok(formFor(after, 'allow'), `consent page: ${after}`);
		ok(visibleText(after.text).includes('Not to be shown yet'), 'the name');
		eq(asked(client.at), 1, 'requests after it');
		const lost = { client_id: web.url(fresh()) };
		const other = new Jar();
		const q = await follow(
			s,
			await authorize(
				s,
				authParams(s, lost, { redirect_uri: TRUSTED, code_challenge: pkce().challenge }),
				other,
			),
			other,
		);
		ok(q.status === 200 && formFor(q, 'login'), 'the same page for a document that is not there');
		page(await follow(s, await signIn(s, q, other), other), 400, 'which comes out after the sign-in');
	},
	SHARED,
);

row(
	'CI-18',
	'what is wrong with a request is not told to a client that nobody has seen yet',
	async (s) => {
		const client = publish();
		for (const more of [
			{ scope: 'no:such' },
			{ resource: 'https://other.example/' },
			{ response_type: 'token' },
			{ code_challenge: undefined },
		]) {
			const r = await authorize(
				s,
				authParams(s, client, { code_challenge: pkce().challenge, ...more }),
			);
			ok(
				r.headers.location === undefined ||
					r.headers.location.startsWith('/') ||
					r.headers.location.startsWith(s.issuer),
				`no redirect: ${r}`,
			);
		}
		eq(asked(client.at), 0, 'requests');
	},
	SHARED,
);

row(
	'CI-18',
	'the token endpoint fetches no document, also when it is gone',
	async (s) => {
		const client = publish({}, { headers: { 'Cache-Control': 'no-store' } });
		const flow = await offered(s, client);
		web.set(client.at, { status: 404 });
		const got = await complete(s, flow);
		const own = { client_id: client.client_id };
		const next = await refresh(s, own, got.tokens.refresh_token);
		status(next, 200, 'refresh');
		await assertAlive(s, next.json.access_token);
		status(await revoke(s, own, next.json.refresh_token), 200, 'revocation');
		const before = web.requests.length;
		const nobody = web.url(fresh());
		oauthError(
			await token(s, {
				grant_type: 'authorization_code',
				code: 'x',
				client_id: nobody,
				code_verifier: flow.verifier,
			}),
			[400, 401],
			['invalid_client', 'invalid_grant'],
			'an address that nobody knows',
		);
		eq(web.requests.slice(before).filter((r) => nobody.endsWith(r.path)).length, 0, 'requests');
		oneOf(asked(client.at), [1, 2], 'requests for the document');
	},
	SHARED,
);

row(
	'CI-19',
	'how long a document is kept',
	async (s) => {
		const twice = async (value, more = {}) => {
			const headers = value === null ? more : { 'Cache-Control': value, ...more };
			const client = publish({}, { headers });
			await offered(s, client);
			await offered(s, client);
			return asked(client.at);
		};
		const kept = [
			null,
			'max-age=31536000',
			'max-age=1',
			'max-age=0',
			'public, max-age=600',
			'MAX-AGE=600',
			'max-age="600"',
			'max-age=x',
			'max-age=-5',
			'max-age=99999999999999999999',
			'private',
		];
		await each(
			kept.map((x) => [x]),
			async (value) => eq(await twice(value), 1, 'requests for two authorizations'),
		);
		await each(
			[
				['no-store'],
				['no-cache'],
				['No-Store'],
				['max-age=600, no-store'],
				['no-cache, max-age=600'],
				['public,no-store'],
			],
			async (value) => eq(await twice(value), 2, 'requests for two authorizations'),
		);
		await each(
			[
				['garbage', { Expires: 'garbage' }],
				['0', { Expires: '0' }],
				['past', { Expires: 'Thu, 01 Jan 1970 00:00:00 GMT' }],
				['future', { Expires: new Date(Date.now() + 3600000).toUTCString() }],
			],
			async (name, more) => eq(await twice(null, more), 1, `requests with Expires: ${name}`),
		);
	},
	SHARED,
);

row(
	'CI-19',
	'a redirect that the kept document does not have is looked up once more',
	async (s) => {
		const client = publish({ redirect_uris: [TRUSTED] });
		await offered(s, client);
		web.set(client.at, {
			body: { ...client.doc, redirect_uris: [TRUSTED, HTTPS], client_name: 'Newer' },
		});
		await offered(s, client);
		eq(asked(client.at), 1, 'requests while all is well');
		const flow = await offered(s, client, { redirect_uri: HTTPS });
		eq(asked(client.at), 2, 'requests after a new redirect');
		ok(visibleText(flow.r.text).includes('Newer'), 'the new document counts');
		page(
			(await visit(s, client, { redirect_uri: 'https://d.example/cb' })).r,
			400,
			'a redirect that is nowhere',
		);
		oneOf(asked(client.at), [2, 3], 'requests after that');
		await offered(s, client, { redirect_uri: HTTPS });
		await offered(s, client);
		oneOf(asked(client.at), [2, 3], 'requests in the end');
	},
	SHARED,
);

row(
	'CI-19',
	'a failure does not spoil what is kept, nor live tokens',
	async (s) => {
		const client = publish();
		const got = await complete(s, await offered(s, client));
		web.set(client.at, { status: 500 });
		page((await visit(s, client, { redirect_uri: HTTPS })).r, 400, 'a redirect that is not there');
		await offered(s, client);
		await assertAlive(s, got.tokens.access_token);
	},
	SHARED,
);

row(
	'CI-20',
	'no proxy of the environment or of a header is used',
	async () => {
		const seen = [];
		const proxy = net.createServer((sock) => {
			seen.push(sock.remotePort);
			sock.destroy();
		});
		await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
		const at = `http://127.0.0.1:${proxy.address().port}`;
		const env = Object.fromEntries(
			['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'all_proxy'].map((n) => [
				n,
				at,
			]),
		);
		const s = await start({
			front: 'inproc',
			settings: TRUST,
			env: { ...env, SSL_CERT_FILE: '/nonexistent', NO_PROXY: '' },
		});
		try {
			await offered(s, publish());
		} finally {
			proxy.close();
			await s.stop();
		}
		eq(seen, [], 'connections to the proxy');
	},
	{ own: 'none', fronts: ['inproc'] },
);

row(
	'CI-20',
	'a Proxy header changes nothing',
	async (s) => {
		const seen = [];
		const proxy = net.createServer((sock) => {
			seen.push(sock.remotePort);
			sock.destroy();
		});
		await new Promise((done) => proxy.listen(0, '127.0.0.1', done));
		const at = `http://127.0.0.1:${proxy.address().port}`;
		const client = publish();
		const jar = await signedIn(s);
		const headers = { Proxy: at, 'Https-Proxy': at, 'All-Proxy': at };
		const params = authParams(s, client, { code_challenge: pkce().challenge });
		s.redirects.add(TRUSTED);
		const r = await follow(s, await authorize(s, params, jar, { headers }), jar);
		proxy.close();
		ok(formFor(r, 'allow'), `consent page: ${r}`);
		eq(seen, [], 'connections to the proxy');
	},
	SHARED,
);

row(
	'CI-21',
	'what a document points to is neither fetched nor loaded',
	async (s) => {
		const logo = fresh('logo.png');
		const others = {
			client_uri: web.url(fresh('home')),
			tos_uri: web.url(fresh('tos')),
			policy_uri: web.url(fresh('policy')),
			jwks_uri: web.url(fresh('jwks')),
		};
		const before = web.requests.length;
		const client = publish({ logo_uri: web.url(logo), ...others });
		const flow = await offered(s, client);
		const mine = new Set([logo, ...Object.values(others).map((u) => new URL(u).pathname)]);
		eq(web.requests.slice(before).filter((r) => mine.has(r.path)).length, 0, 'requests');
		for (const t of tokenize(flow.r.text).filter((x) => x.kind === 'open'))
			for (const n of ['src', 'srcset', 'background', 'poster'])
				ok(
					!/^https?:/.test(t.attrs[n] ?? ''),
					`nothing is loaded from elsewhere: <${t.name} ${n}=${t.attrs[n]}>`,
				);
		ok(!flow.r.text.includes(logo), 'the logo is not on the page');
		lacks(flow.r.headers['content-security-policy'], /img-src (?!'self'|'none')/, 'img-src');
		await complete(s, flow);
		eq(web.requests.slice(before).filter((r) => mine.has(r.path)).length, 0, 'requests in the end');
	},
	SHARED,
);

row(
	'CI-22',
	'a client that only this computer can answer for comes with a warning',
	async (s) => {
		const WARNING =
			/(any|another|other) (program|app|application|software)[^.]*(this|your) (own )?(computer|device|machine)|(this|your) (own )?(computer|device|machine)[^.]*(any|another|other) (program|app|application)/i;
		for (const redirect_uris of [
			[LOOPBACK],
			['http://localhost/cb', 'http://127.0.0.1/cb'],
			['http://[::1]:9/cb'],
		]) {
			const flow = await offered(s, publish({ redirect_uris }));
			match(visibleText(flow.r.text), WARNING, `page for ${redirect_uris}`);
		}
		const flow = await offered(s, publish({ redirect_uris: [TRUSTED] }));
		lacks(visibleText(flow.r.text), WARNING, 'page for a redirect on the web');
	},
	SHARED,
);

/* ---- identical refusals; what the operator is told ---- */

row(
	'CI-08',
	'the reason is in the log and in the trace under the reference of the page, and nowhere else',
	async (s) => {
		const cases = [
			['404', publish({}, { status: 404 }), /404/],
			['no name', publish({ client_name: undefined }), /client_name/],
			['another id', publish({ client_id: 'https://x.example/y' }), /client_id/],
			['not JSON', publish({}, { body: 'x' }), /JSON/i],
		];
		for (const [name, client, reason] of cases) {
			const url = web.url(client.at);
			const r = await turnedAway(s, { client_id: url }, {}, name);
			const id = referenceOf(r);
			lacks(visibleText(r.text), reason, `${name}: page`);
			const line = s
				.log()
				.split('\n')
				.find((l) => l.includes(id));
			ok(line, `${name}: a line of the log has ${id}`);
			match(line, reason, `${name}: that line`);
			const attempt = traces(s).find((t) => JSON.stringify(t).includes(id));
			ok(attempt, `${name}: the trace has ${id}`);
			match(JSON.stringify(attempt), reason, `${name}: that attempt`);
		}
	},
	OWN,
);

/* ---- pinned ---- */

function importDocument(s, client, args = []) {
	const file = s.write(`pinned-${++serial}.json`, JSON.stringify(client.doc));
	ctl(s, ['client', 'import', ...args, file]);
}

row(
	'CI-01',
	'a pinned document is used first, and nothing is fetched for it',
	async (s) => {
		const client = publish({ client_name: 'Pinned name' });
		web.set(client.at, { body: { ...client.doc, client_name: 'Fetched name' } });
		importDocument(s, client);
		const flow = await offered(s, client);
		ok(visibleText(flow.r.text).includes('Pinned name'), 'the pinned name');
		await complete(s, flow);
		eq(asked(client.at), 0, 'requests');
		const folder2 = s.write('many.d', '');
		fs.rmSync(folder2);
		fs.mkdirSync(folder2, { mode: 0o755 });
		fs.chmodSync(folder2, 0o755);
		const two = [publish(), publish()];
		for (const [i, c] of two.entries()) {
			fs.writeFileSync(`${folder2}/${i}.json`, JSON.stringify(c.doc), { mode: 0o644 });
		}
		ctl(s, ['client', 'import', folder2]);
		for (const c of two) {
			await offered(s, c);
			eq(asked(c.at), 0, 'requests');
		}
	},
	SHARED,
);

row(
	'CI-01',
	'a pinned document as a fallback: only where the fetch itself is refused',
	async (s) => {
		const client = publish(
			{ client_name: 'Fallback name' },
			{ headers: { 'Cache-Control': 'no-store' } },
		);
		importDocument(s, client, ['--fallback']);
		const answer = async (a) => {
			web.set(client.at, {
				headers: { 'Cache-Control': 'no-store' },
				body: { ...client.doc, client_name: 'Fetched name' },
				...a,
			});
			const before = asked(client.at);
			const { r } = await visit(s, client);
			eq(asked(client.at) - before, 1, 'requests');
			return r;
		};
		ok(visibleText((await answer({})).text).includes('Fetched name'), 'the fetched document comes first');
		for (const a of [
			{ status: 403 },
			{ status: 500 },
			{ status: 502 },
			{ status: 503 },
			{ status: 429 },
			{ behave: 'close' },
		]) {
			const r = await answer(a);
			ok(
				formFor(r, 'allow') && visibleText(r.text).includes('Fallback name'),
				`${JSON.stringify(a)}: ${r}`,
			);
		}
		for (const a of [
			{ status: 404 },
			{ status: 410 },
			{ body: 'x' },
			{ body: { ...client.doc, client_id: 'https://x.example/y' } },
			{ status: 302, headers: { Location: '/' } },
		])
			page(await answer(a), 400, JSON.stringify(a));
	},
	SHARED,
);

row(
	'CI-01',
	'a fallback after a timeout',
	async (s) => {
		const client = publish({ client_name: 'Late name' }, { behave: 'silent' });
		importDocument(s, client, ['--fallback']);
		const flow = await offered(s, client);
		ok(visibleText(flow.r.text).includes('Late name'), 'the pinned name');
	},
	OWN,
);

row(
	'CI-11',
	'a file that is no good document is not taken in',
	async (s) => {
		await each(
			[
				['no JSON', 'x'],
				['no client_id', { client_name: 'x', redirect_uris: [HTTPS] }],
				['http', { client_id: 'http://c.example/x.json', client_name: 'x', redirect_uris: [HTTPS] }],
				['no name', { client_id: 'https://c.example/x.json', redirect_uris: [HTTPS] }],
				[
					'dangerous redirect',
					{
						client_id: 'https://c.example/x.json',
						client_name: 'x',
						redirect_uris: ['javascript:x'],
					},
				],
				[
					'a secret',
					{
						client_id: 'https://c.example/x.json',
						client_name: 'x',
						redirect_uris: [HTTPS],
						client_secret: 'x',
					},
				],
				[
					'too long',
					JSON.stringify({
						client_id: 'https://c.example/x.json',
						client_name: 'x',
						redirect_uris: [HTTPS],
					}).padEnd(70000),
				],
			],
			async (name, doc) => {
				const file = s.write(
					`bad-${++serial}.json`,
					typeof doc === 'string' ? doc : JSON.stringify(doc),
				);
				const r = s.ctl(['client', 'import', file]);
				ok(r.status !== 0 && r.stderr.trim(), `exit status ${r.status}`);
			},
		);
		ok(!clients(s).some((c) => c.client_id === 'https://c.example/x.json'), 'not in the list');
	},
	SHARED,
);

row(
	'CI-01',
	'with client_id_documents = pinned nothing is ever fetched',
	async (s) => {
		const [pinned, fallback, other] = [publish(), publish(), publish()];
		importDocument(s, pinned);
		importDocument(s, fallback, ['--fallback']);
		await complete(s, await offered(s, pinned));
		await offered(s, fallback);
		page((await visit(s, other)).r, 400, 'not pinned');
		for (const c of [pinned, fallback, other]) eq(asked(c.at), 0, 'requests');
		const jar = new Jar();
		const r = await follow(
			s,
			await authorize(s, authParams(s, other, { code_challenge: pkce().challenge }), jar),
			jar,
		);
		status(r, [200, 400], 'not signed in');
	},
	{ settings: { ...TRUST, client_id_documents: 'pinned' } },
);

row(
	'CI-01',
	'with client_id_documents = off an address is an unknown client',
	async (s) => {
		const client = publish();
		const known = await register(s);
		page((await visit(s, client)).r, 400, 'signed in');
		const r = await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }));
		page(r, 400, 'not signed in');
		const unknown = await authorize(
			s,
			authParams(
				s,
				{ ...known, client_id: 'c_' + 'A'.repeat(22) },
				{ code_challenge: pkce().challenge },
			),
		);
		eq(faceOf(r), faceOf(unknown), 'the page of an unknown client');
		eq(asked(client.at), 0, 'requests');
	},
	{ settings: { ...TRUST, client_id_documents: 'off' } },
);

row(
	'RG-23',
	'clients by address and registered ones do not mix',
	async (s) => {
		const client = publish();
		const r = await toConsent(s, {
			metadata: { client_name: client.client_name, redirect_uris: client.redirect_uris },
		});
		ok(!r.client.client_id.startsWith('https:'), 'a registration makes an id of its own');
		const flow = await offered(s, client, { jar: r.jar });
		ok(fieldsFor(flow.r, 'allow').pending !== fieldsFor(r.page, 'allow').pending, 'two requests');
		const got = await obtain(s, { client: r.client, jar: r.jar });
		oauthError(
			await refresh(s, { client_id: client.client_id }, got.tokens.refresh_token),
			[400, 401],
			['invalid_grant', 'invalid_client'],
			"the other's refresh token",
		);
	},
	SHARED,
);
