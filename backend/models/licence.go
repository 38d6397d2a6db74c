package models

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	mark "markai/backend"
)

// licencesPath is the file of the licences that a person accepted.
func (l *Library) licencesPath() string { return filepath.Join(l.own, "licences.json") }

// Accepted are the licences that a person accepted, and when.
func (l *Library) Accepted() map[string]time.Time {
	out := map[string]time.Time{}
	if raw, err := readSmall(l.licencesPath()); err == nil && json.Unmarshal(raw, &out) != nil {
		return map[string]time.Time{} // what cannot be read was not accepted
	}
	return out
}

// accept keeps that a person accepts a licence. Errors: Forbidden where they have
// to and do not.
func (l *Library) accept(lic Licence, now bool) error {
	all := l.Accepted()
	if _, before := all[lic.Name]; before || !lic.Accept {
		return nil
	}
	if !now {
		return mark.Errorf(mark.Forbidden, "This model comes under the %s. %s", lic.Name, lic.Text)
	}
	all[lic.Name] = time.Now().UTC()
	if err := os.MkdirAll(l.own, 0o700); err != nil {
		return fmt.Errorf("make the models folder: %w", err)
	}
	return writeJSON(l.licencesPath(), all)
}
