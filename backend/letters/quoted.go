package letters

import (
	"regexp"
	"strings"
)

// Range is a piece of a text, in bytes; End is exclusive.
type Range struct{ Start, End int }

// Quoted returns the pieces of a message's body that are earlier messages: lines
// marked with ">" with the line that introduces them, and everything below a
// mark of a forwarded or answered message. Pieces are whole lines, in order and
// apart. It looks at the words that mail programs write in English, German,
// French, Spanish, Italian, Dutch and Portuguese.
func Quoted(body string) []Range {
	lines := split(body)
	var out []Range
	for i := 0; i < len(lines); i++ {
		switch {
		case lines[i].marked():
			first := introduction(lines, i)
			if n := len(out); n > 0 {
				for first < i && lines[first].Start < out[n-1].End {
					first++
				}
			}
			last := i
			for j := i + 1; j < len(lines) && (lines[j].marked() || lines[j].text == ""); j++ {
				if lines[j].marked() {
					last = j
				}
			}
			out = append(out, Range{lines[first].Start, lines[last].End})
			i = last
		case divides(lines, i):
			return append(out, Range{lines[i].Start, len(body)})
		}
	}
	return out
}

// row is one line of a text, its end mark included.
type row struct {
	Range
	text string // without blanks around it
}

// marked reports whether the line is quoted by a mark of its own.
func (l row) marked() bool { return strings.HasPrefix(l.text, ">") }

func split(s string) []row {
	var out []row
	at := 0
	for line := range strings.Lines(s) {
		out = append(out, row{Range{at, at + len(line)}, strings.TrimSpace(line)})
		at += len(line)
	}
	return out
}

var (
	wrote = regexp.MustCompile(`(?i)^(On |Am |Le |El |Il |Op |Em ).{4,300} (wrote|schrieb|écrit|escribió|scritto|geschreven|schreef|escreveu)( .{0,120})?:$`)
	// divider is a line that programs write over an earlier message.
	divider = regexp.MustCompile(`(?i)^(-{2,} ?(Original Message|Original Appointment|Forwarded message|Forwarded by .{1,200}|Original-Nachricht|Ursprüngliche Nachricht|Weitergeleitete Nachricht|Message d'origine|Message transféré|Mensaje original|Mensaje reenviado|Messaggio originale|Messaggio inoltrato|Oorspronkelijk bericht|Mensagem original) ?-{0,}|Begin forwarded message:|Anfang der weitergeleiteten Nachricht:|Début du message réexpédié ?:)$`)
	rule    = regexp.MustCompile(`^(_{10,}|-{10,}|={10,})$`)
	field   = regexp.MustCompile(`(?i)^\*?(From|Von|De|Da|Van|Sent|Date|Gesendet|Datum|Envoyé|Enviado|Enviada em|Fecha|Data|Inviato|Verzonden|To|An|À|Para|A|Aan|Cc|Kopie|Bcc|Subject|Betreff|Objet|Asunto|Oggetto|Onderwerp|Assunto|Importance|Attachments|Reply-To)\*? ?:`)
)

// introduction returns the first line of "On Monday, A wrote:", which may be
// broken into up to three, before the quoted line i; or i.
func introduction(lines []row, i int) int {
	end := i - 1
	if end >= 0 && lines[end].text == "" {
		end--
	}
	if end < 0 || !strings.HasSuffix(lines[end].text, ":") {
		return i
	}
	joined := ""
	for first := end; first >= 0 && first > end-3 && lines[first].text != "" && !lines[first].marked(); first-- {
		joined = strings.TrimSpace(lines[first].text + " " + joined)
		if wrote.MatchString(joined) {
			return first
		}
	}
	return i
}

// divides reports whether everything from line i on is an earlier message.
func divides(lines []row, i int) bool {
	text := lines[i].text
	switch {
	case text == "":
		return false
	case divider.MatchString(text):
		return true
	case rule.MatchString(text):
		return i+1 < len(lines) && headed(lines, i+1)
	case headed(lines, i):
		return true
	}
	// An introduction without marks under it.
	joined := ""
	for j := i; j < len(lines) && j < i+3 && lines[j].text != "" && len(joined) < 500; j++ {
		joined = strings.TrimSpace(joined + " " + lines[j].text)
		if wrote.MatchString(joined) {
			for j++; j < len(lines) && lines[j].text == ""; j++ {
			}
			return j < len(lines) && !lines[j].marked()
		}
	}
	return false
}

// headed reports whether the head of a message begins in line i: who it is
// from, and two more fields that belong there.
func headed(lines []row, i int) bool {
	for i < len(lines) && lines[i].text == "" {
		i++
	}
	seen := map[string]bool{}
	for j := i; j < len(lines) && j < i+9; j++ {
		m := field.FindStringSubmatch(lines[j].text)
		if m == nil {
			if j == i || lines[j].text == "" && len(seen) < 2 {
				return false
			}
			if lines[j].text == "" {
				break
			}
			continue // a long list of people goes on
		}
		seen[role(m[1])] = true
	}
	return seen["from"] && seen["date"] && (seen["to"] || seen["subject"]) && role(field.FindStringSubmatch(lines[i].text)[1]) == "from"
}

// role says which field of a head a word names.
func role(word string) string {
	switch strings.ToLower(word) {
	case "from", "von", "de", "da", "van":
		return "from"
	case "sent", "date", "gesendet", "datum", "envoyé", "enviado", "enviada em", "fecha", "data", "inviato", "verzonden":
		return "date"
	case "to", "an", "à", "para", "a", "aan":
		return "to"
	case "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto":
		return "subject"
	}
	return "other"
}
