//go:build libsqlite3 && cgo

package sqlite_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// prose gives text with a vocabulary whose words are as unequal in frequency
// as those of a language.
func prose(r *rand.Rand, bytes int) string {
	zipf := rand.NewZipf(r, 1.1, 4, 20_000)
	var b strings.Builder
	for b.Len() < bytes {
		n := zipf.Uint64()
		for {
			b.WriteByte(byte('a' + n%23))
			b.WriteByte("aeiou"[n%5])
			if n /= 23; n == 0 {
				break
			}
		}
		b.WriteByte(' ')
	}
	return b.String()[:bytes]
}

// benchPages gives pages of 3,000 bytes with 500 words' boxes, and two passages each.
func benchPages(r *rand.Rand, from, n int) (pages []mark.Page, chunks []mark.Chunk) {
	for number := from; number < from+n; number++ {
		p := mark.Page{Number: number, Width: 612, Height: 792, Text: prose(r, 3000)}
		for at := 0; at+6 <= len(p.Text); at += 6 {
			x, y := float64(72+at%80*5), float64(72+at/80*14)
			p.Words = append(p.Words, mark.Word{Start: at, End: at + 5, Box: mark.Rect{X0: x, Y0: y, X1: x + 28.37, Y1: y + 11.2}, Confidence: 1})
		}
		pages = append(pages, p)
		for _, at := range []int{0, 1500} {
			chunks = append(chunks, mark.Chunk{Header: "Lease.pdf — Meyer v. Acme", Text: p.Text[at : at+1500], From: pos(number, at), To: pos(number, at+1500)})
		}
	}
	return pages, chunks
}

func BenchmarkOpenMatter(b *testing.B) {
	path, key := filepath.Join(b.TempDir(), "m.db"), marktest.Key()
	for b.Loop() {
		m := must[mark.MatterStore](b)(sqlite.New().OpenMatter(b.Context(), path, key))
		check(b, m.Close())
	}
}

func BenchmarkPutPages(b *testing.B) {
	for _, size := range []int{1, 16} {
		b.Run(fmt.Sprintf("pages=%d", size), func(b *testing.B) {
			m := marktest.OpenMatter(b)
			check(b, m.PutDocument(b.Context(), mark.Document{ID: "d"}))
			r := rand.New(rand.NewPCG(1, 1))
			pages, chunks := benchPages(r, 1, size)
			next := 1
			for b.Loop() {
				for i := range pages {
					pages[i].Number = next + i
				}
				for i := range chunks {
					chunks[i].From.Page, chunks[i].To.Page = next+i/2, next+i/2
				}
				next += size
				check(b, m.PutPages(b.Context(), "d", pages, chunks))
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "pages/s")
		})
	}
}

// benchMatter holds this many passages, a hundred to a document.
func benchMatter(b *testing.B, passages int) (mark.MatterStore, []mark.DocumentID) {
	b.Helper()
	m := marktest.OpenMatter(b)
	r := rand.New(rand.NewPCG(1, 1))
	var docs []mark.DocumentID
	for at := 0; at < passages; at += 100 {
		id := mark.DocumentID(fmt.Sprintf("d%d", at))
		docs = append(docs, id)
		check(b, m.PutDocument(b.Context(), mark.Document{ID: id, Name: string(id)}))
		pages, chunks := benchPages(r, 1, 50)
		check(b, m.PutPages(b.Context(), id, pages, chunks))
	}
	return m, docs
}

var benchSizes = []int{1000, 10_000}

func BenchmarkMatchWords(b *testing.B) {
	for _, size := range benchSizes {
		m, docs := benchMatter(b, size)
		r := rand.New(rand.NewPCG(2, 1))
		words := strings.Fields(prose(r, 2000))
		query := func(i int) string {
			return fmt.Sprintf("%q OR %q OR %q", words[i%len(words)], words[(i+1)%len(words)], words[(i+2)%len(words)])
		}
		for name, scope := range map[string][]mark.DocumentID{"matter": nil, "3 documents": docs[:3]} {
			b.Run(fmt.Sprintf("passages=%d/%s", size, name), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					must[[]mark.ScoredChunk](b)(m.MatchWords(b.Context(), query(i), [2]float64{2, 1}, scope, 50))
				}
			})
		}
	}
}

func BenchmarkMatchSubstring(b *testing.B) {
	for _, size := range benchSizes {
		m, _ := benchMatter(b, size)
		text := prose(rand.New(rand.NewPCG(2, 1)), 5000)
		b.Run(fmt.Sprintf("passages=%d", size), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				at := i * 13 % (len(text) - 12)
				must[[]mark.ScoredChunk](b)(m.MatchSubstring(b.Context(), text[at:at+12], nil, 50))
			}
		})
	}
}

func BenchmarkNearestVectors(b *testing.B) {
	for _, size := range []int{1000, 10_000, 100_000} {
		if size > 10_000 && testing.Short() {
			continue
		}
		m := marktest.OpenMatter(b)
		fill(b, m, randomVectors(size, 384, 1))
		queries := randomVectors(50, 384, 2)
		docs := must[[]mark.Document](b)(m.Documents(b.Context()))
		for name, scope := range map[string][]mark.DocumentID{"matter": nil, "3 documents": {docs[0].ID, docs[1].ID, docs[2].ID}} {
			b.Run(fmt.Sprintf("passages=%d/%s", size, name), func(b *testing.B) {
				for i := 0; b.Loop(); i++ {
					must[[]mark.ScoredChunk](b)(m.NearestVectors(b.Context(), queries[i%len(queries)], scope, 50))
				}
			})
		}
	}
}

func BenchmarkPutVectors(b *testing.B) {
	m, _ := benchMatter(b, 1000)
	chunks := must[[]mark.Chunk](b)(m.Unembedded(b.Context(), "", "e", 32))
	ids := make([]mark.ChunkID, len(chunks))
	for i, c := range chunks {
		ids[i] = c.ID
	}
	vectors := randomVectors(len(ids), 384, 3)
	for b.Loop() {
		check(b, m.PutVectors(b.Context(), "e", ids, vectors))
	}
	b.ReportMetric(float64(b.N*len(ids))/b.Elapsed().Seconds(), "vectors/s")
}

func BenchmarkSetHeaders(b *testing.B) {
	m, docs := benchMatter(b, 10_000)
	for i := 0; b.Loop(); i++ {
		check(b, m.SetHeaders(b.Context(), docs[i%len(docs)], func(mark.Chunk) string { return fmt.Sprint("header ", i) }))
	}
	b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "passages/s")
}

// A document of 100 passages in a matter of 1,000 and of 10,000: most of the
// time goes into cleaning the text indexes.
func BenchmarkDeleteDocument(b *testing.B) {
	pages, chunks := benchPages(rand.New(rand.NewPCG(5, 1)), 1, 50)
	for _, size := range benchSizes {
		m, _ := benchMatter(b, size)
		b.Run(fmt.Sprintf("passages=%d", size), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				check(b, m.PutDocument(b.Context(), mark.Document{ID: "gone"}))
				check(b, m.PutPages(b.Context(), "gone", pages, chunks))
				b.StartTimer()
				check(b, m.DeleteDocument(b.Context(), "gone"))
			}
		})
	}
}
