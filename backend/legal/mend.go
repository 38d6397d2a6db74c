package legal

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mended is a text in which the words that a line's end divides are whole:
// "agree-\nment" reads "agreement\n". The text itself stays what it is; offsets
// lead back to it.
type Mended struct {
	Text string
	cuts []cut
	also string // the other reading of each divided word
}

// cut is a hyphen with the line's end behind it that Text leaves out.
type cut struct {
	at        int // in Text: where the second half begins
	from, end int // in the text that was mended
}

// Mend makes the words of a text whole that a hyphen at a line's end divides. A
// hyphen that the word has in any case, as in "non-\ncompete", stays: which of
// both it is can be told of few words, so Indexed gives the other reading too.
func Mend(text string) Mended {
	m := Mended{Text: text}
	if !strings.ContainsAny(text, "\n") {
		return m
	}
	var b, also strings.Builder
	done := 0
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '\n')
		if i < 0 {
			break
		}
		i += at
		at = i + 1
		hyphen, next, ok := divided(text, i)
		if !ok {
			continue
		}
		left, right := wordBefore(text[:hyphen]), wordAfter(text[next:])
		if utf8.RuneCountInString(left) < 2 || utf8.RuneCountInString(right) < 2 || compounds[strings.ToLower(left)] {
			also.WriteString(" " + left + right) // the hyphen parts the two words of the text
			continue
		}
		also.WriteString(" " + left + " " + right)
		b.WriteString(text[done:hyphen])
		m.cuts = append(m.cuts, cut{b.Len(), hyphen, next})
		done, at = next, next
	}
	m.also = also.String()
	if len(m.cuts) > 0 {
		b.WriteString(text[done:])
		m.Text = b.String()
	}
	return m
}

// compounds are the first halves of words that keep their hyphen; each is no
// beginning of an undivided word that is common.
var compounds = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`non self well third first second long short full half high low cross year month day
		court state arms good bona pro quasi vice ex all so one two three four five six ten twenty thirty forty fifty sixty ninety`) {
		m[w] = true
	}
	return m
}()

// divided reports whether the line that ends at i ends inside a word: where its
// hyphen stands and where the word goes on, with a small letter.
func divided(text string, i int) (hyphen, next int, ok bool) {
	end := len(strings.TrimRight(text[:i], " \t\r"))
	r, n := utf8.DecodeLastRuneInString(text[:end])
	if r != '-' && r != '‐' && r != '\u00ad' {
		return 0, 0, false
	}
	hyphen = end - n
	before, _ := utf8.DecodeLastRuneInString(text[:hyphen])
	if !unicode.IsLetter(before) {
		return 0, 0, false
	}
	const apart = 12 // white space between the halves: where a page ends there are empty lines
	next = i + 1
	for next < len(text) && next-i < apart && strings.IndexByte(" \t\r\n", text[next]) >= 0 {
		next++
	}
	after, _ := utf8.DecodeRuneInString(text[next:])
	return hyphen, next, unicode.IsLower(after)
}

// MendAcross returns the word whose halves end one text and begin the next, as
// where a page ends inside it; "" where there is none.
func MendAcross(before, after string) string {
	const most = 64 // bytes of a half
	before = strings.TrimRight(before, " \t\r\n")
	after = strings.TrimLeft(after, " \t\r\n")
	before = before[max(0, len(before)-most):] + "\n"
	hyphen, next, ok := divided(before+after[:min(len(after), most)], len(before)-1)
	if !ok {
		return ""
	}
	left, right := wordBefore(before[:hyphen]), wordAfter(after[:min(len(after), most)][next-len(before):])
	if left == "" || right == "" {
		return ""
	}
	return left + right
}

func wordBefore(s string) string {
	i := len(s)
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) {
			break
		}
		i -= n
	}
	return s[i:]
}

func wordAfter(s string) string {
	i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
	if i < 0 {
		return s
	}
	return s[:i]
}

// Indexed returns what a word index reads in place of the text: Text, and
// behind it the other reading of every divided word. It is the text itself
// where nothing is divided.
func (m Mended) Indexed() string {
	if m.also == "" {
		return m.Text
	}
	return m.Text + "\n" + m.also
}

// Source returns where the bytes from start to end of Text stand in the text
// that was mended. A word's place is that of both its halves.
func (m Mended) Source(start, end int) (int, int) {
	if start >= end {
		s := m.source(start)
		return s, s
	}
	return m.source(start), m.source(end-1) + 1
}

func (m Mended) source(i int) int {
	k := sort.Search(len(m.cuts), func(k int) bool { return m.cuts[k].at > i })
	if k == 0 {
		return i
	}
	c := m.cuts[k-1]
	return c.end + i - c.at
}

// MendedWords returns the words of a text as Words does, those whole that a
// line's end divides.
func MendedWords(text string) []Word {
	m := Mend(text)
	words := Words(m.Text)
	if len(m.cuts) == 0 {
		return words
	}
	for i, w := range words {
		words[i].Start, words[i].End = m.Source(w.Start, w.End)
	}
	return words
}
