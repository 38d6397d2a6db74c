package msdoc_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/msdoc"
)

// run is a piece of text as it lies in the file.
type run struct {
	text    string
	wide    bool
	deleted bool
}

// word writes a document of 1997 to 2003: its main text in runs, and what
// follows it, each in one run.
func word(flags uint16, main []run, footnotes, comments string) []byte {
	stream := make([]byte, 1024)
	u16 := func(at int, v uint16) { binary.LittleEndian.PutUint16(stream[at:], v) }
	u32 := func(at int, v int) { binary.LittleEndian.PutUint32(stream[at:], uint32(v)) }
	u16(0, 0xA5EC)
	u16(0x0A, flags)
	count := 0
	for _, r := range main {
		count += len([]rune(r.text))
	}
	u32(0x4C, count)
	u32(0x50, len([]rune(footnotes)))
	u32(0x5C, len([]rune(comments)))
	var positions, descriptions, offsets, ends []byte
	var deleted []bool
	at := 0
	for _, r := range append(append([]run(nil), main...), run{text: footnotes}, run{text: comments}) {
		positions = binary.LittleEndian.AppendUint32(positions, uint32(at))
		at += len([]rune(r.text))
		fc := uint32(len(stream))*2 | 0x40000000
		offsets = binary.LittleEndian.AppendUint32(offsets, uint32(len(stream)))
		if r.wide {
			fc = uint32(len(stream))
			for _, c := range utf16.Encode([]rune(r.text)) {
				stream = binary.LittleEndian.AppendUint16(stream, c)
			}
		} else {
			stream = append(stream, r.text...)
		}
		ends = binary.LittleEndian.AppendUint32(nil, uint32(len(stream)))
		deleted = append(deleted, r.deleted)
		descriptions = append(descriptions, 0, 0)
		descriptions = binary.LittleEndian.AppendUint32(descriptions, fc)
		descriptions = append(descriptions, 0, 0)
	}
	positions = binary.LittleEndian.AppendUint32(positions, uint32(at))
	// A page of properties: the runs that are deleted.
	for len(stream)%512 != 0 {
		stream = append(stream, 0)
	}
	page := make([]byte, 512)
	copy(page, append(offsets, ends...))
	rgb := len(offsets) + 4
	copy(page[400:], []byte{3, 0x00, 0x08, 1}) // sprmCFRMarkDel on
	for i, d := range deleted {
		if d {
			page[rgb+i] = 200
		}
	}
	page[511] = byte(len(deleted))
	number := len(stream) / 512
	stream = append(stream, page...)
	clx := []byte{1, 2, 0, 9, 9, 2}
	clx = binary.LittleEndian.AppendUint32(clx, uint32(len(positions)+len(descriptions)))
	clx = append(append(clx, positions...), descriptions...)
	chpx := binary.LittleEndian.AppendUint32(nil, 0)
	chpx = binary.LittleEndian.AppendUint32(chpx, 1<<30)
	chpx = binary.LittleEndian.AppendUint32(chpx, uint32(number))
	u32(0x1A2, 0)
	u32(0x1A6, len(clx))
	u32(0xFA, len(clx))
	u32(0xFE, len(chpx))
	return marktest.Compound(map[string][]byte{"WordDocument": stream, "0Table": append(clx, chpx...)})
}

func open(t testing.TB, data []byte) (string, mark.SourceInfo, error) {
	t.Helper()
	out, err := marktest.Open(t, msdoc.Parser{}, "a.doc", "", string(data))
	return out.Text, out.Info, err
}

func TestTextIsReadPieceByPiece(t *testing.T) {
	data := word(0, []run{
		{text: "Lease of \x93Mill House\x94\r"},
		{text: "§ 2 Rent – 1,000 €\r", wide: true},
		{text: "Due \x13 REF date \\h \x141 May\x15."},
		{text: " Void.", deleted: true},
		{text: "\rItem\x07Sum\x07\x07Rent\x0710\x07\x07End\x0b\x01line\r"},
	}, "Net of tax.\r", "Check.\r")
	text, info, err := open(t, data)
	if err != nil {
		t.Fatal(err)
	}
	want := "Lease of “Mill House”\n§ 2 Rent – 1,000 €\nDue 1 May.\nItem\tSum\t\nRent\t10\t\nEnd\nline\n\nFootnotes\n\nNet of tax.\n\nComments\n\nCheck."
	if text != want {
		t.Errorf("read %q, want %q", text, want)
	}
	if len(info.Notes) != 1 || !strings.Contains(info.Notes[0], "deletions were left out") {
		t.Errorf("notes: %q", info.Notes)
	}
	var kinds []mark.FeatureKind
	for _, f := range info.Features {
		kinds = append(kinds, f.Kind)
	}
	if len(kinds) != 2 || kinds[0] != mark.FeatureFootnote || kinds[1] != mark.FeatureComment || info.Features[0].Text != "Net of tax." {
		t.Errorf("features: %+v", info.Features)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	whole := word(0, []run{{text: "x\r"}}, "", "")
	for name, c := range map[string]struct {
		data []byte
		code mark.Code
	}{
		"encrypted":  {word(0x0100, []run{{text: "x"}}, "", ""), mark.Unsupported},
		"cut":        {whole[:len(whole)/2], mark.Damaged},
		"other":      {marktest.Compound(map[string][]byte{"Workbook": {1}}), mark.Unsupported},
		"no table":   {marktest.Compound(map[string][]byte{"WordDocument": append([]byte{0xEC, 0xA5}, make([]byte, 1000)...)}), mark.Damaged},
		"no text":    {marktest.Compound(map[string][]byte{"WordDocument": {0xEC, 0xA5}}), mark.Unsupported},
		"saved fast": {marktest.Compound(map[string][]byte{"WordDocument": append([]byte{0xDC, 0xA5, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0}, make([]byte, 200)...)}), mark.Unsupported},
	} {
		if _, _, err := open(t, c.data); mark.CodeOf(err) != c.code || err == nil {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// TestCorpus reads the real files of a folder that is not part of the program.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of files")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.doc"))
	if err != nil || len(files) == 0 {
		t.Skip("the folder has no .doc file")
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text, info, err := open(t, data)
		if err != nil || len(strings.Fields(text)) < 5 {
			t.Errorf("%s: %d words, %v", filepath.Base(f), len(strings.Fields(text)), err)
		}
		t.Logf("%s: %d pages, notes %q: %.300q", filepath.Base(f), info.Pages, info.Notes, text)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(word(0, []run{{text: "Lease\r"}, {text: "ü", wide: true}, {text: "gone", deleted: true}}, "note", "comment"))
	f.Add(word(0x0204, []run{{text: "\x13\x14\x15\x07\x07"}}, "", ""))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, _, err := open(t, data); err != nil && mark.CodeOf(err) == mark.Internal {
			t.Errorf("no sentence for people: %v", err)
		}
	})
}
