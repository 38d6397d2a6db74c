package cli

import (
	"io"
	"strings"
	"unicode"
)

// printable writes text for people. Documents and their names come from
// outside: what would steer the terminal becomes a visible mark. JSON keeps
// every character and needs no such care.
type printable struct{ w io.Writer }

// Write takes whole strings, as package fmt gives them.
func (p printable) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.w, visible(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

// visible replaces the control characters that are not white space.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\f' {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
