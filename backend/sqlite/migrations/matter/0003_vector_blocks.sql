-- Which passages' vectors were written or deleted, in this order: a copy in
-- memory follows it. Early rows are cut off; the last one always stays.
CREATE TABLE vector_change (
  seq INTEGER PRIMARY KEY,
  passage INTEGER NOT NULL
) STRICT;
INSERT INTO vector_change (seq, passage) VALUES (1, 0);

-- The quantised vectors of passages n * 16384 to n * 16384 + 16383, packed, to
-- load many at once. Whatever changes a vector removes its block, so that a
-- block that is there is true.
CREATE TABLE vector_block (
  n INTEGER PRIMARY KEY,
  rows INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT;

CREATE TRIGGER vector_is_added AFTER INSERT ON vector BEGIN
  INSERT INTO vector_change (passage) VALUES (new.passage);
  DELETE FROM vector_block WHERE n = new.passage >> 14;
END;
CREATE TRIGGER vector_is_replaced AFTER UPDATE ON vector BEGIN
  INSERT INTO vector_change (passage) VALUES (new.passage);
  DELETE FROM vector_block WHERE n = new.passage >> 14;
END;
CREATE TRIGGER vector_is_deleted AFTER DELETE ON vector BEGIN
  INSERT INTO vector_change (passage) VALUES (old.passage);
  DELETE FROM vector_block WHERE n = old.passage >> 14;
END;
