package pst_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/mail"
	"markai/backend/pst"
)

// TestCorpus reads the stores of a folder named by MARKAI_PST.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("MARKAI_PST")
	if dir == "" {
		t.Skip("MARKAI_PST names no folder of Outlook's data files")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.[op]st"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no stores in %s: %v", dir, err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text, files, problems, err := read(t, raw)
		t.Logf("%s: %d messages, %d problems, %v\n%s", filepath.Base(name), len(files), len(problems), err, text[:min(len(text), 2000)])
		for _, p := range problems {
			t.Log(p)
		}
		folders := map[string]int{}
		for _, f := range files {
			folders[f.Folder]++
		}
		t.Log(folders)
		if out := os.Getenv("MARKAI_PST_OUT"); out != "" {
			for i, f := range files {
				if err := os.WriteFile(filepath.Join(out, filepath.Base(name)+"-"+string(rune('a'+i%26))+"-"+f.Name), f.Data, 0o600); err != nil {
					t.Log(err)
				}
			}
		}
	}
}

func read(t testing.TB, raw []byte) (text string, files []mark.Attachment, problems []error, err error) {
	t.Helper()
	ctx := context.Background()
	src, err := pst.Parser{}.Open(ctx, mark.File{Name: "a.pst", Size: int64(len(raw)), Data: bytes.NewReader(raw)})
	if err != nil {
		return "", nil, nil, err
	}
	var b strings.Builder
	for n := 1; n <= src.Info().Pages; n++ {
		p, err := src.Page(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(p.Text)
	}
	for a, err := range src.Attachments(ctx) {
		if err != nil {
			problems = append(problems, err)
			continue
		}
		files = append(files, a)
	}
	return b.String(), files, problems, nil
}

// filetime is 2 January 2023, 10:00.
var filetime = binary.LittleEndian.AppendUint64(nil, uint64(1672653600)*10_000_000+116_444_736_000_000_000)

// letterStore is a store with two messages: one with recipients, an attachment
// in several blocks and a message inside, and one in rich text alone.
func letterStore(version uint16, mixed, inner bool) []byte {
	m := newMaker(version, mixed, inner)
	big := bytes.Repeat([]byte("plans "), 3000)
	file := sub{0x8025, m.add(object(text(0x3707, "../pläne.txt"), value{id: 0x3701, kind: 0x0102, place: 0x8041 | 0x1f}), false),
		m.subs(sub{0x8041 | 0x1f, m.split(big, 8000), 0})}
	within := object(text(0x0037, "Earlier/offer"), text(0x1000, "Ten thousand."))
	message := sub{0x8045, m.add(object(text(0x3001, "Earlier"), value{id: 0x3701, kind: 0x000d, data: le.AppendUint64(nil, 0x8064)}), false),
		m.subs(sub{0x8064, m.add(within, false), 0})}
	people := sub{0x692, m.add(table(person{1, "Ben", "ben@y.example"}, person{2, "Cleo", ""}), false), 0}
	m.node(0x8022, m.add(object(text(0x3001, "Clients")), false), 0, 0x8002)
	m.node(0x8002, m.add(object(text(0x3001, "Inbox")), false), 0, 0x122)
	m.node(0x200024, m.add(object(
		text(0x0037, "\x01\x05Re: Kündigung"), value{id: 0x0039, kind: 0x0040, data: filetime}, text(0x0042, "Ann"), text(0x5d02, "ann@x.example"),
		text(0x1000, "Dear Ben,\r\nthe lease ends.\r\n"), text(0x1035, "<2@x>"),
		text(0x007d, "Received: by x\r\nIn-Reply-To: <1@x>\r\nReferences: <0@x>\r\n <1@x>\r\n"),
	), false), m.subs(people, file, message), 0x8022)
	packed := "\x2d\x00\x00\x00\x2b\x00\x00\x00LZFu\xf1\xc5\xc7\xa7\x03\x00\x0a\x00rcpg125\x42\x32\x0a\xf3 hel\x09\x00 bw\x05\xb0ld}\x0a\x80\x0f\xa0"
	m.node(0x200044, m.add(object(text(0x0037, "Rich"), value{id: 0x1009, kind: 0x0102, data: []byte(packed)}), false), 0, 0x122)
	m.node(0x122, m.add(object(text(0x3001, "Root")), false), 0, 0x122)
	return m.bytes()
}

func TestAStoreGivesItsMessagesInEveryShape(t *testing.T) {
	for name, raw := range map[string][]byte{
		"32 bits": letterStore(14, false, false), "64 bits": letterStore(23, false, true), "permuted": letterStore(23, true, false),
		"large pages": letterStore(36, true, true), "32 bits, permuted": letterStore(15, true, true),
	} {
		listed, files, problems, err := read(t, raw)
		if err != nil || len(files) != 2 || len(problems) != 0 || files[0].Name != "Re- Kündigung.eml" && files[0].Name != "Re: Kündigung.eml" || files[1].Name != "Rich.eml" || files[0].Folder != "Inbox/Clients" || files[1].Folder != "" {
			t.Errorf("%s: %v %v %v", name, files, problems, err)
			continue
		}
		if !strings.Contains(listed, "Outlook data file with 2 messages") || !strings.Contains(listed, "2023-01-02  Ann <ann@x.example>: Re: Kündigung") {
			t.Errorf("%s: listed as %q", name, listed)
		}
		src, err := mail.Parser{}.Open(t.Context(), mark.File{Name: "a.eml", Size: int64(len(files[0].Data)), Data: bytes.NewReader(files[0].Data)})
		if err != nil {
			t.Fatal(err)
		}
		p, err := src.Page(t.Context(), 1)
		if want := "From: Ann <ann@x.example>\nTo: Ben <ben@y.example>\nCc: Cleo\nDate: Mon, 02 Jan 2023 10:00:00 +0000\nSubject: Re: Kündigung\nAttachments: pläne.txt, Earlier-offer.eml\n\nDear Ben,\nthe lease ends.\n"; err != nil || p.Text != want {
			t.Errorf("%s: %q, %v; want %q", name, p.Text, err, want)
		}
		if n := src.Info().Notes; len(n) != 0 {
			t.Errorf("%s: %q", name, n)
		}
		if h := src.Info().Meta.Mail; h.MessageID != "2@x" || h.InReplyTo != "1@x" || len(h.References) != 2 {
			t.Errorf("%s: %+v", name, h)
		}
		attached := map[string]string{}
		for a, err := range src.Attachments(t.Context()) {
			if err != nil {
				t.Error(err)
			}
			attached[a.Name] = string(a.Data)
		}
		if attached["pläne.txt"] != strings.Repeat("plans ", 3000) || !strings.Contains(attached["Earlier-offer.eml"], "Subject: Earlier/offer") {
			t.Errorf("%s: %d bytes of plans, %q", name, len(attached["pläne.txt"]), attached["Earlier-offer.eml"])
		}
		if !bytes.Contains(files[1].Data, []byte(base64.StdEncoding.EncodeToString([]byte("hello world\n")))) {
			t.Errorf("%s: %q", name, files[1].Data)
		}
	}
}

func TestADamagedStoreGivesWhatItCan(t *testing.T) {
	whole := letterStore(23, false, true)
	if _, _, _, err := read(t, whole[:600]); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("cut: %v", err)
	}
	if _, _, _, err := read(t, []byte("!BDN")); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("its magic alone: %v", err)
	}
	encoded := letterStore(23, false, false)
	encoded[513] = 2
	if _, _, _, err := read(t, encoded); mark.CodeOf(err) != mark.Unsupported {
		t.Errorf("encoded otherwise: %v", err)
	}
	// Each byte of the trees is broken in turn; nothing hangs or panics.
	for at := 600; at < len(whole); at += 7 {
		raw := bytes.Clone(whole)
		raw[at] ^= 0xff
		read(t, raw) //nolint:errcheck // what is broken may be anything
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(letterStore(14, false, false))
	f.Add(letterStore(23, true, true))
	f.Add(letterStore(36, false, true))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, files, _, err := read(t, raw)
		if err != nil && mark.CodeOf(err) == mark.Internal {
			t.Fatalf("no sentence: %v", err)
		}
		for _, a := range files {
			if a.Name == "" || strings.ContainsAny(a.Name, `/\`) {
				t.Fatalf("a message is named %q", a.Name)
			}
		}
	})
}
