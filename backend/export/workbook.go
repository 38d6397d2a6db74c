package export

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Workbook writes the paper as a workbook (.xlsx): of a survey a row for each
// document, of another answer a row for each sentence and source, and a second
// sheet that says what was asked and searched. Every cell is text: none is ever
// read as a formula. Errors are those of w.
func Workbook(w io.Writer, p Paper) error {
	return pack(w, []part{
		{"[Content_Types].xml", contentTypes(
			[2]string{"/xl/workbook.xml", "spreadsheetml.sheet.main"}, [2]string{"/xl/worksheets/sheet1.xml", "spreadsheetml.worksheet"},
			[2]string{"/xl/worksheets/sheet2.xml", "spreadsheetml.worksheet"}, [2]string{"/xl/styles.xml", "spreadsheetml.styles"})},
		{"_rels/.rels", rels([2]string{"officeDocument", "xl/workbook.xml"})},
		{"xl/_rels/workbook.xml.rels", rels([2]string{"worksheet", "worksheets/sheet1.xml"}, [2]string{"worksheet", "worksheets/sheet2.xml"}, [2]string{"styles", "styles.xml"})},
		{"xl/workbook.xml", `<workbook xmlns="` + spreadsheet + `" xmlns:r="` + relationships + `"><sheets><sheet name="Answer" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/></sheets></workbook>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + spreadsheet + `"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf fontId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf fontId="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>`},
		{"xl/worksheets/sheet1.xml", sheet(p.rows(), []int{34, 34, 26, 14, 90}, true)},
		{"xl/worksheets/sheet2.xml", sheet(p.aboutRows(), []int{16, 110}, false)},
	})
}

const (
	spreadsheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	mostInCell  = 32_767 // UTF-16 units that Excel takes
)

// rows are those of the first sheet, its head first.
func (p Paper) rows() [][]string {
	a := p.Answer
	if a.Survey != nil {
		out := [][]string{columns[:]}
		for _, r := range a.Survey.Rows {
			cells := p.cells(r)
			out = append(out, cells[:])
		}
		return out
	}
	out := [][]string{{"Sentence", "Verdict", "Document", "Place", "Quotation"}}
	for _, s := range a.Sentences {
		if len(s.Citations) == 0 {
			out = append(out, []string{s.Text, string(s.Verdict), "", "", s.Note})
		}
		for i, n := range s.Citations {
			if n < 0 || n >= len(a.Citations) {
				continue
			}
			c := a.Citations[n]
			row := []string{"", "", p.name(c.Document, c.Name), p.place(c), oneLine(c.Quote)}
			if i == 0 {
				row[0], row[1] = oneLine(s.Text), string(s.Verdict)
			}
			out = append(out, row)
		}
	}
	if len(a.Sentences) == 0 {
		out = append(out, []string{a.Text, "", "", "", ""})
	}
	return out
}

func (p Paper) aboutRows() [][]string {
	out := [][]string{{"Question", p.Question}, {"About", p.about()}, {"Searched", p.searched()}}
	if p.Answer.Survey != nil {
		for _, b := range p.sentences() {
			var text strings.Builder
			for _, r := range b.runs {
				text.WriteString(r.text)
			}
			out = append(out, []string{"Counted", text.String()})
		}
	}
	for _, b := range p.findings() {
		text := ""
		for _, r := range b.runs {
			text += r.text
		}
		out = append(out, []string{"Besides", text})
	}
	for _, text := range p.found() {
		out = append(out, []string{"Found by", text})
	}
	return append(out, []string{"Note", p.advice()})
}

func sheet(rows [][]string, widths []int, head bool) string {
	var b strings.Builder
	b.WriteString(`<worksheet xmlns="` + spreadsheet + `">`)
	if head {
		b.WriteString(`<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	}
	b.WriteString(`<cols>`)
	for i, width := range widths {
		fmt.Fprintf(&b, `<col min="%d" max="%d" width="%d" customWidth="1"/>`, i+1, i+1, width)
	}
	b.WriteString(`</cols><sheetData>`)
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, cell := range row {
			style := 0
			if head && i == 0 || !head && j == 0 {
				style = 1
			}
			fmt.Fprintf(&b, `<c r="%c%d" s="%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, 'A'+j, i+1, style, escaped(short(cell)))
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData>`)
	if head && len(rows) > 1 {
		fmt.Fprintf(&b, `<autoFilter ref="A1:%c%d"/>`, 'A'+len(rows[0])-1, len(rows))
	}
	b.WriteString(`</worksheet>`)
	return b.String()
}

// short cuts a cell that Excel would refuse.
func short(s string) string {
	if len(s) <= mostInCell {
		return s // never more UTF-16 units than bytes
	}
	cut := mostInCell - len("…")
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}
