// SPDX-License-Identifier: ISC
//
// Scopes of the settings: what one includes of another, what the operator may write with an asterisk and nobody else
// may, and how a person who has agreed to something is asked for more.

import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, oauthError, ok, status } from '../lib/check.mjs';
import { CREATE, READ, SEARCH, WRITE, call, challenge, toolResult } from '../lib/mcp.mjs';
import { addClient, ctl } from '../lib/operator.mjs';
import {
	allowedScopes,
	answerOf,
	assertAlive,
	authorize,
	authParams,
	basic,
	consent,
	follow,
	Jar,
	obtain,
	pkce,
	raw,
	redeem,
	refresh,
	register,
	registerRaw,
	revoke,
	toConsent,
	token,
	TRUSTED,
	visibleText,
} from '../lib/oauth.mjs';

const ADMIN = 'admin:knowledge';
const READ_WORDS = 'Search and read the documents in the knowledge base';
const WRITE_WORDS = 'Add documents to the knowledge base, and change or delete yours';
const ADMIN_WORDS = 'Do anything with the knowledge base';
const LADDER = {
	[`[scope ${ADMIN}]`]: { words: ADMIN_WORDS, implies: WRITE },
	[`[scope ${WRITE}]`]: { implies: READ },
};

const words = (list) => (list ?? '').split(' ').filter(Boolean).sort();

row(
	'BR-09',
	'a scope that includes another is enough for it, over any number of steps',
	async (s) => {
		await each(
			[
				[READ, [READ]],
				[WRITE, [READ, WRITE]],
				[ADMIN, [READ, WRITE]],
				[`${READ} ${ADMIN}`, [READ, WRITE]],
			],
			async (scope, may) => {
				const { tokens } = await obtain(s, { scope });
				eq(await allowedScopes(s, tokens.access_token), may, 'what the token may');
				for (const one of words(scope))
					ok(words(tokens.scope).includes(one), `scope of the answer: ${tokens.scope}`);
			},
		);
		const { tokens } = await obtain(s, { scope: WRITE });
		toolResult(
			await call(s, tokens.access_token, SEARCH, { query: 'anything' }),
			'search with a token for writing',
		);
		const low = await obtain(s, { scope: READ });
		const r = await call(s, low.tokens.access_token, CREATE, { title: 'a', content: 'b' });
		status(r, 403, 'the other way round');
		ok(words(challenge(r).scope).includes(WRITE), 'the scope of the challenge');
	},
	{ settings: LADDER },
);

row(
	'BR-09',
	'scopes that include each other, and without any such setting none does',
	async (s) => {
		const { tokens } = await obtain(s, { scope: 'a:x' });
		eq(await allowedScopes(s, tokens.access_token), [READ], 'what the token may');
	},
	{
		settings: {
			'[scope a:x]': { words: 'A', implies: 'b:x' },
			'[scope b:x]': { words: 'B', implies: `a:x ${READ}` },
		},
	},
);

row('BR-09', 'built in, writing does not include reading', async (s) => {
	const { tokens } = await obtain(s, { scope: WRITE });
	eq(await allowedScopes(s, tokens.access_token), [WRITE], 'what the token may');
});

row(
	'CO-01',
	'the words of the settings are on the page, and the scope is in the documents',
	async (s) => {
		const flow = await toConsent(s, { scope: `${READ} ${ADMIN}` });
		const text = visibleText(flow.page.text);
		ok(text.includes(ADMIN_WORDS) && text.includes(READ_WORDS), `words: ${text}`);
		ok(!text.includes(WRITE_WORDS), 'only what was asked for');
		const as = (await raw(s, { path: '/.well-known/oauth-authorization-server' })).json;
		ok(as.scopes_supported.includes(ADMIN), `scopes_supported: ${as.scopes_supported}`);
		const prm = (await raw(s, { path: '/.well-known/oauth-protected-resource' })).json;
		ok(prm.scopes_supported.includes(ADMIN), `scopes_supported of the resource: ${prm.scopes_supported}`);
		match(ctl(s, ['scope', 'list']), /admin:knowledge/, 'mcpctl scope list');
	},
	{ settings: LADDER },
);

row(
	'CO-12',
	'words of the settings are text',
	async (s) => {
		const flow = await toConsent(s, { scope: 'odd:x' });
		ok(visibleText(flow.page.text).includes('<b>bold</b> & "quoted"'), 'shown as they are');
		lacks(flow.page.text, /<b>bold/, 'page');
	},
	{ settings: { '[scope odd:x]': { words: '<b>bold</b> & "quoted"' } } },
);

row(
	'AU-18',
	'an asterisk is for the operator alone',
	async (s) => {
		const machine = async (scope, more = {}) => {
			const c = addClient(s, `with ${scope}`, { args: ['--scope', scope] });
			return token(
				s,
				{ grant_type: 'client_credentials', ...more },
				basic(c.client_id, c.client_secret),
			);
		};
		await each(
			[
				['read:*', [READ]],
				['*', [ADMIN, READ, WRITE]],
				['write:* read:knowledge', [READ, WRITE]],
				['*:knowledge', null],
				['rea*', null],
			],
			async (scope, gives) => {
				if (gives === null) {
					const r = s.ctl(['client', 'add', `odd ${scope}`, '--scope', scope]);
					ok(r.status !== 0, 'an asterisk in another place is refused');
					return;
				}
				const r = await machine(scope);
				status(r, 200);
				eq(words(r.json.scope), gives, 'scope');
			},
		);
		oauthError(
			await machine('read:*', { scope: WRITE }),
			400,
			'invalid_scope',
			'what the asterisk does not cover',
		);
		oauthError(
			await machine('*', { scope: 'read:*' }),
			400,
			'invalid_scope',
			'an asterisk in the request',
		);
		const client = await register(s, { redirect_uris: [TRUSTED] });
		for (const scope of ['read:*', '*'])
			eq(
				answerOf(
					await authorize(s, authParams(s, client, { scope, code_challenge: pkce().challenge })),
				).one('error'),
				'invalid_scope',
				`scope ${scope} asked for`,
			);
		const mixed = await obtain(s, { scope: `* ${READ}` });
		eq(words(mixed.tokens.scope), [READ], 'an asterisk beside a scope');
		const r = await registerRaw(s, {
			client_name: 'Greedy',
			redirect_uris: [TRUSTED],
			token_endpoint_auth_method: 'none',
			scope: '*',
		});
		status(r, [201, 400], 'an asterisk in a registration');
		if (r.status === 201) lacks(r.json.scope ?? '', /\*/, 'scope of the registration');
	},
	{ settings: { ...LADDER, client_credentials: 'on' } },
);

/* ---- asked for more ---- */

const text = (flow) => visibleText(flow.page.text);

async function allow(s, flow) {
	const r = await consent(s, flow.page, flow.jar);
	const t = await redeem(s, { ...flow, code: answerOf(r).one('code') });
	status(t, 200, 'code');
	return t.json;
}

row(
	'CO-01',
	'asked for more, a person sees what is new and what was allowed before, and gives the sum',
	async (s) => {
		const first = await obtain(s, { scope: READ });
		lacks(
			visibleText((await toConsent(s, { scope: READ })).page.text),
			/already/i,
			'page of a first time',
		);
		const flow = await toConsent(s, { client: first.client, jar: first.jar, scope: WRITE });
		ok(
			text(flow).includes(READ_WORDS) && text(flow).includes(WRITE_WORDS),
			`both on the page: ${text(flow)}`,
		);
		match(text(flow), /already/i, 'what was allowed before');
		const sum = await allow(s, flow);
		eq(words(sum.scope), [READ, WRITE], 'scope of the new token');
		eq(await allowedScopes(s, sum.access_token), [READ, WRITE], 'what it may');
		eq(await allowedScopes(s, first.tokens.access_token), [READ], 'what the old token may');
		const next = await refresh(s, first.client, sum.refresh_token);
		status(next, 200, 'refresh');
		eq(words(next.json.scope), [READ, WRITE], 'scope after a refresh');
	},
);

row('BR-08', 'the way from the 403 to the wider token', async (s) => {
	const first = await obtain(s, { scope: READ });
	const r = await call(s, first.tokens.access_token, CREATE, { title: 'Step', content: 'up' });
	status(r, 403, 'not enough');
	const flow = await toConsent(s, { client: first.client, jar: first.jar, scope: challenge(r).scope });
	const wider = await allow(s, flow);
	toolResult(await call(s, wider.access_token, CREATE, { title: 'Step', content: 'up' }), 'after agreeing');
	toolResult(await call(s, wider.access_token, SEARCH, { query: 'Step' }), 'what it could do before');
});

row(
	'CO-11',
	'the sum is made of what this person allowed this client for this resource, and is still alive',
	async (s) => {
		const both = await obtain(s, { scope: `${READ} ${WRITE}` });
		const less = await toConsent(s, { client: both.client, jar: both.jar, scope: READ });
		ok(text(less).includes(WRITE_WORDS), 'less asked than allowed: the sum');
		eq(words((await allow(s, less)).scope), [READ, WRITE], 'its scope');
		const only = async (o, what) => {
			const flow = await toConsent(s, { scope: WRITE, ...o });
			ok(
				text(flow).includes(WRITE_WORDS) && !text(flow).includes(READ_WORDS),
				`${what}: ${text(flow)}`,
			);
			eq(words((await allow(s, flow)).scope), [WRITE], `${what}: scope`);
		};
		const reader = await obtain(s, { scope: READ });
		await only({ jar: reader.jar }, 'another client');
		s.addUser('step');
		await only({ client: reader.client, username: 'step', jar: new Jar() }, 'another person');
		status(await revoke(s, reader.client, reader.tokens.refresh_token), 200, 'revocation');
		await only({ client: reader.client, jar: reader.jar }, 'taken back before');
	},
);

row('CO-07', 'who refuses to give more keeps what was', async (s) => {
	const first = await obtain(s, { scope: READ });
	const flow = await toConsent(s, { client: first.client, jar: first.jar, scope: WRITE });
	eq(answerOf(await consent(s, flow.page, flow.jar, 'deny')).one('error'), 'access_denied', 'error');
	await assertAlive(s, first.tokens.access_token);
	status(await refresh(s, first.client, first.tokens.refresh_token), 200, 'refresh');
	const again = await toConsent(s, { client: first.client, jar: first.jar, scope: READ });
	ok(!text(again).includes(WRITE_WORDS), 'nothing of what was refused');
});

row(
	'CO-11',
	'and not of what was allowed at another endpoint',
	async (s) => {
		const client = await register(s);
		const first = await obtain(s, { client, scope: READ });
		const flow = await toConsent(s, {
			client,
			jar: first.jar,
			scope: WRITE,
			resource: `${s.issuer}/team-b/mcp`,
		});
		ok(!text(flow).includes(READ_WORDS), `only what was asked: ${text(flow)}`);
		eq(words((await allow(s, flow)).scope), [WRITE], 'scope');
		const stray = await follow(
			s,
			await authorize(s, authParams(s, client, { code_challenge: pkce().challenge }), first.jar),
			first.jar,
		);
		status(stray, 200, 'the person is asked again in any case');
	},
	{ settings: { '[resource {issuer}/team-b/mcp]': { name: 'Team B' } } },
);
