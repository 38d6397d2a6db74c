package marktest

import (
	"strings"
	"testing"

	mark "markai/backend"
)

// Opened is what a parser gave of a file.
type Opened struct {
	Text     string // of all pages
	Info     mark.SourceInfo
	Files    []mark.Attachment
	Problems []error // of files inside that could not be had
}

// Open reads a file with a parser. The error is that of opening it; a page that
// fails ends the test.
func Open(t testing.TB, p mark.Parser, name, password, data string) (Opened, error) {
	t.Helper()
	src, err := p.Open(t.Context(), mark.File{Name: name, Password: password, Size: int64(len(data)), Data: strings.NewReader(data)})
	if err != nil {
		return Opened{}, err
	}
	defer src.Close()
	out := Opened{Info: src.Info()}
	for n := 1; n <= src.Info().Pages; n++ {
		page, err := src.Page(t.Context(), n)
		if err != nil {
			t.Fatalf("page %d of %s: %v", n, name, err)
		}
		out.Text += page.Text
	}
	for a, err := range src.Attachments(t.Context()) {
		if err != nil {
			out.Problems = append(out.Problems, err)
			continue
		}
		out.Files = append(out.Files, a)
	}
	return out, nil
}
