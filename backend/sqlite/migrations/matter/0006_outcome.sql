-- How answers turned out, in numbers. The text of an answer stays with its
-- conversation, and so does its outcome: both are deleted together.
CREATE TABLE outcome (
  id TEXT PRIMARY KEY,
  conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
  time INTEGER NOT NULL,
  model TEXT NOT NULL,
  refused INTEGER NOT NULL,
  survey INTEGER NOT NULL,
  empty INTEGER NOT NULL,
  verbatim INTEGER NOT NULL,
  supported INTEGER NOT NULL,
  altered INTEGER NOT NULL,
  unsupported INTEGER NOT NULL,
  search INTEGER NOT NULL, -- nanoseconds
  total INTEGER NOT NULL,
  feedback TEXT NOT NULL
) STRICT;
CREATE INDEX outcome_by_time ON outcome (time);
CREATE INDEX outcome_by_conversation ON outcome (conversation, time);
