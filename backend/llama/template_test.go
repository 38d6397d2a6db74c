package llama

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"markai/backend/yzma"
)

func TestTemplateOfAModelIsItsOwnOrItsFamilys(t *testing.T) {
	for _, tt := range []struct {
		own, standIn string
		want         []string
	}{
		{"{{ own }}", "llama3", []string{"{{ own }}", "llama3"}},
		{"{{ own }}", "", []string{"{{ own }}", "chatml"}},
		{"", "gemma", []string{"gemma"}},
		{"", "", nil},
	} {
		if got := templates(tt.own, tt.standIn); !slices.Equal(got, tt.want) {
			t.Errorf("%q, %q: got %q", tt.own, tt.standIn, got)
		}
	}
}

// The engine is asked in a process of its own, as in the program: one that has
// loaded it and starts others may die of a signal.
func TestStandInTemplatesAreKnownToTheEngine(t *testing.T) {
	const alone = "MARKAI_TEST_ALONE"
	if os.Getenv(alone) == "" {
		chatModel(t) // skips where there is none
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), alone+"=1")
		if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if err := yzma.Load(chatModel(t).Runtime); err != nil {
		t.Fatal(err)
	}
	turns := []turn{{"system", "Be brief."}, {"user", "Who pays?"}}
	for standIn, mark := range map[string]string{"llama3": "<|start_header_id|>", "chatml": "<|im_start|>", "gemma": "<start_of_turn>"} {
		for _, own := range []string{"", "{% a template that nobody knows %}"} {
			got := (&chatEngine{template: own, standIn: standIn}).apply(turns)
			if !strings.Contains(got, mark) || !strings.Contains(got, "Who pays?") {
				t.Errorf("%s for %q: got %q", standIn, own, got)
			}
		}
	}
	if got := (&chatEngine{}).apply(turns); got != "" {
		t.Errorf("a model that was taught no layout: got %q", got)
	}
}
