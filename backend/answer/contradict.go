package answer

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
)

const (
	mostSides   = 6    // documents held against each other
	nearlyAsked = 0.85 // share of the best sentence's score from which another document speaks of the same
)

// contradictions holds what the documents cited say against what related ones
// say of the same: a date, a period, an amount or a place that differs. Documents
// are related where they name the same parties or are versions of one another:
// what two contracts with different people say is no contradiction.
func (w *work) contradictions(ctx context.Context) error {
	if w.in.want == wantAny || w.in.want == wantPerson || w.in.want == wantMeaning || len(w.in.topics) == 0 || len(w.q.Documents) == 1 || len(w.answer.Citations) == 0 {
		return nil
	}
	topic := w.in.topic
	if topic == "" {
		topic = w.q.Text
	}
	text := topic
	for _, n := range w.in.names {
		text += " " + n.text
	}
	hits, err := w.searchFor(ctx, mark.Query{Text: text, Documents: w.q.Documents, Limit: searchDepth, Question: true}, "Other documents that may say otherwise.")
	if err != nil {
		return err
	}
	ids := cited(w.answer)[:1]
	for _, id := range slices.Concat(cited(w.answer), documentsOf(hits)) {
		if !slices.Contains(ids, id) && len(ids) < mostSides {
			ids = append(ids, id)
		}
	}
	var readings []*reading
	for _, id := range ids {
		r, err := load(ctx, w.m, id, slices.Concat(w.hits, hits))
		if mark.CodeOf(err) == mark.NotFound && err != nil {
			continue // taken out of the matter meanwhile
		}
		if err != nil {
			return err
		}
		readings = append(readings, r)
	}
	type side struct {
		c     candidate
		value string
	}
	var sides []side
	best := 0.0
	for _, r := range readings {
		if len(sides) > 0 && !related(sides[0].c.r, r) {
			continue
		}
		all := r.score(w.in, r.liking(slices.Concat(w.hits, hits), nearness{}))
		for _, c := range all[:min(len(all), wellFound)] {
			body := c.r.body(c.r.lines[c.line])
			v, ok := lift(w.in, body)
			if !ok || cite.JudgeValue(v, body).Verdict != mark.VerdictSupported || c.score < best*nearlyAsked || len(sides) > 0 && !sameKind(v, sides[0].value) {
				continue
			}
			best = max(best, c.score)
			sides = append(sides, side{c, v})
			break
		}
		if len(sides) == 0 {
			return nil // the document that the answer rests on tells no such value
		}
	}
	differ := slices.ContainsFunc(sides, func(s side) bool { return normal(w.in.want, s.value) != normal(w.in.want, sides[0].value) })
	if len(sides) < 2 || !differ {
		return nil
	}
	out := mark.Contradiction{Topic: w.in.topics[0].name}
	var parts []string
	var marks []int
	slices.SortStableFunc(sides, func(a, b side) int { return cmp.Compare(a.c.r.doc.Meta.Date, b.c.r.doc.Meta.Date) })
	for _, s := range sides {
		c := s.c.quote()
		at := slices.IndexFunc(w.answer.Citations, func(o mark.Citation) bool { return o.Document == c.Document && o.Quote == c.Quote })
		if at < 0 {
			at = len(w.answer.Citations)
			w.answer.Citations = append(w.answer.Citations, c)
		}
		out.Sides = append(out.Sides, mark.Side{Value: s.value, Citation: at, Date: s.c.r.doc.Meta.Date})
		parts = append(parts, fmt.Sprintf("%s in “%s”", s.value, s.c.r.doc.Name))
		marks = append(marks, at)
	}
	w.answer.Contradictions = append(w.answer.Contradictions, out)
	w.answer.Sentences = append(w.answer.Sentences, mark.Sentence{
		Text: "The documents differ on " + out.Topic + ": " + strings.Join(parts, "; ") + ".", Verdict: mark.VerdictSupported, Citations: marks,
	})
	return nil
}

// related reports whether two documents are about the same people or are
// versions of one another.
func related(a, b *reading) bool {
	if a.doc.Similar != "" && (a.doc.Similar == b.doc.Similar || a.doc.Similar == b.doc.ID) || b.doc.Similar != "" && b.doc.Similar == a.doc.ID {
		return true
	}
	return a.namesParties(b) || b.namesParties(a)
}

// namesParties reports whether another document names a party of this one in
// full, or two of them by the words that begin their names.
func (r *reading) namesParties(other *reading) bool {
	begun := 0
	for _, p := range r.doc.Parties {
		n := newName(p)
		if len(n.tokens) > 1 && other.holds(n) >= inText {
			return true
		}
		if len(n.tokens) > 0 && len(n.tokens[0]) >= leastCoined && other.has(n.tokens[0]) >= inText {
			begun++
		}
	}
	return begun > 1
}

// sameKind reports whether two values are of one kind: both percentages, or
// neither.
func sameKind(a, b string) bool {
	return percentage.MatchString(a) == percentage.MatchString(b)
}

var percentage = regexp.MustCompile(`%|percent`)

// normal writes a value so that those that mean the same are equal.
func normal(want want, value string) string {
	switch want {
	case wantDate:
		if ds := cite.Dates(value); len(ds) > 0 {
			return ds[0].ISO
		}
		return normal(wantDuration, value)
	case wantDuration:
		g, numbers := unitOf.FindStringSubmatch(value), cite.FactsOf(value).Numbers
		if g == nil || len(numbers) == 0 {
			break
		}
		n, ok := new(big.Rat).SetString(numbers[len(numbers)-1])
		if !ok {
			break
		}
		unit := strings.ToLower(g[2])
		scale := map[string]int64{"week": 7, "year": 12}[unit]
		if scale > 0 {
			n.Mul(n, new(big.Rat).SetInt64(scale))
			unit = map[string]string{"week": "day", "year": "month"}[unit]
		}
		return n.RatString() + " " + strings.ToLower(strings.TrimSpace(g[1])) + unit
	case wantMoney:
		if n, sign, ok := money(value); ok {
			return sign + n.RatString()
		}
	}
	return strings.ToLower(oneLine(value))
}
