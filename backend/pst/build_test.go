package pst_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"slices"
	"unicode/utf16"
)

var le = binary.LittleEndian

// maker builds a store in one of its shapes, as MS-PST describes them.
type maker struct {
	version      uint16 // 14, 23 or 36
	mixed        bool
	inner        bool // the trees have two levels
	file         bytes.Buffer
	next         uint64
	nodes, block [][]byte // entries of the trees, by key
}

func newMaker(version uint16, mixed, inner bool) *maker {
	m := &maker{version: version, mixed: mixed, inner: inner, next: 4}
	m.file.Write(make([]byte, 1024))
	return m
}

func (m *maker) wide() bool  { return m.version >= 20 }
func (m *maker) large() bool { return m.version >= 36 }

// num writes a number of the file's width.
func (m *maker) num(b []byte, v uint64) []byte {
	if m.wide() {
		return le.AppendUint64(b, v)
	}
	return le.AppendUint32(b, uint32(v))
}

// add stores a block and returns its number; internal ones are lists.
func (m *maker) add(data []byte, internal bool) uint64 {
	id := m.next
	m.next += 4
	plain := uint16(len(data))
	data = bytes.Clone(data)
	if internal {
		id |= 2
	} else if m.mixed {
		for i, b := range data {
			data[i] = mixTable[b]
		}
	}
	if m.large() && len(data) > 100 {
		var z bytes.Buffer
		w := zlib.NewWriter(&z)
		w.Write(data)
		w.Close()
		data = z.Bytes()
	}
	at := uint64(m.file.Len())
	m.file.Write(data)
	e := m.num(m.num(nil, id), at)
	e = le.AppendUint16(e, uint16(len(data)))
	if m.large() {
		e = le.AppendUint16(e, plain)
	} else {
		e = le.AppendUint16(e, 2)
	}
	if m.wide() {
		e = append(e, 0, 0, 0, 0)
	}
	m.block = append(m.block, e)
	return id
}

// sub is a node that belongs to another.
type sub struct {
	id   uint32
	data uint64
	sub  uint64
}

// subs stores a list of subnodes; 0 for none.
func (m *maker) subs(list ...sub) uint64 {
	if len(list) == 0 {
		return 0
	}
	b := []byte{2, 0}
	b = le.AppendUint16(b, uint16(len(list)))
	if m.wide() {
		b = append(b, 0, 0, 0, 0)
	}
	for _, s := range list {
		b = m.num(m.num(m.num(b, uint64(s.id)), s.data), s.sub)
	}
	return m.add(b, true)
}

// split stores data in several blocks under a list.
func (m *maker) split(data []byte, size int) uint64 {
	var ids []uint64
	for part := range slices.Chunk(data, size) {
		ids = append(ids, m.add(part, false))
	}
	b := []byte{1, 1}
	b = le.AppendUint16(b, uint16(len(ids)))
	b = le.AppendUint32(b, uint32(len(data)))
	for _, id := range ids {
		b = m.num(b, id)
	}
	return m.add(b, true)
}

// node adds a node.
func (m *maker) node(id uint32, data, subs uint64, parent uint32) {
	e := m.num(m.num(m.num(nil, uint64(id)), data), subs)
	e = le.AppendUint32(e, parent)
	if m.wide() {
		e = append(e, 0, 0, 0, 0)
	}
	m.nodes = append(m.nodes, e)
}

// page writes one page of a tree and returns its place.
func (m *maker) page(entries [][]byte, level int) uint64 {
	size, room := 512, 496
	switch {
	case m.large():
		size, room = 4096, 4056
	case m.wide():
		room = 488
	}
	at := uint64(m.file.Len())
	b := bytes.Join(entries, nil)
	if len(b) > room {
		panic("too many entries for one page")
	}
	b = append(b, make([]byte, room-len(b))...)
	n := len(entries)
	each := byte(len(entries[0]))
	if m.large() {
		b = le.AppendUint16(le.AppendUint16(b, uint16(n)), uint16(n))
		b = append(b, each, byte(level))
	} else {
		b = append(b, byte(n), byte(n), each, byte(level))
	}
	m.file.Write(append(b, make([]byte, size-len(b))...))
	return at
}

// tree writes a tree.
func (m *maker) tree(entries [][]byte) uint64 {
	slices.SortFunc(entries, func(a, b []byte) int {
		return int(le.Uint32(a)) - int(le.Uint32(b))
	})
	if !m.inner || len(entries) < 2 {
		return m.page(entries, 0)
	}
	var up [][]byte
	for part := range slices.Chunk(entries, (len(entries)+1)/2) {
		at := m.page(part, 0)
		key := uint64(le.Uint32(part[0]))
		up = append(up, m.num(m.num(m.num(nil, key), 1), at))
	}
	return m.page(up, 1)
}

// bytes finishes the store.
func (m *maker) bytes() []byte {
	nodes, blocks := m.tree(m.nodes), m.tree(m.block)
	out := m.file.Bytes()
	copy(out, "!BDN")
	le.PutUint16(out[10:], m.version)
	crypt := byte(0)
	if m.mixed {
		crypt = 1
	}
	if m.wide() {
		le.PutUint64(out[224:], nodes)
		le.PutUint64(out[240:], blocks)
		out[513] = crypt
	} else {
		le.PutUint32(out[188:], uint32(nodes))
		le.PutUint32(out[196:], uint32(blocks))
		out[461] = crypt
	}
	return append(out, make([]byte, 4096)...)
}

// heap makes a heap of one block; the first allocation is its root.
func heap(kind byte, items ...[]byte) []byte {
	b := []byte{0, 0, 0xec, kind}
	b = le.AppendUint32(b, 1<<5)
	b = append(b, 0, 0, 0, 0)
	ends := []int{len(b)}
	for _, it := range items {
		b = append(b, it...)
		ends = append(ends, len(b))
	}
	le.PutUint16(b, uint16(len(b)))
	b = le.AppendUint16(le.AppendUint16(b, uint16(len(items))), 0)
	for _, e := range ends {
		b = le.AppendUint16(b, uint16(e))
	}
	return b
}

// value is a property: a number in place, or bytes on the heap, or a place.
type value struct {
	id, kind uint16
	data     []byte
	place    uint32
}

func text(id uint16, s string) value {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = le.AppendUint16(out, u)
	}
	return value{id: id, kind: 0x1f, data: out}
}

// object makes the heap of an object with properties.
func object(values ...value) []byte {
	slices.SortFunc(values, func(a, b value) int { return int(a.id) - int(b.id) })
	items := [][]byte{nil, nil}
	var records []byte
	for _, v := range values {
		place := v.place
		if v.data != nil {
			items = append(items, v.data)
			place = uint32(len(items)) << 5
		}
		records = le.AppendUint16(records, v.id)
		records = le.AppendUint16(records, v.kind)
		records = le.AppendUint32(records, place)
	}
	items[0] = le.AppendUint32([]byte{0xb5, 2, 6, 0}, 2<<5)
	items[1] = records
	return heap(0xbc, items...)
}

// person is a row of the table of recipients.
type person struct {
	role       uint32
	name, smtp string
}

// table makes the table of recipients.
func table(people ...person) []byte {
	items := [][]byte{nil, nil}
	var rows []byte
	put := func(s string) uint32 {
		if s == "" {
			return 0
		}
		items = append(items, text(0, s).data)
		return uint32(len(items)) << 5
	}
	for _, p := range people {
		rows = le.AppendUint32(rows, p.role)
		rows = le.AppendUint32(rows, put(p.name))
		rows = le.AppendUint32(rows, put(p.smtp))
		rows = append(rows, 0xe0)
	}
	info := []byte{0x7c, 3}
	for _, end := range []uint16{12, 12, 12, 13} {
		info = le.AppendUint16(info, end)
	}
	info = le.AppendUint32(info, 0)
	info = le.AppendUint32(info, 2<<5)
	info = le.AppendUint32(info, 0)
	for i, c := range []struct{ kind, id uint16 }{{0x03, 0x0c15}, {0x1f, 0x3001}, {0x1f, 0x39fe}} {
		info = le.AppendUint16(le.AppendUint16(info, c.kind), c.id)
		info = append(le.AppendUint16(info, uint16(4*i)), 4, byte(i))
	}
	items[0], items[1] = info, rows
	return heap(0x7c, items...)
}

// mixTable permutes a block's bytes (MS-PST 5.1, the table mpbbR).
var mixTable = [256]byte{
	0x41, 0x36, 0x13, 0x62, 0xa8, 0x21, 0x6e, 0xbb, 0xf4, 0x16, 0xcc, 0x04, 0x7f, 0x64, 0xe8, 0x5d,
	0x1e, 0xf2, 0xcb, 0x2a, 0x74, 0xc5, 0x5e, 0x35, 0xd2, 0x95, 0x47, 0x9e, 0x96, 0x2d, 0x9a, 0x88,
	0x4c, 0x7d, 0x84, 0x3f, 0xdb, 0xac, 0x31, 0xb6, 0x48, 0x5f, 0xf6, 0xc4, 0xd8, 0x39, 0x8b, 0xe7,
	0x23, 0x3b, 0x38, 0x8e, 0xc8, 0xc1, 0xdf, 0x25, 0xb1, 0x20, 0xa5, 0x46, 0x60, 0x4e, 0x9c, 0xfb,
	0xaa, 0xd3, 0x56, 0x51, 0x45, 0x7c, 0x55, 0x00, 0x07, 0xc9, 0x2b, 0x9d, 0x85, 0x9b, 0x09, 0xa0,
	0x8f, 0xad, 0xb3, 0x0f, 0x63, 0xab, 0x89, 0x4b, 0xd7, 0xa7, 0x15, 0x5a, 0x71, 0x66, 0x42, 0xbf,
	0x26, 0x4a, 0x6b, 0x98, 0xfa, 0xea, 0x77, 0x53, 0xb2, 0x70, 0x05, 0x2c, 0xfd, 0x59, 0x3a, 0x86,
	0x7e, 0xce, 0x06, 0xeb, 0x82, 0x78, 0x57, 0xc7, 0x8d, 0x43, 0xaf, 0xb4, 0x1c, 0xd4, 0x5b, 0xcd,
	0xe2, 0xe9, 0x27, 0x4f, 0xc3, 0x08, 0x72, 0x80, 0xcf, 0xb0, 0xef, 0xf5, 0x28, 0x6d, 0xbe, 0x30,
	0x4d, 0x34, 0x92, 0xd5, 0x0e, 0x3c, 0x22, 0x32, 0xe5, 0xe4, 0xf9, 0x9f, 0xc2, 0xd1, 0x0a, 0x81,
	0x12, 0xe1, 0xee, 0x91, 0x83, 0x76, 0xe3, 0x97, 0xe6, 0x61, 0x8a, 0x17, 0x79, 0xa4, 0xb7, 0xdc,
	0x90, 0x7a, 0x5c, 0x8c, 0x02, 0xa6, 0xca, 0x69, 0xde, 0x50, 0x1a, 0x11, 0x93, 0xb9, 0x52, 0x87,
	0x58, 0xfc, 0xed, 0x1d, 0x37, 0x49, 0x1b, 0x6a, 0xe0, 0x29, 0x33, 0x99, 0xbd, 0x6c, 0xd9, 0x94,
	0xf3, 0x40, 0x54, 0x6f, 0xf0, 0xc6, 0x73, 0xb8, 0xd6, 0x3e, 0x65, 0x18, 0x44, 0x1f, 0xdd, 0x67,
	0x10, 0xf1, 0x0c, 0x19, 0xec, 0xae, 0x03, 0xa1, 0x14, 0x7b, 0xa9, 0x0b, 0xff, 0xf8, 0xa3, 0xc0,
	0xa2, 0x01, 0xf7, 0x2e, 0xbc, 0x24, 0x68, 0x75, 0x0d, 0xfe, 0xba, 0x2f, 0xb5, 0xd0, 0xda, 0x3d,
}
