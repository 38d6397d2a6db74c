package llama

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	native "github.com/hybridgroup/yzma/pkg/llama"

	mark "markai/backend"
	"markai/backend/speculate"
)

// apart is how far the logits of two tokens may lie apart that are as good as
// equal: kernels for several rows and for one differ in their last bits, which
// add up. Measured: up to 0.15.
const apart = 0.3

// readPassages returns passages of real documents.
func readPassages(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "passages.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n\n")
}

// quoting asks for a quotation of passage n, whose first words are given: so even
// a very small model quotes.
func quoting(passages []string, n, tokens int) mark.Prompt {
	var b strings.Builder
	for i, p := range passages {
		fmt.Fprintf(&b, "[%d] %s\n\n", i+1, p)
	}
	words := strings.Fields(passages[n])
	return mark.Prompt{
		System:    "You answer by quoting the passages word for word.",
		User:      b.String() + fmt.Sprintf("Quote passage [%d] in full, word for word.", n+1),
		Prefix:    fmt.Sprintf("[%d] %s", n+1, strings.Join(words[:6], " ")),
		MaxTokens: tokens,
	}
}

// free asks for text of the model's own.
func free(n int) mark.Prompt {
	return mark.Prompt{
		System:    "You are a helpful assistant.",
		User:      []string{"Tell a story about a lighthouse keeper.", "Explain how bread is baked.", "Describe a walk through an old town."}[n%3],
		MaxTokens: 120,
	}
}

// chatModel returns the folder of the small model, or skips the test.
func chatModel(t testing.TB) setup {
	t.Helper()
	dir := os.Getenv("MARKAI_CACHE")
	if dir == "" {
		dir = filepath.Join("..", "..", "build", "cache")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := setup{Runtime: filepath.Join(dir, "runtime"), Model: filepath.Join(dir, "models", "chat-q8_0.gguf"), Context: 2048}
	for _, path := range []string{s.Runtime, s.Model} {
		if _, err := os.Stat(path); err != nil {
			t.Skipf("%s is not there: run `make setup` and `markai models prepare`", path)
		}
	}
	return s
}

func generatorOf(t testing.TB, s setup) *Generator {
	t.Helper()
	g, err := NewGenerator(Config{Runtime: s.Runtime, Model: s.Model, Context: s.Context})
	if err != nil {
		t.Fatal(err)
	}
	g.SetThreads(max(runtime.NumCPU()-1, 1), runtime.NumCPU())
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// whole runs a generation to its end; the delta that it returns sums all.
func whole(t testing.TB, g *Generator, p mark.Prompt) (all mark.Delta) {
	t.Helper()
	for d, err := range g.Generate(t.Context(), p) {
		if err != nil {
			t.Fatal(err)
		}
		all.Text += d.Text
		all.Tokens += d.Tokens
		all.Guessed += d.Guessed
		all.Held += d.Held
		all.Stop, all.Unguessed = d.Stop, d.Unguessed
	}
	return all
}

// envChoices names the file of cases for the process that checks them.
const envChoices = "MARKAI_TEST_CHOICES"

// choices is a text that was written and what it was written for.
type choices struct {
	Prompt prompt
	Text   string
}

// Every token that is written with guesses is, one by one, the model's first
// choice, or lies closer to it than the kernels' last bits can tell. The check
// runs in a process of its own: llama.cpp and the signals of children that end do not
// live well together.
func TestGuessingAheadPartsFromOneByOneAtNearTiesAlone(t *testing.T) {
	s := chatModel(t)
	if path := os.Getenv(envChoices); path != "" {
		checkChoices(t, s, path)
		return
	}
	g := generatorOf(t, s)
	passages := readPassages(t)
	guessed, held := 0, 0
	var all []choices
	for _, p := range []mark.Prompt{quoting(passages[:2], 0, 60), quoting(passages[5:7], 0, 60), free(0)} {
		got := whole(t, g, p)
		guessed, held = guessed+got.Guessed, held+got.Held
		asked, err := promptOf(p)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, choices{asked, got.Text})
	}
	if held == 0 || held > guessed {
		t.Errorf("%d of %d guesses held: quotations were not guessed", held, guessed)
	}
	b, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "choices.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), envChoices+"="+path)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

// checkChoices follows the texts in a file through the model, token by token.
func checkChoices(t *testing.T, s setup, path string) {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []choices
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	m, vocab, err := loadModel(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		checkText(t, m, vocab, s, c)
	}
}

// checkText follows one text.
func checkText(t *testing.T, m native.Model, vocab native.Vocab, s setup, c choices) {
	t.Helper()
	params := native.ContextDefaultParams()
	params.NCtx, params.NBatch, params.NUbatch, params.NSeqMax = uint32(s.Context), stepTokens, stepTokens, 1
	params.NThreads, params.NThreadsBatch = 1, 1 // more wait for each other for ever where the machine is busy
	ctx, err := newContext(m, params)
	if err != nil {
		t.Fatal(err)
	}
	batch := native.BatchInit(stepTokens, 0, 1)
	e := &chatEngine{vocab: vocab, template: native.ModelChatTemplate(m, "")}
	tokens := e.tokens(c.Prompt.Turns, c.Prompt.Prefix)
	words := int(native.VocabNTokens(vocab))
	for at := 0; at < len(tokens); at += stepTokens {
		if err := decodeBatch(ctx, &batch, tokens[at:min(at+stepTokens, len(tokens))], at, native.Decode); err != nil {
			t.Fatal(err)
		}
	}
	rest := c.Text
	for n := len(tokens); rest != "" && n < s.Context; n++ {
		logits, err := native.GetLogitsIth(ctx, -1, words)
		if err != nil {
			t.Fatal(err)
		}
		top := candidates(logits, 8)
		next := native.Token(-1)
		for _, i := range top {
			if piece := string(pieceOf(vocab, native.Token(i))); piece != "" && strings.HasPrefix(rest, piece) {
				next = native.Token(i)
				break
			}
		}
		if next < 0 {
			t.Fatalf("after %q the model would not write %q", c.Text[:len(c.Text)-len(rest)], rest)
		}
		if gap := logits[top[0]] - logits[next]; gap > 0 {
			if gap > apart {
				t.Errorf("after %q came %q, whose logit is %.2f below the best", c.Text[:len(c.Text)-len(rest)], pieceOf(vocab, next), gap)
			}
			t.Logf("near-tie: the logit is %.3f below the best", gap)
		}
		rest = rest[len(pieceOf(vocab, next)):]
		if err := decodeBatch(ctx, &batch, []native.Token{next}, n, native.Decode); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDeterministicTextIsWrittenOneByOne(t *testing.T) {
	g := generatorOf(t, chatModel(t))
	p := quoting(readPassages(t)[:1], 0, 40)
	p.Deterministic = true
	first := whole(t, g, p)
	if first.Guessed != 0 || first.Tokens == 0 || first.Unguessed != string(speculate.NotAsked) {
		t.Errorf("got %+v", first)
	}
	if again := whole(t, g, p); again.Text != first.Text {
		t.Errorf("got %q, then %q", first.Text, again.Text)
	}
}

func TestGuessesHoldWhenChanceDecidesTheText(t *testing.T) {
	g := generatorOf(t, chatModel(t))
	p := quoting(readPassages(t)[5:6], 0, 60)
	p.Temp, p.Seed = 0.4, 5
	if got := whole(t, g, p); got.Held == 0 {
		t.Errorf("got %+v", got)
	}
}

func TestGuessesKeepToTheGrammarAndTheStopStrings(t *testing.T) {
	g := generatorOf(t, chatModel(t))
	p := quoting(readPassages(t)[5:6], 0, 60)
	p.Grammar = `root ::= [a-zA-Z ,.()]{1,400}` // no digits, which the passage has
	if got := whole(t, g, p); strings.ContainsAny(got.Text, "0123456789") || got.Text == "" {
		t.Errorf("got %q", got.Text)
	}
	p.Grammar, p.Stop = "", []string{"exercise or"}
	got := whole(t, g, p)
	if got.Stop != "stop" || strings.Contains(got.Text, "exercise or") {
		t.Errorf("got %q (%s)", got.Text, got.Stop)
	}
	p.Stop = nil
	if next := whole(t, g, p); !strings.Contains(next.Text, got.Text[:10]) {
		t.Errorf("the next request wrote %q, after %q", next.Text, got.Text)
	}
}
