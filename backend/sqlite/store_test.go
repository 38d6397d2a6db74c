package sqlite_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

func wantCode(t *testing.T, err error, want mark.Code) {
	t.Helper()
	if err == nil || mark.CodeOf(err) != want {
		t.Fatalf("got error %v (%s), want code %s", err, mark.CodeOf(err), want)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func pos(page, offset int) mark.Pos { return mark.Pos{Page: page, Offset: offset} }

var box = mark.Rect{X0: 1, Y0: 2, X1: 3, Y1: 4}

func TestDocumentComesBackAsItWasPut(t *testing.T) {
	m := marktest.OpenMatter(t)
	want := mark.Document{
		ID: "d1", Parent: "d0", Name: "Lease § 12.pdf", Source: "/in/Lease.pdf", Kind: mark.KindPDF, SHA256: "ab", Bytes: 7,
		Pages: 3, Title: "Lease", Parties: []string{"Ünal", "O'Brien"}, Status: mark.DocumentNeedsYou, Problem: "It needs a password.",
		Code: mark.NeedsPassword, Notes: []string{"Repaired."}, Added: time.Unix(1_700_000_000, 5).UTC(),
	}
	check(t, m.PutDocument(t.Context(), want))
	got := must[mark.Document](t)(m.Document(t.Context(), "d1"))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	want.Problem, want.Parties, want.Notes = "", []string{}, []string{}
	check(t, m.PutDocument(t.Context(), want))
	if got := must[mark.Document](t)(m.Document(t.Context(), "d1")); got.Problem != "" || len(got.Parties) != 0 {
		t.Errorf("the row was not replaced: %+v", got)
	}
	_, err := m.Document(t.Context(), "other")
	wantCode(t, err, mark.NotFound)
}

func TestChangesOfADocumentAtTheSameTimeAllStay(t *testing.T) {
	m := marktest.OpenMatter(t)
	if err := m.PutDocument(t.Context(), mark.Document{ID: "d", Name: "a.pdf"}); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := m.ChangeDocument(t.Context(), "d", func(d *mark.Document) { d.Notes = append(d.Notes, fmt.Sprint(i)) }); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := m.ChangeDocument(t.Context(), "d", func(d *mark.Document) { d.ID, d.Title = "other", "A title" })
	if err != nil || got.ID != "d" || got.Title != "A title" || len(got.Notes) != 20 {
		t.Errorf("%+v, %v", got, err)
	}
	if stored, err := m.Document(t.Context(), "d"); err != nil || stored.Title != "A title" || len(stored.Notes) != 20 {
		t.Errorf("stored %+v, %v", stored, err)
	}
	if _, err := m.ChangeDocument(t.Context(), "none", func(*mark.Document) { t.Error("a document that is not there was changed") }); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a document that is not there: %v", err)
	}
}

func TestDocumentIsFoundByItsBytesUnlessItIsAnAttachment(t *testing.T) {
	m := marktest.OpenMatter(t)
	check(t, m.PutDocument(t.Context(), mark.Document{ID: "mail", SHA256: "aa"}))
	check(t, m.PutDocument(t.Context(), mark.Document{ID: "child", Parent: "mail", SHA256: "bb"}))
	if got := must[mark.Document](t)(m.DocumentBySHA(t.Context(), "aa")); got.ID != "mail" {
		t.Errorf("got %s, want mail", got.ID)
	}
	_, err := m.DocumentBySHA(t.Context(), "bb")
	wantCode(t, err, mark.NotFound)
}

func TestOriginalIsReadAtAnyPlace(t *testing.T) {
	m := marktest.OpenMatter(t)
	check(t, m.PutDocument(t.Context(), mark.Document{ID: "d"}))
	for _, size := range []int{0, 1, 256 << 10, 256<<10 + 1, 2_000_003} {
		want := make([]byte, size)
		for i := range want {
			want[i] = byte(i * 7 >> 3)
		}
		check(t, m.PutOriginal(t.Context(), "d", bytes.NewReader(want)))
		o := must[mark.Original](t)(m.Original(t.Context(), "d"))
		got, err := io.ReadAll(io.NewSectionReader(o, 0, o.Size()))
		check(t, err)
		if !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back otherwise than they were put", size)
		}
		if n, err := o.ReadAt(make([]byte, 10), int64(size)); n != 0 || !errors.Is(err, io.EOF) {
			t.Errorf("reading past the end: got %d, %v", n, err)
		}
		if size > 300_000 {
			buf := make([]byte, 100)
			if _, err := o.ReadAt(buf, 256<<10-50); err != nil || !bytes.Equal(buf, want[256<<10-50:256<<10+50]) {
				t.Errorf("reading over a part's end: %v", err)
			}
		}
		check(t, o.Close())
		if size > 0 {
			if _, err := o.ReadAt(make([]byte, 1), 0); err == nil {
				t.Error("a closed original was read")
			}
		}
	}
}

type failing struct{ left int }

func (f *failing) Read(p []byte) (int, error) {
	if f.left <= 0 {
		return 0, errors.New("the cable was pulled")
	}
	n := min(len(p), f.left)
	f.left -= n
	return n, nil
}

func TestOriginalThatWasBrokenOffIsNotReadable(t *testing.T) {
	m := marktest.OpenMatter(t)
	check(t, m.PutDocument(t.Context(), mark.Document{ID: "d"}))
	if err := m.PutOriginal(t.Context(), "d", &failing{600_000}); err == nil {
		t.Fatal("the reader's failure was swallowed")
	}
	_, err := m.Original(t.Context(), "d")
	wantCode(t, err, mark.NotFound)
	check(t, m.PutOriginal(t.Context(), "d", strings.NewReader("whole")))
	o := must[mark.Original](t)(m.Original(t.Context(), "d"))
	if o.Size() != 5 {
		t.Errorf("got %d bytes, want 5", o.Size())
	}
}

func TestPageKeepsItsFirstText(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "a.txt", "first text here")
	again := mark.Page{Number: 1, Text: "second text"}
	check(t, m.PutPages(t.Context(), d.ID, []mark.Page{again, {Number: 2, Text: "new", OCR: true, Words: []mark.Word{{Start: 0, End: 3, Box: box, Confidence: 0.5}}}, {Number: 3, Problem: "Page 3 could not be read."}},
		[]mark.Chunk{{From: pos(1, 0), To: pos(1, 5), Text: "other"}, {From: pos(2, 0), To: pos(2, 3), Text: "new"}}))
	if p := must[mark.Page](t)(m.Page(t.Context(), d.ID, 1)); p.Text != "first text here" {
		t.Errorf("page 1 now says %q", p.Text)
	}
	if got := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID)); len(got) != 2 || got[0].Text != "first text here" || got[1].Text != "new" {
		t.Errorf("passages: %+v", got)
	}
	got := must[mark.Document](t)(m.Document(t.Context(), d.ID))
	if got.PagesRead != 2 || got.OCRPages != 1 {
		t.Errorf("got %d pages read and %d by OCR, want 2 and 1", got.PagesRead, got.OCRPages)
	}
	if got := must[[]int](t)(m.PageNumbers(t.Context(), d.ID)); !reflect.DeepEqual(got, []int{1, 2, 3}) {
		t.Errorf("page numbers %v", got)
	}
	if got := must[[]mark.Page](t)(m.PagesFrom(t.Context(), d.ID, 2, 5)); len(got) != 2 || got[0].Words[0].Box != box {
		t.Errorf("pages from 2: %+v", got)
	}
	if got := must[mark.Chunk](t)(m.LastChunk(t.Context(), d.ID)); got.Text != "new" || got.Document != d.ID {
		t.Errorf("last passage: %+v", got)
	}
	check(t, m.PutDocument(t.Context(), mark.Document{ID: d.ID, PagesRead: 99}))
	if got := must[mark.Document](t)(m.Document(t.Context(), d.ID)); got.PagesRead != 2 {
		t.Errorf("PutDocument changed the count of read pages to %d", got.PagesRead)
	}
	_, err := m.Page(t.Context(), d.ID, 9)
	wantCode(t, err, mark.NotFound)
	wantCode(t, m.PutPages(t.Context(), "gone", nil, nil), mark.NotFound)
}

func TestDeletedDocumentLeavesNothingBehind(t *testing.T) {
	m := marktest.OpenMatter(t)
	keep := marktest.AddText(t, m, "keep.txt", "the lessee pays rent")
	d := marktest.AddText(t, m, "mail.eml", "the lessee gives notice", "and moves out")
	child := marktest.AddText(t, m, "att.txt", "the attached notice")
	child.Parent = d.ID
	check(t, m.PutDocument(t.Context(), child))
	check(t, m.PutOriginal(t.Context(), d.ID, strings.NewReader("raw")))
	check(t, m.PutJob(t.Context(), mark.Job{ID: "j", Document: d.ID, State: mark.JobQueued}))
	all := must[[]mark.Chunk](t)(m.Unembedded(t.Context(), "", "e", 10))
	for i, c := range all {
		check(t, m.PutVectors(t.Context(), "e", []mark.ChunkID{c.ID}, [][]float32{{1, float32(i)}}))
	}
	check(t, m.DeleteDocument(t.Context(), d.ID))
	wantCode(t, m.DeleteDocument(t.Context(), d.ID), mark.NotFound)

	if got := must[mark.Counts](t)(m.Counts(t.Context())); got != (mark.Counts{Documents: 1, Pages: 1, Chunks: 1, Embedded: 1}) {
		t.Errorf("left: %+v", got)
	}
	for _, expr := range []string{"notice", "lessee"} {
		for _, h := range must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), expr, [2]float64{1, 1}, nil, 10)) {
			if h.Document != keep.ID {
				t.Errorf("%q still finds document %s", expr, h.Document)
			}
		}
	}
	if got := must[[]mark.ScoredChunk](t)(m.MatchSubstring(t.Context(), "notice", nil, 10)); len(got) != 0 {
		t.Errorf("substring still finds %v", got)
	}
	if got := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), []float32{1, 1}, nil, 10)); len(got) != 1 || got[0].Document != keep.ID {
		t.Errorf("vectors still find %v", got)
	}
	if got := must[[]mark.Job](t)(m.Jobs(t.Context())); len(got) != 0 {
		t.Errorf("jobs left: %v", got)
	}
	wantCode(t, m.PutJob(t.Context(), mark.Job{ID: "j", Document: d.ID}), mark.NotFound)
}

func TestOldestQueuedJobIsTakenOnce(t *testing.T) {
	m := marktest.OpenMatter(t)
	at := time.Unix(1_700_000_000, 0).UTC()
	for i, id := range []mark.JobID{"second", "first", "done"} {
		j := mark.Job{ID: id, State: mark.JobQueued, Step: mark.StepRead, Created: at.Add(-time.Duration(i) * time.Minute), Done: 3}
		if id == "done" {
			j.State = mark.JobDone
		}
		check(t, m.PutJob(t.Context(), j))
	}
	if got := must[[]mark.Job](t)(m.Jobs(t.Context())); got[0].ID != "second" || got[2].ID != "done" {
		t.Errorf("jobs are not newest first: %v", got)
	}
	if got := must[mark.Job](t)(m.NextJob(t.Context())); got.ID != "first" || got.State != mark.JobRunning || got.Done != 3 {
		t.Errorf("got %+v, want first", got)
	}
	if got := must[mark.Job](t)(m.NextJob(t.Context())); got.ID != "second" {
		t.Errorf("got %+v, want second", got)
	}
	_, err := m.NextJob(t.Context())
	wantCode(t, err, mark.NotFound)
	if n := must[int](t)(m.RequeueRunning(t.Context())); n != 2 {
		t.Errorf("requeued %d, want 2", n)
	}
	if got := must[mark.Job](t)(m.Job(t.Context(), "first")); got.State != mark.JobQueued {
		t.Errorf("got state %s, want queued", got.State)
	}
}

func TestConversationKeepsItsAnswers(t *testing.T) {
	m := marktest.OpenMatter(t)
	at := time.Unix(1_700_000_000, 0).UTC()
	check(t, m.PutConversation(t.Context(), mark.Conversation{ID: "old", Created: at, Updated: at}))
	check(t, m.PutConversation(t.Context(), mark.Conversation{ID: "c", Title: "Notice", Created: at, Updated: at.Add(-time.Hour)}))
	want := mark.Message{Role: "assistant", Text: "Thirty days. [1]", Created: at.Add(time.Hour), Answer: &mark.Answer{
		Text:      "Thirty days. [1]",
		Sentences: []mark.Sentence{{Text: "Thirty days.", Verdict: mark.VerdictVerbatim, Citations: []int{0}}},
		Citations: []mark.Citation{{Document: "d", Quote: "thirty (30) days", Spans: []mark.Span{{Document: "d", Page: 4, Start: 10, End: 26}}, Boxes: []mark.PageBoxes{{Page: 4, Boxes: []mark.Rect{box}}}}},
		Timings:   mark.Timings{Search: time.Second},
	}}
	check(t, m.AddMessage(t.Context(), "c", mark.Message{Role: "user", Text: "How long?", Created: at}))
	check(t, m.AddMessage(t.Context(), "c", want))
	got := must[[]mark.Message](t)(m.Messages(t.Context(), "c"))
	if len(got) != 2 || got[0].Answer != nil || !reflect.DeepEqual(got[1], want) {
		t.Errorf("got %+v", got)
	}
	if list := must[[]mark.Conversation](t)(m.Conversations(t.Context())); list[0].ID != "c" || !list[0].Updated.Equal(want.Created) {
		t.Errorf("the conversation used last is not first: %+v", list)
	}
	check(t, m.DeleteConversation(t.Context(), "c"))
	wantCode(t, m.DeleteConversation(t.Context(), "c"), mark.NotFound)
	wantCode(t, m.AddMessage(t.Context(), "c", mark.Message{}), mark.NotFound)
}

func TestClosedStoreSaysThatItIsLocked(t *testing.T) {
	m, err := sqlite.New().OpenMatter(t.Context(), filepath.Join(t.TempDir(), "m.db"), marktest.Key())
	check(t, err)
	check(t, m.Close())
	check(t, m.Close())
	_, err = m.Documents(t.Context())
	wantCode(t, err, mark.Locked)
	wantCode(t, m.PutDocument(t.Context(), mark.Document{ID: "d"}), mark.Locked)
}

func TestCanceledCallSaysSo(t *testing.T) {
	m := marktest.OpenMatter(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.PutDocument(ctx, mark.Document{ID: "d"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}

func TestStoreFilesAreForTheOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	m, err := sqlite.New().OpenMatter(t.Context(), filepath.Join(dir, "a b%20?#.db"), marktest.Key())
	check(t, err)
	defer m.Close()
	marktest.AddText(t, m, "a.txt", "text")
	entries, err := os.ReadDir(dir)
	check(t, err)
	if len(entries) < 3 {
		t.Fatalf("got %v, want the store, its log and its index", entries)
	}
	for _, e := range entries {
		info, err := e.Info()
		check(t, err)
		if !strings.HasPrefix(e.Name(), "a b%20?#.db") || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %o", e.Name(), info.Mode().Perm())
		}
	}
}

func TestDeletingWhatHasNoPassagesLeavesTheIndexesAlone(t *testing.T) {
	m := marktest.OpenMatter(t)
	for _, name := range []string{"a.txt", "b.txt", "c.txt"} {
		marktest.AddText(t, m, name, "the lessee pays rent")
	}
	words, trigrams, err := sqlite.Segments(t.Context(), m)
	check(t, err)
	if words < 2 || trigrams < 2 {
		t.Fatalf("%d and %d segments: nothing could be merged", words, trigrams)
	}
	check(t, m.PutDocument(t.Context(), mark.Document{ID: "refused"}))
	check(t, m.DeleteDocument(t.Context(), "refused"))
	if w, g, err := sqlite.Segments(t.Context(), m); err != nil || w != words || g != trigrams {
		t.Errorf("%d and %d segments became %d and %d, %v", words, trigrams, w, g, err)
	}
}

func TestDeletedDocumentsGiveTheirSpaceBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.db")
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, marktest.Key()))
	d := mark.Document{ID: "big", Name: "big.bin", SHA256: "1"}
	check(t, m.PutDocument(t.Context(), d))
	check(t, m.PutOriginal(t.Context(), d.ID, bytes.NewReader(make([]byte, 16<<20))))
	check(t, m.DeleteDocument(t.Context(), d.ID))
	check(t, m.Close()) // the log is written back
	st, err := os.Stat(path)
	check(t, err)
	if st.Size() > 2<<20 {
		t.Errorf("the store still takes %d bytes", st.Size())
	}
}
