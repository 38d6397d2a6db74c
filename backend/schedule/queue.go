package schedule

import "slices"

// quantum is how many tokens a client may ask for in a round before it is the
// next client's turn.
const quantum = 512

// queue holds the requests that wait, by client. Turns follow deficit round
// robin: over time every client that has something waiting gets as many tokens
// as any other, however its requests are cut.
type queue struct {
	lines []*line
	next  int // whose turn it is
	n     int
}

// line is what waits of one client, oldest first.
type line struct {
	client  string
	deficit int
	waiting []*request
}

func (q *queue) add(r *request) {
	q.n++
	for _, l := range q.lines {
		if l.client == r.Client {
			l.waiting = append(l.waiting, r)
			return
		}
	}
	q.lines = append(q.lines, &line{client: r.Client, waiting: []*request{r}})
}

// remove takes r out.
func (q *queue) remove(r *request) {
	for i, l := range q.lines {
		at := slices.Index(l.waiting, r)
		if at < 0 {
			continue
		}
		q.n--
		l.waiting = slices.Delete(l.waiting, at, at+1)
		if len(l.waiting) == 0 { // who asks for nothing saves nothing up
			q.lines = slices.Delete(q.lines, i, i+1)
			if i < q.next {
				q.next--
			}
		}
		return
	}
}

// all yields what waits, in no promised order.
func (q *queue) all(yield func(*request) bool) {
	for _, l := range q.lines {
		for _, r := range l.waiting {
			if !yield(r) {
				return
			}
		}
	}
}

// pick returns the request whose turn it is among those that may come, and
// charges its client, or nil. It does not take it out.
func (q *queue) pick(may func(*request) bool) *request {
	first := make([]*request, len(q.lines))
	some := false
	for i, l := range q.lines {
		if at := slices.IndexFunc(l.waiting, may); at >= 0 {
			first[i], some = l.waiting[at], true
		}
	}
	if !some {
		return nil
	}
	for {
		q.next %= len(q.lines)
		if r := first[q.next]; r != nil {
			l := q.lines[q.next]
			if l.deficit >= r.cost() {
				l.deficit -= r.cost()
				return r
			}
			l.deficit += quantum
		}
		q.next++
	}
}
