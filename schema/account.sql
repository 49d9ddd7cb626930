-- SPDX-License-Identifier: ISC
-- What a signed-in person sees and takes back.

-- account_each: account
-- Live grants of a person, the newest first; those that differ in nothing but their times, of which there may be thousands, are
-- one row.  One of a client that the operator has disabled is there, since it would live again.
SELECT gathered.id, client_id, client.name, client.kind, client.redirect_uris, client.disabled_at, gathered.scope,
  gathered.resource, since, used
  FROM (SELECT max(id) AS id, client_id, scope, resource, min(created_at) AS since, max(used_at) AS used
          FROM grants INDEXED BY grants_by_user
         WHERE user_id = :user_id AND revoked_at = 0 AND expires_at > :now
           AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')
         GROUP BY client_id, resource, scope) AS gathered
  JOIN client ON client.id = client_id
 ORDER BY gathered.id DESC;

-- account_revoke: account
-- The live grant of that id, and the others of the same client at the same resource.  No row: not this person's, or gone.
UPDATE grants INDEXED BY grants_by_user SET revoked_at = :now, expires_at = min(expires_at, :now)
 WHERE user_id = :user_id AND revoked_at = 0
   AND (client_id, resource) = (SELECT client_id, resource FROM grants
                                 WHERE id = :id AND user_id = :user_id AND revoked_at = 0 AND expires_at > :now
                                   AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))
RETURNING client_id, resource, attempt;

-- account_set_password: account
-- Only if the password that was checked is still the password: hashing takes a while, and it may be changed meanwhile.
UPDATE user SET password = :password WHERE id = :id AND password = :old AND disabled_at = 0 RETURNING 1;
