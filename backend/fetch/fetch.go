// Package fetch brings files from hosts that a person has allowed. A transfer
// that breaks off goes on where it stopped, in this run of the program or the
// next; a file is put in place only when its length is right and its checksum
// is the one that its publisher states, where one is stated.
package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	mark "markai/backend"
	"markai/backend/dial"
)

// Want is a file to bring.
type Want struct {
	Address string // an https URL
	To      string // the file's path; its folder is there
	Bytes   int64  // 0: not known before
	SHA256  string // hexadecimal; empty: what the publisher states on the way holds
	// Room is asked before so many more bytes are written; may be nil.
	Room func(more int64) error
	// Progress is told how many bytes are there, and of how many; may be nil. It
	// must not block.
	Progress func(done, total int64)
}

// Got is what was brought.
type Got struct {
	Bytes  int64
	SHA256 string // computed here
	Stated string // by its publisher; empty: it was not
}

// Fetcher brings files. It is safe for concurrent use, for different files.
type Fetcher struct {
	dialer *dial.Dialer
	// Pause is waited before a broken transfer goes on, longer each time.
	Pause time.Duration
	// Quiet is how long a host may send nothing.
	Quiet time.Duration
}

// attempts is how often in a row a transfer may break off without a byte more.
const attempts = 5

// maxBytes is more than any model has.
const maxBytes = 4 << 40

// New returns a fetcher that connects through d.
func New(d *dial.Dialer) *Fetcher {
	return &Fetcher{dialer: d, Pause: time.Second, Quiet: time.Minute}
}

// Part and note are the names of what is there of a file, and of what is known
// of it, until it is whole.
func partOf(path string) string { return path + ".part" }
func noteOf(path string) string { return path + ".part.json" }

// Discard removes what is there of a file that is not whole.
func Discard(path string) error {
	var errs []error
	for _, p := range []string{partOf(path), noteOf(path)} {
		if err := os.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("discard %s: %w", filepath.Base(path), err))
		}
	}
	return errors.Join(errs...)
}

// Fetch brings the file. What is there of it stays when it fails or ctx ends,
// and the next call goes on from there. Errors: Forbidden for a host that is not
// allowed or wants a person to sign in; NotFound; Unavailable where it breaks off
// time and again; Damaged, with nothing kept, where length or checksum is wrong;
// DiskFull; what Room gives.
func (f *Fetcher) Fetch(ctx context.Context, w Want) (Got, error) {
	p, err := openPart(w)
	if err != nil {
		return Got{}, err
	}
	got, err := f.bring(ctx, p, w)
	if err = errors.Join(err, p.close()); err != nil {
		if mark.CodeOf(err) == mark.Damaged {
			err = errors.Join(err, Discard(w.To))
		}
		return Got{}, err
	}
	if err := os.Rename(partOf(w.To), w.To); err != nil {
		return Got{}, fmt.Errorf("put %s in place: %w", filepath.Base(w.To), err)
	}
	return got, Discard(w.To)
}

// bring asks until the part is whole, then checks it.
func (f *Fetcher) bring(ctx context.Context, p *part, w Want) (Got, error) {
	if p.note.Bytes > 0 && p.done == p.note.Bytes { // all was there when the program ended
		return p.finish(w)
	}
	for broken := 0; ; {
		before := p.done
		err := f.once(ctx, p, w)
		if err == nil {
			return p.finish(w)
		}
		var cut *cutOff
		switch {
		case ctx.Err() != nil:
			return Got{}, fmt.Errorf("bring %s: %w", filepath.Base(w.To), ctx.Err())
		case !errors.As(err, &cut):
			return Got{}, err
		case p.done > before:
			broken = 0
		}
		if broken++; broken >= attempts {
			return Got{}, mark.Errorf(mark.Unavailable, "The connection broke off %d times in a row. What is there is kept: go on later.", attempts).Because(cut.cause)
		}
		select {
		case <-time.After(max(f.Pause<<(broken-1), cut.after)):
		case <-ctx.Done():
			return Got{}, fmt.Errorf("bring %s: %w", filepath.Base(w.To), ctx.Err())
		}
	}
}

// cutOff is a fault that may be gone the next time.
type cutOff struct {
	cause error
	after time.Duration // the host asks to be left alone for so long
}

func (c *cutOff) Error() string { return "cut off: " + c.cause.Error() }
func (c *cutOff) Unwrap() error { return c.cause }

// once asks for what is missing and writes what comes. A *cutOff may be tried
// again.
func (f *Fetcher) once(ctx context.Context, p *part, w Want) error {
	// A host that sends nothing is hung up on; every piece gives it more time.
	ctx, hang := context.WithCancelCause(ctx)
	defer hang(nil)
	silence := errors.New("the host sends nothing")
	watch := time.AfterFunc(f.Quiet, func() { hang(silence) })
	defer watch.Stop()

	r, err := f.dialer.Get(ctx, w.Address, p.ask())
	switch {
	case context.Cause(ctx) == silence:
		return &cutOff{cause: silence}
	case mark.CodeOf(err) == mark.Unavailable:
		return &cutOff{cause: err}
	case err != nil:
		return err
	}
	defer r.Body.Close() //nolint:errcheck // read to its end, or given up
	if err := answered(r); err != nil {
		return err
	}
	if err := p.begin(r, w); err != nil {
		return err
	}
	if w.Room != nil {
		if err := w.Room(p.note.Bytes - p.done); err != nil {
			return err
		}
	}
	err = p.copy(r.Body, func() {
		watch.Reset(f.Quiet)
		if w.Progress != nil {
			w.Progress(p.done, p.note.Bytes)
		}
	})
	if err == nil && p.done < p.note.Bytes {
		err = &cutOff{cause: io.ErrUnexpectedEOF}
	}
	return err
}

// answered says what a status other than success means.
func answered(r dial.Response) error {
	switch {
	case r.Status == http.StatusOK, r.Status == http.StatusPartialContent, r.Status == http.StatusRequestedRangeNotSatisfiable:
		return nil
	case r.Status == http.StatusUnauthorized, r.Status == http.StatusForbidden:
		return mark.Errorf(mark.Forbidden, "The publisher gives this file only to people who have signed in and agreed to its terms. Download it there with a browser, then import the file.")
	case r.Status == http.StatusNotFound, r.Status == http.StatusGone:
		return mark.Errorf(mark.NotFound, "There is no such file at the address in Settings. Check models.source, or import the file instead.")
	case r.Status == http.StatusTooManyRequests, r.Status == http.StatusRequestTimeout, r.Status >= 500:
		seconds, err := strconv.Atoi(r.Header.Get("Retry-After"))
		if err != nil {
			seconds = 0
		}
		const most = 2 * time.Minute
		return &cutOff{fmt.Errorf("the host answered %d", r.Status), min(time.Duration(max(seconds, 0))*time.Second, most)}
	}
	return mark.Errorf(mark.Unavailable, "The host answered with status %d. Check the address in Settings.", r.Status)
}

// copy writes what comes to the part, at most as much as is missing.
func (p *part) copy(from io.Reader, more func()) error {
	buf := make([]byte, 256<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if int64(n) > p.note.Bytes-p.done {
				return mark.Errorf(mark.Damaged, "More came than the host said there would be. Download it again.")
			}
			if err := p.write(buf[:n]); err != nil {
				return err
			}
			more()
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return &cutOff{cause: err}
		}
	}
}

// write adds to the part.
func (p *part) write(b []byte) error {
	n, err := p.file.Write(b)
	p.sum.Write(b[:n])
	p.done += int64(n)
	if errors.Is(err, syscall.ENOSPC) {
		return mark.Errorf(mark.DiskFull, "The disk is full. Free some space; the download goes on from where it is.").Because(err)
	}
	if err != nil {
		return fmt.Errorf("write what came: %w", err)
	}
	return nil
}

// finish checks a part that has all its bytes.
func (p *part) finish(w Want) (Got, error) {
	g := Got{Bytes: p.done, SHA256: hex.EncodeToString(p.sum.Sum(nil)), Stated: p.note.SHA256}
	for _, want := range []string{w.SHA256, p.note.SHA256} {
		if want != "" && !strings.EqualFold(want, g.SHA256) {
			return Got{}, mark.Errorf(mark.Damaged, "What came is not what its publisher states: the checksums differ. It was discarded; download it again.")
		}
	}
	return g, nil
}

// hashing reads the part from its beginning, so that its checksum can go on.
func hashing(f *os.File) (hash.Hash, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, f)
	return h, n, err
}
