package desk

import (
	"context"
	"io"
	"strings"

	mark "markai/backend"
	"markai/backend/wire"
)

// Models are the models of this machine, and how the running ones stand.
type Models interface {
	List(ctx context.Context) ([]wire.Model, error)
	States() (chat, embedding wire.ModelState, ocr wire.ModuleState)
	// Import copies the model file at path into the models folder.
	Import(ctx context.Context, path string) (wire.Model, error)
	// ImportReader is Import of a file named name that arrives in pieces.
	ImportReader(ctx context.Context, name string, r io.Reader) (wire.Model, error)
	Remove(ctx context.Context, id string) error
	// Try puts one question to a chat model, whether it is the one in use or not.
	// emit's error ends it.
	Try(ctx context.Context, id, question string, emit func(wire.TryEvent) error) error
}

// Keeper knows which models can be had, fetches them where that is allowed, and
// keeps what is known of those that are here.
type Keeper interface {
	Catalogue(ctx context.Context) (wire.Catalogue, error)
	Downloads(ctx context.Context) ([]wire.Download, error)
	// Download begins or goes on. Errors: mark.Forbidden where no address is allowed.
	Download(ctx context.Context, r wire.DownloadRequest) (wire.Download, error)
	// DownloadAction does "pause", "resume" or "cancel"; a cancelled download leaves no file.
	DownloadAction(ctx context.Context, id, action string) (wire.Download, error)
	// Verify reads the whole file of a model.
	Verify(ctx context.Context, id string) (wire.Verified, error)
	// Configure keeps how a model is run; it holds from its next loading.
	Configure(ctx context.Context, id string, s wire.ModelSettings) error
	// Report is the last measurement of types side by side; one without rows where there is none.
	Report(ctx context.Context) (wire.ModelReport, error)
}

// Models lists the models of this machine.
func (d *Desk) Models(ctx context.Context) ([]wire.Model, error) { return d.d.Models.List(ctx) }

// model finds a model of this machine. Errors: NotFound.
func (d *Desk) model(ctx context.Context, id string) (wire.Model, error) {
	list, err := d.d.Models.List(ctx)
	if err != nil {
		return wire.Model{}, err
	}
	for _, m := range list {
		if m.ID == id {
			return m, nil
		}
	}
	return wire.Model{}, mark.Errorf(mark.NotFound, "There is no model named %q any more.", id)
}

// ImportModel copies the model file at path into the models folder.
func (d *Desk) ImportModel(ctx context.Context, path string) (wire.Model, error) {
	m, err := d.d.Models.Import(ctx, path)
	return d.imported(ctx, m, err)
}

// UploadModel is ImportModel of a file that arrives in pieces.
func (d *Desk) UploadModel(ctx context.Context, name string, r io.Reader) (wire.Model, error) {
	m, err := d.d.Models.ImportReader(ctx, name, r)
	return d.imported(ctx, m, err)
}

func (d *Desk) imported(ctx context.Context, m wire.Model, err error) (wire.Model, error) {
	if err != nil {
		return wire.Model{}, err
	}
	d.auditOpen(ctx, "model.import", m.ID)
	d.ModelsChanged()
	return m, nil
}

// RemoveModel deletes a model that a person brought. Errors: Forbidden for one
// that is in use, will be from the next start, or came with the program.
func (d *Desk) RemoveModel(ctx context.Context, id string) error {
	m, err := d.model(ctx, id)
	if err != nil {
		return err
	}
	if m.Active {
		return mark.Errorf(mark.Forbidden, "%s is in use. Use another model first, and start Mark AI again.", m.Name)
	}
	for _, s := range d.d.Settings.List() {
		if (s.Key == "chat.model" || s.Key == "embedding.model") && s.Value == id {
			return mark.Errorf(mark.Forbidden, "%s is the one to be used from the next start. Use another model first.", m.Name)
		}
	}
	if err := d.d.Models.Remove(ctx, id); err != nil {
		return err
	}
	d.auditOpen(ctx, "model.remove", id)
	d.ModelsChanged()
	return nil
}

// UseModel makes a model the one for its role.
func (d *Desk) UseModel(ctx context.Context, id string) error {
	m, err := d.model(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case !m.Installed:
		return mark.Errorf(mark.Unavailable, "%s", m.Problem)
	case m.Role != "chat" && m.Role != "embedding":
		return mark.Errorf(mark.Unsupported, "%s neither writes answers nor finds by meaning.", m.Name)
	}
	if err := d.PutSetting(ctx, m.Role+".model", id); err != nil {
		return err
	}
	d.auditOpen(ctx, "model.use", id)
	d.ModelsChanged()
	return nil
}

// TryModel puts one question to a model, outside of every matter. Nothing of it
// is kept.
func (d *Desk) TryModel(ctx context.Context, id, question string, emit func(wire.TryEvent) error) error {
	question = strings.TrimSpace(question)
	if question == "" {
		return mark.Errorf(mark.Invalid, "Type a question first.")
	}
	m, err := d.model(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case !m.Installed:
		return mark.Errorf(mark.Unavailable, "%s", m.Problem)
	case m.Role != "chat":
		return mark.Errorf(mark.Unsupported, "%s does not write text, so there is nothing to ask it.", m.Name)
	}
	return d.d.Models.Try(ctx, id, question, emit)
}

// keeper is the port, or Unsupported.
func (d *Desk) keeper() (Keeper, error) {
	if d.d.Keeper == nil {
		return nil, mark.Errorf(mark.Unsupported, "This build keeps no catalogue of models. Import a model's file instead.")
	}
	return d.d.Keeper, nil
}

// Catalogue says which models can be had.
func (d *Desk) Catalogue(ctx context.Context) (wire.Catalogue, error) {
	if d.d.Keeper == nil {
		m := d.d.Machine()
		return wire.Catalogue{Entries: []wire.CatalogueEntry{}, MemoryBytes: m.MemoryBytes, FreeBytes: m.FreeBytes}, nil
	}
	return d.d.Keeper.Catalogue(ctx)
}

// Downloads lists the models that are on their way, and those that were since
// the program started.
func (d *Desk) Downloads(ctx context.Context) ([]wire.Download, error) {
	if d.d.Keeper == nil {
		return []wire.Download{}, nil
	}
	return d.d.Keeper.Downloads(ctx)
}

// DownloadModel begins to fetch a file of the catalogue.
func (d *Desk) DownloadModel(ctx context.Context, r wire.DownloadRequest) (wire.Download, error) {
	k, err := d.keeper()
	if err != nil {
		return wire.Download{}, err
	}
	w, err := k.Download(ctx, r)
	if err == nil {
		d.auditOpen(ctx, "model.download", r.Entry+"/"+r.File)
	}
	return w, err
}

// DownloadAction pauses, resumes or cancels a download.
func (d *Desk) DownloadAction(ctx context.Context, id, action string) (wire.Download, error) {
	k, err := d.keeper()
	if err != nil {
		return wire.Download{}, err
	}
	return k.DownloadAction(ctx, id, action)
}

// VerifyModel reads a model's whole file and compares it with what is known of it.
func (d *Desk) VerifyModel(ctx context.Context, id string) (wire.Verified, error) {
	k, err := d.keeper()
	if err != nil {
		return wire.Verified{}, err
	}
	v, err := k.Verify(ctx, id)
	if err == nil {
		d.ModelsChanged()
	}
	return v, err
}

// ConfigureModel keeps how a model is run.
func (d *Desk) ConfigureModel(ctx context.Context, id string, s wire.ModelSettings) error {
	k, err := d.keeper()
	if err != nil {
		return err
	}
	if err := k.Configure(ctx, id, s); err != nil {
		return err
	}
	d.ModelsChanged()
	return nil
}

// ModelReport is the last measurement of types side by side.
func (d *Desk) ModelReport(ctx context.Context) (wire.ModelReport, error) {
	if d.d.Keeper == nil {
		return wire.ModelReport{Rows: []wire.ModelReportRow{}, Choice: -1}, nil
	}
	return d.d.Keeper.Report(ctx)
}

// DownloadChanged tells all watchers how a download stands. Its keeper calls it.
func (d *Desk) DownloadChanged(w wire.Download) {
	d.hub.send(wire.Event{Kind: "download", Download: &w})
}

// ModelsChanged tells all watchers that the models are others than before.
func (d *Desk) ModelsChanged() { d.hub.send(wire.Event{Kind: "models"}) }

// auditOpen is audit of what can be done while the vault is locked too, when
// there is no trail to write to.
func (d *Desk) auditOpen(ctx context.Context, action, object string) {
	if d.d.Vault.State(ctx) == "open" {
		d.audit(ctx, action, "", object)
	}
}
