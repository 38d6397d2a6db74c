package answer

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
)

// meant is the documents that a question can mean by what it calls them: "the
// lease", "Okafor's e-mail", "the FedEx order".
type meant struct {
	kind string          // as the question has it: "lease"; empty where it names none
	docs []mark.Document // that it can mean
	sure bool            // a word of the question tells them from others of their kind
}

// kindOf is what documents of a kind are known by.
type kindOf struct {
	types []mark.DocumentType // whose documents are all of the kind
	words []string            // that stand in their name or title
	mail  bool
}

// kindNames are the words for one document of a kind. Of a kind without types
// only documents that are called so are of it.
var kindNames = map[string]kindOf{
	"agreement":   {types: []mark.DocumentType{mark.TypeContract}, words: []string{"agreement"}},
	"contract":    {types: []mark.DocumentType{mark.TypeContract}, words: []string{"contract", "agreement"}},
	"lease":       {words: []string{"lease"}},
	"nda":         {words: []string{"nda", "nondisclosure", "non-disclosure", "confidentiality"}},
	"licence":     {words: []string{"licence", "license"}},
	"license":     {words: []string{"licence", "license"}},
	"amendment":   {types: []mark.DocumentType{mark.TypeAmendment}, words: []string{"amendment"}},
	"addendum":    {words: []string{"addendum"}},
	"deed":        {words: []string{"deed"}},
	"will":        {words: []string{"will", "testament"}},
	"letter":      {types: []mark.DocumentType{mark.TypeLetter}, words: []string{"letter"}},
	"e-mail":      {types: []mark.DocumentType{mark.TypeMail}, words: []string{"e-mail", "email"}, mail: true},
	"email":       {types: []mark.DocumentType{mark.TypeMail}, words: []string{"e-mail", "email"}, mail: true},
	"memo":        {types: []mark.DocumentType{mark.TypeMemo}, words: []string{"memo", "memorandum"}},
	"memorandum":  {types: []mark.DocumentType{mark.TypeMemo}, words: []string{"memo", "memorandum"}},
	"order":       {types: []mark.DocumentType{mark.TypeOrder}, words: []string{"order"}},
	"opinion":     {types: []mark.DocumentType{mark.TypeOrder}, words: []string{"opinion"}},
	"decision":    {types: []mark.DocumentType{mark.TypeOrder}, words: []string{"decision", "opinion"}},
	"judgment":    {types: []mark.DocumentType{mark.TypeOrder}, words: []string{"judgment", "judgement"}},
	"case":        {types: []mark.DocumentType{mark.TypeOrder, mark.TypePleading, mark.TypeMotion}, words: []string{"v"}},
	"motion":      {types: []mark.DocumentType{mark.TypeMotion}, words: []string{"motion"}},
	"brief":       {words: []string{"brief"}},
	"complaint":   {words: []string{"complaint", "petition"}},
	"answer":      {words: []string{"answer"}},
	"transcript":  {types: []mark.DocumentType{mark.TypeTranscript}, words: []string{"transcript", "deposition"}},
	"deposition":  {types: []mark.DocumentType{mark.TypeTranscript}, words: []string{"deposition"}},
	"declaration": {types: []mark.DocumentType{mark.TypeDeclaration}, words: []string{"declaration"}},
	"affidavit":   {types: []mark.DocumentType{mark.TypeDeclaration}, words: []string{"affidavit"}},
	"invoice":     {types: []mark.DocumentType{mark.TypeInvoice}, words: []string{"invoice"}},
	"notice":      {types: []mark.DocumentType{mark.TypeNotice}, words: []string{"notice"}},
	"policy":      {types: []mark.DocumentType{mark.TypePolicy}, words: []string{"policy"}},
	"report":      {types: []mark.DocumentType{mark.TypeReport}, words: []string{"report"}},
	"timetable":   {words: []string{"timetable", "schedule"}},
	"summary":     {words: []string{"summary"}},
	"directive":   {words: []string{"directive", "directives"}},
	"rule":        {words: []string{"rule"}},
	"petition":    {words: []string{"petition"}},
	"statute":     {types: []mark.DocumentType{mark.TypeStatute}, words: []string{"act", "statute"}},
}

// rarely are kinds of which a question may speak without meaning a document:
// "an answer", "the case", "a will", "the rule". They say where to look only
// where a document is called so, or a word tells which.
var rarely = words("answer will case notice rule summary order decision judgment statute report policy licence license deed brief petition")

// pointing matches what makes a kind one certain document: "the lease", "our
// contract", "Okafor's e-mail"; up to four words may stand between.
var pointing = regexp.MustCompile(`(?i)(?:\b(?:the|this|that|our|my|your|his|her|their|said)|['’]s?)\s+((?:[\p{L}\d&.,'’-]+\s+){0,4}?)$`)

// versus matches the name of a case.
var versus = regexp.MustCompile(`\b\p{Lu}[\p{L}.'’-]*\.?(?:\s+[\p{L}.&'’-]+){0,5}?\s+vs?\.\s+\p{Lu}`)

// means finds the documents that a question speaks of by kind or by the name of
// a case. head is the words of each document's own names.
func means(text string, docs []mark.Document, heads []map[string]bool) []meant {
	text = mailWord.Replace(text)
	all := cite.Words(text)
	telling := tellers(text, all, heads)
	var out []meant
	seen := map[string]bool{}
	for i, w := range all {
		k, ok := kindNames[strings.TrimSuffix(w.Norm, "'s")]
		if !ok || seen[w.Norm] || !pointing.MatchString(text[:w.Start]) || isOf(text, all, i) {
			continue
		}
		seen[w.Norm] = true
		m := meant{kind: strings.TrimSuffix(w.Norm, "'s")}
		best := 0.0
		for j, d := range docs {
			if !k.holds(d, heads[j]) {
				continue
			}
			score := 0.0
			for t, v := range telling {
				if heads[j][t] {
					score += v
				}
			}
			if score > best+sameTelling {
				m.docs, best = nil, score
			}
			if score >= best-sameTelling {
				m.docs = append(m.docs, d)
			}
		}
		m.sure = best > 0
		out = append(out, m)
	}
	if len(out) == 0 && versus.MatchString(text) {
		if m, ok := byName(telling, docs, heads); ok {
			out = append(out, m)
		}
	}
	return out
}

// mailWord writes the word for a message as one.
var mailWord = strings.NewReplacer("e-mail", "email", "E-mail", "Email", "e-Mail", "email", "E-Mail", "Email")

const sameTelling = 0.01 // weights closer than this are equal

// isOf reports whether word i only says what another word is: "contract price",
// "lease term", "notice period", "order form".
func isOf(text string, all []cite.Word, i int) bool {
	if i+1 >= len(all) || strings.HasSuffix(all[i].Norm, "'s") || strings.ContainsAny(text[all[i].End:all[i+1].Start], ",.;:?()") {
		return false
	}
	return heldWords[all[i+1].Norm]
}

// heldWords follow the word for a document that they are a part or a matter of.
var heldWords = words("price period term terms form law date deadline clause number rate payment payments year years amount letter holder of-record")

func (k kindOf) holds(d mark.Document, head map[string]bool) bool {
	if beside := slices.Contains(speaking, d.Meta.Type); beside && !slices.Contains(k.types, d.Meta.Type) && !slices.Contains(k.words, string(d.Meta.Type)) {
		return false // a memorandum about the lease is no lease
	}
	return slices.Contains(k.types, d.Meta.Type) || k.mail && d.Kind == mark.KindMail ||
		slices.ContainsFunc(k.words, func(w string) bool { return head[w] })
}

// speaking are types of documents that are often called by what they speak of.
var speaking = []mark.DocumentType{mark.TypeMemo, mark.TypeLetter, mark.TypeMail, mark.TypeNotice, mark.TypeMotion, mark.TypeOrder, mark.TypePleading,
	mark.TypeDeclaration, mark.TypeTranscript, mark.TypeInvoice, mark.TypeReport, mark.TypePresentation, mark.TypeSpreadsheet}

// byName finds the documents whose names have most of the telling words.
func byName(telling map[string]float64, docs []mark.Document, heads []map[string]bool) (meant, bool) {
	m := meant{sure: true}
	best := 0.0
	for j, d := range docs {
		score := 0.0
		for t, v := range telling {
			if heads[j][t] {
				score += v
			}
		}
		if score > best+sameTelling {
			m.docs, best = nil, score
		}
		if score > 0 && score >= best-sameTelling {
			m.docs = append(m.docs, d)
		}
	}
	return m, best > 0
}

// tellers weighs the words of a question that stand in the names of some
// documents: rare ones tell more. Words for kinds, and those that most documents
// have, tell nothing.
func tellers(text string, all []cite.Word, heads []map[string]bool) map[string]float64 {
	out := map[string]float64{}
	for _, w := range all {
		t := strings.TrimSuffix(w.Norm, "'s")
		if _, kind := kindNames[t]; kind || cite.Common(t) || vague[t] || askers[t] || len(t) < 2 || topics().known[w.Stem] && !upper(text, w) {
			continue
		}
		n := 0
		for _, h := range heads {
			if h[t] {
				n++
			}
		}
		if n > 0 {
			out[t] = math.Log(1 + float64(len(heads))/float64(n))
		}
	}
	return out
}

// headsOf returns the words of each document's name, title, parties and, of a
// message, its head.
func headsOf(docs []mark.Document) []map[string]bool {
	out := make([]map[string]bool, len(docs))
	for i, d := range docs {
		out[i] = map[string]bool{}
		parts := append([]string{d.Name, d.Title}, d.Parties...)
		if h := d.Meta.Mail; h != nil {
			parts = append(parts, h.From, h.Subject)
			parts = append(parts, h.To...)
		}
		for _, p := range parts {
			for _, w := range cite.Words(strings.ReplaceAll(p, "_", " ")) {
				out[i][strings.TrimSuffix(w.Norm, "'s")] = true
				for _, piece := range strings.FieldsFunc(w.Norm, func(r rune) bool { return strings.ContainsRune(".@-", r) }) {
					out[i][piece] = true
				}
			}
		}
	}
	return out
}

// catalogue is the documents of a matter and the words of their names.
type catalogue struct {
	docs  []mark.Document
	heads []map[string]bool
}

// catalogue lists the documents that can be asked, in the question's scope. What
// says the same as another, and what only holds others, is left out.
func (w *work) catalogue(ctx context.Context) (catalogue, error) {
	v, err := w.m.Derived(ctx, "answer catalogue", func(docs []mark.Document) any {
		docs = slices.DeleteFunc(slices.Clone(docs), func(d mark.Document) bool {
			return d.Replaced != "" || d.Duplicate != "" || d.Meta.Type == mark.TypeContainer
		})
		return catalogue{docs, headsOf(docs)}
	})
	if err != nil {
		return catalogue{}, fmt.Errorf("list the documents: %w", err)
	}
	all := v.(catalogue)
	if len(w.q.Documents) == 0 {
		return all, nil
	}
	var c catalogue
	for i, d := range all.docs {
		if slices.Contains(w.q.Documents, d.ID) {
			c.docs, c.heads = append(c.docs, d), append(c.heads, all.heads[i])
		}
	}
	return c, nil
}

// aim narrows the question to the documents that it means, if it says so. It
// returns the documents to search, or a kind of which there is none.
func (w *work) aim(ctx context.Context, carried []mark.DocumentID) (ids []mark.DocumentID, unsure meant, none string, err error) {
	if len(w.q.Documents) > 0 || len(partiesOf(w.in)) > 0 {
		return nil, meant{}, "", nil
	}
	c, err := w.catalogue(ctx)
	if err != nil {
		return nil, meant{}, "", err
	}
	found := means(w.q.Text, c.docs, c.heads)
	for _, m := range found {
		switch {
		case len(m.docs) == 0 && !rarely[m.kind]:
			absent, err := nowhere(ctx, w.m, m.kind)
			if err != nil {
				return nil, meant{}, "", err
			}
			if absent {
				return nil, meant{}, m.kind, nil
			}
		case len(m.docs) == 0:
			w.unnamed = m.kind
		case rarely[m.kind] && !m.sure && len(m.docs) > 1:
		case len(m.docs) == 1 || m.sure && len(m.docs) <= mostDocuments:
			for _, d := range m.docs {
				if !slices.Contains(ids, d.ID) {
					ids = append(ids, d.ID)
				}
			}
		default:
			held := slices.DeleteFunc(slices.Clone(m.docs), func(d mark.Document) bool { return !slices.Contains(carried, d.ID) })
			if len(held) > 0 { // the conversation is about it
				for _, d := range held {
					ids = append(ids, d.ID)
				}
				continue
			}
			if unsure.kind == "" {
				unsure = m
			}
		}
	}
	if len(found) != 1 {
		unsure = meant{}
	}
	return ids, unsure, "", nil
}

// absentKind is the refusal where a question means a document that is not there.
func absentKind(kind string, c mark.Coverage) string {
	return fmt.Sprintf("There is no %s in this matter, and the word stands in none of its documents. I looked in %s.", kind, searched(c))
}
