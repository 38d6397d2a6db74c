package letters

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
	"time"

	"golang.org/x/net/html/charset"
)

// maxEntries bounds the events or cards that are read of one file.
const maxEntries = 20_000

// property is one content line of a calendar or an address book (RFC 5545,
// RFC 6350), unfolded.
type property struct {
	name   string // upper case, without a group
	params string
	value  string
}

// param returns a parameter, without quotation marks.
func (p property) param(name string) string {
	for s := range strings.SplitSeq(p.params, ";") {
		if k, v, ok := strings.Cut(s, "="); ok && strings.EqualFold(k, name) {
			return strings.Trim(v, `"`)
		}
	}
	return ""
}

// text returns the value as people read it.
func (p property) text() string {
	v := p.value
	if strings.EqualFold(p.param("ENCODING"), "QUOTED-PRINTABLE") {
		raw, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(v)))
		if err == nil {
			v = string(raw)
			if r, err := charset.NewReaderLabel(p.param("CHARSET"), strings.NewReader(v)); err == nil {
				if dec, err := io.ReadAll(r); err == nil {
					v = string(dec)
				}
			}
		}
	}
	return strings.TrimSpace(unescape.Replace(strings.ToValidUTF8(v, "\ufffd")))
}

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", "\r", "", "\x00", "")

// properties yields the content lines of s.
func properties(s string, yield func(property) bool) {
	var b strings.Builder
	flush := func() bool {
		head, value, ok := cutOutsideQuotes(b.String())
		b.Reset()
		if !ok {
			return true
		}
		name, params, _ := strings.Cut(head, ";")
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			name = name[i+1:]
		}
		return yield(property{strings.ToUpper(strings.TrimSpace(name)), params, value})
	}
	soft := false // a quoted-printable value goes on in the next line
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case soft:
			b.WriteString("\n" + line)
		case line != "" && (line[0] == ' ' || line[0] == '\t'):
			b.WriteString(line[1:])
		default:
			if b.Len() > 0 && !flush() {
				return
			}
			b.WriteString(line)
		}
		head, _, _ := strings.Cut(b.String()[:min(b.Len(), 300)], ":")
		soft = strings.HasSuffix(line, "=") && strings.Contains(strings.ToUpper(head), "QUOTED-PRINTABLE")
	}
	if b.Len() > 0 {
		flush()
	}
}

// cutOutsideQuotes cuts a content line at its colon.
func cutOutsideQuotes(s string) (head, value string, ok bool) {
	quoted := false
	for i := range len(s) {
		switch s[i] {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				return s[:i], s[i+1:], true
			}
		}
	}
	return "", "", false
}

// IsCalendar and IsCard know a file by its beginning.
func IsCalendar(head []byte) bool { return beginsWith(head, "BEGIN:VCALENDAR") }

// IsCard knows an address book's card by its beginning.
func IsCard(head []byte) bool { return beginsWith(head, "BEGIN:VCARD") }

func beginsWith(head []byte, want string) bool {
	s := strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n")
	return len(s) >= len(want) && strings.EqualFold(s[:len(want)], want)
}

// Calendar returns the events and tasks of a calendar file as text, and the
// title and the day of the first.
func Calendar(s string) (text, title, day string) {
	var (
		out    strings.Builder
		fields map[string][]string
		order  []string
		n      int
		method string
	)
	add := func(label, value string) {
		if value == "" || fields == nil {
			return
		}
		if fields[label] == nil {
			order = append(order, label)
		}
		fields[label] = append(fields[label], value)
	}
	kinds := map[string]string{"VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Journal entry"}
	kind, depth := "", 0
	properties(s, func(p property) bool {
		if p.name == "BEGIN" || p.name == "END" {
			inner := strings.ToUpper(strings.TrimSpace(p.value))
			switch {
			case p.name == "BEGIN" && fields == nil && kinds[inner] != "":
				kind, fields, order = kinds[inner], map[string][]string{}, nil
			case p.name == "BEGIN" && fields != nil:
				depth++ // an alarm
			case p.name == "END" && depth > 0:
				depth--
			case p.name == "END" && fields != nil:
				if n++; n == 1 {
					title = strings.Join(fields["summary"], " ")
					if f := fields["Begins"]; f != nil && len(f[0]) >= 10 {
						day = f[0][:10]
					}
				}
				writeEvent(&out, kind, method, fields, order)
				fields = nil
			}
			return n < maxEntries
		}
		if depth > 0 {
			return true
		}
		switch p.name {
		case "METHOD":
			method = strings.ToLower(p.text())
		case "SUMMARY":
			add("summary", p.text())
		case "DTSTART":
			add("Begins", moment(p))
		case "DTEND":
			add("Ends", moment(p))
		case "DUE":
			add("Due", moment(p))
		case "DURATION":
			add("Lasts", p.text())
		case "LOCATION":
			add("Where", p.text())
		case "ORGANIZER":
			add("Organizer", who(p))
		case "ATTENDEE":
			add("Attendees", who(p))
		case "STATUS":
			add("Status", strings.ToLower(p.text()))
		case "RRULE":
			add("Repeats", p.text())
		case "UID":
			add("Identifier", p.text())
		case "DESCRIPTION", "COMMENT":
			add("description", p.text())
		}
		return true
	})
	return out.String(), title, day
}

// writeEvent writes one event, its description below the other fields.
func writeEvent(out *strings.Builder, kind, method string, fields map[string][]string, order []string) {
	if out.Len() > 0 {
		out.WriteString("\n")
	}
	if method != "" && method != "publish" {
		kind += " (" + method + ")"
	}
	fmt.Fprintf(out, "%s: %s\n", kind, strings.Join(fields["summary"], " "))
	for _, label := range order {
		if label != "summary" && label != "description" {
			fmt.Fprintf(out, "%s: %s\n", label, strings.Join(fields[label], ", "))
		}
	}
	if d := strings.Join(fields["description"], "\n\n"); d != "" {
		out.WriteString("\n" + d + "\n")
	}
}

// moment returns a date or a time as ISO 8601 with the zone that is named.
func moment(p property) string {
	v := strings.TrimSpace(p.value)
	zone := p.param("TZID")
	if zone != "" {
		zone = " " + zone
	}
	for _, f := range []struct{ in, out string }{{"20060102T150405Z", "2006-01-02 15:04 UTC"}, {"20060102T150405", "2006-01-02 15:04" + zone}, {"20060102", "2006-01-02"}} {
		if t, err := time.Parse(f.in, v); err == nil {
			if zone != "" && strings.HasSuffix(f.out, zone) {
				return t.Format("2006-01-02 15:04") + zone
			}
			return t.Format(f.out)
		}
	}
	return p.text()
}

// who returns a person of an event.
func who(p property) string {
	addr := p.text()
	if len(addr) > 7 && strings.EqualFold(addr[:7], "mailto:") {
		addr = addr[7:]
	}
	name := strings.ToValidUTF8(p.param("CN"), "\ufffd")
	if name != "" && !strings.EqualFold(name, addr) {
		addr = name + " <" + addr + ">"
	}
	if said := map[string]string{"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}[strings.ToUpper(p.param("PARTSTAT"))]; said != "" {
		addr += " (" + said + ")"
	}
	return addr
}

// Cards returns the cards of an address book as text, and the first one's name.
func Cards(s string) (text, title string) {
	var out strings.Builder
	n, open := 0, false
	labels := map[string]string{
		"FN": "Name", "ORG": "Organization", "TITLE": "Title", "ROLE": "Role", "EMAIL": "E-mail", "TEL": "Telephone",
		"ADR": "Address", "URL": "Web", "NOTE": "Note", "BDAY": "Birthday",
	}
	properties(s, func(p property) bool {
		switch {
		case p.name == "BEGIN" && strings.EqualFold(strings.TrimSpace(p.value), "VCARD"):
			if open = true; n > 0 {
				out.WriteString("\n")
			}
			n++
			return n <= maxEntries
		case p.name == "END":
			open = false
		case open && labels[p.name] != "":
			v := p.text()
			if p.name == "ADR" || p.name == "ORG" {
				var parts []string
				for part := range strings.SplitSeq(v, ";") {
					if part = strings.TrimSpace(part); part != "" {
						parts = append(parts, part)
					}
				}
				v = strings.Join(parts, ", ")
			}
			if v == "" {
				break
			}
			if p.name == "FN" && title == "" {
				title = v
			}
			fmt.Fprintf(&out, "%s: %s\n", labels[p.name], v)
		}
		return true
	})
	return out.String(), title
}
