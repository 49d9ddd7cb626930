-- SPDX-License-Identifier: ISC
-- Counters against guessing and flooding.

-- limit_find: authorize register token
SELECT count, since, last FROM limits WHERE key = :key AND since > :oldest;

-- limit_count: authorize register token
-- Counts one more, or begins anew when the counter is older than the window.
INSERT INTO limits (key, count, since, last) VALUES (:key, 1, :now, :now)
    ON CONFLICT (key) DO UPDATE
   SET count = CASE WHEN since > :oldest THEN count + 1 ELSE 1 END,
       since = CASE WHEN since > :oldest THEN since ELSE :now END,
       last = :now
RETURNING count, since, last;

-- limit_give_back: authorize register token
UPDATE limits SET count = count - 1 WHERE key = :key AND count > 0;

-- limit_drop: authorize register token
DELETE FROM limits WHERE key = :key;

-- limit_reap: authorize register token
DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE last < :before LIMIT 20);
