// Package sqlite keeps matters and the registry in encrypted SQLite files:
// SQLite3 Multiple Ciphers (aegis, one random 256-bit key per file), FTS5 for
// words and exact strings, sqlite-vec for vectors. The vectors of a matter that
// is searched are also in memory, as kernels.Index (see vector_copy.go).
//
// A store has one writing connection, held by whoever writes, and a pool of
// reading ones; write-ahead logging lets readers go on while somebody writes.
// Every connection is keyed before its first statement by a hook in C (see
// key.go), because the driver runs pragmas before any Go hook is reached.
//
// The package fails closed. Built without the tag libsqlite3 it compiles and
// refuses to open anything; it refuses a library without encryption, a file
// that begins as plain SQLite does, and a file that the key does not fit.
package sqlite
