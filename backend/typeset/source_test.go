package typeset_test

import (
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/typeset"

	"pgregory.net/rapid"
)

// What Add is told comes back page by page as the very bytes it was told of.
func TestFeaturesFitTheirPages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"word ", "été\n", "\n\n\n\n\n\n\n\n", "a long line of words that is set\n"}), 0, 300).Draw(t, "text"), "")
		start := rapid.IntRange(0, len(text)).Draw(t, "start")
		end := rapid.IntRange(start, len(text)).Draw(t, "end")
		s := typeset.NewSource(text, mark.SourceInfo{}, nil)
		s.Add(mark.FeatureQuoted, start, end, "v")
		var got strings.Builder
		for _, f := range s.Info().Features {
			p, err := s.Page(t.Context(), f.Page)
			if err != nil || f.Start >= f.End || f.End > len(p.Text) || !strings.HasPrefix(p.Text[f.Start:f.End], f.Text) || f.Value != "v" {
				t.Fatalf("%+v on %q, %v", f, p.Text, err)
			}
			got.WriteString(p.Text[f.Start:f.End])
		}
		if got.String() != text[start:end] {
			t.Fatalf("%q, want %q", got.String(), text[start:end])
		}
	})
}
