package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	mark "markai/backend"
)

const pageColumns = "number, label, width, height, ocr, confidence, problem, text, words"

func scanPage(r row) (p mark.Page, err error) {
	var words []byte
	if err := r.Scan(&p.Number, &p.Label, &p.Width, &p.Height, &p.OCR, &p.Confidence, &p.Problem, &p.Text, &words); err != nil {
		return p, err
	}
	p.Words, err = unpackWords(words)
	return p, err
}

const chunkColumns = "p.id, d.id, p.from_page, p.from_offset, p.to_page, p.to_offset, p.header, p.text, p.skips"

const chunkTables = " FROM passage p JOIN document d ON d.n = p.document "

func scanChunk(r row) (c mark.Chunk, err error) {
	var skips sql.NullString
	if err := r.Scan(&c.ID, &c.Document, &c.From.Page, &c.From.Offset, &c.To.Page, &c.To.Offset, &c.Header, &c.Text, &skips); err != nil {
		return c, err
	}
	c.Skips, err = unpackSkips(c.Document, skips.String)
	return c, err
}

// PutPages stores pages and passages in one transaction and makes them
// searchable. A page that is stored already keeps its text, a passage that
// begins where another begins is left out: doing a step twice does no harm.
func (m *matter) PutPages(ctx context.Context, id mark.DocumentID, pages []mark.Page, chunks []mark.Chunk) error {
	for _, p := range pages {
		if p.Number < 1 {
			return mark.Errorf(mark.Invalid, "Page %d cannot be stored: pages are numbered from 1.", p.Number)
		}
	}
	if err := checkPassages(id, chunks); err != nil {
		return err
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		n, err := documentNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := putPages(ctx, tx, n, pages); err != nil {
			return fmt.Errorf("put pages: %w", err)
		}
		if err := putPassages(ctx, tx, n, chunks); err != nil {
			return fmt.Errorf("put passages: %w", err)
		}
		return nil
	})
}

func putPages(ctx context.Context, tx *sql.Tx, document int64, pages []mark.Page) error {
	insert, err := tx.PrepareContext(ctx, `
		INSERT INTO page (document, number, label, width, height, ocr, confidence, problem, text, words)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, p := range pages {
		words := packWords(p.Words)
		if words == nil {
			words = []byte{} // the driver stores nil as NULL
		}
		if _, err := insert.ExecContext(ctx, document, p.Number, p.Label, finite(p.Width), finite(p.Height), p.OCR,
			finite(float64(p.Confidence)), p.Problem, p.Text, words); err != nil {
			return err
		}
	}
	return nil
}

// ForgetUnread forgets the pages of a document of which no page could be read,
// and returns how many. Pages with text are never forgotten.
func (m *matter) ForgetUnread(ctx context.Context, id mark.DocumentID) (n int, err error) {
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `
			DELETE FROM page WHERE document = (SELECT n FROM document WHERE id = ?1)
			AND NOT EXISTS (SELECT 1 FROM page p WHERE p.document = page.document AND (p.problem = '' OR p.text <> ''))
			AND NOT EXISTS (SELECT 1 FROM passage WHERE passage.document = page.document)`, id)
		n, err = changed(r, err)
		return err
	})
	return n, err
}

// Page returns one page, or NotFound.
func (m *matter) Page(ctx context.Context, id mark.DocumentID, number int) (mark.Page, error) {
	return one(ctx, m.db.readers, scanPage, fmt.Sprintf("Page %d of this document has not been read.", number),
		"SELECT "+pageColumns+" FROM page WHERE document = (SELECT n FROM document WHERE id = ?) AND number = ?", id, number)
}

// PagesFrom returns up to limit stored pages, the first being number or the
// next that is stored.
func (m *matter) PagesFrom(ctx context.Context, id mark.DocumentID, number, limit int) ([]mark.Page, error) {
	return collect(ctx, m.db.readers, scanPage,
		"SELECT "+pageColumns+" FROM page WHERE document = (SELECT n FROM document WHERE id = ?) AND number >= ? ORDER BY number LIMIT ?",
		id, number, max(0, limit))
}

// LastChunk returns the passage of the document that ends last, or NotFound.
func (m *matter) LastChunk(ctx context.Context, id mark.DocumentID) (mark.Chunk, error) {
	return one(ctx, m.db.readers, scanChunk, "This document has no passages yet.",
		"SELECT "+chunkColumns+chunkTables+"WHERE d.id = ? ORDER BY p.to_page DESC, p.to_offset DESC, p.id DESC LIMIT 1", id)
}

// PageNumbers returns the numbers of the stored pages, ascending.
func (m *matter) PageNumbers(ctx context.Context, id mark.DocumentID) ([]int, error) {
	return collect(ctx, m.db.readers, func(r row) (n int, err error) { return n, r.Scan(&n) },
		"SELECT number FROM page WHERE document = (SELECT n FROM document WHERE id = ?) ORDER BY number", id)
}

// SetHeaders replaces the header of a document's passages, in the text index
// too, and drops the vectors of those whose header changed.
func (m *matter) SetHeaders(ctx context.Context, id mark.DocumentID, header func(mark.Chunk) string) error {
	return m.db.write(ctx, func(tx *sql.Tx) error {
		if _, err := documentNumber(ctx, tx, id); err != nil {
			return err
		}
		chunks, err := collect(ctx, tx, scanChunk, "SELECT "+chunkColumns+chunkTables+"WHERE d.id = ? ORDER BY p.id", id)
		if err != nil {
			return err
		}
		for _, c := range chunks {
			h := header(c)
			if h == c.Header {
				continue
			}
			if _, err := tx.ExecContext(ctx, "UPDATE passage SET header = ? WHERE id = ?", h, c.ID); err != nil {
				return err
			}
			if err := dropVectors(ctx, tx, "SELECT ?", c.ID); err != nil {
				return err
			}
		}
		return tidyNearest(ctx, tx)
	})
}

// Counts returns what the matter holds. Pages are those that were read.
func (m *matter) Counts(ctx context.Context) (mark.Counts, error) {
	return one(ctx, m.db.readers, func(r row) (c mark.Counts, err error) {
		return c, r.Scan(&c.Documents, &c.Pages, &c.OCRPages, &c.NeedYou, &c.Bytes, &c.Chunks, &c.Embedded)
	}, "", `
		WITH passages (all_of_them) AS (SELECT count(*) FROM passage)
		SELECT count(*), coalesce(sum(pages_read), 0), coalesce(sum(ocr_pages), 0),
			coalesce(sum(status = ?), 0), coalesce(sum(bytes), 0),
			(SELECT all_of_them FROM passages),
			(SELECT all_of_them FROM passages) - (SELECT count(*) FROM unembedded)
		FROM document`, mark.DocumentNeedsYou)
}
