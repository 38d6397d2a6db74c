package cli

import (
	"fmt"
	"os"

	"markai/backend/app"
)

// runWorker is the child's side of 'markai worker KIND'. It returns when the
// parent's pipe closes.
func runWorker(args []string) int {
	if len(args) != 1 || !app.RunWorker(args[0]) {
		fmt.Fprintln(os.Stderr, "markai: workers are started by Mark AI itself")
		return exitUsage
	}
	return exitOK
}
