package gguf

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
)

// TestMutatedHeaderIsReadOrNamedForWhatIsWrong changes the header of a file in a
// thousand ways. Each is read, or refused by one of the package's own errors.
func TestMutatedHeaderIsReadOrNamedForWhatIsWrong(t *testing.T) {
	whole := sample(t)
	good, err := read(whole)
	if err != nil {
		t.Fatal(err)
	}
	known := []error{ErrNotGGUF, ErrEndian, ErrVersion, ErrTruncated, ErrBounds, ErrMalformed, ErrTooLarge, ErrType}
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for i := range 1000 {
		b := bytes.Clone(whole)
		head := int(good.DataStart)
		at := random.IntN(head)
		switch i % 4 {
		case 0: // a bit
			b[at] ^= 1 << random.IntN(8)
		case 1: // a run of bytes
			for j := at; j < min(at+random.IntN(16)+1, head); j++ {
				b[j] = byte(random.Uint32())
			}
		case 2: // a hole
			b = append(b[:at], b[min(at+random.IntN(16)+1, len(b)):]...)
		case 3: // a huge count
			copy(b[at:], bytes.Repeat([]byte{0xff}, min(8, len(b)-at)))
		}
		f, err := read(b)
		if err == nil {
			_, err = f.Architecture()
		}
		if err == nil {
			continue
		}
		refused++
		named := false
		for _, k := range known {
			named = named || errors.Is(err, k)
		}
		if !named {
			t.Fatalf("mutant %d: %v is none of the package's errors", i, err)
		}
	}
	if refused < 300 {
		t.Errorf("only %d of 1000 mutants were refused", refused)
	}
}
