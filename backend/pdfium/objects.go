package pdfium

import (
	mark "markai/backend"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/structs"
)

const (
	maxDrawn = 6000 // things of one page that are looked at
	maxDeep  = 4    // forms inside forms
)

// drawn is a thing that a page draws: text, an area or a picture.
type drawn struct {
	ref    references.FPDF_PAGEOBJECT
	kind   enums.FPDF_PAGEOBJ
	box    mark.Rect // as shown
	gray   int       // of its colour, 0 to 255; -1 where it has none of its own
	unseen bool      // text that leaves no ink
}

// objects returns what a page draws, first to last. Areas that are only
// outlined, or let shine through what lies under them, are left out. It
// returns nil for pages that draw too much.
func (d *document) objects(p page) []drawn {
	n, err := d.lib.FPDFPage_CountObjects(&requests.FPDFPage_CountObjects{Page: p.request()})
	if err != nil || n.Count > maxDrawn {
		return nil
	}
	var out []drawn
	left := maxDrawn
	for i := range n.Count {
		o, err := d.lib.FPDFPage_GetObject(&requests.FPDFPage_GetObject{Page: p.request(), Index: i})
		if err != nil {
			continue
		}
		out = d.object(p, o.PageObject, []structs.FPDF_FS_MATRIX{}, out, &left)
	}
	if left < 0 {
		return nil
	}
	return out
}

// object adds one thing, or the things inside it, which stand where the
// matrices put them, innermost first.
func (d *document) object(p page, ref references.FPDF_PAGEOBJECT, inside []structs.FPDF_FS_MATRIX, out []drawn, left *int) []drawn {
	d.held++
	if *left--; *left < 0 {
		return out
	}
	kind, err := d.lib.FPDFPageObj_GetType(&requests.FPDFPageObj_GetType{PageObject: ref})
	if err != nil {
		return out
	}
	o := drawn{ref: ref, kind: kind.Type, gray: -1}
	alpha := 255
	switch o.kind {
	case enums.FPDF_PAGEOBJ_FORM:
		return d.form(p, ref, inside, out, left)
	case enums.FPDF_PAGEOBJ_PATH:
		mode, err := d.lib.FPDFPath_GetDrawMode(&requests.FPDFPath_GetDrawMode{PageObject: ref})
		if err != nil || mode.FillMode == enums.FPDF_FILLMODE_NONE {
			return out
		}
	case enums.FPDF_PAGEOBJ_TEXT:
		if mode, err := d.lib.FPDFTextObj_GetTextRenderMode(&requests.FPDFTextObj_GetTextRenderMode{PageObject: ref}); err == nil {
			o.unseen = mode.TextRenderMode == enums.FPDF_TEXTRENDERMODE_INVISIBLE
		}
	case enums.FPDF_PAGEOBJ_IMAGE, enums.FPDF_PAGEOBJ_SHADING:
	default:
		return out
	}
	if o.kind == enums.FPDF_PAGEOBJ_PATH || o.kind == enums.FPDF_PAGEOBJ_TEXT {
		if c, err := d.lib.FPDFPageObj_GetFillColor(&requests.FPDFPageObj_GetFillColor{PageObject: ref}); err == nil {
			o.gray = int(299*c.FillColor.R+587*c.FillColor.G+114*c.FillColor.B) / 1000
			alpha = int(c.FillColor.A)
		}
	}
	if alpha < 200 {
		if o.kind == enums.FPDF_PAGEOBJ_PATH {
			return out
		}
		o.unseen = o.unseen || alpha < 20
	}
	b, err := d.lib.FPDFPageObj_GetBounds(&requests.FPDFPageObj_GetBounds{PageObject: ref})
	if err != nil {
		return out
	}
	l, bottom, r, t := float64(b.Left), float64(b.Bottom), float64(b.Right), float64(b.Top)
	for _, m := range inside {
		l, bottom, r, t = moved(m, l, bottom, r, t)
	}
	o.box = p.shown(l, bottom, r, t)
	return append(out, o)
}

// form adds what stands inside a form.
func (d *document) form(p page, ref references.FPDF_PAGEOBJECT, inside []structs.FPDF_FS_MATRIX, out []drawn, left *int) []drawn {
	if len(inside) >= maxDeep {
		return out
	}
	n, err := d.lib.FPDFFormObj_CountObjects(&requests.FPDFFormObj_CountObjects{PageObject: ref})
	if err != nil {
		return out
	}
	m, err := d.lib.FPDFPageObj_GetMatrix(&requests.FPDFPageObj_GetMatrix{PageObject: ref})
	if err != nil {
		return out
	}
	path := append([]structs.FPDF_FS_MATRIX{m.Matrix}, inside...)
	for i := 0; i < n.Count && *left >= 0; i++ {
		o, err := d.lib.FPDFFormObj_GetObject(&requests.FPDFFormObj_GetObject{PageObject: ref, Index: uint64(i)})
		if err != nil {
			continue
		}
		out = d.object(p, o.PageObject, path, out, left)
	}
	return out
}

// moved returns the box that holds a box after a transformation.
func moved(m structs.FPDF_FS_MATRIX, l, b, r, t float64) (float64, float64, float64, float64) {
	at := func(x, y float64) (float64, float64) {
		return float64(m.A)*x + float64(m.C)*y + float64(m.E), float64(m.B)*x + float64(m.D)*y + float64(m.F)
	}
	x0, y0 := at(l, b)
	x1, y1 := at(r, t)
	x2, y2 := at(l, t)
	x3, y3 := at(r, b)
	return min(x0, x1, x2, x3), min(y0, y1, y2, y3), max(x0, x1, x2, x3), max(y0, y1, y2, y3)
}
