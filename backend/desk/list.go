package desk

import (
	"context"
	"maps"
	"slices"

	mark "markai/backend"
	"markai/backend/wire"
)

const (
	// listLimit is how many documents one reply holds at most.
	listLimit = 1000
	// featureLimit is how many features one reply holds at most.
	featureLimit = 20000
)

// Documents lists a matter's documents, by name.
func (d *Desk) Documents(ctx context.Context, matter string) ([]wire.Document, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	docs, err := store.Documents(ctx)
	if err != nil {
		return nil, err
	}
	return wireDocuments(docs), nil
}

// QueryDocuments lists the part of a matter's documents that q selects.
func (d *Desk) QueryDocuments(ctx context.Context, matter string, q wire.DocumentQuery) (wire.DocumentList, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.DocumentList{}, err
	}
	query := documentQuery(q)
	if query.Limit <= 0 || query.Limit > listLimit {
		query.Limit = listLimit
	}
	list, err := store.QueryDocuments(ctx, query)
	return wire.DocumentList{Documents: wireDocuments(list.Documents), Total: list.Total}, err
}

// Facets counts the values to filter by among the documents that q selects.
func (d *Desk) Facets(ctx context.Context, matter string, q wire.DocumentQuery) (wire.Facets, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.Facets{}, err
	}
	f, err := store.DocumentFacets(ctx, documentQuery(q))
	return wire.Facets{
		Kinds: wireFacets(f.Kinds), Types: wireFacets(f.Types), Statuses: wireFacets(f.Statuses),
		Languages: wireFacets(f.Languages), Custodians: wireFacets(f.Custodians),
	}, err
}

// Features lists what was recognised in a document, of these kinds or (none)
// of all but the lines of numbered paper, which are many.
func (d *Desk) Features(ctx context.Context, matter, doc string, kinds []string) ([]wire.Feature, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	var wanted []mark.FeatureKind
	for _, k := range kinds {
		wanted = append(wanted, mark.FeatureKind(k))
	}
	features, err := store.Features(ctx, mark.DocumentID(doc), wanted...)
	if err != nil {
		return nil, err
	}
	var found []mark.FoundFeature
	for _, f := range features {
		if len(kinds) == 0 && f.Kind == mark.FeatureLine {
			continue
		}
		found = append(found, mark.FoundFeature{Document: mark.DocumentID(doc), Feature: f})
	}
	return wireFeatures(ctx, store, found)
}

// FindFeatures lists where a matter's documents have a feature of this value:
// a Bates number, a defined term, a citation.
func (d *Desk) FindFeatures(ctx context.Context, matter, kind, value string) ([]wire.Feature, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return nil, err
	}
	found, err := store.FindFeatures(ctx, mark.FeatureKind(kind), value, featureLimit)
	if err != nil {
		return nil, err
	}
	return wireFeatures(ctx, store, found)
}

func wireFeatures(ctx context.Context, store mark.PageStore, found []mark.FoundFeature) ([]wire.Feature, error) {
	if len(found) > featureLimit {
		found = found[:featureLimit]
	}
	out := make([]wire.Feature, 0, len(found))
	var page mark.Page // the last one read: features come in reading order
	var of mark.DocumentID
	for _, f := range found {
		if of != f.Document || page.Number != f.Page {
			p, err := store.Page(ctx, f.Document, f.Page)
			if err != nil && mark.CodeOf(err) != mark.NotFound {
				return nil, err
			}
			page, of = p, f.Document
			page.Number = f.Page
		}
		span := wire.PageSpan{Page: f.Page, Boxes: []wire.Box{}}
		for _, b := range page.Boxes(f.Start, f.End) {
			span.Boxes = append(span.Boxes, wireBox(b))
		}
		out = append(out, wire.Feature{
			Document: string(f.Document), Kind: string(f.Kind), Page: f.Page,
			Text: f.Text, Value: f.Value, Level: f.Level, Span: span,
		})
	}
	return out, nil
}

func documentQuery(q wire.DocumentQuery) mark.DocumentQuery {
	return mark.DocumentQuery{
		Text: q.Text, Kinds: named[mark.Kind](q.Kinds), Types: named[mark.DocumentType](q.Types),
		Statuses: named[mark.DocumentStatus](q.Statuses), Languages: q.Languages, Custodians: q.Custodians,
		From: q.From, To: q.To, Bates: q.Bates, Sender: q.Sender, Thread: q.Thread, Family: mark.DocumentID(q.Family),
		Similar: mark.DocumentID(q.Similar), Outer: q.Outer, Distinct: q.Distinct, Scanned: q.Scanned, Unread: q.Unread, Sort: mark.DocumentSort(q.Sort), Descending: q.Descending,
		Offset: q.Offset, Limit: q.Limit,
	}
}

func named[T ~string](list []string) []T {
	var out []T
	for _, s := range list {
		out = append(out, T(s))
	}
	return out
}

func wireFacets(list []mark.Facet) []wire.Facet {
	out := make([]wire.Facet, 0, len(list))
	for _, f := range list {
		out = append(out, wire.Facet{Value: f.Value, Count: f.Count})
	}
	return out
}

func wireDocuments(docs []mark.Document) []wire.Document {
	out := make([]wire.Document, 0, len(docs))
	for _, d := range docs {
		out = append(out, wireDocument(d))
	}
	return out
}

func wireDocument(d mark.Document) wire.Document {
	out := wire.Document{
		ID: string(d.ID), Parent: string(d.Parent), Name: d.Name, Source: d.Source, Kind: string(d.Kind),
		Bytes: d.Bytes, Pages: d.Pages, PagesRead: d.PagesRead, OCRPages: d.OCRPages,
		Title: d.Title, Parties: notNil(d.Parties), Status: string(d.Status),
		Problem: d.Problem, Code: string(d.Code), Notes: notNil(d.Notes), Added: stamp(d.Added),
		Type: string(d.Meta.Type), Date: d.Meta.Date, Language: d.Meta.Language, Author: d.Meta.Author,
		Custodian: d.Meta.Custodian, BatesFirst: d.Meta.BatesFirst, BatesLast: d.Meta.BatesLast,
		Thread: d.Thread, Duplicate: string(d.Duplicate), Similar: string(d.Similar),
		Rereads: string(d.Rereads), Replaced: string(d.Replaced),
	}
	for _, n := range d.Notes {
		if mark.Loses(n) {
			out.Losses = append(out.Losses, n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Meta.Fields)) {
		out.Fields = append(out.Fields, wire.Field{Name: name, Value: d.Meta.Fields[name]})
	}
	if m := d.Meta.Mail; m != nil {
		out.Mail = &wire.MailHead{From: m.From, To: notNil(m.To), CC: notNil(m.CC), Subject: m.Subject, Sent: stamp(m.Sent)}
	}
	return out
}
