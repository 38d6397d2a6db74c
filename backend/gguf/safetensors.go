package gguf

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// maxSafetensorsHeader is the limit that the format's own reader keeps.
const maxSafetensorsHeader = 100 << 20

// weights are the tensors of a safetensors file.
type weights struct {
	r       io.ReaderAt
	tensors map[string]stored
}

type stored struct {
	kind  Type
	shape []uint64 // slowest dimension first, as that format counts
	start int64    // in the file
	size  int64
}

// readSafetensors reads the header of a safetensors file of size bytes and
// checks that all data lies inside it. Tensors of whole numbers are left out.
func readSafetensors(r io.ReaderAt, size int64) (*weights, error) {
	var word [8]byte
	if _, err := r.ReadAt(word[:], 0); err != nil {
		return nil, fmt.Errorf("safetensors header: %w", ErrTruncated)
	}
	n := binary.LittleEndian.Uint64(word[:])
	switch {
	case n > maxSafetensorsHeader:
		return nil, fmt.Errorf("safetensors header of %d bytes: %w", n, ErrTooLarge)
	case size < 8 || n > uint64(size-8):
		return nil, fmt.Errorf("safetensors header: %w", ErrTruncated)
	}
	raw := make([]byte, n)
	if _, err := r.ReadAt(raw, 8); err != nil {
		return nil, fmt.Errorf("safetensors header: %w", ErrTruncated)
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(raw, &head); err != nil {
		return nil, fmt.Errorf("safetensors header: %w: %w", ErrMalformed, err)
	}
	w := &weights{r: r, tensors: make(map[string]stored)}
	for name, text := range head {
		if name == "__metadata__" {
			continue
		}
		var t struct {
			DType   string    `json:"dtype"`
			Shape   []uint64  `json:"shape"`
			Offsets [2]uint64 `json:"data_offsets"`
		}
		if err := json.Unmarshal(text, &t); err != nil {
			return nil, fmt.Errorf("tensor %q: %w: %w", name, ErrMalformed, err)
		}
		kind, ok := map[string]Type{"F32": F32, "F16": F16, "BF16": BF16}[t.DType]
		if !ok {
			continue
		}
		from, to := t.Offsets[0], t.Offsets[1]
		if from > to || to > uint64(size)-8-n {
			return nil, fmt.Errorf("tensor %q: %w", name, ErrBounds)
		}
		want, err := Tensor{Name: name, Dims: t.Shape, Type: kind}.Size()
		if err != nil {
			return nil, err
		}
		if want != to-from {
			return nil, fmt.Errorf("tensor %q: %d bytes where its shape needs %d: %w", name, to-from, want, ErrMalformed)
		}
		w.tensors[name] = stored{kind, t.Shape, int64(8 + n + from), int64(to - from)}
	}
	return w, nil
}
