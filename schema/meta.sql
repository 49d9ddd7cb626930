-- SPDX-License-Identifier: ISC
-- Facts about the file.

-- meta_find_key: authorize account mcp
SELECT value FROM meta WHERE key = 'form_key';
