package marktest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// NoPlaintext fails the test if a marker stands in any file under dir, or in a
// file's name: as it is, in lower case, as UTF-16, hexadecimal or base64. It
// may run while the files are written to. Markers should be long and random
// enough not to occur by chance, and one word, so that an index of words would
// show them.
func NoPlaintext(t testing.TB, dir string, markers ...string) {
	t.Helper()
	found, err := FindPlaintext(dir, markers...)
	if err != nil {
		t.Errorf("search %s for plaintext: %v", dir, err)
	}
	for _, f := range found {
		t.Errorf("plaintext on disk: %s", f)
	}
}

// FindPlaintext returns where markers stand under dir, as "file: form".
func FindPlaintext(dir string, markers ...string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return ignoreGone(err)
		}
		for _, m := range markers {
			if strings.Contains(e.Name(), m) {
				found = append(found, path+": the name holds "+m)
			}
		}
		if !e.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return ignoreGone(err)
		}
		for _, m := range markers {
			for form, needle := range forms(m) {
				if bytes.Contains(data, needle) {
					found = append(found, path+": "+m+" as "+form)
				}
			}
		}
		return nil
	})
	return found, err
}

// ignoreGone forgives a file that went away between the listing and the look.
func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// forms lists how a marker could have been written.
func forms(marker string) map[string][]byte {
	m := map[string][]byte{
		"text":        []byte(marker),
		"lower case":  []byte(strings.ToLower(marker)),
		"hexadecimal": []byte(hex.EncodeToString([]byte(marker))),
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune(marker)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	m["UTF-16"] = wide
	// Base64 depends on where in its group of three the marker begins; the
	// middle of each form is certain.
	for shift := range 3 {
		padded := append(make([]byte, shift), marker...)
		coded := base64.RawStdEncoding.EncodeToString(padded)
		if len(coded) > 12 {
			m["base64 shifted by "+string(rune('0'+shift))] = []byte(coded[4 : len(coded)-4])
		}
	}
	return m
}
