-- SPDX-License-Identifier: ISC
-- What the operator changes.

-- operate_client_put: mcpctl
INSERT INTO client (id, kind, name, auth_method, secret, redirect_uris, grant_types, scope, resources, introspects, keys, keys_uri,
  metadata, created_at)
VALUES (:id, 'operator', :name, :auth_method, :secret, :redirect_uris, :grant_types, :scope, :resources, :introspects, :keys,
  :keys_uri, '{}', :now);

-- operate_client_approve: mcpctl
-- The operator agrees, so that it stays as long as if a person had.
UPDATE client SET waits = 0, agreed_at = :now WHERE id = :id;

-- operate_client_set_disabled: mcpctl
UPDATE client SET disabled_at = :disabled_at WHERE id = :id;

-- operate_client_drop: mcpctl
-- With everything that was granted to it.
DELETE FROM client WHERE id = :id;

-- operate_doctor_reap: mcpctl
-- What mcpctl doctor leaves behind when it is killed: the names of its clients begin so, and live for minutes.
DELETE FROM client WHERE id >= 'doctor_' AND id < 'doctor`' AND kind = 'operator' AND created_at < :before;

-- operate_access_drop: mcpctl
DELETE FROM access WHERE hash = :hash;
