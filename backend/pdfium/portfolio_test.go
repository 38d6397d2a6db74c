package pdfium

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
)

func packedObjects(t testing.TB, objects string) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(objects)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("5 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length %d /Filter /FlateDecode >>\nstream\r\n%s\nendstream\nendobj\n", b.Len(), b.String())
}

func TestAPortfolioIsToldFromAPDFWithAttachments(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"in the catalog", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Collection << /View /D >> >>\nendobj\n", true},
		{"by reference", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Collection 7 0 R >>\nendobj\n", true},
		{"in packed objects", "%PDF-1.7\n" + packedObjects(t, "1 0 << /Type /Catalog /Collection<</View /T>> >>"), true},
		{"attachments alone", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Names << /EmbeddedFiles 3 0 R >> >>\nendobj\n", false},
		{"a longer name", "%PDF-1.7\n1 0 obj\n<< /Type /CollectionItem /CollectionSort 2 0 R >>\nendobj\n", false},
		{"packed objects that break off", "%PDF-1.7\n" + packedObjects(t, strings.Repeat("x", 50_000))[:120], false},
		{"nothing", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := portfolio(mark.File{Size: int64(len(c.text)), Data: strings.NewReader(c.text)}); got != c.want {
				t.Errorf("portfolio: %v, want %v", got, c.want)
			}
		})
	}
}

// A few bytes that unpack to many cost what they may, and no more.
func TestALookForAPortfolioIsBounded(t *testing.T) {
	bomb := strings.Repeat(packedObjects(t, strings.Repeat("\x00", 8<<20)), 8)
	if portfolio(mark.File{Size: int64(len(bomb)), Data: strings.NewReader(bomb)}) {
		t.Error("nothing was taken for a portfolio")
	}
}

func FuzzPortfolio(f *testing.F) {
	f.Add([]byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Collection << >> >>\nendobj\n"))
	f.Add([]byte("%PDF-1.7\n" + packedObjects(f, "1 0 << /Collection 3 0 R >>")))
	f.Fuzz(func(_ *testing.T, data []byte) {
		portfolio(mark.File{Size: int64(len(data)), Data: bytes.NewReader(data)})
	})
}
