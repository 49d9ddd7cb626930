-- SPDX-License-Identifier: ISC
-- Registered OAuth clients.

-- client_find: register authorize token revoke introspect account
-- A disabled client is not there.
SELECT id, kind, name, auth_method, secret, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri, keys_at,
  fresh_until, uri, metadata, created_at, waits
  FROM client WHERE id = :id AND disabled_at = 0;

-- client_find_same: register
-- A public client of the very same metadata, unless it will soon be dropped: whoever is given it needs time to use it.
SELECT id, kind, name, auth_method, secret, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri, keys_at,
  fresh_until, uri, metadata, created_at, waits, disabled_at
  FROM client WHERE sameness = :sameness AND (disabled_at != 0 OR (agreed_at = 0 AND created_at > :young) OR agreed_at > :lately
    OR EXISTS (SELECT 1 FROM grants INDEXED BY grants_by_client
                WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
                  AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')));

-- client_find_managed: register
SELECT id, kind, name, auth_method, secret, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri, keys_at,
  fresh_until, uri, metadata, created_at, waits, management
  FROM client WHERE id = :id AND disabled_at = 0 AND management IS NOT NULL;

-- client_put: register
INSERT INTO client (id, name, auth_method, secret, management, sameness, redirect_uris, grant_types, scope, uri, metadata,
  created_at, waits)
VALUES (:id, :name, :auth_method, :secret, :management, :sameness, :redirect_uris, :grant_types, :scope, :uri, :metadata,
  :now, :waits);

-- client_end_sameness: register
-- What is registered from now on is another client.
UPDATE client SET sameness = NULL WHERE sameness = :sameness AND disabled_at = 0;

-- client_change: register
-- What the client says of itself; what it holds and what people and the operator have decided stays.
UPDATE client SET name = :name, auth_method = :auth_method, redirect_uris = :redirect_uris, grant_types = :grant_types,
       scope = :scope, uri = :uri, metadata = :metadata, waits = :waits
 WHERE id = :id AND management = :management AND disabled_at = 0
RETURNING 1;

-- client_drop_managed: register
-- With its grants, their codes and tokens, and the requests that wait.
DELETE FROM client WHERE id = :id AND management = :management AND disabled_at = 0 RETURNING 1;

-- client_reap_idle: register mcpctl
-- Nobody ever agreed to it, and it does not wait for the operator.
DELETE FROM client WHERE id IN (
  SELECT id FROM client INDEXED BY client_by_agreed
   WHERE kind = 'registered' AND agreed_at = 0 AND created_at < :before AND disabled_at = 0 AND waits = 0
   ORDER BY created_at LIMIT 20)
RETURNING 1;

-- client_reap_many: register mcpctl
-- Room for a new one: beyond :keep clients that nobody has agreed to, the oldest go, but none younger than :before.
DELETE FROM client WHERE id IN (
  SELECT id FROM client INDEXED BY client_by_agreed
   WHERE kind = 'registered' AND agreed_at = 0 AND created_at < :before AND disabled_at = 0 ORDER BY created_at
   LIMIT max(0, min(20, (SELECT count(*) FROM client WHERE kind = 'registered' AND agreed_at = 0) - :keep)))
RETURNING 1;

-- client_reap_unused: register mcpctl
-- Nobody has agreed to it for long, and it holds nothing that lives.
DELETE FROM client WHERE id IN (
  SELECT id FROM client INDEXED BY client_by_agreed
   WHERE kind = 'registered' AND agreed_at > 0 AND agreed_at < :before AND disabled_at = 0 AND NOT EXISTS (
     SELECT 1 FROM grants INDEXED BY grants_by_client WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
       AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))
   LIMIT 20)
RETURNING 1;

-- client_set_agreed: authorize
UPDATE client SET agreed_at = :now WHERE id = :id;
