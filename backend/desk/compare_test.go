package desk

import (
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/similar"
)

func TestCompareReadsTextsOverPageEnds(t *testing.T) {
	store := marktest.OpenMatter(t)
	a := marktest.AddText(t, store, "a.txt", "The term is five years.", "Texas law governs.")
	_, text, err := textOf(t.Context(), store, a.ID)
	if err != nil || len(text) != 2 || text[1] != "Texas law governs." {
		t.Errorf("text %q, %v", text, err)
	}
	if _, _, err := textOf(t.Context(), store, "nothing"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestLongRunsAreAbridgedBetweenCharacters(t *testing.T) {
	for _, text := range []string{"short", strings.Repeat("ü", 3*maxRunText), "a" + strings.Repeat("漢", 3*maxRunText)} {
		got, cut := abridged(text)
		if cut != (len(text) > 2*maxRunText) || !utf8.ValidString(got) || len(got) > 2*maxRunText+10 {
			t.Errorf("%d bytes became %d, cut %v, valid %v", len(text), len(got), cut, utf8.ValidString(got))
		}
	}
}

func TestRunsKeepTheWhiteSpaceBehindThem(t *testing.T) {
	text := similar.Text{"crew’s ability\n\nnext", "page"}
	for _, c := range []struct {
		at   mark.Pos
		want string
	}{
		{mark.Pos{Page: 1, Offset: len("crew")}, ""},
		{mark.Pos{Page: 1, Offset: len("crew’s")}, " "},
		{mark.Pos{Page: 1, Offset: len("crew’s ability")}, "\n\n"},
		{mark.Pos{Page: 1, Offset: len("crew’s ability\n\nnext")}, "\n"},
		{mark.Pos{Page: 3}, ""},
		{mark.Pos{}, ""},
	} {
		if got := spaceAt(text, c.at); got != c.want {
			t.Errorf("at page %d, byte %d: %q, want %q", c.at.Page, c.at.Offset, got, c.want)
		}
	}
}
