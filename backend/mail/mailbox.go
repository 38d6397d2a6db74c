package mail

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/typeset"

	"github.com/emersion/go-message"
)

// The limits of a mailbox. Its size has none of its own: it is read line by
// line, and one message at a time is held.
const (
	maxMessages = 1_000_000
	maxListed   = 1_000    // messages named in the mailbox's own text
	maxHead     = 64 << 10 // of a message, to list it
)

// Mailbox opens files that hold many messages one after the other (mbox, in the
// variants mboxo and mboxrd). The messages come out as files of their own.
type Mailbox struct{}

var _ mark.Parser = Mailbox{}

// Score knows a mailbox by the line that it begins with.
func (Mailbox) Score(name string, head []byte) int {
	line, rest, _ := bytes.Cut(head, []byte("\n"))
	if !envelope(line) || !headed(rest) {
		return 0
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".eml", ".emlx", ".mht", ".mhtml":
		return 0
	case ".mbox", ".mbx", ".mbs":
		return 95
	}
	return 70
}

// fromLine is what mail programs write before a message: an address, and a date
// with a time of day and a year.
var fromLine = regexp.MustCompile(`^From .*\d\d?:\d\d.*\d{4}|^From .*\d{4}.*\d\d?:\d\d`)

func envelope(line []byte) bool {
	return bytes.HasPrefix(line, []byte("From ")) && fromLine.Match(line[:min(len(line), 300)])
}

// Open counts the messages and lists the first.
func (Mailbox) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	var (
		out   strings.Builder
		n     int
		dates [2]time.Time
	)
	for m, err := range messages(ctx, f, maxHead) {
		if err != nil {
			return nil, err
		}
		n++
		h, ok := glance(m.data)
		if !ok {
			continue
		}
		if !h.Sent.IsZero() {
			if dates[0].IsZero() || h.Sent.Before(dates[0]) {
				dates[0] = h.Sent
			}
			if h.Sent.After(dates[1]) {
				dates[1] = h.Sent
			}
		}
		if n <= maxListed {
			day := "          "
			if !h.Sent.IsZero() {
				day = h.Sent.Format(time.DateOnly)
			}
			fmt.Fprintf(&out, "%s  %s: %s\n", day, h.From, h.Subject)
		}
	}
	if n == 0 {
		return nil, mark.Errorf(mark.Damaged, "This mailbox holds no message. Export it again in your mail program.")
	}
	head := fmt.Sprintf("Mailbox with %d messages", n)
	if n == 1 {
		head = "Mailbox with 1 message"
	}
	if !dates[0].IsZero() {
		head += fmt.Sprintf(", %s to %s", dates[0].Format(time.DateOnly), dates[1].Format(time.DateOnly))
	}
	if n > maxListed {
		fmt.Fprintf(&out, "and %d more\n", n-maxListed)
	}
	info := mark.SourceInfo{Kind: mark.KindText, Meta: mark.Meta{Type: mark.TypeContainer}}
	files := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) { handOut(ctx, f, yield) }
	}
	return typeset.NewSource(clean(head+":\n\n"+out.String()), info, files), nil
}

// glance reads the head of a message.
func glance(raw []byte) (mark.MailHead, bool) {
	m, _ := message.Read(bytes.NewReader(raw))
	if m == nil {
		return mark.MailHead{}, false
	}
	return mark.MailHead{From: field(m.Header, "From"), Subject: field(m.Header, "Subject"), Sent: letters.Date(m.Header.Get("Date"))}, true
}

// handOut yields the messages as files.
func handOut(ctx context.Context, f mark.File, yield func(mark.Attachment, error) bool) {
	n := 0
	for m, err := range messages(ctx, f, maxAttachment) {
		if err != nil {
			yield(mark.Attachment{}, err)
			return
		}
		n++
		name := fmt.Sprintf("Message %d.eml", n)
		if h, ok := glance(m.data[:min(len(m.data), maxHead)]); ok {
			if s := fileName(strings.ReplaceAll(h.Subject, "/", "-")); s != "" {
				name = s + ".eml"
			}
		}
		a, problem := mark.Attachment{Name: name, Data: m.data}, error(nil)
		if m.cut {
			a.Data, problem = nil, mark.Errorf(mark.TooBig, "Message %d of the mailbox has more than %d MB. Save it and its attachments as files and add those.", n, maxAttachment>>20)
		}
		if !yield(a, problem) {
			return
		}
	}
}

// stored is one message of a mailbox.
type stored struct {
	data []byte
	cut  bool // it was longer than asked for
}

// messages yields the messages of a mailbox, of each the first limit bytes. A
// message begins after a line "From …" with a blank line before it, whose next
// line is a field of a header. Lines that were marked because they begin like
// that lose one mark (mboxrd).
func messages(ctx context.Context, f mark.File, limit int) iter.Seq2[stored, error] {
	return func(yield func(stored, error) bool) {
		r := bufio.NewReaderSize(&contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)}, 64<<10)
		var (
			m     stored
			n     int
			begun bool
			blank = true // the line before was blank, or there was none
			start = true // a line begins here
		)
		give := func() bool {
			if !begun {
				return true
			}
			m.data = bytes.TrimRight(m.data, "\r\n")
			m.data = append(m.data, '\n')
			n++
			ok := yield(m, nil) && n < maxMessages
			m = stored{}
			return ok
		}
		for {
			piece, err := r.ReadSlice('\n')
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) && !errors.Is(err, io.EOF) {
				yield(stored{}, err)
				return
			}
			ended := errors.Is(err, io.EOF)
			if start && blank && envelope(piece) {
				piece = bytes.Clone(piece) // Peek may move what it points to
				if next, _ := r.Peek(200); begins(next) {
					if !give() {
						return
					}
					begun, blank = true, false
					start = !errors.Is(err, bufio.ErrBufferFull)
					if ended {
						break
					}
					continue
				}
			}
			if begun {
				line := piece
				if start && bytes.HasPrefix(bytes.TrimLeft(line, ">"), []byte("From ")) && line[0] == '>' {
					line = line[1:]
				}
				if room := limit - len(m.data); room < len(line) {
					line, m.cut = line[:max(room, 0)], true
				}
				m.data = append(m.data, line...)
			}
			if start {
				blank = len(bytes.TrimRight(piece, "\r\n")) == 0
			} else if len(piece) > 0 {
				blank = false
			}
			start = !errors.Is(err, bufio.ErrBufferFull)
			if ended {
				break
			}
		}
		give()
	}
}

// begins reports whether a message may begin with b: a field of a header, or
// the end of the mailbox.
func begins(b []byte) bool {
	for i, c := range b {
		switch {
		case c == ':':
			return i > 0
		case c <= ' ' || c >= 0x7f:
			return false
		}
	}
	return len(b) == 0
}
