package ingest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
	"markai/backend/structure"
)

// Recognition finds what the pages of a document hold, beside what its parser
// told. It is used by one goroutine.
type Recognition struct {
	scan  *structure.Scanner
	given map[int][]mark.Feature // the parser's, by page
	told  []mark.Feature         // those of them that fit their page
}

// NewRecognition returns a recognition for a document, of which the name, kind,
// title and parties are used. given are the parser's features.
func NewRecognition(doc mark.Document, given []mark.Feature) *Recognition {
	r := &Recognition{scan: structure.New(doc), given: map[int][]mark.Feature{}}
	for _, f := range given {
		r.given[f.Page] = append(r.given[f.Page], f)
	}
	return r
}

// Page reads the next page, as it is stored. What a parser told of other text than
// this, as of a page that was read from its picture in the end, is dropped.
func (r *Recognition) Page(p mark.Page) {
	r.scan.Page(p)
	for _, list := range [][]mark.Feature{r.given[p.Number], p.Features} {
		for _, f := range list {
			if fits(f, p.Text) {
				f.Told = true
				r.told = append(r.told, f)
			}
		}
	}
}

// fits reports whether a feature stands in text where it says. What a comment
// or a form's field says need not stand in the text, only its place must.
func fits(f mark.Feature, text string) bool {
	if f.Start < 0 || f.End > len(text) || f.End < f.Start || !boundary(text, f.Start) || !boundary(text, f.End) {
		return false
	}
	switch f.Kind {
	case mark.FeatureComment, mark.FeatureField, mark.FeatureInsertion, mark.FeatureDeletion, mark.FeatureLayer:
		return true
	}
	return f.Start < f.End && strings.HasPrefix(text[f.Start:f.End], f.Text)
}

// boundary reports whether no character of text is cut at i.
func boundary(text string, i int) bool {
	return i == len(text) || text[i]&0xc0 != 0x80
}

// Result merges what was found with what was told, which goes first: where
// both have a feature of one kind at one place, the parser saw more.
func (r *Recognition) Result() structure.Result {
	out := r.scan.Result()
	if len(r.told) == 0 {
		return out
	}
	type place struct {
		kind mark.FeatureKind
		page int
	}
	told := map[place][]mark.Feature{}
	for _, f := range r.told {
		p := place{f.Kind, f.Page}
		told[p] = append(told[p], f)
	}
	kept := slices.DeleteFunc(out.Features, func(f mark.Feature) bool {
		return slices.ContainsFunc(told[place{f.Kind, f.Page}], func(t mark.Feature) bool {
			return f.Start < t.End && t.Start < f.End
		})
	})
	out.Features = append(kept, r.told...)
	slices.SortStableFunc(out.Features, func(a, b mark.Feature) int {
		if a.Page != b.Page {
			return a.Page - b.Page
		}
		return a.Start - b.Start
	})
	return out
}

// classify tells the document's type and date from its opening: its first
// passages carry them.
func (w *work) classify() { w.judge(structure.Opening(*w.doc, w.first)) }

// judge takes the type and the date that the text tells. They replace what the
// text told before, and nothing else.
func (w *work) judge(told mark.Meta) {
	m := &w.doc.Meta
	if told.Type != "" && (m.Type == "" || m.Type == w.opened.Type) {
		m.Type, w.opened.Type = told.Type, told.Type
	}
	if told.Date != "" && (m.Date == "" || m.Date == w.opened.Date) {
		m.Date, w.opened.Date = told.Date, told.Date
	}
}

// keep stores what was recognised. Told again, it is the same.
func (w *work) keep(ctx context.Context, r *Recognition) error {
	found := r.Result()
	w.judge(found.Meta)
	Complete(&w.doc.Meta, found.Meta)
	for _, n := range slices.Concat(found.Notes, unseenNotes(found.Features)) {
		addNote(w.doc, n)
	}
	if err := w.r.m.store.PutFeatures(ctx, w.doc.ID, found.Features); err != nil {
		return fmt.Errorf("store features: %w", err)
	}
	return nil
}

// GivenTitle is the title that a file gives itself: a message's subject, or
// what its properties say where that is a title.
func GivenTitle(info mark.SourceInfo) string {
	if info.Kind == mark.KindMail {
		return info.Title
	}
	return legal.TitleOfProperties(info.Title)
}

// Complete fills what m does not say from other: a load file knows better than
// the file, and the file better than its text.
func Complete(m *mark.Meta, other mark.Meta) {
	m.Type = orText(m.Type, other.Type)
	m.Date = orText(m.Date, other.Date)
	m.Language = orText(m.Language, other.Language)
	m.Author = orText(m.Author, other.Author)
	m.Custodian = orText(m.Custodian, other.Custodian)
	m.ContentHash = orText(m.ContentHash, other.ContentHash)
	if m.BatesFirst == "" && m.BatesLast == "" { // a range is from one source
		m.BatesFirst, m.BatesLast = other.BatesFirst, other.BatesLast
	}
	if m.Mail == nil {
		m.Mail = other.Mail
	}
	if len(other.Fields) > 0 {
		fields := maps.Clone(other.Fields)
		maps.Copy(fields, m.Fields)
		m.Fields = fields
	}
}

func orText[T ~string](s, otherwise T) T {
	if s != "" {
		return s
	}
	return otherwise
}
