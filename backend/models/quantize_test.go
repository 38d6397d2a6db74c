package models_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
	"markai/backend/models"
	"markai/backend/recipe"
)

// copying writes the original as it is, as a quantizer would write its result.
func copying(t *testing.T) models.Quantizer {
	return func(_ context.Context, from, to string, _ int, text string) error {
		if text == "" {
			t.Error("no calibration text")
		}
		b, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o600)
	}
}

func TestQuantizedModelHasAChecksumAndLeavesNothingElse(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "in.gguf"), filepath.Join(dir, "out.gguf")
	model(t, from, false)
	q, err := models.Quantize(t.Context(), from, to, "q4_k_m", false, 0, copying(t))
	if err != nil || q.Path != to || q.Bytes == 0 {
		t.Fatalf("got %+v, %v", q, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 3 {
		t.Errorf("left: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".incoming*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	if err := models.Check(t.Context(), to, models.Load{Role: models.Chat, Context: 64}); err != nil {
		t.Error(err)
	}
	if _, err := models.Quantize(t.Context(), from, to, "q4_k_m", false, 0, copying(t)); mark.CodeOf(err) != mark.Exists {
		t.Errorf("a second time: %v", err)
	}
}

func TestFailedQuantizationLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	from, to := filepath.Join(dir, "in.gguf"), filepath.Join(dir, "out.gguf")
	model(t, from, false)
	broken := errors.New("broken")
	fails := map[string]models.Quantizer{
		"the engine fails": func(_ context.Context, _, to string, _ int, _ string) error {
			return errors.Join(os.WriteFile(to, []byte("half"), 0o600), broken)
		},
		"the result is damaged": func(_ context.Context, _, to string, _ int, _ string) error {
			return os.WriteFile(to, []byte("GGUF"), 0o600)
		},
	}
	for name, run := range fails {
		if _, err := models.Quantize(t.Context(), from, to, "q8_0", false, 0, run); err == nil {
			t.Errorf("%s: no error", name)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Errorf("%s: left %v, %v", name, left, err)
		}
	}
}

func TestReportComparesWithTheFirst(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.gguf"), filepath.Join(dir, "b.gguf")
	model(t, a, false)
	model(t, b, false)
	r, err := models.Compare(t.Context(), []string{a, b}, 1000, 0, func(_ context.Context, path, original, text string, row *recipe.Row) error {
		if (original == "") != (path == a) || len(text) != 1000 {
			t.Errorf("%s measured against %q on %d bytes", path, original, len(text))
		}
		if path == b {
			row.DecodePerSecond, row.Divergence = 2, 0.01
		}
		return nil
	})
	if err != nil || len(r.Rows) != 2 || r.Choice != 1 || r.Why == "" {
		t.Errorf("got %+v, %v", r, err)
	}
}
