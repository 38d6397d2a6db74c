package answer

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

// wordsOnly is a plain search: any word of the question, best passages first.
type wordsOnly struct{}

func (wordsOnly) Read(context.Context, mark.MatterStore, mark.Query) (mark.Reading, error) {
	return mark.Reading{}, nil
}

func (wordsOnly) Search(ctx context.Context, m mark.MatterStore, q mark.Query) ([]mark.Hit, error) {
	var terms []string
	for w := range strings.FieldsFuncSeq(q.Text, func(r rune) bool { return strings.ContainsRune(" \n?.,;:'\"“”", r) }) {
		terms = append(terms, `"`+w+`"`)
	}
	found, err := m.MatchWords(ctx, strings.Join(terms, " OR "), [2]float64{1, 1}, q.Documents, q.Limit)
	if err != nil {
		return nil, err
	}
	var hits []mark.Hit
	for _, f := range found {
		chunks, err := m.Chunks(ctx, []mark.ChunkID{f.Chunk})
		if err != nil {
			return nil, err
		}
		doc, err := m.Document(ctx, f.Document)
		if err != nil {
			return nil, err
		}
		hits = append(hits, mark.Hit{Chunk: chunks[0], Document: doc, Score: f.Score})
	}
	return hits, nil
}

// scripted is a chat model that says what it is told to.
type scripted struct {
	text string
	err  error
	seen *mark.Prompt
}

func (s scripted) Generate(_ context.Context, p mark.Prompt) iter.Seq2[mark.Delta, error] {
	return func(yield func(mark.Delta, error) bool) {
		if s.seen != nil {
			*s.seen = p
		}
		for part := range strings.SplitAfterSeq(s.text, " ") {
			if !yield(mark.Delta{Text: part, Tokens: 1}, nil) {
				return
			}
		}
		if s.err != nil {
			yield(mark.Delta{}, s.err)
		}
	}
}

func (s scripted) CountTokens(_ context.Context, text string) (int, error) { return len(text) / 4, nil }

// file is a matter with a supply agreement and a lease.
func file(t *testing.T) mark.MatterStore {
	t.Helper()
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "Supply Agreement Acme Bolt.txt",
		"SUPPLY AGREEMENT\n\nThis Supply Agreement is made as of June 1, 2020 by and between Acme Metals, Inc. and Bolt Tools LLC.\n\n"+
			"1. Term. The term of this Agreement shall commence on June 1, 2020 and shall expire on May 31, 2023. "+
			"This Agreement shall automatically renew for successive one (1) year terms unless either party gives written notice of non-renewal at least sixty (60) days before the end of the term.\n\n",
		"2. Prices. Bolt shall pay each invoice within thirty (30) days after receipt.\n\n"+
			"9. Governing Law. This Agreement shall be governed by and construed in accordance with the laws of the State of New York, without regard to conflicts of law.\n\n"+
			"10. Assignment. Neither party shall assign this Agreement without the prior written consent of the other party.\n")
	marktest.AddText(t, m, "Lease Dunmore.txt",
		"LEASE\n\nThis Lease is made between Dunmore Holdings Ltd and Acme Metals, Inc.\n\nThe laws of the State of Ohio govern this Lease. The Tenant shall keep the roof in repair.\n")
	return m
}

func final(t *testing.T, s *Service, m mark.MatterStore, q mark.Question) (mark.Answer, []mark.AnswerEvent) {
	t.Helper()
	var events []mark.AnswerEvent
	for e, err := range s.Answer(t.Context(), m, q) {
		if err != nil {
			t.Fatalf("answer %q: %v", q.Text, err)
		}
		events = append(events, e)
	}
	last := events[len(events)-1]
	if last.Final == nil {
		t.Fatalf("the last event of %q is not Final", q.Text)
	}
	checkAnswer(t, m, *last.Final)
	return *last.Final, events
}

// checkAnswer checks what every answer promises: quotations are the stored
// bytes, and every sentence has a verdict and citations that exist.
func checkAnswer(t *testing.T, m mark.MatterStore, a mark.Answer) {
	t.Helper()
	for _, c := range a.Citations {
		joined := ""
		for _, sp := range c.Spans {
			p, err := m.Page(t.Context(), sp.Document, sp.Page)
			if err != nil {
				t.Fatal(err)
			}
			joined += p.Text[sp.Start:sp.End]
		}
		if joined != c.Quote || joined == "" {
			t.Errorf("spans give %q, the quotation says %q", joined, c.Quote)
		}
	}
	for _, s := range a.Sentences {
		if s.Verdict == "" {
			t.Errorf("%q was not judged", s.Text)
		}
		for _, i := range s.Citations {
			if i < 0 || i >= len(a.Citations) {
				t.Errorf("%q cites %d of %d", s.Text, i, len(a.Citations))
			}
		}
	}
	if a.Refused && (len(a.Sentences) > 0 || len(a.Citations) > 0) {
		t.Error("a refusal must not claim anything")
	}
}

func TestQuestionsAreAnsweredFromTheFile(t *testing.T) {
	tests := []struct {
		question string
		want     string // in the answer; empty: refused
		quote    string // in the first citation
	}{
		{"Which law governs the Supply Agreement between Acme Metals, Inc. and Bolt Tools LLC?", "New York", "governed by and construed"},
		{"Under the Dunmore lease, which law applies?", "Ohio", "laws of the State of Ohio"},
		{"When does the Supply Agreement with Bolt Tools LLC expire?", "May 31, 2023", "shall expire on May 31, 2023"},
		{"How much notice must be given under the Supply Agreement with Bolt Tools LLC to stop it from renewing?", "sixty (60) days", "notice of non-renewal"},
		{"Can the agreement with Bolt Tools LLC be assigned?", "prior written consent", "Neither party shall assign"},
		{"What insurance must be maintained under the Supply Agreement with Bolt Tools LLC?", "", ""},
		{"Which law governs the Franchise Agreement between Quentin Foods, Inc. and Marlowe Bros LLC?", "", ""},
		{"What does Zephyrine Holdings own?", "", ""},
		{"Which restrictions on competing are there in the Supply Agreement with Bolt Tools LLC?", "", ""},
	}
	m := file(t)
	s := New(Config{Searcher: wordsOnly{}})
	for _, tt := range tests {
		t.Run(tt.question, func(t *testing.T) {
			a, events := final(t, s, m, mark.Question{Text: tt.question})
			if a.Refused != (tt.want == "") {
				t.Fatalf("refused: %v, answer %q", a.Refused, a.Text)
			}
			if len(events[0].Passages) == 0 {
				t.Error("the first event shows no passages")
			}
			if a.Searched.Documents != 2 || a.Searched.Pages != 3 {
				t.Errorf("searched %+v, want 2 documents and 3 pages", a.Searched)
			}
			if a.Refused {
				if len(a.Nearest) == 0 || !strings.Contains(a.Text, "could not find") && !strings.Contains(a.Text, "names nothing") {
					t.Errorf("a refusal must say so and show what came closest: %q", a.Text)
				}
				return
			}
			if !strings.Contains(a.Text, tt.want) || !strings.Contains(a.Citations[0].Quote, tt.quote) {
				t.Errorf("got %q citing %q; want %q citing %q", a.Text, a.Citations[0].Quote, tt.want, tt.quote)
			}
			for _, x := range a.Sentences {
				if x.Verdict != mark.VerdictVerbatim && x.Verdict != mark.VerdictSupported {
					t.Errorf("%q is %s (%s) though code wrote it", x.Text, x.Verdict, x.Note)
				}
			}
		})
	}
}

func TestFollowUpStaysWithTheDocument(t *testing.T) {
	m := file(t)
	s := New(Config{Searcher: wordsOnly{}})
	first := "When does the Supply Agreement with Bolt Tools LLC expire?"
	a, _ := final(t, s, m, mark.Question{Text: first})
	history := []mark.Message{{Role: "user", Text: first}, {Role: "assistant", Text: a.Text, Answer: &a}}
	b, _ := final(t, s, m, mark.Question{Text: "And which law governs it?", History: history})
	if b.Refused || !strings.Contains(b.Text, "New York") {
		t.Errorf("the follow-up left the document: %q", b.Text)
	}
}

func TestQuestionToOneDocumentStaysInside(t *testing.T) {
	m := file(t)
	docs, err := m.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lease := docs[slices.IndexFunc(docs, func(d mark.Document) bool { return d.Name == "Lease Dunmore.txt" })]
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "Which law governs?", Documents: []mark.DocumentID{lease.ID}})
	if a.Refused || !strings.Contains(a.Text, "Ohio") || a.Searched.Documents != 1 {
		t.Errorf("got %q, searched %+v", a.Text, a.Searched)
	}
}

func TestEmptyQuestionIsInvalid(t *testing.T) {
	for _, err := range New(Config{Searcher: wordsOnly{}}).Answer(t.Context(), file(t), mark.Question{Text: " "}) {
		if mark.CodeOf(err) != mark.Invalid {
			t.Errorf("got %v, want invalid", err)
		}
	}
}

func TestEmptyMatterSaysThatNothingCanBeSearched(t *testing.T) {
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), marktest.OpenMatter(t), mark.Question{Text: "Which law governs?"})
	if !a.Refused || !strings.Contains(a.Text, "Add documents") {
		t.Errorf("got %q", a.Text)
	}
}

func TestModelIsJudgedSentenceBySentence(t *testing.T) {
	const question = "Which law governs the Supply Agreement with Bolt Tools LLC?"
	big := func() Model { return Model{Name: "big", Parameters: 8_000_000_000} }
	small := func() Model { return Model{Name: "small", Parameters: 135_000_000} }
	tests := []struct {
		name     string
		gen      mark.Generator
		model    func() Model
		wrote    string // Answer.Model
		verdicts []mark.Verdict
	}{
		{"a true sentence", scripted{text: "The laws of the State of New York govern this Agreement [1]."}, big, "big",
			[]mark.Verdict{mark.VerdictSupported}},
		{"a mark behind the point", scripted{text: "This Agreement shall be governed by the laws of New York. [1]"}, big, "big",
			[]mark.Verdict{mark.VerdictSupported}},
		{"a false sentence stays, marked", scripted{text: "The laws of New York govern this Agreement [1]. The laws of Delaware govern this Agreement [1]."}, big, "big",
			[]mark.Verdict{mark.VerdictSupported, mark.VerdictAltered}},
		{"nothing true: the quotations follow", scripted{text: "The moon is made of cheese [1]."}, big, "big",
			[]mark.Verdict{mark.VerdictUnsupported, mark.VerdictSupported, mark.VerdictVerbatim}},
		{"a sentence without a mark finds its passage", scripted{text: "This Agreement shall be governed by the laws of New York."}, big, "big",
			[]mark.Verdict{mark.VerdictSupported}},
		{"the model finds nothing", scripted{text: "NOT IN THE PASSAGES"}, big, "", []mark.Verdict{mark.VerdictSupported, mark.VerdictVerbatim}},
		{"the model dies", scripted{text: "The laws", err: mark.Errorf(mark.Crashed, "The model stopped.")}, big, "",
			[]mark.Verdict{mark.VerdictSupported, mark.VerdictVerbatim}},
		{"a small model is not asked", scripted{text: "Nonsense [1]."}, small, "", []mark.Verdict{mark.VerdictSupported, mark.VerdictVerbatim}},
		{"no model", nil, nil, "", []mark.Verdict{mark.VerdictSupported, mark.VerdictVerbatim}},
	}
	m := file(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Config{Searcher: wordsOnly{}, Generator: tt.gen, Model: tt.model})
			a, events := final(t, s, m, mark.Question{Text: question})
			var got []mark.Verdict
			for _, x := range a.Sentences {
				got = append(got, x.Verdict)
			}
			if !slices.Equal(got, tt.verdicts) || a.Model != tt.wrote {
				t.Errorf("got %v by %q, want %v by %q: %q", got, a.Model, tt.verdicts, tt.wrote, a.Text)
			}
			checkOrder(t, events, a)
		})
	}
}

// alike is an embedder for which texts about the roof mean the same and all
// others nothing.
type alike struct{ err error }

func (alike) Model() string { return "alike" }
func (alike) Dim() int      { return 2 }

func (a alike) Embed(_ context.Context, texts []string) ([][]float32, error) {
	if a.err != nil {
		return nil, a.err
	}
	var out [][]float32
	for _, s := range texts {
		if strings.Contains(s, "roof") || strings.Contains(s, "shingles") {
			out = append(out, []float32{1, 0})
		} else {
			out = append(out, []float32{0, 1})
		}
	}
	return out, nil
}

func TestMeaningFindsWhatOtherWordsSay(t *testing.T) {
	const question = "Whose task are leaky shingles for the Tenant?"
	m := file(t)
	tests := []struct {
		name     string
		embedder mark.Embedder
		refused  bool
	}{
		{"with an embedder", alike{}, false},
		{"without", nil, true},
		{"with one that fails", alike{err: mark.Errorf(mark.Crashed, "The model stopped.")}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := final(t, New(Config{Searcher: wordsOnly{}, Embedder: tt.embedder}), m, mark.Question{Text: question})
			if a.Refused != tt.refused || !a.Refused && !strings.Contains(a.Citations[0].Quote, "roof") {
				t.Errorf("refused %v, %q", a.Refused, a.Text)
			}
		})
	}
}

func TestCancelledQuestionEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range New(Config{Searcher: wordsOnly{}}).Answer(ctx, file(t), mark.Question{Text: "Which law governs?"}) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	}
}

// checkOrder checks that passages come first, drafts before sentences, and that
// the sentences sent are those of the final answer.
func checkOrder(t *testing.T, events []mark.AnswerEvent, a mark.Answer) {
	t.Helper()
	stage := 0
	var sent []string
	for _, e := range events {
		at := 0
		switch {
		case e.Final != nil:
			at = 4
		case e.Sentence != nil:
			at = 3
			sent = append(sent, e.Sentence.Text)
		case e.Draft != "":
			at = 2
		case e.Passages != nil:
			at = 1
		}
		if at < stage {
			t.Errorf("event %+v comes too late", e)
		}
		stage = at
	}
	for i, s := range a.Sentences {
		if i >= len(sent) || sent[i] != s.Text {
			t.Errorf("sentence %d was not sent before Final", i)
		}
	}
}

func TestReaderWhoLeavesStopsTheModel(t *testing.T) {
	m := file(t)
	s := New(Config{Searcher: wordsOnly{}, Model: func() Model { return Model{Name: "big", Parameters: 2e9} },
		Generator: scripted{text: strings.Repeat("word ", 1000)}})
	n := 0
	for e, err := range s.Answer(t.Context(), m, mark.Question{Text: "Which law governs the Supply Agreement with Bolt Tools LLC?"}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; e.Draft != "" {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d events before the first draft, want the passages alone", n-1)
	}
}

func TestPromptHoldsOnlyQuotations(t *testing.T) {
	var p mark.Prompt
	s := New(Config{Searcher: wordsOnly{}, Model: func() Model { return Model{Name: "big", Parameters: 2e9} },
		Generator: scripted{text: "No.", seen: &p}})
	final(t, s, file(t), mark.Question{Text: "Which law governs the Supply Agreement with Bolt Tools LLC?"})
	if !strings.Contains(p.System, "[1] Supply Agreement Acme Bolt.txt, page 2:\nThis Agreement shall be governed") {
		t.Errorf("prompt: %q", p.System)
	}
}

func TestCoinedNameBindsToWhereItStands(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "letter.txt", "Dear colleague,\n\nThe Wombatson Clause says payment in ten days. Please keep it in mind.\n")
	marktest.AddText(t, m, "engagement.txt", "ENGAGEMENT\n\n1. Payment. The fee is $4,500. The Client shall pay the fee within thirty (30) days after the invoice.\n")
	s := New(Config{Searcher: wordsOnly{}})
	first := mark.Question{Text: "What does the Wombatson Clause say about payment?"}
	a, _ := final(t, s, m, first)
	follow := mark.Question{Text: "And when?", History: []mark.Message{{Role: "user", Text: first.Text}, {Role: "assistant", Text: a.Text, Answer: &a}}}
	b, _ := final(t, s, m, follow)
	for _, a := range []mark.Answer{a, b} {
		if a.Refused || !strings.Contains(a.Text, "ten days") || strings.Contains(a.Text, "4,500") || strings.Contains(a.Text, "thirty") {
			t.Errorf("answer %q", a.Text)
		}
	}
	c, _ := final(t, s, m, mark.Question{Text: "What does the Wombatson Clause say about assignment?"})
	if !c.Refused {
		t.Errorf("answer %q, want a refusal", c.Text)
	}
}

func TestFurtherQuotationStandsUnderTheTopicToo(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "services.txt", "SERVICES AGREEMENT\n\n"+
		"7. Termination\n\nEither party may terminate this Agreement without cause upon sixty (60) days prior written notice to the other party.\n\n"+
		"8. Force Majeure\n\nIf the event goes on for more than ninety (90) days, either party may terminate this Agreement upon written notice to the other party.\n")
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "What is the notice period for termination?"})
	if a.Refused || len(a.Citations) != 1 || !strings.Contains(a.Text, "sixty (60) days") {
		t.Errorf("answer %q", a.Text)
	}
}

func TestFurtherQuotationTellsThePeriodToo(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "services.txt",
		"The term shall extend for 12-month periods until one party terminates the Agreement by providing at least 180 days prior written notice to the other party prior to the expiration of the then-current term.\n\n"+
			"If a party fails to perform for a period of ninety (90) days or more from its notification to the other party, the other party may extend the delivery period for the length of the delay, or terminate this upon written notice.\n")
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "What is the notice period for termination?"})
	if a.Refused || len(a.Citations) != 1 || !strings.Contains(a.Text, "180 days") {
		t.Errorf("answer %q", a.Text)
	}
}
