package mail_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/mail"
	"markai/backend/marktest"
)

// opened is what a message gave.
type opened struct {
	text  string
	info  mark.SourceInfo
	files []mark.Attachment
}

func read(t testing.TB, data string) (opened, error) {
	t.Helper()
	out, err := marktest.Open(t, mail.Parser{}, "a.eml", "", data)
	return opened{out.Text, out.Info, out.Files}, err
}

// lines ends each line as mail does.
func lines(s ...string) string { return strings.Join(s, "\r\n") + "\r\n" }

func TestAMessageReadsAsItIsShown(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", lines("From: Ann <a@x>", "To: b@x", "Subject: =?utf-8?q?K=C3=BCndigung?=", "Date: Mon, 2 Jan 2023 10:00:00 +0000", "X-Mailer: y", "", "Dear Ben,", "the lease ends."),
			"From: Ann <a@x>\nTo: b@x\nDate: Mon, 2 Jan 2023 10:00:00 +0000\nSubject: Kündigung\n\nDear Ben,\nthe lease ends.\n"},
		{"of the two forms the plain one", lines("From: a@x", "Content-Type: multipart/alternative; boundary=b", "", "--b", "Content-Type: text/plain", "", "plain", "--b", "Content-Type: text/html", "", "<p>rich</p>", "--b--"),
			"From: a@x\n\nplain\n"},
		{"HTML alone", lines("From: a@x", "Content-Type: text/html; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "<p>=C2=A7 12<br>x</p>"),
			"From: a@x\n\n§ 12\nx\n"},
		{"base64", lines("From: a@x", "Content-Transfer-Encoding: base64", "", "VGVybSBlbmRzLg=="), "From: a@x\n\nTerm ends.\n"},
		{"unknown charset", lines("From: a@x", "Content-Type: text/plain; charset=UTF_8", "", "§ 1"), "From: a@x\n\n§ 1\n"},
		{"no charset", lines("From: a@x", "", "\xa7 1"), "From: a@x\n\n§ 1\n"},
		{"flowed", lines("From: a@x", "Content-Type: text/plain; format=flowed", "", "The lease ", "ends.", "> quoted ", "> lines"), "From: a@x\n\nThe lease ends.\n> quoted \n> lines\n"},
		{"mailbox line", lines("From a@x Mon Jan 2", "From: a@x", "", "x"), "From: a@x\n\nx\n"},
		{"signed", lines("From: a@x", "Content-Type: multipart/signed; boundary=b", "", "--b", "", "text", "--b", "Content-Type: application/pgp-signature; name=s.asc", "", "xx", "--b--"), "From: a@x\n\ntext\n"},
		{"text around an attachment", lines("From: a@x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "above", "--b", "Content-Type: application/pdf; name=a.pdf", "", "x", "--b", "", "below", "--b--"),
			"From: a@x\nAttachments: a.pdf\n\nabove\n\nbelow\n"},
	} {
		got, err := read(t, c.in)
		if err != nil || got.text != c.want {
			t.Errorf("%s: %q, %v; want %q", c.name, got.text, err, c.want)
		}
		if len(got.info.Notes) > 0 || got.info.Kind != mark.KindMail {
			t.Errorf("%s: %+v", c.name, got.info)
		}
	}
}

func TestAttachmentsAreFilesOfTheirOwn(t *testing.T) {
	inner := lines("From: c@x", "Subject: Offer 1/2", "", "inner text")
	got, err := read(t, lines("From: a@x", "Subject: Two", "Content-Type: multipart/mixed; boundary=b", "",
		"--b", "", "see attached",
		"--b", "Content-Type: application/pdf", `Content-Disposition: attachment; filename="../../etc/lease.pdf"`, "Content-Transfer-Encoding: base64", "", "JVBERi0=",
		"--b", "Content-Type: message/rfc822", "", inner,
		"--b", "Content-Type: image/png", "Content-ID: <logo>", "", "tiny",
		"--b", "Content-Type: application/octet-stream", "", "raw", "--b--"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range got.files {
		names = append(names, f.Name)
	}
	if want := []string{"lease.pdf", "Offer 1-2.eml", "Attachment 3"}; !slices.Equal(names, want) {
		t.Fatalf("attachments %q, want %q", names, want)
	}
	if string(got.files[0].Data) != "%PDF-" || !strings.Contains(string(got.files[1].Data), "inner text") {
		t.Errorf("attachments hold %q and %q", got.files[0].Data, got.files[1].Data)
	}
	if got.info.Title != "Two" || !strings.Contains(got.text, "Attachments: lease.pdf, Offer 1-2.eml, Attachment 3") {
		t.Errorf("title %q, text %q", got.info.Title, got.text)
	}
}

func TestADigestIsItsMessages(t *testing.T) {
	got, err := read(t, lines("From: a@x", "Content-Type: multipart/digest; boundary=b", "", "--b", "", "From: c@x", "Subject: One", "", "1", "--b", "Content-Type: message/rfc822", "", "From: c@x", "", "2", "--b--"))
	if err != nil || len(got.files) != 2 || got.files[0].Name != "One.eml" || got.files[1].Name != "Message 2.eml" {
		t.Errorf("got %+v, %v", got.files, err)
	}
}

func TestBreakingOutOfTheAttachmentsStops(t *testing.T) {
	data := lines("From: a@x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "Content-Disposition: attachment; filename=1", "", "x", "--b", "Content-Disposition: attachment; filename=2", "", "y", "--b--")
	src, err := mail.Parser{}.Open(context.Background(), mark.File{Name: "a.eml", Size: int64(len(data)), Data: strings.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for range src.Attachments(context.Background()) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d attachments", n)
	}
}

func TestBrokenMessagesAreReadAsFarAsTheyGo(t *testing.T) {
	for _, c := range []struct{ name, in, holds string }{
		{"the last boundary is missing", lines("From: a@x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b", "", "two"), "two"},
		{"no boundary at all", lines("From: a@x", "Content-Type: multipart/mixed", "", "bare"), "bare"},
		{"a type that is none", lines("From: a@x", "Content-Type: ;;;", "", "typeless"), "typeless"},
		{"a header that is none", "Hello\nthere is no header\n", "no header"},
		{"base64 that breaks off", lines("From: a@x", "Content-Transfer-Encoding: base64", "", "VGVybSBl!!!"), "From: a@x"},
		{"an encoding nobody knows", lines("From: a@x", "Content-Transfer-Encoding: x-odd", "", "as it is"), "as it is"},
	} {
		got, err := read(t, c.in)
		if err != nil || !strings.Contains(got.text, c.holds) {
			t.Errorf("%s: %q, %v", c.name, got.text, err)
		}
	}
}

func TestWhatCannotBeReadSaysWhy(t *testing.T) {
	many := "From: a@x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n\r\n", 3000)
	for _, c := range []struct {
		name, in string
		code     mark.Code
	}{
		{"encrypted by OpenPGP", lines("Content-Type: multipart/encrypted; boundary=b", "", "--b", "Content-Type: application/pgp-encrypted", "", "Version: 1", "--b--"), mark.Unsupported},
		{"encrypted by S/MIME", lines("Content-Type: application/pkcs7-mime; smime-type=enveloped-data", "", "xx"), mark.Unsupported},
		{"no message", "\x00\x01\x02", mark.Damaged},
		{"parts without end", many, mark.TooBig},
	} {
		if _, err := read(t, c.in); err == nil || mark.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", c.name, err, c.code)
		}
	}
}

func TestTheHeaderMakesAMessage(t *testing.T) {
	header := lines("Received: by x", "From: a@x", "", "x")
	for _, c := range []struct {
		name, head string
		want       int
	}{
		{"a.eml", header, 95}, {"a.eml", "no header", 50}, {"a", header, 60}, {"a.mht", header, 90}, {"a", "Dear Sir: I write", 0},
		{"a.eml", "\x00", 0}, {"a.txt", "Note: x\n", 0},
	} {
		if got := (mail.Parser{}).Score(c.name, []byte(c.head)); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestCorpus reads the messages of a folder named by MARKAI_CORPUS.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of documents")
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no messages in %s: %v", dir, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(t, string(data))
		t.Logf("%s: %d pages, %d bytes, title %q, notes %q, %d attachments, %v", filepath.Base(name), got.info.Pages, len(got.text), got.info.Title, got.info.Notes, len(got.files), err)
		if os.Getenv("MARKAI_SHOW") != "" {
			t.Log(got.text)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(lines("From: a@x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", "one", "--b--")))
	f.Add([]byte(lines("From: a@x", "Content-Type: text/html", "Content-Transfer-Encoding: base64", "", "PHA+eA==")))
	f.Add([]byte(lines("Subject: =?x?q?=FF?=", "Content-Type: message/rfc822", "", "Subject: y", "", "z")))
	f.Fuzz(func(t *testing.T, data []byte) {
		mail.Parser{}.Score("a", data[:min(len(data), 4096)])
		got, err := read(t, string(bytes.Clone(data)))
		if err != nil {
			return
		}
		if !utf8.ValidString(got.text) {
			t.Errorf("text is not UTF-8: %q", got.text)
		}
		for _, a := range got.files {
			if a.Name == "" || strings.ContainsAny(a.Name, "/\\") || !utf8.ValidString(a.Name) {
				t.Errorf("an attachment is named %q", a.Name)
			}
		}
	})
}
