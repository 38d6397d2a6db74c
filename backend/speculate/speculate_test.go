package speculate_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/speculate"
)

// longestBefore is what Automaton.Match promises, the slow way.
func longestBefore(text []speculate.Token) int {
	for n := len(text) - 1; n > 0; n-- {
		end := text[len(text)-n:]
		for at := 0; at+n < len(text); at++ {
			if slices.Equal(text[at:at+n], end) {
				return n
			}
		}
	}
	return 0
}

func tokensOf(guesses []speculate.Guess) []speculate.Token {
	var out []speculate.Token
	for _, g := range guesses {
		out = append(out, g.Token)
	}
	return out
}

// mostFrequent returns what followed the longest end of text most often, of
// equals what did last.
func mostFrequent(text []speculate.Token) (speculate.Token, bool) {
	n := longestBefore(text)
	if n == 0 {
		return 0, false
	}
	end := text[len(text)-n:]
	count, last := map[speculate.Token]int{}, map[speculate.Token]int{}
	for at := 0; at+n < len(text); at++ {
		if slices.Equal(text[at:at+n], end) {
			count[text[at+n]]++
			last[text[at+n]] = at
		}
	}
	best, found := speculate.Token(0), false
	for t := range count {
		if !found || count[t] > count[best] || count[t] == count[best] && last[t] > last[best] {
			best, found = t, true
		}
	}
	return best, found
}

// Whatever the text, the automaton knows the longest end that stood before, and what
// followed it; whether it was given the text at once or token by token.
func TestAutomatonKnowsWhatStoodBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.Int32Range(1, 5).Draw(t, "words")
		text := rapid.SliceOfN(rapid.Int32Range(0, words), 1, 40).Draw(t, "text")
		cut := rapid.IntRange(0, len(text)).Draw(t, "cut")
		a := speculate.NewAutomaton(text[:cut])
		for _, tok := range text[cut:] {
			a.Add(tok)
		}
		if got, want := a.Match(), longestBefore(text); got != want {
			t.Fatalf("%v, %d at once: matches %d, want %d", text, cut, got, want)
		}
		want, some := mostFrequent(text)
		next := tokensOf(a.Continue(1, 1))
		if some != (len(next) == 1) || some && next[0] != want && cut == len(text) {
			t.Fatalf("%v: continues with %v, want %d", text, next, want)
		}
	})
}

// Counts of late tokens are exact in text that does not repeat a token for long.
func TestAutomatonCountsLateTextToo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Int32Range(0, 3), 1, 30).Draw(t, "text")
		a := speculate.NewAutomaton(nil)
		for _, tok := range text {
			a.Add(tok)
		}
		if want, some := mostFrequent(text); some && a.Continue(1, 1)[0].Token != want {
			t.Fatalf("%v: continues with %v, want %d", text, a.Continue(1, 1), want)
		}
	})
}

func TestQuotationIsContinuedToItsEnd(t *testing.T) {
	var text []speculate.Token
	for i := range speculate.Token(100) {
		text = append(text, i)
	}
	a := speculate.NewAutomaton(append(text, 200, 40, 41))
	if got := tokensOf(a.Continue(10, 2)); !slices.Equal(got, text[42:52]) {
		t.Errorf("got %v", got)
	}
	if got := a.Continue(10, 3); got != nil {
		t.Errorf("two tokens are fewer than three: got %v", got)
	}
}

func TestRepetitionIsContinuedWithoutAnEnd(t *testing.T) {
	a := speculate.NewAutomaton([]speculate.Token{1, 2, 3, 1, 2, 3, 1, 2})
	if got := tokensOf(a.Continue(7, 1)); !slices.Equal(got, []speculate.Token{3, 1, 2, 3, 1, 2, 3}) {
		t.Errorf("got %v", got)
	}
}

func TestGuessSaysWhatItGoesByAndWhetherAnythingElseFollowed(t *testing.T) {
	// 1 2 is followed by 3 and by 9; 3 by 4 alone.
	a := speculate.NewAutomaton([]speculate.Token{1, 2, 3, 4, 5, 1, 2, 9, 1, 2, 3, 4, 6, 7, 1, 2})
	want := []speculate.Guess{{Token: 3, Match: 2}, {Token: 4, Match: 3, Sole: true}, {Token: 6, Match: 4}}
	if got := a.Continue(3, 2); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Who leaves a quotation for a word of their own comes back to it: guesses are
// made again after fewer tokens than before any quotation.
func TestQuotationIsTakenUpAgainSoonerThanOneIsBegun(t *testing.T) {
	prompt := random(3000, 2000, 1)
	guessed := func(s *speculate.Speculator, from int) int {
		for n := 1; n <= 20; n++ {
			s.Wrote(prompt[from+n-1:from+n], 0)
			if len(s.Draft(slow, 0, 100)) > 4 {
				return n
			}
		}
		return 99
	}
	s := speculate.New(prompt, speculate.Habit{}, "")
	s.Wrote([]speculate.Token{5000}, 0)
	before := guessed(s, 1000)
	s.Wrote(prompt[1000+before:1040], 0)
	s.Wrote([]speculate.Token{5001}, 0)
	if after := guessed(s, 1041); after >= before || before > 20 {
		t.Errorf("guesses come after %d tokens of a quotation, and after %d of one taken up again", before, after)
	}
}

func TestGuessesEndWhereTheTextWould(t *testing.T) {
	prompt := random(500, 2000, 1)
	s := speculate.New(prompt, speculate.Habit{}, "")
	s.EndAt(func(next []speculate.Token) int { return min(len(next), 3) })
	s.Wrote(prompt[100:120], 0)
	if got := s.Draft(fast, 0, 100); !slices.Equal(got, prompt[120:123]) {
		t.Errorf("got %v, want %v", got, prompt[120:123])
	}
	s.EndAt(func([]speculate.Token) int { return 0 })
	if got := s.Draft(fast, 0, 100); got != nil {
		t.Errorf("got %v where nothing can follow", got)
	}
}

func TestAutomatonOfOneRepeatedTokenIsFast(t *testing.T) {
	a := speculate.NewAutomaton(make([]speculate.Token, 20_000))
	for range 20_000 { // quadratic would be seconds
		a.Add(0)
	}
	if a.Match() != 39_999 || a.Len() != 40_000 {
		t.Errorf("matches %d of %d", a.Match(), a.Len())
	}
}

// The curves that were measured on two cores of a server with the small model, relative to one row.
var (
	slow = speculate.Points{1: 1, 2: 2.6, 4: 3.2, 8: 5, 16: 7.8, 32: 15}.Cost
	fast = speculate.Machine{Weights: 4e9, Bandwidth: 1e12, Work: 14e9, Speed: 100e12, Overhead: 1e-4}.Cost
)

// random is text in which nothing is said twice on purpose.
func random(n, words int, seed uint64) []speculate.Token {
	rnd := rand.New(rand.NewPCG(seed, 0))
	out := make([]speculate.Token, n)
	for i := range out {
		// Common words are common, as in any language.
		out[i] = speculate.Token(math.Pow(rnd.Float64(), 3) * float64(words))
	}
	return out
}

func TestQuotingPaysAndFreeTextLosesNothing(t *testing.T) {
	prompt := random(3000, 2000, 1)
	quote := slices.Concat(random(8, 2000, 2), prompt[500:700], random(12, 2000, 3), prompt[1500:1620])
	free := random(300, 2000, 4)
	for _, tt := range []struct {
		name string
		cost speculate.Cost
		want float64 // 20 of the 340 tokens are no quotation
	}{{"a slow curve", slow, 1.4}, {"memory-bound", fast, 8}} {
		if got := speculate.Replay(prompt, quote, tt.cost); got.Gain < tt.want || got.Tokens != len(quote) {
			t.Errorf("%s: quoting is %.2f times as fast, want %.2f", tt.name, got.Gain, tt.want)
		}
		if got := speculate.Replay(prompt, free, tt.cost); got.Gain < 0.97 {
			t.Errorf("%s: free text is %.2f times as fast (%+v)", tt.name, got.Gain, got)
		}
	}
}

func TestStatisticsSayWhyNothingIsGuessed(t *testing.T) {
	ascending := func(n int) []speculate.Token {
		var out []speculate.Token
		for i := range n {
			out = append(out, speculate.Token(i))
		}
		return out
	}
	dear := speculate.Points{1: 1, 2: 2, 4: 4, 8: 8, 16: 16, 32: 32}.Cost
	quoted := ascending(60)
	tests := []struct {
		name           string
		prompt, output []speculate.Token
		cost           speculate.Cost
		want           speculate.Reason
	}{
		{"nothing repeats", ascending(50), random(1, 1, 1), slow, speculate.Nothing},
		{"rows cost what steps cost", quoted, quoted[:50], dear, speculate.Costly},
		{"guesses fail", random(500, 30, 1), random(100, 30, 2), slow, speculate.Seldom},
		{"a quotation", quoted, quoted[:50], slow, ""},
	}
	for _, tt := range tests {
		if got := speculate.Replay(tt.prompt, tt.output, tt.cost); got.Off != tt.want || got.Tokens != len(tt.output) {
			t.Errorf("%s: got %+v, want %q", tt.name, got, tt.want)
		}
	}
	s := speculate.New(quoted, speculate.Habit{}, speculate.Recurrent)
	s.Wrote(quoted[:1], 0)
	if d := s.Draft(fast, 0, 10); d != nil || s.Stats().Off != speculate.Recurrent || s.Stats().Tokens != 1 {
		t.Errorf("a recurrent model: drafts %v, %+v", d, s.Stats())
	}
}

// A draft never has more tokens than there is room for, and what is verified is always
// what the model would have written.
func TestReplayWritesTheTextWhateverIsGuessed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prompt := rapid.SliceOfN(rapid.Int32Range(0, 3), 0, 60).Draw(t, "prompt")
		output := rapid.SliceOfN(rapid.Int32Range(0, 3), 1, 60).Draw(t, "output")
		got := speculate.Replay(prompt, output, fast)
		if got.Tokens != len(output) || got.Accepted > got.Proposed || got.Steps+got.Accepted != got.Tokens {
			t.Fatalf("got %+v for %d tokens", got, len(output))
		}
	})
}

// Rejection sampling writes what the model's own distribution would: chi-square of
// all pairs of first and second tokens, with a drafter that guesses wrongly and with
// one that is sure of itself.
func TestWhatIsWrittenIsDistributedAsTheModelSays(t *testing.T) {
	const words, rounds = 5, 60_000
	rnd := rand.New(rand.NewPCG(3, 4))
	dist := func() []float64 {
		p, sum := make([]float64, words), 0.0
		for i := range p {
			p[i] = 0.05 + rnd.Float64()
			sum += p[i]
		}
		for i := range p {
			p[i] /= sum
		}
		return p
	}
	first, q := dist(), dist()
	second, q2 := make([][]float64, words), make([][]float64, words)
	for i := range second {
		second[i], q2[i] = dist(), dist()
	}
	minded := func() speculate.Proposal {
		a := pick(q, rnd)
		return speculate.Proposal{Tokens: []speculate.Token{a, pick(q2[a], rnd)}, From: [][]float64{q, q2[a]}}
	}
	// 24 degrees of freedom: above 51.2 in one run of a thousand.
	const most = 51.2
	for _, drafter := range []struct {
		name    string
		propose func() speculate.Proposal
		verify  func(speculate.Proposal, [][]float64, *rand.Rand) []speculate.Token
		wrong   bool // it writes something else, which must be noticed
	}{
		{"a drafter of its own mind", minded, speculate.Verify, false},
		{"a drafter that is sure", func() speculate.Proposal { return speculate.Proposal{Tokens: []speculate.Token{2, 4}} }, speculate.Verify, false},
		{"no drafter", func() speculate.Proposal { return speculate.Proposal{} }, speculate.Verify, false},
		{"a drafter that is believed", minded, func(p speculate.Proposal, _ [][]float64, _ *rand.Rand) []speculate.Token { return p.Tokens }, true},
	} {
		counts := make([]int, words*words)
		for range rounds {
			p := drafter.propose()
			target := [][]float64{first}
			for _, t := range p.Tokens {
				target = append(target, second[t])
			}
			got := drafter.verify(p, target, rnd)
			if len(got) < 2 { // the next step goes on from there
				got = append(got, pick(second[got[0]], rnd))
			}
			counts[int(got[0])*words+int(got[1])]++
		}
		chi := 0.0
		for a := range words {
			for b := range words {
				want := rounds * first[a] * second[a][b]
				chi += math.Pow(float64(counts[a*words+b])-want, 2) / want
			}
		}
		if (chi > most) != drafter.wrong {
			t.Errorf("%s: chi-square is %.1f", drafter.name, chi)
		}
	}
}

func pick(p []float64, rnd *rand.Rand) speculate.Token {
	at := rnd.Float64()
	for i, w := range p {
		if at -= w; at < 0 {
			return speculate.Token(i)
		}
	}
	return speculate.Token(len(p) - 1)
}

func TestBestProposalIsTheOneThatIsLikelyToHold(t *testing.T) {
	long := speculate.Proposal{Tokens: make([]speculate.Token, 12)}
	short := speculate.Proposal{Tokens: make([]speculate.Token, 3)}
	if got := speculate.Best([]speculate.Proposal{long, short, {}}, []float64{0.5, 0.9, 1}); len(got.Tokens) != 3 {
		t.Errorf("got %d tokens", len(got.Tokens))
	}
	if got := speculate.Best(nil, nil); got.Tokens != nil {
		t.Errorf("got %v", got)
	}
}

func TestVocabulariesThatDifferAreRefused(t *testing.T) {
	base := speculate.Vocabulary{Kind: 2, First: 1, Last: 2, Words: []string{"<s>", "a", "b", "c"}}
	change := func(f func(*speculate.Vocabulary)) speculate.Vocabulary {
		v := base
		v.Words = slices.Clone(base.Words)
		f(&v)
		return v
	}
	tests := []struct {
		name  string
		draft speculate.Vocabulary
		ok    bool
	}{
		{"the same", base, true},
		{"padded", change(func(v *speculate.Vocabulary) { v.Words = append(v.Words, make([]string, 100)...) }), true},
		{"larger", change(func(v *speculate.Vocabulary) { v.Words = append(v.Words, make([]string, 200)...) }), false},
		{"another word", change(func(v *speculate.Vocabulary) { v.Words[2] = "B" }), false},
		{"another end", change(func(v *speculate.Vocabulary) { v.Last = 3 }), false},
		{"another kind", change(func(v *speculate.Vocabulary) { v.Kind = 1 }), false},
	}
	for _, tt := range tests {
		for _, err := range []error{speculate.Compatible(base, tt.draft), speculate.Compatible(tt.draft, base)} {
			if ok := err == nil; ok != tt.ok || !ok && mark.CodeOf(err) != mark.Unsupported {
				t.Errorf("%s: got %v", tt.name, err)
			}
		}
	}
}

func BenchmarkDraft(b *testing.B) {
	prompt := random(4000, 2000, 1)
	s := speculate.New(prompt, speculate.Habit{}, "")
	i := 0
	for b.Loop() {
		draft := s.Draft(slow, 0, speculate.Most)
		s.Wrote(prompt[i%4000:i%4000+1], len(draft))
		i++
	}
}

func BenchmarkNew(b *testing.B) {
	prompt := random(4000, 2000, 1)
	for b.Loop() {
		speculate.New(prompt, speculate.Habit{}, "")
	}
}
