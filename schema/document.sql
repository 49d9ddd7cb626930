-- SPDX-License-Identifier: ISC
-- The knowledge base.

-- document_put: mcp mcpctl
INSERT INTO document (user_id, title, content, tags, created_at)
VALUES (:user_id, :title, :content, :tags, :now) RETURNING id;

-- document_index: mcp mcpctl
-- In the transaction of document_put.
INSERT INTO document_text (rowid, title, content, tags) VALUES (:id, :title, :content, :tags);

-- document_may_read: mcp listen
SELECT 1 FROM document WHERE id = :id AND (private = 0 OR user_id = :user_id);

-- document_search: mcp
-- Ordered by the hidden column rank, which is smaller for better matches, and by nothing else: FTS5 then sorts by itself, and
-- marks the rows that are given and not all that match.  char(2) and char(3) are what excerpt_cut() looks for.
SELECT document.id, document.title, highlight(document_text, 1, char(2), char(3)), document.tags,
  coalesce(user.name, 'operator'), document.created_at, -document_text.rank
  FROM document_text JOIN document ON document.id = document_text.rowid
  LEFT JOIN user ON user.id = document.user_id
 WHERE document_text MATCH :expression
 ORDER BY document_text.rank LIMIT :limit;

-- document_count: mcpctl
SELECT count(*) FROM document;

-- document_each: mcpctl
SELECT document.id, document.title, document.tags, coalesce(user.name, 'operator'), document.created_at
  FROM document LEFT JOIN user ON user.id = document.user_id ORDER BY document.id;
