package sqlite

import (
	"context"
	"database/sql"
	"time"

	mark "markai/backend"
)

const jobColumns = `job.id, coalesce(job.document, ''), coalesce(d.name, ''), job.state, job.step, job.done, job.total, job.attempts,
	job.problem, job.code, job.priority, job.not_before, job.created, job.updated`

const jobTables = " FROM job LEFT JOIN document d ON d.id = job.document "

func scanJob(r row) (j mark.Job, err error) {
	var notBefore, created, updated int64
	err = r.Scan(&j.ID, &j.Document, &j.Name, &j.State, &j.Step, &j.Done, &j.Total, &j.Attempts,
		&j.Problem, &j.Code, &j.Priority, &notBefore, &created, &updated)
	j.NotBefore, j.Created, j.Updated = timeOf(notBefore), timeOf(created), timeOf(updated)
	return j, err
}

// PutJob adds or replaces a job. Its document must be in the matter: a job of
// a document that was deleted meanwhile is NotFound and does not come back.
func (m *matter) PutJob(ctx context.Context, j mark.Job) error {
	if j.ID == "" {
		return mark.Errorf(mark.Invalid, "A job needs an id.")
	}
	return m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO job (id, document, state, step, done, total, attempts, problem, code, priority, not_before, created, updated)
			VALUES (?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET document = excluded.document, state = excluded.state, step = excluded.step,
				done = excluded.done, total = excluded.total, attempts = excluded.attempts, problem = excluded.problem,
				code = excluded.code, priority = max(priority, excluded.priority), not_before = excluded.not_before, created = excluded.created, updated = excluded.updated`,
			j.ID, j.Document, j.State, j.Step, j.Done, j.Total, j.Attempts, j.Problem, j.Code, j.Priority, nanos(j.NotBefore), nanos(j.Created), nanos(j.Updated))
		if resultCode(err) == resultForeignKey {
			return mark.Errorf(mark.NotFound, documentGone).Because(err)
		}
		return err
	})
}

// Job returns one job, or NotFound.
func (m *matter) Job(ctx context.Context, id mark.JobID) (mark.Job, error) {
	return one(ctx, m.db.readers, scanJob, "This job is no longer there.", "SELECT "+jobColumns+jobTables+"WHERE job.id = ?", id)
}

// Jobs returns all jobs, newest first.
func (m *matter) Jobs(ctx context.Context) ([]mark.Job, error) {
	return collect(ctx, m.db.readers, scanJob, "SELECT "+jobColumns+jobTables+"ORDER BY job.created DESC, job.n DESC")
}

// JobPage returns the jobs in these states (none: in any), newest first, up to
// limit from offset on, and how many there are.
func (m *matter) JobPage(ctx context.Context, states []mark.JobState, offset, limit int) ([]mark.Job, int, error) {
	where, args := "1", []any{}
	if len(states) > 0 {
		where = oneOf("+job.state", states, &args) // by age: the rows are taken as they come
	}
	total, err := one(ctx, m.db.readers, scanInt, "", "SELECT count(*) FROM job WHERE "+where, args...)
	if err != nil {
		return nil, 0, err
	}
	jobs, err := collect(ctx, m.db.readers, scanJob,
		"SELECT "+jobColumns+jobTables+"WHERE "+where+" ORDER BY job.created DESC, job.n DESC LIMIT ? OFFSET ?", append(args, max(0, limit), max(0, offset))...)
	return jobs, int(total), err
}

// MoveJobs puts all jobs in one state, or those of ids that are in it, into
// another, and returns how many.
func (m *matter) MoveJobs(ctx context.Context, from, to mark.JobState, ids []mark.JobID) (n int, err error) {
	err = m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE job SET state = ?2, updated = ?3, not_before = 0
			WHERE state = ?1 AND (?4 OR id IN (SELECT value FROM json_each(?5)))`, from, to, nanos(time.Now()), ids == nil, jsonList(ids))
		n, err = changed(r, err)
		return err
	})
	return n, err
}

// changed returns how many rows a statement changed, or why it failed.
func changed(r sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// NextJob takes the queued job whose turn it is, by priority, then age, and
// marks it running in one transaction, or NotFound.
func (m *matter) NextJob(ctx context.Context) (j mark.Job, err error) {
	const next = "SELECT " + jobColumns + jobTables + "WHERE job.state = ? AND job.not_before <= ? ORDER BY job.priority DESC, job.created, job.n LIMIT 1"
	// Most looks find nothing; those need not wait for other writers.
	if _, err := one(ctx, m.db.readers, scanJob, "No job is waiting.", next, mark.JobQueued, nanos(time.Now())); err != nil {
		return j, err
	}
	err = m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		j, err = one(ctx, tx, scanJob, "No job is waiting.", next, mark.JobQueued, nanos(time.Now()))
		if err != nil {
			return err
		}
		j.State, j.Updated = mark.JobRunning, time.Now().UTC()
		_, err = tx.ExecContext(ctx, "UPDATE job SET state = ?, updated = ? WHERE id = ?", j.State, nanos(j.Updated), j.ID)
		return err
	})
	return j, err
}

// RequeueRunning puts jobs that a dead process left running back to queued and
// returns how many.
func (m *matter) RequeueRunning(ctx context.Context) (n int, err error) {
	some, err := one(ctx, m.db.readers, scanInt, "", "SELECT count(*) FROM job WHERE state = ?", mark.JobRunning)
	if err != nil || some == 0 { // a full disk need not be written to
		return 0, err
	}
	err = m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE job SET state = ?, updated = ? WHERE state = ?",
			mark.JobQueued, nanos(time.Now()), mark.JobRunning)
		n, err = changed(r, err)
		return err
	})
	return n, err
}

// JobsIn returns up to limit jobs in a state, those first whose turn comes first.
func (m *matter) JobsIn(ctx context.Context, state mark.JobState, limit int) ([]mark.Job, error) {
	return collect(ctx, m.db.readers, scanJob, "SELECT "+jobColumns+jobTables+
		"WHERE job.state = ? ORDER BY job.priority DESC, job.created, job.n LIMIT ?", state, max(0, limit))
}

// Waiting returns the work that waits.
func (m *matter) Waiting(ctx context.Context) (w mark.Waiting, err error) {
	w.Documents, err = collect(ctx, m.db.readers, func(r row) (k mark.WaitingKind, err error) {
		return k, r.Scan(&k.Kind, &k.Documents, &k.Bytes)
	}, `SELECT d.kind, count(*), sum(d.bytes) FROM job JOIN document d ON d.id = job.document
		WHERE job.state = ? AND job.step NOT IN (?, ?) GROUP BY d.kind`, mark.JobQueued, mark.StepEmbed, mark.StepRenew)
	if err != nil {
		return w, err
	}
	passages, err := one(ctx, m.db.readers, scanInt, "", "SELECT count(*) FROM unembedded")
	w.Passages = int(passages)
	return w, err
}

// JobCounts returns how many jobs are in each state.
func (m *matter) JobCounts(ctx context.Context) (map[mark.JobState]int, error) {
	type count struct {
		state mark.JobState
		n     int
	}
	counts, err := collect(ctx, m.db.readers, func(r row) (c count, err error) { return c, r.Scan(&c.state, &c.n) },
		"SELECT state, count(*) FROM job GROUP BY state")
	out := map[mark.JobState]int{}
	for _, c := range counts {
		out[c.state] = c.n
	}
	return out, err
}

// PreferDocument lets the waiting jobs of a document come before all others
// and reports whether there is one.
func (m *matter) PreferDocument(ctx context.Context, id mark.DocumentID) (bool, error) {
	var some bool
	err := m.db.writeBeside(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, `
			UPDATE job SET priority = 1 + (SELECT coalesce(max(priority), 0) FROM job WHERE state = ?1), not_before = 0
			WHERE document = ?2 AND state = ?1`, mark.JobQueued, id)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		some = n > 0
		return err
	})
	return some, err
}
