package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/testscript"

	"markai/backend/app"
)

func program() *Program {
	return &Program{
		Version: "test",
		Assets:  fstest.MapFS{"index.html": {Data: []byte("<title>Mark AI</title>")}},
		Sample:  fstest.MapFS{"lease.txt": {Data: []byte("The lease ends on 30 June 2031. Either party may terminate on ninety days' written notice.")}},
		Stdout:  os.Stdout, Stderr: os.Stderr, Stdin: os.Stdin, Environ: os.Environ(),
	}
}

func TestMain(m *testing.M) {
	// Workers are this very program, started again.
	if len(os.Args) > 1 && os.Args[1] == "worker" {
		os.Exit(Main(program(), os.Args[1:]))
	}
	if os.Getenv(asProgram) != "" {
		os.Exit(Main(program(), os.Args[1:]))
	}
	testscript.Main(m, map[string]func(){
		"markai": func() { os.Exit(Main(program(), os.Args[1:])) },
	})
}

// TestScripts runs the sessions in testdata: each is what a person would type
// and what they would see.
func TestScripts(t *testing.T) {
	archives, err := filepath.Abs("../archive/testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("MARKAI_HOME", filepath.Join(e.WorkDir, "vault"))
			e.Setenv("MARKAI_CACHE", os.Getenv("MARKAI_CACHE"))
			e.Setenv("ARCHIVES", archives)
			// Compiled code is kept where it is kept outside of tests.
			cache, err := os.UserCacheDir()
			if err != nil {
				return err
			}
			e.Setenv("XDG_CACHE_HOME", cache)
			// No keyring of the machine that runs the tests.
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(e.WorkDir, "no-bus"))
			return nil
		},
		Condition: func(c string) (bool, error) {
			return c == "models" && app.ModelsInstalled(), nil
		},
	})
}

func TestEveryCommandExplainsItself(t *testing.T) {
	for _, c := range commands() {
		var out bytes.Buffer
		p := program()
		p.Stdout, p.Stderr = &out, &out
		if code := Main(p, []string{c.name, "-h"}); code != exitOK || !strings.Contains(out.String(), "passphrase-file") {
			t.Errorf("%s -h ends with %d and says %q", c.name, code, out.String())
		}
	}
}

func TestTheTokenFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte("an older and longer token"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writePrivate(path, "token\n"); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 || st.Size() != 6 {
		t.Errorf("got %v, %v", st, err)
	}
}
