package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// route registers a handler whose value is answered as JSON.
type route = func(pattern string, f func(http.ResponseWriter, *http.Request) (any, error))

// modelRoutes are what concerns the models and the engine that runs them.
func (s *Server) modelRoutes(handle route) {
	d := s.c.Desk
	get := func(pattern string, f func(ctx context.Context) (any, error)) {
		handle("GET "+pattern, func(_ http.ResponseWriter, r *http.Request) (any, error) { return f(r.Context()) })
	}
	get("/api/models", func(ctx context.Context) (any, error) { return d.Models(ctx) })
	get("/api/models/catalogue", func(ctx context.Context) (any, error) { return d.Catalogue(ctx) })
	get("/api/models/report", func(ctx context.Context) (any, error) { return d.ModelReport(ctx) })
	get("/api/downloads", func(ctx context.Context) (any, error) { return d.Downloads(ctx) })
	get("/api/engine", func(ctx context.Context) (any, error) { return d.Engine(ctx) })
	get("/api/experts", func(ctx context.Context) (any, error) { return d.Experts(ctx) })
	handle("POST /api/route", with(func(ctx context.Context, _ *http.Request, b wire.RouteRequest) (any, error) {
		return d.Route(ctx, b)
	}))
	handle("POST /api/models", s.uploadModel)
	handle("POST /api/models/import", with(func(ctx context.Context, _ *http.Request, b located) (any, error) {
		if !s.c.Paths {
			return nil, mark.Errorf(mark.Forbidden, "Models of the server are not imported by path. Upload the file instead.")
		}
		return d.ImportModel(ctx, b.Path)
	}))
	handle("DELETE /api/models/{id}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return nil, d.RemoveModel(r.Context(), r.PathValue("id"))
	})
	handle("POST /api/models/{id}/use", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return nil, d.UseModel(r.Context(), r.PathValue("id"))
	})
	handle("POST /api/models/{id}/verify", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.VerifyModel(r.Context(), r.PathValue("id"))
	})
	handle("PUT /api/models/{id}/settings", with(func(ctx context.Context, r *http.Request, b wire.ModelSettings) (any, error) {
		return nil, d.ConfigureModel(ctx, r.PathValue("id"), b)
	}))
	s.mux.HandleFunc("POST /api/models/{id}/try", s.try)
	handle("POST /api/downloads", with(func(ctx context.Context, _ *http.Request, b wire.DownloadRequest) (any, error) {
		return d.DownloadModel(ctx, b)
	}))
	handle("POST /api/downloads/{id}", with(func(ctx context.Context, r *http.Request, b wire.JobAction) (any, error) {
		return d.DownloadAction(ctx, r.PathValue("id"), b.Action)
	}))
}

// uploadModel reads the model file of a multipart form without holding it.
func (s *Server) uploadModel(_ http.ResponseWriter, r *http.Request) (any, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, mark.Errorf(mark.Invalid, "A model is sent as a multipart form.").Because(err)
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, mark.Errorf(mark.Invalid, "No model file was sent. Choose a file that ends in .gguf.")
		}
		if err != nil {
			return nil, mark.Errorf(mark.Invalid, "The upload broke off. Nothing was imported.").Because(err)
		}
		if part.FileName() != "" {
			return s.c.Desk.UploadModel(r.Context(), path.Base(part.FileName()), part)
		}
	}
}

// try streams a model's answer to one question. A reader that leaves ends it.
func (s *Server) try(w http.ResponseWriter, r *http.Request) {
	var b struct{ Question string }
	if err := readJSON(w, r, &b); err != nil {
		writeError(r.Context(), w, err)
		return
	}
	var out *stream
	err := s.c.Desk.TryModel(r.Context(), r.PathValue("id"), b.Question, func(e wire.TryEvent) error {
		if out == nil {
			out = newStream(w)
		}
		return out.send("try", e)
	})
	switch {
	case err == nil:
	case out == nil:
		writeError(r.Context(), w, err)
	case r.Context().Err() == nil:
		out.send("try", wire.TryEvent{Kind: "error", Error: desk.WireError(err)})
	}
}
