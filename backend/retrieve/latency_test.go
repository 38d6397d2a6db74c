package retrieve_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/marktest"
	"markai/backend/retrieve"
)

// TestLatency prints how long searches by words take in a matter of so many
// passages as MARKAI_BENCH_PASSAGES says, a quarter, half and all of them.
func TestLatency(t *testing.T) {
	n, err := strconv.Atoi(os.Getenv("MARKAI_BENCH_PASSAGES"))
	if err != nil {
		t.Skip("MARKAI_BENCH_PASSAGES does not say with how many passages")
	}
	const perDocument = 40
	m, s := marktest.OpenMatter(t), retrieve.New(retrieve.Config{})
	r := rand.New(rand.NewPCG(1, 1))
	filled := 0
	for _, size := range []int{n / 4, n / 2, n} {
		for ; filled < size; filled += perDocument {
			fill(t, m, r, filled/perDocument, perDocument)
		}
		for _, kind := range []struct {
			name string
			text func() string
		}{
			{"of one document", func() string {
				return fmt.Sprintf("What notice ends the agreement of %s %d Company?", word(r), r.IntN(filled/perDocument))
			}},
			{"of the whole matter", func() string { return "Which " + word(r) + " shall be " + word(r) + " by the " + word(r) + "?" }},
		} {
			var times []time.Duration
			for i := range 60 {
				began := time.Now()
				if _, err := s.Search(t.Context(), m, mark.Query{Text: kind.text(), Question: true}); err != nil {
					t.Fatal(err)
				}
				if i >= 10 { // the first ones fill caches
					times = append(times, time.Since(began))
				}
			}
			slices.Sort(times)
			t.Logf("%8d passages, question %-20s %7.1f ms p50, %7.1f ms p95", filled, kind.name,
				float64(times[len(times)/2].Microseconds())/1000, float64(times[len(times)*95/100].Microseconds())/1000)
		}
	}
}

// word gives words as unequal in frequency as those of a language.
func word(r *rand.Rand) string {
	n := rand.NewZipf(r, 1.1, 4, 20_000).Uint64()
	var b strings.Builder
	for {
		b.WriteByte(byte('a' + n%23))
		b.WriteByte("aeiou"[n%5])
		if n /= 23; n == 0 {
			return b.String() + "x"
		}
	}
}

// fill adds a document of so many passages.
func fill(t *testing.T, m mark.MatterStore, r *rand.Rand, number, passages int) {
	t.Helper()
	name := fmt.Sprintf("Agreement of %s %d Company.pdf", word(r), number)
	d := mark.Document{ID: mark.DocumentID(mark.NewID()), Name: name, Kind: mark.KindPDF, Pages: 1, Status: mark.DocumentSearchable}
	if err := m.PutDocument(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	var cuts []int
	for range passages {
		cuts = append(cuts, text.Len())
		for range 80 {
			text.WriteString(word(r) + " ")
		}
		text.WriteString("shall be.\n\n")
	}
	page := mark.Page{Number: 1, Width: 612, Height: 792, Text: text.String()}
	var chunks []mark.Chunk
	for i, at := range append(cuts, text.Len())[1:] {
		chunks = append(chunks, mark.Chunk{Document: d.ID, Header: chunk.Header(d), Text: page.Text[cuts[i]:at],
			From: mark.Pos{Page: 1, Offset: cuts[i]}, To: mark.Pos{Page: 1, Offset: at}})
	}
	if err := m.PutPages(t.Context(), d.ID, []mark.Page{page}, chunks); err != nil {
		t.Fatal(err)
	}
}
