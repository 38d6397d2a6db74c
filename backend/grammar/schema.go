package grammar

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	mark "markai/backend"
)

// Options are limits for what a form leaves open. Zero fields get defaults.
type Options struct {
	Text    int // characters of a string, or repetitions in a pattern; 500
	Items   int // items of an array; 50
	Members int // members of an object that names none; 20
}

func (o Options) filled() Options {
	for _, f := range []struct {
		at   *int
		most int
	}{{&o.Text, 500}, {&o.Items, 50}, {&o.Members, 20}} {
		if *f.at <= 0 {
			*f.at = f.most
		}
		*f.at = min(*f.at, maxRepeat)
	}
	return o
}

// Schema returns the grammar of JSON texts that fit a JSON Schema. Understood are
// type, enum, const, properties, required, additionalProperties,
// minProperties, maxProperties, propertyNames, items, prefixItems, minItems,
// maxItems, minLength, maxLength, pattern, format (date, time, date-time, uuid, email,
// ipv4), minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf,
// anyOf, oneOf (where its branches exclude each other), allOf of one branch,
// and $ref within the schema, also to what contains it. Annotations and words
// that are no keywords are passed over. Limits are those of the schema, or of o
// where it has none. Errors: Invalid, which names the keyword that cannot be used and
// where it stands; TooBig.
func Schema(schema []byte, o Options) (string, error) {
	root, err := parseJSON(schema)
	if err != nil {
		return "", err
	}
	c := &compiler{root: root, o: o.filled(), names: map[string]string{"": "root"}, used: map[string]bool{"root": true}}
	c.rules = []named{{name: "root"}}
	body, err := c.schema(root)
	if err != nil {
		return "", err
	}
	c.rules[0].body = body
	return finish(c.rules)
}

// finish checks and writes a grammar whose first rule is its root.
func finish(rules []named) (string, error) {
	rules = pruned(rules)
	if rules == nil {
		return "", mark.Errorf(mark.Invalid, "Nothing fits the form that was asked for: it contradicts itself, or contains itself without an end.")
	}
	if circular(rules) != "" {
		return "", mark.Errorf(mark.Invalid, "The schema's $ref leads back to itself with nothing in between. Let it refer to a part of itself only within an object or array.")
	}
	return render(rules)
}

func tooLarge() error {
	return mark.Errorf(mark.TooBig, "The form that was asked for is too large for a grammar. Use smaller limits.")
}

// compiler turns a schema into rules.
type compiler struct {
	root  *node
	o     Options
	rules []named
	names map[string]string // JSON pointer → rule
	used  map[string]bool   // names of rules
	looks int               // schemas looked into to learn what they may hold
}

// unusable is the error of a keyword that cannot be used.
func unusable(n *node, keyword, why string, args ...any) *mark.Error {
	return mark.Errorf(mark.Invalid, "The schema's %q at %s cannot be used: %s.", keyword, where(n.at), fmt.Sprintf(why, args...))
}

// annotations say something about a value and demand nothing of it.
var annotations = []string{
	"$schema", "$id", "$comment", "$defs", "definitions", "$anchor", "$vocabulary", "title", "description", "default",
	"examples", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema",
}

// keywords are the keywords that demand something, each with the types that it speaks of.
var keywords = map[string]types{
	"type": anyType, "enum": anyType, "const": anyType, "anyOf": anyType, "oneOf": anyType, "allOf": anyType, "not": anyType,
	"if": anyType, "then": anyType, "else": anyType, "$ref": anyType, "$dynamicRef": anyType, "$recursiveRef": anyType,
	"properties": object, "required": object, "additionalProperties": object, "minProperties": object, "maxProperties": object,
	"propertyNames": object, "patternProperties": object, "dependentRequired": object, "dependentSchemas": object,
	"dependencies": object, "unevaluatedProperties": object,
	"items": array, "prefixItems": array, "minItems": array, "maxItems": array, "uniqueItems": array, "contains": array,
	"minContains": array, "maxContains": array, "unevaluatedItems": array, "additionalItems": array,
	"minLength": str, "maxLength": str, "pattern": str, "format": str,
	"minimum": number, "maximum": number, "exclusiveMinimum": number, "exclusiveMaximum": number, "multipleOf": number,
}

// demands returns the keywords of n that demand something, but for those in
// except.
func demands(n *node, except ...string) []string {
	var out []string
	m, _ := n.value.(members)
	for _, m := range m {
		if _, ok := keywords[m.name]; ok && !slices.Contains(except, m.name) {
			out = append(out, m.name)
		}
	}
	return out
}

// schema compiles the schema n.
func (c *compiler) schema(n *node) (*expr, error) {
	if always, ok := n.value.(bool); ok {
		if always {
			return c.anything(), nil
		}
		return nothing, nil
	}
	if _, ok := n.value.(members); !ok {
		return nil, mark.Errorf(mark.Invalid, "The schema at %s is neither an object nor true or false.", where(n.at))
	}
	if id := n.get("$id"); id != nil && n.at != "" {
		return nil, unusable(n, "$id", "only the whole schema may have one")
	}
	for _, form := range []struct {
		keyword string
		compile func(*node, *node) (*expr, error)
	}{{"$ref", c.refer}, {"const", c.values}, {"enum", c.values}, {"anyOf", c.anyOf}, {"oneOf", c.oneOf}, {"allOf", c.allOf}} {
		if v := n.get(form.keyword); v != nil {
			return form.compile(n, v)
		}
	}
	return c.typed(n)
}

// alone complains of a demand of n beside keyword.
func alone(n *node, keyword string, except ...string) error {
	if beside := demands(n, append(except, keyword)...); len(beside) > 0 {
		return unusable(n, beside[0], "it stands beside %q", keyword)
	}
	return nil
}

func (c *compiler) refer(n, to *node) (*expr, error) {
	if err := alone(n, "$ref"); err != nil {
		return nil, err
	}
	target, err := c.target(n, to)
	if err != nil {
		return nil, err
	}
	if name, ok := c.names[target.at]; ok {
		return rule(name), nil
	}
	name := c.name(target.at)
	c.names[target.at] = name
	at := len(c.rules)
	c.rules = append(c.rules, named{name: name})
	body, err := c.schema(target)
	if err != nil {
		return nil, err
	}
	c.rules[at].body = body
	return rule(name), nil
}

// target returns what a $ref refers to.
func (c *compiler) target(n, to *node) (*node, error) {
	s, ok := to.value.(string)
	pointer, local := strings.CutPrefix(s, "#")
	if !ok || !local || pointer != "" && pointer[0] != '/' || strings.Contains(pointer, "%") {
		return nil, unusable(n, "$ref", `it must be a pointer within the schema, such as "#/$defs/clause"`)
	}
	target := c.root.find(pointer)
	if target == nil {
		return nil, unusable(n, "$ref", "there is nothing at %s", pointer)
	}
	return target, nil
}

// name returns a name for a rule that tells where it comes from.
func (c *compiler) name(at string) string {
	last := at[strings.LastIndexByte(at, '/')+1:]
	base := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '-'
	}, last)
	base = "r-" + base[:min(len(base), 32)]
	for name, i := base, 2; ; name, i = base+"-"+itoa(i), i+1 {
		if !c.used[name] {
			c.used[name] = true
			return name
		}
	}
}

// values compiles const and enum: every value that has one of the types.
func (c *compiler) values(n, _ *node) (*expr, error) {
	if err := alone(n, "const", "enum", "type"); err != nil {
		return nil, err
	}
	allowed, err := c.typesOf(n, 0)
	if err != nil {
		return nil, err
	}
	list, _ := literals(n)
	var parts []*expr
	for _, v := range list {
		if t := v.kind(); t&allowed == t {
			parts = append(parts, lit(v.json()))
		}
	}
	if len(parts) == 0 {
		return nil, unusable(n, "enum", "it leaves no value")
	}
	return either(parts...), nil
}

// literals returns the values that n's const and enum leave, and whether it has
// either. What is no list is no enum.
func literals(n *node) ([]*node, bool) {
	only, list := n.get("const"), n.get("enum")
	if list == nil {
		if only == nil {
			return nil, false
		}
		return []*node{only}, true
	}
	all, _ := list.value.([]*node)
	if only == nil {
		return all, true
	}
	var out []*node
	for _, v := range all {
		if v.canonical() == only.canonical() {
			out = append(out, v)
		}
	}
	return out, true
}

func (c *compiler) anyOf(n, list *node) (*expr, error) { return c.branches(n, list, "anyOf") }

// oneOf is anyOf where no value fits two branches.
func (c *compiler) oneOf(n, list *node) (*expr, error) {
	all, _ := list.value.([]*node)
	for i, a := range all {
		for _, b := range all[:i] {
			if !c.disjoint(a, b, 0) {
				return nil, unusable(n, "oneOf", "a value might fit two of its branches, %s and %s; use anyOf, or tell them apart by a required property with a const", b.at, a.at)
			}
		}
	}
	return c.branches(n, list, "oneOf")
}

func (c *compiler) branches(n, list *node, keyword string) (*expr, error) {
	if err := alone(n, keyword, "type"); err != nil {
		return nil, err
	}
	all, ok := list.value.([]*node)
	if !ok || len(all) == 0 {
		return nil, unusable(n, keyword, "it must be a list of schemas")
	}
	allowed, err := ownTypes(n)
	if err != nil {
		return nil, err
	}
	var parts []*expr
	for _, b := range all {
		t, err := c.typesOf(b, 0)
		if err != nil {
			return nil, err
		}
		if t&allowed == 0 {
			continue
		}
		if t&^allowed != 0 {
			return nil, unusable(n, "type", "the branch %s may be of another type; name the type in the branches", b.at)
		}
		e, err := c.schema(b)
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	return either(parts...), nil
}

func (c *compiler) allOf(n, list *node) (*expr, error) {
	all, _ := list.value.([]*node)
	if len(all) != 1 {
		return nil, unusable(n, "allOf", "it may have one branch alone; write the branches as one schema")
	}
	if err := alone(n, "allOf"); err != nil {
		return nil, err
	}
	return c.schema(all[0])
}

// typed compiles a schema that is made of demands on types.
func (c *compiler) typed(n *node) (*expr, error) {
	allowed, err := ownTypes(n)
	if err != nil {
		return nil, err
	}
	if n.get("type") == nil {
		var spoken types // of what the schema demands something
		for _, k := range demands(n) {
			if keywords[k] != anyType {
				spoken |= keywords[k]
			}
		}
		if spoken != 0 {
			allowed = spoken
		}
	}
	for _, k := range demands(n) {
		for _, known := range []string{"not", "if", "then", "else", "$dynamicRef", "$recursiveRef", "patternProperties", "dependentRequired",
			"dependentSchemas", "dependencies", "contains", "minContains", "maxContains", "additionalItems"} {
			if k == known && keywords[k]&allowed != 0 {
				return nil, unusable(n, k, "this keyword is not supported")
			}
		}
	}
	if allowed == anyType && len(demands(n, "type")) == 0 {
		return c.anything(), nil
	}
	var parts []*expr
	for _, t := range []struct {
		of      types
		compile func(*node) (*expr, error)
	}{
		{object, c.object},
		{array, c.array},
		{str, c.text},
		{number, func(n *node) (*expr, error) { return c.number(n, allowed&number == integer) }},
		{boolean, func(*node) (*expr, error) { return either(lit("true"), lit("false")), nil }},
		{null, func(*node) (*expr, error) { return lit("null"), nil }},
	} {
		if allowed&t.of == 0 {
			continue
		}
		e, err := t.compile(n)
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
	}
	return either(parts...), nil
}

// anything is the rule of any JSON value.
func (c *compiler) anything() *expr {
	const name = "value"
	if !c.used[name] {
		c.used[name] = true
		at := len(c.rules)
		c.rules = append(c.rules, named{name: name})
		item := rule(name)
		c.rules[at].body = either(
			braces(c.list("/member", chain(key(), colon, item), 0, c.o.Members)),
			brackets(c.list("/item", item, 0, c.o.Items)),
			quoted(times(character, 0, c.o.Text)),
			numbers(nil, nil, fractions), lit("true"), lit("false"), lit("null"))
	}
	return rule(name)
}

// The marks of JSON. After a comma and a colon one space may stand.
var (
	comma = chain(lit(","), maybe(lit(" ")))
	colon = chain(lit(":"), maybe(lit(" ")))
)

func braces(e *expr) *expr   { return chain(lit("{"), e, lit("}")) }
func brackets(e *expr) *expr { return chain(lit("["), e, lit("]")) }
func quoted(e *expr) *expr   { return chain(lit(`"`), e, lit(`"`)) }

// list is from low to high times e with commas in between.
func (c *compiler) list(at string, e *expr, low, high int) *expr {
	if high < 1 || low > high {
		return times(e, low, high)
	}
	e = c.share(at, e)
	some := chain(e, times(chain(comma, e), max(low-1, 0), high-1))
	if low == 0 {
		return maybe(some)
	}
	return some
}

// small is how many parts an expression may have that is written out wherever it
// is used. Others become rules: written out at every depth, they would double
// with each.
const small = 6

// share returns e, or a rule for it.
func (c *compiler) share(at string, e *expr) *expr {
	size := 0
	for range e.all() {
		if size++; size > small {
			name := c.name(at)
			c.rules = append(c.rules, named{name, e})
			return rule(name)
		}
	}
	return e
}

// limit reads a keyword that is a count, not below zero. -1 means that n has none.
func limit(n *node, keyword string) (int, error) {
	v := n.get(keyword)
	if v == nil {
		return -1, nil
	}
	num, ok := v.value.(json.Number)
	if x, fits := rational(num); ok && fits && x.IsInt() && x.Sign() >= 0 {
		if x.Num().IsInt64() {
			return int(min(x.Num().Int64(), 1<<30)), nil
		}
		return 1 << 30, nil
	}
	return 0, unusable(n, keyword, "it must be a whole number, not below zero")
}

func itoa(n int) string { return strconv.Itoa(n) }
