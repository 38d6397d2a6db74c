package text

import (
	"bytes"
	"context"
	"io"
	"unicode/utf8"

	mark "markai/backend"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var (
	bomUTF8    = []byte{0xef, 0xbb, 0xbf}
	bomUTF16LE = []byte{0xff, 0xfe}
	bomUTF16BE = []byte{0xfe, 0xff}
)

// Decode turns the bytes of a text file into UTF-8. Line ends stay as they are;
// a byte order mark goes. The note tells a reader how the bytes were understood
// when that was not plain. Errors: Unsupported when they are not text.
func Decode(raw []byte) (text, note string, err error) {
	enc, name := guess(raw)
	switch {
	case name == "":
		return "", "", mark.Errorf(mark.Unsupported, "This file holds no text that Mark AI can read. If it was saved by another program, save it there as PDF and add that.")
	case enc == nil:
		return string(bytes.TrimPrefix(raw, bomUTF8)), "", nil
	}
	out, err := enc.NewDecoder().Bytes(raw)
	if err != nil {
		return "", "", mark.Errorf(mark.Damaged, "The text of this file breaks off in the middle of a character.").Because(err)
	}
	if bytes.HasPrefix(raw, bomUTF16LE) || bytes.HasPrefix(raw, bomUTF16BE) {
		return string(out), "", nil
	}
	return string(out), "The file does not say how its letters are encoded; it was read as " + name + ".", nil
}

// guess returns how raw is encoded: nil for UTF-8, and no name for what is not
// text.
func guess(raw []byte) (encoding.Encoding, string) {
	switch {
	case bytes.HasPrefix(raw, bomUTF16LE), bytes.HasPrefix(raw, bomUTF16BE):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "UTF-16"
	case utf8.Valid(raw) && !controls(raw):
		return nil, "UTF-8"
	}
	switch even, odd := zeros(raw); {
	case odd > 0.4 && even < 0.05:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16"
	case even > 0.4 && odd < 0.05:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), "UTF-16"
	case even+odd == 0 && !controls(raw) && mostlyLetters(raw):
		return charmap.Windows1252, "Windows-1252"
	}
	return nil, ""
}

// zeros returns the shares of zero bytes at even and at odd places: Western
// text in UTF-16 has them in every second byte.
func zeros(raw []byte) (even, odd float64) {
	n := len(raw) / 2
	if n == 0 {
		return 0, 0
	}
	for i := range n {
		if raw[2*i] == 0 {
			even++
		}
		if raw[2*i+1] == 0 {
			odd++
		}
	}
	return even / float64(n), odd / float64(n)
}

// controls reports whether there are more control characters than a stray few:
// one in two hundred, or any zero byte.
func controls(raw []byte) bool {
	n := 0
	for _, b := range raw {
		switch {
		case b == 0:
			return true
		case b < 0x20 && (b < '\t' || b > '\r') && b != 0x1b && b != 0x1a:
			n++
		}
	}
	return n*200 > len(raw)
}

// mostlyLetters reports whether raw reads as Windows-1252: ASCII carries it and
// the five bytes that the code page leaves open do not occur.
func mostlyLetters(raw []byte) bool {
	high := 0
	for _, b := range raw {
		switch {
		case b == 0x81 || b == 0x8d || b == 0x8f || b == 0x90 || b == 0x9d:
			return false
		case b >= 0x80:
			high++
		}
	}
	return high*3 <= len(raw)
}

// looksLikeText reports whether head may be the beginning of a text. The last
// character of head may be cut.
func looksLikeText(head []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut < len(head); cut++ {
		if utf8.Valid(head[:len(head)-cut]) {
			head = head[:len(head)-cut]
			break
		}
	}
	_, name := guess(head)
	return name != ""
}

// contextReader stops reading when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p[:min(len(p), 1<<20)])
}
