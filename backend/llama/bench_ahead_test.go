package llama

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	forms "markai/backend/grammar"
	"markai/backend/speculate"
)

// envSteps names the file for the costs of steps, in the process that measures them.
const envSteps = "MARKAI_TEST_STEPS"

// TestStepsByRows measures what a step costs by its rows, all with logits, in a
// process of its own: seconds of one thread's processor time.
func TestStepsByRows(t *testing.T) {
	path := os.Getenv(envSteps)
	if path == "" {
		t.Skip("part of a measurement: run make bench-engine")
	}
	s := chatModel(t)
	m, vocab, err := loadModel(s)
	if err != nil {
		t.Fatal(err)
	}
	params := native.ContextDefaultParams()
	params.NCtx, params.NBatch, params.NUbatch, params.NSeqMax = uint32(s.Context), stepTokens, stepTokens, 1
	params.NThreads, params.NThreadsBatch = 1, 1
	ctx, err := newContext(m, params)
	if err != nil {
		t.Fatal(err)
	}
	memory, err := native.GetMemory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	batch := native.BatchInit(stepTokens, 0, 1)
	step := func(tokens []native.Token, pos int) {
		if err := batch.Clear(); err != nil {
			t.Fatal(err)
		}
		for i, tok := range tokens {
			if err := batch.Add(tok, native.Pos(pos+i), []native.SeqId{0}, true); err != nil {
				t.Fatal(err)
			}
		}
		if rc, err := native.Decode(ctx, batch); rc != 0 || err != nil {
			t.Fatal(rc, err)
		}
		// The logits are waited for.
		if _, err := native.GetLogitsIth(ctx, -1, 1); err != nil {
			t.Fatal(err)
		}
	}
	text := tokenize(vocab, strings.Join(readPassages(t), "\n"), false)
	const held = 512
	for at := 0; at < held; at += stepTokens {
		step(text[at:at+stepTokens], at)
	}
	costs := map[int]float64{}
	sizes := []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 32}
	for range 7 {
		for _, n := range sizes {
			const times = 3
			began := cpuTime()
			for range times {
				step(text[held:held+n], held)
				if _, err := native.MemorySeqRm(memory, 0, held, -1); err != nil {
					t.Fatal(err)
				}
			}
			took := (cpuTime() - began).Seconds() / times
			if old, ok := costs[n]; !ok || took < old {
				costs[n] = took
			}
		}
	}
	b, err := json.Marshal(costs)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// steps returns the costs of steps by their rows.
func (b *table) steps(t *testing.T) speculate.Points {
	t.Helper()
	path := filepath.Join(t.TempDir(), "steps.json")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestStepsByRows$")
	cmd.Env = append(os.Environ(), envSteps+"="+path, "MARKAI_CACHE="+b.dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	costs := speculate.Points{}
	if err := json.Unmarshal(data, &costs); err != nil {
		t.Fatal(err)
	}
	return costs
}

// workerTime is the processor time that a worker has had.
func workerTime(t *testing.T, pid int) time.Duration {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Skip("the processor time of a process cannot be told here")
	}
	fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// beside runs prompts in two ways by turns, on one thread, and returns the tokens
// that each way wrote in a second of the worker's processor time. What a prompt takes to
// read is not counted: it is in memory already.
func (b *table) beside(t *testing.T, ps []mark.Prompt, ways [2]func(mark.Prompt) mark.Prompt) (rates [2]float64, sums [2]mark.Delta) {
	t.Helper()
	g := b.engine(t, 2048, 4096, 4)
	g.SetThreads(1, 1)
	var took [2]time.Duration
	for _, p := range ps {
		for _, warm := range []bool{true, false} {
			for w, way := range ways {
				q := way(p)
				if warm {
					q.MaxTokens = 4
				}
				began := time.Duration(0)
				if g.PID() != 0 {
					began = workerTime(t, g.PID())
				}
				got := whole(t, g, q)
				if warm {
					continue
				}
				took[w] += workerTime(t, g.PID()) - began
				sums[w].Tokens += got.Tokens
				sums[w].Guessed += got.Guessed
				sums[w].Held += got.Held
			}
		}
	}
	for w := range ways {
		rates[w] = float64(sums[w].Tokens) / took[w].Seconds()
	}
	return rates, sums
}

// guesses compares texts written with guesses with the same written one by one.
func (b *table) guesses(t *testing.T) {
	costs := b.steps(t)
	ceiling, rows := speculate.Ceiling(costs.Cost)
	var curve []string
	for _, n := range []int{2, 4, 8, 16, 32} {
		curve = append(curve, fmt.Sprintf("%d: %.1f", n, costs[n]/costs[1]))
	}
	b.row(t, "a step of several rows, relative to one", strings.Join(curve, ", "), fmt.Sprintf("ceiling %.2f at %d rows", ceiling, rows), "", "")
	passages := readPassages(t)
	var quotes, exact, tales []mark.Prompt
	for i := range passages {
		q := quoting(passages[i:i+1], 0, 200)
		q.Stop = []string{"\n"} // the quotation is the answer
		quotes = append(quotes, q)
		// Held to the words of one of the passages, whichever the model chooses.
		from := i / 4 * 4
		words := quoting(passages[from:from+4], i-from, 300)
		form, err := forms.Choice(passages[from : from+4])
		if err != nil {
			t.Fatal(err)
		}
		words.Grammar, words.Prefix = form, ""
		exact = append(exact, words)
	}
	for i := range 3 {
		tales = append(tales, free(i))
	}
	plain := func(p mark.Prompt) mark.Prompt { p.Deterministic = true; return p }
	same := func(p mark.Prompt) mark.Prompt { return p }
	for _, tt := range []struct {
		what string
		ps   []mark.Prompt
		aim  string
	}{
		{"quoting answers over real passages, guessed ahead", quotes, fmt.Sprintf("≥ %.2f, 0.8 of the ceiling", 0.8*ceiling)},
		{"the same, held to the words of the passages by a grammar", exact, fmt.Sprintf("≥ %.2f", 0.8*ceiling)},
		{"free text, guessed ahead", tales, "≥ 0.97"},
	} {
		rates, sums := b.beside(t, tt.ps, [2]func(mark.Prompt) mark.Prompt{same, plain})
		b.row(t, tt.what, fmt.Sprintf("%.0f tokens a processor second; %d of %d guesses held, %d tokens", rates[0], sums[0].Held, sums[0].Guessed, sums[0].Tokens),
			fmt.Sprintf("%.0f one by one", rates[1]), fmt.Sprintf("%.2f", rates[0]/rates[1]), tt.aim)
	}
	b.predicted(t, costs)
}

// predicted says what the same answers would gain elsewhere, by the model of
// speculate.Machine: not a measurement.
func (b *table) predicted(t *testing.T, costs speculate.Points) {
	text := pieces(readPassages(t))
	prompt, quote := text[:900], slices.Concat(text[100:240], text[400:520])
	for _, m := range []struct {
		name string
		cost speculate.Cost
	}{
		{"here, by the measured curve", costs.Cost},
		{"7B Q4 on 8 cores with 40 GB/s", speculate.Machine{Weights: 4.1e9, Bandwidth: 40e9, Work: 14e9, Speed: 600e9}.Cost},
		{"7B Q4 on a GPU with 1 TB/s", speculate.Machine{Weights: 4.1e9, Bandwidth: 1e12, Work: 14e9, Speed: 80e12, Overhead: 5e-4}.Cost},
	} {
		ceiling, _ := speculate.Ceiling(m.cost)
		got := speculate.Replay(prompt, quote, m.cost)
		b.row(t, "prediction of a model, not measured: a pure quotation, "+m.name, fmt.Sprintf("%.2f times one by one", got.Gain), fmt.Sprintf("ceiling %.2f", ceiling), "", "")
	}
}

// pieces stands in for the tokens of passages: pieces of their words, by number.
func pieces(passages []string) []speculate.Token {
	numbers := map[string]speculate.Token{}
	var out []speculate.Token
	for _, w := range strings.Fields(strings.Join(passages, " ")) {
		for len(w) > 0 { // pieces of up to four letters: about as many as tokens
			n := min(4, len(w))
			if _, ok := numbers[w[:n]]; !ok {
				numbers[w[:n]] = speculate.Token(len(numbers))
			}
			out = append(out, numbers[w[:n]])
			w = w[n:]
		}
	}
	return out
}

// forms compares text in a form with text without.
func (b *table) forms(t *testing.T) {
	form, err := forms.Schema([]byte(`{"type": "object", "properties": {
		"answer": {"type": "string", "maxLength": 300}, "passages": {"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 8}, "maxItems": 4},
		"certain": {"type": "boolean"}}, "required": ["answer", "passages", "certain"]}`), forms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var ps []mark.Prompt
	for i := range 3 {
		p := free(i)
		p.User += " Answer as JSON with answer, passages and certain."
		p.Deterministic = true
		ps = append(ps, p)
	}
	rates, sums := b.beside(t, ps, [2]func(mark.Prompt) mark.Prompt{
		func(p mark.Prompt) mark.Prompt { p.Grammar = form; return p },
		func(p mark.Prompt) mark.Prompt { return p },
	})
	b.row(t, "JSON by a schema's grammar", fmt.Sprintf("%.0f tokens a processor second, %d tokens", rates[0], sums[0].Tokens),
		fmt.Sprintf("%.0f without a form", rates[1]), fmt.Sprintf("%.2f", rates[0]/rates[1]), "≥ 0.85")
}
