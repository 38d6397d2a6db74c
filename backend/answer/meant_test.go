package answer

import (
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

// shelf is documents of several kinds, by name.
func shelf() ([]mark.Document, []map[string]bool) {
	docs := []mark.Document{
		{ID: "lease", Name: "Lease Dunmore Holdings.pdf", Meta: mark.Meta{Type: mark.TypeContract}},
		{ID: "supply", Name: "Supply Agreement Acme Bolt.pdf", Meta: mark.Meta{Type: mark.TypeContract}},
		{ID: "memo", Name: "Memorandum on the lease.docx", Meta: mark.Meta{Type: mark.TypeMemo}},
		{ID: "mail", Name: "FW_ keys.eml", Kind: mark.KindMail, Meta: mark.Meta{Type: mark.TypeMail, Mail: &mark.MailHead{From: "Daniel Okafor <d.okafor@firm.example>", Subject: "keys"}}},
		{ID: "fedex", Name: "In re FedEx Ground (7th Cir. 2017).pdf", Meta: mark.Meta{Type: mark.TypeOrder}},
		{ID: "tarrant", Name: "Tarrant v. Herrmann (U.S. 2013).pdf", Meta: mark.Meta{Type: mark.TypeOrder}},
	}
	return docs, headsOf(docs)
}

func TestQuestionMeansTheDocumentsThatItNames(t *testing.T) {
	docs, heads := shelf()
	for _, tt := range []struct {
		question string
		want     []mark.DocumentID
		sure     bool
	}{
		{"What does the lease say about pets?", []mark.DocumentID{"lease"}, false},
		{"What rent is due under the agreement?", []mark.DocumentID{"lease", "supply"}, false},
		{"Who signed the Acme agreement?", []mark.DocumentID{"supply"}, true},
		{"What does Okafor's e-mail ask for?", []mark.DocumentID{"mail"}, true},
		{"What did the court say in the FedEx case?", []mark.DocumentID{"fedex"}, true},
		{"What was held in Tarrant v. Herrmann?", []mark.DocumentID{"tarrant"}, true},
		{"What does the memorandum advise?", []mark.DocumentID{"memo"}, false},
		{"When does the lease term end?", nil, false},   // a term, not the lease
		{"Is there an agreement on costs?", nil, false}, // any, not one of these
		{"What does the deposition say?", nil, false},   // of which there is none
		{"What is the notice period?", nil, false},      // of something else
		{"What does the deed say of the wall?", nil, false},
	} {
		var got []mark.DocumentID
		sure := false
		for _, m := range means(tt.question, docs, heads) {
			for _, d := range m.docs {
				got = append(got, d.ID)
			}
			sure = sure || m.sure
		}
		if !slices.Equal(got, tt.want) || sure != tt.sure {
			t.Errorf("%s: %v (sure: %v), want %v (%v)", tt.question, got, sure, tt.want, tt.sure)
		}
	}
}

// twoLeases is a matter in which "the lease" can be either of two.
func twoLeases(t *testing.T) mark.MatterStore {
	t.Helper()
	m := marktest.OpenMatter(t)
	marktest.AddText(t, m, "Lease Dunmore.txt", "LEASE\n\nThis Lease is governed by the laws of the State of Ohio. The rent is paid monthly.\n")
	marktest.AddText(t, m, "Lease Quarry.txt", "LEASE\n\nThis Lease is governed by the laws of the State of Texas. The Tenant may keep a dog.\n")
	return m
}

func TestAmbiguousQuestionIsAskedBackOnce(t *testing.T) {
	m := twoLeases(t)
	s := New(Config{Searcher: wordsOnly{}})
	q := mark.Question{Text: "Which law governs the lease?"}
	back, _ := final(t, s, m, q)
	if back.Choices == nil || back.Refused || len(back.Citations) > 0 || back.Choices.Question != "Which lease do you mean?" || len(back.Choices.Options) != 3 {
		t.Fatalf("got %+v, %q", back.Choices, back.Text)
	}
	history := []mark.Message{{Role: "user", Text: q.Text}, {Role: "assistant", Text: back.Text, Answer: &back}}
	for _, tt := range []struct {
		reply       string
		want, never string
	}{
		{"the second one", optionLaw(t, m, back.Choices.Options[1]), optionLaw(t, m, back.Choices.Options[0])},
		{"1", optionLaw(t, m, back.Choices.Options[0]), optionLaw(t, m, back.Choices.Options[1])},
		{"Quarry", "Texas", "Ohio"},
		{"the Dunmore lease", "Ohio", "Texas"},
		{"both", "Texas", "\x00"},
		{q.Text, "State of", "\x00"}, // asked again, it is answered
	} {
		a, _ := final(t, s, m, mark.Question{Text: tt.reply, History: history})
		if a.Choices != nil || a.Refused || !strings.Contains(a.Text, tt.want) || strings.Contains(a.Text, tt.never) {
			t.Errorf("%q: %q", tt.reply, a.Text)
		}
	}
}

// optionLaw is the state whose law the document of an option is under.
func optionLaw(t *testing.T, m mark.MatterStore, o mark.Option) string {
	t.Helper()
	p, err := m.Page(t.Context(), o.Documents[0], 1)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(p.Text, "Ohio") {
		return "Ohio"
	}
	return "Texas"
}

func TestQuestionThatOneDocumentAnswersIsNotAskedBack(t *testing.T) {
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), twoLeases(t), mark.Question{Text: "May the tenant keep a dog under the lease?"})
	if a.Choices != nil {
		t.Fatalf("asked back: %q", a.Text)
	}
}

func TestKindOfWhichThereIsNoneIsNamed(t *testing.T) {
	a, _ := final(t, New(Config{Searcher: wordsOnly{}}), twoLeases(t), mark.Question{Text: "What does the deposition say about the dog?"})
	if !a.Refused || !strings.HasPrefix(a.Text, "There is no deposition in this matter") {
		t.Errorf("got %q", a.Text)
	}
}

func TestPartyWhomNoDocumentNamesMakesTheDocumentAbsent(t *testing.T) {
	m := file(t)
	s := New(Config{Searcher: wordsOnly{}})
	a, _ := final(t, s, m, mark.Question{Text: "Which law governs the Supply Agreement between Acme Metals, Inc. and Zephyrine Foods LLC?"})
	if !a.Refused || !strings.Contains(a.Text, "Zephyrine") {
		t.Errorf("got %q", a.Text)
	}
	a, _ = final(t, s, m, mark.Question{Text: "Which law governs the Supply Agreement between Acme Metals, Inc. and Blot Tools LLC?"})
	if a.Refused {
		t.Errorf("a name with two letters changed is taken for another: %q", a.Text)
	}
}

func TestReplyChoosesAnOption(t *testing.T) {
	options := []mark.Option{
		{Label: "Lease Dunmore.pdf", Detail: "Acme, June 1, 2019", Documents: []mark.DocumentID{"a"}},
		{Label: "Lease Quarry.pdf", Detail: "Acme, May 2, 2020", Documents: []mark.DocumentID{"b"}},
		{Label: "All of them", Documents: []mark.DocumentID{"a", "b"}},
	}
	for _, tt := range []struct {
		reply string
		want  int // from 1; 0 for none
	}{
		{"2", 2}, {"No. 1.", 1}, {"the first", 1}, {"Quarry please", 2}, {"all of them", 3}, {"the one of 2020", 2}, {"Acme", 0}, {"9", 0}, {"", 0},
		{"What does the other side say about the roof of the building in the town of Quarry, in short?", 0},
	} {
		got := 0
		if o := chosenBy(tt.reply, options); o != nil {
			got = slices.IndexFunc(options, func(p mark.Option) bool { return p.Label == o.Label }) + 1
		}
		if got != tt.want {
			t.Errorf("%q chooses %d, want %d", tt.reply, got, tt.want)
		}
	}
}
