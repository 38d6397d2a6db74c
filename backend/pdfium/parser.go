package pdfium

import (
	"bytes"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"markai/backend/worker"
)

// Kind is the worker's kind: `markai worker pdf`.
const Kind = "pdf"

// name tells this parser from the second opinion in the same worker.
const name = "pdfium"

// envCache tells the worker where compiled code is kept.
const envCache = "MARKAI_PDF_CACHE"

// Options say how PDFium's workers run.
type Options struct {
	Executable  string         // see worker.Spec
	CacheDir    string         // existing directory for compiled code, never for documents; empty: compile at each start (3 s)
	Nice        int            // see worker.Spec
	Processes   int            // at most so many at once; 0: half the processors
	Budget      *worker.Budget // shared with the workers of others; nil: none
	PageTimeout time.Duration  // a page that takes longer is given up; 0: 30 s
}

// memoryLimit holds for one worker process: one engine at its most, and what
// the process and the documents that wait in it hold. Who goes over it is the
// one that is read, and is read once more in a process of its own.
const memoryLimit = 448 << 20

const (
	atWork = 224 << 20 // bytes that a process holds with two usual documents open
	atRest = 128 << 20 // bytes above which it is not kept for other documents
)

// collecting is how a worker collects its garbage: an engine's memory is not on
// Go's heap, which holds some 12 MB and is filled anew by every few pages. To
// collect at half as much more, as other workers do, would cost an eighth of the
// work.
var collecting = []string{"GOGC=200", "GOMEMLIMIT=64MiB"}

// NewPool makes the worker pool that New and the second opinion share.
func NewPool(o Options) *worker.Pool {
	n := o.Processes
	if n <= 0 {
		n = max(1, runtime.NumCPU()/2)
	}
	spec := worker.Spec{
		Kind:         Kind,
		Executable:   o.Executable,
		Nice:         o.Nice,
		MemoryLimit:  memoryLimit,
		StartTimeout: time.Minute,
	}
	spec.Env = slices.Clone(collecting)
	if o.CacheDir != "" {
		spec.Env = append(spec.Env, envCache+"="+o.CacheDir)
		spec.WriteDirs = []string{o.CacheDir}
	}
	return worker.NewPool(spec, n, worker.PoolOptions{MaxUses: 5000, Keep: atRest, Need: atWork, Budget: o.Budget})
}

// New makes a parser over the pool, which serves Handlers. Its text comes from
// character boxes; a page that is a picture with at most a stamp on it comes
// back without text, for OCR.
func New(pool *worker.Pool, o Options) *worker.Parser {
	return worker.NewParser(pool, worker.ParserOptions{
		Name:        name,
		Score:       Score,
		OpenTimeout: 2 * o.PageTimeout,
		PageTimeout: o.PageTimeout, ImageTimeout: 2 * o.PageTimeout,
		What: "PDF",
	})
}

// Score knows PDF files by their head, which may follow some rubbish, and
// takes a damaged one by its name.
func Score(name string, head []byte) int {
	if bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")) {
		return 100
	}
	if strings.EqualFold(filepath.Ext(name), ".pdf") {
		return 40
	}
	return 0
}

// Handlers are what the worker serves.
func Handlers() worker.Handlers {
	e := &engine{}
	return worker.Merge(worker.ParserHandlers(name, e.open), worker.Handlers{layerMethod: e.serveLayer})
}
