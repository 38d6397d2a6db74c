package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	mark "markai/backend"
	"markai/backend/cite"
)

const (
	leastCoined = 4 // letters of a coined word
	fewLines    = 3 // a word in more sentences of a document is what all of it is about
	besideLines = 2 // sentences before and after, where no heading says how far a clause goes
	fewHolders  = 8 // passages asked for a coined word
)

// coined returns the words of the names in a question that are no ordinary
// words of law: "Wombatson" of "the Wombatson Clause". What the question asks is
// asked of what bears these. Parties are left to scope: they say which document,
// but no clause.
func (q inquiry) coined() []string {
	var out []string
	for _, n := range q.names {
		if n.title || n.sure {
			continue
		}
		for _, t := range n.tokens {
			letters := strings.IndexFunc(t, func(r rune) bool { return !unicode.IsLetter(r) }) < 0
			if len(t) >= leastCoined && letters && !vague[t] && !topics().known[cite.Stem(t)] && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	return out
}

// holders puts documents in which a coined word stands before the others, if
// those are few enough that the word tells documents apart.
func holders(ctx context.Context, m mark.MatterStore, q inquiry, ids, scope []mark.DocumentID) ([]mark.DocumentID, error) {
	var out []mark.DocumentID
	for _, t := range q.coined() {
		found, err := m.MatchWords(ctx, `"`+t+`"`, [2]float64{1, 1}, scope, fewHolders)
		if err != nil {
			return nil, fmt.Errorf("look for a name: %w", err)
		}
		if len(found) == fewHolders {
			continue
		}
		for _, f := range found {
			if !slices.Contains(out, f.Document) {
				out = append(out, f.Document)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b mark.DocumentID) int { return indexOf(ids, a) - indexOf(ids, b) })
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out, nil
}

// bind keeps the readings that hold most of the coined words. Where none holds
// one, all are kept.
func bind(q inquiry, readings []*reading) []*reading {
	words, most := q.coined(), 0
	counts := make([]int, len(readings))
	for i, r := range readings {
		for _, t := range words {
			if r.has(t) > 0 {
				counts[i]++
			}
		}
		most = max(most, counts[i])
	}
	var kept []*reading
	for i, r := range readings {
		if counts[i] == most {
			kept = append(kept, r)
		}
	}
	return kept
}

// clause returns the lines that a rare coined word stands in or near, under the
// same heading, or nil where no word says so: none stands in the text, or it is
// what the whole document is called or is about.
func (r *reading) clause(q inquiry) map[int]bool {
	var out map[int]bool
	for _, t := range q.coined() {
		if r.has(t) == inHead {
			continue
		}
		var at []int
		for i := range r.lines {
			if r.speaks(i, t) {
				at = append(at, i)
			}
		}
		if len(at) == 0 || len(at) > fewLines {
			continue
		}
		if out == nil {
			out = map[int]bool{}
		}
		for _, i := range at {
			head := r.lines[i].heading
			if r.lines[i].isHeading {
				head = i
			}
			for j, s := range r.lines {
				if i == j || head >= 0 && s.heading == head || head < 0 && s.heading < 0 && abs(i-j) <= besideLines {
					out[j] = true
				}
			}
		}
	}
	return out
}

func (r *reading) speaks(line int, token string) bool {
	return slices.ContainsFunc(r.lines[line].words, func(w cite.Word) bool { return w.Norm == token || w.Norm == token+"'s" })
}

// within keeps of the candidates those in the clause, if any is.
func within(cs []candidate, clause map[int]bool) []candidate {
	if clause == nil || !slices.ContainsFunc(cs, func(c candidate) bool { return clause[c.line] }) {
		return cs
	}
	return slices.DeleteFunc(cs, func(c candidate) bool { return !clause[c.line] })
}
