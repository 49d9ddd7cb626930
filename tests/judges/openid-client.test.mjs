// SPDX-License-Identifier: ISC
//
// openid-client, a certified client library, in its plain OAuth manner: discovery both ways, registration, the code
// flow, refresh, revocation, introspection and machine clients, with every way of proving who one is.

import * as client from 'openid-client';
import { eq, ok } from '../lib/check.mjs';
import { live } from '../lib/live.mjs';
import { READ, WRITE } from '../lib/mcp.mjs';
import { assertAlive, assertDead } from '../lib/oauth.mjs';
import { visit } from '../lib/person.mjs';
import { addClient, ALGORITHMS, CALLBACK, checkActive, makeKey, pinDocument, SETTINGS, useAsMachine } from './parts.mjs';

const OPTIONS = { algorithm: 'oauth2', execute: [client.allowInsecureRequests] };
const BOTH = `${READ} ${WRITE}`;
const judge = (name, fn) => live(name, fn, { settings: SETTINGS, browser: false });

const discover = (s, id, auth, o = OPTIONS) => client.discovery(new URL(s.issuer), id, undefined, auth, o);

function registered(s, method, auth) {
	return client.dynamicClientRegistration(new URL(s.issuer), { client_name: 'openid-client', redirect_uris: [CALLBACK],
		grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: method }, auth, OPTIONS);
}

/** The code flow with the person played: the tokens. */
async function signIn(s, config, scope = BOTH) {
	const pkceCodeVerifier = client.randomPKCECodeVerifier();
	const expectedState = client.randomState();
	const url = client.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope, state: expectedState, resource: s.resource,
		code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier), code_challenge_method: 'S256' });
	const { answer } = await visit(s, url);
	return client.authorizationCodeGrant(config, new URL(answer.to), { pkceCodeVerifier, expectedState }, { resource: s.resource });
}

/** From the sign-in to the revocation, with the library's own checks of every answer. */
async function wholeFlow(s, config) {
	const first = await signIn(s, config);
	eq(first.scope.split(' ').sort(), [READ, WRITE], 'scope');
	await assertAlive(s, first.access_token);
	const second = await client.refreshTokenGrant(config, first.refresh_token, { resource: s.resource });
	ok(second.refresh_token !== first.refresh_token && second.access_token !== first.access_token, 'both tokens are new');
	await assertAlive(s, second.access_token);
	await client.tokenRevocation(config, second.refresh_token, { token_type_hint: 'refresh_token' });
	await assertDead(s, second.access_token);
	try {
		await client.refreshTokenGrant(config, second.refresh_token);
	} catch (e) {
		return eq(e.error, 'invalid_grant', 'error of a refresh after the revocation');
	}
	throw new Error('a refresh after the revocation went through');
}

judge('a public client, discovery by RFC 8414 and by openid-configuration', async ({ s }) => {
	const config = await registered(s, 'none', client.None());
	await wholeFlow(s, config);
	const other = await discover(s, config.clientMetadata().client_id, client.None(), { execute: [client.allowInsecureRequests] });
	eq(other.serverMetadata().token_endpoint, config.serverMetadata().token_endpoint, 'token_endpoint');
	await wholeFlow(s, other);
});

judge('client_secret_basic and client_secret_post', async ({ s }) => {
	await wholeFlow(s, await registered(s, 'client_secret_basic', client.ClientSecretBasic()));
	await wholeFlow(s, await registered(s, 'client_secret_post', client.ClientSecretPost()));
});

for (const alg of ALGORITHMS)
	judge(`a person's sign-in with private_key_jwt (${alg}) and a document`, async ({ s }) => {
		const { key, jwks } = await makeKey(alg);
		await wholeFlow(s, await discover(s, pinDocument(s, jwks).client_id, client.PrivateKeyJwt(key)));
	});

judge('client_credentials with client_secret_basic and client_secret_post', async ({ s }) => {
	for (const [method, auth] of [['client_secret_basic', client.ClientSecretBasic], ['client_secret_post', client.ClientSecretPost]]) {
		const made = addClient(s, method, ['--scope', BOTH]);
		const config = await discover(s, made.client_id, auth(made.client_secret));
		await useAsMachine(s, await client.clientCredentialsGrant(config, { resource: s.resource }));
		eq((await client.clientCredentialsGrant(config, { scope: `${READ} ${WRITE} unknown:scope` })).scope.split(' ').sort(), [READ, WRITE], `${method}: scope`);
		eq((await client.clientCredentialsGrant(config, { scope: READ })).scope, READ, `${method}: a part of the scope`);
	}
});

for (const alg of ALGORITHMS)
	judge(`client_credentials with private_key_jwt (${alg})`, async ({ s }) => {
		const { key, jwks } = await makeKey(alg);
		const made = addClient(s, 'private_key_jwt', ['--scope', BOTH], jwks);
		await useAsMachine(s, await client.clientCredentialsGrant(await discover(s, made.client_id, client.PrivateKeyJwt(key)), { resource: s.resource }));
		const stranger = await discover(s, made.client_id, client.PrivateKeyJwt((await makeKey(alg)).key));
		try {
			await client.clientCredentialsGrant(stranger, {});
		} catch (e) {
			return eq([e.status, e.error], [401, 'invalid_client'], 'another key');
		}
		throw new Error('another key was good as well');
	});

judge('introspection of what lives and of what does not', async ({ s }) => {
	const config = await registered(s, 'none', client.None());
	const tokens = await signIn(s, config, READ);
	const looker = addClient(s, 'client_secret_basic', ['--introspect', s.resource]);
	const asking = await discover(s, looker.client_id, client.ClientSecretBasic(looker.client_secret));
	checkActive(s, await client.tokenIntrospection(asking, tokens.access_token), { client_id: config.clientMetadata().client_id, scope: READ, username: 'alice' });
	eq(await client.tokenIntrospection(asking, tokens.refresh_token, { token_type_hint: 'refresh_token' }), { active: false }, 'a refresh token');
	await client.tokenRevocation(config, tokens.refresh_token);
	eq(await client.tokenIntrospection(asking, tokens.access_token), { active: false }, 'a revoked token');
	eq(await client.tokenIntrospection(asking, 'nothing'), { active: false }, 'a word');
	const made = addClient(s, 'client_secret_basic', ['--scope', READ]);
	const machine = await client.clientCredentialsGrant(await discover(s, made.client_id, client.ClientSecretBasic(made.client_secret)), {});
	const said = await client.tokenIntrospection(asking, machine.access_token);
	eq([said.active, said.client_id, said.scope, said.username], [true, made.client_id, READ, undefined], 'the token of a machine');
});
