-- SPDX-License-Identifier: ISC
--
-- The one file.  Times are seconds since 1970; a code or token that was shown after its time has expired at 0, so that it stays so
-- when the clock goes back.  A "hash" is the SHA-256 of 256 random bits, so that a stolen copy of this
-- file opens nothing.  Everything that a grant has given dies with the grant.  Tables are STRICT; ids that
-- outsiders see are random texts.
--
-- Under plain CGI every request parses all of this once, so that an index has to earn its place: what has expired is found
-- through what it belongs to.

PRAGMA application_id = 1296257097;	-- "MCGI"
PRAGMA user_version = 3;

-- Facts about the file.  form_key authenticates the hidden fields of our own pages; epoch, a number in digits, is a higher
-- one whenever a backup was restored, and a grant of another epoch is dead: what was revoked or used up since the backup does not
-- come to life again.
CREATE TABLE meta (
	key	TEXT PRIMARY KEY,
	value	BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('form_key', randomblob(32)), ('epoch', CAST('1' AS BLOB));

-- People who may sign in; made by the operator.  password is a $scrypt$ record.
CREATE TABLE user (
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE COLLATE NOCASE,
	password	TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	disabled_at	INTEGER NOT NULL DEFAULT 0
) STRICT;

-- OAuth clients (RFC 7591 section 2): registered by themselves, described by a document at their own URL, or made by the
-- operator.  The open Internet writes here, so rows are bounded: what nobody has agreed to (agreed_at = 0), and what nobody uses any
-- more, is dropped; the operator's are not.
CREATE TABLE client (
	id		TEXT PRIMARY KEY,
	kind		TEXT NOT NULL DEFAULT 'registered' CHECK (kind IN ('registered', 'document', 'operator')),
	name		TEXT NOT NULL,
	auth_method	TEXT NOT NULL,
	secret		BLOB,				-- hash; NULL for those without
	management	BLOB,				-- hash of the registration access token (RFC 7592), or NULL
	sameness	BLOB,				-- hash of a public registration: an identical one is this one
	redirect_uris	TEXT NOT NULL,			-- JSON array
	grant_types	TEXT NOT NULL,			-- words
	scope		TEXT NOT NULL,			-- words; '' is all; the operator's may hold '*'
	resources	TEXT NOT NULL DEFAULT '',	-- words: where a machine may go; '' is the first endpoint
	introspects	TEXT NOT NULL DEFAULT '',	-- words: resources whose tokens it may ask about (RFC 7662)
	keys		TEXT,				-- JWK Set (RFC 7517) of private_key_jwt
	keys_uri	TEXT,				-- where that is fetched from
	keys_at		INTEGER NOT NULL DEFAULT 0,	-- when it was
	fresh_until	INTEGER NOT NULL DEFAULT 0,	-- until when a document is not fetched again
	uri		TEXT,
	metadata	TEXT NOT NULL,			-- JSON object: what else was registered
	created_at	INTEGER NOT NULL,
	agreed_at	INTEGER NOT NULL DEFAULT 0,	-- when a person last agreed
	waits		INTEGER NOT NULL DEFAULT 0,	-- 1: for the operator's approval
	disabled_at	INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX client_by_agreed ON client (kind, agreed_at, created_at);
CREATE UNIQUE INDEX client_by_sameness ON client (sameness) WHERE sameness IS NOT NULL;

-- Client ID metadata documents that the operator brought along, for a host that cannot fetch.
CREATE TABLE pinned (
	client_id	TEXT PRIMARY KEY,
	document	TEXT NOT NULL,			-- JSON, checked
	fallback	INTEGER NOT NULL,		-- 1: only when fetching is refused
	imported_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The operator's word on redirect URIs; see redirect.h for the patterns.
CREATE TABLE redirect_rule (
	id		INTEGER PRIMARY KEY,
	allow		INTEGER NOT NULL,		-- 1 allow, 0 deny
	pattern		TEXT NOT NULL,
	created_at	INTEGER NOT NULL,
	UNIQUE (pattern, allow)
) STRICT;

-- Client assertions that were used (RFC 7523 section 3, jti), until they expire by themselves.
CREATE TABLE assertion (
	hash		BLOB PRIMARY KEY,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX assertion_by_expiry ON assertion (expires_at);

-- Browser sessions, by the hash of the cookie.
CREATE TABLE session (
	hash		BLOB PRIMARY KEY,
	user_id		INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
	created_at	INTEGER NOT NULL,
	seen_at		INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_user ON session (user_id);

-- Authorization requests that wait for a person.  owner is the hash of the cookie of the browser that asked.  A client that
-- is known by a document only is not looked at before somebody has signed in: until then the request stands in asked, as it came.
CREATE TABLE pending (
	hash		BLOB PRIMARY KEY,
	owner		BLOB NOT NULL,
	attempt		TEXT NOT NULL,			-- id of the whole flow, as in audit
	asked		TEXT,				-- form-encoded; NULL once client and address are proven
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

-- What a person has agreed to, or the operator for a machine (user_id NULL).  generation is that of the newest refresh token.
CREATE TABLE grants (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id		INTEGER REFERENCES user (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	scope		TEXT NOT NULL,
	resource	TEXT NOT NULL,
	attempt		TEXT NOT NULL DEFAULT '',
	created_at	INTEGER NOT NULL,
	used_at		INTEGER NOT NULL DEFAULT 0,	-- about when a token of it was last shown
	expires_at	INTEGER NOT NULL,
	generation	INTEGER NOT NULL DEFAULT 0,
	revoked_at	INTEGER NOT NULL DEFAULT 0,
	epoch		INTEGER NOT NULL DEFAULT 1	-- in which it was given
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
	issued_at	INTEGER NOT NULL,
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

-- What happened: sign-in, consent, issue, refusal, revocation, tool call.  Rows of one authorization attempt carry its id,
-- from the first request to the first tool call, so that the operator can read how far a client came.  Never a secret.
CREATE TABLE audit (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	at		INTEGER NOT NULL,
	attempt		TEXT NOT NULL,			-- '' outside of one
	request		TEXT NOT NULL,			-- id of the request, as in the log and on error pages
	event		TEXT NOT NULL,
	outcome		TEXT NOT NULL,			-- 'ok' or the error's word
	why		TEXT NOT NULL,			-- in words, for the operator alone
	user		TEXT,
	client_id	TEXT,
	resource	TEXT,
	address		TEXT NOT NULL
) STRICT;

-- The knowledge base.  user_id is NULL for what the operator imported.  Documents for everybody are numbered from 1 on; private
-- ones have numbers from 2^32 on that are made of the second and of chance, so that nobody can count them by his own.
CREATE TABLE document (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	user_id		INTEGER REFERENCES user (id) ON DELETE SET NULL,
	title		TEXT NOT NULL,
	content		TEXT NOT NULL,
	tags		TEXT NOT NULL,			-- one a line
	created_at	INTEGER NOT NULL,
	updated_at	INTEGER NOT NULL DEFAULT 0,	-- 0: never since
	private		INTEGER NOT NULL DEFAULT 0	-- 1: for the one who wrote it
) STRICT;
CREATE INDEX document_by_user ON document (user_id);

-- Its index.  Kept by statements and not by triggers: the programs distrust the schema (trusted_schema=off), and a
-- trigger may then not reach a virtual table.
CREATE VIRTUAL TABLE document_text USING fts5 (
	title, content, tags,
	content = 'document', content_rowid = 'id', tokenize = "unicode61 remove_diacritics 2"
);
-- A match in the title weighs more than one in a tag, and that more than one in the text.  A search by a person has an order of
-- its own, see store_rank.h.
INSERT INTO document_text (document_text, rank) VALUES ('rank', 'bm25(8.0, 1.0, 4.0)');

-- What changed, for clients that listen: a list (tools, prompts, resources), one resource, a task.  Whoever listens remembers the
-- last id that he has told; rows are dropped after an hour.
CREATE TABLE change (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	at		INTEGER NOT NULL,
	kind		TEXT NOT NULL CHECK (kind IN ('tools', 'prompts', 'resources', 'resource', 'task')),
	about		TEXT NOT NULL DEFAULT '',	-- URI of the resource, id of the task
	user_id		INTEGER				-- who alone may hear of it; NULL: everybody
) STRICT;

-- What may be shown once only and was, by its hash, until it would have expired by itself.
CREATE TABLE spent (
	hash		BLOB PRIMARY KEY,
	expires_at	INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_by_expiry ON spent (expires_at);

-- Sessions of clients that initialize (MCP before 2026-07-28), by the hash of the Mcp-Session-Id.  It names no one: every request
-- shows a token besides, and must be the same person's and client's at the same endpoint.
CREATE TABLE mcp_session (
	hash		BLOB PRIMARY KEY,
	user_id		INTEGER REFERENCES user (id) ON DELETE CASCADE,
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	resource	TEXT NOT NULL,
	revision	TEXT NOT NULL,
	capabilities	TEXT NOT NULL,			-- JSON object: the client's
	level		TEXT NOT NULL DEFAULT '',	-- of logging/setLevel
	created_at	INTEGER NOT NULL,
	seen_at		INTEGER NOT NULL,		-- about when it was last used
	streams		INTEGER NOT NULL DEFAULT 0	-- that it has opened by GET: the last one is the one that speaks
) STRICT, WITHOUT ROWID;
CREATE INDEX mcp_session_by_user ON mcp_session (user_id);
CREATE INDEX mcp_session_by_client ON mcp_session (client_id);
CREATE INDEX mcp_session_by_seen ON mcp_session (seen_at);

-- resources/subscribe of a session.
CREATE TABLE subscription (
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	uri		TEXT NOT NULL,
	PRIMARY KEY (session, uri)
) STRICT, WITHOUT ROWID;

-- Requests of a session that its client has cancelled (notifications/cancelled).  Who works on one looks here now and then, so that
-- nothing is written for those that nobody cancels.
CREATE TABLE cancelled (
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	request		TEXT NOT NULL,			-- its id, as JSON
	at		INTEGER NOT NULL,
	PRIMARY KEY (session, request)
) STRICT, WITHOUT ROWID;

-- Questions of ours that wait for a response, which another process receives.
CREATE TABLE question (
	id		TEXT PRIMARY KEY,		-- of the JSON-RPC request: random
	session		BLOB NOT NULL REFERENCES mcp_session (hash) ON DELETE CASCADE,
	request		TEXT NOT NULL,			-- id of the request that has led to it, as JSON
	expires_at	INTEGER NOT NULL,
	response	TEXT				-- JSON: result or error; NULL until it came
) STRICT, WITHOUT ROWID;
CREATE INDEX question_by_session ON question (session);

-- Streams that can be gone on with by GET and Last-Event-ID, and what they have to say.
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

-- Tasks (extension io.modelcontextprotocol/tasks).  A task that works and has no worker waits for its turn, in the order of the
-- rows.  A worker holds the lock of its slot as long as it lives, and says in alive_at from time to time that it does; what a dead
-- one had is run again or failed.
CREATE TABLE task (
	id		TEXT PRIMARY KEY,
	user_id		INTEGER REFERENCES user (id) ON DELETE CASCADE,		-- NULL: a machine's
	client_id	TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
	grant_id	INTEGER NOT NULL REFERENCES grants (id) ON DELETE CASCADE,
	resource	TEXT NOT NULL,
	tool		TEXT NOT NULL,
	request		TEXT NOT NULL,			-- JSON object: arguments, capabilities and what else the tool is told
	restart		INTEGER NOT NULL,		-- 1: may be run again when its worker has died
	life		INTEGER NOT NULL,		-- seconds that a run may take
	status		TEXT NOT NULL DEFAULT 'working' CHECK (status IN ('working', 'input_required', 'completed', 'failed', 'cancelled')),
	message		TEXT NOT NULL DEFAULT '',
	round		INTEGER NOT NULL DEFAULT 0,	-- how often it has asked
	runs		INTEGER NOT NULL DEFAULT 0,	-- how often it was begun in this round
	state		TEXT,				-- the program's own, between two rounds
	asked		TEXT,				-- JSON object: questions that wait
	answers		TEXT,				-- JSON object: all that was answered, by the program's keys
	outcome		TEXT,				-- JSON object: the result, or the error of failed
	created_at	INTEGER NOT NULL,
	updated_at	INTEGER NOT NULL,
	expires_at	INTEGER NOT NULL,
	worker		TEXT,				-- SLOT.RANDOM: who works on it
	alive_at	INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX task_by_user ON task (user_id);
CREATE INDEX task_by_client ON task (client_id);
CREATE INDEX task_by_grant ON task (grant_id);
CREATE INDEX task_by_expiry ON task (expires_at);
CREATE INDEX task_at_work ON task (worker) WHERE status = 'working';
