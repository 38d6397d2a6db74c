// Package archive opens ZIP archives: their text is the list of what is in
// them, and the files come out one by one, as long as they stay within bounds.
package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"path"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/typeset"

	"golang.org/x/text/encoding/charmap"
)

// The limits that keep a crafted archive from filling memory and disk.
const (
	maxBytes   = 4 << 30
	maxEntries = 20_000
	maxEntry   = 256 << 20 // of one file, unpacked
	maxTotal   = 2 << 30   // of all files, unpacked
	maxRatio   = 200       // unpacked to packed, of files over freely
	freely     = 16 << 20
)

// Parser opens .zip files.
type Parser struct{}

var _ mark.Parser = Parser{}

// documents are endings of documents whose container is a ZIP archive.
var documents = []string{
	".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".ppsx",
	".odt", ".ods", ".odp", ".pages", ".numbers", ".key", ".epub", ".jar", ".apk",
}

// Score knows an archive by its first bytes, unless its name is a document's.
func (Parser) Score(name string, head []byte) int {
	ext := strings.ToLower(filepath.Ext(name))
	switch {
	case !bytes.HasPrefix(head, []byte("PK\x03\x04")) && !bytes.HasPrefix(head, []byte("PK\x05\x06")), slices.Contains(documents, ext):
		return 0
	case ext == ".zip":
		return 90
	}
	return 40
}

// Open reads the archive's directory and lists it.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	entries, skipped, err := list(f)
	if err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindText}
	var out strings.Builder
	fmt.Fprintf(&out, "Archive with %d files:\n\n", len(entries))
	locked := 0
	for _, e := range entries {
		fmt.Fprintf(&out, "%s (%d bytes)\n", e.shown, e.UncompressedSize64)
		if e.locked() {
			locked++
		}
	}
	switch {
	case locked > 0 && locked == len(entries):
		return nil, mark.Errorf(mark.Unsupported, "This archive is locked with a password: %s and everything else in it. Unpack it and add the files or the folder.", entries[0].shown)
	case skipped > 0:
		info.Notes = append(info.Notes, fmt.Sprintf("The archive has %d files more than the %d that are read at most. Unpack it and add the folder.", skipped, maxEntries))
	}
	files := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) { handOut(ctx, entries, yield) }
	}
	return typeset.NewSource(out.String(), info, files), ctx.Err()
}

// entry is one file of an archive.
type entry struct {
	*zip.File
	shown string // its path, clean
}

// locked reports whether the entry is encrypted.
func (e entry) locked() bool { return e.Flags&1 != 0 }

// list returns the files of an archive, without folders and what systems put
// beside them, and how many are over the limit.
func list(f mark.File) (out []entry, skipped int, err error) {
	if f.Size > maxBytes {
		return nil, 0, mark.Errorf(mark.TooBig, "This archive has %d MB, and %d MB are read at most. Unpack it and add the files or the folder.", f.Size>>20, int64(maxBytes)>>20)
	}
	z, err := zip.NewReader(f.Data, f.Size)
	if err != nil {
		return nil, 0, mark.Errorf(mark.Damaged, "This ZIP archive is damaged: its list of files cannot be read. Make it again, or unpack it with a repair program and add the folder.").Because(err)
	}
	for _, e := range z.File {
		name := e.Name
		if e.NonUTF8 {
			name, _ = charmap.CodePage437.NewDecoder().String(name)
		}
		shown := clean(name)
		base := path.Base(shown)
		if shown == "" || strings.HasSuffix(name, "/") || e.FileInfo().IsDir() || strings.HasPrefix(shown, "__MACOSX/") || base == ".DS_Store" || base == "Thumbs.db" {
			continue
		}
		if len(out) == maxEntries {
			skipped++
			continue
		}
		out = append(out, entry{e, shown})
	}
	return out, skipped, nil
}

// clean returns the path of an entry without steps that lead out of it.
func clean(name string) string {
	var out []string
	for _, step := range strings.Split(strings.ReplaceAll(name, `\`, "/"), "/") {
		if step = mark.FileName(step); step != "" {
			out = append(out, step)
		}
	}
	return strings.Join(out[max(0, len(out)-20):], "/")
}

// handOut yields the files until the archive's share is used up.
func handOut(ctx context.Context, entries []entry, yield func(mark.Attachment, error) bool) {
	left := int64(maxTotal)
	for _, e := range entries {
		a := mark.Attachment{Name: mark.FileName(e.shown)}
		var err error
		a.Data, err = unpack(ctx, e, left)
		if ctx.Err() != nil {
			yield(mark.Attachment{}, ctx.Err())
			return
		}
		left -= int64(len(a.Data))
		if err != nil {
			a.Data = nil
		}
		if !yield(a, err) {
			return
		}
	}
}

// unpack returns what is in an entry, of which left bytes may be read. What was
// unpacked of an entry that fails comes with the error.
func unpack(ctx context.Context, e entry, left int64) ([]byte, error) {
	limit := min(left, maxEntry, max(freely, maxRatio*int64(min(e.CompressedSize64, maxEntry))))
	tooBig := mark.Errorf(mark.TooBig, "The file %s unpacks to more than a document in an archive should. Unpack the archive and add the file.", e.shown)
	switch {
	case e.locked():
		return nil, mark.Errorf(mark.Unsupported, "The file %s is locked with a password. Unpack the archive and add the file.", e.shown)
	case e.Method != zip.Store && e.Method != zip.Deflate:
		return nil, mark.Errorf(mark.Unsupported, "The file %s is packed in a way that cannot be unpacked here. Unpack the archive and add the file.", e.shown)
	case limit < 0 || e.UncompressedSize64 > uint64(limit):
		return nil, tooBig
	}
	damaged := mark.Errorf(mark.Damaged, "The file %s in the archive is damaged. Make the archive again and add it.", e.shown)
	r, err := e.Open()
	if err != nil {
		return nil, damaged.Because(err)
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(contextReader{ctx, r}, limit+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case int64(len(data)) > limit:
		return data, tooBig
	case err != nil:
		return data, damaged.Because(err)
	}
	return data, nil
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
