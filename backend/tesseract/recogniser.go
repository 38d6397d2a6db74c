// Package tesseract reads text from pictures of pages with Tesseract, one page
// per worker process at a time.
package tesseract

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/worker"
)

// Kind is the worker's kind: `markai worker ocr`.
const Kind = "ocr"

const (
	envData      = "MARKAI_OCR_DATA"
	envLanguages = "MARKAI_OCR_LANGUAGES"
)

const (
	maxPixels   = 100_000_000
	memoryLimit = 2 << 30
	maxUses     = 200 // Tesseract grows slowly
	pageLimit   = 90 * time.Second
	lowMean     = 0.60 // confidence below which the page may stand on its head
	strangeMean = 0.75 // confidence below which it may be in another script
)

// Options say how Tesseract's workers run.
type Options struct {
	Executable string         // see worker.Spec
	Data       string         // folder with <language>.traineddata, before those where the system keeps them; may be empty
	Languages  []string       // as Tesseract calls them; none, or Auto alone: Auto
	Nice       int            // see worker.Spec
	Budget     *worker.Budget // shared with the workers of others; nil: none
	Processes  int            // pages at once; 0: one per processor, less one
}

// NewPool makes the pool of workers that New reads with; it starts none yet.
// Errors show when a page is read: Unavailable when there is no language data.
func NewPool(o Options) *worker.Pool {
	if len(o.Languages) == 0 {
		o.Languages = []string{Auto}
	}
	n := o.Processes
	if n <= 0 {
		n = max(1, runtime.NumCPU()-1)
	}
	spec := worker.Spec{
		Kind: Kind, Executable: o.Executable, Nice: o.Nice, MemoryLimit: memoryLimit,
		Env: []string{
			"OMP_THREAD_LIMIT=1", // more threads cost five times the work for the same page
			envData + "=" + o.Data,
			envLanguages + "=" + strings.Join(o.Languages, "+"),
		},
	}
	return worker.NewPool(spec, n, worker.PoolOptions{MaxUses: maxUses, Keep: atRest, Budget: o.Budget})
}

// Recogniser implements mark.Recogniser. It is safe for concurrent use; as
// many pages are read at once as the pool has processes.
type Recogniser struct {
	pool  *worker.Pool
	limit time.Duration
}

// New makes a recogniser over a pool that it does not own.
func New(pool *worker.Pool) *Recogniser {
	return &Recogniser{pool: pool, limit: pageLimit}
}

// WithPageLimit returns a recogniser that gives a page up after limit; it is
// 90 s without.
func (r *Recogniser) WithPageLimit(limit time.Duration) *Recogniser {
	return &Recogniser{pool: r.pool, limit: limit}
}

// atWork is how many bytes a process is expected to hold while it reads img: the
// language's data, and the picture in a dozen forms of eight bits a dot.
func atWork(img mark.Image) int64 { return 90<<20 + 12*int64(len(img.Pix)) }

// atRest is how many bytes a process may hold to be kept for the next page.
const atRest = 208 << 20

type request struct{ Width, Height, DPI int }

// Recognise implements mark.Recogniser. A page without text comes back empty.
// Errors: Invalid, TooBig, Unavailable, Crashed.
func (r *Recogniser) Recognise(ctx context.Context, img mark.Image) (mark.Page, error) {
	if err := check(img); err != nil {
		return mark.Page{}, err
	}
	var page mark.Page
	err := r.pool.DoAlone(ctx, atWork(img), func(w *worker.Process) error {
		inner, cancel := context.WithTimeout(ctx, r.limit)
		defer cancel()
		_, err := w.Call(inner, "recognise", request{img.Width, img.Height, img.DPI}, img.Pix, &page)
		if err != nil && inner.Err() != nil {
			w.Kill(errStopped) // Tesseract does not listen while it reads
			if ctx.Err() != nil {
				return fmt.Errorf("recognise: %w", ctx.Err())
			}
			return mark.Errorf(mark.Crashed, "A scanned page could not be read in %s, so reading it was stopped. Try again when the machine has less to do.", r.limit).Because(err)
		}
		return err
	})
	return page, err
}

var errStopped = errors.New("took too long or was cancelled")

func check(img mark.Image) error {
	if img.Width <= 0 || img.Height <= 0 || len(img.Pix) != img.Width*img.Height {
		return mark.Errorf(mark.Invalid, "The picture of a page is incomplete. Add the file again.")
	}
	if img.Width > 32_000 || img.Height > 32_000 || len(img.Pix) > maxPixels {
		return mark.Errorf(mark.TooBig, "The picture of a page has %d × %d pixels, which is more than can be read. Scan it at 300 dots per inch.", img.Width, img.Height)
	}
	return nil
}

// Handlers are what the worker serves.
func Handlers() worker.Handlers {
	e := &engine{}
	return worker.Handlers{
		"recognise": func(_ context.Context, c *worker.Call) error {
			var r request
			if err := c.Decode(&r); err != nil {
				return err
			}
			img := mark.Image{Width: r.Width, Height: r.Height, DPI: r.DPI, Pix: c.Body()}
			if err := check(img); err != nil {
				return err
			}
			page, err := e.recognise(img)
			if err != nil {
				return err
			}
			return c.Reply(page, nil)
		},
	}
}
