package desk

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	mark "markai/backend"
)

// citeStore is what it takes to say how a place is cited.
type citeStore interface {
	mark.PageStore
	Document(ctx context.Context, id mark.DocumentID) (mark.Document, error)
	Features(ctx context.Context, id mark.DocumentID, kinds ...mark.FeatureKind) ([]mark.Feature, error)
}

// numbering is what a document says of its pages.
type numbering struct {
	doc   mark.Document
	bates map[int]string         // by page
	turns map[int][]mark.Feature // questions and replies of a transcript, by page
	lines map[int][]mark.Feature // its lines, by page
}

// place says where spans of a document stand as a lawyer cites it: by page and
// line of a transcript, by Bates number, by the page's own label, else by the
// number of the page: "47:12–48:3", "ABC0001234", "page iii", "pages 3–4". It is
// empty where there are no spans, and of a document that is gone the page.
func (p *pages) place(ctx context.Context, spans []mark.Span) (string, error) {
	if len(spans) == 0 {
		return "", nil
	}
	first, last := spans[0], spans[len(spans)-1]
	n, err := p.numbering(ctx, first.Document)
	if err != nil {
		return "", err
	}
	from, to := n.line(first, false), n.line(last, true)
	if from != "" && to != "" {
		page, _, _ := strings.Cut(from, ":")
		if same, line, _ := strings.Cut(to, ":"); same == page {
			to = line
			if from == page+":"+line {
				return from, nil
			}
		}
		return from + "–" + to, nil
	}
	labels := [2]string{}
	for i, s := range []mark.Span{first, last} {
		if labels[i] = n.bates[s.Page]; labels[i] != "" {
			continue
		}
		page, err := p.page(ctx, s.Document, s.Page)
		if err != nil && mark.CodeOf(err) != mark.NotFound {
			return "", err
		}
		labels[i] = page.Label
	}
	if numbered := n.doc.Meta.BatesFirst != "" && labels[0] != "" && labels[1] != ""; numbered {
		return joined("", labels[0], labels[1]), nil
	}
	one, two := cmp.Or(labels[0], strconv.Itoa(first.Page)), cmp.Or(labels[1], strconv.Itoa(last.Page))
	if one == two {
		return "page " + one, nil
	}
	return joined("pages ", one, two), nil
}

func joined(word, from, to string) string {
	if from == to {
		return word + from
	}
	return word + from + "–" + to
}

// line returns the page and line of a transcript at which a span begins or
// ends, by the transcript's own page; "" where the page has none.
func (n *numbering) line(s mark.Span, end bool) string {
	turns := n.turns[s.Page]
	if len(turns) == 0 {
		return ""
	}
	page, line, _ := strings.Cut(turns[0].Value, ":")
	for _, f := range turns {
		if f.Start > s.Start {
			break
		}
		page, line, _ = strings.Cut(f.Value, ":")
	}
	for _, l := range n.lines[s.Page] {
		if l.End <= s.Start {
			continue
		}
		if l.Start >= s.End {
			break
		}
		line = l.Value
		if !end {
			break
		}
	}
	return page + ":" + line
}

// numbering reads a document's own numbers once.
func (p *pages) numbering(ctx context.Context, id mark.DocumentID) (*numbering, error) {
	if n, ok := p.numbers[id]; ok {
		return n, nil
	}
	n := &numbering{bates: map[int]string{}, turns: map[int][]mark.Feature{}, lines: map[int][]mark.Feature{}}
	doc, err := p.store.Document(ctx, id)
	if err != nil && mark.CodeOf(err) != mark.NotFound {
		return nil, err
	}
	n.doc = doc
	found, err := p.store.Features(ctx, id, mark.FeatureBates, mark.FeatureQuestion, mark.FeatureReply)
	if err != nil && mark.CodeOf(err) != mark.NotFound {
		return nil, err
	}
	for _, f := range found {
		switch {
		case f.Kind == mark.FeatureBates:
			n.bates[f.Page] = f.Value
		case strings.Contains(f.Value, ":"):
			n.turns[f.Page] = append(n.turns[f.Page], f)
		}
	}
	if len(n.turns) > 0 { // lines are many, and cite nothing else
		lines, err := p.store.Features(ctx, id, mark.FeatureLine)
		if err != nil {
			return nil, err
		}
		for _, f := range lines {
			n.lines[f.Page] = append(n.lines[f.Page], f)
		}
	}
	p.numbers[id] = n
	return n, nil
}

// from says whose files a document came from, for a list of sources; "" where
// that is not known.
func (n *numbering) from() string {
	if n.doc.Meta.Custodian == "" {
		return ""
	}
	return fmt.Sprintf("custodian %s", n.doc.Meta.Custodian)
}
