package desk

import (
	"context"
	"log/slog"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/wire"
)

// shownJobs is how many running jobs Progress shows.
const shownJobs = 20

// Progress says how the reading of a matter stands. It costs little, however
// many documents the matter has.
func (d *Desk) Progress(ctx context.Context, matter string) (wire.MatterProgress, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.MatterProgress{}, err
	}
	counts, err := store.JobCounts(ctx)
	if err != nil {
		return wire.MatterProgress{}, err
	}
	out := wire.MatterProgress{
		Waiting: counts[mark.JobQueued] + counts[mark.JobRunning], Ended: counts[mark.JobDone] + counts[mark.JobFailed] + counts[mark.JobCanceled],
		NeedYou: counts[mark.JobFailed], Paused: counts[mark.JobPaused], Fraction: 1, Jobs: []wire.Job{},
	}
	look, err := d.d.Ingest.Outlook(ctx, mark.MatterID(matter))
	if err != nil {
		return wire.MatterProgress{}, err
	}
	if out.Waiting == 0 {
		return out, nil
	}
	out.Fraction, out.ETASeconds = look.Fraction, look.Left.Seconds()
	for _, j := range look.Running[:min(len(look.Running), shownJobs)] {
		out.Jobs = append(out.Jobs, d.wireJob(mark.MatterID(matter), j, j.Name))
	}
	return out, nil
}

// Unread returns how many documents wait to be read or to get vectors.
func (d *Desk) Unread(ctx context.Context, matter string) (int, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return 0, err
	}
	counts, err := store.JobCounts(ctx)
	return counts[mark.JobQueued] + counts[mark.JobRunning], err
}

// prefer lets a document that somebody looks at be read first.
func (d *Desk) prefer(ctx context.Context, matter, doc string) {
	if err := d.d.Ingest.Prefer(ctx, mark.MatterID(matter), mark.DocumentID(doc)); err != nil {
		slog.WarnContext(ctx, "document not preferred", "matter", matter, "document", doc, "code", mark.CodeOf(err))
	}
}

// DocumentAdded records that a file of a watched folder was added.
func (d *Desk) DocumentAdded(ctx context.Context, m mark.MatterID, doc mark.DocumentID) {
	d.audit(ctx, "document.add", m, string(doc))
}

// remedies is ingest.Remedies in words of the wire.
func remedies(j mark.Job) []string {
	out := []string{}
	for _, r := range ingest.Remedies(j) {
		out = append(out, string(r))
	}
	return out
}
