// Package structure recognises what a document holds from the text of its
// pages: what kind of document it is, who its parties are, dates, amounts,
// defined terms, headings, clauses, exhibits, signatures, Bates numbers,
// citations, questions and answers of a transcript, what runs at the edges of
// its pages, and its language.
//
// Everything is found by rules, and the rules prefer silence to a guess: what
// is shown as a fact must be one. The pages are read once, in order, and what
// is kept of them does not grow with their text.
package structure

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	mark "markai/backend"
)

const (
	// maxText is how many bytes of a feature's text are kept.
	maxText = 240
	// maxOfKind bounds the features of one kind in one document.
	maxOfKind = 60_000
	// headPages and headBytes bound the beginning of a document, where it says
	// what it is.
	headPages = 3
	headBytes = 12_000
)

// Result is what was recognised in a document.
type Result struct {
	// Features are in reading order. Each lies within its page's text, on
	// whole characters, and its Text is how that place begins.
	Features []mark.Feature
	Meta     mark.Meta // Type, Date, Language, BatesFirst and BatesLast, where known
	Notes    []string  // sentences for people: gaps and repetitions of Bates numbers
}

// Scanner reads the pages of one document. It is used by one goroutine.
type Scanner struct {
	doc      mark.Document
	features []mark.Feature
	count    map[mark.FeatureKind]int

	head    strings.Builder // the beginning of the document
	opening []*page         // its first pages
	pages   int             // read so far
	tail    string          // the end of the last page read
	paged   bool            // pages are sheets of paper, not pieces of a stream

	outline  outline
	edges    []edge
	bates    []batesMark
	speech   speech
	notes    footnotes
	tongue   tongues
	history  bool // an earlier message goes on
	vocab    vocabulary
	position int // how many features were there before the page being read
}

// New returns a scanner for a document, of which name, kind, title and parties
// are used: legal.Identify finds the latter two.
func New(doc mark.Document) *Scanner {
	return &Scanner{
		doc: doc, count: map[mark.FeatureKind]int{},
		paged: doc.Kind == mark.KindPDF || doc.Kind == mark.KindImage,
	}
}

// Page reads the next page. Pages come in ascending order; the scanner keeps
// no more than the first three of them.
func (s *Scanner) Page(p mark.Page) {
	if p.Text == "" || !utf8.ValidString(p.Text) {
		return
	}
	g := newPage(p)
	s.pages++
	if len(s.opening) < headPages && s.head.Len() < headBytes {
		s.opening = append(s.opening, g)
		s.head.WriteString(p.Text[:whole(p.Text, min(len(p.Text), headBytes))])
		s.head.WriteByte('\n')
	}
	s.position = len(s.features)
	s.readTongue(g)
	s.readEdges(g)
	s.readLineNumbers(g)
	s.readHistory(g)
	cited := s.readCitations(g)
	s.readWords(g, cited)
	s.readOutline(g)
	s.readSignatures(g)
	s.readSpeech(g)
	s.readFootnotes(g)
	s.vocab.read(g)
	s.tail = strings.Clone(last(p.Text, 4000))
}

// Result returns what was recognised in the pages read. It may be called once.
func (s *Scanner) Result() Result {
	var r Result
	s.settleEdges()
	s.settleBates(&r)
	s.settleSpeech()
	s.settleTongue(&r)
	s.settleParties()
	s.settleMeta(&r)
	if r.Meta.Type == mark.TypeForm {
		s.settleForm()
	}
	slices.SortStableFunc(s.features, func(a, b mark.Feature) int {
		return cmp.Or(a.Page-b.Page, a.Start-b.Start, b.End-a.End, cmp.Compare(a.Kind, b.Kind))
	})
	r.Features = slices.CompactFunc(s.features, func(a, b mark.Feature) bool { return a == b })
	return r
}

// add keeps a feature of the page g, whose text it copies: a part of it would
// hold the whole page.
func (s *Scanner) add(g *page, kind mark.FeatureKind, start, end int, value string, level int) {
	for start < end && blank(g.Text[start]) {
		start++
	}
	for end > start && blank(g.Text[end-1]) {
		end--
	}
	if start >= end || s.count[kind] >= maxOfKind {
		return
	}
	s.count[kind]++
	text := g.Text[start:end]
	s.features = append(s.features, mark.Feature{
		Kind: kind, Page: g.Number, Start: start, End: end,
		Text: strings.Clone(text[:whole(text, min(len(text), maxText))]), Value: strings.Clone(value), Level: level,
	})
}

// whole returns the largest n up to at that cuts no character of s.
func whole(s string, at int) int {
	for at > 0 && at < len(s) && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

// last returns the end of s, of at most n bytes.
func last(s string, n int) string {
	if len(s) <= n {
		return s
	}
	at := len(s) - n
	for at < len(s) && !utf8.RuneStart(s[at]) {
		at++
	}
	return s[at:]
}

func blank(b byte) bool {
	return b == ' ' || b == '\n' || b == '\t' || b == '\r' || b == '\f' || b == '\v'
}
func digit(b byte) bool { return '0' <= b && b <= '9' }
func letter(b byte) bool {
	return 'a' <= b|0x20 && b|0x20 <= 'z' || b >= utf8.RuneSelf
}
func alnum(b byte) bool { return digit(b) || letter(b) }
func upper(b byte) bool { return 'A' <= b && b <= 'Z' }
func lower(b byte) bool { return 'a' <= b && b <= 'z' }
