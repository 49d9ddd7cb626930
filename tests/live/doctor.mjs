// SPDX-License-Identifier: ISC
//
// doctor.mjs: each thing that mcpctl doctor can find is broken in that way on a real web server, and exactly that is found, with the
// line that mends it there; and what is not broken is not found. Prints one line a check.
//
//	node live/doctor.mjs [WORD...]		only checks whose name has one of these words

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { eq, lacks, match, ok, status } from '../lib/check.mjs';
import { AS_ROOT, OWNER, ROOT, chown, freePort, freshFolder, install, reachable, runAs, sleep, start } from '../lib/harness.mjs';
import { SEARCH, call } from '../lib/mcp.mjs';
import { tokenFor } from '../lib/need.mjs';

const MODULES = '/usr/lib/apache2/modules';
const words = process.argv.slice(2);
let failed = 0;
/** What has servers of its own goes on side by side: most of it waits. */
const groups = [];
const SIDE_BY_SIDE = 3;

async function check(name, fn) {
	if (words.length && !words.some((w) => name.includes(w))) return;
	try {
		await fn();
		console.log(`ok - doctor: ${name}`);
	} catch (e) {
		failed++;
		console.log(`not ok - doctor: ${name}: ${String(e.message).replace(/\s*\n\s*/g, ' / ')}`);
		if (process.env.MCP_TESTS_TRACE) console.log(e.stack);
	}
}

const isWanted = (...names) => !words.length || names.some((n) => words.some((w) => n.includes(w) || w.startsWith(n)));

/** What mcpctl doctor finds: { status, all, wrong, of(check) }. */
function read(r) {
	const all = r.stdout.split('\n').filter(Boolean).map((l) => JSON.parse(l));
	return { status: r.status, stderr: r.stderr, all, wrong: all.filter((f) => f.state === 'wrong' || f.state === 'warning'), of: (check) => all.find((f) => f.check === check) };
}

/** Servers of this process must be able to answer meanwhile, and other checks to go on. */
function beside(argv, input) {
	return new Promise((done) => {
		const child = spawn(argv[0], argv.slice(1), { cwd: '/', stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH } });
		let stdout = '', stderr = '';
		child.stdout.on('data', (d) => { stdout += d; });
		child.stderr.on('data', (d) => { stderr += d; });
		child.on('close', (status) => done({ status, stdout, stderr }));
		child.stdin.on('error', () => {});
		child.stdin.end(input ?? '');
	});
}

const AS_OWNER = AS_ROOT ? ['setpriv', `--reuid=${OWNER}`, `--regid=${OWNER}`, '--clear-groups', '--'] : [];
const doctorOf = async (prefix, ctl, conf, ...args) => read(await beside([...prefix, ctl, '--config', conf, 'doctor', '--json', ...args]));
const doctor = (s, ...args) => doctorOf(AS_OWNER, install().ctl, s.conf, ...args);
const doctorAsRoot = (s, ...args) => doctorOf([], install().ctl, s.conf, ...args);

const away = (url, ...args) => doctorOf([], install().ctl, '/nowhere/mcp-cgi.conf', url, ...args);

/** The program itself, which hears more than mcpctl can say. */
const asked = async (question) => {
	const r = await beside([`${install().programs}/doctor`], JSON.stringify(question));
	return read({ ...r, stdout: r.stdout.replace(/\{\}\n$/, '') });
};

const show = (found) => found.wrong.map((f) => `${f.check}: ${f.said}`).join(' | ');

function isWell(found, unseen = []) {
	eq(show(found), '', 'what is wrong');
	eq(found.all.filter((f) => f.state === 'unseen').map((f) => f.check), unseen, 'what was not seen');
	eq(found.status, 0, `the exit status (${found.stderr})`);
	ok(found.all.length > 8, `more than ${found.all.length} findings`);
}

/** Exactly this is wrong, and nothing else. */
function isOnly(found, name, said, mend) {
	eq([...new Set(found.wrong.map((f) => f.check))], [name], `what is wrong (${show(found)})`);
	match(found.of(name).said, said, 'what is said');
	match(found.wrong.find((f) => f.check === name).said, said, 'what is said');
	if (mend) match(found.wrong[0].mend ?? '', mend, 'what mends it');
	eq(found.status, 1, 'the exit status');
}

// ---- web servers that were told the wrong thing --------------------------------------------------------------------

/** One installation; each case adds lines to its web server. cases: [name, lines(s), check, said, mend, prepare, mended(s, lines, cure)]: the lines with the n-th line of what mends it */
async function onServer(front, modules, cases) {
	const names = cases.map((c) => `${front}: ${c[0]}`);
	if (!isWanted(...names, `${front}: a healthy server`)) return;
	const s = await start({ front });
	s.modules = modules;
	try {
		await check(`${front}: a healthy server`, async () => {
			const before = s.counts();
			isWell(await doctor(s));
			eq(Object.fromEntries(Object.entries(s.counts()).filter(([t]) => t === 'client' || t === 'grants' || t === 'access')),
				Object.fromEntries(Object.entries(before).filter(([t]) => t === 'client' || t === 'grants' || t === 'access')), 'what is left in the database');
			isWell(await away(s.resource), ['host', 'call', 'stream']);
			isWell(await away(s.issuer), ['host', 'call', 'stream']);
			const plain = s.ctl(['doctor']);
			match(plain.stdout, /\nall is well\n$/, 'the end for people');
			eq(s.ctl(['trace']).stdout, 'nobody has asked yet\n', 'what mcpctl trace makes of it');
		});
		for (const [name, lines, found, said, mend, prepare, mended] of cases)
			await check(`${front}: ${name}`, async () => {
				const undo = prepare?.(s);
				s.web = lines(s);
				await s.restart();
				try {
					const f = await doctor(s);
					isOnly(f, found, said, mend);
					if (!mended) return;
					s.web = mended(s, s.web, (n) => f.wrong[0].mend.split('\n')[n].replace(/^(in|if|with|above) [^:]*: /, '').replace(/ +#.*$/, ''), f.wrong[0].mend.split('\n'));
					await s.restart();
					eq(show(await doctor(s)), '', 'what is wrong once the line is there');
				} finally {
					undo?.();
				}
			});
		await check(`${front}: a server that was mended`, async () => {
			s.web = [];
			await s.restart();
			isWell(await doctor(s));
		});
	} finally {
		await s.stop();
	}
}

/** A file or a folder in the document root, for a while. */
function inRoot(name, text) {
	return (s) => {
		const at = `${s.dir}/www/${name}`;
		if (text === undefined) fs.mkdirSync(at, { recursive: true });
		else fs.writeFileSync(at, text);
		return () => fs.rmSync(at.replace(/\/acme-challenge$/, ''), { recursive: true });
	};
}

const PAGE = '<!doctype html><title>My site</title><p>What you look for is not here; try the menu.';
const PASSWORDS = (s) => {
	fs.writeFileSync(`${s.dir}/passwords`, 'ada:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n');
	return () => fs.rmSync(`${s.dir}/passwords`);
};
const directory = (s, ...lines) => [`<Directory "${s.programs}">`, ...lines, '</Directory>'];

groups.push(() => onServer('fastcgi', [], [
	['HEAD is refused', () => ['$HTTP["request-method"] == "HEAD" { url.access-deny = ( "" ) }'], 'head', /status 403/, /access-deny/],
	['OPTIONS is refused', () => ['$HTTP["request-method"] == "OPTIONS" { url.access-deny = ( "" ) }'], 'cors', /OPTIONS does not reach/, /request-method/],
	['CORS twice', () => ['server.modules += ( "mod_setenv" )', 'setenv.add-response-header = ( "Access-Control-Allow-Origin" => "*" )'], 'cors', /comes twice/, /setenv\.add-response-header/],
	['large requests are refused', () => ['$HTTP["url"] =~ "^/mcp" { server.max-request-size = 128 }'], 'body', /100 KiB pass, 200 KiB do not \(status 413/, /^server\.max-request-size = 4096$/, null, (s, lines, cure) => [`$HTTP["url"] =~ "^/mcp" { ${cure(0)} }`]],
	['events are held back', () => ['$HTTP["url"] =~ "^/mcp" { server.stream-response-body = 0 }'], 'stream', /held back/, /^server\.stream-response-body = 1$/, null, (s, lines, cure) => [`$HTTP["url"] =~ "^/mcp" { ${cure(0)} }`]],
	['error pages are replaced', (s) => ['server.error-intercept = "enable"', `server.errorfile-prefix = "${s.dir}/www/error-"`], 'errors', /status 401 comes back as somebody else's/, /error-intercept = "disable"/,
		(s) => { for (const n of [400, 401, 405]) fs.writeFileSync(`${s.dir}/www/error-${n}.html`, PAGE); }],
	['a folder .well-known', (s) => ['$HTTP["url"] =~ "^/\\.well-known/" { fastcgi.server = () }'], 'metadata', /folder \.well-known on the disk/, /include .*mcp-fastcgi\.conf/, inRoot('.well-known/acme-challenge')],
	['no route to the metadata', () => ['$HTTP["url"] =~ "^/\\.well-known/" { fastcgi.server = () }'], 'metadata', /does not lead to the programs \(status 404/, /include .*mcp-fastcgi\.conf/],
	['the site answers for unknown addresses', () => ['server.modules += ( "mod_rewrite" )', 'mimetype.assign = ( ".html" => "text/html" )', '$HTTP["url"] =~ "^/\\.well-known/" {', 'fastcgi.server = ()', 'url.rewrite-once = ( "" => "/index.html" )', '}'],
		'metadata', /answered by the site/, /rewriting between/, inRoot('index.html', PAGE)],
	['no route to /mcp', () => ['$HTTP["url"] =~ "^/mcp" { fastcgi.server = () }'], 'endpoint', /does not lead to the programs: status (404|405)/, /mcp-fastcgi\.conf/],
	['no route to /token', () => ['$HTTP["url"] =~ "^/token" { fastcgi.server = () }'], 'routes', /POST \/token does not lead to the programs/, /mcp-fastcgi\.conf/],
	['a login in front', (s) => ['server.modules += ( "mod_auth", "mod_authn_file" )', 'auth.backend = "htpasswd"', `auth.backend.htpasswd.userfile = "${s.dir}/passwords"`,
		'auth.require = ( "" => ( "method" => "basic", "realm" => "Members", "require" => "valid-user" ) )'], 'wall', /asks for "Basic realm=\?Members/, /auth\.require/, PASSWORDS],
	['the address is redirected', () => ['server.modules += ( "mod_redirect" )', '$HTTP["url"] =~ "^/mcp" { url.redirect = ( "" => "https://elsewhere.example/mcp" ) }'], 'redirect', /status 301\) to "https:\/\/elsewhere\.example\/mcp"/, /do not follow/],
	['the database is handed out', (s) => ['mimetype.assign = ( "" => "application/octet-stream" )', '$HTTP["url"] =~ "^/mcp-cgi/" { server.modules += ( "mod_alias" ) alias.url = ( "/mcp-cgi/" => "' + s.dir + '/etc/" ) }'], 'files', /\/mcp-cgi\/mcp\.db can be read by everybody/, /move the file/],
]));

groups.push(() => onServer('cgi', [], [
	['the program is sent, not run', () => ['$HTTP["url"] =~ "^/mcp" { cgi.assign = () static-file.exclude-extensions = () }', '$HTTP["url"] =~ "^/mcp" { mimetype.assign = ( "" => "application/octet-stream" ) }'], 'endpoint', /sent instead of being run|does not lead to the programs/, /./],
]));

groups.push(() => onServer('apache-fcgid', ['rewrite', 'setenvif', 'auth_basic', 'authn_core', 'authn_file', 'authz_user', 'proxy', 'proxy_http'], [
	['Authorization is kept back', (s) => directory(s, 'CGIPassAuth Off'), 'authorization', /does not arrive/, /SetEnvIf Authorization "\^\(\.\+\)\$" HTTP_AUTHORIZATION=\$1\n.*CGIPassAuth On\n.*FcgidPassHeader Authorization/, null,
		(s, lines, cure) => [...lines, cure(0)]],
	['the limit of mod_fcgid', (s) => ['FcgidMaxRequestLen 131072'], 'body', /100 KiB pass, 200 KiB do not \(status 500/, /FcgidMaxRequestLen 4194304/, null, (s, lines, cure) => [cure(0)]],
	['the buffer of mod_fcgid', (s) => ['FcgidOutputBufferSize 65536', ...directory(s, '<Files "mcp">', '<If "true">', 'SetHandler fcgid-script', '</If>', '</Files>')], 'stream', /held back/, /FcgidOutputBufferSize 0/, null, (s, lines, cure) => [...lines, cure(0)]],
	['CORS twice', () => ['Header set Access-Control-Allow-Origin "*"'], 'cors', /comes twice/, /Header onsuccess unset Access-Control-Allow-Origin/, null,
		(s, lines, cure) => [...lines, ...directory(s, cure(0))]],
	['CORS twice, always', () => ['Header always add Access-Control-Allow-Origin "*"'], 'cors', /comes twice/, /Header always set or add/],
	['CORS for scripts that ask first', () => ['Header always unset Access-Control-Allow-Headers'], 'cors', /OPTIONS does not reach/, /LimitExcept/],
	['CORS taken away', () => ['Header always unset Access-Control-Allow-Origin'], 'cors', /taken out/, /Header always unset/],
	['OPTIONS is refused', () => ['<Location "/">', '<LimitExcept GET POST DELETE>', 'Require all denied', '</LimitExcept>', '</Location>'], 'cors', /OPTIONS does not reach the programs.*status 403/, /LimitExcept/],
	['HEAD is refused', () => ['RewriteEngine On', 'RewriteCond %{REQUEST_METHOD} ^HEAD$', 'RewriteRule . - [F]'], 'head', /status 403/, /RewriteCond/],
	['a folder .well-known', (s) => ['RewriteEngine On', `RewriteRule ^/\\.well-known(/.*)?$ ${s.dir}/www/.well-known$1 [END]`], 'metadata', /folder \.well-known on the disk/, /AliasMatch/, inRoot('.well-known/acme-challenge')],
	['the site answers for unknown addresses', (s) => ['RewriteEngine On', `RewriteRule ^/\\.well-known/ ${s.dir}/www/index.html [END]`, 'AddType text/html .html'], 'metadata', /answered by the site \(status 200 with a web page\)/, /: RewriteRule .* - \[END\]/, inRoot('index.html', PAGE),
		(s, lines, cure) => ['RewriteEngine On', cure(0), ...lines.slice(1)]],
	['a login in front of everything', (s) => ['<Location "/">', 'AuthType Basic', 'AuthName "Members"', `AuthUserFile "${s.dir}/passwords"`, 'Require valid-user', '</Location>'], 'wall', /asks for "Basic realm=\?Members/, /Require all granted/, PASSWORDS, (s, lines, cure, all) => [...lines, ...all]],
	['the documents are refused', () => ['<LocationMatch "^/\\.well-known/">', 'Require all denied', '</LocationMatch>'], 'metadata', /must be readable by everybody: status 403/, /mod_security/],
	['everything is refused', () => ['<Location "/">', 'Require all denied', '</Location>'], 'wall', /refused before the programs see it: status 403/, /mod_security/],
	['a slash is added', () => ['RedirectMatch 301 ^/mcp$ /mcp/'], 'redirect', /to "http:.*\/mcp\/"/, /address that it leads to/],
	['no route to /token', () => ['Redirect 404 /token'], 'routes', /POST \/token does not lead to the programs/, /--write apache/],
	['the programs do not start', (s) => directory(s, 'SetEnv MCP_CGI_CONF /nowhere'), 'endpoint', /status 500.*cannot run the programs, or they cannot read/, /mcpctl check/],
]));

groups.push(() => onServer('apache-proxy', [], [
	['error pages are replaced', (s) => ['ProxyErrorOverride On', 'ErrorDocument 401 "<!doctype html><title>Sorry</title>"'], 'errors', /status 401 comes back as somebody else's/, /ProxyErrorOverride Off/],
	['Authorization is kept back', () => ['<Location "/mcp">', 'CGIPassAuth Off', '</Location>'], 'authorization', /does not arrive/, /CGIPassAuth On/],
]));

groups.push(() => onServer('htaccess', [], [
	['Authorization is kept back', (s) => ['RequestHeader unset Authorization early'], 'authorization', /does not arrive/, /in \.htaccess: SetEnvIf/],
	['large requests are refused', () => ['LimitRequestBody 150000'], 'body', /100 KiB pass, 200 KiB do not \(status 413/, /LimitRequestBody 4194304/],
]));

// ---- what stands in front: a proxy of ours, which changes one thing ------------------------------------------------------

const open = new Set();

/** change(answer, request) may change what comes from the server: { status, headers (raw pairs), body }. */
async function between(s, change, ask = (h) => h, hold = false) {
	const srv = http.createServer((rq, rs) => {
		const body = [];
		rq.on('data', (d) => body.push(d));
		rq.on('end', () => {
			const up = http.request({ host: '127.0.0.1', port: s.port, path: rq.url, method: rq.method, headers: ask({ ...rq.headers }), agent: false }, (a) => {
				const got = [];
				if (a.headers['content-type'] === 'text/event-stream') {
					rs.writeHead(a.statusCode, a.rawHeaders);
					rs.on('close', () => up.destroy());
					if (!hold) return a.pipe(rs);
					return a.once('data', (d) => { rs.write(d); a.on('data', () => {}); });
				}
				a.on('data', (d) => got.push(d));
				a.on('end', () => {
					const answer = { status: a.statusCode, headers: { ...a.headers }, body: Buffer.concat(got).toString('latin1') };
					change(answer, rq);
					delete answer.headers['content-length'];
					delete answer.headers['transfer-encoding'];
					rs.sendDate = false;
					rs.writeHead(answer.status, answer.headers);
					rs.end(Buffer.from(answer.body, 'latin1'));
				});
			});
			up.on('error', () => rs.destroy());
			up.end(Buffer.concat(body));
		});
	});
	await new Promise((done) => srv.listen(0, '127.0.0.1', done));
	open.add(srv);
	return { url: `http://127.0.0.1:${srv.address().port}`, close: () => { srv.closeAllConnections(); srv.close(); open.delete(srv); } };
}

/** A server of nothing but bytes. */
async function saying(bytes) {
	const srv = net.createServer((c) => {
		c.on('error', () => {});
		c.once('data', () => { if (bytes !== null) c.end(bytes); });
	});
	await new Promise((done) => srv.listen(0, '127.0.0.1', done));
	return { url: `http://127.0.0.1:${srv.address().port}`, close: () => srv.close() };
}

groups.push(async () => {
	if (!isWanted('proxy: ')) return;
	const s = await start({ front: 'fastcgi' });
	const through = async (change, ask, f, hold) => {
		const p = await between(s, change, ask, hold);
		s.setConf({ issuer: p.url, resource: `${p.url}/mcp` });
		await s.restart();
		try {
			f(await doctor(s));
		} finally {
			p.close();
		}
	};
	const passed = (h) => h;
	try {
		await check('proxy: one that changes nothing', () => through(() => {}, passed, (f) => isWell(f)));
		await check('proxy: the first event alone comes at once', () => through(() => {}, passed, (f) => isOnly(f, 'stream', /held back/, /stream-response-body/), true));
		await check('proxy: a clock that is slow', () => through((a) => { a.headers.date = new Date(Date.now() - 600000).toUTCString(); }, passed,
			(f) => isOnly(f, 'clock', /clock of the server is (59\d|60\d) seconds behind the one here/, /set-ntp/)));
		await check('proxy: a clock that is fast', () => through((a) => { a.headers.date = new Date(Date.now() + 600000).toUTCString(); }, passed,
			(f) => isOnly(f, 'clock', /seconds ahead of the one here/, /set-ntp/)));
		await check('proxy: Authorization is kept back, by a server that is not known', () => through((a) => { a.headers.server = 'secret'; }, (h) => { delete h.authorization; return h; },
			(f) => isOnly(f, 'authorization', /does not arrive/, /^let the proxy or the web server hand on/)));
		await check('proxy: Authorization is kept back by nginx', () => through((a) => { a.headers.server = 'nginx/1.22.1'; }, (h) => { delete h.authorization; return h; },
			(f) => isOnly(f, 'authorization', /does not arrive/, /fastcgi_param HTTP_AUTHORIZATION/)));
		await check('proxy: an issuer with a slash', () => through((a, rq) => { if (rq.url.includes('oauth-authorization-server')) a.body = a.body.replace(/("issuer":"[^"]*)"/, '$1/"'); }, passed,
			(f) => isOnly(f, 'issuer', /has a slash too many at its end/, /^issuer = http/)));
		await check('proxy: an issuer in capitals', () => through((a, rq) => { if (rq.url.includes('oauth-authorization-server')) a.body = a.body.replace('"issuer":"http', '"issuer":"HTTP'); }, passed,
			(f) => isOnly(f, 'issuer', /upper and lower case/, /^issuer = http/)));
		await check('proxy: a resource of another path', () => through((a, rq) => { if (rq.url.includes('protected-resource')) a.body = a.body.replace('/mcp","auth', '/mcp2","auth'); }, passed,
			(f) => isOnly(f, 'resource', /names another path/, /^resource = http/)));
		await check('proxy: two documents that name two servers', () => through((a, rq) => { if (rq.url.includes('protected-resource')) a.body = a.body.replace(/"authorization_servers":\["[^"]*"/, '"authorization_servers":["https://old.example"'); }, passed,
			(f) => isOnly(f, 'issuer', /name two servers/, /--static/)));
		await check('proxy: a challenge page of a firewall', () => through((a) => { a.status = 503; a.headers = { 'content-type': 'text/html', 'cf-mitigated': 'challenge', server: 'cloudflare' }; a.body = PAGE; }, passed,
			(f) => isOnly(f, 'wall', /refused before the programs see it: status 503 with a web page/, /160\.79\.104\.0\/21/)));
		await check('proxy: the challenge is lost with the page', () => through((a) => { if (a.status >= 400) { delete a.headers['www-authenticate']; a.headers['content-type'] = 'text/html'; a.body = PAGE; } }, passed,
			(f) => isOnly(f, 'errors', /without WWW-Authenticate/, /error-intercept/)));
		await check('proxy: another endpoint than the one that there is', async () => {
			const f = await away(`${s.url}/nothing`);
			isOnly(f, 'endpoint', /does not lead to the programs/, /--write lighttpd/);
		});
	} finally {
		await s.stop();
	}
});

// ---- nginx in front of it -------------------------------------------------------------------------------------------------

/** nginx as a proxy; each case adds lines to its one server block, or to its location. */
async function onNginx(cases) {
	if (!isWanted('nginx: a healthy server', ...cases.map((c) => `nginx: ${c[0]}`))) return;
	const s = await start({ front: 'fastcgi' }), port = await freePort(), conf = `${s.dir}/nginx.conf`;
	s.setConf({ issuer: `http://127.0.0.1:${port}`, resource: null });
	await s.restart();
	const serve = async (lines, location, f) => {
		fs.writeFileSync(conf, [...(AS_ROOT ? [`user ${OWNER};`] : []), 'daemon off;', `pid ${s.dir}/nginx.pid;`, `error_log ${s.dir}/log/nginx.log;`, 'events {}', 'http {', 'access_log off;', 'default_type application/octet-stream;',
			...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${s.dir}/run/${n};`), `server { listen 127.0.0.1:${port}; root ${s.dir}/www; client_max_body_size 5m;`, ...lines,
			`location / { proxy_pass http://127.0.0.1:${s.port}; proxy_set_header Host $http_host; proxy_http_version 1.1; ${location.join(' ')} } } }`, ''].join('\n'));
		const child = spawn('/usr/sbin/nginx', ['-c', conf, '-p', s.dir, '-e', `${s.dir}/log/nginx.log`], { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
		let said = '';
		child.stderr.on('data', (d) => { said += d; });
		const ended = new Promise((done) => { child.on('exit', done); });
		try {
			for (const until = Date.now() + 20000; !(await reachable(port)); await sleep(50))
				if (child.exitCode !== null || Date.now() > until) throw new Error(`nginx: ${said}`);
			await f();
		} finally {
			child.kill('SIGTERM');
			await ended;
		}
	};
	try {
		await check('nginx: a healthy server', () => serve([], [], async () => isWell(await doctor(s))));
		for (const [name, lines, location, found, said, mend, mended] of cases)
			await check(`nginx: ${name}`, async () => {
				let f;
				await serve(typeof lines === 'function' ? lines(s) : lines, location, async () => { f = await doctor(s); });
				isOnly(f, found, said, mend);
				if (mended) await serve(...mended(f.wrong[0].mend.split('\n'), s), async () => eq(show(await doctor(s)), '', 'what is wrong once the line is there'));
			});
	} finally {
		await s.stop();
	}
}

/** The streams go straight to the program that lighttpd has started, and what it says of buffers is not heard. */
const buffered = (s, line) => [`location = /mcp { error_page 418 = @listen; if ($http_mcp_method = "subscriptions/listen") { return 418; } proxy_pass http://127.0.0.1:${s.port}; proxy_set_header Host $http_host; }`,
	`location @listen { include /etc/nginx/fastcgi_params; fastcgi_pass unix:${s.dir}/run/mcp-cgi-listen-0; fastcgi_ignore_headers X-Accel-Buffering; ${line} }`];

groups.push(() => onNginx([
	['Authorization is kept back', [], ['proxy_set_header Authorization "";'], 'authorization', /does not arrive/, /proxy_set_header Authorization \$http_authorization;/,
		(m) => [[], [m[1].replace(/^.*: /, '')]]],
	['its usual limit', [], ['client_max_body_size 1m;'], 'body', /200 KiB pass, 1500 KiB do not \(status 413/, /^client_max_body_size 4194304;$/, (m) => [[], m]],
	['events are held back', (s) => buffered(s, ''), [], 'stream', /held back/, /^fastcgi_buffering off;\n/, (m, s) => [buffered(s, m[0]), []]],
	['events are compressed', [], ['gzip on; gzip_types text/event-stream; gzip_min_length 1; gzip_http_version 1.1; gzip_proxied any;'], 'stream', /compressed on their way/, /gzip_types/],
	['CORS twice', [], ['add_header Access-Control-Allow-Origin "*";'], 'cors', /comes twice/, /take add_header Access-Control-Allow-Origin away/],
	['error pages are replaced', ['error_page 401 /error.html;'], ['proxy_intercept_errors on;'], 'errors', /somebody else's/, /proxy_intercept_errors off;/, (m) => [['error_page 401 /error.html;'], m]],
	['a folder .well-known', ['location ^~ /.well-known/ { }'], [], 'metadata', /does not lead to the programs \(status 404/, /location ~ .*fastcgi_pass/],
	['HEAD is refused', ['if ($request_method = HEAD) { return 405; }'], [], 'head', /status 405/, /limit_except/],
]));

// ---- TLS ------------------------------------------------------------------------------------------------------------------

function openssl(...args) {
	const r = spawnSync('openssl', args, { encoding: 'utf8' });
	if (r.status !== 0) throw new Error(`openssl ${args[0]}: ${r.stderr}`);
}

/** An authority and a certificate of it; names: of the subject, days: of its life, which may be over. */
function certificate(dir, label, names, days) {
	const [ca, key, csr, crt] = [`${dir}/ca`, `${dir}/${label}.key`, `${dir}/${label}.csr`, `${dir}/${label}.crt`];
	if (!fs.existsSync(`${ca}.crt`))
		openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=Test authority', '-keyout', `${ca}.key`, '-out', `${ca}.crt`);
	openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=test', '-keyout', key, '-out', csr);
	fs.writeFileSync(`${csr}.ext`, `subjectAltName=${names}\n`);
	openssl('x509', '-req', '-in', csr, '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-days', String(days), '-extfile', `${csr}.ext`, '-out', crt);
	return { key, crt, ca: `${ca}.crt` };
}

/** Apache with TLS in front of a server on a port. */
async function tls(dir, to, cert, lines = []) {
	const port = await freePort(), run = fs.mkdtempSync(`${dir}/apache-`);
	fs.chmodSync(run, 0o755);
	fs.writeFileSync(`${run}/httpd.conf`, [...['mpm_event', 'authz_core', 'headers', 'ssl', 'socache_shmcb', 'proxy', 'proxy_http'].map((m) => `LoadModule ${m}_module ${MODULES}/mod_${m}.so`),
		'ServerName localhost', `Listen 127.0.0.1:${port}`, `DefaultRuntimeDir ${run}`, `PidFile ${run}/pid`, `ErrorLog ${run}/error.log`, ...(AS_ROOT ? [`User ${OWNER}`, `Group ${OWNER}`] : []),
		'SSLEngine on', `SSLCertificateFile ${cert.crt}`, `SSLCertificateKeyFile ${cert.key}`, 'SSLSessionCache none', 'ProxyPreserveHost On',
		'RequestHeader set X-Forwarded-Proto https', `ProxyPass / http://127.0.0.1:${to}/ flushpackets=on`, ...lines, ''].join('\n'));
	const child = spawn('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-d', run, '-f', `${run}/httpd.conf`], { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
	let said = '';
	child.stderr.on('data', (d) => { said += d; });
	const ended = new Promise((done) => { child.on('exit', done); });
	for (const until = Date.now() + 20000; !(await reachable(port)); await sleep(50))
		if (child.exitCode !== null || Date.now() > until) throw new Error(`Apache: ${said} ${fs.existsSync(`${run}/error.log`) ? fs.readFileSync(`${run}/error.log`, 'utf8').slice(-400) : ''}`);
	return { port, stop: async () => { child.kill('SIGTERM'); await ended; } };
}

groups.push(async () => {
	if (!isWanted('TLS: ')) return;
	const dir = freshFolder(false);
	fs.chmodSync(dir, 0o755);
	const good = certificate(dir, 'good', 'DNS:localhost,IP:127.0.0.1', 2);
	const s = await start({ front: 'fastcgi', settings: { trusted_proxies: '127.0.0.1' } });
	const here = (...args) => doctor(s, ...args);
	const servers = [];
	const serve = async (...args) => { servers.push(await tls(dir, s.port, ...args)); return servers.at(-1).port; };
	try {
		const port = await serve(good);
		await check('TLS: an issuer that was left at http behind a proxy with the certificate', async () => {
			const f = await away(`https://127.0.0.1:${port}/mcp`, '--ca-file', good.ca);
			eq([...new Set(f.wrong.map((x) => x.check))], ['issuer', 'resource'], `what is wrong (${show(f)})`);
			match(f.of('issuer').said, /"http:\/\/127\.0\.0\.1:\d+" and names another scheme: behind a proxy/, 'what is said');
			eq(f.of('issuer').mend, `issuer = https://127.0.0.1:${port}   # in mcp-cgi.conf`, 'what mends it');
		});
		s.setConf({ issuer: `https://localhost:${port}`, resource: null });
		await s.restart();
		await check('TLS: a healthy server behind a proxy', async () => isWell(await here('--ca-file', good.ca)));
		await check('TLS: an authority that is not known', async () => {
			const f = await here();
			isOnly(f, 'certificate', /authority that is not known here/, /fullchain/);
			eq(f.all.filter((x) => x.state === 'unseen').map((x) => x.check), ['call', 'stream'], 'no token is shown');
		});
		await check('TLS: plain http beside it', async () => {
			s.setConf({ require_https: 'off' });
			await s.restart();
			const q = { url: `https://localhost:${port}/mcp`, ca_file: good.ca, plain_port: s.port };
			isOnly({ ...(await asked(q)), status: 1 }, 'plain', /is served over plain http, too/, /Redirect permanent|url\.redirect|return 301/);
			s.setConf({ require_https: 'on' });
			await s.restart();
			eq(show(await asked(q)), '', 'what is wrong once it is refused');
		});
		await check('TLS: a proxy that nobody trusts', async () => {
			s.setConf({ require_https: 'on', trusted_proxies: null });
			await s.restart();
			isOnly(await here('--ca-file', good.ca), 'proxy', /do not believe that the request came by https/, /trusted_proxies = /);
			s.setConf({ require_https: 'auto', trusted_proxies: '127.0.0.1' });
			await s.restart();
		});
		await check('TLS: a certificate that has expired', async () => {
			const p = await serve(certificate(dir, 'old', 'DNS:localhost', -1));
			const f = await away(`https://localhost:${p}/mcp`, '--ca-file', good.ca);
			match(f.wrong[0].said, /^the certificate has expired$/, 'what is said first');
			match(f.wrong[0].mend, /certbot/, 'what mends it');
		});
		await check('TLS: a certificate for another name', async () => {
			const p = await serve(certificate(dir, 'other', 'DNS:other.example', 2));
			const f = await away(`https://localhost:${p}/mcp`, '--ca-file', good.ca);
			match(f.wrong[0].said, /^the certificate is for another name$/, 'what is said first');
		});
		await check('TLS: none there', async () => isOnly(await away(`https://127.0.0.1:${s.port}/mcp`), 'connection', /does not speak TLS there/, /port is the one of https/));
	} finally {
		for (const one of servers) await one.stop();
		await s.stop();
	}
});

// ---- SQLite ----------------------------------------------------------------------------------------------------------------

/** The same programs with another SQLite; the database was made with a good one, as where a host or a folder of programs was changed. */
groups.push(async () => {
	const cases = [
		['too old', '3.36', 'needs SQLite 3.37 or newer, and this is 3.36.0', (s) => `${s.db} needs SQLite 3.37 or newer, and this is 3.36.0`],
		['without FTS5', '3.39', 'needs FTS5, which this SQLite does not have', () => 'document_search: no such module: fts5 (1)'],
	];
	if (!isWanted('SQLite: ', ...cases.map((c) => `SQLite: ${c[0]}`))) return;
	const s = await start({ front: 'fastcgi' }), token = await tokenFor(s), good = s.programs;
	const alive = () => s.processes().map((p) => p.pid).sort();
	await check('SQLite: programs are linked with two others', async () => {
		const r = await beside([`${ROOT}/tests/live/sqlite.sh`]);
		eq([r.status, r.stdout + r.stderr], [0, ''], 'the end of sqlite.sh');
	});
	try {
		for (const [name, version, lack, logged] of cases) {
			const usr = `${ROOT}/build/sqlite/${version}/usr`;
			await check(`SQLite: ${name}`, async () => {
				s.programs = `${usr}/lib/mcp-cgi`;
				await s.restart();
				isOnly(await doctorOf(AS_OWNER, `${usr}/bin/mcpctl`, s.conf), 'database', new RegExp(`^${s.db}: ${lack}$`));
			});
			await check(`SQLite: ${name}, and what the log says`, async () => {
				const before = alive(), mark = s.logMark();
				status(await call(s, token, SEARCH, { query: 'lamp' }), 503, 'a search');
				eq(s.log(mark).split('\n')[0].replace(/^mcp-cgi mcp [0-9a-f]{16}: /, ''), logged(s), 'what is logged');
				eq(alive(), before, 'programs that run');
			});
			await check(`SQLite: ${name}, and no new database is made`, async () => {
				const to = freshFolder(AS_ROOT), db = `${to}/c/mcp.db`;
				const r = runAs(AS_ROOT, [`${usr}/bin/mcpctl`, '--config', `${to}/c/mcp-cgi.conf`, 'init', '--issuer', s.issuer]);
				eq([r.status, r.stderr, fs.existsSync(db)], [1, `mcp-cgi mcpctl: ${db} ${lack}\n`, false], 'the end of mcpctl init');
			});
		}
		await check('SQLite: a good one again', async () => {
			s.programs = good;
			await s.restart();
			isWell(await doctor(s));
		});
	} finally {
		await s.stop();
	}
});

// ---- the host ---------------------------------------------------------------------------------------------------------------

groups.push(async () => {
	if (!isWanted('host: ')) return;
	const s = await start({ front: 'fastcgi' });
	const etc = `${s.dir}/etc`;
	/** Breaks it, looks, mends it. */
	const broken = async (doIt, undo, f) => {
		await s.restart();
		doIt();
		try {
			await f(await doctor(s));
		} finally {
			undo();
			for (const more of ['-wal', '-shm']) if (fs.existsSync(s.db + more)) fs.chmodSync(s.db + more, 0o600);
			await s.restart();
		}
	};
	try {
		await check('host: others may write into the folder', () => broken(() => fs.chmodSync(etc, 0o777), () => fs.chmodSync(etc, 0o700), (f) => {
			match(f.wrong[0].said, new RegExp(`^${etc}: others may write into this folder$`), 'what is said');
			eq(f.wrong[0].mend, `chmod 700 ${etc}`, 'what mends it');
		}));
		await check('host: others may read the database', () => broken(() => fs.chmodSync(s.db, 0o644), () => fs.chmodSync(s.db, 0o600), (f) => {
			eq([f.wrong[0].check, f.wrong[0].mend], ['database', `chmod 600 ${s.db}`], 'what is wrong, and what mends it');
		}));
		await check('host: the database cannot be written', () => broken(() => fs.chmodSync(s.db, 0o400), () => fs.chmodSync(s.db, 0o600), (f) => {
			match(f.wrong[0].said, /mcp\.db: its owner may not write it$/, 'what is said');
			eq(f.wrong[0].mend, `chmod 600 ${s.db}`, 'what mends it');
		}));
		await check('host: its folder cannot be written', () => broken(() => fs.chmodSync(etc, 0o500), () => fs.chmodSync(etc, 0o700), (f) => {
			match(f.wrong[0].said, /etc: its owner may not write into this folder$/, 'what is said');
			eq(f.wrong[0].mend, `chmod 700 ${etc}`, 'what mends it');
		}));
		await check('host: the database is gone', () => broken(() => fs.renameSync(s.db, `${s.db}.x`), () => fs.renameSync(`${s.db}.x`, s.db), (f) => {
			match(f.wrong[0].said, /mcp\.db: No such file or directory$/, 'what is said');
		}));
		await check('host: the programs read other settings', async () => {
			const other = freshFolder(AS_ROOT), owned = AS_ROOT;
			runAs(owned, [install().ctl, '--config', `${other}/c/mcp-cgi.conf`, 'init', '--issuer', s.issuer]);
			const f = await doctorOf(AS_OWNER, install().ctl, `${other}/c/mcp-cgi.conf`);
			isOnly(f, 'call', /read other settings, or another database/, /MCP_CGI_CONF/);
		});
		await check('host: settings of another server', async () => {
			const other = freshFolder(AS_ROOT), owned = AS_ROOT;
			runAs(owned, [install().ctl, '--config', `${other}/c/mcp-cgi.conf`, 'init', '--issuer', 'http://127.0.0.1:1']);
			isWell(await doctorOf(AS_OWNER, install().ctl, `${other}/c/mcp-cgi.conf`, s.resource), ['host', 'call', 'stream']);
		});
		await check('host: what a killed doctor has left is removed by the next one', async () => {
			s.sql("INSERT INTO client (id, kind, name, auth_method, redirect_uris, grant_types, scope, metadata, created_at) VALUES ('doctor_x', 'operator', 'mcpctl doctor', 'none', '[]', '', '', '{}', unixepoch() - 1000), ('doctor_y', 'operator', 'mcpctl doctor', 'none', '[]', '', '', '{}', unixepoch()), ('doctorz', 'operator', 'one', 'none', '[]', '', '', '{}', 1)");
			isWell(await doctor(s));
			eq(s.sql('SELECT id FROM client ORDER BY id').map((r) => r.id), ['doctor_y', 'doctorz'], 'clients that are left');
		});
		if (AS_ROOT) {
			await check('host: the folder belongs to root', () => broken(() => fs.chownSync(etc, 0, 0), () => chown(etc), async () => {
				const f = await doctorAsRoot(s);
				eq([f.wrong[0].check], ['owner'], `what is wrong (${show(f)})`);
				match(f.wrong[0].mend, /^chown -R www-data: /, 'what mends it');
			}));
			await check('host: the folder belongs to somebody else than the programs run as', async () => {
				const data = `${s.dir}/data`;
				fs.mkdirSync(data, { mode: 0o700 });
				fs.copyFileSync(s.db, `${data}/mcp.db`);
				fs.chmodSync(`${data}/mcp.db`, 0o600);
				for (const at of [data, `${data}/mcp.db`]) fs.chownSync(at, 65534, 65534);
				s.setConf({ database: '../data/mcp.db' });
				await s.restart();
				isOnly(await doctorAsRoot(s), 'call', /run as another user than its owner/, /chown the folder/);
				s.setConf({ database: null });
				await s.restart();
			});
			await check('host: as root, who leaves nothing of his own beside the database', async () => {
				isWell(await doctorAsRoot(s));
				for (const name of fs.readdirSync(etc)) eq(fs.statSync(`${etc}/${name}`).uid, fs.statSync(etc).uid, `the owner of ${name}`);
			});
			await check('host: somebody who may not read the settings sees what strangers see', async () => {
				isWell(await doctorOf(['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups', '--'], install().ctl, s.conf, s.resource), ['host', 'call', 'stream']);
			});
		}
		await check('host: programs that are missing', async () => {
			const copy = freshFolder(false), at = `${copy}/usr`;
			fs.chmodSync(copy, 0o755);
			fs.cpSync(`${install().dir}/usr`, at, { recursive: true });
			fs.rmSync(`${at}/lib/mcp-cgi/listen`);
			const run = () => doctorOf(AS_OWNER, `${at}/bin/mcpctl`, s.conf);
			let f = await run();
			match(show(f), /^programs: .*has no program listen/, 'what is missing');
			eq([f.wrong[0].state, f.status], ['warning', 0], 'a warning');
			fs.rmSync(`${at}/lib/mcp-cgi/doctor`);
			f = await run();
			match(f.all.at(-1).said, /program doctor is not installed beside this one/, 'what is said');
			eq(f.status, 1, 'the exit status');
		});
	} finally {
		await s.stop();
	}
});

await Promise.all(Array.from({ length: SIDE_BY_SIDE }, async () => {
	while (groups.length) await groups.shift()();
}));

await check('nobody listens', async () => isOnly(await away(`http://127.0.0.1:${await freePort()}/mcp`), 'connection', /nobody listens there/));
await check('a name that there is not', async () => isOnly(await away('https://nothing.invalid/mcp'), 'connection', /name has no address/));
await check('no address at all', async () => {
	for (const url of ['mcp.example.org', 'ftp://127.0.0.1/', 'https://a:b@127.0.0.1/', 'https://127.0.0.1/\u001b[2J', 'https:///mcp'])
		isOnly(await away(url), 'address', /is no address of a server/);
});
await check('an answer that is no HTTP', async () => {
	const p = await saying('SSH-2.0-OpenSSH_9\r\n');
	isOnly(await away(`${p.url}/mcp`), 'connection', /no HTTP|closed/);
	p.close();
});
await check('a server that says nothing is given up', async () => {
	const p = await saying(null), began = Date.now();
	isOnly(await away(`${p.url}/mcp`), 'connection', /no answer in time/);
	ok(Date.now() - began < 60000, 'a minute');
	p.close();
});
await check('what a hostile server says does no harm to the doctor, built with the sanitizers', async () => {
	const ours = 'HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer resource_metadata="x"\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"error":{}}';
	const said = ['', '\0', 'HTTP/1.1 \r\n\r\n', 'HTTP/1.1 99999999999 x\r\n\r\n', 'HTTP/1.1 200 OK\r\n:\r\n: \r\nX\r\n\r\n\x7fELF', 'HTTP/1.1 200 OK\r\nContent-Length: 9999999999999\r\n\r\nx',
		'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n', `HTTP/1.1 403 No\r\n${'A: b\r\n'.repeat(100)}\r\n`, 'HTTP/1.1 302 Found\r\nLocation:\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50),
		ours, ours.replace('{"error":{}}', '['.repeat(20000)), ours.replace('json\r', 'json\r\nDate: Mon, 99 Foo -1 99:99:99 GMT\r'), `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(300000)}`];
	for (const bytes of said) {
		const p = await saying(bytes);
		const r = await beside([`${ROOT}/build/asan/doctor`], JSON.stringify({ url: `${p.url}/mcp`, token: 'x', resource: `${p.url}/mcp`, issuer: p.url, news: true, seconds: 100 }));
		p.close();
		eq([r.status, r.stderr], [0, ''], `the end after ${JSON.stringify(bytes.slice(0, 60))}`);
		match(r.stdout, /^\{"check":[^]*\n\{\}\n$/, 'what it says');
	}
});
await check('what a hostile server says drives no terminal', async () => {
	const p = await saying(`HTTP/1.1 302 F\u001b]0;x\u0007\r\nLocation: https://x/\u001b[31m\u009b2J${'a'.repeat(5000)}\r\nServer: \u001b[1m\r\nContent-Length: 0\r\n\r\n`);
	const r = await beside([install().ctl, '--config', '/nowhere', 'doctor', `${p.url}/mcp`]);
	match(r.stdout, /wrong {4}redirect .*to "https:\/\/x\/\?\[31m/, 'the redirect');
	lacks(r.stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/, 'what is printed');
	ok(r.stdout.length < 2000, 'a short answer');
	p.close();
});
await check('a header without end is not read to its end', async () => {
	const p = await saying(`HTTP/1.1 401 No\r\n${'X-A: b\r\n'.repeat(20000)}\r\n`);
	const f = await away(`${p.url}/mcp`);
	eq(f.wrong.map((x) => x.check), ['connection'], `what is wrong (${show(f)})`);
	p.close();
});

await check('the program doctor is started by no web server, and takes no nonsense', async () => {
	const program = `${install().programs}/doctor`;
	const run = (input, env = {}) => spawnSync(program, [], { input, encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env } });
	eq(run('{"url":"http://127.0.0.1:1/"}', { REQUEST_METHOD: 'GET' }).status, 2, 'as a CGI program');
	for (const input of ['', '[]', '{}', '{"url":1}', '{"url":"http://127.0.0.1:1/","token":"a\\r\\nb"}', `{"url":"${'a'.repeat(70000)}"}`]) {
		const r = run(input);
		eq([r.status, r.stdout], [2, ''], `the answer to ${input.slice(0, 40)}`);
	}
	const r = run('{"url":"http://127.0.0.1:1/mcp"}');
	eq(r.status, 0, 'with a question');
	match(r.stdout, /^\{"check":"connection","state":"wrong",.*\}\n\{\}\n$/, 'the answer');
});

// ---- what is written ----------------------------------------------------------------------------------------------------------

for (const [kind, front] of [['lighttpd', 'fastcgi'], ['apache', 'apache-fcgid'], ['htaccess', 'htaccess'], ['htaccess-sub', 'htaccess-sub'], ['nginx', 'nginx']])
	await check(`--write ${kind} is a configuration with which all is well`, async () => {
		const more = '{issuer}/team-b/mcp';
		const s = await start({ front, settings: kind === 'htaccess' ? {} : { [`[resource ${more}]`]: {} } });
		try {
			const r = s.ctl(['doctor', '--write', kind]);
			eq(r.status, 0, `the exit status (${r.stderr})`);
			if (kind === 'apache') s.edit = (conf) => conf.replace(/<VirtualHost[^]*/, () => r.stdout);
			if (kind === 'lighttpd') s.edit = (conf) => conf.replace(/server\.modules[^]*?\n/, '').replace(/var\.mcp_cgi[^]*/, () => r.stdout.replace('"/run/lighttpd"', `"${s.dir}/run"`));
			if (kind === 'nginx') s.edit = (conf) => conf.replace(/^server \{[^]*\n\}\n(?=\})/m, () => r.stdout.replaceAll('/run/fcgiwrap.socket', `${s.dir}/run/fcgiwrap`).replace('include fastcgi_params', 'include /etc/nginx/fastcgi_params'));
			await s.restart();
			if (kind.startsWith('htaccess')) fs.writeFileSync(`${s.dir}/www/.htaccess`, r.stdout);
			isWell(await doctor(s));
			if (kind !== 'htaccess') isWell(await doctor(s, `${s.issuer}/team-b/mcp`), ['call', 'stream']);
		} finally {
			await s.stop();
		}
	});

await check('--static: documents as files, where Apache leads nothing to the programs', async () => {
	const s = await start({ front: 'apache-cgi', settings: { '[resource {issuer}/team-b/mcp]': {} } });
	try {
		s.modules = ['rewrite'];
		const get = async (path) => {
			const r = await fetch(s.url + path, { redirect: 'manual' });
			return { status: r.status, type: r.headers.get('content-type'), cors: r.headers.get('access-control-allow-origin'), text: await r.text() };
		};
		const paths = ['oauth-authorization-server', 'openid-configuration', 'oauth-protected-resource', 'oauth-protected-resource/mcp', 'oauth-protected-resource/team-b/mcp'].map((p) => `/.well-known/${p}`);
		const programs = [];
		for (const p of paths) programs.push(await get(p));
		const r = s.ctl(['doctor', '--static', `${s.dir}/www`]);
		eq(r.status, 0, `the exit status (${r.stderr})`);
		match(r.stdout, /With nginx:/, 'words for others');
		const shipped = fs.readFileSync(`${install().share}/apache-conf/mcp-cgi.conf`, 'utf8').replace(/^AliasMatch .*\n/m, '');
		s.edit = (conf) => conf.replace(/^Include .*$/m, () => shipped).replace(`www">\n`, `www">\nAllowOverride All\n`);
		await s.restart();
		for (const [i, p] of paths.entries()) {
			const file = await get(p);
			eq([file.status, file.type, file.cors, file.text], [200, 'application/json', '*', programs[i].text], p);
		}
		eq((await get('/.well-known/nothing')).status, 404, 'another file');
		const f = await doctor(s);
		isWell(f);
		fs.writeFileSync(`${s.dir}/www/.well-known/.htaccess`, '# mine\n');
		const again = s.ctl(['doctor', '--static', `${s.dir}/www`]);
		match(again.stdout, /somebody else's and was left alone[^]*AcceptPathInfo On/, 'what is said of a .htaccess that is there');
		eq(fs.readFileSync(`${s.dir}/www/.well-known/.htaccess`, 'utf8'), '# mine\n', 'the .htaccess');
		eq(s.ctl(['doctor', '--static', `${s.dir}/nowhere`]).status, 1, 'no folder');
	} finally {
		await s.stop();
	}
});

for (const srv of open) srv.close();
console.log(`${failed} failed`);
process.exit(failed ? 1 : 0);
