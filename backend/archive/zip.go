package archive

import (
	"archive/zip"
	"compress/bzip2"
	"compress/flate"
	"context"
	"encoding/binary"
	"hash/crc32"
	"io"
	"iter"
	"strings"

	mark "markai/backend"

	"github.com/klauspost/compress/zstd"
)

// The ways of packing a file in a ZIP archive, by their numbers.
var unpackers = map[uint16]func(io.Reader) (io.ReadCloser, error){
	zip.Store:   func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(r), nil },
	zip.Deflate: func(r io.Reader) (io.ReadCloser, error) { return flate.NewReader(r), nil },
	12:          func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil },
	93: func(r io.Reader) (io.ReadCloser, error) {
		z, err := zstd.NewReader(r, zstdOptions()...)
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	},
}

// openZip reads the directory of a ZIP archive.
func openZip(_ context.Context, f mark.File) (walk, error) {
	z, err := zip.NewReader(f.Data, f.Size)
	if err != nil {
		return nil, mark.Errorf(mark.Damaged, "This ZIP archive is damaged: its list of files cannot be read. Make it again, or unpack it with a repair program and add the folder.").Because(err)
	}
	if f.Password != "" {
		for _, e := range z.File {
			if e.Flags&locked == 0 || e.FileInfo().IsDir() {
				continue
			}
			if r, err := unlock(e, f.Password); mark.CodeOf(err) == mark.NeedsPassword {
				return nil, err
			} else if err == nil {
				r.Close()
			}
			break
		}
	}
	return func(context.Context) iter.Seq2[member, error] {
		return func(yield func(member, error) bool) {
			for _, e := range z.File {
				if m, ok := zipMember(e, f.Password); ok && !yield(m, nil) {
					return
				}
			}
		}
	}, nil
}

// locked is the flag of an encrypted file.
const locked = 1

// zipMember describes one entry; folders are none.
func zipMember(e *zip.File, password string) (member, bool) {
	name := e.Name
	if e.NonUTF8 {
		name = zipName(e)
	}
	shown := clean(name)
	if shown == "" || strings.HasSuffix(name, "/") || strings.HasSuffix(name, `\`) && e.UncompressedSize64 == 0 || e.FileInfo().IsDir() {
		return member{}, false
	}
	m := member{
		name: shown, size: int64(min(e.UncompressedSize64, 1<<62)), packed: int64(min(e.CompressedSize64, 1<<62)),
		locked: e.Flags&locked != 0 && password == "",
		sum:    e.CRC32, check: true,
		open: func() (io.ReadCloser, error) { return unlock(e, password) },
	}
	method, strength, version := methodOf(e)
	if strength > 0 && version == 2 {
		m.check = false // its own check stands in for the sum, which is 0
	}
	switch {
	case !e.FileInfo().Mode().IsRegular():
		m.refuse = errLink
	case unpackers[method] == nil:
		m.refuse = mark.Errorf(mark.Unsupported, "The file %s is packed in a way that cannot be unpacked here. Unpack the archive and add the file.", shown)
	}
	return m, true
}

// zipName decodes a name that is not marked as UTF-8: by the field that
// Info-ZIP adds with the name in UTF-8, else by what its bytes look like.
func zipName(e *zip.File) string {
	const unicodePath = 0x7075
	if f := extra(e, unicodePath); len(f) > 5 && f[0] == 1 && binary.LittleEndian.Uint32(f[1:]) == crc32.ChecksumIEEE([]byte(e.Name)) {
		return strings.ToValidUTF8(string(f[5:]), "\ufffd")
	}
	return decodeName(e.Name, dos)
}

// extra returns a field of the directory's entry, or nil.
func extra(e *zip.File, id uint16) []byte {
	for b := e.Extra; len(b) >= 4; {
		n := int(binary.LittleEndian.Uint16(b[2:]))
		if n > len(b)-4 {
			return nil
		}
		if binary.LittleEndian.Uint16(b) == id {
			return b[4 : 4+n]
		}
		b = b[4+n:]
	}
	return nil
}
