package cli

import (
	"context"
	"errors"
	"fmt"

	mark "markai/backend"
	"markai/backend/wire"
)

// runPassphrase gives the vault another passphrase. No store is rewritten: the
// passphrase only wraps the key that opens them.
func runPassphrase(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("passphrase")
	next := f.String("next-file", "", "`file` whose first line is the new passphrase; without it, it is asked for")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return mark.Errorf(mark.Invalid, "Passphrases are not typed on the command line, where others can read them. Name a file with --next-file, or type it when asked.")
	}
	s, current, err := p.openWith(ctx, f, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	change := wire.ChangePassphrase{Current: current}
	if *next != "" {
		change.Next, err = firstLine(*next)
	} else {
		change.Next, err = p.newPassphrase()
	}
	if err != nil {
		return err
	}
	if err := s.Desk.ChangePassphrase(ctx, change); err != nil {
		return err
	}
	fmt.Fprintln(p.Stdout, "The vault has its new passphrase. The recovery key is still the same.")
	return nil
}

// newPassphrase asks for a passphrase twice, so that a slip locks nobody out.
func (p *Program) newPassphrase() (string, error) {
	once, err := p.askPassphrase("New passphrase: ")
	if err != nil {
		return "", err
	}
	again, err := p.askPassphrase("The same once more: ")
	if err != nil {
		return "", err
	}
	if once != again {
		return "", mark.Errorf(mark.Invalid, "The two are not the same. Nothing was changed.")
	}
	return once, nil
}
