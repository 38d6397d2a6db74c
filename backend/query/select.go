package query

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	mark "markai/backend"
)

// Select returns which documents a field selects. Where its value is not
// understood, problem says so and the selection is that of a name that holds it.
func Select(f Field) (q mark.DocumentQuery, problem string) {
	value := strings.ToLower(f.Value)
	switch f.Name {
	case "type":
		if t, ok := typeOf(value); ok {
			return mark.DocumentQuery{Types: []mark.DocumentType{t}}, ""
		}
		return mark.DocumentQuery{Text: f.Value}, fmt.Sprintf("There is no type of document called %q. It was looked for in names and titles.", f.Value)
	case "kind":
		if k, ok := kindNames[strings.TrimPrefix(value, ".")]; ok {
			return mark.DocumentQuery{Kinds: []mark.Kind{k}}, ""
		}
		return mark.DocumentQuery{Text: f.Value}, fmt.Sprintf("There is no kind of file called %q. It was looked for in names and titles.", f.Value)
	case "date", "before", "after":
		return dates(f)
	case "bates":
		from, to := batesRange(f.Value)
		return mark.DocumentQuery{Bates: from, BatesTo: to}, ""
	case "language":
		if l, ok := languages[value]; ok {
			value = l
		}
		return mark.DocumentQuery{Languages: []string{value}}, ""
	case "status":
		return mark.DocumentQuery{Statuses: []mark.DocumentStatus{mark.DocumentStatus(strings.ReplaceAll(value, " ", "_"))}}, ""
	case "custodian":
		return mark.DocumentQuery{Custodian: f.Value}, ""
	case "from":
		return mark.DocumentQuery{Sender: f.Value}, ""
	case "to":
		return mark.DocumentQuery{Recipient: f.Value}, ""
	case "subject":
		return mark.DocumentQuery{Subject: f.Value}, ""
	case "title":
		return mark.DocumentQuery{Title: f.Value}, ""
	case "party":
		return mark.DocumentQuery{Party: f.Value}, ""
	}
	return mark.DocumentQuery{Name: f.Value}, ""
}

// types are the names that people have for types of document, beside their own.
var types = map[string]mark.DocumentType{
	"agreement": mark.TypeContract, "lease": mark.TypeContract, "complaint": mark.TypePleading, "petition": mark.TypePleading,
	"answer": mark.TypePleading, "brief": mark.TypeMotion, "memorandum": mark.TypeMotion, "opinion": mark.TypeOrder,
	"judgment": mark.TypeOrder, "judgement": mark.TypeOrder, "decision": mark.TypeOrder, "deposition": mark.TypeTranscript,
	"affidavit": mark.TypeDeclaration, "email": mark.TypeMail, "e-mail": mark.TypeMail, "message": mark.TypeMail,
	"correspondence": mark.TypeLetter, "excel": mark.TypeSpreadsheet, "slides": mark.TypePresentation,
	"interrogatories": mark.TypeDiscovery, "statute": mark.TypeStatute, "regulation": mark.TypeStatute, "bill": mark.TypeInvoice,
}

var known = []mark.DocumentType{
	mark.TypeContract, mark.TypeAmendment, mark.TypePleading, mark.TypeMotion, mark.TypeOrder, mark.TypeDiscovery,
	mark.TypeTranscript, mark.TypeDeclaration, mark.TypeExhibit, mark.TypeLetter, mark.TypeMail, mark.TypeMemo, mark.TypePolicy,
	mark.TypeCorporate, mark.TypeNotice, mark.TypeForm, mark.TypeInvoice, mark.TypeReport, mark.TypeSpreadsheet,
	mark.TypePresentation, mark.TypeStatute, mark.TypeContainer, mark.TypeCalendarRecord,
}

func typeOf(value string) (mark.DocumentType, bool) {
	for _, v := range []string{value, strings.TrimSuffix(value, "s")} {
		for _, t := range known {
			if v == string(t) {
				return t, true
			}
		}
		if t, ok := types[v]; ok {
			return t, true
		}
	}
	return "", false
}

var kindNames = map[string]mark.Kind{
	"pdf": mark.KindPDF, "image": mark.KindImage, "scan": mark.KindImage, "tiff": mark.KindImage, "tif": mark.KindImage,
	"jpg": mark.KindImage, "jpeg": mark.KindImage, "png": mark.KindImage, "word": mark.KindWord, "docx": mark.KindWord,
	"mail": mark.KindMail, "email": mark.KindMail, "eml": mark.KindMail, "msg": mark.KindMail,
	"text": mark.KindText, "txt": mark.KindText,
}

var languages = map[string]string{
	"english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt", "dutch": "nl", "polish": "pl",
}

// dates reads 2019, 2019-03, 2019-03-01, 3/1/2019 (month first), and ranges of
// these with two dots between or a comparison before.
func dates(f Field) (mark.DocumentQuery, string) {
	value, q := f.Value, mark.DocumentQuery{}
	name := f.Name
	for _, c := range []struct{ sign, name string }{{">=", "from"}, {"<=", "until"}, {">", "after"}, {"<", "before"}} {
		if rest, ok := strings.CutPrefix(value, c.sign); ok && f.Name == "date" {
			value, name = rest, c.name
			break
		}
	}
	from, to, ranged := strings.Cut(value, "..")
	if !ranged {
		to = from
	}
	first, firstOK := day(from)
	last, lastOK := day(to)
	if ranged && from == "" {
		firstOK = true
	}
	if ranged && to == "" {
		lastOK = true
	}
	if !firstOK || !lastOK || from == "" && to == "" {
		return q, fmt.Sprintf("%q is no date. Write 2019, 2019-03, 2019-03-01 or 2019..2021.", f.Value)
	}
	switch name {
	case "after":
		q.From = following(first)
	case "before":
		q.To = preceding(first)
	case "from":
		q.From = first
	case "until":
		q.To = last
	default:
		q.From, q.To = first, last
	}
	return q, ""
}

var american = regexp.MustCompile(`^(\d{1,2})/(\d{1,2})/(\d{4})$`)

// day returns a date as ISO 8601 writes it, as exact as it was given.
func day(s string) (string, bool) {
	if m := american.FindStringSubmatch(s); m != nil {
		s = fmt.Sprintf("%s-%02s-%02s", m[3], m[1], m[2])
	}
	for _, layout := range []string{"2006", "2006-01", time.DateOnly} {
		if _, err := time.Parse(layout, s); err == nil && len(s) == len(layout) {
			return s, true
		}
	}
	return "", false
}

// following returns the first day after a year, month or day.
func following(s string) string {
	t, layout := parsed(s)
	switch layout {
	case "2006":
		t = t.AddDate(1, 0, 0)
	case "2006-01":
		t = t.AddDate(0, 1, 0)
	default:
		t = t.AddDate(0, 0, 1)
	}
	return t.Format(time.DateOnly)
}

// preceding returns the last day before a year, month or day.
func preceding(s string) string {
	t, _ := parsed(s)
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

func parsed(s string) (time.Time, string) {
	layout := time.DateOnly[:len(s)]
	t, _ := time.Parse(layout, s) // day has accepted it
	return t, layout
}

// numbered splits a Bates number into its prefix and its number.
var numbered = regexp.MustCompile(`^(.*?)(\d+)$`)

// batesRange reads ABC0001, ABC0001-ABC0100, ABC0001..100 and ABC0001-0100. The
// end of a range may leave out what it shares with the beginning.
func batesRange(value string) (from, to string) {
	value = strings.ToUpper(strings.ReplaceAll(value, " ", ""))
	from, to, ranged := strings.Cut(value, "..")
	if !ranged {
		for i := len(value) - 1; i > 0; i-- { // the dash in the middle: prefixes have dashes too
			if value[i] == '-' && numbered.MatchString(value[:i]) && numbered.MatchString(value[i+1:]) {
				from, to, ranged = value[:i], value[i+1:], true
				break
			}
		}
	}
	if !ranged || to == "" {
		return from, ""
	}
	a, b := numbered.FindStringSubmatch(from), numbered.FindStringSubmatch(to)
	switch {
	case a == nil || b == nil:
		return value, ""
	case b[1] == "" && len(b[2]) < len(a[2]):
		return from, a[1] + a[2][:len(a[2])-len(b[2])] + b[2]
	case b[1] == "":
		return from, a[1] + b[2]
	}
	return from, to
}
