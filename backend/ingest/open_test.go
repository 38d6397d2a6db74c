package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
)

// opinion is a parser that always says the same.
type opinion struct {
	score int
	errs  []error // of each Open in turn; the last one stays
	calls *int
}

func (o opinion) Score(string, []byte) int { return o.score }

func (o opinion) Open(context.Context, mark.File) (mark.Source, error) {
	if o.calls == nil {
		o.calls = new(int)
	}
	err := o.errs[min(*o.calls, len(o.errs)-1)]
	*o.calls++
	return opened{o.score}, err
}

// opened tells by its pages which parser opened it.
type opened struct{ score int }

func (o opened) Info() mark.SourceInfo                      { return mark.SourceInfo{Pages: o.score} }
func (opened) Page(context.Context, int) (mark.Page, error) { return mark.Page{}, nil }
func (opened) Close() error                                 { return nil }
func (opened) Image(context.Context, int, int) (mark.Image, error) {
	return mark.Image{}, mark.Errorf(mark.Unsupported, "No picture.")
}
func (opened) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(func(mark.Attachment, error) bool) {}
}

func TestTheParserThatKnowsTheFileBestOpensIt(t *testing.T) {
	fails := func(score int, codes ...mark.Code) opinion {
		o := opinion{score: score, calls: new(int)}
		for _, c := range codes {
			if c == "" {
				o.errs = append(o.errs, nil)
			} else {
				o.errs = append(o.errs, mark.Errorf(c, "Number %d says so.", score))
			}
		}
		return o
	}
	for _, c := range []struct {
		name    string
		parsers []mark.Parser
		opens   int // the score of the parser that opens; 0: none
		code    mark.Code
		says    string
	}{
		{"the best", []mark.Parser{fails(10, ""), fails(90, "")}, 90, "", ""},
		{"the second opinion of damage", []mark.Parser{fails(90, mark.Damaged), fails(10, "")}, 10, "", ""},
		{"the second opinion of another kind", []mark.Parser{fails(90, mark.Unsupported), fails(10, "")}, 10, "", ""},
		{"a crash is tried again", []mark.Parser{fails(90, mark.Crashed, "")}, 90, "", ""},
		{"a password is asked for at once", []mark.Parser{fails(90, mark.NeedsPassword), fails(10, "")}, 0, mark.NeedsPassword, "90"},
		{"the best parser's own reason", []mark.Parser{fails(90, mark.Damaged), fails(10, mark.Unsupported)}, 0, mark.Damaged, "90"},
		{"damage is a better reason than another kind", []mark.Parser{fails(90, mark.Unsupported), fails(10, mark.Damaged)}, 0, mark.Damaged, "10"},
		{"who does not know it is not asked", []mark.Parser{fails(0, "")}, 0, mark.Unsupported, "not a kind of file"},
	} {
		src, err := ingest.Open(t.Context(), c.parsers, mark.File{Name: "x", Size: 1, Data: strings.NewReader("x")})
		if c.opens > 0 {
			if err != nil || src.Info().Pages != c.opens {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		if mark.CodeOf(err) != c.code || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAnEmptyFileSaysSo(t *testing.T) {
	_, err := ingest.Open(t.Context(), nil, mark.File{Name: "x", Data: bytes.NewReader(nil)})
	if mark.MessageOf(err) != "This file is empty." {
		t.Errorf("got %v", err)
	}
}

func TestReadingWithoutAStoreGivesTheSamePages(t *testing.T) {
	content := "one\fpicture:two\fdamaged:\ffour"
	r := ingest.NewReader([]mark.Parser{&book{}}, eyes{}, 2, 300)
	file := mark.File{Name: "a.book", Size: int64(len(content)), Data: strings.NewReader(content)}
	info, pages, err := r.Read(t.Context(), file)
	if err != nil || info.Pages != 4 {
		t.Fatalf("%+v, %v", info, err)
	}
	var got []string
	for p, err := range pages {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Text+p.Problem)
	}
	if strings.Join(got, "|") != "one|two|Its content is damaged.|four" {
		t.Errorf("got %q", got)
	}
	_, pages, err = r.Read(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	for range pages {
		break // must not leave a goroutine behind
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, pages, err = ingest.NewReader([]mark.Parser{&book{gate: make(chan struct{})}}, nil, 1, 300).Read(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	for _, err := range pages {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}
