-- SPDX-License-Identifier: ISC
-- People who may sign in.

-- user_find: authorize account mcpctl
SELECT id, name, password, created_at, disabled_at FROM user WHERE name = :name;

-- user_find_any: authorize account setup
-- Somebody's record, for the cost of a password of nobody; and whether there is anybody.
SELECT id, name, password, created_at, disabled_at FROM user ORDER BY id LIMIT 1;

-- user_put: mcpctl setup
INSERT INTO user (name, password, created_at) VALUES (:name, :password, :now);

-- user_set_password: mcpctl
UPDATE user SET password = :password WHERE id = :id;

-- user_set_disabled: mcpctl
UPDATE user SET disabled_at = :disabled_at WHERE id = :id;

-- user_each: mcpctl
SELECT id, name, password, created_at, disabled_at FROM user ORDER BY name;
