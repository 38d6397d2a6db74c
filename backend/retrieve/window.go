package retrieve

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/chunk"
	"markai/backend/legal"
	"markai/backend/rank"
)

// Show is the most bytes that a hit shows.
const Show = 1500

// window is a run of neighbouring passages that is shown as one hit.
type window struct {
	rank.Fused
	doc         mark.DocumentID
	first, last int // in the document's passages
	bytes       int
	more        float64 // scores of further passages in it that were found
}

// shelf holds the passages of documents in reading order.
type shelf struct {
	passages map[mark.DocumentID][]mark.Chunk
	at       map[mark.ChunkID]int
}

func (s *shelf) load(ctx context.Context, m mark.MatterStore, id mark.DocumentID) error {
	if _, ok := s.passages[id]; ok {
		return nil
	}
	cs, err := m.ChunksOf(ctx, id)
	if err != nil {
		return fmt.Errorf("read the passages of a document: %w", err)
	}
	s.passages[id] = cs
	for i, c := range cs {
		s.at[c.ID] = i
	}
	return nil
}

// windows makes hits of ranked passages. A passage that neighbours a better
// one joins it, when it is well ranked itself and the two fit into one hit. The
// first hit is widened with its neighbours under the same headings, but only up
// to w.Narrow bytes. A hit that shows several of the passages found comes before
// one that shows a single one found as well.
func (s *shelf) windows(ranked []rank.Fused, limit int, w Weights) []window {
	var out []window
	taken := map[mark.ChunkID]bool{}
	for n, f := range ranked {
		if taken[f.Chunk] {
			continue
		}
		at, ok := s.at[f.Chunk]
		if !ok {
			continue
		}
		size := len(s.passages[f.Document][at].Text)
		if i := s.joins(out, f.Document, at, size, w); i >= 0 && n < w.Near {
			o := &out[i]
			o.first, o.last, o.bytes, o.more = min(o.first, at), max(o.last, at), o.bytes+size, o.more+f.Score
			taken[f.Chunk] = true
			continue
		}
		if len(out) == limit {
			continue // later ones may still join
		}
		taken[f.Chunk] = true
		out = append(out, window{Fused: f, doc: f.Document, first: at, last: at, bytes: size})
	}
	for i := range out {
		out[i].Score += w.Gather * out[i].more
	}
	slices.SortStableFunc(out, func(a, b window) int { return cmp.Compare(b.Score, a.Score) })
	if len(out) > 0 {
		s.widen(&out[0], w.Narrow, taken)
	}
	return out
}

// joins returns which window a passage goes on with, or -1.
func (s *shelf) joins(out []window, doc mark.DocumentID, at, size int, w Weights) int {
	for i, o := range out {
		if o.doc != doc {
			continue
		}
		room := w.Join
		follows, before := at == o.last+1, at == o.first-1
		if i == 0 {
			room = w.Narrow
			before = before && !opens(s.passages[doc][o.first])
		}
		if (before || follows) && o.bytes+size <= room {
			return i
		}
	}
	return -1
}

// widen adds neighbours to a window: what follows first, then what comes before
// it up to where its clause begins.
func (s *shelf) widen(o *window, size int, taken map[mark.ChunkID]bool) {
	cs := s.passages[o.doc]
	path := chunk.Headings(cs[o.first].Header)
	fits := func(i int) bool {
		return i >= 0 && i < len(cs) && !taken[cs[i].ID] && o.bytes+len(cs[i].Text) <= size && chunk.Headings(cs[i].Header) == path
	}
	for {
		switch {
		case fits(o.last + 1):
			o.last++
			taken[cs[o.last].ID] = true
			o.bytes += len(cs[o.last].Text)
		case !opens(cs[o.first]) && fits(o.first-1):
			o.first--
			taken[cs[o.first].ID] = true
			o.bytes += len(cs[o.first].Text)
		default:
			return
		}
	}
}

// opens reports whether a passage begins a clause: what stands before it is
// about something else.
func opens(c mark.Chunk) bool {
	line, _, _ := strings.Cut(strings.TrimSpace(c.Text), "\n")
	_, ok := legal.HeadingOf(line)
	return ok
}

// passage returns the window's text as one passage, without the white space
// around it. Its ID is that of the passage that was found.
func (s *shelf) passage(o window) mark.Chunk {
	cs := s.passages[o.doc][o.first : o.last+1]
	c := cs[0]
	c.ID = o.Chunk
	if len(cs) > 1 {
		var b strings.Builder
		c.Skips = nil
		for _, x := range cs {
			b.WriteString(x.Text)
			c.Skips = append(c.Skips, x.Skips...)
		}
		c.Text, c.To = b.String(), cs[len(cs)-1].To
	}
	return c
}
