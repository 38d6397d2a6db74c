package grammar

import (
	"encoding/json"
	"math/big"
)

// array compiles an array: the items of prefixItems, then those of items.
func (c *compiler) array(n *node) (*expr, error) {
	low, err := limit(n, "minItems")
	if err != nil {
		return nil, err
	}
	high, err := limit(n, "maxItems")
	if err != nil {
		return nil, err
	}
	low = max(low, 0)
	most := high
	if high < 0 {
		most = max(c.o.Items, low)
	}
	most = min(most, maxRepeat)
	if low > most {
		return nil, unusable(n, "minItems", "it is more than the %d items that there may be", most)
	}
	if v := n.get("uniqueItems"); v != nil && v.value != false && most > 1 {
		return nil, unusable(n, "uniqueItems", "a grammar cannot compare items; use maxItems or leave it out")
	}
	if err := alwaysOrNever(n, "unevaluatedItems"); err != nil {
		return nil, err
	}
	var first []*expr
	if v := n.get("prefixItems"); v != nil {
		all, ok := v.value.([]*node)
		if !ok {
			return nil, unusable(n, "prefixItems", "it must be a list of schemas")
		}
		for _, s := range all[:min(len(all), most)] {
			e, err := c.schema(s)
			if err != nil {
				return nil, err
			}
			first = append(first, e)
		}
	}
	item := nothing
	switch v := n.get("items"); {
	case v != nil && v.value == true || v == nil && len(first) == 0:
		item = c.anything()
	case v != nil:
		if item, err = c.schema(v); err != nil {
			return nil, err
		}
	}
	if item == nothing {
		most = min(most, len(first))
		if low > most {
			return nil, unusable(n, "minItems", "it is more than the %d items that the schema describes", most)
		}
	}
	if len(first) == 0 {
		return brackets(c.list(n.at, item, low, most)), nil
	}
	// The items that must be there, then each with all that follow it.
	tail := times(chain(comma, item), max(low-len(first), 0), max(most-len(first), 0))
	for i := len(first) - 1; i > 0; i-- {
		tail = chain(comma, first[i], tail)
		if i >= low {
			tail = maybe(tail)
		}
	}
	tail = chain(first[0], tail)
	if low == 0 {
		tail = maybe(tail)
	}
	return brackets(tail), nil
}

// alwaysOrNever complains where a keyword is a schema of its own. Where it is not,
// it speaks of members and items that a grammar never makes.
func alwaysOrNever(n *node, keyword string) error {
	if v := n.get(keyword); v != nil {
		if _, ok := v.value.(bool); !ok {
			return unusable(n, keyword, "it may only be true or false")
		}
	}
	return nil
}

// character is a character of a string, written as JSON writes it.
var character = either(set(rawJSON), chain(lit(`\`), set(spans('"', '"', '\\', '\\', 'n', 'n', 'r', 'r', 't', 't'))))

// rawJSON is what stands in a JSON string as it is.
var rawJSON = spans(' ', '!', '#', '[', ']', '~', 0xA0, 0xD7FF, 0xE000, 0x10FFFF)

// jsonRunes admits the characters of a set as JSON writes them in a string.
func jsonRunes(s runeSet) *expr {
	parts := []*expr{set(s.and(rawJSON))}
	for _, e := range []struct {
		of   rune
		text string
	}{{'"', `\"`}, {'\\', `\\`}, {'\n', `\n`}, {'\r', `\r`}, {'\t', `\t`}, {'\b', `\b`}, {'\f', `\f`}} {
		if s.has(e.of) {
			parts = append(parts, lit(e.text))
		}
	}
	out := either(parts...)
	if out != nothing {
		return out
	}
	// A set of controls alone.
	for r := rune(1); r < 0xA0; r++ {
		if s.has(r) {
			parts = append(parts, lit(`\u00`+hex(r)))
		}
	}
	return either(parts...)
}

func hex(r rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[r>>4&15], digits[r&15]})
}

// text compiles a string.
func (c *compiler) text(n *node) (*expr, error) {
	low, err := limit(n, "minLength")
	if err != nil {
		return nil, err
	}
	high, err := limit(n, "maxLength")
	if err != nil {
		return nil, err
	}
	low = max(low, 0)
	if low > maxRepeat {
		return nil, unusable(n, "minLength", "at most %d characters can be demanded", maxRepeat)
	}
	if high >= 0 && high < low {
		return nil, unusable(n, "maxLength", "it is less than minLength")
	}
	pattern, format := n.get("pattern"), n.get("format")
	switch {
	case pattern != nil && format != nil:
		return nil, unusable(n, "format", `it stands beside "pattern"`)
	case pattern != nil:
		p, ok := pattern.value.(string)
		if !ok {
			return nil, unusable(n, "pattern", "it must be text")
		}
		return c.pattern(n, "pattern", p, low, high)
	case format != nil:
		f, _ := format.value.(string)
		p, ok := formats[f]
		if !ok {
			return nil, unusable(n, "format", "%s is not supported; date, time, date-time, uuid, email and ipv4 are", format.json())
		}
		return c.pattern(n, "format", p, low, high)
	}
	most := min(high, maxRepeat)
	if high < 0 {
		most = max(c.o.Text, low)
	}
	return quoted(times(character, low, most)), nil
}

// number compiles a number.
func (c *compiler) number(n *node, whole bool) (*expr, error) {
	low, err := edge(n, "minimum", "exclusiveMinimum", 1)
	if err != nil {
		return nil, err
	}
	high, err := edge(n, "maximum", "exclusiveMaximum", -1)
	if err != nil {
		return nil, err
	}
	most := fractions
	for _, b := range []*bound{low, high} {
		for b != nil && most < maxDigits && !new(big.Rat).Mul(b.at, new(big.Rat).SetInt(pow10(most))).IsInt() {
			most++
		}
	}
	if whole {
		most = 0
	}
	if v := n.get("multipleOf"); v != nil {
		num, _ := v.value.(json.Number)
		step, ok := rational(num)
		if !ok || step.Sign() <= 0 {
			return nil, unusable(n, "multipleOf", "it must be a number above zero, of %d digits at most", maxDigits)
		}
		places := -1
		for d := range most + 1 {
			if step.Cmp(new(big.Rat).SetFrac(big.NewInt(1), pow10(d))) == 0 {
				places = d
			}
		}
		if places < 0 {
			return c.multiples(n, step, low, high, whole)
		}
		most = places
	}
	e := numbers(low, high, most)
	if e == nothing {
		return nil, unusable(n, n.has("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"), "no number lies within the limits")
	}
	return e, nil
}

// has returns the first of the keywords that n has.
func (n *node) has(keywords ...string) string {
	for _, k := range keywords {
		if n.get(k) != nil {
			return k
		}
	}
	return ""
}

// maxMultiples is how many multiples of a number are written out.
const maxMultiples = 1000

// multiples writes out the multiples of step between two limits.
func (c *compiler) multiples(n *node, step *big.Rat, low, high *bound, whole bool) (*expr, error) {
	if low == nil || high == nil {
		return nil, unusable(n, "multipleOf", "without minimum and maximum it may only be 1, 0.1, 0.01 and so on")
	}
	in := func(b *bound) *bound { return &bound{new(big.Rat).Quo(b.at, step), b.open} }
	from, to := in(low).scaled(0, false), in(high).scaled(0, true)
	if size := new(big.Int).Sub(to, from); size.Sign() < 0 || size.Cmp(big.NewInt(maxMultiples)) >= 0 {
		return nil, unusable(n, "multipleOf", "between 1 and %d multiples may lie within the limits", maxMultiples)
	}
	var parts []*expr
	for k := from; k.Cmp(to) <= 0; k = new(big.Int).Add(k, big.NewInt(1)) {
		x := new(big.Rat).Mul(step, new(big.Rat).SetInt(k))
		if whole && !x.IsInt() {
			continue
		}
		places, exact := x.FloatPrec()
		if !exact || places > 2*maxDigits {
			continue // cannot be written out
		}
		parts = append(parts, lit(x.FloatString(places)))
	}
	if len(parts) == 0 {
		return nil, unusable(n, "multipleOf", "no multiple lies within the limits")
	}
	return either(parts...), nil
}

// edge reads one limit of a number. Of both kinds the narrower one holds; way is
// 1 for lower limits and -1 for upper ones.
func edge(n *node, closed, open string, way int) (*bound, error) {
	var out *bound
	for _, k := range []string{closed, open} {
		v := n.get(k)
		if v == nil {
			continue
		}
		num, isNumber := v.value.(json.Number)
		x, ok := rational(num)
		if !isNumber || !ok || new(big.Rat).Abs(x).Cmp(new(big.Rat).SetInt(pow10(maxDigits))) >= 0 {
			return nil, unusable(n, k, "it must be a number of %d digits at most", maxDigits)
		}
		b := &bound{x, k == open}
		if out == nil || x.Cmp(out.at)*way > 0 || x.Cmp(out.at) == 0 {
			out = b
		}
	}
	return out, nil
}
