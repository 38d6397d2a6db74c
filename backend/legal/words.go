package legal

import (
	"strings"
	"unicode"
)

// Word is one word of a text and where it stands.
type Word struct {
	Text       string // lower case
	Start, End int    // bytes
}

// Words splits text as the text index does: runs of letters and digits, lower
// case. An apostrophe ends a word.
func Words(text string) []Word {
	out := make([]Word, 0, len(text)/6)
	start := -1
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) && start >= 0 {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			out = append(out, Word{strings.ToLower(text[start:i]), start, i})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, Word{strings.ToLower(text[start:]), start, len(text)})
	}
	return out
}

// Stop reports whether a word (lower case) says nothing of a question's
// subject: function words, and the words with which questions are asked.
func Stop(w string) bool { return stops[w] }

var stops = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`a about above after again all also am an and any anyone are as at be because been before being between both but by
 can cannot could d did do does doing don down each either else ever every few for from further get gets give given go had has have having he her here hers him his how
 i if in into is it its itself just let like ll m make many may me might mine more most much must my need neither no nor not of off on one only onto or other others ought our ours out over own
 please put re s same shall she should so some someone something such t than that the their theirs them then there these they thing things this those through to too under until up upon us
 ve very was we were what whatever when where whether which while who whoever whom whose why will with within without would yes yet you your yours
 consider tell show find explain describe list say says said mean means mention mentions specify specifies state states indicate indicates provide provides regarding concerning information document there apply applies happen happens know want ask question`) {
		m[w] = true
	}
	return m
}()

// Everywhere reports whether a word (lower case) stands in nearly every passage
// of a contract, so that it tells no passage from another.
func Everywhere(w string) bool {
	switch w {
	case "agreement", "agreements", "contract", "contracts", "party", "parties", "section", "clause", "clauses", "hereby", "herein", "hereunder", "thereof":
		return true
	}
	return false
}

// Role reports whether a word (lower case) is a part that somebody plays in a
// document, or another defined term of every second contract: it stands with a
// capital and names nobody.
func Role(w string) bool { return roles[w] }

var roles = func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(`party parties company corporation receiving disclosing recipient discloser confidential information licensor licensee seller buyer purchaser vendor
 supplier distributor customer client contractor consultant employer employee landlord tenant lessor lessee borrower lender guarantor plaintiff defendant petitioner respondent
 appellant appellee parent target affiliate affiliates person persons product products service services section article clause exhibit inc llc ltd corp co sa ag plc lp na
 effective term purpose provider user users owner agent`) {
		m[w] = true
	}
	return m
}()

// Stem cuts the endings of a word (lower case) so that its forms meet:
// "terminated", "terminates", "terminating" and "termination" all become
// "termin". It is coarser than a dictionary and good enough to compare.
func Stem(w string) string {
	if len(w) <= 4 || w[0] < 'a' {
		return w
	}
	if strings.HasSuffix(w, "ies") || strings.HasSuffix(w, "ied") {
		return w[:len(w)-2]
	}
	for _, e := range endings {
		if strings.HasSuffix(w, e) && len(w)-len(e) >= 3 {
			w = w[:len(w)-len(e)]
			break
		}
	}
	if n := len(w); n > 3 && w[n-1] == w[n-2] && w[n-1] != 's' && w[n-1] != 'l' {
		w = w[:n-1]
	}
	if n := len(w); n > 3 && w[n-1] == 'e' {
		w = w[:n-1]
	}
	if n := len(w); n > 3 && w[n-1] == 'y' {
		w = w[:n-1] + "i"
	}
	return w
}

// endings, longest first where one contains another.
var endings = []string{"ications", "ication", "ations", "ation", "ements", "ement", "ments", "ment", "itions", "ition", "ions", "ion", "ances", "ance", "ences", "ence",
	"ating", "ators", "ator", "ities", "ity", "ively", "ive", "able", "ible", "ings", "ing", "ably", "ates", "ated", "ate", "ees", "ee", "ers", "ors", "er", "or", "ed", "es", "ly", "al", "s"}
