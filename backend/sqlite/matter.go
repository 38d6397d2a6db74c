package sqlite

import (
	"context"
	"sync"
	"sync/atomic"

	mark "markai/backend"
)

// matter is one matter's store. It is a mark.MatterStore.
type matter struct {
	db   *database
	near *vectorCopy
	put  atomic.Int64 // vectors since the blocks were last looked at
	made derived

	life    context.Context // of what runs in the background
	end     context.CancelFunc
	untidy  chan struct{} // asks for keepBlocks
	tidying sync.WaitGroup
}

// newMatter takes over db. The copy of its vectors in memory takes up to limit
// bytes; 0 is no limit.
func newMatter(db *database, limit int64) *matter {
	m := &matter{db: db, untidy: make(chan struct{}, 1)}
	m.life, m.end = context.WithCancel(context.Background())
	m.near = newVectorCopy(m.life, db, limit, m.tidyBlocks)
	m.tidying.Go(func() {
		m.near.preload(m.life)
		for {
			select {
			case <-m.life.Done():
				return
			case <-m.untidy:
				// Where it fails, the next start is slower, and nothing else.
				_ = m.keepBlocks(m.life)
			}
		}
	})
	return m
}

// tidyBlocks has the missing blocks written, some time soon.
func (m *matter) tidyBlocks() {
	select {
	case m.untidy <- struct{}{}:
	default: // asked already
	}
}

var _ mark.MatterStore = (*matter)(nil)

// Close closes the store; calls that are under way fail with mark.Locked.
func (m *matter) Close() error {
	m.end()
	m.tidying.Wait()
	m.near.close()
	m.made.forget()
	return m.db.Close()
}
