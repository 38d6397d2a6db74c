package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"markai/backend/config"
	"markai/backend/marktest"
	"markai/backend/mock"
	"markai/backend/wire"
)

func TestMain(m *testing.M) {
	// Workers are this very program, started again.
	if len(os.Args) > 2 && os.Args[1] == "worker" {
		RunWorker(os.Args[2])
		os.Exit(2)
	}
	os.Exit(m.Run())
}

const lease = `LEASE AGREEMENT

This Lease is made between Harbor Point Properties LLC and Quillfeather Books, Inc.

1. Term. The lease ends on 30 June 2031.

2. Termination. Either party may terminate this lease upon ninety (90) days' prior written notice to the other party.

3. Rent. The tenant pays $4,200 each month, on the first day of the month.

4. Governing law. This lease is governed by the laws of the State of Maine.
`

// start builds the program with settings, makes a vault and runs it.
func start(t *testing.T, home string, settings ...string) *App {
	t.Helper()
	c, err := config.Load(nil, nil, settings)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(Options{
		Home: home, Config: c, ConfigPath: filepath.Join(home, "config.yaml"), Version: "test",
		Keys: mock.NoKeyring(), Sample: fstest.MapFS{"lease.txt": {Data: []byte(lease)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-done, a.Close()); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	if a.Desk.State(ctx).Vault == "none" {
		if _, err := a.Desk.CreateVault(ctx, wire.CreateVault{Passphrase: "correct horse"}); err != nil {
			t.Fatal(err)
		}
	} else if err := a.Desk.Unlock(ctx, wire.Unlock{Passphrase: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	return a
}

// write puts files into a new folder and returns it.
func write(t *testing.T, files map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// add makes a matter, adds a folder and waits until all jobs have ended.
func add(t *testing.T, a *App, dir string) wire.Matter {
	t.Helper()
	m, err := a.Desk.CreateMatter(t.Context(), "Lease")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Desk.AddPaths(t.Context(), m.ID, []string{dir}); err != nil {
		t.Fatal(err)
	}
	await(t, a, m.ID)
	return m
}

func await(t *testing.T, a *App, matter string) {
	t.Helper()
	until(t, "all jobs have ended", func() bool {
		jobs, err := a.Desk.Jobs(t.Context(), matter, []string{"queued", "running"}, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		return jobs.Total == 0
	})
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited three minutes in vain until %s", what)
		}
	}
}

// documents returns a matter's documents by name.
func documents(t *testing.T, a *App, matter string) map[string]wire.Document {
	t.Helper()
	list, err := a.Desk.Documents(t.Context(), matter)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]wire.Document{}
	for _, d := range list {
		out[d.Name] = d
	}
	return out
}

func TestAQuestionIsAnsweredWithAQuotationAndItsPlace(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "home"))
	m := add(t, a, write(t, map[string][]byte{"lease.txt": []byte(lease), "motion.pdf": onePagePDF("The motion was heard on 4 May 2026.")}))
	got, err := a.Desk.Answer(t.Context(), m.ID, wire.AskRequest{Question: "What is the notice period for termination?"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Refused || len(got.Citations) == 0 {
		t.Fatalf("got %+v", got)
	}
	c := got.Citations[0]
	if c.Name != "lease.txt" || c.Page != 1 || !strings.Contains(c.Quote, "ninety (90) days") || !strings.Contains(lease, c.Quote) {
		t.Errorf("cites %+v", c)
	}
	if len(c.Spans) != 1 || len(c.Spans[0].Boxes) == 0 {
		t.Errorf("the quotation has no place: %+v", c.Spans)
	}
	if got, err = a.Desk.Answer(t.Context(), m.ID, wire.AskRequest{Question: "What did Zanzibar Quux AG pay for the airship?"}); err != nil || !got.Refused {
		t.Errorf("got %+v %v, want a refusal", got, err)
	}
	if hits, err := a.Desk.Search(t.Context(), m.ID, wire.SearchRequest{Query: "motion heard", Kinds: []string{"pdf"}}); err != nil || len(hits) == 0 || hits[0].Name != "motion.pdf" {
		t.Errorf("got %+v %v", hits, err)
	}
}

// Each module is switched off in turn. The rest works, and what needs it says
// what to switch on.
func TestEveryModuleCanBeOff(t *testing.T) {
	files := map[string][]byte{
		"lease.txt": []byte(lease), "motion.pdf": onePagePDF("The motion was heard."),
		"letter.eml": []byte("From: a@example.com\nSubject: Hello\n\nThe schedule is attached.\n"),
	}
	for _, key := range config.ModuleKeys() {
		t.Run(key, func(t *testing.T) {
			a := start(t, filepath.Join(t.TempDir(), "home"), key+"=false")
			m := add(t, a, write(t, files))
			off := map[string]string{"modules.pdf": "motion.pdf", "modules.mail": "letter.eml"}[key]
			for name, d := range documents(t, a, m.ID) {
				if name == off && (d.Code != "unavailable" || !strings.Contains(d.Problem, key)) {
					t.Errorf("%s is %s: %s", name, d.Status, d.Problem)
				} else if name != off && d.Status != "ready" {
					t.Errorf("%s is %s: %s", name, d.Status, d.Problem)
				}
			}
			hits, err := a.Desk.Search(t.Context(), m.ID, wire.SearchRequest{Query: "notice period termination"})
			if err != nil || len(hits) == 0 || hits[0].Name != "lease.txt" {
				t.Errorf("found %+v, %v", hits, err)
			}
			got, err := a.Desk.Answer(t.Context(), m.ID, wire.AskRequest{Question: "What is the notice period for termination?"})
			if err != nil || got.Refused || len(got.Citations) == 0 {
				t.Errorf("answered %+v, %v", got, err)
			}
			if s := a.Desk.State(t.Context()); key == "modules.chat" && s.Chat.Status != "off" || key == "modules.embeddings" && s.Embedding.Status != "off" || key == "modules.ocr" && s.OCR.On {
				t.Errorf("%s does not show as off: %+v", key, s)
			}
		})
	}
}

func TestNothingReadableIsLeftOnDisk(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	source := write(t, map[string][]byte{"lease.txt": []byte(lease), "motion.pdf": onePagePDF("Quillfeather moved to dismiss.")})
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	check := func() {
		t.Helper()
		for _, dir := range []string{home, tmp} {
			marktest.NoPlaintext(t, dir, "Quillfeather", "ninety (90) days", "hippopotamus", "State of Maine")
		}
	}
	t.Run("work", func(t *testing.T) {
		a := start(t, home)
		m := add(t, a, source)
		check() // while the store is open
		if _, err := a.Desk.Answer(t.Context(), m.ID, wire.AskRequest{Question: "Does the hippopotamus pay rent under the lease?"}); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Desk.Search(t.Context(), m.ID, wire.SearchRequest{Query: "Quillfeather hippopotamus"}); err != nil {
			t.Fatal(err)
		}
		check()
	})
	check() // after the end
}

// The worker that reads is killed again and again in the middle of its work:
// every page is there in the end, once.
func TestKilledWorkersCostNoPage(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "home"), "modules.chat=false", "modules.embeddings=false")
	const pages = 600
	dir := write(t, map[string][]byte{"long.pdf": pagesPDF(pages, pageText)})
	m, err := a.Desk.CreateMatter(t.Context(), "Lease")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Desk.AddPaths(t.Context(), m.ID, []string{dir}); err != nil {
		t.Fatal(err)
	}
	kills := 0
	until(t, "the reading has survived three kills", func() bool {
		for _, pid := range a.reader.pdf.PIDs() {
			d := documents(t, a, m.ID)["long.pdf"]
			if d.PagesRead > kills*pages/4 && kills < 3 && syscall.Kill(pid, syscall.SIGKILL) == nil {
				kills++
			}
		}
		d := documents(t, a, m.ID)["long.pdf"]
		return kills == 3 || d.Status == "ready"
	})
	await(t, a, m.ID)
	if kills == 0 {
		t.Error("no worker was killed: the document was read too soon")
	}
	d := documents(t, a, m.ID)["long.pdf"]
	if d.Status != "ready" || d.PagesRead != pages {
		t.Fatalf("after %d kills: %+v", kills, d)
	}
	for n := 1; n <= pages; n++ {
		p, err := a.Desk.Page(t.Context(), m.ID, d.ID, n)
		if err != nil || p.Problem != "" || !strings.Contains(p.Text, strings.TrimSpace(pageText(n))) {
			t.Fatalf("page %d after %d kills: %+v %v", n, kills, p, err)
		}
	}
}

// pageText says enough that nobody takes the page for a scan with a stamp.
func pageText(n int) string {
	return fmt.Sprintf("This is page %d of the long document, ", n) + strings.Repeat("and so it goes on ", 8)
}

func TestTheSampleMatterIsMadeOnce(t *testing.T) {
	a := start(t, filepath.Join(t.TempDir(), "home"), "modules.embeddings=false")
	one, err := a.Desk.OpenSample(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	await(t, a, one.ID)
	two, err := a.Desk.OpenSample(t.Context())
	if err != nil || two.ID != one.ID || len(documents(t, a, one.ID)) != 1 {
		t.Errorf("got %+v and %+v, %v", one, two, err)
	}
}

func TestConversationsOutliveTheProgram(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	var matter, conversation string
	t.Run("first", func(t *testing.T) {
		a := start(t, home)
		m := add(t, a, write(t, map[string][]byte{"lease.txt": []byte(lease)}))
		matter = m.ID
		err := a.Desk.Ask(t.Context(), m.ID, wire.AskRequest{Question: "When does the lease end?"}, func(e wire.AskEvent) error {
			if e.Kind == "started" {
				conversation = e.Conversation
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Run("second", func(t *testing.T) {
		a := start(t, home)
		ms, err := a.Desk.Messages(t.Context(), matter, conversation)
		if err != nil || len(ms) != 2 || ms[0].Text != "When does the lease end?" || ms[1].Answer == nil || len(ms[1].Answer.Citations) == 0 {
			t.Errorf("got %+v %v", ms, err)
		}
	})
}
