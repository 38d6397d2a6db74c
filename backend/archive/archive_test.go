package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	mark "markai/backend"
	"markai/backend/archive"
)

// opened is what an archive gave.
type opened struct {
	text     string
	files    map[string]string
	folders  []string
	problems []string
	info     mark.SourceInfo
}

func read(t testing.TB, raw []byte) (opened, error) {
	t.Helper()
	return readAs(t, "a.zip", "", raw)
}

// readAs reads an archive of this name with this password.
func readAs(t testing.TB, name, password string, raw []byte) (opened, error) {
	t.Helper()
	ctx := context.Background()
	src, err := archive.Parser{}.Open(ctx, mark.File{Name: name, Password: password, Size: int64(len(raw)), Data: bytes.NewReader(raw)})
	if err != nil {
		return opened{}, err
	}
	defer src.Close()
	out := opened{files: map[string]string{}, info: src.Info()}
	for n := 1; n <= src.Info().Pages; n++ {
		p, err := src.Page(ctx, n)
		if err != nil {
			t.Fatal(err)
		}
		out.text += p.Text
	}
	for a, err := range src.Attachments(ctx) {
		if err != nil {
			out.problems = append(out.problems, mark.MessageOf(err))
			continue
		}
		out.files[a.Name] = string(a.Data)
		out.folders = append(out.folders, a.Folder)
	}
	return out, nil
}

// packed makes an archive of names and contents, one after the other.
func packed(t testing.TB, change func(*zip.FileHeader), pairs ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		h := &zip.FileHeader{Name: pairs[i], Method: zip.Deflate}
		if change != nil {
			change(h)
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(pairs[i], "/") {
			if _, err := w.Write([]byte(pairs[i+1])); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestAnArchiveListsItsFilesAndHandsThemOut(t *testing.T) {
	got, err := read(t, packed(t, nil, "case/", "", "case/lease.txt", "the lease", "../../etc/passwd", "out", `case\b.txt`, "b", "__MACOSX/x", "y", ".DS_Store", "z"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "Archive with 3 files:\n\ncase/lease.txt (9 bytes)\netc/passwd (3 bytes)\ncase/b.txt (1 bytes)\n"; strings.TrimSpace(got.text) != strings.TrimSpace(want) {
		t.Errorf("got %q, want %q", got.text, want)
	}
	if want := []string{"case", "etc", "case"}; !slices.Equal(got.folders, want) {
		t.Errorf("folders %q, want %q", got.folders, want)
	}
	if len(got.files) != 3 || got.files["lease.txt"] != "the lease" || got.files["passwd"] != "out" || got.files["b.txt"] != "b" || got.problems != nil {
		t.Errorf("got %v and %v", got.files, got.problems)
	}
}

func TestAFileThatUnpacksToFarMoreThanItsSizeStaysPacked(t *testing.T) {
	got, err := read(t, packed(t, nil, "bomb.txt", strings.Repeat("0", 20<<20), "lease.txt", "the lease"))
	if err != nil || len(got.files) != 1 || len(got.problems) != 1 || !strings.Contains(got.problems[0], "bomb.txt unpacks") {
		t.Errorf("got %d files, %v, %v", len(got.files), got.problems, err)
	}
}

func TestLockedFilesAreNamed(t *testing.T) {
	locked := func(h *zip.FileHeader) {
		if strings.HasPrefix(h.Name, "locked") {
			h.Flags |= 1
		}
	}
	got, err := read(t, packed(t, locked, "locked.txt", "x", "open.txt", "y"))
	if err != nil || got.files["open.txt"] != "y" || len(got.problems) != 1 || !strings.Contains(got.problems[0], "locked.txt is locked") {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := read(t, packed(t, locked, "locked.txt", "x")); mark.CodeOf(err) != mark.NeedsPassword || !strings.Contains(mark.MessageOf(err), "password") {
		t.Errorf("all locked: %v", err)
	}
}

func TestDamageIsSaidAndCostsOneFile(t *testing.T) {
	whole := packed(t, func(h *zip.FileHeader) { h.Method = zip.Store }, "a.txt", "contents of a", "b.txt", "b")
	if _, err := read(t, whole[:len(whole)-30]); mark.CodeOf(err) != mark.Damaged {
		t.Errorf("cut: %v", err)
	}
	got, err := read(t, bytes.Replace(whole, []byte("contents"), []byte("c0ntents"), 1))
	if err != nil || got.files["b.txt"] != "b" || len(got.problems) != 1 || !strings.Contains(got.problems[0], "a.txt") {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDocumentsInAZipContainerAreNoArchives(t *testing.T) {
	for name, want := range map[string]int{"a.zip": 90, "a": 40, "a.docx": 0, "a.odt": 0} {
		if got := (archive.Parser{}).Score(name, []byte("PK\x03\x04")); got != want {
			t.Errorf("%s scores %d, want %d", name, got, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add(packed(f, nil, "a/b.txt", "b"))
	f.Add([]byte("PK\x05\x06"))
	for _, name := range []string{"plain.7z", "locked.7z", "aes.zip", "classic.zip"} {
		f.Add(fixture(f, name))
	}
	f.Add(tarred(f, tar.Header{Name: "a/b.txt", Size: 1}, "b"))
	f.Add(gzipped(f, tarred(f, tar.Header{Name: "a/b.txt", Size: 1}, "b")))
	f.Add([]byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F"))
	f.Add([]byte("(\xb5/\xfd\x04\x00\x01\x00\x00"))
	f.Add([]byte("BZh91AY&SY"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, password := range []string{"", "Sesame 12"} {
			got, err := readAs(t, "a.zip", password, raw)
			if err != nil && mark.CodeOf(err) == mark.Internal {
				t.Fatalf("no sentence: %v", err)
			}
			for name := range got.files {
				if strings.ContainsAny(name, `/\`) || name == "" {
					t.Fatalf("a file is named %q", name)
				}
			}
		}
	})
}
