// Package authority finds legal citations in text by rules: cases in full and
// in short form, statutes, journals, "supra", "id.", case names that refer
// back, and section signs that belong to none of these. Reporters, codes,
// journals and courts come from one data file, see SOURCES.md.
//
// The text is read once. Every word that may begin the name of a reporter is
// followed through one trie of all spellings; only where a spelling ends are
// the forms of that reporter tried, each a small RE2 expression over the few
// bytes before and after. Nothing here backtracks without bound.
package authority

// Kind says what sort of reference a citation is.
type Kind int

// The kinds of citations.
const (
	FullCase  Kind = iota + 1 // 410 U.S. 113
	ShortCase                 // 410 U.S., at 120
	Law                       // 18 U.S.C. § 4241
	Journal                   // 77 Marq. L. Rev. 475
	Supra                     // Roe, supra, at 120
	Idem                      // Id. at 121
	Reference                 // Roe at 122, after Roe was cited in full
	Unknown                   // § 12, with no source that the rules know
)

// String is the word for k, such as "full case".
func (k Kind) String() string {
	names := [...]string{"none", "full case", "short case", "law", "journal", "supra", "id", "reference", "unknown"}
	if k < 0 || int(k) >= len(names) {
		return names[0]
	}
	return names[k]
}

// Citation is one reference to an authority. What the text does not say is
// empty or zero. All offsets count bytes of the text given to Find.
type Citation struct {
	Kind Kind
	// Start and End enclose the citation proper: volume, reporter and page,
	// or the word "supra" or "id.", or the case name of a Reference.
	Start, End int
	// FullStart and FullEnd also enclose the names of the parties before it
	// and the pin cite, court, date and parenthetical after it.
	FullStart, FullEnd int

	Volume    string
	Reporter  string // as written
	Canonical string // the usual abbreviation; as written where it is not certain
	Certain   bool   // exactly one reporter has this spelling in this year
	Page      string // empty for a blank such as ___
	Title     string // of a law
	Section   string // of a law
	// Parts are other numbers that a law or reporter is cited by, such as
	// "chapter", "article", "rule" or "date_filed".
	Parts map[string]string

	PinCite       string
	Plaintiff     string
	Defendant     string // the only party, where there is one
	Antecedent    string // the name before a short or supra citation
	Court         string // identifier of the court, see Court
	Year          int
	Month, Day    string
	Publisher     string // of a law
	Parenthetical string
	Extra         string // between the pin cite and the court, such as a parallel citation
}

// Options say more about a text than its words do.
type Options struct {
	// Emphasis are stretches that the source sets in italics, in order. They
	// are taken for the names of cases.
	Emphasis []Span
	// CertainOnly leaves out citations that more than one reporter may answer to.
	CertainOnly bool
}

// Span is the stretch text[Start:End], in bytes.
type Span struct{ Start, End int }

// Find returns the citations of text in the order in which they stand.
func Find(text string) []Citation { return FindIn(text, Options{}) }

// FindIn is Find for a text of which more is known.
func FindIn(text string, o Options) []Citation {
	d := &document{text: text, emphasis: o.Emphasis, data: load()}
	d.hits = d.scan()
	cites := make([]Citation, 0, len(d.hits))
	for i, h := range d.hits {
		c := h.citation(text)
		switch c.Kind {
		case FullCase:
			d.after(i, &c)
			d.before(i, &c)
		case ShortCase:
			d.pin(i, &c, true)
			d.before(i, &c)
		case Law:
			d.afterLaw(i, &c)
		case Journal:
			d.afterJournal(i, &c)
		case Supra:
			d.pin(i, &c, false)
			d.antecedent(&c)
		case Idem:
			d.pin(i, &c, false)
		case Unknown:
		default: // a blank for a citation, and nothing to report
			continue
		}
		h.settle(&c)
		if n := len(cites); n > 0 {
			parallel(&cites[n-1], &c)
		}
		cites = append(cites, c)
	}
	return arrange(append(cites, d.references(cites)...), o.CertainOnly)
}

// parallel shares what stands once for several reports of the same case.
func parallel(last, c *Citation) {
	if c.Kind != FullCase || last.Kind != FullCase || last.FullStart != c.FullStart ||
		c.FullStart == c.Start || last.FullStart == last.Start {
		return
	}
	c.Plaintiff, c.Defendant, c.Year = last.Plaintiff, last.Defendant, last.Year
}

// document is a text while its citations are looked for.
type document struct {
	text     string
	emphasis []Span
	data     *data
	hits     []hit
}
