package tesseract

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestLanguageIsChosenOnlyWhereItsDataIs(t *testing.T) {
	installed := []string{"deu", "eng", "ukr"}
	for _, c := range []struct{ language, script, want string }{
		{"", "", ""}, {"en", "Latin", ""}, {"de", "Latin", "deu"}, {"fr", "Latin", ""},
		{"", "Cyrillic", "ukr"}, {"", "Han", ""}, {"de", "Cyrillic", "deu"}, {"xx", "Elvish", ""},
	} {
		if got := wanted(c.language, c.script, installed); got != c.want {
			t.Errorf("%s in %s: %q, want %q", c.language, c.script, got, c.want)
		}
	}
}

func TestInstalledLanguagesAreListedOnce(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TESSDATA_PREFIX", dir)
	for name, data := range map[string]string{"deu": "x", "osd": "x", "fra": "", "xyz": "x"} {
		if err := os.WriteFile(filepath.Join(dir, name+".traineddata"), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := Languages(dir)
	for l, want := range map[string]int{"deu": 1, "xyz": 1, "fra": 0, "osd": 0} {
		n := 0
		for _, g := range got {
			if g == l {
				n++
			}
		}
		if n != want && !has("/usr/share/tesseract-ocr/5/tessdata", l) {
			t.Errorf("%s is listed %d times in %v", l, n, got)
		}
	}
	if !slices.IsSorted(got) {
		t.Error(got)
	}
}
