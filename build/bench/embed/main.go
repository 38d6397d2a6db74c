// Command embed writes the vectors of real texts, on which build/bench/vectors.sh
// measures: little-endian float32, one vector after another.
//
//	embed OUT FOLDER   the passages of the .txt files in FOLDER, cut as the program cuts them
//	embed OUT FILE     the lines of FILE
//
// Where more are needed than there are texts, it makes them of those that are
// there, each moved by half the difference of two others: they then lie as real
// ones do, and none is another's copy.
//
//	embed grow OUT N VECTORS…
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	mark "markai/backend"
	"markai/backend/bert"
	"markai/backend/chunk"
	"markai/backend/legal"
	"markai/backend/models"
	"markai/backend/typeset"
	"markai/backend/worker"
)

func main() {
	if len(os.Args) > 2 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], bert.Handlers())
	}
	var err error
	switch {
	case len(os.Args) > 4 && os.Args[1] == "grow":
		err = grow(os.Args[2], os.Args[3], os.Args[4:])
	case len(os.Args) == 3:
		err = run(context.Background(), os.Args[1], os.Args[2])
	default:
		fmt.Fprintln(os.Stderr, "usage: embed OUT FOLDER-OR-FILE, or embed grow OUT N VECTORS…")
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, from string) error {
	texts, err := read(from)
	if err != nil {
		return err
	}
	m, err := models.New("", models.ShippedDirs()...).Find(models.Embedding, "")
	if err != nil {
		return fmt.Errorf("find the embedding model in MARKAI_CACHE: %w", err)
	}
	e, err := bert.NewEmbedder(bert.Config{Model: m.Path, Name: m.ID, Context: m.Context, Dim: m.Width, Worker: worker.Spec{Nice: 19}})
	if err != nil {
		return err
	}
	defer e.Close()
	e.SetThreads(runtime.NumCPU())
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	const batch = 64
	for at := 0; at < len(texts); at += batch {
		vectors, err := e.Embed(ctx, texts[at:min(at+batch, len(texts))])
		if err != nil {
			return err
		}
		for _, v := range vectors {
			if err := binary.Write(f, binary.LittleEndian, v); err != nil {
				return err
			}
		}
	}
	fmt.Printf("%d vectors of %d numbers by %s in %s\n", len(texts), e.Dim(), e.Model(), out)
	return f.Close()
}

// read returns the texts that from holds.
func read(from string) (texts []string, err error) {
	info, err := os.Stat(from)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return lines(from)
	}
	err = filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".txt" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pages := typeset.Pages(strings.ToValidUTF8(string(data), "\uFFFD"))
		doc := mark.Document{Name: filepath.Base(path)}
		doc.Title, doc.Parties = legal.Identify(doc.Name, pages[:min(3, len(pages))])
		passages, _ := chunk.Pages(doc, mark.Pos{}, pages, true)
		for _, p := range passages {
			texts = append(texts, chunk.Passage(p))
		}
		return nil
	})
	return texts, err
}

func lines(path string) (texts []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		if s.Text() != "" {
			texts = append(texts, s.Text())
		}
	}
	return texts, s.Err()
}
