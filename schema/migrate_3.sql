-- SPDX-License-Identifier: ISC
--
-- From version 2 to 3: grants of one epoch (what lives today is of today's), private documents, what changed,
-- sessions, questions and streams of older clients, tasks.

ALTER TABLE grants ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
UPDATE grants SET epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');
ALTER TABLE document ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE document ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_by_user ON document (user_id);

CREATE TABLE change (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	at		INTEGER NOT NULL,
	kind		TEXT NOT NULL CHECK (kind IN ('tools', 'prompts', 'resources', 'resource', 'task')),
	about		TEXT NOT NULL DEFAULT '',
	user_id		INTEGER
) STRICT;

CREATE TABLE spent (
	hash		BLOB PRIMARY KEY,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_expiry ON spent (expires_at);

CREATE TABLE mcp_session (
	hash		BLOB PRIMARY KEY,
	user_id		INTEGER REFERENCES user (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	resource	TEXT NOT NULL,
	revision	TEXT NOT NULL,
	capabilities	TEXT NOT NULL,
	level		TEXT NOT NULL DEFAULT '',
	created_at	INTEGER NOT NULL,
	seen_at		INTEGER NOT NULL,
	streams		INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX mcp_session_by_user ON mcp_session (user_id);
CREATE INDEX mcp_session_by_client ON mcp_session (client_id);
CREATE INDEX mcp_session_by_seen ON mcp_session (seen_at);

CREATE TABLE subscription (
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	uri		TEXT NOT NULL,
	PRIMARY KEY (session, uri)
) STRICT, WITHOUT ROWID;

CREATE TABLE cancelled (
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	request		TEXT NOT NULL,
	at		INTEGER NOT NULL,
	PRIMARY KEY (session, request)
) STRICT, WITHOUT ROWID;

CREATE TABLE question (
	id		TEXT PRIMARY KEY,
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	request		TEXT NOT NULL,
	expires_at	INTEGER NOT NULL,
	response	TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX question_by_session ON question (session);

CREATE TABLE stream (
	id		TEXT PRIMARY KEY,
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	created_at	INTEGER NOT NULL,
	ended_at	INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX stream_by_session ON stream (session);
CREATE TABLE event (
	stream		TEXT NOT NULL REFERENCES stream (id) ON DELETE CASCADE,
	number		INTEGER NOT NULL,
	message		TEXT NOT NULL,
	PRIMARY KEY (stream, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE task (
	id		TEXT PRIMARY KEY,
	user_id		INTEGER REFERENCES user (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	resource	TEXT NOT NULL,
	tool		TEXT NOT NULL,
	request		TEXT NOT NULL,
	restart		INTEGER NOT NULL,
	life		INTEGER NOT NULL,
	status		TEXT NOT NULL DEFAULT 'working' CHECK (status IN ('working', 'input_required', 'completed', 'failed', 'cancelled')),
	message		TEXT NOT NULL DEFAULT '',
	round		INTEGER NOT NULL DEFAULT 0,
	runs		INTEGER NOT NULL DEFAULT 0,
	state		TEXT,
	asked		TEXT,
	answers		TEXT,
	outcome		TEXT,
	created_at	INTEGER NOT NULL,
	updated_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	worker		TEXT,
	alive_at	INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX task_by_user ON task (user_id);
CREATE INDEX task_by_client ON task (client_id);
CREATE INDEX task_by_grant ON task (grant_id);
CREATE INDEX task_by_expiry ON task (expires_at);
CREATE INDEX task_at_work ON task (worker) WHERE status = 'working';
