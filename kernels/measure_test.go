package kernels

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"testing"
	"time"
)

// measured is what one way of searching did with every question.
type measured struct {
	how     string
	percent float64 // of the vectors that were searched
	times   []time.Duration
	hits    [][]int64
	bytes   float64 // per vector, in memory
	note    string
}

// measurement is a file of vectors, questions, and what is truly nearest.
type measurement struct {
	t         *testing.T
	path      string // float32, little-endian, benchDim numbers a vector
	n         int
	questions [][]float32
	truth     map[float64][][]int64 // by percent, per question, the nearest 50
	out       io.Writer
}

const measuredHits = 50

// percents are how much of the vectors filters let through. A group is a
// hundred vectors, as a document is some passages.
var percents = []float64{100, 10, 1, 0.1}

// within reports whether a filter of so many percent lets a group through.
func within(group uint32, percent float64) bool {
	return float64(group*2654435761) < percent/100*(1<<32)
}

// peers are other programs that measure the same.
var peers []func(*measurement)

// TestMeasurement compares ways of searching on the vectors of a file. It is
// run by build/bench/vectors.sh, which names the files:
//
//	KERNELS_VECTORS    vectors of real texts, of 384 numbers
//	KERNELS_QUESTIONS  the same of questions
//	KERNELS_TABLE      lines are appended to this file
func TestMeasurement(t *testing.T) {
	m := &measurement{t: t, path: os.Getenv("KERNELS_VECTORS"), truth: map[float64][][]int64{}}
	if m.path == "" {
		t.Skip("no vectors to measure on: build/bench/vectors.sh makes some")
	}
	info, err := os.Stat(m.path)
	if err != nil {
		t.Fatal(err)
	}
	m.n = int(info.Size() / (4 * benchDim))
	for v := range floatsIn(t, os.Getenv("KERNELS_QUESTIONS")) {
		m.questions = append(m.questions, slices.Clone(v))
	}
	m.questions = m.questions[:min(50, len(m.questions))]
	out, err := os.OpenFile(os.Getenv("KERNELS_TABLE"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	m.out = out
	m.findTruth()
	m.memory()
	m.ours()
	for _, peer := range peers {
		peer(m)
	}
}

// floatsIn yields the vectors of a file; each is gone at the next.
func floatsIn(t *testing.T, path string) func(func([]float32) bool) {
	return func(yield func([]float32) bool) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		in, raw, v := bufio.NewReaderSize(f, 1<<20), make([]byte, 4*benchDim), make([]float32, benchDim)
		for {
			if _, err := io.ReadFull(in, raw); err == io.EOF {
				return
			} else if err != nil {
				t.Fatal(err)
			}
			for i := range v {
				v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
			}
			if !yield(v) {
				return
			}
		}
	}
}

// findTruth ranks all vectors by their exact cosines.
func (m *measurement) findTruth() {
	heaps := map[float64]*queries{}
	for _, p := range percents {
		heaps[p] = &queries{n: len(m.questions)}
		heaps[p].keep(measuredHits)
	}
	id := int64(0)
	for v := range floatsIn(m.t, m.path) {
		length := math.Sqrt(Best().Dot(v, v))
		for q, question := range m.questions {
			score := float32(Best().Dot(question, v) / length)
			for _, p := range percents {
				if within(uint32(id/100), p) {
					heaps[p].offer(q, kept{id: id, score: score})
				}
			}
		}
		id++
	}
	for p, heap := range heaps {
		for _, list := range heap.found() {
			var ids []int64
			for _, x := range list {
				ids = append(ids, x.id)
			}
			m.truth[p] = append(m.truth[p], ids)
		}
	}
}

// line writes down what was measured: milliseconds at best and in the middle,
// and how many of the truly nearest were found.
func (m *measurement) line(x measured) {
	found, all := 0, 0
	for q, hits := range x.hits {
		for _, id := range m.truth[x.percent][q] {
			all++
			if slices.Contains(hits[:min(measuredHits, len(hits))], id) {
				found++
			}
		}
	}
	recall := "-"
	if all > 0 {
		recall = fmt.Sprintf("%.4f", float64(found)/float64(all))
	}
	slices.Sort(x.times)
	ms := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }
	fmt.Fprintf(m.out, "%d\t%s\t%g\t%.3f\t%.3f\t%s\t%.0f\t%s\n", m.n, x.how, x.percent,
		ms(x.times[0]), ms(x.times[len(x.times)/2]), recall, x.bytes, x.note)
}

// memory reads as many bytes as the codes take, as fast as one core does.
func (m *measurement) memory() {
	buffer := bytes.Repeat([]byte{1}, m.n*benchDim)
	x := measured{how: "memory: reading the bytes", percent: 100, bytes: benchDim}
	for range 10 {
		began := time.Now()
		if bytes.IndexByte(buffer, 2) >= 0 {
			m.t.Fatal("there is no such byte")
		}
		x.times = append(x.times, time.Since(began))
	}
	x.note = fmt.Sprintf("%.1f GB/s", float64(len(buffer))/x.times[0].Seconds()/1e9)
	m.line(x)
}

func (m *measurement) ours() {
	began := time.Now()
	ix := New(benchDim, Options{Expect: m.n})
	defer ix.Close()
	id := int64(0)
	for v := range floatsIn(m.t, m.path) {
		if err := ix.Add(id, uint32(id/100), v); err != nil {
			m.t.Fatal(err)
		}
		id++
	}
	made := time.Since(began)
	f, err := os.Open(m.path)
	if err != nil {
		m.t.Fatal(err)
	}
	defer f.Close()
	exact := func(id int64) []float32 {
		raw, v := make([]byte, 4*benchDim), make([]float32, benchDim)
		if _, err := f.ReadAt(raw, id*4*benchDim); err != nil {
			m.t.Fatal(err)
		}
		for i := range v {
			v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		return v
	}
	view := ix.View()
	for _, way := range []struct {
		how   string
		above int
		k     int // where it is more than measuredHits, they are ranked exactly
	}{
		{"ours: bytes", math.MaxInt, 50},
		{"ours: bytes, 128 rescored", math.MaxInt, 128},
		{"ours: bits, then bytes", -1, 50},
		{"ours: bits, then bytes, 128 rescored", -1, 128},
		{"ours: default, 128 rescored", BitsAbove, 128},
	} {
		ix.bitsAbove = way.above
		for _, p := range percents {
			if p < 100 && way.above != BitsAbove {
				continue
			}
			x := measured{how: way.how, percent: p, bytes: benchDim + benchDim/8 + 20, note: fmt.Sprintf("made in %.1f s, %s", made.Seconds(), Best())}
			var groups Groups
			for g := range uint32(m.n/100 + 1) {
				if within(g, p) {
					groups = append(groups, make(Groups, max(0, int(g/64)+1-len(groups)))...)
					groups[g/64] |= 1 << (g % 64)
				}
			}
			for _, question := range m.questions {
				began := time.Now()
				var filter *Filter
				if p < 100 {
					filter = view.Filter(groups)
				}
				hits, err := view.Search(m.t.Context(), question, filter, way.k)
				x.times = append(x.times, time.Since(began))
				if err != nil {
					m.t.Fatal(err)
				}
				if way.k > measuredHits {
					hits = Rescore(question, hits, exact)
				}
				var ids []int64
				for _, h := range hits {
					ids = append(ids, h.ID)
				}
				x.hits = append(x.hits, ids)
			}
			m.line(x)
		}
	}
}
