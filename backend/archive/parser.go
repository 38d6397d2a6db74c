package archive

import (
	"time"

	"markai/backend/worker"
)

// Kind is the worker's kind: `markai worker archive`.
const Kind = "archive"

// memoryLimit holds for one worker process: the largest file in both of its
// forms, and the dictionary of a decoder.
const memoryLimit = 1 << 30

const (
	atWork = 64 << 20 // bytes that a process holds with usual files in an archive
	atRest = 64 << 20 // bytes above which it is not kept for other archives
)

// patience is how long a worker may take to list an archive or to unpack one
// file: a compressed tar archive is read through for both.
const patience = 5 * time.Minute

// Options say how the workers run.
type Options = worker.Readers

// NewPool makes the pool of workers that New reads with.
func NewPool(o Options) *worker.Pool {
	return o.Pool(Kind, memoryLimit, worker.PoolOptions{MaxUses: 1000, Keep: atRest, Need: atWork})
}

// New makes a parser over a pool that it does not own.
func New(pool *worker.Pool) *worker.Parser {
	return worker.NewParser(pool, worker.ParserOptions{Name: Kind, Score: Score, OpenTimeout: patience, PageTimeout: patience, What: "archive"})
}

// Handlers are what the worker serves.
func Handlers() worker.Handlers { return worker.ParserHandlers(Kind, open) }
