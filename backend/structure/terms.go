package structure

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

const (
	maxTerm       = 80  // bytes of a defined term
	maxDefinition = 600 // bytes of its definition
)

// readTerm looks whether the quotation mark at i begins a defined term: ("the
// “Term”") or “Term” means.
func (s *Scanner) readTerm(g *page, i int) {
	text := g.Text
	term, next, ok := quoted(text, i)
	if !ok || !termLike(term) {
		return
	}
	name := strings.Join(strings.Fields(strings.TrimRight(term, ",.;")), " ")
	if open, end, ok := enclosed(text, i, next); ok {
		s.add(g, mark.FeatureDefinedTerm, definitionStart(text, open), end, name, 0)
		return
	}
	if n := defines(text[next:min(len(text), next+160)]); n > 0 {
		s.add(g, mark.FeatureDefinedTerm, i, definitionEnd(text, next+n), name, 0)
	}
}

// quoted returns what stands between the quotation mark at i and its partner,
// and where the text goes on.
func quoted(text string, i int) (term string, next int, ok bool) {
	rest := text[i:]
	var closing string
	switch {
	case strings.HasPrefix(rest, "“"), strings.HasPrefix(rest, "„"):
		closing = "”"
	case rest[0] == '"':
		if i > 0 && !blank(text[i-1]) && text[i-1] != '(' && text[i-1] != '[' {
			return "", 0, false // it closes
		}
		closing = `"`
	default:
		return "", 0, false
	}
	_, size := utf8.DecodeRuneInString(rest)
	start := i + size
	n := strings.Index(text[start:min(len(text), start+maxTerm+4)], closing)
	if n <= 0 {
		return "", 0, false
	}
	return text[start : start+n], start + n + len(closing), true
}

// termLike reports whether a quoted text may be a term: a few words that begin
// with a capital or a digit, and no sentence.
func termLike(term string) bool {
	term = strings.TrimSpace(term)
	if len(term) < 2 || len(term) > maxTerm || strings.Contains(term, "\n\n") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(term)
	if !unicode.IsUpper(first) && !unicode.IsDigit(first) {
		return false
	}
	words := strings.Fields(term)
	if len(words) > 9 || strings.ContainsAny(term, "?!:;()") || strings.HasSuffix(term, "...") {
		return false
	}
	lowers := 0
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLower(r) && len(w) > 3 {
			lowers++
		}
	}
	return lowers*2 <= len(words)
}

// about are the words that may stand beside the terms in a bracket that
// defines.
var about = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`the a an each every any all and or collectively together individually with hereinafter hereafter herein referred to as such this these
 being also known called defined in singular plural respectively jointly severally sometimes from time for purposes of agreement both either one party parties may be is are
 below after hereby henceforth amended case it he she they respective other if more than`) {
		m[w] = true
	}
	return m
}()

// enclosed reports whether the quotation text[i:next] stands in a bracket that
// holds nothing but defined terms and the words between them.
func enclosed(text string, i, next int) (open, end int, ok bool) {
	open = -1
	for k := i - 1; k >= 0 && i-k < 240; k-- {
		if text[k] == ')' {
			return 0, 0, false
		}
		if text[k] == '(' {
			open = k
			break
		}
	}
	if open < 0 || open > 0 && (alnum(text[open-1]) || text[open-1] == '_') { // a call, as word("Error")
		return 0, 0, false
	}
	n := strings.IndexAny(text[next:min(len(text), next+300)], "()")
	if n < 0 || text[next+n] == '(' {
		return 0, 0, false
	}
	end = next + n + 1
	inside := text[open+1 : end-1]
	for k := 0; k < len(inside); {
		if inside[k] == '"' || quoteAt(inside, k) {
			_, after, ok := quoted(inside, k)
			if !ok {
				return 0, 0, false
			}
			k = after
			continue
		}
		if !alnum(inside[k]) {
			k++
			continue
		}
		w := k
		for k < len(inside) && alnum(inside[k]) && !quoteAt(inside, k) {
			k++
		}
		if k == w {
			return 0, 0, false
		}
		if !about[strings.ToLower(inside[w:k])] {
			return 0, 0, false
		}
	}
	return open, end, true
}

// definitionStart returns where the sentence begins that a bracket at open
// closes off, or as much of it as a definition may hold.
func definitionStart(text string, open int) int {
	from := max(0, open-maxDefinition/2)
	for from < open && !utf8.RuneStart(text[from]) {
		from++
	}
	part := text[from:open]
	if i := strings.LastIndex(part, "\n\n"); i >= 0 {
		from, part = from+i+2, part[i+2:]
	}
	for i := len(part) - 3; i > 0; i-- {
		if (part[i] == ')' || part[i] == ';' || part[i] == '.' && !abbreviation(part[:i])) && blank(part[i+1]) {
			return from + i + 2
		}
	}
	if from > 0 && alnum(text[from-1]) {
		if i := strings.IndexAny(part, " \n"); i >= 0 {
			from += i + 1
		}
	}
	return from
}

// defining are the words by which a term gets its meaning.
var defining = regexp.MustCompile(`^(?:[,\s]*(?:or|and|,)\s+(?:the\s+)?(?:“[^”]{2,80}”|"[^"]{2,80}"))?[,\s]*(?:(?:shall|will|as used herein,?|when used in this agreement,?)\s+)?(?:each\s+)?(?:means?|is\s+defined\s+(?:as|in)|(?:has|have)\s+the\s+(?:respective\s+)?meanings?|(?:is|are)\s+(?:deemed|understood)\s+to\s+mean|refers?\s+to|denotes?)\b`)

// defines returns where the definition goes on in the text after a term, 0 if
// it defines nothing.
func defines(after string) int {
	return len(defining.FindString(after))
}

// definitionEnd returns where the sentence that goes on at at ends.
func definitionEnd(text string, at int) int {
	limit := whole(text, min(len(text), at+maxDefinition))
	for i := at; i < limit; i++ {
		switch text[i] {
		case '\n':
			if i+1 < limit && text[i+1] == '\n' {
				return i
			}
		case '.', ';':
			if i+1 == len(text) || i+1 < limit && blank(text[i+1]) && (text[i] == ';' || !abbreviation(text[at:i]) || text[i+1] == '\n' && digit(text[i-1])) {
				return i + 1
			}
		}
	}
	return limit
}

// short are words that end with a full stop and no sentence.
var short = map[string]bool{"inc": true, "ltd": true, "corp": true, "co": true, "no": true, "sec": true, "v": true, "vs": true, "mr": true, "mrs": true, "ms": true, "dr": true,
	"u.s": true, "e.g": true, "i.e": true, "cf": true, "al": true, "jr": true, "sr": true, "st": true, "l.p": true, "n.a": true, "art": true, "p": true, "pp": true, "id": true, "l.l.c": true, "s.a": true}

// abbreviation reports whether s, which a full stop follows, ends with one, or
// with an initial or a number.
func abbreviation(s string) bool {
	i := strings.LastIndexAny(s, " \n\t(\"")
	w := strings.ToLower(s[i+1:])
	return w == "" || short[w] || strings.Contains(w, ".") || len(w) == 1 && letter(w[0]) || strings.Trim(w, "0123456789.") == "" && len(w) < 4
}

// bare is a definition whose term carries no quotation marks: it begins a line.
var bare = regexp.MustCompile(`^((?:[A-Z][\w’'/-]*)(?:\s+(?:[A-Z][\w’'/-]*|of|and|or|to|the|in|for)){0,7})\s+(?:shall\s+mean|means)\b`)

// readBareTerm adds the definition that begins a line or its clause.
func (s *Scanner) readBareTerm(g *page, start int) {
	text := g.Text
	head := text[start:whole(text, min(len(text), start+120))]
	if !strings.Contains(head, "mean") {
		return
	}
	m := bare.FindStringSubmatchIndex(head)
	if m == nil {
		return
	}
	term := strings.Join(strings.Fields(head[:m[3]]), " ")
	switch strings.ToLower(term) {
	case "this", "it", "that", "which", "he", "she", "they", "what", "the term", "such term", "nothing":
		return
	}
	for _, w := range [...]string{"The term ", "The ", "A ", "An ", "This ", "That "} {
		if strings.HasPrefix(term, w) {
			return // a sentence
		}
	}
	s.add(g, mark.FeatureDefinedTerm, start, definitionEnd(text, start+m[1]), term, 0)
}
