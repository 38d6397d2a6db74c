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
