package sqlite_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
	"markai/kernels"
)

// exactly ranks passages by the cosine of their exact vectors.
func exactly(vectors map[mark.ChunkID][]float32, owner map[mark.ChunkID]mark.DocumentID, query []float32, docs []mark.DocumentID, limit int) []mark.ScoredChunk {
	hits := []mark.ScoredChunk{}
	for id, v := range vectors {
		if docs != nil && !slices.Contains(docs, owner[id]) {
			continue
		}
		var dot, vv, qq float64
		for i, x := range query {
			dot += float64(x) * float64(v[i])
			vv += float64(v[i]) * float64(v[i])
			qq += float64(x) * float64(x)
		}
		hits = append(hits, mark.ScoredChunk{Chunk: id, Document: owner[id], Score: dot / math.Sqrt(qq*vv)})
	}
	slices.SortFunc(hits, func(a, b mark.ScoredChunk) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Chunk, b.Chunk))
	})
	return hits[:min(limit, len(hits))]
}

// sameCopy fails when the copy of m in memory is not what one made of these
// vectors would be.
func sameCopy(t interface {
	Fatalf(string, ...any)
	Context() context.Context
}, m mark.MatterStore, vectors map[mark.ChunkID][]float32, query []float32) {
	ix := kernels.New(len(query), kernels.Options{})
	for id, v := range vectors {
		if err := ix.Add(int64(id), 0, v); err != nil {
			t.Fatalf("add vector %d: %v", id, err)
		}
	}
	want, err1 := ix.Search(t.Context(), query, nil, len(vectors)+1)
	got, there, err2 := sqlite.CopyHits(t.Context(), m, query, len(vectors)+1)
	if !there && err2 == nil {
		return
	}
	for i := range got {
		got[i].Group = 0 // the short number of a document, which the store chooses
	}
	if err1 != nil || err2 != nil || !slices.Equal(got, want) {
		t.Fatalf("the copy has\n%v, %v, want\n%v, %v", got, err2, want, err1)
	}
}

// Whatever is written by two programs that have the same matter open, each
// finds what a full comparison finds, in the same order: with the copy in
// memory, with blocks that were kept, damaged or removed, and in the table.
func TestEveryWayOfSearchingFindsWhatAFullComparisonFinds(t *testing.T) {
	dir := t.TempDir()
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		runs++
		path, key := filepath.Join(dir, fmt.Sprint(runs, ".db")), marktest.Key()
		open := func(memory int64) mark.MatterStore {
			m, err := (&sqlite.Stores{VectorMemory: memory}).OpenMatter(ctx, path, key)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		stores := []mark.MatterStore{open(0), open(0), open(1)} // the last has no room for a copy
		defer func() {
			for _, m := range stores {
				if err := m.Close(); err != nil {
					t.Fatal(err)
				}
			}
		}()
		ok := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		anyone := func() mark.MatterStore { return stores[rapid.IntRange(0, len(stores)-1).Draw(t, "store")] }
		var docs []mark.DocumentID
		owner := map[mark.ChunkID]mark.DocumentID{}
		vectors := map[mark.ChunkID][]float32{}
		dim, model := 3, 0
		vector := func(label string) []float32 {
			v := []float32{4}
			for range dim - 1 {
				v = append(v, float32(rapid.IntRange(-3, 3).Draw(t, label)))
			}
			return v
		}
		somePassages := func() []mark.ChunkID {
			all := slices.Sorted(maps.Keys(owner))
			if len(all) == 0 {
				t.Skip("no passages yet")
			}
			return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 1, min(6, len(all)), rapid.ID).Draw(t, "passages")
		}
		put := func() {
			ids := somePassages()
			list := make([][]float32, len(ids))
			for i := range ids {
				list[i] = vector("x")
				vectors[ids[i]] = list[i]
			}
			ok(anyone().PutVectors(ctx, fmt.Sprint("model ", model), ids, list))
		}
		search := func() {
			q, limit := vector("q"), rapid.IntRange(1, 40).Draw(t, "limit")
			var scope []mark.DocumentID
			if len(docs) > 0 && rapid.Bool().Draw(t, "scoped") {
				scope = rapid.SliceOfN(rapid.SampledFrom(docs), 1, 3).Draw(t, "scope")
			}
			want := exactly(vectors, owner, q, scope, limit)
			for n, m := range stores {
				got, err := m.NearestVectors(ctx, q, scope, limit)
				ok(err)
				if len(got)+len(want) > 0 && !slices.Equal(got, want) {
					t.Fatalf("store %d found\n%v, want\n%v", n, got, want)
				}
			}
			sameCopy(t, stores[0], vectors, q)
			sameCopy(t, stores[1], vectors, q)
		}
		t.Repeat(map[string]func(*rapid.T){
			"add a document": func(*rapid.T) {
				m, id := anyone(), mark.DocumentID(fmt.Sprint("d", len(owner), ".", len(docs), ".", rapid.Uint32().Draw(t, "id")))
				ok(m.PutDocument(ctx, mark.Document{ID: id, Name: string(id)}))
				if rapid.IntRange(0, 3).Draw(t, "skip") == 0 {
					ok(sqlite.SkipPassages(ctx, m))
				}
				var pages []mark.Page
				var chunks []mark.Chunk
				for n := range rapid.IntRange(1, 12).Draw(t, "pages") {
					pages = append(pages, mark.Page{Number: n + 1, Text: "words"})
					chunks = append(chunks, mark.Chunk{Header: "h", Text: "words", From: pos(n+1, 0), To: pos(n+1, 5)})
				}
				ok(m.PutPages(ctx, id, pages, chunks))
				list, err := m.ChunksOf(ctx, id)
				ok(err)
				docs = append(docs, id)
				for _, c := range list {
					owner[c.ID] = id
				}
			},
			"put vectors":  func(*rapid.T) { put() },
			"put more":     func(*rapid.T) { put() },
			"search":       func(*rapid.T) { search() },
			"search again": func(*rapid.T) { search() },
			"delete a document": func(*rapid.T) {
				if len(docs) == 0 {
					t.Skip("no documents yet")
				}
				i := rapid.IntRange(0, len(docs)-1).Draw(t, "document")
				ok(anyone().DeleteDocument(ctx, docs[i]))
				maps.DeleteFunc(owner, func(id mark.ChunkID, d mark.DocumentID) bool {
					if d == docs[i] {
						delete(vectors, id)
					}
					return d == docs[i]
				})
				docs = slices.Delete(docs, i, i+1)
			},
			"set headers": func(*rapid.T) {
				if len(docs) == 0 {
					t.Skip("no documents yet")
				}
				changed := map[int]bool{rapid.IntRange(1, 12).Draw(t, "page"): true}
				ok(anyone().SetHeaders(ctx, docs[0], func(c mark.Chunk) string {
					if changed[c.From.Page] {
						delete(vectors, c.ID)
						return c.Header + "!"
					}
					return c.Header
				}))
			},
			"another model": func(*rapid.T) {
				if rapid.IntRange(0, 3).Draw(t, "really") > 0 {
					t.Skip("rarely")
				}
				model, dim = model+1, rapid.IntRange(2, 4).Draw(t, "dim")
				somePassages()
				clear(vectors)
				put()
			},
			"keep blocks": func(*rapid.T) {
				_, err := sqlite.KeepBlocks(ctx, anyone())
				ok(err)
			},
			"damage blocks and open again": func(*rapid.T) {
				ok(sqlite.DamageBlocks(ctx, stores[1], rapid.IntRange(0, 60).Draw(t, "at")))
				ok(stores[0].Close())
				stores[0] = open(0)
				search()
			},
			"open again": func(*rapid.T) {
				n := rapid.IntRange(0, 1).Draw(t, "store")
				ok(stores[n].Close())
				stores[n] = open(0)
			},
		})
	})
}

// Passages whose vectors are written together are found together or not at
// all, and with what was written together, while they are written over and
// over, deleted and come again, by one program and found by another too.
func TestASearchSeesOneMoment(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "m.db"), marktest.Key()
	open := func() mark.MatterStore {
		m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, key))
		t.Cleanup(func() { check(t, m.Close()) })
		return m
	}
	writer, other := open(), open()
	kept := marktest.AddText(t, writer, "kept", "one", "two", "three", "four")
	put := func(d mark.DocumentID, x float32) error {
		chunks, err := writer.ChunksOf(t.Context(), d)
		if err != nil {
			return err
		}
		ids, vectors := []mark.ChunkID{}, [][]float32{}
		for _, c := range chunks {
			ids, vectors = append(ids, c.ID), append(vectors, []float32{x, 1, x})
		}
		return writer.PutVectors(t.Context(), "e", ids, vectors)
	}
	check(t, put(kept.ID, 1))
	stop := make(chan struct{})
	var searches, writes sync.WaitGroup
	for _, m := range []mark.MatterStore{writer, writer, other, other} {
		searches.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					if n < 20 {
						t.Errorf("only %d searches were done: the test tests nothing", n)
					}
					return
				default:
				}
				hits, err := m.NearestVectors(t.Context(), []float32{1, 0.5, 0.2}, nil, 100)
				if err != nil {
					t.Error(err)
					return
				}
				scores, count := map[mark.DocumentID]float64{}, map[mark.DocumentID]int{}
				for _, h := range hits {
					if s, ok := scores[h.Document]; ok && s != h.Score {
						t.Errorf("passages of one document have the scores %g and %g", s, h.Score)
					}
					scores[h.Document] = h.Score
					count[h.Document]++
				}
				for d, n := range count {
					if n != 4 {
						t.Errorf("%d of 4 passages of document %q were found", n, d)
					}
				}
				if count[kept.ID] != 4 {
					t.Errorf("document %s, which is always there, was not found", kept.ID)
				}
			}
		})
	}
	writes.Go(func() {
		for n := range 120 {
			if err := put(kept.ID, float32(1+n%7)); err != nil {
				t.Error(err)
			}
		}
	})
	writes.Go(func() {
		for n := range 30 {
			d := mark.DocumentID(fmt.Sprint("passing ", n))
			err := writer.PutDocument(t.Context(), mark.Document{ID: d})
			var pages []mark.Page
			var chunks []mark.Chunk
			for n := range 4 {
				pages = append(pages, mark.Page{Number: n + 1, Text: "words"})
				chunks = append(chunks, mark.Chunk{Header: "h", Text: "words", From: pos(n+1, 0), To: pos(n+1, 5)})
			}
			if err == nil {
				err = writer.PutPages(t.Context(), d, pages, chunks)
			}
			if err == nil {
				err = put(d, float32(n%5))
			}
			if err == nil {
				err = writer.DeleteDocument(t.Context(), d)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
	writes.Wait()
	close(stop)
	searches.Wait()
}

func TestBlocksAreRemovedByWhatChangesTheirVectorsAndWrittenAnew(t *testing.T) {
	ctx, path, key := t.Context(), filepath.Join(t.TempDir(), "m.db"), marktest.Key()
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(ctx, path, key))
	var docs []mark.Document
	passages := func(d mark.Document) (ids []mark.ChunkID) {
		for _, c := range must[[]mark.Chunk](t)(m.ChunksOf(ctx, d.ID)) {
			ids = append(ids, c.ID)
		}
		return ids
	}
	put := func(d mark.Document, x float32) {
		ids := passages(d)
		check(t, m.PutVectors(ctx, "e", ids, slices.Repeat([][]float32{{x, 1}}, len(ids))))
	}
	for n := range 4 { // one in each of four blocks
		d := marktest.AddText(t, m, fmt.Sprint("document ", n), "one", "two")
		docs = append(docs, d)
		put(d, float32(n))
		check(t, sqlite.SkipPassages(ctx, m))
	}
	want := func(what string, blocks ...int64) {
		t.Helper()
		if got := must[[]int64](t)(sqlite.Blocks(ctx, m)); !slices.Equal(got, blocks) {
			t.Errorf("%s: blocks %v, want %v", what, got, blocks)
		}
	}
	keep := func() { t.Helper(); must[[]int64](t)(sqlite.KeepBlocks(ctx, m)) }
	want("at first")
	keep()
	want("all but the last", 0, 1, 2)
	put(docs[1], 7)
	want("after a vector was replaced", 0, 2)
	keep()
	check(t, m.SetHeaders(ctx, docs[0].ID, func(mark.Chunk) string { return "new" }))
	want("after headers changed", 1, 2)
	keep()
	want("passages wait for vectors", 1, 2)
	check(t, m.DeleteDocument(ctx, docs[2].ID))
	want("after a document was deleted", 1)
	put(docs[0], 3)
	keep()
	want("nothing is left in the third, which its block says", 0, 1, 2)
	check(t, sqlite.DamageBlocks(ctx, m, 21)) // the scale of the first vector
	check(t, m.Close())

	m = must[mark.MatterStore](t)(sqlite.New().OpenMatter(ctx, path, key))
	defer func() { check(t, m.Close()) }()
	vectors := must[map[mark.ChunkID][]float32](t)(m.Vectors(ctx, slices.Concat(passages(docs[0]), passages(docs[1]), passages(docs[3]))))
	owner := map[mark.ChunkID]mark.DocumentID{}
	for _, d := range []mark.Document{docs[0], docs[1], docs[3]} {
		for _, id := range passages(d) {
			owner[id] = d.ID
		}
	}
	q := []float32{2, 1}
	if got, want := must[[]mark.ScoredChunk](t)(m.NearestVectors(ctx, q, nil, 9)), exactly(vectors, owner, q, nil, 9); !slices.Equal(got, want) {
		t.Errorf("beside damaged blocks there is found %v, want %v", got, want)
	}
	sameCopy(t, m, vectors, q)
	// What the search found damaged is written anew by itself.
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		holds, err := sqlite.BlockRows(ctx, m) // which loads them
		if err == nil && slices.Equal(holds, []int{2, 2, 0}) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("after a minute the blocks hold %v, %v", holds, err)
		}
	}
}

func TestChangesDoNotPileUp(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "a", "one")
	id := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID))[0].ID
	check(t, m.PutVectors(t.Context(), "e", []mark.ChunkID{id}, [][]float32{{1, 2}}))
	must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), []float32{1, 1}, nil, 1))
	const many = 5 * 16384
	ids, vectors := slices.Repeat([]mark.ChunkID{id}, many), slices.Repeat([][]float32{{1, 0}}, many)
	vectors[many-1] = []float32{0, 1}
	check(t, m.PutVectors(t.Context(), "e", ids, vectors))
	must[[]int64](t)(sqlite.KeepBlocks(t.Context(), m))
	if n := must[int](t)(sqlite.Changes(t.Context(), m)); n > 4*16384 {
		t.Errorf("%d changes are on record", n)
	}
	hits := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), []float32{0, 1}, nil, 1))
	if len(hits) != 1 || hits[0].Score != 1 {
		t.Errorf("after all these changes there is found %v", hits)
	}
}

func TestALockedMatterKeepsNoVectorsInMemory(t *testing.T) {
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), filepath.Join(t.TempDir(), "m.db"), marktest.Key()))
	fill(t, m, randomVectors(300, 8, 1))
	if n := sqlite.CopyHolds(m); n != -1 {
		t.Errorf("before the first search the copy holds %d vectors", n)
	}
	query := []float32{1, 0, 0, 0, 0, 0, 0, 0}
	var searches sync.WaitGroup
	for range 4 {
		searches.Go(func() {
			for {
				if _, err := m.NearestVectors(t.Context(), query, nil, 5); err != nil {
					if mark.CodeOf(err) != mark.Locked {
						t.Errorf("after the matter was closed: %v", err)
					}
					return
				}
			}
		})
	}
	for sqlite.CopyHolds(m) != 300 {
		if t.Context().Err() != nil {
			t.Fatal("the copy was never made")
		}
	}
	check(t, m.Close())
	searches.Wait()
	if n := sqlite.CopyHolds(m); n != -1 {
		t.Errorf("after the matter was closed the copy holds %d vectors", n)
	}
}

func TestASearchThatIsCancelledLeavesTheCopyUsable(t *testing.T) {
	m := marktest.OpenMatter(t)
	fill(t, m, randomVectors(200, 8, 1))
	query := []float32{1, 0, 0, 0, 0, 0, 0, 0}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.NearestVectors(ctx, query, nil, 5); err == nil || ctx.Err() == nil {
		t.Errorf("a cancelled search gave %v", err)
	}
	if hits := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, nil, 5)); len(hits) != 5 {
		t.Errorf("the next search found %v", hits)
	}
}

// Where most blocks are missing, the first searches are answered by the table
// while the blocks are written, and then by the copy.
func TestACopyThatWouldTakeLongIsNotWaitedFor(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "m.db"), marktest.Key()
	open := func() mark.MatterStore {
		return must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), path, key))
	}
	m := open()
	for n := range 9 {
		d := marktest.AddText(t, m, fmt.Sprint("document ", n), "one", "two")
		chunks := must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), d.ID))
		check(t, m.PutVectors(t.Context(), "e", []mark.ChunkID{chunks[0].ID, chunks[1].ID}, [][]float32{{float32(n), 1}, {1, 1}}))
		check(t, sqlite.SkipPassages(t.Context(), m))
	}
	query := []float32{3, 1}
	want := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, nil, 5))
	for deadline := time.Now().Add(time.Minute); sqlite.CopyHolds(m) != 18; time.Sleep(time.Millisecond) {
		if got := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, nil, 5)); len(got) != 5 || !slices.Equal(got, want) {
			t.Fatalf("found %v, and before %v", got, want)
		}
		if time.Now().After(deadline) {
			t.Fatal("after a minute of searches there is no copy")
		}
	}
	if got := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, nil, 5)); !slices.Equal(got, want) {
		t.Errorf("in the copy there is found %v, in the table %v", got, want)
	}
	check(t, m.Close())
	// With blocks it is loaded before anybody searches.
	m = open()
	for deadline := time.Now().Add(time.Minute); sqlite.CopyHolds(m) != 18; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("a minute after the matter was opened there is no copy")
		}
	}
	check(t, m.Close())
}
