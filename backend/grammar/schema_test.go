package grammar_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	mark "markai/backend"
	"markai/backend/grammar"
)

// validator compiles a schema with a library that is not ours. Formats are
// checked too.
func validator(schema []byte) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("form.json", doc); err != nil {
		return nil, err
	}
	return c.Compile("form.json")
}

// checkSound draws sentences from the grammar of a schema and validates each.
// It reports whether there was a grammar.
func checkSound(t interface {
	Helper()
	Fatalf(string, ...any)
}, schema []byte, seed uint64, draws int) bool {
	t.Helper()
	text, err := grammar.Schema(schema, grammar.Options{Text: 12, Items: 4, Members: 3})
	if err != nil {
		if code := mark.CodeOf(err); code != mark.Invalid && code != mark.TooBig {
			t.Fatalf("%s: %v", schema, err)
		}
		return false
	}
	valid, err := validator(schema)
	if err != nil {
		return false // more lenient than the validator: it says nothing then
	}
	g, err := parseGBNF(text)
	if err != nil {
		t.Fatalf("%s: the grammar cannot be read: %v\n%s", schema, err, text)
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range draws {
		s := g.sentence(rnd, 400)
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(s))
		if err != nil {
			t.Fatalf("%s admits %q, which is no JSON: %v\n%s", schema, s, err, text)
		}
		if err := valid.Validate(v); err != nil {
			t.Fatalf("%s admits %s: %v\n%s", schema, s, err, text)
		}
	}
	return true
}

const clause = `{"$defs": {"party": {"type": "object", "properties": {"name": {"type": "string", "minLength": 1, "maxLength": 40},
	"role": {"enum": ["landlord", "tenant", null]}}, "required": ["name"], "additionalProperties": false}},
	"type": "object", "properties": {
	"title": {"type": "string", "maxLength": 80},
	"parties": {"type": "array", "items": {"$ref": "#/$defs/party"}, "minItems": 1, "maxItems": 3},
	"signed": {"type": "string", "format": "date"},
	"rent": {"type": "number", "minimum": 0, "exclusiveMaximum": 1000000, "multipleOf": 0.01},
	"months": {"type": "integer", "minimum": 1, "maximum": 120},
	"renews": {"type": "boolean"}}, "required": ["parties", "signed", "months"]}`

var supported = []struct{ name, schema string }{
	{"a clause with parties", clause},
	{"anything", `true`},
	{"any object", `{"type": "object"}`},
	{"bounded integers", `{"type": "integer", "minimum": -17, "maximum": 1203}`},
	{"integers above", `{"type": "integer", "exclusiveMinimum": 99}`},
	{"integers below", `{"type": "integer", "exclusiveMaximum": -4.5}`},
	{"a narrow number", `{"type": "number", "exclusiveMinimum": 0.25, "exclusiveMaximum": 0.375}`},
	{"a number around zero", `{"type": "number", "minimum": -1.5, "maximum": 0.05}`},
	{"one number", `{"type": "number", "minimum": 0.12345678, "maximum": 0.12345678}`},
	{"multiples", `{"type": "integer", "minimum": -10, "maximum": 100, "multipleOf": 15}`},
	{"steps of a quarter", `{"type": "number", "minimum": 0, "maximum": 3, "multipleOf": 0.25}`},
	{"cents", `{"type": "number", "multipleOf": 0.01}`},
	{"a tree", `{"$ref": "#/$defs/n", "$defs": {"n": {"type": "object", "properties": {"v": {"type": "integer"},
		"kids": {"type": "array", "maxItems": 2, "items": {"$ref": "#/$defs/n"}}}, "required": ["v"], "additionalProperties": false}}}`},
	{"the root within itself", `{"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]}`},
	{"a pattern", `{"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"}`},
	{"a pattern open at both sides", `{"type": "string", "pattern": "§ ?[0-9]", "maxLength": 9, "minLength": 5}`},
	{"a pattern with a length", `{"type": "string", "pattern": "^[a-z]+(-[a-z]+)*$", "minLength": 4, "maxLength": 10}`},
	{"a pattern of quotation marks", `{"type": "string", "pattern": "^[\"\\\\\\n]+x.*$", "maxLength": 8}`},
	{"a pattern without case", `{"type": "string", "pattern": "^(?i:ks)$"}`},
	{"a pattern of alternatives", `{"type": "string", "pattern": "^a|b$", "maxLength": 5}`},
	{"a date", `{"type": "string", "format": "date"}`},
	{"a time", `{"type": "string", "format": "time"}`},
	{"a moment", `{"type": "string", "format": "date-time"}`},
	{"a uuid", `{"type": "string", "format": "uuid"}`},
	{"an email", `{"type": "string", "format": "email"}`},
	{"a short email", `{"type": "string", "format": "email", "maxLength": 20}`},
	{"an address", `{"type": "string", "format": "ipv4"}`},
	{"branches that a const tells apart", `{"oneOf": [
		{"type": "object", "properties": {"k": {"const": "a"}, "x": {"type": "integer"}}, "required": ["k", "x"]},
		{"type": "object", "properties": {"k": {"const": "b"}, "x": {"type": "string"}}, "required": ["k"]}]}`},
	{"branches of other types", `{"oneOf": [{"type": "string"}, {"type": "integer"}, {"const": 1.5}, {"type": "null"}]}`},
	{"types in a list", `{"type": ["string", "null", "integer"], "maxLength": 3, "minimum": 5}`},
	{"a map", `{"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 2}`},
	{"named and others", `{"type": "object", "properties": {"ab": {"type": "integer"}, "abc": {"type": "null"}, "b": {"type": "null"}, "\"": false},
		"additionalProperties": {"type": "string"}, "required": ["b"], "maxProperties": 5}`},
	{"a map with named keys", `{"type": "object", "propertyNames": {"type": "string", "pattern": "^[a-c]$"}, "additionalProperties": {"type": "null"}}`},
	{"a tuple", `{"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": {"type": "null"}, "minItems": 1, "maxItems": 4}`},
	{"a closed tuple", `{"type": "array", "prefixItems": [{"const": 1}, {"const": 2}, {"const": 3}], "items": false, "minItems": 2}`},
	{"nothing but optional", `{"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}, "c": {"type": "null"}}}`},
	{"required and not described", `{"type": "object", "properties": {"a": {"type": "null"}}, "required": ["z"]}`},
	{"an optional member without an end", `{"type": "object", "properties": {"a": {"$ref": "#/$defs/loop"}}, "$defs": {"loop":
		{"type": "object", "properties": {"a": {"$ref": "#/$defs/loop"}}, "required": ["a"]}}}`},
	{"odd names", `{"type": "object", "properties": {"a\"b\\\n": {"enum": ["<&>", "\u2028", {"x": [1, 2.50]}]}}, "required": ["a\"b\\\n"]}`},
	{"words that are no keywords", `{"type": "integer", "x-order": 3, "title": "n", "minimum": 0}`},
	{"demands on another type", `{"type": "integer", "pattern": "^x", "minItems": 3}`},
}

func TestWhatAGrammarAdmitsFitsItsSchema(t *testing.T) {
	for _, tt := range supported {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := validator([]byte(tt.schema)); err != nil {
				t.Fatal(err)
			}
			if !checkSound(t, []byte(tt.schema), 7, 200) {
				_, err := grammar.Schema([]byte(tt.schema), grammar.Options{})
				t.Errorf("there is no grammar: %v", err)
			}
		})
	}
}

func TestKeywordThatCannotBeUsedIsNamed(t *testing.T) {
	tests := []struct{ schema, keyword, at string }{
		{`{"type": "array", "uniqueItems": true}`, "uniqueItems", "its top"},
		{`{"type": "object", "properties": {"a": {"not": {"type": "null"}}}}`, "not", "/properties/a"},
		{`{"type": "object", "patternProperties": {"^a": true}}`, "patternProperties", "its top"},
		{`{"type": "object", "properties": {"u": {"type": "string", "format": "iri"}}}`, "format", "/properties/u"},
		{`{"type": "string", "pattern": "(?=a)b"}`, "pattern", "its top"},
		{`{"type": "string", "pattern": "a\\bc"}`, "pattern", "its top"},
		{`{"type": "string", "pattern": "^abc$", "minLength": 4}`, "pattern", "its top"},
		{`{"$ref": "https://example.com/x"}`, "$ref", "its top"},
		{`{"$ref": "#/$defs/x"}`, "$ref", "its top"},
		{`{"$ref": "#/$defs/x", "minimum": 3, "$defs": {"x": {"type": "integer"}}}`, "minimum", "its top"},
		{`{"oneOf": [{"type": "integer"}, {"type": "number"}]}`, "oneOf", "its top"},
		{`{"oneOf": [{"const": 1}, {"const": 1.0}]}`, "oneOf", "its top"},
		{`{"allOf": [{"type": "integer"}, {"minimum": 3}]}`, "allOf", "its top"},
		{`{"if": {"type": "integer"}}`, "if", "its top"},
		{`{"type": "text"}`, "type", "its top"},
		{`{"type": "number", "multipleOf": 0.3}`, "multipleOf", "its top"},
		{`{"type": "integer", "minimum": 5, "maximum": 4}`, "minimum", "its top"},
		{`{"type": "integer", "minimum": 1e999999999}`, "minimum", "its top"},
		{`{"type": "string", "minLength": -1}`, "minLength", "its top"},
		{`{"type": "object", "additionalProperties": {"type": "null"}, "minProperties": 2}`, "minProperties", "its top"},
		{`{"type": "object", "properties": {"a/b": {"$dynamicRef": "#x"}}}`, "$dynamicRef", "/properties/a~1b"},
	}
	for _, tt := range tests {
		_, err := grammar.Schema([]byte(tt.schema), grammar.Options{})
		if message := mark.MessageOf(err); mark.CodeOf(err) != mark.Invalid || !strings.Contains(message, `"`+tt.keyword+`" at `+tt.at) {
			t.Errorf("%s: got %v", tt.schema, err)
		}
	}
}

func TestSchemaThatNothingFitsIsRefused(t *testing.T) {
	for _, schema := range []string{
		`false`,
		`{"$ref": "#"}`,
		`{"anyOf": [{"$ref": "#"}, {"type": "null"}]}`,
		`{"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}`,
		`{"type": "object", "properties": {"a": false}, "required": ["a"]}`,
		`{"type": "object", "required": ["a"], "additionalProperties": false}`,
		`{`, `{"a": 1} 2`, `3`, `{"type": "null", "type": "null"}`, strings.Repeat("[", 100),
	} {
		if text, err := grammar.Schema([]byte(schema), grammar.Options{}); err == nil || mark.MessageOf(err) == "" {
			t.Errorf("%s: got %q, %v", schema, text, err)
		}
	}
}

func TestGrammarStaysSmallHoweverDeepTheSchema(t *testing.T) {
	schema := `{"type": "integer"}`
	for range 15 {
		schema = fmt.Sprintf(`{"type": "object", "properties": {"a": {"type": "array", "items": %s}, "b": {"type": "null"}}}`, schema)
	}
	text, err := grammar.Schema([]byte(schema), grammar.Options{})
	if err != nil || len(text) > 20_000 {
		t.Errorf("got %d bytes, %v", len(text), err)
	}
}

// drawSchema draws a schema. Some cannot be used.
func drawSchema(t *rapid.T, depth int) map[string]any {
	kinds := []string{"integer", "number", "string", "null", "boolean", "enum", "format", "pattern"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "array", "anyOf", "oneOf", "ref", "map", "tuple")
	}
	n := func(low, high int) int { return rapid.IntRange(low, high).Draw(t, "n") }
	decimal := func() json.Number { return json.Number(fmt.Sprintf("%d.%0*d", n(-120, 120), n(1, 3), n(0, 9))) }
	some := func() bool { return rapid.Bool().Draw(t, "some") }
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "integer", "number":
		s := map[string]any{"type": kind}
		for _, k := range []string{"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"} {
			if n(0, 3) == 0 {
				s[k] = decimal()
			}
		}
		if n(0, 5) == 0 {
			s["multipleOf"] = rapid.SampledFrom([]json.Number{"1", "0.1", "2", "0.5", "0.001", "7"}).Draw(t, "step")
		}
		return s
	case "string":
		s := map[string]any{"type": "string"}
		if some() {
			s["minLength"] = n(0, 6)
		}
		if some() {
			s["maxLength"] = n(0, 9)
		}
		return s
	case "format":
		return map[string]any{"type": "string", "format": rapid.SampledFrom([]string{"date", "time", "date-time", "uuid", "email", "ipv4"}).Draw(t, "format")}
	case "pattern":
		s := map[string]any{"type": "string", "pattern": rapid.SampledFrom([]string{
			`^a+b*$`, `x`, `^[^a]`, `[0-9]{2,}$`, `^(ab|c)*$`, `^\S+ \w$`, `^.{3}$|^é`, `^[\x00-\x1f]$`, `^("|\\)+`, `^\PL{2}`, ``}).Draw(t, "pattern")}
		if some() {
			s["minLength"] = n(0, 6)
		}
		if some() {
			s["maxLength"] = n(0, 12)
		}
		return s
	case "enum":
		return map[string]any{"enum": rapid.SliceOfN(rapid.SampledFrom([]any{"a", "b\"", 1, 2.5, nil, true, map[string]any{"x": 1}, []any{"y"}}), 1, 4).Draw(t, "enum")}
	case "object":
		props, must := map[string]any{}, []string{}
		for _, name := range []string{"a", "ab", "b", "\n"} {
			if some() {
				props[name] = drawSchema(t, depth-1)
			}
			if n(0, 3) == 0 {
				must = append(must, name)
			}
		}
		s := map[string]any{"type": "object", "properties": props, "required": must}
		switch n(0, 3) {
		case 0:
			s["additionalProperties"] = false
		case 1:
			s["additionalProperties"] = drawSchema(t, depth-1)
		}
		if n(0, 4) == 0 {
			s["minProperties"] = n(0, 2)
		}
		if n(0, 4) == 0 {
			s["maxProperties"] = n(0, 6)
		}
		return s
	case "map":
		return map[string]any{"type": "object", "additionalProperties": drawSchema(t, depth-1), "minProperties": n(0, 1), "maxProperties": n(1, 3)}
	case "array":
		return map[string]any{"type": "array", "items": drawSchema(t, depth-1), "minItems": n(0, 2), "maxItems": n(1, 4)}
	case "tuple":
		s := map[string]any{"type": "array", "prefixItems": []any{drawSchema(t, depth-1), drawSchema(t, depth-1)}, "minItems": n(0, 3)}
		if some() {
			s["items"] = drawSchema(t, depth-1)
		}
		if some() {
			s["maxItems"] = n(0, 4)
		}
		return s
	case "ref":
		return map[string]any{"$ref": rapid.SampledFrom([]string{"#/$defs/x", "#/$defs/y", "#"}).Draw(t, "ref")}
	default:
		return map[string]any{kind: []any{drawSchema(t, depth-1), drawSchema(t, depth-1)}}
	}
}

// Whatever the schema, what its grammar admits fits it.
func TestWhatAGrammarAdmitsFitsWhateverTheSchema(t *testing.T) {
	tried, usable := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawSchema(t, 3)
		s["$defs"] = map[string]any{"x": drawSchema(t, 2), "y": drawSchema(t, 2)}
		schema, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		tried++
		if checkSound(t, schema, rapid.Uint64().Draw(t, "seed"), 15) {
			usable++
		}
	})
	if usable < tried/4 {
		t.Errorf("of %d schemas %d could be used: the test says little", tried, usable)
	}
}

func FuzzSchema(f *testing.F) {
	for _, tt := range supported {
		f.Add([]byte(tt.schema))
	}
	f.Add([]byte(`{"anyOf": [{"oneOf": [{"$ref": "#/anyOf/0"}, true]}]}`))
	f.Fuzz(func(t *testing.T, schema []byte) {
		if len(schema) < 4096 {
			checkSound(t, schema, 3, 5)
		}
	})
}
