CREATE TABLE matter (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created INTEGER NOT NULL, -- nanoseconds since 1970
  wrapped_key BLOB NOT NULL
) STRICT;

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  time INTEGER NOT NULL, -- nanoseconds since 1970
  user TEXT NOT NULL,
  action TEXT NOT NULL,
  matter TEXT NOT NULL,
  object TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT;

-- What was done stays written down.
CREATE TRIGGER audit_is_not_rewritten BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit trail is append-only');
END;
