// SPDX-License-Identifier: ISC
//
// The consent page: what a person is told, that only this person's own click on this very page counts, and that the
// page stays the page whatever a client puts into it.

import { CORPUS, corpusFor } from '../lib/corpus.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, lacks, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { addClient } from '../lib/operator.mjs';
import {
	allowedScopes,
	answerOf,
	authorize,
	authParams,
	consent,
	fieldsFor,
	follow,
	formFor,
	get,
	HTTPS,
	Jar,
	LOOPBACK,
	obtain,
	parseForms,
	pkce,
	post,
	random,
	redeem,
	register,
	registerRaw,
	signIn,
	skeleton,
	toConsent,
	tokenize,
	token,
	TRUSTED,
	visibleText,
} from '../lib/oauth.mjs';

const READ = 'Search and read the documents in the knowledge base';
const WRITE = 'Add documents to the knowledge base, and change or delete yours';
const STAY = 'Stay connected when you are away, until you disconnect it';

/** Whether the request can still be allowed: does so, and redeems the code. */
async function stillGood(s, flow, jar = flow.jar) {
	const r = await consent(s, flow.page, jar);
	status(r, 303, 'the request is still open');
	const t = await redeem(s, { ...flow, code: answerOf(r).one('code') });
	status(t, 200, 'its code');
	return t.json;
}

function noCode(r) {
	ok(r.headers.location === undefined || !/[?&]code=/.test(r.headers.location), `no code: ${r}`);
	lacks(r.text, /mcpc_/, 'page');
}

row('CO-01', 'the page says who asks for what, where it goes and for whom', async (s) => {
	const name = 'Notes & Queries <Desktop>';
	await each(
		[
			[HTTPS, 'c.example'],
			['https://deep.sub.c.example:8443/path/cb', 'deep.sub.c.example:8443'],
			[TRUSTED, 'claude.ai'],
			['http://127.0.0.1:49152/cb', '127.0.0.1:49152'],
			['http://localhost:3000/cb', 'localhost:3000'],
			['http://[::1]:7777/cb', '[::1]:7777'],
			['cursor://anysphere.cursor-mcp/oauth/cb', 'cursor:'],
		],
		async (uri, host) => {
			const flow = await toConsent(s, {
				metadata: { client_name: name, redirect_uris: [uri] },
				scope: 'read:knowledge write:knowledge offline_access',
			});
			const text = visibleText(flow.page.text);
			ok(text.includes(name), 'client name');
			match(
				text,
				/not (been )?verified|unverified|registered itself|nobody has checked/i,
				'what the page says of the client',
			);
			ok(text.includes(host), `redirect host ${host}: ${text}`);
			for (const words of [READ, WRITE, STAY]) ok(text.includes(words), `scope in words: ${words}`);
			ok(text.includes(s.resource), 'the resource');
			ok(/\balice\b/.test(text), 'the signed-in user');
			lacks(flow.page.text, /<script/i, 'page');
			const forms = parseForms(flow.page.text);
			const form = formFor(flow.page, 'allow');
			eq(
				form.buttons.map((b) => [b.name, b.value]).sort(),
				[
					['action', 'allow'],
					['action', 'deny'],
				],
				'buttons',
			);
			for (const b of form.buttons) ok(b.text.length > 1, 'a button with words');
			eq(Object.keys(form.fields).sort(), ['csrf', 'pending'], 'fields');
			eq(form.types, { csrf: 'hidden', pending: 'hidden' }, 'types of the fields');
			ok(
				forms.some(
					(f) =>
						f.fields.action === 'signout' ||
						f.buttons.some((b) => b.name === 'action' && b.value === 'signout'),
				),
				'a way to sign out',
			);
			for (const f of forms)
				eq(
					[f.method, f.action, f.target],
					['post', '/authorize', undefined],
					'how the forms are sent',
				);
			for (const secret of [flow.params.state, flow.params.code_challenge])
				ok(!flow.page.text.includes(secret), 'nothing of the request in the page that is not shown');
		},
	);
	const read = await toConsent(s, { scope: 'read:knowledge' });
	const text = visibleText(read.page.text);
	ok(
		text.includes(READ) && !text.includes(WRITE) && !text.includes(STAY),
		'only what was asked for is shown',
	);
	ok(
		visibleText((await toConsent(s, { redirect_uri: 'http://127.0.0.1:50123/cb' })).page.text).includes(
			'127.0.0.1:50123',
		),
		'the port that was asked for is shown',
	);
});

row(
	'CO-03',
	'a click without the right token, by another user or another browser',
	async (s) => {
		s.addUser('bob');
		const client = await register(s, { redirect_uris: [TRUSTED] });
		const flow = await toConsent(s, { client });
		const good = fieldsFor(flow.page, 'allow');
		const second = await toConsent(s, { client, jar: flow.jar });
		const bob = await toConsent(s, { client, username: 'bob' });
		const bobs = fieldsFor(bob.page, 'allow');
		const alice2 = await toConsent(s, { client });
		const cases = [
			['no csrf', { ...good, csrf: undefined }, flow.jar],
			['empty csrf', { ...good, csrf: '' }, flow.jar],
			[
				'wrong csrf',
				{ ...good, csrf: good.csrf.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) },
				flow.jar,
			],
			['cut csrf', { ...good, csrf: good.csrf.slice(0, -1) }, flow.jar],
			['csrf of another request', { ...good, csrf: fieldsFor(second.page, 'allow').csrf }, flow.jar],
			["another user's request", { ...good, pending: bobs.pending }, flow.jar],
			["another user's form", bobs, flow.jar],
			["in another user's browser", good, bob.jar],
			['in another browser of the same user', good, alice2.jar],
			['without a session', good, new Jar()],
			['with a session that is none', good, new Jar([['mcp_s', 'A'.repeat(43)]])],
			['sign-in token', { ...good, csrf: await loginToken(s, client) }, flow.jar],
			['sign-out token', { ...good, csrf: signOutToken(flow.page) ?? 'x' }, flow.jar],
		];
		for (const action of ['allow', 'deny']) {
			await each(cases, async (name, fields, jar) => {
				if (name === 'sign-out token' && fields.csrf === good.csrf) return;
				const r = page(await post(s, { ...fields, action }, jar.copy()), 403, action);
				noCode(r);
			});
		}
		for (const f of [flow, second, bob, alice2]) await stillGood(s, f);
		const replay = page(
			await post(s, { ...good, action: 'allow' }, flow.jar.copy()),
			400,
			'the same click again',
		);
		noCode(replay);
		const fresh = await toConsent(s, { client, jar: flow.jar });
		page(
			await post(s, { ...fieldsFor(fresh.page, 'allow'), csrf: good.csrf }, flow.jar.copy()),
			403,
			'the used token on a new request',
		);
		await stillGood(s, fresh);
	},
	{ own: true },
);

async function loginToken(s, client) {
	const jar = new Jar();
	const p = await follow(
		s,
		await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
		jar,
	);
	return fieldsFor(p, 'login').csrf;
}

function signOutToken(p) {
	return parseForms(p.text).find(
		(f) =>
			!f.buttons.some((b) => b.value === 'allow') &&
			(f.fields.action === 'signout' || f.buttons.some((b) => b.value === 'signout')),
	)?.fields.csrf;
}

row('CO-03', 'two looks at one page do not spoil each other', async (s) => {
	const flow = await toConsent(s);
	const { pending: request } = fieldsFor(flow.page, 'allow');
	const looks = [];
	for (let i = 0; i < 3; i++) looks.push(await get(s, `/authorize?pending=${request}`, flow.jar));
	for (const p of looks) ok(formFor(p, 'allow'), `consent page: ${p}`);
	await stillGood(s, { ...flow, page: looks[0] });
	for (const action of ['fly', '', 'ALLOW', 'allow ', undefined]) {
		const other = await toConsent(s, { client: flow.client, jar: flow.jar });
		const r = page(
			await post(s, { ...fieldsFor(other.page, 'allow'), action }, flow.jar),
			[400, 403],
			`action ${action}`,
		);
		noCode(r);
		await stillGood(s, other);
	}
});

row('CO-03', 'a form changed in odd ways: two answers at once, fields in the query', async (s) => {
	const flow = await toConsent(s);
	const good = fieldsFor(flow.page, 'allow');
	const q = new URLSearchParams(good);
	noCode(
		page(await post(s, { ...good, action: ['allow', 'deny'] }, flow.jar), [400, 403], 'allow and deny'),
	);
	noCode(
		page(
			await post(s, { ...good, pending: [good.pending, good.pending] }, flow.jar),
			[400, 403],
			'the request twice',
		),
	);
	noCode(
		page(
			await post(s, good, flow.jar, {}, { path: `/authorize?pending=${good.pending}` }),
			400,
			'a query beside the form',
		),
	);
	noCode(
		page(
			await post(s, '', flow.jar, {}, { path: `/authorize?${q}` }),
			[400, 403],
			'the form in the query',
		),
	);
	const r = await get(s, `/authorize?${q}`, flow.jar);
	ok(
		r.headers.location === undefined || !r.headers.location.startsWith(LOOPBACK),
		'GET never answers for the user',
	);
	noCode(r);
	noCode(await post(s, JSON.stringify(good), flow.jar, { 'Content-Type': 'application/json' }));
	noCode(await post(s, new URLSearchParams(good).toString(), flow.jar, { 'Content-Type': 'text/plain' }));
	await stillGood(s, flow);
});

row('CO-05', 'what the form says of the request counts for nothing', async (s) => {
	const client = await register(s, { redirect_uris: [HTTPS] });
	const other = await register(s, { redirect_uris: ['https://other.example/cb'] });
	await each(
		[
			['scope', { scope: 'read:knowledge write:knowledge offline_access' }],
			['redirect_uri', { redirect_uri: 'https://evil.example/' }],
			['registered redirect of another', { redirect_uri: other.redirect_uris[0] }],
			['client_id', { client_id: other.client_id }],
			['resource', { resource: 'https://other.example/mcp' }],
			[
				'code_challenge',
				{ code_challenge: pkce('v'.repeat(43)).challenge, code_challenge_method: 'S256' },
			],
			['plain', { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
			['state', { state: 'forged' }],
			['user', { username: 'bob', user: 'bob', sub: 'bob', user_id: '1' }],
			['response_type', { response_type: 'token' }],
			[
				'all',
				{
					scope: 'write:knowledge',
					redirect_uri: 'https://evil.example/',
					client_id: other.client_id,
					resource: 'https://other.example/',
					state: 'forged',
					code_challenge: pkce().challenge,
				},
			],
		],
		async (_, fields) => {
			const flow = await toConsent(s, { client, scope: 'read:knowledge' });
			const r = await consent(s, flow.page, flow.jar, 'allow', { fields });
			status(r, 303);
			const a = answerOf(r);
			eq(a.base, HTTPS, 'where the code goes');
			eq(a.one('state'), flow.params.state, 'state');
			oauthError(
				await redeem(s, { ...flow, client: other, code: a.one('code') }),
				400,
				'invalid_grant',
				'in the hand of the other client',
			);
			const t = await redeem(s, { ...flow, code: a.one('code') });
			status(t, 200, 'with the verifier of the request');
			eq(t.json.scope, 'read:knowledge', 'scope');
			eq(await allowedScopes(s, t.json.access_token), ['read:knowledge'], 'what the token may do');
		},
	);
});

row('CO-06', "an answer from another site's page", async (s) => {
	const flow = await toConsent(s);
	for (const headers of [
		{ Origin: 'https://evil' },
		{ Origin: 'https://evil', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'iframe' },
		{ Origin: undefined, 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' },
	])
		noCode(page(await consent(s, flow.page, flow.jar, 'allow', { headers }), 403));
	match(flow.page.headers['content-security-policy'], /frame-ancestors 'none'/, 'Content-Security-Policy');
	eq(flow.page.headers['x-frame-options'], 'DENY', 'X-Frame-Options');
	await stillGood(s, flow);
});

row('CO-07', 'a refusal goes back where that is safe, else it is a page with a link', async (s) => {
	for (const [uri, back] of [
		[LOOPBACK, true],
		['http://localhost:4000/cb', true],
		['http://[::1]/cb', true],
		[TRUSTED, true],
		[HTTPS, false],
		['https://claude.ai.evil.example/cb', false],
		['https://c.example/cb?a=b', false],
	]) {
		const flow = await toConsent(s, { metadata: { redirect_uris: [uri] }, state: 'a&b="c"<d>' });
		const r = await consent(s, flow.page, flow.jar, 'deny');
		let to;
		if (back) {
			status(r, 303, `refusal to ${uri}`);
			to = r.headers.location;
		} else {
			page(r, 200, `refusal to ${uri}`);
			const links = tokenize(r.text)
				.filter((t) => t.kind === 'open' && t.name === 'a')
				.map((t) => t.attrs.href);
			to = links.find((h) => h.startsWith(uri));
			ok(to, `a link to the client: ${links}`);
			ok(
				!tokenize(r.text).some(
					(t) =>
						t.kind === 'open' &&
						t.name === 'meta' &&
						/refresh/i.test(t.attrs['http-equiv'] ?? ''),
				),
				'no jump by itself',
			);
		}
		const a = answerOf({ headers: { location: to } });
		ok(to.startsWith(uri + (uri.includes('?') ? '&' : '?')), `to ${uri}: ${to}`);
		eq(a.one('error'), 'access_denied', 'error');
		eq(a.one('state'), flow.params.state, 'state');
		eq(a.one('iss'), s.issuer, 'iss');
		noCode(r);
		ok(!('code' in a.query), 'no code');
		noCode(page(await consent(s, flow.page, flow.jar, 'allow'), 400, 'a change of mind'));
		noCode(
			page(
				await get(s, `/authorize?pending=${fieldsFor(flow.page, 'allow').pending}`, flow.jar),
				400,
				'the page again',
			),
		);
	}
});

row('CO-08', 'nothing on the page keeps a browser from going back to the client', async (s) => {
	for (const uri of [
		'http://127.0.0.1:49152/cb',
		'cursor://anysphere.cursor-mcp/oauth/cb',
		TRUSTED,
		HTTPS,
		'com.example.app:/cb',
	]) {
		const flow = await toConsent(s, { metadata: { redirect_uris: [uri] } });
		const csp = flow.page.headers['content-security-policy'];
		const directive = csp
			.split(';')
			.map((d) => d.trim())
			.find((d) => /^form-action\b/i.test(d));
		if (directive) {
			const origin = uri.startsWith('http') ? new URL(uri).origin : uri.slice(0, uri.indexOf(':') + 1);
			ok(directive.split(/\s+/).includes(origin), `form-action lets ${origin} through: ${directive}`);
			ok(!/claude\.ai/.test(uri), 'no form-action that would stop a later hop to another scheme');
		}
		lacks(csp, /navigate-to|sandbox/, 'Content-Security-Policy');
		eq(answerOf(await consent(s, flow.page, flow.jar)).base, uri, 'where the code goes');
	}
});

row('CO-09', 'a second click finds the request answered', async (s) => {
	const flow = await toConsent(s, { metadata: { redirect_uris: [HTTPS] } });
	const first = await consent(s, flow.page, flow.jar);
	status(first, 303);
	for (const choice of ['allow', 'deny', 'allow']) {
		const r = page(await consent(s, flow.page, flow.jar, choice), 400, `${choice} after the answer`);
		match(visibleText(r.text), /already/i, 'page');
		noCode(r);
	}
	const seen = page(
		await get(s, `/authorize?pending=${fieldsFor(flow.page, 'allow').pending}`, flow.jar),
		400,
		'the page after the answer',
	);
	ok(!formFor(seen, 'allow'), 'no form any more');
	status(await redeem(s, { ...flow, code: answerOf(first).one('code') }), 200, 'the one code');
});

row(
	'CO-10',
	'a request that nobody answered in time',
	async (s) => {
		const client = await register(s, { redirect_uris: [TRUSTED] });
		const flow = await toConsent(s, { client });
		const jar = new Jar();
		const login = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
			jar,
		);
		await sleep(4300);
		const r = page(await consent(s, flow.page, flow.jar), 400, 'allow');
		match(visibleText(r.text), /expired/i, 'page');
		noCode(r);
		page(await consent(s, flow.page, flow.jar, 'deny'), 400, 'deny');
		const look = page(
			await get(s, `/authorize?pending=${fieldsFor(flow.page, 'allow').pending}`, flow.jar),
			400,
			'look',
		);
		match(visibleText(look.text), /expired/i, 'page');
		const late = page(await signIn(s, login, jar), [400, 403], 'sign-in');
		match(visibleText(late.text), /expired/i, 'page');
		await stillGood(s, await toConsent(s, { client, jar: flow.jar }));
	},
	{ own: true, settings: { request_ttl: 3 } },
);

row('CO-11', 'no more than the operator lets the client ask is offered, and no form gets more', async (s) => {
	const client = addClient(s, 'Reader', {
		method: 'none',
		args: ['--redirect', LOOPBACK, '--scope', 'read:knowledge'],
	});
	const flow = await toConsent(s, { client, scope: 'read:knowledge write:knowledge' });
	const text = visibleText(flow.page.text);
	ok(text.includes(READ), 'reading is offered');
	ok(!text.includes(WRITE), 'writing is not');
	const r = await consent(s, flow.page, flow.jar, 'allow', {
		fields: { scope: 'read:knowledge write:knowledge' },
	});
	const t = await redeem(
		s,
		{ ...flow, code: answerOf(r).one('code') },
		{ scope: 'read:knowledge write:knowledge' },
	);
	status(t, 200);
	eq(t.json.scope, 'read:knowledge', 'scope');
	eq(await allowedScopes(s, t.json.access_token), ['read:knowledge'], 'what the token may do');
});

row('CO-11', 'what a client registered for itself is what it gets unasked, and no limit', async (s) => {
	const client = await register(s, { scope: 'read:knowledge' });
	const usual = await obtain(s, { client });
	eq(usual.tokens.scope, 'read:knowledge', 'scope when none is asked for');
	eq(await allowedScopes(s, usual.tokens.access_token), ['read:knowledge'], 'what the token may do');
	const flow = await toConsent(s, { client, scope: 'read:knowledge write:knowledge' });
	ok(visibleText(flow.page.text).includes(WRITE), 'writing is offered to the person, who decides');
	const t = await redeem(s, { ...flow, code: answerOf(await consent(s, flow.page, flow.jar)).one('code') });
	status(t, 200);
	eq(t.json.scope.split(' ').sort(), ['read:knowledge', 'write:knowledge'], 'scope');
});

row('CO-11', 'what was not asked for is not granted', async (s) => {
	const flow = await toConsent(s, { scope: 'write:knowledge' });
	const r = await consent(s, flow.page, flow.jar, 'allow', {
		fields: { scope: 'read:knowledge', 'scope[]': 'read:knowledge' },
	});
	const t = await redeem(s, { ...flow, code: answerOf(r).one('code') });
	eq(t.json.scope, 'write:knowledge', 'scope');
	eq(await allowedScopes(s, t.json.access_token), ['write:knowledge'], 'what the token may do');
});

row(
	'CO-12',
	'a hundred hostile texts in name, scope, state and redirect',
	async (s) => {
		ok(CORPUS.length >= 100, `${CORPUS.length} texts`);
		const plain = await toConsent(s, { metadata: { client_name: 'Plain', redirect_uris: [HTTPS] } });
		const frame = skeleton(plain.page.text);
		const readFrame = skeleton(
			(await toConsent(s, { client: plain.client, jar: plain.jar, scope: 'read:knowledge' })).page.text,
		);
		const errorFrame = skeleton((await authorize(s, { client_id: 'c_none' })).text);
		await each(corpusFor(s), async (text) => {
			const r = await registerRaw(s, {
				client_name: text,
				redirect_uris: [HTTPS],
				token_endpoint_auth_method: 'none',
				client_uri: 'https://c.example/',
			});
			status(r, [201, 400]);
			const client = r.status === 201 ? r.json : plain.client;
			const flow = await toConsent(s, { client, jar: plain.jar, state: text });
			eq(skeleton(flow.page.text), frame, 'elements of the consent page');
			lacks(flow.page.text, /mcpc_/, 'consent page');
			if (r.status === 201 && /^[\x21-\x7e]+$/.test(client.client_name ?? ''))
				ok(visibleText(flow.page.text).includes(client.client_name), 'the name is shown as text');
			const denied = page(await consent(s, flow.page, flow.jar, 'deny'), 200, 'refusal');
			lacks(denied.text, /<script|<img|<svg/i, 'page of the refusal');
			const scoped = await authorize(
				s,
				authParams(s, client, { code_challenge: pkce().challenge, scope: `read:knowledge ${text}` }),
				plain.jar.copy(),
			);
			const after = await follow(s, scoped, plain.jar.copy());
			if (after.status === 200) eq(skeleton(after.text), readFrame, 'elements with the text as scope');
			else ok(after.headers.location?.startsWith(HTTPS + '?'), `with the text as scope: ${after}`);
			const lost = page(
				await authorize(
					s,
					{
						...authParams(s, client, { code_challenge: pkce().challenge }),
						client_id: text,
						redirect_uri: text,
					},
					plain.jar.copy(),
				),
				400,
				'as client_id',
			);
			eq(skeleton(lost.text), errorFrame, 'elements of the error page');
			const placed = await registerRaw(s, {
				client_name: 'Plain',
				redirect_uris: [`https://c.example/cb?q=${text}`],
				token_endpoint_auth_method: 'none',
			});
			status(placed, [201, 400], 'as part of a redirect');
			if (placed.status === 201)
				eq(
					skeleton((await toConsent(s, { client: placed.json, jar: plain.jar })).page.text),
					frame,
					'elements with the text in the redirect',
				);
			const encoded = await registerRaw(s, {
				client_name: 'Plain',
				redirect_uris: [`https://c.example/cb?q=${encodeURIComponent(text)}`],
				token_endpoint_auth_method: 'none',
			});
			status(
				encoded,
				/%0[0AD]/.test(encodeURIComponent(text)) ? [201, 400] : 201,
				'as encoded part of a redirect',
			);
			if (encoded.status !== 201) return;
			eq(
				skeleton((await toConsent(s, { client: encoded.json, jar: plain.jar })).page.text),
				frame,
				'elements with the encoded text in the redirect',
			);
		});
	},
	{ own: true },
);

row(
	'CO-12',
	'hostile texts on the sign-in page',
	async (s) => {
		const client = await register(s);
		const jar = new Jar();
		const first = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), jar),
			jar,
		);
		const frame = skeleton((await signIn(s, first, jar, { password: 'wrong wrong wrong' })).text);
		await each(corpusFor(s), async (username) => {
			const r = await signIn(s, first, jar, { username, password: username + username });
			page(r, username.includes('\u0000') ? [400, 401] : 401);
			if (r.status === 401) eq(skeleton(r.text), frame, 'elements of the page');
		});
	},
	{ own: true },
);
