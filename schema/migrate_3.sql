-- SPDX-License-Identifier: ISC
--
-- From version 2 to 3: a grant lives in one epoch.  What lives today is of today's.

ALTER TABLE grants ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
UPDATE grants SET epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch');
