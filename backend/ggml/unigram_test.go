package ggml_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"markai/backend/convert"
	"markai/backend/gguf"
)

// unigramPieces is a small vocabulary of scored pieces; the first stands for
// what is not known.
func unigramPieces(r *rand.Rand) (texts []string, scores []float32) {
	texts = []string{"<unk>", "<s>", "</s>", "\u2581"}
	for c := 'a'; c <= 'z'; c++ {
		texts = append(texts, string(c))
	}
	texts = append(texts, "\u2581the", "the", "th", "\u2581ten", "ant", "\u2581tenant", "\u2581pay", "s", "rent", "\u2581re", "nt", "ays", "lord", "\u2581land", "an", "in")
	texts = slices.Compact(texts)
	seen := map[string]bool{}
	texts = slices.DeleteFunc(texts, func(s string) bool { twice := seen[s]; seen[s] = true; return twice })
	scores = make([]float32, len(texts))
	for i := range scores {
		scores[i] = -2 - 8*r.Float32()
	}
	return texts, scores
}

// bestPieces cuts text, in which spaces are marked, into the pieces whose scores
// sum highest; what no piece covers is one unknown each, far worse than any.
func bestPieces(text string, texts []string, scores []float32) []int32 {
	worst := float64(slices.Min(scores)) - 10
	best, from, piece := make([]float64, len(text)+1), make([]int, len(text)+1), make([]int32, len(text)+1)
	for at := 1; at <= len(text); at++ {
		best[at] = math.Inf(-1)
	}
	for at := range len(text) {
		if math.IsInf(best[at], -1) {
			continue
		}
		try := func(end int, id int32, score float64) {
			if s := best[at] + score; s > best[end] {
				best[end], from[end], piece[end] = s, at, id
			}
		}
		_, size := utf8.DecodeRuneInString(text[at:])
		try(at+size, 0, worst)
		for id, p := range texts {
			if id > 2 && strings.HasPrefix(text[at:], p) {
				try(at+len(p), int32(id), float64(scores[id]))
			}
		}
	}
	var out []int32
	for at := len(text); at > 0; at = from[at] {
		if n := len(out); n == 0 || out[n-1] != 0 || piece[at] != 0 {
			out = append(out, piece[at])
		}
	}
	slices.Reverse(out)
	return out
}

func TestConvertedScoresCutTextAsTheOriginalDoes(t *testing.T) {
	tools, _ := tools(t)
	r := rand.New(rand.NewPCG(11, 3))
	texts, scores := unigramPieces(r)
	vocab := make([][2]any, len(texts))
	for i := range texts {
		vocab[i] = [2]any{texts[i], scores[i]}
	}
	words, err := json.Marshal(map[string]any{
		"added_tokens":   []any{map[string]any{"id": 1, "content": "<s>", "special": true}, map[string]any{"id": 2, "content": "</s>", "special": true}},
		"normalizer":     nil,
		"pre_tokenizer":  map[string]any{"type": "Metaspace", "replacement": "\u2581", "add_prefix_space": true},
		"post_processor": map[string]any{"type": "TemplateProcessing", "single": []any{map[string]any{"SpecialToken": map[string]any{"id": "<s>"}}, map[string]any{"Sequence": map[string]any{"id": "A"}}}},
		"model":          map[string]any{"type": "Unigram", "unk_id": 0, "vocab": vocab},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := shape{kind: "llama", layers: 1, width: 32, feed: 32, heads: 2, kv: 2, hd: 16, base: 10000, vocab: len(texts) + 3}
	m, dims := s.random(r)
	p := s.parts(t, m, dims)
	p.Tokenizer, p.TokenizerConfig = words, []byte(`{"bos_token": "<s>", "eos_token": "</s>"}`)
	var file bytes.Buffer
	if err := convert.Write(&file, p, gguf.F32); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "unigram.gguf")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"the tenant pays rent", "the landlord in thin § rent", "tenantrent"} {
		got, _, err := tools.Logits(t.Context(), path, text)
		if err != nil {
			t.Fatal(err)
		}
		want := append([]int32{1}, bestPieces("\u2581"+strings.ReplaceAll(text, " ", "\u2581"), texts, scores)...)
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
