// Package similar finds texts that are versions of one another and says what
// differs between two.
package similar

import (
	"math"
	"strings"
	"unicode"

	mark "markai/backend"
)

const (
	// places is how many numbers a sketch has: the error of an estimate is at
	// most 1/(2·√places), 4 %.
	places = 128
	// shingle is how many words make one element of the set that is sketched.
	shingle = 3
	// rows and bands: two texts share a band with probability 1-(1-s^rows)^bands
	// where s is how alike they are: 0.99 at 0.8, 0.5 at 0.59, 0.04 at 0.3.
	rows  = 5
	bands = places / rows
)

// Sketcher makes a sketch of a text that is given piece by piece, as MinHash:
// of every hash function over the text's word sequences the least value
// (Broder, "On the resemblance and containment of documents", 1997). The zero
// value is ready.
type Sketcher struct {
	least  [places]uint32
	window [shingle]uint64 // hashes of the last words
	words  int
}

// functions are the multipliers and summands of the hash functions: constants
// of the stored sketches, never to be changed.
var functions = func() (f [places][2]uint64) {
	state := uint64(0x6d61726b616931)
	next := func() uint64 { // splitmix64
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		return z ^ z>>31
	}
	for i := range f {
		f[i] = [2]uint64{next() | 1, next()}
	}
	return f
}()

// Add goes on with a text. Words do not run over the ends of pieces.
func (s *Sketcher) Add(text string) {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		s.add(word)
	}
}

func (s *Sketcher) add(word string) {
	h := uint64(14695981039346656037) // FNV-1a over the word in lower case
	for _, r := range word {
		h = (h ^ uint64(unicode.ToLower(r))) * 1099511628211
	}
	if s.words == 0 {
		for i := range s.least {
			s.least[i] = math.MaxUint32
		}
	}
	s.words++
	copy(s.window[:], s.window[1:])
	s.window[shingle-1] = h
	if s.words < shingle {
		return
	}
	all := uint64(0)
	for _, w := range s.window {
		all = (all ^ w) * 0x9e3779b97f4a7c15
		all ^= all >> 29
	}
	for i := range functions {
		if v := uint32((all*functions[i][0] + functions[i][1]) >> 32); v < s.least[i] {
			s.least[i] = v
		}
	}
}

// Words returns how many words were added.
func (s *Sketcher) Words() int { return s.words }

// Sketch returns the sketch of what was added; nil where it is too short to
// say anything.
func (s *Sketcher) Sketch() mark.Sketch {
	if s.words < shingle {
		return nil
	}
	return append(mark.Sketch(nil), s.least[:]...)
}

// Bands returns keys of a sketch: texts that are alike share at least one of
// them (locality-sensitive hashing, Indyk and Motwani, 1998).
func Bands(s mark.Sketch) []int64 {
	if len(s) != places {
		return nil
	}
	out := make([]int64, bands)
	for b := range out {
		h := uint64(b+1) * 0x9e3779b97f4a7c15
		for _, v := range s[b*rows : (b+1)*rows] {
			h = (h ^ uint64(v)) * 0xbf58476d1ce4e5b9
			h ^= h >> 31
		}
		out[b] = int64(h)
	}
	return out
}

// Alike estimates which share of the word sequences of two texts is in both
// (Jaccard's coefficient), from 0 to 1.
func Alike(a, b mark.Sketch) float64 {
	if len(a) != places || len(b) != places {
		return 0
	}
	same := 0
	for i := range a {
		if a[i] == b[i] {
			same++
		}
	}
	return float64(same) / places
}
