package mark_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"

	"pgregory.net/rapid"
)

func TestNameOfAFileInsideAFileHasNoFolders(t *testing.T) {
	for in, want := range map[string]string{
		"lease.pdf":                       "lease.pdf",
		"../../etc/passwd":                "passwd",
		`C:\Users\a\lease.pdf`:            "lease.pdf",
		"..":                              "",
		"/":                               "",
		"":                                "",
		"a\x00b\nc.txt":                   "abc.txt",
		strings.Repeat("x", 200) + ".pdf": strings.Repeat("x", 140) + ".pdf",
	} {
		if got := mark.FileName(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestNameOfAFileInsideAFileIsAlwaysHarmless(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got := mark.FileName(rapid.String().Draw(t, "name"))
		if strings.ContainsAny(got, "/\\\x00\n") || got == ".." || utf8.RuneCountInString(got) > 150 || !utf8.ValidString(got) {
			t.Fatalf("got %q", got)
		}
	})
}
