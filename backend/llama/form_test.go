package llama

import (
	"encoding/json"
	"regexp"
	"testing"

	mark "markai/backend"
	forms "markai/backend/grammar"
)

// The grammars that package grammar writes are understood by llama.cpp, and hold
// a model that would rather tell a story.
func TestModelKeepsToFormsMadeFromSchemas(t *testing.T) {
	g := generatorOf(t, chatModel(t))
	schema := func(s string) func() (string, error) {
		return func() (string, error) { return forms.Schema([]byte(s), forms.Options{Text: 20, Items: 3, Members: 2}) }
	}
	isJSON := func(s string) bool { return json.Valid([]byte(s)) }
	tests := []struct {
		name    string
		grammar func() (string, error)
		fits    func(string) bool
	}{
		{"an object", schema(`{"type": "object", "properties": {"answer": {"type": "string", "maxLength": 30}, "passages":
			{"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 12}, "maxItems": 3}, "signed": {"type": "string", "format": "date"},
			"rent": {"type": "number", "minimum": 0.5, "exclusiveMaximum": 2000}}, "required": ["answer", "signed", "rent"], "additionalProperties": false}`),
			func(s string) bool {
				var v struct {
					Answer, Signed *string
					Rent           *float64
				}
				return json.Unmarshal([]byte(s), &v) == nil && v.Answer != nil && v.Signed != nil && v.Rent != nil && *v.Rent >= 0.5 && *v.Rent < 2000
			}},
		{"a tree", schema(`{"type": "object", "properties": {"v": {"enum": ["a", "é\"", null]}, "kids": {"type": "array", "maxItems": 2,
			"items": {"type": "object", "properties": {"v": {"type": "boolean"}}, "required": ["v"]}}}, "required": ["v", "kids"]}`), isJSON},
		{"patterns and formats", schema(`{"type": "array", "prefixItems": [{"type": "string", "format": "uuid"}, {"type": "string", "format": "email"},
			{"type": "string", "format": "date-time"}, {"type": "string", "pattern": "^[^a-z]{2,5}$"}, {"type": "string", "minLength": 3, "maxLength": 8}],
			"items": false, "minItems": 5}`), isJSON},
		{"other members", schema(`{"type": "object", "properties": {"ab": {"const": 1}}, "required": ["ab"], "additionalProperties": {"type": "boolean"}}`), isJSON},
		{"a regular expression", func() (string, error) { return forms.Regex(`§ ?[0-9]{1,3}(\([a-z]\))?`, forms.Options{}) },
			regexp.MustCompile(`^§ ?[0-9]{1,3}(\([a-z]\))?$`).MatchString},
		{"a choice", func() (string, error) { return forms.Choice([]string{"landlord", "the \"tenant\"", "契約"}) },
			regexp.MustCompile(`^(landlord|the "tenant"|契約)$`).MatchString},
	}
	for _, tt := range tests {
		text, err := tt.grammar()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for _, temp := range []float32{0, 1.2} {
			got := whole(t, g, mark.Prompt{User: "Tell me a long story about a lighthouse.", Grammar: text, Temp: temp, Seed: 11, MaxTokens: 300})
			if got.Stop != "end" || !tt.fits(got.Text) {
				t.Errorf("%s, temperature %v: got %q (%s)", tt.name, temp, got.Text, got.Stop)
			}
		}
	}
}
