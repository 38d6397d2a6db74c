package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	mark "markai/backend"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

const (
	lease    = "The lease ends on 31 May 2027.\n"
	rent     = "The tenant pays on the first day of each month.\n"
	password = "Sesame 12"
)

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// tarred makes a tar archive of one file.
func tarred(t testing.TB, h tar.Header, data string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	if h.Mode == 0 {
		h.Mode = 0o600
	}
	if err := w.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func xzed(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := xz.NewWriter(&out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstded(t testing.TB, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

func TestLockedArchivesOpenWithTheirPasswordAlone(t *testing.T) {
	for _, name := range []string{"locked.7z", "locked-names.7z", "aes.zip", "classic.zip"} {
		raw := fixture(t, name)
		got, err := readAs(t, name, password, raw)
		if err != nil || got.files["lease.txt"] != lease || got.files["Kündigung.txt"] != rent || got.problems != nil {
			t.Errorf("%s: %q, %q, %v", name, got.files, got.problems, err)
		}
		for _, wrong := range []string{"", "sesame 12"} {
			if _, err := readAs(t, name, wrong, raw); mark.CodeOf(err) != mark.NeedsPassword {
				t.Errorf("%s with %q: %v", name, wrong, err)
			}
		}
	}
}

func TestChangedEncryptedDataAreFound(t *testing.T) {
	raw := fixture(t, "aes.zip")
	at := bytes.Index(raw, []byte("lease.txt")) + 60
	raw[at] ^= 1
	if got, err := readAs(t, "aes.zip", password, raw); err != nil || len(got.problems) != 1 || !strings.Contains(got.problems[0], "damaged") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestEveryKindOfArchiveGivesItsFiles(t *testing.T) {
	one := tarred(t, tar.Header{Name: "./case/lease.txt", Size: int64(len(lease))}, lease)
	for _, c := range []struct {
		name string
		raw  []byte
		file string
	}{
		{"plain.7z", fixture(t, "plain.7z"), "lease.txt"},
		{"case.tar", one, "lease.txt"},
		{"case.tar.gz", gzipped(t, one), "lease.txt"},
		{"case.tgz", gzipped(t, one), "lease.txt"},
		{"case.tar.xz", xzed(t, one), "lease.txt"},
		{"case.tar.zst", zstded(t, one), "lease.txt"},
		{"notes.txt.gz", gzipped(t, []byte(lease)), "notes.txt"},
		{"notes.txt.xz", xzed(t, []byte(lease)), "notes.txt"},
		{"notes.txt.zst", zstded(t, []byte(lease)), "notes.txt"},
	} {
		got, err := readAs(t, c.name, "", c.raw)
		if err != nil || got.files[c.file] != lease || got.problems != nil {
			t.Errorf("%s: %q, %q, %v", c.name, got.files, got.problems, err)
		}
		if got.info.Meta.Type != mark.TypeContainer {
			t.Errorf("%s is a %q", c.name, got.info.Meta.Type)
		}
		if len(c.raw) > 600 { // what is cut off says so
			if got, err := readAs(t, c.name, "", c.raw[:len(c.raw)/5]); err == nil && got.problems == nil && got.files[c.file] == lease {
				t.Errorf("a fifth of %s reads as a whole", c.name)
			}
		}
	}
}

func TestLinksAndPathsLeadNowhere(t *testing.T) {
	got, err := readAs(t, "a.tar", "", tarred(t, tar.Header{Name: "shadow", Typeflag: tar.TypeSymlink, Linkname: "/etc/shadow"}, ""))
	if err != nil || len(got.files) != 0 || len(got.info.Notes) != 1 || !strings.Contains(got.info.Notes[0], "Links") {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = read(t, packed(t, func(h *zip.FileHeader) { h.SetMode(os.ModeSymlink | 0o777) }, "shadow", "/etc/shadow"))
	if err != nil || len(got.files) != 0 || len(got.info.Notes) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = readAs(t, "a.tar", "", tarred(t, tar.Header{Name: "../../../etc/cron.d/x", Size: 1}, "x"))
	if err != nil || got.files["x"] != "x" || strings.Contains(got.text, "..") {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestACompressedBombEndsAtItsBound(t *testing.T) {
	bomb := gzipped(t, make([]byte, 70<<20))
	got, err := readAs(t, "a.gz", "", bomb)
	if err != nil || len(got.files) != 0 || len(got.problems) != 1 || !strings.Contains(got.problems[0], "more than a document") {
		t.Errorf("%d files, %q, %v", len(got.files), got.problems, err)
	}
	got, err = readAs(t, "a.tar.gz", "", gzipped(t, tarred(t, tar.Header{Name: "zeros", Size: 70 << 20}, string(make([]byte, 70<<20)))))
	if err != nil || len(got.files) != 0 || len(got.problems) == 0 {
		t.Errorf("%d files, %q, %v", len(got.files), got.problems, err)
	}
	// A dictionary of 4 GB, asked for by 60 bytes.
	if _, err := readAs(t, "a.xz", "", append([]byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F\x02\x00\x21\x01\x28\x00\x00\x00"), make([]byte, 40)...)); mark.CodeOf(err) != mark.TooBig {
		t.Errorf("large dictionary: %v", err)
	}
}

func TestNamesOfOldSystemsAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"K\x81ndigung.txt":                                "Kündigung.txt",
		"Gr\x94\xe1e \x99l.txt":                           "Größe Öl.txt",
		"\x8c\x5f\x96\xf1\x8f\x91.txt":                    "契約書.txt",
		"\x83\x81\x81\x5b\x83\x8b 2024.txt":               "メール 2024.txt",
		"Schriftsätze.txt":                                "Schriftsätze.txt",
		"r\x82sum\x82.txt":                                "résumé.txt",
		"\x8bntent \x8a.txt":                              "ïntent è.txt",
		"\x8dH\x8e\x96 \x90\xbf\x95\x89\x8c_\x96\xf1.txt": "工事 請負契約.txt",
	} {
		got, err := read(t, packed(t, func(h *zip.FileHeader) { h.NonUTF8 = true }, in, "x"))
		if err != nil || got.files[want] != "x" {
			t.Errorf("%q: %q, %v", in, got.files, err)
		}
	}
}

func TestAnArchiveOfManyFilesIsListedShort(t *testing.T) {
	var pairs []string
	for i := range 3000 {
		pairs = append(pairs, fmt.Sprintf("f%04d.txt", i), "x")
	}
	got, err := read(t, packed(t, nil, pairs...))
	if err != nil || len(got.files) != 3000 || !strings.Contains(got.text, "Archive with 3000 files") || !strings.Contains(got.text, "and 2000 more") {
		t.Errorf("%d files, %v", len(got.files), err)
	}
}
