-- SPDX-License-Identifier: ISC
--
-- From version 1 to 2: client documents, machine clients, several resources, audit.  What changed its constraints is made
-- anew and filled from the old; authorization requests that wait are dropped, they live for ten minutes.

INSERT INTO meta (key, value) VALUES ('epoch', CAST('1' AS BLOB));

ALTER TABLE client RENAME TO client_1;
DROP INDEX client_by_agreed;
CREATE TABLE client (
	id		TEXT PRIMARY KEY,
	kind		TEXT NOT NULL DEFAULT 'registered' CHECK (kind IN ('registered', 'document', 'operator')),
	name		TEXT NOT NULL,
	auth_method	TEXT NOT NULL,
	secret		BLOB,
	management	BLOB,
	sameness	BLOB,
	redirect_uris	TEXT NOT NULL,
	grant_types	TEXT NOT NULL,
	scope		TEXT NOT NULL,
	resources	TEXT NOT NULL DEFAULT '',
	introspects	TEXT NOT NULL DEFAULT '',
	keys		TEXT,
	keys_uri	TEXT,
	keys_at		INTEGER NOT NULL DEFAULT 0,
	fresh_until	INTEGER NOT NULL DEFAULT 0,
	uri		TEXT,
	metadata	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	agreed_at	INTEGER NOT NULL DEFAULT 0,
	waits		INTEGER NOT NULL DEFAULT 0,
	disabled_at	INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO client (id, name, auth_method, secret, redirect_uris, grant_types, scope, uri, metadata, created_at, agreed_at,
	disabled_at)
SELECT id, name, auth_method, secret, redirect_uris, grant_types, scope, uri, metadata, created_at, agreed_at,
	disabled_at FROM client_1;
DROP TABLE client_1;
CREATE INDEX client_by_agreed ON client (kind, agreed_at, created_at);
CREATE UNIQUE INDEX client_by_sameness ON client (sameness) WHERE sameness IS NOT NULL;

CREATE TABLE pinned (
	client_id	TEXT PRIMARY KEY,
	document	TEXT NOT NULL,
	fallback	INTEGER NOT NULL,
	imported_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE redirect_rule (
	id		INTEGER PRIMARY KEY,
	allow		INTEGER NOT NULL,
	pattern		TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	UNIQUE (pattern, allow)
) STRICT;

CREATE TABLE assertion (
	hash		BLOB PRIMARY KEY,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assertion_by_expiry ON assertion (expires_at);

DROP TABLE pending;
CREATE TABLE pending (
	hash		BLOB PRIMARY KEY,
	owner		BLOB NOT NULL,
	attempt		TEXT NOT NULL,
	asked		TEXT,
	client_id	TEXT REFERENCES client (id) ON DELETE CASCADE,
	redirect_uri	TEXT,
	redirect_given	INTEGER NOT NULL DEFAULT 0,
	challenge	TEXT,
	scope		TEXT,
	resource	TEXT,
	state		TEXT,
	created_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	answered_at	INTEGER NOT NULL DEFAULT 0,
	CHECK (asked IS NOT NULL OR (client_id IS NOT NULL AND redirect_uri IS NOT NULL AND challenge IS NOT NULL AND
		scope IS NOT NULL AND resource IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_by_owner ON pending (owner);
CREATE INDEX pending_by_client ON pending (client_id);
CREATE INDEX pending_by_expiry ON pending (expires_at);

CREATE TABLE grants_2 (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id		INTEGER REFERENCES user (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	scope		TEXT NOT NULL,
	resource	TEXT NOT NULL,
	attempt		TEXT NOT NULL DEFAULT '',
	created_at	INTEGER NOT NULL,
	used_at		INTEGER NOT NULL DEFAULT 0,
	expires_at	INTEGER NOT NULL,
	generation	INTEGER NOT NULL DEFAULT 0,
	revoked_at	INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO grants_2 (id, user_id, client_id, scope, resource, created_at, expires_at, generation, revoked_at)
SELECT id, user_id, client_id, scope, resource, created_at, expires_at, generation, revoked_at FROM grants;
DROP TABLE grants;
ALTER TABLE grants_2 RENAME TO grants;
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

ALTER TABLE access RENAME TO access_1;
DROP INDEX access_by_grant;
CREATE TABLE access (
	hash		BLOB PRIMARY KEY,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	scope		TEXT NOT NULL,
	issued_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO access SELECT access_1.hash, grant_id, access_1.scope, grants.created_at, access_1.expires_at
  FROM access_1 JOIN grants ON grants.id = grant_id;
DROP TABLE access_1;
CREATE INDEX access_by_grant ON access (grant_id);

CREATE TABLE audit (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	at		INTEGER NOT NULL,
	attempt		TEXT NOT NULL,
	request		TEXT NOT NULL,
	event		TEXT NOT NULL,
	outcome		TEXT NOT NULL,
	why		TEXT NOT NULL,
	user		TEXT,
	client_id	TEXT,
	resource	TEXT,
	address		TEXT NOT NULL
) STRICT;
