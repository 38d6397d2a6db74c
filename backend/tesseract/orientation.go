//go:build cgo

package tesseract

/*
#cgo LDFLAGS: -ltesseract

#include <stdlib.h>
#include <tesseract/capi.h>
*/
import "C"

import (
	"os"
	"unsafe"

	mark "markai/backend"
)

// detector tells how a page stands and in which script it is written. Gosseract
// cannot be asked for that alone, so it goes to Tesseract's own interface.
type detector struct{ handle *C.TessBaseAPI }

// openDetector sets the detector up, or returns nil without its data: pages are
// read without as well.
func openDetector(data string) *detector {
	dir, err := dataDir(data, []string{"osd"})
	if err != nil {
		return nil
	}
	h := C.TessBaseAPICreate()
	d, l := C.CString(dir), C.CString("osd")
	defer C.free(unsafe.Pointer(d))
	defer C.free(unsafe.Pointer(l))
	if C.TessBaseAPIInit3(h, d, l) != 0 {
		C.TessBaseAPIDelete(h)
		return nil
	}
	name, null := C.CString("debug_file"), C.CString(os.DevNull)
	defer C.free(unsafe.Pointer(name))
	defer C.free(unsafe.Pointer(null))
	C.TessBaseAPISetVariable(h, name, null)
	return &detector{h}
}

// orientation says by how many quarter turns clockwise a picture has to be
// turned to stand upright, and which script it shows. It reports false when
// there are too few letters to tell.
func (d *detector) orientation(img mark.Image) (turn int, script string, ok bool) {
	defer C.TessBaseAPIClear(d.handle)
	C.TessBaseAPISetPageSegMode(d.handle, C.PSM_OSD_ONLY)
	C.TessBaseAPISetImage(d.handle, (*C.uchar)(unsafe.Pointer(unsafe.SliceData(img.Pix))), C.int(img.Width), C.int(img.Height), 1, C.int(img.Width))
	if img.DPI > 0 {
		C.TessBaseAPISetSourceResolution(d.handle, C.int(img.DPI))
	}
	var degrees C.int
	var sure, scriptSure C.float
	var name *C.char // belongs to Tesseract
	if C.TessBaseAPIDetectOrientationScript(d.handle, &degrees, &sure, &name, &scriptSure) == 0 {
		return 0, "", false
	}
	// It tells how the picture was turned, not how to turn it.
	return (4 - int(degrees)/90%4) % 4, C.GoString(name), true
}
