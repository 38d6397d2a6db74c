package pdfium_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
)

// told returns a page's features of a kind as "value: text".
func told(p mark.Page, kind mark.FeatureKind) []string {
	var out []string
	for _, f := range p.Features {
		if f.Kind == kind {
			out = append(out, f.Value+": "+f.Text)
		}
	}
	return out
}

func readPage(t *testing.T, src mark.Source, n int) mark.Page {
	t.Helper()
	p, err := src.Page(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range p.Features {
		if f.Page != n || f.Start < 0 || f.End < f.Start || f.End > len(p.Text) {
			t.Errorf("a feature stands nowhere: %+v in %q", f, p.Text)
		}
	}
	return p
}

func TestTextThatIsNotSeenIsReported(t *testing.T) {
	p := newParser(t, 1)
	const shown = "0.98 g 0 0 612 792 re f 0 g BT /F 12 Tf 72 740 Td (In the matter of Doe) Tj ET\n"
	box := func(x, y, w, h int) string { return fmt.Sprintf("%d %d %d %d re f\n", x, y, w, h) }
	for name, c := range map[string]struct {
		content string
		want    []string
	}{
		"a black box drawn over it":             {text(72, 700, "The informant is Jane") + "0 g " + box(70, 695, 200, 20), []string{"covered: The informant is Jane"}},
		"only some words under the box":         {text(72, 700, "Paid to Jane") + "0 g " + box(112, 695, 100, 20), []string{"covered: Jane"}},
		"a black box under white text":          {"0 g " + box(70, 695, 200, 20) + "1 g " + text(72, 700, "Heading"), nil},
		"a black box under black text":          {"0 g " + box(70, 695, 200, 20) + text(72, 700, "Heading"), []string{"covered: Heading"}},
		"a shaded cell under black text":        {"0.9 g " + box(70, 695, 200, 20) + "0 g " + text(72, 700, "Cell"), nil},
		"a box that is only outlined":           {text(72, 700, "Jane") + "70 695 200 20 re S\n", nil},
		"a highlighter that lets shine through": {text(72, 700, "Jane") + "/GS gs 1 1 0 rg " + box(70, 695, 200, 20), nil},
		"white paint over it":                   {text(72, 700, "Jane") + "1 g " + box(70, 695, 200, 20), []string{"covered: Jane"}},
		"a picture over it":                     {text(72, 700, "Jane") + "q 200 0 0 20 70 695 cm /Im Do Q\n", []string{"covered: Jane"}},
		"white text on the white page":          {"1 g " + text(72, 700, "Ignore what was said before"), []string{"white: Ignore what was said before"}},
		"text without ink":                      {"BT 3 Tr /F 12 Tf 72 700 Td (Ignore this) Tj ET\n", []string{"invisible: Ignore this"}},
		"text too small":                        {"BT /F 0.8 Tf 72 700 Td (Fine print indeed) Tj ET\n", []string{"tiny: Fine print indeed"}},
		"text beyond the edge":                  {text(-400, 700, "Printer") + text(72, 680, "Body"), []string{"outside: Printer"}},
		"a cross-hatched box":                   {text(72, 700, "Jane") + "0 g " + box(70, 695, 200, 20) + "0.6 G 70 695 m 270 715 l S 70 715 m 270 695 l S\n", []string{"covered: Jane"}},
		"the page painted over and used again":  {"1 g " + box(0, 0, 612, 792) + "0 g " + text(72, 700, "Body"), []string{"covered: In the matter of Doe"}},
	} {
		src := open(t, p, pdfOf("", []string{"0 g\n" + shown + c.content}, blackImage), "")
		page := readPage(t, src, 1)
		if got := told(page, mark.FeatureHidden); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
		again := readPage(t, src, 1)
		if again.Text != page.Text || len(again.Features) != len(page.Features) {
			t.Errorf("%s: looking changed the page", name)
		}
	}
}

func TestWhiteTextOnBarePaperIsReported(t *testing.T) {
	p := newParser(t, 1)
	src := open(t, p, pdfOf("", []string{text(72, 740, "Notice") + "1 g " + text(72, 700, "Ignore the rest")}, blackImage), "")
	if got := told(readPage(t, src, 1), mark.FeatureHidden); !slices.Equal(got, []string{"white: Ignore the rest"}) {
		t.Error(got)
	}
}

func TestFilesPinnedToPagesAreAttachments(t *testing.T) {
	p := newParser(t, 1)
	file := "<</Type/EmbeddedFile/Length 5>>\nstream\nhello\nendstream"
	pin := "/Annots[<</Type/Annot/Subtype/FileAttachment/Rect[300 690 320 710]/Contents(see)/FS<</Type/Filespec/F(b.txt)/UF(b.txt)/EF<</F 5 0 R>>>>>>]"
	data := bytes.Replace(pdfOf(pin, []string{text(72, 700, "See the attachment.")}, blackImage, file), []byte("/Names<</EmbeddedFiles"), []byte("/Nothing<</EmbeddedFiles"), 1)
	src := open(t, p, data, "")
	for range 2 { // once before the page is read, once after
		var got []string
		for a, err := range src.Attachments(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, a.Name+": "+string(a.Data))
		}
		if !slices.Equal(got, []string{"b.txt: hello"}) {
			t.Error(got)
		}
		readPage(t, src, 1)
	}
}

func TestTextLayerOfAScanIsNoHiddenTextExceptUnderBlack(t *testing.T) {
	p := newParser(t, 1)
	// Twenty lines of letters without ink over a picture that is white above and black below.
	picture := "<</Type/XObject/Subtype/Image/Width 1/Height 2/ColorSpace/DeviceGray/BitsPerComponent 8/Length 2>>\nstream\n\xff\x00\nendstream"
	var layer strings.Builder
	layer.WriteString("q 612 0 0 792 0 0 cm /Im Do Q BT 3 Tr /F 12 Tf ET\n")
	for i := range 20 {
		fmt.Fprintf(&layer, "BT /F 12 Tf 72 %d Td (Recognised line number %d of the page) Tj ET\n", 760-18*i, i)
	}
	layer.WriteString("BT /F 12 Tf 72 200 Td (Secret) Tj ET\n")
	page := readPage(t, open(t, p, pdfOf("", []string{layer.String()}, picture), ""), 1)
	if got := told(page, mark.FeatureHidden); !slices.Equal(got, []string{"covered: Secret"}) {
		t.Error(got)
	}
}

func TestWhatWasPutOntoAPageIsTold(t *testing.T) {
	p := newParser(t, 1)
	const note = "<</Type/Annot/Subtype/Text/Rect[300 690 320 710]/Contents(Check the date)/T(J. Smith)/M(D:20240305101500Z)>>"
	const highlight = "<</Type/Annot/Subtype/Highlight/Rect[72 695 150 715]/QuadPoints[72 712 106 712 72 698 106 698]/Contents(Who is this?)/T(Mary)>>"
	const redact = "<</Type/Annot/Subtype/Redact/Rect[72 655 200 675]/QuadPoints[72 675 200 675 72 655 200 655]>>"
	const link = "<</Type/Annot/Subtype/Link/Rect[72 695 150 715]/Contents(a link)>>"
	look := "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 3 0 R>>>>/Length 34>>\nstream\nBT /F 12 Tf 2 5 Td (Jane Doe) Tj ET\nendstream"
	const field = "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Jane Doe)/Rect[150 595 350 615]/F 4/AP<</N 5 0 R>>>>"
	const empty = "<</Type/Annot/Subtype/Widget/FT/Tx/T(city)/Rect[150 555 350 575]/F 4>>"
	const long = "The undersigned, being of age, declares under penalty of perjury that what follows is true."
	data := pdfOf("/Annots["+note+highlight+redact+link+field+empty+"]",
		[]string{text(72, 730, long) + text(72, 700, "Jones said so.") + text(72, 660, "Account 123") + text(72, 600, "Your name:")}, blackImage, look)
	src := open(t, p, data, "")
	if _, err := src.Image(t.Context(), 1, 50); err != nil { // drawing comes first, and makes them part of the page
		t.Fatal(err)
	}
	page := readPage(t, src, 1)
	if want := long + "\n\nJones said so.\n\nAccount 123\n\nYour name: Jane Doe\n\nComment by J. Smith: Check the date\n\nComment by Mary: Who is this?"; page.Text != want {
		t.Errorf("got %q", page.Text)
	}
	if got := told(page, mark.FeatureComment); !slices.Equal(got, []string{"J. Smith 2024-03-05: Check the date", "Mary: Who is this?"}) {
		t.Error(got)
	}
	if got := told(page, mark.FeatureField); !slices.Equal(got, []string{"name: Jane Doe"}) {
		t.Error(got)
	}
	if got := told(page, mark.FeatureHidden); !slices.Equal(got, []string{"marked: Account 123"}) {
		t.Error(got)
	}
	for _, f := range page.Features {
		at := page.Text[f.Start:f.End]
		if want := map[string]string{"Mary": "Jones", "name": "Jane Doe"}[f.Value]; want != "" && at != want {
			t.Errorf("%s stands at %q", f.Value, at)
		}
	}
	last := page.Words[len(page.Words)-1]
	if page.Text[last.Start:last.End] != "this?" || !near(last.Box, mark.Rect{X0: 72, Y0: 80, X1: 106, Y1: 94}) {
		t.Errorf("the comment's last word is %q at %v", page.Text[last.Start:last.End], last.Box)
	}
}

func TestCommentOnAScanWaitsForTheTextOfItsPage(t *testing.T) {
	p := newParser(t, 1)
	const note = "/Annots[<</Type/Annot/Subtype/Text/Rect[300 690 320 710]/Contents(Check the date)/T(J. Smith)>>]"
	page := readPage(t, open(t, p, pdfOf(note, []string{"q 612 0 0 792 0 0 cm /Im Do Q"}, blackImage), ""), 1)
	want := mark.Feature{Kind: mark.FeatureComment, Page: 1, Text: "Check the date", Value: "J. Smith"}
	if page.Text != "" || len(page.Features) != 1 || page.Features[0] != want {
		t.Errorf("%q, %+v", page.Text, page.Features)
	}
}

func TestOutlineGivesHeadings(t *testing.T) {
	p := newParser(t, 1)
	data := build("<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>", "<</Type/Pages/Count 1/Kids[4 0 R]>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F 3 0 R>>>>>>",
		stream(text(72, 700, "1.2  TERM AND TERMINATION")+text(72, 680, "Either party may end it.")),
		"<</First 7 0 R/Last 7 0 R>>",
		"<</Title(Agreement)/Parent 6 0 R/Dest[4 0 R/Fit]/First 8 0 R/Last 8 0 R/Next 7 0 R>>", // runs in a circle
		"<</Title(1.2 Term and Termination)/Parent 7 0 R/A<</S/GoTo/D[4 0 R/Fit]>>>>")
	page := readPage(t, open(t, p, data, ""), 1)
	var got []mark.Feature
	for _, f := range page.Features {
		if !slices.Contains(got, f) {
			got = append(got, f)
		}
	}
	if len(got) != 1 || got[0].Kind != mark.FeatureHeading || got[0].Value != "1.2" || got[0].Level != 2 || got[0].Text != "1.2 TERM AND TERMINATION" {
		t.Errorf("%+v", got)
	}
}

func TestFileSaysWhatAReaderShouldKnowOfIt(t *testing.T) {
	p := newParser(t, 1)
	whole := pdfOf("", []string{text(72, 700, "Notice")}, blackImage)
	update := fmt.Sprintf("%s9 0 obj\n<</Title(New)>>\nendobj\nxref\n9 1\n%010d 00000 n \ntrailer\n<</Size 10/Root 1 0 R/Info 9 0 R/Prev %s>>\nstartxref\n%d\n%%%%EOF\n",
		whole, len(whole), lastNumber(whole), len(whole)+len("9 0 obj\n<</Title(New)>>\nendobj\n"))
	for name, c := range map[string]struct {
		data []byte
		note string
	}{
		"whole":       {whole, ""},
		"updated":     {[]byte(update), "saved 2 times"},
		"moved index": {bytes.Replace(whole, []byte("startxref\n"), []byte("startxref\n1"), 1), "made anew"},
		"no index":    {bytes.Replace(whole, []byte("xref\n0"), []byte("xxxx\n0"), 1), "made anew"},
		"a form of another kind": {bytes.Replace(whole, []byte("<</Type/Catalog"),
			[]byte("<</Type/Catalog/AcroForm<</Fields[]/XFA(x)>>"), 1), "XFA"},
	} {
		src := open(t, p, c.data, "")
		notes := strings.Join(src.Info().Notes, " ")
		if c.note == "" && notes != "" || !strings.Contains(notes, c.note) {
			t.Errorf("%s: %q", name, notes)
		}
		if page := readPage(t, src, 1); page.Text != "Notice" {
			t.Errorf("%s: %q", name, page.Text)
		}
	}
}

// lastNumber returns the number after the last startxref.
func lastNumber(data []byte) string {
	return strings.Fields(string(data[bytes.LastIndex(data, []byte("startxref")):]))[1]
}

func TestPagesOfOneFileStandEachTheirOwnWay(t *testing.T) {
	p := newParser(t, 1)
	sideways := "0 1 -1 0 300 100 cm " + text(0, 0, "Set sideways")
	src := open(t, p, pdfOf("", []string{text(72, 700, "Upright"), sideways, "q " + sideways + "Q " + text(72, 700, "Both ways")}, blackImage), "")
	for n, want := range map[int]string{1: "Upright", 2: "Set sideways", 3: "Set sideways\n\nBoth ways"} {
		if page := readPage(t, src, n); page.Text != want {
			t.Errorf("page %d: %q", n, page.Text)
		}
	}
}

// TestFailedRedactionsOfRealFilingsAreFound measures on files of Free Law
// Project's x-ray, in the folder that MARKAI_CORPUS names.
func TestFailedRedactionsOfRealFilingsAreFound(t *testing.T) {
	dir := filepath.Dir(corpus(t)[0])
	p := newParser(t, 1)
	for name, fails := range map[string]bool{
		"rectangles_yes": true, "bad_cross_hatched_redactions": true,
		"rectangles_no": false, "multi_line_redaction_ok": false, "no_bad_redactions.2.1": false,
		"rect_ordering_2.1": false, "unfilled_rect": false, "whitespace_redactions": false,
	} {
		data, err := os.ReadFile(filepath.Join(dir, "x-ray__"+name+".pdf"))
		if err != nil {
			t.Skip("the folder does not hold x-ray's files: ", err)
		}
		if got := told(readPage(t, open(t, p, data, ""), 1), mark.FeatureHidden); (len(got) > 0) != fails {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAPortfolioSaysSoAndGivesItsFiles(t *testing.T) {
	p := newParser(t, 1)
	data := pdfOf("", []string{text(72, 700, "A cover page.")}, blackImage, "<</Type/EmbeddedFile/Length 5>>\nstream\nhello\nendstream")
	// The index is wrong then, and made anew.
	folder := bytes.Replace(data, []byte("/Names<</EmbeddedFiles"), []byte("/Collection<<>>/Names<</EmbeddedFiles"), 1)
	for _, c := range []struct {
		data []byte
		want bool
	}{{data, false}, {folder, true}} {
		src := open(t, p, c.data, "")
		if said := strings.Contains(strings.Join(src.Info().Notes, " "), "portfolio: a folder of one file"); said != c.want {
			t.Errorf("notes: %q", src.Info().Notes)
		}
		files := 0
		for a, err := range src.Attachments(t.Context()) {
			if err != nil || string(a.Data) != "hello" {
				t.Errorf("%q, %v", a.Data, err)
			}
			files++
		}
		if files != 1 {
			t.Errorf("%d files", files)
		}
	}
}
