package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	mark "markai/backend"
	"markai/backend/app"
	"markai/backend/desktop"
	"markai/backend/http"
	"markai/backend/wire"
)

func runServe(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("serve")
	address := f.String("address", "", "loopback `address` to listen on (setting serve.address)")
	tokenFile := f.String("token-file", "", "write the address with its token to this `file`, readable by you alone")
	sample := f.Bool("sample", false, "open the sample matter too")
	if _, err := f.parse(args); err != nil {
		return err
	}
	if *address != "" {
		f.set = append(f.set, "serve.address="+*address)
	}
	a, err := p.newApp(f, app.Options{Follow: true})
	if err != nil {
		return err
	}
	s := p.start(ctx, a)
	defer func() { err = errors.Join(err, s.stop()) }()
	if !a.Config.Modules.Serve {
		return mark.Errorf(mark.Unavailable, "Serving is switched off. Switch it on with the setting modules.serve.")
	}
	if err := p.unlockQuietly(ctx, f, a, *sample); err != nil {
		return err
	}
	l, err := http.Listen(a.Config.Serve.Address)
	if err != nil {
		return err
	}
	srv := http.New(http.Config{Desk: a.Desk, Assets: p.Assets, Hosts: hosts(a.Config.Serve.Hosts), Paths: true, Metrics: a.WriteMetrics})
	url := fmt.Sprintf("http://%s/?token=%s", l.Addr(), srv.Token())
	if *tokenFile != "" {
		if err := writePrivate(*tokenFile, url+"\n"); err != nil {
			return errors.Join(mark.Errorf(mark.Invalid, "The file %s cannot be written.", *tokenFile).Because(err), l.Close())
		}
	}
	if f.json {
		err = p.printJSON(map[string]string{"url": url, "address": l.Addr().String(), "token": srv.Token()})
	} else {
		_, err = fmt.Fprintf(p.Stdout, "Mark AI answers on this machine only, at\n\n    %s\n\nCtrl-C ends it.\n", url)
	}
	if err != nil {
		return errors.Join(err, l.Close())
	}
	return srv.Serve(ctx, l)
}

// writePrivate writes a file that only its owner may read, also where a file
// of that name was there with other rights.
func writePrivate(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := f.Chmod(0o600); err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

func hosts(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// unlockQuietly opens the vault where that needs no question; otherwise the
// window asks. With sample, it makes what is missing and opens the sample.
func (p *Program) unlockQuietly(ctx context.Context, f *flags, a *app.App, sample bool) error {
	state := a.Desk.State(ctx)
	pass, err := p.passphrase(f)
	if err != nil {
		return err
	}
	switch {
	case pass == "" && !state.Keyring:
		return nil
	case state.Vault == "none" && sample:
		// The recovery key waits in the window until it is acknowledged.
		_, err = a.Desk.CreateVault(ctx, wire.CreateVault{Passphrase: pass})
	case state.Vault == "locked":
		err = a.Desk.Unlock(ctx, wire.Unlock{Passphrase: pass})
		if err != nil && pass == "" {
			slog.InfoContext(ctx, "the keyring does not open the vault; the window asks", "err", err)
			return nil
		}
	}
	if err != nil {
		return err
	}
	if sample && a.Desk.State(ctx).Vault == "open" {
		_, err = a.Desk.OpenSample(ctx)
	}
	return err
}

func runWindow(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("window")
	sample := f.Bool("sample", false, "open the sample matter")
	rest, err := f.parse(args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return mark.Errorf(mark.Invalid, "There is no command %q. 'markai help' lists them.", rest[0])
	}
	if !desktop.Available {
		p.help(p.Stdout)
		return nil
	}
	if p.env("DISPLAY") == "" && p.env("WAYLAND_DISPLAY") == "" && isLinux {
		return mark.Errorf(mark.Unavailable, "There is no display to open a window on. 'markai serve' shows the same window in a browser.")
	}
	a, err := p.newApp(f, app.Options{Desktop: true, Follow: true})
	if err != nil {
		return err
	}
	s := p.start(ctx, a)
	defer func() { err = errors.Join(err, s.stop()) }()
	var opened error
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	prepared := make(chan struct{})
	go func() { // the window stands at once; the vault opens beside it
		defer close(prepared)
		if opened = p.unlockQuietly(ctx, f, a, *sample); opened != nil {
			slog.WarnContext(ctx, "vault not opened at start", "err", opened)
		}
	}()
	err = desktop.Run(ctx, a.Desk, p.Assets)
	cancel()
	<-prepared
	return err
}

// sampleQuestions are asked by 'markai sample'.
var sampleQuestions = []string{
	"What is the notice period for termination?",
	"Which law governs the agreement?",
	"What is the wingspan of the spacecraft?",
}

func runSample(ctx context.Context, p *Program, args []string) (err error) {
	f := newFlags("sample")
	if _, err := f.parse(args); err != nil {
		return err
	}
	// A throw-away vault under a key that only this process knows, so that
	// looking at the program leaves nothing behind.
	dir, err := os.MkdirTemp("", "markai-sample-")
	if err != nil {
		return fmt.Errorf("make a folder for the sample: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	f.home = filepath.Join(dir, "home")
	a, err := p.newApp(f, app.Options{})
	if err != nil {
		return err
	}
	s := p.start(ctx, a)
	defer func() { err = errors.Join(err, s.stop()) }()
	if _, err := a.Desk.CreateVault(ctx, wire.CreateVault{Passphrase: mark.NewID()}); err != nil {
		return err
	}
	fmt.Fprintln(p.Stderr, "Reading the sample matter into an encrypted vault that is removed afterwards …")
	m, err := a.Desk.OpenSample(ctx)
	if err != nil {
		return err
	}
	if err := p.await(ctx, s, m.ID); err != nil {
		return err
	}
	docs, err := a.Desk.Documents(ctx, m.ID)
	if err != nil {
		return err
	}
	w := printable{p.Stdout}
	for _, d := range docs {
		fmt.Fprintf(w, "%-60s %3d pages  %s%s\n", d.Name, d.PagesRead, d.Status, d.Problem)
	}
	for _, q := range sampleQuestions {
		fmt.Fprintf(w, "\nQuestion: %s\n\n", q)
		answer, err := a.Desk.Answer(ctx, m.ID, wire.AskRequest{Question: q})
		if err != nil {
			return err
		}
		printAnswer(w, answer)
	}
	fmt.Fprint(p.Stdout, "\nThe same in a browser: build/bin/markai-headless serve --sample --passphrase-file FILE\n")
	return nil
}
