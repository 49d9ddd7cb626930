// SPDX-License-Identifier: ISC
//
// A client of subscriptions/listen: opens a stream, reads its events as they come, and tells when each came. Every message is held
// against what every message of such a stream must be.

import { eq, lacks, match, ok } from './check.mjs';
import { sleep } from './harness.mjs';
import { bearer, KEY, meta, mirrored, nextId, withHeaders } from './mcp.mjs';
import { dial, requestBytes } from './http.mjs';

export const LISTEN = 'subscriptions/listen';
const SUBSCRIPTION = `${KEY}subscriptionId`;

/** The bytes of a body so far, out of its chunks. */
function unchunk(text) {
	let out = '';
	for (let at = 0; ; ) {
		const eol = text.indexOf('\r\n', at);
		const size = eol < 0 ? NaN : parseInt(text.slice(at, eol), 16);
		if (!(size > 0) || eol + 2 + size > text.length) return { out, ended: size === 0 };
		out += text.slice(eol + 2, eol + 2 + size);
		at = eol + 2 + size + 2;
	}
}

class Stream {
	constructor(s, id, sock) {
		Object.assign(this, { s, id, sock, raw: '', messages: [], comments: 0, closed: false, seen: 0 });
		sock.on('data', (d) => {
			this.raw += d.toString('latin1');
			this.read();
		});
		for (const what of ['end', 'close', 'error']) sock.on(what, () => { this.closed = true; });
	}

	read() {
		const at = this.raw.indexOf('\r\n\r\n');
		if (at < 0) return;
		if (!this.head) {
			const [line, ...rest] = this.raw.slice(0, at).split('\r\n');
			this.status = Number(line.split(' ')[1]);
			this.headers = Object.fromEntries(rest.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]));
			this.head = true;
		}
		let body = this.raw.slice(at + 4);
		if (/chunked/i.test(this.headers['transfer-encoding'] ?? '')) ({ out: body, ended: this.whole } = unchunk(body));
		this.body = Buffer.from(body, 'latin1').toString('utf8');
		if (!/^text\/event-stream/.test(this.headers['content-type'] ?? '')) return;
		const events = this.body.split('\n\n');
		for (; this.seen < events.length - 1; this.seen++) {
			const lines = events[this.seen].split('\n');
			const data = lines.filter((l) => l.startsWith('data: ')).map((l) => l.slice(6));
			if (data.length) this.messages.push({ at: performance.now(), text: data.join('\n'), ...JSON.parse(data.join('\n')) });
			else this.comments++;
		}
	}

	/** Waits for something; false when it does not come. */
	async until(test, ms = 5000) {
		const end = performance.now() + ms;
		while (!test()) {
			if (performance.now() > end) return false;
			await sleep(5);
		}
		return true;
	}

	/** The answer when it is none of events. */
	async refused() {
		ok(await this.until(() => this.closed || (this.head && Number(this.headers['content-length']) === Buffer.byteLength(this.body ?? ''))), 'the answer is there');
		this.close();
		return { status: this.status, headers: this.headers, json: JSON.parse(this.body) };
	}

	/** The next message that was not taken yet. */
	async next(ms = 5000) {
		this.taken ??= 0;
		ok(await this.until(() => this.messages.length > this.taken, ms), `a message within ${ms} ms (status ${this.status}, ${this.closed ? 'closed' : 'open'}, ${this.body})`);
		const m = this.messages[this.taken++];
		eq(m.jsonrpc, '2.0', 'jsonrpc');
		eq((m.result ?? m.params)?._meta?.[SUBSCRIPTION], this.id, `subscriptionId of ${m.text}`);
		ok(m.method === undefined || (!('id' in m) && m.method.startsWith('notifications/')), `a notification or the result: ${m.text}`);
		return m;
	}

	/** Nothing more within that time. */
	async silent(ms = 700) {
		await sleep(ms);
		eq(this.messages.slice(this.taken ?? 0).map((m) => m.text), [], 'messages that nobody asked for');
		ok(!this.closed, 'the stream is open');
	}

	/** The acknowledgement, which is the first of all. */
	async acknowledged(want) {
		const m = await this.next();
		eq(this.taken, 1, 'number of the acknowledgement');
		eq(this.status, 200, 'status');
		match(this.headers['content-type'], /^text\/event-stream$/, 'Content-Type');
		match(this.headers['cache-control'], /no-cache, no-transform/, 'Cache-Control');
		eq(this.headers['content-length'], undefined, 'Content-Length');
		eq(m.method, 'notifications/subscriptions/acknowledged', 'the first message');
		if (want) eq(m.params.notifications, want, 'what is honoured');
		return m;
	}

	/** The graceful end. */
	async ended(ms = 5000) {
		let m;
		do m = await this.next(ms);
		while (m.method);
		eq(m.id, this.id, 'id of the result');
		eq(m.result.resultType, 'complete', 'resultType');
		ok(await this.until(() => this.closed, 3000), 'the stream is closed behind its result');
		lacks(this.body, /\n\n\n|<html/i, 'the stream');
		return m;
	}

	close() {
		this.sock.destroy();
	}
}

/** Opens a stream. o: id, headers, params (instead of notifications), meta, path. */
export function listen(s, token, notifications, o = {}) {
	const id = o.id ?? nextId();
	const params = { ...(o.params ?? { notifications }), _meta: meta(o.meta) };
	const body = JSON.stringify({ jsonrpc: '2.0', id, method: LISTEN, params, ...o.body });
	const headers = withHeaders({ 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...bearer(token),
		...mirrored(LISTEN) }, o.headers);
	const bytes = requestBytes(s, { method: 'POST', path: o.path ?? '/mcp', headers, body });
	const sock = dial(s);
	sock.on('error', () => {});
	sock.write(bytes);
	return new Stream(s, id, sock);
}
