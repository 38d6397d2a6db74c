package watch_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/watch"

	"pgregory.net/rapid"
)

const matterID = mark.MatterID("m")

// add stores a file as a document that is read at once, as ingestion would.
func add(ctx context.Context, _ mark.MatterID, store mark.MatterStore, path string) (mark.Document, bool, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return mark.Document{}, false, mark.Errorf(mark.Forbidden, "This file cannot be read.").Because(err)
	}
	if len(data) == 0 {
		return mark.Document{}, false, mark.Errorf(mark.Invalid, "This file is empty.")
	}
	sum := sha256.Sum256(data)
	sha := hex.EncodeToString(sum[:])
	if doc, err := store.DocumentBySHA(ctx, sha); err == nil {
		return doc, true, nil
	}
	doc := mark.Document{
		ID: mark.DocumentID(mark.NewID()), Name: filepath.Base(path), Source: path, SHA256: sha,
		Bytes: int64(len(data)), Status: mark.DocumentReady, Title: string(data), Notes: []string{},
	}
	return doc, false, store.PutDocument(ctx, doc)
}

// bench is a watched folder.
type bench struct {
	t     testing.TB
	dir   string
	s     *watch.Service
	store mark.MatterStore
}

func start(t testing.TB, c watch.Config) *bench {
	t.Helper()
	if c.Add == nil {
		c.Add = add
	}
	if c.Settle == 0 {
		c.Settle = 20 * time.Millisecond
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, dir: dir, s: watch.New(c), store: marktest.OpenMatter(t)}
	if err := b.s.Attach(t.Context(), matterID, b.store); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) watch() *bench {
	b.t.Helper()
	if _, err := b.s.Watch(b.t.Context(), matterID, b.store, b.dir); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// write writes a file that has been left alone for long. Each writing has its
// own time, as in life.
func (b *bench) write(name, content string) string {
	b.t.Helper()
	path := filepath.Join(b.dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
		b.t.Fatal(err)
	}
	clock.Lock()
	clock.at = clock.at.Add(time.Second)
	at := clock.at
	clock.Unlock()
	if err := os.Chtimes(path, at, at); err != nil {
		b.t.Fatal(err)
	}
	return path
}

var clock = struct {
	sync.Mutex
	at time.Time
}{at: time.Now().Add(-100 * time.Hour)}

func (b *bench) remove(name string) {
	b.t.Helper()
	if err := os.RemoveAll(filepath.Join(b.dir, filepath.FromSlash(name))); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) move(from, to string) {
	b.t.Helper()
	to = filepath.Join(b.dir, filepath.FromSlash(to))
	if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.Rename(filepath.Join(b.dir, filepath.FromSlash(from)), to)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) scan() watch.Found {
	b.t.Helper()
	f, err := b.s.Scan(b.t.Context(), matterID, b.store, "")
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// docs returns the documents by their content.
func (b *bench) docs() map[string]mark.Document {
	b.t.Helper()
	list, err := b.store.Documents(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	out := map[string]mark.Document{}
	for _, d := range list {
		if other, twice := out[d.Title]; twice {
			b.t.Fatalf("%q is stored twice, from %s and %s", d.Title, other.Source, d.Source)
		}
		out[d.Title] = d
	}
	return out
}

func missing(d mark.Document) bool {
	return slices.ContainsFunc(d.Notes, func(n string) bool { return strings.Contains(n, "no longer in its watched folder") })
}

func TestScanBringsWhatIsNewAndLooksOnce(t *testing.T) {
	b := start(t, watch.Config{}).watch()
	b.write("a.txt", "one")
	b.write("sub/deeper/b.txt", "two")
	b.write(".hidden", "no")
	b.write("~$lock.docx", "no")
	b.write("half.crdownload", "no")
	b.write(".git/config", "no")
	b.write("empty.txt", "")
	if f := b.scan(); f.Added != 2 || len(f.Problems) != 1 || filepath.Base(f.Problems[0].Path) != "empty.txt" {
		t.Errorf("found %+v", f)
	}
	if f := b.scan(); f.Added != 0 || f.Unchanged != 3 || len(f.Problems) != 0 {
		t.Errorf("a second look found %+v", f)
	}
	b.write("copy.txt", "one")
	if f := b.scan(); f.Known != 1 || f.Moved != 0 {
		t.Errorf("a copy was found as %+v", f)
	}
	folders, err := b.s.Watched(t.Context(), matterID, b.store)
	if err != nil || len(folders) != 1 || folders[0].Files != 4 || folders[0].Scanned.IsZero() || folders[0].Problem != "" {
		t.Errorf("folders %+v, %v", folders, err)
	}
}

func TestChangedFileBecomesAVersionAndTheOldOneStays(t *testing.T) {
	b := start(t, watch.Config{}).watch()
	b.write("lease.txt", "draft")
	b.scan()
	b.write("lease.txt", "final")
	if f := b.scan(); f.Added != 1 || f.Changed != 1 {
		t.Errorf("found %+v", f)
	}
	docs := b.docs()
	if len(docs) != 2 || docs["final"].Similar != docs["draft"].ID {
		t.Errorf("documents %+v", docs)
	}
	b.write("lease.txt", "final") // touched
	if f := b.scan(); f.Added+f.Known+f.Changed != 0 || f.Unchanged != 1 {
		t.Errorf("a touched file was found as %+v", f)
	}
}

func TestMovedFileKeepsItsDocument(t *testing.T) {
	b := start(t, watch.Config{}).watch()
	b.write("in/a.txt", "one")
	b.write("in/b.txt", "two")
	b.scan()
	before := b.docs()
	b.move("in", "out/2026")
	if f := b.scan(); f.Moved != 2 || f.Missing != 0 || f.Added != 0 {
		t.Errorf("found %+v", f)
	}
	after := b.docs()
	for text, name := range map[string]string{"one": "out/2026/a.txt", "two": "out/2026/b.txt"} {
		if d := after[text]; d.ID != before[text].ID || d.Source != filepath.Join(b.dir, filepath.FromSlash(name)) || missing(d) {
			t.Errorf("%q is now %+v", text, d)
		}
	}
}

func TestDeletedFileLeavesANoteUntilItIsBack(t *testing.T) {
	b := start(t, watch.Config{}).watch()
	b.write("a.txt", "one")
	b.write("b.txt", "two")
	b.write("b2.txt", "two")
	b.scan()
	b.remove("a.txt")
	b.remove("b2.txt")
	if f := b.scan(); f.Missing != 1 {
		t.Errorf("found %+v", f)
	}
	if docs := b.docs(); !missing(docs["one"]) || missing(docs["two"]) {
		t.Errorf("notes %v and %v", docs["one"].Notes, docs["two"].Notes)
	}
	if f := b.scan(); f.Missing != 0 {
		t.Errorf("the same file is missed twice: %+v", f)
	}
	b.write("a.txt", "one")
	if f := b.scan(); f.Returned != 1 || f.Added+f.Known != 0 {
		t.Errorf("found %+v", f)
	}
	if docs := b.docs(); missing(docs["one"]) || len(docs) != 2 {
		t.Errorf("after its return: %+v", docs)
	}
}

func TestDocumentThatWasRemovedDoesNotComeBack(t *testing.T) {
	b := start(t, watch.Config{}).watch()
	b.write("a.txt", "one")
	b.scan()
	if err := b.store.DeleteDocument(t.Context(), b.docs()["one"].ID); err != nil {
		t.Fatal(err)
	}
	b.write("a.txt", "one")
	b.scan()
	if docs := b.docs(); len(docs) != 0 {
		t.Errorf("documents %+v", docs)
	}
}

func TestFolderThatCannotBeReachedLosesNothing(t *testing.T) {
	b := start(t, watch.Config{}).watch()
	b.write("a.txt", "one")
	b.scan()
	away := b.dir + "-away"
	if err := os.Rename(b.dir, away); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Scan(t.Context(), matterID, b.store, ""); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("got %v", err)
	}
	folders, err := b.s.Watched(t.Context(), matterID, b.store)
	if err != nil || folders[0].Problem == "" || missing(b.docs()["one"]) {
		t.Errorf("folders %+v, notes %v, %v", folders, b.docs()["one"].Notes, err)
	}
	if err := os.Rename(away, b.dir); err != nil {
		t.Fatal(err)
	}
	if f := b.scan(); f.Unchanged != 1 {
		t.Errorf("found %+v", f)
	}
	if folders, err = b.s.Watched(t.Context(), matterID, b.store); err != nil || folders[0].Problem != "" {
		t.Errorf("folders %+v, %v", folders, err)
	}
}

func TestFileThatIsBeingWrittenIsLeftAlone(t *testing.T) {
	b := start(t, watch.Config{Settle: 200 * time.Millisecond}).watch()
	path := filepath.Join(b.dir, "growing.txt")
	stop, done := make(chan struct{}), make(chan struct{})
	grow := func(n int) {
		if err := os.WriteFile(path, []byte(strings.Repeat("x", n)), 0o600); err != nil {
			t.Error(err)
		}
	}
	grow(1)
	go func() {
		defer close(done)
		for n := 2; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Millisecond):
				grow(n)
			}
		}
	}()
	f := b.scan()
	close(stop)
	<-done
	if f.Waiting != 1 || len(b.docs()) != 0 {
		t.Fatalf("found %+v", f)
	}
	if f := b.scan(); f.Added != 1 { // waits until it is left alone
		t.Errorf("found %+v", f)
	}
}

func TestFoldersInOneAnotherAreRefused(t *testing.T) {
	own := t.TempDir()
	b := start(t, watch.Config{Own: filepath.Join(own, "home")}).watch()
	b.write("sub/a.txt", "one")
	for path, want := range map[string]mark.Code{
		b.dir:                               mark.Exists,
		filepath.Join(b.dir, "sub"):         mark.Exists,
		filepath.Join(b.dir, "sub/a.txt"):   mark.Invalid,
		filepath.Join(b.dir, "nothing"):     mark.NotFound,
		own:                                 mark.Invalid,
		filepath.Join(own, "home/../home/"): mark.NotFound,
	} {
		if _, err := b.s.Watch(t.Context(), matterID, b.store, path); mark.CodeOf(err) != want {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
	if err := b.s.Unwatch(t.Context(), matterID, b.store, b.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Watch(t.Context(), matterID, b.store, filepath.Join(b.dir, "sub")); err != nil {
		t.Fatal(err)
	}
	if _, err := b.s.Watch(t.Context(), matterID, b.store, b.dir); mark.CodeOf(err) != mark.Exists {
		t.Errorf("a folder around a watched one: %v", err)
	}
	if _, err := b.s.Scan(t.Context(), matterID, b.store, b.dir); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a folder that is no longer watched is scanned: %v", err)
	}
}

// TestFoldersAreFollowedWhileRunning changes files under a running service.
func TestFoldersAreFollowedWhileRunning(t *testing.T) {
	b := start(t, watch.Config{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := b.s.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer wg.Wait()
	defer cancel()
	b.write("first.txt", "first")
	b.watch()
	until := func(what string, done func(map[string]mark.Document) bool) {
		t.Helper()
		for end := time.Now().Add(20 * time.Second); !done(b.docs()); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%s was not noticed: %+v", what, b.docs())
			}
		}
	}
	until("what was there", func(d map[string]mark.Document) bool { return len(d) == 1 })
	b.write("second.txt", "second")
	until("a new file", func(d map[string]mark.Document) bool { return len(d) == 2 })
	b.write("new/folder/third.txt", "third")
	until("a file in a new folder", func(d map[string]mark.Document) bool { return len(d) == 3 })
	b.write("new/folder/third.txt", "third, changed")
	until("a change", func(d map[string]mark.Document) bool {
		return d["third, changed"].Similar == d["third"].ID && len(d) == 4
	})
	b.move("second.txt", "new/second.txt")
	until("a move", func(d map[string]mark.Document) bool {
		return d["second"].Source == filepath.Join(b.dir, "new", "second.txt")
	})
	b.remove("first.txt")
	until("a deletion", func(d map[string]mark.Document) bool { return missing(d["first"]) })
	b.s.Detach(matterID)
	if _, err := b.s.Scan(t.Context(), matterID, b.store, ""); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a closed matter is scanned: %v", err)
	}
}

// TestAfterAnyChangesTheMatterHoldsWhatTheFolderHolds plays random changes of
// files and compares with what should be known after each scan.
func TestAfterAnyChangesTheMatterHoldsWhatTheFolderHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := start(t, watch.Config{}).watch()
		files := map[string]string{} // content by name
		ever := map[string]bool{}
		name := rapid.SampledFrom([]string{"a.txt", "b.txt", "sub/a.txt", "sub/b.txt", "sub/deep/c.txt"})
		content := rapid.SampledFrom([]string{"one", "two", "three", "four"})
		for range rapid.IntRange(1, 6).Draw(rt, "scans") {
			for range rapid.IntRange(0, 4).Draw(rt, "changes") {
				at := name.Draw(rt, "name")
				switch rapid.SampledFrom([]string{"write", "remove", "move"}).Draw(rt, "change") {
				case "write":
					files[at] = content.Draw(rt, "content")
					b.write(at, files[at])
				case "remove":
					delete(files, at)
					b.remove(at)
				case "move":
					to := name.Draw(rt, "to")
					if text, there := files[at]; there && to != at {
						b.move(at, to)
						delete(files, at)
						files[to] = text
					}
				}
			}
			b.scan()
			for _, text := range files {
				ever[text] = true
			}
			docs := b.docs()
			for text, d := range docs {
				there := slices.Contains(slices.Collect(maps.Values(files)), text)
				if missing(d) && there { // what was overwritten is not missing
					rt.Fatalf("%q is noted as missing and is there; files %v", text, files)
				}
			}
			if fmt.Sprint(slices.Sorted(maps.Keys(docs))) != fmt.Sprint(slices.Sorted(maps.Keys(ever))) {
				rt.Fatalf("the matter holds %v, was given %v", slices.Sorted(maps.Keys(docs)), slices.Sorted(maps.Keys(ever)))
			}
		}
	})
}
