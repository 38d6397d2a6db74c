package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// firstAt shows a TIFF whose first directory lies at offset.
type firstAt struct {
	r      io.ReaderAt
	offset int64
}

// ReadAt implements io.ReaderAt.
func (f firstAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.r.ReadAt(p, off)
	if off < 8 && off+int64(n) > 4 {
		var head [8]byte
		if _, err := f.r.ReadAt(head[:], 0); err != nil {
			return 0, err
		}
		if head[0] == 'I' {
			binary.LittleEndian.PutUint32(head[4:], uint32(f.offset))
		} else {
			binary.BigEndian.PutUint32(head[4:], uint32(f.offset))
		}
		for i := max(off, 4); i < min(off+int64(n), 8); i++ {
			p[i-off] = head[i]
		}
	}
	return n, err
}

// The tags of a TIFF directory that we read ourselves.
const (
	tagSubfile     = 254
	tagOrientation = 274
	tagXResolution = 282
	tagYResolution = 283
	tagUnit        = 296
)

// directories follows a TIFF's chain of directories. Thumbnails are left out,
// loops and broken links end it.
func directories(r io.ReaderAt, size int64) ([]place, error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	var order binary.ByteOrder = binary.BigEndian
	if head[0] == 'I' {
		order = binary.LittleEndian
	}
	var out []place
	seen := map[int64]bool{}
	for at := int64(order.Uint32(head[4:])); at != 0 && !seen[at] && len(out) < maxPages; {
		seen[at] = true
		p, thumbnail, next, err := directory(r, order, at, size)
		if err != nil {
			break
		}
		if !thumbnail {
			out = append(out, p)
		}
		at = next
	}
	if len(out) == 0 {
		return nil, errors.New("no directory")
	}
	return out, nil
}

// directory reads one directory.
func directory(r io.ReaderAt, order binary.ByteOrder, at, size int64) (p place, thumbnail bool, next int64, err error) {
	var count [2]byte
	if at < 8 || at+6 > size {
		return p, false, 0, errors.New("directory outside the file")
	}
	if _, err := r.ReadAt(count[:], at); err != nil {
		return p, false, 0, err
	}
	n := int(order.Uint16(count[:]))
	raw := make([]byte, n*12+4)
	if k, err := r.ReadAt(raw, at+2); err != nil && k < n*12 {
		return p, false, 0, err
	}
	p.offset = at
	unit := 2 // inches
	for i := range n {
		e := raw[i*12 : i*12+12]
		switch order.Uint16(e) {
		case tagSubfile:
			thumbnail = order.Uint32(e[8:])&1 == 1
		case tagOrientation:
			p.turn = quarterTurns(int(order.Uint16(e[8:])))
		case tagXResolution:
			p.dpi[0] = rational(r, order, int64(order.Uint32(e[8:])))
		case tagYResolution:
			p.dpi[1] = rational(r, order, int64(order.Uint32(e[8:])))
		case tagUnit:
			unit = int(order.Uint16(e[8:]))
		}
	}
	switch unit {
	case 3: // centimetres
		p.dpi[0], p.dpi[1] = p.dpi[0]*2.54, p.dpi[1]*2.54
	case 1:
		p.dpi = [2]float64{}
	}
	return p, thumbnail, int64(order.Uint32(raw[n*12:])), nil
}

// rational reads a fraction, 0 where there is none.
func rational(r io.ReaderAt, order binary.ByteOrder, at int64) float64 {
	var b [8]byte
	if _, err := r.ReadAt(b[:], at); err != nil {
		return 0
	}
	v := float64(order.Uint32(b[:4])) / float64(order.Uint32(b[4:]))
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// quarterTurns translates an orientation as TIFF and Exif write it. Mirrored
// ones occur in no scan and are shown as they are.
func quarterTurns(orientation int) int {
	return map[int]int{3: 2, 6: 1, 8: 3}[orientation]
}

// jpegPlace reads a JPEG's resolution and orientation from its JFIF and Exif
// segments.
func jpegPlace(r io.ReaderAt, size int64) place {
	var p place
	at := int64(2)
	for range 200 {
		var h [4]byte
		if _, err := r.ReadAt(h[:], at); err != nil {
			return p // the decoder says what is wrong with the picture
		}
		if h[0] != 0xFF || h[1] == 0xDA || h[1] == 0xD9 {
			return p
		}
		n := int64(binary.BigEndian.Uint16(h[2:]))
		if n < 2 || at+2+n > size {
			return p
		}
		if h[1] == 0xE0 || h[1] == 0xE1 {
			body := make([]byte, n-2)
			if _, err := r.ReadAt(body, at+4); err != nil {
				return p
			}
			readSegment(&p, h[1], body)
		}
		at += 2 + n
	}
	return p
}

func readSegment(p *place, kind byte, body []byte) {
	switch {
	case kind == 0xE0 && len(body) >= 12 && string(body[:5]) == "JFIF\x00":
		x, y := float64(binary.BigEndian.Uint16(body[8:])), float64(binary.BigEndian.Uint16(body[10:]))
		switch body[7] {
		case 1:
			p.dpi = [2]float64{x, y}
		case 2:
			p.dpi = [2]float64{x * 2.54, y * 2.54}
		}
	case kind == 0xE1 && len(body) > 14 && string(body[:6]) == "Exif\x00\x00":
		if dirs, err := directories(bytes.NewReader(body[6:]), int64(len(body)-6)); err == nil {
			p.turn = dirs[0].turn
			if p.dpi == [2]float64{} {
				p.dpi = dirs[0].dpi
			}
		}
	}
}

// pngDPI reads the pHYs chunk.
func pngDPI(r io.ReaderAt, size int64) (dpi [2]float64) {
	at := int64(8)
	for range 100 {
		var h [8]byte
		if _, err := r.ReadAt(h[:], at); err != nil {
			return dpi
		}
		n := int64(binary.BigEndian.Uint32(h[:4]))
		switch string(h[4:]) {
		case "pHYs":
			var b [9]byte
			if _, err := r.ReadAt(b[:], at+8); err == nil && n == 9 && b[8] == 1 {
				const metre = 0.0254
				return [2]float64{float64(binary.BigEndian.Uint32(b[:])) * metre, float64(binary.BigEndian.Uint32(b[4:])) * metre}
			}
			return dpi
		case "IDAT", "IEND":
			return dpi
		}
		if at += 12 + n; at > size {
			return dpi
		}
	}
	return dpi
}

// bmpDPI reads the dots per metre of a bitmap's header.
func bmpDPI(r io.ReaderAt) (dpi [2]float64) {
	var b [8]byte
	if _, err := r.ReadAt(b[:], 38); err != nil {
		return dpi
	}
	const metre = 0.0254
	return [2]float64{float64(binary.LittleEndian.Uint32(b[:])) * metre, float64(binary.LittleEndian.Uint32(b[4:])) * metre}
}
