package marktest

import (
	"bytes"
	"testing"

	mark "markai/backend"
)

// TestKeyStore checks what the port promises, on an empty key store.
func TestKeyStore(t *testing.T, s mark.KeyStore) {
	t.Helper()
	ctx := t.Context()
	if _, err := s.Get(ctx, "a"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("Get of nothing: got %v, want not found", err)
	}
	if err := s.Delete(ctx, "a"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("Delete of nothing: got %v, want not found", err)
	}
	for _, secret := range [][]byte{{0, 1, 255, '\n'}, bytes.Repeat([]byte{7}, 32)} {
		if err := s.Set(ctx, "a", secret); err != nil {
			t.Fatalf("Set: %v", err)
		}
		if got, err := s.Get(ctx, "a"); err != nil || !bytes.Equal(got, secret) {
			t.Errorf("Get: got %x, %v; want %x", got, err, secret)
		}
	}
	if _, err := s.Get(ctx, "b"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("Get of another name: got %v, want not found", err)
	}
	if err := s.Delete(ctx, "a"); err != nil {
		t.Errorf("Delete: %v", err)
	}
	if _, err := s.Get(ctx, "a"); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("Get after Delete: got %v, want not found", err)
	}
}
