// SPDX-License-Identifier: ISC
//
// kill.mjs FRONT: clients register, sign in, trade codes, refresh, write documents and revoke, while every few
// hundredths of a second one of the working processes is killed with SIGKILL. Afterwards nothing is half done in the
// database, and whatever a client was told has happened is there. Prints one line a check, with what was counted.

import { each, eq, match, oauthError, ok, oneOf, status } from '../lib/check.mjs';
import { LIGHTTPD, hasWorkers, isCgi } from '../lib/fronts.mjs';
import { sleep, start } from '../lib/harness.mjs';
import { CREATE, SEARCH, call, toolResult } from '../lib/mcp.mjs';
import { answerOf, assertAlive, assertDead, authorize, authParams, credentials, fieldsFor, formEncode, formFor, get, Jar, LOOPBACK, obtain, pkce, post, random, raw, redeem,
	refresh, registerRaw, token } from '../lib/oauth.mjs';
import { descendants } from '../lib/processes.mjs';
import { childrenOf, isAlive, isBusy, nameOf, PROGRAMS } from './place.mjs';

const [front] = process.argv.slice(2);
const FRONTS = [...LIGHTTPD, 'apache-fcgid', 'apache-cgi', 'htaccess', 'htaccess-sub'];
if (!FRONTS.includes(front)) {
	console.error(`usage: kill.mjs ${FRONTS.join('|')}`);
	process.exit(2);
}

const LOAD_MS = 8000;
const ACTORS = 5;
const LOAD_MOST_MS = 60000;
/** Apache takes a tenth of a second, mod_fcgid a whole one, to have another process. */
const SLOW = !LIGHTTPD.includes(front);
const PAUSE_MS = SLOW ? 200 : 20;
const LEAST_KILLS = SLOW ? 25 : 60;
const LEAST_CONFIRMED = SLOW ? 60 : 120;
const ALLOW = { allow: [500, 502, 504] };

/** What a client sees of a process that died on it: the web server's own error page, or nothing. */
const DIED = /ended without an answer|shorter than it says|ECONNRESET|EPIPE/;

const settings = { code_ttl: 600, refresh_grace: 300, ...(hasWorkers(front) ? { workers: 2, mcp_workers: 3 } : {}) };
const s = await start({ front, settings });
const count = { kills: 0, confirmed: 0, died: 0, busy: 0 };
const killed = Object.fromEntries(PROGRAMS.map((p) => [p, 0]));
const wrong = [];
const ledger = { clients: [], codes: [], grants: [], documents: [], revoked: [], dead: [] };
let going = true;
let failed = 0;

async function check(name, fn) {
	try {
		const more = await fn();
		console.log(`ok - kill (${front}): ${name}${more ? `: ${more}` : ''}`);
	} catch (e) {
		failed++;
		console.log(`not ok - kill (${front}): ${name}: ${String(e.message).replace(/\s*\n\s*/g, ' / ')}`);
	}
}

/** mod_fcgid puts its own page behind what there was of ours, as much of it as the length of ours has room for. */
const isMixed = (r) => /^text\/html/.test(r.headers['content-type'] ?? '') && (!/<\/html>\s*$/.test(r.text) || /<!DOCTYPE HTML PUBLIC/.test(r.text));

/** One request: the answer, or null when the process behind it died or put the request off. */
async function attempt(fn) {
	let r;
	try {
		r = await fn();
	} catch (e) {
		if (!DIED.test(e.message) && !/^IV-01: 503 without Retry-After.*(<\?xml|<!DOCTYPE HTML)/s.test(e.message)) throw e;
		count.died++;
		return null;
	}
	if (!r || isMixed(r)) count.died++;
	else if (r.status >= 500 && r.byServer) count.died++;
	else if (r.status === 503) count.busy++;
	else if (r.status >= 500) throw new Error(`an error of the program itself: ${r}`);
	else return r;
	return null;
}

const confirmed = (r, want, what) => { status(r, want, what); count.confirmed++; return r; };

/** Asks again what may be asked again, as a client does that got no answer. */
async function insist(fn, tries = 6) {
	for (let i = 0; i < tries; i++) {
		const r = await attempt(fn);
		if (r) return r;
	}
	return null;
}

/* ---- what one client does ---- */

async function doRegister(a) {
	const r = await attempt(() => registerRaw(s, { client_name: `Actor ${a.n}`, redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none' }, ALLOW));
	if (!r) return;
	confirmed(r, 201, 'registration');
	a.client = r.json;
	ledger.clients.push(r.json.client_id);
}

/** Goes to the consent page, through sign-in where it is asked for; null when something died on the way. */
async function toConsent(a, params) {
	let r = await insist(() => authorize(s, params, a.jar, ALLOW));
	if (r?.status === 200 && formFor(r, 'login')) {
		const page = r;
		r = await attempt(() => post(s, { ...fieldsFor(page, 'login'), username: 'alice', password: s.password }, a.jar, {}, ALLOW));
		if (!r) return null;
		confirmed(r, 303, 'sign-in');
		const to = r.headers.location.replace(s.issuer, '');
		r = await insist(() => get(s, to, a.jar, ALLOW));
	}
	if (r) status(r, 200, 'consent page');
	return r;
}

async function doFlow(a) {
	if (!a.client) return doRegister(a);
	const { verifier, challenge } = pkce();
	const params = authParams(s, a.client, { code_challenge: challenge });
	const page = await toConsent(a, params);
	if (!page) return;
	ok(formFor(page, 'allow'), `a consent page: ${page}`);
	let r = await attempt(() => post(s, fieldsFor(page, 'allow'), a.jar, {}, ALLOW));
	if (!r) return;
	confirmed(r, 303, 'consent');
	const flow = { client: a.client, verifier, params, code: answerOf(r).one('code') };
	if (Math.random() < 0.2) return void ledger.codes.push(flow);
	r = await attempt(() => token(s, { grant_type: 'authorization_code', code: flow.code, redirect_uri: params.redirect_uri, code_verifier: verifier, ...credentials(a.client).params }, {}, ALLOW));
	if (!r) return;
	confirmed(r, 200, 'code');
	a.grants.push({ client: a.client, access: [r.json.access_token], refresh: r.json.refresh_token });
}

const anyOf = (list) => list[Math.floor(Math.random() * list.length)];

/**
 * A lost answer is asked for again with the same token: it must converge and never be taken for a replay. Some clients
 * go away by themselves before they have heard; what they left behind may still run, so that they then let the grant
 * rest: the token before the last is a replay, as it should be.
 */
async function doRefresh(a) {
	const g = anyOf(a.grants.filter((x) => !(x.rest > Date.now())));
	if (!g) return doFlow(a);
	const leave = Math.random() < 0.3;
	if (leave) await attempt(() => refresh(s, g.client, g.refresh, {}, {}, { ...ALLOW, silent: true, finish: 'drop', dropAfter: Math.random() * 20 }));
	const r = await insist(() => refresh(s, g.client, g.refresh, {}, {}, ALLOW));
	if (!r) return;
	confirmed(r, 200, 'refresh');
	g.refresh = r.json.refresh_token;
	g.access.push(r.json.access_token);
	if (leave) g.rest = Date.now() + 3000;
}

async function doDocument(a) {
	const g = anyOf(a.grants);
	if (!g) return doFlow(a);
	const word = `w${random(12).replace(/[^A-Za-z0-9]/g, 'z').toLowerCase()}`;
	const r = await attempt(() => call(s, g.access[0], CREATE, { title: word, content: `A text about ${word}.`, tags: ['kill'] }, { more: ALLOW }));
	if (!r) return;
	confirmed(r, 200, 'document');
	ledger.documents.push({ id: toolResult(r).id, word, access: g.access[0] });
}

const revoking = (g, what) => () => raw(s, { method: 'POST', path: '/revoke', body: formEncode({ token: what, ...credentials(g.client).params }),
	headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, ...ALLOW });

/** Gives up one access token that a refresh gave, or a whole grant. */
async function doRevoke(a) {
	const g = anyOf(a.grants);
	if (!g) return doFlow(a);
	if (g.access.length > 1 && Math.random() < 0.5) {
		const [one] = g.access.splice(1, 1);
		const r = await insist(revoking(g, one));
		if (!r) return;
		confirmed(r, 200, 'revocation of an access token');
		ledger.dead.push(one);
		return;
	}
	a.grants.splice(a.grants.indexOf(g), 1);
	const r = await insist(revoking(g, g.refresh));
	if (!r) return;
	confirmed(r, 200, 'revocation');
	ledger.revoked.push(g);
}

async function doRead(a) {
	const g = anyOf(a.grants);
	if (!g) return doFlow(a);
	const r = await attempt(() => call(s, anyOf(g.access), SEARCH, { query: 'text' }, { more: ALLOW }));
	if (r) toolResult(confirmed(r, 200, 'search'));
}

const ACTIONS = [doRegister, doFlow, doFlow, doFlow, doRefresh, doRefresh, doRefresh, doDocument, doDocument, doDocument, doRevoke, doRead];

async function actor(n) {
	const a = { n, jar: new Jar(), client: null, grants: [] };
	while (going) {
		try {
			await anyOf(ACTIONS)(a);
		} catch (e) {
			wrong.push(e.message);
			a.jar = new Jar();
		}
	}
	ledger.grants.push(...a.grants);
}

/* ---- what the machine does to them ---- */

/** A process to kill: a worker under FastCGI, where there is one at work; under CGI whatever runs at the moment. */
function victim(patience) {
	const programs = descendants([s.child.pid]).filter((p) => PROGRAMS.includes(p.exe) && (!hasWorkers(front) || p.parent === s.child.pid)).map((p) => p.pid);
	if (isCgi(front)) return anyOf(programs);
	if (!hasWorkers(front)) return anyOf(programs.filter(isBusy)) ?? (patience > 0 ? undefined : anyOf(programs));
	const workers = childrenOf(anyOf(programs.filter((p) => nameOf(p) !== 'metadata')));
	return anyOf(workers.filter(isBusy)) ?? (patience > 0 ? undefined : anyOf(workers));
}

async function killer() {
	while (going) {
		await sleep(PAUSE_MS + Math.random() * 30);
		let patience = 8;
		let pid = victim(patience);
		while (going && !pid) {
			await sleep(1);
			pid = victim(--patience);
		}
		if (!pid) continue;
		const name = nameOf(pid);
		if (isCgi(front)) await sleep(Math.random() * 8);
		if (nameOf(pid) !== name || !isAlive(pid)) continue;
		try {
			process.kill(pid, 'SIGKILL');
		} catch {
			continue;
		}
		count.kills++;
		killed[name]++;
	}
}

const everybody = [...Array.from({ length: ACTORS }, (_, n) => actor(n)), killer()];
const began = Date.now();
const enough = () => count.kills >= LEAST_KILLS && count.confirmed >= LEAST_CONFIRMED;
do await sleep(200); while (Date.now() < began + LOAD_MS || (!enough() && Date.now() < began + LOAD_MOST_MS));
going = false;
await Promise.all(everybody);

/* ---- what must hold afterwards ---- */

const none = (what, text) => { const n = Object.values(s.sql(text)[0])[0]; if (n !== 0) throw new Error(`${n} ${what}`); };
const some = (list, n) => list.slice(-n);

await check('the answers under fire', () => {
	eq(wrong.slice(0, 3), [], `wrong answers (${wrong.length})`);
	eq(s.log().match(/.*SECURITY.*/g) ?? [], [], 'alarms in the log');
	ok(enough(), `too little happened: ${JSON.stringify(count)}`);
	return `${count.kills} kills (${Object.entries(killed).filter(([, n]) => n).map(([p, n]) => `${p} ${n}`).join(', ')}), ${count.confirmed} confirmed answers, ${count.died} lost, ${count.busy} put off`;
});

await check('the file is whole', () => {
	eq(s.sql('PRAGMA integrity_check'), [{ integrity_check: 'ok' }], 'integrity_check');
	eq(s.sql('PRAGMA foreign_key_check'), [], 'foreign_key_check');
});

await check('codes and tokens go together', () => {
	none('used codes without an access token', 'SELECT count(*) FROM code WHERE used_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM access WHERE access.grant_id = code.grant_id)');
	none('used codes without a first refresh token', 'SELECT count(*) FROM code WHERE used_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refresh WHERE refresh.grant_id = code.grant_id AND generation = 1)');
	none('access tokens of an unused code', 'SELECT count(*) FROM access JOIN code USING (grant_id) WHERE used_at IS NULL');
	none('refresh tokens of an unused code', 'SELECT count(*) FROM refresh JOIN code USING (grant_id) WHERE code.used_at IS NULL');
	none('grants without a code', 'SELECT count(*) FROM grants WHERE NOT EXISTS (SELECT 1 FROM code WHERE grant_id = grants.id)');
	none('grants of a client that nobody has agreed to', 'SELECT count(*) FROM grants JOIN client ON client.id = client_id WHERE agreed_at = 0');
	eq(s.sql('SELECT (SELECT count(*) FROM pending WHERE answered_at > 0) - (SELECT count(*) FROM grants) AS n'), [{ n: 0 }], 'answered requests without a grant');
	return `${s.sql('SELECT count(*) AS n FROM code WHERE used_at IS NOT NULL')[0].n} used codes`;
});

await check('every used refresh token has its successor', () => {
	none('used ones without the next', 'SELECT count(*) FROM refresh AS r WHERE used_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM refresh AS n WHERE n.grant_id = r.grant_id AND n.generation = r.generation + 1)');
	none('used ones without a nonce', 'SELECT count(*) FROM refresh WHERE (used_at IS NULL) <> (nonce IS NULL)');
	none('grants with two unused ones', 'SELECT count(*) FROM (SELECT 1 FROM refresh WHERE used_at IS NULL GROUP BY grant_id HAVING count(*) > 1)');
	none('grants whose generation is not the newest', 'SELECT count(*) FROM grants WHERE generation <> coalesce((SELECT max(generation) FROM refresh WHERE grant_id = grants.id), 0)');
	return `${s.sql('SELECT count(*) AS n FROM refresh WHERE used_at IS NOT NULL')[0].n} rotations`;
});

await check('every document is in the index, and nothing else', () => {
	none('documents that the index does not have', 'SELECT count(*) FROM document WHERE id NOT IN (SELECT id FROM document_text_docsize)');
	none('entries of the index without a document', 'SELECT count(*) FROM document_text_docsize WHERE id NOT IN (SELECT id FROM document)');
	none('documents that are not found by their word',
		`SELECT count(*) FROM document WHERE NOT EXISTS (SELECT 1 FROM document_text WHERE document_text MATCH '"' || document.title || '"' AND rowid = document.id)`);
	s.sql("INSERT INTO document_text (document_text, rank) VALUES ('integrity-check', 1)");
	return `${s.sql('SELECT count(*) AS n FROM document')[0].n} documents`;
});

await check('confirmed registrations are there', () => {
	const have = new Set(s.sql('SELECT id FROM client').map((x) => x.id));
	eq(ledger.clients.filter((id) => !have.has(id)), [], 'missing clients');
	return ledger.clients.length;
});

await check('confirmed documents are there and are found', async () => {
	const have = new Map(s.sql('SELECT id, title FROM document').map((x) => [x.id, x.title]));
	eq(ledger.documents.filter((d) => have.get(d.id) !== d.word).map((d) => d.id), [], 'missing documents');
	const { tokens } = await obtain(s);
	await each(some(ledger.documents, 15), async (d) => {
		const hits = JSON.stringify(toolResult(await call(s, tokens.access_token, SEARCH, { query: d.word })));
		ok(hits.includes(`"id":${d.id},`), `a search for it finds ${d.id}: ${hits.slice(0, 200)}`);
	});
	return ledger.documents.length;
});

await check('confirmed codes can be traded', async () => {
	await each(ledger.codes, async (flow) => { status(await redeem(s, flow), 200, 'code'); });
	return ledger.codes.length;
});

await check('confirmed tokens work', async () => {
	await each(some(ledger.grants, 60), async (g) => {
		for (const one of g.access) await assertAlive(s, one);
		const r = status(await refresh(s, g.client, g.refresh), 200, 'refresh');
		await assertAlive(s, r.json.access_token);
	});
	return `${ledger.grants.length} grants`;
});

await check('confirmed revocations stay', async () => {
	for (const one of some(ledger.dead, 40)) await assertDead(s, one, 'a revoked access token');
	for (const g of some(ledger.revoked, 40)) {
		oauthError(await refresh(s, g.client, g.refresh), 400, 'invalid_grant', 'a revoked refresh token');
		for (const one of some(g.access, 2)) await assertDead(s, one, 'an access token of a revoked grant');
	}
	return `${ledger.revoked.length} grants, ${ledger.dead.length} access tokens`;
});

await check('the server answers as if nothing had been', async () => {
	const { tokens, client } = await obtain(s);
	const made = toolResult(await call(s, tokens.access_token, CREATE, { title: 'After the fire', content: 'All is well.' }));
	match(JSON.stringify(toolResult(await call(s, tokens.access_token, SEARCH, { query: 'fire' }))), new RegExp(`"id":${made.id},`), 'search');
	status(await refresh(s, client, tokens.refresh_token), 200, 'refresh');
	status(await raw(s, { path: '/.well-known/oauth-authorization-server' }), 200, 'metadata');
	if (!hasWorkers(front)) return;
	for (const parent of childrenOf(s.child.pid))
		oneOf(childrenOf(parent).length, [{ mcp: settings.mcp_workers, listen: 1 }[nameOf(parent)] ?? settings.workers], `workers of ${nameOf(parent)}`);
});

await check('nothing is left over', () => s.stop());
process.exit(failed ? 1 : 0);
