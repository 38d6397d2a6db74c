package eval

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	mark "markai/backend"
)

// Self is what asking the questions of a small known set gave on one machine.
type Self struct {
	Questions int
	Found     Share // questions whose place is among the first eight passages
	Answered  Share // questions with a known place that were answered
	Precision Share // quotations that stand at the known place, of those of answered questions
	Refused   Share // questions that the documents do not answer and that were refused
	Verbatim  Share // quotations that are, byte for byte, what the page says
	Median    time.Duration
	Slow      time.Duration // 95 of 100 answers take less
	Failed    []SelfFailure // at most mostFailed
}

// Share counts what went right.
type Share struct{ Right, Of int }

func (s *Share) add(right bool) {
	s.Of++
	if right {
		s.Right++
	}
}

// Wilson returns the interval that holds the true share in 95 of 100 cases
// (E. B. Wilson, Probable Inference, the Law of Succession, and Statistical
// Inference, 1927). It is 0 to 1 where nothing was counted.
func (s Share) Wilson() (least, most float64) {
	if s.Of == 0 {
		return 0, 1
	}
	const z = 1.959964
	n := float64(s.Of)
	p := float64(s.Right) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	// Rounding must not leave the share itself out, as where all were right.
	return min(p, max(0, middle-half)), max(p, min(1, middle+half))
}

// SelfFailure is a question that went wrong, and how, as a sentence.
type SelfFailure struct{ Question, Problem string }

const mostFailed = 20

// unanswerable is a line of unanswerable.jsonl.
type unanswerable struct {
	Query string `json:"query"`
}

// CheckSelf asks the questions of dir/queries.jsonl, whose places are known, and
// those of dir/unanswerable.jsonl, which no document answers, of the files under
// dir/documents, in a store of its own that is removed afterwards.
func CheckSelf(ctx context.Context, d Deps, dir string) (out Self, err error) {
	absent, err := readLines[unanswerable](filepath.Join(dir, "unanswerable.jsonl"))
	if err != nil {
		return out, err
	}
	questions, err := countLines(dir)
	if err != nil {
		return out, err
	}
	reading := d
	total := questions + len(absent)
	if d.Progress != nil { // reading the documents counts as a half of the whole
		reading.Progress = func(done, of int) { d.Progress(done*total/max(1, of)/2, total) }
	}
	set, err := openRetrieval(ctx, reading, dir, false)
	if err != nil {
		return out, err
	}
	defer func() {
		if e := set.close(); err == nil {
			err = e
		}
	}()
	c := selfCheck{set: set, d: d, out: Self{Questions: total}}
	for i, q := range set.queries {
		if err := c.known(ctx, q); err != nil {
			return out, err
		}
		d.progress(total/2+(i+1)/2, total)
	}
	for i, q := range absent {
		if err := c.absent(ctx, q.Query); err != nil {
			return out, err
		}
		d.progress(total/2+(len(set.queries)+i+1)/2, total)
	}
	slices.Sort(c.took)
	c.out.Median, c.out.Slow = c.took[len(c.took)/2], c.took[len(c.took)*95/100]
	d.progress(total, total)
	return c.out, nil
}

func countLines(dir string) (int, error) {
	all, err := readLines[retrievalQuery](filepath.Join(dir, "queries.jsonl"))
	if err == nil && len(all) == 0 {
		err = mark.Errorf(mark.NotFound, "There are no questions in %s.", dir)
	}
	return len(all), err
}

type selfCheck struct {
	set  *retrievalSet
	d    Deps
	out  Self
	took []time.Duration
}

func (c *selfCheck) failed(question, problem string) {
	if len(c.out.Failed) < mostFailed {
		c.out.Failed = append(c.out.Failed, SelfFailure{question, problem})
	}
}

// known asks a question whose place is known.
func (c *selfCheck) known(ctx context.Context, q retrievalQuery) error {
	hits, err := c.d.Searcher.Search(ctx, c.set.store, mark.Query{Text: q.Query, Limit: eight, Question: true, Sentence: true})
	if err != nil {
		return fmt.Errorf("search for question %s: %w", q.ID, err)
	}
	found := slices.ContainsFunc(hits, func(h mark.Hit) bool { return c.touches(h.Spans, q.Gold) })
	c.out.Found.add(found)
	if !found {
		c.failed(q.Query, "The place where the answer stands was not among the first eight passages.")
	}
	a, err := c.answer(ctx, q.Query)
	if err != nil {
		return err
	}
	c.out.Answered.add(!a.Refused)
	if a.Refused {
		c.failed(q.Query, "It was refused, although a document answers it.")
		return nil
	}
	right := 0
	for _, ct := range a.Citations {
		stands := c.touches(ct.Spans, q.Gold)
		c.out.Precision.add(stands)
		if stands {
			right++
		}
	}
	if right == 0 {
		c.failed(q.Query, "No quotation of the answer stands where the answer is known to stand.")
	}
	return nil
}

// absent asks a question that no document answers.
func (c *selfCheck) absent(ctx context.Context, question string) error {
	a, err := c.answer(ctx, question)
	if err != nil {
		return err
	}
	c.out.Refused.add(a.Refused)
	if !a.Refused {
		c.failed(question, "It was answered, although no document speaks of it.")
	}
	return nil
}

// answer answers a question, times it, and compares its quotations with the pages.
func (c *selfCheck) answer(ctx context.Context, question string) (mark.Answer, error) {
	began := time.Now()
	a, err := answerOf(ctx, c.d, c.set.corpus, question)
	if err != nil {
		return a, fmt.Errorf("question %q: %w", question, err)
	}
	c.took = append(c.took, time.Since(began))
	for _, ct := range a.Citations {
		said := ""
		for _, s := range ct.Spans {
			page, err := c.set.store.Page(ctx, s.Document, s.Page)
			if err != nil {
				return a, fmt.Errorf("read a quoted page: %w", err)
			}
			if s.Start < 0 || s.End > len(page.Text) || s.Start > s.End {
				continue // then it cannot be what the page says
			}
			said += page.Text[s.Start:s.End]
		}
		same := said == ct.Quote && said != ""
		c.out.Verbatim.add(same)
		if !same {
			c.failed(question, "A quotation is not what the page says.")
		}
	}
	return a, nil
}

// touches reports whether spans touch a marked passage.
func (c *selfCheck) touches(spans []mark.Span, gold []passage) bool {
	return len(spans) > 0 && common([]passage{c.set.placeOf(spans)}, union(gold)) > 0
}
