package ooxml

import (
	"archive/zip"
	"bytes"
	"crypto/aes"
	"crypto/sha1" //nolint:gosec // what the format has
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
)

func openLocked(t *testing.T, name, password string, raw []byte) (string, error) {
	t.Helper()
	src, err := Parser{}.Open(t.Context(), mark.File{Name: name, Password: password, Size: int64(len(raw)), Data: bytes.NewReader(raw)})
	if err != nil {
		return "", err
	}
	page, err := src.Page(t.Context(), 1)
	return page.Text, err
}

func TestALockedDocumentOpensWithItsPasswordAlone(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "locked.docx"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := openLocked(t, "lease.docx", "Sésame 7", raw)
	if err != nil || !strings.HasPrefix(text, "Clause 1. The lease of the sealed house") {
		t.Errorf("%q, %v", text, err)
	}
	for _, wrong := range []string{"", "sésame 7", "x"} {
		if _, err := openLocked(t, "lease.docx", wrong, raw); mark.CodeOf(err) != mark.NeedsPassword {
			t.Errorf("with %q: %v", wrong, err)
		}
	}
	// The name says what it is; an old workbook is none of these.
	if got := (Parser{}).Score("lease.docx", raw[:512]); got != 90 {
		t.Errorf("a locked document scores %d", got)
	}
	if got := (Parser{}).Score("lease.doc", raw[:512]); got != 0 {
		t.Errorf("a compound file of another name scores %d", got)
	}
	for _, cut := range []int{600, len(raw) / 2, len(raw) - 2048} {
		if text, err := openLocked(t, "lease.docx", "Sésame 7", raw[:cut]); err == nil {
			t.Errorf("cut after %d bytes it reads %q", cut, text)
		}
	}
}

// standardLock encrypts a package as Office 2007 did ([MS-OFFCRYPTO], 2.3.4.7).
func standardLock(t *testing.T, password string, plain []byte) []byte {
	t.Helper()
	salt := []byte("sixteen of salt.")
	base, err := spun(t.Context(), sha1.New(), salt, password, 50_000) //nolint:gosec // see above
	if err != nil {
		t.Fatal(err)
	}
	base = sum(sha1.New(), base, little(0)) //nolint:gosec // see above
	block := bytes.Repeat([]byte{0x36}, 64)
	for i, b := range base {
		block[i] ^= b
	}
	c, err := aes.NewCipher(sum(sha1.New(), block)[:16]) //nolint:gosec // see above
	if err != nil {
		t.Fatal(err)
	}
	seal := func(b []byte) []byte {
		for len(b)%aes.BlockSize != 0 {
			b = append(b, 0)
		}
		out := make([]byte, len(b))
		for at := 0; at < len(b); at += aes.BlockSize {
			c.Encrypt(out[at:], b[at:])
		}
		return out
	}
	verifier := []byte("proof of the key")
	le := binary.LittleEndian
	info := le.AppendUint16(le.AppendUint16(nil, 3), 2)
	info = le.AppendUint32(info, 0x24)
	head := []byte{}
	for _, n := range []uint32{0x24, 0, 0x660e, 0x8004, 128, 24, 0, 0} {
		head = le.AppendUint32(head, n)
	}
	info = append(le.AppendUint32(info, uint32(len(head))), head...)
	info = append(le.AppendUint32(info, 16), salt...)
	info = append(info, seal(verifier)...)
	info = append(le.AppendUint32(info, 20), seal(sum(sha1.New(), verifier))...) //nolint:gosec // see above
	sealed := append(le.AppendUint64(nil, uint64(len(plain))), seal(plain)...)
	return marktest.Compound(map[string][]byte{"EncryptionInfo": info, "EncryptedPackage": sealed})
}

func TestADocumentThatAnOlderOfficeLockedOpens(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(`<w:document xmlns:w="x"><w:body><w:p><w:r><w:t>It is sealed.</w:t></w:r></w:p></w:body></w:document>`)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	raw := standardLock(t, "Pässword", b.Bytes())
	if text, err := openLocked(t, "a.docx", "Pässword", raw); err != nil || !strings.Contains(text, "It is sealed.") {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := openLocked(t, "a.docx", "Password", raw); mark.CodeOf(err) != mark.NeedsPassword {
		t.Errorf("with another password: %v", err)
	}
	// What only keeps a workbook from being changed asks nobody for a password.
	if text, err := openLocked(t, "a.docx", "", standardLock(t, readOnly, b.Bytes())); err != nil || !strings.Contains(text, "It is sealed.") {
		t.Errorf("without a password %q, %v", text, err)
	}
}

func FuzzUnlock(f *testing.F) {
	raw, err := os.ReadFile(filepath.Join("testdata", "locked.docx"))
	if err != nil {
		f.Fatal(err)
	}
	if at := bytes.Index(raw, []byte("<?xml")); at > 8 {
		f.Add(raw[at-8:at+1500], []byte("12345678 and some of a package"))
	}
	f.Add([]byte("\x04\x00\x04\x00\x40\x00\x00\x00<encryption/>"), []byte{})
	f.Add([]byte("\x03\x00\x02\x00\x24\x00\x00\x00\x20\x00\x00\x00"), []byte{})
	f.Fuzz(func(t *testing.T, info, sealed []byte) {
		s, err := readScheme(info)
		if err != nil {
			return
		}
		if a, ok := s.(*agile); ok && a.lock.Spins > 10 {
			a.lock.Spins = 10
		}
		if open, err := s.key(t.Context(), "x"); err == nil {
			_, _ = open(sealed)
		}
	})
}
