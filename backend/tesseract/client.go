//go:build cgo

package tesseract

import (
	"fmt"
	"os"
	"strconv"

	mark "markai/backend"

	"github.com/otiai10/gosseract/v2"
)

// api is one set-up Tesseract, for one language or some together. It is used
// by one goroutine at a time, and set up at its first picture.
type api struct {
	client *gosseract.Client
}

// openAPI makes a Tesseract with data that has been seen to be there: without
// it, gosseract's own error overflows its buffer.
func openAPI(dir string, languages []string) (*api, error) {
	c := gosseract.NewClient()
	c.Trim = false
	if err := c.SetTessdataPrefix(dir); err != nil {
		return nil, fmt.Errorf("set tesseract up: %w", err)
	}
	if err := c.SetLanguage(languages...); err != nil {
		return nil, fmt.Errorf("set tesseract up: %w", err)
	}
	// What Tesseract has to say about a page may quote it.
	if err := c.SetVariable("debug_file", os.DevNull); err != nil {
		return nil, fmt.Errorf("set tesseract up: %w", err)
	}
	// As a variable: SetPageSegMode is forgotten when Tesseract is set up.
	if err := c.SetVariable("tessedit_pageseg_mode", strconv.Itoa(int(gosseract.PSM_AUTO))); err != nil {
		return nil, fmt.Errorf("set tesseract up: %w", err)
	}
	return &api{client: c}, nil
}

func (a *api) close() { _ = a.client.Close() } // frees memory; nothing is lost where it fails

// words reads a picture.
func (a *api) words(img mark.Image) ([]found, error) {
	if img.DPI > 0 {
		if err := a.client.SetVariable("user_defined_dpi", strconv.Itoa(img.DPI)); err != nil {
			return nil, fmt.Errorf("tell the resolution: %w", err)
		}
	}
	pgm := append(fmt.Appendf(nil, "P5\n%d %d\n255\n", img.Width, img.Height), img.Pix...)
	if err := a.client.SetImageFromBytes(pgm); err != nil {
		return nil, fmt.Errorf("hand the picture over: %w", err)
	}
	boxes, err := a.client.GetBoundingBoxesVerbose()
	if err != nil {
		return nil, mark.Errorf(mark.Unavailable, "The reader for scans could not be set up. Reinstall its language data and start Mark AI again.").Because(err)
	}
	out := make([]found, 0, len(boxes))
	for _, b := range boxes {
		out = append(out, found{text: b.Word, box: b.Box, confidence: b.Confidence, block: b.BlockNum, par: b.ParNum, line: b.LineNum})
	}
	return out, nil
}
