-- SPDX-License-Identifier: ISC
-- Browser sessions.

-- session_find: authorize
SELECT session.user_id, user.name, session.created_at
  FROM session JOIN user ON user.id = session.user_id
 WHERE session.hash = :hash AND session.expires_at > :now AND session.seen_at > :idle_since AND user.disabled_at = 0;

-- session_put: authorize
INSERT INTO session (hash, user_id, created_at, seen_at, expires_at) VALUES (:hash, :user_id, :now, :now, :expires_at);

-- session_touch: authorize
-- Once a minute is exact enough.
UPDATE session SET seen_at = :now WHERE hash = :hash AND seen_at < :now - 60;

-- session_drop: authorize
DELETE FROM session WHERE hash = :hash;

-- session_drop_user: mcpctl
DELETE FROM session WHERE user_id = :user_id;

-- session_reap: authorize
DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_at < :now LIMIT 20);
