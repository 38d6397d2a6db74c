package structure

import (
	"regexp"
	"strings"

	mark "markai/backend"
)

// Opening returns the type and the date that the first pages tell of a
// document. When all pages are known, a Scanner may tell another.
func Opening(doc mark.Document, pages []mark.Page) mark.Meta {
	s := New(doc)
	for _, p := range pages {
		s.Page(p)
	}
	m := s.Result().Meta
	return mark.Meta{Type: m.Type, Date: m.Date}
}

// settleMeta tells the document's type and date.
func (s *Scanner) settleMeta(r *Result) {
	r.Meta.Type = s.documentType()
	if s.doc.Kind != mark.KindMail { // a message's head has its date
		r.Meta.Date = s.documentDate(r.Meta.Type)
	}
}

var (
	filed     = regexp.MustCompile(`(?i)\b(?:(?:date )?filed|entered|decided|issued|argued|delivered)\b[\s:–—-]*(?:on\s+)?$`)
	dated     = regexp.MustCompile(`(?i)\b(?:date(?:d)?|effective(?: date)?(?: of)?|as of|made(?: and entered(?: into)?)?(?:,? as of| on| this)?|entered into(?: as of| on| this)?|executed(?: as of| on| this)?|this|last (?:updated|modified|revised)|effective|revised|updated)\b[\s:,(]*(?:the\s+|on\s+|as of\s+|this\s+)?$`)
	other     = regexp.MustCompile(`(?i)\b(?:agreement|plan|lease|contract|amendment|note|letter|order|complaint|declaration|issuance|act|report|memorandum|reorganization)\b[^.;]{0,40}$`)
	itself    = regexp.MustCompile(`(?i)\bthis\b`)
	undated   = regexp.MustCompile(`(?i)\b(?:until|before|after|by|expires?|through|since|no later than|born|birth|terminat\w*|between|commenc\w*|amended)\b[\s:,(]*(?:on\s+|the\s+)?$`)
	isCourt   = map[mark.DocumentType]bool{mark.TypeOrder: true, mark.TypePleading: true, mark.TypeMotion: true, mark.TypeNotice: true, mark.TypeDiscovery: true, mark.TypeDeclaration: true}
	aloneDate = map[mark.DocumentType]bool{mark.TypeLetter: true, mark.TypeMemo: true, mark.TypeTranscript: true, mark.TypeReport: true, mark.TypeInvoice: true, mark.TypeOrder: true}
)

// documentDate returns the date that the document gives itself: beside a word
// that says so, or alone on a line of its head. Where neither is there it has
// none.
func (s *Scanner) documentDate(kind mark.DocumentType) string {
	best, rank := "", 0
	for _, f := range s.features {
		if f.Kind != mark.FeatureDate || len(f.Value) < 10 && kind != mark.TypeReport {
			continue
		}
		g := s.openingPage(f.Page)
		if g == nil || f.Start > headBytes {
			continue
		}
		before := g.Text[max(0, f.Start-70):f.Start]
		if i := strings.LastIndex(before, "\n\n"); i >= 0 {
			before = before[i+2:]
		}
		r := 0
		switch {
		case undated.MatchString(before):
		case filed.MatchString(before) && (isCourt[kind] || kind == mark.TypeTranscript || kind == ""):
			r = 4
		case dated.MatchString(before):
			if !other.MatchString(before) || itself.MatchString(sentenceBefore(g.Text, f.Start)) {
				r = 3
			}
		case aloneDate[kind] && f.Page == g.Number && f.Start < 3000 && lineOf(g.Text, f.Start, f.End):
			r = 2
		case kind == mark.TypeContract && f.Start < 1500 && lineOf(g.Text, f.Start, f.End):
			r = 1
		}
		if r > rank {
			best, rank = f.Value, r
		}
	}
	if best == "" && isCourt[kind] {
		best = dateAtEnd(s.tail)
	}
	return best
}

// sentenceBefore returns what stands before at in its sentence, of 300 bytes.
func sentenceBefore(text string, at int) string {
	part := text[max(0, at-300):at]
	for i := len(part) - 2; i > 0; i-- {
		if (part[i] == '.' || part[i] == ';') && blank(part[i+1]) && !abbreviation(part[:i]) || part[i] == '\n' && part[i+1] == '\n' {
			return part[i+1:]
		}
	}
	return part
}

func (s *Scanner) openingPage(number int) *page {
	for _, g := range s.opening {
		if g.Number == number {
			return g
		}
	}
	return nil
}

// lineOf reports whether text[start:end] fills its line, a weekday or a place
// before it aside.
func lineOf(text string, start, end int) bool {
	from := strings.LastIndexByte(text[:start], '\n') + 1
	to := len(text)
	if i := strings.IndexByte(text[end:], '\n'); i >= 0 {
		to = end + i
	}
	return strings.TrimSpace(text[end:to]) == "" && len(strings.TrimSpace(text[from:start])) < 14
}

var signedOn = regexp.MustCompile(`(?i)\b(?:dated|date|executed on|signed(?: on)?|so ordered,?(?: this)?|this)\b[\s:,_]*(?:this\s+)?(?:the\s+)?`)

// dateAtEnd returns the date over a signature at the end of a paper.
func dateAtEnd(tail string) string {
	found := ""
	for _, m := range signedOn.FindAllStringIndex(tail, 30) {
		if d, ok := dateAt(tail, m[1]); ok {
			found = d.String()
		}
	}
	return found
}

// dateAt returns the full date that begins at at.
func dateAt(text string, at int) (date, bool) {
	limit := min(len(text), at+28)
	for i := at; i < limit; i++ {
		if i > 0 && alnum(text[i-1]) || !alnum(text[i]) {
			continue
		}
		end := i
		for end < len(text) && alnum(text[end]) {
			end++
		}
		d, ok := dateInDigits(text, i)
		if !ok {
			d, ok = dateAtMonth(text, i, end)
		}
		if ok && d.day > 0 && d.start == at {
			return d, true
		}
	}
	return date{}, false
}
