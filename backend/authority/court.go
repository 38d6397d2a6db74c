package authority

import (
	"strings"
	"unicode"
)

// courts finds courts by the letters and digits of their names.
type courts struct {
	exact map[string]string
	cites []courtCite // in the order of the data file
}

type courtCite struct{ key, id string }

func (c *courts) add(id, cite, name string) {
	if c.exact == nil {
		c.exact = map[string]string{}
	}
	if k := courtKey(cite); k != "" {
		c.cites = append(c.cites, courtCite{k, id})
		if _, taken := c.exact[k]; !taken {
			c.exact[k] = id
		}
	}
	if k := courtKey(name); k != "" {
		if _, taken := c.exact["name "+k]; !taken {
			c.exact["name "+k] = id
		}
	}
}

// Court returns the identifier of the court that a citation abbreviates, such
// as "S.D.N.Y." or "9th Cir.", or that has the name given in full; empty for
// none. Of several courts that an abbreviation may begin, it is the last one.
func Court(name string) string {
	key := courtKey(name)
	if key == "" {
		return ""
	}
	c := &load().courts
	if id := c.exact[key]; id != "" {
		return id
	}
	if id := c.exact["name "+key]; id != "" {
		return id
	}
	id := ""
	for _, e := range c.cites {
		if strings.HasPrefix(e.key, key) {
			id = e.id
		}
	}
	return id
}

func courtKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
