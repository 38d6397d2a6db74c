package route

import (
	"slices"

	mark "markai/backend"
)

// Mode is how passages are found for an expert.
type Mode string

// The modes.
const (
	Passages    Mode = "passages"    // those that bear on the question
	WholeText   Mode = "whole"       // of one document, from its beginning to its end
	Survey      Mode = "survey"      // every document is asked
	InOrder     Mode = "chronology"  // events, by date
	Calculated  Mode = "calculation" // numbers and dates, worked out by code
	NoPassages  Mode = "none"        // no model is asked: what bears on the question is quoted
	fallbackID       = "quotations"
	generalist       = "passages"
	sure             = 0.45 // confidence from which a question goes to the expert of its kind
	mostExperts      = 64
	mostPrompt       = 4000 // bytes
	mostAnswer       = 8192 // tokens
)

// Modes are all modes.
var Modes = []Mode{Passages, WholeText, Survey, InOrder, Calculated, NoPassages}

// Sampling is how an expert's model draws tokens.
type Sampling struct {
	Temperature float32 `json:"temperature,omitempty"` // 0: always the likeliest
	TopP        float32 `json:"topP,omitempty"`        // 0: the model's own
	TopK        int     `json:"topK,omitempty"`        // 0: the model's own
	MaxTokens   int     `json:"maxTokens,omitempty"`   // 0: as the prompt says
}

// Expert is a way of answering: a model, what it is told, and how passages are
// found for it.
type Expert struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	About    string   `json:"about,omitempty"` // a sentence
	Kinds    []Kind   `json:"kinds,omitempty"` // of questions that go to it first; none: it may follow every other
	Model    string   `json:"model,omitempty"` // by id; empty: quotations alone
	Adapter  string   `json:"adapter,omitempty"`
	Prompt   string   `json:"prompt,omitempty"` // what the model is told beside the rules
	Mode     Mode     `json:"retrieval,omitempty"`
	Sampling Sampling `json:"sampling,omitzero"`
}

// Defaults returns an expert for each kind of question, one that serves all,
// and quotations alone as the last. usual is the model of short answers, large
// the one of answers that take more than a look-up; both may be the same, or
// empty where there is none.
func Defaults(usual, large string) []Expert {
	return []Expert{
		{ID: "clauses", Name: "Clauses", About: "Shows a provision as it stands and says what it requires.", Kinds: []Kind{Clause}, Model: usual, Mode: Passages,
			Prompt: "Quote the provision that is asked for word for word first. Then say in one sentence what it requires."},
		{ID: "facts", Name: "Facts", About: "Names who, when, where or how much.", Kinds: []Kind{Fact}, Model: usual, Mode: Passages,
			Prompt: "Give the fact that is asked for in the first sentence, exactly as the passage has it."},
		{ID: "summaries", Name: "Summaries", About: "Says in short what a document holds.", Kinds: []Kind{Summary}, Model: large, Mode: WholeText,
			Prompt: "Summarise: who the parties are, what is agreed or claimed, amounts, dates and terms. Leave out what no passage says.", Sampling: Sampling{MaxTokens: 512}},
		{ID: "comparisons", Name: "Comparisons", About: "Sets documents or versions side by side.", Kinds: []Kind{Comparison}, Model: large, Mode: Passages,
			Prompt: "Say for each document, by its name, what it has on the question, and then where they differ. Do not decide which is right.", Sampling: Sampling{MaxTokens: 448}},
		{ID: "calculations", Name: "Calculations", About: "Works out amounts and dates by code, each number with its source.", Kinds: []Kind{Calculation}, Model: usual, Mode: Calculated,
			Prompt: "State the numbers and dates that the passages give. Do not calculate: the program does that."},
		{ID: "drafting", Name: "Drafting", About: "Proposes a text from what the file says.", Kinds: []Kind{Drafting}, Model: large, Mode: Passages,
			Prompt: "Draft the text that is asked for in plain, precise words, from the passages alone. Put [blank] where the file does not give what is needed.", Sampling: Sampling{Temperature: 0.2, MaxTokens: 640}},
		{ID: "chronology", Name: "Chronology", About: "Puts events in the order of their dates.", Kinds: []Kind{Chronology}, Model: usual, Mode: InOrder,
			Prompt: "List the events in the order of their dates, one in a sentence, each with its date first.", Sampling: Sampling{MaxTokens: 512}},
		{ID: "survey", Name: "Survey", About: "Asks every document and counts.", Kinds: []Kind{Whole}, Model: usual, Mode: Survey,
			Prompt: "Name every document of which a passage bears on the question."},
		{ID: generalist, Name: "Passages", About: "Answers from the passages that bear on the question, whatever its kind.", Model: usual, Mode: Passages},
		{ID: fallbackID, Name: "Quotations", About: "Quotes what bears on the question, without a model.", Kinds: []Kind{Chat, Outside}, Mode: NoPassages},
	}
}

// serves reports whether questions of a kind go to e first.
func (e Expert) serves(k Kind) bool { return slices.Contains(e.Kinds, k) }

// Asked is what is known when an expert is chosen.
type Asked struct {
	Judgement Judgement
	Named     string // the expert that a person chose; empty: none
	// Problem says why an expert cannot answer now, in a sentence; empty where
	// it can.
	Problem func(Expert) string
	Records map[string]Record // how experts did with questions of this kind, by id
}

// Decision is who answers, and who would if they could not.
type Decision struct {
	Judgement Judgement
	Chain     []Expert // that can answer, in order; empty where Asked.Problem is told of all
	Routed    mark.Routed
	experts   []Expert
}

// Did takes in how passages were in fact found. The question may have been
// about every document, or have asked for a sum, where its kind was taken for
// another; or it was taken for one and nothing could be listed or worked out.
// Then the expert that does it so is said to have answered, and why.
func (d *Decision) Did(m Mode) {
	r := &d.Routed
	now := Passages
	for _, e := range d.experts {
		if e.ID == r.Expert {
			now = e.Mode
		}
	}
	if now == m || r.Chosen || !m.special() && !now.special() {
		return
	}
	for _, e := range d.experts {
		if e.Mode == m && (m.special() || e.ID == generalist) {
			for i := range r.Steps {
				if r.Steps[i].State == mark.StepAnswers {
					r.Steps[i].State = mark.StepBehind
				}
			}
			r.Steps = append([]mark.RouteStep{{Expert: e.ID, Name: e.Name, State: mark.StepAnswers}},
				slices.DeleteFunc(r.Steps, func(s mark.RouteStep) bool { return s.Expert == e.ID })...)
			r.Expert, r.Name, r.Model = e.ID, e.Name, e.Model
			r.Why = append(r.Why, m.instead())
			return
		}
	}
}

// special reports whether the answer has a form of its own.
func (m Mode) special() bool { return m == Survey || m == InOrder || m == Calculated }

// instead says why another expert than that of the kind has answered.
func (m Mode) instead() string {
	switch m {
	case Survey:
		return "By its words it asks something of every document, so each was asked."
	case InOrder:
		return "By its words it asks for the course of events."
	case Calculated:
		return "By its words it asks for something that code can work out."
	}
	return "Nothing could be listed or worked out for it, so the passages that bear on it are the answer."
}

// Choose decides which expert answers. One that a person named comes first.
// Else it is the experts of the question's kind in the order of the list, where
// that kind is sure enough, then those that serve every kind, and quotations
// alone last: they need no model and cannot fail. Readers' words move an expert
// behind another one only where they speak clearly (see Record.Trust). Experts
// that cannot answer now are skipped, and it is said why. Errors: NotFound for
// a name that no expert has.
func Choose(experts []Expert, a Asked) (Decision, error) {
	order, why, err := line(experts, a)
	if err != nil {
		return Decision{}, err
	}
	d := Decision{Judgement: a.Judgement, experts: experts, Routed: mark.Routed{
		Kind: string(a.Judgement.Kind), Confidence: a.Judgement.Confidence, Chosen: a.Named != "", Why: why,
	}}
	for _, e := range order {
		step := mark.RouteStep{Expert: e.ID, Name: e.Name, State: mark.StepBehind}
		if a.Problem != nil {
			step.Problem = a.Problem(e)
		}
		switch {
		case step.Problem != "":
			step.State = mark.StepSkipped
		case len(d.Chain) == 0:
			step.State = mark.StepAnswers
			d.Routed.Expert, d.Routed.Name, d.Routed.Model = e.ID, e.Name, e.Model
			d.Chain = append(d.Chain, e)
		default:
			d.Chain = append(d.Chain, e)
		}
		d.Routed.Steps = append(d.Routed.Steps, step)
	}
	return d, nil
}

// line puts the experts that may answer in their order.
func line(experts []Expert, a Asked) (order []Expert, why []string, err error) {
	last := Expert{ID: fallbackID, Name: "Quotations", Mode: NoPassages}
	var first, own, any []Expert
	kind := a.Judgement.Kind
	certain := a.Judgement.Confidence >= sure
	for _, e := range experts {
		switch {
		case e.ID == fallbackID:
			last = e
			if a.Named == e.ID || a.Named == "" && certain && e.serves(kind) {
				first = append(first, e)
			}
		case a.Named != "" && e.ID == a.Named:
			first = append(first, e)
		case certain && e.serves(kind):
			own = append(own, e)
		case len(e.Kinds) == 0:
			any = append(any, e)
		}
	}
	if a.Named != "" && len(first) == 0 {
		return nil, nil, mark.Errorf(mark.NotFound, "There is no expert named %q. `markai route --experts` lists them.", a.Named)
	}
	switch {
	case a.Named != "":
		why = append(why, "You chose "+first[0].Name+".")
	case certain:
		why = append(why, "It was taken for a question about "+kind.words()+" ("+percent(a.Judgement.Confidence)+").")
	default:
		why = append(why, "It could not be told what kind of question this is (most likely "+kind.words()+", "+percent(a.Judgement.Confidence)+"), so the expert for all kinds comes first.")
	}
	rest := append(own, any...)
	trusted := trust(rest, a.Records)
	if len(first) == 0 && len(rest) > 0 && trusted[0].ID != rest[0].ID {
		why = append(why, "Readers found more fault with "+rest[0].Name+" in such questions, so "+trusted[0].Name+" comes before it.")
	}
	order = append(first, trusted...)
	if len(first) == 0 || first[0].ID != last.ID {
		order = append(order, last)
	}
	return order, why, nil
}
