// SPDX-License-Identifier: ISC
//
// The well-known documents: what the authorization server and the protected resource say of themselves, to every
// method and from every origin, without the database, and never for an issuer that is not a proper one.

import { REAL, isCgi } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { sleep } from '../lib/harness.mjs';
import { each, eq, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { raw } from '../lib/oauth.mjs';

const AS = '/.well-known/oauth-authorization-server';
const OIDC = '/.well-known/openid-configuration';
const PRM = '/.well-known/oauth-protected-resource';
const PRM_MCP = '/.well-known/oauth-protected-resource/mcp';
const ALL = [AS, OIDC, PRM, PRM_MCP];

const sorted = (list) => [...list].sort();

async function fetchDoc(s, path) {
	const r = await raw(s, { path });
	status(r, 200, path);
	match(r.headers['content-type'], /^application\/json$/i, `${path}: Content-Type`);
	return r.json;
}

function checkServerDocument(s, doc) {
	eq(doc.issuer, s.issuer, 'issuer');
	eq(doc.authorization_endpoint, `${s.issuer}/authorize`, 'authorization_endpoint');
	eq(doc.token_endpoint, `${s.issuer}/token`, 'token_endpoint');
	eq(doc.registration_endpoint, `${s.issuer}/register`, 'registration_endpoint');
	eq(doc.revocation_endpoint, `${s.issuer}/revoke`, 'revocation_endpoint');
	eq(doc.response_types_supported, ['code'], 'response_types_supported');
	eq(sorted(doc.grant_types_supported), ['authorization_code', 'refresh_token'], 'grant_types_supported');
	eq(doc.code_challenge_methods_supported, ['S256'], 'code_challenge_methods_supported');
	eq(
		sorted(doc.token_endpoint_auth_methods_supported),
		['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'],
		'token_endpoint_auth_methods_supported',
	);
	eq(
		sorted(doc.token_endpoint_auth_signing_alg_values_supported),
		['ES256', 'RS256'],
		'token_endpoint_auth_signing_alg_values_supported',
	);
	eq(doc.protected_resources, [s.resource], 'protected_resources');
	eq(
		doc.authorization_response_iss_parameter_supported,
		true,
		'authorization_response_iss_parameter_supported',
	);
	eq(doc.client_id_metadata_document_supported, true, 'client_id_metadata_document_supported');
	eq(
		sorted(doc.scopes_supported),
		['offline_access', 'read:knowledge', 'write:knowledge'],
		'scopes_supported',
	);
	if (doc.response_modes_supported) eq(doc.response_modes_supported, ['query'], 'response_modes_supported');
}

row('MD-01', 'the server document says what is served, and nothing else', async (s) => {
	const doc = await fetchDoc(s, AS);
	checkServerDocument(s, doc);
	ok(!('introspection_endpoint' in doc), 'no introspection_endpoint');
	status(await raw(s, { method: 'POST', path: '/introspect', body: '' }), 404, '/introspect');
});

row(
	'MD-01',
	'nothing that is off is named, and what is on is',
	async (s) => {
		for (const path of [AS, OIDC]) {
			const doc = await fetchDoc(s, path);
			ok(!('client_id_metadata_document_supported' in doc), `${path}: no client documents by URL`);
			eq(
				sorted(doc.token_endpoint_auth_methods_supported),
				['client_secret_basic', 'client_secret_post', 'none'],
				`${path}: token_endpoint_auth_methods_supported`,
			);
			ok(!('token_endpoint_auth_signing_alg_values_supported' in doc), `${path}: no signing algorithms`);
			ok(!('introspection_endpoint' in doc), `${path}: no introspection_endpoint`);
		}
	},
	{ settings: { client_id_documents: 'off' } },
);

row(
	'MD-01',
	'machine clients and introspection are named when they are on',
	async (s) => {
		for (const path of [AS, OIDC]) {
			const doc = await fetchDoc(s, path);
			eq(
				sorted(doc.grant_types_supported),
				['authorization_code', 'client_credentials', 'refresh_token'],
				`${path}: grant_types_supported`,
			);
			eq(
				sorted(doc.token_endpoint_auth_methods_supported),
				['client_secret_basic', 'client_secret_post', 'none', 'private_key_jwt'],
				`${path}: token_endpoint_auth_methods_supported`,
			);
			eq(
				sorted(doc.token_endpoint_auth_signing_alg_values_supported),
				['ES256', 'RS256'],
				`${path}: token_endpoint_auth_signing_alg_values_supported`,
			);
			eq(doc.introspection_endpoint, `${s.issuer}/introspect`, `${path}: introspection_endpoint`);
			const methods = doc.introspection_endpoint_auth_methods_supported;
			ok(Array.isArray(methods) && methods.includes('client_secret_basic'), `${path}: how to introspect`);
			ok(!methods.includes('none'), `${path}: nobody introspects without credentials`);
		}
	},
	{ settings: { client_id_documents: 'off', client_credentials: 'on', introspection: 'on' } },
);

row('MD-01', 'the OpenID form is the same document', async (s) => {
	const doc = await fetchDoc(s, OIDC);
	checkServerDocument(s, doc);
	const plain = await fetchDoc(s, AS);
	for (const [k, v] of Object.entries(plain)) eq(doc[k], v, `${k} of the OpenID form`);
});

row('MD-01', 'each advertised endpoint answers', async (s) => {
	const doc = await fetchDoc(s, AS);
	for (const k of [
		'authorization_endpoint',
		'token_endpoint',
		'registration_endpoint',
		'revocation_endpoint',
	]) {
		const r = await raw(s, { path: new URL(doc[k]).pathname });
		oneOf(r.status, [400, 405], `GET of the ${k}`);
	}
});

row('MD-01', 'a foreign Host is not served on a loopback issuer, and changes no URL', async (s) => {
	await each(ALL, async (path) => {
		const r = await raw(s, { path, host: 'evil.example.com' });
		status(r, 403, `${path} for evil.example.com`);
		lacks(r.text, /evil/, 'the answer');
	});
	const { port } = new URL(s.url);
	for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
		const r = await raw(s, { path: AS, host });
		status(r, 200, `Host: ${host}`);
		eq(r.json.issuer, s.issuer, `issuer for Host: ${host}`);
	}
	const r = await raw(s, {
		path: AS,
		headers: {
			'X-Forwarded-Host': 'evil.example',
			'X-Forwarded-Proto': 'https',
			Forwarded: 'host=evil.example',
		},
	});
	status(r, 200, 'forwarded headers');
	eq(r.json.issuer, s.issuer, 'issuer with forwarded headers');
});

row('MD-03', 'no document at places of other issuers or resources', async (s) => {
	const elsewhere = [
		`${AS}/t1`,
		`${OIDC}/t1`,
		'/t1/.well-known/openid-configuration',
		`/t1${AS}`,
		`${AS}x`,
		`${OIDC}x`,
		`${AS}/`,
		`${OIDC}/`,
		`${PRM}x`,
		`${PRM}/mcpx`,
		`${PRM}/mcp/x`,
		`${PRM}/other`,
		`${AS}/t1/t2`,
		'/.well-known/',
		'/.well-known/x',
	];
	await each(elsewhere, async (path) => {
		const r = await raw(s, { path });
		// the three names lie in a folder there, and Apache does not list it
		status(r, ['htaccess', 'htaccess-fcgid'].includes(s.front) && path === '/.well-known/' ? 403 : 404, path);
		lacks(r.text, /issuer|authorization_servers/, `${path}: body`);
		if (!r.byServer) match(r.headers['content-type'], /^application\/json$/i, `${path}: Content-Type`);
	});
	for (const path of [`${AS}?x=1`, `${PRM_MCP}?x=1`]) status(await raw(s, { path }), 200, path);
});

row(
	'MD-03',
	'an issuer with a path is refused by the settings',
	async (s) => {
		const before = s.readConf();
		s.setConf({ issuer: 'https://h.example/t1' });
		try {
			const r = s.ctl(['check']);
			eq(r.status, 1, 'exit status of check');
			match(r.stdout + r.stderr, /mcp-cgi\.conf:\d+: .*issuer/, 'the reason');
		} finally {
			s.writeConf(before);
		}
	},
	{ own: true, fronts: REAL },
);

row('MD-04', 'the resource document, at both places', async (s) => {
	for (const path of [PRM_MCP, PRM]) {
		const doc = await fetchDoc(s, path);
		eq(doc.resource, s.resource, 'resource');
		eq(doc.authorization_servers, [s.issuer], 'authorization_servers');
		eq(doc.bearer_methods_supported, ['header'], 'bearer_methods_supported');
		eq(sorted(doc.scopes_supported), ['read:knowledge', 'write:knowledge'], 'scopes_supported');
	}
	eq(await fetchDoc(s, PRM), await fetchDoc(s, PRM_MCP), 'the document at the root');
});

row('MD-06', 'other methods get 405 and the list of those that do', async (s) => {
	const cases = ALL.flatMap((path) =>
		['POST', 'PUT', 'DELETE', 'PATCH', 'BREW', 'post', 'get'].map((m) => [`${m} ${path}`, m, path]),
	);
	await each(cases, async (_, method, path) => {
		const body = ['POST', 'PUT', 'PATCH'].includes(method) ? 'x=1' : undefined;
		const r = await raw(s, { method, path, body, allow: [501] });
		if (r.byServer && ['BREW', 'post', 'get'].includes(method))
			return oneOf(r.status, [400, 501], "the web server's own answer");
		status(r, 405);
		eq(sorted((r.headers.allow ?? '').split(/,\s*/)), ['GET', 'HEAD', 'OPTIONS'], 'Allow');
		lacks(r.text, /issuer/, 'body');
	});
});

row('MD-07', 'HEAD is GET without the body', async (s) => {
	for (const path of [...ALL, `${PRM}/none`]) {
		const a = await raw(s, { path });
		const b = await raw(s, { method: 'HEAD', path });
		eq(b.status, a.status, `status of HEAD ${path}`);
		eq(b.body.length, 0, `body of HEAD ${path}`);
		const names = (r) =>
			sorted(
				Object.keys(r.headers).filter((n) => !['date', 'content-length', 'connection'].includes(n)),
			);
		eq(names(b), names(a), `headers of HEAD ${path}`);
		for (const n of names(a)) eq(b.headers[n], a.headers[n], `${n} of HEAD ${path}`);
		if (b.headers['content-length'] !== undefined && b.headers['content-length'] !== '0')
			eq(b.headers['content-length'], a.headers['content-length'], 'Content-Length');
	}
});

row('MD-08', 'any origin may read, without credentials', async (s) => {
	for (const path of ALL) {
		const pre = await raw(s, {
			method: 'OPTIONS',
			path,
			headers: {
				Origin: 'https://x.example',
				'Access-Control-Request-Method': 'GET',
				'Access-Control-Request-Headers': 'mcp-protocol-version',
			},
		});
		status(pre, [200, 204], `preflight of ${path}`);
		eq(pre.headers['access-control-allow-origin'], '*', 'Access-Control-Allow-Origin of the preflight');
		eq(pre.headers['access-control-allow-credentials'], undefined, 'Allow-Credentials of the preflight');
		match(pre.headers['access-control-allow-methods'], /\bGET\b/, 'Allow-Methods');
		match(pre.headers['access-control-allow-headers'], /mcp-protocol-version/i, 'Allow-Headers');
		const r = await raw(s, {
			path,
			headers: { Origin: 'https://x.example', 'MCP-Protocol-Version': '2026-07-28' },
		});
		status(r, 200, path);
		eq(r.headers['access-control-allow-origin'], '*', 'Access-Control-Allow-Origin');
		eq(r.headers['access-control-allow-credentials'], undefined, 'Allow-Credentials');
	}
});

async function readsAll(s, what) {
	for (const path of ALL) {
		const since = Date.now();
		const r = await raw(s, { path });
		status(r, 200, `${path} with ${what}`);
		ok(Date.now() - since < 4000, `${path} with ${what} does not wait`);
	}
}

row(
	'MD-10',
	'the documents need no database: locked, read-only, garbage, gone',
	async (s) => {
		const fs = await import('node:fs');
		const release = await s.lock();
		try {
			await readsAll(s, 'a locked database');
		} finally {
			await release();
		}
		fs.chmodSync(s.db, 0o400);
		await readsAll(s, 'a read-only database');
		fs.chmodSync(s.db, 0o600);
		const copy = fs.readFileSync(s.db);
		fs.writeFileSync(s.db, 'this is no database at all');
		await readsAll(s, 'a broken database');
		fs.writeFileSync(s.db, copy);
		for (const end of ['', '-wal', '-shm']) fs.rmSync(s.db + end, { force: true });
		await readsAll(s, 'no database');
		ok(!fs.existsSync(s.db), 'no database was made');
	},
	{ own: true },
);

/** Waits a moment for what may follow the answer. */
async function settle(test) {
	for (let i = 0; i < 100 && !test(); i++) await sleep(50);
}

const BAD_ISSUERS = [
	'http://h.example',
	'http://10.0.0.1',
	'http://127.0.0.1.evil.example',
	'http://localhost@h.example',
	'https://h.example?x=1',
	'https://h.example/?x=1',
	'https://h.example#f',
	'https://h.example/',
	'http://127.0.0.1:8080/',
	'ftp://h.example',
	'h.example',
	'//h.example',
	'https://',
	'https://user@h.example',
	'https://h.example:0',
	'https://h.example:65536',
	'https://h.example:',
	'https://h .example',
	'javascript:alert(1)',
];
const GOOD_ISSUERS = [
	'https://h.example',
	'https://h.example:8443',
	'http://127.0.0.1:8080',
	'http://localhost:3000',
	'http://[::1]:8080',
	'http://127.0.0.1',
];

row(
	'MD-11',
	'check refuses an improper issuer with file and line, and takes a proper one',
	async (s) => {
		const before = s.readConf();
		await each(BAD_ISSUERS, async (issuer) => {
			s.setConf({ issuer });
			const r = s.ctl(['check']);
			eq(r.status, 1, 'exit status');
			match(r.stdout + r.stderr, /mcp-cgi\.conf:\d+: .*issuer/, 'reason');
		});
		await each(GOOD_ISSUERS, async (issuer) => {
			s.setConf({ issuer });
			const r = s.ctl(['check']);
			eq(r.status, 0, `exit status (${(r.stderr + r.stdout).trim()})`);
		});
		s.setConf({ issuer: null });
		const none = s.ctl(['check']);
		eq(none.status, 1, 'exit status without an issuer');
		match(none.stdout + none.stderr, /issuer/, 'reason without an issuer');
		s.writeConf(before + `issuer = ${s.issuer}\n`);
		const twice = s.ctl(['check']);
		eq(twice.status, 1, 'exit status with two issuers');
		match(twice.stdout + twice.stderr, /mcp-cgi\.conf:\d+: .*issuer/, 'reason with two issuers');
		s.writeConf(before);
	},
	{ own: true, fronts: REAL },
);

row(
	'MD-11',
	'every program stops at an improper issuer: a plain 500 and one line in the log',
	async (s) => {
		const before = s.readConf();
		await each(
			['http://h.example', 'https://h.example/', 'https://h.example?secret=x', 'https://h.example#f'],
			async (issuer) => {
				s.setConf({ issuer });
				await s.restart();
				for (const [method, path] of [
					['GET', AS],
					['GET', PRM],
					['GET', '/authorize'],
					['POST', '/token'],
					['POST', '/register'],
					['POST', '/revoke'],
					['POST', '/mcp'],
				]) {
					const from = s.logMark();
					const r = await raw(s, {
						method,
						path,
						body: method === 'POST' ? 'x=1' : undefined,
						allow: [500],
					});
					status(r, 500, `${method} ${path}`);
					lacks(r.text, /issuer|h\.example|\.conf/, `body of ${path}`);
					if (isCgi(s.front)) {
						await settle(() => /issuer/.test(s.log(from)));
						const lines = s
							.log(from)
							.split('\n')
							.filter((l) => /issuer/.test(l));
						eq(lines.length, 1, `log lines that name the key, for ${path}`);
						match(lines[0], /mcp-cgi\.conf:\d+: /, 'log line');
					}
				}
				match(s.log(), /mcp-cgi\.conf:\d+: .*issuer/, 'log');
			},
		);
		s.writeConf(before);
		await s.restart();
		status(await raw(s, { path: AS }), 200, 'after the settings were mended');
	},
	{ fronts: REAL, own: true },
);
