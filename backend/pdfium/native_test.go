package pdfium

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
)

// compiled is the engine of these tests: compiling it takes seconds.
var compiled engine

// openOnePage opens a PDF of one page, with annotations and further objects,
// numbered from 6 on.
func openOnePage(t *testing.T, annots string, more ...string) *document {
	t.Helper()
	const content = "BT /F 12 Tf 72 700 Td (Notice of motion) Tj ET"
	objects := append([]string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Count 1/Kids[3 0 R]>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/Annots[" + annots + "]>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}, more...)
	var pdf strings.Builder
	pdf.WriteString("%PDF-1.4\n")
	for i, o := range objects {
		fmt.Fprintf(&pdf, "%d 0 obj%s endobj\n", i+1, o)
	}
	pdf.WriteString("trailer<</Root 1 0 R>>\n%%EOF")
	src, err := compiled.open(t.Context(), mark.File{Size: int64(pdf.Len()), Data: strings.NewReader(pdf.String())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src.(*document)
}

func TestPageIsMadeAnewOnlyForWhatIsSeenOnIt(t *testing.T) {
	const at = "/Type/Annot/Rect[72 600 272 620]/F 4"
	const shown = "BT /F 12 Tf 2 4 Td (and of hearing) Tj ET"
	seen := fmt.Sprintf("<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 5 0 R>>>>/Length %d>>\nstream\n%s\nendstream", len(shown), shown)
	for name, c := range map[string]struct {
		annots, want string
		links        bool
	}{
		"links":                    {"<</Subtype/Link" + at + ">><</Subtype/Link" + at + "/Border[0 0 1]>>", "Notice of motion", true},
		"a link that shows text":   {"<</Subtype/Link" + at + "/AP<</N 6 0 R>>>>", "Notice of motion\n\nand of hearing", false},
		"a link and a form's text": {"<</Subtype/Link" + at + ">><</Subtype/FreeText" + at + "/AP<</N 6 0 R>>>>", "Notice of motion\n\nand of hearing", false},
	} {
		d := openOnePage(t, c.annots, seen)
		for range 2 { // opening the page may have changed it
			p, err := d.Page(t.Context(), 1)
			if err != nil || p.Text != c.want || d.links[1] != c.links {
				t.Errorf("%s: %q, only links %v, %v", name, p.Text, d.links[1], err)
			}
		}
	}
}

func TestCallThatFailsCostsOnePageAndNotTheDocument(t *testing.T) {
	d := openOnePage(t, "")
	if _, err := d.Page(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	d.native.err = errors.New("wasm error: unreachable")
	if _, err := d.Page(t.Context(), 1); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("an engine that was stopped read a page: %v", err)
	}
	if p, err := d.Page(t.Context(), 1); err != nil || p.Text != "Notice of motion" {
		t.Errorf("the next page got no new engine: %q, %v", p.Text, err)
	}
}

func TestFunctionThatIsMissingIsNamed(t *testing.T) {
	d := openOnePage(t, "")
	if d.native.call(t.Context(), "FPDF_NoSuchThing"); !errors.Is(d.native.err, errWrapper) || !strings.Contains(d.native.err.Error(), "FPDF_NoSuchThing") {
		t.Error(d.native.err)
	}
	if got := d.native.number(t.Context(), "FPDF_GetPageCount", 0); got != 0 {
		t.Errorf("a call after one that failed returned %d", got)
	}
}
