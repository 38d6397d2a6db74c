package desk

import (
	"errors"
	"testing"

	mark "markai/backend"
	"markai/backend/export"
	"markai/backend/marktest"
)

// span is bytes of a page.
func span(doc mark.DocumentID, page, start, end int) mark.Span {
	return mark.Span{Document: doc, Page: page, Start: start, End: end}
}

func TestPlacesAreCitedAsTheirDocumentNumbersThem(t *testing.T) {
	m := marktest.OpenMatter(t)
	put := func(d mark.Document, pages []mark.Page, features ...mark.Feature) {
		err := errors.Join(m.PutDocument(t.Context(), d), m.PutPages(t.Context(), d.ID, pages, nil), m.PutFeatures(t.Context(), d.ID, features))
		if err != nil {
			t.Fatal(err)
		}
	}
	text := "Q. When?\nA. In May.\nI think.\n"
	put(mark.Document{ID: "plain", Name: "a.pdf"}, []mark.Page{{Number: 1, Text: text}, {Number: 2, Text: text}})
	put(mark.Document{ID: "labelled", Name: "b.pdf"}, []mark.Page{{Number: 1, Label: "i", Text: text}, {Number: 2, Label: "ii", Text: text}})
	put(mark.Document{ID: "stamped", Name: "c.pdf"}, []mark.Page{{Number: 1, Label: "1", Text: text}, {Number: 2, Label: "2", Text: text}},
		mark.Feature{Kind: mark.FeatureBates, Page: 1, Start: 0, End: 2, Value: "ABC0001"}, mark.Feature{Kind: mark.FeatureBates, Page: 2, Start: 0, End: 2, Value: "ABC0002"})
	stamped := mark.Document{ID: "stamped", Name: "c.pdf", Meta: mark.Meta{BatesFirst: "ABC0001", BatesLast: "ABC0002", Custodian: "Doe, Jane"}}
	if err := m.PutDocument(t.Context(), stamped); err != nil {
		t.Fatal(err)
	}
	put(mark.Document{ID: "produced", Name: "d.tif", Meta: mark.Meta{BatesFirst: "X-1", BatesLast: "X-2"}}, []mark.Page{{Number: 1, Label: "X-1", Text: text}, {Number: 2, Label: "X-2", Text: text}})
	put(mark.Document{ID: "spoken", Name: "e.pdf"}, []mark.Page{{Number: 1, Text: text}, {Number: 2, Text: text}},
		mark.Feature{Kind: mark.FeatureQuestion, Page: 1, Start: 0, End: 8, Value: "47:12"}, mark.Feature{Kind: mark.FeatureReply, Page: 1, Start: 9, End: 27, Value: "47:13"},
		mark.Feature{Kind: mark.FeatureLine, Page: 1, Start: 0, End: 8, Value: "12"}, mark.Feature{Kind: mark.FeatureLine, Page: 1, Start: 9, End: 18, Value: "13"},
		mark.Feature{Kind: mark.FeatureLine, Page: 1, Start: 19, End: 27, Value: "14"},
		mark.Feature{Kind: mark.FeatureQuestion, Page: 2, Start: 0, End: 8, Value: "48:1"}, mark.Feature{Kind: mark.FeatureLine, Page: 2, Start: 0, End: 8, Value: "1"})
	tests := []struct {
		name  string
		spans []mark.Span
		want  string
	}{
		{"by the page's number", []mark.Span{span("plain", 2, 0, 4)}, "page 2"},
		{"over pages", []mark.Span{span("plain", 1, 0, 4), span("plain", 2, 0, 4)}, "pages 1–2"},
		{"by the page's own label", []mark.Span{span("labelled", 2, 0, 4)}, "page ii"},
		{"by the number that is stamped on it", []mark.Span{span("stamped", 2, 4, 8)}, "ABC0002"},
		{"by numbers over pages", []mark.Span{span("stamped", 1, 4, 8), span("stamped", 2, 4, 8)}, "ABC0001–ABC0002"},
		{"by the number that a production gave it", []mark.Span{span("produced", 1, 4, 8)}, "X-1"},
		{"a line of a transcript", []mark.Span{span("spoken", 1, 0, 8)}, "47:12"},
		{"lines of a transcript", []mark.Span{span("spoken", 1, 9, 27)}, "47:13–14"},
		{"lines over a page's end", []mark.Span{span("spoken", 1, 19, 27), span("spoken", 2, 0, 8)}, "47:14–48:1"},
		{"of a document that is gone", []mark.Span{span("gone", 3, 0, 1)}, "page 3"},
		{"nowhere", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := newPages(m).place(t.Context(), tt.spans); err != nil || got != tt.want {
				t.Errorf("cited as %q, want %q, %v", got, tt.want, err)
			}
		})
	}
	paper := export.Paper{Answer: mark.Answer{Citations: []mark.Citation{{Document: "stamped", Spans: []mark.Span{span("stamped", 2, 4, 8)}}}}}
	if err := cited(t.Context(), newPages(m), &paper); err != nil {
		t.Fatal(err)
	}
	if place, from := paper.Place(paper.Answer.Citations[0]), paper.From("stamped"); place != "ABC0002" || from != "custodian Doe, Jane" {
		t.Errorf("a paper cites %q of %q", place, from)
	}
	if from := paper.From("plain"); from != "" {
		t.Errorf("a document without a custodian is from %q", from)
	}
}
