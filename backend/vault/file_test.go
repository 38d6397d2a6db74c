package vault

import (
	"encoding/json"
	"testing"

	mark "markai/backend"
	"markai/backend/crypt"
)

func FuzzParseFile(f *testing.F) {
	whole, err := json.Marshal(&file{Version: fileVersion, ID: "0123", Recovery: make([]byte, 72), Passphrase: &passphrase{Salt: make([]byte, 16), Time: 3, MemoryKiB: 1 << 16, Threads: 4}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"version":1,"id":"x","keyring":{"name":"n","sealed":""}}`))
	f.Add([]byte(`{"version":1,"id":"x","recovery":7}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := parseFile(b)
		if err != nil {
			if code := mark.CodeOf(err); code != mark.Damaged && code != mark.Unsupported {
				t.Errorf("got %v (%s)", err, code)
			}
			return
		}
		if _, err := v.openRecovery(crypt.RecoveryKey{}); mark.CodeOf(err) != mark.WrongKey {
			t.Errorf("a key of nothing opened the vault: %v", err)
		}
	})
}
