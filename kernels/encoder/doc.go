// Package encoder turns tokens into vectors with the encoders of the BERT
// family (BERT, MiniLM, bge, e5, gte), in eight-bit integers on the CPU.
//
// Weights are packed once: symmetric, a scale for each output. Activations are
// quantised row by row as they come; products are summed exactly, and what is
// not a product (softmax, GELU, layer norm) is done in float32. Passages are
// computed one after another without padding, each goroutine its own, so that
// threads never wait for each other.
//
// The loops exist once in Go, which is the reference, and once in C for each
// kind of processor, chosen as in the package above. README.md there explains
// layout and numerics.
package encoder
