//go:build cgo

package tesseract

/*
#cgo LDFLAGS: -ltesseract

#include <stdlib.h>
#include <tesseract/capi.h>

// next steps to the following word and reports whether there is one.
static int next(TessPageIterator *it) { return TessPageIteratorNext(it, RIL_WORD); }

// begins reports whether the word at it is the first of its block, paragraph
// or line, as bits.
static int begins(TessPageIterator *it) {
	return (TessPageIteratorIsAtBeginningOf(it, RIL_BLOCK) ? 1 : 0) |
	       (TessPageIteratorIsAtBeginningOf(it, RIL_PARA) ? 2 : 0) |
	       (TessPageIteratorIsAtBeginningOf(it, RIL_TEXTLINE) ? 4 : 0);
}
*/
import "C"

import (
	"errors"
	"image"
	"os"
	"strings"
	"unsafe"

	mark "markai/backend"
)

// What begins reports.
const (
	atBlock = 1 << iota
	atPar
	atLine
)

// api is one set-up Tesseract, for one language or some together. It is used
// by one goroutine at a time.
type api struct{ handle *C.TessBaseAPI }

// openAPI sets Tesseract up with data that has been seen to be there.
func openAPI(dir string, languages []string) (*api, error) {
	h := C.TessBaseAPICreate()
	d, l := C.CString(dir), C.CString(strings.Join(languages, "+"))
	defer C.free(unsafe.Pointer(d))
	defer C.free(unsafe.Pointer(l))
	if C.TessBaseAPIInit3(h, d, l) != 0 {
		C.TessBaseAPIDelete(h)
		return nil, mark.Errorf(mark.Unavailable, "The reader for scans could not be set up. Reinstall its language data (%s) and start Mark AI again.", strings.Join(languages, ", "))
	}
	a := &api{h}
	// What Tesseract has to say about a page may quote it.
	a.set("debug_file", os.DevNull)
	return a, nil
}

func (a *api) set(name, value string) {
	n, v := C.CString(name), C.CString(value)
	defer C.free(unsafe.Pointer(n))
	defer C.free(unsafe.Pointer(v))
	C.TessBaseAPISetVariable(a.handle, n, v)
}

func (a *api) close() {
	C.TessBaseAPIEnd(a.handle)
	C.TessBaseAPIDelete(a.handle)
}

// show hands a picture over; Tesseract copies it.
func (a *api) show(img mark.Image) {
	C.TessBaseAPISetImage(a.handle, (*C.uchar)(unsafe.Pointer(unsafe.SliceData(img.Pix))), C.int(img.Width), C.int(img.Height), 1, C.int(img.Width))
	if img.DPI > 0 {
		C.TessBaseAPISetSourceResolution(a.handle, C.int(img.DPI))
	}
}

// words reads a picture.
func (a *api) words(img mark.Image) ([]found, error) {
	defer C.TessBaseAPIClear(a.handle)
	C.TessBaseAPISetPageSegMode(a.handle, C.PSM_AUTO)
	a.show(img)
	if C.TessBaseAPIRecognize(a.handle, nil) != 0 {
		return nil, errors.New("tesseract gave a page up")
	}
	results := C.TessBaseAPIGetIterator(a.handle)
	if results == nil {
		return nil, nil
	}
	defer C.TessResultIteratorDelete(results)
	it := C.TessResultIteratorGetPageIterator(results)
	var out []found
	var at found
	for more := true; more; more = C.next(it) != 0 {
		switch begins := C.begins(it); {
		case begins&atBlock != 0:
			at.block, at.par, at.line = at.block+1, 1, 1
		case begins&atPar != 0:
			at.par, at.line = at.par+1, 1
		case begins&atLine != 0:
			at.line++
		}
		text := C.TessResultIteratorGetUTF8Text(results, C.RIL_WORD)
		if text == nil {
			continue // a block without words
		}
		w := at
		w.text = C.GoString(text)
		C.TessDeleteText(text)
		var l, t, r, b C.int
		if C.TessPageIteratorBoundingBox(it, C.RIL_WORD, &l, &t, &r, &b) == 0 {
			continue
		}
		w.box = image.Rect(int(l), int(t), int(r), int(b))
		w.confidence = float64(C.TessResultIteratorConfidence(results, C.RIL_WORD))
		out = append(out, w)
	}
	return out, nil
}

// orientation says by how many quarter turns clockwise a picture has to be
// turned to stand upright, how sure that is (15 is sure enough, its authors
// say), and which script it shows. It reports false when there are too few
// letters to tell.
func (a *api) orientation(img mark.Image) (turn int, sure float64, script string, ok bool) {
	defer C.TessBaseAPIClear(a.handle)
	C.TessBaseAPISetPageSegMode(a.handle, C.PSM_OSD_ONLY)
	a.show(img)
	var degrees C.int
	var conf, scriptConf C.float
	var name *C.char
	if C.TessBaseAPIDetectOrientationScript(a.handle, &degrees, &conf, &name, &scriptConf) == 0 {
		return 0, 0, "", false
	}
	// The name belongs to Tesseract.
	// It tells how the picture was turned, not how to turn it.
	return (4 - int(degrees)/90%4) % 4, float64(conf), C.GoString(name), true
}
