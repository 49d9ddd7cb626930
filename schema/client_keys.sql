-- SPDX-License-Identifier: ISC
-- Keys of clients that sign.

-- client_keys_put: token revoke introspect
-- What its jwks_uri gave; the address is named so that a registration that was changed meanwhile keeps its own.
UPDATE client SET keys = :keys, keys_at = :now WHERE id = :id AND keys_uri = :keys_uri;
