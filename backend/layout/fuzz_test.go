package layout_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/layout"
)

// FuzzText sets characters where the bytes say: whatever they are, the text
// holds every word at its place.
func FuzzText(f *testing.F) {
	const size = 21 // bytes of a character
	page := func(chars ...layout.Char) []byte {
		var b []byte
		for _, c := range chars {
			b = binary.LittleEndian.AppendUint32(b, uint32(c.Rune))
			for _, v := range []float64{c.Box.X0, c.Box.Y0, c.Box.X1, c.Box.Y1} {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
			}
			b = append(b, byte(c.Turn))
		}
		return b
	}
	f.Add(page(at(72, 100, "This Agreement")...))
	f.Add(page(across(prose("left", 8), prose("right", 8))...))
	f.Add(page(append(column(50, 100, "a", "b", "c", "d"), column(240, 100, "1", "12", "7", "90")...)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		var chars []layout.Char
		for ; len(data) >= size && len(chars) < 5000; data = data[size:] {
			v := func(i int) float64 { return float64(math.Float32frombits(binary.LittleEndian.Uint32(data[4+4*i:]))) }
			chars = append(chars, layout.Char{
				Rune: rune(binary.LittleEndian.Uint32(data)), Box: mark.Rect{X0: v(0), Y0: v(1), X1: v(2), Y1: v(3)}, Turn: int(data[20]),
			})
		}
		text, words := layout.Text(chars)
		end := 0
		for _, w := range words {
			if w.Start < end || w.End <= w.Start || w.End > len(text) || strings.TrimSpace(text[end:w.Start]) != "" {
				t.Fatalf("word %v after %d in %q", w, end, text)
			}
			end = w.End
		}
	})
}
