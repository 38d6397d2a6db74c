//go:build cgo

package tesseract_test

import (
	"slices"
	"strings"
	"testing"

	"markai/backend/tesseract"
)

func TestPageInAnotherLanguageIsReadInIt(t *testing.T) {
	if !slices.Contains(tesseract.Languages(""), "deu") {
		t.Skip("Tesseract's German data is not installed (nor named by TESSDATA_PREFIX)")
	}
	lines := []string{
		"Die Kündigung des Vertrages ist für beide Parteien", "nur schriftlich und mit einer Frist von drei Monaten",
		"möglich. Änderungen dürfen nicht mündlich erfolgen;", "das Gericht in München ist für alle Streitigkeiten",
		"zuständig, die sich aus dem Verhältnis ergeben.",
	}
	pool := tesseract.NewPool(tesseract.Options{Processes: 1})
	defer pool.Close()
	p, err := tesseract.New(pool).Recognise(t.Context(), scan(t, lines))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Join(lines, " "); flat(p) != want {
		t.Errorf("got %q", flat(p))
	}
	english, err := tesseract.New(pool).Recognise(t.Context(), scan(t, sentences))
	if err != nil || flat(english) != strings.Join(sentences, " ") {
		t.Errorf("got %q, %v", flat(english), err)
	}
}
