package recipe

import (
	"strings"
	"unicode"
)

// Right reports whether an answer says what the passage that answers the question
// says: it holds at least half of the words that carry the passage's meaning and,
// where that has figures, one of them. It is a coarse measure, alike for all
// copies of a model, and says how they compare rather than how good they are.
func Right(answer, passage string) bool {
	said := map[string]bool{}
	for _, w := range content(answer) {
		said[w] = true
	}
	words, held, figures, heldFigures := 0, 0, 0, 0
	counted := map[string]bool{}
	for _, w := range content(passage) {
		if counted[w] {
			continue
		}
		counted[w] = true
		words++
		figure := strings.ContainsFunc(w, unicode.IsDigit)
		if figure {
			figures++
		}
		if said[w] {
			held++
			if figure {
				heldFigures++
			}
		}
	}
	return words > 0 && 2*held >= words && (figures == 0 || heldFigures > 0)
}

// content are the words of text that carry meaning, in lower case and without
// what stands around them.
func content(text string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '.' && r != ',' }) {
		w = strings.Trim(w, ".,")
		if w != "" && !empty[w] {
			out = append(out, w)
		}
	}
	return out
}

// empty are words that say little of what a sentence is about.
var empty = func() map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq("a an and any are as at be been but by for from has have if in into is it its may no not of on or shall such than that the their there these this those to under until upon was were which will with would") {
		out[w] = true
	}
	return out
}()
