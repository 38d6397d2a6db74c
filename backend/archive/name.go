package archive

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
)

// What names are in that say nothing of it: on DOS and in ZIP archives, and on
// other systems.
var (
	dos     encoding.Encoding = charmap.CodePage437
	western encoding.Encoding = charmap.Windows1252
)

// decodeName makes UTF-8 of a name: it may be that already, or Shift-JIS as
// Japanese systems write, or else what otherwise says.
func decodeName(name string, otherwise encoding.Encoding) string {
	if utf8.ValidString(name) {
		return name
	}
	if s, ok := shiftJIS(name); ok {
		return s
	}
	s, err := otherwise.NewDecoder().String(name)
	if err != nil {
		return strings.ToValidUTF8(name, "\ufffd")
	}
	return s
}

// shiftJIS decodes a name if it can only be Japanese: its characters beyond
// ASCII are kana and kanji, and stand together. In a Western name single
// letters beyond ASCII stand among others.
func shiftJIS(name string) (string, bool) {
	s, err := japanese.ShiftJIS.NewDecoder().String(name)
	if err != nil || strings.ContainsRune(s, utf8.RuneError) {
		return "", false
	}
	run, runs, alone, kana := 0, 0, 0, false
	end := func() {
		if run == 1 {
			alone++
		}
		if run > 0 {
			runs++
		}
		run = 0
	}
	for _, r := range s {
		switch {
		case r < 0x80:
			end()
			continue
		case r >= 0xff61 && r <= 0xff9f: // half width: any byte may be one
			return "", false
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana = true
		case !unicode.In(r, unicode.Han) && (r < 0x3000 || r > 0x30ff) && (r < 0xff00 || r > 0xffef):
			return "", false
		}
		run++
	}
	end()
	return s, runs > 0 && (alone == 0 || kana && alone < runs)
}
