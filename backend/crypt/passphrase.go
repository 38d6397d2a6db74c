package crypt

import (
	"crypto/rand"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	mark "markai/backend"
)

// KDF is how a key is made from a passphrase: Argon2id with its cost. The zero
// value is not usable; NewKDF gives today's cost.
type KDF struct {
	Salt      []byte
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8
}

const saltSize = 16

// NewKDF returns Argon2id with three passes over 64 MiB and a random salt.
func NewKDF() KDF {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails since Go 1.24
	return KDF{Salt: salt, Time: 3, MemoryKiB: 64 << 10, Threads: 4}
}

// Bounds of a stored KDF: less than the floor is a downgrade, more than the
// ceiling would let a changed file eat the machine.
const (
	minMemoryKiB, maxMemoryKiB = 19 << 10, 1 << 20
	maxTime, maxThreads        = 32, 64
)

// Key makes the key of a passphrase. The same letters give the same key
// however a keyboard composes them (NFC). Errors: Damaged when the cost is out
// of bounds.
func (f KDF) Key(passphrase string) (Key, error) {
	if len(f.Salt) < saltSize || f.Time < 1 || f.Time > maxTime ||
		f.MemoryKiB < minMemoryKiB || f.MemoryKiB > maxMemoryKiB || f.Threads < 1 || f.Threads > maxThreads {
		return Key{}, mark.Errorf(mark.Damaged, "The vault's settings for passphrases are damaged. Restore the file vault.json from a backup.")
	}
	return Key(argon2.IDKey([]byte(norm.NFC.String(passphrase)), f.Salt, f.Time, f.MemoryKiB, f.Threads, KeySize)), nil
}
