// Package pdf is the second opinion on PDF files: a reader in Go, for files
// that PDFium cannot open. It knows less and takes hostile files badly, so it
// runs in PDFium's worker processes only.
package pdf

import (
	"time"

	"markai/backend/worker"
)

// name tells this parser from PDFium in the same worker.
const name = "pdf"

// New makes a parser over PDFium's pool, whose workers must serve Handlers too.
// It cannot draw pages.
func New(pool *worker.Pool) *worker.Parser {
	const limit = 20 * time.Second
	return worker.NewParser(pool, worker.ParserOptions{
		Name: name, Score: Score, OpenTimeout: limit, PageTimeout: limit, ImageTimeout: limit, What: "PDF",
	})
}

// Score knows PDF files by their head, but any other parser that does knows
// them better.
func Score(_ string, head []byte) int {
	if pdfHead(head) {
		return 5
	}
	return 0
}

// Handlers are what the worker serves.
func Handlers() worker.Handlers { return worker.ParserHandlers(name, open) }
