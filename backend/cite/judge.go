package cite

import (
	"fmt"
	"regexp"
	"strings"

	mark "markai/backend"
)

// Judgement is what our code says of a sentence.
type Judgement struct {
	Verdict mark.Verdict
	Note    string // for people: what was altered or is missing; empty when all is well
}

const (
	// carried is the share of a sentence's content words that its quotations
	// must hold for it to count as supported.
	carried = 0.65
	// related is the share from which a sentence is about its quotations at all,
	// so that a difference is an alteration rather than another subject.
	related = 0.4
)

// marks are the numbers in brackets by which an answer cites.
var marks = regexp.MustCompile(`\s*\[\d+(?:\s*,\s*\d+)*\]`)

// Plain returns a sentence without its [n] marks.
func Plain(sentence string) string { return strings.TrimSpace(marks.ReplaceAllString(sentence, "")) }

// Judge says whether quotations carry a sentence. Its numbers, dates, names,
// denials and duties must agree with theirs, words in quotation marks must
// stand in them, and most of its content must be theirs. It errs on the strict
// side: what it calls supported has no fact that the quotations lack, while a
// free paraphrase may be called unsupported.
func Judge(sentence string, quotes []string) Judgement {
	plain := Plain(sentence)
	if plain == "" || len(quotes) == 0 {
		return Judgement{mark.VerdictUnsupported, "No passage is cited for this."}
	}
	whole := make([]folded, len(quotes))
	for i, q := range quotes {
		whole[i] = foldText(q, nil)
	}
	if part, ok := stands(plain, whole); ok {
		return cutsOff(part)
	}
	for _, said := range inMarks(plain) {
		if _, ok := stands(said, whole); !ok {
			if like(said, whole) {
				return Judgement{mark.VerdictAltered, fmt.Sprintf("The words “%s” differ from what stands in the file.", said)}
			}
			return Judgement{mark.VerdictUnsupported, fmt.Sprintf("The words “%s” do not stand in the cited passage.", said)}
		}
	}
	return weigh(plain, quotes)
}

// JudgeValue says whether a date, term, amount or name that was lifted out of a
// quotation stands in it, whole words at both ends. It says nothing about what
// the quotation makes of it, so the quotation must be shown beside it.
func JudgeValue(value, quote string) Judgement {
	if _, ok := stands(value, []folded{foldText(quote, nil)}); ok {
		return Judgement{Verdict: mark.VerdictSupported}
	}
	return Judgement{mark.VerdictUnsupported, "This does not stand in the cited passage."}
}

// weigh compares facts and content.
func weigh(plain string, quotes []string) Judgement {
	all := strings.Join(quotes, "\n")
	share, window := align(Words(plain), quotes)
	wrong := func(format string, args ...any) Judgement {
		v := mark.VerdictUnsupported
		if share >= related {
			v = mark.VerdictAltered
		}
		return Judgement{v, fmt.Sprintf(format, args...)}
	}
	mine, theirs := FactsOf(plain), FactsOf(all)
	if d := missing(mine.Dates, theirs.Dates); d != "" {
		return wrong("The date %s does not stand in the cited passage.", d)
	}
	if n := missing(mine.Numbers, theirs.Numbers); n != "" {
		return wrong("The number %s does not stand in the cited passage.", n)
	}
	if n := missing(mine.Names, norms(Words(all))); n != "" {
		return wrong("The name “%s” does not stand in the cited passage.", n)
	}
	if share < carried {
		return Judgement{mark.VerdictUnsupported, "The cited passage does not say this."}
	}
	if denials(Words(plain)) != denials(window) {
		return Judgement{mark.VerdictAltered, "A “not” or “no” differs from what stands in the file."}
	}
	if d := duties(Words(plain)) &^ duties(window); d != 0 {
		return Judgement{mark.VerdictAltered, "What must be done and what may be done differ from what stands in the file."}
	}
	return Judgement{Verdict: mark.VerdictSupported}
}

// part is where a sentence stands within a folded quotation.
type part struct {
	text       string
	start, end int
}

// stands looks for words in the quotations, whole words at both ends.
func stands(s string, quotes []folded) (part, bool) {
	needle := strings.TrimRight(foldText(s, nil).text, ".,;: ")
	if len(needle) < 2 {
		return part{}, false
	}
	for _, q := range quotes {
		for at := 0; ; {
			i := strings.Index(q.text[at:], needle)
			if i < 0 {
				break
			}
			p := part{q.text, at + i, at + i + len(needle)}
			if wholeWords(p) {
				return p, true
			}
			at = p.start + 1
		}
	}
	return part{}, false
}

func wholeWords(p part) bool {
	cut := func(i int) bool {
		return i > 0 && i < len(p.text) && wordByte(p.text[i-1]) && wordByte(p.text[i]) ||
			i > 1 && i < len(p.text) && wordByte(p.text[i]) && strings.IndexByte(".,", p.text[i-1]) >= 0 && digit(p.text[i-2]) && digit(p.text[i]) ||
			i > 0 && i+1 < len(p.text) && strings.IndexByte(".,", p.text[i]) >= 0 && digit(p.text[i-1]) && digit(p.text[i+1])
	}
	return !cut(p.start) && !cut(p.end)
}

func wordByte(b byte) bool { return b >= 'a' && b <= 'z' || digit(b) || b >= 0x80 }
func digit(b byte) bool    { return b >= '0' && b <= '9' }

// cutsOff judges a sentence that stands in a quotation word for word: it is
// verbatim unless the words around it, up to the clause's ends, deny it.
func cutsOff(p part) Judgement {
	from := strings.LastIndexAny(p.text[:p.start], ".;:") + 1
	to := len(p.text)
	if i := strings.IndexAny(p.text[p.end:], ".;:"); i >= 0 {
		to = p.end + i
	}
	around := append(Words(p.text[from:p.start]), Words(p.text[p.end:to])...)
	if denials(around) > 0 {
		return Judgement{mark.VerdictAltered, "The words around this quotation change what it says: read the whole sentence."}
	}
	return Judgement{Verdict: mark.VerdictVerbatim}
}

// like reports whether words stand in the quotations but for small differences.
func like(s string, quotes []folded) bool {
	needle := foldText(s, nil).text
	for _, q := range quotes {
		if _, _, _, ok := nearest(q.text, needle, max(3, len(needle)/4)); ok {
			return true
		}
	}
	return false
}

var quoted = regexp.MustCompile(`"([^"]{2,})"|“([^”]{2,})”`)

// inMarks returns what a sentence puts in quotation marks.
func inMarks(s string) []string {
	var out []string
	for _, g := range quoted.FindAllStringSubmatch(s, -1) {
		out = append(out, strings.TrimSpace(g[1]+g[2]))
	}
	return out
}

// missing returns the first of mine that theirs lacks.
func missing(mine, theirs []string) string {
	have := make(map[string]bool, len(theirs))
	for _, t := range theirs {
		have[t] = true
	}
	for _, m := range mine {
		if !have[m] {
			return m
		}
	}
	return ""
}

func norms(words []Word) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = strings.TrimSuffix(w.Norm, "'s")
	}
	return out
}

// align finds the quotation that holds most of a sentence's content words, and
// in it the clauses from the first to the last of them.
func align(sentence []Word, quotes []string) (share float64, window []Word) {
	content := make(map[string]bool)
	for _, w := range sentence {
		if !common[w.Norm] && !negative[w.Norm] {
			content[w.Stem] = true
		}
	}
	if len(content) == 0 {
		return 0, nil
	}
	for _, q := range quotes {
		words := Words(q)
		first, last, n := -1, -1, 0
		seen := make(map[string]bool)
		for i, w := range words {
			if !content[w.Stem] {
				continue
			}
			if first < 0 {
				first = i
			}
			if last = i; !seen[w.Stem] {
				seen[w.Stem] = true
				n++
			}
		}
		if s := float64(n) / float64(len(content)); s > share {
			share, window = s, clauses(q, words, first, last)
		}
	}
	return share, window
}

// clauses widens the words first to last to the ends of their clauses.
func clauses(q string, words []Word, first, last int) []Word {
	breaks := func(i int) bool { return strings.ContainsAny(q[words[i-1].End:words[i].Start], ".;:") }
	for first > 0 && !breaks(first) {
		first--
	}
	for last+1 < len(words) && !breaks(last+1) {
		last++
	}
	return words[first : last+1]
}

var negative = set(`not no never neither nor none nothing without cannot unless except excluding prohibited prohibits
prohibit forbidden forbids forbid refrain refuse nobody nowhere hardly barred unable`)

// harmless are words after "without" or "not" with which it denies nothing:
// "without regard to", "including but not limited to".
var harmless = set(`regard reference giving limiting limitation limited prejudice`)

// denials counts the words that turn a statement round.
func denials(words []Word) int {
	n := 0
	for i, w := range words {
		if (w.Norm == "without" || w.Norm == "not") && i+1 < len(words) && harmless[words[i+1].Norm] {
			continue
		}
		if negative[w.Norm] || strings.HasSuffix(w.Norm, "n't") {
			n++
		}
	}
	return n
}

type duty uint8

const (
	must duty = 1 << iota
	may
)

var modal = map[string]duty{
	"shall": must, "must": must, "will": must, "required": must, "obliged": must, "obligated": must,
	"may": may, "can": may, "might": may, "could": may, "entitled": may, "permitted": may, "allowed": may, "right": may,
}

// duties says whether words speak of what must and what may be done.
func duties(words []Word) duty {
	var d duty
	for i, w := range words {
		if w.Norm == "may" && i+1 < len(words) && digit(words[i+1].Norm[0]) {
			continue // the month
		}
		d |= modal[w.Norm]
	}
	return d
}
