package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	mark "markai/backend"
	"markai/backend/wire"
)

// ingested is the JSON of 'markai ingest'.
type ingested struct {
	Matter   string          `json:"matter"`
	Read     []ingestedFile  `json:"read"`
	Known    []ingestedFile  `json:"known"`
	NeedYou  []ingestedFile  `json:"need_you"`
	Rejected []wire.Rejected `json:"rejected"`
	Skipped  []wire.Rejected `json:"skipped"`
	// Productions are what was made of folders with load files.
	Productions []wire.Production `json:"productions,omitempty"`

	Pages   int     `json:"pages"`
	Seconds float64 `json:"seconds"`
}

type ingestedFile struct {
	Document string   `json:"document"`
	ID       string   `json:"id"`
	Pages    int      `json:"pages"`
	OCRPages int      `json:"ocr_pages"`
	Code     string   `json:"code,omitempty"`
	Problem  string   `json:"problem,omitempty"`
	Notes    []string `json:"notes,omitempty"`
}

func runIngest(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("ingest")
	name := f.String("matter", "", "`name` of the matter; it is made where missing")
	paths, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return mark.Errorf(mark.Invalid, "Name the files or folders to read.")
	}
	s, err := p.open(ctx, f, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	m, err := s.matter(ctx, *name, true)
	if err != nil {
		return err
	}
	began := time.Now()
	added, err := s.Desk.AddPaths(ctx, m.ID, paths)
	if err != nil {
		return err
	}
	if err := p.await(ctx, s, m.ID); err != nil {
		return err
	}
	out, err := s.outcome(ctx, m, added)
	if err != nil {
		return err
	}
	out.Seconds = time.Since(began).Seconds()
	if f.json {
		err = p.printJSON(out)
	} else {
		out.print(printable{p.Stdout})
	}
	missing := slices.ContainsFunc(out.Productions, func(p wire.Production) bool { return len(p.Problems) > 0 })
	if err == nil && (len(out.NeedYou)+len(out.Rejected) > 0 || missing) {
		err = errNeedsYou
	}
	return err
}

// await returns when no job of the matter is queued or running any more.
func (p *Program) await(ctx context.Context, s *session, matter string) error {
	events, stop := s.Desk.Watch()
	defer stop()
	bar := newBar(p.Stderr)
	defer bar.clear()
	// Events wake us; the tick covers those that a full queue dropped.
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		left, err := s.Desk.Unread(ctx, matter)
		if err != nil || left == 0 {
			return err
		}
		if bar.on {
			r, err := s.Desk.Progress(ctx, matter)
			if err != nil {
				return err
			}
			bar.show(r)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-events:
			drain(events)
		case <-tick.C:
			continue
		}
		select { // at most twenty looks a second
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func drain(events <-chan *wire.Event) {
	for {
		select {
		case <-events:
		default:
			return
		}
	}
}

// outcome sorts the documents of this run, attachments included.
func (s *session) outcome(ctx context.Context, m wire.Matter, added wire.AddResult) (ingested, error) {
	out := ingested{Matter: m.Name, Read: []ingestedFile{}, Known: []ingestedFile{}, NeedYou: []ingestedFile{}, Rejected: added.Rejected, Skipped: added.Skipped, Productions: added.Productions}
	docs, err := s.Desk.Documents(ctx, m.ID)
	if err != nil {
		return out, err
	}
	ours, known := map[string]bool{}, map[string]int{}
	for _, j := range added.Jobs {
		ours[j.Document] = true
	}
	for _, k := range added.Known { // once for each file that holds its bytes
		known[k.ID]++
	}
	for grown := true; grown; { // attachments of attachments too
		grown = false
		for _, d := range docs {
			if ours[d.Parent] && !ours[d.ID] {
				ours[d.ID], grown = true, true
			}
		}
	}
	for _, d := range docs {
		file := ingestedFile{d.Name, d.ID, d.Pages, d.OCRPages, d.Code, d.Problem, d.Notes}
		switch {
		case !ours[d.ID] && known[d.ID] == 0:
		case d.Status == "needs_you":
			out.NeedYou = append(out.NeedYou, file)
		default:
			if ours[d.ID] {
				out.Read = append(out.Read, file)
				out.Pages += d.PagesRead
			}
			out.Known = append(out.Known, slices.Repeat([]ingestedFile{file}, known[d.ID])...)
		}
	}
	return out, nil
}

func (o ingested) print(w io.Writer) {
	for _, p := range o.Productions {
		printProduction(w, p)
	}
	for _, f := range o.Read {
		fmt.Fprintf(w, "read      %s (%s)\n", f.Document, pagesOf(f))
		for _, n := range f.Notes {
			fmt.Fprintf(w, "          %s\n", n)
		}
	}
	for _, f := range o.Known {
		fmt.Fprintf(w, "known     %s: these bytes are in the matter already\n", f.Document)
	}
	for _, f := range o.NeedYou {
		fmt.Fprintf(w, "needs you %s: %s\n", f.Document, f.Problem)
	}
	for _, r := range o.Rejected {
		fmt.Fprintf(w, "left out  %s: %s\n", r.Name, r.Problem)
	}
	for _, r := range o.Skipped {
		fmt.Fprintf(w, "skipped   %s: %s\n", r.Name, r.Problem)
	}
	fmt.Fprintf(w, "%d documents, %d pages read into %q in %.1f s\n", len(o.Read), o.Pages, o.Matter, o.Seconds)
}

// printProduction says what was made of a folder with load files.
func printProduction(w io.Writer, p wire.Production) {
	fmt.Fprintf(w, "production %s (%s): %d documents, %d of them new, %d pages from single files\n",
		p.Name, strings.Join(p.LoadFiles, ", "), p.Documents+p.Known, p.Documents, p.Pages)
	for _, q := range p.Problems {
		fmt.Fprintf(w, "missing   %s: %s\n", q.Name, q.Problem)
	}
}

func pagesOf(f ingestedFile) string {
	text := fmt.Sprintf("%d pages", f.Pages)
	if f.Pages == 1 {
		text = "1 page"
	}
	if f.OCRPages > 0 {
		text += fmt.Sprintf(", %d by OCR", f.OCRPages)
	}
	return text
}

// bar shows progress on a terminal and nothing elsewhere.
type bar struct {
	w  io.Writer
	on bool
}

func newBar(w io.Writer) *bar {
	f, ok := w.(*os.File)
	return &bar{w, ok && term.IsTerminal(int(f.Fd()))}
}

// show draws how reading stands.
func (b *bar) show(r wire.MatterProgress) {
	name, left := "", ""
	for _, j := range r.Jobs {
		name = fmt.Sprintf("%s: %s %d/%d", visible(j.Name), j.Step, j.Done, j.Total)
		if j.Problem != "" {
			name = j.Problem
		}
	}
	if r.ETASeconds > 0 {
		left = fmt.Sprintf(", about %s left", time.Duration(r.ETASeconds*float64(time.Second)).Round(time.Second))
	}
	if n := []rune(name); len(n) > 60 {
		name = string(n[:60])
	}
	fmt.Fprintf(b.w, "\r\033[K%.0f %%, %d of %d documents%s  %s", 100*r.Fraction, r.Ended, r.Ended+r.Waiting, left, name)
}

func (b *bar) clear() {
	if b.on {
		fmt.Fprint(b.w, "\r\033[K")
	}
}
