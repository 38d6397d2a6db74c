package ingest

import (
	"context"
	"log/slog"

	mark "markai/backend"
)

// maxPasswords bounds the remembered passwords that are tried on a document.
const maxPasswords = 20

// Passwords remembers what opened documents of a matter. It keeps them
// encrypted and forgets them with the matter.
type Passwords interface {
	// Passwords returns the matter's passwords, the latest first.
	Passwords(ctx context.Context, id mark.MatterID) ([]string, error)
	// Remember puts a password first.
	Remember(ctx context.Context, id mark.MatterID, password string) error
}

// open opens a document of a job. A password that opens it is remembered; a
// document that needs one is tried with those that opened others.
func (s *Service) open(ctx context.Context, r *run, f mark.File) (mark.Source, error) {
	src, err := Open(ctx, s.c.Parsers, f)
	if s.c.Passwords == nil || err != nil && mark.CodeOf(err) != mark.NeedsPassword || err == nil && f.Password == "" {
		return src, err
	}
	if err == nil {
		// Forgetting a password costs being asked again.
		if err := s.c.Passwords.Remember(ctx, r.m.id, f.Password); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "password not remembered", "matter", r.m.id, "code", mark.CodeOf(err))
		}
		return src, nil
	}
	known, ask := s.c.Passwords.Passwords(ctx, r.m.id)
	if ask != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "passwords not readable", "matter", r.m.id, "code", mark.CodeOf(ask))
	}
	given := f.Password
	for i, p := range known {
		if p == given || i >= maxPasswords {
			continue
		}
		f.Password = p
		if src, again := Open(ctx, s.c.Parsers, f); again == nil || mark.CodeOf(again) != mark.NeedsPassword {
			return src, again
		}
	}
	return nil, err
}
