package retrieve

import (
	"context"
	"fmt"
	"testing"
)

// counting is an embedder that counts what it embeds.
type counting struct {
	model string
	texts int
}

func (c *counting) Embed(_ context.Context, texts []string) ([][]float32, error) {
	c.texts += len(texts)
	out := make([][]float32, len(texts))
	for i, t := range texts {
		out[i] = []float32{float32(len(t))}
	}
	return out, nil
}
func (c *counting) Model() string { return c.model }
func (c *counting) Dim() int      { return 1 }

func TestAQuestionIsEmbeddedOnce(t *testing.T) {
	var v vectors
	e := &counting{model: "a"}
	get := func(texts ...string) {
		t.Helper()
		got, err := v.get(t.Context(), e, texts)
		if err != nil || len(got) != len(texts) {
			t.Fatalf("%v, %v", got, err)
		}
		for i, text := range texts {
			if got[i][0] != float32(len(text)) {
				t.Errorf("%q has the vector %v", text, got[i])
			}
		}
	}
	get("one", "three", "one")
	get("three", "fifteen")
	if e.texts != 3 {
		t.Errorf("%d texts were embedded, want 3", e.texts)
	}
	e.model = "b"
	get("one")
	if e.texts != 4 {
		t.Errorf("another model: %d texts were embedded, want 4", e.texts)
	}
	for i := range 2 * remembered {
		get(fmt.Sprintf("%d", i))
	}
	if len(v.of) != remembered || len(v.texts) != remembered {
		t.Errorf("%d texts are remembered, want %d", len(v.of), remembered)
	}
}
