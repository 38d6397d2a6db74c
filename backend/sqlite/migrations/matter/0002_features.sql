-- What a document says of itself, and what was recognised in its text.
ALTER TABLE document ADD COLUMN type TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN date TEXT NOT NULL DEFAULT ''; -- ISO 8601, so that text sorts by time
ALTER TABLE document ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN custodian TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN bates_first TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN bates_last TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN content_hash TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN meta TEXT NOT NULL DEFAULT '{}'; -- JSON: a message's head, other fields
ALTER TABLE document ADD COLUMN thread TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN duplicate TEXT NOT NULL DEFAULT ''; -- id of the document that says the same
ALTER TABLE document ADD COLUMN similar TEXT NOT NULL DEFAULT '';   -- id of the first of its versions
-- The place in a list by name that keeps families together: root is the place
-- of the outermost document, path goes on with those inside it.
ALTER TABLE document ADD COLUMN root TEXT NOT NULL DEFAULT '';
ALTER TABLE document ADD COLUMN path TEXT NOT NULL DEFAULT '';
WITH RECURSIVE place (n, id, root, path) AS (
  SELECT n, id, lower(name) || char(1) || id, '' FROM document WHERE parent = ''
  UNION ALL
  SELECT c.n, c.id, p.root, p.path || char(2) || lower(c.name) || char(1) || c.id
  FROM place p JOIN document c ON c.parent = p.id AND c.parent <> ''
) UPDATE document SET root = place.root, path = place.path FROM place WHERE place.n = document.n;
CREATE INDEX document_by_path ON document (root, path);
CREATE INDEX document_by_date ON document (date);
CREATE INDEX document_by_name ON document (name COLLATE NOCASE, name, id);
CREATE INDEX document_by_content ON document (content_hash) WHERE content_hash <> '';
CREATE INDEX document_by_thread ON document (thread) WHERE thread <> '';
CREATE INDEX document_by_similar ON document (similar) WHERE similar <> '';

CREATE TABLE feature (
  document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
  page INTEGER NOT NULL,
  start INTEGER NOT NULL, -- bytes in the page's text
  "end" INTEGER NOT NULL,
  number INTEGER NOT NULL, -- tells apart what stands at one place
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  value TEXT NOT NULL,
  level INTEGER NOT NULL,
  PRIMARY KEY (document, page, start, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX feature_by_value ON feature (kind, value COLLATE NOCASE) WHERE value <> '';
