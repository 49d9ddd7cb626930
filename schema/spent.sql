-- SPDX-License-Identifier: ISC
-- What may be shown once only.

-- spent_put: mcp
-- No row: it was shown before.
INSERT INTO spent (hash, expires_at) VALUES (:hash, :expires_at) ON CONFLICT DO NOTHING RETURNING 1;

-- spent_reap: mcp mcpctl
DELETE FROM spent WHERE hash IN (SELECT hash FROM spent WHERE expires_at < :before LIMIT 20);
