package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"markai/backend/app"
	"markai/backend/wire"
)

// rates are the names of a self-check's figures, for people.
var rates = map[string]string{
	"found":     "the place is among the first 8 passages",
	"answered":  "answered, where a document answers",
	"precision": "quotations at the known place",
	"refused":   "refused, where none answers",
	"verbatim":  "quotations word for word",
}

// runSelf checks this installation with the bundled questions.
func runSelf(ctx context.Context, p *Program, f *flags) (err error) {
	a, err := p.newApp(f, app.Options{})
	if err != nil {
		return err
	}
	home, err := p.homeDir(f)
	if err != nil {
		return err
	}
	s := p.start(ctx, a)
	defer func() { err = errors.Join(err, s.stop()) }()
	fmt.Fprintln(p.Stderr, "Asking the bundled questions about the sample documents …")
	last := -1
	c, err := a.CheckSelf(ctx, home, func(done, total int) {
		if part := 10 * done / max(1, total); part != last {
			last = part
			fmt.Fprintf(p.Stderr, "%d %%\n", 10*part)
		}
	})
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(c)
	}
	printSelf(p.Stdout, c)
	return nil
}

func printSelf(w io.Writer, c wire.SelfCheck) {
	by, search := "quotations alone", "words alone"
	if c.Model != "" {
		by = c.Model
	}
	if c.Embedding != "" {
		search = c.Embedding + " and words"
	}
	fmt.Fprintf(w, "%d questions on %s, Mark AI %s, %s\nAnswers: %s. Search: %s.\n\n", c.Questions, c.Taken, c.Version, c.Processor, by, search)
	fmt.Fprintf(w, "%-42s%12s%8s   %s\n", "", "", "share", "95 of 100 cases")
	for _, r := range c.Rates {
		share := "–"
		if r.Of > 0 {
			share = fmt.Sprintf("%.1f %%", 100*float64(r.Right)/float64(r.Of))
		}
		fmt.Fprintf(w, "%-42s%5d of %-4d%8s   %.1f to %.1f %%\n", rates[r.Name], r.Right, r.Of, share, 100*r.Least, 100*r.Most)
	}
	fmt.Fprintf(w, "%-42s%.0f ms, 95 of 100 below %.0f ms\n", "an answer takes", c.MedianMS, c.SlowMS)
	for _, x := range c.Failed {
		fmt.Fprintf(w, "\n%s\n  %s\n", x.Question, x.Problem)
	}
}

// runReplay puts the question of an answer again and prints what differs.
func runReplay(ctx context.Context, p *Program, f *flags, matter, id string) (err error) {
	s, m, err := p.openMatter(ctx, f, matter)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	if id == "" {
		return p.listCases(ctx, f, s, m.ID)
	}
	r, err := s.Desk.Replay(ctx, m.ID, id)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(r)
	}
	fmt.Fprint(p.Stdout, visible(replayed(r)))
	return nil
}

// listCases prints the answers of a matter that are worth a look, with the ids to
// replay them by.
func (p *Program) listCases(ctx context.Context, f *flags, s *session, matter string) error {
	q, err := s.Desk.Quality(ctx, matter)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(q.Entries)
	}
	if len(q.Entries) == 0 {
		fmt.Fprintln(p.Stdout, "No answer of the last 90 days is known to have gone wrong.")
	}
	for _, e := range q.Entries {
		fmt.Fprintf(p.Stdout, "%s  %s  %s\n", e.ID, e.Created[:min(len(e.Created), len("2006-01-02"))], visible(e.Question))
	}
	return nil
}

// replayed says how two answers differ.
func replayed(r wire.Replay) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nAsked %s.\n", r.Question, r.Asked)
	if r.Same {
		b.WriteString("The answer is the same, with the same evidence and verdicts.\n")
	}
	for _, d := range r.Differences {
		fmt.Fprintf(&b, "\n%s: %s\n", d.Part, d.Text)
		for _, side := range [][2]string{{"then", d.Before}, {"now", d.After}} {
			if side[1] != "" {
				fmt.Fprintf(&b, "  %-5s %s\n", side[0]+":", strings.Join(strings.Fields(side[1]), " "))
			}
		}
	}
	return b.String()
}
