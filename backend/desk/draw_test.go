package desk_test

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/marktest"
)

// pencil draws every page as two dots, and copies the words of pages as lines.
type pencil struct {
	fail   error
	secret string // the password of every file
}

func (p pencil) open(f mark.File) error {
	if f.Password != p.secret {
		return mark.Errorf(mark.NeedsPassword, "It needs a password.")
	}
	return nil
}

func (p pencil) Picture(_ context.Context, f mark.File, page, _ int) (mark.Image, error) {
	if err := p.open(f); err != nil {
		return mark.Image{}, err
	}
	if page != 1 {
		return mark.Image{}, mark.Errorf(mark.NotFound, "There is no page %d.", page)
	}
	return mark.Image{Width: 2, Height: 1, DPI: 150, Pix: []byte{0, 255}}, p.fail
}

func (p pencil) Copy(_ context.Context, f mark.File, _ mark.Kind, pages []mark.Page, w io.Writer) error {
	if err := p.open(f); err != nil {
		return err
	}
	for _, page := range pages {
		if _, err := io.WriteString(w, page.Text+"\n"); err != nil {
			return err
		}
	}
	return p.fail
}

// scanned is a matter with one scan of two pages, of which one was recognised.
func scanned(t *testing.T, p pencil) (*desk.Desk, mark.DocumentID) {
	t.Helper()
	m := marktest.OpenMatter(t)
	d := mark.Document{ID: "scan", Name: `C:\files\lease.tif`, Kind: mark.KindImage, Status: mark.DocumentReady, Pages: 2}
	err := errors.Join(m.PutDocument(t.Context(), d), m.PutOriginal(t.Context(), d.ID, strings.NewReader("dots")),
		m.PutPages(t.Context(), d.ID, []mark.Page{{Number: 1, Text: "seen", OCR: true}, {Number: 2, Text: "own"}}, nil))
	if err != nil {
		t.Fatal(err)
	}
	return desk.New(desk.Deps{Vault: &vault{state: "open", store: m}, Drawer: p, Passwords: ring{"older", "secret", "oldest"}}), d.ID
}

// ring is the passwords of every matter.
type ring []string

func (r ring) Passwords(context.Context, mark.MatterID) ([]string, error) { return r, nil }

func TestALockedFileIsDrawnAndCopiedWithThePasswordThatOpenedIt(t *testing.T) {
	d, id := scanned(t, pencil{secret: "secret"})
	if _, err := d.Picture(t.Context(), "m", string(id), 1); err != nil {
		t.Errorf("picture: %v", err)
	}
	var b bytes.Buffer
	err := d.Searchable(t.Context(), "m", string(id), func(string) (io.Writer, error) { return &b, nil })
	if err != nil || b.String() != "seen\n" {
		t.Errorf("copy %q, %v", b.String(), err)
	}
	d, id = scanned(t, pencil{secret: "never given"})
	if _, err := d.Picture(t.Context(), "m", string(id), 1); mark.CodeOf(err) != mark.NeedsPassword {
		t.Errorf("with no password that fits: %v", err)
	}
}

func TestAPageOfATIFFComesAsAPicture(t *testing.T) {
	d, id := scanned(t, pencil{})
	data, err := d.Picture(t.Context(), "m", string(id), 1)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil || img.Bounds().Dx() != 2 || img.Bounds().Dy() != 1 {
		t.Errorf("picture %v, %v", img, err)
	}
	if _, err := d.Picture(t.Context(), "m", string(id), 9); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("a page that is not there: %v", err)
	}
	if _, err := desk.New(desk.Deps{}).Picture(t.Context(), "m", string(id), 1); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("without a drawer: %v", err)
	}
}

func TestASearchableCopyHoldsThePagesThatWereRecognised(t *testing.T) {
	d, id := scanned(t, pencil{})
	w := httptest.NewRecorder()
	if err := d.ServeSearchable(w, httptest.NewRequest(http.MethodGet, "/", nil), "m", string(id)); err != nil {
		t.Fatal(err)
	}
	if w.Body.String() != "seen\n" || !strings.Contains(w.Header().Get("Content-Disposition"), `"lease (searchable).pdf"`) {
		t.Errorf("%q as %q", w.Body, w.Header().Get("Content-Disposition"))
	}
}

func TestACopyThatBreaksOffIsNotTakenForAWholeOne(t *testing.T) {
	d, id := scanned(t, pencil{fail: mark.Errorf(mark.Crashed, "It broke down.")})
	defer func() {
		if v := recover(); v != http.ErrAbortHandler {
			t.Errorf("the answer ended with %v", v)
		}
	}()
	err := d.ServeSearchable(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), "m", string(id))
	t.Errorf("the answer ended well, or with %v", err)
}
