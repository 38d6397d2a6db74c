package ooxml_test

import (
	"archive/zip"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/ooxml"
)

const (
	head = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	tail = `</w:body></w:document>`
)

// word packs parts into a container as Word does.
func word(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rels points from the main part to the others by their usual names.
func rels(kinds ...string) string {
	var out strings.Builder
	out.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, k := range kinds {
		out.WriteString(`<Relationship Id="` + k + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + strings.TrimRight(k, "0123456789") + `" Target="` + k + `.xml"/>`)
	}
	return out.String() + `</Relationships>`
}

// read opens the bytes and returns the text of all pages.
func read(t testing.TB, name string, data []byte) (string, mark.SourceInfo, error) {
	t.Helper()
	src, err := ooxml.Parser{}.Open(context.Background(), mark.File{Name: name, Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		return "", mark.SourceInfo{}, err
	}
	defer src.Close()
	var out strings.Builder
	for n := 1; n <= src.Info().Pages; n++ {
		p, err := src.Page(context.Background(), n)
		if err != nil {
			t.Fatal(err)
		}
		out.WriteString(p.Text)
	}
	return out.String(), src.Info(), nil
}

func TestTheBodyReadsAsPrinted(t *testing.T) {
	p := func(s string) string { return `<w:p><w:r><w:t xml:space="preserve">` + s + `</w:t></w:r></w:p>` }
	for _, c := range []struct{ name, body, want string }{
		{"paragraphs", p("One") + `<w:p/>` + p("Two &amp; three"), "One\n\nTwo & three\n\n"},
		{"runs join", `<w:p><w:r><w:t>in</w:t></w:r><w:r><w:t>demnify</w:t></w:r></w:p>`, "indemnify\n\n"},
		{"breaks and tabs", `<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r></w:p>`, "a\tb\nc\n\n"},
		{"page break", `<w:p><w:r><w:t>a</w:t></w:r></w:p><w:p><w:r><w:br w:type="page"/></w:r></w:p>` + p("b"), "a\n\n\fb\n\n"},
		{"page break before", p("a") + `<w:p><w:pPr><w:pageBreakBefore/></w:pPr><w:r><w:t>b</w:t></w:r></w:p>`, "a\n\n\fb\n\n"},
		{"table", `<w:tbl><w:tr><w:tc>` + p("Fee") + `</w:tc><w:tc>` + p("$5") + p("a day") + `</w:tc></w:tr><w:tr><w:tc>` + p("Due") + `</w:tc><w:tc><w:p/></w:tc></w:tr></w:tbl>` + p("End"), "Fee\t$5\na day\nDue\n\nEnd\n\n"},
		{"nested table", `<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>` + p("in") + `</w:tc><w:tc>` + p("side") + `</w:tc></w:tr></w:tbl></w:tc><w:tc>` + p("out") + `</w:tc></w:tr></w:tbl>`, "in\tside\tout\n\n"},
		{"tracked changes", `<w:p><w:r><w:t>The fee is </w:t></w:r><w:del><w:r><w:delText>five</w:delText></w:r></w:del><w:ins><w:r><w:t>six</w:t></w:r></w:ins></w:p>`, "The fee is six\n\nTracked deletions\n\nDeleted: five\n\n"},
		{"fields show their result", `<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGEREF x </w:instrText></w:r><w:r><w:t>7</w:t></w:r></w:p>`, "7\n\n"},
		{"one of two alternatives", `<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>` + p("box") + `</w:txbxContent></mc:Choice><mc:Fallback>` + p("box") + `</mc:Fallback></mc:AlternateContent><w:t>text</w:t></w:r></w:p>`, "box\n\ntext\n\n"},
		{"check boxes", `<w:p><w:r><w:sym w:font="Wingdings" w:char="F0FE"/><w:t> yes</w:t></w:r></w:p>`, "☒ yes\n\n"},
	} {
		got, info, err := read(t, "a.docx", word(t, map[string]string{"word/document.xml": head + c.body + tail}))
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got, err, c.want)
		}
		if noted := len(info.Notes) > 0; noted != (c.name == "tracked changes") {
			t.Errorf("%s: notes %q", c.name, info.Notes)
		}
	}
}

func TestNumbersStandAsWordShowsThem(t *testing.T) {
	item := func(num, level, s string) string {
		return `<w:p><w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="` + num + `"/></w:numPr></w:pPr><w:r><w:t>` + s + `</w:t></w:r></w:p>`
	}
	numbering := `<w:numbering xmlns:w="x"><w:abstractNum w:abstractNumId="0">
		<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="ARTICLE %1."/></w:lvl>
		<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>
		<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/></w:lvl></w:abstractNum>
		<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="·"/></w:lvl></w:abstractNum>
		<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
		<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num></w:numbering>`
	styles := `<w:styles xmlns:w="x"><w:style w:styleId="Base"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>
		<w:style w:styleId="Child"><w:basedOn w:val="Base"/></w:style></w:styles>`
	body := item("1", "0", "Term") + item("1", "1", "Start") + item("1", "1", "End") + item("1", "2", "early") + item("1", "2", "late") +
		item("1", "0", "Fees") + item("1", "1", "Rate") + item("3", "0", "Notices") +
		`<w:p><w:pPr><w:pStyle w:val="Child"/></w:pPr><w:r><w:t>point</w:t></w:r></w:p>` + item("0", "0", "plain")
	got, _, err := read(t, "a.docx", word(t, map[string]string{
		"word/document.xml": head + body + tail, "word/_rels/document.xml.rels": rels("numbering", "styles"),
		"word/numbering.xml": numbering, "word/styles.xml": styles,
	}))
	want := "ARTICLE I. Term\n\n1.1 Start\n\n1.2 End\n\n(a) early\n\n(b) late\n\nARTICLE II. Fees\n\n2.1 Rate\n\nARTICLE IX. Notices\n\n• point\n\nplain\n\n"
	if err != nil || got != want {
		t.Errorf("got  %q, %v\nwant %q", got, err, want)
	}
}

func TestNotesCommentsHeadersAndTitleAreRead(t *testing.T) {
	got, info, err := read(t, "a.docx", word(t, map[string]string{
		"_rels/.rels":                  `<Relationships><Relationship Type="x/officeDocument" Target="/word/document.xml"/><Relationship Type="x/core-properties" Target="docProps/core.xml"/></Relationships>`,
		"docProps/core.xml":            `<cp:coreProperties xmlns:cp="a" xmlns:dc="b"><dc:title>Lease  of Premises</dc:title></cp:coreProperties>`,
		"word/document.xml":            head + `<w:p><w:r><w:t>Rent</w:t><w:footnoteReference w:id="2"/></w:r></w:p>` + tail,
		"word/_rels/document.xml.rels": rels("footnotes", "comments", "header1", "header2", "footer1"),
		"word/header1.xml":             `<w:hdr><w:p><w:r><w:t>Case No. 1</w:t></w:r></w:p></w:hdr>`,
		"word/header2.xml":             `<w:hdr><w:p><w:r><w:t>Case No. 1</w:t></w:r></w:p></w:hdr>`,
		"word/footer1.xml":             `<w:ftr><w:p><w:r><w:t>Draft</w:t></w:r></w:p></w:ftr>`,
		"word/footnotes.xml":           `<w:footnotes><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>x</w:t></w:r></w:p></w:footnote><w:footnote w:id="2"><w:p><w:r><w:t>Net of tax.</w:t></w:r></w:p></w:footnote></w:footnotes>`,
		"word/comments.xml":            `<w:comments><w:comment w:id="0" w:author="J. Doe"><w:p><w:r><w:t>Check this.</w:t></w:r></w:p></w:comment></w:comments>`,
	}))
	want := "Case No. 1\n\nRent[1]\n\nFootnotes\n\n[1] Net of tax.\n\nComments\n\nComment by J. Doe: Check this.\n\nPage footers\n\nDraft\n\n"
	if err != nil || got != want || info.Title != "Lease of Premises" || info.Kind != mark.KindWord {
		t.Errorf("got %q, %+v, %v", got, info, err)
	}
}

func TestBrokenFilesSayWhatIsWrong(t *testing.T) {
	whole := word(t, map[string]string{"word/document.xml": head + tail})
	for _, c := range []struct {
		name string
		data []byte
		code mark.Code
	}{
		{"not a container", []byte("PK\x03\x04 and no more"), mark.Damaged},
		{"truncated", whole[:len(whole)/2], mark.Damaged},
		{"no document inside", word(t, map[string]string{"a.txt": "x"}), mark.Unsupported},
		{"broken at once", word(t, map[string]string{"word/document.xml": "<w:document"}), mark.Damaged},
		{"unpacks to more than the limit", word(t, map[string]string{"word/document.xml": head + strings.Repeat(" ", 65<<20) + tail}), mark.TooBig},
		{"paragraphs without end", word(t, map[string]string{"word/document.xml": strings.Repeat("<w:p>", 2000)}), mark.TooBig},
	} {
		_, _, err := read(t, "a.docx", c.data)
		if mark.CodeOf(err) != c.code || err == nil {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestADocumentThatBreaksOffKeepsWhatCameBefore(t *testing.T) {
	for name, c := range map[string]struct{ rest, want, note string }{
		"in a paragraph":  {`<w:p><w:r><w:t>Half <`, "Whole.\n\nHalf\n\n", "breaks off"},
		"in a deletion":   {`<w:p><w:r><w:t>Half</w:t></w:r><w:del><w:r><w:delText>gone`, "Whole.\n\nHalf\n\n", "breaks off"},
		"in a properties": {`<w:p><w:r><w:t>Half</w:t></w:r><w:r><w:rPr><w:b/>`, "Whole.\n\nHalf\n\n", "breaks off"},
	} {
		got, info, err := read(t, "a.docx", word(t, map[string]string{"word/document.xml": head + `<w:p><w:r><w:t>Whole.</w:t></w:r></w:p>` + c.rest}))
		if err != nil || got != c.want || !strings.Contains(strings.Join(info.Notes, " "), c.note) {
			t.Errorf("%s: got %q, %q, %v", name, got, info.Notes, err)
		}
	}
}

func TestOpeningStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	data := word(t, map[string]string{"word/document.xml": head + tail})
	_, err := ooxml.Parser{}.Open(ctx, mark.File{Name: "a.docx", Size: int64(len(data)), Data: bytes.NewReader(data)})
	if ctx.Err() == nil || err == nil {
		t.Errorf("got %v", err)
	}
}

func TestTheNameOrThePartsMakeAWordDocument(t *testing.T) {
	for _, c := range []struct {
		name, head string
		want       int
	}{
		{"a.docx", "PK\x03\x04", 90}, {"A.DOCX", "PK\x03\x04", 90}, {"a", "PK\x03\x04..word/document.xml", 70},
		{"a.xlsx", "PK\x03\x04", 80}, {"a.pptx", "PK\x03\x04", 80}, {"a.zip", "PK\x03\x04", 0}, {"a.docx", "%PDF-", 0}, {"a.docx", "", 0},
	} {
		if got := (ooxml.Parser{}).Score(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s %q: %d, want %d", c.name, c.head, got, c.want)
		}
	}
}

func TestAWorkbookIsItsRows(t *testing.T) {
	got, info, err := read(t, "a.xlsx", word(t, map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="Fees" sheetId="1" r:id="a"/><sheet name="Empty" sheetId="2" r:id="b"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="b" Type="x/worksheet" Target="/xl/worksheets/sheet2.xml"/><Relationship Id="c" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="d" Type="x/styles" Target="styles.xml"/></Relationships>`,
		"xl/sharedStrings.xml":       `<sst><si><t>Party</t></si><si><r><t>Acme </t></r><r><t>Corp</t></r><rPh><t>x</t></rPh></si></sst>`,
		"xl/styles.xml":              `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="yyyy\-mm\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<worksheet><sheetData><row><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Due</t></is></c></row>
			<row/><row><c r="A3" t="s"><v>1</v></c><c r="B3"><f>1+1</f><v>2.5</v></c><c r="C3" s="1"><v>43831</v></c><c r="D3" s="2"><v>43831.5</v></c><c r="E3" t="b"><v>1</v></c></row>
			<row><c r="B4"><v>7</v></c></row></sheetData></worksheet>`,
		"xl/worksheets/sheet2.xml": `<worksheet/>`,
	}))
	want := "Fees\n\nParty\t\tDue\nAcme Corp\t2.5\t2020-01-01\t2020-01-01 12:00\tTRUE\n\t7\n\fEmpty\n\n"
	if err != nil || got != want || info.Pages != 2 || info.Kind != mark.KindText {
		t.Errorf("got  %q, %+v, %v\nwant %q", got, info, err, want)
	}
}

func TestAPresentationIsItsSlidesInOrder(t *testing.T) {
	slide := func(s string) string {
		return `<p:sld><p:sp><p:txBody><a:p><a:pPr/><a:r><a:rPr/><a:t>` + s + `</a:t></a:r></a:p></p:txBody></p:sp></p:sld>`
	}
	got, info, err := read(t, "a.pptx", word(t, map[string]string{
		"_rels/.rels":                      `<Relationships><Relationship Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>`,
		"ppt/presentation.xml":             `<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="two"/><p:sldId id="257" r:id="one"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels":  `<Relationships><Relationship Id="one" Type="x/slide" Target="slides/slide1.xml"/><Relationship Id="two" Type="x/slide" Target="slides/slide2.xml"/></Relationships>`,
		"ppt/slides/slide1.xml":            slide("last"),
		"ppt/slides/slide2.xml":            slide("first"),
		"ppt/slides/_rels/slide2.xml.rels": `<Relationships><Relationship Id="n" Type="x/notesSlide" Target="../notes/n.xml"/></Relationships>`,
		"ppt/notes/n.xml":                  slide("say hello"),
	}))
	want := "Slide 1\n\nfirst\n\nNotes\n\nsay hello\n\n\fSlide 2\n\nlast\n\n"
	if err != nil || got != want || info.Pages != 2 {
		t.Errorf("got  %q, %+v, %v\nwant %q", got, info, err, want)
	}
}

// TestCorpus reads the office files of a folder named by MARKAI_CORPUS.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of documents")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.???x"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no office files in %s: %v", dir, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.HasPrefix(data, []byte("\xd0\xcf")) {
			continue // encrypted
		}
		text, info, err := read(t, name, data)
		if err != nil || strings.TrimSpace(text) == "" {
			t.Errorf("%s: %d bytes, %v", filepath.Base(name), len(text), err)
		}
		t.Logf("%s: %d pages, %d bytes, title %q, notes %q", filepath.Base(name), info.Pages, len(text), info.Title, info.Notes)
		if testing.Verbose() && os.Getenv("MARKAI_SHOW") != "" {
			t.Log(text)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(head+`<w:p><w:r><w:t>x</w:t></w:r></w:p>`+tail), []byte(`<w:styles/>`), []byte(`<w:numbering/>`))
	f.Add([]byte(`<w:tbl><w:tr><w:tc></w:tbl></w:tr><w:p></w:p></w:p>`), []byte(`<`), []byte(`<w:num w:numId="1"/>`))
	f.Add([]byte(`<w:p><w:pPr><w:numPr><w:ilvl w:val="99"/><w:numId w:val="1"/></w:numPr></w:pPr><w:t>a`), []byte(``),
		[]byte(`<w:numbering><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="8"><w:start w:val="-9"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%9%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`))
	f.Fuzz(func(t *testing.T, document, styles, numbering []byte) {
		text, _, err := read(t, "a.docx", word(t, map[string]string{
			"word/document.xml": string(document), "word/styles.xml": string(styles), "word/numbering.xml": string(numbering),
			"word/_rels/document.xml.rels": rels("styles", "numbering", "footnotes"), "word/footnotes.xml": string(document),
		}))
		if err == nil && !utf8.ValidString(text) {
			t.Errorf("text is not UTF-8: %q", text)
		}
	})
}

// FuzzSheets gives a workbook's parts to the parser.
func FuzzSheets(f *testing.F) {
	f.Add([]byte(`<worksheet><row><c r="ZZZZ9" t="s" s="1"><v>0</v></c></row></worksheet>`), []byte(`<sst><si><t>x</t></si></sst>`), []byte(`<styleSheet><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>`))
	f.Add([]byte(`<c t="b"><v>1</v></c></row><c s="-1"><v>1e99</v>`), []byte(`<sst><rPh>`), []byte(`<`))
	f.Fuzz(func(t *testing.T, sheet, shared, styles []byte) {
		text, _, err := read(t, "a.xlsx", word(t, map[string]string{
			"_rels/.rels":                `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
			"xl/workbook.xml":            `<workbook><sheets><sheet name="S" r:id="a"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="x/worksheet" Target="s.xml"/><Relationship Type="x/sharedStrings" Target="t.xml"/></Relationships>`,
			"xl/s.xml":                   string(sheet), "xl/t.xml": string(shared), "xl/styles.xml": string(styles),
		}))
		if err == nil && !utf8.ValidString(text) {
			t.Errorf("text is not UTF-8: %q", text)
		}
	})
}

// FuzzContainer gives the container itself to the parser.
func FuzzContainer(f *testing.F) {
	f.Add(word(f, map[string]string{"word/document.xml": head + tail}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		ooxml.Parser{}.Score("a.docx", data)
		_, _, _ = read(t, "a.docx", data)
	})
}
