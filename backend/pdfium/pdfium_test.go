package pdfium_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/md5"
	"crypto/rc4"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/pdfium"
	"markai/backend/worker"
)

// build makes a PDF of objects: the first is the catalogue, numbered from 1.
func build(objects ...string) []byte {
	objects = append(objects, "<</Title(Notice  of Motion)>>")
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, len(objects), xref)
	return b.Bytes()
}

func stream(s string) string { return fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(s), s) }

// pdfOf makes a PDF with one page per content; page is added to each page's
// dictionary, more are further objects, numbered from 4 on after all pages.
func pdfOf(page string, contents []string, more ...string) []byte {
	var kids []string
	objects := []string{"", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"}
	objects = append(objects, more...)
	for _, c := range contents {
		n := len(objects) + 1
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		objects = append(objects, fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>/XObject<</Im 4 0 R>>/ExtGState<</GS<</ca 0.4>>>>>>%s>>", n+1, page), stream(c))
	}
	catalog := "<</Type/Catalog/Pages 2 0 R"
	if len(more) > 0 && strings.Contains(more[len(more)-1], "EmbeddedFile") {
		catalog += fmt.Sprintf("/Names<</EmbeddedFiles<</Names[(a.txt)<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F %d 0 R>>>>]>>>>", 3+len(more))
	}
	objects[0] = catalog + ">>"
	objects[1] = fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", len(kids), strings.Join(kids, " "))
	return build(objects...)
}

// encrypted makes a PDF of one page that opens with a password (40-bit RC4, the
// oldest of the standard's ways).
func encrypted(password, words string) []byte {
	const id = "0123456789abcdef"
	pad := func(s string) []byte {
		const filler = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"
		return []byte((s + filler)[:32])
	}
	crypt := func(key, data []byte) []byte {
		c, err := rc4.NewCipher(key)
		if err != nil {
			panic(err)
		}
		out := make([]byte, len(data))
		c.XORKeyStream(out, data)
		return out
	}
	sum := func(parts ...[]byte) []byte {
		h := md5.Sum(bytes.Join(parts, nil))
		return h[:]
	}
	owner := crypt(sum(pad(password))[:5], pad(password))
	key := sum(pad(password), owner, []byte{0xFC, 0xFF, 0xFF, 0xFF}, []byte(id))[:5]
	content := crypt(sum(key, []byte{5, 0, 0, 0, 0})[:10], []byte(text(72, 700, words)))
	data := build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[4 0 R]>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 5 0 R/Resources<</Font<</F 3 0 R>>>>>>",
		stream(string(content)))
	trailer := fmt.Sprintf("/ID[<%x><%x>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%x>/U<%x>>>", id, id, owner, crypt(key, pad("")))
	return bytes.Replace(data, []byte("/Info 6 0 R"), []byte(trailer), 1)
}

func text(x, y int, s string) string {
	return fmt.Sprintf("BT /F 12 Tf %d %d Td (%s) Tj ET\n", x, y, s)
}

const blackImage = "<</Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8/Length 1>>\nstream\n\x00\nendstream"

func open(t *testing.T, p mark.Parser, data []byte, password string) mark.Source {
	t.Helper()
	src, err := p.Open(t.Context(), mark.File{Name: "notice.pdf", Size: int64(len(data)), Data: bytes.NewReader(data), Password: password})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	return src
}

func TestPagesComeWithTextAndBoxesWhereverTheyAreTurned(t *testing.T) {
	p := newParser(t, 1)
	content := []string{text(72, 720, "Notice of termination") + text(72, 706, "within thirty days.")}
	for turn, want := range map[string]struct {
		w, h float64
		box  mark.Rect // of the first word, roughly
	}{
		"":                                   {612, 792, mark.Rect{X0: 72, Y0: 63, X1: 108, Y1: 72}},
		"/Rotate 90":                         {792, 612, mark.Rect{X0: 720, Y0: 72, X1: 729, Y1: 108}},
		"/Rotate 180":                        {612, 792, mark.Rect{X0: 504, Y0: 720, X1: 540, Y1: 729}},
		"/Rotate 270":                        {792, 612, mark.Rect{X0: 63, Y0: 504, X1: 72, Y1: 540}},
		"/CropBox[50 100 562 752]":           {512, 652, mark.Rect{X0: 22, Y0: 23, X1: 58, Y1: 32}},
		"/CropBox[50 100 562 752]/Rotate 90": {652, 512, mark.Rect{X0: 620, Y0: 22, X1: 629, Y1: 58}},
	} {
		src := open(t, p, pdfOf(turn, content, blackImage), "")
		if in := src.Info(); in.Kind != mark.KindPDF || in.Pages != 1 || in.Title != "Notice of Motion" {
			t.Error(in)
		}
		pg, err := src.Page(t.Context(), 1)
		if err != nil {
			t.Fatal(turn, err)
		}
		if pg.Text != "Notice of termination\nwithin thirty days." || pg.Number != 1 || pg.OCR {
			t.Errorf("%s: %q", turn, pg.Text)
		}
		if pg.Width != want.w || pg.Height != want.h {
			t.Errorf("%s: %v × %v", turn, pg.Width, pg.Height)
		}
		if b := pg.Words[0].Box; !near(b, want.box) {
			t.Errorf("%s: the first word stands at %v, not %v", turn, b, want.box)
		}
		img, err := src.Image(t.Context(), 1, 72)
		if err != nil || float64(img.Width) != want.w || float64(img.Height) != want.h {
			t.Fatalf("%s: a picture of %d × %d, %v", turn, img.Width, img.Height, err)
		}
		if dark(img, pg.Words[0].Box) == 0 || dark(img, mark.Rect{X0: 250, Y0: 250, X1: 350, Y1: 350}) > 0 {
			t.Errorf("%s: the word is not where its box is", turn)
		}
	}
}

func near(a, b mark.Rect) bool {
	const most = 4
	for _, d := range []float64{a.X0 - b.X0, a.Y0 - b.Y0, a.X1 - b.X1, a.Y1 - b.Y1} {
		if d > most || d < -most {
			return false
		}
	}
	return true
}

// dark counts the dark dots of a box in a picture of 72 dots per inch.
func dark(img mark.Image, r mark.Rect) (n int) {
	for y := int(r.Y0); y < int(r.Y1) && y < img.Height; y++ {
		for x := int(r.X0); x < int(r.X1) && x < img.Width; x++ {
			if img.Pix[y*img.Width+x] < 128 {
				n++
			}
		}
	}
	return n
}

func TestScanWithAStampHasNoTextOfItsOwn(t *testing.T) {
	p := newParser(t, 1)
	const stamp = "Case 1:19-cv-00121 Document 40 Filed 03/04/20"
	whole := "q 612 0 0 792 0 0 cm /Im Do Q\n" + text(72, 770, stamp)
	logo := "q 60 0 0 60 0 700 cm /Im Do Q\n" + text(72, 600, stamp)
	long := "q 612 0 0 792 0 0 cm /Im Do Q\n" + strings.Repeat(text(72, 700, "The parties agree to the terms that follow."), 1)
	for y := range 12 {
		long += text(72, 680-14*y, fmt.Sprintf("%d. The parties agree to the terms that follow.", y))
	}
	src := open(t, p, pdfOf("", []string{whole, logo, long}, blackImage), "")
	for n, has := range map[int]bool{1: false, 2: true, 3: true} {
		pg, err := src.Page(t.Context(), n)
		if err != nil || (pg.Text != "") != has {
			t.Errorf("page %d: %q, %v", n, pg.Text, err)
		}
	}
}

func TestWhatWasFilledIntoAFormIsRead(t *testing.T) {
	p := newParser(t, 1)
	look := "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 3 0 R>>>>/Length 34>>\nstream\nBT /F 12 Tf 2 5 Td (Jane Doe) Tj ET\nendstream"
	field := "/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(Jane Doe)/Rect[150 595 350 615]/F 4/AP<</N 5 0 R>>>>]"
	src := open(t, p, pdfOf(field, []string{text(72, 600, "Your name:")}, blackImage, look), "")
	pg, err := src.Page(t.Context(), 1)
	if err != nil || pg.Text != "Your name: Jane Doe" {
		t.Fatalf("%q, %v", pg.Text, err)
	}
}

func TestEmbeddedFilesAreAttachments(t *testing.T) {
	p := newParser(t, 1)
	src := open(t, p, pdfOf("", []string{text(72, 700, "See the attachment.")}, blackImage, "<</Type/EmbeddedFile/Length 5>>\nstream\nhello\nendstream"), "")
	var got []string
	for a, err := range src.Attachments(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a.Name+": "+string(a.Data))
	}
	if len(got) != 1 || got[0] != "a.txt: hello" {
		t.Fatal(got)
	}
}

func TestFilesThatCannotBeOpenedSayWhy(t *testing.T) {
	p := newParser(t, 1)
	secret := encrypted("secret", "Filed under seal")
	for name, c := range map[string]struct {
		data     []byte
		password string
		code     mark.Code
	}{
		"empty":          {nil, "", mark.Damaged},
		"no PDF":         {[]byte("MZ this is a program"), "", mark.Unsupported},
		"head only":      {[]byte("%PDF-1.7\n"), "", mark.Damaged},
		"no password":    {secret, "", mark.NeedsPassword},
		"wrong password": {secret, "wrong", mark.NeedsPassword},
		"no pages":       {build("<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 0/Kids[]>>"), "", mark.Damaged},
	} {
		_, err := p.Open(t.Context(), mark.File{Name: "x.pdf", Size: int64(len(c.data)), Data: bytes.NewReader(c.data), Password: c.password})
		if mark.CodeOf(err) != c.code || !strings.HasSuffix(mark.MessageOf(err), ".") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if pg, err := open(t, p, secret, "secret").Page(t.Context(), 1); err != nil || !strings.Contains(pg.Text, "under seal") {
		t.Errorf("%q, %v", pg.Text, err)
	}
}

func TestPageThatCannotBeReadCostsOnePage(t *testing.T) {
	p := newParser(t, 1)
	// The second page's content unpacks to more than its engine may use.
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	for range 300 {
		z.Write(bytes.Repeat([]byte{' '}, 1<<20))
	}
	z.Close()
	bomb := fmt.Sprintf("<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", packed.Len(), packed.Bytes())
	data := pdfOf("", []string{text(72, 700, "one"), "q Q", text(72, 700, "three")}, blackImage, bomb)
	data = bytes.Replace(data, []byte("/Contents 9 0 R"), []byte("/Contents 5 0 R"), 1)
	src := open(t, p, data, "")
	for n := 1; n <= 4; n++ {
		pg, err := src.Page(t.Context(), n)
		switch {
		case n == 2 && (mark.CodeOf(err) == mark.Damaged || mark.CodeOf(err) == mark.Crashed): // the engine ended, or all of its process
		case n == 4 && mark.CodeOf(err) == mark.NotFound:
		case n&1 == 1 && err == nil && pg.Text != "":
		default:
			t.Errorf("page %d: %q, %v", n, pg.Text, err)
		}
	}
}

func TestKilledWorkerCostsOneCall(t *testing.T) {
	o := pdfium.Options{CacheDir: cacheDir(t), Processes: 1}
	pool := pdfium.NewPool(o)
	defer pool.Close()
	var pages []string
	for i := range 40 {
		pages = append(pages, text(72, 700, fmt.Sprint("page ", i+1)))
	}
	src := open(t, pdfium.New(pool, o), pdfOf("", pages, blackImage), "")
	crashes := 0
	for n := 1; n <= len(pages); n++ {
		if n%10 == 0 {
			proc, err := os.FindProcess(pool.PIDs()[0])
			if err != nil {
				t.Fatal(err)
			}
			proc.Kill()
			time.Sleep(20 * time.Millisecond)
		}
		pg, err := src.Page(t.Context(), n)
		if mark.CodeOf(err) == mark.Crashed && err != nil {
			crashes++
			pg, err = src.Page(t.Context(), n)
		}
		if err != nil || pg.Text != fmt.Sprint("page ", n) {
			t.Fatalf("page %d: %q, %v", n, pg.Text, err)
		}
	}
	if crashes > 4 {
		t.Error(crashes, "pages were lost by 4 kills")
	}
}

func TestManyDocumentsAreReadAtOnce(t *testing.T) {
	p := newParser(t, 2)
	var wg sync.WaitGroup
	for i := range 8 {
		data := pdfOf("", []string{text(72, 700, fmt.Sprint("document ", i)), text(72, 700, "second page")}, blackImage)
		wg.Go(func() {
			src, err := p.Open(t.Context(), mark.File{Name: "a.pdf", Size: int64(len(data)), Data: bytes.NewReader(data)})
			if err != nil {
				t.Error(err)
				return
			}
			defer src.Close()
			for n, want := range []string{fmt.Sprint("document ", i), "second page"} {
				if pg, err := src.Page(t.Context(), n+1); err != nil || pg.Text != want {
					t.Errorf("%q, %v", pg.Text, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestCancelledPageIsCancelled(t *testing.T) {
	p := newParser(t, 1)
	src := open(t, p, pdfOf("", []string{text(72, 700, "one")}, blackImage), "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := src.Page(ctx, 1); err == nil || mark.CodeOf(err) == mark.Crashed {
		t.Fatal(err)
	}
	if _, err := src.Page(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
}

func TestScoreKnowsPDFByHeadThenByName(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       int
	}{
		{"a.pdf", "%PDF-1.4\n", 100}, {"a.bin", "junk\n%PDF-1.4\n", 100}, {"a.PDF", "junk", 40}, {"a.txt", "Notice", 0}, {"", "", 0},
	} {
		if got := pdfium.Score(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%q %q: %d, want %d", c.name, c.head, got, c.want)
		}
	}
}

var _ mark.Parser = (*worker.Parser)(nil)
