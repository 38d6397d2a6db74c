// Package wordpiece cuts text into the tokens of BERT models.
//
// It gives the tokens that Hugging Face's tokenizers library gives for the
// same vocabulary, including that library's view of Unicode, but takes a text
// for nothing but text: "[SEP]" in it is punctuation and a word. The algorithm
// is greedy longest match first (Schuster and Nakajima, "Japanese and Korean
// voice search", 2012, as Devlin et al. use it in "BERT", 2018).
package wordpiece

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxWord is how many characters a word may have; a longer one is unknown.
const maxWord = 100

// Options say how a model's vocabulary was made. The zero value is right for
// those called uncased.
type Options struct {
	Cased   bool // capitals stay
	Accents bool // accents stay; usual where Cased is set
}

// A Tokenizer cuts texts. It does not change: several goroutines may use it.
type Tokenizer struct {
	chars         *chars
	pieces        trie
	cls, sep, unk int32
}

// ErrVocabulary is wrapped by every error of New.
var ErrVocabulary = errors.New("not a WordPiece vocabulary")

// New returns the tokenizer of a vocabulary, given in the order of its ids and
// as vocab.txt writes it: "##" before what continues a word. Of equal tokens
// the last counts.
func New(vocab []string, o Options) (*Tokenizer, error) {
	t := &Tokenizer{chars: charsFor(o), cls: -1, sep: -1, unk: -1}
	if len(vocab) > 1<<24 {
		return nil, fmt.Errorf("%d tokens: %w", len(vocab), ErrVocabulary)
	}
	tokens := make([]token, 0, len(vocab))
	for id, s := range vocab {
		switch s {
		case "[CLS]":
			t.cls = int32(id)
		case "[SEP]":
			t.sep = int32(id)
		case "[UNK]":
			t.unk = int32(id)
		}
		rest, inner := strings.CutPrefix(s, "##")
		if rest == "" || !utf8.ValidString(rest) || len(rest) > 4*maxWord {
			continue // no word holds it
		}
		tokens = append(tokens, token{rest, inner, int32(id)})
	}
	if t.cls < 0 || t.sep < 0 || t.unk < 0 {
		return nil, fmt.Errorf("no [CLS], [SEP] or [UNK] in %d tokens: %w", len(vocab), ErrVocabulary)
	}
	t.pieces = newTrie(tokens)
	return t, nil
}

// Append appends text's tokens to dst, between [CLS] and [SEP]: at most limit
// with these two, or all where limit is below 2. Bytes that are not UTF-8 are
// left out. It allocates only to let dst grow.
func (t *Tokenizer) Append(dst []int32, text string, limit int) []int32 {
	w := writer{Tokenizer: t, ids: append(dst, t.cls), runEnd: -1}
	full := int(^uint(0) >> 1)
	if limit >= 2 {
		full = len(dst) + limit - 1
	}
	first := &t.chars.pages[t.chars.index[0]]
	for i := 0; i < len(text) && len(w.ids) < full; {
		r, size := rune(text[i]), 1
		e := entry(0)
		if r < utf8.RuneSelf {
			e = first[r]
		} else {
			if r, size = utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError {
				i += size // a wrong byte, or the sign for one, which is dropped too
				continue
			}
			e = t.chars.of(r)
		}
		i += size
		switch {
		case r < utf8.RuneSelf && e.kind() == letter:
			if w.count < maxWord {
				w.word[w.size] = byte(e.of(r))
				w.size++
			}
			w.count++
		case e.kind() == space:
			w.flush()
		default:
			w.take(r, e)
		}
	}
	w.flush()
	return append(w.ids[:min(len(w.ids), full)], t.sep)
}

// writer is the state of one call of Append.
type writer struct {
	*Tokenizer
	ids     []int32
	count   int // of the characters of the word so far, kept or not
	size    int // of the word as it is kept, in bytes
	runFrom int // where the last run of combining characters begins
	runEnd  int // and ends; where that is not at size, no run goes on
	word    [4 * maxWord]byte
}

// take does what a character asks for.
func (w *writer) take(r rune, e entry) {
	char := e.of(r)
	switch e.kind() {
	case letter:
		w.put(char)
	case space:
		w.flush()
	case alone:
		w.flush()
		w.put(char)
		w.flush()
	case gone:
	case barrier:
		w.runEnd = -1
	case combining:
		w.combine(char)
	case many:
		for _, part := range w.chars.several[e.char()] {
			w.take(0, part)
		}
	case syllable: // of Hangul; Unicode, section 3.12
		const base, vowels, tails = 0xac00, 21, 28
		n := r - base
		w.put(0x1100 + n/(vowels*tails))
		w.put(0x1161 + n%(vowels*tails)/tails)
		if tail := n % tails; tail > 0 {
			w.put(0x11a7 + tail)
		}
	}
}

func (w *writer) put(r rune) {
	if w.count < maxWord {
		w.size += utf8.EncodeRune(w.word[w.size:], r)
	}
	w.count++
}

// combine puts a character that has a combining class where canonical order
// wants it: before those of a higher class that come directly before it.
func (w *writer) combine(r rune) {
	if w.runEnd != w.size {
		w.runFrom = w.size
	}
	from := w.size
	w.put(r)
	if w.count > maxWord {
		return // an unknown word, whatever its order
	}
	for at := from; at > w.runFrom; {
		before, n := utf8.DecodeLastRune(w.word[w.runFrom:at])
		if class[before] <= class[r] {
			break
		}
		size := utf8.RuneLen(r)
		copy(w.word[at-n+size:], w.word[at-n:at])
		at -= n
		utf8.EncodeRune(w.word[at:], r)
	}
	w.runEnd = w.size
}

// flush ends the word.
func (w *writer) flush() {
	switch {
	case w.count == 0:
	case w.count > maxWord:
		w.ids = append(w.ids, w.unk)
	default:
		w.ids = w.pieces.cut(w.ids, w.word[:w.size], w.unk)
	}
	w.count, w.size, w.runEnd = 0, 0, -1
}
