package msg_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/mail"
	"markai/backend/marktest"
	"markai/backend/msg"
)

// opened is what a message gave.
type opened struct {
	text     string
	info     mark.SourceInfo
	files    map[string]string
	problems []error
}

func read(t testing.TB, p mark.Parser, name string, raw []byte) (opened, error) {
	t.Helper()
	got, err := marktest.Open(t, p, name, "", string(raw))
	out := opened{text: got.Text, info: got.Info, files: map[string]string{}, problems: got.Problems}
	for _, a := range got.Files {
		out.files[a.Name] = string(a.Data)
	}
	return out, err
}

// streams is a message in the making.
type streams map[string][]byte

// text adds a property of text in Unicode; tag is its number in hexadecimal.
func (s streams) text(tag, v string) streams {
	var out []byte
	for _, u := range utf16.Encode([]rune(v)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	s["__substg1.0_"+tag+"001F"] = out
	return s
}

func (s streams) bytes(tag, v string) streams {
	s["__substg1.0_"+tag+"0102"] = []byte(v)
	return s
}

// fixed sets the properties of fixed length, after a header of n bytes.
func (s streams) fixed(n int, values map[uint16]uint64) streams {
	out := make([]byte, n)
	for tag, v := range values {
		out = binary.LittleEndian.AppendUint32(out, uint32(tag)<<16|3)
		out = binary.LittleEndian.AppendUint32(out, 6)
		out = binary.LittleEndian.AppendUint64(out, v)
	}
	s["__properties_version1.0"] = out
	return s
}

// in adds what is in a storage.
func (s streams) in(storage string, inner streams) streams {
	for k, v := range inner {
		s[storage+"/"+k] = v
	}
	return s
}

// with adds other streams.
func (s streams) with(other streams) streams {
	for k, v := range other {
		s[k] = v
	}
	return s
}

func filetime(at time.Time) uint64 { return uint64(at.UnixNano()/100 + 116_444_736_000_000_000) }

var sent = time.Date(2023, 1, 2, 10, 0, 0, 0, time.UTC)

func letter() streams {
	return streams{}.fixed(32, map[uint16]uint64{0x0039: filetime(sent)}).
		text("001A", "IPM.Note").text("0037", "Kündigung").text("0C1A", "Ann").text("5D01", "ann@x.example").
		in("__recip_version1.0_#00000000", streams{}.fixed(8, map[uint16]uint64{0x0c15: 1}).text("3001", "Ben").text("39FE", "ben@y.example")).
		in("__recip_version1.0_#00000001", streams{}.fixed(8, map[uint16]uint64{0x0c15: 2}).text("3001", "'cleo@z.example'").text("3003", "cleo@z.example")).
		in("__recip_version1.0_#00000002", streams{}.fixed(8, map[uint16]uint64{0x0c15: 1}).text("3001", "Dan").text("3003", "/O=FIRM/CN=DAN"))
}

const letterHead = "From: Ann <ann@x.example>\nTo: Ben <ben@y.example>, Dan\nCc: cleo@z.example\nDate: Mon, 02 Jan 2023 10:00:00 +0000\nSubject: Kündigung\n"

// rich is a body in the packed form, stored and not packed.
func rich(kind, body string) string {
	out := binary.LittleEndian.AppendUint32(nil, uint32(len(body)+12))
	out = binary.LittleEndian.AppendUint32(out, uint32(len(body)))
	return string(out) + kind + "\x00\x00\x00\x00" + body
}

func TestAMessageReadsAsItIsShown(t *testing.T) {
	for _, c := range []struct {
		name string
		in   streams
		want string
	}{
		{"plain", letter().text("1000", "Dear Ben,\r\nthe lease ends.\r\n"), letterHead + "\nDear Ben,\nthe lease ends.\n"},
		{"of the forms the plain one", letter().text("1000", "plain").bytes("1013", "<p>web</p>"), letterHead + "\nplain\n"},
		{"a web page", letter().bytes("1013", "<html><body><p>Dear Ben,</p><p>it ends.</p>"), letterHead + "\nDear Ben,\n\nit ends.\n"},
		{"rich text as it is", letter().bytes("1009", rich("MELA", `{\rtf1 The lease {\b ends}.}`)), letterHead + "\nThe lease ends.\n"},
		// The example of MS-OXRTFCP 4.1.
		{"rich text, packed", letter().bytes("1009", "\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0"), letterHead + "\nhello world\n"},
		{"no body", letter(), letterHead},
	} {
		got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(c.in))
		if err != nil || got.text != c.want || got.info.Kind != mark.KindMail || got.info.Title != "Kündigung" || len(got.info.Notes) != 0 {
			t.Errorf("%s: %q, %+v, %v; want %q", c.name, got.text, got.info, err, c.want)
		}
	}
}

func TestStringsThatAreNotUnicodeAreReadInTheMessagesCodePage(t *testing.T) {
	m := streams{}.fixed(32, map[uint16]uint64{0x3ffd: 1251})
	m["__substg1.0_0037001E"] = []byte("\xcf\xf0")
	m["__substg1.0_1000001E"] = []byte("\xcf\xf0 \xcf\xf0")
	got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(m))
	if err != nil || got.text != "Subject: Пр\n\nПр Пр\n" {
		t.Errorf("%q, %v", got.text, err)
	}
}

func TestAttachmentsAreFilesOfTheirOwn(t *testing.T) {
	big := strings.Repeat("x", 30<<10)
	m := letter().text("1000", "See attached.").
		in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).text("3707", `C:\in\lease.pdf`).bytes("3701", "%PDF-1.7")).
		in("__attach_version1.0_#00000001", streams{}.fixed(8, nil).text("3704", "PLAN~1.TXT").bytes("3701", big)).
		in("__attach_version1.0_#00000002", streams{}.fixed(8, nil).text("3707", "logo.png").text("370E", "image/png").text("3712", "a@b").bytes("3701", "small")).
		in("__attach_version1.0_#00000003", streams{}.fixed(8, nil).text("3707", "in the cloud.docx"))
	got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(m))
	if err != nil {
		t.Fatal(err)
	}
	if want := letterHead + "Attachments: lease.pdf, PLAN~1.TXT, in the cloud.docx\n\nSee attached.\n"; got.text != want {
		t.Errorf("got %q, want %q", got.text, want)
	}
	if len(got.files) != 2 || got.files["lease.pdf"] != "%PDF-1.7" || got.files["PLAN~1.TXT"] != big {
		t.Errorf("got the files %v", len(got.files))
	}
	if len(got.problems) != 1 || !strings.Contains(got.problems[0].Error(), "in the cloud.docx") {
		t.Errorf("got the problems %v", got.problems)
	}
}

func TestAMessageInsideAMessageComesOutAsMail(t *testing.T) {
	innermost := streams{}.fixed(24, nil).text("0037", "First offer").text("1000", "Ten thousand.")
	inner := streams{}.fixed(24, map[uint16]uint64{0x0039: filetime(sent)}).text("0037", "Über/Angebot").text("0C1A", "Zoë").text("5D01", "z@x.example").text("1000", "Dear all,\r\n§ 12").
		in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).text("3707", "pläne.txt").bytes("3701", "plans")).
		in("__attach_version1.0_#00000001", streams{}.fixed(8, nil).in("__substg1.0_3701000D", innermost))
	m := letter().in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).in("__substg1.0_3701000D", inner))
	got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(m))
	if err != nil {
		t.Fatal(err)
	}
	data, ok := got.files["Über-Angebot.eml"]
	if !ok || (mail.Parser{}).Score("x", []byte(data)) == 0 {
		t.Fatalf("got %+v", got)
	}
	again, err := read(t, mail.Parser{}, "a.eml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	want := "From: Zoë <z@x.example>\nDate: Mon, 02 Jan 2023 10:00:00 +0000\nSubject: Über/Angebot\nAttachments: pläne.txt, First offer.eml\n\nDear all,\n§ 12\n"
	if again.text != want || again.files["pläne.txt"] != "plans" {
		t.Errorf("got %q and %v, want %q", again.text, again.files, want)
	}
	last, err := read(t, mail.Parser{}, "b.eml", []byte(again.files["First offer.eml"]))
	if err != nil || last.text != "Subject: First offer\n\nTen thousand.\n" {
		t.Errorf("got %q, %v", last.text, err)
	}
}

func TestTheHeadIsGivenForThreadsAndDuplicates(t *testing.T) {
	const body = "Agreed.\r\n\r\nFrom: Ben\r\nSent: Monday\r\nTo: Ann\r\nSubject: Lease\r\n\r\nShall we?\r\n"
	m := letter().text("1035", "<3@x>").text("1042", "<2@x>").text("1039", "<1@x> <2@x>").text("1000", body)
	got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(m))
	if err != nil || got.info.Meta.Mail == nil {
		t.Fatalf("%+v, %v", got.info, err)
	}
	h := got.info.Meta.Mail
	if h.MessageID != "3@x" || h.InReplyTo != "2@x" || len(h.References) != 2 || h.From != "Ann <ann@x.example>" || len(h.To) != 2 || len(h.CC) != 1 || !h.Sent.Equal(sent) || got.info.Meta.Date != "2023-01-02" {
		t.Errorf("%+v", h)
	}
	if f := got.info.Features; len(f) != 1 || f[0].Kind != mark.FeatureQuoted || !strings.HasPrefix(got.text[f[0].Start:f[0].End], "From: Ben\n") {
		t.Errorf("%+v", f)
	}
	// The same message inside another, as mail, is the same.
	inner := streams{}.in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).in("__substg1.0_3701000D", m.fixed(24, map[uint16]uint64{0x0039: filetime(sent)})))
	outer, err := read(t, msg.Parser{}, "b.msg", marktest.Compound(letter().with(inner)))
	if err != nil {
		t.Fatal(err)
	}
	again, err := read(t, mail.Parser{}, "a.eml", []byte(outer.files["Kündigung.eml"]))
	if err != nil || again.info.Meta.ContentHash != got.info.Meta.ContentHash || again.info.Meta.Mail.MessageID != "3@x" || len(again.info.Meta.Mail.References) != 2 {
		t.Errorf("%q %+v, %v", again.text, again.info.Meta.Mail, err)
	}
	twice, err := read(t, msg.Parser{}, "b.msg", marktest.Compound(letter().with(inner)))
	if err != nil || twice.files["Kündigung.eml"] != outer.files["Kündigung.eml"] {
		t.Error("the message inside comes out in other bytes each time")
	}
}

func TestOfAnEncryptedMessageTheHeadIsRead(t *testing.T) {
	m := letter().text("001A", "IPM.Note.SMIME").in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).text("3707", "smime.p7m").bytes("3701", "sealed"))
	got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(m))
	if err != nil || got.text != letterHead || len(got.files) != 0 || !slices.Contains(got.info.Notes, letters.HeadAlone) || got.info.Meta.Mail.From == "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestASignedMessageIsUnwrapped(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "letters", "testdata", "signed.der"))
	if err != nil {
		t.Fatal(err)
	}
	m := letter().text("001A", "IPM.Note.SMIME").in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).text("3707", "smime.p7m").bytes("3701", string(raw)))
	got, err := read(t, msg.Parser{}, "a.msg", marktest.Compound(m))
	if err != nil || !strings.Contains(got.files["Signed message.eml"], "The lease ends on 31 May 2027.") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	whole := marktest.Compound(letter().text("1000", strings.Repeat("x", 9000)))
	for _, c := range []struct {
		name string
		raw  []byte
		code mark.Code
		says string
	}{
		{"no message", marktest.Compound(streams{"WordDocument": []byte("x")}), mark.Unsupported, "holds none"},
		{"cut", whole[:600], mark.Damaged, "damaged"},
		{"empty", nil, mark.Damaged, "damaged"},
	} {
		_, err := read(t, msg.Parser{}, "a.msg", c.raw)
		if mark.CodeOf(err) != c.code || !strings.Contains(mark.MessageOf(err), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestOnlyCompoundFilesAreTakenForMessages(t *testing.T) {
	head := []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00")
	for name, want := range map[string]int{"a.msg": 95, "a.MSG": 95, "a": 30, "a.doc": 0, "a.docx": 0} {
		if got := (msg.Parser{}).Score(name, head); got != want {
			t.Errorf("%s scores %d, want %d", name, got, want)
		}
	}
	if got := (msg.Parser{}).Score("a.msg", []byte("From: a@x")); got != 0 {
		t.Errorf("text scores %d", got)
	}
}

// TestMessagesFromElsewhere prints what was read of the .msg files in the
// folder that MARKAI_CORPUS names.
func TestMessagesFromElsewhere(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of messages")
	}
	names, _ := filepath.Glob(filepath.Join(dir, "*.msg"))
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(t, msg.Parser{}, name, raw)
		if err != nil || !strings.Contains(got.text, "From: ") {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
		t.Logf("%s: %d bytes of text, %d files, notes %v\n%.600s", filepath.Base(name), len(got.text), len(got.files), got.info.Notes, got.text)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(marktest.Compound(letter().text("1000", "Dear Ben")))
	f.Add(marktest.Compound(letter().bytes("1009", rich("LZFu", "\x03\x00\x0a\x00rcpg125"))))
	f.Add(marktest.Compound(letter().in("__attach_version1.0_#00000000", streams{}.fixed(8, nil).in("__substg1.0_3701000D", letter().fixed(24, nil)))))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := read(t, msg.Parser{}, "a.msg", raw); err != nil && mark.CodeOf(err) == mark.Internal {
			t.Fatalf("no sentence: %v", err)
		}
	})
}
