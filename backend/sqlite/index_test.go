package sqlite_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// found lists the documents of hits by name.
func found(t *testing.T, m mark.MatterStore, hits []mark.ScoredChunk) []string {
	t.Helper()
	names := []string{}
	for _, h := range hits {
		d := must[mark.Document](t)(m.Document(t.Context(), h.Document))
		names = append(names, d.Name)
	}
	return names
}

func TestWordsAreFound(t *testing.T) {
	m := marktest.OpenMatter(t)
	lease := marktest.AddText(t, m, "lease", "The Lessee shall give notice of termination under § 12(b)(6).")
	marktest.AddText(t, m, "loan", "The lender notifies the borrower. Fed. R. Civ. P. 12 applies; O’Brien résumé.")
	tests := []struct {
		name string
		expr string
		docs []mark.DocumentID
		want []string
	}{
		{"stems", `"notices" OR "terminate"`, nil, []string{"lease"}},
		{"phrases with punctuation", `"12(b)(6)"`, nil, []string{"lease"}},
		{"without accents", `"resume"`, nil, []string{"loan"}},
		{"in the header", `header : "loan"`, nil, []string{"loan"}},
		{"not in the body alone", `body : "loan"`, nil, []string{}},
		{"only in the documents asked for", `"12"`, []mark.DocumentID{lease.ID}, []string{"lease"}},
		{"nowhere", `"arbitration"`, nil, []string{}},
		{"nothing is asked", ` `, nil, []string{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hits := must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), tt.expr, [2]float64{1, 1}, tt.docs, 10))
			if got := found(t, m, hits); !slices.Equal(got, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.expr, got, tt.want)
			}
			for _, h := range hits {
				if h.Score <= 0 {
					t.Errorf("%s: score %g is not positive", tt.expr, h.Score)
				}
			}
		})
	}
	_, err := m.MatchWords(t.Context(), `12(b)(6)`, [2]float64{1, 1}, nil, 10)
	wantCode(t, err, mark.Invalid)
}

func TestHeaderWeightDecidesTheOrder(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "indemnity", "other text of the same length here")
	marktest.AddText(t, m, "something", "indemnity text of the same length here")
	first := func(weights [2]float64) string {
		hits := must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), "indemnity", weights, nil, 1))
		return found(t, m, hits)[0]
	}
	if got := first([2]float64{5, 1}); got != "indemnity" {
		t.Errorf("heavy header: %s came first", got)
	}
	if got := first([2]float64{1, 5}); got != "something" {
		t.Errorf("heavy body: %s came first", got)
	}
}

func TestExactStringsAreFound(t *testing.T) {
	m := marktest.OpenMatter(t)
	a := marktest.AddText(t, m, "a", `See Smith v. Jones, 12 F.3d 34 ("the ÄRGER rule"); 12 F.3d 34.`)
	marktest.AddText(t, m, "b", "See 12 F.3d 34 and 12 F.3d 345.")
	marktest.AddText(t, m, "c", "See 12 F3d 34; d 12 F and F.3d 3.")
	tests := []struct {
		s    string
		docs []mark.DocumentID
		want []string
	}{
		{"12 F.3d 34", nil, []string{"a", "b"}},
		{"12 f.3D 345", nil, []string{"b"}},
		{`("the ärger`, nil, []string{"a"}},
		{"12 F.3d 34", []mark.DocumentID{a.ID}, []string{"a"}},
		{"nowhere to be found", nil, []string{}},
		{"a\x00bc", nil, []string{}},
	}
	for _, tt := range tests {
		hits := must[[]mark.ScoredChunk](t)(m.MatchSubstring(t.Context(), tt.s, tt.docs, 10))
		if got := found(t, m, hits); !slices.Equal(got, tt.want) {
			t.Errorf("%q: got %v, want %v", tt.s, got, tt.want)
		}
	}
	_, err := m.MatchSubstring(t.Context(), "ab", nil, 10)
	wantCode(t, err, mark.Invalid)
}

func TestNewHeadersAreSearchedAndDropTheVectors(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "scan001", "first page", "second page")
	for i, c := range must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID)) {
		check(t, m.PutVectors(t.Context(), "e", []mark.ChunkID{c.ID}, [][]float32{{1, float32(i)}}))
	}
	check(t, m.SetHeaders(t.Context(), d.ID, func(c mark.Chunk) string {
		if c.From.Page == 1 {
			return c.Header
		}
		return "Acme lease"
	}))
	words := func(expr string) int {
		return len(must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), expr, [2]float64{1, 1}, nil, 10)))
	}
	if words("scan001") != 1 || words("acme") != 1 || words("page") != 2 {
		t.Errorf("passages by header: old %d, new %d; by body: %d", words("scan001"), words("acme"), words("page"))
	}
	if left := must[[]mark.Chunk](t)(m.Unembedded(t.Context(), d.ID, "e", 10)); len(left) != 1 || left[0].From.Page != 2 {
		t.Errorf("to embed again: %+v", left)
	}
}

func TestVectorsOfAnotherModelReplaceTheOld(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "a", "one", "two")
	ids := []mark.ChunkID{}
	for _, c := range must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID)) {
		ids = append(ids, c.ID)
	}
	if hits := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), []float32{1, 2}, nil, 5)); len(hits) != 0 {
		t.Errorf("found %v before there were vectors", hits)
	}
	check(t, m.PutVectors(t.Context(), "small", ids, [][]float32{{1, 0}, {0, 1}}))
	check(t, m.PutVectors(t.Context(), "small", ids[:1], [][]float32{{-1, 0}}))
	if v := must[map[mark.ChunkID][]float32](t)(m.Vectors(t.Context(), ids)); len(v) != 2 || v[ids[0]][0] != -1 {
		t.Errorf("stored vectors: %v", v)
	}
	check(t, m.PutVectors(t.Context(), "large", ids[1:], [][]float32{{0, 1, 0}}))
	if v := must[map[mark.ChunkID][]float32](t)(m.Vectors(t.Context(), ids)); len(v) != 1 || len(v[ids[1]]) != 3 {
		t.Errorf("stored vectors after the change of model: %v", v)
	}
	if left := must[[]mark.Chunk](t)(m.Unembedded(t.Context(), "", "large", 10)); len(left) != 1 || left[0].ID != ids[0] {
		t.Errorf("to embed: %+v", left)
	}
	_, err := m.NearestVectors(t.Context(), []float32{1, 2}, nil, 5)
	wantCode(t, err, mark.Invalid)
	for _, bad := range [][]float32{{0, 0, 0}, {1, 2}, {float32(math.NaN()), 1, 1}} {
		wantCode(t, m.PutVectors(t.Context(), "large", ids[:2], [][]float32{{1, 2, 3}, bad}), mark.Invalid)
	}
	check(t, m.PutVectors(t.Context(), "large", []mark.ChunkID{9999}, [][]float32{{1, 2, 3}}))
}

func TestDeletedVectorsGiveTheirRoomBack(t *testing.T) {
	m := marktest.OpenMatter(t)
	kept := fill(t, m, randomVectors(100, 16, 1))
	most := 0
	for range 4 {
		fill(t, m, randomVectors(1500, 16, 2))
		for _, d := range must[[]mark.Document](t)(m.Documents(t.Context())) {
			if c := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID)); c[0].ID != kept[0] {
				check(t, m.DeleteDocument(t.Context(), d.ID))
			}
		}
		most = max(most, must[int](t)(sqlite.NearestRoom(t.Context(), m)))
	}
	if most > 2*len(kept)+4096 {
		t.Errorf("the index has room for %d vectors when %d are left", most, len(kept))
	}
	v := must[map[mark.ChunkID][]float32](t)(m.Vectors(t.Context(), kept[:1]))[kept[0]]
	if hits := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), v, nil, 1)); len(hits) != 1 || hits[0].Chunk != kept[0] {
		t.Errorf("after all that, the nearest of a passage is %v", hits)
	}
}

// randomVectors gives unit vectors in clusters, as embeddings lie.
func randomVectors(n, dim int, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	centres := make([][]float64, 1+n/50)
	for i := range centres {
		centres[i] = make([]float64, dim)
		for j := range centres[i] {
			centres[i][j] = r.NormFloat64()
		}
	}
	out := make([][]float32, n)
	for i := range out {
		c := centres[r.IntN(len(centres))]
		v := make([]float32, dim)
		var sum float64
		for j := range v {
			x := c[j] + 0.7*r.NormFloat64()
			v[j] = float32(x)
			sum += x * x
		}
		for j := range v {
			v[j] /= float32(math.Sqrt(sum))
		}
		out[i] = v
	}
	return out
}

// fill puts n passages with vectors, a hundred to a document.
func fill(t testing.TB, m mark.MatterStore, vectors [][]float32) []mark.ChunkID {
	t.Helper()
	for at := 0; at < len(vectors); at += 100 {
		texts := make([]string, min(100, len(vectors)-at))
		for i := range texts {
			texts[i] = fmt.Sprintf("passage number %d", at+i)
		}
		marktest.AddText(t, m, fmt.Sprintf("document %04d", at/100), texts...)
	}
	var ids []mark.ChunkID
	for at := 0; at < len(vectors); at += 1000 {
		chunks := must[[]mark.Chunk](t)(m.Unembedded(t.Context(), "", "e", 1000))
		batch := make([]mark.ChunkID, len(chunks))
		for i, c := range chunks {
			batch[i] = c.ID
		}
		check(t, m.PutVectors(t.Context(), "e", batch, vectors[at:at+len(batch)]))
		ids = append(ids, batch...)
	}
	return ids
}

func TestNearestVectorsAreThoseOfAFullComparison(t *testing.T) {
	const n, dim, limit = 6000, 32, 20 // more than are ranked without candidates
	m := marktest.OpenMatter(t)
	vectors := randomVectors(n, dim, 1)
	ids := fill(t, m, vectors)
	documents := must[[]mark.Document](t)(m.Documents(t.Context()))
	some := map[mark.DocumentID]bool{documents[3].ID: true, documents[40].ID: true}
	most := []mark.DocumentID{}
	for _, d := range documents[5:] {
		most = append(most, d.ID)
	}
	owner := map[mark.ChunkID]mark.DocumentID{}
	for _, c := range must[[]mark.Chunk](t)(m.Chunks(t.Context(), ids)) {
		owner[c.ID] = c.Document
	}
	tests := []struct {
		name   string
		docs   []mark.DocumentID
		within func(mark.DocumentID) bool
	}{
		{"the whole matter", nil, func(mark.DocumentID) bool { return true }},
		{"two documents", []mark.DocumentID{documents[3].ID, documents[40].ID}, func(d mark.DocumentID) bool { return some[d] }},
		{"most documents", most, func(d mark.DocumentID) bool { return slices.Contains(most, d) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			right, asked := 0, 0
			for q, query := range randomVectors(20, dim, 2) {
				var want []mark.ChunkID
				score := map[mark.ChunkID]float64{}
				for i, id := range ids {
					if tt.within(owner[id]) {
						want = append(want, id)
						for j := range query {
							score[id] += float64(query[j]) * float64(vectors[i][j])
						}
					}
				}
				slices.SortFunc(want, func(a, b mark.ChunkID) int {
					if score[a] > score[b] {
						return -1
					}
					return 1
				})
				got := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, tt.docs, limit))
				if len(got) != limit {
					t.Fatalf("query %d: got %d passages, want %d", q, len(got), limit)
				}
				for i, h := range got {
					asked++
					if slices.Contains(want[:limit], h.Chunk) {
						right++
					}
					if math.Abs(h.Score-score[h.Chunk]) > 1e-5 || h.Document != owner[h.Chunk] {
						t.Errorf("query %d: passage %d has score %g of document %s, want %g of %s", q, h.Chunk, h.Score, h.Document, score[h.Chunk], owner[h.Chunk])
					}
					if i > 0 && h.Score > got[i-1].Score {
						t.Errorf("query %d: not best first", q)
					}
				}
			}
			if recall := float64(right) / float64(asked); recall < 0.995 {
				t.Errorf("recall %.4f, want at least 0.995", recall)
			}
		})
	}
}

func TestPassagesComeInTheOrderAskedFor(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "a", "one", "two", "three")
	all := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID))
	ids := []mark.ChunkID{all[2].ID, 9999, all[0].ID, all[1].ID, all[0].ID}
	got := ""
	for _, c := range must[[]mark.Chunk](t)(m.Chunks(t.Context(), ids)) {
		got += c.Text + " "
	}
	if got != "three one two one " {
		t.Errorf("got %q", got)
	}
}

func TestFrequencyCountsPassagesOfAWordInAnyForm(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "a", "the parties agree to terminate", "termination of the agreement", "O'Brien terminates", "and nothing else")
	for _, c := range []struct {
		word  string
		most  int
		n     int
		share float64
	}{
		{"terminate", 9, 3, 0.75}, {"termination", 9, 3, 0.75}, {"terminates", 2, 2, 1}, {"terminate", 3, 3, 1},
		{"O'Brien", 9, 1, 0.25}, {"missing", 9, 0, 0}, {"§", 9, 0, 0}, {"a\x00b", 9, 0, 0}, {"", 9, 0, 0},
	} {
		got, err := m.WordFrequency(t.Context(), []string{c.word, c.word}, c.most)
		check(t, err)
		if want := (mark.Frequency{Passages: c.n, Share: c.share}); got[c.word] != want {
			t.Errorf("%q, at most %d: %v, want %v", c.word, c.most, got[c.word], want)
		}
	}
}

func TestDeletedWordsLeaveTheIndex(t *testing.T) {
	m := marktest.OpenMatter(t)
	r := rand.New(rand.NewPCG(4, 1))
	word := func() string {
		b := make([]byte, 3+r.IntN(6))
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	page := func() string {
		text := ""
		for range 150 {
			text += word() + " "
		}
		return text
	}
	for i := range 20 {
		marktest.AddText(t, m, fmt.Sprint("kept ", i), page(), page())
	}
	d := marktest.AddText(t, m, "gone", page()+"zzzqxjkvw", page())
	for i := range 20 {
		marktest.AddText(t, m, fmt.Sprint("kept later ", i), page(), page())
	}
	if must[int](t)(sqlite.IndexHolds(t.Context(), m, "qxjkvw")) == 0 {
		t.Fatal("the word is not in the index as this test looks for it")
	}
	check(t, m.DeleteDocument(t.Context(), d.ID))
	if n := must[int](t)(sqlite.IndexHolds(t.Context(), m, "qxjkvw")); n != 0 {
		t.Errorf("%d blocks of the index still hold the deleted word", n)
	}
	words, trigrams, err := sqlite.Segments(t.Context(), m)
	if err != nil || words != 1 || trigrams != 1 {
		t.Errorf("got %d and %d segments, %v; want one each, all merged", words, trigrams, err)
	}
	check(t, sqlite.CheckIntegrity(t.Context(), m))
	if n := len(must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), "header : kept", [2]float64{1, 1}, nil, 1000))); n != 80 {
		t.Errorf("%d passages are left, want 80", n)
	}
}
