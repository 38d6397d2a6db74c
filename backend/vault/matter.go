package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/crypt"
)

// CreateMatter makes a matter with its own store and its own random key.
// Errors: Locked, Invalid (no name), Exists (the name is taken).
func (v *Vault) CreateMatter(ctx context.Context, name string) (mark.Matter, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.session()
	if err != nil {
		return mark.Matter{}, err
	}
	if name, err = freeName(ctx, s, name, ""); err != nil {
		return mark.Matter{}, err
	}
	m := mark.Matter{ID: mark.MatterID(mark.NewID()), Name: name, Created: time.Now().UTC()}
	key := crypt.NewKey()
	defer key.Wipe()
	store, err := v.stores.OpenMatter(ctx, v.path(m.ID), key[:])
	if err != nil {
		return mark.Matter{}, err
	}
	if err := s.registry.PutMatter(ctx, m, s.wrap(key, m.ID)); err != nil {
		// Without its key in the registry the new file is noise.
		return mark.Matter{}, errors.Join(err, store.Close(), removeStore(v.path(m.ID)))
	}
	s.matters[m.ID] = store
	return m, nil
}

// Matters returns all matters, by name, or Locked.
func (v *Vault) Matters(ctx context.Context) ([]mark.Matter, error) {
	r, err := v.Registry()
	if err != nil {
		return nil, err
	}
	return r.Matters(ctx)
}

// FindMatter returns the matter of this id or, case ignored, of this name.
// Errors: Locked, NotFound.
func (v *Vault) FindMatter(ctx context.Context, nameOrID string) (mark.Matter, error) {
	all, err := v.Matters(ctx)
	if err != nil {
		return mark.Matter{}, err
	}
	for _, m := range all {
		if string(m.ID) == nameOrID {
			return m, nil
		}
	}
	for _, m := range all {
		if sameName(m.Name, nameOrID) {
			return m, nil
		}
	}
	return mark.Matter{}, mark.Errorf(mark.NotFound, "There is no matter %q. Check the name in the list of matters.", nameOrID)
}

// RenameMatter gives a matter another name. Errors: as CreateMatter, and NotFound.
func (v *Vault) RenameMatter(ctx context.Context, id mark.MatterID, name string) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.session()
	if err != nil {
		return err
	}
	wrapped, err := s.registry.MatterKey(ctx, id)
	if err != nil {
		return err
	}
	if name, err = freeName(ctx, s, name, id); err != nil {
		return err
	}
	all, err := s.registry.Matters(ctx)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.ID == id {
			m.Name = name
			return s.registry.PutMatter(ctx, m, wrapped)
		}
	}
	return mark.Errorf(mark.NotFound, "This matter is no longer in the vault.")
}

// Matter returns the open store of a matter. It is shared: the vault closes it
// at Lock, and callers do not. Errors: Locked, NotFound, Damaged, WrongKey.
func (v *Vault) Matter(ctx context.Context, id mark.MatterID) (mark.MatterStore, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.session()
	if err != nil {
		return nil, err
	}
	if store, ok := s.matters[id]; ok {
		return store, nil
	}
	wrapped, err := s.registry.MatterKey(ctx, id)
	if err != nil {
		return nil, err
	}
	key, err := s.unwrap(wrapped, id)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	if info, err := os.Stat(v.path(id)); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil, mark.Errorf(mark.Damaged, "The file of this matter is missing or empty. Restore matters/%s.db in the data folder from a backup.", id)
	}
	store, err := v.stores.OpenMatter(ctx, v.path(id), key[:])
	if err != nil {
		return nil, err
	}
	s.matters[id] = store
	return store, nil
}

// erasing is the setting under which an erasure that is under way is noted, so
// that one cut short is finished at the next unlocking.
const erasing = "vault.erasing"

// EraseMatter destroys a matter: first its key in the registry, after which
// nobody can read the store or any copy of it, then the store's files. Copies
// of the registry in backups keep the key.
func (v *Vault) EraseMatter(ctx context.Context, id mark.MatterID) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, err := v.session()
	if err != nil {
		return err
	}
	if _, err := s.registry.MatterKey(ctx, id); err != nil {
		return err
	}
	if err := s.registry.PutSetting(ctx, erasing, string(id)); err != nil {
		return err
	}
	return v.finishErasures(context.WithoutCancel(ctx), s)
}

// finishErasures erases the matter that is noted, if one is. The caller holds mu.
func (v *Vault) finishErasures(ctx context.Context, s *session) error {
	noted, err := s.registry.Setting(ctx, erasing)
	if err != nil || noted == "" {
		return err
	}
	id := mark.MatterID(noted)
	if store, ok := s.matters[id]; ok {
		delete(s.matters, id)
		if err := store.Close(); err != nil {
			return fmt.Errorf("close the matter: %w", err)
		}
	}
	if err := s.registry.EraseMatter(ctx, id); err != nil && mark.CodeOf(err) != mark.NotFound {
		return err
	}
	if err := removeStore(v.path(id)); err != nil {
		return err
	}
	return s.registry.PutSetting(ctx, erasing, "")
}

// path is where a matter's store lies. Ids are ours, 32 hexadecimal digits.
func (v *Vault) path(id mark.MatterID) string {
	return filepath.Join(v.home, "matters", filepath.Base(string(id))+".db")
}

func (s *session) wrap(key crypt.Key, id mark.MatterID) []byte {
	k := s.master.Derive(forMatters, s.file.ID)
	defer k.Wipe()
	return k.Wrap(key[:], matterKey, string(id))
}

func (s *session) unwrap(wrapped []byte, id mark.MatterID) (crypt.Key, error) {
	k := s.master.Derive(forMatters, s.file.ID)
	defer k.Wipe()
	return unwrap(k, wrapped, matterKey, string(id), "The key of this matter does not open with this vault. Restore the registry from a backup.")
}

// freeName returns the name without surrounding space, or Invalid or Exists.
func freeName(ctx context.Context, s *session, name string, own mark.MatterID) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return "", mark.Errorf(mark.Invalid, "A matter needs a name.")
	}
	all, err := s.registry.Matters(ctx)
	if err != nil {
		return "", err
	}
	for _, m := range all {
		if m.ID != own && sameName(m.Name, name) {
			return "", mark.Errorf(mark.Exists, "There is a matter named %q already. Choose another name.", m.Name)
		}
	}
	return name, nil
}

func sameName(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

// removeStore removes a store with its log, index and journal.
func removeStore(path string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal", "-room"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("remove the store: %w", err))
		}
	}
	return errors.Join(errs...)
}
