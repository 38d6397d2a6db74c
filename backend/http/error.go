package http

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	mark "markai/backend"
	"markai/backend/desk"
	"markai/backend/wire"
)

// statuses translates codes, once.
var statuses = map[mark.Code]int{
	mark.Internal:      http.StatusInternalServerError,
	mark.Invalid:       http.StatusBadRequest,
	mark.NotFound:      http.StatusNotFound,
	mark.Exists:        http.StatusConflict,
	mark.Forbidden:     http.StatusForbidden,
	mark.Locked:        http.StatusLocked,
	mark.WrongKey:      http.StatusForbidden,
	mark.Damaged:       http.StatusUnprocessableEntity,
	mark.NeedsPassword: http.StatusUnprocessableEntity,
	mark.Unsupported:   http.StatusUnsupportedMediaType,
	mark.TooBig:        http.StatusRequestEntityTooLarge,
	mark.TooBusy:       http.StatusTooManyRequests,
	mark.Unavailable:   http.StatusServiceUnavailable,
	mark.Crashed:       http.StatusBadGateway,
	mark.DiskFull:      http.StatusInsufficientStorage,
	mark.Canceled:      499, // the client closed the request; no standard code says so
}

// writeError answers with err's code and message. Its cause goes to the log.
func writeError(ctx context.Context, w http.ResponseWriter, err error) {
	status, ok := statuses[mark.CodeOf(err)]
	if !ok {
		status = http.StatusInternalServerError
	}
	if status == http.StatusInternalServerError && !errors.Is(err, context.Canceled) {
		slog.ErrorContext(ctx, "request failed", "err", err)
	}
	if status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "1")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]*wire.Error{"error": desk.WireError(err)})
}

func writeJSON(ctx context.Context, w http.ResponseWriter, v any, err error) {
	if err != nil {
		writeError(ctx, w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if v == nil {
		v = struct{}{}
	}
	if err := json.NewEncoder(w).Encode(v); err != nil {
		slog.DebugContext(ctx, "reader left", "err", err)
	}
}

// readJSON reads a request of at most 1 MiB; unknown fields are errors.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return mark.Errorf(mark.TooBig, "The request is larger than 1 MiB. Ask or search in fewer words.")
	}
	if err != nil {
		return mark.Errorf(mark.Invalid, "The request is not the JSON that this address expects: %v.", err)
	}
	return nil
}
