package worker

import (
	"reflect"
	"testing"

	mark "markai/backend"

	"pgregory.net/rapid"
)

func TestPageArrivesAsItWasSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		page := mark.Page{
			Number: rapid.IntRange(1, 1000).Draw(t, "number"), Width: 612, Height: 792,
			Text: rapid.String().Draw(t, "text"),
			Words: rapid.SliceOf(rapid.Custom(func(t *rapid.T) mark.Word {
				return mark.Word{
					Start: int(rapid.Int32().Draw(t, "place")), End: int(rapid.Int32().Draw(t, "place")),
					Box:        mark.Rect{X0: rapid.Float64().Draw(t, "x0"), Y1: rapid.Float64().Draw(t, "y1")},
					Confidence: rapid.Float32().Draw(t, "confidence"),
				}
			})).Draw(t, "words"),
			Features: []mark.Feature{{Kind: mark.FeatureComment, Text: "stays with the message"}},
		}
		if len(page.Words) == 0 {
			page.Words = nil
		}
		head, body := packPage(page)
		if head.Text != "" || head.Words != nil {
			t.Fatal("the message still holds what the body says")
		}
		got, ok := unpackPage(head, body)
		if !ok || !reflect.DeepEqual(got, page) {
			t.Fatalf("got %+v, %v; want %+v", got, ok, page)
		}
	})
}

// Whatever a child sends, the parent neither fails nor takes much more memory
// than the body has.
func FuzzPageBody(f *testing.F) {
	_, body := packPage(mark.Page{Text: "The tenant pays.", Words: []mark.Word{{End: 3, Box: mark.Rect{X1: 9, Y1: 12}, Confidence: 1}}})
	f.Add(body)
	f.Add(body[:20])
	f.Add([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		page, ok := unpackPage(mark.Page{}, body)
		if ok && len(page.Text)+len(page.Words)*wordBytes > len(body) {
			t.Fatalf("%d words and %d bytes of text from %d bytes", len(page.Words), len(page.Text), len(body))
		}
	})
}
