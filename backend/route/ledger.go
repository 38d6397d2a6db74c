package route

import (
	"fmt"
	"slices"
	"time"

	mark "markai/backend"
)

// Record is how an expert did so far.
type Record struct {
	Uses       int
	Refused    int
	Failed     int // another expert had to answer
	Right      int // readers' words
	WrongQuote int
	Missed     int
	P50, P95   time.Duration // until the answer was whole, of those that did not fail
}

// Tally counts the uses of experts with questions of a kind, or, where kind is
// empty, with all questions.
func Tally(uses []mark.ExpertUse, kind Kind) map[string]Record {
	out := map[string]Record{}
	took := map[string][]time.Duration{}
	for _, u := range uses {
		if kind != "" && u.Kind != string(kind) {
			continue
		}
		r := out[u.Expert]
		r.Uses++
		if u.Refused {
			r.Refused++
		}
		if u.Failed {
			r.Failed++
		} else {
			took[u.Expert] = append(took[u.Expert], u.Total)
		}
		switch u.Feedback {
		case mark.FeedbackRight:
			r.Right++
		case mark.FeedbackWrongQuote:
			r.WrongQuote++
		case mark.FeedbackMissed:
			r.Missed++
		}
		out[u.Expert] = r
	}
	for id, all := range took {
		slices.Sort(all)
		r := out[id]
		r.P50, r.P95 = quantile(all, 50), quantile(all, 95)
		out[id] = r
	}
	return out
}

// quantile returns the least value that so many of a hundred do not exceed.
func quantile(sorted []time.Duration, of100 int) time.Duration {
	return sorted[(len(sorted)*of100+99)/100-1]
}

// Every expert is given a good name to begin with: it counts as judged twenty
// times, sixteen of them right. So a few angry words change nothing, and praise
// of one question does not outweigh a record.
const (
	priorRight = 16.0
	priorAll   = 20.0
	// clearly is by how much the trust in one expert must be above that in another
	// before it takes its place.
	clearly = 0.1
)

// Trust is the share of answers that are expected to satisfy a reader: the mean
// of a Beta distribution whose prior is Beta(16, 4) and whose observations are
// what readers said. Refusals and failures say nothing of how good answers are.
func (r Record) Trust() float64 {
	return (priorRight + float64(r.Right)) / (priorAll + float64(r.Right+r.WrongQuote+r.Missed))
}

// Weight is Trust relative to that in an expert of whom nothing is known: 1
// means that the record changes nothing.
func (r Record) Weight() float64 { return r.Trust() * priorAll / priorRight }

// trust orders experts: each place goes to the first of those left whose trust
// is not clearly below the best of them.
func trust(experts []Expert, records map[string]Record) []Expert {
	left := slices.Clone(experts)
	var out []Expert
	for len(left) > 0 {
		best := 0.0
		for _, e := range left {
			best = max(best, records[e.ID].Trust())
		}
		at := slices.IndexFunc(left, func(e Expert) bool { return records[e.ID].Trust() > best-clearly })
		out = append(out, left[at])
		left = slices.Delete(left, at, at+1)
	}
	return out
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// words names a kind in a sentence.
func (k Kind) words() string {
	switch k {
	case Clause:
		return "a provision"
	case Fact:
		return "a fact"
	case Summary:
		return "what a text says in short"
	case Comparison:
		return "how texts differ"
	case Calculation:
		return "a number or date to be worked out"
	case Drafting:
		return "a text to be drafted"
	case Chronology:
		return "the order of events"
	case Whole:
		return "every document"
	case Chat:
		return "the program itself"
	case Outside:
		return "something that no case file answers"
	}
	return "something unknown"
}
