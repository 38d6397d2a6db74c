package sqlite

import (
	"context"
	"database/sql"
	"time"

	mark "markai/backend"
)

const jobColumns = "id, coalesce(document, ''), state, step, done, total, attempts, problem, code, created, updated"

func scanJob(r row) (j mark.Job, err error) {
	var created, updated int64
	err = r.Scan(&j.ID, &j.Document, &j.State, &j.Step, &j.Done, &j.Total, &j.Attempts, &j.Problem, &j.Code, &created, &updated)
	j.Created, j.Updated = timeOf(created), timeOf(updated)
	return j, err
}

// PutJob adds or replaces a job. Its document must be in the matter: a job of
// a document that was deleted meanwhile is NotFound and does not come back.
func (m *matter) PutJob(ctx context.Context, j mark.Job) error {
	if j.ID == "" {
		return mark.Errorf(mark.Invalid, "A job needs an id.")
	}
	return m.db.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO job (id, document, state, step, done, total, attempts, problem, code, created, updated)
			VALUES (?, nullif(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET document = excluded.document, state = excluded.state, step = excluded.step,
				done = excluded.done, total = excluded.total, attempts = excluded.attempts, problem = excluded.problem,
				code = excluded.code, created = excluded.created, updated = excluded.updated`,
			j.ID, j.Document, j.State, j.Step, j.Done, j.Total, j.Attempts, j.Problem, j.Code, nanos(j.Created), nanos(j.Updated))
		if resultCode(err) == resultForeignKey {
			return mark.Errorf(mark.NotFound, documentGone).Because(err)
		}
		return err
	})
}

// Job returns one job, or NotFound.
func (m *matter) Job(ctx context.Context, id mark.JobID) (mark.Job, error) {
	return one(ctx, m.db.readers, scanJob, "This job is no longer there.", "SELECT "+jobColumns+" FROM job WHERE id = ?", id)
}

// Jobs returns all jobs, newest first.
func (m *matter) Jobs(ctx context.Context) ([]mark.Job, error) {
	return collect(ctx, m.db.readers, scanJob, "SELECT "+jobColumns+" FROM job ORDER BY created DESC, n DESC")
}

// NextJob takes the oldest queued job and marks it running in one
// transaction, or NotFound.
func (m *matter) NextJob(ctx context.Context) (j mark.Job, err error) {
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		j, err = one(ctx, tx, scanJob, "No job is waiting.",
			"SELECT "+jobColumns+" FROM job WHERE state = ? ORDER BY created, n LIMIT 1", mark.JobQueued)
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
	err = m.db.write(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "UPDATE job SET state = ?, updated = ? WHERE state = ?",
			mark.JobQueued, nanos(time.Now()), mark.JobRunning)
		if err != nil {
			return err
		}
		count, err := r.RowsAffected()
		n = int(count)
		return err
	})
	return n, err
}
