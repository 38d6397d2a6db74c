package mail_test

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/mail"

	"pgregory.net/rapid"
)

func openBox(t testing.TB, data string) (string, []mark.Attachment, error) {
	t.Helper()
	src, err := mail.Mailbox{}.Open(context.Background(), mark.File{Name: "a.mbox", Size: int64(len(data)), Data: strings.NewReader(data)})
	if err != nil {
		return "", nil, err
	}
	defer src.Close()
	p, err := src.Page(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	var out []mark.Attachment
	for a, err := range src.Attachments(context.Background()) {
		if err == nil {
			out = append(out, a)
		}
	}
	return p.Text, out, nil
}

const from = "From ann@example.com Mon Jan  2 10:00:00 2023\n"

func TestAMailboxGivesItsMessages(t *testing.T) {
	box := from + "From: Ann <ann@example.com>\nSubject: One\nDate: Mon, 2 Jan 2023 10:00:00 +0000\n\nDear Ben,\n>From here on it is yours.\n>>From twice.\nFrom Monday 10:00 in 2023 on.\n\n" +
		"From me, 10:00 on 2 January 2023\nis no new message.\n\n" +
		from + "Subject: Two/Three\n\nbody\n"
	text, files, err := openBox(t, box)
	if err != nil || len(files) != 2 || files[0].Name != "One.eml" || files[1].Name != "Two-Three.eml" {
		t.Fatalf("%q, %v", files, err)
	}
	if want := "From: Ann <ann@example.com>\nSubject: One\nDate: Mon, 2 Jan 2023 10:00:00 +0000\n\nDear Ben,\nFrom here on it is yours.\n>From twice.\nFrom Monday 10:00 in 2023 on.\n\nFrom me, 10:00 on 2 January 2023\nis no new message.\n"; string(files[0].Data) != want {
		t.Errorf("%q, want %q", files[0].Data, want)
	}
	if !strings.Contains(text, "Mailbox with 2 messages, 2023-01-02 to 2023-01-02") || !strings.Contains(text, "2023-01-02  Ann <ann@example.com>: One") {
		t.Errorf("listed as %q", text)
	}
}

func TestAMailboxIsKnownByItsFirstLines(t *testing.T) {
	head := from + "From: a@x\nTo: b@x\n\nx\n"
	for name, want := range map[string]int{"a.mbox": 95, "Inbox": 70, "a.eml": 0} {
		if got := (mail.Mailbox{}).Score(name, []byte(head)); got != want {
			t.Errorf("%s scores %d, want %d", name, got, want)
		}
	}
	if got := (mail.Mailbox{}).Score("a.mbox", []byte("From the desk of Ann\nDear Ben\n")); got != 0 {
		t.Errorf("a letter scores %d", got)
	}
}

// What is written as mboxrd comes back, whatever the messages say.
func TestMailboxesComeBackAsTheyWereWritten(t *testing.T) {
	line := rapid.SampledFrom([]string{"", "text", "From x Mon Jan 2 10:00:00 2023", ">From y", "From: z", ">", strings.Repeat("long ", 14000)})
	rapid.Check(t, func(t *rapid.T) {
		var box strings.Builder
		var want []string
		for range rapid.IntRange(1, 4).Draw(t, "messages") {
			body := append(rapid.SliceOfN(line, 0, 6).Draw(t, "lines"), "end")
			m := "Subject: x\n\n" + strings.Join(body, "\n") + "\n"
			want = append(want, m)
			box.WriteString(from)
			for l := range strings.Lines(m) {
				if strings.HasPrefix(strings.TrimLeft(l, ">"), "From ") {
					l = ">" + l
				}
				box.WriteString(l)
			}
			box.WriteString("\n")
		}
		f := mark.File{Size: int64(box.Len()), Data: strings.NewReader(box.String())}
		src, err := mail.Mailbox{}.Open(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for a, err := range src.Attachments(context.Background()) {
			if err != nil || n >= len(want) || string(a.Data) != want[n] {
				t.Fatalf("message %d: %q, %v", n, a.Data, err)
			}
			n++
		}
		if n != len(want) {
			t.Fatalf("%d messages, want %d", n, len(want))
		}
	})
}

// endless is a mailbox of one message after the other that lies nowhere.
type endless struct{ message []byte }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		p[i] = e.message[(off+int64(i))%int64(len(e.message))]
	}
	return len(p), nil
}

func TestALargeMailboxTakesNoMoreMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads 64 MB")
	}
	m := []byte(from + "Subject: x\n\n" + strings.Repeat(strings.Repeat("x", 76)+"\n", 13000) + "\n")
	size := int64(64<<20) / int64(len(m)) * int64(len(m))
	src, err := mail.Mailbox{}.Open(context.Background(), mark.File{Size: size, Data: endless{m}})
	if err != nil {
		t.Fatal(err)
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	n, most := 0, uint64(0)
	for a, err := range src.Attachments(context.Background()) {
		if err != nil || len(a.Data) < 1_000_000 {
			t.Fatal(len(a.Data), err)
		}
		if n++; n%10 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if n != int(size)/len(m) || most > before.HeapAlloc+16<<20 {
		t.Errorf("%d messages, %d MB", n, most>>20)
	}
}

func FuzzMailbox(f *testing.F) {
	f.Add([]byte(from + "Subject: x\n\n>From a\n\n" + from + "A: b\n\nc"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		src, err := mail.Mailbox{}.Open(context.Background(), mark.File{Size: int64(len(raw)), Data: bytes.NewReader(raw)})
		if err != nil {
			return
		}
		total := 0
		for a, err := range src.Attachments(context.Background()) {
			if err == nil && (a.Name == "" || strings.ContainsAny(a.Name, `/\`)) {
				t.Fatalf("a message is named %q", a.Name)
			}
			total += len(a.Data)
		}
		if total > len(raw)+1 {
			t.Fatalf("%d bytes of messages in %d", total, len(raw))
		}
	})
}
