package cli

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/config"
)

// TestTypesOfACorpus compares the types that documents are given with those
// that a reader gave them (testdata/types.tsv), in the folders that
// MARKAI_CORPUS lists.
func TestTypesOfACorpus(t *testing.T) {
	folders := filepath.SplitList(os.Getenv("MARKAI_CORPUS"))
	if len(folders) == 0 {
		t.Skip("MARKAI_CORPUS names no folder of documents")
	}
	table, err := os.ReadFile("testdata/types.tsv")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := config.Load(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := app.NewReader(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	read, right, wrong, silent := 0, 0, 0, 0
	for row := range strings.Lines(string(table)) {
		name, want, ok := strings.Cut(strings.TrimRight(row, "\n"), "\t")
		if !ok {
			continue
		}
		got, err := typeOfFile(t, r, folders, name)
		if err != nil {
			continue
		}
		read++
		switch got {
		case want:
			right++
		case "":
			silent++
			t.Logf("%s: no type, want %s", name, want)
		default:
			wrong++
			t.Logf("%s: %s, want %s", name, got, cmp.Or(want, "none"))
		}
	}
	t.Logf("%d documents: %d right, %d without a type that have one, %d wrong", read, right, silent, wrong)
	if read > 0 && (right*100 < read*90 || wrong*100 > read*5) {
		t.Errorf("%d of %d documents have their type, and %d have a wrong one", right, read, wrong)
	}
}

func typeOfFile(t *testing.T, r *app.Reader, folders []string, name string) (string, error) {
	for _, dir := range folders {
		path := filepath.Join(dir, name)
		file, info, err := openFile(path)
		if err != nil {
			continue
		}
		defer file.Close()
		source, pages, err := r.Read(t.Context(), mark.File{Name: name, Size: info.Size(), Data: file})
		if err != nil {
			return "", err
		}
		var all []mark.Page
		for p, err := range pages {
			if err != nil {
				return "", err
			}
			all = append(all, p)
		}
		var x extracted
		x.recognise(name, source, all)
		return x.Type, nil
	}
	return "", os.ErrNotExist
}
