package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/marktest"
)

// book is a parser of files whose pages are separated by form feeds. A page
// that begins with a word and a colon behaves as the word says:
//
//	picture: has no text, and a picture of the rest
//	layer:   has its text, and a picture of the rest
//	damaged: cannot be read
//	crash:   kills its worker, each time, and has a picture of the rest
//	once:    kills its worker the first time
//	off:     the parser is missing
//
// A first page "locked:secret" needs that password. A file within the file is
// "file:name=content" on the last page.
type book struct {
	mu     sync.Mutex // guards reads and crashed
	reads  map[string]int
	gate   chan struct{} // if set, each page waits for a value
	slow   time.Duration // of a page
	opened int
}

func (b *book) Score(name string, _ []byte) int {
	if filepath.Ext(name) == ".book" {
		return 50
	}
	return 0
}

func (b *book) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	data, err := io.ReadAll(io.NewSectionReader(f.Data, 0, f.Size))
	if err != nil {
		return nil, err
	}
	text := string(data)
	if strings.HasPrefix(text, "broken") {
		return nil, mark.Errorf(mark.Damaged, "This book is broken.")
	}
	if rest, locked := strings.CutPrefix(text, "locked:"); locked {
		secret, body, _ := strings.Cut(rest, "\f")
		if f.Password != secret {
			return nil, mark.Errorf(mark.NeedsPassword, "This book needs a password.")
		}
		text = body
	}
	return &openBook{b: b, name: f.Name, pages: strings.Split(text, "\f")}, ctx.Err()
}

type openBook struct {
	b     *book
	name  string
	pages []string
}

func (o *openBook) Info() mark.SourceInfo {
	n := len(o.pages)
	if strings.HasPrefix(o.pages[n-1], "file:") {
		n--
	}
	return mark.SourceInfo{Kind: mark.KindPDF, Pages: n}
}

func (o *openBook) Page(ctx context.Context, n int) (mark.Page, error) {
	if o.b.gate != nil {
		select {
		case <-o.b.gate:
		case <-ctx.Done():
			return mark.Page{}, ctx.Err()
		}
	}
	if o.b.slow > 0 {
		time.Sleep(o.b.slow)
	}
	o.b.mu.Lock()
	defer o.b.mu.Unlock()
	if o.b.reads == nil {
		o.b.reads = map[string]int{}
	}
	text := o.pages[n-1]
	o.b.reads[o.name+"/"+text]++
	word, _, _ := strings.Cut(text, ":")
	switch word {
	case "picture":
		return mark.Page{Number: n, Width: 612, Height: 792}, nil
	case "damaged":
		return mark.Page{}, mark.Errorf(mark.Damaged, "Its content is damaged.")
	case "off":
		return mark.Page{}, mark.Errorf(mark.Unavailable, "The reader is switched off.")
	case "crash":
		return mark.Page{}, mark.Errorf(mark.Crashed, "The reader broke down on it.")
	case "once":
		if o.b.reads[o.name+"/"+text] == 1 {
			return mark.Page{}, mark.Errorf(mark.Crashed, "The reader broke down on it.")
		}
	}
	p := mark.Page{Number: n, Width: 612, Height: 792, Text: text, Words: []mark.Word{{Start: 0, End: len(text), Confidence: 1}}}
	if word == "noted" {
		p.Features = []mark.Feature{{Kind: mark.FeatureComment, Page: n, Start: 0, End: len(text), Text: "Why " + text + "?", Value: "Mary"}}
	}
	return p, nil
}

// Image is a picture whose dots spell the page, dark enough to be seen.
func (o *openBook) Image(_ context.Context, n, dpi int) (mark.Image, error) {
	_, rest, _ := strings.Cut(o.pages[n-1], ":")
	if word, _, _ := strings.Cut(o.pages[n-1], ":"); rest == "" || word != "picture" && word != "layer" && word != "crash" {
		return mark.Image{DPI: dpi, Pix: bytes.Repeat([]byte{255}, 100)}, nil
	}
	return mark.Image{DPI: dpi, Pix: append(make([]byte, 100), rest...)}, nil
}

func (o *openBook) Attachments(context.Context) iter.Seq2[mark.Attachment, error] {
	return func(yield func(mark.Attachment, error) bool) {
		rest, ok := strings.CutPrefix(o.pages[len(o.pages)-1], "file:")
		if !ok {
			return
		}
		for f := range strings.SplitSeq(rest, "&") {
			name, data, _ := strings.Cut(f, "=")
			if !yield(mark.Attachment{Name: name, Data: []byte(strings.ReplaceAll(data, "|", "\f"))}, nil) {
				return
			}
		}
	}
}

func (o *openBook) Close() error { return nil }

// eyes recognises the pictures of books. Longer texts take less time, so that
// pages are not finished in their order.
type eyes struct{}

func (eyes) Recognise(ctx context.Context, img mark.Image) (mark.Page, error) {
	text := string(img.Pix[100:])
	select {
	case <-time.After(time.Duration(max(0, 6-len(text))) * time.Millisecond):
	case <-ctx.Done():
		return mark.Page{}, ctx.Err()
	}
	if text == "unreadable" {
		return mark.Page{}, mark.Errorf(mark.Crashed, "Recognition broke down.")
	}
	return mark.Page{Text: text, OCR: true, Confidence: 0.9}, nil
}

// embedder gives every text the same direction and counts them.
type embedder struct {
	mu    sync.Mutex // guards texts
	texts []string
	gate  chan struct{} // if set, each batch waits for a value
	err   error
}

func (e *embedder) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	if e.gate != nil {
		select {
		case <-e.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		return nil, e.err
	}
	e.texts = append(e.texts, texts...)
	out := make([][]float32, len(texts))
	for i := range out {
		out[i] = []float32{1, 0, 0}
	}
	return out, nil
}

func (e *embedder) Model() string { return "fake" }
func (e *embedder) Dim() int      { return 3 }

// onePage makes each page one passage, which keeps tests legible.
func onePage(doc mark.Document, from mark.Pos, pages []mark.Page, _ bool) ([]mark.Chunk, mark.Pos) {
	var out []mark.Chunk
	for _, p := range pages {
		if p.Number < from.Page || p.Number == from.Page && from.Offset > 0 {
			continue
		}
		if p.Text != "" {
			out = append(out, mark.Chunk{Document: doc.ID, From: mark.Pos{Page: p.Number}, To: mark.Pos{Page: p.Number, Offset: len(p.Text)}, Header: doc.Name, Text: p.Text})
		}
		from = mark.Pos{Page: p.Number, Offset: max(1, len(p.Text))}
	}
	return out, from
}

// bench is a service that runs over one matter.
type bench struct {
	t     testing.TB
	s     *ingest.Service
	store mark.MatterStore
	book  *book
	stop  func() // ends Run and waits
}

// matterID is the matter of a bench.
const matterID = mark.MatterID("m")

// start runs a service over store, which may be nil for a new one.
func start(t testing.TB, store mark.MatterStore, c ingest.Config) *bench {
	t.Helper()
	b := &bench{t: t, store: store, book: &book{}}
	if store == nil {
		b.store = marktest.OpenMatter(t)
	}
	if len(c.Parsers) == 0 {
		c.Parsers = []mark.Parser{b.book}
	} else if k, ok := c.Parsers[0].(*book); ok {
		b.book = k
	}
	if c.Chunker == nil {
		c.Chunker = onePage
	}
	b.s = ingest.New(c)
	switch err := b.s.Attach(t.Context(), matterID, b.store); {
	case errors.Is(err, errKilled):
		b.stop = func() {} // killed before it began
		return b
	case err != nil:
		t.Fatalf("attach: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.s.Run(ctx); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	b.stop = sync.OnceFunc(func() {
		cancel()
		wg.Wait()
		b.s.Detach(matterID)
	})
	t.Cleanup(b.stop)
	return b
}

// add queues one file and returns its job.
func (b *bench) add(name, content string) mark.Job {
	b.t.Helper()
	a, err := b.s.AddReader(b.t.Context(), matterID, b.store, name, strings.NewReader(content))
	if err != nil || len(a.Jobs) != 1 {
		b.t.Fatalf("add %s: %+v, %v", name, a, err)
	}
	return a.Jobs[0]
}

// until waits until the job is in one of the states and returns it with its document.
func (b *bench) until(job mark.JobID, states ...mark.JobState) (mark.Job, mark.Document) {
	b.t.Helper()
	var j mark.Job
	wait(b.t, func() bool {
		var err error
		if j, err = b.store.Job(context.Background(), job); err != nil {
			b.t.Fatalf("job: %v", err)
		}
		for _, s := range states {
			if j.State == s {
				return true
			}
		}
		return false
	}, func() string {
		return "the job is " + string(j.State) + " in step " + string(j.Step) + ": " + j.Problem
	})
	doc, err := b.store.Document(context.Background(), j.Document)
	if err != nil {
		b.t.Fatalf("document: %v", err)
	}
	return j, doc
}

// wait polls until done.
func wait(t testing.TB, done func() bool, say func() string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", say())
		}
	}
}

// text returns the stored text of all pages, separated by form feeds.
func text(t testing.TB, store mark.MatterStore, id mark.DocumentID) string {
	t.Helper()
	pages, err := store.PagesFrom(context.Background(), id, 1, 10000)
	if err != nil {
		t.Fatalf("pages: %v", err)
	}
	var out []string
	for i, p := range pages {
		if p.Number != i+1 {
			t.Fatalf("page %d stands at place %d", p.Number, i+1)
		}
		out = append(out, p.Text)
	}
	return strings.Join(out, "\f")
}

var errKilled = errors.New("the process was killed")
