package legal

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// Concept is a subject that clauses are about.
type Concept struct {
	Name   string   // for people: "governing law"
	Find   []string // words and phrases that clauses about it use
	Clause string   // how such a clause usually reads
	cues   [][][]string
}

//go:embed concepts.txt
var conceptText string

var concepts = sync.OnceValue(func() []Concept {
	all, err := parseConcepts(conceptText)
	if err != nil {
		panic(err) // the text is part of the program
	}
	return all
})

// Concepts returns the subjects that a question is about, most specific first
// (by the words of the question that speak for them), at most two.
func Concepts(question string) []Concept {
	var words []string
	for _, w := range Words(question) {
		words = append(words, w.Text)
	}
	type scored struct {
		concept Concept
		cued    int
	}
	var found []scored
	for _, c := range concepts() {
		best := 0
		for _, cue := range c.cues {
			if n := cued(cue, words); n > best {
				best = n
			}
		}
		if best > 0 {
			found = append(found, scored{c, best})
		}
	}
	var out []Concept
	for n := 3; n > 0; n-- {
		for _, f := range found {
			if min(f.cued, 3) == n && len(out) < 2 {
				out = append(out, f.concept)
			}
		}
	}
	return out
}

// cued returns how many words cue has if each of them occurs, else 0.
func cued(cue [][]string, words []string) int {
next:
	for _, alternatives := range cue {
		for _, a := range alternatives {
			for _, w := range words {
				if begins(w, a) {
					continue next
				}
			}
		}
		return 0
	}
	return len(cue)
}

// begins reports whether w is a form of the word that begins with stem: short
// stems allow short endings only, or "use" would be found in "useless".
func begins(w, stem string) bool {
	if strings.HasSuffix(stem, "i") && w == stem[:len(stem)-1]+"y" {
		return true
	}
	end, ok := strings.CutPrefix(w, stem)
	switch {
	case !ok:
		return false
	case len(stem) >= 5:
		return len(end) <= 6
	case len(stem) == 4:
		return len(end) <= 3
	}
	return end == "" || end == "s" || end == "d" || end == "ed" || end == "es" || end == "ing"
}

func parseConcepts(text string) ([]Concept, error) {
	var out []Concept
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, ": ")
		if !ok || key != "name" && len(out) == 0 {
			return nil, fmt.Errorf("concepts, line %d: want name, cue, find or clause", n+1)
		}
		switch key {
		case "name":
			out = append(out, Concept{Name: value})
		case "cue":
			var cue [][]string
			for w := range strings.FieldsSeq(value) {
				cue = append(cue, strings.Split(w, "|"))
			}
			c := &out[len(out)-1]
			c.cues = append(c.cues, cue)
		case "find":
			for _, f := range strings.Split(value, ",") {
				out[len(out)-1].Find = append(out[len(out)-1].Find, strings.TrimSpace(f))
			}
		case "clause":
			out[len(out)-1].Clause = value
		default:
			return nil, fmt.Errorf("concepts, line %d: %q is not name, cue, find or clause", n+1, key)
		}
	}
	return out, nil
}
