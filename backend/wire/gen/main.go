// Command gen writes the TypeScript twins of the wire types, so that the
// window and the server cannot disagree about a field.
//
// Usage: gen OUTPUT (run by go generate in backend/wire).
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen OUTPUT.ts")
		os.Exit(2)
	}
	ts, err := generate(".")
	if err == nil {
		err = os.WriteFile(os.Args[1], ts, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// generate returns the TypeScript twins of the types in a folder's files.
func generate(dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	out := []byte("// Generated from backend/wire by backend/wire/gen. Do not edit.\n")
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		ts, err := typescript(filepath.Base(path), src)
		if err != nil {
			return nil, err
		}
		out = append(out, ts...)
	}
	return out, nil
}
