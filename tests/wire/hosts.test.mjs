// SPDX-License-Identifier: ISC
//
// What the configuration of a host must do, whatever the server: every route, the token, streams piece by piece, bodies up to
// the limit, errors as the programs tell them, all methods, the program listen, and nothing else of the folders.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { each, eq, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { listen } from '../lib/events.mjs';
import { ALONE, APACHE, AS_CGI, REAL, ROUTED } from '../lib/fronts.mjs';
import { ROOT, sleep, start } from '../lib/harness.mjs';
import { Session } from '../lib/legacy.mjs';
import { accepted, bearer, meta, mirrored, modern, modernResult, post } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { basic, formEncode, obtain, raw, register, registerRaw } from '../lib/oauth.mjs';
import { row } from '../lib/rows.mjs';
import { SITE, asker, tool } from '../lib/site.mjs';

const ON_HOSTS = { fronts: REAL };
const HTACCESS = ['htaccess', 'htaccess-fcgid', 'htaccess-sub'];
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };
const TEAM = '[resource {issuer}/team-b/mcp]';
const ours = (r, what) => ok(!r.byServer && /^application\/json$/.test(r.headers['content-type']), `${what}: not the program's answer: ${r}`);

/* ---- routes ---- */

row('HO-01', 'every address leads to its program, and what only begins like one to none', async (s) => {
	for (const name of ['oauth-authorization-server', 'openid-configuration'])
		eq((await raw(s, { path: `/.well-known/${name}` })).json.issuer, s.issuer, name);
	for (const path of ['', '/mcp'])
		eq((await raw(s, { path: `/.well-known/oauth-protected-resource${path}` })).json.resource, s.resource, `the resource at ${path}`);
	const cases = [['POST', '/register', '{}', 400], ['GET', '/token', undefined, 405], ['GET', '/revoke', undefined, 405], ['POST', '/introspect', 'token=x', 404],
		['POST', '/mcp', '{}', 401], ['POST', '/mcp/extra', '{}', 404], ['GET', '/token/extra', undefined, [404, 405]],
		['GET', '/.well-known/oauth-protected-resource/other', undefined, 404]];
	await each(cases, async (method, path, body, want) => {
		const type = path === '/introspect' ? FORM : { 'Content-Type': 'application/json' };
		const r = await raw(s, { method, path, body, headers: body ? type : {} });
		status(r, want, path);
		ours(r, path);
	});
	for (const [path, want] of [['/authorize', 400], ['/account', [200, 303]]]) {
		const r = await raw(s, { path });
		status(r, want, path);
		ok(!r.byServer, `${path}: not the program's answer`);
	}
	await each(['/mcpfoo', '/tokens', '/registered', '/xmcp', '/.well-known/oauth-protected-resourcex', '/.well-known/other'], async (path) => {
		const r = await raw(s, { method: 'POST', path, body: '{}', headers: { 'Content-Type': 'application/json' } });
		oneOf(r.status, [403, 404, 405], path);
		ok(r.byServer, `${path} has reached a program: ${r}`);
	});
}, ON_HOSTS);

row('HO-02', 'a further endpoint is a line or two of the same configuration', async (s) => {
	const at = '/team-b/mcp';
	eq((await raw(s, { path: `/.well-known/oauth-protected-resource${at}` })).json.resource, s.issuer + at, 'its document');
	const asked = await raw(s, { method: 'POST', path: at, body: '{}', headers: { 'Content-Type': 'application/json' } });
	status(asked, 401, 'without a token');
	match(asked.headers['www-authenticate'], new RegExp(`resource_metadata="${s.issuer}/.well-known/oauth-protected-resource${at}"`), 'the challenge');
	const { tokens } = await obtain(s, { resource: s.issuer + at, scope: 'read:knowledge' });
	ok(modernResult(await modern(s, tokens.access_token, 'tools/list', {}, { more: { path: at } })).tools.length, 'its tools');
	status(await modern(s, tokens.access_token, 'tools/list'), 401, 'at the first endpoint');
	status(await raw(s, { method: 'POST', path: `${at}foo`, body: '{}' }), [403, 404, 405], `${at}foo`);
}, { settings: { [TEAM]: { name: 'Team B' } }, fronts: REAL });

row('HO-03', 'Authorization arrives as it was sent', async (s) => {
	ok(modernResult(await modern(s, await tokenFor(s), 'tools/list')).tools.length, 'a token');
	status(await post(s, undefined, '{}', { Authorization: 'Bearer nonsense' }), 401, 'nonsense');
	match((await post(s, undefined, '{}', { Authorization: 'Bearer nonsense' })).headers['www-authenticate'], /error="invalid_token"/, 'nonsense is seen');
	lacks((await post(s, undefined, '{}')).headers['www-authenticate'], /error=/, 'none is none');
	const client = await register(s, { token_endpoint_auth_method: 'client_secret_basic' });
	const r = await raw(s, { method: 'POST', path: '/token', headers: { ...FORM, ...basic(client.client_id, client.client_secret) }, body: formEncode({ grant_type: 'refresh_token', refresh_token: 'x' }) });
	status(r, 400, 'the secret of a client');
	eq(r.json.error, 'invalid_grant', 'the client is known');
}, ON_HOSTS);

row('HO-14', 'smoke.sh has nothing against it', async (s) => {
	const child = spawn('sh', [`${ROOT}/tests/smoke.sh`, s.url], { stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	for (const out of [child.stdout, child.stderr]) out.on('data', (d) => { said += d; });
	const code = await new Promise((done) => { child.on('close', done); });
	ok(code === 0, said.split('\n').filter((l) => !l.startsWith('ok')).join(' | '));
	match(said, /^[1-9]\d* passed, 0 failed$/m, 'what it says');
}, ON_HOSTS);

/* ---- what is not there ---- */

const HIDDEN = ['listen', 'work', 'fetch', 'metadata', 'mcpctl', 'doctor'];

row('HO-04', 'no other program of the folder, no settings and no rows are handed out or run', async (s) => {
	for (const name of ['mcp-cgi.conf', 'mcp.db', 'mcp.db-wal', 'mcp.db-shm', 'mcp.db-journal', 'mcp.db.calls', 'mcp-cgi.conf~', 'mcp-cgi.conf.bak']) if (HTACCESS.includes(s.front)) s.write(`www/${name}`, 'PRIVATE');
	const files = HTACCESS.includes(s.front) ? ['mcp-cgi.conf', 'mcp.db', 'mcp.db-wal', 'mcp.db-shm', 'mcp.db-journal', 'mcp.db.calls', 'mcp-cgi.conf~', 'mcp-cgi.conf.bak', '.htaccess'] : [];
	const paths = [...HIDDEN, ...files].flatMap((x) => [`/${x}`, `//${x}`, `/mcp/../${x}`, `/%${x.charCodeAt(0).toString(16)}${x.slice(1)}`, `/mcp-cgi-bin/${x}`, `/team/%2e%2e/${x}`]);
	await each([...paths, '/mcp-cgi-bin', '/mcp-cgi-bin/', '/mcp-cgi-bin/mcp', '/mcp-cgi-bin/token', '/.well-known/metadata', '/.well-known/mcp.db'], async (path) => {
		const r = await raw(s, { path, silent: true });
		ok(r, `${path}: no answer`);
		oneOf(r.status, [400, 403, 404], path);
		lacks(r.text, /ELF|PRIVATE|SetEnv|"jsonrpc"/, path);
	});
}, { own: true, fronts: REAL });

row('HO-15', 'a host that takes a file for a folder hands out neither settings nor rows', async (s) => {
	for (const name of ['mcp-cgi.conf', 'mcp.db', 'mcp.db-wal']) s.write(`www/${name}`, 'PRIVATE');
	s.web.push('AcceptPathInfo On');
	await s.restart();
	await each(['/mcp-cgi.conf/x', '/mcp.db/', '/mcp.db-wal/x.txt', '//mcp.db/x', '/mcp-cgi-bin/listen/x', '/listen/x', '/doctor/x'], async (path) => {
		const r = await raw(s, { path, silent: true });
		ok(r, `${path}: no answer`);
		oneOf(r.status, [400, 403, 404], path);
		lacks(r.text, /ELF|PRIVATE/, path);
	});
}, { own: true, fronts: HTACCESS });

/* ---- the program listen ---- */

row('HO-05', 'streams that stay are answered by listen, and going on with an answer by mcp', async (s) => {
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	const ask = (headers) => raw(s, { path: '/mcp', headers: { Accept: 'text/event-stream', ...bearer(t), ...headers } });
	status(await ask({ 'Mcp-Session-Id': 'x' }), 404, 'GET for a session that is not there: listen looks for it');
	status(await ask({ ...x.headers, 'Last-Event-ID': 'x' }), 400, 'GET with Last-Event-ID: mcp looks for the event');
	const wide = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: { notifications: {}, _meta: meta(), pad: 'x'.repeat(300000) } };
	status(await post(s, t, wide, mirrored('subscriptions/listen'), { early: true }), 413, 'listen takes less than mcp');
	const stream = listen(s, t, { toolsListChanged: true });
	try {
		await stream.acknowledged({ toolsListChanged: true });
		ok(s.processes().some((p) => p.exe === 'listen'), 'the process is listen');
	} finally {
		stream.close();
	}
}, ON_HOSTS);

row('HO-05', 'mcp becomes listen as plain CGI, and answers itself where that is not installed', async (_, front) => {
	const s = await start({ front, ownPrograms: true });
	try {
		const t = await tokenFor(s);
		const ask = () => raw(s, { path: '/mcp', headers: { Accept: 'text/event-stream', ...bearer(t), 'Mcp-Session-Id': 'x' } });
		status(await ask(), 404, 'listen looks for the session');
		fs.rmSync(`${s.programs}/listen`);
		status(await ask(), 405, 'without it there is nothing to GET');
		ok(modernResult(await modern(s, t, 'tools/list')).tools.length, 'and calls are served');
	} finally {
		await s.stop();
	}
}, { own: 'none', fronts: ALONE.filter((f) => f !== 'cgi') });	// lighttpd asks for listen by name

/* ---- streams ---- */

/** What came when, of an answer to a client that takes compressed ones. */
function heard(s, token, method, params) {
	const got = [];
	const done = new Promise((resolve, reject) => {
		const { hostname, port } = new URL(s.url);
		const rq = http.request({ host: hostname, port, path: '/mcp', method: 'POST', agent: false, headers: { 'Content-Type': 'application/json',
			Accept: 'application/json, text/event-stream', 'Accept-Encoding': 'gzip, deflate, br', ...bearer(token), ...mirrored(method, params) } }, (a) => {
			got.headers = a.headers;
			a.on('data', (d) => got.push({ at: performance.now(), text: String(d) }));
			a.on('end', resolve);
			a.on('error', reject);
		});
		rq.on('error', reject);
		rq.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta({ progressToken: 'p' }) } }));
	});
	return { got, done };
}

row('HO-06', 'each event of a tool that is at work arrives when it is said, compressed for nobody', async (s) => {
	const gate = `${s.dir}/site/gate`;
	tool(s, 'steps', `for n in 1 2 3; do printf '{"progress": %s}\\n' $n >&3; while [ ! -e ${gate}$n ]; do sleep 0.05; done; done; echo done`, { timeout: 60 });
	const { got, done } = heard(s, await tokenFor(s), 'tools/call', { name: 'steps', arguments: {} });
	const said = (n) => got.some((x) => x.text.includes(`"progress":${n}`));
	try {
		for (const n of [1, 2, 3]) {
			for (const end = Date.now() + 15000; Date.now() < end && !said(n); ) await sleep(20);
			ok(said(n), `step ${n} has arrived while the tool waits (${JSON.stringify(got)})`);
			fs.writeFileSync(`${gate}${n}`, '');
		}
		await done;
	} finally {
		for (const n of [1, 2, 3]) fs.writeFileSync(`${gate}${n}`, '');
	}
	match(got.headers['content-type'], /^text\/event-stream$/, 'Content-Type');
	eq(got.headers['content-encoding'], undefined, 'Content-Encoding');
	ok(got.some((x) => x.text.includes('done')), 'the result');
}, { ...SITE, own: true, fronts: REAL });

row('HO-06', 'a stream of news begins at once, and each piece of news arrives while it is open', async (s) => {
	const t = await tokenFor(s);
	const x = listen(s, t, { resourcesListChanged: true }, { headers: { 'Accept-Encoding': 'gzip' } });
	try {
		await x.acknowledged({ resourcesListChanged: true });
		for (const title of ['One', 'Two']) {
			modernResult(await modern(s, t, 'tools/call', { name: 'create_document', arguments: { title, content: 'News.' } }));
			eq((await x.next(8000)).method, 'notifications/resources/list_changed', title);
		}
		ok(!x.closed, 'it is open');
	} finally {
		x.close();
	}
	const old = await Session.begin(s, t);
	const began = performance.now();
	const e = await old.listen();
	ok(performance.now() - began < 5000, 'the head of a stream that says nothing yet is there');
	e.close();
}, { own: true, fronts: REAL });

/* ---- bodies, errors, methods ---- */

row('HO-07', 'a body of max_body is served, one byte more is refused by the program, and far more by anybody', async (s) => {
	const t = await tokenFor(s);
	const list = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta() } });
	const sized = (n) => list.padEnd(n);
	ok(modernResult(await post(s, t, sized(4194304), mirrored('tools/list'))).tools.length, 'the largest');
	const over = await post(s, t, sized(4194305), mirrored('tools/list'), { early: true });
	status(over, 413, 'one byte more');
	ours(over, 'one byte more');
	status(await post(s, t, sized(6 << 20), mirrored('tools/list'), { early: true }), 413, '6 MiB');
	const chunked = await post(s, t, sized(6 << 20), mirrored('tools/list'), { early: true, chunked: true, silent: true, allow: [500] });
	// mod_fcgid counts what came without a length only while it reads
	if (chunked) status(chunked, s.front === 'apache-fcgid' ? [413, 500] : 413, '6 MiB in chunks');
	const form = await raw(s, { method: 'POST', path: '/token', headers: FORM, body: 'x='.padEnd(65537, 'y'), early: true });
	status(form, 413, 'a form of 64 KiB and one byte');
	ours(form, 'the form');
	ok(modernResult(await modern(s, t, 'tools/list')).tools.length, 'the next request');
}, ON_HOSTS);

const OWN_PAGES = {
	lighttpd: (s) => [`server.errorfile-prefix = ${JSON.stringify(`${s.dir}/www/error-`)}`],
	apache: () => [400, 401, 403, 404, 405, 413, 429, 500, 503].map((n) => `ErrorDocument ${n} "replaced"`),
	nginx: (s) => { s.write('www/replaced.html', 'replaced'); return ['\terror_page 400 401 403 404 405 413 /replaced.html;']; },
};

row('HO-08', 'errors arrive as the programs tell them, on a host that has error pages of its own', async (s) => {
	for (const n of [400, 401, 403, 404, 405, 413]) s.write(`www/error-${n}.html`, 'replaced');
	s.web.push(...OWN_PAGES[APACHE.includes(s.front) ? 'apache' : s.front === 'nginx' ? 'nginx' : 'lighttpd'](s));
	await s.restart();
	eq(await (await fetch(`${s.url}/nothing`)).text(), 'replaced', 'the pages of the host are there');
	const cases = [['POST', '/register', '{}', 400], ['POST', '/mcp', '{}', 401], ['POST', '/mcp/extra', '{}', 404], ['GET', '/token', undefined, 405], ['POST', '/token', 'x='.padEnd(70000, 'y'), 413]];
	await each(cases, async (method, path, body, want) => {
		const r = await raw(s, { method, path, body, headers: { 'Content-Type': 'application/json' }, early: true });
		status(r, want, path);
		ours(r, path);
		ok(r.json.error, `${path}: error`);
		if (want === 401) match(r.headers['www-authenticate'], /^Bearer /, 'WWW-Authenticate');
		if (want === 405) match(r.headers.allow, /POST/, 'Allow');
	});
}, { own: true, fronts: REAL });

row('HO-09', 'HEAD, OPTIONS, PUT and DELETE reach the programs', async (s) => {
	const path = '/.well-known/oauth-authorization-server';
	const [got, head] = [await raw(s, { path }), await raw(s, { method: 'HEAD', path })];
	eq([head.status, head.body.length, head.headers['content-type']], [200, 0, got.headers['content-type']], 'HEAD');
	eq(Number(got.headers['content-length']), got.body.length, 'the length of GET is told');
	const options = await raw(s, { method: 'OPTIONS', path: '/mcp', headers: { Origin: s.issuer, 'Access-Control-Request-Method': 'POST' } });
	eq([options.status, options.headers['access-control-allow-origin']], [204, s.issuer], 'OPTIONS');
	const t = await tokenFor(s);
	const x = await Session.begin(s, t);
	status(await x.end(), 204, 'DELETE of a session');
	const client = (await registerRaw(s, { redirect_uris: ['http://127.0.0.1/cb'], token_endpoint_auth_method: 'client_secret_basic' })).json;
	const at = client.registration_client_uri && new URL(client.registration_client_uri);
	if (at) {
		const managed = { path: at.pathname + at.search, headers: { Authorization: `Bearer ${client.registration_access_token}`, 'Content-Type': 'application/json' } };
		const { registration_client_uri: _u, registration_access_token: _t, client_id_issued_at: _i, client_secret_expires_at: _e, ...again } = client;
		status(await raw(s, { method: 'PUT', ...managed, body: JSON.stringify({ ...again, client_name: 'Put' }) }), 200, 'PUT');
		status(await raw(s, { method: 'DELETE', ...managed }), 204, 'DELETE of a client');
	}
	// in .htaccess nobody can tell Apache not to answer TRACE
	const trace = await raw(s, { method: 'TRACE', path: '/mcp', headers: bearer(t), allow: [501] });
	if (!HTACCESS.includes(s.front)) lacks(trace.text, new RegExp(t), 'TRACE sends no token back');
}, ON_HOSTS);

row('HO-10', 'an answer that breaks off does not look whole', async (_, front) => {
	const s = await start({ front, ownPrograms: true });
	try {
		// Apache counts by itself what is there as a whole at once
		fs.rmSync(`${s.programs}/token`);
		fs.writeFileSync(`${s.programs}/token`, '#!/bin/sh\ncat >/dev/null\nprintf "Content-Type: application/json\\r\\nContent-Length: 100\\r\\n\\r\\n{\\"access_token\\":"\nsleep 1\n', { mode: 0o755 });
		const { hostname, port } = new URL(s.url);
		const whole = await new Promise((resolve, reject) => {
			const rq = http.request({ host: hostname, port, path: '/token', method: 'POST', agent: false, headers: FORM }, (a) => {
				a.resume();
				a.on('close', () => resolve(a.complete && Number(a.headers['content-length']) !== 100));
				a.on('error', () => {});
			});
			rq.on('error', reject);
			rq.end('x=y');
		});
		ok(!whole, 'the client sees that something is missing');
	} finally {
		await s.stop();
	}
}, { own: 'none', fronts: AS_CGI.filter((f) => f !== 'htaccess-fcgid') });

/* ---- what the shipped files say of themselves ---- */

row('HO-11', 'with the least of AllowOverride that .htaccess asks for, all is there, and with less nothing', async (_, front) => {
	const text = fs.readFileSync(`${ROOT}/apache-conf/${front.replace(/-fcgid$/, '')}`, 'utf8').replaceAll('\n# ', ' ');
	const [, least, classes, options] = /or at least (([\w ]+) Options=([\w,]+));/.exec(text);
	const document = { path: '/.well-known/oauth-protected-resource/mcp' };
	const s = await start({ front, allowOverride: least });
	try {
		ok(modernResult(await modern(s, await tokenFor(s), 'tools/list')).tools.length, 'a token and tools');
		status(await raw(s, document), 200, 'the document');
		for (const path of ['/listen', '/mcp-cgi-bin/listen']) status(await raw(s, { path }), [403, 404], path);
		const without = (list, one) => list.filter((x) => x !== one);
		const [some, more] = [classes.split(' '), options.split(',')];
		const fewer = [...some.map((x) => [...without(some, x), `Options=${more}`]), ...more.map((x) => [...some, `Options=${without(more, x)}`])];
		for (const words of fewer) {
			s.allowOverride = words.join(' ');
			await s.restart();
			status(await raw(s, { ...document, allow: [500] }), 500, `with ${s.allowOverride}`);
		}
	} finally {
		await s.stop();
	}
}, { own: 'none', fronts: HTACCESS });

row('HO-12', 'there is a unit of systemd for each socket that Apache asks for', async () => {
	const read = (name) => fs.readFileSync(`${ROOT}/${name}`, 'utf8');
	const all = (text, re) => [...text.matchAll(re)].map((m) => m[1]);
	const apache = read('apache-conf/mcp-proxy-fcgi.conf'), socket = read('package/systemd/mcp-cgi@.socket');
	const asked = all(apache + read('apache-conf/mcp-proxy-fcgi-path.conf'), /unix:\$\{MCP_RUN\}\/(\w+)\|/g);
	const units = all(read('package/systemd/mcp-cgi.target'), /^Wants=(.+)$/gm).join(' ').split(' ').sort();
	eq(units, [...new Set(asked)].map((name) => `mcp-cgi@${name}.socket`).sort(), 'the names');
	eq(units, ROUTED.map((name) => `mcp-cgi@${name}.socket`).sort(), 'and those are all programs with an address');
	const folders = all(apache, /^#\t+Define MCP_RUN (\S+)$/gm);
	eq(all(socket, /^ListenStream=(.+)$/gm), [`${folders[0]}/%i`], 'where it listens');
	eq([...new Set(folders)], [folders[0]], 'which is what Apache is told to ask');
	match(read('package/systemd/mcp-cgi@.service'), /^ExecStart=\/usr\/lib\/mcp-cgi\/%i$[^]*^StandardInput=socket$/m, 'what is started, and how it gets its socket');
}, { own: 'none', fronts: ['apache-proxy'] });

row('HO-13', 'under mod_fcgid a process has one worker, and another one while that works on for a client that has gone', async (s) => {
	asker(s, 'form', { who: { message: 'Who?', schema: { type: 'object', properties: { name: { type: 'string' } } } } });
	const t = await tokenFor(s);
	const workers = () => s.processes().filter((p) => p.exe === 'mcp');
	modernResult(await modern(s, t, 'tools/list'));
	eq(workers().length, 2, 'a process and its worker');
	const x = await Session.begin(s, t, '2025-11-25', { elicitation: {} });
	const e = await x.call('form', {}, { id: 3 });
	const q = await e.message();
	await e.close();
	for (const end = Date.now() + 60000; Date.now() < end && workers().length < 3; ) await sleep(50);
	eq(workers().length, 3, 'one more, for whoever comes next');
	const began = performance.now();
	accepted(await x.answer(q.id, { action: 'accept', content: { name: 'Ada' } }));
	ok(performance.now() - began < 5000, 'who comes next is not kept waiting');
	for (const end = Date.now() + 20000; Date.now() < end && workers().length > 2; ) await sleep(50);
	eq(workers().length, 2, 'and it has ended with its request');
}, { ...SITE, own: true, fronts: ['apache-fcgid'] });

row('HO-13', 'under mod_fcgid a change of the settings is seen though nobody restarts Apache, and costs no request', async (s) => {
	const document = async () => {
		const r = await raw(s, { path: '/.well-known/oauth-protected-resource/mcp' });
		status(r, 200, 'the document');
		return r.json.resource_name;
	};
	const processes = () => s.processes().filter((p) => ['metadata', 'oauth-protected'].includes(p.exe));
	const before = await document();
	ok(processes().length, 'it is answered by a process that stays');
	s.setConf({ site_name: 'Edited' });
	let name = before;
	for (const end = Date.now() + 20000; Date.now() < end && name === before; await sleep(20)) name = await document();
	eq(name, 'Edited', 'what the document says in the end');
	s.setConf({ site_name: 'Edited once more' });
	await sleep(3000);
	eq(await document(), 'Edited once more', 'and what a process says that was idle meanwhile');
}, { own: true, fronts: ['apache-fcgid', 'htaccess-fcgid'] });
