package archive

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"

	mark "markai/backend"
)

// isTar knows a tar archive by the sum of its first header (POSIX.1, pax).
func isTar(head []byte) bool {
	const size, at, end = 512, 148, 156
	if len(head) < size || head[0] == 0 {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[at:end]), " \x00"), 8, 32)
	if err != nil {
		return false
	}
	sum := int64(end-at) * ' '
	for i, b := range head[:size] {
		if i < at || i >= end {
			sum += int64(b)
		}
	}
	return sum == want
}

// openTar reads a tar archive that is not compressed.
func openTar(_ context.Context, f mark.File) (walk, error) {
	return func(ctx context.Context) iter.Seq2[member, error] {
		return tarMembers(contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)})
	}, nil
}

// tarMembers yields the files of a tar archive.
func tarMembers(r io.Reader) iter.Seq2[member, error] {
	return func(yield func(member, error) bool) {
		t := tar.NewReader(r)
		for {
			h, err := t.Next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield(member{}, sentence(err, mark.Errorf(mark.Damaged, "This tar archive is damaged. Make it again, or unpack it with a repair program and add the folder.")))
				return
			}
			m := member{name: clean(decodeName(h.Name, western)), size: h.Size, open: func() (io.ReadCloser, error) { return io.NopCloser(t), nil }}
			switch h.Typeflag {
			case tar.TypeReg, tar.TypeRegA, tar.TypeGNUSparse: //nolint:staticcheck // old archives have it
			case tar.TypeDir, tar.TypeXGlobalHeader:
				continue
			default:
				m.refuse = errLink
			}
			if m.name == "" || bytes.HasSuffix([]byte(h.Name), []byte("/")) {
				continue
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}
