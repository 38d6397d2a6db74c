package structure

import "strings"

// amount is a sum of money that stands in a text.
type amount struct {
	start, end int
	value      string // "USD 1250.00"
}

// signs are the currencies' signs; a plain dollar is the United States'.
var signs = []struct{ sign, code string }{
	{"$", "USD"}, {"€", "EUR"}, {"£", "GBP"}, {"¥", "JPY"}, {"₹", "INR"}, {"₩", "KRW"},
}

// dollars are the letters before a dollar sign that make it another dollar.
var dollars = map[string]string{"US": "USD", "USD": "USD", "U.S.": "USD", "C": "CAD", "CA": "CAD", "CDN": "CAD", "CAD": "CAD", "A": "AUD", "AU": "AUD", "AUD": "AUD",
	"HK": "HKD", "NZ": "NZD", "S": "SGD", "R": "BRL", "MX": "MXN", "NT": "TWD"}

// codes may stand before or after a number.
var codes = map[string]bool{"USD": true, "EUR": true, "GBP": true, "CHF": true, "CAD": true, "AUD": true, "JPY": true, "CNY": true, "RMB": true,
	"HKD": true, "SGD": true, "INR": true, "NZD": true, "SEK": true, "NOK": true, "DKK": true, "MXN": true, "BRL": true}

// names may stand after a number.
var names = map[string]string{"dollars": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP", "yen": "JPY", "dólares": "USD", "€": "EUR", "£": "GBP"}

// scales are the words that multiply, as powers of ten.
var scales = map[string]int{"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "k": 3, "m": 6, "mm": 6, "mn": 6, "b": 9, "bn": 9, "mio": 6}

// amountAtSign returns the sum that follows the currency sign at i.
func amountAtSign(text string, i int) (amount, bool) {
	for _, s := range signs {
		if !strings.HasPrefix(text[i:], s.sign) {
			continue
		}
		start, code := i, s.code
		if s.sign == "$" {
			from := i
			for from > 0 && (upper(text[from-1]) || text[from-1] == '.') && i-from < 5 {
				from--
			}
			if from < i {
				other, ok := dollars[text[from:i]]
				if !ok {
					return amount{}, false
				}
				start, code = from, other
			}
		}
		if start > 0 && letter(text[start-1]) {
			return amount{}, false
		}
		at := i + len(s.sign)
		for at < len(text) && at < i+len(s.sign)+3 && (text[at] == ' ' || text[at] == '\t') {
			at++
		}
		return finishAmount(text, start, at, code)
	}
	return amount{}, false
}

// amountAtCode returns the sum that follows the code text[start:end].
func amountAtCode(text string, start, end int) (amount, bool) {
	if !codes[text[start:end]] {
		return amount{}, false
	}
	at := end
	for at < len(text) && at < end+2 && (text[at] == ' ' || text[at] == '$') {
		at++
	}
	return finishAmount(text, start, at, currency(text[start:end]))
}

func currency(code string) string {
	if code == "RMB" {
		return "CNY"
	}
	return code
}

// finishAmount reads the number at at and what multiplies it.
func finishAmount(text string, start, at int, code string) (amount, bool) {
	whole, fraction, end := money(text, at, code == "EUR")
	if end == at {
		return amount{}, false
	}
	shift := 0
	next := end
	for next < len(text) && next < end+2 && (text[next] == ' ' || text[next] == '\n' || text[next] == '-') {
		next++
	}
	stop := next
	for stop < len(text) && (lower(text[stop]) || upper(text[stop])) && stop-next < 9 {
		stop++
	}
	word := strings.ToLower(text[next:stop])
	if n, ok := scales[word]; ok && (len(word) > 2 || next == end || upper(text[next]) && next == end+1 || word == "bn" || word == "mn") {
		shift, end = n, stop
	}
	return amount{start, end, code + " " + decimal(whole, fraction, shift)}, true
}

// amountBefore returns the sum whose number begins at start and whose currency
// follows: "1,250 dollars", "5.000,00 €".
func amountBefore(text string, start int) (amount, bool) {
	if start > 0 && (alnum(text[start-1]) || strings.IndexByte(".,-/$:#", text[start-1]) >= 0) {
		return amount{}, false
	}
	for _, european := range [...]bool{false, true} {
		whole, fraction, end := money(text, start, european)
		if end == start {
			continue
		}
		shift, at := 0, end
		for range 2 {
			next := at
			for next < len(text) && next < at+2 && (text[next] == ' ' || text[next] == '\n' || text[next] == '-') {
				next++
			}
			stop := next
			for stop < len(text) && stop-next < 12 && letter(text[stop]) {
				stop++
			}
			word := text[next:stop]
			if len(word) == 0 {
				break
			}
			if n := scales[word]; n > 1 && len(word) > 2 && shift == 0 {
				shift, at = n, stop
				continue
			}
			code := names[strings.ToLower(word)]
			if codes[word] && next > at {
				code = currency(word)
			}
			if code == "" || code == "EUR" && !european {
				break
			}
			if word == "pounds" && !strings.HasPrefix(text[stop:], " sterling") {
				break // a weight
			}
			return amount{start, stop, code + " " + decimal(whole, fraction, shift)}, true
		}
	}
	return amount{}, false
}

// money reads digits with their separators. A comma before two digits at the
// end is the point of a European number, a point before three is no point
// there.
func money(text string, at int, european bool) (whole, fraction string, end int) {
	end = at
	for end < len(text) && end-at < 30 && (digit(text[end]) || (text[end] == ',' || text[end] == '.') && end+1 < len(text) && digit(text[end+1]) && end > at) {
		end++
	}
	s := text[at:end]
	if s == "" || end < len(text) && digit(text[end]) {
		return "", "", at
	}
	point := strings.LastIndexAny(s, ".,")
	if point < 0 {
		return s, "", end
	}
	after := len(s) - point - 1
	group := byte(',')
	switch {
	case s[point] == '.' && european && after == 3 && (strings.Count(s, ".") > 1 || point <= 3):
		group, point = '.', len(s)
	case s[point] == '.':
	case strings.Contains(s[:point], ".") || european && after != 3:
		group = '.'
	default:
		point = len(s)
	}
	whole = s[:min(point, len(s))]
	if point < len(s) {
		fraction = s[point+1:]
	}
	parts := strings.Split(whole, string(group))
	for i, p := range parts {
		if i > 0 && len(p) != 3 || i == 0 && len(parts) > 1 && (len(p) > 3 || p == "") || strings.ContainsAny(p, ".,") {
			return "", "", at
		}
	}
	return strings.Join(parts, ""), fraction, end
}

// decimal writes a number times ten to the power of shift, with two decimal
// places or more.
func decimal(whole, fraction string, shift int) string {
	for ; shift > 0; shift-- {
		if fraction == "" {
			whole += "0"
			continue
		}
		whole, fraction = whole+fraction[:1], fraction[1:]
	}
	for len(fraction) < 2 {
		fraction += "0"
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	return whole + "." + fraction
}
