package similar

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
)

// TestDifferentDocumentsOfACorpusAreNoVersions lists the pairs of texts in
// MARKAI_TEXTS, a folder of .txt files that are all different documents, that
// would be taken for versions of one another, and how many of the documents are
// found again after words here and there were changed.
func TestDifferentDocumentsOfACorpusAreNoVersions(t *testing.T) {
	root := os.Getenv("MARKAI_TEXTS")
	if root == "" {
		t.Skip("MARKAI_TEXTS names no folder of texts")
	}
	type text struct {
		name   string
		sketch mark.Sketch
		keys   map[int64]bool
	}
	var all []text
	found, edited := 0, 0
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".txt" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		x := text{name: path, sketch: sketchOf(string(data)), keys: map[int64]bool{}}
		for _, k := range Bands(x.sketch) {
			x.keys[k] = true
		}
		all = append(all, x)
		changed := changedText(string(data), 100)
		s := sketchOf(changed)
		edited++
		for _, k := range Bands(s) {
			if x.keys[k] {
				if Versions(Facts{Name: e.Name(), Sketch: x.sketch}, Facts{Name: e.Name(), Sketch: s}) {
					found++
				}
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i, a := range all {
		for _, b := range all[:i] {
			like := Alike(a.sketch, b.sketch)
			if like > 0.4 {
				t.Logf("%.2f  %s\n      %s", like, filepath.Base(a.name), filepath.Base(b.name))
			}
			if Versions(Facts{Name: filepath.Base(a.name), Sketch: a.sketch}, Facts{Name: filepath.Base(b.name), Sketch: b.sketch}) {
				wrong++
			}
		}
	}
	t.Logf("%d texts: %d pairs taken for versions; %d of %d found after each hundredth word was changed", len(all), wrong, found, edited)
	if found < edited*95/100 {
		t.Errorf("only %d of %d versions were found", found, edited)
	}
}

// changedText changes each nth word.
func changedText(text string, n int) string {
	out := []byte(text)
	words := 0
	for i := 1; i < len(out); i++ {
		if out[i-1] == ' ' && out[i] > ' ' {
			if words++; words%n == 0 {
				out[i] = 'q'
			}
		}
	}
	return string(out)
}
