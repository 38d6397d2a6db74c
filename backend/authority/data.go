package authority

import (
	_ "embed" // the data file
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/authorities.tsv
var authorities string

// data is the data file, ready for use. It does not change once loaded.
type data struct {
	forms  []form
	names  trie
	titles [][]title // by the number that names gives
	courts courts
}

// edition is one series of a reporter, one code or one journal.
type edition struct {
	name       string
	kind       Kind // FullCase, Law or Journal
	supreme    bool // reports the Supreme Court of the United States
	start, end int  // years; an end of zero is open
	forms      []int
}

// covers reports whether the edition has matter of a year.
func (e *edition) covers(year int) bool {
	return e.start <= year && (e.end == 0 || year <= e.end)
}

// title is an edition under one of its spellings.
type title struct {
	*edition
	exact bool // spelled as it usually is
	form  int  // that begins with these letters, −1 for all of the edition's
}

// load reads the data file, once.
var load = sync.OnceValue(func() *data {
	d := &data{}
	for line := range strings.Lines(authorities) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch f[0] {
		case "form":
			d.forms = append(d.forms, newForm(f[2], f[3], f[4]))
		case "edition":
			d.edition(f)
		case "court":
			d.courts.add(f[1], f[2], f[3])
		}
	}
	return d
})

func (d *data) edition(f []string) {
	e := &edition{kind: map[string]Kind{"R": FullCase, "S": FullCase, "L": Law, "J": Journal}[f[1]], supreme: f[1] == "S", name: f[2]}
	e.start, _ = strconv.Atoi(f[3]) // none is zero
	e.end, _ = strconv.Atoi(f[4])
	for _, s := range strings.Split(f[5], ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n >= len(d.forms) {
			panic("authority: data file: " + strings.Join(f, " ")) // the file is part of the program
		}
		if a := d.forms[n].anchor; a != "" {
			d.title(a, title{e, true, n})
			continue
		}
		e.forms = append(e.forms, n)
	}
	if len(e.forms) == 0 {
		return
	}
	d.title(e.name, title{e, true, -1})
	if f[6] != "" {
		for _, s := range strings.Split(f[6], "|") {
			d.title(s, title{e, false, -1})
		}
	}
}

// title enters a spelling, unless the edition has one that differs in spaces only.
func (d *data) title(spelling string, t title) {
	n := d.names.add(spelling, len(d.titles))
	if n == len(d.titles) {
		d.titles = append(d.titles, nil)
	}
	for _, other := range d.titles[n] {
		if other.edition == t.edition && other.form == t.form {
			return
		}
	}
	d.titles[n] = append(d.titles[n], t)
}

// form is a way to cite: what stands before and after the reporter's name.
type form struct {
	plain    bool           // volume, name, page: matched without expressions
	before   *regexp.Regexp // ends at the name; nil for nothing
	optional bool           // before may be absent
	bare     bool           // nothing follows the name
	anchor   string         // the first letters of a name that is part of the form
	after    *regexp.Regexp // begins at the end of the name
	short    *regexp.Regexp // the same with "at" before the page; nil for none
}

// edge is what must follow a citation, or precede it.
const edge = `(?:[^a-zA-Z0-9]|$)`

func newForm(before, anchor, after string) form {
	f := form{anchor: anchor, plain: anchor == "" && before == `(?P<volume>[1-9]\d*) ` && strings.HasPrefix(after, `,? (?P<page>\d+|c?(?:xc`)}
	before, after = spaces(before), spaces(after)
	if before != "" {
		f.before = regexp.MustCompile(`(?:^|[^a-zA-Z0-9])(` + before + `)$`)
		f.optional = f.before.MatchString(" ")
	}
	f.bare = after == ""
	f.after = regexp.MustCompile(`^(` + after + `)` + edge)
	if short := strings.Replace(after, `(?P<page>`, `at\s?(?:p(?:\.|age)?)?`+gap+`(?P<page>`, 1); short != after {
		f.short = regexp.MustCompile(`^(` + short + `)` + edge)
	}
	return f
}

// gap stands for a space in a form: documents break lines and use hard spaces.
const gap = `(?:[\s\x{a0}]+)`

// spaces replaces the spaces of an expression that stand for themselves by gap.
func spaces(expr string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(expr); i++ {
		switch c := expr[i]; {
		case c == '\\' && i+1 < len(expr):
			b.WriteString(expr[i : i+2])
			i++
		case c == ' ' && !class:
			b.WriteString(gap)
		default:
			if c == '[' {
				class = true
			} else if c == ']' {
				class = false
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}
