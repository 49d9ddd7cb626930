-- SPDX-License-Identifier: ISC
--
-- A database as the first version left it: one person, whose password is that of the tests, one client and one document.
-- {now} stands for the time of the test.
PRAGMA journal_mode=WAL;
PRAGMA application_id=1296257097;
PRAGMA user_version=1;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE meta (
	key	TEXT PRIMARY KEY,
	value	BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES('form_key',X'00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff');
CREATE TABLE user (
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE COLLATE NOCASE,
	password	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	disabled_at	INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO user VALUES(1,'alice','$scrypt$ln=10,r=8,p=3$2Xns/w7PW065A7I7ZejgHQ==$i7dMr3nPnprqFk1Qxno1W9ZuRjYlgCm3iX1HufaTnRY=',{now},0);
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
INSERT INTO client VALUES('c_EarlyClientOfTheTests0','An early client','none',NULL,'["http://127.0.0.1/cb"]','authorization_code refresh_token','',NULL,'{}',{now},0,0);
CREATE TABLE session (
	hash		BLOB PRIMARY KEY,
	user_id		INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	created_at	INTEGER NOT NULL,
	seen_at		INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
CREATE TABLE access (
	hash		BLOB PRIMARY KEY,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	scope		TEXT NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE refresh (
	hash		BLOB PRIMARY KEY,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	generation	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	used_at		INTEGER,
	nonce		BLOB
) STRICT, WITHOUT ROWID;
CREATE TABLE limits (
	key		TEXT PRIMARY KEY,
	count		INTEGER NOT NULL,
	since		INTEGER NOT NULL,
	last		INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE document (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id		INTEGER REFERENCES user (id) ON DELETE SET NULL,
	title		TEXT NOT NULL,
	content		TEXT NOT NULL,
	tags		TEXT NOT NULL,			-- one a line
	created_at	INTEGER NOT NULL
) STRICT;
INSERT INTO document VALUES(1,NULL,'A document of the first version','It was here before.','',{now});
PRAGMA writable_schema=ON;
INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','document_text','document_text',0,'CREATE VIRTUAL TABLE document_text USING fts5 (
	title, content, tags,
	content = ''document'', content_rowid = ''id'', tokenize = "unicode61 remove_diacritics 2"
)');
CREATE TABLE IF NOT EXISTS 'document_text_data'(id INTEGER PRIMARY KEY, block BLOB);
INSERT INTO document_text_data VALUES(1,X'01060400');
INSERT INTO document_text_data VALUES(10,X'000000010101010001010101');
INSERT INTO document_text_data VALUES(137438953473,X'0000006702306101020201066265666f726501060101050108646f63756d656e7401020301056669727374010206010468657265010601010401026974010601010201026f660102040103746865010205010776657273696f6e0102070103776173010601010304060d0d0a0b0907080c');
CREATE TABLE IF NOT EXISTS 'document_text_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
INSERT INTO document_text_idx VALUES(1,X'',2);
CREATE TABLE IF NOT EXISTS 'document_text_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
INSERT INTO document_text_docsize VALUES(1,X'060400');
CREATE TABLE IF NOT EXISTS 'document_text_config'(k PRIMARY KEY, v) WITHOUT ROWID;
INSERT INTO document_text_config VALUES('rank','bm25(8.0, 1.0, 4.0)');
INSERT INTO document_text_config VALUES('version',4);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('document',1);
CREATE INDEX client_by_agreed ON client (agreed_at, created_at);
CREATE INDEX session_by_user ON session (user_id);
CREATE INDEX pending_by_owner ON pending (owner);
CREATE INDEX pending_by_client ON pending (client_id);
CREATE INDEX pending_by_expiry ON pending (expires_at);
CREATE INDEX grants_by_user ON grants (user_id);
CREATE INDEX grants_by_client ON grants (client_id);
CREATE INDEX grants_by_expiry ON grants (expires_at);
CREATE INDEX code_by_grant ON code (grant_id);
CREATE INDEX access_by_grant ON access (grant_id);
CREATE INDEX refresh_by_grant ON refresh (grant_id);
CREATE INDEX limits_by_last ON limits (last);
PRAGMA writable_schema=OFF;
COMMIT;
