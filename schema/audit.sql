-- SPDX-License-Identifier: ISC
-- What happened.

-- audit_put: register authorize token revoke introspect account mcp listen mcpctl setup
INSERT INTO audit (at, attempt, request, event, outcome, why, user, client_id, resource, address)
VALUES (:now, :attempt, :request, :event, :outcome, :why, :user, :client_id, :resource, :address);

-- audit_reap: register authorize token revoke introspect account mcp listen mcpctl setup
-- Rows come in the order of time, so that the oldest are the first; a few go with every new one.
DELETE FROM audit WHERE id < (SELECT min(id) FROM audit) + 20 AND at < :before;

-- audit_last: mcpctl
SELECT id, at, attempt, request, event, outcome, why, user, client_id, resource, address
  FROM audit WHERE id < :below ORDER BY id DESC LIMIT :limit;

-- audit_next: mcpctl
SELECT id, at, attempt, request, event, outcome, why, user, client_id, resource, address
  FROM audit WHERE id > :above ORDER BY id LIMIT :limit;
