package schedule_test

import (
	"testing"
	"time"

	"markai/backend/schedule"
)

func TestSpacesTakeTurnsAndShareNothing(t *testing.T) {
	m := newMachine(t, schedule.Config{Running: 4, Cells: 2000, Batch: 64})
	m.curve = cpu
	for id := range 4 {
		q := schedule.Request{ID: schedule.ID(id + 1), Space: id % 2, MaxTokens: 40, Prompt: text(nil, 60, 1)}
		if err := m.add(q); err != nil {
			t.Fatal(err)
		}
	}
	m.finish()
	// Two of each space begin alike: the second goes on from the first's tokens,
	// those of the other space are read anew.
	if least, most := 2*60, 2*60+2*10; m.reads < least || m.reads > most {
		t.Errorf("%d tokens of prompts were read, want %d to %d", m.reads, least, most)
	}
	if a, b := m.steps[0], m.steps[1]; a < 40 || b < 40 || a > 2*b || b > 2*a {
		t.Errorf("the spaces got %d and %d steps", a, b)
	}
	for id := range 4 {
		if n := len(m.wrote[schedule.ID(id+1)]); n != 40 {
			t.Errorf("request %d wrote %d tokens", id+1, n)
		}
	}
}

func TestPromptOfAnotherSpaceDoesNotStallAStream(t *testing.T) {
	m := newMachine(t, schedule.Config{Running: 2, Cells: 5000, Batch: 512})
	m.curve = func(rows int) time.Duration { return time.Duration(rows) * 2 * time.Millisecond }
	if err := m.add(schedule.Request{ID: 1, MaxTokens: 60, Prompt: text(nil, 10, 1)}); err != nil {
		t.Fatal(err)
	}
	for len(m.wrote[1]) < 20 { // the curve becomes known
		m.step()
	}
	if err := m.add(schedule.Request{ID: 2, Space: 1, MaxTokens: 5, Prompt: text(nil, 2000, 2)}); err != nil {
		t.Fatal(err)
	}
	m.finish()
	longest := time.Duration(0)
	for _, gap := range m.gaps[1] {
		longest = max(longest, gap)
	}
	if longest > 250*time.Millisecond {
		t.Errorf("the longest pause of the stream is %v", longest)
	}
}
