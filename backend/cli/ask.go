package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	mark "markai/backend"
	"markai/backend/export"
	"markai/backend/wire"
)

// foundHit is a hit in the JSON of 'markai search'.
type foundHit struct {
	Document string   `json:"document"`
	ID       string   `json:"id"`
	Page     int      `json:"page"`
	Text     string   `json:"text"`
	Score    float64  `json:"score"`
	Why      []string `json:"why"`
}

func runSearch(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("search")
	name := f.String("matter", "", "`name` of the matter")
	limit := f.Int("limit", 0, "most passages to show")
	filter := f.filter()
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	query := strings.TrimSpace(strings.Join(words, " "))
	if query == "" {
		return mark.Errorf(mark.Invalid, "Say what to look for.")
	}
	s, m, err := p.openMatter(ctx, f, *name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	hits, err := s.Desk.Search(ctx, m.ID, wire.SearchRequest{Query: query, Limit: *limit, Filter: filter.query()})
	if err != nil {
		return err
	}
	read, err := s.Desk.ReadSearch(ctx, m.ID, query)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]any{"hits": found(hits), "read": read})
	}
	out := printable{p.Stdout}
	if read.Operators != "" {
		fmt.Fprintf(out, "Searched for %s\n", read.Operators)
	}
	for _, problem := range read.Problems {
		fmt.Fprintln(out, problem)
	}
	for _, s := range read.Suggestions {
		fmt.Fprintf(out, "%q stands nowhere. Did you mean %q?\n", s.Word, s.Instead)
	}
	printHits(out, hits)
	if len(hits) == 0 {
		fmt.Fprintln(p.Stdout, "Nothing found.")
	}
	return nil
}

func found(hits []wire.Hit) []foundHit {
	out := []foundHit{}
	for _, h := range hits {
		out = append(out, foundHit{h.Name, h.Document, h.Page, h.Text, h.Score, h.Why})
	}
	return out
}

func printHits(w io.Writer, hits []wire.Hit) {
	for i, h := range hits {
		fmt.Fprintf(w, "%d. %s, %s\n", i+1, h.Name, h.Place)
		indent(w, h.Text)
		fmt.Fprintf(w, "   (%s)\n\n", strings.Join(h.Why, "; "))
	}
}

// answered is the JSON of 'markai ask'.
type answered struct {
	Answer    string           `json:"answer"`
	Refused   bool             `json:"refused"`
	Sentences []askedSentence  `json:"sentences"`
	Citations []askedCitation  `json:"citations"`
	Survey    *wire.Survey     `json:"survey,omitempty"`
	Nearest   []foundHit       `json:"nearest"` // of a refusal: the passages that came closest
	Searched  map[string]int   `json:"searched"`
	Route     *wire.Route      `json:"route,omitempty"` // which expert answered, and why
	Timings   map[string]int64 `json:"milliseconds"`
}

type askedSentence struct {
	Text      string `json:"text"`
	Verdict   string `json:"verdict"`
	Citations []int  `json:"citations"`
	Note      string `json:"note,omitempty"`
}

type askedCitation struct {
	Document string     `json:"document"`
	ID       string     `json:"id"`
	Page     int        `json:"page"`
	Quote    string     `json:"quote"`
	Boxes    []wire.Box `json:"boxes"` // on Page
}

// saveAnswer writes the first answer of a conversation to a file.
func saveAnswer(ctx context.Context, s *session, matter, conversation, format, path string) error {
	var out bytes.Buffer
	err := s.Desk.Paper(ctx, matter, conversation, 1, format, func(string) (io.Writer, error) { return &out, nil })
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		return mark.Errorf(mark.Invalid, "The answer could not be written to %s: %v.", path, errors.Unwrap(err))
	}
	return nil
}

func runAsk(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("ask")
	name := f.String("matter", "", "`name` of the matter")
	expert := f.String("expert", "", "`id` of the expert that is to answer; 'markai route --experts' lists them")
	save := f.String("save", "", "also write the answer with its sources to a `file`: .docx, .pdf or .xlsx")
	words, err := f.parse(args)
	if err != nil {
		return err
	}
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(*save)), ".")
	if *save != "" && export.Formats[format] == nil {
		return mark.Errorf(mark.Invalid, "An answer can be saved as .docx, .pdf or .xlsx, not as %q.", filepath.Base(*save))
	}
	s, m, err := p.openMatter(ctx, f, *name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	conversation := mark.NewID()
	a, err := s.Desk.Answer(ctx, m.ID, wire.AskRequest{Question: strings.Join(words, " "), Conversation: conversation, Expert: *expert})
	if err != nil {
		return err
	}
	if *save != "" {
		if err := saveAnswer(ctx, s, m.ID, conversation, format, *save); err != nil {
			return err
		}
	}
	if f.json {
		return p.printJSON(asked(a))
	}
	printAnswer(printable{p.Stdout}, a)
	return nil
}

// openMatter opens the vault and one matter that is there.
func (p *Program) openMatter(ctx context.Context, f *flags, name string) (*session, wire.Matter, error) {
	s, err := p.open(ctx, f, false)
	if err != nil {
		return nil, wire.Matter{}, err
	}
	m, err := s.matter(ctx, name, false)
	if err != nil {
		return nil, m, errors.Join(err, s.stop())
	}
	return s, m, nil
}

func asked(a wire.Answer) answered {
	out := answered{
		Answer: a.Text, Refused: a.Refused, Sentences: []askedSentence{}, Citations: []askedCitation{},
		Survey: a.Survey, Nearest: found(a.Nearest), Route: a.Route,
		Searched: map[string]int{"documents": a.Documents, "pages": a.Pages, "unread": a.Unread},
		Timings:  map[string]int64{"search": int64(a.SearchMS), "first": int64(a.FirstMS), "total": int64(a.TotalMS)},
	}
	for _, s := range a.Sentences {
		out.Sentences = append(out.Sentences, askedSentence{s.Text, s.Verdict, s.Citations, s.Note})
	}
	for _, c := range a.Citations {
		boxes := []wire.Box{}
		for _, sp := range c.Spans {
			if sp.Page == c.Page {
				boxes = append(boxes, sp.Boxes...)
			}
		}
		out.Citations = append(out.Citations, askedCitation{c.Name, c.Document, c.Page, c.Quote, boxes})
	}
	return out
}

var verdictMarks = map[string]string{"verbatim": "✓", "supported": "≈", "altered": "Δ", "unsupported": "✗"}

func printAnswer(w io.Writer, a wire.Answer) {
	if a.Survey != nil {
		printSurvey(w, a)
		return
	}
	if len(a.Sentences) == 0 {
		fmt.Fprintln(w, a.Text)
	}
	for _, s := range a.Sentences {
		refs := ""
		for _, c := range s.Citations {
			refs += fmt.Sprintf(" [%d]", c+1)
		}
		fmt.Fprintf(w, "%s %s%s\n", verdictMarks[s.Verdict], s.Text, refs)
		if s.Note != "" {
			fmt.Fprintf(w, "  (%s)\n", s.Note)
		}
	}
	for i, c := range a.Citations {
		fmt.Fprintf(w, "\n[%d] %s, %s\n", i+1, c.Name, c.Place)
		indent(w, "“"+c.Quote+"”")
	}
	if len(a.Nearest) > 0 {
		fmt.Fprintln(w)
		printHits(w, a.Nearest[:min(3, len(a.Nearest))])
	}
}

// printSurvey prints the counts, then a line per document.
func printSurvey(w io.Writer, a wire.Answer) {
	for _, s := range a.Sentences {
		if s.Verdict != "verbatim" {
			fmt.Fprintf(w, "%s %s\n", verdictMarks[s.Verdict], s.Text)
		}
	}
	for _, r := range a.Survey.Rows {
		switch r.State {
		case "found", "other":
			if r.Citation < 0 {
				fmt.Fprintf(w, "\n%s\n", strings.TrimSuffix(r.Name+", "+r.Value, ", "))
				continue
			}
			c := a.Citations[r.Citation]
			fmt.Fprintf(w, "\n%s, %s", r.Name, c.Place)
			if r.Value != "" {
				fmt.Fprintf(w, ": %s", r.Value)
			}
			fmt.Fprintln(w)
			indent(w, "“"+c.Quote+"”")
		case "silent":
			fmt.Fprintf(w, "\n%s: no passage was found\n", r.Name)
		default:
			fmt.Fprintf(w, "\n%s: could not be read in full\n", r.Name)
		}
	}
}

func indent(w io.Writer, text string) {
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		fmt.Fprintf(w, "   %s\n", strings.TrimSpace(l))
	}
}

func runMatters(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("matters")
	if _, err := f.parse(args); err != nil {
		return err
	}
	s, err := p.open(ctx, f, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	ms, err := s.Desk.Matters(ctx)
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]any{"matters": ms})
	}
	for _, m := range ms {
		fmt.Fprintf(printable{p.Stdout}, "%s: %d documents, %d pages, %d need you\n", m.Name, m.Documents, m.Pages, m.NeedYou)
	}
	return nil
}
