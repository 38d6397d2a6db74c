package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	mark "markai/backend"

	"github.com/bodgit/sevenzip"
)

// openSeven reads the directory of a 7z archive.
func openSeven(ctx context.Context, f mark.File) (members walk, err error) {
	defer func() {
		if v := recover(); v != nil { // the library promises not to; hostile files may know better
			err = damagedSeven.Because(fmt.Errorf("%v", v))
		}
	}()
	z, err := sevenzip.NewReaderWithPassword(f.Data, f.Size, f.Password)
	if err != nil {
		return nil, sevenProblem(err, f.Password)
	}
	if err := trySeven(ctx, z, f.Password); err != nil {
		return nil, err
	}
	return func(context.Context) iter.Seq2[member, error] {
		return func(yield func(member, error) bool) {
			for _, e := range z.File {
				if m, ok := sevenMember(e); ok && !yield(m, nil) {
					return
				}
			}
		}
	}, nil
}

var damagedSeven = mark.Errorf(mark.Damaged, "This 7z archive is damaged. Make it again, or unpack it with a repair program and add the folder.")

// sevenProblem says why a 7z archive, or a file in it, cannot be read.
func sevenProblem(err error, password string) error {
	if e, ok := errors.AsType[*sevenzip.ReadError](err); ok && e.Encrypted {
		if password == "" {
			return mark.Errorf(mark.NeedsPassword, "This archive is locked with a password. Enter the password to read it.")
		}
		return errPassword
	}
	return sentence(err, damagedSeven)
}

// sevenMember describes one entry; folders are none.
func sevenMember(e *sevenzip.File) (member, bool) {
	m := member{
		name: clean(e.Name), size: int64(min(e.UncompressedSize, 1<<62)), sum: e.CRC32, check: e.CRC32 != 0,
		open: func() (r io.ReadCloser, err error) {
			defer func() {
				if v := recover(); v != nil {
					err = fmt.Errorf("%v", v)
				}
			}()
			if r, err = e.Open(); err != nil {
				return nil, err
			}
			return calm{r}, nil
		},
	}
	if m.name == "" || strings.HasSuffix(e.Name, "/") || e.FileInfo().IsDir() {
		return m, false
	}
	if !e.FileInfo().Mode().IsRegular() {
		m.refuse = errLink
	}
	return m, true
}

// trySeven reads the first file, by which a password is found to be missing or
// wrong: the format has no other sign of it.
func trySeven(ctx context.Context, z *sevenzip.Reader, password string) error {
	for _, e := range z.File {
		m, ok := sevenMember(e)
		if !ok || m.refuse != nil || m.size == 0 {
			continue
		}
		r, err := m.open()
		if err == nil {
			_, err = io.Copy(io.Discard, io.LimitReader(contextReader{ctx, r}, freely))
			r.Close()
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if mark.CodeOf(sevenProblem(err, password)) == mark.NeedsPassword && err != nil {
			return sevenProblem(err, password)
		}
		return nil
	}
	return nil
}

// calm turns a decoder's panic into an error.
type calm struct{ io.ReadCloser }

func (c calm) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			n, err = 0, fmt.Errorf("%v", v)
		}
	}()
	return c.ReadCloser.Read(p)
}
