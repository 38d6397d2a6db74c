package pdfium

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mark "markai/backend"

	pdf "github.com/klippa-app/go-pdfium"
	pdferrors "github.com/klippa-app/go-pdfium/errors"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/sys"
)

const (
	engineMemory = 256 << 20 // bytes of one document's engine: decompression bombs end there
	maxOpen      = 64        // documents at once in one process
	maxPages     = 100_000
	wasmPage     = 64 << 10
)

// engine holds the compiled PDFium. Each document gets an instance of its own,
// so that what one document breaks is gone with it.
type engine struct {
	once sync.Once
	pool pdf.Pool
	err  error

	memory atomic.Int64 // bytes that all documents' instances hold; 0 where that is not counted
}

// start compiles PDFium, or takes it from the cache.
func (e *engine) start() {
	rc := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithMemoryLimitPages(engineMemory / wasmPage)
	if dir := os.Getenv(envCache); dir != "" {
		// Without its cache it starts slowly, but it starts.
		if cache, err := wazero.NewCompilationCacheWithDir(dir); err == nil {
			rc = rc.WithCompilationCache(cache)
		}
	}
	e.pool, e.err = webassembly.Init(webassembly.Config{
		Context:       withMemory(context.Background(), &e.memory),
		MaxTotal:      maxOpen,
		MaxIdle:       0,
		FSConfig:      wazero.NewFSConfig(), // the default would be the whole disk
		RuntimeConfig: rc,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
}

// open opens a PDF in an instance of its own.
func (e *engine) open(ctx context.Context, f mark.File) (mark.Source, error) {
	e.once.Do(e.start)
	if e.err != nil {
		return nil, mark.Errorf(mark.Internal, "The PDF reader could not be started. Reinstall Mark AI.").Because(e.err)
	}
	if f.Size == 0 {
		return nil, mark.Errorf(mark.Damaged, "This file is empty. Ask for it again where it came from.")
	}
	d := &document{engine: e, file: f, put: map[int][]annotation{}, links: map[int]bool{}}
	if err := d.ready(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// ready opens the document in a new engine, unless it is open.
func (d *document) ready(ctx context.Context) error {
	if d.lib != nil {
		return nil
	}
	wait, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	lib, err := d.engine.pool.GetInstanceWithContext(wait)
	if err != nil {
		return mark.Errorf(mark.TooBusy, "Too many PDF files are being read at once. Try again in a moment.").Because(err)
	}
	d.lib = lib
	if d.native, err = newNative(ctx, lib); err != nil {
		d.Close() //nolint:errcheck // the first error says it
		return mark.Errorf(mark.Internal, "The PDF reader could not be started. Reinstall Mark AI.").Because(err)
	}
	if err := d.load(d.file); err != nil {
		d.Close() //nolint:errcheck // the first error says it
		return err
	}
	return nil
}

// load opens the file and learns what Info tells.
func (d *document) load(f mark.File) error {
	req := &requests.OpenDocument{FileReader: io.NewSectionReader(f.Data, 0, f.Size), FileReaderSize: f.Size}
	if f.Password != "" {
		req.Password = &f.Password
	}
	doc, err := d.lib.OpenDocument(req)
	if err != nil {
		return openError(f, err)
	}
	d.doc = doc.Document
	n, err := d.lib.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: d.doc})
	if err != nil {
		return openError(f, err)
	}
	switch {
	case n.PageCount <= 0:
		return mark.Errorf(mark.Damaged, "This PDF has no pages. Ask for it again where it came from.")
	case n.PageCount > maxPages:
		return mark.Errorf(mark.TooBig, "This PDF says that it has %d pages; at most %d can be read. Split it.", n.PageCount, maxPages)
	}
	d.info = mark.SourceInfo{Kind: mark.KindPDF, Pages: n.PageCount}
	if t, err := d.lib.FPDF_GetMetaText(&requests.FPDF_GetMetaText{Document: d.doc, Tag: "Title"}); err == nil {
		d.info.Title = tidy(t.Value)
	}
	d.info.Notes = d.notes(f)
	d.titles = d.outline()
	return nil
}

// openError says why a PDF cannot be opened.
func openError(f mark.File, err error) error {
	if broken(err) {
		return mark.Errorf(mark.Damaged, "This PDF is damaged in a way that stops the reader. Ask for it again where it came from.").Because(err)
	}
	switch {
	case errors.Is(err, pdferrors.ErrPassword) && f.Password == "":
		return mark.Errorf(mark.NeedsPassword, "This PDF needs a password. Enter it to have the file read.")
	case errors.Is(err, pdferrors.ErrPassword):
		return mark.Errorf(mark.NeedsPassword, "The password does not open this PDF. Check it and try again.")
	case errors.Is(err, pdferrors.ErrSecurity):
		return mark.Errorf(mark.Unsupported, "This PDF is protected in a way that Mark AI cannot open. Ask for a copy without protection.")
	case !hasHead(f):
		return mark.Errorf(mark.Unsupported, "This file is called a PDF but is none. Check what it is and give it its right name.")
	}
	return mark.Errorf(mark.Damaged, "This PDF is damaged and could not be opened. Ask for it again where it came from.").Because(err)
}

// hasHead reports whether the file begins as a PDF does.
func hasHead(f mark.File) bool {
	head := make([]byte, 1024)
	n, _ := f.Data.ReadAt(head, 0)
	return Score("", head[:n]) > 0
}

// broken reports whether the engine itself was stopped: by a trap, by its
// memory limit or by abort().
func broken(err error) bool {
	if _, ok := errors.AsType[*sys.ExitError](err); ok {
		return true
	}
	s := err.Error() // wazero has no type for traps
	return strings.Contains(s, "wasm error") || strings.Contains(s, "panic occurred") || strings.Contains(s, "could not allocate")
}

// tidy makes one line of a title.
func tidy(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300])
	}
	return s
}
