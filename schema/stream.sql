-- SPDX-License-Identifier: ISC
-- Answers of clients that initialize that have become streams, so that one can be gone on with.

-- stream_put: mcp
INSERT INTO stream (id, session, created_at)
SELECT :id, hash, :now FROM mcp_session WHERE hash = :session
RETURNING 1;

-- stream_reap: mcp
-- Of this session: what has ended a while ago, and what is too old to be still at work.
DELETE FROM stream WHERE session = :session AND ((ended_at > 0 AND ended_at < :ended_before) OR created_at < :created_before);

-- stream_trim: mcp
DELETE FROM stream WHERE id IN (SELECT id FROM stream WHERE session = :session ORDER BY created_at DESC LIMIT -1 OFFSET :most);

-- stream_find: mcp
SELECT 1 FROM stream WHERE id = :id AND session = :session;

-- stream_has_ended: mcp
SELECT ended_at > 0 FROM stream WHERE id = :id;

-- stream_end: mcp
UPDATE stream SET ended_at = :now WHERE id = :id;

-- event_put: mcp
INSERT INTO event (stream, number, message)
SELECT id, :number, :message FROM stream WHERE id = :stream
RETURNING 1;

-- event_since: mcp
SELECT number, message FROM event WHERE stream = :stream AND number > :last ORDER BY number LIMIT :limit;

-- data_version: mcp
-- Another number after another connection has committed something.
PRAGMA data_version;
