package ingest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/loadfile"
)

// The limits of a production.
const (
	maxFolderFiles = 5_000_000
	maxLoadFile    = 4 << 30
	maxXML         = 512 << 20 // which is held in memory
	maxProblems    = 10_000
	maxDeferred    = 200_000
	maxText        = 64 << 20
)

// Production is what was made of a folder with load files.
type Production struct {
	Name      string   // of the folder
	LoadFiles []string // in the folder, with slashes
	Documents int      // added
	Known     int      // in the matter already
	Pages     int      // single-page files that became pages of documents
	// Problems are rows of load files that something is missing of, by their
	// Bates number, or by the load file's name and their row.
	Problems []Rejected
}

// found are the load files of a folder and the files that they may name. Its
// paths are in the folder, with slashes.
type found struct {
	folder
	tables []string          // load files with a row for each document
	lists  []string          // image lists
	files  map[string]string // by their lower-case path: their path as it is
}

// folder is where a production lies: a folder of the disk, or an archive.
type folder interface {
	// walk calls visit with every file.
	walk(ctx context.Context, visit func(rel string)) error
	open(ctx context.Context, rel string) (io.ReadCloser, error)
	// at says where a file lies, for people.
	at(rel string) string
	// took notes that a file is part of the production.
	took(rel string)
}

// production makes documents of a folder's load files, if there are any, and
// notes which files they took in.
func (a *adding) production(ctx context.Context, root string) error {
	if a.used == nil {
		a.used = map[string]bool{}
	}
	d := diskFolder{root: root, named: root, used: a.used}
	if real, err := filepath.EvalSymlinks(root); err == nil {
		d.root = real
	}
	name := filepath.Base(root)
	if abs, err := filepath.Abs(root); err == nil {
		name = filepath.Base(abs)
	}
	return a.produce(ctx, d, name, "")
}

// produce makes documents of what the load files of a folder describe, inside
// parent where there is one.
func (a *adding) produce(ctx context.Context, in folder, name string, parent mark.DocumentID) error {
	f, err := search(ctx, in)
	if err != nil || len(f.tables)+len(f.lists) == 0 {
		return err
	}
	p := &producing{adding: a, found: f, parent: parent, docs: map[string]mark.DocumentID{}, known: map[string]mark.Document{}}
	p.out.Name = name
	existing, err := a.store.Documents(ctx)
	if err != nil {
		return err
	}
	for _, d := range existing {
		if d.Meta.BatesFirst != "" {
			p.known[d.Meta.BatesFirst+"\x00"+d.SHA256] = d
		}
	}
	if err = p.run(ctx); err != nil {
		for _, doc := range p.family { // stored without a job, they would seem to be known
			a.s.leave(a.store, doc.ID)
		}
	}
	if len(p.out.LoadFiles) > 0 {
		a.out.Productions = append(a.out.Productions, p.out)
	}
	return err
}

// search goes through a folder.
func search(ctx context.Context, in folder) (found, error) {
	f := found{folder: in, files: map[string]string{}}
	err := f.walk(ctx, func(rel string) {
		switch strings.ToLower(path.Ext(rel)) {
		case ".dat", ".csv", ".xml":
			if f.describes(ctx, rel) {
				f.tables = append(f.tables, rel)
			}
		case ".opt":
			f.lists = append(f.lists, rel)
		}
	})
	if err != nil || len(f.tables)+len(f.lists) == 0 {
		return f, err
	}
	return f, f.walk(ctx, func(rel string) { f.files[strings.ToLower(rel)] = rel })
}

// diskFolder is a folder of the disk. Links are not followed: what a load file
// names must lie in the folder itself.
type diskFolder struct {
	root  string          // its real path
	named string          // the path that it was named by
	used  map[string]bool // files that were taken in, by their named path
}

// walk implements folder. What cannot be read is said when the folder is added.
func (f diskFolder) walk(ctx context.Context, visit func(rel string)) error {
	n := 0
	err := filepath.WalkDir(f.root, func(name string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		if n++; n > maxFolderFiles {
			return fs.SkipAll
		}
		if rel, err := filepath.Rel(f.root, name); err == nil {
			visit(filepath.ToSlash(rel))
		}
		return nil
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (f diskFolder) open(_ context.Context, rel string) (io.ReadCloser, error) {
	file, err := os.Open(f.at(rel))
	if err != nil {
		return nil, unopened(err)
	}
	return file, nil
}

func (f diskFolder) at(rel string) string { return filepath.Join(f.root, filepath.FromSlash(rel)) }

func (f diskFolder) took(rel string) { f.used[filepath.Join(f.named, filepath.FromSlash(rel))] = true }

// describes reports whether a file is a load file with a row or an element for
// each document.
func (f found) describes(ctx context.Context, rel string) bool {
	file, err := f.open(ctx, rel)
	if err != nil {
		return false
	}
	defer file.Close()
	if !strings.EqualFold(path.Ext(rel), ".xml") {
		_, err := loadfile.ReadTable(file)
		return err == nil
	}
	head := make([]byte, 4096)
	n, _ := io.ReadFull(file, head)
	s := strings.ReplaceAll(string(head[:n]), "\x00", "")
	return (strings.Contains(s, "<Root") || strings.Contains(s, "<EDRM")) && (strings.Contains(s, "<Batch") || strings.Contains(s, "<Document"))
}

// errOutside refuses a link that leads out of the folder.
var errOutside = errors.New("it leads out of the folder")

// resolve finds the file that a load file names, whatever the case of its
// letters: as a way from the load file's folder or one above it, and with as
// many of its own first folders left out as it takes. It returns the path in
// the folder, with slashes.
func (f found) resolve(loadFile, link string) (string, error) {
	link = strings.ReplaceAll(strings.TrimSpace(link), `\`, "/")
	if len(link) > 2 && link[1] == ':' {
		link = link[2:]
	}
	var steps []string
	for s := range strings.SplitSeq(strings.ToLower(link), "/") {
		switch s {
		case "", ".":
		case "..":
			return "", errOutside
		default:
			steps = append(steps, s)
		}
	}
	const deepest = 32
	if len(steps) == 0 || len(steps) > deepest {
		return "", fs.ErrNotExist
	}
	for from := range steps {
		rest := strings.Join(steps[from:], "/")
		for base := path.Dir(strings.ToLower(loadFile)); ; base = path.Dir(base) {
			if rel, ok := f.files[path.Join(base, rest)]; ok {
				return rel, nil
			}
			if base == "." || base == "/" {
				break
			}
		}
	}
	return "", fs.ErrNotExist
}

// producing is the making of documents of one folder's load files.
type producing struct {
	*adding
	found
	parent mark.DocumentID // of the documents that have none in the production
	out    Production
	groups map[string]group           // of images, by their first number
	docs   map[string]mark.DocumentID // made in this run, by first number and by id
	known  map[string]mark.Document   // with Bates numbers, by number and hash
	family []mark.Document            // stored, and waiting for their job
	wait   []described                // whose parents come later
}

// group is the images of one document.
type group struct {
	list   string // the image list
	images []loadfile.Image
}

// described is a record and the load file that it stands in.
type described struct {
	loadfile.Record
	file string
}

// problem notes what is missing of a record.
func (p *producing) problem(r described, code mark.Code, format string, args ...any) {
	if len(p.out.Problems) < maxProblems {
		name := r.First
		switch {
		case name == "" && r.Row == 0: // of the load file itself
			name = path.Base(r.file)
		case name == "":
			name = fmt.Sprintf("%s, row %d", path.Base(r.file), r.Row)
		}
		p.out.Problems = append(p.out.Problems, Rejected{name, mark.Errorf(code, format, args...)})
	}
}

// run reads the load files.
func (p *producing) run(ctx context.Context) error {
	p.groups = map[string]group{}
	var order []string
	for _, rel := range p.lists {
		images, err := p.readList(ctx, rel)
		if err != nil {
			continue // it is a file like others
		}
		p.loadFile(rel)
		for _, doc := range loadfile.Documents(images) {
			key := strings.ToUpper(doc[0].Key)
			if _, there := p.groups[key]; !there {
				p.groups[key] = group{rel, doc}
				order = append(order, key)
			}
		}
	}
	slices.Sort(p.tables)
	for _, rel := range p.tables {
		p.loadFile(rel)
		if err := p.table(ctx, rel); err != nil {
			return err
		}
	}
	late := p.wait
	p.wait = nil
	for _, r := range late {
		if p.docs[strings.ToUpper(r.Parent)] == "" {
			p.problem(r, mark.NotFound, "Its parent %s is not in the load file; the document was added by itself.", r.Parent)
		}
		if err := p.add(ctx, r); err != nil {
			return err
		}
	}
	for _, key := range order { // pages that no table speaks of
		g := p.groups[key]
		first, last := g.images[0].Key, g.images[len(g.images)-1].Key
		if p.docs[key] != "" {
			continue
		}
		r := loadfile.Record{First: first, Last: last, Meta: mark.Meta{BatesFirst: first, BatesLast: last}}
		if err := p.add(ctx, described{r, g.list}); err != nil {
			return err
		}
	}
	return p.start(ctx)
}

func (p *producing) loadFile(rel string) {
	p.out.LoadFiles = append(p.out.LoadFiles, rel)
	p.took(rel)
}

func (f found) readList(ctx context.Context, rel string) ([]loadfile.Image, error) {
	file, err := f.open(ctx, rel)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return loadfile.ReadImages(io.LimitReader(file, maxLoadFile))
}

// table adds the documents of one load file.
func (p *producing) table(ctx context.Context, rel string) error {
	file, err := p.open(ctx, rel)
	if err != nil {
		return nil // it was there a moment ago; the folder's own walk says why
	}
	defer file.Close()
	if strings.EqualFold(path.Ext(rel), ".xml") {
		records, err := loadfile.ReadEDRM(io.LimitReader(file, maxXML))
		for _, r := range records {
			if err := p.record(ctx, described{r, rel}); err != nil {
				return err
			}
		}
		if err != nil {
			p.problem(described{file: rel}, mark.Damaged, "The load file %s breaks off after document %d. Ask for it again.", rel, len(records))
		}
		return nil
	}
	t, err := loadfile.ReadTable(io.LimitReader(file, maxLoadFile))
	if err != nil {
		return nil
	}
	rows := 0
	for n, values := range t.Rows() {
		if err := p.record(ctx, described{t.Record(n, values), rel}); err != nil {
			return err
		}
		rows = n
	}
	if t.Err() != nil {
		p.problem(described{file: rel}, mark.Damaged, "The load file %s breaks off in or after row %d. Ask for it again.", rel, rows)
	}
	return nil
}

// record adds a document, or puts it off until its parent is there.
func (p *producing) record(ctx context.Context, r described) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.First == "" {
		p.problem(r, mark.Invalid, "The row names no document: its first Bates number is missing.")
		return nil
	}
	if p.docs[strings.ToUpper(r.First)] != "" {
		return nil // another load file said so already
	}
	if r.Parent != "" && p.docs[strings.ToUpper(r.Parent)] == "" && len(p.wait) < maxDeferred {
		p.wait = append(p.wait, r)
		return nil
	}
	return p.add(ctx, r)
}
