package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/marktest"
)

// put writes files under a new folder and returns it.
func put(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// outcome is what became of the files by name, sorted.
func outcome(t *testing.T, store mark.MatterStore, a ingest.Added) []string {
	t.Helper()
	var out []string
	for _, j := range a.Jobs {
		d, err := store.Document(t.Context(), j.Document)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, "added "+d.Name)
	}
	for _, d := range a.Known {
		out = append(out, "known "+d.Name)
	}
	for _, r := range a.Rejected {
		out = append(out, "rejected "+r.Name+": "+string(mark.CodeOf(r.Err)))
	}
	for _, r := range a.Skipped {
		out = append(out, "skipped "+r.Name)
	}
	slices.Sort(out)
	return out
}

func TestAFolderIsAddedWithAllThatIsIn(t *testing.T) {
	dir := put(t, map[string]string{"a.txt": "one", "b/c.txt": "two", "b/copy.txt": "one", "b/.hidden": "x", ".git/config": "x", "empty.txt": "", "b/Thumbs.db": "x"})
	if err := os.Symlink(dir, filepath.Join(dir, "b", "loop")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	for from, to := range map[string]string{"z.txt": filepath.Join(dir, "a.txt"), "gone.txt": filepath.Join(dir, "nowhere"), "circle": filepath.Join(dir, "circle")} {
		if err := os.Symlink(to, filepath.Join(dir, from)); err != nil {
			t.Fatal(err)
		}
	}
	store := marktest.OpenMatter(t)
	s := ingest.New(ingest.Config{})
	a, err := s.Add(t.Context(), matterID, store, []string{dir})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"added a.txt", "added c.txt", "known a.txt", "known a.txt",
		"rejected circle: invalid", "rejected empty.txt: invalid", "rejected gone.txt: not_found",
		"skipped .git", "skipped .hidden", "skipped Thumbs.db", "skipped loop",
	}
	if got := outcome(t, store, a); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	again, err := s.Add(t.Context(), matterID, store, []string{filepath.Join(dir, "a.txt"), filepath.Join(dir, "b", ".hidden")})
	if got := outcome(t, store, again); err != nil || !slices.Equal(got, []string{"added .hidden", "known a.txt"}) {
		t.Errorf("again: %q, %v", got, err)
	}
}

func TestWhatIsAddedIsOnDiskForGood(t *testing.T) {
	content := strings.Repeat("all of it ", 100_000)
	dir := put(t, map[string]string{"lease.txt": content})
	store := marktest.OpenMatter(t)
	a, err := ingest.New(ingest.Config{}).Add(t.Context(), matterID, store, []string{filepath.Join(dir, "lease.txt")})
	if err != nil || len(a.Jobs) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	doc, err := store.Document(t.Context(), a.Jobs[0].Document)
	if err != nil {
		t.Fatal(err)
	}
	o, err := store.Original(t.Context(), doc.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
	if err != nil || string(got) != content || doc.Bytes != int64(len(content)) || doc.Source != filepath.Join(dir, "lease.txt") || len(doc.SHA256) != 64 {
		t.Errorf("%d bytes back, document %+v, %v", len(got), doc, err)
	}
	if j, err := store.Job(t.Context(), a.Jobs[0].ID); err != nil || j.State != mark.JobQueued || j.Step != mark.StepRead {
		t.Errorf("job %+v, %v", j, err)
	}
}

func TestAnUploadThatIsRefusedLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		name string
		r    io.Reader
		code mark.Code
	}{
		{"empty", strings.NewReader(""), mark.Invalid},
		{"breaks off", io.MultiReader(strings.NewReader("some"), iotest.ErrReader(errors.New("unplugged"))), mark.Damaged},
		{"too big", bytes.NewReader(make([]byte, 2000)), mark.TooBig},
	} {
		store := marktest.OpenMatter(t)
		a, err := ingest.New(ingest.Config{MaxBytes: 1000}).AddReader(t.Context(), matterID, store, c.name, c.r)
		if err != nil || len(a.Rejected) != 1 || mark.CodeOf(a.Rejected[0].Err) != c.code {
			t.Errorf("%s: %+v, %v", c.name, a, err)
		}
		if docs, err := store.Documents(t.Context()); err != nil || len(docs) != 0 {
			t.Errorf("%s: left %+v, %v", c.name, docs, err)
		}
	}
}

func TestAnUploadIsKnownByItsContent(t *testing.T) {
	store := marktest.OpenMatter(t)
	s := ingest.New(ingest.Config{})
	for i, want := range []string{"added a.txt", "known a.txt"} {
		a, err := s.AddReader(t.Context(), matterID, store, []string{`C:\files\a.txt`, "../b.txt"}[i], strings.NewReader("same"))
		if got := outcome(t, store, a); err != nil || !slices.Equal(got, []string{want}) {
			t.Errorf("got %q, %v; want %s", got, err, want)
		}
	}
}

func TestAddingStopsWithItsContext(t *testing.T) {
	dir := put(t, map[string]string{"a.txt": "one"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ingest.New(ingest.Config{}).Add(ctx, matterID, marktest.OpenMatter(t), []string{dir}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestFilesThatMayNotBeReadAreRejected(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := put(t, map[string]string{"a.txt": "one"})
	if err := os.Chmod(filepath.Join(dir, "a.txt"), 0); err != nil {
		t.Fatal(err)
	}
	store := marktest.OpenMatter(t)
	a, err := ingest.New(ingest.Config{}).Add(t.Context(), matterID, store, []string{dir})
	if got := outcome(t, store, a); err != nil || !slices.Equal(got, []string{"rejected a.txt: forbidden"}) {
		t.Errorf("got %q, %v", got, err)
	}
}

// restless is a store whose files change between their hashing and their sealing.
type restless struct {
	mark.MatterStore
	change func()
}

func (r *restless) PutOriginal(ctx context.Context, id mark.DocumentID, in io.Reader) error {
	r.change()
	return r.MatterStore.PutOriginal(ctx, id, in)
}

func TestAFileThatChangesWhileItIsAddedIsWhatWasSealed(t *testing.T) {
	dir := put(t, map[string]string{"a.book": "as it was", "b.book": "another"})
	path := filepath.Join(dir, "a.book")
	write := func(s string) func() {
		return func() {
			if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
				t.Error(err)
			}
		}
	}
	store := &restless{MatterStore: marktest.OpenMatter(t), change: write("as it became, and longer")}
	b := start(t, store, ingest.Config{})
	a, err := b.s.Add(t.Context(), matterID, store, []string{path})
	if err != nil || len(a.Jobs) != 1 {
		t.Fatalf("%+v, %v", a, err)
	}
	_, doc := b.until(a.Jobs[0].ID, mark.JobDone)
	if got := text(t, store, doc.ID); got != "as it became, and longer" || doc.Bytes != int64(len(got)) {
		t.Errorf("read %q, %d bytes", got, doc.Bytes)
	}
	if known, err := store.DocumentBySHA(t.Context(), doc.SHA256); err != nil || known.ID != doc.ID {
		t.Errorf("by its hash: %+v, %v", known, err)
	}
	store.change = func() {}
	if a, err := b.s.Add(t.Context(), matterID, store, []string{path}); err != nil || len(a.Known) != 1 {
		t.Errorf("added again: %+v, %v", a, err)
	}
	// It becomes another file that the matter holds.
	if _, err := b.s.Add(t.Context(), matterID, store, []string{filepath.Join(dir, "b.book")}); err != nil {
		t.Fatal(err)
	}
	write("a third text")()
	store.change = write("another")
	a, err = b.s.Add(t.Context(), matterID, store, []string{path})
	if err != nil || len(a.Known) != 1 || a.Known[0].Name != "b.book" || len(a.Jobs) != 0 {
		t.Errorf("become another: %+v, %v", a, err)
	}
	// It is emptied.
	write("a fourth text")()
	store.change = write("")
	if a, err = b.s.Add(t.Context(), matterID, store, []string{path}); err != nil || len(a.Rejected) != 1 {
		t.Errorf("emptied: %+v, %v", a, err)
	}
}
