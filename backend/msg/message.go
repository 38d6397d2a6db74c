package msg

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/compound"
	"markai/backend/letters"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
)

// message is one message of the file: the outermost, or one inside another.
type message struct {
	bag
	class   string
	subject string
	date    time.Time
	from    string
	id      string      // Message-ID
	answers string      // of the message that this one answers
	thread  []string    // References
	people  [4][]string // by type: 1 to, 2 cc, 3 bcc
	files   []file
	depth   int
	notes   []string
}

// file is one attachment.
type file struct {
	bag
	name   string
	inner  *compound.Storage // set when it is a message or an object
	signed []byte            // the message in it, when it is a signed one
}

// line is one line of a header.
type line struct{ name, value string }

// read reads the properties of the message in dir, whose property stream has
// a header of so many bytes.
func read(dir *compound.Storage, header, depth int) *message {
	m := &message{bag: newBag(dir, header, charmap.Windows1252), depth: depth}
	m.class, m.subject = m.line(tagClass), m.line(tagSubject)
	m.date = m.time(tagSent, tagDelivered, tagCreated)
	m.id, m.answers, m.thread = letters.Identifier(m.line(tagMessageID)), letters.Identifier(m.line(tagInReplyTo)), letters.Identifiers(m.line(tagReferences))
	m.from = person(m.first(tagSenderOfName, tagSenderName), m.first(tagSenderOfSMTP, tagSenderSMTP, tagSenderOf, tagSender))
	for _, s := range dir.Storages {
		switch {
		case strings.HasPrefix(s.Name, "__recip_version1.0_"):
			m.recipient(s)
		case strings.HasPrefix(s.Name, "__attach_version1.0_"):
			m.attachment(s)
		}
	}
	for kind, shown := range []uint16{1: tagShownTo, 2: tagShownCc, 3: tagShownBcc} {
		if s := m.line(shown); kind > 0 && len(m.people[kind]) == 0 && s != "" {
			m.people[kind] = []string{s}
		}
	}
	return m
}

// note adds a sentence once.
func (m *message) note(s string) {
	if !slices.Contains(m.notes, s) {
		m.notes = append(m.notes, s)
	}
}

// recipient takes one recipient in.
func (m *message) recipient(dir *compound.Storage) {
	b := newBag(dir, 8, m.enc)
	kind, said := b.fixed[tagRecipientType]
	if kind = kind & 0xf; !said || kind < 1 || kind > 3 {
		kind = 1
	}
	if who := person(b.line(tagName), b.first(tagSMTP, tagAddress)); who != "" && len(m.people[kind]) < maxPeople {
		m.people[kind] = append(m.people[kind], who)
	}
}

// person writes a name and an address as one. An address that is none of the
// Internet, as Exchange keeps them, is left out beside a name.
func person(name, address string) string {
	name, address = strings.Trim(name, `'"`), strings.Trim(address, "'")
	switch {
	case name == "", strings.EqualFold(name, address):
		return address
	case !strings.Contains(address, "@"), strings.Contains(name, "<"+address+">"):
		return name
	}
	return name + " <" + address + ">"
}

// header returns the lines that people read.
func (m *message) header() []line {
	var date string
	if !m.date.IsZero() {
		date = m.date.Format(time.RFC1123Z)
	}
	var out []line
	for _, l := range []line{
		{"From", m.from}, {"To", strings.Join(m.people[1], ", ")}, {"Cc", strings.Join(m.people[2], ", ")},
		{"Bcc", strings.Join(m.people[3], ", ")}, {"Date", date}, {"Subject", m.subject},
	} {
		if l.value != "" {
			out = append(out, l)
		}
	}
	return out
}

// head returns the head as documents carry it.
func (m *message) head() mark.MailHead {
	return mark.MailHead{
		MessageID: m.id, InReplyTo: m.answers, References: m.thread,
		From: m.from, To: m.people[1], CC: m.people[2], Subject: m.subject, Sent: m.date,
	}
}

// plain returns the body's plain form.
func (m *message) plain() string { return m.string(tagBody) }

// html returns the body's form as a web page, decoded.
func (m *message) html() string {
	raw, err := m.binary(tagHTML)
	if errors.Is(err, compound.ErrMissing) {
		return m.string(tagHTML)
	}
	if err != nil {
		m.note("The message is damaged: its text could not be read to its end.")
	}
	if n, ok := m.fixed[tagInternetCode]; ok {
		if enc := codePage(uint32(n), nil); enc != nil {
			return decode(raw, enc)
		}
	}
	enc, _, _ := charset.DetermineEncoding(raw, "text/html")
	return decode(raw, enc)
}

// decoration is the size in bytes under which a picture inside the text is
// taken for a logo.
const decoration = 20 << 10

// attachment takes one attachment in.
func (m *message) attachment(dir *compound.Storage) {
	if len(m.files) >= maxFiles {
		m.note("The message has more than " + strconv.Itoa(maxFiles) + " attachments; the others were left out.")
		return
	}
	f := file{bag: newBag(dir, 8, m.enc)}
	mime := strings.ToLower(f.line(tagMIME))
	name := mark.FileName(f.first(tagLongName, tagShortName, tagName))
	if f.inner = dir.Storage(stream(tagData, typeObject)); f.inner != nil {
		if !f.inner.Has(propertyStream) {
			return // a drawing or a chart of another program, inside the text
		}
		subject := mark.FileName(strings.ReplaceAll(newBag(f.inner, 24, m.enc).line(tagSubject), "/", "-"))
		if name = subject; name == "" {
			name = "Message " + strconv.Itoa(len(m.files)+1)
		}
		f.name = name + ".eml"
		m.files = append(m.files, f)
		return
	}
	switch {
	case f.line(tagContentID) != "" && strings.HasPrefix(mime, "image/") && f.size() < decoration:
		return
	case f.unwrap(mime, name):
		name = "Signed message.eml"
	case mime == "multipart/signed":
		name = "Signed message.eml" // the attachment is a whole message
	case name == "":
		name = "Attachment " + strconv.Itoa(len(m.files)+1)
	}
	f.name = name
	m.files = append(m.files, f)
}

// unwrap reports whether the attachment holds a message that is signed and not
// encrypted, and keeps it. The signature is not checked.
func (f *file) unwrap(mime, name string) bool {
	if !strings.Contains(mime, "pkcs7-mime") && !strings.EqualFold(name, "smime.p7m") {
		return false
	}
	raw, err := f.binary(tagData)
	if err != nil {
		return false
	}
	content, kind := letters.Unseal(raw)
	if kind == letters.Signed {
		f.signed = content
	}
	return f.signed != nil
}

// size returns how many bytes the attachment has, 0 when it cannot be read.
func (f file) size() int {
	raw, err := f.binary(tagData)
	if err != nil {
		return 0
	}
	return len(raw)
}

// fileNames names the attachments.
func (m *message) fileNames() []string {
	var out []string
	for _, f := range m.files {
		if !m.seal(f) {
			out = append(out, f.name)
		}
	}
	return out
}

// seal reports whether an attachment is what the message was encrypted into.
func (m *message) seal(f file) bool {
	name := strings.ToLower(f.name)
	return m.locked() && (strings.HasSuffix(name, ".p7m") || strings.HasSuffix(name, ".rpmsg"))
}

// handOut yields the attachments.
func (m *message) handOut(ctx context.Context, yield func(mark.Attachment, error) bool) {
	for _, f := range m.files {
		if err := ctx.Err(); err != nil {
			yield(mark.Attachment{}, err)
			return
		}
		if m.seal(f) {
			continue
		}
		data, err := m.bytes(f)
		if !yield(mark.Attachment{Name: f.name, Data: data}, err) {
			return
		}
	}
}

// bytes returns what is in the attachment.
func (m *message) bytes(f file) ([]byte, error) {
	if f.inner != nil {
		if m.depth >= maxDepth {
			return nil, mark.Errorf(mark.TooBig, "The message %s lies inside more than %d others and was not read.", f.name, maxDepth)
		}
		return read(f.inner, 24, m.depth+1).eml()
	}
	if f.signed != nil {
		return f.signed, nil
	}
	data, err := f.binary(tagData)
	switch {
	case errors.Is(err, compound.ErrMissing):
		return nil, mark.Errorf(mark.Unsupported, "The message only refers to the attachment %s and does not hold it. Add the file itself.", f.name)
	case err != nil:
		return nil, mark.Errorf(mark.Damaged, "The attachment %s is damaged. Save the message again in Outlook.", f.name).Because(err)
	}
	return data, nil
}
