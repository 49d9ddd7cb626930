-- SPDX-License-Identifier: ISC
-- Counters against guessing and flooding.

-- limit_find: authorize register token revoke introspect account mcp
-- One that began in the future was counted by a clock that has been set back since.
SELECT count, since, last FROM limits WHERE key = :key AND since > :oldest AND since <= :now + 600;

-- limit_count: authorize register token revoke introspect account mcp setup
-- Counts one more, or begins anew when the counter is older than the window.
INSERT INTO limits (key, count, since, last) VALUES (:key, 1, :now, :now)
    ON CONFLICT (key) DO UPDATE
   SET count = CASE WHEN since > :oldest AND since <= :now + 600 THEN count + 1 ELSE 1 END,
       since = CASE WHEN since > :oldest AND since <= :now + 600 THEN since ELSE :now END,
       last = :now
RETURNING count, since, last;

-- limit_give_back: authorize register token revoke introspect account mcp setup
UPDATE limits SET count = count - 1 WHERE key = :key AND count > 0;

-- limit_drop: authorize register token revoke introspect account mcp
DELETE FROM limits WHERE key = :key;

-- limit_reap: authorize register token revoke introspect account mcp setup
DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE last < :before LIMIT 20);
