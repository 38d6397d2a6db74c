//go:build cgo

package tesseract

import (
	"math"
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

// recognise reads one page: cleaned, if something is seen to be wrong with it.
// Nearly all pages stand upright; finding out how a page stands takes time, so
// that is done, and the page turned, only when it reads badly.
func (e *engine) recognise(img mark.Image) (mark.Page, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.start(); err != nil {
		return mark.Page{}, err
	}
	wrong, paper := examine(img)
	clean, scale := cleaned(img, wrong, paper)
	read := func(turn int) (mark.Page, error) {
		upright := turned(clean, turn)
		words, err := e.straight(upright)
		if err != nil {
			return mark.Page{}, err
		}
		turnBack(words, clean, turn)
		shrunk(words, scale)
		return assemble(words, img), nil
	}
	first, err := read(0)
	if err != nil || first.Confidence >= lowMean || first.Text == "" && blank(img) {
		return first, err
	}
	turn := 2 // with too few letters to tell, a page on its head is all that is likely
	if e.osd != nil {
		if t, _, _, ok := e.osd.orientation(clean); ok {
			turn = t
		}
	}
	if turn == 0 {
		return first, nil
	}
	second, err := read(turn)
	return better(first, second), err
}

// straight reads a picture that may be skewed.
func (e *engine) straight(img mark.Image) ([]found, error) {
	angle := skew(img)
	if math.Abs(angle) < leastSkew {
		return e.stamped(img)
	}
	t := turningBy(angle, img)
	words, err := e.stamped(t.straightened(img))
	t.turnBack(words)
	return words, err
}

// stamped reads a picture that may have a stamp on it: as it is, and without
// the stamp when that leaves something to be read better.
func (e *engine) stamped(img mark.Image) ([]found, error) {
	whole, err := e.reader.words(img)
	grey := stampGrey(img)
	if err != nil || grey == 0 {
		evenLines(whole)
		return whole, err
	}
	text, err := e.reader.words(washed(img, grey))
	if err != nil {
		return nil, err
	}
	evenLines(whole)
	evenLines(text)
	if mass(text) <= mass(whole) {
		return whole, nil
	}
	return merged(text, whole), nil
}
