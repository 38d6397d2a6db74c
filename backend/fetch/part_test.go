package fetch

import "testing"

func FuzzContentRange(f *testing.F) {
	for _, s := range []string{"bytes 0-9/10", "bytes 5-9/10", "bytes 5-8/10", "bytes */10", "bytes 9-5/10", "bytes -1-9/10", "items 0-9/10", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		from, total, err := contentRange(text)
		if err == nil && (from < 0 || from >= total) {
			t.Errorf("%q: from %d of %d", text, from, total)
		}
	})
}
