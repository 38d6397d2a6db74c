-- What else became of an answer: what code put right, what had not been read,
-- who answered, and which steps broke down; and which documents the question was
-- limited to (JSON lists; ids and codes, no text of anybody).
ALTER TABLE outcome ADD COLUMN expert TEXT NOT NULL DEFAULT '';
ALTER TABLE outcome ADD COLUMN repairs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcome ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcome ADD COLUMN failures TEXT NOT NULL DEFAULT '[]';
ALTER TABLE outcome ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcome ADD COLUMN scope TEXT NOT NULL DEFAULT '[]';
ALTER TABLE outcome ADD COLUMN limited INTEGER NOT NULL DEFAULT 0;
