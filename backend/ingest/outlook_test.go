package ingest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	mark "markai/backend"

	"pgregory.net/rapid"
)

// schedule is a recorded reading: documents in the order in which they were
// read, each with its size and what its reading took.
type schedule []struct {
	kind     mark.Kind
	bytes    int64
	passages int
	took     time.Duration
}

// play reads a schedule with one reader and says what was foretold on the way:
// at each step the true rest, the estimate and the fraction.
func (s schedule) play(embedTook time.Duration, see func(done float64, left, estimate time.Duration, fraction float64)) {
	var p pace
	var all time.Duration
	passages := 0
	for _, d := range s {
		all += d.took
		passages += d.passages
	}
	all += time.Duration(passages) * embedTook
	var spent time.Duration
	read := 0
	look := func() {
		w := mark.Waiting{}
		for _, kind := range []mark.Kind{mark.KindPDF, mark.KindMail} {
			k := mark.WaitingKind{Kind: kind}
			for _, d := range s[read:] {
				if d.kind == kind {
					k.Documents++
					k.Bytes += d.bytes
				}
			}
			if k.Documents > 0 {
				w.Documents = append(w.Documents, k)
			}
		}
		r, v := p.left(w, 1, embedTook > 0)
		see(float64(spent)/float64(all), all-spent, r+v, p.fraction(r+v))
	}
	for read < len(s) {
		d := s[read]
		read++
		spent += d.took
		p.read(d.kind, d.bytes, d.passages, 1, d.took)
		look()
	}
}

func TestRestIsForetoldWithinAFactorOfTwoAfterTheFirstTwentieth(t *testing.T) {
	looks, wrong, worst := 0, 0, 1.0
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 7))
		var s schedule
		for range 400 { // mail in seconds, PDFs of very different lengths, mixed as in a production
			kind, pages := mark.KindMail, 1+r.IntN(3)
			if r.IntN(3) == 0 {
				kind, pages = mark.KindPDF, 1+int(r.ExpFloat64()*15)
			}
			perPage := time.Duration(8+r.IntN(8)) * time.Millisecond
			s = append(s, struct {
				kind     mark.Kind
				bytes    int64
				passages int
				took     time.Duration
			}{kind, int64(pages) * int64(2000+r.IntN(30000)), pages * 3, 10*time.Millisecond + time.Duration(pages)*perPage})
		}
		s.play(0, func(done float64, left, estimate time.Duration, _ float64) {
			if done < 0.05 || done > 0.95 { // of the last documents each counts
				return
			}
			looks++
			ratio := float64(estimate) / float64(left)
			worst = max(worst, ratio, 1/ratio)
			if ratio < 0.5 || ratio > 2 {
				wrong++
			}
		})
	}
	t.Logf("%d of %d looks were wrong by more than a factor of two, the worst by %.2f", wrong, looks, worst)
	// A few long documents at the beginning say little of the rest.
	if wrong*500 > looks || worst > 2.5 {
		t.Errorf("%d of %d looks were wrong by more than a factor of two, the worst by %.2f", wrong, looks, worst)
	}
}

func TestProgressNeverGoesBackwards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "documents")
		s := slices.Grow(schedule(nil), n)
		for range n {
			s = append(s, struct {
				kind     mark.Kind
				bytes    int64
				passages int
				took     time.Duration
			}{
				rapid.SampledFrom([]mark.Kind{mark.KindPDF, mark.KindMail}).Draw(t, "kind"),
				rapid.Int64Range(0, 1<<32).Draw(t, "bytes"), rapid.IntRange(0, 1000).Draw(t, "passages"),
				time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "took")),
			})
		}
		last := 0.0
		s.play(time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "embedding")), func(_ float64, _, estimate time.Duration, fraction float64) {
			if fraction < last || fraction > 1 || estimate < 0 {
				t.Fatalf("progress went from %v to %v, the rest is %v", last, fraction, estimate)
			}
			last = fraction
		})
	})
}

// A machine that slept shows a jump of the clock, which must not become the
// time that a page takes for ever.
func TestTimeAsleepDoesNotCountForLong(t *testing.T) {
	var m meter
	at := time.Now()
	for i := range 50 {
		m.observe(at.Add(time.Duration(i)*time.Second), i, 1000)
	}
	woke := at.Add(50*time.Second + 8*time.Hour)
	for i := range 60 {
		m.observe(woke.Add(time.Duration(i)*time.Second), 50+i, 1000)
	}
	rate, left := m.speed(woke.Add(60 * time.Second))
	if rate < 0.8 || rate > 1.2 || left > 20*time.Minute {
		t.Errorf("a minute after eight hours of sleep: %.2f pages a second, %v left", rate, left)
	}
}
