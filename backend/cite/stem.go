package cite

// Stem reduces a lower-case English word to its stem by Porter's algorithm
// (1980), so that "terminates" and "termination" meet. The text index stems the
// same way, which keeps what is searched and what is judged in step. Words with
// anything but the letters a to z come back unchanged.
func Stem(word string) string {
	if len(word) < 3 {
		return word
	}
	for i := range len(word) {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	w := stemmer(word)
	w = w.plural()
	w = w.past()
	if w.has("y") && w.cut("y").vowel() {
		w = append(w[:len(w)-1:len(w)-1], 'i')
	}
	w = w.replaceFirst(suffixes2, 0)
	w = w.replaceFirst(suffixes3, 0)
	w = w.dropFourth()
	return string(w.tidy())
}

type stemmer []byte

type suffix struct{ from, to string }

// The order matters: a longer suffix stands before its own ending.
var (
	suffixes2 = []suffix{
		{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"}, {"izer", "ize"},
		{"bli", "ble"}, {"alli", "al"}, {"entli", "ent"}, {"eli", "e"}, {"ousli", "ous"},
		{"ization", "ize"}, {"ation", "ate"}, {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"},
		{"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"}, {"logi", "log"},
	}
	suffixes3 = []suffix{
		{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""},
	}
	suffixes4 = []string{
		"al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent",
		"ion", "ou", "ism", "ate", "iti", "ous", "ive", "ize",
	}
)

func (w stemmer) has(s string) bool {
	return len(w) > len(s) && string(w[len(w)-len(s):]) == s
}

func (w stemmer) cut(s string) stemmer { return w[: len(w)-len(s) : len(w)-len(s)] }

func (w stemmer) consonant(i int) bool {
	switch w[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return false
	case 'y':
		return i == 0 || !w.consonant(i-1)
	}
	return true
}

func (w stemmer) vowel() bool {
	for i := range w {
		if !w.consonant(i) {
			return true
		}
	}
	return false
}

// measure counts the vowel-consonant sequences.
func (w stemmer) measure() int {
	n, inVowel := 0, false
	for i := range w {
		c := w.consonant(i)
		if c && inVowel {
			n++
		}
		inVowel = !c
	}
	return n
}

func (w stemmer) doubled() bool {
	n := len(w)
	return n >= 2 && w[n-1] == w[n-2] && w.consonant(n-1)
}

// short reports whether w ends consonant, vowel, consonant, the last not w, x or y.
func (w stemmer) short() bool {
	n := len(w)
	if n < 3 || !w.consonant(n-3) || w.consonant(n-2) || !w.consonant(n-1) {
		return false
	}
	return w[n-1] != 'w' && w[n-1] != 'x' && w[n-1] != 'y'
}

func (w stemmer) plural() stemmer {
	switch {
	case w.has("sses"), w.has("ies"):
		return w.cut("es")
	case w.has("ss"):
		return w
	case w.has("s"):
		return w.cut("s")
	}
	return w
}

func (w stemmer) past() stemmer {
	if w.has("eed") {
		if w.cut("eed").measure() > 0 {
			return w.cut("d")
		}
		return w
	}
	for _, s := range []string{"ed", "ing"} {
		if !w.has(s) {
			continue
		}
		stem := w.cut(s)
		if !stem.vowel() {
			return w
		}
		switch {
		case stem.has("at"), stem.has("bl"), stem.has("iz"):
			return append(stem, 'e')
		case stem.doubled() && !stem.has("l") && !stem.has("s") && !stem.has("z"):
			return stem[:len(stem)-1]
		case stem.measure() == 1 && stem.short():
			return append(stem, 'e')
		}
		return stem
	}
	return w
}

// replaceFirst applies the first rule whose suffix stands at the end, if what
// is left measures more than atLeast.
func (w stemmer) replaceFirst(rules []suffix, atLeast int) stemmer {
	for _, r := range rules {
		if !w.has(r.from) {
			continue
		}
		if stem := w.cut(r.from); stem.measure() > atLeast {
			return append(stem, r.to...)
		}
		return w
	}
	return w
}

func (w stemmer) dropFourth() stemmer {
	for _, s := range suffixes4 {
		if !w.has(s) {
			continue
		}
		stem := w.cut(s)
		if s == "ion" && !stem.has("s") && !stem.has("t") {
			return w
		}
		if stem.measure() > 1 {
			return stem
		}
		return w
	}
	return w
}

func (w stemmer) tidy() stemmer {
	if w.has("e") {
		stem := w.cut("e")
		if m := stem.measure(); m > 1 || m == 1 && !stem.short() {
			w = stem
		}
	}
	if w.measure() > 1 && w.doubled() && w.has("l") {
		w = w[:len(w)-1]
	}
	return w
}
