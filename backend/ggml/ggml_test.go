package ggml_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/ggml"
	"markai/backend/gguf"
	"markai/backend/worker"
)

// TestMain is also the worker: the parent's side starts this very binary with
// the arguments of `markai worker <kind>`.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "worker" {
		worker.Main(os.Args[2], ggml.Handlers())
	}
	os.Exit(m.Run())
}

// tools returns the tools and the published chat model, or skips.
func tools(t testing.TB) (ggml.Tools, string) {
	t.Helper()
	dir := os.Getenv("MARKAI_CACHE")
	if dir == "" {
		dir = filepath.Join("..", "..", "build", "cache")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	model := filepath.Join(dir, "models", "SmolLM2-135M-Instruct-Q4_1.gguf")
	for _, need := range []string{model, filepath.Join(dir, "runtime")} {
		if _, err := os.Stat(need); err != nil {
			t.Skipf("%s is not there: run `make setup`", need)
		}
	}
	return ggml.Tools{Runtime: filepath.Join(dir, "runtime"), Threads: 1}, model
}

// legal returns n bytes of public legal text.
func legal(t testing.TB, name string, n int) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "models", "text", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:min(n, len(b))])
}

func header(t testing.TB, path string) *gguf.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	h, err := gguf.Read(f, st.Size())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

const (
	typeQ4KM = 15
	typeQ8   = 7
)

func TestCalibratedModelStaysNearerToItsOriginal(t *testing.T) {
	tools, model := tools(t)
	dir := t.TempDir()
	text := legal(t, "heldout.txt", 5000)
	divergence := map[string]float64{}
	for name, calibration := range map[string]string{"plain": "", "calibrated": legal(t, "calibration.txt", 30000)} {
		to := filepath.Join(dir, name+".gguf")
		phases := map[string]ggml.Progress{}
		err := tools.Quantize(t.Context(), model, to, typeQ4KM, calibration, func(p ggml.Progress) { phases[p.Phase] = p })
		if err != nil {
			t.Fatal(err)
		}
		if last := phases["quantize"]; last.Total == 0 || last.Done != last.Total {
			t.Errorf("%s: progress ended at %+v", name, last)
		}
		if _, told := phases["calibrate"]; told != (calibration != "") {
			t.Errorf("%s: calibration told: %v", name, told)
		}
		if v, _ := header(t, to).Uint("general.file_type"); v != typeQ4KM {
			t.Errorf("%s: file type %d", name, v)
		}
		l, err := tools.Compare(t.Context(), to, model, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v", name, l)
		if l.Perplexity < 2 || l.Perplexity > 200 || l.Divergence <= 0 || l.SameFirst < 0.6 {
			t.Errorf("%s: %+v", name, l)
		}
		divergence[name] = l.Divergence
	}
	if divergence["calibrated"] >= divergence["plain"] {
		t.Errorf("divergence with calibration %.4f, without %.4f", divergence["calibrated"], divergence["plain"])
	}
}

func TestModelIsLikeItself(t *testing.T) {
	tools, model := tools(t)
	l, err := tools.Compare(t.Context(), model, model, legal(t, "heldout.txt", 5000), nil)
	if err != nil {
		t.Fatal(err)
	}
	if l.Divergence > 1e-9 || l.SameFirst != 1 || l.Perplexity != l.Original || l.Tokens == 0 {
		t.Errorf("got %+v", l)
	}
}

func TestSpeedAndMemoryAreMeasured(t *testing.T) {
	tools, model := tools(t)
	s, err := tools.Speed(t.Context(), model, legal(t, "heldout.txt", 6000))
	if err != nil {
		t.Fatal(err)
	}
	if s.PromptPerSecond <= 0 || s.DecodePerSecond <= 0 || runtime.GOOS != "windows" && s.PeakBytes < 50<<20 {
		t.Errorf("got %+v", s)
	}
}

func TestQuestionIsAnsweredShortly(t *testing.T) {
	tools, model := tools(t)
	answers, err := tools.Answer(t.Context(), model, []ggml.Question{
		{Passage: "The term of this agreement is five years. It is governed by the laws of Delaware.", Question: "Which state's law governs the agreement?"},
	})
	if err != nil || len(answers) != 1 || answers[0] == "" || len(answers[0]) > 600 {
		t.Errorf("got %q, %v", answers, err)
	}
}

func TestCancelledJobEndsSoon(t *testing.T) {
	tools, model := tools(t)
	ctx, cancel := context.WithCancel(t.Context())
	began := time.Now()
	err := tools.Quantize(ctx, model, filepath.Join(t.TempDir(), "x.gguf"), typeQ4KM, legal(t, "calibration.txt", 60000), func(ggml.Progress) {
		cancel()
	})
	cancel()
	if !errors.Is(err, context.Canceled) || time.Since(began) > 20*time.Second {
		t.Errorf("got %v after %v", err, time.Since(began))
	}
}

func TestWhatIsNoModelIsRefused(t *testing.T) {
	tools, model := tools(t)
	bad := filepath.Join(t.TempDir(), "bad.gguf")
	if err := os.WriteFile(bad, []byte("GGUF but nothing more"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := tools.Quantize(t.Context(), bad, bad+".out", typeQ8, "", nil); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("quantize: %v", err)
	}
	if _, err := tools.Compare(t.Context(), bad, model, strings.Repeat("word ", 2000), nil); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("compare: %v", err)
	}
	if _, err := tools.Compare(t.Context(), model, "", "short", nil); mark.CodeOf(err) != mark.Invalid {
		t.Errorf("a short text: %v", err)
	}
}
