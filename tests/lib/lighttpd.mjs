// SPDX-License-Identifier: ISC
//
// lighttpd in front of an installation, with FastCGI or plain CGI, by the configuration that is installed.

import fs from 'node:fs';
import { AS_ROOT, OWNER, family, install, launch, morePaths, reachable, sleep, waitUntil } from './harness.mjs';

const q = (x) => JSON.stringify(x);

/** The route of one more MCP endpoint, as an operator would add it below the included file. */
function extraRoute(s, at, i) {
	const head = [
		`$HTTP["url"] =~ ${q(`^${at.replaceAll('.', '[.]')}(/|$)`)} {`,
		'\tserver.stream-response-body = 1',
	];
	if (s.front === 'cgi')
		return [
			...head,
			`\talias.url = ( ${q(at)} => var.mcp_cgi + "/mcp" )`,
			'\tcgi.assign = ( var.mcp_cgi + "/mcp" => "" )',
			'\tcgi.limits = ( "tcp-fin-propagate" => "SIGTERM" )',
			'\tsetenv.add-environment = ( "MCP_CGI_CONF" => var.mcp_conf )',
			'}',
		];
	return [
		...head,
		`\tfastcgi.server = ( ${q(at)} => ((`,
		`\t\t"socket" => var.mcp_run + "/mcp-cgi-mcp-${i + 2}",`,
		'\t\t"bin-path" => var.mcp_cgi + "/mcp",',
		'\t\t"bin-environment" => ( "MCP_CGI_CONF" => var.mcp_conf ),',
		'\t\t"bin-copy-environment" => ( "PATH" ),',
		'\t\t"max-procs" => 1,',
		'\t\t"check-local" => "disable",',
		'\t\t"tcp-fin-propagate" => "enable"',
		'\t)))',
		'}',
	];
}

function configuration(s) {
	const kind = s.front;
	return [
		'# written by the tests',
		`server.port = ${s.port}`,
		'server.bind = "127.0.0.1"',
		`server.document-root = ${q(s.dir + '/www')}`,
		'server.modules = ( "mod_access", "mod_setenv", "mod_alias", "mod_' + kind + '" )',
		'server.tag = "lighttpd"',
		...(AS_ROOT ? [`server.username = ${q(OWNER)}`, `server.groupname = ${q(OWNER)}`] : []),
		`var.mcp_cgi = ${q(s.programs)}`,
		`var.mcp_conf = ${q(s.conf)}`,
		`var.mcp_run = ${q(s.dir + '/run')}`,
		`include ${q(`${install().share}/lighttpd-conf/mcp-${kind}.conf`)}`,
		...morePaths(s).flatMap((at, i) => extraRoute(s, at, i)),
		...s.web,
		'',
	].join('\n');
}

/**
 * Waits until every program has taken the place of the forked lighttpd. A SIGTERM between the two is lost in
 * lighttpd's own handler, and the program would outlive its server.
 */
async function settled(s) {
	const until = Date.now() + 10000;
	const routed = fs.readFileSync(`${install().share}/lighttpd-conf/mcp-fastcgi.conf`, 'utf8');
	const programs = [...routed.matchAll(/^\s*"bin-path" => var\.mcp_cgi \+ "\/(\w+)"/gm)].map((m) => m[1]);
	for (;;) {
		const names = new Set(family(s).map((p) => p.exe));
		if (!names.has('lighttpd') && programs.every((n) => names.has(n))) return;
		if (Date.now() > until) return;
		await sleep(20);
	}
}

export async function startServer(s) {
	const conf = `${s.dir}/lighttpd.conf`;
	fs.writeFileSync(conf, s.edit ? s.edit(configuration(s)) : configuration(s));
	launch(s, ['lighttpd', '-D', '-f', conf], { PATH: process.env.PATH, ...s.env });
	await waitUntil(s, () => reachable(s.port), 'lighttpd');
	if (s.front === 'fastcgi') await settled(s);
}

/** Lines for s.web: requests to the endpoint come with this token. */
export const withToken = (token) => ['$HTTP["url"] =~ "^/mcp(/|$)" {', `\tsetenv.set-request-header = ( "Authorization" => "Bearer ${token}" )`, '}'];
