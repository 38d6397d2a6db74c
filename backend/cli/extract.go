package cli

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"os"
	"path/filepath"

	mark "markai/backend"
	"markai/backend/app"
)

type extracted struct {
	Kind     string             `json:"kind"`
	Title    string             `json:"title,omitempty"`
	Type     string             `json:"type,omitempty"`
	Date     string             `json:"date,omitempty"`
	Language string             `json:"language,omitempty"`
	Bates    []string           `json:"bates,omitempty"` // the first number and the last
	Parties  []string           `json:"parties,omitempty"`
	Notes    []string           `json:"notes,omitempty"`
	Features []extractedFeature `json:"features"`
	Pages    []extractedPage    `json:"pages"`
}

type extractedFeature struct {
	Kind  string `json:"kind"`
	Page  int    `json:"page"`
	Start int    `json:"start"` // bytes in the page's text
	End   int    `json:"end"`
	Text  string `json:"text"`
	Value string `json:"value,omitempty"`
	Level int    `json:"level,omitempty"`
}

type extractedPage struct {
	Number int             `json:"number"`
	Text   string          `json:"text"`
	OCR    bool            `json:"ocr"`
	Width  float64         `json:"width"`
	Height float64         `json:"height"`
	Words  []extractedWord `json:"words"`
	Error  string          `json:"error,omitempty"`
}

type extractedWord struct {
	Text string     `json:"t"`
	Box  [4]float64 `json:"b"` // points from the top left
	Conf float64    `json:"c,omitempty"`
}

func runExtract(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("extract")
	password := f.secret()
	textOnly := f.Bool("text", false, "print the text only, not what was recognised in it")
	files, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(files) != 1 {
		return mark.Errorf(mark.Invalid, "Name one file to read.")
	}
	r, err := p.reader(f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	file, info, err := openFile(files[0])
	if err != nil {
		return err
	}
	defer file.Close()
	out := extracted{Pages: []extractedPage{}, Features: []extractedFeature{}}
	var source mark.SourceInfo
	var pages iter.Seq2[mark.Page, error]
	err = password.with(p, files[0], func(password string) (err error) {
		source, pages, err = r.Read(ctx, mark.File{Name: filepath.Base(files[0]), Size: info.Size(), Data: file, Password: password})
		return err
	})
	if err != nil {
		return about(files[0], err)
	}
	out.Kind, out.Title, out.Notes = string(source.Kind), source.Title, source.Notes
	var all []mark.Page
	for page, err := range pages {
		if err != nil {
			return about(files[0], err)
		}
		all = append(all, page)
		out.Pages = append(out.Pages, extractPage(page))
	}
	if unread(out.Pages) {
		return mark.Errorf(mark.Damaged, "No page of %s could be read: %s", files[0], out.Pages[0].Error)
	}
	out.recognise(filepath.Base(files[0]), source, all)
	if f.json {
		return p.printJSON(out)
	}
	w := printable{p.Stdout}
	if !*textOnly {
		out.print(w)
		return nil
	}
	for i, pg := range out.Pages {
		if i > 0 {
			fmt.Fprint(w, "\f")
		}
		fmt.Fprintln(w, pg.Text)
	}
	return nil
}

// reader makes what reads files without a vault.
func (p *Program) reader(f *flags) (*app.Reader, error) {
	home, err := p.homeDir(f)
	if err != nil { // none is needed: it would only hold settings
		home = ""
	}
	c, _, err := p.loadConfig(f, home)
	if err != nil {
		return nil, err
	}
	return app.NewReader(c)
}

// openFile opens what is a file. It looks before it opens: opening a pipe
// waits for its other end.
func openFile(path string) (*os.File, os.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, nil, mark.Errorf(mark.NotFound, "The file %s cannot be opened.", path).Because(err)
	case info.IsDir():
		return nil, nil, mark.Errorf(mark.Invalid, "%s is a folder. Name one file.", path)
	case !info.Mode().IsRegular():
		return nil, nil, mark.Errorf(mark.Unsupported, "%s is a device or a connection, not a file.", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, mark.Errorf(mark.NotFound, "The file %s cannot be opened.", path).Because(err)
	}
	return file, info, nil
}

// about names the file that an error is about.
func about(file string, err error) error {
	if mark.CodeOf(err) == mark.Internal {
		return fmt.Errorf("read %s: %w", file, err)
	}
	return mark.Errorf(mark.CodeOf(err), "%s: %s", file, mark.MessageOf(err)).Because(err)
}

// unread reports whether there are pages and each of them failed.
func unread(pages []extractedPage) bool {
	for _, p := range pages {
		if p.Error == "" {
			return false
		}
	}
	return len(pages) > 0
}

func extractPage(p mark.Page) extractedPage {
	out := extractedPage{Number: p.Number, Text: p.Text, OCR: p.OCR, Width: p.Width, Height: p.Height, Words: make([]extractedWord, 0, len(p.Words)), Error: p.Problem}
	for _, w := range p.Words {
		e := extractedWord{Text: p.Text[w.Start:w.End], Box: [4]float64{cent(w.Box.X0), cent(w.Box.Y0), cent(w.Box.X1), cent(w.Box.Y1)}}
		if p.OCR {
			e.Conf = cent(float64(w.Confidence))
		}
		out.Words = append(out.Words, e)
	}
	return out
}

func cent(x float64) float64 { return math.Round(x*100) / 100 }
