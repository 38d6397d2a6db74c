package pdf

import (
	"context"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	mark "markai/backend"
)

// Fallback is a parser that asks second about the files that first cannot
// open, and about the pages in which first finds no text at all. What second
// then reads counts only when it is plainly words: fonts that do not say what
// their shapes mean give both readers nonsense, and OCR reads those pages better.
func Fallback(first, second mark.Parser) mark.Parser { return fallback{first, second} }

type fallback struct{ first, second mark.Parser }

// Score implements mark.Parser.
func (f fallback) Score(name string, head []byte) int { return f.first.Score(name, head) }

// Open implements mark.Parser.
func (f fallback) Open(ctx context.Context, file mark.File) (mark.Source, error) {
	src, err := f.first.Open(ctx, file)
	switch {
	case err == nil:
		return &both{Source: src, second: f.second, file: file}, nil
	case ctx.Err() != nil:
		return nil, err
	}
	switch mark.CodeOf(err) {
	case mark.Damaged, mark.Unsupported, mark.Crashed:
		if other, err2 := f.second.Open(ctx, file); err2 == nil {
			return other, nil
		}
	}
	return nil, err // the first one's reason is the better one
}

// both is a document that the second parser opens when it is needed.
type both struct {
	mark.Source
	second mark.Parser
	file   mark.File
	other  mark.Source
	asked  bool // whether second was asked to open the file
}

// Page implements mark.Source.
func (b *both) Page(ctx context.Context, n int) (mark.Page, error) {
	p, err := b.Source.Page(ctx, n)
	if err != nil || p.Text != "" {
		return p, err
	}
	if !b.asked {
		b.asked = true
		if other, err := b.second.Open(ctx, b.file); err == nil {
			b.other = other
		}
	}
	if b.other == nil || ctx.Err() != nil {
		return p, ctx.Err()
	}
	if q, err := b.other.Page(ctx, n); err == nil && plainWords(q.Text) {
		q.Label = p.Label
		return q, nil
	}
	return p, ctx.Err()
}

// Attachments implements mark.Source.
func (b *both) Attachments(ctx context.Context) iter.Seq2[mark.Attachment, error] {
	return b.Source.Attachments(ctx)
}

// Close implements mark.Source.
func (b *both) Close() error {
	if b.other != nil {
		b.other.Close() //nolint:errcheck // nothing to lose
	}
	return b.Source.Close()
}

// minWords and minLetters are more than a court's stamp or a printer's marks
// have: what is printed over a scan is not the page's text. Words alone do not
// tell, because what stands upright on a margin comes letter by letter.
const (
	minWords   = 40
	minLetters = 250
)

// plainWords reports whether text is plainly words: many, nearly all of them
// letters of a usual length with a vowel among them.
func plainWords(text string) bool {
	words := strings.Fields(text)
	if len(words) < minWords {
		return false
	}
	plain, letters := 0, 0
	for _, w := range words {
		letters += utf8.RuneCountInString(w)
		w = strings.TrimFunc(w, unicode.IsPunct)
		if w == "" || strings.IndexFunc(w, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
			plain++
			continue
		}
		plainly := strings.IndexFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && r != '’' && r != '-' }) < 0
		if plainly && len(w) <= 24 && (len(w) <= 3 || strings.ContainsAny(strings.ToLower(w), "aeiouyäöüéèáíóú")) {
			plain++
		}
	}
	return letters > minLetters && plain*10 >= len(words)*8
}
