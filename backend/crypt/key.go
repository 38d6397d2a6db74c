package crypt

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	mark "markai/backend"
)

// KeySize is the size of a Key in bytes.
const KeySize = chacha20poly1305.KeySize

// Key is a secret of 256 bits. It prints as its size, never as its bytes.
type Key [KeySize]byte

// NewKey returns a random key.
func NewKey() (k Key) {
	rand.Read(k[:]) // never fails since Go 1.24
	return k
}

// KeyFrom copies a key from bytes, or says WrongKey where they are not as many
// as a key has.
func KeyFrom(b []byte) (k Key, err error) {
	if len(b) != KeySize {
		return k, mark.Errorf(mark.WrongKey, "The key has the wrong length.")
	}
	return Key(b), nil
}

// Wipe overwrites the key.
func (k *Key) Wipe() { clear(k[:]) }

// Format keeps keys out of logs and messages, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[a key of 256 bits]") }

// Derive returns the key for one purpose and one thing that k makes. Keys of
// different purposes or ids tell nothing of one another.
func (k Key) Derive(purpose, id string) Key {
	b, err := hkdf.Key(sha256.New, k[:], nil, label("derive", purpose, id), KeySize)
	if err != nil {
		panic(err) // 32 bytes are always within HKDF's bounds
	}
	return Key(b)
}

// Wrap seals a secret under k with XChaCha20-Poly1305. It opens with the same
// key, purpose and id only. The result is 40 bytes longer than the secret.
func (k Key) Wrap(secret []byte, purpose, id string) []byte {
	aead, err := chacha20poly1305.NewX(k[:])
	if err != nil {
		panic(err) // the length is a constant
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(secret)+aead.Overhead())
	rand.Read(nonce)
	return aead.Seal(nonce, nonce, secret, []byte(label("wrap", purpose, id)))
}

// Unwrap opens what Wrap sealed, or says WrongKey: another key, another
// purpose or id, or changed bytes; the four cannot be told apart.
func (k Key) Unwrap(sealed []byte, purpose, id string) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k[:])
	if err != nil {
		panic(err) // the length is a constant
	}
	if len(sealed) < aead.NonceSize()+aead.Overhead() {
		return nil, mark.Errorf(mark.WrongKey, "The sealed key is too short to be one.")
	}
	nonce, box := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	secret, err := aead.Open(nil, nonce, box, []byte(label("wrap", purpose, id)))
	if err != nil {
		return nil, mark.Errorf(mark.WrongKey, "The key does not fit, or what it should open was changed.").Because(err)
	}
	return secret, nil
}

// label joins its parts so that no two lists of parts give the same bytes.
func label(parts ...string) string {
	s := "markai"
	for _, p := range parts {
		s += fmt.Sprintf("|%d:%s", len(p), p)
	}
	return s
}
