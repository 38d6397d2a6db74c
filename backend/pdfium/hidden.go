package pdfium

import (
	"cmp"
	"context"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"

	"github.com/klippa-app/go-pdfium/enums"
)

// Why text is not seen: the values of mark.FeatureHidden.
const (
	covered   = "covered"   // something is drawn over it, as by a redaction that failed
	white     = "white"     // it has the colour of what is under it
	tiny      = "tiny"      // too small to be read
	invisible = "invisible" // drawn without ink where no picture shows it
	outside   = "outside"   // beyond the page's edges
	marked    = "marked"    // marked for a redaction that was not carried out; it is still seen
)

const (
	tinyHigh    = 2.0 // points; lower letters are not read by anyone
	lookDPI     = 72  // of the pictures that are compared
	sameInk     = 10  // shades of grey by which they may differ all the same
	blackest    = 70  // a redaction that was painted into a scan is darker
	hiddenShown = 300 // bytes of a feature's text
)

// suspect is a word that may not be seen.
type suspect struct {
	word   int
	why    string
	unseen bool // its letters leave no ink, as those of a scan's text layer
	image  bool // a picture lies where it stands
}

// hidden returns the text of a page that is not seen when one looks at it. What
// may be covered is found from what the page draws, and believed when the page
// looks the same without its text. The method is that of Free Law Project's
// x-ray (find boxes over text, then look), but looks at what is drawn, not at
// whether it is of one colour. Text layers under scans are meant to be unseen;
// of them, only what a black area of the picture hides is reported.
func (d *document) hidden(ctx context.Context, p page, out mark.Page) []mark.Feature {
	objects := d.objects(ctx, p)
	suspects, sure := suspicious(out, objects)
	if len(suspects) > 0 && ctx.Err() == nil {
		sure = append(sure, d.unseen(ctx, p, out, objects, suspects)...)
	}
	why := make([]string, len(out.Words))
	for _, s := range sure {
		why[s.word] = s.why
	}
	return runs(out, why)
}

// runs makes features of neighbouring words that are hidden in one way.
func runs(p mark.Page, why []string) []mark.Feature {
	var out []mark.Feature
	for i := 0; i < len(why); {
		k := i + 1
		for k < len(why) && why[k] == why[i] {
			k++
		}
		if why[i] != "" {
			start, end := p.Words[i].Start, p.Words[k-1].End
			out = append(out, mark.Feature{Kind: mark.FeatureHidden, Page: p.Number, Start: start, End: end,
				Text: short(p.Text[start:end], hiddenShown), Value: why[i]})
		}
		i = k
	}
	return out
}

// short cuts s to at most n bytes of whole characters.
func short(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// suspicious returns the words that have to be looked at, and those about which
// there is no doubt.
func suspicious(p mark.Page, objects []drawn) (suspects, sure []suspect) {
	firstText := len(objects)
	for i, o := range objects {
		if o.kind == enums.FPDF_PAGEOBJ_TEXT {
			firstText = i
			break
		}
	}
	var covers, texts []int // in objects
	ground := false
	for i, o := range objects {
		switch {
		case o.kind == enums.FPDF_PAGEOBJ_TEXT:
			texts = append(texts, i)
		case i < firstText && o.kind == enums.FPDF_PAGEOBJ_PATH && share(mark.Rect{X1: p.Width, Y1: p.Height}, o.box) > 0.9:
			ground = true // of the page
		case o.hides():
			covers = append(covers, i)
		}
	}
	pale := false
	for _, i := range texts {
		pale = pale || objects[i].pale()
	}
	for n, w := range p.Words {
		text := p.Text[w.Start:w.End]
		if !readable(text) {
			continue
		}
		switch {
		case w.Box.X1 < 0 || w.Box.Y1 < 0 || w.Box.X0 > p.Width || w.Box.Y0 > p.Height:
			sure = append(sure, suspect{word: n, why: outside})
			continue
		case w.Box.Y1-w.Box.Y0 < tinyHigh && w.Box.X1-w.Box.X0 < tinyHigh*float64(len(text)):
			sure = append(sure, suspect{word: n, why: tiny})
			continue
		}
		s := suspect{word: n}
		last := -1 // what covers it, drawn last
		for _, i := range covers {
			if share(w.Box, objects[i].box) >= 0.6 {
				last = i
				s.image = s.image || objects[i].kind == enums.FPDF_PAGEOBJ_IMAGE
			}
		}
		if last < 0 && !pale {
			continue
		}
		own := -1 // the text object that it stands in, drawn last
		for _, i := range texts {
			if share(w.Box, objects[i].box) >= 0.6 {
				own = i
			}
		}
		if own < 0 {
			continue
		}
		t := objects[own]
		s.unseen = t.unseen
		switch {
		case t.unseen:
			s.why = covered
			if !s.image {
				s.why = invisible
			}
		case last > own:
			s.why = covered
		case last >= 0 && abs(t.gray-objects[last].gray) < 40 && objects[last].kind == enums.FPDF_PAGEOBJ_PATH:
			s.why = covered
			if t.gray >= 200 {
				s.why = white
			}
		case last < 0 && t.gray >= 235:
			s.why = white
			if !ground { // paper is white
				sure = append(sure, s)
				continue
			}
		default:
			continue
		}
		suspects = append(suspects, s)
	}
	return suspects, sure
}

// readable reports whether s says something.
func readable(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return true
		}
	}
	return false
}

// share returns how much of a lies in b.
func share(a, b mark.Rect) float64 {
	w := min(a.X1, b.X1) - max(a.X0, b.X0)
	h := min(a.Y1, b.Y1) - max(a.Y0, b.Y0)
	area := (a.X1 - a.X0) * (a.Y1 - a.Y0)
	if w <= 0 || h <= 0 || area <= 0 {
		return 0
	}
	return w * h / area
}

func abs(n int) int { return max(n, -n) }

// unseen looks at suspects and returns those that are not seen.
func (d *document) unseen(ctx context.Context, p page, out mark.Page, objects []drawn, suspects []suspect) []suspect {
	with, err := d.draw(p, out.Number, lookDPI)
	if err != nil {
		return nil
	}
	var without mark.Image
	for _, s := range suspects {
		if !s.unseen {
			if without, err = d.drawWithoutText(ctx, p, out.Number, objects); err != nil {
				return nil
			}
			break
		}
	}
	var found []suspect
	for _, s := range suspects {
		dots := inner(with, out.Words[s.word].Box)
		if len(dots) == 0 {
			continue
		}
		lightest, darkest, differ := 0, 255, 0
		for _, i := range dots {
			v := int(with.Pix[i])
			lightest, darkest = max(lightest, v), min(darkest, v)
			if !s.unseen && i < len(without.Pix) {
				differ = max(differ, abs(v-int(without.Pix[i])))
			}
		}
		switch {
		case !s.unseen && differ > sameInk,
			s.unseen && s.image && lightest > blackest,
			s.unseen && !s.image && lightest-darkest > sameInk:
			continue
		}
		found = append(found, s)
	}
	return found
}

// drawWithoutText draws a page as if its text were not there.
func (d *document) drawWithoutText(ctx context.Context, p page, n int, objects []drawn) (mark.Image, error) {
	v := d.native
	show := func(active uint64) {
		for _, o := range objects {
			if o.kind == enums.FPDF_PAGEOBJ_TEXT {
				v.call(ctx, "FPDFPageObj_SetIsActive", o.at, active)
			}
		}
	}
	show(0)
	img, err := d.draw(p, n, lookDPI)
	show(1)
	return img, cmp.Or(err, v.err)
}

// inner returns the dots of the middle of a box.
func inner(img mark.Image, r mark.Rect) []int {
	perPoint := float64(img.DPI) / 72
	w, h := r.X1-r.X0, r.Y1-r.Y0
	x0, x1 := int((r.X0+0.1*w)*perPoint), int((r.X1-0.1*w)*perPoint)
	y0, y1 := int((r.Y0+0.2*h)*perPoint), int((r.Y1-0.2*h)*perPoint)
	x0, y0 = max(x0, 0), max(y0, 0)
	x1, y1 = min(x1, img.Width-1), min(y1, img.Height-1)
	var out []int
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			out = append(out, y*img.Width+x)
		}
	}
	return out
}
