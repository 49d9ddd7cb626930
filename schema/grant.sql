-- SPDX-License-Identifier: ISC
-- Grants: families of codes and tokens.  One lives in the epoch in which it was given, and is dead in every other.

-- grant_put: authorize
INSERT INTO grants (user_id, client_id, scope, resource, attempt, created_at, expires_at, epoch)
VALUES (:user_id, :client_id, :scope, :resource, :attempt, :now, :expires_at,
  (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')) RETURNING id;

-- grant_put_machine: token
-- A grant that nobody agreed to but the operator: the program that gives tokens can make no other.
INSERT INTO grants (client_id, scope, resource, attempt, created_at, expires_at, epoch)
VALUES (:client_id, :scope, :resource, :attempt, :now, :expires_at,
  (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')) RETURNING id;

-- grant_find_machine: token
-- What the operator has given a machine client; one for each resource.
SELECT id, scope, attempt, created_at, expires_at, generation
  FROM grants INDEXED BY grants_by_client
 WHERE client_id = :client_id AND user_id IS NULL AND resource = :resource AND revoked_at = 0 AND expires_at > :now
   AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');

-- grant_find_before: authorize
-- Scopes that this person has given this client before, and that live; each list once, however often it was given.
SELECT DISTINCT scope FROM grants INDEXED BY grants_by_user
 WHERE user_id = :user_id AND client_id = :client_id AND resource = :resource AND revoked_at = 0 AND expires_at > :now
   AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');

-- grant_find: token revoke
-- A grant of a disabled user or client, or of before a backup was restored, is not there.
SELECT grants.id, user_id, client_id, grants.scope, resource, attempt, grants.created_at, grants.expires_at, generation,
  user.name
  FROM grants JOIN client ON client.id = grants.client_id LEFT JOIN user ON user.id = grants.user_id
 WHERE grants.id = :id AND revoked_at = 0 AND coalesce(user.disabled_at, 0) = 0 AND client.disabled_at = 0
   AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');

-- grant_revoke: token revoke mcpctl
UPDATE grants SET revoked_at = :now, expires_at = min(expires_at, :now) WHERE id = :id AND revoked_at = 0;

-- grant_revoke_user: account mcpctl
UPDATE grants SET revoked_at = :now, expires_at = min(expires_at, :now) WHERE user_id = :user_id AND revoked_at = 0;

-- grant_reap: token
-- With the codes and tokens that are left of it; a few at every issue instead of many at night.
DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE expires_at < :before LIMIT 20);

-- grant_set_generation: token
UPDATE grants SET generation = :generation WHERE id = :id;

-- grant_touch: token mcp listen
-- That it is in use; mcp says it once an hour.
UPDATE grants SET used_at = :now WHERE id = :id AND used_at < :now;
