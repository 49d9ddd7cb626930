-- SPDX-License-Identifier: ISC
-- What resource servers ask.

-- access_introspect: introspect
SELECT access.scope, grants.client_id, grants.resource, grants.user_id, user.name, access.issued_at, access.expires_at
  FROM access CROSS JOIN grants ON grants.id = access.grant_id
 CROSS JOIN client ON client.id = grants.client_id LEFT JOIN user ON user.id = grants.user_id
 WHERE access.hash = :hash AND access.expires_at > :now
   AND grants.revoked_at = 0 AND coalesce(user.disabled_at, 0) = 0 AND client.disabled_at = 0
   AND grants.epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');
