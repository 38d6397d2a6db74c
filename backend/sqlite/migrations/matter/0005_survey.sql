-- What documents said when all were asked. The key stands for the question.
CREATE TABLE survey_row (
  question TEXT NOT NULL,
  document INTEGER NOT NULL REFERENCES document (n) ON DELETE CASCADE,
  data BLOB NOT NULL,
  PRIMARY KEY (question, document)
) STRICT, WITHOUT ROWID;
CREATE INDEX survey_row_by_document ON survey_row (document);
