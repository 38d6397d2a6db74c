package worker

import (
	"context"
	"os"
)

// Main is what `markai worker <kind>` runs: it gives up the rights that the
// work does not need, keeps the pipes for itself and answers calls until the
// parent closes its end. It does not return.
//
// What native code writes to standard output goes nowhere. The process ends
// with the pipe even when a handler hangs.
func Main(kind string, h Handlers) {
	if err := confine(); err != nil {
		os.Stderr.WriteString("worker " + kind + ": " + err.Error() + "\n") //nolint:errcheck // nobody else to tell
		os.Exit(1)
	}
	r, w, err := takePipes()
	if err != nil {
		os.Stderr.WriteString("worker " + kind + ": " + err.Error() + "\n") //nolint:errcheck // nobody else to tell
		os.Exit(1)
	}
	if err := Serve(context.Background(), &exitAtEnd{r}, w, h); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// exitAtEnd ends the process when the parent's pipe ends: a handler that is
// stuck in native code cannot be waited for.
type exitAtEnd struct{ f *os.File }

func (e *exitAtEnd) Read(p []byte) (int, error) {
	n, err := e.f.Read(p)
	if err != nil {
		os.Exit(0)
	}
	return n, err
}
