package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"markai/backend/schedule"
)

// Whatever comes, in whatever order, cancelled at whatever moment: every
// request ends exactly once, memory is never over its budget (the machine
// checks each step), and in the end no slot and no promise is left behind.
func TestEveryRequestEndsExactlyOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := schedule.Config{
			Running: rapid.IntRange(1, 5).Draw(t, "running"), Cells: rapid.IntRange(60, 400).Draw(t, "cells"),
			Batch: rapid.IntRange(4, 64).Draw(t, "batch"), Queue: rapid.IntRange(1, 10).Draw(t, "queue"),
			Whole: rapid.Bool().Draw(t, "whole"), Patience: 50 * time.Millisecond, Spacing: 4, Stall: 20 * time.Millisecond,
		}
		cfg.Sequences = cfg.Running + rapid.IntRange(0, 4).Draw(t, "more sequences")
		m := newMachine(t, cfg)
		m.curve = cpu
		added, cancelled := map[schedule.ID]bool{}, map[schedule.ID]bool{}
		next := schedule.ID(0)
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				next++
				q := schedule.Request{
					ID: next, Client: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "client"),
					Background: rapid.Bool().Draw(t, "background"), Space: rapid.IntRange(0, 2).Draw(t, "space"), MaxTokens: rapid.IntRange(0, 60).Draw(t, "most"),
					Prompt: rapid.SliceOfN(rapid.SampledFrom([]schedule.Token{1, 2}), 0, 120).Draw(t, "prompt"),
				}
				if rapid.Bool().Draw(t, "shares") {
					q.Prompt = append(text(nil, 50, 1), q.Prompt...)
				}
				if rapid.IntRange(0, 4).Draw(t, "hurried") == 0 {
					q.StartBy = m.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "start")) * time.Millisecond)
					q.EndBy = m.now.Add(time.Duration(rapid.IntRange(1, 400).Draw(t, "end")) * time.Millisecond)
				}
				m.ends[next] = rapid.IntRange(0, 40).Draw(t, "ends")
				if m.add(q) == nil {
					added[next] = true
				}
			},
			"cancel": func(t *rapid.T) {
				id := schedule.ID(rapid.Uint64Range(0, uint64(next)+1).Draw(t, "id"))
				cancelled[id] = true
				m.s.Cancel(id)
			},
			"draft": func(t *rapid.T) {
				id := schedule.ID(rapid.Uint64Range(0, uint64(next)+1).Draw(t, "id"))
				n := len(m.wrote[id])
				m.s.Draft(id, []schedule.Token{schedule.Token(n % 5), schedule.Token((n + rapid.IntRange(0, 1).Draw(t, "off") + 1) % 5), 3})
			},
			"step": func(*rapid.T) { m.step() },
			"fail": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "really") > 0 {
					return
				}
				for _, e := range m.s.Plan(m.now).Ended {
					m.gone[e.ID] = append(m.gone[e.ID], e.Reason)
				}
				for _, e := range m.s.Failed() {
					m.gone[e.ID] = append(m.gone[e.ID], e.Reason)
				}
			},
		})
		m.finish()
		for id := range added {
			if len(m.gone[id]) != 1 {
				t.Fatalf("request %d ended %d times: %q", id, len(m.gone[id]), m.gone[id])
			}
			if m.gone[id][0] == schedule.Cancelled && !cancelled[id] {
				t.Fatalf("request %d was not cancelled", id)
			}
			if n := len(m.wrote[id]); n > m.limit[id] {
				t.Fatalf("request %d wrote %d of %d tokens", id, n, m.limit[id])
			}
		}
		if waiting, running, _ := m.s.Load(); waiting+running != 0 {
			t.Fatalf("%d wait and %d run though all have ended", waiting, running)
		}
	})
}

// However much comes after it, a request is served: what a stream of others can
// cost it is bounded.
func TestNobodyStarves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMachine(t, schedule.Config{Running: 2, Cells: 500, Queue: 20, Patience: 2 * time.Second})
		m.curve = cpu
		victim := schedule.Request{ID: 1, Client: "victim", Background: rapid.Bool().Draw(t, "background"), MaxTokens: 20,
			Prompt: text(nil, rapid.IntRange(10, 450).Draw(t, "long"), 1)}
		next := schedule.ID(10)
		flood := func() {
			for range 4 {
				next++
				q := schedule.Request{ID: next, Client: fmt.Sprint(next % 3), MaxTokens: 10, Prompt: text(nil, 30, int(next))}
				_ = m.add(q) // a full queue is part of the flood
			}
		}
		flood()
		if err := m.add(victim); err != nil {
			t.Fatal(err)
		}
		began := m.now
		for len(m.gone[1]) == 0 {
			flood()
			m.step()
			if m.now.Sub(began) > 30*time.Second {
				t.Fatalf("after %v it has written %d tokens", m.now.Sub(began), len(m.wrote[1]))
			}
		}
		if !slices.Equal(m.gone[1], []schedule.Reason{""}) {
			t.Fatalf("it ended %q", m.gone[1])
		}
	})
}

func TestCurveLiesBetweenWhatWasSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c schedule.Curve
		if c.Predict(3) != 0 {
			t.Fatalf("it knows without having seen")
		}
		least, most := time.Hour, time.Duration(0)
		largest := 0
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			rows := rapid.IntRange(1, 600).Draw(t, "rows")
			took := time.Duration(rapid.IntRange(1, 1000).Draw(t, "ms")) * time.Millisecond
			c.Saw(rows, took)
			least, most, largest = min(least, took), max(most, took), max(largest, rows)
		}
		for rows := 1; rows <= largest; rows += 7 {
			got := c.Predict(rows)
			if got < least-time.Millisecond || got > most+most/100*time.Duration(largest) {
				t.Fatalf("%d rows are to take %v, seen were %v to %v", rows, got, least, most)
			}
		}
		limit := time.Duration(rapid.IntRange(1, 1000).Draw(t, "limit")) * time.Millisecond
		if n := c.Rows(5, 300, limit); n >= 5 && c.Predict(n) > limit {
			t.Fatalf("%d rows take longer than %v", n, limit)
		}
	})
}
