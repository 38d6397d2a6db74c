package sqlite

import (
	"database/sql"
	"slices"
	"testing"

	mark "markai/backend"
)

func TestDocumentsOfTheFirstVersionKeepTheirFamilies(t *testing.T) {
	db, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if err := matterSchema.step(t.Context(), db, "migrations/matter/0001_documents.sql", 1); err != nil {
		t.Fatal(err)
	}
	for _, d := range [][3]string{{"m", "", "Mail.eml"}, {"z", "z2", "inside.txt"}, {"z2", "m", "box.zip"}, {"a", "m", "annex.pdf"}, {"l", "", "lease.pdf"}} {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO document (id, parent, name, source, kind, sha256, bytes, pages, title, parties,
			status, problem, code, notes, added) VALUES (?, ?, ?, '', '', '', 0, 0, '', '[]', '', '', '', '[]', 0)`, d[0], d[1], d[2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := matterSchema.migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	m := &matter{db: &database{readers: db, writer: db}}
	docs, err := m.QueryDocuments(t.Context(), mark.DocumentQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range docs.Documents {
		got = append(got, string(d.ID))
	}
	if want := []string{"l", "m", "a", "z2", "z"}; !slices.Equal(got, want) {
		t.Errorf("documents stand as %v, want %v", got, want)
	}
}
