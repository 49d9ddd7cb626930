-- SPDX-License-Identifier: ISC
-- Tasks (extension io.modelcontextprotocol/tasks).

-- task_put: mcp
INSERT INTO task (id, user_id, client_id, grant_id, resource, tool, request, restart, life, message, state, answers,
  created_at, updated_at, expires_at)
VALUES (:id, :user_id, :client_id, :grant_id, :resource, :tool, :request, :restart, :life, :message, :state, :answers,
  :now, :now, :expires_at);

-- task_find: mcp listen
-- Only for the same person and client at the same endpoint; one that has ended is gone when its time is over.
SELECT id, user_id, client_id, grant_id, resource, tool, request, restart, life, status, message, round, runs, state, asked,
  answers, outcome, created_at, updated_at, expires_at, worker, alive_at
  FROM task
 WHERE id = :id AND client_id = :client_id AND resource = :resource AND user_id IS :user_id
   AND (expires_at > :now OR status IN ('working', 'input_required'));

-- task_find_any: mcpctl
SELECT id, user_id, client_id, grant_id, resource, tool, request, restart, life, status, message, round, runs, state, asked,
  answers, outcome, created_at, updated_at, expires_at, worker, alive_at
  FROM task WHERE id = :id;

-- task_find_left: work
-- What a dead worker has left that had the same slot.
SELECT id, user_id, client_id, grant_id, resource, tool, request, restart, life, status, message, round, runs, state, asked,
  answers, outcome, created_at, updated_at, expires_at, worker, alive_at
  FROM task INDEXED BY task_at_work
 WHERE status = 'working' AND worker >= :from AND worker < :to LIMIT 1;

-- task_count: mcp
-- Of one person; of a machine those of its client.
SELECT count(*), coalesce(sum(status IN ('working', 'input_required')), 0)
  FROM task INDEXED BY task_by_user WHERE user_id = :user_id AND expires_at > :now;

-- task_count_machine: mcp
SELECT count(*), coalesce(sum(status IN ('working', 'input_required')), 0)
  FROM task INDEXED BY task_by_client WHERE client_id = :client_id AND user_id IS NULL AND expires_at > :now;

-- task_take: work
-- Whoever has waited longest.  The update and the look are one statement, so that a task has one worker.
UPDATE task SET worker = :worker, alive_at = :now, updated_at = :now, runs = runs + 1, message = '', expires_at = :now + life + :ttl
 WHERE rowid = (SELECT rowid FROM task INDEXED BY task_at_work WHERE status = 'working' AND worker IS NULL ORDER BY rowid LIMIT 1)
RETURNING id, user_id, client_id, grant_id, resource, tool, request, restart, life, status, message, round, runs, state, asked,
  answers, outcome, created_at, updated_at, expires_at, worker, alive_at;

-- task_waits: work
-- Is there one that waits for its turn?
SELECT 1 FROM task INDEXED BY task_at_work WHERE status = 'working' AND worker IS NULL LIMIT 1;

-- task_look: work
-- What a worker asks while it works: is the task still its own, and would its owner still be let in?
SELECT status = 'working' AND worker IS :worker,
  grants.revoked_at = 0 AND coalesce(user.disabled_at, 0) = 0 AND client.disabled_at = 0
    AND grants.epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')
  FROM task CROSS JOIN grants ON grants.id = task.grant_id CROSS JOIN client ON client.id = task.client_id
  LEFT JOIN user ON user.id = task.user_id
 WHERE task.id = :id;

-- task_user: work
SELECT name FROM user WHERE id = :id;

-- task_live: work
UPDATE task SET alive_at = :now WHERE id = :id AND worker = :worker AND status = 'working';

-- task_tell: work
-- No row: it is not this worker's any more.
UPDATE task SET message = :message, updated_at = :now, alive_at = :now
 WHERE id = :id AND worker = :worker AND status = 'working' RETURNING 1;

-- task_move: mcp work mcpctl
-- From one state to the next.  No row: it was in another state, or in other hands, so that of two that end a task one does.
UPDATE task SET status = :status, message = :message, round = :round, runs = :runs, state = :state, asked = :asked,
  answers = :answers, outcome = :outcome, updated_at = :now, expires_at = :expires_at, worker = :worker
 WHERE id = :id AND status = :was AND worker IS :had RETURNING 1;

-- task_reap: mcp
-- One that nobody has asked about for a day goes in whatever state it is.
DELETE FROM task WHERE rowid IN (
  SELECT rowid FROM task INDEXED BY task_by_expiry
   WHERE expires_at < :now AND (expires_at < :now - 86400 OR status NOT IN ('working', 'input_required')) LIMIT :limit) RETURNING 1;

-- task_each: mcpctl
SELECT task.id, task.user_id, task.client_id, grant_id, resource, tool, '', restart, life, status, message, round, runs, NULL, NULL,
  NULL, NULL, task.created_at, updated_at, expires_at, worker, alive_at
  FROM task ORDER BY task.rowid;
