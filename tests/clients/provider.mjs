// SPDX-License-Identifier: ISC
//
// What an application keeps for the SDKs: its metadata, the client and tokens it was given, the PKCE verifier and
// what was discovered. It also writes down what the SDK asked for, so that a test can tell how it got where it is.

import crypto from 'node:crypto';

export class Provider {
	constructor(redirectUrl, metadata = {}) {
		this.redirect = redirectUrl;
		this.metadata = { client_name: 'SDK test', redirect_uris: [redirectUrl], token_endpoint_auth_method: 'none', ...metadata };
		this.saved = [];
		this.asked = [];
		this.cleared = [];
	}

	get redirectUrl() { return this.redirect; }
	get clientMetadata() { return this.metadata; }
	state() { return (this.lastState = crypto.randomBytes(16).toString('base64url')); }
	clientInformation() { return this.client; }
	saveClientInformation(client) { this.client = client; }
	tokens() { return this.kept; }
	saveTokens(tokens) { this.kept = tokens; this.saved.push(tokens); }
	redirectToAuthorization(url) { this.url = url; this.asked.push(url); }
	saveCodeVerifier(verifier) { this.verifier = verifier; }
	codeVerifier() { return this.verifier; }
	saveDiscoveryState(found) { this.found = found; }
	discoveryState() { return this.found; }
	invalidateCredentials(what) {
		this.cleared.push(what);
		if (what === 'all' || what === 'tokens') this.kept = undefined;
		if (what === 'all' || what === 'client') this.client = undefined;
		if (what === 'all' || what === 'discovery') this.found = undefined;
	}
}

/** A fetch that writes down every request: { fetch, log: [{ method, path, status, body, headers }] }. */
export function recorder(s) {
	const log = [];
	const recording = async (input, init) => {
		const url = new URL(input instanceof Request ? input.url : input);
		const entry = { method: (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase(), path: url.pathname, origin: url.origin,
			body: init?.body, headers: new Headers(init?.headers) };
		log.push(entry);
		const r = await fetch(input, init);
		entry.status = r.status;
		return r;
	};
	return {
		fetch: recording, log,
		/** Requests as `METHOD path status`. */
		lines: () => log.map((e) => `${e.method} ${e.path} ${e.status}`),
		count: (method, path, status) => log.filter((e) => e.method === method && e.path === path && (status === undefined || e.status === status)).length,
		foreign: () => log.filter((e) => e.origin !== s.issuer).map((e) => e.origin),
	};
}
