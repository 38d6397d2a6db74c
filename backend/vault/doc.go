// Package vault keeps the keys of a data folder: who may open it, and which
// matters are in it.
//
// A random master key opens the registry and wraps one random key per matter.
// The master key itself is wrapped by a key from a passphrase or from the
// system's keyring, and always by a recovery key. Changing the passphrase
// rewrites one small file and no store; erasing a matter is erasing its key.
//
//	home/vault.json        the wrapped copies of the master key, nothing secret
//	home/registry.db       matters and their wrapped keys, settings, audit trail
//	home/matters/ID.db     one store per matter
//	home/lock              held by the one process that has the vault open
package vault
