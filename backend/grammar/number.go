package grammar

import (
	"math/big"
	"strings"
)

// The numbers that a grammar admits where nothing else is said.
const (
	wholeDigits = 15 // before the point: exact in a float64
	fractions   = 6  // digits after the point
	// maxDigits is how many digits a bound may have on either side of the point.
	maxDigits = 24
)

var ten = big.NewInt(10)

// pow10 is 10ⁿ.
func pow10(n int) *big.Int { return new(big.Int).Exp(ten, big.NewInt(int64(n)), nil) }

// bound is one end of a range of numbers; nil means that there is none.
type bound struct {
	at   *big.Rat
	open bool // the end itself is outside
}

// scaled returns the smallest integer n with n/10^d inside the bound as a
// lower end, or the largest as an upper end.
func (b *bound) scaled(d int, upper bool) *big.Int {
	x := new(big.Rat).Mul(b.at, new(big.Rat).SetInt(pow10(d)))
	floor, rest := new(big.Int).DivMod(x.Num(), x.Denom(), new(big.Int))
	whole := rest.Sign() == 0
	switch {
	case upper && whole && b.open:
		return floor.Sub(floor, big.NewInt(1))
	case !upper && (!whole || b.open):
		return floor.Add(floor, big.NewInt(1))
	}
	return floor
}

// numbers is the decimal numbers between low and high with no more than
// most digits after the point, written without an exponent. Trailing zeros
// may stand after the point. An end that is not given lies where numbers have wholeDigits
// digits. Every one is a multiple of 10^-most.
func numbers(low, high *bound, most int) *expr {
	if low == nil && high == nil {
		whole := either(lit("0"), chain(set(spans('1', '9')), times(digit, 0, wholeDigits-1)))
		if most == 0 {
			// No minus before zero: some readers tell it from zero.
			return either(lit("0"), chain(maybe(lit("-")), set(spans('1', '9')), times(digit, 0, wholeDigits-1)))
		}
		return chain(maybe(lit("-")), whole, maybe(chain(lit("."), times(digit, 1, most))))
	}
	var parts []*expr
	one := big.NewInt(1)
	for d := range most + 1 {
		end := new(big.Int).Sub(pow10(wholeDigits+d), one)
		least, greatest := new(big.Int).Neg(end), end
		if low != nil {
			least = low.scaled(d, false)
		}
		if high != nil {
			greatest = high.scaled(d, true)
		}
		if least.Cmp(greatest) > 0 {
			continue
		}
		if greatest.Sign() >= 0 {
			from := least
			if from.Sign() < 0 {
				from = new(big.Int)
			}
			parts = append(parts, decimals(from, greatest, d))
		}
		if least.Sign() < 0 {
			from := one // the smallest size below zero
			if greatest.Sign() < 0 {
				from = new(big.Int).Neg(greatest)
			}
			parts = append(parts, chain(lit("-"), decimals(from, new(big.Int).Neg(least), d)))
		}
	}
	return either(parts...)
}

var digit = set(spans('0', '9'))

// decimals is n/10^d for every n from low to high, neither below zero, with
// exactly d digits after the point.
func decimals(low, high *big.Int, d int) *expr {
	var parts []*expr
	for n := d + 1; n <= len(high.String()) || n == d+1; n++ {
		from, to := new(big.Int), new(big.Int).Sub(pow10(n), big.NewInt(1))
		if n > d+1 {
			from = pow10(n - 1) // no zeros in front
		}
		if low.Cmp(from) > 0 {
			from = low
		}
		if high.Cmp(to) < 0 {
			to = high
		}
		if from.Cmp(to) <= 0 {
			parts = append(parts, sameLength(padded(from, n), padded(to, n), d))
		}
	}
	return either(parts...)
}

func padded(n *big.Int, digits int) string {
	s := n.String()
	return strings.Repeat("0", max(digits-len(s), 0)) + s
}

// sameLength is the strings of digits from a to b, which are equally long, with
// a point before the last d digits.
func sameLength(a, b string, d int) *expr {
	if a == "" {
		return empty
	}
	point := empty
	if d > 0 && len(a) == d {
		point = lit(".")
	}
	if strings.Trim(a, "0") == "" && strings.Trim(b, "9") == "" {
		return chain(point, digits(len(a), d))
	}
	if a[0] == b[0] {
		return chain(point, lit(a[:1]), sameLength(a[1:], b[1:], d))
	}
	rest := len(a) - 1
	low, high := a[0], b[0] // the first digits after which any rest may follow
	var parts []*expr
	if strings.Trim(a[1:], "0") != "" {
		parts = append(parts, chain(lit(a[:1]), sameLength(a[1:], strings.Repeat("9", rest), d)))
		low++
	}
	var last *expr
	if strings.Trim(b[1:], "9") != "" {
		last = chain(lit(b[:1]), sameLength(strings.Repeat("0", rest), b[1:], d))
		high--
	}
	if low <= high {
		after := digits(rest, d)
		if d > 0 && rest == d {
			after = chain(lit("."), after)
		}
		parts = append(parts, chain(set(spans(rune(low), rune(high))), after))
	}
	if last != nil {
		parts = append(parts, last)
	}
	return chain(point, either(parts...))
}

// digits is n digits, with a point before the last d where it falls within.
func digits(n, d int) *expr {
	if d == 0 || n <= d {
		return times(digit, n, n)
	}
	return chain(times(digit, n-d, n-d), lit("."), times(digit, d, d))
}
