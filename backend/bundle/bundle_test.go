package bundle_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/bundle"
	"markai/backend/typeset"
)

// plain opens a page's file as text, and knows how many are open.
type plain struct{ open int }

type closing struct {
	mark.Source
	p *plain
}

func (c closing) Close() error { c.p.open--; return nil }

func (p *plain) pages(_ context.Context, f mark.File) (mark.Source, error) {
	raw, err := io.ReadAll(io.NewSectionReader(f.Data, 0, f.Size))
	if err != nil {
		return nil, err
	}
	if string(raw) == "broken" {
		return nil, mark.Errorf(mark.Damaged, "This page is damaged.")
	}
	p.open++
	return closing{typeset.NewSource(string(raw), mark.SourceInfo{}, nil), p}, nil
}

func page(label, name, data, text string) bundle.Page {
	return bundle.Page{Label: label, Name: name, Text: text, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil }}
}

func written(t testing.TB, pages ...bundle.Page) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := bundle.Write(&out, pages); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPagesBecomeOneDocument(t *testing.T) {
	pages := []bundle.Page{page("A1", "x/A1.TIF", "own text", "provided"), page("A2", "A2.tif", " ", "provided"), page("A3", "", "broken", "")}
	raw := written(t, pages...)
	if !bytes.Equal(raw, written(t, pages...)) {
		t.Error("the same pages make other bytes")
	}
	p := &plain{}
	parser := bundle.Parser{Pages: p.pages}
	if got := parser.Score("A1", raw[:200]); got != 100 {
		t.Fatalf("scores %d", got)
	}
	src, err := parser.Open(t.Context(), mark.File{Size: int64(len(raw)), Data: bytes.NewReader(raw)})
	if err != nil || src.Info().Pages != 3 || src.Info().Kind != mark.KindImage {
		t.Fatal(src, err)
	}
	for n, want := range map[int]string{1: "own text", 2: "provided"} {
		got, err := src.Page(t.Context(), n)
		if err != nil || got.Text != want || got.Number != n || got.Label != fmt.Sprint("A", n) {
			t.Errorf("page %d: %+v, %v", n, got, err)
		}
	}
	for _, n := range []int{0, 3, 4} {
		if _, err := src.Page(t.Context(), n); err == nil {
			t.Errorf("page %d is there", n)
		}
	}
	if p.open > 1 {
		t.Errorf("%d pages are open", p.open)
	}
	if err := src.Close(); err != nil || p.open != 0 {
		t.Error(p.open, err)
	}
}

func TestAPageThatCannotBeReadEndsTheWriting(t *testing.T) {
	bad := errors.New("gone")
	if err := bundle.Write(io.Discard, []bundle.Page{{Open: func() (io.ReadCloser, error) { return nil, bad }}}); !errors.Is(err, bad) {
		t.Error(err)
	}
}

func TestOtherArchivesAreNoBundles(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	if _, err := z.Create("mimetype"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if got := (bundle.Parser{}).Score("a.zip", out.Bytes()); got != 0 {
		t.Errorf("scores %d", got)
	}
	if _, err := (bundle.Parser{}).Open(t.Context(), mark.File{Size: int64(out.Len()), Data: bytes.NewReader(out.Bytes())}); mark.CodeOf(err) != mark.Damaged {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(written(f, page("A1", "A1.tif", "x", "y"), page("A2", "A2.tif", "", "")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		src, err := bundle.Parser{Pages: (&plain{}).pages}.Open(context.Background(), mark.File{Size: int64(len(raw)), Data: bytes.NewReader(raw)})
		if err != nil {
			return
		}
		for n := 1; n <= min(src.Info().Pages, 20); n++ {
			src.Page(context.Background(), n) //nolint:errcheck // it may be damaged
		}
	})
}
