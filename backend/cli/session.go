package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/term"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/config"
	"markai/backend/wire"
)

// env returns an environment variable of the program's.
func (p *Program) env(name string) string {
	for i := len(p.Environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(p.Environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// homeDir is where the vault lives: --home, MARKAI_HOME or the platform's place.
func (p *Program) homeDir(f *flags) (string, error) {
	for _, h := range []string{f.home, p.env("MARKAI_HOME")} {
		if h != "" {
			return filepath.Abs(h)
		}
	}
	if runtime.GOOS == "linux" {
		if d := p.env("XDG_DATA_HOME"); d != "" {
			return filepath.Join(d, "markai"), nil
		}
		if h := p.env("HOME"); h != "" {
			return filepath.Join(h, ".local", "share", "markai"), nil
		}
	}
	d, err := os.UserConfigDir()
	if err != nil {
		return "", mark.Errorf(mark.Invalid, "There is no home folder. Name one with --home.").Because(err)
	}
	return filepath.Join(d, "Mark AI"), nil
}

// loadConfig reads the settings that hold for f.
func (p *Program) loadConfig(f *flags, home string) (*config.Loaded, string, error) {
	path := f.config
	if path == "" && home == "" { // no vault, so no settings beside it
		c, err := config.Load(nil, p.Environ, f.set)
		return c, "", err
	}
	if path == "" {
		path = filepath.Join(home, "config.yaml")
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) && f.config == "" {
		c, err := config.Load(nil, p.Environ, f.set)
		return c, path, err
	}
	if err != nil {
		return nil, "", mark.Errorf(mark.NotFound, "The settings file %s cannot be read.", path).Because(err)
	}
	defer file.Close()
	c, err := config.Load(file, p.Environ, f.set)
	return c, path, err
}

// newApp builds the program as f asks, the vault still locked.
func (p *Program) newApp(f *flags, o app.Options) (*app.App, error) {
	if f.verbose {
		slog.SetDefault(slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})))
	}
	home, err := p.homeDir(f)
	if err != nil {
		return nil, err
	}
	c, path, err := p.loadConfig(f, home)
	if err != nil {
		return nil, err
	}
	o.Home, o.Config, o.ConfigPath, o.Version, o.Sample, o.Questions = home, c, path, p.Version, p.Sample, p.Questions
	return app.New(o)
}

// session is an open vault with ingestion running beside it.
type session struct {
	*app.App
	stop func() error
}

// open builds the program, opens its vault (making it when create is true) and
// starts its long-lived parts.
func (p *Program) open(ctx context.Context, f *flags, create bool) (*session, error) {
	s, _, err := p.openWith(ctx, f, create)
	return s, err
}

// openWith is open, and returns the passphrase that opened the vault, "" where
// the keyring did.
func (p *Program) openWith(ctx context.Context, f *flags, create bool) (*session, string, error) {
	a, err := p.newApp(f, app.Options{})
	if err != nil {
		return nil, "", err
	}
	s := p.start(ctx, a)
	pass, err := p.unlock(ctx, f, a, create)
	if err != nil {
		return nil, "", errors.Join(err, s.stop())
	}
	return s, pass, nil
}

// start runs the program's long-lived parts until stop.
func (p *Program) start(ctx context.Context, a *app.App) *session {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	return &session{a, func() error {
		cancel()
		err := <-done
		if errors.Is(err, context.Canceled) {
			err = nil
		}
		return errors.Join(err, a.Close())
	}}
}

// unlock opens the vault with the passphrase file, the keyring or a question
// at the terminal, in this order, and returns the passphrase that did.
func (p *Program) unlock(ctx context.Context, f *flags, a *app.App, create bool) (pass string, err error) {
	state := a.Desk.State(ctx)
	if state.Vault == "open" {
		return "", nil
	}
	if pass, err = p.passphrase(f); err != nil {
		return "", err
	}
	if state.Vault == "none" {
		if !create {
			return "", mark.Errorf(mark.NotFound, "There is no vault in %s yet. 'markai ingest' makes one, or open the window.", state.Home)
		}
		return pass, p.createVault(ctx, a, state, pass)
	}
	if pass == "" && state.Keyring {
		if err := a.Desk.Unlock(ctx, wire.Unlock{}); err == nil || mark.CodeOf(err) == mark.WrongKey {
			return "", err
		}
	}
	if pass == "" {
		if pass, err = p.askPassphrase("Passphrase of the vault: "); err != nil {
			return "", err
		}
	}
	return pass, a.Desk.Unlock(ctx, wire.Unlock{Passphrase: pass})
}

func (p *Program) createVault(ctx context.Context, a *app.App, state wire.State, pass string) error {
	if pass == "" && !state.Keyring {
		var err error
		if pass, err = p.askPassphrase("This machine has no keyring. Choose a passphrase for the new vault: "); err != nil {
			return err
		}
	}
	made, err := a.Desk.CreateVault(ctx, wire.CreateVault{Passphrase: pass})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.Stderr, "A new vault was made in %s.\nIts recovery key, shown this once; write it down and keep it apart from this machine:\n\n    %s\n\n", state.Home, made.RecoveryKey)
	a.Desk.AcknowledgeRecovery(ctx)
	return nil
}

// passphrase reads the passphrase file, "" when none is named.
func (p *Program) passphrase(f *flags) (string, error) {
	path := f.passphraseFile
	if path == "" {
		path = p.env("MARKAI_PASSPHRASE_FILE")
	}
	if path == "" {
		return "", nil
	}
	return firstLine(path)
}

// firstLine reads a passphrase from the first line of a file.
func firstLine(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", mark.Errorf(mark.NotFound, "The passphrase file %s cannot be read.", path).Because(err)
	}
	defer file.Close()
	line, err := bufio.NewReader(file).ReadString('\n')
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", mark.Errorf(mark.Invalid, "The passphrase file %s has no first line.", path).Because(err)
	}
	return line, nil
}

func (p *Program) askPassphrase(prompt string) (string, error) {
	if p.Stdin == nil || !term.IsTerminal(int(p.Stdin.Fd())) {
		return "", mark.Errorf(mark.Locked, "The vault needs its passphrase. Name a file that holds it with --passphrase-file.")
	}
	fmt.Fprint(p.Stderr, prompt)
	b, err := term.ReadPassword(int(p.Stdin.Fd()))
	fmt.Fprintln(p.Stderr)
	if err != nil {
		return "", fmt.Errorf("read passphrase: %w", err)
	}
	if len(b) == 0 {
		return "", mark.Errorf(mark.Locked, "Nothing was typed, so the vault stays closed.")
	}
	return string(b), nil
}

// matter finds a matter by name or id, making it when create is true.
func (s *session) matter(ctx context.Context, name string, create bool) (wire.Matter, error) {
	if name == "" {
		return wire.Matter{}, mark.Errorf(mark.Invalid, "Name the matter with --matter.")
	}
	all, err := s.Desk.Matters(ctx)
	if err != nil {
		return wire.Matter{}, err
	}
	for _, m := range all {
		if m.Name == name || m.ID == name {
			return m, nil
		}
	}
	if create {
		return s.Desk.CreateMatter(ctx, name)
	}
	return wire.Matter{}, mark.Errorf(mark.NotFound, "There is no matter %q. 'markai matters' lists them.", name)
}
