package prompt

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestPackGolden(t *testing.T) {
	law := Passage{"Supply Agreement.pdf", 12, "This Agreement shall be governed\nby the laws of the State of New York."}
	renew := Passage{"Supply Agreement.pdf", 3, "It renews for one (1) year unless notice is given sixty (60) days before."}
	tests := []struct {
		name string
		in   Request
		used int
	}{
		{"two-passages", Request{Question: "Which law governs?", Passages: []Passage{law, renew}}, 2},
		{"follow-up", Request{Question: "And how does it renew?", Passages: []Passage{renew}, Before: []mark.Message{
			{Role: "user", Text: "first"}, {Role: "assistant", Text: "dropped"},
			{Role: "user", Text: "Which law governs?"}, {Role: "assistant", Text: "New York law. [1]"},
			{Role: "user", Text: "Since when?"}, {Role: "assistant", Text: "The passages do not say."},
		}}, 1},
		{"small-budget", Request{Question: "Which law governs?", Passages: []Passage{law, renew}, Budget: 20}, 1},
		{"nothing", Request{Question: "Which law governs?"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, used := Pack(tt.in)
			if used != tt.used {
				t.Errorf("%d passages fitted, want %d", used, tt.used)
			}
			got := "# system\n" + p.System + "\n"
			for _, m := range p.History {
				got += "# " + m.Role + "\n" + m.Text + "\n"
			}
			got += "# user\n" + p.User + "\n"
			file := filepath.Join("testdata", tt.name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// Whatever the passages, those that are shown fit the budget and stand before
// all else, and the question is asked last.
func TestPackedPassagesFitTheBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Request{
			Question: rapid.StringMatching(`[a-z ]{1,40}\?`).Draw(t, "question"),
			Budget:   rapid.IntRange(1, 400).Draw(t, "budget"),
			Count:    func(s string) int { return len(strings.Fields(s)) },
		}
		for _, s := range rapid.SliceOfN(rapid.StringMatching(`[a-z\n ]{0,300}`), 0, 6).Draw(t, "passages") {
			r.Passages = append(r.Passages, Passage{"a.pdf", 1, s})
		}
		p, used := Pack(r)
		body, ok := strings.CutPrefix(p.System, system)
		if !ok || p.User != "Question: "+oneLine(r.Question) || used > len(r.Passages) {
			t.Fatalf("%d used, prompt %q, then %q", used, p.System, p.User)
		}
		body = strings.TrimPrefix(body, "\n\nThe passages:\n\n")
		if n := r.Count(body); n > r.Budget+8 { // the number, the name and the dots of a cut first passage
			t.Fatalf("%d words for a budget of %d", n, r.Budget)
		}
	})
}

func TestWhatIsWantedOfAKindOfQuestionFollowsTheRules(t *testing.T) {
	r := Request{Question: "Who signed?", Passages: []Passage{{Document: "a.pdf", Page: 1, Text: "Signed by Meyer."}}}
	plain, _ := Pack(r)
	r.Task = "Give the name\nfirst."
	p, _ := Pack(r)
	if want := strings.Replace(plain.System, NothingFound+"\n\n", NothingFound+"\nGive the name first.\n\n", 1); p.System != want || p.System == plain.System {
		t.Errorf("got %q, want %q", p.System, want)
	}
}
