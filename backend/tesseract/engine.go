//go:build cgo

package tesseract

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	mark "markai/backend"

	"github.com/otiai10/gosseract/v2"
)

// engine holds this process' one Tesseract. Setting one up is not safe beside
// another, so there is a single one and one page at a time.
type engine struct {
	mu          sync.Mutex // one page at a time
	client      *gosseract.Client
	orientation bool // its data is there
}

// start sets Tesseract up; its data has been seen to be there by New.
func (e *engine) start() error {
	if e.client != nil {
		return nil
	}
	dir, languages := os.Getenv(envData), strings.Split(os.Getenv(envLanguages), "+")
	if _, err := dataDir(dir, languages); err != nil {
		return err
	}
	c := gosseract.NewClient()
	c.Trim = false
	c.SetTessdataPrefix(dir)    //nolint:errcheck // fails on an empty one only
	c.SetLanguage(languages...) //nolint:errcheck // fails on none only
	e.client = c
	e.orientation = hasOrientationData(dir)
	return nil
}

func hasOrientationData(dir string) bool {
	st, err := os.Stat(filepath.Join(dir, "osd.traineddata"))
	return err == nil && st.Size() > 0
}

// recognise reads one page. Nearly all pages stand upright and read well as
// they are; finding out how a page stands takes a fifth more time, so that is
// done, and the page turned over, only when it reads badly.
func (e *engine) recognise(img mark.Image) (mark.Page, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.start(); err != nil {
		return mark.Page{}, err
	}
	words, err := e.words(img, gosseract.PSM_AUTO)
	if err != nil {
		return mark.Page{}, err
	}
	best := assemble(words, img)
	if best.Confidence >= lowMean || len(words) == 0 && blank(img) {
		return best, nil
	}
	if e.orientation {
		words, err = e.words(img, gosseract.PSM_AUTO_OSD)
		if err != nil {
			return mark.Page{}, err
		}
		if best = better(best, assemble(words, img)); best.Confidence >= lowMean {
			return best, nil
		}
	}
	words, err = e.words(upsideDown(img), gosseract.PSM_AUTO)
	if err != nil {
		return mark.Page{}, err
	}
	turnBack(words, img)
	return better(best, assemble(words, img)), nil
}

// words runs Tesseract over a picture that this program made.
func (e *engine) words(img mark.Image, mode gosseract.PageSegMode) ([]found, error) {
	// As a variable: SetPageSegMode is forgotten when Tesseract is set up.
	e.client.SetVariable("tessedit_pageseg_mode", strconv.Itoa(int(mode))) //nolint:errcheck // shows below
	if img.DPI > 0 {
		e.client.SetVariable("user_defined_dpi", strconv.Itoa(img.DPI)) //nolint:errcheck // a hint
	}
	pgm := append(fmt.Appendf(nil, "P5\n%d %d\n255\n", img.Width, img.Height), img.Pix...)
	if err := e.client.SetImageFromBytes(pgm); err != nil {
		return nil, fmt.Errorf("hand the picture over: %w", err)
	}
	boxes, err := e.client.GetBoundingBoxesVerbose()
	if err != nil {
		return nil, mark.Errorf(mark.Unavailable, "The reader for scans could not be set up. Reinstall its language data and start Mark AI again.").Because(err)
	}
	out := make([]found, 0, len(boxes))
	for _, b := range boxes {
		out = append(out, found{text: b.Word, box: b.Box, confidence: b.Confidence, block: b.BlockNum, par: b.ParNum, line: b.LineNum})
	}
	return out, nil
}
