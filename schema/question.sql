-- SPDX-License-Identifier: ISC
-- Questions to clients that initialize: one process asks and waits, another one receives the response.

-- question_put: mcp
INSERT INTO question (id, session, request, expires_at)
SELECT :id, hash, :request, :expires_at FROM mcp_session WHERE hash = :session
RETURNING 1;

-- question_calls: mcp
-- Calls of a person that wait for a response now; for a machine, of its client.
SELECT count(DISTINCT question.session || question.request)
  FROM mcp_session JOIN question ON question.session = mcp_session.hash
 WHERE mcp_session.client_id = :client_id AND mcp_session.user_id IS :user_id
   AND question.response IS NULL AND question.expires_at > :now;

-- question_answer: mcp
-- Once, by the session that was asked, in time.
UPDATE question SET response = :response
 WHERE id = :id AND session = :session AND response IS NULL AND expires_at > :now;

-- question_find: mcp
SELECT response FROM question WHERE id = :id;

-- question_drop: mcp
DELETE FROM question WHERE id = :id;

-- question_reap: mcp
DELETE FROM question WHERE session = :session AND expires_at <= :now;
