package loadfile

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// sample is how much of a file tells its encoding.
const sample = 64 << 10

// decoded reads a load file as UTF-8. Without a mark at its beginning it is
// UTF-16 where every other byte is zero, UTF-8 where it decodes as such, and
// Windows-1252 otherwise. Bytes that do not fit become U+FFFD.
func decoded(r io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(r, sample)
	head, _ := in.Peek(sample)
	var enc encoding.Encoding
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		enc = unicode.UTF8BOM
	case bytes.HasPrefix(head, []byte("\xff\xfe")), wide(head, 1):
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(head, []byte("\xfe\xff")) && (len(head) < 4 || head[2] == 0), wide(head, 0):
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case valid(head):
		enc = unicode.UTF8
	default:
		enc = charmap.Windows1252
	}
	return bufio.NewReaderSize(transform.NewReader(in, enc.NewDecoder()), sample)
}

// Text reads the text that comes with a production, in any of the encodings of
// load files, as UTF-8.
func Text(r io.Reader) io.Reader { return decoded(r) }

// wide reports whether the bytes at odd (1) or even (0) places are zero in the
// beginning of a file of Western text.
func wide(head []byte, at int) bool {
	n := min(len(head), 200) &^ 1
	if n < 8 {
		return false
	}
	zero := 0
	for i := at; i < n; i += 2 {
		if head[i] == 0 {
			zero++
		}
	}
	return zero*2 >= n*9/10
}

// valid reports whether b is UTF-8, but for a character cut off at its end.
func valid(b []byte) bool {
	for cut := 0; cut < utf8.UTFMax && cut <= len(b); cut++ {
		if utf8.Valid(b[:len(b)-cut]) {
			return cut == 0 || len(b) == sample
		}
	}
	return false
}
