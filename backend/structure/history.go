package structure

import (
	"strings"

	mark "markai/backend"
	"markai/backend/letters"
)

// readHistory adds the earlier messages that a message quotes. What stands
// under the head of an earlier message goes on to the end.
func (s *Scanner) readHistory(g *page) {
	if s.doc.Kind != mark.KindMail {
		return
	}
	if s.history {
		s.add(g, mark.FeatureQuoted, 0, len(g.Text), "", 0)
		return
	}
	from := 0
	if g.Number == 1 { // the message's own head is no quotation
		from = max(0, strings.Index(g.Text, "\n\n"))
	}
	end := -1
	for _, r := range letters.Quoted(g.Text[from:]) {
		s.add(g, mark.FeatureQuoted, from+r.Start, from+r.End, "", 0)
		end = from + r.End
	}
	text := strings.TrimSpace(g.Text)
	s.history = end == len(g.Text) && !strings.HasPrefix(text[strings.LastIndexByte(text, '\n')+1:], ">")
}
