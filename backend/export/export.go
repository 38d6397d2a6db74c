// Package export writes an answer with its sources as a file that leaves the
// program: a Word document, a PDF, a workbook. Every sentence keeps its verdict
// and every quotation its document and page.
package export

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
)

// Paper is an answer as it is given away.
type Paper struct {
	Matter   string
	Question string
	Asked    time.Time
	Answer   mark.Answer
	// Unread names the documents of the matter that are not read in full when the
	// paper is written.
	Unread []string
	// Program is the version of the program that writes the paper.
	Program string
	// Place says where a citation stands, as it is cited ("page 3", "47:12–48:3",
	// "ABC0001234"); nil means by the number of the page.
	Place func(mark.Citation) string
	// From says whose files a document came from ("custodian Jane Doe"), or
	// nothing; it may be nil.
	From func(mark.DocumentID) string
}

// Formats write a paper by the ending of the file's name.
var Formats = map[string]func(io.Writer, Paper) error{"docx": Word, "pdf": PDF, "xlsx": Workbook}

// MediaTypes are those of Formats.
var MediaTypes = map[string]string{
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"pdf":  "application/pdf",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// advice stands at the end of every paper.
const advice = "Found and quoted by Mark AI on the machine that holds the file. A mark says how a sentence compares with its quotation, not that the quotation decides the question: check each place before you rely on it."

// verdicts are the marks of sentences and what they mean.
var verdicts = []struct {
	verdict    mark.Verdict
	sign, says string
}{
	{mark.VerdictVerbatim, "✓", "quoted word for word"},
	{mark.VerdictSupported, "≈", "its numbers, names and words stand in its quotation"},
	{mark.VerdictAltered, "Δ", "differs from the file"},
	{mark.VerdictUnsupported, "✗", "nothing that it cites carries it"},
}

func sign(v mark.Verdict) string {
	for _, x := range verdicts {
		if x.verdict == v {
			return x.sign
		}
	}
	return ""
}

func (p Paper) place(c mark.Citation) string {
	if p.Place != nil {
		return p.Place(c)
	}
	return Pages(c)
}

// name is a document as a source names it, with whose files it came from.
func (p Paper) name(id mark.DocumentID, name string) string {
	if p.From != nil {
		if from := p.From(id); from != "" {
			return name + " (" + from + ")"
		}
	}
	return name
}

// Pages says on which pages a citation stands, by number.
func Pages(c mark.Citation) string {
	if len(c.Spans) == 0 {
		return ""
	}
	first, last := c.Spans[0].Page, c.Spans[len(c.Spans)-1].Page
	if first == last {
		return fmt.Sprintf("page %d", first)
	}
	return fmt.Sprintf("pages %d–%d", first, last)
}

// about is the line under the question.
func (p Paper) about() string {
	parts := []string{p.Matter}
	if !p.Asked.IsZero() {
		parts = append(parts, "asked "+p.Asked.Format("2 January 2006, 15:04"))
	}
	return strings.Join(slices.DeleteFunc(append(parts, by(p.Answer)), func(s string) bool { return s == "" }), " · ")
}

// searched says what the question was put to.
func (p Paper) searched() string {
	c := p.Answer.Searched
	s := fmt.Sprintf("Searched: %s, %s.", plural(c.Documents, "document", "documents"), plural(c.Pages, "page", "pages"))
	if c.Unread > 0 {
		s += fmt.Sprintf(" %s not been read, and may say more.", plural(c.Unread, "page or document has", "pages or documents have"))
	}
	if unread := p.unread(); unread != "" {
		s += " " + unread
	}
	return s
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// states are what is said of a document in a survey that has no quotation.
var states = map[mark.SurveyState]string{
	mark.SurveyFound:  "A passage was found",
	mark.SurveyOther:  "A passage was found, with another value",
	mark.SurveySilent: "No passage was found",
	mark.SurveyPartly: "Nothing was found in the part that could be read",
	mark.SurveyUnread: "It could not be read",
}

// cells are the columns of a survey's row: document, what was found, value, place, quotation.
func (p Paper) cells(r mark.SurveyRow) [5]string {
	out := [5]string{p.name(r.Document, r.Name), states[r.State], r.Value}
	if r.Citation >= 0 && r.Citation < len(p.Answer.Citations) {
		c := p.Answer.Citations[r.Citation]
		out[3], out[4] = p.place(c), oneLine(c.Quote)
	}
	return out
}

var columns = [5]string{"Document", "Found", "Value", "Place", "Quotation"}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// blockKind is how a block is set.
type blockKind int

const (
	title blockKind = iota
	small
	heading
	body
	quotation
	table
)

// block is a paragraph, or a table of columns and rows.
type block struct {
	kind   blockKind
	runs   []run
	anchor int // the source that begins here, from 1; 0: none
	rows   [][]string
}

// run is text set alike.
type run struct {
	text         string
	bold, struck bool
	source       int // the source that it leads to, from 1; 0: none
}

// fromRight reports whether a paragraph runs from the right. One that names a
// source does not: it begins with our number.
func (b block) fromRight() bool {
	whole := ""
	for _, r := range b.runs {
		whole += r.text
	}
	return b.anchor == 0 && runsFromRight(whole)
}

func line(kind blockKind, text string) block { return block{kind: kind, runs: []run{{text: text}}} }

// blocks lays the paper out for a page.
func (p Paper) blocks() []block {
	a := p.Answer
	out := []block{line(title, p.Question), line(small, p.about())}
	out = append(out, p.sentences()...)
	out = append(out, p.findings()...)
	if s := a.Survey; s != nil {
		t := block{kind: table, rows: [][]string{columns[:]}}
		for _, r := range s.Rows {
			cells := p.cells(r)
			t.rows = append(t.rows, cells[:])
		}
		out = append(out, line(heading, "Document by document"), t)
	} else if len(a.Citations) > 0 {
		out = append(out, line(heading, "Sources"))
		for i, c := range a.Citations {
			out = append(out,
				block{kind: body, anchor: i + 1, runs: []run{{text: fmt.Sprintf("[%d] ", i+1), bold: true}, {text: p.name(c.Document, c.Name) + ", " + p.place(c)}}},
				line(quotation, "“"+oneLine(c.Quote)+"”"))
		}
	}
	if a.Refused && len(a.Nearest) > 0 {
		out = append(out, line(heading, "Passages that came closest"))
		for _, h := range a.Nearest {
			out = append(out, line(body, p.name(h.Document.ID, h.Document.Name)+", "+cmp.Or(p.place(mark.Citation{Document: h.Document.ID, Spans: h.Spans}), fmt.Sprintf("page %d", h.Chunk.From.Page))), line(quotation, "“"+oneLine(h.Chunk.Text)+"”"))
		}
	}
	out = append(out, line(small, p.searched()))
	if found := p.found(); len(found) > 0 {
		out = append(out, line(heading, "How this was found"))
		for _, text := range found {
			out = append(out, line(small, text))
		}
	}
	return append(out, line(small, p.advice()))
}

// advice ends the paper: what its marks are worth, and who wrote it.
func (p Paper) advice() string {
	if p.Program == "" {
		return advice
	}
	return advice + " Version " + p.Program + "."
}

// sentences are the answer itself and, below it, what its marks mean.
func (p Paper) sentences() []block {
	a := p.Answer
	if len(a.Sentences) == 0 {
		return []block{line(body, a.Text)}
	}
	var out []block
	used := map[mark.Verdict]bool{}
	for _, s := range a.Sentences {
		if a.Survey != nil && s.Verdict == mark.VerdictVerbatim {
			continue // the table has it, with its document
		}
		used[s.Verdict] = true
		if s.Heading != "" {
			out = append(out, line(heading, s.Heading))
		}
		b := block{kind: body, runs: []run{{text: sign(s.Verdict) + " "}, {text: oneLine(s.Text), struck: s.Verdict == mark.VerdictUnsupported}}}
		if a.Survey == nil {
			for _, c := range s.Citations {
				b.runs = append(b.runs, run{text: fmt.Sprintf(" [%d]", c+1), source: c + 1})
			}
		}
		out = append(out, b)
		if s.Note != "" {
			out = append(out, line(small, s.Note))
		}
	}
	var legend []string
	for _, v := range verdicts {
		if used[v.verdict] {
			legend = append(legend, v.sign+" "+v.says)
		}
	}
	return append(out, line(small, strings.Join(legend, "; ")+"."))
}
