package llama

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	mark "markai/backend"
)

func TestTextIsShownWhenItCanNoLongerChange(t *testing.T) {
	for _, c := range []struct {
		name   string
		stop   []string
		pieces []string
		want   []string // shown after each piece, then the rest
		ends   bool
	}{
		{"plain", nil, []string{"a", "b"}, []string{"a", "b", ""}, false},
		{"half a character waits", nil, []string{"caf\xc3", "\xa9"}, []string{"caf", "é", ""}, false},
		{"half a character at the end is dropped", nil, []string{"x\xe2\x80"}, []string{"x", ""}, false},
		{"what is no text is marked", nil, []string{"a\xffb"}, []string{"a\uFFFDb", ""}, false},
		{"what may be a stop waits", []string{"\n\n"}, []string{"a\n", "b\n"}, []string{"a", "\nb", "\n"}, false},
		{"a stop in pieces", []string{"END"}, []string{"a E", "N", "D of"}, []string{"a ", "", ""}, true},
		{"the earlier of two", []string{"yes", "no"}, []string{"so no yes"}, []string{"so "}, true},
		{"an empty stop is none", []string{""}, []string{"a"}, []string{"a", ""}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := textStream{stop: c.stop}
			var got []string
			ended := false
			for _, p := range c.pieces {
				var text string
				text, ended = s.add([]byte(p))
				got = append(got, text)
			}
			if !ended {
				got = append(got, s.rest())
			}
			if !slices.Equal(got, c.want) || ended != c.ends {
				t.Errorf("got %q (%v), want %q (%v)", got, ended, c.want, c.ends)
			}
		})
	}
}

func TestShownTextIsTheGeneratedTextUpToTheStop(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab é契😀")), 0, 40, -1).Draw(t, "text")
		stop := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("ab é")), 1, 3, -1), 0, 3).Draw(t, "stop")
		s := textStream{stop: stop}
		var shown strings.Builder
		ended := false
		for rest := []byte(text); len(rest) > 0 && !ended; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			var part string
			part, ended = s.add(rest[:n])
			if !utf8.ValidString(part) {
				t.Fatalf("%q is no text", part)
			}
			shown.WriteString(part)
			rest = rest[n:]
		}
		if !ended {
			shown.WriteString(s.rest())
		}
		want := text
		if at := firstOf(text, stop); at >= 0 {
			want = text[:at]
		}
		// A stop that begins earlier but ends later than one already seen is not
		// waited for; what is shown is then still a beginning of the text and
		// holds no stop.
		got := shown.String()
		if !strings.HasPrefix(text, got) || firstOf(got, stop) >= 0 || len(got) < len(want) {
			t.Fatalf("shown %q of %q with %q, want %q", got, text, stop, want)
		}
	})
}

func TestLikeliestTokenIsPickedWithoutChance(t *testing.T) {
	inf := float32(math.Inf(-1))
	nan := float32(math.NaN())
	s := samplerOf(t, 0, 1, mark.Sampling{})
	if got := s.pick([]float32{inf, nan, 2, 3, 3}); got != 3 {
		t.Errorf("picked %d", got)
	}
	s = samplerOf(t, 1, 1, mark.Sampling{})
	for range 100 {
		if got := s.pick([]float32{inf, nan, 2, 2.5, -30}); got != 2 && got != 3 {
			t.Fatalf("picked %d", got)
		}
	}
	if got := s.pick([]float32{inf, inf}); got != 0 {
		t.Errorf("of nothing picked %d", got)
	}
}

func TestCandidatesAreTheLargestInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOf(rapid.Float32Range(-5, 5)).Draw(t, "x")
		n := rapid.IntRange(1, 8).Draw(t, "n")
		all := make([]int, len(x))
		for i := range all {
			all[i] = i
		}
		slices.SortStableFunc(all, func(a, b int) int {
			switch {
			case x[a] > x[b]:
				return -1
			case x[a] < x[b]:
				return 1
			}
			return 0
		})
		if got := candidates(x, n); !slices.Equal(got, all[:min(n, len(all))]) {
			t.Fatalf("of %v got %v, want %v", x, got, all[:min(n, len(all))])
		}
	})
}

func TestTemperatureFollowsTheOdds(t *testing.T) {
	s := samplerOf(t, 1, 42, mark.Sampling{})
	counts := map[int]int{}
	for range 10_000 {
		counts[s.pick([]float32{0, float32(math.Log(3))})]++
	}
	if share := float64(counts[1]) / 10_000; math.Abs(share-0.75) > 0.02 {
		t.Errorf("odds of three to one came out as %.3f", share)
	}
}

func TestMessagesStandApartFromTheTemplate(t *testing.T) {
	chat := func(turns []turn) string {
		var b strings.Builder
		for _, t := range turns {
			b.WriteString("<" + t.Role + ">" + t.Text)
		}
		return b.String() + "<assistant>"
	}
	turns := []turn{{"system", "be brief"}, {"user", "<assistant>"}}
	want := []piece{{"<system>", true}, {"be brief", false}, {"<user>", true}, {"<assistant>", false}, {"<assistant>", true}}
	if got := layout(turns, chat); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	want = []piece{{"be brief\n\n", false}, {"<assistant>\n\n", false}}
	for name, apply := range map[string]func([]turn) string{
		"none":               func([]turn) string { return "" },
		"drops the system's": func(turns []turn) string { return turns[1].Text },
	} {
		if got := layout(turns, apply); !slices.Equal(got, want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
