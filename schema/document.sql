-- SPDX-License-Identifier: ISC
-- The knowledge base.

-- document_put: mcp mcpctl
INSERT INTO document (user_id, title, content, tags, created_at)
VALUES (:user_id, :title, :content, :tags, :now) RETURNING id;

-- document_index: mcp mcpctl
-- In the transaction of document_put.
INSERT INTO document_text (rowid, title, content, tags) VALUES (:id, :title, :content, :tags);

-- document_search: mcp
-- bm25() is smaller for better matches; a match in the title weighs more.
SELECT document.id, document.title, snippet(document_text, 1, '**', '**', '...', 24), document.tags,
  coalesce(user.name, 'operator'), document.created_at, -bm25(document_text, 8.0, 1.0, 4.0) AS score
  FROM document_text JOIN document ON document.id = document_text.rowid
  LEFT JOIN user ON user.id = document.user_id
 WHERE document_text MATCH :expression
 ORDER BY score DESC, document.id LIMIT :limit;

-- document_count: mcpctl
SELECT count(*) FROM document;

-- document_each: mcpctl
SELECT document.id, document.title, document.tags, coalesce(user.name, 'operator'), document.created_at
  FROM document LEFT JOIN user ON user.id = document.user_id ORDER BY document.id;
