-- SPDX-License-Identifier: ISC
-- Authorization requests that wait for a person.

-- pending_put: authorize
INSERT INTO pending (hash, owner, attempt, asked, client_id, redirect_uri, redirect_given, challenge, scope, resource, state,
  created_at, expires_at)
VALUES (:hash, :owner, :attempt, :asked, :client_id, :redirect_uri, :redirect_given, :challenge, :scope, :resource, :state,
  :created_at, :expires_at);

-- pending_prove: authorize
-- What was asked is now known to be in order.
UPDATE pending SET asked = NULL, client_id = :client_id, redirect_uri = :redirect_uri, redirect_given = :redirect_given,
  challenge = :challenge, scope = :scope, resource = :resource, state = :state
 WHERE hash = :hash AND asked IS NOT NULL AND answered_at = 0;

-- pending_find: authorize
SELECT owner, attempt, asked, client_id, redirect_uri, redirect_given, challenge, scope, resource, state, created_at,
  expires_at, answered_at
  FROM pending WHERE hash = :hash;

-- pending_take: authorize
-- Spend it.  No row: answered before, too old, another browser's, or the session has ended since it was looked at.
UPDATE pending SET answered_at = :now
 WHERE hash = :hash AND owner = :owner AND answered_at = 0 AND expires_at > :now AND asked IS NULL
   AND EXISTS (SELECT 1 FROM session JOIN user ON user.id = session.user_id
                WHERE session.hash = pending.owner AND session.expires_at > :now AND user.disabled_at = 0)
RETURNING 1;

-- pending_move: authorize account
UPDATE pending SET owner = :new_owner WHERE owner = :old_owner;

-- pending_reap: authorize
-- Kept for a while after their end, so that a late click is told what happened.
DELETE FROM pending WHERE hash IN (SELECT hash FROM pending WHERE expires_at < :now - 600 LIMIT 20);
