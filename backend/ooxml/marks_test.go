package ooxml_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/ooxml"
)

// pieces opens a file and returns its features as "kind: text (value)", after
// checking that each stands where it says.
func pieces(t *testing.T, name string, data []byte) ([]string, mark.SourceInfo) {
	t.Helper()
	src, err := ooxml.Parser{}.Open(context.Background(), mark.File{Name: name, Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var out []string
	for _, f := range src.Info().Features {
		page, err := src.Page(context.Background(), f.Page)
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Text[f.Start:f.End]; got != f.Text {
			t.Errorf("%q stands where %q should", got, f.Text)
		}
		out = append(out, fmt.Sprintf("%s: %s (%s)", f.Kind, f.Text, f.Value))
	}
	return out, src.Info()
}

func TestTrackedChangesCommentsAndNotesAreToldApart(t *testing.T) {
	got, info := pieces(t, "a.docx", word(t, map[string]string{
		"_rels/.rels": `<Relationships><Relationship Type="x/officeDocument" Target="word/document.xml"/><Relationship Type="x/core-properties" Target="core.xml"/></Relationships>`,
		"core.xml":    `<cp><dc:title xmlns:dc="d">Lease</dc:title><dc:creator xmlns:dc="d">A. Clerk</dc:creator></cp>`,
		"word/document.xml": `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>The fee is </w:t></w:r>
			<w:ins w:author="Ann Lee" w:date="2021-03-04T10:00:00Z"><w:r><w:t>six</w:t></w:r></w:ins>
			<w:del w:author="Ann Lee" w:date="2021-03-04T10:00:00Z"><w:r><w:delText>five</w:delText></w:r></w:del>
			<w:r><w:t> pounds</w:t><w:footnoteReference w:id="2"/></w:r></w:p>
			<w:p><w:ins w:author="Nobody"/></w:p><w:p><w:r><w:t>` + "x\uFDD0y" + `</w:t></w:r></w:p></w:body></w:document>`,
		"word/_rels/document.xml.rels": rels("footnotes", "comments"),
		"word/footnotes.xml":           `<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>Net of tax.</w:t></w:r></w:p></w:footnote></w:footnotes>`,
		"word/comments.xml":            `<w:comments xmlns:w="w"><w:comment w:author="Bob" w:date="2021-03-05T00:00:00Z"><w:p><w:r><w:t>Too much?</w:t></w:r></w:p></w:comment></w:comments>`,
	}))
	want := []string{
		"insertion: six (Ann Lee, 2021-03-04)",
		"footnote: [1] Net of tax. (1)",
		"comment: Comment by Bob: Too much? (Bob, 2021-03-05)",
		"deletion: Deleted by Ann Lee, 2021-03-04: five (Ann Lee, 2021-03-04)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("features\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if info.Title != "Lease" || info.Meta.Author != "A. Clerk" {
		t.Errorf("properties: %+v", info)
	}
}

func TestHiddenSheetsAndFormulasAreTold(t *testing.T) {
	got, info := pieces(t, "a.xlsx", word(t, map[string]string{
		"_rels/.rels":                `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="Fees" sheetId="1" r:id="a"/><sheet name="Real fees" state="veryHidden" sheetId="2" r:id="b"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="a" Type="x/worksheet" Target="s1.xml"/><Relationship Id="b" Type="x/worksheet" Target="s2.xml"/></Relationships>`,
		"xl/s1.xml":                  `<worksheet><sheetData><row><c r="A1"><v>2</v></c><c r="B1"><f>SUM(A1:A9)</f><v>3</v></c></row></sheetData></worksheet>`,
		"xl/s2.xml":                  `<worksheet><cols><col hidden="1"/></cols><sheetData><row hidden="1"><c r="C7"><f>'Fees'!B1*2</f><v>6</v></c></row></sheetData></worksheet>`,
	}))
	if want := []string{"formula: 3 (Fees!B1 =SUM(A1:A9))", "formula: 6 (Real fees!C7 ='Fees'!B1*2)"}; !slices.Equal(got, want) {
		t.Errorf("features %q, want %q", got, want)
	}
	want := []string{"The sheet Real fees is hidden in the workbook; it was read.", "The sheet Real fees has hidden rows or columns; they were read."}
	if !slices.Equal(info.Notes, want) {
		t.Errorf("notes %q, want %q", info.Notes, want)
	}
}

func TestHiddenSlidesAndCommentsAreTold(t *testing.T) {
	got, info := pieces(t, "a.pptx", word(t, map[string]string{
		"_rels/.rels":                      `<Relationships><Relationship Type="x/officeDocument" Target="ppt/presentation.xml"/></Relationships>`,
		"ppt/presentation.xml":             `<p:presentation xmlns:p="p" xmlns:r="r"><p:sldIdLst><p:sldId id="256" r:id="one"/></p:sldIdLst></p:presentation>`,
		"ppt/_rels/presentation.xml.rels":  `<Relationships><Relationship Id="one" Type="x/slide" Target="slides/slide1.xml"/></Relationships>`,
		"ppt/slides/slide1.xml":            `<p:sld xmlns:p="p" xmlns:a="a" show="0"><p:sp><p:txBody><a:p><a:r><a:t>Plan</a:t></a:r></a:p></p:txBody></p:sp></p:sld>`,
		"ppt/slides/_rels/slide1.xml.rels": `<Relationships><Relationship Id="c" Type="x/comments" Target="../comments/c.xml"/></Relationships>`,
		"ppt/comments/c.xml":               `<p:cmLst xmlns:p="p"><p:cm dt="2020-01-02T03:04:05"><p:text>Drop this.</p:text></p:cm></p:cmLst>`,
	}))
	if want := []string{"comment: Comment: Drop this. (2020-01-02)"}; !slices.Equal(got, want) {
		t.Errorf("features %q, want %q", got, want)
	}
	if want := []string{"Hidden slides were read too: 1."}; !slices.Equal(info.Notes, want) {
		t.Errorf("notes %q, want %q", info.Notes, want)
	}
}
