// Package app builds the program out of its parts and owns their lifetimes.
package app

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/config"
	"markai/backend/desk"
	"markai/backend/device"
	"markai/backend/ingest"
	"markai/backend/keyring"
	"markai/backend/models"
	"markai/backend/retrieve"
	"markai/backend/vault"
	"markai/backend/watch"
	"markai/backend/wire"
)

// Options are what an App is built from.
type Options struct {
	Home       string
	Config     *config.Loaded
	ConfigPath string // where changed settings are written
	Version    string
	Sample     fs.FS // nil: no sample matter
	Questions  fs.FS // documents, and questions whose places are known; nil: the installation is not checked
	Desktop    bool
	Follow     bool          // follow watched folders while Run runs; else they are scanned when asked
	Keys       mark.KeyStore // nil: the system's keyring
}

// App is the program. Its vault starts locked.
type App struct {
	Desk   *desk.Desk
	Config *config.Loaded
	// Downloads brings models of the catalogue from where the settings allow.
	Downloads *models.Downloads

	settings *settings
	home     string
	vault    *vault.Vault
	ingest   *ingest.Service
	folders  *watch.Service
	follow   bool
	reader   *Reader
	engines  *engines
	experts  *experts
	searcher mark.Searcher
	answers  *attention
	checks   *selfChecks

	questions fs.FS
	version   string
}

// New builds the program. Nothing runs and no worker is started yet.
func New(o Options) (*App, error) {
	keys := o.Keys
	if keys == nil {
		keys = keyring.New()
	}
	a := &App{Config: o.Config, home: o.Home, vault: vault.Open(o.Home, stores(), keys)}
	a.settings = &settings{loaded: o.Config, path: o.ConfigPath}
	var err error
	if a.reader, err = NewReader(o.Config); err != nil {
		return nil, err
	}
	if a.engines, err = newEngines(o.Home, o.Config, func() { a.Desk.StateChanged(context.Background()) }); err != nil {
		return nil, errors.Join(err, a.reader.Close())
	}
	a.Downloads = a.newDownloads()
	a.searcher = retrieve.New(retrieve.Config{Embedder: a.engines.embedder(), Evidence: evidence})
	a.experts = newExperts(o.Home, a.engines, func() (mark.ExpertLedger, error) { return a.vault.Registry() }, func() bool { return a.answers.busy() })
	a.answers = &attention{Answerer: answer.New(a.answerConfig(a.searcher))}
	a.ingest = ingest.New(a.ingestConfig(a.jobChanged))
	a.folders, a.follow = watch.New(watch.Config{
		Add: a.addWatched, Own: o.Home, Notify: func(m mark.MatterID) { a.Desk.FoldersChanged(m) },
	}), o.Follow
	a.questions, a.version = o.Questions, o.Version
	a.checks = newSelfChecks(o.Home, o.Questions != nil, a.checkSelf, func() { a.Desk.SelfCheckChanged() })
	a.Desk = desk.New(desk.Deps{
		Vault: vaultPort{a.vault}, Ingest: a.ingest, Folders: a.folders, Drawer: a.reader, Searcher: a.searcher,
		Answerer: a.answers, Passwords: &passwords{vault: a.vault},
		Settings: a.settings, Checker: a.checks,
		Models: modelsPort{a}, Keeper: keeperPort{a}, Online: a.online, Engine: enginePort{a}, Experts: expertsPort{a.experts}, Machine: machine,
		Sample: o.Sample, Version: o.Version, Home: o.Home, Desktop: o.Desktop,
		Keyring: canUseKeyring(a.vault, keys), Audit: o.Config.Modules.Audit, Limit: o.Config.Search.Limit, User: localUser,
	})
	return a, nil
}

// addWatched adds a file of a watched folder.
func (a *App) addWatched(ctx context.Context, id mark.MatterID, store mark.MatterStore, path string) (mark.Document, bool, error) {
	doc, known, err := a.ingest.AddFile(ctx, id, store, path)
	if err == nil && !known {
		a.Desk.DocumentAdded(ctx, id, doc.ID)
	}
	return doc, known, err
}

func (a *App) jobChanged(m mark.MatterID, j mark.Job, d mark.Document) { a.Desk.JobChanged(m, j, d) }

// online reports whether the settings allow a connection.
func (a *App) online() bool { return strings.Trim(a.settings.now().Network.Hosts, ", ") != "" }

// Run serves the long-lived parts until ctx ends.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.ingest.Run(ctx) })
	if a.follow {
		g.Go(func() error { return a.folders.Run(ctx) })
	}
	g.Go(func() error { return a.engines.run(ctx) })
	g.Go(func() error { return a.checks.run(ctx) })
	g.Go(func() error { return a.experts.run(ctx) })
	g.Go(func() error { return a.Downloads.Run(ctx) })
	return g.Wait()
}

// Close ends what New built, after Run has returned.
func (a *App) Close() error {
	return errors.Join(a.engines.close(), a.reader.Close(), a.vault.Close())
}

func modelsDir(home string) string { return filepath.Join(home, "models") }

// keyringPatience is how long the start waits for a keyring. One that asks the
// person something is there, only not yet open.
const keyringPatience = 2 * time.Second

// canUseKeyring says whether opening or making the vault can do without a
// passphrase.
func canUseKeyring(v *vault.Vault, keys mark.KeyStore) bool {
	ctx, cancel := context.WithTimeout(context.Background(), keyringPatience)
	defer cancel()
	if state, err := v.State(ctx); err == nil && state == vault.Locked {
		pass, err := v.HasPassphrase(ctx)
		return err == nil && !pass
	}
	return hasKeyring(ctx, keys)
}

// hasKeyring asks for a secret that cannot be there.
func hasKeyring(ctx context.Context, keys mark.KeyStore) bool {
	_, err := keys.Get(ctx, "availability")
	return mark.CodeOf(err) == mark.NotFound
}

func machine() wire.Machine {
	m := device.Read()
	return wire.Machine{Cores: m.Physical, MemoryBytes: m.Memory, FreeBytes: m.Free}
}

// settings is the settings file as the window sees it.
type settings struct {
	mu     sync.Mutex // guards loaded and the file
	loaded *config.Loaded
	path   string
}

// now returns the settings that hold now.
func (s *settings) now() config.Config {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loaded.Config
}

func (s *settings) List() []wire.Setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []wire.Setting{}
	for _, v := range s.loaded.Show() {
		out = append(out, wire.Setting{
			Key: v.Key, Value: v.Value, Default: v.Default, Origin: string(v.Origin), Doc: v.Doc, Kind: v.Kind, Choices: v.Choices, Restart: v.Restart,
		})
	}
	return out
}

// Put writes the file, then changes the running value, so that both agree or
// neither has changed.
func (s *settings) Put(key, value string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, err := os.ReadFile(s.path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return mark.Errorf(mark.Unavailable, "The settings file %s cannot be read.", s.path).Because(err)
	}
	if text, err = config.WriteKey(text, key, value); err != nil {
		return err
	}
	if _, err := config.Load(bytes.NewReader(text), nil, nil); err != nil {
		return err
	}
	if err := replaceFile(s.path, text); err != nil {
		return mark.Errorf(mark.Unavailable, "The settings file %s cannot be written.", s.path).Because(err)
	}
	return s.loaded.Set(key, value, config.FromFile)
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, text []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".config-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(text)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
