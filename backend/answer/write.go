package answer

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	mark "markai/backend"
	"markai/backend/cite"
	"markai/backend/prompt"
)

// write fills the answer: by a model that is large enough, else with the
// quotations themselves.
func (w *work) write(ctx context.Context, quotes []candidate, emit func(mark.AnswerEvent) bool) error {
	for _, c := range quotes {
		w.answer.Citations = append(w.answer.Citations, c.quote())
	}
	var by writer
	writers := w.writers()
	if len(writers) > 0 {
		if err := w.beside(ctx, w.count(ctx, writers[0])); err != nil {
			return mark.AtStage(mark.StageRead, err)
		}
	}
	for _, x := range writers {
		err := w.generate(ctx, x, emit)
		if err == nil {
			by = x
			break
		}
		if err == errStopped || ctx.Err() != nil {
			return err
		}
		slog.WarnContext(ctx, "a model could not answer; the next expert is asked", "question", w.q, "error", mark.CodeOf(err))
		w.failed(mark.StageWrite, err)
		w.gaveUp(x, err)
	}
	w.wrote(by.Expert, len(w.answer.Sentences) > 0)
	w.tidy(len(quotes))
	carriedBy := slices.ContainsFunc(w.answer.Sentences, func(s mark.Sentence) bool {
		return s.Verdict == mark.VerdictVerbatim || s.Verdict == mark.VerdictSupported
	})
	if !carriedBy {
		if len(w.answer.Sentences) > 0 {
			w.trace.repairs++ // of all that the model wrote nothing is carried
		}
		if err := w.extract(emit); err != nil {
			return err
		}
	}
	w.answer.Text = join(w.answer.Sentences)
	return nil
}

// extract adds what was asked for, where one stands in the best quotation, and
// the quotations.
func (w *work) extract(emit func(mark.AnswerEvent) bool) error {
	began := time.Now()
	var out []mark.Sentence
	if lead, ok := w.lead(w.answer.Citations[0]); ok && w.agreed() {
		out = append(out, lead)
	}
	for i, c := range w.answer.Citations {
		text := oneLine(c.Quote)
		j := cite.Judge(text, []string{c.Quote})
		out = append(out, mark.Sentence{Text: "“" + text + "”", Verdict: j.Verdict, Note: j.Note, Citations: []int{i}})
	}
	w.answer.Timings.Judge += time.Since(began)
	return w.say(out, emit)
}

// lead is the date, term, place or amount asked for, under the topic's name. It
// claims no more than that this stands in the quotation that follows.
func (w *work) lead(from mark.Citation) (mark.Sentence, bool) {
	value, ok := lift(w.in, from.Quote)
	if !ok || len(w.in.topics) == 0 {
		return mark.Sentence{}, false
	}
	j := cite.JudgeValue(value, from.Quote)
	if j.Verdict != mark.VerdictSupported {
		return mark.Sentence{}, false
	}
	return mark.Sentence{Text: capital(w.in.topics[0].name) + ": " + value + ".", Verdict: j.Verdict, Citations: []int{0}}, true
}

// agreed reports whether no other document quoted tells another value: of several
// documents that differ none speaks for all.
func (w *work) agreed() bool {
	first, _ := lift(w.in, w.answer.Citations[0].Quote)
	return !slices.ContainsFunc(w.answer.Citations[1:], func(c mark.Citation) bool {
		v, ok := lift(w.in, c.Quote)
		return ok && c.Document != w.answer.Citations[0].Document && normal(w.in.want, v) != normal(w.in.want, first)
	})
}

func (w *work) say(ss []mark.Sentence, emit func(mark.AnswerEvent) bool) error {
	for _, s := range ss {
		w.answer.Sentences = append(w.answer.Sentences, s)
		if !emit(mark.AnswerEvent{Sentence: &s}) {
			return errStopped
		}
	}
	return nil
}

// generate lets the model write from the quotations and judges every sentence.
func (w *work) generate(ctx context.Context, x writer, emit func(mark.AnswerEvent) bool) error {
	began := time.Now()
	p := w.pack(ctx, x)
	w.recall(ctx, x.model)
	asked, first := time.Now(), true
	var text strings.Builder
	for d, err := range w.s.cfg.Generator.Generate(ctx, p) {
		if err != nil {
			return err
		}
		if first {
			first = false
			w.answer.Timings.FirstToken = time.Since(w.began)
			w.asked, w.by, w.reading = p, x.model, time.Since(asked)
		}
		w.answer.Timings.Tokens += d.Tokens
		text.WriteString(d.Text)
		if d.Text != "" && !emit(mark.AnswerEvent{Draft: d.Text}) {
			return errStopped
		}
	}
	w.answer.Timings.Write = time.Since(began)
	if strings.Contains(text.String(), prompt.NothingFound) {
		return nil // the quotations that code found are shown for the reader to judge
	}
	judging := time.Now()
	ss := w.judge(text.String())
	w.answer.Timings.Judge += time.Since(judging)
	if len(ss) > 0 {
		w.answer.Model = x.model.Name
	}
	return w.say(ss, emit)
}

var markPattern = regexp.MustCompile(`\[(\d+(?:\s*,\s*\d+)*)\]`)

// judge cuts what a model wrote into sentences and judges each against the
// passages that it cites. One that cites none is held against all, and gets the
// citation that carries it.
func (w *work) judge(text string) []mark.Sentence {
	var out []mark.Sentence
	for _, part := range sentencesWithMarks(text) {
		s := mark.Sentence{Text: cite.Plain(part), Citations: w.citedBy(part)}
		if s.Text == "" {
			continue
		}
		j := cite.Judge(s.Text, w.quotesOf(s.Citations))
		if len(s.Citations) == 0 {
			for i, c := range w.answer.Citations {
				if one := cite.Judge(s.Text, []string{c.Quote}); one.Verdict == mark.VerdictVerbatim || one.Verdict == mark.VerdictSupported {
					j, s.Citations = one, []int{i}
					w.trace.repairs++
					break
				}
			}
		}
		s.Verdict, s.Note = j.Verdict, j.Note
		out = append(out, s)
	}
	return out
}

// citedBy reads the marks of a sentence as indices of citations that exist.
func (w *work) citedBy(part string) []int {
	var out []int
	for _, g := range markPattern.FindAllStringSubmatch(part, -1) {
		for _, f := range strings.Split(g[1], ",") {
			n, err := strconv.Atoi(strings.TrimSpace(f))
			if err == nil && n >= 1 && n <= len(w.answer.Citations) && !slices.Contains(out, n-1) {
				out = append(out, n-1)
			}
		}
	}
	return out
}

func (w *work) quotesOf(indices []int) []string {
	var out []string
	for _, i := range indices {
		out = append(out, w.answer.Citations[i].Quote)
	}
	return out
}

// sentencesWithMarks cuts text into sentences; a mark that follows the point
// stays with its sentence.
func sentencesWithMarks(text string) []string {
	var out []string
	for _, r := range cite.Sentences(text) {
		s := text[r.Start:r.End]
		for len(out) > 0 {
			loc := markPattern.FindStringIndex(s)
			if loc == nil || loc[0] != 0 {
				break
			}
			out[len(out)-1] += " " + s[:loc[1]]
			s = strings.TrimSpace(s[loc[1]:])
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// join sets sentences one after the other, each with its [n] marks.
func join(ss []mark.Sentence) string {
	var b strings.Builder
	for i, s := range ss {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(s.Text)
		for _, c := range s.Citations {
			fmt.Fprintf(&b, " [%d]", c+1)
		}
	}
	return b.String()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return strings.ToUpper(string(r)) + s[n:]
}
