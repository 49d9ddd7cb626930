-- SPDX-License-Identifier: ISC
-- OAuth clients that are described by a document at their own URL.

-- client_document_find_disabled: authorize
-- client_find does not see it.
SELECT 1 FROM client WHERE id = :id AND disabled_at != 0;

-- client_document_put: authorize
-- What the document says today; what people and the operator have decided stays.  So do keys that were fetched, while they are
-- to be had at the same place.  No row: the operator has disabled it, or it is no document's.
INSERT INTO client (id, kind, name, auth_method, redirect_uris, grant_types, scope, keys, keys_uri, fresh_until, uri, metadata,
  created_at)
VALUES (:id, 'document', :name, :auth_method, :redirect_uris, :grant_types, :scope, :keys, :keys_uri, :fresh_until, :uri,
  :metadata, :now)
    ON CONFLICT (id) DO UPDATE
   SET name = excluded.name, auth_method = excluded.auth_method, redirect_uris = excluded.redirect_uris,
       grant_types = excluded.grant_types, scope = excluded.scope,
       keys = CASE WHEN keys_uri = excluded.keys_uri THEN keys ELSE excluded.keys END,
       keys_at = CASE WHEN keys_uri = excluded.keys_uri THEN keys_at ELSE 0 END,
       keys_uri = excluded.keys_uri, fresh_until = excluded.fresh_until, uri = excluded.uri, metadata = excluded.metadata
 WHERE kind = 'document' AND disabled_at = 0
RETURNING 1;

-- client_document_reap: authorize
-- Room for one: of those that hold no live grant the oldest go until fewer than :keep are left; one that is disabled stays,
-- because it would come back enabled.
DELETE FROM client WHERE id IN (
  SELECT id FROM client INDEXED BY client_by_agreed
   WHERE kind = 'document' AND id != :id AND disabled_at = 0 AND NOT EXISTS (
     SELECT 1 FROM grants INDEXED BY grants_by_client WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
       AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))
   ORDER BY agreed_at, created_at
   LIMIT max(0, min(20, 1 - :keep + (
     SELECT count(*) FROM client INDEXED BY client_by_agreed
      WHERE kind = 'document' AND id != :id AND disabled_at = 0 AND NOT EXISTS (
        SELECT 1 FROM grants INDEXED BY grants_by_client WHERE client_id = client.id AND revoked_at = 0 AND expires_at > :now
          AND epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch'))))));
