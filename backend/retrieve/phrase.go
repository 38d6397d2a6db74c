package retrieve

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/legal"
)

// findPhrase returns where a phrase stands in text, whatever its case and
// wherever a line of it ends, or nil.
func findPhrase(text, phrase string) []int {
	re := phrased(phrase)
	if re == nil {
		return nil
	}
	return findMended(re, text)
}

// findMended returns where re matches a text as it stands, or with the words
// whole that a line's end divides, or nil.
func findMended(re *regexp.Regexp, text string) []int {
	if at := re.FindStringIndex(text); at != nil {
		return at
	}
	mended := legal.Mend(text)
	if mended.Text == text {
		return nil
	}
	at := re.FindStringIndex(mended.Text)
	if at != nil {
		at[0], at[1] = mended.Source(at[0], at[1])
	}
	return at
}

// typeset are the characters that a keyboard has one of and print has several.
var typeset = strings.NewReplacer("'", "['’‘ʼ]", "’", "['’‘ʼ]", "‘", "['’‘ʼ]", "-", "[-‐‑–]", "‐", "[-‐‑–]", "‑", "[-‐‑–]", "–", "[-‐‑–]")

// setOtherwise are the characters of a phrase that may stand otherwise in print.
const setOtherwise = " '’‘ʼ-‐‑–"

// wordsOf returns an FTS5 expression for passages that may hold a phrase: those
// in which its words that say something stand close together.
func wordsOf(phrase string) string {
	all := legal.Words(phrase)
	var telling []string
	for _, w := range all {
		if !legal.Stop(w.Text) {
			telling = append(telling, quote(w.Text))
		}
	}
	switch len(telling) {
	case 0:
		return quote(phrase)
	case 1:
		return telling[0]
	}
	return fmt.Sprintf("NEAR(%s, %d)", strings.Join(telling, " "), len(all))
}

// phrased returns what matches a phrase as it may be printed, or nil for bytes
// that are no text.
func phrased(phrase string) *regexp.Regexp {
	fields := strings.Fields(phrase)
	for i, f := range fields {
		fields[i] = strings.ReplaceAll(typeset.Replace(regexp.QuoteMeta(f)), "[-‐‑–]", `[-‐‑–](?:[ \t\r]*\n\s*)?`)
	}
	re, err := regexp.Compile(`(?i)` + strings.Join(fields, `\s+`))
	if err != nil {
		return nil
	}
	return re
}

// wholeWords returns how a text is checked for a phrase that neither begins nor
// ends inside a word.
func wholeWords(phrase string) func(text string) bool {
	re := phrased(phrase)
	if re == nil {
		return func(string) bool { return false }
	}
	stands := func(text string) bool {
		for at := 0; ; {
			m := re.FindStringIndex(text[at:])
			if m == nil {
				return false
			}
			first, firstSize := utf8.DecodeRuneInString(text[at+m[0]:])
			before, _ := utf8.DecodeLastRuneInString(text[:at+m[0]])
			last, _ := utf8.DecodeLastRuneInString(text[:at+m[1]])
			after, _ := utf8.DecodeRuneInString(text[at+m[1]:])
			if !(inWord(before) && inWord(first)) && !(inWord(last) && inWord(after)) {
				return true
			}
			at += m[0] + firstSize
		}
	}
	return func(text string) bool { return eitherWay(text, stands) }
}

// eitherWay reports whether something holds of a text as it stands, or with the
// words whole that a line's end divides.
func eitherWay(text string, holds func(text string) bool) bool {
	if holds(text) {
		return true
	}
	mended := legal.Mend(text).Text
	return mended != text && holds(mended)
}

func inWord(r rune) bool { return unicode.In(r, unicode.L, unicode.Nd, unicode.Mn) }

// holdsAny reports whether one of the phrases stands in text.
func holdsAny(text string, phrases []string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool { return findPhrase(text, p) != nil })
}

// cutAround returns where the shown part of text[a:b] begins, so that the first
// phrase that the text holds is in it: at a, where that suffices.
func cutAround(text string, a, b int, phrases []string) int {
	for _, p := range phrases {
		at := findPhrase(text[a:b], p)
		if at == nil {
			continue
		}
		if at[1] <= Show {
			return a
		}
		from := a + max(0, min(at[0]-Show/3, b-a-Show))
		if space := strings.IndexAny(text[from:a+at[0]], " \n"); space >= 0 {
			from += space
		}
		for from < a+at[0] && (strings.IndexByte(" \t\r\n\f", text[from]) >= 0 || !utf8.RuneStart(text[from])) {
			from++
		}
		return from
	}
	return a
}

// parted is the text of a hit with its pages parted, which no white space need do.
func parted(h mark.Hit) string {
	if len(h.Spans) < 2 {
		return h.Chunk.Text
	}
	var b strings.Builder
	at := 0
	for i, s := range h.Spans {
		if i > 0 && s.Page != h.Spans[i-1].Page {
			b.WriteByte('\n')
		}
		end := min(at+s.End-s.Start, len(h.Chunk.Text))
		b.WriteString(h.Chunk.Text[at:end])
		at = end
	}
	return b.String()
}

// phrasesFirst puts the hits that show what the question has in quotation marks
// before the others, and says on each hit what stands nowhere.
func phrasesFirst(hits []mark.Hit, phrases []string) []mark.Hit {
	slices.SortStableFunc(hits, func(a, b mark.Hit) int {
		return order(holdsAny(parted(b), phrases)) - order(holdsAny(parted(a), phrases))
	})
	for _, p := range phrases {
		if slices.ContainsFunc(hits, func(h mark.Hit) bool { return findPhrase(parted(h), p) != nil }) {
			continue
		}
		for i := range hits {
			hits[i].Why = append(hits[i].Why, mark.Reason{Signal: "phrase", Detail: fmt.Sprintf("The exact words “%s” were found nowhere.", p)})
		}
	}
	return hits
}

// exactly reports whether a search asks for nothing but exact words and numbers,
// "§ 1983" or "12(b)(6)": then what only means the same was not asked for.
func (q question) exactly() bool {
	rest := numbered.ReplaceAllString(quoted.ReplaceAllString(q.text, " "), " ")
	said := false
	for _, w := range legal.Words(rest) {
		if strings.ContainsFunc(w.Text, unicode.IsLetter) && len(w.Text) > 1 && !legal.Stop(w.Text) && !partWords[w.Text] {
			return false
		}
		said = said || strings.ContainsFunc(w.Text, unicode.IsDigit)
	}
	return said || rest != q.text
}

// partWords are what stands before the number of a part.
var partWords = map[string]bool{"section": true, "sections": true, "sec": true, "rule": true, "article": true, "art": true, "clause": true, "paragraph": true, "para": true}

// exactOnes returns the hits that show what was asked for to the letter. Where
// none shows the exact words, the nearest stay, which say so; a number that
// stands nowhere has nothing near it.
func exactOnes(hits []mark.Hit, t topic) []mark.Hit {
	numbers := t.exactNumbers()
	exact := slices.DeleteFunc(slices.Clone(hits), func(h mark.Hit) bool {
		text := parted(h)
		words := legal.Words(text)
		return !holdsAny(text, t.phrases) && !slices.ContainsFunc(numbers, func(number string) bool {
			return len(runs(words, number, func(word, want string, _ bool) bool { return word == want })) > 0
		})
	})
	if len(exact) == 0 && len(t.phrases) > 0 {
		return hits
	}
	return exact
}

// exactNumbers are the numbers that a search for nothing else asks for.
func (t topic) exactNumbers() []string {
	if len(t.phrases) > 0 {
		return nil
	}
	if numbers := append(slices.Clone(t.numbers), t.sections...); len(numbers) > 0 {
		return numbers
	}
	return slices.DeleteFunc(slices.Clone(t.words), func(w string) bool { return !strings.ContainsFunc(w, unicode.IsDigit) })
}

func order(first bool) int {
	if first {
		return 1
	}
	return 0
}
