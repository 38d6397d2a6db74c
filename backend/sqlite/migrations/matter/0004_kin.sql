-- Whose turn it is, which documents belong together, and watched folders.
ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN not_before INTEGER NOT NULL DEFAULT 0; -- nanoseconds since 1970
DROP INDEX job_by_state;
CREATE INDEX job_by_turn ON job (state, priority DESC, created, n);
CREATE INDEX job_by_age ON job (created, n);

-- MinHash sketches of documents' texts, found by bands of equal values.
CREATE TABLE sketch (
  document INTEGER PRIMARY KEY REFERENCES document (n) ON DELETE CASCADE,
  data BLOB NOT NULL -- little-endian uint32
) STRICT;
CREATE TABLE sketch_band (
  band INTEGER NOT NULL,
  document INTEGER NOT NULL REFERENCES sketch (document) ON DELETE CASCADE,
  PRIMARY KEY (band, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX sketch_band_by_document ON sketch_band (document);
CREATE INDEX document_by_duplicate ON document (duplicate) WHERE duplicate <> '';

-- Which conversation a message id, or a subject, belongs to.
CREATE TABLE thread_key (
  key TEXT PRIMARY KEY,
  thread TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_key_by_thread ON thread_key (thread);

CREATE TABLE watched_folder (
  path TEXT PRIMARY KEY,
  added INTEGER NOT NULL,
  scanned INTEGER NOT NULL,
  problem TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE watched_file (
  path TEXT PRIMARY KEY,
  folder TEXT NOT NULL REFERENCES watched_folder (path) ON DELETE CASCADE,
  size INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  checked INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  document TEXT NOT NULL, -- its id; the document may be gone
  problem TEXT NOT NULL,
  missing INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX watched_file_by_folder ON watched_file (folder, path);
CREATE INDEX watched_file_by_document ON watched_file (document) WHERE document <> '';
