package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	mark "markai/backend"
	"markai/backend/answer"
	"markai/backend/device"
	"markai/backend/models"
	"markai/backend/route"
)

// expertsFile is the file beside the vault in which a person changes experts
// and adds their own. It holds no text of a matter.
const expertsFile = "experts.json"

// experts choose who answers a question.
type experts struct {
	home     string // "": no file of experts
	library  *models.Library
	chat     *chat         // nil: the module is off
	embedder mark.Embedder // nil: questions are judged by words alone
	// ledger gives what became of answers; an error where the vault is locked.
	ledger func() (mark.ExpertLedger, error)
	busy   func() bool // somebody waits for an answer

	words  func() *route.Classifier // learned from words alone
	wanted chan struct{}            // holds a token when somebody has asked
	both   atomic.Pointer[route.Classifier]
}

func newExperts(home string, e *engines, ledger func() (mark.ExpertLedger, error), busy func() bool) *experts {
	return &experts{
		home: home, library: e.library, chat: e.chat, embedder: e.embedder(), ledger: ledger, busy: busy,
		words: sync.OnceValue(func() *route.Classifier {
			train, _ := route.Examples()
			return route.Train(train, nil)
		}),
		wanted: make(chan struct{}, 1),
	}
}

// run learns to tell questions apart by their words, and from vectors too, once somebody has asked and got their answer:
// that takes a second, for which nobody is to wait. Then it waits for ctx.
func (x *experts) run(ctx context.Context) error {
	x.words()
	if x.embedder != nil {
		select {
		case <-x.wanted:
			x.learn(ctx)
		case <-ctx.Done():
		}
	}
	<-ctx.Done()
	return nil
}

func (x *experts) learn(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if !x.busy() {
			break
		}
	}
	if err := x.train(ctx); err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "questions are told apart by their words alone", "error", mark.CodeOf(err))
	}
}

// train learns from the vectors of the examples too.
func (x *experts) train(ctx context.Context) error {
	train, _ := route.Examples()
	texts := make([]string, len(train))
	for i, e := range train {
		texts[i] = e.Text
	}
	vectors, err := x.embedder.Embed(ctx, texts)
	if err != nil {
		return err
	}
	x.both.Store(route.Train(train, vectors))
	return nil
}

// judge tells what kind of question text is.
func (x *experts) judge(ctx context.Context, text string) (route.Judgement, error) {
	select {
	case x.wanted <- struct{}{}:
	default:
	}
	if c := x.both.Load(); c != nil {
		vectors, err := x.embedder.Embed(ctx, []string{text})
		if err == nil {
			return c.Judge(text, vectors[0]), nil
		}
		if ctx.Err() != nil {
			return route.Judgement{}, ctx.Err()
		}
	}
	return x.words().Judge(text, nil), nil
}

// list returns the experts: those made of the installed models, as the person's
// file has them. Errors: Invalid for a file that is wrong; the list then is
// ours.
func (x *experts) list() ([]route.Expert, error) {
	ours := x.defaults()
	if x.home == "" {
		return ours, nil
	}
	f, err := os.Open(filepath.Join(x.home, expertsFile))
	if errors.Is(err, os.ErrNotExist) {
		return ours, nil
	}
	if err != nil {
		return ours, mark.Errorf(mark.Invalid, "The file %s cannot be read.", expertsFile).Because(err)
	}
	defer f.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(io.LimitReader(f, 2<<20))
	if err != nil {
		return ours, mark.Errorf(mark.Invalid, "The file %s cannot be read.", expertsFile).Because(err)
	}
	changed, err := route.Change(ours, text)
	if err != nil {
		return ours, err
	}
	return changed, nil
}

// defaults makes experts of the installed models: the one that the settings
// name for short answers, and the largest that half of the machine's memory
// holds for those that take more.
func (x *experts) defaults() []route.Expert {
	if x.chat == nil {
		return route.Defaults("", "")
	}
	usual := x.chat.model.ID
	large, most := usual, x.chat.model.Parameters
	room := device.Read().Memory / 2
	if x.chat.budget > 0 {
		room = x.chat.budget
	}
	all, err := x.library.List()
	if err != nil {
		return route.Defaults(usual, usual)
	}
	for _, m := range all {
		if m.Role == models.Chat && m.Path != "" && m.Problem == "" && m.Parameters > most && (room <= 0 || m.NeedsBytes <= room) {
			large, most = m.ID, m.Parameters
		}
	}
	return route.Defaults(usual, large)
}

// problem says why an expert cannot answer now; empty where it can.
func (x *experts) problem(e route.Expert) string {
	switch {
	case e.Model == "":
		return ""
	case x.chat == nil:
		return "The chat module is switched off in the settings."
	}
	if why := x.chat.problem(e.Model); why != "" {
		return why
	}
	if e.Adapter != "" {
		if _, err := x.library.Adapter(e.Adapter); err != nil {
			return mark.MessageOf(err)
		}
	}
	return ""
}

const (
	judgedDays = 180  // for which what readers said counts
	judgedMost = 2000 // uses that are looked at
)

// uses returns what became of answers lately; none where the vault is locked.
func (x *experts) uses(ctx context.Context) []mark.ExpertUse {
	l, err := x.ledger()
	if err != nil {
		return nil
	}
	uses, err := l.ExpertUses(ctx, time.Now().AddDate(0, 0, -judgedDays), judgedMost)
	if err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "the ledger of experts could not be read", "error", mark.CodeOf(err))
	}
	return uses
}

// Route implements answer.Router.
func (x *experts) Route(ctx context.Context, q mark.Question) (route.Decision, error) {
	j, err := x.judge(ctx, q.Text)
	if err != nil {
		return route.Decision{}, err
	}
	return x.choose(ctx, j, q.Expert)
}

func (x *experts) choose(ctx context.Context, j route.Judgement, named string) (route.Decision, error) {
	list, wrong := x.list()
	d, err := route.Choose(list, route.Asked{Judgement: j, Named: named, Problem: x.problem, Records: route.Tally(x.uses(ctx), j.Kind)})
	if err == nil && wrong != nil {
		d.Routed.Why = append(d.Routed.Why, mark.MessageOf(wrong)+" Until then the program's own experts answer.")
	}
	return d, err
}

var _ answer.Router = (*experts)(nil)
