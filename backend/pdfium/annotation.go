package pdfium

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	mark "markai/backend"

	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	maxAnnotations = 2000 // of a page that are looked at
	maxRemark      = 4000 // bytes of what one says
	maxQuads       = 200  // lines that one marks
	maxShared      = 200  // bytes of a field's value that is taken from where it is shown
	scanned        = 100  // a page with fewer letters and digits may still be read from its picture
)

// annotation is what was put onto a page: a comment, a form's field, a file.
type annotation struct {
	kind   enums.FPDF_ANNOTATION_SUBTYPE
	author string
	date   string // ISO 8601
	text   string // of a comment
	name   string // of a field
	value  string
	shared bool        // the value may stand with fields of the same name
	boxes  []mark.Rect // where it stands, or the lines that it marks, as shown
}

// annotations reads what was put onto a page, and whether any of it is seen: a
// link is only a place to click. It has to be done before that becomes part of
// the page.
func (d *document) annotations(p page, count int) (out []annotation, seen bool) {
	for i := range min(count, maxAnnotations) {
		got, err := d.lib.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: p.request(), Index: i})
		if err != nil {
			seen = true
			continue
		}
		a, ok := d.annotation(p, got.Annotation)
		if ok {
			out = append(out, a)
		}
		seen = seen || a.kind != enums.FPDF_ANNOT_SUBTYPE_LINK || d.has(got.Annotation, "AP")
		d.lib.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: got.Annotation}) //nolint:errcheck // nothing to lose
	}
	return out, seen || count > maxAnnotations
}

// has reports whether an annotation says anything under a key.
func (d *document) has(ref references.FPDF_ANNOTATION, key string) bool {
	got, err := d.lib.FPDFAnnot_HasKey(&requests.FPDFAnnot_HasKey{Annotation: ref, Key: key})
	return err == nil && got.HasKey
}

// annotation reads one, if it says something.
func (d *document) annotation(p page, ref references.FPDF_ANNOTATION) (a annotation, ok bool) {
	kind, err := d.lib.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: ref})
	if err != nil {
		return a, false
	}
	a.kind = kind.Subtype
	switch a.kind {
	case enums.FPDF_ANNOT_SUBTYPE_LINK, enums.FPDF_ANNOT_SUBTYPE_POPUP, enums.FPDF_ANNOT_SUBTYPE_UNKNOWN:
		return a, false
	case enums.FPDF_ANNOT_SUBTYPE_WIDGET:
		a.name, a.value = d.said(ref, "T"), d.said(ref, "V")
		if a.name == "" {
			a.name = d.said(ref, "TU")
		}
		a.shared = d.has(ref, "Parent")
		ok = a.value != "" || a.name != "" && a.shared
	case enums.FPDF_ANNOT_SUBTYPE_REDACT, enums.FPDF_ANNOT_SUBTYPE_FILEATTACHMENT:
		ok = true
		fallthrough
	default:
		a.text, a.author, a.date = d.said(ref, "Contents"), tidy(d.said(ref, "T")), isoDate(d.said(ref, "M"))
		ok = ok || strings.TrimSpace(a.text) != ""
	}
	if ok {
		a.boxes = d.places(p, ref)
	}
	return a, ok
}

// said returns what an annotation says under a key.
func (d *document) said(ref references.FPDF_ANNOTATION, key string) string {
	v, err := d.lib.FPDFAnnot_GetStringValue(&requests.FPDFAnnot_GetStringValue{Annotation: ref, Key: key})
	if err != nil {
		return ""
	}
	s := strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\t':
			return '\n'
		case r < ' ' && r != '\n', r == 0xFEFF:
			return -1
		}
		return r
	}, strings.ToValidUTF8(v.Value, ""))
	return short(strings.TrimSpace(s), maxRemark)
}

// places returns where an annotation stands.
func (d *document) places(p page, ref references.FPDF_ANNOTATION) []mark.Rect {
	var out []mark.Rect
	if n, err := d.lib.FPDFAnnot_CountAttachmentPoints(&requests.FPDFAnnot_CountAttachmentPoints{Annotation: ref}); err == nil {
		for i := range min(n.Count, maxQuads) {
			q, err := d.lib.FPDFAnnot_GetAttachmentPoints(&requests.FPDFAnnot_GetAttachmentPoints{Annotation: ref, Index: i})
			if err != nil {
				continue
			}
			z := q.QuadPoints
			out = append(out, p.shown(
				float64(min(z.X1, z.X2, z.X3, z.X4)), float64(min(z.Y1, z.Y2, z.Y3, z.Y4)),
				float64(max(z.X1, z.X2, z.X3, z.X4)), float64(max(z.Y1, z.Y2, z.Y3, z.Y4))))
		}
	}
	if len(out) > 0 {
		return out
	}
	r, err := d.lib.FPDFAnnot_GetRect(&requests.FPDFAnnot_GetRect{Annotation: ref})
	if err != nil {
		return nil
	}
	b := r.Rect
	return []mark.Rect{p.shown(
		float64(min(b.Left, b.Right)), float64(min(b.Bottom, b.Top)), float64(max(b.Left, b.Right)), float64(max(b.Bottom, b.Top)))}
}

// isoDate turns a PDF's date ("D:20190301120000Z") into an ISO one, without
// the time; "" where it is none.
func isoDate(s string) string {
	s = strings.TrimPrefix(strings.TrimSpace(s), "D:")
	if len(s) < 8 {
		return ""
	}
	t, err := time.Parse("20060102", s[:8])
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}

// isComment reports whether it is something a person remarked.
func (a annotation) isComment() bool {
	switch a.kind {
	case enums.FPDF_ANNOT_SUBTYPE_WIDGET, enums.FPDF_ANNOT_SUBTYPE_SOUND, enums.FPDF_ANNOT_SUBTYPE_MOVIE,
		enums.FPDF_ANNOT_SUBTYPE_SCREEN, enums.FPDF_ANNOT_SUBTYPE_PRINTERMARK, enums.FPDF_ANNOT_SUBTYPE_TRAPNET,
		enums.FPDF_ANNOT_SUBTYPE_WATERMARK, enums.FPDF_ANNOT_SUBTYPE_THREED, enums.FPDF_ANNOT_SUBTYPE_RICHMEDIA:
		return false
	}
	return a.text != ""
}

// annotate adds to a page what its annotations say. Remarks that the page does
// not show follow its text, each with its author, unless there is so little text
// that the page may be a scan; what they and the fields of forms are about are
// features.
func annotate(out *mark.Page, list []annotation) {
	marks := 0
	for _, r := range out.Text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			marks++
		}
	}
	words := out.Words
	for _, a := range list {
		start, end := within(words, a.boxes)
		switch {
		case a.kind == enums.FPDF_ANNOT_SUBTYPE_WIDGET:
			value := a.value
			if shown := out.Text[start:end]; value == "" && a.shared && len(shown) < maxShared && readable(shown) {
				value = shown
			}
			if readable(value) {
				out.Features = append(out.Features, mark.Feature{Kind: mark.FeatureField, Page: out.Number, Start: start, End: end, Text: value, Value: a.name})
			}
		case a.kind == enums.FPDF_ANNOT_SUBTYPE_REDACT && end > start:
			out.Features = append(out.Features, mark.Feature{Kind: mark.FeatureHidden, Page: out.Number, Start: start, End: end,
				Text: short(out.Text[start:end], hiddenShown), Value: marked})
		case a.isComment():
			// Free text is shown; what stands on a scan waits for its text.
			switch {
			case a.kind == enums.FPDF_ANNOT_SUBTYPE_FREETEXT:
			case marks < scanned:
				start, end = 0, 0
			default:
				from := remark(out, a)
				if end <= start {
					start, end = from, len(out.Text)
				}
			}
			out.Features = append(out.Features, mark.Feature{Kind: mark.FeatureComment, Page: out.Number, Start: start, End: min(end, len(out.Text)),
				Text: a.text, Value: strings.TrimSpace(a.author + " " + a.date)})
		}
	}
}

// remark puts a comment after the page's text and returns where it begins. Its
// words stand where the comment is.
func remark(out *mark.Page, a annotation) int {
	head := "Comment: "
	if a.author != "" {
		head = fmt.Sprintf("Comment by %s: ", a.author)
	}
	out.Text += "\n\n"
	from := len(out.Text)
	out.Text += head + strings.Join(strings.FieldsFunc(a.text, func(r rune) bool { return r == '\n' }), "\n")
	if len(a.boxes) == 0 {
		return from
	}
	box := a.boxes[0]
	at := from
	for _, w := range strings.Fields(out.Text[from:]) {
		at += strings.Index(out.Text[at:], w)
		out.Words = append(out.Words, mark.Word{Start: at, End: at + len(w), Box: box, Confidence: 1})
		at += len(w)
	}
	return from
}

// within returns the bytes from the first to the last word whose middle stands
// in one of the boxes; both are 0 where there is none.
func within(words []mark.Word, boxes []mark.Rect) (start, end int) {
	for _, w := range words {
		x, y := (w.Box.X0+w.Box.X1)/2, (w.Box.Y0+w.Box.Y1)/2
		for _, b := range boxes {
			if x >= b.X0 && x <= b.X1 && y >= b.Y0 && y <= b.Y1 {
				if end == 0 {
					start = w.Start
				}
				end = w.End
				break
			}
		}
	}
	return start, end
}

// pinned yields the files that are pinned to pages. Pages that were opened have
// become one with what was put onto them, so the document is opened anew.
func (d *document) pinned(ctx context.Context, yield func(mark.Attachment, error) bool) {
	for _, list := range d.put {
		if slices.ContainsFunc(list, annotation.holdsFile) {
			d.Close() //nolint:errcheck // it is opened again
			break
		}
	}
	for n, left := 1, maxAttachments; n <= d.info.Pages && left > 0; n++ {
		if ctx.Err() != nil {
			yield(mark.Attachment{}, ctx.Err())
			return
		}
		if list, known := d.put[n]; known && !slices.ContainsFunc(list, annotation.holdsFile) {
			continue
		}
		p, closePage, err := d.loadPage(ctx, n)
		if err != nil {
			if broken(err) {
				d.Close() //nolint:errcheck // it is broken anyway
			}
			continue // the page says so itself when it is read
		}
		more := d.pinnedTo(p, n, &left, yield)
		closePage()
		if !more {
			return
		}
	}
}

func (a annotation) holdsFile() bool { return a.kind == enums.FPDF_ANNOT_SUBTYPE_FILEATTACHMENT }

// pinnedTo yields the files that are pinned to one page.
func (d *document) pinnedTo(p page, n int, left *int, yield func(mark.Attachment, error) bool) bool {
	count, err := d.lib.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: p.request()})
	if err != nil {
		return true
	}
	for i := 0; i < min(count.Count, maxAnnotations) && *left > 0; i++ {
		got, err := d.lib.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: p.request(), Index: i})
		if err != nil {
			continue
		}
		more := true
		kind, err := d.lib.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: got.Annotation})
		if err == nil && kind.Subtype == enums.FPDF_ANNOT_SUBTYPE_FILEATTACHMENT {
			f, err := d.lib.FPDFAnnot_GetFileAttachment(&requests.FPDFAnnot_GetFileAttachment{Document: d.doc, Annotation: got.Annotation})
			if err == nil {
				*left--
				a, err := d.contents(f.Attachment, fmt.Sprintf("attachment of page %d", n))
				if err != nil || a.Data != nil {
					more = yield(a, err)
				}
			}
		}
		d.lib.FPDFPage_CloseAnnot(&requests.FPDFPage_CloseAnnot{Annotation: got.Annotation}) //nolint:errcheck // nothing to lose
		if !more {
			return false
		}
	}
	return true
}
