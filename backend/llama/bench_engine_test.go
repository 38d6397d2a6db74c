package llama

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
)

// chat is one request of the table.
type chat struct {
	system, user, prefix string
	tokens               int
	plain                bool // without guesses ahead
}

// measured is what became of one.
type measured struct {
	first, total time.Duration
	tokens       int
	gaps         []time.Duration // between tokens
}

// table measures the engine beside its peers.
type table struct {
	dir           string
	decode, batch int // threads
	b             strings.Builder
}

func (b *table) row(t *testing.T, what, ours, theirs, ratio, aim string) {
	line := fmt.Sprintf("| %s | %s | %s | %s | %s |", what, ours, theirs, ratio, aim)
	fmt.Fprintln(&b.b, line)
	t.Log(line)
}

func (b *table) engine(t *testing.T, context, cells, running int) *Generator {
	t.Helper()
	g, err := NewGenerator(Config{
		Runtime: filepath.Join(b.dir, "runtime"), Model: filepath.Join(b.dir, "models", "chat-q8_0.gguf"),
		Context: context, Cells: cells, Running: running,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.SetThreads(b.decode, b.batch)
	t.Cleanup(func() { _ = g.Close() })
	return g
}

func ask(ctx context.Context, g *Generator, c chat) (m measured, err error) {
	began := time.Now()
	last := began
	for d, err := range g.Generate(ctx, mark.Prompt{System: c.system, User: c.user, Prefix: c.prefix, MaxTokens: c.tokens, Deterministic: c.plain}) {
		if err != nil {
			return m, err
		}
		now := time.Now()
		if m.first == 0 {
			m.first = now.Sub(began)
		} else if d.Tokens > 0 {
			m.gaps = append(m.gaps, now.Sub(last)/time.Duration(d.Tokens))
		}
		last = now
		m.tokens += d.Tokens
	}
	m.total = time.Since(began)
	return m, nil
}

// together asks all at once and returns the tokens written a second and the
// first tokens' times.
func together(t *testing.T, cs []chat, one func(context.Context, chat) (measured, error)) (rate float64, firsts []time.Duration) {
	t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	tokens := 0
	began := time.Now()
	for _, c := range cs {
		wg.Go(func() {
			m, err := one(t.Context(), c)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			tokens += m.tokens
			firsts = append(firsts, m.first)
		})
	}
	wg.Wait()
	return float64(tokens) / time.Since(began).Seconds(), firsts
}

func p95(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	if len(d) == 0 {
		return 0
	}
	return d[min(len(d)*95/100, len(d)-1)]
}

// words is about n tokens of a text that no other seed gives.
func words(n int, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 7))
	list := strings.Fields("the lessee shall pay all costs of repair and notice in writing to party under this agreement which may be ended by either on thirty days before rent is due")
	var b strings.Builder
	for range n {
		b.WriteString(list[r.IntN(len(list))] + " ")
	}
	return b.String()
}

// TestEngineTable prints build/docs/PERFORMANCE.md's table of the engine to the
// file that MARKAI_BENCH_ENGINE names.
func TestEngineTable(t *testing.T) {
	path := os.Getenv("MARKAI_BENCH_ENGINE")
	if path == "" {
		t.Skip("a measurement: run make bench-engine")
	}
	dir, err := filepath.Abs(filepath.Join("..", "..", "build", "cache"))
	if err != nil {
		t.Fatal(err)
	}
	if c := os.Getenv("MARKAI_CACHE"); c != "" {
		dir = c
	}
	cores := runtime.NumCPU()
	b := &table{dir: dir, decode: max(cores-1, 1), batch: cores}
	fmt.Fprintf(&b.b, "%d cores, %d threads for writing and %d for prompts on both sides; SmolLM2 135M Q8_0; llama.cpp's server of xllamacpp, an AVX2 build\n\n", cores, b.decode, b.batch)
	fmt.Fprintln(&b.b, "| | ours | beside it | ratio | aim |\n|---|---|---|---|---|")
	for _, part := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"alone", b.alone}, {"crowd", b.crowd}, {"distinct", b.distinct}, {"pace", b.pace},
		{"second", b.second}, {"restored", b.restored}, {"load", b.load}, {"competing", b.competing},
		{"guesses", b.guesses}, {"forms", b.forms}, {"caches", b.caches},
	} {
		if only := os.Getenv("MARKAI_BENCH_ONLY"); only == "" || strings.Contains(only, part.name) {
			t.Run(part.name, part.run)
		}
	}
	if err := os.WriteFile(path, []byte(b.b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// alone compares one stream with a bare loop, by turns and each at its best,
// both on one thread and with nothing else in memory: what the engine costs.
func (b *table) alone(t *testing.T) {
	const rounds = 7
	bare := startBare(t, b.dir)
	var ours, theirs [2]float64
	for i := range uint64(rounds) {
		q := longText(i)
		n, read, write := bare(i)
		theirs[0], theirs[1] = max(theirs[0], read), max(theirs[1], write)
		g := b.engine(t, 2048, 2048, 8)
		g.SetThreads(1, 1)
		if _, err := ask(t.Context(), g, chat{user: "Hi", tokens: 1}); err != nil {
			t.Fatal(err)
		}
		got, err := ask(t.Context(), g, q)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
		ours[0] = max(ours[0], n/got.first.Seconds())
		ours[1] = max(ours[1], float64(got.tokens-1)/(got.total-got.first).Seconds())
	}
	for i, what := range []string{"reading a prompt", "writing"} {
		b.row(t, "one stream, "+what+", one thread", fmt.Sprintf("%.0f tokens/s", ours[i]),
			fmt.Sprintf("%.0f, a bare loop", theirs[i]), fmt.Sprintf("%.2f", ours[i]/theirs[i]), "≥ 0.98")
	}
	peer, ok := llamaBench(t, b.dir, rounds)
	for i, what := range []string{"reading a prompt", "writing"} {
		if ok {
			b.row(t, "— "+what, fmt.Sprintf("%.0f tokens/s", ours[i]), fmt.Sprintf("%.0f, llama-bench", peer[i]), fmt.Sprintf("%.2f", ours[i]/peer[i]), "")
		}
	}
}

// longText is the request of the single stream.
func longText(seed uint64) chat {
	return chat{system: words(500, seed), user: "Write a very long essay about leases.", tokens: 64, plain: true}
}

// crowd asks several questions over the same passages at once, and the same of
// llama.cpp's server with as many slots.
func (b *table) crowd(t *testing.T) {
	const slots, tokens = 16, 48
	g := b.engine(t, 2048, 6144, slots)
	if _, err := ask(t.Context(), g, chat{user: "Hi", tokens: 1}); err != nil {
		t.Fatal(err)
	}
	server := startPeer(t, b.dir, slots, slots*1024, b.decode, b.batch)
	for _, n := range []int{1, 2, 4, 8, 16} {
		cs := make([]chat, n)
		for i := range cs {
			cs[i] = chat{system: words(600, uint64(100+n)), user: fmt.Sprintf("Question %d: list all duties, at length.", i), tokens: tokens}
		}
		ours, firsts := together(t, cs, func(ctx context.Context, c chat) (measured, error) { return ask(ctx, g, c) })
		theirs, theirFirsts := together(t, cs, server.generate)
		aims := [2]string{"≥ 1.3", "≤ 0.5"}
		if n < 4 {
			aims = [2]string{"≥ 0.98", ""}
		}
		b.row(t, fmt.Sprintf("%d chats over the same passages, all together", n), fmt.Sprintf("%.0f tokens/s", ours),
			fmt.Sprintf("%.0f, the server", theirs), fmt.Sprintf("%.2f", ours/theirs), aims[0])
		b.row(t, "— first token, p95", fmt.Sprintf("%.2f s", p95(firsts).Seconds()),
			fmt.Sprintf("%.2f s", p95(theirFirsts).Seconds()), fmt.Sprintf("%.2f", p95(firsts).Seconds()/p95(theirFirsts).Seconds()), aims[1])
	}
}

// distinct asks eight questions that share nothing, together and one by one.
func (b *table) distinct(t *testing.T) {
	const n = 8
	g := b.engine(t, 2048, 4096, n)
	if _, err := ask(t.Context(), g, chat{user: "Hi", tokens: 1}); err != nil {
		t.Fatal(err)
	}
	cs := make([]chat, n)
	fresh := func(seed uint64) {
		for i := range cs {
			cs[i] = chat{system: words(80, seed+uint64(i)), user: "Go on at length.", tokens: 64}
		}
	}
	fresh(300)
	ours, _ := together(t, cs, func(ctx context.Context, c chat) (measured, error) { return ask(ctx, g, c) })
	fresh(400)
	tokens := 0
	began := time.Now()
	for _, c := range cs {
		m, err := ask(t.Context(), g, c)
		if err != nil {
			t.Fatal(err)
		}
		tokens += m.tokens
	}
	alone := float64(tokens) / time.Since(began).Seconds()
	b.row(t, "8 distinct chats together", fmt.Sprintf("%.0f tokens/s", ours), fmt.Sprintf("%.0f, one after the other", alone),
		fmt.Sprintf("%.2f", ours/alone), "the batch curve's ceiling")
}

// pace watches a text being written while a long prompt is read.
func (b *table) pace(t *testing.T) {
	g := b.engine(t, 6000, 8192, 8)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var mu sync.Mutex
	var gaps []time.Duration
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil { // a text that ends is followed by another
			last := time.Time{}
			p := mark.Prompt{User: "Count from 1 to 1000.", Prefix: "1, 2, 3, 4, 5, 6, 7, 8,", MaxTokens: 1500}
			for d, err := range g.Generate(ctx, p) {
				if err != nil {
					break // it is stopped below
				}
				now := time.Now()
				if !last.IsZero() && d.Tokens > 0 {
					mu.Lock()
					gaps = append(gaps, now.Sub(last)/time.Duration(d.Tokens))
					mu.Unlock()
				}
				last = now
			}
		}
	})
	taken := func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		out := gaps
		gaps = nil
		return out
	}
	for n := 0; n < 40; { // the engine learns what steps cost
		time.Sleep(100 * time.Millisecond)
		n += len(taken())
	}
	time.Sleep(3 * time.Second)
	alone := taken()
	began := time.Now()
	if _, err := ask(t.Context(), g, chat{system: words(4000, 500), user: "What?", tokens: 1}); err != nil {
		t.Fatal(err)
	}
	beside, took := taken(), time.Since(began)
	stop()
	wg.Wait()
	b.row(t, "a word while a prompt of 4,000 tokens is read, p95", fmt.Sprintf("%.1f ms", p95(beside).Seconds()*1e3),
		fmt.Sprintf("%.1f ms without", p95(alone).Seconds()*1e3), fmt.Sprintf("%.2f", p95(beside).Seconds()/p95(alone).Seconds()), "≤ 2")
	b.row(t, "— the longest; the prompt took", fmt.Sprintf("%.0f ms; %.1f s", slices.Max(append(beside, 0)).Seconds()*1e3, took.Seconds()), "", "", "")
}

// second asks a second question over the same passages.
func (b *table) second(t *testing.T) {
	g := b.engine(t, 2048, 4096, 8)
	if _, err := ask(t.Context(), g, chat{user: "Hi", tokens: 1}); err != nil {
		t.Fatal(err)
	}
	c := chat{system: words(1400, 600), user: "Who pays for repair?", tokens: 8}
	cold, err := ask(t.Context(), g, c)
	if err != nil {
		t.Fatal(err)
	}
	c.user = "When is notice given?"
	warm, err := ask(t.Context(), g, c)
	if err != nil {
		t.Fatal(err)
	}
	b.row(t, "second question over 1,400 tokens of passages, first token", fmt.Sprintf("%.0f ms", warm.first.Seconds()*1e3),
		fmt.Sprintf("%.0f ms cold", cold.first.Seconds()*1e3), fmt.Sprintf("%.3f", warm.first.Seconds()/cold.first.Seconds()), "≤ 0.1")
}

// restored goes on with a conversation in another process, with and without
// what was kept of it.
func (b *table) restored(t *testing.T) {
	c := chat{system: words(1400, 700), user: "Who pays for repair?", tokens: 4}
	p := mark.Prompt{System: c.system, User: c.user, MaxTokens: c.tokens}
	g := b.engine(t, 2048, 4096, 8)
	if _, err := ask(t.Context(), g, c); err != nil {
		t.Fatal(err)
	}
	state, err := g.SaveState(t.Context(), p, 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	var took [2]time.Duration
	for i, restore := range []bool{false, true} {
		g := b.engine(t, 2048, 4096, 8)
		if _, err := ask(t.Context(), g, chat{user: "Hi", tokens: 1}); err != nil { // the model is loaded in either case
			t.Fatal(err)
		}
		began := time.Now()
		if restore {
			if err := g.RestoreState(t.Context(), state); err != nil {
				t.Fatal(err)
			}
		}
		m, err := ask(t.Context(), g, c)
		if err != nil {
			t.Fatal(err)
		}
		took[i] = time.Since(began) - (m.total - m.first)
	}
	b.row(t, fmt.Sprintf("conversation after a restart (%d MB kept), first token with restoring", len(state)>>20),
		fmt.Sprintf("%.0f ms", took[1].Seconds()*1e3), fmt.Sprintf("%.0f ms read again", took[0].Seconds()*1e3),
		fmt.Sprintf("%.3f", took[1].Seconds()/took[0].Seconds()), "≤ 0.05")
}

// load is the time from nothing to a first token.
func (b *table) load(t *testing.T) {
	server := startPeer(t, b.dir, 8, 8192, b.decode, b.batch)
	g := b.engine(t, 4096, 8192, 8)
	m, err := ask(t.Context(), g, chat{user: "Hi", tokens: 1})
	if err != nil {
		t.Fatal(err)
	}
	b.row(t, "from nothing to the first token", fmt.Sprintf("%.0f ms", m.first.Seconds()*1e3),
		fmt.Sprintf("%.0f ms, the server without Python's start", server.load.Seconds()*1e3), fmt.Sprintf("%.2f", m.first.Seconds()/server.load.Seconds()), "≤ 1")
}

// competing lets another program take all cores. The server has as many threads
// as it chooses itself. Both write by turns, several times: what one turn gives
// depends on which of the server's threads lose their place. How much of a
// processor each got says whether a difference is one of luck or of waiting for
// each other.
func (b *table) competing(t *testing.T) {
	const (
		rounds = 5
		turn   = 6 * time.Second // the server may write nearly nothing
	)
	server := startPeer(t, b.dir, 1, 2048, 0, 0)
	g := b.engine(t, 2048, 2048, 8)
	c := chat{user: "Count from 1 to 1000.", prefix: "1, 2, 3, 4, 5, 6, 7, 8,", tokens: 1000, plain: true}
	for range 2 * runtime.NumCPU() {
		busy := exec.Command("sh", "-c", "while :; do :; done")
		if err := busy.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = busy.Process.Kill()
			_ = busy.Wait()
		}()
	}
	var rates, shares [2][]float64
	for round := range rounds + 1 {
		for i, way := range []struct {
			one func(context.Context, chat) (measured, error)
			pid func() int
		}{
			{func(ctx context.Context, c chat) (measured, error) { return ask(ctx, g, c) }, g.PID}, {server.generate, func() int { return server.pid }},
		} {
			cpu := time.Duration(0)
			if round > 0 {
				cpu = workerTime(t, way.pid())
			}
			ctx, stop := context.WithTimeout(t.Context(), turn)
			m, err := way.one(ctx, c)
			stop()
			if err != nil && !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if round == 0 { // the models load, the engine finds out how many threads it has
				continue
			}
			shares[i] = append(shares[i], (workerTime(t, way.pid())-cpu).Seconds()/turn.Seconds())
			rates[i] = append(rates[i], float64(m.tokens)/turn.Seconds())
		}
	}
	said := func(i int) string {
		slices.Sort(rates[i])
		slices.Sort(shares[i])
		return fmt.Sprintf("%.1f tokens/s (%.1f to %.1f) with %.2f of a processor", rates[i][rounds/2], rates[i][0], rates[i][rounds-1], shares[i][rounds/2])
	}
	b.row(t, fmt.Sprintf("writing while two other processes compete for every core, median of %d", rounds), said(0), said(1)+", the server",
		fmt.Sprintf("%.1f", rates[0][rounds/2]/max(rates[1][rounds/2], 1/turn.Seconds())), "≥ 5")
}
