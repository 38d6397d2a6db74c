package llama_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
)

func dot(a, b []float32) float64 {
	s := 0.0
	for i := range a {
		s += float64(a[i]) * float64(b[i])
	}
	return s
}

// The vectors were computed in double precision from the published weights by
// testdata/reference.py.
func TestVectorsAgreeWithTheReference(t *testing.T) {
	raw, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var refs []struct {
		Text   string
		Vector []float32
	}
	if err := json.Unmarshal(raw, &refs); err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(refs))
	for i, r := range refs {
		texts[i] = r.Text
	}
	got, err := newEmbedder(t).Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range refs {
		if c := dot(got[i], r.Vector); c < 0.998 {
			t.Errorf("%.40q: cosine %.5f, want at least 0.998", r.Text, c)
		}
		if n := dot(got[i], got[i]); math.Abs(n-1) > 1e-5 {
			t.Errorf("%.40q: length² %v, want 1", r.Text, n)
		}
	}
}

func TestVectorsKeepTheOrderOfTheirTexts(t *testing.T) {
	e := newEmbedder(t)
	texts := []string{strings.Repeat("a longer sentence about leases ", 8), "notice", "", "a sentence about bananas", "\x00", "notice"}
	all, err := e.Embed(t.Context(), texts)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		one, err := e.Embed(t.Context(), []string{text})
		if err != nil {
			t.Fatal(err)
		}
		if c := dot(one[0], all[i]); c < 0.9999 {
			t.Errorf("text %d has cosine %v with itself", i, c)
		}
	}
}

func TestTextThatIsTooLongIsCutAndNotRefused(t *testing.T) {
	long := strings.Repeat("Each party keeps the other's secrets. ", 20_000)
	v, err := newEmbedder(t).Embed(t.Context(), []string{long, long + " bananas"})
	if err != nil {
		t.Fatal(err)
	}
	if c := dot(v[0], v[1]); c < 0.99999 {
		t.Errorf("what lies beyond the context changed the vector: cosine %v", c)
	}
}

func TestNoTextsNeedNoWorker(t *testing.T) {
	e := newEmbedder(t)
	v, err := e.Embed(t.Context(), nil)
	if err != nil || len(v) != 0 {
		t.Errorf("got %d vectors, %v", len(v), err)
	}
	if e.PID() != 0 {
		t.Error("a worker was started")
	}
}

func TestWorkerKilledWhileEmbeddingIsReplacedAndTheBatchDoneAgain(t *testing.T) {
	e := newEmbedder(t)
	if _, err := e.Embed(t.Context(), []string{"warm"}); err != nil {
		t.Fatal(err)
	}
	first := e.PID()
	texts := make([]string, 2*16+1)
	for i := range texts {
		texts[i] = strings.Repeat("The lessee shall pay all costs. ", 30)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(100 * time.Millisecond)
		kill(t, first)
	})
	v, err := e.Embed(t.Context(), texts)
	wg.Wait()
	if err != nil || len(v) != len(texts) {
		t.Fatalf("got %d vectors, %v", len(v), err)
	}
	if e.PID() == first {
		t.Error("the worker was not replaced: it finished before it could be killed")
	}
}

func TestCancelledEmbeddingReturnsSoon(t *testing.T) {
	e := newEmbedder(t)
	if _, err := e.Embed(t.Context(), []string{"warm"}); err != nil {
		t.Fatal(err)
	}
	texts := make([]string, 400)
	for i := range texts {
		texts[i] = strings.Repeat("The lessee shall pay all costs. ", 30)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := e.Embed(ctx, texts)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestMissingModelIsNamed(t *testing.T) {
	_, err := brokenEmbedder(t).Embed(t.Context(), []string{"x"})
	if mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), "nowhere.gguf") {
		t.Errorf("got %v", err)
	}
}

// 256 tokens a passage, as the figures in the documentation.
func BenchmarkEmbedPassages(b *testing.B) {
	e := newEmbedder(b)
	passage := strings.Repeat("notice ", 254)
	if _, err := e.Embed(b.Context(), []string{passage}); err != nil {
		b.Fatal(err)
	}
	texts := make([]string, 16)
	for i := range texts {
		texts[i] = passage
	}
	n, cpu := 0, cpuOf(e.PID())
	for b.Loop() {
		if _, err := e.Embed(b.Context(), texts); err != nil {
			b.Fatal(err)
		}
		n += len(texts)
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "passages/s")
	b.ReportMetric(float64(n)/(cpuOf(e.PID())-cpu).Seconds(), "passages/cpu-s")
}

func BenchmarkEmbedQuestion(b *testing.B) {
	e := newEmbedder(b)
	for b.Loop() {
		if _, err := e.Embed(b.Context(), []string{"What is the notice period for termination?"}); err != nil {
			b.Fatal(err)
		}
	}
}
