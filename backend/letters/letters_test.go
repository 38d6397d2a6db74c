package letters_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/letters"

	"pgregory.net/rapid"
)

func TestQuotedHistoryIsToldFromWhatIsNew(t *testing.T) {
	for _, c := range []struct{ name, body, quoted string }{
		{"nothing", "Dear Ann,\n\nplease sign.\n", ""},
		{"marked lines with their introduction", "I agree.\n\nOn Mon, 2 Jan 2023 at 10:00, Ben <ben@example.com> wrote:\n> Shall we?\n>\n> Ben\n\nAnn\n",
			"On Mon, 2 Jan 2023 at 10:00, Ben <ben@example.com> wrote:\n> Shall we?\n>\n> Ben\n"},
		{"an introduction over two lines", "Yes.\n\nOn Monday, January 2, 2023, Benjamin von Example\n<ben@example.com> wrote:\n\n> Shall we?\n",
			"On Monday, January 2, 2023, Benjamin von Example\n<ben@example.com> wrote:\n\n> Shall we?\n"},
		{"answers between the lines", "> First?\nYes.\n> Second?\nNo.\n", "> First?\n|> Second?\n"},
		{"Outlook", "Agreed.\n\nFrom: Ben <ben@example.com>\nSent: Monday, January 2, 2023 10:00 AM\nTo: Ann\nSubject: Lease\n\nShall we?\n",
			"From: Ben <ben@example.com>\nSent: Monday, January 2, 2023 10:00 AM\nTo: Ann\nSubject: Lease\n\nShall we?\n"},
		{"Outlook with a rule", "Agreed.\n________________________________\nFrom: Ben\nSent: Monday\nSubject: Lease\n\nShall we?\n",
			"________________________________\nFrom: Ben\nSent: Monday\nSubject: Lease\n\nShall we?\n"},
		{"bold fields", "Agreed.\n\n*From:* Ben\n*Sent:* Monday\n*To:* Ann\n\nShall we?\n", "*From:* Ben\n*Sent:* Monday\n*To:* Ann\n\nShall we?\n"},
		{"German", "Einverstanden.\n\nVon: Ben\nGesendet: Montag\nAn: Ann\nBetreff: Pacht\n\nWollen wir?\n", "Von: Ben\nGesendet: Montag\nAn: Ann\nBetreff: Pacht\n\nWollen wir?\n"},
		{"French", "D'accord.\n\nLe lun. 2 janv. 2023 à 10:00, Ben <b@x> a écrit :\n\nAlors ?\n", "Le lun. 2 janv. 2023 à 10:00, Ben <b@x> a écrit :\n\nAlors ?\n"},
		{"original message", "OK\n\n-----Original Message-----\nFrom: Ben\n\nShall we?\n", "-----Original Message-----\nFrom: Ben\n\nShall we?\n"},
		{"forwarded", "See below.\n\n---------- Forwarded message ----------\nFrom: Ben\nHello\n", "---------- Forwarded message ----------\nFrom: Ben\nHello\n"},
		{"Apple", "See below.\n\nBegin forwarded message:\n\nFrom: Ben\nHello\n", "Begin forwarded message:\n\nFrom: Ben\nHello\n"},
		{"a rule is not enough", "Above\n________________________________\nBelow\n", ""},
		{"a sentence is not an introduction", "On Monday the landlord wrote the tenant a letter.\nFrom: the landlord\n", ""},
		{"one field is not a head", "From: the landlord's side nothing came.\nWe wait.\n", ""},
	} {
		var got []string
		for _, r := range letters.Quoted(c.body) {
			got = append(got, c.body[r.Start:r.End])
		}
		if s := strings.Join(got, "|"); s != c.quoted {
			t.Errorf("%s: %q, want %q", c.name, s, c.quoted)
		}
	}
}

func TestQuotedPiecesAreWholeLinesInOrder(t *testing.T) {
	piece := rapid.SampledFrom([]string{"> a\n", ">> b", "\n", "text\n", "On 1 May 2020, Ann wrote:\n", "From: Ann\n", "Sent: today\n", "To: Ben\n", "-----Original Message-----\n", "_______________\n", " > c\r\n", "wrote:\n"})
	rapid.Check(t, func(t *rapid.T) {
		body := strings.Join(rapid.SliceOf(piece).Draw(t, "pieces"), "")
		at := 0
		for _, r := range letters.Quoted(body) {
			if r.Start < at || r.End <= r.Start || r.End > len(body) || r.Start > 0 && body[r.Start-1] != '\n' || r.End < len(body) && body[r.End-1] != '\n' {
				t.Fatalf("%v in %q", r, body)
			}
			at = r.End
		}
	})
}

func TestPeopleAndIdentifiersAreParted(t *testing.T) {
	same := func(s string) string { return s }
	for in, want := range map[string][]string{
		`"Doe, Jane" <jane@example.com>, ben@example.com; Carl (x, y) <c@example.com>`: {`"Doe, Jane" <jane@example.com>`, "ben@example.com", "Carl (x, y) <c@example.com>"},
		"": nil, " , ,a@b": {"a@b"}, `"open, a@b`: {`"open, a@b`},
	} {
		if got := letters.People(in, same); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string][]string{
		"<a@x> <b\r\n @y>": {"a@x", "b@y"}, "a@x b@y": {"a@x", "b@y"}, "none": nil, "<a@x": {"a@x"},
	} {
		if got := letters.Identifiers(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDatesOfMailAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"Mon, 2 Jan 2023 10:00:00 +0100":        "2023-01-02T10:00:00+01:00",
		"2 Jan 2023 10:00 GMT":                  "2023-01-02T10:00:00Z",
		"Mon, 02 Jan 2023 10:00:00 -0500 (EST)": "2023-01-02T10:00:00-05:00",
		"Monday, January 2, 2023 3:04 PM":       "2023-01-02T15:04:00Z",
		"Mon Jan  2 10:00:00 2023":              "2023-01-02T10:00:00Z",
		"1/2/2023 3:04:05 PM":                   "2023-01-02T15:04:05Z",
	} {
		if got := letters.Date(in).Format(time.RFC3339); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "soon", "Mon, 2 Jan 0023 10:00:00 +0000"} {
		if got := letters.Date(in); !got.IsZero() {
			t.Errorf("%q: %v", in, got)
		}
	}
}

func TestExportsOfOneMessageHaveOneHash(t *testing.T) {
	sent := time.Date(2023, 1, 2, 10, 0, 5, 0, time.UTC)
	base := mark.MailHead{From: "Ann <ann@example.com>", Subject: "The Lease", Sent: sent}
	want := letters.ContentHash(base, "Dear Ben,\nit ends.\n", []string{"b", "a"})
	other := base
	other.From, other.Subject, other.Sent = `"Ann, Example" <ANN@example.com>`, "the  lease", sent.In(time.FixedZone("", 3600)).Add(20*time.Second)
	if got := letters.ContentHash(other, "Dear Ben,   it\r\nends.", []string{"a", "b"}); got != want {
		t.Error("the same message has another hash")
	}
	for name, h := range map[string]string{
		"body": letters.ContentHash(base, "Dear Ben, it begins.", []string{"a", "b"}), "attachment": letters.ContentHash(base, "Dear Ben,\nit ends.\n", []string{"a"}),
	} {
		if h == want {
			t.Errorf("another %s, the same hash", name)
		}
	}
	if letters.ContentHash(base, " \n", nil) != "" {
		t.Error("an empty message has a hash")
	}
}

const invitation = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@example.com\r\nSUMMARY:Closing of the\r\n  lease\\, final\r\nDTSTART;TZID=America/New_York:20270531T140000\r\nDTEND:20270531T190000Z\r\nLOCATION:Court\r\nORGANIZER;CN=\"Doe: Jane\":mailto:jane@example.com\r\nATTENDEE;PARTSTAT=ACCEPTED:MAILTO:ben@example.com\r\nDESCRIPTION:Bring\\nthe keys\r\nBEGIN:VALARM\r\nDESCRIPTION:Reminder\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestAnInvitationReads(t *testing.T) {
	text, title, day := letters.Calendar(invitation)
	want := "Event (request): Closing of the lease, final\nIdentifier: 1@example.com\nBegins: 2027-05-31 14:00 America/New_York\nEnds: 2027-05-31 19:00 UTC\nWhere: Court\nOrganizer: Doe: Jane <jane@example.com>\nAttendees: ben@example.com (accepted)\n\nBring\nthe keys\n"
	if text != want || title != "Closing of the lease, final" || day != "2027-05-31" {
		t.Errorf("%q %q %q", text, title, day)
	}
}

const card = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg=\r\n Doe\r\nitem1.EMAIL:joerg@example.com\r\nADR:;;1 Main St;Springfield;;;USA\r\nPHOTO;BASE64:AAAA\r\nEND:VCARD\r\n"

func TestACardReads(t *testing.T) {
	text, title := letters.Cards(card)
	if text != "Name: Jörg Doe\nE-mail: joerg@example.com\nAddress: 1 Main St, Springfield, USA\n" || title != "Jörg Doe" {
		t.Errorf("%q %q", text, title)
	}
}

func sealed(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSignedContentIsUnwrapped(t *testing.T) {
	for name, want := range map[string]letters.Sealed{"signed.der": letters.Signed, "signed.ber": letters.Signed, "enveloped.der": letters.Encrypted} {
		raw := sealed(t, name)
		got, kind := letters.Unseal(raw)
		if kind != want || (want == letters.Signed) != bytes.Contains(got, []byte("The lease ends on 31 May 2027.")) {
			t.Errorf("%s: %q, %v", name, got, kind)
		}
		if _, kind := letters.Unseal(raw[:60]); kind == letters.Signed {
			t.Errorf("the beginning of %s passes", name)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(invitation)
	f.Add(card)
	f.Add("a\n\nOn 1 May, B wrote:\n> x\n")
	f.Fuzz(func(_ *testing.T, s string) {
		letters.Quoted(s)
		letters.Calendar(s)
		letters.Cards(s)
		letters.Date(s)
		letters.Identifiers(s)
		letters.People(s, strings.ToUpper)
	})
}

func FuzzUnseal(f *testing.F) {
	for _, name := range []string{"signed.der", "signed.ber", "enveloped.der"} {
		f.Add(sealed(f, name))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if got, _ := letters.Unseal(raw); len(got) > len(raw) {
			t.Fatalf("%d bytes out of %d", len(got), len(raw))
		}
	})
}
