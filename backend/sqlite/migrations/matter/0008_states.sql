-- What a model has computed of a conversation, so that going on after a restart
-- need not compute it again. It can be made anew at any time; the store's own
-- encryption seals it and proves it unchanged.
CREATE TABLE model_state (
  conversation TEXT PRIMARY KEY REFERENCES conversation (id) ON DELETE CASCADE,
  model TEXT NOT NULL,
  used INTEGER NOT NULL,
  size INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;
