// Mark AI reads a lawyer's case file on the lawyer's own machine and answers
// from it, every sentence standing on a quotation that can be seen on the page.
package main

import (
	"embed"
	"io/fs"
	"os"

	"markai/backend/cli"
)

//go:embed all:frontend/dist
var assets embed.FS

//go:embed build/sample/documents build/sample/*.jsonl
var sample embed.FS

// version is set by the build.
var version = "0.1.0-dev"

func main() {
	os.Exit(cli.Main(&cli.Program{
		Version:   version,
		Assets:    sub(assets, "frontend/dist"),
		Sample:    sub(sample, "build/sample/documents"),
		Questions: sub(sample, "build/sample"),
		Stdout:    os.Stdout,
		Stderr:    os.Stderr,
		Stdin:     os.Stdin,
		Environ:   os.Environ(),
	}, os.Args[1:]))
}

func sub(f embed.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return s
}
