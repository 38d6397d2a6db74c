package cli

import (
	"cmp"
	"fmt"
	"strings"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/legal"
)

// recognise fills in what the pages of a file hold.
func (x *extracted) recognise(name string, source mark.SourceInfo, pages []mark.Page) {
	doc := mark.Document{Name: name, Kind: source.Kind, Title: ingest.GivenTitle(source)}
	title, parties := legal.Identify(name, pages[:min(len(pages), 3)])
	doc.Parties = parties
	if doc.Kind != mark.KindMail || doc.Title == "" { // the subject of a message stands
		doc.Title = cmp.Or(title, doc.Title)
	}
	r := ingest.NewRecognition(doc, source.Features)
	for _, p := range pages {
		r.Page(p)
	}
	found := r.Result()
	meta := source.Meta
	ingest.Complete(&meta, found.Meta)
	x.Title, x.Type, x.Date, x.Language = doc.Title, string(meta.Type), meta.Date, meta.Language
	if meta.BatesFirst != "" {
		x.Bates = []string{meta.BatesFirst, meta.BatesLast}
	}
	x.Notes = append(x.Notes, found.Notes...)
	for _, f := range found.Features {
		if f.Kind == mark.FeatureParty {
			x.Parties = append(x.Parties, oneLine(f.Text))
		}
		x.Features = append(x.Features, extractedFeature{string(f.Kind), f.Page, f.Start, f.End, f.Text, f.Value, f.Level})
	}
}

// shown are the kinds of feature that people are shown, under their titles, in
// order. What runs at the edges of pages and the numbers of lines are left to
// the machine.
var shown = []struct {
	kind  mark.FeatureKind
	title string
	most  int // that are listed; of the rest their number is told
}{
	{mark.FeatureParty, "Parties", 20},
	{mark.FeatureDate, "Dates", 40},
	{mark.FeatureAmount, "Amounts", 40},
	{mark.FeatureDefinedTerm, "Defined terms", 100},
	{mark.FeatureHeading, "Headings", 400},
	{mark.FeatureExhibit, "Exhibits", 60},
	{mark.FeatureSignature, "Signatures", 30},
	{mark.FeatureBates, "Bates numbers", 10},
	{mark.FeatureCitation, "Citations", 100},
	{mark.FeatureQuestion, "Questions", 40},
	{mark.FeatureFootnote, "Footnotes", 40},
	{mark.FeatureQuoted, "Earlier messages", 10},
	{mark.FeatureLanguage, "Pages in another language", 20},
	{mark.FeatureField, "Form fields", 100},
	{mark.FeatureComment, "Comments", 40},
	{mark.FeatureInsertion, "Insertions", 40},
	{mark.FeatureDeletion, "Deletions", 40},
	{mark.FeatureHidden, "Text that is not seen", 40},
}

// print tells people what a file holds.
func (x *extracted) print(w printable) {
	fact := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%-10s %s\n", name, value)
		}
	}
	fact("Title", x.Title)
	fact("Type", x.Type)
	fact("Date", x.Date)
	fact("Language", x.Language)
	fact("Pages", fmt.Sprint(len(x.Pages)))
	if len(x.Bates) == 2 {
		fact("Bates", x.Bates[0]+" to "+x.Bates[1])
	}
	for _, n := range x.Notes {
		fact("Note", n)
	}
	for _, s := range shown {
		x.printKind(w, string(s.kind), s.title, s.most)
	}
}

func (x *extracted) printKind(w printable, kind, title string, most int) {
	n := 0
	for _, f := range x.Features {
		if f.Kind != kind {
			continue
		}
		if n++; n == 1 {
			fmt.Fprintf(w, "\n%s\n", title)
		}
		if n > most {
			continue
		}
		indent := ""
		if f.Kind == string(mark.FeatureHeading) {
			indent = strings.Repeat("  ", max(0, f.Level-1))
		}
		line := oneLine(f.Text)
		switch {
		case f.Kind == string(mark.FeatureHeading) || f.Value == "" || f.Value == line:
		case f.Kind == string(mark.FeatureExhibit) && f.Level == 1:
			line = f.Value + " (begins here)"
		case f.Kind == string(mark.FeatureExhibit):
			line = f.Value
		default:
			line = f.Value + "  " + line
		}
		fmt.Fprintf(w, "  p. %-4d %s%s\n", f.Page, indent, line)
	}
	if n > most {
		fmt.Fprintf(w, "  and %d more\n", n-most)
	}
}

// oneLine returns s on one line, cut where it is long.
func oneLine(s string) string {
	const limit = 110 // characters
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > limit {
		s = string(r[:limit]) + "…"
	}
	return s
}
