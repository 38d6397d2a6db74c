package marktest

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

// Compound returns an OLE compound file that holds streams: their bytes by
// their paths, whose storages end in slashes. Names are at most 31 characters.
func Compound(streams map[string][]byte) []byte {
	const (
		sector = 512
		cell   = 64   // of the stream of small streams
		small  = 4096 // streams under this are small
		none   = 0xffffffff
		end    = 0xfffffffe
		table  = 0xfffffffd
	)
	type entry struct {
		name               string
		kind               byte
		child, next, start uint32
		size               int
		data               []byte
		last               uint32 // child added last
	}
	entries := []*entry{{name: "Root Entry", kind: 5, child: none, next: none, last: none}}
	at := map[string]uint32{"": 0}
	add := func(dir uint32, e *entry) uint32 {
		e.child, e.next, e.last = none, none, none
		n := uint32(len(entries))
		entries = append(entries, e)
		if p := entries[dir]; p.last == none {
			p.child, p.last = n, n
		} else {
			entries[p.last].next, p.last = n, n
		}
		return n
	}
	paths := make([]string, 0, len(streams))
	for p := range streams {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	for _, p := range paths {
		steps, dir, path := strings.Split(p, "/"), uint32(0), ""
		for _, s := range steps[:len(steps)-1] {
			path += s + "/"
			n, ok := at[path]
			if !ok {
				n = add(dir, &entry{name: s, kind: 1})
				at[path] = n
			}
			dir = n
		}
		if name := steps[len(steps)-1]; name != "" {
			add(dir, &entry{name: name, kind: 2, size: len(streams[p]), data: streams[p]})
		}
	}

	var body []byte        // sectors after the header
	var fat, mini []uint32 // next sector, next cell
	var cells []byte
	chain := func(table []uint32, n int) []uint32 {
		for i := range n {
			next := uint32(len(table) + 1)
			if i == n-1 {
				next = end
			}
			table = append(table, next)
		}
		return table
	}
	put := func(data []byte) uint32 {
		if len(data) == 0 {
			return end
		}
		start := uint32(len(fat))
		n := (len(data) + sector - 1) / sector
		fat = chain(fat, n)
		body = append(body, data...)
		body = append(body, make([]byte, n*sector-len(data))...)
		return start
	}
	for _, e := range entries[1:] {
		switch {
		case e.kind != 2:
		case len(e.data) == 0:
			e.start = end
		case len(e.data) < small:
			e.start = uint32(len(mini))
			n := (len(e.data) + cell - 1) / cell
			mini = chain(mini, n)
			cells = append(cells, e.data...)
			cells = append(cells, make([]byte, n*cell-len(e.data))...)
		default:
			e.start = put(e.data)
		}
	}
	entries[0].start, entries[0].size = put(cells), len(cells)
	miniBytes := words(mini, sector/4)
	miniAt := put(miniBytes)

	var dir bytes.Buffer
	for _, e := range entries {
		var raw [128]byte
		name := utf16.Encode([]rune(e.name))
		for i, u := range name {
			binary.LittleEndian.PutUint16(raw[2*i:], u)
		}
		binary.LittleEndian.PutUint16(raw[64:], uint16(2*len(name)+2))
		raw[66], raw[67] = e.kind, 1
		for i, v := range []uint32{none, e.next, e.child} {
			binary.LittleEndian.PutUint32(raw[68+4*i:], v)
		}
		binary.LittleEndian.PutUint32(raw[116:], e.start)
		binary.LittleEndian.PutUint32(raw[120:], uint32(e.size))
		dir.Write(raw[:])
	}
	for dir.Len()%sector != 0 { // unused entries
		raw := make([]byte, 128)
		for i := 68; i < 80; i++ {
			raw[i] = 0xff
		}
		dir.Write(raw)
	}
	dirAt := put(dir.Bytes())

	tables := 1
	for tables*(sector/4) < len(fat)+tables {
		tables++
	}
	fatAt := uint32(len(fat))
	for range tables {
		fat = append(fat, table)
	}
	body = append(body, words(fat, sector/4)...)

	head := make([]byte, sector)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for i, v := range map[int]uint16{24: 0x3e, 26: 3, 28: 0xfffe, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(head[i:], v)
	}
	for i, v := range map[int]uint32{
		44: uint32(tables), 48: dirAt, 56: small, 60: miniAt, 64: uint32(len(miniBytes) / sector), 68: end,
	} {
		binary.LittleEndian.PutUint32(head[i:], v)
	}
	for i := range 109 {
		v := uint32(none)
		if i < tables {
			v = fatAt + uint32(i)
		}
		binary.LittleEndian.PutUint32(head[76+4*i:], v)
	}
	return append(head, body...)
}

// words writes v little endian, filled up to whole sectors of n words.
func words(v []uint32, n int) []byte {
	for len(v)%n != 0 {
		v = append(v, 0xffffffff)
	}
	out := make([]byte, 0, 4*len(v))
	for _, w := range v {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	return out
}
