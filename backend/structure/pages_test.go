package structure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestBatesNumbersGoThroughTheDocument(t *testing.T) {
	body := "\n\nThe letter of that day says that the goods arrived late and in poor order.\n\n"
	doc := mark.Document{Kind: mark.KindPDF}
	r := scan(doc, "Memo"+body+"ABC 0001234", "More"+body+"ABC 0001235", "And more"+body+"ABC 0001238", "The end"+body+"ABC 0001238", "Really"+body+"ABC 0001239",
		"Six"+body+"ABC 0001240", "Seven"+body+"ABC 0001241", "Eight"+body+"ABC 0001242")
	want := []string{"ABC0001234", "ABC0001235", "ABC0001238", "ABC0001238", "ABC0001239", "ABC0001240", "ABC0001241", "ABC0001242"}
	if got := told(r, mark.FeatureBates); !slices.Equal(got, want) {
		t.Errorf("Bates numbers %q, want %q", got, want)
	}
	if r.Meta.BatesFirst != "ABC0001234" || r.Meta.BatesLast != "ABC0001242" {
		t.Errorf("range %s to %s", r.Meta.BatesFirst, r.Meta.BatesLast)
	}
	notes := strings.Join(r.Notes, "\n")
	if len(r.Notes) != 2 || !strings.Contains(notes, "2 numbers missing") || !strings.Contains(notes, "again on page 4") {
		t.Errorf("notes %q, want a gap and a repetition", r.Notes)
	}
	for _, form := range []string{"GM%07d", "ABC-DEF%07d", "DEF2-%07d", "%07d", "X_Y_%07d CONFIDENTIAL"} {
		var pages []string
		for i := range 4 {
			pages = append(pages, "Memo"+body+fmt.Sprintf(form, 9998+i))
		}
		if got := told(scan(doc, pages...), mark.FeatureBates); len(got) != 4 || !strings.HasSuffix(got[3], "0010001") {
			t.Errorf("Bates numbers of the form %s: %q", form, got)
		}
	}
	r = scan(doc, "Case No. 0012345"+body+"Page 1", "Case No. 0012345"+body+"Page 2", "Case No. 0012345"+body+"Page 3")
	if got := told(r, mark.FeatureBates); got != nil {
		t.Errorf("a case's number is taken for %q", got)
	}
}

func TestWhatRunsAtTheEdgesIsToldFromTheText(t *testing.T) {
	page := func(n, text string) string {
		return "Case 1:20-cv-00012 Document 4 Filed 01/02/20 Page " + n + " of 3\n\n" + text + "\n\n" + n
	}
	r := scan(mark.Document{Kind: mark.KindPDF}, page("1", "The plaintiff lives in Ohio and sold the goods there."), page("2", "The defendant lives in Utah and never paid for them."), page("3", "The court finds that the price is owed."))
	if got := told(r, mark.FeatureHeader); len(got) != 3 || !strings.HasSuffix(got[1], "Page 2 of 3") {
		t.Errorf("headers %q", got)
	}
	if got := told(r, mark.FeatureFooter); !slices.Equal(got, []string{"1", "2", "3"}) {
		t.Errorf("footers %q", got)
	}
	if got := told(r, mark.FeatureDate); !slices.Equal(got, []string{"2020-01-02"}) {
		t.Errorf("dates %q, want the date in the running head once", got)
	}
}

func TestTranscriptsAreAddressedByPageAndLine(t *testing.T) {
	page := "1      Q.   Did you see the car?\n2      A.   I did.\n3      Q.   What colour was it,\n4   as far as you know?\n5      A.   It was red.\n6      Q.   And then?\n7      A.   It stopped.\n8      Q.   Where?\n9      A.   On Main Street.\n10     Q.   Was anybody in it?\n11     A.   A man.\n12          MR. SMITH:  Objection.\n"
	r := scan(mark.Document{Kind: mark.KindText}, page, page)
	if r.Meta.Type != mark.TypeTranscript {
		t.Errorf("type %q", r.Meta.Type)
	}
	got := told(r, mark.FeatureQuestion)
	if len(got) != 10 || got[1] != "1:3" || got[5] != "2:1" {
		t.Errorf("questions %q", got)
	}
	for _, f := range r.Features {
		if f.Kind == mark.FeatureQuestion && f.Value == "1:3" && !strings.HasSuffix(f.Text, "as you know?") {
			t.Errorf("question %q, want it to its end", f.Text)
		}
		if f.Kind == mark.FeatureReply && f.Value == "1:11" && strings.Contains(f.Text, "Objection") {
			t.Errorf("reply %q holds what counsel said", f.Text)
		}
	}
}

func TestHistoryOfAMessageIsQuoted(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"a reply", "From: a@b.c\nTo: d@e.f\nSubject: Re: Goods\n\nThank you.\n\nOn Mon, Jan 4, 2021 at 9:00 AM Jane Roe <d@e.f> wrote:\n> The goods came.\n> Regards", "On Mon"},
		{"Outlook", "From: a@b.c\nTo: d@e.f\nSubject: Re: Goods\n\nThank you.\n\n-----Original Message-----\nFrom: Jane\nSent: Monday\n\nThe goods came.", "-----Original"},
		{"a head without a line", "From: a@b.c\nTo: d@e.f\n\nThank you.\n\nFrom: Jane Roe\nSent: Monday\nTo: A\nSubject: Goods\n\nThe goods came.", "From: Jane"},
		{"no history", "From: a@b.c\nTo: d@e.f\nSubject: Goods\n\nThe goods came from: Ohio.", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := told(scan(mark.Document{Kind: mark.KindMail}, tt.text), mark.FeatureQuoted)
			if tt.want == "" && len(got) > 0 || tt.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], tt.want)) {
				t.Errorf("quoted %q, want one that begins %q", got, tt.want)
			}
		})
	}
}

func TestFootnotesStandUnderTheirAnchors(t *testing.T) {
	text := "The court held so.1 The rule is old, as the parties know.2 It has never been doubted since it was made,\nand nobody doubts it here. The appeal fails for that reason, and the costs follow the event as they always do.\n\n1 The rule was made in 1902 by this court.\n2 See the brief of the appellant, which says\nthe same.\n\n7"
	got := told(scan(mark.Document{Kind: mark.KindPDF}, text), mark.FeatureFootnote)
	if !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("footnotes %q", got)
	}
}

func TestFootnoteIsKnownByItsRaisedFigure(t *testing.T) {
	text := "The court held so. 4 The rule is old, and nobody doubts it who has read what the court said.\n\n4 The rule was made in 1902 by this court.\n"
	p := mark.Page{Number: 1, Text: text}
	for i, w := range []string{"so.", "4", "The"} {
		at := strings.Index(text, w)
		if i == 2 {
			at = strings.Index(text, "The rule")
		}
		box := mark.Rect{X0: float64(100 * i), Y0: 100, X1: float64(100*i + 50), Y1: 112}
		if w == "4" {
			box.Y1 = 105
		}
		p.Words = append(p.Words, mark.Word{Start: at, End: at + len(w), Box: box})
	}
	s := New(mark.Document{Kind: mark.KindPDF})
	s.Page(p)
	if got := told(s.Result(), mark.FeatureFootnote); !slices.Equal(got, []string{"4"}) {
		t.Errorf("footnotes %q", got)
	}
	for i := range p.Words { // as high as the words beside it: a number in the text
		p.Words[i].Box.Y1 = 112
	}
	s = New(mark.Document{Kind: mark.KindPDF})
	s.Page(p)
	if got := told(s.Result(), mark.FeatureFootnote); got != nil {
		t.Errorf("footnotes %q", got)
	}
}

func TestLinesOfAPleadingGetTheNumbersBesideThem(t *testing.T) {
	var text strings.Builder
	p := mark.Page{Number: 1}
	word := func(s string, x, y float64) {
		p.Words = append(p.Words, mark.Word{Start: text.Len(), End: text.Len() + len(s), Box: mark.Rect{X0: x, Y0: y, X1: x + 20, Y1: y + 12}})
		text.WriteString(s + "\n")
	}
	word("CAPTION", 200, 101)
	word("Plaintiff", 100, 125)
	word("Body", 100, 173)
	word("Quoted", 120, 185) // set closer than the numbers
	for i := range 12 {
		word(fmt.Sprint(i+1), 40, 100+24*float64(i))
	}
	p.Text = text.String()
	s := New(mark.Document{Kind: mark.KindPDF})
	s.Page(p)
	r := s.Result()
	if got := told(r, mark.FeatureLine); !slices.Equal(got, []string{"1", "2", "4", "5"}) {
		t.Errorf("lines %q", got)
	}
	if got := told(r, mark.FeatureFooter); got != nil {
		t.Errorf("a line's number is taken for the foot %q", got)
	}
}

func TestTranscriptGoesByItsOwnPageNumbers(t *testing.T) {
	page := "Page 12\n1   A P P E A R A N C E S\n2   BY MR. SMITH:\n3       Q.   Good morning.\n4       A.   Jane Roe.\n5       Q.   Did you sign it?\n6            MR. JONES:  Objection.\n7       A.   I did.\n8       Q.   Who else?\n9       A.   My husband.\n10      Q.   When?\n11      A.   That day.\n12      Q.   Where?\n13      A.   At home.\n"
	r := scan(mark.Document{Kind: mark.KindText}, page)
	if got := told(r, mark.FeatureReply); !slices.Equal(got, []string{"12:4", "12:7", "12:9", "12:11", "12:13"}) {
		t.Errorf("replies %q", got)
	}
	for _, kind := range []mark.FeatureKind{mark.FeatureClause, mark.FeatureHeading} {
		if got := told(r, kind); got != nil {
			t.Errorf("%s %q in a transcript", kind, got)
		}
	}
}
