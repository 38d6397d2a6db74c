// Package crypt is the vault's arithmetic: random keys, keys wrapped by other
// keys, keys from passphrases, recovery keys that a person can write down, and
// the hash chain of the audit trail. It does no I/O and keeps nothing.
//
// Every sealed key is bound to what it is for (a purpose and an id), so that a
// copy moved to another place does not open there.
package crypt
