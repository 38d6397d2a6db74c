//go:build cgo

package tesseract

import (
	"os"
	"path/filepath"
	"strings"
	"sync"

	mark "markai/backend"
)

// engine holds this process' one Tesseract and the orientation detector beside
// it, one page at a time.
type engine struct {
	mu     sync.Mutex // one page at a time
	reader *api
	osd    *api // nil without its data
}

// start sets Tesseract up.
func (e *engine) start() error {
	if e.reader != nil {
		return nil
	}
	languages := strings.Split(os.Getenv(envLanguages), "+")
	dir, err := dataDir(os.Getenv(envData), languages)
	if err != nil {
		return err
	}
	if e.reader, err = openAPI(dir, languages); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "osd.traineddata")); err == nil {
		e.osd, _ = openAPI(dir, []string{"osd"}) // pages are read without as well
	}
	return nil
}

// recognise reads one page. Nearly all pages stand upright and read well as
// they are; finding out how a page stands takes time, so that is done, and the
// page turned, only when it reads badly.
func (e *engine) recognise(img mark.Image) (mark.Page, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.start(); err != nil {
		return mark.Page{}, err
	}
	first, err := e.read(img, 0)
	if err != nil || first.Confidence >= lowMean || first.Text == "" && blank(img) {
		return first, err
	}
	turn := 2 // with too few letters to tell, a page on its head is all that is likely
	if e.osd != nil {
		if t, _, _, ok := e.osd.orientation(img); ok {
			turn = t
		}
	}
	if turn == 0 {
		return first, nil
	}
	second, err := e.read(img, turn)
	return better(first, second), err
}

// read reads a page after turning it by quarter turns clockwise; its words
// stand where they are on the page as it came.
func (e *engine) read(img mark.Image, turn int) (mark.Page, error) {
	words, err := e.reader.words(turned(img, turn))
	if err != nil {
		return mark.Page{}, err
	}
	turnBack(words, img, turn)
	return assemble(words, img), nil
}
