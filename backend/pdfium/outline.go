package pdfium

import (
	"strings"
	"unicode"

	mark "markai/backend"

	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
)

const (
	maxEntries = 5000 // of an outline; it may run in circles
	maxNested  = 12   // levels of it
)

// entry is an entry of the outline.
type entry struct {
	title string
	level int // from 1
}

// outline returns the outline's entries by the pages (from 1) that they lead to.
func (d *document) outline() map[int][]entry {
	var out map[int][]entry
	left := maxEntries
	var walk func(at *references.FPDF_BOOKMARK, level int)
	walk = func(at *references.FPDF_BOOKMARK, level int) {
		for ; at != nil && left > 0; left-- {
			if n, ok := d.leadsTo(*at); ok {
				if got, err := d.lib.FPDFBookmark_GetTitle(&requests.FPDFBookmark_GetTitle{Bookmark: *at}); err == nil && tidy(got.Title) != "" {
					if out == nil {
						out = map[int][]entry{}
					}
					out[n] = append(out[n], entry{tidy(got.Title), level})
				}
			}
			if level < maxNested {
				if child, err := d.lib.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: d.doc, Bookmark: at}); err == nil {
					walk(child.Bookmark, level+1)
				}
			}
			next, err := d.lib.FPDFBookmark_GetNextSibling(&requests.FPDFBookmark_GetNextSibling{Document: d.doc, Bookmark: *at})
			if err != nil {
				return
			}
			at = next.Bookmark
		}
	}
	if first, err := d.lib.FPDFBookmark_GetFirstChild(&requests.FPDFBookmark_GetFirstChild{Document: d.doc}); err == nil {
		walk(first.Bookmark, 1)
	}
	return out
}

// leadsTo returns the page that an entry leads to.
func (d *document) leadsTo(at references.FPDF_BOOKMARK) (n int, ok bool) {
	var dest *references.FPDF_DEST
	if got, err := d.lib.FPDFBookmark_GetDest(&requests.FPDFBookmark_GetDest{Document: d.doc, Bookmark: at}); err == nil {
		dest = got.Dest
	}
	if dest == nil {
		action, err := d.lib.FPDFBookmark_GetAction(&requests.FPDFBookmark_GetAction{Bookmark: at})
		if err != nil || action.Action == nil {
			return 0, false
		}
		got, err := d.lib.FPDFAction_GetDest(&requests.FPDFAction_GetDest{Document: d.doc, Action: *action.Action})
		if err != nil || got.Dest == nil {
			return 0, false
		}
		dest = got.Dest
	}
	got, err := d.lib.FPDFDest_GetDestPageIndex(&requests.FPDFDest_GetDestPageIndex{Document: d.doc, Dest: *dest})
	if err != nil || got.Index < 0 {
		return 0, false
	}
	return got.Index + 1, true
}

// headed makes headings of the outline's entries where the page says the same.
func headed(out *mark.Page, entries []entry) {
	from := 0
	for _, e := range entries {
		first, last, ok := phrase(*out, strings.Fields(e.title), from)
		if !ok {
			if first, last, ok = phrase(*out, strings.Fields(e.title), 0); !ok {
				continue
			}
		}
		from = last + 1
		start, end := out.Words[first].Start, out.Words[last].End
		number := ""
		if w := strings.Fields(e.title); len(w) > 1 && numbering(w[0]) {
			number = w[0]
		}
		out.Features = append(out.Features, mark.Feature{Kind: mark.FeatureHeading, Page: out.Number, Start: start, End: end,
			Text: short(out.Text[start:end], hiddenShown), Value: number, Level: e.level})
	}
}

// numbering reports whether a word is a heading's number: "1.2", "IV.", "(a)".
func numbering(s string) bool {
	core := strings.Trim(s, "().")
	if core == "" || len(core) > 8 {
		return false
	}
	digits := strings.IndexFunc(core, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' }) < 0
	roman := strings.Trim(core, "IVXLC") == ""
	return digits || (roman || len(core) == 1) && core != s
}

// phrase finds words on a page, from its word number from on; letters' case and
// punctuation around words do not count.
func phrase(p mark.Page, words []string, from int) (first, last int, ok bool) {
	if len(words) == 0 {
		return 0, 0, false
	}
	for i := from; i+len(words) <= len(p.Words); i++ {
		same := true
		for k, w := range words {
			on := p.Words[i+k]
			if !strings.EqualFold(bareWord(p.Text[on.Start:on.End]), bareWord(w)) {
				same = false
				break
			}
		}
		if same {
			return i, i + len(words) - 1, true
		}
	}
	return 0, 0, false
}

func bareWord(s string) string {
	core := strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if core == "" {
		return s
	}
	return core
}
