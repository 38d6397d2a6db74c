package speculate

import mark "markai/backend"

// Vocabulary is what must be known of a model's words to let it guess for
// another.
type Vocabulary struct {
	Kind     int      // how text becomes tokens
	First    Token    // the token that begins a text; -1 where there is none
	Last     Token    // the token that ends one
	AddFirst bool     // texts begin with First
	Words    []string // the text of every token
}

// spare is by how many words at their end vocabularies may differ: models are
// padded to round numbers.
const spare = 128

// Compatible returns nil where a draft model's guesses mean the same to the model
// that verifies them, and Unsupported, which says why, where they do not.
func Compatible(model, draft Vocabulary) error {
	refuse := func(why string, args ...any) error {
		return mark.Errorf(mark.Unsupported, "The draft model cannot guess for this model: "+why+". Choose a draft model of the same family.", args...)
	}
	switch {
	case model.Kind != draft.Kind:
		return refuse("they cut text into tokens in different ways")
	case model.First != draft.First || model.Last != draft.Last || model.AddFirst != draft.AddFirst:
		return refuse("their texts begin or end with different tokens")
	}
	common := min(len(model.Words), len(draft.Words))
	if diff := max(len(model.Words), len(draft.Words)) - common; diff > spare {
		return refuse("one knows %d tokens more than the other", diff)
	}
	for i := range common {
		if model.Words[i] != draft.Words[i] {
			return refuse("token %d is not the same word in both", i)
		}
	}
	return nil
}
