package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	mark "markai/backend"
	"markai/backend/crypt"
)

const fileVersion = 1

// file is vault.json. Each copy of the master key is sealed together with the
// vault's id and everything else that decides how it is opened, so that a
// changed file opens nothing.
type file struct {
	Version    int         `json:"version"`
	ID         string      `json:"id"`
	Passphrase *passphrase `json:"passphrase,omitempty"`
	Keyring    *keyring    `json:"keyring,omitempty"`
	Recovery   []byte      `json:"recovery"`
}

// passphrase is the copy that a passphrase opens.
type passphrase struct {
	Salt      []byte `json:"salt"`
	Time      uint32 `json:"time"`
	MemoryKiB uint32 `json:"memoryKiB"`
	Threads   uint8  `json:"threads"`
	Sealed    []byte `json:"sealed"`
}

// keyring is the copy that a key in the system's keyring opens.
type keyring struct {
	Name   string `json:"name"` // of the keyring's entry
	Sealed []byte `json:"sealed"`
}

func (p *passphrase) kdf() crypt.KDF {
	return crypt.KDF{Salt: p.Salt, Time: p.Time, MemoryKiB: p.MemoryKiB, Threads: p.Threads}
}

// The purposes that sealed and derived keys are bound to.
const (
	byPassphrase = "master key by passphrase"
	byKeyring    = "master key by keyring"
	byRecovery   = "master key by recovery key"
	forRegistry  = "registry"
	forMatters   = "matter keys"
	matterKey    = "matter key"
)

// bound is the id that a copy is sealed with: the vault and its file format.
func (f *file) bound() string { return fmt.Sprintf("v%d:%s", f.Version, f.ID) }

// sealPassphrase replaces the passphrase's copy; the cost is today's.
func (f *file) sealPassphrase(master crypt.Key, phrase string) error {
	kdf := crypt.NewKDF()
	k, err := kdf.Key(phrase)
	if err != nil {
		return err
	}
	defer k.Wipe()
	f.Passphrase = &passphrase{
		Salt: kdf.Salt, Time: kdf.Time, MemoryKiB: kdf.MemoryKiB, Threads: kdf.Threads,
		Sealed: k.Wrap(master[:], byPassphrase, f.bound()),
	}
	return nil
}

func (f *file) openPassphrase(phrase string) (crypt.Key, error) {
	if f.Passphrase == nil {
		return crypt.Key{}, mark.Errorf(mark.Invalid, "This vault has no passphrase: the system's keyring holds its key. Unlock with the keyring or the recovery key.")
	}
	k, err := f.Passphrase.kdf().Key(phrase)
	if err != nil {
		return crypt.Key{}, err
	}
	defer k.Wipe()
	return unwrap(k, f.Passphrase.Sealed, byPassphrase, f.bound(), "The passphrase is not right. Try again, or unlock with the recovery key.")
}

func (f *file) openRecovery(r crypt.RecoveryKey) (crypt.Key, error) {
	k := r.Key()
	defer k.Wipe()
	return unwrap(k, f.Recovery, byRecovery, f.bound(), "This is a recovery key, but not of this vault. Look for the one that was written down when this vault was made.")
}

func unwrap(k crypt.Key, sealed []byte, purpose, bound, wrong string) (crypt.Key, error) {
	b, err := k.Unwrap(sealed, purpose, bound)
	if err != nil {
		return crypt.Key{}, mark.Errorf(mark.WrongKey, "%s", wrong).Because(err)
	}
	defer clear(b)
	return crypt.KeyFrom(b)
}

// readFile reads vault.json, or says NotFound where there is no vault.
func readFile(home string) (*file, error) {
	b, err := os.ReadFile(filepath.Join(home, "vault.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, mark.Errorf(mark.NotFound, "There is no vault in this data folder yet. Make one first.")
	}
	if err != nil {
		return nil, fmt.Errorf("read the vault's file: %w", err)
	}
	return parseFile(b)
}

func parseFile(b []byte) (*file, error) {
	f := new(file)
	if err := json.Unmarshal(b, f); err != nil || f.ID == "" || f.Version < 1 {
		return nil, mark.Errorf(mark.Damaged, "The file vault.json is damaged, so no key can be opened. Restore it from a backup.").Because(err)
	}
	if f.Version > fileVersion {
		return nil, mark.Errorf(mark.Unsupported, "This vault was made by a newer version of Mark AI. Update the program to open it.")
	}
	return f, nil
}

// write replaces vault.json: the old file is whole until the new one is.
func (f *file) write(home string) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return fmt.Errorf("write the vault's file: %w", err)
	}
	path := filepath.Join(home, "vault.json")
	t, err := os.CreateTemp(home, "vault-*.tmp") // mode 0600
	if err != nil {
		return fmt.Errorf("write the vault's file: %w", err)
	}
	_, err = t.Write(append(b, '\n'))
	if err := errors.Join(err, t.Sync(), t.Close()); err != nil {
		os.Remove(t.Name())
		return fmt.Errorf("write the vault's file: %w", err)
	}
	if err := os.Rename(t.Name(), path); err != nil {
		os.Remove(t.Name())
		return fmt.Errorf("write the vault's file: %w", err)
	}
	return syncDir(home)
}
