// SPDX-License-Identifier: ISC
//
// Apache in front of an installation that lighttpd serves as well: what it keeps back, and what the log says of it.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { eq, lacks, match, ok } from '../lib/check.mjs';
import { AS_ROOT, freePort, install, sleep } from '../lib/harness.mjs';
import { MODERN, meta, mirrored } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';
import { row } from '../lib/rows.mjs';

const MODULES = '/usr/lib/apache2/modules';
const load = (...names) => names.map((n) => `LoadModule ${n}_module ${MODULES}/mod_${n}.so`);

/** Apache with the program mcp of this installation, as mod_cgid or mod_fcgid run it. */
async function apache(s, more) {
	const port = await freePort(), dir = `${s.dir}/apache`, owner = fs.statSync(s.dir), { programs } = install();
	fs.mkdirSync(dir, { recursive: true, mode: 0o755 });
	fs.chownSync(dir, owner.uid, owner.gid);
	const handler = s.front === 'cgi' ? 'cgi-script' : 'fcgid-script';
	const own = s.front === 'cgi' ? [...load('cgid'), `ScriptSock ${dir}/cgid.sock`, `SetEnv MCP_CGI_CONF ${s.conf}`]
		: [...load('fcgid'), `FcgidIPCDir ${dir}/fcgid`, `FcgidProcessTableFile ${dir}/table`, `FcgidInitialEnv MCP_CGI_CONF ${s.conf}`];
	fs.writeFileSync(`${dir}/httpd.conf`, [...load('mpm_event', 'authz_core', 'alias', 'env'), ...own, 'ServerName 127.0.0.1', `Listen 127.0.0.1:${port}`,
		`DefaultRuntimeDir ${dir}`, `PidFile ${dir}/pid`, `ErrorLog ${dir}/error.log`, ...(AS_ROOT ? [`User #${owner.uid}`, `Group #${owner.gid}`] : []),
		`Alias /mcp ${programs}/mcp`, `<Directory ${programs}>`, 'Require all granted', 'Options +ExecCGI', `SetHandler ${handler}`,
		...(s.front === 'cgi' ? more : []), '</Directory>', ...(s.front === 'cgi' ? [] : more), ''].join('\n'));
	const child = spawn('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-d', dir, '-f', `${dir}/httpd.conf`], { stdio: ['ignore', 'pipe', 'pipe'], cwd: '/' });
	let said = '';
	for (const out of [child.stdout, child.stderr]) out.on('data', (d) => { said += d; });
	const ended = new Promise((done) => { child.on('close', done); });
	const log = () => (fs.existsSync(`${dir}/error.log`) ? fs.readFileSync(`${dir}/error.log`, 'utf8') : said);
	const stop = async () => {
		child.kill('SIGTERM');
		await ended;
	};
	const ask = (headers) => new Promise((resolve, reject) => {
		const rq = http.request({ host: '127.0.0.1', port, path: '/mcp', method: 'POST', agent: false, headers: { Host: new URL(s.issuer).host,
			'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...mirrored('tools/list'), 'MCP-Protocol-Version': MODERN, ...headers } }, (a) => {
			let body = '';
			a.on('data', (d) => { body += d; });
			a.on('end', () => resolve({ status: a.statusCode, headers: a.headers, body }));
		});
		rq.on('error', reject);
		rq.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta() } }));
	});
	for (const until = Date.now() + 10000; ; await sleep(50)) {
		try {
			await ask({});
			return { ask, log, stop };
		} catch (e) {
			if (child.exitCode === null && Date.now() < until) continue;
			await stop();
			throw new Error(`Apache: ${e.message} ${log().slice(-500)}`);
		}
	}
}

row('BR-13', 'Apache keeps the token back: 401, and its log has the line that lets it through; with that line it comes', async (s) => {
	const token = await tokenFor(s), bearer = { Authorization: `Bearer ${token}` };
	const kept = await apache(s, []);
	try {
		const r = await kept.ask(bearer);
		eq(r.status, 401, `status (${r.body})`);
		match(r.headers['www-authenticate'] ?? '', /^Bearer resource_metadata=/, 'the challenge');
		match(kept.log(), /without Authorization; if the client has sent it, Apache keeps it back: .*CGIPassAuth On .*FcgidPassHeader Authorization/, 'the log');
		lacks(kept.log(), new RegExp(token.slice(0, 20)), 'the log');
	} finally {
		await kept.stop();
	}
	const passed = await apache(s, [s.front === 'cgi' ? 'CGIPassAuth On' : 'FcgidPassHeader Authorization']);
	try {
		const r = await passed.ask(bearer);
		eq(r.status, 200, `status (${r.body})`);
		ok(JSON.parse(r.body).result.tools.length, 'tools');
	} finally {
		await passed.stop();
	}
}, { own: true, fronts: ['fastcgi', 'cgi'] });
