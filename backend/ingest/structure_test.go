package ingest_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
)

// told is a parser of one page that tells more than its text.
type told struct{}

const toldText = "LEASE AGREEMENT\n\nThis Lease Agreement is made as of May 1, 2021 by and between Acme Realty, LLC (“Landlord”) and Jane Roe (“Tenant”).\n\n1. Term. The term is one year.\n"

func (told) Score(string, []byte) int { return 90 }
func (told) Open(context.Context, mark.File) (mark.Source, error) {
	return told{}, nil
}

func (told) Info() mark.SourceInfo {
	return mark.SourceInfo{
		Kind: mark.KindPDF, Pages: 1, Meta: mark.Meta{Author: "A. Clerk", Date: "2020-12-31"},
		Features: []mark.Feature{
			{Kind: mark.FeatureComment, Page: 1, Start: 0, End: 5, Text: "check this", Value: "J. Doe"},
			{Kind: mark.FeatureHeading, Page: 1, Start: 0, End: 15, Text: "LEASE AGREEMENT", Level: 3},
			{Kind: mark.FeatureFooter, Page: 1, Start: 0, End: 4, Text: "not there"},
			{Kind: mark.FeatureFooter, Page: 1, Start: 4000, End: 4001},
			{Kind: mark.FeatureHidden, Page: 9, Start: 0, End: 1, Text: "L"},
		},
	}
}

func (told) Page(context.Context, int) (mark.Page, error) {
	return mark.Page{Number: 1, Width: 612, Height: 792, Text: toldText}, nil
}

func (told) Image(context.Context, int, int) (mark.Image, error) {
	return mark.Image{}, mark.Errorf(mark.Unsupported, "There is no picture of this.")
}
func (told) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(func(mark.Attachment, error) bool) {}
}
func (told) Close() error { return nil }

func TestADocumentTellsWhatItHolds(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: []mark.Parser{told{}}})
	_, doc := b.until(b.add("lease.pdf", "x").ID, mark.JobDone)
	if m := doc.Meta; m.Type != mark.TypeContract || m.Language != "" && m.Language != "en" || m.Author != "A. Clerk" {
		t.Errorf("meta %+v", m)
	}
	if doc.Meta.Date != "2020-12-31" {
		t.Errorf("date %q, want what the file itself says", doc.Meta.Date)
	}
	features, err := b.store.Features(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	count := map[mark.FeatureKind]int{}
	for _, f := range features {
		count[f.Kind]++
		if f.Kind == mark.FeatureHeading && f.Start == 0 && f.Level != 3 {
			t.Errorf("the heading that the parser told is %+v", f)
		}
	}
	if count[mark.FeatureComment] != 1 || count[mark.FeatureFooter] != 0 || count[mark.FeatureHidden] != 0 {
		t.Errorf("%v, want what the parser told where it fits", count)
	}
	parties := slices.DeleteFunc(features, func(f mark.Feature) bool { return f.Kind != mark.FeatureParty })
	if len(parties) != 2 || parties[0].Value != "Landlord" || parties[1].Text != "Jane Roe" {
		t.Errorf("parties %+v", parties)
	}
}
