package sqlite_test

import (
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestWhatIsMadeOfDocumentsIsMadeAgainOnlyWhenOneChanges(t *testing.T) {
	m := marktest.OpenMatter(t)
	made := 0
	names := func() string {
		return must[any](t)(m.Derived(t.Context(), "names", func(docs []mark.Document) any {
			made++
			all := ""
			for _, d := range docs {
				all += d.Name + " "
			}
			return all
		})).(string)
	}
	d := mark.Document{ID: "d", Name: "Lease.pdf"}
	for _, step := range []struct {
		what string
		do   func() error
		want string
		made int
	}{
		{"nothing yet", func() error { return nil }, "", 1},
		{"nothing changed", func() error { return nil }, "", 1},
		{"a document is added", func() error { return m.PutDocument(t.Context(), d) }, "Lease.pdf ", 2},
		{"a question is asked", func() error {
			return m.PutConversation(t.Context(), mark.Conversation{ID: "c", Title: "Rent"})
		}, "Lease.pdf ", 2},
		{"it is renamed", func() error { d.Name = "Deed.pdf"; return m.PutDocument(t.Context(), d) }, "Deed.pdf ", 3},
		{"pages are read", func() error {
			return m.PutPages(t.Context(), "d", []mark.Page{{Number: 1, Text: "Rent."}}, nil)
		}, "Deed.pdf ", 4},
		{"it is deleted", func() error { return m.DeleteDocument(t.Context(), "d") }, "", -1},
	} {
		check(t, step.do())
		if got := names(); got != step.want || step.made >= 0 && made != step.made {
			t.Errorf("%s: %q, made %d times, want %q, %d", step.what, got, made, step.want, step.made)
		}
	}
}
