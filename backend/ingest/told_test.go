package ingest

import (
	"slices"
	"testing"

	mark "markai/backend"
)

func TestCommentOnAScanFollowsTheTextOfItsPicture(t *testing.T) {
	own := mark.Page{Number: 2, Text: "9x0", Features: []mark.Feature{
		{Kind: mark.FeatureComment, Page: 2, Text: "Check the date", Value: "J. Smith 2024-03-05"},
		{Kind: mark.FeatureHidden, Page: 2, Start: 0, End: 3, Text: "9x0", Value: "white"},
	}}
	seen := mark.Page{Text: "The parties agree to what follows, each for himself and for his heirs.", Confidence: 0.9}
	page := remarked(better(own, seen))
	if page.Text != seen.Text+"\n\nComment by J. Smith 2024-03-05: Check the date" {
		t.Fatalf("%q", page.Text)
	}
	var kinds []mark.FeatureKind
	for _, f := range page.Features {
		kinds = append(kinds, f.Kind)
		if !fits(f, page.Text) {
			t.Errorf("%+v does not fit", f)
		}
	}
	if !slices.Equal(kinds, []mark.FeatureKind{mark.FeatureComment, mark.FeatureLayer}) {
		t.Errorf("the page keeps %v", kinds)
	}
	if c := page.Features[0]; page.Text[c.Start:c.End] != "Comment by J. Smith 2024-03-05: Check the date" {
		t.Errorf("the comment stands at %q", page.Text[c.Start:c.End])
	}
	if l := page.Features[1]; l.Text != "9x0" {
		t.Errorf("the replaced text is %q", l.Text)
	}
}

func TestWhatNobodySeesIsNotedWithItsPages(t *testing.T) {
	hidden := func(page int, value string) mark.Feature {
		return mark.Feature{Kind: mark.FeatureHidden, Page: page, Value: value}
	}
	got := unseenNotes([]mark.Feature{
		hidden(2, "covered"), hidden(2, "covered"), hidden(3, "covered"), hidden(4, "covered"), hidden(9, "covered"),
		hidden(5, "white"), hidden(5, "outside"), hidden(7, "tiny"), hidden(8, "tiny"),
	})
	want := []string{
		"Text that can be copied from pages 2 to 4 and 9 is covered, as by a black box. A redaction may have failed.",
		"Text that can be copied from page 5 has the colour of the paper.",
		"Text that can be copied from pages 7 and 8 is too small to be read.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestMarksOfATypesetterAreNoHiddenText(t *testing.T) {
	white := func(page int, text string) mark.Feature {
		return mark.Feature{Kind: mark.FeatureHidden, Page: page, Value: "white", Text: text}
	}
	got := unseenNotes([]mark.Feature{
		white(1, "VerDate 2014 16:21 Jkt 250001 PO 00000 Frm 00001"), white(2, "VerDate 2014 16:21 Jkt 250001 PO 00000 Frm 00002 more"),
		white(3, "VerDate  2014 16:22 Jkt 250001 PO 00000 Frm 00003"), white(2, "the price is secret"), white(4, "2014"), white(5, "2015"), white(6, "2016"),
	})
	want := []string{
		"On pages 1 to 3 the same text stands in the colour of the paper, but for its numbers, as printers' marks do.",
		"Text that can be copied from pages 2 and 4 to 6 has the colour of the paper.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("notes %q, want %q", got, want)
	}
}
