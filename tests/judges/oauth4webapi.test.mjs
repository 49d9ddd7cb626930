// SPDX-License-Identifier: ISC
//
// oauth4webapi, which takes every answer of an authorization server apart and refuses what no RFC allows: discovery of
// the resource and of the server, registration, the code flow, refresh, revocation, introspection, machine clients.

import * as oauth from 'oauth4webapi';
import { eq, ok } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { READ, WRITE } from '../lib/mcp.mjs';
import { assertAlive, assertDead } from '../lib/oauth.mjs';
import { visit } from '../lib/person.mjs';
import { addClient, ALGORITHMS, CALLBACK, checkActive, makeKey, pinDocument, SETTINGS, useAsMachine } from './parts.mjs';

const PLAIN = { [oauth.allowInsecureRequests]: true };
const BOTH = `${READ} ${WRITE}`;
const judge = (name, fn) => live(name, fn, { settings: SETTINGS, browser: false });

async function discover(s, algorithm = 'oauth2') {
	const issuer = new URL(s.issuer);
	return oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm, ...PLAIN }));
}

async function registered(as, method) {
	return oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, { client_name: 'oauth4webapi', redirect_uris: [CALLBACK],
		grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: method }, PLAIN));
}

async function signIn(s, as, client, auth, scope = BOTH) {
	const verifier = oauth.generateRandomCodeVerifier();
	const state = oauth.generateRandomState();
	const url = new URL(as.authorization_endpoint);
	url.search = new URLSearchParams({ response_type: 'code', client_id: client.client_id, redirect_uri: CALLBACK, scope, state, resource: s.resource,
		code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
	const { answer } = await visit(s, url);
	const params = oauth.validateAuthResponse(as, client, new URL(answer.to), state);
	return oauth.processAuthorizationCodeResponse(as, client,
		await oauth.authorizationCodeGrantRequest(as, client, auth, params, CALLBACK, verifier, { ...PLAIN, additionalParameters: { resource: s.resource } }));
}

const refresh = async (as, client, auth, token) =>
	oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, token, PLAIN));

const machine = async (as, client, auth, params) =>
	oauth.processClientCredentialsResponse(as, client, await oauth.clientCredentialsGrantRequest(as, client, auth, params, PLAIN));

async function wholeFlow(s, as, client, auth) {
	const first = await signIn(s, as, client, auth);
	eq(first.scope.split(' ').sort(), [READ, WRITE], 'scope');
	await assertAlive(s, first.access_token);
	const second = await refresh(as, client, auth, first.refresh_token);
	ok(second.refresh_token !== first.refresh_token && second.access_token !== first.access_token, 'both tokens are new');
	await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, second.refresh_token, PLAIN));
	await assertDead(s, second.access_token);
	try {
		await refresh(as, client, auth, second.refresh_token);
	} catch (e) {
		return eq(e.error, 'invalid_grant', 'error of a refresh after the revocation');
	}
	throw new Error('a refresh after the revocation went through');
}

judge('the resource tells its server, and both documents of the server are the same', async ({ s }) => {
	const resource = new URL(s.resource);
	const said = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource, PLAIN));
	eq(said.authorization_servers, [s.issuer], 'authorization_servers');
	const [one, two] = [await discover(s), await discover(s, 'oidc')];
	for (const name of Object.keys(one)) eq(two[name], one[name], `${name} in openid-configuration`);
});

judge('what is switched on is in the metadata', async ({ s }) => {
	const as = await discover(s);
	eq(as.introspection_endpoint, `${s.issuer}/introspect`, 'introspection_endpoint');
	eq(as.client_id_metadata_document_supported, true, 'client_id_metadata_document_supported');
	ok(as.grant_types_supported.includes('client_credentials'), `grant_types_supported: ${as.grant_types_supported}`);
	for (const method of ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'])
		ok(as.token_endpoint_auth_methods_supported.includes(method), `token_endpoint_auth_methods_supported has ${method}`);
	eq([...as.token_endpoint_auth_signing_alg_values_supported].sort(), [...ALGORITHMS].sort(), 'algorithms');
	ok(as.introspection_endpoint_auth_methods_supported?.includes('client_secret_basic'), `introspection_endpoint_auth_methods_supported: ${as.introspection_endpoint_auth_methods_supported}`);
	ok(!as.introspection_endpoint_auth_methods_supported.includes('none'), 'nobody looks at tokens without a proof');
});

judge('the challenge of the resource', async ({ s }) => {
	try {
		await oauth.protectedResourceRequest('mcpa_unknown', 'POST', new URL(s.resource), new Headers(), undefined, PLAIN);
	} catch (e) {
		eq(e.cause?.[0]?.scheme, 'bearer', 'scheme of the challenge');
		return eq(e.cause[0].parameters.error, 'invalid_token', 'error of the challenge');
	}
	throw new Error('a token of nobody was accepted');
});

judge('a public client', async ({ s }) => {
	const as = await discover(s);
	await wholeFlow(s, as, await registered(as, 'none'), oauth.None());
});

judge('client_secret_basic and client_secret_post', async ({ s }) => {
	const as = await discover(s);
	for (const [method, auth] of [['client_secret_basic', oauth.ClientSecretBasic], ['client_secret_post', oauth.ClientSecretPost]]) {
		const client = await registered(as, method);
		await wholeFlow(s, as, client, auth(client.client_secret));
	}
});

for (const alg of ALGORITHMS)
	judge(`a person's sign-in with private_key_jwt (${alg}) and a document`, async ({ s }) => {
		const { key, jwks } = await makeKey(alg);
		await wholeFlow(s, await discover(s), { client_id: pinDocument(s, jwks).client_id }, oauth.PrivateKeyJwt(key));
	});

judge('client_credentials with client_secret_basic and client_secret_post', async ({ s }) => {
	const as = await discover(s);
	for (const [method, auth] of [['client_secret_basic', oauth.ClientSecretBasic], ['client_secret_post', oauth.ClientSecretPost]]) {
		const made = addClient(s, method, ['--scope', BOTH]);
		await useAsMachine(s, await machine(as, made, auth(made.client_secret), { resource: s.resource }));
	}
});

for (const alg of ALGORITHMS)
	judge(`client_credentials with private_key_jwt (${alg}), for the issuer and for the token endpoint`, async ({ s }) => {
		const as = await discover(s);
		const { key, jwks } = await makeKey(alg);
		const made = addClient(s, 'private_key_jwt', ['--scope', BOTH], jwks);
		await useAsMachine(s, await machine(as, made, oauth.PrivateKeyJwt(key), { resource: s.resource }));
		for (const aud of [as.token_endpoint, [as.token_endpoint, 'https://other.example'], [as.issuer]]) {
			const auth = oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: (header, payload) => { payload.aud = aud; } });
			ok((await machine(as, made, auth, {})).access_token, `aud ${aud}`);
		}
	});

judge('introspection', async ({ s }) => {
	const as = await discover(s);
	const client = await registered(as, 'none');
	const tokens = await signIn(s, as, client, oauth.None(), BOTH);
	const looker = addClient(s, 'client_secret_post', ['--introspect', s.resource]);
	const look = async (token) => oauth.processIntrospectionResponse(as, looker,
		await oauth.introspectionRequest(as, looker, oauth.ClientSecretPost(looker.client_secret), token, PLAIN));
	checkActive(s, await look(tokens.access_token), { client_id: client.client_id, scope: BOTH, username: 'alice' });
	eq(await look(tokens.refresh_token), { active: false }, 'a refresh token');
	await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, oauth.None(), tokens.refresh_token, PLAIN));
	eq(await look(tokens.access_token), { active: false }, 'a revoked token');
});
