// Package kernels finds the vectors nearest to a question's, as fast as the
// processor reads memory.
//
// An [Index] holds quantised copies of unit vectors, one byte and one bit per
// number, and searches them exhaustively: the bytes where there are few, the
// bits first where there are many. Nothing is approximate but the numbers
// themselves; [Rescore] puts the exact ones in their place.
//
// The loops exist once in Go, which is the reference, and once in C for each
// kind of processor. A [Path] names one of them; the best that this machine
// can run is chosen at start. Without a C compiler only the Go ones are built.
// README.md explains the layout, the numerics and how to add a processor.
package kernels
