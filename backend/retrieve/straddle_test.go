package retrieve_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/retrieve"
)

func found(t *testing.T, s *retrieve.Searcher, m mark.MatterStore, query string) string {
	t.Helper()
	var names []string
	for _, h := range search(t, s, m, query) {
		if !slices.Contains(names, h.Document.Name) {
			names = append(names, h.Document.Name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestWordsThatALineDividesAreFound(t *testing.T) {
	m, s := marktest.OpenMatter(t), retrieve.New(retrieve.Config{})
	marktest.AddText(t, m, "divided.txt", "The parties signed a license agree-\nment shall remain. A non-\ncompete covenant binds the third-\nparty beneficiary.")
	marktest.AddText(t, m, "other.txt", "Nothing of the kind is said here at all.")
	for _, query := range []string{
		"agreement", "agreements", "agree* AND signed", `"license agreement"`, `"license agreement shall" AND parties`, "license w/2 agreement",
		"noncompete", "non-compete", `"non-compete covenant"`, `"non-compete covenant" AND party`, `"third-party beneficiary"`, "third AND beneficiary",
	} {
		if got := found(t, s, m, query); got != "divided.txt" {
			t.Errorf("%s found %q", query, got)
		}
	}
	if got := found(t, s, m, `"license agreements" AND parties`); got != "" {
		t.Errorf("a phrase that stands nowhere was found in %q", got)
	}
}

// A word that is found shows both its halves, wherever lines and pages end.
func TestADividedWordIsHighlightedWhole(t *testing.T) {
	m, s := marktest.OpenMatter(t), retrieve.New(retrieve.Config{})
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		letters := rapid.StringMatching(`q[bcdfgh]{6,9}x`).Draw(rt, "word")
		at := rapid.IntRange(2, len(letters)-2).Draw(rt, "at")
		before := strings.Repeat("some words go before it\n", rapid.IntRange(0, 5).Draw(rt, "lines"))
		text := before + "and then " + letters[:at] + "-\n" + letters[at:] + " stands here"
		d := marktest.AddText(t, m, "a.txt", text)
		hits, err := s.Search(t.Context(), m, mark.Query{Text: letters, Documents: []mark.DocumentID{d.ID}})
		if err != nil || len(hits) != 1 || len(hits[0].Matches) != 1 {
			rt.Fatalf("%d hits of %q, %v", len(hits), letters, err)
		}
		p, err := m.Page(t.Context(), d.ID, 1)
		if err != nil || p.Text != text {
			rt.Fatalf("the page reads %q, %v", p.Text, err)
		}
		if shown := hits[0].Matches[0]; p.Text[shown.Start:shown.End] != letters[:at]+"-\n"+letters[at:] {
			rt.Fatalf("highlighted is %q", p.Text[shown.Start:shown.End])
		}
	})
}

func TestWhatRunsOverAPassagesEndIsFound(t *testing.T) {
	m, s := marktest.OpenMatter(t), retrieve.New(retrieve.Config{})
	marktest.AddText(t, m, "over.txt", "The tenant owes prompt written", "notice of termination to the landlord", "and nothing else.")
	marktest.AddText(t, m, "apart.txt", "Written in haste.", "A notice of termination was void and prompt.")
	for _, c := range []struct{ query, want string }{
		{`"prompt written notice" AND tenant`, "over.txt"},
		{`"written notice of" OR wombat`, "over.txt"},
		{`"written notice of termination to the landlord" AND tenant`, "over.txt"},
		{`"landlord and nothing" AND tenant`, "over.txt"},
		{"written w/2 notice", "over.txt"},
		{"notice w/2 written", "over.txt"},
		{"tenant pre/6 termination", "over.txt"},
		{"termination pre/6 tenant", ""},
		{"landlord w/3 nothing", "over.txt"},
		{`tenant w/6 "notice of termination"`, "over.txt"},
		{"haste w/2 notice", "apart.txt"},
	} {
		if got := found(t, s, m, c.query); got != c.want {
			t.Errorf("%s found %q, want %q", c.query, got, c.want)
		}
	}
	hits := search(t, s, m, `"prompt written notice" AND tenant`)
	if len(hits) != 1 || !strings.Contains(hits[0].Chunk.Text, "prompt written") || !strings.Contains(hits[0].Chunk.Text, "notice of termination") {
		t.Errorf("what is shown: %+v", hits)
	}
}

func TestAPhraseInAQuestionIsFoundOverAPassagesEnd(t *testing.T) {
	m, s := marktest.OpenMatter(t), retrieve.New(retrieve.Config{})
	marktest.AddText(t, m, "lease.txt", "Notice was prompt.", "The tenant owes prompt written", "notice of termination to the landlord")
	hits := search(t, s, m, `who owes "prompt written notice of termination"?`)
	if len(hits) == 0 || len(hits[0].Matches) != 7 || hits[0].Why[0].Signal != "phrase" {
		t.Errorf("hits: %+v", hits)
	}
}

func TestHeadsOfPagesAreFoundOnceForEachDocument(t *testing.T) {
	m, s := marktest.OpenMatter(t), retrieve.New(retrieve.Config{})
	d := marktest.AddText(t, m, "brief.txt", "The motion is denied.", "Case 3:19-cv-0044 Wombat\nThe appeal follows.", "Case 3:19-cv-0044 Wombat\nSo it ends.")
	if err := m.ReplacePassages(t.Context(), d.ID, []mark.Chunk{
		{Document: d.ID, From: mark.Pos{Page: 1}, To: mark.Pos{Page: 3, Offset: 36}, Text: "The motion is denied.The appeal follows.So it ends.", Skips: []mark.Span{
			{Document: d.ID, Page: 2, Start: 0, End: 25}, {Document: d.ID, Page: 3, Start: 0, End: 25}}},
		{Document: d.ID, Edge: true, From: mark.Pos{Page: 2}, To: mark.Pos{Page: 2, Offset: 25}, Text: "Case 3:19-cv-0044 Wombat\n"},
		{Document: d.ID, Edge: true, From: mark.Pos{Page: 3}, To: mark.Pos{Page: 3, Offset: 25}, Text: "Case 3:19-cv-0044 Wombat\n"},
	}); err != nil {
		t.Fatal(err)
	}
	hits := search(t, s, m, "wombat")
	if len(hits) != 1 || len(hits[0].Matches) != 1 || hits[0].Spans[0].Page != 2 {
		t.Errorf("hits of a word in the head of pages: %+v", hits)
	}
	for query, want := range map[string]string{"wombat AND appeal": "brief.txt", `"cv-0044 wombat" AND motion`: "brief.txt", "wombat AND NOT appeal": "", "wombat OR zebra": "brief.txt"} {
		if got := found(t, s, m, query); got != want {
			t.Errorf("%s found %q, want %q", query, got, want)
		}
	}
	// What a passage leaves out is not highlighted with it.
	for _, h := range search(t, s, m, "appeal ends") {
		for _, span := range h.Spans {
			p, err := m.Page(t.Context(), d.ID, span.Page)
			if err != nil || strings.Contains(p.Text[span.Start:span.End], "Wombat") {
				t.Errorf("page %d: %q is shown, %v", span.Page, p.Text[span.Start:span.End], err)
			}
		}
	}
}
