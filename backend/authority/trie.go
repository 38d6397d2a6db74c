package authority

import "strings"

// trie finds names that may be spaced freely after a period and at a space:
// "N.Y.S.2d" also reads "N. Y. S. 2d". It is built once and then only read.
type trie struct {
	nodes []node
	root  [256]int32
}

type node struct {
	edges []branch
	value int32 // plus one; zero for no name
}

type branch struct {
	letter byte // a space stands for any white space, also none
	to     int32
}

// add enters a name with a value and returns the value that it has, which is
// another one if the name was there.
func (t *trie) add(name string, value int) int {
	if len(t.nodes) == 0 {
		t.nodes = make([]node, 1)
	}
	at := int32(0)
	for _, c := range []byte(spelling(name)) {
		at = t.step(at, c)
	}
	if n := &t.nodes[at]; n.value == 0 {
		n.value = int32(value) + 1
	}
	return int(t.nodes[at].value) - 1
}

// spelling puts a space wherever white space may be.
func spelling(name string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(name, ".", ". ")), " ")
}

func (t *trie) step(at int32, c byte) int32 {
	if to := t.child(at, c); to != 0 {
		return to
	}
	to := int32(len(t.nodes))
	t.nodes = append(t.nodes, node{})
	t.nodes[at].edges = append(t.nodes[at].edges, branch{c, to})
	if at == 0 {
		t.root[c] = to
	}
	return to
}

func (t *trie) child(at int32, c byte) int32 {
	if at == 0 {
		return t.root[c]
	}
	for _, e := range t.nodes[at].edges {
		if e.letter == c {
			return e.to
		}
	}
	return 0
}

// each calls found for every name that begins at text[at:], with its value
// and the offset of its end. Scanned text may have commas for the periods of
// a name, as in "U,S,"; one that is followed by white space counts only after
// one that is not.
func (t *trie) each(text string, at int, found func(value, end int)) {
	t.walk(text, at, 0, false, found)
}

func (t *trie) walk(text string, at int, n int32, commas bool, found func(value, end int)) {
	for {
		if n != 0 {
			if v := t.nodes[n].value; v != 0 {
				found(int(v)-1, at)
			}
			if to := t.child(n, ' '); to != 0 {
				t.walk(text, skipSpace(text, at), to, commas, found)
			}
		}
		if at >= len(text) || text[at] == ' ' {
			return
		}
		to := t.child(n, text[at])
		if to == 0 && n != 0 && text[at] == ',' && (commas || at+1 < len(text) && isAlnum(text[at+1])) {
			to, commas = t.child(n, '.'), true
		}
		if to == 0 {
			return
		}
		n = to
		at++
	}
}

// wide is how many spaces in a row, without a line break, part the columns of
// a table and not the words of a sentence.
const wide = 3

// skipSpace returns the offset of the first byte from at that is not white
// space, or at itself if the white space parts paragraphs or columns.
func skipSpace(text string, at int) int {
	lines, n := 0, 0
	for i := at; ; n++ {
		switch {
		case i < len(text) && (text[i] == ' ' || text[i] == '\t' || text[i] == '\r'):
			i++
		case i < len(text) && text[i] == '\n':
			lines++
			i++
		case i+1 < len(text) && text[i] == 0xC2 && text[i+1] == 0xA0: // no-break space
			i += 2
		case lines > 1 || lines == 0 && n >= wide:
			return at
		default:
			return i
		}
	}
}

// backSpace returns the offset after the last byte before at that is not
// white space, under the rule of skipSpace.
func backSpace(text string, at int) int {
	lines, n := 0, 0
	for i := at; ; n++ {
		switch {
		case i > 0 && (text[i-1] == ' ' || text[i-1] == '\t' || text[i-1] == '\r'):
			i--
		case i > 0 && text[i-1] == '\n':
			lines++
			i--
		case i > 1 && text[i-2] == 0xC2 && text[i-1] == 0xA0:
			i -= 2
		case lines > 1 || lines == 0 && n >= wide:
			return at
		default:
			return i
		}
	}
}
