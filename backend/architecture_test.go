package mark_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// layers are the rooms of the house, innermost first. A package imports
// earlier layers only, never a neighbour. Only wiring imports wiring.
var layers = []struct {
	name     string
	packages []string
}{
	{"domain", []string{""}}, // mark itself
	{"platform", []string{"worker", "dial", "yzma"}},
	{"pure words", []string{"layout", "legal", "authority", "typeset", "compound", "bind", "export", "letters", "bundle", "gguf", "crypt", "similar", "config", "wire", "query", "grammar"}},
	{"pure decisions", []string{"chunk", "rank", "cite", "prompt", "compress", "loadfile", "structure", "schedule", "recipe", "convert", "fleet", "speculate", "route"}},
	{"adapters", []string{"sqlite", "keyring", "llama", "ggml", "bert", "pdfium", "pdf", "tesseract", "ooxml", "msdoc", "wordperfect", "mail", "msg", "pst", "archive", "text", "image", "device", "fetch"}},
	{"services", []string{"infer", "models", "vault", "ingest", "watch", "retrieve", "answer", "eval"}},
	{"desk", []string{"desk"}},
	{"transports", []string{"http", "desktop"}},
	{"wiring", []string{"app", "cli"}},
}

// besides are packages of tests and tools, which are outside the house.
var besides = map[string]bool{"mock": true, "marktest": true, "wire/gen": true, "authority/gen": true}

// mayListen are the only packages that open a socket to listen, mayDial the
// only ones that connect, and mayFetch the only ones that ask these to; wiring
// gives them what the settings allow.
var (
	mayListen = map[string]bool{"http": true}
	mayDial   = map[string]bool{"dial": true}
	mayFetch  = map[string]bool{"fetch": true, "app": true}
)

func TestImportsPointInwards(t *testing.T) {
	layer := map[string]int{}
	for i, l := range layers {
		for _, p := range l.packages {
			layer[p] = i
		}
	}
	for dir, files := range sources(t) {
		if besides[dir] {
			continue
		}
		from, ok := layer[dir]
		if !ok {
			t.Errorf("package backend/%s has no layer: give it one in this test and in build/docs/ARCHITECTURE.md", dir)
			continue
		}
		for _, f := range files {
			for _, imp := range f.Imports {
				p, _ := strconv.Unquote(imp.Path.Value)
				if !strings.HasPrefix(p, "markai/backend") {
					continue
				}
				to := strings.TrimPrefix(strings.TrimPrefix(p, "markai/backend"), "/")
				if mayDial[to] && !mayFetch[dir] {
					t.Errorf("backend/%s imports %s: only %v may ask for connections", dir, p, mayFetch)
				}
				if besides[to] {
					t.Errorf("backend/%s imports %s, which is for tests", dir, p)
				}
				inner := layer[to] < from || layers[from].name == "wiring" && layer[to] == from
				// Services know adapters through ports only.
				if !inner || layers[from].name == "services" && layers[layer[to]].name == "adapters" {
					t.Errorf("backend/%s may not import %s", dir, p)
				}
			}
		}
	}
	for p, i := range layer {
		if _, err := os.Stat(p); p != "" && err != nil {
			t.Errorf("the %s name %s, which is not there", layers[i].name, p)
		}
	}
}

func TestOneDialerDialsAndOnlyTheServerListens(t *testing.T) {
	dialing := map[string][]string{
		"net":      {"Dial", "DialTimeout", "DialTCP", "DialUDP", "DialIP", "Dialer", "LookupHost", "LookupIP", "LookupAddr", "Resolver", "DefaultResolver"},
		"net/http": {"Get", "Post", "PostForm", "Head", "Client", "DefaultClient", "Transport", "DefaultTransport", "NewRequest", "NewRequestWithContext"},
	}
	listening := map[string][]string{"net": {"Listen", "ListenTCP", "ListenUDP", "ListenPacket", "ListenConfig"}, "net/http": {"ListenAndServe", "ListenAndServeTLS"}}
	for dir, files := range sources(t) {
		for _, f := range files {
			names := map[string]string{} // local name → import path
			for _, imp := range f.Imports {
				p, _ := strconv.Unquote(imp.Path.Value)
				name := filepath.Base(p)
				if imp.Name != nil {
					name = imp.Name.Name
				}
				names[name] = p
			}
			ast.Inspect(f, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := sel.X.(*ast.Ident)
				if !ok {
					return true
				}
				for _, bad := range dialing[names[x.Name]] {
					if sel.Sel.Name == bad && !mayDial[dir] {
						t.Errorf("backend/%s uses %s.%s: only the dialer connects", dir, names[x.Name], bad)
					}
				}
				for _, l := range listening[names[x.Name]] {
					if sel.Sel.Name == l && !mayListen[dir] {
						t.Errorf("backend/%s uses %s.%s: only the server listens", dir, names[x.Name], l)
					}
				}
				return true
			})
		}
	}
}

// sources parses the Go files of every package below this one, tests aside.
func sources(t *testing.T) map[string][]*ast.File {
	t.Helper()
	out := map[string][]*ast.File{}
	err := filepath.WalkDir(".", func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() && e.Name() == "testdata" {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.ToSlash(filepath.Dir(path))
		if dir == "." {
			dir = ""
		}
		out[dir] = append(out[dir], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
