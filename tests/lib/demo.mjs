// SPDX-License-Identifier: ISC
//
// What `make run` serves, as an installation of the tests: site/run.sh itself, in a folder (DATA) that an operator has
// prepared with `mcpctl init` and settings of his own, with one person to sign in. It offers what harness.start offers,
// as far as clients need it; it is stopped by its process id, and held against the same rules when it ends.

import fs from 'node:fs';
import { AS_ROOT, chown, freePort, freshFolder, install, launch, PASSWORD, ROOT, runAs, must, stopFront, takeDown, waitUntil, withSettings } from './harness.mjs';

/** Runs mcpctl and makes files as who owns the folder: root gives it to another account. */
function operator(s) {
	s.ctl = (args, stdin) => runAs(AS_ROOT, [install().ctl, '--config', s.conf, ...args], { input: stdin });
	s.write = (name, text) => {
		fs.writeFileSync(`${s.dir}/${name}`, text);
		if (AS_ROOT) chown(`${s.dir}/${name}`);
		return `${s.dir}/${name}`;
	};
	s.log = (from = 0) => fs.readFileSync(`${s.dir}/log/stderr.log`, 'utf8').slice(from);
	s.addUser = (name, password = s.password) => {
		s.passwords.add(password);
		must(s.ctl(['user', 'add', name, '--password-stdin'], password + '\n'), `mcpctl user add ${name}`);
	};
}

/** Starts the demo site behind lighttpd (front fastcgi or cgi) with these settings on top of its own. */
export async function startDemo({ front, settings = {} }) {
	const s = { front, secrets: new Set(), passwords: new Set([PASSWORD]), redirects: new Set(), password: PASSWORD, answers: 0 };
	s.dir = freshFolder(AS_ROOT);
	const data = `${s.dir}/data`;
	fs.mkdirSync(data, { mode: 0o700 });
	fs.mkdirSync(`${s.dir}/log`);
	if (AS_ROOT) [data, `${s.dir}/log`].forEach(chown);
	s.port = await freePort();
	s.issuer = s.url = `http://127.0.0.1:${s.port}`;
	s.resource = `${s.issuer}/mcp`;
	s.conf = `${data}/mcp-cgi.conf`;
	s.db = `${data}/mcp.db`;
	operator(s);
	must(s.ctl(['init', '--issuer', s.issuer]), 'mcpctl init');
	fs.writeFileSync(s.conf, withSettings(fs.readFileSync(s.conf, 'utf8'), { logo: '/logo.svg', ...settings }));
	launch(s, ['sh', `${ROOT}/site/run.sh`], { PATH: process.env.PATH, BUILD: 'build', DATA: data, PORT: String(s.port), FRONT: front,
		DEMO_USER: 'alice', DEMO_PASSWORD: PASSWORD });
	s.stop = async () => {
		const faults = [...(await stopFront(s)), ...takeDown(s)];
		if (faults.length) throw new Error(faults.join('; '));
	};
	// it looks for packages and runs make before it serves
	await waitUntil(s, () => s.out.includes('Ctrl-C stops it'), 'site/run.sh', 120000);
	return s;
}
