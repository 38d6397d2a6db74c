package sqlite

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SpelledLike returns words of the matter's documents that are spelled like
// word but for a slip or two, the most frequent first. Words of fewer than four
// letters have too many neighbours to be worth a suggestion.
func (m *matter) SpelledLike(ctx context.Context, word string, limit int) ([]string, error) {
	word = strings.ToLower(word)
	letters := utf8.RuneCountInString(word)
	if letters < 4 || letters > 40 || limit <= 0 {
		return nil, nil
	}
	slips := 1
	if letters > 6 {
		slips = 2
	}
	// A slip in the first letter is rare, and reading a large vocabulary felt.
	near, err := m.termsNear(ctx, word, letters, slips, " AND term >= ? AND term < ?", first(word), first(word)+string(unicode.MaxRune))
	if err != nil {
		return nil, err
	}
	if len(near) == 0 {
		last, err := one(ctx, m.db.readers, scanInt, "", "SELECT coalesce(max(id), 0) FROM passage")
		if err != nil {
			return nil, err
		}
		if last <= wholeVocabulary {
			if near, err = m.termsNear(ctx, word, letters, slips, ""); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(near, func(a, b nearTerm) int {
		return cmp.Or(cmp.Compare(a.slips, b.slips), cmp.Compare(b.count, a.count), cmp.Compare(a.term, b.term))
	})
	var out []string
	for _, c := range near[:min(len(near), 4*limit)] {
		found, err := m.spelled(ctx, c.term, word, slips)
		if err != nil {
			return nil, err
		}
		if found != "" && found != word && !slices.Contains(out, found) {
			if out = append(out, found); len(out) == limit {
				break
			}
		}
	}
	return out, nil
}

// wholeVocabulary is of how many passages it is read for a word.
const wholeVocabulary = 100_000

// first is a word's first letter.
func first(word string) string {
	_, size := utf8.DecodeRuneInString(word)
	return word[:size]
}

// nearTerm is a stem of the index that is near a word.
type nearTerm struct {
	term  string
	slips int
	count int // of passages that hold it
}

// termsNear returns the stems that a word, but for slips, may be a form of.
func (m *matter) termsNear(ctx context.Context, word string, letters, slips int, among string, args ...any) ([]nearTerm, error) {
	// The index holds stems, which are shorter by an ending.
	const ending = 5
	args = append([]any{max(3, letters-slips-ending), letters + slips}, args...)
	rows, err := m.db.readers.QueryContext(ctx, "SELECT term, doc FROM passage_terms WHERE length(term) BETWEEN ? AND ?"+among, args...)
	if err != nil {
		return nil, fault(ctx, err)
	}
	defer rows.Close()
	var near []nearTerm
	for rows.Next() {
		var c nearTerm
		if err := rows.Scan(&c.term, &c.count); err != nil {
			return nil, fault(ctx, err)
		}
		if strings.ContainsFunc(c.term, unicode.IsDigit) {
			continue
		}
		c.slips = distanceToBeginning(word, c.term, slips)
		if c.slips <= slips {
			near = append(near, c)
		}
	}
	return near, fault(ctx, rows.Err())
}

// spelled returns the word of a passage that the index keeps as term and that
// is at most slips from word; empty where none is.
func (m *matter) spelled(ctx context.Context, term, word string, slips int) (string, error) {
	bodies, err := collect(ctx, m.db.readers, func(r row) (s string, err error) { return s, r.Scan(&s) },
		"SELECT p.body FROM passage_words f JOIN passage p ON p.id = f.rowid WHERE passage_words MATCH ? LIMIT 3", "body : "+quote(term))
	if err != nil {
		return "", expressionFault(err)
	}
	best, least := "", slips+1
	for _, body := range bodies {
		for _, w := range strings.FieldsFunc(strings.ToLower(body), func(r rune) bool { return !unicode.IsLetter(r) }) {
			// A stem may end in another letter than the word: carry, carri.
			if !strings.HasPrefix(w, term[:len(term)-1]) {
				continue
			}
			if d := distance(word, w, slips); d < least || d == least && w < best {
				best, least = w, d
			}
		}
	}
	return best, nil
}

// distanceToBeginning is the distance between a stem and the beginning of word
// that is nearest to it.
func distanceToBeginning(word, stem string, most int) int {
	w, s := []rune(word), len([]rune(stem))
	best := most + 1
	for n := max(1, s-most); n <= min(len(w), s+most); n++ {
		if len(w)-n > 5 {
			continue // no ending is so long
		}
		best = min(best, distance(string(w[:n]), stem, most))
	}
	return best
}

// distance counts the letters that are wrong, missing, too many or swapped with
// their neighbour (optimal string alignment), or returns most+1 where they are
// more than most.
func distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return most + 1
	}
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			wrong := 1
			if x[i-1] == y[j-1] {
				wrong = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+wrong)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least > most {
			return most + 1
		}
		before, last, now = last, now, before
	}
	return last[len(y)]
}
