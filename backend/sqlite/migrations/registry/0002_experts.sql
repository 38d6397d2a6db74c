-- What became of the questions that experts dealt with: numbers and ids, no text.
CREATE TABLE expert_use (
  conversation TEXT NOT NULL,
  time INTEGER NOT NULL, -- nanoseconds since 1970, of the answer
  expert TEXT NOT NULL,
  matter TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  refused INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  first INTEGER NOT NULL, -- nanoseconds
  total INTEGER NOT NULL, -- nanoseconds
  feedback TEXT NOT NULL,
  PRIMARY KEY (conversation, time, expert)
) STRICT, WITHOUT ROWID;
CREATE INDEX expert_use_time ON expert_use (time);
CREATE INDEX expert_use_matter ON expert_use (matter);
