package llama

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// envLearning is set in the process that runs a model without a worker.
const envLearning = "MARKAI_TEST_LEARNING"

// As soon as the model rests it knows what steps of a few rows cost, and what it holds
// of texts is as it was. The check runs in a process of its own.
func TestCostsOfStepsAreKnownOnceTheModelHasRested(t *testing.T) {
	s := chatModel(t)
	if os.Getenv(envLearning) != "" {
		checkLearning(t, s)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), envLearning+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func checkLearning(t *testing.T, s setup) {
	e, err := openChat(s)
	if err != nil {
		t.Fatal(err)
	}
	write := func() (text string, cached int) {
		p := prompt{Turns: []turn{{"user", "Count to ten."}}, MaxTokens: 8}
		if err := e.generate(context.Background(), p, threads{1, 1}, func(d delta) error {
			text += d.Text
			cached += d.Cached
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		return text, cached
	}
	before, _ := write()
	rested := func() bool {
		e.loop.mu.Lock()
		defer e.loop.mu.Unlock()
		return !e.loop.running
	}
	for end := time.Now().Add(time.Minute); !rested(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not rest")
		}
	}
	cost := e.loop.effort.Predict
	if len(e.loop.learning.left) > 0 || cost(spareRows) < 2*cost(1) || cost(2) < cost(1)/2 {
		t.Errorf("sizes not measured: %v; %d rows cost %v, one %v", e.loop.learning.left, spareRows, cost(spareRows), cost(1))
	}
	if after, cached := write(); after != before || cached == 0 {
		t.Errorf("it wrote %q, then %q; %d tokens of the prompt were held", before, after, cached)
	}
}
