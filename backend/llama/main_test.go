package llama_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/llama"
	"markai/backend/worker"
)

// TestMain is also the worker: the parent's side starts this very binary with
// the arguments of `markai worker <kind>`.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], llama.Handlers())
	}
	os.Exit(m.Run())
}

// cache returns the folder that the set-up fills, or skips the test.
func cache(t testing.TB, need ...string) string {
	t.Helper()
	dir := os.Getenv("MARKAI_CACHE")
	if dir == "" {
		dir = filepath.Join("..", "..", "build", "cache")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(need, "runtime") {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Skipf("%s is not there: run `make setup` and `markai models prepare`", name)
		}
	}
	return dir
}

func newEmbedder(t testing.TB) *llama.Embedder {
	t.Helper()
	dir := cache(t, "models/embed-q8_0.gguf")
	e, err := llama.NewEmbedder(llama.Config{
		Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "embed-q8_0.gguf"),
		Name: "minilm", Context: 256, Dim: 384,
	})
	if err != nil {
		t.Fatal(err)
	}
	e.SetThreads(1, runtime.NumCPU())
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// brokenEmbedder has the runtime and no model.
func brokenEmbedder(t testing.TB) *llama.Embedder {
	t.Helper()
	e, err := llama.NewEmbedder(llama.Config{
		Runtime: filepath.Join(cache(t), "runtime"), Model: filepath.Join(t.TempDir(), "nowhere.gguf"), Dim: 384,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func newGenerator(t testing.TB, context int) *llama.Generator {
	t.Helper()
	dir := cache(t, "models/chat-q8_0.gguf")
	g, err := llama.NewGenerator(llama.Config{
		Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "chat-q8_0.gguf"),
		Name: "smollm2", Context: context,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.SetThreads(max(runtime.NumCPU()-1, 1), runtime.NumCPU())
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// collect runs a generation to its end.
func collect(ctx context.Context, g mark.Generator, p mark.Prompt) (text, stop string, tokens int, err error) {
	for d, err := range g.Generate(ctx, p) {
		if err != nil {
			return text, stop, tokens, err
		}
		text += d.Text
		tokens += d.Tokens
		if d.Stop != "" {
			stop = d.Stop
		}
	}
	return text, stop, tokens, nil
}

// kill ends a worker as a crash would. It may run in any goroutine of a test.
func kill(t *testing.T, pid int) {
	p, err := os.FindProcess(pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		t.Error(err)
	}
}

// cpuOf returns the processor time that a process has had, or 0 where that
// cannot be told. On a busy machine it says more than the clock.
func cpuOf(pid int) time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The second field, the name, may hold spaces; it ends with the last bracket.
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	const user, system, tick = 11, 12, 10 * time.Millisecond
	if len(fields) <= system {
		return 0
	}
	u, _ := strconv.Atoi(fields[user])
	k, _ := strconv.Atoi(fields[system])
	return time.Duration(u+k) * tick
}
