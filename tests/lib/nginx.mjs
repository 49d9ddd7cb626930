// SPDX-License-Identifier: ISC
//
// nginx with fcgiwrap in front of an installation, by the blocks of the page in the manual: ports, paths and what is about
// certificates are other ones.

import fs from 'node:fs';
import { AS_ROOT, OWNER, ROOT, chown, launch, launchBeside, morePaths, reachable, waitUntil } from './harness.mjs';

/** The n-th block of that language in the page. */
export function block(language, n = 0) {
	const page = fs.readFileSync(`${ROOT}/site/manual/nginx.md`, 'utf8');
	return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter((m) => m[1] === language)[n][2];
}

function replaced(text, pairs) {
	for (const [from, to] of pairs) {
		if (!text.includes(from)) throw new Error(`the page of nginx has no "${from}"`);
		text = text.replaceAll(from, to);
	}
	return text;
}

function server(s) {
	const wrap = ['/run/fcgiwrap.socket', `${s.dir}/run/fcgiwrap`];
	const text = replaced(block('nginx'), [
		['listen 443 ssl;', `listen 127.0.0.1:${s.port};`],
		['/usr/lib/mcp-cgi', s.programs],
		['/etc/mcp-cgi/mcp-cgi.conf', s.conf],
		['include fastcgi_params', 'include /etc/nginx/fastcgi_params'],
		wrap,
	]).replace(/^\s*ssl_certificate.*\n/gm, '');
	const more = morePaths(s).map((at) => replaced(block('nginx', 1), [['/team-b/mcp', at.replaceAll('.', '\\.')], wrap]));
	return text.replace(/\}\s*$/, `${more.join('')}\n\troot ${s.dir}/www;\n${s.web.join('\n')}\n}\n`);
}

function configuration(s) {
	const run = `${s.dir}/run`;
	return [
		...(AS_ROOT ? [`user ${OWNER};`] : []),
		'daemon off;',
		'worker_processes 1;',
		`pid ${run}/pid;`,
		'error_log stderr;',
		'events { worker_connections 1000; }',
		'http {',
		'access_log off;',
		...['client_body', 'fastcgi', 'proxy', 'uwsgi', 'scgi'].map((x) => `${x}_temp_path ${run}/${x};`),
		server(s),
		'}',
		'',
	].join('\n');
}

export async function startServer(s) {
	const conf = `${s.dir}/nginx.conf`, socket = `${s.dir}/run/fcgiwrap`;
	for (const dir of ['client_body', 'fastcgi']) {
		fs.mkdirSync(`${s.dir}/run/${dir}`, { recursive: true });
		if (AS_ROOT) chown(`${s.dir}/run/${dir}`);
	}
	fs.writeFileSync(conf, s.edit ? s.edit(configuration(s)) : configuration(s));
	fs.rmSync(socket, { force: true });
	s.exit = undefined;
	const user = AS_ROOT ? ['-u', OWNER, '-g', OWNER] : [];
	const [, ...wrap] = /^ExecStart=(\S+) (.+)$/m.exec(block('ini'));
	launchBeside(s, ['spawn-fcgi', '-n', ...user, '-M', '600', '-s', socket, '--', wrap[0], ...wrap[1].split(' ')], { PATH: process.env.PATH, ...s.env });
	await waitUntil(s, () => fs.existsSync(socket), 'fcgiwrap');
	launch(s, ['/usr/sbin/nginx', '-p', s.dir, '-e', 'stderr', '-c', conf], { PATH: process.env.PATH, ...s.env });
	await waitUntil(s, () => reachable(s.port), 'nginx');
}

/** The program gets it as if the client had sent it. */
export const withToken = (token) => [`\tfastcgi_param HTTP_AUTHORIZATION "Bearer ${token}";`];
