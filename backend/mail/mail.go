// Package mail opens messages (.eml): the header lines that people read, the
// body as plain text, and the attachments, messages among them, as files of
// their own. Broken MIME is read as far as it goes.
package mail

import (
	"bytes"
	"context"
	"io"
	"iter"
	"mime"
	"path/filepath"
	"strconv"
	"strings"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/typeset"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset" // lets go-message decode what is not UTF-8
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
	case ".emlx":
		if line, rest, ok := bytes.Cut(head, []byte("\n")); ok && headed(rest) && len(bytes.Trim(line, "0123456789 \r")) == 0 {
			return 95
		}
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
	f = unwrapped(f)
	w := &walker{}
	text, body, err := w.read(ctx, f)
	if err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindMail, Title: w.head.Subject, Notes: w.notes, Meta: letters.Meta(w.head, text[body:], w.hashes)}
	attachments := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) {
			w := &walker{yield: yield}
			if _, _, err := w.read(ctx, f); err != nil && !w.stopped {
				yield(mark.Attachment{}, err)
			}
		}
	}
	return shown(text, body, info, attachments), nil
}

// shown lays a message out. What its body, from a byte on, quotes is said.
func shown(text string, body int, info mark.SourceInfo, attachments func(context.Context) iter.Seq2[mark.Attachment, error]) mark.Source {
	s := typeset.NewSource(text, info, attachments)
	for _, r := range letters.Quoted(text[body:]) {
		s.Add(mark.FeatureQuoted, body+r.Start, body+r.End, "")
	}
	return s
}

// unwrapped takes off what Apple Mail puts around a message (.emlx): its size
// in a line of its own before it, and a property list behind it.
func unwrapped(f mark.File) mark.File {
	if !strings.EqualFold(filepath.Ext(f.Name), ".emlx") {
		return f
	}
	head := make([]byte, min(f.Size, 32))
	if n, _ := f.Data.ReadAt(head, 0); n < len(head) {
		return f
	}
	line, _, ok := bytes.Cut(head, []byte("\n"))
	size, err := strconv.ParseInt(strings.TrimSpace(string(line)), 10, 64)
	at := int64(len(line) + 1)
	if !ok || err != nil || size < 0 || size > f.Size-at {
		return f
	}
	f.Data, f.Size = io.NewSectionReader(f.Data, at, size), size
	return f
}

// read walks through the message and returns its text, and where its body
// begins in it.
func (w *walker) read(ctx context.Context, f mark.File) (text string, at int, err error) {
	raw := &contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)}
	root, err := message.Read(skipEnvelope(raw))
	if root == nil {
		if ctx.Err() != nil {
			return "", 0, ctx.Err()
		}
		text, err = w.unstructured(ctx, f, err)
		return text, 0, err
	}
	head := strings.ReplaceAll(w.header(root.Header), "\x00", "")
	body, err := w.part(root, 0)
	if err != nil {
		return "", 0, err
	}
	text = w.armored(body.whole())
	switch {
	case w.encrypted && strings.TrimSpace(text) == "" && head == "":
		return "", 0, mark.Errorf(mark.Unsupported, "This message is encrypted. "+letters.Decrypt)
	case w.encrypted && strings.TrimSpace(text) == "":
		w.note(letters.HeadAlone)
	case w.encrypted:
		w.note("A part of the message is encrypted and was not read. " + letters.Decrypt)
	}
	if len(w.names) > 0 {
		head += "Attachments: " + strings.ReplaceAll(strings.Join(w.names, ", "), "\x00", "") + "\n"
	}
	text = clean(head + "\n" + text)
	return text, min(len(head)+1, len(text)), ctx.Err()
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

// header takes the head in and returns the lines of it that people read.
func (w *walker) header(h message.Header) string {
	people := func(name string) []string {
		return letters.People(h.Get(name), func(s string) string {
			if d, err := words.DecodeHeader(s); err == nil {
				s = d
			}
			return decode([]byte(s))
		})
	}
	w.head = mark.MailHead{
		MessageID: letters.Identifier(h.Get("Message-Id")), InReplyTo: letters.Identifier(h.Get("In-Reply-To")), References: letters.Identifiers(h.Get("References")),
		From: field(h, "From"), To: people("To"), CC: people("Cc"), Subject: field(h, "Subject"), Sent: letters.Date(h.Get("Date")),
	}
	var out strings.Builder
	for _, name := range []string{"From", "To", "Cc", "Bcc", "Date", "Subject"} {
		if v := field(h, name); v != "" {
			out.WriteString(name + ": " + v + "\n")
		}
	}
	return out.String()
}

// words decodes words of a header in any charset that mail has.
var words = mime.WordDecoder{CharsetReader: charset.Reader}

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
