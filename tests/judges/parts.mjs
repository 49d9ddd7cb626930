// SPDX-License-Identifier: ISC
//
// What the judges have in common: the settings with everything switched on, the clients that the operator makes, and
// keys.

import * as oauth from 'oauth4webapi';
import { eq, ok } from '../lib/check.mjs';
import { call, CREATE, modernResult, READ, SEARCH, toolResult, WRITE } from '../lib/mcp.mjs';
import { random } from '../lib/oauth.mjs';

export const SETTINGS = { client_credentials: 'on', introspection: 'on', client_id_documents: 'pinned' };
export const CALLBACK = 'http://127.0.0.1:8765/callback';
export const ALGORITHMS = ['RS256', 'ES256'];

/** A key of its own: { key, jwks }, the private half for the client and the public one for the server. */
export async function makeKey(alg) {
	const { publicKey, privateKey } = await oauth.generateKeyPair(alg, { extractable: true });
	const kid = `key-${random(6)}`;
	return { key: { key: privateKey, kid }, jwks: { keys: [{ ...(await crypto.subtle.exportKey('jwk', publicKey)), kid, alg, use: 'sig' }] } };
}

/** A client that the operator makes: what `mcpctl client add` prints. */
export function addClient(s, method, args = [], jwks) {
	const more = jwks ? ['--jwks', s.write(`jwks-${random(6)}.json`, JSON.stringify(jwks))] : [];
	const r = s.ctl(['client', 'add', '--json', `machine ${random(6)}`, '--method', method, ...args, ...more]);
	eq(r.status, 0, `mcpctl client add (${(r.stderr || r.stdout).trim()})`);
	const client = JSON.parse(r.stdout);
	ok(/^[A-Za-z0-9._~-]+$/.test(client.client_id), `client_id: ${r.stdout}`);
	eq(typeof client.client_secret, jwks ? 'undefined' : 'string', 'client_secret');
	if (client.client_secret) s.secrets.add(client.client_secret);
	return client;
}

/** A client metadata document with a key, as the operator pins it: the document. */
export function pinDocument(s, jwks) {
	const doc = { client_id: `https://judge.example/${random(9)}/client.json`, client_name: 'A judge', redirect_uris: [CALLBACK],
		token_endpoint_auth_method: jwks ? 'private_key_jwt' : 'none', ...(jwks ? { jwks } : {}) };
	const r = s.ctl(['client', 'import', s.write(`document-${random(6)}.json`, JSON.stringify(doc))]);
	eq(r.status, 0, `mcpctl client import (${(r.stderr || r.stdout).trim()})`);
	return doc;
}

/** A machine's token: it reads, and is told in the tool's own words that it cannot write as nobody. */
export async function useAsMachine(s, tokens) {
	eq(tokens.refresh_token, undefined, 'refresh_token of a machine');
	ok(tokens.expires_in > 0, `expires_in is ${tokens.expires_in}`);
	eq(tokens.scope.split(' ').sort(), [READ, WRITE], 'scope');
	toolResult(await call(s, tokens.access_token, SEARCH, { query: 'anything' }), 'search');
	eq(modernResult(await call(s, tokens.access_token, CREATE, { title: 'x', content: 'x' })).isError, true, 'isError of a machine that writes');
}

/** What introspection must say of the access token of a person. */
export function checkActive(s, said, { client_id, scope, username }) {
	eq([said.active, said.client_id, said.username, said.iss], [true, client_id, username, s.issuer], 'active, client_id, username, iss');
	eq(said.scope.split(' ').sort(), scope.split(' ').sort(), 'scope');
	ok([said.aud].flat().includes(s.resource), `aud is ${said.aud}`);
	ok(typeof said.sub === 'string' && said.sub, 'sub');
	const now = Date.now() / 1000;
	ok(said.exp > now && said.iat <= now + 1, `iat ${said.iat}, exp ${said.exp}`);
}
