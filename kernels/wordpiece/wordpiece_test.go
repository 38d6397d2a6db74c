package wordpiece_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"markai/kernels/wordpiece"

	"pgregory.net/rapid"
)

func vocabulary(t testing.TB, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
}

func newTokenizer(t testing.TB, vocab []string, o wordpiece.Options) *wordpiece.Tokenizer {
	t.Helper()
	tok, err := wordpiece.New(vocab, o)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// small is a vocabulary whose tokens can be read in a test.
var small = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "lease", "##s", "##hold", "(", ")", "b", "12", "un", "##able", "語", "é", "e", "cls", "[", "]"}

// words undoes a tokenizer of small.
func words(ids []int32) string {
	var out []string
	for _, id := range ids {
		out = append(out, small[id])
	}
	return strings.Join(out, " ")
}

func TestTextIsCutIntoTheLongestPieces(t *testing.T) {
	for _, c := range []struct {
		text string
		o    wordpiece.Options
		want string
	}{
		{"", wordpiece.Options{}, ""},
		{"Leases", wordpiece.Options{}, "lease ##s"},
		{"leasehold unable", wordpiece.Options{}, "lease ##hold un ##able"},
		{"12(b)", wordpiece.Options{}, "12 ( b )"},
		{"leasex lease", wordpiece.Options{}, "[UNK] lease"},
		{"語語", wordpiece.Options{}, "語 語"},
		{"É e\u0301", wordpiece.Options{}, "e e"},
		{"é", wordpiece.Options{Accents: true}, "é"},
		{"É", wordpiece.Options{Accents: true}, "é"},
		{"É", wordpiece.Options{Cased: true, Accents: true}, "[UNK]"},
		{"Lease lease", wordpiece.Options{Cased: true}, "[UNK] lease"},
		{"[CLS]", wordpiece.Options{}, "[ cls ]"},
		{"le\u00adase\u200b \x00lea\xffse\ufffd", wordpiece.Options{}, "lease lease"},
		{"lease\u00a0lease\u2028\u3000", wordpiece.Options{}, "lease lease"},
	} {
		got := words(newTokenizer(t, small, c.o).Append(nil, c.text, 0))
		if want := strings.ReplaceAll("[CLS] "+c.want+" [SEP]", "  ", " "); got != want {
			t.Errorf("%q %+v: %s, want %s", c.text, c.o, got, want)
		}
	}
}

func TestWordOverAHundredCharactersIsUnknown(t *testing.T) {
	tok := newTokenizer(t, small, wordpiece.Options{})
	for n, want := range map[int]int{99: 101, 100: 102, 101: 3, 100_000: 3} {
		// "é" is two characters until its accent has gone.
		if got := tok.Append(nil, "lease"+strings.Repeat("s\u0301", n-5), 0); n <= 100 && len(got) != want-4 || n > 100 && len(got) != want {
			t.Errorf("%d characters: %d tokens", n, len(got))
		}
	}
}

func TestLongTextIsCutAtTheLimit(t *testing.T) {
	tok := newTokenizer(t, small, wordpiece.Options{})
	text := strings.Repeat("leases ", 50)
	all := tok.Append(nil, text, 0)
	if len(all) != 102 {
		t.Fatalf("%d tokens", len(all))
	}
	for limit := 2; limit < 110; limit++ {
		got := tok.Append([]int32{7}, text, limit)
		n := min(limit, 102)
		want := append(append([]int32{7}, all[:n-1]...), all[101])
		if !slices.Equal(got, want) {
			t.Fatalf("limit %d: %v", limit, got)
		}
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	tok := newTokenizer(t, small, wordpiece.Options{})
	room := make([]int32, 0, 1000)
	if n := testing.AllocsPerRun(100, func() { tok.Append(room, "Leases é 語 \u302e\u1b44 12(b)", 256) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestListWithoutTheTokensThatFrameATextIsNoVocabulary(t *testing.T) {
	for _, vocab := range [][]string{nil, {"a"}, {"[CLS]", "[SEP]"}, {"[CLS]", "[UNK]", "a"}} {
		if _, err := wordpiece.New(vocab, wordpiece.Options{}); !errors.Is(err, wordpiece.ErrVocabulary) {
			t.Errorf("%q: %v", vocab, err)
		}
	}
}

func TestLastOfEqualTokensCounts(t *testing.T) {
	tok := newTokenizer(t, []string{"a", "[UNK]", "[CLS]", "[SEP]", "a", "", "##", "\xff"}, wordpiece.Options{})
	if got := tok.Append(nil, "a", 0); !slices.Equal(got, []int32{2, 4, 3}) {
		t.Errorf("%v", got)
	}
}

// naive finds pieces as the algorithm is usually told.
func naive(vocab map[string]int32, word string, unknown int32) []int32 {
	var ids []int32
	for prefix := ""; word != ""; prefix = "##" {
		end := len(word)
		for ; end > 0; end-- {
			if id, ok := vocab[prefix+word[:end]]; ok {
				ids = append(ids, id)
				break
			}
		}
		if end == 0 {
			return []int32{unknown}
		}
		word = word[end:]
	}
	return ids
}

func TestAnyVocabularyCutsAsTheAlgorithmIsTold(t *testing.T) {
	piece := rapid.StringMatching(`[abc日é]{1,5}`)
	rapid.Check(t, func(t *rapid.T) {
		vocab := []string{"[UNK]", "[CLS]", "[SEP]"}
		ids := map[string]int32{}
		for _, s := range rapid.SliceOfN(piece, 0, 60).Draw(t, "pieces") {
			if rapid.Bool().Draw(t, "inner") {
				s = "##" + s
			}
			ids[s] = int32(len(vocab))
			vocab = append(vocab, s)
		}
		tok, err := wordpiece.New(vocab, wordpiece.Options{Accents: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range rapid.SliceOfN(rapid.StringMatching(`[abcdé]{1,20}`), 1, 10).Draw(t, "words") {
			got := tok.Append(nil, word, 0)
			if want := naive(ids, word, 0); !slices.Equal(got[1:len(got)-1], want) {
				t.Fatalf("%q: %v, want %v", word, got, want)
			}
		}
	})
}

// TestTokensAreThoseOfTheReference compares with what testdata/reference.py
// wrote: the lines kept here, and the file that WORDPIECE_REFERENCE names.
func TestTokensAreThoseOfTheReference(t *testing.T) {
	files := []string{filepath.Join("testdata", "lines.jsonl")}
	if more := os.Getenv("WORDPIECE_REFERENCE"); more != "" {
		files = append(files, strings.Fields(more)...)
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) { compare(t, path) })
	}
}

func compare(t *testing.T, path string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	var head struct {
		Vocab          string
		Cased, Accents bool
	}
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &head) != nil {
		t.Fatal("no head")
	}
	if !filepath.IsAbs(head.Vocab) {
		head.Vocab = filepath.Join("testdata", head.Vocab)
	}
	tok := newTokenizer(t, vocabulary(t, head.Vocab), wordpiece.Options{Cased: head.Cased, Accents: head.Accents})
	var ids []int32
	n, wrong := 0, 0
	for ; lines.Scan(); n++ {
		var text string
		var want []int32
		if err := json.Unmarshal(lines.Bytes(), &[]any{&text, &want}); err != nil {
			t.Fatal(err)
		}
		if ids = tok.Append(ids[:0], text, 0); !slices.Equal(ids, want) {
			if wrong++; wrong <= 10 {
				t.Errorf("line %d %+q: %v, want %v", n, text, ids, want)
			}
		}
	}
	if lines.Err() != nil || n < 2000 {
		t.Errorf("%d lines, %v", n, lines.Err())
	}
	t.Logf("%d of %d lines differ", wrong, n)
}

func FuzzTokenizer(f *testing.F) {
	for _, s := range []string{"", "Leases of § 12(b)(6)", "e\u0301\u302e\u1b44\u0327", "가각힣", "\xff\xfe", "İSTANBUL", strings.Repeat("a", 101)} {
		f.Add(s, 10, false, false)
		f.Add(s, 0, true, true)
	}
	vocab := vocabulary(f, filepath.Join("testdata", "vocab.txt"))
	toks := map[wordpiece.Options]*wordpiece.Tokenizer{}
	for i := range 4 {
		o := wordpiece.Options{Cased: i&1 != 0, Accents: i&2 != 0}
		toks[o] = newTokenizer(f, vocab, o)
	}
	f.Fuzz(func(t *testing.T, text string, limit int, cased, accents bool) {
		tok := toks[wordpiece.Options{Cased: cased, Accents: accents}]
		all := tok.Append(nil, text, 0)
		if all[0] != 2 || all[len(all)-1] != 3 {
			t.Fatal("not framed")
		}
		for _, id := range all {
			if id < 0 || int(id) >= len(vocab) {
				t.Fatalf("token %d", id)
			}
		}
		if limit >= 2 && limit < 1<<20 {
			if got := tok.Append(nil, text, limit); len(got) > limit || !slices.Equal(got[:len(got)-1], all[:len(got)-1]) {
				t.Fatal("cut otherwise at the limit")
			}
		}
		// Bytes that are not text leave no trace, whatever they stand in.
		if got := tok.Append(nil, strings.ToValidUTF8(text, ""), 0); !slices.Equal(got, all) {
			t.Fatal("wrong bytes left a trace")
		}
	})
}

func BenchmarkTokenizer(b *testing.B) {
	vocab := vocabulary(b, filepath.Join("testdata", "vocab.txt"))
	if path := os.Getenv("WORDPIECE_VOCAB"); path != "" {
		vocab = vocabulary(b, path)
	}
	tok := newTokenizer(b, vocab, wordpiece.Options{})
	for name, text := range map[string]string{
		"prose":   "The parties agree that this Agreement shall be governed by the laws of the State of Delaware, without regard to its conflict of laws provisions; see Section 12(b)(6). ",
		"accents": "L'accord prévoit que les créanciers privilégiés, après déduction des intérêts échus, reçoivent leur quote-part à l'échéance. ",
		"cjk":     "本契約は日本法に準拠し、同法に従って解釈されるものとする。",
	} {
		text = strings.Repeat(text, 1000)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			var ids []int32
			for b.Loop() {
				ids = tok.Append(ids[:0], text, 0)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	vocab := vocabulary(b, filepath.Join("testdata", "vocab.txt"))
	if path := os.Getenv("WORDPIECE_VOCAB"); path != "" {
		vocab = vocabulary(b, path)
	}
	for b.Loop() {
		newTokenizer(b, vocab, wordpiece.Options{})
	}
}
