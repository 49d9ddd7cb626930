// SPDX-License-Identifier: ISC
//
// Settings, files and their permissions: what is wrong stops the programs with one line that says where, what exists is
// never readable by others, and nothing secret is in a program, its environment or its remains.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { AS_CGI, AS_FASTCGI, REAL, WITH_WORKERS } from '../lib/fronts.mjs';
import { row } from '../lib/rows.mjs';
import { ROOT, start } from '../lib/harness.mjs';
import { each, eq, lacks, match, ok, oneOf, status } from '../lib/check.mjs';
import { ctl, runCgi } from '../lib/operator.mjs';
import { assertAlive, formFor, obtain, raw, register, toConsent } from '../lib/oauth.mjs';

const AS_ROOT = process.getuid() === 0;
const WELL_KNOWN = '/.well-known/oauth-authorization-server';
const PROGRAMS = {
	metadata: WELL_KNOWN,
	register: '/register',
	authorize: '/authorize',
	token: '/token',
	revoke: '/revoke',
	mcp: '/mcp',
};

const run = (s, program, o = {}) =>
	runCgi(s, program, {
		path: PROGRAMS[program],
		method: ['metadata', 'authorize'].includes(program) ? 'GET' : 'POST',
		body: ['metadata', 'authorize'].includes(program) ? '' : 'x=1',
		...o,
	});

/** A program that will not start: a plain 500, and one line that says why and where. */
function stopped(s, reason, programs = Object.keys(PROGRAMS)) {
	for (const program of programs) {
		const r = run(s, program);
		eq(r.status, 500, `status of ${program} (${r.log.trim()})`);
		lacks(r.text + JSON.stringify(r.headers), /\.conf|\/tmp|key|issuer|secret/i, `answer of ${program}`);
		const lines = r.log.trim().split('\n').filter(Boolean);
		eq(lines.length, 1, `lines in the log of ${program}: ${r.log}`);
		match(lines[0], reason, `log line of ${program}`);
	}
}

function checked(s, reason) {
	const r = s.ctl(['check']);
	eq(r.status, 1, `exit status of mcpctl check (${(r.stdout + r.stderr).trim()})`);
	match(r.stdout + r.stderr, reason, 'what mcpctl check says');
}

const lineOf = (text, needle) => text.split('\n').findLastIndex((l) => l.includes(needle)) + 1;

/** Every way to write settings that make no sense: [name, text to add, the line that is named, the reason]. A line of null
 * is any, and of '' none: what is missing is on no line. */
const BAD_LINES = [
	['unknown key', 'no_such_key = 1', 'no_such_key', /no_such_key|unknown/i],
	['key twice', 'code_ttl = 30\ncode_ttl = 31', 'code_ttl = 31', /code_ttl|twice|already/i],
	['bad number', 'code_ttl = soon', 'code_ttl = soon', /code_ttl/],
	['number with a unit', 'code_ttl = 60s', 'code_ttl = 60s', /code_ttl/],
	['negative number', 'access_ttl = -1', 'access_ttl = -1', /access_ttl/],
	['number too large', 'access_ttl = 99999999999999999999', 'access_ttl = 9', /access_ttl/],
	['number out of range', 'code_ttl = 601', 'code_ttl = 601', /code_ttl/],
	['no value', 'code_ttl =', 'code_ttl =', /code_ttl/],
	['no equals sign', 'code_ttl 60', 'code_ttl 60', /./],
	['on and off', 'introspection = maybe', 'introspection = maybe', /introspection/],
	['registration', 'registration = sometimes', 'registration = sometimes', /registration/],
	[
		'client_id_documents',
		'client_id_documents = perhaps',
		'client_id_documents = perhaps',
		/client_id_documents/,
	],
	['audit', 'audit = all', 'audit = all', /audit/],
	['audit_days', 'audit_days = 0', 'audit_days = 0', /audit_days/],
	['audit_days too long', 'audit_days = 3651', 'audit_days = 3651', /audit_days/],
	['a limit', 'limit_token = many', 'limit_token = many', /limit_token/],
	['client_credentials', 'client_credentials = 1', 'client_credentials = 1', /client_credentials/],
];

const BAD_SECTIONS = [
	['unknown section', '[machine x]\na = b', '[machine x]', /section|machine/i],
	['no name', '[resource]\nname = x', '[resource]', /./],
	['empty', '[]', '[]', /./],
	['not closed', '[scope a:b\nwords = x', '[scope a:b', /./],
	['something behind it', '[scope a:b] x\nwords = x', '[scope a:b] x', /./],
	['no address', '[resource x]\nname = x', '[resource x]', /./],
	['another scheme', '[resource ftp://h/x]\nname = x', '[resource ftp', /./],
	['a fragment', '[resource https://h.example/mcp#x]\nname = x', '[resource https://h', /./],
	['no scope', '[scope a b]\nwords = x', '[scope a b]', /./],
	['a scope with an asterisk', '[scope read:*]\nwords = x', '[scope read:*]', /./],
	['a scope with a quote', '[scope a"b]\nwords = x', '[scope a"b]', /./],
	['unknown key of a scope', '[scope a:b]\nwords = x\nnonsense = y', 'nonsense = y', /nonsense|unknown/i],
	['unknown key of a resource', '[resource {issuer}/b/mcp]\nwords = x', 'words = x', /words|unknown/i],
	['key of a scope twice', '[scope a:b]\nwords = x\nwords = y', 'words = y', /words|twice|already/i],
	[
		'scope twice',
		'[scope a:b]\nwords = x\n[scope c:d]\nwords = z\n[scope a:b]\nwords = y',
		null,
		/a:b|twice|already/i,
	],
	[
		'resource twice',
		'[resource {issuer}/b/mcp]\nname = x\n[resource {issuer}/b/mcp]\nname = y',
		null,
		/twice|already|b\/mcp/i,
	],
	[
		'resource twice in another spelling',
		'[resource {issuer}/b/mcp]\nname = x\n[resource {issuer}/b/mcp/]\nname = y',
		null,
		/./,
	],
	[
		'a plain key inside',
		'[scope a:b]\nwords = x\nsite_name = late',
		'site_name = late',
		/site_name|unknown/i,
	],
	[
		'a scope that includes an unknown one',
		'[scope a:b]\nwords = x\nimplies = no:such',
		'',
		/\[scope no:such\]/,
	],
	[
		'an unknown scope of a resource',
		'[resource {issuer}/b/mcp]\nscopes = no:such',
		'',
		/\[scope no:such\]/,
	],
];

row(
	'CF-01',
	'every wrong line stops everything, and the reason names it',
	async (s) => {
		const before = s.readConf();
		await each([...BAD_LINES, ...BAD_SECTIONS], async (name, lines, where, reason) => {
			s.writeConf(before + lines.replaceAll('{issuer}', s.issuer) + '\n');
			const at = where && lineOf(s.readConf(), where.replaceAll('{issuer}', s.issuer));
			const re = new RegExp(`mcp-cgi\\.conf${where === '' ? '(:0)?' : `:${at ?? '\\d+'}`}: `);
			checked(s, re);
			const said = s.ctl(['check']);
			match(said.stdout + said.stderr, reason, 'the reason');
			stopped(s, re, ['metadata', 'token']);
		});
		s.writeConf(before);
		eq(s.ctl(['check']).status, 0, 'exit status of mcpctl check in the end');
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-01',
	'settings with sections that are right',
	async (s) => {
		const before = s.readConf();
		await each(
			[
				['a scope', '[scope a:b]\nwords = Do a thing'],
				['a scope without words', '[scope a:b]\nimplies = read:knowledge'],
				['a tool that is not there', '[resource {issuer}/b/mcp]\ntools = no_such_tool'],
				[
					'one that includes others',
					'[scope a:b]\nwords = Do a thing\nimplies = read:knowledge write:knowledge',
				],
				['one that is built in', '[scope read:knowledge]\nwords = Read it all'],
				[
					'a resource',
					'[resource {issuer}/b/mcp]\nname = B\nscopes = read:knowledge\ntools = search_knowledge_base',
				],
				['the first resource', '[resource {issuer}/mcp]\nname = All'],
				['without any key', '[resource {issuer}/b/mcp]'],
				[
					'comments and blanks',
					'# one\n\n  [scope a:b]  \n\n# two\n  words = Do a thing  \n\n[resource {issuer}/c/mcp]\n# three',
				],
				['a section of a comment', '#[scope a:b]\n#words = x'],
			],
			async (_, lines) => {
				s.writeConf(before + lines.replaceAll('{issuer}', s.issuer) + '\n');
				const r = s.ctl(['check']);
				eq(r.status, 0, `exit status (${(r.stdout + r.stderr).trim()})`);
			},
		);
		s.writeConf(before);
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-01',
	'a settings file that is missing, open to others, a link, a pipe or too long',
	async (s) => {
		const good = s.readConf();
		const [uid, gid] = [fs.statSync(s.conf).uid, fs.statSync(s.conf).gid];
		const again = () => {
			fs.rmSync(s.conf, { recursive: true, force: true });
			s.writeConf(good);
			fs.chownSync(s.conf, uid, gid);
			fs.chmodSync(s.conf, 0o600);
		};
		const cases = {
			missing: () => fs.rmSync(s.conf),
			'0666': () => fs.chmodSync(s.conf, 0o666),
			'0644': () => fs.chmodSync(s.conf, 0o644),
			'0660': () => fs.chmodSync(s.conf, 0o660),
			'0604': () => fs.chmodSync(s.conf, 0o604),
			'not readable': () => fs.chmodSync(s.conf, 0o000),
			'a symbolic link': () => {
				fs.renameSync(s.conf, `${s.conf}.real`);
				fs.symlinkSync(`${s.conf}.real`, s.conf);
			},
			'a pipe': () => {
				fs.rmSync(s.conf);
				spawnSync('mkfifo', ['-m', '600', s.conf]);
				fs.chownSync(s.conf, uid, gid);
			},
			'a folder': () => {
				fs.rmSync(s.conf);
				fs.mkdirSync(s.conf, { mode: 0o700 });
				fs.chownSync(s.conf, uid, gid);
			},
			'ten megabytes': () => fs.appendFileSync(s.conf, '# x\n'.repeat(2500000)),
			'a NUL': () => fs.appendFileSync(s.conf, 'site_name = a\u0000b\n'),
			empty: () => s.writeConf(''),
		};
		if (AS_ROOT) cases["somebody else's"] = () => fs.chownSync(s.conf, 12345, 12345);
		await each(Object.entries(cases), async (name, change) => {
			change();
			try {
				const since = Date.now();
				stopped(s, /mcp-cgi\.conf/, ['metadata', 'mcp']);
				checked(s, /mcp-cgi\.conf/);
				ok(Date.now() - since < 10000, `answered after ${Date.now() - since} ms`);
			} finally {
				again();
				fs.rmSync(`${s.conf}.real`, { force: true });
			}
		});
		fs.chmodSync(s.conf, 0o640);
		eq(run(s, 'metadata').status, 200, 'status with mode 0640');
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-02',
	'a database that others can read, a link, or in a folder that others can write',
	async (s) => {
		const got = await obtain(s);
		const dir = path.dirname(s.db);
		const [uid, gid] = [fs.statSync(s.db).uid, fs.statSync(s.db).gid];
		const cases = {
			'0644': [() => fs.chmodSync(s.db, 0o644), () => fs.chmodSync(s.db, 0o600)],
			'0666': [() => fs.chmodSync(s.db, 0o666), () => fs.chmodSync(s.db, 0o600)],
			'a folder of mode 0777': [() => fs.chmodSync(dir, 0o777), () => fs.chmodSync(dir, 0o700)],
			'a symbolic link': [
				() => {
					fs.renameSync(s.db, `${s.db}.real`);
					fs.symlinkSync(`${s.db}.real`, s.db);
				},
				() => {
					fs.rmSync(s.db);
					fs.renameSync(`${s.db}.real`, s.db);
				},
			],
			missing: [() => fs.renameSync(s.db, `${s.db}.away`), () => fs.renameSync(`${s.db}.away`, s.db)],
		};
		await each(Object.entries(cases), async (name, [spoil, mend]) => {
			spoil();
			try {
				const r = run(s, 'register', {
					body: JSON.stringify({
						redirect_uris: ['https://c.example/cb'],
						token_endpoint_auth_method: 'none',
					}),
					env: { CONTENT_TYPE: 'application/json' },
				});
				oneOf(r.status, [500, 503], `status (${r})`);
				match(r.log, /mcp\.db|database|folder/i, 'log');
				lacks(r.text, /mcp\.db|\/tmp|sqlite/i, 'answer');
				checked(s, /./);
				if (name === 'missing') ok(!fs.existsSync(s.db), 'it is not made anew');
			} finally {
				mend();
				fs.chownSync(s.db, uid, gid);
			}
		});
		eq(s.ctl(['check']).status, 0, 'exit status of mcpctl check when all is mended');
		await assertAlive(s, got.tokens.access_token);
	},
	{ own: true, fronts: AS_CGI },
);

row(
	'CF-03',
	'nothing of the installation can be had through the web server',
	async (s) => {
		const names = [
			'mcp.db',
			'mcp.db-wal',
			'mcp.db-shm',
			'mcp-cgi.conf',
			'etc/mcp-cgi.conf',
			'config',
			'.htaccess',
			'.git/config',
			'stderr.log',
			'log/stderr.log',
			'lighttpd.conf',
			'run/',
			'mcpctl',
			'usr/lib/mcp-cgi/token',
			'fetch',
		];
		const up = [
			'',
			'/',
			'/..',
			'/../',
			'/%2e%2e/',
			'/..%2f',
			'/mcp/../',
			'/token/../../',
			'/.well-known/../',
			'/.well-known/%2e%2e/',
		];
		await each(
			names.flatMap((n) => up.map((u) => [`${u}/${n}`.replace(/^\/\//, '/')])),
			async (at) => {
				const r = await raw(s, { path: at.startsWith('/') ? at : `/${at}`, allow: [] });
				status(r, [400, 401, 403, 404, 405]);
				lacks(r.text, /SQLite format|issuer =|mcp-cgi NAME/, 'body');
			},
		);
	},
	{ fronts: REAL },
);

row(
	'CF-04',
	'a careless umask of the server makes no file that others can read',
	async (s) => {
		const look = (dir, depth = 0) =>
			fs.readdirSync(dir, { withFileTypes: true }).flatMap((f) => {
				const full = `${dir}/${f.name}`;
				const mode = fs.statSync(full).mode & 0o777;
				return [
					[full.slice(s.dir.length), mode, f.isDirectory()],
					...(f.isDirectory() && depth < 3 ? look(full, depth + 1) : []),
				];
			});
		const etc = `${s.dir}/run/fresh`;
		const made = s.run([
			'sh',
			'-c',
			`umask 000; '${s.mcpctl}' --config '${etc}/mcp-cgi.conf' init --issuer https://mcp.example`,
		]);
		eq(made.status, 0, `exit status of init (${made.stderr})`);
		eq(fs.statSync(etc).mode & 0o777, 0o700, 'mode of the folder');
		for (const [name, mode, isDir] of look(etc)) eq(mode, isDir ? 0o700 : 0o600, `mode of ${name}`);
		const body = JSON.stringify({
			client_name: 'Umask',
			redirect_uris: ['https://c.example/cb'],
			token_endpoint_auth_method: 'none',
		});
		for (const f of [`${s.db}-wal`, `${s.db}-shm`]) fs.rmSync(f, { force: true });
		const r = s.run(['sh', '-c', `umask 000; exec '${s.programs}/register'`], {
			input: body,
			env: {
				MCP_CGI_CONF: s.conf,
				GATEWAY_INTERFACE: 'CGI/1.1',
				REQUEST_METHOD: 'POST',
				SCRIPT_NAME: '/register',
				CONTENT_TYPE: 'application/json',
				CONTENT_LENGTH: String(body.length),
				REMOTE_ADDR: '127.0.0.1',
				HTTP_HOST: new URL(s.url).host,
			},
		});
		match(r.stdout, /^Status: 201/m, 'answer');
		for (const [name, mode, isDir] of look(path.dirname(s.db)))
			if (!isDir) eq(mode & 0o077, 0, `rights of others to ${name}`);
	},
	{ own: true, fronts: AS_CGI },
);

row(
	'CF-04',
	'nor where the workers have it from the server, and keep the files',
	async (s) => {
		const was = process.umask(0);
		try {
			await s.restart();
		} finally {
			process.umask(was);
		}
		for (const p of s.processes().filter((x) => x.exe === 'register'))
			match(fs.readFileSync(`/proc/${p.pid}/status`, 'utf8'), /^Umask:\s+0077$/m, `umask of ${p.pid}`);
		await assertAlive(s, (await obtain(s)).tokens.access_token);
		const etc = path.dirname(s.db);
		ok(fs.existsSync(`${s.db}-wal`), 'a file that was made by a worker');
		for (const f of fs.readdirSync(etc)) eq(fs.statSync(`${etc}/${f}`).mode & 0o077, 0, `rights of others to ${f}`);
	},
	{ own: true, alone: true, fronts: AS_FASTCGI },
);

row(
	'CF-05',
	"what root's mcpctl makes can be used by the programs",
	async (s) => {
		if (!AS_ROOT) return;
		const { uid } = fs.statSync(s.db);
		const as = (args, input = '') =>
			spawnSync(s.mcpctl, ['--config', s.conf, ...args], {
				encoding: 'utf8',
				input,
			});
		eq(
			as(['user', 'add', 'byroot', '--password-stdin'], s.password + '\n').status,
			0,
			'exit status of user add by root',
		);
		for (const args of [['client', 'list'], ['reap'], ['check'], ['trace']])
			eq(as(args).status, 0, `exit status of ${args.join(' ')} by root`);
		for (const f of fs.readdirSync(path.dirname(s.db)))
			eq(fs.statSync(`${path.dirname(s.db)}/${f}`).uid, uid, `owner of ${f}`);
		const got = await obtain(s, { username: 'byroot' });
		await assertAlive(s, got.tokens.access_token);
		const etc = `${s.dir}/rooted`;
		eq(
			spawnSync(s.mcpctl, [
				'--config',
				`${etc}/mcp-cgi.conf`,
				'init',
				'--issuer',
				'https://mcp.example',
				'--owner',
				'www-data',
			]).status,
			0,
			'init by root',
		);
		for (const f of ['', 'mcp-cgi.conf', 'mcp.db'])
			eq(fs.statSync(`${etc}/${f}`).uid, uid, `owner of ${f || 'the folder'}`);
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-06',
	'nowhere to log to is no reason to stop, and a closed descriptor never gets the database',
	async (s) => {
		const got = await obtain(s);
		const env = {
			MCP_CGI_CONF: s.conf,
			GATEWAY_INTERFACE: 'CGI/1.1',
			SCRIPT_NAME: '/token',
			REQUEST_METHOD: 'POST',
			CONTENT_TYPE: 'application/x-www-form-urlencoded',
			REMOTE_ADDR: '127.0.0.1',
			HTTP_HOST: new URL(s.url).host,
		};
		await each(['2>&-', '2>/dev/full', '0<&- 2>&-', '2>/dev/null'], async (how) => {
			const body = how.startsWith('0')
				? ''
				: `grant_type=refresh_token&client_id=${got.client.client_id}&refresh_token=x`;
			const r = s.run(['sh', '-c', `exec '${s.programs}/token' ${how}`], {
				input: body,
				env: { ...env, CONTENT_LENGTH: String(body.length) },
			});
			match(r.stdout, /^Status: 4\d\d/m, 'answer');
		});
		eq(s.sql('PRAGMA integrity_check')[0].integrity_check, 'ok', 'integrity of the database');
		await assertAlive(s, got.tokens.access_token);
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-07',
	'a secret of the settings that is missing, short or the one of the manual is refused',
	async (s) => {
		const before = s.readConf();
		const sample = /^registration_token = (\S+)/m.exec(
			fs.readFileSync(`${ROOT}/cgi/mcp-cgi.conf.5`, 'utf8').replace(/\\/g, ''),
		)?.[1];
		ok(sample, 'the manual has a sample');
		for (const token of [null, 'short', 'k'.repeat(31), sample]) {
			s.writeConf(before);
			s.setConf({ registration: 'token', ...(token ? { registration_token: token } : {}) });
			checked(s, /registration/);
		}
		s.writeConf(before);
		s.setConf({ registration: 'token', registration_token: 'Kq7wZ0'.repeat(6) });
		eq(s.ctl(['check']).status, 0, 'exit status with a good one');
		s.writeConf(before);
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-08',
	'a database of a newer version is left alone',
	async (s) => {
		await obtain(s);
		const version = s.sql('PRAGMA user_version')[0].user_version;
		ok(version >= 1, `user_version ${version}`);
		s.sql(`PRAGMA user_version = ${version + 1000}`, { json: false });
		const before = s.dump();
		const m = s.ctl(['migrate']);
		ok(m.status !== 0, 'exit status of migrate');
		match(m.stderr, /newer|version/i, 'reason');
		checked(s, /newer|version/i);
		const r = run(s, 'token', {
			body: 'grant_type=refresh_token&refresh_token=x&client_id=x',
			env: { CONTENT_TYPE: 'application/x-www-form-urlencoded' },
		});
		oneOf(r.status, [500, 503], 'status');
		match(r.log, /newer|version|schema/i, 'log');
		eq(s.dump(), before, 'the database afterwards');
		s.sql(`PRAGMA user_version = ${version}`, { json: false });
		eq(s.ctl(['check']).status, 0, 'exit status of check in the end');
	},
	{ own: true, fronts: REAL },
);

row(
	'CF-08',
	'a database of the first version is brought up to date in one step, with all that is in it',
	async (s) => {
		const files = [s.db, `${s.db}-wal`, `${s.db}-shm`];
		const { uid, gid } = fs.statSync(s.db);
		const version = s.sql('PRAGMA user_version')[0].user_version;
		for (const f of files) fs.rmSync(f, { force: true });
		const old = `${path.dirname(s.db)}/old.sql`;
		const text = ['1.sql', '1-rows.sql']
			.map((f) => fs.readFileSync(new URL(`../schema/${f}`, import.meta.url), 'utf8'))
			.join('');
		fs.writeFileSync(old, text.replaceAll('{now}', String(Math.floor(Date.now() / 1000))));
		fs.chownSync(old, uid, gid);
		const load = s.run(['sh', '-c', `umask 077; sqlite3 '${s.db}' <'${old}'`]);
		eq(load.status, 0, `exit status of sqlite3 (${load.stderr})`);
		fs.rmSync(old);
		const users = s.ctl(['user', 'list']).stdout;
		const first = s.ctl(['migrate']);
		eq(first.status, 0, `exit status of migrate (${first.stderr})`);
		eq(s.sql('PRAGMA user_version')[0].user_version, version, 'user_version');
		eq(s.ctl(['migrate']).status, 0, 'once more');
		eq(s.ctl(['check']).status, 0, 'exit status of check');
		match(s.ctl(['user', 'list']).stdout, /alice/, `users (before: ${users})`);
		await s.restart();
		const client = { client_id: 'c_EarlyClientOfTheTests0', redirect_uris: ['http://127.0.0.1/cb'] };
		s.redirects.add(client.redirect_uris[0]);
		const got = await obtain(s, { client });
		await assertAlive(s, got.tokens.access_token);
		ok(formFor((await toConsent(s, { client: await register(s) })).page, 'allow'), 'a new client');
		eq(s.sql('PRAGMA integrity_check')[0].integrity_check, 'ok', 'integrity of the database');
	},
	{ own: true, fronts: AS_CGI },
);

row('CF-09', 'a password or token on the command line is refused', async (s) => {
	const word = 'a password on the line';
	for (const args of [
		['user', 'add', 'bob', '--password', word],
		['user', 'add', 'bob', `--password=${word}`],
		['user', 'add', 'bob', word],
		['user', 'passwd', 'alice', '--password', word],
		['user', 'passwd', 'alice', word],
		['user', 'add', 'bob', '-p', word],
	]) {
		const r = s.ctl(args, word + '\n');
		eq(r.status, 2, `exit status of mcpctl ${args.slice(0, 3).join(' ')} ...`);
		if (args[3].startsWith('--password'))
			ok(!(r.stdout + r.stderr).includes(word), `it is not repeated: ${r.stderr.trim()}`);
	}
	lacks(ctl(s, ['user', 'list']), /bob/, 'users');
	const got = await obtain(s);
	await assertAlive(s, got.tokens.access_token, 'the password of alice');
});

row(
	'CF-10',
	'nothing secret in a program, and nothing of a running one for others to see',
	async (s) => {
		const secret = 'Yx4w9Q'.repeat(7);
		s.setConf({ registration: 'token', registration_token: secret });
		await s.restart();
		for (const p of s.processes()) {
			ok(
				!fs.readFileSync(`/proc/${p.pid}/environ`, 'latin1').includes(secret),
				`environment of ${p.exe}`,
			);
			ok(
				!fs.readFileSync(`/proc/${p.pid}/cmdline`, 'latin1').includes(secret),
				`command line of ${p.exe}`,
			);
			match(
				fs.readFileSync(`/proc/${p.pid}/limits`, 'utf8'),
				/^Max core file size +0 /m,
				`core file of ${p.exe}`,
			);
			if (AS_ROOT)
				eq(
					fs.statSync(`/proc/${p.pid}/environ`).uid,
					0,
					`${p.exe} can be looked into by its own account; owner of its files`,
				);
		}
		for (const f of fs.readdirSync(s.programs)) {
			const text = fs.readFileSync(`${s.programs}/${f}`, 'latin1');
			lacks(text, /BEGIN (RSA |EC )?PRIVATE KEY-----\n[A-Za-z0-9+/]{40}/, f);
			ok(!text.includes(ROOT + '/'), `${f} has no path of the place it was built in`);
		}
	},
	{ own: true, fronts: WITH_WORKERS },
);

row(
	'CF-01',
	'settings that come through the environment count for nothing but their place',
	async () => {
		const s = await start({
			front: 'inproc',
			env: {
				MCP_CGI_ISSUER: 'https://evil.example',
				ISSUER: 'https://evil.example',
				MCP_CGI_RATE_LIMITS: 'on',
			},
		});
		try {
			eq((await raw(s, { path: WELL_KNOWN })).json.issuer, s.issuer, 'issuer');
		} finally {
			await s.stop();
		}
	},
	{ own: 'none', fronts: ['inproc'] },
);
