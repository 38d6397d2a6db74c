package worker

import (
	"encoding/binary"
	"math"

	mark "markai/backend"
)

// A page travels as a message that says little, and a body: the number of its
// words, then of each word, as varints, how far its start lies after the end of
// the word before it and how long it is, then its box as four float64 and its
// confidence as a float32, little-endian; the rest is the page's text. As JSON a
// page would cost the two processes more than laying it out.
const wordBytes = 4*8 + 4 // of a word, besides its varints

// packPage splits a page into a message and a body.
func packPage(p mark.Page) (mark.Page, []byte) {
	body := make([]byte, 0, binary.MaxVarintLen64+len(p.Words)*(wordBytes+4)+len(p.Text))
	body = binary.AppendUvarint(body, uint64(len(p.Words)))
	end := 0
	for _, w := range p.Words {
		body = binary.AppendVarint(body, int64(w.Start-end))
		body = binary.AppendVarint(body, int64(w.End-w.Start))
		for _, v := range [...]float64{w.Box.X0, w.Box.Y0, w.Box.X1, w.Box.Y1} {
			body = binary.LittleEndian.AppendUint64(body, math.Float64bits(v))
		}
		body = binary.LittleEndian.AppendUint32(body, math.Float32bits(w.Confidence))
		end = w.End
	}
	body = append(body, p.Text...)
	p.Words, p.Text = nil, ""
	return p, body
}

// unpackPage puts together what packPage split. It reports false for a body
// that packPage did not write.
func unpackPage(p mark.Page, body []byte) (mark.Page, bool) {
	count, n := binary.Uvarint(body)
	if n <= 0 || count > uint64(len(body)/wordBytes) {
		return p, false
	}
	body = body[n:]
	if count > 0 {
		p.Words = make([]mark.Word, count)
	}
	end := 0
	for i := range p.Words {
		var v [2]int64
		for k := range v {
			if v[k], n = binary.Varint(body); n <= 0 {
				return p, false
			}
			body = body[n:]
		}
		if len(body) < wordBytes {
			return p, false
		}
		at := func(k int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(body[8*k:])) }
		w := &p.Words[i]
		w.Start = end + int(v[0])
		w.End = w.Start + int(v[1])
		w.Box = mark.Rect{X0: at(0), Y0: at(1), X1: at(2), Y1: at(3)}
		w.Confidence = math.Float32frombits(binary.LittleEndian.Uint32(body[32:]))
		end, body = w.End, body[wordBytes:]
	}
	p.Text = string(body)
	return p, true
}
