-- What else became of an answer: what code put right, what had not been read,
-- who answered, and which steps broke down (a JSON list; no text of anybody).
ALTER TABLE outcome ADD COLUMN expert TEXT NOT NULL DEFAULT '';
ALTER TABLE outcome ADD COLUMN repairs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcome ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outcome ADD COLUMN failures TEXT NOT NULL DEFAULT '[]';
ALTER TABLE outcome ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;
