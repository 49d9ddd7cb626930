-- SPDX-License-Identifier: ISC
-- Grants: families of codes and tokens.

-- grant_put: authorize
INSERT INTO grants (user_id, client_id, scope, resource, created_at, expires_at)
VALUES (:user_id, :client_id, :scope, :resource, :now, :expires_at) RETURNING id;

-- grant_find: token revoke
-- A grant of a disabled user or client is not there.
SELECT grants.id, user_id, client_id, grants.scope, resource, grants.created_at, grants.expires_at, generation
  FROM grants JOIN user ON user.id = grants.user_id JOIN client ON client.id = grants.client_id
 WHERE grants.id = :id AND revoked_at = 0 AND user.disabled_at = 0 AND client.disabled_at = 0;

-- grant_revoke: token revoke
UPDATE grants SET revoked_at = :now, expires_at = min(expires_at, :now) WHERE id = :id AND revoked_at = 0;

-- grant_revoke_user: mcpctl
UPDATE grants SET revoked_at = :now, expires_at = min(expires_at, :now) WHERE user_id = :user_id AND revoked_at = 0;

-- grant_reap: token
-- With the codes and tokens that are left of it; a few at every issue instead of many at night.
DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE expires_at < :before LIMIT 20);

-- grant_set_generation: token
UPDATE grants SET generation = :generation WHERE id = :id;
