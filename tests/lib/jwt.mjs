// SPDX-License-Identifier: ISC
//
// Keys and client assertions (RFC 7523) made at run time: right ones, and ones with anything about them changed.

import crypto from 'node:crypto';
import { b64u, random } from './oauth.mjs';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const made = new Map();

/** A key pair: { kid, alg, privateKey, publicKey, jwk }; kept by name, because large RSA keys take their time. */
export function keyPair(name, { type = 'ec', bits = 2048, curve = 'P-256' } = {}) {
	const id = [name, type, bits, curve].join();
	if (made.has(id)) return made.get(id);
	const pair =
		type === 'rsa'
			? crypto.generateKeyPairSync('rsa', { modulusLength: bits })
			: crypto.generateKeyPairSync('ec', { namedCurve: curve });
	const alg = type === 'rsa' ? 'RS256' : 'ES256';
	const key = {
		kid: name,
		alg,
		...pair,
		jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid: name, alg, use: 'sig' },
	};
	made.set(id, key);
	return key;
}

export const jwks = (...keys) => ({ keys: keys.map((k) => k.jwk ?? k) });

export function signature(alg, key, input) {
	if (alg === 'RS256') return crypto.sign('sha256', input, key);
	if (alg === 'ES256') return crypto.sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' });
	if (alg === 'none') return Buffer.alloc(0);
	throw new Error(`no signature of the kind ${alg}`);
}

/** A compact JWS of these parts; texts and buffers go in as they are. */
export function jws(header, payload, sign) {
	const part = (x) => b64u(typeof x === 'string' || Buffer.isBuffer(x) ? x : JSON.stringify(x));
	const input = `${part(header)}.${part(payload)}`;
	return `${input}.${b64u(sign(Buffer.from(input)))}`;
}

/** The claims of a right assertion of this client; `more` overrides, undefined removes. */
export function claimsOf(s, clientId, more = {}) {
	const now = Math.floor(Date.now() / 1000);
	return {
		iss: clientId,
		sub: clientId,
		aud: s.issuer,
		iat: now,
		exp: now + 120,
		jti: random(16),
		...more,
	};
}

/** A right assertion, but for what `claims` and `header` change. */
export function assertion(s, clientId, key, { claims = {}, header = {} } = {}) {
	const head = { alg: key.alg, typ: 'JWT', kid: key.kid, ...header };
	for (const k of Object.keys(head)) if (head[k] === undefined) delete head[k];
	return jws(head, claimsOf(s, clientId, claims), (input) => signature(key.alg, key.privateKey, input));
}

/** The parameters by which a client proves itself with this assertion. */
export const proof = (text) => ({ client_assertion_type: ASSERTION_TYPE, client_assertion: text });
