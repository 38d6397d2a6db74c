package desk

import (
	"io"
	"mime"
	"net/http"
	"time"

	mark "markai/backend"
)

// ServeOriginal answers with a document's original bytes, ranges included. A
// PDF is shown; anything else is only ever downloaded, since an HTML or SVG
// original must not run as our page. An error means that nothing was written.
func (d *Desk) ServeOriginal(w http.ResponseWriter, r *http.Request, matter, doc string) error {
	info, o, err := d.Original(r.Context(), matter, doc)
	if err != nil {
		return err
	}
	defer o.Close()
	kind, disposition := "application/octet-stream", "attachment"
	if info.Kind == mark.KindPDF {
		kind, disposition = "application/pdf", "inline"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": info.Name}))
	http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(o, 0, o.Size()))
	return nil
}
