-- SPDX-License-Identifier: ISC
-- Sessions of clients that initialize, and what is remembered for each.

-- mcp_session_put: mcp
INSERT INTO mcp_session (hash, user_id, client_id, resource, revision, capabilities, created_at, seen_at)
VALUES (:hash, :user_id, :client_id, :resource, :revision, :capabilities, :now, :now);

-- mcp_session_trim: mcp
-- So many of one person and client; the one that was not used for longest goes first.
DELETE FROM mcp_session WHERE hash IN (
  SELECT hash FROM mcp_session WHERE client_id = :client_id AND user_id IS :user_id ORDER BY seen_at DESC LIMIT -1 OFFSET :most);

-- mcp_session_reap: mcp
-- Whoever begins one takes a few old ones along.
DELETE FROM mcp_session WHERE hash IN (SELECT hash FROM mcp_session WHERE seen_at <= :idle_since LIMIT 20);

-- mcp_session_find: mcp listen
-- Somebody else's is as if it were not there.
SELECT revision, capabilities, level, seen_at FROM mcp_session
 WHERE hash = :hash AND user_id IS :user_id AND client_id = :client_id AND resource = :resource AND seen_at > :idle_since;

-- mcp_session_touch: mcp listen
UPDATE mcp_session SET seen_at = :now WHERE hash = :hash;

-- mcp_session_level: mcp
UPDATE mcp_session SET level = :level WHERE hash = :hash;

-- mcp_session_listen: listen
-- A stream of its own; the one that was opened last is the one on which something is said.
UPDATE mcp_session SET streams = streams + 1 WHERE hash = :hash RETURNING streams;

-- mcp_session_hears: listen
-- No row: it is over, or has a newer stream.  One that is subscribed to nothing has one row, which says so.
SELECT subscription.uri IS NOT NULL, coalesce(subscription.uri, '')
  FROM mcp_session LEFT JOIN subscription ON subscription.session = mcp_session.hash
 WHERE mcp_session.hash = :hash AND mcp_session.streams = :number ORDER BY subscription.uri LIMIT :most;

-- mcp_session_drop: mcp
DELETE FROM mcp_session WHERE hash = :hash;

-- cancelled_put: mcp
INSERT INTO cancelled (session, request, at)
SELECT hash, :request, :now FROM mcp_session WHERE hash = :session
ON CONFLICT DO UPDATE SET at = excluded.at;

-- cancelled_trim: mcp
-- So many of a session that nobody has taken notice of are enough; those that came first were too late.
DELETE FROM cancelled WHERE session = :session AND request IN (
  SELECT request FROM cancelled WHERE session = :session ORDER BY at DESC LIMIT -1 OFFSET :most);

-- cancelled_find: mcp
-- What came before the request began was meant for another one of that id.  Whose session has ended is cancelled, too.
SELECT EXISTS (SELECT 1 FROM cancelled WHERE session = :session AND request = :request AND at >= :since)
    OR NOT EXISTS (SELECT 1 FROM mcp_session WHERE hash = :session);

-- cancelled_drop: mcp
DELETE FROM cancelled WHERE session = :session AND (request = :request OR at < :before);

-- subscription_put: mcp
-- No row: there are as many as a session may have.
INSERT INTO subscription (session, uri)
SELECT hash, :uri FROM mcp_session
 WHERE hash = :session AND (SELECT count(*) FROM subscription WHERE session = :session) < :most
ON CONFLICT DO UPDATE SET uri = excluded.uri
RETURNING 1;

-- subscription_drop: mcp
DELETE FROM subscription WHERE session = :session AND uri = :uri;

-- subscription_find: mcp
SELECT 1 FROM subscription WHERE session = :session AND uri = :uri;
