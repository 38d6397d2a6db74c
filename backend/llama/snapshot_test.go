package llama

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	mark "markai/backend"
	"markai/backend/schedule"
)

func TestSnapshotIsReadOnlyByWhatMadeIt(t *testing.T) {
	by, other := sha256.Sum256([]byte("a")), sha256.Sum256([]byte("b"))
	all, state := packSnapshot(by, []schedule.Token{5, 6, 7}, 10)
	copy(state, "0123456789")
	tokens, got, err := readSnapshot(all, by)
	if err != nil || !slices.Equal(tokens, []schedule.Token{5, 6, 7}) || string(got) != "0123456789" {
		t.Errorf("got %v, %q, %v", tokens, got, err)
	}
	for name, c := range map[string]struct {
		all  []byte
		want mark.Code
	}{
		"another model's":   {all, mark.Unsupported},
		"cut off":           {all[:snapshotHead+8], mark.Damaged},
		"without its bytes": {all[:snapshotHead+12], mark.Damaged},
		"something else":    {[]byte("GGUF and more than enough bytes to be a snapshot of something"), mark.Damaged},
		"nothing":           {nil, mark.Damaged},
	} {
		by := by
		if c.want == mark.Unsupported {
			by = other
		}
		if _, _, err := readSnapshot(c.all, by); mark.CodeOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadSnapshot(f *testing.F) {
	by := sha256.Sum256([]byte("a"))
	all, _ := packSnapshot(by, []schedule.Token{5, 6, 7}, 10)
	f.Add(all)
	f.Add(all[:snapshotHead])
	f.Add([]byte(snapshotMark))
	f.Fuzz(func(t *testing.T, b []byte) {
		tokens, state, err := readSnapshot(b, by)
		if err != nil {
			return
		}
		again, rest := packSnapshot(by, tokens, len(state))
		copy(rest, state)
		if !bytes.Equal(again, b) {
			t.Errorf("%d bytes became %d", len(b), len(again))
		}
	})
}
