package desk_test

import (
	"context"
	"testing"
	"time"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/marktest"
	"markai/backend/wire"
)

// vault holds one matter.
type vault struct {
	desk.Vault
	state string
	store mark.MatterStore
}

func (v *vault) State(context.Context) string { return v.state }

func (v *vault) Create(context.Context, string) (string, error) {
	v.state = "open"
	return "RECOV-ERYKE", nil
}

func (v *vault) Matter(context.Context, mark.MatterID) (mark.MatterStore, error) { return v.store, nil }

type noModels struct{ desk.Models }

func (noModels) States() (chat, embedding wire.ModelState, ocr wire.ModuleState) { return }

// late is ingestion whose jobs have always just ended.
type late struct{ desk.Ingester }

func (late) Cancel(context.Context, mark.MatterID, mark.JobID) error {
	return mark.Errorf(mark.Invalid, "This job is done; there is nothing to stop.")
}

func open(v *vault) *desk.Desk {
	return desk.New(desk.Deps{Vault: v, Ingest: late{}, Models: noModels{}, Machine: func() wire.Machine { return wire.Machine{} }})
}

func TestTheRecoveryKeyIsNotShownWhileTheVaultIsLocked(t *testing.T) {
	v := &vault{state: "none"}
	d := open(v)
	made, err := d.CreateVault(t.Context(), wire.CreateVault{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ state, want string }{{"open", made.RecoveryKey}, {"locked", ""}, {"open", made.RecoveryKey}} {
		v.state = tt.state
		if got := d.State(t.Context()).RecoveryKey; got != tt.want {
			t.Errorf("%s: %q is shown, want %q", tt.state, got, tt.want)
		}
	}
	d.AcknowledgeRecovery(t.Context())
	if got := d.State(t.Context()).RecoveryKey; got != "" {
		t.Errorf("acknowledged, and %q is shown", got)
	}
}

func TestARefusalStaysReadableWhenWhatWasNearestIsGone(t *testing.T) {
	m := marktest.OpenMatter(t)
	kept, gone := marktest.AddText(t, m, "kept.txt", "the lessee pays rent"), marktest.AddText(t, m, "gone.txt", "the lessee gives notice")
	near := func(d mark.Document) mark.Hit {
		return mark.Hit{Document: d, Spans: []mark.Span{{Document: d.ID, Page: 1, Start: 0, End: 10}}}
	}
	refusal := &mark.Answer{Text: "Nothing bears on this.", Refused: true, Nearest: []mark.Hit{near(gone), near(kept)}}
	if err := m.PutConversation(t.Context(), mark.Conversation{ID: "c", Created: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := m.AddMessage(t.Context(), "c", mark.Message{Role: "assistant", Text: refusal.Text, Answer: refusal}); err != nil {
		t.Fatal(err)
	}
	if err := m.DeleteDocument(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	got, err := open(&vault{state: "open", store: m}).Messages(t.Context(), "m", "c")
	if err != nil || len(got) != 1 || got[0].Answer == nil {
		t.Fatalf("messages %+v, %v", got, err)
	}
	a := got[0].Answer
	if a.Text != refusal.Text || !a.Refused || a.Sentences == nil || a.Citations == nil {
		t.Errorf("answer %+v", a)
	}
	if len(a.Nearest) != 1 || a.Nearest[0].Document != string(kept.ID) {
		t.Errorf("nearest %+v", a.Nearest)
	}
}

func TestADocumentWhoseJobHasJustEndedIsRemoved(t *testing.T) {
	m := marktest.OpenMatter(t)
	doc := marktest.AddText(t, m, "a.txt", "the lessee pays rent")
	if err := m.PutJob(t.Context(), mark.Job{ID: "j", Document: doc.ID, State: mark.JobRunning}); err != nil {
		t.Fatal(err)
	}
	if err := open(&vault{state: "open", store: m}).RemoveDocument(t.Context(), "m", string(doc.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Document(t.Context(), doc.ID); mark.CodeOf(err) != mark.NotFound {
		t.Errorf("the document is there: %v", err)
	}
}
