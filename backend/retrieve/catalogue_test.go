package retrieve

import (
	"maps"
	"testing"

	mark "markai/backend"
)

func TestDocumentsAreHeldByTheWordsOfTheirNames(t *testing.T) {
	c := newCatalogue([]mark.Document{
		{ID: "a", Name: "ACMEHOLDINGSINC_Supply.pdf", Parties: []string{"Acme Holdings, Inc."}},
		{ID: "b", Name: "Lease.pdf", Title: "Lease of Shipping Containers", Parties: []string{"Smith & Sons"}},
		{ID: "c", Name: "Shipped goods.txt"},
	})
	for _, tt := range []struct {
		word string
		want map[int32]float64
	}{
		{"acme", map[int32]float64{0: 1}},
		{"acmehold", map[int32]float64{0: 0.8}},
		{"acmeh", map[int32]float64{0: 0.8}},
		{"shipping", map[int32]float64{1: 1, 2: 0.5}},
		{"leases", map[int32]float64{1: 0.5}},
		{"nobody", map[int32]float64{}},
		{"", map[int32]float64{}},
	} {
		if got := c.holding(tt.word); !maps.Equal(got, tt.want) {
			t.Errorf("%q names %v, want %v", tt.word, got, tt.want)
		}
	}
	some := c.only(func(id mark.DocumentID) bool { return id != "b" })
	if got := some.holding("shipped"); len(some.docs) != 2 || !maps.Equal(got, map[int32]float64{1: 1}) {
		t.Errorf("of two documents %v are named", got)
	}
	if _, ok := some.document("b"); ok {
		t.Error("a document that was left out is known")
	}
}
