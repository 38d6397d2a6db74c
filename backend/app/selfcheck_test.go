package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	mark "markai/backend"
	"markai/backend/wire"
)

func TestChecksOfTheInstallationAreKeptNewestFirst(t *testing.T) {
	home, n := t.TempDir(), 0
	check := func(_ context.Context, progress func(int, int)) (wire.SelfCheck, error) {
		n++
		progress(1, 2)
		return wire.SelfCheck{Questions: n}, nil
	}
	synctest.Test(t, func(t *testing.T) {
		told := 0
		s := newSelfChecks(home, true, check, func() { told++ })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.run(ctx) }()
		for range 2 {
			if err := s.Start(); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		got, err := s.Checks()
		if err != nil || got.Running || len(got.Checks) != 2 || got.Checks[0].Questions != 2 || told != 6 {
			t.Errorf("checks %+v, told %d times, %v", got, told, err)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	if later, err := newSelfChecks(home, true, check, func() {}).Checks(); err != nil || len(later.Checks) != 2 {
		t.Errorf("at the next start: %+v, %v", later, err)
	}
}

func TestACheckThatBreaksOffSaysWhyAndOneThatIsStoppedDoesNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var fail error
		s := newSelfChecks(t.TempDir(), true, func(ctx context.Context, _ func(int, int)) (wire.SelfCheck, error) {
			if fail != nil {
				return wire.SelfCheck{}, fail
			}
			<-ctx.Done()
			return wire.SelfCheck{}, ctx.Err()
		}, func() {})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.run(ctx) }()
		state := func(running bool, problem string) {
			t.Helper()
			synctest.Wait()
			if got, err := s.Checks(); err != nil || got.Running != running || got.Problem != problem || len(got.Checks) != 0 {
				t.Errorf("it stands as %+v, %v", got, err)
			}
		}
		s.Start()
		state(true, "")
		s.Start() // nothing happens
		s.Stop()
		state(false, "")
		fail = mark.Errorf(mark.Unavailable, "The model is missing.")
		s.Start()
		state(false, "The model is missing.")
		cancel()
		<-done
	})
}

func TestABuildWithoutQuestionsCannotCheckItself(t *testing.T) {
	s := newSelfChecks(t.TempDir(), false, nil, func() {})
	if err := s.Start(); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("start: %v", err)
	}
	path := filepath.Join(t.TempDir(), "selfcheck.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.path = path
	if _, err := s.Checks(); mark.CodeOf(err) != mark.Damaged || errors.Is(err, os.ErrNotExist) {
		t.Errorf("a damaged file: %v", err)
	}
}
