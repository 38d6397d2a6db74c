package route

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryKindHasQuestionsToLearnFromAndOthersToBeTestedOn(t *testing.T) {
	train, test := Examples()
	texts := map[string]bool{}
	learn, probe := map[Kind]int{}, map[Kind]int{}
	for _, e := range slices.Concat(train, test) {
		if texts[e.Text] {
			t.Errorf("%q is there twice", e.Text)
		}
		texts[e.Text] = true
	}
	for _, e := range train {
		learn[e.Kind]++
	}
	for _, e := range test {
		probe[e.Kind]++
	}
	for _, k := range Kinds {
		if learn[k] < 40 || probe[k] < 30 {
			t.Errorf("%s has %d questions to learn from and %d to be tested on, want 40 and 30", k, learn[k], probe[k])
		}
	}
	if len(learn) != len(Kinds) || len(probe) != len(Kinds) {
		t.Errorf("the questions are of %d and %d kinds, want %d", len(learn), len(probe), len(Kinds))
	}
}

func TestTheSameExamplesGiveTheSameClassifier(t *testing.T) {
	train, test := Examples()
	a, b := Train(train, nil), Train(train, nil)
	for _, e := range test {
		if x, y := a.Judge(e.Text, nil), b.Judge(e.Text, nil); x != y {
			t.Fatalf("%q: %v and %v", e.Text, x, y)
		}
	}
}

func TestScoresAreProbabilitiesWhateverIsAsked(t *testing.T) {
	train, _ := Examples()
	c := Train(train, nil)
	rapid.Check(t, func(t *rapid.T) {
		j := c.Judge(rapid.String().Draw(t, "question"), nil)
		sum, most := 0.0, 0.0
		for _, p := range j.Scores {
			if p < 0 || math.IsNaN(p) {
				t.Fatalf("a score of %v", p)
			}
			sum, most = sum+p, max(most, p)
		}
		if math.Abs(sum-1) > 1e-9 || j.Confidence != most || j.Scores[index(j.Kind)] != most {
			t.Fatalf("%+v", j)
		}
	})
}

func TestVectorsAreLearnedFrom(t *testing.T) {
	// Two kinds in the same words: the vectors alone tell them apart.
	examples := []Example{{Fact, "a b"}, {Clause, "a b"}, {Fact, "a b"}, {Clause, "a b"}}
	vectors := [][]float32{{1, 0}, {0, 1}, {1, 0}, {0, 1}}
	c := Train(examples, vectors)
	if got := c.Judge("a b", []float32{1, 0}).Kind; got != Fact {
		t.Errorf("the first is taken for %s", got)
	}
	if got := c.Judge("a b", []float32{0, 1}).Kind; got != Clause {
		t.Errorf("the second is taken for %s", got)
	}
}

func TestReportCountsWhatWasTakenForWhat(t *testing.T) {
	c := Train([]Example{{Chat, "hello"}, {Outside, "weather"}, {Chat, "hello"}, {Outside, "weather"}}, nil)
	examples := []Example{{Chat, "hello"}, {Outside, "weather"}, {Fact, "weather"}}
	var judged []Kind
	for _, e := range examples {
		judged = append(judged, c.Judge(e.Text, nil).Kind)
	}
	r := Evaluate(examples, judged)
	if r.Right != 2 || r.Confused[[2]Kind{Fact, Outside}] != 1 {
		t.Errorf("%+v", r)
	}
	for _, k := range r.Kinds {
		want := map[Kind]float64{Chat: 1, Outside: 2.0 / 3}[k.Kind]
		if math.Abs(k.F1-want) > 1e-12 {
			t.Errorf("F1 of %s is %v, want %v", k.Kind, k.F1, want)
		}
	}
}

func TestConfidenceIsHowOftenItIsRight(t *testing.T) {
	train, test := Examples()
	c := Train(train, nil)
	right, confidence := 0.0, 0.0
	sure, sureRight := 0, 0
	for _, e := range test {
		j := c.Judge(e.Text, nil)
		confidence += j.Confidence
		if j.Kind == e.Kind {
			right++
		}
		if j.Confidence >= 0.9 {
			sure++
			if j.Kind == e.Kind {
				sureRight++
			}
		}
	}
	n := float64(len(test))
	if math.Abs(right/n-confidence/n) > 0.06 {
		t.Errorf("%.2f of the questions are judged right, with a mean confidence of %.2f", right/n, confidence/n)
	}
	if sure < 60 || float64(sureRight) < 0.93*float64(sure) {
		t.Errorf("of %d questions judged with a confidence of 0.9 or more %d are right", sure, sureRight)
	}
}
