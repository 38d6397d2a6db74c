package llama_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	mark "markai/backend"
	"markai/backend/llama"
)

// withDraft returns the chat model in eight bits, for which the same model in
// four bits guesses.
func withDraft(t testing.TB, eager bool) *llama.Generator {
	t.Helper()
	dir := cache(t, "models/chat-q8_0.gguf", "models/SmolLM2-135M-Instruct-Q4_1.gguf")
	g, err := llama.NewGenerator(llama.Config{
		Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "chat-q8_0.gguf"), Name: "smollm2", Context: 512, Cells: 1024,
		Draft: filepath.Join(dir, "models", "SmolLM2-135M-Instruct-Q4_1.gguf"), Eager: eager,
	})
	if err != nil {
		t.Fatal(err)
	}
	g.SetThreads(1, 2)
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// told collects a text with what was guessed of it.
func told(t *testing.T, g *llama.Generator, p mark.Prompt) (text []mark.TokenScores, guessed, held int) {
	for d, err := range g.Generate(t.Context(), p) {
		if err != nil {
			t.Errorf("%q: %v", p.User, err)
			return text, guessed, held
		}
		text, guessed, held = append(text, d.Scores...), guessed+d.Guessed, held+d.Held
	}
	return text, guessed, held
}

func TestGuessesOfASmallerModelAreVerifiedLikeAllOthers(t *testing.T) {
	g := withDraft(t, true)
	questions := []string{"Who pays the rent of a lease?", "Name three colours.", "What is a contract?", "Write a sentence about the sea."}
	ask := func(q string) mark.Prompt { return mark.Prompt{User: q, MaxTokens: 60, Scores: 2} }
	var wg sync.WaitGroup
	for _, q := range questions {
		wg.Go(func() {
			guessedText, guessed, held := told(t, g, ask(q))
			// The same model in fewer bits mostly writes the same.
			if guessed < 5 || held*2 < guessed {
				t.Errorf("%q: of %d guesses %d held", q, guessed, held)
			}
			p := ask(q)
			p.Deterministic = true
			plain, none, _ := told(t, g, p)
			if none > 0 {
				t.Errorf("%q: %d tokens were guessed though one by one was asked for", q, none)
			}
			// Texts part only at near-ties, which kernels for several rows decide in
			// another way.
			for i := range min(len(plain), len(guessedText)) {
				if string(plain[i].Piece) == string(guessedText[i].Piece) {
					continue
				}
				if gap := plain[i].Top[0].Logprob - plain[i].Top[1].Logprob; gap > 0.5 {
					t.Errorf("%q parts at token %d, where the likeliest leads by %.2f", q, i, gap)
				}
				break
			}
		})
	}
	wg.Wait()
	// A request that leaves, and one that fills its context, leave nothing behind.
	for d, err := range g.Generate(t.Context(), ask(questions[0])) {
		if err != nil || d.Tokens > 0 {
			break
		}
	}
	long := mark.Prompt{User: strings.Repeat("The tenant pays. ", 110), MaxTokens: 400, Scores: 1}
	if text, _, _ := told(t, g, long); len(text) == 0 {
		t.Error("near the end of the context nothing is written")
	}
	if text, guessed, _ := told(t, g, ask(questions[0])); len(text) == 0 || guessed == 0 {
		t.Errorf("afterwards %d tokens are written, %d guessed", len(text), guessed)
	}
}

func TestSmallerModelIsLeftAloneWhereItDoesNotPay(t *testing.T) {
	// On a processor the same model in four bits costs about as much a token, and
	// verifying rows costs more than a word each.
	g := withDraft(t, false)
	text, guessed, held := told(t, g, mark.Prompt{User: "Write a long story about a ship that is lost at sea.", MaxTokens: 120, Scores: 1})
	if len(text) < 50 || guessed-held > len(text)/2 {
		t.Errorf("of %d guesses for %d tokens %d held", guessed, len(text), held)
	}
}

func TestDraftModelMustKnowTheSameWords(t *testing.T) {
	dir := cache(t, "models/chat-q8_0.gguf", "models/embed-q8_0.gguf")
	g, err := llama.NewGenerator(llama.Config{
		Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "chat-q8_0.gguf"), Context: 512,
		Draft: filepath.Join(dir, "models", "embed-q8_0.gguf"),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close() //nolint:errcheck // it never started well
	if _, _, _, err := collect(t.Context(), g, mark.Prompt{User: "Hello.", MaxTokens: 4}); mark.CodeOf(err) != mark.Unsupported || !strings.Contains(mark.MessageOf(err), "draft model") {
		t.Errorf("a draft model of another family: %v", err)
	}
}
