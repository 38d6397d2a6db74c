package similar

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

	mark "markai/backend"
)

// Facts are what tells whether two documents are versions of one.
type Facts struct {
	Name    string // of the file
	Title   string // may be empty
	Parties []string
	Sketch  mark.Sketch
}

const (
	// certain is from where on the texts alone say that two documents are
	// versions of one; filled-in forms and contracts from one template lie below.
	certain = 0.97
	// likely is from where on they are when their names or titles agree too.
	likely = 0.6
)

// Versions reports whether two documents are versions of one: nearly the same
// text, or much the same text under the same name or title. Documents from one
// template with different parties are not.
func Versions(a, b Facts) bool {
	alike := Alike(a.Sketch, b.Sketch)
	if alike < likely || strangers(a.Parties, b.Parties) {
		return false
	}
	return alike >= certain || sameName(a.Name, b.Name) || sameTitle(a.Title, b.Title) && alike >= (likely+certain)/2
}

// strangers reports whether both documents name parties and none is in both.
func strangers(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	return !slices.ContainsFunc(a, func(p string) bool {
		return slices.ContainsFunc(b, func(q string) bool { return strings.EqualFold(letters(p), letters(q)) })
	})
}

// marks are what a file's name has for its version: numbers, dates, and words
// such as draft or final.
var marks = regexp.MustCompile(`(?i)\b(v|ver|version|rev|revised|draft|final|clean|redline|redlined|blackline|comments?|signed|executed|execution|copy|new|old|edit|edited|edits|markup|compare)\b`)

// sameName reports whether two files' names differ in marks of versions only.
// Both must have something besides.
func sameName(a, b string) bool {
	x, y := stem(a), stem(b)
	return len(x) >= 3 && x == y
}

func stem(name string) string {
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return ' '
		}
		return unicode.ToLower(r)
	}, name)
	return strings.Join(strings.Fields(marks.ReplaceAllString(name, " ")), " ")
}

func sameTitle(a, b string) bool {
	a, b = letters(a), letters(b)
	return len(a) >= 8 && strings.EqualFold(a, b)
}

// letters leaves out of s what is neither letter nor digit.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}
