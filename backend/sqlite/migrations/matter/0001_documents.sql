-- Rows refer to a document by its short number n; id is its name outside.
-- Times are nanoseconds since 1970.
CREATE TABLE document (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  parent TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  pages INTEGER NOT NULL,
  pages_read INTEGER NOT NULL DEFAULT 0, -- kept by the page table's triggers
  ocr_pages INTEGER NOT NULL DEFAULT 0,  -- likewise
  title TEXT NOT NULL,
  parties TEXT NOT NULL, -- JSON array of strings
  status TEXT NOT NULL,
  problem TEXT NOT NULL,
  code TEXT NOT NULL,
  notes TEXT NOT NULL, -- JSON array of strings
  added INTEGER NOT NULL,
  original_bytes INTEGER -- NULL until the last part is in
) STRICT;
CREATE INDEX document_by_sha256 ON document (sha256);
CREATE INDEX document_by_parent ON document (parent) WHERE parent <> '';

CREATE TABLE part (
  document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
  number INTEGER NOT NULL, -- from 0
  data BLOB NOT NULL,
  PRIMARY KEY (document, number)
) STRICT;

CREATE TABLE page (
  document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
  number INTEGER NOT NULL, -- from 1
  label TEXT NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  ocr INTEGER NOT NULL,
  confidence REAL NOT NULL,
  problem TEXT NOT NULL,
  text TEXT NOT NULL,
  words BLOB NOT NULL, -- see words.go
  PRIMARY KEY (document, number)
) STRICT;

CREATE TRIGGER page_is_counted AFTER INSERT ON page BEGIN
  UPDATE document
  SET pages_read = pages_read + (new.problem = ''), ocr_pages = ocr_pages + new.ocr
  WHERE n = new.document;
END;
CREATE TRIGGER page_is_not_rewritten BEFORE UPDATE ON page BEGIN
  SELECT RAISE(ABORT, 'the text of a page is never rewritten');
END;

CREATE TABLE passage (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
  document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
  from_page INTEGER NOT NULL,
  from_offset INTEGER NOT NULL,
  to_page INTEGER NOT NULL,
  to_offset INTEGER NOT NULL,
  header TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (document, from_page, from_offset)
) STRICT;
CREATE INDEX passage_by_end ON passage (document, to_page, to_offset);

-- The indexes keep no text of their own: they read it from passage. What was
-- deleted leaves them by merging (see purge.go); FTS5's secure-delete would do
-- it at once, at 200 ms a passage.
CREATE VIRTUAL TABLE passage_words USING fts5 (
  header, body,
  content = 'passage', content_rowid = 'id',
  tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passage_terms USING fts5vocab (passage_words, row);

-- Positions are left out, which makes the index three times smaller; hits are
-- checked against the text.
CREATE VIRTUAL TABLE passage_trigrams USING fts5 (
  body,
  content = 'passage', content_rowid = 'id',
  tokenize = 'trigram', detail = none, columnsize = 0
);

-- The passages that have no vector: a queue that is short when a count over
-- all vectors would be long.
CREATE TABLE unembedded (
  passage INTEGER PRIMARY KEY REFERENCES passage (id) ON DELETE CASCADE
) STRICT;

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

-- Exact vectors, one per passage. The table nearest (sqlite-vec, int8) is made
-- when the first vectors come, because its width is that of the model.
CREATE TABLE vector (
  passage INTEGER PRIMARY KEY REFERENCES passage (id),
  data BLOB NOT NULL -- little-endian float32
) STRICT;
CREATE TABLE vector_model (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  name TEXT NOT NULL,
  dim INTEGER NOT NULL
) STRICT;

CREATE TABLE job (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  document TEXT REFERENCES document (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  step TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  problem TEXT NOT NULL,
  code TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;
CREATE INDEX job_by_state ON job (state, created);
CREATE INDEX job_by_document ON job (document);

CREATE TABLE conversation (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL
) STRICT;

CREATE TABLE message (
  n INTEGER PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  text TEXT NOT NULL,
  answer TEXT, -- JSON
  created INTEGER NOT NULL
) STRICT;
CREATE INDEX message_by_conversation ON message (conversation);
