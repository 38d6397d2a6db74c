package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	mark "markai/backend"
)

const (
	maxTold  = 100_000 // features of one document that a parser may tell
	maxLayer = 20_000  // bytes of a page's own text that are kept beside what its picture says
)

// remember keeps what the file told of pages. It is stored before the pages
// are, so that reading that is taken up again knows it.
func (w *work) remember(ctx context.Context, pages []mark.Page) error {
	before := len(w.given)
	for _, p := range pages {
		w.given = append(w.given, p.Features[:min(len(p.Features), max(maxTold-len(w.given), 0))]...)
	}
	if len(w.given) == before {
		return nil
	}
	for i := range w.given {
		w.given[i].Told = true
	}
	if err := w.r.m.store.PutFeatures(ctx, w.doc.ID, w.given); err != nil {
		return fmt.Errorf("store what the file told: %w", err)
	}
	return nil
}

// recall adds what was remembered of the pages that are stored.
func (w *work) recall(ctx context.Context) error {
	stored, err := w.r.m.store.Features(ctx, w.doc.ID)
	if err != nil {
		return err
	}
	known := map[mark.Feature]bool{}
	for _, f := range w.given {
		f.Told = true
		known[f] = true
	}
	for _, f := range stored {
		f.Told = true // nothing else is stored before the last page is read
		if f.Page <= w.done && !known[f] {
			w.given = append(w.given, f)
		}
	}
	return nil
}

// remarked is a page with those comments after its text that stand in no text
// yet, as those on a scan.
func remarked(p mark.Page) mark.Page {
	if p.Problem != "" {
		return p
	}
	fresh := false
	for i, f := range p.Features {
		if f.Kind != mark.FeatureComment || f.End > 0 || f.Text == "" {
			continue
		}
		if !fresh {
			p.Features, fresh = slices.Clone(p.Features), true
		}
		if p.Text != "" {
			p.Text += "\n\n"
		}
		start := len(p.Text)
		p.Text += "Comment"
		if f.Value != "" {
			p.Text += " by " + f.Value
		}
		p.Text += ": " + f.Text
		p.Features[i].Start, p.Features[i].End = start, len(p.Text)
	}
	return p
}

// toldOtherwise is what remains of what a file told of a page when the page's
// text is replaced by what its picture says: comments and fields, which are no
// matter of text, and the text that was replaced.
func toldOtherwise(own mark.Page) []mark.Feature {
	var out []mark.Feature
	for _, f := range own.Features {
		if f.Kind == mark.FeatureComment || f.Kind == mark.FeatureField || f.Kind == mark.FeatureLayer {
			f.Start, f.End = 0, 0
			out = append(out, f)
		}
	}
	if text := strings.TrimSpace(own.Text); text != "" {
		if len(text) > maxLayer {
			text = strings.ToValidUTF8(text[:maxLayer], "")
		}
		out = append(out, mark.Feature{Kind: mark.FeatureLayer, Page: own.Number, Text: text})
	}
	return out
}

// unseenNotes says on which pages text stands that nobody sees.
func unseenNotes(features []mark.Feature) []string {
	why := map[string]string{
		"covered":   "is covered, as by a black box. A redaction may have failed",
		"marked":    "is marked for redaction but not removed",
		"white":     "has the colour of the paper",
		"tiny":      "is too small to be read",
		"invisible": "is drawn without ink",
	}
	marks := printersMarks(features)
	pages := map[string][]int{}
	for _, f := range features {
		value := f.Value
		if marks[markOf(f)] {
			value = "mark"
		}
		if f.Kind == mark.FeatureHidden && (why[value] != "" || value == "mark") && !slices.Contains(pages[value], f.Page) {
			pages[value] = append(pages[value], f.Page)
		}
	}
	var out []string
	if n := pages["mark"]; len(n) > 0 {
		out = append(out, fmt.Sprintf("On %s the same text stands in the colour of the paper, but for its numbers, as printers' marks do.", pageList(n)))
	}
	for _, value := range []string{"covered", "marked", "white", "tiny", "invisible"} {
		if n := pages[value]; len(n) > 0 {
			out = append(out, fmt.Sprintf("Text that can be copied from %s %s.", pageList(n), why[value]))
		}
	}
	return out
}

// printersMarks returns what stands in the colour of the paper on page after
// page, but for its numbers: a typesetter's marks, which nobody meant to hide.
func printersMarks(features []mark.Feature) map[string]bool {
	const enough = 3 // pages
	seen := map[string]map[int]bool{}
	for _, f := range features {
		key := markOf(f)
		if key == "" {
			continue
		}
		if seen[key] == nil {
			seen[key] = map[int]bool{}
		}
		seen[key][f.Page] = true
	}
	out := map[string]bool{}
	for key, pages := range seen {
		out[key] = len(pages) >= enough
	}
	return out
}

// markOf is the beginning of what stands in the colour of the paper, with # for
// its digits; empty for anything else.
func markOf(f mark.Feature) string {
	if f.Kind != mark.FeatureHidden || f.Value != "white" {
		return ""
	}
	const beginning = 40 // bytes: what follows may differ
	key := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '#'
		}
		return unicode.ToLower(r)
	}, strings.Join(strings.Fields(f.Text), " "))
	if len(key) > beginning {
		key = key[:beginning]
	}
	if strings.IndexFunc(key, unicode.IsLetter) < 0 {
		return ""
	}
	return key
}

// pageList names pages, which ascend: "pages 3, 7 to 9 and 12".
func pageList(n []int) string {
	const most = 8
	var parts []string
	for i := 0; i < len(n); {
		k := i
		for k+1 < len(n) && n[k+1] == n[k]+1 {
			k++
		}
		switch {
		case k > i+1:
			parts = append(parts, fmt.Sprintf("%d to %d", n[i], n[k]))
		case k > i:
			parts = append(parts, fmt.Sprint(n[i]), fmt.Sprint(n[k]))
		default:
			parts = append(parts, fmt.Sprint(n[i]))
		}
		i = k + 1
	}
	if len(parts) > most {
		parts = append(parts[:most-1], "others")
	}
	word := "pages "
	if len(n) == 1 {
		word = "page "
	}
	if len(parts) == 1 {
		return word + parts[0]
	}
	return word + strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}
