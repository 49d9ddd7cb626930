-- SPDX-License-Identifier: ISC
-- Facts about the file.

-- meta_find_key: authorize account mcp
SELECT value FROM meta WHERE key = 'form_key';

-- meta_find_setup: setup
-- The mark that the page of set-up has made somebody here, whatever has become of that user.
SELECT 1 FROM meta WHERE key = 'setup';

-- meta_put_setup: setup
INSERT INTO meta (key, value) VALUES ('setup', CAST(:now AS BLOB));
