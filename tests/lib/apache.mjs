// SPDX-License-Identifier: ISC
//
// Apache in front of an installation, with one of the files of apache-conf as it is installed. A server of its own: its
// modules are those that the file asks for and a few that hosts have, among them one that compresses what clients let it.

import fs from 'node:fs';
import path from 'node:path';
import { AS_ROOT, OWNER, answers, chown, install, launch, launchBeside, morePaths, waitUntil } from './harness.mjs';
import { ROUTED } from './fronts.mjs';
import { childrenOf } from './processes.mjs';

const MODULES = '/usr/lib/apache2/modules';
const COMMON = ['mpm_event', 'authz_core', 'mime', 'dir', 'filter', 'deflate', 'headers', 'reqtimeout'];
const OF = {
	'apache-fcgid': { modules: ['alias', 'env', 'cgid', 'fcgid'], file: 'mcp-fcgid.conf' },
	'apache-proxy': { modules: ['env', 'proxy', 'proxy_fcgi'], file: 'mcp-proxy-fcgi.conf' },
	'apache-cgi': { modules: ['alias', 'env', 'cgid'], file: 'mcp-cgi.conf' },
	htaccess: { modules: ['alias', 'env', 'cgid', 'setenvif', 'negotiation', 'autoindex'], folder: '' },
	'htaccess-fcgid': { modules: ['alias', 'env', 'cgid', 'fcgid', 'setenvif', 'negotiation', 'autoindex'], folder: '', htaccess: 'htaccess' },
	'htaccess-sub': { modules: ['alias', 'env', 'cgid', 'setenvif', 'rewrite', 'negotiation', 'autoindex'], folder: 'mcp-cgi-bin' },
};
const WELL_KNOWN = ['oauth-authorization-server', 'oauth-protected-resource', 'openid-configuration'];
const q = (x) => `"${x}"`;

/** Puts the programs where .htaccess wants them: links to the installed ones, or the copies that the test has asked for. */
export function layOut(s, copies) {
	const { folder } = OF[s.front];
	if (folder === undefined) return;
	const from = s.programs, to = path.join(s.dir, 'www', folder);
	const put = (name, as) => {
		fs.mkdirSync(path.dirname(as), { recursive: true });
		(copies ? fs.copyFileSync : fs.linkSync)(`${from}/${name}`, as);
	};
	for (const name of fs.readdirSync(from)) put(name, `${to}/${name}`);
	if (!folder) for (const name of WELL_KNOWN) put('metadata', `${to}/.well-known/${name}`);
	s.programs = to;
}

/** A line of the shipped file that stands commented out, with this value. */
function withLine(text, name, value) {
	const line = new RegExp(`^#${name} .*$`, 'm');
	if (!line.test(text)) throw new Error(`there is no line #${name}`);
	return text.replace(line, `${name} ${value}`);
}

/** The .htaccess, with the one line that says where the settings are, and a route or a copy for each further endpoint. */
function writeHtaccess(s) {
	let text = withLine(fs.readFileSync(`${install().share}/apache-conf/${OF[s.front].htaccess ?? s.front}`, 'utf8'), 'SetEnv MCP_CGI_CONF', s.conf);
	for (const at of morePaths(s)) {
		if (s.front === 'htaccess-sub') {
			text = text.replace('RewriteEngine On\n', `$&RewriteRule "^${at.slice(1).replaceAll('.', '\\.')}(/.*)?$" "mcp-cgi-bin/mcp$1" [END]\n`);
			continue;
		}
		const folder = path.dirname(`${s.dir}/www${at}`);
		fs.mkdirSync(folder, { recursive: true });
		for (const name of ['listen', 'work', 'fetch']) if (!fs.existsSync(`${folder}/${name}`)) fs.linkSync(`${s.programs}/${name}`, `${folder}/${name}`);
		if (!fs.existsSync(`${s.dir}/www${at}`)) fs.linkSync(`${s.programs}/mcp`, `${s.dir}/www${at}`);
	}
	fs.writeFileSync(`${s.dir}/www/.htaccess`, text);
}

/** The route of a further endpoint, as the shipped file says. */
export function routeOf(front, at) {
	if (front === 'apache-proxy') return [`Define MCP_PATH ${at}`, `Include ${q(`${install().share}/apache-conf/mcp-proxy-fcgi-path.conf`)}`];
	return [`Alias ${at} "\${MCP_CGI}/mcp"`];
}

/** What stands in the VirtualHost of the installation. */
export function host(s) {
	const { file } = OF[s.front];
	if (!file) return [`<Directory ${q(`${s.dir}/www`)}>`, `AllowOverride ${s.allowOverride}`, 'Options FollowSymLinks', 'Require all granted', '</Directory>'];
	return [
		`Define MCP_CGI ${q(s.programs)}`,
		`Define MCP_CONF ${q(s.conf)}`,
		`Define MCP_RUN ${q(`${s.dir}/run`)}`,
		`Include ${q(`${install().share}/apache-conf/${file}`)}`,
		...morePaths(s).flatMap((at) => routeOf(s.front, at)),
		`<Directory ${q(`${s.dir}/www`)}>`,
		'Require all granted',
		'</Directory>',
	];
}

function configuration(s) {
	const { modules } = OF[s.front], run = `${s.dir}/run`;
	return [
		...[...COMMON, ...modules, ...(s.modules ?? [])].map((m) => `LoadModule ${m}_module ${MODULES}/mod_${m}.so`),
		'ServerName 127.0.0.1',
		'TypesConfig /dev/null',
		`Listen 127.0.0.1:${s.port}`,
		`DefaultRuntimeDir ${q(run)}`,
		`PidFile ${q(`${run}/pid`)}`,
		`ErrorLog ${q(`${s.dir}/log/stderr.log`)}`,
		...(AS_ROOT ? [`User ${OWNER}`, `Group ${OWNER}`] : []),
		'StartServers 1\nServerLimit 6\nThreadsPerChild 64\nMaxRequestWorkers 384\nTimeout 60',
		...(modules.includes('cgid') ? [`ScriptSock ${q(`${run}/cgid`)}`] : []),
		...(modules.includes('fcgid') ? [`FcgidIPCDir ${q(`${run}/fcgid`)}`, `FcgidProcessTableFile ${q(`${run}/table`)}`] : []),
		'AddOutputFilterByType DEFLATE text/css text/event-stream',
		`<VirtualHost 127.0.0.1:${s.port}>`,
		`DocumentRoot ${q(`${s.dir}/www`)}`,
		...host(s),
		...s.web,
		'</VirtualHost>',
		'',
	].join('\n');
}

/** What the units of systemd start: each program on a socket of its own. */
async function startPrograms(s) {
	for (const name of ROUTED) {
		const socket = `${s.dir}/run/${name}`;
		fs.rmSync(socket, { force: true });
		const user = AS_ROOT ? ['-u', OWNER, '-g', OWNER] : [];
		launchBeside(s, ['spawn-fcgi', '-n', ...user, '-M', '600', '-s', socket, '--', `${s.programs}/${name}`],
			{ PATH: process.env.PATH, MCP_CGI_CONF: s.conf, ...s.env });
	}
	await waitUntil(s, () => ROUTED.every((name) => fs.existsSync(`${s.dir}/run/${name}`)), 'spawn-fcgi');
}

/** A SIGTERM to a process of Apache that has not become its user yet is lost, and the process would outlive its server. */
function hasSettled(s) {
	if (!AS_ROOT) return true;
	const list = childrenOf(s.child.pid);
	return list.length > 0 && list.every((pid) => !/^Uid:\s+\d+\s+0\b/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')));
}

export async function startServer(s) {
	const conf = `${s.dir}/httpd.conf`;
	for (const dir of ['run/fcgid']) {
		fs.mkdirSync(`${s.dir}/${dir}`, { recursive: true });
		if (AS_ROOT) chown(`${s.dir}/${dir}`);
	}
	if (!OF[s.front].file) writeHtaccess(s);
	fs.writeFileSync(conf, s.edit ? s.edit(configuration(s)) : configuration(s));
	s.exit = undefined;
	if (s.front === 'apache-proxy') await startPrograms(s);
	launch(s, ['/usr/sbin/apache2', '-D', 'FOREGROUND', '-d', s.dir, '-f', conf], { PATH: process.env.PATH, ...s.env });
	await waitUntil(s, async () => (await answers(s.port)) && hasSettled(s), 'Apache');
}

export const withToken = (token) => [`RequestHeader set Authorization "Bearer ${token}" early`];
