package export

import (
	"slices"
	"strings"
	"unicode"
)

// Lines are set from the left; text that runs from the right is turned here: the
// two levels of the Unicode Bidirectional Algorithm (UAX #9) that paragraphs of
// quotations need, and the joined forms of Arabic letters, for which fonts keep
// the letters of the Arabic Presentation Forms.

// fromRight reports whether a letter belongs to a script that runs from the right.
func fromRight(r rune) bool {
	return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana) && !unicode.IsDigit(r)
}

// runsFromRight reports whether the first letter of a text is one that runs from
// the right: then the whole paragraph does.
func runsFromRight(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) {
			return fromRight(r)
		}
	}
	return false
}

// direction is how a piece of a line runs.
type direction int

const (
	neutral  direction = iota // signs and numbers: as what stands around them
	leftward                  // from the right
	rightward
)

func directionOf(s string) direction {
	for _, r := range s {
		if fromRight(r) {
			return leftward
		}
		if unicode.IsLetter(r) {
			return rightward
		}
	}
	return neutral
}

// ordered puts the pieces of a line in the order in which they stand from the
// left. right says that the paragraph runs from the right.
func ordered(line []piece, right bool) []piece {
	out := slices.Clone(line)
	if right {
		reverse(out)
		turnSequences(out, rightward)
	} else {
		turnSequences(out, leftward)
	}
	for i, p := range out {
		if directionOf(p.text) == leftward {
			out[i].text = turned(p.text)
		}
	}
	return out
}

// turnSequences turns each longest sequence of pieces that run in a direction,
// with the neutral ones between them.
func turnSequences(line []piece, d direction) {
	for i := 0; i < len(line); i++ {
		if directionOf(line[i].text) != d {
			continue
		}
		end := i + 1
		for j := end; j < len(line) && (directionOf(line[j].text) == d || directionOf(line[j].text) == neutral); j++ {
			if directionOf(line[j].text) == d {
				end = j + 1
			}
		}
		reverse(line[i:end])
		i = end - 1
	}
}

// reverse turns pieces; the spaces between them stay between the same two.
func reverse(line []piece) {
	n := len(line)
	if n == 0 {
		return
	}
	spaces := make([]float64, n)
	for i, p := range line {
		spaces[i] = p.space
	}
	slices.Reverse(line)
	for i := range n - 1 {
		line[i].space = spaces[n-2-i]
	}
	line[n-1].space = spaces[n-1]
}

// mirrored are signs that look the other way in text from the right.
var mirrored = map[rune]rune{'(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<', '«': '»', '»': '«', '“': '”', '”': '“'}

// turned is a word that runs from the right as it stands from the left: signs
// above and below stay with their letter, numbers are read from the left.
func turned(s string) string {
	var clusters []string
	for _, r := range s {
		n := len(clusters)
		switch {
		case n > 0 && unicode.Is(unicode.Mn, r):
			clusters[n-1] += string(r)
		case n > 0 && unicode.IsDigit(r) && endsInDigit(clusters[n-1]):
			clusters[n-1] += string(r)
		default:
			if m, ok := mirrored[r]; ok {
				r = m
			}
			clusters = append(clusters, string(r))
		}
	}
	slices.Reverse(clusters)
	return strings.Join(clusters, "")
}

func endsInDigit(s string) bool {
	last := []rune(s)
	return unicode.IsDigit(last[len(last)-1])
}

// joins are the presentation forms of an Arabic letter: alone, at the end of a
// joined group, at its beginning, in its middle. Letters that join only to the
// one before have no more than the first two.
type joins struct {
	first rune // the form alone; the others follow
	both  bool // it joins to the letter behind too
}

var arabic = map[rune]joins{
	'ء': {0xFE80, false}, 'آ': {0xFE81, false}, 'أ': {0xFE83, false}, 'ؤ': {0xFE85, false}, 'إ': {0xFE87, false}, 'ئ': {0xFE89, true},
	'ا': {0xFE8D, false}, 'ب': {0xFE8F, true}, 'ة': {0xFE93, false}, 'ت': {0xFE95, true}, 'ث': {0xFE99, true}, 'ج': {0xFE9D, true},
	'ح': {0xFEA1, true}, 'خ': {0xFEA5, true}, 'د': {0xFEA9, false}, 'ذ': {0xFEAB, false}, 'ر': {0xFEAD, false}, 'ز': {0xFEAF, false},
	'س': {0xFEB1, true}, 'ش': {0xFEB5, true}, 'ص': {0xFEB9, true}, 'ض': {0xFEBD, true}, 'ط': {0xFEC1, true}, 'ظ': {0xFEC5, true},
	'ع': {0xFEC9, true}, 'غ': {0xFECD, true}, 'ف': {0xFED1, true}, 'ق': {0xFED5, true}, 'ك': {0xFED9, true}, 'ل': {0xFEDD, true},
	'م': {0xFEE1, true}, 'ن': {0xFEE5, true}, 'ه': {0xFEE9, true}, 'و': {0xFEED, false}, 'ى': {0xFEEF, false}, 'ي': {0xFEF1, true},
	'پ': {0xFB56, true}, 'چ': {0xFB7A, true}, 'ژ': {0xFB8A, false}, 'ک': {0xFB8E, true}, 'گ': {0xFB92, true}, 'ی': {0xFBFC, true},
}

// alefs are what lam and an alef behind it become together, alone.
var alefs = map[rune]rune{'آ': 0xFEF5, 'أ': 0xFEF7, 'إ': 0xFEF9, 'ا': 0xFEFB}

const (
	lam     = 'ل'
	hamza   = 'ء'
	tatweel = 'ـ' // draws a word out: it joins on both sides
)

// joined replaces Arabic letters by the forms that they have beside others.
func joined(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Arabic, r) }) {
		return s
	}
	rs := []rune(s)
	// behind is the next letter after i, without the signs above and below.
	behind := func(i int) rune {
		for _, r := range rs[i+1:] {
			if !unicode.Is(unicode.Mn, r) {
				return r
			}
		}
		return 0
	}
	joinsBefore := func(r rune) bool { // to the letter before it
		_, ok := arabic[r]
		return ok && r != hamza || r == tatweel
	}
	var out []rune
	open := false // the letter before joins to this one
	for i := 0; i < len(rs); i++ {
		r := rs[i]
		if unicode.Is(unicode.Mn, r) {
			out = append(out, r)
			continue
		}
		if form, ok := alefs[behind(i)]; ok && r == lam && i+1 < len(rs) && rs[i+1] == behind(i) {
			if open {
				form++
			}
			out, open = append(out, form), false
			i++
			continue
		}
		j, ok := arabic[r]
		if !ok {
			out, open = append(out, r), r == tatweel
			continue
		}
		on := j.both && joinsBefore(behind(i))
		form := j.first
		switch {
		case r == hamza:
		case open && on:
			form += 3
		case on:
			form += 2
		case open:
			form++
		}
		out, open = append(out, form), on
	}
	return string(out)
}

// letters are those that presentation forms stand for, for what is copied.
var letters = func() map[rune]rune {
	out := map[rune]rune{}
	for r, j := range arabic {
		n := rune(2)
		switch {
		case r == hamza:
			n = 1
		case j.both:
			n = 4
		}
		for i := range n {
			out[j.first+i] = r
		}
	}
	return out
}()
