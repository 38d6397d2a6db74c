package msdoc

import (
	"encoding/binary"
	"errors"
	"slices"

	"markai/backend/compound"
)

// Places in the file information block, which begins the main stream.
const (
	fibIdent   = 0x00
	fibFlags   = 0x0A
	fibFirst   = 0x18 // of Word 6 and 95: where the text begins
	fibLast    = 0x1C // and ends
	fibCounts  = 0x4C // characters of the main text and of the parts behind it
	fibChpx    = 0xFA // the table of character properties: offset, length
	fibClx     = 0x1A2
	fibMinimum = 0x1AA

	identWord97 = 0xA5EC
	identWord95 = 0xA5DC

	flagPieces    = 0x0004 // saved in pieces
	flagEncrypted = 0x0100
	flagTable1    = 0x0200 // the tables are in stream 1Table
)

// piece is a run of characters that lie together in the main stream.
type piece struct {
	at    int // bytes in the main stream
	chars int
	wide  bool // two bytes a character
}

// document is a Word document whose structure was read.
type document struct {
	main    []byte
	pieces  []piece
	counts  [8]int // characters of each part, in the order in which they lie
	deleted []span // bytes of the main stream, ascending
	revised bool
}

// span is bytes of the main stream.
type span struct{ from, to int }

func load(root *compound.Storage) (*document, error) {
	main, err := root.Stream("WordDocument")
	if err != nil {
		return nil, err
	}
	if len(main) < fibCounts+4 {
		return nil, errNotWord
	}
	d := &document{main: main}
	flags := binary.LittleEndian.Uint16(main[fibFlags:])
	switch binary.LittleEndian.Uint16(main[fibIdent:]) {
	case identWord97:
	case identWord95:
		return d, d.whole(flags)
	default:
		return nil, errNotWord
	}
	if flags&flagEncrypted != 0 {
		return nil, errEncrypted
	}
	if len(main) < fibMinimum {
		return nil, errDamaged
	}
	for i := range d.counts {
		n := int(int32(binary.LittleEndian.Uint32(main[fibCounts+4*i:])))
		if n < 0 || n > maxText {
			return nil, errDamaged
		}
		d.counts[i] = n
	}
	name := "0Table"
	if flags&flagTable1 != 0 {
		name = "1Table"
	}
	table, err := root.Stream(name)
	if err != nil {
		if errors.Is(err, compound.ErrMissing) {
			return nil, errDamaged
		}
		return nil, err
	}
	if err := d.readPieces(part(main, table, fibClx)); err != nil {
		return nil, err
	}
	d.readProperties(part(main, table, fibChpx))
	return d, nil
}

// whole takes the text of Word 6 and 95, which lies in one run.
func (d *document) whole(flags uint16) error {
	first, last := int(binary.LittleEndian.Uint32(d.main[fibFirst:])), int(binary.LittleEndian.Uint32(d.main[fibLast:]))
	switch {
	case flags&flagEncrypted != 0:
		return errEncrypted
	case flags&flagPieces != 0:
		return errFastSaved
	case first < 0 || last < first || last > len(d.main):
		return errDamaged
	}
	d.pieces = []piece{{at: first, chars: last - first}}
	d.counts[0] = last - first
	return nil
}

// part returns the bytes of the table stream whose offset and length stand at
// this place of the main stream, as far as they are there.
func part(main, table []byte, at int) []byte {
	from, size := binary.LittleEndian.Uint32(main[at:]), binary.LittleEndian.Uint32(main[at+4:])
	if uint64(from) > uint64(len(table)) {
		return nil
	}
	rest := table[from:]
	return rest[:min(uint64(size), uint64(len(rest)))]
}

// readPieces reads the piece table: after any number of property runs (1), the
// table (2) of character positions and of where each run of them lies.
func (d *document) readPieces(clx []byte) error {
	for len(clx) > 3 && clx[0] == 1 {
		n := 3 + int(binary.LittleEndian.Uint16(clx[1:]))
		if n > len(clx) {
			return errDamaged
		}
		clx = clx[n:]
	}
	if len(clx) < 5 || clx[0] != 2 {
		return errDamaged
	}
	size := binary.LittleEndian.Uint32(clx[1:])
	if clx = clx[5:]; uint64(size) > uint64(len(clx)) || size < 16 {
		return errDamaged
	}
	clx = clx[:size]
	n := (len(clx) - 4) / 12 // n+1 positions of 4 bytes, n descriptions of 8
	chars := 0
	for i := range n {
		from, to := binary.LittleEndian.Uint32(clx[4*i:]), binary.LittleEndian.Uint32(clx[4*i+4:])
		if to < from || to > maxText {
			return errDamaged
		}
		fc := binary.LittleEndian.Uint32(clx[4*(n+1)+8*i+2:])
		p := piece{at: int(fc & 0x3FFFFFFF), chars: int(to - from), wide: fc&0x40000000 == 0}
		width := 1
		if p.wide {
			width = 2
		} else {
			p.at /= 2
		}
		if p.at+width*p.chars > len(d.main) {
			return errDamaged
		}
		if chars += p.chars; chars > maxText { // pieces may overlap in a crafted file
			return errTooBig
		}
		d.pieces = append(d.pieces, p)
	}
	return nil
}

// Modifiers of characters, in the property runs.
const (
	sprmDeleted  = 0x0800
	sprmInserted = 0x0801
)

// readProperties finds which bytes of the text are deleted. The table names
// pages of 512 bytes in the main stream, each with the properties of a range.
// What is broken in it costs the properties, not the text.
func (d *document) readProperties(table []byte) {
	n := (len(table) - 4) / 8                        // n+1 offsets, n page numbers
	for i := range max(0, min(n, len(d.main)/512)) { // each page is named once
		page := int(binary.LittleEndian.Uint32(table[4*(n+1)+4*i:])&0x3FFFFF) * 512
		if page+512 > len(d.main) {
			continue
		}
		d.readPage(d.main[page : page+512])
	}
	slices.SortFunc(d.deleted, func(a, b span) int { return a.from - b.from })
}

func (d *document) readPage(page []byte) {
	runs := int(page[511])
	if 4*(runs+1)+runs > 511 {
		return
	}
	for i := range runs {
		at := 2 * int(page[4*(runs+1)+i])
		if at == 0 || at+1+int(page[at]) > 511 {
			continue
		}
		deleted, inserted := modifiers(page[at+1 : at+1+int(page[at])])
		d.revised = d.revised || deleted || inserted
		from, to := int(binary.LittleEndian.Uint32(page[4*i:])), int(binary.LittleEndian.Uint32(page[4*i+4:]))
		if deleted && from < to {
			d.deleted = append(d.deleted, span{from, to})
		}
	}
}

// modifiers reads a list of modifiers: a code of two bytes, whose upper bits
// say how long its operand is.
func modifiers(list []byte) (deleted, inserted bool) {
	for len(list) >= 3 {
		code := binary.LittleEndian.Uint16(list)
		size := [8]int{1, 1, 2, 4, 2, 2, 0, 3}[code>>13]
		if size == 0 {
			size = 1 + int(list[2])
		}
		switch code {
		case sprmDeleted:
			deleted = list[2] != 0
		case sprmInserted:
			inserted = list[2] != 0
		}
		if 2+size > len(list) {
			break
		}
		list = list[2+size:]
	}
	return deleted, inserted
}

// isDeleted reports whether the character at this byte is deleted.
func (d *document) isDeleted(at int) bool {
	i, _ := slices.BinarySearchFunc(d.deleted, at, func(s span, at int) int {
		if s.to <= at {
			return -1
		}
		return 1
	})
	return i < len(d.deleted) && d.deleted[i].from <= at
}
