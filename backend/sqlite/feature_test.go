package sqlite_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
)

// shelf is a matter with a message, its attachment, two contracts and an order.
func shelf(t *testing.T) (mark.MatterStore, map[string]mark.DocumentID) {
	t.Helper()
	m, ids := marktest.OpenMatter(t), map[string]mark.DocumentID{}
	for _, d := range []mark.Document{
		{Name: "mail.eml", Kind: mark.KindMail, Thread: "t1", Meta: mark.Meta{
			Type: mark.TypeMail, Date: "2019-03-01", Language: "en", Custodian: "Smith",
			Mail: &mark.MailHead{MessageID: "a@b", From: "ann@example.org", To: []string{"bob@example.org"}, Subject: "100% sure",
				Sent: time.Date(2019, 3, 1, 9, 0, 0, 0, time.UTC)},
			Fields: map[string]string{"Box": "7"}}},
		{Name: "zeta.pdf", Parent: "mail.eml", Kind: mark.KindPDF, Meta: mark.Meta{Type: mark.TypeContract, Date: "2018", Language: "en",
			BatesFirst: "ABC0001", BatesLast: "ABC0010"}},
		{Name: "lease.pdf", Kind: mark.KindPDF, Duplicate: "earlier", Title: "Lease", Parties: []string{"Acme_Corp"}, Meta: mark.Meta{Type: mark.TypeContract, Date: "2019-03-31", Language: "de"}},
		{Name: "Order.pdf", Kind: mark.KindPDF, Status: mark.DocumentReady, Meta: mark.Meta{Type: mark.TypeOrder}},
	} {
		name := d.Name
		d.ID, d.Parent = mark.DocumentID(mark.NewID()), ids[string(d.Parent)]
		ids[name] = d.ID
		if err := m.PutDocument(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		got, err := m.Document(t.Context(), d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v", got.Meta.Mail) != fmt.Sprintf("%+v", d.Meta.Mail) || fmt.Sprint(got.Meta.Fields) != fmt.Sprint(d.Meta.Fields) {
			t.Errorf("meta of %s = %+v, want %+v", name, got.Meta, d.Meta)
		}
	}
	return m, ids
}

func TestDocumentsAreSelectedBySeveralFields(t *testing.T) {
	m, ids := shelf(t)
	scan := []mark.Page{{Number: 1, Width: 612, Height: 792, Text: "Lease", OCR: true}}
	if err := m.PutPages(t.Context(), ids["lease.pdf"], scan, nil); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		q    mark.DocumentQuery
		want []string
	}{
		{"everything, attachments behind what holds them", mark.DocumentQuery{}, []string{"lease.pdf", "mail.eml", "zeta.pdf", "Order.pdf"}},
		{"the other way round, families together", mark.DocumentQuery{Descending: true}, []string{"Order.pdf", "mail.eml", "zeta.pdf", "lease.pdf"}},
		{"by date, documents without one first", mark.DocumentQuery{Sort: mark.SortDate}, []string{"Order.pdf", "zeta.pdf", "mail.eml", "lease.pdf"}},
		{"contracts", mark.DocumentQuery{Types: []mark.DocumentType{mark.TypeContract}}, []string{"lease.pdf", "zeta.pdf"}},
		{"contracts in English", mark.DocumentQuery{Types: []mark.DocumentType{mark.TypeContract}, Languages: []string{"en", "fr"}}, []string{"zeta.pdf"}},
		{"in March 2019", mark.DocumentQuery{From: "2019-03-01", To: "2019-03"}, []string{"lease.pdf", "mail.eml"}},
		{"from the first day of a year on", mark.DocumentQuery{From: "2018-01-01", To: "2018"}, []string{"zeta.pdf"}},
		{"from its second day on", mark.DocumentQuery{From: "2018-01-02", To: "2018"}, nil},
		{"until a day", mark.DocumentQuery{To: "2019-03-30"}, []string{"mail.eml", "zeta.pdf"}},
		{"a number inside a range", mark.DocumentQuery{Bates: "abc0007"}, []string{"zeta.pdf"}},
		{"a number with a separator", mark.DocumentQuery{Bates: "abc-0007"}, []string{"zeta.pdf"}},
		{"a number outside", mark.DocumentQuery{Bates: "ABC0011"}, nil},
		{"a number of another length", mark.DocumentQuery{Bates: "ABC007"}, nil},
		{"a range over a number", mark.DocumentQuery{Bates: "ABC0009", BatesTo: "ABC0020"}, []string{"zeta.pdf"}},
		{"a range beside it", mark.DocumentQuery{Bates: "ABC0011", BatesTo: "ABC0020"}, nil},
		{"from somebody", mark.DocumentQuery{Sender: "ann"}, []string{"mail.eml"}},
		{"to somebody", mark.DocumentQuery{Recipient: "BOB example.org"}, []string{"mail.eml"}},
		{"to the sender", mark.DocumentQuery{Recipient: "ann"}, nil},
		{"a subject", mark.DocumentQuery{Subject: "100% sure"}, []string{"mail.eml"}},
		{"a party", mark.DocumentQuery{Party: "acme"}, []string{"lease.pdf"}},
		{"a title", mark.DocumentQuery{Title: "leas"}, []string{"lease.pdf"}},
		{"a name", mark.DocumentQuery{Name: "order"}, []string{"Order.pdf"}},
		{"part of a custodian", mark.DocumentQuery{Custodian: "smi"}, []string{"mail.eml"}},
		{"a sender", mark.DocumentQuery{Text: "ANN@example"}, []string{"mail.eml"}},
		{"signs that mean something to LIKE", mark.DocumentQuery{Text: "0% acme_"}, nil},
		{"an underscore is itself", mark.DocumentQuery{Text: "acme_corp"}, []string{"lease.pdf"}},
		{"a family", mark.DocumentQuery{Family: ids["mail.eml"]}, []string{"mail.eml", "zeta.pdf"}},
		{"a thread", mark.DocumentQuery{Thread: "t1"}, []string{"mail.eml"}},
		{"a custodian", mark.DocumentQuery{Custodians: []string{"Smith"}}, []string{"mail.eml"}},
		{"in no other", mark.DocumentQuery{Outer: true}, []string{"lease.pdf", "mail.eml", "Order.pdf"}},
		{"each but once", mark.DocumentQuery{Distinct: true}, []string{"mail.eml", "zeta.pdf", "Order.pdf"}},
		{"scanned", mark.DocumentQuery{Scanned: true}, []string{"lease.pdf"}},
		{"a part", mark.DocumentQuery{Offset: 1, Limit: 2}, []string{"mail.eml", "zeta.pdf"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := m.QueryDocuments(t.Context(), c.q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range list.Documents {
				got = append(got, d.Name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if c.q.Limit == 0 && list.Total != len(c.want) || c.q.Limit > 0 && list.Total != 4 {
				t.Errorf("total = %d", list.Total)
			}
		})
	}
	if _, err := m.QueryDocuments(t.Context(), mark.DocumentQuery{Sort: "size; DROP TABLE document"}); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("an unknown order: %v, want %s", err, mark.Invalid)
	}
	f, err := m.DocumentFacets(t.Context(), mark.DocumentQuery{Kinds: []mark.Kind{mark.KindPDF}})
	if err != nil {
		t.Fatal(err)
	}
	if want := []mark.Facet{{Value: "contract", Count: 2}, {Value: "order", Count: 1}}; !slices.Equal(f.Types, want) {
		t.Errorf("types = %v, want %v", f.Types, want)
	}
}

func TestDocumentsOfWhichSomethingWasNotReadAreListed(t *testing.T) {
	m := marktest.OpenMatter(t)
	put := func(d mark.Document, pages ...mark.Page) {
		d.Name, d.Pages = string(d.ID), len(pages)
		check(t, m.PutDocument(t.Context(), d))
		check(t, m.PutPages(t.Context(), d.ID, pages, nil))
	}
	good, bad := mark.Page{Number: 1, Text: "text"}, mark.Page{Number: 2, Problem: "It is damaged."}
	put(mark.Document{ID: "whole", Status: mark.DocumentReady, Notes: []string{"Text that can be copied from page 1 is covered, as by a black box. A redaction may have failed."}}, good)
	put(mark.Document{ID: "locked", Status: mark.DocumentNeedsYou})
	put(mark.Document{ID: "partly", Status: mark.DocumentReady}, good, bad)
	put(mark.Document{ID: "reading", Status: mark.DocumentReading}, good, bad)
	put(mark.Document{ID: "replaced", Status: mark.DocumentReady, Replaced: "whole"}, good, bad)
	put(mark.Document{ID: "bomb", Status: mark.DocumentSearchable, Notes: []string{"The attachment a.txt could not be added. It is empty."}}, good)
	list := must[mark.DocumentList](t)(m.QueryDocuments(t.Context(), mark.DocumentQuery{Unread: true}))
	var got []string
	for _, d := range list.Documents {
		got = append(got, d.Name)
	}
	if want := []string{"bomb", "locked", "partly"}; !slices.Equal(got, want) || list.Total != len(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFeaturesComeBackInReadingOrder(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "lease.txt", "Lease of 3 March 2019", "Section 2")
	features := []mark.Feature{
		{Kind: mark.FeatureHeading, Page: 2, Start: 0, End: 9, Text: "Section 2", Value: "2", Level: 1},
		{Kind: mark.FeatureTitle, Page: 1, Start: 0, End: 5, Text: "Lease"},
		{Kind: mark.FeatureDate, Page: 1, Start: 9, End: 21, Text: "3 March 2019", Value: "2019-03-03"},
		{Kind: mark.FeatureBates, Page: 1, Start: 9, End: 21, Value: "abc1"},
	}
	for range 2 { // replaced, not added to
		if err := m.PutFeatures(t.Context(), d.ID, features); err != nil {
			t.Fatal(err)
		}
	}
	got, err := m.Features(t.Context(), d.ID)
	if err != nil {
		t.Fatal(err)
	}
	if want := []mark.Feature{features[1], features[2], features[3], features[0]}; !slices.Equal(got, want) {
		t.Errorf("features = %v, want %v", got, want)
	}
	got, err = m.Features(t.Context(), d.ID, mark.FeatureDate, mark.FeatureHeading)
	if err != nil || !slices.Equal(got, []mark.Feature{features[2], features[0]}) {
		t.Errorf("dates and headings = %v, %v", got, err)
	}
	found, err := m.FindFeatures(t.Context(), mark.FeatureBates, "ABC1", 100)
	if err != nil || len(found) != 1 || found[0].Document != d.ID || found[0].Feature != features[3] {
		t.Errorf("found %v, %v", found, err)
	}
	if found, err := m.FindFeatures(t.Context(), mark.FeatureBates, "ABC1", 0); err != nil || len(found) != 0 {
		t.Errorf("none was wanted, found %v, %v", found, err)
	}
	if list, err := m.QueryDocuments(t.Context(), mark.DocumentQuery{Bates: "ABC1"}); err != nil || list.Total != 1 {
		t.Errorf("documents with a page ABC1: %v, %v", list.Total, err)
	}
	if err := m.PutFeatures(t.Context(), d.ID, []mark.Feature{{Page: 1, Start: 3, End: 2}}); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("a feature that ends before it begins: %v, want %s", err, mark.Invalid)
	}
	if err := m.DeleteDocument(t.Context(), d.ID); err != nil {
		t.Fatal(err)
	}
	if found, err := m.FindFeatures(t.Context(), mark.FeatureBates, "abc1", 100); err != nil || len(found) != 0 {
		t.Errorf("after the document is gone: %v, %v", found, err)
	}
}
