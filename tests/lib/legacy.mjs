// SPDX-License-Identifier: ISC
//
// A client of the older revisions with a session: initialize, requests that may be answered by a stream on which the server
// asks back, responses that go by a connection of their own, coming back to a stream that was lost.

import { eq, match, ok, status } from './check.mjs';
import { sleep } from './harness.mjs';
import { raw } from './http.mjs';
import { bearer, initialize, nextId, post } from './mcp.mjs';

/** Events of a stream as they come: { id, retry, data }, comments left out; null at the end. */
class Events {
	constructor(r) {
		this.r = r;
		this.text = '';
		this.comments = 0;
	}

	async next(ms = 20000) {
		if (!this.r.body) return null;
		for (;;) {
			const end = this.text.indexOf('\n\n');
			if (end >= 0) {
				const block = this.text.slice(0, end);
				this.text = this.text.slice(end + 2);
				if (block.startsWith(':')) {
					this.comments++;
					continue;
				}
				const event = {};
				for (const line of block.split('\n')) {
					const [, name, value] = /^(\w+): ?(.*)$/.exec(line);
					event[name] = value;
				}
				this.last = event.id ?? this.last;
				return event;
			}
			this.reader ??= this.r.body.getReader();
			let timer;
			const late = new Promise((_, no) => { timer = setTimeout(() => no(new Error(`no event in ${ms} ms`)), ms); });
			const { done, value } = await Promise.race([this.reader.read(), late]).finally(() => clearTimeout(timer));
			if (done) return null;
			this.text += Buffer.from(value).toString();
		}
	}

	/** The next message; events that say nothing but their id are left out. An answer that is no stream is one message. */
	async message(ms) {
		if (/^application\/json/.test(this.r.headers.get('content-type'))) {
			if (this.told) return null;
			this.told = true;
			return this.r.json();
		}
		for (;;) {
			const event = await this.next(ms);
			if (!event) return null;
			if (event.data) return JSON.parse(event.data);
		}
	}

	/** All messages to the end. */
	async rest(ms) {
		const all = [];
		for (let m = await this.message(ms); m; m = await this.message(ms)) all.push(m);
		return all;
	}

	close() {
		return (this.reader ??= this.r.body.getReader()).cancel().catch(() => null);
	}
}

/** What is said on the stream of a session, as it comes. */
class Heard {
	constructor(r, stop) {
		Object.assign(this, { r, stop, text: '', messages: [], comments: 0, closed: false });
		this.pump();
	}

	async pump() {
		try {
			for await (const chunk of this.r.body) {
				this.text += Buffer.from(chunk).toString();
				for (let end; (end = this.text.indexOf('\n\n')) >= 0; this.text = this.text.slice(end + 2)) {
					const event = this.text.slice(0, end);
					if (event.startsWith(':')) {
						this.comments++;
						continue;
					}
					match(event, /^event: message\ndata: \{.*\}$/, 'an event is one message and nothing else');
					const m = JSON.parse(event.split('\n')[1].slice(6));
					eq([m.jsonrpc, 'id' in m, 'result' in m, m.params?._meta], ['2.0', false, false, undefined], `a plain notification: ${event}`);
					this.messages.push(m);
				}
			}
		} catch (e) {
			this.fault = e;
		}
		this.closed = true;
	}

	/** The next one: [method, uri]. */
	async next(ms = 5000) {
		for (const end = Date.now() + ms; !this.messages.length; await sleep(5))
			if (Date.now() > end || this.closed) throw new Error(`no message within ${ms} ms (${this.closed ? `closed ${this.fault ?? ''}` : 'open'})`);
		const { method, params } = this.messages.shift();
		return params?.uri === undefined ? [method] : [method, params.uri];
	}

	/** So many, in any order. */
	async some(n) {
		const all = [];
		while (all.length < n) all.push((await this.next()).join(' '));
		return all.sort();
	}

	async silent(ms = 700) {
		await sleep(ms);
		eq([this.messages, this.closed], [[], false], 'nothing is said, and the stream is open');
	}

	/** Closed by the server, in an orderly way and without another word. */
	async ended(ms = 4000) {
		for (const end = Date.now() + ms; !this.closed; await sleep(5)) if (Date.now() > end) throw new Error(`it is open after ${ms} ms`);
		eq([this.messages, this.text, this.fault], [[], '', undefined], 'a plain end');
	}

	close() {
		this.stop.abort();
	}
}

export class Session {
	constructor(s, token, version, id, path) {
		Object.assign(this, { s, token, version, id, path });
	}

	static async begin(s, token, version = '2025-11-25', capabilities = {}, path = '/mcp') {
		const r = await post(s, token, { jsonrpc: '2.0', id: 0, method: 'initialize', params: { ...initialize(version), capabilities } }, {}, { path });
		status(r, 200, 'initialize');
		ok(r.headers['mcp-session-id'], 'a session id');
		return new Session(s, token, r.json.result.protocolVersion, r.headers['mcp-session-id'], path);
	}

	get headers() {
		return { 'Mcp-Session-Id': this.id, ...(this.version === '2025-03-26' ? {} : { 'MCP-Protocol-Version': this.version }) };
	}

	/** One request that is answered at once. */
	request(method, params, o = {}) {
		const { id = nextId(), headers = {}, token = this.token, more = {} } = o;
		return post(this.s, token, { jsonrpc: '2.0', id, method, ...(params ? { params } : {}) }, { ...this.headers, ...headers }, more);
	}

	/** A notification or a response. */
	send(body, o = {}) {
		return post(this.s, o.token ?? this.token, { jsonrpc: '2.0', ...body }, { ...this.headers, ...o.headers });
	}

	answer(id, result, o) {
		return this.send({ id, result }, o);
	}

	/** A request whose answer is read as it comes. */
	async open(method, params, { id = nextId(), signal, headers = {} } = {}) {
		const r = await fetch(`${this.s.url}/mcp`, { method: 'POST', signal, body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
			headers: { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', ...bearer(this.token), ...this.headers, ...headers } });
		const e = new Events(r);
		e.request = id;
		return e;
	}

	call(name, args = {}, o = {}) {
		return this.open('tools/call', { name, arguments: args, ...(o.meta ? { _meta: o.meta } : {}) }, o);
	}

	/** Goes on with a stream behind that event. */
	async resume(last, o = {}) {
		const r = await fetch(`${this.s.url}/mcp`, { headers: { Accept: 'text/event-stream', ...bearer(o.token ?? this.token), ...this.headers, 'Last-Event-ID': last } });
		return new Events(r);
	}

	/** The stream without a request, on which the server says what has changed; a Heard. */
	async listen(o = {}) {
		const stop = new AbortController();
		// Apache does not say that the clients of other tests have gone: for them listen looks for news ten times a second, and what was
		// new before would be told here as well
		if (this.s.front === 'apache-proxy') await sleep(300);
		const r = await fetch(`${this.s.url}${this.path}`, { signal: stop.signal, headers: { Accept: 'text/event-stream', ...bearer(o.token ?? this.token), ...this.headers, ...o.headers } });
		eq(r.status, 200, 'status of GET');
		return new Heard(r, stop);
	}

	end(o = {}) {
		return raw(this.s, { method: 'DELETE', path: '/mcp', headers: { ...bearer(o.token ?? this.token), ...this.headers } });
	}
}

/** The text of a result that came as the last message. */
export function textOf(message, id) {
	ok(message?.result, `a result, got ${JSON.stringify(message)}`);
	if (id !== undefined) eq(message.id, id, 'id');
	return message.result.content.map((b) => b.text ?? '').join('\n');
}
