package loadfile

import (
	"bufio"
	"errors"
	"io"
	"iter"
	"strings"
	"unicode/utf8"
)

// ErrNone says that a file is no load file of this kind.
var ErrNone = errors.New("loadfile: not a load file")

// errRow says that a row does not end.
var errRow = errors.New("loadfile: a row is too long")

// The characters that Concordance sets between and around values, as its
// manual gives them.
const (
	concordanceColumn = '\x14'
	concordanceQuote  = 'þ'
	concordanceBreak  = '®'
)

// Table is an open table of records.
type Table struct {
	Fields []string // their names, as they stand in the first line
	r      *bufio.Reader
	quote  rune // 0: none
	column rune
	err    error // what ended the rows too early
}

// ReadTable reads the first line of a table: Concordance's own delimiters, or
// others where the names of the fields leave no doubt. It returns ErrNone for
// what is no load file.
func ReadTable(r io.Reader) (*Table, error) {
	t := &Table{r: decoded(r)}
	first, _, err := t.r.ReadRune()
	if err != nil {
		return nil, ErrNone
	}
	if err := t.r.UnreadRune(); err != nil {
		return nil, err
	}
	head, _ := t.r.Peek(sample)
	line, _, _ := strings.Cut(string(head), "\n")
	switch first {
	case concordanceQuote, '^', '"', '~':
		t.quote = first
		_, after, ok := strings.Cut(line[utf8.RuneLen(first):], string(first))
		if !ok || strings.TrimRight(after, "\r") == "" {
			return nil, ErrNone
		}
		t.column, _ = utf8.DecodeRuneInString(after)
	default:
		for _, c := range []rune{concordanceColumn, '|', '\t', ',', ';'} {
			if strings.ContainsRune(line, c) {
				t.column = c
				break
			}
		}
	}
	if t.column == 0 || t.column == t.quote || t.column >= '0' && t.column <= '9' || t.column == '\r' {
		return nil, ErrNone
	}
	names, err := t.row()
	if err != nil {
		return nil, ErrNone
	}
	certain := t.column == concordanceColumn
	roles := map[role]bool{}
	for i, n := range names {
		names[i] = strings.TrimSpace(n)
		roles[roleOf(n)] = true
	}
	t.Fields = names
	if len(names) < 2 && !certain || !roles[roleFirst] && !roles[roleID] || !certain && !roles[roleLast] && !roles[roleNative] && !roles[roleText] && !roles[roleParent] {
		return nil, ErrNone
	}
	return t, nil
}

// Rows yields the values of each row, with its number from 1. A row may have
// fewer or more values than there are fields. Lines inside a value are parted
// by line feeds. An error ends the rows; Err tells it.
func (t *Table) Rows() iter.Seq2[int, []string] {
	return func(yield func(int, []string) bool) {
		for n := 1; ; {
			row, err := t.row()
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.err = err
				}
				return
			}
			if len(row) == 1 && strings.TrimSpace(row[0]) == "" {
				continue
			}
			if !yield(n, row) {
				return
			}
			n++
		}
	}
}

// Err returns why the rows ended before their file did, or that it ends inside
// a value; nil where all were read.
func (t *Table) Err() error { return t.err }

// row reads one row.
func (t *Table) row() ([]string, error) {
	var (
		out    []string
		b      strings.Builder
		quoted bool
		began  bool // the value has begun
		total  int
	)
	take := func() {
		if len(out) < maxFields {
			out = append(out, b.String())
		}
		b.Reset()
		began = false
	}
	for {
		c, n, err := t.r.ReadRune()
		if err != nil {
			if total == 0 {
				return nil, err
			}
			if quoted {
				t.err = io.ErrUnexpectedEOF
			}
			take()
			return out, nil
		}
		if total += n; total > maxRow {
			return nil, errRow
		}
		switch {
		case !began && !quoted && c == t.quote && t.quote != 0:
			quoted, began = true, true
			continue
		case quoted && c == t.quote && t.closes():
			quoted = false
			continue
		case quoted && c == concordanceBreak && t.quote == concordanceQuote:
			c = '\n'
		case !quoted && c == t.column:
			take()
			continue
		case !quoted && (c == '\n' || c == '\r'):
			if c == '\r' {
				if next, _ := t.r.Peek(1); len(next) == 1 && next[0] == '\n' {
					continue
				}
			}
			take()
			return out, nil
		case c == '\r':
			continue // lines inside a value end as lines do elsewhere
		}
		began = true
		if b.Len() < maxValue {
			b.WriteRune(c)
		}
	}
}

// closes reports whether a quotation mark that was just read ends its value.
// One that is followed by anything but a delimiter belongs to the value; two
// in a row are one where the mark is the usual one.
func (t *Table) closes() bool {
	c, _, err := t.r.ReadRune()
	if err != nil {
		return true
	}
	if t.quote == '"' && c == '"' {
		return false // this one is kept, the other was taken
	}
	if err := t.r.UnreadRune(); err != nil {
		return true
	}
	return c == t.column || c == '\n' || c == '\r'
}
