package sqlite

import "os"

// room is how many bytes a closed store keeps free for its next opening: SQLite
// needs a small file beside the store (its -shm) even to read, and on a full
// disk could not make it.
const room = 64 << 10

func roomOf(path string) string { return path + "-room" }

// takeRoom gives the kept space to the opening that follows.
func takeRoom(path string) {
	_ = os.Remove(roomOf(path)) // what is not there is not needed
}

// keepRoom takes the space that closing a store gave back. Where that is in
// vain, the store opens as soon as there is space again.
func keepRoom(path string) {
	if _, err := os.Stat(path); err != nil {
		return // the store was erased
	}
	f, err := os.OpenFile(roomOf(path), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return
	}
	_, err = f.Write(make([]byte, room))
	if closed := f.Close(); err != nil || closed != nil {
		_ = os.Remove(roomOf(path))
	}
}
