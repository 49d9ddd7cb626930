// SPDX-License-Identifier: ISC
//
// `make dist`, and what somebody does with it who has an account with an Apache and nothing else: the two folders are put
// into a home folder, two lines are edited, /setup is opened, a client connects. The programs run in an empty root, too, where there
// is no library. Needs root: for that, for a user of its own, and for a /etc/passwd that knows him. Words on the command line
// choose tests by name.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Provider } from '../clients/provider.mjs';
import { eq, match, ok, page, placeOf, status } from '../lib/check.mjs';
import { startDocuments } from '../lib/documents.mjs';
import { ROOT, freePort, freshFolder, reachable, sleep } from '../lib/harness.mjs';
import { Jar, consent, follow, formFor, get, post, raw, signIn, submit, visibleText } from '../lib/oauth.mjs';

const UID = 33217;
const SECRET = 'nobody else can guess this';
const PASSWORD = 'a password for the first';
const MODULES = '/usr/lib/apache2/modules';
const PROGRAMS = ['mcp', 'token', 'authorize', 'register', 'revoke', 'introspect', 'account', 'setup'];
const WELL_KNOWN = ['oauth-authorization-server', 'oauth-protected-resource', 'openid-configuration'];
const HIDDEN = ['listen', 'work', 'fetch', 'doctor'];
const MOST = 12 * 1024 * 1024;

const tests = [];
const test = (name, fn) => tests.push({ name, fn });
const dir = freshFolder(false);
fs.chmodSync(dir, 0o755);

const run = (argv, o = {}) => spawnSync(argv[0], argv.slice(1), { encoding: 'utf8', ...o });
function must(argv, o) {
	const r = run(argv, o);
	if (r.status !== 0) throw new Error(`${argv.join(' ')}: ${r.status} ${r.stderr}${r.stdout}`);
	return r;
}

/** Unpacks the tarball into a folder of its own. */
function unpack(name) {
	const to = `${dir}/${name}`;
	fs.mkdirSync(to);
	must(['tar', 'xzf', tarball, '-C', to, '--strip-components=1']);
	return to;
}

const files = (folder) => fs.readdirSync(folder, { recursive: true }).map((f) => path.join(folder, f)).filter((f) => fs.statSync(f).isFile());
const isProgram = (f) => fs.readFileSync(f).subarray(0, 4).toString('latin1') === '\x7fELF';

let tarball;
test('make dist: a tarball of less than 12 MB', async () => {
	const version = /^VERSION := (\S+)/m.exec(fs.readFileSync(`${ROOT}/Makefile`, 'utf8'))[1];
	must([process.env.MAKE ?? 'make', '-s', '-C', ROOT, 'dist']);
	tarball = `${ROOT}/build/dist/mcp-cgi-${version}-linux-${must(['uname', '-m']).stdout.trim()}.tar.gz`;
	const { size } = fs.statSync(tarball);
	ok(size < MOST, `${size} bytes`);
	const names = must(['tar', 'tzf', tarball]).stdout;
	for (const f of [...PROGRAMS, ...HIDDEN, ...WELL_KNOWN.map((n) => `.well-known/${n}`), '.htaccess']) ok(names.includes(`/public_html/${f}\n`), f);
	for (const f of ['INSTALL.md', 'LICENSE', 'LICENSE.curl', 'mcp-cgi/mcp-cgi.conf', 'mcp-cgi/bin/mcpctl', 'mcp-cgi/site/tools/greet.json']) ok(names.includes(`/${f}\n`), f);
});

test('every program is static, for any Linux since 3.2', async () => {
	const all = files(unpack('static')).filter(isProgram);
	eq(all.length, PROGRAMS.length + HIDDEN.length + WELL_KNOWN.length + 4, 'programs');
	for (const f of all) {
		const name = path.basename(f);
		ok(!/INTERP/.test(must(['readelf', '-lW', f]).stdout), `${name} has an interpreter`);
		ok(!/NEEDED/.test(must(['readelf', '-dW', f]).stdout), `${name} needs a library`);
		match(must(['readelf', '-nW', f]).stdout, /OS: Linux, ABI: 3\.2\.0/, `kernel of ${name}`);
		eq(fs.statSync(f).mode & 0o777, 0o755, `permissions of ${name}`);
	}
});

/** Runs a program in an empty root. */
function inside(root, argv, { env = {}, input = '' } = {}) {
	return run(['/usr/sbin/chroot', `--userspec=${UID}:${UID}`, root, ...argv], { env, input });
}

test('in an empty root, without any library, the programs answer', async () => {
	const root = unpack('empty');
	must(['chown', '-R', `${UID}:${UID}`, `${root}/mcp-cgi`]);
	const conf = `${root}/mcp-cgi/mcp-cgi.conf`;
	fs.writeFileSync(conf, 'issuer = https://mcp.example.org\n');
	const ask = (name, more) => inside(root, [`/public_html/${name}`], { env: { REQUEST_METHOD: 'GET', QUERY_STRING: '', HTTPS: 'on', REMOTE_ADDR: '192.0.2.1', MCP_CGI_CONF: '/mcp-cgi/mcp-cgi.conf', ...more } });
	for (const name of [...PROGRAMS, ...WELL_KNOWN.map((n) => `.well-known/${n}`)]) {
		const r = inside(root, [`/public_html/${name}`]);
		eq(r.status, 2, `${name}: ${r.stderr}`);
		match(r.stderr, new RegExp(`^${name.startsWith('.') ? 'metadata' : name.replace('register', '(register|registration)')} `), name);
	}
	const metadata = ask('.well-known/oauth-authorization-server', { REQUEST_URI: '/.well-known/oauth-authorization-server' });
	match(metadata.stdout, /^Status: 200 OK[^]*"issuer":"https:\/\/mcp\.example\.org"/, metadata.stderr);
	const made = inside(root, ['/mcp-cgi/bin/mcpctl', '--config', '/mcp-cgi/mcp-cgi.conf', 'init']);
	eq(made.status, 0, `mcpctl init: ${made.stderr}`);
	const user = inside(root, ['/mcp-cgi/bin/mcpctl', '--config', '/mcp-cgi/mcp-cgi.conf', 'user', 'add', 'ada', '--password-stdin'], { input: `${PASSWORD}\n` });
	eq(user.status, 0, `mcpctl user add: ${user.stderr}`);
	match(ask('account').stdout, /^Status: 200 OK[^]*<h1>Sign in/, 'account');
	match(ask('mcp').stdout, /^Status: 401/, 'mcp');
	fs.copyFileSync(`${root}/public_html/mcp`, `${root}/public_html/token.cgi`);
	match(ask('token.cgi').stdout, /^Status: 405/, 'a name with a suffix');
	fs.copyFileSync(`${root}/public_html/mcp`, `${root}/public_html/other`);
	match(ask('other').stderr, /no program of mcp-cgi has this name/, 'another name');
});

test('on a kernel of ten years ago, which lacks getrandom(2) and more, the programs work', async () => {
	const root = unpack('old');
	must(['cc', '-static', '-O1', '-o', `${root}/old`, `${ROOT}/tests/live/old.c`]);
	must(['chown', '-R', `${UID}:${UID}`, `${root}/mcp-cgi`]);
	fs.writeFileSync(`${root}/mcp-cgi/mcp-cgi.conf`, `issuer = https://mcp.example.org\nsetup_secret = ${SECRET}\n`);
	fs.mkdirSync(`${root}/dev`);
	must(['mknod', '-m', '666', `${root}/dev/urandom`, 'c', '1', '9']);
	const env = { QUERY_STRING: '', HTTPS: 'on', REMOTE_ADDR: '192.0.2.1', MCP_CGI_CONF: '/mcp-cgi/mcp-cgi.conf' };
	const ask = (name, more, input) => inside(root, ['/old', `/public_html/${name}`], { env: { ...env, REQUEST_METHOD: 'GET', ...more }, input });
	const body = `action=look&secret=${encodeURIComponent(SECRET)}`;
	for (const [what, r] of [
		['the form', ask('setup')],
		['the database', ask('setup', { REQUEST_METHOD: 'POST', CONTENT_TYPE: 'application/x-www-form-urlencoded', CONTENT_LENGTH: String(body.length) }, body)],
		['a page with rows', ask('account')],
		['metadata', ask('.well-known/oauth-protected-resource', { REQUEST_URI: '/.well-known/oauth-protected-resource' })],
	])
		match(r.stdout ?? '', /^Status: 200 OK/, `${what}: ${r.stderr} ${r.error}`);
	ok(fs.existsSync(`${root}/mcp-cgi/mcp.db`), 'a database');
});

test('fetch has names and authorities without the libraries of the host', async () => {
	const root = unpack('fetch');
	const d = await startDocuments();
	d.set('/x.json', { body: '{"a":1}' });
	fs.mkdirSync(`${root}/etc/pki/tls/certs`, { recursive: true });
	const fetch = (host) => new Promise((done) => {
		const child = spawn('/usr/sbin/chroot', [`--userspec=${UID}:${UID}`, root, '/public_html/fetch'], { env: {} });
		let said = '';
		for (const out of [child.stdout, child.stderr]) out.on('data', (b) => (said += b));
		child.on('close', () => done(said));
		child.stdin.end(`url ${d.url('/x.json', host)}\nloopback 1\n`);
	});
	// What a host says of its name services is about modules of its own libc.
	fs.writeFileSync(`${root}/etc/nsswitch.conf`, 'hosts: sss [UNAVAIL=return] files dns\n');
	fs.writeFileSync(`${root}/etc/hosts`, '127.0.0.1 localhost c.example\n');
	match(await fetch('c.example'), /^refused unreachable the certificate does not hold$/m, 'without authorities');
	fs.copyFileSync(d.caFile, `${root}/etc/pki/tls/certs/ca-bundle.crt`);
	match(await fetch('c.example'), /^ok -?\d+ 7\n\{"a":1\}$/, 'by name, with the authorities of the system');
	match(await fetch('unknown.example'), /^refused unreachable the name has no address/, 'a name that is not known');
	await d.close();
});

/* ---- on a host ------------------------------------------------------------------------------------------------------ */

/** A home folder with the two folders in it, as the account's own; with what an upload by FTP does to them, if so asked. */
function upload(name, { ftp = false, root = 'public_html' } = {}) {
	const home = `${dir}/home-${name}`;
	const tree = unpack(`tree-${name}`);
	fs.mkdirSync(home);
	for (const part of ['public_html', 'mcp-cgi'])
		if (ftp) {
			must(['cp', '-r', '--no-preserve=all', `${tree}/${part}`, `${home}/${part}`]);
			for (const f of files(`${home}/${part}`)) fs.chmodSync(f, 0o644);
			fs.chmodSync(`${home}/${part}`, 0o755);
		} else fs.renameSync(`${tree}/${part}`, `${home}/${part}`);
	if (root !== 'public_html') fs.renameSync(`${home}/public_html`, `${home}/${root}`);
	must(['chown', '-R', `${UID}:${UID}`, home]);
	return home;
}

/** What runs programs as the account; where suEXEC does, Apache itself is www-data. */
function configuration(s, modules) {
	const load = ['mpm_event', 'authz_core', 'mime', 'dir', 'env', 'setenvif', 'negotiation', 'cgid', ...modules];
	return [
		...load.map((m) => `LoadModule ${m}_module ${MODULES}/mod_${m}.so`),
		'ServerName 127.0.0.1',
		'TypesConfig /dev/null',
		`Listen 127.0.0.1:${s.port}`,
		`DefaultRuntimeDir ${s.run}`,
		`PidFile ${s.run}/pid`,
		`ErrorLog ${s.run}/error.log`,
		...(s.suexec ? ['User www-data\nGroup www-data', `SuexecUserGroup you #${UID}`] : [`User you\nGroup #${UID}`]),
		'StartServers 1\nServerLimit 4\nThreadsPerChild 32\nMaxRequestWorkers 128',
		`ScriptSock ${s.run}/cgid`,
		...(modules.includes('fcgid') ? [`FcgidIPCDir ${s.run}/fcgid`, `FcgidProcessTableFile ${s.run}/table`] : []),
		`DocumentRoot ${s.root}`,
		`<Directory ${s.root}>\nAllowOverride All\nOptions FollowSymLinks\nRequire all granted\n</Directory>`,
		'',
	].join('\n');
}

const running = new Set();
process.on('exit', () => { for (const s of running) s.child.kill('SIGKILL'); });

/** Apache over that home folder, in a namespace of its own in which /etc/passwd knows whose it is. */
async function serve(name, modules, o) {
	const s = { front: 'htaccess', secrets: new Set(), passwords: new Set(), redirects: new Set(), password: PASSWORD, home: upload(name, o), run: `${dir}/run-${name}`,
		suexec: modules.includes('suexec') };
	s.root = `${s.home}/${o?.root ?? 'public_html'}`;
	s.port = await freePort();
	s.url = s.issuer = `http://127.0.0.1:${s.port}`;
	s.resource = `${s.issuer}/mcp`;
	s.conf = `${s.home}/mcp-cgi/mcp-cgi.conf`;
	for (const folder of ['fcgid', 'log/apache2']) fs.mkdirSync(`${s.run}/${folder}`, { recursive: true });
	must(['chown', '-R', s.suexec ? 'www-data:www-data' : `${UID}:${UID}`, s.run]);
	fs.writeFileSync(`${s.run}/passwd`, `${fs.readFileSync('/etc/passwd', 'utf8')}you:x:${UID}:${UID}::${s.home}:/bin/sh\n`);
	fs.writeFileSync(`${s.run}/group`, `${fs.readFileSync('/etc/group', 'utf8')}you:x:${UID}:\n`);
	fs.writeFileSync(`${s.run}/suexec`, `${dir}\npublic_html\n`);
	fs.writeFileSync(`${s.run}/httpd.conf`, configuration(s, modules));
	const put = [['passwd', '/etc/passwd'], ['group', '/etc/group'], ...(s.suexec ? [['suexec', '/etc/apache2/suexec/www-data'], ['log', '/var/log']] : [])];
	const line = [...put.map(([file, at]) => `mount --bind ${s.run}/${file} ${at}`), `exec /usr/sbin/apache2 -D FOREGROUND -d ${s.run} -f ${s.run}/httpd.conf`].join(' && ');
	s.child = spawn('unshare', ['-m', 'sh', '-c', line], { stdio: 'ignore', env: { PATH: process.env.PATH } });
	s.gone = new Promise((done) => s.child.on('exit', done));
	running.add(s);
	s.log = () => fs.readFileSync(`${s.run}/error.log`, 'utf8');
	for (const until = Date.now() + 30000; !(await reachable(s.port)); await sleep(50)) if (Date.now() > until || s.child.exitCode !== null) throw new Error(`Apache did not start: ${s.log()}`);
	s.stop = async () => {
		s.child.kill('SIGTERM');
		await s.gone;
		running.delete(s);
	};
	return s;
}

const setup = (s, fields, jar) => post(s, fields, jar, {}, { path: '/setup', content: true });
const shown = async (s, code) => visibleText(page(await get(s, '/setup'), code).text);

/** The line of the settings that has this key becomes another one, as in an editor. */
function edit(s, key, value) {
	const text = fs.readFileSync(s.conf, 'utf8'), line = new RegExp(`^${key} = .*$`, 'm');
	ok(line.test(text), `a line ${key}`);
	fs.writeFileSync(s.conf, text.replace(line, `${key} = ${value}`));
}

const lineOf = (s, key) => fs.readFileSync(s.conf, 'utf8').split('\n').findIndex((l) => l.startsWith(`${key} =`)) + 1;

async function setUp(s) {
	match(await shown(s, 503), new RegExp(`line ${lineOf(s, 'issuer')}: issuer is still that of the example`), 'before the first line');
	edit(s, 'issuer', s.issuer);
	match(await shown(s, 503), new RegExp(`line ${lineOf(s, 'setup_secret')}: setup_secret is still that of the example`), 'before the second line');
	edit(s, 'setup_secret', SECRET);
	const jar = new Jar();
	ok(formFor(page(await get(s, '/setup', jar), 200), 'look'), 'a form for the secret');
	page(await setup(s, { action: 'look', secret: 'this is not the secret' }, jar), 401);
	const looked = page(await setup(s, { action: 'look', secret: SECRET }, jar), 200, 'with the secret');
	const said = visibleText(looked.text);
	ok(!/Wrong:/.test(said), `what was found: ${said}`);
	ok(!/doctor is not installed|cannot be started|ended before/.test(said), `the doctor: ${said}`);
	const done = page(await submit(s, looked, 'make', jar, { fields: { username: 'ada', password: PASSWORD, again: PASSWORD } }), 200, 'the last page');
	ok(visibleText(done.text).includes(s.resource), 'the address');
	for (const r of [await get(s, '/setup'), await setup(s, { action: 'look', secret: SECRET }, jar)]) page(r, 404, 'afterwards');
	for (const end of ['', '-wal', '-shm']) if (fs.existsSync(`${s.home}/mcp-cgi/mcp.db${end}`)) eq(fs.statSync(`${s.home}/mcp-cgi/mcp.db${end}`).mode & 0o77, 0, 'permissions of the database');
}

/** The official client: it finds everything from the address alone, a person signs in and agrees, a tool is called. */
async function connect(s) {
	const provider = new Provider('http://127.0.0.1:1/callback');
	s.redirects.add(provider.redirectUrl);
	const open = () => ({
		client: new Client({ name: 'dist-test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } }),
		transport: new StreamableHTTPClientTransport(new URL(s.resource), { authProvider: provider }),
	});
	const first = open();
	await first.client.connect(first.transport).then(() => { throw new Error('connected without a token'); }, () => { /* the browser is asked for */ });
	ok(provider.url, 'the SDK asked for the browser');
	const jar = new Jar();
	const login = await get(s, provider.url.pathname + provider.url.search, jar);
	const asked = await follow(s, status(await signIn(s, login, jar, { username: 'ada' }), 303, 'sign-in'), jar);
	const back = status(await consent(s, asked, jar), 303, 'consent');
	await first.transport.finishAuth(new URL(back.headers.location).searchParams);
	await first.client.close();
	const { client, transport } = open();
	await client.connect(transport);
	const { tools } = await client.listTools();
	ok(tools.some((t) => t.name === 'greet') && tools.some((t) => t.name === 'search_knowledge_base'), `tools: ${tools.map((t) => t.name)}`);
	const r = await client.callTool({ name: 'greet', arguments: { name: 'Grace' } });
	match(r.content[0].text, /^Hello, Grace! You are signed in as ada\.$/m, `greet: ${JSON.stringify(r)}`);
	const made = await client.callTool({ name: 'create_document', arguments: { title: 'Tides', content: 'They come twice a day.' } });
	ok(!made.isError, `create_document: ${JSON.stringify(made.content)}`);
	await client.close();
	return provider.tokens().access_token;
}

/** A stream is opened at /mcp, where listen takes over, and the first bytes come at once. */
async function listens(s, token) {
	const ending = new AbortController();
	const r = await fetch(s.resource, {
		method: 'POST', signal: ending.signal,
		headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'subscriptions/listen' },
		body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params: { notifications: { toolsListChanged: true },
			_meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' }, 'io.modelcontextprotocol/clientCapabilities': {} } } }),
	});
	eq(r.status, 200, 'status of the stream');
	match(r.headers.get('content-type'), /^text\/event-stream/, 'type of the stream');
	ok((await r.body.getReader().read()).value.length > 0, 'something comes');
	const streams = () => fs.readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && programOf(pid) === `${s.root}/listen`);
	eq(streams().length, 1, 'programs that serve a stream');
	ending.abort();
	// Apache may not end a program that suEXEC has started: it hears that nobody listens when it writes
	for (const until = Date.now() + 45000; streams().length && Date.now() < until; ) await sleep(100);
	eq(streams().length, 0, 'programs that serve a stream after its client has gone');
}

const programOf = (pid) => {
	try {
		return fs.readlinkSync(`/proc/${pid}/exe`);
	} catch {
		return '';
	}
};

async function hides(s) {
	for (const at of [...HIDDEN, '.htaccess', 'mcp-cgi/mcp-cgi.conf', 'mcp.db', 'mcpfoo'].map((n) => `/${n}`)) {
		const r = await raw(s, { path: at, content: true });
		ok([403, 404].includes(r.status), `${at}: ${r.status}`);
	}
}

for (const [name, modules] of [
	['mod_cgid', []],
	['mod_cgid and mod_fcgid', ['fcgid']],
	['mod_cgid and suEXEC', ['suexec']],
	['mod_cgid, mod_fcgid and suEXEC', ['fcgid', 'suexec']],
])
	test(`two folders, two lines, /setup, and a client is connected: ${name}`, async () => {
		const s = await serve(name.replace(/\W/g, '-'), modules);
		// suEXEC keeps this from programs, which find what is in the home folder; mod_fcgid tells them all the same
		if (`${modules}` === 'suexec') fs.appendFileSync(`${s.root}/.htaccess`, 'SetEnv MCP_CGI_CONF /nowhere\n');
		await setUp(s);
		const token = await connect(s);
		await listens(s, token);
		await hides(s);
		await s.stop();
	});

test('after an upload by FTP, which loses permissions, nothing is handed out, and what INSTALL says mends it', async () => {
	const s = await serve('ftp', [], { ftp: true });
	const commands = commandsOf(fs.readFileSync(`${ROOT}/package/dist/INSTALL.md`, 'utf8'), 'chmod');
	const type = (line) => must(['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', '--', 'sh', '-c', line], { cwd: s.home });
	for (const at of ['/setup', '/mcp', '/.well-known/oauth-authorization-server']) {
		const r = await raw(s, { path: at, content: true, allow: [500] });
		ok(r.status >= 400 && !r.text.includes('ELF'), `${at}: ${r.status}`);
	}
	commands.filter((line) => !line.includes('mcp-cgi.conf')).forEach(type);
	match(await shown(s, 503), /must not be writable by its group nor readable by others \(chmod 600\)/, 'settings that others may read');
	commands.forEach(type);
	await setUp(s);
	await connect(s);
	await s.stop();
});

test('the page for cPanel, as written: a folder of its own, permissions, two lines, /setup, cron', async () => {
	const manual = fs.readFileSync(`${ROOT}/site/manual/shared-host-cpanel.md`, 'utf8');
	const s = await serve('cpanel', [], { ftp: true, root: 'mcp.example.org' });
	const shell = (line) => must(['unshare', '-m', 'sh', '-c', `mount --bind ${s.run}/passwd /etc/passwd && exec setpriv --reuid=${UID} --regid=${UID} --clear-groups -- sh -c "$0"`, line],
		{ cwd: s.home, env: { HOME: s.home, PATH: '/usr/sbin:/usr/bin:/bin' } });
	shell(['set -e', ...commandsOf(manual, 'cd'), ...commandsOf(manual, 'chmod')].join('\n'));
	await setUp(s);
	await connect(s);
	const jobs = [...manual.matchAll(/^ {4}\d+ \d+ \* \* [*\d] (.*)$/gm)].map((m) => m[1].replaceAll('\\%', '%'));
	eq(jobs.length, 2, 'lines for cron');
	for (const job of jobs) shell(job);
	const backups = fs.readdirSync(`${s.home}/backups`);
	eq(backups.length, 1, 'backups');
	eq(must(['sqlite3', `${s.home}/backups/${backups[0]}`, 'SELECT name FROM user']).stdout, 'ada\n', 'the backup');
	await s.stop();
});

/** The lines of code blocks of a page that begin with this command. */
function commandsOf(text, command) {
	const lines = text.split('\n').filter((l) => l.startsWith(`    ${command} `)).map((l) => l.trim());
	ok(lines.length > 0, `the page has ${command}`);
	return lines;
}

/* ---- the run -------------------------------------------------------------------------------------------------------- */

const words = process.argv.slice(2);
let failed = 0;
if (process.getuid() !== 0) {
	console.log('not ok - dist: needs root');
	process.exit(1);
}
for (const t of tests.filter((x, i) => i === 0 || !words.length || words.some((w) => x.name.includes(w)))) {
	try {
		await t.fn();
		console.log(`ok - dist: ${t.name}`);
	} catch (e) {
		failed++;
		console.log(`not ok - dist: ${t.name}: ${String(e.message).replace(/\s*\n\s*/g, ' / ')}${placeOf(e)}`);
		if (process.env.MCP_TESTS_TRACE) console.log(e.stack);
		for (const s of running) {
			if (process.env.MCP_TESTS_TRACE) console.log(s.log());
			await s.stop();
		}
	}
}
process.exit(failed ? 1 : 0);
