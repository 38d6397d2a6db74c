package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"strconv"
	"strings"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/typeset"

	"github.com/emersion/go-message"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
)

// decoration is the size in bytes under which a picture inside the text is
// taken for a logo.
const decoration = 20 << 10

// walker goes through a message once: for its text, or for its attachments.
type walker struct {
	yield     func(mark.Attachment, error) bool // nil: names only
	stopped   bool                              // yield asked for no more
	head      mark.MailHead
	names     []string // of the attachments
	hashes    []string // of the attachments' bytes, SHA-256
	notes     []string
	encrypted bool
	parts     int
	bytes     int // of body text
}

// body is the text of a part in the forms it comes in.
type body struct {
	plain, html string
	packed      string // inside Outlook's own attachment, for want of another
	event       string // of an invitation
}

// text returns the form for reading.
func (b body) text() string {
	if strings.TrimSpace(b.plain) != "" {
		return b.plain
	}
	return b.html
}

// whole returns all there is to read of a message.
func (b body) whole() string {
	text := b.text()
	if strings.TrimSpace(text) == "" {
		text = b.packed
	}
	return join(b.event, text)
}

// note adds a sentence once.
func (w *walker) note(s string) {
	for _, n := range w.notes {
		if n == s {
			return
		}
	}
	w.notes = append(w.notes, s)
}

const damagedNote = "The message is damaged: a part of it could not be read."

// part goes through one part. Its errors end the message; damage does not.
func (w *walker) part(e *message.Entity, depth int) (body, error) {
	kind, params, err := e.Header.ContentType()
	if err != nil || kind == "" {
		kind = "text/plain" // what RFC 2045 says of a part whose type is broken
	}
	w.parts++
	if w.parts > maxParts || depth > maxDepth {
		return body{}, mark.Errorf(mark.TooBig, "This message has more parts than any mail program makes; it was not read.")
	}
	switch {
	case kind == "multipart/encrypted":
		w.encrypted = true
		return body{}, nil
	case kind == "application/pkcs7-mime", kind == "application/x-pkcs7-mime":
		return w.sealed(e, params["smime-type"], depth)
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		return w.multipart(e, kind, depth)
	case strings.HasSuffix(kind, "pkcs7-signature"), kind == "application/pgp-signature":
		return body{}, nil
	}
	disposition, dparams, _ := e.Header.ContentDisposition()
	name := fileName(params["name"], dparams["filename"])
	shown := disposition != "attachment" && name == ""
	switch {
	case shown && kind == "text/html":
		text, err := w.page(e, params["charset"])
		html, _ := typeset.HTML(strings.NewReader(text))
		return body{html: html}, err
	case kind == "text/calendar" && disposition != "attachment":
		text, err := w.text(e)
		event, _, _ := letters.Calendar(text)
		return body{event: event}, err
	case kind == "application/ms-tnef", strings.EqualFold(name, "winmail.dat"):
		return w.winmail(e, name)
	case shown && strings.HasPrefix(kind, "text/"), strings.HasPrefix(kind, "multipart/"):
		text, err := w.text(e)
		if strings.EqualFold(params["format"], "flowed") {
			text = unflow(text)
		}
		return body{plain: text}, err
	}
	inline := strings.HasPrefix(kind, "image/") && e.Header.Get("Content-Id") != "" && disposition != "attachment"
	return body{}, w.attachment(e, kind, name, inline)
}

// multipart goes through the parts of one.
func (w *walker) multipart(e *message.Entity, kind string, depth int) (body, error) {
	var all body
	mr := e.MultipartReader()
	for !w.stopped {
		p, err := mr.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if p == nil {
			if cause := stopCause(err); cause != nil {
				return all, cause
			}
			w.note(damagedNote)
			break
		}
		if kind == "multipart/digest" && p.Header.Get("Content-Type") == "" {
			p.Header.Set("Content-Type", "message/rfc822")
		}
		b, err := w.part(p, depth+1)
		if err != nil {
			return all, err
		}
		switch {
		case kind == "multipart/alternative":
			// The same text in several forms: the first of each kind.
			if all.plain == "" {
				all.plain = b.plain
			}
			if all.html == "" {
				all.html = b.html
			}
		default:
			all.plain = join(all.plain, b.text())
		}
		if all.packed == "" {
			all.packed = b.packed
		}
		all.event = join(all.event, b.event)
	}
	return all, nil
}

// join sets two texts below one another.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return strings.TrimRight(a, "\r\n") + "\n\n" + b
}

// text reads the decoded text of a part.
func (w *walker) text(e *message.Entity) (string, error) {
	raw, err := w.raw(e)
	return decode(raw), err
}

// page reads the text of a part that is a web page. Where the part names no
// charset the page may.
func (w *walker) page(e *message.Entity, named string) (string, error) {
	raw, err := w.raw(e)
	if named == "" && !utf8.Valid(raw) {
		enc, _, _ := charset.DetermineEncoding(raw, "text/html")
		if s, err := enc.NewDecoder().Bytes(raw); err == nil {
			raw = s
		}
	}
	return decode(raw), err
}

// raw reads the bytes of a part that is text.
func (w *walker) raw(e *message.Entity) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(e.Body, int64(maxBody-w.bytes)+1))
	if cause := stopCause(err); cause != nil {
		return nil, cause
	}
	if err != nil {
		w.note(damagedNote)
	}
	if w.bytes += len(raw); w.bytes > maxBody {
		return nil, mark.Errorf(mark.TooBig, "This message has more than %d MB of text; it was not read.", maxBody>>20)
	}
	return raw, nil
}

// attachment names a file inside the message, or hands it out.
func (w *walker) attachment(e *message.Entity, kind, name string, inline bool) error {
	raw, err := io.ReadAll(io.LimitReader(e.Body, maxAttachment+1))
	if cause := stopCause(err); cause != nil {
		return cause
	}
	if inline && len(raw) < decoration {
		return nil
	}
	if name == "" {
		name = invent(kind, raw, len(w.names)+1)
	}
	w.hand(name, raw, err)
	return nil
}

// hand takes a file inside the message in, or hands it out. problem is what was
// wrong with reading it.
func (w *walker) hand(name string, raw []byte, problem error) {
	w.names = append(w.names, name)
	switch {
	case w.yield == nil:
		sum := sha256.Sum256(raw)
		w.hashes = append(w.hashes, hex.EncodeToString(sum[:]))
		if problem != nil {
			w.note("The attachment " + name + " is damaged; it was read as far as it goes.")
		}
	case len(raw) > maxAttachment:
		w.stopped = !w.yield(mark.Attachment{Name: name}, mark.Errorf(mark.TooBig,
			"The attachment %s has more than %d MB. Save it as a file and add that.", name, maxAttachment>>20))
	default:
		w.stopped = !w.yield(mark.Attachment{Name: name, Data: raw}, nil)
	}
}

// invent names an attachment that has no name: a message after its subject,
// other files after their kind.
func invent(kind string, raw []byte, n int) string {
	if kind == "message/rfc822" {
		if m, _ := message.Read(bytes.NewReader(raw)); m != nil {
			if name := fileName(strings.ReplaceAll(field(m.Header, "Subject"), "/", "-")); name != "" {
				return name + ".eml"
			}
		}
		return "Message " + strconv.Itoa(n) + ".eml"
	}
	ext := map[string]string{
		"application/pdf": ".pdf", "text/plain": ".txt", "text/html": ".html", "image/jpeg": ".jpg", "image/png": ".png", "image/tiff": ".tif", "text/calendar": ".ics",
	}[kind]
	return "Attachment " + strconv.Itoa(n) + ext
}

// fileName returns the first of names that is one, as mark.FileName leaves it.
func fileName(names ...string) string {
	for _, name := range names {
		if d, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = d
		}
		if name = mark.FileName(decode([]byte(name))); name != "" {
			return name
		}
	}
	return ""
}

// decode makes UTF-8 of bytes that go-message left as they were: what is not
// UTF-8 is Windows-1252, as mail programs without a charset write it, or
// Japanese in seven bits.
func decode(raw []byte) string {
	if bytes.Contains(raw, []byte("\x1b$")) {
		if out, err := japanese.ISO2022JP.NewDecoder().Bytes(raw); err == nil {
			raw = out
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\ufffd")
	}
	return string(out)
}

// clean ends every line with a line feed alone and drops blank space at the end.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\x00", "")
	if s = strings.TrimRight(s, " \t\r\n"); s == "" {
		return ""
	}
	return s + "\n"
}

// unflow joins the lines of text in the "flowed" format (RFC 3676). Quoted
// lines stay as they are.
func unflow(s string) string {
	var out strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(s, "\r\n", "\n")) {
		text := strings.TrimSuffix(line, "\n")
		if strings.HasSuffix(text, " ") && text != "-- " && !strings.HasPrefix(text, ">") {
			out.WriteString(text)
			continue
		}
		out.WriteString(line)
	}
	return out.String()
}

// stopCause returns err if it says that the caller gave up, and not that the
// message is damaged.
func stopCause(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}
