package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// Host is what the bridge needs of the native window.
type Host interface {
	Emit(event string, data any)
	// PickFiles shows the system's file dialog; none when it was closed.
	PickFiles() ([]string, error)
	// PickFolder shows the dialog for a folder; empty when it was closed.
	PickFolder() (string, error)
	// PickModel shows the dialog for a model file; empty when it was closed.
	PickModel() (string, error)
	// SaveFile asks where to write a file; empty when the dialog was closed.
	SaveFile(name string) (string, error)
}

// Bridge is bound to the page: each exported method is one that the page calls.
// A failure reaches the page as JSON with code and message.
type Bridge struct {
	desk *desk.Desk
	host Host
	ctx  context.Context // the window's life; the page's calls carry none

	mu     sync.Mutex // guards asking
	asking map[string]*asking
	wg     sync.WaitGroup
}

// asking is an answer that is being made.
type asking struct {
	cancel context.CancelFunc
	ready  chan struct{} // closed when the page listens
	once   sync.Once
}

// NewBridge returns a bridge whose calls end with ctx.
func NewBridge(ctx context.Context, d *desk.Desk, h Host) *Bridge {
	return &Bridge{desk: d, host: h, ctx: ctx, asking: map[string]*asking{}}
}

// pageError is what crosses to the page.
func pageError(err error) error {
	if err == nil {
		return nil
	}
	text, _ := json.Marshal(desk.WireError(err)) // two strings always marshal
	return errors.New(string(text))
}

func reply[T any](v T, err error) (T, error) { return v, pageError(err) }

// State says how the program stands.
func (b *Bridge) State() wire.State { return b.desk.State(b.ctx) }

// CreateVault makes the vault.
func (b *Bridge) CreateVault(r wire.CreateVault) (wire.CreatedVault, error) {
	return reply(b.desk.CreateVault(b.ctx, r))
}

// AcknowledgeRecovery forgets the recovery key: it has been written down.
func (b *Bridge) AcknowledgeRecovery() { b.desk.AcknowledgeRecovery(b.ctx) }

// Unlock opens the vault.
func (b *Bridge) Unlock(r wire.Unlock) error { return pageError(b.desk.Unlock(b.ctx, r)) }

// ChangePassphrase gives the vault another passphrase.
func (b *Bridge) ChangePassphrase(r wire.ChangePassphrase) error {
	return pageError(b.desk.ChangePassphrase(b.ctx, r))
}

// Lock closes the vault.
func (b *Bridge) Lock() error { return pageError(b.desk.Lock(b.ctx)) }

// Matters lists the matters.
func (b *Bridge) Matters() ([]wire.Matter, error) { return reply(b.desk.Matters(b.ctx)) }

// CreateMatter makes an empty matter.
func (b *Bridge) CreateMatter(name string) (wire.Matter, error) {
	return reply(b.desk.CreateMatter(b.ctx, name))
}

// RenameMatter gives a matter another name.
func (b *Bridge) RenameMatter(matter, name string) error {
	return pageError(b.desk.RenameMatter(b.ctx, matter, name))
}

// EraseMatter destroys a matter; confirm is its name.
func (b *Bridge) EraseMatter(matter, confirm string) error {
	return pageError(b.desk.EraseMatter(b.ctx, matter, confirm))
}

// OpenSample makes sure that the sample matter is there.
func (b *Bridge) OpenSample() (wire.Matter, error) { return reply(b.desk.OpenSample(b.ctx)) }

// Documents lists a matter's documents.
func (b *Bridge) Documents(matter string) ([]wire.Document, error) {
	return reply(b.desk.Documents(b.ctx, matter))
}

// QueryDocuments lists the documents that q selects.
func (b *Bridge) QueryDocuments(matter string, q wire.DocumentQuery) (wire.DocumentList, error) {
	return reply(b.desk.QueryDocuments(b.ctx, matter, q))
}

// Facets counts the values to filter by.
func (b *Bridge) Facets(matter string, q wire.DocumentQuery) (wire.Facets, error) {
	return reply(b.desk.Facets(b.ctx, matter, q))
}

// Features lists what was recognised in a document; no kinds means all.
func (b *Bridge) Features(matter, doc string, kinds []string) ([]wire.Feature, error) {
	return reply(b.desk.Features(b.ctx, matter, doc, kinds))
}

// FindFeatures lists where a matter's documents have a feature of this value.
func (b *Bridge) FindFeatures(matter, kind, value string) ([]wire.Feature, error) {
	return reply(b.desk.FindFeatures(b.ctx, matter, kind, value))
}

// AddPaths queues dropped files and folders.
func (b *Bridge) AddPaths(matter string, paths []string) (wire.AddResult, error) {
	return reply(b.desk.AddPaths(b.ctx, matter, paths))
}

// PickFiles asks for files and queues them.
func (b *Bridge) PickFiles(matter string) (wire.AddResult, error) {
	paths, err := b.host.PickFiles()
	if err != nil || len(paths) == 0 {
		return wire.AddResult{Jobs: []wire.Job{}, Known: []wire.Document{}, Rejected: []wire.Rejected{}, Skipped: []wire.Rejected{}}, pageError(err)
	}
	return b.AddPaths(matter, paths)
}

// PickFolder asks for a folder to be watched; empty when the dialog was closed.
func (b *Bridge) PickFolder() (string, error) { return reply(b.host.PickFolder()) }

// SaveText writes text where the person says, and returns the file's name;
// empty when the dialog was closed.
func (b *Bridge) SaveText(name, text string) (string, error) {
	path, err := b.host.SaveFile(name)
	if err != nil || path == "" {
		return "", pageError(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", pageError(mark.Errorf(mark.Invalid, "The file could not be written there. Choose another folder.").Because(err))
	}
	return filepath.Base(path), nil
}

// RemoveDocument takes a document out of its matter.
func (b *Bridge) RemoveDocument(matter, doc string) error {
	return pageError(b.desk.RemoveDocument(b.ctx, matter, doc))
}

// Page is one page with its words.
func (b *Bridge) Page(matter, doc string, number int) (wire.Page, error) {
	return reply(b.desk.Page(b.ctx, matter, doc, number))
}

// Jobs lists a part of a matter's jobs.
func (b *Bridge) Jobs(matter string, states []string, offset, limit int) (wire.JobList, error) {
	return reply(b.desk.Jobs(b.ctx, matter, states, offset, limit))
}

// AllJobs pauses or resumes all jobs of a matter.
func (b *Bridge) AllJobs(matter, action string) error {
	return pageError(b.desk.AllJobs(b.ctx, matter, action))
}

// ReadAgain has a PDF read anew from the pictures of its pages.
func (b *Bridge) ReadAgain(matter, doc string) (wire.Job, error) {
	return reply(b.desk.ReadAgain(b.ctx, matter, doc))
}

// JobAction pauses, resumes, cancels or retries a job.
func (b *Bridge) JobAction(matter, job string, a wire.JobAction) error {
	return pageError(b.desk.JobAction(b.ctx, matter, job, a))
}

// Search finds passages.
func (b *Bridge) Search(matter string, r wire.SearchRequest) ([]wire.Hit, error) {
	return reply(b.desk.Search(b.ctx, matter, r))
}

// ReadSearch says how a search is understood.
func (b *Bridge) ReadSearch(matter, text string) (wire.Reading, error) {
	return reply(b.desk.ReadSearch(b.ctx, matter, text))
}

// Ask starts an answer, whose events come as "ask:" and the returned id once
// the page has called AskReady.
func (b *Bridge) Ask(matter string, r wire.AskRequest) string {
	id := mark.NewID()
	b.stream(id, func(ctx context.Context) {
		err := b.desk.Ask(ctx, matter, r, func(e wire.AskEvent) error {
			b.host.Emit("ask:"+id, e)
			return ctx.Err()
		})
		if err != nil && ctx.Err() == nil {
			b.host.Emit("ask:"+id, wire.AskEvent{Kind: "error", Error: desk.WireError(err)})
		}
	})
	return id
}

// stream runs send once the page listens, until it is done or cancelled.
func (b *Bridge) stream(id string, send func(ctx context.Context)) {
	ctx, cancel := context.WithCancel(b.ctx)
	a := &asking{cancel: cancel, ready: make(chan struct{})}
	b.mu.Lock()
	b.asking[id] = a
	b.mu.Unlock()
	b.wg.Go(func() {
		defer b.CancelAsk(id)
		select {
		case <-a.ready:
			send(ctx)
		case <-ctx.Done():
		}
	})
}

// AskReady says that the page listens for the answer's events.
func (b *Bridge) AskReady(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a, ok := b.asking[id]; ok {
		a.once.Do(func() { close(a.ready) })
	}
}

// CancelAsk ends an answer.
func (b *Bridge) CancelAsk(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a, ok := b.asking[id]; ok {
		a.cancel()
		delete(b.asking, id)
	}
}

// Conversations lists a matter's conversations.
func (b *Bridge) Conversations(matter string) ([]wire.Conversation, error) {
	return reply(b.desk.Conversations(b.ctx, matter))
}

// Messages gives one conversation.
func (b *Bridge) Messages(matter, conversation string) ([]wire.Message, error) {
	return reply(b.desk.Messages(b.ctx, matter, conversation))
}

// DeleteConversation forgets a conversation.
func (b *Bridge) DeleteConversation(matter, conversation string) error {
	return pageError(b.desk.DeleteConversation(b.ctx, matter, conversation))
}

// Settings lists all settings.
func (b *Bridge) Settings() []wire.Setting { return b.desk.Settings() }

// PutSetting writes one setting.
func (b *Bridge) PutSetting(key, value string) error {
	return pageError(b.desk.PutSetting(b.ctx, key, value))
}

// forward passes events on to the page until ctx ends.
func (b *Bridge) forward(ctx context.Context) {
	events, stop := b.desk.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			b.host.Emit("event", e)
		}
	}
}

// wait returns when no answer is being made any more.
func (b *Bridge) wait() { b.wg.Wait() }
