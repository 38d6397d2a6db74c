package answer

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestQuestionIsTakenApart(t *testing.T) {
	tests := []struct {
		question string
		topic    string // the first; empty: none
		party    string // the first for certain; empty: none
		want     want
	}{
		{"Which law governs the Supply Agreement between Acme, Inc. and Bolt LLC?", "governing law", "Acme, Inc", wantPlace},
		{"Under the lease with Dunmore Holdings Ltd, when does the term end?", "term and expiry", "Dunmore Holdings Ltd", wantDate},
		{"What is the notice period for termination?", "notice period for termination", "", wantDuration},
		{"Can either party terminate without cause?", "termination for convenience", "", wantAny},
		{"How does the agreement renew after its initial term?", "renewal", "", wantDuration},
		{"Is any intellectual property jointly owned?", "joint ownership", "", wantAny},
		{"For which breaches is liability unlimited?", "unlimited liability", "", wantAny},
		{"How much is the monthly rent?", "rent", "", wantMoney},
		{"What colour was the car?", "", "", wantAny},
		{"How is \"Net Sales\" defined?", "", "", wantMeaning},
		{"Consider Acme's privacy policy; is my location shared?", "", "Acme's", wantAny},
	}
	for _, tt := range tests {
		t.Run(tt.question, func(t *testing.T) {
			q := ask(tt.question)
			topic := ""
			if len(q.topics) > 0 {
				topic = q.topics[0].name
			}
			party := ""
			if p := partiesOf(q); len(p) > 0 {
				party = p[0].text
			}
			if topic != tt.topic || party != tt.party || q.want != tt.want {
				t.Errorf("got topic %q, party %q, want %d; want %q, %q, %d", topic, party, q.want, tt.topic, tt.party, tt.want)
			}
		})
	}
}

func TestTwoQuestionsInOneHaveTwoTopics(t *testing.T) {
	q := ask("Who may audit the books, and what insurance must be maintained?")
	var names []string
	for _, a := range q.topics {
		names = append(names, a.name)
	}
	if !slices.Contains(names, "audit and inspection") || !slices.Contains(names, "insurance") {
		t.Errorf("topics: %q", names)
	}
}

func TestEveryTopicCanBeAskedAndFound(t *testing.T) {
	seen := map[string]bool{}
	for _, tp := range topics().topics {
		if seen[tp.name] {
			t.Errorf("topic %q stands twice", tp.name)
		}
		seen[tp.name] = true
		if len(tp.ask) == 0 || len(tp.say) == 0 {
			t.Errorf("topic %q cannot be asked or found", tp.name)
		}
		for _, name := range tp.or {
			if topics().named(name) == nil {
				t.Errorf("topic %q leads to %q, which is not there", tp.name, name)
			}
		}
	}
}

func TestLift(t *testing.T) {
	tests := []struct {
		question, quote, want string
	}{
		{"Which law governs?", "governed by the laws of the State of New York, without regard", "New York"},
		{"Which law governs?", "GOVERNED BY THE LAWS OF THE STATE OF NEW YORK WITHOUT REGARD TO", "NEW YORK"},
		{"Which law governs?", "construed under English law and no other", "English"},
		{"Which law governs?", "the applicable law", ""},
		{"When does the term end?", "commence on June 1, 2020 and shall expire on May 31, 2023", "May 31, 2023"},
		{"When does the term end?", "the term shall commence on June 1, 2020 and continue for five years", ""},
		{"How does the agreement renew?", "shall be extended for half a year unless notice is given at least 60 days prior", ""},
		{"How does the agreement renew?", "renews for successive one-year terms", "one-year"},
		{"When does the term end?", "on June 1, 2020 or June 1, 2021, as the case may be", ""},
		{"How much notice must be given against renewal?", "renews for one (1) year unless written notice is given at least sixty (60) days prior", "sixty (60) days"},
		{"How much is the rent?", "rent of $1,500.00 a month", "$1,500.00"},
		{"How much is the rent?", "rent of $1,500 or $2,000", ""},
	}
	for _, tt := range tests {
		if got, _ := lift(ask(tt.question), tt.quote); got != tt.want {
			t.Errorf("lift(%q, %q) = %q, want %q", tt.question, tt.quote, got, tt.want)
		}
	}
}

// Whatever is asked, taking it apart keeps its promises, and what is lifted out
// of a quotation stands in it.
func TestAskAndLiftHoldForAnyText(t *testing.T) {
	runes := rapid.OneOf(rapid.SampledFrom([]rune("aA bB,;:'’\"“”?.()[]0123456789 and between of the State of New York law $ days (30)\n")), rapid.Rune())
	rapid.Check(t, func(t *rapid.T) {
		question := rapid.StringOf(runes).Draw(t, "question")
		quote := rapid.StringOf(runes).Draw(t, "quote")
		q := ask(question)
		for _, w := range []want{wantAny, wantDate, wantDuration, wantMoney, wantPlace} {
			q.want = w
			if v, ok := lift(q, quote); ok && !strings.Contains(oneLine(quote), v) {
				t.Fatalf("%q was lifted out of %q", v, quote)
			}
		}
	})
}

func FuzzAsk(f *testing.F) {
	f.Add("Consider the Lease between A, Inc. and B LLC; who's liable?")
	f.Add("Under \"X\"’s policy, between ; and ? what")
	f.Fuzz(func(t *testing.T, s string) { ask(s) })
}
