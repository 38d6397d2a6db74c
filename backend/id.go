package mark

import (
	"crypto/rand"
	"encoding/hex"
)

type (
	// MatterID names a client matter for as long as the vault lives.
	MatterID string
	// DocumentID names a document for as long as its matter's store lives.
	DocumentID string
	// ChunkID names a passage inside one matter's store.
	ChunkID int64
	// JobID names one piece of long work in a matter's store.
	JobID string
	// ConversationID names a conversation in a matter's store.
	ConversationID string
	// UserID names the person on whose behalf something is done.
	UserID string
)

// NewID returns 16 random bytes as 32 hexadecimal digits.
func NewID() string {
	var b [16]byte
	rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}
