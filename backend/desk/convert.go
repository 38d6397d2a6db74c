package desk

import (
	"context"
	"time"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/wire"
)

func wireMatter(m mark.Matter, c mark.Counts) wire.Matter {
	return wire.Matter{
		ID: string(m.ID), Name: m.Name, Created: stamp(m.Created),
		Documents: c.Documents, Pages: c.Pages, OCRPages: c.OCRPages, NeedYou: c.NeedYou,
		Chunks: c.Chunks, Embedded: c.Embedded, Bytes: c.Bytes,
	}
}

// wirePage counts in UTF-16 code units, as JavaScript does.
func wirePage(p mark.Page) wire.Page {
	out := wire.Page{
		Number: p.Number, Label: p.Label, Width: p.Width, Height: p.Height, Text: p.Text,
		Words: make([]wire.Word, 0, len(p.Words)), OCR: p.OCR, Confidence: p.Confidence, Problem: p.Problem,
	}
	at := utf16Counter{text: p.Text}
	for _, w := range p.Words {
		s := at.units(w.Start)
		out.Words = append(out.Words, wire.Word{Start: s, End: at.units(w.End), Box: wireBox(w.Box), Confidence: w.Confidence})
	}
	return out
}

// utf16Counter turns ascending byte offsets into UTF-16 offsets in one pass.
type utf16Counter struct {
	text         string
	bytes, count int
}

func (c *utf16Counter) units(offset int) int {
	if offset < c.bytes {
		c.bytes, c.count = 0, 0
	}
	for c.bytes < offset && c.bytes < len(c.text) {
		r, n := utf8.DecodeRuneInString(c.text[c.bytes:])
		c.bytes += n
		c.count++
		if r > 0xFFFF {
			c.count++
		}
	}
	return c.count
}

func wireBox(r mark.Rect) wire.Box { return wire.Box{r.X0, r.Y0, r.X1, r.Y1} }

// pages reads the pages of one matter at most once each.
type pages struct {
	store   citeStore
	read    map[pageKey]mark.Page
	numbers map[mark.DocumentID]*numbering
}

type pageKey struct {
	doc  mark.DocumentID
	page int
}

func newPages(s citeStore) *pages {
	return &pages{store: s, read: map[pageKey]mark.Page{}, numbers: map[mark.DocumentID]*numbering{}}
}

func (p *pages) page(ctx context.Context, doc mark.DocumentID, n int) (mark.Page, error) {
	k := pageKey{doc, n}
	if pg, ok := p.read[k]; ok {
		return pg, nil
	}
	pg, err := p.store.Page(ctx, doc, n)
	if err == nil {
		p.read[k] = pg
	}
	return pg, err
}

// spans gives each span's boxes, those of one page together.
func (p *pages) spans(ctx context.Context, spans []mark.Span) ([]wire.PageSpan, error) {
	out := []wire.PageSpan{}
	for _, s := range spans {
		pg, err := p.page(ctx, s.Document, s.Page)
		if err != nil {
			return nil, err
		}
		boxes := []wire.Box{}
		for _, b := range pg.Boxes(s.Start, s.End) {
			boxes = append(boxes, wireBox(b))
		}
		if n := len(out); n > 0 && out[n-1].Page == s.Page {
			out[n-1].Boxes = append(out[n-1].Boxes, boxes...)
			continue
		}
		out = append(out, wire.PageSpan{Page: s.Page, Boxes: boxes})
	}
	return out, nil
}

func (p *pages) hits(ctx context.Context, hits []mark.Hit) ([]wire.Hit, error) {
	out := make([]wire.Hit, 0, len(hits))
	for _, h := range hits {
		w, err := p.hit(ctx, h)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

func (p *pages) hit(ctx context.Context, h mark.Hit) (wire.Hit, error) {
	spans, err := p.spans(ctx, h.Spans)
	if err != nil {
		return wire.Hit{}, err
	}
	matches, err := p.spans(ctx, h.Matches)
	if err != nil {
		return wire.Hit{}, err
	}
	out := wire.Hit{
		Document: string(h.Document.ID), Name: h.Document.Name, Kind: string(h.Document.Kind), Page: h.Chunk.From.Page,
		Header: h.Chunk.Header, Text: h.Chunk.Text, Marks: marks(h), Score: h.Score, Why: []string{}, Type: string(h.Document.Meta.Type), Date: h.Document.Meta.Date, Spans: spans, Matches: matches,
	}
	at := h.Spans
	if len(h.Matches) > 0 {
		out.Page, at = h.Matches[0].Page, h.Matches
	}
	if out.Place, err = p.place(ctx, at[:min(1, len(at))]); err != nil {
		return wire.Hit{}, err
	}
	for _, r := range h.Why {
		if r.Detail != "" {
			out.Why = append(out.Why, r.Detail)
		}
	}
	return out, nil
}

// marks places the matches in the hit's text, in UTF-16 units.
func marks(h mark.Hit) [][2]int {
	out := [][2]int{}
	at := utf16Counter{text: h.Chunk.Text}
	for _, m := range h.Matches {
		before := 0
		for _, s := range h.Spans {
			if s.Page == m.Page && m.Start >= s.Start && m.End <= s.End {
				out = append(out, [2]int{at.units(before + m.Start - s.Start), at.units(before + m.End - s.Start)})
				break
			}
			before += s.End - s.Start
		}
	}
	return out
}

func wireSentence(s mark.Sentence) wire.Sentence {
	return wire.Sentence{Text: s.Text, Verdict: string(s.Verdict), Heading: s.Heading, Citations: notNil(s.Citations), Note: s.Note}
}

func wireCitation(c mark.Citation) wire.Citation {
	out := wire.Citation{Document: string(c.Document), Name: c.Name, Quote: c.Quote, Spans: []wire.PageSpan{}}
	for _, b := range c.Boxes {
		s := wire.PageSpan{Page: b.Page, Boxes: []wire.Box{}}
		for _, r := range b.Boxes {
			s.Boxes = append(s.Boxes, wireBox(r))
		}
		out.Spans = append(out.Spans, s)
	}
	if len(c.Spans) > 0 {
		out.Page = c.Spans[0].Page
	}
	return out
}

// answer leaves out passages that were nearest and are gone since: the answer
// was given, and stays.
func (p *pages) answer(ctx context.Context, a mark.Answer) (wire.Answer, error) {
	nearest := make([]wire.Hit, 0, len(a.Nearest))
	for _, h := range a.Nearest {
		w, err := p.hit(ctx, h)
		switch {
		case err == nil:
			nearest = append(nearest, w)
		case mark.CodeOf(err) != mark.NotFound:
			return wire.Answer{}, err
		}
	}
	out := wire.Answer{
		Text: a.Text, Refused: a.Refused, Sentences: []wire.Sentence{}, Citations: []wire.Citation{}, Nearest: nearest,
		Documents: a.Searched.Documents, Pages: a.Searched.Pages, Unread: a.Searched.Unread, Model: a.Model,
		SearchMS: ms(a.Timings.Search), FirstMS: ms(a.Timings.FirstToken), TotalMS: ms(a.Timings.Total),
		Trace: wireTrace(a.Trace),
	}
	out.Route = WireRoute(a.Routed)
	if s := a.Survey; s != nil {
		out.Survey = &wire.Survey{Topic: s.Topic, Without: s.Without, Rows: []wire.SurveyRow{}, Values: wireFacets(s.Values)}
		for _, r := range s.Rows {
			out.Survey.Rows = append(out.Survey.Rows, wire.SurveyRow{
				Document: string(r.Document), Name: r.Name, State: string(r.State), Value: r.Value, Citation: r.Citation,
			})
		}
	}
	if s := a.Timings.Write.Seconds(); s > 0 {
		out.TokensPS = float64(a.Timings.Tokens) / s
	}
	for _, s := range a.Sentences {
		out.Sentences = append(out.Sentences, wireSentence(s))
	}
	for _, c := range a.Citations {
		w := wireCitation(c)
		var err error
		if w.Place, err = p.place(ctx, c.Spans); err != nil {
			return wire.Answer{}, err
		}
		out.Citations = append(out.Citations, w)
	}
	findings(&out, a)
	return out, nil
}

// WireError is what a person may read of err.
func WireError(err error) *wire.Error {
	return &wire.Error{Code: string(mark.CodeOf(err)), Message: mark.MessageOf(err)}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// notNil keeps lists lists in JSON.
func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
