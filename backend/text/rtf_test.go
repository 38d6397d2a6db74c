package text_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
)

func TestRichTextReadsAsItPrints(t *testing.T) {
	for _, c := range []struct{ name, in, want, title string }{
		{"words", `{\rtf1\ansi One {\b two} three.\par Four.}`, "One two three.\n\nFour.\n", ""},
		{"tables of the file's own", `{\rtf1{\fonttbl{\f0 Times;}}{\colortbl;\red0;}{\*\generator W;}{\stylesheet{\s0 Normal;}}Text}`, "Text\n", ""},
		{"title", `{\rtf1{\info{\title Lease  of Land}{\author A}}x}`, "x\n", "Lease of Land"},
		{"empty paragraphs", `{\rtf1 a\par\par\par b}`, "a\n\nb\n", ""},
		{"code page", `{\rtf1\ansi\ansicpg1251 \'cf\'f0}`, "Пр\n", ""},
		{"Windows-1252", `{\rtf1\ansi \'a7 12 \'93x\'94}`, "§ 12 “x”\n", ""},
		{"Unicode", `{\rtf1\uc1 \u167 ? 12 \u8212\'97 x \u-10179?\u-8704?}`, "§ 12 — x 😀\n", ""},
		{"signs", `{\rtf1 a\emdash b\~c\_d \{x\} \\}`, "a—b\u00a0c\u2011d {x} \\\n", ""},
		{"table", `{\rtf1\trowd a\cell b\cell\row c\cell d\cell\row}`, "a\tb\t\nc\td\n", ""},
		{"field", `{\rtf1{\field{\*\fldinst PAGE}{\fldrslt 7}}}`, "7\n", ""},
		{"picture", `{\rtf1 a{\pict\bin4 }}}}}b}`, "ab\n", ""},
		{"list numbers are text", `{\rtf1{\listtext 1.\tab}Term}`, "1.\tTerm\n", ""},
		{"page break", `{\rtf1 a\page b}`, "a\fb\n", ""},
		{"lines of the file mean nothing", "{\\rtf1 a\r\nb}", "ab\n", ""},
		{"breaks off", `{\rtf1 {\b whole\par ha`, "whole\n\nha\n", ""},
	} {
		got, info, err := read(t, file("a.rtf", []byte(c.in)))
		if err != nil || got != c.want || info.Title != c.title || info.Kind != mark.KindWord || len(info.Notes) != 0 {
			t.Errorf("%s: %q, %+v, %v; want %q", c.name, got, info, err, c.want)
		}
	}
}

func TestTrackedDeletionsOfRichTextAreLeftOut(t *testing.T) {
	got, info, err := read(t, file("a.rtf", []byte(`{\rtf1 The fee is {\deleted five}{\revised six}.}`)))
	if err != nil || got != "The fee is six.\n" || len(info.Notes) != 1 {
		t.Errorf("%q, %q, %v", got, info.Notes, err)
	}
}

// TestCorpus reads the rich text files of a folder named by MARKAI_CORPUS.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of documents")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.rtf"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no rich text in %s: %v", dir, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, info, err := read(t, file(name, data))
		if err != nil || strings.TrimSpace(got) == "" {
			t.Errorf("%s: %q, %v", filepath.Base(name), got, err)
		}
		t.Logf("%s: %d pages, title %q, notes %q, text %q", filepath.Base(name), info.Pages, info.Title, info.Notes, got[:min(len(got), 400)])
	}
}

func FuzzRichText(f *testing.F) {
	for _, s := range []string{`{\rtf1 a\'a7\u167 ?}`, `{\rtf1{\*\x{\y}}}`, `{\rtf1\bin99999 `, `{\rtf1\ansicpg65001 \'ff}`, `{\rtf1\u-1\u55357 }}}{`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, info, err := read(t, file("a.rtf", append([]byte(`{\rtf1 `), data...)))
		if err != nil || !utf8.ValidString(got) || !utf8.ValidString(info.Title) {
			t.Errorf("%q, %q, %v", got, info.Title, err)
		}
	})
}
