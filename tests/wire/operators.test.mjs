// SPDX-License-Identifier: ISC
//
// What the operator sees and does with mcpctl while the server runs: clients, grants, single tokens, backups, the trace
// of each attempt in words, and the audit; and that none of it ever shows a secret.

import fs from 'node:fs';
import { row } from '../lib/rows.mjs';
import { parseForms } from '../lib/html.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, lacks, match, oauthError, ok, page, status } from '../lib/check.mjs';
import { CREATE, SEARCH, call } from '../lib/mcp.mjs';
import {
	addClient,
	audit,
	clientIn,
	clients,
	ctl,
	ctlJson,
	grants,
	referenceOf,
	traces,
} from '../lib/operator.mjs';
import {
	answerOf,
	assertAlive,
	assertDead,
	authorize,
	authParams,
	consent,
	credentials,
	follow,
	formFor,
	get,
	HTTPS,
	Jar,
	obtain,
	obtainCode,
	pkce,
	redeem,
	refresh,
	register,
	revoke,
	signIn,
	toConsent,
	token,
	TRUSTED,
	useToken,
} from '../lib/oauth.mjs';

const OWN = { own: true };
const AUDITED = (more = {}) => ({ own: true, settings: { audit: 'calls', ...more } });

const grantOf = (s, client) => grants(s).find((g) => g.client_id === client.client_id);

async function asked(s, client, { jar = new Jar(), ...more } = {}) {
	return follow(
		s,
		await authorize(s, authParams(s, client, { code_challenge: pkce().challenge, ...more }), jar),
		jar,
	);
}

row('OP-01', 'the clients in a list and one by one, for people and for programs', async (s) => {
	const open = await register(s, { client_name: 'Listed app', redirect_uris: [TRUSTED, HTTPS] });
	const secret = await register(s, {
		client_name: 'Listed with a secret',
		token_endpoint_auth_method: 'client_secret_basic',
	});
	const made = addClient(s, 'made by hand');
	const list = clients(s);
	ok(Array.isArray(list), 'the list is a list');
	for (const c of [open, secret, made]) {
		const mine = clientIn(list, c.client_id);
		ok(mine, `${c.client_id} is in the list`);
		eq(mine.client_name, c.client_name ?? 'made by hand', 'client_name');
		ok(ctl(s, ['client', 'list']).includes(c.client_id), 'and in the list for people');
		const shown = ctlJson(s, ['client', 'show'], [c.client_id]);
		eq(shown.client_id, c.client_id, 'client_id of the one shown');
		ok(ctl(s, ['client', 'show', c.client_id]).includes(c.client_id), 'and for people');
	}
	eq(
		[...ctlJson(s, ['client', 'show'], [open.client_id]).redirect_uris].sort(),
		[HTTPS, TRUSTED].sort(),
		'redirect_uris',
	);
	const all =
		JSON.stringify(list) +
		ctl(s, ['client', 'list']) +
		[open, secret, made].map((c) => ctl(s, ['client', 'show', c.client_id])).join('');
	lacks(all, /mcp[a-z]_[A-Za-z0-9_-]{20}/, 'what is printed about clients');
	for (const c of ['c_' + 'A'.repeat(22), 'x', '', "' OR 1=1 --"]) {
		const r = s.ctl(['client', 'show', c]);
		ok(
			r.status !== 0 && r.stderr.trim() && r.stdout === '',
			`client show ${JSON.stringify(c)}: exit status ${r.status}`,
		);
	}
});

row('OP-01', 'a client with odd names is still one line and strict JSON', async (s) => {
	const names = [
		'"quoted" \\ back',
		'tab\there',
		'new\nline',
		'\u001b[31mred',
		'\u202eevil',
		'caf\u00e9 \ud83d\ude00',
		'</script>',
	];
	for (const client_name of names)
		await register(s, { client_name, redirect_uris: [HTTPS] }).catch(() => null);
	ok(Array.isArray(clients(s)), 'strict JSON');
	lacks(ctl(s, ['client', 'list']), /[\x00-\x08\x0b-\x1f\x7f\u202e]/, 'list for people');
	const lines = ctl(s, ['client', 'list']).trim().split('\n');
	ok(lines.length <= clients(s).length + 2, `${lines.length} lines for ${clients(s).length} clients`);
});

row('BR-10', 'a disabled client is out at the next request, and in again when it is enabled', async (s) => {
	const got = await obtain(s);
	const other = await obtain(s, { jar: got.jar });
	const flow = await obtainCode(s, { client: got.client, jar: got.jar });
	const open = await toConsent(s, { client: got.client, jar: got.jar });
	await assertAlive(s, got.tokens.access_token);
	ctl(s, ['client', 'disable', got.client.client_id]);
	await assertDead(s, got.tokens.access_token);
	oauthError(
		await refresh(s, got.client, got.tokens.refresh_token),
		[400, 401],
		['invalid_client', 'invalid_grant'],
		'refresh',
	);
	oauthError(await redeem(s, flow), [400, 401], ['invalid_client', 'invalid_grant'], 'a code');
	for (const jar of [new Jar(), got.jar])
		page(await asked(s, got.client, { jar }), [400, 403], 'authorization');
	const late = await consent(s, open.page, open.jar);
	ok(
		late.status !== 303 || answerOf(late).query.code === undefined,
		`no code by a page from before: ${late}`,
	);
	await assertAlive(s, other.tokens.access_token, 'token of another client');
	ctl(s, ['client', 'enable', got.client.client_id]);
	const again = await obtain(s, { client: got.client, jar: got.jar });
	await assertAlive(s, again.tokens.access_token);
	ctl(s, ['client', 'delete', got.client.client_id]);
	await assertDead(s, again.tokens.access_token, 'token of a deleted client');
	page(await asked(s, got.client), 400, 'authorization of a deleted client');
	ok(!clientIn(clients(s), got.client.client_id), 'not in the list');
	ok(!JSON.stringify(grants(s)).includes(got.client.client_id), 'nor are its grants');
	for (const verb of ['disable', 'enable', 'delete', 'approve'])
		ok(s.ctl(['client', verb, got.client.client_id]).status !== 0, `${verb} once more`);
});

row('OP-02', 'the grants, and taking one back', async (s) => {
	const [one, two] = [await obtain(s, { scope: 'read:knowledge' }), await obtain(s)];
	const mine = grantOf(s, one.client);
	ok(mine, 'the grant is in the list');
	match(JSON.stringify(mine), /alice/, 'whose it is');
	match(JSON.stringify(mine), /read:knowledge/, 'what it allows');
	ok(ctl(s, ['grant', 'list']).includes(String(mine.id)), 'the list for people has its id');
	ctl(s, ['grant', 'revoke', String(mine.id)]);
	await assertDead(s, one.tokens.access_token);
	oauthError(await refresh(s, one.client, one.tokens.refresh_token), 400, 'invalid_grant', 'refresh');
	await assertAlive(s, two.tokens.access_token, 'token of another grant');
	for (const id of ['999999', 'x', '-1', ''])
		ok(s.ctl(['grant', 'revoke', id]).status !== 0, `grant revoke ${JSON.stringify(id)}`);
	lacks(
		JSON.stringify(grants(s)) + ctl(s, ['grant', 'list']),
		/mcp[a-z]_[A-Za-z0-9_-]{20}/,
		'what is printed about grants',
	);
});

row('OP-02', 'a token that turned up somewhere: it is read from standard input, and ended', async (s) => {
	const one = await obtain(s);
	const next = (await refresh(s, one.client, one.tokens.refresh_token)).json;
	ctl(s, ['token', 'revoke'], one.tokens.access_token + '\n');
	await assertDead(s, one.tokens.access_token);
	await assertAlive(s, next.access_token, 'another token of the grant');
	ctl(s, ['token', 'revoke'], next.refresh_token + '\n');
	await assertDead(s, next.access_token, 'after its refresh token');
	oauthError(await refresh(s, one.client, next.refresh_token), 400, 'invalid_grant', 'refresh');
	const two = await obtain(s);
	const onLine = s.ctl(['token', 'revoke', two.tokens.access_token]);
	eq(onLine.status, 2, 'exit status with the token on the command line');
	await assertAlive(s, two.tokens.access_token);
	for (const text of ['mcpa_' + 'A'.repeat(49), 'x', '', ' ']) {
		const r = s.ctl(['token', 'revoke'], text + '\n');
		ok(r.status !== 0, `token revoke with ${JSON.stringify(text)}`);
		ok(!text.trim() || text.length < 5 || !(r.stdout + r.stderr).includes(text), 'it is not repeated');
	}
});

/* ---- backup ---- */

row(
	'OP-03',
	'a restored backup has the people and the clients, and no living grant, code, session or request',
	async (s) => {
		const before = await obtain(s);
		const flow = await obtainCode(s, { client: before.client, jar: before.jar });
		const open = await toConsent(s, { client: before.client, jar: before.jar });
		const file = `${s.dir}/log/backup.db`;
		ctl(s, ['backup', file]);
		eq(fs.statSync(file).mode & 0o777, 0o600, 'mode of the backup');
		const again = s.ctl(['backup', file]);
		ok(again.status !== 0, 'an existing file is not written over');
		const later = await obtain(s, { jar: before.jar });
		await assertAlive(s, before.tokens.access_token);
		ctl(s, ['restore', file]);
		for (const t of [before, later]) {
			await assertDead(s, t.tokens.access_token, 'access token');
			oauthError(
				await refresh(s, t.client, t.tokens.refresh_token),
				[400, 401],
				['invalid_grant', 'invalid_client'],
				'refresh',
			);
		}
		oauthError(await redeem(s, flow), 400, 'invalid_grant', 'a code of the backup');
		const click = await consent(s, open.page, open.jar);
		ok(
			click.status !== 303 || !answerOf(click).query.code,
			`no code for a request of the backup: ${click}`,
		);
		ok(
			formFor(await asked(s, before.client, { jar: before.jar }), 'login'),
			'a session of the backup is over',
		);
		const fresh = await obtain(s, { client: before.client });
		await assertAlive(s, fresh.tokens.access_token, 'connected anew');
		page(await asked(s, later.client), 400, 'a client that came after the backup');
		eq(s.sql('PRAGMA integrity_check')[0].integrity_check, 'ok', 'integrity of the database');
	},
	OWN,
);

row(
	'OP-03',
	'everything that was given before a restore is of another epoch, also what the backup says is alive',
	async (s) => {
		const machine = addClient(s, 'a machine', { method: 'client_secret_post' });
		const server = addClient(s, 'a server', { method: 'client_secret_post', args: ['--introspect', s.resource] });
		const ask = () => token(s, { grant_type: 'client_credentials', ...credentials(machine).params }, credentials(machine).headers);
		const jar = new Jar();
		const t = {};
		for (const name of ['untouched', 'rotated', 'revoked']) t[name] = await obtain(s, { jar });
		const own = status(await ask(), 200, 'a machine').json;
		ctl(s, ['backup', `${s.dir}/log/epoch.db`]);
		const second = status(await refresh(s, t.rotated.client, t.rotated.tokens.refresh_token), 200, 'rotated').json;
		status(await revoke(s, t.revoked.client, t.revoked.tokens.refresh_token), 200, 'revoked');
		ctl(s, ['restore', `${s.dir}/log/epoch.db`]);
		const all = [...Object.values(t), { client: t.rotated.client, tokens: second }];
		eq(s.sql('SELECT count(*) AS n FROM grants WHERE revoked_at = 0')[0].n, 4, 'grants that the backup says are alive');
		for (const { client, tokens } of all) {
			await assertDead(s, tokens.access_token, 'access token');
			oauthError(await refresh(s, client, tokens.refresh_token), 400, 'invalid_grant', 'refresh token');
			const said = await token(s, { token: tokens.access_token, ...credentials(server).params }, {}, { path: '/introspect' });
			eq([said.status, said.json], [200, { active: false }], 'introspection');
		}
		await assertDead(s, own.access_token, 'access token of a machine');
		eq(new Set(grants(s).map((g) => g.state)), new Set(['ended by a restore']), 'state of the grants');
		const fresh = await obtain(s, { client: t.untouched.client });
		await assertAlive(s, fresh.tokens.access_token, 'connected anew');
		status(await refresh(s, fresh.client, fresh.tokens.refresh_token), 200, 'refreshed anew');
		const r = page(await get(s, '/account', fresh.jar), 200, 'the page of apps');
		eq(parseForms(r.text).filter((f) => f.buttons.some((b) => b.value === 'disconnect')).length, 1, 'connected apps');
		const again = status(await ask(), 200, 'a machine, again').json;
		await assertAlive(s, again.access_token, 'token of a machine');
	},
	{ ...OWN, settings: { client_credentials: 'on', introspection: 'on' } },
);

row(
	'OP-03',
	'what is no backup of ours is not restored',
	async (s) => {
		const got = await obtain(s);
		const bad = s.write('log/bad.db', 'not a database');
		const empty = s.write('log/empty.db', '');
		s.run(['sqlite3', `${s.dir}/log/other.db`, 'CREATE TABLE x(y); INSERT INTO x VALUES (1);']);
		for (const file of [bad, empty, `${s.dir}/log/other.db`, `${s.dir}/log/nothing.db`, s.dir]) {
			const r = s.ctl(['restore', file]);
			ok(
				r.status !== 0 && r.stderr.trim(),
				`restore ${file.replace(s.dir, '')}: exit status ${r.status}`,
			);
			await assertAlive(s, got.tokens.access_token, `after ${file.replace(s.dir, '')}`);
		}
		ok(
			s.ctl(['backup', `${s.dir}/nowhere/x.db`]).status !== 0,
			'a backup into a folder that is not there',
		);
	},
	OWN,
);

/* ---- trace ---- */

/** The attempt that has this in it, as text. */
function attempt(s, part, what) {
	const found = traces(s, 50).filter((t) => JSON.stringify(t).includes(part));
	ok(
		found.length > 0,
		`${what}: an attempt has ${part}; there are ${JSON.stringify(traces(s, 50)).slice(0, 600)}`,
	);
	return found.at(0);
}

/** An attempt of this client says this. */
function traced(s, client, re, what) {
	const all = traces(s, 50).filter((t) => JSON.stringify(t).includes(client.client_id));
	ok(all.length > 0, `${what}: an attempt of the client`);
	const text = JSON.stringify(all);
	match(text, re, `${what}: the trace`);
	match(ctl(s, ['trace', '50']), re, `${what}: the trace for people`);
	return all;
}

row(
	'OP-04',
	'why an attempt failed, in words: before anybody is asked',
	async (s) => {
		const client = await register(s, { redirect_uris: [HTTPS] });
		const r = page(await asked(s, client, { redirect_uri: 'https://c.example/other' }), 400, 'redirect');
		const id = referenceOf(r);
		ok(id, 'the page has a reference');
		const one = attempt(s, id, 'redirect');
		match(JSON.stringify(one), /redirect/i, 'what was wrong');
		for (const uri of ['https://c.example/other', HTTPS])
			ok(JSON.stringify(one).includes(uri), `${uri} is in the trace: ${JSON.stringify(one)}`);
		ok(JSON.stringify(one).includes(client.client_id), 'who it was');

		const other = await register(s, { redirect_uris: [TRUSTED] });
		const theirs = `${s.issuer}/Mcp`;
		const wrong = await authorize(
			s,
			authParams(s, other, { resource: theirs, code_challenge: pkce().challenge }),
		);
		eq(answerOf(wrong).one('error'), 'invalid_target', 'error');
		const all = JSON.stringify(traced(s, other, /resource/i, 'resource'));
		ok(all.includes(theirs) && all.includes(s.resource), `both spellings: ${all.slice(0, 600)}`);

		const third = await register(s, { redirect_uris: [TRUSTED] });
		await authorize(s, authParams(s, third, { scope: 'no:such', code_challenge: pkce().challenge }));
		traced(s, third, /scope/i, 'scope');
	},
	OWN,
);

row(
	'OP-04',
	'and while somebody is asked: wrong password, refusal',
	async (s) => {
		const client = await register(s);
		const jar = new Jar();
		const p = await asked(s, client, { jar });
		const again = await signIn(s, p, jar, { password: 'not the password!' });
		status(again, 401, 'wrong password');
		const id = /\bmcp-cgi (?:authorize )?(\w+): sign-in refused/.exec(s.log())?.[1];
		ok(id, `a line of the log: ${s.log()}`);
		const all = JSON.stringify(traced(s, client, /password/i, 'wrong password'));
		ok(all.includes(`"${id}"`), `the id of the log, ${id}, is in the trace: ${all}`);
		const inside = await follow(s, await signIn(s, again, jar), jar);
		status(await consent(s, inside, jar, 'deny'), 303, 'refusal');
		traced(s, client, /denied|refused|declined|said no/i, 'refusal');
	},
	OWN,
);

row(
	'OP-04',
	'and at the token endpoint: wrong verifier, late code',
	async (s) => {
		const flow = await obtainCode(s);
		oauthError(
			await redeem(s, flow, { code_verifier: pkce().verifier }),
			400,
			'invalid_grant',
			'wrong verifier',
		);
		traced(s, flow.client, /verifier|PKCE/i, 'wrong verifier');
		const late = await obtainCode(s, { jar: flow.jar });
		await sleep(4300);
		oauthError(await redeem(s, late), 400, 'invalid_grant', 'late code');
		traced(s, late.client, /expired \d+ s before .*clock/i, 'late code, and by which clock');
	},
	{ own: true, settings: { code_ttl: 3 } },
);

row(
	'OP-04',
	'and what is asked for there: another redirect, another resource, more scope, each beside what would be right',
	async (s) => {
		const flow = await obtainCode(s, { scope: 'read:knowledge offline_access' });
		const both = (one, other, what) => {
			const text = JSON.stringify(traced(s, flow.client, new RegExp(what), what));
			for (const part of [one, other]) ok(text.includes(part), `${what}: ${part} is in ${text.slice(-600)}`);
		};
		const elsewhere = 'https://c.example/elsewhere';
		oauthError(await redeem(s, flow, { redirect_uri: elsewhere }), 400, 'invalid_grant', 'redirect');
		both(`redirect_uri is '${elsewhere}'`, `was sent to '${flow.params.redirect_uri}'`, 'redirect_uri');
		const theirs = `${s.issuer}/Mcp`;
		oauthError(await redeem(s, flow, { resource: theirs }), 400, 'invalid_target', 'resource');
		both(theirs, s.resource, 'resource');
		const got = status(await redeem(s, flow), 200, 'the code is as good as before').json;
		oauthError(
			await refresh(s, flow.client, got.refresh_token, { scope: 'write:knowledge' }),
			400,
			'invalid_scope',
			'scope',
		);
		both("scope is 'write:knowledge'", "granted is 'read:knowledge", 'scope');
	},
	OWN,
);

row(
	'OP-04',
	'a success is one attempt, from the first page to the first call of a tool',
	async (s) => {
		const got = await obtain(s);
		await call(s, got.tokens.access_token, SEARCH, { query: 'x' });
		const all = traces(s, 50).filter((t) => JSON.stringify(t).includes(got.client.client_id));
		eq(all.length, 1, 'attempts');
		ok(all[0].id, `the attempt has an id: ${JSON.stringify(all[0])}`);
		match(String(all[0].id), /^[0-9a-f]{8,16}$/, 'its id');
		const text = JSON.stringify(all[0]);
		for (const step of [/authorize/i, /sign|login/i, /consent|allow|agree/i, /token|code/i, /mcp|tool/i])
			match(text, step, 'steps');
		ok(Array.isArray(all[0].steps) && all[0].steps.length >= 4, `steps: ${text}`);
		const people = ctl(s, ['trace']);
		ok(people.includes(String(all[0].id)), 'for people, too');
		eq(traces(s, 1).length, 1, 'only as many as asked for');
	},
	OWN,
);

/* ---- audit ---- */

row(
	'OP-05',
	'the audit says who was let in, who agreed to what, what was issued, refused and taken back',
	async (s) => {
		const got = await obtain(s);
		await call(s, got.tokens.access_token, SEARCH, { query: 'in the audit' });
		await call(s, got.tokens.access_token, CREATE, { title: 'Audited', content: 'confidential words' });
		const jar = new Jar();
		const p = await asked(s, got.client, { jar });
		await signIn(s, p, jar, { password: 'not the password!' });
		const flow = await obtainCode(s, { jar: got.jar });
		await redeem(s, flow, { code_verifier: pkce().verifier });
		await refresh(s, got.client, got.tokens.refresh_token);
		status(await revoke(s, got.client, got.tokens.refresh_token), 200, 'revocation');
		const lines = audit(s);
		const text = JSON.stringify(lines);
		for (const part of [
			/alice/,
			new RegExp(got.client.client_id),
			/sign|login/i,
			/consent|allow|agree/i,
			/issue|token/i,
			/refus|fail|denied|wrong/i,
			/revo/i,
			new RegExp(SEARCH),
			new RegExp(CREATE),
		])
			match(text, part, 'audit');
		lacks(text, /confidential words|in the audit/, 'audit');
		for (const line of lines)
			ok(
				Object.values(line).some(
					(v) => /^\d{4}-\d\d-\d\dT/.test(v) || (Number.isInteger(v) && v > 1e9),
				),
				`a time in every line: ${JSON.stringify(line)}`,
			);
		eq(audit(s, ['--since', '2999-01-01']), [], 'lines of the far future');
		eq(audit(s, ['--since', '2000-01-01']).length, audit(s).length, 'lines since long ago');
		for (const bad of ['x', '2026-13-01', '2026-02-30', ''])
			ok(s.ctl(['audit', '--since', bad]).status !== 0, `--since ${JSON.stringify(bad)}`);
	},
	AUDITED(),
);

row(
	'OP-05',
	'each event has its name and its outcome: sign-in, consent, issue, refusal, revocation, tool call',
	async (s) => {
		const got = await obtain(s);
		await call(s, got.tokens.access_token, SEARCH, { query: 'x' });
		await call(s, got.tokens.access_token, 'no_such_tool', {});
		const jar = new Jar();
		await signIn(s, await asked(s, got.client, { jar }), jar, { password: 'not the password!' });
		const said = await toConsent(s, { client: got.client, jar: got.jar });
		status(await consent(s, said.page, said.jar, 'deny'), 303, 'no');
		const flow = await obtainCode(s, { client: got.client, jar: got.jar });
		oauthError(await redeem(s, flow, { code_verifier: pkce().verifier }), 400, 'invalid_grant', 'wrong verifier');
		status(await refresh(s, got.client, got.tokens.refresh_token), 200, 'refresh');
		oauthError(await refresh(s, got.client, got.tokens.refresh_token, { scope: 'no:such' }), 400, 'invalid_scope', 'scope');
		status(await revoke(s, got.client, got.tokens.refresh_token), 200, 'revocation');
		const lines = audit(s);
		const some = (event, outcome) => lines.filter((l) => l.event === event && l.outcome === outcome);
		await each(
			[
				['register', 'ok'], ['authorize', 'ok'], ['sign-in', 'ok'], ['sign-in', 'access_denied'], ['consent', 'ok'],
				['consent', 'access_denied'], ['token', 'ok'], ['token', 'invalid_grant'], ['token', 'invalid_scope'], ['refresh', 'ok'],
				['revoke', 'ok'], ['first-call', 'ok'], ['call', 'ok'],
			].map(([event, outcome]) => [`${event} ${outcome}`, event, outcome]),
			async (_, event, outcome) => {
				const found = some(event, outcome);
				ok(found.length > 0, `no such line; there are ${lines.map((l) => `${l.event} ${l.outcome}`).join(', ')}`);
				if (outcome !== 'ok') ok(found.every((l) => l.why), `a refusal says why: ${JSON.stringify(found)}`);
			},
		);
		const named = [...some('sign-in', 'ok'), ...some('consent', 'ok'), ...some('token', 'ok'), ...some('revoke', 'ok'), ...some('call', 'ok')];
		for (const l of named) ok(l.user === 'alice' || l.event === 'sign-in', `who it was: ${JSON.stringify(l)}`);
		for (const l of [...some('consent', 'ok'), ...some('token', 'ok'), ...some('revoke', 'ok'), ...some('call', 'ok')])
			eq(l.client_id, got.client.client_id, `client of ${l.event}`);
	},
	AUDITED(),
);

row(
	'OP-05',
	'without calls there are no calls in it, and off is off',
	async (s) => {
		const got = await obtain(s);
		await call(s, got.tokens.access_token, SEARCH, { query: 'x' });
		await call(s, got.tokens.access_token, CREATE, { title: 'a', content: 'b' });
		const text = JSON.stringify(audit(s));
		match(text, /alice/, 'access');
		lacks(text, new RegExp(CREATE), 'audit');
		s.setConf({ audit: 'off' });
		await s.restart();
		const before = audit(s).length;
		const next = await obtain(s);
		await call(s, next.tokens.access_token, SEARCH, { query: 'x' });
		ok(
			!JSON.stringify(audit(s).slice(0)).includes(next.client.client_id),
			'nothing is added when it is off',
		);
		ok(audit(s).length <= before, 'lines');
	},
	OWN,
);

row(
	'OP-05',
	'old lines go',
	async (s) => {
		const got = await obtain(s);
		ok(JSON.stringify(audit(s)).includes(got.client.client_id), 'fresh lines');
		const tables = Object.keys(s.counts()).filter((t) => /audit|trace|event/.test(t));
		ok(tables.length > 0, 'a table of the audit');
		for (const t of tables) {
			const columns = s
				.sql(`SELECT name, type FROM pragma_table_info('${t}')`)
				.filter((c) => /_at$|^at$|time/.test(c.name) && /INT/i.test(c.type));
			if (columns.length)
				s.sql(
					`UPDATE "${t}" SET ${columns.map((c) => `"${c.name}" = "${c.name}" - 3 * 86400`).join(', ')}`,
					{ json: false },
				);
		}
		ctl(s, ['reap']);
		ok(!JSON.stringify(audit(s)).includes(got.client.client_id), 'after three days, with two allowed');
		await assertAlive(s, got.tokens.access_token, 'tokens are no matter of the audit');
	},
	AUDITED({ audit_days: 2 }),
);

row(
	'BR-15',
	'neither trace nor audit nor log has a secret, whatever happened',
	async (s) => {
		const seen = new Set();
		const add = (...list) => list.filter(Boolean).forEach((x) => seen.add(x));
		for (const method of ['none', 'client_secret_basic', 'client_secret_post']) {
			const got = await obtain(s, { metadata: { token_endpoint_auth_method: method } });
			add(
				got.code,
				got.verifier,
				got.tokens.access_token,
				got.tokens.refresh_token,
				got.client.client_secret,
				got.client.registration_access_token,
				got.params.state,
				...got.jar.map.values(),
			);
			const next = await refresh(s, got.client, got.tokens.refresh_token);
			add(next.json.access_token, next.json.refresh_token);
			await redeem(s, got);
			await redeem(s, { ...got, code: got.tokens.refresh_token });
			await refresh(s, got.client, got.tokens.access_token);
			await refresh(
				s,
				{ ...got.client, client_secret: 'mcps_' + 'q'.repeat(49) },
				next.json.refresh_token,
			);
			await useToken(s, next.json.refresh_token);
			await call(s, next.json.access_token, SEARCH, { query: got.tokens.access_token });
			await revoke(s, got.client, next.json.access_token);
		}
		const jar = new Jar();
		const p = await asked(s, await register(s), { jar });
		await signIn(s, p, jar, { password: 'a secret that is wrong' });
		await signIn(s, p, jar, { username: 'password typed as name', password: '' });
		add('a secret that is wrong', s.password, 'mcps_' + 'q'.repeat(49), ...jar.map.values());
		await get(s, `/authorize?client_id=${[...seen][0]}&redirect_uri=x`, jar);
		const all = [ctl(s, ['trace', '100']), JSON.stringify(traces(s, 100)), ctl(s, ['audit']), s.log()];
		await each(['trace', 'trace --json', 'audit', 'log'], async (name) => {
			const text = all[['trace', 'trace --json', 'audit', 'log'].indexOf(name)];
			for (const secret of seen)
				ok(
					!text.includes(secret) && !text.includes(secret.slice(5, 40).padEnd(12, '#')),
					`the ${name} has ${secret.slice(0, 6)}...`,
				);
		});
	},
	AUDITED(),
);

row('OP-06', 'every command explains itself, and refuses what it does not understand', async (s) => {
	const commands = [
		'client',
		'grant',
		'token',
		'redirect',
		'scope',
		'reap',
		'backup',
		'restore',
		'trace',
		'audit',
	];
	const help = ctl(s, ['--help']);
	await each(commands, async (name) => {
		ok(help.includes(name), 'it is in the list of commands');
		ok(ctl(s, [name, '--help']).length > 20, 'it explains itself');
		const r = s.ctl([name, 'nonsense', 'x', 'y', 'z', '--odd']);
		eq(r.status, 2, 'exit status of nonsense');
		eq(r.stdout, '', 'output of nonsense');
	});
	for (const args of [
		['client', 'list', '--json', 'x'],
		['client', 'show'],
		['trace', 'x'],
		['trace', '-1'],
		['backup'],
		['restore'],
	])
		ok(s.ctl(args).status !== 0, `mcpctl ${args.join(' ')}`);
});
