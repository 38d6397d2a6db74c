package llama_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/llama"
)

// held returns what this process and the worker hold of their own.
func held(pid int) int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc+m.StackInuse) + memoryOf(pid)
}

// A thousand streams that wait for their turn cost little in this process and in the
// worker together, and leave when they are cancelled.
func TestThousandWaitingStreamsCostLittle(t *testing.T) {
	const streams, most = 1000, 50 << 20
	dir := cache(t, "models/chat-q8_0.gguf")
	g, err := llama.NewGenerator(llama.Config{
		Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "chat-q8_0.gguf"),
		Name: "smollm2", Context: 2048, Running: 1, Queue: streams + 8,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.SetThreads(1, 1)
	t.Cleanup(func() { _ = g.Close() })
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var wg sync.WaitGroup
	defer wg.Wait()
	run := func(p mark.Prompt, text func(mark.Delta)) {
		wg.Go(func() {
			for d, err := range g.Generate(ctx, p) {
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
				if err == nil {
					text(d)
				}
			}
		})
	}
	// One runs all the time and tells how many wait behind it.
	waiting := make(chan int)
	run(mark.Prompt{User: "x", Grammar: `root ::= [a-z ]+`, MaxTokens: 1900}, func(d mark.Delta) {
		select {
		case waiting <- d.Waiting:
		case <-ctx.Done():
		}
	})
	<-waiting
	before := held(g.PID())
	for i := range streams {
		run(mark.Prompt{System: passages(200), User: fmt.Sprint("Question ", i), MaxTokens: 100}, func(mark.Delta) { t.Error("one that waits has text") })
	}
	for n := 0; n < streams; {
		n = <-waiting
	}
	cost := held(g.PID()) - before
	t.Logf("%d streams that wait hold %.1f MB", streams, float64(cost)/(1<<20))
	if cost > most && !raced {
		t.Errorf("they hold %d MB", cost>>20)
	}
	stop()
	wg.Wait()
	if text, _, _, err := collect(t.Context(), g, notice); err != nil || text == "" {
		t.Errorf("afterwards: %q, %v", text, err)
	}
}
