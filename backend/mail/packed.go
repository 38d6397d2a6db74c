package mail

import (
	"bytes"
	"context"
	"io"
	"iter"
	"path/filepath"
	"strings"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/typeset"
)

// Entries opens calendar files (.ics), cards of address books (.vcf), and what
// Outlook packs a message into (winmail.dat).
type Entries struct{}

var _ mark.Parser = Entries{}

// maxEntryFile bounds a calendar or an address book.
const maxEntryFile = 64 << 20

// Score knows the three by their first bytes.
func (Entries) Score(_ string, head []byte) int {
	switch {
	case letters.IsCalendar(head), letters.IsCard(head), bytes.HasPrefix(head, []byte(letters.TNEFMagic)):
		return 90
	}
	return 0
}

// Open reads the file and lays it out.
func (Entries) Open(ctx context.Context, f mark.File) (mark.Source, error) {
	limit := int64(maxEntryFile)
	if strings.EqualFold(filepath.Ext(f.Name), ".dat") || strings.EqualFold(filepath.Ext(f.Name), ".tnef") {
		limit = maxAttachment
	}
	if f.Size > limit {
		return nil, mark.Errorf(mark.TooBig, "This file has %d MB, and %d MB are read at most. Split it and add the parts.", f.Size>>20, limit>>20)
	}
	raw, err := io.ReadAll(&contextReader{ctx, io.NewSectionReader(f.Data, 0, f.Size)})
	if err != nil {
		return nil, err
	}
	info := mark.SourceInfo{Kind: mark.KindText}
	switch {
	case letters.IsCalendar(raw):
		text, title, day := letters.Calendar(decode(raw))
		info.Title, info.Meta = title, mark.Meta{Type: mark.TypeCalendarRecord, Date: day}
		return typeset.NewSource(clean(text), info, nil), nil
	case letters.IsCard(raw):
		text, title := letters.Cards(decode(raw))
		info.Title = title
		return typeset.NewSource(clean(text), info, nil), nil
	}
	t, err := letters.ParseTNEF(raw)
	if err != nil {
		return nil, mark.Errorf(mark.Unsupported, "This file holds nothing that Outlook packed. Save it as PDF in the program that made it and add that.").Because(err)
	}
	w := &walker{head: mark.MailHead{Subject: t.Subject}}
	w.files(t)
	head := "Attachments: " + strings.ReplaceAll(strings.Join(w.names, ", "), "\x00", "") + "\n"
	if len(w.names) == 0 {
		head = ""
	}
	if s := strings.Join(strings.Fields(strings.ReplaceAll(t.Subject, "\x00", "")), " "); s != "" {
		head = "Subject: " + s + "\n" + head
	}
	text := clean(head + "\n" + packed(t))
	at := min(len(head)+1, len(text))
	info.Kind, info.Title, info.Notes = mark.KindMail, t.Subject, w.notes
	info.Meta = letters.Meta(w.head, text[at:], w.hashes)
	files := func(context.Context) iter.Seq2[mark.Attachment, error] {
		return func(yield func(mark.Attachment, error) bool) { (&walker{yield: yield}).files(t) }
	}
	return shown(text, at, info, files), ctx.Err()
}
