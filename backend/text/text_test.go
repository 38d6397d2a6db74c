package text_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/text"

	"golang.org/x/text/encoding/unicode"
)

// file returns an original of these bytes.
func file(name string, data []byte) mark.File {
	return mark.File{Name: name, Size: int64(len(data)), Data: bytes.NewReader(data)}
}

// read opens the file and returns its pages' text joined.
func read(t *testing.T, f mark.File) (string, mark.SourceInfo, error) {
	t.Helper()
	src, err := text.Parser{}.Open(context.Background(), f)
	if err != nil {
		return "", mark.SourceInfo{}, err
	}
	defer src.Close()
	var out strings.Builder
	for n := 1; n <= src.Info().Pages; n++ {
		p, err := src.Page(context.Background(), n)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(p.Text)
	}
	return out.String(), src.Info(), nil
}

func utf16(t *testing.T, e unicode.Endianness, bom unicode.BOMPolicy, s string) string {
	out, err := unicode.UTF16(e, bom).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTextKeepsItsDecodedBytes(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		noted          bool
	}{
		{"a.txt", "§ 1. Term.\r\nTen days.\n\n\tx\n", "§ 1. Term.\r\nTen days.\n\n\tx\n", false},
		{"bom.txt", "\ufeffHello", "Hello", false},
		{"no ending", "Hello there", "Hello there", false},
		{"windows.txt", "\x93Lease\x94 \x96 \xa7 12", "“Lease” – § 12", true},
		{"le.txt", utf16(t, unicode.LittleEndian, unicode.UseBOM, "Vertrag für Müller"), "Vertrag für Müller", false},
		{"be.txt", utf16(t, unicode.BigEndian, unicode.IgnoreBOM, "Term of the lease"), "Term of the lease", true},
		{"le-bare.txt", utf16(t, unicode.LittleEndian, unicode.IgnoreBOM, "Term of the lease"), "Term of the lease", true},
		{"order.html", "<title>Order</title><p>It is <b>so</b> ordered.</p>", "It is so ordered.\n", false},
		{"notes.md", "# Heading\n* point", "# Heading\n* point", false},
	} {
		got, info, err := read(t, file(c.name, []byte(c.in)))
		if err != nil || got != c.want || (len(info.Notes) > 0) != c.noted || info.Kind != mark.KindText {
			t.Errorf("%s: %q, notes %q, %v; want %q", c.name, got, info.Notes, err, c.want)
		}
		if s := (text.Parser{}).Score(c.name, []byte(c.in)); s < 20 {
			t.Errorf("%s: scores %d", c.name, s)
		}
	}
}

func TestWhatIsNotTextIsRefusedByName(t *testing.T) {
	for _, c := range []struct{ name, in, says string }{
		{"a.bin", "\x00\x01\x02\x03\x04\x05", "no text"},
		{"sums.xls", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "Excel"},
		{"re.msg", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "Outlook"},
		{"brief.rtf", "plain", "named .rtf"},
		{"all.zip", "PK\x03\x04....", "ZIP archive"},
		{"deck.pptx", "PK\x03\x04....", "PowerPoint"},
		{"book.xlsx", "PK\x03\x04....", "Excel"},
		{"a.pdf", "%PDF-1.7\n", "This is a PDF"},
		{"a.pdf", "<html>not found", "named .pdf"},
		{"scan.tif", "II*\x00....", "This is a picture"},
		{"setup.exe", "MZ\x90\x00", "program"},
	} {
		_, _, err := read(t, file(c.name, []byte(c.in)))
		if mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), c.says) {
			t.Errorf("%s: %v, want a sentence with %q", c.name, err, c.says)
		}
		if s := (text.Parser{}).Score(c.name, []byte(c.in)); s != 1 {
			t.Errorf("%s: scores %d, want 1", c.name, s)
		}
	}
}

func TestAHeadCutInsideACharacterStillLooksLikeText(t *testing.T) {
	head := []byte(strings.Repeat("§", 2048))
	for cut := range 3 {
		if s := (text.Parser{}).Score("a.txt", head[:len(head)-cut]); s != 80 {
			t.Errorf("cut %d: scores %d", cut, s)
		}
	}
}

func TestTextOverTheLimitIsTooBig(t *testing.T) {
	f := file("a.txt", []byte("x"))
	f.Size = text.MaxBytes + 1
	if _, err := (text.Parser{}).Open(context.Background(), f); mark.CodeOf(err) != mark.TooBig {
		t.Errorf("got %v", err)
	}
}

func TestOpeningStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := (text.Parser{}).Open(ctx, file("a.txt", []byte("x"))); err != context.Canceled {
		t.Errorf("got %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{"plain", "\xff\xfea\x00", "\xfe\xff\x00a", "\x93x\x94", "<html><p>a", "a\fb\rc", "\xef\xbb\xbfx"} {
		f.Add("a.txt", []byte(s))
		f.Add("a.html", []byte(s))
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		text.Parser{}.Score(name, data)
		got, _, err := read(t, file(name, data))
		if err == nil && !utf8.ValidString(got) {
			t.Errorf("text is not UTF-8: %q", got)
		}
	})
}
