package crypt

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"strconv"

	mark "markai/backend"
)

// Chain returns the hexadecimal SHA-256 over the hash before it and the fields
// of an entry, each preceded by its length, so that no two lists of fields are
// hashed alike.
func Chain(previous string, fields ...string) string {
	h := sha256.New()
	for _, f := range append([]string{previous}, fields...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(f)))
		h.Write(n[:])
		h.Write([]byte(f))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// AuditHash is the hash of an entry of the audit trail: over the hash before
// it ("" for the first) and all its fields but Hash.
func AuditHash(previous string, e mark.AuditEntry) string {
	return Chain(previous, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(e.Time.UnixNano(), 10),
		string(e.User), e.Action, string(e.Matter), e.Object)
}
