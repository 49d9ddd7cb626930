// SPDX-License-Identifier: ISC
//
// What the operator does with mcpctl, and what comes back from it: strict JSON where --json is given.

import { eq, ok } from './check.mjs';

/** Runs a command that has to succeed; gives what it printed. */
export function ctl(s, args, stdin) {
	const r = s.ctl(args, stdin);
	eq(
		r.status,
		0,
		`exit status of mcpctl ${args.join(' ')} (${(r.stderr + r.stdout).trim().slice(0, 300)})`,
	);
	return r.stdout;
}

/** The same with --json behind the command; one JSON document, nothing around it. */
export function ctlJson(s, command, args = [], stdin) {
	const out = ctl(s, [...command, '--json', ...args], stdin);
	learn(s, out);
	try {
		return JSON.parse(out);
	} catch (e) {
		throw new Error(`mcpctl ${command.join(' ')} --json: ${e.message}: ${out.slice(0, 200)}`);
	}
}

/** Secrets that mcpctl prints must not lie around either. */
function learn(s, text) {
	for (const m of text.matchAll(/mcp[arcsm]_[A-Za-z0-9_-]{43,}/g)) s.secrets.add(m[0]);
}

/** A client made by the operator: what a request needs to name and prove it. */
export function addClient(s, name, { method = 'client_secret_basic', args = [] } = {}) {
	const made = ctlJson(s, ['client', 'add'], [name, '--method', method, ...args]);
	ok(/^c_[A-Za-z0-9_-]{22}$/.test(made.client_id), `client_id of ${name}: ${JSON.stringify(made)}`);
	if (method.startsWith('client_secret'))
		ok(/^mcps_[A-Za-z0-9_-]{49}$/.test(made.client_secret), `client_secret of ${name}`);
	else ok(!('client_secret' in made), `no secret for ${name}, which has a key`);
	return { ...made, token_endpoint_auth_method: method };
}

/** Entry of a list by client. */
export const clientIn = (list, id) => list.find((c) => c.client_id === id);

export const clients = (s) => ctlJson(s, ['client', 'list']);
export const grants = (s) => ctlJson(s, ['grant', 'list']);

/** The last attempts, as objects. */
export const traces = (s, n) => ctlJson(s, ['trace'], n ? [String(n)] : []);

/** The audit as a list; every line is one JSON object. */
export function audit(s, args = []) {
	return ctl(s, ['audit', ...args])
		.split('\n')
		.filter(Boolean)
		.map((line) => {
			const doc = JSON.parse(line);
			ok(doc && typeof doc === 'object' && !Array.isArray(doc), `one object a line: ${line}`);
			return doc;
		});
}

/** The reference of an error page: the same id is in the log and in the trace. */
export function referenceOf(r) {
	const found = [...r.text.matchAll(/\b[0-9a-f]{8,16}\b/g)].map((m) => m[0]).filter((x) => /[0-9]/.test(x));
	return found.at(-1);
}

/**
 * Runs one of the web programs as a web server without FastCGI would; gives { status, headers, text }. under: a command
 * that starts it.
 */
export function runCgi(
	s,
	program,
	{ env = {}, body = '', method = 'GET', path = `/${program}`, query = '', under = [] } = {},
) {
	const r = s.run([...under, `${s.programs}/${program}`], {
		input: body,
		env: {
			PATH: process.env.PATH,
			GATEWAY_INTERFACE: 'CGI/1.1',
			SERVER_PROTOCOL: 'HTTP/1.1',
			REQUEST_METHOD: method,
			REQUEST_URI: path + (query ? `?${query}` : ''),
			SCRIPT_NAME: path,
			QUERY_STRING: query,
			REMOTE_ADDR: '127.0.0.1',
			HTTP_HOST: new URL(s.url).host,
			MCP_CGI_CONF: s.conf,
			...(body ? { CONTENT_LENGTH: String(Buffer.byteLength(body)) } : {}),
			...env,
		},
	});
	const end = r.stdout.search(/\r?\n\r?\n/);
	const head = end < 0 ? r.stdout : r.stdout.slice(0, end);
	const headers = Object.fromEntries(
		head
			.split(/\r?\n/)
			.filter(Boolean)
			.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]),
	);
	const text = end < 0 ? '' : r.stdout.slice(end).replace(/^\r?\n\r?\n/, '');
	return {
		status: Number(/^\d{3}/.exec(headers.status ?? '200')?.[0]),
		headers,
		text,
		log: r.stderr,
		exit: r.status,
		toString() {
			return `${this.status} ${text.slice(0, 200)}`;
		},
	};
}
