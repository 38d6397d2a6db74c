package ingest_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/bundle"
	"markai/backend/chunk"
	"markai/backend/ingest"
	"markai/backend/mail"
	plain "markai/backend/text"
)

// pageParsers read a production whose pages are files of text, which need no
// worker.
var pageParsers = []mark.Parser{plain.Parser{}, mail.Parser{}, bundle.Parser{Pages: func(ctx context.Context, f mark.File) (mark.Source, error) {
	f.Name = "page.txt"
	return plain.Parser{}.Open(ctx, f)
}}}

// line is one row of a Concordance table.
func line(values ...string) string { return "þ" + strings.Join(values, "þ\x14þ") + "þ\r\n" }

const message = "From: jane@example.com\nSubject: The lease\n\nIt is attached.\n"

func sum(s string) string {
	h := md5.Sum([]byte(s))
	return strings.ToUpper(hex.EncodeToString(h[:]))
}

// produced is a small production: a message with two attachments, of which one
// came as pages, a document of pages with provided text, one of text alone, and
// rows of which something is missing.
func produced() map[string]string {
	return map[string]string{
		"DATA/prod.dat": line("BEGBATES", "ENDBATES", "BEGATTACH", "ENDATTACH", "CUSTODIAN", "FILENAME", "NATIVELINK", "TEXTLINK", "MD5HASH", "DOCDATE") +
			line("ABC001", "ABC001", "ABC001", "ABC004", "Doe, Jane", "The lease.eml", `\NATIVES\001\abc001.EML`, `TEXT\ABC001.txt`, sum(message), "05/31/2026") +
			line("ABC002", "ABC003", "ABC001", "ABC004", "Doe, Jane", "plan.tif", "", `TEXT\ABC002.txt`, "", "") +
			line("ABC004", "ABC004", "ABC001", "ABC004", "Doe, Jane", "", `NATIVES\001\ABC004.txt`, "", sum("other"), "") +
			line("ABC005", "ABC006", "", "", "Roe", "", "", "", "", "2026-01-02") +
			line("ABC007", "ABC007", "", "", "Roe", "", "", `TEXT\ABC007.txt`, "", "") +
			line("ABC008", "ABC008", "", "", "Roe", "", `..\..\secret.txt`, "", "", "") +
			line("ABC009", "ABC009", "ABC999", "", "Roe", "", `NATIVES\001\lost.pdf`, `TEXT\ABC009.txt`, "", "") +
			line("", "", "", "", "Roe", "", "", "", "", ""),
		"DATA/prod.opt": "ABC002,V1,V1\\IMAGES\\001\\ABC002.tif,Y,,,2\nABC003,V1,V1\\IMAGES\\001\\ABC003.tif,,,,\n" +
			"ABC005,V1,IMAGES\\001\\ABC005.tif,Y,,,2\nABC006,V1,IMAGES\\001\\ABC006.tif,,,,\n" +
			"ABC010,V1,IMAGES\\001\\ABC010.tif,Y,,,1\n",
		"NATIVES/001/ABC001.eml": message,
		"NATIVES/001/ABC004.txt": "The rider to the lease.",
		"IMAGES/001/ABC002.tif":  "page two", "IMAGES/001/ABC003.tif": "page three",
		"IMAGES/001/ABC005.tif": " ", "IMAGES/001/ABC006.tif": " ", "IMAGES/001/ABC010.tif": "page ten",
		"TEXT/ABC001.txt": "It is attached.", "TEXT/ABC002.txt": "first\fsecond\f",
		"TEXT/001/ABC005.txt": "provided five", "TEXT/001/ABC006.txt": "provided six",
		"TEXT/ABC007.txt": "Text alone.", "TEXT/ABC009.txt": "Its text.",
		"readme.txt": "Produced on 1 June 2026.",
	}
}

func TestAProductionBecomesTheDocumentsThatItDescribes(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, produced())
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	b.idle()
	if len(a.Productions) != 1 || len(a.Rejected) != 0 {
		t.Fatalf("%+v", a)
	}
	p := a.Productions[0]
	if !slices.Equal(p.LoadFiles, []string{"DATA/prod.opt", "DATA/prod.dat"}) || p.Documents != 7 || p.Pages != 5 || p.Known != 0 {
		t.Errorf("%+v", p)
	}
	var problems []string
	for _, q := range p.Problems {
		problems = append(problems, q.Name+" "+string(mark.CodeOf(q.Err)))
	}
	slices.Sort(problems)
	if want := []string{"ABC004 damaged", "ABC008 forbidden", "ABC008 not_found", "ABC009 not_found", "ABC009 not_found", "prod.dat, row 8 invalid"}; !slices.Equal(problems, want) {
		t.Errorf("problems %q, want %q", problems, want)
	}
	docs, err := b.store.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]mark.Document{}
	var names []string
	for _, d := range docs {
		by[d.Meta.BatesFirst] = d
		names = append(names, d.Name)
		if d.Status != mark.DocumentReady {
			t.Errorf("%s: %s %s", d.Name, d.Status, d.Problem)
		}
	}
	slices.Sort(names)
	if want := []string{"ABC002", "ABC004.txt", "ABC005", "ABC007.txt", "ABC009.txt", "ABC010", "The lease.eml", "readme.txt"}; !slices.Equal(names, want) {
		t.Fatalf("documents %q, want %q", names, want)
	}
	root := by["ABC001"]
	if root.Title != "The lease" || root.Meta.Custodian != "Doe, Jane" || root.Meta.Date != "2026-05-31" || root.Meta.Mail == nil || root.Parent != "" {
		t.Errorf("%+v", root)
	}
	for _, child := range []string{"ABC002", "ABC004"} {
		if by[child].Parent != root.ID {
			t.Errorf("%s is not of the family", child)
		}
	}
	if d := by["ABC002"]; d.Kind != mark.KindImage || d.Pages != 2 || d.Meta.BatesLast != "ABC003" {
		t.Errorf("%+v", d)
	}
	if d := by["ABC004"]; !slices.ContainsFunc(d.Notes, func(s string) bool { return strings.Contains(s, "hash") }) {
		t.Errorf("%+v", d)
	}
	for n, want := range map[int]string{1: "provided five", 2: "provided six"} {
		page, err := b.store.Page(t.Context(), by["ABC005"].ID, n)
		if err != nil || page.Text != want || page.Label != fmt.Sprintf("ABC00%d", 4+n) {
			t.Errorf("page %d: %+v, %v", n, page, err)
		}
	}
}

func TestOtherLoadFilesMakeDocumentsToo(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, map[string]string{
		"load.xml": `<?xml version="1.0"?><Root><Batch><Documents>
<Document DocID="D1"><Tags><Tag TagName="#From" TagValue="jane@example.com"/><Tag TagName="#Subject" TagValue="The lease"/></Tags><Files><File FileType="Native"><ExternalFile FilePath="n" FileName="D1.EML"/></File></Files><Locations><Location><Custodian>Doe</Custodian></Location></Locations></Document>
<Document DocID="D2"><Files><File FileType="Image"><ExternalFile FilePath="i" FileName="1.tif"/><ExternalFile FilePath="i" FileName="2.tif"/></File></Files></Document>
</Documents><Relationships><Relationship Type="Attachment" ParentDocId="D1" ChildDocId="D2"/></Relationships></Batch></Root>`,
		"more.csv": "\"Beg Bates\",\"End Bates\",\"Native Link\"\n\"E1\",\"E1\",\"n/e1.txt\"\n",
		"n/d1.eml": message, "i/1.tif": "page one", "i/2.tif": "page two", "n/E1.txt": "A note.",
		"ordinary.csv": "name,rent\nA,10\n",
	})
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || len(a.Productions) != 1 || a.Productions[0].Documents != 3 || len(a.Productions[0].Problems) != 0 || len(a.Jobs) != 4 {
		t.Fatalf("%+v, %v", a, err)
	}
	b.idle()
	docs, err := b.store.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]mark.Document{}
	for _, d := range docs {
		by[d.Meta.BatesFirst] = d
	}
	if by["D2"].Parent != by["D1"].ID || by["D2"].Pages != 2 || by["D1"].Meta.Custodian != "Doe" || by["E1"].Name != "E1.txt" {
		t.Errorf("%+v", by)
	}
}

func TestALoadFileThatBreaksOffIsReported(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	whole := line("BEGBATES", "ENDBATES", "NATIVELINK") + line("E1", "E1", "e1.txt")
	dir := put(t, map[string]string{"prod.dat": whole + "þE2þ\x14þE", "e1.txt": "A note."})
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || len(a.Productions) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, p := range a.Productions[0].Problems {
		if p.Name == "prod.dat" && mark.CodeOf(p.Err) == mark.Damaged && strings.Contains(mark.MessageOf(p.Err), "breaks off") {
			return
		}
	}
	t.Errorf("problems %+v", a.Productions[0].Problems)
}

func TestAProductionThatIsAddedAgainIsKnown(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, produced())
	if _, err := b.s.Add(t.Context(), matterID, b.store, []string{dir}); err != nil {
		t.Fatal(err)
	}
	b.idle()
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || len(a.Jobs) != 0 || a.Productions[0].Known != 7 || a.Productions[0].Documents != 0 || len(a.Known) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
}

// The same file may be produced twice, under two numbers: both are documents.
func TestTheSameFileUnderTwoNumbersIsTwoDocuments(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, map[string]string{
		"x.dat": line("BEGBATES", "NATIVELINK") + line("A1", "a.txt") + line("A2", "a.txt"), "a.txt": "The same.",
	})
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || len(a.Jobs) != 2 || a.Productions[0].Documents != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

// A sound file has no text of its own: what was provided is the document.
func TestProvidedTextStandsForAFileThatHasNone(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, map[string]string{
		"x.dat": line("BEGBATES", "ENDBATES", "NATIVELINK", "TEXTLINK", "MD5HASH") + line("A9", "A9", "a.mp3", "a.txt", sum("\x00sound")), "a.mp3": "\x00sound", "a.txt": "Transcript of the call.",
	})
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || a.Productions[0].Documents != 2 || len(a.Productions[0].Problems) != 0 {
		t.Fatalf("%+v, %v", a, err)
	}
	b.idle()
	docs, err := b.store.Documents(t.Context())
	if err != nil || len(docs) != 2 || docs[0].Name != "a.mp3" || docs[0].Parent != docs[1].ID || docs[1].Status != mark.DocumentReady {
		t.Fatalf("%+v, %v", docs, err)
	}
	if page, err := b.store.Page(t.Context(), docs[1].ID, 1); err != nil || page.Label != "A9" {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestALinkNeverLeadsOutOfTheFolder(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	outside := put(t, map[string]string{"secret.txt": "secret"})
	dir := put(t, map[string]string{
		"x.dat": line("BEGBATES", "NATIVELINK") + line("A1", filepath.Join(outside, "secret.txt")) + line("A2", "../"+filepath.Base(outside)+"/secret.txt") + line("A3", "link.txt"),
	})
	if err := os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")); err != nil {
		t.Skip(err)
	}
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || a.Productions[0].Documents != 0 || len(a.Productions[0].Problems) < 3 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAnOrdinaryFolderIsNoProduction(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, map[string]string{"a.dat": "some data, of a program", "b.xml": "<Root>notes</Root>", "c.opt": "options", "d.txt": "text"})
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil || len(a.Productions) != 0 || len(a.Jobs) != 4 {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAMaildirGivesItsMessages(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	dir := put(t, map[string]string{
		"cur/1.host:2,S": message, "new/2.host": strings.Replace(message, "lease", "rider", 1), "tmp/3.host": "x", "dovecot-uidlist": "3",
		".Sent/cur/4.host:2,RS": strings.Replace(message, "lease", "offer", 1), ".Sent/new/.keep": "",
	})
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	b.idle()
	want := []string{"added 1.host.eml", "added 2.host.eml", "added 4.host.eml", "skipped .keep", "skipped dovecot-uidlist", "skipped tmp"}
	if got := outcome(t, b.store, a); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	docs, err := b.store.Documents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range docs {
		if d.Kind != mark.KindMail || d.Meta.Mail == nil {
			t.Errorf("%+v", d)
		}
	}
}

func TestAProductionThatLiesInTwoFoldersIsAddedOnce(t *testing.T) {
	b := start(t, nil, ingest.Config{Parsers: pageParsers, Chunker: chunk.Pages})
	one, two := put(t, produced()), put(t, produced())
	a, err := b.s.Add(t.Context(), matterID, b.store, []string{one, two, one})
	if err != nil || len(a.Productions) != 3 {
		t.Fatalf("%+v, %v", a, err)
	}
	for i, p := range a.Productions {
		if documents := 7 * min(1, max(0, 1-i)); p.Documents != documents || p.Known != 7-documents {
			t.Errorf("folder %d: %d added, %d known", i+1, p.Documents, p.Known)
		}
	}
	b.idle()
	list, err := b.store.QueryDocuments(t.Context(), mark.DocumentQuery{})
	if err != nil || list.Total != 8 || len(a.Jobs) != 8 { // the seven and a file beside them
		t.Errorf("%d documents of %d jobs, %v", list.Total, len(a.Jobs), err)
	}
}
