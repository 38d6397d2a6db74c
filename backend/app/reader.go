package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/archive"
	"markai/backend/bundle"
	"markai/backend/config"
	"markai/backend/device"
	picture "markai/backend/image"
	"markai/backend/ingest"
	"markai/backend/mail"
	"markai/backend/msdoc"
	"markai/backend/msg"
	"markai/backend/ooxml"
	"markai/backend/pdf"
	"markai/backend/pdfium"
	"markai/backend/pst"
	"markai/backend/tesseract"
	"markai/backend/text"
	"markai/backend/wordperfect"
	"markai/backend/worker"
)

// Reader reads files: every parser that is on, and OCR. It needs no vault.
type Reader struct {
	ingest.Reader
	parsers    []mark.Parser
	recogniser mark.Recogniser // nil when OCR is off
	closers    []io.Closer
	pdf        *worker.Pool // nil when PDF is off
}

// NewReader builds the parsers that are on. No worker is started yet.
func NewReader(c *config.Loaded) (*Reader, error) {
	r := &Reader{}
	m := c.Modules
	var off []kindOff
	memory := worker.NewBudget(readingMemory + moreMemory*int64(max(ocrPages(c)-2, 0)))
	unpacking := archive.NewPool(archive.Options{Nice: background, Budget: memory})
	r.closers = append(r.closers, unpacking)
	if m.PDF {
		o := pdfium.Options{CacheDir: codeCache(), Nice: background, Budget: memory}
		pool := pdfium.NewPool(o)
		r.pdf, r.closers = pool, append(r.closers, pool)
		var reader mark.Parser = pdfium.New(pool, o)
		if m.Second {
			reader = pdf.Fallback(reader, pdf.New(pool))
		}
		r.parsers = append(r.parsers, reader)
	} else {
		off = append(off, kindOff{pdfium.Score, "PDF files", "modules.pdf"})
	}
	if m.Images {
		pool := picture.NewPool(picture.Options{Nice: background, Budget: memory})
		r.closers = append(r.closers, pool)
		r.parsers = append(r.parsers, picture.New(pool))
	} else {
		off = append(off, kindOff{picture.Score, "pictures", "modules.images"})
	}
	if m.Word {
		r.parsers = append(r.parsers, ooxml.Parser{}, msdoc.Parser{}, wordperfect.Parser{})
	} else {
		off = append(off, kindOff{scoreWord, "Word files", "modules.word"})
	}
	if m.Mail {
		r.parsers = append(r.parsers, mail.Parser{}, mail.Mailbox{}, mail.Entries{}, msg.Parser{}, pst.New(unpacking))
	} else {
		off = append(off, kindOff{scoreMail, "e-mail files", "modules.mail"})
	}
	// A switched-off kind must not fall to a parser that takes anything.
	for _, k := range off {
		r.parsers = append(r.parsers, k)
	}
	pages := slices.Clone(r.parsers) // of a bundle: pictures and PDF files
	r.parsers = append(r.parsers, archive.New(unpacking), text.Parser{}, bundle.Parser{Pages: func(ctx context.Context, f mark.File) (mark.Source, error) {
		return ingest.Open(ctx, pages, f)
	}})
	if m.OCR {
		r.recognise(c, memory)
	}
	r.Reader = ingest.NewReader(r.parsers, r.recogniser, ocrPages(c), c.Ingest.OCRDPI)
	return r, nil
}

// What the processes that read files may hold together: with it, this program's
// own and the embedding model's memory stay under 900 MB on two cores.
const (
	readingMemory = 640 << 20
	moreMemory    = 200 << 20 // for each page beyond two that is recognised at the same time
)

func (r *Reader) recognise(c *config.Loaded, memory *worker.Budget) {
	pool := tesseract.NewPool(tesseract.Options{
		Data: tessdata(), Processes: ocrPages(c), Nice: background, Budget: memory,
		Languages: strings.FieldsFunc(c.Ingest.OCRLanguages, func(r rune) bool { return strings.ContainsRune("+, ", r) }),
	})
	r.recogniser, r.closers = tesseract.New(pool), append(r.closers, pool)
}

// ocrPages is how many scanned pages are read at the same time.
func ocrPages(c *config.Loaded) int {
	if n := c.Ingest.OCRPages; n > 0 {
		return n
	}
	return device.Read().Physical
}

// Close ends the workers.
func (r *Reader) Close() error {
	var err error
	for _, c := range r.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

// scoreWord knows the documents of word processors.
func scoreWord(name string, head []byte) int {
	return max(ooxml.Parser{}.Score(name, head), msdoc.Parser{}.Score(name, head), wordperfect.Parser{}.Score(name, head))
}

// kindOff stands in for a parser that is switched off.
type kindOff struct {
	score     func(name string, head []byte) int
	what, key string
}

// scoreMail is how well any of the mail parsers knows a file.
func scoreMail(name string, head []byte) int {
	return max(mail.Parser{}.Score(name, head), mail.Mailbox{}.Score(name, head), mail.Entries{}.Score(name, head), pst.Parser{}.Score(name, head), msg.Parser{}.Score(name, head))
}

// Score implements mark.Parser.
func (k kindOff) Score(name string, head []byte) int { return k.score(name, head) }

// Open implements mark.Parser.
func (k kindOff) Open(_ context.Context, f mark.File) (mark.Source, error) {
	return nil, mark.Errorf(mark.Unavailable, "Reading %s is switched off. Switch it on with the setting %s and add %s again.", k.what, k.key, f.Name)
}

// codeCache is where the PDF reader keeps its compiled code, never documents.
// Without such a folder every worker compiles for itself.
func codeCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	dir = filepath.Join(dir, "markai", "code")
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return dir
}

// checkPDF reads a one-page PDF of our own.
func (r *Reader) checkPDF(ctx context.Context) (string, error) {
	began := time.Now()
	data := onePagePDF("Notice of motion")
	_, pages, err := r.Read(ctx, mark.File{Name: "doctor.pdf", Size: int64(len(data)), Data: bytes.NewReader(data)})
	if err != nil {
		return "", err
	}
	return textOf(pages, "Notice of motion", began)
}

// checkOCR reads a drawn word.
func (r *Reader) checkOCR(ctx context.Context) (string, error) {
	if r.recogniser == nil {
		return "", mark.Errorf(mark.Unavailable, "Reading scans is switched off.")
	}
	began := time.Now()
	img, err := drawn("Notice of motion")
	if err != nil {
		return "", err
	}
	page, err := r.recogniser.Recognise(ctx, img)
	if err != nil {
		return "", err
	}
	said, err := textOf(func(yield func(mark.Page, error) bool) { yield(page, nil) }, "Notice of motion", began)
	return said + "; languages: " + strings.Join(tesseract.Languages(tessdata()), ", "), err
}

func textOf(pages iter.Seq2[mark.Page, error], want string, began time.Time) (string, error) {
	for p, err := range pages {
		if err != nil {
			return "", err
		}
		if !strings.Contains(p.Text, want) {
			return "", mark.Errorf(mark.Internal, "A test page came back as %d words instead of %q.", len(p.Words), want)
		}
	}
	return fmt.Sprintf("read a test page after %d ms", time.Since(began).Milliseconds()), nil
}
