// Package chunk cuts the pages of a document into passages: small enough to be
// found, whole enough to be read. It follows the document's own structure
// (headings, numbered clauses, paragraphs, sentences) and gives every passage
// a header with what a reader of the passage alone must know.
package chunk

import (
	"math"
	"sort"
	"strings"
	"unicode"

	mark "markai/backend"
	"markai/backend/legal"
	"markai/backend/letters"
)

// Sizes of a passage in bytes. Passages of about 500 characters are found best
// (what is shown may be larger; see package retrieve).
const (
	least  = 220  // shorter only before a heading or at the end
	target = 550  // wished for
	most   = 1000 // never longer, but for white space at the end
	ahead  = 600  // bytes after the longest passage that its end may depend on
)

// Pages cuts pages, which follow each other, from the place where the last
// stored passage ended (the zero Pos: from the beginning). It returns the
// passages and where they end. Pages before from may be given: their headings
// are then known. Unless final, the text may go on: a tail that further pages
// could still change is withheld, and the same call with more pages cuts it as
// it would have been cut at once. Every byte lies in exactly one passage, in
// order, except white space between passages that has no text after it.
//
// Lines at the edges of a PDF's or a scan's pages that the pages before have
// too are no part of a passage, which runs on over them: it names them in its
// Skips, and they come as Chunks of their own, marked Edge, before the passages
// that skip them. To tell them, the two pages before from's must be given.
func Pages(doc mark.Document, from mark.Pos, pages []mark.Page, final bool) ([]mark.Chunk, mark.Pos) {
	running := runningLines(doc.Kind, pages)
	t := join(from, pages, running, doc.Kind == mark.KindMail)
	var out, passages []mark.Chunk
	next := from
	base := Header(doc)
	over := t.over
	for at := 0; at < len(t.text); {
		limit := t.limit(at)
		// Where a message's quotations end is settled by what follows.
		open := limit == len(t.text) || t.history != nil && limit > len(t.text)-ahead
		if !final && (open && limit-at < most+ahead || t.heading) {
			break
		}
		end := at + cut(t.text[at:limit])
		piece := t.text[at:end]
		if strings.TrimSpace(piece) != "" {
			before, after := over.read(piece)
			if within(t.history, at) {
				before = earlier
			}
			c := mark.Chunk{
				Document: doc.ID,
				From:     t.start(at), To: t.end(end),
				Header: header(base, before),
				Text:   piece,
			}
			c.Skips = t.skipped(doc.ID, c.From, c.To)
			passages = append(passages, c)
			over = after
		}
		at = end
		next = t.end(end)
	}
	for _, c := range t.edges {
		if c.From.Before(next) || final && len(passages) == 0 {
			c.Document = doc.ID
			out = append(out, c)
		}
	}
	return append(out, passages...), next
}

// Header returns the part of a passage's header that its document gives: file
// name, title, parties, type and date.
func Header(doc mark.Document) string {
	parts := []string{legal.ReadableName(doc.Name)}
	if doc.Title != "" && !strings.EqualFold(doc.Title, parts[0]) {
		parts = append(parts, doc.Title)
	}
	if len(doc.Parties) > 0 {
		parts = append(parts, strings.Join(doc.Parties, "; "))
	}
	if doc.Meta.Type != "" {
		parts = append(parts, string(doc.Meta.Type))
	}
	if doc.Meta.Date != "" {
		parts = append(parts, doc.Meta.Date)
	}
	return strings.Join(parts, " | ")
}

// Headings returns the part of a header that tells the headings over its passage.
func Headings(header string) string {
	_, path, _ := strings.Cut(header, "\n")
	return path
}

func header(base, path string) string {
	if path == "" {
		return base
	}
	return base + "\n" + path
}

// Passage returns what is embedded of a passage: its headings and its text.
// The document's part of the header stays out: it is the same for all passages
// of a document, so inside one it only blurs, and across documents names are
// found by words.
func Passage(c mark.Chunk) string {
	return strings.TrimSpace(Headings(c.Header) + "\n" + strings.TrimSpace(c.Text))
}

// joined is the text of pages after a place, and where each page begins in it.
type joined struct {
	text    string
	pages   []part
	over    above           // the place where the text begins
	history []letters.Range // of a message: what is quoted from earlier ones
	bounds  []int           // of history
	heading bool            // the message's own head goes on
	edges   []mark.Chunk    // what pages repeat, left out of text
}

type part struct {
	number, offset int // the page, and where on it this part begins
	at             int // in joined.text
	seam           bool
}

func join(from mark.Pos, pages []mark.Page, running map[int][]letters.Range, message bool) joined {
	var t joined
	var b, head strings.Builder
	blank := true // the text so far ends with white space
	for _, p := range pages {
		from := from
		if p.Number > from.Page {
			from = mark.Pos{Page: p.Number}
		}
		for _, piece := range apart(p, running[p.Number]) {
			text, offset := p.Text[piece.Start:piece.End], piece.Start
			if before := min(max(from.Offset-offset, 0), len(text)); p.Number < from.Page || before > 0 {
				if p.Number < from.Page {
					before = len(text)
				}
				if !piece.edge {
					_, t.over = t.over.read(text[:before])
				}
				if message {
					head.WriteString(text[:before])
				}
				text, offset = text[before:], offset+before
			}
			if text == "" {
				continue
			}
			if piece.edge {
				t.edges = append(t.edges, mark.Chunk{Edge: true, Text: text,
					From: mark.Pos{Page: p.Number, Offset: offset}, To: mark.Pos{Page: p.Number, Offset: piece.End}})
				continue
			}
			seam := !blank && !unicode.IsSpace(rune(text[0]))
			t.pages = append(t.pages, part{p.Number, offset, b.Len(), seam})
			b.WriteString(text)
			last := text[len(text)-1]
			blank = last == ' ' || last == '\n' || last == '\r' || last == '\t' || last == '\f'
		}
	}
	t.text = b.String()
	if message {
		t.history, t.heading = quoted(head.String(), t.text)
		t.bounds = bounds(t.history)
	}
	return t
}

// limit returns how far a passage from at may reach: to the end, to a page end
// where nothing separates the words of the two pages, or to where a message
// begins or ends to quote an earlier one.
func (t joined) limit(at int) int {
	end := len(t.text)
	if i := sort.SearchInts(t.bounds, at+1); i < len(t.bounds) {
		end = min(t.bounds[i], end)
	}
	for _, p := range t.pages {
		if p.seam && p.at > at {
			return min(p.at, end)
		}
	}
	return end
}

// start returns the place of the byte at i.
func (t joined) start(i int) mark.Pos {
	p := t.pages[0]
	for _, q := range t.pages[1:] {
		if q.at > i {
			break
		}
		p = q
	}
	return mark.Pos{Page: p.number, Offset: p.offset + i - p.at}
}

// end returns the place after the byte before i, on that byte's page, or behind
// the edges that follow it.
func (t joined) end(i int) mark.Pos {
	pos := t.start(i - 1)
	pos.Offset++
	next := mark.Pos{Page: math.MaxInt}
	if i < len(t.text) {
		next = t.start(i)
	}
	for k := len(t.edges) - 1; k >= 0; k-- {
		if e := t.edges[k]; e.From.Before(next) {
			if pos.Before(e.To) {
				return e.To
			}
			break
		}
	}
	return pos
}

// skipped returns the edges between two places.
func (t joined) skipped(doc mark.DocumentID, from, to mark.Pos) []mark.Span {
	var out []mark.Span
	i := sort.Search(len(t.edges), func(i int) bool { return !t.edges[i].From.Before(from) })
	for _, e := range t.edges[i:] {
		if !e.From.Before(to) {
			break
		}
		out = append(out, mark.Span{Document: doc, Page: e.From.Page, Start: e.From.Offset, End: e.To.Offset})
	}
	return out
}

// headings is the path of headings over a place, outermost first.
type headings []legal.Heading

// above is what stands over a place.
type above struct {
	path  headings
	table table
}

// read walks over text and returns what stands over its beginning, as a string
// (with a heading that the text itself begins with, or the names of the columns
// of a table that it goes on with), and what stands over what follows.
func (o above) read(text string) (before string, after above) {
	after = o
	first := true
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimSpace(line) == "" {
			if !first {
				after.table = table{}
			}
			continue
		}
		if g, ok := legal.HeadingOf(line); ok && g.Title != "" {
			after.path = after.path.push(g)
		}
		if first {
			before, first = after.path.String(), false
			if columns := after.table.over(line); columns != "" {
				before = strings.TrimPrefix(before+" › "+columns, " › ")
			}
		}
		after.table = after.table.read(line)
	}
	if first {
		before = o.path.String()
	}
	return before, after
}

// push returns the path under a new heading. The old path stays as it is.
func (h headings) push(g legal.Heading) headings {
	n := len(h)
	for n > 0 && h[n-1].Level >= g.Level {
		n--
	}
	return append(h[:n:n], g)
}

func (h headings) String() string {
	var b strings.Builder
	for i, g := range h {
		if i > 0 {
			b.WriteString(" › ")
		}
		b.WriteString(g.String())
	}
	return b.String()
}
