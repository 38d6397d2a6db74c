//go:build !unix

package pdfium

import "context"

// withMemory leaves the engines' memory on the heap.
func withMemory(ctx context.Context) context.Context { return ctx }
