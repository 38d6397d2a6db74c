// Package cli is the program's command line: the window, the server, the
// workers and the commands of scripts. Results go to standard output alone;
// progress, questions and errors go to standard error.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"syscall"

	mark "markai/backend"
)

// Program is what main knows and the commands need.
type Program struct {
	Version   string
	Assets    fs.FS // the built window
	Sample    fs.FS // the sample matter's documents
	Questions fs.FS // these, with the questions to check an installation by
	Stdout    io.Writer
	Stderr    io.Writer
	Stdin     *os.File
	Environ   []string
}

// The exit codes. Scripts may rely on them.
const (
	exitOK          = 0
	exitFailed      = 1 // a bug or a broken machine
	exitUsage       = 2 // the command line or a setting makes no sense
	exitNotFound    = 3 // no such file, matter or document
	exitLocked      = 4 // no passphrase, or the wrong one
	exitUnavailable = 5 // a module or model is off or missing
	exitNeedsYou    = 6 // done, but some files need you
	exitDamaged     = 7 // the file or the store is damaged or of an unknown kind
	exitBusy        = 8 // another program has the vault, or a queue is full
	exitCanceled    = 130
)

var exits = map[mark.Code]int{
	mark.Invalid: exitUsage, mark.NotFound: exitNotFound, mark.Locked: exitLocked, mark.WrongKey: exitLocked,
	mark.Forbidden: exitLocked, mark.NeedsPassword: exitLocked, mark.Unavailable: exitUnavailable, mark.Damaged: exitDamaged,
	mark.Unsupported: exitDamaged, mark.TooBig: exitDamaged, mark.TooBusy: exitBusy, mark.DiskFull: exitFailed, mark.Exists: exitUsage, mark.Canceled: exitCanceled,
}

// errNeedsYou ends a command that did its work, but not for every file.
var errNeedsYou = errors.New("some files need you")

type command struct {
	name, line, about string
	run               func(ctx context.Context, p *Program, args []string) error
}

func commands() []command {
	return []command{
		{"ingest", "ingest --matter NAME PATH…", "read files and folders into a matter and wait until they can be searched", runIngest},
		{"reread", "reread --matter NAME DOCUMENT", "read a PDF whose own text is bad from the pictures of its pages", runReread},
		{"watch", "watch [list | add | remove | scan] --matter NAME [FOLDER]", "follow folders: what appears, changes or moves in them is read", runWatch},
		{"search", "search --matter NAME QUERY [--type T] [--after DAY] [--from PERSON] …", "find passages", runSearch},
		{"ask", "ask --matter NAME QUESTION [--save FILE]", "answer a question from a matter's documents", runAsk},
		{"extract", "extract FILE [--text] [--password-file F]", "read one file, without a vault, and print what it holds, or its text", runExtract},
		{"export", "export --searchable SCAN OUT.pdf", "write a scan, or a picture of one, as a PDF that can be searched", runExport},
		{"matters", "matters", "list the matters", runMatters},
		{"serve", "serve [--sample]", "show the window in a browser on this machine", runServe},
		{"route", "route QUESTION | --test | --experts", "say which expert would answer a question and why, and how well that is told", runRoute},
		{"sample", "sample", "read the sample matter, ask three questions, print the answers", runSample},
		{"passphrase", "passphrase [--next-file FILE]", "change the vault's passphrase", runPassphrase},
		{"models", "models [list | import FILE | quantize IN OUT | report IN… | …]", "manage the local models", runModels},
		{"eval", "eval self | replay [ID] --matter NAME | retrieval|qa|citations|compression --set DIR [--out FILE] [--lite] [--ablation] [--baseline FILE]", "check this installation, put a question again, or measure search, answers, citations or packing on a question set", runEval},
		{"doctor", "doctor", "check this machine and this installation", runDoctor},
		{"config", "config show", "list every setting with its value and where it comes from", runConfig},
		{"version", "version", "print the version", runVersion},
	}
}

// Main runs one command and returns the program's exit code.
func Main(p *Program, args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	slog.SetDefault(slog.New(slog.NewTextHandler(p.Stderr, &slog.HandlerOptions{Level: slog.LevelError})))
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "worker":
		return runWorker(args[1:])
	case "help", "-h", "--help":
		p.help(p.Stdout)
		return exitOK
	}
	cmds := commands()
	if i := slices.IndexFunc(cmds, func(c command) bool { return c.name == name }); i >= 0 {
		return p.end(cmds[i], cmds[i].run(ctx, p, args[1:]))
	}
	if name == "" || name[0] == '-' {
		c := command{name: "window", line: "[--sample]"}
		return p.end(c, runWindow(ctx, p, args))
	}
	fmt.Fprintf(p.Stderr, "markai: there is no command %q\n\n", name)
	p.help(p.Stderr)
	return exitUsage
}

// end reports err and chooses the exit code.
func (p *Program) end(c command, err error) int {
	var help *helpWanted
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNeedsYou):
		return exitNeedsYou
	case errors.As(err, &help):
		help.flags.usage(p.Stdout, c.line)
		return exitOK
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(p.Stderr, "markai: stopped")
		return exitCanceled
	}
	code, ok := exits[mark.CodeOf(err)]
	if !ok {
		fmt.Fprintf(p.Stderr, "markai: %s\n  %v\n", mark.MessageOf(err), err)
		return exitFailed
	}
	fmt.Fprintf(p.Stderr, "markai: %s\n", mark.MessageOf(err))
	return code
}

func (p *Program) help(w io.Writer) {
	fmt.Fprint(w, "Mark AI reads a case file on this machine and answers from it.\n\n  markai                                    open the window\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  markai %-52s %s\n", c.line, c.about)
	}
	fmt.Fprint(w, "\nEvery command takes --home, --passphrase-file, --config, --set and --json; 'markai COMMAND -h' explains them.\n")
}

func (p *Program) printJSON(v any) error {
	e := json.NewEncoder(p.Stdout)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func runVersion(_ context.Context, p *Program, args []string) error {
	f := newFlags("version")
	if _, err := f.parse(args); err != nil {
		return err
	}
	if f.json {
		return p.printJSON(map[string]string{"version": p.Version})
	}
	fmt.Fprintln(p.Stdout, p.Version)
	return nil
}
