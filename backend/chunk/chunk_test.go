package chunk

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

const lease = `LEASE AGREEMENT

This Lease Agreement is made as of May 1, 2021 by and between Acme Realty, LLC ("Landlord") and Jane Roe ("Tenant").

ARTICLE 1
PREMISES

1.1 Premises. Landlord leases to Tenant the premises at 12 Main Street, Springfield, together with the parking space that belongs to them and the right to use the common areas of the building with the other tenants.

1.2 Condition. Tenant has inspected the premises and takes them as they are. Landlord shall repair the roof before the first day of the term, at its own cost and without disturbing Tenant more than is necessary.

ARTICLE 2
TERM

2.1 Initial Term. The term begins on June 1, 2021 and ends on May 31, 2024, unless it ends earlier under Section 2.2. Tenant may stay in the premises after the end of the term only with the written consent of Landlord.

2.2 Termination. Either party may terminate this Lease for cause upon thirty (30) days' written notice to the other party, which must state the cause. A breach that is cured within that time is no cause.
`

func pages(texts ...string) []mark.Page {
	var out []mark.Page
	for i, t := range texts {
		out = append(out, mark.Page{Number: i + 1, Text: t})
	}
	return out
}

func TestPassagesFollowTheClauses(t *testing.T) {
	doc := mark.Document{ID: "d", Name: "Lease_AcmeRoe.pdf", Title: "LEASE AGREEMENT", Parties: []string{"Acme Realty, LLC", "Jane Roe"}}
	chunks, end := Pages(doc, mark.Pos{}, pages(lease), true)
	if want := (mark.Pos{Page: 1, Offset: len(lease)}); end != want {
		t.Errorf("cut up to %v, want %v", end, want)
	}
	for _, begin := range []string{"1.1 Premises", "1.2 Condition", "2.2 Termination"} {
		if !slices.ContainsFunc(chunks, func(c mark.Chunk) bool { return strings.Contains(c.Text[:min(len(c.Text), 40)], begin) }) {
			t.Errorf("no passage begins with %q", begin)
		}
	}
	last := chunks[len(chunks)-1]
	if want := "Lease Acme Roe | LEASE AGREEMENT | Acme Realty, LLC; Jane Roe\n"; !strings.HasPrefix(last.Header, want) {
		t.Errorf("header %q, want it to begin with %q", last.Header, want)
	}
	if !strings.HasSuffix(last.Header, "2.2 Termination") {
		t.Errorf("header %q, want it to end with the clause's heading", last.Header)
	}
	if strings.Contains(Passage(last), "Acme") {
		t.Errorf("what is embedded names the document: %q", Passage(last))
	}
}

func TestAHeadingStaysWithItsText(t *testing.T) {
	chunks, _ := Pages(mark.Document{}, mark.Pos{}, pages(lease), true)
	for _, c := range chunks {
		if s := strings.TrimSpace(c.Text); strings.HasSuffix(s, "PREMISES") || strings.HasSuffix(s, "TERM") {
			t.Errorf("passage ends with a heading: %q", s)
		}
	}
}

func TestHeadingsOfEarlierPagesAreKnown(t *testing.T) {
	two := pages("3 Payment\n\n"+strings.Repeat("The buyer pays the price in full. ", 8)+"\n", strings.Repeat("The seller ships the goods in time. ", 8))
	chunks, _ := Pages(mark.Document{}, mark.Pos{Page: 2}, two, true)
	if len(chunks) == 0 || Headings(chunks[0].Header) != "3 Payment" {
		t.Errorf("got %v, want passages of page 2 under %q", chunks, "3 Payment")
	}
}

func TestWordsOfTwoPagesAreNotGlued(t *testing.T) {
	chunks, _ := Pages(mark.Document{}, mark.Pos{}, pages("the end", "start of page two"), true)
	if len(chunks) != 2 || chunks[0].Text != "the end" {
		t.Errorf("got %d passages, want one for each page", len(chunks))
	}
}

// legalText draws text with the structure that the cutter looks for.
func legalText(t *rapid.T, label string) string {
	piece := rapid.SampledFrom([]string{"ARTICLE IV\n", "4.2 Notice. ", "(a) ", "The party pays. ", "Smith v. Jones, 12 U.S. 3; ", "\n", "\n\n", " ", "word ", "TERM\n",
		"Exhibit A\n", strings.Repeat("long running text without an end ", 20), strings.Repeat("x", 700), "§§ ", "“quoted.” ", "é", "\r\n", "12. ", "\t", "\u00a0", "\f",
		"Item\tPrice\n", "pump\t4\n", "Q. Why?\n", "A. I do not know.\n", "On Mon, Jan 4, 2021 John wrote:\n", "> quoted\n", "-----Original Message-----\n", "From: a\nSent: b\nTo: c\n"})
	return strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, label), "")
}

func drawPages(t *rapid.T) []mark.Page {
	n := rapid.IntRange(0, 5).Draw(t, "pages")
	var out []mark.Page
	for i := range n {
		text := legalText(t, "text")
		if rapid.Bool().Draw(t, "wild") {
			text += rapid.String().Draw(t, "wild text")
		}
		out = append(out, mark.Page{Number: i + 1, Text: text})
	}
	return out
}

// Whatever the pages, passages hold every byte once and in order, but for white
// space that no text follows, and give the pages' text unchanged.
func TestPassagesCoverEveryByteOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := drawPages(t)
		kind := rapid.SampledFrom([]mark.Kind{mark.KindText, mark.KindMail}).Draw(t, "kind")
		chunks, _ := Pages(mark.Document{ID: "d", Kind: kind}, mark.Pos{}, ps, true)
		checkCover(t, ps, chunks)
	})
}

func checkCover(t *rapid.T, ps []mark.Page, chunks []mark.Chunk) {
	at := mark.Pos{Page: 1}
	for _, c := range chunks {
		if gap := textOf(ps, at, c.From); strings.TrimSpace(gap) != "" {
			t.Fatalf("left out %q before %v", gap, c.From)
		}
		if c.From.Before(at) {
			t.Fatalf("passage begins at %v, before the end of the last at %v", c.From, at)
		}
		if got := textOf(ps, c.From, c.To); got != c.Text {
			t.Fatalf("passage says %q, its place says %q", c.Text, got)
		}
		if len(c.Text) > most+ahead/2 {
			t.Fatalf("passage of %d bytes", len(c.Text))
		}
		at = c.To
	}
	if len(ps) > 0 {
		last := ps[len(ps)-1]
		if rest := textOf(ps, at, mark.Pos{Page: last.Number, Offset: len(last.Text)}); strings.TrimSpace(rest) != "" {
			t.Fatalf("left out %q at the end", rest)
		}
	}
}

// textOf returns the text between two places.
func textOf(ps []mark.Page, from, to mark.Pos) string {
	var b strings.Builder
	for _, p := range ps {
		if p.Number < from.Page || p.Number > to.Page {
			continue
		}
		start, end := 0, len(p.Text)
		if p.Number == from.Page {
			start = from.Offset
		}
		if p.Number == to.Page {
			end = to.Offset
		}
		if start < end {
			b.WriteString(p.Text[start:end])
		}
	}
	return b.String()
}

// Whether pages come at once or one after the other, the passages are the same.
func TestCuttingResumesWhereItStopped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := drawPages(t)
		doc := mark.Document{ID: "d", Kind: rapid.SampledFrom([]mark.Kind{mark.KindText, mark.KindMail}).Draw(t, "kind")}
		at := mark.Pos{}
		var got []mark.Chunk
		for i := range ps {
			var more []mark.Chunk
			more, at = Pages(doc, at, ps[:i+1], i == len(ps)-1)
			got = append(got, more...)
		}
		want, _ := Pages(doc, mark.Pos{}, ps, true)
		if len(got) != len(want) {
			t.Fatalf("%d passages page by page, %d at once", len(got), len(want))
		}
		for i := range want {
			if got[i].From != want[i].From || got[i].To != want[i].To || got[i].Text != want[i].Text {
				t.Fatalf("passage %d is %v–%v page by page, %v–%v at once", i, got[i].From, got[i].To, want[i].From, want[i].To)
			}
		}
	})
}

func BenchmarkPages(b *testing.B) {
	ps := pages(strings.Repeat(lease, 50))
	b.SetBytes(int64(len(ps[0].Text)))
	for b.Loop() {
		Pages(mark.Document{}, mark.Pos{}, ps, true)
	}
}

func TestEarlierMessagesAreTheirOwnPassages(t *testing.T) {
	text := "From: jane@example.com\nTo: john@example.com\nSubject: Re: Goods\n\nThe goods are refused.\n\nOn Mon, Jan 4, 2021 at 9:00 AM John Doe <john@example.com> wrote:\n> The goods will come on Friday.\n> Please tell us whether you accept them.\n\nJane\n"
	ps := pages(text)
	chunks, _ := Pages(mark.Document{ID: "d", Kind: mark.KindMail}, mark.Pos{}, ps, true)
	for _, c := range chunks {
		if strings.Contains(c.Text, "refused") && strings.Contains(c.Text, "Friday") {
			t.Errorf("one passage holds the message and what it quotes: %q", c.Text)
		}
		if got, want := Headings(c.Header) == earlier, strings.Contains(c.Text, "Friday"); got != want {
			t.Errorf("passage %q has the header %q", c.Text, c.Header)
		}
	}
	if len(chunks) != 3 {
		t.Errorf("%d passages, want the message, what it quotes, and its end", len(chunks))
	}
}

func TestRowsOfATableCarryTheNamesOfItsColumns(t *testing.T) {
	text := "Schedule 1\n\nItem\tPrice\tDelivery\n" + strings.Repeat("a pump for clear water with a long shaft\t4,200\t1 May 2021\n", 40) + "\nThe prices are net.\n"
	chunks, _ := Pages(mark.Document{}, mark.Pos{}, pages(text), true)
	for _, c := range chunks[1:] {
		if got, want := strings.Contains(c.Header, "Item | Price | Delivery"), strings.HasPrefix(c.Text, "a pump"); got != want {
			t.Errorf("passage %q has the header %q", c.Text, c.Header)
		}
	}
	if strings.Contains(chunks[0].Header, "Item |") {
		t.Errorf("the table's first passage has the header %q", chunks[0].Header)
	}
}

func TestAnAnswerStaysWithItsQuestion(t *testing.T) {
	text := strings.Repeat("Q.  Did you see the letter that the buyer sent on the fifth of May, or any other paper that speaks of it?\nA.  I saw it on the sixth. It lay on the desk.\n", 30)
	chunks, _ := Pages(mark.Document{}, mark.Pos{}, pages(text), true)
	for _, c := range chunks {
		if !strings.HasPrefix(c.Text, "Q.") {
			t.Errorf("passage begins %q", c.Text[:30])
		}
	}
}
