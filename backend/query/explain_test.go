package query

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryPartOfAQueryIsSaidInWords(t *testing.T) {
	for text, want := range map[string][]string{
		`"due care" w/5 negligen* AND type:contract`: {"All of these:", "“due care” within 5 words of a word that begins with “negligen”.", "Only documents of the type “contract”."},
		"notice pre/3 termination OR waiver":         {"One of these, or several:", "“notice” at most 3 words before “termination”.", "The word “waiver” in any of its forms."},
		"notice pre/1 (fee OR charge)":               {"“notice” right before “fee” or “charge”."},
		"notice -waiver":                             {"All of these:", "The word “notice” in any of its forms.", "Not the word “waiver” in any of its forms."},
		"notice AND NOT (a OR b)":                    {"All of these:", "The word “notice” in any of its forms.", "Not what matches one of these, or several:", "The word “a” in any of its forms.", "The word “b” in any of its forms."},
		"notice AND NOT from:smith":                  {"All of these:", "The word “notice” in any of its forms.", "No documents from “smith”."},
		`when is rent due "in advance" date:2019..`:  {"Passages about this, the best first.", "Passages with these very words come first.", "Only documents dated 2019 or later."},
		"rent bates:ABC0001-ABC0100":                 {"Passages about this, the best first.", "Only documents with a Bates number from ABC0001 to ABC0100."},
		"":                                           {},
	} {
		var got []string
		for _, p := range Explain(Read(text)) {
			got = append(got, p.Says)
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s is explained as\n%s\nwant\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestAFieldThatIsNotUnderstoodIsMarked(t *testing.T) {
	parts := Explain(Read("rent AND type:wombat"))
	if last := parts[len(parts)-1]; !last.Bad || !strings.Contains(last.Says, "wombat") {
		t.Errorf("explained as %+v", last)
	}
}

func TestEveryLeafOfAnyQueryIsExplainedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := And{Word{Text: "first"}, node(3).Draw(t, "tree")}
		written := map[string]int{}
		for _, p := range Explain(Query{Tree: n}) {
			if p.Says == "" || p.Depth < 0 {
				t.Fatalf("%s has the part %+v", n, p)
			}
			written[p.Text]++
		}
		for _, leaf := range Leaves(n) {
			if written[leaf.String()] == 0 {
				t.Fatalf("%s is not explained in %v", leaf, written)
			}
		}
	})
}
