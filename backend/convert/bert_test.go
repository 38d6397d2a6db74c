package convert_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"markai/backend/convert"
	"markai/backend/gguf"
)

const (
	tinyConfig = `{"model_type":"bert","num_hidden_layers":1,"max_position_embeddings":8,"hidden_size":32,"intermediate_size":64,
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
	for _, part := range []string{"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
		"attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm"} {
		shape := []int{32, 32}
		if strings.HasSuffix(part, "LayerNorm") {
			shape = []int{32}
		}
		shapes["encoder.layer.0."+part+".weight"] = shape
		shapes["encoder.layer.0."+part+".bias"] = []int{32}
	}
	return safetensors(t, shapes)
}

func bertParts(t testing.TB, weights []byte) convert.Parts {
	t.Helper()
	tensors, err := gguf.ReadSafetensors(bytes.NewReader(weights), int64(len(weights)))
	if err != nil {
		t.Fatal(err)
	}
	return convert.Parts{Name: "tiny", Tensors: tensors, Config: []byte(tinyConfig), Vocab: []byte(tinyVocab), Pooling: convert.Mean}
}

func written(t testing.TB, p convert.Parts, to gguf.Type) (*gguf.File, []byte) {
	t.Helper()
	var b bytes.Buffer
	if err := convert.Write(&b, p, to); err != nil {
		t.Fatal(err)
	}
	f, err := gguf.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return f, b.Bytes()
}

func TestBERTBecomesGGUF(t *testing.T) {
	for _, to := range []gguf.Type{gguf.F32, gguf.F16, gguf.Q8_0} {
		t.Run(to.String(), func(t *testing.T) {
			f, _ := written(t, bertParts(t, tinyBERT(t)), to)
			a, err := f.Architecture()
			if err != nil || !a.Embedding || a.Width != 32 || a.Vocabulary != 7 || a.Context != 8 {
				t.Errorf("got %+v, %v", a, err)
			}
			tokens, _ := f.Value("tokenizer.ggml.tokens").([]string)
			if !slices.Equal(tokens[4:], []string{"[MASK]", "\u2581lease", "hold"}) {
				t.Errorf("tokens %q", tokens)
			}
			kinds := map[string]gguf.Type{}
			for _, tensor := range f.Tensors {
				kinds[tensor.Name] = tensor.Type
				if tensor.Name == "token_embd.weight" && !slices.Equal(tensor.Dims, []uint64{32, 7}) {
					t.Errorf("dims %v", tensor.Dims)
				}
			}
			if len(kinds) != 5+16 {
				t.Errorf("%d tensors", len(kinds))
			}
			for name, want := range map[string]gguf.Type{
				"token_embd.weight": to, "position_embd.weight": gguf.F32, "token_types.weight": gguf.F32,
				"blk.0.attn_q.weight": to, "blk.0.attn_q.bias": gguf.F32, "blk.0.layer_output_norm.weight": gguf.F32,
			} {
				if kinds[name] != want {
					t.Errorf("%s is %v, want %v", name, kinds[name], want)
				}
			}
		})
	}
}

func TestNumbersSurviveTheConversion(t *testing.T) {
	f, b := written(t, bertParts(t, tinyBERT(t)), gguf.F16)
	for _, tensor := range f.Tensors {
		x, err := f.Floats(bytes.NewReader(b), tensor)
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

func TestVocabularyOfBERTIsTheSameFromEitherFile(t *testing.T) {
	p := bertParts(t, tinyBERT(t))
	want, _ := written(t, p, gguf.F32)
	p.Vocab = nil
	p.Tokenizer = []byte(`{"model":{"type":"WordPiece","vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"lease":5,"##hold":6}}}`)
	got, _ := written(t, p, gguf.F32)
	if !reflect.DeepEqual(got.Meta, want.Meta) {
		t.Errorf("got %v, want %v", got.Meta, want.Meta)
	}
}

func TestPoolingOfBERTIsKept(t *testing.T) {
	p := bertParts(t, tinyBERT(t))
	p.Pooling = convert.First
	f, _ := written(t, p, gguf.F32)
	if n, ok := f.Uint("bert.pooling_type"); !ok || n != 2 {
		t.Errorf("got %d, %v", n, ok)
	}
}

func TestWhatIsNoBERTIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *convert.Parts)
		to     gguf.Type
		want   error
	}{
		{"no weights", func(p *convert.Parts) { p.Tensors = nil }, gguf.F32, gguf.ErrMalformed},
		{"another network", func(p *convert.Parts) {
			p.Tensors = bertParts(t, safetensors(t, map[string][]int{"model.layers.0.mlp.weight": {2, 2}})).Tensors
		}, gguf.F32, gguf.ErrMalformed},
		{"no JSON", func(p *convert.Parts) { p.Config = []byte("{") }, gguf.F32, gguf.ErrMalformed},
		{"rotary positions", func(p *convert.Parts) {
			p.Config = []byte(strings.Replace(tinyConfig, "absolute", "rotary", 1))
		}, gguf.F32, gguf.ErrMalformed},
		{"another activation", func(p *convert.Parts) {
			p.Config = []byte(strings.Replace(tinyConfig, `"bert",`, `"bert","hidden_act":"relu",`, 1))
		}, gguf.F32, convert.ErrUnknown},
		{"no pooling", func(p *convert.Parts) { p.Pooling = "" }, gguf.F32, convert.ErrUnknown},
		{"words that keep their case", func(p *convert.Parts) { p.TokenizerConfig = []byte(`{"do_lower_case":false}`) }, gguf.F32, convert.ErrUnknown},
		{"another vocabulary", func(p *convert.Parts) { p.Vocab = []byte("[PAD]\n") }, gguf.F32, gguf.ErrMalformed},
		{"no special tokens", func(p *convert.Parts) { p.Vocab = []byte("a\nb\nc\nd\ne\nf\ng\n") }, gguf.F32, gguf.ErrMalformed},
		{"another tokenizer", func(p *convert.Parts) { p.Vocab, p.Tokenizer = nil, []byte(words) }, gguf.F32, convert.ErrUnknown},
		{"a type we do not write", func(*convert.Parts) {}, gguf.Q4_1, gguf.ErrType},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := bertParts(t, tinyBERT(t))
			c.change(&p)
			if err := convert.Write(io.Discard, p, c.to); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
