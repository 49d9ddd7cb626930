-- SPDX-License-Identifier: ISC
-- Access and refresh tokens.

-- access_put: token
INSERT INTO access (hash, grant_id, scope, issued_at, expires_at)
VALUES (:hash, :grant_id, :scope, :issued_at, :expires_at);

-- access_find: mcp listen
-- The bearer check: five rows, each by its key.  CROSS JOIN says the order, so that SQLite need not look for one.  A machine
-- has no user.
SELECT grants.user_id, user.name, grants.client_id, access.scope, grants.resource, grants.id, grants.used_at, grants.attempt
  FROM access CROSS JOIN grants ON grants.id = access.grant_id
 CROSS JOIN client ON client.id = grants.client_id LEFT JOIN user ON user.id = grants.user_id
 WHERE access.hash = :hash AND access.expires_at > :now
   AND grants.revoked_at = 0 AND coalesce(user.disabled_at, 0) = 0 AND client.disabled_at = 0
   AND grants.epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');

-- access_find_owner: revoke
SELECT access.grant_id, grants.client_id FROM access JOIN grants ON grants.id = access.grant_id
 WHERE access.hash = :hash;

-- access_is_over: mcp listen introspect
SELECT 1 FROM access WHERE hash = :hash AND expires_at BETWEEN 1 AND :now;

-- access_expire: mcp listen introspect
-- It was seen expired.
UPDATE access SET expires_at = 0 WHERE hash = :hash;

-- access_drop: revoke
DELETE FROM access WHERE hash = :hash;

-- access_reap: token
-- The old ones of the same grant, when it gets a new one.
DELETE FROM access WHERE grant_id = :grant_id AND expires_at < :before;

-- refresh_put: token
INSERT INTO refresh (hash, grant_id, generation, expires_at) VALUES (:hash, :grant_id, :generation, :expires_at);

-- refresh_find: token revoke
SELECT grant_id, generation, expires_at, used_at, nonce FROM refresh WHERE hash = :hash;

-- refresh_take: token
-- Spend a refresh token.  No row: it is spent or too old.
UPDATE refresh SET used_at = :now, nonce = :nonce
 WHERE hash = :hash AND used_at IS NULL AND expires_at > :now RETURNING 1;

-- refresh_expire: token
-- It was seen expired.
UPDATE refresh SET expires_at = 0 WHERE hash = :hash;

-- refresh_reap: token
DELETE FROM refresh WHERE grant_id = :grant_id AND expires_at < :before;
