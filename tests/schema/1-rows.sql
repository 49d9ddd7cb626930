-- SPDX-License-Identifier: ISC
--
-- Rows for a database of version 1 (1.sql): one person, whose password is that of the tests, one client and one document.
-- {now} stands for the time of the test.

INSERT INTO user VALUES(1,'alice','$scrypt$ln=10,r=8,p=3$2Xns/w7PW065A7I7ZejgHQ==$i7dMr3nPnprqFk1Qxno1W9ZuRjYlgCm3iX1HufaTnRY=',{now},0);
INSERT INTO client VALUES('c_EarlyClientOfTheTests0','An early client','none',NULL,'["http://127.0.0.1/cb"]','authorization_code refresh_token','',NULL,'{}',{now},0,0);
INSERT INTO document VALUES(1,NULL,'A document of the first version','It was here before.','',{now});
INSERT INTO document_text (rowid, title, content, tags) SELECT id, title, content, tags FROM document;
PRAGMA journal_mode = WAL;
