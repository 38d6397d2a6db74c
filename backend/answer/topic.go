package answer

import (
	_ "embed"
	"math"
	"slices"
	"strings"
	"sync"

	"markai/backend/cite"
)

//go:embed topics.txt
var topicsText string

// want is what a full answer to a question holds.
type want int

const (
	wantAny want = iota
	wantDate
	wantDuration
	wantPlace
	wantMoney
	wantPerson
	wantMeaning
)

var wants = map[string]want{"date": wantDate, "duration": wantDuration, "place": wantPlace, "money": wantMoney, "person": wantPerson}

// topic is something that lawyers ask of documents. Words are stems; in
// alternatives of several words each stands for all that mean the same.
type topic struct {
	name string
	ask  [][]string
	say  []saying
	hint map[string]bool
	not  map[string]bool // speaks for something near by
	or   []string        // other topics that come near, asked of a document that is silent on this one
	key  []saying        // states the thing itself
	bar  []saying        // a sentence that says this is about something else
	near map[string]bool // stand right beside the term or period asked for
	want want
}

// saying is a way in which documents speak of a topic: words within a stretch of
// so many.
type saying struct {
	words   []string
	stretch int
}

// lexicon is all topics, and how telling each word of a question is.
type lexicon struct {
	topics []*topic
	weight map[string]float64 // of a stem in ask: rare ones tell more
	known  map[string]bool    // every stem of the file
	group  map[string]string  // of a stem that has the same meaning as others
}

// meaning returns what stands for a stem and those that mean the same.
func (l *lexicon) meaning(stem string) string {
	if g, ok := l.group[stem]; ok {
		return g
	}
	return stem
}

var topics = sync.OnceValue(func() *lexicon { return readTopics(topicsText) })

// readTopics parses topics.txt, which describes its own form.
func readTopics(text string) *lexicon {
	l := &lexicon{weight: map[string]float64{}, known: map[string]bool{}, group: map[string]string{}}
	var t *topic
	for line := range strings.Lines(text) {
		key, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch key {
		case "topic":
			t = &topic{name: strings.TrimSpace(rest), hint: map[string]bool{}, not: map[string]bool{}, near: map[string]bool{}}
			l.topics = append(l.topics, t)
		case "ask":
			t.ask = l.alternatives(rest)
		case "say":
			t.say = l.sayings(rest)
		case "key":
			t.key = l.sayings(rest)
		case "bar":
			t.bar = l.sayings(rest)
		case "or":
			for _, name := range strings.Split(rest, ";") {
				t.or = append(t.or, strings.TrimSpace(name))
			}
		case "hint":
			l.flat(rest, t.hint)
		case "near":
			l.flat(rest, t.near)
		case "unlike":
			l.flat(rest, t.not)
		case "same":
			for _, w := range cite.Words(rest) {
				if _, ok := l.group[w.Stem]; !ok {
					l.group[w.Stem] = "=" + rest
				}
			}
		case "want":
			t.want = wants[strings.TrimSpace(rest)]
		}
	}
	in := map[string]int{}
	for _, t := range l.topics {
		for _, s := range slices.Concat(t.say, t.key, t.bar) {
			if len(s.words) > 1 { // alone, a word must be the very one
				for i, w := range s.words {
					s.words[i] = l.meaning(w)
				}
			}
		}
		seen := map[string]bool{}
		for _, words := range t.ask {
			for _, w := range words {
				if !seen[w] {
					seen[w] = true
					in[w]++
				}
			}
		}
	}
	for w, n := range in {
		l.weight[w] = math.Log(1 + float64(len(l.topics))/float64(n))
		if cite.Common(w) {
			l.weight[w] /= 2
		}
	}
	return l
}

// named returns the topic of that name, or nil.
func (l *lexicon) named(name string) *topic {
	for _, t := range l.topics {
		if t.name == name {
			return t
		}
	}
	return nil
}

// flat adds all stems of a line to a set.
func (l *lexicon) flat(s string, to map[string]bool) {
	for _, words := range l.alternatives(s) {
		for _, w := range words {
			to[w] = true
		}
	}
}

func (l *lexicon) sayings(s string) []saying {
	var out []saying
	for _, part := range strings.Split(s, ";") {
		stretch := stretchWords
		if strings.Contains(part, "+") {
			stretch = sideBySide
		}
		for _, words := range l.alternatives(part) {
			out = append(out, saying{words, stretch})
		}
	}
	return out
}

func (l *lexicon) alternatives(s string) [][]string {
	var out [][]string
	for _, part := range strings.Split(s, ";") {
		var words []string
		for _, w := range cite.Words(part) {
			words = append(words, w.Stem)
			l.known[w.Stem] = true
		}
		if len(words) > 0 {
			out = append(out, words)
		}
	}
	return out
}

// asked is a topic that a question touches.
type asked struct {
	*topic
	words map[string]bool // of the question, by which it was recognised
	score float64
}

// means reports whether the topic was recognised by a word of this meaning.
func (a asked) means(meaning string) bool {
	for w := range a.words {
		if topics().meaning(w) == meaning {
			return true
		}
	}
	return false
}

// match finds the topics of a question's stems: the best one, and others that
// were recognised by other words.
func (l *lexicon) match(stems map[string]bool) []asked {
	var all []asked
	for _, t := range l.topics {
		a := asked{topic: t, words: map[string]bool{}}
		for _, words := range t.ask {
			if !slices.ContainsFunc(words, func(w string) bool { return !stems[w] }) {
				for _, w := range words {
					a.words[w] = true
				}
			}
		}
		for w := range a.words {
			a.score += l.weight[w]
		}
		if a.score > 0 {
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b asked) int { return compare(b.score, a.score) })
	var out []asked
	for _, a := range all {
		if len(out) == mostTopics || len(out) > 0 && a.score < out[0].score/2 {
			break
		}
		if !slices.ContainsFunc(out, func(b asked) bool { return overlap(a.words, b.words) }) {
			out = append(out, a)
		}
	}
	return out
}

func overlap(a, b map[string]bool) bool {
	for w := range a {
		if b[w] {
			return true
		}
	}
	return false
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
