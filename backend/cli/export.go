package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	mark "markai/backend"
)

type exported struct {
	File       string `json:"file"`
	Recognised int    `json:"recognised"` // pages that were given words
}

func runExport(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("export")
	searchable := f.Bool("searchable", false, "write a scan as a PDF whose words can be searched and copied")
	secret := f.secret()
	files, err := f.parse(args)
	if err != nil {
		return err
	}
	switch {
	case !*searchable:
		return mark.Errorf(mark.Invalid, "Say what to make of the file: --searchable.")
	case len(files) != 2:
		return mark.Errorf(mark.Invalid, "Name the scan and the PDF to be written.")
	}
	r, err := p.reader(f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	file, info, err := openFile(files[0])
	if err != nil {
		return err
	}
	defer file.Close()
	out := exported{File: files[1]}
	err = secret.with(p, files[0], func(password string) error {
		return created(files[1], func(scratch *os.File, w io.Writer) (err error) {
			out.Recognised, err = r.Searchable(ctx, mark.File{Name: filepath.Base(files[0]), Size: info.Size(), Data: file, Password: password}, scratch, w)
			return err
		})
	})
	if err != nil {
		return about(files[0], err)
	}
	if f.json {
		return p.printJSON(out)
	}
	switch out.Recognised {
	case 0:
		fmt.Fprintf(p.Stdout, "%s is written. No page needed recognition.\n", out.File)
	case 1:
		fmt.Fprintf(p.Stdout, "%s is written. One page can now be searched.\n", out.File)
	default:
		fmt.Fprintf(p.Stdout, "%s is written. %d pages can now be searched.\n", out.File, out.Recognised)
	}
	return nil
}

// created makes a file that is there only when write has succeeded, and never
// takes the place of another. Both files that write works with lie in the
// folder that the result is meant for.
func created(path string, write func(scratch *os.File, w io.Writer) error) (err error) {
	if _, err := os.Lstat(path); err == nil {
		return mark.Errorf(mark.Exists, "The file %s exists. Name another.", path)
	}
	var parts [2]*os.File
	for i := range parts {
		part, err := os.CreateTemp(filepath.Dir(path), ".markai-*.part")
		if err != nil {
			return mark.Errorf(mark.NotFound, "The file %s cannot be written there. Name another folder.", path).Because(err)
		}
		defer os.Remove(part.Name())
		defer part.Close()
		parts[i] = part
	}
	if err := write(parts[0], parts[1]); err != nil {
		return err
	}
	if err := errors.Join(parts[1].Sync(), parts[1].Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(parts[1].Name(), path)
}
