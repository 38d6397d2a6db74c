//go:build libsqlite3 && cgo && unix

package sqlite_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/sqlite"
)

// crashDir names, in the environment, the folder in which this test program,
// run again as a child, writes until it is killed.
const crashDir = "MARKAI_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		if err := writeUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

const (
	pageMarker     = "Quizzaciously7page"
	headerMarker   = "Xylographic3header"
	questionMarker = "Zugzwang5question"
	originalMarker = "Vexillology9original"
)

// writeUntilKilled puts page after page, with an original and a conversation
// between, and prints each page's number once it is committed.
func writeUntilKilled(dir string) error {
	ctx := context.Background()
	key, err := hex.DecodeString(os.Getenv("MARKAI_TEST_KEY"))
	if err != nil {
		return err
	}
	m, err := sqlite.New().OpenMatter(ctx, filepath.Join(dir, "m.db"), key)
	if err != nil {
		return err
	}
	if err := m.PutDocument(ctx, mark.Document{ID: "d", Name: headerMarker}); err != nil {
		return err
	}
	if err := m.PutConversation(ctx, mark.Conversation{ID: "c", Title: questionMarker}); err != nil {
		return err
	}
	numbers, err := m.PageNumbers(ctx, "d")
	if err != nil {
		return err
	}
	for n := len(numbers) + 1; ; n++ {
		text := fmt.Sprintf("%s number%d %s", pageMarker, n, strings.Repeat("and the usual clauses of a lease follow ", 60))
		chunk := mark.Chunk{Header: headerMarker, Text: text, From: pos(n, 0), To: pos(n, len(text))}
		if err := m.PutPages(ctx, "d", []mark.Page{{Number: n, Text: text}}, []mark.Chunk{chunk}); err != nil {
			return err
		}
		fmt.Println(n)
		last, err := m.LastChunk(ctx, "d")
		if err != nil {
			return err
		}
		if err := m.PutVectors(ctx, "e", []mark.ChunkID{last.ID}, [][]float32{{1, float32(n)}}); err != nil {
			return err
		}
		// Searched while it is written, and every few pages a block of vectors.
		if _, err := m.NearestVectors(ctx, []float32{1, 1}, nil, 5); err != nil {
			return err
		}
		if n%5 == 0 {
			if err := sqlite.SkipPassages(ctx, m); err != nil {
				return err
			}
			if _, err := sqlite.KeepBlocks(ctx, m); err != nil {
				return err
			}
		}
		if err := m.AddMessage(ctx, "c", mark.Message{Role: "user", Text: questionMarker}); err != nil {
			return err
		}
		if err := m.PutOriginal(ctx, "d", strings.NewReader(strings.Repeat(originalMarker, 20_000))); err != nil {
			return err
		}
	}
}

// A process killed in mid-write loses nothing that was committed, leaves
// indexes that agree with the text, and no word of it on disk: neither in the
// store, nor in its log, nor in a temporary file.
func TestKilledWriterLosesNothingAndShowsNothing(t *testing.T) {
	kills := 6
	if s := os.Getenv("MARKAI_TEST_KILLS"); s != "" {
		kills = must[int](t)(strconv.Atoi(s))
	}
	dir, key := t.TempDir(), marktest.Key()
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	committed := 0
	for range kills {
		committed = max(committed, killAfter(t, dir, key, time.Duration(30+r.IntN(250))*time.Millisecond))
		marktest.NoPlaintext(t, dir, pageMarker, headerMarker, questionMarker, originalMarker)
		checkWhole(t, dir, key, committed)
		marktest.NoPlaintext(t, dir, pageMarker, headerMarker, questionMarker, originalMarker)
	}
	if committed == 0 {
		t.Error("no child came as far as a page: the test tests nothing")
	}
}

// killAfter starts a child and kills it this long after its first page. It
// returns the last page that the child said was committed.
func killAfter(t *testing.T, dir string, key []byte, after time.Duration) (last int) {
	t.Helper()
	temp := filepath.Join(dir, "tmp")
	check(t, os.MkdirAll(temp, 0o700))
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashDir+"="+dir, "MARKAI_TEST_KEY="+hex.EncodeToString(key),
		"TMPDIR="+temp, "SQLITE_TMPDIR="+temp)
	child.Stderr = os.Stderr
	out := must[io.ReadCloser](t)(child.StdoutPipe())
	check(t, child.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if last == 0 {
			time.AfterFunc(after, func() { child.Process.Kill() })
		}
		last = must[int](t)(strconv.Atoi(lines.Text()))
	}
	if err := child.Wait(); err == nil || child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v", err)
	}
	return last
}

// checkWhole opens the store after a crash and compares text and indexes.
func checkWhole(t *testing.T, dir string, key []byte, committed int) {
	t.Helper()
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), filepath.Join(dir, "m.db"), key))
	defer func() { check(t, m.Close()) }()
	numbers := must[[]int](t)(m.PageNumbers(t.Context(), "d"))
	if len(numbers) < committed || len(numbers) > 0 && numbers[len(numbers)-1] != len(numbers) {
		t.Fatalf("%d pages are there, %d were committed", len(numbers), committed)
	}
	counts := must[mark.Counts](t)(m.Counts(t.Context()))
	if counts.Pages != len(numbers) || counts.Chunks != len(numbers) {
		t.Errorf("counts %+v for %d pages", counts, len(numbers))
	}
	for n := 1; n <= len(numbers); n += 1 + len(numbers)/20 {
		page := must[mark.Page](t)(m.Page(t.Context(), "d", n))
		if !strings.HasPrefix(page.Text, fmt.Sprintf("%s number%d ", pageMarker, n)) {
			t.Errorf("page %d holds other words", n)
		}
		words := must[[]mark.ScoredChunk](t)(m.MatchWords(t.Context(), fmt.Sprintf("body : number%d", n), [2]float64{1, 1}, nil, 5))
		exact := must[[]mark.ScoredChunk](t)(m.MatchSubstring(t.Context(), fmt.Sprintf(" number%d ", n), nil, 5))
		if len(words) != 1 || len(exact) != 1 {
			t.Errorf("page %d is found %d times by words and %d times exactly, want once each", n, len(words), len(exact))
		}
	}
	checkNearest(t, m, float32(committed))
	check(t, sqlite.CheckIntegrity(t.Context(), m))
}

// checkNearest compares the copy of the vectors in memory, and a search, with
// the vectors that are stored.
func checkNearest(t *testing.T, m mark.MatterStore, x float32) {
	t.Helper()
	vectors, owner := map[mark.ChunkID][]float32{}, map[mark.ChunkID]mark.DocumentID{}
	ids := []mark.ChunkID{}
	for _, c := range must[[]mark.Chunk](t)(m.ChunksOf(t.Context(), "d")) {
		ids = append(ids, c.ID)
	}
	for id, v := range must[map[mark.ChunkID][]float32](t)(m.Vectors(t.Context(), ids)) {
		vectors[id], owner[id] = v, "d"
	}
	query := []float32{1, x / 2}
	sameCopy(t, m, vectors, query)
	// All of them are ranked: a fast child writes thousands of vectors of two
	// numbers, too much alike for bytes to tell which the first ten are.
	all := max(10, len(vectors))
	got := must[[]mark.ScoredChunk](t)(m.NearestVectors(t.Context(), query, nil, all))
	if want := exactly(vectors, owner, query, nil, all); !slices.Equal(got, want) {
		t.Errorf("%d passages are ranked %v…, want %d as %v…", len(got), got[:min(10, len(got))], len(want), want[:min(10, len(want))])
	}
}

// A process that has the store open follows another that writes, and is not
// misled when that one is killed.
func TestACopyFollowsAnotherProcessThatIsKilled(t *testing.T) {
	dir, key := t.TempDir(), marktest.Key()
	m := must[mark.MatterStore](t)(sqlite.New().OpenMatter(t.Context(), filepath.Join(dir, "m.db"), key))
	defer func() { check(t, m.Close()) }()
	for range 3 {
		searches, most := 0, 0
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			for running := true; running; searches++ {
				hits, err := m.NearestVectors(t.Context(), []float32{1, 1}, nil, 1<<20)
				if err != nil || len(hits) < most {
					t.Errorf("%d passages were found after %d, %v; and none was deleted", len(hits), most, err)
					return
				}
				most = len(hits)
				select {
				case <-stop:
					running = false
				default:
				}
			}
		}()
		pages := killAfter(t, dir, key, 300*time.Millisecond)
		close(stop)
		<-stopped
		checkNearest(t, m, float32(pages))
		if searches < 3 || most == 0 {
			t.Errorf("%d searches found %d passages: the test tests nothing", searches, most)
		}
	}
}
