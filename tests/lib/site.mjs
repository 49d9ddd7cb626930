// SPDX-License-Identifier: ISC
//
// Puts content into the site of an installation, as its owner would.

import fs from 'node:fs';

export const SITE = { settings: { site: '../site' } };

/** A tool: a definition and, beside it, a program of sh or, with a first line that says so, of another interpreter. */
export function tool(s, name, script, definition = {}) {
	const owner = fs.statSync(s.dir);
	for (const d of ['site', 'site/tools']) {
		if (!fs.existsSync(`${s.dir}/${d}`)) fs.mkdirSync(`${s.dir}/${d}`, { mode: 0o755 });
		fs.chownSync(`${s.dir}/${d}`, owner.uid, owner.gid);
	}
	const put = (file, text, bits) => {
		fs.writeFileSync(`${s.dir}/site/tools/${file}`, text);
		fs.chmodSync(`${s.dir}/site/tools/${file}`, bits);
		fs.chownSync(`${s.dir}/site/tools/${file}`, owner.uid, owner.gid);
	};
	put(`${name}.sh`, script.startsWith('#!') ? script : `#!/bin/sh\ncat >/dev/null\n${script}`, 0o755);
	put(`${name}.json`, JSON.stringify({ description: `The tool ${name}`, scope: '', run: [`${name}.sh`], ...definition }), 0o644);
}

/** A tool that asks these questions until all are answered, and then says what was answered. */
export function asker(s, name, ask, definition = {}) {
	tool(s, name, `#!/usr/bin/python3
import json, os, sys
ask = json.loads(${JSON.stringify(JSON.stringify(ask))})
answers = json.loads(os.environ["MCP_ANSWERS"])
open_ones = {k: q for k, q in ask.items() if k not in answers}
if open_ones:
    print(json.dumps({"ask": open_ones}))
else:
    print("answers " + json.dumps(answers))
`, definition);
}

export const running = (mark) => fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p)).filter((p) => {
	try { return fs.readFileSync(`/proc/${p}/cmdline`, 'latin1').includes(mark); } catch { return false; }
});
