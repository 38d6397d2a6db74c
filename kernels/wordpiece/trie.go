package wordpiece

import (
	"cmp"
	"slices"
)

// token is a piece of a word: its bytes, and whether it continues one.
type token struct {
	text  string
	inner bool
	id    int32
}

// A trie holds the pieces by their bytes, as a double array (Aoe, "An efficient
// digital search algorithm by using a double-array structure", 1989) in which
// a node's children lie at base XOR byte, all in one block of 256 cells.
type trie struct{ cells []cell }

type cell struct {
	base   uint32 // where children lie
	parent int32  // whose child this is; -1 where the cell is free
	id     int32  // of the token that ends here, or -1
}

// The roots: of pieces that begin a word, and of those that continue one.
const (
	outerRoot = 0
	innerRoot = 1
	block     = 256
)

// cut appends the tokens of a word: the longest that begins it, then the
// longest that continues it, and so on, or unknown where there is none.
func (t trie) cut(dst []int32, word []byte, unknown int32) []int32 {
	start, root := len(dst), int32(outerRoot)
	cells := t.cells
	for len(word) > 0 {
		node, id, length := root, int32(-1), 0
		for i, b := range word {
			next := cells[node].base ^ uint32(b)
			c := &cells[next]
			if c.parent != node {
				break
			}
			node = int32(next)
			if c.id >= 0 {
				id, length = c.id, i+1
			}
		}
		if id < 0 {
			return append(dst[:start], unknown)
		}
		dst = append(dst, id)
		word, root = word[length:], innerRoot
	}
	return dst
}

// newTrie builds the trie of tokens; of equal ones the last in their order counts.
func newTrie(tokens []token) trie {
	slices.SortStableFunc(tokens, func(a, b token) int {
		if a.inner != b.inner {
			if b.inner {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.text, b.text)
	})
	b := builder{}
	b.grow()
	b.take(outerRoot, -2)
	b.take(innerRoot, -2)
	first := slices.IndexFunc(tokens, func(t token) bool { return t.inner })
	if first < 0 {
		first = len(tokens)
	}
	b.add(outerRoot, tokens[:first], 0)
	b.add(innerRoot, tokens[first:], 0)
	return trie{b.cells}
}

// builder finds room for the nodes of a trie.
type builder struct {
	cells []cell
	free  []int // cells of each block that are free
	open  []int // blocks worth trying
	tries []int // how often a block was tried in vain
}

// add puts what follows the first depth bytes of tokens, which are sorted and
// share these, below node.
func (b *builder) add(node int32, tokens []token, depth int) {
	for len(tokens) > 0 && len(tokens[0].text) == depth {
		b.cells[node].id = tokens[0].id
		tokens = tokens[1:]
	}
	if len(tokens) == 0 {
		return
	}
	var bytes []byte
	for _, t := range tokens {
		if c := t.text[depth]; len(bytes) == 0 || bytes[len(bytes)-1] != c {
			bytes = append(bytes, c)
		}
	}
	base := b.room(bytes)
	b.cells[node].base = base
	for _, c := range bytes {
		b.take(base^uint32(c), node)
	}
	for _, c := range bytes {
		n := 0
		for n < len(tokens) && tokens[n].text[depth] == c {
			n++
		}
		b.add(int32(base^uint32(c)), tokens[:n], depth+1)
		tokens = tokens[n:]
	}
}

// room returns a base below which the children for bytes are free.
func (b *builder) room(bytes []byte) uint32 {
	for at := 0; at < len(b.open); at++ {
		n := b.open[at]
		if b.free[n] >= len(bytes) {
			for i := range uint32(block) {
				base := uint32(n)*block + i
				if !slices.ContainsFunc(bytes, func(c byte) bool { return b.cells[base^uint32(c)].parent != -1 }) {
					return base
				}
			}
		}
		if b.tries[n]++; b.free[n] == 0 || b.tries[n] > 32 {
			b.open = slices.Delete(b.open, at, at+1)
			at--
		}
	}
	b.grow()
	return uint32(len(b.cells) - block)
}

func (b *builder) grow() {
	b.open = append(b.open, len(b.free))
	b.free, b.tries = append(b.free, block), append(b.tries, 0)
	for range block {
		b.cells = append(b.cells, cell{parent: -1, id: -1})
	}
}

func (b *builder) take(at uint32, parent int32) {
	b.cells[at].parent = parent
	b.free[at/block]--
}
