package sqlite_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"

	"pgregory.net/rapid"
)

// put adds documents that are read, by id and hash.
func put(t testing.TB, m mark.MatterStore, docs ...mark.Document) {
	t.Helper()
	for _, d := range docs {
		d.Status = mark.DocumentReady
		check(t, m.PutDocument(t.Context(), d))
	}
}

func TestThreadIsTheSameInWhateverOrderItsMessagesCome(t *testing.T) {
	messages := map[mark.DocumentID]mark.ThreadKeys{
		"first":  {Messages: []string{"1@x"}, Subject: "lease"},
		"second": {Messages: []string{"1@x", "2@x"}, Subject: "lease", Reply: true},
		"third":  {Messages: []string{"2@x", "3@x"}, Subject: "lease", Reply: true},
		"last":   {Messages: []string{"1@x", "3@x", "4@x"}, Subject: "lease", Reply: true},
		"bare":   {Messages: []string{"5@x"}, Subject: "lease", Reply: true}, // names nobody
		"other":  {Messages: []string{"9@x"}, Subject: "invoice"},
	}
	rapid.Check(t, func(rt *rapid.T) {
		m := marktest.OpenMatter(t)
		order := rapid.Permutation([]mark.DocumentID{"first", "second", "third", "last", "bare", "other"}).Draw(rt, "order")
		for _, id := range order {
			put(t, m, mark.Document{ID: id})
			must[string](t)(m.JoinThread(t.Context(), id, messages[id]))
		}
		thread := map[mark.DocumentID]string{}
		for _, d := range must[[]mark.Document](t)(m.Documents(t.Context())) {
			thread[d.ID] = d.Thread
		}
		for _, id := range []mark.DocumentID{"second", "third", "last", "bare"} {
			if thread[id] != thread["first"] {
				rt.Fatalf("in the order %v %s is in thread %q, the first message in %q", order, id, thread[id], thread["first"])
			}
		}
		if thread["other"] == thread["first"] || thread["other"] == "" {
			rt.Fatalf("an unrelated message is in thread %q, the others in %q", thread["other"], thread["first"])
		}
	})
}

func TestMessagesOfOneSubjectAreNoThreadByThat(t *testing.T) {
	m := marktest.OpenMatter(t)
	put(t, m, mark.Document{ID: "a"}, mark.Document{ID: "b"}, mark.Document{ID: "c"})
	one := must[string](t)(m.JoinThread(t.Context(), "a", mark.ThreadKeys{Messages: []string{"a@x"}, Subject: "invoice"}))
	two := must[string](t)(m.JoinThread(t.Context(), "b", mark.ThreadKeys{Messages: []string{"b@x"}, Subject: "invoice"}))
	none := must[string](t)(m.JoinThread(t.Context(), "c", mark.ThreadKeys{}))
	if one == two || none != "" {
		t.Errorf("threads %q, %q, and of a message without anything %q", one, two, none)
	}
}

func TestDuplicatesPointToTheEarliestInWhateverOrderTheyAreRead(t *testing.T) {
	ids := []mark.DocumentID{"a", "b", "c", "d"}
	rapid.Check(t, func(rt *rapid.T) {
		m := marktest.OpenMatter(t)
		for _, id := range ids {
			put(t, m, mark.Document{ID: id, SHA256: string(id)})
		}
		for _, id := range rapid.Permutation(ids).Draw(rt, "order") {
			d := must[mark.Document](t)(m.Document(t.Context(), id))
			d.Meta.ContentHash = "same"
			if id == "d" {
				d.Meta.ContentHash = "other"
			}
			put(t, m, d)
			must[mark.DocumentID](t)(m.LinkDuplicate(t.Context(), id))
		}
		want := map[mark.DocumentID]mark.DocumentID{"a": "", "b": "a", "c": "a", "d": ""}
		for _, d := range must[[]mark.Document](t)(m.Documents(t.Context())) {
			if d.Duplicate != want[d.ID] {
				rt.Fatalf("%s is a duplicate of %q, want %q", d.ID, d.Duplicate, want[d.ID])
			}
		}
		check(t, m.DeleteDocument(t.Context(), "a"))
		if d := must[mark.Document](t)(m.Document(t.Context(), "c")); d.Duplicate != "b" {
			rt.Fatalf("after the first was deleted c is a duplicate of %q, want b", d.Duplicate)
		}
	})
}

func TestVersionsAreOneGroupUnderTheFirst(t *testing.T) {
	m := marktest.OpenMatter(t)
	put(t, m, mark.Document{ID: "a"}, mark.Document{ID: "b"}, mark.Document{ID: "c"}, mark.Document{ID: "d"})
	for _, link := range [][2]mark.DocumentID{{"d", "c"}, {"b", "a"}, {"c", "b"}, {"a", "d"}} {
		if first := must[mark.DocumentID](t)(m.LinkVersion(t.Context(), link[0], link[1])); first == link[0] && link[0] != "a" {
			t.Errorf("%s heads its own group", link[0])
		}
	}
	list := must[mark.DocumentList](t)(m.QueryDocuments(t.Context(), mark.DocumentQuery{Similar: "a"}))
	if list.Total != 4 {
		t.Errorf("the group has %d documents, want 4", list.Total)
	}
	check(t, m.DeleteDocument(t.Context(), "a"))
	if list := must[mark.DocumentList](t)(m.QueryDocuments(t.Context(), mark.DocumentQuery{Similar: "b"})); list.Total != 3 {
		t.Errorf("after the first was deleted the group of the second has %d documents, want 3", list.Total)
	}
	// What a job holds in memory does not undo a link.
	put(t, m, mark.Document{ID: "d"})
	if d := must[mark.Document](t)(m.Document(t.Context(), "d")); d.Similar != "b" {
		t.Errorf("d is a version of %q, want b", d.Similar)
	}
}

func TestSketchIsFoundByAnyOfItsBands(t *testing.T) {
	m := marktest.OpenMatter(t)
	put(t, m, mark.Document{ID: "a"}, mark.Document{ID: "b"}, mark.Document{ID: "c"})
	check(t, m.PutSketch(t.Context(), "a", mark.Sketch{1, 1 << 31}, []int64{7, -8}))
	check(t, m.PutSketch(t.Context(), "b", mark.Sketch{2, 3}, []int64{9}))
	check(t, m.PutSketch(t.Context(), "c", mark.Sketch{4, 5}, []int64{-8}))
	near := must[[]mark.Sketched](t)(m.SketchesNear(t.Context(), "c", []int64{-8, 100}, 10))
	if len(near) != 1 || near[0].Document.ID != "a" || !slices.Equal(near[0].Sketch, mark.Sketch{1, 1 << 31}) {
		t.Errorf("got %+v", near)
	}
	check(t, m.DeleteDocument(t.Context(), "a"))
	if near := must[[]mark.Sketched](t)(m.SketchesNear(t.Context(), "c", []int64{-8}, 10)); len(near) != 0 {
		t.Errorf("a deleted document is near: %+v", near)
	}
}

func TestJobsComeByPriorityThenAgeAndWaitForTheirTime(t *testing.T) {
	m := marktest.OpenMatter(t)
	now := time.Now().UTC()
	for i, id := range []string{"old", "new", "looked-at", "later"} {
		put(t, m, mark.Document{ID: mark.DocumentID(id), Name: id + ".pdf"})
		j := mark.Job{ID: mark.JobID(id), Document: mark.DocumentID(id), State: mark.JobQueued, Created: now.Add(time.Duration(i) * time.Second)}
		if id == "later" {
			j.NotBefore = now.Add(time.Hour)
		}
		check(t, m.PutJob(t.Context(), j))
	}
	if some := must[bool](t)(m.PreferDocument(t.Context(), "looked-at")); !some {
		t.Error("a waiting document was not preferred")
	}
	for _, want := range []string{"looked-at", "old", "new"} {
		j := must[mark.Job](t)(m.NextJob(t.Context()))
		if string(j.ID) != want || j.Name != want+".pdf" {
			t.Fatalf("got %s (%s), want %s", j.ID, j.Name, want)
		}
	}
	_, err := m.NextJob(t.Context())
	wantCode(t, err, mark.NotFound)
	if some := must[bool](t)(m.PreferDocument(t.Context(), "old")); some {
		t.Error("a document that is being read counts as waiting")
	}
	counts := must[map[mark.JobState]int](t)(m.JobCounts(t.Context()))
	if fmt.Sprint(counts) != "map[queued:1 running:3]" {
		t.Errorf("counts %v", counts)
	}
	must[bool](t)(m.PreferDocument(t.Context(), "later"))
	if j := must[mark.Job](t)(m.NextJob(t.Context())); j.ID != "later" {
		t.Errorf("a delayed job that is preferred waits all the same; got %s", j.ID)
	}
}

func TestWatchedFilesComeBackAsTheyWerePut(t *testing.T) {
	m := marktest.OpenMatter(t)
	now := time.Now().UTC()
	check(t, m.PutWatchedFolder(t.Context(), mark.WatchedFolder{Path: "/in", Added: now}))
	f := mark.WatchedFile{Path: "/in/a.pdf", Folder: "/in", Size: 3, Modified: now, Checked: now, SHA256: "ab", Document: "d", Problem: "p", Missing: true}
	check(t, m.PutWatchedFile(t.Context(), f))
	if got := must[mark.WatchedFile](t)(m.WatchedFile(t.Context(), f.Path)); got != f {
		t.Errorf("got %+v, want %+v", got, f)
	}
	f.Missing = false
	check(t, m.PutWatchedFile(t.Context(), f))
	g := f
	g.Path, g.Document = "/in/b.pdf", ""
	check(t, m.PutWatchedFile(t.Context(), g))
	if got := must[[]mark.WatchedFile](t)(m.WatchedFiles(t.Context(), "/in", "/in/a.pdf", 5)); len(got) != 1 || got[0] != g {
		t.Errorf("after the first: %+v", got)
	}
	if got := must[[]mark.WatchedFile](t)(m.WatchedFilesOf(t.Context(), "d")); len(got) != 1 || got[0] != f {
		t.Errorf("of the document: %+v", got)
	}
	if got := must[[]mark.WatchedFolder](t)(m.WatchedFolders(t.Context())); len(got) != 1 || got[0].Files != 2 || !got[0].Added.Equal(now) {
		t.Errorf("folders %+v", got)
	}
	wantCode(t, m.PutWatchedFile(t.Context(), mark.WatchedFile{Path: "/x/a", Folder: "/x"}), mark.NotFound)
	check(t, m.DeleteWatchedFolder(t.Context(), "/in"))
	wantCode(t, m.DeleteWatchedFolder(t.Context(), "/in"), mark.NotFound)
	_, err := m.WatchedFile(t.Context(), f.Path)
	wantCode(t, err, mark.NotFound)
}

func TestPagesAreForgottenOnlyWhereNoneCouldBeRead(t *testing.T) {
	m := marktest.OpenMatter(t)
	put(t, m, mark.Document{ID: "none"}, mark.Document{ID: "some"})
	bad := mark.Page{Number: 1, Problem: "It is a picture."}
	check(t, m.PutPages(t.Context(), "none", []mark.Page{bad, {Number: 2, Problem: "It is a picture."}}, nil))
	check(t, m.PutPages(t.Context(), "some", []mark.Page{bad, {Number: 2, Text: "rent"}}, nil))
	if n := must[int](t)(m.ForgetUnread(t.Context(), "none")); n != 2 {
		t.Errorf("%d pages were forgotten, want 2", n)
	}
	if n := must[int](t)(m.ForgetUnread(t.Context(), "some")); n != 0 {
		t.Errorf("%d pages were forgotten of a document with text", n)
	}
	check(t, m.PutPages(t.Context(), "none", []mark.Page{{Number: 1, Text: "rent"}}, nil))
	if p := must[mark.Page](t)(m.Page(t.Context(), "none", 1)); p.Text != "rent" {
		t.Errorf("read again it is %+v", p)
	}
}

func TestWaitingCountsWhatIsToBeReadAndEmbedded(t *testing.T) {
	m := marktest.OpenMatter(t)
	for id, kind := range map[string]mark.Kind{"a": mark.KindPDF, "b": mark.KindPDF, "c": mark.KindMail, "done": mark.KindPDF, "embed": mark.KindPDF} {
		put(t, m, mark.Document{ID: mark.DocumentID(id), Kind: kind, Bytes: 10})
		j := mark.Job{ID: mark.JobID(id), Document: mark.DocumentID(id), State: mark.JobQueued, Step: mark.StepRead}
		switch id {
		case "done":
			j.State = mark.JobDone
		case "embed":
			j.Step = mark.StepEmbed
		}
		check(t, m.PutJob(t.Context(), j))
	}
	marktest.AddText(t, m, "t.txt", "rent", "term")
	w := must[mark.Waiting](t)(m.Waiting(t.Context()))
	slices.SortFunc(w.Documents, func(a, b mark.WaitingKind) int { return cmp.Compare(a.Kind, b.Kind) })
	if got, want := fmt.Sprint(w), "{[{mail 1 10} {pdf 2 20}] 2}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if jobs := must[[]mark.Job](t)(m.JobsIn(t.Context(), mark.JobQueued, 3)); len(jobs) != 3 {
		t.Errorf("%d jobs", len(jobs))
	}
}
