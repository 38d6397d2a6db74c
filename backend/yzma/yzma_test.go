package yzma_test

import (
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
	"markai/backend/yzma"
)

func TestEngineThatIsNotThereIsExplainedAndOneThatIsLoads(t *testing.T) {
	if err := yzma.Load(filepath.Join(t.TempDir(), "nonesuch")); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("no folder: %v", err)
	}
	if err := yzma.Load(t.TempDir()); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("an empty folder: %v", err)
	}
	cache := os.Getenv("MARKAI_CACHE")
	if cache == "" {
		cache = filepath.Join("..", "..", "build", "cache")
	}
	dir := filepath.Join(cache, "runtime")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("%s is not there: run `make setup`", dir)
	}
	for range 2 {
		if err := yzma.Load(dir); err != nil {
			t.Error(err)
		}
	}
}
