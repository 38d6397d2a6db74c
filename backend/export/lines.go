package export

import (
	"strings"
	"unicode"
)

// piece is a word, or a part of one, with what follows it, set in one face.
type piece struct {
	text   string
	face   int
	struck bool
	glued  bool    // it stays on the line of the piece before it
	width  float64 // without the space after it
	space  float64
}

// pieces cuts runs into words, and these where the face changes; a word too wide
// for a line is cut.
func (t *typesetter) pieces(runs []run, f int, size, most float64) []piece {
	var out []piece
	for _, r := range runs {
		face := f
		if r.bold {
			face = bold
		}
		if strings.HasPrefix(r.text, " ") && len(out) > 0 {
			out[len(out)-1].space = t.faces[face].width(" ", size)
		}
		for word := range strings.FieldsSeq(r.text) {
			for i, part := range t.parts(joined(word), face) {
				for _, cut := range t.cut(part.text, part.face, size, most) {
					out = append(out, piece{text: cut, face: part.face, struck: r.struck, glued: i > 0 && part.glued, width: t.faces[part.face].width(cut, size)})
				}
			}
			out[len(out)-1].space = t.faces[face].width(" ", size)
		}
		if n := len(out); n > 0 && r.text != "" && !strings.HasSuffix(r.text, " ") {
			out[n-1].space = 0
		}
	}
	return out
}

// parts cuts a word where its face changes. Characters of Chinese, Japanese and
// Korean are parts of their own: a line may end behind each.
func (t *typesetter) parts(word string, f int) []piece {
	var out []piece
	for _, r := range word {
		face, ok := t.faceOf(r, f)
		if !ok && !unicode.IsControl(r) {
			t.missing[r] = true
		}
		n := len(out)
		named := t.faces[face].named != nil
		if n > 0 && out[n-1].face == face && !named {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, piece{text: string(r), face: face, glued: n > 0 && !named && t.faces[out[n-1].face].named == nil || unicode.IsPunct(r)})
	}
	return out
}

func (t *typesetter) cut(word string, f int, size, most float64) []string {
	if t.faces[f].width(word, size) <= most {
		return []string{word}
	}
	var out []string
	start, width := 0, 0.0
	for i, r := range word {
		w := t.faces[f].width(string(r), size)
		if width+w > most && i > start {
			out = append(out, word[start:i])
			start, width = i, 0
		}
		width += w
	}
	return append(out, word[start:])
}

// setLine is a line with its pieces from the left.
type setLine struct {
	pieces []piece
	indent float64 // of a line that keeps to the right
}

// lines breaks text into lines no wider than most.
// right says that they run from the right.
func (t *typesetter) lines(runs []run, f int, size, most float64, right bool) []setLine {
	var out []setLine
	for _, l := range broken(t.pieces(runs, f, size, most), most) {
		s := setLine{pieces: ordered(l, right)}
		if right {
			s.indent = most
			for i, p := range s.pieces {
				s.indent -= p.width
				if i+1 < len(s.pieces) {
					s.indent -= p.space
				}
			}
			s.indent = max(0, s.indent)
		}
		out = append(out, s)
	}
	return out
}

// broken breaks pieces into lines no wider than most. What is glued together
// stays together where it fits on a line.
func broken(ps []piece, most float64) [][]piece {
	var out [][]piece
	var cur []piece
	width := 0.0
	for i := 0; i < len(ps); {
		end, group := i+1, ps[i].width
		for end < len(ps) && ps[end].glued && group+ps[end].width <= most {
			group += ps[end].width
			end++
		}
		if len(cur) > 0 && width+group > most {
			out, cur, width = append(out, cur), nil, 0
		}
		for _, p := range ps[i:end] {
			cur = append(cur, p)
			width += p.width + p.space
		}
		i = end
	}
	if len(cur) > 0 {
		out = append(out, cur)
	}
	return out
}
