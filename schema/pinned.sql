-- SPDX-License-Identifier: ISC
-- Client ID metadata documents that the operator brought along.

-- pinned_find: authorize mcpctl
SELECT document, fallback, imported_at FROM pinned WHERE client_id = :client_id;

-- pinned_put: mcpctl
-- A newer copy takes the place of an older one.
INSERT INTO pinned (client_id, document, fallback, imported_at) VALUES (:client_id, :document, :fallback, :now)
    ON CONFLICT (client_id) DO UPDATE
   SET document = excluded.document, fallback = excluded.fallback, imported_at = excluded.imported_at;

-- pinned_drop: mcpctl
DELETE FROM pinned WHERE client_id = :client_id RETURNING 1;

-- pinned_each: mcpctl
SELECT client_id, document, fallback, imported_at FROM pinned ORDER BY client_id;
