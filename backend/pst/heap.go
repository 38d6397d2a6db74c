package pst

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"
)

// object is a node whose data are a heap (MS-PST 2.3.1): a message, an
// attachment, a folder, a table.
type object struct {
	s      *store
	blocks [][]byte
	subs   map[uint32]node
	props  map[uint16]property
}

// property is where the value of a property lies.
type property struct {
	kind  uint16
	value uint32 // itself, or where it is
}

// The kinds of values that are read.
const (
	kindLong   = 0x0003
	kindBool   = 0x000b
	kindObject = 0x000d
	kindANSI   = 0x001e
	kindWide   = 0x001f
	kindTime   = 0x0040
	kindBytes  = 0x0102
)

// open reads a node's heap. What of its parts cannot be read is found missing
// when it is asked for.
func (s *store) open(n node) (*object, error) {
	blocks, err := s.blocks(n.data, maxNode)
	if err != nil {
		return nil, err
	}
	o := &object{s: s, blocks: blocks}
	if o.subs, err = s.subnodes(n.sub); err != nil {
		o.subs = map[uint32]node{}
	}
	return o, nil
}

// item returns an allocation of the heap (MS-PST 2.3.1.1).
func (o *object) item(id uint32) []byte {
	index, block := int(id>>5&0x7ff), int(id>>16)
	if o.s.shape.large {
		index, block = int(id>>5&0x3fff), int(id>>19)
	}
	if index == 0 || block >= len(o.blocks) {
		return nil
	}
	b := o.blocks[block]
	if len(b) < 2 {
		return nil
	}
	at := int(binary.LittleEndian.Uint16(b)) // the map of allocations
	if at+4 > len(b) || index > int(binary.LittleEndian.Uint16(b[at:])) || at+4+2*(index+1) > len(b) {
		return nil
	}
	from, to := int(binary.LittleEndian.Uint16(b[at+4+2*(index-1):])), int(binary.LittleEndian.Uint16(b[at+4+2*index:]))
	if from > to || to > len(b) {
		return nil
	}
	return b[from:to]
}

// root returns the first allocation of a heap of this kind.
func (o *object) root(kind byte) uint32 {
	if len(o.blocks) == 0 || len(o.blocks[0]) < 12 || o.blocks[0][2] != 0xec || o.blocks[0][3] != kind {
		return 0
	}
	return binary.LittleEndian.Uint32(o.blocks[0][4:])
}

// records yields the records of a tree on the heap (MS-PST 2.3.2).
func (o *object) records(root uint32, yield func(key, data []byte)) {
	head := o.item(root)
	if len(head) < 8 || head[0] != 0xb5 {
		return
	}
	key, size, levels := int(head[1]), int(head[2]), int(head[3])
	if key == 0 || levels > maxLevels {
		return
	}
	left := maxSubnodes // a tree that leads back to itself ends here
	var walk func(id uint32, level int)
	walk = func(id uint32, level int) {
		b := o.item(id)
		n := size
		if level > 0 {
			n = 4
		}
		for ; len(b) >= key+n && left > 0; b = b[key+n:] {
			left--
			if level > 0 {
				walk(binary.LittleEndian.Uint32(b[key:]), level-1)
			} else {
				yield(b[:key], b[key:key+n])
			}
		}
	}
	walk(binary.LittleEndian.Uint32(head[4:]), levels)
}

// properties reads which properties the object has (MS-PST 2.3.3).
func (o *object) properties() bool {
	const kind = 0xbc
	o.props = map[uint16]property{}
	root := o.root(kind)
	if root == 0 {
		return false
	}
	o.records(root, func(key, data []byte) {
		if len(key) == 2 && len(data) >= 6 {
			o.props[binary.LittleEndian.Uint16(key)] = property{binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint32(data[2:])}
		}
	})
	return true
}

// at returns what lies at a place: on the heap, or in a node that belongs to
// the object.
func (o *object) at(place uint32) ([]byte, error) {
	if place == 0 {
		return nil, nil
	}
	if place&0x1f == 0 {
		return o.item(place), nil
	}
	n, ok := o.subs[place]
	if !ok {
		return nil, errDamaged
	}
	blocks, err := o.s.blocks(n.data, maxNode)
	if err != nil {
		return nil, err
	}
	if len(blocks) == 1 {
		return blocks[0], nil
	}
	var out []byte
	for _, b := range blocks {
		out = append(out, b...)
	}
	return out, nil
}

// bytes returns a property of variable length; nil when there is none.
func (o *object) bytes(id uint16) ([]byte, error) {
	p, ok := o.props[id]
	if !ok {
		return nil, nil
	}
	return o.at(p.value)
}

// text returns a property of text; "" when there is none.
func (o *object) text(id uint16) string {
	p, ok := o.props[id]
	if !ok || p.kind != kindWide && p.kind != kindANSI {
		return ""
	}
	raw, err := o.at(p.value)
	if err != nil {
		return ""
	}
	return textOf(p.kind, raw)
}

// textOf decodes text.
func textOf(kind uint16, raw []byte) string {
	if kind == kindWide {
		units := make([]uint16, len(raw)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(raw[2*i:])
		}
		return strings.ReplaceAll(string(utf16.Decode(units)), "\x00", "")
	}
	s, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		s = raw
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(s), "\ufffd"), "\x00", "")
}

// line returns a property of text on one line. A subject begins with two
// characters that say how long its reply mark is.
func (o *object) line(id uint16) string {
	s := o.text(id)
	if len(s) > 1 && s[0] == 1 {
		s = string([]rune(s)[2:])
	}
	return strings.Join(strings.Fields(s), " ")
}

// long returns a number; false when there is none.
func (o *object) long(id uint16) (uint32, bool) {
	p, ok := o.props[id]
	return p.value, ok && (p.kind == kindLong || p.kind == kindBool)
}

// time returns the first of these times that there is.
func (o *object) time(ids ...uint16) time.Time {
	for _, id := range ids {
		if p, ok := o.props[id]; ok && p.kind == kindTime {
			if raw, err := o.at(p.value); err == nil && len(raw) >= 8 {
				if t := timeOf(raw); !t.IsZero() {
					return t
				}
			}
		}
	}
	return time.Time{}
}

// timeOf reads a number of 100 ns since 1601.
func timeOf(raw []byte) time.Time {
	const epoch = 116_444_736_000_000_000
	n := binary.LittleEndian.Uint64(raw)
	if n < epoch || n-epoch > math.MaxInt64/100 {
		return time.Time{}
	}
	return time.Unix(0, int64(n-epoch)*100).UTC()
}

// cell is a value of a table's row.
type cell struct {
	id, kind uint16
	raw      []byte
}

// rows reads a table (MS-PST 2.3.4), limit rows at most, of which only the
// values of these columns.
func (o *object) rows(limit int, columns ...uint16) [][]cell {
	const kind = 0x7c
	info := o.item(o.root(kind))
	if len(info) < 22 || info[0] != kind {
		return nil
	}
	count, size, bits := int(info[1]), int(binary.LittleEndian.Uint16(info[8:])), int(binary.LittleEndian.Uint16(info[6:]))
	place := binary.LittleEndian.Uint32(info[14:])
	if size == 0 || place == 0 || len(info) < 22+8*count {
		return nil
	}
	blocks := [][]byte{o.item(place)}
	if place&0x1f != 0 {
		n, ok := o.subs[place]
		if !ok {
			return nil
		}
		var err error
		if blocks, err = o.s.blocks(n.data, maxNode); err != nil {
			return nil
		}
	}
	var out [][]cell
	for _, b := range blocks { // a row does not run over the end of a block
		for ; len(b) >= size && len(out) < limit; b = b[size:] {
			var row []cell
			for i := range count {
				c := info[22+8*i:]
				id := binary.LittleEndian.Uint16(c[2:])
				at, n, bit := int(binary.LittleEndian.Uint16(c[4:])), int(c[6]), int(c[7])
				if !contains(columns, id) || at+n > size || bits+bit/8 >= size || b[bits+bit/8]>>(7-bit%8)&1 == 0 {
					continue
				}
				row = append(row, o.cell(id, binary.LittleEndian.Uint16(c), b[at:at+n]))
			}
			out = append(out, row)
		}
	}
	return out
}

func contains(list []uint16, id uint16) bool {
	for _, v := range list {
		if v == id {
			return true
		}
	}
	return false
}

// cell resolves a value of a row.
func (o *object) cell(id, kind uint16, raw []byte) cell {
	if (kind == kindWide || kind == kindANSI || kind == kindBytes) && len(raw) == 4 {
		raw, _ = o.at(binary.LittleEndian.Uint32(raw)) // what is missing is empty
	}
	return cell{id, kind, raw}
}
