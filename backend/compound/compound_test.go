package compound_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"markai/backend/compound"
	"markai/backend/marktest"

	"pgregory.net/rapid"
)

func open(raw []byte) (*compound.Storage, error) {
	return compound.Open(context.Background(), bytes.NewReader(raw), int64(len(raw)))
}

func TestWhatIsInAFileComesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOfN(rapid.StringMatching(`([ab]{1,3}/){0,2}s[c-f]{1,3}`), rapid.Custom(func(t *rapid.T) []byte {
			return bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, rapid.SampledFrom([]int{0, 1, 63, 64, 65, 4095, 4096, 4097, 9000}).Draw(t, "size"))
		}), 0, 12).Draw(t, "streams")
		root, err := open(marktest.Compound(want))
		if err != nil {
			t.Fatal(err)
		}
		for path, data := range want {
			steps := strings.Split(path, "/")
			at := root
			for _, s := range steps[:len(steps)-1] {
				if at = at.Storage(s); at == nil {
					t.Fatalf("no storage %s of %s", s, path)
				}
			}
			if got, err := at.Stream(steps[len(steps)-1]); err != nil || !bytes.Equal(got, data) {
				t.Fatalf("%s: %d bytes, %v; want %d", path, len(got), err, len(data))
			}
		}
	})
}

func TestStreamThatIsNotThereIsMissing(t *testing.T) {
	root, err := open(marktest.Compound(map[string][]byte{"a": []byte("x")}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := root.Stream("b"); !errors.Is(err, compound.ErrMissing) || root.Has("b") || root.Storage("b") != nil {
		t.Errorf("got %v", err)
	}
}

func TestBrokenFilesAreDamaged(t *testing.T) {
	whole := marktest.Compound(map[string][]byte{"a": bytes.Repeat([]byte("x"), 5000)})
	claims := slices.Clone(whole) // the stream's size, in the directory's second entry
	if i := bytes.Index(claims, []byte{0x88, 0x13, 0, 0, 0, 0, 0, 0}); i > 0 {
		claims[i+3] = 0x70
	}
	for name, raw := range map[string][]byte{"empty": nil, "text": []byte(strings.Repeat("hello ", 300)), "cut": whole[:700], "a stream that claims gigabytes": claims} {
		root, err := open(raw)
		if err == nil {
			_, err = root.Stream("a")
		}
		if !errors.Is(err, compound.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFileOverTheLimitIsNotRead(t *testing.T) {
	if _, err := compound.Open(context.Background(), nil, compound.MaxBytes+1); !errors.Is(err, compound.ErrTooBig) {
		t.Errorf("got %v", err)
	}
}

func TestOpeningEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	raw := marktest.Compound(nil)
	if _, err := compound.Open(ctx, bytes.NewReader(raw), int64(len(raw))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(marktest.Compound(map[string][]byte{"a": []byte("small"), "dir/b": bytes.Repeat([]byte("x"), 5000)}))
	f.Add([]byte(compound.Magic))
	f.Fuzz(func(t *testing.T, raw []byte) {
		root, err := open(raw)
		if err != nil {
			return
		}
		for _, s := range append(root.Storages, root) {
			for _, name := range []string{"a", "b"} {
				if data, _ := s.Stream(name); len(data) > len(raw) {
					t.Fatalf("a stream of %d bytes out of %d", len(data), len(raw))
				}
			}
		}
	})
}
