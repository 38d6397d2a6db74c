package eval_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	mark "markai/backend"
	"markai/backend/eval"
)

// found is a line of the results, as far as these tests look.
type found struct {
	ID        string `json:"id"`
	Citations []struct {
		Type     string             `json:"type"`
		Groups   map[string]*string `json:"groups"`
		Year     *int               `json:"year"`
		Metadata map[string]string  `json:"metadata"`
	} `json:"citations"`
}

func citations(t *testing.T, cases string) ([]found, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "citations"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "citations", "cases.jsonl"), []byte(cases), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := eval.Citations(t.Context(), dir, &out); err != nil {
		return nil, err
	}
	var list []found
	for lines := json.NewDecoder(&out); lines.More(); {
		var f found
		if err := lines.Decode(&f); err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list, nil
}

func TestCitationsFollowTheStepsAndOptionsOfTheirCase(t *testing.T) {
	for _, c := range []struct {
		name, line string
		types      []string
		defendant  string
	}{
		{"plain text is taken as it is", `{"id":"a","text":"Roe v. Wade, 410 U.S. 113 (1973)","clean_steps":[],"options":{}}`,
			[]string{"FullCaseCitation"}, "Wade"},
		{"white space is joined", `{"id":"a","text":"Roe v. Wade, 410\n\n\nU.S. 113","clean_steps":["all_whitespace"],"options":{}}`,
			[]string{"FullCaseCitation"}, "Wade"},
		{"lines stay apart otherwise", `{"id":"a","text":"Roe v. Wade, 410\n\n\nU.S. 113","clean_steps":["inline_whitespace"],"options":{}}`,
			[]string{}, ""},
		{"italics name the case", `{"id":"a","text":"<p>and so on <em>Roe v.\n Wade,</em> 410 U.S. 113. In <i>Wade</i> the court<script>1 U.S. 2</script></p>","clean_steps":["html","all_whitespace"],"options":{}}`,
			[]string{"FullCaseCitation", "ReferenceCitation"}, "Wade"},
		{"page numbers of the source are no text", `{"id":"a","text":"<p>1 U.S. <span class=\"star-pagination\">*12</span> 2</p><p>Id. at 3</p>","clean_steps":["html","all_whitespace"],"options":{}}`,
			[]string{"FullCaseCitation", "IdCitation"}, ""},
		{"blanks go", `{"id":"a","text":"1 U.S. __2","clean_steps":["underscores"],"options":{}}`,
			[]string{"FullCaseCitation"}, ""},
		{"the declaration goes", `{"id":"a","text":"<?xml version='1'?>1 U.S. 2","clean_steps":["xml"],"options":{}}`,
			[]string{"FullCaseCitation"}, ""},
		{"what may be several reporters is left out", `{"id":"a","text":"1 P.R. 1","clean_steps":[],"options":{"remove_ambiguous":true}}`,
			[]string{}, ""},
	} {
		list, err := citations(t, c.line+"\n")
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(list) != 1 || list[0].ID != "a" || len(list[0].Citations) != len(c.types) {
			t.Errorf("%s: got %+v, want %v", c.name, list, c.types)
			continue
		}
		for i, want := range c.types {
			if got := list[0].Citations[i]; got.Type != want || i == 0 && got.Metadata["defendant"] != c.defendant {
				t.Errorf("%s: citation %d is %+v, want a %s with defendant %q", c.name, i, got, want, c.defendant)
			}
		}
	}
}

func TestUnknownCleaningStepIsRefused(t *testing.T) {
	if _, err := citations(t, `{"id":"a","text":"x","clean_steps":["polish"],"options":{}}`); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("the error is %v", err)
	}
}
