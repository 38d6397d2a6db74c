// Package msg opens messages that Outlook saved (.msg): the header lines that
// people read, the body as plain text, and the attachments as files of their
// own. Messages inside a message come out as .eml.
package msg

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/compound"
	"markai/backend/letters"
	"markai/backend/typeset"
)

// The limits that keep a crafted message from filling the memory.
const (
	maxBody     = 32 << 20 // of text shown
	maxFiles    = 2_000    // attachments of one message
	maxPeople   = 10_000   // recipients of one message
	maxDepth    = 10       // messages inside one another
	maxOneBytes = compound.MaxBytes
)

// Parser opens .msg files.
type Parser struct{}

var _ mark.Parser = Parser{}

// Score knows a message by its container and its name.
func (Parser) Score(name string, head []byte) int {
	if !bytes.HasPrefix(head, []byte(compound.Magic)) {
		return 0
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".msg", ".oft":
		return 95
	case ".doc", ".dot", ".xls", ".ppt", ".pps", ".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".pptx":
		return 0
	}
	return 30 // Open looks inside
}

// Open reads the message's text and lays it out.
func (Parser) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	m, err := load(ctx, f)
	if err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindMail, Title: m.subject}
	text, body, err := m.shown()
	if err != nil {
		return nil, err
	}
	info.Meta = letters.Meta(m.head(), text[body:], m.hashes(ctx))
	if strings.HasPrefix(strings.ToUpper(m.class), "IPM.APPOINTMENT") {
		info.Meta.Type = mark.TypeCalendarRecord
	}
	info.Notes = m.notes
	if m.locked() && strings.TrimSpace(text[body:]) == "" {
		info.Notes = append(info.Notes, letters.HeadAlone)
	}
	attachments := func(ctx context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) {
			// The file is read again so that a message in the window does not
			// hold its attachments in memory.
			m, err := load(ctx, f)
			if err != nil {
				yield(mark.Attachment{}, err)
				return
			}
			m.handOut(ctx, yield)
		}
	}
	s := typeset.NewSource(text, info, attachments)
	for _, r := range letters.Quoted(text[body:]) {
		s.Add(mark.FeatureQuoted, body+r.Start, body+r.End, "")
	}
	return s, ctx.Err()
}

// hashes returns the SHA-256 of the attachments that can be read.
func (m *message) hashes(ctx context.Context) []string {
	var out []string
	m.handOut(ctx, func(a mark.Attachment, err error) bool {
		if err == nil {
			sum := sha256.Sum256(a.Data)
			out = append(out, hex.EncodeToString(sum[:]))
		}
		return true
	})
	return out
}

// load opens the container and reads the message's properties.
func load(ctx context.Context, f mark.File) (*message, error) {
	root, err := compound.Open(ctx, f.Data, f.Size)
	switch {
	case errors.Is(err, compound.ErrTooBig):
		return nil, mark.Errorf(mark.TooBig, "This message has %d MB, and %d MB are read at most. Save its attachments as files and add those.", f.Size>>20, maxOneBytes>>20)
	case errors.Is(err, compound.ErrDamaged):
		return nil, mark.Errorf(mark.Damaged, "This Outlook message is damaged and cannot be opened. Save it again in Outlook.").Because(err)
	case err != nil:
		return nil, err
	case !root.Has(propertyStream):
		return nil, mark.Errorf(mark.Unsupported, "This file is built like an Outlook message and holds none. Save it as PDF in the program that made it and add that.")
	}
	m := read(root, 32, 0)
	return m, ctx.Err()
}

// shown returns the message as a mail program shows it, and where its body
// begins.
func (m *message) shown() (text string, at int, err error) {
	body := m.text()
	if len(body) > maxBody {
		return "", 0, mark.Errorf(mark.TooBig, "This message has more than %d MB of text; it was not read.", maxBody>>20)
	}
	var out strings.Builder
	for _, l := range m.header() {
		out.WriteString(l.name + ": " + l.value + "\n")
	}
	if names := m.fileNames(); len(names) > 0 {
		out.WriteString("Attachments: " + strings.Join(names, ", ") + "\n")
	}
	head := clean(out.String())
	text = clean(head + "\n" + body)
	return text, min(len(head)+1, len(text)), nil
}

// locked reports whether the text is inside an encrypted attachment.
func (m *message) locked() bool {
	class := strings.ToUpper(m.class)
	if slices.ContainsFunc(m.files, func(f file) bool { return f.signed != nil }) {
		return false
	}
	return class == "IPM.NOTE.SMIME" || strings.HasPrefix(class, "IPM.NOTE.SECURE") || strings.Contains(class, ".RPMSG.")
}

// text returns the body in the first form that there is: plain, web page, rich
// text.
func (m *message) text() string {
	if s := m.plain(); strings.TrimSpace(s) != "" {
		return s
	}
	if s := m.html(); s != "" {
		s, _ = typeset.HTML(strings.NewReader(s))
		return s
	}
	packed, err := m.binary(tagRTF)
	if errors.Is(err, compound.ErrMissing) {
		return ""
	}
	raw, unpackErr := letters.UnpackRTF(packed, maxBody)
	if err != nil || unpackErr != nil {
		m.note("The message is damaged: its text could not be read to its end.")
	}
	s, _, _ := typeset.RTF(raw)
	return s
}

// clean ends every line with a line feed alone and drops blank space at the end.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\x00", "")
	if s = strings.TrimRight(strings.ToValidUTF8(s, "\ufffd"), " \t\r\n"); s == "" {
		return ""
	}
	return s + "\n"
}
