package legal

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestHeadingsAreToldFromSentences(t *testing.T) {
	tests := []struct {
		line  string
		want  string
		level int
	}{
		{"ARTICLE IV: TERMINATION", "IV TERMINATION", 1},
		{"Section 12.3 Governing Law.", "12.3 Governing Law", 2},
		{"12.3 Governing Law. This Agreement is governed by the laws of Texas.", "12.3 Governing Law", 2},
		{"§ 4 Notices", "4 Notices", 1},
		{"(a) The buyer pays the price.", "a", 4},
		{"REPRESENTATIONS AND WARRANTIES", "REPRESENTATIONS AND WARRANTIES", 1},
		{"Effect of Termination", "Effect of Termination", 2},
		{"Exhibit B Form of Note", "Exhibit B Form of Note", 1},
	}
	for _, tt := range tests {
		h, ok := HeadingOf(tt.line)
		if !ok || h.String() != tt.want || h.Level != tt.level {
			t.Errorf("HeadingOf(%q) = %q, level %d, %v, want %q, level %d", tt.line, h, h.Level, ok, tt.want, tt.level)
		}
	}
	for _, line := range []string{"", "The buyer pays the price on delivery.", "Section 5 of the Act applies.", "4.2 Consents and Approvals ............ 32", "in the State of Texas"} {
		if h, ok := HeadingOf(line); ok {
			t.Errorf("HeadingOf(%q) = %q, want none", line, h)
		}
	}
}

func TestSectionNumbersAreReadInEveryWriting(t *testing.T) {
	tests := []struct {
		text string
		want []string
	}{
		{"what does § 12.3 say?", []string{"12.3"}},
		{"Sec. 12.3 and section 12.3", []string{"12.3"}},
		{"Rule 12(b)(6) motion", []string{"12(b)(6)"}},
		{"Article IV and clause 7", []string{"IV", "7"}},
		{"12 months", nil},
	}
	for _, tt := range tests {
		if got := Sections(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("Sections(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestQuestionsAreAboutTheirSubject(t *testing.T) {
	tests := []struct{ question, want string }{
		{"Under the laws of which state is the lease construed?", "governing law"},
		{"May the tenant assign the lease?", "assignment"},
		{"Is the vendor obliged to carry insurance?", "insurance"},
		{"Must we give the papers back or destroy them?", "return or destruction"},
		{"Does the supplier have to indemnify us?", "indemnity"},
		{"Will my location be tracked?", "location"},
		{"When does the contract expire?", "term and expiry"},
		{"Good morning", ""},
	}
	for _, tt := range tests {
		var names []string
		for _, c := range Concepts(tt.question) {
			names = append(names, c.Name)
		}
		if tt.want == "" && len(names) > 0 || tt.want != "" && !slices.Contains(names, tt.want) {
			t.Errorf("Concepts(%q) = %q, want %q among them", tt.question, names, tt.want)
		}
	}
}

// Every subject must be complete, or a question about it would find less.
func TestEverySubjectHasItsParts(t *testing.T) {
	for _, c := range concepts() {
		if len(c.cues) == 0 || len(c.Find) == 0 || !strings.HasSuffix(c.Clause, ".") {
			t.Errorf("%s: %d cues, %d words, clause %q", c.Name, len(c.cues), len(c.Find), c.Clause)
		}
		for _, f := range c.Find {
			if len(Words(f)) == 0 {
				t.Errorf("%s: %q holds no word", c.Name, f)
			}
		}
	}
}

func TestConceptsRefuseWhatTheyDoNotKnow(t *testing.T) {
	for _, text := range []string{"cue: a", "name: x\nfrob: y", "nonsense"} {
		if _, err := parseConcepts(text); err == nil {
			t.Errorf("parseConcepts(%q) succeeded", text)
		}
	}
}

func TestFormsOfAWordMeet(t *testing.T) {
	for _, forms := range [][]string{{"terminate", "terminates", "terminated", "terminating", "termination"}, {"assign", "assigns", "assigned", "assignment"}, {"party", "parties"}, {"employee", "employer"}} {
		for _, f := range forms[1:] {
			if Stem(f) != Stem(forms[0]) {
				t.Errorf("Stem(%q) = %q, Stem(%q) = %q", f, Stem(f), forms[0], Stem(forms[0]))
			}
		}
	}
}

// Whatever the text, its words stand where they say.
func TestWordsStandWhereTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		end := 0
		for _, w := range Words(text) {
			if w.Start < end || w.End <= w.Start || strings.ToLower(text[w.Start:w.End]) != w.Text {
				t.Fatalf("word %+v in %q", w, text)
			}
			end = w.End
		}
	})
}
