package gguf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
)

// tensorsFile is a safetensors file with one tensor of this header entry and
// eight bytes of data.
func tensorsFile(entry string) []byte {
	head := `{"__metadata__":{"format":"pt"},"t":` + entry + `}`
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), make([]byte, 8)...)
}

func TestTensorsOfAFileAreFoundOrRefused(t *testing.T) {
	good := tensorsFile(`{"dtype":"F32","shape":[2],"data_offsets":[0,8]}`)
	for _, tt := range []struct {
		name string
		file []byte
		want error
		n    int
	}{
		{"good", good, nil, 1},
		{"whole numbers are left out", tensorsFile(`{"dtype":"I64","shape":[1],"data_offsets":[0,8]}`), nil, 0},
		{"nothing", nil, ErrTruncated, 0},
		{"weights cut off", good[:len(good)-1], ErrBounds, 0},
		{"header cut off", good[:20], ErrTruncated, 0},
		{"an absurd header", binary.LittleEndian.AppendUint64(nil, 1<<60), ErrTooLarge, 0},
		{"a shape that needs more", tensorsFile(`{"dtype":"F32","shape":[3],"data_offsets":[0,8]}`), ErrMalformed, 0},
		{"an absurd shape", tensorsFile(`{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,8]}`), ErrTooLarge, 0},
		{"a negative shape", tensorsFile(`{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}`), ErrMalformed, 0},
	} {
		got, err := ReadSafetensors(bytes.NewReader(tt.file), int64(len(tt.file)))
		if !errors.Is(err, tt.want) || len(got) != tt.n {
			t.Errorf("%s: got %v, %v", tt.name, got, err)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	for _, shape := range []string{"[1]", "[-1]", "[18446744073709551615,2]", "[]"} {
		f.Add(tensorsFile(fmt.Sprintf(`{"dtype":"F32","shape":%s,"data_offsets":[0,4]}`, shape)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		tensors, err := ReadSafetensors(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for name, s := range tensors {
			if s.start < 8 || s.size < 0 || s.start+s.size > int64(len(b)) {
				t.Fatalf("tensor %q outside the file", name)
			}
		}
	})
}
