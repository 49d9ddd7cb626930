-- SPDX-License-Identifier: ISC
-- Client assertions that were used.

-- assertion_put: token revoke introspect
-- No row: it was used before.
INSERT INTO assertion (hash, expires_at) VALUES (:hash, :expires_at) ON CONFLICT DO NOTHING RETURNING 1;

-- assertion_reap: token revoke introspect mcpctl
DELETE FROM assertion WHERE hash IN (SELECT hash FROM assertion WHERE expires_at < :before LIMIT 20);
