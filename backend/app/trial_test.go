package app

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/config"
	"markai/backend/device"
	"markai/backend/models"
)

func TestTrialsAreRememberedBesideEachOther(t *testing.T) {
	home := t.TempDir()
	if got := readTrials(home); len(got) != 0 {
		t.Fatalf("an empty folder remembers %v", got)
	}
	want := trials{"a": {Device: "Made-up 9000", Graphic: 900, Processor: 190}, "b": {}}
	for key, x := range want {
		if err := remember(home, key, x); err != nil {
			t.Fatal(err)
		}
	}
	if got := readTrials(home); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	files, err := os.ReadDir(home)
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	if err := os.WriteFile(trialsPath(home), []byte(`{"a": [`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := readTrials(home); len(got) != 0 {
		t.Errorf("a damaged file remembers %v", got)
	}
	if err := remember(filepath.Join(home, "none"), "a", device.Trial{}); err != nil {
		t.Errorf("no folder: %v", err)
	}
}

func TestTrialHoldsForOneModelAndOneRuntime(t *testing.T) {
	dir, m := t.TempDir(), models.Model{ID: "m"}
	if key := trialKey(m, dir); key != "" {
		t.Errorf("without back ends there is something to measure: %q", key)
	}
	seen := map[string]bool{}
	for _, change := range []func(){
		func() {}, func() { m.ID = "n" }, func() { writeLibrary(t, dir, "libggml-vulkan.so", "1") },
		func() { writeLibrary(t, dir, "libggml-vulkan.so", "12") }, func() { writeLibrary(t, dir, "libggml-cuda.so", "1") },
	} {
		change()
		seen[trialKey(m, dir)] = true
	}
	if len(seen) != 4 { // the first two have no back end
		t.Errorf("keys that differ: %v", seen)
	}
}

func writeLibrary(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// The program finds a library for graphics processors in its runtime, but no
// such processor, and so remembers that there is none.
func TestMachineWithoutGraphicsProcessorIsRemembered(t *testing.T) {
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	m, err := models.New("", models.ShippedDirs()...).Find(models.Embedding, "")
	if err != nil {
		t.Fatal(err)
	}
	shipped, err := runtimeDir()
	if err != nil {
		t.Fatal(err)
	}
	if trialKey(m, shipped) != "" {
		t.Skip("the runtime here has back ends of its own")
	}
	e := &embedding{model: m, home: t.TempDir(), runtime: t.TempDir()}
	files, err := os.ReadDir(shipped)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if err := os.Symlink(filepath.Join(shipped, f.Name()), filepath.Join(e.runtime, f.Name())); err != nil {
			t.Skip("links cannot be made here")
		}
	}
	writeLibrary(t, e.runtime, "libggml-vulkan.so", "no library at all")
	e.key = trialKey(m, e.runtime)
	if err := e.open(config.Embedding{Engine: "auto"}); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	was, name := e.way, e.Model()
	got, err := e.settle(t.Context())
	if err != nil || *got != (device.Trial{}) {
		t.Fatalf("measured %v, %v", got, err)
	}
	if kept, ok := readTrials(e.home)[e.key]; !ok || kept != *got {
		t.Errorf("remembered %v, %v", kept, ok)
	}
	if e.way != was || e.Model() != name {
		t.Errorf("the way changed within a run, from %s to %s", was, e.way)
	}
}

// A pretended trial is enough to choose; the worker then computes on what there
// is, and a crash is remembered for the next start.
func TestGraphicsProcessorThatCrashedIsNotUsedAgain(t *testing.T) {
	if !ModelsInstalled() {
		t.Skip("the models are not installed")
	}
	m, err := models.New("", models.ShippedDirs()...).Find(models.Embedding, "")
	if err != nil {
		t.Fatal(err)
	}
	e := &embedding{model: m, home: t.TempDir(), key: "k", trial: &device.Trial{Device: "Made-up 9000", Graphic: 900, Processor: 190}}
	if e.runtime, err = runtimeDir(); err != nil {
		t.Fatal(err)
	}
	if err := e.open(config.Embedding{Engine: "auto"}); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if e.way != device.Graphic || !strings.Contains(e.engine, "Made-up 9000") {
		t.Fatalf("chosen: %s, %s", e.way, e.engine)
	}
	e.broke(mark.Errorf(mark.TooBusy, "Later."))
	if len(readTrials(e.home)) != 0 {
		t.Error("what was no crash was remembered as one")
	}
	e.broke(mark.Errorf(mark.Crashed, "It died."))
	kept := readTrials(e.home)[e.key]
	o := device.Options{Known: true, Loops: true, Runtime: true, Trial: &kept}
	if kept.Graphic != 0 || o.Embedder() != device.Native {
		t.Errorf("remembered %v", kept)
	}
}
