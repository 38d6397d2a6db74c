package sqlite_test

import (
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

func passage(d mark.DocumentID, page, from, to int, text string) mark.Chunk {
	return mark.Chunk{Document: d, Header: "h", Text: text, From: mark.Pos{Page: page, Offset: from}, To: mark.Pos{Page: page, Offset: to}}
}

func TestPassagesThatStayTheSameKeepTheirVectors(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "h", "first agree-\nment", "second page", "third page")
	before := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID))
	for _, c := range before {
		check(t, m.PutVectors(t.Context(), "e", []mark.ChunkID{c.ID}, [][]float32{{1, 2}}))
	}
	edge := passage(d.ID, 3, 0, 5, "third")
	edge.Edge = true
	rest := passage(d.ID, 2, 0, 11, "second page page")
	rest.To, rest.Skips = mark.Pos{Page: 3, Offset: 10}, []mark.Span{{Document: d.ID, Page: 3, Start: 0, End: 5}}
	check(t, m.ReplacePassages(t.Context(), d.ID, []mark.Chunk{edge, before[0], rest}))
	after := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID))
	if len(after) != 2 || after[0].ID != before[0].ID || after[1].ID == before[1].ID || !slices.Equal(after[1].Skips, rest.Skips) {
		t.Errorf("passages %+v, before %+v", after, before)
	}
	if left := must[[]mark.Chunk](t)(m.Unembedded(t.Context(), d.ID, "e", 10)); len(left) != 1 || left[0].ID != after[1].ID {
		t.Errorf("to embed again: %+v", left)
	}
	if n := len(must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), "third", [2]float64{1, 1}, nil, 10))); n != 0 {
		t.Errorf("the head of a page was found as %d passages", n)
	}
	if got := must[[]mark.Chunk](t)(m.MatchEdges(t.Context(), "third", []mark.DocumentID{d.ID}, 10)); len(got) != 1 || got[0].From != edge.From || got[0].To != edge.To || !got[0].Edge {
		t.Errorf("edges %+v", got)
	}
	beside := must[map[mark.ChunkID][2]mark.ChunkID](t)(m.Neighbours(t.Context(), []mark.ChunkID{after[0].ID, after[1].ID}))
	if beside[after[0].ID] != [2]mark.ChunkID{0, after[1].ID} || beside[after[1].ID] != [2]mark.ChunkID{after[0].ID, 0} {
		t.Errorf("neighbours %v", beside)
	}
	for _, word := range []string{"agreement", "agree", "ment"} {
		if n := len(must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), word, [2]float64{1, 1}, nil, 10))); n != 1 {
			t.Errorf("%q is in %d passages", word, n)
		}
	}
	check(t, sqlite.CheckIntegrity(t.Context(), m))
	check(t, m.DeleteDocument(t.Context(), d.ID))
	if got := must[[]mark.Chunk](t)(m.MatchEdges(t.Context(), "third", nil, 10)); len(got) != 0 {
		t.Errorf("edges of a deleted document: %+v", got)
	}
	check(t, sqlite.CheckIntegrity(t.Context(), m))
}

func TestPassagesThatStandNowhereAreRefused(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "h", "one")
	edge := mark.Chunk{Document: d.ID, Edge: true, From: mark.Pos{Page: 1}, To: mark.Pos{Page: 2, Offset: 1}}
	for _, c := range []mark.Chunk{edge, passage("other", 1, 0, 3, "one"), passage(d.ID, 1, 3, 3, "")} {
		wantCode(t, m.ReplacePassages(t.Context(), d.ID, []mark.Chunk{c}), mark.Invalid)
	}
	wantCode(t, m.ReplacePassages(t.Context(), "gone", nil), mark.NotFound)
}

func TestAWordThatAPageEndDividesIsFoundWhole(t *testing.T) {
	m := marktest.OpenMatter(t)
	check(t, m.PutDocument(t.Context(), mark.Document{ID: "d", Name: "lease.pdf"}))
	texts := []string{"He is to obtain an endorse-\n", "ment of the policy and a guar-", "anty of the bank."}
	put := func(from, to int) {
		var pages []mark.Page
		var chunks []mark.Chunk
		for n := from; n <= to; n++ {
			pages = append(pages, mark.Page{Number: n, Text: texts[n-1]})
			chunks = append(chunks, passage("d", n, 0, len(texts[n-1]), texts[n-1]))
		}
		check(t, m.PutPages(t.Context(), "d", pages, chunks))
	}
	put(1, 1) // stored before the next page was read
	put(2, 3)
	for sub, page := range map[string]int{"endorsement": 2, "guaranty": 3, "endorse-": 1} {
		found := must[[]mark.ScoredChunk](t)(m.MatchSubstring(t.Context(), sub, nil, 10))
		if len(found) != 1 {
			t.Errorf("%q is found %d times", sub, len(found))
			continue
		}
		chunks := must[[]mark.Chunk](t)(m.Chunks(t.Context(), []mark.ChunkID{found[0].Chunk}))
		if chunks[0].From.Page != page || chunks[0].Text != texts[page-1] {
			t.Errorf("%q is found in %+v", sub, chunks[0])
		}
	}
	if found := must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), "guaranty", [2]float64{1, 1}, nil, 10)); len(found) != 1 {
		t.Errorf("the word index finds it %d times", len(found))
	}
	before := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), "d"))
	var anew []mark.Chunk
	for n, text := range texts {
		anew = append(anew, passage("d", n+1, 0, len(text), text))
	}
	check(t, m.ReplacePassages(t.Context(), "d", anew))
	for i, c := range must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), "d")) {
		if c.ID != before[i].ID {
			t.Errorf("passage %d was made anew", i+1)
		}
	}
	check(t, m.DeleteDocument(t.Context(), "d"))
	check(t, sqlite.CheckIntegrity(t.Context(), m))
}
