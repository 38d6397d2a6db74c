package desk

import (
	"context"

	mark "markai/backend"
	"markai/backend/wire"
)

// jobLimit is how many jobs one reply holds at most, and where none is named.
const jobLimit = 500

// Jobs lists a part of a matter's jobs, newest first: those in these states, or
// (none) all. A limit of 0 or less means the most that one reply holds.
func (d *Desk) Jobs(ctx context.Context, matter string, states []string, offset, limit int) (wire.JobList, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.JobList{}, err
	}
	if limit <= 0 || limit > jobLimit {
		limit = jobLimit
	}
	jobs, total, err := store.JobPage(ctx, named[mark.JobState](states), offset, limit)
	if err != nil {
		return wire.JobList{}, err
	}
	out := wire.JobList{Jobs: make([]wire.Job, 0, len(jobs)), Total: total}
	for _, j := range jobs {
		out.Jobs = append(out.Jobs, d.wireJob(mark.MatterID(matter), j, j.Name))
	}
	return out, nil
}

// AllJobs pauses or resumes all jobs of a matter.
func (d *Desk) AllJobs(ctx context.Context, matter, action string) error {
	if _, err := d.store(ctx, matter); err != nil {
		return err
	}
	m := mark.MatterID(matter)
	var err error
	switch action {
	case "pause":
		err = d.d.Ingest.PauseAll(ctx, m)
	case "resume":
		err = d.d.Ingest.ResumeAll(ctx, m)
	default:
		return mark.Errorf(mark.Invalid, "All jobs together can be paused or resumed, not %q.", action)
	}
	if err == nil {
		d.audit(ctx, "jobs."+action, m, "")
		d.countSoon(m)
	}
	return err
}

// ReadAgain has a PDF read anew from the pictures of its pages; see
// ingest.ReadAgain.
func (d *Desk) ReadAgain(ctx context.Context, matter, doc string) (wire.Job, error) {
	store, err := d.store(ctx, matter)
	if err != nil {
		return wire.Job{}, err
	}
	job, fresh, err := d.d.Ingest.ReadAgain(ctx, mark.MatterID(matter), store, mark.DocumentID(doc))
	if err != nil {
		return wire.Job{}, err
	}
	d.audit(ctx, "document.reread", mark.MatterID(matter), doc)
	return d.wireJob(mark.MatterID(matter), job, fresh.Name), nil
}

// JobAction pauses, resumes, cancels or retries a job.
func (d *Desk) JobAction(ctx context.Context, matter, job string, a wire.JobAction) error {
	if _, err := d.store(ctx, matter); err != nil {
		return err
	}
	m, j := mark.MatterID(matter), mark.JobID(job)
	var err error
	switch a.Action {
	case "pause":
		err = d.d.Ingest.Pause(ctx, m, j)
	case "resume":
		err = d.d.Ingest.Resume(ctx, m, j)
	case "cancel":
		err = d.d.Ingest.Cancel(ctx, m, j)
	case "retry":
		err = d.d.Ingest.Retry(ctx, m, j, a.Password)
	default:
		return mark.Errorf(mark.Invalid, "A job can be paused, resumed, canceled or retried, not %q.", a.Action)
	}
	if err == nil {
		d.audit(ctx, "job."+a.Action, m, job)
	}
	return err
}

func (d *Desk) wireJob(m mark.MatterID, j mark.Job, name string) wire.Job {
	j.Name = name
	out := wire.Job{
		ID: string(j.ID), Matter: string(m), Document: string(j.Document), Name: name,
		State: string(j.State), Step: string(j.Step), Done: j.Done, Total: j.Total,
		Problem: j.Problem, Code: string(j.Code), Remedies: remedies(j), Updated: stamp(j.Updated),
	}
	if j.State == mark.JobRunning {
		rate, eta := d.d.Ingest.Progress(m, j.ID)
		out.PerSecond, out.ETASeconds = rate, eta.Seconds()
	}
	return out
}
