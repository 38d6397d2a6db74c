package kernels

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// clustered returns n unit vectors around a few hundred places, as passages
// lie around subjects. noise is the length of a step away from a place.
func clustered(n, dim int, noise float64, seed uint64) [][]float32 {
	places := rand.New(rand.NewPCG(1, 1))
	centres := make([][]float32, 200)
	for i := range centres {
		centres[i] = gauss(places, dim)
	}
	r := rand.New(rand.NewPCG(seed, 2))
	list := make([][]float32, n)
	for i := range list {
		list[i] = gauss(r, dim)
		c := centres[r.IntN(len(centres))]
		for d := range list[i] {
			list[i][d] = c[d] + float32(noise)*list[i][d]
		}
		unit(list[i])
	}
	return list
}

func gauss(r *rand.Rand, dim int) []float32 {
	v := make([]float32, dim)
	for i := range v {
		v[i] = float32(r.NormFloat64())
	}
	return unit(v)
}

func unit(v []float32) []float32 {
	length := math.Sqrt(Reference.Dot(v, v))
	for i := range v {
		v[i] = float32(float64(v[i]) / length)
	}
	return v
}

func filled(t testing.TB, vectors [][]float32, o Options) *Index {
	t.Helper()
	ix := New(len(vectors[0]), o)
	for i, v := range vectors {
		if err := ix.Add(int64(i), uint32(i/100), v); err != nil {
			t.Fatal(err)
		}
	}
	return ix
}

func search(t testing.TB, ix *Index, query []float32, groups Groups, k int) []Hit {
	t.Helper()
	hits, err := ix.Search(t.Context(), query, groups, k)
	if err != nil {
		t.Fatal(err)
	}
	return hits
}

// nearest ranks by exact cosine.
func nearest(vectors [][]float32, query []float32, within func(i int) bool, k int) []int64 {
	var hits []Hit
	for i, v := range vectors {
		if within(i) {
			hits = append(hits, Hit{ID: int64(i), Score: Best().Dot(query, v)})
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	ids := []int64{}
	for _, h := range hits[:min(k, len(hits))] {
		ids = append(ids, h.ID)
	}
	return ids
}

func TestNinetyNineOfAHundredNearestAreFound(t *testing.T) {
	const k = 50
	vectors := clustered(20_000, 384, 1, 3)
	queries := clustered(20, 384, 1, 4)
	odd := []uint32{}
	for g := uint32(1); g < 200; g += 2 {
		odd = append(odd, g)
	}
	tests := []struct {
		name   string
		groups Groups
	}{{"all", nil}, {"half", GroupsOf(odd...)}, {"two in a hundred", GroupsOf(3, 77, 120, 199)}}
	for how, above := range map[string]int{"bytes": BitsAbove, "bits, then bytes": -1} {
		ix := filled(t, vectors, Options{BitsAbove: above})
		for _, tt := range tests {
			t.Run(how+"/"+tt.name, func(t *testing.T) {
				found := 0
				for _, q := range queries {
					want := nearest(vectors, q, func(i int) bool { return tt.groups == nil || tt.groups.Has(uint32(i/100)) }, k)
					for _, h := range search(t, ix, q, tt.groups, k) {
						if slices.Contains(want, h.ID) {
							found++
						}
						if exact := Best().Dot(q, vectors[h.ID]); math.Abs(h.Score-exact) > 0.003 {
							t.Errorf("score %.4f, exactly %.4f", h.Score, exact)
						}
					}
				}
				recall := float64(found) / float64(k*len(queries))
				t.Logf("recall@%d %.4f", k, recall)
				if recall < 0.99 {
					t.Errorf("recall@%d %.4f, want at least 0.99", k, recall)
				}
			})
		}
	}
}

func TestRescoringFindsExactlyTheNearest(t *testing.T) {
	vectors := clustered(5000, 100, 1, 3)
	ix := filled(t, vectors, Options{})
	for _, q := range clustered(10, 100, 1, 5) {
		hits := Rescore(q, search(t, ix, q, nil, 200), func(id int64) []float32 {
			return vectors[id]
		})
		want := nearest(vectors, q, func(int) bool { return true }, 50)
		for i, h := range hits[:50] {
			if h.ID != want[i] {
				t.Fatalf("number %d is %d, want %d", i, h.ID, want[i])
			}
		}
	}
}

func TestRescoringLeavesOutWhatIsGone(t *testing.T) {
	hits := []Hit{{ID: 1, Score: 0.9}, {ID: 2, Score: 0.8}, {ID: 3, Score: 0.7}}
	got := Rescore([]float32{3, 4}, hits, func(id int64) []float32 {
		return map[int64][]float32{1: {4, -3}, 3: {6, 8}}[id]
	})
	if want := []Hit{{ID: 3, Score: 1}, {ID: 1, Score: 0}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// entry is a vector in the model of an index that is a map.
type entry struct {
	group uint32
	v     []float32
}

// ranked is what an index of the entries must find: all is recomputed with the
// reference, in no particular order of rows.
func ranked(entries map[int64]entry, query []float32, groups Groups, k int) []Hit {
	code := func(v []float32) ([]int8, float32) {
		codes := make([]int8, len(v))
		length := math.Sqrt(Best().Dot(v, v))
		return codes, float32(float64(Reference.Quantise(codes, v)*127) / 127 / length)
	}
	q, scale := code(query)
	hits := []Hit{}
	for id, e := range entries {
		if groups != nil && !groups.Has(e.group) {
			continue
		}
		c, s := code(e.v)
		sum := int32(0)
		for i := range c {
			sum += int32(c[i]) * int32(q[i])
		}
		hits = append(hits, Hit{ID: id, Group: e.group, Score: float64(float32(sum)*s) * float64(scale)})
	}
	slices.SortFunc(hits, func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) })
	return hits[:min(k, len(hits))]
}

func sameHits(got, want []Hit) bool {
	return slices.EqualFunc(got, want, func(a, b Hit) bool {
		return a.ID == b.ID && a.Group == b.Group && math.Abs(a.Score-b.Score) < 1e-6
	})
}

// Whatever is added and deleted, a search finds what a full comparison finds,
// and a view goes on finding what it found.
func TestAnIndexFindsWhatAFullComparisonFinds(t *testing.T) {
	each(t, func(t *testing.T, p Path) {
		rapid.Check(t, func(t *rapid.T) {
			dim := rapid.SampledFrom([]int{1, 3, 64, 100}).Draw(t, "dim")
			// Bits are compared first, and all rows are then compared by bytes.
			above := rapid.SampledFrom([]int{BitsAbove, -1}).Draw(t, "bits above")
			ix, entries := New(dim, Options{Path: p, BitsAbove: above}), map[int64]entry{}
			type past struct {
				view    *View
				entries map[int64]entry
			}
			var pasts []past
			vector := func(t *rapid.T) []float32 {
				v := make([]float32, dim)
				for i := range v {
					v[i] = float32(rapid.IntRange(-3, 3).Draw(t, "x")) // equal vectors happen
				}
				v[0] += 4
				return v
			}
			id := rapid.Int64Range(0, 60)
			group := rapid.Uint32Range(0, 5)
			check := func(t *rapid.T, v *View, entries map[int64]entry) {
				q, k := vector(t), rapid.IntRange(0, 70).Draw(t, "k")
				var groups Groups
				var f *Filter
				if rapid.Bool().Draw(t, "filtered") {
					groups = GroupsOf(rapid.SliceOfN(group, 0, 3).Draw(t, "groups")...)
					f = v.Filter(groups)
				}
				got, err := v.Search(context.Background(), q, f, k)
				if err != nil {
					t.Fatal(err)
				}
				if want := ranked(entries, q, groups, k); !sameHits(got, want) {
					t.Fatalf("got %v\nwant %v", got, want)
				}
			}
			t.Repeat(map[string]func(*rapid.T){
				"add": func(t *rapid.T) {
					n, e := id.Draw(t, "id"), entry{group.Draw(t, "group"), vector(t)}
					if err := ix.Add(n, e.group, e.v); err != nil {
						t.Fatal(err)
					}
					entries[n] = e
				},
				"delete": func(t *rapid.T) {
					n := id.Draw(t, "id")
					ix.Delete(n)
					delete(entries, n)
				},
				"delete group": func(t *rapid.T) {
					g := group.Draw(t, "group")
					ix.DeleteGroup(g)
					maps.DeleteFunc(entries, func(_ int64, e entry) bool { return e.group == g })
				},
				"look": func(t *rapid.T) {
					pasts = append(pasts, past{ix.View(), maps.Clone(entries)})
				},
				"search the past": func(t *rapid.T) {
					if len(pasts) > 0 {
						p := pasts[rapid.IntRange(0, len(pasts)-1).Draw(t, "which")]
						check(t, p.view, p.entries)
					}
				},
				"": func(t *rapid.T) {
					if ix.Len() != len(entries) {
						t.Fatalf("%d vectors, want %d", ix.Len(), len(entries))
					}
					check(t, ix.View(), entries)
				},
			})
		})
	})
}

func TestResultsDoNotDependOnTheOrderOfAdding(t *testing.T) {
	vectors := clustered(3000, 48, 0.5, 7)
	for i := range vectors[:1000] {
		vectors[i+1000] = vectors[i] // the same passage twice
	}
	var want string
	for seed := range uint64(3) {
		ix := New(48, Options{})
		for _, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(vectors)) {
			if err := ix.Add(int64(i), 0, vectors[i]); err != nil {
				t.Fatal(err)
			}
		}
		got := fmt.Sprint(search(t, ix, vectors[5], nil, 25))
		if seed == 0 {
			want = got
		}
		if got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
}

func TestManyQueriesFindWhatOneFinds(t *testing.T) {
	vectors, queries := clustered(5000, 384, 1, 3), clustered(7, 384, 1, 4)
	for how, above := range map[string]int{"bytes": BitsAbove, "bits": -1} {
		t.Run(how, func(t *testing.T) {
			ix := filled(t, vectors, Options{BitsAbove: above})
			all, err := ix.View().SearchAll(t.Context(), queries, nil, 20)
			if err != nil {
				t.Fatal(err)
			}
			for i, q := range queries {
				if want := search(t, ix, q, nil, 20); !slices.Equal(all[i], want) {
					t.Errorf("query %d: got %v, want %v", i, all[i], want)
				}
			}
		})
	}
}

// A segment of many rows is scanned in several parts.
func TestHitsOfALargeIndexBelongToTheirGroups(t *testing.T) {
	vectors := clustered(120_000, 8, 1, 3)
	query := clustered(1, 8, 1, 4)[0]
	late := make(Groups, 20) // groups 704 to 1279, which begin inside a part
	for i := 11; i < 20; i++ {
		late[i] = math.MaxUint64
	}
	for how, above := range map[string]int{"bytes": BitsAbove, "bits": -1} {
		t.Run(how, func(t *testing.T) {
			hits := search(t, filled(t, vectors, Options{BitsAbove: above}), query, late, 60_000)
			for _, h := range hits {
				if h.Group != uint32(h.ID/100) || !late.Has(h.Group) || math.Abs(h.Score-Best().Dot(query, vectors[h.ID])) > 0.02 {
					t.Fatalf("found %+v, whose cosine is %g", h, Best().Dot(query, vectors[h.ID]))
				}
			}
			if want := 120_000 - 70_400; len(hits) != want {
				t.Errorf("found %d, want %d", len(hits), want)
			}
		})
	}
}

func TestVectorsWithoutDirectionAreRefused(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	tests := []struct {
		name string
		v    []float32
	}{
		{"too short", []float32{1}},
		{"too long", []float32{1, 2, 3}},
		{"all zero", []float32{0, 0}},
		{"infinite", []float32{inf, 1}},
		{"not a number", []float32{1, nan}},
		{"too small to scale", []float32{1e-40, 0}},
	}
	ix := New(2, Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := ix.Add(1, 0, tt.v); !errors.Is(err, ErrVector) {
				t.Errorf("Add: got %v, want ErrVector", err)
			}
			if _, err := ix.Search(t.Context(), tt.v, nil, 1); !errors.Is(err, ErrVector) {
				t.Errorf("Search: got %v, want ErrVector", err)
			}
		})
	}
	if ix.Len() != 0 {
		t.Errorf("%d vectors were kept", ix.Len())
	}
}

func TestLengthDoesNotMatter(t *testing.T) {
	ix := New(2, Options{})
	for id, v := range [][]float32{{3e20, 4e20}, {3e-20, -4e-20}} {
		if err := ix.Add(int64(id), 0, v); err != nil {
			t.Fatal(err)
		}
	}
	hits := search(t, ix, []float32{6, 8}, nil, 5)
	if len(hits) != 2 || hits[0].ID != 0 || math.Abs(hits[0].Score-1) > 0.01 || math.Abs(hits[1].Score+0.28) > 0.01 {
		t.Errorf("got %v, want cosines 1 and -0.28", hits)
	}
}

func TestDeletingGivesRoomBack(t *testing.T) {
	vectors := clustered(9000, 64, 1, 3)
	ix := filled(t, vectors, Options{})
	for g := range uint32(85) {
		ix.DeleteGroup(g)
	}
	rows := 0
	for _, s := range ix.segs {
		rows += len(s.ids)
	}
	if ix.Len() != 500 || rows > 4*minRows {
		t.Errorf("%d vectors in room for %d", ix.Len(), rows)
	}
	if hits := search(t, ix, vectors[8700], nil, 1); hits[0].ID != 8700 || hits[0].Group != 87 {
		t.Errorf("found %v, want 8700 of group 87", hits[0])
	}
}

func TestReplacingGivesRoomBack(t *testing.T) {
	v := clustered(1, 64, 1, 3)[0]
	ix := New(64, Options{})
	for range 50 * minRows {
		if err := ix.Add(1, 2, v); err != nil {
			t.Fatal(err)
		}
	}
	if len(ix.segs) > 4 {
		t.Errorf("one vector in %d segments", len(ix.segs))
	}
}

func TestACancelledSearchEnds(t *testing.T) {
	ix := filled(t, clustered(100, 8, 1, 3), Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ix.Search(ctx, make([]float32, 8), nil, 1); !errors.Is(err, ErrVector) {
		t.Errorf("got %v, want ErrVector first", err)
	}
	if _, err := ix.Search(ctx, clustered(1, 8, 1, 4)[0], nil, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// While one goroutine writes, two searches of one view find the same. This is
// for the race detector, too.
func TestSearchesSeeOneMoment(t *testing.T) {
	const rounds = 150
	v := clustered(1, 32, 1, 3)[0]
	ix := New(32, Options{})
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				view := ix.View()
				a, errA := view.Search(t.Context(), v, nil, 2000)
				b, errB := view.Search(t.Context(), v, nil, 2000)
				if errA != nil || errB != nil || len(a) != view.Len() || !slices.Equal(a, b) {
					t.Errorf("two searches of one view found %d and %d of %d (%v, %v)", len(a), len(b), view.Len(), errA, errB)
					return
				}
			}
		})
	}
	for g := range uint32(rounds) {
		for i := range int64(10) {
			if err := ix.Add(int64(g)*10+i, g, v); err != nil {
				t.Error(err)
			}
		}
		if g%3 == 2 {
			ix.DeleteGroup(g - 1)
		}
	}
	close(done)
	wg.Wait()
	if got, want := ix.Len(), rounds*10*2/3; got != want {
		t.Errorf("%d vectors are left, want %d", got, want)
	}
}

func TestGroupsAreASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.Uint32Range(0, 300)).Draw(t, "list")
		set := GroupsOf(list...)
		for g := range uint32(400) {
			if got, want := set.Has(g), slices.Contains(list, g); got != want {
				t.Fatalf("Has(%d) = %v, want %v", g, got, want)
			}
		}
	})
}
