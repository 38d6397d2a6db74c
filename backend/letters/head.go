package letters

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	netmail "net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	mark "markai/backend"
)

// The limits of what is kept of a head.
const (
	maxPeople     = 2_000
	maxReferences = 500
)

// People splits a list of addresses. Commas and semicolons in quotation marks,
// in brackets and in comments do not split. decode is applied to each.
func People(list string, decode func(string) string) []string {
	var out []string
	quoted, depth, start := false, 0, 0
	take := func(end int) {
		if s := strings.Join(strings.Fields(decode(list[start:end])), " "); s != "" && len(out) < maxPeople {
			out = append(out, s)
		}
	}
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '<' || c == '(':
			depth++
		case c == '>' || c == ')':
			depth = max(0, depth-1)
		case (c == ',' || c == ';') && depth == 0:
			take(i)
			start = i + 1
		}
	}
	take(len(list))
	return out
}

// Identifier returns the first identifier of a message in s, without brackets.
func Identifier(s string) string {
	if ids := Identifiers(s); len(ids) > 0 {
		return ids[0]
	}
	return ""
}

// Identifiers returns the identifiers of messages in s, in order, without
// brackets. Where there are none in brackets it takes words that look like one.
func Identifiers(s string) []string {
	var out []string
	for rest := s; len(out) < maxReferences; {
		_, after, ok := strings.Cut(rest, "<")
		id, tail, closed := strings.Cut(after, ">")
		if !ok || !closed {
			break
		}
		if id = strings.Join(strings.Fields(id), ""); id != "" {
			out = append(out, id)
		}
		rest = tail
	}
	if out != nil {
		return out
	}
	for _, w := range strings.Fields(s) {
		if strings.Contains(w, "@") && len(out) < maxReferences {
			out = append(out, strings.Trim(w, "<>,;"))
		}
	}
	return out
}

// dates are ways of writing a date that mail has and net/mail does not read.
var dates = []string{
	"Mon, 2 Jan 2006 15:04:05", "2 Jan 2006 15:04:05", "Mon Jan _2 15:04:05 2006", "Mon Jan _2 15:04:05 MST 2006", "Mon Jan _2 15:04:05 -0700 2006",
	"Mon, 2 Jan 2006 15:04 -0700", "Monday, January 2, 2006 3:04 PM", "2006-01-02 15:04:05", time.RFC3339,
	"1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "1/2/2006 15:04:05", "1/2/2006 15:04",
}

// Date reads the date of a message; the zero time when it cannot be read. A
// date without a zone is taken for UTC.
func Date(s string) time.Time {
	s = strings.Join(strings.Fields(s), " ")
	t, err := netmail.ParseDate(s)
	for i := 0; err != nil && i < len(dates); i++ {
		t, err = time.Parse(dates[i], s)
	}
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t
}

// Meta is what a message says of itself. files are the SHA-256 of what is
// attached, hexadecimal.
func Meta(head mark.MailHead, body string, files []string) mark.Meta {
	m := mark.Meta{Type: mark.TypeMail, Author: head.From, Mail: &head, ContentHash: ContentHash(head, body, files)}
	if !head.Sent.IsZero() {
		m.Date = head.Sent.Format(time.DateOnly)
	}
	return m
}

var address = regexp.MustCompile(`[^\s<>"(),;:']+@[^\s<>"(),;:']+`)

// ContentHash is equal for messages that say the same: subject, sender's
// address, minute, the letters and digits of the body, and attachments. Two
// exports of one message differ in the rest. It is empty for a message without
// a text and attachments.
func ContentHash(head mark.MailHead, body string, files []string) string {
	h := sha256.New()
	letters := squeeze(h, body)
	if letters == 0 && len(files) == 0 {
		return ""
	}
	from := strings.ToLower(head.From)
	if a := address.FindString(from); a != "" {
		from = a
	}
	sent := ""
	if !head.Sent.IsZero() {
		sent = head.Sent.UTC().Format("2006-01-02T15:04")
	}
	files = slices.Clone(files)
	slices.Sort(files)
	for _, part := range append([]string{strconv.Itoa(letters), from, sent, strings.Join(strings.Fields(strings.ToLower(head.Subject)), " ")}, files...) {
		io.WriteString(h, "\x00"+part) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))
}

// squeeze hashes the letters and digits of s and returns how many bytes they are.
func squeeze(h hash.Hash, s string) int {
	n := 0
	buf := make([]byte, 0, 4096)
	for _, r := range s {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			continue
		}
		before := len(buf)
		buf = append(buf, string(unicode.ToLower(r))...)
		n += len(buf) - before
		if len(buf) > 4000 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
	return n
}
