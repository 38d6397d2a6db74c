package answer

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	mark "markai/backend"
	"markai/backend/cite"
)

// summarise matches a request for a summary.
var summarise = regexp.MustCompile(`(?i)\b(?:summari[sz]e|summary of|summaries of|overview of|outline of|digest of|brief me on|sum up|give me the gist|key (?:points|terms|provisions) of|main (?:points|terms|provisions) of|what (?:is|are) (?:this|these|the|that|our) [\p{L}\d .,'’&-]{0,60}?about)\b`)

// asksSummary reports whether a question asks for a summary of documents rather
// than for what they say on a subject.
func asksSummary(text string) bool {
	at := summarise.FindStringIndex(text)
	return at != nil && len(ask(text[:at[0]]+" "+text[at[1]:]).topics) == 0
}

// broadly are words of a question for all that a document says.
var broadly = words(`require requires explain explains say says said tell tells advise advises conclude concludes contain contains state states cover covers provide provides recommend
	recommends argue argues hold holds decide decides find finds about mean means main point points content contents essence gist position`)

// broad reports whether a text asks for all that a document says, and
// nothing in particular.
func (w *work) broad(text string) bool {
	if len(w.in.phrases) > 0 || !slices.ContainsFunc(cite.Words(text), func(word cite.Word) bool { return broadly[word.Norm] }) {
		return false
	}
	for _, word := range cite.Words(text) {
		norm := strings.TrimSuffix(word.Norm, "'s")
		_, kind := kindNames[norm]
		if !kind && !broadly[norm] && !cite.Common(norm) && !vague[norm] && !askers[norm] && !(upper(text, word) && !topics().known[word.Stem]) {
			return false
		}
	}
	return true
}

// topicPart is a part of a summary and the topics that it is made of.
type topicPart struct {
	heading string
	topics  []string
}

// summaryParts are what a lawyer looks for in a document of a type.
var summaryParts = map[mark.DocumentType][]topicPart{
	mark.TypeContract: {
		{"Term", []string{"start and effective date", "term and expiry", "renewal", "notice against renewal"}},
		{"Money", []string{"price and price changes", "payment", "revenue and profit sharing", "minimum commitment"}},
		{"Rights and restrictions", []string{"licence grant", "ownership of intellectual property", "exclusivity", "restrictions on competing", "assignment", "change of control"}},
		{"Liability", []string{"liability cap", "indemnity", "insurance", "warranty and its length"}},
		{"Confidentiality", []string{"confidentiality", "confidentiality period"}},
		{"Ending it", []string{"termination for convenience", "notice period for termination", "termination for breach", "after termination"}},
		{"Law and disputes", []string{"governing law", "courts and venue", "arbitration", "arbitration and disputes"}},
	},
	mark.TypeOrder: {
		{"How it came here", []string{"procedural history", "motions and orders"}},
		{"Claims", []string{"claims and causes of action"}},
		{"Standard", []string{"standard of review"}},
		{"Decision", []string{"what the court decided", "damages and sentence"}},
	},
	mark.TypePleading: {
		{"Claims", []string{"claims and causes of action"}},
		{"Relief", []string{"damages and sentence", "equitable relief"}},
		{"Courts", []string{"courts and venue"}},
	},
	mark.TypeMotion: {
		{"What is asked", []string{"motions and orders"}},
		{"Standard", []string{"standard of review"}},
		{"Procedure", []string{"procedural history", "deadlines"}},
	},
	mark.TypeNotice: {{"Deadlines", []string{"deadlines"}}},
}

func init() {
	summaryParts[mark.TypeAmendment] = summaryParts[mark.TypeContract]
}

const (
	mostSummarised = 20 // documents of a matter of which a summary speaks
	mostParties    = 6
	mostCentral    = 8 // sentences of a document that say most of it
	fewCentral     = 3 // the same beside parts by topic
)

// summary answers with what documents say, in parts, each sentence a quotation.
func (w *work) summary(ctx context.Context, emit func(mark.AnswerEvent) bool) error {
	c, err := w.catalogue(ctx)
	if err != nil {
		return err
	}
	docs, whole := w.summarised(c)
	if len(docs) == 0 {
		if err := w.refuse(ctx, ""); err != nil {
			return err
		}
		return w.finish(ctx, emit)
	}
	left := len(docs) - mostSummarised
	for i, d := range docs[:min(len(docs), mostSummarised)] {
		if d.PagesRead == 0 {
			continue
		}
		said, err := w.summaryOf(ctx, d, whole || len(docs) > 1)
		if err != nil {
			return err
		}
		if err := w.say(said, emit); err != nil {
			return err
		}
		if !emit(mark.AnswerEvent{Progress: &mark.Progress{Done: i + 1, Total: min(len(docs), mostSummarised)}}) {
			return errStopped
		}
	}
	if left > 0 {
		w.answer.Sentences = append(w.answer.Sentences, mark.Sentence{Heading: "Not summarised", Verdict: mark.VerdictSupported,
			Text: fmt.Sprintf("%s of this matter not spoken of here; ask for one by its name.", plural(left, "more document is", "more documents are"))})
	}
	if whole {
		if w.answer.Chronology, err = w.events(ctx, docs, span{}, fewEvents, func(int, int) bool { return true }); err != nil {
			return err
		}
	}
	return w.finish(ctx, emit)
}

// summarised returns the documents to summarise, and whether that is the whole
// matter.
func (w *work) summarised(c catalogue) (docs []mark.Document, whole bool) {
	if len(w.q.Documents) > 0 {
		return c.docs, false
	}
	var ids []mark.DocumentID
	for _, m := range means(w.q.Text, c.docs, c.heads) {
		for _, d := range m.docs {
			if !slices.Contains(ids, d.ID) {
				ids = append(ids, d.ID)
				docs = append(docs, d)
			}
		}
	}
	if len(docs) == 0 {
		all := cite.Words(w.q.Text)
		if m, ok := byName(tellers(w.q.Text, all, c.heads), c.docs, c.heads); ok {
			docs = m.docs
		}
	}
	if len(docs) > 0 {
		return docs, false
	}
	if _, carried := follow(w.in, w.q.History); len(carried) > 0 && !ofMatter.MatchString(w.q.Text) {
		return slices.DeleteFunc(slices.Clone(c.docs), func(d mark.Document) bool { return !slices.Contains(carried, d.ID) }), false
	}
	docs = slices.Clone(c.docs)
	slices.SortStableFunc(docs, func(a, b mark.Document) int { return cmp.Compare(weightOf(a.Meta.Type), weightOf(b.Meta.Type)) })
	return docs, true
}

// ofMatter matches what a person calls all documents together.
var ofMatter = regexp.MustCompile(`(?i)\b(?:matter|file|case file|everything|all (?:the |of the )?documents)\b`)

// weightOf orders types as a lawyer would read them.
func weightOf(t mark.DocumentType) int {
	order := []mark.DocumentType{mark.TypeMemo, mark.TypeContract, mark.TypeAmendment, mark.TypePleading, mark.TypeOrder, mark.TypeMotion,
		mark.TypeDeclaration, mark.TypeTranscript, mark.TypeDiscovery, mark.TypeLetter, mark.TypeMail, mark.TypeNotice, mark.TypeInvoice}
	if i := slices.Index(order, t); i >= 0 {
		return i
	}
	return len(order)
}

// summaryOf summarises one document: in brief with the two or three sentences
// that say most of it, else in parts by its type.
func (w *work) summaryOf(ctx context.Context, d mark.Document, brief bool) ([]mark.Sentence, error) {
	s, err := w.digestOf(ctx, d)
	if err != nil {
		return nil, err
	}
	var out []mark.Sentence
	used := map[string]bool{}
	add := func(heading string, cs ...candidate) {
		for _, c := range cs {
			text := oneLine(c.r.body(c.r.lines[c.line]))
			if used[text] {
				continue
			}
			used[text] = true
			l := c.r.lines[c.line]
			from, to := c.cutTo(shortQuote, shortPart)
			sentence := w.quoted(c.r.citation(from, to))
			sentence.Text = inPart(sentence.Text, from > l.Start, to < l.End)
			sentence.Heading, heading = heading, ""
			out = append(out, sentence)
		}
	}
	if brief {
		var best []candidate
		if c, ok := s.best["what the court decided"]; ok {
			best = append(best, c)
		}
		add(d.Name, append(best, s.central(fewCentral-len(best))...)...)
		return out, nil
	}
	out = append(out, w.parties(s)...)
	for _, p := range summaryParts[d.Meta.Type] {
		var cs []candidate
		for _, t := range p.topics {
			if c, ok := s.best[t]; ok {
				cs = append(cs, c)
			}
		}
		add(p.heading, cs...)
	}
	if len(out) <= fewCentral {
		last := ""
		for _, c := range s.central(mostCentral) {
			heading := s.headingOf(c)
			if heading == last {
				add("", c)
				continue
			}
			last = heading
			add(heading, c)
		}
		return out, nil
	}
	if d.Meta.Type == mark.TypeContract || d.Meta.Type == mark.TypeAmendment {
		add("Obligations", s.which(fewCentral, func(body string) bool { return duties.MatchString(body) })...)
	} else {
		add("What it says", s.central(fewCentral)...)
	}
	add("Amounts", s.which(fewCentral, func(body string) bool { return amount.MatchString(body) })...)
	add("Dates", s.which(fewCentral, func(body string) bool { return len(fullDates(body)) > 0 })...)
	return out, nil
}

// duties matches what obliges a party.
var duties = regexp.MustCompile(`\b(?:shall|must|agrees? to|undertakes? to|is (?:required|obliged|obligated) to)\b`)

// quoted is a sentence that is a citation, which it adds.
func (w *work) quoted(c mark.Citation) mark.Sentence {
	began := time.Now()
	text := oneLine(c.Quote)
	j := cite.Judge(text, []string{c.Quote})
	w.answer.Citations = append(w.answer.Citations, c)
	w.answer.Timings.Judge += time.Since(began)
	return mark.Sentence{Text: "“" + text + "”", Verdict: j.Verdict, Note: j.Note, Citations: []int{len(w.answer.Citations) - 1}}
}

// inPart marks a quotation that leaves out the beginning or the end of its sentence.
func inPart(quoted string, before, after bool) string {
	if before {
		quoted = "“… " + strings.TrimPrefix(quoted, "“")
	}
	if after {
		quoted = strings.TrimSuffix(quoted, "”") + " …”"
	}
	return quoted
}

// parties names the parties of a document, as its text does.
func (w *work) parties(s *digest) []mark.Sentence {
	var out []mark.Sentence
	for _, f := range s.parties[:min(len(s.parties), mostParties)] {
		if len(s.readings) == 0 || f.Page > s.readings[0].pages[len(s.readings[0].pages)-1].Number {
			break
		}
		r := s.readings[0]
		from := r.text.Offset(mark.Pos{Page: f.Page, Offset: f.Start})
		c := r.citation(from, from+f.End-f.Start)
		name := oneLine(c.Quote)
		if c.Quote == "" {
			continue
		}
		text := name
		if f.Value != "" && !strings.EqualFold(f.Value, name) {
			text += " (" + oneLine(f.Value) + ")"
		}
		w.answer.Citations = append(w.answer.Citations, c)
		sentence := mark.Sentence{Text: text + ".", Verdict: mark.VerdictSupported, Citations: []int{len(w.answer.Citations) - 1}}
		if len(out) == 0 {
			sentence.Heading = "Parties"
		}
		out = append(out, sentence)
	}
	return out
}

// asksParties reports whether the question is who the parties are.
func (w *work) asksParties() bool {
	return len(w.in.topics) == 1 && w.in.topics[0].name == "parties"
}
