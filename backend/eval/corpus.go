// Package eval measures search and answers on sets of questions whose right
// passages are known, by running the real parts: pages, passages, vectors,
// search and answers, in a private store that is gone afterwards.
package eval

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/compress"
	"markai/backend/structure"
)

// Deps are the parts that are measured. Embedder may be nil; the others are
// needed by what uses them.
type Deps struct {
	Stores   mark.Stores
	Paginate func(text string) []mark.Page                                                                              // lays a text out in pages
	Read     func(ctx context.Context, path string) ([]mark.Page, error)                                                // reads a file of another kind
	Identify func(name string, pages []mark.Page) (title string, parties []string)                                      // reads them off the first pages
	Chunk    func(doc mark.Document, from mark.Pos, pages []mark.Page, final bool) (chunks []mark.Chunk, next mark.Pos) // cuts passages
	Embedder mark.Embedder
	Searcher mark.Searcher
	Answerer mark.Answerer
	Weigh    func(ctx context.Context, m mark.MatterStore, question string, hits []mark.Hit) (compress.Request, error) // what a compression of hits needs to know
	Progress func(done, total int)                                                                                     // may be nil; documents loaded, then questions asked
}

const (
	documentsDir = "documents" // in a set whose files are no plain texts

	firstPages = 3  // that Identify sees
	batch      = 64 // passages embedded at once
)

// corpus is a folder of files in a private store.
type corpus struct {
	store mark.MatterStore
	close func() error
	names map[mark.DocumentID]string // path under the folder, with slashes
	texts map[mark.DocumentID]layout
}

// layout maps a document's pages to code points of its text.
type layout struct {
	text   string
	begins []int // byte offset of each page
}

// load reads the files under dir (only those named, if any are) into a new
// store in a temporary folder. close removes it.
func load(ctx context.Context, d Deps, dir string, only []string) (*corpus, error) {
	paths, err := files(dir, only)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "markai-eval-")
	if err != nil {
		return nil, fmt.Errorf("make a private store: %w", err)
	}
	key := make([]byte, 32)
	rand.Read(key) // never fails since Go 1.24
	store, err := d.Stores.OpenMatter(ctx, filepath.Join(temp, "matter.db"), key)
	if err != nil {
		os.RemoveAll(temp)
		return nil, fmt.Errorf("make a private store: %w", err)
	}
	c := &corpus{store: store, names: map[mark.DocumentID]string{}, texts: map[mark.DocumentID]layout{}}
	c.close = func() error {
		err := store.Close()
		if rm := os.RemoveAll(temp); err == nil {
			err = rm
		}
		return err
	}
	for i, p := range paths {
		if err := c.add(ctx, d, dir, p); err != nil {
			c.close()
			return nil, fmt.Errorf("read %s: %w", p, err)
		}
		d.progress(i+1, len(paths))
	}
	return c, nil
}

func (d Deps) progress(done, total int) {
	if d.Progress != nil {
		d.Progress(done, total)
	}
}

// files lists the files under dir, with slashes: all of a folder of documents,
// else the texts.
func files(dir string, only []string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || filepath.Ext(path) != ".txt" && filepath.Base(dir) != documentsDir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if rel = filepath.ToSlash(rel); len(only) == 0 || slices.Contains(only, rel) {
			out = append(out, rel)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the files: %w", err)
	}
	if len(out) == 0 {
		return nil, mark.Errorf(mark.NotFound, "There are no files to search in %s.", dir)
	}
	return out, nil
}

// pages reads one file: a text is laid out in pages, others are parsed.
func (d Deps) pages(ctx context.Context, path string) ([]mark.Page, error) {
	if filepath.Ext(path) != ".txt" && d.Read != nil {
		return d.Read(ctx, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pages := d.Paginate(string(data))
	n := 0
	for _, p := range pages {
		n += len(p.Text)
	}
	if n != len(data) {
		return nil, fmt.Errorf("%d bytes were laid out as %d", len(data), n)
	}
	return pages, nil
}

// add stores one file as a document: pages, passages, vectors.
func (c *corpus) add(ctx context.Context, d Deps, dir, rel string) error {
	pages, err := d.pages(ctx, filepath.Join(dir, filepath.FromSlash(rel)))
	if err != nil {
		return err
	}
	var l layout
	var text strings.Builder
	for _, p := range pages {
		l.begins = append(l.begins, text.Len())
		text.WriteString(p.Text)
	}
	l.text = text.String()
	doc := mark.Document{
		ID: mark.DocumentID(mark.NewID()), Name: rel[strings.LastIndexByte(rel, '/')+1:], Source: rel, Kind: mark.KindText,
		Bytes: int64(len(l.text)), Pages: len(pages), Status: mark.DocumentSearchable, Added: time.Now(),
	}
	first := pages[:min(firstPages, len(pages))]
	doc.Title, doc.Parties = d.Identify(doc.Name, first)
	doc.Meta = structure.Opening(doc, first)
	if err := c.store.PutDocument(ctx, doc); err != nil {
		return err
	}
	chunks, _ := d.Chunk(doc, mark.Pos{}, pages, true)
	if err := c.store.PutPages(ctx, doc.ID, pages, chunks); err != nil {
		return err
	}
	c.names[doc.ID], c.texts[doc.ID] = rel, l
	return c.embed(ctx, d.Embedder, doc.ID)
}

// embed makes the vectors of a document's passages, of the same text as reading does.
func (c *corpus) embed(ctx context.Context, e mark.Embedder, id mark.DocumentID) error {
	if e == nil {
		return nil
	}
	for {
		chunks, err := c.store.Unembedded(ctx, id, e.Model(), batch)
		if err != nil || len(chunks) == 0 {
			return err
		}
		texts := make([]string, len(chunks))
		ids := make([]mark.ChunkID, len(chunks))
		for i, ch := range chunks {
			texts[i], ids[i] = chunk.Passage(ch), ch.ID
		}
		vectors, err := e.Embed(ctx, texts)
		if err != nil {
			return err
		}
		if err := c.store.PutVectors(ctx, e.Model(), ids, vectors); err != nil {
			return err
		}
	}
}

// points returns where a byte of a page stands in the document, in code points.
func (c *corpus) points(id mark.DocumentID, page, offset int) int {
	l := c.texts[id]
	if page < 1 || page > len(l.begins) {
		return 0
	}
	return utf8.RuneCountInString(l.text[:l.begins[page-1]+offset])
}

// readLines decodes a file of one JSON object per line.
func readLines[T any](path string) ([]T, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the questions: %w", err)
	}
	var out []T
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, len(data)+1)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			return nil, mark.Errorf(mark.Damaged, "Line %d of %s is not a question.", n, filepath.Base(path)).Because(err)
		}
		out = append(out, v)
	}
	return out, lines.Err()
}
