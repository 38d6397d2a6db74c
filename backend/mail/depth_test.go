package mail_test

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/letters"
	"markai/backend/mail"
)

func TestTheHeadIsGivenForThreadsAndDuplicates(t *testing.T) {
	raw := lines("From: =?utf-8?q?J=C3=B6rg?= <j@x>", `To: "Doe, Jane" <jane@x>, ben@x`, "Cc: carl@x", "Subject: Re: Lease", "Date: Mon, 2 Jan 2023 23:00:00 -0500",
		"Message-ID: <3@x>", "In-Reply-To: <2@x>", "References: <1@x>", " <2@x>", "", "Agreed.", "", "On 1 Jan 2023, Jane wrote:", "> Shall we?")
	got, err := read(t, raw)
	if err != nil {
		t.Fatal(err)
	}
	h := got.info.Meta.Mail
	if h == nil || h.From != "Jörg <j@x>" || !slices.Equal(h.To, []string{`"Doe, Jane" <jane@x>`, "ben@x"}) || !slices.Equal(h.CC, []string{"carl@x"}) || h.Subject != "Re: Lease" ||
		h.MessageID != "3@x" || h.InReplyTo != "2@x" || !slices.Equal(h.References, []string{"1@x", "2@x"}) || h.Sent.Unix() != 1672718400 {
		t.Errorf("%+v", h)
	}
	if m := got.info.Meta; m.Type != mark.TypeMail || m.Date != "2023-01-02" || m.Author != h.From || m.ContentHash == "" {
		t.Errorf("%+v", m)
	}
	again, err := read(t, "X-Export: 2\r\n"+strings.Replace(raw, "Agreed.", "Agreed. ", 1))
	if err != nil || again.info.Meta.ContentHash != got.info.Meta.ContentHash {
		t.Error("another export of the message has another content hash")
	}
	f := got.info.Features
	if len(f) != 1 || f[0].Kind != mark.FeatureQuoted || f[0].Page != 1 || got.text[f[0].Start:f[0].End] != "On 1 Jan 2023, Jane wrote:\n> Shall we?\n" {
		t.Errorf("%+v", f)
	}
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "letters", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

func TestSealedMessagesAreReadOrReported(t *testing.T) {
	smime := func(kind, name string) string {
		return lines("From: a@x", "Content-Type: application/pkcs7-mime"+kind+"; name=smime.p7m", "Content-Transfer-Encoding: base64", "", fixture(t, name))
	}
	for _, c := range []struct{ name, in, want string }{
		{"signed", smime("; smime-type=signed-data", "signed.der"), "From: a@x\n\nThe lease ends on 31 May 2027.\n"},
		{"signed in a stream", smime("; smime-type=signed-data", "signed.ber"), "From: a@x\n\nThe lease ends on 31 May 2027.\n"},
		{"signed, and not said so", smime("", "signed.der"), "From: a@x\n\nThe lease ends on 31 May 2027.\n"},
		{"encrypted", smime("; smime-type=enveloped-data", "enveloped.der"), ""},
		{"signed by OpenPGP in the text", lines("From: a@x", "", "-----BEGIN PGP SIGNED MESSAGE-----", "Hash: SHA256", "", "- -- Ann", "It ends.", "-----BEGIN PGP SIGNATURE-----", "", "xx", "-----END PGP SIGNATURE-----"), "From: a@x\n\n-- Ann\nIt ends.\n"},
		{"encrypted by OpenPGP in the text", lines("From: a@x", "", "-----BEGIN PGP MESSAGE-----", "", "xx", "-----END PGP MESSAGE-----"), ""},
	} {
		got, err := read(t, c.in)
		if c.want == "" {
			if err != nil || got.text != "From: a@x\n" || !slices.Contains(got.info.Notes, letters.HeadAlone) {
				t.Errorf("%s: %q %q, %v", c.name, got.text, got.info.Notes, err)
			}
		} else if err != nil || got.text != c.want {
			t.Errorf("%s: %q, %v", c.name, got.text, err)
		}
	}
	got, err := read(t, lines("From: a@x", "", "In the clear.", "-----BEGIN PGP MESSAGE-----", "", "xx", "-----END PGP MESSAGE-----"))
	if err != nil || !strings.Contains(got.text, "In the clear.") || strings.Contains(got.text, "xx") || len(got.info.Notes) != 1 {
		t.Errorf("%q %q %v", got.text, got.info.Notes, err)
	}
}

const event = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Closing\nDTSTART:20270531T140000Z\nEND:VEVENT\nEND:VCALENDAR\n"

func TestAnInvitationIsReadWithItsMessage(t *testing.T) {
	got, err := read(t, lines("From: a@x", "Content-Type: multipart/alternative; boundary=b", "", "--b", "", "Please come.", "--b", "Content-Type: text/calendar; name=meeting.ics", "", event, "--b--"))
	if err != nil || got.text != "From: a@x\n\nEvent: Closing\nBegins: 2027-05-31 14:00 UTC\n\nPlease come.\n" || len(got.files) != 0 {
		t.Errorf("%q, %d files, %v", got.text, len(got.files), err)
	}
}

// winmail holds one text file.
func winmail() string {
	part := func(level string, id string, data string) string {
		return level + id + string([]byte{byte(len(data)), 0, 0, 0}) + data + "\x00\x00"
	}
	return "\x78\x9f\x3e\x22\x01\x00" + part("\x01", "\x0c\x80\x02\x00", "Packed body\x00") +
		part("\x02", "\x02\x90\x06\x00", "12345678901234") + part("\x02", "\x10\x80\x01\x00", "lease.txt\x00") + part("\x02", "\x0f\x80\x06\x00", "It ends.")
}

func TestWhatOutlookPacksIsUnpacked(t *testing.T) {
	packed := base64.StdEncoding.EncodeToString([]byte(winmail()))
	got, err := read(t, lines("From: a@x", "Content-Type: multipart/mixed; boundary=b", "", "--b", "", " ", "--b", "Content-Type: application/ms-tnef; name=winmail.dat", "Content-Transfer-Encoding: base64", "", packed, "--b--"))
	if err != nil || len(got.files) != 1 || got.files[0].Name != "lease.txt" || string(got.files[0].Data) != "It ends." || !strings.Contains(got.text, "Packed body") {
		t.Errorf("%q %q %v", got.text, got.files, err)
	}
}

func entry(t testing.TB, name, data string) (string, mark.SourceInfo, []mark.Attachment, error) {
	t.Helper()
	src, err := mail.Entries{}.Open(context.Background(), mark.File{Name: name, Size: int64(len(data)), Data: strings.NewReader(data)})
	if err != nil {
		return "", mark.SourceInfo{}, nil, err
	}
	var files []mark.Attachment
	for a, err := range src.Attachments(context.Background()) {
		if err == nil {
			files = append(files, a)
		}
	}
	p, err := src.Page(context.Background(), 1)
	return p.Text, src.Info(), files, err
}

func TestEntriesAreDocumentsOfTheirOwn(t *testing.T) {
	text, info, _, err := entry(t, "a.ics", event)
	if err != nil || info.Title != "Closing" || info.Meta.Type != mark.TypeCalendarRecord || info.Meta.Date != "2027-05-31" || !strings.HasPrefix(text, "Event: Closing\n") {
		t.Errorf("%q %+v %v", text, info, err)
	}
	text, info, _, err = entry(t, "a.vcf", "BEGIN:VCARD\nFN:Jane Doe\nEND:VCARD\n")
	if err != nil || info.Title != "Jane Doe" || text != "Name: Jane Doe\n" {
		t.Errorf("%q %+v %v", text, info, err)
	}
	text, info, files, err := entry(t, "winmail.dat", winmail())
	if err != nil || info.Kind != mark.KindMail || !strings.Contains(text, "Packed body") || len(files) != 1 {
		t.Errorf("%q %+v %v", text, info, err)
	}
	for head, want := range map[string]int{"\ufeffBEGIN:VCALENDAR": 90, "begin:vcard": 90, "\x78\x9f\x3e\x22": 90, "BEGIN": 0} {
		if got := (mail.Entries{}).Score("a", []byte(head)); got != want {
			t.Errorf("%q scores %d", head, got)
		}
	}
}

func TestOldCharsetsAreRead(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"a page names its charset":     {lines("From: a@x", "Content-Type: text/html", "", "<meta charset=windows-1251><p>\xcf\xf0\xe8\xe2\xe5\xf2"), "Привет"},
		"Japanese in seven bits":       {lines("From: a@x", "", "\x1b$B7@Ls=q\x1b(B"), "契約書"},
		"Latin 2":                      {lines("From: a@x", "Content-Type: text/plain; charset=iso-8859-2", "", "\xb1\xea"), "ąę"},
		"UTF-8 that is none":           {lines("From: a@x", "Content-Type: text/plain; charset=utf-8", "", "caf\xe9"), "café"},
		"a subject in another charset": {lines("From: a@x", "Subject: =?koi8-r?B?8NLJ18XU?=", "", "x"), "Привет"},
	} {
		got, err := read(t, c.in)
		if err != nil || !strings.Contains(got.text, c.want) {
			t.Errorf("%s: %q, %v", name, got.text, err)
		}
	}
}

func TestAppleMailsFilesAreUnwrapped(t *testing.T) {
	m := "From: a@x\nSubject: One\n\nbody\n"
	data := "29        \n" + m + "<?xml version=\"1.0\"?><plist></plist>\n"
	if got := (mail.Parser{}).Score("1.emlx", []byte(data)); got != 95 {
		t.Errorf("scores %d", got)
	}
	src, err := mail.Parser{}.Open(t.Context(), mark.File{Name: "1.emlx", Size: int64(len(data)), Data: strings.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := src.Page(t.Context(), 1); err != nil || p.Text != "From: a@x\nSubject: One\n\nbody\n" {
		t.Errorf("%q, %v", p.Text, err)
	}
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte(event))
	f.Add([]byte("BEGIN:VCARD\nFN:x\nEND:VCARD\n"))
	f.Add([]byte(winmail()))
	f.Fuzz(func(t *testing.T, raw []byte) {
		entry(t, "a.ics", string(raw))
	})
}
