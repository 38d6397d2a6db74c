package ooxml

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" //nolint:gosec // what the format has
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"hash"
	"unicode/utf16"

	mark "markai/backend"
	"markai/backend/compound"
)

// An Office file with a password is a compound file that holds the encrypted
// package and how it was encrypted ([MS-OFFCRYPTO]: agile encryption, sections
// 2.3.4.10 to 2.3.4.15, and standard encryption, 2.3.4.5 to 2.3.4.9).

const (
	// readOnly is the password of workbooks that are only kept from being
	// changed: Excel opens them without asking.
	readOnly = "VelvetSweatshop"
	// maxSpins bounds how often a hash is taken of a password. Office takes
	// 100,000 rounds.
	maxSpins = 2_000_000
	segment  = 4096 // bytes that are encrypted as one
)

var errPassword = errors.New("the password does not fit")

// unlock returns the package of a locked file, decrypted.
func unlock(ctx context.Context, f mark.File) ([]byte, error) {
	root, err := compound.Open(ctx, f.Data, f.Size)
	if err != nil {
		return nil, lockedProblem(err)
	}
	if !root.Has("EncryptionInfo") || !root.Has("EncryptedPackage") {
		return nil, mark.Errorf(mark.Unsupported, "This file is named like an Office document and is of an older kind. Save it as PDF in the program that made it and add that.")
	}
	info, err := root.Stream("EncryptionInfo")
	if err != nil {
		return nil, lockedProblem(err)
	}
	sealed, err := root.Stream("EncryptedPackage")
	if err != nil {
		return nil, lockedProblem(err)
	}
	scheme, err := readScheme(info)
	if err != nil {
		return nil, err
	}
	password := f.Password
	if password == "" {
		password = readOnly
	}
	open, err := scheme.key(ctx, password)
	switch {
	case err == nil:
		return open(sealed)
	case !errors.Is(err, errPassword):
		return nil, err
	case f.Password == "":
		return nil, mark.Errorf(mark.NeedsPassword, "This Office file needs a password. Enter it to have the file read.")
	}
	return nil, mark.Errorf(mark.NeedsPassword, "The password does not open this Office file. Check it and try again.")
}

func lockedProblem(err error) error {
	switch {
	case errors.Is(err, compound.ErrTooBig):
		return mark.Errorf(mark.TooBig, "This locked Office file is too large to be opened here. Save a copy without the password and add the copy.")
	case errors.Is(err, compound.ErrDamaged), errors.Is(err, compound.ErrMissing):
		return damagedLock(err)
	}
	return err
}

func damagedLock(cause error) error {
	return mark.Errorf(mark.Damaged, "This locked Office file is damaged and cannot be opened. Ask for it again where it came from.").Because(cause)
}

// scheme is a way of encrypting. key returns what opens the package, errPassword
// where the password does not fit.
type scheme interface {
	key(ctx context.Context, password string) (open func(sealed []byte) ([]byte, error), err error)
}

var errScheme = mark.Errorf(mark.Unsupported, "This Office file is locked in a way that cannot be opened here. Open it, save a copy without the password, and add the copy.")

func readScheme(info []byte) (scheme, error) {
	if len(info) < 8 {
		return nil, damagedLock(nil)
	}
	major, minor := binary.LittleEndian.Uint16(info), binary.LittleEndian.Uint16(info[2:])
	switch {
	case major == 4 && minor == 4:
		return readAgile(info[8:])
	case (major == 2 || major == 3 || major == 4) && minor == 2:
		return readStandard(info[8:])
	}
	return nil, errScheme
}

// agile is the encryption of Office 2010 and later: how the package is
// encrypted, and the lock that a password opens.
type agile struct {
	data packageCipher
	lock passwordLock
}

type packageCipher struct {
	Salt      encoded `xml:"saltValue,attr"`
	BlockSize int     `xml:"blockSize,attr"`
	Cipher    string  `xml:"cipherAlgorithm,attr"`
	Chaining  string  `xml:"cipherChaining,attr"`
	Hash      string  `xml:"hashAlgorithm,attr"`
}

type passwordLock struct {
	Spins     int     `xml:"spinCount,attr"`
	BlockSize int     `xml:"blockSize,attr"`
	KeyBits   int     `xml:"keyBits,attr"`
	HashSize  int     `xml:"hashSize,attr"`
	Cipher    string  `xml:"cipherAlgorithm,attr"`
	Chaining  string  `xml:"cipherChaining,attr"`
	Hash      string  `xml:"hashAlgorithm,attr"`
	Salt      encoded `xml:"saltValue,attr"`
	Input     encoded `xml:"encryptedVerifierHashInput,attr"`
	Value     encoded `xml:"encryptedVerifierHashValue,attr"`
	Key       encoded `xml:"encryptedKeyValue,attr"`
}

// encoded is bytes in base 64.
type encoded []byte

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *encoded) UnmarshalText(text []byte) (err error) {
	*e, err = base64.StdEncoding.AppendDecode(nil, bytes.TrimSpace(text))
	return err
}

// hashes are those that Office offers and that are still to be trusted with
// nothing but opening what is there.
var hashes = map[string]func() hash.Hash{"SHA1": sha1.New, "SHA-1": sha1.New, "SHA256": sha256.New, "SHA384": sha512.New384, "SHA512": sha512.New}

func readAgile(raw []byte) (scheme, error) {
	var a agile
	var doc struct {
		Data  packageCipher `xml:"keyData"`
		Locks []struct {
			Password *passwordLock `xml:"encryptedKey"`
		} `xml:"keyEncryptors>keyEncryptor"`
	}
	if err := xml.Unmarshal(raw, &doc); err != nil {
		return nil, damagedLock(err)
	}
	a.data = doc.Data
	found := false
	for _, l := range doc.Locks {
		if l.Password != nil && len(l.Password.Input) > 0 { // others open with certificates
			a.lock, found = *l.Password, true
			break
		}
	}
	l, d := a.lock, a.data
	switch {
	case !found, hashes[l.Hash] == nil, hashes[d.Hash] == nil, l.Cipher != "AES", d.Cipher != "AES", l.Chaining != "ChainingModeCBC", d.Chaining != "ChainingModeCBC",
		l.KeyBits != 128 && l.KeyBits != 192 && l.KeyBits != 256:
		return nil, errScheme
	case l.BlockSize != aes.BlockSize, d.BlockSize != aes.BlockSize, l.Spins < 0, l.HashSize != hashes[l.Hash]().Size(),
		len(l.Input) == 0, len(l.Input)%aes.BlockSize != 0, len(l.Value) < l.HashSize, len(l.Value)%aes.BlockSize != 0, len(l.Key) < l.KeyBits/8, len(l.Key)%aes.BlockSize != 0:
		return nil, damagedLock(nil)
	case l.Spins > maxSpins:
		return nil, errScheme
	}
	return &a, nil
}

// The keys of the parts of an agile lock.
var (
	inputPart = []byte{0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79}
	valuePart = []byte{0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e}
	keyPart   = []byte{0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6}
)

func (a *agile) key(ctx context.Context, password string) (func([]byte) ([]byte, error), error) {
	h := hashes[a.lock.Hash]()
	base, err := spun(ctx, h, a.lock.Salt, password, a.lock.Spins)
	if err != nil {
		return nil, err
	}
	part := func(name, sealed []byte) ([]byte, error) {
		return cbc(fit(sum(h, base, name), a.lock.KeyBits/8), fit(bytes.Clone(a.lock.Salt), aes.BlockSize), sealed)
	}
	input, err := part(inputPart, a.lock.Input)
	if err != nil {
		return nil, err
	}
	value, err := part(valuePart, a.lock.Value)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(sum(h, input[:min(len(input), len(a.lock.Salt))]), value[:a.lock.HashSize]) != 1 {
		return nil, errPassword
	}
	key, err := part(keyPart, a.lock.Key)
	if err != nil {
		return nil, err
	}
	key = key[:a.lock.KeyBits/8]
	return func(sealed []byte) ([]byte, error) {
		body, size, err := packageOf(sealed)
		if err != nil {
			return nil, err
		}
		h := hashes[a.data.Hash]()
		for at := 0; at < len(body); at += segment {
			piece := body[at:min(len(body), at+segment)]
			iv := fit(sum(h, a.data.Salt, little(at/segment)), aes.BlockSize)
			out, err := cbc(key, iv, piece)
			if err != nil {
				return nil, err
			}
			copy(piece, out)
		}
		return body[:size], nil
	}, nil
}

// standard is the encryption of Office 2007.
type standard struct {
	bits                  int
	salt, verifier, proof []byte
}

func readStandard(raw []byte) (scheme, error) {
	if len(raw) < 4 {
		return nil, damagedLock(nil)
	}
	size := int(binary.LittleEndian.Uint32(raw))
	if size < 32 || size > len(raw)-4-72 {
		return nil, damagedLock(nil)
	}
	head, rest := raw[4:4+size], raw[4+size:]
	bits := int(binary.LittleEndian.Uint32(head[16:]))
	algorithm := binary.LittleEndian.Uint32(head[8:])
	if algorithm < 0x660e || algorithm > 0x6610 || bits != 128 && bits != 192 && bits != 256 || binary.LittleEndian.Uint32(rest) != 16 {
		return nil, errScheme
	}
	return &standard{bits: bits, salt: rest[4:20], verifier: rest[20:36], proof: rest[40:72]}, nil
}

func (s *standard) key(ctx context.Context, password string) (func([]byte) ([]byte, error), error) {
	h := sha1.New() //nolint:gosec // see above
	base, err := spun(ctx, h, s.salt, password, 50_000)
	if err != nil {
		return nil, err
	}
	base = sum(h, base, little(0))
	padded := func(fill byte) []byte {
		block := bytes.Repeat([]byte{fill}, 64)
		for i, b := range base {
			block[i] ^= b
		}
		return sum(h, block)
	}
	key := append(padded(0x36), padded(0x5c)...)[:s.bits/8]
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	plain := func(sealed []byte) []byte {
		out := make([]byte, len(sealed))
		for at := 0; at+aes.BlockSize <= len(sealed); at += aes.BlockSize {
			block.Decrypt(out[at:], sealed[at:])
		}
		return out
	}
	if subtle.ConstantTimeCompare(sum(h, plain(s.verifier)), plain(s.proof)[:sha1.Size]) != 1 {
		return nil, errPassword
	}
	return func(sealed []byte) ([]byte, error) {
		body, size, err := packageOf(sealed)
		if err != nil {
			return nil, err
		}
		return plain(body)[:size], nil
	}, nil
}

// packageOf returns the encrypted bytes of a package and how many there are
// without their padding.
func packageOf(sealed []byte) (body []byte, size int, err error) {
	if len(sealed) < 8 {
		return nil, 0, damagedLock(nil)
	}
	n := binary.LittleEndian.Uint64(sealed)
	body = sealed[8:]
	body = body[:len(body)/aes.BlockSize*aes.BlockSize]
	if n > uint64(len(body)) {
		return nil, 0, damagedLock(nil)
	}
	return body, int(n), nil
}

// spun is the hash of a password that was taken again and again.
func spun(ctx context.Context, h hash.Hash, salt []byte, password string, spins int) ([]byte, error) {
	units := utf16.Encode([]rune(password))
	text := make([]byte, 0, 2*len(units))
	for _, u := range units {
		text = binary.LittleEndian.AppendUint16(text, u)
	}
	out := sum(h, salt, text)
	for i := range spins {
		if i%10_000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		h.Reset()
		h.Write(little(i))
		h.Write(out)
		out = h.Sum(out[:0])
	}
	return out, nil
}

func sum(h hash.Hash, parts ...[]byte) []byte {
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

func little(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

// fit makes b n bytes long, with the filling that the format has.
func fit(b []byte, n int) []byte {
	for len(b) < n {
		b = append(b, 0x36)
	}
	return b[:n]
}

func cbc(key, iv, sealed []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(out, sealed)
	return out, nil
}
