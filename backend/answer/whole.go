package answer

import (
	"regexp"
	"strings"

	mark "markai/backend"
)

// whole is a question about every document, taken apart.
type whole struct {
	rest    string // what is asked of each
	without bool   // those that are silent on it are meant
	types   []mark.DocumentType
}

// papers are the words for documents, as people count them, and their types.
var papers = map[string][]mark.DocumentType{
	"document": nil, "file": nil, "paper": nil, "record": nil, "exhibit": {mark.TypeExhibit},
	"contract": {mark.TypeContract, mark.TypeAmendment}, "agreement": {mark.TypeContract, mark.TypeAmendment},
	"lease": {mark.TypeContract, mark.TypeAmendment}, "nda": {mark.TypeContract}, "licence": {mark.TypeContract},
	"license": {mark.TypeContract}, "amendment": {mark.TypeAmendment}, "policy": {mark.TypePolicy}, "policie": {mark.TypePolicy},
	"letter": {mark.TypeLetter}, "email": {mark.TypeMail}, "e-mail": {mark.TypeMail}, "message": {mark.TypeMail},
	"order": {mark.TypeOrder}, "opinion": {mark.TypeOrder}, "decision": {mark.TypeOrder}, "motion": {mark.TypeMotion},
	"brief": {mark.TypeMotion}, "pleading": {mark.TypePleading}, "complaint": {mark.TypePleading},
	"transcript": {mark.TypeTranscript}, "deposition": {mark.TypeTranscript}, "declaration": {mark.TypeDeclaration},
	"affidavit": {mark.TypeDeclaration}, "invoice": {mark.TypeInvoice}, "memo": {mark.TypeMemo}, "report": {mark.TypeReport},
}

const (
	paper   = `(documents?|files?|papers?|records?|exhibits?|contracts?|agreements?|leases?|ndas?|licen[cs]es?|amendments?|polic(?:y|ies)|letters?|e-?mails?|messages?|orders?|opinions?|decisions?|motions?|briefs?|pleadings?|complaints?|transcripts?|depositions?|declarations?|affidavits?|invoices?|memos?|reports?)`
	several = `(documents|files|papers|records|exhibits|contracts|agreements|leases|ndas|licen[cs]es|amendments|policies|letters|e-?mails|messages|orders|opinions|decisions|motions|briefs|pleadings|complaints|transcripts|depositions|declarations|affidavits|invoices|memos|reports)`
	these   = `(?:of )?(?:the |these |those |our |my |your |all |all the |all of the )*(?:\d+ )?(?:[a-z-]+ )?`
)

// quantifiers are the ways in which a question speaks of every document. Each
// has one group: the word for the documents.
var quantifiers = []*regexp.Regexp{
	regexp.MustCompile(`\bhow many ` + these + several + `\b`),
	regexp.MustCompile(`\b(?:in )?which ` + these + several + `\b`),
	regexp.MustCompile(`\b(?:list|show|find|name|identify|give)(?: me)? (?:all|every|each|the|any) ` + these + several + `\b`),
	regexp.MustCompile(`\b(?:in|for|of|from|across|do|does|are|is|have|has|can|must|may|will|should) (?:all|every|each|any|both) ` + these + paper + `\b`),
	regexp.MustCompile(`\b(?:in|for|of|from|across) all ` + these + several + `\b`),
	regexp.MustCompile(`\b(?:is|are) there (?:any|a|an) ` + these + paper + `\b`),
	regexp.MustCompile(`\bany ` + these + paper + ` (?:without|with|that|which|in which|where)\b`),
}

// linking words join the quantifier to what is asked, and ask nothing.
var (
	linking  = regexp.MustCompile(`^(?:[\s,:?]|\b(?:that|which|where|who|whose|in|do|does|are|is|there|have|has|contain|contains|include|includes|mention|mentions|provide|provides|say|says|speak|speaks|with|a|an|any|the|for|of|on|about|what)\b)+`)
	negation = regexp.MustCompile(`\b(?:without|lack|lacks|lacking|missing|omit|omits|silent (?:on|about)|(?:do|does|did) not (?:contain|have|include|mention|provide|say|address|speak)|(?:don't|doesn't|don’t|doesn’t) (?:contain|have|include|mention|provide|say|address|speak)|no mention of|have no|has no|contain no|contains no|with no)\b(?: for| of| on| about)?`)
)

// asksAll reports whether a question is about every document, and takes it
// apart. A question that names a party asks of its documents alone.
func asksAll(text string) (whole, bool) {
	if hasParty(ask(text)) {
		return whole{}, false
	}
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // letters whose small form is of another length: offsets would not fit
		return whole{}, false
	}
	for _, q := range quantifiers {
		g := q.FindStringSubmatchIndex(lower)
		if g == nil {
			continue
		}
		w := whole{types: papers[strings.TrimSuffix(lower[g[2]:g[3]], "s")]}
		rest := text[:g[0]] + " " + text[g[1]:]
		if at := negation.FindStringIndex(strings.ToLower(rest)); at != nil && nothingAsked(rest[:at[0]]) {
			w.without = true
			rest = rest[:at[0]] + " " + rest[at[1]:]
		}
		rest = strings.TrimSpace(rest)
		if at := linking.FindStringIndex(strings.ToLower(rest)); at != nil {
			rest = rest[at[1]:]
		}
		w.rest = oneLine(strings.Trim(rest, " ,;:?.!"))
		in := ask(w.rest)
		if len(in.topics) == 0 && len(in.terms) == 0 && len(in.phrases) == 0 {
			// "the term of each agreement" asks for what the agreement has of it.
			w.rest += " of the " + strings.TrimSuffix(lower[g[2]:g[3]], "s")
			if in = ask(w.rest); len(in.topics) == 0 {
				return whole{}, false // nothing is asked of them: "list all contracts"
			}
		}
		return w, true
	}
	return whole{}, false
}

// nothingAsked reports whether the words before a denial ask nothing: in
// "contracts that mention termination without cause" the denial is part of what
// is asked for.
func nothingAsked(before string) bool {
	in := ask(before)
	return len(in.topics) == 0 && len(in.terms) == 0
}
