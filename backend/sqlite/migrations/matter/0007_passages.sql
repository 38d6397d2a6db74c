-- The word indexes read body: a passage's text, but with the words whole that
-- the ends of its lines divide. Its text stays what the pages say.
DROP TRIGGER passage_is_indexed;
DROP TRIGGER passage_is_unindexed;
DROP TRIGGER passage_gets_header;
ALTER TABLE passage RENAME COLUMN body TO text;
ALTER TABLE passage ADD COLUMN whole TEXT; -- NULL where body is text
ALTER TABLE passage ADD COLUMN body TEXT GENERATED ALWAYS AS (coalesce(whole, text)) VIRTUAL;
-- What of the pages between its ends is not the passage's, as the foot of one
-- page and the head of the next: JSON, [[page, start, end], …]; NULL for nothing.
ALTER TABLE passage ADD COLUMN skips TEXT;
CREATE TRIGGER passage_is_indexed AFTER INSERT ON passage BEGIN
  INSERT INTO unembedded (passage) VALUES (new.id);
  INSERT INTO passage_words (rowid, header, body) VALUES (new.id, new.header, new.body);
  INSERT INTO passage_trigrams (rowid, body) VALUES (new.id, new.body);
END;
CREATE TRIGGER passage_is_unindexed AFTER DELETE ON passage BEGIN
  INSERT INTO passage_words (passage_words, rowid, header, body) VALUES ('delete', old.id, old.header, old.body);
  INSERT INTO passage_trigrams (passage_trigrams, rowid, body) VALUES ('delete', old.id, old.body);
END;
CREATE TRIGGER passage_gets_header AFTER UPDATE OF header ON passage BEGIN
  INSERT INTO passage_words (passage_words, rowid, header, body) VALUES ('delete', old.id, old.header, old.body);
  INSERT INTO passage_words (rowid, header, body) VALUES (new.id, new.header, new.body);
END;

-- Heads and feet that pages repeat. They are found once for each document, and
-- rank with no passage.
CREATE TABLE edge (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
  document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
  page INTEGER NOT NULL,
  start INTEGER NOT NULL, -- bytes in the page's text
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (document, page, start)
) STRICT;
CREATE VIRTUAL TABLE edge_words USING fts5 (
  text,
  content = 'edge', content_rowid = 'id',
  tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE TRIGGER edge_is_indexed AFTER INSERT ON edge BEGIN
  INSERT INTO edge_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER edge_is_unindexed AFTER DELETE ON edge BEGIN
  INSERT INTO edge_words (edge_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

-- By which rules a document's passages and features were made from its pages.
ALTER TABLE document ADD COLUMN rules INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_by_rules ON document (rules, status);
-- What the file itself told, where what was recognised may be made anew.
ALTER TABLE feature ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- A reading of the same file that takes the place of another; both are kept.
ALTER TABLE document ADD COLUMN rereads TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN replaced TEXT NOT NULL DEFAULT '';
CREATE INDEX document_by_rereads ON document (rereads) WHERE rereads <> '';
CREATE INDEX document_by_replaced ON document (replaced) WHERE replaced <> '';
