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

func (v *vault) Registry(context.Context) (mark.Registry, error) {
	return nil, mark.Errorf(mark.Locked, "The vault is locked.")
}

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

func TestProgramIsOfflineUnlessASettingAllowsAConnection(t *testing.T) {
	for _, tt := range []struct {
		online func() bool
		want   bool
	}{{nil, true}, {func() bool { return false }, true}, {func() bool { return true }, false}} {
		d := desk.New(desk.Deps{Vault: &vault{}, Models: noModels{}, Machine: func() wire.Machine { return wire.Machine{} }, Online: tt.online})
		if got := d.State(t.Context()).Offline; got != tt.want {
			t.Errorf("offline %v, want %v", got, tt.want)
		}
	}
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

func TestFeaturesComeWithTheirBoxes(t *testing.T) {
	m := marktest.OpenMatter(t)
	doc := mark.Document{ID: "d", Name: "lease.pdf", Kind: mark.KindPDF, Meta: mark.Meta{Fields: map[string]string{"Z": "1", "A": "2"}}}
	page := func(n int) mark.Page {
		return mark.Page{Number: n, Text: "Lease of 3 May", Words: []mark.Word{
			{Start: 0, End: 5, Box: mark.Rect{X1: 30, Y1: 10}},
			{Start: 9, End: 14, Box: mark.Rect{X0: float64(100 * n), X1: float64(100*n + 30), Y1: 10}},
		}}
	}
	date := mark.Feature{Kind: mark.FeatureDate, Page: 2, Start: 9, End: 14, Text: "3 May", Value: "--05-03"}
	for _, err := range []error{
		m.PutDocument(t.Context(), doc), m.PutPages(t.Context(), doc.ID, []mark.Page{page(1), page(2)}, nil),
		m.PutFeatures(t.Context(), doc.ID, []mark.Feature{date, {Kind: mark.FeatureLine, Page: 1, End: 5, Value: "1"}}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	d := open(&vault{state: "open", store: m})
	got, err := d.Features(t.Context(), "m", "d", nil)
	if err != nil || len(got) != 1 || got[0].Value != date.Value || len(got[0].Span.Boxes) != 1 || got[0].Span.Boxes[0] != (wire.Box{200, 0, 230, 10}) {
		t.Errorf("features %+v, %v", got, err)
	}
	if lines, err := d.Features(t.Context(), "m", "d", []string{"line"}); err != nil || len(lines) != 1 {
		t.Errorf("lines %+v, %v", lines, err)
	}
	list, err := d.QueryDocuments(t.Context(), "m", wire.DocumentQuery{Kinds: []string{"pdf"}})
	if err != nil || list.Total != 1 || len(list.Documents) != 1 {
		t.Fatalf("documents %+v, %v", list, err)
	}
	if f := list.Documents[0].Fields; len(f) != 2 || f[0] != (wire.Field{Name: "A", Value: "2"}) {
		t.Errorf("fields %+v", f)
	}
}
