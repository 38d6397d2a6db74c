package export_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/ledongthuc/pdf"
	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/export"
	"markai/backend/ooxml"
)

// office returns the text of an Office file as our own reader sees it.
func office(t testing.TB, name string, data []byte) string {
	t.Helper()
	src, err := ooxml.Parser{}.Open(t.Context(), mark.File{Name: name, Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		t.Fatalf("read back %s: %v", name, err)
	}
	defer src.Close()
	var b strings.Builder
	for n := 1; n <= src.Info().Pages; n++ {
		page, err := src.Page(t.Context(), n)
		if err != nil {
			t.Fatalf("page %d of %s: %v", n, name, err)
		}
		b.WriteString(page.Text + "\n")
	}
	return b.String()
}

// printed returns the text of a PDF, and of how many pages it is.
func printed(t testing.TB, data []byte) (text string, pages int) {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatalf("read back the PDF: %v", err)
	}
	all, err := r.GetPlainText()
	if err != nil {
		t.Fatalf("read back the PDF: %v", err)
	}
	b, err := io.ReadAll(all)
	if err != nil {
		t.Fatalf("read back the PDF: %v", err)
	}
	return string(b), r.NumPage()
}

// paper returns the text of a PDF.
func paper(t testing.TB, _ string, data []byte) string {
	text, _ := printed(t, data)
	return text
}

func written(t testing.TB, write func(io.Writer, export.Paper) error, p export.Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func holds(t *testing.T, text string, wanted ...string) {
	t.Helper()
	plain := squeezed(text)
	for _, w := range wanted {
		if !strings.Contains(plain, squeezed(w)) {
			t.Errorf("%q is missing in:\n%s", w, text)
		}
	}
}

// squeezed is a text without its white space: a PDF has none at the ends of lines.
func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

func lease() export.Paper {
	return export.Paper{
		Matter: "Harbor & Sons v. Quay", Question: "How long is the notice <period>?", Asked: time.Date(2026, 11, 25, 9, 30, 0, 0, time.UTC),
		Answer: mark.Answer{
			Sentences: []mark.Sentence{
				{Text: "“Either party may terminate on sixty days' notice.”", Verdict: mark.VerdictVerbatim, Citations: []int{0}},
				{Text: "The landlord has agreed.", Verdict: mark.VerdictUnsupported, Note: "Nothing in the file says so."},
			},
			Citations: []mark.Citation{{Name: "Lease.pdf", Quote: "Either party may terminate\non sixty days' notice.", Spans: []mark.Span{{Page: 3}, {Page: 4}}}},
			Searched:  mark.Coverage{Documents: 12, Pages: 149, Unread: 1},
		},
	}
}

func survey() export.Paper {
	p := export.Paper{Matter: "Leases", Question: "Which leases renew?", Answer: mark.Answer{
		Sentences: []mark.Sentence{{Text: "In 1 of 2 documents a passage bears on “renew”; in 1 none was found.", Verdict: mark.VerdictSupported}},
		Citations: []mark.Citation{{Name: "A.pdf", Quote: "=HYPERLINK(1) renews for one year", Spans: []mark.Span{{Page: 7}}}},
		Survey: &mark.Survey{Topic: "renew", Rows: []mark.SurveyRow{
			{Name: "A.pdf", State: mark.SurveyFound, Value: "one year", Citation: 0},
			{Name: "B.pdf", State: mark.SurveySilent, Citation: -1},
		}},
	}}
	return p
}

func TestEveryFormHoldsTheAnswerWithItsSources(t *testing.T) {
	tests := []struct {
		name  string
		write func(io.Writer, export.Paper) error
		read  func(t testing.TB, name string, data []byte) string
	}{
		{"answer.docx", export.Word, office},
		{"answer.xlsx", export.Workbook, office},
		{"answer.pdf", export.PDF, paper},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			text := x.read(t, x.name, written(t, x.write, lease()))
			holds(t, text, "How long is the notice <period>?", "Harbor & Sons v. Quay · asked 25 November 2026, 09:30", "Lease.pdf", "pages 3–4",
				"Either party may terminate on sixty days' notice.", "The landlord has agreed.", "Nothing in the file says so.",
				"Searched: 12 documents, 149 pages. 1 page or document has not been read")
			text = x.read(t, x.name, written(t, x.write, survey()))
			holds(t, text, "In 1 of 2 documents", "A.pdf", "one year", "page 7", "=HYPERLINK(1) renews for one year", "B.pdf", "No passage was found")
		})
	}
}

func TestARefusalIsGivenAwayWithWhatCameClosest(t *testing.T) {
	p := export.Paper{Question: "Who is the arbitrator?", Answer: mark.Answer{Refused: true, Text: "I could not find it in 2 documents.", Nearest: []mark.Hit{
		{Document: mark.Document{Name: "Memo.docx"}, Chunk: mark.Chunk{From: mark.Pos{Page: 2}, Text: "Disputes go to court."}},
	}}}
	holds(t, office(t, "a.docx", written(t, export.Word, p)), "I could not find it in 2 documents.", "Memo.docx, page 2", "Disputes go to court.")
	holds(t, paper(t, "a.pdf", written(t, export.PDF, p)), "I could not find it in 2 documents.", "Memo.docx, page 2", "Disputes go to court.")
}

func TestWhatAnAnswerHoldsBesidesSentencesIsGivenAwayWithItsSources(t *testing.T) {
	p := lease()
	p.Unread, p.Program = []string{"Sealed.pdf"}, "1.2"
	a := &p.Answer
	a.Model, a.Routed = "small", &mark.Routed{Expert: "clauses", Name: "Clause finder"}
	a.Citations = append(a.Citations, mark.Citation{Name: "Amendment.pdf", Quote: "ninety days' notice", Spans: []mark.Span{{Page: 2}}})
	a.Sentences[0].Heading = "Termination"
	a.Contradictions = []mark.Contradiction{{Topic: "notice", Sides: []mark.Side{{Value: "sixty days", Citation: 0, Date: "2019-03-01"}, {Value: "ninety days", Citation: 1}}}}
	a.Computation = &mark.Computation{Text: "June 30, 2023 − 60 days = May 1, 2023", Operands: []mark.Operand{{Value: "60 days", Citation: 0}, {Value: "June 30, 2023", Citation: -1}}}
	a.Chronology = []mark.ChronologyRow{{Date: "2021-05", Text: "The lease is amended.", Citation: 1}}
	a.Trace = &mark.Trace{
		Searches:  []mark.TraceSearch{{Text: "notice period", Documents: 3, Found: 7, Why: "The question as it was asked."}},
		Documents: []mark.TraceDocument{{Name: "Lease.pdf", Read: true}, {Name: "Memo.docx"}},
		Passages:  []mark.TracePassage{{Cited: true}, {Aside: "no"}},
		Checks:    []string{"Sentence 1 against [1]: It stands there word for word."},
	}
	for name, form := range map[string]struct {
		write func(io.Writer, export.Paper) error
		read  func(t testing.TB, name string, data []byte) string
	}{"a.docx": {export.Word, office}, "a.pdf": {export.PDF, paper}, "a.xlsx": {export.Workbook, office}} {
		t.Run(name, func(t *testing.T) {
			holds(t, form.read(t, name, written(t, form.write, p)),
				"written by small, by way of “Clause finder”", "The documents differ: notice", "sixty days: Lease.pdf, pages 3–4", "dated 2019-03-01",
				"ninety days: Amendment.pdf, page 2", "no date known", "June 30, 2023 − 60 days = May 1, 2023", "June 30, 2023: from the question",
				"2021-05: The lease is amended.", "Searched for “notice period” in 3 documents: 7 passages found.", "Read for the answer: Lease.pdf.",
				"Found, and not read for it: Memo.docx.", "1 hold a quotation", "Sentence 1 against [1]: It stands there word for word.",
				"Not read in full when this was written: Sealed.pdf.", "Version 1.2.")
		})
	}
}

func TestAQuestionAskedBackIsGivenAwayWithItsChoices(t *testing.T) {
	p := export.Paper{Question: "When does it end?", Answer: mark.Answer{Text: "Which lease do you mean?", Choices: &mark.Choices{Question: "Which lease do you mean?", Options: []mark.Option{
		{Label: "Harbor lease", Detail: "2019"}, {Label: "Quay lease"},
	}}}}
	holds(t, paper(t, "a.pdf", written(t, export.PDF, p)), "Which lease do you mean?", "– Harbor lease (2019)", "– Quay lease")
}

func TestALongSurveyRunsOverManyPages(t *testing.T) {
	p := survey()
	for i := range 400 {
		p.Answer.Survey.Rows = append(p.Answer.Survey.Rows, mark.SurveyRow{Name: fmt.Sprintf("Document %d.pdf", i), State: mark.SurveyFound, Citation: 0})
	}
	text, pages := printed(t, written(t, export.PDF, p))
	if pages < 10 {
		t.Errorf("400 rows stand on %d pages", pages)
	}
	holds(t, text, "Document 0.pdf", "Document 399.pdf")
}

func TestACellThatExcelWouldRefuseIsCut(t *testing.T) {
	p := survey()
	p.Answer.Citations[0].Quote = strings.Repeat("né ", 30_000)
	text := office(t, "a.xlsx", written(t, export.Workbook, p))
	if !strings.Contains(text, "né…") && !strings.Contains(text, "n…") && !strings.Contains(text, " …") || len(text) > 40_000 {
		t.Errorf("a cell of 120,000 bytes came out as %d", len(text))
	}
}

// Whatever the question and the quotation say, each form is a file that our
// readers open, and every word of the quotation is in the Word document.
func TestAnyTextMakesAFileThatOpens(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("abé§“”<>&\"'\t\n\x00\x1b\ufffe漢字😀()\\[]%=+-@")), 0, 200, -1)
	rapid.Check(t, func(rt *rapid.T) {
		p := lease()
		p.Question, p.Answer.Citations[0].Quote = text.Draw(rt, "question"), text.Draw(rt, "quotation")
		p.Answer.Sentences[0].Text = text.Draw(rt, "sentence")
		word := office(t, "a.docx", written(t, export.Word, p))
		for w := range strings.FieldsSeq(p.Answer.Citations[0].Quote) {
			if strings.ContainsAny(w, "\x00\x1b\ufffe") {
				continue // what XML cannot carry
			}
			if !strings.Contains(word, w) {
				rt.Fatalf("%q is lost in %q", w, word)
			}
		}
		office(t, "a.xlsx", written(t, export.Workbook, p))
		paper(t, "a.pdf", written(t, export.PDF, p))
	})
}
