package crypt

import (
	"crypto/rand"
	"strings"

	mark "markai/backend"
)

// RecoveryKey is a secret of 160 bits that opens a vault when all else is
// lost. On paper it is eight groups of five characters:
//
//	K7Q2M-9XD4R-…
//
// Four characters of a group carry 20 bits in Crockford's base32 (no I, L, O,
// U), the fifth checks them. The check is a polynomial over GF(32), so that
// any one wrong character and any two swapped neighbours are noticed, and it
// counts the group's place, so that swapped groups are too.
type RecoveryKey [20]byte

const (
	groups     = 8
	groupData  = 4 // characters of a group that carry bits
	alphabet   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	generator  = 2    // of GF(32)*
	polynomial = 0x25 // x⁵ + x² + 1
)

// NewRecoveryKey returns a random recovery key.
func NewRecoveryKey() (r RecoveryKey) {
	rand.Read(r[:]) // never fails since Go 1.24
	return r
}

// Key returns the key that the recovery key stands for.
func (r RecoveryKey) Key() Key {
	var k Key
	copy(k[:], r[:])
	return k.Derive("recovery", "")
}

// String returns the recovery key as it is written down.
func (r RecoveryKey) String() string {
	var b strings.Builder
	for g := range groups {
		if g > 0 {
			b.WriteByte('-')
		}
		var symbols [groupData]byte
		for i := range symbols {
			symbols[i] = r.symbol(g*groupData + i)
			b.WriteByte(alphabet[symbols[i]])
		}
		b.WriteByte(alphabet[checkSymbol(g, symbols)])
	}
	return b.String()
}

// symbol returns the i-th five bits.
func (r RecoveryKey) symbol(i int) byte {
	bit := 5 * i
	pair := uint16(r[bit/8]) << 8
	if bit/8+1 < len(r) {
		pair |= uint16(r[bit/8+1])
	}
	return byte(pair>>(11-bit%8)) & 31
}

// ParseRecoveryKey reads a recovery key as people type it: in any case, with
// any spacing, O for 0 and I or L for 1. A mistake is Invalid, and the message
// says in which group it is.
func ParseRecoveryKey(s string) (r RecoveryKey, err error) {
	var symbols []byte
	for _, c := range strings.ToUpper(s) {
		switch {
		case c == 'O':
			c = '0'
		case c == 'I' || c == 'L':
			c = '1'
		case c == '-' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '–' || c == '—' || c == '\u00a0':
			continue
		}
		v := strings.IndexRune(alphabet, c)
		if v < 0 {
			return r, mark.Errorf(mark.Invalid, "The recovery key has a character that does not occur in such keys, in group %d. Compare it with what you wrote down.", len(symbols)/(groupData+1)+1)
		}
		symbols = append(symbols, byte(v))
		if len(symbols) > groups*(groupData+1) {
			break
		}
	}
	if len(symbols) != groups*(groupData+1) {
		return r, mark.Errorf(mark.Invalid, "A recovery key has %d groups of %d characters. Some are missing or too many.", groups, groupData+1)
	}
	for g := range groups {
		group := symbols[g*(groupData+1) : (g+1)*(groupData+1)]
		if checkSymbol(g, [groupData]byte(group[:groupData])) != group[groupData] {
			return RecoveryKey{}, mark.Errorf(mark.Invalid, "Group %d of the recovery key has a typing mistake. Compare it with what you wrote down.", g+1)
		}
		for i, v := range group[:groupData] {
			r.setSymbol(g*groupData+i, v)
		}
	}
	return r, nil
}

func (r *RecoveryKey) setSymbol(i int, v byte) {
	bit := 5 * i
	pair := uint16(v) << (11 - bit%8)
	r[bit/8] |= byte(pair >> 8)
	if low := byte(pair); low != 0 {
		r[bit/8+1] |= low
	}
}

// checkSymbol evaluates a polynomial at the generator: its leading coefficient
// is the group's place, the others are the group's characters. Powers of the
// generator are distinct, so no single change and no swap goes unseen.
func checkSymbol(place int, symbols [groupData]byte) byte {
	v := byte(place + 1)
	for _, s := range symbols {
		v = multiply(v, generator) ^ s
	}
	return multiply(v, generator)
}

// multiply multiplies in GF(32).
func multiply(a, b byte) (product byte) {
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		a <<= 1
		if a&32 != 0 {
			a ^= polynomial
		}
	}
	return product
}
