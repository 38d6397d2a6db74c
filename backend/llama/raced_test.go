//go:build race

package llama_test

// raced says that the race detector runs, which holds memory of its own.
const raced = true
