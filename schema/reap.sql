-- SPDX-License-Identifier: ISC
-- What is over, a portion at a time, so that nobody waits long for the write lock.  The web programs drop a few rows wherever they
-- write; this is for what nobody comes back to.

-- reap_code: mcpctl
DELETE FROM code WHERE hash IN (SELECT hash FROM code WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_access: mcpctl
DELETE FROM access WHERE hash IN (SELECT hash FROM access WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_refresh: mcpctl
DELETE FROM refresh WHERE hash IN (SELECT hash FROM refresh WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_grant: mcpctl
DELETE FROM grants WHERE id IN (SELECT id FROM grants WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_pending: mcpctl
DELETE FROM pending WHERE hash IN (SELECT hash FROM pending WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_session: mcpctl
-- Also one that is idle for too long.
DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_at < :before OR seen_at < :idle_since LIMIT :limit) RETURNING 1;

-- reap_limit: mcpctl
DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE last < :before LIMIT :limit) RETURNING 1;

-- reap_assertion: mcpctl
DELETE FROM assertion WHERE hash IN (SELECT hash FROM assertion WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_audit: mcpctl
-- Rows come in the order of time, so that the oldest are the first.
DELETE FROM audit WHERE id < (SELECT min(id) FROM audit) + :limit AND at < :before RETURNING 1;

-- reap_document: mcpctl
-- Copies of documents that are stale, and that nobody uses; they come back by themselves.
DELETE FROM client WHERE id IN (
  SELECT id FROM client
   WHERE kind = 'document' AND fresh_until < :before AND created_at < :before AND disabled_at = 0
     AND NOT EXISTS (SELECT 1 FROM grants INDEXED BY grants_by_client
                      WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
                        AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))
   LIMIT :limit) RETURNING 1;

-- reap_task: mcpctl
-- One that has not ended, and that nobody has asked about for a day after its time, goes as well.
DELETE FROM task WHERE rowid IN (
  SELECT rowid FROM task INDEXED BY task_by_expiry
   WHERE expires_at < :before AND (expires_at < :before - 86400 OR status NOT IN ('working', 'input_required')) LIMIT :limit)
RETURNING 1;

-- reap_mcp_session: mcpctl
-- With their questions, subscriptions, cancellations and streams.
DELETE FROM mcp_session WHERE hash IN (SELECT hash FROM mcp_session WHERE seen_at <= :before LIMIT :limit) RETURNING 1;

-- reap_question: mcpctl
DELETE FROM question WHERE id IN (SELECT id FROM question WHERE expires_at <= :before LIMIT :limit) RETURNING 1;

-- reap_cancelled: mcpctl
DELETE FROM cancelled WHERE (session, request) IN (SELECT session, request FROM cancelled WHERE at < :before LIMIT :limit) RETURNING 1;

-- reap_stream: mcpctl
-- Longer than any tool may take.
DELETE FROM stream WHERE id IN (SELECT id FROM stream WHERE created_at < :before LIMIT :limit) RETURNING 1;

-- reap_spent: mcpctl
DELETE FROM spent WHERE hash IN (SELECT hash FROM spent WHERE expires_at < :before LIMIT :limit) RETURNING 1;

-- reap_change: mcpctl
-- Rows come in the order of time, so that the oldest are the first.
DELETE FROM change WHERE id < (SELECT min(id) FROM change) + :limit AND at < :before RETURNING 1;
