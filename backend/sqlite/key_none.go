//go:build !libsqlite3 || !cgo

package sqlite

import mark "markai/backend"

// KeySize is the size of a store's key in bytes.
const KeySize = 32

// holdKey refuses: this build has a SQLite without encryption, and a store
// that is not encrypted is never opened.
func holdKey([]byte) (slot int, err error) {
	return 0, mark.Errorf(mark.Unavailable, "This build of Mark AI cannot encrypt, so it does not open or create any store. Build it with `make build`.")
}

func dropKey(int) {}

// resultCode has no errors to look at: no store is ever open.
func resultCode(error) int { return 0 }
