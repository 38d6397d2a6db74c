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
type pencil struct{ fail error }

func (p pencil) Picture(_ context.Context, f mark.File, page, _ int) (mark.Image, error) {
	if page != 1 {
		return mark.Image{}, mark.Errorf(mark.NotFound, "There is no page %d.", page)
	}
	return mark.Image{Width: 2, Height: 1, DPI: 150, Pix: []byte{0, 255}}, p.fail
}

func (p pencil) Copy(_ context.Context, _ mark.File, _ mark.Kind, pages []mark.Page, w io.Writer) error {
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
	return desk.New(desk.Deps{Vault: &vault{state: "open", store: m}, Drawer: p}), d.ID
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
