package legal

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

const (
	headBytes  = 12000 // of the beginning of a document, where it says what it is
	titleMax   = 140   // bytes of a title
	partyMax   = 90    // bytes of a party's name
	partiesMax = 6
)

// Identify returns what the first pages say of a document: its title and the
// names of its parties, at most six, in their order. Either may be empty; name
// is the file's name, used for a title where the text has none.
func Identify(name string, firstPages []mark.Page) (title string, parties []string) {
	var b strings.Builder
	for _, p := range firstPages {
		if b.Len() > headBytes {
			break
		}
		b.WriteString(p.Text)
		b.WriteString("\n")
	}
	head := b.String()
	if len(head) > headBytes {
		head = strings.ToValidUTF8(head[:headBytes], "")
	}
	title = findTitle(head)
	if title == "" {
		title = caseName(Caption(head))
	}
	if title == "" {
		title = titleOfName(name)
	}
	return title, findParties(head)
}

// kinds are the words that end or carry the title of a legal document.
var kinds = regexp.MustCompile(`(?i)\b(agreement|contract|lease|policy|addendum|amendment|order|complaint|petition|motion|memorandum|opinion|judgment|decree|affidavit|declaration|deed|will|testament|trust|bylaws|by-laws|indenture|guarant[ye]e?|guaranty|note|mortgage|licen[cs]e|terms (?:of|and)|notice|subpoena|answer|brief|stipulation|settlement|release|waiver|statement|certificate|charter|articles of|plan of merger|power of attorney|undertaking|nda|report|minutes|resolution|indictment|warrant|letter of intent|term sheet)\b`)

// MentionsKind reports whether text names a kind of legal document.
func MentionsKind(text string) bool { return kinds.MatchString(text) }

// Kind reports whether a word is (part of) the name of a kind of document.
func Kind(w string) bool { return kinds.MatchString(w) }

// self matches a document that names itself: "This Reseller Agreement (the …".
var self = regexp.MustCompile(`(?i:\bthis)\s+((?:[A-Z][\w’'&/.-]*|of|for|and|the|to|on|non)(?:[\s-]+(?:[A-Z][\w’'&/.-]*|of|for|and|the|to|on|non)){0,9}[\s-]+(?:Agreement|AGREEMENT|Contract|CONTRACT|Lease|LEASE|Policy|POLICY|Addendum|ADDENDUM|Amendment|AMENDMENT|Indenture|INDENTURE|Deed|DEED|License|LICENSE|Order|ORDER|Guaranty|GUARANTY|Merger|MERGER))`)

var (
	exhibit  = regexp.MustCompile(`(?i)^\s*(?:<PAGE>\s*)?(?:exhibit|ex\.?|schedule|annex|appendix)[\s-]*(?:no\.?\s*)?[\dA-Z]+(?:[.\-(][\w.()]+)*[\s:.–-]*`)
	blank    = regexp.MustCompile(`\s+`)
	pageMark = regexp.MustCompile(`(?i)^(?:page\s+\d+.*|-?\s*\d+\s*-?|\d+ of \d+|source:.*|confidential.*treatment.*|\(?slip opinion\)?.*)$`)
	// partOfPaper heads a part of a paper, and names a kind of paper.
	partOfPaper = regexp.MustCompile(`(?i)^(?:[IVX\d]+\.\s*)?(?:statement of (?:the )?(?:facts?|case|issues?|jurisdiction)|prior opinions?|opinions? below|standard of review|memorandum of law)$`)
	// pageEnd is the number of the page at the end of a running head.
	pageEnd = regexp.MustCompile(`^(.*[A-Z]{4,})\s+\d{1,3}$`)
	// counted ends where a number is part of the title.
	counted = regexp.MustCompile(`(?i)(?:amendment|addendum|supplement|order|form|chapter|rule|title|section|part|exhibit|schedule|phase|version|volume|article|annex|appendix|agreement|number|lease|note|resolution|notice)$`)
	// doing ends a title with what an order does.
	doing = regexp.MustCompile(`(?i)\s(?:granting|denying|approving|directing|dismissing|regarding|re)$`)
	// goesOn ends a title that must go on.
	goesOn = regexp.MustCompile(`(?i)\s(?:of|and|granting|denying|regarding|re|for|to|in|on|the|by|with|against|approving|directing|dismissing)$`)
)

// findTitle returns the first line that looks like a title, else what the
// document calls itself.
func findTitle(head string) string {
	lines := strings.Split(head, "\n")
	seen := 0
	for i := 0; i < len(lines) && seen < 25; i++ {
		line := cleanLine(exhibit.ReplaceAllString(lines[i], ""))
		if line == "" || pageMark.MatchString(line) {
			continue
		}
		seen++
		if t := titleLine(line); t != "" {
			return joinTitle(before(t, lines[:i]), lines[i+1:])
		}
	}
	if m := self.FindStringSubmatch(head); m != nil {
		return squeeze(m[1], titleMax)
	}
	return ""
}

// titleLine returns line as a title if it is one: short, shouted or in title
// case, naming a kind of document, and not a sentence.
func titleLine(line string) string {
	if len(line) > titleMax || !kinds.MatchString(line) || strings.HasSuffix(line, ",") {
		return ""
	}
	line = strings.TrimRight(line, " .:;")
	if m := pageEnd.FindStringSubmatch(line); m != nil && !counted.MatchString(m[1]) {
		line = m[1]
	}
	if line == "" || !mostlyCapital(line) || partOfPaper.MatchString(line) || strings.Contains(line, "....") || strings.ContainsAny(line, "·*|") {
		return ""
	}
	return line
}

// before adds the lines of capitals over a title that is one word, as
// "MAINTENANCE" over "AGREEMENT".
func before(title string, above []string) string {
	if strings.Contains(title, " ") || !upperCase(title) {
		return title
	}
	whole := title
	for n := 0; n < 3 && len(above) > 0; n++ {
		l := cleanLine(above[len(above)-1])
		above = above[:len(above)-1]
		if l == "" || !upperCase(l) || !mostlyCapital(l) || pageMark.MatchString(l) || exhibit.MatchString(l) || tribunal.MatchString(l) || strings.ContainsAny(l, ",:.()*[]_") || len(l)+len(whole) > titleMax {
			break
		}
		whole = l + " " + whole
	}
	return whole
}

// joinTitle adds the lines that go on with a title that cannot end where its
// line does, as "ORDER GRANTING", in capitals too.
func joinTitle(first string, rest []string) string {
	if !goesOn.MatchString(first) {
		return first
	}
	title := first
	open := doing.MatchString(first) // what it does is still to come, however many lines that takes
	for k, l := range rest {
		l = cleanLine(l)
		if l == "" && k == 0 {
			continue
		}
		l = strings.TrimRight(l, " .:;")
		if title != first && !open && !goesOn.MatchString(title) || l == "" || strings.Contains(l, ":") || len(title)+len(l) >= titleMax || !mostlyCapital(strings.TrimPrefix(l, "dba ")) || title != first && upperCase(first) && !upperCase(l) {
			break
		}
		title += " " + l
		if !upperCase(first) { // one line may be the end of it, more may be a caption
			break
		}
	}
	return title
}

// upperCase reports whether s has hardly a small letter.
func upperCase(s string) bool {
	small := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			small++
		}
	}
	return small*8 <= len(s)
}

// TitleOfProperties returns a title that a program wrote into a file's
// properties, without the program's name, and nothing where that is only the
// name of a file.
func TitleOfProperties(s string) string {
	s = cleanLine(byProgram.ReplaceAllString(cleanLine(s), ""))
	if fileName.MatchString(s) {
		if s = ReadableName(s); len(strings.Fields(s)) < 3 {
			return ""
		}
	}
	if !strings.Contains(s, " ") && strings.ContainsAny(s, "-_") || noTitle.MatchString(s) {
		return ""
	}
	return s
}

var (
	byProgram = regexp.MustCompile(`(?i)^(?:microsoft (?:office )?(?:word|excel|powerpoint)|wordperfect|adobe acrobat)\s+-\s+`)
	fileName  = regexp.MustCompile(`(?i)\.(?:docx?|dotx?|rtf|wpd|odt|pages|pdf|xlsx?|xlsm|csv|pptx?|vsdx?|txt|md|html?|xml|indd|qxd|ai|psd|dwg|jpe?g|png|tiff?|gif|bmp|eps|ps|exe|tmp|dat)$`)
	noTitle   = regexp.MustCompile(`(?i)^(?:untitled|no title|title|document|doc|dokument|presentation|slide|book|binder|scan|image|page|print|layout|microsoft word|powerpoint presentation)?\s*\d*$`)
)

// mostlyCapital reports whether nearly every longer word begins with a capital.
func mostlyCapital(s string) bool {
	n, caps := 0, 0
	for _, w := range strings.Fields(s) {
		w = strings.TrimLeft(w, `("“‘'[`)
		r, _ := utf8.DecodeRuneInString(w)
		if !unicode.IsLetter(r) || len(w) <= 3 && !unicode.IsUpper(r) {
			continue
		}
		n++
		if unicode.IsUpper(r) {
			caps++
		}
	}
	return n > 0 && caps*10 >= n*9
}

// titleOfName reads a title off a file's name: its longest part that names a
// kind of document.
func titleOfName(name string) string {
	best := ""
	for _, p := range strings.FieldsFunc(trimExt(name), func(r rune) bool { return r == '_' || r == '–' || r == '—' }) {
		for _, q := range strings.Split(p, " - ") {
			if q = ReadableName(filed.ReplaceAllString(q, "")); kinds.MatchString(q) && len(q) > len(best) {
				best = q
			}
		}
	}
	return squeeze(best, titleMax)
}

var (
	escaped = regexp.MustCompile(`%20|_20(?:[^\d]|$)`)
	// filed is what a register puts before the name of a paper that was filed.
	filed = regexp.MustCompile(`^(?:\d{2,4}-)?(?i:ex)-?\d[\d.]*(?:\([^)]*\))*-`)
	camel = regexp.MustCompile(`(\p{Ll})(\p{Lu})|(\p{Lu})(\p{Lu}\p{Ll})`)
	ext   = regexp.MustCompile(`\.[A-Za-z0-9]{1,5}$`)
)

func trimExt(name string) string { return ext.ReplaceAllString(name, "") }

// ReadableName returns a file's name as words: without its extension, with
// underscores, escapes and CamelCase opened up.
func ReadableName(name string) string {
	s := trimExt(name)
	s = escaped.ReplaceAllStringFunc(s, func(m string) string { return " " + strings.TrimPrefix(strings.TrimPrefix(m, "%20"), "_20") })
	s = strings.NewReplacer("_", " ", "+", " ").Replace(s)
	s = camel.ReplaceAllString(s, "$1$3 $2$4")
	return strings.TrimSpace(blank.ReplaceAllString(s, " "))
}

func cleanLine(s string) string { return strings.TrimSpace(blank.ReplaceAllString(s, " ")) }

// squeeze makes one line of s, of at most limit bytes.
func squeeze(s string, limit int) string {
	s = cleanLine(s)
	if len(s) > limit {
		s = s[:limit]
		if i := strings.LastIndexByte(s, ' '); i > 0 {
			s = s[:i]
		}
		s = strings.ToValidUTF8(s, "")
	}
	return s
}
