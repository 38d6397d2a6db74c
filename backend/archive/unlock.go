package archive

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // the format asks for it
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"

	mark "markai/backend"
)

// methodAES stands in the directory where the file's own method is in the
// field fieldAES (WinZip's specification, versions AE-1 and AE-2).
const (
	methodAES = 99
	fieldAES  = 0x9901
)

// methodOf returns how a file is packed, and the strength (1 to 3) and version
// of its AES encryption; 0 where it has none.
func methodOf(e *zip.File) (method uint16, strength, version int) {
	if e.Method != methodAES {
		return e.Method, 0, 0
	}
	f := extra(e, fieldAES)
	if len(f) < 7 || f[4] < 1 || f[4] > 3 {
		return methodAES, 0, 0
	}
	return binary.LittleEndian.Uint16(f[5:]), int(f[4]), int(binary.LittleEndian.Uint16(f))
}

// errPassword says that a password does not fit.
var errPassword = mark.Errorf(mark.NeedsPassword, "This password does not open the archive. Enter the right one.")

// unlock opens a file for reading, decrypted and unpacked.
func unlock(e *zip.File, password string) (io.ReadCloser, error) {
	method, strength, _ := methodOf(e)
	unpacker := unpackers[method]
	if unpacker == nil {
		return nil, errors.New("unknown method")
	}
	raw, err := e.OpenRaw()
	if err != nil {
		return nil, err
	}
	if e.Flags&locked == 0 {
		return unpacker(raw)
	}
	if strength > 0 {
		raw, err = unlockAES(raw, int64(min(e.CompressedSize64, 1<<62)), strength, password)
	} else {
		raw, err = unlockClassic(raw, e, password)
	}
	if err != nil {
		return nil, err
	}
	r, err := unpacker(raw)
	return whole{r, raw}, err
}

// whole reads what is packed to its end when what is unpacked has ended, which
// is where the check of encrypted data stands.
type whole struct {
	io.ReadCloser
	packed io.Reader
}

func (w whole) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		if _, bad := io.Copy(io.Discard, w.packed); bad != nil {
			err = bad
		}
	}
	return n, err
}

// unlockAES decrypts as WinZip does: a key from the password by PBKDF2, AES in
// counter mode counting up from one in little-endian order, HMAC-SHA1 at the end.
func unlockAES(r io.Reader, size int64, strength int, password string) (io.Reader, error) {
	keyLen := 8 + 8*strength
	salt := make([]byte, keyLen/2+2) // the check of the password behind it
	if _, err := io.ReadFull(r, salt); err != nil {
		return nil, err
	}
	keys, err := pbkdf2.Key(sha1.New, password, salt[:keyLen/2], 1000, 2*keyLen+2)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(keys[2*keyLen:], salt[keyLen/2:]) == 0 {
		return nil, errPassword
	}
	const macLen = 10
	if size -= int64(len(salt)) + macLen; size < 0 {
		return nil, io.ErrUnexpectedEOF
	}
	block, err := aes.NewCipher(keys[:keyLen])
	if err != nil {
		return nil, err
	}
	return &aesReader{
		data: io.LimitReader(r, size), end: r, block: block,
		mac: hmac.New(sha1.New, keys[keyLen:2*keyLen]),
		sum: make([]byte, macLen), used: aes.BlockSize,
	}, nil
}

// aesReader decrypts data and checks the code that follows it.
type aesReader struct {
	data, end io.Reader
	block     cipher.Block
	mac       hash.Hash
	counter   uint64
	pad       [aes.BlockSize]byte
	used      int
	sum       []byte
	done      error
}

func (r *aesReader) Read(p []byte) (int, error) {
	if r.done != nil {
		return 0, r.done
	}
	n, err := r.data.Read(p)
	r.mac.Write(p[:n])
	for i := range p[:n] {
		if r.used == aes.BlockSize {
			r.counter++
			var count [aes.BlockSize]byte
			binary.LittleEndian.PutUint64(count[:], r.counter)
			r.block.Encrypt(r.pad[:], count[:])
			r.used = 0
		}
		p[i] ^= r.pad[r.used]
		r.used++
	}
	if errors.Is(err, io.EOF) {
		if _, short := io.ReadFull(r.end, r.sum); short != nil || !hmac.Equal(r.sum, r.mac.Sum(nil)[:len(r.sum)]) {
			err = errors.New("the encrypted data were changed")
		}
	}
	r.done = err
	return n, err
}

// classic is the stream cipher of PKWARE's first encryption (APPNOTE 6.1).
type classic struct{ k [3]uint32 }

func newClassic(password string) *classic {
	c := &classic{[3]uint32{0x12345678, 0x23456789, 0x34567890}}
	for i := range len(password) {
		c.update(password[i])
	}
	return c
}

func (c *classic) update(b byte) {
	c.k[0] = step(c.k[0], b)
	c.k[1] = (c.k[1]+c.k[0]&0xff)*134775813 + 1
	c.k[2] = step(c.k[2], byte(c.k[1]>>24))
}

// step is one step of CRC-32.
func step(crc uint32, b byte) uint32 { return crc32.IEEETable[byte(crc)^b] ^ crc>>8 }

// decrypt decrypts p in place.
func (c *classic) decrypt(p []byte) {
	for i := range p {
		t := c.k[2] | 2
		p[i] ^= byte(t * (t ^ 1) >> 8)
		c.update(p[i])
	}
}

// classicReader decrypts what it reads.
type classicReader struct {
	r io.Reader
	c *classic
}

func (r classicReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.c.decrypt(p[:n])
	return n, err
}

// unlockClassic checks the password by the last byte of the twelve before the
// data; one wrong password in 256 passes and is found by the file's sum.
func unlockClassic(r io.Reader, e *zip.File, password string) (io.Reader, error) {
	out := classicReader{r, newClassic(password)}
	var head [12]byte
	if _, err := io.ReadFull(out, head[:]); err != nil {
		return nil, err
	}
	const sumFollows = 8 // then the time of day stands in for the sum
	want := []byte{byte(e.CRC32 >> 24)}
	if e.Flags&sumFollows != 0 {
		want = append(want, byte(e.ModifiedTime>>8)) //nolint:staticcheck // the raw field is what counts
	}
	if !bytes.Contains(want, head[11:]) {
		return nil, errPassword
	}
	return out, nil
}
