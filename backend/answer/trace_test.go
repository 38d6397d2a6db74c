package answer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestAnAnswerSaysHowItCameAbout(t *testing.T) {
	m := file(t)
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "What law governs the supply agreement between Acme Metals and Bolt Tools?"})
	tr := a.Trace
	if tr == nil || a.Refused {
		t.Fatalf("no trace, or refused: %+v", a)
	}
	if !strings.HasPrefix(tr.Query, "What law governs") || len(tr.Topics) == 0 || !strings.Contains(strings.Join(tr.Names, " "), "Bolt Tools") {
		t.Errorf("understood as %+v", tr)
	}
	if len(tr.Searches) == 0 || tr.Searches[0].Found == 0 || tr.Searches[0].Why == "" {
		t.Errorf("searches: %+v", tr.Searches)
	}
	if len(tr.Documents) == 0 || !tr.Documents[0].Read || tr.Documents[0].Name != "Supply Agreement Acme Bolt.txt" {
		t.Errorf("documents: %+v", tr.Documents)
	}
	cited := 0
	for _, p := range tr.Passages {
		if p.Cited == (p.Aside != "") {
			t.Errorf("a passage is either cited or left aside for a reason: %+v", p)
		}
		if p.Cited {
			cited++
		}
	}
	if cited == 0 {
		t.Errorf("no passage is cited: %+v", tr.Passages)
	}
	if len(tr.Checks) != len(a.Sentences) || len(a.Sentences) == 0 {
		t.Errorf("%d checks of %d sentences", len(tr.Checks), len(a.Sentences))
	}
}

func TestARefusalSaysWhyNothingWasQuoted(t *testing.T) {
	m := file(t)
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "What law governs the agreement between Zebulon Quarries Inc. and Acme Metals, Inc.?"})
	if !a.Refused || a.Trace == nil || len(a.Trace.Passages) == 0 {
		t.Fatalf("refused %v, trace %+v", a.Refused, a.Trace)
	}
	for _, p := range a.Trace.Passages {
		if p.Cited || !strings.Contains(p.Aside, "Zebulon") {
			t.Errorf("left aside because: %q", p.Aside)
		}
	}
}

func TestATraceIsBoundedWhateverTheMatterHolds(t *testing.T) {
	m := marktest.OpenMatter(t)
	for i := range 30 {
		name := strings.Repeat("x", i+1)
		marktest.AddText(t, m, "Lease "+name+".txt", "LEASE\n\nThe Tenant of "+name+" shall pay a rent of $100 on the first day. "+strings.Repeat("The rent is due and payable in advance. ", 30))
	}
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "When is the rent due? " + strings.Repeat("rent ", 200)})
	tr := a.Trace
	if len(tr.Documents) > mark.MostTracedDocuments || len(tr.Passages) > mark.MostTracedPassages {
		t.Errorf("%d documents, %d passages", len(tr.Documents), len(tr.Passages))
	}
	for _, text := range []string{tr.Query, tr.Searches[0].Text, tr.Passages[0].Text} {
		if len(text) > mark.MostTracedText+len("…") {
			t.Errorf("a text of %d bytes", len(text))
		}
	}
}

func TestWhatBrokeDownIsInTheTraceOfTheAnswerThatGotOnWithout(t *testing.T) {
	m := file(t)
	crashed := mark.Errorf(mark.Crashed, "The model stopped.")
	s := New(Config{Searcher: wordsOnly{}, Generator: scripted{err: crashed}, Model: func() Model { return Model{Name: "big", Parameters: 2e9} }})
	a, _ := final(t, s, m, mark.Question{Text: "What law governs the supply agreement between Acme Metals and Bolt Tools?"})
	if want := []mark.Failure{{Stage: mark.StageWrite, Code: mark.Crashed}}; a.Refused || !slices.Equal(a.Trace.Failures, want) {
		t.Errorf("failures %v, want %v", a.Trace.Failures, want)
	}
	if o := mark.OutcomeOf(a); !slices.Equal(o.Failures, a.Trace.Failures) {
		t.Errorf("the outcome holds %v", o.Failures)
	}
}

func TestWhatCodePutsRightIsCounted(t *testing.T) {
	m := file(t)
	says := func(text string) mark.Answer {
		s := New(Config{Searcher: wordsOnly{}, Generator: scripted{text: text}, Model: func() Model { return Model{Name: "big", Parameters: 2e9} }})
		a, _ := final(t, s, m, mark.Question{Text: "What law governs the supply agreement between Acme Metals and Bolt Tools?"})
		return a
	}
	for text, want := range map[string]int{
		"This Agreement shall be governed by and construed in accordance with the laws of the State of New York [1].": 0,
		"This Agreement shall be governed by and construed in accordance with the laws of the State of New York.":     1,
		"Zeppelins fly over Ruritania at night.": 1,
	} {
		if a := says(text); a.Trace.Repairs != want {
			t.Errorf("%q needed %d repairs, want %d", text, a.Trace.Repairs, want)
		}
	}
}

// brokenSearch finds nothing because it fails.
type brokenSearch struct{ wordsOnly }

func (brokenSearch) Search(context.Context, mark.MatterStore, mark.Query) ([]mark.Hit, error) {
	return nil, errors.New("no disk")
}

func TestAQuestionThatCannotBeAnsweredSaysAtWhichStage(t *testing.T) {
	for _, err := range New(Config{Searcher: brokenSearch{}}).Answer(t.Context(), file(t), mark.Question{Text: "Who pays?"}) {
		if err != nil && mark.StageOf(err) != mark.StageSearch {
			t.Errorf("it ended at %q: %v", mark.StageOf(err), err)
		}
		if err == nil {
			t.Error("there was an event")
		}
	}
}
