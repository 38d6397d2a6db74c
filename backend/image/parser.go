// Package image reads scans that come as pictures: TIFF with one page or many,
// JPEG, PNG, BMP, WebP, GIF. Pictures are decoded in worker processes.
package image

import (
	"bytes"
	"time"

	"markai/backend/worker"
)

// Kind is the worker's kind: `markai worker image`.
const Kind = "image"

const name = "image"

// memoryLimit holds for one worker process: a picture of maxPixels decoded in
// colour, twice.
const memoryLimit = 2 << 30

const (
	atWork = 128 << 20 // bytes that a process holds with a usual scan, A4 in colour at 600 dpi
	atRest = 64 << 20  // bytes above which it is not kept for other pictures
)

// Options say how the workers run.
type Options = worker.Readers

// NewPool makes the pool of workers that New reads with.
func NewPool(o Options) *worker.Pool {
	return o.Pool(Kind, memoryLimit, worker.PoolOptions{MaxUses: 5000, Keep: atRest, Need: atWork})
}

// New makes a parser over a pool that it does not own. Its pages have a size
// and no text: they are for OCR.
func New(pool *worker.Pool) *worker.Parser {
	const limit = 30 * time.Second
	return worker.NewParser(pool, worker.ParserOptions{Name: name, Score: Score, OpenTimeout: limit, PageTimeout: limit, ImageTimeout: limit, What: "picture"})
}

// Score knows the formats by their first bytes.
func Score(_ string, head []byte) int {
	if format(head) != "" {
		return 100
	}
	return 0
}

func format(head []byte) string {
	for magic, f := range map[string]string{
		"\x89PNG\r\n\x1a\n": "png", "\xff\xd8\xff": "jpeg", "II*\x00": "tiff", "MM\x00*": "tiff", "GIF87a": "gif", "GIF89a": "gif",
	} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return f
		}
	}
	if len(head) < 16 {
		return ""
	}
	switch {
	case string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return "webp"
	case string(head[:2]) == "BM" && string(head[6:10]) == "\x00\x00\x00\x00" && head[14] <= 124 && head[15] == 0:
		return "bmp" // two letters alone may begin a text
	case string(head[4:8]) == "ftyp":
		switch string(head[8:12]) {
		case "heic", "heix", "heim", "heis", "hevc", "mif1", "msf1", "avif", "avis":
			return "heic"
		}
	}
	return ""
}

// Handlers are what the worker serves.
func Handlers() worker.Handlers { return worker.ParserHandlers(name, open) }
