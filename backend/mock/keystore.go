package mock

import (
	"bytes"
	"context"
	"sync"

	mark "markai/backend"
)

// KeyStore is a keyring in memory. The zero value is empty and ready. Err, if
// set, is what every call answers: a keyring that is locked or missing.
type KeyStore struct {
	Err error

	mu      sync.Mutex // guards secrets
	secrets map[string][]byte
}

var _ mark.KeyStore = (*KeyStore)(nil)

// NoKeyring returns a machine without a keyring.
func NoKeyring() *KeyStore {
	return &KeyStore{Err: mark.Errorf(mark.Unavailable, "The system's keyring is not available.")}
}

// Get returns a secret, or NotFound.
func (k *KeyStore) Get(_ context.Context, name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	secret, ok := k.secrets[name]
	if k.Err != nil {
		return nil, k.Err
	}
	if !ok {
		return nil, mark.Errorf(mark.NotFound, "The keyring has no such key.")
	}
	return bytes.Clone(secret), nil
}

// Set stores a secret.
func (k *KeyStore) Set(_ context.Context, name string, secret []byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Err != nil {
		return k.Err
	}
	if k.secrets == nil {
		k.secrets = map[string][]byte{}
	}
	k.secrets[name] = bytes.Clone(secret)
	return nil
}

// Delete removes a secret, or says NotFound.
func (k *KeyStore) Delete(_ context.Context, name string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Err != nil {
		return k.Err
	}
	if _, ok := k.secrets[name]; !ok {
		return mark.Errorf(mark.NotFound, "The keyring has no such key.")
	}
	delete(k.secrets, name)
	return nil
}
