package desk

import (
	"sync"

	"markai/backend/wire"
)

// hub hands events to whoever watches. A watcher that is too slow loses
// events rather than holding up the work; the next event of the same job
// carries all that the lost one said. All watchers share an event, so that the
// many that wait for one hold little; none changes it.
type hub struct {
	mu       sync.Mutex // guards watchers
	watchers map[chan *wire.Event]struct{}
}

// watch returns a channel of events and the function that ends it.
func (h *hub) watch() (<-chan *wire.Event, func()) {
	ch := make(chan *wire.Event, 256)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers == nil {
		h.watchers = map[chan *wire.Event]struct{}{}
	}
	h.watchers[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := h.watchers[ch]; ok {
			delete(h.watchers, ch)
			close(ch)
		}
	}
}

func (h *hub) send(e wire.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.watchers {
		select {
		case ch <- &e:
		default:
		}
	}
}
