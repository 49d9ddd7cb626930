-- SPDX-License-Identifier: ISC
-- Registered OAuth clients.

-- client_find: register authorize token revoke introspect account
-- A disabled client is not there.
SELECT id, kind, name, auth_method, secret, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri, keys_at,
  fresh_until, uri, metadata, created_at, waits
  FROM client WHERE id = :id AND disabled_at = 0;

-- client_put: register
INSERT INTO client (id, name, auth_method, secret, redirect_uris, grant_types, scope, uri, metadata, created_at)
VALUES (:id, :name, :auth_method, :secret, :redirect_uris, :grant_types, :scope, :uri, :metadata, :now);

-- client_reap: register
-- Room for a new one: beyond :keep clients that nobody has agreed to, the oldest go, but none younger than :before.
DELETE FROM client WHERE id IN (
  SELECT id FROM client WHERE kind = 'registered' AND agreed_at = 0 AND created_at < :before ORDER BY created_at
   LIMIT max(0, min(20, (SELECT count(*) FROM client WHERE kind = 'registered' AND agreed_at = 0) - :keep)));

-- client_set_agreed: authorize
UPDATE client SET agreed_at = :now WHERE id = :id;
