//go:build !desktop

package desktop

import (
	"context"
	"io/fs"

	mark "markai/backend"
	"markai/backend/desk"
)

// Available reports whether this build has a window.
const Available = false

// Run answers that this build has no window.
func Run(context.Context, *desk.Desk, fs.FS) error {
	return mark.Errorf(mark.Unavailable, "This build has no window. Use 'markai serve' and a browser.")
}
