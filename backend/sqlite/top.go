package sqlite

import (
	"cmp"
	"slices"

	mark "markai/backend"
)

// topChunks keeps the best limit passages of a stream. Equal scores are in the
// order of the passages' numbers, so that results do not depend on the scan.
type topChunks struct {
	limit int
	hits  []mark.ScoredChunk
}

func (t *topChunks) add(hit mark.ScoredChunk) {
	t.hits = append(t.hits, hit)
	if len(t.hits) >= 2*t.limit+64 {
		t.cut()
	}
}

func (t *topChunks) cut() {
	slices.SortFunc(t.hits, func(a, b mark.ScoredChunk) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Chunk, b.Chunk))
	})
	t.hits = t.hits[:min(t.limit, len(t.hits))]
}

// list returns the best, best first.
func (t *topChunks) list() []mark.ScoredChunk {
	t.cut()
	return t.hits
}
