package llama_test

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestConversationGoesOnAfterARestartWithoutBeingReadAgain(t *testing.T) {
	p := mark.Prompt{System: passages(700), User: "Who repairs?", MaxTokens: 16}
	g := crowd(t, 4096)
	if _, err := g.SaveState(t.Context(), p, 1<<30); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("of what was never read: %v", err)
	}
	first, _, _, _, err := gather(t.Context(), g, p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.SaveState(t.Context(), p, 1<<20); mark.CodeOf(err) != mark.TooBig {
		t.Errorf("in a megabyte: %v", err)
	}
	state, err := g.SaveState(t.Context(), p, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}

	g = crowd(t, 4096)
	for range 2 { // what is there already is left as it is
		if err := g.RestoreState(t.Context(), state); err != nil {
			t.Fatal(err)
		}
	}
	second, prompt, cached, _, err := gather(t.Context(), g, p)
	if err != nil || cached < prompt-1 || second != first {
		t.Errorf("%d of %d tokens were kept; it wrote %q, then %q, %v", cached, prompt, first, second, err)
	}
	p.User = "Another question?"
	if _, prompt, cached, _, err := gather(t.Context(), g, p); err != nil || cached < prompt-30 {
		t.Errorf("of another question %d of %d tokens were kept, %v", cached, prompt, err)
	}
}

func TestStateOfAnotherModelAndWhatIsNoStateAreRefused(t *testing.T) {
	g := crowd(t, 4096)
	p := mark.Prompt{System: passages(100), User: "Who repairs?", MaxTokens: 2}
	if _, _, _, err := collect(t.Context(), g, p); err != nil {
		t.Fatal(err)
	}
	state, err := g.SaveState(t.Context(), p, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	g = crowd(t, 4096) // which holds none of it
	other := append([]byte{}, state...)
	other[10] ^= 1 // of the fingerprint
	for name, c := range map[string]struct {
		state []byte
		want  mark.Code
	}{
		"another model's": {other, mark.Unsupported},
		"cut off":         {state[:100], mark.Damaged},
		"of fewer tokens": {without(state), mark.Damaged},
		"with more":       {append(slices.Clone(state), 0), mark.Damaged},
		"half":            {state[:len(state)/2], mark.TooBusy},
		"text":            {[]byte(strings.Repeat("x", 100)), mark.Damaged},
	} {
		if err := g.RestoreState(t.Context(), c.state); mark.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if text, _, _, err := collect(t.Context(), g, p); err != nil || text == "" {
		t.Errorf("afterwards: %q, %v", text, err)
	}
}

// without returns a state whose own list of tokens lacks the last, while
// llama.cpp's part holds it.
func without(state []byte) []byte {
	const head = 8 + 32 // the mark and the fingerprint
	n := int(binary.LittleEndian.Uint32(state[head:]))
	out := slices.Clone(state)
	binary.LittleEndian.PutUint32(out[head:], uint32(n-1))
	return slices.Delete(out, head+4*n, head+4+4*n)
}
