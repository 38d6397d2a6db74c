package pst

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/typeset"
)

// The properties that are read (MS-OXPROPS), by their numbers.
const (
	propSubject      = 0x0037
	propSent         = 0x0039
	propActingName   = 0x0042 // whom the sender acted for
	propActing       = 0x0065
	propHeaders      = 0x007d
	propRole         = 0x0c15
	propSenderName   = 0x0c1a
	propSender       = 0x0c1f
	propShownBcc     = 0x0e02
	propShownCc      = 0x0e03
	propShownTo      = 0x0e04
	propDelivered    = 0x0e06
	propBody         = 0x1000
	propRTF          = 0x1009
	propHTML         = 0x1013
	propMessageID    = 0x1035
	propReferences   = 0x1039
	propInReplyTo    = 0x1042
	propName         = 0x3001
	propAddress      = 0x3003
	propCreated      = 0x3007
	propData         = 0x3701
	propShortName    = 0x3704
	propLongName     = 0x3707
	propMIME         = 0x370e
	propContentID    = 0x3712
	propSMTP         = 0x39fe
	propCodePage     = 0x3fde
	propSenderSMTP   = 0x5d01
	propActingSMTP   = 0x5d02
	nodeMessage      = 0x04 // the lowest five bits of a node's number
	nodeAttachment   = 0x05
	nodeRecipients   = 0x0692
	maxRecipients    = 10_000
	maxAttached      = 2_000
	maxMessage       = 256 << 20
	maxInside        = 8 // messages inside one another
	decoration       = 20 << 10
	maxText          = 32 << 20
	widthOfBase64    = 57
	attachedMessage  = 8 // bytes of a reference to one
	lowestOfNodeKind = 0x1f
)

// letter is a message as it is written.
type letter struct {
	o       *object
	head    mark.MailHead
	bcc     []string
	headers textproto.MIMEHeader // as it travelled, if it did
}

// read reads a message's head.
func read(o *object) (letter, bool) {
	if !o.properties() {
		return letter{}, false
	}
	m := letter{o: o}
	if s := o.text(propHeaders); s != "" {
		// What is broken of it ends it.
		m.headers, _ = textproto.NewReader(bufio.NewReader(strings.NewReader(s + "\r\n\r\n"))).ReadMIMEHeader()
	}
	h := &m.head
	h.Subject = o.line(propSubject)
	h.Sent = o.time(propSent, propDelivered, propCreated)
	h.From = person(first(o, propActingName, propSenderName), first(o, propActingSMTP, propSenderSMTP, propActing, propSender))
	h.MessageID = letters.Identifier(either(o.line(propMessageID), m.headers.Get("Message-Id")))
	h.InReplyTo = letters.Identifier(either(o.line(propInReplyTo), m.headers.Get("In-Reply-To")))
	h.References = letters.Identifiers(either(o.line(propReferences), m.headers.Get("References")))
	m.recipients()
	return m, true
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func first(o *object, ids ...uint16) string {
	for _, id := range ids {
		if s := o.line(id); s != "" {
			return s
		}
	}
	return ""
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

// recipients reads whom the message went to.
func (m *letter) recipients() {
	people := [4][]string{}
	if n, ok := m.o.subs[nodeRecipients]; ok {
		if table, err := m.o.s.open(n); err == nil {
			for _, row := range table.rows(maxRecipients, propRole, propName, propSMTP, propAddress) {
				var name, smtp, address string
				role := uint32(1)
				for _, c := range row {
					switch {
					case c.id == propRole && len(c.raw) == 4:
						role = binary.LittleEndian.Uint32(c.raw) & 0xf
					case c.id == propName:
						name = textOf(c.kind, c.raw)
					case c.id == propSMTP:
						smtp = textOf(c.kind, c.raw)
					case c.id == propAddress:
						address = textOf(c.kind, c.raw)
					}
				}
				if who := person(name, either(smtp, address)); who != "" && role >= 1 && role <= 3 {
					people[role] = append(people[role], who)
				}
			}
		}
	}
	for role, shown := range map[int]uint16{1: propShownTo, 2: propShownCc, 3: propShownBcc} {
		if s := m.o.line(shown); len(people[role]) == 0 && s != "" {
			people[role] = []string{s}
		}
	}
	m.head.To, m.head.CC, m.bcc = people[1], people[2], people[3]
}

// body returns the text and its type.
func (m letter) body() (kind string, text []byte) {
	const plain = "text/plain; charset=utf-8"
	if s := m.o.text(propBody); strings.TrimSpace(s) != "" {
		return plain, []byte(s)
	}
	if p, ok := m.o.props[propHTML]; ok {
		if p.kind == kindWide || p.kind == kindANSI {
			return "text/html; charset=utf-8", []byte(m.o.text(propHTML))
		}
		if raw, err := m.o.bytes(propHTML); err == nil && len(raw) > 0 {
			kind = "text/html"
			if page, ok := m.o.long(propCodePage); ok && charsets[page] != "" {
				kind += "; charset=" + charsets[page]
			}
			return kind, raw
		}
	}
	if packed, err := m.o.bytes(propRTF); err == nil && len(packed) > 0 {
		raw, _ := letters.UnpackRTF(packed, maxText) // what there is of it
		s, _, _ := typeset.RTF(raw)
		return plain, []byte(s)
	}
	return plain, nil
}

// charsets are the names of code pages that mail is written in.
var charsets = map[uint32]string{
	65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 28592: "iso-8859-2", 28595: "iso-8859-5", 28605: "iso-8859-15",
	1250: "windows-1250", 1251: "windows-1251", 1252: "windows-1252", 1253: "windows-1253", 1254: "windows-1254", 1255: "windows-1255",
	1256: "windows-1256", 1257: "windows-1257", 1258: "windows-1258", 874: "windows-874", 20866: "koi8-r",
	932: "shift_jis", 936: "gbk", 54936: "gb18030", 949: "euc-kr", 950: "big5", 50220: "iso-2022-jp", 51932: "euc-jp",
}

// eml writes the message as other mail programs save it, attachments and all.
// The same message makes the same bytes.
func (m letter) eml(depth int) ([]byte, error) {
	var out bytes.Buffer
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "%s: %s\r\n", name, mime.QEncoding.Encode("utf-8", value))
		}
	}
	id := func(name string, ids ...string) {
		if len(ids) > 0 && ids[0] != "" {
			fmt.Fprintf(&out, "%s: <%s>\r\n", name, strings.Join(ids, ">\r\n <"))
		}
	}
	h := m.head
	field("From", h.From)
	field("To", strings.Join(h.To, ", "))
	field("Cc", strings.Join(h.CC, ", "))
	field("Bcc", strings.Join(m.bcc, ", "))
	if !h.Sent.IsZero() {
		field("Date", h.Sent.Format(time.RFC1123Z))
	}
	field("Subject", h.Subject)
	id("Message-ID", h.MessageID)
	id("In-Reply-To", h.InReplyTo)
	id("References", h.References...)
	parts := multipart.NewWriter(&out)
	// Parts are in base64, which has no "=_" within.
	if err := parts.SetBoundary(fmt.Sprintf("=_message%d", depth)); err != nil {
		return nil, err
	}
	fmt.Fprintf(&out, "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=%q\r\n\r\n", parts.Boundary())
	kind, text := m.body()
	if err := part(parts, kind, "", text); err != nil {
		return nil, err
	}
	if err := m.attachments(parts, &out, depth); err != nil {
		return nil, err
	}
	if err := parts.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// attachments writes what is attached. The message is worth more than what
// cannot be read of it, which is said in its place.
func (m letter) attachments(parts *multipart.Writer, out *bytes.Buffer, depth int) error {
	var ids []uint32
	for id := range m.o.subs {
		if id&lowestOfNodeKind == nodeAttachment {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for i, id := range ids[:min(len(ids), maxAttached)] {
		kind, name, data, err := m.attachment(id, i+1, depth)
		if err == nil && out.Len()+len(data)/3*4 > maxMessage {
			err = errTooBig
		}
		switch {
		case err != nil:
			kind, data = "text/plain; charset=utf-8", []byte("The attachment "+name+" could not be read: it is damaged or too large.\n")
			name = ""
		case data == nil:
			continue
		}
		if err := part(parts, kind, name, data); err != nil {
			return err
		}
	}
	return nil
}

// attachment reads one attachment; data are nil for what is none.
func (m letter) attachment(id uint32, n, depth int) (kind, name string, data []byte, err error) {
	kind, name = "application/octet-stream", fmt.Sprintf("Attachment %d", n)
	a, err := m.o.s.open(m.o.subs[id])
	if err != nil {
		return kind, name, nil, err
	}
	if !a.properties() {
		return kind, name, nil, errDamaged
	}
	if s := mark.FileName(first(a, propLongName, propShortName, propName)); s != "" {
		name = s
	}
	data, err = a.bytes(propData)
	if err != nil || data == nil {
		return kind, name, nil, err
	}
	if a.props[propData].kind == kindObject {
		if len(data) < attachedMessage {
			return kind, name, nil, nil
		}
		inner, ok := a.subs[binary.LittleEndian.Uint32(data)]
		if !ok || depth >= maxInside {
			return kind, name, nil, errDamaged
		}
		o, err := m.o.s.open(inner)
		if err != nil {
			return kind, name, nil, err
		}
		l, ok := read(o)
		if !ok {
			return kind, name, nil, nil // a drawing or a chart inside the text
		}
		raw, err := l.eml(depth + 1)
		if s := mark.FileName(strings.ReplaceAll(l.head.Subject, "/", "-")); s != "" {
			name = s
		}
		return "message/rfc822", name + ".eml", raw, err
	}
	if strings.HasPrefix(strings.ToLower(a.line(propMIME)), "image/") && a.line(propContentID) != "" && len(data) < decoration {
		return kind, name, nil, nil
	}
	return kind, name, data, nil
}

// part writes one part in base64.
func part(to *multipart.Writer, kind, name string, data []byte) error {
	h := textproto.MIMEHeader{"Content-Type": {kind}, "Content-Transfer-Encoding": {"base64"}}
	if name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	}
	w, err := to.CreatePart(h)
	if err != nil {
		return err
	}
	for line := range slices.Chunk(data, widthOfBase64) {
		if _, err := io.WriteString(w, base64.StdEncoding.EncodeToString(line)+"\r\n"); err != nil {
			return err
		}
	}
	return nil
}
