package cli

import (
	"bufio"
	"fmt"
	"strings"

	"golang.org/x/term"

	mark "markai/backend"
)

// secret is where a document's password comes from.
type secret struct{ typed, file *string }

// secret adds the options that give a document's password.
func (f *flags) secret() secret {
	return secret{
		f.String("password", "", "the document's `password`; others on this machine can read it while the command runs"),
		f.String("password-file", "", "`file` whose first line is the document's password; - reads standard input, /dev/fd/3 an open descriptor"),
	}
}

// read returns the password; empty where none is given.
func (s secret) read(p *Program) (string, error) {
	switch {
	case *s.file == "":
		return *s.typed, nil
	case *s.typed != "":
		return "", mark.Errorf(mark.Invalid, "Give the password once: with --password or with --password-file.")
	case *s.file != "-":
		return firstLine(*s.file)
	case p.Stdin == nil:
		return "", mark.Errorf(mark.Invalid, "There is no standard input to read the password from.")
	}
	line, err := bufio.NewReader(p.Stdin).ReadString('\n')
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", mark.Errorf(mark.Invalid, "Standard input has no first line with the password.").Because(err)
	}
	return line, nil
}

// with does something with a document's password. Where it is missing or wrong
// and none was given, a person at a terminal is asked for it.
func (s secret) with(p *Program, document string, do func(password string) error) error {
	password, err := s.read(p)
	if err != nil {
		return err
	}
	err = do(password)
	if mark.CodeOf(err) != mark.NeedsPassword || password != "" || p.Stdin == nil || !term.IsTerminal(int(p.Stdin.Fd())) {
		return err
	}
	fmt.Fprintf(p.Stderr, "Password of %s: ", visible(document))
	typed, asked := term.ReadPassword(int(p.Stdin.Fd()))
	fmt.Fprintln(p.Stderr)
	if asked != nil || len(typed) == 0 {
		return err
	}
	return do(string(typed))
}
