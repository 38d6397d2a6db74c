package gguf_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"testing"

	"markai/backend/gguf"
)

func TestNumbersOfATensorAreReadBack(t *testing.T) {
	var file bytes.Buffer
	// More numbers than are read at a time, and values that Q8_0 and F16 hold.
	want := make([]float32, 64*9000)
	for i := range want {
		want[i] = float32(i%255-127) / 128
		if i%32 == 0 {
			want[i] = -127.0 / 128
		}
	}
	raw := make([]byte, 0, 4*len(want))
	for _, x := range want {
		b := math.Float32bits(x)
		raw = append(raw, byte(b), byte(b>>8), byte(b>>16), byte(b>>24))
	}
	tensors := []gguf.Tensor{{Name: "a", Dims: []uint64{64}, Type: gguf.F32}, {Name: "w", Dims: []uint64{64, 9000}, Type: gguf.F32}, {Name: "odd", Dims: []uint64{256}, Type: 12}}
	err := gguf.Write(&file, []gguf.KV{{Key: "general.architecture", Value: "bert"}}, tensors, func(i int, w io.Writer) error {
		data := map[int][]byte{0: raw[:256], 1: raw, 2: make([]byte, 144)}[i]
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	r := bytes.NewReader(file.Bytes())
	f, err := gguf.Read(r, r.Size())
	if err != nil {
		t.Fatal(err)
	}
	w, ok := f.Tensor("w")
	if !ok {
		t.Fatal("no tensor w")
	}
	got, err := f.Floats(r, w)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d numbers, %v", len(got), err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("number %d is %v, want %v", i, got[i], want[i])
		}
	}
	odd, _ := f.Tensor("odd")
	if _, err := f.Floats(r, odd); !errors.Is(err, gguf.ErrType) {
		t.Errorf("a type that is not read: %v", err)
	}
	if _, ok := f.Tensor("b"); ok {
		t.Error("there is a tensor b")
	}
	if _, err := f.Floats(bytes.NewReader(file.Bytes()[:f.DataStart+300]), w); !errors.Is(err, gguf.ErrTruncated) {
		t.Errorf("a short file: %v", err)
	}
}
