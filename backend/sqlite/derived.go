package sqlite

import (
	"context"
	"math"
	"sync"

	mark "markai/backend"
)

// derived keeps what is made of all documents until one of them changes.
type derived struct {
	mu     sync.Mutex
	at     int64 // database.changes when it was made
	values map[string]any
}

// Derived implements mark.DocumentStore.
func (m *matter) Derived(ctx context.Context, key string, make func([]mark.Document) any) (any, error) {
	at := m.db.changes.Load()
	if v, ok := m.made.get(at, key); ok {
		return v, nil
	}
	docs, err := m.Documents(ctx)
	if err != nil {
		return nil, err
	}
	v := make(docs)
	m.made.put(at, key, v)
	return v, nil
}

func (d *derived) get(at int64, key string) (any, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, ok := d.values[key]
	return v, ok && d.at == at
}

// put keeps a value, unless what was made of newer documents is there.
func (d *derived) put(at int64, key string, v any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.values == nil || d.at < at:
		d.at, d.values = at, map[string]any{key: v}
	case d.at == at:
		d.values[key] = v
	}
}

// forget drops everything and keeps nothing any more: nothing of a closed matter
// stays in memory.
func (d *derived) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at, d.values = math.MaxInt64, nil
}
