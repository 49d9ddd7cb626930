// SPDX-License-Identifier: ISC
//
// The page /setup: it makes the first user for whoever knows setup_secret, shows nothing to anybody else, and is gone for
// ever then. No web server's configuration that is installed has a route to it, but the .htaccess of the tarball, so that the
// tests add one.

import fs from 'node:fs';
import path from 'node:path';
import { row } from '../lib/rows.mjs';
import { each, eq, lacks, match, ok, page, status } from '../lib/check.mjs';
import { Jar, formFor, get, ownOrigin, post, raw, signIn, submit, authorize, authParams, pkce, register, visibleText } from '../lib/oauth.mjs';
import { SETUP_ROUTE } from '../lib/setup.mjs';

const SECRET = 'a secret of nobody else';
const PASSWORD = 'a password for the first';
const FRONTS = ['inproc', 'fastcgi', 'cgi', 'htaccess', 'htaccess-fcgid', 'htaccess-sub'];
const own = { own: true, user: false, fronts: FRONTS };

const DATABASE = ['', '-wal', '-shm', '.calls'];

/** An installation as it is after the upload: settings, and no database yet. */
async function fresh(s, settings = { setup_secret: SECRET }, { database = false } = {}) {
	s.setConf(settings);
	s.web.push(...SETUP_ROUTE[s.front]);
	if (!database) for (const end of DATABASE) fs.rmSync(s.db + end, { force: true });
	await s.restart();
	s.passwords.add(PASSWORD).add(SECRET);
}

const send = (s, fields, jar = new Jar(), headers = {}, o = {}) => post(s, fields, jar, headers, { path: '/setup', ...o });
/** What was found on the host is shown to whoever has the secret: it may name files. */
const look = (s, jar, secret = SECRET, headers) =>
	send(s, { action: 'look', secret }, jar, headers, { content: secret === SECRET });
const USER = { username: 'ada', password: PASSWORD, again: PASSWORD };
const users = (s) => s.sql('SELECT name FROM user').map((u) => u.name);

/** Up to the form for the user: { jar, page }. */
async function entered(s) {
	const jar = new Jar();
	status(await get(s, '/setup', jar), 200, 'GET');
	const r = page(await look(s, jar), 200, 'with the secret');
	ok(formFor(r, 'make'), `a form for the user: ${visibleText(r.text)}`);
	return { jar, page: r };
}

const make = (s, at, fields = USER, headers = {}) => submit(s, at.page, 'make', at.jar, { fields, headers });

/** What anybody may know is nothing of this host. */
function saysNothing(s, r, what) {
	const text = r.text + JSON.stringify(r.headers);
	for (const part of [s.dir, path.basename(s.dir), 'mcp.db', '/etc/', '/home/', '/var/', SECRET, 'www-data'])
		ok(!text.includes(part), `${what} tells ${part}`);
	return r;
}

/** The answer for an address where nothing is, whatever was asked. */
function isGone(r, what) {
	page(r, 404, what);
	match(visibleText(r.text), /Nothing here/, what);
	eq(r.cookies.length, 0, `${what}: cookies`);
	return r.text.replace(/<code>[0-9a-f]{16}<\/code>/, '');
}

async function isGoneForEver(s) {
	const jar = new Jar();
	const all = [
		isGone(await get(s, '/setup', jar), 'GET'),
		isGone(await look(s, jar), 'the right secret'),
		isGone(await look(s, jar, 'a wrong one'), 'a wrong secret'),
		isGone(await send(s, { action: 'make', pass: 'x', ...USER }, jar), 'a form for the user'),
		isGone(await raw(s, { method: 'POST', path: '/setup', body: '{}', headers: { 'Content-Type': 'application/json' } }), 'no form'),
	];
	eq(new Set(all).size, 1, 'different answers');
}

row('SU-01', 'before the secret is given nothing is made and nothing of the host is told', async (s) => {
	await fresh(s);
	const jar = new Jar();
	const r = saysNothing(s, page(await get(s, '/setup', jar), 200), 'the page');
	match(r.headers['content-security-policy'], /default-src 'none'.*form-action 'self'/, 'CSP');
	match(r.headers['cache-control'], /no-store/, 'Cache-Control');
	lacks(r.text, /<script|onclick|javascript:/i, 'script');
	ok(formFor(r, 'look'), 'a form for the secret');
	lacks(r.text, /name="(username|password|pass)"/, 'a form for the user');
	await get(s, `/setup?action=look&secret=${encodeURIComponent(SECRET)}`, jar);
	await get(s, '/setup?action=make&pass=x&username=ada&password=aaaaaaaaaaaaaaa&again=aaaaaaaaaaaaaaa', jar);
	status(await raw(s, { method: 'HEAD', path: '/setup' }), 200, 'HEAD');
	ok(!fs.existsSync(s.db), 'GET has made a database');
	saysNothing(s, page(await look(s, jar, 'not the secret at all'), 401), 'after a wrong secret');
	eq(users(s).length, 0, 'users');
}, own);

row('SU-02', 'with the secret: a look at the host, the database, the first user, how to connect; and then never again', async (s) => {
	await fresh(s);
	const at = await entered(s);
	eq(fs.statSync(s.db).mode & 0o777, 0o600, 'permissions of the database');
	eq(fs.readdirSync(path.dirname(s.db)).filter((f) => /^mcp\.db\.[0-9a-f]{16}/.test(f)).length, 0, 'files that were left');
	eq(users(s).length, 0, 'users before the form');
	lacks(at.page.text, new RegExp(SECRET), 'the secret on the page');
	const done = page(await make(s, at), 200, 'the last page');
	const text = visibleText(done.text);
	for (const part of [s.resource, 'claude mcp add --transport http', 'code --add-mcp', 'mcp-remote', '@modelcontextprotocol/inspector', 'ChatGPT', '.cursor/mcp.json'])
		ok(text.includes(part), `the last page does not say ${part}: ${text}`);
	lacks(done.text, new RegExp(PASSWORD), 'the password on the page');
	eq(users(s), ['ada'], 'users');
	await isGoneForEver(s);
	const jar = new Jar();
	const login = await authorize(s, authParams(s, await register(s), { code_challenge: pkce().challenge }), jar);
	status(await signIn(s, login, jar, { username: 'ada', password: PASSWORD }), 303, 'sign-in');
	const events = s.sql("SELECT outcome, user FROM audit WHERE event = 'setup'");
	ok(events.some((e) => e.outcome === 'ok' && e.user === 'ada'), `the audit: ${JSON.stringify(events)}`);
}, own);

row('SU-03', 'without setup_secret in the settings there is no form and nothing is made', async (s) => {
	await fresh(s, { setup_secret: null });
	const r = saysNothing(s, page(await get(s, '/setup'), 403), 'the page');
	match(visibleText(r.text), /setup_secret/, 'the line');
	eq(formFor(r, 'look'), undefined, 'a form');
	for (const secret of ['', 'null', SECRET]) page(await look(s, new Jar(), secret), 403, 'POST');
	ok(!fs.existsSync(s.db), 'a database was made');
}, own);

row('SU-04', 'there is nothing to set up where mcpctl has made a user', async (s) => {
	await fresh(s, { setup_secret: SECRET }, { database: true });
	s.addUser('bob');
	await isGoneForEver(s);
	eq(users(s), ['bob'], 'users');
}, own);

row('SU-05', 'it stays gone when the user is gone', async (s) => {
	await fresh(s);
	page(await make(s, await entered(s)), 200, 'the last page');
	s.sql('DELETE FROM user');
	await isGoneForEver(s);
	eq(users(s).length, 0, 'users');
}, own);

row('SU-06', 'of forms that race exactly one makes a user', async (s) => {
	await fresh(s);
	const all = await Promise.all(Array.from({ length: 5 }, () => entered(s)));
	const answers = await Promise.all(all.map((at, i) => make(s, at, { ...USER, username: `ada-${i}` })));
	eq(answers.filter((r) => r.status === 200).length, 1, `winners of ${answers.map((r) => r.status)}`);
	for (const r of answers.filter((x) => x.status !== 200)) isGone(r, 'a loser');
	eq(users(s).length, 1, 'users');
}, own);

row('SU-07', 'a form from elsewhere, or of another browser, does nothing', async (s) => {
	await fresh(s);
	const at = await entered(s);
	const elsewhere = [
		{ Origin: 'https://evil.example' },
		{ 'Sec-Fetch-Site': 'cross-site' },
		{ Origin: 'null', 'Sec-Fetch-Site': 'cross-site' },
	];
	for (const headers of elsewhere) {
		page(await look(s, at.jar, SECRET, headers), 403, `the secret, ${JSON.stringify(headers)}`);
		page(await make(s, at, USER, headers), 403, `the user, ${JSON.stringify(headers)}`);
	}
	const other = await entered(s);
	page(await make(s, { page: at.page, jar: other.jar }), 403, 'the form of another browser');
	page(await make(s, { page: at.page, jar: new Jar() }), 403, 'without a cookie');
	page(await send(s, { action: 'make', ...USER }, at.jar), 403, 'without a pass');
	page(await send(s, { action: 'make', pass: SECRET, ...USER }, at.jar), 403, 'the secret as a pass');
	page(await send(s, { action: 'make', ...USER, pass: formFor(at.page, 'make').fields.pass.slice(0, -2) + 'xx' }, at.jar), 403, 'another pass');
	status(await raw(s, { method: 'POST', path: '/setup?action=look', headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...ownOrigin(s) },
		body: `secret=${encodeURIComponent(SECRET)}` }), 400, 'a query');
	eq(users(s).length, 0, 'users');
	page(await make(s, at), 200, 'the form itself');
}, own);

row('SU-08', 'guessing the secret is limited as signing in is', async (s) => {
	await fresh(s, { setup_secret: SECRET, rate_limits: 'on', limit_login: '3/900' });
	for (let i = 0; i < 5; i++) await entered(s);
	const jar = new Jar();
	for (let i = 0; i < 3; i++) page(await look(s, jar, `guess number ${i} of it`), 401, `guess ${i}`);
	for (const secret of ['one more guess of it', SECRET]) {
		const r = page(await look(s, jar, secret), 429, 'after three guesses');
		ok(Number(r.headers['retry-after']) > 0, 'Retry-After');
	}
	ok(s.sql("SELECT count(*) AS n FROM audit WHERE event = 'setup' AND outcome <> 'ok'")[0].n >= 3, 'the audit has the guesses');
}, own);

row('SU-09', 'name and password obey the rules of mcpctl user add', async (s) => {
	await fresh(s);
	const at = await entered(s);
	await each(
		[
			[{ password: 'elevenchars', again: 'elevenchars' }, /fewer than 12 characters/],
			[{ password: 'x'.repeat(1025), again: 'x'.repeat(1025) }, /more than 1024 bytes/],
			[{ password: 'with a\ttab in it', again: 'with a\ttab in it' }, /control character/],
			[{ again: 'another password' }, /not the same/],
			[{ again: '' }, /not the same/],
			[{ password: '', again: '' }, /fewer than 12/],
			[{ username: '' }, /The name has/],
			[{ username: 'two words' }, /The name has/],
			[{ username: '-x' }, /The name has/],
			[{ username: 'x'.repeat(65) }, /The name has/],
		],
		async (fields, why) => {
			const r = page(await make(s, at, { ...USER, ...fields }), 400, 'the form again');
			match(visibleText(r.text), why, 'the reason');
			ok(formFor(r, 'make'), 'the form again');
			lacks(r.text, new RegExp(PASSWORD), 'a password on the page');
		},
	);
	eq(users(s).length, 0, 'users');
	page(await make(s, at), 200, 'a good one');
}, own);

row('SU-10', 'settings that cannot be used are explained by their line, without a word about the host', async (s) => {
	await fresh(s);
	const good = s.readConf();
	// programs that stay read the settings once, unless they could not be used
	const changed = async () => s.front === 'fastcgi' && (await s.restart());
	await each(
		[
			['issuer of the example', `# one\nissuer = https://CHANGE-ME\n`, /mcp-cgi\.conf, line 2: issuer is still that of the example/],
			['secret of the example', `issuer = ${s.issuer}\n\nsetup_secret = CHANGE-ME\n`, /line 3: setup_secret is still that of the example/],
			['short secret', `issuer = ${s.issuer}\nsetup_secret = too short\n`, /line 2: setup_secret must have 16 to 200 bytes/],
			['unknown key', `issuer = ${s.issuer}\nisuer = x\n`, /line 2: unknown key/],
			['no issuer', '# nothing\n', /mcp-cgi\.conf: issuer is missing/],
		],
		async (name, text, why) => {
			s.writeConf(text);
			await changed();
			const r = saysNothing(s, page(await get(s, '/setup'), 503), 'the page');
			match(visibleText(r.text), why, 'the line');
			page(await look(s, new Jar()), 503, 'POST');
			eq(formFor(r, 'look'), undefined, 'a form');
		},
	);
	fs.chmodSync(s.conf, 0o644);
	match(visibleText(page(await get(s, '/setup'), 503).text), /readable by others \(chmod 600\)/, 'permissions');
	fs.chmodSync(s.conf, 0o600);
	fs.renameSync(s.conf, `${s.conf}.away`);
	match(visibleText(saysNothing(s, page(await get(s, '/setup'), 503), 'without a file').text), /mcp-cgi\.conf: No such file/, 'no file');
	fs.renameSync(`${s.conf}.away`, s.conf);
	s.writeConf(good);
	page(await get(s, '/setup'), 200, 'mended');
}, own);

row('SU-11', 'neither the secret nor the password travels over plain http where the issuer is https', async (s) => {
	await fresh(s, { issuer: 'https://mcp.example.org', setup_secret: SECRET, require_https: 'on' });
	s.issuer = 'https://mcp.example.org';
	for (const r of [await get(s, '/setup'), await look(s, new Jar())]) {
		page(r, 403, 'over plain http');
		match(visibleText(r.text), /https required/, 'the reason');
		eq(formFor(r, 'look'), undefined, 'a form');
	}
	ok(!fs.existsSync(s.db), 'a database was made');
}, own);

row('SU-12', 'a database that cannot be made is explained, and the secret cannot be tried', async (s) => {
	await fresh(s, { setup_secret: SECRET, database: 'nowhere/mcp.db' });
	page(await get(s, '/setup'), 200);
	const answers = [];
	for (const secret of [SECRET, 'something else of it']) {
		const r = saysNothing(s, page(await look(s, new Jar(), secret), 503), 'the page');
		match(visibleText(r.text), /The database cannot be made/, 'the words');
		answers.push(r.text.replace(/<code>[0-9a-f]{16}<\/code>/, ''));
	}
	eq(answers[0], answers[1], 'the two answers');
}, own);
