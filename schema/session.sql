-- SPDX-License-Identifier: ISC
-- Browser sessions.

-- session_find: authorize account
SELECT session.user_id, user.name, session.created_at
  FROM session JOIN user ON user.id = session.user_id
 WHERE session.hash = :hash AND session.expires_at > :now AND session.seen_at > :idle_since AND user.disabled_at = 0;

-- session_put: authorize account
-- Only if the password that was checked is still the password: hashing takes a while, and it may be changed meanwhile.
INSERT INTO session (hash, user_id, created_at, seen_at, expires_at)
SELECT :hash, id, :now, :now, :expires_at FROM user
 WHERE id = :user_id AND password = :password AND disabled_at = 0
RETURNING 1;

-- session_touch: authorize account
-- Once a minute is exact enough.
UPDATE session SET seen_at = :now WHERE hash = :hash AND seen_at < :now - 60;

-- session_drop: authorize account
DELETE FROM session WHERE hash = :hash;

-- session_drop_user: account mcpctl
DELETE FROM session WHERE user_id = :user_id;

-- session_reap: authorize account
-- Whoever signs in takes the old ones along.
DELETE FROM session WHERE user_id = :user_id AND expires_at < :now;
