package image

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"

	"golang.org/x/image/tiff"
	"golang.org/x/image/tiff/lzw"
)

// Three kinds of TIFF that scanners, fax machines and print shops write are not
// known to the library: pages stored as JPEG pictures, pages in printing inks
// (CMYK), and faxes whose rows are filled up.

const (
	tagWidth         = 256
	tagLength        = 257
	tagBits          = 258
	tagCompression   = 259
	tagPhotometric   = 262
	tagFillOrder     = 266
	tagOffsets       = 273
	tagSamples       = 277
	tagRowsPerStrip  = 278
	tagCounts        = 279
	tagPlanar        = 284
	tagT4Options     = 292
	tagPredictor     = 317
	tagTileWidth     = 322
	tagTileLength    = 323
	tagTileOffsets   = 324
	tagTileCounts    = 325
	tagJPEGTables    = 347
	compressedNone   = 1
	compressedFax    = 3
	compressedLZW    = 5
	compressedJPEG   = 7
	compressedZip    = 8
	compressedBits   = 32773
	compressedOldZip = 32946
	photometricRGB   = 2
	photometricInks  = 5
	maxPieces        = 100_000  // strips or tiles of a page
	maxPiece         = 64 << 20 // bytes of one, as stored
)

// pieces is a page of a TIFF that is read here, strip by strip or tile by tile.
type pieces struct {
	r               io.ReaderAt
	width, height   int
	across, down    int // of one piece
	compression     uint32
	inks, rgb       bool
	predicted       bool
	backwards       bool   // of a fax: the bits of a byte
	inverted        bool   // of a fax: what was white on paper is black
	tables          []byte // what the JPEG pictures of a page share
	offsets, counts []uint32
}

var errPieces = errors.New("the directory makes no sense")

// piecesOf reads the directory of a page, and reports false when the page is
// one for the library.
func piecesOf(r io.ReaderAt, at, size int64) (*pieces, bool, error) {
	d, err := fields(r, at, size)
	if err != nil {
		return nil, false, err
	}
	p := &pieces{r: r, width: d.one(tagWidth, 0), height: d.one(tagLength, 0), compression: uint32(d.one(tagCompression, compressedNone))}
	p.inks, p.rgb = d.one(tagPhotometric, 0) == photometricInks, d.one(tagPhotometric, 0) == photometricRGB
	if !p.inks && p.compression != compressedJPEG && p.compression != compressedFax {
		return nil, false, nil
	}
	if p.width <= 0 || p.height <= 0 || p.width > 1<<20 || p.height > 1<<20 {
		return nil, true, errPieces
	}
	p.inverted = d.one(tagPhotometric, 0) == 1
	p.predicted, p.backwards = d.one(tagPredictor, 1) == 2, d.one(tagFillOrder, 1) == 2
	if p.compression == compressedFax && (d.one(tagT4Options, 0)&1 == 1 || d.one(tagBits, 1) != 1) {
		return nil, true, tiff.UnsupportedError("two-dimensional fax")
	}
	if d.one(tagPlanar, 1) != 1 || p.inks && (d.one(tagBits, 1) != 8 || d.one(tagSamples, 1) != 4) {
		return nil, true, tiff.UnsupportedError("planes, or inks of another number or depth")
	}
	p.across, p.down = p.width, min(d.one(tagRowsPerStrip, p.height), p.height)
	p.offsets, p.counts, p.tables = d.all(tagOffsets), d.all(tagCounts), d.raw(tagJPEGTables)
	if d.one(tagTileWidth, 0) > 0 {
		p.across, p.down = d.one(tagTileWidth, 0), d.one(tagTileLength, 0)
		p.offsets, p.counts = d.all(tagTileOffsets), d.all(tagTileCounts)
	}
	if p.across <= 0 || p.down <= 0 || p.across > 1<<16 || p.down > 1<<16 && p.down != p.height || p.across > maxPixels/p.down {
		return nil, true, errPieces
	}
	n := p.columns() * ((p.height + p.down - 1) / p.down)
	if n > maxPieces || len(p.offsets) < n || len(p.counts) < n {
		return nil, true, errPieces
	}
	return p, true, nil
}

func (p *pieces) columns() int { return (p.width + p.across - 1) / p.across }

func (p *pieces) config() image.Config {
	return image.Config{Width: p.width, Height: p.height, ColorModel: color.GrayModel}
}

// decode reads the page in grey.
func (p *pieces) decode() (*image.Gray, error) {
	out := image.NewGray(image.Rect(0, 0, p.width, p.height))
	for i := range p.columns() * ((p.height + p.down - 1) / p.down) {
		x, y := i%p.columns()*p.across, i/p.columns()*p.down
		if p.counts[i] > maxPiece {
			return nil, errPieces
		}
		raw, err := io.ReadAll(io.NewSectionReader(p.r, int64(p.offsets[i]), int64(p.counts[i])))
		if err != nil {
			return nil, err
		}
		var g *image.Gray
		switch rows := min(p.down, p.height-y); p.compression {
		case compressedJPEG:
			g, err = p.picture(raw)
		case compressedFax:
			g, err = p.fax(raw, rows)
		default:
			g, err = p.printed(raw, rows)
		}
		if err != nil {
			return nil, err
		}
		draw.Draw(out, image.Rect(x, y, x+p.across, y+p.down), g, g.Rect.Min, draw.Src)
	}
	return out, nil
}

// picture decodes a piece that is a JPEG picture, perhaps without the tables
// that it shares with others.
func (p *pieces) picture(raw []byte) (*image.Gray, error) {
	if len(raw) < 4 || raw[0] != 0xFF || raw[1] != 0xD8 {
		return nil, errPieces
	}
	var r io.Reader = bytes.NewReader(raw)
	if t := p.tables; len(t) > 4 && t[0] == 0xFF && t[1] == 0xD8 && t[len(t)-2] == 0xFF && t[len(t)-1] == 0xD9 {
		r = io.MultiReader(bytes.NewReader(t[:len(t)-2]), bytes.NewReader(raw[2:]))
	}
	// Its own size is what it takes to decode it.
	var head bytes.Buffer
	c, err := jpeg.DecodeConfig(io.TeeReader(r, &head))
	if err != nil {
		return nil, err
	}
	if c.Width > p.across+16 || c.Height > p.down+16 {
		return nil, errPieces
	}
	img, err := jpeg.Decode(io.MultiReader(&head, r))
	if err != nil {
		return nil, err
	}
	if y, ok := img.(*image.YCbCr); ok && p.rgb {
		return unmixed(y), nil
	}
	return greyOf(img), nil
}

// unmixed is a picture whose planes are red, green and blue, though JPEG takes
// them for others.
func unmixed(p *image.YCbCr) *image.Gray {
	g := image.NewGray(image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()))
	for y := range g.Rect.Dy() {
		for x := range g.Rect.Dx() {
			i, j := p.YOffset(p.Rect.Min.X+x, p.Rect.Min.Y+y), p.COffset(p.Rect.Min.X+x, p.Rect.Min.Y+y)
			g.Pix[y*g.Stride+x] = uint8((19595*uint32(p.Y[i]) + 38470*uint32(p.Cb[j]) + 7471*uint32(p.Cr[j]) + 1<<15) >> 16)
		}
	}
	return g
}

// printed decodes a piece in inks: cyan, magenta, yellow and black.
func (p *pieces) printed(raw []byte, rows int) (*image.Gray, error) {
	const inks = 4
	if p.columns() > 1 || p.across != p.width {
		rows = p.down // tiles are whole
	}
	size := p.across * rows * inks
	data, err := p.unpacked(raw, size)
	if err != nil {
		return nil, err
	}
	if len(data) < size {
		return nil, io.ErrUnexpectedEOF
	}
	g := image.NewGray(image.Rect(0, 0, p.across, rows))
	for y := range rows {
		line := data[y*p.across*inks : (y+1)*p.across*inks]
		if p.predicted {
			for i := inks; i < len(line); i++ {
				line[i] += line[i-inks]
			}
		}
		for x := range p.across {
			c := line[x*inks : x*inks+inks]
			ink := (19595*uint32(c[0]) + 38470*uint32(c[1]) + 7471*uint32(c[2])) >> 16
			g.Pix[y*g.Stride+x] = uint8((255 - ink) * (255 - uint32(c[3])) / 255)
		}
	}
	return g, nil
}

// unpacked undoes a piece's compression, up to size bytes.
func (p *pieces) unpacked(raw []byte, size int) ([]byte, error) {
	limited := func(r io.Reader) ([]byte, error) {
		data, err := io.ReadAll(io.LimitReader(r, int64(size)))
		if len(data) == size {
			err = nil // what follows does not matter
		}
		return data, err
	}
	switch p.compression {
	case compressedNone, 0:
		return raw, nil
	case compressedLZW:
		r := lzw.NewReader(bytes.NewReader(raw), lzw.MSB, 8)
		defer r.Close()
		return limited(r)
	case compressedZip, compressedOldZip:
		r, err := zlib.NewReader(bytes.NewReader(raw))
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return limited(r)
	case compressedBits:
		return unpackBits(raw, size), nil
	}
	return nil, tiff.UnsupportedError("this compression of inks")
}

// unpackBits undoes run lengths, up to size bytes.
func unpackBits(raw []byte, size int) []byte {
	out := make([]byte, 0, min(size, 128*len(raw)))
	for len(raw) > 0 && len(out) < size {
		n := int(int8(raw[0]))
		raw = raw[1:]
		switch {
		case n >= 0:
			n = min(n+1, len(raw))
			out, raw = append(out, raw[:n]...), raw[n:]
		case n > -128 && len(raw) > 0:
			out, raw = append(out, bytes.Repeat(raw[:1], 1-n)...), raw[1:]
		}
	}
	return out[:min(len(out), size)]
}

// directoryFields are the entries of a directory.
type directoryFields struct {
	r     io.ReaderAt
	order binary.ByteOrder
	byTag map[uint16][]byte
}

func fields(r io.ReaderAt, at, size int64) (*directoryFields, error) {
	var head [8]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, err
	}
	d := &directoryFields{r: r, order: binary.BigEndian, byTag: map[uint16][]byte{}}
	if head[0] == 'I' {
		d.order = binary.LittleEndian
	}
	var count [2]byte
	if at < 8 || at+2 > size {
		return nil, errPieces
	}
	if _, err := r.ReadAt(count[:], at); err != nil {
		return nil, err
	}
	raw := make([]byte, int(d.order.Uint16(count[:]))*12)
	if _, err := r.ReadAt(raw, at+2); err != nil {
		return nil, err
	}
	for ; len(raw) > 0; raw = raw[12:] {
		d.byTag[d.order.Uint16(raw)] = raw[:12]
	}
	return d, nil
}

// raw are the bytes of an entry's value; nil when there is none that makes
// sense.
func (d *directoryFields) raw(tag uint16) []byte {
	e := d.byTag[tag]
	if e == nil {
		return nil
	}
	length := map[uint16]int64{1: 1, 2: 1, 3: 2, 4: 4, 7: 1}[d.order.Uint16(e[2:])] * int64(d.order.Uint32(e[4:]))
	switch {
	case length <= 0 || length > 4*maxPieces:
		return nil
	case length <= 4:
		return e[8 : 8+length]
	}
	out := make([]byte, length)
	if _, err := d.r.ReadAt(out, int64(d.order.Uint32(e[8:]))); err != nil {
		return nil
	}
	return out
}

// all are an entry's numbers.
func (d *directoryFields) all(tag uint16) []uint32 {
	raw := d.raw(tag)
	if raw == nil {
		return nil
	}
	var out []uint32
	switch d.order.Uint16(d.byTag[tag][2:]) {
	case 3:
		for ; len(raw) >= 2; raw = raw[2:] {
			out = append(out, uint32(d.order.Uint16(raw)))
		}
	case 4:
		for ; len(raw) >= 4; raw = raw[4:] {
			out = append(out, d.order.Uint32(raw))
		}
	}
	return out
}

// one is an entry's first number.
func (d *directoryFields) one(tag uint16, otherwise int) int {
	if n := d.all(tag); len(n) > 0 {
		return int(n[0])
	}
	return otherwise
}
