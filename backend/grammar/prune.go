package grammar

// fixpoint returns the rules that something holds of, where that it holds of a
// rule may follow from its holding of others and from nothing else.
func fixpoint(rules []named, holds func(e *expr, of map[string]bool) bool) map[string]bool {
	of := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for _, r := range rules {
			if !of[r.name] && holds(r.body, of) {
				of[r.name], changed = true, true
			}
		}
	}
	return of
}

// ends reports whether e admits a text at all, where the rules in ending do. One that
// needs itself admits none: its text would never end.
func (e *expr) ends(ending map[string]bool) bool {
	switch e.kind {
	case seq:
		for _, s := range e.subs {
			if !s.ends(ending) {
				return false
			}
		}
	case alt:
		for _, s := range e.subs {
			if s.ends(ending) {
				return true
			}
		}
		return false
	case repeat:
		return e.low == 0 || e.subs[0].ends(ending)
	case ref:
		return ending[e.text]
	}
	return true
}

// without returns e without what admits nothing.
func (e *expr) without(ending map[string]bool) *expr {
	if !e.ends(ending) {
		return nothing
	}
	var subs []*expr
	for _, s := range e.subs {
		subs = append(subs, s.without(ending))
	}
	return e.of(subs, e.high)
}

// first calls visit with the rules that e may begin with.
func (e *expr) first(empty map[string]bool, visit func(name string)) {
	switch e.kind {
	case ref:
		visit(e.text)
	case seq:
		for _, s := range e.subs {
			s.first(empty, visit)
			if !s.mayBeEmpty(empty) {
				return
			}
		}
	case alt, repeat:
		for _, s := range e.subs {
			s.first(empty, visit)
		}
	}
}

// circular returns a rule that leads back to itself before any character, or "".
func circular(rules []named) string {
	empty := fixpoint(rules, (*expr).mayBeEmpty)
	leads := map[string][]string{}
	for _, r := range rules {
		r.body.first(empty, func(name string) { leads[r.name] = append(leads[r.name], name) })
	}
	const on, done = 1, 2
	state := map[string]int{}
	var visit func(string) string
	visit = func(name string) string {
		switch state[name] {
		case on:
			return name
		case done:
			return ""
		}
		state[name] = on
		for _, next := range leads[name] {
			if found := visit(next); found != "" {
				return found
			}
		}
		state[name] = done
		return ""
	}
	for _, r := range rules {
		if found := visit(r.name); found != "" {
			return found
		}
	}
	return ""
}

// pruned returns the rules that root needs, without what admits nothing; none
// where root admits nothing.
func pruned(rules []named) []named {
	ending := fixpoint(rules, (*expr).ends)
	if len(rules) == 0 || !ending[rules[0].name] {
		return nil
	}
	bodies := map[string]*expr{}
	for _, r := range rules {
		bodies[r.name] = r.body.without(ending)
	}
	needed := map[string]bool{}
	var need func(string)
	need = func(name string) {
		if needed[name] {
			return
		}
		needed[name] = true
		for e := range bodies[name].all() {
			if e.kind == ref {
				need(e.text)
			}
		}
	}
	need(rules[0].name)
	var out []named
	for _, r := range rules {
		if needed[r.name] {
			out = append(out, named{r.name, bodies[r.name]})
		}
	}
	return out
}
