package grammar

import (
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// types is a set of JSON types. A number is an integer or has a fraction.
type types uint8

const (
	null types = 1 << iota
	boolean
	integer
	fraction
	str
	array
	object

	number  = integer | fraction
	anyType = null | boolean | number | str | array | object
)

var typeNames = map[string]types{
	"null": null, "boolean": boolean, "integer": integer, "number": number, "string": str, "array": array, "object": object,
}

// ownTypes returns the types that n's type names; all where it has none.
func ownTypes(n *node) (types, error) {
	v := n.get("type")
	if v == nil {
		return anyType, nil
	}
	list, ok := v.value.([]*node)
	if !ok {
		list = []*node{v}
	}
	var out types
	for _, t := range list {
		name, _ := t.value.(string)
		if typeNames[name] == 0 {
			return 0, unusable(n, "type", "%s is no type", t.json())
		}
		out |= typeNames[name]
	}
	return out, nil
}

// kind returns the type of a value.
func (n *node) kind() types {
	switch v := n.value.(type) {
	case nil:
		return null
	case bool:
		return boolean
	case string:
		return str
	case json.Number:
		if x, ok := rational(v); ok && x.IsInt() {
			return integer
		} else if ok {
			return fraction
		}
		return number // too large to tell
	case []*node:
		return array
	}
	return object
}

// rational reads a number. It refuses what would take much memory to write out.
func rational(n json.Number) (*big.Rat, bool) {
	s := string(n)
	if at := strings.IndexAny(s, "eE"); at >= 0 {
		if e, err := strconv.Atoi(s[at+1:]); err != nil || e < -2*maxDigits || e > 2*maxDigits {
			return new(big.Rat), false
		}
	}
	if len(s) > 8*maxDigits {
		return new(big.Rat), false
	}
	x, ok := new(big.Rat).SetString(s)
	if !ok {
		return new(big.Rat), false
	}
	return x, true
}

// canonical writes equal values the same way.
func (n *node) canonical() string {
	switch v := n.value.(type) {
	case json.Number:
		if x, ok := rational(v); ok {
			return x.RatString()
		}
	case []*node:
		var b strings.Builder
		for _, s := range v {
			b.WriteString(s.canonical() + ",")
		}
		return "[" + b.String() + "]"
	case members:
		var parts []string
		for _, m := range v {
			name := &node{value: m.name}
			parts = append(parts, name.json()+":"+m.node.canonical())
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	}
	return n.json()
}

// What is done to learn what a schema may hold. Beyond it the answer is careful:
// a schema may be of any type, and a value may fit two branches.
const (
	maxLook  = 8       // references and branches followed into each other
	maxLooks = 200_000 // schemas looked into, all together
)

// typesOf returns types that every value of the schema n has one of.
func (c *compiler) typesOf(n *node, depth int) (types, error) {
	if always, ok := n.value.(bool); ok && !always {
		return 0, nil
	}
	own, err := ownTypes(n)
	if c.looks++; err != nil || depth > maxLook || c.looks > maxLooks {
		return own, err
	}
	if list, ok := literals(n); ok {
		var of types
		for _, v := range list {
			of |= v.kind()
		}
		return of & own, nil
	}
	if to := n.get("$ref"); to != nil {
		target, err := c.target(n, to)
		if err != nil {
			return 0, err
		}
		of, err := c.typesOf(target, depth+1)
		return of & own, err
	}
	for _, k := range []string{"anyOf", "oneOf", "allOf"} {
		v := n.get(k)
		if v == nil {
			continue
		}
		var of types
		list, _ := v.value.([]*node)
		for _, b := range list {
			t, err := c.typesOf(b, depth+1)
			if err != nil {
				return 0, err
			}
			of |= t
		}
		return of & own, nil
	}
	return own, nil
}

// disjoint reports whether it is certain that no value fits both a and b.
func (c *compiler) disjoint(a, b *node, depth int) bool {
	if c.looks++; depth > maxLook || c.looks > maxLooks {
		return false
	}
	ta, errA := c.typesOf(a, 0)
	tb, errB := c.typesOf(b, 0)
	if errA != nil || errB != nil {
		return false // compiling will tell
	}
	if ta&tb == 0 {
		return true
	}
	for _, pair := range [][2]*node{{a, b}, {b, a}} {
		a, b := pair[0], pair[1]
		if to := a.get("$ref"); to != nil {
			target, err := c.target(a, to)
			return err == nil && c.disjoint(target, b, depth+1)
		}
		for _, k := range []string{"anyOf", "oneOf", "allOf"} {
			if v := a.get(k); v != nil {
				list, _ := v.value.([]*node)
				return !slices.ContainsFunc(list, func(x *node) bool { return !c.disjoint(x, b, depth+1) })
			}
		}
	}
	la, okA := literals(a)
	lb, okB := literals(b)
	if okA && okB {
		return !slices.ContainsFunc(la, func(x *node) bool {
			return slices.ContainsFunc(lb, func(y *node) bool { return x.canonical() == y.canonical() })
		})
	}
	return ta&tb == object && c.toldApart(a, b, depth)
}

// toldApart reports whether a property that objects of a and of b both must have
// has no value in common.
func (c *compiler) toldApart(a, b *node, depth int) bool {
	for _, name := range required(a) {
		if !slices.Contains(required(b), name) {
			continue
		}
		pa, pb := property(a, name), property(b, name)
		if pa != nil && pb != nil && c.disjoint(pa, pb, depth+1) {
			return true
		}
	}
	return false
}

// required returns the names that an object of n must have.
func required(n *node) []string {
	var out []string
	if v := n.get("required"); v != nil {
		list, _ := v.value.([]*node)
		for _, name := range list {
			if s, ok := name.value.(string); ok && !slices.Contains(out, s) {
				out = append(out, s)
			}
		}
	}
	return out
}

func property(n *node, name string) *node {
	if p := n.get("properties"); p != nil {
		return p.get(name)
	}
	return nil
}
