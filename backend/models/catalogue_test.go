package models_test

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/models"
	"markai/backend/recipe"
)

func catalogue(t *testing.T) models.Catalogue {
	t.Helper()
	c, err := models.ReadCatalogue()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCatalogueIsWhole(t *testing.T) {
	c := catalogue(t)
	licences := map[string]bool{}
	for _, l := range c.Licences {
		if l.Text == "" || licences[l.Name] {
			t.Errorf("licence %+v", l)
		}
		licences[l.Name] = true
	}
	id, seen, roles := regexp.MustCompile(`^[a-z0-9.-]+$`), map[string]bool{}, map[models.Role]int{}
	for _, e := range c.Models {
		roles[e.Role]++
		switch {
		case !id.MatchString(e.ID) || seen[e.ID]:
			t.Errorf("%q: no name of its own", e.ID)
		case !licences[e.Licence]:
			t.Errorf("%s: licence %q is not among them", e.ID, e.Licence)
		case strings.Count(e.Repository, "/") != 1 || strings.Contains(e.Repository, ":") || path.Clean(e.Repository) != e.Repository:
			t.Errorf("%s: repository %q is no path of two names", e.ID, e.Repository)
		case e.Name == "" || e.Publisher == "" || e.Family == "" || e.About == "" || len(e.Files) == 0 || len(e.Abilities) == 0:
			t.Errorf("%s: something is missing", e.ID)
		case e.Parameters < 10e6 || e.Parameters > 40e9 || e.Context < 512 || e.Layers == 0 || e.KVHeads == 0 || e.HeadDim == 0 || e.Width == 0 || e.Vocabulary == 0:
			t.Errorf("%s: a shape that no model has", e.ID)
		case !slices.Contains(e.Abilities, string(e.Role)):
			t.Errorf("%s: cannot do what it is for", e.ID)
		}
		seen[e.ID] = true
		for _, f := range e.Files {
			if !strings.HasSuffix(f.File, ".gguf") || strings.ContainsAny(f.File, `/\`) || recipe.Bits(f.Type) == 16 && f.Type != "f16" {
				t.Errorf("%s: file %+v", e.ID, f)
			}
			guess := e.Bytes(models.EntryFile{Type: f.Type})
			if f.Bytes > 0 && (guess < f.Bytes*85/100 || guess > f.Bytes*115/100) {
				t.Errorf("%s: %s has %d bytes and %d are estimated", e.ID, f.File, f.Bytes, guess)
			}
		}
	}
	if roles[models.Chat] < 15 || roles[models.Embedding] < 4 || roles[models.Rerank] < 1 {
		t.Errorf("got %v", roles)
	}
}

func TestMemoryGrowsWithTheContextAndEndsWhereTrainingDid(t *testing.T) {
	for _, e := range catalogue(t).Models {
		for _, f := range e.Files {
			needs := e.Needs(f, 0)
			for i, n := range needs {
				if n.Context > e.Context || !n.Fits || n.Bytes < e.Bytes(f) || i > 0 && n.Bytes < needs[i-1].Bytes {
					t.Errorf("%s: %+v", f.File, needs)
				}
			}
			if grows := needs[len(needs)-1].Bytes > needs[0].Bytes; len(needs) > 1 && grows != (e.Role == models.Chat || e.Causal) {
				t.Errorf("%s: a cache or none: %+v", f.File, needs)
			}
			if needs = e.Needs(f, 1<<20); needs[0].Fits {
				t.Errorf("%s fits into a megabyte", f.File)
			}
		}
	}
}

func TestSuggestedFileFitsAndIsNearestToTheOriginal(t *testing.T) {
	e, _, err := catalogue(t).Find("qwen3-8b", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		free int64
		want string
	}{{0, ""}, {2 << 30, ""}, {9 << 30, "Qwen3-8B-Q4_K_M.gguf"}, {32 << 30, "Qwen3-8B-Q8_0.gguf"}} {
		if got := e.Suggested(tt.free); got != tt.want {
			t.Errorf("%d free: got %q, want %q", tt.free, got, tt.want)
		}
	}
}

func TestFilesOfTheCatalogueAreFoundByNameAndType(t *testing.T) {
	c := catalogue(t)
	for _, tt := range []struct {
		id, file, want string
		code           mark.Code
	}{
		{"qwen3-4b", "", "Qwen3-4B-Q4_K_M.gguf", ""},
		{"qwen3-4b", "Q8_0", "Qwen3-4B-Q8_0.gguf", ""},
		{"qwen3-4b", "Qwen3-4B-Q8_0.gguf", "Qwen3-4B-Q8_0.gguf", ""},
		{"qwen3-4b", "q2_k", "", mark.NotFound},
		{"nonesuch", "", "", mark.NotFound},
	} {
		if _, f, err := c.Find(tt.id, tt.file); f.File != tt.want || tt.code != "" && mark.CodeOf(err) != tt.code {
			t.Errorf("%s %s: got %+v, %v", tt.id, tt.file, f, err)
		}
	}
}
