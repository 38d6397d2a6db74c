package grammar

// formats are the patterns of the formats. They admit less than the formats do,
// and nothing else.
var formats = func() map[string]string {
	const (
		year  = `[12][0-9]{3}`
		leap  = `((1[6-9]|2[0-9])(0[48]|[2468][048]|[13579][26])|(16|20|24|28)00)`
		date  = `(` + year + `-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|` + leap + `-02-29)`
		clock = `([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,3})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])`
		octet = `(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])`
		label = `[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?`
	)
	return map[string]string{
		"date":      `^` + date + `$`,
		"time":      `^` + clock + `$`,
		"date-time": `^` + date + `T` + clock + `$`,
		"uuid":      `^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`,
		"email":     `^[A-Za-z0-9_+-]{1,24}(\.[A-Za-z0-9_+-]{1,12}){0,3}@(` + label + `\.){1,3}[a-z]{2,12}$`,
		"ipv4":      `^` + octet + `(\.` + octet + `){3}$`,
	}
}()

// pattern compiles a string that matches a pattern and has from low to high
// characters; a high of -1 is no limit. A pattern's repetitions are narrowed
// until its texts have the length.
func (c *compiler) pattern(n *node, keyword, pattern string, low, high int) (*expr, error) {
	most := c.o.Text
	if high >= 0 {
		most = min(most, high)
	}
	branches, err := parseRegex(pattern, most)
	if err != nil {
		return nil, unusable(n, keyword, "it has look-around, back-references, or an anchor in its middle, or is no pattern").Because(err)
	}
	var parts []*expr
	for _, b := range branches {
		if e := b.ofLength(low, high, most); e != nothing {
			parts = append(parts, e)
		}
	}
	if len(parts) == 0 {
		return nil, unusable(n, keyword, "its texts cannot be given the length that minLength and maxLength demand; write the length into the pattern")
	}
	return quoted(either(parts...).recode(jsonRunes)), nil
}

// ofLength returns texts of b that have from low to high characters. Open sides
// may have up to most other characters.
func (b branch) ofLength(low, high, most int) *expr {
	if b.body == nothing {
		return nothing
	}
	body := b.body
	least, longest := body.count()
	if high >= 0 && longest > high {
		body = body.narrowed(high)
		if least, longest = body.count(); longest > high {
			return nothing
		}
	}
	room := most
	if high >= 0 {
		room = high - longest
	}
	if b.left || b.right {
		beyond := func(low int) *expr { return times(set(text), low, max(room, low)) }
		need := max(low-least, 0)
		if need > room {
			return nothing
		}
		switch {
		case b.left && b.right:
			room /= 2
			if need > room {
				return chain(body, beyond(need))
			}
			return chain(beyond(0), body, beyond(need))
		case b.left:
			return chain(beyond(need), body)
		}
		return chain(body, beyond(need))
	}
	if least < low {
		body = body.widened(low - least)
		if least, _ = body.count(); least < low {
			return nothing
		}
	}
	return body
}

// narrowed returns e with the upper limits of its repetitions lowered, so that
// no text has more than high characters, where that can be.
func (e *expr) narrowed(high int) *expr {
	// The largest cap that fits; a cap of nothing leaves the least text.
	from, to := 0, maxRepeat
	for from < to {
		mid := (from + to + 1) / 2
		if _, longest := e.capped(mid).count(); longest <= high {
			from = mid
		} else {
			to = mid - 1
		}
	}
	return e.capped(from)
}

// capped returns e with no repetition above most where it need not be.
func (e *expr) capped(most int) *expr {
	var subs []*expr
	for _, s := range e.subs {
		subs = append(subs, s.capped(most))
	}
	return e.of(subs, max(e.low, min(e.high, most)))
}

// widened returns e with the lower limits of its own repetitions of one character
// raised until its texts have more characters, where that can be.
func (e *expr) widened(more int) *expr {
	parts := []*expr{e}
	if e.kind == seq {
		parts = e.subs
	}
	var out []*expr
	for _, p := range parts {
		if p.kind == repeat && more > 0 {
			if least, _ := p.subs[0].count(); least > 0 {
				add := min((more+least-1)/least, p.high-p.low)
				more -= add * least
				p = times(p.subs[0], p.low+add, p.high)
			}
		}
		out = append(out, p)
	}
	return chain(out...)
}
