package cli

import (
	"strings"

	"markai/backend/wire"
)

// filterFlags limit a search to documents.
type filterFlags struct {
	kinds, types, languages, custodians listFlag
	from, to, sender, bates, text       *string
}

// listFlag is a flag that may be repeated, or hold several values with commas.
type listFlag []string

func (l *listFlag) String() string { return strings.Join(*l, ",") }

func (l *listFlag) Set(v string) error {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			*l = append(*l, part)
		}
	}
	return nil
}

// filter adds the flags that limit a search to documents.
func (f *flags) filter() *filterFlags {
	out := &filterFlags{}
	f.Var(&out.kinds, "kind", "only files of this `kind`: pdf, word, mail, image, text; may be repeated")
	f.Var(&out.types, "type", "only documents of this `type`: contract, order, letter, …; may be repeated")
	f.Var(&out.languages, "language", "only documents in this `language`: en, de, …; may be repeated")
	f.Var(&out.custodians, "custodian", "only documents of this `custodian`; may be repeated")
	out.from = f.String("after", "", "only documents dated on this `day` or later: 2019, 2019-03 or 2019-03-01")
	out.to = f.String("before", "", "only documents dated on this `day` or earlier")
	out.sender = f.String("from", "", "only documents from this `person`: a message's sender, or the author")
	out.bates = f.String("bates", "", "only the document that bears this Bates `number`")
	out.text = f.String("name", "", "only documents with these `words` in their name, title or parties")
	return out
}

func (f *filterFlags) query() *wire.DocumentQuery {
	return &wire.DocumentQuery{
		Kinds: f.kinds, Types: f.types, Languages: f.languages, Custodians: f.custodians,
		From: *f.from, To: *f.to, Sender: *f.sender, Bates: *f.bates, Text: *f.text,
	}
}
