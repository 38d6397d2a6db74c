package ingest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/marktest"

	"pgregory.net/rapid"
)

// mortal is a store whose process dies after so many writes: from then on
// nothing reaches the disk and every call fails.
type mortal struct {
	mark.MatterStore
	mu     sync.Mutex // guards writes and dead
	writes int        // left
	dead   chan struct{}
}

func (m *mortal) write() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.writes--; m.writes < 0 {
		select {
		case <-m.dead:
		default:
			close(m.dead)
		}
		return errKilled
	}
	return nil
}

func (m *mortal) PutDocument(ctx context.Context, d mark.Document) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.PutDocument(ctx, d)
}

func (m *mortal) ChangeDocument(ctx context.Context, id mark.DocumentID, change func(*mark.Document)) (mark.Document, error) {
	if err := m.write(); err != nil {
		return mark.Document{}, err
	}
	return m.MatterStore.ChangeDocument(ctx, id, change)
}

func (m *mortal) PutPages(ctx context.Context, id mark.DocumentID, p []mark.Page, c []mark.Chunk) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.PutPages(ctx, id, p, c)
}

func (m *mortal) PutFeatures(ctx context.Context, id mark.DocumentID, f []mark.Feature) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.PutFeatures(ctx, id, f)
}

func (m *mortal) PutJob(ctx context.Context, j mark.Job) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.PutJob(ctx, j)
}

func (m *mortal) PutVectors(ctx context.Context, model string, ids []mark.ChunkID, v [][]float32) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.PutVectors(ctx, model, ids, v)
}

func (m *mortal) SetHeaders(ctx context.Context, id mark.DocumentID, h func(mark.Chunk) string) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.SetHeaders(ctx, id, h)
}

func (m *mortal) DeleteDocument(ctx context.Context, id mark.DocumentID) error {
	if err := m.write(); err != nil {
		return err
	}
	return m.MatterStore.DeleteDocument(ctx, id)
}

func (m *mortal) NextJob(ctx context.Context) (mark.Job, error) {
	if err := m.write(); err != nil {
		return mark.Job{}, err
	}
	return m.MatterStore.NextJob(ctx)
}

// TestKillingTheProcessAnywhereLosesNothingAndDoublesNothing kills after a
// random number of writes, again and again, until the work is done.
func TestKillingTheProcessAnywhereLosesNothingAndDoublesNothing(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		store := marktest.OpenMatter(t)
		kinds := rapid.SliceOfN(rapid.SampledFrom([]string{"", "picture:", "once:", "damaged:", "noted:"}), 1, 30).Draw(rt, "pages")
		var pages, want, noted []string
		for i, k := range kinds {
			word := fmt.Sprintf("%sword%d", k, i)
			pages = append(pages, word)
			switch k {
			case "picture:":
				word = strings.TrimPrefix(word, k)
			case "damaged:":
				word = ""
			case "noted:":
				noted = append(noted, "Why "+word+"?")
			}
			want = append(want, word)
		}
		readable := slices.ContainsFunc(want, func(s string) bool { return s != "" })
		content := strings.Join(pages, "\f") + "\ffile:in.book=inside|file"
		reader := &book{}
		e := &embedder{}
		config := ingest.Config{Parsers: []mark.Parser{reader}, Recogniser: eyes{}, OCRParallel: 2, Embedder: e, Chunker: onePage}
		b := start(t, store, config)
		b.stop()
		job := b.add("a.book", content)
		kills := 0
		for ; kills < 40; kills++ {
			m := &mortal{MatterStore: store, writes: rapid.IntRange(0, 25).Draw(rt, "writes"), dead: make(chan struct{})}
			if kills == 39 {
				m.writes = 1 << 30
			}
			// What a dying process says in its log is not this test's business.
			b := start(t, m, config)
			wait(t, func() bool {
				select {
				case <-m.dead:
					return true
				default:
					return done(t, store)
				}
			}, func() string { return fmt.Sprintf("not done after %d kills", kills) })
			m.mu.Lock()
			m.writes = -1
			m.mu.Unlock()
			b.stop()
			if done(t, store) {
				break
			}
		}
		j, err := store.Job(t.Context(), job.ID)
		if err != nil {
			rt.Fatal(err)
		}
		if !readable {
			if j.State != mark.JobFailed {
				rt.Fatalf("a document without a page is %s", j.State)
			}
			return
		}
		if j.State != mark.JobDone {
			rt.Fatalf("job %+v after %d kills", j, kills)
		}
		if got := text(t, store, job.Document); got != strings.Join(want, "\f") {
			rt.Fatalf("text %q, want %q", got, strings.Join(want, "\f"))
		}
		chunks, err := store.ChunksOf(t.Context(), job.Document)
		if err != nil {
			rt.Fatal(err)
		}
		var found []string
		for _, c := range chunks {
			found = append(found, c.Text)
		}
		if whole := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "" }); !slices.Equal(found, whole) {
			rt.Fatalf("passages %q, want %q", found, whole)
		}
		told, err := store.Features(t.Context(), job.Document, mark.FeatureComment)
		if err != nil {
			rt.Fatal(err)
		}
		var comments []string
		for _, f := range told {
			comments = append(comments, f.Text)
		}
		if !slices.Equal(comments, noted) {
			rt.Fatalf("comments %q, want %q", comments, noted)
		}
		docs, err := store.Documents(t.Context())
		if err != nil || len(docs) != 2 {
			rt.Fatalf("%d documents, %v", len(docs), err)
		}
		for _, d := range docs {
			if d.Status != mark.DocumentReady {
				rt.Fatalf("%s is %s: %s", d.Name, d.Status, d.Problem)
			}
		}
		left, err := store.Unembedded(t.Context(), "", "fake", 100)
		if err != nil || len(left) != 0 {
			rt.Fatalf("%d passages without vectors, %v", len(left), err)
		}
	})
}

// done reports whether no job is left to do. A job that died with its process
// counts as left.
func done(t testing.TB, store mark.MatterStore) bool {
	t.Helper()
	jobs, err := store.Jobs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return !slices.ContainsFunc(jobs, func(j mark.Job) bool { return j.State == mark.JobQueued || j.State == mark.JobRunning })
}

// TestStoppingAnywhereCostsOnePageAtMost ends the service at random pages.
func TestStoppingAnywhereCostsOnePageAtMost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(rt, "pages")
		var pages []string
		for i := range n {
			pages = append(pages, fmt.Sprintf("page%d", i))
		}
		reader := &book{gate: make(chan struct{})}
		store := marktest.OpenMatter(t)
		config := ingest.Config{Parsers: []mark.Parser{reader}, Chunker: onePage}
		b := start(t, store, config)
		job := b.add("a.book", strings.Join(pages, "\f"))
		stops := 0
		for left := n; left > 0; {
			pages := rapid.IntRange(1, left).Draw(rt, "go")
			for range pages {
				reader.gate <- struct{}{}
			}
			if left -= pages; left > 0 {
				stops++
				b.stop()
				b = start(t, store, config)
			}
		}
		close(reader.gate)
		if _, doc := b.until(job.ID, mark.JobDone); text(t, store, doc.ID) != strings.Join(pages, "\f") {
			rt.Fatalf("text %q", text(t, store, doc.ID))
		}
		b.stop()
		again := 0
		for _, n := range reader.reads {
			again += n - 1
		}
		if again > stops {
			rt.Fatalf("%d pages were read twice over %d stops", again, stops)
		}
	})
}
