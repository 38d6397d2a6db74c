package ooxml

import (
	"regexp"
	"strconv"
	"strings"

	mark "markai/backend"
)

// While a document is read its text is moved about: notes go behind the body,
// repeated headers fall away. What a piece of it is travels along as marks in
// the text, in characters that no text holds, and is taken out at the end.
const (
	markBegin = '\uFDD0' // then the number in digits and markName
	markName  = '\uFDD1'
	markEnd   = '\uFDD2'
	markPara  = '\uFDD3' // as markBegin; the piece ends with its paragraph
)

// anyMark matches the marks that stand in a text.
var anyMark = regexp.MustCompile(`[\x{FDD0}\x{FDD3}]\d+\x{FDD1}|\x{FDD2}`)

// marksMax bounds the pieces that are told apart in one document.
const marksMax = 20_000

// piece is what is known of a marked piece of text.
type piece struct {
	kind       mark.FeatureKind
	value      string
	start, end int // in the text without marks
}

// marks are the pieces that were marked, by their numbers.
type marks struct{ pieces []piece }

// begin returns the mark that a piece begins with; it ends at markEnd.
func (m *marks) begin(kind mark.FeatureKind, value string) string {
	return m.add(markBegin, kind, value)
}

// paragraph returns the mark of a piece that ends with its paragraph.
func (m *marks) paragraph(kind mark.FeatureKind, value string) string {
	return m.add(markPara, kind, value)
}

func (m *marks) add(with rune, kind mark.FeatureKind, value string) string {
	if len(m.pieces) >= marksMax {
		return ""
	}
	m.pieces = append(m.pieces, piece{kind: kind, value: value})
	return string(with) + strconv.Itoa(len(m.pieces)-1) + string(markName)
}

// unmarked takes characters that mean a mark out of a document's own text.
func unmarked(s string) string {
	if !strings.ContainsAny(s, "\uFDD0\uFDD1\uFDD2\uFDD3") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if markBegin <= r && r <= markPara {
			return -1
		}
		return r
	}, s)
}

// take takes the marks out of text and returns the pieces in reading order.
func (m *marks) take(text string) (string, []piece) {
	if len(m.pieces) == 0 {
		return text, nil
	}
	var out strings.Builder
	var done []piece
	var open []int  // in done
	var paras []int // pieces that end with this paragraph, in done
	for i := 0; i < len(text); {
		next := strings.IndexAny(text[i:], "\uFDD0\uFDD2\uFDD3\n")
		if next < 0 {
			out.WriteString(text[i:])
			break
		}
		out.WriteString(text[i : i+next])
		i += next
		switch {
		case text[i] == '\n':
			if strings.HasPrefix(text[i:], "\n\n") {
				for _, p := range paras {
					done[p].end = out.Len()
				}
				paras = nil
			}
			out.WriteByte('\n')
			i++
		case strings.HasPrefix(text[i:], string(markEnd)):
			i += len(string(markEnd))
			if n := len(open); n > 0 {
				done[open[n-1]].end = out.Len()
				open = open[:n-1]
			}
		default:
			para := strings.HasPrefix(text[i:], string(markPara))
			i += len(string(markBegin))
			size := strings.IndexRune(text[i:], markName)
			if size < 0 {
				continue
			}
			number, err := strconv.Atoi(text[i : i+size])
			i += size + len(string(markName))
			if err != nil || number >= len(m.pieces) {
				continue
			}
			p := m.pieces[number]
			p.start = out.Len()
			done = append(done, p)
			if para {
				paras = append(paras, len(done)-1)
			} else {
				open = append(open, len(done)-1)
			}
		}
	}
	for _, p := range append(open, paras...) {
		done[p].end = out.Len()
	}
	return out.String(), done
}
