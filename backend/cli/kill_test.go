package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/mock"
	"markai/backend/sqlite"
	"markai/backend/vault"
)

// asProgram in the environment makes the test's own program the real one.
const asProgram = "MARKAI_TEST_AS_PROGRAM"

// killed is a vault whose program is killed again and again.
type killed struct {
	t      *testing.T
	home   string
	pass   string
	corpus string
}

func newKilled(t *testing.T, corpus string) *killed {
	t.Helper()
	dir := t.TempDir()
	k := &killed{t: t, home: filepath.Join(dir, "vault"), pass: filepath.Join(dir, "passphrase"), corpus: corpus}
	if err := os.WriteFile(k.pass, []byte("a passphrase of the test\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return k
}

// start begins to ingest the corpus in a process of its own.
func (k *killed) start() *exec.Cmd {
	k.t.Helper()
	c := exec.Command(os.Args[0], "ingest", "--home", k.home, "--passphrase-file", k.pass, "--matter", "M", k.corpus)
	c.Env = append(os.Environ(), asProgram+"=1", "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(k.home, "no-bus"))
	c.Stderr = &bytes.Buffer{}
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	return c
}

// open opens the matter as a new process would, once it has been made.
func (k *killed) open(ctx context.Context) (store mark.MatterStore, closed func()) {
	k.t.Helper()
	v := vault.Open(k.home, sqlite.New(), mock.NoKeyring())
	var err error
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		// The lock of a killed process goes with its last breath.
		if err = v.Unlock(ctx, "a passphrase of the test"); mark.CodeOf(err) != mark.TooBusy || time.Now().After(end) {
			break
		}
	}
	if mark.CodeOf(err) == mark.NotFound {
		return nil, func() {} // killed before there was a vault
	}
	if err != nil {
		k.t.Fatalf("open the vault: %v", err)
	}
	closed = func() {
		if err := v.Close(); err != nil {
			k.t.Error(err)
		}
	}
	matters, err := v.Matters(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	if len(matters) == 0 {
		return nil, closed
	}
	store, err = v.Matter(ctx, matters[0].ID)
	if err != nil {
		k.t.Fatalf("open the matter: %v", err)
	}
	return store, closed
}

// check compares what is stored with itself: nothing half, nothing twice.
func (k *killed) check(ctx context.Context, store mark.MatterStore, ended bool) map[string]string {
	k.t.Helper()
	if err := store.(interface{ Check(context.Context) error }).Check(ctx); err != nil {
		k.t.Fatal(err)
	}
	docs, err := store.Documents(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	names := map[mark.DocumentID]string{}
	for _, d := range docs {
		names[d.ID] = d.Name
	}
	out := map[string]string{}
	for _, d := range docs {
		at := names[d.Parent] + "/" + d.Name
		pages, err := store.PagesFrom(ctx, d.ID, 1, 1<<20)
		if err != nil {
			k.t.Fatal(err)
		}
		passages, err := store.ChunksOf(ctx, d.ID)
		if err != nil {
			k.t.Fatal(err)
		}
		end, covered, text := mark.Pos{Page: 1}, 0, ""
		for i, p := range pages {
			if p.Number != i+1 {
				k.t.Errorf("%s: page %d stands in the place of page %d", at, p.Number, i+1)
			}
			text += p.Text + "\f"
		}
		for _, c := range passages {
			if c.From.Before(end) {
				k.t.Errorf("%s: a passage begins at %v, before %v where the last one ends", at, c.From, end)
			}
			end = c.To
			covered += len(c.Text)
			for _, s := range c.Skips {
				covered += s.End - s.Start
			}
		}
		if total := len(strings.ReplaceAll(text, "\f", "")); ended && covered != total {
			k.t.Errorf("%s: passages hold %d bytes of %d", at, covered, total)
		}
		if _, twice := out[at]; twice {
			k.t.Errorf("%s is there twice", at)
		}
		out[at] = fmt.Sprintf("%s %s %d pages, %d passages\n%s", d.Status, d.Code, len(pages), len(passages), text)
	}
	if !ended {
		return out
	}
	jobs, err := store.JobCounts(ctx)
	if err != nil {
		k.t.Fatal(err)
	}
	if n := jobs[mark.JobQueued] + jobs[mark.JobRunning]; n > 0 {
		k.t.Errorf("%d jobs are left", n)
	}
	if counts, err := store.Counts(ctx); err != nil || app.ModelsInstalled() && counts.Embedded != counts.Chunks {
		k.t.Errorf("%d of %d passages have vectors, %v", counts.Embedded, counts.Chunks, err)
	}
	return out
}

// finish lets the program come to its end and returns what it stored.
func (k *killed) finish(ctx context.Context) map[string]string {
	k.t.Helper()
	c := k.start()
	err := c.Wait()
	if exit, failed := errors.AsType[*exec.ExitError](err); err != nil && (!failed || exit.ExitCode() != exitNeedsYou) {
		k.t.Fatalf("ingest: %v\n%s", err, c.Stderr)
	}
	store, closed := k.open(ctx)
	defer closed()
	return k.check(ctx, store, true)
}

// killCorpus is a folder of generated files of many kinds, among them some
// that cannot be read, and of records of courts from the sample matter.
func killCorpus(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	put := func(name string, data []byte) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	prose := func(seed, words int) []byte {
		var b bytes.Buffer
		for i := range words {
			fmt.Fprintf(&b, "%s%d ", []string{"tenant", "shall", "pay", "rent", "notice", "party"}[(i*7+seed)%6], (i*i+seed*31)%97)
			if i%60 == 59 {
				b.WriteString("\n\n")
			}
		}
		return b.Bytes()
	}
	for i := range 12 {
		put(fmt.Sprintf("notes/note %02d.txt", i), prose(i, 150+i*100))
	}
	for i := range 4 {
		put(fmt.Sprintf("mail/%d.eml", i), fmt.Appendf(nil, "From: a@example.com\r\nTo: b@example.com\r\nMessage-ID: <%d@example.com>\r\nIn-Reply-To: <%d@example.com>\r\nSubject: Re: Lease\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n%s\r\n"+
			"--x\r\nContent-Type: text/plain; name=\"inside %d.txt\"\r\nContent-Disposition: attachment; filename=\"inside %d.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n--x--\r\n",
			i, i-1, prose(100+i, 80), i, i, base64.StdEncoding.EncodeToString(prose(200+i, 200))))
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for i := range 3 {
		f, err := w.Create(fmt.Sprintf("packed %d.txt", i))
		if err == nil {
			_, err = f.Write(prose(300+i, 120))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	put("bundle.zip", archive.Bytes())
	put("broken.pdf", []byte("%PDF-1.7\nnothing of a document"))
	put("empty.txt", nil)
	sample := filepath.Join("..", "..", "build", "sample", "documents")
	for _, name := range []string{
		"NFL Management Council v. NFLPA, Docketing Notice (2d Cir. 2017).pdf", "In re FedEx Ground, Order on Consolidation (7th Cir. 2017).pdf",
		"Memorandum to file, ending the agreement.docx",
	} {
		data, err := os.ReadFile(filepath.Join(sample, name))
		if err != nil {
			t.Fatal(err)
		}
		put(name, data)
	}
	return dir
}

// TestKillsDuringIngestionLoseNothingAndDoubleNothing kills the real program at
// seeded moments while it ingests, opens its store after each kill, and
// compares what is there in the end with what a program stores that was never
// killed. MARKAI_LONG makes it 200 kills, MARKAI_SEED another schedule.
func TestKillsDuringIngestionLoseNothingAndDoubleNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills take their time")
	}
	if runtime.GOOS == "windows" {
		t.Skip("there is no SIGKILL on this system")
	}
	ctx := t.Context()
	kills := 10
	if os.Getenv("MARKAI_LONG") != "" {
		kills = 200
	}
	seed := uint64(1)
	if s := os.Getenv("MARKAI_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	r := rand.New(rand.NewPCG(seed, 0x6b696c6c))
	corpus := killCorpus(t)
	began := time.Now()
	want := newKilled(t, corpus).finish(ctx)
	whole := time.Since(began)
	if len(want) < 28 {
		t.Fatalf("only %d documents: %v", len(want), want)
	}
	compare := func(got map[string]string) {
		t.Helper()
		for at, text := range want {
			if got[at] != text {
				t.Errorf("%s is\n%.300s\nwant\n%.300s", at, got[at], text)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%d documents, want %d", len(got), len(want))
		}
	}
	vaults, done := 0, 0
	var moments []time.Duration
	for done < kills && !t.Failed() {
		k := newKilled(t, corpus)
		vaults++
		// Some of the work is done between two kills, so that a vault lives
		// through some ten of them, from its making to its last vectors.
		for done < kills && !t.Failed() {
			c := k.start()
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			moment := time.Duration(r.Float64() * float64(whole) / 3)
			select {
			case <-time.After(moment):
			case <-ended:
				ended = nil
			}
			if ended == nil {
				break // it was done before
			}
			if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
			<-ended
			done++
			moments = append(moments, moment)
			if store, closed := k.open(ctx); store != nil {
				k.check(ctx, store, false)
				closed()
			} else {
				closed()
			}
		}
		compare(k.finish(ctx))
	}
	slices.Sort(moments)
	t.Logf("%d kills over %d vaults, %v to %v after the start; %d documents as if none had been; vectors: %v; seed %d; undisturbed %v",
		done, vaults, moments[0].Round(time.Millisecond), moments[len(moments)-1].Round(time.Millisecond), len(want), app.ModelsInstalled(), seed, whole.Round(time.Millisecond))
}
