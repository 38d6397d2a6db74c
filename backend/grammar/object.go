package grammar

import "slices"

// keyCharacter is a character of a name that is not in the schema. It is
// written as it is, so that one name is written in one way.
var keyCharacter = spans(' ', '!', '#', '[', ']', '~', 0xA0, 0xD7FF, 0xE000, 0xFFFD)

const maxKey = 64 // characters of a name that is not in the schema

// key is the name of a member that no schema names.
func key() *expr { return quoted(times(set(keyCharacter), 1, maxKey)) }

// object compiles an object: the members that the schema names, in its order,
// then others where additionalProperties is a schema.
func (c *compiler) object(n *node) (*expr, error) {
	props, extra, err := c.members(n)
	if err != nil {
		return nil, err
	}
	least, most, err := c.memberCount(n, len(props), extra != nothing)
	if err != nil {
		return nil, err
	}
	if len(props) == 0 {
		return braces(c.list(n.at, extra, least, most)), nil
	}
	// rest is what may follow a member, lead what may come where none has come yet.
	extra = c.share(n.at, extra)
	rest, lead := times(chain(comma, extra), 0, most), c.list(n.at, extra, 0, most)
	for _, p := range slices.Backward(props) {
		after := c.share(n.at, rest)
		rest = chain(comma, p.body, after)
		if p.required {
			lead = chain(p.body, after)
			continue
		}
		lead = either(chain(p.body, after), lead)
		rest = chain(maybe(chain(comma, p.body)), after)
	}
	return braces(lead), nil
}

// prop is a member that a schema names.
type prop struct {
	name     string
	body     *expr
	required bool
}

// members returns the members that n names and what others may be; nothing
// where there are none.
func (c *compiler) members(n *node) (props []prop, extra *expr, err error) {
	must := required(n)
	if err := alwaysOrNever(n, "unevaluatedProperties"); err != nil {
		return nil, nil, err
	}
	if v := n.get("properties"); v != nil {
		all, ok := v.value.(members)
		if !ok {
			return nil, nil, unusable(n, "properties", "it must be an object of schemas")
		}
		for _, m := range all {
			p, err := c.member(m.name, m.node, slices.Contains(must, m.name))
			if err != nil {
				return nil, nil, err
			}
			if p.body != nothing || p.required {
				props = append(props, p)
			}
		}
	}
	other := n.get("additionalProperties")
	open := other == nil || other.value == true
	for _, name := range must {
		if property(n, name) != nil {
			continue
		}
		schema := other
		if schema == nil {
			schema = &node{n.at, true}
		}
		p, err := c.member(name, schema, true)
		if err != nil {
			return nil, nil, err
		}
		props = append(props, p)
	}
	if open && len(props) > 0 {
		return props, nothing, c.noNames(n)
	}
	value := c.anything
	if !open {
		e, err := c.schema(other)
		if err != nil {
			return nil, nil, err
		}
		value = func() *expr { return e }
	}
	if v := n.get("propertyNames"); v != nil {
		names, err := c.otherNames(n, v, len(props) > 0)
		if err != nil {
			return nil, nil, err
		}
		return props, chain(names, colon, value()), nil
	}
	taken := runesOf(must)
	if v := n.get("properties"); v != nil {
		for _, m := range v.value.(members) {
			taken = append(taken, []rune(m.name))
		}
	}
	return props, chain(quoted(otherThan(taken, maxKey)), colon, value()), nil
}

// otherNames compiles propertyNames.
func (c *compiler) otherNames(n, names *node, named bool) (*expr, error) {
	if named {
		return nil, c.noNames(n)
	}
	if t, err := c.typesOf(names, 0); err != nil || t != str {
		return nil, unusable(n, "propertyNames", `it must say "type": "string"`)
	}
	return c.schema(names)
}

// noNames complains of propertyNames where the schema itself names members.
func (c *compiler) noNames(n *node) error {
	if n.get("propertyNames") != nil {
		return unusable(n, "propertyNames", "it stands beside named properties")
	}
	return nil
}

func (c *compiler) member(name string, schema *node, must bool) (prop, error) {
	value, err := c.schema(schema)
	if err != nil {
		return prop{}, err
	}
	label := node{value: name}
	return prop{name, chain(lit(label.json()), colon, c.share(schema.at, value)), must}, nil
}

func runesOf(names []string) [][]rune {
	var out [][]rune
	for _, s := range names {
		out = append(out, []rune(s))
	}
	return out
}

// otherThan is every name of up to most characters that is none of taken, and
// not empty.
func otherThan(taken [][]rune, most int) *expr {
	var first runeSet
	after := map[rune][][]rune{}
	var order []rune
	for _, t := range taken {
		if len(t) == 0 || !keyCharacter.has(t[0]) {
			continue // never written that way
		}
		if after[t[0]] == nil {
			order = append(order, t[0])
			first = spans(append(first.pairs(), t[0], t[0])...)
		}
		after[t[0]] = append(after[t[0]], t[1:])
	}
	parts := []*expr{chain(set(keyCharacter.without(first)), times(set(keyCharacter), 0, most-1))}
	for _, r := range order {
		if most < 2 {
			break
		}
		rest := otherThan(after[r], most-1)
		if !slices.ContainsFunc(after[r], func(t []rune) bool { return len(t) == 0 }) {
			rest = maybe(rest)
		}
		parts = append(parts, chain(lit(string(r)), rest))
	}
	return either(parts...)
}

func (a runeSet) pairs() []rune {
	var out []rune
	for _, s := range a {
		out = append(out, s.low, s.high)
	}
	return out
}

// memberCount returns how many members an object has beyond those that its
// schema names, of which there are named.
func (c *compiler) memberCount(n *node, named int, open bool) (least, most int, err error) {
	low, err := limit(n, "minProperties")
	if err != nil {
		return 0, 0, err
	}
	high, err := limit(n, "maxProperties")
	if err != nil {
		return 0, 0, err
	}
	most = c.o.Members
	if high >= 0 {
		if high < named {
			return 0, 0, unusable(n, "maxProperties", "the schema names more properties than that; leave out what is not needed")
		}
		most = min(most, high-named)
	}
	if low > len(required(n)) {
		// Two members may get the same name, and then count as one.
		if named > 0 || low > 1 || !open {
			return 0, 0, unusable(n, "minProperties", "it may not be more than the number of required properties")
		}
		least = 1
	}
	if least > most {
		return 0, 0, unusable(n, "minProperties", "it is more than maxProperties")
	}
	return least, most, nil
}
