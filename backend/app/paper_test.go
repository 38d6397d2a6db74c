package app

import (
	"bytes"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/config"
	"markai/backend/export"
)

// paper is an answer with all that a file has to carry.
func paper() export.Paper {
	return export.Paper{
		Matter: "Smith & Sons <draft>", Question: "When must notice be given?", Asked: time.Date(2026, 3, 4, 9, 30, 0, 0, time.UTC),
		Answer: mark.Answer{
			Sentences: []mark.Sentence{
				{Text: "Notice is due thirty days before.", Verdict: mark.VerdictSupported, Citations: []int{0}},
				{Text: "It may be given orally.", Verdict: mark.VerdictUnsupported, Note: "No quotation carries this."},
			},
			Citations: []mark.Citation{{Name: "Lease.pdf", Quote: "Tenant shall give\nthirty (30) days’ notice.", Spans: []mark.Span{{Page: 7}}}},
			Searched:  mark.Coverage{Documents: 3, Pages: 41, Unread: 2},
		},
	}
}

// read reads a file back with the program's own readers.
func readBack(t *testing.T, r *Reader, name string, data []byte) string {
	t.Helper()
	_, pages, err := r.Read(t.Context(), mark.File{Name: name, Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		t.Fatalf("%s cannot be read: %v", name, err)
	}
	var text strings.Builder
	for p, err := range pages {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text.WriteString(p.Text + "\n")
	}
	return strings.Join(strings.Fields(text.String()), " ")
}

func TestAnswersThatLeaveTheProgramCarryTheirSources(t *testing.T) {
	settings, err := config.Load(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := NewReader(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	survey := paper()
	survey.Question = "Which leases allow subletting?"
	survey.Answer.Survey = &mark.Survey{Rows: []mark.SurveyRow{
		{Name: "Lease.pdf", State: mark.SurveyFound, Value: "thirty (30) days", Citation: 0},
		{Name: "Scan.pdf", State: mark.SurveyUnread, Citation: -1},
	}}
	refusal := paper()
	refusal.Answer = mark.Answer{Refused: true, Text: "The documents do not say.", Searched: mark.Coverage{Documents: 3, Pages: 41}}
	for format, write := range export.Formats {
		for _, c := range []struct {
			name  string
			paper export.Paper
			wants []string
		}{
			{"answer", paper(), []string{"When must notice be given?", "Smith & Sons <draft>", "Notice is due thirty days before.", "It may be given orally.",
				"Lease.pdf", "page 7", "Tenant shall give thirty (30) days’ notice.", "3 documents, 41 pages", "have not been read"}},
			{"survey", survey, []string{"Which leases allow subletting?", "Lease.pdf", "thirty (30) days", "page 7", "Scan.pdf", "could not be read"}},
			{"refusal", refusal, []string{"The documents do not say.", "3 documents"}},
		} {
			t.Run(format+" "+c.name, func(t *testing.T) {
				var out bytes.Buffer
				if err := write(&out, c.paper); err != nil {
					t.Fatal(err)
				}
				text := readBack(t, r, "paper."+format, out.Bytes())
				for _, want := range c.wants {
					if !strings.Contains(text, want) && !strings.Contains(strings.ReplaceAll(text, " ", ""), strings.ReplaceAll(want, " ", "")) {
						t.Errorf("%q is missing from:\n%s", want, text)
					}
				}
			})
		}
	}
}
