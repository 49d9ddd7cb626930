-- SPDX-License-Identifier: ISC
-- What changed, for clients that listen.

-- change_put: mcp work mcpctl
INSERT INTO change (at, kind, about, user_id) VALUES (:now, :kind, :about, :user_id);

-- change_reap: mcp work mcpctl
-- Rows come in the order of time, so that the oldest are the first.
DELETE FROM change WHERE id < (SELECT min(id) FROM change) + 20 AND at < :before;

-- change_last: mcp listen
SELECT coalesce(max(id), 0) FROM change;

-- change_since: mcp listen
SELECT id, kind, about, coalesce(user_id, 0) FROM change WHERE id > :last ORDER BY id LIMIT :limit;

-- change_version: mcp listen
-- Another number after each commit of another connection, to any table: cheaper than to look for rows.
PRAGMA data_version;
