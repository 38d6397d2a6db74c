package chunk

import (
	"strings"
	"testing"

	mark "markai/backend"
)

func FuzzPages(f *testing.F) {
	f.Add(lease, "second page")
	f.Add("1.1 A.", "")
	f.Add("From: a\n\nYes.\n\nOn Mon, Jan 4, 2021 John wrote:\n> quoted\n\nJane", "Item\tPrice\npump\t4\nQ. Why?\nA. No.")
	f.Add(strings.Repeat("é", 900), "\xff\xfe")
	f.Fuzz(func(t *testing.T, one, two string) {
		ps := pages(one, two)
		for _, kind := range []mark.Kind{mark.KindText, mark.KindMail} {
			chunks, _ := Pages(mark.Document{Kind: kind}, mark.Pos{}, ps, true)
			n := 0
			for _, c := range chunks {
				if got := textOf(ps, c.From, c.To); got != c.Text {
					t.Fatalf("passage says %q, its place says %q", c.Text, got)
				}
				n += len(strings.Join(strings.Fields(c.Text), ""))
			}
			if all := len(strings.Join(strings.Fields(one), "")) + len(strings.Join(strings.Fields(two), "")); n != all {
				t.Fatalf("passages hold %d bytes of text, the pages %d", n, all)
			}
		}
	})
}

// FuzzEdges takes pages of any text apart: passages and edges hold each byte
// that is not white space once.
func FuzzEdges(f *testing.F) {
	f.Add("Case 1 Page 1\nThe lessee pays\nPage 1", "Case 1 Page 2\nthe rent.\nPage 2", "Case 1 Page 3\n\nPage 3")
	f.Add("1\n", "2\n", "3\n")
	f.Add("- 1 -\r\n\r\nA\xff", "\n\n- 2 -\n", "- 3 -")
	f.Fuzz(func(t *testing.T, one, two, three string) {
		ps := pages(one, two, three)
		chunks, _ := Pages(mark.Document{Kind: mark.KindPDF}, mark.Pos{Page: 1}, ps, true)
		n, all := 0, 0
		for _, c := range chunks {
			n += len(strings.Join(strings.Fields(c.Text), ""))
			for _, s := range c.Skips {
				if s.Start >= s.End || s.End > len(ps[s.Page-1].Text) {
					t.Fatalf("%v is left out", s)
				}
			}
		}
		for _, p := range ps {
			all += len(strings.Join(strings.Fields(p.Text), ""))
		}
		if n != all {
			t.Fatalf("passages and edges hold %d bytes of text, the pages %d", n, all)
		}
	})
}
