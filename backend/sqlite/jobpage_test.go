package sqlite_test

import (
	"fmt"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestJobsComeInPartsByState(t *testing.T) {
	m := marktest.OpenMatter(t)
	d := marktest.AddText(t, m, "a.txt", "text")
	began := time.Now().UTC()
	for i := range 10 {
		state := mark.JobDone
		if i%2 == 1 {
			state = mark.JobFailed
		}
		check(t, m.PutJob(t.Context(), mark.Job{ID: mark.JobID(fmt.Sprint(i)), Document: d.ID, State: state, Created: began.Add(time.Duration(i) * time.Second)}))
	}
	for _, c := range []struct {
		states        []mark.JobState
		offset, limit int
		want          string
		total         int
	}{
		{nil, 0, 3, "9 8 7 ", 10},
		{nil, 8, 5, "1 0 ", 10},
		{[]mark.JobState{mark.JobFailed}, 1, 2, "7 5 ", 5},
		{[]mark.JobState{mark.JobFailed, mark.JobDone}, 0, 2, "9 8 ", 10},
		{[]mark.JobState{mark.JobPaused}, 0, 2, "", 0},
		{nil, 20, 2, "", 10},
	} {
		jobs, total, err := m.JobPage(t.Context(), c.states, c.offset, c.limit)
		got := ""
		for _, j := range jobs {
			got += string(j.ID) + " "
		}
		if err != nil || got != c.want || total != c.total {
			t.Errorf("%v from %d: %q of %d, want %q of %d, %v", c.states, c.offset, got, total, c.want, c.total, err)
		}
	}
	if n := must[int](t)(m.MoveJobs(t.Context(), mark.JobFailed, mark.JobQueued, []mark.JobID{"1", "2", "3"})); n != 2 {
		t.Errorf("%d jobs moved, want those two that had failed", n)
	}
	if n := must[int](t)(m.MoveJobs(t.Context(), mark.JobDone, mark.JobQueued, []mark.JobID{})); n != 0 {
		t.Errorf("%d jobs moved of none", n)
	}
	if n := must[int](t)(m.MoveJobs(t.Context(), mark.JobDone, mark.JobPaused, nil)); n != 5 {
		t.Errorf("%d jobs moved of all five", n)
	}
}
