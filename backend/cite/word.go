package cite

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Word is one word or number of a text.
type Word struct {
	Start, End int    // bytes
	Norm       string // lower case, straight apostrophes; "12(b)(6)" and "1,000.50" are one word
	Stem       string // of Norm
}

// Words cuts a text into its words.
func Words(text string) []Word {
	out := make([]Word, 0, len(text)/6+1) // an English word and its blank have six bytes
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if !wordRune(r) && r != '§' {
			i += n
			continue
		}
		end := i + n
		for r != '§' && end < len(text) {
			next, m := utf8.DecodeRuneInString(text[end:])
			if wordRune(next) {
				end += m
				continue
			}
			if !joins(text, end, next, m) {
				break
			}
			end += m
		}
		norm := fold(text[i:end])
		out = append(out, Word{Start: i, End: end, Norm: norm, Stem: Stem(strings.TrimSuffix(norm, "'s"))})
		i = end
	}
	return out
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
}

// joins reports whether the mark r at i stays inside a word: an apostrophe
// between letters, a point or comma between digits.
func joins(text string, i int, r rune, n int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+n:])
	switch r {
	case '\'', '’':
		return unicode.IsLetter(before) && unicode.IsLetter(after)
	case '.', ',':
		return unicode.IsDigit(before) && unicode.IsDigit(after)
	}
	return false
}

// fold lowers a word and straightens what prints in several ways.
func fold(s string) string {
	var b strings.Builder
	for _, r := range s {
		if l, ok := ligatures[r]; ok {
			b.WriteString(l)
			continue
		}
		if r == '’' {
			r = '\''
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

var ligatures = map[rune]string{'ﬀ': "ff", 'ﬁ': "fi", 'ﬂ': "fl", 'ﬃ': "ffi", 'ﬄ': "ffl", 'ﬅ': "st", 'ﬆ': "st"}

// Common reports whether a lower-case word carries no topic of its own:
// articles, pronouns, auxiliaries and the like.
func Common(norm string) bool { return common[norm] }

var common = set(`a about above after again against all also am an and any anyone anybody are as at be because been
before being below between both but by can could did do does doing done down during each either else even ever every
few for from further get gets give given gives had has have having he hence her here hereby herein hereof hereto
hereunder him his how however i if in into is it its itself just let many may me might more most much must my no nor
not now of off on once one only or other others our out over own per please same shall she should so some somebody
someone such tell than that the their them then there thereby therefor therefore therein thereof thereto these they
this those though through thus to too toward towards under until up upon us very was we were what whatever when where
whereas wherein whether which while who whom whose why will with within without would yes yet you your`)

func set(words string) map[string]bool {
	m := make(map[string]bool)
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}
