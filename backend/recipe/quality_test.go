package recipe_test

import (
	"testing"

	"pgregory.net/rapid"

	"markai/backend/recipe"
)

func TestAnswerIsRightWhereItSaysWhatThePassageDoes(t *testing.T) {
	const royalty = "The cash royalty shall be an amount equal to six percent (6.0%) of the Net Sales Price"
	for _, tt := range []struct {
		answer, passage string
		want            bool
	}{
		{"Eutectix pays a cash royalty equal to 6.0% of the net sales price.", royalty, true},
		{"A royalty equal to seven percent (7.0%) of the Net Sales Price, in cash.", royalty, false}, // another figure
		{"The parties agree to cooperate.", royalty, false},
		{"", royalty, false},
		{"Anything at all", "", false},
		{"It affects 73 airplanes", "affects 73 airplanes of U.S. registry", true},
		{"interstate compacts, under contract law", "interstate compacts are construed under contract", true},
	} {
		if got := recipe.Right(tt.answer, tt.passage); got != tt.want {
			t.Errorf("%q: got %v", tt.answer, got)
		}
	}
}

func TestPassageItselfIsRightAndMoreWordsDoNoHarm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		passage := rapid.StringMatching(`([a-z]{4,9} ){1,12}[0-9]{0,4}`).Draw(t, "passage")
		more := rapid.String().Draw(t, "more")
		if !recipe.Right(passage, passage) || !recipe.Right(passage+" "+more, passage) {
			t.Fatalf("%q, %q", passage, more)
		}
	})
}
