package archive

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"iter"
	"path"
	"strings"

	mark "markai/backend"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxWindow bounds the memory that a compressed file may ask for. The usual
// programs use at most 64 MB at their strongest setting.
const maxWindow = 128 << 20

func zstdOptions() []zstd.DOption {
	return []zstd.DOption{zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true)}
}

// openCompressed opens a compressed file: a tar archive, or one file.
func openCompressed(ctx context.Context, f mark.File) (walk, error) {
	r, inner, err := decompress(ctx, f)
	if err != nil {
		return nil, unreadable(err)
	}
	defer r.Close()
	head, err := bufio.NewReaderSize(r, 1024).Peek(512)
	if err != nil && !errors.Is(err, io.EOF) && len(head) == 0 {
		return nil, unreadable(err)
	}
	members := func(r io.Reader) iter.Seq2[member, error] {
		return func(yield func(member, error) bool) {
			yield(member{name: inner, size: -1, packed: f.Size, open: func() (io.ReadCloser, error) { return io.NopCloser(r), nil }}, nil)
		}
	}
	if isTar(head) {
		members = tarMembers
	}
	return func(ctx context.Context) iter.Seq2[member, error] {
		return func(yield func(member, error) bool) {
			r, _, err := decompress(ctx, f)
			if err != nil {
				yield(member{}, unreadable(err))
				return
			}
			defer r.Close()
			for m, err := range members(r) {
				if !yield(m, err) {
					return
				}
			}
		}
	}, nil
}

// unreadable says that a compressed file is damaged, if err says nothing better.
func unreadable(err error) error {
	return sentence(err, mark.Errorf(mark.Damaged, "This compressed file is damaged. Ask for it again where it came from, or unpack it with a repair program."))
}

// decompress returns what is in a compressed file, within bounds, and the name
// of it.
func decompress(ctx context.Context, f mark.File) (io.ReadCloser, string, error) {
	raw := bufio.NewReaderSize(contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)}, 64<<10)
	head, _ := raw.Peek(64)
	name := strings.TrimSuffix(mark.FileName(f.Name), path.Ext(f.Name))
	var (
		r     io.Reader
		close = func() {}
		err   error
	)
	switch {
	case begins("\x1f\x8b")(head):
		var z *gzip.Reader
		if z, err = gzip.NewReader(raw); err == nil {
			r = z
			if s := mark.FileName(decodeName(z.Name, western)); s != "" {
				name = s
			}
		}
	case isBzip2(head):
		r = bzip2.NewReader(raw)
	case begins("\xfd7zXZ\x00")(head):
		if xzWindow(head) > maxWindow {
			return nil, "", mark.Errorf(mark.TooBig, "This compressed file needs more memory to unpack than is allowed here. Unpack it and add what is in it.")
		}
		r, err = xz.ReaderConfig{SingleStream: false}.NewReader(raw)
	default:
		var z *zstd.Decoder
		if z, err = zstd.NewReader(raw, zstdOptions()...); err == nil {
			r, close = z, z.Close
		}
	}
	if err != nil {
		return nil, "", err
	}
	if name == "" {
		name = "Contents"
	}
	limit := max(4*freely, maxRatio*f.Size)
	return &bounded{r: r, left: min(limit, maxTotal), close: close}, name, nil
}

// xzWindow returns the size of the dictionary that the first block of an xz
// file asks for (format 1.2, section 3.1), 0 when it cannot be told.
func xzWindow(head []byte) int64 {
	const stream, lzma2 = 12, 0x21
	if len(head) < stream+16 {
		return 0
	}
	b := head[stream+1:]
	flags, at := b[0], 1
	for _, sized := range []byte{0x40, 0x80} { // sizes of the block, if given
		for flags&sized != 0 && at < len(b) && b[at]&0x80 != 0 {
			at++
		}
		if flags&sized != 0 {
			at++
		}
	}
	if flags&3 != 0 || at+2 >= len(b) || b[at] != lzma2 || b[at+1] != 1 {
		return 0
	}
	bits := int64(b[at+2])
	if bits > 40 {
		return 1 << 40
	}
	return (2 | bits&1) << (bits/2 + 11)
}

// bounded ends with an error after so many bytes.
type bounded struct {
	r     io.Reader
	left  int64
	close func()
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, mark.Errorf(mark.TooBig, "This file unpacks to more than a document should. Unpack it and add what is in it.")
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// Close gives back what the decompressor holds.
func (b *bounded) Close() error {
	b.close()
	return nil
}
