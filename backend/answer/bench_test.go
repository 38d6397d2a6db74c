package answer

import (
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
)

// BenchmarkChoose is the pure part of an answer: a document is cut into
// sentences and each is rated. It must stay far below what a person notices.
func BenchmarkChoose(b *testing.B) {
	for _, pages := range []int{10, 50, 300} {
		b.Run(fmt.Sprintf("pages=%d", pages), func(b *testing.B) {
			var list []mark.Page
			for i := range pages {
				text := fmt.Sprintf("%d. Matters of page %d. ", i+1, i+1) + strings.Repeat(
					"Each party shall within thirty (30) days after receipt of a written notice deliver to the other party copies of its books and records. ", 22)
				list = append(list, mark.Page{Number: i + 1, Text: text + "\n"})
			}
			list[pages/2].Text += "This Agreement shall be governed by the laws of the State of Ohio.\n"
			q := ask("Which law governs the agreement?")
			for b.Loop() {
				r := read(mark.Document{ID: "d", Name: "a.txt"}, list)
				if got := q.best(r.score(q, liking{})); len(got) == 0 {
					b.Fatal("nothing was found")
				}
			}
		})
	}
}
