package ingest

import (
	"sync"
	"time"

	mark "markai/backend"
)

// Stage is a part of the work on documents.
type Stage string

// The stages, in their order.
const (
	StageSeal   Stage = "seal"   // originals are stored
	StageOpen   Stage = "open"   // parsers open them
	StagePages  Stage = "pages"  // pages are read, recognised and stored
	StageFinish Stage = "finish" // the whole document is looked over
	StageRelate Stage = "relate" // duplicates, versions, conversations
	StageEmbed  Stage = "embed"  // passages get vectors
	StageRenew  Stage = "renew"  // passages and features are made anew by newer rules
)

// Work is what a stage did since the program started.
type Work struct {
	Done   int64 // documents; pages of StagePages, passages of StageEmbed
	Failed int64 // documents that went no further
	Bytes  int64 // of originals or of text; 0 where that means nothing
	Time   time.Duration
}

// stats counts the work of stages. The zero value is ready.
type stats struct {
	mu     sync.Mutex // guards stages
	stages map[Stage]Work
}

// add counts a piece of work that began at a time.
func (s *stats) add(stage Stage, began time.Time, done int, bytes int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stages == nil {
		s.stages = map[Stage]Work{}
	}
	w := s.stages[stage]
	w.Time += time.Since(began)
	w.Bytes += bytes
	w.Done += int64(done)
	if err != nil {
		w.Failed++
	}
	s.stages[stage] = w
}

// Stats returns what each stage did since the program started.
func (s *Service) Stats() map[Stage]Work {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	out := map[Stage]Work{}
	for stage, w := range s.stats.stages {
		out[stage] = w
	}
	return out
}

// textBytes is how much text pages have.
func textBytes(pages []mark.Page) (n int64) {
	for _, p := range pages {
		n += int64(len(p.Text))
	}
	return n
}
