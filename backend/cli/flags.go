package cli

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	mark "markai/backend"
)

// flags are those that every command takes, before or after its arguments.
type flags struct {
	*flag.FlagSet
	home, config, passphraseFile string
	set                          settings
	json                         bool
	verbose                      bool
}

type settings []string

func (s *settings) String() string     { return strings.Join(*s, " ") }
func (s *settings) Set(v string) error { *s = append(*s, v); return nil }

func newFlags(name string) *flags {
	f := &flags{FlagSet: flag.NewFlagSet(name, flag.ContinueOnError)}
	f.SetOutput(io.Discard)
	f.StringVar(&f.home, "home", "", "`folder` of the vault (or MARKAI_HOME)")
	f.StringVar(&f.config, "config", "", "settings `file` (default: config.yaml in the vault's folder)")
	f.StringVar(&f.passphraseFile, "passphrase-file", "", "`file` whose first line is the vault's passphrase (or MARKAI_PASSPHRASE_FILE)")
	set := "set"
	if name == "eval" { // where --set names the question set
		set = "setting"
	}
	f.Var(&f.set, set, "one setting, as `key=value`; may be repeated")
	f.BoolVar(&f.json, "json", false, "print the result as JSON")
	f.BoolVar(&f.verbose, "v", false, "log what happens on standard error")
	return f
}

// parse reads flags wherever they stand and returns the other arguments. After
// "--" everything is an argument.
func (f *flags) parse(args []string) ([]string, error) {
	var rest []string
	for {
		if err := f.FlagSet.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, &helpWanted{f}
			}
			return nil, mark.Errorf(mark.Invalid, "%s: %v. 'markai %s -h' lists the options.", f.Name(), err, f.Name())
		}
		left := f.Args()
		if len(left) == 0 {
			return rest, nil
		}
		if n := len(args) - len(left); n > 0 && args[n-1] == "--" {
			return append(rest, left...), nil
		}
		rest, args = append(rest, left[0]), left[1:]
	}
}

// helpWanted ends a command whose options were asked for.
type helpWanted struct{ flags *flags }

func (*helpWanted) Error() string { return flag.ErrHelp.Error() }

// usage describes the command's options.
func (f *flags) usage(w io.Writer, line string) {
	fmt.Fprintf(w, "usage: markai %s\n", line)
	f.SetOutput(w)
	f.PrintDefaults()
}
