package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	mark "markai/backend"
)

const documentGone = "This document is no longer in the matter."

const documentColumns = `id, parent, name, source, kind, sha256, bytes, pages, pages_read, ocr_pages,
	title, parties, status, problem, code, notes, added, type, date, language, author, custodian,
	bates_first, bates_last, content_hash, meta, thread, duplicate, similar, rules, rereads, replaced`

// metaRest is what of a document's meta has no column of its own.
type metaRest struct {
	Mail   *mark.MailHead    `json:"mail,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

func scanDocument(r row) (d mark.Document, err error) {
	var parties, notes, rest string
	var added int64
	m := &d.Meta
	if err := r.Scan(&d.ID, &d.Parent, &d.Name, &d.Source, &d.Kind, &d.SHA256, &d.Bytes, &d.Pages, &d.PagesRead, &d.OCRPages,
		&d.Title, &parties, &d.Status, &d.Problem, &d.Code, &notes, &added, &m.Type, &m.Date, &m.Language, &m.Author, &m.Custodian,
		&m.BatesFirst, &m.BatesLast, &m.ContentHash, &rest, &d.Thread, &d.Duplicate, &d.Similar, &d.Rules, &d.Rereads, &d.Replaced); err != nil {
		return d, err
	}
	d.Added = timeOf(added)
	var other metaRest
	err = errors.Join(json.Unmarshal([]byte(parties), &d.Parties), json.Unmarshal([]byte(notes), &d.Notes),
		json.Unmarshal([]byte(rest), &other))
	m.Mail, m.Fields = other.Mail, other.Fields
	return d, err
}

// PutDocument adds or replaces the row of d. PagesRead and OCRPages are what
// PutPages counted, whatever d says; Thread, Duplicate and Similar of a row that
// is there stay what they are.
func (m *matter) PutDocument(ctx context.Context, d mark.Document) error {
	if d.ID == "" {
		return mark.Errorf(mark.Invalid, "A document needs an id.")
	}
	return m.db.write(ctx, func(tx *sql.Tx) error { return putDocument(ctx, tx, d) })
}

// ChangeDocument lets change alter the row of a document and returns it as it
// then is. Nobody else writes the row in between.
func (m *matter) ChangeDocument(ctx context.Context, id mark.DocumentID, change func(*mark.Document)) (d mark.Document, err error) {
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		if d, err = one(ctx, tx, scanDocument, documentGone, "SELECT "+documentColumns+" FROM document WHERE id = ?", id); err != nil {
			return err
		}
		change(&d)
		d.ID = id
		return putDocument(ctx, tx, d)
	})
	return d, err
}

func putDocument(ctx context.Context, tx *sql.Tx, d mark.Document) error {
	rest, err := json.Marshal(metaRest{d.Meta.Mail, d.Meta.Fields})
	if err != nil {
		return err
	}
	parties, notes := jsonList(d.Parties), jsonList(d.Notes)
	_, err = tx.ExecContext(ctx, `
		INSERT INTO document (id, parent, name, source, kind, sha256, bytes, pages, title, parties, status, problem, code, notes, added,
			type, date, language, author, custodian, bates_first, bates_last, content_hash, meta, thread, duplicate, similar, rules, rereads, replaced)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name, source = excluded.source,
			kind = excluded.kind, sha256 = excluded.sha256, bytes = excluded.bytes, pages = excluded.pages,
			title = excluded.title, parties = excluded.parties, status = excluded.status, problem = excluded.problem,
			code = excluded.code, notes = excluded.notes, added = excluded.added, type = excluded.type, date = excluded.date,
			language = excluded.language, author = excluded.author, custodian = excluded.custodian,
			bates_first = excluded.bates_first, bates_last = excluded.bates_last, content_hash = excluded.content_hash,
			meta = excluded.meta, rules = excluded.rules,
			rereads = excluded.rereads, replaced = excluded.replaced`,
		d.ID, d.Parent, d.Name, d.Source, d.Kind, d.SHA256, d.Bytes, d.Pages, d.Title, parties, d.Status, d.Problem, d.Code, notes, nanos(d.Added),
		d.Meta.Type, d.Meta.Date, d.Meta.Language, d.Meta.Author, d.Meta.Custodian, d.Meta.BatesFirst, d.Meta.BatesLast,
		d.Meta.ContentHash, string(rest), d.Thread, d.Duplicate, d.Similar, d.Rules, d.Rereads, d.Replaced)
	if err != nil {
		return err
	}
	return place(ctx, tx, d)
}

// place keeps where d stands in a list by name in which families stay together:
// by its own name, or behind what holds it.
func place(ctx context.Context, tx *sql.Tx, d mark.Document) error {
	own := strings.ToLower(d.Name) + "\x01" + string(d.ID)
	if d.Parent == "" {
		_, err := tx.ExecContext(ctx, "UPDATE document SET root = ?, path = '' WHERE id = ? AND root <> ?", own, d.ID, own)
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE document SET root = p.root, path = p.path || char(2) || ?
		FROM document p WHERE p.id = ? AND document.id = ?`, own, d.Parent, d.ID)
	return err
}

// Document returns one document, or NotFound.
func (m *matter) Document(ctx context.Context, id mark.DocumentID) (mark.Document, error) {
	return one(ctx, m.db.readers, scanDocument, documentGone,
		"SELECT "+documentColumns+" FROM document WHERE id = ?", id)
}

// Documents returns all, by name.
func (m *matter) Documents(ctx context.Context) ([]mark.Document, error) {
	return collect(ctx, m.db.readers, scanDocument,
		"SELECT "+documentColumns+" FROM document ORDER BY name COLLATE NOCASE, name, id")
}

// DocumentBySHA returns the document with these bytes and no parent, or NotFound.
func (m *matter) DocumentBySHA(ctx context.Context, sha string) (mark.Document, error) {
	return one(ctx, m.db.readers, scanDocument, "No document of this matter has this content.",
		"SELECT "+documentColumns+" FROM document WHERE sha256 = ? AND parent = '' ORDER BY n LIMIT 1", sha)
}

// DeleteDocument removes a document, its attachments and all that was made of them.
func (m *matter) DeleteDocument(ctx context.Context, id mark.DocumentID) error {
	passages := int64(0) // that were deleted
	err := m.db.write(ctx, func(tx *sql.Tx) error {
		family, err := collect(ctx, tx, scanInt, `
			WITH RECURSIVE family (n, id) AS (
				SELECT n, id FROM document WHERE id = ?
				UNION SELECT d.n, d.id FROM document d JOIN family f ON d.parent = f.id AND d.parent <> '' -- as the index says
			) SELECT n FROM family`, id)
		if err != nil {
			return err
		}
		if len(family) == 0 {
			return mark.Errorf(mark.NotFound, documentGone)
		}
		for _, n := range family {
			if err := dropVectors(ctx, tx, "SELECT id FROM passage WHERE document = ?", n); err != nil {
				return err
			}
			// Passages and edges go first and by themselves, so that their triggers
			// clear the indexes; parts, pages and jobs follow the document.
			if _, err := tx.ExecContext(ctx, "DELETE FROM edge WHERE document = ?", n); err != nil {
				return err
			}
			deleted, err := tx.ExecContext(ctx, "DELETE FROM passage WHERE document = ?", n)
			if err != nil {
				return err
			}
			count, err := deleted.RowsAffected()
			if err != nil {
				return err
			}
			passages += count
			if err := leaveKin(ctx, tx, n); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "UPDATE document SET replaced = '' WHERE replaced <> '' AND replaced = (SELECT id FROM document WHERE n = ?)", n); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "DELETE FROM document WHERE n = ?", n); err != nil {
				return err
			}
		}
		return tidyNearest(ctx, tx)
	})
	if err != nil {
		return err
	}
	if passages > 0 { // an upload that was refused has nothing in the indexes
		if err := m.purge(ctx); err != nil {
			return err
		}
	}
	return m.db.giveBack(ctx)
}

// documentNumber returns the short number of a document, or NotFound.
func documentNumber(ctx context.Context, q querier, id mark.DocumentID) (int64, error) {
	return one(ctx, q, scanInt, documentGone, "SELECT n FROM document WHERE id = ?", id)
}

func scanInt(r row) (n int64, err error) { return n, r.Scan(&n) }

// jsonList writes a list of strings; nil is the empty list.
func jsonList[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings and integers always marshal
	}
	return string(b)
}

// nanos is how a time is stored; the zero time is 0.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func timeOf(nanos int64) time.Time {
	if nanos == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanos).UTC()
}
