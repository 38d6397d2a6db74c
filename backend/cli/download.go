package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// downloadModel brings a model of the catalogue. The vault is opened for it,
// because every connection is recorded there first.
func (p *Program) downloadModel(ctx context.Context, f *modelFlags, id string) (err error) {
	kind := f.kind
	if kind == "auto" {
		kind = ""
	}
	s, err := p.open(ctx, f.flags, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	over := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { p.showDownload(s, over) })
	m, err := s.Downloads.Bring(ctx, id, kind, f.accept)
	close(over)
	wg.Wait()
	if err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]any{"id": m.ID, "path": m.Path, "bytes": m.Bytes, "sha256": m.SHA256, "stated": m.Stated, "licence": m.Licence})
	}
	fmt.Fprintf(p.Stdout, "downloaded %s, %.1f MB, licence %s\nsha256 %s\n", m.ID, float64(m.Bytes)/1e6, m.Licence, m.SHA256)
	if m.Stated == "" {
		fmt.Fprintln(p.Stdout, "Its publisher states no checksum; the one computed here is remembered.")
	}
	return nil
}

// showDownload prints how far the download is, every second, until it is over.
func (p *Program) showDownload(s *session, over <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-over:
			return
		case <-tick.C:
		}
		for _, d := range s.Downloads.List() {
			if d.Rate > 0 && d.Total > 0 {
				fmt.Fprintf(p.Stderr, "%s %.1f of %.1f MB, %.1f MB/s, %s left\n", d.File, float64(d.Bytes)/1e6, float64(d.Total)/1e6, d.Rate/1e6, d.Left.Round(time.Second))
			}
		}
	}
}
