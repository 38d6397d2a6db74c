// Package mail opens messages (.eml): the header lines that people read, the
// body as plain text, and the attachments, messages among them, as files of
// their own. Broken MIME is read as far as it goes.
package mail

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path/filepath"
	"strings"

	mark "markai/backend"
	"markai/backend/typeset"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // lets go-message decode what is not UTF-8
)

// The limits that keep a crafted message from filling the memory.
const (
	maxBytes      = 1 << 30
	maxBody       = 32 << 20  // of text shown
	maxAttachment = 256 << 20 // of one attachment
	maxParts      = 2_000
	maxDepth      = 20 // multiparts inside one another
)

// Parser opens .eml files.
type Parser struct{}

var _ mark.Parser = Parser{}

// Score knows a message by its name and by the header it begins with.
func (Parser) Score(name string, head []byte) int {
	if bytes.IndexByte(head, 0) >= 0 {
		return 0
	}
	header := headed(head)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".eml":
		if header {
			return 95
		}
		return 50
	case ".mht", ".mhtml":
		if header {
			return 90
		}
	default:
		if header {
			return 60
		}
	}
	return 0
}

// headed reports whether head begins with header fields of a message, at least
// two of those that mail programs write.
func headed(head []byte) bool {
	known := 0
	for i, line := range strings.Split(string(head), "\n") {
		line = strings.TrimRight(line, "\r")
		switch {
		case line == "":
			return known >= 2
		case line[0] == ' ' || line[0] == '\t' || i == 0 && strings.HasPrefix(line, "From "):
			continue
		}
		field, _, ok := strings.Cut(line, ":")
		if !ok || field == "" || strings.ContainsAny(field, " \t") {
			return false
		}
		switch strings.ToLower(field) {
		case "from", "to", "subject", "date", "received", "message-id", "mime-version", "return-path", "delivered-to", "content-type", "reply-to", "cc":
			known++
		}
	}
	return known >= 2
}

// Open reads the message's text and lays it out.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	if f.Size > maxBytes {
		return nil, mark.Errorf(mark.TooBig, "This message has %d MB, and %d MB are read at most. Save its attachments as files and add those.", f.Size>>20, maxBytes>>20)
	}
	w := &walker{}
	text, err := w.read(ctx, f)
	if err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindMail, Title: w.subject, Notes: w.notes}
	attachments := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) {
			w := &walker{yield: yield}
			if _, err := w.read(ctx, f); err != nil && !w.stopped {
				yield(mark.Attachment{}, err)
			}
		}
	}
	return typeset.NewSource(text, info, attachments), nil
}

// read walks through the message and returns its text.
func (w *walker) read(ctx context.Context, f mark.File) (string, error) {
	raw := &contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)}
	root, err := message.Read(skipEnvelope(raw))
	if root == nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return w.unstructured(ctx, f, err)
	}
	head := w.header(root.Header)
	body, err := w.part(root, 0)
	if err != nil {
		return "", err
	}
	if w.encrypted && strings.TrimSpace(body.text()) == "" {
		return "", mark.Errorf(mark.Unsupported, "This message is encrypted. Open it in your mail program, save the decrypted text as PDF, and add that.")
	}
	if len(w.names) > 0 {
		head += "Attachments: " + strings.Join(w.names, ", ") + "\n"
	}
	return clean(head + "\n" + body.text()), ctx.Err()
}

// unstructured reads a message whose header cannot be understood as the text
// that it is.
func (w *walker) unstructured(ctx context.Context, f mark.File, cause error) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(&contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)}, maxBody))
	if err != nil {
		return "", err
	}
	if bytes.IndexByte(raw, 0) >= 0 || len(bytes.TrimSpace(raw)) == 0 {
		return "", mark.Errorf(mark.Damaged, "This file is named like a message and holds none. Save the message again in your mail program.").Because(cause)
	}
	w.notes = append(w.notes, "The message's header is damaged; the file was read as plain text, and attachments in it were not.")
	return clean(decode(raw)), nil
}

// header returns the header lines that people read.
func (w *walker) header(h message.Header) string {
	w.subject = field(h, "Subject")
	var out strings.Builder
	for _, name := range []string{"From", "To", "Cc", "Bcc", "Date", "Subject"} {
		if v := field(h, name); v != "" {
			out.WriteString(name + ": " + v + "\n")
		}
	}
	return out.String()
}

// field returns a header field as people read it, on one line.
func field(h message.Header, name string) string {
	v, err := h.Text(name)
	if err != nil {
		v = h.Get(name)
	}
	return strings.Join(strings.Fields(decode([]byte(v))), " ")
}

// skipEnvelope drops the line "From …" that mailboxes put before a message.
func skipEnvelope(r io.Reader) io.Reader {
	start := make([]byte, 5)
	n, err := io.ReadFull(r, start)
	again := io.MultiReader(bytes.NewReader(start[:n]), r)
	if err != nil || string(start) != "From " {
		return again
	}
	one := make([]byte, 1)
	for range 1000 {
		if _, err := io.ReadFull(r, one); err != nil || one[0] == '\n' {
			break
		}
	}
	return r
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
