-- SPDX-License-Identifier: ISC
--
-- The one file.  Times are seconds since 1970; a "hash" is the SHA-256 of 256 random bits, so that a stolen copy of this
-- file opens nothing.  Everything that a grant has given dies with the grant.  Tables are STRICT; ids that
-- outsiders see are random texts.
--
-- Under plain CGI every request parses all of this once, so that an index has to earn its place: what has expired is found
-- through what it belongs to.

PRAGMA application_id = 1296257097;	-- "MCGI"
PRAGMA user_version = 1;

-- Facts about the file.  form_key authenticates the hidden fields of our own pages.
CREATE TABLE meta (
	key	TEXT PRIMARY KEY,
	value	BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('form_key', randomblob(32));

-- People who may sign in; made by the operator.  password is a $scrypt$ record.
CREATE TABLE user (
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE COLLATE NOCASE,
	password	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	disabled_at	INTEGER NOT NULL DEFAULT 0
) STRICT;

-- OAuth clients (RFC 7591 section 2).  The open Internet writes here, so rows are bounded: clients that nobody has agreed
-- to (agreed_at = 0) are dropped, oldest first.
CREATE TABLE client (
	id		TEXT PRIMARY KEY,
	name		TEXT NOT NULL,
	auth_method	TEXT NOT NULL,
	secret		BLOB,				-- hash; NULL for public clients
	redirect_uris	TEXT NOT NULL,			-- JSON array
	grant_types	TEXT NOT NULL,			-- words
	scope		TEXT NOT NULL,			-- words; '' is all
	uri		TEXT,
	metadata	TEXT NOT NULL,			-- JSON object: what else was registered
	created_at	INTEGER NOT NULL,
	agreed_at	INTEGER NOT NULL DEFAULT 0,
	disabled_at	INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX client_by_agreed ON client (agreed_at, created_at);

-- Browser sessions, by the hash of the cookie.
CREATE TABLE session (
	hash		BLOB PRIMARY KEY,
	user_id		INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	created_at	INTEGER NOT NULL,
	seen_at		INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_user ON session (user_id);

-- Authorization requests that wait for a person.  owner is the hash of the cookie of the browser that asked.
CREATE TABLE pending (
	hash		BLOB PRIMARY KEY,
	owner		BLOB NOT NULL,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	redirect_uri	TEXT NOT NULL,
	redirect_given	INTEGER NOT NULL,
	challenge	TEXT NOT NULL,
	scope		TEXT NOT NULL,
	resource	TEXT NOT NULL,
	state		TEXT,
	created_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	answered_at	INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_by_owner ON pending (owner);
CREATE INDEX pending_by_client ON pending (client_id);
CREATE INDEX pending_by_expiry ON pending (expires_at);

-- What a person has agreed to.  generation is that of the newest refresh token.
CREATE TABLE grants (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id		INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	scope		TEXT NOT NULL,
	resource	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	generation	INTEGER NOT NULL DEFAULT 0,
	revoked_at	INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);

-- Authorization codes.  A used one stays until long after its end, so that a replay is known for what it is.
CREATE TABLE code (
	hash		BLOB PRIMARY KEY,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL,
	redirect_uri	TEXT NOT NULL,
	redirect_given	INTEGER NOT NULL,
	challenge	TEXT NOT NULL,
	expires_at	INTEGER NOT NULL,
	used_at		INTEGER,
	tries		INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX code_by_grant ON code (grant_id);

-- Access tokens.  The bearer check reads this row, its grant, user and client, each by its key.
CREATE TABLE access (
	hash		BLOB PRIMARY KEY,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	scope		TEXT NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_by_grant ON access (grant_id);

-- Refresh tokens.  A used one keeps the nonce from which, together with the token itself, its successor follows.
CREATE TABLE refresh (
	hash		BLOB PRIMARY KEY,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	generation	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	used_at		INTEGER,
	nonce		BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_by_grant ON refresh (grant_id);

-- Counters against guessing and flooding.
CREATE TABLE limits (
	key		TEXT PRIMARY KEY,
	count		INTEGER NOT NULL,
	since		INTEGER NOT NULL,
	last		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX limits_by_last ON limits (last);

-- The knowledge base.  user_id is NULL for what the operator imported.
CREATE TABLE document (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id		INTEGER REFERENCES user (id) ON DELETE SET NULL,
	title		TEXT NOT NULL,
	content		TEXT NOT NULL,
	tags		TEXT NOT NULL,			-- one a line
	created_at	INTEGER NOT NULL
) STRICT;

-- Its index.  Kept by statements and not by triggers: the programs distrust the schema (trusted_schema=off), and a
-- trigger may then not reach a virtual table.
CREATE VIRTUAL TABLE document_text USING fts5 (
	title, content, tags,
	content = 'document', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
);
-- A match in the title weighs more than one in a tag, and that more than one in the text.
INSERT INTO document_text (document_text, rank) VALUES ('rank', 'bm25(8.0, 1.0, 4.0)');
