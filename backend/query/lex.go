package query

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenWord tokenKind = iota
	tokenPhrase
	tokenField
	tokenAnd
	tokenOr
	tokenNot
	tokenNear
	tokenOpen
	tokenClose
)

type token struct {
	kind       tokenKind
	text       string // of a word without its star, of a phrase, of a field's value
	name       string // of a field
	prefix     bool
	ordered    bool
	words      int
	start, end int // in the query
}

// nearness matches NEAR/5, near/5, w/5, W/5, /5, pre/5, +5, /s, w/p.
var nearness = regexp.MustCompile(`^(?i:(near|w|pre)?/(\d{1,4}|s|p)|\+(\d{1,4}|s|p))$`)

// field matches the beginning of a field: its name and the colon.
var field = regexp.MustCompile(`^([A-Za-z]{2,10}):(\S)`)

// lex splits a query. Words that only look like operators to a person who uses
// none, as "and" in small letters, are words.
func lex(text string) (tokens []token, problems []string) {
	shouting := shouted(text)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case unicode.IsSpace(r) || r == ',' || r == ';':
			i += size
		case r == '(' && i+1 < len(text):
			tokens = append(tokens, token{kind: tokenOpen, start: i, end: i + 1})
			i++
		case r == ')':
			tokens = append(tokens, token{kind: tokenClose, start: i, end: i + 1})
			i++
		case opensQuote(r):
			t, closed := quotedAt(text, i)
			if !closed {
				problems = append(problems, "A quotation mark is not closed. The words after it were read as exact words to the end.")
			}
			if strings.TrimSpace(t.text) != "" {
				tokens = append(tokens, t)
			}
			i = t.end
		case r == '-' && i+1 < len(text) && isWord(text[i+1:]) && (i == 0 || strings.ContainsAny(text[i-1:i], " \t\n(")):
			tokens = append(tokens, token{kind: tokenNot, start: i, end: i + 1})
			i++
		default:
			t := wordAt(text, i, shouting)
			if t.end > t.start && (t.kind != tokenWord || t.text != "") {
				tokens = append(tokens, t)
			}
			i = t.end
		}
	}
	return tokens, problems
}

// shouted reports whether text is all capitals, where AND is no operator.
func shouted(text string) bool {
	capitals, long := 0, false
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		switch {
		case w == "AND" || w == "OR" || w == "NOT" || w == "NEAR" || len(w) < 3:
		case w != strings.ToUpper(w):
			return false
		default:
			capitals++
			long = long || len(w) > 4 // SEC OR FTC OR DOJ is no sentence
		}
	}
	return capitals > 2 && long
}

func opensQuote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '«' || r == '„' }

// quotedAt reads the phrase whose opening quotation mark is at i.
func quotedAt(text string, i int) (t token, closed bool) {
	_, size := utf8.DecodeRuneInString(text[i:])
	body := text[i+size:]
	end := strings.IndexAny(body, `"“”»`)
	if end < 0 {
		return token{kind: tokenPhrase, text: clean(body), start: i, end: len(text)}, false
	}
	_, last := utf8.DecodeRuneInString(body[end:])
	return token{kind: tokenPhrase, text: clean(body[:end]), start: i, end: i + size + end + last}, true
}

// clean makes one line of a phrase or value.
func clean(s string) string {
	return strings.Join(strings.Fields(s), " ")
}

func isWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || opensQuote(r) || r == '('
}

// wordAt reads what begins at i: an operator, a field or a word with the
// punctuation that belongs to it, as 12(b)(6), o'brien or §4.2.
func wordAt(text string, i int, shouting bool) token {
	if m := field.FindStringSubmatch(text[i:]); m != nil {
		if name, ok := Fields[strings.ToLower(m[1])]; ok {
			return fieldAt(text, i, i+len(m[1])+1, name)
		}
	}
	end := i
	depth := 0
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if unicode.IsSpace(r) || opensQuote(r) || r == ',' || r == ';' {
			break
		}
		if r == '(' && end > i && closesInWord(text[end:]) && !isOperator(text[i:end], shouting) {
			depth++ // inside a word: 12(b)(6)
		} else if r == ')' {
			if depth == 0 {
				break
			}
			depth--
		} else if r == '(' {
			break
		}
		end += size
	}
	if end == i { // a lone bracket
		_, size := utf8.DecodeRuneInString(text[i:])
		return token{start: i, end: i + size}
	}
	raw := text[i:end]
	t := token{kind: tokenWord, start: i, end: end}
	if !shouting {
		switch raw {
		case "AND":
			t.kind = tokenAnd
			return t
		case "OR", "|":
			t.kind = tokenOr
			return t
		case "NOT":
			t.kind = tokenNot
			return t
		}
	}
	if m := nearness.FindStringSubmatch(raw); m != nil {
		return near(t, m)
	}
	t.text = strings.TrimFunc(raw, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '*' && r != '!' && r != '§' && r != ')' && r != '$' && r != '%'
	})
	if cut := strings.TrimRight(t.text, "*"); cut != t.text {
		t.text, t.prefix = cut, true
	}
	if !strings.ContainsFunc(t.text, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		t.text = ""
	}
	return t
}

// closesInWord reports whether the bracket that begins s is closed before the
// next white space.
func closesInWord(s string) bool {
	word := s
	if space := strings.IndexFunc(s, unicode.IsSpace); space >= 0 {
		word = s[:space]
	}
	return strings.IndexByte(word, ')') > 0
}

// isOperator reports whether raw is an operator, after which a bracket may open
// without a space: NOT(waiver OR fee).
func isOperator(raw string, shouting bool) bool {
	return !shouting && (raw == "AND" || raw == "OR" || raw == "NOT") || nearness.MatchString(raw)
}

func near(t token, m []string) token {
	t.kind, t.ordered = tokenNear, strings.EqualFold(m[1], "pre") || m[3] != ""
	switch reach := strings.ToLower(m[2] + m[3]); reach {
	case "s":
		t.words = sentence
	case "p":
		t.words = paragraph
	default:
		for _, d := range reach {
			t.words = t.words*10 + int(d-'0')
		}
		t.words = min(max(t.words, 1), farthest)
	}
	return t
}

// fieldAt reads the value of a field, at from: one word or a phrase.
func fieldAt(text string, start, from int, name string) token {
	t := token{kind: tokenField, name: name, start: start}
	if r, _ := utf8.DecodeRuneInString(text[from:]); opensQuote(r) {
		p, _ := quotedAt(text, from)
		t.text, t.end = p.text, p.end
		return t
	}
	t.end = from
	for t.end < len(text) {
		r, size := utf8.DecodeRuneInString(text[t.end:])
		if unicode.IsSpace(r) || r == ')' || r == '(' || opensQuote(r) {
			break
		}
		t.end += size
	}
	t.text = clean(strings.TrimRight(text[from:t.end], ",;?!"))
	return t
}
