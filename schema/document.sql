-- SPDX-License-Identifier: ISC
-- The knowledge base.  Whoever reads it for a client says who asks (:user_id, 0 for a machine), and sees what is for everybody and
-- what is his.

-- document_number: mcp mcpctl
-- The next number of a document for everybody: greater than all that there are, and than all that there were.
INSERT INTO meta (key, value)
SELECT 'document', CAST(coalesce(max(id), 0) + 1 AS BLOB) FROM document WHERE id < 4294967296
ON CONFLICT (key) DO UPDATE SET value = CAST(max(CAST(CAST(meta.value AS TEXT) AS INTEGER) + 1, CAST(CAST(excluded.value AS TEXT) AS INTEGER)) AS BLOB)
RETURNING CAST(CAST(value AS TEXT) AS INTEGER);

-- document_put: mcp mcpctl
-- No row: the number is taken.
INSERT INTO document (id, user_id, title, content, tags, created_at, private)
VALUES (:id, :user_id, :title, :content, :tags, :now, :private)
ON CONFLICT (id) DO NOTHING RETURNING id;

-- document_index: mcp mcpctl
-- In the transaction of document_put, and of document_update behind it.
INSERT INTO document_text (rowid, title, content, tags) VALUES (:id, :title, :content, :tags);

-- document_unindex: mcp mcpctl
-- Before the row is changed: the index has to be told the words that it was given.
INSERT INTO document_text (document_text, rowid, title, content, tags)
SELECT 'delete', id, title, content, tags FROM document WHERE id = :id;

-- document_update: mcp
UPDATE document SET title = :title, content = :content, tags = :tags, updated_at = :now WHERE id = :id;

-- document_drop: mcp mcpctl
DELETE FROM document WHERE id = :id;

-- document_find: mcp
SELECT document.id, document.title, document.tags, coalesce(user.name, 'operator'), coalesce(document.user_id, 0), document.private,
  document.created_at, document.updated_at, document.content
  FROM document LEFT JOIN user ON user.id = document.user_id
 WHERE document.id = :id AND (document.private = 0 OR document.user_id = :user_id);

-- document_find_any: mcpctl
-- For the operator, who has the file anyhow.
SELECT document.id, document.title, document.tags, coalesce(user.name, 'operator'), coalesce(document.user_id, 0), document.private,
  document.created_at, document.updated_at, document.content
  FROM document LEFT JOIN user ON user.id = document.user_id WHERE document.id = :id;

-- document_page: mcp
-- What is for everybody by its numbers, then what is his by the index: nobody else's private documents are looked at.
SELECT id, title, tags, coalesce((SELECT name FROM user WHERE user.id = document.user_id), 'operator'), coalesce(user_id, 0), private,
  created_at, updated_at
  FROM document WHERE id > :after AND id <= min(:last, 4294967295) AND private = 0
UNION ALL
SELECT id, title, tags, coalesce((SELECT name FROM user WHERE user.id = document.user_id), 'operator'), coalesce(user_id, 0), private,
  created_at, updated_at
  FROM document WHERE user_id = :user_id AND id > max(:after, 4294967295) AND id <= :last AND private = 1
 ORDER BY id LIMIT :limit;

-- document_page_tagged: mcp
-- The expression finds those that have the words of the tag among their tags; of these the ones that have the tag.
SELECT document.id, document.title, document.tags, coalesce(user.name, 'operator'), coalesce(document.user_id, 0), document.private,
  document.created_at, document.updated_at
  FROM document_text JOIN document ON document.id = document_text.rowid
  LEFT JOIN user ON user.id = document.user_id
 WHERE document_text MATCH :expression AND document_text.rowid > :after
   AND (document.private = 0 OR document.user_id = :user_id)
   AND instr(char(10) || lower(document.tags) || char(10), char(10) || lower(:tag) || char(10)) > 0
 ORDER BY document_text.rowid LIMIT :limit;

-- document_titled: mcp
-- Ids alone, for completion.
SELECT document.id FROM document_text JOIN document ON document.id = document_text.rowid
 WHERE document_text MATCH :expression AND (document.private = 0 OR document.user_id = :user_id)
 ORDER BY document_text.rowid LIMIT :limit;

-- document_may_read: mcp listen
SELECT 1 FROM document WHERE id = :id AND (private = 0 OR user_id = :user_id);

-- document_search: mcp
-- Ordered by the hidden column rank, which is smaller for better matches, and by nothing else: FTS5 then sorts by itself, and
-- marks the rows that are given and not all that match.  char(2) and char(3) are what excerpt_cut() looks for.  kb_rank is in
-- store_rank.c: a match in the title weighs more than one in a tag, and that more than one in the text.
SELECT document.id, document.title, highlight(document_text, 1, char(2), char(3)), document.tags,
  coalesce(user.name, 'operator'), document.created_at, -document_text.rank
  FROM document_text JOIN document ON document.id = document_text.rowid
  LEFT JOIN user ON user.id = document.user_id
 WHERE document_text MATCH :expression AND document_text.rank MATCH 'kb_rank(8.0, 1.0, 4.0)'
   AND (document.private = 0 OR document.user_id = :user_id)
 ORDER BY document_text.rank LIMIT :limit;

-- document_count: mcpctl
SELECT count(*) FROM document;

-- document_each: mcpctl
SELECT document.id, document.title, document.tags, coalesce(user.name, 'operator'), coalesce(document.user_id, 0), document.private,
  document.created_at, document.updated_at
  FROM document LEFT JOIN user ON user.id = document.user_id ORDER BY document.id;
