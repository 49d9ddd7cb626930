-- SPDX-License-Identifier: ISC
-- What a signed-in person sees and takes back.

-- account_each: account
-- Live grants of a person, the newest first.  One of a client that the operator has disabled is there, since it would live again.
SELECT grants.id, grants.client_id, client.name, client.kind, client.redirect_uris, client.disabled_at, grants.scope,
  grants.resource, grants.created_at, grants.used_at
  FROM grants INDEXED BY grants_by_user JOIN client ON client.id = grants.client_id
 WHERE grants.user_id = :user_id AND grants.revoked_at = 0 AND grants.expires_at > :now
 ORDER BY grants.id DESC;

-- account_revoke: account
-- The live grant of that id, and the others of the same client at the same resource.  No row: not this person's, or gone.
UPDATE grants INDEXED BY grants_by_user SET revoked_at = :now, expires_at = min(expires_at, :now)
 WHERE user_id = :user_id AND revoked_at = 0
   AND (client_id, resource) = (SELECT client_id, resource FROM grants
                                 WHERE id = :id AND user_id = :user_id AND revoked_at = 0 AND expires_at > :now)
RETURNING client_id, resource, attempt;

-- account_set_password: account
-- Only if the password that was checked is still the password: hashing takes a while, and it may be changed meanwhile.
UPDATE user SET password = :password WHERE id = :id AND password = :old AND disabled_at = 0 RETURNING 1;
