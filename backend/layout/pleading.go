package layout

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The numbers of a pleading's or a transcript's lines stand in the margin. They
// are told from a table's first column by these.
const (
	marginNumbers = 20   // at least, from 1; pleadings have 24 to 32, transcripts 25
	marginMost    = 60   // at most
	marginSpan    = 0.6  // of the height of the page's text, reached by the numbers
	marginAlign   = 3.0  // points by which their left ends, right ends or middles differ
	marginUneven  = 0.25 // of the usual distance, by which distances between them differ
	marginPairs   = 40_000
	marginTries   = 50 // columns of numbers that are looked at, of so many pairs of a 1 and a 2
)

// margin sets the numbers of a page's lines apart from its text. Both keep
// their order; the numbers are sorted downwards.
func margin(words []word) (text, numbers []word) {
	byNumber := map[int][]int{} // where the words stand that are this number
	top, bottom := math.Inf(1), math.Inf(-1)
	for i, w := range words {
		if w.turn != 0 {
			continue
		}
		top, bottom = min(top, w.frame.Y0), max(bottom, w.frame.Y1)
		if n, err := strconv.Atoi(string(w.text)); err == nil && n >= 1 && n <= marginMost && len(w.text) <= 2 && w.text[0] != '0' {
			byNumber[n] = append(byNumber[n], i)
		}
	}
	if len(byNumber) < marginNumbers || len(byNumber[1])*len(byNumber[2]) > marginPairs {
		return words, nil
	}
	var best []int
	tries := 0
	for _, first := range byNumber[1] {
		for _, second := range byNumber[2] {
			chain := numbered(words, byNumber, first, second)
			if len(chain) < marginNumbers || len(chain) <= len(best) || tries == marginTries {
				continue
			}
			if tries++; inMargin(words, chain, marginSpan*(bottom-top)) {
				best = chain
			}
		}
	}
	if best == nil {
		return words, nil
	}
	for _, i := range best {
		numbers = append(numbers, words[i])
	}
	slices.Sort(best)
	for i, w := range words {
		if len(best) > 0 && best[0] == i {
			best = best[1:]
			continue
		}
		text = append(text, w)
	}
	return text, numbers
}

// numbered follows the numbers that stand below each other as the first and the
// second do, and returns where their words are.
func numbered(words []word, byNumber map[int][]int, first, second int) []int {
	a, b := words[first], words[second]
	pitch := b.frame.Y1 - a.frame.Y1
	if pitch < 0.8*max(a.tall, minTall) || pitch > 5*max(a.tall, minTall) || !aligned(a, b) {
		return nil
	}
	chain := []int{first, second}
	for n := 3; ; n++ {
		last := words[chain[len(chain)-1]]
		next, off := -1, marginUneven*pitch
		for _, i := range byNumber[n] {
			if d := math.Abs(words[i].frame.Y1 - last.frame.Y1 - pitch); d <= off && aligned(last, words[i]) {
				next, off = i, d
			}
		}
		if next < 0 {
			return chain
		}
		chain = append(chain, next)
	}
}

func aligned(a, b word) bool {
	return min(math.Abs(a.frame.X0-b.frame.X0), math.Abs(a.frame.X1-b.frame.X1),
		math.Abs(a.frame.X0+a.frame.X1-b.frame.X0-b.frame.X1)/2) <= marginAlign
}

// inMargin reports whether a chain of numbers reaches over so much height,
// stands left of all text beside it, and whether that is text and
// not the cells of a table.
func inMargin(words []word, chain []int, height float64) bool {
	first, last := words[chain[0]], words[chain[len(chain)-1]]
	if last.frame.Y1-first.frame.Y0 < height {
		return false
	}
	box := first.frame
	for _, i := range chain {
		box = box.Union(words[i].frame)
	}
	left := 0
	beside := make([][]word, len(chain)) // what stands in each line
	pitch := (last.frame.Y1 - first.frame.Y1) / float64(len(chain)-1)
	for _, w := range words {
		y := (w.frame.Y0 + w.frame.Y1) / 2
		if w.turn != 0 || y < box.Y0 || y > box.Y1 {
			continue
		}
		if w.frame.X0 <= box.X1 {
			if left++; left > len(chain)+2 { // dirt in the margin
				return false
			}
			continue
		}
		k := int(math.Round((w.frame.Y1 - first.frame.Y1) / pitch))
		if k >= 0 && k < len(beside) {
			beside[k] = append(beside[k], w)
		}
	}
	rows, split := 0, 0
	for _, row := range beside {
		if len(row) == 0 {
			continue
		}
		rows++
		if gapped(row) {
			split++
		}
	}
	return split*2 <= rows
}

// gapped reports whether the words of a row stand far apart somewhere. The gap
// after a speaker's "Q" or a clause's number is none.
func gapped(row []word) bool {
	slices.SortFunc(row, func(a, b word) int { return cmp.Compare(a.frame.X0, b.frame.X0) })
	reach := row[0].frame.X1
	for i, w := range row[1:] {
		if w.frame.X0-reach > 3*max(w.tall, minTall) && (i > 0 || len(strings.TrimRight(string(row[0].text), ".:")) > 2) {
			return true
		}
		reach = max(reach, w.frame.X1)
	}
	return false
}

const (
	captionLeft  = 3    // lines at least, of the parties' side of a caption
	captionRight = 2    // lines at least, of the other side
	captionGap   = 12.0 // points of white between the sides, at least
	captionTries = 64   // places that are tried for it
	captionMost  = 8    // words "v." of a page that are looked at
)

// parted finds what parts the sides of captions: a column of marks, or white
// alone. Where a caption stands inside a column of text, as four pages on one
// sheet have it, the columns come first and the caption is read as it is drawn.
func parted(words []*word, high float64, columns []strip) []strip {
	meet := func(list []strip, s strip, times float64) bool {
		return slices.ContainsFunc(list, func(o strip) bool {
			return o.y0 < s.y1 && o.y1 > s.y0 && o.y1-o.y0 > times*(s.y1-s.y0)
		})
	}
	marks := rules(words, high)
	out := slices.Clone(marks)
	for _, s := range captions(words, high) {
		if !meet(marks, s, 0) {
			out = append(out, s)
		}
	}
	return slices.DeleteFunc(out, func(s strip) bool { return meet(columns, s, 1.5) })
}

// captions finds the white between the sides of a court's caption: left of it
// stand the parties with a "v." on a line of its own, right of it the number and
// the title of the paper. The words are sorted downwards.
func captions(words []*word, high float64) []strip {
	var out []strip
	seen := 0
	for _, v := range words {
		if len(v.text) > 16 || !versus(string(v.text)) {
			continue
		}
		if seen++; seen > captionMost {
			break
		}
		alone := true
		var right []*word // what may begin the other side
		for _, w := range words {
			beside := min(w.frame.Y1, v.frame.Y1)-max(w.frame.Y0, v.frame.Y0) > 0.3*min(w.tall, v.tall)
			if beside && (w.frame.X1 <= v.frame.X0 || w.frame.X0 >= v.frame.X1 && w.frame.X0 < v.frame.X1+2*high) {
				alone = false
				break
			}
			if w.frame.X0 > v.frame.X1+2*high {
				right = append(right, w)
			}
		}
		if !alone {
			continue
		}
		var found strip
		most := 0
		tried := map[int]bool{}
		for _, w := range right {
			x := int(w.frame.X0)
			if tried[x] || len(tried) == captionTries {
				continue
			}
			tried[x] = true
			if s, n := sides(words, v, w.frame.X0, high); n > most {
				found, most = s, n
			}
		}
		if most > 0 {
			out = append(out, found)
		}
	}
	return out
}

// versus reports whether a word stands between the parties of a case. A "v"
// without its point stands in forms too, between boxes beside each other.
func versus(s string) bool {
	if s == "" || strings.IndexByte("vVaA-,\xE2", s[0]) < 0 { // 0xE2 begins the long dashes
		return false // nearly all words
	}
	switch strings.ToLower(strings.Trim(s, "-–—,")) {
	case "v.", "vs.", "versus", "against":
		return true
	}
	return false
}

// role reports whether a word ends what a party is, as "Plaintiff—Appellant,"
// does, and is not part of a title.
func role(s string) bool {
	if !strings.HasSuffix(s, ",") && !strings.HasSuffix(s, ".") {
		return false
	}
	s = strings.TrimSuffix(strings.ToLower(s[:len(s)-1]), "s")
	for _, r := range [...]string{"plaintiff", "defendant", "petitioner", "respondent", "appellant", "appellee", "claimant"} {
		if strings.HasSuffix(s, r) {
			return true
		}
	}
	return false
}

// sides returns the white left of x that reaches up and down from the words
// "v." to what crosses it, and how many lines stand on the side that has fewer;
// none where that is no caption.
func sides(words []*word, v *word, x, high float64) (strip, int) {
	s := strip{x - captionGap, x - 1, math.Inf(-1), math.Inf(1)}
	for _, w := range words {
		if w.frame.X0 >= s.x1 || w.frame.X1 <= s.x0 {
			continue
		}
		switch {
		case w.frame.Y1 <= v.frame.Y0+0.3*high:
			s.y0 = max(s.y0, w.frame.Y1)
		case w.frame.Y0 >= v.frame.Y1-0.3*high:
			s.y1 = min(s.y1, w.frame.Y0)
		default:
			return s, 0
		}
	}
	var left, right []float64 // where lines stand
	top, bottom := math.Inf(1), math.Inf(-1)
	for _, w := range words {
		y := (w.frame.Y0 + w.frame.Y1) / 2
		if y <= s.y0 || y >= s.y1 {
			continue
		}
		list := &left
		if w.frame.X0 >= s.x1 {
			if role(string(w.text)) {
				return s, 0 // the parties' names stand left, their roles right
			}
			list = &right
		}
		if n := len(*list); n == 0 || w.frame.Y1-(*list)[n-1] > 0.6*high {
			*list = append(*list, w.frame.Y1)
		}
		top, bottom = min(top, w.frame.Y0), max(bottom, w.frame.Y1)
	}
	if len(left) < captionLeft || len(right) < captionRight {
		return s, 0
	}
	s.y0, s.y1 = max(s.y0, top-1), min(s.y1, bottom+1)
	return s, min(len(left), len(right))
}
