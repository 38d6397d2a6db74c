package route

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	mark "markai/backend"

	"pgregory.net/rapid"
)

func judged(k Kind, confidence float64) Judgement { return Judgement{Kind: k, Confidence: confidence} }

func idsOf(experts []Expert) []string {
	var out []string
	for _, e := range experts {
		out = append(out, e.ID)
	}
	return out
}

func TestExpertsAnswerInTheOrderThatTheQuestionAsksFor(t *testing.T) {
	house := Expert{ID: "house-style", Name: "House style", Kinds: []Kind{Drafting}, Model: "big", Adapter: "style", Mode: Passages}
	experts := append([]Expert{house}, Defaults("small", "big")...)
	noBig := func(e Expert) string {
		if e.Model == "big" {
			return "The model big is not installed."
		}
		return ""
	}
	nothing := func(Expert) string { return "The models are switched off." }
	faults := func(n int) Record { return Record{Uses: n, Missed: n} }
	tests := []struct {
		name  string
		asked Asked
		want  []string
	}{
		{"the expert of the kind, then the one for all", Asked{Judgement: judged(Clause, 0.9)}, []string{"clauses", "passages", "quotations"}},
		{"a person's own before ours", Asked{Judgement: judged(Drafting, 0.9)}, []string{"house-style", "drafting", "passages", "quotations"}},
		{"an unsure kind", Asked{Judgement: judged(Clause, 0.3)}, []string{"passages", "quotations"}},
		{"a greeting needs no model", Asked{Judgement: judged(Chat, 0.9)}, []string{"quotations", "passages"}},
		{"the person's word counts more than the kind", Asked{Judgement: judged(Clause, 0.9), Named: "chronology"}, []string{"chronology", "clauses", "passages", "quotations"}},
		{"quotations by name", Asked{Judgement: judged(Clause, 0.9), Named: "quotations"}, []string{"quotations", "clauses", "passages"}},
		{"a model that is missing", Asked{Judgement: judged(Drafting, 0.9), Problem: noBig}, []string{"passages", "quotations"}},
		{"a few faults change nothing", Asked{Judgement: judged(Clause, 0.9), Records: map[string]Record{"clauses": faults(2)}}, []string{"clauses", "passages", "quotations"}},
		{"many do", Asked{Judgement: judged(Clause, 0.9), Records: map[string]Record{"clauses": faults(3)}}, []string{"passages", "clauses", "quotations"}},
		{"quotations stay last, whatever was said", Asked{Judgement: judged(Clause, 0.9), Records: map[string]Record{"clauses": faults(40), "passages": faults(40)}}, []string{"clauses", "passages", "quotations"}},
		{"the person's word counts more than faults", Asked{Judgement: judged(Clause, 0.9), Named: "clauses", Records: map[string]Record{"clauses": faults(40)}}, []string{"clauses", "passages", "quotations"}},
	}
	for _, tt := range tests {
		d, err := Choose(experts, tt.asked)
		if err != nil || !slices.Equal(idsOf(d.Chain), tt.want) {
			t.Errorf("%s: %v, %v, want %v", tt.name, idsOf(d.Chain), err, tt.want)
			continue
		}
		if d.Routed.Expert != tt.want[0] || len(d.Routed.Why) == 0 {
			t.Errorf("%s: it says %+v", tt.name, d.Routed)
		}
	}
	d, err := Choose(experts, Asked{Judgement: judged(Drafting, 0.9), Problem: noBig})
	if err != nil || d.Routed.Steps[0].State != mark.StepSkipped || !strings.Contains(d.Routed.Steps[0].Problem, "not installed") || d.Routed.Steps[2].State != mark.StepAnswers {
		t.Errorf("what was skipped is not said: %+v, %v", d.Routed.Steps, err)
	}
	if _, err := Choose(experts, Asked{Named: "nobody"}); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a name that no expert has: %v", err)
	}
	if d, err := Choose(experts, Asked{Judgement: judged(Fact, 1), Problem: nothing}); err != nil || len(d.Chain) != 0 {
		t.Errorf("none can answer: %v, %v", idsOf(d.Chain), err)
	}
}

func TestTrustInAnExpertFollowsWhatReadersSaySlowly(t *testing.T) {
	tests := []struct {
		record Record
		want   float64
	}{
		{Record{}, 0.8},
		{Record{Uses: 100, Refused: 60, Failed: 30}, 0.8}, // nobody said anything
		{Record{Right: 20}, 0.9},
		{Record{WrongQuote: 2}, 16.0 / 22},
		{Record{Missed: 20}, 0.4},
		{Record{Right: 80, Missed: 20}, 0.8},
	}
	for _, tt := range tests {
		if got := tt.record.Trust(); got < tt.want-1e-9 || got > tt.want+1e-9 {
			t.Errorf("%+v: %v, want %v", tt.record, got, tt.want)
		}
	}
	if w := (Record{}).Weight(); w != 1 {
		t.Errorf("an unknown expert weighs %v, want 1", w)
	}
}

func TestLedgerIsCountedByExpertAndKind(t *testing.T) {
	use := func(expert string, kind Kind, ms int, f mark.Feedback) mark.ExpertUse {
		return mark.ExpertUse{Expert: expert, Kind: string(kind), Total: time.Duration(ms) * time.Millisecond, Feedback: f}
	}
	uses := []mark.ExpertUse{
		use("a", Fact, 10, mark.FeedbackRight), use("a", Fact, 30, mark.FeedbackMissed), use("a", Fact, 20, ""),
		use("a", Clause, 5, mark.FeedbackWrongQuote),
		{Expert: "b", Kind: "fact", Failed: true, Total: time.Hour}, {Expert: "a", Kind: "fact", Refused: true, Total: 40 * time.Millisecond},
	}
	got := Tally(uses, Fact)
	want := map[string]Record{
		"a": {Uses: 4, Refused: 1, Right: 1, Missed: 1, P50: 20 * time.Millisecond, P95: 40 * time.Millisecond},
		"b": {Uses: 1, Failed: 1},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if all := Tally(uses, ""); all["a"].Uses != 5 || all["a"].WrongQuote != 1 {
		t.Errorf("of all kinds: %+v", all["a"])
	}
}

// Whatever is asked and whatever stands in the ledger, every expert that may
// answer is in the chain once, none that cannot is asked, and quotations alone
// are there.
func TestChainEndsWithQuotations(t *testing.T) {
	experts := Defaults("small", "big")
	rapid.Check(t, func(t *rapid.T) {
		down := rapid.SampledFrom([]string{"", "small", "big"}).Draw(t, "missing")
		a := Asked{
			Judgement: judged(rapid.SampledFrom(Kinds).Draw(t, "kind"), rapid.Float64Range(0, 1).Draw(t, "confidence")),
			Named:     rapid.SampledFrom([]string{"", "facts", "drafting", "quotations"}).Draw(t, "named"),
			Problem: func(e Expert) string {
				if down != "" && e.Model == down {
					return "It is missing."
				}
				return ""
			},
			Records: map[string]Record{},
		}
		for _, e := range experts {
			a.Records[e.ID] = Record{Right: rapid.IntRange(0, 50).Draw(t, "right"), Missed: rapid.IntRange(0, 50).Draw(t, "missed")}
		}
		d, err := Choose(experts, a)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, e := range d.Chain {
			if seen[e.ID] || a.Problem(e) != "" {
				t.Fatalf("%s stands twice, or cannot answer: %v", e.ID, idsOf(d.Chain))
			}
			seen[e.ID] = true
		}
		if !seen["quotations"] || d.Routed.Expert != d.Chain[0].ID {
			t.Fatalf("%v, said %q", idsOf(d.Chain), d.Routed.Expert)
		}
	})
}

func TestExpertsOfAFileChangeOursAndJoinThem(t *testing.T) {
	ours := Defaults("small", "small")
	got, err := Change(ours, []byte(`{"experts": [
		{"id": "leases", "model": "big", "adapter": "leases", "kinds": ["clause"], "prompt": "Speak of leases.", "sampling": {"temperature": 0.5}},
		{"id": "facts", "model": "big"},
		{"id": "drafting", "off": true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got[0].ID != "leases" || got[0].Mode != Passages || got[0].Sampling.Temperature != 0.5 || len(got) != len(ours) {
		t.Errorf("got %+v", got[0])
	}
	for _, e := range got {
		if e.ID == "facts" && (e.Model != "big" || e.Prompt == "" || e.Name != "Facts") || e.ID == "drafting" {
			t.Errorf("got %+v", e)
		}
	}
	if ours[1].Model != "small" {
		t.Error("the experts that were given are changed")
	}
	wrong := map[string]string{
		`{"experts": [{"id": "A B"}]}`:                                              "no id",
		`{"experts": [{"id": "a"}, {"id": "a"}]}`:                                   "twice",
		`{"experts": [{"id": "a", "retrieval": "magic"}]}`:                          "magic",
		`{"experts": [{"id": "a", "kinds": ["poem"]}]}`:                             "poem",
		`{"experts": [{"id": "a", "colour": "red"}]}`:                               "colour",
		`{"experts": [{"id": "a", "adapter": "x"}]}`:                                "no model",
		`{"experts": [{"id": "quotations", "off": true}]}`:                          "cannot be switched off",
		`{"experts": [{"id": "quotations", "model": "big"}]}`:                       "without a model",
		`{"experts": [{"id": "a", "sampling": {"temperature": 9}}]}`:                "temperature",
		`{"experts": [{"id": "a", "sampling": {"maxTokens": -1}}]}`:                 "tokens",
		`{"experts": []} {}`:                                                        "more than one",
		`{"experts": [{"id": "a", "prompt": "` + strings.Repeat("x", 5000) + `"}]}`: "bytes",
	}
	for file, part := range wrong {
		if _, err := Change(ours, []byte(file)); mark.CodeOf(err) != mark.Invalid || !strings.Contains(mark.MessageOf(err), part) {
			t.Errorf("%.80s: %v, want it to say %q", file, err, part)
		}
	}
}

func FuzzFileOfExperts(f *testing.F) {
	ours := Defaults("small", "big")
	whole, err := json.Marshal(map[string]any{"experts": ours})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"experts":[{"id":"a","off":true},{"id":"b","kinds":["fact"],"sampling":{"topP":0.5}}]}`))
	f.Add([]byte(`{"experts":null}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := Change(ours, file)
		if err != nil {
			if mark.CodeOf(err) != mark.Invalid {
				t.Fatal(err)
			}
			return
		}
		ids := map[string]bool{}
		for _, e := range got {
			if err := e.check(); err != nil || ids[e.ID] {
				t.Fatalf("%+v: %v", e, err)
			}
			ids[e.ID] = true
		}
		if d, err := Choose(got, Asked{Judgement: judged(Fact, 1)}); err != nil || len(d.Chain) == 0 || !ids["quotations"] {
			t.Fatalf("%v, %v", idsOf(d.Chain), err)
		}
	})
}

func TestWhoIsSaidToHaveAnsweredDidIt(t *testing.T) {
	experts := Defaults("small", "big")
	tests := []struct {
		name  string
		asked Asked
		did   Mode
		want  string
	}{
		{"as it was taken", Asked{Judgement: judged(Whole, 0.9)}, Survey, "survey"},
		{"a survey after all", Asked{Judgement: judged(Fact, 0.9)}, Survey, "survey"},
		{"a sum after all", Asked{Judgement: judged(Fact, 0.9)}, Calculated, "calculations"},
		{"no events to list", Asked{Judgement: judged(Chronology, 0.9)}, Passages, "passages"},
		{"other ways of finding the same passages", Asked{Judgement: judged(Summary, 0.9)}, Passages, "summaries"},
		{"the person's choice stays", Asked{Judgement: judged(Fact, 0.9), Named: "facts"}, Survey, "facts"},
	}
	for _, tt := range tests {
		d, err := Choose(experts, tt.asked)
		if err != nil {
			t.Fatal(err)
		}
		d.Did(tt.did)
		answers := 0
		for _, s := range d.Routed.Steps {
			if s.State == mark.StepAnswers {
				answers++
				if s.Expert != tt.want {
					t.Errorf("%s: the chain says %s", tt.name, s.Expert)
				}
			}
		}
		if d.Routed.Expert != tt.want || answers != 1 {
			t.Errorf("%s: %s answers, %d in the chain, want %s", tt.name, d.Routed.Expert, answers, tt.want)
		}
	}
}
