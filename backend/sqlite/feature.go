package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
)

const featureColumns = `f.kind, f.page, f.start, f."end", f.text, f.value, f.level, f.told`

func scanFeature(r row) (f mark.Feature, err error) {
	return f, r.Scan(&f.Kind, &f.Page, &f.Start, &f.End, &f.Text, &f.Value, &f.Level, &f.Told)
}

// PutFeatures replaces the document's features. Features at one place keep the
// order in which they are given.
func (m *matter) PutFeatures(ctx context.Context, id mark.DocumentID, features []mark.Feature) error {
	for _, f := range features {
		if f.Page < 1 || f.Start < 0 || f.End < f.Start {
			return mark.Errorf(mark.Invalid, "A %s at page %d, bytes %d to %d, is nowhere in a document.", f.Kind, f.Page, f.Start, f.End)
		}
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		n, err := documentNumber(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM feature WHERE document = ?", n); err != nil {
			return err
		}
		insert, err := tx.PrepareContext(ctx, `
			INSERT INTO feature (document, page, start, "end", number, kind, text, value, level, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, f := range features {
			if _, err := insert.ExecContext(ctx, n, f.Page, f.Start, f.End, i, f.Kind, f.Text, f.Value, f.Level, f.Told); err != nil {
				return fmt.Errorf("put a feature: %w", err)
			}
		}
		return nil
	})
}

// Features returns a document's features of these kinds, in reading order.
func (m *matter) Features(ctx context.Context, id mark.DocumentID, kinds ...mark.FeatureKind) ([]mark.Feature, error) {
	where, args := "", []any{id}
	if len(kinds) > 0 {
		where = " AND " + oneOf("f.kind", kinds, &args)
	}
	return collect(ctx, m.db.readers, scanFeature, "SELECT "+featureColumns+
		" FROM feature f WHERE f.document = (SELECT n FROM document WHERE id = ?)"+where+" ORDER BY f.page, f.start, f.number", args...)
}

// FindFeatures returns up to limit features of a kind that have this value,
// letters' case ignored, in documents' and reading order.
func (m *matter) FindFeatures(ctx context.Context, kind mark.FeatureKind, value string, limit int) ([]mark.FoundFeature, error) {
	return collect(ctx, m.db.readers, func(r row) (f mark.FoundFeature, err error) {
		return f, r.Scan(&f.Document, &f.Kind, &f.Page, &f.Start, &f.End, &f.Text, &f.Value, &f.Level, &f.Told)
	}, "SELECT d.id, "+featureColumns+` FROM feature f JOIN document d ON d.n = f.document
		WHERE f.kind = ? AND f.value = ? COLLATE NOCASE AND f.value <> ''
		ORDER BY d.name COLLATE NOCASE, d.name, d.id, f.page, f.start, f.number LIMIT ?`, kind, value, max(limit, 0))
}

// oneOf returns the condition that column is one of values, and appends them
// to args.
func oneOf[T ~string](column string, values []T, args *[]any) string {
	for _, v := range values {
		*args = append(*args, string(v))
	}
	return column + " IN (" + strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ") + ")"
}

// withoutSeparators takes out of a Bates number what writings differ in.
var withoutSeparators = strings.NewReplacer(" ", "", "_", "", "-", "")

// bare is the expression for a column without these separators, in capitals.
func bare(column string) string {
	return "replace(replace(replace(upper(" + column + "), '-', ''), '_', ''), ' ', '')"
}

// likeEscaper makes text stand for itself in LIKE … ESCAPE '\'.
var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// condition returns q as a condition over table document d, with its arguments.
func condition(q mark.DocumentQuery) (string, []any) {
	var all []string
	var args []any
	and := func(sql string, a ...any) { all, args = append(all, sql), append(args, a...) }
	for word := range strings.FieldsSeq(q.Text) {
		and(`(d.name || ' ' || d.title || ' ' || d.parties || ' ' || d.meta) LIKE ? ESCAPE '\'`, "%"+likeEscaper.Replace(word)+"%")
	}
	for _, list := range []struct {
		column string
		values []string
	}{
		{"d.kind", texts(q.Kinds)}, {"d.type", texts(q.Types)}, {"d.status", texts(q.Statuses)},
		{"d.language", q.Languages}, {"d.custodian", q.Custodians},
	} {
		if len(list.values) > 0 {
			all = append(all, oneOf(list.column, list.values, &args))
		}
	}
	// A date that names a month or a year only stands for its first day.
	if q.From != "" {
		from := strings.TrimSuffix(q.From, "-01")
		and("d.date >= ?", strings.TrimSuffix(from, "-01"))
	}
	if q.To != "" {
		and("d.date <> '' AND substr(d.date, 1, ?) <= ?", len(q.To), q.To)
	}
	if from := strings.ToUpper(strings.TrimSpace(q.Bates)); from != "" {
		to := cmp.Or(strings.ToUpper(strings.TrimSpace(q.BatesTo)), from)
		// Numbers of one production are of one length, so text compares as numbers
		// do. Pages and load files have separators or have none.
		bareFrom, bareTo := withoutSeparators.Replace(from), withoutSeparators.Replace(to)
		and(`(d.bates_first <> '' AND length(`+bare("d.bates_first")+`) = length(?) AND `+bare("d.bates_first")+` <= ? AND `+bare("d.bates_last")+` >= ?
			OR d.n IN (SELECT f.document FROM feature f WHERE f.kind = 'bates' AND f.value <> ''
				AND (f.value COLLATE NOCASE BETWEEN ? AND ? AND length(f.value) = length(?)
					OR f.value COLLATE NOCASE BETWEEN ? AND ? AND length(f.value) = length(?))))`,
			bareFrom, bareTo, bareFrom, from, to, from, bareFrom, bareTo, bareFrom)
	}
	for _, part := range []struct{ column, text string }{
		{"d.name", q.Name}, {"d.title", q.Title}, {"d.parties", q.Party}, {"d.custodian", q.Custodian},
		{"coalesce(d.meta ->> '$.mail.From', '') || ' ' || d.author", q.Sender},
		{"coalesce(d.meta -> '$.mail.To', '') || ' ' || coalesce(d.meta -> '$.mail.CC', '')", q.Recipient},
		{"coalesce(d.meta ->> '$.mail.Subject', '')", q.Subject},
	} {
		for word := range strings.FieldsSeq(part.text) {
			and("("+part.column+`) LIKE ? ESCAPE '\'`, "%"+likeEscaper.Replace(word)+"%")
		}
	}
	if q.Thread != "" {
		and("d.thread = ?", q.Thread)
	}
	if q.Family != "" {
		and(`d.n IN (WITH RECURSIVE family (n, id) AS (
			SELECT n, id FROM document WHERE id = ?
			UNION SELECT c.n, c.id FROM document c JOIN family f ON c.parent = f.id AND c.parent <> '') SELECT n FROM family)`, q.Family)
	}
	if q.Similar != "" {
		and("(d.similar = ? OR d.id = ?)", q.Similar, q.Similar)
	}
	if q.Outer {
		and("d.parent = ''")
	}
	if q.Distinct {
		and("d.duplicate = '' AND d.replaced = ''")
	}
	if q.Scanned {
		and("d.ocr_pages > 0")
	}
	if q.Unread {
		some := []string{"d.status = ?", "d.status IN (?, ?) AND d.pages_read < d.pages"}
		values := []any{mark.DocumentNeedsYou, mark.DocumentSearchable, mark.DocumentReady}
		for _, w := range mark.LossWords {
			some = append(some, "d.notes LIKE ?")
			values = append(values, "%"+w+"%")
		}
		and("d.replaced = '' AND ("+strings.Join(some, " OR ")+")", values...)
	}
	if len(all) == 0 {
		return "1", nil
	}
	return strings.Join(all, " AND "), args
}

func texts[T ~string](list []T) []string {
	out := make([]string, 0, len(list))
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

// QueryDocuments returns the documents that q selects.
func (m *matter) QueryDocuments(ctx context.Context, q mark.DocumentQuery) (mark.DocumentList, error) {
	where, args := condition(q)
	total, err := one(ctx, m.db.readers, scanInt, documentGone, "SELECT count(*) FROM document d WHERE "+where, args...)
	if err != nil {
		return mark.DocumentList{}, err
	}
	column, known := map[mark.DocumentSort]string{
		mark.SortDate: "d.date", mark.SortType: "d.type", mark.SortAdded: "d.added", mark.SortPages: "d.pages",
		mark.SortBates: "d.bates_first",
	}[q.Sort]
	if !known && q.Sort != mark.SortName {
		return mark.DocumentList{}, mark.Errorf(mark.Invalid, "Documents cannot be sorted by %q.", q.Sort)
	}
	direction := ""
	if q.Descending {
		direction = " DESC"
	}
	order := column + direction + ", d.name COLLATE NOCASE, d.id"
	if q.Sort == mark.SortName {
		order = "d.root" + direction + ", d.path"
	}
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	columns := "d." + strings.Join(strings.Fields(documentColumns), " d.")
	docs, err := collect(ctx, m.db.readers, scanDocument,
		"SELECT "+columns+" FROM document d WHERE "+where+" ORDER BY "+order+" LIMIT ? OFFSET ?",
		append(slices.Clone(args), limit, max(0, q.Offset))...)
	return mark.DocumentList{Documents: docs, Total: int(total)}, err
}

// DocumentFacets counts the values to filter by, over what q selects.
func (m *matter) DocumentFacets(ctx context.Context, q mark.DocumentQuery) (mark.Facets, error) {
	where, args := condition(q)
	var out mark.Facets
	for _, facet := range []struct {
		column string
		into   *[]mark.Facet
	}{
		{"kind", &out.Kinds}, {"type", &out.Types}, {"status", &out.Statuses},
		{"language", &out.Languages}, {"custodian", &out.Custodians},
	} {
		counts, err := collect(ctx, m.db.readers, func(r row) (f mark.Facet, err error) {
			return f, r.Scan(&f.Value, &f.Count)
		}, "SELECT d."+facet.column+", count(*) FROM document d WHERE "+where+" AND d."+facet.column+" <> '' GROUP BY 1 ORDER BY 2 DESC, 1", args...)
		if err != nil {
			return mark.Facets{}, err
		}
		*facet.into = counts
	}
	return out, nil
}
