package desk

import (
	"context"
	"io"
	"reflect"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/wire"
)

// AddPaths queues files and folders of this machine.
func (d *Desk) AddPaths(ctx context.Context, matter string, paths []string) (wire.AddResult, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.AddResult{}, err
	}
	added, err := d.d.Ingest.Add(ctx, mark.MatterID(matter), store, paths)
	if err != nil {
		return wire.AddResult{}, err
	}
	return d.added(ctx, matter, store, added)
}

// Upload queues one file that is given as bytes.
func (d *Desk) Upload(ctx context.Context, matter, name string, r io.Reader) (wire.AddResult, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.AddResult{}, err
	}
	added, err := d.d.Ingest.AddReader(ctx, mark.MatterID(matter), store, name, r)
	if err != nil {
		return wire.AddResult{}, err
	}
	return d.added(ctx, matter, store, added)
}

func (d *Desk) added(ctx context.Context, matter string, store mark.MatterStore, a ingest.Added) (wire.AddResult, error) {
	out := wire.AddResult{Jobs: []wire.Job{}, Known: []wire.Document{}, Rejected: []wire.Rejected{}, Skipped: []wire.Rejected{}}
	for _, j := range a.Jobs {
		doc, err := store.Document(ctx, j.Document)
		if err != nil {
			return out, err
		}
		out.Jobs = append(out.Jobs, d.wireJob(mark.MatterID(matter), j, doc.Name))
		d.audit(ctx, "document.add", mark.MatterID(matter), string(j.Document))
	}
	for _, k := range a.Known {
		out.Known = append(out.Known, wireDocument(k))
	}
	out.Rejected = append(out.Rejected, wireRejected(a.Rejected)...)
	out.Skipped = append(out.Skipped, wireRejected(a.Skipped)...)
	for _, p := range a.Productions {
		out.Productions = append(out.Productions, wire.Production{
			Name: p.Name, LoadFiles: notNil(p.LoadFiles), Documents: p.Documents, Known: p.Known, Pages: p.Pages, Problems: notNil(wireRejected(p.Problems)),
		})
	}
	return out, nil
}

func wireRejected(list []ingest.Rejected) []wire.Rejected {
	var out []wire.Rejected
	for _, r := range list {
		out = append(out, wire.Rejected{Name: r.Name, Code: string(mark.CodeOf(r.Err)), Problem: mark.MessageOf(r.Err)})
	}
	return out
}

// RemoveDocument takes a document and its attachments out of the matter.
func (d *Desk) RemoveDocument(ctx context.Context, matter, doc string) error {
	store, err := d.store(ctx, matter)
	if err != nil {
		return err
	}
	jobs, err := store.Jobs(ctx)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		if string(j.Document) == doc && (j.State == mark.JobQueued || j.State == mark.JobRunning || j.State == mark.JobPaused) {
			// Invalid: it has ended meanwhile, and nothing is left to stop.
			if err := d.d.Ingest.Cancel(ctx, mark.MatterID(matter), j.ID); err != nil && mark.CodeOf(err) != mark.Invalid {
				return err
			}
		}
	}
	if err := store.DeleteDocument(ctx, mark.DocumentID(doc)); err != nil {
		return err
	}
	d.audit(ctx, "document.remove", mark.MatterID(matter), doc)
	return nil
}

// Page is one page with its words.
func (d *Desk) Page(ctx context.Context, matter, doc string, number int) (wire.Page, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.Page{}, err
	}
	p, err := store.Page(ctx, mark.DocumentID(doc), number)
	if mark.CodeOf(err) == mark.NotFound {
		d.prefer(ctx, matter, doc)
	}
	if err != nil {
		return wire.Page{}, err
	}
	return wirePage(p), nil
}

// Original opens a document's sealed bytes. The caller closes it.
func (d *Desk) Original(ctx context.Context, matter, doc string) (mark.Document, mark.Original, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return mark.Document{}, nil, err
	}
	info, err := store.Document(ctx, mark.DocumentID(doc))
	if err != nil {
		return mark.Document{}, nil, err
	}
	o, err := store.Original(ctx, mark.DocumentID(doc))
	if err != nil {
		return mark.Document{}, nil, err
	}
	d.audit(ctx, "document.open", mark.MatterID(matter), doc)
	return info, o, nil
}

// store opens the matter named in a request.
func (d *Desk) store(ctx context.Context, matter string) (mark.MatterStore, error) {
	return d.d.Vault.Matter(ctx, mark.MatterID(matter))
}

// searchScope turns what a search is limited to into documents, so that
// filtering happens before the search. A nil result means the whole matter.
func searchScope(ctx context.Context, store mark.MatterStore, r wire.SearchRequest) ([]mark.DocumentID, error) {
	ids := named[mark.DocumentID](r.Documents)
	var filter wire.DocumentQuery
	if r.Filter != nil {
		filter = *r.Filter
		filter.Sort, filter.Descending, filter.Offset, filter.Limit = "", false, 0, 0
	}
	filter.Kinds = append(filter.Kinds, r.Kinds...)
	q := documentQuery(filter)
	if reflect.DeepEqual(q, mark.DocumentQuery{}) {
		return ids, nil
	}
	list, err := store.QueryDocuments(ctx, q)
	if err != nil {
		return nil, err
	}
	wanted := make(map[mark.DocumentID]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	out := []mark.DocumentID{}
	for _, doc := range list.Documents {
		if len(ids) == 0 || wanted[doc.ID] {
			out = append(out, doc.ID)
		}
	}
	return out, nil
}
