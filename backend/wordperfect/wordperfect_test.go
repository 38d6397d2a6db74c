package wordperfect_test

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/marktest"
	"markai/backend/wordperfect"
)

// file writes a document of a version with this stream.
func file(version byte, key uint16, stream string) []byte {
	head := make([]byte, 32)
	copy(head, "\xffWPC")
	binary.LittleEndian.PutUint32(head[4:], uint32(len(head)))
	head[8], head[9], head[10] = 1, 10, version
	binary.LittleEndian.PutUint16(head[12:], key)
	return append(head, stream...)
}

func open(t testing.TB, data []byte) (string, error) {
	t.Helper()
	out, err := marktest.Open(t, wordperfect.Parser{}, "a.wpd", "", string(data))
	return out.Text, err
}

func TestTextIsToldFromFunctions(t *testing.T) {
	for _, c := range []struct {
		name    string
		version byte
		stream  string
		want    string
	}{
		{"later: spaces, ends of lines, letters", 2, "Lease\x80of\xcfMill\xccR\x0fsum\x0f\x84x", "Lease of Mill\nRésumé-x"},
		{"later: a function is passed over", 2, "a\xd1\x00\x08\x00bc\x08\xd1d", "ad"},
		{"later: a function of a false length costs its first byte", 2, "a\xd1bcd", "abcd"},
		{"later: ends as functions", 2, "a\xd0\x04\x06\x00\x06\xd0b\xd0\x0a\x06\x00\x06\xd0c", "a\nb\tc"},
		{"later: a character of a set", 2, "\xf0\x06\x04\xf02\x80\xf0\x1d\x04\xf0x\xf0\x1c\x04\xf0", "§2 ‘x’"},
		{"later: a function of fixed length", 2, "a\xf2\x01\xf2b\xf2", "ab"},
		{"five: ends of lines, hard spaces, hyphens", 0, "Lease\x0dof\xa0Mill\x0aTwo\xa9three", "Lease of Mill\nTwo-three"},
		{"five: functions", 0, "a\xc3\x01\xc3b\xd0\x01\x06\x00zz\x06\x00\x01\xd0c\xc0\x06\x04\xc0", "abc§"},
	} {
		got, err := open(t, file(c.version, 0, c.stream))
		if err != nil || got != c.want {
			t.Errorf("%s: read %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	macro := file(2, 0, "x")
	macro[9] = 1
	away := file(2, 0, "x")
	binary.LittleEndian.PutUint32(away[4:], 1<<30)
	for name, c := range map[string]struct {
		data []byte
		code mark.Code
	}{
		"locked":         {file(2, 7, "x"), mark.Unsupported},
		"not a document": {macro, mark.Unsupported},
		"no text":        {away, mark.Damaged},
		"cut":            {[]byte("\xffWPC"), mark.Unsupported},
	} {
		if _, err := open(t, c.data); err == nil || mark.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// TestCorpus reads the real files of a folder that is not part of the program.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("MARKAI_CORPUS")
	if dir == "" {
		t.Skip("MARKAI_CORPUS names no folder of files")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.wpd"))
	if err != nil || len(files) == 0 {
		t.Skip("the folder has no .wpd file")
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text, err := open(t, data)
		if err != nil || len(strings.Fields(text)) < 5 {
			t.Errorf("%s: %d words, %v", filepath.Base(f), len(strings.Fields(text)), err)
		}
		t.Logf("%s: %.1500q", filepath.Base(f), text)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(file(2, 0, "a\xd0\x04\x06\x00\x06\xd0b\xf0\x06\x04\xf0\xcf"))
	f.Add(file(0, 0, "a\xc3\x01\xc3b\xd0\x01\x06\x00zz\x06\x00\x01\xd0c"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := open(t, data); err != nil && mark.CodeOf(err) == mark.Internal {
			t.Errorf("no sentence for people: %v", err)
		}
	})
}

func TestADocumentWithNotesSaysThatTheyWereNotRead(t *testing.T) {
	for _, c := range []struct {
		version byte
		stream  string
		said    bool
	}{
		{2, "a\xd7\x00\x08\x00bc\x08\xd7d", true},
		{2, "a\xd6\x00\x08\x00bc\x08\xd6d", false}, // a head or foot
		{2, "a\xd7b", false},                       // a byte that is no function
		{0, "a\xd6\x00\x06\x00zz\x06\x00\x00\xd6b", true},
		{0, "a\xd5\x00\x06\x00zz\x06\x00\x00\xd5b", false},
	} {
		data := file(c.version, 0, c.stream)
		src, err := wordperfect.Parser{}.Open(t.Context(), mark.File{Name: "a.wpd", Size: int64(len(data)), Data: bytes.NewReader(data)})
		if err != nil {
			t.Fatal(err)
		}
		if notes := src.Info().Notes; (len(notes) == 1) != c.said {
			t.Errorf("%q of version %d says %q", c.stream, c.version, notes)
		}
		src.Close()
	}
}
