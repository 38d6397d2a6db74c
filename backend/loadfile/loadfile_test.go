package loadfile_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"markai/backend/loadfile"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"
)

// row writes values as Concordance does.
func row(values ...string) string {
	return "þ" + strings.Join(values, "þ\x14þ") + "þ\r\n"
}

// dat is a table of two documents: a message and what is attached to it.
func dat() string {
	return row("BEGBATES", "ENDBATES", "BEGATTACH", "ENDATTACH", "CUSTODIAN", "FROM", "TO", "SUBJECT", "DATESENT", "TIMESENT", "FILENAME", "NATIVELINK", "TEXTLINK", "MD5HASH", "Confidentiality") +
		row("ABC0001", "ABC0002", "ABC0001", "ABC0005", "Doe, Jane", "jane@example.com", "Roe, Rick; ben@example.com", "Léase®of 2027", "05/31/2026", "14:05:00", "", `NATIVES\001\ABC0001.msg`, `TEXT\001\ABC0001.txt`, "AB12", "AEO") +
		row("ABC0003", "ABC0005", "ABC0001", "ABC0005", "Doe, Jane", "", "", "", "", "", "Lease þ 2027.pdf", "", "The text\r\nitself.", "", "")
}

func table(t testing.TB, raw []byte) ([]string, []loadfile.Record) {
	t.Helper()
	tab, err := loadfile.ReadTable(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out []loadfile.Record
	for n, values := range tab.Rows() {
		out = append(out, tab.Record(n, values))
	}
	return tab.Fields, out
}

func TestATableReadsInEveryEncoding(t *testing.T) {
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(dat())
	if err != nil {
		t.Fatal(err)
	}
	bare, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String(dat())
	if err != nil {
		t.Fatal(err)
	}
	big, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(dat())
	if err != nil {
		t.Fatal(err)
	}
	ansi, err := charmap.Windows1252.NewEncoder().String(dat())
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{"UTF-8": dat(), "with a mark": "\ufeff" + dat(), "UTF-16": utf16, "UTF-16 without a mark": bare, "UTF-16 big": big, "Windows-1252": ansi} {
		fields, got := table(t, []byte(raw))
		if len(fields) != 15 || fields[0] != "BEGBATES" || len(got) != 2 {
			t.Errorf("%s: %q, %d records", name, fields, len(got))
			continue
		}
		r := got[0]
		if r.First != "ABC0001" || r.Last != "ABC0002" || r.Parent != "" || r.Native != `NATIVES\001\ABC0001.msg` || r.Text != `TEXT\001\ABC0001.txt` || r.Hash != "ab12" {
			t.Errorf("%s: %+v", name, r)
		}
		m := r.Meta
		if m.Custodian != "Doe, Jane" || m.BatesFirst != "ABC0001" || m.BatesLast != "ABC0002" || m.Date != "2026-05-31" || m.Fields["Confidentiality"] != "AEO" || m.Mail == nil ||
			m.Mail.Subject != "Léase\nof 2027" || !slices.Equal(m.Mail.To, []string{"Roe, Rick", "ben@example.com"}) || m.Mail.Sent.Format(time.RFC3339) != "2026-05-31T14:05:00Z" {
			t.Errorf("%s: %+v %+v", name, m, m.Mail)
		}
		if r := got[1]; r.Parent != "ABC0001" || r.Name != "Lease þ 2027.pdf" || r.Body != "The text\nitself." || r.Meta.Mail != nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestATableThatBreaksOffSaysSo(t *testing.T) {
	unplugged := errors.New("unplugged")
	for name, c := range map[string]struct {
		r    io.Reader
		rows int
		ends bool // too early
	}{
		"whole":                   {strings.NewReader(dat()), 2, false},
		"without its last break":  {strings.NewReader(strings.TrimSpace(dat())), 2, false},
		"inside a value":          {strings.NewReader(dat() + "þABC0006þ\x14þABC00"), 3, true},
		"on a disk that goes":     {io.MultiReader(strings.NewReader(dat()), iotest.ErrReader(unplugged)), 2, true},
		"with a row without end":  {io.MultiReader(strings.NewReader(dat()+"þ"), strings.NewReader(strings.Repeat("𝒙", 17<<20)), strings.NewReader("þ\r\n"+dat())), 2, true},
		"in names without values": {strings.NewReader(row("BEGBATES", "ENDBATES")), 0, false},
	} {
		tab, err := loadfile.ReadTable(c.r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows := 0
		for range tab.Rows() {
			rows++
		}
		if rows != c.rows || (tab.Err() != nil) != c.ends {
			t.Errorf("%s: %d rows, then %v", name, rows, tab.Err())
		}
	}
}

func TestOtherDelimitersAreFound(t *testing.T) {
	for name, raw := range map[string]string{
		"commas":   "\"Beg Bates\",\"End Bates\",\"File Name\"\n\"A1\",\"A2\",\"say \"\"yes\"\", then\"\n",
		"carets":   "^Beg Bates^|^End Bates^|^File Name^\n^A1^|^A2^|^say \"yes\", then^\n",
		"bare":     "Beg Bates|End Bates|File Name\nA1|A2|say \"yes\", then",
		"no quote": "Beg Bates\x14End Bates\x14File Name\nA1\x14A2\x14say \"yes\", then\n\n",
	} {
		_, got := table(t, []byte(raw))
		if len(got) != 1 || got[0].First != "A1" || got[0].Last != "A2" || got[0].Name != `say "yes", then` {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestOtherFilesAreNoTables(t *testing.T) {
	for _, raw := range []string{"", "þ", "Dear Ben,\nthe lease, as agreed, ends.\n", "name,date\nx,y\n", "\"a\"", "\x00\x01\x02", "þaþ", "date,bates\n"} {
		if _, err := loadfile.ReadTable(strings.NewReader(raw)); !errors.Is(err, loadfile.ErrNone) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// What is written as Concordance writes comes back.
func TestTablesComeBackAsTheyWereWritten(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "é", ",", "|", "\"", "^", " ", "\n", "xþx"})
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(rapid.SliceOfN(piece, 0, 6), 2, 4), 1, 5).Draw(t, "rows")
		raw := row("BEGBATES", "X")
		var want [][]string
		for _, r := range rows {
			var values []string
			for _, pieces := range r {
				values = append(values, strings.Join(pieces, ""))
			}
			want = append(want, values)
			raw += row(values...)
		}
		tab, err := loadfile.ReadTable(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, got := range tab.Rows() {
			if n >= len(want) || !slices.Equal(got, want[n]) {
				t.Fatalf("row %d: %q, want %q", n, got, want)
			}
			n++
		}
		if n != len(want) {
			t.Fatalf("%d rows, want %d", n, len(want))
		}
	})
}

func TestAnImageListReads(t *testing.T) {
	got, err := loadfile.ReadImages(strings.NewReader("ABC0001,VOL1,IMAGES\\001\\ABC0001.tif,Y,,,2\r\nABC0002,VOL1,.\\a, b\\ABC0002.tif,,,,\r\n\r\nABC0003,VOL1,IMAGES\\001\\ABC0003.jpg,Y,,,1\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	docs := loadfile.Documents(got)
	if len(docs) != 2 || len(docs[0]) != 2 || docs[0][0].Pages != 2 || docs[0][1].Path != `.\a, b\ABC0002.tif` || docs[1][0].Key != "ABC0003" {
		t.Errorf("%+v", docs)
	}
	for _, raw := range []string{"", "a letter\n", "a,b,c,d\n", "þBEGBATESþ\n"} {
		if _, err := loadfile.ReadImages(strings.NewReader(raw)); !errors.Is(err, loadfile.ErrNone) {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

const edrm = `<?xml version="1.0" encoding="UTF-8"?>
<Root MajorVersion="1" MinorVersion="2"><Batch><Documents>
<Document DocID="D1" DocType="Message"><Tags><Tag TagName="#From" TagDataType="Text" TagValue="jane@example.com"/><Tag TagName="#Subject" TagValue="Lease"/><Tag TagName="#DateSent" TagValue="2026-05-31T14:05:00Z"/><Tag TagName="Issue" TagValue="Rent"/></Tags>
<Files><File FileType="Native"><ExternalFile FilePath="natives\\1" FileName="D1.msg" Hash="AB"/></File><File FileType="Text"><ExternalFile FilePath="text" FileName="D1.txt"/></File><File FileType="Image"><ExternalFile FilePath="img" FileName="1.tif"/><ExternalFile FilePath="img" FileName="2.tif"/></File></Files>
<Locations><Location><Custodian>Doe, Jane</Custodian></Location></Locations></Document>
<Document DocID="D2" DocType="File"/></Documents>
<Relationships><Relationship Type="Attachment" ParentDocId="D1" ChildDocId="D2"/></Relationships></Batch></Root>`

func TestEDRMReads(t *testing.T) {
	got, err := loadfile.ReadEDRM(strings.NewReader(edrm))
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	r := got[0]
	if r.First != "D1" || r.ID != "D1" || r.Native != "natives//1/D1.msg" && r.Native != "natives/1/D1.msg" || r.Text != "text/D1.txt" || !slices.Equal(r.Images, []string{"img/1.tif", "img/2.tif"}) || r.Hash != "ab" ||
		r.Meta.Custodian != "Doe, Jane" || r.Meta.Mail == nil || r.Meta.Date != "2026-05-31" || r.Meta.Fields["Issue"] != "Rent" {
		t.Errorf("%+v", r)
	}
	if got[1].Parent != "D1" {
		t.Errorf("%+v", got[1])
	}
	if _, err := loadfile.ReadEDRM(strings.NewReader("<html><body>x</body></html>")); !errors.Is(err, loadfile.ErrNone) {
		t.Errorf("a web page: %v", err)
	}
	if got, err := loadfile.ReadEDRM(strings.NewReader(edrm[:strings.Index(edrm, "<Relationships>")])); err == nil || len(got) != 2 {
		t.Errorf("cut: %d records, %v", len(got), err)
	}
}

func TestDatesOfLoadFilesAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"05/31/2026": "2026-05-31T00:00:00Z", "5/1/2026 2:05 PM": "2026-05-01T14:05:00Z", "20260531": "2026-05-31T00:00:00Z", "2026-05-31 14:05:00": "2026-05-31T14:05:00Z",
		"31-May-2026": "2026-05-31T00:00:00Z", "Sun, 31 May 2026 14:05:00 -0400": "2026-05-31T14:05:00-04:00",
	} {
		if got := loadfile.Date(in).Format(time.RFC3339); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "00000000", "00/00/0000", "13/32/2026", "undated"} {
		if got := loadfile.Date(in); !got.IsZero() {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func FuzzLoadFiles(f *testing.F) {
	f.Add([]byte(dat()))
	f.Add([]byte("A,V,x.tif,Y,,,1\n"))
	f.Add([]byte(edrm))
	f.Add([]byte("\"BEGDOC\",\"ENDDOC\"\n\"a\"\"\",b\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if tab, err := loadfile.ReadTable(bytes.NewReader(raw)); err == nil {
			for n, values := range tab.Rows() {
				if r := tab.Record(n, values); r.Row != n {
					t.Fatal(r.Row)
				}
			}
		}
		if images, err := loadfile.ReadImages(bytes.NewReader(raw)); err == nil {
			n := 0
			for _, d := range loadfile.Documents(images) {
				n += len(d)
			}
			if n != len(images) {
				t.Fatalf("%d of %d images in documents", n, len(images))
			}
		}
		loadfile.ReadEDRM(bytes.NewReader(raw)) //nolint:errcheck // it may be none
	})
}

func TestPagesOfARangeAreNumbered(t *testing.T) {
	for _, c := range []struct {
		first, last string
		n           int
		want        []string
	}{
		{"ABC0009", "ABC0011", 3, []string{"ABC0009", "ABC0010", "ABC0011"}},
		{"ABC-99", "ABC-100", 2, []string{"ABC-99", "ABC-100"}},
		{"ABC0009.0001", "ABC0009.0002", 2, []string{"ABC0009.0001", "ABC0009.0002"}},
		{"ABC", "ABC", 1, []string{"ABC"}},
		{"ABC0009", "ABC0011", 2, nil}, {"ABC0009", "ABD0010", 2, nil}, {"ABC2", "ABC1", 0, nil}, {"", "", 1, nil}, {"A", "B", 2, nil},
		{"A99999999999999999999", "A99999999999999999999", 2, nil},
	} {
		if got := loadfile.Labels(c.first, c.last, c.n); !slices.Equal(got, c.want) {
			t.Errorf("%s to %s, %d pages: %q, want %q", c.first, c.last, c.n, got, c.want)
		}
	}
}
