package export

import (
	"fmt"
	"io"
	"strings"
)

// Word writes the paper as a Word document (.docx). The number of a source is a
// link to it. Errors are those of w.
func Word(w io.Writer, p Paper) error {
	var b strings.Builder
	b.WriteString(`<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`)
	for _, x := range p.blocks() {
		if x.kind == table {
			wordTable(&b, x.rows)
			continue
		}
		wordParagraph(&b, x)
	}
	page := `w:w="12240" w:h="15840"`
	if p.Answer.Survey != nil {
		page = `w:w="15840" w:h="12240" w:orient="landscape"` // five columns need the width
	}
	b.WriteString(`<w:sectPr><w:pgSz ` + page + `/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" w:header="720" w:footer="720" w:gutter="0"/></w:sectPr></w:body></w:document>`)
	return pack(w, []part{
		{"[Content_Types].xml", contentTypes([2]string{"/word/document.xml", "wordprocessingml.document.main"}, [2]string{"/word/styles.xml", "wordprocessingml.styles"})},
		{"_rels/.rels", rels([2]string{"officeDocument", "word/document.xml"})},
		{"word/_rels/document.xml.rels", rels([2]string{"styles", "styles.xml"})},
		{"word/styles.xml", wordStyles()},
		{"word/document.xml", b.String()},
	})
}

var wordStyle = map[blockKind]string{title: "Title", small: "Small", heading: "Heading1", body: "Normal", quotation: "Quote"}

func wordParagraph(b *strings.Builder, x block) {
	direction := ""
	if x.fromRight() {
		direction = `<w:bidi/>`
	}
	b.WriteString(`<w:p><w:pPr><w:pStyle w:val="` + wordStyle[x.kind] + `"/>` + direction + `</w:pPr>`)
	if x.anchor > 0 {
		fmt.Fprintf(b, `<w:bookmarkStart w:id="%d" w:name="source%d"/><w:bookmarkEnd w:id="%d"/>`, x.anchor, x.anchor, x.anchor)
	}
	for _, r := range x.runs {
		if r.source > 0 {
			fmt.Fprintf(b, `<w:hyperlink w:anchor="source%d">`, r.source)
		}
		b.WriteString(`<w:r>` + wordRun(r))
		b.WriteString(`<w:t xml:space="preserve">` + escaped(r.text) + `</w:t></w:r>`)
		if r.source > 0 {
			b.WriteString(`</w:hyperlink>`)
		}
	}
	b.WriteString(`</w:p>`)
}

// wordRun is how a run is set, where it is set otherwise than its paragraph.
func wordRun(r run) string {
	set := ""
	switch {
	case r.struck:
		set = `<w:strike/>`
	case r.bold:
		set = `<w:b/>`
	case r.source > 0:
		set = `<w:color w:val="1F5C63"/>`
	}
	if runsFromRight(r.text) {
		set += `<w:rtl/>`
	}
	if set == "" {
		return ""
	}
	return `<w:rPr>` + set + `</w:rPr>`
}

// wordWidths are of the columns of a survey, in twentieths of a point.
var wordWidths = [5]int{2900, 1900, 2000, 1160, 5000}

func wordTable(b *strings.Builder, rows [][]string) {
	b.WriteString(`<w:tbl><w:tblPr><w:tblW w:w="12960" w:type="dxa"/><w:tblBorders><w:top w:val="single" w:sz="4" w:color="B8B8B0"/><w:bottom w:val="single" w:sz="4" w:color="B8B8B0"/><w:insideH w:val="single" w:sz="4" w:color="D8D8D2"/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>`)
	for _, width := range wordWidths {
		fmt.Fprintf(b, `<w:gridCol w:w="%d"/>`, width)
	}
	b.WriteString(`</w:tblGrid>`)
	for i, row := range rows {
		b.WriteString(`<w:tr><w:trPr><w:cantSplit/>`)
		if i == 0 {
			b.WriteString(`<w:tblHeader/>`)
		}
		b.WriteString(`</w:trPr>`)
		for j, cell := range row {
			fmt.Fprintf(b, `<w:tc><w:tcPr><w:tcW w:w="%d" w:type="dxa"/></w:tcPr>`, wordWidths[j])
			wordParagraph(b, block{kind: body, runs: []run{{text: cell, bold: i == 0}}})
			b.WriteString(`</w:tc>`)
		}
		b.WriteString(`</w:tr>`)
	}
	b.WriteString(`</w:tbl>`)
}

func wordStyles() string {
	style := func(id, name, paragraph, run string) string {
		return `<w:style w:type="paragraph" w:styleId="` + id + `"><w:name w:val="` + name + `"/><w:basedOn w:val="Normal"/><w:pPr>` + paragraph + `</w:pPr><w:rPr>` + run + `</w:rPr></w:style>`
	}
	return `<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">` +
		`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:pPr><w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/><w:sz w:val="22"/></w:rPr></w:style>` +
		style("Title", "Title", `<w:spacing w:after="60"/>`, `<w:b/><w:sz w:val="32"/>`) +
		style("Heading1", "heading 1", `<w:keepNext/><w:spacing w:before="280" w:after="80"/><w:outlineLvl w:val="0"/>`, `<w:b/><w:sz w:val="24"/>`) +
		style("Small", "Small", ``, `<w:color w:val="5A5A55"/><w:sz w:val="18"/>`) +
		style("Quote", "Quote", `<w:ind w:left="420"/>`, `<w:rFonts w:ascii="Cambria" w:hAnsi="Cambria"/><w:sz w:val="21"/>`) +
		`</w:styles>`
}
