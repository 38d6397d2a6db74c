package retrieve_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/legal"
	"markai/backend/marktest"
	"markai/backend/retrieve"

	"pgregory.net/rapid"
)

const filler = "The parties shall act in good faith in all that concerns the work and its delivery, and each shall bear its own costs unless this says otherwise. "

func contract(title, a, b, law, notice string) string {
	return title + "\n\nThis " + title + " is made as of May 1, 2021 by and between " + a + " (\"First\") and " + b + " (\"Second\").\n\n" +
		"1. Services. " + strings.Repeat(filler, 3) + "\n\n" +
		"2. Fees. Second shall pay First the fees in Exhibit A within thirty days after it has received the invoice. " + strings.Repeat(filler, 2) + "\n\n" +
		"3. Termination. Either party may terminate this Agreement without cause upon " + notice + " prior written notice. " + strings.Repeat(filler, 2) + "\n\n" +
		"4. Governing Law. This Agreement shall be governed by and construed in accordance with the laws of the State of " + law + ". " + strings.Repeat(filler, 2) + "\n\n" +
		"5. Assignment. Neither party may assign this Agreement without the prior written consent of the other. " + strings.Repeat(filler, 2) + "\n"
}

// add stores a document as reading it would.
func add(t testing.TB, m mark.MatterStore, name string, pages ...string) mark.Document {
	t.Helper()
	d := mark.Document{ID: mark.DocumentID(mark.NewID()), Name: name, Kind: mark.KindText, Pages: len(pages), Status: mark.DocumentSearchable}
	var list []mark.Page
	for i, p := range pages {
		list = append(list, mark.Page{Number: i + 1, Text: p})
	}
	d.Title, d.Parties = legal.Identify(name, list)
	if err := m.PutDocument(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	chunks, _ := chunk.Pages(d, mark.Pos{}, list, true)
	if err := m.PutPages(t.Context(), d.ID, list, chunks); err != nil {
		t.Fatal(err)
	}
	return d
}

func matter(t testing.TB) mark.MatterStore {
	m := marktest.OpenMatter(t)
	add(t, m, "AcmeRealty_Hosting.txt", contract("HOSTING AGREEMENT", "Acme Realty, LLC", "Birch Systems, Inc.", "Texas", "sixty days"))
	add(t, m, "ex-10.txt", contract("CONSULTING AGREEMENT", "Cedar Advisers, Inc.", "Dorset Foods, Ltd.", "Ohio", "ninety days"))
	add(t, m, "scan0003.txt", contract("SUPPLY AGREEMENT", "Elm Chemical Company, LLC", "Fern Paints, Inc.", "Maine", "ten days"))
	return m
}

func search(t testing.TB, s *retrieve.Searcher, m mark.MatterStore, text string) []mark.Hit {
	t.Helper()
	hits, err := s.Search(t.Context(), m, mark.Query{Text: text, Limit: 20})
	if err != nil {
		t.Fatalf("search %q: %v", text, err)
	}
	return hits
}

func TestAQuestionGoesToTheDocumentItNames(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	tests := []struct{ question, document, text string }{
		{"Consider the Consulting Agreement between Cedar Advisers and Dorset Foods; which jurisdiction's law governs it?", "ex-10.txt", "State of Ohio"},
		{"In the agreement with Fern Paints, how much notice ends it without cause?", "scan0003.txt", "ten days"},
		{"Acme's hosting agreement: may it be assigned?", "AcmeRealty_Hosting.txt", "Neither party may assign"},
	}
	for _, tt := range tests {
		hits := search(t, s, m, tt.question)
		if len(hits) == 0 || hits[0].Document.Name != tt.document || !strings.Contains(hits[0].Chunk.Text, tt.text) {
			t.Errorf("%q: first hit is not %q of %s", tt.question, tt.text, tt.document)
		}
		for _, h := range hits {
			if h.Document.Name != tt.document {
				t.Errorf("%q: a hit in %s", tt.question, h.Document.Name)
			}
		}
	}
}

func TestAQuestionThatNamesNothingGoesToTheWholeMatter(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	for _, q := range []string{"What is the notice period for termination?", "Termination notice", "which law governs?"} {
		seen := map[string]bool{}
		for _, h := range search(t, s, m, q) {
			seen[h.Document.Name] = true
		}
		if len(seen) != 3 {
			t.Errorf("%q: hits in %d documents, want 3", q, len(seen))
		}
	}
}

func TestExactWordsComeFirst(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	add(t, m, "memo.txt", strings.Repeat(filler, 4)+"\n\nThe motion under Rule 12(b)(6) was denied. "+strings.Repeat(filler, 3))
	for _, q := range []string{`"12(b)(6)"`, `Which motion was "denied. The parties shall"?`} {
		hits := search(t, s, m, q)
		if len(hits) == 0 || !strings.Contains(hits[0].Chunk.Text, "12(b)(6)") {
			t.Errorf("%q does not find the words first", q)
			continue
		}
		if hits[0].Why[0].Signal != "phrase" {
			t.Errorf("%q: first reason %+v, want the phrase", q, hits[0].Why[0])
		}
	}
}

func TestASectionIsFoundByItsNumber(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	for _, q := range []string{"What does section 4 of the Cedar Advisers agreement say?", "§ 4 of Cedar Advisers' agreement"} {
		if hits := search(t, s, m, q); len(hits) == 0 || !strings.HasPrefix(hits[0].Chunk.Text, "4. Governing Law") {
			t.Errorf("%q: first hit is not section 4", q)
		}
	}
}

func TestNothingThatCanBeTypedBreaksTheSearch(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	for _, q := range []string{"", "   ", "?", `"`, `"""`, "o'brien", "a AND OR NOT (", "NEAR(x y)", "*", "12(b)(6)", "header:fees", `"ab"`, "what is the", "\x00", "§", "“", "é"} {
		if _, err := s.Search(t.Context(), m, mark.Query{Text: q}); err != nil {
			t.Errorf("%q: %v", q, err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		q := rapid.String().Draw(rt, "question")
		if _, err := s.Search(t.Context(), m, mark.Query{Text: q}); err != nil {
			rt.Fatalf("%q: %v", q, err)
		}
	})
}

func TestHitsSayWhereTheyStand(t *testing.T) {
	m := marktest.OpenMatter(t)
	text := contract("LEASE", "Gorse Homes, LLC", "Hazel Shops, Inc.", "Utah", "five days")
	half := strings.Index(text, "prior written notice")
	pages := []string{text[:half], text[half:]}
	add(t, m, "lease.txt", pages...)
	for _, h := range search(t, retrieve.New(retrieve.Config{}), m, "terminate without cause, notice, fees, law, assignment") {
		var b strings.Builder
		for _, s := range h.Spans {
			b.WriteString(pages[s.Page-1][s.Start:s.End])
		}
		if b.String() != h.Chunk.Text {
			t.Errorf("spans hold %q, the hit says %q", b.String(), h.Chunk.Text)
		}
		if n := utf8.RuneCountInString(h.Chunk.Text); n > retrieve.Show || n == 0 || strings.TrimSpace(h.Chunk.Text) != h.Chunk.Text {
			t.Errorf("hit of %d characters: %q", n, h.Chunk.Text)
		}
		if h.Document.Name != "lease.txt" || len(h.Why) == 0 {
			t.Errorf("hit of %q for %d reasons", h.Document.Name, len(h.Why))
		}
		for _, x := range h.Matches {
			if w := pages[x.Page-1][x.Start:x.End]; !strings.Contains(strings.ToLower(b.String()), strings.ToLower(w)) {
				t.Errorf("match %q is not in the hit", w)
			}
		}
	}
}

func TestOnlyTheDocumentsAskedForAreSearched(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	docs, err := m.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"which law governs?", "which law governs the Cedar Advisers agreement?"} {
		hits, err := s.Search(t.Context(), m, mark.Query{Text: q, Documents: []mark.DocumentID{docs[0].ID}})
		if err != nil || len(hits) == 0 {
			t.Fatalf("%q: %d hits, %v", q, len(hits), err)
		}
		for _, h := range hits {
			if h.Chunk.Document != docs[0].ID {
				t.Errorf("%q: a hit in %s", q, h.Document.Name)
			}
		}
	}
}

func TestTheSameQuestionGetsTheSameHits(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	first := search(t, s, m, "When can the agreement be terminated?")
	for range 5 {
		if again := search(t, s, m, "When can the agreement be terminated?"); !reflect.DeepEqual(first, again) {
			t.Fatal("the hits differ")
		}
	}
}

// offEmbedder stands for an embedding model that is switched off.
type offEmbedder struct{}

func (offEmbedder) Embed(context.Context, []string) ([][]float32, error) {
	return nil, mark.Errorf(mark.Unavailable, "Embeddings are switched off.")
}
func (offEmbedder) Model() string { return "off" }
func (offEmbedder) Dim() int      { return 384 }

func TestWithoutAModelWordsStillFind(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{Embedder: offEmbedder{}})
	if hits := search(t, s, m, "Which law governs the Cedar Advisers agreement?"); len(hits) == 0 || !strings.Contains(hits[0].Chunk.Text, "Ohio") {
		t.Errorf("%d hits, want the governing law first", len(hits))
	}
}

// oneAxis puts texts about cats on one axis and all others on another.
type oneAxis struct{ offEmbedder }

func (oneAxis) Embed(_ context.Context, texts []string) ([][]float32, error) {
	out := make([][]float32, len(texts))
	for i, x := range texts {
		out[i] = make([]float32, 384)
		if strings.Contains(x, "feline") || strings.Contains(x, "cat") {
			out[i][0] = 1
		} else {
			out[i][1] = 1
		}
	}
	return out, nil
}

// embed gives the passages of a document the vectors of oneAxis.
func embed(t *testing.T, m mark.MatterStore, d mark.Document) {
	t.Helper()
	chunks, err := m.ChunksOf(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	var ids []mark.ChunkID
	var texts []string
	for _, c := range chunks {
		ids, texts = append(ids, c.ID), append(texts, chunk.Passage(c))
	}
	vectors, _ := oneAxis{}.Embed(t.Context(), texts)
	if err := m.PutVectors(t.Context(), oneAxis{}.Model(), ids, vectors); err != nil {
		t.Fatal(err)
	}
}

func TestMeaningFindsWhatOtherWordsSay(t *testing.T) {
	m := marktest.OpenMatter(t)
	embed(t, m, add(t, m, "house.txt", "1. Pets. No feline may be kept. "+strings.Repeat(filler, 4)+"\n\n2. Noise. Be quiet at night. "+strings.Repeat(filler, 4)))
	hits := search(t, retrieve.New(retrieve.Config{Embedder: oneAxis{}}), m, "cats?")
	if len(hits) == 0 || !strings.Contains(hits[0].Chunk.Text, "feline") || hits[0].Why[0].Signal != "meaning" {
		t.Errorf("%d hits, want the clause about felines first, by its meaning", len(hits))
	}
}

func TestAHitOfAPhraseShowsIt(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	add(t, m, "memo.txt", strings.Repeat("without reason or cause but with notice ", 30)+strings.Repeat(filler, 9)+"She left without\ncause and with zeal. "+strings.Repeat(filler, 4))
	hits := search(t, s, m, `"without cause"`)
	if len(hits) < 3 {
		t.Fatalf("%d hits", len(hits))
	}
	for _, h := range hits {
		holds := strings.Contains(strings.Join(strings.Fields(h.Chunk.Text), " "), "without cause")
		for _, r := range h.Why {
			if r.Signal == "phrase" && !holds {
				t.Errorf("a hit of the phrase does not show it: %q", h.Chunk.Text)
			}
		}
	}
	if !strings.Contains(hits[0].Chunk.Text, "without cause") {
		t.Errorf("first hit lacks the phrase: %q", hits[0].Chunk.Text)
	}
}

func TestAPhraseIsFoundAsItIsPrinted(t *testing.T) {
	m := matter(t)
	add(t, m, "rider.txt", "RIDER\n\nFor every payment time is\nof the essence. The buyer’s non‑exclusive remedies stand.")
	for n := range 12 {
		add(t, m, fmt.Sprintf("note%d.txt", n), "NOTE\n\nThe essence of time. Time, essence, time and essence. Exclusive remedies, remedies of buyers, exclusive.")
	}
	s := retrieve.New(retrieve.Config{})
	for _, q := range []string{`"time is of the essence"`, `"buyer's non-exclusive remedies"`} {
		hits := search(t, s, m, q)
		if len(hits) == 0 || hits[0].Document.Name != "rider.txt" || hits[0].Why[0].Signal != "phrase" {
			t.Errorf("%s: first hits %+v", q, hits[:min(1, len(hits))])
		}
	}
}

func TestAPhraseThatStandsNowhereIsSaidToStandNowhere(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	hits := search(t, s, m, `"notice without assignment"`)
	if len(hits) == 0 {
		t.Fatal("no hits")
	}
	for _, h := range hits {
		if last := h.Why[len(h.Why)-1]; !strings.Contains(last.Detail, "“notice without assignment” were found nowhere") {
			t.Errorf("last reason %+v", last)
		}
	}
}

func TestAQueryWithoutWordsFindsNothing(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{Embedder: oneAxis{}})
	for _, q := range []string{`" OR ( * NEAR`, "NOT AND", "???", "what is the"} {
		if hits := search(t, s, m, q); len(hits) != 0 {
			t.Errorf("%q: %d hits", q, len(hits))
		}
	}
}

func TestPartsOfANumberAreNoReason(t *testing.T) {
	m, s := matter(t), retrieve.New(retrieve.Config{})
	add(t, m, "memo.txt", "The motion under Rule 12(b)(6) was denied. "+strings.Repeat(filler, 3))
	add(t, m, "list.txt", "Of 12 boxes 6 were empty. "+strings.Repeat(filler, 3))
	for _, q := range []string{"12(b)(6)", `"12(b)(6)"`} {
		for _, h := range search(t, s, m, q) {
			for _, r := range h.Why {
				if strings.Contains(r.Detail, "“12”") || strings.Contains(r.Detail, "“6”") {
					t.Errorf("%q: reason %q", q, r.Detail)
				}
			}
		}
	}
}

func TestTheSentenceThatAnswersStandsFirst(t *testing.T) {
	m := matter(t)
	find := func(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) []retrieve.Sentence {
		for _, p := range pages {
			if at := strings.Index(p.Text, "Either party may terminate"); at >= 0 {
				end := at + strings.Index(p.Text[at:], ".") + 1
				return []retrieve.Sentence{{Quote: p.Text[at:end], Spans: []mark.Span{{Document: doc.ID, Page: p.Number, Start: at, End: end}}, Score: 3}}
			}
		}
		return nil
	}
	s := retrieve.New(retrieve.Config{Evidence: find})
	q := mark.Query{Text: "Consulting agreement of Cedar Advisers: what notice ends it without cause?", Limit: 3}
	passages, err := s.Search(t.Context(), m, q)
	if err != nil {
		t.Fatal(err)
	}
	q.Sentence = true
	hits, err := s.Search(t.Context(), m, q)
	if err != nil {
		t.Fatal(err)
	}
	want := "Either party may terminate this Agreement without cause upon ninety days prior written notice."
	if len(hits) < 2 || hits[0].Chunk.Text != want || hits[0].Document.Name != "ex-10.txt" {
		t.Fatalf("first hit: %+v", hits[0])
	}
	p, err := m.Page(t.Context(), hits[0].Document.ID, hits[0].Spans[0].Page)
	if err != nil || p.Text[hits[0].Chunk.From.Offset:hits[0].Chunk.To.Offset] != want {
		t.Errorf("the hit stands at %v: %v", hits[0].Chunk.From, err)
	}
	if len(hits[0].Matches) == 0 || hits[0].Why[0].Signal != "sentence" {
		t.Errorf("matches %v, why %+v", hits[0].Matches, hits[0].Why)
	}
	if !strings.Contains(hits[1].Chunk.Text, want) || hits[1].Chunk.Text != passages[0].Chunk.Text {
		t.Errorf("the passage is %q", hits[1].Chunk.Text)
	}
}

func TestSearchForExactWordsOrNumbersFindsNothingElse(t *testing.T) {
	m := marktest.OpenMatter(t)
	embed(t, m, add(t, m, "motion.txt", "The motion under Rule 12 (b) (6) is denied. "+filler+filler+filler+filler+"\n\nThe claim under 42 U.S.C. § 1983 survives. "+strings.Repeat(filler, 4)))
	embed(t, m, add(t, m, "lease.txt", "The tenant pays 1200 dollars. "+filler+filler+filler+filler+"\n\nThe motion of 6 May was late. Section 9 says who pays. "+strings.Repeat(filler, 4)))
	s := retrieve.New(retrieve.Config{Embedder: oneAxis{}})
	for _, c := range []struct{ query, want string }{
		{"12(b)(6)", "Rule 12 (b) (6)"},
		{"Rule 12(b)(6)", "Rule 12 (b) (6)"},
		{"§ 1983", "§ 1983"},
		{"Section 9", "Section 9"},
		{"1200", "1200"},
		{`"motion of 6 May"`, "6 May"},
		{"§ 1985", ""},
		{"12(b)(7)", ""},
	} {
		hits := search(t, s, m, c.query)
		if c.want == "" && len(hits) > 0 || c.want != "" && len(hits) == 0 {
			t.Errorf("%s: %d hits", c.query, len(hits))
		}
		for _, h := range hits {
			if !strings.Contains(h.Chunk.Text, c.want) {
				t.Errorf("%s found %q", c.query, h.Chunk.Text)
			}
		}
	}
	// Exact words that stand nowhere: the nearest, which say so.
	if hits := search(t, s, m, `"motion of 7 May"`); len(hits) == 0 || !strings.Contains(fmt.Sprint(hits[0].Why), "found nowhere") {
		t.Errorf("got %v", hits)
	}
}
