package pdfium

import (
	"fmt"
	"strings"
	"testing"

	mark "markai/backend"
)

func TestIndexSaysWhetherAnEarlierOneFollows(t *testing.T) {
	const head = "%PDF-1.4\n"
	filler := strings.Repeat("% nothing\n", 500)
	table := "xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1%s>>\n"
	end := func(body string, at int) string { return fmt.Sprintf("%sstartxref\n%d\n%%%%EOF\n", body, at) }
	long := "xref\n0 200\n" + strings.Repeat("0000000000 65535 f \n", 200) + "trailer\n<</Size 200/Note(" + strings.Repeat("x", tailBytes) + ")%s>>\n"
	for name, c := range map[string]struct {
		data          string
		found, goesOn bool
	}{
		"a table":                          {end(head+filler+fmt.Sprintf(table, ""), len(head+filler)), true, false},
		"a table after another":            {end(head+filler+fmt.Sprintf(table, "/Prev 9"), len(head+filler)), true, true},
		"a stream":                         {end(head+filler+"7 0 obj<</Type/XRef>>stream\n", len(head+filler)), true, false},
		"a stream after another":           {end(head+filler+"7 0 obj<</Type/XRef/Prev 9>>stream\n"+filler, len(head+filler)), true, true},
		"a trailer that is not at the end": {end(head+filler+fmt.Sprintf(long, ""), len(head+filler)), true, true},
		"a linearized file":                {end(head+"1 0 obj<</Linearized 1>>endobj\n"+fmt.Sprintf(table, "/Prev 9")+filler, len(head)+31), true, false},
		"a linearized file that was saved again": {end(head+"1 0 obj<</Linearized 1>>endobj\n"+filler+fmt.Sprintf(table, "/Prev 9"),
			len(head)+31+len(filler)), true, true},
		"rubbish before the head": {end("rubbish "+head+filler+fmt.Sprintf(table, ""), len(head+filler)), true, false},
		"a wrong place":           {end(head+filler+fmt.Sprintf(table, ""), len(head)), false, false},
		"no place":                {head + filler, false, false},
		"nothing":                 {"", false, false},
	} {
		found, goesOn := index(mark.File{Size: int64(len(c.data)), Data: strings.NewReader(c.data)})
		if found != c.found || goesOn != c.goesOn {
			t.Errorf("%s: found %v, goes on %v", name, found, goesOn)
		}
	}
}
