//go:build cgo

package tesseract

import (
	"math"
	"os"
	"slices"
	"strings"
	"sync"

	mark "markai/backend"
	"markai/backend/structure"
)

// engine holds this process' Tesseracts, one page at a time: the usual one, the
// orientation detector, and one for the language that a page needed last.
type engine struct {
	mu        sync.Mutex // one page at a time
	auto      bool       // other languages may be used
	installed []string   // with auto: the languages that there are
	usual     *api
	osd       *detector // nil without its data
	other     *api      // of otherLanguage; nil when none was needed
	otherName string
}

// start sets Tesseract up.
func (e *engine) start() error {
	if e.usual != nil {
		return nil
	}
	data, languages := os.Getenv(envData), strings.Split(os.Getenv(envLanguages), "+")
	if e.auto = slices.Equal(languages, []string{Auto}); e.auto {
		e.installed, languages = Languages(data), []string{"eng"}
	}
	var err error
	if e.usual, err = open(data, languages...); err != nil {
		return err
	}
	e.osd = openDetector(data)
	return nil
}

// open sets Tesseract up for languages.
func open(data string, languages ...string) (*api, error) {
	dir, err := dataDir(data, languages)
	if err != nil {
		return nil, err
	}
	return openAPI(dir, languages)
}

// recognise reads one page: cleaned, if something is seen to be wrong with it.
// Nearly all pages stand upright and are in the usual language; finding out
// takes time, so that is done, and the page read again, only when it reads
// badly or what was read says so.
func (e *engine) recognise(img mark.Image) (mark.Page, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.start(); err != nil {
		return mark.Page{}, err
	}
	wrong, paper := examine(img)
	clean, scale := cleaned(img, wrong, paper)
	read := func(a *api, turn int) (mark.Page, error) {
		words, err := straight(a, turned(clean, turn))
		if err != nil {
			return mark.Page{}, err
		}
		turnBack(words, clean, turn)
		shrunk(words, scale)
		return assemble(words, img), nil
	}
	best, err := read(e.usual, 0)
	if err != nil || best.Text == "" && blank(img) {
		return best, err
	}
	turn, script := 0, ""
	if best.Confidence < lowMean || e.auto && len(e.installed) > 1 && best.Confidence < strangeMean {
		turn, script = e.stands(clean, best.Confidence < lowMean)
	}
	if turn != 0 {
		second, err := read(e.usual, turn)
		if err != nil {
			return mark.Page{}, err
		}
		if better(best, second).Text == best.Text {
			turn = 0
		} else {
			best = second
		}
	}
	if a := e.forPage(best, script); a != nil {
		second, err := read(a, turn)
		if err != nil {
			return mark.Page{}, err
		}
		if second.Confidence > best.Confidence {
			best = second
		}
	}
	return best, nil
}

// stands says by how many quarter turns clockwise a page has to be turned, and
// in which script it is written.
func (e *engine) stands(clean mark.Image, bad bool) (turn int, script string) {
	if e.osd != nil {
		if turn, script, ok := e.osd.orientation(clean); ok {
			return turn, script
		}
	}
	if bad {
		return 2, "" // with too few letters to tell, a page on its head is all that is likely
	}
	return 0, ""
}

// forPage is the Tesseract for the language that a page seems to be in, nil when
// that is the usual one.
func (e *engine) forPage(p mark.Page, script string) *api {
	if !e.auto {
		return nil
	}
	name := wanted(structure.LanguageOf(p.Text), script, e.installed)
	if name == "" {
		return nil
	}
	if name != e.otherName {
		if e.other != nil {
			e.other.close()
		}
		e.other, e.otherName = nil, name
		// Most such pages have English in them. Data that cannot be used is not
		// asked for again.
		e.other, _ = open(os.Getenv(envData), name, "eng")
		if e.other == nil {
			e.other, _ = open(os.Getenv(envData), name)
		}
	}
	return e.other
}

// straight reads a picture that may be skewed.
func straight(a *api, img mark.Image) ([]found, error) {
	angle := skew(img)
	if math.Abs(angle) < leastSkew {
		return stamped(a, img)
	}
	t := turningBy(angle, img)
	words, err := stamped(a, t.straightened(img))
	t.turnBack(words)
	return words, err
}

// stamped reads a picture that may have a stamp on it: as it is, and without
// the stamp when that leaves something to be read better.
func stamped(a *api, img mark.Image) ([]found, error) {
	whole, err := a.words(img)
	grey := stampGrey(img)
	if err != nil || grey == 0 {
		evenLines(whole)
		return whole, err
	}
	text, err := a.words(washed(img, grey))
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
