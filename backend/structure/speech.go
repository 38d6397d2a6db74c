package structure

import (
	"regexp"
	"strconv"
	"strings"

	mark "markai/backend"
)

// speech is the state of a transcript that is read.
type speech struct {
	questions, replies int
	speakers           int
	numbered           int // pages with numbered lines
	open               int // index of the question or reply that goes on, +1; 0 for none
	printed            int // number of the page that is read, as a line of it says; 0 for none
}

var (
	question = regexp.MustCompile(`^Q[.:]?(?:[\s·]+|$)`)
	pageLine = regexp.MustCompile(`^(?i:page)\s+(\d{1,4})$`)
	reply    = regexp.MustCompile(`^A[.:]?(?:[\s·]+|$)`)
	speaker  = regexp.MustCompile(`^(?:(?:MR|MS|MRS|DR|JUSTICE|CHIEF JUSTICE|JUDGE|GENERAL|THE)\.?\s+[A-Z][A-Z’'. -]{1,30}|(?:BY|EXAMINATION BY)\s+M[RS]S?\.\s+[A-Z’'-]+):`)
)

// readSpeech adds the questions and answers of a transcript. Until the end it
// is open whether this is one, and how its pages are numbered: the values are
// set then.
func (s *Scanner) readSpeech(g *page) {
	sp := &s.speech
	sp.open = 0
	if g.numbered {
		sp.numbered++
	}
	marked := 0
	for _, l := range g.lines {
		if t := g.of(l); len(t) > 1 && (t[0] == 'Q' || t[0] == 'A') && (t[1] == '.' || t[1] == ':' || g.numbered && blank(t[1])) {
			marked++
		}
	}
	end := 0 // of the speech that goes on
	for n, l := range g.lines {
		if l.column {
			continue
		}
		text := g.of(l)
		if m := pageLine.FindStringSubmatch(text); m != nil && l.number == 0 {
			sp.printed, _ = strconv.Atoi(m[1])
		}
		var kind mark.FeatureKind
		switch {
		case text[0] == 'Q' && marked > 1 && question.MatchString(text):
			kind = mark.FeatureQuestion
			sp.questions++
		case text[0] == 'A' && marked > 1 && reply.MatchString(text) && (text[1:2] == "." || text[1:2] == ":" || g.numbered && !spacedOut(text)):
			kind = mark.FeatureReply
			sp.replies++
		case upper(text[0]) && speaker.MatchString(text):
			sp.speakers++
			s.closeSpeech(g, end)
		}
		if kind != "" {
			s.closeSpeech(g, end)
			at := l.number
			if at == 0 && !g.numbered {
				at = n + 1
			}
			before := len(s.features)
			printed := ""
			if sp.printed > 0 {
				printed = strconv.Itoa(sp.printed)
			}
			s.add(g, kind, l.start, l.end, printed, at)
			if len(s.features) > before {
				sp.open = len(s.features)
			}
		}
		end = l.end
	}
	s.closeSpeech(g, end)
}

// spacedOut reports whether a line is set in single letters: "A P P E A R".
func spacedOut(text string) bool { return len(text) > 3 && blank(text[1]) && blank(text[3]) }

// closeSpeech ends the question or reply that goes on at end.
func (s *Scanner) closeSpeech(g *page, end int) {
	if s.speech.open == 0 {
		return
	}
	f := &s.features[s.speech.open-1]
	if end > f.End {
		f.End = end
		text := g.Text[f.Start:end]
		f.Text = strings.Clone(text[:whole(text, min(len(text), maxText))])
	}
	s.speech.open = 0
}

// transcript reports whether the document records what was said.
func (s *Scanner) transcript() bool {
	sp := s.speech
	said := sp.questions >= 4 && sp.replies >= 4 && sp.questions+sp.replies >= 2*s.pages
	return said || sp.numbered*2 > s.pages && (sp.questions >= 3 && sp.replies >= 3 || sp.speakers >= 3*s.pages)
}

// settleSpeech gives questions and answers their places, page and line as
// printed, or drops them where the document is no transcript.
func (s *Scanner) settleSpeech() {
	is := s.transcript()
	offset, _ := s.printed()
	type place struct{ page, start int }
	said := map[place]bool{}
	for _, f := range s.features {
		if is && (f.Kind == mark.FeatureQuestion || f.Kind == mark.FeatureReply) {
			said[place{f.Page, f.Start}] = true
		}
	}
	kept := s.features[:0]
	for _, f := range s.features {
		if (f.Kind == mark.FeatureClause || f.Kind == mark.FeatureHeading) && said[place{f.Page, f.Start}] {
			continue // "A." is no clause
		}
		if f.Kind == mark.FeatureQuestion || f.Kind == mark.FeatureReply {
			if !is {
				continue
			}
			if f.Value == "" {
				f.Value = strconv.Itoa(f.Page + offset)
			}
			if f.Level > 0 {
				f.Value += ":" + strconv.Itoa(f.Level)
			}
			f.Level = 0
		}
		kept = append(kept, f)
	}
	s.features = kept
}
