package pst

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"sort"
)

// The limits that keep a crafted store from filling the memory.
const (
	maxNode     = 256 << 20 // of the data of one node
	maxBlock    = 64 << 10
	maxSubnodes = 200_000
	maxLevels   = 8
	maxPages    = 4_096 // pages of the two trees kept in memory
)

var (
	errDamaged = errors.New("pst: damaged")
	errTooBig  = errors.New("pst: too big")
	errCipher  = errors.New("pst: unknown encoding of blocks")
)

// shape is what differs between the kinds of file: the old one of 32 bits, the
// usual one of 64 bits, and the one with large pages that newer programs cache
// mail in (MS-PST 2.2.2).
type shape struct {
	wide     bool // numbers of 64 bits
	large    bool // pages of 4096 bytes, blocks may be compressed
	page     int
	entries  int // bytes of a page's entries
	nodes    int // bytes of a leaf's entry in the tree of nodes
	blocks   int // and in the tree of blocks
	branches int // bytes of an inner page's entry
}

var shapes = map[string]shape{
	"ansi":  {false, false, 512, 496, 16, 12, 12},
	"wide":  {true, false, 512, 488, 32, 24, 24},
	"large": {true, true, 4096, 4056, 32, 24, 24},
}

// store is an open file.
type store struct {
	r     io.ReaderAt
	size  int64
	shape shape
	mixed bool // blocks are permuted
	nbt   int64
	bbt   int64
	pages map[int64]treePage
}

// node is where the data of something lie, and of what belongs to it.
type node struct {
	id, parent uint32
	data, sub  uint64 // blocks
}

// openStore reads the header (MS-PST 2.2.2.6).
func openStore(r io.ReaderAt, size int64) (*store, error) {
	head := make([]byte, 564)
	if n, _ := r.ReadAt(head, 0); n < len(head) || string(head[:4]) != "!BDN" {
		return nil, errDamaged
	}
	s := &store{r: r, size: size, pages: map[int64]treePage{}}
	crypt := byte(0)
	switch v := binary.LittleEndian.Uint16(head[10:]); {
	case v == 14 || v == 15:
		s.shape = shapes["ansi"]
		s.nbt, s.bbt = int64(binary.LittleEndian.Uint32(head[188:])), int64(binary.LittleEndian.Uint32(head[196:]))
		crypt = head[461]
	case v >= 36:
		s.shape = shapes["large"]
	case v >= 20:
		s.shape = shapes["wide"]
	default:
		return nil, errDamaged
	}
	if s.shape.wide {
		s.nbt, s.bbt = int64(binary.LittleEndian.Uint64(head[224:])), int64(binary.LittleEndian.Uint64(head[240:]))
		crypt = head[513]
	}
	switch crypt {
	case 0:
	case 1:
		s.mixed = true
	default:
		return nil, errCipher
	}
	return s, nil
}

// number reads a number of the file's width.
func (s *store) number(b []byte) uint64 {
	if s.shape.wide {
		return binary.LittleEndian.Uint64(b)
	}
	return uint64(binary.LittleEndian.Uint32(b))
}

// width is the number of bytes of a number.
func (s *store) width() int {
	if s.shape.wide {
		return 8
	}
	return 4
}

// treePage is one page of a tree.
type treePage struct {
	raw   []byte
	count int
	size  int // of an entry
	level int
}

func (p treePage) entry(i int) []byte { return p.raw[i*p.size : (i+1)*p.size] }

// readPage reads a page of a tree (MS-PST 2.2.2.7.7).
func (s *store) readPage(at int64, leaf int) (treePage, error) {
	if p, ok := s.pages[at]; ok {
		return p, nil
	}
	if at <= 0 || at > s.size-int64(s.shape.page) {
		return treePage{}, errDamaged
	}
	raw := make([]byte, s.shape.page)
	if _, err := s.r.ReadAt(raw, at); err != nil {
		return treePage{}, err
	}
	p := treePage{raw: raw[:s.shape.entries]}
	tail := raw[s.shape.entries:]
	if s.shape.large {
		p.count, p.size, p.level = int(binary.LittleEndian.Uint16(tail)), int(tail[4]), int(tail[5])
	} else {
		p.count, p.size, p.level = int(tail[0]), int(tail[2]), int(tail[3])
	}
	least := s.shape.branches
	if p.level == 0 {
		least = leaf
	}
	if p.size < least || p.count*p.size > len(p.raw) || p.level > maxLevels {
		return treePage{}, errDamaged
	}
	if len(s.pages) >= maxPages {
		clear(s.pages)
	}
	s.pages[at] = p
	return p, nil
}

// find returns the entry of a leaf with this key.
func (s *store) find(at int64, leaf int, key uint64) ([]byte, error) {
	for level := maxLevels + 1; ; {
		p, err := s.readPage(at, leaf)
		if err != nil {
			return nil, err
		}
		if p.level >= level {
			return nil, errDamaged
		}
		level = p.level
		i := sort.Search(p.count, func(i int) bool { return s.number(p.entry(i)) > key }) - 1
		if i < 0 {
			return nil, errDamaged
		}
		e := p.entry(i)
		if p.level > 0 {
			at = int64(s.number(e[2*s.width():]))
			continue
		}
		if s.number(e) != key {
			return nil, errDamaged
		}
		return e, nil
	}
}

// eachNode calls visit with every node, in the order of their numbers, until it
// returns false. What cannot be read of the tree is left out and reported as
// false.
func (s *store) eachNode(visit func(node) bool) (whole bool) {
	whole = true
	var walk func(at int64, below int) bool
	walk = func(at int64, below int) bool {
		p, err := s.readPage(at, s.shape.nodes)
		if err != nil || p.level >= below {
			whole = false
			return true
		}
		for i := range p.count {
			e := p.entry(i)
			if p.level > 0 {
				if !walk(int64(s.number(e[2*s.width():])), p.level) {
					return false
				}
			} else if !visit(s.leaf(e)) {
				return false
			}
		}
		return true
	}
	walk(s.nbt, maxLevels+1)
	return whole
}

// leaf reads an entry of the tree of nodes.
func (s *store) leaf(e []byte) node {
	w := s.width()
	return node{uint32(s.number(e)), binary.LittleEndian.Uint32(e[3*w:]), s.number(e[w:]), s.number(e[2*w:])}
}

// block reads one block (MS-PST 2.2.2.8).
func (s *store) block(id uint64) ([]byte, error) {
	e, err := s.find(s.bbt, s.shape.blocks, id&^1)
	if err != nil {
		if e, err = s.find(s.bbt, s.shape.blocks, id|1); err != nil {
			return nil, err
		}
	}
	w := s.width()
	at, n := int64(s.number(e[w:])), int(binary.LittleEndian.Uint16(e[2*w:]))
	if at <= 0 || at > s.size-int64(n) {
		return nil, errDamaged
	}
	raw := make([]byte, n)
	if _, err := s.r.ReadAt(raw, at); err != nil {
		return nil, err
	}
	if s.shape.large {
		if plain := int(binary.LittleEndian.Uint16(e[18:])); plain != 0 && plain != n {
			z, err := zlib.NewReader(bytes.NewReader(raw))
			if err != nil {
				return nil, errDamaged
			}
			if raw, err = io.ReadAll(io.LimitReader(z, maxBlock)); err != nil {
				return nil, errDamaged
			}
		}
	}
	const internal = 2
	if s.mixed && id&internal == 0 {
		for i, b := range raw {
			raw[i] = unmix[b]
		}
	}
	return raw, nil
}

// blocks reads the blocks of a node's data, limit bytes at most.
func (s *store) blocks(id uint64, limit int) ([][]byte, error) {
	if id == 0 {
		return nil, nil
	}
	var out [][]byte
	total := 0
	var read func(id uint64, level int) error
	read = func(id uint64, level int) error {
		b, err := s.block(id)
		if err != nil {
			return err
		}
		const internal, list = 2, 1
		if id&internal == 0 || len(b) < 8 || b[0] != list {
			if total += len(b); total > limit {
				return errTooBig
			}
			out = append(out, b)
			return nil
		}
		if int(b[1]) >= level {
			return errDamaged
		}
		w := s.width()
		for i := range int(binary.LittleEndian.Uint16(b[2:])) {
			at := 8 + i*w
			if at+w > len(b) {
				return errDamaged
			}
			if err := read(s.number(b[at:]), int(b[1])); err != nil {
				return err
			}
		}
		return nil
	}
	return out, read(id, 3)
}

// subnodes reads what belongs to a node (MS-PST 2.2.2.8.3.3).
func (s *store) subnodes(id uint64) (map[uint32]node, error) {
	out := map[uint32]node{}
	if id == 0 {
		return out, nil
	}
	w := s.width()
	start := 4
	if s.shape.wide {
		start = 8
	}
	var read func(id uint64, level int) error
	read = func(id uint64, level int) error {
		b, err := s.block(id)
		if err != nil {
			return err
		}
		const nodes = 2
		if len(b) < start || b[0] != nodes || int(b[1]) >= level {
			return errDamaged
		}
		size := 3 * w
		if b[1] > 0 {
			size = 2 * w
		}
		for i := range int(binary.LittleEndian.Uint16(b[2:])) {
			at := start + i*size
			if at+size > len(b) || len(out) > maxSubnodes {
				return errDamaged
			}
			if b[1] > 0 {
				if err := read(s.number(b[at+w:]), int(b[1])); err != nil {
					return err
				}
				continue
			}
			id := uint32(s.number(b[at:]))
			out[id] = node{id: id, data: s.number(b[at+w:]), sub: s.number(b[at+2*w:])}
		}
		return nil
	}
	return out, read(id, 2)
}

// unmix undoes the permutation of a block's bytes (MS-PST 5.1, the table
// mpbbI).
var unmix = [256]byte{
	0x47, 0xf1, 0xb4, 0xe6, 0x0b, 0x6a, 0x72, 0x48, 0x85, 0x4e, 0x9e, 0xeb, 0xe2, 0xf8, 0x94, 0x53,
	0xe0, 0xbb, 0xa0, 0x02, 0xe8, 0x5a, 0x09, 0xab, 0xdb, 0xe3, 0xba, 0xc6, 0x7c, 0xc3, 0x10, 0xdd,
	0x39, 0x05, 0x96, 0x30, 0xf5, 0x37, 0x60, 0x82, 0x8c, 0xc9, 0x13, 0x4a, 0x6b, 0x1d, 0xf3, 0xfb,
	0x8f, 0x26, 0x97, 0xca, 0x91, 0x17, 0x01, 0xc4, 0x32, 0x2d, 0x6e, 0x31, 0x95, 0xff, 0xd9, 0x23,
	0xd1, 0x00, 0x5e, 0x79, 0xdc, 0x44, 0x3b, 0x1a, 0x28, 0xc5, 0x61, 0x57, 0x20, 0x90, 0x3d, 0x83,
	0xb9, 0x43, 0xbe, 0x67, 0xd2, 0x46, 0x42, 0x76, 0xc0, 0x6d, 0x5b, 0x7e, 0xb2, 0x0f, 0x16, 0x29,
	0x3c, 0xa9, 0x03, 0x54, 0x0d, 0xda, 0x5d, 0xdf, 0xf6, 0xb7, 0xc7, 0x62, 0xcd, 0x8d, 0x06, 0xd3,
	0x69, 0x5c, 0x86, 0xd6, 0x14, 0xf7, 0xa5, 0x66, 0x75, 0xac, 0xb1, 0xe9, 0x45, 0x21, 0x70, 0x0c,
	0x87, 0x9f, 0x74, 0xa4, 0x22, 0x4c, 0x6f, 0xbf, 0x1f, 0x56, 0xaa, 0x2e, 0xb3, 0x78, 0x33, 0x50,
	0xb0, 0xa3, 0x92, 0xbc, 0xcf, 0x19, 0x1c, 0xa7, 0x63, 0xcb, 0x1e, 0x4d, 0x3e, 0x4b, 0x1b, 0x9b,
	0x4f, 0xe7, 0xf0, 0xee, 0xad, 0x3a, 0xb5, 0x59, 0x04, 0xea, 0x40, 0x55, 0x25, 0x51, 0xe5, 0x7a,
	0x89, 0x38, 0x68, 0x52, 0x7b, 0xfc, 0x27, 0xae, 0xd7, 0xbd, 0xfa, 0x07, 0xf4, 0xcc, 0x8e, 0x5f,
	0xef, 0x35, 0x9c, 0x84, 0x2b, 0x15, 0xd5, 0x77, 0x34, 0x49, 0xb6, 0x12, 0x0a, 0x7f, 0x71, 0x88,
	0xfd, 0x9d, 0x18, 0x41, 0x7d, 0x93, 0xd8, 0x58, 0x2c, 0xce, 0xfe, 0x24, 0xaf, 0xde, 0xb8, 0x36,
	0xc8, 0xa1, 0x80, 0xa6, 0x99, 0x98, 0xa8, 0x2f, 0x0e, 0x81, 0x65, 0x73, 0xe4, 0xc2, 0xa2, 0x8a,
	0xd4, 0xe1, 0x11, 0xd0, 0x08, 0x8b, 0x2a, 0xf2, 0xed, 0x9a, 0x64, 0x3f, 0xc1, 0x6c, 0xf9, 0xec,
}
