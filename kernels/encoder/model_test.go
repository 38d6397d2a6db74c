package encoder

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"markai/kernels/wordpiece"
)

// modelDir is where set-up puts MiniLM as it was published.
func modelDir(t testing.TB) string {
	t.Helper()
	dir := filepath.Join("..", "..", "build", "cache", "models", "minilm")
	if cache := os.Getenv("MARKAI_CACHE"); cache != "" {
		dir = filepath.Join(cache, "models", "minilm")
	}
	if _, err := os.Stat(filepath.Join(dir, "model.safetensors")); err != nil {
		t.Skipf("the embedding model is not installed: %v", err)
	}
	return dir
}

var minilm = Config{Layers: 6, Width: 384, Heads: 12, Feed: 1536, Words: 30522, Positions: 512, Epsilon: 1e-12}

// readModel reads MiniLM's weights.
func readModel(t testing.TB) Weights {
	t.Helper()
	if testing.Short() {
		t.Skip("the real model takes long under a sanitizer or in an emulator")
	}
	raw, err := os.ReadFile(filepath.Join(modelDir(t), "model.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	var head map[string]struct {
		Offsets [2]int `json:"data_offsets"`
	}
	n := binary.LittleEndian.Uint64(raw)
	if err := json.Unmarshal(raw[8:8+n], &head); err != nil {
		t.Fatal(err)
	}
	tensor := func(name string) []float32 {
		at := head[name].Offsets
		data := raw[8+n:][at[0]:at[1]]
		out := make([]float32, len(data)/4)
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*i:]))
		}
		return out
	}
	linear := func(name string) Linear { return Linear{tensor(name + ".weight"), tensor(name + ".bias")} }
	norm := func(name string) Norm { return Norm{tensor(name + ".weight"), tensor(name + ".bias")} }
	return Weights{
		Config: minilm, Norm: norm("embeddings.LayerNorm"),
		Word: tensor("embeddings.word_embeddings.weight"), Position: tensor("embeddings.position_embeddings.weight"),
		Type: tensor("embeddings.token_type_embeddings.weight")[:384],
		Layer: func(i int) (Layer, error) {
			p := "encoder.layer." + string(rune('0'+i)) + "."
			return Layer{
				Query: linear(p + "attention.self.query"), Key: linear(p + "attention.self.key"), Value: linear(p + "attention.self.value"),
				Output: linear(p + "attention.output.dense"), AttentionNorm: norm(p + "attention.output.LayerNorm"),
				Up: linear(p + "intermediate.dense"), Down: linear(p + "output.dense"), FeedNorm: norm(p + "output.LayerNorm"),
			}, nil
		},
	}
}

var passages = sync.OnceValue(func() []string {
	f, err := os.Open(filepath.Join("testdata", "passages.txt"))
	if err != nil {
		panic(err)
	}
	defer f.Close()
	var out []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		out = append(out, lines.Text())
	}
	return out
})

// tokens cuts real passages into up to limit tokens each.
func tokens(t testing.TB, limit int) [][]int32 {
	t.Helper()
	f, err := os.Open(filepath.Join(modelDir(t), "vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var vocab []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		vocab = append(vocab, lines.Text())
	}
	tok, err := wordpiece.New(vocab, wordpiece.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var out [][]int32
	for _, p := range passages() {
		out = append(out, tok.Append(nil, p, limit))
	}
	return out
}

// exact is the model in float32, as the papers write it.
type exact struct {
	Weights
	layers []Layer
	tap    func(layer int, x []float32) // called after each
}

func newExact(t testing.TB, w Weights) *exact {
	t.Helper()
	e := &exact{Weights: w}
	for i := range w.Layers {
		l, err := w.Layer(i)
		if err != nil {
			t.Fatal(err)
		}
		e.layers = append(e.layers, l)
	}
	return e
}

func dot(a, b []float32) float32 {
	var s [8]float32
	i := 0
	for ; i+8 <= len(a); i += 8 {
		for j := range s {
			s[j] += a[i+j] * b[i+j]
		}
	}
	for ; i < len(a); i++ {
		s[0] += a[i] * b[i]
	}
	return s[0] + s[1] + s[2] + s[3] + s[4] + s[5] + s[6] + s[7]
}

func (l Linear) apply(x []float32, in int) []float32 {
	out := make([]float32, len(x)/in*len(l.Bias))
	inParts(len(x)/in, func(r int) {
		for o, b := range l.Bias {
			out[r*len(l.Bias)+o] = dot(x[r*in:][:in], l.Weight[o*in:][:in]) + b
		}
	})
	return out
}

func (e *exact) norm(x, y []float32, n Norm) {
	width := len(n.Gain)
	for row := 0; row < len(x); row += width {
		mean, squares := 0.0, 0.0
		for i := row; i < row+width; i++ {
			if y != nil {
				x[i] += y[i]
			}
			mean += float64(x[i]) / float64(width)
		}
		for i := row; i < row+width; i++ {
			squares += (float64(x[i]) - mean) * (float64(x[i]) - mean)
		}
		f := 1 / math.Sqrt(squares/float64(width)+float64(e.Epsilon))
		for i := row; i < row+width; i++ {
			x[i] = float32((float64(x[i])-mean)*f)*n.Gain[i-row] + n.Bias[i-row]
		}
	}
}

func (e *exact) attend(q, k, v []float32, n int) []float32 {
	w, head := e.Width, e.Width/e.Heads
	out := make([]float32, n*w)
	inParts(e.Heads, func(h int) {
		scores := make([]float64, n)
		for i := range n {
			top, sum := math.Inf(-1), 0.0
			for j := range n {
				scores[j] = float64(dot(q[i*w+h*head:][:head], k[j*w+h*head:][:head])) / math.Sqrt(float64(head))
				top = max(top, scores[j])
			}
			for j := range n {
				scores[j] = math.Exp(scores[j] - top)
				sum += scores[j]
			}
			for j := range n {
				for d := range head {
					out[i*w+h*head+d] += float32(scores[j]/sum) * v[j*w+h*head+d]
				}
			}
		}
	})
	return out
}

func (e *exact) embed(passage []int32) []float32 {
	w := e.Width
	x := make([]float32, len(passage)*w)
	for i, token := range passage {
		for d := range w {
			x[i*w+d] = e.Word[int(token)*w+d] + e.Position[i*w+d]
			if e.Type != nil {
				x[i*w+d] += e.Type[d]
			}
		}
	}
	e.norm(x, nil, e.Weights.Norm)
	for i, l := range e.layers {
		a := e.attend(l.Query.apply(x, w), l.Key.apply(x, w), l.Value.apply(x, w), len(passage))
		e.norm(x, l.Output.apply(a, w), l.AttentionNorm)
		up := l.Up.apply(x, w)
		for j, v := range up {
			up[j] = float32(float64(v) * (1 + math.Erf(float64(v)/math.Sqrt2)) / 2)
		}
		e.norm(x, l.Down.apply(up, e.Feed), l.FeedNorm)
		if e.tap != nil {
			e.tap(i, x)
		}
	}
	out := make([]float32, w)
	(&Encoder{Config: e.Config}).pool(x, out)
	return out
}

// cosine of two vectors.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}
