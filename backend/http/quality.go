package http

import (
	"context"
	"net/http"

	"markai/backend/wire"
)

// qualityRoutes are those of how answers turned out and of the installation's check.
func (s *Server) qualityRoutes(handle func(pattern string, f func(http.ResponseWriter, *http.Request) (any, error))) {
	d := s.c.Desk
	handle("POST /api/matters/{m}/feedback", with(func(ctx context.Context, r *http.Request, b wire.Feedback) (any, error) {
		return nil, d.SayOfAnswer(ctx, r.PathValue("m"), b)
	}))
	handle("GET /api/matters/{m}/quality", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Quality(r.Context(), r.PathValue("m"))
	})
	handle("POST /api/matters/{m}/quality/{id}/replay", func(_ http.ResponseWriter, r *http.Request) (any, error) {
		return d.Replay(r.Context(), r.PathValue("m"), r.PathValue("id"))
	})
	handle("GET /api/selfcheck", func(http.ResponseWriter, *http.Request) (any, error) { return d.SelfChecks() })
	handle("POST /api/selfcheck", func(http.ResponseWriter, *http.Request) (any, error) { return nil, d.StartSelfCheck() })
	handle("DELETE /api/selfcheck", func(http.ResponseWriter, *http.Request) (any, error) {
		d.StopSelfCheck()
		return nil, nil
	})
}
