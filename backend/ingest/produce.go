package ingest

import (
	"cmp"
	"context"
	"crypto/md5"  //nolint:gosec // the sums that productions have
	"crypto/sha1" //nolint:gosec // as above
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/bundle"
	"markai/backend/loadfile"
)

// add makes a document of a record: of its pictures, else of the file itself,
// else of its text.
func (p *producing) add(ctx context.Context, r described) error {
	native := p.link(r, r.Native)
	images := p.images(r)
	doc := mark.Document{Title: r.Title, Meta: r.Meta, Parent: cmp.Or(p.docs[strings.ToUpper(r.Parent)], p.parent)}
	switch {
	case len(images) == 1 && native == "" && whole(images[0], r):
		return p.original(ctx, r, doc, images[0].file)
	case len(images) > 1, len(images) == 1 && native == "":
		return p.pictures(ctx, r, doc, images, native)
	case native != "":
		p.tookImages(images)
		text := p.text(r)
		if text == "" {
			return p.original(ctx, r, doc, native)
		}
		p.took(text)
		if !sealedKind(native) {
			return p.original(ctx, r, doc, native)
		}
		// The text is what can be read; the file itself is inside it.
		bare := r
		bare.Hash = ""
		if err := p.original(ctx, bare, doc, text); err != nil {
			return err
		}
		return p.inside(ctx, r, native)
	}
	if text := p.text(r); text != "" {
		return p.original(ctx, r, doc, text)
	}
	if strings.TrimSpace(r.Body) != "" {
		doc.Name = mark.FileName(r.First) + ".txt"
		doc.Source = p.at(r.file)
		return p.put(ctx, r, doc, func(w io.Writer) error { _, err := io.WriteString(w, r.Body); return err })
	}
	p.problem(r, mark.NotFound, "Nothing of this document is in the folder. Ask for its file, its pages or its text.")
	return nil
}

// link resolves a link of a record, and notes one that leads nowhere.
func (p *producing) link(r described, link string) string {
	if link == "" {
		return ""
	}
	rel, err := p.resolve(r.file, link)
	switch {
	case errors.Is(err, errOutside):
		p.problem(r, mark.Forbidden, "The load file names %s, which leads out of the folder; it was left out.", path.Base(strings.ReplaceAll(link, `\`, "/")))
	case err != nil:
		p.problem(r, mark.NotFound, "The file %s is not in the folder. Ask for it.", path.Base(strings.ReplaceAll(link, `\`, "/")))
	}
	return rel
}

// text returns the file with a record's text.
func (p *producing) text(r described) string { return p.link(r, r.Text) }

// picture is one page of a document.
type picture struct {
	label, file string
	pages       int // in the document, where the image list says so
}

// images returns the pictures of a record that are there.
func (p *producing) images(r described) []picture {
	var out []picture
	if g, ok := p.groups[strings.ToUpper(r.First)]; ok {
		for _, img := range g.images {
			if rel := p.link(described{r.Record, g.list}, img.Path); rel != "" {
				out = append(out, picture{img.Key, rel, img.Pages})
			}
		}
		return out
	}
	for i, link := range r.Images {
		if rel := p.link(r, link); rel != "" {
			label := ""
			if i == 0 {
				label = r.First
			}
			out = append(out, picture{label, rel, 0})
		}
	}
	return out
}

// tookImages marks pictures as part of the production.
func (p *producing) tookImages(images []picture) {
	for _, img := range images {
		p.took(img.file)
	}
}

// whole reports whether one file holds all pages of a record.
func whole(img picture, r described) bool {
	return strings.EqualFold(path.Ext(img.file), ".pdf") || img.pages > 1 || r.Last != "" && r.Last != r.First
}

// original adds a file of the folder as it is.
func (p *producing) original(ctx context.Context, r described, doc mark.Document, rel string) error {
	p.took(rel)
	doc.Name = mark.FileName(path.Base(rel))
	if name := mark.FileName(r.Name); name != "" && strings.EqualFold(path.Ext(name), path.Ext(rel)) {
		doc.Name = name
	}
	doc.Source = p.at(rel)
	err := p.put(ctx, r, doc, func(w io.Writer) error {
		in, err := p.open(ctx, rel)
		if err != nil {
			return err
		}
		defer in.Close()
		_, err = io.Copy(w, in)
		return err
	})
	return err
}

// pictures makes one document of single pages. The file itself, where it was
// produced too, is inside it.
func (p *producing) pictures(ctx context.Context, r described, doc mark.Document, images []picture, native string) error {
	texts, note := p.texts(ctx, r, images)
	if note != "" {
		doc.Notes = append(doc.Notes, note)
	}
	pages := make([]bundle.Page, len(images))
	for i, img := range images {
		pages[i] = bundle.Page{Label: img.label, Name: path.Base(img.file), Open: func() (io.ReadCloser, error) { return p.open(ctx, img.file) }}
		if texts != nil {
			pages[i].Text = texts[i]
		}
	}
	p.tookImages(images)
	doc.Name, doc.Source = mark.FileName(r.First), p.at(path.Dir(images[0].file))
	bare := r
	bare.Hash = "" // it is the native file's
	if err := p.put(ctx, bare, doc, func(w io.Writer) error { return bundle.Write(w, pages) }); err != nil {
		return err
	}
	p.out.Pages += len(images)
	if native == "" {
		return nil
	}
	return p.inside(ctx, r, native)
}

// inside adds the file itself of a record to the document that was made of its
// pages or its text.
func (p *producing) inside(ctx context.Context, r described, native string) error {
	parent := p.docs[strings.ToUpper(r.First)]
	if parent == "" {
		return nil
	}
	inner := described{loadfile.Record{Row: r.Row, Name: r.Name, Hash: r.Hash}, r.file}
	return p.original(ctx, inner, mark.Document{Parent: parent, Meta: mark.Meta{
		Custodian: r.Meta.Custodian, BatesFirst: r.Meta.BatesFirst, BatesLast: r.Meta.BatesLast, Date: r.Meta.Date,
	}}, native)
}

// sealedKind reports whether a file is of a kind that has no text to read here:
// sound, film, drawings, data bases, programs.
func sealedKind(rel string) bool {
	return slices.Contains(sealedKinds, strings.ToLower(path.Ext(rel)))
}

var sealedKinds = []string{
	".mp3", ".wav", ".m4a", ".wma", ".aac", ".ogg", ".flac", ".amr", ".mp4", ".mov", ".avi", ".wmv", ".mkv", ".m4v", ".mpg", ".mpeg", ".3gp", ".webm",
	".dwg", ".dxf", ".vsd", ".vsdx", ".mpp", ".mdb", ".accdb", ".pst", ".ost", ".nsf", ".one", ".pub", ".exe", ".dll", ".bin", ".iso", ".heic", ".psd", ".ai", ".eps",
}

// texts returns the text of each page, if the provided text tells where pages
// end; else nil, and what is to be known of it.
func (p *producing) texts(ctx context.Context, r described, images []picture) ([]string, string) {
	all := r.Body
	if rel := p.text(r); rel != "" {
		p.took(rel)
		raw, err := p.readText(ctx, rel)
		if err != nil {
			return nil, "The text that was provided with the pages could not be read; they are read from their pictures."
		}
		all = raw
	}
	if strings.TrimSpace(all) == "" {
		return p.pageTexts(ctx, images), ""
	}
	parts := strings.Split(strings.TrimSuffix(all, "\f"), "\f")
	if len(parts) != len(images) {
		return nil, "The text that was provided does not tell where pages end; the pages are read from their pictures."
	}
	return parts, ""
}

// pageTexts returns the text of each page where it lies in files of its own,
// named like the pages, beside them or in a folder of texts.
func (p *producing) pageTexts(ctx context.Context, images []picture) []string {
	out := make([]string, len(images))
	any := false
	for i, img := range images {
		stem := strings.TrimSuffix(img.file, path.Ext(img.file))
		rel, ok := p.files[strings.ToLower(stem)+".txt"]
		if !ok {
			rel, ok = p.files[strings.ToLower(textFolder(stem))+".txt"]
		}
		if !ok {
			continue
		}
		if raw, err := p.readText(ctx, rel); err == nil {
			p.took(rel)
			out[i], any = raw, true
		}
	}
	if !any {
		return nil
	}
	return out
}

// textFolder is a page's way with the folder of pictures exchanged for the one
// of texts.
func textFolder(stem string) string {
	steps := strings.Split(stem, "/")
	for i, s := range steps[:len(steps)-1] {
		if strings.EqualFold(s, "images") || strings.EqualFold(s, "image") || strings.EqualFold(s, "img") {
			steps[i] = "text"
			break
		}
	}
	return strings.Join(steps, "/")
}

// readText reads a file of text as UTF-8.
func (f found) readText(ctx context.Context, rel string) (string, error) {
	in, err := f.open(ctx, rel)
	if err != nil {
		return "", err
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(loadfile.Text(in), maxText))
	if err != nil {
		return "", err
	}
	s := strings.ReplaceAll(strings.ReplaceAll(string(raw), "\r\n", "\n"), "\x00", "")
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd")
	}
	return s, nil
}

// put stores a document that write writes, unless the matter holds it under the
// same number. It is hashed before it is sealed.
func (p *producing) put(ctx context.Context, r described, doc mark.Document, write func(io.Writer) error) error {
	sum, said := sha256.New(), sumOf(r.Hash)
	count := &counting{}
	to := []io.Writer{sum, count}
	if said != nil {
		to = append(to, said)
	}
	if err := write(io.MultiWriter(to...)); err != nil {
		p.problem(r, mark.CodeOf(err), "%s", problemOf(err))
		return ctx.Err()
	}
	if count.n == 0 {
		p.problem(r, mark.Invalid, "The file %s is empty.", doc.Name)
		return nil
	}
	if said != nil && hex.EncodeToString(said.Sum(nil)) != r.Hash {
		doc.Notes = append(doc.Notes, "The file is not the one that the load file describes: its hash is another.")
		p.problem(r, mark.Damaged, "The file %s is not the one that the load file describes: its hash is another. Ask whether it was exchanged.", doc.Name)
	}
	doc.SHA256, doc.Bytes = hex.EncodeToString(sum.Sum(nil)), count.n
	if there, ok := p.known[doc.Meta.BatesFirst+"\x00"+doc.SHA256]; ok {
		p.out.Known++
		p.made(r, there.ID)
		return nil
	}
	// A family is read when it is whole, so that a message's own attachments
	// are known from those that were produced.
	if doc.Parent == p.parent {
		if err := p.start(ctx); err != nil {
			return err
		}
	}
	pipe, in := io.Pipe()
	written := make(chan error, 1)
	go func() {
		err := write(in)
		in.CloseWithError(err)
		written <- err
	}()
	doc, err := p.s.sealOriginal(ctx, p.store, doc, pipe, func(mark.Document) error { return nil })
	pipe.Close() // ends the writing if sealing ended first
	wrote := <-written
	switch unread := wrote != nil && !errors.Is(wrote, io.ErrClosedPipe); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && (unread || mark.CodeOf(err) == mark.TooBig):
		p.problem(r, mark.CodeOf(err), "%s", mark.MessageOf(err))
		return nil
	case err != nil: // of the store: nothing is left out for it
		return err
	}
	p.known[doc.Meta.BatesFirst+"\x00"+doc.SHA256] = doc
	p.out.Documents++
	p.made(r, doc.ID)
	p.family = append(p.family, doc)
	return nil
}

// made notes the document of a record.
func (p *producing) made(r described, id mark.DocumentID) {
	for _, key := range []string{r.First, r.ID} {
		if key != "" {
			p.docs[strings.ToUpper(key)] = id
		}
	}
}

// start gives the documents that are stored their jobs.
func (p *producing) start(ctx context.Context) error {
	for len(p.family) > 0 {
		doc := p.family[0]
		job := newJob(doc.ID, mark.StepRead)
		if err := p.store.PutJob(ctx, job); err != nil {
			return err
		}
		p.family = p.family[1:]
		p.adding.out.Jobs = append(p.adding.out.Jobs, job)
		p.s.c.Notify(p.id, job, doc)
		p.s.changed.broadcast()
	}
	return nil
}

// problemOf is what people read of an error with a file of the folder.
func problemOf(err error) string {
	if _, said := errors.AsType[*mark.Error](err); said {
		return mark.MessageOf(err)
	}
	return mark.MessageOf(unopened(err))
}

// sumOf returns the hash that a sum of this length is of, or nil.
func sumOf(sum string) hash.Hash {
	if _, err := hex.DecodeString(sum); err != nil {
		return nil
	}
	switch len(sum) {
	case 32:
		return md5.New() //nolint:gosec // see above
	case 40:
		return sha1.New() //nolint:gosec // see above
	case 64:
		return sha256.New()
	}
	return nil
}

// counting counts what is written.
type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
