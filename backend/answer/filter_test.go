package answer

import (
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestValueAskedForIsTakenOutOfAQuestionAboutAll(t *testing.T) {
	for _, tt := range []struct {
		rest, value string
		yes, told   bool
	}{
		{"governed by the laws of New York", "New York", true, true},
		{"governed by the laws of New York", "Texas", false, true},
		{"a notice period of more than 60 days", "ninety (90) days", true, true},
		{"a notice period of more than 60 days", "sixty (60) days", false, true},
		{"a notice period of at least 60 days", "two months", true, true},
		{"a notice period of less than 60 days", "***", false, false},
		{"a liability cap over $1,000,000", "$2 million", true, true},
		{"a liability cap over $1,000,000", "€2 million", false, false},
		{"expire before 2015", "May 31, 2014", true, true},
		{"expire before 2015", "May 31, 2015", false, true},
	} {
		f, left, ok := filterOf(tt.rest)
		if !ok || left == "" {
			t.Errorf("%s: no value is seen in it", tt.rest)
			continue
		}
		if yes, told := f.holds(tt.value, tt.value); yes != tt.yes || told != tt.told {
			t.Errorf("%s: %s fits: %v (told: %v)", tt.rest, tt.value, yes, told)
		}
	}
	if _, _, ok := filterOf("an arbitration clause"); ok {
		t.Error("a clause is taken for a value")
	}
}

func TestDocumentsWithAnotherValueAreToldApart(t *testing.T) {
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "A.txt", "This Agreement shall be governed by the laws of the State of Ohio.\n")
	marktest.AddText(t, m, "B.txt", "This Agreement shall be governed by the laws of the State of Texas.\n")
	marktest.AddText(t, m, "C.txt", "The house is white and the garden is green.\n")
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), m, mark.Question{Text: "Which agreements are governed by the laws of Ohio?"})
	if a.Survey == nil || !strings.HasPrefix(a.Text, "In 1 of 3 documents the passage found fits") {
		t.Fatalf("got %q", a.Text)
	}
	states := map[string]mark.SurveyState{}
	for _, r := range a.Survey.Rows {
		states[r.Name] = r.State
	}
	if states["A.txt"] != mark.SurveyFound || states["B.txt"] != mark.SurveyOther || states["C.txt"] != mark.SurveySilent {
		t.Errorf("got %v", states)
	}
}
