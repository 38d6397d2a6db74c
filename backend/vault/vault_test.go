package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/mock"
	"markai/backend/sqlite"
	"markai/backend/vault"
)

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, want mark.Code) {
	t.Helper()
	if err == nil || mark.CodeOf(err) != want {
		t.Fatalf("got error %v, want code %s", err, want)
	}
}

func wantState(t *testing.T, v *vault.Vault, want vault.State) {
	t.Helper()
	if got, err := v.State(t.Context()); err != nil || got != want {
		t.Fatalf("state %s (%v), want %s", got, err, want)
	}
}

func newVault(t *testing.T, home string, keys mark.KeyStore) *vault.Vault {
	t.Helper()
	v := vault.Open(home, sqlite.New(), keys)
	t.Cleanup(func() { check(t, v.Close()) })
	return v
}

func createMatter(t *testing.T, v *vault.Vault, name string) mark.Matter {
	t.Helper()
	m, err := v.CreateMatter(t.Context(), name)
	check(t, err)
	return m
}

func store(t *testing.T, v *vault.Vault, id mark.MatterID) mark.MatterStore {
	t.Helper()
	m, err := v.Matter(t.Context(), id)
	check(t, err)
	return m
}

func TestVaultOpensWithItsPassphraseAndKeepsItsMatters(t *testing.T) {
	home := filepath.Join(t.TempDir(), "new", "home")
	v := newVault(t, home, mock.NoKeyring())
	wantState(t, v, vault.None)
	wantCode(t, v.Unlock(t.Context(), "x"), mark.NotFound)
	_, err := v.Matters(t.Context())
	wantCode(t, err, mark.Locked)

	_, err = v.Create(t.Context(), "correct horse")
	check(t, err)
	wantState(t, v, vault.Opened)
	m := createMatter(t, v, "  Meyer v. Acme ")
	d := marktest.AddText(t, store(t, v, m.ID), "lease.txt", "notice of termination")
	held := store(t, v, m.ID)

	check(t, v.Lock())
	check(t, v.Lock())
	wantState(t, v, vault.Locked)
	_, err = held.Document(t.Context(), d.ID)
	wantCode(t, err, mark.Locked)
	_, err = v.Matter(t.Context(), m.ID)
	wantCode(t, err, mark.Locked)

	wantCode(t, v.Unlock(t.Context(), "wrong horse"), mark.WrongKey)
	wantCode(t, v.UnlockWithKeyring(t.Context()), mark.Invalid)
	wantState(t, v, vault.Locked)
	check(t, v.Unlock(t.Context(), "correct horse"))
	all, err := v.Matters(t.Context())
	check(t, err)
	if len(all) != 1 || all[0] != m || m.Name != "Meyer v. Acme" {
		t.Errorf("matters: %+v, want %+v", all, m)
	}
	if got, err := store(t, v, m.ID).Document(t.Context(), d.ID); err != nil || got.Name != "lease.txt" {
		t.Errorf("document after unlocking: %+v, %v", got, err)
	}
	_, err = v.Create(t.Context(), "again")
	wantCode(t, err, mark.TooBusy) // it is open, here
	check(t, v.Lock())
	_, err = v.Create(t.Context(), "again")
	wantCode(t, err, mark.Exists)
}

func TestVaultOpensWithTheKeyring(t *testing.T) {
	home, keys := t.TempDir(), &mock.KeyStore{}
	v := newVault(t, home, keys)
	_, err := v.Create(t.Context(), "")
	check(t, err)
	m := createMatter(t, v, "A")
	check(t, v.Lock())
	wantCode(t, v.Unlock(t.Context(), "any"), mark.Invalid)

	keys.Err = mark.Errorf(mark.Unavailable, "The keyring is locked.")
	wantCode(t, v.UnlockWithKeyring(t.Context()), mark.Unavailable)
	keys.Err = nil
	check(t, v.UnlockWithKeyring(t.Context()))
	store(t, v, m.ID)
	check(t, v.Lock())

	wantCode(t, vault.Open(home, sqlite.New(), &mock.KeyStore{}).UnlockWithKeyring(t.Context()), mark.NotFound)
}

func TestVaultWithoutKeyringOrPassphraseIsNotMade(t *testing.T) {
	home := t.TempDir()
	v := newVault(t, home, mock.NoKeyring())
	_, err := v.Create(t.Context(), "")
	wantCode(t, err, mark.Unavailable)
	wantState(t, v, vault.None)
	_, err = v.Create(t.Context(), "then with a passphrase")
	check(t, err)
}

func TestRecoveryKeyOpensAndSetsANewPassphrase(t *testing.T) {
	v := newVault(t, t.TempDir(), mock.NoKeyring())
	recovery, err := v.Create(t.Context(), "forgotten")
	check(t, err)
	m := createMatter(t, v, "A")
	wantCode(t, v.ChangePassphrase(t.Context(), "not it", "new"), mark.WrongKey)
	check(t, v.Lock())

	wantCode(t, v.UnlockWithRecoveryKey(t.Context(), recovery[:len(recovery)-1]), mark.Invalid)
	check(t, v.UnlockWithRecoveryKey(t.Context(), strings.ToLower(recovery)))
	check(t, v.ChangePassphrase(t.Context(), "", "remembered"))
	wantCode(t, v.ChangePassphrase(t.Context(), "", "once more"), mark.WrongKey)
	check(t, v.Lock())

	wantCode(t, v.Unlock(t.Context(), "forgotten"), mark.WrongKey)
	check(t, v.Unlock(t.Context(), "remembered"))
	store(t, v, m.ID)
	check(t, v.Lock())
	check(t, v.UnlockWithRecoveryKey(t.Context(), recovery)) // it stays what it was

	other := newVault(t, t.TempDir(), mock.NoKeyring())
	_, err = other.Create(t.Context(), "p")
	check(t, err)
	check(t, other.Lock())
	wantCode(t, other.UnlockWithRecoveryKey(t.Context(), recovery), mark.WrongKey)
}

func TestPassphraseAndKeyringTakeTurns(t *testing.T) {
	keys := &mock.KeyStore{}
	v := newVault(t, t.TempDir(), keys)
	_, err := v.Create(t.Context(), "")
	check(t, err)
	check(t, v.ChangePassphrase(t.Context(), "", "now a passphrase"))
	check(t, v.Lock())
	wantCode(t, v.UnlockWithKeyring(t.Context()), mark.Invalid)
	check(t, v.Unlock(t.Context(), "now a passphrase"))
	if has, err := v.HasPassphrase(t.Context()); err != nil || !has {
		t.Errorf("has a passphrase: %t, %v", has, err)
	}
	check(t, v.ChangePassphrase(t.Context(), "now a passphrase", ""))
	check(t, v.Lock())
	wantCode(t, v.Unlock(t.Context(), "now a passphrase"), mark.Invalid)
	check(t, v.UnlockWithKeyring(t.Context()))
}

func TestSecondProcessIsTurnedAway(t *testing.T) {
	home := t.TempDir()
	first, second := newVault(t, home, mock.NoKeyring()), newVault(t, home, mock.NoKeyring())
	_, err := first.Create(t.Context(), "p")
	check(t, err)
	err = second.Unlock(t.Context(), "p")
	wantCode(t, err, mark.TooBusy)
	if !strings.Contains(mark.MessageOf(err), "already open") {
		t.Errorf("message: %s", mark.MessageOf(err))
	}
	check(t, first.Lock())
	check(t, second.Unlock(t.Context(), "p"))
}

func TestMattersAreFoundByNameOrID(t *testing.T) {
	v := newVault(t, t.TempDir(), mock.NoKeyring())
	_, err := v.Create(t.Context(), "p")
	check(t, err)
	a, b := createMatter(t, v, "Meyer"), createMatter(t, v, "Acme")
	for query, want := range map[string]mark.Matter{"meyer": a, " ACME ": b, string(a.ID): a} {
		if got, err := v.FindMatter(t.Context(), query); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", query, got, err)
		}
	}
	_, err = v.FindMatter(t.Context(), "nobody")
	wantCode(t, err, mark.NotFound)
	for name, want := range map[string]mark.Code{"": mark.Invalid, "  ": mark.Invalid, "MEYER": mark.Exists} {
		_, err := v.CreateMatter(t.Context(), name)
		wantCode(t, err, want)
	}
	wantCode(t, v.RenameMatter(t.Context(), a.ID, "acme"), mark.Exists)
	wantCode(t, v.RenameMatter(t.Context(), "gone", "x"), mark.NotFound)
	check(t, v.RenameMatter(t.Context(), a.ID, "meyer"))
	check(t, v.RenameMatter(t.Context(), a.ID, "Meyer v. Acme"))
	if got, err := v.FindMatter(t.Context(), "meyer v. acme"); err != nil || got.ID != a.ID || !got.Created.Equal(a.Created) {
		t.Errorf("after renaming: %+v, %v", got, err)
	}
	store(t, v, a.ID)
}

func TestErasedMatterCannotBeReadFromACopyOfItsFile(t *testing.T) {
	home := t.TempDir()
	v := newVault(t, home, mock.NoKeyring())
	_, err := v.Create(t.Context(), "p")
	check(t, err)
	keep, gone := createMatter(t, v, "keep"), createMatter(t, v, "gone")
	marktest.AddText(t, store(t, v, gone.ID), "a.txt", "privileged")
	r, err := v.Registry()
	check(t, err)
	wrapped, err := r.MatterKey(t.Context(), gone.ID)
	check(t, err)
	check(t, v.Lock())
	path := filepath.Join(home, "matters", string(gone.ID)+".db")
	copied, err := os.ReadFile(path)
	check(t, err)
	check(t, v.Unlock(t.Context(), "p"))
	held := store(t, v, gone.ID)

	check(t, v.EraseMatter(t.Context(), gone.ID))
	wantCode(t, v.EraseMatter(t.Context(), gone.ID), mark.NotFound)
	_, err = held.Documents(t.Context())
	wantCode(t, err, mark.Locked)
	files, err := filepath.Glob(filepath.Join(home, "matters", "*"))
	check(t, err)
	for _, f := range files {
		if strings.Contains(f, string(gone.ID)) {
			t.Errorf("%s is still there", f)
		}
	}
	check(t, os.WriteFile(path, copied, 0o600))
	_, err = v.Matter(t.Context(), gone.ID)
	wantCode(t, err, mark.NotFound)
	check(t, v.Lock())
	check(t, v.Unlock(t.Context(), "p"))
	_, err = v.Matter(t.Context(), gone.ID)
	wantCode(t, err, mark.NotFound)
	store(t, v, keep.ID)

	// The registry seals its pages, so the wrapped key could not stand there
	// anyway; this shows that no other file kept it.
	found, err := marktest.FindPlaintext(home, string(wrapped))
	check(t, err)
	if len(found) > 0 {
		t.Errorf("the erased key is still on disk: %v", found)
	}
}

func TestErasureCutShortIsFinishedAtTheNextUnlocking(t *testing.T) {
	home := t.TempDir()
	v := newVault(t, home, mock.NoKeyring())
	_, err := v.Create(t.Context(), "p")
	check(t, err)
	m := createMatter(t, v, "gone")
	r, err := v.Registry()
	check(t, err)
	check(t, r.PutSetting(t.Context(), "vault.erasing", string(m.ID))) // as a dying process leaves it
	check(t, v.Lock())
	check(t, v.Unlock(t.Context(), "p"))
	_, err = v.Matter(t.Context(), m.ID)
	wantCode(t, err, mark.NotFound)
	if _, err := os.Stat(filepath.Join(home, "matters", string(m.ID)+".db")); !os.IsNotExist(err) {
		t.Errorf("the store is still there: %v", err)
	}
}

func TestLostMatterFileIsNotReplacedByAnEmptyOne(t *testing.T) {
	home := t.TempDir()
	v := newVault(t, home, mock.NoKeyring())
	_, err := v.Create(t.Context(), "p")
	check(t, err)
	m := createMatter(t, v, "A")
	check(t, v.Lock())
	check(t, v.Unlock(t.Context(), "p"))
	path := filepath.Join(home, "matters", string(m.ID)+".db")
	check(t, os.Rename(path, path+".away"))
	_, err = v.Matter(t.Context(), m.ID)
	wantCode(t, err, mark.Damaged)
	check(t, os.Rename(path+".away", path))
	store(t, v, m.ID)
}

func TestVaultIsNotMadeOverMattersWhoseFileWasLost(t *testing.T) {
	home := t.TempDir()
	v := newVault(t, home, mock.NoKeyring())
	_, err := v.Create(t.Context(), "p")
	check(t, err)
	createMatter(t, v, "A")
	check(t, v.Lock())
	check(t, os.Remove(filepath.Join(home, "vault.json")))
	_, err = v.Create(t.Context(), "p")
	wantCode(t, err, mark.Damaged)
}

// Whatever is changed in vault.json, the vault says so or opens as before; it
// never opens with another key and never crashes.
func TestChangedVaultFileOpensNothing(t *testing.T) {
	home := t.TempDir()
	v := newVault(t, home, mock.NoKeyring())
	recovery, err := v.Create(t.Context(), "p")
	check(t, err)
	check(t, v.Lock())
	path := filepath.Join(home, "vault.json")
	whole, err := os.ReadFile(path)
	check(t, err)
	var fields map[string]any
	check(t, json.Unmarshal(whole, &fields))
	phrase := fields["passphrase"].(map[string]any)
	tests := []struct {
		name   string
		change func() []byte
		want   mark.Code
	}{
		{"empty", func() []byte { return nil }, mark.Damaged},
		{"cut", func() []byte { return whole[:len(whole)/2] }, mark.Damaged},
		{"another id", func() []byte { return bytes.Replace(whole, []byte(fields["id"].(string)), []byte(mark.NewID()), 1) }, mark.WrongKey},
		{"a newer version", func() []byte { return bytes.Replace(whole, []byte(`"version": 1`), []byte(`"version": 2`), 1) }, mark.Unsupported},
		{"a cheaper passphrase", func() []byte { return bytes.Replace(whole, []byte(`"memoryKiB": 65536`), []byte(`"memoryKiB": 8`), 1) }, mark.Damaged},
		{"another cost", func() []byte { return bytes.Replace(whole, []byte(`"time": 3`), []byte(`"time": 1`), 1) }, mark.WrongKey},
		{"the copies swapped", func() []byte {
			b := bytes.Replace(whole, []byte(phrase["sealed"].(string)), []byte("@"), 1)
			b = bytes.Replace(b, []byte(fields["recovery"].(string)), []byte(phrase["sealed"].(string)), 1)
			return bytes.Replace(b, []byte("@"), []byte(fields["recovery"].(string)), 1)
		}, mark.WrongKey},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			check(t, os.WriteFile(path, tt.change(), 0o600))
			wantCode(t, v.Unlock(t.Context(), "p"), tt.want)
			if tt.name != "another cost" && tt.name != "a cheaper passphrase" {
				wantCode(t, v.UnlockWithRecoveryKey(t.Context(), recovery), tt.want)
			}
		})
	}
	check(t, os.WriteFile(path, whole, 0o600))
	check(t, v.Unlock(t.Context(), "p"))
}

func TestDataFolderIsForTheOwnerOnlyAndShowsNothing(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	v := newVault(t, home, mock.NoKeyring())
	recovery, err := v.Create(t.Context(), "zanzibarpassphrase")
	check(t, err)
	m := createMatter(t, v, "Zyxwvutmatter")
	marktest.AddText(t, store(t, v, m.ID), "qwertzuiopname.txt", "Yarborough7xmarker stands here")
	r, err := v.Registry()
	check(t, err)
	check(t, r.PutSetting(t.Context(), "theme", "Ultraviolet9setting"))
	check(t, r.Audit(t.Context(), mark.AuditEntry{User: "Auditor8person", Action: "matter.create", Matter: m.ID}))
	markers := []string{"zanzibarpassphrase", "Zyxwvutmatter", "qwertzuiopname", "Yarborough7xmarker", "Ultraviolet9setting", "Auditor8person", recovery[:11]}
	marktest.NoPlaintext(t, home, markers...)
	check(t, v.Lock())
	marktest.NoPlaintext(t, home, markers...)

	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps permissions otherwise")
	}
	err = filepath.WalkDir(home, func(path string, e os.DirEntry, err error) error {
		check(t, err)
		info, err := e.Info()
		check(t, err)
		want := os.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
		return nil
	})
	check(t, err)
}

// tampered is a registry whose trail somebody edits on the way.
type tampered struct {
	mark.Registry
	edit func([]mark.AuditEntry) []mark.AuditEntry
}

func (r *tampered) AuditTrail(ctx context.Context, after int64, limit int) ([]mark.AuditEntry, error) {
	list, err := r.Registry.AuditTrail(ctx, after, limit)
	return r.edit(list), err
}

type tamperedStores struct {
	mark.Stores
	registry *tampered
}

func (s *tamperedStores) OpenRegistry(ctx context.Context, path string, key []byte) (mark.Registry, error) {
	r, err := s.Stores.OpenRegistry(ctx, path, key)
	s.registry.Registry = r
	return s.registry, err
}

func TestAuditTrailShowsWhenItWasChanged(t *testing.T) {
	r := &tampered{}
	v := vault.Open(t.TempDir(), &tamperedStores{sqlite.New(), r}, mock.NoKeyring())
	defer v.Close()
	_, err := v.Create(t.Context(), "p")
	check(t, err)
	for _, object := range []string{"one", "two", "three"} {
		check(t, r.Audit(t.Context(), mark.AuditEntry{User: "u", Action: "document.open", Matter: "m", Object: object}))
	}
	tests := []struct {
		name string
		edit func([]mark.AuditEntry) []mark.AuditEntry
		want string // in the message; "" when it is whole
	}{
		{"untouched", func(l []mark.AuditEntry) []mark.AuditEntry { return l }, ""},
		{"an entry reworded", func(l []mark.AuditEntry) []mark.AuditEntry { l[1].Object = "else"; return l }, "entry 2"},
		{"an entry redated", func(l []mark.AuditEntry) []mark.AuditEntry { l[0].Time = l[0].Time.Add(1); return l }, "entry 1"},
		{"an entry left out", func(l []mark.AuditEntry) []mark.AuditEntry { return slices.Delete(l, 1, 2) }, "entry 2"},
		{"two swapped", func(l []mark.AuditEntry) []mark.AuditEntry { l[1], l[2] = l[2], l[1]; return l }, "entry 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r.edit = func(l []mark.AuditEntry) []mark.AuditEntry {
				if len(l) == 0 {
					return l
				}
				return tt.edit(l)
			}
			n, last, err := v.VerifyAudit(t.Context())
			if tt.want == "" {
				if err != nil || n != 3 || len(last) != 64 {
					t.Errorf("got %d entries, last %q, %v", n, last, err)
				}
				return
			}
			wantCode(t, err, mark.Damaged)
			if !strings.Contains(mark.MessageOf(err), tt.want) {
				t.Errorf("the message %q does not name %s", mark.MessageOf(err), tt.want)
			}
		})
	}
}

// slowKeys is a keyring whose window waits for a person.
type slowKeys struct {
	mark.KeyStore
	asked chan struct{}
}

func (k slowKeys) Get(ctx context.Context, _ string) ([]byte, error) {
	close(k.asked)
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestStateIsKnownWhileTheKeyringWaitsForAPerson(t *testing.T) {
	home := t.TempDir()
	first := vault.Open(home, sqlite.New(), &mock.KeyStore{})
	_, err := first.Create(t.Context(), "")
	check(t, err)
	check(t, first.Close())

	keys := slowKeys{asked: make(chan struct{})}
	v := newVault(t, home, keys)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- v.UnlockWithKeyring(ctx) }()
	<-keys.asked
	wantState(t, v, vault.Locked)
	check(t, v.Lock())
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
}
