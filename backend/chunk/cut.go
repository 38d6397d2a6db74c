package chunk

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"markai/backend/legal"
)

// strength of a place where a passage may end.
type strength int

const (
	sentence  strength = iota + 1
	paragraph          // a blank line, an indented or a short line before
	clause             // a numbered clause begins
	heading            // a heading begins
)

// worth is how far from the target length, as a part of it, a place of some
// strength may lie and still be taken.
var worth = [...]float64{sentence: 0, paragraph: 0.35, clause: 0.5, heading: 0.9}

// cut returns where the passage that begins s ends, white space included. It
// looks at no more than most+ahead bytes.
func cut(s string) int {
	if len(s) <= least {
		return len(s)
	}
	best, cost := 0, 0.0
	for at, st := range places(s) {
		if at > most {
			break
		}
		if at < least && st < heading {
			continue
		}
		if at < least/2 {
			continue
		}
		c := abs(float64(at-target))/target - worth[st]
		if best == 0 || c <= cost {
			best, cost = at, c
		}
		if st == heading {
			break
		}
	}
	if len(s) <= most && (best == 0 || abs(float64(len(s)-target))/target-worth[paragraph] <= cost) {
		return len(s)
	}
	if best == 0 {
		best = hard(s)
	}
	return best + spaces(s[best:])
}

// hard ends a passage that offers no place: after white space, else between runes.
func hard(s string) int {
	if len(s) <= most {
		return len(s)
	}
	if i := strings.LastIndexAny(s[:most], " \n\t"); i > least {
		return i + 1
	}
	n := most
	for n > most-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// spaces returns how many bytes of white space begin s, at most ahead/2.
func spaces(s string) int {
	for i, r := range s {
		if !unicode.IsSpace(r) || i >= ahead/2 {
			return i
		}
	}
	return min(len(s), ahead/2)
}

// places yields the places where the passage that begins s may end, in order:
// each is where the next passage would begin.
func places(s string) func(func(int, strength) bool) {
	return func(yield func(int, strength) bool) {
		window := s[:min(len(s), most+ahead/2)]
		width := widest(window)
		talk := transcript(window)
		prev, prevBlank := "", false
		for at := 0; at < len(window); {
			line := window[at:]
			step := len(line)
			if i := strings.IndexByte(line, '\n'); i >= 0 {
				line, step = line[:i], i+1
			}
			trimmed := strings.TrimSpace(line)
			if trimmed == "" {
				prevBlank = true
				at += step
				continue
			}
			if at > 0 {
				st := lineStart(trimmed, prev, prevBlank, width)
				if talk {
					st = turn(trimmed, st)
				}
				if st > 0 && !yield(at, st) {
					return
				}
			}
			for i, st := range sentences(line) {
				if !yield(at+i, st) {
					return
				}
			}
			prev, prevBlank = trimmed, false
			at += step
		}
	}
}

// turn returns how strong the beginning of a line of a transcript is as an end
// of the passage before: a question begins a passage, and its answer goes on
// with it. st is what it would be elsewhere.
func turn(line string, st strength) strength {
	switch said(line) {
	case 'Q':
		return clause
	case 'A':
		return 0
	}
	return min(st, sentence)
}

// widest returns the length of the longest line.
func widest(s string) int {
	n := 0
	for l := range strings.SplitSeq(s, "\n") {
		n = max(n, len(strings.TrimSpace(l)))
	}
	return n
}

// lineStart returns how strong the beginning of a line is as an end of the
// passage before; 0 for a line that goes on with the sentence before it.
func lineStart(line, prev string, blank bool, width int) strength {
	h, ok := legal.HeadingOf(line)
	_, after := legal.HeadingOf(prev)
	afterHeading := after && len(prev) < 90 && !strings.HasSuffix(prev, ".")
	switch {
	case afterHeading && (!ok || h.Level > 1):
		return 0 // a heading stays with what it heads
	case ok && h.Title != "" && h.Level <= 2:
		return heading
	case ok && (h.Number != "" || h.Alone):
		return clause
	case blank:
		return paragraph
	case width > 160: // lines are paragraphs
		return paragraph
	case len(prev) < width*3/4 && strings.ContainsAny(prev[len(prev)-1:], ".;:"):
		return paragraph
	}
	if strings.ContainsAny(prev[len(prev)-1:], ".;") && startsSentence(line) {
		return sentence
	}
	return 0
}

func startsSentence(s string) bool {
	for _, r := range s {
		switch {
		case unicode.IsUpper(r), unicode.IsDigit(r), r == '(':
			return true
		case r == '"', r == '“', r == '‘', r == '\'', r == '[':
			continue
		}
		return false
	}
	return false
}

// abbreviations end with a full stop and no sentence.
var abbreviations = map[string]bool{"inc": true, "ltd": true, "corp": true, "co": true, "no": true, "nos": true, "sec": true, "art": true, "v": true, "vs": true, "mr": true, "mrs": true, "ms": true, "dr": true, "st": true,
	"u.s": true, "e.g": true, "i.e": true, "cf": true, "al": true, "jr": true, "sr": true, "ex": true, "fed": true, "supp": true, "cir": true, "ct": true, "app": true, "para": true, "p": true, "pp": true, "id": true, "l.p": true, "n.a": true, "viz": true, "approx": true, "est": true}

// sentences yields where sentences begin inside a line, after the first.
func sentences(line string) func(func(int, strength) bool) {
	return func(yield func(int, strength) bool) {
		for i := 0; i < len(line)-2; i++ {
			c := line[i]
			if c != '.' && c != ';' && c != '?' && c != '!' {
				continue
			}
			j := i + 1
			for j < len(line) && (line[j] == '"' || line[j] == ')' || strings.HasPrefix(line[j:], "”")) {
				if line[j] == '"' || line[j] == ')' {
					j++
				} else {
					j += len("”")
				}
			}
			k := j
			for k < len(line) && (line[k] == ' ' || line[k] == '\t') {
				k++
			}
			if k == j || k >= len(line) || !startsSentence(line[k:]) {
				continue
			}
			if c == '.' && abbreviated(line[:i]) {
				continue
			}
			st := sentence
			if h, ok := legal.HeadingOf(firstPart(line[k:])); ok && h.Number != "" && numberedHere(line[k:]) {
				st = clause
				if h.Title != "" && h.Level <= 2 {
					st = heading
				}
			} else if c == ';' {
				continue
			}
			if !yield(k, st) {
				return
			}
		}
	}
}

// firstPart returns enough of s to tell a heading.
func firstPart(s string) string {
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "")
	}
	return s
}

// numberedHere keeps a number in running text ("… of 2004. 12 months …") from
// being taken for a clause: it must carry a point, a bracket or a word.
func numberedHere(s string) bool {
	i := strings.IndexFunc(s, unicode.IsSpace)
	if i < 0 {
		return false
	}
	return strings.ContainsAny(s[:i], ".()") || strings.EqualFold(s[:i], "section") || strings.EqualFold(s[:i], "article")
}

// abbreviated reports whether s, which a full stop follows, ends with an
// abbreviation, an initial or a clause's number.
func abbreviated(s string) bool {
	i := strings.LastIndexAny(s, " \t(\"")
	w := strings.ToLower(s[i+1:])
	if w == "" {
		return true
	}
	if abbreviations[w] || len(w) == 1 && unicode.IsLetter(rune(w[0])) {
		return true
	}
	return strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' }) < 0 && i < 3
}

func abs(x float64) float64 {
	if x < 0 {
		return -x
	}
	return x
}
