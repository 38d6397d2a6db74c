package ingest

import (
	"context"
	"math"
	"sync"
	"time"

	mark "markai/backend"
)

// Outlook says how far the reading of a matter is.
type Outlook struct {
	Fraction float64       // of the work that is done, 0 to 1; it does not fall while there is work
	Left     time.Duration // until all is read and has vectors; 0 while unknown
	Running  []mark.Job    // that are worked on
}

// pace learns how long documents take and says how long others will. The zero
// value knows nothing yet. It is not safe for concurrent use.
type pace struct {
	kinds    map[mark.Kind]taken
	all      taken
	passages taken         // documents counts passages
	done     time.Duration // that the work has taken since there last was none
	shown    float64       // the largest fraction since then
}

// taken is what some documents took.
type taken struct {
	documents int
	bytes     int64
	time      time.Duration // of one reader
	passages  int           // they were cut into
}

func (t taken) plus(u taken) taken {
	return taken{t.documents + u.documents, t.bytes + u.bytes, t.time + u.time, t.passages + u.passages}
}

// read notes how long the reading of a document took one of so many readers.
func (p *pace) read(kind mark.Kind, bytes int64, passages, readers int, took time.Duration) {
	p.done += took / time.Duration(max(1, readers))
	if p.kinds == nil {
		p.kinds = map[mark.Kind]taken{}
	}
	one := taken{1, bytes, took, passages}
	p.kinds[kind] = p.kinds[kind].plus(one)
	p.all = p.all.plus(one)
}

// rest forgets what is done: there is no work, and what comes is new.
func (p *pace) rest() { p.done, p.shown = 0, 0 }

// embedded notes how long some passages took.
func (p *pace) embedded(passages int, took time.Duration) {
	p.done += took
	p.passages = p.passages.plus(taken{documents: passages, time: took})
}

// cost says how long documents of a kind will take one reader, and into how
// many passages they will be cut. That goes by the geometric mean of their
// number and their size: neither alone tells much of short and long files. Kinds
// of which nothing was read yet go by all that was.
func (p *pace) cost(kind mark.Kind, documents int, bytes int64) (nanoseconds, passages float64) {
	like := p.kinds[kind]
	if like.documents == 0 {
		like = p.all
	}
	if like.documents == 0 {
		return 0, 0
	}
	share := float64(documents) / float64(like.documents)
	if like.bytes > 0 && bytes > 0 {
		share = math.Sqrt(share * float64(bytes) / float64(like.bytes))
	}
	return share * float64(like.time), share * float64(like.passages)
}

// left says how long a backlog takes with so many readers at a time; 0 while
// nothing is known. embed says whether passages get vectors.
func (p *pace) left(w mark.Waiting, readers int, embed bool) (read, vectors time.Duration) {
	reading, passages := 0.0, float64(w.Passages)
	for _, k := range w.Documents {
		took, more := p.cost(k.Kind, k.Documents, k.Bytes)
		reading += took
		passages += more
	}
	if embed && p.passages.documents > 0 {
		vectors = bounded(passages / float64(p.passages.documents) * float64(p.passages.time))
	}
	return bounded(reading / float64(max(1, readers))), vectors
}

// bounded makes a duration of nanoseconds, a century at most: what nobody waits
// for.
func bounded(nanoseconds float64) time.Duration {
	const century = 100 * 365 * 24 * time.Hour
	return time.Duration(min(nanoseconds, float64(century)))
}

// fraction says how much of the work is done when so much of it is left. What
// was shown once is not taken back, though more turns up than was thought.
func (p *pace) fraction(left time.Duration) float64 {
	if p.done > 0 {
		p.shown = max(p.shown, float64(p.done)/float64(p.done+left))
	}
	return p.shown
}

// paces keeps the pace of one matter.
type paces struct {
	mu sync.Mutex // guards pace
	pace
}

// Outlook says how far the reading of a matter is.
func (s *Service) Outlook(ctx context.Context, id mark.MatterID) (Outlook, error) {
	m, err := s.matter(id)
	if err != nil {
		return Outlook{}, err
	}
	waiting, err := m.store.Waiting(ctx)
	if err != nil {
		return Outlook{}, err
	}
	var out Outlook
	var longest time.Duration
	m.mu.Lock()
	for _, r := range m.running {
		if j := r.seen.Load(); j != nil {
			out.Running = append(out.Running, *j)
		}
		_, left := r.meter.speed(time.Now())
		longest = max(longest, left)
	}
	m.mu.Unlock()
	m.paces.mu.Lock()
	defer m.paces.mu.Unlock()
	embed := s.c.Embedder != nil
	if len(out.Running) == 0 && len(waiting.Documents) == 0 && (!embed || waiting.Passages == 0) {
		m.paces.rest()
		return Outlook{Fraction: 1}, nil
	}
	read, vectors := m.paces.left(waiting, s.c.Workers, embed)
	out.Left = max(read, longest) + vectors
	out.Fraction = m.paces.fraction(out.Left)
	return out, nil
}
