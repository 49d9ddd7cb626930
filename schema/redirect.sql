-- SPDX-License-Identifier: ISC
-- The operator's rules about redirect URIs.

-- redirect_rule_each: register authorize mcpctl
-- All of them: which ones speak of an address is for the program to say.
SELECT id, allow, pattern, created_at FROM redirect_rule ORDER BY id;

-- redirect_rule_put: mcpctl
-- The same rule twice is one.  To allow what is denied takes no denial away: that is for whoever drops it.
INSERT INTO redirect_rule (allow, pattern, created_at) VALUES (:allow, :pattern, :now)
    ON CONFLICT (pattern, allow) DO UPDATE SET created_at = created_at
RETURNING id;

-- redirect_rule_drop: mcpctl
DELETE FROM redirect_rule WHERE id = :id RETURNING id;
