package answer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	mark "markai/backend"
	"markai/backend/cite"
	"markai/backend/compress"
)

const (
	passageTokens = 1500 // for the passages of a prompt, where nothing else is set
	entryTokens   = 12   // what a passage's number, its document and its page cost, about
	mostBeside    = 12   // passages that a model sees beside the quotations
	memoryTokens  = 400  // for earlier turns
	mostTurns     = 6    // of them
	questionBytes = 240  // of an earlier question
)

// beside adds what a model should see beside the quotations, as citations that
// it may use: of the passages found, the sentences that bear most on the
// question, so many as the budget allows. Those that it does not use are taken
// away again by tidy.
func (w *work) beside(ctx context.Context, count func(string) int) error {
	left := w.s.cfg.PassageTokens
	if left <= 0 {
		left = passageTokens
	}
	for _, c := range w.answer.Citations {
		left -= count(c.Quote) + entryTokens
	}
	if left <= 0 || len(w.readings) == 0 {
		return nil
	}
	r, err := w.weigh(ctx, w.readings)
	if err != nil {
		return err
	}
	r.Budget = left
	r.Count = func(s string) int { return count(s) + entryTokens }
	n := 0
	for _, k := range compress.Select(r) {
		h := w.hits[k.Passage]
		at := slices.IndexFunc(w.readings, func(rd *reading) bool { return rd.doc.ID == h.Chunk.Document })
		if at < 0 {
			continue
		}
		rd := w.readings[at]
		for _, rg := range k.Ranges {
			spans := mark.Part(h.Spans, rg.Start, rg.End)
			if len(spans) == 0 || n == mostBeside || w.quotesAny(spans) {
				continue
			}
			first, last := spans[0], spans[len(spans)-1]
			c := rd.citation(rd.text.Offset(mark.Pos{Page: first.Page, Offset: first.Start}), rd.text.Offset(mark.Pos{Page: last.Page, Offset: last.End}))
			if c.Quote == "" {
				continue
			}
			n++
			w.answer.Citations = append(w.answer.Citations, c)
		}
	}
	return nil
}

// quotesAny reports whether a citation has any of the spans already.
func (w *work) quotesAny(spans []mark.Span) bool {
	return slices.ContainsFunc(w.answer.Citations, func(c mark.Citation) bool {
		return slices.ContainsFunc(c.Spans, func(a mark.Span) bool {
			return slices.ContainsFunc(spans, func(b mark.Span) bool {
				return a.Document == b.Document && a.Page == b.Page && a.Start < b.End && b.Start < a.End
			})
		})
	})
}

// tidy takes away the citations after the first so many that no sentence uses.
func (w *work) tidy(keep int) {
	if len(w.answer.Citations) <= keep {
		return
	}
	used := map[int]bool{}
	for _, s := range w.answer.Sentences {
		for _, i := range s.Citations {
			used[i] = true
		}
	}
	to, kept := map[int]int{}, w.answer.Citations[:0:0]
	for i, c := range w.answer.Citations {
		if i < keep || used[i] {
			to[i] = len(kept)
			kept = append(kept, c)
		}
	}
	w.answer.Citations = kept
	for i := range w.answer.Sentences {
		s := &w.answer.Sentences[i]
		for j := range s.Citations {
			s.Citations[j] = to[s.Citations[j]]
		}
	}
}

// memory is what a model is told of the conversation: of each of the last turns
// the question and what of its answer bears on the question now, the last turn
// before all.
func memory(question string, history []mark.Message, count func(string) int) []mark.Message {
	type turn struct{ asked, said mark.Message }
	var turns []turn
	for _, m := range history {
		switch {
		case m.Role == "user":
			turns = append(turns, turn{asked: m})
		case len(turns) > 0:
			turns[len(turns)-1].said = m
		}
	}
	turns = turns[max(0, len(turns)-mostTurns):]
	r := compress.Request{Question: question, Budget: memoryTokens, Count: count, Sentences: sentencesOf}
	for _, t := range slices.Backward(turns) {
		r.Passages = append(r.Passages, compress.Passage{Document: "said", Heading: t.asked.Text, Text: cite.Plain(t.said.Text)})
	}
	kept := map[int]string{}
	for _, k := range compress.Select(r) {
		kept[k.Passage] = oneLine(k.Text(r.Passages[k.Passage]))
	}
	var out []mark.Message
	for i, t := range turns {
		said := kept[len(turns)-1-i]
		if said == "" && i < len(turns)-1 {
			continue
		}
		out = append(out, mark.Message{Role: "user", Text: short(oneLine(t.asked.Text), questionBytes)})
		if said == "" {
			said = short(oneLine(cite.Plain(t.said.Text)), questionBytes)
		}
		if said != "" {
			out = append(out, mark.Message{Role: "assistant", Text: said})
		}
	}
	return out
}

// short cuts a text to at most so many bytes, at a blank where there is one.
func short(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = strings.ToValidUTF8(s[:most], "")
	if i := strings.LastIndexByte(s, ' '); i > 0 {
		s = s[:i]
	}
	return fmt.Sprintf("%s …", s)
}
