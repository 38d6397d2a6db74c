package keyring

import (
	"os"
	"os/exec"
	"runtime"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

// inSession is set, in the environment, for this test program when it runs
// again inside a session bus with a keyring of its own.
const inSession = "MARKAI_TEST_KEYRING_SESSION"

func TestSecretServiceKeepsSecrets(t *testing.T) {
	if os.Getenv(inSession) != "" {
		marktest.TestKeyStore(t, New())
		return
	}
	if runtime.GOOS != "linux" {
		t.Skip("the Secret Service is Linux's keyring")
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	dir := t.TempDir()
	session := exec.CommandContext(t.Context(), "dbus-run-session", "--", "sh", "-c",
		`printf %s secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$0" -test.run '^TestSecretServiceKeepsSecrets$' -test.v`, os.Args[0])
	session.Env = append(os.Environ(), inSession+"=1", "HOME="+dir, "XDG_DATA_HOME="+dir+"/data", "XDG_RUNTIME_DIR="+dir, "XDG_CONFIG_HOME="+dir+"/config")
	if out, err := session.CombinedOutput(); err != nil {
		t.Errorf("in a session with a keyring: %v\n%s", err, out)
	}
	without := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestMachineWithoutKeyringIsUnavailable$", "-test.v")
	without.Env = append(os.Environ(), inSession+"=1", "DBUS_SESSION_BUS_ADDRESS=unix:path="+dir+"/nobody")
	if out, err := without.CombinedOutput(); err != nil {
		t.Errorf("without a session: %v\n%s", err, out)
	}
}

func TestMachineWithoutKeyringIsUnavailable(t *testing.T) {
	if os.Getenv(inSession) == "" {
		t.Skip("runs where TestSecretServiceKeepsSecrets takes the session bus away")
	}
	if _, err := New().Get(t.Context(), "k"); mark.CodeOf(err) != mark.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}
