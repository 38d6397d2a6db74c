package eval

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"strconv"

	mark "markai/backend"
	"markai/backend/authority"
)

// citationCase is a line of citations/cases.jsonl, as far as the finder may know it.
type citationCase struct {
	ID      string   `json:"id"`
	Text    string   `json:"text"`
	Clean   []string `json:"clean_steps"`
	Options struct {
		RemoveAmbiguous bool `json:"remove_ambiguous"`
	} `json:"options"`
}

// citationResult is a line of the result.
type citationResult struct {
	ID        string          `json:"id"`
	Citations []foundCitation `json:"citations"`
}

// foundCitation is a citation in the words of the set. Groups hold the numbers
// of the citation proper; a page that the text leaves blank is null.
type foundCitation struct {
	Type      string             `json:"type"`
	Groups    map[string]*string `json:"groups"`
	Corrected string             `json:"corrected_reporter,omitempty"`
	Year      *int               `json:"year"`
	Metadata  map[string]string  `json:"metadata"`
}

// citationTypes are the set's words for the kinds of citations.
var citationTypes = map[authority.Kind]string{
	authority.FullCase: "FullCaseCitation", authority.ShortCase: "ShortCaseCitation",
	authority.Law: "FullLawCitation", authority.Journal: "FullJournalCitation",
	authority.Supra: "SupraCitation", authority.Idem: "IdCitation",
	authority.Reference: "ReferenceCitation", authority.Unknown: "UnknownCitation",
}

// Citations finds the citations in the texts of dir/citations/cases.jsonl,
// each cleaned as its case says, and writes one line per case to out.
func Citations(ctx context.Context, dir string, out io.Writer) error {
	cases, err := readLines[citationCase](filepath.Join(dir, "citations", "cases.jsonl"))
	if err != nil {
		return err
	}
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for _, c := range cases {
		if err := ctx.Err(); err != nil {
			return err
		}
		p, err := clean(c.Text, c.Clean)
		if err != nil {
			return err
		}
		r := citationResult{ID: c.ID, Citations: []foundCitation{}}
		for _, found := range authority.FindIn(p.text, authority.Options{Emphasis: p.emphasis, CertainOnly: c.Options.RemoveAmbiguous}) {
			r.Citations = append(r.Citations, inWordsOfSet(found))
		}
		if err := lines.Encode(r); err != nil {
			return mark.Errorf(mark.Internal, "The results could not be written.").Because(err)
		}
	}
	return nil
}

func inWordsOfSet(c authority.Citation) foundCitation {
	f := foundCitation{Type: citationTypes[c.Kind], Groups: map[string]*string{}, Metadata: map[string]string{}}
	parts := maps.Clone(c.Parts)
	if parts == nil {
		parts = map[string]string{}
	}
	switch c.Kind {
	case authority.FullCase, authority.ShortCase, authority.Law, authority.Journal:
		parts["volume"], parts["page"], parts["reporter"] = c.Volume, c.Page, c.Reporter
		parts["title"], parts["section"] = c.Title, c.Section
		f.Corrected = c.Canonical
	case authority.Supra:
		f.Metadata["volume"] = c.Volume
	}
	for k, v := range parts {
		if v != "" {
			f.Groups[k] = &v
		}
	}
	if c.Year != 0 {
		f.Year = &c.Year
		f.Metadata["year"] = strconv.Itoa(c.Year)
	}
	for k, v := range map[string]string{
		"pin_cite": c.PinCite, "plaintiff": c.Plaintiff, "defendant": c.Defendant, "antecedent_guess": c.Antecedent,
		"court": c.Court, "month": c.Month, "day": c.Day, "publisher": c.Publisher,
		"parenthetical": c.Parenthetical, "extra": c.Extra,
	} {
		if v != "" {
			f.Metadata[k] = v
		}
	}
	maps.DeleteFunc(f.Metadata, func(_, v string) bool { return v == "" })
	return f
}
