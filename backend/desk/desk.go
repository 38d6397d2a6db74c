// Package desk is what a window can do: the program's use cases in the words
// of package wire. The native window and the browser call the same methods, so
// they cannot drift apart; neither decides anything.
package desk

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"path"
	"sort"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/ingest"
	"markai/backend/wire"
)

// Vault is the part of the vault that a window needs.
type Vault interface {
	State(ctx context.Context) string
	Create(ctx context.Context, passphrase string) (recoveryKey string, err error)
	Unlock(ctx context.Context, passphrase string) error
	UnlockWithKeyring(ctx context.Context) error
	UnlockWithRecoveryKey(ctx context.Context, key string) error
	ChangePassphrase(ctx context.Context, current, next string) error
	Lock() error
	CreateMatter(ctx context.Context, name string) (mark.Matter, error)
	Matters(ctx context.Context) ([]mark.Matter, error)
	RenameMatter(ctx context.Context, id mark.MatterID, name string) error
	EraseMatter(ctx context.Context, id mark.MatterID) error
	Matter(ctx context.Context, id mark.MatterID) (mark.MatterStore, error)
	Registry(ctx context.Context) (mark.Registry, error)
}

// Ingester is the part of ingestion that a window needs.
type Ingester interface {
	Attach(ctx context.Context, id mark.MatterID, store mark.MatterStore) error
	Detach(id mark.MatterID)
	Add(ctx context.Context, id mark.MatterID, store mark.MatterStore, paths []string) (ingest.Added, error)
	AddReader(ctx context.Context, id mark.MatterID, store mark.MatterStore, name string, r io.Reader) (ingest.Added, error)
	Pause(ctx context.Context, id mark.MatterID, job mark.JobID) error
	Resume(ctx context.Context, id mark.MatterID, job mark.JobID) error
	Cancel(ctx context.Context, id mark.MatterID, job mark.JobID) error
	Retry(ctx context.Context, id mark.MatterID, job mark.JobID, password string) error
	PauseAll(ctx context.Context, id mark.MatterID) error
	ResumeAll(ctx context.Context, id mark.MatterID) error
	ReadAgain(ctx context.Context, id mark.MatterID, store mark.MatterStore, doc mark.DocumentID) (mark.Job, mark.Document, error)
	Progress(id mark.MatterID, job mark.JobID) (perSecond float64, eta time.Duration)
	Prefer(ctx context.Context, id mark.MatterID, doc mark.DocumentID) error
	Outlook(ctx context.Context, id mark.MatterID) (ingest.Outlook, error)
}

// Settings reads and writes the settings file.
type Settings interface {
	List() []wire.Setting
	Put(key, value string) error
}

// Deps are the parts that a Desk is made of.
type Deps struct {
	Vault    Vault
	Ingest   Ingester
	Searcher mark.Searcher
	Answerer mark.Answerer
	Folders  Folders // nil: none are watched
	Drawer   Drawer  // nil: pages are drawn by the window alone
	Settings Settings
	Models   Models
	Keeper   Keeper // nil: models are imported alone
	Engine   Engine
	Experts  Experts // nil: every question is answered in one way
	Checker  Checker // nil: the installation is not checked
	Machine  func() wire.Machine
	Sample   fs.FS       // the sample matter's documents; nil: none
	Online   func() bool // whether the settings allow connections; nil: they do not
	Version  string
	Home     string
	Desktop  bool
	Keyring  bool // a keyring answered at start
	Audit    bool
	Limit    int // hits of a search that names none
	User     mark.UserID

	Passwords Passwords // nil: what is locked is not drawn
}

// Desk serves one vault. It is safe for concurrent use.
type Desk struct {
	d   Deps
	hub hub

	mu       sync.Mutex                    // guards the fields below
	recovery string                        // shown while the vault is open until acknowledged; memory only
	counted  map[mark.MatterID]time.Time   // when a matter's counts were last sent
	counting map[mark.MatterID]*time.Timer // counts that are to come
}

// New makes a Desk.
func New(d Deps) *Desk {
	if d.Folders == nil {
		d.Folders = noFolders{}
	}
	if d.Checker == nil {
		d.Checker = noChecker{}
	}
	return &Desk{d: d}
}

// SampleName is the name of the matter that holds the sample documents.
const SampleName = "Sample matter"

// Watch returns events until stop is called. A slow watcher loses events. All
// watchers share an event, which none may change.
func (d *Desk) Watch() (events <-chan *wire.Event, stop func()) { return d.hub.watch() }

// JobChanged tells all watchers that a job or its document moved on. Ingestion
// calls it.
func (d *Desk) JobChanged(m mark.MatterID, j mark.Job, doc mark.Document) {
	wj, wd := d.wireJob(m, j, doc.Name), wireDocument(doc)
	d.hub.send(wire.Event{Kind: "job", Matter: string(m), Job: &wj, Document: &wd})
	if j.State == mark.JobFailed {
		d.audit(context.Background(), "document.quarantine", m, string(j.Document))
	}
	d.countSoon(m)
}

// countEvery is how often a matter that is being read is counted again.
const countEvery = time.Second

// countSoon counts a matter now, or as soon as it may be counted again, so that
// the last change is never missed and thousands of them cost little.
func (d *Desk) countSoon(m mark.MatterID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counting[m] != nil {
		return // soon
	}
	if d.counting == nil {
		d.counting, d.counted = map[mark.MatterID]*time.Timer{}, map[mark.MatterID]time.Time{}
	}
	d.counting[m] = time.AfterFunc(max(0, countEvery-time.Since(d.counted[m])), func() {
		d.mu.Lock()
		delete(d.counting, m)
		d.counted[m] = time.Now()
		d.mu.Unlock()
		d.countsChanged(context.Background(), m)
	})
}

// stopCounting forgets a count that was to come: the matter is closed.
func (d *Desk) stopCounting(m mark.MatterID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t := d.counting[m]; t != nil {
		t.Stop()
		delete(d.counting, m)
	}
}

// countsChanged tells all watchers what a matter holds now.
func (d *Desk) countsChanged(ctx context.Context, id mark.MatterID) {
	ms, err := d.d.Vault.Matters(ctx)
	if err != nil {
		return // locked meanwhile
	}
	for _, m := range ms {
		if m.ID == id {
			w := wireMatter(m, d.count(ctx, id))
			d.hub.send(wire.Event{Kind: "matter", Matter: w.ID, Counts: &w})
		}
	}
}

// StateChanged tells all watchers how the program stands.
func (d *Desk) StateChanged(ctx context.Context) {
	s := d.State(ctx)
	d.hub.send(wire.Event{Kind: "state", State: &s})
}

// State is what a window needs to know first.
func (d *Desk) State(ctx context.Context) wire.State {
	s := wire.State{
		Vault: d.d.Vault.State(ctx), Keyring: d.d.Keyring, Version: d.d.Version, Offline: d.d.Online == nil || !d.d.Online(),
		Desktop: d.d.Desktop, Home: d.d.Home, Machine: d.d.Machine(),
	}
	s.Chat, s.Embedding, s.OCR = d.d.Models.States()
	if s.Vault == "open" { // a locked window may be anybody's
		d.mu.Lock()
		s.RecoveryKey = d.recovery
		d.mu.Unlock()
	}
	return s
}

// CreateVault makes the vault and opens it. The recovery key is shown once:
// until AcknowledgeRecovery, and never after the program ends.
func (d *Desk) CreateVault(ctx context.Context, r wire.CreateVault) (wire.CreatedVault, error) {
	key, err := d.d.Vault.Create(ctx, r.Passphrase)
	if err != nil {
		return wire.CreatedVault{}, err
	}
	d.mu.Lock()
	d.recovery = key
	d.mu.Unlock()
	d.audit(ctx, "vault.create", "", "")
	d.StateChanged(ctx)
	return wire.CreatedVault{RecoveryKey: key}, nil
}

// AcknowledgeRecovery forgets the recovery key: it has been written down.
func (d *Desk) AcknowledgeRecovery(ctx context.Context) {
	d.mu.Lock()
	d.recovery = ""
	d.mu.Unlock()
	d.StateChanged(ctx)
}

// Unlock opens the vault and goes on with the work that was left.
func (d *Desk) Unlock(ctx context.Context, r wire.Unlock) error {
	var err error
	switch {
	case r.RecoveryKey != "":
		err = d.d.Vault.UnlockWithRecoveryKey(ctx, r.RecoveryKey)
	case r.Passphrase != "":
		err = d.d.Vault.Unlock(ctx, r.Passphrase)
	default:
		err = d.d.Vault.UnlockWithKeyring(ctx)
	}
	if err != nil {
		return err
	}
	d.audit(ctx, "vault.unlock", "", "")
	if err := d.attachAll(ctx); err != nil {
		return err
	}
	d.StateChanged(ctx)
	return nil
}

// attachAll lets ingestion go on with every matter.
func (d *Desk) attachAll(ctx context.Context) error {
	ms, err := d.d.Vault.Matters(ctx)
	if err != nil {
		return err
	}
	for _, m := range ms {
		store, err := d.d.Vault.Matter(ctx, m.ID)
		if err != nil {
			// One damaged store must not keep the others closed.
			slog.WarnContext(ctx, "matter left closed", "matter", m.ID, "err", err)
			continue
		}
		if err := d.attach(ctx, m.ID, store); err != nil {
			return err
		}
	}
	return nil
}

// attach lets the work on a matter go on.
func (d *Desk) attach(ctx context.Context, m mark.MatterID, store mark.MatterStore) error {
	if err := d.d.Ingest.Attach(ctx, m, store); err != nil {
		return err
	}
	return d.d.Folders.Attach(ctx, m, store)
}

// detach ends the work on a matter.
func (d *Desk) detach(m mark.MatterID) {
	d.d.Folders.Detach(m)
	d.d.Ingest.Detach(m)
	d.stopCounting(m)
}

// ChangePassphrase gives the vault another passphrase, or its first. Nobody
// changes it who does not know the present one, unless the vault was opened
// with its recovery key.
func (d *Desk) ChangePassphrase(ctx context.Context, r wire.ChangePassphrase) error {
	if r.Next == "" && !r.Keyring {
		return mark.Errorf(mark.Invalid, "Type the new passphrase.")
	}
	if r.Next != "" && r.Keyring {
		return mark.Errorf(mark.Invalid, "The vault is opened by a passphrase or by the system's keyring, not by both.")
	}
	if err := d.d.Vault.ChangePassphrase(ctx, r.Current, r.Next); err != nil {
		return err
	}
	d.audit(ctx, "vault.passphrase", "", "")
	return nil
}

// Lock closes every store and forgets the keys.
func (d *Desk) Lock(ctx context.Context) error {
	ms, err := d.d.Vault.Matters(ctx)
	if err != nil {
		return err
	}
	for _, m := range ms {
		d.detach(m.ID)
	}
	d.audit(ctx, "vault.lock", "", "")
	if err := d.d.Vault.Lock(); err != nil {
		return err
	}
	d.StateChanged(ctx)
	return nil
}

// Matters lists the matters with what they hold.
func (d *Desk) Matters(ctx context.Context) ([]wire.Matter, error) {
	ms, err := d.d.Vault.Matters(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]wire.Matter, 0, len(ms))
	for _, m := range ms {
		out = append(out, wireMatter(m, d.count(ctx, m.ID)))
	}
	return out, nil
}

// count returns what a matter holds; a store that cannot be opened must not
// hide the others, so it counts as empty.
func (d *Desk) count(ctx context.Context, id mark.MatterID) mark.Counts {
	store, err := d.d.Vault.Matter(ctx, id)
	if err == nil {
		var c mark.Counts
		if c, err = store.Counts(ctx); err == nil {
			return c
		}
	}
	slog.WarnContext(ctx, "matter not counted", "matter", id, "err", err)
	return mark.Counts{}
}

// CreateMatter makes an empty matter.
func (d *Desk) CreateMatter(ctx context.Context, name string) (wire.Matter, error) {
	name, err := matterName(name)
	if err != nil {
		return wire.Matter{}, err
	}
	m, err := d.d.Vault.CreateMatter(ctx, name)
	if err != nil {
		return wire.Matter{}, err
	}
	store, err := d.d.Vault.Matter(ctx, m.ID)
	if err != nil {
		return wire.Matter{}, err
	}
	if err := d.attach(ctx, m.ID, store); err != nil {
		return wire.Matter{}, err
	}
	d.audit(ctx, "matter.create", m.ID, "")
	w := wireMatter(m, mark.Counts{})
	d.hub.send(wire.Event{Kind: "matter", Matter: w.ID, Counts: &w})
	return w, nil
}

// matterName is a name as it is kept, or Invalid.
func matterName(name string) (string, error) {
	const most = 200 // characters
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		return "", mark.Errorf(mark.Invalid, "A matter needs a name.")
	case utf8.RuneCountInString(name) > most:
		return "", mark.Errorf(mark.Invalid, "The name of a matter has at most %d characters.", most)
	}
	return name, nil
}

// RenameMatter gives a matter another name.
func (d *Desk) RenameMatter(ctx context.Context, id, name string) error {
	name, err := matterName(name)
	if err != nil {
		return err
	}
	if err := d.d.Vault.RenameMatter(ctx, mark.MatterID(id), name); err != nil {
		return err
	}
	d.audit(ctx, "matter.rename", mark.MatterID(id), "")
	return nil
}

// EraseMatter destroys a matter's key, and so the matter. confirm is its name.
func (d *Desk) EraseMatter(ctx context.Context, id, confirm string) error {
	ms, err := d.d.Vault.Matters(ctx)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if string(m.ID) != id {
			continue
		}
		if m.Name != confirm {
			return mark.Errorf(mark.Invalid, "Nothing was erased: the name you typed is not the matter's name.")
		}
		d.detach(m.ID)
		if err := d.d.Vault.EraseMatter(ctx, m.ID); err != nil {
			return err
		}
		d.audit(ctx, "matter.erase", m.ID, "")
		return nil
	}
	return mark.Errorf(mark.NotFound, "There is no such matter.")
}

// OpenSample makes sure that the sample matter exists and is being read.
func (d *Desk) OpenSample(ctx context.Context) (wire.Matter, error) {
	if d.d.Sample == nil {
		return wire.Matter{}, mark.Errorf(mark.Unavailable, "This build carries no sample documents.")
	}
	ms, err := d.d.Vault.Matters(ctx)
	if err != nil {
		return wire.Matter{}, err
	}
	for _, m := range ms {
		if m.Name == SampleName {
			return wireMatter(m, mark.Counts{}), d.addSample(ctx, string(m.ID))
		}
	}
	m, err := d.CreateMatter(ctx, SampleName)
	if err != nil {
		return wire.Matter{}, err
	}
	return m, d.addSample(ctx, m.ID)
}

func (d *Desk) addSample(ctx context.Context, matter string) error {
	files, err := fs.ReadDir(d.d.Sample, ".")
	if err != nil {
		return err
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name() < files[j].Name() })
	for _, f := range files {
		if f.IsDir() || strings.HasPrefix(f.Name(), ".") || path.Ext(f.Name()) == ".md" {
			continue
		}
		if err := d.addSampleFile(ctx, matter, f.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) addSampleFile(ctx context.Context, matter, name string) error {
	r, err := d.d.Sample.Open(name)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = d.Upload(ctx, matter, name, r)
	return err
}

// audit records that something was done. A trail that cannot be written is
// logged loudly, but does not take the answer back.
func (d *Desk) audit(ctx context.Context, action string, m mark.MatterID, object string) {
	if !d.d.Audit {
		return
	}
	r, err := d.d.Vault.Registry(ctx)
	if err == nil {
		err = r.Audit(ctx, mark.AuditEntry{User: d.d.User, Action: action, Matter: m, Object: object})
	}
	if err != nil {
		slog.ErrorContext(ctx, "audit entry lost", "action", action, "err", err)
	}
}
