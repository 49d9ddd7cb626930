-- SPDX-License-Identifier: ISC
-- Authorization codes.

-- code_put: authorize
INSERT INTO code (hash, grant_id, client_id, redirect_uri, redirect_given, challenge, expires_at)
VALUES (:hash, :grant_id, :client_id, :redirect_uri, :redirect_given, :challenge, :expires_at);

-- code_find: token
SELECT grant_id, client_id, redirect_uri, redirect_given, challenge, expires_at, used_at, tries
  FROM code WHERE hash = :hash;

-- code_take: token
-- Spend a code.  No row: it is spent or too old.
UPDATE code SET used_at = :now WHERE hash = :hash AND used_at IS NULL AND expires_at > :now RETURNING 1;

-- code_expire: token
-- It was seen expired.
UPDATE code SET expires_at = 0 WHERE hash = :hash;

-- code_count_try: token
UPDATE code SET tries = tries + 1 WHERE hash = :hash;
