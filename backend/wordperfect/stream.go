package wordperfect

import (
	"encoding/binary"
	"strings"
)

// Ends of lines, columns, pages, cells and rows. Versions after 5 write them as
// the function 0xD0 with this number, or as the single byte 0xD0 less it.
const (
	softLine   = 0x01
	softLast   = 0x03 // lines that end because the column or page does
	hardLine   = 0x04
	hardLast   = 0x06
	hardColumn = 0x07
	hardPage   = 0x09
	cell       = 0x0A
	firstRow   = 0x0B
	lastRow    = 0x10
	tableOff   = 0x11
	tableLast  = 0x13
)

// end writes what an end of this number is to a reader.
func end(b *strings.Builder, number byte) {
	switch {
	case softLine <= number && number <= softLast:
		b.WriteByte(' ')
	case hardLine <= number && number <= hardLast, number == hardColumn, number == hardColumn+1:
		b.WriteByte('\n')
	case number == hardPage:
		b.WriteByte('\f')
	case number == cell:
		b.WriteByte('\t')
	case firstRow <= number && number <= lastRow, tableOff <= number && number <= tableLast:
		b.WriteByte('\n')
	}
}

// fixed are the lengths of the functions 0xF0 to 0xFE, with both their ends.
var fixed = [16]int{4, 5, 3, 3, 3, 3, 4, 4, 4, 5, 5, 6, 6, 8, 8, 1}

// later reads the text of versions after 5, and tells whether it has notes. A
// function whose length cannot be true is passed over by its first byte.
func later(s []byte) (text string, notes bool) {
	var b strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == 0: // nothing
			i++
		case c <= 0x20: // the letters that are most frequent beside ASCII
			b.WriteRune(frequent[c-1])
			i++
		case c < 0x7F:
			b.WriteByte(c)
			i++
		case c < 0xD0:
			single(&b, c)
			i++
		case c < 0xF0:
			size := functionSize(s[i:])
			if c == 0xD0 && i+1 < len(s) {
				end(&b, s[i+1])
			}
			if c == tabs {
				b.WriteByte('\t')
			}
			notes = notes || c == laterNotes && size > 3
			i += size
		default:
			size := fixed[c-0xF0]
			if i+size > len(s) || s[i+size-1] != c {
				size = 1
			} else if c == 0xF0 {
				b.WriteRune(character(s[i+2], s[i+1]))
			}
			i += size
		}
	}
	return b.String(), notes
}

// The functions of footnotes and endnotes.
const (
	laterNotes = 0xD7
	fiveNotes  = 0xD6
)

// tabs is the function of tabulators and indents.
const tabs = 0xE0

// functionSize returns the length of a function of variable length: it stands
// behind the function and its number, and again at the end, where the function
// itself stands last.
func functionSize(s []byte) int {
	if len(s) < 4 {
		return len(s)
	}
	size := int(binary.LittleEndian.Uint16(s[2:]))
	if size < 4 || size > len(s) || s[size-1] != s[0] {
		return 1
	}
	return size
}

// single writes the functions that are one byte.
func single(b *strings.Builder, c byte) {
	switch {
	case c == 0x80 || c == 0x81: // spaces, the second not to be parted at
		b.WriteByte(' ')
	case c == 0x84: // a hyphen that is written
		b.WriteByte('-')
	case c == 0x87: // the end of a line that fell away
		b.WriteByte(' ')
	case c >= 0xD0-tableLast:
		end(b, 0xD0-c)
	}
}

// fixedFive are the lengths of the functions 0xC0 to 0xCF of version 5.
var fixedFive = [16]int{4, 9, 11, 3, 3, 5, 6, 7, 4, 5, 6, 6, 8, 10, 10, 12}

// five reads the text of version 5, and tells whether it has notes.
func five(s []byte) (text string, notes bool) {
	var b strings.Builder
	for i := 0; i < len(s); {
		c := s[i]
		size := 1
		switch {
		case c == 0x0A:
			b.WriteByte('\n')
		case c == 0x0C:
			b.WriteByte('\f')
		case c == 0x0D, c == 0x0B: // lines and pages that end by themselves
			b.WriteByte(' ')
		case 0x20 <= c && c < 0x7F:
			b.WriteByte(c)
		case c == 0xA0:
			b.WriteByte(' ')
		case 0xA9 <= c && c <= 0xAC: // hyphens
			b.WriteByte('-')
		case 0xC0 <= c && c < 0xD0:
			if n := fixedFive[c-0xC0]; i+n <= len(s) && s[i+n-1] == c {
				size = n
			}
			switch {
			case c == 0xC0 && size > 1:
				b.WriteRune(character(s[i+2], s[i+1]))
			case c == 0xC1: // tabulators
				b.WriteByte('\t')
			}
		case c >= 0xD0: // function, number, length of what follows
			if i+3 < len(s) {
				if n := 4 + int(binary.LittleEndian.Uint16(s[i+2:])); i+n <= len(s) && s[i+n-1] == c {
					size = n
					notes = notes || c == fiveNotes
				}
			}
		}
		i += size
	}
	return b.String(), notes
}
