// SPDX-License-Identifier: ISC
//
// The operator's own rules about where people may be sent: what an asterisk matches and what it never does, that a
// refusal beats a permission, and that a rule counts for clients that were there before it.

import { row } from '../lib/rows.mjs';
import { each, eq, oauthError, ok, page, status } from '../lib/check.mjs';
import { ctl, ctlJson } from '../lib/operator.mjs';
import {
	authorize,
	authParams,
	follow,
	Jar,
	obtainCode,
	pkce,
	random,
	register,
	registerRaw,
	toConsent,
} from '../lib/oauth.mjs';

const OWN = { own: true };

const rules = (s) => ctlJson(s, ['redirect', 'list']);
const ruleFor = (s, pattern) => rules(s).find((x) => x.pattern === pattern);

function drop(s, pattern) {
	const rule = ruleFor(s, pattern);
	ok(rule, `the rule ${pattern} is in the list`);
	ctl(s, ['redirect', 'drop', String(rule.id)]);
	ok(!ruleFor(s, pattern), `the rule ${pattern} is gone`);
}

const tryRegister = (s, uri) =>
	registerRaw(s, {
		client_name: `Try ${random(6)}`,
		redirect_uris: [uri],
		token_endpoint_auth_method: 'none',
	});

async function taken(s, list) {
	await each(
		list.map((x) => [x]),
		async (uri) => status(await tryRegister(s, uri), 201),
	);
}

async function refused(s, list) {
	await each(
		list.map((x) => [x]),
		async (uri) => oauthError(await tryRegister(s, uri), 400, 'invalid_redirect_uri'),
	);
}

async function ask(s, client, redirect_uri, jar = new Jar()) {
	return follow(
		s,
		await authorize(s, authParams(s, client, { redirect_uri, code_challenge: pkce().challenge }), jar),
		jar,
	);
}

row(
	'RG-08',
	'as soon as one address of a scheme is allowed, only allowed ones of that scheme are',
	async (s) => {
		await taken(s, ['https://any.example/cb']);
		ctl(s, ['redirect', 'allow', 'https://*.good.example/cb']);
		ctl(s, ['redirect', 'allow', 'https://p.example/apps/*/cb']);
		await taken(s, [
			'https://a.good.example/cb',
			'https://a-b.good.example/cb',
			'https://p.example/apps/one/cb',
			'https://p.example/apps/2-x_y/cb',
		]);
		await refused(s, [
			'https://any.example/cb',
			'https://good.example/cb',
			'https://a.b.good.example/cb',
			'https://.good.example/cb',
			'https://a.good.example/cb/',
			'https://a.good.example/cb/x',
			'https://a.good.example/cbx',
			'https://a.good.example/cb?x=1',
			'https://a.good.example/CB',
			'https://a.good.example:8443/cb',
			'https://a.good.example.evil.example/cb',
			'https://evil.example/.good.example/cb',
			'https://evil.example/a.good.example/cb',
			'https://evil.example?.good.example/cb',
			'https://evil.example#.good.example/cb',
			'https://evil.example:1.good.example/cb',
			'https://user@a.good.example/cb',
			'https://evil.example@a.good.example/cb',
			'https://a%2egood.example/cb',
			'https://evil.example%2f.good.example/cb',
			'https://p.example/apps//cb',
			'https://p.example/apps/a/b/cb',
			'https://p.example/apps/a%2fb/cb',
			'https://p.example/apps/../cb',
			'https://p.example/apps/a?/cb',
			'https://p.example/apps/a/cb?x=/cb',
			'https://q.p.example/apps/a/cb',
		]);
		await taken(s, [
			'http://127.0.0.1/cb',
			'http://localhost:3000/cb',
			'http://[::1]/cb',
			'cursor://anysphere.cursor-mcp/oauth/cb',
			'com.example.app:/cb',
		]);
		drop(s, 'https://*.good.example/cb');
		await refused(s, ['https://a.good.example/cb', 'https://any.example/cb']);
		drop(s, 'https://p.example/apps/*/cb');
		await taken(s, ['https://any.example/cb', 'https://a.b.good.example/cb']);
	},
	OWN,
);

row(
	'RG-04',
	'what is denied stays denied, whatever is allowed',
	async (s) => {
		ctl(s, ['redirect', 'deny', 'https://*.bad.example/cb']);
		ctl(s, ['redirect', 'deny', 'https://mixed.example/private/*']);
		await refused(s, ['https://a.bad.example/cb', 'https://mixed.example/private/cb']);
		await taken(s, [
			'https://a.good.example/cb',
			'https://a.b.bad.example/cb',
			'https://a.bad.example/other',
			'https://mixed.example/cb',
		]);
		ctl(s, ['redirect', 'allow', 'https://*.bad.example/cb']);
		ctl(s, ['redirect', 'allow', 'https://mixed.example/*']);
		ctl(s, ['redirect', 'allow', 'https://mixed.example/private/*']);
		await refused(s, ['https://a.bad.example/cb', 'https://mixed.example/private/cb']);
		await taken(s, ['https://mixed.example/cb']);
		const r = await registerRaw(s, {
			client_name: 'One of two',
			redirect_uris: ['https://mixed.example/cb', 'https://a.bad.example/cb'],
			token_endpoint_auth_method: 'none',
		});
		oauthError(r, 400, 'invalid_redirect_uri', 'one good and one denied');
	},
	OWN,
);

row(
	'AU-03',
	'a rule counts for clients that were registered before it',
	async (s) => {
		const client = await register(s, {
			redirect_uris: ['https://old.example/cb', 'https://fine.example/cb'],
		});
		const { jar } = await toConsent(s, { client });
		const early = await toConsent(s, { client, jar });
		for (const uri of client.redirect_uris) status(await ask(s, client, uri), 200, uri);
		ctl(s, ['redirect', 'deny', 'https://old.example/*']);
		for (const who of [undefined, jar]) {
			page(await ask(s, client, 'https://old.example/cb', who), 400, 'denied since');
			status(await ask(s, client, 'https://fine.example/cb', who), 200, 'the other one');
		}
		ok(early.page.status === 200, 'a page from before the rule');
		drop(s, 'https://old.example/*');
		await obtainCode(s, { client, jar, redirect_uri: 'https://old.example/cb' });
		ctl(s, ['redirect', 'allow', 'https://fine.example/cb']);
		page(await ask(s, client, 'https://old.example/cb', jar), 400, 'not among the allowed ones');
		status(await ask(s, client, 'https://fine.example/cb', jar), 200, 'among the allowed ones');
		const local = await register(s);
		status(await ask(s, local, 'http://127.0.0.1:5005/cb', jar), 200, 'loopback');
	},
	OWN,
);

row(
	'RG-08',
	'a rule lets a private scheme without a period in, and never a dangerous one',
	async (s) => {
		await refused(s, ['myapp://callback']);
		ctl(s, ['redirect', 'allow', 'myapp://callback']);
		await taken(s, ['myapp://callback']);
		await refused(s, ['myapp://callback/x', 'myapp://other', 'yourapp://callback']);
		await taken(s, ['https://any.example/cb', 'cursor://anysphere.cursor-mcp/oauth/cb']);
		const client = await register(s, { redirect_uris: ['myapp://callback'] });
		await obtainCode(s, { client });
		drop(s, 'myapp://callback');
		page(await ask(s, client, 'myapp://callback'), 400, 'after the rule was dropped');
		for (const pattern of [
			'javascript:*',
			'javascript://*/x',
			'data:*',
			'file:///*',
			'vbscript:x',
			'about:blank',
			'blob:*',
			'view-source:x',
		])
			s.ctl(['redirect', 'allow', pattern]);
		await refused(s, [
			'javascript:alert(1)',
			'javascript://a/x',
			'data:text/html,x',
			'file:///etc/passwd',
			'vbscript:x',
			'about:blank',
			'blob:x',
			'view-source:x',
		]);
	},
	OWN,
);

row(
	'RG-08',
	'rules that say nothing are not taken, and the list says what there is',
	async (s) => {
		eq(rules(s), [], 'rules of a new installation');
		await each(
			[
				[''],
				['x'],
				['//x'],
				['https://'],
				['https://a b/'],
				['https://a@b/'],
				['https://a/#f'],
				['\u0001'],
			],
			async (pattern) => {
				const r = s.ctl(['redirect', 'allow', pattern]);
				ok(r.status !== 0 && r.stderr.trim(), `exit status ${r.status}`);
			},
		);
		eq(rules(s), [], 'rules afterwards');
		ctl(s, ['redirect', 'allow', 'https://a.example/*']);
		ctl(s, ['redirect', 'deny', 'https://b.example/*']);
		const list = rules(s);
		eq(list.map((x) => x.pattern).sort(), ['https://a.example/*', 'https://b.example/*'], 'patterns');
		ok(/allow/.test(JSON.stringify(ruleFor(s, 'https://a.example/*'))), 'what the first does');
		ok(/deny/.test(JSON.stringify(ruleFor(s, 'https://b.example/*'))), 'what the second does');
		const text = ctl(s, ['redirect', 'list']);
		for (const x of list)
			ok(text.includes(x.pattern) && text.includes(String(x.id)), `the list for people: ${text}`);
		ok(s.ctl(['redirect', 'drop', '999999']).status !== 0, 'a rule that is not there');
	},
	OWN,
);
