package fetch

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	mark "markai/backend"
	"markai/backend/dial"
)

// part is what is there of a file.
type part struct {
	path  string // of the whole file
	file  *os.File
	sum   hash.Hash // of what is there
	done  int64     // bytes that are there
	begun int       // how often it was begun anew
	note  note
}

// note is what is known of the file that the part is of. It is written when the
// host answers, and read by the next run.
type note struct {
	Address string `json:"address"`
	ETag    string `json:"etag,omitempty"` // strong: the same bytes have the same
	Bytes   int64  `json:"bytes"`
	SHA256  string `json:"sha256,omitempty"` // as the publisher states it
}

// openPart opens what is there of w. What belongs to another address, or to
// nothing that is known, is begun anew.
func openPart(w Want) (p *part, err error) {
	p = &part{path: w.To, sum: sha256.New()}
	if p.file, err = os.OpenFile(partOf(w.To), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, mark.Errorf(mark.Unavailable, "Nothing can be written in the folder of %s. Choose another.", filepath.Base(w.To)).Because(err)
	}
	raw, err := os.ReadFile(noteOf(w.To))
	if err == nil && json.Unmarshal(raw, &p.note) == nil && p.note.Address == w.Address && p.note.Bytes > 0 {
		p.sum, p.done, err = hashing(p.file)
		if err == nil && p.done <= p.note.Bytes {
			return p, nil
		}
	}
	if err := p.restart(); err != nil {
		return nil, errors.Join(err, p.file.Close())
	}
	return p, nil
}

// restarts is how often a file may turn out to be another while it is brought.
const restarts = 5

// restart forgets what is there.
func (p *part) restart() error {
	if p.begun++; p.begun > restarts {
		return mark.Errorf(mark.Unavailable, "The file changes again and again while it is downloaded. Try again later, or import the file instead.")
	}
	p.sum, p.done, p.note = sha256.New(), 0, note{}
	if err := p.file.Truncate(0); err != nil {
		return fmt.Errorf("begin %s anew: %w", filepath.Base(p.path), err)
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("begin %s anew: %w", filepath.Base(p.path), err)
	}
	return nil
}

// close leaves what is there on the disk.
func (p *part) close() error {
	if err := errors.Join(p.file.Sync(), p.file.Close()); err != nil {
		return fmt.Errorf("keep what came of %s: %w", filepath.Base(p.path), err)
	}
	return nil
}

// ask is the header of the request for what is missing. Only a strong validator
// tells that the rest still belongs to what is there (RFC 9110, 13.1.5).
func (p *part) ask() http.Header {
	h := http.Header{"Accept-Encoding": {"identity"}}
	if p.done > 0 && p.note.ETag != "" {
		h.Set("Range", fmt.Sprintf("bytes=%d-", p.done))
		h.Set("If-Range", p.note.ETag)
	}
	return h
}

// begin compares an answer with what is known, and makes the part ready for its
// body.
func (p *part) begin(r dial.Response, w Want) error {
	now := note{Address: w.Address, ETag: strongTag(r.Header.Get("ETag")), SHA256: statedSum(r)}
	var from int64
	switch r.Status {
	case http.StatusPartialContent:
		var err error
		if from, now.Bytes, err = contentRange(r.Header.Get("Content-Range")); err != nil {
			return mark.Errorf(mark.Unavailable, "The host does not say which part of the file it sent. Try again, or import the file instead.").Because(err)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if err := p.restart(); err != nil {
			return err
		}
		return &cutOff{cause: errors.New("what was there is not part of the file any more")}
	default:
		now.Bytes = r.Length
	}
	if linked := linkedSize(r); linked > 0 && now.Bytes != linked || w.Bytes > 0 && now.Bytes != w.Bytes {
		return mark.Errorf(mark.Damaged, "The host offers %d bytes, which is not as long as the file should be. Try again later, or import the file instead.", now.Bytes)
	}
	switch {
	case now.Bytes <= 0:
		return mark.Errorf(mark.Unavailable, "The host does not say how long the file is. Import the file instead.")
	case now.Bytes > maxBytes:
		return mark.Errorf(mark.TooBig, "The host offers %d bytes, more than any model has.", now.Bytes)
	}
	if from == 0 || from != p.done || now.Bytes != p.note.Bytes || now.ETag != p.note.ETag || p.note.SHA256 != "" && now.SHA256 != p.note.SHA256 {
		fits := from == 0
		if err := p.restart(); err != nil {
			return err
		}
		if !fits {
			return &cutOff{cause: errors.New("another file lies there now")}
		}
	}
	p.note = now
	return p.remember()
}

// remember keeps the note beside the part.
func (p *part) remember() error {
	raw, err := json.Marshal(p.note)
	if err == nil {
		err = os.WriteFile(noteOf(p.path), raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("remember what came of %s: %w", filepath.Base(p.path), err)
	}
	return nil
}

// strongTag is an entity tag that stands for the very bytes, or "".
func strongTag(tag string) string {
	if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return ""
	}
	return tag
}

// contentRange reads "bytes 100-199/200".
func contentRange(text string) (from, total int64, err error) {
	rest, ok := strings.CutPrefix(text, "bytes ")
	span, whole, cut := strings.Cut(rest, "/")
	first, last, dash := strings.Cut(span, "-")
	if !ok || !cut || !dash {
		return 0, 0, fmt.Errorf("a range of the form %q is not known", text)
	}
	from, errFrom := strconv.ParseInt(first, 10, 64)
	to, errTo := strconv.ParseInt(last, 10, 64)
	total, errTotal := strconv.ParseInt(whole, 10, 64)
	if err := errors.Join(errFrom, errTo, errTotal); err != nil {
		return 0, 0, err
	}
	if from < 0 || to < from || to != total-1 {
		return 0, 0, fmt.Errorf("bytes %d to %d of %d are not the rest of a file", from, to, total)
	}
	return from, total, nil
}

// statedSum is the SHA-256 that the publisher states of the whole file: as the
// tag of the file that a hub's address links to, or as the digest of what the
// last host sends (RFC 9530); "" where neither is there.
func statedSum(r dial.Response) string {
	for _, h := range append(append([]http.Header{}, r.Through...), r.Header) {
		if sum := strings.Trim(h.Get("X-Linked-ETag"), `"`); isSum(sum) {
			return strings.ToLower(sum)
		}
	}
	for field := range strings.SplitSeq(r.Header.Get("Repr-Digest"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		raw, err := base64.StdEncoding.DecodeString(strings.Trim(value, ":"))
		if strings.EqualFold(name, "sha-256") && err == nil && len(raw) == sha256.Size {
			return hex.EncodeToString(raw)
		}
	}
	return ""
}

// linkedSize is the length that a hub states of the file that its address links
// to; 0: none.
func linkedSize(r dial.Response) int64 {
	for _, h := range r.Through {
		if n, err := strconv.ParseInt(h.Get("X-Linked-Size"), 10, 64); err == nil && n > 0 {
			return n
		}
	}
	return 0
}

// isSum reports whether text is a SHA-256 in hexadecimal.
func isSum(text string) bool {
	raw, err := hex.DecodeString(text)
	return err == nil && len(raw) == sha256.Size
}
