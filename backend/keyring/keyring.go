// Package keyring keeps secrets in the operating system's keyring: Secret
// Service, Keychain or Credential Manager.
package keyring

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	zalando "github.com/zalando/go-keyring"

	mark "markai/backend"
)

// service is the name under which people find the secrets in their keyring.
const service = "Mark AI"

// patience is how long a keyring may take to answer. A locked one asks the
// person for a password meanwhile.
const patience = 20 * time.Second

// Store is the operating system's keyring. It is a mark.KeyStore.
type Store struct {
	patience time.Duration
}

var _ mark.KeyStore = (*Store)(nil)

// New returns the operating system's keyring.
func New() *Store { return &Store{patience: patience} }

// Get returns a secret, NotFound where there is none, or Unavailable where the
// keyring does not answer.
func (s *Store) Get(ctx context.Context, name string) ([]byte, error) {
	text, err := wait(ctx, s.patience, func() (string, error) { return zalando.Get(service, name) })
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, mark.Errorf(mark.Damaged, "The keyring's entry for Mark AI was changed by another program. Unlock with the recovery key.").Because(err)
	}
	return secret, nil
}

// Set stores a secret in place of any before it.
func (s *Store) Set(ctx context.Context, name string, secret []byte) error {
	_, err := wait(ctx, s.patience, func() (struct{}, error) {
		return struct{}{}, zalando.Set(service, name, base64.StdEncoding.EncodeToString(secret))
	})
	return err
}

// Delete removes a secret, or says NotFound.
func (s *Store) Delete(ctx context.Context, name string) error {
	_, err := wait(ctx, s.patience, func() (struct{}, error) { return struct{}{}, zalando.Delete(service, name) })
	return err
}

// wait asks the keyring and gives up after the patience or when ctx ends. The
// library cannot be interrupted: a call that hangs keeps its goroutine until
// the keyring answers or the program ends, and its answer is thrown away.
func wait[T any](ctx context.Context, patience time.Duration, ask func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errSilent)
	defer cancel()
	answers := make(chan answer, 1) // room for the answer that nobody waits for
	go func() {
		v, err := ask()
		answers <- answer{v, err}
	}()
	select {
	case a := <-answers:
		return a.value, translate(a.err)
	case <-ctx.Done():
		var none T
		if cause := context.Cause(ctx); !errors.Is(cause, errSilent) {
			return none, cause
		}
		return none, translate(errSilent)
	}
}

var errSilent = errors.New("the keyring did not answer in time")

// translate says NotFound only where the keyring answered that it has no such
// secret. Everything else (none installed, locked, refused, silent) is
// Unavailable: a key may be there, and must not be replaced.
func translate(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, zalando.ErrNotFound):
		return mark.Errorf(mark.NotFound, "The keyring has no key of Mark AI. Unlock with the passphrase or the recovery key.").Because(err)
	default:
		return mark.Errorf(mark.Unavailable, "The system's keyring is not available or locked. Unlock it, or use a passphrase.").Because(err)
	}
}
