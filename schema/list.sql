-- SPDX-License-Identifier: ISC
-- What the operator looks at: clients, grants, tokens.  Lists read all of their rows; no web program may ask for them.

-- list_clients: mcpctl
SELECT id, kind, name, auth_method, secret IS NOT NULL, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri,
  keys_at, fresh_until, uri, metadata, created_at, waits, management IS NOT NULL,
  EXISTS (SELECT 1 FROM pinned WHERE client_id = client.id), agreed_at, disabled_at,
  (SELECT count(*) FROM grants INDEXED BY grants_by_client
    WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
      AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))
  FROM client ORDER BY created_at, id;

-- list_client: mcpctl
SELECT id, kind, name, auth_method, secret IS NOT NULL, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri,
  keys_at, fresh_until, uri, metadata, created_at, waits, management IS NOT NULL,
  EXISTS (SELECT 1 FROM pinned WHERE client_id = client.id), agreed_at, disabled_at,
  (SELECT count(*) FROM grants INDEXED BY grants_by_client
    WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
      AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))
  FROM client WHERE id = :id;

-- list_client_name: mcpctl
SELECT name FROM client WHERE id = :id;

-- list_grants: mcpctl
-- All, or those of a person, of a client, of both.
SELECT grants.id, user.name, grants.client_id, client.name, grants.scope, grants.resource, grants.attempt, grants.created_at,
  grants.used_at, grants.expires_at, grants.revoked_at, coalesce(user.disabled_at, 0), client.disabled_at,
  grants.epoch IS NOT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')
  FROM grants JOIN client ON client.id = grants.client_id LEFT JOIN user ON user.id = grants.user_id
 WHERE (:user_id = 0 OR grants.user_id = :user_id) AND (:client_id IS NULL OR grants.client_id = :client_id)
 ORDER BY grants.id;

-- list_grant: mcpctl
SELECT grants.id, user.name, grants.client_id, client.name, grants.scope, grants.resource, grants.attempt, grants.created_at,
  grants.used_at, grants.expires_at, grants.revoked_at, coalesce(user.disabled_at, 0), client.disabled_at,
  grants.epoch IS NOT (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')
  FROM grants JOIN client ON client.id = grants.client_id LEFT JOIN user ON user.id = grants.user_id
 WHERE grants.id = :id;

-- list_token: mcpctl
-- Whose is it?  A code, an access or a refresh token, dead or alive.
SELECT grant_id FROM access WHERE hash = :hash
UNION ALL SELECT grant_id FROM refresh WHERE hash = :hash
UNION ALL SELECT grant_id FROM code WHERE hash = :hash;

-- list_waiting: mcpctl
-- Clients that wait for the operator, and machines and resource servers among those that the operator has made.
SELECT coalesce(sum(waits = 1), 0), coalesce(sum(grant_types = 'client_credentials'), 0), coalesce(sum(introspects <> ''), 0)
  FROM client WHERE disabled_at = 0;
