//go:build !race

package llama_test

const raced = false
