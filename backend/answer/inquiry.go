package answer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/cite"
)

// inquiry is a question taken apart.
type inquiry struct {
	names   []name          // parties and others by name
	terms   map[string]bool // stems of what is asked, without names and common words
	topics  []asked
	phrases []string // in quotation marks
	topic   string   // the question without the parts that say where to look
	want    want
}

// name is a name in the question.
type name struct {
	text   string   // as asked
	tokens []string // lower case, without "Inc." and its like
	sure   bool     // a party for certain: it has a legal form, or stands after "between"
	title  bool     // of a document ("Supply Agreement")
}

var (
	// entities are legal forms that end the name of a party.
	entities = words(`inc incorporated llc llp ltd limited corp corporation company plc gmbh`)
	// fillers are parts of names that tell no two parties apart: legal forms and roles.
	fillers = words(`lp co sa ag bv nv pty na lc pc l p s a n v b c d r the and of for d/b/a dba its
		parent target buyer seller purchaser licensor licensee lessor lessee landlord tenant borrower lender vendor
		supplier customer employer employee plaintiff defendant petitioner respondent appellant appellee`)
	// kinds are what documents are called.
	kinds = words(`agreement contract lease amendment policy order motion complaint letter memorandum deed note plan
		statement addendum exhibit schedule license licence opinion brief affidavit declaration report nda`)
	// askers begin questions and are nobody's name.
	askers = words(`consider under according regarding concerning explain list show summarize summarise describe find identify give
		tell please name state quote summarize summarise summary overview outline locate look check see compare suppose assume`)
	// vague words are in most questions and say nothing of what is asked.
	vague = words(`agreement contract document party parties clause provision section term terms paragraph happen happens occur people person anyone somebody thing things file say says
		mention mentions provide provides state states indicate indicates contain contains include includes there regard
		consider applicable want know question summary overview main key points`)
)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// defines matches a question for what a word means in the document.
var defines = regexp.MustCompile(`\bdefinition of\b|\bhow is .{2,60} defined\b|\bwhat does .{2,60} mean\b|\bmeaning of\b|\bdefined as\b`)

var (
	// between finds the parties of "an agreement between A and B".
	between    = regexp.MustCompile(`(?i)\b(?:between|among)\s+(.+)`)
	partiesEnd = regexp.MustCompile(`(?i)[;?:]|,?\s+(?:what|which|who|whom|whose|when|where|how|why|does|do|did|is|are|was|may|can|must|shall|will|should|has|have|say|says|provide|provides|require|requires|contain|contains|governed|terminate|terminates|expire|expires|end|ends|renew|renews|allow|allows|impose|imposes)\b`)
	// preamble says where to look, before the question itself.
	preamble   = regexp.MustCompile(`(?i)^\s*(?:consider|under|in|according to|regarding|concerning|with respect to|as to|for)\b[^;?]{3,}?(?:;|,\s+(?:what|which|who|whom|whose|when|where|how|why|does|do|did|is|are|was|may|can|must|shall|will|should)\b)`)
	possessive = regexp.MustCompile(`^["”]?(?:'s|’s|s'|s’)?\s+(?i:(?:[\w-]+\s+){0,3}?(?:agreement|contract|lease|policy|nda|terms|licen[sc]e|motion|complaint|brief|will|deed)\b)`)
	andSplits  = regexp.MustCompile(`(?i)\s+and\s+|\s*,\s+and\s+`)
	quotedPart = regexp.MustCompile(`["“]([^"“”]{3,})["”]`)
)

// ask takes a question apart. Names carry where to look, terms what to look for.
func ask(text string) inquiry {
	q := inquiry{terms: map[string]bool{}}
	var taken, parties []cite.Range
	var dates []cite.Range // no names, though they begin with a capital
	for _, d := range cite.Dates(text) {
		dates = append(dates, cite.Range{Start: d.Start, End: d.End})
	}
	for _, g := range between.FindAllStringSubmatchIndex(text, -1) {
		start, end := g[2], g[3]
		if e := partiesEnd.FindStringIndex(text[start:end]); e != nil {
			end = start + e[0]
		}
		if start >= end || !strings.ContainsFunc(text[start:end], unicode.IsUpper) {
			continue
		}
		if inside(cite.Range{Start: start, End: end}, dates) {
			continue // a stretch of time
		}
		for _, part := range andSplits.Split(text[start:end], -1) {
			if n := newName(part); len(n.tokens) > 0 {
				n.sure = true
				q.names = append(q.names, n)
			}
		}
		parties = append(parties, cite.Range{Start: start, End: end})
	}
	taken = append(taken, parties...)
	if g := preamble.FindStringIndex(text); g != nil {
		taken = append(taken, cite.Range{Start: g[0], End: g[1]})
	}
	all := cite.Words(text)
	for _, r := range capitalised(text, all) {
		if inside(r, parties) || inside(r, dates) {
			continue
		}
		if n := newName(text[r.Start:r.End]); len(n.tokens) > 0 {
			if g := possessive.FindStringIndex(text[r.End:]); g != nil && !n.title {
				n.sure = true // "Acme's privacy policy"
				r.End += g[1]
			}
			q.names = append(q.names, n)
			if n.title || n.sure {
				taken = append(taken, r)
			}
		}
	}
	stems := map[string]bool{}
	for _, w := range all {
		if inside(cite.Range{Start: w.Start, End: w.End}, taken) {
			continue
		}
		stems[w.Stem] = true
		if !cite.Common(w.Norm) && !vague[w.Norm] && !askers[w.Norm] && !entities[w.Norm] && !fillers[w.Norm] {
			q.terms[topics().meaning(w.Stem)] = true
		}
	}
	q.topics = topics().match(stems)
	q.topic = without(text, taken)
	for _, g := range quotedPart.FindAllStringSubmatchIndex(text, -1) {
		if !inside(cite.Range{Start: g[2], End: g[3]}, taken) {
			q.phrases = append(q.phrases, text[g[2]:g[3]])
		}
	}
	q.want = wanted(strings.ToLower(text), q.topics)
	return q
}

// without returns text less the ranges, which may overlap.
func without(text string, ranges []cite.Range) string {
	var b strings.Builder
	for i, r := range text {
		if !inside(cite.Range{Start: i, End: i + 1}, ranges) {
			b.WriteRune(r)
		}
	}
	return strings.Trim(oneLine(b.String()), " ,;:")
}

func newName(s string) name {
	n := name{text: strings.Trim(s, ` ,."“”'`)}
	for _, w := range cite.Words(s) {
		switch norm := strings.TrimSuffix(w.Norm, "'s"); {
		case kinds[norm]:
			n.title = true
			n.tokens = append(n.tokens, norm)
		case entities[norm]:
			n.sure = true
		case fillers[norm]:
		case !cite.Common(norm):
			n.tokens = append(n.tokens, norm)
		}
	}
	return n
}

// capitalised returns the runs of capitalised words, joined over "of", "the",
// "for" and "&".
func capitalised(text string, all []cite.Word) []cite.Range {
	var out []cite.Range
	for i := 0; i < len(all); i++ {
		if !startsName(text, all, i) {
			continue
		}
		j := i + 1
		for last := i; j < len(all); j++ {
			if strings.ContainsAny(text[all[j-1].End:all[j].Start], ";:?!\n()\"“”") {
				break
			}
			if strings.HasSuffix(all[j-1].Norm, "'s") {
				break // what follows is what the name has
			}
			if upper(text, all[j]) {
				last = j
				continue
			}
			if n := all[j].Norm; (n == "of" || n == "the" || n == "for") && j-last <= 2 {
				continue
			}
			j = last + 1
			break
		}
		if j > len(all) {
			j = len(all)
		}
		for j > i+1 && !upper(text, all[j-1]) {
			j--
		}
		out = append(out, cite.Range{Start: all[i].Start, End: all[j-1].End})
		i = j - 1
	}
	return out
}

// startsName reports whether a name may begin at word i: it is capitalised, and
// not merely because a sentence begins.
func startsName(text string, all []cite.Word, i int) bool {
	w := all[i]
	if !upper(text, w) || askers[w.Norm] {
		return false
	}
	if cite.Common(w.Norm) {
		return false
	}
	first := i == 0 || strings.ContainsAny(text[all[i-1].End:w.Start], ".?!;:")
	return !first || i+1 < len(all) && upper(text, all[i+1]) || !topics().known[w.Stem]
}

func upper(text string, w cite.Word) bool {
	r, _ := utf8.DecodeRuneInString(text[w.Start:w.End])
	return unicode.IsUpper(r)
}

func inside(r cite.Range, taken []cite.Range) bool {
	for _, t := range taken {
		if r.Start < t.End && t.Start < r.End {
			return true
		}
	}
	return false
}

// wanted says what a full answer holds, by how the question is put, else by its topic.
func wanted(lower string, ts []asked) want {
	has := func(ss ...string) bool {
		for _, s := range ss {
			if strings.Contains(lower, s) {
				return true
			}
		}
		return false
	}
	switch {
	case defines.MatchString(lower):
		return wantMeaning
	case has("how long", "how much notice", "notice period", "what period", "how many days", "how many months", "how many years"):
		return wantDuration
	case has("what date", "which date", "when ", "when?", "what day"):
		return wantDate
	case has("how much", "what amount", "what sum", "what price"):
		return wantMoney
	case len(ts) > 0:
		return ts[0].want
	case strings.HasPrefix(lower, "who "):
		return wantPerson
	}
	return wantAny
}

// beside reports whether the question asks something that its topics, if it has
// any, do not cover: they were recognised by less than half of its words.
func (q inquiry) beside() bool {
	n := 0
	for t := range q.terms {
		for _, a := range q.topics {
			if a.means(t) {
				n++
				break
			}
		}
	}
	return 2*n < len(q.terms) || len(q.topics) == 0
}

// widen turns to the topics that come near those of the question. It reports
// whether there are any.
func (q *inquiry) widen() bool {
	var wider []asked
	for _, t := range q.topics {
		for _, name := range t.or {
			if o := topics().named(name); o != nil {
				wider = append(wider, asked{topic: o, words: t.words, score: t.score})
			}
		}
	}
	if len(wider) == 0 {
		return false
	}
	q.topics = wider
	return true
}

// follow completes a question that leans on the one before: one without names
// keeps looking in the documents last cited, and one that asks nothing of its
// own ("and for how long?") keeps the last question's terms and topics.
func follow(q inquiry, history []mark.Message) (inquiry, []mark.DocumentID) {
	if hasParty(q) {
		return q, nil
	}
	var docs []mark.DocumentID
	for i := len(history) - 1; i >= 0; i-- {
		m := history[i]
		if m.Answer != nil && docs == nil {
			docs = cited(*m.Answer)
		}
		if m.Role != "user" {
			continue
		}
		before := ask(m.Text)
		if leans := len(q.topics) > 0 && pronoun.MatchString(q.topic); leans {
			for t := range before.terms {
				q.terms[t] = true
			}
			for _, t := range before.topics {
				if len(q.topics) < mostTopics && !slices.ContainsFunc(q.topics, func(o asked) bool { return o.topic == t.topic }) {
					q.topics = append(q.topics, t)
				}
			}
			q.topic = before.topic + " " + q.topic
		} else if len(q.topics) == 0 && len(q.terms) <= 1 {
			for t := range before.terms {
				q.terms[t] = true
			}
			q.topics = before.topics
			q.topic = before.topic + " " + q.topic
			if q.want == wantAny {
				q.want = before.want
			}
		}
		if docs != nil || hasParty(before) {
			q.names = append(q.names, before.names...)
			break
		}
	}
	return q, docs
}

const mostTopics = 3 // of one question

// pronoun matches what stands for something said before.
var pronoun = regexp.MustCompile(`(?i)\b(?:it|its|they|them|their|those|these|that|this|he|she|him|her)\b`)

func hasParty(q inquiry) bool {
	for _, n := range q.names {
		if n.sure || n.title {
			return true
		}
	}
	return false
}

func cited(a mark.Answer) []mark.DocumentID {
	var out []mark.DocumentID
	seen := map[mark.DocumentID]bool{}
	for _, c := range a.Citations {
		if !seen[c.Document] {
			seen[c.Document] = true
			out = append(out, c.Document)
		}
	}
	return out
}
