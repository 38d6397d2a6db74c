package desktop

import (
	"context"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// Models lists the models.
func (b *Bridge) Models() ([]wire.Model, error) { return reply(b.desk.Models(b.ctx)) }

// PickModel asks for a model file and imports it; nil when the dialog was closed.
func (b *Bridge) PickModel() (*wire.Model, error) {
	path, err := b.host.PickModel()
	if err != nil || path == "" {
		return nil, pageError(err)
	}
	return b.ImportModel(path)
}

// ImportModel copies the model file at path into the models folder.
func (b *Bridge) ImportModel(path string) (*wire.Model, error) {
	m, err := b.desk.ImportModel(b.ctx, path)
	if err != nil {
		return nil, pageError(err)
	}
	return &m, nil
}

// RemoveModel deletes a model that a person brought.
func (b *Bridge) RemoveModel(id string) error { return pageError(b.desk.RemoveModel(b.ctx, id)) }

// UseModel makes a model the one for its role.
func (b *Bridge) UseModel(id string) error { return pageError(b.desk.UseModel(b.ctx, id)) }

// VerifyModel reads a model's whole file.
func (b *Bridge) VerifyModel(id string) (wire.Verified, error) {
	return reply(b.desk.VerifyModel(b.ctx, id))
}

// ConfigureModel keeps how a model is run.
func (b *Bridge) ConfigureModel(id string, s wire.ModelSettings) error {
	return pageError(b.desk.ConfigureModel(b.ctx, id, s))
}

// Catalogue says which models can be had.
func (b *Bridge) Catalogue() (wire.Catalogue, error) { return reply(b.desk.Catalogue(b.ctx)) }

// Downloads lists the models that are on their way.
func (b *Bridge) Downloads() ([]wire.Download, error) { return reply(b.desk.Downloads(b.ctx)) }

// DownloadModel begins to fetch a file of the catalogue.
func (b *Bridge) DownloadModel(r wire.DownloadRequest) (wire.Download, error) {
	return reply(b.desk.DownloadModel(b.ctx, r))
}

// DownloadAction pauses, resumes or cancels a download.
func (b *Bridge) DownloadAction(id, action string) (wire.Download, error) {
	return reply(b.desk.DownloadAction(b.ctx, id, action))
}

// ModelReport is the last measurement of types side by side.
func (b *Bridge) ModelReport() (wire.ModelReport, error) { return reply(b.desk.ModelReport(b.ctx)) }

// Engine says how the models run now.
func (b *Bridge) Engine() (wire.Engine, error) { return reply(b.desk.Engine(b.ctx)) }

// Experts lists the ways of answering.
func (b *Bridge) Experts() ([]wire.Expert, error) { return reply(b.desk.Experts(b.ctx)) }

// Route says which expert would answer a question.
func (b *Bridge) Route(r wire.RouteRequest) (wire.Route, error) { return reply(b.desk.Route(b.ctx, r)) }

// TryModel puts one question to a model; its events come as "try:" and the
// returned id, and it is listened to and ended as an answer is.
func (b *Bridge) TryModel(model, question string) string {
	id := mark.NewID()
	b.stream(id, func(ctx context.Context) {
		err := b.desk.TryModel(ctx, model, question, func(e wire.TryEvent) error {
			b.host.Emit("try:"+id, e)
			return ctx.Err()
		})
		if err != nil && ctx.Err() == nil {
			b.host.Emit("try:"+id, wire.TryEvent{Kind: "error", Error: desk.WireError(err)})
		}
	})
	return id
}
