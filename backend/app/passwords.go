package app

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	mark "markai/backend"
	"markai/backend/vault"
)

// maxPasswords bounds the passwords that are kept for one matter.
const maxPasswords = 100

// passwords keeps what opened a matter's documents in the vault's registry.
type passwords struct {
	vault *vault.Vault
	mu    sync.Mutex // one change at a time
}

// Passwords implements ingest.Passwords.
func (p *passwords) Passwords(ctx context.Context, id mark.MatterID) ([]string, error) {
	r, err := p.vault.Registry()
	if err != nil {
		return nil, err
	}
	raw, err := r.Setting(ctx, mark.MatterSetting(id, "passwords"))
	if err != nil || raw == "" {
		return nil, err
	}
	var list []string
	err = json.Unmarshal([]byte(raw), &list)
	return list, err
}

// Remember implements ingest.Passwords.
func (p *passwords) Remember(ctx context.Context, id mark.MatterID, password string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, err := p.vault.Registry()
	if err != nil {
		return err
	}
	list, err := p.Passwords(ctx, id)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(s string) bool { return s == password })
	list = append([]string{password}, list...)
	raw, err := json.Marshal(list[:min(len(list), maxPasswords)])
	if err != nil {
		return err
	}
	return r.PutSetting(ctx, mark.MatterSetting(id, "passwords"), string(raw))
}
