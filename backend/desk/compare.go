package desk

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/similar"
	"markai/backend/wire"
)

const (
	// maxRuns bounds the runs of one comparison.
	maxRuns = 4000
	// maxRunText is how many bytes of a run's text are shown from its beginning,
	// and as many from its end.
	maxRunText = 2000
)

// Compare says how document b differs from document a, word by word.
func (d *Desk) Compare(ctx context.Context, matter, a, b string) (wire.Comparison, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.Comparison{}, err
	}
	before, old, err := textOf(ctx, store, mark.DocumentID(a))
	if err != nil {
		return wire.Comparison{}, err
	}
	after, new, err := textOf(ctx, store, mark.DocumentID(b))
	if err != nil {
		return wire.Comparison{}, err
	}
	runs, err := similar.Compare(ctx, old, new)
	if err != nil {
		return wire.Comparison{}, err
	}
	out := wire.Comparison{
		Old: wireDocument(before), New: wireDocument(after), Same: similar.SameShare(runs), Runs: []wire.CompareRun{}, Cut: len(runs) > maxRuns,
	}
	pages := newPages(store)
	for _, r := range runs[:min(len(runs), maxRuns)] {
		w := wire.CompareRun{Change: string(r.Change), OldPage: r.Old.From.Page, NewPage: r.New.From.Page, OldSpans: []wire.PageSpan{}, NewSpans: []wire.PageSpan{}}
		text, space := new.Between(r.New), spaceAt(new, r.New.To)
		if r.Change == similar.Deleted {
			text, space = old.Between(r.Old), spaceAt(old, r.Old.To)
		}
		w.Text, w.Cut = abridged(text)
		w.Text += space
		if r.Change == similar.Deleted {
			w.OldSpans, err = pages.spans(ctx, spansOf(before.ID, old, r.Old))
		}
		if r.Change == similar.Inserted {
			w.NewSpans, err = pages.spans(ctx, spansOf(after.ID, new, r.New))
		}
		if err != nil {
			return wire.Comparison{}, err
		}
		out.Runs = append(out.Runs, w)
	}
	return out, nil
}

// spaceAt returns the white space that begins at a place, so that runs can be
// set one after the other as they stand. A page's end is a line's end.
func spaceAt(text similar.Text, at mark.Pos) string {
	if at.Page < 1 || at.Page > len(text) || at.Offset > len(text[at.Page-1]) {
		return ""
	}
	rest := text[at.Page-1][at.Offset:]
	word := strings.TrimLeftFunc(rest, unicode.IsSpace)
	if word == "" {
		return "\n"
	}
	return rest[:len(rest)-len(word)]
}

// textOf reads the text of a document's pages. A page that is not stored is
// empty.
func textOf(ctx context.Context, store mark.MatterStore, id mark.DocumentID) (mark.Document, similar.Text, error) {
	doc, err := store.Document(ctx, id)
	if err != nil {
		return doc, nil, err
	}
	var text similar.Text
	for {
		pages, err := store.PagesFrom(ctx, id, len(text)+1, 64)
		if err != nil {
			return doc, nil, err
		}
		if len(pages) == 0 {
			return doc, text, nil
		}
		for _, p := range pages {
			for len(text) < p.Number-1 {
				text = append(text, "")
			}
			text = append(text, p.Text)
		}
	}
}

// spansOf returns the pieces of pages that a range of a text is made of.
func spansOf(doc mark.DocumentID, text similar.Text, r similar.Range) []mark.Span {
	var out []mark.Span
	for p := r.From.Page; p <= r.To.Page && p <= len(text); p++ {
		s := mark.Span{Document: doc, Page: p, End: len(text[p-1])}
		if p == r.From.Page {
			s.Start = r.From.Offset
		}
		if p == r.To.Page {
			s.End = r.To.Offset
		}
		if s.Start < s.End {
			out = append(out, s)
		}
	}
	return out
}

// abridged leaves out the middle of a long text.
func abridged(text string) (string, bool) {
	if len(text) <= 2*maxRunText {
		return text, false
	}
	head, tail := maxRunText, len(text)-maxRunText
	for !utf8.RuneStart(text[head]) {
		head--
	}
	for !utf8.RuneStart(text[tail]) {
		tail++
	}
	return text[:head] + " … " + text[tail:], true
}
