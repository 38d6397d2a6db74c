package vault

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	mark "markai/backend"
	"markai/backend/crypt"
)

// State is whether a data folder has a vault and whether it is open.
type State string

// The states.
const (
	None   State = "none"
	Locked State = "locked"
	Opened State = "open"
)

// Vault is the vault of one data folder. It is safe for concurrent use.
type Vault struct {
	home   string
	stores mark.Stores
	keys   mark.KeyStore

	// changing is held while the vault is made, opened or given another
	// passphrase, which may take as long as a person at the keyring's window.
	// It is taken before mu.
	changing sync.Mutex

	mu   sync.Mutex // guards open and what is in it
	open *session   // nil while locked
}

// session is what an open vault holds.
type session struct {
	file     *file
	master   crypt.Key
	registry mark.Registry
	matters  map[mark.MatterID]mark.MatterStore // the stores that are open
	lock     *os.File
	// recovered is true after the recovery key: a new passphrase needs no old one.
	recovered bool
}

// Open returns the vault of a data folder, locked. The folder need not exist.
func Open(home string, stores mark.Stores, keys mark.KeyStore) *Vault {
	return &Vault{home: home, stores: stores, keys: keys}
}

// State says whether there is a vault and whether it is open.
func (v *Vault) State(context.Context) (State, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.open != nil {
		return Opened, nil
	}
	_, err := readFile(v.home)
	switch {
	case err == nil:
		return Locked, nil
	case mark.CodeOf(err) == mark.NotFound:
		return None, nil
	default:
		return None, err
	}
}

// HasPassphrase reports whether the vault, locked or open, is unlocked by a
// passphrase rather than by the keyring.
func (v *Vault) HasPassphrase(context.Context) (bool, error) {
	f, err := readFile(v.home)
	if err != nil {
		return false, err
	}
	return f.Passphrase != nil, nil
}

// Create makes a vault and opens it. The passphrase opens it from now on; with
// an empty one the system's keyring does. The recovery key is not kept
// anywhere: show it once. Errors: Exists, Unavailable (no keyring), TooBusy.
func (v *Vault) Create(ctx context.Context, passphrase string) (recoveryKey string, err error) {
	v.changing.Lock()
	defer v.changing.Unlock()
	lock, err := v.lockHome()
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	if _, err := readFile(v.home); mark.CodeOf(err) != mark.NotFound {
		if err != nil {
			return "", err
		}
		return "", mark.Errorf(mark.Exists, "This data folder has a vault already. Unlock it, or choose another folder.")
	}
	if err := v.refuseLeftovers(); err != nil {
		return "", err
	}
	f := &file{Version: fileVersion, ID: mark.NewID()}
	master := crypt.NewKey()
	if passphrase != "" {
		err = f.sealPassphrase(master, passphrase)
	} else {
		err = v.sealKeyring(ctx, f, master)
	}
	if err != nil {
		return "", err
	}
	recovery := crypt.NewRecoveryKey()
	k := recovery.Key()
	f.Recovery = k.Wrap(master[:], byRecovery, f.bound())
	k.Wipe()
	registry, err := v.openRegistry(ctx, f, master)
	if err != nil {
		return "", err
	}
	// The file comes last: until it is there, there is no vault.
	if err := f.write(v.home); err != nil {
		return "", errors.Join(err, registry.Close())
	}
	v.setSession(&session{file: f, master: master, registry: registry, lock: lock, matters: map[mark.MatterID]mark.MatterStore{}})
	return recovery.String(), nil
}

// refuseLeftovers keeps a new vault from being laid over matters whose
// vault.json was lost. A registry without matters is of a vault that was never
// finished, and is cleared away.
func (v *Vault) refuseLeftovers() error {
	stores, err := filepath.Glob(filepath.Join(v.home, "matters", "*.db"))
	if err != nil {
		return fmt.Errorf("look for matters: %w", err)
	}
	if len(stores) > 0 {
		return mark.Errorf(mark.Damaged, "This data folder has matters but no vault.json to open them with. Restore that file from a backup, or choose another folder.")
	}
	return removeStore(filepath.Join(v.home, "registry.db"))
}

// Unlock opens the vault with its passphrase. Errors: WrongKey, NotFound (no
// vault), Invalid (it has no passphrase), TooBusy (another process has it).
func (v *Vault) Unlock(ctx context.Context, passphrase string) error {
	return v.unlock(ctx, false, func(f *file) (crypt.Key, error) { return f.openPassphrase(passphrase) })
}

// UnlockWithKeyring opens the vault with the system's keyring. Errors: as
// Unlock, and Unavailable where the keyring does not answer.
func (v *Vault) UnlockWithKeyring(ctx context.Context) error {
	return v.unlock(ctx, false, func(f *file) (crypt.Key, error) { return v.openKeyring(ctx, f) })
}

// UnlockWithRecoveryKey opens the vault with the key that was shown when it
// was made. ChangePassphrase then needs no old one. Errors: as Unlock, and
// Invalid with the place of a typing mistake.
func (v *Vault) UnlockWithRecoveryKey(ctx context.Context, key string) error {
	r, err := crypt.ParseRecoveryKey(key)
	if err != nil {
		return err
	}
	return v.unlock(ctx, true, func(f *file) (crypt.Key, error) { return f.openRecovery(r) })
}

func (v *Vault) unlock(ctx context.Context, recovered bool, masterOf func(*file) (crypt.Key, error)) error {
	v.changing.Lock()
	defer v.changing.Unlock()
	f, err := readFile(v.home)
	if err != nil {
		return err
	}
	master, err := masterOf(f)
	if err != nil {
		return err
	}
	if v.isOpen(recovered) { // the key was right
		master.Wipe()
		return nil
	}
	lock, err := v.lockHome()
	if err != nil {
		return err
	}
	registry, err := v.openRegistry(ctx, f, master)
	if err != nil {
		return errors.Join(err, lock.Close())
	}
	s := &session{file: f, master: master, registry: registry, lock: lock, recovered: recovered, matters: map[mark.MatterID]mark.MatterStore{}}
	if err := v.finishErasures(ctx, s); err != nil {
		return errors.Join(err, s.close())
	}
	v.setSession(s)
	return nil
}

// isOpen reports whether the vault is open already, and notes that the
// recovery key was shown.
func (v *Vault) isOpen(recovered bool) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.open != nil && recovered {
		v.open.recovered = true
	}
	return v.open != nil
}

func (v *Vault) setSession(s *session) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open = s
}

// ChangePassphrase replaces what opens the vault: by the next passphrase or,
// if that is empty, by the system's keyring. The current one is asked for
// where there is one, unless the vault was opened with the recovery key.
// No store is rewritten, and the recovery key stays what it was.
func (v *Vault) ChangePassphrase(ctx context.Context, current, next string) error {
	v.changing.Lock()
	defer v.changing.Unlock()
	old, master, recovered, err := v.secrets()
	if err != nil {
		return err
	}
	defer master.Wipe()
	if old.Passphrase != nil && !recovered {
		k, err := old.openPassphrase(current)
		if err != nil {
			return err
		}
		k.Wipe()
	}
	f := old
	f.Passphrase, f.Keyring = nil, nil
	if next != "" {
		err = f.sealPassphrase(master, next)
	} else {
		err = v.sealKeyring(ctx, &f, master)
	}
	if err != nil {
		return err
	}
	if err := f.write(v.home); err != nil {
		return err
	}
	v.mu.Lock()
	if v.open != nil {
		v.open.file, v.open.recovered = &f, false
	}
	v.mu.Unlock()
	if old.Keyring != nil {
		// It opens nothing any more: a keyring that refuses keeps a useless key.
		_ = v.keys.Delete(ctx, old.Keyring.Name)
	}
	return nil
}

// secrets returns copies of what the open vault holds, or Locked. A lock in
// the meantime does not wipe them.
func (v *Vault) secrets() (f file, master crypt.Key, recovered bool, err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.session()
	if err != nil {
		return f, master, false, err
	}
	return *s.file, s.master, s.recovered, nil
}

// Lock closes all stores and forgets the keys.
func (v *Vault) Lock() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.open == nil {
		return nil
	}
	s := v.open
	v.open = nil
	return s.close()
}

// Close waits for what is under way and locks the vault.
func (v *Vault) Close() error {
	v.changing.Lock()
	defer v.changing.Unlock()
	return v.Lock()
}

// Registry returns the open vault's registry, or Locked.
func (v *Vault) Registry() (mark.Registry, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.session()
	if err != nil {
		return nil, err
	}
	return s.registry, nil
}

// session returns what is open, or Locked. The caller holds mu.
func (v *Vault) session() (*session, error) {
	if v.open == nil {
		return nil, mark.Errorf(mark.Locked, "The vault is locked. Unlock it and try again.")
	}
	return v.open, nil
}

func (s *session) close() error {
	var errs []error
	for _, m := range s.matters {
		errs = append(errs, m.Close())
	}
	errs = append(errs, s.registry.Close())
	s.master.Wipe()
	return errors.Join(append(errs, s.lock.Close())...) // the lock goes last
}

// lockHome makes the data folder and takes its lock.
func (v *Vault) lockHome() (*os.File, error) {
	if err := os.MkdirAll(filepath.Join(v.home, "matters"), 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	lock, err := lockFile(filepath.Join(v.home, "lock"))
	if errors.Is(err, errHeld) {
		return nil, mark.Errorf(mark.TooBusy, "Mark AI is already open with this data folder. Use that window, or close it and try again.").Because(err)
	}
	return lock, err
}

func (v *Vault) openRegistry(ctx context.Context, f *file, master crypt.Key) (mark.Registry, error) {
	k := master.Derive(forRegistry, f.ID)
	defer k.Wipe()
	return v.stores.OpenRegistry(ctx, filepath.Join(v.home, "registry.db"), k[:])
}

// sealKeyring puts a fresh key into the system's keyring and adds its copy.
func (v *Vault) sealKeyring(ctx context.Context, f *file, master crypt.Key) error {
	k := crypt.NewKey()
	defer k.Wipe()
	name := "vault " + f.ID + " " + mark.NewID()[:8] // a fresh entry: the old one opens the vault until the file is written
	if err := v.keys.Set(ctx, name, k[:]); err != nil {
		return err
	}
	f.Keyring = &keyring{Name: name, Sealed: k.Wrap(master[:], byKeyring, f.bound()+name)}
	return nil
}

func (v *Vault) openKeyring(ctx context.Context, f *file) (crypt.Key, error) {
	if f.Keyring == nil {
		return crypt.Key{}, mark.Errorf(mark.Invalid, "This vault is opened by a passphrase. Type it, or unlock with the recovery key.")
	}
	b, err := v.keys.Get(ctx, f.Keyring.Name)
	if err != nil {
		return crypt.Key{}, err
	}
	defer clear(b)
	const wrong = "The key in the system's keyring does not open this vault. Unlock with the recovery key."
	k, err := crypt.KeyFrom(b)
	if err != nil {
		return crypt.Key{}, mark.Errorf(mark.WrongKey, wrong).Because(err)
	}
	defer k.Wipe()
	return unwrap(k, f.Keyring.Sealed, byKeyring, f.bound()+f.Keyring.Name, wrong)
}
