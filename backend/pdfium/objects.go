package pdfium

import (
	"context"

	mark "markai/backend"

	"github.com/klippa-app/go-pdfium/enums"
)

const (
	maxDrawn = 6000 // things of one page that are looked at
	maxDeep  = 4    // forms inside forms
)

// drawn is a thing that a page draws: text, an area or a picture.
type drawn struct {
	at     uint64 // its address
	inside []matrix
	kind   enums.FPDF_PAGEOBJ
	box    mark.Rect // as shown; of text it is found where it is needed
	gray   int       // of its colour, 0 to 255; -1 where it has none of its own
	unseen bool      // text that leaves no ink
}

// matrix says where a form's things stand: at a·x + c·y + e, b·x + d·y + f.
type matrix struct{ a, b, c, d, e, f float64 }

// hides reports whether something may lie over or under text: it is larger than
// a line.
func (o drawn) hides() bool {
	return o.kind != enums.FPDF_PAGEOBJ_TEXT && o.box.Y1-o.box.Y0 > 3 && o.box.X1-o.box.X0 > 3
}

// pale reports whether text may not be seen on bare paper.
func (o drawn) pale() bool {
	return o.kind == enums.FPDF_PAGEOBJ_TEXT && (o.unseen || o.gray >= 235)
}

// objects returns what a page draws, first to last. Areas that are only
// outlined, or let shine through what lies under them, are left out. It
// returns nil for pages that draw too much, or nothing that could hide text.
func (d *document) objects(ctx context.Context, p page) []drawn {
	v := d.native
	n := v.number(ctx, "FPDFPage_CountObjects", p.at)
	if n > maxDrawn {
		return nil
	}
	var out []drawn
	left := maxDrawn
	object := v.function("FPDFPage_GetObject")
	for i := range n {
		if at := v.do(ctx, object, p.at, uint64(i)); at != 0 {
			out = v.object(ctx, p, at, nil, out, &left)
		}
	}
	suspicious := false
	for _, o := range out {
		suspicious = suspicious || o.hides() || o.pale()
	}
	if left < 0 || !suspicious || v.err != nil {
		return nil
	}
	for i := range out {
		if o := &out[i]; o.kind == enums.FPDF_PAGEOBJ_TEXT {
			o.box, _ = v.box(ctx, p, *o)
		}
	}
	return out
}

// object adds one thing, or the things inside it, which stand where the
// matrices put them, innermost first.
func (v *native) object(ctx context.Context, p page, at uint64, inside []matrix, out []drawn, left *int) []drawn {
	if *left--; *left < 0 {
		return out
	}
	o := drawn{at: at, inside: inside, kind: enums.FPDF_PAGEOBJ(v.number(ctx, "FPDFPageObj_GetType", at)), gray: -1}
	alpha := uint32(255)
	switch o.kind {
	case enums.FPDF_PAGEOBJ_FORM:
		return v.form(ctx, p, at, inside, out, left)
	case enums.FPDF_PAGEOBJ_PATH:
		if !v.is(ctx, "FPDFPath_GetDrawMode", at, v.result(0), v.result(1)) ||
			enums.FPDF_FILLMODE(v.uint32s()[0]) == enums.FPDF_FILLMODE_NONE {
			return out
		}
	case enums.FPDF_PAGEOBJ_TEXT:
		o.unseen = enums.FPDF_TEXT_RENDERMODE(v.number(ctx, "FPDFTextObj_GetTextRenderMode", at)) == enums.FPDF_TEXTRENDERMODE_INVISIBLE
	case enums.FPDF_PAGEOBJ_IMAGE, enums.FPDF_PAGEOBJ_SHADING:
	default:
		return out
	}
	if o.kind == enums.FPDF_PAGEOBJ_PATH || o.kind == enums.FPDF_PAGEOBJ_TEXT {
		if v.is(ctx, "FPDFPageObj_GetFillColor", at, v.result(0), v.result(1), v.result(2), v.result(3)) {
			c := v.uint32s()
			o.gray = int(299*c[0]+587*c[1]+114*c[2]) / 1000
			alpha = c[3]
		}
	}
	if alpha < 200 {
		if o.kind == enums.FPDF_PAGEOBJ_PATH {
			return out
		}
		o.unseen = o.unseen || alpha < 20
	}
	if o.kind != enums.FPDF_PAGEOBJ_TEXT {
		var ok bool
		if o.box, ok = v.box(ctx, p, o); !ok {
			return out
		}
	}
	return append(out, o)
}

// form adds what stands inside a form.
func (v *native) form(ctx context.Context, p page, at uint64, inside []matrix, out []drawn, left *int) []drawn {
	if len(inside) >= maxDeep {
		return out
	}
	n := v.number(ctx, "FPDFFormObj_CountObjects", at)
	if !v.is(ctx, "FPDFPageObj_GetMatrix", at, v.result(0)) {
		return out
	}
	m := v.float32s()
	path := append([]matrix{{m[0], m[1], m[2], m[3], m[4], m[5]}}, inside...)
	for i := 0; i < n && *left >= 0; i++ {
		if part := v.call(ctx, "FPDFFormObj_GetObject", at, uint64(i)); part != 0 {
			out = v.object(ctx, p, part, path, out, left)
		}
	}
	return out
}

// box returns where a thing stands, as shown.
func (v *native) box(ctx context.Context, p page, o drawn) (mark.Rect, bool) {
	if !v.is(ctx, "FPDFPageObj_GetBounds", o.at, v.result(0), v.result(1), v.result(2), v.result(3)) {
		return mark.Rect{}, false
	}
	b := v.float32s()
	l, bottom, r, t := b[0], b[1], b[2], b[3]
	for _, m := range o.inside {
		l, bottom, r, t = m.moved(l, bottom, r, t)
	}
	return p.shown(l, bottom, r, t), true
}

// pictures yields where the pictures that a page draws itself stand, in points
// of the page's own space, and their addresses. It stops at maxObjects things.
func (v *native) pictures(ctx context.Context, p page, yield func(at uint64, l, b, r, t float64)) (things int) {
	things = v.number(ctx, "FPDFPage_CountObjects", p.at)
	for i := range min(things, maxObjects) {
		at := v.call(ctx, "FPDFPage_GetObject", p.at, uint64(i))
		if at == 0 || enums.FPDF_PAGEOBJ(v.number(ctx, "FPDFPageObj_GetType", at)) != enums.FPDF_PAGEOBJ_IMAGE ||
			!v.is(ctx, "FPDFPageObj_GetBounds", at, v.result(0), v.result(1), v.result(2), v.result(3)) {
			continue
		}
		b := v.float32s()
		yield(at, b[0], b[1], b[2], b[3])
	}
	return things
}

// moved returns the box that holds a box after a transformation.
func (m matrix) moved(l, b, r, t float64) (float64, float64, float64, float64) {
	at := func(x, y float64) (float64, float64) { return m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f }
	x0, y0 := at(l, b)
	x1, y1 := at(r, t)
	x2, y2 := at(l, t)
	x3, y3 := at(r, b)
	return min(x0, x1, x2, x3), min(y0, y1, y2, y3), max(x0, x1, x2, x3), max(y0, y1, y2, y3)
}
