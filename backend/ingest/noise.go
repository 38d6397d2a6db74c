package ingest

import (
	"strings"
	"unicode"
)

const (
	noisy      = 0.25 // a larger share of senseless words makes a text layer doubtful
	fewTokens  = 40   // words under which nothing is concluded
	fewLetters = 150  // letters under which their vowels conclude nothing
	fewVowels  = 0.26 // of the letters; in Europe's languages they are 0.35 to 0.5
)

// noise returns the share of words in text that no language spells so, which
// tells a text layer with a wrong encoding or from poor recognition: words
// without vowels, digits, signs or capitals among small letters. Only words in
// Latin letters count; text with few of them has none. Words that court files,
// statutes and tables are full of (abbreviations, numbers with letters,
// addresses of the Internet) are not held against it. A text with hardly any
// vowels is all noise.
func noise(text string) float64 {
	if voweless(text) {
		return 1
	}
	all, bad := 0, 0
	for w := range strings.FieldsSeq(text) {
		senseless, counts := odd(w)
		if !counts {
			continue
		}
		all++
		if senseless {
			bad++
		}
	}
	if all < fewTokens {
		return 0
	}
	return float64(bad) / float64(all)
}

// voweless reports whether Latin text has too few vowels to be of a language.
func voweless(text string) bool {
	letters, vowels := 0, 0
	for _, r := range text {
		switch {
		case r > unicode.MaxASCII && unicode.Is(unicode.Latin, r), strings.ContainsRune("aeiouAEIOU", r):
			letters++
			vowels++
		case r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
			letters++
		}
	}
	return letters >= fewLetters && float64(vowels) < fewVowels*float64(letters)
}

// odd reports whether a word makes no sense, and whether it is one that can tell.
func odd(w string) (senseless, counts bool) {
	if strings.ContainsAny(w, "@/\\_") || strings.Contains(w, "...") || strings.Contains(w, "www.") {
		return false, false
	}
	w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	letters, digits, capitals, signs, vowels, humps := 0, 0, 0, 0, 0, 0
	small := false
	for _, r := range w {
		switch {
		case unicode.IsLetter(r):
			if !unicode.Is(unicode.Latin, r) {
				return false, false
			}
			letters++
			if strings.ContainsRune("aeiouyAEIOUY", r) || r > unicode.MaxASCII {
				vowels++
			}
			if unicode.IsUpper(r) {
				capitals++
				if small {
					humps++
				}
			}
			small = unicode.IsLower(r)
		case unicode.IsDigit(r):
			digits++
			small = false
		case strings.ContainsRune("-‐–—'’.,&()§:;", r):
			small = false
		default:
			signs++
			small = false
		}
	}
	if letters+digits+signs < 3 || letters == 0 {
		return false, false
	}
	switch {
	case signs > 0, humps > 1:
		return true, true
	case digits > 0: // 12th, B2B, 7KH
		return letters > 2 && digits <= letters && capitals != 1, letters > 2
	case vowels == 0:
		return letters > 3 && (capitals < letters || letters > 5), letters > 3
	}
	return false, letters > 2
}
