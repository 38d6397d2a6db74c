package query

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	mark "markai/backend"
)

func TestPlainQuestionsAreLeftAlone(t *testing.T) {
	for _, text := range []string{
		"What is the notice period for termination?",
		"Does the Agreement (the Reseller Agreement) say “time is of the essence” or not?",
		"black and white or grey and not blue",
		"WHAT DOES THE LEASE SAY OF RENT AND NOTICE?",
		"What is 12(b)(6)? See Section 4: Notices.",
		"AND",
		"NOT",
		"re: the lease",
		"",
		"non-compete clauses - which?",
		"1/5 of the shares",
	} {
		q := Read(text)
		if q.Tree != nil || q.Plain != strings.TrimSpace(text) || len(q.Fields) > 0 {
			t.Errorf("%q was read as %+v", text, q)
		}
	}
}

func TestOperatorsAreRead(t *testing.T) {
	for _, c := range []struct{ text, want, problem string }{
		{"notice AND termination", "(notice AND termination)", ""},
		{"notice AND termination OR waiver", "((notice AND termination) OR waiver)", ""},
		{"notice AND (termination OR waiver)", "(notice AND (termination OR waiver))", ""},
		{"notice termin* -waiver", "(notice AND termin* AND NOT waiver)", ""},
		{"a AND NOT NOT b", "(a AND b)", ""},
		{`"due care" w/5 negligen*`, `("due care" w/5 negligen*)`, ""},
		{"(fee OR charge) NEAR/10 late", "((fee OR charge) w/10 late)", ""},
		{"notice pre/3 termination", "(notice pre/3 termination)", ""},
		{"notice +3 termination", "(notice pre/3 termination)", ""},
		{"notice /s termination", "(notice w/25 termination)", ""},
		{"12(b)(6) AND motion", "(12(b)(6) AND motion)", ""},
		{"(12(b)(6)) AND motion", "(12(b)(6) AND motion)", ""},
		{"notice NOT(waiver OR fee)", "(notice AND NOT (waiver OR fee))", ""},
		{"notice AND(waiver OR fee)", "(notice AND (waiver OR fee))", ""},
		{"notice w/5(waiver OR fee)", "(notice w/5 (waiver OR fee))", ""},
		{"notice AND NOT(waiver)", "(notice AND NOT waiver)", ""},
		{"SEC OR FTC OR DOJ", "(SEC OR FTC OR DOJ)", ""},
		{"o'brien | smith", "(o'brien OR smith)", ""},
		{"terminat! AND notice", "(terminat* AND notice)", ""},
		{"type:contract AND NOT doc:\"Old Lease\"", `(type:contract AND NOT doc:"Old Lease")`, ""},
		{"wom*n AND child", "(wom* AND child)", `"wom*n" was read as "wom*"`},
		{"notice AND", "", ""},
		{"a AND (b OR c", "(a AND (b OR c))", "not closed"},
		{"a AND b) OR c", "((a AND b) OR c)", "no opening one"},
		{"a AND NOT", "a", "NOT has nothing"},
		{"a OR OR b", "(a OR b)", "OR has nothing"},
		{"a w/5 (b AND c)", "(a AND (b AND c))", "read as AND"},
		{`a AND "b`, `(a AND "b")`, "not closed"},
	} {
		q := Read(c.text)
		got := ""
		if q.Tree != nil {
			got = q.Tree.String()
		}
		if got != c.want {
			t.Errorf("%q was read as %s, want %s", c.text, got, c.want)
		}
		if said := strings.Join(q.Problems, " "); (c.problem == "") != (said == "") && c.want != "" || !strings.Contains(said, c.problem) {
			t.Errorf("%q: said %q, want %q", c.text, said, c.problem)
		}
	}
}

func TestFieldsStandBesidePlainWords(t *testing.T) {
	q := Read(`who signed type:contract the lease date:2019..2021 from:"Ann Lee"?`)
	want := []Field{{"type", "contract"}, {"date", "2019..2021"}, {"from", "Ann Lee"}}
	if q.Tree != nil || !reflect.DeepEqual(q.Fields, want) || strings.Join(strings.Fields(q.Plain), " ") != "who signed the lease ?" {
		t.Errorf("read as %+v", q)
	}
}

func TestFieldsSelectDocuments(t *testing.T) {
	for _, c := range []struct {
		field Field
		want  mark.DocumentQuery
	}{
		{Field{"type", "Contracts"}, mark.DocumentQuery{Types: []mark.DocumentType{mark.TypeContract}}},
		{Field{"type", "deposition"}, mark.DocumentQuery{Types: []mark.DocumentType{mark.TypeTranscript}}},
		{Field{"kind", ".docx"}, mark.DocumentQuery{Kinds: []mark.Kind{mark.KindWord}}},
		{Field{"date", "2019"}, mark.DocumentQuery{From: "2019", To: "2019"}},
		{Field{"date", "3/1/2019..2020-02"}, mark.DocumentQuery{From: "2019-03-01", To: "2020-02"}},
		{Field{"date", "..2020"}, mark.DocumentQuery{To: "2020"}},
		{Field{"date", ">=2020"}, mark.DocumentQuery{From: "2020"}},
		{Field{"date", ">2020"}, mark.DocumentQuery{From: "2021-01-01"}},
		{Field{"after", "2020-12"}, mark.DocumentQuery{From: "2021-01-01"}},
		{Field{"before", "2020-03-01"}, mark.DocumentQuery{To: "2020-02-29"}},
		{Field{"bates", "abc0007"}, mark.DocumentQuery{Bates: "ABC0007"}},
		{Field{"bates", "ABC0001-ABC0100"}, mark.DocumentQuery{Bates: "ABC0001", BatesTo: "ABC0100"}},
		{Field{"bates", "ABC-0001-0100"}, mark.DocumentQuery{Bates: "ABC-0001", BatesTo: "ABC-0100"}},
		{Field{"bates", "ABC0001..20"}, mark.DocumentQuery{Bates: "ABC0001", BatesTo: "ABC0020"}},
		{Field{"language", "German"}, mark.DocumentQuery{Languages: []string{"de"}}},
		{Field{"from", "Smith"}, mark.DocumentQuery{Sender: "Smith"}},
	} {
		if got, problem := Select(c.field); !reflect.DeepEqual(got, c.want) || problem != "" {
			t.Errorf("%v selects %+v (%s), want %+v", c.field, got, problem, c.want)
		}
	}
	for _, f := range []Field{{"type", "wombat"}, {"date", "soon"}, {"date", ".."}, {"date", "2019-13"}, {"kind", "x"}} {
		if _, problem := Select(f); problem == "" {
			t.Errorf("%v has no problem", f)
		}
	}
}

func TestExpressionsOfTheIndex(t *testing.T) {
	for text, want := range map[string]string{
		"renew* AND x":           `"renew" * OR "rene" OR "ren"`,
		"carry* AND x":           `"carry" * OR "carr" OR "car" OR "carri"`,
		"indemnification* AND x": `"indemnification" * OR "indemnificatio" OR "indemnificati" OR "indemnificat" OR "indemnifica" OR "indemnific" OR "indemnifi" OR "indemnif"`,
		`"due care" AND x`:       `"due care"`,
		`(a OR "b c") w/5 d`:     `NEAR("a" "d", 4) OR NEAR("b c" "d", 4)`,
		"a pre/1 (b OR c*) OR x": `NEAR("a" "b", 0) OR NEAR("a" "c" *, 0)`,
	} {
		leaves := Leaves(Read(text).Tree)
		if len(leaves) == 0 || FTS(leaves[0]) != want {
			t.Errorf("%q gives %v, want %s", text, leaves, want)
		}
	}
}

// node makes trees as Read makes them.
func node(depth int) *rapid.Generator[Node] {
	word := rapid.Custom(func(t *rapid.T) Node {
		return Word{Text: rapid.StringMatching(`[a-z]{2,6}|12\(b\)\(6\)|§4\.2|o'brien`).Draw(t, "word"), Prefix: rapid.Bool().Draw(t, "star")}
	})
	phrase := rapid.Custom(func(t *rapid.T) Node {
		return Phrase{rapid.StringMatching(`[a-z]{1,5}( [a-z(]{1,5}){0,2}`).Draw(t, "phrase")}
	})
	side := rapid.OneOf(word, phrase)
	near := rapid.Custom(func(t *rapid.T) Node {
		return Near{side.Draw(t, "a"), side.Draw(t, "b"), rapid.IntRange(1, 99).Draw(t, "words"), rapid.Bool().Draw(t, "ordered")}
	})
	field := rapid.Custom(func(t *rapid.T) Node {
		return Field{rapid.SampledFrom([]string{"type", "doc", "date"}).Draw(t, "name"), rapid.StringMatching(`[a-z0-9]{1,5}( [a-z]{1,3})?`).Draw(t, "value")}
	})
	if depth == 0 {
		return rapid.OneOf(word, phrase, near, field)
	}
	return rapid.Custom(func(t *rapid.T) Node {
		first := node(0).Draw(t, "first")
		second := node(depth-1).Draw(t, "second")
		switch rapid.IntRange(0, 2).Draw(t, "shape") {
		case 0:
			return And{first, second}
		case 1:
			return Or{first, second}
		}
		if _, not := second.(Not); not {
			return And{first, second}
		}
		return And{first, Not{second}}
	})
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := And{Word{Text: "first"}, node(3).Draw(t, "tree")}
		got := Read(n.String())
		if !reflect.DeepEqual(got.Tree, Node(n)) || len(got.Problems) > 0 {
			t.Fatalf("%s was read as %v (%v)", n, got.Tree, got.Problems)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"a AND (b", `"x" w/5 y*`, "type:contract -", "((((", "NOT NOT", "a /9999 b", "bates:-", "date:..", "\xff(", "§ AND *"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q := Read(text)
		for _, n := range Leaves(q.Tree) {
			if FTS(n) == "" {
				t.Errorf("%q: %s matches nothing", text, n)
			}
		}
		for _, n := range q.Fields {
			Select(n)
		}
		_ = fmt.Sprint(q.Problems)
	})
}
