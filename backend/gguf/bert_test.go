package gguf

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

const (
	tinyConfig = `{"num_hidden_layers":1,"max_position_embeddings":8,"hidden_size":32,"intermediate_size":64,
		"num_attention_heads":2,"layer_norm_eps":1e-12,"vocab_size":7,"type_vocab_size":2,"position_embedding_type":"absolute"}`
	tinyVocab = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlease\n##hold\n"
)

// safetensors lays tensors out in that format; each holds 0, 1, 2, …
func safetensors(t testing.TB, shapes map[string][]int) []byte {
	t.Helper()
	head := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
	var data []byte
	names := make([]string, 0, len(shapes))
	for name := range shapes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		n := 1
		for _, d := range shapes[name] {
			n *= d
		}
		from := len(data)
		for i := range n {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(i)))
		}
		head[name] = map[string]any{"dtype": "F32", "shape": shapes[name], "data_offsets": []int{from, len(data)}}
	}
	raw, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(raw)))
	return append(append(out, raw...), data...)
}

func tinyBERT(t testing.TB) []byte {
	shapes := map[string][]int{
		"embeddings.word_embeddings.weight": {7, 32}, "embeddings.position_embeddings.weight": {8, 32},
		"embeddings.token_type_embeddings.weight": {2, 32}, "embeddings.LayerNorm.weight": {32}, "embeddings.LayerNorm.bias": {32},
		"pooler.dense.weight": {32, 32},
	}
	for part := range bertInner {
		shape := []int{32, 32}
		if strings.HasSuffix(part, "LayerNorm") {
			shape = []int{32}
		}
		shapes["encoder.layer.0."+part+".weight"] = shape
		shapes["encoder.layer.0."+part+".bias"] = []int{32}
	}
	return safetensors(t, shapes)
}

func write(weights []byte, config, vocab string, to Type) ([]byte, error) {
	var b bytes.Buffer
	err := WriteBERT(&b, BERT{
		Name: "tiny", Weights: bytes.NewReader(weights), Size: int64(len(weights)),
		Config: strings.NewReader(config), Vocab: strings.NewReader(vocab),
	}, to)
	return b.Bytes(), err
}

func TestBERTBecomesGGUF(t *testing.T) {
	for _, to := range []Type{F32, F16, Q8_0} {
		t.Run(to.String(), func(t *testing.T) {
			b, err := write(tinyBERT(t), tinyConfig, tinyVocab, to)
			if err != nil {
				t.Fatal(err)
			}
			f, err := read(b)
			if err != nil {
				t.Fatal(err)
			}
			a, err := f.Architecture()
			if err != nil || !a.Embedding || a.Width != 32 || a.Vocabulary != 7 || a.Context != 8 {
				t.Errorf("got %+v, %v", a, err)
			}
			tokens, _ := f.Value("tokenizer.ggml.tokens").([]string)
			if !slices.Equal(tokens[4:], []string{"[MASK]", "\u2581lease", "hold"}) {
				t.Errorf("tokens %q", tokens)
			}
			kinds := map[string]Type{}
			for _, tensor := range f.Tensors {
				kinds[tensor.Name] = tensor.Type
				if tensor.Name == "token_embd.weight" && !slices.Equal(tensor.Dims, []uint64{32, 7}) {
					t.Errorf("dims %v", tensor.Dims)
				}
			}
			if len(kinds) != 5+16 {
				t.Errorf("%d tensors", len(kinds))
			}
			for name, want := range map[string]Type{
				"token_embd.weight": to, "position_embd.weight": F32, "token_types.weight": F32,
				"blk.0.attn_q.weight": to, "blk.0.attn_q.bias": F32, "blk.0.layer_output_norm.weight": F32,
			} {
				if kinds[name] != want {
					t.Errorf("%s is %v, want %v", name, kinds[name], want)
				}
			}
		})
	}
}

func TestNumbersSurviveTheConversion(t *testing.T) {
	b, err := write(tinyBERT(t), tinyConfig, tinyVocab, F16)
	if err != nil {
		t.Fatal(err)
	}
	f, err := read(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, tensor := range f.Tensors {
		size, err := tensor.Size()
		if err != nil {
			t.Fatal(err)
		}
		at := uint64(f.DataStart) + tensor.Offset
		x, err := floats(nil, tensor.Type, b[at:at+size])
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range x {
			if v != float32(i) {
				t.Fatalf("%s: number %d is %v", tensor.Name, i, v)
			}
		}
	}
}

func TestWhatIsNoBERTIsRefused(t *testing.T) {
	good := tinyBERT(t)
	for _, c := range []struct {
		name          string
		weights       []byte
		config, vocab string
		to            Type
		want          error
	}{
		{"no weights", nil, tinyConfig, tinyVocab, F32, ErrTruncated},
		{"weights cut off", good[:len(good)-1], tinyConfig, tinyVocab, F32, ErrBounds},
		{"header cut off", good[:20], tinyConfig, tinyVocab, F32, ErrTruncated},
		{"an absurd header", binary.LittleEndian.AppendUint64(nil, 1<<60), tinyConfig, tinyVocab, F32, ErrTooLarge},
		{"another network", safetensors(t, map[string][]int{"model.layers.0.mlp.weight": {2, 2}}), tinyConfig, tinyVocab, F32, ErrMalformed},
		{"no JSON", good, "{", tinyVocab, F32, ErrMalformed},
		{"rotary positions", good, strings.Replace(tinyConfig, "absolute", "rotary", 1), tinyVocab, F32, ErrMalformed},
		{"another vocabulary", good, tinyConfig, "[PAD]\n", F32, ErrMalformed},
		{"no special tokens", good, tinyConfig, "a\nb\nc\nd\ne\nf\ng\n", F32, ErrMalformed},
		{"a type we do not write", good, tinyConfig, tinyVocab, Q4_1, ErrType},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := write(c.weights, c.config, c.vocab, c.to); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func FuzzSafetensors(f *testing.F) {
	good := tinyBERT(f)
	f.Add(good)
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	for i, shape := range []string{"[-1]", "[18446744073709551615,2]", "[]"} {
		head := fmt.Sprintf(`{"t%d":{"dtype":"F32","shape":%s,"data_offsets":[0,4]}}`, i, shape)
		f.Add(append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(head))), head...), 0, 0, 0, 0))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := readSafetensors(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		for name, s := range w.tensors {
			if s.start < 8 || s.size < 0 || s.start+s.size > int64(len(b)) {
				t.Fatalf("tensor %q outside the file", name)
			}
		}
	})
}
