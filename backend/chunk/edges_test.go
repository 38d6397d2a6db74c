package chunk

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

func TestRunningHeadsAndFeetStandInNoPassage(t *testing.T) {
	ps := pages(
		"Case 3:19-cv-0044 Document 12\n\nThe lessee shall pay the rent without any deduction\n\nPage 1 of 3",
		"Case 3:19-cv-0044 Document 12\nor set-off, on the first day of each month.\n\nPage 2 of 3",
		"Case 3:19-cv-0044 Document 12\nThis ends the agreement between both of the parties.\nPage 3 of 3")
	chunks, _ := Pages(mark.Document{ID: "d", Kind: mark.KindPDF}, mark.Pos{}, ps, true)
	var text, edges strings.Builder
	for _, c := range chunks {
		if c.Edge {
			edges.WriteString(c.Text)
			continue
		}
		text.WriteString(c.Text)
	}
	if n := strings.Count(text.String(), "Case 3:19"); n != 1 {
		t.Errorf("the head stands in the passages %d times: %q", n, text.String())
	}
	if !strings.Contains(strings.Join(strings.Fields(text.String()), " "), "without any deduction or set-off, on the first") {
		t.Errorf("the text does not run on: %q", text.String())
	}
	if n := strings.Count(edges.String(), "Page"); n != 3 {
		t.Errorf("edges hold %d feet: %q", n, edges.String())
	}
}

func TestWhatOnlyLooksLikeAnEdgeIsText(t *testing.T) {
	for _, c := range []struct {
		name  string
		kind  mark.Kind
		texts []string
	}{
		{"lines that differ", mark.KindPDF, []string{"Rent\nThe rent is due.", "Notice\nNotice is given."}},
		{"numbers that do not count with the pages", mark.KindPDF, []string{"Fees\nand costs\n100", "Costs\nand fees\n250"}},
		{"clauses that begin alike", mark.KindPDF, []string{"(3) In the chapter, add the information in\nthe figure.", "(4) In the chapter, add the information in\nanother one."}},
		{"rows of a table", mark.KindPDF, []string{"01/29/2016 Boeing Company 15 Layoff\nmore of it", "02/03/2016 Boeing Company 19 Layoff\nand more"}},
		{"a document without pages of its own", mark.KindText, []string{"Head\nfirst text", "Head\nsecond text"}},
		{"one page", mark.KindPDF, []string{"Head\ntext\nfoot"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			chunks, _ := Pages(mark.Document{ID: "d", Kind: c.kind}, mark.Pos{}, pages(c.texts...), true)
			for _, k := range chunks {
				if k.Edge {
					t.Errorf("%q was taken for an edge", k.Text)
				}
			}
		})
	}
}

// Whatever the pages, every byte that is not white space lies in one passage or
// in one edge, and a passage's text is that of its place without what it skips.
// Pages that come one after the other, each with the two before it, give the
// same.
func TestEdgesAndPassagesCoverEveryByteOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		heads := rapid.SampledFrom([]string{"", "ACME v. Bolt\n", "Case 1 Page %d\n", "%d\n", "CONFIDENTIAL\nDraft %d\n", "A\nB\nC\nD\nE\n"})
		feet := rapid.SampledFrom([]string{"", "\nPage %d", "\n%d\n", "\nABC00%d", "\n\nfoot\nABC%d\n"})
		head, foot := heads.Draw(t, "head"), feet.Draw(t, "foot")
		var ps []mark.Page
		for i := range rapid.IntRange(0, 7).Draw(t, "pages") {
			text := strings.ReplaceAll(head, "%d", fmt.Sprint(i+1)) + legalText(t, "text") + strings.ReplaceAll(foot, "%d", fmt.Sprint(i+1))
			ps = append(ps, mark.Page{Number: i + 1, Text: text})
		}
		doc := mark.Document{ID: "d", Kind: mark.KindPDF}
		want, _ := Pages(doc, mark.Pos{Page: 1}, ps, true)
		covered := map[int][]bool{}
		for _, p := range ps {
			covered[p.Number] = make([]bool, len(p.Text))
		}
		cover := func(page, start, end int) string {
			for i := start; i < end; i++ {
				if covered[page][i] {
					t.Fatalf("byte %d of page %d lies in two passages", i, page)
				}
				covered[page][i] = true
			}
			return ps[page-1].Text[start:end]
		}
		for _, c := range want {
			var b strings.Builder
			for _, p := range ps {
				start, end := 0, len(p.Text)
				if p.Number < c.From.Page || p.Number > c.To.Page {
					continue
				}
				if p.Number == c.From.Page {
					start = c.From.Offset
				}
				if p.Number == c.To.Page {
					end = c.To.Offset
				}
				for _, k := range c.Skips {
					if k.Page == p.Number {
						b.WriteString(cover(p.Number, start, k.Start))
						start = k.End
					}
				}
				b.WriteString(cover(p.Number, start, end))
			}
			if b.String() != c.Text {
				t.Fatalf("passage says %q, its place says %q", c.Text, b.String())
			}
		}
		for _, p := range ps {
			for i, c := range covered[p.Number] {
				if !c && strings.TrimSpace(p.Text[i:i+1]) != "" && p.Text[i] < 0x80 {
					t.Fatalf("byte %d of page %d, %q, lies nowhere", i, p.Number, p.Text[i])
				}
			}
		}
		var got []mark.Chunk
		at := mark.Pos{Page: 1}
		for i := range ps {
			var more []mark.Chunk
			from := max(0, min(at.Page-1-behindEdges, i))
			more, at = Pages(doc, at, ps[from:i+1], i == len(ps)-1)
			got = append(got, more...)
		}
		if a, b := outline(got), outline(want); a != b {
			t.Fatalf("page by page\n%s\nat once\n%s", a, b)
		}
	})
}

// behindEdges is how many pages before the open passage a caller must give.
const behindEdges = lookback

func outline(chunks []mark.Chunk) string {
	var edges, passages []string
	for _, c := range chunks {
		s := fmt.Sprintf("%v–%v %v %q", c.From, c.To, c.Skips, c.Text)
		if c.Edge {
			edges = append(edges, s)
			continue
		}
		passages = append(passages, s)
	}
	return strings.Join(edges, "\n") + "\n\n" + strings.Join(passages, "\n")
}
