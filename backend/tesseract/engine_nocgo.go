//go:build !cgo

package tesseract

import mark "markai/backend"

// engine is missing from programs that are built without C.
type engine struct{}

func (*engine) recognise(mark.Image) (mark.Page, error) {
	return mark.Page{}, mark.Errorf(mark.Unavailable, "This build of Mark AI cannot read scans. Install the full one.")
}
