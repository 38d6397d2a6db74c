package loadfile

import (
	"bufio"
	"io"
	"path"
	"strconv"
	"strings"
)

// ReadImages reads an Opticon image list: a line for each page with its number,
// the volume, the way to the file, Y where a document begins, two fields that
// are not used, and the number of pages. It returns ErrNone for what is none.
func ReadImages(r io.Reader) ([]Image, error) {
	s := bufio.NewScanner(decoded(r))
	s.Buffer(nil, 64<<10)
	var out []Image
	bad := 0
	for s.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(s.Text(), "\ufeff"))
		if line == "" {
			continue
		}
		img, ok := image(line)
		if !ok {
			if bad++; len(out) == 0 || bad > 1000+len(out)/10 {
				return nil, ErrNone
			}
			continue
		}
		if len(out) == maxImages {
			break
		}
		out = append(out, img)
	}
	if s.Err() != nil || len(out) == 0 {
		return nil, ErrNone
	}
	return out, nil
}

// image reads one line.
func image(line string) (Image, bool) {
	f := strings.Split(line, ",")
	if len(f) < 4 {
		return Image{}, false
	}
	// A comma in the way to the file makes more of it.
	tail := 4
	if len(f) < 7 {
		tail = len(f) - 3
	}
	way := strings.TrimSpace(strings.Join(f[2:len(f)-tail], ","))
	rest := f[len(f)-tail:]
	img := Image{Key: strings.TrimSpace(f[0]), Path: way, Break: strings.EqualFold(strings.TrimSpace(rest[0]), "Y")}
	if tail == 4 {
		img.Pages, _ = strconv.Atoi(strings.TrimSpace(rest[3])) // often left out
	}
	ext := path.Ext(strings.ReplaceAll(way, `\`, "/"))
	return img, img.Key != "" && len(ext) > 1 && len(ext) < 7
}

// Documents parts images where documents begin.
func Documents(images []Image) [][]Image {
	var out [][]Image
	for i, img := range images {
		if i == 0 || img.Break {
			out = append(out, images[i:i:len(images)])
		}
		last := len(out) - 1
		out[last] = out[last][:len(out[last])+1]
	}
	return out
}
