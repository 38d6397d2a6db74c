package pdfium_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// readings is what testdata/order says of one file.
type readings struct {
	file  string
	pages []reading
}

type reading struct {
	number int
	lines  []string // beginnings of lines, in reading order
}

func readOrder(t *testing.T, path string) readings {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out readings
	for s := bufio.NewScanner(f); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		word, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "":
		case word == "file":
			out.file = rest
		case word == "page" && len(rest) < 5:
			n, err := strconv.Atoi(rest)
			if err != nil {
				t.Fatal(path, line)
			}
			out.pages = append(out.pages, reading{number: n})
		default:
			p := &out.pages[len(out.pages)-1]
			p.lines = append(p.lines, line)
		}
	}
	return out
}

// inOrder returns how many neighbours of lines follow each other in text, and
// those that do not. Where a line occurs more than once, the place that fits counts.
func inOrder(text string, lines []string) (good int, wrong []string) {
	text = strings.Join(strings.Fields(text), " ")
	at := 0
	for i, l := range lines {
		l = strings.Join(strings.Fields(l), " ")
		next := strings.Index(text[at:], l)
		switch {
		case next >= 0:
			at += next + len(l)
			if i > 0 {
				good++
			}
		case strings.Contains(text, l):
			at = strings.Index(text, l) + len(l)
			wrong = append(wrong, "too early: "+l)
		default:
			wrong = append(wrong, "missing: "+l)
		}
	}
	return good, wrong
}

// TestColumnsAreReadInTheOrderThatAPersonReadsThem compares with orders
// written by hand, and prints the share of neighbours that follow each other.
func TestColumnsAreReadInTheOrderThatAPersonReadsThem(t *testing.T) {
	dir := filepath.Dir(corpus(t)[0])
	truths, err := filepath.Glob("testdata/order/*.txt")
	if err != nil || len(truths) == 0 {
		t.Fatal(err)
	}
	p := newParser(t, 1)
	good, all, pages := 0, 0, 0
	for _, path := range truths {
		truth := readOrder(t, path)
		data, err := os.ReadFile(filepath.Join(dir, truth.file))
		if err != nil {
			t.Logf("%s is not there", truth.file)
			continue
		}
		src := open(t, p, data, "")
		for _, r := range truth.pages {
			page := readPage(t, src, r.number)
			n, wrong := inOrder(page.Text, r.lines)
			good, all, pages = good+n, all+len(r.lines)-1, pages+1
			if len(wrong) > 0 {
				t.Logf("%s page %d: %q", truth.file, r.number, wrong)
			}
		}
	}
	if all == 0 {
		t.Skip("none of the files is there")
	}
	fmt.Printf("reading order: %d of %d neighbours follow each other (%.3f) on %d pages\n", good, all, float64(good)/float64(all), pages)
	if good*100 < all*97 {
		t.Errorf("%d of %d", good, all)
	}
}
