package cli

import (
	"context"
	"errors"
	"fmt"

	mark "markai/backend"
	"markai/backend/wire"
)

func runWatch(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("watch")
	name := f.String("matter", "", "`name` of the matter; 'add' makes it where missing")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	verb, paths := "list", []string(nil)
	if len(rest) > 0 {
		verb, paths = rest[0], rest[1:]
	}
	switch {
	case verb == "list" && len(paths) == 0, verb == "scan" && len(paths) <= 1, (verb == "add" || verb == "remove") && len(paths) == 1:
	default:
		return mark.Errorf(mark.Invalid, "Use 'markai watch list', 'watch add FOLDER', 'watch remove FOLDER' or 'watch scan [FOLDER]'.")
	}
	s, err := p.open(ctx, f, verb == "add")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	m, err := s.matter(ctx, *name, verb == "add")
	if err != nil {
		return err
	}
	switch verb {
	case "add":
		added, err := s.Desk.WatchFolder(ctx, m.ID, paths[0])
		if err != nil {
			return err
		}
		return p.scanFolders(ctx, s, f, m, added.Path)
	case "remove":
		return s.Desk.UnwatchFolder(ctx, m.ID, paths[0])
	case "scan":
		path := ""
		if len(paths) == 1 {
			path = paths[0]
		}
		return p.scanFolders(ctx, s, f, m, path)
	}
	folders, err := s.Desk.WatchedFolders(ctx, m.ID)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]any{"matter": m.Name, "folders": folders})
	}
	w := printable{p.Stdout}
	for _, d := range folders {
		scanned := d.Scanned
		if scanned == "" {
			scanned = "never"
		}
		fmt.Fprintf(w, "%s: %d files, last scan %s\n", d.Path, d.Files, scanned)
		if d.Problem != "" {
			fmt.Fprintf(w, "          %s\n", d.Problem)
		}
	}
	return nil
}

// scanFolders looks at watched folders and waits until what was found can be
// searched.
func (p *Program) scanFolders(ctx context.Context, s *session, f *flags, m wire.Matter, path string) error {
	found, err := s.Desk.ScanFolders(ctx, m.ID, path)
	if err != nil {
		return err
	}
	if err := p.await(ctx, s, m.ID); err != nil {
		return err
	}
	if f.json {
		if err := p.printJSON(found); err != nil {
			return err
		}
	} else {
		w := printable{p.Stdout}
		fmt.Fprintf(w, "%d new, %d of them changed; %d known, %d moved, %d gone, %d back, %d as before", found.Added, found.Changed, found.Known, found.Moved, found.Missing, found.Returned, found.Unchanged)
		if found.Waiting > 0 {
			fmt.Fprintf(w, "; %d are being written or read, scan again later", found.Waiting)
		}
		fmt.Fprintln(w)
		for _, r := range found.Problems {
			fmt.Fprintf(w, "left out  %s: %s\n", r.Name, r.Problem)
		}
	}
	if len(found.Problems) > 0 {
		return errNeedsYou
	}
	return nil
}
