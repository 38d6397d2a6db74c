package gguf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sample is a small model file with a value of every kind.
func sample(t testing.TB) []byte {
	t.Helper()
	meta := []KV{
		{"general.architecture", "llama"}, {"general.name", "Tiny"},
		{"llama.block_count", uint32(2)}, {"llama.embedding_length", uint32(64)},
		{"llama.attention.head_count", uint32(4)}, {"llama.attention.head_count_kv", uint32(2)},
		{"llama.context_length", uint32(128)},
		{"tokenizer.ggml.tokens", []string{"a", "b", ""}}, {"tokenizer.ggml.scores", []float32{1, -2, 0}},
		{"tokenizer.chat_template", "x"},
		{"k.u8", uint8(1)}, {"k.i8", int8(-1)}, {"k.u16", uint16(2)}, {"k.i16", int16(-2)}, {"k.i32", int32(-3)},
		{"k.u64", uint64(1 << 40)}, {"k.i64", int64(-1 << 40)}, {"k.f64", math.Pi}, {"k.f32", float32(1.5)}, {"k.bool", true},
		{"k.lists", []int32{1, -1}}, {"k.empty", []uint64{}}, {"k.bools", []bool{true, false}}, {"k.bytes", []uint8{1, 2, 3}},
	}
	tensors := []Tensor{
		{Name: "norm", Dims: []uint64{3}, Type: F32},
		{Name: "token_embd.weight", Dims: []uint64{32, 3}, Type: Q8_0},
		{Name: "last", Dims: []uint64{2, 2}, Type: F16},
	}
	var b bytes.Buffer
	err := Write(&b, meta, tensors, func(i int, w io.Writer) error {
		n, err := tensors[i].Size()
		if err != nil {
			return err
		}
		_, err = w.Write(bytes.Repeat([]byte{byte(i + 1)}, int(n)))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(b []byte) (*File, error) { return Read(bytes.NewReader(b), int64(len(b))) }

func TestWrittenFileReadsBack(t *testing.T) {
	b := sample(t)
	f, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	if f.Version != 3 || len(f.Meta) != 24 || len(f.Tensors) != 3 {
		t.Fatalf("got version %d, %d entries, %d tensors", f.Version, len(f.Meta), len(f.Tensors))
	}
	for key, want := range map[string]any{
		"k.i8": int8(-1), "k.u64": uint64(1 << 40), "k.f64": math.Pi, "k.bool": true,
		"k.lists": []int32{1, -1}, "k.bools": []bool{true, false}, "tokenizer.ggml.tokens": []string{"a", "b", ""},
	} {
		if got := f.Value(key); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is %v, want %v", key, got, want)
		}
	}
	for i, tensor := range f.Tensors {
		at := f.DataStart + int64(tensor.Offset)
		if at%DefaultAlignment != 0 || b[at] != byte(i+1) {
			t.Errorf("tensor %q stands wrong", tensor.Name)
		}
	}
}

func TestArchitectureAndMemoryComeFromTheHeader(t *testing.T) {
	f, err := read(sample(t))
	if err != nil {
		t.Fatal(err)
	}
	a, err := f.Architecture()
	if err != nil {
		t.Fatal(err)
	}
	if a.Name != "llama" || a.Title != "Tiny" || a.Layers != 2 || a.Vocabulary != 3 || !a.Chat || a.Embedding ||
		a.Parameters != 3+96+4 || a.Weights != 12+102+8 || a.Quantised != Q8_0 {
		t.Errorf("got %+v", a)
	}
	// 2 layers · 2 heads · (16+16) numbers · 2 bytes
	if got := a.Memory(1100) - a.Memory(100); got != 1000*256 {
		t.Errorf("a thousand tokens of context cost %d bytes", got)
	}
}

func TestBrokenFileIsNamedForWhatItIs(t *testing.T) {
	good := sample(t)
	patch := func(at int, b ...byte) []byte {
		out := bytes.Clone(good)
		copy(out[at:], b)
		return out
	}
	header := func(version uint32, tensors, entries uint64, rest ...byte) []byte {
		b := append([]byte("GGUF"), binary.LittleEndian.AppendUint32(nil, version)...)
		b = binary.LittleEndian.AppendUint64(b, tensors)
		return append(binary.LittleEndian.AppendUint64(b, entries), rest...)
	}
	// A tensor description: name "t", dims, type, offset.
	tensor := func(kind uint32, offset uint64, dims ...uint64) []byte {
		b := append(binary.LittleEndian.AppendUint64(nil, 1), 't')
		b = binary.LittleEndian.AppendUint32(b, uint32(len(dims)))
		for _, d := range dims {
			b = binary.LittleEndian.AppendUint64(b, d)
		}
		b = binary.LittleEndian.AppendUint32(b, kind)
		return binary.LittleEndian.AppendUint64(b, offset)
	}
	entry := func(kind uint32, rest ...byte) []byte {
		b := append(binary.LittleEndian.AppendUint64(nil, 1), 'k')
		return append(binary.LittleEndian.AppendUint32(b, kind), rest...)
	}
	long := binary.LittleEndian.AppendUint64(nil, 1<<60)
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, ErrNotGGUF},
		{"a PDF", []byte("%PDF-1.7 ..."), ErrNotGGUF},
		{"magic alone", []byte("GGUF"), ErrTruncated},
		{"big-endian", patch(4, 0, 0, 0, 3), ErrEndian},
		{"version 1", patch(4, 1), ErrVersion},
		{"version 9", patch(4, 9), ErrVersion},
		{"many tensors", header(3, 1<<40, 0), ErrTooLarge},
		{"many entries", header(3, 0, 1<<40), ErrTooLarge},
		{"no entries follow", header(3, 0, 5), ErrTruncated},
		{"a key longer than the file", header(3, 0, 1, binary.LittleEndian.AppendUint64(nil, 60_000)...), ErrTruncated},
		{"an absurd key", header(3, 0, 1, long...), ErrTooLarge},
		{"an absurd string", header(3, 0, 1, entry(8, long...)...), ErrTooLarge},
		{"an unknown value type", header(3, 0, 1, entry(99)...), ErrMalformed},
		{"an array of arrays", header(3, 0, 1, entry(9, append([]byte{9, 0, 0, 0}, make([]byte, 8)...)...)...), ErrMalformed},
		{"an absurd array", header(3, 0, 1, entry(9, append([]byte{4, 0, 0, 0}, long...)...)...), ErrTooLarge},
		{"an array longer than the file", header(3, 0, 1, entry(9, 8, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)...), ErrTruncated},
		{"a truth value of two", header(3, 0, 1, entry(7, 2)...), ErrMalformed},
		{"one key twice", header(3, 0, 2, append(entry(0, 1), entry(0, 1)...)...), ErrMalformed},
		{"a tensor without dimensions", header(3, 1, 0, tensor(0, 0)...), ErrMalformed},
		{"a tensor of five dimensions", header(3, 1, 0, tensor(0, 0, 1, 1, 1, 1, 1)...), ErrMalformed},
		{"an unknown tensor type", header(3, 1, 0, tensor(77, 0, 1)...), ErrType},
		{"a row that is no whole block", header(3, 1, 0, tensor(8, 0, 31)...), ErrMalformed},
		{"a size that overflows", header(3, 1, 0, tensor(0, 0, 1<<33, 1<<33)...), ErrTooLarge},
		{"an offset beyond the file", header(3, 1, 0, tensor(0, 1<<40, 1)...), ErrBounds},
		{"an offset that overflows", header(3, 1, 0, tensor(0, math.MaxUint64-31, 1)...), ErrBounds},
		{"an offset between blocks", header(3, 1, 0, tensor(0, 7, 1)...), ErrMalformed},
		{"data cut off", good[:len(good)-40], ErrBounds},
		{"header cut off", good[:100], ErrTruncated},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := read(c.file); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestFileCutAnywhereIsRefused(t *testing.T) {
	good := sample(t)
	f, err := read(good)
	if err != nil {
		t.Fatal(err)
	}
	last := f.Tensors[len(f.Tensors)-1]
	end := int(f.DataStart) + int(last.Offset) + 8 // padding may be missing
	for n := range end {
		if _, err := read(good[:n]); err == nil {
			t.Fatalf("%d of %d bytes were taken for a model", n, end)
		}
	}
}

func TestArchitectureRefusesWhatIsNoModel(t *testing.T) {
	for name, meta := range map[string][]KV{
		"no architecture": {{"general.name", "x"}},
		"no layers":       {{"general.architecture", "llama"}, {"llama.embedding_length", uint32(8)}},
		"absurd layers":   {{"general.architecture", "llama"}, {"llama.block_count", uint32(math.MaxUint32)}, {"llama.embedding_length", uint32(8)}},
	} {
		if _, err := (&File{Meta: meta}).Architecture(); !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestShortTensorDataIsAnError(t *testing.T) {
	err := Write(io.Discard, nil, []Tensor{{Name: "t", Dims: []uint64{4}, Type: F32}}, func(_ int, w io.Writer) error {
		_, err := w.Write(make([]byte, 15))
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "15 bytes") {
		t.Errorf("got %v", err)
	}
}

func TestHalfPrecisionRoundTrips(t *testing.T) {
	for h := range 1 << 16 {
		v := unhalf(uint16(h))
		if math.IsNaN(float64(v)) {
			if back := unhalf(half(v)); !math.IsNaN(float64(back)) {
				t.Fatalf("%#x: not a number became %v", h, back)
			}
			continue
		}
		if got := half(v); got != uint16(h) {
			t.Fatalf("%#x → %v → %#x", h, v, got)
		}
	}
}

func TestHalfPrecisionRoundsToTheNearest(t *testing.T) {
	for _, c := range []struct {
		in   float32
		want uint16
	}{
		{1, 0x3c00}, {-2, 0xc000}, {65504, 0x7bff}, {65519.996, 0x7bff}, {65520, 0x7c00}, {1e30, 0x7c00},
		{1 + 1.0/2048, 0x3c00}, {1 + 3.0/2048, 0x3c02}, {1.0 / (1 << 24), 1}, {1.0 / (1 << 25), 0}, {1.5 / (1 << 24), 2}, {1e-30, 0},
	} {
		if got := half(c.in); got != c.want {
			t.Errorf("%v → %#x, want %#x", c.in, got, c.want)
		}
	}
}

func TestQ8KeepsEveryNumberWithinHalfAStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float32Range(-100, 100), 64, 64).Draw(t, "x")
		b := appendQ8(nil, x)
		if len(b) != 2*34 {
			t.Fatalf("%d bytes", len(b))
		}
		y, err := floats(nil, Q8_0, b)
		if err != nil || len(y) != 64 {
			t.Fatalf("%d numbers, %v", len(y), err)
		}
		for i := range x {
			block := x[i/32*32 : i/32*32+32]
			largest := 0.0
			for _, v := range block {
				largest = max(largest, math.Abs(float64(v)))
			}
			// Half a step, and what rounding the scale to half precision adds.
			if off := math.Abs(float64(x[i] - y[i])); off > largest/127*0.5+largest/1024+1e-6 {
				t.Fatalf("%v became %v in a block up to %v", x[i], y[i], largest)
			}
		}
	})
}

func TestFourBitBlocksDecodeAsTheFormatSays(t *testing.T) {
	block := binary.LittleEndian.AppendUint16(nil, half(0.5))
	q41 := binary.LittleEndian.AppendUint16(slices.Clone(block), half(-1))
	nibbles := make([]byte, 16)
	for i := range nibbles {
		nibbles[i] = byte(i) | byte(15-i)<<4
	}
	for _, c := range []struct {
		kind  Type
		block []byte
		at    func(q int) float32
	}{
		{Q4_0, append(block, nibbles...), func(q int) float32 { return 0.5 * float32(q-8) }},
		{Q4_1, append(q41, nibbles...), func(q int) float32 { return 0.5*float32(q) - 1 }},
	} {
		x, err := floats(nil, c.kind, c.block)
		if err != nil || len(x) != 32 {
			t.Fatalf("%v: %d numbers, %v", c.kind, len(x), err)
		}
		for i := range 16 {
			if x[i] != c.at(i) || x[16+i] != c.at(15-i) {
				t.Errorf("%v: number %d is %v, %d is %v", c.kind, i, x[i], 16+i, x[16+i])
			}
		}
	}
	if _, err := floats(nil, 14, nil); !errors.Is(err, ErrType) {
		t.Errorf("got %v", err)
	}
}

func TestRequantizeTurnsFourBitMatricesIntoQ8AndCopiesTheRest(t *testing.T) {
	tensors := []Tensor{
		{Name: "w", Dims: []uint64{64, 3}, Type: Q4_1},
		{Name: "n", Dims: []uint64{64}, Type: F32},
		{Name: "v", Dims: []uint64{64}, Type: Q4_1},
	}
	data := make([][]byte, len(tensors))
	for i, tensor := range tensors {
		n, err := tensor.Size()
		if err != nil {
			t.Fatal(err)
		}
		data[i] = make([]byte, n)
		for j := range data[i] {
			data[i][j] = byte(j*7 + i)
			if tensor.Type == Q4_1 && j%20 < 4 {
				data[i][j] = []byte{0, 0x3c, 0, 0xbc}[j%20] // scale 1, base -1
			}
		}
	}
	var b bytes.Buffer
	if err := Write(&b, []KV{{"general.file_type", uint32(3)}, {"k", "kept"}}, tensors, func(i int, w io.Writer) error {
		_, err := w.Write(data[i])
		return err
	}); err != nil {
		t.Fatal(err)
	}
	src := bytes.NewReader(b.Bytes())
	f, err := Read(src, src.Size())
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Requantize(&out, f, src); err != nil {
		t.Fatal(err)
	}
	got, err := read(out.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if kind, _ := got.Uint("general.file_type"); kind != 7 || got.Text("k") != "kept" {
		t.Errorf("metadata %v", got.Meta)
	}
	if got.Tensors[0].Type != Q8_0 || got.Tensors[1].Type != F32 || got.Tensors[2].Type != Q4_1 {
		t.Errorf("tensors %v", got.Tensors)
	}
	at := got.DataStart + int64(got.Tensors[1].Offset)
	if !bytes.Equal(out.Bytes()[at:at+256], data[1]) {
		t.Error("the vector was changed")
	}
	want, err := floats(nil, Q4_1, data[0])
	if err != nil {
		t.Fatal(err)
	}
	at = got.DataStart + int64(got.Tensors[0].Offset)
	numbers, err := floats(nil, Q8_0, out.Bytes()[at:at+6*34])
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if math.Abs(float64(want[i]-numbers[i])) > 0.1 {
			t.Fatalf("number %d was %v and is %v", i, want[i], numbers[i])
		}
	}
}

func FuzzRead(f *testing.F) {
	good := sample(f)
	f.Add(good)
	f.Add(good[:200])
	f.Add([]byte("GGUF\x03\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := read(b)
		if err != nil {
			return
		}
		for _, tensor := range file.Tensors {
			n, err := tensor.Size()
			if err != nil || uint64(file.DataStart)+tensor.Offset+n > uint64(len(b)) {
				t.Fatalf("tensor %q outside the file: %v", tensor.Name, err)
			}
		}
		a, err := file.Architecture()
		if err == nil && a.Memory(4096) < a.Weights {
			t.Fatal("a model smaller than its weights")
		}
	})
}

func TestCacheOfFewerBitsTakesLessMemory(t *testing.T) {
	s := Shape{Layers: 36, KVHeads: 8, HeadDim: 128, Width: 2560, Vocabulary: 151936, Weights: 2 << 30}
	if got, want := s.Memory(32768)-s.Memory(0), uint64(36*8*2*128*2*32768); got != want {
		t.Errorf("a cache of %d bytes, want %d", got, want)
	}
	s.Encoder = true
	if s.Memory(32768) != s.Memory(0) {
		t.Error("an encoder keeps a cache")
	}
	f := &File{Meta: []KV{
		{Key: "general.architecture", Value: "llama"}, {Key: "llama.block_count", Value: uint32(4)},
		{Key: "llama.embedding_length", Value: uint32(64)}, {Key: "llama.attention.head_count", Value: uint32(2)},
	}}
	a, err := f.Architecture()
	if err != nil {
		t.Fatal(err)
	}
	cache := func(as Type) uint64 { return a.MemoryIn(1024, as) - a.MemoryIn(0, as) }
	if f16, q8, q4 := cache(F16), cache(Q8_0), cache(Q4_0); f16 != 4*2*2*32*2*1024 || q8 != f16*34/64 || q4 != f16*18/64 {
		t.Errorf("got %d, %d, %d", f16, q8, q4)
	}
}

func TestLayersWithoutACacheTakeNone(t *testing.T) {
	cache := func(heads any) uint64 {
		f := &File{Meta: []KV{
			{"general.architecture", "jamba"}, {"jamba.block_count", uint32(4)}, {"jamba.embedding_length", uint32(64)},
			{"jamba.attention.head_count", uint32(2)}, {"jamba.attention.head_count_kv", heads},
		}}
		a, err := f.Architecture()
		if err != nil {
			t.Fatal(err)
		}
		return a.Memory(1024) - a.Memory(0)
	}
	one := cache(uint32(2)) / 4
	if got := cache([]int32{0, 0, 2, 0}); got != one || one == 0 {
		t.Errorf("one layer of four: %d, want %d", got, one)
	}
	if got := cache([]int64{-1, -1, 2, -1}); got != one {
		t.Errorf("numbers that make no sense: %d", got)
	}
}
