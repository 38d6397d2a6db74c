//go:build !unix

package pdfium

import (
	"context"
	"sync/atomic"
)

// withMemory leaves the engines' memory on the heap.
func withMemory(ctx context.Context, _ *atomic.Int64) context.Context { return ctx }
