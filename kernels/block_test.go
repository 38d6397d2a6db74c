package kernels

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func packed(t testing.TB, ix *Index) []byte {
	t.Helper()
	block, err := ix.View().Pack()
	if err != nil {
		t.Fatal(err)
	}
	return block
}

// What was packed and loaded is found with the same scores in the same order,
// by bytes and by bits, also when more is added and deleted afterwards.
func TestALoadedIndexIsTheOneThatWasPacked(t *testing.T) {
	each(t, func(t *testing.T, p Path) {
		rapid.Check(t, func(t *rapid.T) {
			dim := rapid.SampledFrom([]int{3, 7, 64, 100}).Draw(t, "dim")
			n := rapid.IntRange(0, 300).Draw(t, "n")
			o := Options{Path: p, BitsAbove: rapid.SampledFrom([]int{BitsAbove, -1}).Draw(t, "bits above"), Expect: n}
			vectors := clustered(n+20, dim, 1, rapid.Uint64().Draw(t, "seed"))
			was, is := New(dim, o), New(dim, o)
			put := func(ix *Index, from, to int) {
				for i := from; i < to; i++ {
					if err := ix.Add(int64(i), uint32(i/10), vectors[i]); err != nil {
						t.Fatal(err)
					}
				}
			}
			put(was, 0, n)
			was.Delete(rapid.SliceOf(rapid.Int64Range(0, 300)).Draw(t, "deleted")...)
			put(is, 0, min(n, 5)) // which the block replaces, or deletes
			is.Delete(0, 1, 2, 3, 4)
			block, err := was.View().Pack()
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second time in place of the first
				if err := is.Load(block); err != nil {
					t.Fatal(err)
				}
			}
			put(was, n, n+10)
			put(is, n, n+10)
			if was.Len() != is.Len() {
				t.Fatalf("%d vectors were packed, %d loaded", was.Len(), is.Len())
			}
			for _, q := range vectors[n+10:] {
				want, err1 := was.Search(context.Background(), q, nil, 40)
				got, err2 := is.Search(context.Background(), q, nil, 40)
				if err1 != nil || err2 != nil || !slices.Equal(got, want) {
					t.Fatalf("got %v, %v\nwant %v, %v", got, err2, want, err1)
				}
			}
		})
	})
}

func TestADamagedBlockIsRefusedAndChangesNothing(t *testing.T) {
	vectors := clustered(30, 10, 1, 3)
	block := packed(t, filled(t, vectors, Options{}))
	sealed := func(change func(b []byte) []byte) []byte {
		b := change(slices.Clone(block))
		binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[dimAt:], castagnoli))
		return b
	}
	bad := map[string][]byte{
		"empty":      {},
		"cut short":  block[:len(block)-1],
		"too long":   append(slices.Clone(block), 0),
		"other rows": sealed(func(b []byte) []byte { b[rowsAt]++; return b }),
		"most rows":  sealed(func(b []byte) []byte { binary.LittleEndian.PutUint32(b[rowsAt:], 1<<32-1); return b }),
		"other dim":  sealed(func(b []byte) []byte { b[dimAt]++; return b }),
	}
	for i := 0; i < len(block); i += 11 {
		b := slices.Clone(block)
		b[i] ^= 4
		bad[fmt.Sprint("flipped at ", i)] = b
	}
	ix := filled(t, vectors[:5], Options{})
	for name, b := range bad {
		if err := ix.Load(b); !errors.Is(err, ErrBlock) {
			t.Errorf("%s: got %v, want ErrBlock", name, err)
		}
	}
	if ix.Len() != 5 {
		t.Errorf("after all that there are %d vectors, want 5", ix.Len())
	}
}

// Whatever bytes are loaded, they are refused or searched without harm.
func FuzzLoad(f *testing.F) {
	ix := New(70, Options{})
	for i, v := range clustered(3, 70, 1, 3) {
		if err := ix.Add(int64(i), uint32(i), v); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(packed(f, ix))
	f.Add([]byte(blockMagic))
	query := clustered(1, 70, 1, 4)[0]
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= blockHead { // else the checksum refuses all
			b = slices.Clone(b)
			binary.LittleEndian.PutUint32(b[sumAt:], crc32.Checksum(b[dimAt:], castagnoli))
		}
		for _, above := range []int{BitsAbove, -1} {
			ix := New(70, Options{BitsAbove: above})
			if err := ix.Load(b); err != nil {
				if !errors.Is(err, ErrBlock) || ix.Len() != 0 {
					t.Fatalf("%v, and %d vectors", err, ix.Len())
				}
				continue
			}
			if hits := search(t, ix, query, nil, 10); len(hits) > ix.Len() {
				t.Fatalf("%d hits of %d vectors", len(hits), ix.Len())
			}
			ix.Close()
		}
	})
}

// An index that is closed while others search and write ends them with
// ErrClosed, and its memory is wiped before Close returns.
func TestClosingEndsSearchesAndWrites(t *testing.T) {
	vectors := clustered(3000, 64, 1, 3)
	for range 20 {
		ix := filled(t, vectors, Options{BitsAbove: -1})
		view := ix.View()
		f := view.Filter(GroupsOf(1, 2, 3))
		var wg sync.WaitGroup
		for n := range 4 {
			wg.Go(func() {
				for i := 0; ; i++ {
					var err error
					switch n {
					case 0:
						_, err = view.Search(t.Context(), vectors[i%3000], f, 10)
					case 1:
						_, err = ix.Search(t.Context(), vectors[i%3000], GroupsOf(4), 10)
					case 2:
						err = ix.Add(int64(i), 7, vectors[i%3000])
					default:
						_, err = view.Pack()
					}
					if err != nil {
						if !errors.Is(err, ErrClosed) {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		ix.Close()
		wg.Wait()
		ix.Close() // again does no harm
		ix.Delete(1)
		ix.DeleteGroup(2)
		if err := ix.Load(nil); !errors.Is(err, ErrBlock) || ix.Len() != 0 {
			t.Errorf("after Close: %v, and %d vectors", err, ix.Len())
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	ix := benchIndex(1 << 14)
	block := packed(b, ix)
	b.SetBytes(int64(len(block)))
	for b.Loop() {
		if err := New(benchDim, Options{Expect: 1 << 14}).Load(block); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/(1<<14)*1000, "ms/million")
}
