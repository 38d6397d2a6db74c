package llama

import (
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

func TestStandInTemplatesAreKnownToTheEngine(t *testing.T) {
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
