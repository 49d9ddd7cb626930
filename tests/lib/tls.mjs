// SPDX-License-Identifier: ISC
//
// An installation under https: a certificate for the test, the installation as it looks from outside, and proxies that
// take the encryption off in front of it.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import { host } from './apache.mjs';
import { AS_ROOT, OWNER, sleep } from './harness.mjs';

export const NAME = 'mcp.example.org';
export const STS = 'max-age=31536000';

/** A certificate for NAME and its key, which trusts itself: { cert, key, both }, file names in the folder of the installation. */
export function certificate(s) {
	const dir = `${s.dir}/tls`, own = { cert: `${dir}/cert.pem`, key: `${dir}/key.pem`, both: `${dir}/both.pem` };
	fs.mkdirSync(dir);
	const r = spawnSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${NAME}`,
		'-addext', `subjectAltName=DNS:${NAME}`, '-keyout', own.key, '-out', own.cert], { encoding: 'utf8' });
	if (r.status !== 0) throw new Error(`openssl: ${r.stderr}`);
	fs.writeFileSync(own.both, fs.readFileSync(own.key, 'utf8') + fs.readFileSync(own.cert, 'utf8'), { mode: 0o600 });
	return own;
}

/** The installation as a client sees it that comes by https. */
export const outside = (s, port, own) => Object.assign(Object.create(s), { url: `https://${NAME}:${port}`, at: '127.0.0.1', ca: fs.readFileSync(own.cert) });

const q = (x) => JSON.stringify(x);

/** Lines for lighttpd: one more port, with TLS of its own. */
export const lighttpdTls = (port, own, more = []) => ['server.modules += ( "mod_openssl" )', `$SERVER["socket"] == "127.0.0.1:${port}" {`, 'ssl.engine = "enable"',
	`ssl.pemfile = ${q(own.both)}`, ...more, '}'];

const MODULES = '/usr/lib/apache2/modules';

/** Lines for Apache: the host of the installation ends, and the same one follows with TLS. */
export const apacheTls = (s, port, own, more = []) => ['</VirtualHost>', `LoadModule ssl_module ${MODULES}/mod_ssl.so`, 'SSLSessionCache none', `Listen 127.0.0.1:${port}`,
	`<VirtualHost 127.0.0.1:${port}>`, `DocumentRoot "${s.dir}/www"`, 'SSLEngine on', `SSLCertificateFile ${own.cert}`, `SSLCertificateKeyFile ${own.key}`, ...more[0] ?? [], ...host(s), ...more[1] ?? []];

/* ---- proxies ---- */

const COMMANDS = { nginx: (conf) => ['/usr/sbin/nginx', '-c', conf, '-e', 'stderr'], lighttpd: (conf) => ['/usr/sbin/lighttpd', '-D', '-f', conf] };

const CONFS = {
	nginx: ({ dir, port, own, to }) => [
		...(AS_ROOT ? [`user ${OWNER};`] : []), 'daemon off;', 'worker_processes 1;', `pid ${dir}/pid;`, 'events { }', 'http {', 'access_log off;',
		...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((x) => `${x}_temp_path ${dir}/${x};`),
		'server {', `listen 127.0.0.1:${port} ssl;`, `server_name ${NAME};`, `ssl_certificate ${own.cert};`, `ssl_certificate_key ${own.key};`,
		`add_header Strict-Transport-Security "${STS}" always;`, 'client_max_body_size 5m;', 'location / {', `proxy_pass http://127.0.0.1:${to};`,
		'proxy_http_version 1.1;', 'proxy_set_header Host $http_host;', 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
		'proxy_set_header X-Forwarded-Proto $scheme;', '}', '}', '}',
	],
	lighttpd: ({ dir, port, own, to }) => [
		`server.port = ${port}`, 'server.bind = "127.0.0.1"', `server.document-root = ${q(dir)}`, 'server.modules = ( "mod_openssl", "mod_setenv", "mod_proxy" )',
		...(AS_ROOT ? [`server.username = ${q(OWNER)}`, `server.groupname = ${q(OWNER)}`] : []), 'ssl.engine = "enable"', `ssl.pemfile = ${q(own.both)}`,
		'server.stream-response-body = 1', `setenv.add-response-header = ( "Strict-Transport-Security" => "${STS}" )`,
		`proxy.server = ( "" => (( "host" => "127.0.0.1", "port" => ${to} )) )`,
	],
};

const reachable = (port) => new Promise((done) => {
	const sock = net.connect({ host: '127.0.0.1', port });
	sock.on('connect', () => done(sock.destroy() && true));
	sock.on('error', () => done(false));
});

/** Starts a proxy of this kind that listens to the port with TLS, in front of the plain installation; gives what stops it. */
export async function proxy(kind, s, port, own) {
	const dir = `${s.dir}/proxy-${kind}`, conf = `${dir}/conf`;
	fs.mkdirSync(dir);
	fs.writeFileSync(conf, CONFS[kind]({ dir, port, own, to: s.port }).join('\n') + '\n');
	const [program, ...args] = COMMANDS[kind](conf);
	const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
	const kill = () => child.kill('SIGKILL');
	let said = '';
	child.stderr.on('data', (d) => { said += d; });
	process.on('exit', kill);
	const ended = new Promise((done) => { child.on('exit', done); });
	const stop = async () => {
		child.kill('SIGTERM');
		await ended;
		process.off('exit', kill);
	};
	for (const until = Date.now() + 20000; !(await reachable(port)); await sleep(20)) {
		if (child.exitCode === null && Date.now() < until) continue;
		await stop();
		throw new Error(`${kind} as a proxy: ${said.slice(-400)}`);
	}
	return { stop, said: () => said };
}
