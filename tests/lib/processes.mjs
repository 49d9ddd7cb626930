// SPDX-License-Identifier: ISC
//
// Processes, as /proc tells of them.

import fs from 'node:fs';

/** Reads /proc/PID/stat: { pid, exe, parent, born }, or null when the process is gone or only waits to be reaped. */
export function processOf(pid) {
	try {
		const text = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
		const rest = text.slice(text.lastIndexOf(')') + 2).split(' ');
		if (rest[0] === 'Z' || rest[0] === 'X') return null;
		return {
			pid: Number(pid),
			exe: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
			parent: Number(rest[1]),
			born: rest[19],
		};
	} catch {
		return null;
	}
}

/** The kernel keeps the list where it is built to; everywhere else all processes are asked for their parent. */
export function childrenOf(pid) {
	try {
		return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean);
	} catch {
		const all = fs.readdirSync('/proc').filter((x) => /^\d+$/.test(x));
		return all.filter((x) => processOf(x)?.parent === pid);
	}
}

/** All processes that descend from these. */
export function descendants(pids) {
	const found = [];
	let parents = pids;
	while (parents.length) {
		const next = parents.flatMap(childrenOf).map(processOf).filter(Boolean);
		found.push(...next);
		parents = next.map((p) => p.pid);
	}
	return found;
}

export const stillThere = (list) => list.filter((p) => processOf(p.pid)?.born === p.born);

export function memoryOf(pid) {
	try {
		const text = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
		const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
		return { rss: kib('VmRSS'), peak: kib('VmHWM') };
	} catch {
		return { rss: 0, peak: 0 };
	}
}
