package cite

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Range is a half-open range of bytes.
type Range struct{ Start, End int }

// abbreviations end in a point that ends no sentence.
var abbreviations = set(`v vs nos inc ltd llc corp co cos bros jr sr mr mrs ms dr prof hon esq st ave blvd rd dept
dist div ed eds al art arts sec secs sect para paras pp p vol ch cl app appx exh ex fig figs cf id ibid supra infra
e.g i.e u.s u.s.c u.k n.a s.a s.p.a a.g p.c p.a l.p l.l.c l.l.p b.v n.v d.c f.2d f.3d f supp fed reg stat cir ct cal
n.y tex fla ill mass pa del mich wash va md minn ariz colo conn ga ind kan ky la me mo mont neb nev okla or tenn
utah vt wis wyo jan feb mar apr jun jul aug sept sep oct nov dec approx est tel attn viz et seq ss rev rul treas`)

// clauseStart matches the beginning of a numbered clause on a new line.
var clauseStart = regexp.MustCompile(`^[ \t]*(?:(?:ARTICLE|Article|SECTION|Section|Sec\.|§)[ \t]*[0-9IVXivx]+|\(?[0-9]{1,3}(?:\.[0-9]{1,3})*[.)]?[ \t]+["“(]?\p{Lu}|[0-9]{1,3}(?:\.[0-9]{1,3})+[.)]?[ \t]|\([a-zA-Z]{1,4}\)[ \t])`)

// Sentences cuts a text into sentences. They are in order, do not overlap, have
// no space at their ends, and leave out nothing but space. It knows that legal
// text is full of points that end nothing ("Acme Corp. v. Smith, No. 12-345"),
// and that a numbered clause, a row of a table (its cells stand apart by tabs) or
// an empty line begins something new.
func Sentences(text string) []Range {
	var out []Range
	start := 0
	add := func(end int) {
		a, b := trim(text, start, end)
		if a < b {
			out = append(out, Range{a, b})
		}
		start = end
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == '\f':
			add(i + n)
		case r == '\n':
			if breaksParagraph(text, i) || endsRow(text, i) || clauseStart.MatchString(text[i+n:min(len(text), i+n+80)]) {
				add(i + n)
			}
		case r == '.' || r == '?' || r == '!':
			if end, ok := endsSentence(text, start, i, r); ok {
				add(end)
				i = end
				continue
			}
		}
		i += n
	}
	add(len(text))
	return out
}

// breaksParagraph reports whether only space stands between the newline at i
// and the next one.
func breaksParagraph(text string, i int) bool {
	rest := text[i+1:]
	next := strings.IndexByte(rest, '\n')
	return next >= 0 && strings.TrimSpace(rest[:next]) == ""
}

// endsRow reports whether the newline at i stands between rows of a table.
func endsRow(text string, i int) bool {
	line := text[strings.LastIndexByte(text[:i], '\n')+1 : i]
	next, _, _ := strings.Cut(text[i+1:], "\n")
	return strings.Contains(strings.TrimSpace(line), "\t") && strings.Contains(strings.TrimSpace(next), "\t")
}

// endsSentence reports whether the mark r at i ends the sentence that began at
// start, and where what follows begins.
func endsSentence(text string, start, i int, r rune) (int, bool) {
	end := i + 1
	for end < len(text) { // closing quotes and brackets belong to the sentence
		c, n := utf8.DecodeRuneInString(text[end:])
		if !strings.ContainsRune(`"'”’)]`, c) {
			break
		}
		end += n
	}
	if end >= len(text) {
		return len(text), true
	}
	after := strings.TrimLeftFunc(text[end:], unicode.IsSpace)
	if len(after) == len(text)-end {
		return 0, false // no space behind: 3.14, example.com
	}
	next, _ := utf8.DecodeRuneInString(after)
	if !unicode.IsUpper(next) && !unicode.IsDigit(next) && !strings.ContainsRune(`"“'‘([§•-–—`, next) {
		return 0, false
	}
	if r != '.' {
		return end, true
	}
	word := lastWord(text[start:i])
	switch {
	case word == "", end > i+1: // nothing to abbreviate, or quotes close behind it
		return end, true
	case strings.EqualFold(word, "no"):
		return end, !unicode.IsDigit(next)
	case abbreviations[strings.ToLower(word)]:
		return 0, false
	case utf8.RuneCountInString(word) == 1 && unicode.IsUpper([]rune(word)[0]):
		return 0, false // an initial
	case isClauseNumber(word) && strings.TrimSpace(text[start:i]) == word:
		return 0, false // the number of the clause that follows
	}
	return end, true
}

// lastWord returns the run of letters, digits and points at the end of s.
func lastWord(s string) string {
	i := strings.LastIndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.'
	})
	if i >= 0 {
		_, n := utf8.DecodeRuneInString(s[i:])
		s = s[i+n:]
	}
	return s
}

func isClauseNumber(word string) bool {
	digits := 0
	for _, r := range word {
		if unicode.IsDigit(r) {
			digits++
		} else if r != '.' && !strings.ContainsRune("IVXivxabcdABCD", r) {
			return false
		}
	}
	return digits > 0 || len(word) <= 5
}

func trim(text string, a, b int) (int, int) {
	s := strings.TrimLeftFunc(text[a:b], unicode.IsSpace)
	a = b - len(s)
	return a, a + len(strings.TrimRightFunc(s, unicode.IsSpace))
}
