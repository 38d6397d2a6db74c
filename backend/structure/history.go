package structure

import (
	"regexp"

	mark "markai/backend"
)

// history is where the earlier messages of a message began.
type history struct{ open bool }

var (
	wrote     = regexp.MustCompile(`^(?:On|Am|Le|El|Il|Em|Op)\s.{8,160}\s(?:wrote|schrieb.{0,60}|a écrit|escribió|ha scritto|escreveu|schreef.{0,60})\s?:$`)
	wroteOpen = regexp.MustCompile(`^(?:On|Am|Le|El|Il|Em|Op)\s.{8,160}$`)
	wroteEnd  = regexp.MustCompile(`(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)\s?:$`)
	original  = regexp.MustCompile(`^(?:-{2,}\s?(?:Original Message|Forwarded [Mm]essage|Original Appointment|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Messaggio originale)\s?-{2,}|Begin forwarded message:)$`)
	headFrom  = regexp.MustCompile(`^(?:From|Von|De|Da)\s?:\s?\S`)
	headMore  = regexp.MustCompile(`^(?:Sent|Date|To|Cc|Subject|Gesendet|An|Datum|Betreff|Envoyé|À|Objet|Enviado|Para|Asunto|Inviato|A|Oggetto)\s?:\s?`)
)

// readHistory adds the earlier messages that a message quotes. They go on to
// its end.
func (s *Scanner) readHistory(g *page) {
	if s.doc.Kind != mark.KindMail || len(g.lines) == 0 {
		return
	}
	last := g.lines[len(g.lines)-1].end
	if s.history.open {
		s.add(g, mark.FeatureQuoted, 0, last, "", 0)
		return
	}
	for i := 0; i < len(g.lines); i++ {
		text := g.of(g.lines[i])
		if text[0] == '>' {
			k := i
			for k+1 < len(g.lines) && g.of(g.lines[k+1])[0] == '>' {
				k++
			}
			s.add(g, mark.FeatureQuoted, g.lines[i].start, g.lines[k].end, "", 0)
			i = k
			continue
		}
		if !s.beginsHistory(g, i) {
			continue
		}
		// What follows as lines with ">" alone may have answers in between.
		if k := i + 1; k < len(g.lines) && g.of(g.lines[min(k, len(g.lines)-1)])[0] == '>' {
			for k+1 < len(g.lines) && g.of(g.lines[k+1])[0] == '>' {
				k++
			}
			s.add(g, mark.FeatureQuoted, g.lines[i].start, g.lines[k].end, "", 0)
			i = k
			continue
		}
		s.add(g, mark.FeatureQuoted, g.lines[i].start, last, "", 0)
		s.history.open = true
		return
	}
}

// beginsHistory reports whether a line introduces an earlier message.
func (s *Scanner) beginsHistory(g *page, i int) bool {
	text := g.of(g.lines[i])
	more := func(k int) bool { return k < len(g.lines) && headMore.MatchString(g.of(g.lines[k])) }
	switch {
	case len(text) > 200:
		return false
	case original.MatchString(text), wrote.MatchString(text):
		return true
	case wroteOpen.MatchString(text) && i+1 < len(g.lines) && len(text) > 30:
		next := g.of(g.lines[i+1])
		return len(next) < 100 && wroteEnd.MatchString(next)
	}
	// A message's own head begins its first page.
	return (g.Number > 1 || i > 0) && headFrom.MatchString(text) && more(i+1) && more(i+2) && !(g.Number == 1 && s.ownHead(g, i))
}

// ownHead reports whether line i still belongs to the head of the message.
func (s *Scanner) ownHead(g *page, i int) bool {
	for k := range i {
		if !headFrom.MatchString(g.of(g.lines[k])) && !headMore.MatchString(g.of(g.lines[k])) {
			return false
		}
	}
	return true
}
