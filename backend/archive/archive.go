// Package archive opens archives (ZIP, 7z, tar) and compressed files (gzip,
// bzip2, xz, zstd): their text is the list of what is in them, and the files
// come out one by one, as long as they stay within bounds. Archives are opened
// in worker processes, whose memory is limited.
package archive

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"path"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/typeset"
)

// The limits that keep a crafted archive from filling memory and disk.
const (
	maxBytes   = 4 << 30
	maxEntries = 200_000
	maxEntry   = 256 << 20 // of one file, unpacked
	maxTotal   = 4 << 30   // of all files, unpacked
	maxRatio   = 200       // unpacked to packed, of files over freely
	freely     = 16 << 20
	maxListed  = 1_000 // files named in the archive's own text
	maxPath    = 20    // folders inside one another that are shown
)

// Parser opens archives in this process; New opens them in workers.
type Parser struct{}

var _ mark.Parser = Parser{}

// Score knows an archive by its first bytes, unless its name is a document's.
func (Parser) Score(name string, head []byte) int { return Score(name, head) }

// Open reads the archive's directory and lists it.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) { return open(ctx, f) }

// documents are endings of documents whose container is a ZIP archive.
var documents = []string{
	".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".pptx", ".pptm", ".ppsx",
	".odt", ".ods", ".odp", ".pages", ".numbers", ".key", ".epub", ".jar", ".apk",
}

// format is one kind of archive.
type format struct {
	what    string // for sentences
	endings []string
	is      func(head []byte) bool
	open    func(ctx context.Context, f mark.File) (walk, error)
}

// formats are tried in this order; the first that fits the bytes opens the file.
var formats = []format{
	{"ZIP archive", []string{".zip"}, begins("PK\x03\x04", "PK\x05\x06"), openZip},
	{"7z archive", []string{".7z"}, begins("7z\xbc\xaf\x27\x1c"), openSeven},
	{"gzip file", []string{".gz", ".tgz"}, begins("\x1f\x8b"), openCompressed},
	{"bzip2 file", []string{".bz2", ".tbz2", ".tbz"}, isBzip2, openCompressed},
	{"xz file", []string{".xz", ".txz"}, begins("\xfd7zXZ\x00"), openCompressed},
	{"zstd file", []string{".zst", ".tzst"}, begins("\x28\xb5\x2f\xfd"), openCompressed},
	{"tar archive", []string{".tar"}, isTar, openTar},
}

// begins returns a check of a file's first bytes.
func begins(magic ...string) func([]byte) bool {
	return func(head []byte) bool {
		return slices.ContainsFunc(magic, func(m string) bool { return bytes.HasPrefix(head, []byte(m)) })
	}
}

func isBzip2(head []byte) bool {
	return len(head) > 9 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90")
}

// Score says how well this package knows a file.
func Score(name string, head []byte) int {
	ext := strings.ToLower(path.Ext(name))
	for _, f := range formats {
		if !f.is(head) || f.what == "ZIP archive" && slices.Contains(documents, ext) {
			continue
		}
		if slices.Contains(f.endings, ext) {
			return 90
		}
		return 40
	}
	return 0
}

// open opens an archive in this process.
func open(ctx context.Context, f mark.File) (mark.Source, error) {
	if f.Size > maxBytes {
		return nil, mark.Errorf(mark.TooBig, "This archive has %d MB, and %d MB are read at most. Unpack it and add the files or the folder.", f.Size>>20, int64(maxBytes)>>20)
	}
	head := make([]byte, min(f.Size, 1024))
	if n, err := f.Data.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("read the beginning of an archive: %w", err)
	}
	at := slices.IndexFunc(formats, func(f format) bool { return f.is(head) })
	if at < 0 {
		return nil, mark.Errorf(mark.Unsupported, "This is no archive that can be opened here. Unpack it and add the folder, or make a ZIP archive of it.")
	}
	members, err := formats[at].open(ctx, f)
	if err != nil {
		return nil, err
	}
	l, err := list(ctx, members)
	if err != nil {
		return nil, err
	}
	if l.locked > 0 && l.locked == l.files {
		return nil, mark.Errorf(mark.NeedsPassword, "This archive is locked with a password: %s and everything else in it. Enter the password to read it.", l.first)
	}
	info := mark.SourceInfo{Kind: mark.KindText, Notes: l.notes(), Meta: mark.Meta{Type: mark.TypeContainer}, Production: l.production}
	files := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) { handOut(ctx, members, yield) }
	}
	return typeset.NewSource(l.String(), info, files), ctx.Err()
}
