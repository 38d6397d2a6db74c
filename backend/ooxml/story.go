package ooxml

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	mark "markai/backend"
)

// story collects the text of parts in the order of reading.
type story struct {
	lists   *lists
	notes   map[string]int // the number shown for each footnote and endnote
	revised bool           // tracked changes were met
	marks   marks
	deleted []deletion

	inserting int // insertions that are open
	kept      int // bytes of deleted text
	out       strings.Builder
	paras     []*para // open paragraphs: a text box stands inside one
	tables    []*table
}

// deletion is text that a tracked change takes out.
type deletion struct{ who, text string }

// para is a paragraph while it is read.
type para struct {
	text       strings.Builder
	style      string
	num, level string // of the list that it is an item of
	pageBefore bool
}

// table is a table while it is read. Its depth is its place in story.tables.
type table struct {
	cells []string
	cell  strings.Builder
}

// take returns what was collected and starts afresh.
func (s *story) take() string {
	text := s.out.String()
	s.out.Reset()
	s.paras, s.tables = nil, nil
	return text
}

// takeUnique is take without the paragraphs that repeat: the headers of the
// first and of the following pages are often the same.
func (s *story) takeUnique() string {
	seen := map[string]bool{}
	var out strings.Builder
	for p := range strings.SplitSeq(s.take(), "\n\n") {
		if p = strings.Trim(p, "\n"); strings.TrimSpace(p) != "" && !seen[p] {
			seen[p] = true
			out.WriteString(p + "\n\n")
		}
	}
	return out.String()
}

// part adds the text of one part. A part that is not there adds nothing but
// errMissing.
func (s *story) part(ctx context.Context, p *pack, name string) error {
	d, c, err := p.open(ctx, name, maxPart)
	if err != nil {
		return err
	}
	defer c.Close()
	err = s.walk(d)
	for len(s.paras) > 0 { // of a part that breaks off
		s.endPara()
	}
	for len(s.tables) > 0 {
		s.endRow()
		s.endTable()
	}
	return err
}

// walk reads d to its end.
func (s *story) walk(d *xml.Decoder) error {
	inText := false
	for {
		tok, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := tok.(type) {
		case xml.CharData:
			if inText {
				s.write(unmarked(string(t)))
			}
		case xml.StartElement:
			inText = t.Name.Local == "t"
			if err := s.start(d, t); err != nil {
				return err
			}
		case xml.EndElement:
			inText = false
			s.end(t.Name.Local)
		}
		if s.out.Len() > maxText || len(s.paras)+len(s.tables) > maxDepth {
			return errTooBig
		}
	}
}

// start begins an element. Elements that show nothing are skipped whole.
func (s *story) start(d *xml.Decoder, t xml.StartElement) error {
	switch t.Name.Local {
	case "p":
		s.paras = append(s.paras, &para{})
	case "pPr":
		return s.properties(d)
	case "rPr", "sectPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sdtPr", "instrText", "delText", "Fallback", "tblGrid", "rt":
		return skip(d)
	case "moveFrom":
		s.revised = true
		return skip(d)
	case "del":
		s.revised = true
		return s.delete(d, t)
	case "ins", "moveTo":
		s.revised = true
		if len(s.paras) > 0 {
			s.write(s.marks.begin(mark.FeatureInsertion, byWhom(t)))
			s.inserting++
		}
	case "br":
		if attr(t, "type") == "page" {
			s.write("\f")
		} else {
			s.write("\n")
		}
	case "cr":
		s.write("\n")
	case "tab", "ptab":
		s.write("\t")
	case "noBreakHyphen":
		s.write("\u2011")
	case "sym":
		s.write(symbol(attr(t, "char")))
	case "footnoteReference":
		s.reference("f" + attr(t, "id"))
	case "endnoteReference":
		s.reference("e" + attr(t, "id"))
	case "footnote", "endnote":
		if kind := attr(t, "type"); kind != "" && kind != "normal" {
			return skip(d) // the line above the notes
		}
		s.open(s.marks.paragraph(mark.FeatureFootnote, strconv.Itoa(s.number(t.Name.Local[:1]+attr(t, "id")))))
		s.open("[" + strconv.Itoa(s.number(t.Name.Local[:1]+attr(t, "id"))) + "] ")
	case "comment":
		s.open(s.marks.paragraph(mark.FeatureComment, byWhom(t)))
		if who := attr(t, "author"); who != "" {
			s.open("Comment by " + who + ": ")
		} else {
			s.open("Comment: ")
		}
	case "tbl":
		s.tables = append(s.tables, &table{})
	}
	return nil
}

// byWhom says who made a change or comment, and when.
func byWhom(t xml.StartElement) string {
	who, when := attr(t, "author"), attr(t, "date")
	if day, _, ok := strings.Cut(when, "T"); ok {
		when = day
	}
	return strings.Trim(unmarked(who)+", "+unmarked(when), ", ")
}

// deletionsMax bounds the bytes of deleted text that are kept.
const deletionsMax = 1 << 20

// delete reads what a tracked change takes out, to its end.
func (s *story) delete(d *xml.Decoder, t xml.StartElement) error {
	var text strings.Builder
	in := false
	for depth := 1; depth > 0; {
		tok, err := d.RawToken()
		if err != nil {
			return broken(err)
		}
		switch e := tok.(type) {
		case xml.StartElement:
			depth++
			in = e.Name.Local == "delText" || e.Name.Local == "t"
		case xml.EndElement:
			depth--
			in = false
		case xml.CharData:
			if in && s.kept < deletionsMax {
				text.WriteString(unmarked(string(e)))
				s.kept += len(e)
			}
		}
	}
	if gone := strings.Join(strings.Fields(text.String()), " "); gone != "" {
		s.deleted = append(s.deleted, deletion{byWhom(t), gone})
	}
	return nil
}

// deletions lists what tracked changes take out, each a paragraph, and starts
// afresh.
func (s *story) deletions() string {
	if len(s.deleted) == 0 {
		return ""
	}
	var out strings.Builder
	out.WriteString("Tracked deletions\n\n")
	for _, d := range s.deleted {
		out.WriteString(s.marks.paragraph(mark.FeatureDeletion, d.who))
		if d.who != "" {
			out.WriteString("Deleted by " + d.who + ": ")
		} else {
			out.WriteString("Deleted: ")
		}
		out.WriteString(d.text + "\n\n")
	}
	s.deleted = nil
	return out.String()
}

// end ends an element.
func (s *story) end(name string) {
	switch name {
	case "ins", "moveTo":
		if s.inserting > 0 && len(s.paras) > 0 {
			s.write(string(markEnd))
			s.inserting--
		}
	case "p":
		if len(s.paras) > 0 {
			s.endPara()
		}
	case "tc":
		if n := len(s.tables); n > 0 {
			t := s.tables[n-1]
			t.cells = append(t.cells, strings.Trim(t.cell.String(), "\n"))
			t.cell.Reset()
		}
	case "tr":
		if len(s.tables) > 0 {
			s.endRow()
		}
	case "tbl":
		if len(s.tables) > 0 {
			s.endTable()
		}
	}
}

// open writes the mark that the next paragraph begins with.
func (s *story) open(label string) { s.container().WriteString(label) }

// write adds running text to the paragraph that is open.
func (s *story) write(text string) {
	if n := len(s.paras); n > 0 {
		s.paras[n-1].text.WriteString(text)
	}
}

// container is where a finished paragraph goes: the cell that is open or the
// document.
func (s *story) container() *strings.Builder {
	if n := len(s.tables); n > 0 {
		return &s.tables[n-1].cell
	}
	return &s.out
}

// endPara finishes the innermost paragraph.
func (s *story) endPara() {
	n := len(s.paras) - 1
	p := s.paras[n]
	s.paras = s.paras[:n]
	text := strings.TrimRight(p.text.String(), " \t\n")
	out := s.container()
	if p.pageBefore && out.Len() > 0 && len(s.tables) == 0 {
		out.WriteByte('\f')
	}
	if strings.Trim(anyMark.ReplaceAllString(text, ""), "\f") == "" {
		out.WriteString(text)
		return // an empty paragraph takes no number either
	}
	out.WriteString(s.lists.label(p.style, p.num, p.level))
	out.WriteString(text)
	if len(s.tables) > 0 {
		out.WriteByte('\n')
	} else {
		out.WriteString("\n\n")
	}
}

// endRow finishes the row of the innermost table.
func (s *story) endRow() {
	t := s.tables[len(s.tables)-1]
	if rest := strings.Trim(t.cell.String(), "\n"); rest != "" {
		t.cells = append(t.cells, rest)
	}
	row := strings.TrimRight(strings.Join(t.cells, "\t"), "\t\n ")
	t.cells = nil
	t.cell.Reset()
	if row != "" {
		s.outer().WriteString(row + "\n")
	}
}

// endTable finishes the innermost table.
func (s *story) endTable() {
	out := s.outer()
	s.tables = s.tables[:len(s.tables)-1]
	if len(s.tables) == 0 {
		out.WriteByte('\n')
	}
}

// outer is where the rows of the innermost table go.
func (s *story) outer() *strings.Builder {
	if n := len(s.tables); n > 1 {
		return &s.tables[n-2].cell
	}
	return &s.out
}

// reference writes the number of a note into the text.
func (s *story) reference(key string) {
	s.write("[" + strconv.Itoa(s.number(key)) + "]")
}

// number returns the number shown for a note: notes count as they are met.
func (s *story) number(key string) int {
	if _, ok := s.notes[key]; !ok {
		s.notes[key] = len(s.notes) + 1
	}
	return s.notes[key]
}

// properties reads a paragraph's properties to their end.
func (s *story) properties(d *xml.Decoder) error {
	p := &para{}
	if n := len(s.paras); n > 0 {
		p = s.paras[n-1]
	}
	for depth := 1; depth > 0; {
		tok, err := d.RawToken()
		if err != nil {
			return broken(err)
		}
		switch t := tok.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			depth++
			switch t.Name.Local {
			case "pStyle":
				p.style = attr(t, "val")
			case "numId":
				p.num = attr(t, "val")
			case "ilvl":
				p.level = attr(t, "val")
			case "pageBreakBefore":
				v := attr(t, "val")
				p.pageBefore = v != "0" && v != "false"
			case "pPrChange": // what the properties were before a tracked change
				depth--
				if err := skip(d); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// skip reads over the element that was just begun.
func skip(d *xml.Decoder) error {
	for depth := 1; depth > 0; {
		tok, err := d.RawToken()
		if err != nil {
			return broken(err)
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

// broken turns the end of a part inside an element into a syntax error.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// attr returns an attribute whatever its namespace.
func attr(t xml.StartElement, name string) string {
	for _, a := range t.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// symbol returns the character for a code of the Wingdings and Symbol fonts.
func symbol(code string) string {
	switch strings.ToUpper(code) {
	case "F0FE", "F0FD", "F053", "F078":
		return "☒"
	case "F0A8", "F06F", "F071", "F072":
		return "☐"
	case "F0FC", "F050":
		return "✓"
	case "F0B7", "F0A7":
		return "•"
	case "F0E0":
		return "→"
	}
	return ""
}
