package similar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestVersionsNeedMuchTheSameTextAndNoStrangers(t *testing.T) {
	var words []string
	for i := range 4000 {
		words = append(words, fmt.Sprintf("word%d", i*i%4999))
	}
	// Where each nth word is another, about 1-6/n of the sequences stay.
	sketch := func(n int) Facts {
		w := slices.Clone(words)
		for i := 0; n > 0 && i < len(w); i += n {
			w[i] = "other"
		}
		return Facts{Sketch: sketchOf(strings.Join(w, " "))}
	}
	fact := func(n int, name, title string, parties ...string) Facts {
		f := sketch(n)
		f.Name, f.Title, f.Parties = name, title, parties
		return f
	}
	for _, c := range []struct {
		what string
		a, b Facts
		want bool
	}{
		{"a draft and its final form", fact(0, "Lease v1 DRAFT.docx", ""), fact(25, "lease_v2-final (3).docx", ""), true},
		{"the same text under another name", fact(0, "scan0001.pdf", ""), fact(0, "Lease.pdf", ""), true},
		{"one template under two names", fact(0, "Acme NDA.docx", ""), fact(25, "Zenith NDA.docx", ""), false},
		{"one template with other parties", fact(0, "NDA.docx", "Non-Disclosure Agreement", "Acme, Inc."), fact(400, "NDA.docx", "Non-Disclosure Agreement", "Zenith LLC"), false},
		{"one form that was filled in twice", fact(0, "a.pdf", "Civil Cover Sheet"), fact(25, "b.pdf", "Civil Cover Sheet"), false},
		{"one title, hardly changed", fact(0, "a.pdf", "Master Services Agreement", "Acme, Inc."), fact(100, "b.pdf", "MASTER SERVICES AGREEMENT", "ACME INC", "Zenith LLC"), true},
		{"other texts under one name", fact(0, "Lease.docx", ""), fact(4, "Lease.docx", ""), false},
		{"names that are numbers only", fact(0, "0001.pdf", ""), fact(25, "0002.pdf", ""), false},
	} {
		if got := Versions(c.a, c.b); got != c.want {
			t.Errorf("%s: got %v, alike %.2f", c.what, got, Alike(c.a.Sketch, c.b.Sketch))
		}
		if Versions(c.a, c.b) != Versions(c.b, c.a) {
			t.Errorf("%s: the order counts", c.what)
		}
	}
	if Versions(Facts{Name: "a.pdf"}, Facts{Name: "a.pdf"}) {
		t.Error("texts that say nothing are versions")
	}
}
