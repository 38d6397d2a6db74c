package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/schedule"
)

// text is a prompt of n tokens that begin with those of prefix.
func text(prefix []schedule.Token, n, seed int) []schedule.Token {
	out := slices.Clone(prefix)
	for i := len(out); i < n; i++ {
		out = append(out, schedule.Token(1000+seed*10_000+i))
	}
	return out
}

// cpu is the cost of steps on a processor whose kernels for one row are much
// faster than the others (measured with an 8-bit model of 135 M on one core).
func cpu(rows int) time.Duration {
	switch {
	case rows == 1:
		return 8 * time.Millisecond
	case rows <= 8:
		return time.Duration(22+3*rows) * time.Millisecond
	}
	return time.Duration(30+2*rows) * time.Millisecond
}

func TestSharedBeginningIsComputedOnce(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 8000})
	prefix := text(nil, 1000, 1)
	for id := range schedule.ID(8) {
		if err := m.add(schedule.Request{ID: id, Client: fmt.Sprint(id), Prompt: text(prefix, 1020, int(id)+2), MaxTokens: 10}); err != nil {
			t.Fatal(err)
		}
	}
	m.finish()
	if want := 1000 + 8*20; m.reads != want {
		t.Errorf("%d tokens of prompts were computed, want %d", m.reads, want)
	}
	for id := range schedule.ID(8) {
		if len(m.wrote[id]) != 10 {
			t.Errorf("request %d wrote %d tokens", id, len(m.wrote[id]))
		}
	}
}

func TestSecondQuestionReadsOnlyWhatIsNew(t *testing.T) {
	for _, c := range []struct {
		name  string
		whole bool
		third int // tokens of the third prompt that are computed
	}{{"memory that can be cut", false, 30}, {"memory that cannot", true, 30}} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t, schedule.Config{Cells: 4000, Whole: c.whole})
			prefix := text(nil, 600, 1)
			for id := range schedule.ID(3) {
				before := m.reads
				if err := m.add(schedule.Request{ID: id, Prompt: text(prefix, 630, int(id)+2), MaxTokens: 5}); err != nil {
					t.Fatal(err)
				}
				m.finish()
				if n := m.reads - before; id == 2 && n != c.third || id == 1 && !c.whole && n != 30 {
					t.Errorf("question %d computed %d tokens", id+1, n)
				}
			}
		})
	}
}

func TestWordsKeepTheirPaceWhileALongPromptIsRead(t *testing.T) {
	for name, c := range map[string]struct {
		curve func(int) time.Duration
		stall time.Duration // the longest that a word may take
	}{
		"a processor":    {cpu, 300 * time.Millisecond},
		"a slow one":     {func(rows int) time.Duration { return 10 * cpu(rows) }, 1200 * time.Millisecond},
		"an accelerator": {func(rows int) time.Duration { return 10*time.Millisecond + time.Duration(rows)*20*time.Microsecond }, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			curve := c.curve
			m := newMachine(t, schedule.Config{Cells: 16_000})
			m.curve = curve
			if err := m.add(schedule.Request{ID: 1, Client: "a", Prompt: text(nil, 50, 1), MaxTokens: 4000}); err != nil {
				t.Fatal(err)
			}
			for range 200 {
				m.step()
			}
			alone := p95(m.gaps[1])
			m.gaps[1] = nil
			if err := m.add(schedule.Request{ID: 2, Client: "b", Prompt: text(nil, 4000, 2), MaxTokens: 1}); err != nil {
				t.Fatal(err)
			}
			began := m.now
			for len(m.gone[2]) == 0 {
				m.step()
			}
			if with := p95(m.gaps[1]); with > 2*alone {
				t.Errorf("a word takes %v while the prompt is read, %v without", with, alone)
			}
			if longest := slices.Max(m.gaps[1]); longest > c.stall {
				t.Errorf("a word took %v", longest)
			}
			quick := time.Duration(0)
			for range 4000 / 256 {
				quick += curve(256)
			}
			if took := m.now.Sub(began); took > 6*quick {
				t.Errorf("the prompt took %v, alone it takes %v", took, quick)
			}
		})
	}
}

func p95(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)*95/100]
}

func TestGroupsFollowWhatStepsCost(t *testing.T) {
	for _, c := range []struct {
		name  string
		curve func(int) time.Duration
		n     int
		most  time.Duration // for a word of each
	}{
		{"two that are quicker one by one", cpu, 2, 18 * time.Millisecond},
		{"eight that are quicker together", cpu, 8, 50 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t, schedule.Config{Cells: 16_000})
			m.curve = c.curve
			add := func(id schedule.ID) {
				if err := m.add(schedule.Request{ID: id, Prompt: text(nil, 20, int(id)), MaxTokens: 1000}); err != nil {
					t.Fatal(err)
				}
			}
			add(100) // one alone shows what a single row costs
			for range 20 {
				m.step()
			}
			m.s.Cancel(100)
			for id := range schedule.ID(c.n) {
				add(id)
			}
			for range 20 {
				m.step()
			}
			began, wrote := m.now, 0
			for id := range schedule.ID(c.n) {
				wrote -= len(m.wrote[id])
			}
			for range 200 {
				m.step()
			}
			for id := range schedule.ID(c.n) {
				wrote += len(m.wrote[id])
			}
			if per := m.now.Sub(began) * time.Duration(c.n) / time.Duration(wrote); per > c.most {
				t.Errorf("a word of each takes %v, want at most %v", per, c.most)
			}
		})
	}
}

func TestFullQueueIsBusyAndLongPromptTooBig(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000, Queue: 2})
	for id := range schedule.ID(2) {
		if err := m.add(schedule.Request{ID: id, Prompt: text(nil, 10, int(id))}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		q    schedule.Request
		want mark.Code
	}{
		{"one more", schedule.Request{ID: 9, Prompt: text(nil, 10, 1)}, mark.TooBusy},
		{"too long", schedule.Request{ID: 9, Prompt: text(nil, 1000, 1)}, mark.TooBig},
		{"empty", schedule.Request{ID: 9}, mark.Invalid},
	} {
		if err := m.add(c.q); mark.CodeOf(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestWhoHasLeftTakesNoPlaceInTheQueue(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000, Queue: 1})
	for id := range schedule.ID(5) {
		if err := m.add(schedule.Request{ID: id, Prompt: text(nil, 10, int(id)), MaxTokens: 2}); err != nil {
			t.Fatal(err)
		}
		m.s.Cancel(id)
	}
	m.finish()
	for id := range schedule.ID(5) {
		if !slices.Equal(m.gone[id], []schedule.Reason{schedule.Cancelled}) {
			t.Errorf("request %d ended %q", id, m.gone[id])
		}
	}
}

func TestDeadlinesOfWaitingAndOfWorkingAreApart(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000, Running: 1})
	m.curve = func(int) time.Duration { return 10 * time.Millisecond }
	start := m.now
	for _, q := range []schedule.Request{
		{ID: 1, Prompt: text(nil, 10, 1), MaxTokens: 900, EndBy: start.Add(time.Second), StartBy: start.Add(time.Millisecond)},
		{ID: 2, Prompt: text(nil, 10, 2), MaxTokens: 5, StartBy: start.Add(500 * time.Millisecond)},
		{ID: 3, Prompt: text(nil, 10, 3), MaxTokens: 5, StartBy: start.Add(2 * time.Second)},
	} {
		if err := m.add(q); err != nil {
			t.Fatal(err)
		}
	}
	m.finish()
	want := map[schedule.ID][]schedule.Reason{1: {schedule.Overdue}, 2: {schedule.Late}, 3: {""}}
	for id, reasons := range want {
		if !slices.Equal(m.gone[id], reasons) {
			t.Errorf("request %d ended %q, want %q", id, m.gone[id], reasons)
		}
	}
}

func TestClientsGetEqualSharesHoweverTheyAsk(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 20_000, Running: 2, Queue: 1000})
	// One client asks long questions, the other short ones, both all the time.
	for id := range schedule.ID(50) {
		if err := m.add(schedule.Request{ID: id, Client: "long", Prompt: text(nil, 1500, int(id)), MaxTokens: 100}); err != nil {
			t.Fatal(err)
		}
	}
	for id := schedule.ID(100); id < 900; id++ {
		if err := m.add(schedule.Request{ID: id, Client: "short", Prompt: text(nil, 50, int(id)), MaxTokens: 50}); err != nil {
			t.Fatal(err)
		}
	}
	for len(m.gone) < 300 {
		m.step()
	}
	long, short := 0, 0
	for id := range m.gone {
		if id < 50 {
			long += 1600
		} else {
			short += 100
		}
	}
	if share := float64(long) / float64(long+short); share < 0.4 || share > 0.6 {
		t.Errorf("the client with long questions got %.0f %% of the tokens", 100*share)
	}
}

func TestWhoWaitsComesBeforeBackgroundWork(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 20_000, Running: 4, Queue: 100})
	m.curve = cpu
	for id := range schedule.ID(20) {
		if err := m.add(schedule.Request{ID: id, Client: "jobs", Background: true, Prompt: text(nil, 800, int(id)), MaxTokens: 200}); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		m.step()
	}
	asked := m.now
	if err := m.add(schedule.Request{ID: 99, Client: "person", Prompt: text(nil, 400, 99), MaxTokens: 50}); err != nil {
		t.Fatal(err)
	}
	for len(m.wrote[99]) == 0 {
		m.step()
	}
	if took, alone := m.last[99].Sub(asked), cpu(400); took > 3*alone {
		t.Errorf("the first word came after %v, alone after %v", took, alone)
	}
	for len(m.gone[99]) == 0 {
		m.step()
	}
	if p := p95(m.gaps[99]); p > 16*time.Millisecond {
		t.Errorf("a word took %v", p)
	}
	m.finish()
	for id := range schedule.ID(20) {
		if len(m.wrote[id]) != 200 {
			t.Errorf("background request %d wrote %d tokens", id, len(m.wrote[id]))
		}
	}
}

func TestDraftsThatHoldAreKeptAndOthersForgotten(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000})
	if err := m.add(schedule.Request{ID: 1, Prompt: text(nil, 10, 1), MaxTokens: 12}); err != nil {
		t.Fatal(err)
	}
	steps := 0
	for len(m.gone[1]) == 0 {
		if n := len(m.wrote[1]); n > 0 { // the machine writes 0 1 2 3 4 0 1 …
			m.s.Draft(1, []schedule.Token{schedule.Token(n % 5), schedule.Token((n + 1) % 5), 77, 78})
		}
		m.step()
		steps++
	}
	if want := []schedule.Token{0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1}; !slices.Equal(m.wrote[1], want) || steps != 5 {
		t.Errorf("wrote %v in %d steps", m.wrote[1], steps)
	}
}

func TestQuestionAskedAgainTakesNoMoreMemory(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 2000})
	held := 0
	for id := range schedule.ID(4) {
		if err := m.add(schedule.Request{ID: id, Prompt: text(nil, 100, 1), MaxTokens: 50}); err != nil {
			t.Fatal(err)
		}
		m.finish()
		_, _, used := m.s.Load()
		if id > 0 && used != held {
			t.Errorf("memory holds %d tokens, then %d", held, used)
		}
		held = used
	}
}

func TestLeastValuableIsForgottenFirst(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000, Context: 500})
	ask := func(id schedule.ID, n, seed int) int {
		before := m.reads
		if err := m.add(schedule.Request{ID: id, Prompt: text(nil, n, seed), MaxTokens: 2}); err != nil {
			t.Fatal(err)
		}
		m.finish()
		m.now = m.now.Add(time.Second)
		return m.reads - before
	}
	ask(1, 400, 1) // much, and used again below
	ask(2, 50, 2)  // little
	ask(3, 300, 3)
	if n := ask(4, 400, 1); n != 1 {
		t.Errorf("the first prompt again computed %d tokens", n)
	}
	ask(5, 350, 5) // needs room
	if n := ask(6, 400, 1); n != 1 {
		t.Errorf("what was used last was forgotten: %d tokens", n)
	}
}

func TestStepThatFailedEndsWhatRanAndTheRestGoesOn(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000, Running: 1})
	for id := schedule.ID(1); id <= 2; id++ {
		if err := m.add(schedule.Request{ID: id, Prompt: text(nil, 10, int(id)), MaxTokens: 5}); err != nil {
			t.Fatal(err)
		}
	}
	m.s.Plan(m.now)
	if ends := m.s.Failed(); len(ends) != 1 || ends[0] != (schedule.End{ID: 1, Reason: schedule.Broken}) {
		t.Fatalf("ended %v", ends)
	}
	m.finish()
	if len(m.wrote[2]) != 5 {
		t.Errorf("the other wrote %d tokens", len(m.wrote[2]))
	}
}

func TestAdoptedSequenceIsSharedLikeAnyOther(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000})
	tokens := text(nil, 300, 1)
	seq, ops, ok := m.s.Adopt(tokens, m.now)
	if !ok {
		t.Fatal("there is no room")
	}
	for _, op := range ops {
		m.do(op)
	}
	m.seqs[seq] = slices.Clone(tokens)
	if at, n := m.s.Longest(text(tokens, 310, 2)); at != seq || n != 300 {
		t.Errorf("found %d tokens in %d", n, at)
	}
	if err := m.add(schedule.Request{ID: 1, Prompt: text(tokens, 310, 2), MaxTokens: 2}); err != nil {
		t.Fatal(err)
	}
	m.finish()
	if m.reads != 10 {
		t.Errorf("%d tokens were computed", m.reads)
	}
}

func TestSequenceThatDoesNotFitIsNotAdoptedAndNothingForgotten(t *testing.T) {
	m := newMachine(t, schedule.Config{Cells: 1000, Context: 800})
	kept := text(nil, 300, 1)
	if err := m.add(schedule.Request{ID: 1, Prompt: kept, MaxTokens: 2}); err != nil {
		t.Fatal(err)
	}
	m.finish()
	if err := m.add(schedule.Request{ID: 2, Prompt: text(nil, 100, 2), MaxTokens: 400}); err != nil {
		t.Fatal(err)
	}
	m.step()
	for _, n := range []int{600, 900, 2000} { // with what runs, longer than a request may be, than memory
		if _, _, ok := m.s.Adopt(text(nil, n, 3), m.now); ok {
			t.Errorf("%d tokens were adopted", n)
		}
	}
	if _, n := m.s.Longest(kept); n != 300 {
		t.Errorf("%d of 300 tokens are kept still", n)
	}
}
