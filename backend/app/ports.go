package app

import (
	"context"
	"iter"
	"os"
	"path/filepath"
	"sync/atomic"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/device"
	"markai/backend/ingest"
	"markai/backend/models"
	"markai/backend/retrieve"
	"markai/backend/vault"
	"markai/backend/wire"
)

// attention counts the answers that a person waits for.
type attention struct {
	mark.Answerer
	waiting atomic.Int32
}

// Answer implements mark.Answerer.
func (a *attention) Answer(ctx context.Context, m mark.MatterStore, q mark.Question) iter.Seq2[mark.AnswerEvent, error] {
	return func(yield func(mark.AnswerEvent, error) bool) {
		a.waiting.Add(1)
		defer a.waiting.Add(-1)
		a.Answerer.Answer(ctx, m, q)(yield)
	}
}

// busy reports whether somebody waits: embedding then pauses.
func (a *attention) busy() bool { return a.waiting.Load() > 0 }

// vaultPort is the vault as the desk knows it.
type vaultPort struct{ *vault.Vault }

// State implements desk.Vault. A vault file that cannot be read is a locked
// vault: unlocking it says what is wrong, and no new one is laid over it.
func (v vaultPort) State(ctx context.Context) string {
	s, err := v.Vault.State(ctx)
	if err != nil {
		return string(vault.Locked)
	}
	return string(s)
}

// Registry implements desk.Vault.
func (v vaultPort) Registry(context.Context) (mark.Registry, error) { return v.Vault.Registry() }

// modelsPort says how models stand.
type modelsPort struct{ a *App }

// List implements desk.Models.
func (p modelsPort) List(ctx context.Context) ([]wire.Model, error) {
	list, err := ListModels(ctx, p.a.engines.library)
	for i := range list {
		m := &list[i]
		m.Active = p.a.engines.runs(m.ID)
		if c := p.a.engines.chat; c != nil && m.Role == string(models.Chat) {
			m.Ability = wireAbility(c.can.peek(abilityKey(models.Model{ID: m.ID, SHA256: m.SHA256, Path: m.File})))
		}
	}
	return list, err
}

// wireAbility is what a model can do, in the words of the window; nil stays nil.
func wireAbility(a *answer.Ability) *wire.ModelAbility {
	if a == nil {
		return nil
	}
	return &wire.ModelAbility{Writes: a.Writes(), Grammar: a.Grammar, Answers: a.Answers, Keeps: a.Keeps, Cites: a.Cites, Stays: a.Stays}
}

// States implements desk.Models.
func (p modelsPort) States() (chat, embedding wire.ModelState, ocr wire.ModuleState) {
	chat, embedding = p.a.engines.states()
	return chat, embedding, wire.ModuleState{On: p.a.reader.recogniser != nil}
}

// ListModels lists the models of a library.
func ListModels(_ context.Context, l *models.Library) ([]wire.Model, error) {
	list, err := l.List()
	if err != nil {
		return nil, err
	}
	out := []wire.Model{}
	for _, m := range list {
		out = append(out, wireModel(l, m))
	}
	return out, nil
}

// wireModel is a model of l in the words of the window.
func wireModel(l *models.Library, m models.Model) wire.Model {
	w := wire.Model{
		ID: m.ID, Name: m.Name, Role: string(m.Role), Bytes: m.Bytes, NeedsBytes: m.NeedsBytes,
		Licence: m.Licence, Installed: m.Path != "", Problem: m.Problem,
		Own: !m.Default, Source: m.Source, SHA256: m.SHA256, Parameters: int64(m.Parameters), Context: m.Context,
		Capabilities: []string{}, Needs: []wire.MemoryNeed{},
	}
	if m.Path == "" {
		return w
	}
	w.File = m.File()
	if s, err := l.Settings(m.ID); err != nil {
		w.Problem = mark.MessageOf(err)
	} else {
		w.Settings = wireSettings(s)
	}
	card, err := models.Inspect(m.Path, device.Read().Free)
	if err != nil {
		return w // Problem says it
	}
	w.Architecture, w.Type, w.Template, w.Capabilities = card.Architecture, card.Type, card.Template, card.Abilities
	w.Context, w.Advice = card.Context, card.Advice
	w.Needs = wireNeeds(card.Needs)
	return w
}

// PrepareModels makes the shipped models ready in dir, or, when dir is empty,
// in the first folder of shipped models there is.
func PrepareModels(ctx context.Context, dir string) ([]string, error) {
	if dir == "" {
		dirs := models.ShippedDirs()
		if len(dirs) == 0 {
			return nil, mark.Errorf(mark.NotFound, "There is no folder of models beside the program. Name one with --dir.")
		}
		dir = dirs[0]
	}
	return models.Prepare(ctx, dir)
}

// evidence lets search show the sentence that an answer would quote.
func evidence(question string, doc mark.Document, pages []mark.Page, hits []mark.Hit) []retrieve.Sentence {
	var out []retrieve.Sentence
	for _, e := range answer.Find(question, doc, pages, hits) {
		out = append(out, retrieve.Sentence(e))
	}
	return out
}

func (a *App) answerConfig(s mark.Searcher) answer.Config {
	c := answer.Config{Searcher: s, Embedder: a.engines.embedder(), Generator: a.engines.generator(), Router: a.experts}
	if chat := a.engines.chat; chat != nil {
		c.Models = chat.writer
		c.Model = func() answer.Model { return c.Models("") }
	}
	return c
}

func (a *App) ingestConfig(notify func(mark.MatterID, mark.Job, mark.Document)) ingest.Config {
	c := a.Config.Ingest
	return ingest.Config{
		Parsers: a.reader.parsers, Recogniser: a.reader.recogniser, Embedder: a.engines.embedder(), Passwords: &passwords{vault: a.vault},
		Notify: notify, Busy: a.answers.busy, Workers: c.Documents, OCRParallel: c.OCRPages, OCRDPI: c.OCRDPI,
	}
}

// tessdata is the folder of Tesseract's data that came with the program, or ""
// where the system's own serves.
func tessdata() string {
	var dirs []string
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		dirs = append(dirs, filepath.Join(filepath.Dir(exe), "tessdata"), filepath.Join(filepath.Dir(exe), "..", "Resources", "tessdata"))
	}
	if cache := os.Getenv("MARKAI_CACHE"); cache != "" {
		dirs = append(dirs, filepath.Join(cache, "tessdata"))
	}
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "eng.traineddata")); err == nil {
			return d
		}
	}
	return ""
}
