// Command gen writes the TypeScript twins of the wire types, so that the
// window and the server cannot disagree about a field.
//
// Usage: gen OUTPUT (run by go generate in backend/wire).
package main

import (
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen OUTPUT.ts")
		os.Exit(2)
	}
	src, err := os.ReadFile("wire.go")
	if err == nil {
		var ts []byte
		if ts, err = typescript("wire.go", src); err == nil {
			err = os.WriteFile(os.Args[1], ts, 0o644)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}
