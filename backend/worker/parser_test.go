package worker_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/worker"
)

// lined is a document whose lines are its pages. A line may say what is to go
// wrong on it.
type lined struct {
	f     mark.File
	count int
}

func openLined(_ context.Context, f mark.File) (mark.Source, error) {
	data, err := io.ReadAll(io.NewSectionReader(f.Data, 0, f.Size))
	if err != nil {
		return nil, err
	}
	switch string(data) {
	case "locked":
		if f.Password != "open" {
			return nil, mark.Errorf(mark.NeedsPassword, "This needs a password.")
		}
	case "exit at open":
		os.Exit(3)
	case "hang at open":
		select {}
	}
	return &lined{f, strings.Count(string(data), "\n") + 1}, nil
}

func (l *lined) Info() mark.SourceInfo {
	return mark.SourceInfo{Kind: mark.KindText, Pages: l.count, Title: l.f.Name}
}

// Page reads the file again: the reads go through the present call.
func (l *lined) Page(_ context.Context, n int) (mark.Page, error) {
	data, err := io.ReadAll(io.NewSectionReader(l.f.Data, 0, l.f.Size))
	if err != nil {
		return mark.Page{}, err
	}
	line := strings.Split(string(data), "\n")[n-1]
	switch line {
	case "exit":
		os.Exit(3)
	case "hang":
		select {}
	case "damaged":
		return mark.Page{}, mark.Errorf(mark.Damaged, "Page %d is damaged.", n)
	}
	return mark.Page{Number: n, Text: line, Words: []mark.Word{{End: len(line)}}}, nil
}

func (l *lined) Image(_ context.Context, n, dpi int) (mark.Image, error) {
	return mark.Image{Width: 2, Height: 3, DPI: dpi, Pix: []byte{1, 2, 3, 4, 5, byte(n)}}, nil
}

func (l *lined) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(yield func(mark.Attachment, error) bool) {
		for i := range 4 {
			var err error
			if i == 1 {
				err = mark.Errorf(mark.Damaged, "This one is damaged.")
			}
			if !yield(mark.Attachment{Name: fmt.Sprint("file ", i), Data: []byte{byte(i)}}, err) {
				return
			}
		}
	}
}

func (l *lined) Close() error { return nil }

func parser(t *testing.T, size int) *worker.Parser {
	t.Helper()
	return worker.NewParser(pool(t, size, worker.PoolOptions{}), worker.ParserOptions{
		Name: "lined", Score: func(string, []byte) int { return 1 }, What: "text",
		OpenTimeout: 2 * time.Second, PageTimeout: 2 * time.Second,
	})
}

func named(data string) mark.File {
	return mark.File{Name: "a.txt", Size: int64(len(data)), Data: strings.NewReader(data)}
}

func TestDocumentInAWorkerIsReadPageByPage(t *testing.T) {
	src, err := parser(t, 1).Open(t.Context(), named("one\ndamaged\nthree"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if in := src.Info(); in.Pages != 3 || in.Title != "a.txt" {
		t.Error(in)
	}
	for n, want := range map[int]string{1: "one", 3: "three"} {
		if p, err := src.Page(t.Context(), n); err != nil || p.Text != want || len(p.Words) != 1 {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if _, err := src.Page(t.Context(), 2); mark.CodeOf(err) != mark.Damaged {
		t.Error(err)
	}
	img, err := src.Image(t.Context(), 7, 300)
	if err != nil || img.Width != 2 || img.DPI != 300 || !bytes.Equal(img.Pix, []byte{1, 2, 3, 4, 5, 7}) {
		t.Error(img, err)
	}
	var got []string
	for a, err := range src.Attachments(t.Context()) {
		if err != nil {
			got = append(got, a.Name+": "+mark.MessageOf(err))
			continue
		}
		got = append(got, a.Name)
	}
	if want := []string{"file 0", "file 1: This one is damaged.", "file 2", "file 3"}; !slices.Equal(got, want) {
		t.Errorf("attachments %q, want %q", got, want)
	}
	for range src.Attachments(t.Context()) {
		break // what is not wanted is not fetched
	}
}

func TestPageThatKillsOrHangsItsWorkerCostsOnePage(t *testing.T) {
	src, err := parser(t, 1).Open(t.Context(), named("one\nexit\nthree\nhang\nfive"))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	for n, want := range []string{"one", "", "three", "", "five"} {
		p, err := src.Page(t.Context(), n+1)
		if want == "" {
			if mark.CodeOf(err) != mark.Crashed || !strings.HasPrefix(mark.MessageOf(err), fmt.Sprintf("Page %d ", n+1)) {
				t.Errorf("page %d: %v", n+1, err)
			}
			continue
		}
		if err != nil || p.Text != want {
			t.Errorf("page %d: %q, %v", n+1, p.Text, err)
		}
	}
}

func TestFileThatCannotBeOpenedSaysWhy(t *testing.T) {
	p := parser(t, 1)
	for data, want := range map[string]mark.Code{"locked": mark.NeedsPassword, "exit at open": mark.Crashed, "hang at open": mark.Crashed} {
		if _, err := p.Open(t.Context(), named(data)); mark.CodeOf(err) != want {
			t.Errorf("%s: %v", data, err)
		}
	}
	f := named("locked")
	f.Password = "open"
	src, err := p.Open(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	src.Close()
}

func TestManyOpenDocumentsShareFewWorkers(t *testing.T) {
	p := parser(t, 2)
	var open []mark.Source
	for i := range 6 {
		src, err := p.Open(t.Context(), named(fmt.Sprintf("%d\nsecond", i)))
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		open = append(open, src)
	}
	for i, src := range open {
		if pg, err := src.Page(t.Context(), 1); err != nil || pg.Text != fmt.Sprint(i) {
			t.Errorf("%q, %v", pg.Text, err)
		}
	}
}

func TestHandlersOfOneNameCannotBeMerged(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("they were")
		}
	}()
	worker.Merge(testHandlers, testHandlers)
}
