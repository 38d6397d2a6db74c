package desk

import (
	mark "markai/backend"
	"markai/backend/wire"
)

func wireTrace(t *mark.Trace) *wire.Trace {
	if t == nil {
		return nil
	}
	out := &wire.Trace{
		Query: t.Query, Topics: notNil(t.Topics), Names: notNil(t.Names), Wanted: t.Wanted,
		Searches: []wire.TraceSearch{}, Documents: []wire.TraceDocument{}, Passages: []wire.TracePassage{},
		Checks: notNil(t.Checks), Failures: wireFailures(t.Failures), Repairs: t.Repairs,
	}
	for _, s := range t.Searches {
		out.Searches = append(out.Searches, wire.TraceSearch(s))
	}
	for _, d := range t.Documents {
		out.Documents = append(out.Documents, wire.TraceDocument{
			Document: string(d.Document), Name: d.Name, Passages: d.Passages, Named: d.Named, Read: d.Read,
		})
	}
	for _, p := range t.Passages {
		out.Passages = append(out.Passages, wire.TracePassage{
			Document: string(p.Document), Name: p.Name, Page: p.Page, Text: p.Text, Why: notNil(p.Why), Cited: p.Cited, Aside: p.Aside,
		})
	}
	return out
}

// wireFailures lists steps that broke down, each once with its count.
func wireFailures(failures []mark.Failure) []wire.QualityStage {
	out := []wire.QualityStage{}
	at := map[mark.Failure]int{}
	for _, f := range failures {
		i, ok := at[f]
		if !ok {
			i = len(out)
			at[f] = i
			out = append(out, wire.QualityStage{Stage: string(f.Stage), Code: string(f.Code)})
		}
		out[i].Count++
	}
	return out
}
