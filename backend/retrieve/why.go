package retrieve

import (
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/legal"
)

// explain fills in, for people, why a passage stands where it stands.
func explain(why []mark.Reason, text string, t topic, named string) []mark.Reason {
	out := make([]mark.Reason, 0, len(why)+1)
	seen := map[string]bool{}
	for _, r := range why {
		switch r.Signal {
		case "words":
			if r.Detail = present(text, t); r.Detail == "" {
				continue // the words stand in its headings only
			}
		case "meaning":
			r.Detail = "It says much the same as the question."
		case "subject", "clause":
			// Two signals, one reason to a person.
			if seen["subject"] {
				continue
			}
			r.Signal = "subject"
			names := make([]string, len(t.concepts))
			for i, c := range t.concepts {
				names[i] = c.Name
			}
			r.Detail = "It reads like a clause on " + join(names) + "."
		case "phrase":
			if !holdsAny(text, t.phrases) {
				continue
			}
			r.Detail = "It holds the exact words asked for."
		case "near":
			r.Detail = "Words stand as close together here as was asked for."
		case "field":
			r.Detail = "The document is one of those that were asked for."
		case "section":
			r.Detail = "It is the section asked for."
		}
		seen[r.Signal] = true
		out = append(out, r)
	}
	if named != "" {
		out = append(out, mark.Reason{Signal: "document", Detail: fmt.Sprintf("The question names %q.", named)})
	}
	return out
}

// present says which words of the question stand in text. A number of several
// parts stands there whole or not at all.
func present(text string, t topic) string {
	have := map[string]bool{}
	var found []string
	for _, w := range legal.MendedWords(text) {
		have[legal.Stem(w.Text)] = true
		for _, p := range t.prefixes {
			if word := fmt.Sprintf("“%s”", w.Text); strings.HasPrefix(w.Text, p) && len(found) < 6 && !slices.Contains(found, word) {
				found = append(found, word)
			}
		}
	}
	part := map[string]bool{}
	for _, n := range t.numbers {
		if strings.Contains(text, n) && len(found) < 6 && !slices.Contains(found, fmt.Sprintf("“%s”", n)) {
			found = append(found, fmt.Sprintf("“%s”", n))
		}
		for _, w := range legal.Words(n) {
			part[w.Text] = true
		}
	}
	for _, w := range t.words {
		if part[w] {
			continue
		}
		if have[legal.Stem(w)] && len(found) < 6 {
			found = append(found, fmt.Sprintf("“%s”", w))
		}
	}
	switch len(found) {
	case 0:
		return ""
	case 1:
		return found[0] + " stands in the text."
	}
	return join(found) + " stand in the text."
}

// join lists names as a sentence does.
func join(names []string) string {
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
