package letters

import (
	"bytes"
	"errors"
)

// Sealed says what is inside a message that a mail program signed or encrypted.
type Sealed int

// The kinds of sealed content.
const (
	NotSealed  Sealed = iota // not CMS
	Signed                   // the content is there to be read
	Encrypted                // it is not
	Compressed               // packed, which no usual mail program does
)

// The object identifiers of CMS content (RFC 5652, RFC 3274), as they are encoded.
var (
	oidSigned     = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	oidEnveloped  = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}
	oidEncrypted  = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06}
	oidAuth       = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17}
	oidCompressed = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09}
)

// Tags of ASN.1 that CMS uses here.
const (
	tagOctets      = 0x04
	tagOID         = 0x06
	tagSequence    = 0x30
	tagOctetsParts = 0x24
	tagExplicit    = 0xa0
)

// maxNested bounds how deep elements lie inside one another.
const maxNested = 24

var errBER = errors.New("letters: broken encoding")

// Unseal returns what is inside CMS data (RFC 5652), encoded as DER or BER. The
// content is there for Signed alone; the signature is not checked.
func Unseal(raw []byte) ([]byte, Sealed) {
	info, _, err := element(raw, tagSequence, 0)
	if err != nil {
		return nil, NotSealed
	}
	oid, rest, err := element(info, tagOID, 0)
	if err != nil {
		return nil, NotSealed
	}
	switch {
	case bytes.Equal(oid, oidEnveloped), bytes.Equal(oid, oidEncrypted), bytes.Equal(oid, oidAuth):
		return nil, Encrypted
	case bytes.Equal(oid, oidCompressed):
		return nil, Compressed
	case !bytes.Equal(oid, oidSigned):
		return nil, NotSealed
	}
	content, err := signed(rest)
	if err != nil {
		return nil, NotSealed
	}
	return content, Signed
}

// signed returns the content of SignedData.
func signed(b []byte) ([]byte, error) {
	b, _, err := element(b, tagExplicit, 0)
	if err != nil {
		return nil, err
	}
	if b, _, err = element(b, tagSequence, 0); err != nil {
		return nil, err
	}
	for range 2 { // version, algorithms
		if _, _, b, err = next(b, 0); err != nil {
			return nil, err
		}
	}
	if b, _, err = element(b, tagSequence, 0); err != nil {
		return nil, err
	}
	if _, b, err = element(b, tagOID, 0); err != nil {
		return nil, err
	}
	if b, _, err = element(b, tagExplicit, 0); err != nil {
		return nil, err
	}
	return octets(b, 0)
}

// octets returns a string of octets, which may come in parts.
func octets(b []byte, depth int) ([]byte, error) {
	tag, body, _, err := next(b, depth)
	switch {
	case err != nil:
		return nil, err
	case tag == tagOctets:
		return body, nil
	case tag != tagOctetsParts || depth > maxNested:
		return nil, errBER
	}
	var out []byte
	for len(body) > 0 {
		var part []byte
		if part, err = octets(body, depth+1); err != nil {
			return nil, err
		}
		out = append(out, part...)
		if _, _, body, err = next(body, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// element returns the body of the element that b begins with, which has this tag.
func element(b []byte, want byte, depth int) (body, rest []byte, err error) {
	tag, body, rest, err := next(b, depth)
	if err == nil && tag != want {
		err = errBER
	}
	return body, rest, err
}

// next parses the element that b begins with. The body of one without a length
// ends before its end mark.
func next(b []byte, depth int) (tag byte, body, rest []byte, err error) {
	if len(b) < 2 || b[0]&0x1f == 0x1f || depth > maxNested {
		return 0, nil, nil, errBER
	}
	tag, n, at := b[0], int(b[1]), 2
	switch {
	case n == 0x80:
		if tag&0x20 == 0 {
			return 0, nil, nil, errBER
		}
		for inner := b[2:]; ; {
			if len(inner) >= 2 && inner[0] == 0 && inner[1] == 0 {
				return tag, b[2 : len(b)-len(inner)], inner[2:], nil
			}
			if _, _, inner, err = next(inner, depth+1); err != nil {
				return 0, nil, nil, err
			}
		}
	case n > 0x84:
		return 0, nil, nil, errBER
	case n > 0x80:
		size := n - 0x80
		if len(b) < 2+size {
			return 0, nil, nil, errBER
		}
		n = 0
		for _, c := range b[2 : 2+size] {
			n = n<<8 | int(c)
		}
		at += size
	}
	if n > len(b)-at {
		return 0, nil, nil, errBER
	}
	return tag, b[at : at+n], b[at+n:], nil
}
