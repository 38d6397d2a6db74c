package grammar

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	mark "markai/backend"
)

// node is a value of JSON. Objects keep the order of their members, which is
// the order in which an answer will have them.
type node struct {
	at    string // JSON pointer
	value any    // nil, bool, string, json.Number, []*node or members
}

type member struct {
	name string
	node *node
}

type members []member

// get returns the member called name, or nil.
func (n *node) get(name string) *node {
	m, _ := n.value.(members)
	for _, m := range m {
		if m.name == name {
			return m.node
		}
	}
	return nil
}

const (
	maxSchema = 1 << 20 // bytes
	maxDepth  = 64      // of a schema's own JSON
)

// parseJSON reads one value. Errors: Invalid, TooBig.
func parseJSON(data []byte) (*node, error) {
	if len(data) > maxSchema {
		return nil, mark.Errorf(mark.TooBig, "The schema has more than a million bytes. Use a smaller one.")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	n, err := parseNode(d, "", 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, notJSON(err)
	}
	return n, nil
}

func notJSON(err error) error {
	return mark.Errorf(mark.Invalid, "The schema is not valid JSON. Check its brackets and commas.").Because(err)
}

func parseNode(d *json.Decoder, at string, depth int) (*node, error) {
	if depth > maxDepth {
		return nil, mark.Errorf(mark.TooBig, "The schema is nested more than %d deep. Use a flatter one.", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		return nil, notJSON(err)
	}
	switch t {
	case json.Delim('['):
		list := []*node{}
		for d.More() {
			n, err := parseNode(d, at+"/"+itoa(len(list)), depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, n)
		}
		_, err := d.Token()
		return &node{at, list}, wrapJSON(err)
	case json.Delim('{'):
		all, seen := members{}, map[string]bool{}
		for d.More() {
			t, err := d.Token()
			if err != nil {
				return nil, notJSON(err)
			}
			name, _ := t.(string)
			if seen[name] {
				return nil, mark.Errorf(mark.Invalid, "The schema has %q twice at %s. Keep one.", name, where(at))
			}
			seen[name] = true
			n, err := parseNode(d, at+"/"+escapePointer(name), depth+1)
			if err != nil {
				return nil, err
			}
			all = append(all, member{name, n})
		}
		_, err := d.Token()
		return &node{at, all}, wrapJSON(err)
	}
	return &node{at, t}, nil
}

func wrapJSON(err error) error {
	if err != nil {
		return notJSON(err)
	}
	return nil
}

func escapePointer(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~", "~0"), "/", "~1")
}

// find follows a JSON pointer, "" or "/…". It returns nil where there is nothing.
func (n *node) find(pointer string) *node {
	if pointer == "" {
		return n
	}
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		switch v := n.value.(type) {
		case members:
			n = n.get(step)
		case []*node:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			n = v[i]
		default:
			return nil
		}
		if n == nil {
			return nil
		}
	}
	return n
}

// where names a place in a schema for people.
func where(at string) string {
	if at == "" {
		return "its top"
	}
	return at
}

// write writes the value as JSON with one space after commas and colons.
func (n *node) write(b *strings.Builder) {
	switch v := n.value.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		if v {
			b.WriteString("true")
		} else {
			b.WriteString("false")
		}
	case json.Number:
		b.WriteString(v.String())
	case string:
		writeString(b, v)
	case []*node:
		b.WriteByte('[')
		for i, s := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			s.write(b)
		}
		b.WriteByte(']')
	case members:
		b.WriteByte('{')
		for i, m := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			writeString(b, m.name)
			b.WriteString(": ")
			m.node.write(b)
		}
		b.WriteByte('}')
	}
}

func writeString(b *strings.Builder, s string) {
	e := json.NewEncoder(&trimmed{b})
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes, and the builder takes it
}

// trimmed drops the line end that an encoder adds.
type trimmed struct{ b *strings.Builder }

func (t *trimmed) Write(p []byte) (int, error) {
	t.b.Write(bytes.TrimSuffix(p, []byte("\n")))
	return len(p), nil
}

// json returns the value as JSON.
func (n *node) json() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}
