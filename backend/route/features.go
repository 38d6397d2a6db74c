package route

import (
	"hash/fnv"
	"math"
	"regexp"
	"strings"
	"unicode"
)

const (
	buckets = 2048 // of hashed words and pairs of words
	// vectorWeight is the length that a question's vector has beside its words,
	// whose length is 1, and its cues. Chosen by leave-one-out on the training
	// questions.
	vectorWeight = 2.0
	cueWeight    = 0.9
	// mostText is how many bytes of a question are looked at: what is longer has
	// a text pasted into it, and says at its beginning what is wanted.
	mostText = 4096
)

// feature is one of the few numbers of a question that are not zero.
type feature struct {
	at int
	v  float64
}

// cue is a turn of phrase that speaks for a kind. It is a feature like a word:
// the training decides what it weighs.
type cue struct {
	name string
	re   *regexp.Regexp
}

func newCue(name, re string) cue { return cue{name, regexp.MustCompile(re)} }

// papers are the words for documents in the plural.
const papers = `(?:documents|files|contracts|agreements|leases|ndas|licen[cs]es|policies|letters|e-?mails|orders|motions|transcripts|depositions|invoices|exhibits|amendments|parties|witnesses)`

var cues = []cue{
	newCue("every", `\b(?:every|all|each|any of|which of|across|throughout|whole|entire)\b.*\b(?:`+papers+`|document|contract|agreement|lease|file|clause|matter|production|portfolio)\b`),
	newCue("which papers", `\b(?:which|what|how many|any|list|count|find|show|name|identify)\b(?: \w+){0,4} `+papers+`\b`),
	newCue("many", `\bhow many `+papers+`\b`),
	newCue("lacking", `\b(?:without|lack|lacks|missing)\b`),
	newCue("section", `(?:§|\b(?:section|paragraph|article|clause|provision|exhibit)s?\b)`),
	newCue("numbered", `\b(?:section|paragraph|article|clause|§)\s*(?:\d|[ivx]+\b)`),
	newCue("terms of art", `\b(?:indemni\w+|liabilit\w+|assign\w*|terminat\w+|confidential\w*|warrant\w+|arbitrat\w+|govern\w+ law|non-?compet\w+|force majeure|renew\w*|insur\w+|sublet\w*|exclusiv\w+|severab\w+|waiver|remed\w+|obligations?|notice|covenants?|consent)\b`),
	newCue("who", `^(?:who|whom|whose|to whom)\b`),
	newCue("when", `^(?:when|on what date|what date|at what time)\b`),
	newCue("where", `^where\b`),
	newCue("how much", `\bhow (?:much|many|long|old|late|far)\b`),
	newCue("yes or no", `^(?:is|are|was|were|does|do|did|can|may|must|has|have|could|will|shall)\b`),
	newCue("short", `\b(?:summar\w+|overview|gist|tl;?dr|nutshell|in short|briefly|sum up|main points|key (?:terms|points)|highlights|synopsis|recap|outline|digest|essence|abstract|plain (?:english|language))\b`),
	newCue("what about", `\bwhat (?:is|was) (?:this|the) \w+(?: \w+){0,3} about\b`),
	newCue("compare", `\b(?:compar\w+|differ\w*|contrast\w*|versus|vs|same|identical|consistent|inconsisten\w+|contradict\w*|conflict\w*|deviat\w+|match\w*|agree with|changed?|between drafts|side by side)\b`),
	newCue("two", `\b(?:both|two|either|each other|the other|versions?|drafts?|previous|original|amended)\b`),
	newCue("than", `\b(?:than|longer|shorter|higher|lower|more|less|better|stricter|broader|greater)\b`),
	newCue("reckon", `\b(?:calculat\w+|comput\w+|total|sum|add up|work out|average|percent\w*|difference|pro rata|multipl\w+|subtract|count the|convert|tally|owed|outstanding balance|aggregate|net)\b|%`),
	newCue("figure", `\d`),
	newCue("span", `\b(?:days|weeks|months|years|hours|per year|per month|deadline)\b`),
	newCue("write", `^(?:please |can you |could you |help me |i need (?:a|an) )?(?:draft|write|prepare|compose|redraft|rewrite|revise|generate|create|make|produce|formulate|suggest|propose|put together|turn|word|insert|add a)\b`),
	newCue("piece", `\b(?:letter|motion|memo|e-?mail|notice|clause|reply|response|affidavit|brief|order|agreement|statement|draft|proposal|checklist|interrogatories|questions|wording)\b`),
	newCue("for us", `\b(?:to opposing counsel|to the client|for the (?:plaintiff|defendant|client|buyer)|our (?:brief|opposition))\b`),
	newCue("time line", `\b(?:time ?line|chronolog\w+|chronicle|sequence|in (?:what )?order|date by date|dates?d? list|history|unfold|step by step|hour by hour|month by month|trace|by date|oldest|earliest|in order)\b`),
	newCue("after", `\b(?:after|before|following|led up|next|preceded|first|last)\b`),
	newCue("happen", `\b(?:happen\w*|took place|take place|occur\w*|events?)\b`),
	newCue("you", `\b(?:you|your|yourself)\b`),
	newCue("greeting", `^(?:hi|hello|hey|thanks?|thank you|good (?:morning|evening|afternoon|day|job)|ok|okay|yes|no|bye|goodbye|sorry|please|great|cool|well done|nice|never mind|test|help)\b`),
	newCue("very short", `^\W*\w+(?:\W+\w+)?\W*$`),
	newCue("program", `\b(?:how (?:do|can) i|settings|add documents|upload)\b`),
}

// words returns the words of text, lower case, plurals cut short.
func words(text string) []string {
	fields := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '%' && r != '§'
	})
	for i, w := range fields {
		if strings.IndexFunc(w, unicode.IsDigit) >= 0 {
			fields[i] = "0" // which number it is says nothing of the kind
		} else if len(w) > 4 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") {
			fields[i] = w[:len(w)-1]
		}
	}
	return fields
}

func bucket(s string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // a hash never fails
	return int(h.Sum32() % buckets)
}

// featuresOf returns what the classifier sees of a question: its words and
// pairs of words (to length 1), the cues that it has, and its vector. Without a
// vector that part is empty.
func featuresOf(text string, vector []float32) []feature {
	text = strings.ToValidUTF8(text[:min(len(text), mostText)], "")
	counts := map[int]float64{}
	ws := words(text)
	for i, w := range ws {
		counts[bucket(w)]++
		if i > 0 {
			counts[bucket(ws[i-1]+" "+w)]++
		} else {
			counts[bucket("^"+w)]++
		}
	}
	norm := 0.0
	for _, n := range counts {
		norm += n * n
	}
	out := make([]feature, 0, len(counts)+len(vector)+8)
	for b := range buckets { // in order, so that sums do not depend on the map's
		if n := counts[b]; n > 0 {
			out = append(out, feature{b, n / math.Sqrt(norm)})
		}
	}
	lower := strings.ToLower(strings.TrimSpace(text))
	for i, c := range cues {
		if c.re.MatchString(lower) {
			out = append(out, feature{buckets + i, cueWeight})
		}
	}
	for i, v := range vector {
		out = append(out, feature{buckets + len(cues) + i, vectorWeight * float64(v)})
	}
	return out
}
