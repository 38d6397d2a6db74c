package http

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"

	mark "markai/backend"
	"markai/backend/wire"
)

func (s *Server) routes() {
	d := s.c.Desk
	handle := func(pattern string, f func(http.ResponseWriter, *http.Request) (any, error)) {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			v, err := f(w, r)
			writeJSON(r.Context(), w, v, err)
		})
	}
	handle("GET /api/state", func(_ http.ResponseWriter, r *http.Request) (any, error) { return d.State(r.Context()), nil })
	handle("POST /api/vault", with(func(ctx context.Context, _ *http.Request, b wire.CreateVault) (any, error) {
		return d.CreateVault(ctx, b)
	}))
	handle("POST /api/vault/unlock", with(func(ctx context.Context, _ *http.Request, b wire.Unlock) (any, error) { return nil, d.Unlock(ctx, b) }))
	handle("POST /api/vault/passphrase", with(func(ctx context.Context, _ *http.Request, b wire.ChangePassphrase) (any, error) {
		return nil, d.ChangePassphrase(ctx, b)
	}))
	handle("POST /api/vault/lock", func(_ http.ResponseWriter, r *http.Request) (any, error) { return nil, d.Lock(r.Context()) })
	handle("POST /api/vault/recovery-seen", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		d.AcknowledgeRecovery(r.Context())
		return nil, nil
	})
	handle("GET /api/matters", func(_ http.ResponseWriter, r *http.Request) (any, error) { return d.Matters(r.Context()) })
	handle("POST /api/matters", with(func(ctx context.Context, _ *http.Request, b named) (any, error) { return d.CreateMatter(ctx, b.Name) }))
	handle("POST /api/matters/sample", func(_ http.ResponseWriter, r *http.Request) (any, error) { return d.OpenSample(r.Context()) })
	handle("PATCH /api/matters/{m}", with(func(ctx context.Context, r *http.Request, b named) (any, error) {
		return nil, d.RenameMatter(ctx, r.PathValue("m"), b.Name)
	}))
	handle("DELETE /api/matters/{m}", with(func(ctx context.Context, r *http.Request, b confirmed) (any, error) {
		return nil, d.EraseMatter(ctx, r.PathValue("m"), b.Confirm)
	}))
	handle("GET /api/matters/{m}/documents", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Documents(r.Context(), r.PathValue("m"))
	})
	handle("POST /api/matters/{m}/documents", s.upload)
	handle("POST /api/matters/{m}/documents/query", with(func(ctx context.Context, r *http.Request, b wire.DocumentQuery) (any, error) {
		return d.QueryDocuments(ctx, r.PathValue("m"), b)
	}))
	handle("POST /api/matters/{m}/documents/facets", with(func(ctx context.Context, r *http.Request, b wire.DocumentQuery) (any, error) {
		return d.Facets(ctx, r.PathValue("m"), b)
	}))
	handle("GET /api/matters/{m}/documents/{d}/features", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Features(r.Context(), r.PathValue("m"), r.PathValue("d"), r.URL.Query()["kind"])
	})
	handle("GET /api/matters/{m}/features/{kind}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.FindFeatures(r.Context(), r.PathValue("m"), r.PathValue("kind"), r.URL.Query().Get("value"))
	})
	handle("POST /api/matters/{m}/paths", with(func(ctx context.Context, r *http.Request, b paths) (any, error) {
		if !s.c.Paths {
			return nil, mark.Errorf(mark.Forbidden, "Files of the server are not added by path. Upload them instead.")
		}
		return d.AddPaths(ctx, r.PathValue("m"), b.Paths)
	}))
	handle("GET /api/matters/{m}/compare/{a}/{b}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Compare(r.Context(), r.PathValue("m"), r.PathValue("a"), r.PathValue("b"))
	})
	handle("GET /api/matters/{m}/folders", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.WatchedFolders(r.Context(), r.PathValue("m"))
	})
	folder := func(f func(ctx context.Context, matter, path string) (any, error)) func(http.ResponseWriter, *http.Request) (any, error) {
		return with(func(ctx context.Context, r *http.Request, b located) (any, error) {
			if !s.c.Paths {
				return nil, mark.Errorf(mark.Forbidden, "Folders of the server are not watched. Upload the files instead.")
			}
			return f(ctx, r.PathValue("m"), b.Path)
		})
	}
	handle("POST /api/matters/{m}/folders", folder(func(ctx context.Context, m, path string) (any, error) { return d.WatchFolder(ctx, m, path) }))
	handle("DELETE /api/matters/{m}/folders", folder(func(ctx context.Context, m, path string) (any, error) { return nil, d.UnwatchFolder(ctx, m, path) }))
	handle("POST /api/matters/{m}/folders/scan", folder(func(ctx context.Context, m, path string) (any, error) { return d.ScanFolders(ctx, m, path) }))
	handle("DELETE /api/matters/{m}/documents/{d}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return nil, d.RemoveDocument(r.Context(), r.PathValue("m"), r.PathValue("d"))
	})
	handle("GET /api/matters/{m}/documents/{d}/pages/{n}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err != nil || n < 1 {
			return nil, mark.Errorf(mark.Invalid, "Pages are numbered from 1.")
		}
		return d.Page(r.Context(), r.PathValue("m"), r.PathValue("d"), n)
	})
	s.mux.HandleFunc("GET /api/matters/{m}/documents/{d}/original", func(w http.ResponseWriter, r *http.Request) {
		if err := d.ServeOriginal(w, r, r.PathValue("m"), r.PathValue("d")); err != nil {
			writeError(r.Context(), w, err)
		}
	})
	handle("GET /api/matters/{m}/progress", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Progress(r.Context(), r.PathValue("m"))
	})
	handle("GET /api/matters/{m}/jobs", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		q := r.URL.Query()
		offset, err := number(q.Get("offset"))
		if err != nil {
			return nil, err
		}
		limit, err := number(q.Get("limit"))
		if err != nil {
			return nil, err
		}
		return d.Jobs(r.Context(), r.PathValue("m"), q["state"], offset, limit)
	})
	handle("POST /api/matters/{m}/jobs", with(func(ctx context.Context, r *http.Request, b wire.JobAction) (any, error) {
		return nil, d.AllJobs(ctx, r.PathValue("m"), b.Action)
	}))
	handle("POST /api/matters/{m}/documents/{d}/reread", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.ReadAgain(r.Context(), r.PathValue("m"), r.PathValue("d"))
	})
	s.mux.HandleFunc("GET /api/matters/{m}/documents/{d}/searchable", func(w http.ResponseWriter, r *http.Request) {
		if err := d.ServeSearchable(w, r, r.PathValue("m"), r.PathValue("d")); err != nil {
			writeError(r.Context(), w, err)
		}
	})
	s.mux.HandleFunc("GET /api/matters/{m}/documents/{d}/pages/{n}/picture", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err == nil {
			err = d.ServePicture(w, r, r.PathValue("m"), r.PathValue("d"), n)
		} else {
			err = mark.Errorf(mark.Invalid, "Pages are numbered from 1.")
		}
		if err != nil {
			writeError(r.Context(), w, err)
		}
	})
	handle("POST /api/matters/{m}/jobs/{j}", with(func(ctx context.Context, r *http.Request, b wire.JobAction) (any, error) {
		return nil, d.JobAction(ctx, r.PathValue("m"), r.PathValue("j"), b)
	}))
	handle("POST /api/matters/{m}/search", with(func(ctx context.Context, r *http.Request, b wire.SearchRequest) (any, error) {
		hits, err := d.Search(ctx, r.PathValue("m"), b)
		return found{hits}, err
	}))
	handle("POST /api/matters/{m}/search/read", with(func(ctx context.Context, r *http.Request, b wire.SearchRequest) (any, error) {
		return d.ReadSearch(ctx, r.PathValue("m"), b.Query)
	}))
	s.mux.HandleFunc("POST /api/matters/{m}/ask", s.ask)
	handle("GET /api/matters/{m}/conversations", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Conversations(r.Context(), r.PathValue("m"))
	})
	handle("GET /api/matters/{m}/conversations/{c}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Messages(r.Context(), r.PathValue("m"), r.PathValue("c"))
	})
	handle("DELETE /api/matters/{m}/conversations/{c}", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return nil, d.DeleteConversation(r.Context(), r.PathValue("m"), r.PathValue("c"))
	})
	s.mux.HandleFunc("GET /api/matters/{m}/conversations/{c}/answers/{n}/{format}", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.PathValue("n"))
		if err == nil {
			err = d.ServePaper(w, r, r.PathValue("m"), r.PathValue("c"), n, r.PathValue("format"))
		} else {
			err = mark.Errorf(mark.Invalid, "Answers are numbered from 1.")
		}
		if err != nil {
			writeError(r.Context(), w, err)
		}
	})
	s.qualityRoutes(handle)
	handle("GET /api/settings", func(http.ResponseWriter, *http.Request) (any, error) { return d.Settings(), nil })
	handle("PUT /api/settings", with(func(ctx context.Context, _ *http.Request, b setting) (any, error) {
		return nil, d.PutSetting(ctx, b.Key, b.Value)
	}))
	s.modelRoutes(handle)
	s.mux.HandleFunc("GET /metrics", s.metrics(s.c.Metrics))
	s.mux.HandleFunc("GET /api/events", s.events)
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeError(r.Context(), w, mark.Errorf(mark.NotFound, "There is no such address."))
	})
	if s.c.Assets != nil {
		s.mux.Handle("/", assets(s.c.Assets))
	}
}

type (
	named     struct{ Name string }
	confirmed struct{ Confirm string }
	paths     struct{ Paths []string }
	located   struct{ Path string }
	setting   struct{ Key, Value string }
	found     struct {
		Hits []wire.Hit `json:"hits"`
	}
)

// with decodes the body for f.
func with[B any](f func(ctx context.Context, r *http.Request, body B) (any, error)) func(http.ResponseWriter, *http.Request) (any, error) {
	return func(w http.ResponseWriter, r *http.Request) (any, error) {
		var b B
		if err := readJSON(w, r, &b); err != nil {
			return nil, err
		}
		return f(r.Context(), r, b)
	}
}

// upload reads the files of a multipart form one after the other, without
// holding any of them.
func (s *Server) upload(_ http.ResponseWriter, r *http.Request) (any, error) {
	form, err := r.MultipartReader()
	if err != nil {
		return nil, mark.Errorf(mark.Invalid, "Files are sent as a multipart form.").Because(err)
	}
	all := wire.AddResult{Jobs: []wire.Job{}, Known: []wire.Document{}, Rejected: []wire.Rejected{}, Skipped: []wire.Rejected{}}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, mark.Errorf(mark.Invalid, "The upload broke off. Files that had arrived are kept.").Because(err)
		}
		if part.FileName() == "" {
			continue
		}
		one, err := s.c.Desk.Upload(r.Context(), r.PathValue("m"), fileName(part), part)
		if err != nil {
			return nil, err
		}
		all.Jobs = append(all.Jobs, one.Jobs...)
		all.Known = append(all.Known, one.Known...)
		all.Rejected = append(all.Rejected, one.Rejected...)
		all.Skipped = append(all.Skipped, one.Skipped...)
	}
}

// number reads a number of an address; 0 where there is none.
func number(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, mark.Errorf(mark.Invalid, "%q is no number of jobs.", s)
	}
	return n, nil
}

func fileName(p *multipart.Part) string { return path.Base(p.FileName()) }

// assets serves the built window. Files named by content hash may be kept.
func assets(files fs.FS) http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && strings.HasSuffix(r.URL.Path, "/") {
			http.NotFound(w, r) // folders are not listed
			return
		}
		if path.Dir(r.URL.Path) == "/assets" {
			w.Header().Set("Cache-Control", "private, max-age=31536000, immutable")
		}
		server.ServeHTTP(w, r)
	})
}
