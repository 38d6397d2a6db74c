package keyring

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	zalando "github.com/zalando/go-keyring"

	mark "markai/backend"
	"markai/backend/marktest"
)

func TestKeyringKeepsSecrets(t *testing.T) {
	zalando.MockInit()
	marktest.TestKeyStore(t, New())
}

func TestKeyringErrorsSayWhetherAKeyMayBeThere(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want mark.Code
	}{
		{"no such secret", zalando.ErrNotFound, mark.NotFound},
		{"no D-Bus", errors.New("dbus: DBUS_SESSION_BUS_ADDRESS is not set"), mark.Unavailable},
		{"unsupported", zalando.ErrUnsupportedPlatform, mark.Unavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			zalando.MockInitWithError(tt.err)
			_, err := New().Get(t.Context(), "k")
			if mark.CodeOf(err) != tt.want {
				t.Errorf("Get: got %v, want %s", err, tt.want)
			}
			if err := New().Set(t.Context(), "k", nil); mark.CodeOf(err) != tt.want {
				t.Errorf("Set: got %v, want %s", err, tt.want)
			}
			if err := New().Delete(t.Context(), "k"); mark.CodeOf(err) != tt.want {
				t.Errorf("Delete: got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestForeignEntryIsDamaged(t *testing.T) {
	zalando.MockInit()
	if err := zalando.Set(service, "k", "not base64!"); err != nil {
		t.Fatal(err)
	}
	if _, err := New().Get(t.Context(), "k"); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("got %v, want damaged", err)
	}
}

func TestSilentKeyringIsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		defer close(hang)
		began := time.Now()
		_, err := wait(t.Context(), time.Minute, func() ([]byte, error) { <-hang; return nil, nil })
		if mark.CodeOf(err) != mark.Unavailable || time.Since(began) != time.Minute {
			t.Errorf("got %v after %v, want unavailable after a minute", err, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := wait(ctx, time.Minute, func() ([]byte, error) { <-hang; return nil, nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want canceled", err)
		}
	})
}

func TestLateAnswerIsThrownAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := wait(t.Context(), time.Second, func() ([]byte, error) {
			time.Sleep(time.Minute)
			return bytes.Repeat([]byte{1}, 32), nil
		})
		if mark.CodeOf(err) != mark.Unavailable {
			t.Errorf("got %v, want unavailable", err)
		}
		time.Sleep(2 * time.Minute)
	})
}
