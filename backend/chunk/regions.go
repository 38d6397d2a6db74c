package chunk

import (
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"markai/backend/letters"
)

// earlier stands over the passages of a message that are quoted from earlier
// ones: an answer must not take them for what the message says.
const earlier = "Earlier message"

// maxHead bounds a message's own head in bytes.
const maxHead = 16 << 10

// quoted returns the pieces of a message's text that are quoted from earlier
// ones. head is the text of the pages before; the message's own head comes
// first in it, or in text where there is none. open tells that this head has
// not ended yet.
func quoted(head, text string) (regions []letters.Range, open bool) {
	all := head + text
	body := strings.Index(all[:min(len(all), maxHead)], "\n\n")
	if body < 0 {
		open, body = len(all) < maxHead, 0
	}
	var out []letters.Range
	for _, r := range letters.Quoted(all[body:]) {
		r.Start, r.End = r.Start+body-len(head), r.End+body-len(head)
		if r.End > 0 {
			out = append(out, letters.Range{Start: max(0, r.Start), End: r.End})
		}
	}
	return out, open
}

// table is the table that a place stands in, if any.
type table struct {
	header string // its first row, which names the columns
	cells  int    // that each row has
	rows   int    // read so far
}

const (
	maxHeaderRow = 200 // bytes of a row that names columns
	maxColumn    = 50  // bytes of a column's name
)

// read returns the table after a line. Cells stand between tabs; rows of one
// table have the same number of them.
func (t table) read(line string) table {
	cells := strings.Count(strings.Trim(line, "\r\n"), "\t") + 1
	switch {
	case cells == 1:
		return table{}
	case t.rows > 0 && cells == t.cells:
		t.rows++
		return t
	}
	return table{header: headerRow(line), cells: cells, rows: 1}
}

// over returns the names of the columns over a row that is not the first of
// its table; it is empty where the first names none.
func (t table) over(line string) string {
	if t.rows == 0 || t.header == "" || strings.Count(strings.Trim(line, "\r\n"), "\t")+1 != t.cells {
		return ""
	}
	return t.header
}

// headerRow returns a row as the names of columns, or "" if it is no such row:
// each cell must be short, and none a number.
func headerRow(line string) string {
	if len(line) > 4*maxHeaderRow {
		return ""
	}
	var names []string
	for cell := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
		cell = strings.Join(strings.Fields(cell), " ")
		if cell == "" {
			continue
		}
		first, _ := utf8.DecodeRuneInString(cell)
		if len(cell) > maxColumn || !unicode.IsLetter(first) || endsSentence(cell) {
			return ""
		}
		names = append(names, cell)
	}
	if len(names) < 2 {
		return ""
	}
	s := strings.Join(names, " | ")
	if len(s) > maxHeaderRow {
		return ""
	}
	return s
}

func endsSentence(s string) bool { return strings.IndexByte(".;,:", s[len(s)-1]) >= 0 }

// said tells how a line of a transcript begins: 'Q' and 'A' for a question and
// its answer, after the number of the line; 0 for anything else.
func said(line string) byte {
	line = strings.TrimLeft(line, "0123456789 \t·")
	if len(line) > 2 && (line[0] == 'Q' || line[0] == 'A') && (line[1] == '.' || line[1] == ':') && (line[2] == ' ' || line[2] == '\t') {
		return line[0]
	}
	return 0
}

// transcript reports whether a text holds questions and answers. A line of a
// contract may begin with "A. ", but none with "Q. ".
func transcript(window string) bool {
	q, a := false, false
	for line := range strings.SplitSeq(window, "\n") {
		switch said(line) {
		case 'Q':
			q = true
		case 'A':
			a = true
		}
		if q && a {
			return true
		}
	}
	return false
}

// bounds returns where the regions of a text begin and end, ascending.
func bounds(regions []letters.Range) []int {
	var out []int
	for _, r := range regions {
		out = append(out, r.Start, r.End)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// within reports whether the byte at i lies in one of the regions, which ascend.
func within(regions []letters.Range, i int) bool {
	k := sort.Search(len(regions), func(k int) bool { return regions[k].End > i })
	return k < len(regions) && regions[k].Start <= i
}
