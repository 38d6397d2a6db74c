package export

import (
	"cmp"
	"fmt"
	"strings"

	mark "markai/backend"
)

// findings lay out what an answer holds besides its sentences: a question asked
// back, a computation, contradictions, a chronology. Each value leads to its source.
func (p Paper) findings() []block {
	a := p.Answer
	var out []block
	if c := a.Choices; c != nil {
		for _, o := range c.Options {
			text := "– " + o.Label
			if o.Detail != "" {
				text += " (" + o.Detail + ")"
			}
			out = append(out, line(body, text))
		}
	}
	if c := a.Computation; c != nil {
		out = append(out, line(heading, "Worked out by the program"), line(body, c.Text))
		for _, o := range c.Operands {
			out = append(out, p.cited(o.Value+": ", o.Citation, "from the question"))
		}
	}
	for _, c := range a.Contradictions {
		out = append(out, line(heading, "The documents differ: "+c.Topic))
		for _, s := range c.Sides {
			when := ", no date known"
			if s.Date != "" {
				when = ", dated " + s.Date
			}
			b := p.cited(s.Value+": ", s.Citation, "")
			b.runs = append(b.runs, run{text: when})
			out = append(out, b)
			if s.Citation >= 0 && s.Citation < len(a.Citations) {
				out = append(out, line(quotation, "“"+oneLine(a.Citations[s.Citation].Quote)+"”"))
			}
		}
		out = append(out, line(small, "Which one holds is for the reader to judge."))
	}
	if len(a.Chronology) > 0 {
		out = append(out, line(heading, "In the order of dates"))
		for _, e := range a.Chronology {
			out = append(out, p.cited(e.Date+": "+oneLine(e.Text)+" ", e.Citation, ""))
		}
	}
	return out
}

// cited is a line that ends with its source, or with what stands for one.
func (p Paper) cited(text string, source int, otherwise string) block {
	b := block{kind: body, runs: []run{{text: text}}}
	if source < 0 || source >= len(p.Answer.Citations) {
		b.runs = append(b.runs, run{text: otherwise})
		return b
	}
	c := p.Answer.Citations[source]
	b.runs = append(b.runs, run{text: p.name(c.Document, c.Name) + ", " + p.place(c)}, run{text: fmt.Sprintf(" [%d]", source+1), source: source + 1})
	return b
}

const mostNamed = 8 // documents in a line

// found says how the answer was found: what was searched for and where, which
// documents were read for it, and how many passages were left aside.
func (p Paper) found() []string {
	t := p.Answer.Trace
	if t == nil {
		return nil
	}
	var out []string
	for _, s := range t.Searches {
		where := "in the whole matter"
		if s.Documents > 0 {
			where = "in " + plural(s.Documents, "document", "documents")
		}
		out = append(out, fmt.Sprintf("Searched for “%s” %s: %s found. %s", oneLine(s.Text), where, plural(s.Found, "passage", "passages"), s.Why))
	}
	var read, other []string
	for _, d := range t.Documents {
		if d.Read {
			read = append(read, d.Name)
		} else {
			other = append(other, d.Name)
		}
	}
	if len(read) > 0 {
		out = append(out, "Read for the answer: "+names(read)+".")
	}
	if len(other) > 0 {
		out = append(out, "Found, and not read for it: "+names(other)+".")
	}
	cited := 0
	for _, x := range t.Passages {
		if x.Cited {
			cited++
		}
	}
	if n := len(t.Passages); n > 0 {
		out = append(out, fmt.Sprintf("Of the first %s, %d hold a quotation of the answer; the others were left aside.", plural(n, "passage found", "passages found"), cited))
	}
	return append(out, t.Checks...)
}

func names(list []string) string {
	more := ""
	if n := len(list) - mostNamed; n > 0 {
		list, more = list[:mostNamed], fmt.Sprintf(" and %d more", n)
	}
	return strings.Join(list, "; ") + more
}

// unread names what is not read in full, where that is known.
func (p Paper) unread() string {
	if len(p.Unread) == 0 {
		return ""
	}
	return "Not read in full when this was written: " + names(p.Unread) + "."
}

// by says who wrote the answer.
func by(a mark.Answer) string {
	s := "answered with quotations alone"
	if a.Model != "" {
		s = "written by " + a.Model
	}
	if r := a.Routed; r != nil && r.Name != "" {
		s += ", by way of “" + cmp.Or(r.Name, r.Expert) + "”"
	}
	return s
}
