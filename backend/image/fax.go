package image

import (
	"bytes"
	"image"
	"io"
	"math/bits"

	"golang.org/x/image/ccitt"
)

// fax decodes a piece of a page as fax machines send it (ITU-T T.4, Group 3,
// one row at a time).
func (p *pieces) fax(raw []byte, rows int) (*image.Gray, error) {
	if p.backwards {
		raw = bytes.Clone(raw)
		for i, b := range raw {
			raw[i] = bits.Reverse8(b)
		}
	}
	r := ccitt.NewReader(bytes.NewReader(unfilled(raw)), ccitt.MSB, ccitt.Group3, p.across, rows, nil)
	size := (p.across + 7) / 8
	data, err := io.ReadAll(io.LimitReader(r, int64(size*rows)))
	if len(data) < size {
		if err == nil {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	// A line lost on the way costs what follows it, which stays white.
	g := image.NewGray(image.Rect(0, 0, p.across, rows))
	for i := range g.Pix {
		g.Pix[i] = 255
	}
	for y := range min(len(data)/size, rows) {
		for x := range p.across {
			if white := data[y*size+x/8]>>(7-x%8)&1 == 1; white == p.inverted {
				g.Pix[y*g.Stride+x] = 0
			}
		}
	}
	return g, nil
}

// unfilled takes out the bits with which senders fill up rows: before the end of
// a row, eleven zeros and a one, there may be any number of zeros, which the
// library does not expect. No code has eleven zeros in a row.
func unfilled(raw []byte) []byte {
	const end = 11
	out := make([]byte, 0, len(raw)+2)
	var acc byte
	n, zeros := 0, 0
	put := func(bit byte) {
		acc = acc<<1 | bit
		if n++; n == 8 {
			out, acc, n = append(out, acc), 0, 0
		}
	}
	for _, b := range raw {
		for i := 7; i >= 0; i-- {
			if b>>i&1 == 0 {
				if zeros++; zeros <= end {
					put(0)
				}
				continue
			}
			zeros = 0
			put(1)
		}
	}
	for n > 0 {
		put(0)
	}
	return out
}
