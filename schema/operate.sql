-- SPDX-License-Identifier: ISC
-- What the operator changes.

-- operate_client_put: mcpctl
INSERT INTO client (id, kind, name, auth_method, secret, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri,
  metadata, created_at)
VALUES (:id, 'operator', :name, :auth_method, :secret, :redirect_uris, :grant_types, :scope, :resources, :introspects, :keys,
  :keys_uri, '{}', :now);

-- operate_client_approve: mcpctl
UPDATE client SET waits = 0 WHERE id = :id;

-- operate_client_set_disabled: mcpctl
UPDATE client SET disabled_at = :disabled_at WHERE id = :id;

-- operate_client_drop: mcpctl
-- With everything that was granted to it.
DELETE FROM client WHERE id = :id;

-- operate_client_make_stale: mcpctl
-- Its document is looked at again when it is next needed.
UPDATE client SET fresh_until = 0 WHERE id = :id AND kind = 'document';

-- operate_pin_put: mcpctl
INSERT INTO pinned (client_id, document, fallback, imported_at) VALUES (:client_id, :document, :fallback, :now)
    ON CONFLICT (client_id) DO UPDATE SET document = :document, fallback = :fallback, imported_at = :now;

-- operate_pin_drop: mcpctl
DELETE FROM pinned WHERE client_id = :id;

-- operate_access_drop: mcpctl
DELETE FROM access WHERE hash = :hash;
