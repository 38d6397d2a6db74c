// Command gen writes data/authorities.tsv, the one data file of package
// authority, from checkouts of reporters-db and courts-db:
//
//	go run ./backend/authority/gen -reporters DIR -courts DIR -out backend/authority/data/authorities.tsv
//
// The notices of both stand at the head of the file, so that the program
// carries them too.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// work is one entry of reporters.json, laws.json or journals.json.
type work struct {
	Kind       string             `json:"cite_type"`
	Name       string             `json:"name"`
	Start      string             `json:"start"`
	End        string             `json:"end"`
	Regexes    []string           `json:"regexes"`
	Variations json.RawMessage    `json:"variations"`
	Editions   map[string]edition `json:"editions"`
}

type edition struct {
	Start   string   `json:"start"`
	End     string   `json:"end"`
	Regexes []string `json:"regexes"`
}

type court struct {
	ID       string `json:"id"`
	Citation string `json:"citation_string"`
	Name     string `json:"name"`
}

func main() {
	reporters := flag.String("reporters", "", "`folder` of a reporters-db checkout")
	courts := flag.String("courts", "", "`folder` of a courts-db checkout")
	out := flag.String("out", "", "`file` to write")
	flag.Parse()
	log.SetFlags(0)
	if err := run(*reporters, *courts, *out); err != nil {
		log.Fatal(err)
	}
}

func run(reporters, courts, out string) (err error) {
	var notices []string
	for _, dir := range []string{reporters, courts} {
		b, err := os.ReadFile(filepath.Join(dir, "LICENSE"))
		if err != nil {
			return err
		}
		notices = append(notices, strings.Split(strings.TrimSpace(string(b)), "\n")...)
		notices = append(notices, "")
	}
	reporters, courts = filepath.Join(reporters, "reporters_db", "data"), filepath.Join(courts, "courts_db", "data", "courts.json")
	var vars map[string]any
	if err := read(filepath.Join(reporters, "regexes.json"), &vars); err != nil {
		return err
	}
	g := &generator{vars: map[string]string{}, ids: map[string]int{}}
	flatten("", vars, g.vars)
	for _, name := range slices.Collect(maps.Keys(g.vars)) {
		g.vars[name+"_optional"] = "(?:" + g.vars[name] + " ?)?"
	}
	delete(g.vars, "reporter")
	g.vars["full_cite"] = "$volume $reporter,? $page"
	g.vars["page"] = `(?P<page>\d+|$page_roman_lower|_+)`
	// Lower-case roman numerals, without the single letters that are words.
	g.vars["page_roman_lower"] = `c?(?:xc|xl|l?x{1,3})(?:ix|iv|v?i{0,3})|c?l?(?:ix|iv|v?i{1,3})|lv|cv|cl|clv`
	g.form("$full_cite") // the plain form is form 0
	for _, file := range []struct{ name, letter string }{
		{"reporters.json", "R"}, {"laws.json", "L"}, {"journals.json", "J"},
	} {
		if err := g.works(filepath.Join(reporters, file.name), file.letter); err != nil {
			return err
		}
	}
	var list []court
	if err := read(courts, &list); err != nil {
		return err
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	for _, line := range notices {
		fmt.Fprintln(w, strings.TrimSpace("# "+line))
	}
	for i, form := range g.forms {
		fmt.Fprintf(w, "form\t%d\t%s\n", i, form)
	}
	for _, line := range g.lines {
		fmt.Fprintln(w, line)
	}
	for _, c := range list {
		fmt.Fprintf(w, "court\t%s\t%s\t%s\n", c.ID, clean(c.Citation), clean(c.Name))
	}
	return w.Flush()
}

// generator collects the lines of the data file.
type generator struct {
	vars  map[string]string
	forms []string // before TAB anchor TAB after
	ids   map[string]int
	lines []string
}

// works adds an edition line per edition of a file.
func (g *generator) works(path, letter string) error {
	entries := map[string][]work{}
	if err := read(path, &entries); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		for _, w := range entries[key] {
			if letter == "R" {
				var spellings map[string]string
				if err := json.Unmarshal(w.Variations, &spellings); err != nil {
					return fmt.Errorf("%s: %w", key, err)
				}
				kind := letter
				if w.Kind == "federal" && strings.Contains(strings.ToLower(w.Name), "supreme") || strings.Contains(w.Kind, "scotus") {
					kind = "S"
				}
				for _, name := range slices.Sorted(maps.Keys(w.Editions)) {
					e := w.Editions[name]
					var own []string
					for s, of := range spellings {
						if of == name {
							own = append(own, s)
						}
					}
					g.edition(kind, name, e.Start, e.End, e.Regexes, own)
				}
				continue
			}
			var own []string
			if err := json.Unmarshal(w.Variations, &own); err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			g.edition(letter, key, w.Start, w.End, w.Regexes, own)
		}
	}
	return nil
}

func (g *generator) edition(kind, name, start, end string, templates, spellings []string) {
	if len(templates) == 0 {
		templates = []string{"$full_cite"}
	}
	var forms []string
	for _, t := range templates {
		if kind == "L" { // one or more sections, with or without a space
			t = strings.ReplaceAll(t, "§ ", "§§? ?")
		}
		forms = append(forms, fmt.Sprint(g.form(t)))
	}
	slices.Sort(spellings)
	g.lines = append(g.lines, strings.Join([]string{
		"edition", kind, name, year(start), year(end), strings.Join(slices.Compact(forms), ","), strings.Join(spellings, "|"),
	}, "\t"))
}

// ownReporter is a form that spells its reporter itself; what stands before
// the first operator is found by name, the rest is part of the form.
var ownReporter = regexp.MustCompile(`^(.*?)\(\?P<reporter>((?:[A-Za-z]|\\\.)+)`)

// form returns the number of a form: the expression before the reporter, the
// reporter's first letters where the form has its own, and what follows.
func (g *generator) form(template string) int {
	var text string
	for next := template; next != text; {
		text = next
		next = variable.ReplaceAllStringFunc(text, func(v string) string {
			if s, ok := g.vars[v[1:]]; ok {
				return s
			}
			return v
		})
	}
	text = strings.ReplaceAll(text, `{,`, `{0,`)
	text = strings.ReplaceAll(text, `\\.`, `\.`) // an escape escaped once too often
	before, after, plain := strings.Cut(text, "$reporter")
	anchor := ""
	if !plain {
		m := ownReporter.FindStringSubmatch(text)
		if m == nil {
			log.Fatalf("the form %q names no reporter", template)
		}
		literal := m[2]
		rest := text[len(m[0]):]
		if strings.HasPrefix(rest, "?") { // the last letter is optional
			cut := len(literal) - 1
			if strings.HasSuffix(literal, `\.`) {
				cut--
			}
			rest, literal = literal[cut:]+rest, literal[:cut]
		}
		before, anchor, after = m[1], strings.ReplaceAll(literal, `\`, ""), "(?P<tail>"+rest
	}
	line := before + "\t" + anchor + "\t" + after
	if id, ok := g.ids[line]; ok {
		return id
	}
	if strings.Contains(line, "$") {
		log.Fatalf("the form %q is not resolved: %s", template, line)
	}
	g.ids[line] = len(g.forms)
	g.forms = append(g.forms, line)
	return g.ids[line]
}

var variable = regexp.MustCompile(`\$[a-z0-9_]+`)

// flatten names nested variables by their path, joined with underscores.
func flatten(prefix string, from map[string]any, to map[string]string) {
	for k, v := range from {
		name := strings.Trim(prefix+"_"+k, "_")
		if strings.HasSuffix(k, "#") {
			continue
		}
		switch v := v.(type) {
		case string:
			to[name] = v
		case map[string]any:
			flatten(name, v, to)
		}
	}
}

// year is the year of a date such as 1806-01-01T00:00:00, empty for none.
func year(date string) string { return date[:min(4, len(date))] }

func clean(s string) string { return strings.Join(strings.Fields(s), " ") }

func read(path string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
