package tesseract

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	mark "markai/backend"
)

// Auto stands for English and, page by page, what else a page seems to be
// written in, where its data is installed.
const Auto = "auto"

// dataOf is the data that Tesseract has for a language as BCP 47 names it.
var dataOf = map[string]string{
	"en": "eng", "es": "spa", "fr": "fra", "de": "deu", "it": "ita", "nl": "nld", "pt": "por", "pl": "pol", "sv": "swe", "da": "dan",
}

// dataFor is the data for the scripts that Tesseract tells apart, the likeliest
// language first.
var dataFor = map[string][]string{
	"Arabic": {"ara", "fas"}, "Cyrillic": {"rus", "ukr"}, "Devanagari": {"hin"}, "Greek": {"ell"}, "Han": {"chi_sim", "chi_tra"},
	"Hangul": {"kor"}, "Hebrew": {"heb"}, "Japanese": {"jpn"}, "Korean": {"kor"}, "Thai": {"tha"},
}

// folders are where language data may lie: the folder given, then where the
// system keeps it.
func folders(dir string) []string {
	var out []string
	if dir != "" {
		out = append(out, dir)
	}
	if d := os.Getenv("TESSDATA_PREFIX"); d != "" {
		out = append(out, d, filepath.Join(d, "tessdata"))
	}
	return append(out, "/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata",
		"/usr/share/tessdata", "/usr/local/share/tessdata", "/opt/homebrew/share/tessdata")
}

// has reports whether a folder holds the data of a language.
func has(dir, language string) bool {
	st, err := os.Stat(filepath.Join(dir, language+".traineddata"))
	return err == nil && st.Mode().IsRegular() && st.Size() > 0 && filepath.Base(language) == language
}

// dataDir finds a folder that has the data of all languages. Tesseract must
// not be asked for data that is not there.
func dataDir(dir string, languages []string) (string, error) {
	for _, d := range folders(dir) {
		if !slices.ContainsFunc(languages, func(l string) bool { return !has(d, l) }) {
			return d, nil
		}
	}
	return "", mark.Errorf(mark.Unavailable, "The language data for reading scans (%s) is not installed. Install tesseract-ocr with this language, then start Mark AI again.", strings.Join(languages, ", "))
}

// Languages are the names of the languages whose data is installed in data or
// where the system keeps it, as Tesseract calls them, sorted.
func Languages(data string) []string {
	var out []string
	for _, d := range folders(data) {
		files, _ := filepath.Glob(filepath.Join(d, "*.traineddata"))
		for _, f := range files {
			l := strings.TrimSuffix(filepath.Base(f), ".traineddata")
			if l != "osd" && l != "equ" && has(d, l) {
				out = append(out, l)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// wanted is the language besides English that a page should be read in: by the
// language of what was read of it already, or by its script. It is empty where
// neither is known or the data is not installed.
func wanted(language, script string, installed []string) string {
	if d := dataOf[language]; d != "" && d != "eng" && slices.Contains(installed, d) {
		return d
	}
	for _, d := range dataFor[script] {
		if slices.Contains(installed, d) {
			return d
		}
	}
	return ""
}
